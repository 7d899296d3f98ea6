"""Facts: shown with their doubts, summed only where a sum means something."""

import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.datasets import load
from mdresearch.corpus.facts import check_facts, conflict, summary, total

HOAX = {
    "fact_id": "M152",
    "metric": "revenue_claim",
    "entity_type": "title",
    "entity": "a title that does not exist",
    "geo": "USA",
    "period_end": "2025-08",
    "value": "false",
    "unit": "text",
    "definition": "a claim that was checked and is false",
    "status": "hoax_do_not_use",
    "data_provider": "a news site",
    "source_url": "https://example.org/hoax",
    "source_tier": "C",
    "verified": False,
}


@pytest.fixture(scope="module")
def market():
    return load("market-facts")["market"]


@pytest.fixture(scope="module")
def policy():
    return load("policy-events")["policy"]


def rows(market, *ids):
    return market[market.fact_id.isin(ids)]


def refusal(market, *ids):
    with pytest.raises(DataError) as caught:
        total(rows(market, *ids))
    return str(caught.value)


def test_counts(market):
    assert len(market) == 146
    assert market.source_tier.value_counts().to_dict() == {"C": 116, "B": 30}
    assert not market.verified.any()
    assert summary(market).startswith("146 facts: 116 of 146 tier C; 0 verified; 13 groups")


def test_the_shipped_facts_pass(market):
    assert check_facts(market).ok


def test_the_hoax_is_not_shipped(market):
    assert "M152" not in market.fact_id.tolist()
    assert "hoax" not in " ".join(market.status)


def test_a_hoax_is_refused(market):
    table = pd.concat([market.head(1), pd.DataFrame([HOAX])], ignore_index=True)
    with pytest.raises(DataError) as caught:
        check_facts(table).raise_if_bad()
    assert str(caught.value) == (
        "Corpus 'market facts' has 1 problem: 1 in 'market':\n"
        "  - market, row 3, status: 'M152' is a hoax: never to be used, printed or summed; "
        "allowed: delete the row"
    )
    with pytest.raises(DataError, match="is a hoax"):
        total(table)


def test_no_vendor_quotation_is_shipped(market):
    assert not market.definition.str.contains("['\"\u2018-\u201f]").any()
    assert market.definition.str.len().max() <= 60
    assert market.note.str.len().max() <= 125


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"source_url": "see the report"}, "is not of that form"),
        ({"unit": "dollars"}, "is not allowed"),
        ({"source_tier": "D"}, "is not allowed"),
        ({"period_end": "2025-13"}, "is no day of the calendar"),
        ({"period_start": "2026-01-01", "period_end": "2025-01-01"}, "is after period_end"),
        ({"value_low": 9.0, "value_high": 1.0}, "is above value_high"),
        ({"value_low": None, "value_high": None}, "has a unit that counts, but no number"),
    ],
)
def test_the_checker(market, changes, problem):
    table = market.head(1).assign(**changes)
    found = check_facts(table.astype({"value_low": "float", "value_high": "float"})).problems
    assert found.problem.tolist() == [problem]


def test_a_sum_over_two_places(market):
    found = total(rows(market, "M061", "M062"))
    assert (found.low, found.high, found.unit, found.over) == (62.8e6, 62.8e6, "USD", "geo")
    assert found.sentence() == (
        "62,800,000 USD (vendor estimate, DataEye Research Institute; M061, M062)."
    )


def test_refuses_the_world_with_a_part_of_it(market):
    assert refusal(market, "M076", "M077") == (
        "The facts M076, M077 cannot be summed:\n"
        "  - M076 (WORLD, 2025-06-01 to 2025-06-30) and M077 (USA, 2025-06-01 to 2025-06-30) "
        "overlap: the same money or people would be counted twice. Keep one of them."
    )


def test_refuses_two_vendors(market):
    text = refusal(market, "M006", "M060")
    assert (
        "data_provider differs: 'Sensor Tower' (M006); 'DataEye Research Institute' (M060). "
        "Sum rows of one data_provider only." in text
    )
    assert "M006 (USA, 2025-01-01 to 2025-03-31) and M060" in text


def test_refuses_a_forecast_with_an_estimate_and_another_unit(market):
    text = refusal(market, "M012", "M034")
    assert "status differs: 'industry_association' (M012); 'forecast' (M034)." in text
    assert "unit differs: 'CNY' (M012); 'USD' (M034)." in text


def test_refuses_another_definition(market):
    text = refusal(market, "M053", "M037")
    assert "definition differs: 'revenue outside China' (M037); 'all overseas revenue" in text


def test_refuses_china_abroad(market):
    assert "overlap" in refusal(market, "M038", "M040")
    assert "overlap" in refusal(market, "M040", "M038", "M041")


def test_refuses_periods_that_overlap(market):
    text = refusal(market, "M056", "M118")
    assert "M118 (WORLD_EX_CHN, the beginning to 2025-07-30)" in text


def test_refuses_shares(market):
    assert (
        "unit 'percent_of_world_mobile' is not a count that adds up (M013, M014, M015). "
        "Show the rows." in refusal(market, "M013", "M014", "M015")
    )


def test_refuses_people_over_time(market):
    text = refusal(market, "M055", "M059")
    assert "people of one period are people of the next. Show the periods side by side." in text


def test_refuses_rows_that_differ_in_two_ways(market):
    two = rows(market, "M061", "M062").copy()
    two.loc[two.fact_id == "M062", ["period_start", "period_end"]] = ["2025-04-01", "2025-06-30"]
    with pytest.raises(DataError, match="the rows differ in geo and period"):
        total(two)


def test_formats_overlap_whatever_they_are_called(market):
    two = rows(market, "M061", "M062").assign(geo="JPN", entity=["micro-drama", "microdrama"])
    with pytest.raises(DataError, match="would be counted twice"):
        total(two)


def test_two_apps_can_be_summed_but_not_an_app_with_a_list_that_holds_it(market):
    apps = rows(market, "M080").assign(fact_id="X1", entity="DramaBox")
    two = pd.concat([rows(market, "M080"), apps], ignore_index=True)
    assert total(two).over == "entity"
    both = pd.concat([two, apps.assign(fact_id="X2", entity="DramaBox+BUMP")], ignore_index=True)
    with pytest.raises(DataError, match=r"X1 .* and X2 .* overlap"):
        total(both)


def test_refuses_nothing(market):
    with pytest.raises(DataError, match="There is no row to sum"):
        total(market.head(0))


def test_rivals_are_shown_together(market):
    found = conflict(market, "chn_2024_total")
    assert found.fact_id.tolist() == ["M012", "M032", "M073", "M083"]
    assert set(found.unit) == {"CNY", "USD"}
    with pytest.raises(UnknownNameError, match="There is no conflict group 'chn_2024'"):
        conflict(market, "chn_2024")


def test_policy_counts(policy):
    assert len(policy) == 27
    assert policy.source_tier.value_counts().to_dict() == {"C": 14, "B": 11, "A": 2}
    assert policy.scope.value_counts().to_dict() == {"specific": 15, "adjacent": 8, "applies": 4}
    assert not policy.verified.any()


def test_policy_places(policy):
    places = policy.set_index("policy_id")
    assert places.loc["P18", "country"] == "CHN;USA"
    assert places.loc["P13", "country"] == "EU"
    assert places.loc["P12", ["country", "subdivision"]].tolist() == ["USA", "UT"]
    assert places.loc["P02", "date"] == "2022-11/2023-02"
    assert places.loc["P13", "scope_note"].startswith("games")


def test_policy_domains(policy):
    domains = set(policy.domain.str.split(";").explode())
    assert domains == {
        "content",
        "data",
        "payment",
        "licensing",
        "minors",
        "app-store",
        "AI",
        "ip",
        "labour",
    }
