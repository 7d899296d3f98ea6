"""S2 of claims.md: what response style does to six estimators of tolerance.

Run: python tests/calibration/s2_response_style.py
"""

from __future__ import annotations

import numpy as np
from tables import Rate, write

from mdresearch.stats.verdicts import upper_tail
from mdresearch.stats.viewer_tests import moments_test

SEED = 7
RUNS = 500
PEOPLE = 400
LEVELS = np.arange(1.0, 8.0)
# acquiescence and stretch of region A, true shift of its ideal point
CONDITIONS = {
    "no style, shift 0": (0.0, 1.0, 0.0),
    "acq +.4": (0.4, 1.0, 0.0),
    "stretch 1.3": (0.0, 1.3, 0.0),
    "both": (0.4, 1.3, 0.0),
    "shift .25, no style": (0.0, 1.0, 0.25),
    "shift .25, both styles": (0.4, 1.3, 0.25),
}
ESTIMATORS = (
    "mean of ratings",
    "levels above the midpoint",
    "own-mean-centred slope",
    "standardised slope",
    "levels above two vignettes",
    "levels accepted",
)
PUBLISHED = (
    (0.038, 1.00, 1.00, 1.00, 0.900, 1.00),
    (0.054, 1.00, 0.628, 1.00, 0.858, 1.00),
    (0.064, 0.032, 1.00, 1.00, 0.724, 0.988),
    (0.054, 0.038, 0.124, 0.190, 0.608, 0.206),
    (0.044, 0.580, 0.284, 0.616, 0.752, 0.064),
    (0.046, 0.038, 0.054, 0.044, 0.648, 0.608),
)


def scores(
    rng: np.random.Generator, shift: float, acquiescence: float, stretch: float
) -> np.ndarray:
    """Return six estimates of tolerance a person, shape (6, PEOPLE)."""
    ideal = rng.normal(3.5 + shift, 0.8, PEOPLE)
    width = np.exp(rng.normal(np.log(1.6), 0.25, PEOPLE))
    beyond = np.maximum(0, LEVELS - ideal[:, None]) / width[:, None]
    latent = 1.6 - 1.2 * beyond + rng.normal(0, 0.6, (PEOPLE, 7))
    accept = latent + rng.logistic(0, 0.5, (PEOPLE, 7)) > 0
    vignettes = np.array([0.8, -0.8]) + rng.normal(0, 0.3, (PEOPLE, 2))

    def likert(x: np.ndarray) -> np.ndarray:
        return np.clip(np.round(4 + stretch * x + acquiescence), 1, 7)

    rating, anchor = likert(latent), likert(vignettes).mean(axis=1)
    centred = rating - rating.mean(axis=1, keepdims=True)
    slope = centred @ (LEVELS - 4) / ((LEVELS - 4) ** 2).sum()
    own_sd = np.maximum(rating.std(axis=1), 0.3)
    return np.stack(
        [
            rating.mean(axis=1),
            (rating > 4).sum(axis=1),
            slope,
            slope / own_sd,
            (rating >= anchor[:, None]).sum(axis=1),
            accept.sum(axis=1),
        ]
    ).astype(float)


def rejections(condition: str, runs: int, rng: np.random.Generator) -> np.ndarray:
    """Return how often each estimator finds a difference between the regions at .05."""
    acquiescence, stretch, shift = CONDITIONS[condition]
    out = np.zeros(len(ESTIMATORS))
    for _ in range(runs):
        a = scores(rng, shift, acquiescence, stretch)
        b = scores(rng, 0.0, 0.0, 1.0)
        for i in range(len(ESTIMATORS)):
            difference, se, df, _ = moments_test(a[i], b[i], pooled=True)
            out[i] += 2 * upper_tail(abs(difference / se), df) < 0.05
    return out / runs


if __name__ == "__main__":
    stream = np.random.default_rng(SEED)
    found = []
    for column, condition in enumerate(CONDITIONS):
        rates = rejections(condition, RUNS, stream)
        for name, rate, published in zip(ESTIMATORS, rates, PUBLISHED, strict=True):
            figure = f"= {published[column]}"
            found.append(Rate("S2", condition, name, RUNS, float(rate), figure, 500))
    write(found, "s2", SEED, "python tests/calibration/s2_response_style.py")
