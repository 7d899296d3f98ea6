"""Plain SRT, WebVTT and ASS files, many at a time: exactly what pysubs2 gives, or nothing.

A file that differs in any way from the plain layout gives None, and is read by the exact path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.corpus.loaders.timed_text_cues import COMMENT, Cues, plain, unbraced

if TYPE_CHECKING:
    import numpy as np

# 'HH:MM:SS,mmm --> HH:MM:SS,mmm' and 'H:MM:SS.cc' twice: where digits stand, and their worth in ms.
ARROWED = 29
ASS_PAIR = 20
_CLOCK = ((0, 36_000_000), (1, 3_600_000), (3, 600_000), (4, 60_000), (6, 10_000), (7, 1_000))
_WORTH = {
    ARROWED: (*_CLOCK, (9, 100), (10, 10), (11, 1)),
    ASS_PAIR: (
        (0, 3_600_000),
        (2, 600_000),
        (3, 60_000),
        (5, 10_000),
        (6, 1_000),
        (8, 100),
        (9, 10),
    ),
}
_SECOND = {ARROWED: 17, ASS_PAIR: 10}
_MARKS = {
    ARROWED: ((2, b":"), (5, b":"), (12, b" "), (13, b"-"), (14, b"-"), (15, b">"), (16, b" ")),
    ASS_PAIR: ((1, b":"), (4, b":"), (7, b".")),
}
_DECIMAL = {"srt": b",.", "vtt": b".."}
_STAMP = {
    "srt": re.compile(r"\d:\d{1,2}:\d{1,2}[.,]\d"),
    "vtt": re.compile(r"\d\d:\d\d\.\d\d"),
}
_NUMBER_LAST = re.compile(r"\n *\d+ *$")
_SPECIAL_VTT = ("&", "<v", "NOTE", "STYLE", "REGION")
FORMAT_LINES = (
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
    "Format: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text",
)


@dataclass(frozen=True, eq=False)
class _Found:
    """A file cut into pieces: its time stamps as one text of equal pieces, and its texts."""

    stamps: str
    width: int
    decimal: bytes
    texts: list[str]
    style: Sequence[str] = ()
    speaker: Sequence[str] = ()
    comments: int = 0


def read_plain(
    texts: Sequence[str], formats: Sequence[str], styling: str = "strip"
) -> list[Cues | None]:
    """Read the files that are plain.

    Parameters
    ----------
    texts : sequence of str
        One a file, without a byte order mark, lines parted by line feeds only.
    formats : sequence of str
        Its format: ``srt``, ``vtt``, ``ass`` or ``ssa``; None comes back for any other.
    styling : {"strip", "keep"}
        Whether tags are taken out of the texts.

    Returns
    -------
    list of Cues or None
        None where the file is not plain.
    """
    keep = styling == "keep"
    found: list[_Found | None] = []
    for text, name in zip(texts, formats, strict=True):
        if name == "srt":
            found.append(_srt(text, keep))
        elif name == "vtt":
            found.append(_vtt(text, keep))
        elif name in ("ass", "ssa"):
            found.append(_ass(text, keep))
        else:
            found.append(None)
    cues: list[Cues | None] = [None] * len(texts)
    for width in (ARROWED, ASS_PAIR):
        places = [i for i, f in enumerate(found) if f is not None and f.width == width]
        if places:
            _timed(places, [f for f in found if f is not None and f.width == width], cues)
    return cues


def _srt(text: str, keep: bool) -> _Found | None:
    blocks = text.strip("\n").split("\n\n")
    try:
        numbers, stamps, bodies = zip(*[b.split("\n", 2) for b in blocks], strict=True)
    except ValueError:
        return None
    if not (all(numbers) and _digits("".join(numbers)) and _all_long(stamps)):
        return None
    if _NUMBER_LAST.search(bodies[-1]) or _timed_inside(text, bodies, "srt"):
        return None
    texts = [body.lstrip() for body in bodies]
    texts[-1] = texts[-1].strip()
    return _Found("".join(stamps), ARROWED, _DECIMAL["srt"], _styled(text, texts, keep))


def _vtt(text: str, keep: bool) -> _Found | None:
    if any(word in text for word in _SPECIAL_VTT):
        return None
    header, *blocks = text.strip("\n").split("\n\n")
    if not blocks or not header.startswith("WEBVTT") or "-->" in header:
        return None
    numbered = "-->" not in blocks[0].partition("\n")[0]
    try:
        if numbered:
            numbers, stamps, bodies = zip(*[b.split("\n", 2) for b in blocks], strict=True)
            if not (all(numbers) and _digits("".join(numbers))):
                return None
        else:
            stamps, bodies = zip(*[b.split("\n", 1) for b in blocks], strict=True)
    except ValueError:
        return None
    if not _all_long(stamps):
        if not all(s[ARROWED:].startswith(" ") and ":" not in s[ARROWED + 7 :] for s in stamps):
            return None
        stamps = tuple(s[:ARROWED] for s in stamps)
    if _timed_inside(text, bodies, "vtt"):
        return None
    if any(_NUMBER_LAST.search(b) for b in (bodies[-1:] if numbered else bodies)):
        return None
    texts = [body.lstrip() if numbered else body.strip() for body in bodies]
    texts[-1] = texts[-1].strip()
    return _Found("".join(stamps), ARROWED, _DECIMAL["vtt"], _styled(text, texts, keep))


def _ass(text: str, keep: bool) -> _Found | None:
    head, mark, body = text.partition("\n[Events]\n")
    if not mark or not head.startswith("[Script Info]") or "\\p" in body:
        return None
    if "Dialogue:" in head or "Comment:" in head:
        return None
    first, *lines = [line for line in body.split("\n") if line]
    told = [line[10:].split(",", 9) for line in lines if line.startswith("Dialogue: ")]
    comments = sum(line.startswith("Comment: ") for line in lines)
    if not told or first not in FORMAT_LINES or len(told) + comments != len(lines):
        return None
    try:
        layers, starts, ends, styles, names, *_, texts = zip(*told, strict=True)
    except ValueError:
        return None
    if len(told[0]) != 10 or any(layer[:1].isspace() for layer in layers):
        return None
    if not (set(map(len, starts)) == set(map(len, ends)) == {10}):
        return None
    stripped = [t.rstrip() for t in texts]
    if keep:
        stripped = [t.replace(r"\N", "\n") for t in stripped]
    elif "{" in body or "\\" in body:
        stripped = [unbraced(t) if "{" in t or "\\" in t else t for t in stripped]
    stamps = "".join(map("".join, zip(starts, ends, strict=True)))
    return _Found(stamps, ASS_PAIR, b"..", stripped, styles, names, comments)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _all_long(stamps: Sequence[str]) -> bool:
    return set(map(len, stamps)) == {ARROWED}


def _timed_inside(text: str, bodies: Sequence[str], name: str) -> bool:
    """Whether a line of the words holds what pysubs2 would take for a time stamp."""
    if text.count(":") == 4 * len(bodies):
        return False
    search = _STAMP[name].search
    return any(search(body) for body in bodies if ":" in body)


def _styled(text: str, texts: list[str], keep: bool) -> list[str]:
    if keep:
        return [t.replace(r"\N", "\n") for t in texts] if r"\N" in text else texts
    if "<" in text or "{" in text or "\\" in text:
        return [plain(t) if "<" in t or "{" in t or "\\" in t else t for t in texts]
    return texts


def _timed(places: Sequence[int], found: Sequence[_Found], cues: list[Cues | None]) -> None:
    """Turn the time stamps of many files into numbers, and place the files that are sound."""
    import numpy as np

    width = found[0].width
    sound = [f.stamps.isascii() for f in found]
    kept = [f for f, good in zip(found, sound, strict=True) if good]
    where = [p for p, good in zip(places, sound, strict=True) if good]
    if not kept:
        return
    rows = np.frombuffer("".join(f.stamps for f in kept).encode(), np.uint8).reshape(-1, width)
    counts = np.array([len(f.texts) for f in kept])
    good, start, end = _numbers(rows, np.repeat([f.decimal[0] for f in kept], counts))
    borders = np.concatenate([[0], np.cumsum(counts)])
    whole = np.logical_and.reduceat(good, borders[:-1])
    for k, (place, file) in enumerate(zip(where, kept, strict=True)):
        if whole[k]:
            part = slice(borders[k], borders[k + 1])
            refused = {COMMENT: file.comments} if file.comments else {}
            cues[place] = Cues(
                start[part], end[part], file.texts, file.style, file.speaker, refused=refused
            )


def _numbers(rows: np.ndarray, decimal: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return for each row whether it is as it must be, and both times in milliseconds."""
    import numpy as np

    width = rows.shape[1]
    columns = np.ascontiguousarray(rows.T)
    good = np.ones(len(rows), bool)
    times = []
    for shift in (0, _SECOND[width]):
        total = np.zeros(len(rows), np.int64)
        for place, worth in _WORTH[width]:
            digit = columns[place + shift] - np.uint8(48)
            good &= digit <= 9
            total += digit.astype(np.int64) * worth
        times.append(total)
        if width == ARROWED:
            point = columns[8 + shift]
            good &= (point == 46) | (point == decimal)
    for place, mark in _MARKS[width]:
        good &= columns[place] == mark[0]
        if place + _SECOND[width] < width:
            good &= columns[place + _SECOND[width]] == mark[0]
    return good, times[0], times[1]
