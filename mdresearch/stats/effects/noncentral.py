"""Intervals of noncentrality: what t, F and chi squared say of the effect behind them."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy import optimize, special, stats

from mdresearch.core.errors import StatisticsError


def t_interval(t: float, df: float, level: float) -> tuple[float, float]:
    """Return the noncentralities at which ``t`` lies on the upper and lower tail probability.

    Notes
    -----
    Limits are bracketed from ``t`` outwards: far in the tail scipy's noncentral t is nan.
    """
    tail = (1 - level) / 2

    def at(delta: float) -> float:
        return float(stats.nct.cdf(t, df, delta)) if delta else float(special.stdtr(df, t))

    return _falling(at, 1 - tail, t, -1.0), _falling(at, tail, t, 1.0)


def _falling(at: Callable[[float], float], target: float, start: float, way: float) -> float:
    """Return where a falling function meets ``target``, searched from ``start`` in one way."""
    step = 1.0
    inner, outer = start - way * 0.5, start + way * step
    for _ in range(60):
        gap = at(outer) - target
        if math.isnan(gap):
            outer = (inner + outer) / 2
            continue
        if (gap >= 0) == (way < 0):
            break
        inner, outer = outer, outer + way * step
        step *= 1.5
    else:
        raise StatisticsError(f"No limit was found near a statistic of {start:g}.")
    low, high = sorted((inner, outer))
    while (at(low) - target) < 0:
        low -= 1.0
    while (at(high) - target) > 0:
        high += 1.0
    return float(optimize.brentq(lambda d: at(d) - target, low, high, xtol=1e-13, rtol=1e-14))


def f_interval(f: float, df1: float, df2: float, level: float) -> tuple[float, float]:
    """Return the noncentralities of F at both tail probabilities; 0 where none is above it."""
    tail = (1 - level) / 2
    return _rising(lambda d: float(special.ncfdtr(df1, df2, d, f)), tail, f * df1)


def chi_interval(x: float, df: float, level: float) -> tuple[float, float]:
    """Return the noncentralities of chi squared at both tail probabilities."""
    tail = (1 - level) / 2
    return _rising(lambda d: float(special.chndtr(x, df, d)), tail, x)


def _rising(at: Callable[[float], float], tail: float, start: float) -> tuple[float, float]:
    """Return where a function that falls from ``at(0)`` meets 1 - tail and tail."""
    limits = []
    for target in (1 - tail, tail):
        if at(0.0) <= target:
            limits.append(0.0)
            continue
        high = max(start, 1.0)
        while at(high) > target:
            high *= 2
        limits.append(float(optimize.brentq(lambda d, x=target: at(d) - x, 0.0, high, xtol=1e-12)))
    return limits[0], limits[1]
