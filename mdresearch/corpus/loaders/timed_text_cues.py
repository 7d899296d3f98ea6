"""The cues of one file, and their texts without styling."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

BRACES = re.compile(r"{[^}]*}")
_STYLE_TAG = re.compile(r"< */? *[isub] *>")
_OTHER_TAG = re.compile(r"< */? *[a-zA-Z][^>]*>")

COMMENT = "a Comment line, which no viewer sees"
DRAWING = "a drawing, not text"
NO_TEXT = "no text"
BEFORE_START = "begins before 0"


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


def plain(text: str) -> str:
    r"""Return the text of an SRT or VTT cue without tags, as pysubs2's ``plaintext`` has it.

    Examples
    --------
    >>> plain(r"<i>Go</i>, {\an8}now <font color=red>!")
    'Go, now !'
    """
    # Behind the last '>' no tag ends: to look there would take time that grows with the square.
    end = text.rfind(">") + 1
    head = _OTHER_TAG.sub("", _STYLE_TAG.sub("{}", text[:end]))
    return unbraced(head + text[end:])


def unbraced(text: str) -> str:
    r"""Return the text of an ASS event without overrides, its ``\N``, ``\n``, ``\h`` resolved."""
    end = text.rfind("}") + 1
    text = BRACES.sub("", text[:end]) + text[end:]
    return text.replace(r"\h", " ").replace(r"\n", "\n").replace(r"\N", "\n")
