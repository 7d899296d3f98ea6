"""ISEAR and Many Labs 2: every row survives, and ids name one person each."""

import os

import pytest

from mdresearch.corpus.datasets import fetch

pytestmark = pytest.mark.skipif(
    not os.environ.get("MDRESEARCH_DATA"),
    reason="needs the files of others: set MDRESEARCH_DATA to the folder that holds them",
)


@pytest.fixture(scope="module")
def isear():
    return fetch("isear", quiet=True)


@pytest.fixture(scope="module")
def manylabs():
    return fetch("manylabs2", quiet=True)


@pytest.mark.parametrize("name", ["isear", "manylabs2"])
def test_is_as_the_schemas_say(name, request):
    corpus = request.getfixturevalue({"isear": "isear", "manylabs2": "manylabs"}[name])
    corpus.check().raise_if_bad()


def test_isear_loses_no_ragged_row(isear):
    source = isear["sources"].iloc[0]
    assert (source.n_read, source.n_repaired, source.n_lost) == (7666, 163, 0)
    assert len(isear["ratings"]) == 7666


def test_isear_emotions_and_missing_answers(isear):
    ratings = isear["ratings"]
    assert ratings.title_id.value_counts().to_dict() == {
        "sadness": 1096,
        "anger": 1096,
        "disgust": 1096,
        "shame": 1096,
        "fear": 1095,
        "joy": 1094,
        "guilt": 1093,
    }
    assert ratings.intensity.isna().sum() == 178
    assert ratings.duration.isna().sum() == 174
    assert ratings.rating.min() == 1
    assert ratings.rating.max() == 4


def test_isear_people(isear):
    people = isear["respondents"]
    assert len(people) == 1096
    assert people.country.nunique() == 16
    assert people.country.value_counts()["ZMB"] == 110


def test_isear_carries_no_free_text(isear):
    assert list(isear["ratings"]) == [
        "respondent_id",
        "ladder_id",
        "title_id",
        "rating",
        "intensity",
        "duration",
        "control",
        "report_id",
    ]
    assert list(isear["respondents"]) == ["respondent_id", "country", "gender", "age"]
    assert isear["ratings"].report_id.str.fullmatch("[0-9]+").all()


def test_manylabs_keeps_every_row(manylabs):
    counts = manylabs["ratings"].title_id.value_counts()
    assert counts.to_dict() == {
        "Gray_1": 8002,
        "Hsee_1": 7646,
        "Norenzayan_1": 7396,
        "Miyamoto_1": 7197,
        "Huang_1": 6591,
    }


def test_manylabs_people_are_slate_site_and_uid(manylabs):
    people = manylabs["respondents"]
    assert len(people) == 15257
    assert people.respondent_id.is_unique
    joined = manylabs["ratings"].merge(people, on="respondent_id", validate="many_to_one")
    assert len(joined) == 36832
    assert joined.country.notna().all()


def test_manylabs_two_people_stand_in_both_conditions(manylabs):
    ratings = manylabs["ratings"]
    again = ratings[ratings.duplicated(["respondent_id", "title_id"], keep=False)]
    assert sorted(again.respondent_id) == [
        "s1-doshisha-2947",
        "s1-doshisha-2947",
        "s1-grazvienna-7072",
        "s1-grazvienna-7072",
    ]


def test_manylabs_class_is_constant_within_country(manylabs):
    people = manylabs["respondents"]
    assert people.country.nunique() == 36
    assert people.groupby("country").weird.nunique().max() == 1
    assert people.groupby("weird").country.nunique().to_dict() == {"less_weird": 17, "weird": 19}


def test_manylabs_countries_agree_with_the_common_resolver(manylabs):
    import pandas as pd

    from mdresearch.core.countries import country_codes
    from mdresearch.corpus.manylabs2 import COUNTRIES

    found = country_codes(pd.Series(list(COUNTRIES)))
    assert found.codes.tolist() == list(COUNTRIES.values())
