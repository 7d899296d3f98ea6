"""The six operations of an extension, and the bench on which schemes are put together.

An operation adds; none can change what a core code means, move it, or take it away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.normalising import plain_copy
from mdresearch.core.errors import suggest


class Workbench:
    """The content while schemes are worked into it, one after the other."""

    def __init__(self, main: str, faults: list[Fault]) -> None:
        self.main = main
        self.faults = faults
        self.scheme = main
        self.place: Place = ()
        self.bibliography: dict[str, str] = {}
        self.units: dict[str, Any] = {}
        self.lists: dict[str, Any] = {}
        self.variables: dict[str, Any] = {}
        self.maps: list[Any] = []
        self.codes: dict[str, Any] = {}
        self.list_of: dict[str, str] = {}
        self.inline: dict[str, list[str]] = {}
        self.schemes: dict[str, str] = {}
        self.hidden: dict[str, Any] = {}
        self.touched: dict[str, list[str]] = {}
        self.above: dict[str, frozenset[str]] = {}
        self.combined: set[tuple[str, str]] = set()

    def begin(self, scheme: str) -> None:
        """Say which scheme is worked in from here on."""
        self.scheme = scheme

    def tell(self, place: Place, message: str) -> None:
        """Note a mistake; one that stands in a parent's file is shown at ``extends``."""
        if self.scheme == self.main:
            self.faults.append(Fault(place, message))
        else:
            self.faults.append(Fault(("extends",), f"{message} (in {self.scheme})"))

    def touch(self, target: str, sees: Mapping[str, Any], carried: bool) -> bool:
        """Tell whether the scheme may change ``target``; two unrelated schemes may not."""
        unseen = {c for name, held in self.inline.items() if name not in sees for c in held}
        known = (set(self.codes) | set(sees)) - unseen
        owner = self.schemes.get(target)
        if owner is None or owner not in self.above[self.scheme] or target not in known:
            near = suggest(target, known)
            hint = f" Did you mean '{near}'?" if near else ""
            mine = "" if owner != self.scheme else ": it is defined in this very scheme"
            self.tell((*self.place, "target"), f"no parent has '{target}'{mine}.{hint}")
            return False
        if not carried:
            return True
        others = [
            s
            for s in self.touched.get(target, ())
            if s not in self.above[self.scheme] and s != self.scheme
        ]
        self.touched.setdefault(target, []).append(self.scheme)
        for other in others:
            if not self._may_combine(target, other):
                self.faults.append(
                    Fault(
                        ("extends",),
                        f"{other} and {self.scheme} both change '{target}'. Where both changes "
                        f"may stand together, write `combine: [{target}]`; else extend only one",
                    )
                )
                return False
        return True

    def _may_combine(self, target: str, other: str) -> bool:
        return any(
            wanted == target and {other, self.scheme} <= self.above[by]
            for wanted, by in self.combined
        )

    def add_unit(self, name: str, unit: dict[str, Any]) -> None:
        """Add a unit; one that is there already must agree in parent and timing."""
        held = self.units.setdefault(name, unit)
        for key in ("parent", "timed"):
            if held.get(key) != unit.get(key):
                self.tell(
                    (*self.place,),
                    f"the unit '{name}' is there already with {key} {held.get(key)!r}, "
                    f"not {unit.get(key)!r}",
                )

    def add_list(self, name: str, held: dict[str, Any]) -> None:
        """Add a code list and its codes."""
        if name in self.lists:
            owner = self.schemes[f"list:{name}"]
            self.tell(self.place, f"{owner} has a list '{name}' already. Choose another id")
            return
        self.lists[name] = held
        self.schemes[f"list:{name}"] = self.scheme
        self.add_codes(held["codes"], name, (*self.place, "codes"))

    def add_codes(self, codes: list[dict[str, Any]], list_id: str, place: Place) -> list[str]:
        """Index codes and those below them; an id that is there already is a mistake."""
        added = []
        for where, code in _each(codes, place):
            if self._taken(code["id"], (*where, "id")):
                continue
            self.codes[code["id"]] = code
            self.list_of[code["id"]] = list_id
            self.schemes[code["id"]] = self.scheme
            added.append(code["id"])
        return added

    def _taken(self, id_: str, place: Place) -> bool:
        owner = self.schemes.get(id_)
        if owner is None:
            return False
        whose = "this scheme" if owner == self.scheme else owner
        self.tell(place, f"the id '{id_}' is taken already by {whose}. Ids are never used twice")
        return True

    def add_variable(self, held: dict[str, Any]) -> None:
        """Add a variable, with the codes written inside it."""
        if self._taken(held["id"], (*self.place, "id")):
            return
        self.variables[held["id"]] = held
        self.schemes[held["id"]] = self.scheme
        if held.get("codes"):
            place = (*self.place, "codes")
            self.inline[held["id"]] = self.add_codes(held["codes"], held["id"], place)

    def add_reference(self, key: str, text: str) -> None:
        """Add a reference; the same key may not stand for two texts."""
        if self.bibliography.setdefault(key, text) != text:
            self.tell(self.place, f"the key '{key}' stands for another reference in a parent")

    def add_map(self, held: dict[str, Any]) -> None:
        """Add a transcoding map."""
        if any(one["id"] == held["id"] for one in self.maps):
            self.tell((*self.place, "id"), f"a parent has a map '{held['id']}' already")
            return
        self.maps.append(held)


def _each(codes: list[dict[str, Any]], place: Place) -> Iterator[tuple[Place, dict[str, Any]]]:
    for i, code in enumerate(codes):
        yield (*place, i), code
        yield from _each(code.get("children", []), (*place, i, "children"))


Operation = Callable[[Workbench, Mapping[str, Any]], None]


def _refine(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Append children to a code."""
    code = _code(bench, operation)
    if code is None:
        return
    list_id = bench.list_of[code["id"]]
    if bench.lists.get(list_id, {}).get("closed"):
        bench.tell(
            (*bench.place, "target"), f"the list '{list_id}' is closed: it takes no new codes"
        )
        return
    children = plain_copy(operation["children"])
    added = bench.add_codes(children, list_id, (*bench.place, "children"))
    code.setdefault("children", []).extend(c for c in children if c["id"] in added)
    if list_id in bench.inline:
        bench.inline[list_id] += added


def _relabel(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Add languages to the label or the aliases."""
    held = _any(bench, operation)
    for key in ("label", "aliases"):
        for lang, text in operation.get(key, {}).items():
            if lang in held.get(key, {}):
                bench.tell(
                    (*bench.place, key, lang),
                    f"'{operation['target']}' has {key} in '{lang}' already; "
                    "a language that is there is not overwritten",
                )
            else:
                held.setdefault(key, {})[lang] = plain_copy(text)


def _annotate(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Append decision rules and examples."""
    held = _code(bench, operation)
    if held is None:
        return
    if operation.get("decision_rules"):
        held.setdefault("decision_rules", []).extend(plain_copy(operation["decision_rules"]))
    for kind, examples in operation.get("examples", {}).items():
        held.setdefault("examples", {}).setdefault(kind, []).extend(plain_copy(examples))


def _hide(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Leave a code or a variable out of what coders see."""
    held = _any(bench, operation)
    if held.get("required") and operation["target"] in bench.variables:
        bench.tell(
            (*bench.place, "target"),
            f"'{operation['target']}' is required, so coders must see it",
        )
        return
    bench.hidden.setdefault(operation["target"], plain_copy(operation["reason"]))


def _require(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Make a variable required."""
    held = _variable(bench, operation)
    if held is None:
        return
    if operation["target"] in bench.hidden:
        bench.tell(
            (*bench.place, "target"),
            f"'{operation['target']}' is hidden, so coders cannot be required to fill it",
        )
        return
    held["required"] = True


def _add_missing(bench: Workbench, operation: Mapping[str, Any]) -> None:
    """Append ways of not answering."""
    held = _variable(bench, operation)
    if held is None:
        return
    known = {one["id"] for one in held.get("missing", [])}
    for i, one in enumerate(operation["missing"]):
        if one["id"] in known:
            bench.tell(
                (*bench.place, "missing", i, "id"),
                f"'{operation['target']}' has the missing code '{one['id']}' already; "
                "its treatment is not changed",
            )
            continue
        known.add(one["id"])
        held.setdefault("missing", []).append(plain_copy(one))


def _any(bench: Workbench, operation: Mapping[str, Any]) -> dict[str, Any]:
    target = operation["target"]
    return (bench.codes if target in bench.codes else bench.variables)[target]


def _code(bench: Workbench, operation: Mapping[str, Any]) -> dict[str, Any] | None:
    return _of_kind(bench, operation, bench.codes, "code")


def _variable(bench: Workbench, operation: Mapping[str, Any]) -> dict[str, Any] | None:
    return _of_kind(bench, operation, bench.variables, "variable")


def _of_kind(
    bench: Workbench, operation: Mapping[str, Any], among: Mapping[str, Any], kind: str
) -> dict[str, Any] | None:
    held = among.get(operation["target"])
    if held is None:
        bench.tell(
            (*bench.place, "target"),
            f"`{operation['op']}` changes a {kind}; '{operation['target']}' is none",
        )
    return held


OPERATIONS: Mapping[str, Operation] = {
    "refine": _refine,
    "relabel": _relabel,
    "annotate": _annotate,
    "hide": _hide,
    "require": _require,
    "add_missing": _add_missing,
}
