"""REFI-QDA codebooks: valid, complete on the way back, and whole after other tools had them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.exchange.losses import unique_names
from mdresearch.coding.extending import to_yaml
from mdresearch.core.errors import DataError

CORE = Codebook.load("core")
DATA = Path(__file__).parents[2] / "data" / "coding" / "exchange"
SCHEMA = xmlschema.XMLSchema(DATA / "refi-qda-codebook.xsd")
SPACE = "{urn:QDA-XML:codebook:1.0}"
BOOKS = ("core", "indonesia")


def tree(path):
    return ElementTree.parse(path).getroot()


def save(root, path):
    ElementTree.register_namespace("", SPACE[1:-1])
    path.write_bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def named(report, why):
    found = report.frame()
    return found.loc[found["why"].str.contains(why, regex=False), "ids"].str.split("; ").sum() or []


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
@pytest.mark.parametrize("name", BOOKS)
def test_rt1_the_file_is_valid_and_names_can_be_told_apart(tmp_path, name, lang):
    book = Codebook.load(name)
    if lang not in book.languages:
        lang = "id"
    report = book.to_qdc(tmp_path / "a.qdc", lang=lang)
    SCHEMA.validate(str(tmp_path / "a.qdc"))
    names = [e.get("name") for e in tree(tmp_path / "a.qdc").iter(SPACE + "Code")]
    assert len(names) == len(book.codes) + len(book.code_lists)
    assert len({n.casefold() for n in names}) == len(names)
    assert max(map(len, names)) <= 63
    assert f"{book.spec} in {lang}: {len(book.codes)} codes" in report.done
    again = book.to_qdc(tmp_path / "b.qdc", lang=lang)
    assert (tmp_path / "a.qdc").read_bytes() == (tmp_path / "b.qdc").read_bytes()
    assert repr(again) == repr(report)


@pytest.mark.parametrize("lang", ["en", "zh-Hans", "ar"])
def test_rt2_all_codes_and_variables_return(tmp_path, lang):
    CORE.to_qdc(tmp_path / "core.qdc", lang=lang)
    book, report = Codebook.from_qdc(tmp_path / "core.qdc")
    assert book.codes == CORE.codes
    assert book.variables == CORE.variables
    assert book.hash == CORE.hash
    without = [v.id for v in CORE.variables.values() if not v.codes_from]
    assert named(report, "taken from the sidecar") == without
    (tmp_path / "core.mdcb.yaml").unlink()
    alone, report = Codebook.from_qdc(tmp_path / "core.qdc")
    assert alone.codes == CORE.codes
    assert set(alone.variables) == set(CORE.variables) - set(without)
    assert "trigger_intensity" in named(report, "an attribute of a span, not in the file")


def test_rt3_what_other_tools_write_is_read(tmp_path):
    CORE.to_qdc(tmp_path / "core.qdc")
    text = (tmp_path / "core.qdc").read_text(encoding="utf-8")
    text = re.sub(r'guid="([^"]*)"', lambda m: f'guid="{{{m[1].lower()}}}"', text)
    text = re.sub(r"<Sets>.*</Sets>", "<Sets/>", text, flags=re.DOTALL)
    for space in ("urn:QDA-XML:codebook:0:4", "urn:QDA-XML:codebook:1:0", ""):
        other = (
            text.replace(SPACE[1:-1], space)
            if space
            else text.replace(f' xmlns="{SPACE[1:-1]}"', "")
        )
        path = tmp_path / "other.qdc"
        path.write_bytes(b"\xef\xbb\xbf" + other.replace("\n", "\r\n").encode())
        book, _ = Codebook.from_qdc(path)
        assert list(book.codes) == list(CORE.codes)


def test_rt4_ids_return_though_guids_are_new_and_sets_are_gone(tmp_path):
    CORE.to_qdc(tmp_path / "core.qdc")
    root = tree(tmp_path / "core.qdc")
    for n, element in enumerate(root.iter(SPACE + "Code")):
        element.set("guid", f"00000000-0000-4000-8000-{n:012d}")
    root.remove(root.find(SPACE + "Sets"))
    save(root, tmp_path / "other.qdc")
    book, _ = Codebook.from_qdc(tmp_path / "other.qdc")
    assert book.codes == CORE.codes
    assert book.variables == {}
    matched, report = Codebook.from_qdc(tmp_path / "other.qdc", match=CORE)
    assert matched.variables == CORE.variables
    assert len(named(report, "taken from the sidecar or the scheme")) == len(CORE.variables)


def test_rt5_without_descriptions_names_return_and_the_report_says_so(tmp_path):
    CORE.to_qdc(tmp_path / "core.qdc", lang="zh-Hans")
    root = tree(tmp_path / "core.qdc")
    for parent in list(root.iter()):
        for element in parent.findall(SPACE + "Description"):
            parent.remove(element)
    root.remove(root.find(SPACE + "Sets"))
    save(root, tmp_path / "bare.qdc")
    bare, report = Codebook.from_qdc(tmp_path / "bare.qdc")
    assert len(bare.codes) == len(CORE.codes)
    assert {c.name() for c in bare.codes.values()} == {
        c.name("zh-Hans") for c in CORE.codes.values()
    }
    assert all(c.extra["x_guid"] for c in bare.codes.values())
    assert len(named(report, "new: neither payload")) == len(CORE.codes)
    known, report = Codebook.from_qdc(tmp_path / "bare.qdc", match=CORE)
    assert known.codes == CORE.codes
    assert len(named(report, "known by the GUID")) == len(CORE.codes)
    for n, element in enumerate(root.iter(SPACE + "Code")):
        element.set("guid", f"00000000-0000-4000-8000-{n:012d}")
    save(root, tmp_path / "bare.qdc")
    known, report = Codebook.from_qdc(tmp_path / "bare.qdc", match=CORE)
    assert known.codes == CORE.codes
    assert len(named(report, "known by the path of names")) == len(CORE.codes)


def test_rt6_a_cut_payload_keeps_the_readable_part(tmp_path):
    CORE.to_qdc(tmp_path / "core.qdc")
    root = tree(tmp_path / "core.qdc")
    chosen = next(e for e in root.iter(SPACE + "Code") if e.get("name") == "Wolf alpha")
    element = chosen.find(SPACE + "Description")
    element.text = element.text[: element.text.index("--- mdcodebook ---") + 60]
    root.remove(root.find(SPACE + "Sets"))
    save(root, tmp_path / "cut.qdc")
    book, report = Codebook.from_qdc(tmp_path / "cut.qdc")
    found = book["wolf_alpha"]
    assert found.extra["x_broken_payload"] is True
    assert found.definition["en"].startswith(CORE["wolf_alpha"].definition["en"][:40])
    assert named(report, "the payload is cut or edited") == ["wolf_alpha"]
    assert len(book.codes) == len(CORE.codes)


def test_rt7_nothing_foreign_is_written(tmp_path):
    CORE.to_qdc(tmp_path / "core.qdc")
    allowed = {
        "CodeBook": {"origin"},
        "Codes": set(),
        "Sets": set(),
        "Description": set(),
        "Code": {"guid", "name", "isCodable", "color"},
        "Set": {"guid", "name"},
        "MemberCode": {"guid"},
    }
    for element in tree(tmp_path / "core.qdc").iter():
        assert set(element.attrib) <= allowed[element.tag.removeprefix(SPACE)]


def test_a_file_of_another_tool_becomes_a_codebook(tmp_path):
    path = tmp_path / "team.qdc"
    path.write_text(
        '<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="a tool"><Codes>'
        '<Code guid="{aaaaaaaa-0000-4000-8000-000000000001}" name="Themes" isCodable="false">'
        '<Code guid="aaaaaaaa-0000-4000-8000-000000000002" name="Revenge" isCodable="true" color="#F0A">'
        "<Description>someone pays</Description></Code>"
        '<Code guid="aaaaaaaa-0000-4000-8000-000000000003" name="revenge" isCodable="1"/></Code>'
        '<Code guid="aaaaaaaa-0000-4000-8000-000000000004" name="复仇" isCodable="true"/>'
        "</Codes></CodeBook>",
        encoding="utf-8",
    )
    book, report = Codebook.from_qdc(path)
    assert list(book.code_lists) == ["themes", "codes"]
    assert list(book.codes) == ["revenge", "revenge_2", "code_1"]
    assert book["revenge"].color == "#FF00AA"
    assert book["revenge"].definition["en"] == "someone pays"
    assert book["code_1"].name() == "复仇"
    assert named(report, "two codes have one name") == ["revenge"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<!DOCTYPE x [<!ENTITY a "b">]><CodeBook/>', "has a document type or an entity"),
        ("<CodeBook>", "line 1: it is not well-formed XML"),
        ("<Project/>", "not a REFI-QDA CodeBook"),
        ("<CodeBook><Codes/></CodeBook>", "it holds no codes"),
        ("<CodeBook>" + "<Codes>" * 200, "nested more than 120 deep"),
    ],
)
def test_what_is_no_codebook_is_refused(tmp_path, text, words):
    path = tmp_path / "bad.qdc"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=f"bad.qdc.*{words}"):
        Codebook.from_qdc(path)


def test_control_characters_never_reach_the_file(tmp_path):
    held = json.loads(json.dumps(CORE.source))
    held["code_lists"] = {
        "l": {
            "label": "L",
            "codes": [{"id": "a", "label": "x" * 80}, {"id": "b", "label": "X" * 80}],
        }
    }
    held = {
        k: held[k]
        for k in ("mdcodebook", "id", "version", "title", "default_language", "code_lists")
    }
    path = tmp_path / "a.mdcb.yaml"
    path.write_text(to_yaml(held), encoding="utf-8")
    report = Codebook.read(path).to_qdc(tmp_path / "b.qdc")
    SCHEMA.validate(str(tmp_path / "b.qdc"))
    assert len(named(report, "the name is cut or told apart")) == 2
    assert unique_names(["x" * 80, "X" * 80], 63)[1] == "X" * 59 + " (2)"
    book, _ = Codebook.from_qdc(tmp_path / "b.qdc")
    assert book["b"].name() == "X" * 80
