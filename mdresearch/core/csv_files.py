"""CSV files: read strictly as text, written so that no spreadsheet runs what a cell says."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.atomic import write_bytes
from mdresearch.core.errors import DataError
from mdresearch.core.progress import track

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 2_000_000_000
MAX_CELL = 10_000_000
PIECE = 100_000

# What begins a formula: the signs, the same at full width (spreadsheets in Japanese take them), and
# white space before one. A reader that takes ';' or a tab for the delimiter, as spreadsheets of
# half of Europe do, begins a cell after that or after a line break inside a cell.
_SIGNS = "=+\\-@＝＋－＠"
_BECOMES_FORMULA = re.compile(rf"^(?='*[{_SIGNS}\t\r\n])|(?<=[;\t\r\n])(?='*[{_SIGNS}])")
_WAS_FORMULA = re.compile(rf"^'(?='*[{_SIGNS}\t\r\n])|(?<=[;\t\r\n])'(?='*[{_SIGNS}])")


def escape_cell(text: str) -> str:
    """Put a single quote before what a spreadsheet would take for a formula.

    The escape can be undone: `unescape_cell` gives back exactly what went in.

    Examples
    --------
    >>> escape_cell("=1+1"), escape_cell("'=1+1"), escape_cell("plain"), escape_cell("a;=1+1")
    ("'=1+1", "''=1+1", 'plain', "a;'=1+1")
    """
    return _BECOMES_FORMULA.sub("'", text)


def unescape_cell(text: str) -> str:
    """Take back the quotes that `escape_cell` put there.

    Examples
    --------
    >>> unescape_cell("'=1+1"), unescape_cell("'tis")
    ('=1+1', "'tis")
    """
    return _WAS_FORMULA.sub("", text)


def read_csv(
    path: str | Path,
    *,
    escaped: bool = False,
    delimiter: str = ",",
    max_bytes: int = MAX_BYTES,
) -> pd.DataFrame:
    """Read a CSV file in which every cell is text and only an empty cell is missing.

    "NA", "null" and "007" stay what they are. The first row of the frame is row 2 of the file.

    Parameters
    ----------
    path : str or Path
        A UTF-8 file, with or without a byte order mark, whose first row names the columns.
    escaped : bool
        The file was written by `write_csv`: take back its escapes, and keep empty rows. Without it,
        empty rows at the end (a spreadsheet's habit) are left out.
    delimiter : str
        What separates the cells.
    max_bytes : int
        A larger file is refused.

    Raises
    ------
    DataError
        The file is absent, too large, not UTF-8, has a column twice or without a name, a row with
        too many or too few cells, or a quote that is never closed; the message names the row.
    """
    import pandas as pd

    path = Path(path)
    refuse_absent_or_large(path, max_bytes)
    rows = track(_rows(path, delimiter), f"rows of {path.name}")
    header = next(rows, None)
    if header is None:
        raise DataError(f"{path}: the file is empty. Its first row must name the columns.")
    header = [unescape_cell(name) if escaped else name.strip() for name in header]
    names = check_header(header, str(path))
    cells: list[list[str]] = []
    for number, row in enumerate(rows, start=2):
        if not row and len(names) > 1:
            row = [""] * len(names)
        if len(row) != len(names):
            raise DataError(_ragged(path, number, row, names))
        cells.append(row)
    if not escaped:
        while cells and not any(cells[-1]):
            cells.pop()
    columns = list(zip(*cells, strict=True)) if cells else [()] * len(names)
    undo = unescape_cell if escaped else str
    return pd.DataFrame(
        {
            name: pd.Series([undo(cell) if cell else None for cell in column], dtype="str")
            for name, column in zip(names, columns, strict=True)
        }
    )


def guess_delimiter(path: str | Path) -> str:
    """Return the delimiter of a file's first line: a comma, or where it has none ``;`` or a tab."""
    path = Path(path)
    refuse_absent_or_large(path, MAX_BYTES)
    with path.open("rb") as stream:
        first = stream.readline(1_000_000).decode("utf-8-sig", errors="replace")
    return next((mark for mark in (",", ";", "\t") if mark in first), ",")


def write_csv(frame: pd.DataFrame, path: str | Path) -> Path:
    """Write a table in one step, its text cells escaped by `escape_cell`; numbers stay numbers."""
    return write_bytes(path, csv_bytes(frame))


def csv_bytes(frame: pd.DataFrame) -> bytes:
    r"""Return the bytes that `write_csv` writes: UTF-8, line feeds, text quoted, missing empty.

    Examples
    --------
    >>> import pandas as pd
    >>> csv_bytes(pd.DataFrame({"id": ["007", "=1+1"], "n": [1.5, None]})).decode().splitlines()
    ['"id","n"', '"007",1.5', '"\'=1+1",""']
    """
    import pandas as pd

    safe = frame.copy(deep=False)
    for place, name in track(list(enumerate(frame.columns)), "columns made safe"):
        column = frame.iloc[:, place]
        if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
            safe[name] = _safe(column)
    safe.columns = [escape_cell(str(name)) for name in frame.columns]
    buffer = io.StringIO()
    starts = range(0, max(len(safe), 1), PIECE)
    for start in track(starts, f"writing pieces of {PIECE:,} rows"):
        safe.iloc[start : start + PIECE].to_csv(
            buffer,
            index=False,
            header=start == 0,
            quoting=csv.QUOTE_NONNUMERIC,
            lineterminator="\n",
        )
    try:
        return buffer.getvalue().encode("utf-8")
    except UnicodeEncodeError as error:
        near = error.object[max(0, error.start - 20) : error.start]
        raise DataError(
            f"A text holds half of a character (a lone surrogate, after {near!r}), which no file "
            "can hold. Read the text again from its source, as UTF-8."
        ) from error


def _safe(column: pd.Series) -> pd.Series:
    """Return a column with its text escaped; words that stand often are looked at once."""
    import pandas as pd

    if not isinstance(column.dtype, pd.StringDtype):
        return column.map(lambda cell: escape_cell(str(cell)), na_action="ignore")
    places, words = pd.factorize(column)
    if not any(map(_BECOMES_FORMULA.search, words)):
        return column
    escaped = pd.Series(
        [*map(escape_cell, words), None], dtype="str"
    )  # the last is what is missing
    return escaped.iloc[places].set_axis(column.index)


def refuse_absent_or_large(path: Path, max_bytes: int) -> None:
    """Raise `DataError` where there is no such file, or it is larger than ``max_bytes``."""
    if not path.is_file():
        raise DataError(f"There is no file '{path}'. Give the path of an existing file.")
    size = path.stat().st_size
    if size > max_bytes:
        raise DataError(
            f"{path}: {size:,} bytes; at most {max_bytes:,} are read at once. "
            "Split the file, or query it with DuckDB first."
        )


def check_header(header: list[str], place: str) -> list[str]:
    """Return the names of the columns, or raise where one is empty or stands twice."""
    names = list(header)
    if not names:
        raise DataError(f"{place}, row 1: it is empty. Name every column in the first row.")
    for number, name in enumerate(names, start=1):
        if not name.strip():
            raise DataError(
                f"{place}, row 1: column {number} has no name. Name every column, or delete those "
                "that are empty."
            )
        first = names.index(name) + 1
        if first != number:
            raise DataError(
                f"{place}, row 1: columns {first} and {number} are both called '{name}'. "
                "Rename one of them."
            )
    return names


def _rows(path: Path, delimiter: str) -> Iterator[list[str]]:
    number = 0
    with path.open(encoding="utf-8-sig", newline="") as stream, _long_cells():
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        try:
            for row in reader:
                number += 1
                yield row
        except UnicodeDecodeError as error:
            raise DataError(_not_utf8(path)) from error
        except csv.Error as error:
            raise DataError(
                f"{path}, row {number + 1} (line {reader.line_num}): {error}. A cell that holds "
                'a comma, a quote or a line break stands in double quotes, each quote inside as "".'
            ) from error


@contextmanager
def _long_cells() -> Iterator[None]:
    before = csv.field_size_limit(MAX_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _not_utf8(path: Path) -> str:
    offset = 0
    with path.open("rb") as stream:
        for line, content in enumerate(stream, start=1):
            try:
                content.decode("utf-8")
            except UnicodeDecodeError as error:
                bad = content[error.start]
                hint = "It looks like UTF-16. " if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
                return (
                    f"{path}, line {line}, byte {offset + error.start}: 0x{bad:02x} is not UTF-8. "
                    f"{hint}Save the file as UTF-8 (in Excel: 'CSV UTF-8'), "
                    "and look whether accents and other scripts are right in it."
                )
            offset += len(content)
    return f"{path}: the last character is cut off. Copy the file again from its source."


def _ragged(path: Path, number: int, row: list[str], names: list[str]) -> str:
    start = row[0][:40] if row else ""
    return (
        f"{path}, row {number} (begins '{start}'): {len(row)} cells, but the first row names "
        f"{len(names)} columns. Quote the cell that holds the delimiter, or add what is missing."
    )
