"""A table of a database, by SQLAlchemy, copied in pieces to where it can be queried."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.watch_sources import WatchSource, choose_table, quoted, shut_in

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE = 50_000


def copied(
    url: str,
    table: str | None,
    wanted: tuple[str, ...] | None,
    settings: dict[str, Any],
    place: str,
) -> WatchSource:
    """Copy the wanted columns of a table, as text, to a temporary DuckDB file.

    Only SELECT is sent; the pieces go to disk, so the table may be larger than memory.

    Raises
    ------
    DataError
        SQLAlchemy is not installed, the database cannot be reached, or a table is not there.
    """
    try:
        import sqlalchemy
    except ImportError as error:
        raise DataError(
            f"{place}: reading a database by its URL needs SQLAlchemy. Install it "
            "(pip install sqlalchemy, and the driver of your database), or export the table as "
            "CSV or Parquet."
        ) from error
    try:
        engine = sqlalchemy.create_engine(url)
        try:
            return _copy(sqlalchemy, engine, table, wanted, settings, place)
        finally:
            engine.dispose()
    except (sqlalchemy.exc.SQLAlchemyError, ImportError) as error:
        # the driver's own text may hold the password, so only the kind of error is told
        raise DataError(
            f"{place}: the database cannot be read ({type(error).__name__}). Look whether the URL "
            "is right, its driver is installed, and you may read the table."
        ) from None


def _copy(
    sqlalchemy: Any,
    engine: Any,
    table: str | None,
    wanted: tuple[str, ...] | None,
    settings: dict[str, Any],
    place: str,
) -> WatchSource:
    import duckdb

    inspector = sqlalchemy.inspect(engine)
    held = [*inspector.get_table_names(), *inspector.get_view_names()]
    schema, name = None, table
    if table is not None and table not in held and "." in table:
        schema, name = table.split(".", 1)
        if schema in inspector.get_schema_names():
            held = inspector.get_table_names(schema=schema)
    name = choose_table(held, name, place)
    columns = {c["name"]: str(c["type"]) for c in inspector.get_columns(name, schema=schema)}
    names = tuple(c for c in columns if wanted is None or c in wanted)
    target = f"{settings['temp_directory']}/copied.duckdb"
    connection = duckdb.connect(target, config=settings)
    try:
        shut_in(connection)
        fields = ", ".join(f"{quoted(c)} VARCHAR" for c in names)
        connection.execute(f"CREATE TABLE copied ({fields})")
        quote = sqlalchemy.sql.quoted_name
        source = sqlalchemy.table(
            quote(name, True),
            *[sqlalchemy.column(quote(c, True)) for c in names],
            schema=quote(schema, True) if schema else None,
        )
        for piece in track(_pieces(engine, sqlalchemy.select(source), names), f"copying {name}"):
            connection.register("piece", piece)
            connection.execute("INSERT INTO copied SELECT * FROM piece")
            connection.unregister("piece")
    except BaseException:
        connection.close()
        raise
    types = {c: _type(columns[c]) for c in names}
    return WatchSource(connection, "copied", {}, names, types, "database", place)


def _pieces(engine: Any, query: Any, names: tuple[str, ...]) -> Iterator[Any]:
    import pandas as pd

    with engine.connect().execution_options(stream_results=True) as connection:
        result = connection.execute(query)
        while rows := result.fetchmany(PIECE):
            yield pd.DataFrame(
                {
                    name: pd.Series(
                        [None if row[at] is None else _text(row[at]) for row in rows], dtype="str"
                    )
                    for at, name in enumerate(names)
                }
            )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return repr(value) if isinstance(value, float) else str(value)


def _type(declared: str) -> str:
    word = declared.upper().split("(")[0].strip()
    return "DOUBLE" if word in ("FLOAT", "DOUBLE", "DOUBLE PRECISION", "REAL") else "VARCHAR"
