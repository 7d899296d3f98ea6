"""Files of catalogues, opened with bounds: JSON, saved web pages, and tables with ragged rows."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdresearch.core.csv_files import check_header, refuse_absent_or_large
from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError
from mdresearch.corpus.loading import FileNote

MAX_BYTES = 200_000_000
SHOWN = 5
DEPTH = 100

_NEXT = re.compile(r"<script[^>]{0,300}__NEXT_DATA__[^>]{0,300}>(.*?)</script", re.DOTALL)
_MARKUP = re.compile(r"\s*(<!doctype html|<html|<head|<body|<!--)", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """A table of text: the names of its columns, its rows by line, and what was refused.

    Attributes
    ----------
    rows : tuple of (int, dict)
        The number of the row as a spreadsheet counts (the head is row 1), and its cells.
    ragged : tuple of int
        Rows with more or fewer cells than the head; they are not in ``rows``.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[int, dict[str, str]], ...]
    encoding: str
    ragged: tuple[int, ...] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    def file_note(self, path: Path, refused: Mapping[str, int], note: str = "") -> FileNote:
        """Return the note of this file; ``refused`` holds reasons found after the reading."""
        lost = Counter(self.refused) + Counter(refused)
        read = len(self.rows) + sum(self.refused.values())
        return FileNote(path, self.encoding, read, dict(lost), _joined(self.note, note))


def _joined(*notes: str) -> str:
    return "; ".join(note for note in notes if note)


def read_json(path: Path, page: bool = False) -> tuple[Any, str]:
    """Return what a JSON file holds, or the ``__NEXT_DATA__`` of a saved page, and the encoding.

    Parameters
    ----------
    path : Path
        The file; at most 200 MB.
    page : bool
        A saved web page will do as well.

    Raises
    ------
    DataError
        The file is a web page without data, is not JSON, or nests deeper than 100 levels.
    """
    refuse_absent_or_large(path, MAX_BYTES)
    decoded = decode(path.read_bytes(), name=str(path))
    text = decoded.text
    if _MARKUP.match(text):
        found = _NEXT.search(text) if page else None
        if found is None:
            lacks = ", and holds no __NEXT_DATA__" if page else ""
            raise DataError(
                f"{path}: a web page (HTML), not JSON{lacks}. Save the answer of the server "
                "itself, or the page as 'HTML only' before anything is changed in it."
            )
        text = found[1]
        if "&quot;" in text and '"' not in text:
            text = html.unescape(text)
    return parse_json(text, path), decoded.encoding


def parse_json(text: str, path: Path) -> Any:
    """Return what a JSON text holds; constants such as NaN and deep nesting are refused."""
    try:
        return _shallow(json.loads(text, parse_constant=_no_constant), path)
    except RecursionError as error:
        raise _nested(path) from error
    except json.JSONDecodeError as error:
        raise DataError(
            f"{path}, line {error.lineno}, column {error.colno}: not JSON ({error.msg}). "
            "Save the answer again, whole and as it came."
        ) from error
    except ValueError as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path}: not JSON ({error}). Save the answer again.") from error


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")


def _shallow(data: Any, path: Path) -> Any:
    level = [data] if isinstance(data, dict | list) else []
    for _ in range(DEPTH):
        if not level:
            return data
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
    raise _nested(path)


def _nested(path: Path) -> DataError:
    return DataError(
        f"{path}: it nests deeper than {DEPTH} levels, as no catalogue does. "
        "Look at the file before you use it."
    )


def read_table(path: Path, options: Mapping[str, Any]) -> Sheet:
    """Read a CSV, TSV or XLSX as text; rows that are ragged are left out, counted and named.

    Parameters
    ----------
    path : Path
        The file.
    options : mapping
        ``sheet`` for a workbook of several sheets, ``encoding`` for text.

    Raises
    ------
    DataError
        The file is empty, a web page, has a column twice, or a quote that is never closed.
    """
    if path.suffix.lower() == ".xlsx":
        return _workbook(path, options.get("sheet"))
    refuse_absent_or_large(path, MAX_BYTES)
    decoded = decode(path.read_bytes(), options.get("encoding"), str(path))
    text = decoded.text
    if _MARKUP.match(text):
        raise DataError(f"{path}: a web page (HTML), not a table. Download the table itself.")
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    note = decoded.note if delimiter == "," else _joined(decoded.note, f"columns by {delimiter!r}")
    return _rows(path, text, delimiter, decoded.encoding, note)


def _rows(path: Path, text: str, delimiter: str, encoding: str, note: str) -> Sheet:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    ragged: dict[int, str] = {}
    names: list[str] = []
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            if number == 1:
                names = check_header([name.strip() for name in row], str(path))
            elif not any(row):
                continue
            elif len(row) != len(names):
                ragged[number] = f"{len(row)} cells for {len(names)} columns"
            else:
                rows.append((number, dict(zip(names, row, strict=True))))
    except csv.Error as error:
        raise DataError(
            f"{path}, row {number + 1}: {error}. A cell that holds a comma, a quote or a line "
            "break stands in double quotes."
        ) from error
    if not names:
        raise DataError(f"{path}: the file is empty. Its first row must name the columns.")
    refused = dict(Counter(ragged.values()))
    return Sheet(tuple(names), tuple(rows), encoding, tuple(ragged), refused, note)


def _workbook(path: Path, sheet: str | None) -> Sheet:
    from mdresearch.corpus.workbooks import read_sheet

    frame = read_sheet(path, sheet).fillna("")
    names = tuple(frame.columns)
    rows = [dict(zip(names, row, strict=True)) for row in frame.itertuples(index=False)]
    numbered = tuple((n, row) for n, row in enumerate(rows, start=2) if any(row.values()))
    return Sheet(names, numbered, "xlsx")


def ragged_sentence(path: Path, sheet: Sheet) -> list[str]:
    """Return a sentence that names the ragged rows of a file, or nothing where there are none."""
    if not sheet.ragged:
        return []
    shown = ", ".join(str(number) for number in sheet.ragged[:SHOWN])
    more = f" and {len(sheet.ragged) - SHOWN} more" if len(sheet.ragged) > SHOWN else ""
    why = ", ".join(sheet.refused)
    rows = "row was" if len(sheet.ragged) == 1 else "rows were"
    return [
        f"{path.name}: {len(sheet.ragged)} ragged {rows} left out, since no one can say which "
        f"cell is wrong: {shown}{more} ({why}). Mend the file; the head is row 1."
    ]


def need(path: Path, names: tuple[str, ...], wanted: tuple[str, ...], kind: str) -> None:
    """Raise where a table lacks columns that its kind always has."""
    lost = [name for name in wanted if name not in names]
    if lost:
        raise DataError(
            f"{path}: a file of the kind '{kind}' has the columns {', '.join(wanted)}; this one "
            f"lacks {', '.join(lost)}. It has: {', '.join(name[:60] for name in names[:40])}."
        )


def head_names(head: bytes) -> frozenset[str]:
    r"""Return the names in the first line of a table, for guessing what it is.

    Examples
    --------
    >>> sorted(head_names(b"a,b c\n1,2"))
    ['a', 'b c']
    """
    line = head.removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0].decode("utf-8", errors="replace")
    delimiter = max(",;\t", key=line.count)
    return frozenset(name.strip().strip('"') for name in line.split(delimiter))


def json_mark(*marks: bytes, page: bytes = b"") -> Callable[[Path, bytes], float]:
    """Return a sniffing function: .9 where all marks are in the head of a JSON file."""

    def sniff(path: Path, head: bytes) -> float:
        start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
        if start in (b"{", b"["):
            return 0.9 if all(mark in head for mark in marks) else 0.0
        if page and start == b"<":
            return 0.6 if page in head.lower() else 0.0
        return 0.0

    return sniff
