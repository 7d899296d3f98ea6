"""`measure`: one row a unit, every respondent column, nothing dropped; the registry's contract."""

import math

import pandas as pd
import pytest

from mdresearch.core.bundled import bundled_path
from mdresearch.core.errors import DataError, MdresearchError, UnknownNameError
from mdresearch.corpus.corpora import Corpus
from mdresearch.measures.measuring import MEASURES, add_measure, measure, measure_info

PERSONS = pd.DataFrame(
    {
        "respondent_id": ["r1", "r2", "r3"],
        "country": ["BRA", "USA", None],
        "attention_passed": [True, False, True],
        "my_own": [1.5, 2.5, 3.5],
    }
)


def tiny(ratings=None, **tables):
    """Return a corpus of three listed persons and one that is not listed, on two titles."""
    ladders = pd.DataFrame(
        {
            "ladder_id": ["e1"] * 3 + ["e2"] * 3,
            "level": [1.0, 2.0, 3.0] * 2,
            "title_id": ["t1"] * 3 + ["t2"] * 3,
            "construct": "exaggeration",
            "value": [1.0, 2.0, 3.0] * 2,
        }
    )
    if ratings is None:
        persons = ["r2", "r1", "r1", "r3", "r9"]
        ladder = ["e1", "e2", "e1", "e1", "e1"]
        accept = [1, 1, 1, 1, 0, 0, 1, 1, 0, 1, None, None, 0, 0, 0]
        ratings = pd.DataFrame(
            {
                "respondent_id": [p for p in persons for _ in range(3)],
                "ladder_id": [name for name in ladder for _ in range(3)],
                "level": [1.0, 2.0, 3.0] * 5,
                "accept": pd.array(accept, dtype="boolean"),
                "rating": [float(i) for i in range(15)],
                "duration": [0.5] * 15,
            }
        )
    return Corpus(
        "tiny", {"respondents": PERSONS, "ladders": ladders, "ratings": ratings, **tables}
    )


def test_one_row_a_respondent_and_title_with_every_column_of_the_respondent():
    scores = measure(tiny(), "exaggeration_threshold")
    assert list(scores.columns) == [
        "respondent_id", "title_id", "country", "attention_passed", "my_own",
        "exaggeration_threshold", "exaggeration_threshold_limit",
    ]  # fmt: skip
    assert scores["respondent_id"].tolist() == ["r1", "r1", "r2", "r3", "r9"]
    assert scores["title_id"].tolist() == ["t1", "t2", "t1", "t1", "t1"]
    assert scores["exaggeration_threshold"].fillna(-1).tolist() == [2.5, 1.5, 3.0, -1, 1.0]
    assert scores["exaggeration_threshold_limit"].tolist() == ["", "", "ceiling", "", "floor"]


def test_rows_without_a_respondent_or_a_country_are_kept_with_an_empty_country():
    scores = measure(tiny(), "exaggeration_threshold").set_index("respondent_id")
    assert scores["country"].isna().to_dict() == {"r1": False, "r2": False, "r3": True, "r9": True}


def test_several_measures_are_joined_so_that_no_unit_is_lost():
    corpus = tiny()
    rows = corpus["ratings"]
    setup = pd.DataFrame(
        {
            "respondent_id": "r2",
            "ladder_id": "s2",
            "level": [1.0, 2.0],
            "accept": [True, False],
            "rating": 4.0,
        }
    )
    steps = pd.DataFrame(
        {
            "ladder_id": "s2",
            "level": [1.0, 2.0],
            "title_id": "t2",
            "construct": "setup",
            "value": [10.0, 40.0],
        }
    )
    corpus = corpus.assign(
        ratings=pd.concat([rows, setup]), ladders=pd.concat([corpus["ladders"], steps])
    )
    scores = measure(corpus, ["exaggeration_threshold", "setup_threshold"])
    only = scores.loc[(scores["respondent_id"] == "r2") & (scores["title_id"] == "t2")].iloc[0]
    assert len(scores) == 6
    assert only["setup_threshold"] == pytest.approx(20)
    assert math.isnan(only["exaggeration_threshold"])
    assert only["exaggeration_threshold_limit"] == ""
    assert only["country"] == "USA"


def test_a_respondents_mean_over_titles_carries_the_limits_within_it():
    corpus = tiny()
    rows = corpus["ratings"]
    rows["accept"] = rows["accept"].mask(rows["ladder_id"] == "e2", True)
    scores = measure(corpus.assign(ratings=rows), "exaggeration_threshold", unit="respondent")
    assert scores["respondent_id"].tolist() == ["r1", "r2", "r3", "r9"]
    assert "title_id" not in scores
    assert scores["exaggeration_threshold"].fillna(-1).tolist() == [2.75, 3.0, -1, 1.0]
    limits = ["ceiling", "ceiling", "", "floor"]
    assert scores["exaggeration_threshold_limit"].tolist() == limits


def test_rating_and_share_accepted_are_means_of_the_answers_given():
    scores = measure(tiny(), ["rating", "accept_share"])
    assert scores["rating"].tolist() == [7.0, 4.0, 1.0, 10.0, 13.0]
    assert scores["accept_share"].tolist() == pytest.approx([2 / 3, 1 / 3, 1, 1, 0])


def test_a_numeric_column_of_ratings_is_an_outcome_by_its_name():
    assert measure(tiny(), "duration")["duration"].tolist() == [0.5] * 5


def test_without_titles_the_unit_is_the_respondent_and_a_condition_is_kept():
    ratings = pd.DataFrame(
        {"respondent_id": ["r1", "r2"], "condition": ["high", "low"], "score": [1.0, 2.0]}
    )
    corpus = Corpus("plain", {"respondents": PERSONS, "ratings": ratings})
    scores = measure(corpus, "score")
    assert scores[["respondent_id", "condition", "country", "score"]].to_numpy().tolist() == [
        ["r1", "high", "BRA", 1.0],
        ["r2", "low", "USA", 2.0],
    ]


def test_measuring_changes_nothing_in_the_corpus():
    corpus = tiny()
    before = corpus.hash()
    measure(corpus, ["rating", "exaggeration_threshold", "accept_share"])
    assert corpus.hash() == before


def message(error, call):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_an_unknown_measure_is_answered_with_the_measures_and_the_numeric_columns():
    text = message(UnknownNameError, lambda: measure(tiny(), "exaggeration_treshold"))
    assert text.startswith(
        "There is no measure or numeric column of 'ratings' 'exaggeration_treshold'. "
        "Did you mean 'exaggeration_threshold'? Known: accept_share, exaggeration_threshold, "
    )
    assert text.endswith(", rating, duration.")


def test_a_missing_table_or_column_is_named_with_what_is_needed():
    corpus = tiny()
    without = Corpus("bare", {"ratings": corpus["ratings"], "respondents": PERSONS})
    assert message(DataError, lambda: measure(without, "setup_threshold")) == (
        "The measure 'setup_threshold' needs the table 'ladders' with the columns ladder_id, "
        "level, title_id, construct, value. The corpus 'bare' has the tables: ratings, respondents."
    )
    short = corpus.assign(ratings=corpus["ratings"].drop(columns="accept"))
    assert message(DataError, lambda: measure(short, "exaggeration_threshold")) == (
        "The measure 'exaggeration_threshold' needs the table 'ratings' with the columns "
        "respondent_id, ladder_id, level, accept. Missing: accept. Add them to 'ratings'."
    )
    nobody = Corpus("x", {"ratings": corpus["ratings"], "ladders": corpus["ladders"]})
    assert message(DataError, lambda: measure(nobody, "exaggeration_threshold")) == (
        "A measure of respondents needs the table 'respondents' with the columns respondent_id, "
        "country. The corpus 'x' has the tables: ladders, ratings."
    )


def test_other_mistakes_are_refused_in_words():
    corpus = tiny()
    assert message(DataError, lambda: measure(corpus, [])) == (
        "No measure is named. Name one, such as 'exaggeration_threshold'."
    )
    assert message(DataError, lambda: measure(corpus, ["rating", "rating"])) == (
        "Named twice: rating. Name each measure once."
    )
    assert message(UnknownNameError, lambda: measure(corpus, "rating", unit="person")) == (
        "There is no unit 'person'. Known: respondent."
    )
    twice = corpus.assign(respondents=pd.concat([PERSONS, PERSONS.head(1)]))
    assert message(DataError, lambda: measure(twice, "rating")) == (
        "The respondent 'r1' stands in more than one row of 'respondents'. Keep one row a person."
    )
    clash = corpus.assign(respondents=PERSONS.rename(columns={"my_own": "rating"}))
    assert message(DataError, lambda: measure(clash, "rating")) == (
        "'respondents' has a column 'rating', which is the name of a score. "
        "Rename the column of 'respondents'."
    )


def test_a_name_is_taken_once_only():
    def another(corpus):
        return corpus["ratings"]

    register = add_measure("rating", label="x", unit="x", says="x", tables={})
    assert message(MdresearchError, lambda: register(another)) == (
        "The measure 'rating' is registered already, by mdresearch.measures.reported.rating. "
        f"Choose another name for {another.__module__}.{another.__qualname__}."
    )
    assert measure_info("rating").unit == "scale points"


# The contract of every registered measure.

MADE_FOR_BUNDLED = ("ratings", "ladders", "respondents")


@pytest.fixture(scope="module")
def bundled():
    return Corpus.read(bundled_path("datasets/tolerance-sim"))


@pytest.mark.parametrize("name", list(MEASURES))
def test_every_measure_says_what_it_is(name):
    one = MEASURES[name]
    assert one.name == name
    assert one.says.endswith(".")
    assert one.label
    assert one.unit
    assert one.tables


@pytest.mark.parametrize(
    "name", [n for n in MEASURES if set(MEASURES[n].tables) <= set(MADE_FOR_BUNDLED)]
)
def test_every_measure_of_respondents_works_on_the_bundled_corpus(name, bundled):
    scores = measure(bundled, name)
    assert len(scores) == 1080 * 4
    assert not scores.duplicated(["respondent_id", "title_id"]).any()
    assert scores[name].notna().all()
    assert scores["country"].isna().sum() == 2 * 4
    if MEASURES[name].limits:
        assert set(scores[f"{name}_limit"]) <= {"", "floor", "ceiling"}
    pd.testing.assert_frame_equal(measure(bundled, name), scores)
    assert len(measure(bundled, name, unit="respondent")) == 1080
