"""A scholar's own folder: from `mdresearch new` and ragged files of one's own to a finding."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.cli import main
from mdresearch.study.running import run
from mdresearch.study.templates import TABLES, new_study

NAMES = {
    "Argentina": 1, "Brasil": 1, "Chile": 1, "Colombia": 1, "México": 1, "Peru": 1, "Uruguay": 1,
    "UK": 0, "Ireland": 0, "Australia": 0, "New Zealand": 0, "USA": 0, "Canada": 0, "South Africa": 0,
}  # fmt: skip


def own_files(folder):
    """Write a people.xlsx and an answers.csv with a scholar's own names, and return the folder."""
    rng = np.random.default_rng(11)
    people, answers = [], []
    level = {name: rng.normal(0, 0.2) for name in NAMES}
    title = {f"clip{i}": rng.normal(0, 0.5) for i in range(8)}
    for name, latin in NAMES.items():
        for person in range(12):
            who = f"{name[:3]}{person:02d}"
            people.append((who, name, "yes" if person else "no"))
            tau = 3.5 + 0.8 * latin + level[name] + rng.normal(0, 0.7)
            for clip, shift in title.items():
                for step in range(1, 7):
                    accept = tau + shift + rng.logistic(0, 0.4) > step
                    answers.append((who, f"L-{clip}", step, "yes" if accept else "no"))
    (folder / "mine").mkdir(parents=True)
    frame = pd.DataFrame(people, columns=["Participant", "Country of residence", "Attention"])
    frame.to_excel(folder / "mine" / "people.xlsx", index=False)
    frame = pd.DataFrame(answers, columns=["Participant", "Ladder", "Step", "OK?"])
    frame.to_csv(folder / "mine" / "answers.csv", index=False)
    steps = [
        (f"L-{clip}", s, clip, "exaggeration", s, "step", "true")
        for clip in title
        for s in range(1, 7)
    ]
    names = ["ladder_id", "level", "title_id", "construct", "value", "unit", "calibrated"]
    pd.DataFrame(steps, columns=names).to_csv(folder / "mine" / "ladders.csv", index=False)
    return folder


STUDY = """\
study: mine
corpus: mine
columns:
  respondents:
    file: people.xlsx
    respondent_id: Participant
    country: Country of residence
    attention_passed: Attention
  ratings: {file: answers.csv, respondent_id: Participant, ladder_id: Ladder, level: Step, accept: "OK?"}
exclude:
  - {where: attention_passed == false, why: failed the attention check}
claims:
  - id: mine-1
    says: Latin American audiences tolerate exaggeration more than Anglo audiences.
    outcome: exaggeration_threshold
    between: region
    expect: latam > anglo
"""


def test_from_a_folder_of_ones_own_to_a_finding(tmp_path):
    (own_files(tmp_path) / "study.yaml").write_text(STUDY, encoding="utf-8")
    finding = run(tmp_path / "study.yaml", tmp_path / "results")["mine-1"]
    assert finding.verdict == "supported"
    assert finding.data_kind == "collected"
    assert finding.exclusions["n"].tolist() == [14 * 8], "one person a country on eight clips"
    assert finding.comparison.groups["n_countries"].tolist() == [7, 7]
    assert finding.comparison.groups["n_persons"].tolist() == [77, 77]
    assert (tmp_path / "results" / "findings.csv").is_file()


def test_a_column_that_the_file_lacks_is_named(tmp_path, capsys):
    text = STUDY.replace("country: Country of residence", "country: Country of residense")
    (own_files(tmp_path) / "study.yaml").write_text(text, encoding="utf-8")
    assert main(["run", str(tmp_path), "--out", str(tmp_path / "results")]) == 2
    said = capsys.readouterr().err
    assert "people.xlsx" in said
    assert "Did you mean 'Country of residence'?" in said
    assert not (tmp_path / "results").exists(), "nothing half-written is left"


def test_new_writes_a_study_that_reads_and_blank_tables_that_fit(tmp_path):
    from mdresearch.corpus.schemas import TABLES as SCHEMAS
    from mdresearch.study.studies import Study

    folder = new_study(tmp_path / "my-study")
    study = Study.read(folder)
    assert study.corpus == "data"
    for table, head in TABLES.items():
        assert (folder / "data" / f"{table}.csv").read_text(encoding="utf-8") == head + "\n"
        assert set(head.split(",")) <= set(SCHEMAS[table].names())
    assert (folder / "coding_sheet.csv").is_file()


def test_a_new_study_is_checked_and_says_that_it_is_empty(tmp_path, capsys):
    new_study(tmp_path / "s")
    assert main(["check", str(tmp_path / "s")]) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "ladders 0, ratings 0, respondents 0" in said.out
    assert "There is no construct in 'ladders' 'exaggeration'. Known: none yet." in said.out


def test_new_does_not_write_over_anything(tmp_path, capsys):
    (tmp_path / "s").mkdir()
    (tmp_path / "s" / "study.yaml").write_text("mine", encoding="utf-8")
    assert main(["new", str(tmp_path / "s")]) == 2
    assert "is not empty. Give a new folder; nothing was written." in capsys.readouterr().err
    assert (tmp_path / "s" / "study.yaml").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("bad", ["ratings.csv is not a study", "- a list"])
def test_a_file_that_is_no_study_is_refused(tmp_path, bad, capsys):
    (tmp_path / "study.yaml").write_text(bad, encoding="utf-8")
    assert main(["run", str(tmp_path)]) == 2
    assert "a study is a mapping of keys" in capsys.readouterr().err
