"""Bilibili danmaku by the million: numpy over pieces of 1 MiB, for files without any oddity.

Whatever is unusual (another attribute, a comment, a second element, one value that is no number)
raises `Unusual`, and the whole file is read again by the exact path in `danmaku_bilibili`.
"""

from __future__ import annotations

import re
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
MAX_GAP = 64
COMMA, QUOTE, OPEN = b',"<'
START = int.from_bytes(b'<d p="\0\0', "little")
END = int.from_bytes(b"</d>", "little")
SIX_BYTES = (1 << 48) - 1
_HEAD = re.compile(
    rb"(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"']"
    rb"(?: encoding=[\"'](?i:utf-8)[\"'])?(?: standalone=[\"'](?:yes|no)[\"'])?\s*\?>)?\s*"
    rb"<i>\s*((?:<[A-Za-z_][A-Za-z0-9_.-]{0,40}>[^<&]{0,1000}</[A-Za-z0-9_.-]{1,41}>\s*){0,64})"
)
_FACTS = re.compile(rb"<([A-Za-z0-9_.-]+)>([^<]*)</([A-Za-z0-9_.-]+)>")
_ENTITY = re.compile(rb"&(?:#x([0-9A-Fa-f]{1,16})|#([0-9]{1,16})|(amp|lt|gt|quot|apos));")
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
    buffer = np.frombuffer(b"\0" * PAD + piece + b"\0" * PAD, np.uint8)
    opens, closes = _tags(buffer, len(buffer) - PAD)
    at, quote, nine = _separators(buffer, opens + 6, closes, len(buffer) - PAD)
    ends = np.concatenate([at[:7], np.where(nine, at[7], quote)[None]])
    begins = np.concatenate([(opens + 6)[None], at[:7] + 1])
    lengths = ends - begins
    level = np.full(len(opens), -1, np.int16)
    if nine.any():
        level[nine] = whole(buffer, quote[nine], quote[nine] - at[7][nine] - 1, 4)
    field: dict[str, Any] = {
        name: whole(buffer, ends[k], lengths[k], width).astype(kind)
        for name, k, width, kind in (
            ("mode", 1, 3, np.int16),
            ("size", 2, 4, np.int16),
            ("colour", 3, 8, np.int32),
            ("posted", 4, 11, np.int64),
            ("pool", 5, 4, np.int16),
        )
    }
    texts, removed = _texts(buffer, quote + 2, closes, len(buffer) - PAD)
    return Columns(
        time_ms=milliseconds(buffer, ends[0], lengths[0]),
        level=level,
        sender=words(buffer, begins[6], lengths[6], 16, digits=False),
        ident=words(buffer, begins[7], lengths[7], 20, digits=True),
        texts=(texts,),
        removed=removed,
        **field,
    )


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


def _tags(buffer: np.ndarray, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where items open and close; between them there is white space at most."""
    import numpy as np

    tags = np.flatnonzero(buffer == OPEN)
    opens, closes = tags[0::2], tags[1::2]
    if len(tags) % 2 or len(tags) == 0 or closes[-1] + 4 != n:
        raise Unusual("tags")
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
    return opens, closes


def _separators(
    buffer: np.ndarray, begins: np.ndarray, closes: np.ndarray, n: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the places of commas and the closing quote, and whether there are nine values."""
    import numpy as np

    marks = np.flatnonzero((buffer == COMMA) | (buffer == QUOTE))
    marks = np.concatenate([marks, np.full(9, n)])
    at = marks[np.searchsorted(marks, begins) + np.arange(9)[:, None]]
    found = buffer[at[:8]]
    nine = found[7] == COMMA
    quote = np.where(nine, at[8], at[7])
    good = (found[:7] == COMMA).all(axis=0) & (buffer[quote] == QUOTE)
    if not (good & (buffer[quote + 1] == ord(">")) & (quote + 1 < closes)).all():
        raise Unusual("values")
    return at, quote, nine


def _texts(buffer: np.ndarray, begins: np.ndarray, closes: np.ndarray, n: int) -> tuple[bytes, int]:
    """Return the texts, entities unescaped, a NUL behind each; and how much was taken out."""
    import numpy as np

    edges = np.stack([begins, closes + 1], axis=1).ravel()
    counts = np.diff(np.concatenate([[0], edges, [n]]))
    keep = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    block = buffer[:n][keep]
    block[np.cumsum(closes - begins + 1) - 1] = 0
    data, removed = without_the_last_two(block.tobytes())
    if b"]]>" in data:
        raise Unusual("]]>")
    if b"&" in data:
        data, out = unescape(data)
        removed += out
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unusual("encoding") from error
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

    def one(match: re.Match[bytes]) -> bytes:
        nonlocal removed
        if match[3]:
            return _NAMED[match[3]]
        code = code_point(match[1], match[2])
        if is_xml_character(code):
            return chr(code).encode("utf-8")
        removed += 1
        return b""

    changed, n = _ENTITY.subn(one, text)
    if n != text.count(b"&"):
        raise Unusual("entity")
    return changed, removed
