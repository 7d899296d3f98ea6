"""Spans that several coders marked on continua: checked, and cut into elementary pieces."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("continuum", "coder", "start", "end", "value")


@dataclass(frozen=True, eq=False)
class Continuum:
    """One continuum (an episode, a text) and what its coders marked.

    Attributes
    ----------
    name : object
    length : float
        In the unit of the spans.
    coders : tuple
        Everyone who coded it, also without a span.
    spans : mapping
        Coder to array of shape (n, 3): start, end, place of the value; sorted by start.
    """

    name: Any
    length: float
    coders: tuple[Any, ...]
    spans: Mapping[Any, np.ndarray]


@dataclass(frozen=True, eq=False)
class Continua:
    """All continua with two coders or more, the values, and what was left out."""

    items: tuple[Continuum, ...]
    labels: tuple[Any, ...]
    n_single: int
    n_coders: int

    def __iter__(self) -> Iterator[Continuum]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)


def read_spans(
    spans: pd.DataFrame, lengths: Mapping[Any, float] | float, coded: pd.DataFrame | None = None
) -> Continua:
    """Read spans.

    Parameters
    ----------
    spans : DataFrame
        Columns ``continuum, coder, start, end, value``; half-open, milliseconds or code points.
    lengths : mapping or number
        Length of each continuum, or of all.
    coded : DataFrame or None
        Columns ``continuum, coder``: who coded what, also where nothing was marked. Where None,
        every coder coded every continuum.

    Raises
    ------
    DataError
        A column is absent, a span is empty or reaches beyond its continuum, a length is unknown.
    """
    absent = [c for c in COLUMNS if c not in spans.columns]
    if absent:
        raise DataError(
            f"The spans have no column '{absent[0]}'. They need {', '.join(COLUMNS)}; here are "
            f"{', '.join(map(str, spans.columns))}."
        )
    names = list(
        dict.fromkeys([*([] if coded is None else coded["continuum"]), *spans["continuum"]])
    )
    if isinstance(lengths, Mapping):
        names = list(dict.fromkeys([*lengths, *names]))
    length = {n: lengths.get(n) if isinstance(lengths, Mapping) else lengths for n in names}
    _check(spans, length)
    values = tuple(sorted(set(spans["value"]), key=str))
    place = {v: i for i, v in enumerate(values)}
    everyone = tuple(sorted(set(spans["coder"]) if coded is None else set(coded["coder"]), key=str))
    who = _who(spans, coded, names, everyone)
    part: dict[tuple[Any, Any], np.ndarray] = {}
    for key, rows in spans.groupby(["continuum", "coder"], sort=False):
        array = np.column_stack([rows["start"], rows["end"], rows["value"].map(place)]).astype(
            float
        )
        part[key] = array[np.lexsort((array[:, 1], array[:, 0]))]
    items = []
    for name in names:
        of = {c: part.get((name, c), np.empty((0, 3))) for c in who[name]}
        if len(of) > 1:
            items.append(Continuum(name, float(length[name] or 0), tuple(of), of))
    used = {c for item in items for c in item.coders}
    single = len(names) - len(items)
    return Continua(tuple(items), values, single, len(used))


def _who(
    spans: pd.DataFrame, coded: pd.DataFrame | None, names: list[Any], everyone: tuple[Any, ...]
) -> dict[Any, list[Any]]:
    if coded is None:
        return {n: list(everyone) for n in names}
    out: dict[Any, dict[Any, None]] = {n: {} for n in names}
    for frame in (coded, spans):
        for name, coder in zip(frame["continuum"], frame["coder"], strict=True):
            out[name][coder] = None
    return {n: sorted(c, key=str) for n, c in out.items()}


def _check(spans: pd.DataFrame, length: Mapping[Any, float | None]) -> None:
    for row in spans.itertuples():
        limit = length[row.continuum]
        where = (
            f"Row {row.Index}: coder {row.coder} marked {row.start} to {row.end} in {row.continuum}"
        )
        if limit is None or not limit > 0:
            raise DataError(
                f"{where}, whose length is not known. Give 'lengths' (milliseconds or code points)."
            )
        if not 0 <= row.start < row.end:
            raise DataError(f"{where}; a span starts at 0 or later and ends after its start.")
        if row.end > limit:
            raise DataError(f"{where}, which ends at {limit:g}. Mend the span or the length.")


def overlapping(continua: Continua) -> str:
    """Say where one coder's spans overlap each other; empty where they do not."""
    for item in continua:
        for coder, spans in item.spans.items():
            late = np.flatnonzero(spans[1:, 0] < spans[:-1, 1])
            if len(late):
                start, end, _ = spans[late[0] + 1]
                return f"spans of coder {coder} overlap in {item.name} ({start:g} to {end:g})"
    return ""


def pieces(item: Continuum) -> tuple[np.ndarray, np.ndarray]:
    """Cut a continuum at every boundary.

    Returns
    -------
    array, shape (n_pieces,)
        Lengths.
    array of int, shape (n_pieces, n_coders)
        The span of each coder that covers the piece: its place among the coder's spans, or -1.
    """
    edges = np.unique(
        np.concatenate([[0.0, item.length], *(s[:, :2].ravel() for s in item.spans.values())])
    )
    middle = (edges[1:] + edges[:-1]) / 2
    cover = np.full((len(middle), len(item.coders)), -1)
    for column, coder in enumerate(item.coders):
        spans = item.spans[coder]
        if len(spans):
            at = np.searchsorted(spans[:, 0], middle, side="right") - 1
            inside = (at >= 0) & (middle < spans[np.maximum(at, 0), 1])
            cover[inside, column] = at[inside]
    return np.diff(edges), cover
