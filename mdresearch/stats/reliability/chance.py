"""Agreement above chance where any coder may have coded any unit: rows, values, analytic errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Chance:
    """What one coefficient takes for chance.

    Attributes
    ----------
    expected : callable
        ``(shares (n, q), weights (q, q)) -> expected agreement (n,)``.
    gradient : callable
        ``(shares (q,), weights) -> derivative of it with respect to the shares (q,)``.
    """

    expected: Callable[[np.ndarray, np.ndarray], np.ndarray]
    gradient: Callable[[np.ndarray, np.ndarray], np.ndarray]


def _gwet(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    q = len(w)
    return np.asarray(w.sum() / (q * (q - 1)) * (p * (1 - p)).sum(axis=1))


def _gwet_gradient(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    q = len(w)
    # On shares that sum to 1, sum p (1 - p) moves with -2 p; 2 (1 - p) differs by a constant.
    return np.asarray(w.sum() / (q * (q - 1)) * 2 * (1 - p))


def _fleiss(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.asarray(((p @ w) * p).sum(axis=1))


def _fleiss_gradient(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.asarray(w @ p + w.T @ p)


def _uniform(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.full(len(p), w.sum() / len(w) ** 2)


def _none(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.zeros(len(p))


def _flat(p: np.ndarray, w: np.ndarray) -> np.ndarray:
    return np.zeros(len(p))


CHANCES = {
    "gwet": Chance(_gwet, _gwet_gradient),
    "fleiss": Chance(_fleiss, _fleiss_gradient),
    "brennan_prediger": Chance(_uniform, _flat),
    "percent": Chance(_none, _flat),
}


def agreement_rows(counts: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Return a row a unit: weighted agreement of its pairs, whether paired, whether coded, shares.

    Parameters
    ----------
    counts : array, shape (n_units, q)
        How often each unit was given each category.
    weights : array, shape (q, q)

    Returns
    -------
    array, shape (n_units, 3 + q)
    """
    m = counts.sum(axis=1)
    paired, coded = m > 1, m > 0
    # an identity of weights needs no product
    plain = np.array_equal(weights, np.eye(len(weights)))
    agree = np.einsum("ij,ij->i", counts, counts if plain else counts @ weights) - m
    agree = np.divide(agree, m * (m - 1), out=np.zeros(len(m)), where=paired)
    shares = np.divide(counts, m[:, None], out=np.zeros_like(counts), where=coded[:, None])
    return np.column_stack([agree, paired, coded, shares])


def chance_values(
    totals: np.ndarray, weights: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return coefficient, observed and expected agreement for each row of totals.

    ``nan`` where no unit is paired or expected agreement is 1.
    """
    agree, paired, coded = totals[:, 0], totals[:, 1], totals[:, 2]
    observed = np.divide(agree, paired, out=np.full(len(totals), np.nan), where=paired > 0)
    shares = totals[:, 3:] / np.maximum(coded, 1)[:, None]
    expected = CHANCES[kind].expected(shares, weights)
    return kappa_of(observed, expected), observed, expected


def kappa_of(observed: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Return (observed - expected) / (1 - expected); ``nan`` where expected agreement is 1."""
    room = 1 - expected
    return np.divide(observed - expected, room, out=np.full(len(room), np.nan), where=room > 1e-12)


def chance_error(rows: np.ndarray, weights: np.ndarray, kind: str) -> float:
    """Return the analytic standard error over units (Gwet's linearisation), coders being fixed.

    ``nan`` for fewer than two units.
    """
    rows = rows[rows[:, 2] > 0]
    n = len(rows)
    if n < 2 or not rows[:, 1].any():
        return float("nan")
    value, observed, expected = (float(x[0]) for x in chance_values(_sum(rows), weights, kind))
    agree, paired, shares = rows[:, 0], rows[:, 1], rows[:, 3:]
    gradient = CHANCES[kind].gradient(shares.mean(axis=0), weights)
    moved = (shares - shares.mean(axis=0)) @ gradient
    above = n / paired.sum() * (agree - observed * paired)
    parts = (above - (1 - value) * moved) / (1 - expected)
    # that only n_paired of n units have a pair counts too, as in irrCAC
    parts += value * (n / paired.sum() * paired - 1)
    return float(np.sqrt((parts**2).sum() / (n * (n - 1))))


def _sum(rows: np.ndarray) -> np.ndarray:
    return rows.sum(axis=0, keepdims=True)
