"""Shares of variance and profile correlations: by hand, what must not matter, what is undefined."""

from __future__ import annotations

import calibrate_variance_shares as study
import numpy as np
import pandas as pd
import pytest
from tables import read

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.expect import parse_expect
from mdresearch.stats.components import components, jackknife
from mdresearch.stats.methods import TESTS, Design
from mdresearch.stats.profile_correlations import mean_correlation, profile_correlation
from mdresearch.stats.profiles import country_profiles
from mdresearch.stats.variance_shares import share_of, variance_share
from mdresearch.stats.verdicts import decide


def design(test: str = "share", expect: str | None = None, **options: object) -> Design:
    share = test == "share"
    return Design(
        "y",
        parse_expect(expect or ("< 0.1" if share else "> 0.8")),
        country="country",
        title="stimulus",
        person="person",
        scale="share" if share else "correlation",
        options=options,
    )


def make_answers(
    seed: int = 0,
    shape: tuple[int, int, int] = (6, 5, 4),
    sd: tuple[float, float, float, float] = (0.5, 1.0, 0.4, 0.7),
    crossed: bool = True,
) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    c, t, n = shape
    y = rng.normal(0, sd[0], (c, 1, 1)) + rng.normal(0, sd[1], (1, 1, t))
    y = y + rng.normal(0, sd[2], (c, 1, t)) + rng.normal(0, sd[3], (c, n, 1)) * crossed
    y = y + rng.normal(0, 1, (c, n, t))
    i, p, j = np.indices(y.shape).reshape(3, -1)
    person = [f"p{a}-{b}" if crossed else f"p{a}-{b}-{k}" for a, b, k in zip(i, p, j, strict=True)]
    return pd.DataFrame(
        {
            "country": np.char.add("c", i.astype(str)),
            "stimulus": np.char.add("s", j.astype(str)),
            "person": person,
            "y": y.ravel(),
        }
    )


def mean_squares(data: pd.DataFrame) -> tuple[float, float, float, float]:
    """Classical mean squares of a balanced layout with persons within cells, on cell means."""
    cells = data.groupby(["country", "stimulus"])["y"]
    m = data.pivot_table(index="country", columns="stimulus", values="y").to_numpy()
    n = cells.size().iloc[0]
    c, t = m.shape
    a, b = m.mean(axis=1), m.mean(axis=0)
    rest = m - a[:, None] - b + m.mean()
    ms = t * a.var(ddof=1), c * b.var(ddof=1), (rest**2).sum() / ((c - 1) * (t - 1))
    return *ms, float(cells.var(ddof=1).mean() / n)


def test_balanced_components_are_the_mean_squares():
    data = make_answers(crossed=False)
    ms_a, ms_b, ms_ab, error = mean_squares(data)
    found = components(country_profiles(data, design()))
    by_hand = [(ms_a - ms_ab) / 5, (ms_b - ms_ab) / 6, ms_ab - error]
    assert found == pytest.approx(by_hand, rel=1e-10)


def test_a_persons_own_level_is_taken_out_of_the_country():
    data = make_answers(crossed=True)
    ms_a, ms_b, ms_ab, _ = mean_squares(data)
    wide = data.pivot_table(index=["country", "person"], columns="stimulus", values="y")
    centred = wide.to_numpy() - wide.groupby("country").transform("mean").to_numpy()
    # balanced split-plot: persons within country, and person x stimulus within country
    ms_person = 5 * (centred.mean(axis=1) ** 2).sum() / (6 * 3)
    rest = centred - centred.mean(axis=1, keepdims=True)
    ms_rest = (rest**2).sum() / (6 * 3 * 4)
    by_hand = [
        (ms_a - ms_ab - (ms_person - ms_rest) / 4) / 5,
        (ms_b - ms_ab) / 6,
        ms_ab - ms_rest / 4,
    ]
    profiles = country_profiles(data, design())
    assert components(profiles) == pytest.approx(by_hand, rel=1e-9)
    assert profiles.person == pytest.approx((ms_person - ms_rest) / 5, rel=1e-9)
    assert profiles.crossed


def test_components_are_unbiased_with_missing_cells_and_answers():
    truth, found = [0.25, 1.0, 0.16], []
    for seed in range(400):
        data = make_answers(seed)
        rng = np.random.default_rng(seed)
        gone = (data["country"] == "c0") & (data["stimulus"].isin(["s1", "s3"]))
        keep = ~gone & (rng.random(len(data)) > 0.2)
        found.append(components(country_profiles(data[keep], design())))
    values = np.array(found)
    error = values.std(axis=0) / 20
    assert (np.abs(np.nanmean(values, axis=0) - truth) < 3.5 * error).all()


def test_share_and_table_agree():
    result = variance_share(make_answers(), design())
    table = result.tables["components"].set_index("component")
    assert result.estimate.value == pytest.approx(table.loc["interaction", "share"])
    assert table["share"].sum() == pytest.approx(1)
    assert table["share_of_total"].sum() == pytest.approx(1)
    assert list(table.index) == ["country", "stimulus", "interaction", "person", "residual"]
    total = variance_share(make_answers(), design(of="total"))
    assert total.estimate.value == pytest.approx(table.loc["interaction", "share_of_total"])
    ratio = variance_share(make_answers(), design(of="country_to_stimulus"))
    a, b = table.loc["country", "variance"], table.loc["stimulus", "variance"]
    assert ratio.estimate.value == pytest.approx(a / (a + b))
    assert len(result.tables["profiles"]) == 30
    assert result.statistic == pytest.approx((result.effect.value - 0.1) / result.effect.se)


def test_the_jackknife_is_over_both_margins():
    profiles = country_profiles(make_answers(), design())

    def statistic(p):
        return share_of(p, "interaction", "reliable")

    left = np.array([statistic(profiles.without_country(i)) for i in range(6)])
    out = np.array([statistic(profiles.without_stimulus(j)) for j in range(5)])
    error = jackknife(profiles, statistic)
    assert error.country == pytest.approx(5 * left.var())
    assert error.stimulus == pytest.approx(4 * out.var())
    assert error.se == pytest.approx(np.sqrt(error.country + error.stimulus))
    assert 4 <= error.df <= 9


@pytest.mark.parametrize("verb", [variance_share, profile_correlation])
def test_order_names_and_unit_do_not_matter(verb):
    kind = design("share" if verb is variance_share else "correlation")
    data = make_answers()
    first = verb(data, kind)
    other = data.sample(frac=1, random_state=2).assign(
        country=lambda d: d["country"].map(lambda c: f"z{9 - int(c[1])}"),
        y=lambda d: 7 - 1000 * d["y"],
    )
    second = verb(other, kind)
    assert second.effect.value == pytest.approx(first.effect.value, rel=1e-8)
    assert second.effect.se == pytest.approx(first.effect.se, rel=1e-7)
    assert second.effect.df == pytest.approx(first.effect.df, rel=1e-7)


def test_level_and_spread_of_a_country_do_not_touch_the_profile_correlation():
    data = make_answers(seed=4)
    factor = data["country"].map({f"c{i}": 0.5 + i for i in range(6)})
    moved = data.assign(y=lambda d: d["y"] * factor + 10 * factor)
    pairs = [
        profile_correlation(d, design("r")).tables["pairs"]["corrected"] for d in (data, moved)
    ]
    assert pairs[0].to_numpy() == pytest.approx(pairs[1].to_numpy(), rel=1e-8, nan_ok=True)


def test_profile_correlation_by_hand():
    data = make_answers(seed=4, shape=(3, 4, 6), sd=(0.3, 2.0, 0.5, 0.5))
    wide = data.pivot_table(index=["country", "person"], columns="stimulus", values="y")
    means, explained = [], []
    for _, rows in wide.groupby("country"):
        v = rows.to_numpy()
        noise = np.cov(v.T) / 6
        means.append(v.mean(axis=0))
        error = (np.trace(noise) - noise.sum() / 4) / 3
        explained.append(means[-1].var(ddof=1) - error)
    covariance = np.cov(np.array(means))
    pairs = [(0, 1), (0, 2), (1, 2)]
    roots = [np.sqrt(explained[i] * explained[k]) for i, k in pairs]
    c = [covariance[i, k] for i, k in pairs]
    profiles = country_profiles(data, design("r"))
    assert mean_correlation(profiles) == pytest.approx(sum(c) / sum(roots), rel=1e-9)
    plain = np.mean(np.array(c) / roots)
    assert mean_correlation(profiles, "pairs") == pytest.approx(plain, rel=1e-9)
    result = profile_correlation(data, design("r", average="pairs"))
    assert result.tables["pairs"]["corrected"].mean() == pytest.approx(plain)
    assert result.cite == ("cowen2020",)


def test_pairs_with_gaps_use_what_both_saw():
    data = make_answers(seed=4, shape=(3, 6, 6), sd=(0.3, 2.0, 0.5, 0.5))
    gap = data[~((data["country"] == "c0") & (data["stimulus"] == "s2"))]
    pairs = profile_correlation(gap, design("r")).tables["pairs"]
    assert pairs["n_stimuli"].tolist() == [5, 5, 6]
    both = data[data["stimulus"] != "s2"]
    cut = profile_correlation(both, design("r")).tables["pairs"]
    assert pairs["corrected"].to_numpy()[:2] == pytest.approx(cut["corrected"].to_numpy()[:2])


def test_a_mean_above_one_is_capped_and_said():
    for seed in range(30):
        data = make_answers(seed, (5, 8, 5), (0.1, 2.0, 0.0, 0.0))
        result = profile_correlation(data, design("r"))
        if result.provenance["uncapped"] > 1:
            break
    assert result.provenance["uncapped"] > 0.99
    assert result.estimate.value == pytest.approx(0.99)
    assert [c.holds for c in result.checks if c.name == "below_one"] == [False]


def test_a_negative_variance_is_shown_and_counts_as_zero():
    for seed in range(30):
        data = make_answers(seed, sd=(0.5, 1.0, 0.0, 0.0))
        result = variance_share(data, design(stimuli="same"))
        table = result.tables["components"].set_index("component")
        if table.loc["interaction", "variance"] < 0:
            break
    assert table.loc["interaction", "share"] == 0
    assert result.estimate.value == 0
    assert result.effect.se > 0
    check = next(c for c in result.checks if c.name == "variances_above_zero")
    assert check.evidence.startswith("estimated below 0 and counted as 0 in shares: interaction")


def test_checks_say_what_to_doubt():
    checks = {c.name: c for c in variance_share(make_answers(), design(stimuli="recalled")).checks}
    assert checks["same_stimuli"].holds is False
    assert checks["same_stimuli"].evidence == (
        "each person recalled an own event; stimuli are not the same"
    )
    assert checks["stimuli"].holds is False
    assert checks["comparability"].holds is None
    assert checks["cells"].holds is True
    assert "24 persons" in checks["persons"].evidence
    kept = make_answers().assign(y=lambda d: d["y"].where(d.index > 2))
    named = {c.name: c for c in variance_share(kept, design()).checks}
    assert named["complete"].evidence == "3 rows have no outcome and are left out"


def test_single_person_cells_borrow_the_error_of_the_others():
    data = make_answers(crossed=False)
    thin = data[~((data["country"] == "c0") & ~data["person"].str.match(r"p\d+-0-"))]
    result = variance_share(thin, design())
    assert np.isfinite(result.effect.se)
    assert "0 of 30 cells are empty, 5 have one person" in {c.evidence for c in result.checks}


def test_repeated_answers_are_averaged():
    data = make_answers()
    twice = pd.concat([data.assign(y=data["y"] - 1), data.assign(y=data["y"] + 1)])
    assert components(country_profiles(twice, design())) == pytest.approx(
        components(country_profiles(data, design()))
    )
    assert country_profiles(twice, design()).n_merged == len(data)


UNDEFINED = [
    (lambda d: d[d["country"] == "c0"], "1 country; three are needed"),
    (lambda d: d[d["country"] < "c2"], "2 countries; three are needed"),
    (lambda d: d[d["stimulus"] < "s2"], "2 stimuli; three are needed"),
    (lambda d: d.drop_duplicates(["country", "stimulus"]), "no cell has two persons"),
    (lambda d: d.iloc[:0].astype({"y": float}), "0 countries; three are needed"),
]


@pytest.mark.parametrize(("cut", "reason"), UNDEFINED)
@pytest.mark.parametrize("verb", [variance_share, profile_correlation])
def test_undefined_results_say_why(verb, cut, reason):
    kind = design("share" if verb is variance_share else "correlation")
    result = verb(cut(make_answers()), kind)
    assert result.reason.startswith(reason)
    assert np.isnan(result.p)
    assert decide(result.effect, "<", 0.05, number=0.1).verdict == "not_tested"


def test_constant_outcomes_are_undefined():
    flat = make_answers().assign(y=3.0)
    assert variance_share(flat, design()).reason == "the outcome does not vary between cells"
    reason = profile_correlation(flat, design("r")).reason
    assert reason == "the profile of c0, c1, c2, c3, c4, c5 does not vary over stimuli"
    part = make_answers().assign(y=lambda d: d["y"].where(d["country"] != "c2", 1.0))
    assert profile_correlation(part, design("r")).reason == (
        "the profile of c2 does not vary over stimuli"
    )


def test_exactly_additive_data_have_no_error():
    data = make_answers().assign(
        y=lambda d: d["country"].str[1:].astype(float) + 2 * d["stimulus"].str[1:].astype(float)
    )
    result = variance_share(data, design())
    assert result.reason == "the standard error is not above 0: nothing varies"


def test_cells_that_do_not_connect_are_undefined():
    data = make_answers(shape=(6, 6, 4))
    low = data["country"] < "c3"
    block = data[low == (data["stimulus"] < "s3")]
    assert variance_share(block, design()).reason == (
        "the cells do not connect all countries and stimuli"
    )
    assert "share 0 stimuli; three are needed" in profile_correlation(block, design("r")).reason


def test_wrong_questions_are_refused():
    data = make_answers()
    with pytest.raises(StatisticsError, match="names no number"):
        variance_share(data, design(expect="rising"))
    with pytest.raises(StatisticsError, match="scale: share"):
        variance_share(data, design("r"))
    with pytest.raises(KeyError, match="There is no component 'person'"):
        variance_share(data, design(component="person"))
    with pytest.raises(KeyError, match="Known: reliable, total, country_to_stimulus"):
        variance_share(data, design(of="all"))
    with pytest.raises(StatisticsError, match="no part of 'country_to_stimulus'"):
        variance_share(data, design(of="country_to_stimulus", component="interaction"))
    with pytest.raises(KeyError, match="Known: weighted, pairs"):
        profile_correlation(data, design("r", average="median"))
    with pytest.raises(KeyError, match="Known: same, recalled"):
        variance_share(data, design(stimuli="other"))
    with pytest.raises(DataError, match="There is no column 'stimulus'"):
        variance_share(data.drop(columns="stimulus"), design())
    with pytest.raises(DataError, match=r"24 rows have no 'country' and 0 no 'stimulus'"):
        variance_share(data.assign(country=lambda d: d["country"].where(d.index > 23)), design())
    with pytest.raises(StatisticsError, match="Name both"):
        variance_share(data, Design("y", parse_expect("< 0.1"), scale="share"))


def test_are_registered():
    for name, verb in (
        ("variance_share", variance_share),
        ("profile_correlation", profile_correlation),
    ):
        assert TESTS[name].function is verb
        assert TESTS[name].columns == ("country", "title")


def test_calibration_holds_and_runs_again():
    table = {(row["design"], row["quantity"]): row for row in read("variance_share")}
    assert all(row["holds"] == "true" for row in table.values())
    for which in (study.DESIGNS[4], study.DESIGNS[10]):
        for rate in study.rates_of(which, runs=60, seed=7):
            noted = float(table[which.name, rate.quantity]["rate"])
            spread = np.sqrt(max(noted * (1 - noted), 0.02) * (1 / 60 + 1 / study.RUNS))
            assert abs(rate.rate - noted) < 3 * spread
