"""Errors, registries, the grammar of claims, conditions, scales, APA wording, offsets."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdresearch.core import apa, offsets
from mdresearch.core.claims import Claim, claim_from
from mdresearch.core.conditions import rows_where
from mdresearch.core.errors import DataError, MdresearchError, StudyError, UnknownNameError
from mdresearch.core.expect import parse_expect
from mdresearch.core.registry import Registry
from mdresearch.core.results import Effect
from mdresearch.core.scales import SCALES, from_linear, to_linear

CLAIM = {
    "id": "C1",
    "says": "a is above b",
    "outcome": "y",
    "between": "region",
    "expect": "latam > anglo",
}


def test_an_unknown_name_is_met_with_the_nearest_and_all():
    tests = Registry("measure")
    tests.add("tolerance")(object())
    with pytest.raises(UnknownNameError) as caught:
        tests["tolerence"]
    assert str(caught.value) == (
        "There is no measure 'tolerence'. Did you mean 'tolerance'? Known: tolerance."
    )


def test_a_name_is_registered_once():
    tests = Registry("test")

    @tests.add("a")
    def first():
        """Do nothing."""

    def second():
        """Do nothing."""

    with pytest.raises(MdresearchError, match=r"The test 'a' is registered already, by .*first"):
        tests.add("a")(second)
    assert list(tests) == ["a"]
    assert repr(tests) == "Registry of 1 x test: a"


@pytest.mark.parametrize(
    ("text", "relation", "groups"),
    [
        ("latam > noram", ">", ("latam", "noram")),
        ("BRA ~ MEX", "~", ("BRA", "MEX")),
        ("globe:anglo!=latam", "!=", ("globe:anglo", "latam")),
        ("rising", ">", ("", "")),
        ("falling", "<", ("", "")),
        ("> 0.8", ">", ("", "")),
        ("~ 1e-2", "~", ("", "")),
    ],
)
def test_the_grammar_of_expectations(text, relation, groups):
    parsed = parse_expect(text)
    assert (parsed.relation, (parsed.a, parsed.b)) == (relation, groups)


@pytest.mark.parametrize(
    "text", ["latam", "a > b > c", "a >= b", "__import__('os')", "", "> x", "a = b"]
)
def test_what_is_outside_the_grammar_is_refused(text):
    with pytest.raises(StudyError, match="is not understood"):
        parse_expect(text)


def test_a_group_is_not_compared_with_itself():
    with pytest.raises(StudyError, match="compares 'latam' with itself. Name two groups."):
        parse_expect("latam > latam")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"expct": "a > b"}, "'expct' is not a key of a claim. Did you mean 'expect'?"),
        ({"scale": "g_persn"}, "There is no scale 'g_persn'. Did you mean 'g_person'?"),
        ({"scale": "raw"}, "the scale 'raw' has no default for 'smallest'."),
        ({"at_least": 0.4}, "'smallest' or 'at_least' is given without 'why'."),
        ({"scale": "ratio", "smallest": 0.9, "why": "x"}, "on 'ratio' it is above 1."),
        ({"smallest": -1, "why": "x"}, "on 'g_person' it is above 0."),
        ({"smallest": "much", "why": "x"}, "smallest is 'much'; it must be a number"),
        ({"between": None}, "compares two groups but 'between' is null."),
        ({"expect": "rising"}, "names no groups but 'between' is 'region'."),
        (
            {"exclude": [{"where": "a ?? b", "why": "x"}]},
            "The condition 'a ?? b' is not understood.",
        ),
        ({"exclude": [{"where": "a == b"}]}, "must have exactly the keys 'where' and 'why'."),
        ({"ceiling": {"verdict": "supported", "reason": "x"}}, "must have a verdict (undecided"),
        ({"condition": {"column": "c"}}, "must have the keys column, a and b."),
        ({"cluster": "viewers"}, "allowed: auto, or null for a test on viewers."),
        ({"alpha": 5.0}, "alpha is 5.0; it must lie between 0 and 0.5."),
        ({"id": "H 1"}, "must be a letter, then letters"),
    ],
)
def test_a_claim_that_cannot_stand_says_why(change, message):
    with pytest.raises(StudyError) as caught:
        claim_from(CLAIM | change)
    assert message in str(caught.value)


def test_a_claim_says_which_keys_it_lacks():
    with pytest.raises(StudyError) as caught:
        claim_from({"id": "C1", "says": "x"})
    assert str(caught.value) == "Claim C1: the keys outcome, between, expect must be given."


def test_a_claim_is_frozen_and_plain():
    claim = claim_from(CLAIM)
    with pytest.raises(AttributeError):
        claim.alpha = 0.1
    assert Claim(**claim.plain()) == claim
    assert claim.smallest_used == 0.2


def test_conditions_are_read_and_nothing_is_evaluated():
    frame = pd.DataFrame({"n": [1, 2, None], "t": ["a", "NA", None], "ok": [True, False, True]})
    assert rows_where(frame, "n >= 2").tolist() == [False, True, False]
    assert rows_where(frame, "t == NA").tolist() == [False, True, False]
    assert rows_where(frame, "t != a").tolist() == [False, True, True]
    assert rows_where(frame, "ok == false").tolist() == [False, True, False]
    assert rows_where(frame, "t is missing and n is missing").tolist() == [False, False, True]
    assert rows_where(frame, "t in [a, 'NA']").tolist() == [True, True, False]
    assert rows_where(frame, "n not in [1]").tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (
            "nn == 1",
            "names the column 'nn', which is not there. Did you mean 'n'? Columns: n, t, ok.",
        ),
        ("n == one", "compares the numeric column 'n' with 'one', which is not a number."),
        ("t > a", "compares the numeric column 't' with 'a', which is not a number."),
        ("t > 1", "Use ==, != or in."),
        (
            "t == false",
            "compares the text column 't' with false, but it holds 'a'. Compare with one of these.",
        ),
        ("ok == 2", "compares the true/false column 'ok' with '2'. Write true or false."),
    ],
)
def test_conditions_that_do_not_fit_the_table(condition, message):
    frame = pd.DataFrame({"n": [1.0], "t": ["a"], "ok": [True]})
    with pytest.raises(DataError) as caught:
        rows_where(frame, condition)
    assert message in str(caught.value)


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_goes_to_the_line_and_back(name):
    for value in (0.05, 0.5, 0.9):
        assert math.isclose(from_linear(to_linear(value, name), name), value)


def test_an_effect_has_its_interval_on_the_stated_scale():
    estimate = Effect(math.log(1.5), 0.1, 10, "ratio").estimate(0.95)
    quantile = 2.228138852  # of t with 10 degrees of freedom at .975, from a printed table
    assert estimate.low == pytest.approx(1.5 / math.exp(0.1 * quantile), rel=1e-9)
    assert estimate.high == pytest.approx(1.5 * math.exp(0.1 * quantile), rel=1e-9)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.05, "= .050"), (0.0004, "< .001"), (1.0, "= 1.000"), (float("nan"), "undefined")],
)
def test_p_is_printed_as_the_manual_asks(value, text):
    assert apa.p_value(value) == text


def test_a_number_that_rounds_to_zero_has_no_sign():
    assert apa.number(-0.001) == "0.00"
    assert apa.interval(-1.5, float("inf"), 0.9875) == "98.75% CI [−1.50, ∞]"


TEXTS = st.text(alphabet=st.sampled_from("ab\n😀é漢\u0301"), max_size=30)


@given(TEXTS, st.integers(0, 30))
def test_positions_survive_other_ways_of_counting(text, position):
    position = min(position, len(text))
    assert offsets.from_utf16(text, offsets.to_utf16(text, position)) == position
    assert offsets.from_crlf(text, offsets.to_crlf(text, position)) == position


def test_a_position_inside_a_character_is_refused():
    with pytest.raises(DataError) as caught:
        offsets.from_utf16("😀", 1)
    assert str(caught.value) == (
        "UTF-16 position 1 splits a character. Use the position before or after it."
    )
    with pytest.raises(DataError, match="Position 4 lies outside the text of 3 characters."):
        offsets.to_utf16("abc", 4)
