"""Coverage and bias of alpha where its true value is known: bootstrap and analytic intervals.

Coders know the true category with probability sqrt(alpha), else they draw from the shares: alpha is
then exactly what it was set to. Run: ``python tests/calibration/calibrate_agreement.py`` (a minute).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from tables import Rate, write

from mdresearch import stats

SEED = 1848
RUNS = 1_000
DRAWS = 1_000


@dataclass(frozen=True)
class Design:
    """A reliability study."""

    true: float
    units: int = 200
    coders: int = 3
    shares: tuple[float, ...] = (0.4, 0.3, 0.2, 0.1)
    missing: float = 0.1
    level: str = "nominal"

    @property
    def name(self) -> str:
        """What the table calls it."""
        return (
            f"alpha {self.true}, {self.units} units, {self.coders} coders, {self.level}, "
            f"{self.missing:.0%} missing"
        )


DESIGNS = (
    *(Design(a) for a in (0.5, 0.7, 0.8, 0.9)),
    Design(0.8, level="ordinal"),
    Design(0.8, units=50),
    Design(0.8, coders=2, missing=0.0),
)


def make(design: Design, rng: np.random.Generator) -> np.ndarray:
    """Return units x coders."""
    shape = (design.units, design.coders)
    q = len(design.shares)
    truth = rng.choice(q, size=(design.units, 1), p=design.shares)
    guess = rng.choice(q, size=shape, p=design.shares)
    out = np.where(rng.random(shape) < design.true**0.5, truth, guess).astype(float)
    out[rng.random(shape) < design.missing] = np.nan
    return out


def study(design: Design, runs: int, rng: np.random.Generator) -> tuple[float, float, float]:
    """Return bias, coverage of the bootstrap and coverage of the analytic interval."""
    value, held = [], []
    for seed in range(runs):
        ratings = make(design, rng)
        drawn = stats.alpha(ratings, design.level, n_boot=DRAWS, seed=seed)
        plain = stats.alpha(ratings, design.level)
        value.append(plain.value)
        held.append([e.low <= design.true <= e.high for e in (drawn, plain)])
    boot, analytic = np.mean(held, axis=0)
    return float(np.mean(value) - design.true), float(boot), float(analytic)


def rates_of(design: Design, runs: int = RUNS) -> list[Rate]:
    """Return the rows of one design."""
    key = [SEED, round(100 * design.true), design.units, design.coders, len(design.level)]
    bias, boot, analytic = study(design, runs, np.random.default_rng(key))
    small = design.units < 100
    low = ">= 0.90" if small else ">= 0.93"
    return [
        Rate("agreement", design.name, "size of the bias", runs, abs(bias), "<= 0.01"),
        Rate("agreement", design.name, "coverage, bootstrap", runs, boot, low),
        Rate("agreement", design.name, "coverage at most, bootstrap", runs, boot, "<= 0.97"),
        Rate("agreement", design.name, "coverage, analytic", runs, analytic, low),
    ]


CLUSTERED = "works of unequal difficulty: {works} works x 4 episodes x 5 units, 3 coders"


def clustered(works: int, runs: int, rng: np.random.Generator) -> tuple[float, float]:
    """Return the coverage of the bootstrap over works, and of one that takes units as single."""
    held = []
    levels = np.array(
        [0.5, 0.8, 0.98]
    )  # chance that a coder knows, by work: alpha is its mean square
    true = float((levels**2).mean())
    for seed in range(runs):
        skill = rng.choice(levels, size=works)
        knows = np.repeat(skill, 20)[:, None]
        truth, guess = rng.integers(4, size=(20 * works, 1)), rng.integers(4, size=(20 * works, 3))
        ratings = np.where(rng.random(guess.shape) < knows, truth, guess)
        where = pd.DataFrame({"work_id": np.repeat(np.arange(works), 20)})
        where["episode_id"] = np.tile(np.repeat(np.arange(4), 5), works)
        nested = stats.alpha(ratings, n_boot=300, seed=seed, clusters=where)
        single = stats.alpha(ratings, n_boot=300, seed=seed)
        held.append([e.low <= true <= e.high for e in (nested, single)])
    both = np.mean(held, axis=0)
    return float(both[0]), float(both[1])


def clustered_rates(works: int, runs: int = 500) -> list[Rate]:
    """Return the rows of the clustered design: the nested bootstrap must hold, the other cannot."""
    nested, single = clustered(works, runs, np.random.default_rng([SEED, works]))
    name = CLUSTERED.format(works=works)
    return [
        Rate("agreement", name, "coverage, bootstrap of works", runs, nested, ">= 0.93"),
        Rate("agreement", name, "coverage, bootstrap of units", runs, single, "<= 0.93"),
    ]


def main() -> None:
    """Run every design and write ``agreement.csv``."""
    rates = [rate for design in DESIGNS for rate in rates_of(design)]
    rates += clustered_rates(30)
    write(rates, "agreement", SEED, "python tests/calibration/calibrate_agreement.py")


if __name__ == "__main__":
    main()
