"""The share that has a trait, where coders miss some and see some that are not there."""

from __future__ import annotations

import numpy as np

from mdresearch.core.errors import DataError
from mdresearch.core.results import NAN, Check, Estimate
from mdresearch.stats.effects.results import EffectSize

_WHY_NOT = (
    "the interval of sensitivity + specificity - 1 includes 0: the coders tell nothing, and no "
    "correction can"
)


def misclassification(
    seen: tuple[int, int],
    sensitivity: tuple[int, int],
    specificity: tuple[int, int],
    *,
    draws: int = 20_000,
    seed: int = 0,
    level: float = 0.95,
) -> EffectSize:
    r"""Correct a share for coders whose hits and misses are known from a checked sample.

    Parameters
    ----------
    seen : tuple of int
        Units coded as having the trait, and all units coded.
    sensitivity : tuple of int
        Of units that truly have it: coded as having it, and all.
    specificity : tuple of int
        Of units that truly lack it: coded as lacking it, and all.
    draws, seed, level
        The interval carries the error of all three counts (percentiles of draws from beta
        distributions with a half added to each count).

    Returns
    -------
    EffectSize
        The corrected share within 0 and 1 (a check says where it had to be clipped), or ``nan``
        with the reason where the coders do no better than chance.

    Notes
    -----
    .. math:: p = \frac{p_{obs} + Sp - 1}{Se + Sp - 1}

    Rogan and Gladen (1978). Correct each market by its own sample: coders differ between markets.
    Units are taken as independent. Verified by simulation, not against other software.

    Examples
    --------
    >>> misclassification((260, 1000), (80, 100), (180, 200)).estimate.apa()
    'share = 0.23, 95% CI [0.16, 0.29]'
    """
    for name, (part, whole) in {
        "seen": seen,
        "sensitivity": sensitivity,
        "specificity": specificity,
    }.items():
        if not 0 <= part <= whole or whole < 1:
            raise DataError(f"{name} is {part} of {whole}: give a part of a whole that is above 0.")
    observed, se, sp = (a / b for a, b in (seen, sensitivity, specificity))
    rng = np.random.default_rng(seed)
    drawn = [
        rng.beta(part + 0.5, whole - part + 0.5, draws)
        for part, whole in (seen, sensitivity, specificity)
    ]
    tails = [(1 - level) / 2, (1 + level) / 2]
    informed = np.quantile(drawn[1] + drawn[2] - 1, tails[0])
    told = Check(
        "coders_informed",
        bool(informed > 0),
        f"sensitivity {se:.2f}, specificity {sp:.2f}",
    )
    if informed <= 0:
        nothing = Estimate("share", NAN, level=level, reason=_WHY_NOT)
        return EffectSize("misclassification", nothing, (seen[1],), (told,))
    value = (observed + sp - 1) / (se + sp - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.clip((drawn[0] + drawn[2] - 1) / (drawn[1] + drawn[2] - 1), 0, 1)
    low, high = np.quantile(spread, tails)
    clipped = float(np.clip(value, 0, 1))
    within = Check("within_0_and_1", clipped == value, f"before clipping {value:.3f}")
    estimate = Estimate("share", clipped, float(low), float(high), level)
    return EffectSize("misclassification", estimate, (seen[1],), (told, within))
