"""Reduce rows to country-by-title cells; everything after works on the small table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.stats.methods import Design


@dataclass(frozen=True, eq=False)
class Cells:
    """Moments of the outcome by country and title.

    Attributes
    ----------
    countries, titles : tuple of str
        Names of rows and columns; one title named ``""`` where there is no title column.
    side : array of bool, shape (C,)
        True where the country belongs to the first group.
    n, weight, weight2, mean, ss : arrays, shape (C, T)
        Count, sum of weights and of squared weights, mean (``nan`` where empty), and sum of squared
        deviations from the mean (weights rescaled to sum to the count).
    persons : array of int, shape (C,)
        Persons by country.
    n_missing : int
        Rows left out since the outcome or the weight was missing.
    n_merged : int
        Rows merged into the mean of one person's answers on one title.
    """

    countries: tuple[str, ...]
    titles: tuple[str, ...]
    side: np.ndarray
    n: np.ndarray
    weight: np.ndarray
    weight2: np.ndarray
    mean: np.ndarray
    ss: np.ndarray
    persons: np.ndarray
    n_missing: int = 0
    n_merged: int = 0

    def take_titles(self, keep: np.ndarray) -> Cells:
        """Return the cells of some titles only."""
        cut = {
            name: getattr(self, name)[:, keep] for name in ("n", "weight", "weight2", "mean", "ss")
        }
        titles = tuple(t for t, k in zip(self.titles, keep, strict=True) if k)
        return replace(self, titles=titles, **cut)

    @property
    def shared(self) -> np.ndarray:
        """Which titles were seen on both sides."""
        seen = self.n > 0
        return seen[self.side].any(axis=0) & seen[~self.side].any(axis=0)

    def person_sd(self) -> float:
        """Return the SD of persons within country and title, pooled over cells."""
        spare = float(np.maximum(self.n - 1, 0).sum())
        return float(np.sqrt(self.ss.sum() / spare)) if spare > 0 else float("nan")


def codes_of(column: pd.Series) -> tuple[np.ndarray, list[str]]:
    """Return sorted-label codes of a column of names; -1 where missing."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.remove_unused_categories()
        names = [str(c) for c in column.cat.categories]
        order = np.argsort(np.asarray(names, dtype=object), kind="stable")
        rank = np.empty(len(names) + 1, dtype=np.int64)
        rank[order] = np.arange(len(names))
        rank[-1] = -1
        return rank[column.cat.codes.to_numpy()], [names[i] for i in order]
    codes, labels = pd.factorize(column, sort=False)
    names = [str(v) for v in labels]
    order = np.argsort(np.asarray(names, dtype=object), kind="stable")
    rank = np.empty(len(names) + 1, dtype=np.int64)
    rank[order] = np.arange(len(names))
    rank[-1] = -1
    return rank[codes], [names[i] for i in order]


def person_codes(column: pd.Series) -> np.ndarray:
    """Return codes of persons in order of appearance: cheaper than sorted labels."""
    import pandas as pd

    codes = pd.factorize(column, sort=False, use_na_sentinel=True)[0]
    if (codes < 0).any():
        row = column.index[int(np.flatnonzero(codes < 0)[0])]
        raise DataError(f"Row {row} has no '{column.name}'. Give every answer its person.")
    return codes


def outcome_values(data: pd.DataFrame, column: str, log: bool = False) -> np.ndarray:
    """Return the outcome as floats; logarithms where asked.

    Raises
    ------
    DataError
        The column is absent, not numeric, infinite somewhere, or not positive under ``log``.
    """
    import pandas as pd

    if column not in data.columns:
        raise DataError(
            f"There is no column '{column}' to compare. Columns: "
            f"{', '.join(map(str, data.columns))}."
        )
    values = data[column]
    if not (pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values)):
        raise DataError(
            f"The outcome '{column}' holds {values.dtype} values such as "
            f"'{values.dropna().iloc[0] if values.notna().any() else ''}'; it must be numeric."
        )
    out = values.to_numpy(dtype=float, na_value=np.nan)
    if np.isinf(out).any():
        row = int(np.flatnonzero(np.isinf(out))[0])
        raise DataError(
            f"The outcome '{column}' is infinite in row {data.index[row]} (and "
            f"{int(np.isinf(out).sum()) - 1} more). Mend the value or leave it empty."
        )
    if log:
        bad = out <= 0
        if bad.any():
            row = int(np.flatnonzero(bad)[0])
            raise DataError(
                f"The outcome '{column}' is {out[row]:g} in row {data.index[row]} (and "
                f"{int(bad.sum()) - 1} more); a ratio needs values above 0. Use another scale."
            )
        out = np.log(out)
    return out


def reduce_cells(data: pd.DataFrame, design: Design, log: bool = False) -> Cells:
    """Reduce the rows of two groups to cells; see `Cells`.

    Rows with a missing outcome are left out and counted. Several rows of one person on one title
    are averaged first, and counted. A country must lie in one group only.
    """
    names = [design.group, design.country]
    for name in [n for n in names if n] + [n for n in (design.title, design.person) if n]:
        if name not in data.columns:
            raise DataError(
                f"There is no column '{name}'. Columns: {', '.join(map(str, data.columns))}."
            )
    y = outcome_values(data, design.outcome, log)
    w = _weights(data, design)
    keep = ~np.isnan(y) & ~np.isnan(w)
    missing = int((~keep).sum())
    rows = data.loc[keep]
    y, w = y[keep], w[keep]
    country, countries = codes_of(rows[design.country])
    title, titles = codes_of(rows[design.title]) if design.title else (np.zeros(len(y), int), [""])
    if (country < 0).any() or (title < 0).any():
        raise DataError(
            f"{int((country < 0).sum())} rows have no '{design.country}' and "
            f"{int((title < 0).sum())} no '{design.title}'. Exclude them with a reason."
        )
    person = person_codes(rows[design.person]) if design.person else None
    merged = 0
    if person is not None:
        y, w, country, title, person, merged = _merge(y, w, country, title, person)
    side = _sides(rows, design, countries)
    return _moments(y, w, country, title, person, countries, titles, side, missing, merged)


def _weights(data: pd.DataFrame, design: Design) -> np.ndarray:
    if not design.weight:
        return np.ones(len(data))
    w = outcome_values(data, design.weight)
    if (w < 0).any():
        row = int(np.flatnonzero(w < 0)[0])
        raise DataError(
            f"The weight '{design.weight}' is {w[row]:g} in row {data.index[row]}; it is at least "
            "0."
        )
    return np.where(w == 0, np.nan, w)


def _merge(
    y: np.ndarray, w: np.ndarray, country: np.ndarray, title: np.ndarray, person: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, int]:
    width = int(title.max(initial=0)) + 1
    key = person * width + title
    unique, first, inverse, count = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    if len(unique) == len(y):
        return y, w, country, title, person, 0
    total = np.bincount(inverse, weights=w)
    mean = np.bincount(inverse, weights=w * y) / total
    return mean, total / count, country[first], title[first], person[first], len(y) - len(unique)


def _sides(rows: pd.DataFrame, design: Design, countries: list[str]) -> np.ndarray:
    pairs = (
        rows[[design.country, design.group]].drop_duplicates()
        if design.group != design.country
        else None
    )
    if pairs is None:
        return np.array([c == design.expect.a for c in countries], dtype=bool)
    twice = pairs[design.country].duplicated(keep=False)
    if twice.any():
        name = pairs.loc[twice, design.country].iloc[0]
        held = ", ".join(sorted(map(str, pairs.loc[pairs[design.country] == name, design.group])))
        raise StatisticsError(
            f"'{design.group}' is not constant within '{name}': it is {held}. A contrast of groups "
            "of countries needs one value a country; use a condition, or cluster: null for viewers."
        )
    where = dict(
        zip(pairs[design.country].astype(str), pairs[design.group].astype(str), strict=True)
    )
    return np.array([where[c] == design.expect.a for c in countries], dtype=bool)


def _moments(
    y: np.ndarray,
    w: np.ndarray,
    country: np.ndarray,
    title: np.ndarray,
    person: np.ndarray | None,
    countries: list[str],
    titles: list[str],
    side: np.ndarray,
    missing: int,
    merged: int,
) -> Cells:
    shape = (len(countries), len(titles))
    cell = country * shape[1] + title
    size = shape[0] * shape[1]

    def total(values: np.ndarray | None) -> np.ndarray:
        return np.bincount(cell, weights=values, minlength=size).reshape(shape)

    centre = float(y.mean()) if len(y) else 0.0
    z = y - centre
    n, weight, weight2, s = total(None), total(w), total(w * w), total(w * z)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = s / weight
        spread = total(w * (z - mean.ravel()[cell]) ** 2) * n / weight
    ss = np.where(n > 0, spread, 0.0)
    if person is None:
        persons = n.sum(axis=1)
    else:
        pair = np.unique(person * len(countries) + country)
        persons = np.bincount(pair % len(countries), minlength=len(countries))
    return Cells(
        tuple(countries),
        tuple(titles),
        side,
        n.astype(int),
        weight,
        weight2,
        mean + centre,
        ss,
        persons.astype(int),
        missing,
        merged,
    )
