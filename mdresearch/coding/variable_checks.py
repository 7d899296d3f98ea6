"""What a schema cannot say about variables: references, numbers, the plan for reliability."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdresearch.coding.code_checks import Known, near, sources
from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.walking import listed

THRESHOLD, FLOOR = 0.8, 0.667
_NOMINAL = {"krippendorff_alpha", "gwet_ac1", "cohen_kappa", "fleiss_kappa", "brennan_prediger"}
_ORDERED = {"krippendorff_alpha", "gwet_ac2", "cohen_kappa", "brennan_prediger", "icc"}
COEFFICIENTS: Mapping[str, set[str]] = {
    "nominal": _NOMINAL,
    "boolean": _NOMINAL,
    "ordinal": _ORDERED,
    "interval": {"krippendorff_alpha", "gwet_ac2", "icc"},
    "ratio": {"krippendorff_alpha", "gwet_ac2", "icc"},
    "multilabel": {"krippendorff_alpha"},
    "span": {"gamma", "alpha_u", "cu_alpha"},
    "date": {"krippendorff_alpha"},
    "text": set(),
}
DISTANCES: Mapping[str, set[str]] = {
    "nominal": {"nominal", "hierarchical"},
    "boolean": {"nominal"},
    "ordinal": {"ordinal", "nominal", "interval"},
    "interval": {"interval", "ordinal"},
    "ratio": {"ratio", "interval", "ordinal"},
    "multilabel": {"masi", "jaccard"},
    "span": {"nominal", "hierarchical"},
    "date": {"interval", "ordinal"},
    "text": set(),
}
_ONLY_FOR: Mapping[str, tuple[str, ...]] = {
    "min": ("interval", "ratio"),
    "max": ("interval", "ratio"),
    "step": ("interval", "ratio"),
    "measure": ("interval", "ratio"),
    "min_labels": ("multilabel",),
    "max_labels": ("multilabel",),
    "exclusive": ("multilabel",),
    "target": ("span",),
    "attributes": ("span",),
    "allow_overlap": ("span",),
    "min_ms": ("span",),
    "snap": ("span",),
}


def check_variables(known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the scheme's own variables."""
    for i, variable in enumerate(known.own.get("variables", ())):
        place: Place = ("variables", i)
        yield from _references(variable, place, known)
        yield from _numbers(variable, place, known)
        yield from _values(variable, place, known)
        yield from _missing(variable, place, known)
        yield from _plan(variable, place)
        yield from _useless(variable, place)
    yield from _new_missing(known)
    yield from _units(known)
    yield from _lists(known)


def _references(variable: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    yield from sources(variable, place, known)
    if variable["unit"] not in known.units:
        hint = near(variable["unit"], known.units) or f" Known: {listed(list(known.units))}"
        yield Fault((*place, "unit"), f"there is no unit '{variable['unit']}'.{hint}")
    named = variable.get("codes_from")
    if named is not None and named not in known.lists:
        hint = near(named, known.lists) or f" Known: {listed(list(known.lists))}"
        yield Fault((*place, "codes_from"), f"there is no code list '{named}'.{hint}")
    for i, name in enumerate(variable.get("attributes", ())):
        attribute = known.variables.get(name)
        where = (*place, "attributes", i)
        if attribute is None:
            yield Fault(where, f"there is no variable '{name}'.{near(name, known.variables)}")
        elif attribute["type"] == "span":
            yield Fault(where, f"'{name}' is a span itself; an attribute is a value of one")
        elif attribute["unit"] != variable["unit"]:
            says = f"'{name}' is about a {attribute['unit']}, the span about a {variable['unit']}"
            yield Fault(where, says)
    codes = known.codes_of.get(variable["id"], ())
    for i, name in enumerate(variable.get("exclusive", ())):
        if name not in codes:
            hint = near(name, codes)
            yield Fault(
                (*place, "exclusive", i), f"'{name}' is not a code of '{variable['id']}'.{hint}"
            )


def _numbers(variable: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    for low, high in (("min", "max"), ("min_labels", "max_labels")):
        if low in variable and high in variable and variable[low] > variable[high]:
            says = f"{high} {variable[high]} is below {low} {variable[low]}"
            yield Fault((*place, high), says)
    if variable.get("step", 1) <= 0:
        yield Fault((*place, "step"), f"the step {variable['step']} is not above 0")
    n = len(known.codes_of.get(variable["id"], ()))
    if variable.get("min_labels", 0) > n:
        says = f"at least {variable['min_labels']} labels are asked for; there are {n} codes"
        yield Fault((*place, "min_labels"), says)


def _values(variable: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    """Ordinal codes: a value each, increasing; a child has its parent's, or none of its own."""
    if variable["type"] not in ("ordinal", "interval", "ratio"):
        return
    key = "codes" if "codes" in variable else "codes_from"
    last: float | None = None
    for name in known.codes_of.get(variable["id"], ()):
        code, above = known.codes[name], known.above[name]
        value = code.get("value")
        if above:
            wanted = known.codes[above[0]].get("value")
            if value is not None and value != wanted:
                says = f"'{name}' has the value {value}, the code above it {wanted}: give it none"
                yield Fault((*place, key), says)
        elif value is None:
            yield Fault((*place, key), f"'{name}' has no `value`, which {variable['type']} needs")
        else:
            if last is not None and value <= last:
                says = f"the value {value} of '{name}' is not above {last}, that before it"
                yield Fault((*place, key), says)
            last = value


def _missing(variable: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    seen: set[str] = set()
    for i, one in enumerate(variable.get("missing", ())):
        yield from _missing_id(one["id"], variable["id"], (*place, "missing", i, "id"), known)
        if one["id"] in seen:
            yield Fault((*place, "missing", i, "id"), f"'{one['id']}' stands twice")
        seen.add(one["id"])


def _missing_id(id_: str, variable: str, place: Place, known: Known) -> Iterator[Fault]:
    if id_ in known.codes:
        yield Fault(place, f"'{id_}' is the id of a code; a way of not answering is none")
    if id_ in (NONE_OF_THESE, "true", "false"):
        yield Fault(place, f"'{id_}' is reserved: it is an answer of '{variable}'")


def _new_missing(known: Known) -> Iterator[Fault]:
    for i, operation in enumerate(known.own.get("modify", ())):
        for j, one in enumerate(operation.get("missing", ())):
            place = ("modify", i, "missing", j, "id")
            yield from _missing_id(one["id"], operation["target"], place, known)


def _plan(variable: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    plan = variable.get("reliability", {})
    type_ = variable["type"]
    place = (*place, "reliability")
    for key, fitting in (("coefficient", COEFFICIENTS), ("distance", DISTANCES)):
        if key in plan and plan[key] not in fitting[type_]:
            allowed = ", ".join(sorted(fitting[type_])) or "none: it is not for counting"
            says = f"{plan[key]} does not fit the type {type_}. Fitting: {allowed}"
            yield Fault((*place, key), says)
    threshold, floor = plan.get("threshold", THRESHOLD), plan.get("floor", FLOOR)
    if threshold < floor:
        yield Fault((*place, "threshold"), f"the threshold {threshold} is below the floor {floor}")
    for key in ("threshold", "floor"):
        if key in plan and not 0 <= plan[key] <= 1:
            yield Fault((*place, key), f"{key} {plan[key]} is not between 0 and 1")
    if "tolerance_ms" in plan and type_ != "span":
        says = f"a tolerance in ms has no meaning for the type {type_}"
        yield Fault((*place, "tolerance_ms"), says, "warning")
    if plan.get("rollup", "none") != "none" and not ({"codes", "codes_from"} & variable.keys()):
        says = "there are no codes to roll up"
        yield Fault((*place, "rollup"), says, "warning")


def _useless(variable: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for key, types in _ONLY_FOR.items():
        if key in variable and variable["type"] not in types:
            says = f"`{key}` has no effect on the type {variable['type']}"
            yield Fault((*place, key), says, "warning")
    if variable["type"] in ("boolean", "text", "date"):
        for key in ("codes", "codes_from"):
            if key in variable:
                yield Fault((*place, key), f"the type {variable['type']} takes no codes")


def _units(known: Known) -> Iterator[Fault]:
    for name, unit in known.own.get("units", {}).items():
        parent = unit.get("parent")
        if parent is not None and parent not in known.units:
            hint = near(parent, known.units)
            yield Fault(("units", name, "parent"), f"there is no unit '{parent}'.{hint}")
        elif name in units_above(name, known.units):
            yield Fault(("units", name, "parent"), f"'{name}' is above itself")


def units_above(name: str, units: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the units above one, nearest first; each once."""
    found: list[str] = []
    while (up := units.get(name, {}).get("parent")) is not None and up not in found:
        found.append(up)
        name = up
    return tuple(found)


def _lists(known: Known) -> Iterator[Fault]:
    for name in known.own.get("code_lists", {}):
        if known.variables.get(name, {}).get("codes"):
            says = f"the variable '{name}' has codes of its own; give the list another id"
            yield Fault(("code_lists", name), says)
    for i, variable in enumerate(known.own.get("variables", ())):
        if variable.get("codes") and variable["id"] in known.lists:
            says = f"the list '{variable['id']}' is there already; give the variable another id"
            yield Fault(("variables", i, "id"), says)
