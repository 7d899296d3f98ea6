"""Building an extension in Python: each step gives a new one, and `save` writes the file."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.normalising import plain_copy
from mdresearch.core.errors import CodebookError, unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

SUFFIXES = (".yaml", ".yml", ".json")
ORDER = (
    "mdcodebook", "id", "version", "status", "title", "default_language", "languages",
    "description", "license", "date", "authors", "doi", "bibliography", "extends", "units",
    "modify", "code_lists", "variables", "transcoding", "migrations", "changelog",
)  # fmt: skip
_PLAIN = re.compile(r"[A-Za-z][A-Za-z_-]*[A-Za-z0-9_]*")
_WORDS = frozenset(("true", "false", "null", "yes", "no", "on", "off", "y", "n", "nan", "inf"))


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
class Extension:
    """A scheme that refines another one, while it is being written; made by `Codebook.extend`.

    Every method returns a new extension, and the one that it was called on stays as it is.

    Attributes
    ----------
    parent : Codebook
        The scheme that is extended.
    content : mapping
        What will stand in the file, except for the entry ``extends``.
    """

    parent: Codebook
    content: Mapping[str, Any] = field(default_factory=dict)

    def refine(
        self,
        target: str,
        children: Sequence[str | Mapping[str, Any]],
        markets: Sequence[str] = (),
    ) -> Extension:
        """Append more specific codes to a code.

        Parameters
        ----------
        target : str
            A code of the parent.
        children : sequence of str or mapping
            Ids, or codes as they stand in a file (``{"id": ..., "label": {...}, ...}``). A bare id
            becomes an emic code whose label is the id in words.
        markets : sequence of str
            Markets of the codes given as bare ids (ISO 3166-1 alpha-3, or a grouping).

        Raises
        ------
        CodebookError
            The parent has no such code.
        """
        return self._step("refine", target, children=[self._code(c, markets) for c in children])

    def relabel(
        self,
        target: str,
        label: Mapping[str, str] | None = None,
        aliases: Mapping[str, Sequence[str]] | None = None,
    ) -> Extension:
        """Add languages to the label or the aliases of a code or a variable."""
        return self._step("relabel", target, label=label, aliases=aliases)

    def annotate(
        self,
        target: str,
        decision_rules: Sequence[Any] = (),
        examples: Mapping[str, Sequence[Mapping[str, Any]]] | None = None,
    ) -> Extension:
        """Append decision rules and examples to a code."""
        return self._step("annotate", target, decision_rules=decision_rules, examples=examples)

    def hide(self, target: str, reason: str) -> Extension:
        """Leave a code or a variable out of what coders see; it stays in the data model."""
        return self._step("hide", target, reason=reason)

    def require(self, target: str) -> Extension:
        """Make a variable required."""
        return self._step("require", target)

    def add_missing(self, target: str, missing: Sequence[Mapping[str, Any]]) -> Extension:
        """Append ways of not answering (``{"id", "label", "reliability"}``) to a variable."""
        return self._step("add_missing", target, missing=missing)

    def add_list(
        self, id: str, codes: Sequence[str | Mapping[str, Any]], **fields: Any
    ) -> Extension:
        """Add a code list of the extension's own; codes given as bare ids are etic."""
        held = {"label": _words(id), **fields, "codes": [_named(c, "etic") for c in codes]}
        lists = {**self.content.get("code_lists", {}), id: plain_copy(held)}
        return self._with("code_lists", lists)

    def add_variable(self, id: str, **fields: Any) -> Extension:
        """Add a variable of the extension's own (``unit``, ``type``, ``codes_from``, ...)."""
        held = {"id": id, "label": _words(id), **plain_copy(fields)}
        return self._with("variables", [*self.content.get("variables", ()), held])

    def document(self, folder: str | Path | None = None) -> dict[str, Any]:
        """Return the file's content as plain data; ``folder`` is where the file will stand."""
        held = {**plain_copy(self.content), "extends": [self._extends(folder)]}
        return {k: held[k] for k in (*ORDER, *held) if k in held}

    def codebook(self) -> Codebook:
        """Return the resolved codebook, without writing a file.

        Raises
        ------
        CodebookError
            Something is wrong with the extension; every mistake is listed.
        """
        from mdresearch.coding.reading import study_text
        from mdresearch.coding.yaml_reading import parse_text

        text = parse_text(to_yaml(self.document()), str(self.content["id"]))
        book, report = study_text(text, [self.parent])
        report.raise_if_bad()
        if book is None:
            raise CodebookError(f"{self.content['id']}: it could not be resolved.")
        return book

    def save(self, path: str | Path, *, overwrite: bool = False) -> Codebook:
        """Write the extension to a file and return the codebook as it is read from there.

        Parameters
        ----------
        path : str or Path
            Ends in ``.mdcb.yaml`` (or .yaml, .yml, .json). A parent that is a file stands beside
            it or in a folder below it.
        overwrite : bool
            Whether a file that is there may be replaced.

        Raises
        ------
        CodebookError
            Something is wrong with the extension (nothing is written then), the name has another
            ending, the file is there already, or the parent lies elsewhere.
        """
        from mdresearch.coding.reading import read_codebook
        from mdresearch.core.atomic import write_text

        path = Path(path)
        if path.suffix.lower() not in SUFFIXES:
            raise CodebookError(f"'{path}' does not end in .mdcb.yaml. Name the file so.")
        if path.exists() and not overwrite:
            raise CodebookError(
                f"There is a file '{path}' already. Choose another name, or pass overwrite=True."
            )
        self.codebook()
        write = to_json if path.suffix.lower() == ".json" else to_yaml
        write_text(path, write(self.document(path.parent)))
        return read_codebook(path)

    def _step(self, op: str, target: str, **parts: Any) -> Extension:
        known = {*self.parent.codes, *self.parent.variables}
        if target not in known:
            raise unknown_name(f"code or variable in {self.parent.spec}", target, sorted(known))
        held = {"op": op, "target": target, **{k: plain_copy(v) for k, v in parts.items() if v}}
        return self._with("modify", [*self.content.get("modify", ()), held])

    def _with(self, key: str, value: Any) -> Extension:
        return replace(self, content={**self.content, key: value})

    def _code(self, code: str | Mapping[str, Any], markets: Sequence[str]) -> dict[str, Any]:
        if isinstance(code, str) and markets:
            return {**_named(code, "emic"), "markets": list(markets)}
        return _named(code, "emic")

    def _extends(self, folder: str | Path | None) -> dict[str, Any]:
        from mdresearch.coding.reading import SCHEMES
        from mdresearch.coding.versions import Version

        major, minor, _ = Version(self.parent.version).numbers
        exact = bool(Version(self.parent.version).label)
        wanted = self.parent.version if exact else f"^{major}.{minor}"
        entry = {"id": self.parent.id, "version": wanted}
        if folder is None:
            return entry
        if self.parent.path is None:
            raise CodebookError(
                f"{self.parent.spec} was not read from a file, so that the new file cannot point "
                "to it. Save it first, and extend what `save` returns."
            )
        file = self.parent.path.resolve()
        if file.is_relative_to(SCHEMES):
            return entry
        here = Path(folder).resolve()
        if not file.is_relative_to(here):
            raise CodebookError(
                f"the parent, {file.name}, lies outside the folder '{folder}'. Save the extension "
                "beside its parent or in a folder above it."
            )
        return {**entry, "path": Path(os.path.relpath(file, here)).as_posix()}

    def __repr__(self) -> str:
        steps = [f"  {m['op']} {m['target']}" for m in self.content.get("modify", ())]
        steps += [f"  new list {name}" for name in self.content.get("code_lists", ())]
        steps += [f"  new variable {v['id']}" for v in self.content.get("variables", ())]
        head = f"Extension {self.content['id']}@{self.content['version']} of {self.parent.spec}"
        return "\n".join([f"{head}, not saved: {len(steps)} changes", *steps])


def extend(
    parent: Codebook,
    id: str,
    version: str = "0.1.0",
    title: str | Mapping[str, str] | None = None,
    **fields: Any,
) -> Extension:
    """Begin an extension of a codebook; see `Codebook.extend`."""
    content = {
        "mdcodebook": "1.0",
        "id": id,
        "version": version,
        "status": "draft",
        "title": title or f"Extension of {parent.title}",
        "default_language": parent.default_language,
        **plain_copy(fields),
    }
    return Extension(parent=parent, content=content)


def to_yaml(document: Mapping[str, Any]) -> str:
    r"""Return plain data as YAML that every parser reads alike: texts but plain words are quoted.

    Examples
    --------
    >>> print(to_yaml({"id": "x:mine", "markets": ["NO", "IDN"], "note": "1e5"}), end="")
    id: "x:mine"
    markets:
    - "NO"
    - IDN
    note: "1e5"
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        pass

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, None if plain else '"')

    Dumper.add_representer(str, text)
    return str(
        yaml.dump(
            plain_copy(document), Dumper=Dumper, allow_unicode=True, sort_keys=False, width=100
        )
    )


def to_json(document: Mapping[str, Any]) -> str:
    """Return plain data as JSON with two spaces a level."""
    import json

    return json.dumps(plain_copy(document), ensure_ascii=False, indent=2) + "\n"


def _named(code: str | Mapping[str, Any], role: str) -> dict[str, Any]:
    if isinstance(code, str):
        return {"id": code, "role": role, "label": _words(code)}
    return dict(plain_copy(code))


def _words(id: str) -> str:
    return id.replace("_", " ").capitalize()
