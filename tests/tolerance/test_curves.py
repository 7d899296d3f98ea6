"""Beneath the thresholds: shares at the limits, acceptance by level, faults of answers."""

import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.corpora import Corpus
from mdresearch.tolerance.curves import acceptance_curve, limit_shares, threshold_summary
from mdresearch.tolerance.ladders import spearman_karber

LADDERS = pd.DataFrame(
    {
        "ladder_id": ["e1"] * 3 + ["e2"],
        "level": [1.0, 2.0, 3.0, 1.0],
        "title_id": ["t1"] * 3 + ["t2"],
        "construct": "exaggeration",
        "value": [1.0, 2.0, 4.0, 1.0],
    }
)
ACCEPT = {"r1": [1, 1, 0], "r2": [1, 0, 1], "r3": [1, 1, 1], "r4": [0, 0, None]}
RATINGS = pd.concat(
    [
        pd.DataFrame(
            {
                "respondent_id": person,
                "ladder_id": "e1",
                "level": [1.0, 2.0, 3.0],
                "accept": pd.array(accept, dtype="boolean"),
            }
        )
        for person, accept in ACCEPT.items()
    ]
    + [pd.DataFrame({"respondent_id": ["r1"], "ladder_id": "e2", "level": 1.0, "accept": [True]})]
)
PERSONS = pd.DataFrame(
    {"respondent_id": ["r1", "r2", "r3", "r4"], "country": ["BRA", "BRA", "MEX", None]}
)


def test_shares_at_the_limits_count_scores_that_are_there():
    scores = pd.DataFrame(
        {
            "country": ["BRA", "BRA", "BRA", "MEX", None],
            "x": [1.0, 7.0, None, 3.0, 4.0],
            "x_limit": ["floor", "ceiling", "", "", "both"],
        }
    )
    assert limit_shares(scores, "x").to_dict("records") == [{"n": 4, "floor": 0.5, "ceiling": 0.5}]
    by = limit_shares(scores, "x", "country")
    assert by["country"].fillna("none").tolist() == ["BRA", "MEX", "none"]
    assert by[["n", "floor", "ceiling"]].to_numpy().tolist() == [
        [2, 0.5, 0.5],
        [1, 0, 0],
        [1, 1, 1],
    ]
    with pytest.raises(DataError) as caught:
        limit_shares(scores, "y")
    assert str(caught.value) == (
        "There is no column 'y' among the scores. Columns: country, x, x_limit. "
        "Give what measure() returned."
    )


def test_the_summary_counts_what_could_not_be_computed_and_why():
    row = threshold_summary(spearman_karber(RATINGS, LADDERS, "exaggeration")).iloc[0]
    assert row[["n", "n_computed", "n_one_level", "n_end_missing"]].tolist() == [5, 3, 1, 1]
    assert row[["floor", "ceiling", "reversals"]].tolist() == pytest.approx([0, 1 / 3, 1 / 3])


def corpus():
    return Corpus("c", {"ratings": RATINGS, "ladders": LADDERS.head(3), "respondents": PERSONS})


def test_an_acceptance_curve_gives_the_share_and_its_numbers_by_group_and_level():
    rows = corpus()["ratings"]
    whole = corpus().assign(ratings=rows.loc[rows["ladder_id"] == "e1"])
    curve = acceptance_curve(whole, "exaggeration")
    bra = curve.loc[curve["country"] == "BRA"]
    assert bra[["level", "value", "share", "n", "n_persons"]].to_numpy().tolist() == [
        [1, 1, 1.0, 2, 2],
        [2, 2, 0.5, 2, 2],
        [3, 4, 0.5, 2, 2],
    ]
    unknown = curve.loc[curve["country"].isna()]
    assert unknown["n"].tolist() == [1, 1]


def test_an_acceptance_curve_refuses_an_unknown_group_or_construct():
    with pytest.raises(UnknownNameError) as caught:
        acceptance_curve(corpus(), "exaggeration", by="nation")
    assert str(caught.value) == (
        "There is no column of 'respondents' 'nation'. Known: respondent_id, country."
    )
    with pytest.raises(UnknownNameError) as caught:
        acceptance_curve(corpus(), "setup")
    assert str(caught.value) == ("There is no construct in 'ladders' 'setup'. Known: exaggeration.")
