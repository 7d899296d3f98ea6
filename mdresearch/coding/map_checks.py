"""What a schema cannot say about transcoding maps, migrations, parents and the change log."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mdresearch.coding.code_checks import Known, market_fault, near, sources
from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.versions import Version

_ONE_TO_ONE = {"rename": (1, 1), "redefine": (1, 0), "retire": (1, 0), "retype": (1, 0)}


def check_maps(known: Known, schemes: Mapping[str, set[str]]) -> Iterator[Fault]:
    """Yield what is wrong with transcoding maps; codes of unknown schemes cannot be checked.

    Parameters
    ----------
    known : Known
    schemes : mapping of str to set of str
        Scheme id to its codes, for the scheme itself and all that it extends.
    """
    seen: set[str] = set()
    for i, held in enumerate(known.own.get("transcoding", ())):
        place: Place = ("transcoding", i)
        if held["id"] in seen:
            yield Fault((*place, "id"), f"the map '{held['id']}' stands twice")
        seen.add(held["id"])
        for side in ("from", "to"):
            yield from _side(held, side, place, known, schemes)
        for j, rule in enumerate(held["rules"]):
            where = (*place, "rules", j)
            yield from sources(rule, where, known)
            none = rule["relation"] == "no_equivalent"
            if none and rule.get("to"):
                yield Fault((*where, "to"), "`no_equivalent` has no `to`")
            if not none and not rule.get("to"):
                yield Fault(where, f"`{rule['relation']}` needs `to`")
            for name, weight in rule.get("weights", {}).items():
                if name not in rule.get("to", ()):
                    yield Fault((*where, "weights", name), f"'{name}' is not among `to`")
                if weight < 0:
                    yield Fault((*where, "weights", name), f"the weight {weight} is below 0")


def _side(
    held: Mapping[str, Any],
    side: str,
    place: Place,
    known: Known,
    schemes: Mapping[str, set[str]],
) -> Iterator[Fault]:
    end = held[side]
    if "market" in end:
        yield from market_fault(end["market"], (*place, side, "market"))
    codes = schemes.get(end["scheme"])
    if codes is None:
        return
    named = end.get("code_list")
    if named is not None and named not in known.lists:
        hint = near(named, known.lists)
        yield Fault((*place, side, "code_list"), f"there is no code list '{named}'.{hint}")
        return
    within = codes & set(known.codes_of_list[named]) if named else codes
    for j, rule in enumerate(held["rules"]):
        for k, code in enumerate(rule.get(side, ())):
            if code not in within:
                told = f"of {end['scheme']}" + (f", list '{named}'" if named else "")
                says = f"'{code}' is not a code {told}.{near(code, within)}"
                yield Fault((*place, "rules", j, side, k), says)


def check_history(known: Known) -> Iterator[Fault]:
    """Yield what is wrong with migrations and the change log."""
    own = known.own
    version = Version(own["version"])
    there = {*known.codes, *known.variables}
    later = {name for m in own.get("migrations", ()) for name in m["target"]}
    for i, step in enumerate(own.get("migrations", ())):
        place: Place = ("migrations", i)
        if Version(step["to_version"]) > version:
            says = f"{step['to_version']} is after this version, {version}"
            yield Fault((*place, "to_version"), says)
        yield from _step(step, place)
        for j, name in enumerate(step.get("into", ())):
            if name not in there and name not in later:
                says = f"there is no code or variable '{name}'.{near(name, there)}"
                yield Fault((*place, "into", j), says)
        gone = step["op"] in ("rename", "retire", "split", "merge")
        for j, name in enumerate(step["target"]):
            kept = name in there and name not in step.get("into", ())
            if gone and kept and not known.codes.get(name, {}).get("deprecated"):
                says = (
                    f"`{step['op']}` takes '{name}' away, but it is still there: mark it deprecated"
                )
                yield Fault((*place, "target", j), says)
    log = [entry["version"] for entry in own.get("changelog", ())]
    if log and own["version"] not in log:
        yield Fault(("changelog",), f"nothing is said of this version, {version}", "warning")


def _step(step: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    op, n, m = step["op"], len(step["target"]), len(step.get("into", ()))
    wanted = _ONE_TO_ONE.get(op)
    if wanted and (n, min(m, wanted[1]) if wanted[1] == 0 else m) != wanted:
        told = "one `into`" if wanted[1] else "no more"
        yield Fault(place, f"`{op}` needs one `target` and {told}")
    if op == "split" and (n != 1 or m < 2):
        yield Fault(place, "`split` needs one `target` and two or more `into`")
    if op == "merge" and (m != 1 or n + m < 2):
        yield Fault(place, "`merge` needs `target` and one `into`")
    if step.get("automatic") and op in ("split", "redefine", "retype"):
        says = f"`{op}` cannot be automatic: what old codings mean now must be coded again"
        yield Fault((*place, "automatic"), says)


def check_parents(known: Known) -> Iterator[Fault]:
    """Yield doubts about how parents are pinned, and variables that need one left out."""
    for i, entry in enumerate(known.own.get("extends", ())):
        if known.status == "stable" and "sha256" not in entry:
            says = f"a stable scheme pins what it extends: state the sha256 of {entry['id']}"
            yield Fault(("extends", i), says, "warning")
    for variable in known.variables.values():
        for name in variable.get("attributes", ()):
            if name not in known.variables and known.own.get("extends"):
                says = f"'{variable['id']}' needs its attribute '{name}', which is left out"
                yield Fault(("extends",), says)
