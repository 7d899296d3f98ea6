"""One variable of one round as a table of units by coders, at each level and missing rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.core.errors import DataError
from mdresearch.stats.reliability.distances import path_distance
from mdresearch.stats.reliability.ratings import Ratings

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.agreement_inputs import Coded
    from mdresearch.coding.codebooks import Codebook, Variable

RULES = ("category", "missing", "drop_unit")
NUMERIC = ("interval", "ratio")
LEVELLED = ("nominal", "multilabel")
TRUTHS = {"true": "true", "false": "false", "True": "true", "False": "false"}


@dataclass(frozen=True, eq=False)
class Sheet:
    """The values of one variable in one round.

    Attributes
    ----------
    variable, round, type, unit : str
    units : array of int
        Places in `Coded.units`, one a row of ``cells``.
    cells : array of int, shape (n_units, n_coders)
        Place in ``categories``; -1 where the coder gave none. A column a coder of the study.
    categories : tuple
        Words, numbers (interval, ratio), or frozensets (multilabel), as coded.
    rules : mapping
        Missing code to what reliability does with it.
    n_empty : int
        Rows without a value.
    distance : str
        The planned distance, or that of the type.
    """

    variable: str
    round: str
    type: str
    unit: str
    units: np.ndarray
    cells: np.ndarray
    categories: tuple[Any, ...]
    rules: Mapping[str, str]
    n_empty: int
    distance: str
    definition: Variable | None


@dataclass(frozen=True, eq=False)
class Table:
    """A sheet under one missing rule: what is left, and what it cost."""

    sheet: Sheet
    cells: np.ndarray
    rule: str
    n_missing: np.ndarray  # of each unit
    dropped: np.ndarray  # whether each unit was dropped
    reason: str = ""


def sheets_of(coded: Coded, types: Mapping[str, str]) -> list[Sheet]:
    """Return a sheet a variable and round, spans left out, in the order of the rows."""
    import pandas as pd

    code, names = pd.factorize(coded.rows["variable"])
    turn, rounds = pd.factorize(coded.rows["round"])
    key = np.asarray(turn, dtype=np.int64) * len(names) + code
    order = np.argsort(key, kind="stable")
    edges = np.flatnonzero(np.r_[True, key[order][1:] != key[order][:-1]])
    out = []
    columns = {c: coded.rows[c].to_numpy() for c in ("_unit", "_coder")}
    value, words = pd.factorize(coded.rows["value"])
    for begin, end in zip(edges, np.r_[edges[1:], len(order)], strict=True):
        at = order[begin:end]
        name, turn_name = names[code[at[0]]], rounds[turn[at[0]]]
        if type_of(coded.codebook, types, name) == "span":
            continue
        local, place = np.unique(value[at], return_inverse=True)
        text = [None if v < 0 else words[v] for v in local]
        unit, coder = columns["_unit"][at], columns["_coder"][at]
        out.append(_sheet(coded, types, str(name), str(turn_name), unit, coder, place, text))
    return out


def type_of(codebook: Codebook | None, types: Mapping[str, str], name: str) -> str:
    """Return the type of a variable: as given, as in the codebook, else nominal."""
    if name in types:
        return types[name]
    return codebook.variables[name].type if codebook is not None else "nominal"


def _sheet(
    coded: Coded,
    types: Mapping[str, str],
    name: str,
    turn: str,
    unit: np.ndarray,
    coder: np.ndarray,
    place: np.ndarray,
    text: Sequence[str | None],
) -> Sheet:
    kind = type_of(coded.codebook, types, name)
    definition = coded.codebook.variables[name] if coded.codebook is not None else None
    rules = {m.id: m.reliability for m in definition.missing} if definition else {}
    units, row = np.unique(unit, return_inverse=True)
    width = len(coded.coders)
    cell = row * width + coder
    given = np.array([t is not None for t in text])[place]
    allowed = set(definition.codes) if definition and definition.codes else None
    values = [_value(t, kind, rules, allowed, coded, name) for t in text]
    if kind == "ordinal" and definition and definition.codes:
        values = [_grade(v, rules, coded, definition) for v in values]
    if kind == "multilabel":
        cells, kept = _label_sets(cell[given], place[given], values, len(units) * width, rules)
    else:
        cells, kept = _single(coded, name, cell[given], place[given], values, units, width, turn)
    same = definition is not None and definition.type == kind
    planned = str(definition.reliability.get("distance", "")) if definition and same else ""
    return Sheet(
        variable=name,
        round=turn,
        type=kind,
        unit=str(coded.units["unit_type"].iloc[units[0]]),
        units=units,
        cells=cells.reshape(len(units), width),
        categories=kept,
        rules=rules,
        n_empty=int((~given).sum()),
        distance=planned or _default_distance(kind),
        definition=definition,
    )


def _default_distance(kind: str) -> str:
    return {"boolean": "nominal", "multilabel": "masi", "text": "nominal", "date": "nominal"}.get(
        kind, kind
    )


def _value(
    text: str | None,
    kind: str,
    rules: Mapping[str, str],
    allowed: set[str] | None,
    coded: Coded,
    name: str,
) -> Any:
    if text is None or text in rules:
        return text
    if kind in NUMERIC or (kind == "ordinal" and allowed is None):
        try:
            return float(text)
        except ValueError:
            raise _wrong(coded, name, text, "a number", rules) from None
    if kind == "boolean":
        if str(text) not in TRUTHS:
            raise _wrong(coded, name, text, "true or false", rules)
        return TRUTHS[str(text)]
    if allowed is not None and text not in allowed and text != NONE_OF_THESE:
        raise _wrong(coded, name, text, f"one of its {len(allowed)} codes", rules)
    return text


def _wrong(coded: Coded, name: str, text: str, allowed: str, rules: Mapping[str, str]) -> DataError:
    rows = coded.rows[(coded.rows["variable"] == name) & (coded.rows["value"] == text)]
    row = rows.iloc[0]
    missing = f", or a missing code ({', '.join(rules)})" if rules else ""
    return DataError(
        f"Row {rows.index[0]} of 'codes': unit {row['unit_id']}, coder {row['coder_id']}, variable "
        f"'{name}' has the value {text!r} ({len(rows):,} rows); it must be {allowed}{missing}. "
        "Mend the value, or give the codebook that it was coded by."
    )


def _grade(value: Any, rules: Mapping[str, str], coded: Coded, definition: Variable) -> Any:
    """Return the number of an ordinal code, or its place where it has none."""
    if value is None or value in rules or coded.codebook is None:
        return value
    number = coded.codebook.value_of(value)
    return float(definition.codes.index(value)) if number is None else number


def _single(
    coded: Coded,
    name: str,
    cell: np.ndarray,
    place: np.ndarray,
    values: Sequence[Any],
    units: np.ndarray,
    width: int,
    turn: str,
) -> tuple[np.ndarray, tuple[Any, ...]]:
    times = np.bincount(cell, minlength=len(units) * width)
    if (times > 1).any():
        at = int(np.flatnonzero(times > 1)[0])
        raise DataError(
            f"Unit {coded.units['unit_id'].iloc[units[at // width]]}, coder "
            f"{coded.coders['coder_id'].iloc[at % width]}: {times[at]} values of '{name}' in the "
            f"round '{turn}' ({int((times > 1).sum()):,} such cells). A coder gives one; if it "
            "takes several, its type is multilabel."
        )
    kept = list(dict.fromkeys(v for v in values if v is not None))
    numbers = [v for v in kept if isinstance(v, float)]
    kept = sorted(numbers) + [v for v in kept if not isinstance(v, float)]
    to = np.array([-1 if v is None else kept.index(v) for v in values], dtype=np.int64)
    out = np.full(len(units) * width, -1, dtype=np.int64)
    out[cell] = to[place]
    return out, tuple(kept)


def _label_sets(
    cell: np.ndarray,
    place: np.ndarray,
    values: Sequence[Any],
    n_cells: int,
    rules: Mapping[str, str],
) -> tuple[np.ndarray, tuple[Any, ...]]:
    found, row = np.unique(cell, return_inverse=True)
    marked = np.zeros((len(found), len(values)), dtype=bool)
    marked[row, place] = True
    patterns, which = np.unique(marked, axis=0, return_inverse=True)
    kept: list[Any] = []
    for pattern in patterns:
        labels = [values[int(i)] for i in np.flatnonzero(pattern)]
        missing = [v for v in labels if v in rules]
        kept.append(missing[0] if missing else frozenset(v for v in labels if v != NONE_OF_THESE))
    distinct = list(dict.fromkeys(kept))
    to = np.array([distinct.index(k) for k in kept], dtype=np.int64)
    out = np.full(n_cells, -1, dtype=np.int64)
    out[found] = to[which.ravel()]
    return out, tuple(distinct)


def under_rule(sheet: Sheet, rule: str | None = None) -> Table:
    """Apply the missing rules: as declared in the codebook, or one rule to every missing code.

    ``category`` leaves the code in, ``missing`` takes the value out, ``drop_unit`` the whole unit.
    """
    cells = sheet.cells.copy()
    empty = np.zeros(len(cells), dtype=int)
    dropped = np.zeros(len(cells), dtype=bool)
    reason = ""
    used = []
    for code, declared in sheet.rules.items():
        what = rule or declared
        used.append(what)
        if code not in sheet.categories:
            continue
        here = sheet.cells == sheet.categories.index(code)
        if what == "missing":
            cells[here] = -1
            empty += here.sum(axis=1)
        elif what == "drop_unit":
            dropped |= here.any(axis=1)
        elif sheet.type in (*NUMERIC, "ordinal") and here.any():
            reason = f"the missing code '{code}' as a category has no place on a scale"
    cells[dropped] = -1
    name = rule or ", ".join(dict.fromkeys(used)) or "missing"
    return Table(sheet, cells, name, empty, dropped, reason)


def ratings_of(table: Table) -> Ratings:
    """Return the values as coded, as ratings."""
    sheet = table.sheet
    values = list(sheet.categories)
    if sheet.type == "multilabel":
        values = [v if isinstance(v, frozenset) else frozenset([v]) for v in values]
    used = np.zeros(len(values) + 1, dtype=bool)
    used[table.cells] = True
    kept = [v for v, u in zip(values, used[:-1], strict=True) if u]
    to = np.append(np.where(used[:-1], np.cumsum(used[:-1]) - 1, -1), -1)
    coders = tuple(range(sheet.cells.shape[1]))
    return Ratings(to[table.cells], tuple(kept), tuple(sheet.units.tolist()), coders)


def rolled_ratings(
    ratings: Ratings, sheet: Sheet, level: str, codebook: Codebook | None
) -> tuple[Ratings, np.ndarray]:
    """Return ratings at a level of roll-up, and where each category went, as a 0/1 matrix.

    A missing code rolls up to itself.
    """
    if codebook is None or level == "emic" or sheet.type not in LEVELLED:
        return ratings, np.eye(len(ratings.categories))
    up = codebook.rollup_table(level)
    values = [
        frozenset(up.get(c, c) for c in v) if isinstance(v, frozenset) else up.get(v, v)
        for v in ratings.categories
    ]
    kept = list(dict.fromkeys(values))
    place = {v: i for i, v in enumerate(kept)}
    to = np.array([*(place[v] for v in values), -1], dtype=np.int64)
    rolled = Ratings(to[ratings.codes], tuple(kept), ratings.units, ratings.coders)
    return rolled, np.eye(len(kept))[to[:-1]]


def distance_at(ratings: Ratings, sheet: Sheet, level: str, codebook: Codebook | None) -> Any:
    """Return the level of alpha: a word, or a matrix of path distances."""
    if sheet.distance != "hierarchical":
        return sheet.distance
    if codebook is None or level != "emic":
        return "nominal"
    paths: dict[str, Sequence[str]] = {
        c: codebook.codes[c].path if c in codebook.codes else (c,) for c in ratings.categories
    }
    return path_distance(paths)


def frame_of(ratings: Ratings, rows: np.ndarray, columns: np.ndarray) -> pd.DataFrame:
    """Return part of the ratings as units x coders, NaN where missing."""
    import pandas as pd

    cells = ratings.codes[np.ix_(rows, columns)]
    values = np.empty(len(ratings.categories) + 1, dtype=object)
    values[:-1] = list(ratings.categories) if ratings.categories else []
    values[-1] = np.nan
    return pd.DataFrame(values[cells], columns=columns)
