"""Timed text: equal to pysubs2 cue by cue, broken files too; ids, splits, refusals."""

from __future__ import annotations

import io
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_subtitles import BREAKS, FORMATS, made_up_cues, written
from pysubs2 import SSAFile

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import timed_text
from mdresearch.corpus.loaders.timed_text_exact import read_exact
from mdresearch.corpus.loaders.timed_text_fast import read_plain
from mdresearch.corpus.loaders.timed_text_ttml import read_ttml

SRT = "1\n00:00:01,000 --> 00:00:02,500\nYou again?\n\n2\n00:00:02,500 --> 00:00:04,000\nSign.\n"
IDS = {"version": "v1", "lang": "en"}


def from_pysubs2(text: str, form: str) -> list[Any]:
    """Read a text with the peer: universal line ends, no byte order mark, no comments, no shapes.

    Two departures: pysubs2 drops all that stands in braces, but in SRT, WebVTT and TTML only what
    begins with a backslash is a tag here, and words such as {sighs} stay; and a text of white space
    only is empty here, so that it is counted as one without words.
    """
    text = io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8-sig").read()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        events = SSAFile.from_string(text, format_=form)
    told = [e for e in events if e.is_text]
    if form in ("ass", "ssa"):
        return [(e.start, e.end, worded(e.plaintext)) for e in told]
    return [(e.start, e.end, worded(without_tags(e.text))) for e in told]


def worded(text: str) -> str:
    """Return a text, empty where it is white space only."""
    return "" if text.isspace() else text


def without_tags(text: str) -> str:
    """Take out the tags of pysubs2's own text, as its ``plaintext`` does, but keep other braces."""
    text = re.sub(r"{\\[^}]*}", "", text.replace(r"\N", "\n"))
    return text.replace(r"\h", " ").replace(r"\n", "\n")


def ours(text: str, form: str) -> tuple[list[Any], bool]:
    """Read a text as the loader does; and whether the fast path took it."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    plain = read_plain([text.encode()], ["ass" if form == "ssa" else form])
    if plain.done[0]:
        cues: Any = plain.lots[0]
    elif form == "ttml":
        cues = read_ttml(text, "x")
    else:
        cues = read_exact(text, form, "x")
    rows = list(zip(cues.start.tolist(), cues.end.tolist(), cues.text, strict=True))
    return rows, bool(plain.done[0])


def load(folder: Path, **options: Any) -> Any:
    return timed_text.load(sorted(p for p in folder.iterdir() if p.is_file()), options)


@pytest.mark.parametrize("form", FORMATS)
def test_two_hundred_files_of_each_format_are_equal_to_pysubs2(form: str) -> None:
    rng = np.random.default_rng(11)
    fast = 0
    for k in range(200):
        text = written(made_up_cues(rng, int(rng.integers(1, 20)), styled=k % 2 == 0), form)
        got, was_fast = ours(text, form)
        assert got == from_pysubs2(text, form)
        fast += was_fast
    assert fast == (0 if form == "ttml" else 200), "the fast path must take what is plain"


@pytest.mark.parametrize("form", ["srt", "vtt", "ass", "ssa"])
@pytest.mark.parametrize("way", BREAKS)
def test_broken_files_are_equal_to_pysubs2(way: str, form: str) -> None:
    rng = np.random.default_rng(12)
    for _ in range(3):
        text = BREAKS[way](written(made_up_cues(rng, 12, styled=True), form))
        try:
            expected = from_pysubs2(text, form)
        except ValueError:
            with pytest.raises(DataError, match=f"x: it cannot be read as {form}"):
                ours(text, form)
            continue
        assert ours(text, form)[0] == expected
