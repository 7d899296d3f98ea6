"""The verdict table of five words, the decisive p, and Holm's procedure over a family."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Decision, Effect
from mdresearch.core.scales import to_linear


def upper_tail(x: float, df: float) -> float:
    """Return P(T > x) of Student's t; of the normal where ``df`` is infinite."""
    from scipy.special import ndtr, stdtr

    return float(ndtr(-x) if math.isinf(df) else stdtr(df, -x))


def decide(
    effect: Effect,
    relation: str,
    smallest: float,
    at_least: float | None = None,
    number: float | None = None,
    alpha: float = 0.05,
) -> Decision:
    """Form a verdict from an effect.

    Parameters
    ----------
    effect : Effect
        Linear effect with its error; positive where the first group is higher.
    relation : str
        ``">"``, ``"<"``, ``"!="`` or ``"~"``.
    smallest : float
        Smallest effect of interest, on the effect's scale (1.2 is 20 % on a ratio scale).
    at_least : float or None
        The claimed minimum, on the effect's scale.
    number : float or None
        The value that a claim without groups is compared with, on the effect's scale.
    alpha : float
        Error rate.

    Returns
    -------
    Decision
        By the first row of the table that holds: not tested, equivalent, contradicted, supported,
        undecided. The interval of the decision is that of the effect as stated, not mirrored.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419, for the two one-sided tests.

    Examples
    --------
    >>> decide(Effect(0.9, 0.2, 20, "g_person"), ">", 0.2, at_least=0.43).verdict
    'supported'
    """
    if relation not in (">", "<", "!=", "~"):
        raise StatisticsError(f"The relation '{relation}' is not one of >, <, !=, ~.")
    wide, narrow = effect.estimate(1 - alpha), effect.estimate(1 - 2 * alpha)
    if not effect.defined:
        return Decision("not_tested", "", alpha, NAN, NAN, NAN, NAN, NAN, wide, narrow)
    bound = to_linear(smallest, effect.scale)
    least = to_linear(at_least, effect.scale) if at_least is not None else 0.0
    null = to_linear(number, effect.scale) if number is not None else 0.0
    sign = -1 if relation == "<" else 1
    value = sign * (effect.value - null)
    shifted = Effect(value, effect.se, effect.df, "raw")
    p, up, down, tost = _p_values(shifted, relation, bound, least)
    low, high = shifted.linear_interval(1 - alpha)
    inner = shifted.linear_interval(1 - 2 * alpha)
    verdict, note = _word(relation, (low, high), inner, bound, least)
    decisive = min(1.0, 2 * min(up, down, tost))
    return Decision(verdict, note, alpha, p, up, down, tost, decisive, wide, narrow)


def _p_values(
    effect: Effect, relation: str, bound: float, least: float
) -> tuple[float, float, float, float]:
    def tail(at: float) -> float:
        return upper_tail((effect.value - at) / effect.se, effect.df)

    tost = max(tail(-bound), upper_tail((bound - effect.value) / effect.se, effect.df))
    above = tail(bound) if relation == "~" else tail(least)
    at = -bound if relation == "~" else least
    below = upper_tail((at - effect.value) / effect.se, effect.df)
    centre = 0.0 if relation == "~" else least
    two_sided = min(1.0, 2 * upper_tail(abs(effect.value - centre) / effect.se, effect.df))
    return two_sided, above, below, tost


def _word(
    relation: str,
    interval: tuple[float, float],
    narrow: tuple[float, float],
    bound: float,
    least: float,
) -> tuple[str, str]:
    low, high = interval
    inside = -bound < narrow[0] and narrow[1] < bound
    nonzero = "a difference from 0 is detected" if low > 0 or high < 0 else ""
    if relation == "~":
        if inside:
            return "supported", nonzero
        return ("contradicted", "") if low > bound or high < -bound else ("undecided", "")
    if inside:
        return "equivalent", nonzero
    if relation == "!=":
        return ("supported", "") if nonzero else ("undecided", "")
    if high < 0:
        return "contradicted", "the difference lies the other way"
    if high < least:
        return "contradicted", "smaller than claimed"
    return ("supported", "") if low > least else ("undecided", "")


def holm(p: Sequence[float]) -> np.ndarray:
    """Return Holm-adjusted p values; ``nan`` stays ``nan`` and does not count.

    References
    ----------
    Holm (1979). Checked against R's ``p.adjust(method = "holm")``.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=float)
    out = np.full(len(values), NAN)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    steps = len(order) - np.arange(len(order))
    out[order] = np.minimum(1, np.maximum.accumulate(values[order] * steps))
    return out


def holm_levels(p: Sequence[float], alpha: float = 0.05) -> np.ndarray:
    """Return the error rate at which each claim of a family forms its word.

    The claim with the k-th smallest p gets ``alpha / (m - k + 1)`` as long as every smaller p was
    rejected; the first that is not, and all after it, get the rate of that step. ``nan`` stays.

    Examples
    --------
    >>> holm_levels([0.01, 0.04, 0.03]).round(4).tolist()
    [0.0167, 0.025, 0.025]
    """
    values = np.asarray(p, dtype=float)
    out = np.full(len(values), NAN)
    known = np.flatnonzero(~np.isnan(values))
    order = known[np.argsort(values[known], kind="stable")]
    level = alpha / len(order) if len(order) else alpha
    stopped = False
    for place, index in enumerate(order):
        if not stopped:
            level = alpha / (len(order) - place)
            stopped = values[index] > level
        out[index] = level
    return out
