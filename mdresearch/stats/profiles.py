"""Profiles of countries over stimuli: cell means, and the error of these means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats.cells import codes_of, outcome_values

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.stats.methods import Design

GROUP = ("group", "n_countries", "n_titles", "n_persons", "n_rows", "mean", "sd")


@dataclass(frozen=True, eq=False)
class Profiles:
    """Cell means of countries over stimuli with the covariance of their errors.

    Attributes
    ----------
    countries, stimuli : tuple of str
    mean : array, shape (C, T)
        Cell means; ``nan`` where a country did not see a stimulus.
    n : array of int, shape (C, T)
        Persons a cell.
    noise : array, shape (C, T, T)
        Sampling covariance of the cell means of one country, persons being a random sample; 0 where
        a cell is empty.
    within, person : float
        Mean variance of persons within cells, and mean covariance of a person's answers to two
        stimuli (0 where no person answered two); ``nan`` where no cell has two persons.
    n_persons, n_missing, n_merged : int
        Persons; rows left out; rows merged into the mean of a person's answers on a stimulus.
    crossed : bool
        Whether any person answered several stimuli.
    """

    countries: tuple[str, ...]
    stimuli: tuple[str, ...]
    mean: np.ndarray
    n: np.ndarray
    noise: np.ndarray
    within: float
    person: float
    n_persons: int
    n_missing: int
    n_merged: int
    crossed: bool

    def without_country(self, i: int) -> Profiles:
        """Return the profiles without one country."""
        keep = np.arange(len(self.mean)) != i
        names = tuple(c for c, k in zip(self.countries, keep, strict=True) if k)
        return replace(
            self, countries=names, mean=self.mean[keep], n=self.n[keep], noise=self.noise[keep]
        )

    def without_stimulus(self, j: int) -> Profiles:
        """Return the profiles without one stimulus."""
        keep = np.arange(self.mean.shape[1]) != j
        names = tuple(s for s, k in zip(self.stimuli, keep, strict=True) if k)
        return replace(
            self,
            stimuli=names,
            mean=self.mean[:, keep],
            n=self.n[:, keep],
            noise=self.noise[:, keep][:, :, keep],
        )


def country_profiles(data: pd.DataFrame, design: Design) -> Profiles:
    """Reduce rows to profiles; see `Profiles`.

    Rows without an outcome are left out and counted; several rows of one person on one stimulus are
    averaged and counted. Without a person column every row is taken as another person.

    Raises
    ------
    DataError
        A column is absent or not numeric, or rows with an outcome have no country or no stimulus.
    StatisticsError
        The design names no country or no title.
    """
    country, title = design.country, design.title
    if country is None or title is None:
        raise StatisticsError(
            f"A profile needs the columns of country ('{country}') and stimulus ('{title}'). "
            "Name both."
        )
    for name in [n for n in (country, title, design.person) if n]:
        if name not in data.columns:
            raise DataError(
                f"There is no column '{name}'. Columns: {', '.join(map(str, data.columns))}."
            )
    y = outcome_values(data, design.outcome)
    keep = ~np.isnan(y)
    rows, y = data.loc[keep], y[keep]
    row, countries = codes_of(rows[country])
    column, stimuli = codes_of(rows[title])
    if (row < 0).any() or (column < 0).any():
        raise DataError(
            f"{int((row < 0).sum())} rows have no '{country}' and {int((column < 0).sum())} no "
            f"'{title}'. Exclude them with a reason."
        )
    person = codes_of(rows[design.person])[0] if design.person else np.arange(len(y))
    if (person < 0).any():
        raise DataError(
            f"{int((person < 0).sum())} rows have no '{design.person}'. Exclude them with a reason."
        )
    missing = int((~keep).sum())
    return _profiles(y, row, column, person, countries, stimuli, missing)


def _profiles(
    y: np.ndarray,
    row: np.ndarray,
    column: np.ndarray,
    person: np.ndarray,
    countries: list[str],
    stimuli: list[str],
    missing: int,
) -> Profiles:
    shape = (len(countries), len(stimuli))
    centre = float(y.mean()) if len(y) else 0.0
    mean, n = np.full(shape, np.nan), np.zeros(shape, dtype=int)
    cross, shared = (np.zeros((shape[0], shape[1], shape[1])) for _ in range(2))
    persons = 0
    for i in range(shape[0]):
        mine = row == i
        wide = _wide(y[mine] - centre, person[mine], column[mine], shape[1])
        seen = ~np.isnan(wide)
        n[i] = seen.sum(axis=0)
        persons += len(wide)
        filled = np.where(seen, wide, 0.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean[i] = filled.sum(axis=0) / n[i]
        cross[i], shared[i] = _cross_products(filled, seen.astype(float))
    spread, within, person_part = _covariances(cross, shared)
    safe = np.maximum(n, 1)
    noise = shared * spread / (safe[:, :, None] * safe[:, None, :])
    off = ~np.eye(shape[1], dtype=bool)
    return Profiles(
        tuple(countries),
        tuple(stimuli),
        mean + centre,
        n,
        noise,
        within,
        person_part,
        persons,
        missing,
        int(len(y) - n.sum()),
        bool((shared[:, off] > 0).any()),
    )


def _wide(y: np.ndarray, person: np.ndarray, column: np.ndarray, width: int) -> np.ndarray:
    """Return persons x stimuli, answers of one person on one stimulus averaged."""
    names, place = np.unique(person, return_inverse=True)
    cell = place * width + column
    count = np.bincount(cell, minlength=len(names) * width)
    total = np.bincount(cell, weights=y, minlength=len(names) * width)
    with np.errstate(invalid="ignore", divide="ignore"):
        return (total / count).reshape(len(names), width)


def _cross_products(filled: np.ndarray, seen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return sums of cross-products about the means of the shared persons, and their number."""
    shared = seen.T @ seen
    sums = filled.T @ seen
    with np.errstate(invalid="ignore", divide="ignore"):
        about = filled.T @ filled - sums * sums.T / shared
    return np.where(shared > 0, about, 0.0), shared


def _covariances(cross: np.ndarray, shared: np.ndarray) -> tuple[np.ndarray, float, float]:
    """Return covariances of persons' answers by country, with pooled ones where too few answered.

    A country's own value needs two persons; else that of the pair of stimuli pooled over countries;
    else that pooled over all variances (or all covariances). Unbiased at each step.
    """
    width = cross.shape[1]
    spare = np.maximum(shared - 1, 0)
    diagonal = np.eye(width, dtype=bool)
    pooled, pooled_spare = cross.sum(axis=0), spare.sum(axis=0)
    overall = np.zeros((width, width))
    parts = []
    for which in (diagonal, ~diagonal):
        count = pooled_spare[which].sum()
        parts.append(
            float(np.where(pooled_spare > 0, pooled, 0.0)[which].sum() / count) if count else np.nan
        )
        overall[which] = parts[-1]
    within, person = parts[0], parts[1] if np.isfinite(parts[1]) else 0.0
    overall = np.where(np.isnan(overall) & ~diagonal, 0.0, overall)
    with np.errstate(invalid="ignore", divide="ignore"):
        pair = np.where(pooled_spare > 0, pooled / pooled_spare, overall)
        own = np.where(spare > 0, cross / spare, pair[None])
    return own, within, person


def profile_table(profiles: Profiles) -> pd.DataFrame:
    """Return country, stimulus, mean, n; a row a cell that was seen."""
    import pandas as pd

    row, column = np.nonzero(profiles.n > 0)
    return pd.DataFrame(
        {
            "country": [profiles.countries[i] for i in row],
            "stimulus": [profiles.stimuli[j] for j in column],
            "mean": profiles.mean[row, column],
            "n": profiles.n[row, column],
        }
    )


def countries_row(profiles: Profiles) -> pd.DataFrame:
    """Return the group row of a claim without groups: mean and SD are those of country means."""
    import pandas as pd

    seen = profiles.n > 0
    means = [float(m[s].mean()) for m, s in zip(profiles.mean, seen, strict=True) if s.any()]
    row = (
        "countries",
        len(means),
        int(seen.any(axis=0).sum()),
        profiles.n_persons,
        int(profiles.n.sum()),
        float(np.mean(means)) if means else np.nan,
        float(np.std(means, ddof=1)) if len(means) > 1 else np.nan,
    )
    return pd.DataFrame([row], columns=list(GROUP))
