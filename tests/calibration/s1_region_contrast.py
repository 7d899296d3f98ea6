"""S1 of claims.md: what five tests of two regions do with few countries.

Run: python tests/calibration/s1_region_contrast.py
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tables import Rate, write

from mdresearch.stats.two_way import two_way
from mdresearch.stats.verdicts import upper_tail
from mdresearch.stats.viewer_tests import moments_test

SEED = 20261123
RUNS = 4000  # the page has 600; with more, only its own Monte Carlo error is left
SD = {"country": 0.15, "title": 0.40, "region_title": 0.15, "respondent": 0.60, "residual": 0.75}
RATED = 6


@dataclass(frozen=True)
class Shape:
    """A design of S1: countries a side, respondents a country, titles, true difference."""

    name: str
    countries: tuple[int, int]
    respondents: int
    titles: int
    delta: float


SHAPES = (
    Shape("delta 0, 6 v 2", (6, 2), 300, 12, 0.0),
    Shape("delta 0, 10 v 10", (10, 10), 120, 12, 0.0),
    Shape("delta .30, 6 v 2", (6, 2), 300, 12, 0.3),
    Shape("delta .30, 10 v 10", (10, 10), 120, 12, 0.3),
    Shape("delta .30, 10 v 10, 30 titles", (10, 10), 120, 30, 0.3),
    Shape("delta .30, 6 v 2, 30 titles", (6, 2), 300, 30, 0.3),
)
# The figures of claims.md, one row a shape: ratings, respondents, titles, countries, two-way.
PUBLISHED = (
    (0.768, 0.622, 0.347, 0.067, 0.045),
    (0.697, 0.535, 0.165, 0.125, 0.060),
    (0.975, 0.963, 0.865, 0.482, 0.450),
    (0.998, 0.998, 0.957, 0.925, 0.872),
    (1.000, 1.000, 0.998, 0.968, 0.955),
    (0.970, 0.957, 0.948, 0.480, 0.462),
)
TESTS = ("ratings", "respondents", "titles", "countries", "two-way")


def draw(rng: np.random.Generator, shape: Shape) -> dict[str, np.ndarray]:
    """Draw one study: a value a respondent and rated title, with the codes of each."""
    n = sum(shape.countries)
    people = n * shape.respondents
    country = np.repeat(np.arange(n), shape.respondents)
    first = np.arange(n) < shape.countries[0]
    titles = rng.random((people, shape.titles)).argpartition(RATED - 1, axis=1)[:, :RATED]
    level = rng.normal(0, SD["country"], n) + shape.delta * first
    title = rng.normal(0, SD["title"], shape.titles)
    mixed = rng.normal(0, SD["region_title"], (2, shape.titles))
    person = rng.normal(0, SD["respondent"], people) + level[country]
    y = person[:, None] + title[titles] + mixed[(~first[country]).astype(int)[:, None], titles]
    y = y + rng.normal(0, SD["residual"], y.shape)
    return {"y": y, "titles": titles, "country": country, "first": first}


def p_values(study: dict[str, np.ndarray]) -> list[float]:
    """Return the two-sided p of the five tests."""
    y, titles, country, first = (study[k] for k in ("y", "titles", "country", "first"))
    n, width = len(first), int(titles.max()) + 1
    cell = (country[:, None] * width + titles).ravel()
    count = np.bincount(cell, minlength=n * width).reshape(n, width)
    total = np.bincount(cell, weights=y.ravel(), minlength=n * width).reshape(n, width)
    people = y.mean(axis=1)
    side = first[country]
    of_country = np.bincount(country, weights=people) / np.bincount(country)
    gaps = total[first].sum(0) / count[first].sum(0) - total[~first].sum(0) / count[~first].sum(0)
    fit = two_way(np.where(count > 0, total / np.maximum(count, 1), np.nan), first, pooled=True)
    return [
        _two_sample(y[side].ravel(), y[~side].ravel(), pooled=False),
        _two_sample(people[side], people[~side], pooled=False),
        _p(gaps.mean() / (gaps.std(ddof=1) / np.sqrt(width)), width - 1),
        _two_sample(of_country[first], of_country[~first], pooled=True),
        _p(fit.difference / fit.se, fit.df),
    ]


def _two_sample(a: np.ndarray, b: np.ndarray, pooled: bool) -> float:
    difference, se, df, _ = moments_test(a, b, pooled)
    return _p(difference / se, df)


def _p(t: float, df: float) -> float:
    return 2 * upper_tail(abs(float(t)), float(df))


def rejections(shape: Shape, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Return the share of studies in which each of the five tests rejects at .05."""
    return np.mean([[p < 0.05 for p in p_values(draw(rng, shape))] for _ in range(runs)], axis=0)


if __name__ == "__main__":
    stream = np.random.default_rng(SEED)
    found = []
    for shape, published in zip(SHAPES, PUBLISHED, strict=True):
        rates = rejections(shape, RUNS, stream)
        for name, rate, figure in zip(TESTS, rates, published, strict=True):
            found.append(Rate("S1", shape.name, name, RUNS, float(rate), f"= {figure}", 600))
    write(found, "s1", SEED, "python tests/calibration/s1_region_contrast.py")
