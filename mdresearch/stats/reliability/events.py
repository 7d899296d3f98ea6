"""Did coders mark the same events? F1 over tolerances, differences of boundaries, common cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.stats.reliability.alphas import percentile
from mdresearch.stats.reliability.draws import nest_of, totals_of
from mdresearch.stats.reliability.spans import Continuum, read_spans

if TYPE_CHECKING:
    import pandas as pd

TOLERANCES = (0, 250, 500, 1_000, 1_500, 2_000, 2_500, 3_000)
MATCHES = ("span", "span+code")


def event_f1(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    tolerances: Sequence[float] = TOLERANCES,
    match: str = "span",
    n_boot: int = 0,
    seed: int = 0,
    *,
    coded: pd.DataFrame | None = None,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Agreement on events: F1 of onsets within a tolerance, one-to-one.

    Parameters
    ----------
    spans, lengths, coded
        As in `unitizing_alpha`; the spans of one coder may overlap. For ``span+rollup`` roll the
        values up and ask for ``span+code``.
    tolerances : sequence of float
        Largest differences of onset, in the unit of the spans.
    match : str
        ``span``: any two events; ``span+code``: events with the same value.
    n_boot, seed : int
        Percentile bootstrap over continua.
    confidence : float
        Level of the interval.

    Returns
    -------
    DataFrame
        A row a tolerance: ``tolerance, match, f1, low, high, n_matched, n_events, n_continua,
        reason``. F1 is twice the matched pairs over the events of both coders, summed over pairs of
        coders and continua; it is the same whichever coder comes first. ``nan`` without an event.

    Raises
    ------
    DataError, StatisticsError, UnknownNameError
        A span cannot be; a tolerance is below 0; the match is unknown.

    Notes
    -----
    The matching has the largest possible number of pairs: onsets in order, each taken by the first
    that is near enough, which no other matching on a line with one tolerance can beat.
    """
    import pandas as pd

    if match not in MATCHES:
        raise unknown_name("match", match, MATCHES)
    if any(t < 0 for t in tolerances):
        raise StatisticsError(f"A tolerance is {min(tolerances)}; tolerances are 0 or more.")
    continua = read_spans(spans, lengths, coded)
    rows = [_matched(item, tolerances, match) for item in continua]
    table = np.stack(rows) if rows else np.zeros((0, len(tolerances) + 1))
    totals = table.sum(axis=0)
    lows = highs = np.full(len(tolerances), np.nan)
    if n_boot and len(table) and totals[-1] > 0:
        (draws,) = totals_of([table], nest_of(len(table)), n_boot, seed)
        with np.errstate(invalid="ignore", divide="ignore"):
            curves = 2 * draws[:, :-1] / draws[:, -1:]
        ends = [percentile(curve, confidence)[:2] for curve in curves.T]
        lows, highs = (np.array(e) for e in zip(*ends, strict=True))
    known = totals[-1] > 0
    reason = "" if known else "no events" if len(continua) else "no continuum has two coders"
    return pd.DataFrame(
        {
            "tolerance": list(tolerances),
            "match": match,
            "f1": 2 * totals[:-1] / totals[-1] if known else np.nan,
            "low": lows,
            "high": highs,
            "n_matched": totals[:-1].astype(int),
            "n_events": int(totals[-1]),
            "n_continua": len(continua),
            "reason": reason,
        }
    )


def _matched(item: Continuum, tolerances: Sequence[float], match: str) -> np.ndarray:
    out = np.zeros(len(tolerances) + 1)
    for a, b in combinations(item.coders, 2):
        left, right = item.spans[a], item.spans[b]
        out[-1] += len(left) + len(right)
        for place, tolerance in enumerate(tolerances):
            out[place] += len(match_events(left, right, tolerance, match == "span+code"))
    return out


def match_events(
    left: np.ndarray, right: np.ndarray, tolerance: float, same_value: bool = False
) -> np.ndarray:
    """Return the largest one-to-one matching of onsets, as pairs of places, shape (n, 2).

    Parameters
    ----------
    left, right : arrays, shape (n, 3)
        Start, end, value; in order of start.
    tolerance : float
        Largest difference of starts.
    same_value : bool
        Match only events of one value.
    """
    groups = [(np.arange(len(left)), np.arange(len(right)))]
    if same_value:
        values = np.intersect1d(left[:, 2], right[:, 2])
        groups = [
            (np.flatnonzero(left[:, 2] == v), np.flatnonzero(right[:, 2] == v)) for v in values
        ]
    pairs = []
    for mine, theirs in groups:
        i = j = 0
        while i < len(mine) and j < len(theirs):
            apart = left[mine[i], 0] - right[theirs[j], 0]
            if abs(apart) <= tolerance:
                pairs.append((mine[i], theirs[j]))
                i, j = i + 1, j + 1
            elif apart < 0:
                i += 1
            else:
                j += 1
    return np.array(pairs, dtype=int).reshape(-1, 2)


def boundary_differences(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    tolerance: float = 3_000,
    match: str = "span",
    *,
    coded: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Say how far apart the boundaries of events are that two coders both marked.

    Parameters
    ----------
    spans, lengths, match, coded
        As in `event_f1`.
    tolerance : float
        Events are matched where their onsets are no further apart.

    Returns
    -------
    DataFrame
        Rows ``start`` and ``end``: ``boundary, n, median, q1, q3`` of absolute differences, and
        ``bias``, the median of signed ones (second coder in order of names minus first).
        Of matched events only: read it beside `event_f1`. ``nan`` where nothing matches.
    """
    import pandas as pd

    if match not in MATCHES:
        raise unknown_name("match", match, MATCHES)
    found = [np.empty((0, 2))]
    for item in read_spans(spans, lengths, coded):
        for a, b in combinations(item.coders, 2):
            left, right = item.spans[a], item.spans[b]
            pairs = match_events(left, right, tolerance, match == "span+code")
            found.append(right[pairs[:, 1], :2] - left[pairs[:, 0], :2])
    apart = np.concatenate(found)
    rows = []
    for name, signed in zip(("start", "end"), apart.T, strict=True):
        known = len(signed) > 0
        q1, median, q3 = np.quantile(np.abs(signed), [0.25, 0.5, 0.75]) if known else [np.nan] * 3
        bias = float(np.median(signed)) if known else np.nan
        rows.append(
            {"boundary": name, "n": len(signed), "median": median, "q1": q1, "q3": q3, "bias": bias}
        )
    return pd.DataFrame(rows)


def coverage_iou(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    *,
    coded: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return what two coders both cover over what either covers, a row a pair of coders.

    Returns
    -------
    DataFrame
        ``coder_a, coder_b, n_continua, both, either, iou``: lengths summed over the continua that
        both coded; ``iou`` is ``nan`` where neither marked anything.
    """
    import pandas as pd

    continua = read_spans(spans, lengths, coded)
    sums: dict[tuple[Any, Any], list[float]] = {}
    for item in continua:
        covers = _covers(item)
        for i, j in combinations(range(len(item.coders)), 2):
            size, marked = covers
            both = float(size[marked[:, i] & marked[:, j]].sum())
            either = float(size[marked[:, i] | marked[:, j]].sum())
            held = sums.setdefault((item.coders[i], item.coders[j]), [0, 0.0, 0.0])
            held[0], held[1], held[2] = held[0] + 1, held[1] + both, held[2] + either
    rows = [
        {
            "coder_a": a,
            "coder_b": b,
            "n_continua": int(n),
            "both": both,
            "either": either,
            "iou": both / either if either else np.nan,
        }
        for (a, b), (n, both, either) in sums.items()
    ]
    names = ["coder_a", "coder_b", "n_continua", "both", "either", "iou"]
    return pd.DataFrame(rows, columns=names)


def _covers(item: Continuum) -> tuple[np.ndarray, np.ndarray]:
    edges = np.unique(
        np.concatenate([[0.0, item.length], *(s[:, :2].ravel() for s in item.spans.values())])
    )
    marked = np.zeros((len(edges) - 1, len(item.coders)), dtype=bool)
    for column, coder in enumerate(item.coders):
        spans = item.spans[coder]
        change = np.zeros(len(edges))
        np.add.at(change, np.searchsorted(edges, spans[:, 0]), 1)
        np.add.at(change, np.searchsorted(edges, spans[:, 1]), -1)
        marked[:, column] = np.cumsum(change)[:-1] > 0
    return np.diff(edges), marked
