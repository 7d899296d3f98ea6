"""Trends of dated events: known answers, what must not matter, what is undefined, calibration."""

from __future__ import annotations

import calibrate_trends as study
import numpy as np
import pandas as pd
import pytest
from tables import read

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.expect import parse_expect
from mdresearch.stats.event_dates import date_interval, interval_columns, observation_periods
from mdresearch.stats.methods import TESTS, Design
from mdresearch.stats.rates import clustered_se, rate_curve, rate_trend
from mdresearch.stats.trends import trend
from mdresearch.stats.verdicts import decide

WINDOW = {"start": "2020-01-01", "end": "2026-11-23"}
DATES = [
    *("2020-12", "2022-11/2023-02", "2022-12", "2023-03-28", "2024-11-25", "2024-12", "2025"),
    *("2025-01-04", "2025-02-05", "2025-02-18", "2025-03", "2025-05", "2025-10-15", "2026-02-06"),
]


def make_events(dates: list[str] = DATES) -> pd.DataFrame:
    countries = ["CHN", "KOR", "USA", "BRA"]
    return pd.DataFrame(
        {
            "event_id": [f"e{i:02d}" for i in range(len(dates))],
            "date": dates,
            "country": [countries[i % 4] for i in range(len(dates))],
            "scope": ["specific" if i % 3 else "adjacent" for i in range(len(dates))],
        }
    )


def design(expect: str = "rising", **options: object) -> Design:
    return Design(
        "events",
        parse_expect(expect),
        country="country",
        scale="rate_ratio",
        options={**WINDOW, **options},
    )


def newton(n: np.ndarray, years: np.ndarray, exposure: np.ndarray) -> tuple[float, float, float]:
    """Slope, quasi-Poisson error and dispersion by Newton's method, written apart."""
    x = np.column_stack([np.ones(len(n)), years])
    beta = np.array([np.log(n.sum() / exposure.sum()), 0.0])
    for _ in range(200):
        mu = exposure * np.exp(x @ beta)
        step = np.linalg.solve(x.T @ (mu[:, None] * x), x.T @ (n - mu))
        beta = beta + step
        if np.abs(step).max() < 1e-13:
            break
    mu = exposure * np.exp(x @ beta)
    phi = ((n - mu) ** 2 / mu).sum() / (len(n) - 2)
    cov = np.linalg.inv(x.T @ (mu[:, None] * x))
    return beta[1], float(np.sqrt(max(phi, 1) * cov[1, 1])), float(phi)


@pytest.mark.parametrize("seed", range(5))
def test_fit_is_that_of_newton(seed):
    rng = np.random.default_rng(seed)
    periods = observation_periods("2020-02-10", "2026-11-23")
    years, exposure = periods["years"].to_numpy(), periods["exposure"].to_numpy()
    n = rng.poisson(rng.gamma(1.0, 3 * exposure * 1.2**years))
    fit = rate_trend(n, years, exposure)
    slope, se, phi = newton(n, years, exposure)
    assert fit.slope == pytest.approx(slope, abs=1e-9)
    assert fit.se == pytest.approx(se, rel=1e-8)
    assert fit.dispersion == pytest.approx(phi, rel=1e-8)
    assert fit.df == len(n) - 2


def test_error_is_never_narrower_than_poisson():
    fit = rate_trend(np.array([1, 2, 4, 8]), np.arange(4.0), np.ones(4))
    assert fit.dispersion < 1e-12
    information = np.sum(
        [1, 2, 4, 8] * (np.arange(4) - np.average(range(4), weights=[1, 2, 4, 8])) ** 2
    )
    assert fit.se == pytest.approx(1 / np.sqrt(information))


def test_country_effects_drop_out_and_the_clustered_error_is_the_sandwich():
    import statsmodels.api as sm

    rng = np.random.default_rng(3)
    periods = observation_periods("2020-01-01", "2025-12-31")
    years, exposure = periods["years"].to_numpy(), periods["exposure"].to_numpy()
    table = rng.poisson(exposure * np.array([1, 2, 4, 8])[:, None] * 1.3**years / 2)
    fit = rate_trend(table.sum(axis=0), years, exposure)
    owner, place = np.repeat(np.indices(table.shape).reshape(2, -1), table.ravel(), axis=1)
    dummies = np.kron(np.eye(4), np.ones((len(years), 1)))
    x = np.column_stack([dummies, np.tile(years, 4)])
    groups = np.repeat(range(4), len(years))
    model = sm.GLM(
        table.ravel(), x, family=sm.families.Poisson(), offset=np.log(np.tile(exposure, 4))
    )
    known = model.fit(
        tol=1e-13,
        cov_type="cluster",
        cov_kwds={"groups": groups, "use_correction": False},
    )
    assert fit.slope == pytest.approx(known.params[-1], abs=1e-8)
    expected = known.bse[-1] * np.sqrt(4 / 3)
    assert clustered_se(fit, years, place, owner) == pytest.approx(expected, rel=1e-6)


def test_result_carries_what_a_reader_needs():
    result = trend(make_events(), design(protocol="none"))
    assert result.symbol == "t"
    assert result.df == 26
    assert result.estimate.symbol == "RR"
    assert result.estimate.value == pytest.approx(np.exp(result.effect.value))
    group = result.groups.iloc[0]
    assert (group["group"], group["n_countries"], group["n_rows"]) == ("events", 4, 14)
    assert group["mean"] == pytest.approx(14 / (2519 / 365.25))
    assert set(result.tables) == {"periods", "events", "curve", "sensitivity"}
    assert result.tables["periods"]["n"].sum() == 14
    checks = {c.name: c for c in result.checks}
    assert checks["search_protocol"].holds is False
    assert checks["adjacent_law"].evidence.count("RR") == 3
    assert checks["events"].holds is False
    assert "3 of 14" in checks["exact_dates"].evidence or checks["exact_dates"].holds is False


def test_curve_passes_through_the_fit():
    result = trend(make_events(), design())
    curve = result.tables["curve"]
    growth = np.log(curve["rate"].iloc[-1] / curve["rate"].iloc[0]) / curve["years"].iloc[-1]
    assert growth == pytest.approx(result.effect.value)
    assert (curve["low"] < curve["rate"]).all()
    assert (curve["rate"] < curve["high"]).all()
    fit = rate_trend(np.zeros(4, int), np.arange(4.0), np.ones(4))
    assert np.isnan(rate_curve(fit, 4.0, 0.95)["rate"]).all()


def test_order_and_names_do_not_matter():
    events = make_events()
    first = trend(events, design())
    shuffled = events.sample(frac=1, random_state=1).assign(
        country=lambda d: d["country"].map({"CHN": "AAA", "KOR": "ZZZ", "USA": "M", "BRA": "B"})
    )
    second = trend(shuffled, design())
    assert second.effect == first.effect
    pd.testing.assert_frame_equal(first.tables["periods"], second.tables["periods"])


def test_splitting_a_period_of_constant_rate_changes_nothing_but_the_error():
    years, n = np.array([0.5, 1.5, 2.5]), np.array([2, 4, 8])
    whole = rate_trend(n, years, np.ones(3))
    twice = rate_trend(np.repeat(n, 2), np.repeat(years, 2), np.repeat(0.5, 6) * 2)
    halves = rate_trend(np.repeat(n, 2) / 2, np.repeat(years, 2), np.full(6, 0.5))
    assert twice.slope == pytest.approx(whole.slope)
    assert halves.slope == pytest.approx(whole.slope)
    assert halves.se == pytest.approx(whole.se)


def test_a_reversed_window_mirrors_the_trend():
    rng = np.random.default_rng(0)
    n = rng.poisson(3, 12)
    years = np.arange(12.0)
    up, down = rate_trend(n, years, np.ones(12)), rate_trend(n[::-1], years, np.ones(12))
    assert up.slope == pytest.approx(-down.slope, abs=1e-9)
    assert up.se == pytest.approx(down.se)


def test_events_outside_the_window_are_counted_and_shown():
    events = make_events([*DATES, "2019-12-31", "2026-11-24", "2020-01-01", "2026-11-23"])
    result = trend(events, design())
    shown = result.tables["events"]["excluded"].value_counts().to_dict()
    assert shown == {"": 16, "before the start": 1, "after the end": 1}
    window = next(c for c in result.checks if c.name == "window")
    assert window.evidence == "left out: 1 after the end, 1 before the start"


def test_an_undated_event_is_left_out_and_said():
    events = make_events().assign(date=lambda d: d["date"].where(d.index > 0, None))
    assert trend(events, design()).tables["events"]["excluded"].tolist().count("no date") == 1


def test_acts_that_are_not_counted_come_back_in_the_sensitivity():
    events = make_events().assign(counts=lambda d: d.index != 3)
    table = trend(events, design()).tables["sensitivity"].set_index("variant")
    assert table.loc["all", "n_events"] == 13
    row = table.loc["with acts that lift or restore a rule"]
    assert row["n_events"] == 14
    assert row["rate_ratio"] == pytest.approx(trend(make_events(), design()).estimate.value)


def test_sensitivity_rows_are_the_trends_of_the_subsets():
    events = make_events()
    table = trend(events, design()).tables["sensitivity"].set_index("variant")
    alone = trend(events[events["scope"] == "specific"], design())
    assert table.loc["without adjacent", "rate_ratio"] == pytest.approx(alone.estimate.value)
    assert table.loc["without adjacent", "p"] == pytest.approx(alone.p)
    low = trend(events, design(dates="low"))
    assert table.loc["dates at their first day", "low"] == pytest.approx(low.estimate.low)
    month = trend(events, design(period="month"))
    assert table.loc["by month", "high"] == pytest.approx(month.estimate.high)
    own = trend(events, design(variants={"only Brazil": "country == BRA"})).tables["sensitivity"]
    assert "without adjacent" not in set(own["variant"])
    assert own.set_index("variant").loc["only Brazil", "reason"].startswith("3 events")


def test_a_domain_can_be_asked_for():
    events = make_events().assign(domains=lambda d: np.where(d.index % 2, "content;data", "data"))
    assert trend(events, design(domain="content")).groups["n_rows"].iloc[0] == 7
    with pytest.raises(StatisticsError, match="the events have content, data"):
        trend(events, design(domain="labour"))


@pytest.mark.parametrize(
    ("dates", "options", "reason"),
    [
        (DATES[:4], {}, "4 events in the window; a trend needs 5"),
        (["2025-01-02"] * 6, {}, "all events lie in one period: there is no variation in time"),
        (
            DATES,
            {"end": "2020-02-01"},
            "1 period of observation; a trend needs three (14 after the end)",
        ),
        (["2019"] * 6, {}, "0 events in the window; a trend needs 5 (6 before the start)"),
    ],
)
def test_undefined_trends_say_why(dates, options, reason):
    result = trend(make_events(dates), design(**options))
    assert result.reason == reason
    assert np.isnan([result.statistic, result.p, result.estimate.value]).all()
    assert decide(result.effect, ">", 1.15).verdict == "not_tested"


def test_an_empty_frame_is_undefined():
    assert "0 events" in trend(make_events([]), design()).reason


def test_p_is_against_the_number_of_the_claim():
    result = trend(make_events(), design("> 1.15"))
    t = (result.effect.value - np.log(1.15)) / result.effect.se
    assert result.statistic == pytest.approx(t)


def test_missing_window_and_unknown_options_are_refused():
    bare = Design("events", parse_expect("rising"), country="country", scale="rate_ratio")
    with pytest.raises(StatisticsError) as caught:
        trend(make_events(), bare)
    assert str(caught.value) == (
        "The test 'trend' needs the options start and end: the days between which events were "
        "looked for, such as start: '2020-01-01'. The first event is not the start of observation."
    )
    with pytest.raises(KeyError, match="Did you mean 'period'"):
        trend(make_events(), design(periods="month"))
    with pytest.raises(StatisticsError, match="period is 'week'"):
        trend(make_events(), design(period="week"))
    with pytest.raises(StatisticsError, match="scale: rate_ratio"):
        trend(make_events(), Design("e", parse_expect("rising"), scale="raw", options=WINDOW))
    with pytest.raises(StatisticsError, match="not after its start"):
        trend(make_events(), design(end="2019-01-01"))
    with pytest.raises(StatisticsError, match="write a day"):
        trend(make_events(), design(start="2020"))


def test_bad_dates_countries_and_marks_are_refused():
    with pytest.raises(DataError, match="'5 May 2025' is not a date"):
        trend(make_events(["5 May 2025"] * 6), design())
    with pytest.raises(DataError, match="ends before it starts"):
        date_interval("2025/2024")
    with pytest.raises(DataError, match="'2025-02-30' is not a date"):
        date_interval("2025-02-30")
    with pytest.raises(DataError, match="has no 'country'"):
        trend(make_events().assign(country=None), design())
    with pytest.raises(DataError, match="says true or false"):
        trend(make_events().assign(counts="yes"), design())
    with pytest.raises(DataError, match="needs the columns 'date_low'"):
        trend(make_events().drop(columns="date"), design())
    swapped = make_events().assign(date_low="2025-02-01", date_high="2025-01-01")
    with pytest.raises(DataError, match="Swap them"):
        trend(swapped, design())


def test_dates_mean_intervals():
    low, high = interval_columns(pd.DataFrame({"date": ["2024-02", "2025", "2025-01-04"]}))
    assert low.astype(str).tolist() == ["2024-02-01", "2025-01-01", "2025-01-04"]
    assert high.astype(str).tolist() == ["2024-02-29", "2025-12-31", "2025-01-04"]
    stamps = pd.DataFrame({"date": pd.to_datetime(["2024-02-03 12:00"])})
    assert interval_columns(stamps)[0].astype(str).tolist() == ["2024-02-03"]


@pytest.mark.parametrize("period", ["month", "quarter", "year"])
def test_periods_cover_the_window_once(period):
    periods = observation_periods("2020-02-10", "2026-11-23", period)
    days = (np.datetime64("2026-11-23") - np.datetime64("2020-02-10")).astype(int) + 1
    assert periods["exposure"].sum() == pytest.approx(days / 365.25)
    ends = periods["period_end"].to_numpy(dtype="M8[D]")
    starts = periods["period_start"].to_numpy(dtype="M8[D]")
    assert (starts[1:] == ends[:-1] + 1).all()


def test_is_registered():
    assert TESTS["trend"].function is trend
    assert TESTS["trend"].groups is False


def test_calibration_holds_and_runs_again():
    table = {row["design"]: row for row in read("trend")}
    assert all(row["holds"] == "true" for row in table.values())
    for which in (study.DESIGNS[2], study.DESIGNS[7]):
        rate = study.rates_of(which, runs=200, seed=7)[0]
        noted = float(table[which.name]["rate"])
        spread = np.sqrt(max(noted * (1 - noted), 0.02) * (1 / 200 + 1 / study.RUNS))
        assert abs(rate.rate - noted) < 3 * spread
