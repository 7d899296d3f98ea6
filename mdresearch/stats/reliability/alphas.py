"""Krippendorff's alpha for any number of coders, missing values and any distance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check
from mdresearch.stats.reliability.coefficients import Coefficient, few_clusters
from mdresearch.stats.reliability.disagreements import (
    Sums,
    distance_matrix,
    require_order,
    sums_for,
)
from mdresearch.stats.reliability.draws import Nest, nest_of, totals_of
from mdresearch.stats.reliability.ratings import Pairing, Ratings, pairs_of, read_ratings

if TYPE_CHECKING:
    import pandas as pd

MOST_CATEGORIES = 2_000  # above it, no analytic error


def alpha(
    ratings: Any,
    level: str | pd.DataFrame = "nominal",
    n_boot: int = 0,
    seed: int = 0,
    *,
    clusters: pd.DataFrame | pd.Series | None = None,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Krippendorff's alpha: 1 minus observed over expected disagreement.

    Parameters
    ----------
    ratings : DataFrame or array, shape (n_units, n_coders)
        One row a unit, one column a coder; missing where a coder gave no value. For ``masi`` and
        ``jaccard`` each cell is a set of labels, and an empty set is a value.
    level : str or DataFrame
        ``nominal``, ``ordinal``, ``interval``, ``ratio``, ``masi``, ``jaccard``, or a square,
        labelled matrix of distances, used as they are (`path_distance` makes one for codes in a
        tree).
    n_boot : int
        Draws of a percentile bootstrap; 0 for the analytic interval.
    seed : int
        Seed of the draws.
    clusters : DataFrame, Series or None
        Works, episodes of each unit, from the outermost: the bootstrap draws works, then episodes
        within works, then units. Units where None.
    categories : sequence or None
        The values in order, where they are words on an ordinal level.
    confidence : float
        Level of the interval.

    Returns
    -------
    Coefficient
        1 where coders agree, 0 where they agree as values drawn at random from theirs would, below
        0 where they agree less. ``observed`` and ``expected`` are disagreements.

    Raises
    ------
    DataError, StatisticsError, UnknownNameError
        The values do not fit the level, the level is unknown, ``n_boot`` is below 0.

    Notes
    -----
    With n_uc coders giving unit u the value c, m_u = sum_c n_uc >= 2, n = sum_u m_u, n_c = sum_u
    n_uc: ``D_o = 1/n sum_u sum_ck n_uc n_uk d_ck / (m_u - 1)``, ``D_e = sum_ck n_c n_k d_ck /
    (n (n - 1))``. Missing values: units with fewer than two values do not count; they are in
    ``n_units`` but not in ``n_units_paired``. Undefined, with a reason: fewer than two coders or
    paired units, no variation (nothing to be agreed on; not 1).

    The analytic error is Gwet's linearisation as in irrCAC, with t on (paired units - 1) degrees of
    freedom and an upper limit of at most 1; ordinal ranks count as fixed in it. The bootstrap makes
    no such assumption; draws in which nothing varies are left out and counted.

    References
    ----------
    Hayes and Krippendorff (2007), doi:10.1080/19312450709336664. Checked against R's irr
    (kripp.alpha), irrCAC and the Python package krippendorff.

    Examples
    --------
    >>> import numpy as np
    >>> nan = np.nan
    >>> ratings = np.array([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1], [2, nan]])
    >>> print(alpha(ratings))
    α = 0.73, 95% CI [−0.09, 1.00] (5 units, 2 coders)
    """
    if n_boot < 0:
        raise StatisticsError(f"n_boot is {n_boot}; it is 0 (analytic) or a number of draws.")
    table = read_ratings(ratings, categories)
    if isinstance(level, str) and level == "ordinal":
        require_order(table, categories is not None)
    pairing = pairs_of(table.codes)
    sums = sums_for(table, level, pairing)
    reason = undefined(table, pairing)
    observed, expected = (float(x[0]) for x in sums.split(sums.total()))
    base: dict[str, Any] = {
        "symbol": "α",
        "level": confidence,
        "n_units": table.n_units,
        "n_units_paired": table.n_units_paired,
        "n_coders": table.n_coders,
        "n_values": table.n_values,
        "cite": ("hayes2007",),
        "provenance": {
            "level": level if isinstance(level, str) else "a distance matrix",
            "n_boot": n_boot,
            "seed": seed,
            "categories": table.categories,
        },
    }
    value = NAN if reason else float(sums.alpha(sums.total())[0])
    if not reason and np.isnan(value):
        reason = "no variation: the distances between all values that were given are 0"
    if reason:
        return Coefficient(value=NAN, reason=reason, observed=observed, expected=expected, **base)
    error = (
        _bootstrap(sums, pairing, clusters, n_boot, seed, confidence)
        if n_boot
        else _analytic(table, level, value, confidence)
    )
    return Coefficient(value=value, observed=observed, expected=expected, **base, **error)


def undefined(ratings: Ratings, pairing: Pairing) -> str:
    """Say why no coefficient can be given, or return an empty string."""
    if ratings.n_units == 0:
        return "no values"
    if ratings.n_coders < 2:
        return "one coder"
    n = int(pairing.units.sum())
    if n == 0:
        return "no unit was coded by two coders"
    if n == 1:
        return "one unit was coded by two coders; two are needed"
    if pairing.value.min() == pairing.value.max():
        return f"no variation: every value is {shown(ratings.categories[pairing.value[0]])}"
    return ""


def shown(value: Any) -> str:
    """Return a value for a sentence."""
    if isinstance(value, frozenset):
        return "{" + ", ".join(sorted(map(str, value))) + "}"
    return str(value)


def _bootstrap(
    sums: Sums,
    pairing: Pairing,
    clusters: pd.DataFrame | pd.Series | None,
    n_boot: int,
    seed: int,
    confidence: float,
) -> dict[str, Any]:
    keep = pairing.units
    if clusters is not None and len(clusters) != len(keep):
        nest_of(len(keep), clusters)  # says what is wrong
    nest = nest_of(int(keep.sum()), None if clusters is None else clusters.loc[keep])
    (totals,) = totals_of([sums.rows[keep]], nest, n_boot, seed)
    draws = sums.alpha(totals)
    low, high, se, check = percentile(draws, confidence)
    outer = nest.names[0]
    interval = f"percentile bootstrap of {nest.says()}, {n_boot:,} draws"
    checks = (few_clusters(nest.n_outer, outer), *check)
    return {"low": low, "high": high, "se": se, "interval": interval, "checks": checks}


def percentile(
    draws: np.ndarray, confidence: float
) -> tuple[float, float, float, tuple[Check, ...]]:
    """Return limits, standard deviation, and a check where draws are undefined."""
    known = draws[~np.isnan(draws)]
    lost = len(draws) - len(known)
    check: tuple[Check, ...] = ()
    if lost:
        evidence = f"nothing varied in {lost:,} of {len(draws):,} draws; they are left out"
        check = (Check("draws_defined", lost < 0.01 * len(draws), evidence),)
    if len(known) < 2:
        return NAN, NAN, NAN, check
    low, high = np.quantile(known, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high), float(known.std(ddof=1)), check


def _analytic(table: Ratings, level: Any, value: float, confidence: float) -> dict[str, Any]:
    if len(table.categories) > MOST_CATEGORIES:
        evidence = f"{len(table.categories):,} different values: give n_boot for an interval"
        return {"interval": "none", "checks": (Check("interval", None, evidence),)}
    distance = distance_matrix(table, level)
    se, n = alpha_error(table.counts(), 1 - distance / distance.max()), table.n_units_paired
    low, high = t_interval(value, se, n - 1, confidence)
    return {"low": low, "high": high, "se": se, "interval": f"analytic, t with {n - 1} df"}


def alpha_error(counts: np.ndarray, weights: np.ndarray) -> float:
    """Return the analytic standard error of alpha over units, weights being fixed.

    Parameters
    ----------
    counts : array, shape (n_units, q)
    weights : array, shape (q, q)
        1 minus the distances over the largest.
    """
    counts = counts[counts.sum(axis=1) > 1]
    n, given = len(counts), counts.sum(axis=1)
    mean = given.mean()
    excess = (given - mean) / mean
    agree = ((counts * (counts @ weights)).sum(axis=1) - given) / (mean * (given - 1))
    shares = counts.sum(axis=0) / (n * mean)
    expected = float(shares @ weights @ shares)
    value = (agree.mean() - expected) / (1 - expected)
    small = 1 / given.sum()
    observed = (1 - small) * agree.mean() + small
    of_unit = counts @ ((weights + weights.T) @ shares) / 2 / mean
    above = agree - observed * excess - expected
    moved = of_unit - expected * excess - expected
    parts = (above - 2 * (1 - value) * moved) / (1 - expected) - value
    return float(np.sqrt((parts**2).sum() / (n * (n - 1))))


def t_interval(value: float, se: float, df: int, confidence: float) -> tuple[float, float]:
    """Return the limits by t; the upper one is at most 1, as no agreement is above it."""
    from scipy.special import stdtrit

    if df < 1 or np.isnan(se):
        return NAN, NAN
    reach = float(stdtrit(df, (1 + confidence) / 2)) * se
    return value - reach, min(1.0, value + reach)


def alpha_draws(many: Sequence[Sums], nest: Nest, n_boot: int, seed: int) -> list[np.ndarray]:
    """Return bootstrap draws of several alphas over the same units, from the same draws of units.

    Sharing the draws makes differences between variables, levels and rules testable.
    """
    totals = totals_of([s.rows for s in many], nest, n_boot, seed)
    return [s.alpha(t) for s, t in zip(many, totals, strict=True)]
