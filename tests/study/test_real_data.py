"""Two studies of real data of other people: published numbers met, and what the toolkit adds."""

from __future__ import annotations

import numpy as np
import pytest

import mdresearch as md


@pytest.fixture(scope="module")
def manylabs(data_folder):
    """Run the study of Many Labs 2."""
    return md.run("manylabs2")


@pytest.fixture(scope="module")
def isear(data_folder):
    """Run the study of ISEAR."""
    return md.run("isear")


@pytest.mark.parametrize(
    ("claim", "statistic", "d"),
    [
        ("Huang-global", "t(6554.05) = 16.1249", 0.397),
        ("Hsee-global", "t(6569.67) = 34.2002", 0.782),
    ],
)
def test_the_global_tests_are_those_that_were_published(manylabs, claim, statistic, d):
    finding = manylabs[claim]
    assert statistic in finding.apa()
    assert f"d = {d}" in finding.sentence()
    assert finding.comparison.estimate.value == pytest.approx(d, abs=5e-4)
    assert {c.name: c.holds for c in finding.checks}["independence"] is False


@pytest.mark.parametrize(("claim", "countries"), [("Huang-WEIRD", 30), ("Hsee-WEIRD", 25)])
def test_the_effect_is_compared_with_one_effect_a_country(manylabs, claim, countries):
    finding = manylabs[claim]
    table = finding.comparison.tables["countries"]
    assert len(table) == countries
    assert table["effect"].notna().all()
    assert finding.verdict == "undecided"
    figure = md.figure(finding)
    drawn = {
        text.get_text()
        for axes in figure.axes
        for text in axes.findobj()
        if hasattr(text, "get_text")
    }
    assert {"USA", "ZAF", "weird", "less_weird"} <= drawn, "one effect a country, in one figure"


def test_no_report_of_isear_is_lost(isear):
    finding = isear["H27-intensity"]
    held = {c.name: c for c in finding.checks}
    assert int(finding.comparison.groups["n_rows"].sum()) == 7_666 - 178
    assert "178 rows have no outcome" in held["complete"].evidence
    assert finding.comparison.groups["n_countries"].tolist() == [16]


def test_country_is_a_smaller_share_than_emotion(isear):
    for outcome in ("intensity", "duration"):
        table = isear[f"H27-{outcome}"].comparison.tables["components"].set_index("component")
        assert table.loc["country", "share"] < 0.5 * table.loc["stimulus", "share"]


def test_seven_recalled_emotions_cannot_decide_and_say_so(isear):
    for finding in isear:
        assert finding.verdict == "undecided"
        assert {c.name: c.holds for c in finding.checks}["same_stimuli"] is False
    share = isear["H27-intensity"].comparison.estimate
    assert share.low < 0.10 < share.high
    assert np.isfinite(share.value)
