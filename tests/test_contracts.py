"""One contract test a registry: every entry passes it the moment it exists."""

from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from made_up import make_answers

from mdresearch.core.claims import Claim
from mdresearch.core.results import Comparison
from mdresearch.core.scales import SCALES
from mdresearch.reporting.figures import FIGURES
from mdresearch.reporting.references import REFERENCES
from mdresearch.stats.methods import TESTS
from mdresearch.study.judging import judge


def events() -> pd.DataFrame:
    """Return dated events of five countries, more of them later."""
    rng = np.random.default_rng(4)
    days = pd.Timestamp("2020-01-01") + pd.to_timedelta(
        (2000 * rng.random(40) ** 0.6).round(), unit="D"
    )
    date = pd.Series(days).dt.strftime("%Y-%m-%d")
    return pd.DataFrame(
        {
            "event_id": [f"E{i:02d}" for i in range(40)],
            "y": 1,
            "country": [("CHN", "USA", "BRA", "KOR", "IND")[i % 5] for i in range(40)],
            "date_low": date,
            "date_high": date,
        }
    )


def case(name: str) -> tuple[Claim, pd.DataFrame]:
    """Return a claim and a table on which a test can run."""
    data = make_answers(np.random.default_rng(6), (7, 6), 12, 6, 0.6)
    data = data.assign(arm=np.where(data["respondent_id"].str[-1].isin(list("024")), "x", "z"))
    base = {"id": "C", "says": "a is above b", "outcome": "y", "between": "side", "expect": "a > b"}
    special = {
        "country_pair": {"between": "country", "expect": "C00 > C09"},
        "moderation": {"condition": {"column": "arm", "a": "x", "b": "z"}},
        "welch": {"cluster": None},
        "student": {"cluster": None},
        "trend": {
            "between": None, "expect": "rising", "scale": "rate_ratio", "smallest": 1.15, "why": "x",
            "options": {"start": "2020-01-01", "end": "2025-12-31"},
        },
        "variance_share": {"between": None, "expect": "~ 0", "scale": "share", "smallest": 0.1, "why": "x"},
        "profile_correlation": {
            "between": None, "expect": "> 0.8", "scale": "correlation", "smallest": 0.1, "why": "x",
        },
    }  # fmt: skip
    table = events() if name == "trend" else data
    return Claim(**(base | {"test": name} | special.get(name, {}))), table


@pytest.mark.parametrize("name", TESTS)
def test_every_test_answers_with_a_comparison_that_shows_itself(name):
    claim, data = case(name)
    finding = judge(claim, data)
    found = finding.comparison
    assert isinstance(found, Comparison)
    assert found.test == name
    assert found.reason == "", found.reason
    assert np.isfinite([found.statistic, found.p, found.estimate.value]).all()
    assert found.groups.columns.tolist() == [
        "group", "n_countries", "n_titles", "n_persons", "n_rows", "mean", "sd",
    ]  # fmt: skip
    assert found.checks, "a result carries its doubts"
    assert finding.verdict in ("supported", "contradicted", "equivalent", "undecided")
    assert finding.sentence().startswith("C ")
    assert "<" in found._repr_html_()


@pytest.mark.parametrize("name", TESTS)
def test_every_test_says_what_it_answers_and_needs(name):
    method = TESTS[name]
    assert method.name == name
    assert method.question.endswith("?")
    assert method.needs
    assert method.verified
    assert set(method.scales) <= set(SCALES)
    assert inspect.getdoc(method.function)


@pytest.mark.parametrize("name", TESTS)
def test_every_test_is_deterministic_and_leaves_its_input_alone(name):
    claim, data = case(name)
    before = data.copy()
    one, other = judge(claim, data), judge(claim, data.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(data, before)
    numbers = ["statistic", "df", "p", "estimate", "low", "high"]
    a, b = (f.frame().loc[0, numbers].astype(float) for f in (one, other))
    assert a.tolist() == pytest.approx(b.tolist(), rel=1e-8), "the order of rows does not matter"


@pytest.mark.parametrize("name", TESTS)
def test_every_test_gives_nan_with_a_reason_where_nothing_varies(name):
    claim, data = case(name)
    flat = data.assign(y=1.0) if name != "trend" else data.iloc[:2]
    finding = judge(claim, flat)
    assert finding.verdict == "not_tested"
    assert finding.reason
    assert np.isnan(finding.frame().loc[0, "p"])


@pytest.mark.parametrize("name", TESTS)
def test_every_test_has_a_figure_and_every_citation_a_reference(name):
    claim, data = case(name)
    finding = judge(claim, data)
    assert name in FIGURES
    assert set(finding.cite) <= set(REFERENCES)
