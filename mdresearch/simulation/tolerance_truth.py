"""What the truth of the simulated tolerance study implies: effects on their scales, verdicts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mdresearch.core.regions import members
from mdresearch.core.scales import from_linear, to_linear
from mdresearch.simulation.tolerance_design import (
    COUNTRIES,
    STEP,
    centre,
    demands_more,
    level_values,
    to_steps,
)

NODES = 61


@dataclass(frozen=True)
class TrueClaim:
    """A claim that the simulated world decides."""

    id: str
    construct: str
    a: str
    b: str
    scale: str
    smallest: float
    at_least: float | None = None


CLAIMS = (
    TrueClaim("H17", "setup", "western", "asian", "ratio", 1.20),
    TrueClaim("H18", "intensity", "western", "asian", "raw", 0.25),
    TrueClaim("H19", "exaggeration", "latam", "noram", "g_person", 0.20, 0.43),
    TrueClaim("H19-anglo", "exaggeration", "latam", "anglo", "g_person", 0.20, 0.43),
)


def tolerance_truth(truth: Mapping[str, float]) -> pd.DataFrame:
    """Return the true effect of each claim, and the verdict that boundless data would give.

    ``value`` is the effect of the thresholds *as measured*: Spearman-Kärber scores are confined to
    the ladder, so they draw together a little what lies near its ends. It is computed by
    Gauss-Hermite quadrature over countries, titles and persons, not by simulation: expectations of
    group means, and for ``g_person`` the SD of scores within country and title, pooled over the two
    groups by their numbers of countries. ``parameter`` is the effect in the thresholds themselves,
    on the same scale (``g_person``: over the same SD).

    Parameters
    ----------
    truth : mapping of str to float
        The complete truth; see `mdresearch.simulation.simulating.true_values`.

    Returns
    -------
    DataFrame
        ``claim, outcome, expect, scale, parameter, value, smallest, at_least, implied``.
    """
    return pd.DataFrame([_row(claim, truth) for claim in CLAIMS])


def implied_verdict(value: float, scale: str, smallest: float, at_least: float | None) -> str:
    """Return the verdict on ``a > b`` where the effect is known without error.

    Examples
    --------
    >>> implied_verdict(0.9, "g_person", 0.2, 0.43), implied_verdict(0.02, "raw", 0.25, None)
    ('supported', 'equivalent')
    """
    effect, bound = to_linear(value, scale), to_linear(smallest, scale)
    least = to_linear(at_least, scale) if at_least is not None else 0.0
    if abs(effect) < bound:
        return "equivalent"
    return "supported" if effect > least else "contradicted"


def expected_scores(construct: str, group: str, truth: Mapping[str, float]) -> tuple[float, float]:
    """Return the mean of a group's scores and their variance within country and title, in steps."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    weights = weights / weights.sum()
    between = math.sqrt(
        sum(truth[f"{name}_sd"] ** 2 for name in ("country", "title", "region_title"))
    )
    within = math.hypot(truth["person_sd"], truth["person_title_sd"])
    cells = centre(construct, group, truth) + between * nodes
    thresholds = cells[:, None] + within * nodes
    x = to_steps(construct, level_values(construct))
    margin = np.clip((thresholds[:, :, None] - x) / truth["spread"], -500, 500)
    accept = 1 / (1 + np.exp(margin if demands_more(construct) else -margin))
    part = np.zeros(len(x))
    part[:-1] += np.diff(x) / 2
    part[1:] += np.diff(x) / 2
    area = accept @ part
    score = x[-1] - area if demands_more(construct) else x[0] + area
    error = (accept * (1 - accept)) @ part**2
    cell_mean = score @ weights
    cell_variance = (score**2 + error) @ weights - cell_mean**2
    return float(cell_mean @ weights), float(cell_variance @ weights)


def _row(claim: TrueClaim, truth: Mapping[str, float]) -> dict[str, object]:
    mean_a, variance_a, centre_a, n_a = _side(claim.construct, claim.a, truth)
    mean_b, variance_b, centre_b, n_b = _side(claim.construct, claim.b, truth)
    unit = 1.0
    if claim.scale == "g_person":
        unit = math.sqrt((n_a * variance_a + n_b * variance_b) / (n_a + n_b))
    elif claim.scale == "ratio":
        unit = 1 / STEP
    value = from_linear((mean_a - mean_b) / unit, claim.scale)
    return {
        "claim": claim.id,
        "outcome": f"{claim.construct}_threshold",
        "expect": f"{claim.a} > {claim.b}",
        "scale": claim.scale,
        "parameter": from_linear((centre_a - centre_b) / unit, claim.scale),
        "value": value,
        "smallest": claim.smallest,
        "at_least": math.nan if claim.at_least is None else claim.at_least,
        "implied": implied_verdict(value, claim.scale, claim.smallest, claim.at_least),
    }


def _side(
    construct: str, region: str, truth: Mapping[str, float]
) -> tuple[float, float, float, int]:
    """Return mean, variance and true centre of a region, over its countries in the design."""
    held = members(region, "essay")
    counts = {group: len(held & set(codes)) for group, codes in COUNTRIES.items()}
    total = sum(counts.values())
    means = {g: expected_scores(construct, g, truth) for g, n in counts.items() if n}
    mean = sum(counts[g] * m for g, (m, _) in means.items()) / total
    variance = sum(counts[g] * v for g, (_, v) in means.items()) / total
    middle = sum(counts[g] * centre(construct, g, truth) for g in means) / total
    return mean, variance, middle, total
