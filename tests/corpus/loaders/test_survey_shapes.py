"""Ladders and forced choices: every answer keeps its person, ladder and level."""

import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.survey_shapes import forced_choice, long_ladder, wide_ladder

WIDE = pd.DataFrame(
    {"respondent_id": ["007", "8"], "ex_big_slap_1": [1, 2], "ex_big_slap_2": [3, None], "age": 9}
)


def test_a_wide_ladder_keeps_empty_answers():
    out = wide_ladder(WIDE)
    assert out.respondent_id.tolist() == ["007", "8", "007", "8"]
    assert out.ladder_id.unique().tolist() == ["big_slap"]
    assert out.level.tolist() == [1, 1, 2, 2]
    assert out.rating.fillna(-1).tolist() == [1, 2, 3, -1]
    Corpus("demo", {"ratings": out}).check().raise_if_bad()


def test_accept_with_words():
    frame = pd.DataFrame({"respondent_id": ["a", "b"], "ex_s_1": ["yes", "no"]})
    out = wide_ladder(frame, answer="accept", values={"yes": True, "no": False})
    assert out.accept.tolist() == [True, False]


def test_an_answer_that_is_none_is_named():
    with pytest.raises(DataError) as error:
        wide_ladder(pd.DataFrame({"respondent_id": ["a"], "ex_s_1": ["often"]}))
    assert str(error.value) == (
        "Row 1, column 'ex_s_1': 'often' is no answer. Allowed: a number, or true and false. "
        "Say with values= what each answer means."
    )


def test_a_person_twice_and_a_pattern_that_fits_nothing():
    with pytest.raises(DataError, match="Row 2, column 'respondent_id': 'a' stands twice"):
        wide_ladder(pd.DataFrame({"respondent_id": ["a", "a"], "ex_s_1": [1, 2]}))
    with pytest.raises(DataError, match="No column fits the pattern 'q_{level}'"):
        wide_ladder(WIDE, "q_{level}")
    with pytest.raises(UnknownNameError, match="There is no field of the pattern 'step'"):
        wide_ladder(WIDE, "ex_{ladder}_{step}")


def test_a_long_ladder_is_renamed_and_typed():
    frame = pd.DataFrame({"who": [7.0, 8.0], "step": ["1", "2"], "ans": ["4", None], "x": [1, 2]})
    out = long_ladder(frame, {"respondent_id": "who", "level": "step", "rating": "ans"})
    assert out.respondent_id.tolist() == ["7", "8"]
    assert out.level.tolist() == [1.0, 2.0]
    assert out.rating.fillna(-1).tolist() == [4, -1]
    assert out.x.tolist() == [1, 2]


def test_forced_choices_give_a_row_a_profile_and_count_what_is_unanswered():
    frame = pd.DataFrame(
        {"respondent_id": ["a", "b"], "choice_1": ["A", "B"], "choice_2": ["A", None]}
    )
    design = pd.DataFrame({"task": [1, 1, 2, 2], "profile": list("ABAB"), "attr_pay": [1, 2, 3, 4]})
    out = forced_choice(frame, profiles=["A", "B"], design=design)
    assert len(out) == 6
    assert out.attrs["unanswered"] == 1
    assert out.groupby(["respondent_id", "task"]).chosen.sum().tolist() == [1, 1, 1]
    assert out.query("respondent_id == 'b' and chosen").attr_pay.tolist() == [2]
    Corpus("demo", {"choices": out}).check().raise_if_bad()


def test_a_profile_that_is_not_known_is_named():
    with pytest.raises(DataError) as error:
        forced_choice(
            pd.DataFrame({"respondent_id": ["a"], "choice_1": ["C"]}), profiles=["A", "B"]
        )
    assert str(error.value) == (
        "Row 1, column 'choice_1': 'C' is no profile. Allowed: A, B. Give all profiles in profiles=."
    )
