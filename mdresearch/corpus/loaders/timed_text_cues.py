"""Cues, of one file or of many, and their texts without styling."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

BRACES = re.compile(r"{[^}]*}")
_OVERRIDE = re.compile(r"{\\[^}]*}")
_STYLE_TAG = re.compile(r"< */? *[isub] *>")
_OTHER_TAG = re.compile(r"< */? *[a-zA-Z][^>]*>")
_VOICE = re.compile(r"^\s*<v(?:\.[^ >\t]*)?[ \t]+([^>]+)>")
_DRAWS = re.compile(r"\\p[1-9]")

COMMENT = "a Comment line, which no viewer sees"
DRAWING = "a drawing, not text"
NO_TEXT = "no text"
BEFORE_START = "begins before 0"
NO_END = "a paragraph without an end"
REMARKS = "{:,} comments in braces, which no viewer sees, left out of the texts"


@dataclass(frozen=True, eq=False)
class Cues:
    """The cues of one file, in its order.

    Attributes
    ----------
    start, end : array of int64
        Milliseconds, as the file has them (an end before its start is kept here).
    text : sequence of str
        The words, lines parted by a line feed.
    style : sequence of str
        The style of each (ASS), or the region (TTML); empty where the format has none.
    speaker : sequence of str
        Who speaks, where the format says it; "" where not. Empty where the format has none.
    lang : sequence of str
        The language of each, where the file states it (TTML). Empty where the format has none.
    refused : mapping of str to int
        What was left out, by reason.
    notes : tuple of str
        What was unusual.
    """

    start: np.ndarray
    end: np.ndarray
    text: Sequence[str]
    style: Sequence[str] = ()
    speaker: Sequence[str] = ()
    lang: Sequence[str] = ()
    refused: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def lot(self, place: int) -> Lot:
        """Return them as the lot of one file."""
        import numpy as np

        file = np.full(len(self.text), place, np.int64)
        style, speaker, lang = (
            Coded.of(column) if len(column) else None
            for column in (self.style, self.speaker, self.lang)
        )
        return Lot(file, self.start, self.end, list(self.text), style, speaker, lang)


@dataclass(frozen=True, eq=False)
class Coded:
    """A column of few different words: ``words[codes[i]]`` is that of cue i."""

    codes: np.ndarray
    words: Sequence[str]

    @classmethod
    def of(cls, column: Sequence[str]) -> Coded:
        """Code a column."""
        import numpy as np

        index: dict[str, int] = {}
        codes = [index.setdefault(word, len(index)) for word in column]
        return cls(np.array(codes, np.int64), list(index))


@dataclass(frozen=True, eq=False)
class Lot:
    """The cues of many files, file after file.

    Attributes
    ----------
    file : array of int64
        The place of the file that each cue is from, rising.
    start, end, text
        As in `Cues`.
    style, speaker, lang : Coded or None
        As in `Cues`; None where the format has none.
    """

    file: np.ndarray
    start: np.ndarray
    end: np.ndarray
    text: list[str]
    style: Coded | None = None
    speaker: Coded | None = None
    lang: Coded | None = None


def only(lot: Lot, kept: np.ndarray) -> Lot:
    """Return the cues at the places given."""
    style, speaker, lang = (
        None if column is None else replace(column, codes=column.codes[kept])
        for column in (lot.style, lot.speaker, lot.lang)
    )
    text = [lot.text[i] for i in kept.tolist()]
    return Lot(lot.file[kept], lot.start[kept], lot.end[kept], text, style, speaker, lang)


def plain(text: str) -> str:
    r"""Return the text of an SRT or VTT cue without tags.

    It is as pysubs2's ``plaintext`` has it, but for braces: only what begins with a backslash, such
    as ``{\an8}``, is a tag. Words in braces, such as ``{sighs}``, are words, and stay.

    Examples
    --------
    >>> plain(r"<i>Go</i>, {\an8}now <font color=red>!"), plain("{sighs} No.")
    ('Go, now !', '{sighs} No.')
    """
    # Behind the last '>' no tag ends: to look there would take time that grows with the square.
    end = text.rfind(">") + 1
    text = _OTHER_TAG.sub("", _STYLE_TAG.sub(r"{\\\\}", text[:end])) + text[end:]
    end = text.rfind("}") + 1
    return unbroken(_OVERRIDE.sub("", text[:end]) + text[end:])


def unbraced(text: str) -> str:
    r"""Return the text of an ASS event without overrides, its ``\N``, ``\n``, ``\h`` resolved.

    All that stands in braces goes: a comment in them is not shown to viewers either.
    """
    end = text.rfind("}") + 1
    return unbroken(BRACES.sub("", text[:end]) + text[end:])


def unbroken(text: str) -> str:
    r"""Return a text with its ``\N`` and ``\n`` as line feeds and its ``\h`` as a space."""
    return text.replace(r"\h", " ").replace(r"\n", "\n").replace(r"\N", "\n")


def braced_comments(text: str) -> int:
    r"""Count the pairs of braces with words that are no override.

    Examples
    --------
    >>> braced_comments(r"{\i1}Go{\i0} {he means: stay}{}")
    1
    """
    return sum("\\" not in part and len(part) > 2 for part in BRACES.findall(text))


def voiced(text: str) -> str:
    """Return who speaks in the text of a WebVTT cue: the name in its ``<v Name>``, or ""."""
    voice = _VOICE.match(text)
    return html.unescape(voice.group(1).strip()) if voice else ""


def unescaped(text: str) -> str:
    """Return the text of a WebVTT cue with its entities resolved, marks of direction left out."""
    if "&" not in text:
        return text
    for mark in ("&lrm;", "&rlm;"):
        text = text.replace(mark, "")
    return html.unescape(text).replace("\xa0", " ")


def draws(text: str) -> bool:
    """Whether an ASS event draws a shape."""
    return "\\p" in text and any(_DRAWS.search(part) for part in BRACES.findall(text))
