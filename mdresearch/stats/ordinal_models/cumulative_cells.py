"""The likelihood of a cumulative model over counted cells, with gradient and Hessian in full."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mdresearch.stats.ordinal_models.links import Link, between


@dataclass(frozen=True, eq=False)
class Cells:
    """Distinct rows of a design with how often each category was chosen.

    ``upper`` and ``lower`` map the location parameters to the two linear predictors of a cell;
    ``top`` and ``bottom`` mark cells whose category has no upper or no lower threshold.
    """

    upper: np.ndarray
    lower: np.ndarray
    top: np.ndarray
    bottom: np.ndarray
    scale: np.ndarray
    count: np.ndarray


def counted(
    codes: np.ndarray, parts: list[np.ndarray], weights: np.ndarray | None
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray]:
    """Return the distinct rows of category and matrices, and their counts."""
    whole = np.column_stack([codes.astype(float), *parts])
    frame = pd.DataFrame(whole)
    group = frame.groupby(list(frame.columns), sort=False, dropna=False).ngroup().to_numpy()
    count = np.bincount(group, weights)
    first = np.unique(group, return_index=True)[1]
    kept = count > 0
    return codes[first][kept], [part[first][kept] for part in parts], count[kept]


def cells_of(
    codes: np.ndarray,
    location: np.ndarray,
    nominal: np.ndarray,
    scale: np.ndarray,
    basis: np.ndarray,
    weights: np.ndarray | None = None,
) -> Cells:
    """Return the cells of a model.

    Parameters
    ----------
    codes : array of int
        The category of each row, from 0.
    location, nominal, scale : array, rows x columns
        Matrices without an intercept.
    basis : array, thresholds x parameters
        How the thresholds follow from their parameters.
    weights : array or None
        Frequency weights.
    """
    last = len(basis)
    codes, (x, w, s), count = counted(codes, [location, nominal, scale], weights)

    def predictor(place: np.ndarray) -> np.ndarray:
        held = basis[np.clip(place, 0, last - 1)]
        own = [held, *(held * w[:, [k]] for k in range(w.shape[1])), -x]
        return np.concatenate(own, axis=1)

    return Cells(
        upper=predictor(codes), lower=predictor(codes - 1), top=codes == last, bottom=codes == 0,
        scale=s, count=count,
    )  # fmt: skip


def predictors(cells: Cells, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return upper and lower point of each cell (infinite at the ends), and 1 / scale."""
    n = cells.upper.shape[1]
    shrink = np.exp(-(cells.scale @ theta[n:]))
    upper = np.where(cells.top, np.inf, (cells.upper @ theta[:n]) * shrink)
    lower = np.where(cells.bottom, -np.inf, (cells.lower @ theta[:n]) * shrink)
    return upper, lower, shrink


def loglik(cells: Cells, link: Link, theta: np.ndarray) -> float:
    """Return the log-likelihood; minus infinity where a cell has no probability."""
    upper, lower, _ = predictors(cells, theta)
    p = between(link, lower, upper)
    if not (p > 0).all():
        return -np.inf
    return float(cells.count @ np.log(p))


def derivatives(
    cells: Cells, link: Link, theta: np.ndarray
) -> tuple[float, np.ndarray, np.ndarray]:
    """Return log-likelihood, gradient and Hessian."""
    upper, lower, shrink = predictors(cells, theta)
    p = between(link, lower, upper)
    s = cells.scale
    ends = []
    for point, matrix, open_ in (
        (upper, cells.upper, cells.top),
        (lower, cells.lower, cells.bottom),
    ):
        at = np.where(open_, 0.0, point)
        density = np.where(open_, 0.0, link.pdf(at))
        slope = np.where(open_, 0.0, link.slope(at))
        own = matrix * shrink[:, None]
        ends.append((at, density, slope, np.concatenate([own, -at[:, None] * s], axis=1), own))
    (u1, f1, g1, d1, m1), (u0, f0, g0, d0, m0) = ends
    rate = cells.count / p
    score = f1[:, None] * d1 - f0[:, None] * d0
    gradient = rate @ score
    hessian = (d1 * (rate * g1)[:, None]).T @ d1 - (d0 * (rate * g0)[:, None]).T @ d0
    hessian -= (score * (rate / p)[:, None]).T @ score
    if s.shape[1]:
        k = m1.shape[1]
        cross = -(m1 * (rate * f1)[:, None]).T @ s + (m0 * (rate * f0)[:, None]).T @ s
        hessian[:k, k:] += cross
        hessian[k:, :k] += cross.T
        hessian[k:, k:] += (s * (rate * (f1 * u1 - f0 * u0))[:, None]).T @ s
    return float(cells.count @ np.log(p)), gradient, hessian


def maximise(
    cells: Cells, link: Link, start: np.ndarray, fixed: np.ndarray | None = None
) -> tuple[np.ndarray, float, np.ndarray, bool]:
    """Return parameters, log-likelihood, Hessian and whether the optimum was reached.

    Newton's method with the exact Hessian (made definite where it is not) and step halving.

    Parameters
    ----------
    cells : Cells
    link : Link
    start : array
    fixed : array of bool or None
        Parameters that stay as they start.
    """
    theta = start.copy()
    free = np.ones(len(theta), bool) if fixed is None else ~fixed
    value, gradient, hessian = derivatives(cells, link, theta)
    size = float(cells.count.sum())
    for _ in range(200):
        if np.abs(gradient[free]).max(initial=0.0) < 1e-9 * max(1.0, size**0.5):
            step = _step(hessian[np.ix_(free, free)], gradient[free])
            if np.abs(step).max(initial=0.0) < 1e-9 * (1 + np.abs(theta).max()):
                return theta, value, hessian, True
        step = _step(hessian[np.ix_(free, free)], gradient[free])
        factor = 1.0
        for _ in range(50):
            tried = theta.copy()
            tried[free] += factor * step
            new = loglik(cells, link, tried)
            if new > value or (new >= value - 1e-12 * abs(value) and factor < 1e-3):
                break
            factor /= 2
        else:
            flat = np.abs(gradient[free]).max(initial=0.0) < 1e-5 * size
            return theta, value, hessian, bool(flat)
        still = abs(new - value) <= 1e-15 * abs(value)
        theta = tried
        value, gradient, hessian = derivatives(cells, link, theta)
        if still and np.abs(gradient[free]).max(initial=0.0) < 1e-6 * max(1.0, size**0.5):
            return theta, value, hessian, True
        if np.abs(theta).max() > 1e3:
            return theta, value, hessian, False
    return theta, value, hessian, False


def _step(hessian: np.ndarray, gradient: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(-hessian)
    floor = max(values[-1], 1e-12) * 1e-10
    return np.asarray(vectors @ ((vectors.T @ gradient) / np.maximum(np.abs(values), floor)))
