"""The committed calibrations hold their bars, and a short run of each agrees with its table."""

from __future__ import annotations

import default_path
import numpy as np
import pytest
import s1_region_contrast
import s2_response_style
import s3_survivors_and_paywalls
from tables import HERE, read

TABLES = sorted(p.stem for p in HERE.glob("*.csv"))


@pytest.mark.parametrize("name", TABLES)
def test_every_row_holds_and_says_how_it_was_made(name):
    for row in read(name):
        assert row["holds"] == "true", row
        assert row["seed"]
        assert row["command"].startswith("python ")
        assert row["date"]
        assert int(row.get("runs", 1)) > 0


def rate(name: str, **where: str) -> float:
    """Return the rate in a committed table."""
    rows = [r for r in read(name) if all(r[k] == v for k, v in where.items())]
    assert len(rows) == 1, where
    return float(rows[0]["rate"])


def close(found: float, committed: float, runs: int) -> bool:
    """Whether a short run agrees with its table within four Monte Carlo standard errors."""
    return abs(found - committed) <= 4 * (max(committed * (1 - committed), 0.02) / runs) ** 0.5


@pytest.mark.parametrize("place", [0, 1])
def test_s1_again_in_short(place):
    shape = s1_region_contrast.SHAPES[place]
    found = s1_region_contrast.rejections(shape, 150, np.random.default_rng(1))
    for test, value in zip(s1_region_contrast.TESTS, found, strict=True):
        assert close(value, rate("s1", design=shape.name, quantity=test), 150), test


def test_s1_finds_what_the_page_says():
    """Welch on ratings errs in seven of ten studies, the two-way test in one of twenty."""
    for design, published in (("delta 0, 6 v 2", 0.045), ("delta 0, 10 v 10", 0.060)):
        assert rate("s1", design=design, quantity="ratings") > 0.65
        two_way = rate("s1", design=design, quantity="two-way")
        assert abs(two_way - published) <= 3 * (0.05 * 0.95 / 600) ** 0.5


def test_s2_again_in_short():
    for condition in ("both", "shift .25, both styles"):
        found = s2_response_style.rejections(condition, 60, np.random.default_rng(1))
        for estimator, value in zip(s2_response_style.ESTIMATORS, found, strict=True):
            assert close(value, rate("s2", design=condition, quantity=estimator), 60), estimator


def test_s3_again_in_short():
    r = s3_survivors_and_paywalls.export_selection(np.random.default_rng(1), runs=20)
    assert r.mean() == pytest.approx(-0.533, abs=0.02)
    median, hazard = s3_survivors_and_paywalls.paywall(np.random.default_rng(1), 10)
    assert median == 10
    assert hazard == pytest.approx(0.06, abs=0.006)


def test_the_default_path_in_short():
    design = next(d for d in default_path.DESIGNS if d.name.startswith("heteroscedastic 10 v 3"))
    size, coverage = default_path.size_and_coverage(design, 60, np.random.default_rng(1))
    assert close(size, rate("default_path", design=design.name, quantity="size"), 60)
    assert close(coverage, rate("default_path", design=design.name, quantity="coverage"), 60)


def test_a_family_in_short():
    error = default_path.family_error(25, np.random.default_rng(1), 0.0)
    assert close(error, rate("default_path", design="four claims, no difference"), 25)
