"""Rows of a Cox regression, counted: rows that are alike become one cell with a weight."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats.formulas import model_frame
from mdresearch.stats.survival_models.rows import SurvivalRows, survival_rows

Array = np.ndarray
_OF_ALL_ROWS = re.compile(r"\b(center|scale|poly|bs|cs)\s*\(")
_ENOUGH = 2001
_SAME_TIME = float(np.sqrt(np.finfo(float).eps))


@dataclass(frozen=True, eq=False)
class CoxCells:
    """Cells of equal covariates, stratum, interval and outcome, and what is at risk when.

    A cell is at risk at the event times ``low <= b < high`` of ``bins``; a cell with the event has
    it at ``high - 1``. ``cell_of`` leads from a row to its cell.
    """

    x: Array
    names: tuple[str, ...]
    terms: dict[str, tuple[str, ...]]
    dead: Array
    count: Array
    weight: Array
    low: Array
    high: Array
    bin_time: Array
    bin_stratum: Array
    stratum: Array
    start: Array
    stop: Array
    times: Array
    strata: tuple[str, ...]
    cell_of: Array
    row_weight: Array | None
    cluster: Array | None
    n_clusters: int
    rows: SurvivalRows

    def at_risk(self, values: Array) -> Array:
        """Sum the values (a row a cell) of what is at risk at each event time."""
        wide = values if values.ndim == 2 else values[:, None]
        edge = len(self.bin_time) + 1
        later = np.empty((edge, wide.shape[1]))
        for j, column in enumerate(wide.T):
            later[:, j] = np.bincount(self.high, column, edge) - np.bincount(self.low, column, edge)
        found = later[::-1].cumsum(axis=0)[::-1][1:]
        return found if values.ndim == 2 else found[:, 0]

    def having_event(self, values: Array) -> Array:
        """Sum the values (a row a cell) of what has the event at each event time."""
        wide = values if values.ndim == 2 else values[:, None]
        place, bins = self.high[self.dead] - 1, len(self.bin_time)
        found = np.empty((bins, wide.shape[1]))
        for j, column in enumerate(wide[self.dead].T):
            found[:, j] = np.bincount(place, column, bins)
        return found if values.ndim == 2 else found[:, 0]

    def crossed(self, scores: Array) -> Array:
        """Return the sum over clusters (or rows) of the squared sum of weighted row scores.

        ``scores`` has a row a cell, before the weight of a row.
        """
        n_cells = len(self.x)
        if self.cluster is None:
            if self.row_weight is None:
                return (scores * self.count[:, None]).T @ scores
            squares = np.bincount(self.cell_of, self.row_weight**2, n_cells)
            return (scores * squares[:, None]).T @ scores
        held = np.ones(len(self.cell_of)) if self.row_weight is None else self.row_weight
        shape = (self.n_clusters, n_cells)
        sums = sparse.coo_array((held, (self.cluster, self.cell_of)), shape=shape) @ scores
        return sums.T @ sums


def cox_cells(
    formula: str,
    data: pd.DataFrame,
    *,
    time: str,
    event: str,
    start: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    collapse: bool = True,
) -> CoxCells:
    """Read, check and count the rows; ``collapse=False`` keeps a cell a row (for comparison)."""
    within = [strata] if isinstance(strata, str) else list(strata or [])
    columns = formula_columns(formula)
    used = [*columns, *within, *(c for c in (cluster, weights) if c)]
    rows = survival_rows(data, time, event, start, used)
    kept, n = rows.data, len(rows.time)
    weight = _weights(rows, weights)
    if not rows.event.any():
        raise StatisticsError(f"No row has the event ('{event}' is 0 in all {n:,}).")
    times, start_code, stop_code = _time_codes(rows)
    pattern, first = combined([_codes(kept[c]) for c in columns], n)
    matrix, terms = _matrix(formula, kept, first)
    levels = [_codes(kept[c]) for c in within]
    stratum, some = combined(levels, n)
    stratum, labels = _sorted_strata(kept, within, stratum, some)
    event_code = rows.event.astype(np.int64)
    parts = [stratum, pattern, stop_code, event_code, *([] if start is None else [start_code])]
    cell_of, one = combined(parts if collapse else [np.arange(n)], n)
    k = len(times) + 1
    stop_key = stratum[one] * k + stop_code[one] + 1
    start_key = stratum[one] * k + (0 if start is None else start_code[one] + 1)
    dead = rows.event[one]
    bins = np.unique(stop_key[dead])
    codes, groups = (None, 0) if cluster is None else _dense(kept[cluster])
    count = np.bincount(cell_of, minlength=len(one)).astype(float)
    return CoxCells(
        x=matrix.to_numpy(dtype=float)[pattern[one]],
        names=tuple(matrix.columns),
        terms=terms,
        dead=dead,
        count=count,
        weight=count if weight is None else np.bincount(cell_of, weight, len(one)),
        low=np.searchsorted(bins, start_key, side="right"),
        high=np.searchsorted(bins, stop_key, side="right"),
        bin_time=times[bins % k - 1],
        bin_stratum=bins // k,
        stratum=stratum[one],
        start=np.full(len(one), -1) if start is None else start_code[one],
        stop=stop_code[one],
        times=times,
        strata=labels,
        cell_of=cell_of,
        row_weight=weight,
        cluster=codes,
        n_clusters=groups,
        rows=rows,
    )


def formula_columns(formula: str) -> list[str]:
    """Return the columns that a formula without a left side uses."""
    from mdresearch.stats.formulas import _columns_of, _parsed

    if isinstance(formula, str) and formula.split("~")[0].strip() and "~" in formula:
        raise StatisticsError(
            f"'{formula}' has a left side: write '~ {formula.split('~')[1].strip()}'; time= and "
            "event= name the outcome."
        )
    parsed = _parsed(formula, False)
    columns = _columns_of(getattr(parsed, "rhs", parsed))
    if not columns:
        raise StatisticsError(f"'{formula}' names no column: a Cox regression needs one or more.")
    return columns


def combined(codes: Sequence[Array], n: int) -> tuple[Array, Array]:
    """Return the code of each distinct combination by row, and the first row of each.

    Combinations are numbered in the order of their codes where a table of them fits in memory,
    by first appearance otherwise.
    """
    key, size = np.zeros(n, dtype=np.int64), 1
    for code in codes:
        levels = int(code.max(initial=0)) + 1
        if size * levels > 2**62:
            key, uniques = pd.factorize(key)
            size = len(uniques)
        key, size = key * levels + code, size * levels
    if size <= max(8 * n, 2**16):
        seen = np.bincount(key, minlength=size) > 0
        key = (np.cumsum(seen) - 1)[key]
        size = int(seen.sum())
    else:
        key, uniques = pd.factorize(key)
        size = len(uniques)
    first = np.empty(size, dtype=np.int64)
    first[key[::-1]] = np.arange(n - 1, -1, -1)
    return key, first


def _codes(column: pd.Series) -> Array:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy().astype(np.int64)
    values = column.to_numpy()
    if values.dtype.kind in "iub" and len(values):
        whole = values.astype(np.int64)
        least, most = int(whole.min()), int(whole.max())
        if most - least < max(len(whole), 1024):
            return whole - least
    return pd.factorize(column)[0].astype(np.int64)


def _dense(column: pd.Series) -> tuple[Array, int]:
    codes, first = combined([_codes(column)], len(column))
    return codes, len(first)


def _weights(rows: SurvivalRows, weights: str | None) -> Array | None:
    if weights is None:
        return None
    try:
        values = rows.data[weights].to_numpy(dtype=float)
    except (TypeError, ValueError) as error:
        raise DataError(f"'{weights}' must hold numbers: {error}.") from error
    wrong = ~(np.isfinite(values) & (values > 0))
    if wrong.any():
        raise DataError(
            f"Row {rows.data.index[wrong][0]}: '{weights}' is {values[wrong][0]:g}; a weight is a "
            "finite number above 0. Leave out rows of weight 0 first."
        )
    return values


def _time_codes(rows: SurvivalRows) -> tuple[Array, Array, Array]:
    """Return the distinct times and their numbers by row; rounding apart, times are one."""
    stop_code, stops = pd.factorize(rows.time)
    start_code, starts = pd.factorize(rows.entry)
    known = np.unique(np.concatenate([stops, starts[np.isfinite(starts)]]))
    gap = np.diff(known)
    size = float(np.abs(known).mean()) or 1.0
    new = np.concatenate([[True], (gap > _SAME_TIME) & (gap / size > _SAME_TIME)])
    place = np.cumsum(new) - 1
    stop = place[np.searchsorted(known, stops)][stop_code]
    lead = np.where(np.isfinite(starts), place[np.searchsorted(known, starts) % len(known)], -1)
    start = lead[start_code]
    if (start >= stop).any():
        row = rows.data.index[start >= stop][0]
        raise DataError(f"Row {row}: entry and end are the same time, but for rounding.")
    return known[new], start, stop


def _matrix(
    formula: str, kept: pd.DataFrame, first: Array
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """Return the matrix of each covariate pattern, without the intercept.

    Where patterns are few they are repeated, so that aliased columns are named as such.
    """
    whole = bool(_OF_ALL_ROWS.search(formula))
    some = np.resize(first, max(len(first), min(len(kept), _ENOUGH)))
    frame = model_frame(formula, kept if whole else kept.iloc[some], response=False)
    matrix = frame.matrix.iloc[first] if whole else frame.matrix.iloc[: len(first)]
    matrix = matrix.drop(columns="Intercept", errors="ignore").reset_index(drop=True)
    terms = {name: columns for name, columns in frame.terms.items() if name != "Intercept"}
    if not len(matrix.columns):
        raise StatisticsError(f"'{formula}' leaves no coefficient to estimate.")
    return matrix, terms


def _sorted_strata(
    kept: pd.DataFrame, within: list[str], stratum: Array, some: Array
) -> tuple[Array, tuple[str, ...]]:
    """Return strata numbered in the order of their labels, and the labels."""
    if not within:
        return stratum, ("all",)
    labels = kept[within].iloc[some].astype(str).agg(", ".join, axis=1).to_numpy()
    order = np.argsort(labels, kind="stable")
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    return rank[stratum], tuple(labels[order])
