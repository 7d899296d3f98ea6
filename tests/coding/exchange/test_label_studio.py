"""Label Studio: an interface for every variable, and answers that come back to the byte."""

from __future__ import annotations

import json
import subprocess
import sys
from xml.etree import ElementTree

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.coding import read_label_studio, write_label_studio
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.exchange.imported import code_frame
from mdresearch.coding.exchange.label_studio_config import label_studio_config
from mdresearch.coding.exchange.label_studio_texts import TaskText
from mdresearch.core.errors import DataError

CORE = Codebook.load("core")
CONTROLS = {
    "Choices",
    "Taxonomy",
    "Number",
    "TextArea",
    "DateTime",
    "ParagraphLabels",
    "TimelineLabels",
}
ODD = "Hi 😀 你好\r\nOK"
FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467!"
TEXT = "You lied 😀!\n你骗了我 e\u0301x\n\n" + FAMILY


def config(lang="en", unit=None):
    text, report = label_studio_config(CORE, unit, lang)
    return ElementTree.fromstring(text), report


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_ten_variables_are_eleven_controls_whose_aliases_are_ids(lang):
    root, report = config(lang)
    controls = [e for e in root.iter() if e.tag in CONTROLS]
    assert len(controls) == 11
    assert {e.get("name") for e in controls} == {*CORE.variables, "trigger_t", "device_t"} - {
        "device"
    }
    assert "11 controls for 10 variables" in report.done
    for control in controls:
        name = control.get("name")
        variable = CORE.variables[name.removesuffix("_t") if name not in CORE.variables else name]
        aliases = [e.get("alias") for e in control.iter() if e.get("alias")]
        if variable.codes:
            assert set(aliases) == set(variable.codes) | {m.id for m in variable.missing}
        shown = [e.get("value") for e in control.iter() if e.get("alias")]
        assert len({s.casefold() for s in shown}) == len(shown)
    labels = {e.get("alias"): e.get("value") for e in root.iter() if e.get("alias")}
    assert labels["wolf_alpha"] == CORE["wolf_alpha"].name(lang)
    own = next(e for e in controls if e.get("name") == "trigger_intensity")
    assert (own.get("perRegion"), own.get("whenTagName")) == ("true", "trigger")


def test_one_project_a_unit():
    root, _ = config(unit="episode")
    assert {e.get("name") for e in root.iter() if e.tag in CONTROLS} == {
        "has_cliffhanger",
        "reversal_count",
    }
    with pytest.raises(DataError, match=r"fps=0"):
        label_studio_config(CORE, fps=0)


SDK = """
import sys
from label_studio_sdk.label_interface import LabelInterface
interface = LabelInterface(open(sys.argv[1], encoding="utf-8").read())
interface.validate()
print(len(interface.controls))
"""


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_the_sdk_of_label_studio_accepts_the_interface(tmp_path, lang):
    there = "import importlib.util as u; raise SystemExit(u.find_spec('label_studio_sdk') is None)"
    if subprocess.run([sys.executable, "-c", there], check=False).returncode:
        pytest.skip("label-studio-sdk is not installed here")
    CORE.to_label_studio(tmp_path / "config.xml", lang=lang)
    done = subprocess.run(
        [sys.executable, "-c", SDK, str(tmp_path / "config.xml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-500:]


def rows():
    """Codes of every kind, of two coders, on one episode."""
    span = TEXT.index("你骗")
    held = [
        ("lead_archetype", "domineering_ceo", None, None, None, None),
        ("lead_archetype", "wolf_alpha", None, None, None, None),
        ("premise", "none_of_these", None, None, None, None),
        ("assertiveness", "6", None, None, None, None),
        ("trigger", "humiliation", None, None, span, span + 4),
        ("trigger", "comeuppance", None, None, 9, span + 2),
        ("trigger", "peril", None, None, TEXT.index(FAMILY), TEXT.index("!", span)),
        ("trigger", "humiliation", 1200, 3400, None, None),
        ("device", CORE.codes_of("device")[0].id, 0, 40, None, None),
        ("has_cliffhanger", "true", None, None, None, None),
        ("reversal_count", "3", None, None, None, None),
        ("localisation_depth", "loc_dubbed", None, None, None, None),
    ]
    columns = list(zip(*held, strict=True))
    n = len(held)
    return code_frame(
        {
            "code_id": [f"k{i}" for i in range(n)],
            "unit_type": ["episode"] * n,
            "unit_id": ["e1"] * n,
            **dict(
                zip(
                    ("variable", "value", "start_ms", "end_ms", "char_from", "char_to"),
                    columns,
                    strict=True,
                )
            ),
            "coder_id": ["r1"] * (n - 2) + ["r2"] * 2,
            "round": ["main"] * n,
            "codebook": [CORE.spec] * n,
        }
    )


UNITS = pd.DataFrame({"unit_type": ["episode"], "unit_id": ["e1"], "text": [TEXT]})


def test_what_is_written_comes_back_to_the_byte(tmp_path):
    report = write_label_studio(rows(), CORE, UNITS, tmp_path / "out.json")
    assert "12 of 12 codes" in report.done
    back = read_label_studio(tmp_path / "out.json", CORE, keep_names=True)
    columns = [c for c in rows().columns if c not in ("created", "parent_row_id")]
    pd.testing.assert_frame_equal(back.codes[columns], rows()[columns])
    assert back.units["text"].tolist() == [TEXT]
    assert back.report.losses == ()
    words = [TEXT[a:b] for a, b in back.codes[["char_from", "char_to"]].dropna().to_numpy()]
    assert words == ["你骗了我", "😀!\n你骗", FAMILY[: TEXT.index("!", 12) - TEXT.index(FAMILY)]]
    hashed = read_label_studio(tmp_path / "out.json", CORE)
    assert not set(hashed.coders["coder_id"]) & {"r1", "r2"}
    assert hashed.codes["coder_id"].nunique() == 2


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_places_in_any_text_survive(data):
    alphabet = st.sampled_from(list("ab 你😀é\u0301\u200d\U0001f467\n"))
    text = "".join(data.draw(st.lists(alphabet, max_size=25)))
    held = TaskText.from_parts(text.split("\n"))
    assert held.whole == text
    a = data.draw(st.integers(0, len(text)))
    b = data.draw(st.integers(a, len(text)))
    (first, start), (last, end) = held.paragraph(a), held.paragraph(b)
    value = {"start": str(first), "end": str(last), "startOffset": start, "endOffset": end}
    assert held.span(value, "text", 40.0) == (None, None, a, b)


def test_places_are_counted_as_in_javascript():
    assert TaskText.of({"text": ODD}).span({"start": 6, "end": 8}, "text", 40) == (None, None, 5, 7)
    assert TaskText.of({"text": ODD}).span({"start": 10, "end": 12}, "text", 40) == (
        None, None, 9, 11,
    )  # fmt: skip
    assert TaskText.of({"text": FAMILY}).span({"start": 8, "end": 9}, "text", 40)[2:] == (5, 6)
    frames = {"ranges": [{"start": 31, "end": 85}]}
    assert TaskText.of({}).span(frames, "time", 40.0) == (1200, 3400, None, None)


def task(results, **extra):
    return {
        "id": 7,
        "data": {"unit_id": "e1", "unit_type": "episode", "text": "Kneel! 😀 No."},
        "annotations": [{"id": 1, "completed_by": 3, "result": results, **extra}],
    }


def read(tmp_path, tasks):
    path = tmp_path / "export.json"
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return read_label_studio(path, CORE)


def result(type_, value, name, **extra):
    return {"id": "r", "from_name": name, "to_name": "text", "type": type_, "value": value, **extra}


def test_what_tools_really_export_is_read_and_what_is_lost_is_counted(tmp_path):
    tasks = [
        task(
            [
                result("taxonomy", {"taxonomy": [["Possessive sovereign", "Wolf alpha"]]}, "lead_archetype"),
                result("choices", {"choices": ["yes"]}, "has_cliffhanger"),
                result("number", {"number": 2}, "reversal_count"),
                result("labels", {"start": 0, "end": 6, "text": "Kneel!", "labels": ["humiliation"]}, "trigger"),
                result("choices", {"choices": ["int_high"]}, "trigger_intensity"),
                result("labels", {"start": 7, "end": 9, "text": "No", "labels": ["peril"]}, "trigger"),
                result("labels", {"start": 7, "end": 99, "labels": ["peril"]}, "trigger"),
                result("brushlabels", {"rle": []}, "mask"),
                result("choices", {"choices": ["x"]}, "no_such_variable"),
                result("choices", {"choices": ["perhaps"]}, "localisation_depth"),
            ],
            completed_by={"id": 3, "email": "ann@example.org"},
        ),
        {**task([], was_cancelled=True), "predictions": [
            {"model_version": "m-1", "result": [result("choices", {"choices": ["no"]}, "has_cliffhanger")]}
        ]},
        {"id": 9, "data": {"text": "x"}, "annotations": []},
    ]  # fmt: skip
    got = read(tmp_path, tasks)
    told = got.codes.set_index("variable")
    assert told.loc["lead_archetype", "value"] == "wolf_alpha"  # known by its name
    assert told["value"].loc["has_cliffhanger"].tolist() == ["true", "false"]
    assert told.loc["reversal_count", "value"] == "2"
    spans = told.loc["trigger"]
    assert spans[["char_from", "char_to"]].to_numpy().tolist() == [[0, 6], [7, 8]]
    assert told.loc["trigger_intensity", "parent_row_id"] == spans["code_id"].iloc[0]
    assert got.coders["kind"].tolist() == ["human", "model"]
    assert got.coders["coder_id"].iloc[1] == "model:m-1"
    assert "ann" not in repr(got.codes) + repr(got.coders)
    frame = got.report.frame().set_index("why")["n"]
    assert frame["cancelled by the coder: left out"] == 1
    assert frame["their place lies outside the text of the task: left out"] == 1
    assert frame["the text at their place is another than the one they name"] == 1
    assert frame["of the type 'brushlabels', which is not read: left out"] == 1
    assert frame["of a control that is no variable of the codebook"] == 1
    assert frame["no code of the variable: kept as they are"] == 1
    assert frame["no unit_id in the data: the task's own id stands for it"] == 1
    _, problems = CORE.check_rows(got.codes)
    assert "perhaps" in problems["value"].tolist()


@pytest.mark.parametrize(
    ("content", "words"),
    [("{", "it is not JSON"), ("[1]", "it is no list of tasks"), ("[" * 100_000, "it is not JSON")],
)
def test_what_is_no_export_is_refused(tmp_path, content, words):
    path = tmp_path / "bad.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=f"bad.json: {words}"):
        read_label_studio(path, CORE)


def test_units_that_are_not_there_are_named(tmp_path):
    with pytest.raises(DataError, match="codes has episode 'e1', which is not among the units"):
        write_label_studio(rows(), CORE, UNITS.iloc[:0], tmp_path / "x.json")
    with pytest.raises(DataError, match="lacks 'text'"):
        write_label_studio(rows(), CORE, UNITS.drop(columns="text"), tmp_path / "x.json")
