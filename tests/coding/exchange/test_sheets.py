"""Sheets for coders: drop-downs with the codes, answers checked cell by cell, nothing run."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from mdresearch.coding import read_sheet
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.exchange.sheets_out import write_rows
from mdresearch.core.errors import MdresearchError

CORE = Codebook.load("core")
CHARACTERS = pd.DataFrame(
    {
        "unit_type": "character",
        "unit_id": ["c1", "c2", "c3"],
        "text": ["The heir", "=HYPERLINK(1)", "你好 +1"],
    }
)
ANSWERS = {
    ("c1", "lead_archetype.1"): "wolf_alpha – Wolf alpha",
    ("c1", "lead_archetype.2"): "Domineering CEO",
    ("c1", "assertiveness"): "6",
    ("c2", "lead_archetype.1"): "cannot_tell",
    ("c3", "cooperativeness"): "1.0",
}


def written(tmp_path, ending=".xlsx", **options):
    path = tmp_path / f"sheet{ending}"
    report = CORE.sheet(CHARACTERS, path, coder="Ann", **options)
    return path, report


def fill(path, answers):
    if path.suffix == ".csv":
        frame = pd.read_csv(path, dtype=str)
        for (unit, column), value in answers.items():
            frame.loc[frame["unit_id"] == unit, column] = value
        frame.to_csv(path, index=False)
        return
    book = openpyxl.load_workbook(path)
    sheet = book["codes"]
    columns = {cell.value: cell.column for cell in sheet[1]}
    places = {sheet.cell(r, columns["unit_id"]).value: r for r in range(2, sheet.max_row + 1)}
    for (unit, column), value in answers.items():
        sheet.cell(places[unit], columns[column]).value = value
    book.save(path)


@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_what_is_filled_comes_back(tmp_path, ending):
    path, report = written(tmp_path, ending)
    assert "3 units, 3 variables in 5 columns" in report.done
    fill(path, ANSWERS)
    got = read_sheet(path, CORE, units=CHARACTERS, turn="reliability", keep_names=True)
    held = got.codes.set_index(["unit_id", "variable"])["value"]
    assert held.loc[[("c1", "lead_archetype")]].tolist() == ["wolf_alpha", "domineering_ceo"]
    assert held.loc[[("c1", "assertiveness")]].tolist() == ["6"]
    assert held.loc[[("c2", "lead_archetype")]].tolist() == ["cannot_tell"]
    assert held.loc[[("c3", "cooperativeness")]].tolist() == ["1"]
    assert set(got.codes["round"]) == {"reliability"}
    assert set(got.codes["coder_id"]) == {"Ann"}
    assert "5 left empty" in " ".join(got.report.frame()["why"])
    good, _ = CORE.check_rows(got.codes)
    assert len(good) == len(got.codes)
    assert "Ann" not in read_sheet(path, CORE).codes.to_csv()


@pytest.mark.parametrize("lang", ["en", "zh-Hans"])
def test_drop_downs_hold_every_code_and_nothing_is_run(tmp_path, lang):
    path, _ = written(tmp_path, lang=lang)
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["codes", "lists", "codebook", "about"]
    assert book["lists"].sheet_state == "hidden"
    column = [cell.value for cell in book["lists"]["A"] if cell.value]
    shown = {str(v).split(" – ")[0] for v in column[1:]}
    variable = CORE.variable("lead_archetype")
    codable = {c for c in variable.codes if CORE[c].codable}
    assert shown == codable | {"none_of_these"} | {m.id for m in variable.missing}
    assert f"wolf_alpha – {CORE['wolf_alpha'].name(lang)}" in column
    rules = book["codes"].data_validations.dataValidation
    assert sum(rule.type == "list" for rule in rules) == 3
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    texts = [cell.value for cell in book["codes"]["D"]]
    assert "'=HYPERLINK(1)" in texts
    assert book["codes"].freeze_panes == "E2"
    legend = " ".join(str(cell.value) for cell in book["codebook"]["B"])
    assert "wolf_alpha" in legend
    assert book["about"]["B1"].value == CORE.spec


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        (
            ("c1", "lead_archetype.1"),
            "wolf_alfa",
            r"row 2, column lead_archetype.1: 'wolf_alfa' is no code.*Did you mean 'wolf_alpha'",
        ),
        (("c2", "assertiveness"), "9", r"row 3, column assertiveness: '9' lies outside 1 to 7"),
        (("c2", "assertiveness"), "2.5", r"'2.5' is no step of 1"),
        (("c3", "cooperativeness"), "high", r"'high' is no number"),
        (("c3", "unit_id"), "c9", r"row 4, column unit_id: 'c9' is no unit that was sent out"),
    ],
)
def test_mistakes_are_named_with_row_and_column(tmp_path, cell, value, words):
    path, _ = written(tmp_path, ".csv")
    fill(path, {**ANSWERS, cell: value})
    with pytest.raises(MdresearchError, match=words):
        read_sheet(path, CORE, units=CHARACTERS)
    got = read_sheet(path, CORE, units=CHARACTERS, on_error="skip")
    assert "not allowed by the codebook: left out" in " ".join(got.report.frame()["why"])


def test_names_of_columns_and_of_codes_are_no_formulas(tmp_path):
    path = tmp_path / "odd.xlsx"
    CORE.sheet(CHARACTERS.rename(columns={"text": "=1+1"}), path)
    book = openpyxl.load_workbook(path)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    write_rows(("Code", "Memo"), [("=cmd|' /C calc'!A0", "+1")], path)
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]
    assert [cell.data_type for cell in cells] == ["s"] * 4
    assert cells[2].value.startswith("'=")


def test_what_cannot_be_a_sheet_is_refused(tmp_path):
    with pytest.raises(MdresearchError, match="write one sheet a unit_type"):
        CORE.sheet(CHARACTERS.assign(unit_type=["a", "b", "a"]), tmp_path / "x.xlsx")
    with pytest.raises(MdresearchError, match="'c1' stands twice"):
        CORE.sheet(pd.concat([CHARACTERS, CHARACTERS]), tmp_path / "x.xlsx")
    with pytest.raises(MdresearchError, match="coded on a episode, not on a character"):
        CORE.sheet(CHARACTERS, tmp_path / "x.xlsx", ["has_cliffhanger"])
    with pytest.raises(MdresearchError, match=r"\.xlsx or \.csv"):
        CORE.sheet(CHARACTERS, tmp_path / "x.ods")
    with pytest.raises(MdresearchError, match="can be coded on a segment|spans"):
        CORE.sheet(CHARACTERS.assign(unit_type="segment"), tmp_path / "x.csv", ["device"])
    path = tmp_path / "y.csv"
    path.write_text("unit_id,coder_id,lead_archetyp\nc1,a,x\n", encoding="utf-8")
    with pytest.raises(
        MdresearchError, match="'lead_archetyp' is no variable. Did you mean 'lead_archetype'"
    ):
        read_sheet(path, CORE)
    path.write_text("unit_id,assertiveness\nc1,3\n", encoding="utf-8")
    with pytest.raises(MdresearchError, match="row 2: no coder is known"):
        read_sheet(path, CORE)
