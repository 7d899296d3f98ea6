"""Corpora on disk: a Frictionless data package, a CSV a table, a SHA-256 a file."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.atomic import write_bytes, write_text
from mdresearch.core.csv_files import csv_bytes, escape_cell, read_csv, unescape_cell
from mdresearch.core.errors import DataError, DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.schemas import TABLES, TYPES, Column, Type
from mdresearch.corpus.values import canonical, parse, type_of

if TYPE_CHECKING:
    import pandas as pd

DESCRIPTOR = "datapackage.json"
MAX_DESCRIPTOR = 5_000_000
BESIDE = ("make.py", "README.md")


def save_package(corpus: Corpus, folder: str | Path) -> Path:
    """Write a corpus as a data package; see `Corpus.save`.

    A script ``make.py`` and a card ``README.md`` may stand beside it, and are left alone.
    The data files are written first and the descriptor last, each in one step, so that a reader
    meets the old package, the new one, or an error; never a mixture that passes for a corpus.
    """
    corpus.check().raise_if_bad()
    folder = Path(folder)
    _refuse_foreign(folder)
    contents = {name: table_bytes(corpus, name) for name in corpus.tables}
    text = json.dumps(descriptor(corpus, contents), indent=2, ensure_ascii=False, default=_plain)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        write_bytes(folder / f"{name}.csv", content)
    write_text(folder / DESCRIPTOR, text + "\n")
    for name in TABLES:
        if name not in contents:
            (folder / f"{name}.csv").unlink(missing_ok=True)
    return folder


def read_package(folder: str | Path) -> Corpus:
    """Read a corpus that `save_package` wrote, each file verified before it is used.

    Raises
    ------
    DatasetError
        There is no package, a file is absent, or a file is not the one that was written.
    DataError
        A cell is not of its column's type, or the package was written by other software.
    """
    folder = Path(folder)
    about = read_descriptor(folder)
    ours = about.get("mdresearch")
    if not isinstance(ours, dict):
        raise DataError(
            f"{folder / DESCRIPTOR}: this data package was not written by mdresearch. "
            "Read its files with mdresearch.corpus.folders.read_folder."
        )
    tables, hashes = {}, {}
    for resource in about["resources"]:
        path = resource_path(folder, resource)
        hashes[resource["name"]] = verify(path, resource, folder)
        tables[resource["name"]] = _read_table(path, resource)
    return Corpus(
        name=ours.get("name", folder.name),
        tables=tables,
        kind=ours["kind"],
        title=about.get("title", ""),
        licence=ours.get("licence", ""),
        citation=ours.get("citation", ""),
        note=ours.get("note", ""),
        provenance={**ours.get("provenance", {}), "path": str(folder), "sha256": hashes},
    )


def read_descriptor(folder: Path) -> dict[str, Any]:
    """Return the descriptor of a data package as plain data."""
    path = folder / DESCRIPTOR
    if not path.is_file():
        raise DatasetError(
            f"'{folder}' holds no {DESCRIPTOR}. Give a folder that Corpus.save wrote, or read a "
            "folder of your own files with mdresearch.corpus.folders.read_folder."
        )
    if path.stat().st_size > MAX_DESCRIPTOR:
        raise DatasetError(f"{path}: larger than {MAX_DESCRIPTOR:,} bytes. It is not a descriptor.")
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DatasetError(
            f"{path}: not JSON in UTF-8 ({error}). Save the corpus again."
        ) from error
    if not isinstance(about, dict) or not isinstance(about.get("resources"), list):
        raise DatasetError(f"{path}: it lists no 'resources'. Save the corpus again.")
    return about


def resource_path(folder: Path, resource: Mapping[str, Any]) -> Path:
    """Return the path of a resource, which lies in the folder of its package."""
    name = str(resource.get("path", ""))
    if not re.fullmatch(r"[\w-]+\.csv", name):
        raise DatasetError(
            f"{folder / DESCRIPTOR}: the path '{name}' is not allowed. "
            "A resource is a CSV file in the folder of its package."
        )
    return folder / name


def verify(path: Path, resource: Mapping[str, Any], folder: Path) -> str:
    """Return the SHA-256 of a resource, or raise where it is not the one that was written."""
    expected = str(resource.get("hash", "")).removeprefix("sha256:")
    if not path.is_file():
        raise DatasetError(f"'{path}' is absent. Restore the folder '{folder}' from its source.")
    found = hash_file(path)
    if found != expected:
        raise DatasetError(
            f"'{path}' is not the file that was written: expected sha256 {expected or 'none'}, "
            f"found {found}. Restore it from its source; or, where the change is meant, "
            "read the folder with read_folder and save it as a corpus of its own."
        )
    return found


def table_bytes(corpus: Corpus, table: str) -> bytes:
    """Return the CSV of one table, as it is written and hashed."""
    return csv_bytes(canonical(corpus.tables[table], TABLES[table]))


def table_hash(content: bytes) -> str:
    """Return the SHA-256 of a table's CSV."""
    return hashlib.sha256(content).hexdigest()


def descriptor(corpus: Corpus, contents: Mapping[str, bytes]) -> dict[str, Any]:
    """Return the Frictionless descriptor of a corpus, whose CSVs are ``contents``."""
    about: dict[str, Any] = {"profile": "tabular-data-package", "name": slug(corpus.name)}
    if corpus.title:
        about["title"] = corpus.title
    if corpus.licence:
        short = re.sub(r"[^-a-zA-Z0-9._]+", "-", corpus.licence).strip("-")[:60] or "other"
        about["licenses"] = [{"name": short, "title": corpus.licence}]
    about["mdresearch"] = {
        "name": corpus.name,
        "kind": corpus.kind,
        "licence": corpus.licence,
        "citation": corpus.citation,
        "note": corpus.note,
        "escaped": True,
        "rows": {name: len(corpus.tables[name]) for name in contents},
        "provenance": {k: v for k, v in corpus.provenance.items() if k != "path"},
    }
    about["resources"] = [_resource(corpus, name, content) for name, content in contents.items()]
    return about


def slug(name: str) -> str:
    """Return a name as a data package may bear it.

    Examples
    --------
    >>> slug("Tolerance: São Paulo")
    'tolerance-s-o-paulo'
    """
    return re.sub(r"[^a-z0-9._]+", "-", name.lower()).strip("-") or "corpus"


def _resource(corpus: Corpus, table: str, content: bytes) -> dict[str, Any]:
    schema, frame = TABLES[table], corpus.tables[table]
    fields = []
    for name in frame.columns:
        own = name not in schema
        kind = type_of(name, frame[name], schema)
        column = Column(name, kind, "a column of the scholar's own") if own else schema[name]
        fields.append(_field(column))
    rules: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    key = [name for name in schema.key if name in frame]
    if key:
        rules["primaryKey"] = key
    links = [
        {
            "fields": [c.name],
            "reference": {"resource": c.foreign_key[0], "fields": [c.foreign_key[1]]},
        }
        for c in schema.columns
        if c.foreign_key and c.name in frame and c.foreign_key[0] in corpus.tables
    ]
    if links:
        rules["foreignKeys"] = links
    return {
        "name": table,
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        "description": schema.says,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(content),
        "hash": f"sha256:{table_hash(content)}",
        "schema": rules,
    }


def _field(column: Column) -> dict[str, Any]:
    out: dict[str, Any] = {"name": escape_cell(column.name), "type": TYPES[column.type][1]}
    out["description"] = column.says
    out["mdresearch:type"] = column.type
    if column.unit:
        out["mdresearch:unit"] = column.unit
    if column.type == "boolean":
        out |= {"trueValues": ["true"], "falseValues": ["false"]}
    rules: dict[str, Any] = {}
    if column.required:
        rules["required"] = True
    if column.allowed:
        rules["enum"] = list(column.allowed)
    elif column.matches():
        rules["pattern"] = f"^(?:{column.matches()})$"
    if column.minimum is not None:
        rules["minimum"] = column.minimum if column.type == "number" else int(column.minimum)
    if rules:
        out["constraints"] = rules
    return out


def _read_table(path: Path, resource: Mapping[str, Any]) -> pd.DataFrame:
    import pandas as pd

    cells = read_csv(path, escaped=True)
    fields = resource["schema"]["fields"]
    kinds = {unescape_cell(f["name"]): f.get("mdresearch:type", "text") for f in fields}
    if list(kinds) != list(cells.columns):
        raise DataError(
            f"{path}: its columns are not those of {DESCRIPTOR}. Save the corpus again."
        )
    out = {}
    for name, kind in kinds.items():
        out[name], bad = parse(cells[name], _known_type(kind, path))
        if bad.any():
            at = int(bad.to_numpy().argmax())
            raise DataError(
                f"{path}, row {at + 2}, {name}: {cells[name].iloc[at]!r} is not "
                f"{TYPES[kind][0]}. Save the corpus again."
            )
    return pd.DataFrame(out, index=cells.index)


def _known_type(kind: str, path: Path) -> Type:
    if kind not in TYPES:
        raise DataError(f"{path.parent / DESCRIPTOR}: the type '{kind}' is not known.")
    return kind  # type: ignore[return-value]


def _refuse_foreign(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise DataError(f"'{folder}' is a file. Give a folder.")
    found = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    if DESCRIPTOR not in found and set(found) - set(BESIDE):
        raise DataError(
            f"'{folder}' holds files that are not a data package. Nothing was written. "
            "Give an empty or a new folder."
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
