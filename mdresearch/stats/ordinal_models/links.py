"""The five links of cumulative models, and differences that are exact in both tails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

Function = Callable[[np.ndarray], np.ndarray]
FAR = 700.0


@dataclass(frozen=True, slots=True)
class Link:
    """A distribution.

    ``sf`` is the complement of ``cdf``, exact in the upper tail; ``slope`` is the derivative of
    ``pdf``.
    """

    cdf: Function
    sf: Function
    pdf: Function
    slope: Function
    quantile: Function


def _logit_pdf(x: np.ndarray) -> np.ndarray:
    return special.expit(x) * special.expit(-x)


def _logit_slope(x: np.ndarray) -> np.ndarray:
    return _logit_pdf(x) * (special.expit(-x) - special.expit(x))


def _probit_pdf(x: np.ndarray) -> np.ndarray:
    return np.exp(-0.5 * x * x) / np.sqrt(2 * np.pi)


def _low(x: np.ndarray) -> np.ndarray:
    """Return exp(x), bounded."""
    return np.exp(np.minimum(x, FAR))


def _cloglog_pdf(x: np.ndarray) -> np.ndarray:
    return np.exp(np.minimum(x, FAR) - _low(x))


def _cloglog_slope(x: np.ndarray) -> np.ndarray:
    return _cloglog_pdf(x) * (1 - _low(x))


LINKS: Mapping[str, Link] = {
    "logit": Link(
        special.expit, lambda x: special.expit(-x), _logit_pdf, _logit_slope, special.logit
    ),
    "probit": Link(
        special.ndtr, lambda x: special.ndtr(-x), _probit_pdf, lambda x: -x * _probit_pdf(x),
        special.ndtri,
    ),
    "cloglog": Link(
        lambda x: -np.expm1(-_low(x)), lambda x: np.exp(-_low(x)), _cloglog_pdf, _cloglog_slope,
        lambda p: np.log(-np.log1p(-p)),
    ),
    "loglog": Link(
        lambda x: np.exp(-_low(-x)), lambda x: -np.expm1(-_low(-x)), lambda x: _cloglog_pdf(-x),
        lambda x: -_cloglog_slope(-x), lambda p: -np.log(-np.log(p)),
    ),
    "cauchit": Link(
        lambda x: np.arctan2(1.0, -x) / np.pi, lambda x: np.arctan2(1.0, x) / np.pi,
        lambda x: 1 / (np.pi * (1 + x * x)), lambda x: -2 * x / (np.pi * (1 + x * x) ** 2),
        lambda p: np.tan(np.pi * (p - 0.5)),
    ),
}  # fmt: skip


def between(link: Link, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Return the probability between two points, exact in both tails.

    Examples
    --------
    >>> import numpy as np
    >>> between(LINKS["probit"], np.array([8.0, -np.inf]), np.array([9.0, 0.0])).round(20)
    array([6.2198e-16, 5.0000e-01])
    """
    right = lower > 0
    with np.errstate(invalid="ignore", over="ignore"):
        tail = link.sf(lower) - link.sf(upper)
        body = link.cdf(upper) - link.cdf(lower)
    return np.where(right, tail, body)
