"""A table of a database, by SQLAlchemy, copied in pieces to where it can be queried."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mdresearch.core.errors import DataError, MdresearchError
from mdresearch.core.progress import track
from mdresearch.corpus.addresses import shown
from mdresearch.corpus.watch_sources import WatchSource, choose_table, quoted, shut_in

PIECE = 50_000
READ_ONLY = "SET TRANSACTION READ ONLY"
PACKAGES = {"MySQLdb": "mysqlclient", "psycopg2": "psycopg2-binary"}
READ_ONLY_BACKENDS = ("postgresql", "mysql", "mariadb", "oracle")


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
    with _opened(url, place) as (sqlalchemy, engine):
        return _copy(sqlalchemy, engine, table, wanted, settings, place)


def table_columns(url: str, table: str | None, place: str = "") -> tuple[str, ...]:
    """Return the columns of a table of a database, without reading a row.

    Raises
    ------
    DataError, UnknownNameError
        As `copied` does.
    """
    place = place or shown(url)
    with _opened(url, place) as (sqlalchemy, engine):
        inspector = sqlalchemy.inspect(engine)
        schema, name = _chosen(inspector, table, place)
        return tuple(c["name"] for c in inspector.get_columns(name, schema=schema))


@contextmanager
def _opened(url: str, place: str) -> Iterator[tuple[Any, Any]]:
    try:
        import sqlalchemy
    except ImportError as error:
        raise DataError(
            f"{place}: reading a database by its URL needs SQLAlchemy. Install it "
            "(pip install sqlalchemy, and the driver of your database), or export the table as "
            "CSV or Parquet."
        ) from error
    try:
        engine = _engine(sqlalchemy, url, place)
        try:
            yield sqlalchemy, engine
        finally:
            engine.dispose()
    except sqlalchemy.exc.NoSuchModuleError:
        raise DataError(
            f"{place}: SQLAlchemy knows no database of this name. The URL begins with the "
            "database, such as postgresql://, mysql+pymysql:// or sqlite:///; others need a "
            "package of their own."
        ) from None
    except ModuleNotFoundError as error:
        raise DataError(
            f"{place}: the driver '{error.name}' is not installed. Install it (pip install "
            f"{PACKAGES.get(str(error.name), error.name)}), or name another driver in the URL (database+driver://)."
        ) from None
    except MdresearchError:
        raise
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError, OSError) as error:
        # the driver's own text may hold the password, so only the kind of error is told
        how = "the database cannot be read"
        look = "the URL is right, its driver is installed, and you may read the table"
        lost = (sqlalchemy.exc.OperationalError, sqlalchemy.exc.InterfaceError)
        if isinstance(error, lost) and not url.lower().startswith("sqlite"):
            how = "no connection, or it was refused"
            look = "the server runs, its host and port are right, and user and password are"
        raise DataError(f"{place}: {how} ({type(error).__name__}). Look whether {look}.") from None


def _engine(sqlalchemy: Any, url: str, place: str) -> Any:
    """Return an engine that can only read: SQLite opened so, others told so in each transaction."""
    made = sqlalchemy.make_url(url)
    if made.drivername in ("sqlite", "sqlite+pysqlite"):
        path = Path(made.database or "")
        if not path.is_file():
            raise DataError(f"{place}: there is no such file. Give the path of an existing one.")
        uri = f"file:{quote(str(path.resolve()))}?mode=ro"
        return sqlalchemy.create_engine(
            "sqlite://",
            creator=lambda: sqlite3.connect(uri, uri=True),
            poolclass=sqlalchemy.pool.NullPool,
        )
    engine = sqlalchemy.create_engine(made)
    if made.get_backend_name() in READ_ONLY_BACKENDS:
        sqlalchemy.event.listen(
            engine, "begin", lambda connection: connection.exec_driver_sql(READ_ONLY)
        )
    return engine


def _chosen(inspector: Any, table: str | None, place: str) -> tuple[str | None, str]:
    held = [*inspector.get_table_names(), *inspector.get_view_names()]
    schema, name = None, table
    if table is not None and table not in held and "." in table:
        schema, name = table.split(".", 1)
        if schema in inspector.get_schema_names():
            held = inspector.get_table_names(schema=schema)
    return schema, choose_table(held, name, place)


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
    schema, name = _chosen(inspector, table, place)
    columns = {c["name"]: str(c["type"]) for c in inspector.get_columns(name, schema=schema)}
    names = tuple(c for c in columns if wanted is None or c in wanted)
    if not names:
        listing = ", ".join(list(columns)[:40])
        raise DataError(
            f"{place}, table '{name}': none of the columns that are asked for is there. Say with "
            f"columns= which column means what. It has: {listing}."
        )
    target = f"{settings['temp_directory']}/copied.duckdb"
    connection = duckdb.connect(target, config=settings)
    try:
        shut_in(connection)
        fields = ", ".join(f"{quoted(c)} VARCHAR" for c in names)
        connection.execute(f"CREATE TABLE copied ({fields})")
        literal = sqlalchemy.sql.quoted_name
        source = sqlalchemy.table(
            literal(name, True),
            *[sqlalchemy.column(literal(c, True)) for c in names],
            schema=literal(schema, True) if schema else None,
        )
        pieces = _pieces(engine, sqlalchemy.select(source), names)
        for piece in track(pieces, f"copying {name}, pieces of {PIECE:,} rows"):
            connection.register("piece", piece)
            connection.execute("INSERT INTO copied SELECT * FROM piece")
            connection.unregister("piece")
    except BaseException:
        connection.close()
        raise
    types = {c: _type(columns[c]) for c in names}
    return WatchSource(connection, "copied", {}, names, types, "database", place, name)


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
