"""One claim on one table: what the finding says, counts, and refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from made_up import make_answers

import mdresearch as md
from mdresearch.core.errors import DataError, MdresearchError, StudyError

LATAM = ["ARG", "BRA", "CHL", "COL", "MEX", "PER", "URY", "ECU"]
ANGLO = ["AUS", "CAN", "GBR", "IRL", "NZL", "USA", "ZAF"]
CLAIM = {
    "id": "C1",
    "says": "Latin America is above the Anglo countries.",
    "outcome": "y",
    "between": "region",
    "expect": "latam > anglo",
}


def world(delta: float = 0.8, seed: int = 5) -> pd.DataFrame:
    """Return answers of eight Latin American and seven Anglo countries."""
    data = make_answers(np.random.default_rng(seed), (8, 7), 12, 10, delta)
    names = dict(zip(sorted(data["country"].unique()), LATAM + ANGLO, strict=True))
    return data.assign(country=data["country"].map(names))


def test_a_claim_is_supported_with_its_sentence():
    finding = md.judge(CLAIM, world())
    assert finding.verdict == "supported"
    assert finding.sentence().startswith(
        "C1 is supported: Latin America compared with Anglo countries on y, g_person = "
    )
    assert finding.comparison.test == "two_way"
    assert finding.frame().loc[0, "n_countries"] == "8 v 7"


def test_a_verdict_can_be_formed_again_from_its_row():
    from mdresearch import stats
    from mdresearch.core.results import Effect
    from mdresearch.core.scales import to_linear

    finding = md.judge(CLAIM | {"at_least": 0.43, "why": "far more"}, world())
    row = finding.frame().iloc[0]
    effect = Effect(
        to_linear(row["estimate"], row["scale"]), row["se_linear"], row["df_linear"], row["scale"]
    )
    again = stats.decide(effect, ">", row["smallest"], row["at_least"], alpha=row["alpha"])
    assert (again.verdict, again.p_decisive) == (row["verdict"], row["p_decisive"])
    assert (again.interval.low, again.interval.high) == pytest.approx((row["low"], row["high"]))


def test_simulated_data_are_named_first():
    corpus = md.load("tolerance-sim")
    finding = md.judge(CLAIM | {"outcome": "exaggeration_threshold"}, corpus)
    assert finding.data_kind == "simulated"
    assert finding.sentence().startswith("On simulated data, ")
    assert finding.frame().loc[0, "data_kind"] == "simulated"


def test_few_countries_speak_for_themselves_only():
    data = world()
    few = data[data["country"].isin([*LATAM, "CAN", "USA"])]
    finding = md.judge(CLAIM | {"expect": "latam > noram"}, few)
    assert "Latin America compared with these 2 countries (CAN, USA) on y" in finding.sentence()
    assert "it speaks of these countries, not of a region" in finding.sentence()
    assert "North America" not in finding.sentence()


def test_one_country_a_region_is_not_tested():
    data = world()
    finding = md.judge(CLAIM | {"expect": "latam > noram"}, data[~data["country"].isin(["CAN"])])
    assert finding.verdict == "not_tested"
    assert finding.sentence() == (
        "C1 was not tested: 'North America' has one country in the data (USA): the variance between "
        "its countries cannot be seen; compare the countries themselves, or add countries."
    )
    assert np.isnan(finding.frame().loc[0, "p"])


def test_an_empty_region_is_not_tested():
    data = world()
    finding = md.judge(CLAIM, data[data["country"].isin(LATAM)])
    assert finding.reason == "there are no rows with an outcome for 'Anglo countries'"


def test_a_constant_or_missing_outcome_is_not_tested():
    assert md.judge(CLAIM, world().assign(y=1.0)).verdict == "not_tested"
    assert md.judge(CLAIM, world().assign(y=np.nan)).verdict == "not_tested"


def test_countries_in_no_region_or_without_a_name_are_counted():
    data = world()
    data.loc[data["country"] == "PER", "country"] = "TUR"
    data.loc[data["country"] == "URY", "country"] = None
    finding = md.judge(CLAIM, data)
    assert "unassigned: TUR (1 country)" in finding.region_note
    check = {c.name: c for c in finding.checks}["assigned"]
    assert check.holds is False
    assert check.evidence == (
        "0 rows lie in other regions, 120 in countries that the scheme does not assign, 120 have no "
        "country; none of them is used"
    )


def test_unverified_assignments_are_counted_in_the_output():
    finding = md.judge(CLAIM, world())
    check = {c.name: c for c in finding.checks}["regions_verified"]
    assert check.holds is False
    assert check.evidence.startswith("7 of 15 countries are placed by assignments not yet checked")


def test_exclusions_are_counted_one_after_the_other():
    data = world().assign(passed=lambda t: ~t["respondent_id"].str.endswith("3"), age=30)
    rules = (
        {"where": "passed == false", "why": "failed the attention check"},
        {"where": "title_id in [T00, T01]", "why": "shown with a fault"},
    )
    finding = md.judge(CLAIM | {"exclude": rules}, data)
    assert finding.exclusions["n"].tolist() == [180, 270]
    with pytest.raises(DataError, match="the exclusions leave no row of 1,800"):
        md.judge(CLAIM | {"exclude": [{"where": "age == 30", "why": "all"}]}, data)


def test_a_ceiling_holds_the_verdict_down_and_says_what_the_numbers_say():
    ceiling = {"verdict": "undecided", "reason": "no protocol found the events"}
    finding = md.judge(CLAIM | {"ceiling": ceiling}, world())
    assert (finding.verdict, finding.reason) == ("undecided", "no protocol found the events")
    assert (
        "The numbers alone would say supported, but no protocol found the events"
        in finding.sentence()
    )


def test_two_countries_by_name():
    finding = md.judge(CLAIM | {"between": "country", "expect": "BRA ~ MEX"}, world())
    assert finding.comparison.test == "country_pair"
    assert "This speaks of these two countries, not of their regions." in finding.sentence()


def test_any_column_constant_in_a_country_makes_groups():
    data = world().assign(weird=lambda t: t["country"].isin(ANGLO).map({True: "yes", False: "no"}))
    finding = md.judge(CLAIM | {"between": "weird", "expect": "no > yes"}, data)
    assert finding.verdict == "supported"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expect": "latm > anglo"}, "There is no region 'latm'"),
        ({"expect": "western > noram"}, "share"),
        ({"regions": "esay"}, "There is no region scheme 'esay'. Did you mean 'essay'?"),
        ({"outcome": "z"}, "there is no column 'z' in the table."),
        (
            {"between": "wierd", "expect": "a > b"},
            "'between' names the column 'wierd', which is not there.",
        ),
        ({"test": "trend"}, "trend"),
        (
            {"test": "two_way", "scale": "rate_ratio", "smallest": 1.2, "why": "x"},
            "cannot state its effect",
        ),
        ({"covariates": ["age"]}, "covariates need stats.mixed, which this version does not have."),
        (
            {"options": {"guart": 1}},
            "There is no option of a contrast 'guart'. Did you mean 'guard'?",
        ),
        ({"between": None, "expect": "rising"}, "a claim without groups must name its test"),
    ],
)
def test_what_cannot_be_judged_is_refused_with_the_claim_named(change, message):
    with pytest.raises(MdresearchError) as caught:
        md.judge(CLAIM | change, world())
    assert message in str(caught.value)
    assert "C1" in str(caught.value) or "region" in str(caught.value)


def test_a_table_without_countries_cannot_compare_regions():
    with pytest.raises(DataError, match="compares regions, but the data have no column 'country'"):
        md.judge(CLAIM, world().drop(columns="country"))


def test_compare_gives_the_test_without_a_verdict():
    found = md.compare(world(), "y", "region", expect="latam > anglo")
    assert found.test == "two_way"
    raw = md.compare(world(), "y", "side", scale="raw")
    assert (raw.labels["a"], raw.labels["b"]) == ("a", "b")
    with pytest.raises(StudyError, match="'title_id' holds 12 groups"):
        md.compare(world(), "y", "title_id")


def test_censoring_is_shown_and_fails_above_the_stated_share():
    corpus = md.load("tolerance-sim")
    finding = md.judge(CLAIM | {"outcome": "exaggeration_threshold"}, corpus)
    check = {c.name: c for c in finding.checks}["censoring"]
    assert check.holds is True
    assert set(finding.comparison.tables["limits"].columns) == {"group", "floor", "ceiling", "n"}
    curve = finding.comparison.tables["curve"]
    assert curve["group"].unique().tolist() == ["Latin America", "Anglo countries"]
    assert (curve.groupby("group")["accept"].diff().dropna() <= 0).all(), (
        "the louder, the fewer accept"
    )
    short = corpus.assign(ladders=corpus["ladders"].query("level <= 3"))
    cut = md.judge(CLAIM | {"outcome": "exaggeration_threshold"}, short.assign(
        ratings=corpus["ratings"].query("level <= 3")))  # fmt: skip
    failed = {c.name: c for c in cut.checks}["censoring"]
    assert failed.holds is False
    assert "above 10% the ladder is too short" in failed.evidence


def test_input_is_not_changed():
    data = world()
    before = data.copy()
    md.judge(CLAIM | {"exclude": [{"where": "title_id == T00", "why": "x"}]}, data)
    pd.testing.assert_frame_equal(data, before)
    corpus = md.load("tolerance-sim")
    before = corpus.hash()
    md.judge(CLAIM | {"outcome": "exaggeration_threshold"}, corpus)
    assert corpus.hash() == before
