"""Every fuzz target on its seeds, on broken seeds, and on whatever once broke it."""

from __future__ import annotations

import csv
import zlib
from pathlib import Path

import fuzz_checks
import numpy as np
import pytest
from fuzz_targets import FOUND, TARGETS

NAMES = list(TARGETS)
RUNS = Path(__file__).with_name("RUNS.csv")
BROKEN = 12
SLOW = {"surveys_binary": 4}  # each input is a process
PIECES = (b"", b"\x00", b'"', b"{", b"[", b"]", b"}", b"\n", b",", b";", b"\xff", b"null", b"1e999")
PIECES += (b'"\\ud800"', b"-1", b"\r", b"99999999999999999999", b"\xef\xbb\xbf", b"{}", b"<", b"&")
FOUND_INPUTS = sorted(path for path in FOUND.glob("*/*") if path.is_file())


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """The files and the salt of a target lie in the folder of the test."""
    monkeypatch.setattr(fuzz_checks, "FOLDER", tmp_path)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.mark.parametrize("name", NAMES)
def test_the_seeds_are_read_or_refused_as_they_must_be(name):
    seeds = TARGETS[name].seeds()
    assert seeds
    for content in seeds.values():
        TARGETS[name].run(content)


@pytest.mark.parametrize("name", NAMES)
def test_broken_seeds_are_too(name):
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    seeds = list(TARGETS[name].seeds().values())
    words = (*PIECES, *TARGETS[name].words)
    for _ in range(SLOW.get(name, BROKEN)):
        broken = bytearray(seeds[rng.integers(len(seeds))])
        for _ in range(rng.integers(1, 4)):
            at, end = sorted(rng.integers(1, len(broken) + 1, 2))
            broken[at : min(end, at + int(rng.integers(0, 12)))] = words[rng.integers(len(words))]
        TARGETS[name].run(bytes(broken))


@pytest.mark.parametrize("path", FOUND_INPUTS, ids=lambda p: f"{p.parent.name}-{p.name}")
def test_what_broke_a_target_once_does_so_no_more(path):
    assert path.stat().st_size <= 10_000
    TARGETS[path.parent.name].run(path.read_bytes())


def test_a_target_tells_a_broken_promise():
    with pytest.raises(fuzz_checks.BrokenPromiseError):
        fuzz_checks.demand(False, "words")
    with pytest.raises(ZeroDivisionError):
        fuzz_checks.refused(lambda: 1 / 0)


def test_the_record_of_runs_names_targets_that_there_are():
    with RUNS.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert rows
    for row in rows:
        assert row["target"] in TARGETS
        assert int(row["executions"]) > 0
        assert int(row["crashes"]) == 0 or row["fixed_in"], f"{row['target']}: not fixed"
