"""The fuzz target of reviews and comments on made-up mutations of every example."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

_spec = importlib.util.spec_from_file_location(
    "fuzz_reviews", Path(__file__).with_name("fuzz_reviews.py")
)
fuzz = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(fuzz)
PIECES = (b"", b"\x00", b'"', b"{", b"[", b"]", b"}", b"\n", b",", b";", b"\xff", b"null", b"1e999")
PIECES += (b'"\\ud800"', b"-1", b"\r", b"99999999999999999999", b"\xef\xbb\xbf", b"{}", b"true")


@pytest.mark.parametrize("place", range(len(fuzz.NAMES)), ids=fuzz.NAMES)
def test_a_broken_example_is_read_or_refused_by_name(place):
    rng = np.random.default_rng(place)
    example = fuzz.EXAMPLES[fuzz.NAMES[place]]
    for _ in range(25):
        broken = bytearray(example)
        for _ in range(rng.integers(1, 4)):
            at, end = sorted(rng.integers(0, len(broken) + 1, 2))
            end = min(end, at + int(rng.integers(0, 12)))
            broken[at:end] = PIECES[rng.integers(len(PIECES))]
        fuzz.target(bytes([place]) + bytes(broken))
