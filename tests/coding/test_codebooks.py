"""Codebooks: what a file may say, how extensions refine and never redefine, what a change costs."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.filters import FilterError, holds, parse_filter
from mdresearch.coding.reading import validate_file
from mdresearch.core.errors import MdresearchError

CORE = """\
mdcodebook: "1.0"
id: x:core
version: {version}
title: {{en: Core}}
default_language: en
languages: [en]
units:
  work: {{label: {{en: work}}}}
code_lists:
  tropes:
    label: {{en: Tropes}}
    codes:
      - id: ruler
        label: {{en: Ruler}}
        role: etic
        definition: {{en: "{meaning}"}}
        children:
          - {{id: ceo, label: {{en: CEO}}, role: emic, markets: [CHN]}}
          - {{id: wolf, label: {{en: Wolf}}, role: emic, markets: [US]}}
      - {{id: rival, label: {{en: Rival}}, role: etic}}
{more}variables:
  - id: lead
    label: {{en: Lead}}
    unit: work
    type: multilabel
    codes_from: tropes
    max_labels: 2
    missing: [{{id: cannot_tell, label: {{en: cannot tell}}, reliability: missing}}]
  - {{id: length, label: {{en: Length}}, unit: work, type: ratio, min: 0, ask_if: "'ruler' in lead"}}
"""
EXTENSION = """\
mdcodebook: "1.0"
id: x:{id}
version: 1.0.0
title: {{en: {id}}}
default_language: en
extends:
{parents}
{modify}
"""


def write(folder, name="core", *, version="1.0.0", meaning="commands others", more=""):
    path = folder / f"{name}.mdcb.yaml"
    path.write_text(CORE.format(version=version, meaning=meaning, more=more), encoding="utf-8")
    return path


def extend(folder, name, modify, parents=("core",), ids=None):
    rows = "\n".join(
        f'  - {{id: "x:{p}", version: "^1.0", path: {p}.mdcb.yaml}}' for p in (ids or parents)
    )
    path = folder / f"{name}.mdcb.yaml"
    text = EXTENSION.format(
        id=name,
        parents=rows,
        modify="\n".join(["modify:", *(f"  - {m}" for m in modify)] if modify else []),
    )
    path.write_text(text, encoding="utf-8")
    return path


REFINE = "{{op: refine, target: ruler, children: [{{id: {0}, label: {{en: {0}}}, role: emic, markets: [IDN]}}]}}"


def test_codes_roll_up_to_what_can_be_compared(tmp_path):
    book = Codebook.read(write(tmp_path))
    assert book.spec == "x:core@1.0.0"
    assert [c.id for c in book.codes_of("lead")] == ["ruler", "ceo", "wolf", "rival"]
    assert book.rollup("wolf") == "ruler"
    assert book.rollup_table("etic") == {
        "ruler": "ruler", "ceo": "ruler", "wolf": "ruler", "rival": "rival",
    }  # fmt: skip
    assert book["wolf"].markets == ("USA",)
    assert book["wolf"].path == ("ruler", "wolf")
    assert "Wolf" in repr(book.tree("tropes"))
    assert "<details" in book.tree("tropes")._repr_html_()


def test_the_hash_is_of_the_content_not_of_the_layout(tmp_path):
    plain = Codebook.read(write(tmp_path))
    again = (
        (tmp_path / "core.mdcb.yaml").read_text().replace("  - id: lead", "  # note\n  - id: lead")
    )
    (tmp_path / "other.mdcb.yaml").write_text(again)
    assert Codebook.read(tmp_path / "other.mdcb.yaml").hash == plain.hash
    assert Codebook.read(write(tmp_path, meaning="owns others")).hash != plain.hash


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (("id: rival", "id: ceo"), "ceo"),
        (("codes_from: tropes", "codes_from: trops"), "trops"),
        (("unit: work\n    type: multilabel", "unit: film\n    type: multilabel"), "film"),
        (("version: 1.0.0", "version: 1.0"), "version"),
        (("version: 1.0.0", "version: 1.0.0\nversion: 1.0.1"), "stands already at line 3"),
        (("'ruler' in lead", "length = 2"), "write =="),
        (("'ruler' in lead", "size == 2"), "size"),
        (("title: {en: Core}", "title: !!python/object:os.system {}"), "tag"),
        (("title: {en: Core}", "title: &a {en: Core}\nx_again: *a"), "anchor|alias"),
        (("max_labels: 2", "max_lables: 2"), "max_lables"),
        (("markets: [CHN]", "markets: [China]"), "China"),
        (("role: etic}\n", "role: ethic}\n"), "ethic"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path, broken, message):
    path = write(tmp_path)
    text = path.read_text()
    assert broken[0] in text
    path.write_text(text.replace(*broken))
    with pytest.raises(MdresearchError, match=message) as error:
        Codebook.read(path)
    assert "line" in str(error.value)


def test_all_mistakes_come_at_once(tmp_path):
    path = write(tmp_path)
    path.write_text(
        path.read_text()
        .replace("codes_from: tropes", "codes_from: trops")
        .replace("[CHN]", "[China]")
    )
    found = [p.message for p in validate_file(path).problems if p.severity == "error"]
    assert len(found) >= 2


@pytest.mark.parametrize(
    "content",
    [b"", b"\0\0\0", b"[1, 2]", b"a: " * 3, b"- " * 20_000, b"{" * 20_000, "é".encode("latin1")],
)
def test_what_is_no_codebook_is_refused_in_words(tmp_path, content):
    path = tmp_path / "bad.mdcb.yaml"
    path.write_bytes(content)
    with pytest.raises(MdresearchError, match=r"bad\.mdcb\.yaml"):
        Codebook.read(path)


def test_an_extension_refines_and_every_code_rolls_up_to_one_of_the_core(tmp_path):
    core = Codebook.read(write(tmp_path))
    mine = Codebook.read(
        extend(
            tmp_path, "mine",
            [
                REFINE.format("juragan"),
                "{op: relabel, target: rival, label: {id: Saingan}}",
                "{op: annotate, target: rival, decision_rules: [never kin]}",
                "{op: hide, target: wolf, reason: not seen}",
                "{op: require, target: lead}",
                "{op: add_missing, target: lead, missing: [{id: off_screen, label: {en: o}, reliability: missing}]}",
            ],
        )
    )  # fmt: skip
    assert mine.rollup("juragan", "x:core") == "ruler"  # I1
    assert {mine.rollup(code, "x:core") for code in mine.codes} == set(core.codes)
    for code in core.codes:  # I2
        for part in ("definition", "include", "exclude", "value", "parent", "role"):
            assert getattr(mine[code], part) == getattr(core[code], part)
    assert mine["rival"].label == {"en": "Rival", "id": "Saingan"}
    assert "wolf" in mine
    assert mine.variable("lead").required
    assert [m.id for m in mine.variable("lead").missing] == ["cannot_tell", "off_screen"]


@pytest.mark.parametrize(
    ("modify", "message"),
    [
        ("{op: relabel, target: rival, label: {en: Foe}}", "en"),
        ("{op: refine, target: nobody, children: [{id: a_b, label: {en: a}}]}", "nobody"),
        (REFINE.format("ceo"), "ceo"),
        ("{op: redefine, target: rival, definition: {en: other}}", "redefine"),
        ("{op: hide, target: rival}", "reason"),
        ("{op: require, target: rival}", "rival"),
        (
            "{op: add_missing, target: lead, missing: "
            "[{id: cannot_tell, label: {en: x}, reliability: category}]}",
            "cannot_tell",
        ),
    ],
)
def test_an_extension_cannot_redefine(tmp_path, modify, message):
    write(tmp_path)
    path = extend(tmp_path, "mine", [modify])
    with pytest.raises(MdresearchError, match=message):
        Codebook.read(path)


def rows(book, values, variable="lead"):
    return pd.DataFrame(
        {
            "code_id": [f"r{i}" for i in range(len(values))],
            "unit_type": "work",
            "unit_id": [f"w{i}" for i in range(len(values))],
            "variable": variable,
            "value": values,
            "coder_id": "c1",
            "round": "main",
            "codebook": book.spec,
        }
    )


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.sampled_from(["ruler", "ceo", "wolf", "rival", "cannot_tell", "none_of_these"]),
        min_size=1,
        max_size=8,
    )
)
def test_data_of_the_core_hold_under_the_extension_and_rolled_up_the_other_way(
    tmp_path_factory, values
):
    folder = tmp_path_factory.mktemp("books")
    core = Codebook.read(write(folder))
    mine = Codebook.read(extend(folder, "mine", [REFINE.format("juragan")]))
    table = rows(core, values)
    assert len(core.check_rows(table)[0]) == len(table)
    assert len(mine.check_rows(table)[0]) == len(table)  # I3
    own = rows(mine, [*values, "juragan"])
    assert len(mine.check_rows(own)[0]) == len(own)
    up = mine.rollup_table("x:core")
    back = own.assign(value=own["value"].map(lambda v: up.get(v, v)), codebook=core.spec)
    assert len(core.check_rows(back)[0]) == len(back)  # I4


def test_rows_that_the_codebook_does_not_allow_are_named(tmp_path):
    book = Codebook.read(write(tmp_path))
    table = rows(book, ["ruler", "rular", "", "wolf"])
    table.loc[3, "codebook"] = "x:core@0.9.0"
    good, problems = book.check_rows(table)
    assert good["code_id"].tolist() == ["r0"]
    assert set(problems["code_id"].dropna()) >= {"r1", "r2", "r3"}
    said = " ".join(problems["problem"].astype(str))
    assert "empty" in said
    assert "another version" in said
    three = pd.concat([rows(book, [v]).assign(code_id=v) for v in ("ruler", "ceo", "rival")])
    assert len(book.check_rows(three)[0]) < 3
    assert len(book.check_rows(rows(book, ["-1"], "length"))[0]) == 0


def test_any_order_of_parents_gives_the_same_scheme_and_a_diamond_resolves_once(tmp_path):
    write(tmp_path)
    extend(tmp_path, "left", [REFINE.format("juragan")])
    extend(tmp_path, "right", ["{op: relabel, target: rival, label: {id: Saingan}}"])
    hashes = set()
    for order in itertools.permutations(["left", "right"]):
        book = Codebook.read(
            extend(tmp_path, "both", [], ids=order).rename(tmp_path / "both.mdcb.yaml")
        )
        assert sorted(book.codes) == ["ceo", "juragan", "rival", "ruler", "wolf"]
        hashes.add(tuple(sorted(book.codes)))
    assert len(hashes) == 1


def test_two_parents_that_touch_the_same_word_conflict_loudly(tmp_path):
    write(tmp_path)
    extend(tmp_path, "left", ["{op: relabel, target: rival, label: {id: Saingan}}"])
    extend(tmp_path, "right", ["{op: relabel, target: rival, label: {id: Lawan}}"])
    for order in itertools.permutations(["left", "right"]):
        path = extend(tmp_path, "both", [], ids=order)
        with pytest.raises(MdresearchError, match="rival"):
            Codebook.read(path)


def test_a_parent_of_another_version_or_content_is_refused(tmp_path):
    write(tmp_path, version="2.0.0")
    path = extend(tmp_path, "mine", [REFINE.format("juragan")])
    with pytest.raises(MdresearchError, match=r"2\.0\.0"):
        Codebook.read(path)
    write(tmp_path)
    text = path.read_text().replace(
        "path: core.mdcb.yaml", f'path: core.mdcb.yaml, sha256: "{"0" * 64}"'
    )
    path.write_text(text)
    with pytest.raises(MdresearchError, match="sha256|hash"):
        Codebook.read(path)


@pytest.mark.parametrize(
    ("change", "bump"),
    [
        ({}, "none"),
        ({"more": "      - {id: helper, label: {en: Helper}, role: etic}\n"}, "minor"),
        ({"meaning": "owns others"}, "major"),
    ],
)
def test_a_change_asks_for_the_smallest_legal_step(tmp_path, change, bump):
    old = Codebook.read(write(tmp_path))
    steps = {"none": "1.0.0", "patch": "1.0.1", "minor": "1.1.0", "major": "2.0.0"}
    for name, version in steps.items():
        new = Codebook.read(write(tmp_path, name, version=version, **change))
        found = old.diff(new)
        assert found.bump == bump
        order = list(steps)
        assert found.legal == (order.index(name) >= order.index(bump))


def test_a_reworded_definition_is_minor_only_where_the_author_says_so(tmp_path):
    old = Codebook.read(write(tmp_path))
    new = Codebook.read(write(tmp_path, "new", version="1.0.1", meaning="has command of others"))
    assert not old.diff(new).legal
    said = old.diff(new, clarifies=["ruler"])
    assert said.legal
    assert said.clarified == ("ruler",)


@pytest.mark.parametrize(
    ("text", "values", "truth"),
    [
        ("a == 1 and b == 'x'", {"a": 1, "b": "x"}, True),
        ("not a == 1 or b != 'x'", {"a": 1, "b": "x"}, False),
        ("a in [1, 2, 3]", {"a": 3}, True),
        ("a >= 2 and b == true", {"a": 1, "b": None}, False),
        ("a >= 2 and b == true", {"a": 2, "b": None}, None),
        ("(a == 1 or a == 2) and not b == 'y'", {"a": 2, "b": "x"}, True),
    ],
)
def test_conditions_are_worked_out_without_running_anything(text, values, truth):
    assert holds(parse_filter(text), values) is truth


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "a = 1",
        "a ==",
        "(a == 1",
        "a == 1 and",
        "lambda: 1",
        "a == 1;",
        "",
        "a" * 10_000,
    ],
)
def test_what_is_no_condition_is_refused(text):
    with pytest.raises(FilterError):
        parse_filter(text)
