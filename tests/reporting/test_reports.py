"""The folder of a report: every file there, every number whole, simulated data never unsaid."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.claims import Claim
from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DataError
from mdresearch.core.findings import FINDING_COLUMNS, Findings
from mdresearch.reporting import report
from mdresearch.reporting.exports import claim_tables, data_kind, json_text, plain


@pytest.fixture(scope="module")
def folder(study, tmp_path_factory):
    """Return the folder of a report."""
    return report(study, tmp_path_factory.mktemp("results") / "demo")


def test_every_file_is_there_and_nothing_else(folder, study):
    ids = [item.claim.id for item in study]
    expected = {"findings.csv", "findings.json", "values.json", "refs.bib", "report.html"}
    expected |= {f"figures/{i}.{kind}" for i in [*ids, "overview"] for kind in ("svg", "png")}
    expected |= {f"tables/{i}.csv" for i in ids}
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert found == expected


def test_findings_csv_gives_every_number_back(folder, study):
    frame = read_csv(folder / "findings.csv", escaped=True)
    assert list(frame.columns) == list(FINDING_COLUMNS)
    for (_, row), item in zip(frame.iterrows(), study, strict=True):
        for name, value in item.row().items():
            cell = row[name]
            if isinstance(value, (float, np.floating)) and math.isnan(value):
                assert pd.isna(cell), name
            elif isinstance(value, (float, int)):
                assert float(cell) == value, f"{item.claim.id} {name}"
            else:
                assert ("" if pd.isna(cell) else cell) == str(value), name


def test_no_cell_is_a_formula(folder):
    for path in (folder / "findings.csv", *(folder / "tables").glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            for row in csv.reader(stream):
                for cell in row:
                    starts = cell[:1] in ("=", "+", "@", "\t", "\r", "-")
                    assert not starts or is_number(cell), f"{path.name}: {cell}"


def is_number(text):
    """Whether a cell is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def test_json_has_no_nan_and_the_same_order_each_time(folder, study):
    def refuse(name):
        raise AssertionError(name)

    for name in ("findings.json", "values.json"):
        text = (folder / name).read_text(encoding="utf-8")
        held = json.loads(text, parse_constant=refuse)
        assert held["data_kind"] == "partly simulated"
        assert held["note"].startswith("Simulated data in H19, H20,")
        assert held["note"].endswith("Not in V1, H26a.")
    held = json.loads((folder / "findings.json").read_text(encoding="utf-8"))
    first = held["findings"][0]
    assert list(first)[: len(FINDING_COLUMNS)] == list(FINDING_COLUMNS)
    assert first["estimate"] == study["H19"].row()["estimate"]
    assert first["claim"]["expect"] == "latam > anglo"
    assert {c["state"] for c in first["checks"]} == {"holds", "fails", "not done"}
    assert held["provenance"]["seed"] == 1848
    assert held["provenance"]["nothing"] is None


def test_values_hold_each_number_in_full_and_as_apa_prints_it(folder, study):
    values = json.loads((folder / "values.json").read_text(encoding="utf-8"))["claims"]
    held = values["H19"]
    assert held["data_kind"] == "simulated"
    assert held["p"]["value"] == study["H19"].decision.p
    assert held["estimate"] == {"value": 0.61, "apa": "0.61"}
    assert held["level"] == {"value": 0.95, "apa": "95%"}
    assert held["adjusted_level"]["apa"] == "97.5%"
    assert held["groups"]["Anglo"]["n_countries"] == {"value": 6, "apa": "6"}
    assert values["V1"]["data_kind"] == "collected"
    assert values["H09"]["estimate"] == {"value": None, "apa": "undefined"}
    assert values["H27b"]["df"] == {"value": "inf", "apa": "∞"}


def test_every_row_of_every_csv_says_the_kind_of_its_data(folder, study):
    for item in study:
        frame = read_csv(folder / "tables" / f"{item.claim.id}.csv", escaped=True)
        assert len(frame) > 0 or item.claim.id == "H09"
        assert set(frame["data_kind"]) <= {item.data_kind}
        assert set(frame["claim"]) <= {item.claim.id}
    assert set(read_csv(folder / "findings.csv")["data_kind"]) == {"simulated", "collected"}


def test_tables_give_every_number_back(folder, study):
    frame = read_csv(folder / "tables" / "H19.csv", escaped=True)
    part = frame[frame["table"] == "countries"]
    original = study["H19"].comparison.tables["countries"]
    assert part["mean"].astype(float).tolist() == original["mean"].tolist()
    assert part["n_rows"].tolist() == [str(n) for n in original["n_rows"]]
    assert {"groups", "countries", "titles", "curve", "limits", "checks", "exclusions"} == set(
        frame["table"]
    )


def test_the_bibliography_has_what_is_known_and_names_what_is_not(folder):
    text = (folder / "refs.bib").read_text(encoding="utf-8")
    assert text.startswith("% No entry is known for: unheard2031\n")
    for key in ("welch1947", "judd2012", "schuirmann1987", "holm1979"):
        assert f"@article{{{key}," in text
    assert "@article{unheard" not in text


def test_every_figure_of_simulated_data_says_so(folder, study):
    for item in study:
        svg = (folder / "figures" / f"{item.claim.id}.svg").read_text(encoding="utf-8")
        assert ("SIMULATED DATA" in svg) == (item.data_kind == "simulated")
    assert "SIMULATED DATA" in (folder / "figures" / "overview.svg").read_text(encoding="utf-8")


def test_a_second_report_is_the_same_and_keeps_other_files(findings, tmp_path):
    finding = findings["welch"]
    (tmp_path / "notes.txt").write_text("mine")
    report(finding, tmp_path)
    before = {p: p.read_bytes() for p in tmp_path.rglob("*.*")}
    report(finding, tmp_path)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*.*")} == before
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_claims_whose_files_would_collide_are_refused(findings, tmp_path):
    one = findings["welch"]
    two = replace(one, claim=Claim(**{**one.claim.plain(), "id": "v1", "exclude": ()}))
    with pytest.raises(DataError) as wrong:
        report(Findings("x", "", (one, two)), tmp_path)
    assert str(wrong.value) == (
        "The claim 'v1' and the claim 'V1' would have the same file names. "
        "Give one of them another id."
    )
    assert list(tmp_path.iterdir()) == []


def test_plain_values_are_what_json_can_hold():
    value = {"a": np.float64("nan"), "b": np.array([1.5, np.inf]), 3: {"z", "y"}, "p": pd.NA}
    assert plain(value) == {"a": None, "b": [1.5, "inf"], "3": ["y", "z"], "p": "<NA>"}
    assert json_text({"t": True, "n": np.int64(2)}) == '{\n "t": true,\n "n": 2\n}\n'


def test_simulated_is_never_lost_among_kinds(findings, study):
    assert data_kind(study) == "partly simulated"
    assert data_kind(replace(study, items=(findings["two_way"],))) == "simulated"
    assert data_kind(replace(study, items=(findings["welch"],))) == "collected"
    assert data_kind(replace(study, items=())) == "none"


def test_a_finding_without_anything_still_has_a_table(findings):
    assert list(claim_tables(findings["nothing"]).columns) == ["claim", "data_kind", "table", "row"]
