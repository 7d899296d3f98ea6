"""`stats.contrast`: known answers, agreement with R, properties, and what is undefined."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up import make_answers

from mdresearch import stats
from mdresearch.core.errors import DataError, StatisticsError, UnknownNameError
from mdresearch.stats.two_way import additive_means, two_way

REFERENCE = json.loads((Path(__file__).parent.parent / "reference" / "r_values.json").read_text())
SLEEP = pd.DataFrame(
    [(g, f"{g}-{i}", v) for g in "12" for i, v in enumerate(REFERENCE["sleep"][g])],
    columns=["drug", "unit", "extra"],
).assign(drug=lambda t: "d" + t["drug"])


def contrast(data, **options):
    """Contrast the made-up answers of the fixture."""
    keys = {"expect": "a > b"} | options
    return stats.contrast(data, "y", "side", "country", "title_id", "respondent_id", **keys)


def test_the_two_way_test_by_hand():
    """Six countries, three titles, complete: every part computed from the definition."""
    cells = np.array(
        [[3.0, 4, 5], [3.5, 4, 5.5], [2.5, 4.5, 5], [2.0, 3, 3.5], [2.2, 3.1, 4], [1.8, 3, 3]]
    )
    side = np.array([True] * 3 + [False] * 3)
    fit = two_way(cells, side, guard=False)
    means = cells.mean(axis=1)
    gaps = cells[:3].mean(axis=0) - cells[3:].mean(axis=0)
    parts = [means[:3].var(ddof=1) / 3, means[3:].var(ddof=1) / 3, gaps.var(ddof=1) / 3]
    assert fit.difference == pytest.approx(means[:3].mean() - means[3:].mean())
    assert fit.se == pytest.approx(sum(parts) ** 0.5)
    assert fit.df == pytest.approx(sum(parts) ** 2 / sum(v**2 / 2 for v in parts))
    assert two_way(cells, side).df < fit.df, "three countries and titles: the guard is on"
    pooled = two_way(cells, side, pooled=True)
    common = (means[:3].var(ddof=1) + means[3:].var(ddof=1)) / 2 * (2 / 3)
    assert pooled.se == pytest.approx((common + parts[2]) ** 0.5)
    assert pooled.df == pytest.approx(
        (common + parts[2]) ** 2 / (common**2 / 4 + parts[2] ** 2 / 2)
    )


def test_country_means_are_adjusted_for_the_titles_they_saw():
    """A country that saw only the well-liked titles is not called tolerant for it."""
    country, title = np.array([0.0, 0.2, -0.1, 0.3]), np.array([1.0, 2, 3, 4, 5])
    full = country[:, None] + title
    gaps = full.copy()
    gaps[0, :3] = np.nan
    gaps[2, 4] = np.nan
    assert additive_means(full) == pytest.approx(full.mean(axis=1))
    assert additive_means(gaps) == pytest.approx(full.mean(axis=1))


def test_titles_that_do_not_connect_the_countries_give_a_reason():
    cells = np.array(
        [
            [1.0, 2, np.nan, np.nan],
            [1, 3, np.nan, np.nan],
            [np.nan] * 2 + [4, 5],
            [np.nan] * 2 + [2, 1],
        ]
    )
    assert additive_means(cells) is None


def test_welch_on_country_means_agrees_with_r():
    data = SLEEP.rename(columns={"unit": "country"})
    found = stats.contrast(data, "extra", "drug", "country", expect="d1 > d2", scale="raw")
    r = REFERENCE["rob.welch.t"]
    assert found.test == "welch_countries"
    assert found.statistic == pytest.approx(r["t"], rel=1e-10)
    assert found.df == pytest.approx(r["df"], rel=1e-10)
    assert found.p == pytest.approx(r["p"], rel=1e-10)
    assert [found.estimate.low, found.estimate.high] == pytest.approx(r["ci"], rel=1e-10)


def test_viewers_by_welch_and_student_agree_with_r():
    data = SLEEP.assign(country="X")
    for test, name in (
        ("welch", "tost.sleep.welch_raw1.5"),
        ("student", "tost.sleep.student_raw1.5"),
    ):
        found = stats.contrast(
            data,
            "extra",
            "drug",
            "country",
            person="unit",
            expect="d1 > d2",
            test=test,
            cluster=None,
            scale="raw",
        )
        r = REFERENCE[name]["TOST"][0]
        assert (found.statistic, found.df, found.p) == pytest.approx(
            (r["t"], r["df"], r["p.value"]), rel=1e-10
        )


def test_d_from_t_matches_published_tables():
    found = stats.contrast(
        SLEEP, "extra", "drug", None, expect="d1 > d2", cluster=None, scale="d_from_t"
    )
    assert found.estimate.value == pytest.approx(
        REFERENCE["rob.welch.t"]["t"] * (2 / 10) ** 0.5, rel=1e-10
    )
    assert found.estimate.symbol == "d"


def test_the_exact_permutation_agrees_with_r():
    values = np.array(REFERENCE["sleep"]["1"] + REFERENCE["sleep"]["2"])
    found = stats.permute_countries(values, np.arange(20) < 10)
    # 184,756 relabellings are more than are listed: the Monte Carlo p lies near the exact one
    assert not found.exact
    exact = REFERENCE["perm.sleep.exact.p"]
    assert abs(found.p - exact) < 3 * (exact * (1 - exact) / 9999) ** 0.5
    assert found.smallest_p == 1 / 10_000


def test_a_small_permutation_is_exact():
    found = stats.permute_countries(np.array([5.0, 6, 1, 2, 3, 4, 0, 2]), np.arange(8) < 2)
    assert (found.p, found.exact, found.n_relabellings) == (1 / 28, True, 28)
    assert found.smallest_p == 1 / 28
    balanced = stats.permute_countries(np.array([4.0, 5, 6, 1, 2, 3]), np.arange(6) < 3)
    assert balanced.p == balanced.smallest_p == 2 / 20


def test_the_default_is_two_way_and_says_what_it_saw(answers):
    found = contrast(answers)
    assert found.test == "two_way"
    assert found.groups["n_countries"].tolist() == [8, 7]
    assert found.groups["n_titles"].tolist() == [12, 12]
    assert found.groups["n_persons"].tolist() == [80, 70]
    assert found.groups["n_rows"].tolist() == [960, 840]
    assert found.tables["countries"]["country"].nunique() == 15
    assert found.permutation is not None
    assert {c.name: c.holds for c in found.checks} == {
        "countries": True,
        "country_level": False,
        "titles": True,
        "comparability": None,
    }


def test_g_person_is_the_difference_over_the_sd_within_country_and_title(answers):
    raw, g = contrast(answers, scale="raw"), contrast(answers)
    within = answers.groupby(["country", "title_id"])["y"]
    sd = (within.var().mul(within.size() - 1).sum() / (within.size() - 1).sum()) ** 0.5
    assert g.estimate.value == pytest.approx(raw.estimate.value / sd)
    assert g.estimate.high == pytest.approx(raw.estimate.high / sd)
    assert g.p == pytest.approx(raw.p)


def test_g_country_stands_under_its_own_symbol(answers):
    found = contrast(answers, scale="g_country")
    countries = found.tables["countries"].groupby("group")["mean"]
    sd = ((countries.var() * (countries.size() - 1)).sum() / 13) ** 0.5
    assert found.estimate.symbol == "g_country"
    assert found.estimate.value == pytest.approx(found.raw.value / sd)


def test_a_ratio_is_that_of_geometric_means(answers):
    positive = answers.assign(y=np.exp(answers["y"]))
    found = contrast(positive, scale="ratio")
    plain = contrast(answers, scale="raw")
    assert found.estimate.value == pytest.approx(np.exp(plain.estimate.value))
    assert found.estimate.low == pytest.approx(np.exp(plain.estimate.low))
    with pytest.raises(DataError, match="a ratio needs values above 0. Use another scale."):
        contrast(answers, scale="ratio")


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-100, 100))
def test_order_names_and_unit_do_not_matter(seed, factor, shift):
    rng = np.random.default_rng(seed)
    data = make_answers(rng, (4, 3), 5, 3, 0.4)
    one = contrast(data)
    shuffled = data.sample(frac=1, random_state=seed)
    renamed = shuffled.assign(country="Z" + shuffled["country"], y=factor * shuffled["y"] + shift)
    other = contrast(renamed)
    assert other.statistic == pytest.approx(one.statistic, rel=1e-6)
    assert other.df == pytest.approx(one.df, rel=1e-6)
    assert other.estimate.value == pytest.approx(one.estimate.value, rel=1e-6)
    swapped = contrast(data, expect="b > a")
    assert swapped.statistic == pytest.approx(-one.statistic, rel=1e-9)
    assert swapped.p == pytest.approx(one.p, rel=1e-9)


def test_weights_act_inside_a_country(answers):
    halves = pd.concat([answers.assign(w=0.5), answers.assign(w=0.5)])
    doubled = stats.contrast(
        halves, "y", "side", "country", "title_id", expect="a > b", weight="w", scale="raw"
    )
    plain = stats.contrast(answers, "y", "side", "country", "title_id", expect="a > b", scale="raw")
    assert doubled.statistic == pytest.approx(plain.statistic)
    country_weight = answers.assign(w=answers["country"].map(lambda c: 1 + int(c[1:])))
    weighted = stats.contrast(
        country_weight, "y", "side", "country", "title_id", expect="a > b", weight="w", scale="raw"
    )
    assert weighted.statistic == pytest.approx(plain.statistic), (
        "a country's weight is its own affair"
    )


def test_a_weight_changes_a_country_mean_and_its_effective_n(answers):
    uneven = answers.assign(w=np.where(answers["respondent_id"].str.endswith("0"), 5.0, 1.0))
    found = stats.contrast(
        uneven, "y", "side", "country", "title_id", "respondent_id", expect="a > b", weight="w"
    )
    table = found.tables["countries"]
    assert (table["n_effective"] < table["n_rows"]).all()
    with pytest.raises(DataError, match="it is at least 0"):
        contrast(answers.assign(w=-1.0), weight="w")


def test_two_countries_are_compared_by_their_persons(answers):
    pair = answers[answers["country"].isin(["C00", "C09"])]
    found = stats.contrast(
        pair, "y", "country", "country", "title_id", "respondent_id", expect="C00 ~ C09"
    )
    assert found.test == "country_pair"
    assert {c.name: c.holds for c in found.checks}["generalises"] is False
    people = pair.groupby(["country", "respondent_id"])["y"].mean()
    gaps = pair.groupby(["title_id", "country"])["y"].mean().unstack()
    gaps = gaps["C00"] - gaps["C09"]
    error = people["C00"].var() / 10 + people["C09"].var() / 10 + gaps.var() / 12
    assert found.raw.value == pytest.approx(gaps.mean())
    assert found.effect.se * found.provenance["unit_sd"] == pytest.approx(error**0.5)


def test_two_countries_without_titles_agree_with_r():
    data = SLEEP.assign(country=SLEEP["drug"])
    found = stats.contrast(
        data, "extra", "country", "country", person="unit", expect="d1 ~ d2", scale="raw"
    )
    r = REFERENCE["rob.welch.t"]
    assert (found.statistic, found.df) == pytest.approx((r["t"], r["df"]), rel=1e-10)


def test_viewers_only_on_request_and_with_a_failed_check(answers):
    with pytest.raises(StatisticsError, match="Write cluster: null to ask for it"):
        contrast(answers, test="welch")
    found = contrast(answers, cluster=None)
    check = {c.name: c for c in found.checks}["independence"]
    assert check.holds is False
    assert "ICC by country is" in check.evidence
    assert found.groups["n_persons"].tolist() == [80, 70]


def test_the_icc_is_that_of_a_one_way_analysis_of_variance():
    from mdresearch.stats.viewer_tests import icc_by_country

    y = np.array([9.0, 2, 5, 8, 6, 1, 3, 2, 8, 4, 6, 8, 7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7])
    # Shrout & Fleiss (1979), six targets by four judges: ICC(1, 1) = .17
    target = np.repeat(np.arange(6), 4)
    assert icc_by_country(y, target) == pytest.approx(0.1657, abs=5e-5)


def test_titles_that_are_not_shared_are_left_out_and_counted(answers):
    own = answers["title_id"].isin(["T00", "T01"]) & (answers["side"] == "b")
    data = answers.assign(title_id=answers["title_id"].where(~own, "B" + answers["title_id"]))
    found = contrast(data)
    check = {c.name: c for c in found.checks}["shared_titles"]
    assert check.holds is False
    assert check.evidence == "4 titles were seen on one side only; their 300 rows are left out"
    apart = answers.assign(title_id=answers["side"] + answers["title_id"])
    nested = contrast(apart)
    assert nested.test == "welch_countries"
    assert {c.name: c.holds for c in nested.checks}["titles"] is False
    with pytest.raises(
        StatisticsError, match="needs at least two titles seen on both sides; there are 0"
    ):
        contrast(apart, test="two_way")


def test_repeated_answers_are_averaged_and_missing_ones_counted(answers):
    twice = pd.concat([answers, answers])
    found = contrast(twice)
    assert found.statistic == pytest.approx(contrast(answers).statistic)
    assert {c.name for c in found.checks} >= {"one_answer"}
    holes = answers.assign(y=answers["y"].where(answers.index % 10 != 0))
    assert "180 rows have no outcome or weight and are left out" in str(contrast(holes).checks)


def test_moderation_takes_one_effect_a_country(answers):
    rng = np.random.default_rng(3)
    data = answers.assign(arm=np.where(rng.random(len(answers)) < 0.5, "x", "y"))
    data = data.assign(y=data["y"] + 0.8 * ((data["arm"] == "x") & (data["side"] == "a")))
    condition = {"column": "arm", "a": "x", "b": "y"}
    found = stats.contrast(
        data, "y", "side", "country", condition=condition, expect="a > b", scale="raw"
    )
    effects = data.groupby(["side", "country", "arm"])["y"].mean().unstack()
    effects = effects["x"] - effects["y"]
    a, b = effects["a"], effects["b"]
    assert found.test == "moderation"
    assert found.raw.value == pytest.approx(a.mean() - b.mean())
    assert found.effect.se == pytest.approx((a.var() / 8 + b.var() / 7) ** 0.5)
    assert len(found.tables["countries"]) == 15
    with pytest.raises(
        DataError, match="The condition 'z' is not in the column 'arm'. It holds: x, y."
    ):
        stats.contrast(
            data,
            "y",
            "side",
            "country",
            condition={"column": "arm", "a": "z", "b": "y"},
            expect="a > b",
        )


def test_a_bootstrap_over_titles_speaks_of_these_countries(answers):
    found = stats.bootstrap(
        answers, "y", "side", "country", "title_id", expect="a > b", n_draws=4000
    )
    plain = contrast(answers, scale="raw")
    gaps = plain.tables["titles"]["difference"]
    assert found.value == pytest.approx(plain.estimate.value)
    assert found.high - found.low == pytest.approx(2 * 1.96 * gaps.std(ddof=0) / 12**0.5, rel=0.08)
    again = stats.bootstrap(
        answers, "y", "side", "country", "title_id", expect="a > b", n_draws=4000
    )
    assert found == again


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda t: t.assign(y=1.0), "is not above 0"),
        (lambda t: t.assign(y=np.nan), "there are no rows with an outcome for 'a'"),
        (lambda t: t[t["side"] == "a"], "there are no rows with an outcome for 'b'"),
        (
            lambda t: t[(t["side"] == "a") | (t["country"] == "C08")],
            "'b' has one country in the data (C08): the variance between its countries cannot be seen",
        ),
    ],
)
def test_what_is_undefined_is_nan_with_its_reason(answers, change, reason):
    for options in ({}, {"scale": "raw"}):
        found = contrast(change(answers), **options)
        assert np.isnan(found.p)
        assert reason in found.reason or "does not vary" in found.reason
        assert found.apa().startswith("not tested: ")
        assert found.estimate.reason == found.reason


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"expect": "c > d"}, UnknownNameError, "There is no group in the column 'side' 'c'."),
        ({"expect": "rising"}, StatisticsError, "names no groups; stats.contrast compares two."),
        (
            {"scale": "rate_ratio"},
            StatisticsError,
            "cannot state its effect on the scale 'rate_ratio'.",
        ),
        ({"test": "trend"}, StatisticsError, "rate_ratio"),
        (
            {"test": "two_wey"},
            UnknownNameError,
            "There is no test 'two_wey'. Did you mean 'two_way'?",
        ),
    ],
)
def test_what_cannot_be_decided_is_refused(answers, options, error, message):
    with pytest.raises(error) as caught:
        contrast(answers, **options)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="y"), "There is no column 'y' to compare."),
        (lambda t: t.assign(y="x"), "it must be numeric."),
        (
            lambda t: t.assign(y=t["y"].where(t.index != 3, np.inf)),
            "is infinite in row 3 (and 0 more).",
        ),
        (lambda t: t.assign(country=t["country"].where(t.index != 3)), "1 rows have no 'country'"),
        (
            lambda t: t.assign(side=t["side"].where(t.index != 3, "b")),
            "'side' is not constant within 'C00': it is a, b.",
        ),
    ],
)
def test_bad_tables_are_met_with_what_is_wrong(answers, change, message):
    with pytest.raises((DataError, StatisticsError)) as caught:
        contrast(change(answers))
    assert message in str(caught.value)


def test_results_are_frozen_and_show_themselves(answers):
    found = contrast(answers)
    with pytest.raises(AttributeError):
        found.p = 0.0
    assert "two_way" in repr(found)
    assert "<table>" in found._repr_html_()
    assert found.frame().shape == (1, 12)
