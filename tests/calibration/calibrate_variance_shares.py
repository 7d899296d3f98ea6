"""Coverage of the share of variance and of the profile correlation, over their error.

Run: python tests/calibration/calibrate_variance_shares.py

The error over countries alone is run beside the one that is used, to show why both are needed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from tables import Rate, write

from mdresearch.core.results import Effect
from mdresearch.stats.components import jackknife
from mdresearch.stats.profile_correlations import _on_z, mean_correlation
from mdresearch.stats.profiles import Profiles
from mdresearch.stats.variance_shares import share_of

SEED = 1848
RUNS = 500


@dataclass(frozen=True)
class Design:
    """Countries, stimuli, persons a cell; variances of country, stimulus, interaction; error 1."""

    countries: int
    stimuli: int
    persons: int
    variances: tuple[float, float, float]
    kind: str = "share"

    @property
    def true(self) -> float:
        """The share of the interaction; the correlation of two countries' profiles."""
        country, stimulus, interaction = self.variances
        if self.kind == "share":
            return interaction / (country + stimulus + interaction)
        return stimulus / (stimulus + interaction)

    @property
    def name(self) -> str:
        """In words."""
        return (
            f"{self.kind} {self.true:.3f}, {self.countries} countries x {self.stimuli} stimuli x "
            f"{self.persons} persons"
        )


LAYOUTS = ((16, 7), (8, 12))
SHARES = ((0.1, 0.5, 0.03), (0.1, 0.5, 0.067), (0.1, 0.5, 0.15))
CORRELATIONS = ((0.1, 0.6, 0.4), (0.1, 0.8, 0.2), (0.1, 0.95, 0.05))
DESIGNS = tuple(
    Design(*layout, 20, variances, kind)
    for kind, several in (("share", SHARES), ("correlation", CORRELATIONS))
    for layout in LAYOUTS
    for variances in several
)


def make(rng: np.random.Generator, design: Design) -> Profiles:
    """Return simulated cell means, and their error as it would be estimated."""
    shape = (design.countries, design.stimuli)
    country, stimulus, interaction = np.sqrt(design.variances)
    mean = rng.normal(0, country, (shape[0], 1)) + rng.normal(0, stimulus, shape[1])
    mean = mean + rng.normal(0, interaction, shape)
    mean = mean + rng.normal(0, 1 / np.sqrt(design.persons), shape)
    spare = design.persons - 1
    spread = rng.chisquare(spare, shape) / spare
    noise = np.zeros((*shape, shape[1]))
    noise[:, range(shape[1]), range(shape[1])] = spread / design.persons
    return Profiles(
        countries=tuple(f"c{i}" for i in range(shape[0])),
        stimuli=tuple(f"s{j}" for j in range(shape[1])),
        mean=mean,
        n=np.full(shape, design.persons),
        noise=noise,
        within=float(spread.mean()),
        person=0.0,
        n_persons=design.persons * shape[0] * shape[1],
        n_missing=0,
        n_merged=0,
        crossed=False,
    )


def rates_of(design: Design, runs: int = RUNS, seed: int = SEED) -> list[Rate]:
    """Return how often the interval held the true value; beside it, that over countries alone."""
    rng = np.random.default_rng([seed, design.countries, round(1000 * design.true)])
    statistic: Callable[[Profiles], float] = mean_correlation
    if design.kind == "share":
        statistic = _interaction
    held = [_one(make(rng, design), statistic, design) for _ in range(runs)]
    both, alone = np.mean([h for h in held if h is not None], axis=0)
    known = sum(h is not None for h in held)
    return [
        Rate("variance_share", design.name, "coverage", known, float(both), ">= 0.93"),
        Rate(
            "variance_share", design.name, "coverage, countries alone", known, float(alone), ">= 0"
        ),
    ]


def _interaction(profiles: Profiles) -> float:
    return share_of(profiles, "interaction", "reliable")


def _one(
    profiles: Profiles, statistic: Callable[[Profiles], float], design: Design
) -> tuple[bool, bool] | None:
    value, error = statistic(profiles), jackknife(profiles, statistic)
    if np.isnan(value) or np.isnan(error.se):
        return None
    alone = float(np.sqrt(error.country))
    pairs = ((error.se, error.df), (alone, design.countries - 1.0))
    both, one = (_holds(value, se, df, design) for se, df in pairs)
    return both, one


def _holds(value: float, se: float, df: float, design: Design) -> bool:
    if design.kind == "share":
        effect, true = Effect(max(value, 0.0), se, df, "share"), design.true
    else:
        effect, true = _on_z(value, se, df), float(np.arctanh(design.true))
    low, high = effect.linear_interval(0.95)
    return bool(low <= true <= high)


def main() -> None:
    """Run every design and write ``variance_share.csv``."""
    rates = [rate for design in DESIGNS for rate in rates_of(design)]
    write(rates, "variance_share", SEED, "python tests/calibration/calibrate_variance_shares.py")


if __name__ == "__main__":
    main()
