"""Cliff's delta and the rank-biserial correlation: how often one group lies above the other."""

from __future__ import annotations

import math

import numpy as np
from scipy import stats

from mdresearch.core.results import NAN, Estimate

Array = np.ndarray


def _counts(x: Array, y: Array) -> tuple[Array, Array]:
    """Return the row and column means of the dominance matrix sign(x_i - y_j)."""
    ys, xs = np.sort(y), np.sort(x)
    row = np.searchsorted(ys, x, "left") - (len(y) - np.searchsorted(ys, x, "right"))
    column = (len(x) - np.searchsorted(xs, y, "right")) - np.searchsorted(xs, y, "left")
    return row / len(y), column / len(x)


def cliffs_delta(x: Array, y: Array, level: float = 0.95) -> tuple[Estimate, float]:
    """Return Cliff's delta of two samples with his asymmetric interval, and its variance.

    Parameters
    ----------
    x, y : array, shapes (n1,), (n2,)
        The two samples; delta is P(x > y) - P(x < y).

    Notes
    -----
    Unbiased variance from the rows and columns of the dominance matrix, which is never written
    out (sorting instead). Checked against R's effsize with ``return.dm = TRUE``, its default
    path being wrong. ``nan`` with the reason where no value overlaps, since the variance is 0.

    Examples
    --------
    >>> delta, variance = cliffs_delta(np.array([1.0, 2, 4]), np.array([3.0, 5, 6]))
    >>> round(delta.value, 3)
    -0.778
    """
    n1, n2 = len(x), len(y)
    row, column = _counts(x, y)
    delta = float(row.mean())
    ties = float(
        (np.searchsorted(np.sort(y), x, "right") - np.searchsorted(np.sort(y), x, "left")).sum()
    )
    squares = n1 * n2 - ties - n1 * n2 * delta**2
    variance = (
        n2**2 * float(((row - delta) ** 2).sum())
        + n1**2 * float(((column - delta) ** 2).sum())
        - squares
    ) / (n1 * n2 * (n1 - 1) * (n2 - 1))
    if variance <= 0:
        reason = "the samples do not overlap: no interval"
        return Estimate("δ", delta, NAN, NAN, level, reason), float(variance)
    t = float(stats.t.ppf(1 - (1 - level) / 2, n1 + n2 - 2))
    reach = t * math.sqrt(variance) * math.sqrt((1 - delta**2) ** 2 + t**2 * variance)
    below = 1 - delta**2 + t**2 * variance
    centre = delta - delta**3
    return (
        Estimate("δ", delta, (centre - reach) / below, (centre + reach) / below, level),
        float(variance),
    )


def rank_biserial(x: Array, y: Array, level: float, *, paired: bool = False) -> Estimate:
    """Return the rank-biserial correlation with an interval by Fisher's z (R's effectsize)."""
    if paired:
        gap = x - y
        gap = gap[gap != 0]
        if not len(gap):
            return Estimate("r_rb", NAN, level=level, reason="all pairs are equal")
        ranks = stats.rankdata(np.abs(gap))
        value = float((ranks * np.sign(gap)).sum() / ranks.sum())
        n = len(gap)
        error = math.sqrt((2 * n**3 + 3 * n**2 + n) / 6) / ((n**2 + n) / 2)
    else:
        value = float(_counts(x, y)[0].mean())
        error = math.sqrt((len(x) + len(y) + 1) / (3 * len(x) * len(y)))
    if abs(value) == 1:
        return Estimate("r_rb", value, value, value, level)
    reach = float(stats.norm.ppf(1 - (1 - level) / 2)) * error
    z = math.atanh(value)
    return Estimate("r_rb", value, math.tanh(z - reach), math.tanh(z + reach), level)
