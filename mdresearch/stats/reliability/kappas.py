"""Coefficients of categories: Gwet's AC, Fleiss, Conger, Brennan-Prediger, percent, Cohen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.alphas import t_interval, undefined
from mdresearch.stats.reliability.chance import (
    agreement_rows,
    chance_error,
    chance_values,
    kappa_of,
)
from mdresearch.stats.reliability.coefficients import Coefficient
from mdresearch.stats.reliability.ratings import Ratings, pairs_of, read_ratings
from mdresearch.stats.reliability.weights import weight_matrix

if TYPE_CHECKING:
    import pandas as pd


def gwet(
    ratings: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Gwet's AC1; AC2 with weights.

    Parameters
    ----------
    ratings : DataFrame or array, shape (n_units, n_coders)
        One row a unit, one column a coder; missing where a coder gave no value.
    weights : str or DataFrame
        ``unweighted`` (AC1), ``linear``, ``quadratic``, ``ordinal``, ``radical``, ``ratio``,
        ``circular``, ``bipolar``, or a labelled matrix of weights. ``quadratic`` belongs to alpha's
        interval distance; ``ordinal`` is not alpha's ordinal distance.
    categories : sequence or None
        Every value that could have been given, in order. Their number matters: more of them give a
        higher coefficient. Where None, those that were given.
    confidence : float
        Level of the interval.

    Returns
    -------
    Coefficient
        ``(p_a - p_e) / (1 - p_e)``, ``p_e = sum(w) / (q (q - 1)) sum_k p_k (1 - p_k)``. Agreement
        from units with two values, shares of categories from all units. Undefined (with a reason)
        as alpha is.

    Raises
    ------
    DataError, UnknownNameError
        Weights need an order that the values do not have, or are unknown.

    References
    ----------
    Gwet (2008), doi:10.1348/000711006X126600. Checked against R's irrCAC (gwet.ac1.raw): value,
    standard error, interval.

    Examples
    --------
    >>> print(gwet([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]))
    AC1 = 0.70, 95% CI [−0.14, 1.00] (5 units, 2 coders)
    """
    plain = isinstance(weights, str) and weights == "unweighted"
    symbol = "AC1" if plain else "AC2"
    return _above_chance(ratings, weights, categories, confidence, "gwet", symbol, ("gwet2008",))


def fleiss(
    ratings: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Fleiss' kappa for any number of coders, with missing values and weights.

    Parameters, missing values and errors are those of `gwet`. ``p_e = sum_kl w_kl p_k p_l``; with
    two coders it is Scott's pi.

    References
    ----------
    Fleiss (1971), doi:10.1037/h0031619. Checked against R's irr (kappam.fleiss) and irrCAC.

    Examples
    --------
    >>> print(fleiss([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]))
    Fleiss' κ = 0.70, 95% CI [−0.12, 1.00] (5 units, 2 coders)
    """
    return _above_chance(
        ratings, weights, categories, confidence, "fleiss", "Fleiss' κ", ("fleiss1971",)
    )


def brennan_prediger(
    ratings: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Brennan and Prediger's coefficient: chance is the same for every category.

    Parameters, missing values and errors are those of `gwet`. ``p_e = sum(w) / q^2``; with two
    categories it is Bennett's S.

    References
    ----------
    Brennan and Prediger (1981), doi:10.1177/001316448104100307. Checked against R's irrCAC.

    Examples
    --------
    >>> print(brennan_prediger([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]))
    Brennan-Prediger = 0.70, 95% CI [−0.13, 1.00] (5 units, 2 coders)
    """
    return _above_chance(
        ratings,
        weights,
        categories,
        confidence,
        "brennan_prediger",
        "Brennan-Prediger",
        ("brennan1981",),
    )


def percent_agreement(
    ratings: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Share of agreeing pairs, averaged over units: not corrected for chance.

    Parameters, missing values and errors are those of `gwet`. It is defined where nothing varies.
    Checked against R's irrCAC (pa.coeff.raw).

    Examples
    --------
    >>> print(percent_agreement([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]))
    percent = 0.80, 95% CI [0.24, 1.00] (5 units, 2 coders)
    """
    return _above_chance(ratings, weights, categories, confidence, "percent", "percent", ())


def _above_chance(
    ratings: Any,
    weights: Any,
    categories: Sequence[Any] | None,
    confidence: float,
    kind: str,
    symbol: str,
    cite: tuple[str, ...],
) -> Coefficient:
    table = read_ratings(ratings, categories)
    base = base_of(table, confidence, cite, weights)
    reason = undefined(table, pairs_of(table.codes))
    if reason and not (kind == "percent" and table.n_units_paired):
        return Coefficient(symbol=symbol, value=NAN, reason=reason, **base)
    matrix = weight_matrix(table, weights, categories is not None)
    rows = agreement_rows(table.counts(), matrix)
    value, observed, expected = (
        float(x[0]) for x in chance_values(rows.sum(axis=0, keepdims=True), matrix, kind)
    )
    if np.isnan(value):
        reason = "expected agreement is 1"
        return Coefficient(symbol=symbol, value=NAN, reason=reason, **base)
    return _with_interval(
        symbol, value, observed, expected, chance_error(rows, matrix, kind), base, table.n_units
    )


def base_of(
    table: Ratings, confidence: float, cite: tuple[str, ...], weights: Any
) -> dict[str, Any]:
    """Return what every coefficient says of its data."""
    return {
        "level": confidence,
        "n_units": table.n_units,
        "n_units_paired": table.n_units_paired,
        "n_coders": table.n_coders,
        "n_values": table.n_values,
        "cite": cite,
        "provenance": {
            "weights": weights if isinstance(weights, str) else "a weight matrix",
            "categories": table.categories,
        },
    }


def _with_interval(
    symbol: str,
    value: float,
    observed: float,
    expected: float,
    se: float,
    base: dict[str, Any],
    n: int,
) -> Coefficient:
    low, high = t_interval(value, se, n - 1, base["level"])
    return Coefficient(
        symbol=symbol,
        value=value,
        low=low,
        high=high,
        se=se,
        observed=observed,
        expected=expected,
        interval=f"analytic, t with {n - 1} df",
        **base,
    )


def conger(
    ratings: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Conger's kappa: Cohen's for any number of coders, each with shares of their own.

    Parameters, missing values and errors are those of `gwet`. ``p_e`` is the mean over ordered
    pairs of coders of ``sum_kl w_kl p_gk p_hl``, p_gk being coder g's share of category k. With two
    coders it is Cohen's kappa, with an error that allows for missing values.

    References
    ----------
    Conger (1980), doi:10.1037/0033-2909.88.2.322. Checked against R's irrCAC (conger.kappa.raw).

    Examples
    --------
    >>> print(conger([[1, 1], [2, 2], [3, 3], [3, 2], [1, 1]]))
    Conger's κ = 0.71, 95% CI [−0.04, 1.00] (5 units, 2 coders)
    """
    table = read_ratings(ratings, categories)
    base = base_of(table, confidence, ("conger1980",), weights)
    reason = undefined(table, pairs_of(table.codes))
    if reason:
        return Coefficient(symbol="Conger's κ", value=NAN, reason=reason, **base)
    matrix = weight_matrix(table, weights, categories is not None)
    value, observed, expected, se = conger_parts(table, matrix)
    if np.isnan(value):
        reason = "expected agreement is 1"
        return Coefficient(symbol="Conger's κ", value=NAN, reason=reason, **base)
    return _with_interval("Conger's κ", value, observed, expected, se, base, table.n_units)


def conger_parts(table: Ratings, weights: np.ndarray) -> tuple[float, float, float, float]:
    """Return Conger's kappa, observed and expected agreement, and the analytic error over units."""
    codes = table.codes[:, (table.codes >= 0).any(axis=0)]
    codes = codes[(codes >= 0).any(axis=1)]
    n, r = codes.shape
    rows = agreement_rows(table.counts(), weights)
    rows = rows[rows[:, 2] > 0]
    agree, paired = rows[:, 0], rows[:, 1]
    seen = codes >= 0
    share = np.stack(
        [
            np.bincount(codes[seen[:, g], g], minlength=len(weights)) / seen[:, g].sum()
            for g in range(r)
        ]
    )
    others = share.sum(axis=0) - share
    expected = float(((share @ weights) * others).sum() / (r * (r - 1)))
    observed = float(agree.sum() / paired.sum())
    value = float(kappa_of(np.array([observed]), np.array([expected]))[0])
    # one coder's shares move by n / n_g (delta - share) with a unit that the coder coded
    pull = weights @ others.T  # (q, r): how expected agreement moves with coder g's share
    own = (share * pull.T).sum(axis=1)
    gain = np.where(seen, pull[np.maximum(codes, 0), np.arange(r)] - own, 0.0)
    moved = (gain * (n / seen.sum(axis=0))).sum(axis=1) / (r * (r - 1))
    above = n / paired.sum() * (agree - observed * paired)
    parts = (above - 2 * (1 - value) * moved) / (1 - expected)
    parts += value * (n / paired.sum() * paired - 1)
    return value, observed, expected, float(np.sqrt((parts**2).sum() / (n * (n - 1))))


def cohen(
    a: Any,
    b: Any,
    weights: str | pd.DataFrame = "unweighted",
    *,
    categories: Sequence[Any] | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Cohen's kappa of two coders, weighted where asked.

    Parameters
    ----------
    a, b : array-like, shape (n_units,)
        Values of the two coders, in the same order of units; units that one of them left out do not
        count (their number is ``n_units - n_units_paired``).
    weights, categories, confidence
        As in `gwet`.

    Returns
    -------
    Coefficient
        ``(p_o - p_e) / (1 - p_e)`` with the two coders' own shares; large-sample error of Fleiss,
        Cohen and Everitt, normal interval, upper limit at most 1.

    Raises
    ------
    DataError
        The two have different lengths.

    References
    ----------
    Cohen (1960), doi:10.1177/001316446002000104; Fleiss, Cohen and Everitt (1969),
    doi:10.1037/h0028106. Checked against R's psych (cohen.kappa) and irr (kappa2).

    Examples
    --------
    >>> print(cohen([1, 2, 3, 3, 1], [1, 2, 3, 2, 1]))
    Cohen's κ = 0.71, 95% CI [0.23, 1.00] (5 units, 2 coders)
    """
    import pandas as pd

    if len(a) != len(b):
        raise DataError(
            f"The first coder has {len(a):,} values and the second {len(b):,}. Give one value a "
            "unit each, in the same order, missing where a coder gave none."
        )
    frame = pd.DataFrame({"a": _column(a), "b": _column(b)}, dtype=object)
    table = read_ratings(frame, categories)
    base = base_of(table, confidence, ("cohen1960", "fleiss1969"), weights)
    reason = undefined(table, pairs_of(table.codes))
    if reason:
        return Coefficient(symbol="Cohen's κ", value=NAN, reason=reason, **base)
    matrix = weight_matrix(table, weights, categories is not None)
    value, observed, expected, se = cohen_parts(table.codes, matrix)
    if np.isnan(value):
        reason = "expected agreement is 1"
        return Coefficient(symbol="Cohen's κ", value=NAN, reason=reason, **base)
    from scipy.special import ndtri

    reach = float(ndtri((1 + confidence) / 2)) * se
    return Coefficient(
        symbol="Cohen's κ",
        value=value,
        low=value - reach,
        high=min(1.0, value + reach),
        se=se,
        observed=observed,
        expected=expected,
        interval="analytic, normal",
        **base,
    )


def _column(values: Any) -> list[Any]:
    return list(values)


def cohen_parts(codes: np.ndarray, weights: np.ndarray) -> tuple[float, float, float, float]:
    """Return kappa, observed and expected agreement, and the error, of two columns of codes."""
    both = codes[(codes >= 0).all(axis=1)]
    n, q = len(both), len(weights)
    cells = np.bincount(both[:, 0] * q + both[:, 1], minlength=q * q).reshape(q, q) / n
    row, column = cells.sum(axis=1), cells.sum(axis=0)
    observed, expected = float((weights * cells).sum()), float(row @ weights @ column)
    value = float(kappa_of(np.array([observed]), np.array([expected]))[0])
    mean = (weights @ column)[:, None] + (weights.T @ row)[None, :]
    inside = (cells * (weights * (1 - expected) - mean * (1 - observed)) ** 2).sum()
    outside = observed * expected - 2 * expected + observed
    variance = (inside - outside**2) / (n * (1 - expected) ** 4) if not np.isnan(value) else NAN
    return value, observed, expected, float(np.sqrt(max(variance, 0.0)))
