"""Excel workbooks: a sheet as a table of text, with the traps of spreadsheets refused."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.archives import Bounds, open_archive
from mdresearch.core.csv_files import check_header, refuse_absent_or_large
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import track

if TYPE_CHECKING:
    import pandas as pd

MAX_BYTES = 200_000_000
MAX_UNPACKED = 1_000_000_000
DIGITS = 10**15
TITLES = 20  # rows in which the names of columns are looked for
MAX_ROWS = 1_048_576  # of a sheet


def sheet_names(path: str | Path) -> list[str]:
    """Return the names of the sheets of a workbook."""
    book = _open(Path(path), values=True)
    try:
        return list(book.sheetnames)
    finally:
        book.close()


def read_sheet(path: str | Path, sheet: str | None = None) -> pd.DataFrame:
    """Read one sheet as text; the first row names the columns, an empty cell is missing.

    Whole numbers lose Excel's ``.0``, dates become ISO 8601, truth values ``true`` and ``false``.

    Parameters
    ----------
    path : str or Path
        An ``.xlsx`` file.
    sheet : str or None
        The sheet; the only one where None.

    Raises
    ------
    DataError
        The file is not a workbook, unpacks to more than 1 GB, has several sheets and none was
        named, or a cell is an error, a formula without a stored value, or a number of more than
        15 digits (Excel has rounded it).
    """
    import pandas as pd

    path = Path(path)
    name = _choose(path, sheet_names(path), sheet)
    rows = track(_walk(path, name), f"rows of {path.name}")
    return _frame(list(rows), f"{path}, sheet '{name}'", pd)


def sheet_rows(path: Path, wanted: Sequence[str], sheet: str | None = None) -> Found:
    """Find the table in a workbook: the sheet and the row that names the columns ``wanted``.

    Titles above that row are passed over and counted; so are other sheets, where one only has it.

    Parameters
    ----------
    path : Path
        An ``.xlsx`` file.
    wanted : sequence of str
        Names that the row with the column names holds, among others.
    sheet : str or None
        The sheet; where None, the one that has those columns.

    Raises
    ------
    DataError
        No sheet has the columns, or two have; or as `read_sheet`.
    """
    names = sheet_names(path)
    if sheet is not None and sheet not in names:
        raise unknown_name(f"sheet of {path.name}", sheet, names)
    fitting = []
    first: list[str | None] = []
    for name in [sheet] if sheet is not None else names:
        top = list(_walk(path, name, TITLES))
        head = next((n for n, row in enumerate(top) if set(wanted) <= set(_heads(row))), None)
        if head is not None:
            fitting.append((name, head))
        first = first or next((row for row in top if any(row)), [])
    if not fitting:
        raise DataError(
            f"{path}: no row among the first {TITLES} of its sheets ({', '.join(names)}) names the "
            f"columns {', '.join(wanted)}. The first row with text has: "
            f"{', '.join(_heads(first))[:300] or 'nothing'}. Name the columns so, or say another "
            "kind=."
        )
    if len(fitting) > 1:
        both = ", ".join(name for name, _ in fitting)
        raise DataError(f"{path}: the sheets {both} all hold such a table. Name one with sheet=.")
    name, head = fitting[0]
    rows = list(track(_walk(path, name), f"rows of {path.name}"))
    others = [n for n in names if n != name]
    said = [f"sheet '{name}'"]
    said += [f"{head} rows above the column names passed over"] if head else []
    said += [f"sheets not read: {', '.join(others)}"] if others else []
    while rows and not any(rows[-1]):
        rows.pop()
    return Found(_heads(rows[head]), rows[head + 1 :], "; ".join(said))


@dataclass(frozen=True)
class Found:
    """A table in a workbook: column names, rows of cells as text, and where it stood."""

    names: list[str]
    rows: list[list[str | None]]
    note: str


def head_of_sheets(path: Path) -> bytes:
    """Return the first rows of two cells and more of every sheet, for telling the kind of a file.

    Cells are separated by commas; within a cell, what a CSV would quote is a blank.
    """
    lines = []
    try:
        for name in sheet_names(path)[:TITLES]:
            for row in _walk(path, name, TITLES):
                if sum(map(bool, row)) > 1:
                    lines.append(",".join(re.sub(r'[,;"\s]+', " ", cell or "") for cell in row))
    except DataError:
        return b""
    return "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace")


def _heads(row: Sequence[str | None]) -> list[str]:
    return [(cell or "").strip() for cell in row]


def _walk(path: Path, sheet: str, most: int | None = None) -> Iterator[list[str | None]]:
    """Yield the first rows of a sheet as text, without the empty cells at their end."""
    values, formulas = _open(path, values=True), _open(path, values=False)
    try:
        pages = [book[sheet] for book in (values, formulas)]
        for page in pages:
            if not hasattr(page, "reset_dimensions"):
                raise _no_workbook(path, f"'{sheet}' is no sheet of cells")
            page.reset_dimensions()
        rows = _damage_told(path, zip(*(p.iter_rows(max_row=most) for p in pages), strict=True))
        yield from _texts(rows, f"{path}, sheet '{sheet}'")
    finally:
        values.close()
        formulas.close()


def _open(path: Path, values: bool) -> Any:
    from openpyxl import load_workbook

    refuse_absent_or_large(path, MAX_BYTES)
    if not zipfile.is_zipfile(path):
        raise _no_workbook(path, "BadZipFile")
    content = path.read_bytes()
    bounds = Bounds(packed=MAX_BYTES, unpacked=MAX_UNPACKED, advice="Save the sheet as CSV.")
    with open_archive(content, bounds=bounds, name=str(path)) as archive:
        for part in (name for name in archive.names if name.endswith((".xml", ".rels"))):
            if b"<!DOCTYPE" in archive.head(part).replace(b"\0", b""):
                raise DataError(
                    f"{path}: '{part}' defines names of its own (a DOCTYPE), as no spreadsheet "
                    "does. Nothing was read."
                )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions, which are not read
            book = load_workbook(io.BytesIO(content), read_only=True, data_only=values)
    except Exception as error:  # openpyxl meets a damaged part with whatever it stumbled over
        raise _no_workbook(path, type(error).__name__) from error
    if not book.sheetnames:
        raise _no_workbook(path, "it has no sheet")
    return book


def _damage_told(path: Path, rows: Iterator[Any]) -> Iterator[Any]:
    """Yield the rows of a sheet; where a part is damaged or has no end, say so."""
    for number in itertools.count(1):
        try:
            row = next(rows, None)
        except Exception as error:  # as in `_open`
            raise _no_workbook(path, f"{type(error).__name__} at row {number:,}") from error
        if row is None:
            return
        if number > MAX_ROWS:
            raise _no_workbook(path, f"more than {MAX_ROWS:,} rows, which no spreadsheet has")
        yield row


def _no_workbook(path: Path, why: str) -> DataError:
    return DataError(
        f"{path}: not a workbook that can be read ({why}). "
        "Open it in a spreadsheet and save it as .xlsx or as CSV UTF-8."
    )


def _choose(path: Path, names: list[str], sheet: str | None) -> str:
    if sheet is None:
        if len(names) > 1:
            raise DataError(
                f"{path}: it has the sheets {', '.join(names)}. Name one of them with 'sheet:'."
            )
        return names[0]
    if sheet not in names:
        raise unknown_name(f"sheet of {path.name}", sheet, names)
    return sheet


def _texts(rows: Any, place: str) -> Iterator[list[str | None]]:
    for number, (values, formulas) in enumerate(rows, start=1):
        out: list[str | None] = []
        for at, value in enumerate(values):
            where = f"{place}, row {number}, column {at + 1}"
            formula = formulas[at].value if at < len(formulas) else None
            if value.value is None and formula is not None:
                raise DataError(
                    f"{where}: the formula {formula} has no stored value. Open the file in a "
                    "spreadsheet, let it calculate, and save it again."
                )
            if value.data_type == "e":
                raise DataError(f"{where}: the cell is the error {value.value}. Mend or empty it.")
            out.append(_text(value.value, where))
        while out and out[-1] is None:
            out.pop()
        yield out


def _text(value: Any, where: str) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and abs(value) >= DIGITS:
        raise DataError(
            f"{where}: {value} has more than 15 digits, which Excel rounds in numbers. Format the "
            "column as text, enter the ids again, and save."
        )
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return repr(value) if isinstance(value, float) else str(value)


def _frame(rows: list[list[str | None]], place: str, pd: Any) -> pd.DataFrame:
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise DataError(f"{place}: the sheet is empty. Its first row must name the columns.")
    names = check_header([(cell or "").strip() for cell in rows[0]], place)
    for number, row in enumerate(rows[1:], start=2):
        if len(row) > len(names):
            raise DataError(
                f"{place}, row {number}: {row[-1]!r} stands in column {len(row)}, but the first "
                f"row names {len(names)} columns. Name the column, or empty the cell."
            )
    columns = {
        name: pd.Series([row[at] if at < len(row) else None for row in rows[1:]], dtype="str")
        for at, name in enumerate(names)
    }
    return pd.DataFrame(columns)
