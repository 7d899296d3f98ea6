"""Krippendorff's alphas for unitizing: whether coders mark the same stretches and code alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.alphas import percentile
from mdresearch.stats.reliability.coefficients import Coefficient, few_clusters
from mdresearch.stats.reliability.draws import nest_of, totals_of
from mdresearch.stats.reliability.spans import Continua, Continuum, overlapping, pieces, read_spans

if TYPE_CHECKING:
    import pandas as pd

KINDS = {"u": "uα", "binary": "|uα", "cu": "cuα"}


@dataclass(frozen=True, eq=False)
class _Lengths:
    """Sums of lengths, a row a continuum: coincidences, and what a span shares with itself."""

    rows: np.ndarray
    width: int  # values and the gap (place 0)

    def split(self, totals: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return coincidences (B, V, V), self-pairs (B, V), self-pairs in overlaps (B, V)."""
        v = self.width
        return (
            totals[:, : v * v].reshape(-1, v, v),
            totals[:, v * v : v * v + v],
            totals[:, v * v + v :],
        )


def unitizing_alpha(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    kind: str = "u",
    n_boot: int = 0,
    seed: int = 0,
    *,
    coded: pd.DataFrame | None = None,
    confidence: float = 0.95,
) -> Coefficient:
    """Krippendorff's alpha for unitized continua.

    Parameters
    ----------
    spans : DataFrame
        Columns ``continuum, coder, start, end, value``: half-open stretches, in milliseconds or
        code points. The spans of one coder do not overlap.
    lengths : mapping or number
        Length of each continuum, or of all.
    kind : str
        ``u``: stretches and codes together; ``binary``: marked against not marked; ``cu``: the
        codes of stretches that two coders marked.
    n_boot, seed : int
        Percentile bootstrap over continua; no interval where 0.
    coded : DataFrame or None
        Columns ``continuum, coder``: who coded what, also where nothing was marked. Where None,
        every coder coded every continuum.
    confidence : float
        Level of the interval.

    Returns
    -------
    Coefficient
        ``n_units`` counts continua. Undefined, with a reason: fewer than two coders, no spans,
        spans of one coder that overlap, no variation.

    Notes
    -----
    Coincidences are lengths of intersections between different coders over (m - 1), gaps being a
    value of their own: o_ck. Expected: ``(o_c. o_.k - [c = k] S_c) / (o_.. - S / o_..)``, S_c the
    sum over spans of their squared length (of gaps, their length): what a span shares with itself.
    For ``cu``, gaps are left out and S_c is the mean over other coders of the squared length that
    they cover. Alpha is 1 - (unequal observed) / (unequal expected). Several continua are summed.

    Raises
    ------
    DataError, UnknownNameError
        A span cannot be; the kind is unknown.

    References
    ----------
    Krippendorff, Mathet, Bouvry and Widlöcher (2016), doi:10.1007/s11135-015-0266-1. No reference
    implementation in R's irr or irrCAC; checked by positions one by one, and by hand.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [("e1", "a", 0, 4, "x"), ("e1", "b", 1, 4, "x"), ("e1", "a", 6, 9, "y"),
    ...         ("e1", "b", 6, 9, "y")]
    >>> spans = pd.DataFrame(rows, columns=["continuum", "coder", "start", "end", "value"])
    >>> print(unitizing_alpha(spans, 12))
    uα = 0.88 (1 units, 2 coders)
    """
    if kind not in KINDS:
        raise unknown_name("kind of unitizing alpha", kind, KINDS)
    continua = read_spans(spans, lengths, coded)
    base: dict[str, Any] = {
        "symbol": KINDS[kind],
        "level": confidence,
        "n_units": len(continua) + continua.n_single,
        "n_units_paired": len(continua),
        "n_coders": continua.n_coders,
        "n_values": len(spans),
        "cite": ("krippendorff2016",),
        "provenance": {"kind": kind, "n_boot": n_boot, "seed": seed},
    }
    reason = _undefined(continua, len(spans))
    if reason:
        return Coefficient(value=NAN, reason=reason, **base)
    sums = _sums(continua)
    value, observed, expected = (
        float(x[0]) for x in _alpha(sums, sums.rows.sum(axis=0, keepdims=True), kind)
    )
    if np.isnan(value):
        reason = {
            "u": "no variation: no gap and one value, or nothing but gaps",
            "binary": "no variation: everything is marked, or nothing is",
            "cu": "no two coders marked the same stretch, or only one value was given there",
        }[kind]
        return Coefficient(value=NAN, reason=reason, **base)
    error: dict[str, Any] = {"interval": "none"}
    if n_boot:
        nest = nest_of(len(continua))
        (totals,) = totals_of([sums.rows], nest, n_boot, seed)
        low, high, se, check = percentile(_alpha(sums, totals, kind)[0], confidence)
        error = {"low": low, "high": high, "se": se}
        error["interval"] = f"percentile bootstrap of continua, {n_boot:,} draws"
        error["checks"] = (few_clusters(len(continua), "continua"), *check)
    return Coefficient(value=value, observed=observed, expected=expected, **base, **error)


def unitizing_values(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    *,
    coded: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return the alpha of each value, (k)uα, with the share of its length that can be paired.

    Parameters
    ----------
    spans, lengths, coded
        As in `unitizing_alpha`.

    Returns
    -------
    DataFrame
        ``value, alpha, coverage``; alpha is ``nan`` where no two coders marked a stretch in which
        one of them gave the value.

    Raises
    ------
    StatisticsError
        Fewer than two coders, no spans, or spans of one coder that overlap.
    """
    import pandas as pd

    continua = read_spans(spans, lengths, coded)
    reason = _undefined(continua, len(spans))
    if reason:
        raise StatisticsError(f"Alphas of values cannot be given: {reason}.")
    sums = _sums(continua)
    coincidence, _, overlap = sums.split(sums.rows.sum(axis=0, keepdims=True))
    marked = coincidence[0][1:, 1:]
    expected = _expected(marked[None], overlap[:, 1:])[0]
    row, of = marked.sum(axis=1), expected.sum(axis=1)
    apart, by_chance = row - np.diag(marked), of - np.diag(expected)
    known = (row > 0) & (by_chance > 0)
    alpha = np.full(len(row), np.nan)
    alpha[known] = 1 - (of[known] / row[known]) * apart[known] / by_chance[known]
    whole = coincidence[0].sum(axis=1)[1:]
    return pd.DataFrame({"value": continua.labels, "alpha": alpha, "coverage": row / whole})


def _undefined(continua: Continua, n_spans: int) -> str:
    if not n_spans:
        return "no spans"
    if not len(continua):
        return "no continuum was coded by two coders"
    return overlapping(continua)


def _sums(continua: Continua) -> _Lengths:
    width = len(continua.labels) + 1
    return _Lengths(np.stack([_one(item, width) for item in continua]), width)


def _one(item: Continuum, width: int) -> np.ndarray:
    size, cover = pieces(item)
    m = len(item.coders)
    code = np.zeros(cover.shape, dtype=int)
    own, inside = np.zeros(width), np.zeros(width)
    for column, coder in enumerate(item.coders):
        spans, marked = item.spans[coder], cover[:, column] >= 0
        if len(spans):
            code[marked, column] = spans[cover[marked, column], 2].astype(int) + 1
        own[0] += size[~marked].sum()
        values = spans[:, 2].astype(int) + 1
        own += np.bincount(values, weights=(spans[:, 1] - spans[:, 0]) ** 2, minlength=width)
        for other in range(m):
            if other != column and len(spans):
                both = marked & (cover[:, other] >= 0)
                met = np.bincount(cover[both, column], weights=size[both], minlength=len(spans))
                inside += np.bincount(values, weights=met**2, minlength=width) / (m - 1)
    pieces_by_value = np.zeros((len(size), width))
    for column in range(m):
        pieces_by_value[np.arange(len(size)), code[:, column]] += 1
    pairs = (pieces_by_value * size[:, None]).T @ pieces_by_value
    pairs -= np.diag(pieces_by_value.T @ size)
    return np.concatenate([(pairs / (m - 1)).ravel(), own, inside])


def _expected(coincidence: np.ndarray, own: np.ndarray) -> np.ndarray:
    total = coincidence.sum(axis=(1, 2))
    room = total - np.divide(own.sum(axis=1), total, out=np.zeros(len(total)), where=total > 0)
    row = coincidence.sum(axis=2)
    product = row[:, :, None] * row[:, None, :]
    place = np.arange(coincidence.shape[1])
    product[:, place, place] -= own
    out = np.full(product.shape, np.nan)
    known = room > 0
    out[known] = product[known] / room[known, None, None]
    return out


def _alpha(
    sums: _Lengths, totals: np.ndarray, kind: str
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    coincidence, own, overlap = sums.split(totals)
    if kind == "cu":
        coincidence, own = coincidence[:, 1:, 1:], overlap[:, 1:]
    expected = _expected(coincidence, own)
    if kind == "binary":
        observed_apart, expected_apart = (
            2 * x[:, 0, 1:].sum(axis=1) for x in (coincidence, expected)
        )
    else:
        observed_apart, expected_apart = _unequal(coincidence), _unequal(expected)
    value = np.full(len(totals), np.nan)
    known = expected_apart > 0
    value[known] = 1 - observed_apart[known] / expected_apart[known]
    total = coincidence.sum(axis=(1, 2))
    share = np.divide(1.0, total, out=np.full(len(total), np.nan), where=total > 0)
    return value, observed_apart * share, expected_apart * share


def _unequal(x: np.ndarray) -> np.ndarray:
    place = np.arange(x.shape[1])
    return np.asarray(x.sum(axis=(1, 2)) - x[:, place, place].sum(axis=1))
