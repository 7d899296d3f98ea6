"""Walking the written document of a scheme: every code of its own, with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mdresearch.coding.faults import Place

Above = tuple[Mapping[str, Any], ...]
_ID = re.compile(r"(?<![\w./-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w/])")


def own_codes(own: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any], Above]]:
    """Yield (place, code, codes above it in this file) of lists, variables and refinements."""
    for name, held in own.get("code_lists", {}).items():
        yield from nested(held.get("codes", ()), ("code_lists", name, "codes"))
    for i, held in enumerate(own.get("variables", ())):
        yield from nested(held.get("codes", ()), ("variables", i, "codes"))
    for i, held in enumerate(own.get("modify", ())):
        yield from nested(held.get("children", ()), ("modify", i, "children"))


def nested(
    codes: Sequence[Mapping[str, Any]], place: Place, above: Above = ()
) -> Iterator[tuple[Place, Mapping[str, Any], Above]]:
    """Yield codes and those below them, depth first, each with its place."""
    for i, code in enumerate(codes):
        yield (*place, i), code, above
        yield from nested(code.get("children", ()), (*place, i, "children"), (*above, code))


def ids_in(text: str) -> list[str]:
    """Return the words of a text that look like ids: lower case, with an underscore.

    Examples
    --------
    >>> ids_in("code wolf_alpha or vampire_lord, not the parent")
    ['wolf_alpha', 'vampire_lord']
    """
    return _ID.findall(text)


def listed(names: Sequence[str], most: int = 6) -> str:
    """Return names as a phrase, cut short with a count.

    Examples
    --------
    >>> listed(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
