"""Size and coverage of the trend of event rates, over the number of events and their clumping.

Run: python tests/calibration/calibrate_trends.py
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from tables import Rate, write

from mdresearch.stats.event_dates import observation_periods
from mdresearch.stats.rates import rate_trend
from mdresearch.stats.verdicts import upper_tail

SEED = 1848
RUNS = 2000
PERIODS = observation_periods("2020-01-01", "2026-11-23")


@dataclass(frozen=True)
class Design:
    """A window of 28 quarters: expected events, true rate ratio a year, variance over mean."""

    name: str
    events: float
    ratio: float = 1.0
    dispersion: float = 1.0


DESIGNS = (
    Design("8 events expected, constant", 8),
    Design("12 events expected, constant", 12),
    Design("22 events expected, constant", 22),
    Design("60 events expected, constant", 60),
    Design("22 events expected, constant, variance twice the mean", 22, dispersion=2),
    Design("60 events expected, constant, variance twice the mean", 60, dispersion=2),
    Design("12 events expected, RR 1.15", 12, ratio=1.15),
    Design("22 events expected, RR 1.15", 22, ratio=1.15),
    Design("22 events expected, RR 1.50", 22, ratio=1.5),
    Design("60 events expected, RR 1.50", 60, ratio=1.5),
)


def rates_of(design: Design, runs: int = RUNS, seed: int = SEED) -> list[Rate]:
    """Return how often a trend was found that is not there, and how often the interval held it."""
    rng = np.random.default_rng([seed, int(design.events), int(100 * design.ratio)])
    years, exposure = PERIODS["years"].to_numpy(), PERIODS["exposure"].to_numpy()
    mean = exposure * design.ratio**years
    mean *= design.events / mean.sum()
    true = np.log(design.ratio)
    found = [
        _one(_counts(rng, mean, design.dispersion), years, exposure, true) for _ in range(runs)
    ]
    known = [f for f in found if f is not None]
    wrong = 1 - float(np.mean(known))
    if design.ratio == 1:
        return [Rate("trend", design.name, "size", len(known), wrong, "<= 0.06")]
    return [Rate("trend", design.name, "coverage", len(known), 1 - wrong, ">= 0.93")]


def _counts(rng: np.random.Generator, mean: np.ndarray, dispersion: float) -> np.ndarray:
    if dispersion == 1:
        return rng.poisson(mean)
    return rng.poisson(rng.gamma(mean / (dispersion - 1), dispersion - 1))


def _one(n: np.ndarray, years: np.ndarray, exposure: np.ndarray, true: float) -> bool | None:
    fit = rate_trend(n, years, exposure)
    if fit.reason:
        return None
    return upper_tail(abs(fit.slope - true) / fit.se, fit.df) > 0.025


def main() -> None:
    """Run every design and write ``trend.csv``; ``runs`` counts those with a defined trend."""
    rates = [rate for design in DESIGNS for rate in rates_of(design)]
    write(rates, "trend", SEED, "python tests/calibration/calibrate_trends.py")


if __name__ == "__main__":
    main()
