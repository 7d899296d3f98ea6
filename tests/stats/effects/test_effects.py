"""Effect sizes: what leaves them alone, what their intervals hold, what is undefined."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as sps

from mdresearch.core.errors import DataError, MdresearchError
from mdresearch.stats.effects import cliffs_delta, cramers_v, cultural_fixation, effect, eta_squared
from mdresearch.stats.effects.effects import KINDS
from mdresearch.stats.effects.noncentral import t_interval


def made(seed, n=(20, 30), gap=0.5):
    rng = np.random.default_rng(seed)
    y = np.concatenate([gap + rng.standard_normal(n[0]), rng.standard_normal(n[1])])
    return pd.DataFrame({"y": y, "g": ["a"] * n[0] + ["b"] * n[1]})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 9999), st.sampled_from(KINDS), st.floats(0.1, 20), st.floats(-9, 9))
def test_order_unit_and_origin_do_not_matter(seed, kind, scale, shift):
    table = made(seed)
    plain = effect(table, "y", "g", kind).estimate
    moved = table.assign(y=shift + scale * table["y"]).sample(frac=1, random_state=seed)
    other = effect(moved, "y", "g", kind).estimate
    assert [other.value, other.low, other.high] == pytest.approx(
        [plain.value, plain.low, plain.high], rel=1e-6, abs=1e-8
    )


@pytest.mark.parametrize("kind", ["hedges_g", "cohens_d", "cliffs_delta", "rank_biserial"])
def test_swapped_groups_turn_the_sign(kind):
    table = made(4)
    plain = effect(table, "y", "g", kind, a="a", b="b").estimate
    other = effect(table, "y", "g", kind, a="b", b="a").estimate
    assert [-other.value, -other.high, -other.low] == pytest.approx(
        [plain.value, plain.low, plain.high]
    )


def test_delta_is_the_definition_over_all_pairs():
    rng = np.random.default_rng(1)
    x, y = rng.integers(0, 5, 12).astype(float), rng.integers(1, 6, 9).astype(float)
    delta, variance = cliffs_delta(x, y)
    wins = np.sign(x[:, None] - y[None, :])
    assert delta.value == pytest.approx(wins.mean())
    parts = [
        81 * ((wins.mean(axis=1) - wins.mean()) ** 2).sum(),
        144 * ((wins.mean(axis=0) - wins.mean()) ** 2).sum(),
        -((wins - wins.mean()) ** 2).sum(),
    ]
    assert variance == pytest.approx(sum(parts) / (12 * 9 * 11 * 8))


@pytest.mark.parametrize(("t", "df"), [(0.0, 5), (-1.86, 18), (3.2, 4), (25.0, 30), (-60.0, 12)])
def test_limits_of_noncentral_t_meet_their_tails(t, df):
    low, high = t_interval(t, df, 0.95)
    assert sps.nct.cdf(t, df, low) == pytest.approx(0.975, abs=1e-9)
    assert sps.nct.cdf(t, df, high) == pytest.approx(0.025, abs=1e-9)


@pytest.mark.parametrize("kind", ["hedges_g", "cliffs_delta", "superiority"])
def test_intervals_cover_the_truth(kind):
    truth = {"hedges_g": 0.5, "superiority": sps.norm.cdf(0.5 / np.sqrt(2))}
    truth["cliffs_delta"] = 2 * truth["superiority"] - 1
    hits, runs = 0, 300
    for seed in range(runs):
        found = effect(made(seed), "y", "g", kind).estimate
        hits += found.low <= truth[kind] <= found.high
    assert hits / runs >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / runs)


def test_nothing_varies_nothing_is_defined():
    flat = pd.DataFrame({"y": [1.0] * 6, "g": list("aaabbb")})
    assert effect(flat, "y", "g").estimate.reason == "no variation within groups"
    assert np.isnan(effect(flat, "y", "g", "eta_squared").estimate.value)
    apart = pd.DataFrame({"y": [1.0, 2, 3, 7, 8, 9], "g": list("aaabbb")})
    delta = effect(apart, "y", "g", "cliffs_delta").estimate
    assert (delta.value, delta.reason) == (-1, "the samples do not overlap: no interval")


def test_pairs_are_divided_by_the_spread_of_differences():
    rng = np.random.default_rng(2)
    first = rng.standard_normal(15)
    table = pd.DataFrame(
        {
            "id": [*range(15), *range(15)],
            "g": ["a"] * 15 + ["b"] * 15,
            "y": np.concatenate([first, first - 0.3 + 0.1 * rng.standard_normal(15)]),
        }
    )
    found = effect(table, "y", "g", "cohens_d", pair="id").estimate
    gap = table["y"][:15].to_numpy() - table["y"][15:].to_numpy()
    assert found.value == pytest.approx(gap.mean() / gap.std(ddof=1))


def test_plain_v_sees_what_is_not_there_and_the_corrected_does_not():
    rng = np.random.default_rng(6)
    tables = [
        pd.crosstab(rng.integers(4, size=120), rng.integers(5, size=120)).to_numpy()
        for _ in range(60)
    ]
    plain = np.mean([cramers_v(t, corrected=False).estimate.value for t in tables])
    fair = np.mean([cramers_v(t).estimate.value for t in tables])
    assert plain > 0.15
    assert fair < 0.07


def test_fixation_is_none_among_alike_and_whole_among_strangers():
    rng = np.random.default_rng(3)
    n = 400
    answers = {f"q{i}": rng.integers(4, size=n) for i in range(12)}
    table = pd.DataFrame({"country": np.repeat(["A", "B"], n // 2), **answers})
    alike = cultural_fixation(table, "country", list(answers)).iloc[0]
    assert abs(alike["fixation"]) < 0.01
    strangers = table.assign(**{q: (table["country"] == "A").astype(int) for q in answers})
    assert cultural_fixation(strangers, "country", list(answers)).iloc[0]["fixation"] == 1


def test_fixation_of_two_shares_is_the_textbook_value():
    p, q = 0.7, 0.3
    n = 100_000
    answers = np.concatenate([np.arange(n) < p * n, np.arange(n) < q * n]).astype(int)
    table = pd.DataFrame({"g": np.repeat(["A", "B"], n), "x": answers})
    found = cultural_fixation(table, "g", ["x"]).iloc[0]["fixation"]
    within, total = 1 - (p**2 + (1 - p) ** 2), 0.5
    assert found == pytest.approx(1 - within / total, abs=1e-4)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: effect(t, "y", "g", "hedge_g"), "Did you mean 'hedges_g'"),
        (lambda t: effect(t, "x", "g"), "no column 'x'"),
        (lambda t: effect(t.assign(y="1"), "y", "g"), "not numeric"),
        (lambda t: effect(t.assign(g=t.index % 3), "y", "g"), "3 groups; name two"),
        (lambda t: effect(t, "y", "g", a="a", b="c"), "0 values of 'c'"),
        (lambda t: effect(t.assign(i=1), "y", "g", pair="i"), "two values in a group"),
        (lambda t: effect(t, "y", "g", "overlap", pair="y"), "no form for pairs"),
        (lambda t: eta_squared(2, 0, 5), "must be above 0"),
        (lambda t: cramers_v([[1, -1], [2, 3]]), "no number below 0"),
        (lambda t: cultural_fixation(t, "g", []), "at least one item"),
    ],
)
def test_what_has_no_effect_size_is_refused(call, message):
    with pytest.raises(MdresearchError, match=message):
        call(made(1))


def test_rows_left_out_are_counted():
    table = made(1).assign(y=lambda t: t["y"].where(t.index != 3))
    check = effect(table, "y", "g").checks[0]
    assert check.holds is False
    assert "49 of 50 rows" in check.evidence
    with pytest.raises(DataError):
        effect(table.head(1), "y", "g")
