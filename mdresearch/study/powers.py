"""`md.power`: what a two-way design of countries and titles could show, by simulation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from mdresearch.core.claims import Claim
from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.results import Effect
from mdresearch.core.scales import to_linear
from mdresearch.stats.satterthwaite import satterthwaite
from mdresearch.stats.verdicts import decide

ASSUMED: dict[str, float] = {"sd_country": 0.15, "sd_region_title": 0.15, "sd_person": 1.0}
DESIGN_KEYS = ("countries", "titles", "persons", *ASSUMED)


def power(
    claim: Claim, design: Mapping[str, Any], n_sim: int = 2_000, seed: int = 0
) -> dict[str, float]:
    """Simulate what a design could show of a claim.

    Parameters
    ----------
    claim : Claim
        A claim with two groups.
    design : mapping
        ``countries`` (two numbers), ``titles`` (0: not shared), ``persons`` (a country and title),
        and the SDs ``sd_country``, ``sd_region_title`` and ``sd_person`` in units of the claim's
        linear scale; those left out are .15, .15 and 1 person SD, the values of the toolkit's
        design study S1.
    n_sim : int
        Simulated studies for each truth.
    seed : int
        Seed.

    Returns
    -------
    dict
        ``detects_smallest`` (share of studies whose 95 % interval excludes 0 on the right side when
        the truth is the smallest effect), ``supports`` (share of verdicts "supported" when the
        truth is the claimed minimum plus the smallest effect), ``equivalent`` (share of verdicts
        "equivalent" when the truth is 0), ``false_positive`` (a difference declared when there is
        none), ``half_width`` (median half width of the 95 % interval), ``mc_se``, ``n_sim``.
        All ``nan`` with one country on a side.
    """
    for key in design:
        if key not in DESIGN_KEYS:
            raise unknown_name("design key", key, DESIGN_KEYS)
    if not claim.expectation.has_groups:
        raise StatisticsError(
            f"Claim {claim.id}: power by simulation is for two groups of countries."
        )
    first, second = design["countries"]
    if min(first, second) < 2:
        keys = (
            "detects_smallest",
            "supports",
            "equivalent",
            "false_positive",
            "half_width",
            "mc_se",
        )
        return dict.fromkeys(keys, float("nan")) | {"n_sim": 0}
    rng = np.random.default_rng(seed)
    noise = _studies(rng, design, n_sim)
    smallest = to_linear(float(claim.smallest_used or 0.2), claim.scale)
    least = to_linear(claim.at_least, claim.scale) if claim.at_least is not None else 0.0
    null = _verdicts(noise, 0.0, "!=", smallest, 0.0)
    claimed = _verdicts(noise, least + smallest, ">", smallest, least)
    declared = (np.abs(noise[0]) > _quantile(noise) * noise[1]).mean()
    return {
        "detects_smallest": _detected(noise, smallest),
        "supports": claimed["supported"],
        "equivalent": null["equivalent"],
        "false_positive": float(declared),
        "half_width": float(np.median(_quantile(noise) * noise[1])),
        "mc_se": float(np.sqrt(0.25 / n_sim)),
        "n_sim": n_sim,
    }


def _studies(
    rng: np.random.Generator, design: Mapping[str, Any], n_sim: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return difference, error and degrees of freedom of simulated studies without a difference."""
    sd = ASSUMED | {k: float(design[k]) for k in ASSUMED if k in design}
    first, second = design["countries"]
    titles = int(design.get("titles") or 0)
    side = np.arange(first + second) < first
    width = max(titles, 1)
    cells = rng.normal(0, sd["sd_country"], (n_sim, first + second, 1))
    shift = rng.normal(0, sd["sd_region_title"] if titles else 0.0, (n_sim, 2, width))
    cells = cells + np.where(side[None, :, None], shift[:, :1], shift[:, 1:])
    spread = sd["sd_person"] / np.sqrt(max(float(design["persons"]), 1.0))
    cells = cells + rng.normal(0, spread, (n_sim, first + second, width))
    means = cells.mean(axis=2)
    gaps = cells[:, side].mean(axis=1) - cells[:, ~side].mean(axis=1)
    a, b = means[:, side].var(axis=1, ddof=1) / first, means[:, ~side].var(axis=1, ddof=1) / second
    parts, degrees = [a, b], [first - 1, second - 1]
    if titles > 1:
        parts, degrees = [*parts, gaps.var(axis=1, ddof=1) / titles], [*degrees, titles - 1]
    total = sum(parts)
    df = satterthwaite(parts, degrees)
    return means[:, side].mean(axis=1) - means[:, ~side].mean(axis=1), np.sqrt(total), df


def _quantile(noise: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    from scipy.special import stdtrit

    return stdtrit(noise[2], 0.975)


def _detected(noise: tuple[np.ndarray, np.ndarray, np.ndarray], truth: float) -> float:
    return float((noise[0] + truth > _quantile(noise) * noise[1]).mean())


def _verdicts(
    noise: tuple[np.ndarray, np.ndarray, np.ndarray],
    truth: float,
    relation: str,
    smallest: float,
    least: float,
) -> dict[str, float]:
    count = dict.fromkeys(("supported", "contradicted", "equivalent", "undecided"), 0)
    minimum = least if least > 0 else None
    for difference, se, df in zip(*noise, strict=True):
        effect = Effect(float(difference) + truth, float(se), float(df), "raw")
        count[decide(effect, relation, smallest, minimum).verdict] += 1
    return {word: number / len(noise[0]) for word, number in count.items()}
