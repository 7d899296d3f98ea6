"""Several effects a study: a variance between and one within studies, by Fisher scoring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdresearch.core.errors import StatisticsError

Array = np.ndarray
_LARGEST = 3000


@dataclass(frozen=True, eq=False)
class Levels:
    """A fitted two-level model: variances are (between, within) studies."""

    beta: Array
    covariance: Array
    variances: tuple[float, float]
    variance_se: tuple[float, float]
    loglik: float


def fit_levels(y: Array, v: Array, x: Array, study: Array, *, restricted: bool = True) -> Levels:
    """Fit ``y = Xb + u_study + w + e`` with known sampling variances.

    Parameters
    ----------
    y, v : array, shape (k,)
        Effects and sampling variances, independent of each other given the study.
    x : array, shape (k, p)
        Moderators with the constant.
    study : array of int, shape (k,)
        Which study an effect is from, 0, 1, ...

    Notes
    -----
    Fisher scoring on the two variances, held at or above 0; a variance at 0 whose score points
    below stays there. The errors of the variances come from the expected information and are
    ``nan`` for a variance at 0.
    """
    if len(y) > _LARGEST:
        raise StatisticsError(f"{len(y):,} effects are more than the {_LARGEST:,} that fit here.")
    same = (study[:, None] == study[None, :]).astype(float)
    parts = (same, np.eye(len(y)))
    at = np.full(2, max(float(np.var(y)) - float(v.mean()), 0.1 * float(v.mean())) / 2)
    height = _height(y, v, x, parts, at, restricted)
    for _ in range(300):
        score, information = _slopes(y, v, x, parts, at, restricted)
        held = (at <= 0) & (score <= 0)
        free = ~held
        move = np.zeros(2)
        if free.any():
            move[free] = np.linalg.solve(information[np.ix_(free, free)], score[free])
        to = np.maximum(at + move, 0.0)
        new = _height(y, v, x, parts, to, restricted)
        while new < height - 1e-10 * (1 + abs(height)):
            to = (at + to) / 2
            new = _height(y, v, x, parts, to, restricted)
        change, at, height = float(np.abs(to - at).max()), to, new
        if change <= 1e-12 * (1 + float(at.max())):
            break
    else:
        raise StatisticsError("The variances did not settle in 300 steps: are some studies alike?")
    _, information = _slopes(y, v, x, parts, at, restricted)
    free = at > 0
    se = np.full(2, np.nan)
    if free.any():
        se[free] = np.sqrt(np.diag(np.linalg.inv(information[np.ix_(free, free)])))
    beta, covariance, *_ = _solved(y, v, x, parts, at)
    return Levels(
        beta, covariance, (float(at[0]), float(at[1])), (float(se[0]), float(se[1])), height
    )


def _solved(
    y: Array, v: Array, x: Array, parts: tuple[Array, Array], at: Array
) -> tuple[Array, Array, Array, float]:
    """Return coefficients, their covariance, the inverse covariance of y, its log determinant."""
    sigma = np.diag(v) + at[0] * parts[0] + at[1] * parts[1]
    factor = np.linalg.cholesky(sigma)
    half = np.linalg.solve(factor, np.eye(len(y)))
    inverse = half.T @ half
    covariance = np.linalg.inv(x.T @ inverse @ x)
    return covariance @ (x.T @ inverse @ y), covariance, inverse, 2 * np.log(np.diag(factor)).sum()


def _height(
    y: Array, v: Array, x: Array, parts: tuple[Array, Array], at: Array, restricted: bool
) -> float:
    beta, covariance, inverse, logdet = _solved(y, v, x, parts, at)
    rest = y - x @ beta
    k, p = x.shape
    free = k - p if restricted else k
    value = -0.5 * (free * np.log(2 * np.pi) + logdet + rest @ inverse @ rest)
    if restricted:
        value += 0.5 * (np.linalg.slogdet(x.T @ x)[1] + np.linalg.slogdet(covariance)[1])
    return float(value)


def _slopes(
    y: Array, v: Array, x: Array, parts: tuple[Array, Array], at: Array, restricted: bool
) -> tuple[Array, Array]:
    """Return score and expected information of the two variances."""
    _, covariance, inverse, _ = _solved(y, v, x, parts, at)
    xi = inverse @ x
    projection = inverse - xi @ covariance @ xi.T
    middle = projection if restricted else inverse
    py = projection @ y
    score = np.array([0.5 * (py @ g @ py - np.einsum("ij,ji->", middle, g)) for g in parts])
    products = [middle @ g for g in parts]
    information = np.array([[0.5 * np.einsum("ij,ji->", a, b) for b in products] for a in products])
    return score, information
