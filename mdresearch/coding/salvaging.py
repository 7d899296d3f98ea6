"""A damaged document without its damage, so that the rest can be looked at in the same go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mdresearch.coding.normalising import plain_copy
from mdresearch.coding.schema_keywords import SchemaFault

_FILL: dict[str, Any] = {
    "mdcodebook": "1.0",
    "version": "0.0.0",
    "default_language": "en",
    "title": "?",
    "label": "?",
    "codes": [],
}
_HARMLESS = {"codes": [{"id": "x", "label": "x"}]}


def without(document: Any, faults: Sequence[SchemaFault]) -> Any:
    """Return a copy in which every value that the schema refuses is gone, or filled in.

    A text that should have another form (an id with a capital) stays out like the rest; what is
    required and missing is filled in only where nothing can follow from it.
    """
    out = plain_copy(document)
    doomed: set[tuple[str | int, ...]] = set()
    for fault in faults:
        held = _at(out, fault.place)
        if fault.keyword == "required" and isinstance(held, dict):
            name = fault.message.split("`")[1]
            if name in _FILL and name != "codes":
                held[name] = _FILL[name]
                continue
        if fault.place and fault.place[-1] in ("label", "title", "version", "default_language"):
            parent = _at(out, fault.place[:-1])
            if isinstance(parent, dict):
                parent[fault.place[-1]] = _FILL[str(fault.place[-1])]
                continue
        doomed.add(fault.place)
    for place in sorted(doomed, key=_last_first, reverse=True):
        _drop(out, place)
    return out


def _last_first(place: tuple[str | int, ...]) -> tuple[tuple[int, int, str], ...]:
    return tuple((0, s, "") if isinstance(s, int) else (1, 0, s) for s in place)


def _at(document: Any, place: tuple[str | int, ...]) -> Any:
    for step in place:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return None
    return document


def _drop(document: Any, place: tuple[str | int, ...]) -> None:
    if not place:
        return
    parent = _at(document, place[:-1])
    if isinstance(parent, dict):
        parent.pop(place[-1], None)
    elif isinstance(parent, list) and isinstance(place[-1], int) and place[-1] < len(parent):
        del parent[place[-1]]
