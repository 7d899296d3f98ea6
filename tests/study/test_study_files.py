"""Study files: every mistake at once, with its line; what they hold is what runs."""

from __future__ import annotations

import pytest

from mdresearch.core.errors import StudyError
from mdresearch.study.studies import Study, bundled_studies, find_study

GOOD = """\
study: demo
title: A demonstration
corpus: tolerance-sim
exclude: [{where: attention_passed == false, why: failed the attention check}]
seed: 7
claims:
  - id: A
    says: Latin America is above.
    outcome: exaggeration_threshold
    between: region
    expect: latam > anglo
"""


def write(tmp_path, text):
    """Write a study file."""
    (tmp_path / "study.yaml").write_text(text, encoding="utf-8")
    return tmp_path / "study.yaml"


def test_a_study_is_read(tmp_path):
    study = Study.read(write(tmp_path, GOOD))
    assert (study.name, study.seed, study.claims[0].regions) == ("demo", 7, "essay")
    assert len(study.sha256) == 64
    assert Study.read(tmp_path) == study, "a folder with a study.yaml is a study"


def test_every_mistake_is_reported_at_once_with_its_line(tmp_path):
    text = GOOD.replace("seed: 7", "seed: -7\nclaim: x").replace("latam > anglo", "latm > anglo")
    text += "  - id: A\n    says: again\n    outcome: y\n    between: region\n    expct: latam > anglo\n"
    with pytest.raises(StudyError) as caught:
        Study.read(write(tmp_path, text))
    lines = str(caught.value).split("\n")
    assert lines[0].endswith("study.yaml has 4 mistakes:")
    assert lines[1].startswith(
        "  - line 6: 'claim' is not a key of a study. Did you mean 'claims'?"
    )
    assert lines[2].startswith("  - line 8: Claim A: There is no region 'latm'")
    assert lines[3] == (
        "  - line 13: Claim A: 'expct' is not a key of a claim. Did you mean 'expect'? "
        "the key expect must be given."
    )
    assert lines[4] == "  - line 5: seed is '-7'; it must be a whole number >= 0."


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("study: demo", ""), "the key 'study' must be given."),
        (("claims:\n", "claims: 5\nnote:\n"), "claims must be a list, each with a dash."),
        (("attention_passed == false", "attention = no"), "line 4: The condition 'attention = no'"),
        (
            ("    between: region", "    between: region\n    test: trnd"),
            "There is no test 'trnd'.",
        ),
    ],
)
def test_mistakes_of_a_study_file(tmp_path, change, message):
    with pytest.raises(StudyError) as caught:
        Study.read(write(tmp_path, GOOD.replace(*change)))
    assert message in str(caught.value)


def test_a_study_that_is_not_there_names_those_that_are():
    with pytest.raises(StudyError) as caught:
        find_study("manylab2")
    assert "Did you mean 'manylabs2'?" in str(caught.value)
    assert "'mdresearch new FOLDER' writes one" in str(caught.value)


@pytest.mark.parametrize("name", bundled_studies())
def test_every_bundled_study_reads(name):
    study = Study.read(name)
    assert study.claims
    for claim in study.claims:
        assert claim.smallest_used is not None
        assert claim.why or claim.smallest is None
