"""Rows of JSON and JSON lines from files that nobody vouches for: bounded, every number as text."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.encodings import MAX_BYTES, decode
from mdresearch.core.errors import DataError

HEAD = 1_000_000
MAX_LINE = 16_000_000
MAX_LEVELS = 60
CUT_OFF = "the last line is cut off"
NOT_OBJECT = "not an object with fields"
LONGEST_NUMBER = 400

Row = dict[str, Any]


def encoding_of(path: Path, stated: str | None = None) -> tuple[str, str, str]:
    """Tell how a file is written from its first million bytes.

    Returns
    -------
    (str, str, str)
        The encoding, what a reader must know about it, and the beginning as text.

    Raises
    ------
    DataError
        The file is empty, is a web page, or no encoding fits.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    whole = len(head) < HEAD
    if not whole and stated is None and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: head.rfind(b"\n") + 1] or head
    decoded = decode(head, stated, name=str(path))
    text = decoded.text.lstrip("\ufeff \t\r\n")
    if not text:
        raise DataError(f"{path}: the file is empty. Export it again.")
    if text.startswith("<"):
        raise DataError(
            f"{path}, row 1: it begins with '{text[:30].splitlines()[0]}': a web page or XML, not "
            "rows of data. The export failed, or a page was saved in its place; export it again."
        )
    return decoded.encoding, decoded.note if whole else "", text


def lines(path: Path, encoding: str, max_line: int = MAX_LINE) -> Iterator[str]:
    """Yield the lines of a text file; a line that is too long or holds a NUL is an error."""
    number = 1
    with path.open(encoding=encoding, newline="") as stream:
        while True:
            try:
                line = stream.readline(max_line + 1)
            except UnicodeDecodeError as error:
                raise DataError(
                    f"{path}, about line {number}: it is not {encoding} here, though it begins "
                    "so. Say encoding=, or save the file as UTF-8."
                ) from error
            if not line:
                return
            if len(line) > max_line:
                raise DataError(
                    f"{path}, line {number}: longer than {max_line:,} characters. One row of data "
                    "is never that long; look whether this is the right file."
                )
            if "\x00" in line:
                raise DataError(
                    f"{path}, line {number}: a NUL character. The file is damaged; copy it again "
                    "from its source."
                )
            yield line.removeprefix("\ufeff") if number == 1 else line
            number += 1


def json_rows(
    path: Path, nested: Sequence[str], stated: str | None, refused: Counter[str]
) -> Iterator[Row]:
    """Yield the rows of a file of JSON lines, of a JSON list, or of an answer that holds one.

    Numbers come as the text that stands in the file, so that ids keep all their digits.

    Parameters
    ----------
    path : Path
        The file.
    nested : sequence of str
        Fields under which an answer holds its rows, such as ``data``.
    stated : str or None
        The encoding, where the user has said it.
    refused : Counter
        Gains what was left out, by reason.

    Raises
    ------
    DataError
        The file is not JSON, is nested too deeply, names a field of an object twice, or is too
        large; the message names the line.
    """
    encoding, _, text = encoding_of(path, stated)
    first = text.partition("\n")[0]
    if text.startswith("{") and _is_whole(first):
        for number, line in _by_line(path, encoding, refused):
            yield from _items(line, nested, f"{path}, line {number}", refused)
        return
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise DataError(
            f"{path}: {size:,} bytes of JSON in one piece; at most {MAX_BYTES:,} are read. Export "
            "it as JSON lines (one object a line), which can be of any size, or split it."
        )
    document = loads(decode(path.read_bytes(), encoding, name=str(path)).text, str(path))
    yield from _items(document, nested, str(path), refused)


def loads(text: str, place: str) -> Any:
    """Parse JSON strictly, with every number as its text.

    Examples
    --------
    >>> loads('{"cid": 7569543503384036153, "n": 1.50}', "a.json")
    {'cid': '7569543503384036153', 'n': '1.50'}
    """
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_int=_number,
            parse_float=_number,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        near = text[max(0, error.pos - 15) : error.pos + 15]
        where = f", line {error.lineno}" if "\n" in text.strip() else ""
        raise DataError(
            f"{place}{where}, column {error.colno}: this is not JSON ({error.msg}), near {near!r}. "
            "Export the file again, or mend it there."
        ) from error
    except RecursionError as error:
        raise DataError(
            f"{place}: nested too deeply to be rows of data. Look whether this is the right file."
        ) from error
    except _BadJsonError as error:
        raise DataError(f"{place}: {error}") from error


class _BadJsonError(Exception):
    """What the parser's hooks refuse; the caller adds the place."""


def _unique(pairs: list[tuple[str, Any]]) -> Row:
    row = dict(pairs)
    if len(row) < len(pairs):
        twice = next(name for name, n in Counter(name for name, _ in pairs).items() if n > 1)
        raise _BadJsonError(
            f"an object names the field '{twice[:60]}' twice, so it is not clear which value "
            "counts. Export the file again, or delete one of them."
        )
    return row


def _number(text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        raise _BadJsonError(f"a number of {len(text):,} digits. Look whether this is the file.")
    return text


def _constant(text: str) -> None:
    """Take NaN, which pandas writes for a missing value, as missing; refuse the infinities."""
    if text != "NaN":
        raise _BadJsonError(f"{text} is not JSON. Write null where a value is missing.")


def _is_whole(line: str) -> bool:
    try:
        return isinstance(loads(line, ""), dict)
    except DataError as error:
        return isinstance(error.__cause__, _BadJsonError)


def _by_line(path: Path, encoding: str, refused: Counter[str]) -> Iterator[tuple[int, Any]]:
    """Yield each line parsed; a last line that is cut off is counted, any other is an error."""
    failed: DataError | None = None
    for number, line in enumerate(lines(path, encoding), start=1):
        if not line.strip():
            continue
        if failed is not None:
            raise failed
        try:
            row = loads(line, f"{path}, line {number}")
        except DataError as error:
            if not isinstance(error.__cause__, json.JSONDecodeError) or line.endswith("\n"):
                raise
            failed = error
            continue
        yield number, row
    if failed is not None:
        refused[CUT_OFF] += 1


def _items(held: Any, nested: Sequence[str], place: str, refused: Counter[str]) -> Iterator[Row]:
    """Yield the rows of one parsed value: of a list, of an answer that holds them, or itself."""
    for _ in range(MAX_LEVELS):
        if not isinstance(held, dict):
            break
        key = next((k for k in nested if isinstance(held.get(k), (list, dict))), None)
        if key is None:
            yield held
            return
        held = held[key]
    if not isinstance(held, list):
        kind = "empty" if held is None else type(held).__name__
        raise DataError(
            f"{place}: a value of kind {kind}, where an object or a list of objects belongs."
        )
    for item in held:
        if isinstance(item, dict) and any(isinstance(item.get(k), list) for k in nested):
            yield from _items(item, nested, place, refused)  # a list of pages
        elif isinstance(item, dict):
            yield item
        else:
            refused[NOT_OBJECT] += 1


def field_names(head: bytes) -> frozenset[str]:
    """Return the names of fields in the beginning of a file: of JSON objects, or a CSV's header.

    Examples
    --------
    >>> sorted(field_names(b'[{"id": 1, "text": "a"}]')), sorted(field_names(b"a;b c;d"))
    (['id', 'text'], ['a', 'b c', 'd'])
    """
    wide = head[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = head.decode("utf-16" if wide else "utf-8-sig", errors="ignore").lstrip()
    if text.startswith(("{", "[")):
        return frozenset(re.findall(r'"([A-Za-z_]\w{0,40})"\s*:', text))
    first = text.partition("\n")[0][:5_000].strip()
    mark = next((m for m in (";", "\t", ",") if m in first), ",")
    return frozenset(name.strip().strip('"') for name in first.split(mark))
