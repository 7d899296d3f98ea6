"""Extensions written in Python, and coded rows carried from version to version."""

from __future__ import annotations

import pandas as pd
import pytest

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.reading import validate_file
from mdresearch.core.errors import CodebookError, MdresearchError

CORE = Codebook.load("core")


def mine():
    return CORE.extend("me:mine", title="Mine", languages=["en"], authors=[{"name": "A. Scholar"}])


def test_an_extension_is_built_step_by_step_and_nothing_is_changed_in_place(tmp_path):
    first = mine()
    second = first.refine("kin_gatekeeper", ["camer"], markets=["IDN"])
    third = second.hide("warlord_commander", "not seen in the pilot").add_variable(
        "religious_frame", unit="segment", type="boolean", label={"en": "Religious frame"}
    )
    assert "modify" not in first.content
    assert "camer" not in CORE
    book = third.save(tmp_path / "mine.mdcb.yaml")
    assert book.spec == "me:mine@0.1.0"
    assert book["camer"].markets == ("IDN",)
    assert book["camer"].role == "emic"
    assert book["camer"].name("en") == "Camer"
    assert book.rollup("camer") == "kin_gatekeeper"
    assert book["warlord_commander"].hidden == "not seen in the pilot"
    assert book.variable("religious_frame").type == "boolean"
    assert book.hash == third.codebook().hash
    assert validate_file(tmp_path / "mine.mdcb.yaml").ok
    assert "refine kin_gatekeeper" in repr(third)
    assert "3 changes" in repr(third)


def test_json_and_yaml_say_the_same(tmp_path):
    step = mine().annotate("humiliation", decision_rules=["When in doubt: NO, 1.0, 2026-11-24"])
    read = [step.save(tmp_path / name) for name in ("a.mdcb.yaml", "a.json")]
    assert read[0].hash == read[1].hash
    rules = [str(r["en"]) for r in read[0]["humiliation"].decision_rules if "en" in r]
    assert "When in doubt: NO, 1.0, 2026-11-24" in rules


def test_an_extension_of_an_extension_points_to_the_file_beside_it(tmp_path):
    mid = mine().refine("kin_gatekeeper", ["camer"]).save(tmp_path / "parents" / "mid.mdcb.yaml")
    low = mid.extend("me:low").refine("camer", ["young_camer"]).save(tmp_path / "low.mdcb.yaml")
    assert low.source["extends"] == [
        {"id": "me:mine", "version": "^0.1", "path": "parents/mid.mdcb.yaml"}
    ]
    assert low.rollup("young_camer") == "kin_gatekeeper"
    with pytest.raises(CodebookError, match=r"lies outside the folder.*beside its parent"):
        low.extend("me:lost").save(tmp_path / "elsewhere" / "lost.mdcb.yaml")
    unsaved = mine().codebook().extend("me:more")
    with pytest.raises(CodebookError, match="was not read from a file"):
        unsaved.save(tmp_path / "more.mdcb.yaml")


def test_what_is_wrong_is_said_before_anything_is_written(tmp_path):
    with pytest.raises(MdresearchError, match="Did you mean 'kin_gatekeeper'"):
        mine().refine("kin_gatekeper", ["camer"])
    path = tmp_path / "bad.mdcb.yaml"
    with pytest.raises(CodebookError, match="'wolf_alpha' is taken already"):
        mine().refine("kin_gatekeeper", ["wolf_alpha"]).save(path)
    with pytest.raises(CodebookError, match="is not overwritten"):
        mine().relabel("humiliation", {"en": "Shame"}).save(path)
    assert not path.exists()
    with pytest.raises(CodebookError, match=r"does not end in \.mdcb\.yaml"):
        mine().save(tmp_path / "mine.txt")
    mine().save(path)
    with pytest.raises(CodebookError, match="overwrite=True"):
        mine().save(path)
    assert mine().refine("kin_gatekeeper", ["x"]).save(path, overwrite=True)["x"].id == "x"


HEAD = """\
mdcodebook: "1.0"
id: x:core
version: {version}
title: Core
default_language: en
units: {{work: {{label: work}}}}
code_lists:
  tropes:
    label: Tropes
    codes:
{codes}
variables:
  - {{id: {lead}, label: Lead, unit: work, type: multilabel, codes_from: tropes}}
  - {{id: note, label: Note, unit: work, type: text}}
{more}"""


def scheme(folder, version, codes, migrations=(), lead="lead"):
    listed = "\n".join(f"      - {{id: {c}, label: {c}, role: etic}}" for c in codes)
    more = "\n".join(["migrations:", *(f"  - {m}" for m in migrations)] if migrations else [""])
    path = folder / f"core_{version}.mdcb.yaml"
    path.write_text(
        HEAD.format(version=version, codes=listed, lead=lead, more=more + "\n"), encoding="utf-8"
    )
    return Codebook.read(path)


def rows(*values, spec="x:core@1.0.0", variable="lead"):
    n = len(values)
    return pd.DataFrame(
        {
            "code_id": [f"k{i}" for i in range(n)],
            "unit_type": "work",
            "unit_id": [f"w{i}" for i in range(n)],
            "variable": variable,
            "value": list(values),
            "coder_id": "r1",
            "round": "",
            "codebook": spec,
        }
    )


def test_sure_steps_are_carried_out_and_others_are_marked(tmp_path):
    new = scheme(
        tmp_path,
        "2.0.0",
        ["boss", "rival", "quiet_heir", "loud_heir", "ghost"],
        [
            '{to_version: "1.1.0", op: rename, target: [ceo], into: [chief], automatic: true}',
            '{to_version: "2.0.0", op: rename, target: [chief], into: [boss], automatic: true}',
            '{to_version: "2.0.0", op: merge, target: [foe], into: [rival], automatic: true}',
            '{to_version: "2.0.0", op: split, target: [heir], into: [quiet_heir, loud_heir], automatic: false}',
            '{to_version: "2.0.0", op: retire, target: [clown], automatic: false}',
            '{to_version: "2.0.0", op: redefine, target: [ghost], automatic: false}',
        ],
    )
    old = rows("ceo", "foe", "heir", "clown", "ghost", "rival", None)
    kept = old.copy(deep=True)
    done = new.migrate(old)
    pd.testing.assert_frame_equal(old, kept)
    got = done.rows
    assert got["value"].tolist()[:6] == ["boss", "rival", "heir", "clown", "ghost", "rival"]
    assert pd.isna(got["value"].iloc[6])
    assert got["value_before"].tolist()[:6] == old["value"].tolist()[:6]
    assert got["needs_recode"].tolist() == [False, False, True, True, True, False, False]
    assert set(got["codebook"]) == {"x:core@2.0.0"}
    assert set(got["codebook_before"]) == {"x:core@1.0.0"}
    assert "renamed" in got["migration"].iloc[0]
    assert done.to_recode()["unit_id"].tolist() == ["w2", "w3", "w4"]
    assert "7 coded rows" in done.sentence()
    assert "2 renamed or merged, 3 to be coded again, none dropped" in done.sentence()
    assert done.report["rows"].sum() == 6  # ceo takes two steps
    good, problems = new.check_rows(got[~got["needs_recode"] & got["value"].notna()])
    assert len(good) == 3
    assert not problems["severity"].eq("error").any()


def test_only_steps_after_the_version_of_a_row_count(tmp_path):
    new = scheme(
        tmp_path,
        "2.1.0",
        ["boss", "ghost"],
        [
            '{to_version: "2.0.0", op: redefine, target: [ghost], automatic: false}',
            '{to_version: "2.1.0", op: rename, target: [ceo], into: [boss], automatic: true}',
        ],
    )
    both = pd.concat([rows("ghost", "ceo"), rows("ghost", "ceo", spec="x:core@2.0.0")])
    got = new.migrate(both).rows
    assert got["needs_recode"].tolist() == [True, False, False, False]
    assert got["value"].tolist() == ["ghost", "boss", "ghost", "boss"]


def test_a_variable_is_renamed_and_words_in_free_text_are_left(tmp_path):
    new = scheme(
        tmp_path,
        "2.0.0",
        ["boss"],
        [
            '{to_version: "2.0.0", op: rename, target: [ceo], into: [boss], automatic: true}',
            '{to_version: "2.0.0", op: rename, target: [lead], into: [main_lead], automatic: true}',
        ],
        lead="main_lead",
    )
    old = pd.concat([rows("ceo"), rows("ceo", variable="note")], ignore_index=True)
    got = new.migrate(old).rows
    assert got["variable"].tolist() == ["main_lead", "note"]
    assert got["value"].tolist() == ["boss", "ceo"]


def test_a_merge_that_says_one_thing_twice_is_shown(tmp_path):
    new = scheme(
        tmp_path,
        "2.0.0",
        ["rival"],
        ['{to_version: "2.0.0", op: merge, target: [foe], into: [rival], automatic: true}'],
    )
    done = new.migrate(rows("foe", "rival").assign(unit_id="w1"))
    assert done.rows["repeats"].tolist() == [False, True]
    assert "1 now repeat another row" in done.sentence()


def test_rows_of_other_schemes_and_later_versions_are_left_and_counted(tmp_path):
    new = scheme(tmp_path, "2.0.0", ["boss"])
    old = pd.concat([rows("a", spec="y:other@1.0.0"), rows("b", spec="x:core@3.0.0")])
    done = new.migrate(old)
    assert done.rows["value"].tolist() == ["a", "b"]
    assert done.report["outcome"].str.contains("left as they are").tolist() == [True, True]
    assert done.report["rows"].tolist() == [1, 1]


def test_rows_that_name_no_codebook_are_asked_for(tmp_path):
    new = scheme(tmp_path, "2.0.0", ["boss"])
    with pytest.raises(MdresearchError, match=r"1 of 1 rows do not say which codebook.*coded_with"):
        new.migrate(rows("boss", spec=None))
    done = new.migrate(rows("boss", spec=None), coded_with="x:core@1.0.0")
    assert done.rows["codebook"].tolist() == ["x:core@2.0.0"]
    with pytest.raises(MdresearchError, match="is not a version"):
        new.migrate(rows("boss", spec="x:core@one"))


def test_an_extension_carries_out_the_steps_of_its_parent(tmp_path):
    scheme(
        tmp_path,
        "2.0.0",
        ["boss", "ghost"],
        [
            '{to_version: "2.0.0", op: rename, target: [ceo], into: [boss], automatic: true}',
            '{to_version: "2.0.0", op: redefine, target: [ghost], automatic: false}',
        ],
    )
    child = tmp_path / "child.mdcb.yaml"
    child.write_text(
        'mdcodebook: "1.0"\nid: x:child\nversion: 0.2.0\ntitle: Child\ndefault_language: en\n'
        'extends: [{id: "x:core", version: "^2.0", path: core_2.0.0.mdcb.yaml}]\n',
        encoding="utf-8",
    )
    book = Codebook.read(child)
    old = pd.concat([rows("ceo", "ghost"), rows("ceo", "ghost", spec="x:child@0.1.0")])
    done = book.migrate(old)
    assert done.rows["value"].tolist() == ["boss", "ghost", "boss", "ghost"]
    assert done.rows["needs_recode"].tolist() == [False, True, False, False]
    assert (
        done.rows["migration"]
        .iloc[3]
        .endswith("cannot tell whether these rows are older: left as they are")
    )
    assert done.rows["codebook"].tolist() == ["x:core@2.0.0"] * 2 + ["x:child@0.2.0"] * 2
