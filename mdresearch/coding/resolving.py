"""Working in what a scheme extends: parents first, each scheme once, then its own operations.

The schemes that a scheme rests on form a graph without cycles. They are taken in an order that
depends on the graph and on their ids only, never on the order in which ``extends`` lists them, so
that any order gives the same content and the same hash.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.normalising import plain_copy
from mdresearch.coding.operations import OPERATIONS, Workbench

_OWN_KEYS = (
    "mdcodebook", "id", "version", "title", "default_language", "languages", "language_status",
    "status", "description", "license", "date", "authors", "doi", "migrations", "changelog",
)  # fmt: skip


@dataclass
class Scheme:
    """One scheme of the graph: its own content and what it extends."""

    id: str
    version: str
    own: Mapping[str, Any]
    parents: tuple[str, ...] = ()
    above: frozenset[str] = frozenset()
    sees: dict[str, frozenset[str]] = field(default_factory=dict)


def resolve(
    own: Mapping[str, Any], parents: Iterable[Codebook]
) -> tuple[dict[str, Any], list[Fault]]:
    """Return the content with everything extended worked in, and what stands against it.

    Parameters
    ----------
    own : mapping
        The scheme's own content in its one form (`normalising.normalise`).
    parents : iterable of Codebook
        What ``extends`` lists, in that order, each resolved.

    Returns
    -------
    content : dict
        Without ``extends``, ``modify`` and ``combine``; where something was extended, with
        ``x_resolved``: the parents with version and hash, which scheme defined which id, what is
        hidden and why. With faults it is what could be worked in.
    faults : list of Fault
    """
    held = list(parents)
    graph, faults = _graph(own, held)
    if not own.get("extends"):
        faults += _orphans(own)
    order = _in_order(graph)
    bench = Workbench(main=str(own["id"]), faults=faults)
    bench.combined = {(target, q.id) for q in graph.values() for target in q.own.get("combine", ())}
    bench.above = {scheme.id: scheme.above for scheme in graph.values()}
    _visible(graph, order, bench)
    for scheme in order:
        _work_in(scheme, graph, bench)
    return _content(own, held, graph, bench), faults


def _orphans(own: Mapping[str, Any]) -> list[Fault]:
    says = "needs `extends`: it changes what a parent holds"
    return [Fault((key,), f"`{key}` {says}") for key in ("modify", "combine") if own.get(key)]


def _graph(
    own: Mapping[str, Any], parents: list[Codebook]
) -> tuple[dict[str, Scheme], list[Fault]]:
    """Return every scheme of the graph by id; two versions of one scheme are a fault."""
    faults: list[Fault] = []
    graph: dict[str, Scheme] = {}
    hashes: dict[str, tuple[str, str]] = {}

    def add(book: Codebook, place: Place) -> None:
        seen = hashes.get(book.id)
        if seen and seen[1] != book.hash:
            told = "" if seen[0] != book.version else " (same number, other content)"
            faults.append(
                Fault(
                    place,
                    f"{book.id} comes in as {seen[0]} and as {book.version}{told}. "
                    "Let all parents extend the same version",
                )
            )
        if seen:
            return
        hashes[book.id] = (book.version, book.hash)
        for parent in book.parents:
            add(parent, place)
        _put(graph, book.own, tuple(p.id for p in book.parents))

    for i, parent in enumerate(parents):
        add(parent, ("extends", i))
    if str(own["id"]) in graph:
        faults.append(Fault(("extends",), f"{own['id']} extends itself"))
        del graph[str(own["id"])]
    _put(graph, own, tuple(p.id for p in parents if p.id in graph))
    return graph, faults


def _put(graph: dict[str, Scheme], own: Mapping[str, Any], parents: tuple[str, ...]) -> None:
    above = frozenset(parents).union(*(graph[p].above for p in parents))
    graph[str(own["id"])] = Scheme(str(own["id"]), str(own["version"]), own, parents, above)


def _in_order(graph: Mapping[str, Scheme]) -> list[Scheme]:
    """Return the schemes, each after all that it extends; ties by id."""
    done: list[Scheme] = []
    left = dict(graph)
    while left:
        ready = min(s.id for s in left.values() if not (s.above & left.keys()))
        done.append(left.pop(ready))
    return done


def _visible(graph: Mapping[str, Scheme], order: list[Scheme], bench: Workbench) -> None:
    """Fill, for every scheme, which variables it sees and through which schemes each came."""
    for scheme in order:
        sees: dict[str, set[str]] = {}
        for i, entry in enumerate(scheme.own.get("extends", ())):
            parent = graph.get(str(entry["id"]))
            if parent is None or parent.id not in scheme.parents:
                continue
            place: Place = ("extends", i)
            for name in _selected(entry, parent, place, bench, scheme.id == bench.main):
                sees.setdefault(name, set()).update(parent.sees[name])
        for held in scheme.own.get("variables", ()):
            sees.setdefault(held["id"], set())
        scheme.sees = {name: frozenset({*via, scheme.id}) for name, via in sees.items()}


def _selected(
    entry: Mapping[str, Any], parent: Scheme, place: Place, bench: Workbench, tell: bool
) -> list[str]:
    """Return the variables of a parent that an entry of ``extends`` lets through."""
    chosen = list(parent.sees)
    for key, keep in (("include_variables", True), ("exclude_variables", False)):
        if key not in entry:
            continue
        for j, name in enumerate(entry[key]):
            if name not in parent.sees and tell:
                bench.tell((*place, key, j), f"{parent.id} has no variable '{name}'")
        chosen = [name for name in chosen if (name in entry[key]) is keep]
    return chosen


def _work_in(scheme: Scheme, graph: Mapping[str, Scheme], bench: Workbench) -> None:
    main = graph[bench.main]
    bench.begin(scheme.id)
    operations = scheme.own.get("modify", ()) if scheme.parents else ()
    for i, operation in enumerate(operations):
        target = operation["target"]
        carried = target not in bench.variables or scheme.id in main.sees.get(target, ())
        bench.place = ("modify", i)
        if not bench.touch(target, scheme.sees, carried):
            continue
        if carried:
            OPERATIONS[operation["op"]](bench, operation)
    for name, unit in scheme.own.get("units", {}).items():
        bench.place = ("units", name)
        bench.add_unit(name, plain_copy(unit))
    for name, held in scheme.own.get("code_lists", {}).items():
        bench.place = ("code_lists", name)
        bench.add_list(name, plain_copy(held))
    for i, held in enumerate(scheme.own.get("variables", ())):
        bench.place = ("variables", i)
        bench.add_variable(plain_copy(held))
    for key, text in scheme.own.get("bibliography", {}).items():
        bench.place = ("bibliography", key)
        bench.add_reference(key, text)
    for i, held in enumerate(scheme.own.get("transcoding", ())):
        bench.place = ("transcoding", i)
        bench.add_map(plain_copy(held))


def _content(
    own: Mapping[str, Any],
    parents: list[Codebook],
    graph: Mapping[str, Scheme],
    bench: Workbench,
) -> dict[str, Any]:
    main = graph[bench.main]
    content = {key: plain_copy(own[key]) for key in _OWN_KEYS if key in own}
    content |= {k: plain_copy(v) for k, v in own.items() if k.startswith("x_")}
    content["bibliography"] = bench.bibliography
    content["units"] = bench.units
    content["code_lists"] = bench.lists
    content["variables"] = [v for name, v in bench.variables.items() if name in main.sees]
    gone = {name for name in bench.variables if name not in main.sees}
    gone |= {code for name in gone for code in bench.inline.get(name, ())}
    content["transcoding"] = bench.maps
    if not own.get("extends"):
        return {key: value for key, value in content.items() if value not in ({}, [])}
    content["x_resolved"] = {
        "parents": [
            {"id": p.id, "version": p.version, "hash": p.hash}
            for p in sorted(parents, key=lambda p: p.id)
        ],
        "schemes": {k: v for k, v in bench.schemes.items() if v != bench.main and k not in gone},
        "hidden": {k: v for k, v in bench.hidden.items() if k not in gone},
    }
    return {key: value for key, value in content.items() if value not in ({}, [])}
