"""The table of five words, the decisive p, Holm: recomputed by hand and against R."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdresearch import stats
from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import Effect

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "r_values.json").read_text())


def effect(value: float, half: float, scale: str = "g_person") -> Effect:
    """Return an effect whose 95 % interval is value +- half (normal reference)."""
    return Effect(value, half / 1.959963984540054, math.inf, scale)


@pytest.mark.parametrize(
    ("relation", "value", "half", "at_least", "verdict", "note"),
    [
        (">", 0.50, 0.30, None, "supported", ""),
        (">", 0.50, 0.60, None, "undecided", ""),
        (">", -0.50, 0.30, None, "contradicted", "the difference lies the other way"),
        (">", 0.00, 0.10, None, "equivalent", ""),
        (">", 0.12, 0.08, None, "equivalent", "a difference from 0 is detected"),
        (">", 0.60, 0.15, 0.43, "supported", ""),
        (">", 0.30, 0.12, 0.43, "contradicted", "smaller than claimed"),
        (">", 0.50, 0.30, 0.43, "undecided", ""),
        ("<", -0.50, 0.30, None, "supported", ""),
        ("<", 0.50, 0.30, None, "contradicted", "the difference lies the other way"),
        ("~", 0.00, 0.10, None, "supported", ""),
        ("~", 0.10, 0.08, None, "supported", "a difference from 0 is detected"),
        ("~", 0.60, 0.30, None, "contradicted", ""),
        ("~", 0.30, 0.30, None, "undecided", ""),
        ("!=", -0.50, 0.30, None, "supported", ""),
        ("!=", 0.00, 0.10, None, "equivalent", ""),
        ("!=", 0.10, 0.40, None, "undecided", ""),
    ],
)
def test_the_verdict_table_row_by_row(relation, value, half, at_least, verdict, note):
    decision = stats.decide(effect(value, half), relation, 0.2, at_least)
    assert (decision.verdict, decision.note) == (verdict, note)


def test_an_undefined_effect_is_not_tested():
    nan = float("nan")
    assert stats.decide(Effect(nan, nan, nan, "raw"), ">", 0.1).verdict == "not_tested"
    assert stats.decide(Effect(0.3, 0.0, 5, "raw"), ">", 0.1).verdict == "not_tested"


def test_a_relation_outside_the_grammar_is_refused():
    with pytest.raises(StatisticsError, match="The relation '>=' is not one of >, <, !=, ~."):
        stats.decide(effect(0.1, 0.1), ">=", 0.2)


@given(
    st.floats(-2, 2), st.floats(0.01, 2), st.floats(1.5, 200), st.floats(0.05, 1), st.floats(0, 1)
)
def test_the_word_and_the_p_agree(value, se, df, smallest, least):
    """Supported or contradicted at alpha is the same as its one-sided p below alpha / 2."""
    made = Effect(value, se, df, "raw")
    decision = stats.decide(made, ">", smallest, least or None)
    if decision.verdict == "supported":
        assert decision.p_up < 0.025
    if decision.verdict == "undecided":
        assert decision.p_up >= 0.025 - 1e-9
        assert decision.p_down >= 0.025 - 1e-9
        assert decision.p_equivalence >= 0.05 - 1e-9
    if decision.verdict == "equivalent":
        assert decision.p_equivalence < 0.05 + 1e-9
    assert decision.p_decisive <= 1


@given(st.floats(-2, 2), st.floats(0.01, 2), st.floats(1.5, 200), st.floats(0.05, 1))
def test_swapping_the_groups_mirrors_the_verdict(value, se, df, smallest):
    ahead = stats.decide(Effect(value, se, df, "raw"), ">", smallest)
    behind = stats.decide(Effect(-value, se, df, "raw"), "<", smallest)
    assert ahead.verdict == behind.verdict
    assert math.isclose(ahead.p_decisive, behind.p_decisive)
    assert math.isclose(ahead.interval.low, -behind.interval.high)


@given(st.floats(0.2, 5), st.floats(0.01, 1), st.floats(2, 100), st.floats(1.05, 3))
def test_a_ratio_and_its_inverse_have_the_same_equivalence(ratio, se, df, smallest):
    one = stats.equivalence(Effect(math.log(ratio), se, df, "ratio"), smallest)
    other = stats.equivalence(Effect(-math.log(ratio), se, df, "ratio"), smallest)
    assert one.verdict == other.verdict
    assert math.isclose(one.p_equivalence, other.p_equivalence)


@pytest.mark.parametrize("name", ["tost.sleep.welch_raw1.5", "tost.mdr.tol.BR_CN.welch_raw0.3"])
def test_equivalence_and_minimal_effect_agree_with_toster(name):
    rows = {row["term"]: row for row in REFERENCE[name]["TOST"]}
    nhst, lower, upper = rows["t-test"], rows["TOST Lower"], rows["TOST Upper"]
    bound = REFERENCE[name]["bound"]
    made = Effect(nhst["t"] * nhst["SE"], nhst["SE"], nhst["df"], "raw")
    decision = stats.equivalence(made, bound)
    worst = max(lower["p.value"], upper["p.value"])
    assert decision.p_equivalence == pytest.approx(worst, rel=1e-10)
    assert decision.p == pytest.approx(nhst["p.value"], rel=1e-10)


def test_a_minimal_effect_agrees_with_toster():
    rows = {row["term"]: row for row in REFERENCE["met.sleep.welch_raw1.5"]["TOST"]}
    nhst = rows["t-test"]
    made = Effect(nhst["t"] * nhst["SE"], nhst["SE"], nhst["df"], "raw")
    found = stats.minimal_effect(made, 1.5)
    p = sorted([rows["TOST Lower"]["p.value"], rows["TOST Upper"]["p.value"]])
    assert sorted([found.p_above, found.p_below]) == pytest.approx(p, rel=1e-10)
    assert found.p == pytest.approx(p[0], rel=1e-10)


def test_holm_agrees_with_r():
    padj = REFERENCE["padj"]
    assert stats.holm(padj["p"]).tolist() == pytest.approx(padj["holm"], rel=1e-12)
    assert stats.adjust(padj["p"], "bonferroni").tolist() == pytest.approx(
        padj["bonferroni"], rel=1e-12
    )


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_rejects_what_its_levels_reject(p):
    adjusted, levels = stats.holm(p), stats.holm_levels(p)
    for value, level, a in zip(p, levels, adjusted, strict=True):
        if abs(value - level) > 1e-12 and abs(a - 0.05) > 1e-9:
            assert (value <= level) == (a <= 0.05)


def test_a_claim_that_was_not_tested_does_not_count_in_its_family():
    nan = float("nan")
    assert stats.holm([0.01, nan, 0.04])[[0, 2]].tolist() == [0.02, 0.04]
    assert np.isnan(stats.holm([0.01, nan])[1])
    assert stats.holm_levels([0.01, nan, 0.04])[0] == 0.025


def test_an_unknown_adjustment_is_named():
    with pytest.raises(
        StatisticsError, match="There is no adjustment 'fdr'. Known: holm, bonferroni."
    ):
        stats.adjust([0.1], "fdr")
