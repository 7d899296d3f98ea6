"""The scheme of values: ten of them, told apart in pairs, shown and not said."""

from __future__ import annotations

import pytest

import mdresearch as md

BOOK = md.Codebook.load("values")
VALUES = [c for c in BOOK.codes.values() if c.code_list == "basic_values"]


def test_ten_values_and_what_is_coded_of_them():
    assert BOOK.validate().errors == ()
    assert len(VALUES) == 10
    assert {v.id: v.type for v in BOOK.variables.values()} == {
        "value_shown": "span", "value_plot": "multilabel", "segment_function": "nominal",
    }  # fmt: skip
    assert "fn_value_exposition" in BOOK.variable("segment_function").codes
    assert BOOK.variable("value_plot").unit == "version"


@pytest.mark.parametrize("lang", BOOK.languages)
def test_labels_are_there_and_differ(lang):
    assert len({c.label[lang] for c in VALUES}) == 10


@pytest.mark.parametrize("code", VALUES, ids=lambda c: c.id)
def test_every_value_is_told_from_another(code):
    named = (
        code.exclude[0]["en"]
        + code.decision_rules[0]["en"]
        + code.examples["negative"][0]["why"]["en"]
    )
    others = {c.id for c in VALUES} - {code.id}
    assert any(other in named for other in others)
    assert set(code.definition) == {"en", "zh-Hans"}
    assert set(code.examples) == {"positive", "negative", "borderline"}
    assert all(e["constructed"] for kind in code.examples.values() for e in kind)
    assert code.aliases == {}
