"""Plain ASS and SSA files, many in one buffer: what pysubs2 gives, or a word that one is unusual.

A file is plain where its events come last, in the usual order of fields, one a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.corpus.loaders.timed_text_bytes import (
    LINE,
    PAD,
    clock,
    cut,
    fraction,
    holders,
    one_buffer,
    perhaps_white_last,
    runs,
    windows,
)
from mdresearch.corpus.loaders.timed_text_cues import (
    COMMENT,
    DRAWING,
    Coded,
    Lot,
    braced_comments,
    draws,
    only,
    unbraced,
    unbroken,
)

if TYPE_CHECKING:
    import numpy as np

_EVENTS = b"\n[Events]\n"
_FORMATS = tuple(
    f"Format: {first}, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n".encode()
    for first in ("Layer", "Marked")
)
_DIALOGUE = int.from_bytes(b"Dialogue", "little")
_COMMENT = int.from_bytes(b"Comment:", "little")
_COMMA, _COLON, _SPACE = b",: "
_PAIR = 11


@dataclass(frozen=True, eq=False)
class _Found:
    """The events of a buffer: their files, times, and where style, name and words lie."""

    file: np.ndarray
    start: np.ndarray
    end: np.ndarray
    edges: np.ndarray
    comments: np.ndarray


def scan_events(
    contents: Sequence[bytes], keep: bool
) -> tuple[Lot, np.ndarray, dict[int, dict[str, int]], dict[int, int]]:
    """Read plain files.

    Parameters
    ----------
    contents : sequence of bytes
        One a file: line feeds only, no NUL, no byte order mark.
    keep : bool
        Whether overrides are kept in the texts.

    Returns
    -------
    (Lot, array of bool, dict, dict)
        The cues of the plain files, which files are plain, what was left out by file and reason,
        and by file how many comments stood in braces.

    Raises
    ------
    UnicodeDecodeError
        One of them is not UTF-8.
    """
    import numpy as np

    raw, borders = one_buffer([_body(content) for content in contents])
    buffer = np.frombuffer(raw, np.uint8)
    found, fine = _found(buffer, borders)
    begins, ends = found.edges[:, 2] + 1, found.edges[:, 3]
    overridden, broken = holders(raw, "{", begins, ends), holders(raw, "\\", begins, ends)
    spaced = np.flatnonzero(perhaps_white_last(buffer, ends)).tolist()
    styles, names = _styles(raw, buffer, found.edges)
    texts = cut(raw, found.edges[:, 2:].ravel())[1::2]
    for i in spaced:
        texts[i] = texts[i].rstrip()
    _break(texts, sorted(set(broken).difference(overridden)), keep)
    drawn, remarks = _without_overrides(texts, overridden, found.file, keep)
    lot = Lot(found.file, found.start, found.end, texts, styles, names)
    refused: dict[int, dict[str, int]] = {}
    for i in np.flatnonzero((found.comments > 0) & fine).tolist():
        refused[i] = {COMMENT: int(found.comments[i])}
    if drawn:
        for i, n in Counter(found.file[drawn].tolist()).items():
            refused[i] = {**refused.get(i, {}), DRAWING: n}
        lot = only(lot, np.delete(np.arange(len(texts)), drawn))
    return lot, fine, refused, remarks


def _body(content: bytes) -> bytes:
    """Return the lines of the events, or nothing where the file is not laid out as usual."""
    head, _, body = content.lstrip(b"\n").partition(_EVENTS)
    if not head.startswith(b"[Script Info]") or b"Dialogue:" in head or b"Comment:" in head:
        return b"\n"
    if b"[event" in head.lower():
        return b"\n"
    if not head.isascii():
        head.decode("utf-8")  # what is no UTF-8 anywhere in a file raises, though no cue has it
    lines = next((body[len(first) :] for first in _FORMATS if body.startswith(first)), b"")
    return lines if lines.endswith(b"\n") else lines + b"\n"


def _found(buffer: np.ndarray, borders: np.ndarray) -> tuple[_Found, np.ndarray]:
    import numpy as np

    eight = windows(buffer, "<u8")
    lines = np.flatnonzero(buffer == LINE)
    lines = lines[PAD - 1 : len(lines) - PAD]
    starts, ends = lines[:-1] + 1, lines[1:]
    filled = ends > starts
    starts, ends = starts[filled], ends[filled]
    file = np.repeat(np.arange(len(borders) - 1), np.diff(np.searchsorted(starts, borders)))
    told = (eight[starts] == _DIALOGUE) & (buffer[starts + 8] == _COLON)
    told &= buffer[starts + 9] == _SPACE
    comments = np.zeros(len(borders) - 1, np.int64)
    fine = np.bincount(file[told], minlength=len(comments)) > 0
    if not told.all():
        remark = (eight[starts] == _COMMENT) & (buffer[starts + 8] == _SPACE)
        comments += np.bincount(file[remark], minlength=len(comments))
        fine[file[~(told | remark)]] = False
        starts, ends, file = starts[told], ends[told], file[told]
    commas = np.flatnonzero(buffer == _COMMA)
    place = np.searchsorted(commas, starts)
    commas = np.append(commas, np.full(9, len(buffer) - PAD))
    zero, one, two, four, last = (commas[place + k] for k in (0, 1, 2, 4, 8))
    start, good = clock(_after_comma(eight[zero]))
    end, sound = clock(_after_comma(eight[one]))
    ms, exact = fraction(windows(buffer, "<u4")[zero + 8], b".", 2)
    more, too = fraction(windows(buffer, "<u4")[one + 8], b".", 2)
    good &= sound & exact & too & (one - zero == _PAIR) & (two - one == _PAIR) & (last < ends)
    good &= (buffer[starts + 10] > _SPACE) & (buffer[starts + 10] < 128)
    fine[file[~good]] = False
    edges = np.stack([two, four, last, ends], axis=1)
    kept = fine[file]
    times = (start + ms)[kept], (end + more)[kept]
    return _Found(file[kept], *times, edges[kept], comments), fine


def _styles(raw: bytearray, buffer: np.ndarray, edges: np.ndarray) -> tuple[Coded, Coded]:
    """Return the styles and names, which stand side by side; mostly they are those of before."""
    import numpy as np

    begins, ends = edges[:, 0] + 1, edges[:, 1]
    new = runs(buffer, begins, ends)
    spans = zip(begins[new].tolist(), ends[new].tolist(), strict=True)
    pairs = Coded.of([raw[a:b].decode("utf-8") for a, b in spans])
    codes = np.repeat(pairs.codes, np.diff(np.append(new, len(edges))))
    both = [pair.split(",") for pair in pairs.words]
    return Coded(codes, [pair[0] for pair in both]), Coded(codes, [pair[1] for pair in both])


def _after_comma(words: np.ndarray) -> np.ndarray:
    """Put '0' for the comma before 'H:MM:SS'."""
    import numpy as np

    return words & ~np.uint64(0xFF) | np.uint64(ord("0"))


def _break(texts: list[str], places: Sequence[int], keep: bool) -> None:
    """Resolve breaks, in place; in one text of all, which holds no NUL."""
    joined = "\0".join([texts[i] for i in places])
    whole = joined.replace(r"\N", "\n") if keep else unbroken(joined)
    for i, text in zip(places, whole.split("\0") if places else (), strict=True):
        texts[i] = "" if text.isspace() else text


def _words(text: str) -> str:
    """Return a text, empty where it is white space only."""
    return "" if text.isspace() else text


def _without_overrides(
    texts: list[str], places: Sequence[int], file: np.ndarray, keep: bool
) -> tuple[list[int], dict[int, int]]:
    """Resolve breaks and take overrides out, in place; return drawings, and comments by file."""
    drawn: list[int] = []
    remarks: Counter[int] = Counter()
    for i in places:
        text = texts[i]
        if draws(text):
            drawn.append(i)
        elif keep:
            texts[i] = _words(text.replace(r"\N", "\n"))
        else:
            texts[i] = _words(unbraced(text))
            if "{" in text and (n := braced_comments(text)):
                remarks[int(file[i])] += n
    return drawn, dict(remarks)
