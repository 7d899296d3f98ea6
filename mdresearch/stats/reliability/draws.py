"""Bootstrap of units in clusters: works, then episodes within works, then units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

CELLS = 4_000_000  # weights held at once


@dataclass(frozen=True, eq=False)
class Nest:
    """Units in clusters, as blocks of an order.

    Attributes
    ----------
    order : array of int, shape (n_units,)
        Units in the order of their clusters.
    starts, sizes : tuple of arrays
        Of each stage from the outermost: first child and number of children of each cluster.
    names : tuple of str
        What is resampled, from the outermost: ``("work_id", "episode_id", "units")``.
    """

    order: np.ndarray
    starts: tuple[np.ndarray, ...]
    sizes: tuple[np.ndarray, ...]
    names: tuple[str, ...]

    @property
    def n_outer(self) -> int:
        """Number of outermost clusters (of units where there are none)."""
        return len(self.starts[0]) if self.starts else len(self.order)

    def says(self) -> str:
        """Say what is resampled."""
        return ", then ".join(self.names)


def nest_of(n_units: int, clusters: pd.DataFrame | pd.Series | None = None) -> Nest:
    """Return the nesting of units.

    Parameters
    ----------
    n_units : int
    clusters : DataFrame, Series or None
        One row a unit; columns from the outermost cluster to the innermost. An inner label belongs
        to its outer one: episode 1 of two works is two episodes.

    Raises
    ------
    DataError
        The number of rows is not that of the units, or a unit has no cluster.
    """
    if clusters is None:
        return Nest(np.arange(n_units), (), (), ("units",))
    frame = clusters.to_frame() if clusters.ndim == 1 else clusters
    if len(frame) != n_units:
        raise DataError(
            f"There are {n_units:,} units but {len(frame):,} rows of clusters. Give one row a "
            "unit, in the same order."
        )
    key = np.zeros(n_units, dtype=np.int64)
    keys = []
    for name in frame.columns:
        code, width = _codes(frame[name])
        key = np.unique(key * width + code, return_inverse=True)[1]
        keys.append(key)
    order = np.argsort(keys[-1], kind="stable") if keys else np.arange(n_units)
    inner = [k[order] for k in keys]
    starts, sizes = [], []
    for stage, label in enumerate(inner):
        child = inner[stage + 1] if stage + 1 < len(inner) else np.arange(n_units)
        first = (
            np.flatnonzero(np.r_[True, label[1:] != label[:-1]]) if n_units else np.empty(0, int)
        )
        starts.append(child[first])
        ends = np.r_[first[1:], n_units] - 1
        sizes.append(child[ends] - child[first] + 1)
    return Nest(order, tuple(starts), tuple(sizes), (*map(str, frame.columns), "units"))


def _codes(column: pd.Series) -> tuple[np.ndarray, int]:
    import pandas as pd

    code, labels = pd.factorize(column, sort=True)
    if (code < 0).any():
        row = column.index[int(np.flatnonzero(code < 0)[0])]
        raise DataError(
            f"Unit {row} has no '{column.name}'. Give every unit its cluster, or leave the "
            "column out."
        )
    return np.asarray(code, dtype=np.int64), len(labels)


def weights_of(nest: Nest, n_boot: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often each unit is drawn, in blocks of shape (draws in block, n_units).

    Draws do not depend on the size of the blocks.
    """
    n_units = len(nest.order)
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // max(n_units, 1))
    for begin in range(0, n_boot, step):
        many = min(step, n_boot - begin)
        yield np.stack([_one(nest, rng) for _ in range(many)])


def _one(nest: Nest, rng: np.random.Generator) -> np.ndarray:
    picks = rng.integers(nest.n_outer, size=nest.n_outer)
    for start, size in zip(nest.starts, nest.sizes, strict=True):
        span = size[picks]
        within = rng.random(int(span.sum()))
        picks = np.repeat(start[picks], span) + (within * np.repeat(span, span)).astype(np.int64)
    times = np.bincount(picks, minlength=len(nest.order)).astype(float)
    out = np.empty_like(times)
    out[nest.order] = times
    return out


def totals_of(rows: Sequence[Any], nest: Nest, n_boot: int, seed: int) -> list[np.ndarray]:
    """Return the totals of each draw for several tables of rows over the same units.

    Parameters
    ----------
    rows : sequence of arrays, each of shape (n_units, n_columns)
        Dense or sparse.

    Returns
    -------
    list of arrays, each of shape (n_boot, n_columns)
    """
    dense = [i for i, r in enumerate(rows) if isinstance(r, np.ndarray)]
    joined = np.hstack([rows[i] for i in dense]) if dense else np.empty((len(nest.order), 0))
    found: list[list[np.ndarray]] = [[] for _ in rows]
    edges = np.cumsum([rows[i].shape[1] for i in dense])[:-1].tolist() if dense else []
    for weights in weights_of(nest, n_boot, seed):
        parts = np.split(weights @ joined, edges, axis=1) if dense else []
        for i, part in zip(dense, parts, strict=True):
            found[i].append(part)
        for i in set(range(len(rows))) - set(dense):
            found[i].append(np.asarray((rows[i].T @ weights.T).T))
    return [np.concatenate(blocks) for blocks in found]
