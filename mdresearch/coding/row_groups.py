"""Rules about rows that belong together: one coder's answers about one unit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.codebook_parts import NONE_OF_THESE, Variable
from mdresearch.coding.row_problems import RowProblems

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

KEY = ("coder_id", "round", "unit_type", "unit_id", "variable")
_PLACE = ("parent_row_id", "start_ms", "end_ms", "char_from", "char_to")


def check_once(
    problems: RowProblems, variable: Variable, mine: np.ndarray, attribute: bool
) -> None:
    """Note variables that a coder answered twice for a unit (an attribute, for a span)."""
    rows = problems.rows
    key = [*KEY, *(c for c in _PLACE if attribute and c in rows)]
    part = rows.loc[mine, key]
    again = np.zeros(len(rows), dtype=bool)
    again[np.flatnonzero(mine)] = part.duplicated(keep=False).to_numpy()
    problems.add(again, "the coder gave more than one answer in this round", "one row")


def check_labels(
    problems: RowProblems, codebook: Codebook, variable: Variable, mine: np.ndarray
) -> None:
    """Several labels: how many, which of them stand alone, none of them twice."""
    rows = problems.rows.loc[mine, [*KEY, "value"]]
    at = np.flatnonzero(mine)
    group = rows.groupby(list(KEY), sort=False, dropna=False).ngroup().to_numpy()
    n_groups = int(group.max()) + 1
    value = rows["value"]

    def tell(where: np.ndarray, problem: str, allowed: str, severity: str = "error") -> None:
        mask = np.zeros(len(problems.rows), dtype=bool)
        mask[at[where]] = True
        problems.add(mask, problem, allowed, severity)

    again = rows.assign(group=group).duplicated(["group", "value"]).to_numpy()
    tell(again, "the label stands there already", "each label once")
    size = np.bincount(group[~again], minlength=n_groups)[group]
    missing = {m.id for m in variable.missing}
    for name in sorted({NONE_OF_THESE, *missing}):
        alone = value.eq(name).to_numpy()
        tell(alone & (size > 1), f"'{name}' stands beside other answers", "it stands alone")
    exclusive = {
        c for c in variable.codes if not set(codebook.codes[c].path).isdisjoint(variable.exclusive)
    }
    tell(
        value.isin(exclusive).to_numpy() & (size > 1),
        "an exclusive label stands beside others",
        "it stands alone",
    )
    label = value.isin(variable.codes).to_numpy()
    n_labels = np.bincount(group[label & ~again], minlength=n_groups)[group]
    unanswered = value.isin(missing).to_numpy()
    low, high = variable.min_labels, variable.max_labels
    if high is not None:
        tell(label & (n_labels > high), "too many labels", f"at most {high}")
    if low:
        few = ~unanswered & (n_labels < low) & (label | value.eq(NONE_OF_THESE).to_numpy())
        tell(few, "too few labels", f"at least {low}")
    _beside_parent(codebook, value, group, label, tell)


def _beside_parent(
    codebook: Codebook, value: Any, group: np.ndarray, label: np.ndarray, tell: Any
) -> None:
    """Warn of a code that stands beside one below it: the most specific one is enough."""
    values = value.to_numpy()
    pairs = {(g, v) for g, v, ok in zip(group, values, label, strict=True) if ok}
    covered = {
        (g, step) for g, v in pairs for step in codebook.codes[v].path[:-1] if (g, step) in pairs
    }
    if covered:
        hits = np.array([(g, v) in covered for g, v in zip(group, values, strict=True)])
        tell(hits, "stands beside a code below it", "the most specific code only", "warning")


def check_overlap(
    problems: RowProblems, mine: np.ndarray, start: np.ndarray, stop: np.ndarray, begin: str
) -> None:
    """Spans of one coder on one unit must not overlap where the variable does not allow it."""
    if not mine.any():
        return
    part = problems.rows.loc[mine, list(KEY)]
    at = np.flatnonzero(mine)
    group = part.groupby(list(KEY), sort=False, dropna=False).ngroup().to_numpy()
    order = np.lexsort((stop[at], start[at], group))
    g, a, b = group[order], start[at][order], stop[at][order]
    first = np.r_[True, g[1:] != g[:-1]]
    reach = _running_max(b, first)
    hit = np.r_[False, (a[1:] < reach[:-1]) & ~first[1:]]
    mask = np.zeros(len(problems.rows), dtype=bool)
    mask[at[order[hit]]] = True
    problems.add(mask, f"overlaps an earlier span of the coder ({begin})", "no overlap")


def _running_max(values: np.ndarray, first: np.ndarray) -> np.ndarray:
    """Return the largest value so far within each group; groups lie together."""
    span = float(np.ptp(values)) + 1 if len(values) else 1.0
    shift = np.cumsum(first) * span
    return np.asarray(np.maximum.accumulate(values + shift) - shift)
