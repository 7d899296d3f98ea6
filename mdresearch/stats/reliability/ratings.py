"""Ratings of units by coders, read into codes; the pairs of values that agreement is made of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Ratings:
    """Values of units by coders, as places in a list of categories.

    Attributes
    ----------
    codes : array of int, shape (n_units, n_coders)
        Place in ``categories``; -1 where a value is missing.
    categories : tuple
        The values, numbers and words in order.
    units, coders : tuple
        Labels of rows and columns.
    """

    codes: np.ndarray
    categories: tuple[Any, ...]
    units: tuple[Any, ...]
    coders: tuple[Any, ...]

    @cached_property
    def given(self) -> np.ndarray:
        """Number of values of each unit, shape (n_units,)."""
        return np.asarray((self.codes >= 0).sum(axis=1))

    @property
    def n_units(self) -> int:
        """Units with a value."""
        return int((self.given > 0).sum())

    @property
    def n_units_paired(self) -> int:
        """Units with two values or more."""
        return int((self.given > 1).sum())

    @cached_property
    def n_coders(self) -> int:
        """Coders with a value."""
        return int((self.codes >= 0).any(axis=0).sum())

    @property
    def n_values(self) -> int:
        """Values in paired units."""
        given = self.given
        return int(given[given > 1].sum())

    def counts(self) -> np.ndarray:
        """Return how often each unit was given each category, shape (n_units, n_categories)."""
        width = len(self.categories)
        unit, coder = np.nonzero(self.codes >= 0)
        flat = unit * width + self.codes[unit, coder]
        out = np.bincount(flat, minlength=len(self.codes) * width)
        return out.reshape(len(self.codes), width).astype(float)

    def numbers(self, level: str) -> np.ndarray:
        """Return the categories as numbers, shape (n_categories,).

        Raises
        ------
        DataError
            A category is no number; under ``ratio`` it is below 0.
        """
        try:
            out = np.array([float(c) for c in self.categories], dtype=float)
        except (TypeError, ValueError):
            wrong = next(c for c in self.categories if not _is_number(c))
            unit, coder = self.where(wrong)
            raise DataError(
                f"Unit {unit}, coder {coder}: the value {wrong!r} is no number; the level "
                f"'{level}' needs numbers. Give numbers, or use level='nominal'."
            ) from None
        if level == "ratio" and (out < 0).any():
            wrong = self.categories[int(np.flatnonzero(out < 0)[0])]
            unit, coder = self.where(wrong)
            raise DataError(
                f"Unit {unit}, coder {coder}: the value {wrong} is below 0; the level 'ratio' "
                "needs a true zero. Use level='interval'."
            )
        return out

    def where(self, category: Any) -> tuple[Any, Any]:
        """Return the first unit and coder that hold a category."""
        place = self.categories.index(category)
        unit, coder = np.argwhere(self.codes == place)[0]
        return self.units[unit], self.coders[coder]


def _is_number(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def read_ratings(ratings: Any, categories: Sequence[Any] | None = None) -> Ratings:
    """Read ratings.

    Parameters
    ----------
    ratings : DataFrame or array, shape (n_units, n_coders)
        One row a unit, one column a coder. Missing: NaN, None or ``pandas.NA``. A cell may hold a
        set of labels.
    categories : sequence or None
        Every value that could have been given, in order; those that were given where None.

    Raises
    ------
    DataError
        The ratings have no two dimensions, hold an infinite value, or one outside ``categories``.
    """
    import pandas as pd

    if isinstance(ratings, Ratings):
        return ratings
    frame = ratings if isinstance(ratings, pd.DataFrame) else _framed(ratings)
    flat = frame.to_numpy(dtype=object).ravel()
    values = np.empty(len(flat), dtype=object)
    values[:] = [frozenset(v) if isinstance(v, set | list | tuple | frozenset) else v for v in flat]
    place, found = pd.factorize(values, use_na_sentinel=True)
    _finite(found, place, frame)
    ordered = _in_order(found)
    if categories is not None:
        ordered = list(dict.fromkeys(categories))
        extra = [v for v in found if v not in set(ordered)]
        if extra:
            unit, coder = _first(place, list(found).index(extra[0]), frame)
            raise DataError(
                f"Unit {unit}, coder {coder}: the value {extra[0]!r} is not among the categories "
                f"{', '.join(map(repr, ordered[:12]))}. Mend the value or name it in 'categories'."
            )
    order = {v: i for i, v in enumerate(ordered)}
    new = np.array([*(order[v] for v in found), -1], dtype=np.int64)
    codes = new[place].reshape(frame.shape)
    return Ratings(codes, tuple(ordered), tuple(frame.index), tuple(frame.columns))


def _framed(ratings: Any) -> pd.DataFrame:
    import pandas as pd

    array = np.asarray(ratings)
    if array.ndim != 2:
        raise DataError(
            f"Ratings have {array.ndim} dimension(s), shape {array.shape}; they are units by "
            "coders: one row a unit, one column a coder."
        )
    return pd.DataFrame(array)


def _in_order(found: Iterable[Any]) -> list[Any]:
    values = list(found)
    if all(_is_number(v) and not isinstance(v, str) for v in values):
        return sorted(values)
    return sorted(values, key=_as_text)


def _as_text(value: Any) -> tuple[int, Any]:
    if isinstance(value, frozenset):
        return (2, tuple(sorted(map(str, value))))
    return (1, str(value))


def _finite(found: Iterable[Any], place: np.ndarray, frame: pd.DataFrame) -> None:
    for i, value in enumerate(found):
        if isinstance(value, float | np.floating) and np.isinf(value):
            unit, coder = _first(place, i, frame)
            raise DataError(
                f"Unit {unit}, coder {coder}: the value is infinite. Mend it or leave it empty."
            )


def _first(place: np.ndarray, code: int, frame: pd.DataFrame) -> tuple[Any, Any]:
    at = int(np.flatnonzero(place == code)[0])
    return frame.index[at // frame.shape[1]], frame.columns[at % frame.shape[1]]


def ratings_from_counts(counts: pd.DataFrame) -> pd.DataFrame:
    """Turn counts of coders a category into ratings, where who coded what was not kept.

    Parameters
    ----------
    counts : DataFrame, shape (n_units, n_categories)
        How many coders gave each unit each category; columns are the categories.

    Returns
    -------
    DataFrame, shape (n_units, largest number of coders)
        Units by places; a place is no coder, so that only coefficients that do not ask who coded
        (alpha, Fleiss, Gwet, Brennan-Prediger, percent) mean anything.

    Examples
    --------
    >>> import pandas as pd
    >>> print(ratings_from_counts(pd.DataFrame({"a": [2, 0], "b": [1, 2]})).to_string(header=False))
    0  a  a    b
    1  b  b  NaN
    """
    import pandas as pd

    array = np.asarray(counts, dtype=float)
    if (array < 0).any() or (array != np.floor(array)).any():
        unit, category = np.argwhere((array < 0) | (array != np.floor(array)))[0]
        raise DataError(
            f"Unit {counts.index[unit]}, category {counts.columns[category]}: "
            f"{array[unit, category]:g} is no count. Give whole numbers of 0 or more."
        )
    rows = [np.repeat(np.asarray(counts.columns, dtype=object), row.astype(int)) for row in array]
    width = max((len(r) for r in rows), default=0)
    padded = [[*row, *[np.nan] * (width - len(row))] for row in rows]
    return pd.DataFrame(padded, index=counts.index)


@dataclass(frozen=True, eq=False)
class Pairing:
    """The pairs of values within units.

    Attributes
    ----------
    n_units : int
    unit, left, right : array of int
        One entry a pair of coders on a unit: the unit and the two codes.
    weight : array of float
        Of each pair: number of values of the unit that take part over its number of pairs, so that
        a unit counts as much as it has values.
    value_unit, value : array of int
        One entry a value that takes part.
    """

    n_units: int
    unit: np.ndarray
    left: np.ndarray
    right: np.ndarray
    weight: np.ndarray
    value_unit: np.ndarray
    value: np.ndarray

    @property
    def units(self) -> np.ndarray:
        """Whether each unit takes part, shape (n_units,)."""
        return np.asarray(np.bincount(self.value_unit, minlength=self.n_units) > 0)


def pairs_of(codes: np.ndarray, allowed: np.ndarray | None = None) -> Pairing:
    """Return the pairs of values within units.

    Parameters
    ----------
    codes : array of int, shape (n_units, n_coders)
        -1 where missing.
    allowed : array of bool, shape (n_coders, n_coders), or None
        Which coders may be paired (symmetric); all where None.
    """
    if allowed is None and codes.shape[1] > 1 and codes.size and codes.min() >= 0:
        return _complete(codes)
    unit, coder = np.nonzero(codes >= 0)
    value = codes[unit, coder]
    first, second = [], []
    for lag in range(1, codes.shape[1]):
        i = np.flatnonzero(unit[lag:] == unit[:-lag]) if lag < len(unit) else np.empty(0, int)
        if allowed is not None:
            i = i[allowed[coder[i], coder[i + lag]]]
        first.append(i)
        second.append(i + lag)
    a = np.concatenate(first) if first else np.empty(0, int)
    b = np.concatenate(second) if second else np.empty(0, int)
    part = np.zeros(len(unit), dtype=bool)
    part[a] = part[b] = True
    n_values = np.bincount(unit[part], minlength=len(codes))
    n_pairs = np.bincount(unit[a], minlength=len(codes))
    weight = (n_values / np.maximum(n_pairs, 1))[unit[a]]
    return Pairing(len(codes), unit[a], value[a], value[b], weight, unit[part], value[part])


def _complete(codes: np.ndarray) -> Pairing:
    """Return the pairs where no value is missing."""
    n, r = codes.shape
    i, j = np.triu_indices(r, 1)
    unit = np.repeat(np.arange(n), len(i))
    weight = np.full(n * len(i), r / len(i))
    left, right = codes[:, i].ravel(), codes[:, j].ravel()
    return Pairing(n, unit, left, right, weight, np.repeat(np.arange(n), r), codes.ravel())
