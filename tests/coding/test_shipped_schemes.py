"""The smaller schemes that are shipped load by name, hold no mistake and say what is draft."""

from __future__ import annotations

import pytest

import mdresearch as md

markers = md.Codebook.load("culture_markers")


def test_has_no_mistake_and_eight_classes_in_order():
    assert [str(problem) for problem in markers.validate().errors] == []
    names = "name dress setting object custom idiom aesthetic institution"
    assert list(markers.codes) == [f"marker_{name}" for name in names.split()]
    assert len(markers.hash.removeprefix("sha256:")) == 64


@pytest.mark.parametrize("lang", markers.languages)
def test_labels_are_there_and_differ(lang: str):
    labels = {code.label[lang] for code in markers.codes.values()}
    assert len(labels) == 8


@pytest.mark.parametrize("code", markers.codes.values(), ids=lambda code: code.id)
def test_every_code_has_rules_and_three_kinds_of_examples(code):
    assert code.include
    assert code.exclude
    assert code.decision_rules
    assert code.aliases["en"]
    assert set(code.examples) == {"positive", "negative", "borderline"}


def test_only_english_is_not_a_draft():
    drafts = [k for k, v in markers.language_status.items() if v["status"] == "draft"]
    assert drafts == [lang for lang in markers.languages if lang != "en"]
