"""Errors that respect clusters when there are few: CR1 and CR2 with Satterthwaite's df."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdresearch.core.errors import StatisticsError

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class LeastSquares:
    """A least-squares fit: coefficients, residuals, inverse of X'X."""

    beta: Array
    residuals: Array
    bread: Array
    x: Array

    @property
    def df(self) -> int:
        """Rows less coefficients."""
        return self.x.shape[0] - self.x.shape[1]

    def covariance(self) -> Array:
        """Return the covariance for independent errors of one size."""
        return self.bread * float(self.residuals @ self.residuals) / self.df


def least_squares(x: Array, y: Array) -> LeastSquares:
    """Fit ``y = X b`` with X of full column rank, shape (n, p)."""
    q, r = np.linalg.qr(x)
    if (np.abs(np.diag(r)) < 1e-10 * np.abs(np.diag(r)).max()).any():
        raise StatisticsError("The columns of this design follow from each other: nothing to fit.")
    beta = np.linalg.solve(r, q.T @ y)
    half = np.linalg.solve(r, np.eye(len(r)))
    return LeastSquares(beta, y - x @ beta, half @ half.T, x)


def cr1(fit: LeastSquares, cluster: Array) -> Array:
    """Return the cluster covariance times G/(G-1) (n-1)/(n-p): R's ``vcovCL(type = "HC1")``."""
    groups = int(cluster.max()) + 1
    n, p = fit.x.shape
    scores = np.zeros((groups, p))
    np.add.at(scores, cluster, fit.x * fit.residuals[:, None])
    factor = groups / (groups - 1) * (n - 1) / (n - p)
    return fit.bread @ (scores.T @ scores) @ fit.bread * factor


def cr2(fit: LeastSquares, cluster: Array) -> tuple[Array, Array]:
    """Return the bias-reduced cluster covariance and Satterthwaite's df of each coefficient.

    Parameters
    ----------
    fit : LeastSquares
        Fixed effects are columns of ``fit.x``, not absorbed.
    cluster : array of int, shape (n,)
        0, 1, ..., G - 1.

    Returns
    -------
    covariance : array, shape (p, p)
    df : array, shape (p,)

    Notes
    -----
    ``A_g = (I - H_gg)^(-1/2)``, the Moore-Penrose root where a cluster's fixed effect makes it
    singular; df = (tr P)^2 / tr(P^2) under independent errors of one size. Bell and McCaffrey
    (2002); Pustejovsky and Tipton (2018). Checked against R's
    clubSandwich 0.5.8.
    """
    groups = int(cluster.max()) + 1
    n, p = fit.x.shape
    meat = np.zeros((p, p))
    adjusted = np.zeros((groups, n, p))
    for g in range(groups):
        rows = np.flatnonzero(cluster == g)
        xg = fit.x[rows]
        root = _inverse_root(np.eye(len(rows)) - xg @ fit.bread @ xg.T)
        weight = root @ xg
        score = weight.T @ fit.residuals[rows]
        meat += np.outer(score, score)
        moved = weight @ fit.bread
        adjusted[g, rows] += moved
        adjusted[g] -= fit.x @ (fit.bread @ (xg.T @ moved))
    covariance = fit.bread @ meat @ fit.bread
    inner = np.einsum("gnp,hnp->pgh", adjusted, adjusted)
    trace = np.einsum("pgg->p", inner)
    with np.errstate(invalid="ignore", divide="ignore"):
        df = trace**2 / (inner**2).sum(axis=(1, 2))
    return covariance, df


def _inverse_root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    kept = values > 1e-10 * max(1.0, float(values.max()))
    root = np.where(kept, 1 / np.sqrt(np.where(kept, values, 1.0)), 0.0)
    return (vectors * root) @ vectors.T


def newey_west(fit: LeastSquares, lags: int) -> Array:
    """Return Newey and West's covariance with Bartlett weights, rows in time order."""
    scores = fit.x * fit.residuals[:, None]
    meat = scores.T @ scores
    for lag in range(1, lags + 1):
        cross = scores[lag:].T @ scores[:-lag]
        meat += (1 - lag / (lags + 1)) * (cross + cross.T)
    return fit.bread @ meat @ fit.bread
