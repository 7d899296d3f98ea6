"""doccano, WebAnno and ELAN: spans that come back to the character, and what is lost, counted."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch import coding
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.exchange.imported import code_frame
from mdresearch.core.errors import MdresearchError

CORE = Codebook.load("core")
TEXT = "Kneel 😀 now, 你骗了我!\nShe e\u0301x \U0001f469\u200d\U0001f467 left\tus_all [x]|y\\z"
UNITS = pd.DataFrame({"unit_type": ["episode"], "unit_id": ["e1"], "text": [TEXT]})
PLACES = ["char_from", "char_to"]


def spans(places, values=None, coder="r1", **more):
    n = len(places)
    codes = [c.id for c in CORE.codes_of("trigger")]
    return code_frame(
        {
            "code_id": [f"k{i}" for i in range(n)],
            "unit_type": ["episode"] * n,
            "unit_id": ["e1"] * n,
            "variable": ["trigger"] * n,
            "value": values or [codes[i % len(codes)] for i in range(n)],
            "char_from": [a for a, _ in places],
            "char_to": [b for _, b in places],
            "coder_id": [coder] * n,
            "codebook": [CORE.spec] * n,
            **more,
        }
    )


def sorted_spans(frame):
    return sorted(frame[["value", *PLACES]].astype(object).itertuples(index=False, name=None))


WORDS = [
    (0, 5),
    (6, 7),
    (TEXT.index("你"), TEXT.index("!")),
    (TEXT.index("e\u0301x"), TEXT.index("e\u0301x") + 3),
]


@pytest.mark.parametrize("offsets", ["utf16", "code_points"])
def test_doccano_spans_come_back(tmp_path, offsets):
    rows = spans(WORDS)
    report = coding.write_doccano(rows, UNITS, tmp_path / "a.jsonl", "trigger", offsets)
    assert "4 of 4 codes" in report.done
    back = coding.read_doccano(tmp_path / "a.jsonl", CORE, "trigger", offsets)
    assert sorted_spans(back.codes) == sorted_spans(rows)
    found = coding.read_doccano(tmp_path / "a.jsonl", CORE, "trigger")
    assert sorted_spans(found.codes) == sorted_spans(rows), "the unit of offsets is told"
    assert offsets in repr(found.report)


def test_what_doccano_exports_is_read(tmp_path):
    lines = [
        {"id": 1, "text": "You lied.", "label": [[4, 8, "Betrayal revealed"], [0, 99, "peril"]]},
        {"id": 2, "text": "a", "label": ["humiliation"], "meta": {"unit_id": "e9"}},
        {"id": 3, "text": "ab", "entities": [{"id": 1, "label": "peril", "start_offset": 0, "end_offset": 2}],
         "relations": [{"id": 1, "from_id": 1, "to_id": 1, "type": "x"}]},
    ]  # fmt: skip
    path = tmp_path / "a.jsonl"
    path.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    got = coding.read_doccano(path, CORE, "trigger", "utf16", coder="Ann")
    assert got.codes["unit_id"].tolist() == ["1", "e9", "3"]
    assert got.codes["value"].tolist()[1:] == ["humiliation", "peril"]
    why = got.report.frame().set_index("why")["n"]
    assert why["their place lies outside the text: left out"] == 1
    assert why["have no place in a codebook: left out"] == 1
    assert "Ann" not in got.codes.to_csv()
    path.write_text('{"id": 1}', encoding="utf-8")
    with pytest.raises(MdresearchError, match="line 1: there is no 'text'"):
        coding.read_doccano(path, CORE, "trigger")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(MdresearchError, match="line 1: it is not JSON"):
        coding.read_doccano(path, CORE, "trigger")
    with pytest.raises(MdresearchError, match=r"Say variable=.*trigger"):
        coding.read_doccano(path, CORE)
    two = pd.concat([spans(WORDS), spans(WORDS, coder="r2")])
    with pytest.raises(MdresearchError, match="several coders"):
        coding.write_doccano(two, UNITS, path, "trigger")


def test_webanno_spans_come_back_stacked_and_inside_words(tmp_path):
    rows = spans([*WORDS, (0, 7), (2, 4), (TEXT.index("us_all"), len(TEXT))])
    report = coding.write_webanno(rows, UNITS, tmp_path, "trigger")
    assert "7 of 7 codes in 1 files" in report.done
    text = (tmp_path / "e1.r1.tsv").read_text(encoding="utf-8")
    assert text.startswith("#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Code|value\n")
    back = coding.read_webanno(tmp_path / "e1.r1.tsv", CORE, "trigger", unit="e1", coder="r1")
    assert sorted_spans(back.codes) == sorted_spans(rows)


WEBANNO = """#FORMAT=WebAnno TSV 3.3
#T_SP=webanno.custom.Beat|value|note
#T_RL=webanno.custom.Link|role|BT_webanno.custom.Beat


#Text=You lied 😀 again
1-1\t0-3\tYou\thumiliation[1]\t_\t_\t_\t
1-2\t4-8\tlied\thumiliation[1]|peril[2]\t*\t_\t_\t
1-3\t9-11\t😀\tperil[2]\t_\t_\t_\t
1-4\t12-17\tagain\t_\ta\\_b\t_\t_\t
"""


def test_what_inception_exports_is_read(tmp_path):
    path = tmp_path / "doc.tsv"
    path.write_text(WEBANNO.replace("\n", "\r\n"), encoding="utf-8")
    got = coding.read_webanno(path, CORE, {"webanno.custom.Beat|value": "trigger"})
    assert got.units["text"].tolist() == ["You lied 😀 again"]
    assert sorted_spans(got.codes) == [("humiliation", 0, 8), ("peril", 4, 10)]
    assert got.codes["unit_id"].unique().tolist() == ["doc"]
    assert got.report.frame()["why"].str.contains("no variable is named").any()
    path.write_text("a\tb\n", encoding="utf-8")
    with pytest.raises(MdresearchError, match="does not begin with '#FORMAT=WebAnno TSV 3'"):
        coding.read_webanno(path, CORE, "trigger")
    path.write_text("#FORMAT=WebAnno TSV 3.3\n#T_SP=a.B|x|y\n\n1-1\t0-1\ta\tq\n", encoding="utf-8")
    with pytest.raises(MdresearchError, match="line 4: 1 cells for 2 features"):
        coding.read_webanno(path, CORE, "trigger")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_spans_of_words_survive_webanno(tmp_path_factory, data):
    words = st.text("ab你😀é_[|]\\*", min_size=1, max_size=4)
    tokens = data.draw(st.lists(words, min_size=1, max_size=6))
    text = " ".join(tokens)
    units = UNITS.assign(text=text)
    starts = [sum(len(t) + 1 for t in tokens[:i]) for i in range(len(tokens))]
    a = data.draw(st.integers(0, len(tokens) - 1))
    b = data.draw(st.integers(a, len(tokens) - 1))
    rows = spans([(starts[a], starts[b] + len(tokens[b]))])
    folder = tmp_path_factory.mktemp("w")
    coding.write_webanno(rows, units, folder, "trigger")
    back = coding.read_webanno(folder / "e1.r1.tsv", CORE, "trigger", unit="e1")
    assert sorted_spans(back.codes) == sorted_spans(rows)


def timed():
    rows = spans([(None, None)] * 3, ["humiliation", "peril", "humiliation"])
    return rows.assign(
        start_ms=pd.array([1200, 0, 3400], "Int64"), end_ms=pd.array([3400, 40, 5000], "Int64"),
        coder_id=["r1", "r1", "r2"],
    )  # fmt: skip


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_elan_spans_come_back_in_any_language(tmp_path, lang):
    path = tmp_path / "e1.eaf"
    rows = pd.concat([timed(), spans([(0, 5)]).assign(code_id="t")], ignore_index=True)
    report = coding.write_elan(rows, CORE, "e1", path, lang=lang, media="./e1.mp4")
    assert report.frame()["n"].tolist() == [1]
    first = path.read_bytes()
    coding.write_elan(rows, CORE, "e1", path, lang=lang, media="./e1.mp4")
    assert path.read_bytes() == first
    assert CORE["peril"].name(lang) in first.decode()
    back = coding.read_elan(path, CORE, keep_names=True)
    columns = ["value", "start_ms", "end_ms", "coder_id"]
    got, want = (
        sorted(f[columns].astype(object).itertuples(index=False, name=None))
        for f in (back.codes, timed())
    )
    assert got == want
    assert not set(coding.read_elan(path, CORE).coders["coder_id"]) & {"r1", "r2"}


def test_what_elan_saves_is_read_and_the_rest_counted(tmp_path):
    path = tmp_path / "v.eaf"
    slots = "".join(f'<TIME_SLOT TIME_SLOT_ID="ts{i}" {v}/>' for i, v in enumerate(
        ['TIME_VALUE="10"', 'TIME_VALUE="90"', "", 'TIME_VALUE="200"']))  # fmt: skip
    held = "".join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{i}" TIME_SLOT_REF1="ts{a}" '
        f'TIME_SLOT_REF2="ts{b}"><ANNOTATION_VALUE>{v}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>'
        for i, (a, b, v) in enumerate([(0, 1, "Peril"), (1, 2, "peril"), (1, 3, "")])
    )
    path.write_text(
        f'<ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER><TIER TIER_ID="beats" '
        f'PARTICIPANT="Bo" LINGUISTIC_TYPE_REF="t">{held}</TIER><TIER TIER_ID="gesture" '
        'LINGUISTIC_TYPE_REF="g"/></ANNOTATION_DOCUMENT>',
        encoding="utf-8",
    )
    got = coding.read_elan(path, CORE, variables={"beats": "trigger"})
    assert got.codes[["start_ms", "end_ms"]].to_numpy().tolist() == [[10, 90]]
    why = got.report.frame().set_index("why")["n"].to_dict()
    assert why["without times: left out"] == 1
    assert why["without a value: left out"] == 1
    assert why["no variable is named for them: left out"] == 1
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]><ANNOTATION_DOCUMENT/>', encoding="utf-8")
    with pytest.raises(MdresearchError, match="document type or an entity"):
        coding.read_elan(path, CORE)
    path.write_text("<html/>", encoding="utf-8")
    with pytest.raises(MdresearchError, match="not an ELAN document"):
        coding.read_elan(path, CORE)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_lists_of_maxqda_and_taguette_come_back(tmp_path, ending, lang):
    path = tmp_path / f"codes{ending}"
    report = coding.write_maxqda(CORE, path, lang=lang)
    assert "variables" in report.frame()["what"].tolist()
    found, told = coding.read_code_list(path, CORE)
    listed = [c for one in CORE.code_lists.values() for c in one.codes]
    assert found["code"].dropna().tolist() == listed
    assert "codes are known" in told.done
    taguette = tmp_path / f"tags{ending}"
    coding.write_taguette(CORE, taguette, lang=lang)
    found, _ = coding.read_code_list(taguette, CORE)
    assert found["code"].tolist() == listed


def test_a_table_without_names_of_codes_is_refused(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(MdresearchError, match="no column Code, tag, name or path"):
        coding.read_code_list(path, CORE)
    path.write_text("Code\nNo such thing\nWolf alpha\n", encoding="utf-8")
    found, report = coding.read_code_list(path, CORE)
    assert found["code"].isna().tolist() == [True, False]
    assert report.frame()["n"].tolist() == [1]
