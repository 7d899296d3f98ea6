"""Rows of survival data: read, checked, counted at each time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError, suggest
from mdresearch.core.results import Check

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class SurvivalRows:
    """Complete rows: the interval (entry, time] under watch, and whether it ended in the event."""

    data: pd.DataFrame
    time: Array
    event: Array
    entry: Array
    n_read: int
    missing: str

    def check(self) -> Check:
        """Return how many rows were used, and what was missing in the others."""
        n = len(self.time)
        evidence = f"{n:,} of {self.n_read:,} rows used"
        if n < self.n_read:
            evidence += f"; {self.n_read - n:,} left out for missing values ({self.missing})"
        return Check("complete_rows", n == self.n_read, evidence)


def survival_rows(
    data: pd.DataFrame,
    time: str,
    event: str,
    entry: str | None = None,
    extra: Sequence[str] = (),
) -> SurvivalRows:
    """Read the columns that a survival method needs, from the rows that have all of them."""
    used = list(dict.fromkeys([time, event, *([entry] if entry else []), *extra]))
    for column in used:
        if column not in data:
            near = suggest(column, data.columns.map(str))
            hint = f" Did you mean '{near}'?" if near else ""
            raise DataError(f"The data have no column '{column}'.{hint}")
    absent = data[used].isna()
    kept = data.loc[~absent.any(axis=1)]
    if kept.empty:
        raise DataError(f"No row of the data has all of: {', '.join(used)}.")
    stop = _numbers(kept, time)
    start = _numbers(kept, entry) if entry else np.full(len(kept), -np.inf)
    if (stop < 0).any():
        row = kept.index[stop < 0][0]
        raise DataError(f"Row {row}: '{time}' is {stop[stop < 0][0]:g}; a time is 0 or more.")
    if (start >= stop).any():
        first = int(np.flatnonzero(start >= stop)[0])
        raise DataError(
            f"Row {kept.index[first]}: '{entry}' is {start[first]:g} and '{time}' {stop[first]:g}; "
            "a row must be entered before it ends."
        )
    happened = _numbers(kept, event)
    wrong = ~np.isin(happened, (0, 1))
    if wrong.any():
        row = kept.index[wrong][0]
        raise DataError(
            f"Row {row}: '{event}' is {happened[wrong][0]:g}; 1 (it happened) or 0 (censored) is "
            "allowed. Recode the column first."
        )
    missing = ", ".join(f"{c} {n:,}" for c, n in absent.sum().items() if n)
    return SurvivalRows(kept, stop, happened == 1, start, len(data), missing)


def _numbers(kept: pd.DataFrame, column: str) -> Array:
    try:
        values = kept[column].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"'{column}' must hold numbers: {error}.") from error
    if not np.isfinite(values).all():
        row = kept.index[~np.isfinite(values)][0]
        raise DataError(f"Row {row}: '{column}' is not a finite number.")
    return values


def group_codes(data: pd.DataFrame, column: str | None) -> tuple[Array, list[str]]:
    """Return the code of each row's group (sorted labels), and the labels."""
    if column is None:
        return np.zeros(len(data), dtype=int), ["all"]
    codes, names = pd.factorize(data[column], sort=True)
    return codes, [str(name) for name in names]


def counts(time: Array, event: Array, entry: Array) -> tuple[Array, Array, Array]:
    """Return the distinct times, the rows at risk just before each, and the events at each.

    A row is at risk at t where entry < t <= time.
    """
    at, place = np.unique(time, return_inverse=True)
    events = np.bincount(place, weights=event, minlength=len(at))
    left = np.searchsorted(np.sort(time), at, side="left")
    entered = np.searchsorted(np.sort(entry), at, side="left")
    return at, (entered - left).astype(float), events
