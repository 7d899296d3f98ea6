"""Trends of one series: what they find, what memory does to them, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as sps

from mdresearch.core.errors import DataError, MdresearchError
from mdresearch.stats.time_trends import joinpoint, mann_kendall


def walk(rng, n, phi):
    noise = rng.standard_normal(n)
    for i in range(1, n):
        noise[i] += phi * noise[i - 1]
    return noise


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(-5, 5), min_size=5, max_size=25), st.integers(0, 99))
def test_order_of_rows_and_monotone_change_of_the_outcome_do_not_matter(values, seed):
    table = pd.DataFrame({"t": range(len(values)), "y": np.array(values, dtype=float)})
    plain = mann_kendall(table, "y", "t", autocorrelation="none")
    turned = mann_kendall(table.sample(frac=1, random_state=seed), "y", "t", autocorrelation="none")
    grown = mann_kendall(table.assign(y=np.exp(table["y"])), "y", "t", autocorrelation="none")
    assert (plain.s, plain.variance) == (turned.s, turned.variance) == (grown.s, grown.variance)
    if plain.variance:
        assert plain.slope.value == turned.slope.value
        assert plain.slope.value == pytest.approx(sps.theilslopes(table["y"], table["t"]).slope)


def test_equal_values_are_undefined_with_the_reason():
    fit = mann_kendall(pd.DataFrame({"t": range(6), "y": 2.0}), "y", "t")
    assert np.isnan(fit.p)
    assert "all values are equal" in fit.apa()


def test_seasons_are_compared_within_themselves():
    t = np.arange(48)
    swing = np.tile([0, 50, -50, 10], 12)
    table = pd.DataFrame({"t": t, "q": t % 4, "y": swing + 0.1 * t})
    seasonal = mann_kendall(table, "y", "t", season="q")
    assert seasonal.s == 4 * 66
    assert seasonal.slope.value == pytest.approx(0.1)


def test_memory_makes_the_plain_test_err_and_is_corrected_for():
    rng = np.random.default_rng(5)
    runs, wrong = 300, {"none": 0, "hamed_rao": 0}
    for _ in range(runs):
        table = pd.DataFrame({"t": range(60), "y": walk(rng, 60, 0.5)})
        for kind in wrong:
            wrong[kind] += mann_kendall(table, "y", "t", autocorrelation=kind).p <= 0.05
    assert wrong["none"] / runs > 0.15
    assert wrong["hamed_rao"] < 0.75 * wrong["none"]


def test_joints_lie_where_they_were_planted():
    rng = np.random.default_rng(3)
    t = np.arange(40)
    y = 0.5 * t - 0.9 * np.maximum(0, t - 15) + 0.3 * rng.standard_normal(40)
    table = pd.DataFrame({"t": t, "y": y})
    for choose in ("permutation", "bic"):
        fit = joinpoint(table, "y", "t", choose=choose, draws=199)
        assert len(fit.tables["joints"]) == 1
        joint = fit.tables["joints"].iloc[0]
        assert joint["low"] <= 15 <= joint["high"]
        np.testing.assert_allclose(fit.frame()["estimate"], [0.5, -0.4], atol=0.05)


def test_a_straight_series_is_left_straight_about_as_often_as_promised():
    rng = np.random.default_rng(8)
    runs, found = 200, 0
    for i in range(runs):
        table = pd.DataFrame({"t": range(24), "y": rng.standard_normal(24)})
        found += len(joinpoint(table, "y", "t", most=1, draws=99, seed=i).tables["joints"]) > 0
    assert found / runs <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / runs)


def test_scale_and_order_do_not_move_a_joint():
    t = np.arange(30)
    y = np.minimum(t, 12) + 0.2 * np.cos(5 * t)
    table = pd.DataFrame({"t": t, "y": y})
    plain = joinpoint(table, "y", "t", most=1, choose="bic")
    other = joinpoint(
        table.assign(t=2000 + t / 12, y=7 - 3 * y).iloc[::-1], "y", "t", most=1, choose="bic"
    )
    assert other.tables["joints"]["time"][0] == pytest.approx(
        2000 + plain.tables["joints"]["time"][0] / 12
    )
    np.testing.assert_allclose(
        other.frame()["estimate"], -36 * plain.frame()["estimate"], rtol=1e-6
    )


def test_growth_per_unit_of_time_in_per_cent():
    t = np.arange(12)
    fit = joinpoint(
        pd.DataFrame({"t": t, "y": 5 * 1.04**t}), "y", "t", most=0, logarithm=True, choose="bic"
    )
    assert fit.frame()["percent"][0] == pytest.approx(4)


@pytest.mark.parametrize(
    ("table", "options", "message"),
    [
        ({"t": [1, 1, 2, 3, 4, 5], "y": range(6)}, {}, "occurs twice"),
        ({"t": range(5), "y": range(5)}, {"most": 3}, "too few for 3 joints"),
        ({"t": range(20), "y": range(20)}, {"logarithm": True}, "needs more than 0"),
        ({"t": range(20), "y": range(20)}, {"most": 7}, "0 to 4 joints"),
        ({"t": range(200), "y": range(200)}, {"most": 4}, "too many to search"),
        ({"t": range(20), "z": range(20)}, {}, "no column 'y'"),
        ({"t": range(20), "y": range(20)}, {"choose": "aic"}, "Known: permutation, bic"),
    ],
)
def test_what_cannot_be_joined_is_refused(table, options, message):
    with pytest.raises(MdresearchError, match=message):
        joinpoint(pd.DataFrame(table), "y", "t", **options)


def test_a_trend_of_three_points_is_refused():
    with pytest.raises(DataError, match="four are the least"):
        mann_kendall(pd.DataFrame({"t": range(3), "y": range(3)}), "y", "t")
