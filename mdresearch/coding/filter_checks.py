"""Whether the filter questions of a scheme name what is there and compare what can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdresearch.coding.code_checks import Known, near
from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.filters import (
    Compare,
    FilterError,
    Literal,
    Name,
    Node,
    comparisons,
    names,
    parse_filter,
)
from mdresearch.coding.variable_checks import units_above
from mdresearch.coding.walking import listed

_NUMBERS = ("interval", "ratio")
UNIT_TABLES: Mapping[str, str] = {
    "work": "works",
    "version": "versions",
    "episode": "episodes",
    "character": "characters",
    "segment": "segments",
    "response": "comments",
}


def check_filters(known: Known) -> Iterator[Fault]:
    """Yield what is wrong with ``ask_if``: grammar, names, kinds of value, circles."""
    parsed: dict[str, Node] = {}
    for name, variable in known.variables.items():
        if "ask_if" in variable:
            try:
                parsed[name] = parse_filter(variable["ask_if"])
            except FilterError:
                continue
    for i, variable in enumerate(known.own.get("variables", ())):
        if "ask_if" not in variable:
            continue
        place: Place = ("variables", i, "ask_if")
        try:
            node = parse_filter(variable["ask_if"])
        except FilterError as error:
            yield Fault(place, str(error))
            continue
        for name in names(node):
            yield from _name(name, variable, place, known)
        for one in comparisons(node):
            yield from _comparison(one, place, known)
        if _asks_itself(variable["id"], parsed):
            yield Fault(place, f"whether '{variable['id']}' is asked depends on its own answer")


def _name(name: Name, variable: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    where = f"character {name.position + 1}"
    if name.column:
        from mdresearch.corpus.schemas import TABLES

        table = UNIT_TABLES.get(variable["unit"])
        if table and name.id not in TABLES[table]:
            says = f"{where}: the table '{table}' has no column '{name.id}' of the toolkit's own"
            says += near(name.id, TABLES[table].names())
            yield Fault(place, says, "warning")
        return
    asked = known.variables.get(name.id)
    if asked is None:
        hint = near(name.id, known.variables)
        if name.id in known.codes:
            hint = f' Put a code in quotes: "{name.id}".'
        yield Fault(place, f"{where}: there is no variable '{name.id}'.{hint}")
    elif asked["unit"] not in (variable["unit"], *units_above(variable["unit"], known.units)):
        says = f"{where}: '{name.id}' is about a {asked['unit']}, which is not the "
        says += f"{variable['unit']} of '{variable['id']}' nor above it"
        yield Fault(place, says)
    elif asked["type"] in ("span", "text"):
        says = f"{where}: '{name.id}' is of the type {asked['type']}, which no filter can compare"
        yield Fault(place, says)


def _comparison(one: Compare, place: Place, known: Known) -> Iterator[Fault]:
    for side, other in ((one.left, one.right), (one.right, one.left)):
        if not isinstance(side, Name) or side.column or side.id not in known.variables:
            continue
        variable = known.variables[side.id]
        where = f"character {one.position + 1}"
        if variable["type"] == "multilabel" and one.operator in ("==", "!="):
            says = f"{where}: '{side.id}' has several labels; write \"label\" in {side.id}"
            yield Fault(place, says)
        orders = one.operator not in ("==", "!=", "in", "not in")
        if orders and variable["type"] not in ("ordinal", *_NUMBERS, "date"):
            says = f"{where}: the values of '{side.id}' ({variable['type']}) have no order"
            yield Fault(place, says)
        if isinstance(other, Literal):
            yield from _values(variable, other, place, known)


def _values(
    variable: Mapping[str, Any], literal: Literal, place: Place, known: Known
) -> Iterator[Fault]:
    values = literal.value if isinstance(literal.value, tuple) else (literal.value,)
    type_, name = variable["type"], variable["id"]
    answers = {*known.missing[name]}
    codes = set(known.codes_of.get(name, ()))
    if codes and type_ not in _NUMBERS:
        answers |= codes | {NONE_OF_THESE}
    for value in values:
        if isinstance(value, str) and value in answers:
            continue
        where = f"character {literal.position + 1}"
        if type_ == "boolean" and not isinstance(value, bool):
            yield Fault(place, f"{where}: '{name}' is true or false, not {value!r}")
        elif type_ in _NUMBERS and (isinstance(value, bool) or not isinstance(value, (int, float))):
            yield Fault(place, f"{where}: '{name}' is a number, not {value!r}")
        elif type_ == "ordinal" and isinstance(value, (int, float)) and value is not True:
            continue
        elif codes and type_ not in _NUMBERS:
            hint = near(str(value), answers) or f" Codes: {listed(sorted(codes))}"
            yield Fault(place, f"{where}: {value!r} is not an answer of '{name}'.{hint}")


def _asks_itself(name: str, parsed: Mapping[str, Node]) -> bool:
    seen: set[str] = set()
    left = [name]
    while left:
        node = parsed.get(left.pop())
        if node is None:
            continue
        for found in names(node):
            if found.column:
                continue
            if found.id == name:
                return True
            if found.id not in seen:
                seen.add(found.id)
                left.append(found.id)
    return False
