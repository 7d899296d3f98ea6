"""Bilibili danmaku by the million: numpy over pieces of 1 MiB, for files without any oddity.

Whatever is unusual (another attribute, a comment, a second element, one value that is no number)
raises `Unusual`, and the whole file is read again by the exact path in `danmaku_bilibili`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.danmaku_columns import Columns, joined
from mdresearch.corpus.loaders.danmaku_fields import (
    Unusual,
    milliseconds,
    whole,
    windows,
    words,
)
from mdresearch.corpus.loaders.danmaku_pieces import (
    PIECE,
    code_point,
    is_xml_character,
    pieces,
    without_the_last_two,
)

if TYPE_CHECKING:
    import numpy as np

PAD = 64
PADDING = bytes(PAD)
MAX_GAP = 64
COMMA, QUOTE, OPEN = b',"<'
BOTH = 0xEF  # a comma and an opening bracket differ in the one bit that is not in it
START = int.from_bytes(b'<d p="\0\0', "little")
END = int.from_bytes(b"</d>", "little")
SIX_BYTES = (1 << 48) - 1
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"']"
    rb"(?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"'](?:yes|no)[\"'])?\s*\?>)?\s*"
    rb"<i>\s*((?:<[A-Za-z_][A-Za-z0-9_.-]{0,40}>[^<&]{0,1000}</[A-Za-z0-9_.-]{1,41}>\s*){0,64})"
)
_FACTS = re.compile(rb"<([A-Za-z0-9_.-]+)>([^<]*)</([A-Za-z0-9_.-]+)>")
_NUMBERED = re.compile(rb"#(?:x([0-9A-Fa-f]{1,16})|([0-9]{1,16}))")
_NAMED = {b"amp": b"&", b"lt": b"<", b"gt": b">", b"quot": b'"', b"apos": b"'"}


def scan(path: Path, size: int = PIECE) -> Columns:
    """Read a file into columns, or raise `Unusual`.

    Parameters
    ----------
    path : Path
        A file whose root is ``<i>``.
    size : int
        Bytes read at once.

    Raises
    ------
    Unusual
        Something in it is not in the plain layout.
    DataError
        The file is too large, or holds no end of an item in 8 MiB.
    """
    parts: list[Columns] = []
    facts: dict[str, str] = {}
    removed, first, last = 0, True, b""
    for piece, out in pieces(path, b"</d>", size):
        removed += out
        if b"\0" in piece:
            raise Unusual("NUL")
        if first:
            piece, facts = _without_head(piece)
            first = False
        if piece.endswith(b"</d>"):
            parts.append(scan_piece(piece))
        last = piece
    if last.strip() != b"</i>":
        raise Unusual("tail")
    return joined(parts, facts=facts, removed=removed)


def scan_piece(piece: bytes) -> Columns:
    """Read items that stand one behind the other; see `scan`."""
    import numpy as np

    if b"\r" in piece:
        piece = piece.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    buffer = np.frombuffer(bytearray().join((PADDING, piece, PADDING)), np.uint8)
    opens, closes, at = _tags(buffer, len(buffer) - PAD)
    quote, nine = _quotes(buffer, at, closes)
    ends = [*at[:7], at[7] if nine.all() else np.where(nine, at[7], quote)]
    begins = [opens + 6, *(comma + 1 for comma in at[:7])]
    field: dict[str, Any] = {
        name: whole(buffer, ends[k], ends[k] - begins[k], width).astype(kind)
        for name, k, width, kind in (
            ("mode", 1, 3, np.int16),
            ("size", 2, 4, np.int16),
            ("colour", 3, 8, np.int32),
            ("posted", 4, 11, np.int64),
            ("pool", 5, 4, np.int16),
        )
    }
    texts, removed = _texts(buffer, quote + 2, closes)
    return Columns(
        time_ms=milliseconds(buffer, ends[0], ends[0] - begins[0]),
        level=_levels(buffer, at[7], quote, nine),
        sender=words(buffer, begins[6], ends[6] - begins[6], 16, digits=False),
        ident=words(buffer, begins[7], ends[7] - begins[7], 20, digits=True),
        texts=(texts,),
        removed=removed,
        **field,
    )


def _levels(
    buffer: np.ndarray, comma: np.ndarray, quote: np.ndarray, nine: np.ndarray
) -> np.ndarray:
    import numpy as np

    if nine.all():
        return whole(buffer, quote, quote - comma - 1, 4).astype(np.int16)
    level = np.full(len(nine), -1, np.int16)
    if nine.any():
        level[nine] = whole(buffer, quote[nine], (quote - comma - 1)[nine], 4)
    return level


def _without_head(piece: bytes) -> tuple[bytes, dict[str, str]]:
    start = piece.find(b"<d ")
    end = start if start >= 0 else piece.find(b"</i>")
    match = _HEAD.fullmatch(piece, 0, max(end, 0))
    if match is None:
        raise Unusual("head")
    facts: dict[str, str] = {}
    for name, text, close in _FACTS.findall(match[1]):
        if name != close:
            raise Unusual("head")
        facts.setdefault(name.decode(), text.decode("utf-8", "replace").strip())
    return piece[end:], facts


def _tags(buffer: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Return where items open and close, and their first eight commas.

    Between items there is white space at most. An item of eight values has seven commas in its
    values, and the eighth is one of its text, or its end.
    """
    import numpy as np

    either = buffer & BOTH
    marks = np.flatnonzero(np.equal(either, COMMA, out=either.view(bool)))
    tags = np.flatnonzero(buffer[marks] == OPEN)
    first, last = tags[0::2], tags[1::2]
    if len(tags) % 2 or len(tags) == 0 or marks[last[-1]] + 4 != n:
        raise Unusual("tags")
    if int((last - first).min()) < 8:
        raise Unusual("values")
    opens, closes = marks[first], marks[last]
    eight, four = windows(buffer, "<u8"), windows(buffer, "<u4")
    if ((eight[opens] & SIX_BYTES) != START).any() or (four[closes] != END).any():
        raise Unusual("tags")
    after = np.concatenate([[PAD], closes[:-1] + 4])
    gaps = opens - after
    widest = int(gaps.max())
    if widest > MAX_GAP:
        raise Unusual("gap")
    for k in range(widest):
        here = buffer[(after + k)[gaps > k]]
        if not np.isin(here, (9, 10, 32)).all():
            raise Unusual("gap")
    return opens, closes, [marks[first + k] for k in range(1, 9)]


def _quotes(
    buffer: np.ndarray, at: Sequence[np.ndarray], closes: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the quotes that close the values, and whether there are nine values.

    A quote that is looked for too near is found out by the values themselves: one of them would
    hold something that is no number.
    """
    import numpy as np

    quote = _quote_behind(buffer, at[7], range(2, 6))
    nine = (quote > 0) & (at[7] - at[6] <= 21)
    if not nine.all():
        quote = np.where(nine, quote, _quote_behind(buffer, at[6], range(2, 22)))
    if not ((buffer[quote + 1] == ord(">")) & (quote > 0) & (quote + 1 < closes)).all():
        raise Unusual("values")
    return quote, nine


def _quote_behind(buffer: np.ndarray, places: np.ndarray, steps: range) -> np.ndarray:
    """Return the first quote that stands so many bytes behind a place, 0 where there is none."""
    import numpy as np

    found = np.zeros(len(places), np.int64)
    for step in steps:
        here = (buffer[places + step] == QUOTE) & (found == 0)
        np.copyto(found, places + step, where=here)
        if found.all():
            break
    return found


def _texts(buffer: np.ndarray, begins: np.ndarray, closes: np.ndarray) -> tuple[bytes, int]:
    """Return the texts, entities unescaped, a NUL behind each; and how much was taken out."""
    import numpy as np

    buffer[closes] = 0
    counts = np.empty(2 * len(begins), np.int64)  # bytes around the texts and in them, in turn
    counts[0::2] = begins
    counts[2::2] -= closes[:-1] + 1
    counts[1::2] = closes + 1 - begins
    keep = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    data, removed = buffer[: len(keep)][keep].tobytes(), 0
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusual("encoding") from error
    if "\ufffe" in text or "\uffff" in text:
        data, removed = without_the_last_two(data)
    if b">" in data and b"]]>" in data:
        raise Unusual("]]>")
    if b"&" in data:
        data, out = unescape(data)
        removed += out
    return data, removed


def unescape(text: bytes) -> tuple[bytes, int]:
    r"""Return a text with its entities as characters, and how many were no XML character.

    Raises
    ------
    Unusual
        An entity is not one of XML's five.

    Examples
    --------
    >>> unescape(b"a &lt; b &#38; &#x4e00;&#1;")
    (b'a < b & \xe4\xb8\x80', 1)
    """
    removed = 0
    first, *rest = text.split(b"&")
    out = [first]
    for part in rest:
        name, mark, after = part.partition(b";")
        if not mark:
            raise Unusual("entity")
        character = _character(name)
        removed += not character
        out += (character, after)
    return b"".join(out), removed


@lru_cache(maxsize=4096)
def _character(name: bytes) -> bytes:
    """Return what an entity stands for, nothing where it is no character of XML."""
    if name in _NAMED:
        return _NAMED[name]
    match = _NUMBERED.fullmatch(name)
    if match is None:
        raise Unusual("entity")
    code = code_point(match[1], match[2])
    return chr(code).encode("utf-8") if is_xml_character(code) else b""
