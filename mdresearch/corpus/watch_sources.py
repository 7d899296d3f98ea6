"""Where a watch log lies: CSV, Parquet, a DuckDB file or a database, opened to be queried.

DuckDB runs shut in: it may open the one file that was asked for and nothing else, loads and
installs no extension, has no network, and its settings cannot be changed by a query.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.csv_files import check_header
from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.corpus.addresses import is_url, shown

if TYPE_CHECKING:
    import duckdb

THREADS = 2
HEAD = 1_000_000
DUCKDB_ENDINGS = (".duckdb", ".ddb", ".db")
SQLITE = b"SQLite format 3\x00"
PARQUET_ENDINGS = (".parquet", ".pq")
REASONS = {
    "MISSING COLUMNS": "too few cells",
    "TOO MANY COLUMNS": "too many cells",
    "UNQUOTED VALUE": "a quote that is not closed",
    "LINE SIZE OVER MAXIMUM": "a line that is too long",
    "INVALID ENCODING": "not UTF-8",
}


@dataclass(frozen=True, eq=False)
class WatchSource:
    """An open watch log.

    Attributes
    ----------
    connection : DuckDBPyConnection
        Where queries run; read-only to the log.
    sql : str
        What stands after FROM.
    parameters : mapping of str to object
        Values bound to it, by name.
    names : tuple of str
        The columns of the log.
    types : mapping of str to str
        The type of each, as DuckDB names it.
    encoding : str
        How the text was read.
    place : str
        What to call it in messages; without a password.
    table : str
        The table of a database; empty for a file that is one table.
    """

    connection: duckdb.DuckDBPyConnection
    sql: str
    parameters: Mapping[str, Any]
    names: tuple[str, ...]
    types: Mapping[str, str]
    encoding: str
    place: str
    table: str = ""

    def refused_lines(self) -> dict[str, int]:
        """Return why lines of a CSV were no rows, and how many; ask after a query."""
        if not self.sql.startswith("read_csv("):
            return {}
        found = self.connection.execute(
            "SELECT error_type::VARCHAR, count(DISTINCT line) FROM reject_errors GROUP BY 1"
        ).fetchall()
        self.connection.execute("DELETE FROM reject_errors")
        return {REASONS.get(kind, kind.lower()): n for kind, n in found}


@contextmanager
def open_watch(
    where: str | Path,
    table: str | None = None,
    *,
    delimiter: str | None = None,
    memory_limit: str = "800MB",
    wanted: tuple[str, ...] | None = None,
) -> Iterator[WatchSource]:
    """Open a watch log for queries, read-only; close everything at the end.

    Parameters
    ----------
    where : str or Path
        A CSV, Parquet or DuckDB file, or the URL of a database (needs SQLAlchemy).
    table : str or None
        The table of a database, also ``schema.table``; the only one where None.
    delimiter : str or None
        What separates the cells of a CSV; found in its first line where None.
    memory_limit : str
        The most that DuckDB holds in memory; more goes to a temporary folder.
    wanted : tuple of str or None
        Columns that are asked for; used where rows must be copied from a database.

    Raises
    ------
    DataError
        The file is absent or is not what its ending says, or a table is not there.
    """
    import duckdb

    if not re.fullmatch(r"[0-9]+(\.[0-9]+)? ?[KMG]i?B", memory_limit):
        raise DataError(f"memory_limit is '{memory_limit}'. Give a size such as '800MB'.")
    with tempfile.TemporaryDirectory(prefix="mdresearch-watch-") as folder:
        place = shown(where)
        try:
            if is_url(where):
                from mdresearch.corpus.watch_database import copied

                opened = copied(str(where), table, wanted, _settings(folder, memory_limit), place)
            else:
                path = existing(where)
                if _head(path, len(SQLITE)) == SQLITE:
                    from mdresearch.corpus.watch_database import copied

                    url, settings = f"sqlite:///{path.resolve()}", _settings(folder, memory_limit)
                    opened = copied(url, table, wanted, settings, place)
                else:
                    opened = _file(path, table, delimiter, folder, memory_limit)
            try:
                yield opened
            finally:
                opened.connection.close()
        except duckdb.Error as error:
            raise DataError(_worded(place, error)) from error


def table_names(where: str | Path, table: str | None = None) -> list[str]:
    """Return the columns of a log or of a table of a database, without reading its rows."""
    url = str(where)
    if not is_url(where):
        path = existing(where)
        if _head(path, len(SQLITE)) != SQLITE:
            with open_watch(path, table) as source:
                return list(source.names)
        url = f"sqlite:///{path.resolve()}"
    from mdresearch.corpus.watch_database import table_columns

    return list(table_columns(url, table, shown(where)))


def existing(path: str | Path) -> Path:
    """Return the path of a file, or raise where there is none."""
    if not Path(path).is_file():
        raise DataError(f"There is no file '{path}'. Give the path of an existing file.")
    return Path(path)


def is_database(path: Path) -> bool:
    """Say whether a file is a database of tables (DuckDB or SQLite), by its first bytes."""
    head = _head(path, len(SQLITE))
    return head[8:12] == b"DUCK" or head == SQLITE


def _head(path: Path, size: int) -> bytes:
    with path.open("rb") as stream:
        return stream.read(size)


def quoted(name: str) -> str:
    """Return an identifier in double quotes, as SQL has it.

    Examples
    --------
    >>> quoted('we"ird')
    '"we""ird"'
    """
    return '"' + name.replace('"', '""') + '"'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _settings(folder: str, memory_limit: str) -> dict[str, Any]:
    return {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "memory_limit": memory_limit,
        "threads": THREADS,
        "temp_directory": folder,
    }


def shut_in(connection: duckdb.DuckDBPyConnection, allowed: Path | None = None) -> None:
    """Let a connection open one file at most, and nothing else, from now on."""
    if allowed is not None:
        connection.execute(f"SET allowed_paths = [{_literal(str(allowed))}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _file(
    path: Path, table: str | None, delimiter: str | None, folder: str, memory_limit: str
) -> WatchSource:
    import duckdb

    path = path.resolve()
    place = str(path)
    ending, settings = path.suffix.lower(), _settings(folder, memory_limit)
    if ending in DUCKDB_ENDINGS:
        connection = duckdb.connect(str(path), read_only=True, config=settings)
        shut_in(connection)
        try:
            sql, name = _table(connection, table, str(path))
        except BaseException:
            connection.close()
            raise
        described = _described(connection, sql, {}, "database", str(path))
        return replace(described, table=name)
    if table is not None:
        raise DataError(f"{path}: table= is for databases; this file is one table.")
    encoding, mark = "parquet", ""
    names: list[str] = []
    if ending not in PARQUET_ENDINGS:
        path, encoding = _as_utf8(path, Path(folder))
        names, mark = _header(path, delimiter, place)
    connection = duckdb.connect(":memory:", config=settings)
    shut_in(connection, path)
    if ending in PARQUET_ENDINGS:
        return _described(
            connection, "read_parquet($source)", {"source": str(path)}, encoding, str(path)
        )
    columns = ", ".join(f"{_literal(name)}: 'VARCHAR'" for name in names)
    sql = (
        f"read_csv($source, auto_detect=false, header=true, delim={_literal(mark)}, quote='\"', "
        f"escape='\"', columns={{{columns}}}, nullstr='', store_rejects=true, rejects_limit=0)"
    )
    types = dict.fromkeys(names, "VARCHAR")
    bound = {"source": str(path)}
    return WatchSource(connection, sql, bound, tuple(names), types, encoding, place)


def _described(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, Any],
    encoding: str,
    place: str,
) -> WatchSource:
    try:
        rows = connection.execute(f"DESCRIBE SELECT * FROM {sql}", dict(parameters)).fetchall()  # noqa: S608
    except BaseException:
        connection.close()
        raise
    types = {row[0]: str(row[1]) for row in rows}
    return WatchSource(connection, sql, parameters, tuple(types), types, encoding, place)


def _table(connection: duckdb.DuckDBPyConnection, table: str | None, place: str) -> tuple[str, str]:
    found = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables ORDER BY 1, 2"
    ).fetchall()
    named = {
        name if schema == "main" else f"{schema}.{name}": (schema, name) for schema, name in found
    }
    name = choose_table(list(named), table, place)
    return ".".join(quoted(part) for part in named[name]), name


def choose_table(names: list[str], table: str | None, place: str) -> str:
    """Return the table that is meant: the one named, or the only one."""
    if table is None:
        if len(names) == 1:
            return names[0]
        listing = ", ".join(names) or "none"
        raise DataError(f"{place}: say which table with table=. It has: {listing}.")
    if table not in names:
        raise unknown_name(f"table in {place}", table, names)
    return table


def _as_utf8(path: Path, folder: Path) -> tuple[Path, str]:
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.strip():
        raise DataError(f"{path}: the file is empty. Its first row must name the columns.")
    if not head.startswith((b"\xff\xfe", b"\xfe\xff")) and b"\x00" not in head:
        text = head.decode("utf-8", errors="replace")
        if "�" not in text[:-4]:
            return path, "utf-8"
    from mdresearch.core.encodings import MAX_BYTES

    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(
            f"{path}: {size:,} bytes that are not UTF-8; at most {MAX_BYTES:,} are turned into it. "
            "Save the file as UTF-8, or as Parquet."
        )
    decoded = decode(path.read_bytes(), name=str(path))
    copy = folder.resolve() / "as_utf8.csv"
    copy.write_bytes(decoded.text.encode("utf-8"))
    return copy, decoded.encoding


def _header(path: Path, delimiter: str | None, place: str) -> tuple[list[str], str]:
    with path.open("rb") as stream:
        first = stream.readline(HEAD)
    if len(first) == HEAD:
        raise DataError(
            f"{place}, row 1: it is longer than {HEAD:,} bytes. Its cells must name the columns."
        )
    line = first.decode("utf-8-sig", errors="replace").rstrip("\r\n")
    mark = delimiter or max(",", "\t", ";", "|", key=line.count)
    if len(mark) != 1:
        raise DataError(f"delimiter is {mark!r}. Give one character.")
    try:
        cells = next(csv.reader([line], delimiter=mark, strict=True))
    except (csv.Error, StopIteration) as error:
        raise DataError(f"{place}, row 1: {error}. The first row must name the columns.") from error
    return check_header([cell.strip() for cell in cells], place), mark


def _worded(place: str, error: Exception) -> str:
    first = str(error).strip().splitlines()[0][:300]
    if "Out of Memory" in first:
        return (
            f"{place}: more memory is needed than memory_limit allows. Raise it, or name fewer "
            "columns in by=."
        )
    return (
        f"{place}: DuckDB cannot read it ({first}). Look whether the file is whole, and is what "
        "its ending says."
    )
