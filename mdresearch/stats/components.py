"""Variance components of a country-by-stimulus table, and a jackknife over both its margins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from mdresearch.stats.profiles import Profiles

NAMES = ("country", "stimulus", "interaction")


@dataclass(frozen=True, slots=True)
class Jackknife:
    """A standard error over countries and stimuli.

    Attributes
    ----------
    se, df : float
        Root of the sum of the two jackknife variances; Satterthwaite degrees of freedom of the sum.
    country, stimulus : float
        The two variances.
    """

    se: float
    df: float
    country: float
    stimulus: float


def components(profiles: Profiles) -> np.ndarray:
    """Return the variances of country, stimulus and country x stimulus.

    Parameters
    ----------
    profiles : Profiles
        Cell means with the covariance of their errors; empty cells are allowed.

    Returns
    -------
    array, shape (3,)
        In squared units of the outcome; negative where the estimate is. ``nan`` where the cells do
        not connect all countries and stimuli, or leave no degrees of freedom.

    Notes
    -----
    Fitting constants (Henderson's method 3) on unweighted cell means m, with U an orthonormal
    basis of the additive table and U_a, U_b of one margin: ``|m|^2 - |U'm|^2`` (interaction),
    ``|U'm|^2 - |U_b'm|^2`` (countries given stimuli) and ``|U'm|^2 - |U_a'm|^2`` (stimuli given
    countries). Each is set equal to its expectation, in which the error of the means has its own
    covariance, estimated from the persons. Without empty cells, the classical mean squares:
    ``s2_ab = MS_ab - mean error``, ``s2_a = (MS_a - MS_ab) / T``, ``s2_b = (MS_b - MS_ab) / C``,
    where a person's own level, shared by the cells of a country, is taken out of ``s2_a``.
    """
    seen = ~np.isnan(profiles.mean)
    row, column = np.nonzero(seen)
    n_rows, n_columns = seen.shape
    m = profiles.mean[seen]
    if min(n_rows, n_columns) < 2 or not (seen.any(axis=1).all() and seen.any(axis=0).all()):
        return np.full(3, np.nan)
    m = m - m.mean()
    of_rows = np.eye(n_rows)[row] / np.sqrt(seen.sum(axis=1))
    of_columns = np.eye(n_columns)[column] / np.sqrt(seen.sum(axis=0))
    basis, sizes, _ = np.linalg.svd(np.hstack([of_rows, of_columns]), full_matrices=False)
    rank = int((sizes > 1e-9).sum())
    if rank < n_rows + n_columns - 1 or len(m) == rank:
        return np.full(3, np.nan)
    both = basis[:, :rank]
    fits = [float(((u.T @ m) ** 2).sum()) for u in (both, of_rows, of_columns)]
    errors = [_trace(u, profiles.noise, row, column) for u in (both, of_rows, of_columns)]
    error = float(np.einsum("ijj->ij", profiles.noise)[seen].sum())
    interaction = (float((m**2).sum()) - fits[0] - (error - errors[0])) / (len(m) - rank)
    given_stimuli = len(m) - float(((of_columns.T @ np.eye(n_rows)[row]) ** 2).sum())
    given_countries = len(m) - float(((of_rows.T @ np.eye(n_columns)[column]) ** 2).sum())
    country = fits[0] - fits[2] - interaction * (rank - n_columns) - (errors[0] - errors[2])
    stimulus = fits[0] - fits[1] - interaction * (rank - n_rows) - (errors[0] - errors[1])
    return np.array([country / given_stimuli, stimulus / given_countries, interaction])


def _trace(basis: np.ndarray, noise: np.ndarray, row: np.ndarray, column: np.ndarray) -> float:
    """Return trace(basis' V basis), V block-diagonal by country."""
    padded = np.zeros((*noise.shape[:2], basis.shape[1]))
    padded[row, column] = basis
    return float((padded * (noise @ padded)).sum())


def jackknife(profiles: Profiles, statistic: Callable[[Profiles], float]) -> Jackknife:
    """Return the error of a statistic, countries and stimuli both being samples.

    Parameters
    ----------
    profiles : Profiles
        C countries, T stimuli.
    statistic : callable
        Profiles to a number.

    Returns
    -------
    Jackknife
        ``nan`` where the statistic is undefined without some country or some stimulus.

    Notes
    -----
    ``v = (n - 1) / n sum (theta_(-i) - mean)^2`` over countries, plus the same over stimuli. An
    error over countries alone would describe these stimuli only: rates of both in
    ``tests/calibration/variance_share.csv``.
    """
    n_countries, n_stimuli = profiles.mean.shape
    by_country = _spread([statistic(profiles.without_country(i)) for i in range(n_countries)])
    by_stimulus = _spread([statistic(profiles.without_stimulus(j)) for j in range(n_stimuli)])
    total = by_country + by_stimulus
    if not total > 1e-24:
        return Jackknife(total if np.isnan(total) else 0.0, np.nan, by_country, by_stimulus)
    df = total**2 / (by_country**2 / (n_countries - 1) + by_stimulus**2 / (n_stimuli - 1))
    return Jackknife(float(np.sqrt(total)), float(df), by_country, by_stimulus)


def _spread(values: list[float]) -> float:
    out = np.asarray(values, dtype=float)
    return float((len(out) - 1) / len(out) * ((out - out.mean()) ** 2).sum())
