"""Standardised differences of means: d, g, Glass's delta, and what follows from them."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammaln, ndtr

from mdresearch.core.results import NAN, Estimate
from mdresearch.stats.effects.noncentral import t_interval

Array = np.ndarray


def small_sample(df: float) -> float:
    """Return Hedges' exact factor J = Gamma(df/2) / (sqrt(df/2) Gamma((df-1)/2)).

    Examples
    --------
    >>> round(small_sample(18), 6)
    0.957646
    """
    return float(math.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / math.sqrt(df / 2))


def standardised(
    x: Array, y: Array, kind: str, level: float, *, welch: bool = False, paired: bool = False
) -> Estimate:
    """Return d, g or Glass's delta of ``mean(x) - mean(y)`` with its noncentral t interval.

    ``welch`` divides by the root of the mean variance with Satterthwaite's df; Glass's delta by
    the SD of ``y``; paired, by the SD of the differences.
    """
    symbol = {"cohens_d": "d", "hedges_g": "g", "glass_delta": "Δ"}[kind]
    gap = float(x.mean() - y.mean())
    n1, n2 = len(x), len(y)
    v1, v2 = float(x.var(ddof=1)), float(y.var(ddof=1))
    if paired:
        spread = float((x - y).std(ddof=1))
        df, scale = float(n1 - 1), math.sqrt(1 / n1)
    elif kind == "glass_delta":
        spread, df = math.sqrt(v2), float(n2 - 1)
        scale = math.sqrt(1 / n2 + v1 / (n1 * v2)) if v2 > 0 else NAN
    elif welch:
        spread = math.sqrt((v1 + v2) / 2)
        a, b = v1 / n1, v2 / n2
        df = (a + b) ** 2 / (a**2 / (n1 - 1) + b**2 / (n2 - 1)) if a + b > 0 else NAN
        scale = math.sqrt(2 * (a + b) / (v1 + v2)) if v1 + v2 > 0 else NAN
    else:
        df = float(n1 + n2 - 2)
        spread = math.sqrt(((n1 - 1) * v1 + (n2 - 1) * v2) / df)
        scale = math.sqrt(1 / n1 + 1 / n2)
    if not spread > 0:
        return Estimate(symbol, NAN, level=level, reason="no variation within groups")
    value = gap / spread
    low, high = (limit * scale for limit in t_interval(value / scale, df, level))
    factor = small_sample(df) if kind == "hedges_g" else 1.0
    return Estimate(symbol, value * factor, low * factor, high * factor, level)


def from_d(d: Estimate, kind: str) -> Estimate:
    """Return U3, the probability of superiority or the overlap of two normal groups d apart."""
    if math.isnan(d.value):
        return Estimate(kind, NAN, level=d.level, reason=d.reason)
    if kind == "overlap":
        values = [2 * float(ndtr(-abs(v) / 2)) for v in (d.value, d.low, d.high)]
        high = 1.0 if d.low <= 0 <= d.high else max(values[1:])
        return Estimate("overlap", values[0], min(values[1:]), high, d.level)
    divide = math.sqrt(2) if kind == "superiority" else 1.0
    values = [float(ndtr(v / divide)) for v in (d.value, d.low, d.high)]
    symbol = {"superiority": "P(a > b)", "u3": "U₃"}[kind]
    return Estimate(symbol, values[0], values[1], values[2], d.level)
