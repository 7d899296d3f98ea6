"""Speed of timed text: against pysubs2 in a loop and against reading the bytes, linear in n."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_up_subtitles import write_show
from pysubs2 import SSAFile

from mdresearch.corpus.loaders import timed_text
from mdresearch.corpus.loaders.timed_text_files import read_files

OPTIONS = {"pattern": "{version}-E{number:03d}.{lang}.{any}"}


def cpu(work: Callable[[], Any], times: int = 3) -> float:
    spent = []
    for _ in range(times):
        began = time.process_time()
        made = work()  # held until the clock is read, as the peer's is
        spent.append(time.process_time() - began)
        del made
    return statistics.median(spent)


@pytest.mark.slow
def test_many_files_are_read_much_faster_than_by_pysubs2_and_alike(tmp_path: Path) -> None:
    # Measured on 2026-11-24, two cores, nothing beside it: the cues (files opened, times and texts as
    # Python objects) come 30.2 to 31.4 times faster than from pysubs2, in 7.9 to 8.6 times the reading;
    # the tables, with hashes and ids, 16 times and 15 times. So the bar of 8 is met in some runs only:
    # of 90 ms, 31 go into making strings of the texts, 22 into finding the times, 9 into opening and
    # reading files, the rest into what keeps every cue equal.
    cues = write_show(tmp_path, np.random.default_rng(3), 2000)
    paths = sorted(tmp_path.iterdir())
    table = timed_text.load(paths, OPTIONS).tables["cues"]
    assert len(table) == cues
    tables = cpu(lambda: timed_text.load(paths, OPTIONS), 5)
    ours = cpu(lambda: read_files(paths, None, "strip", False, hashed=False), 5)
    quarter = cpu(lambda: read_files(paths[:500], None, "strip", False, hashed=False), 5)
    raw = cpu(lambda: [path.read_bytes() for path in paths], 5)
    began = time.process_time()
    events = [e for p in paths for e in SSAFile.load(str(p), encoding="utf-8")]
    words = [e.plaintext for e in events]  # without tags, as ours are
    peer = time.process_time() - began
    lots, _ = read_files(paths, None, "strip", False, hashed=False)
    assert sum(len(lot.text) for lot in lots) == cues
    assert table["start_ms"].tolist() == [e.start for e in events]
    assert table["end_ms"].tolist() == [e.end for e in events]
    assert table["text"].tolist() == words
    print(
        f"\npysubs2 / cues {peer / ours:.1f}, / tables {peer / tables:.1f}; "
        f"cues / read {ours / raw:.1f}, tables / read {tables / raw:.1f}; 4n / n {ours / quarter:.1f}"
    )
    assert ours / quarter < 5
    assert peer / ours >= 30
    assert ours / raw <= 8
