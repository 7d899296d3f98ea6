"""Weights of partial agreement, as Gwet's handbook and R's irrCAC define them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.stats.reliability.distances import matrix_for

if TYPE_CHECKING:
    from mdresearch.stats.reliability.ratings import Ratings


def _span(x: np.ndarray) -> float:
    return float(x.max() - x.min())


def _apart(x: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(x[:, None] - x[None, :]))


def _below_largest(apart: np.ndarray) -> np.ndarray:
    return np.asarray(1 - apart / apart.max())


def _unweighted(x: np.ndarray) -> np.ndarray:
    return np.eye(len(x))


def _linear(x: np.ndarray) -> np.ndarray:
    return 1 - _apart(x) / _span(x)


def _quadratic(x: np.ndarray) -> np.ndarray:
    return 1 - (_apart(x) / _span(x)) ** 2


def _radical(x: np.ndarray) -> np.ndarray:
    return np.asarray(1 - np.sqrt(_apart(x) / _span(x)))


def _ordinal(x: np.ndarray) -> np.ndarray:
    steps = _apart(np.arange(len(x))) + 1
    return _below_largest(steps * (steps - 1) / 2)


def _ratio(x: np.ndarray) -> np.ndarray:
    total = x[:, None] + x[None, :]
    apart = np.divide(_apart(x), total, out=np.zeros_like(total), where=total != 0)
    return np.asarray(1 - (apart / (_span(x) / (x.max() + x.min()))) ** 2)


def _circular(x: np.ndarray) -> np.ndarray:
    return _below_largest(np.sin(np.pi * (x[:, None] - x[None, :]) / (_span(x) + 1)) ** 2)


def _bipolar(x: np.ndarray) -> np.ndarray:
    total = x[:, None] + x[None, :]
    room = (total - 2 * x.min()) * (2 * x.max() - total)
    return _below_largest(np.divide(_apart(x) ** 2, room, out=np.zeros_like(room), where=room > 0))


WEIGHTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "unweighted": _unweighted,
    "linear": _linear,
    "quadratic": _quadratic,
    "ordinal": _ordinal,
    "radical": _radical,
    "ratio": _ratio,
    "circular": _circular,
    "bipolar": _bipolar,
}


def weight_matrix(ratings: Ratings, weights: Any, ordered: bool = False) -> np.ndarray:
    """Return the weights between the categories, 1 on the diagonal, shape (q, q).

    Parameters
    ----------
    ratings : Ratings
    weights : str or DataFrame
        A key of `WEIGHTS`, or a labelled matrix of weights from 0 to 1.
    ordered : bool
        Whether words stand in an order, so that their places serve as numbers.

    Raises
    ------
    UnknownNameError, DataError
        The weights are unknown, or need numbers where the values are words without an order.
    """
    import pandas as pd

    if isinstance(weights, pd.DataFrame):
        return 1 - matrix_for(1 - weights, ratings.categories)
    if weights not in WEIGHTS:
        raise unknown_name("set of weights", weights, WEIGHTS)
    places = np.arange(1.0, len(ratings.categories) + 1)
    if weights == "unweighted" or len(places) < 2:
        return np.eye(len(places))
    words = any(isinstance(c, str | frozenset) for c in ratings.categories)
    if words and not ordered:
        raise DataError(
            f"The weights '{weights}' need an order, and the values are words such as "
            f"{ratings.categories[0]!r}. Give the values in order as 'categories', or numbers."
        )
    x = places if words or weights == "ordinal" else ratings.numbers(weights)
    return WEIGHTS[weights](x)
