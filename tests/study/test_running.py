"""The main job: the bundled study from any folder, its files, its provenance; the command line."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import pandas as pd
import pytest

import mdresearch as md
from mdresearch.cli import main
from mdresearch.study.checking import prospect
from mdresearch.study.studies import Study


@pytest.fixture(scope="module")
def bundled(tmp_path_factory):
    """Run the bundled study from an empty folder, as a newcomer does, and time it."""
    folder = tmp_path_factory.mktemp("newcomer")
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "mdresearch.cli", "run"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return folder, done, time.perf_counter() - started


def test_the_main_job_runs_from_any_folder_within_a_minute(bundled):
    folder, done, seconds = bundled
    assert done.returncode == 0, done.stderr
    assert seconds < 60
    assert (folder / "results" / "report.html").is_file()
    assert "[" in done.stderr, "progress is shown"


def test_the_main_job_prints_four_honest_sentences(bundled):
    _, done, _ = bundled
    for claim in ("H17", "H18", "H19", "H19-anglo"):
        assert f"On simulated data, {claim} " in done.stdout
    assert "H26a is undecided" in done.stdout
    assert "found by no fixed search protocol" in done.stdout


def test_the_findings_are_written_at_full_precision(bundled):
    folder, _, _ = bundled
    written = pd.read_csv(
        folder / "results" / "findings.csv", keep_default_na=False, na_values=[""]
    )
    again = md.run("study").frame()
    assert written["id"].tolist() == again["id"].tolist()
    for column in ("estimate", "low", "high", "p", "p_decisive", "p_adjusted"):
        assert written[column].tolist() == again[column].tolist(), "same numbers to the last bit"
    contract = (
        "id says verdict reason test statistic symbol df p p_decisive p_adjusted p_permutation scale "
        "estimate low high level smallest at_least regions n_countries n_titles n_persons n_rows data_kind"
    ).split()
    assert written.columns.tolist()[: len(contract)] == contract
    assert set(written["data_kind"]) == {"simulated", "collected"} or "derived" in set(
        written["data_kind"]
    )


def test_the_provenance_has_versions_hashes_seed_and_durations(bundled):
    folder, _, _ = bundled
    held = json.loads((folder / "results" / "findings.json").read_text(encoding="utf-8"))
    provenance = held["provenance"]
    assert {"versions", "data", "seed", "seconds", "study_sha256"} <= set(provenance)
    assert provenance["seed"] == 1848
    assert provenance["data"]["tolerance-sim"]["sha256"] == md.load("tolerance-sim").hash()


def test_the_verdicts_are_those_that_the_truth_implies_or_undecided():
    """The simulated world's card says what is true; no verdict may contradict it."""
    from mdresearch.simulation.simulating import true_values

    truth = true_values("tolerance-sim").set_index("claim")["implied"].to_dict()
    for finding in md.run("study"):
        implied = truth.get(finding.claim.id)
        if finding.data_kind == "simulated":
            assert implied is not None, finding.claim.id
            assert finding.verdict in (implied, "undecided")


def test_real_policy_events_stay_under_their_ceiling():
    finding = md.run("study")["H26a"]
    assert finding.verdict == "undecided"
    assert finding.data_kind != "simulated"
    assert "An act of the EU is one event of the bloc" in finding.region_note
    assert finding.exclusions["n"].sum() == 5
    variants = finding.comparison.tables["sensitivity"]["variant"].str.lower()
    assert variants.str.contains("adjacent").any()


def test_check_says_what_the_design_can_show():
    said = str(prospect(Study.read("study"), n_sim=300))
    assert "North America: 2 countries (CAN, USA), 12 titles" in said
    assert "the sentence can speak of these countries only, never name the region" in said
    assert "(exact, 66 relabellings, two-sided) can reach p = 0.0152 at best" in said
    assert "% to tell a true 0.2 from no difference" in said
    assert "ceiling undecided" in said
    assert said.endswith("The study can run.")


def test_check_finds_what_cannot_run(tmp_path, capsys):
    (tmp_path / "study.yaml").write_text(
        "study: x\ncorpus: tolerance-simm\nclaims:\n  - {id: A, says: s, outcome: exaggeration_threshold, "
        "between: region, expect: latam > anglo}\n",
        encoding="utf-8",
    )
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().out
    assert "corpus 'tolerance-simm' is neither a dataset nor a folder" in said
    assert "Did you mean 'tolerance-sim'?" in said


def test_mistakes_end_with_a_message_and_code_two(capsys):
    assert main(["run", "no-such-study"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("mdresearch: There is no study file 'no-such-study'.")
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "what", ["datasets", "files", "measures", "regions", "simulations", "studies", "tests"]
)
def test_every_list_lists(what, capsys):
    assert main(["list", what]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 1


def test_a_changed_dataset_is_refused(tmp_path, monkeypatch):
    import shutil

    from mdresearch.core.bundled import bundled_path
    from mdresearch.core.errors import DatasetError
    from mdresearch.corpus.packages import read_package

    shutil.copytree(bundled_path("datasets/policy-events"), tmp_path / "policy-events")
    with (tmp_path / "policy-events" / "policy.csv").open("a", encoding="utf-8") as stream:
        stream.write("\n")
    with pytest.raises(DatasetError, match="sha256"):
        read_package(tmp_path / "policy-events")
