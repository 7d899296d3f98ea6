"""The scheme of localisation layers: five values in order, complete in ten languages."""

from __future__ import annotations

import re

import pytest

import mdresearch as md

BOOK = md.Codebook.load("localisation_layers")
SCRIPTS = {"zh-Hans": "[\u4e00-\u9fff]", "ja": "[\u3040-\u30ff\u4e00-\u9fff]", "ko": "[\uac00-\ud7af]", "th": "[\u0e00-\u0e7f]",
           "ar": "[\u0600-\u06ff]", "hi": "[\u0900-\u097f]"}  # fmt: skip


def test_the_layers_are_values_from_0_to_4():
    assert BOOK.validate().errors == ()
    assert [(c.id, c.value) for c in BOOK.codes.values()] == [
        ("layer_language", 0), ("layer_surface", 1), ("layer_role", 2), ("layer_plot", 3), ("layer_value", 4),
    ]  # fmt: skip
    variable = BOOK.variable("change_layer")
    assert (variable.type, variable.reliability["distance"]) == ("ordinal", "ordinal")
    assert {m.id for m in variable.missing} == {"cannot_tell", "not_aligned"}


@pytest.mark.parametrize("lang", BOOK.languages)
def test_labels_and_aliases_are_there_differ_and_are_in_their_script(lang):
    labels = [c.label[lang] for c in BOOK.codes.values()]
    assert len(set(labels)) == 5
    aliases = [a for c in BOOK.codes.values() for a in c.aliases[lang]]
    assert len(set(aliases)) == len(aliases) >= 10
    if lang in SCRIPTS:
        assert all(re.search(SCRIPTS[lang], text) for text in [*labels, *aliases])


@pytest.mark.parametrize("code", BOOK.codes.values(), ids=lambda c: c.id)
def test_every_code_is_told_from_its_neighbours(code):
    assert set(code.definition) == {"en", "zh-Hans"}
    assert code.include
    assert "layer_" in code.exclude[0]["en"]
    assert code.decision_rules[0]["en"].startswith("If ")
    assert set(code.examples) == {"positive", "negative", "borderline"}
    assert all(e["constructed"] for kind in code.examples.values() for e in kind)
    assert "layer_" in code.examples["negative"][0]["why"]["en"]
