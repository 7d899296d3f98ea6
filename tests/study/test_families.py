"""Holm within families: adjusted p, the level of each word, both intervals kept."""

from __future__ import annotations

import numpy as np
import pytest
from made_up import make_answers

from mdresearch.core.claims import Claim
from mdresearch.study.judging import judge
from mdresearch.study.running import judge_families


def findings(deltas: list[float], family: str | None = "f") -> list:
    """Judge one claim a difference."""
    out = []
    for i, delta in enumerate(deltas):
        data = make_answers(np.random.default_rng(i), (8, 8), 12, 5, delta)
        claim = Claim(f"C{i}", "a is above b", "y", "side", "a > b", family=family)
        out.append(judge(claim, data))
    return out


def test_words_are_formed_at_holms_levels_and_both_intervals_are_kept():
    one = findings([1.0, 0.9, 0.05])
    many = judge_families(one)
    p = sorted(f.decision.p_decisive for f in one)
    assert many[0].p_adjusted <= many[2].p_adjusted
    assert min(f.p_adjusted for f in many) == pytest.approx(min(1, 3 * p[0]))
    levels = sorted(f.adjusted.alpha for f in many)
    assert levels == pytest.approx([0.05 / 3, 0.05 / 2, 0.05])
    for before, after in zip(one, many, strict=True):
        assert after.decision.interval == before.decision.interval
        assert after.adjusted.interval.level == pytest.approx(1 - after.adjusted.alpha)
        row = after.frame().iloc[0]
        assert row["adjusted_low"] <= row["low"] + 1e-12


def test_a_claim_without_a_family_stands_alone():
    alone = findings([0.9, 0.9], family=None)
    assert [f.p_adjusted for f in judge_families(alone)] == [f.decision.p_decisive for f in alone]


def test_an_untested_claim_does_not_count():
    one = findings([0.9, 0.8])
    lost = judge(
        Claim("C9", "", "y", "side", "a > b", family="f"),
        make_answers(np.random.default_rng(1), (8, 1), 12, 5, 0.5),
    )
    many = judge_families([*one, lost])
    assert many[2].verdict == "not_tested"
    assert np.isnan(many[2].p_adjusted)
    assert sorted(f.adjusted.alpha for f in many[:2]) == pytest.approx([0.025, 0.05])
