"""Shares of variance from F: eta, omega and epsilon squared, Cohen's f; and from ranks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN, Estimate
from mdresearch.stats.effects.noncentral import f_interval

KINDS = ("eta_squared", "omega_squared", "epsilon_squared", "cohens_f")


def eta_squared(
    f: float,
    df1: float,
    df2: float,
    kind: str = "eta_squared",
    level: float = 0.95,
    *,
    n: int | None = None,
) -> Estimate:
    r"""Return a share of variance from an F statistic, with its interval.

    Parameters
    ----------
    f, df1, df2 : float
        The statistic of an effect and its degrees of freedom (partial, where others are held).
    kind : str
        ``eta_squared``, ``omega_squared``, ``epsilon_squared`` or ``cohens_f``.
    level : float
        Two-sided level; the share cannot be negative, so that a one-sided 95 % bound is the lower
        limit at .90.
    n : int or None
        Observations, for omega squared of one effect among several; by default those of a one-way
        design, df1 + df2 + 1.

    Notes
    -----
    .. math:: \eta^2 = \frac{F d_1}{F d_1 + d_2},\quad
              \omega^2 = \frac{(F - 1) d_1}{(F - 1) d_1 + n},\quad
              \epsilon^2 = \frac{(F - 1) d_1}{F d_1 + d_2}

    Limits come from the noncentrality of F: eta squared ``ncp / (ncp + d2)`` as R's effectsize;
    for omega and epsilon squared the same share of the population, ``ncp / (ncp + n)``
    (effectsize 0.8's interval does not follow from its own formula and was no target).

    Examples
    --------
    >>> print(eta_squared(6.5, 2, 57))
    η² = 0.19, 95% CI [0.03, 0.35]
    """
    if kind not in KINDS:
        raise StatisticsError(f"There is no share '{kind}'. Known: {', '.join(KINDS)}.")
    if not (df1 > 0 and df2 > 0):
        raise StatisticsError(f"Degrees of freedom are {df1} and {df2}; both must be above 0.")
    if not f >= 0 or math.isinf(f):
        return Estimate(kind, NAN, level=level, reason=f"F is {f}")
    low, high = f_interval(f, df1, df2, level)
    if kind in ("eta_squared", "cohens_f"):
        values = [n / (n + df2) for n in (f * df1, low, high)]
        if kind == "cohens_f":
            values = [math.sqrt(v / (1 - v)) for v in values]
        symbol = "f" if kind == "cohens_f" else "η²"
        return Estimate(symbol, values[0], values[1], values[2], level)
    total = df1 + df2 + 1 if n is None else n
    above = (f - 1) * df1
    below = above + total if kind == "omega_squared" else f * df1 + df2
    value = max(0.0, above / below)
    symbol = "ω²" if kind == "omega_squared" else "ε²"
    return Estimate(symbol, value, low / (low + total), high / (high + total), level)


def one_way(data: pd.DataFrame, outcome: str, group: str) -> tuple[float, float, float, int]:
    """Return F, its degrees of freedom and the rows used, from sums by group alone."""
    for column in (outcome, group):
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    kept = data[[outcome, group]].dropna()
    sums = kept.groupby(group, observed=True)[outcome].agg(["size", "mean", "var"])
    if len(sums) < 2 or len(kept) <= len(sums):
        raise DataError(
            f"'{group}' has {len(sums)} groups in {len(kept)} rows: nothing to compare."
        )
    grand = float(kept[outcome].mean())
    between = float((sums["size"] * (sums["mean"] - grand) ** 2).sum())
    within = float(((sums["size"] - 1) * sums["var"].fillna(0)).sum())
    df1, df2 = len(sums) - 1, len(kept) - len(sums)
    if within == 0:
        return (math.inf if between else NAN), df1, df2, len(kept)
    return between / df1 / (within / df2), df1, df2, len(kept)


def rank_shares(data: pd.DataFrame, outcome: str, group: str) -> dict[str, float]:
    """Return epsilon and eta squared of ranks, from Kruskal and Wallis's H."""
    kept = data[[outcome, group]].dropna()
    parts = [p.to_numpy(dtype=float) for _, p in kept.groupby(group, observed=True)[outcome]]
    n, k = len(kept), len(parts)
    h = float(stats.kruskal(*parts).statistic) if len(np.unique(kept[outcome])) > 1 else NAN
    return {"h": h, "epsilon_squared": h / (n - 1), "eta_squared": (h - k + 1) / (n - k)}
