"""Concordance: how often of two people the one of higher predicted risk has the event first."""

from __future__ import annotations

import numpy as np
from scipy import special

from mdresearch.core.results import NAN, Estimate
from mdresearch.stats.survival_models.cox_cells import CoxCells

Array = np.ndarray


def concordance(cells: CoxCells, predictor: Array, level: float = 0.95) -> Estimate:
    """Estimate the concordance of a predictor (a value a cell) with the order of events.

    A pair counts where one has the event while the other, of the same stratum, is under watch and
    stays on; equal predictors count one half. The variance is the infinitesimal jackknife's, over
    clusters where there are some. Checked against R's survival 3.5-3 (``concordance``).
    """
    span = float(np.ptp(predictor)) or 1.0
    _, rank = np.unique(np.round((predictor - predictor.min()) / span, 12), return_inverse=True)
    bins, w = len(cells.bin_time), cells.weight
    until = cells.high - cells.dead
    dead = np.flatnonzero(cells.dead)
    place = cells.high[dead] - 1

    def staying(r: Array) -> Array:
        gone = below(until, rank, w, place + 1, r)
        come = below(cells.low, rank, w, place + 1, r)
        return come - gone

    def earlier(r: Array) -> Array:
        before = below(place, rank[dead], w[dead], until, r)
        return before - below(place, rank[dead], w[dead], cells.low, r)

    above = np.full(len(w), int(rank.max()) + 1)
    mine = rank[dead]
    lower, upto, whole = (staying(r) for r in (mine, mine + 1, above[dead]))
    first = np.zeros((len(w), 3))
    first[dead] = np.column_stack([lower, whole - upto, upto - lower])
    under, with_equal, every = (earlier(r) for r in (rank, rank + 1, above))
    second = np.column_stack([every - with_equal, under, with_equal - under])
    agree, against, tied = w @ first
    pairs = agree + against + tied
    if not pairs > 0 or not bins:
        return Estimate("C", NAN, level=level, reason="no two people can be compared")
    somers = (agree - against) / pairs
    each = first + second
    influence = (each[:, 0] - each[:, 1] - somers * each.sum(axis=1)) / (2 * pairs)
    error = float(np.sqrt(cells.crossed(influence[:, None])[0, 0]))
    value = float((somers + 1) / 2)
    z = float(special.ndtri(1 - (1 - level) / 2))
    return Estimate("C", value, max(value - z * error, 0.0), min(value + z * error, 1.0), level)


def below(place: Array, rank: Array, weight: Array, before: Array, under: Array) -> Array:
    """Sum the weights of points with place < before and rank < under, for each query.

    A wavelet matrix over the bits of the ranks: time in (points + queries) x log(ranks).
    """
    order = np.argsort(place, kind="stable")
    a, w = rank[order], weight[order]
    high = np.searchsorted(place[order], before, side="left")
    low = np.zeros_like(high)
    found = np.zeros(len(before))
    bits = max(int(under.max(initial=0)), int(a.max(initial=0))).bit_length()
    for bit in range(bits - 1, -1, -1):
        zero = ((a >> bit) & 1) == 0
        ahead = np.concatenate([[0], np.cumsum(zero)])
        sums = np.concatenate([[0.0], np.cumsum(np.where(zero, w, 0.0))])
        low_zero, high_zero = ahead[low], ahead[high]
        one = ((under >> bit) & 1) == 1
        found += np.where(one, sums[high] - sums[low], 0.0)
        low = np.where(one, ahead[-1] + low - low_zero, low_zero)
        high = np.where(one, ahead[-1] + high - high_zero, high_zero)
        turn = np.concatenate([np.flatnonzero(zero), np.flatnonzero(~zero)])
        a, w = a[turn], w[turn]
    return found
