"""Before and after: what the designs find, what they refuse, what they confess."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, MdresearchError, StatisticsError
from mdresearch.stats.panels import difference_in_differences, event_study, segmented


def series(seed=1, n=40, jump=1.0, phi=0.4):
    rng = np.random.default_rng(seed)
    noise = np.zeros(n)
    for i in range(1, n):
        noise[i] = phi * noise[i - 1] + 0.2 * rng.standard_normal()
    t = np.arange(n)
    return pd.DataFrame({"month": t, "y": 2 + 0.02 * t + jump * (t >= n // 2) + noise})


def panel(seed=2, units=12, periods=10, effect=0.8, treated=6):
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product(
        [[f"c{u:02d}" for u in range(units)], range(periods)], names=["country", "year"]
    ).to_frame(index=False)
    code = grid["country"].str[1:].astype(int)
    grid["law"] = ((code < treated) & (grid["year"] >= 5)).astype(int)
    level = rng.standard_normal(units)[code] + 0.1 * grid["year"]
    grid["y"] = level + effect * grid["law"] + 0.3 * rng.standard_normal(len(grid))
    return grid


def test_a_jump_is_found_and_a_missing_month_respected():
    table = series()
    whole = segmented(table, "y", "month", 20).frame().set_index("term")
    holes = segmented(table.drop(index=[7, 8, 30]), "y", "month", 20)
    assert whole.loc["level_change", "low"] < 1 < whole.loc["level_change", "high"]
    assert whole.loc["level_change", "p"] < 0.001
    assert holes.n == 37
    assert holes.frame()["estimate"].iloc[2] == pytest.approx(
        whole["estimate"].iloc[2], abs=3 * whole["se"].iloc[2]
    )


@pytest.mark.parametrize("errors", ["ar1", "newey_west", "independent"])
def test_unit_and_origin_of_time_and_outcome_do_not_matter(errors):
    table = series(seed=4)
    plain = segmented(table, "y", "month", 20, errors=errors).frame().set_index("term")
    moved = table.assign(month=2000 + table["month"] / 12, y=100 + 10 * table["y"])
    other = segmented(moved, "y", "month", 2000 + 20 / 12, errors=errors).frame().set_index("term")
    assert other.loc["level_change", "estimate"] == pytest.approx(
        10 * plain.loc["level_change", "estimate"], rel=1e-5
    )
    assert other["p"].iloc[1:].to_numpy() == pytest.approx(plain["p"].iloc[1:].to_numpy(), rel=1e-3)


def test_ignoring_autocorrelation_is_confessed():
    table = series(seed=3, phi=0.8)
    checks = {c.name: c for c in segmented(table, "y", "month", 20, errors="independent").checks}
    assert checks["independent_errors"].holds is False
    with_memory = segmented(table, "y", "month", 20).frame()["se"].iloc[2]
    assert (
        with_memory
        > 1.3 * segmented(table, "y", "month", 20, errors="independent").frame()["se"].iloc[2]
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: pd.concat([t, t.iloc[[3]]]), "'month' 3 occurs twice"),
        (lambda t: t[t["month"] > 18], "1 points lie before 20"),
        (lambda t: t.assign(month=t["month"] ** 1.5), "not multiples of the smallest"),
    ],
)
def test_a_series_that_cannot_be_cut_is_refused(change, message):
    with pytest.raises(DataError, match=message):
        segmented(change(series()), "y", "month", 20)


def test_the_effect_of_a_law_in_six_of_twelve_countries():
    fit = difference_in_differences(panel(), "y", "country", "year", "law")
    row = fit.frame().iloc[0]
    assert row["low"] < 0.8 < row["high"]
    assert row["p"] < 0.001
    assert fit.provenance["randomisation"].p == pytest.approx(2 / 924)
    assert (fit.tables["placebo"]["p"] > 0.01).all()


def test_order_and_names_of_units_do_not_matter():
    table = panel()
    plain = difference_in_differences(table, "y", "country", "year", "law").frame()
    renamed = table.assign(country=table["country"].map(lambda c: c[::-1])).sample(
        frac=1, random_state=1
    )
    other = difference_in_differences(renamed, "y", "country", "year", "law").frame()
    np.testing.assert_allclose(
        plain.drop(columns="term").to_numpy(float),
        other.drop(columns="term").to_numpy(float),
        rtol=1e-9,
    )


def test_the_event_study_averages_to_the_effect_and_sees_a_trend_before():
    table = panel(effect=1.0)
    fit = event_study(table, "y", "country", "year", "law")
    late = fit.frame()[fit.frame()["term"].astype(int) >= 0]["estimate"].mean()
    early = fit.frame()[fit.frame()["term"].astype(int) < -1]["estimate"].sum() / 5
    whole = difference_in_differences(table, "y", "country", "year", "law").frame()["estimate"][0]
    assert late - early == pytest.approx(whole, rel=1e-9)
    drifting = table.assign(y=table["y"] + 0.6 * table["year"] * (table["country"] < "c06"))
    checks = {c.name: c for c in event_study(drifting, "y", "country", "year", "law").checks}
    assert checks["parallel_before"].holds is False


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.assign(law=t["law"] * ((t["country"] != "c00") | (t["year"] > 6))), "2 dates"),
        (lambda t: t.assign(law=t["law"] * (t["year"] != 7)), "no longer treated at year 7"),
        (lambda t: t.assign(law=0), "0 of 12 units"),
        (lambda t: t.assign(law=(t["year"] >= 5).astype(int)), "12 of 12 units"),
        (lambda t: t.assign(law=2 * t["law"]), "'law' is 2 in a row"),
        (lambda t: pd.concat([t, t.iloc[[0]]]), "has two rows at year 0"),
        (lambda t: t.assign(law=(t["country"] < "c06").astype(int)), "no period before"),
    ],
)
def test_designs_that_would_mislead_are_refused(change, message):
    with pytest.raises(MdresearchError, match=message):
        difference_in_differences(change(panel()), "y", "country", "year", "law")


def test_four_regions_are_four_clusters():
    fit = difference_in_differences(panel(units=4, treated=2), "y", "country", "year", "law")
    failed = {c.name: c.evidence for c in fit.checks if c.holds is False}
    assert "2 changed and 2 other units" in failed["enough_units"]
    assert "smallest it could be 0.333" in failed["randomisation"]


def test_size_with_ten_countries_where_plain_errors_err():
    wrong = {"CR2": 0, "independent": 0}
    rng = np.random.default_rng(11)
    runs = 250
    for _ in range(runs):
        table = panel(seed=int(rng.integers(1e9)), units=10, periods=8, effect=0, treated=5)
        walk = rng.standard_normal((10, 8)).cumsum(axis=1).ravel()
        fit = difference_in_differences(
            table.assign(y=table["y"] + walk), "y", "country", "year", "law", draws=99
        )
        p = fit.tables["errors"].set_index("term")["p"]
        for kind in wrong:
            wrong[kind] += p[kind] <= 0.05
    assert wrong["CR2"] / runs <= 0.06 + 3 * np.sqrt(0.06 * 0.94 / runs)
    assert wrong["independent"] / runs > 0.12


def test_errors_are_statistics_errors_where_the_design_is_at_fault():
    with pytest.raises(StatisticsError):
        segmented(series(), "y", "month", 20, errors="arma")
