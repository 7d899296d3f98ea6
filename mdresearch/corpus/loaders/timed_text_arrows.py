"""Plain SRT and WebVTT files, many in one buffer: what pysubs2 gives, or word that it may differ.

A file is plain where each cue is a number (in WebVTT, perhaps none), a line of two times, words,
and one empty line, and nothing else in it looks like a time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.corpus.loaders.timed_text_bytes import (
    LINE,
    clock,
    cut,
    ended,
    fraction,
    holders,
    inside,
    one_buffer,
    perhaps_figure_last,
    perhaps_white_first,
    perhaps_white_last,
    windows,
)
from mdresearch.corpus.loaders.timed_text_cues import Coded, Lot, only, plain, unescaped, voiced

if TYPE_CHECKING:
    import numpy as np

_ARROW = int.from_bytes(b" -->", "little")
_WEBV = int.from_bytes(b"WEBV", "little")
_TT = int.from_bytes(b"TT", "little")
_TAB, _SPACE, _COLON, _POINT = b"\t :."
_NO_HOURS = int.from_bytes(b"00:", "little")
_THREE_BYTES = 0xFFFFFF
_MARKS = {"srt": b",.", "vtt": b"."}
_MOST_FIGURES = 9
_WIDEST = 9  # bytes from colon to colon: two digits of four bytes between
_STAMP = {
    "srt": re.compile(r"\d:\d{1,2}:\d{1,2}[.,]\d"),
    "vtt": re.compile(r"\d\d:\d\d\.\d\d"),
}
_NUMBER_LAST = re.compile(r"\n *\d+ *$")
_SPACES_ONLY = re.compile(rb"\n[ \t]+\n")


@dataclass(frozen=True, eq=False)
class _Found:
    """Where the cues of a buffer lie. ``first`` has one more than files, ``good`` is by cue."""

    at: np.ndarray
    file: np.ndarray
    first: np.ndarray
    start: np.ndarray
    end: np.ndarray
    top: np.ndarray
    begins: np.ndarray
    ends: np.ndarray
    numbered: np.ndarray
    good: np.ndarray


def scan_arrows(contents: Sequence[bytes], form: str, keep: bool) -> tuple[Lot, np.ndarray]:
    """Read plain files of one format.

    Parameters
    ----------
    contents : sequence of bytes
        One a file: line feeds only, no NUL, no byte order mark.
    form : {"srt", "vtt"}
        The format.
    keep : bool
        Whether tags are kept in the texts.

    Returns
    -------
    (Lot, array of bool)
        The cues of the plain files, and which files are plain.

    Raises
    ------
    UnicodeDecodeError
        One of them is not UTF-8.
    """
    import numpy as np

    raw, borders = one_buffer([ended(content) for content in contents])
    buffer = np.frombuffer(raw, np.uint8)
    found = _found(buffer, borders, form)
    fine = _by_file(buffer, borders, found, form)
    if form == "vtt":
        fine &= _usual_vtt(raw, buffer, borders)
    kept = np.flatnonzero(fine[found.file])
    begins, ends = found.begins[kept], found.ends[kept]
    timed, elsewhere = _colons(buffer, found.at, begins, ends, form)
    fine[np.searchsorted(borders, elsewhere, side="right") - 1] &= form == "srt"
    tagged = holders(raw, "<{\\&" if form == "vtt" else "<{\\", begins, ends)
    firsts, lasts, figures = _edges(buffer, found, kept, form)
    texts = cut(raw, np.stack([begins - 1, ends], axis=1).ravel())[1::2]
    odd = [i for i in timed if _STAMP[form].search(texts[i])]
    odd += [i for i in figures if _NUMBER_LAST.search(texts[i])]
    for i in firsts:
        texts[i] = texts[i].lstrip()
    for i in lasts:
        texts[i] = texts[i].strip()
    speakers = _without_tags(texts, tagged, form, keep)
    file = found.file[kept]
    lot = Lot(file, found.start[kept], found.end[kept], texts, speaker=speakers)
    fine[file[odd]] = False
    return (lot if fine[file].all() else only(lot, np.flatnonzero(fine[file]))), fine


def _found(buffer: np.ndarray, borders: np.ndarray, form: str) -> _Found:
    """Find each ' --> ' and read the times around it, the number before, the place of the words."""
    import numpy as np

    four, eight = windows(buffer, "<u4"), windows(buffer, "<u8")
    at = np.flatnonzero(buffer == ord(">"))
    at = at[(four[at - 3] == _ARROW) & (buffer[at + 1] == _SPACE)]
    first = np.searchsorted(at, borders)
    file = np.repeat(np.arange(len(borders) - 1), np.diff(first))
    top, after, opening, closing, mark = at - 15, at + 14, eight[at - 15], eight[at + 2], at + 10
    if form == "vtt":
        short, brief = buffer[at - 13] == LINE, buffer[at + 7] == _POINT
        hidden, zero = ~np.uint64(_THREE_BYTES), np.uint64(_NO_HOURS)
        top = np.where(short, at - 12, top)
        opening = np.where(short, opening & hidden | zero, opening)
        closing = np.where(brief, eight[at - 1] & hidden | zero, closing)
        mark, after = np.where(brief, at + 7, mark), np.where(brief, at + 11, after)
    start, good = clock(opening)
    end, fine = clock(closing)
    ms, exact = fraction(four[at - 7], _MARKS[form], 3)
    more, too = fraction(four[mark], _MARKS[form], 3)
    good &= fine & exact & too & (buffer[top - 1] == LINE)
    if form == "vtt":
        after = _past_settings(buffer, after)
    good &= buffer[after] == LINE
    numbered = buffer[top - 2] != LINE
    length = _figures_before(buffer, top - 1)
    good &= length > 0 if form == "srt" else (length > 0) == numbered
    top = top - np.where(numbered, length + 1, 0)
    good &= (buffer[top - 1] == LINE) & (buffer[top - 2] == LINE)
    ends = np.append(top[1:], borders[-1]) - 2
    with_cues = first[1:] > first[:-1]
    ends[first[1:][with_cues] - 1] = borders[1:][with_cues] - 2
    good &= ends > after + 1
    return _Found(at, file, first, start + ms, end + more, top, after + 1, ends, numbered, good)


def _past_settings(buffer: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return where the lines of times end: settings may stand behind the times."""
    import numpy as np

    longer = np.flatnonzero(buffer[after] == _SPACE)
    if not len(longer):
        return after
    lines = np.flatnonzero(buffer == LINE)
    after = after.copy()
    after[longer] = lines[np.searchsorted(lines, after[longer])]
    return after


def _figures_before(buffer: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Count the digits right before each place."""
    import numpy as np

    length = np.zeros(len(places), np.int64)
    live = np.ones(len(places), bool)
    for k in range(1, _MOST_FIGURES + 1):
        live &= buffer[places - k] - np.uint8(48) <= 9
        if not live.any():
            break
        length += live
    return length


def _by_file(buffer: np.ndarray, borders: np.ndarray, found: _Found, form: str) -> np.ndarray:
    """Return which files are plain, as far as their lines tell."""
    import numpy as np

    counts = np.diff(found.first)
    fine = counts > 0
    fine[found.file[~found.good]] = False
    heads = found.top[found.first[:-1][fine]]
    fine[fine] = heads == borders[:-1][fine] if form == "srt" else heads > borders[:-1][fine]
    extra = int(form == "vtt")
    lines = buffer[borders[0] : borders[-1]] == LINE
    empty = lines[1:] & lines[:-1]
    if not fine.all() or np.count_nonzero(empty) != len(found.file) + extra * len(counts):
        sums = np.add.reduceat(np.append(empty, False), borders[:-1] - borders[0], dtype=np.int64)
        fine &= sums == counts + extra
    if form == "vtt":
        numbered = np.bincount(found.file, found.numbered, len(counts))
        fine &= (numbered == 0) | (numbered == counts)
    return fine


def _usual_vtt(raw: bytearray, buffer: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """Whether files begin as they must, and have no lines of spaces, which part blocks too."""
    import numpy as np

    fine = windows(buffer, "<u4")[borders[:-1]] == _WEBV
    fine &= windows(buffer, "<u2")[borders[:-1] + 4] == _TT
    white = (buffer[1:] == _SPACE) | (buffer[1:] == _TAB)
    for place in np.flatnonzero(white & (buffer[:-1] == LINE)).tolist():
        if _SPACES_ONLY.match(raw, place):
            fine[np.searchsorted(borders, place, side="right") - 1] = False
    return fine


def _colons(
    buffer: np.ndarray, at: np.ndarray, begins: np.ndarray, ends: np.ndarray, form: str
) -> tuple[list[int], np.ndarray]:
    """Return which texts may hold a time, and the colons of what may be one in no text.

    What is not ASCII may be a digit of another script.
    """
    import numpy as np

    is_colon = buffer == _COLON
    for place in (-13, -10, 4, 7):
        is_colon[at + place] = False
    colons = np.flatnonzero(is_colon)
    before, after = buffer[colons - 1], buffer[colons + 1]
    figures = ((before - np.uint8(48) <= 9) | (before >= 128)) & (
        (after - np.uint8(48) <= 9) | (after >= 128)
    )
    colons = colons[figures]
    held, others = inside(_near(buffer, colons, form), begins, ends)
    return sorted(set(held.tolist())), others


def _near(buffer: np.ndarray, colons: np.ndarray, form: str) -> np.ndarray:
    """Return the colons that may be part of a time: with another near, or a point in WebVTT."""
    import numpy as np

    if form == "srt":
        return colons[:-1][np.diff(colons) <= _WIDEST]
    wide = (buffer[colons + 1] >= 128) | (buffer[colons + 2] >= 128)
    return colons[wide | (buffer[colons + 3] == _POINT)]


def _edges(
    buffer: np.ndarray, found: _Found, kept: np.ndarray, form: str
) -> tuple[list[int], list[int], list[int]]:
    """Return the texts that may have white space to strip before and behind, or end in a number."""
    import numpy as np

    begins, ends, file = found.begins[kept], found.ends[kept], found.file[kept]
    lasts = np.append(file[1:] != file[:-1], True) if len(kept) else np.zeros(0, bool)
    figures = lasts
    if form == "vtt":
        # Without numbers pysubs2 strips each text, and takes a last line of digits for a number.
        bare = ~found.numbered[kept]
        figures = lasts | bare & perhaps_figure_last(buffer, ends)
        lasts = lasts | bare & perhaps_white_last(buffer, ends)
    firsts = np.flatnonzero(perhaps_white_first(buffer, begins)).tolist()
    return firsts, np.flatnonzero(lasts).tolist(), np.flatnonzero(figures).tolist()


def _without_tags(texts: list[str], tagged: Sequence[int], form: str, keep: bool) -> Coded | None:
    """Take the tags out of texts, in place, and return who speaks, where a tag says it."""
    speakers = [""] * len(texts) if form == "vtt" and len(tagged) else []
    for i in tagged:
        text = texts[i]
        if speakers:
            speakers[i] = voiced(text.replace(r"\N", "\n"))
        text = text.replace(r"\N", "\n")
        text = text if keep else plain(text)
        text = unescaped(text) if form == "vtt" and not keep else text
        texts[i] = "" if text.isspace() else text
    return Coded.of(speakers) if any(speakers) else None
