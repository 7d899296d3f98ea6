"""Groups that reliability is asked for: markets, coder pairs, cultures of coders, models apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.agreement_inputs import Coded
    from mdresearch.coding.agreement_sets import Sheet

OWN = ("pair", "round", "culture")
WITHIN, ACROSS = "within coder country", "across coder countries"


@dataclass(frozen=True, eq=False)
class Group:
    """Some units and coders of a sheet, and which coders may be paired.

    Attributes
    ----------
    label : str
    units : array of bool, shape (n_units,)
    coders : array of bool, shape (n_coders,)
    allowed : array of bool, shape (n_coders, n_coders), or None
        Symmetric, over all coders of the study; None where any may be paired.
    note : str
        What the reason adds.
    """

    label: str
    units: np.ndarray
    coders: np.ndarray
    allowed: np.ndarray | None = None
    note: str = ""


def groups_of(coded: Coded, sheet: Sheet, by: str | None, pool_models: bool = False) -> list[Group]:
    """Return the groups of a sheet, humans first, each followed by the models against them.

    Raises
    ------
    UnknownNameError
        There is no such grouping and no such column of units.
    """
    kind = coded.coders["kind"].to_numpy(dtype=object)
    seen = np.asarray((sheet.cells >= 0).any(axis=0))
    human = seen if pool_models else np.asarray(seen & (kind == "human"))
    every = np.ones(len(sheet.units), dtype=bool)
    if by == "pair":
        return pair_groups(coded, sheet, human)
    if by == "culture":
        return _cultures(coded, human, every)
    groups = []
    for label, mask in _slices(coded, sheet, by, every):
        groups.append(Group(label, mask, human))
        if by == "market":
            groups += _native_bridge(coded, sheet, label, mask, human)
        if not pool_models:
            groups += _models(coded, label, mask, human, seen & ~human)
    return groups


def _slices(
    coded: Coded, sheet: Sheet, by: str | None, every: np.ndarray
) -> list[tuple[str, np.ndarray]]:
    if by is None:
        return [("all", every)]
    if by == "round":
        return [(sheet.round, every)]
    if by not in coded.units.columns:
        raise unknown_name("grouping", by, (*OWN, *map(str, coded.units.columns)))
    value = coded.units[by].iloc[sheet.units]
    labels = sorted(value.dropna().unique(), key=str)
    out = [(str(v), (value == v).to_numpy(dtype=bool)) for v in labels]
    unknown = value.isna().to_numpy()
    return [*out, (f"no {by}", unknown)] if unknown.any() else out


def pair_groups(coded: Coded, sheet: Sheet, who: np.ndarray) -> list[Group]:
    """Return a group a pair of coders who share a unit."""
    names = coded.coders["coder_id"].tolist()
    given = sheet.cells >= 0
    out = []
    for i, j in combinations(np.flatnonzero(who), 2):
        both = given[:, i] & given[:, j]
        if both.any():
            coders = np.zeros(len(who), dtype=bool)
            coders[[i, j]] = True
            out.append(Group(f"{names[i]} × {names[j]}", both, coders))
    return out


def _cultures(coded: Coded, human: np.ndarray, every: np.ndarray) -> list[Group]:
    country = coded.coders["country"].to_numpy(dtype=object)
    known = np.array([isinstance(c, str) and c != "" for c in country], dtype=bool)
    who = human & known
    same = np.equal.outer(country, country)
    lost = int((human & ~known).sum())
    note = f"{lost} coders of unknown country are left out" if lost else ""
    shared = "expected disagreement is that of the values that take part"
    note = f"{note}; {shared}" if note else shared
    return [Group(WITHIN, every, who, same, note), Group(ACROSS, every, who, ~same, note)]


def _native_bridge(
    coded: Coded, sheet: Sheet, market: str, mask: np.ndarray, human: np.ndarray
) -> list[Group]:
    bridge = human & _bridges(coded, sheet)
    native = human & (coded.coders["country"].to_numpy(dtype=object) == market) & ~bridge
    if not bridge.any() or not native.any():
        return []
    allowed = np.logical_and.outer(native, bridge)
    label = f"{market}: native v bridge"
    return [Group(label, mask, native | bridge, allowed | allowed.T, "native with bridge coders")]


def _bridges(coded: Coded, sheet: Sheet) -> np.ndarray:
    """Coders marked as bridge; where none is, coders who coded units of two markets or more."""
    marked = coded.coders["bridge"]
    if marked.notna().any():
        return marked.map(lambda v: str(v).lower() in ("true", "1", "yes")).to_numpy(dtype=bool)
    market = coded.units["market"].iloc[sheet.units].to_numpy(dtype=object)
    given = sheet.cells >= 0
    spread = [len({m for m in market[g] if isinstance(m, str)}) for g in given.T]
    return np.array(spread) > 1


def _models(
    coded: Coded, label: str, mask: np.ndarray, human: np.ndarray, models: np.ndarray
) -> list[Group]:
    out = []
    for place in np.flatnonzero(models):
        one = np.zeros(len(human), dtype=bool)
        one[place] = True
        allowed = np.logical_and.outer(human, one)
        name, kind = coded.coders["coder_id"].iloc[place], coded.coders["kind"].iloc[place]
        note = f"pairs of a human with the {kind} only"
        out.append(Group(f"{label}: humans v {name}", mask, human | one, allowed | allowed.T, note))
    return out
