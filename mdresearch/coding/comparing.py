"""Comparing two versions of a scheme, field by field, and weighing each change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.coding.diffs import Change, Diff
from mdresearch.coding.versions import Version, bump_between
from mdresearch.core.errors import CodebookError, unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

# What a change of a field asks for. A field that is not here (x_*, color, ...) asks for a patch.
CODE_FIELDS: Mapping[str, str] = {
    "role": "major",
    "value": "major",
    "codable": "major",
    "markets": "minor",
    "variants": "minor",
    "mappings": "minor",
    "aliases": "minor",
    "deprecated": "minor",
}
VARIABLE_FIELDS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "type", "unit", "target", "codes_from", "min", "max", "step", "measure", "min_labels",
            "max_labels", "exclusive", "allow_overlap", "min_ms", "snap", "ask_if", "attributes",
        ),
        "major",
    ),
    "reliability": "minor",
    "deprecated": "minor",
}  # fmt: skip
UNIT_FIELDS: Mapping[str, str] = {"parent": "major", "timed": "major"}
_TEXTS = ("label", "definition", "include", "exclude", "description", "instructions")
_MEANING = ("definition", "include", "exclude")
_APART = (*_TEXTS, "id", "children", "codes", "missing", "required", "closed")
_TOP: Mapping[str, str] = {"languages": "minor", "default_language": "major"}
_TOP_APART = (
    "version", "date", "changelog", "migrations", "code_lists", "variables", "units", "transcoding",
    "x_resolved", "mdcodebook", "id",
)  # fmt: skip


def compare(old: Codebook, new: Codebook, clarifies: Collection[str] = ()) -> Diff:
    """Return what changed from ``old`` to ``new``; see `Codebook.diff`."""
    if old.id != new.id:
        raise CodebookError(
            f"{old.id} and {new.id} are different schemes; a diff is between two versions of one."
        )
    for name in clarifies:
        if name not in old.codes and name not in old.variables:
            raise unknown_name(f"code or variable in {old.spec}", name, [*old.codes])
    items = [*_Comparison(old, new, clarifies).changes()]
    return Diff(
        old=old.spec,
        new=new.spec,
        items=tuple(items),
        stated=bump_between(old.version, new.version),
        clarified=tuple(sorted(clarifies)),
        backwards=Version(new.version) < Version(old.version),
        before_one=Version(new.version).numbers[0] == 0,
    )


class _Comparison:
    """Two resolved documents, and what is needed to weigh a change between them."""

    def __init__(self, old: Codebook, new: Codebook, clarifies: Collection[str]) -> None:
        self.old, self.new, self.clarifies = old, new, set(clarifies)
        self.steps = {
            name: f"{step['op']} in {step['to_version']}"
            for step in new.migrations
            if Version(old.version) < Version(step["to_version"]) <= Version(new.version)
            for name in step["target"]
        }

    def changes(self) -> Iterator[Change]:
        yield from self._top()
        yield from self._things("unit", self.old.units, self.new.units, UNIT_FIELDS)
        lists = (self.old.content.get("code_lists", {}), self.new.content.get("code_lists", {}))
        yield from self._things("list", *lists, {})
        yield from self._codes()
        variables = [
            {v["id"]: v for v in book.content.get("variables", ())} for book in (self.old, self.new)
        ]
        yield from self._things("variable", variables[0], variables[1], VARIABLE_FIELDS)
        maps = [{m["id"]: m for m in book.transcoding} for book in (self.old, self.new)]
        yield from self._maps(maps[0], maps[1])
        yield from self._hidden()

    def _top(self) -> Iterator[Change]:
        before, after = self.old.content, self.new.content
        for key in _keys(before, after):
            if key not in _TOP_APART and before.get(key) != after.get(key):
                bump = _TOP.get(key, "patch")
                yield Change("scheme", self.old.id, key, bump, f"{key} {_how(before, after, key)}")

    def _things(
        self,
        what: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        fields: Mapping[str, str],
    ) -> Iterator[Change]:
        for name in before:
            if name not in after:
                yield Change(what, name, "", "major", self._gone(name))
        for name, held in after.items():
            if name not in before:
                yield Change(what, name, "", "minor", "new")
            else:
                yield from self._fields(what, name, before[name], held, fields)
        if [n for n in before if n in after] != [n for n in after if n in before]:
            yield Change(what, self.old.id, "order", "patch", f"another order of {what}s")

    def _gone(self, name: str) -> str:
        told = self.steps.get(name, "no migration says what became of it")
        return f"gone ({told})"

    def _codes(self) -> Iterator[Change]:
        held = [documents(book.content) for book in (self.old, self.new)]
        yield from self._things("code", held[0], held[1], CODE_FIELDS)
        for name, before in self.old.codes.items():
            after = self.new.codes.get(name)
            if after is None or (before.code_list, before.path) == (after.code_list, after.path):
                continue
            if before.code_list != after.code_list:
                says = f"moved from list '{before.code_list}' to '{after.code_list}'"
                yield Change("code", name, "code_list", "major", says)
            elif before.parent != after.parent:
                same = _etic(self.old, name) == _etic(self.new, name)
                across = "" if same else ", across etic codes"
                says = f"moved from '{before.parent or 'top'}' to '{after.parent or 'top'}'{across}"
                yield Change("code", name, "parent", "minor" if same else "major", says)

    def _fields(
        self,
        what: str,
        name: str,
        before: Mapping[str, Any],
        after: Mapping[str, Any],
        fields: Mapping[str, str],
    ) -> Iterator[Change]:
        for key in _keys(before, after):
            if key in _APART or before.get(key) == after.get(key):
                continue
            bump = fields.get(key, "patch")
            if key in ("deprecated",) and key not in before:
                yield Change(what, name, key, bump, f"deprecated since {after[key]}")
                continue
            yield Change(what, name, key, bump, f"{key} {_how(before, after, key)}")
        for key in _TEXTS:
            yield from self._texts(what, name, key, before.get(key), after.get(key))
        if what == "variable":
            yield from self._missing(name, before, after)
            for key, worse in (("required", True), ("closed", True)):
                yield from _switch(what, name, key, worse, before, after)
        if what == "list":
            yield from _switch(what, name, "closed", True, before, after)

    def _texts(self, what: str, name: str, key: str, before: Any, after: Any) -> Iterator[Change]:
        if before == after:
            return
        meaning = key in _MEANING
        if before is None or after is None:
            bump = "minor" if before is None or not meaning else "major"
            bump = "patch" if name in self.clarifies else bump
            yield Change(what, name, key, bump, f"{key} {'given' if before is None else 'gone'}")
            return
        if isinstance(before, Mapping):
            before, after = (before,), (after,)
        if len(before) != len(after):
            yield self._reworded(what, name, key, f"{len(before)} to {len(after)} entries", "")
            return
        gained = sorted({k for b, a in zip(before, after, strict=True) for k in a.keys() - b})
        lost = sorted({k for b, a in zip(before, after, strict=True) for k in b.keys() - a})
        if gained:
            yield Change(what, name, key, "minor", f"{key} now also in {', '.join(gained)}")
        if lost:
            yield Change(what, name, key, "minor", f"{key} no longer in {', '.join(lost)}")
        for lang in sorted({k for b in before for k in b}):
            pairs = [(b[lang], a[lang]) for b, a in zip(before, after, strict=True)
                     if lang in b and lang in a]  # fmt: skip
            if any(b != a for b, a in pairs):
                yield self._reworded(what, name, key, f"reworded in {lang}", lang)

    def _reworded(self, what: str, name: str, key: str, how: str, lang: str) -> Change:
        if key not in _MEANING:
            return Change(what, name, key, "patch", f"{key} {how}")
        if name in self.clarifies:
            return Change(what, name, key, "patch", f"{key} {how}, declared to mean the same")
        if lang and lang != self.old.default_language and self._draft(what, name, lang):
            return Change(what, name, key, "patch", f"{key} {how}, which was a draft translation")
        return Change(what, name, key, "major", f"{key} {how}: it may mean something else now")

    def _draft(self, what: str, name: str, lang: str) -> bool:
        held: Any = self.old.codes.get(name) if what == "code" else self.old.variables.get(name)
        own = held.language_status.get(lang) if held is not None else None
        state = own or self.old.language_status.get(lang) or {}
        return state.get("status") == "draft"

    def _missing(
        self, name: str, before: Mapping[str, Any], after: Mapping[str, Any]
    ) -> Iterator[Change]:
        old, new = ({m["id"]: m for m in held.get("missing", ())} for held in (before, after))
        for id_ in new.keys() - old:
            yield Change("variable", name, "missing", "minor", f"new missing code '{id_}'")
        for id_ in old.keys() - new:
            yield Change("variable", name, "missing", "major", f"missing code '{id_}' gone")
        for id_ in sorted(old.keys() & new):
            if old[id_]["reliability"] != new[id_]["reliability"]:
                says = f"missing code '{id_}' is now treated as {new[id_]['reliability']}"
                yield Change("variable", name, "missing", "major", says)
            elif old[id_] != new[id_]:
                yield Change("variable", name, "missing", "patch", f"label of '{id_}' reworded")

    def _maps(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
        for name in _keys(before, after):
            if before.get(name) != after.get(name):
                how = _how(before, after, name)
                yield Change("map", name, "", "minor", f"transcoding map {how}")

    def _hidden(self) -> Iterator[Change]:
        for kind, old, new in (
            ("code", self.old.codes, self.new.codes),
            ("variable", self.old.variables, self.new.variables),
        ):
            for name, held in old.items():
                if name in new and bool(held.hidden) != bool(new[name].hidden):
                    says = "hidden from coders" if new[name].hidden else "no longer hidden"
                    yield Change(kind, name, "hidden", "minor", says)


def _switch(
    what: str, name: str, key: str, worse: bool, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    old, new = bool(before.get(key, False)), bool(after.get(key, False))
    if old != new:
        says = f"{key} is now {str(new).lower()}"
        yield Change(what, name, key, "major" if new is worse else "minor", says)


def documents(content: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return every code of a document by id, depth first."""
    out: dict[str, Mapping[str, Any]] = {}

    def add(codes: Iterable[Mapping[str, Any]]) -> None:
        for code in codes:
            out[code["id"]] = code
            add(code.get("children", ()))

    for held in content.get("code_lists", {}).values():
        add(held["codes"])
    for variable in content.get("variables", ()):
        add(variable.get("codes", ()))
    return out


def _etic(book: Codebook, code: str) -> str:
    """Return the nearest etic code above one, or the code itself where there is none."""
    above = book.codes[code].path[:-1]
    return next((c for c in reversed(above) if book.codes[c].role == "etic"), "")


def _keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    return [*before, *(key for key in after if key not in before)]


def _how(before: Mapping[str, Any], after: Mapping[str, Any], key: str) -> str:
    if key not in before:
        return "given" if not isinstance(after[key], (str, int, float)) else f"is now {after[key]}"
    if key not in after:
        return "gone"
    if isinstance(after[key], (str, int, float)) and len(str(after[key])) <= 40:
        return f"{before[key]} is now {after[key]}"
    return "changed"
