"""Files of reviews and comments as rows of text, whether they are JSON, JSON lines or CSV."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.json_rows import Row, encoding_of, json_rows, lines

MARKS = (",", ";", "\t")
PART = 10_000
RAGGED = "a row with more or fewer cells than the header"
BLANK = "an empty row"
_HALF = re.compile("[\ud800-\udfff]")


@dataclass
class Rows:
    """A file whose rows are being read: how it is written, and what was met on the way.

    Attributes
    ----------
    seen : Counter
        How often each field was filled.
    refused : Counter
        What was left out, by reason.
    """

    path: Path
    encoding: str
    note: str
    found: Iterator[Row] = field(default_factory=lambda: iter(()))
    seen: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


def open_rows(
    path: Path, expected: Sequence[str], nested: Sequence[str], options: Mapping[str, Any]
) -> Rows:
    """Begin to read a file: JSON, JSON lines, CSV with a header, or a workbook.

    Parameters
    ----------
    path : Path
        The file.
    expected : sequence of str
        Columns that a CSV must have.
    nested : sequence of str
        Fields under which an answer in JSON holds its rows.
    options : mapping
        ``encoding`` is used, and ``sheet`` of a workbook.

    Raises
    ------
    DataError
        The file is not what it should be; the message names the place.
    """
    if path.suffix.lower() == ".xlsx" or _is_zip(path):
        return _workbook(path, expected, options.get("sheet"))
    stated = options.get("encoding")
    encoding, note, text = encoding_of(path, stated)
    held = Rows(path, encoding, note)
    if text.startswith(("{", "[")):
        held.found = json_rows(path, nested, stated, held.refused)
    else:
        held.found = _csv_rows(path, encoding, text, expected, held)
    return held


def in_parts(held: Rows, expected: Sequence[str], size: int = PART) -> Iterator[list[Row]]:
    """Yield the rows of a file in lists, so that a long file is never in memory as rows.

    At least one list comes, if an empty one.

    Raises
    ------
    DataError
        No row of the file has one of the fields that are expected.
    """
    names: set[str] = set()
    rows = track(held.found, f"reading {held.path.name}")
    while True:
        part = list(islice(rows, size))
        for row in part:
            names.update(row)
            held.seen.update([name for name, v in row.items() if v not in (None, "", [], {})])
        absent = [name for name in expected if name not in names]
        if len(part) < size and absent and names:
            raise DataError(
                f"{held.path}: no row has the field '{absent[0]}'. It has: "
                f"{', '.join(sorted(names)[:20])}. Needed: {', '.join(expected)}. Say another "
                "kind=."
            )
        yield part
        if len(part) < size:
            return


def _csv_rows(
    path: Path, encoding: str, text: str, expected: Sequence[str], held: Rows
) -> Iterator[Row]:
    first = text.partition("\n")[0]
    mark = max(MARKS, key=first.count)
    number = 0
    names: list[str] = []
    reader = csv.reader(lines(path, encoding), delimiter=mark, strict=True)
    try:
        for number, cells in enumerate(reader, start=1):  # noqa: B007 (for the message)
            if not names:
                if not any(cells):
                    continue  # blank lines before the header
                names = _header(path, cells, expected)
            elif not any(cells):
                held.refused[BLANK] += 1
            elif len(cells) != len(names):
                held.refused[RAGGED] += 1
            else:
                yield {n: cell for n, cell in zip(names, cells, strict=True) if n}
    except csv.Error as error:
        raise DataError(
            f"{path}, row {number + 1} (line {reader.line_num}): {error}. A cell that holds "
            f"'{mark}', a quote or a line break stands in double quotes, each quote inside "
            'as "".'
        ) from error


def _is_zip(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(4) == b"PK\x03\x04"


def _workbook(path: Path, expected: Sequence[str], sheet: str | None) -> Rows:
    """Begin to read a workbook; titles above the row with the names of the columns are passed."""
    from mdresearch.corpus.workbooks import sheet_rows

    found = sheet_rows(path, expected, sheet)
    names = _header(path, found.names, expected)
    held = Rows(path, "xlsx", found.note)

    def rows() -> Iterator[Row]:
        for cells in found.rows:
            if not any(cells):
                held.refused[BLANK] += 1
            elif len(cells) > len(names):
                held.refused[RAGGED] += 1
            else:
                full = [*cells, *[None] * (len(names) - len(cells))]
                yield {n: cell for n, cell in zip(names, full, strict=True) if n}

    held.found = rows()
    return held


def _header(path: Path, cells: list[str], expected: Sequence[str]) -> list[str]:
    """Return the names of the columns; a first one without a name is the index of a data frame."""
    names = [name.strip() for name in cells]
    if names[0] in ("", "Unnamed: 0"):
        names[0] = ""
    twice = [name for name, n in Counter(filter(None, names)).items() if n > 1]
    if twice:
        raise DataError(
            f"{path}, row 1: two columns are both called '{twice[0]}'. Rename one of them."
        )
    absent = [name for name in expected if name not in names]
    if absent:
        raise DataError(
            f"{path}, row 1: there is no column '{absent[0]}'. It has: "
            f"{', '.join(n for n in names if n)[:300]}. Needed: {', '.join(expected)}. Say another "
            "kind=."
        )
    return names


def texts(rows: Sequence[Row], *names: str) -> list[str | None]:
    """Return a field of every row as text, missing where it is empty; the first of several names.

    Truth values are ``true`` and ``false``. What is no single value (a list, an object) is missing.
    Half characters (lone surrogates) become U+FFFD: no file can hold them.
    """
    return [_text(row, names) for row in rows]


def _text(row: Row, names: Sequence[str]) -> str | None:
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return value if value.isascii() else _HALF.sub("\ufffd", value)
        if isinstance(value, bool):
            return "true" if value else "false"
    return None


def inner(rows: Sequence[Row], name: str) -> list[Row]:
    """Return an object that stands in a field of every row; an empty one where there is none."""
    return [held if isinstance(held := row.get(name), dict) else {} for row in rows]
