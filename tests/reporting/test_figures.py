"""Every figure draws, in both themes and widths, and says what it must."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.core.results import NAN, Effect
from mdresearch.reporting import FIGURES, alt_text, figure, png_bytes, svg_text
from mdresearch.reporting.bounds import bounds_of

TESTS = [
    "two_way",
    "welch_countries",
    "country_pair",
    "viewers",
    "welch",
    "student",
    "moderation",
    "trend",
    "variance_share",
    "profile_correlation",
]
CASES = [*TESTS, "unknown", "undefined", "nothing"]


def texts(fig):
    """Return every text of a figure, of its axes and ticks."""
    return "\n".join(item.get_text() for item in fig.findobj(lambda a: hasattr(a, "get_text")))


def test_the_registry_has_a_figure_for_every_test():
    from mdresearch.stats import TESTS as registered

    assert set(FIGURES) == set(TESTS)
    assert set(registered) <= set(FIGURES)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CASES)
def test_a_finding_is_drawn(findings, name, theme, narrow):
    finding = findings[name]
    fig = figure(finding, theme, narrow=narrow)
    assert isinstance(fig, Figure)
    words = texts(fig)
    assert finding.claim.id in words
    assert ("SIMULATED DATA" in words) == (finding.data_kind == "simulated")
    if finding.reason and name in ("undefined", "nothing"):
        assert "Not tested" in words
    assert svg_text(fig).startswith("<?xml")


@pytest.mark.parametrize("name", [n for n in CASES if n != "nothing"])
def test_a_comparison_is_drawn_without_a_claim(findings, name):
    fig = figure(findings[name].comparison)
    assert "smallest effect" not in texts(fig)
    assert "SIMULATED" not in texts(fig)


@pytest.mark.parametrize("name", TESTS)
def test_a_comparison_without_its_tables_is_still_drawn(findings, name):
    bare = replace(findings[name].comparison, tables={})
    assert "Estimate" in texts(figure(bare))
    empty = replace(bare, groups=bare.groups.iloc[:0], tables={"countries": pd.DataFrame()})
    assert "Estimate" in texts(figure(empty))


@pytest.mark.parametrize("name", TESTS)
def test_an_undefined_comparison_says_so(findings, name):
    old = findings[name].comparison
    effect = Effect(NAN, NAN, NAN, old.effect.scale)
    for tables in (old.tables, {}):
        none = replace(old, effect=effect, reason="two countries are needed", tables=tables)
        assert "Not tested: two countries are needed." in texts(figure(none)).replace("\n", " ")


def test_the_claim_is_marked_on_the_axis_of_the_estimate(findings):
    words = texts(figure(findings["two_way"]))
    assert "smallest effect of interest: ±0.20" in words
    assert "claimed: at least 0.43" in words
    assert "Estimate 0.61, 97.5% CI [0.32, 0.90]" in words
    assert "dashed line 97.5%, the claim's level after Holm" in words.replace("\n", " ")


def test_bounds_are_those_of_the_verdict_table(findings):
    ratio = bounds_of(findings["country_pair"])
    assert ratio.null == 1.0
    assert ratio.band == pytest.approx((1 / 1.2, 1.2), abs=1e-12)
    around = bounds_of(findings["variance_share"])
    assert (around.null, around.band) == (0.10, pytest.approx((0.05, 0.15)))
    fisher = bounds_of(findings["profile_correlation"])
    z = np.arctanh(0.8) + np.array([-1, 1]) * np.arctanh(0.1)
    assert fisher.band == pytest.approx(tuple(np.tanh(z)), abs=1e-12)


def test_all_findings_are_drawn_together(study):
    for theme in ("light", "dark"):
        for narrow in (False, True):
            words = texts(figure(study, theme, narrow=narrow))
            assert all(item.claim.id in words for item in study)
            assert "SIMULATED DATA" in words
            assert "undecided" in words
    assert "No claims were judged." in texts(figure(replace(study, items=())))


def test_text_is_never_read_as_mathematics(findings):
    finding = findings["two_way"]
    labels = {
        **finding.comparison.labels,
        "outcome": r"cost $\frac$ of $5",
        "a": "a_b^{",
        "b": "漢字",
    }
    strange = replace(finding, comparison=replace(finding.comparison, labels=labels))
    assert r"cost $\frac$ of $5" in texts(figure(strange)).replace("\n", " ")
    assert "<script" not in svg_text(figure(findings["welch_countries"]))


def test_numbers_beyond_reason_do_not_stop_a_figure(findings):
    base = findings["two_way"].comparison
    for value, se in ((1e6, 1e-9), (0.0, 1e6), (-3.0, 0.5)):
        assert texts(figure(replace(base, effect=Effect(value, se, 1.2, "g_person"))))
    ratio = findings["country_pair"].comparison
    for value, se in ((0.0, 300.0), (8.0, 0.01), (0.001, 0.0001)):
        assert texts(figure(replace(ratio, effect=Effect(value, se, 1.5, "ratio"))))


def test_missing_values_in_tables_do_not_stop_a_figure(findings):
    base = findings["two_way"].comparison
    countries = base.tables["countries"].copy()
    countries.loc[0, ["mean", "se"]] = NAN
    countries.loc[1, "se"] = NAN
    curve = base.tables["curve"].copy()
    curve.loc[curve["group"] == "Anglo", "accept"] = NAN
    tables = {**base.tables, "countries": countries, "curve": curve}
    assert "ARG" in texts(figure(replace(base, tables=tables)))


def test_one_figure_leaves_no_trace(findings):
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    figure(findings["two_way"], "dark")
    assert dict(mpl.rcParams) == before
    pyplot = sys.modules.get("matplotlib.pyplot")
    assert pyplot is None or pyplot.get_fignums() == []


def test_the_same_finding_gives_the_same_svg(findings):
    first, second = (svg_text(figure(findings["two_way"])) for _ in range(2))
    assert first == second
    assert "<dc:date>" not in first
    assert ">Latin America</text>" in first, "text stays text"
    assert png_bytes(figure(findings["welch"]), dpi=50).startswith(b"\x89PNG")


def test_what_cannot_be_drawn_is_refused():
    with pytest.raises(DataError) as wrong:
        figure("H19")
    assert str(wrong.value) == (
        "A str cannot be drawn. Give a Comparison, a Finding, Findings, or what Corpus.describe() "
        "gives."
    )
    with pytest.raises(UnknownNameError) as unknown:
        figure("H19", "dim")
    assert str(unknown.value) == "There is no theme 'dim'. Known: light, dark."


@pytest.mark.parametrize("name", CASES)
def test_every_figure_has_words_for_those_who_do_not_see_it(findings, name):
    finding = findings[name]
    words = alt_text(finding)
    assert words.startswith("Simulated data.") == (finding.data_kind == "simulated")
    assert finding.claim.id in words
    assert f"Verdict: {finding.verdict.replace('_', ' ')}." in words
    assert len(words) <= 900


def test_importing_the_room_loads_nothing_heavy():
    code = (
        "import sys, mdresearch.reporting, mdresearch.reporting.reports, "
        "mdresearch.reporting.figures, mdresearch.reporting.region_figures, "
        "mdresearch.reporting.trend_figures, mdresearch.reporting.profile_figures; "
        "heavy = {'numpy', 'pandas', 'matplotlib', 'seaborn', 'scipy'} & set(sys.modules); "
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
