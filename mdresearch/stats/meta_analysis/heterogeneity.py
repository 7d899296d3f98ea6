"""Estimators of the variance between studies (tau squared), their errors and interval."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import optimize, stats

from mdresearch.core.errors import StatisticsError, unknown_name

Array = np.ndarray
_LARGEST = 1e12


def weighted(y: Array, v: Array, x: Array, tau2: float) -> tuple[Array, Array, float, Array]:
    """Return coefficients, their covariance, residual sum of squares and the projection P.

    ``P = W - W X (X'WX)^-1 X'W`` with ``W = diag(1 / (v + tau2))``; all have k rows.
    """
    w = 1 / (v + tau2)
    xw = x * w[:, None]
    covariance = np.linalg.inv(x.T @ xw)
    projection = np.diag(w) - xw @ covariance @ xw.T
    return covariance @ (xw.T @ y), covariance, float(y @ projection @ y), projection


def tau_squared(y: Array, v: Array, x: Array, method: str) -> tuple[float, float]:
    """Return an estimate of tau squared and its standard error.

    Parameters
    ----------
    y, v : array, shape (k,)
        Effects and sampling variances.
    x : array, shape (k, p)
        Moderators with the constant.
    method : str
        FE (0), DL, HE, SJ, ML, REML, EB or PM.

    Notes
    -----
    Estimates below 0 become 0. The likelihoods are searched on a grid and solved for the root
    of their slope, so that no maximum is jumped over. The error of a moment estimator
    ``(y'Ay - tr AV) / tr A`` is ``sqrt(2 tr(A S A S)) / tr A`` with S the covariance of the
    effects at the estimate; those of ML and REML come from the expected information.
    """
    if method not in ESTIMATORS:
        raise unknown_name("estimator of tau squared", method, ESTIMATORS)
    return ESTIMATORS[method](y, v, x)


def _none(y: Array, v: Array, x: Array) -> tuple[float, float]:
    return 0.0, float("nan")


def _moment(y: Array, v: Array, a: Array) -> tuple[float, float]:
    trace = float(np.trace(a))
    found = max(0.0, (float(y @ a @ y) - float(np.diag(a) @ v)) / trace)
    spread = a * (v + found)[None, :]
    return found, float(np.sqrt(2 * np.einsum("ij,ji->", spread, spread)) / trace)


def _hedges(y: Array, v: Array, x: Array) -> tuple[float, float]:
    return _moment(y, v, weighted(y, np.zeros_like(v), x, 1.0)[3])


def _dersimonian(y: Array, v: Array, x: Array) -> tuple[float, float]:
    return _moment(y, v, weighted(y, v, x, 0.0)[3])


def _sidik(y: Array, v: Array, x: Array) -> tuple[float, float]:
    k, p = x.shape
    start = float(np.mean((y - y.mean()) ** 2))
    if start == 0:
        return 0.0, 0.0
    projection = weighted(y, v, x, start)[3]
    found = start * float(y @ projection @ y) / (k - p)
    spread = projection * (v + found)[None, :]
    return found, float(start / (k - p) * np.sqrt(2 * np.einsum("ij,ji->", spread, spread)))


def _highest(
    slope: Callable[[float], float], height: Callable[[float], float], scale: float
) -> float:
    """Return the highest point at or above 0: the best of a grid, then the root of the slope."""
    grid = np.concatenate([[0.0], scale * np.logspace(-6, 4, 41)])
    best = int(np.argmax([height(t) for t in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    if slope(low) <= 0:
        return float(low)
    if slope(high) >= 0:
        raise StatisticsError("tau squared has no maximum in sight; check the units of the errors.")
    return float(optimize.brentq(slope, low, high, xtol=1e-15 * scale, rtol=1e-14))


def loglik(y: Array, v: Array, x: Array, tau2: float, restricted: bool) -> float:
    """Return the log-likelihood (restricted: with ``log|X'X| / 2``, as metafor prints it)."""
    k, p = x.shape
    _, covariance, rss, _ = weighted(y, v, x, tau2)
    free = k - p if restricted else k
    value = -0.5 * (free * np.log(2 * np.pi) + np.log(v + tau2).sum() + rss)
    if restricted:
        value += 0.5 * (np.linalg.slogdet(x.T @ x)[1] + np.linalg.slogdet(covariance)[1])
    return float(value)


def _maximum(y: Array, v: Array, x: Array) -> tuple[float, float]:
    def slope(tau2: float) -> float:
        w = 1 / (v + tau2)
        py = weighted(y, v, x, tau2)[3] @ y
        return float(py @ py - w.sum())

    scale = float(np.var(y) + v.mean())
    found = _highest(slope, lambda t: loglik(y, v, x, t, restricted=False), scale)
    return found, float(np.sqrt(2 / ((v + found) ** -2.0).sum()))


def _restricted(y: Array, v: Array, x: Array) -> tuple[float, float]:
    def slope(tau2: float) -> float:
        p = weighted(y, v, x, tau2)[3]
        py = p @ y
        return float(py @ py - np.trace(p))

    scale = float(np.var(y) + v.mean())
    found = _highest(slope, lambda t: loglik(y, v, x, t, restricted=True), scale)
    projection = weighted(y, v, x, found)[3]
    return found, float(np.sqrt(2 / (projection * projection).sum()))


def _paule(y: Array, v: Array, x: Array) -> tuple[float, float]:
    """Solve Q(tau2) = k - p; the empirical Bayes estimator has the same solution."""
    k, p = x.shape
    found = _q_root(y, v, x, k - p)
    total = float((1 / (v + found)).sum())
    return found, float(np.sqrt(2 * k**2 / (k - p)) / total)


ESTIMATORS: dict[str, Callable[[Array, Array, Array], tuple[float, float]]] = {
    "FE": _none,
    "DL": _dersimonian,
    "HE": _hedges,
    "SJ": _sidik,
    "ML": _maximum,
    "REML": _restricted,
    "EB": _paule,
    "PM": _paule,
}
"""Key: estimator. FE common effect, DL DerSimonian-Laird, HE Hedges, SJ Sidik-Jonkman, ML and REML
likelihoods, EB empirical Bayes, PM Paule-Mandel."""


def _q_root(y: Array, v: Array, x: Array, target: float) -> float:
    """Return tau squared at which the generalised Q falls to ``target``; 0 where it is below."""

    def gap(tau2: float) -> float:
        return weighted(y, v, x, tau2)[2] - target

    if gap(0.0) <= 0:
        return 0.0
    high = max(float(np.var(y)), float(v.mean()), 1e-8)
    while gap(high) > 0:
        high *= 4
        if high > _LARGEST:
            raise StatisticsError("The effects lie too far apart for their errors: check units.")
    return float(optimize.brentq(gap, 0.0, high, xtol=1e-14 * high, rtol=1e-14, maxiter=500))


def q_profile(y: Array, v: Array, x: Array, level: float) -> tuple[float, float]:
    """Return the interval of tau squared in which Q lies between its chi-squared quantiles.

    After Viechtbauer (2007). Limits below 0 become 0.
    """
    df = x.shape[0] - x.shape[1]
    upper = stats.chi2.ppf(1 - (1 - level) / 2, df)
    lower = stats.chi2.ppf((1 - level) / 2, df)
    return _q_root(y, v, x, float(upper)), _q_root(y, v, x, float(lower))
