"""Sums over units from which alpha follows: a bootstrap draw is a weighted sum of their rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError
from mdresearch.stats.reliability.distances import (
    SET_DISTANCES,
    matrix_for,
    ratio_distance,
    require_level,
    set_distance,
)

if TYPE_CHECKING:
    from mdresearch.stats.reliability.ratings import Pairing, Ratings

WIDE = 400  # columns from which the rows are kept sparse

Parts = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, eq=False)
class Sums:
    """Rows of sums, one a unit, and how observed and expected disagreement follow from their sum.

    Attributes
    ----------
    rows : array or sparse array, shape (n_units, n_columns)
        0 for units that do not take part.
    split : callable
        ``totals (n_draws, n_columns) -> (observed, expected)``, each of shape (n_draws,).
    """

    rows: Any
    split: Callable[[np.ndarray], Parts]

    def alpha(self, totals: np.ndarray) -> np.ndarray:
        """Return 1 - observed / expected for each row of totals; ``nan`` where nothing varies."""
        observed, expected = self.split(totals)
        out = np.full(len(totals), np.nan)
        known = expected > 0
        out[known] = 1 - observed[known] / expected[known]
        return out

    def total(self) -> np.ndarray:
        """Return the sum over all units, shape (1, n_columns)."""
        return np.asarray(self.rows.sum(axis=0), dtype=float).reshape(1, -1)


def sums_for(ratings: Ratings, level: Any, pairing: Pairing) -> Sums:
    """Return the sums for a level of measurement.

    Parameters
    ----------
    ratings : Ratings
    level : str or DataFrame
        nominal, ordinal, interval, ratio, masi, jaccard, or a labelled distance matrix.
    pairing : Pairing
        The pairs that count, over the same codes as ``ratings``.

    Raises
    ------
    UnknownNameError, DataError
        The level is unknown or does not fit the values.
    """
    require_level(level)
    width = len(ratings.categories)
    if isinstance(level, str) and level == "nominal":
        return nominal_sums(pairing, width)
    if isinstance(level, str) and level == "interval":
        return _interval_sums(pairing, ratings.numbers("interval"))
    if isinstance(level, str) and level == "ordinal":
        return _ordinal_sums(pairing, width)
    return _matrix_sums(pairing, distance_matrix(ratings, level))


def distance_matrix(ratings: Ratings, level: Any) -> np.ndarray:
    """Return the distances between the categories, shape (n_categories, n_categories).

    Those of ``ordinal`` follow from how often each value was used in paired units.
    """
    if not isinstance(level, str):
        return matrix_for(level, ratings.categories)
    if level in SET_DISTANCES:
        return set_distance(ratings.categories, level)
    if level == "nominal":
        return 1.0 - np.eye(len(ratings.categories))
    if level == "ratio":
        return ratio_distance(ratings.numbers("ratio"))
    if level == "interval":
        numbers = ratings.numbers("interval")
    else:
        counts = ratings.counts()
        numbers = _ranks(counts[counts.sum(axis=1) > 1].sum(axis=0)[None])[0]
    return np.asarray((numbers[:, None] - numbers[None, :]) ** 2)


def require_order(ratings: Ratings, ordered: bool) -> None:
    """Refuse words without an order on an ordinal level."""
    words = [c for c in ratings.categories if isinstance(c, str | frozenset)]
    if words and not ordered:
        unit, coder = ratings.where(words[0])
        raise DataError(
            f"Unit {unit}, coder {coder}: the value {words[0]!r} has no place in an order. Give "
            "the values in order as 'categories', or numbers."
        )


def nominal_sums(pairing: Pairing, width: int) -> Sums:
    """Return the sums of the nominal level; ``width`` is the number of categories."""
    apart = (pairing.left != pairing.right).astype(float)
    return Sums(_rows([_per_unit(pairing, apart)], _margins(pairing, width)), _nominal_split)


def rolled_sums(finer: Sums, pairing: Pairing, to: np.ndarray) -> Sums:
    """Return nominal sums of rolled-up categories; ``to`` is 1 where a finer one goes."""
    apart = (pairing.left != pairing.right).astype(float)
    return Sums(_rows([_per_unit(pairing, apart)], finer.rows[:, 1:] @ to), _nominal_split)


def _nominal_split(totals: np.ndarray) -> Parts:
    margins = totals[:, 1:]
    n = margins.sum(axis=1)
    unequal = n * n - (margins * margins).sum(axis=1)
    return _over(totals[:, 0], n), _over(unequal, n * (n - 1))


def _matrix_sums(pairing: Pairing, distance: np.ndarray) -> Sums:
    apart = distance[pairing.left, pairing.right]
    rows = _rows([_per_unit(pairing, apart)], _margins(pairing, len(distance)))

    def split(totals: np.ndarray) -> Parts:
        margins = totals[:, 1:]
        n = margins.sum(axis=1)
        expected = ((margins @ distance) * margins).sum(axis=1)
        return _over(totals[:, 0], n), _over(expected, n * (n - 1))

    return Sums(rows, split)


def _interval_sums(pairing: Pairing, numbers: np.ndarray) -> Sums:
    used = numbers[pairing.value]
    centre = used.mean() if len(used) else 0.0
    scale = float(np.abs(used - centre).max(initial=0.0)) or 1.0
    x = (numbers - centre) / scale
    apart = (x[pairing.left] - x[pairing.right]) ** 2
    values = x[pairing.value]
    unit, n = pairing.value_unit, pairing.n_units
    moments = [np.bincount(unit, weights=w, minlength=n) for w in (None, values, values**2)]
    rows = np.column_stack([_per_unit(pairing, apart), *moments]).astype(float)

    def split(totals: np.ndarray) -> Parts:
        observed, n, first, second = totals.T
        spread = np.maximum(n * second - first * first, 0.0)
        spread[spread <= 1e-13 * n * second] = 0.0
        return _over(observed, n), _over(2 * spread, n * (n - 1))

    return Sums(rows, split)


def _ordinal_sums(pairing: Pairing, width: int) -> Sums:
    low, high = np.minimum(pairing.left, pairing.right), np.maximum(pairing.left, pairing.right)
    unequal = low < high
    keys, column = np.unique((low * width + high)[unequal], return_inverse=True)
    first, second = keys // width, keys % width
    coincidences = _table(
        pairing.unit[unequal], column, 2 * pairing.weight[unequal], (pairing.n_units, len(keys))
    )
    rows = _rows([coincidences], _margins(pairing, width))

    def split(totals: np.ndarray) -> Parts:
        observed, margins = totals[:, : len(keys)], totals[:, len(keys) :]
        n = margins.sum(axis=1)
        ranks = _ranks(margins)
        apart = (ranks[:, first] - ranks[:, second]) ** 2
        spread = n * (margins * ranks**2).sum(axis=1) - (margins * ranks).sum(axis=1) ** 2
        spread[spread <= 1e-13 * n**4] = 0.0
        return _over((observed * apart).sum(axis=1) / 2, n), _over(2 * spread, n * (n - 1))

    return Sums(rows, split)


def _ranks(margins: np.ndarray) -> np.ndarray:
    """Mean ranks of the categories: differences of ranks are Krippendorff's ordinal distance."""
    return np.asarray(np.cumsum(margins, axis=1) - margins / 2)


def _per_unit(pairing: Pairing, apart: np.ndarray) -> np.ndarray:
    return np.bincount(pairing.unit, weights=pairing.weight * apart, minlength=pairing.n_units)


def _margins(pairing: Pairing, width: int) -> Any:
    ones = np.ones(len(pairing.value))
    return _table(pairing.value_unit, pairing.value, ones, (pairing.n_units, width))


def _table(row: np.ndarray, column: np.ndarray, weight: np.ndarray, shape: tuple[int, int]) -> Any:
    if shape[1] > WIDE:
        from scipy.sparse import csr_array

        return csr_array((weight, (row, column)), shape=shape)
    flat = np.bincount(row * shape[1] + column, weights=weight, minlength=shape[0] * shape[1])
    return flat.reshape(shape)


def _rows(left: list[Any], right: Any) -> Any:
    blocks = [b[:, None] if getattr(b, "ndim", 2) == 1 else b for b in left] + [right]
    if any(not isinstance(b, np.ndarray) for b in blocks):
        from scipy.sparse import csr_array, hstack

        return csr_array(hstack([csr_array(b) for b in blocks]))
    return np.hstack(blocks)


def _over(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.divide(a, b, out=np.full(len(a), np.nan), where=b > 0)
