"""Finding and reading codebooks: bundled by name or id, or from a file; parents without network."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from mdresearch.coding.building import build
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.faults import Fault
from mdresearch.coding.resolving import resolve
from mdresearch.coding.validating import Validation, examine, structure
from mdresearch.coding.versions import Version, allows
from mdresearch.coding.yaml_reading import Text, read_text
from mdresearch.core.errors import CodebookError, suggest

SCHEMES = Path(__file__).resolve().parent / "schemes"
MAX_CHAIN = 12
_HEAD = re.compile(r"^(id|version):[ \t]*[\"']?([^\s\"'#]+)", re.M)


@dataclass
class _Visit:
    """One reading: where parents may lie, what was read already, the way down to here."""

    root: Path
    done: dict[Path, Codebook] = field(default_factory=dict)
    way: tuple[Path, ...] = ()


def load_codebook(name: str | Path, version: str | None = None) -> Codebook:
    """Return a bundled codebook by short name or id, or the one in a file; see `Codebook.load`."""
    path = path_of(name, version)
    if _is_file_name(name):
        book = read_codebook(path)
        if version is not None and not allows(version, book.version):
            raise CodebookError(f"{name} holds {book.spec}; version {version} was asked for.")
        return book
    return read_codebook(path)


def path_of(name: str | Path, version: str | None = None) -> Path:
    """Return the file that a path, a short name or an id stands for."""
    return Path(name) if _is_file_name(name) else bundled_scheme(str(name), version)


def _is_file_name(name: str | Path) -> bool:
    return isinstance(name, Path) or name.endswith((".yaml", ".yml", ".json"))


def bundled_scheme(name: str, version: str | None = None) -> Path:
    """Return the file of a bundled scheme by short name or id; the newest version allowed."""
    found = [s for s in bundled_schemes() if name in (s.short, s.id)]
    fits = [s for s in found if version is None or allows(version, s.version)]
    if fits:
        return max(fits, key=lambda s: Version(s.version)).path
    if found:
        held = ", ".join(s.version for s in found)
        raise CodebookError(
            f"The bundled scheme '{name}' has version {held}; {version} was asked for. "
            "Give the path of a file that holds it."
        )
    known = sorted({s.short for s in bundled_schemes()})
    near = suggest(name, [*known, *(s.id for s in bundled_schemes())])
    hint = f" Did you mean '{near}'?" if near else ""
    raise CodebookError(
        f"There is no bundled codebook '{name}'.{hint} Known: {', '.join(known)}. "
        "A file is named by its path, which ends in .yaml or .json."
    )


@dataclass(frozen=True, slots=True)
class Bundled:
    """A scheme that travels with the toolkit."""

    short: str
    id: str
    version: str
    path: Path


def bundled_schemes() -> tuple[Bundled, ...]:
    """Return the schemes that travel with the toolkit; only the heads of the files are read.

    A file is named after its short name; an older version as ``core@0.1.0.mdcb.yaml``.
    """
    found = []
    for path in sorted(SCHEMES.glob("*.mdcb.yaml")):
        head: dict[str, str] = {}
        for key, value in _HEAD.findall(_text_head(path, path.stat().st_mtime_ns)):
            head.setdefault(key, value)
        short = path.name.removesuffix(".mdcb.yaml").split("@")[0]
        found.append(Bundled(short, head.get("id", short), head.get("version", "0.0.0"), path))
    return tuple(found)


@lru_cache(maxsize=64)
def _text_head(path: Path, stamp: int) -> str:
    text = path.read_text(encoding="utf-8-sig")
    return text[: text.find("\ncode_lists:")] if "\ncode_lists:" in text else text


def read_codebook(path: str | Path) -> Codebook:
    """Return the codebook in a file, with what it extends worked in.

    A parent is looked for at its ``path`` beside the file (or in a folder below it), then among the
    bundled schemes; nothing is fetched. Its id, its version and, where given, the SHA-256 of its
    bytes must be those that ``extends`` states.

    Raises
    ------
    CodebookError
        It cannot be read, or has mistakes; all are listed at once, with lines.
    """
    path = Path(path)
    inside = _is_within(path.resolve(), SCHEMES)
    if inside and path.is_file():
        state = tuple((p.name, p.stat().st_mtime_ns, p.stat().st_size) for p in _bundled_files())
        return _read_bundled(path, state)
    return _read(path, _Visit(path.resolve().parent))


def _bundled_files() -> list[Path]:
    return sorted(SCHEMES.glob("*.mdcb.yaml"))


@lru_cache(maxsize=32)
def _read_bundled(path: Path, state: tuple[tuple[str, int, int], ...]) -> Codebook:
    return _read(path, _Visit(SCHEMES))


def _read(path: Path, visit: _Visit) -> Codebook:
    book, report = _study(path, visit)
    if book is None or not report.ok:
        report.raise_if_bad()
    if book is None:
        raise CodebookError(f"{path}: it could not be read.")
    return book


def validate_file(path: str | Path) -> Validation:
    """Return everything that is wrong with a codebook file; see `Codebook.validate`.

    Raises
    ------
    CodebookError
        The file is not plain YAML 1.2 or JSON, so that nothing in it can be looked at.
    """
    return _study(Path(path), _Visit(Path(path).resolve().parent))[1]


def validate_codebook(book: Codebook) -> Validation:
    """Return everything that is wrong with a codebook that was read; see `Codebook.validate`."""
    faults = structure(book.text)[2]
    return Validation.of(book.text, faults + examine(book.own, book.content, book.parents))


def _study(path: Path, visit: _Visit) -> tuple[Codebook | None, Validation]:
    """Return the codebook of a file (None where it cannot be built) and all that is wrong."""
    text = read_text(path)
    parts = structure(text)
    parents: list[Codebook] = []
    if parts[1] is not None:
        parents, missing = _parents(parts[1], path, visit)
        parts[2].extend(missing)
    return _study_parts(text, parts, parents, path)


def study_text(text: Text, parents: Sequence[Codebook]) -> tuple[Codebook | None, Validation]:
    """Return the codebook of a text whose parents are at hand, and all that is wrong with it."""
    return _study_parts(text, structure(text), list(parents), None)


def _study_parts(
    text: Text,
    parts: tuple[Mapping[str, Any], dict[str, Any] | None, list[Fault]],
    parents: list[Codebook],
    path: Path | None,
) -> tuple[Codebook | None, Validation]:
    written, own, faults = parts
    if own is None or len(parents) < len(own.get("extends", ())):
        return None, Validation.of(text, faults)
    content, conflicts = resolve(own, parents)
    faults += conflicts
    book = None
    if not any(f.severity == "error" for f in faults):
        book = build(
            content, written=written, own=own, parents=tuple(parents), path=path, text=text
        )
    faults += examine(own, content, parents)
    return book, Validation.of(text, faults)


def _parents(
    own: Mapping[str, Any], path: Path, visit: _Visit
) -> tuple[list[Codebook], list[Fault]]:
    """Read every parent; what stands in the way of one becomes a fault at its entry."""
    parents: list[Codebook] = []
    faults: list[Fault] = []
    for i, entry in enumerate(own.get("extends", ())):
        try:
            parents.append(_parent(entry, path, visit))
        except CodebookError as error:
            faults.append(Fault(("extends", i), str(error)))
    return parents, faults


def _parent(entry: Mapping[str, Any], path: Path, visit: _Visit) -> Codebook:
    here = path.resolve()
    file = _find(entry, here, visit)
    if file == here or file in visit.way:
        raise CodebookError(f"{entry['id']} extends itself, by way of {file.name}.")
    if len(visit.way) >= MAX_CHAIN:
        raise CodebookError(f"more than {MAX_CHAIN} schemes extend one another.")
    if "sha256" in entry:
        found = hashlib.sha256(file.read_bytes()).hexdigest()
        if found != entry["sha256"]:
            raise CodebookError(
                f"{file.name} has the SHA-256 {found}, not {entry['sha256']}: it is not the file "
                "that was pinned. Look at what changed, then state the new hash."
            )
    book = visit.done.get(file)
    if book is None:
        book = _read(file, _Visit(visit.root, visit.done, (*visit.way, here)))
        visit.done[file] = book
    if book.id != entry["id"]:
        raise CodebookError(f"{file.name} holds {book.id}, not {entry['id']}.")
    if not allows(entry["version"], book.version):
        raise CodebookError(f"{file.name} holds {book.spec}; {entry['version']} is asked for.")
    return book


def _find(entry: Mapping[str, Any], here: Path, visit: _Visit) -> Path:
    if "path" not in entry:
        try:
            return bundled_scheme(entry["id"], entry["version"]).resolve()
        except CodebookError as error:
            where = f" ({entry['url']} is not fetched: save it)" if "url" in entry else ""
            raise CodebookError(f"{error}{where} State the file as `path`.") from error
    candidates = [(here.parent / entry["path"]).resolve(), (SCHEMES / entry["path"]).resolve()]
    for file in candidates:
        if not (_is_within(file, visit.root) or _is_within(file, SCHEMES)):
            continue
        if file.is_file():
            return file
    if not any(_is_within(file, visit.root) or _is_within(file, SCHEMES) for file in candidates):
        raise CodebookError(
            f"the path '{entry['path']}' leads out of the folder of the codebook. "
            "Put the parent beside it or in a folder below it."
        )
    raise CodebookError(
        f"there is no file '{entry['path']}' beside the codebook, nor a bundled one of that name. "
        "Leave `path` out to take the bundled scheme of that id."
    )


def _is_within(file: Path, folder: Path) -> bool:
    return file.is_relative_to(folder.resolve())
