"""What each simple keyword of a JSON Schema asks of a value, and how a fault is worded."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mdresearch.coding.faults import Place
from mdresearch.core.errors import MdresearchError, suggest

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
_TYPES: Mapping[str, str] = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "object": "a mapping (key: value)",
    "array": "a list",
}


@dataclass(frozen=True, slots=True)
class SchemaFault:
    """A value that the schema does not allow.

    Attributes
    ----------
    place : tuple
        Where it stands; for a key that is not allowed, the key itself.
    keyword : str
        The keyword of the schema that it breaks.
    message : str
        What is wrong, and what is allowed.
    at, rule : tuple, str
        Place and keyword under which JSON Schema reports it: the object instead of the key, the
        outermost ``oneOf`` or ``anyOf`` instead of what is inside it.
    """

    place: Place
    keyword: str
    message: str
    at: Place
    rule: str


Checker = Callable[[Any, Place, list[SchemaFault]], None]


def shown(value: Any) -> str:
    """Return a value as a message shows it, cut short."""
    if value is None:
        return "an empty value"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f"'{value[:60]}{'...' if len(value) > 60 else ''}'"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    return "a list" if isinstance(value, list) else "a mapping"


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    return bool(a == b)


def compiled(text: str) -> re.Pattern[str]:
    """Compile as ECMAScript means it: the dollar is the very end, digits are 0 to 9."""
    return re.compile(text.replace("$", r"\Z"), re.ASCII)


def _is_type(value: Any, name: str) -> bool:
    if name in ("number", "integer"):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return name == "number" or value == int(value)
    kinds = {"string": str, "boolean": bool, "object": dict, "array": list}
    return isinstance(value, kinds[name])


def _type(name: str, told: str) -> Checker:
    words = told if told and name == "string" else _TYPES[name]

    def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
        if not _is_type(value, name):
            message = f"{shown(value)} is not {words}"
            if name == "string" and isinstance(value, (int, float, bool)):
                message += ". Put it in quotes"
            out.append(SchemaFault(place, "type", message, place, "type"))

    return check


def _test(keyword: str, holds: Callable[[Any], bool], words: Callable[[Any], str]) -> Checker:
    def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
        if not holds(value):
            out.append(SchemaFault(place, keyword, words(value), place, keyword))

    return check


def _const(wanted: Any, told: str) -> Checker:
    words = told or shown(wanted)
    return _test("const", lambda v: _same(v, wanted), lambda v: f"{shown(v)} is not {words}")


def _enum(allowed: list[Any], told: str) -> Checker:
    def words(value: Any) -> str:
        near = suggest(value, allowed) if isinstance(value, str) else ""
        hint = f" Did you mean '{near}'?" if near else ""
        return f"{shown(value)} is not allowed.{hint} Allowed: {', '.join(map(str, allowed))}"

    return _test("enum", lambda v: any(_same(v, one) for one in allowed), words)


def _match(text: str, told: str) -> Checker:
    pattern = compiled(text)
    words = told or f"of the form {text}"
    return _test(
        "pattern",
        lambda v: not isinstance(v, str) or pattern.search(v) is not None,
        lambda v: f"{shown(v)} is not {words}",
    )


def _format(name: str, told: str) -> Checker:
    if name != "date":
        raise MdresearchError(f"The format '{name}' of the schema is not known.")
    return _test(
        "format",
        lambda v: not isinstance(v, str) or _is_date(v),
        lambda v: f"{shown(v)} is not {told or 'a date such as 2026-11-23'}",
    )


def _is_date(text: str) -> bool:
    try:
        return _DATE.match(text) is not None and bool(datetime.date.fromisoformat(text))
    except ValueError:
        return False


def _required(names: list[str], told: str) -> Checker:
    def check(value: Any, place: Place, out: list[SchemaFault]) -> None:
        if isinstance(value, dict):
            for name in names:
                if name not in value:
                    words = f"`{name}` is missing"
                    out.append(SchemaFault(place, "required", words, place, "required"))

    return check


def _sized(keyword: str, kind: type[Any], fits: Callable[[int], bool], words: str) -> Checker:
    return _test(
        keyword, lambda v: not isinstance(v, kind) or fits(len(v)), lambda v: f"{shown(v)} {words}"
    )


def _unique(value: bool, told: str) -> Checker:
    def holds(items: Any) -> bool:
        if not isinstance(items, list):
            return True
        return not any(_same(a, b) for i, a in enumerate(items) for b in items[:i])

    return _test("uniqueItems", holds, lambda v: "the same value stands twice in the list")


SIMPLE: Mapping[str, Callable[[Any, str], Checker]] = {
    "type": _type,
    "const": _const,
    "enum": _enum,
    "pattern": _match,
    "format": _format,
    "required": _required,
    "uniqueItems": _unique,
    "minItems": lambda n, t: _sized("minItems", list, lambda k: k >= n, "is empty"),
    "minProperties": lambda n, t: _sized("minProperties", dict, lambda k: k >= n, "is empty"),
    "maxLength": lambda n, t: _sized(
        "maxLength", str, lambda k: k <= n, f"has more than {n} characters"
    ),
    "minimum": lambda n, t: _test(
        "minimum",
        lambda v: not _is_type(v, "number") or v >= n,
        lambda v: f"{shown(v)} is below {n}",
    ),
}
