"""Curves and restricted means: known answers, what must not matter, what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats.survival_models import kaplan_meier, rmst


def viewers(seed=3, n=90):
    rng = np.random.default_rng(seed)
    region = rng.choice(["BR", "ID", "US"], n)
    lasts = np.ceil(rng.exponential(20, n))
    watched = np.ceil(rng.uniform(5, 60, n))
    return pd.DataFrame(
        {"t": np.minimum(lasts, watched), "left": (lasts <= watched) * 1, "region": region}
    )


def test_without_censoring_the_curve_is_the_share_still_there():
    table = pd.DataFrame({"t": [1, 2, 2, 5], "left": 1})
    curve = kaplan_meier(table, "t", "left").frame()
    assert curve["survival"].tolist() == pytest.approx([0.75, 0.25, 0.0])
    assert rmst(table, "t", "left", tau=5).frame()["estimate"].item() == pytest.approx(2.5)
    assert rmst(table, "t", "left", tau=5).frame()["se"].item() == pytest.approx(
        table["t"].std(ddof=0) / 2
    )


def test_order_of_rows_and_names_of_groups_do_not_matter():
    table = viewers()
    mixed = table.sample(frac=1, random_state=1).replace({"region": {"BR": "z", "US": "a"}})
    a, b = (kaplan_meier(d, "t", "left", "region").test for d in (table, mixed))
    assert a.statistic == pytest.approx(b.statistic, rel=1e-10)
    assert a.df == 2
    assert a.groups["observed"].sum() == pytest.approx(a.groups["expected"].sum())


def test_the_unit_of_time_only_scales_the_mean():
    table = viewers()
    plain = rmst(table, "t", "left", "region", tau=40)
    longer = rmst(table.assign(t=table["t"] * 60), "t", "left", "region", tau=2400)
    for column in ("estimate", "se"):
        assert (longer.frame()[column] / plain.frame()[column]).tolist() == pytest.approx([60] * 3)
    p = [fit.tables["differences"]["p"].tolist() for fit in (plain, longer)]
    assert p[0] == pytest.approx(p[1])


def test_rows_cut_in_two_by_delayed_entry_give_the_same_curve():
    table = viewers().assign(start=-1.0)
    cut = table[table["t"] > 10]
    halves = pd.concat([table[table["t"] <= 10], cut.assign(t=10, left=0), cut.assign(start=10)])
    whole = kaplan_meier(table, "t", "left", "region")
    parts = kaplan_meier(halves, "t", "left", "region", entry="start")
    times = [5, 10, 20, 30]
    assert whole.at(times)["survival"].tolist() == pytest.approx(parts.at(times)["survival"])
    assert whole.test.statistic == pytest.approx(parts.test.statistic)


@pytest.mark.parametrize("conf", ["log-log", "log", "plain"])
def test_limits_hold_the_curve_and_stay_within_zero_and_one(conf):
    curve = kaplan_meier(viewers(), "t", "left", "region", conf=conf).frame().dropna()
    assert ((curve["low"] >= 0) & (curve["low"] <= curve["survival"] + 1e-12)).all()
    assert ((curve["high"] <= 1) & (curve["high"] >= curve["survival"] - 1e-12)).all()


def test_a_median_that_is_not_reached_is_undefined():
    table = pd.DataFrame({"t": [1, 2, 3, 4], "left": [1, 0, 0, 0]})
    curves = kaplan_meier(table, "t", "left")
    assert np.isnan(curves.medians["median"].item())
    assert "not reached" in curves.apa()
    assert curves.test is None
    assert "one group" in curves.reason
    assert np.isnan(curves.at([9])["survival"].item())


def test_missing_rows_are_counted():
    table = viewers()
    table.loc[[2, 5], "t"] = np.nan
    check = kaplan_meier(table, "t", "left", "region").checks[0]
    assert check.holds is False
    assert "88 of 90" in check.evidence


def test_a_horizon_beyond_the_watch_is_refused():
    with pytest.raises(StatisticsError, match="was watched until 3"):
        rmst(pd.DataFrame({"t": [1, 2, 3], "left": [1, 1, 0]}), "t", "left", tau=4)
    with pytest.raises(StatisticsError, match="tau is None"):
        rmst(viewers(), "t", "left", "region")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"t": -1.0}, "0 or more"),
        ({"left": 2}, "1 .it happened. or 0"),
        ({"t": np.inf}, "not a finite number"),
        ({"start": 99.0}, "entered before it ends"),
    ],
)
def test_bad_rows_are_named(change, message):
    table = viewers().assign(start=-1.0).astype({"left": int})
    for column, bad in change.items():
        table.loc[4, column] = bad
    with pytest.raises(DataError, match=f"Row 4: .*{message}"):
        kaplan_meier(table, "t", "left", entry="start")


def test_unknown_choices_are_refused():
    with pytest.raises(StatisticsError, match="log-log, log, plain"):
        kaplan_meier(viewers(), "t", "left", conf="logit")
    with pytest.raises(DataError, match="no column 'tt'"):
        kaplan_meier(viewers(), "tt", "left")
