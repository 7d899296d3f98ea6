"""What holds for every scheme and every extension: I1 to I6, on schemes that hypothesis makes up."""

from __future__ import annotations

import itertools
import json

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.coding.extending import to_yaml
from mdresearch.coding.reading import study_text
from mdresearch.coding.yaml_reading import parse_text

LANGUAGES = ("en", "zh-Hans", "ar")
KEPT = ("definition", "include", "exclude", "value", "role", "parent", "code_list", "codable")
SETTINGS = settings(max_examples=60, deadline=None)


def book_of(document, parents=()):
    """Return the codebook of a document; its mistakes are an error."""
    book, report = study_text(parse_text(to_yaml(document), document["id"]), list(parents))
    report.raise_if_bad()
    return book


@st.composite
def schemes(draw, id="x:core", prefix="c"):
    """A scheme of one to three lists: etic codes at the top, anything below, every kind of value."""
    ids = (f"{prefix}{i}" for i in itertools.count())

    def code(depth):
        held = {
            "id": next(ids),
            "label": {"en": draw(st.text("abc NO1.", min_size=1, max_size=6))},
            "definition": {
                "en": draw(st.sampled_from(["rules", "serves", "1e5", "NO", "2026-11-24"]))
            },
            "role": "etic" if depth == 0 else draw(st.sampled_from(["etic", "emic"])),
        }
        below = draw(st.integers(0, 2)) if depth < 2 else 0
        if below:
            held["children"] = [code(depth + 1) for _ in range(below)]
        return held

    lists = {
        f"{prefix}list{i}": {
            "label": "L",
            "codes": [code(0) for _ in range(draw(st.integers(1, 3)))],
        }
        for i in range(draw(st.integers(1, 3)))
    }
    variables = [
        {"id": f"{prefix}v{i}", "label": "V", "unit": "work", "type": kind, "codes_from": name}
        for i, (name, kind) in enumerate(
            (name, draw(st.sampled_from(["nominal", "multilabel"]))) for name in lists
        )
    ]
    return {
        "mdcodebook": "1.0",
        "id": id,
        "version": "1.0.0",
        "title": id,
        "default_language": "en",
        "units": {"work": {"label": "work"}},
        "code_lists": lists,
        "variables": variables,
    }


@st.composite
def steps(draw, book, prefix):
    """An extension of a codebook by one to six legal operations."""
    built = book.extend(f"x:{prefix}", version="1.0.0")
    codes, variables = list(book.codes), list(book.variables)
    labelled, hidden, required = set(), set(), set()
    for i in range(draw(st.integers(1, 6))):
        op = draw(st.sampled_from(["refine", "relabel", "annotate", "hide", "require", "missing"]))
        code, variable = draw(st.sampled_from(codes)), draw(st.sampled_from(variables))
        if op == "refine":
            built = built.refine(code, [f"{prefix}_{i}"], markets=["IDN"])
        elif op == "relabel" and code not in labelled:
            labelled.add(code)
            built = built.relabel(code, {draw(st.sampled_from(LANGUAGES[1:])): "kata"})
        elif op == "annotate":
            built = built.annotate(code, [f"rule {i}"])
        elif op == "hide" and code not in hidden:
            hidden.add(code)
            built = built.hide(code, "not seen")
        elif op == "require" and variable not in required:
            required.add(variable)
            built = built.require(variable)
        elif op == "missing":
            missing = {"id": f"{prefix}_off_{i}", "label": "off", "reliability": "missing"}
            built = built.add_missing(variable, [missing])
    return built


@st.composite
def families(draw):
    """A core and an extension of it."""
    core = book_of(draw(schemes()))
    return core, draw(steps(core, "ext")).codebook()


def coded(draw, book, codes):
    """Rows of the table codes: a code, or a missing code, for each of some works."""
    rows = []
    for name in book.variables:
        held = [c.id for c in book.codes_of(name) if c.id in codes]
        held += [m.id for m in book.variables[name].missing]
        for i in range(draw(st.integers(1, 3))):
            if held:
                rows.append(("work", f"w{i}", name, draw(st.sampled_from(held)), "r1", book.spec))
    columns = ["unit_type", "unit_id", "variable", "value", "coder_id", "codebook"]
    return pd.DataFrame(rows, columns=columns)


@SETTINGS
@given(families())
def test_i1_every_code_rolls_up_to_one_code_of_the_core(family):
    core, extension = family
    for code in extension.codes:
        at_core = extension.rollup(code, "x:core")
        assert at_core in core
        assert extension.rollup(at_core, "x:core") == at_core
        assert (code == at_core) == (code in core)
        assert extension.rollup(code, "etic") == extension.rollup(at_core, "etic")


@SETTINGS
@given(families())
def test_i2_no_code_of_the_core_changes_its_meaning(family):
    core, extension = family
    for name, code in core.codes.items():
        for key in KEPT:
            assert getattr(extension.codes[name], key) == getattr(code, key)
        assert extension.codes[name].children[: len(code.children)] == code.children
    for name, variable in core.variables.items():
        assert extension.variables[name].type == variable.type
        assert extension.variables[name].missing[: len(variable.missing)] == variable.missing


@SETTINGS
@given(st.data())
def test_i3_data_of_the_core_hold_under_the_extension(data):
    core, extension = data.draw(families())
    rows = coded(data.draw, core, set(core.codes))
    good, problems = extension.check_rows(rows)
    assert core.check_rows(rows)[1].query("severity == 'error'").empty
    assert len(good) == len(rows)
    told = problems[problems["severity"] == "error"]
    # an extension may ask for more (a variable that it requires), but refuses no answer
    assert told["row"].isna().all()


@SETTINGS
@given(st.data())
def test_i4_data_of_the_extension_rolled_up_hold_under_the_core(data):
    core, extension = data.draw(families())
    rows = coded(data.draw, extension, set(extension.codes))
    added = {m.id for v in extension.variables.values() for m in v.missing}
    rows = rows[~rows["value"].isin(added)]
    table = extension.rollup_table("x:core")
    rolled = rows.assign(value=rows["value"].map(table), codebook=core.spec).drop_duplicates()
    good, problems = core.check_rows(rolled)
    once = ~rolled.duplicated(["unit_id", "variable"], keep=False)
    assert set(rolled.index[once]) <= set(good.index)
    assert not problems["problem"].str.contains("no code|not a code", regex=True).any()


@SETTINGS
@given(st.data())
def test_i5_any_order_of_parents_gives_the_same_scheme_or_the_same_refusal(data):
    core = book_of(data.draw(schemes()))
    parents = [data.draw(steps(core, name)).codebook() for name in ("left", "right")]

    def child(order):
        held = {
            "mdcodebook": "1.0",
            "id": "x:child",
            "version": "1.0.0",
            "title": "child",
            "default_language": "en",
            "extends": [{"id": p.id, "version": "^1.0"} for p in order],
        }
        book, report = study_text(parse_text(to_yaml(held), "x:child"), order)
        told = [p.message for p in report.errors]
        assert all("both change" in t for t in told)
        return "refused" if told else book.codes

    one, other = child(parents), child(parents[::-1])
    if "refused" in (one, other):
        assert one == other
        return
    assert set(one) == set(other)
    for name, code in one.items():
        assert (code.parent, code.path, code.role) == (
            other[name].parent,
            other[name].path,
            other[name].role,
        )
        assert sorted(code.children) == sorted(other[name].children)


@SETTINGS
@given(families())
def test_i6_the_hash_is_of_the_content_alone(family):
    core, extension = family
    assert book_of(core.source).hash == core.hash
    assert book_of(json.loads(json.dumps(extension.source)), [core]).hash == extension.hash
    assert core.hash != extension.hash
    turned = dict(reversed(core.source.items()))
    assert book_of(turned).hash == core.hash
    other = json.loads(json.dumps(core.source))
    other["variables"][0]["label"] = "another label"
    assert book_of(other).hash != core.hash


MIGRATIONS = ("rename", "merge", "split", "retire", "redefine")


@st.composite
def later_versions(draw, document):
    """The same scheme one major version on: codes renamed, merged, split, retired, redefined."""
    new = json.loads(json.dumps(document))
    new["version"] = "2.0.0"
    done = []
    for held in new["code_lists"].values():
        for code in list(held["codes"]):
            if code.get("children") or not draw(st.booleans()):
                continue
            op = draw(st.sampled_from(MIGRATIONS))
            rest = [c for c in held["codes"] if c is not code]
            if op in ("merge", "retire") and not rest:
                continue
            step = {"to_version": "2.0.0", "op": op, "target": [code["id"]], "automatic": False}
            if op == "redefine":
                code["definition"] = {"en": "another meaning"}
            else:
                held["codes"] = rest
            if op == "rename":
                held["codes"].append({**code, "id": f"{code['id']}_now"})
                step |= {"into": [f"{code['id']}_now"], "automatic": draw(st.booleans())}
            if op == "merge":
                step |= {"into": [rest[0]["id"]], "automatic": draw(st.booleans())}
            if op == "split":
                halves = [f"{code['id']}_{half}" for half in "ab"]
                held["codes"] += [{**code, "id": half} for half in halves]
                step["into"] = halves
            done.append(step)
    taken = {name for s in done for name in s["target"]}
    new["migrations"] = [s for s in done if not taken & set(s.get("into", ()))]
    if len(new["migrations"]) < len(done):  # a code merged into one that went too: not this time
        return {**json.loads(json.dumps(document)), "version": "2.0.0"}
    return new


@SETTINGS
@given(st.data())
def test_an_edit_of_a_scheme_never_damages_stored_codes(data):
    document = data.draw(schemes())
    old = book_of(document)
    rows = coded(data.draw, old, set(old.codes)).drop_duplicates(["unit_id", "variable"])
    rows.insert(0, "code_id", [f"k{i}" for i in range(len(rows))])
    new = book_of(data.draw(later_versions(document)))
    kept = rows.copy(deep=True)
    done = new.migrate(rows)
    pd.testing.assert_frame_equal(rows, kept)
    assert done.rows["code_id"].tolist() == rows["code_id"].tolist()
    assert done.rows["value_before"].tolist() == rows["value"].tolist()
    assert done.rows["codebook_before"].tolist() == rows["codebook"].tolist()
    sure = done.rows[~done.rows["needs_recode"]]
    good, _ = new.check_rows(sure)
    assert len(good) == len(sure)
    changed = done.rows["value"] != done.rows["value_before"]
    assert not (changed & done.rows["needs_recode"]).any()
    again = new.migrate(done.rows)
    assert again.rows["value"].tolist() == done.rows["value"].tolist()
    assert again.report.empty
