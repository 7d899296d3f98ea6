"""The two-way contrast: countries are a sample of a region, titles a sample of stories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdresearch.stats.satterthwaite import satterthwaite

NAN = float("nan")


@dataclass(frozen=True, eq=False)
class TwoWay:
    """The contrast of two groups of countries over shared titles, in the outcome's unit.

    Attributes
    ----------
    difference, se, df : float
        First side minus second, its standard error, Satterthwaite degrees of freedom.
    country_means : array, shape (C,)
        Means of countries, adjusted for the titles they saw.
    title_differences : array, shape (T,)
        By-title differences of the two sides; ``nan`` where a title was seen on one side only.
    variances : tuple of float
        Contribution of each side's countries and of the titles to the squared error.
    reason : str
        Why it is undefined.
    """

    difference: float
    se: float
    df: float
    country_means: np.ndarray
    title_differences: np.ndarray
    variances: tuple[float, ...]
    reason: str = ""


def additive_means(means: np.ndarray) -> np.ndarray | None:
    """Return country means adjusted for titles, from a country-by-title table with gaps.

    Parameters
    ----------
    means : array, shape (C, T)
        Cell means; ``nan`` where a country did not see a title.

    Returns
    -------
    array, shape (C,), or None
        Least-squares country effects of ``cell = country + title``, each observed cell counting
        alike, plus the mean title effect; plain row means where the table is complete. None where
        the titles do not connect all countries.
    """
    seen = ~np.isnan(means)
    if seen.all():
        return means.mean(axis=1)
    if not seen.any(axis=1).all() or not seen.any(axis=0).all():
        return None
    filled = np.where(seen, means, 0.0)
    weight = seen.astype(float)
    per_title = weight.sum(axis=0)
    gram = np.diag(weight.sum(axis=1)) - (weight / per_title) @ weight.T
    right = filled.sum(axis=1) - (weight / per_title) @ filled.sum(axis=0)
    solution, _, rank, _ = np.linalg.lstsq(gram, right, rcond=1e-10)
    if rank < len(means) - 1:
        return None
    title_effects = (filled.sum(axis=0) - weight.T @ solution) / per_title
    return solution + title_effects.mean()


def two_way(
    means: np.ndarray, side: np.ndarray, pooled: bool = False, guard: bool = True
) -> TwoWay:
    """Contrast two groups of countries over shared titles.

    Parameters
    ----------
    means : array, shape (C, T)
        Cell means; every title seen on both sides; ``nan`` where a country did not see a title.
    side : array of bool, shape (C,)
        True on the first side.
    pooled : bool
        Pool the two variances of country means (holds its size only where they are equal).
    guard : bool
        Guard the degrees of freedom where a component rests on fewer than six countries or titles
        (`mdresearch.stats.satterthwaite`); not with ``pooled``, which re-creates the design study.

    Notes
    -----
    ``t = diff / sqrt(s1^2/n1 + s2^2/n2 + vt)``: ``s_k^2`` the variance of country means on side k,
    ``vt`` the variance of the by-title differences over the number of titles; Satterthwaite over
    the three components. Conservative where both components are near zero, since the residual
    enters each of them.
    """
    country = additive_means(means)
    gaps = np.full(means.shape[1], NAN)
    first, second = int(side.sum()), int((~side).sum())
    if country is None:
        reason = "the titles do not connect all countries: some share no title with the others"
        return TwoWay(NAN, NAN, NAN, np.full(len(side), NAN), gaps, (NAN, NAN, NAN), reason)
    difference = float(country[side].mean() - country[~side].mean())
    rest = means - country[:, None]
    gaps = np.nanmean(rest[side], axis=0) - np.nanmean(rest[~side], axis=0) + difference
    n_titles = means.shape[1]
    if min(first, second) < 2 or n_titles < 2:
        reason = "fewer than two countries on a side" if min(first, second) < 2 else "one title"
        return TwoWay(difference, NAN, NAN, country, gaps, (NAN, NAN, NAN), reason)
    of_titles = float(gaps.var(ddof=1)) / n_titles
    parts, degrees = country_components(country, side, pooled)
    parts, degrees = (*parts, of_titles), (*degrees, n_titles - 1)
    total = sum(parts)
    scale = max(float(np.abs(country).max()), 1.0)
    if not np.sqrt(total) > 1e-12 * scale:
        return TwoWay(difference, NAN, NAN, country, gaps, parts, "the outcome does not vary")
    df = satterthwaite(parts, degrees, guard and not pooled)
    return TwoWay(difference, float(np.sqrt(total)), float(df), country, gaps, parts)


def country_components(
    country: np.ndarray, side: np.ndarray, pooled: bool
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """Return the between-country parts of the squared error, and their degrees of freedom."""
    first, second = int(side.sum()), int((~side).sum())
    a, b = float(country[side].var(ddof=1)), float(country[~side].var(ddof=1))
    if pooled:
        spare = first + second - 2
        common = ((first - 1) * a + (second - 1) * b) / spare
        return (common * (1 / first + 1 / second),), (spare,)
    return (a / first, b / second), (first - 1, second - 1)
