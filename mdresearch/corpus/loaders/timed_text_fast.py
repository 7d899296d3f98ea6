"""Plain SRT, WebVTT, ASS and SSA files, many at a time: exactly what pysubs2 gives, or nothing.

A file that differs in any way from the plain layout is left to the exact path.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from mdresearch.corpus.loaders.timed_text_arrows import scan_arrows
from mdresearch.corpus.loaders.timed_text_cues import Lot
from mdresearch.corpus.loaders.timed_text_events import scan_events

if TYPE_CHECKING:
    import numpy as np

FORMATS = ("srt", "vtt", "ass")
Fast = Literal["srt", "vtt", "ass", ""]


@dataclass(frozen=True, eq=False)
class Plain:
    """What the fast path read.

    Attributes
    ----------
    lots : tuple of Lot
        The cues; ``file`` counts the contents that were given.
    done : array of bool
        Which contents it read; the others are not plain.
    refused : mapping of int to mapping of str to int
        What was left out, by content and reason.
    remarks : mapping of int to int
        How many comments in braces were left out, by content (ASS).
    """

    lots: tuple[Lot, ...]
    done: np.ndarray
    refused: Mapping[int, Mapping[str, int]]
    remarks: Mapping[int, int]

    def counts(self) -> np.ndarray:
        """Return how many cues each content has."""
        import numpy as np

        held = [lot.file for lot in self.lots]
        return np.bincount(np.concatenate([*held, []]).astype(np.int64), minlength=len(self.done))


def read_plain(contents: Sequence[bytes], formats: Sequence[str], styling: str = "strip") -> Plain:
    """Read the files that are plain.

    Parameters
    ----------
    contents : sequence of bytes
        One a file: line feeds only, no NUL, no byte order mark.
    formats : sequence of str
        Its format: ``srt``, ``vtt``, or ``ass`` for both ASS and SSA; any other is left alone.
    styling : {"strip", "keep"}
        Whether tags are taken out of the texts.

    Raises
    ------
    UnicodeDecodeError
        One of them is not UTF-8.
    """
    import numpy as np

    keep = styling == "keep"
    lots, done = [], np.zeros(len(contents), bool)
    refused: dict[int, Mapping[str, int]] = {}
    remarks: dict[int, int] = {}
    for form in FORMATS:
        places = np.array([i for i, f in enumerate(formats) if f == form], np.int64)
        if not len(places):
            continue
        own = [contents[i] for i in places.tolist()]
        if form == "ass":
            lot, fine, out, said = scan_events(own, keep)
            refused.update({int(places[i]): n for i, n in out.items()})
            remarks.update({int(places[i]): n for i, n in said.items()})
        else:
            lot, fine = scan_arrows(own, form, keep)
        done[places] = fine
        lots.append(replace(lot, file=places[lot.file]))
    return Plain(tuple(lots), done, refused, remarks)


def fast_format(content: bytes) -> Fast:
    r"""Return the format where the first bytes prove it, "" where they do not.

    Examples
    --------
    >>> fast_format(b"WEBVTT\n"), fast_format(b"7\n00:00:01,000 --> "), fast_format(b"<tt>")
    ('vtt', 'srt', '')
    """
    if content.startswith(b"1\n00:"):
        return "srt"
    if content.startswith(b"WEBVTT"):
        return "vtt"
    if content.startswith(b"[Script Info]"):
        return "ass"
    if content[:1].isdigit() and b"[" not in content:
        return "srt"
    return ""
