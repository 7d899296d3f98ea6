"""A small interpreter of JSON Schema 2020-12, for the keywords that our schema uses.

The common library takes a second to import and says "is not valid under any of the given schemas";
this one adds nothing to the start and names the key, the value and what is allowed. A schema with a
keyword that is not known here is refused, so that nothing is passed over in silence; the tests hold
its answers equal to the library's on many damaged documents.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mdresearch.coding.faults import Place
from mdresearch.coding.schema_keywords import SIMPLE, Checker, SchemaFault, compiled, shown
from mdresearch.core.errors import MdresearchError, suggest

_MUTE = {"$schema", "$id", "$comment", "$defs", "title", "description", "then", "default"}
_MEMBERS = ("additionalProperties", "properties", "patternProperties")  # read together
_HINTS = {
    "parent": "The tree is made by nesting: put the code under the `children` of its parent.",
}


def compile_schema(schema: Mapping[str, Any]) -> Callable[[Any], list[SchemaFault]]:
    """Return a function that lists what the schema finds wrong with plain data.

    Examples
    --------
    >>> check = compile_schema({"type": "object", "required": ["id"]})
    >>> [f.message for f in check({})]
    ['`id` is missing']
    """
    check = _Compiler(schema).checker(schema)

    def faults(data: Any) -> list[SchemaFault]:
        out: list[SchemaFault] = []
        check(data, (), out)
        return out

    return faults


class _Compiler:
    """Turns each part of a schema into a function, once; ``$ref`` may be recursive."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.defs = schema.get("$defs", {})
        self.named: dict[str, Checker] = {}

    def checker(self, schema: Mapping[str, Any], told: str = "") -> Checker:
        told = schema.get("description", told)
        parts = [
            self.keyword(key, value, schema, told)
            for key, value in schema.items()
            if key not in _MUTE
        ]
        steps = [part for part in parts if part is not None]
        if len(steps) == 1:
            return steps[0]

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            for step in steps:
                step(value, place, out)

        return check

    def keyword(self, key: str, value: Any, schema: Mapping[str, Any], told: str) -> Checker | None:
        if key == "$ref":
            return self.reference(value)
        if key in _MEMBERS:
            first = next(k for k in _MEMBERS if k in schema)
            return self.members(schema) if key == first else None
        if key == "propertyNames":
            return self.names(value)
        if key == "items":
            return self.items(self.checker(value))
        if key in ("oneOf", "anyOf"):
            return self.one_of(key, value, told)
        if key == "allOf":
            return self.all_of([self.checker(one) for one in value])
        if key == "if":
            return self.condition(schema)
        if key in SIMPLE:
            return SIMPLE[key](value, told)
        raise MdresearchError(
            f"The keyword '{key}' of the schema is not known. Add it, or omit it."
        )

    def reference(self, ref: str) -> Checker:
        name = ref.removeprefix("#/$defs/")

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            held = self.named.get(name)
            if held is None:
                held = self.named[name] = self.checker(self.defs[name])
            held(value, place, out)

        return check

    def members(self, schema: Mapping[str, Any]) -> Checker:
        known = {k: self.checker(v) for k, v in schema.get("properties", {}).items()}
        patterns = [
            (compiled(k), self.checker(v)) for k, v in schema.get("patternProperties", {}).items()
        ]
        other = schema.get("additionalProperties", True)
        rest = self.checker(other) if isinstance(other, dict) else None

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            if not isinstance(value, dict):
                return
            for key, item in value.items():
                found = key in known
                if found:
                    known[key](item, (*place, key), out)
                for pattern, inner in patterns:
                    if pattern.search(key):
                        found = True
                        inner(item, (*place, key), out)
                if found or other is True:
                    continue
                if rest is None:
                    out.append(_unknown_key(key, known, place))
                else:
                    rest(item, (*place, key), out)

        return check

    def names(self, schema: Mapping[str, Any]) -> Checker:
        inner = self.checker(schema)

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            if not isinstance(value, dict):
                return
            for key in value:
                found: list[SchemaFault] = []
                inner(key, (*place, key), found)
                out += [replace(f, at=place, message=f"the key {f.message}") for f in found]

        return check

    def items(self, inner: Checker) -> Checker:
        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            if isinstance(value, list):
                for i, item in enumerate(value):
                    inner(item, (*place, i), out)

        return check

    def all_of(self, inner: list[Checker]) -> Checker:
        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            for one in inner:
                one(value, place, out)

        return check

    def condition(self, schema: Mapping[str, Any]) -> Checker:
        when, then = self.checker(schema["if"]), self.checker(schema["then"])

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            found: list[SchemaFault] = []
            when(value, place, found)
            if not found:
                then(value, place, out)

        return check

    def one_of(self, key: str, choices: list[Mapping[str, Any]], told: str) -> Checker:
        inner = [self.checker(one) for one in choices]

        def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
            results: list[list[SchemaFault]] = []
            fits = 0
            for one in inner:
                found: list[SchemaFault] = []
                one(value, place, found)
                results.append(found)
                fits += not found
                if fits and key == "anyOf":
                    return
            if fits == 1:
                return
            if all("required" in one and len(one) == 1 for one in choices):
                out.append(_required_choice(key, choices, fits, place))
                return
            best = _meant(results, place)
            if best is None or fits:
                words = f"{shown(value)} is not {told or 'one of the forms allowed'}"
                out.append(SchemaFault(place, key, words, place, key))
            else:
                out += [replace(fault, at=place, rule=key) for fault in best]

        return check


def _meant(results: list[list[SchemaFault]], place: Place) -> list[SchemaFault] | None:
    """Return the faults of the form that was meant: of the value's own type, the fewest."""
    close = [
        found
        for found in results
        if not any(f.keyword == "type" and f.place == place for f in found)
    ]
    return min(close, key=len) if close else None


def _required_choice(
    key: str, choices: list[Mapping[str, Any]], fits: int, place: Place
) -> SchemaFault:
    names = " or ".join(f"`{'`, `'.join(one['required'])}`" for one in choices)
    words = f"only one of {names} may stand here" if fits else f"{names} is missing"
    return SchemaFault(place, key, words, place, key)


def _unknown_key(key: str, known: Mapping[str, Any], place: Place) -> SchemaFault:
    near = suggest(key, known)
    hint = f" Did you mean '{near}'?" if near else ""
    hint = f" {_HINTS[key]}" if key in _HINTS else hint
    words = f"there is no key '{key[:80]}' here.{hint} Known: {', '.join(known)}"
    rule = "additionalProperties"
    return SchemaFault((*place, key), rule, words, place, rule)
