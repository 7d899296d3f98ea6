"""Size and coverage of the default path of `md.judge`, and of Holm over a family of four.

Run: python tests/calibration/default_path.py
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tables import Rate, write

from mdresearch.core.claims import Claim
from mdresearch.study.judging import judge
from mdresearch.study.running import judge_families

SEED = 1848
RUNS = 2000
CLAIM = Claim("C", "no difference", "y", "region_name", "a != b")
SUPPORT = Claim("S", "a is above b", "y", "region_name", "a > b")
WORDS = ("supported", "contradicted")


@dataclass(frozen=True)
class Design:
    """A layout of countries and titles with its spreads, in residual SDs."""

    name: str
    countries: tuple[int, int]
    titles: int
    persons: int
    sd_country: tuple[float, float] = (0.15, 0.15)
    sd_region_title: float = 0.15
    missing: float = 0.0


DESIGNS = (
    Design("balanced 10 v 10, 12 titles", (10, 10), 12, 20),
    Design("balanced 6 v 6, 12 titles", (6, 6), 12, 20),
    Design("balanced 10 v 10, 30 titles", (10, 10), 30, 10),
    Design("unbalanced 10 v 3", (10, 3), 12, 20),
    Design("unbalanced 6 v 2", (6, 2), 12, 20),
    Design("heteroscedastic 10 v 3, SD .10 v .45", (10, 3), 12, 20, (0.10, 0.45)),
    Design("heteroscedastic 10 v 2, SD .10 v .45", (10, 2), 12, 20, (0.10, 0.45)),
    Design("heteroscedastic 6 v 2, SD .10 v .45", (6, 2), 12, 20, (0.10, 0.45)),
    Design("heteroscedastic 3 v 3, SD .10 v .45", (3, 3), 12, 20, (0.10, 0.45)),
    Design("few titles 10 v 10, 3 titles", (10, 10), 3, 20),
    Design("heteroscedastic 10 v 10, SD .10 v .45", (10, 10), 12, 20, (0.10, 0.45)),
    Design("missing cells 30 %, 10 v 10", (10, 10), 12, 20, missing=0.3),
    Design("missing cells 30 %, 10 v 3", (10, 3), 12, 20, missing=0.3),
    Design("no country variance, 10 v 10", (10, 10), 12, 20, (0.0, 0.0)),
    Design("no region-by-title variance, 10 v 10", (10, 10), 12, 20, sd_region_title=0.0),
)


def draw(rng: np.random.Generator, design: Design, delta: float = 0.0) -> pd.DataFrame:
    """Draw one study as a table of answers: country, title_id, region_name, y."""
    first, second = design.countries
    n = first + second
    side = np.arange(n) < first
    level = rng.normal(0, np.where(side, *design.sd_country)) + delta * side
    shift = rng.normal(0, design.sd_region_title, (2, design.titles))
    means = level[:, None] + rng.normal(0, 0.4, design.titles) + shift[(~side).astype(int)]
    y = means[:, :, None] + rng.normal(0, 1, (n, design.titles, design.persons))
    country, title, _ = np.indices(y.shape)
    frame = pd.DataFrame(
        {
            "country": pd.Categorical.from_codes(country.ravel(), [f"C{i:02d}" for i in range(n)]),
            "title_id": pd.Categorical.from_codes(
                title.ravel(), [f"T{i:02d}" for i in range(design.titles)]
            ),
            "region_name": np.where(side[country.ravel()], "a", "b"),
            "y": y.ravel(),
        }
    )
    if design.missing:
        lost = rng.random((n, design.titles)) < design.missing
        lost[:, 0] = False  # every country sees one title at least
        frame = frame[~lost[country, title].ravel()]
    return frame


def size_and_coverage(design: Design, runs: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return how often a difference is declared where there is none, and how often the interval
    holds the true effect of .30 person SDs."""
    wrong = covered = 0
    for _ in range(runs):
        null = judge(CLAIM, draw(rng, design))
        wrong += null.decision.interval.low > 0 or null.decision.interval.high < 0
        effect = judge(SUPPORT, draw(rng, design, 0.3))
        covered += effect.decision.interval.low <= 0.3 <= effect.decision.interval.high
    return wrong / runs, covered / runs


def family_error(runs: int, rng: np.random.Generator, truth: float) -> float:
    """Return how often a family of four claims holds one wrong word or more, at Holm's levels.

    ``truth`` 0: "supported" and "contradicted" are wrong. ``truth`` .2, the smallest effect itself:
    "equivalent" and "contradicted" are wrong.
    """
    design = DESIGNS[0]
    bad = WORDS if truth == 0 else ("equivalent", "contradicted")
    wrong = 0
    for _ in range(runs):
        family = [
            judge(Claim(f"C{i}", "a is above b", "y", "region_name", "a > b", family="f"),
                  draw(rng, design, truth))
            for i in range(4)
        ]  # fmt: skip
        wrong += any(f.verdict in bad for f in judge_families(family))
    return wrong / runs


if __name__ == "__main__":
    stream = np.random.default_rng(SEED)
    found = []
    for design in DESIGNS:
        size, coverage = size_and_coverage(design, RUNS, stream)
        found.append(Rate("default path", design.name, "size", RUNS, size, "<= 0.06"))
        found.append(Rate("default path", design.name, "coverage", RUNS, coverage, ">= 0.93"))
    for truth, name in (
        (0.0, "four claims, no difference"),
        (0.2, "four claims, truth = smallest"),
    ):
        error = family_error(RUNS // 2, stream, truth)
        found.append(Rate("Holm", name, "family-wise error", RUNS // 2, error, "<= 0.05"))
    write(found, "default_path", SEED, "python tests/calibration/default_path.py")
