"""Whether comments may be counted over time: thinned sets have an artificial distribution."""

from __future__ import annotations

import re

from mdresearch.core.errors import DataError
from mdresearch.corpus.corpora import Corpus

THINNED = (
    "sampled: comments were selected and spaced out in time before the file was made; not for "
    "density, peaks or arcs"
)
_SAYS_SAMPLED = re.compile(r"sampl|thinn|subset|抽样|抽取|采样", re.IGNORECASE)
_SAYS_NOT = re.compile(r"(not|un)[ -]?(sampl|thinn)|complete\b", re.IGNORECASE)


def says_sampled(note: str) -> bool:
    """Say whether a sampling note tells that comments were left out.

    Examples
    --------
    >>> says_sampled("sampled: one in ten"), says_sampled("not sampled")
    (True, False)
    """
    return bool(_SAYS_SAMPLED.search(_SAYS_NOT.sub("", note)))


def refuse_density(corpus: Corpus, what: str = "density over time") -> None:
    """Raise where timed comments of a corpus were sampled, so that their timing means nothing.

    Parameters
    ----------
    corpus : Corpus
        Its table ``comments`` is looked at; without one nothing happens.
    what : str
        What was to be measured, for the message.

    Raises
    ------
    DataError
        The column ``sampling_note`` of some danmaku says that they were sampled.
    """
    if "comments" not in corpus or "sampling_note" not in corpus["comments"]:
        return
    frame = corpus["comments"]
    timed = frame[frame["time_ms"].notna()] if "time_ms" in frame else frame
    notes = timed["sampling_note"].dropna().value_counts()
    sampled = {note: int(n) for note, n in notes.items() if says_sampled(str(note))}
    if not sampled:
        return
    first = next(iter(sampled))
    raise DataError(
        f"Corpus '{corpus.name}': {sum(sampled.values()):,} of {len(timed):,} timed comments were "
        f"sampled ('{first}'), so {what} would show how they were chosen, not when the audience "
        "wrote. Use what they say (words, codes), or read a complete capture."
    )
