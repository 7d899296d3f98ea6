"""One variable, group and level: point values, and the rows that its bootstrap sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_sets import (
    LEVELLED,
    Table,
    distance_at,
    ratings_of,
    rolled_ratings,
)
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.alphas import MOST_CATEGORIES, alpha_error, t_interval, undefined
from mdresearch.stats.reliability.chance import agreement_rows, chance_error, chance_values
from mdresearch.stats.reliability.disagreements import (
    Sums,
    distance_matrix,
    nominal_sums,
    rolled_sums,
    sums_for,
)
from mdresearch.stats.reliability.kappas import cohen_parts
from mdresearch.stats.reliability.ratings import Pairing, Ratings, pairs_of
from mdresearch.stats.reliability.weights import weight_matrix

if TYPE_CHECKING:
    from mdresearch.coding.agreement_groups import Group
    from mdresearch.coding.codebooks import Codebook

MOST_WEIGHTED = 200  # categories above which coefficients of categories say nothing
WEIGHTS = {"ordinal": "ordinal", "interval": "quadratic", "ratio": "ratio"}


@dataclass(frozen=True, eq=False)
class Case:
    """Agreement of one variable, group and level.

    Attributes
    ----------
    ratings : Ratings
        Of the group's units and coders.
    pairing : Pairing
    alpha, ac, kappa, percent : float
    alpha_ends, ac_ends : tuple of float
        Analytic limits.
    reason : str
        Why nothing can be computed.
    prevalence : float
        Share of the largest category.
    weights : str
        Of ac and kappa.
    kappa_name : str
    sums : Sums or None
    counts : array, shape (n_units, n_categories)
    to : array, shape (n_emic, n_categories)
        1 where an emic category goes to one of these.
    ac_rows, matrix : arrays
        Rows of agreement and the weights between categories.
    """

    table: Table
    group: Group
    level: str
    ratings: Ratings
    pairing: Pairing
    reason: str
    alpha: float = NAN
    alpha_ends: tuple[float, float] = (NAN, NAN)
    ac: float = NAN
    ac_ends: tuple[float, float] = (NAN, NAN)
    kappa: float = NAN
    percent: float = NAN
    prevalence: float = NAN
    weights: str = "unweighted"
    kappa_name: str = "fleiss"
    sums: Sums | None = None
    to: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    counts: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    ac_rows: np.ndarray = field(default_factory=lambda: np.empty((0, 3)))
    matrix: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))

    @property
    def units(self) -> np.ndarray:
        """Places of the group's units in the study."""
        return np.asarray(self.ratings.units, dtype=np.int64)


def case_of(
    table: Table,
    group: Group,
    level: str,
    codebook: Codebook | None,
    planned: str,
    interval: bool,
    emic: Case | None = None,
) -> Case:
    """Compute the point values of a case, and analytic limits where ``interval`` asks for them."""
    ratings = _part(ratings_of(table), group) if emic is None else emic.ratings
    to = np.eye(len(ratings.categories))
    if level != "emic":
        ratings, to = rolled_ratings(ratings, table.sheet, level, codebook)
    inside = np.flatnonzero(group.coders)
    allowed = None if group.allowed is None else group.allowed[np.ix_(inside, inside)]
    pairing = pairs_of(ratings.codes, allowed) if emic is None else _rolled(emic, to)
    base: dict[str, Any] = {
        "table": table, "group": group, "level": level, "ratings": ratings, "pairing": pairing,
    }  # fmt: skip
    reason = table.reason or undefined(ratings, pairing)
    counts = ratings.counts() if emic is None else emic.counts @ to
    base |= {"counts": counts, "to": to}
    if len(pairing.value):
        base["prevalence"] = float(counts.sum(axis=0).max() / counts.sum())
        base["percent"] = _percent(pairing)
    if reason:
        return Case(reason=reason, **base)
    sheet = table.sheet
    distance = distance_at(ratings, sheet, level, codebook)
    sums = (
        sums_for(ratings, distance, pairing)
        if emic is None or emic.sums is None or not _plain(distance, emic)
        else rolled_sums(emic.sums, pairing, to)
    )
    base["sums"] = sums
    base["alpha"] = float(sums.alpha(sums.total())[0])
    if interval and allowed is None and len(ratings.categories) <= MOST_CATEGORIES:
        apart = distance_matrix(ratings, distance)
        if apart.max() > 0:
            error = alpha_error(counts, 1 - apart / apart.max())
            df = ratings.n_units_paired - 1
            base["alpha_ends"] = t_interval(base["alpha"], error, df, 0.95)
    if np.isnan(base["alpha"]):
        reason = "no variation: the distances between all values that were given are 0"
    if len(ratings.categories) <= MOST_WEIGHTED:
        base |= _of_categories(ratings, pairing, counts, sheet.type, planned, interval, allowed)
    return Case(reason=reason, **base)


def _rolled(emic: Case, one_hot: np.ndarray) -> Pairing:
    """Return the pairs of a rolled-up level: the same pairs, their codes replaced."""
    to = one_hot.argmax(axis=1)
    pairing = emic.pairing
    left, right, value = to[pairing.left], to[pairing.right], to[pairing.value]
    return replace(pairing, left=left, right=right, value=value)


def _part(ratings: Ratings, group: Group) -> Ratings:
    rows = np.flatnonzero(group.units)
    codes = ratings.codes[np.ix_(rows, np.flatnonzero(group.coders))]
    coded = (codes >= 0).any(axis=1)
    units = np.asarray(ratings.units, dtype=np.int64)[rows][coded]
    codes = codes[coded]
    used = np.zeros(len(ratings.categories) + 1, dtype=bool)
    used[codes] = True
    to = np.append(np.cumsum(used[:-1]) - 1, -1)
    kept = tuple(c for c, u in zip(ratings.categories, used[:-1], strict=True) if u)
    coders = tuple(np.flatnonzero(group.coders))
    return Ratings(np.asarray(to[codes], dtype=np.int64), kept, tuple(units), coders)


def _unit_means(pairing: Pairing, value: np.ndarray) -> np.ndarray:
    n = np.bincount(pairing.unit, minlength=pairing.n_units)
    return np.bincount(pairing.unit, weights=value, minlength=pairing.n_units) / np.maximum(n, 1)


def _plain(distance: Any, emic: Case) -> bool:
    same = emic.table.sheet.distance == "nominal"
    return isinstance(distance, str) and distance == "nominal" and same


def _percent(pairing: Pairing) -> float:
    """Mean over units of the share of agreeing pairs: pairs weigh as values over pairs."""
    agree = (pairing.left == pairing.right).astype(float)
    return float(_unit_means(pairing, agree)[pairing.units].mean())


def _of_categories(
    ratings: Ratings,
    pairing: Pairing,
    counts: np.ndarray,
    kind: str,
    planned: str,
    interval: bool,
    allowed: np.ndarray | None,
) -> dict[str, Any]:
    weights = WEIGHTS.get(kind, "unweighted")
    matrix = weight_matrix(ratings, weights)
    rows = agreement_rows(counts, matrix)
    if allowed is not None:
        rows = _restricted(pairing, matrix)
    total = rows.sum(axis=0, keepdims=True)
    ac = float(chance_values(total, matrix, "gwet")[0][0])
    out: dict[str, Any] = {"weights": weights, "matrix": matrix, "ac_rows": rows, "ac": ac}
    if interval:
        out["ac_ends"] = t_interval(
            ac, chance_error(rows, matrix, "gwet"), int((rows[:, 2] > 0).sum()) - 1, 0.95
        )
    if planned == "brennan_prediger":
        name, kappa = planned, float(chance_values(total, matrix, planned)[0][0])
    elif ratings.n_coders == 2:
        both = ratings.codes[:, (ratings.codes >= 0).any(axis=0)]
        name, kappa = "cohen", cohen_parts(both, matrix)[0]
    else:
        name, kappa = "fleiss", float(chance_values(total, matrix, "fleiss")[0][0])
    return out | {"kappa_name": name, "kappa": kappa}


def _restricted(pairing: Pairing, matrix: np.ndarray) -> np.ndarray:
    agree = _unit_means(pairing, matrix[pairing.left, pairing.right])
    flat = pairing.value_unit * len(matrix) + pairing.value
    counts = np.bincount(flat, minlength=pairing.n_units * len(matrix)).reshape(-1, len(matrix))
    given = counts.sum(axis=1)
    shares = counts / np.maximum(given, 1)[:, None]
    return np.column_stack([agree * (given > 0), given > 0, given > 0, shares])


@dataclass(frozen=True, eq=False)
class Block:
    """Rows over the same units that several levels of a variable share.

    Attributes
    ----------
    units : array of int
        Places of the units in the study.
    rows : array, shape (n_units, n_columns)
    finish : tuple of callables
        For each case: totals (n_draws, n_columns) to draws, in the order of the cases.
    """

    units: np.ndarray
    rows: Any
    finish: tuple[Callable[[np.ndarray], np.ndarray], ...]


def blocks_of(cases: list[Case]) -> tuple[Block, ...]:
    """Return the blocks of the levels of one variable and group: of alpha, then of ac.

    Nominal levels share their margins: those of a rolled-up level are sums of the emic ones. With
    complete ratings, ac follows from the same rows, and there is one block.
    """
    first = cases[0]
    nominal = all(_is_nominal(c) for c in cases) and _nested(cases)
    if not nominal:
        return tuple(_own_block(c, what) for c in cases for what in ("alpha", "ac"))
    pairing, keep = first.pairing, first.pairing.units
    apart = [c.sums.rows[:, :1] for c in cases if c.sums is not None]
    margins = nominal_sums(pairing, len(first.ratings.categories)).rows[:, 1:]
    if first.sums is not None and first.table.sheet.distance == "nominal":
        margins = first.sums.rows[:, 1:]
    rows = np.hstack([*apart, margins])
    rows = rows if keep.all() else rows[keep]
    to = [np.eye(len(c.ratings.categories)) if c is first else c.to for c in cases]
    finish: list[Any] = [
        _alpha_of(i, len(cases), roll, c) for i, (c, roll) in enumerate(zip(cases, to, strict=True))
    ]
    given = np.bincount(pairing.value_unit, minlength=pairing.n_units)
    complete = bool(keep.all()) and bool(given.min() == given.max())
    if complete:
        m = float(given[0])
        finish += [_ac_of(i, len(cases), roll, m) for i, roll in enumerate(to)]
        return (Block(first.units[keep], rows, tuple(finish)),)
    blocks = [Block(first.units[keep], rows, tuple(finish))]
    return (*blocks, *(_own_block(c, "ac") for c in cases))


def _is_nominal(case: Case) -> bool:
    plain = case.table.sheet.distance == "nominal" or case.level != "emic"
    kind = case.table.sheet.type
    small = len(case.ratings.categories) <= MOST_WEIGHTED
    return case.sums is not None and plain and kind not in ("multilabel", *WEIGHTS) and small


def _nested(cases: list[Case]) -> bool:
    return cases[0].level == "emic" and cases[0].table.sheet.type in (*LEVELLED, "boolean", "text")


def _alpha_of(
    place: int, n: int, roll: np.ndarray, case: Case
) -> Callable[[np.ndarray], np.ndarray]:
    def finish(totals: np.ndarray) -> np.ndarray:
        own = np.column_stack([totals[:, place], totals[:, n:] @ roll])
        return case.sums.alpha(own) if case.sums is not None else np.full(len(totals), np.nan)

    return finish


def _ac_of(place: int, n: int, roll: np.ndarray, m: float) -> Callable[[np.ndarray], np.ndarray]:
    def finish(totals: np.ndarray) -> np.ndarray:
        units = totals[:, n:].sum(axis=1) / m
        agree = units - totals[:, place] / m
        rows = np.column_stack([agree, units, units, totals[:, n:] @ roll / m])
        return chance_values(rows, np.eye(roll.shape[1]), "gwet")[0]

    return finish


def _own_block(case: Case, what: str) -> Block:
    if what == "alpha":
        if case.sums is None:
            return Block(case.units[:0], np.empty((0, 1)), (_no_draws,))
        keep = case.pairing.units
        return Block(case.units[keep], case.sums.rows[keep], (case.sums.alpha,))
    if not len(case.ac_rows):
        return Block(case.units[:0], np.empty((0, 1)), (_no_draws,))
    keep = case.ac_rows[:, 2] > 0
    matrix = case.matrix
    finish = (lambda totals: chance_values(totals, matrix, "gwet")[0],)
    return Block(case.units[keep], case.ac_rows[keep], finish)


def _no_draws(totals: np.ndarray) -> np.ndarray:
    return np.full(len(totals), np.nan)
