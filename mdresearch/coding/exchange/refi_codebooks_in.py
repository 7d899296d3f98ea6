"""A REFI-QDA codebook, ``.qdc``, of any tool back into a codebook, and what had to be mended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element

from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.coding.exchange.refi_codebooks_out import APART, KIND, sidecar
from mdresearch.coding.exchange.refi_payloads import guid, normal_guid, parted
from mdresearch.coding.exchange.xml_trees import child_text, children, read_xml
from mdresearch.core.errors import CodebookError, DataError

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

_SPACE = re.compile(r"(urn:QDA-XML:codebook:\d+[:.]\d+)?$")
_COLOR = re.compile(r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
Report = list[tuple[str, str, str, str]]


def read_qdc(path: str | Path, match: Codebook | None = None) -> tuple[Codebook, LossReport]:
    """Read a ``.qdc``; see `Codebook.from_qdc`."""
    root, space = read_xml(path)
    if root.tag != "CodeBook" or not _SPACE.match(space):
        raise DataError(
            f"{path}: the root is <{root.tag}> of '{space}', not a REFI-QDA CodeBook. Export the "
            "codebook as .qdc; a whole project is a .qdpx."
        )
    codes = next(children(root, "Codes"), None)
    if codes is None or not len(codes):
        raise DataError(f"{path}: it holds no codes. Export the codebook again.")
    maker = _Maker(str(path), match)
    maker.read_codes(codes)
    maker.read_sets(root)
    return maker.build(Path(path))


class _Maker:
    def __init__(self, name: str, match: Codebook | None) -> None:
        self.name, self.match = name, match
        self.said: Report = []
        self.head: dict[str, Any] = {}
        self.lists: dict[str, dict[str, Any]] = {}
        self.inline: dict[str, list[dict[str, Any]]] = {}
        self.variables: list[dict[str, Any]] = []
        self.taken: set[str] = set()
        self.names: dict[str, str] = {}
        self.guids: dict[str, str] = {}
        self.paths: dict[tuple[str, ...], str] = {}
        if match is not None:
            self.guids = {guid(match.id, "code", c): c for c in match.codes}
            self.guids |= {guid(match.id, "list", n): n for n in match.code_lists}
            self.paths = dict(_paths(match))
        self.new = 0

    def read_codes(self, codes: Element) -> None:
        loose: list[dict[str, Any]] = []
        for element in children(codes, "Code"):
            text, payload, broken = parted(child_text(element, "Description"))
            list_id = self._list_id(element, payload)
            if payload is not None and "scheme" in payload:
                self.head = dict(payload["scheme"])
            if list_id is None:
                code = self._code(element, (), text, payload, broken)
                inline = str((payload or {}).get("inline", "")) or self._own_variable(code["id"])
                (self.inline.setdefault(inline, []) if inline else loose).append(code)
                continue
            held = {k: v for k, v in (payload or {}).items() if k not in ("list", "scheme")}
            held.setdefault("label", element.get("name", list_id))
            above = (element.get("name", "").casefold(),)
            held["codes"] = [self._described(e, above) for e in children(element, "Code")]
            self.lists[list_id] = held
        if loose:
            self.lists["codes"] = {"label": "Codes", "codes": loose}
        for list_id in [name for name, held in self.lists.items() if not held["codes"]]:
            self._say("lists", "without any code, left out", list_id)
            del self.lists[list_id]

    def _own_variable(self, code: str) -> str:
        """Return the variable of the matched scheme that has this code written inside it."""
        if self.match is None or code not in self.match.codes:
            return ""
        owner = self.match.codes[code].code_list
        return owner if owner in self.match.variables else ""

    def _list_id(self, element: Element, payload: Mapping[str, Any] | None) -> str | None:
        """Return the id of the list that a top element stands for; None where it is a code."""
        if payload is not None:
            return str(payload["list"]) if "list" in payload else None
        known = self.guids.get(normal_guid(element.get("guid", "")))
        if self.match is not None and known in self.match.code_lists:
            return known
        heading = element.get("isCodable", "true").strip() in ("false", "0")
        if not heading or not len(list(children(element, "Code"))):
            return None
        if self.match is not None:
            for list_id, held in self.match.code_lists.items():
                if element.get("name", "").casefold() in {
                    t.casefold() for t in held.label.values()
                }:
                    return list_id
        return self._fresh(element.get("name", ""), "list")

    def _described(self, element: Element, above: tuple[str, ...]) -> dict[str, Any]:
        text, payload, broken = parted(child_text(element, "Description"))
        return self._code(element, above, text, payload, broken)

    def _code(
        self,
        element: Element,
        above: tuple[str, ...],
        text: str,
        payload: Mapping[str, Any] | None,
        broken: bool,
    ) -> dict[str, Any]:
        name = element.get("name", "").strip()
        path = (*above, name.casefold())
        held = dict((payload or {}).get("code", ())) or self._matched(element, path, name, text)
        if broken:
            held["x_broken_payload"] = True
            self._say(
                "codes", "the payload is cut or edited; the readable part is kept", held["id"]
            )
        if held["id"] in self.taken:
            twice = held["id"]
            held["id"] = self._fresh(twice, "code")
            self._say("codes", f"the id stands twice; the second is now {held['id']}", twice)
        self.taken.add(held["id"])
        if name and name.casefold() in self.names:
            self._say("names", "two codes have one name; they are not merged", name)
        self.names[name.casefold()] = held["id"]
        color = element.get("color", "")
        if color and _COLOR.match(color):
            full = color if len(color) == 7 else "#" + "".join(2 * c for c in color[1:])
            if full.lower() != str(held.get("color", "")).lower():
                held["color"] = full
        below = [self._described(e, path) for e in children(element, "Code")]
        return {**held, "children": below} if below else held

    def _matched(
        self, element: Element, path: tuple[str, ...], name: str, text: str
    ) -> dict[str, Any]:
        """Return a code without a payload: known by its GUID or its path of names, or a new one."""
        own = normal_guid(element.get("guid", ""))
        known = self.guids.get(own) or self.paths.get(path, "")
        if self.match is not None and known in self.match.codes:
            from mdresearch.coding.comparing import documents

            held = dict(documents(self.match.document)[known])
            held.pop("children", None)
            why = "GUID" if own in self.guids else "path of names"
            self._say("codes", f"known by the {why}; all else is taken from the scheme", known)
            return held
        id_ = self._fresh(name, "code")
        held = {"id": id_, "label": name or id_, "x_guid": own}
        if text:
            held["definition"] = text
        if element.get("isCodable", "true").strip() in ("false", "0"):
            held["codable"] = False
        self._say("codes", "new: neither payload, nor a known GUID or path of names", id_)
        return held

    def read_sets(self, root: Element) -> None:
        sets = next(children(root, "Sets"), None)
        for element in children(sets, "Set"):
            _, payload, _ = parted(child_text(element, "Description"))
            if payload is not None and "variable" in payload:
                self.variables.append(dict(payload["variable"]))
            else:
                why = "it is no variable of a scheme: left out"
                self._say("sets", why, element.get("name", "unnamed"))

    def build(self, path: Path) -> tuple[Codebook, LossReport]:
        from mdresearch.coding.extending import ORDER, to_yaml
        from mdresearch.coding.reading import study_text
        from mdresearch.coding.yaml_reading import parse_text

        rest = self._rest(path)
        known = {k: v for k, v in rest.items() if k not in APART and not self.head}
        head: dict[str, Any] = {
            "mdcodebook": "1.0",
            "id": "x:imported",
            "version": "0.1.0",
            "title": path.stem,
            "default_language": "en",
        }
        head |= known | self.head
        units = {**head.get("units", {}), **rest.get("units", {})}
        variables = self._variables(rest)
        for variable in variables:
            units.setdefault(variable["unit"], {"label": variable["unit"]})
        document = {**head, "code_lists": self.lists, "variables": variables, "units": units}
        document |= {k: rest[k] for k in ("transcoding", "migrations", "changelog") if k in rest}
        ordered = {k: document[k] for k in (*ORDER, *document) if document.get(k)}
        book, report = study_text(parse_text(to_yaml(ordered), self.name), [])
        report.raise_if_bad()
        if book is None:
            raise CodebookError(f"{self.name}: it could not be read as a codebook.")
        n = len(book.codes)
        done = f"{n:,} codes in {len(book.code_lists)} lists, {len(book.variables)} variables."
        return book, LossReport(KIND, done, gathered(self.said))

    def _rest(self, path: Path) -> dict[str, Any]:
        """Return the scheme of the sidecar, where it is that of the file; else what was given."""
        from mdresearch.coding.reading import read_codebook

        beside = sidecar(path)
        if beside.is_file():
            found = read_codebook(beside)
            if not self.head or found.id == self.head.get("id"):
                return found.document
            why = f"the sidecar {beside.name} holds {found.spec}: not used"
            self._say("sidecars", why, beside.name)
        return self.match.document if self.match is not None else {}

    def _variables(self, rest: Mapping[str, Any]) -> list[dict[str, Any]]:
        own = {v["id"]: v for v in self.variables}
        out = []
        for held in rest.get("variables", ()):
            if not _rests_on(held, self.lists, self.inline):
                self._say("variables", "its codes are gone: left out", held["id"])
                continue
            if held["id"] not in own:
                self._say(
                    "variables", "not in the file: taken from the sidecar or the scheme", held["id"]
                )
            variable = own.pop(held["id"], held)
            codes = self.inline.pop(held["id"], None)
            out.append({**variable, "codes": codes} if codes else variable)
        out += own.values()
        for name, codes in self.inline.items():
            self.lists[name] = {"label": name, "codes": codes}
        there = {variable["id"] for variable in out}
        for variable in out:
            gone = [name for name in variable.get("attributes", ()) if name not in there]
            for name in gone:
                self._say("variables", "an attribute of a span, not in the file: left out", name)
            if gone:
                variable["attributes"] = [n for n in variable["attributes"] if n in there]
        return out

    def _fresh(self, name: str, what: str) -> str:
        """Return an id made of a name that nothing has yet."""
        base = _NOT_SLUG.sub("_", name.casefold()).strip("_")
        if not base or not base[0].isalpha():
            self.new += 1
            base = f"{what}_{self.new}" if not base else f"{what}_{base}"
        id_, n = base, 1
        known = self.taken | set(self.lists)
        while id_ in known:
            n += 1
            id_ = f"{base}_{n}"
        return id_

    def _say(self, what: str, why: str, id_: str) -> None:
        self.said.append((what, why, id_, ""))


def _rests_on(held: Mapping[str, Any], lists: Mapping[str, Any], inline: Mapping[str, Any]) -> bool:
    if held.get("codes"):
        return held["id"] in inline
    return not held.get("codes_from") or held["codes_from"] in lists


def _paths(book: Codebook) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield every path of names, in every language, list first."""
    for lang in book.languages:
        for code in book.codes.values():
            top = book.code_lists.get(code.code_list)
            names = [top.name(lang)] if top is not None else []
            names += [book.codes[c].name(lang) for c in code.path]
            yield tuple(n.casefold() for n in names), code.id
