"""Filter questions and required answers: whether a coder was to answer, and did."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.codebook_parts import Variable
from mdresearch.coding.filters import Name, Node, NotGiven, holds, names, parse_filter
from mdresearch.coding.rollups import inherited_value
from mdresearch.coding.row_problems import RowProblems

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

_WHO = ["coder_id", "round", "unit_type", "unit_id"]


def check_asked(
    problems: RowProblems,
    codebook: Codebook,
    known: np.ndarray,
    units: Mapping[str, pd.DataFrame] | None,
) -> None:
    """Note rows on a variable whose condition does not hold."""
    rows = problems.rows
    for variable in codebook.variables.values():
        if variable.ask_if is None:
            continue
        mine = known & rows["variable"].eq(variable.id).to_numpy()
        if not mine.any():
            continue
        asked = rows.loc[mine, _WHO].drop_duplicates()
        answers = _holds(asked, parse_filter(variable.ask_if), problems, codebook, known, units)
        not_asked = asked[[a is False for a in answers]]
        if not len(not_asked):
            continue
        wrong = np.zeros(len(rows), dtype=bool)
        who = _marks(rows.loc[mine, _WHO])
        wrong[np.flatnonzero(mine)] = who.isin(set(_marks(not_asked))).to_numpy()
        problems.add(wrong, "the coder was not to be asked", f"only if {variable.ask_if}")


def check_required(problems: RowProblems, codebook: Codebook, known: np.ndarray) -> None:
    """Warn of required variables that a coder of the unit left without a row."""
    rows = problems.rows.loc[known]
    for variable in codebook.variables.values():
        if not variable.required or variable.hidden:
            continue
        seen = rows.loc[rows["unit_type"].eq(variable.unit), _WHO].drop_duplicates()
        has = set(_marks(rows.loc[rows["variable"].eq(variable.id), _WHO]))
        lacking = seen[~_marks(seen).isin(has).to_numpy()]
        if variable.ask_if is not None and len(lacking):
            node = parse_filter(variable.ask_if)
            answers = _holds(lacking, node, problems, codebook, known, None)
            lacking = lacking[[a is not False for a in answers]]
        for who in lacking.itertuples(index=False):
            problems.add_absent(
                "a required answer is not there",
                f"a row on {variable.id}",
                coder_id=who.coder_id,
                unit_type=who.unit_type,
                unit_id=who.unit_id,
                variable=variable.id,
            )


def _marks(who: pd.DataFrame) -> pd.Series:
    """Return one value a row that stands for coder, round and unit together."""
    import pandas as pd

    return pd.Series(list(map(tuple, who[_WHO].to_numpy())), index=who.index, dtype=object)


def _holds(
    asked: pd.DataFrame,
    node: Node,
    problems: RowProblems,
    codebook: Codebook,
    known: np.ndarray,
    units: Mapping[str, pd.DataFrame] | None,
) -> list[bool | None]:
    """Return whether the condition holds for each of the coders and units in ``asked``."""
    wanted = list(dict.fromkeys((n.id, n.column) for n in names(node)))
    columns = {
        (f"unit.{id_}" if column else id_): (
            _from_units(asked, id_, units)
            if column
            else _answers(asked, codebook.variables[id_], problems, codebook, known, units)
        )
        for id_, column in wanted
    }
    found: dict[tuple[Any, ...], bool | None] = {}
    out = []
    keys = list(columns)
    lists = zip(*columns.values(), strict=True) if keys else [()] * len(asked)
    for values in lists:
        if values not in found:
            found[values] = holds(node, dict(zip(keys, values, strict=True)))
        out.append(found[values])
    return out


def _from_units(
    asked: pd.DataFrame, column: str, units: Mapping[str, pd.DataFrame] | None
) -> list[Any]:
    kind = asked["unit_type"].iloc[0]
    table = (units or {}).get(kind)
    if table is None or column not in table:
        return [None] * len(asked)
    held = dict(zip(table.iloc[:, 0], table[column], strict=True))
    return [_plain(held.get(unit)) for unit in asked["unit_id"]]


def _plain(value: Any) -> Any:
    if value is None or value != value:
        return None
    return value.item() if isinstance(value, np.generic) else value


def _answers(
    asked: pd.DataFrame,
    variable: Variable,
    problems: RowProblems,
    codebook: Codebook,
    known: np.ndarray,
    units: Mapping[str, pd.DataFrame] | None,
) -> list[Any]:
    """Return what each coder said of the variable, about the unit or the one above it."""
    rows = problems.rows
    unit = asked["unit_id"]
    kind = asked["unit_type"].iloc[0]
    while kind != variable.unit:
        up = codebook.units[kind].get("parent")
        above = _from_units(asked.assign(unit_id=unit, unit_type=kind), f"{up}_id", units)
        unit, kind = asked["unit_id"].__class__(above, index=asked.index, dtype=object), up
    mine = rows[known & rows["variable"].eq(variable.id).to_numpy()]
    held: dict[tuple[Any, ...], Any] = {}
    for coder, round_, id_, value in zip(
        mine["coder_id"], mine["round"], mine["unit_id"], mine["value"], strict=True
    ):
        read = _read(value, variable, codebook)
        key = (coder, round_, id_)
        if variable.type == "multilabel" and not isinstance(read, NotGiven):
            earlier = held.get(key)
            read = (earlier if isinstance(earlier, frozenset) else frozenset()) | {read}
        held[key] = read
    return [held.get(key) for key in zip(asked["coder_id"], asked["round"], unit, strict=True)]


def _read(value: str, variable: Variable, codebook: Codebook) -> Any:
    if any(m.id == value for m in variable.missing):
        return NotGiven(value)
    if variable.type == "boolean":
        return {"true": True, "false": False}.get(value)
    if variable.type in ("interval", "ratio") and not variable.codes:
        try:
            return float(value)
        except ValueError:
            return None
    return value


__all__ = ["Name", "check_asked", "check_required", "inherited_value"]
