"""How a release says what it is to machines: RO-Crate 1.2 metadata, and a CITATION.cff."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.schemas import TABLES

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus

CRATE = "ro-crate-metadata.json"
CITATION = "CITATION.cff"
CONTEXT = "https://w3id.org/ro/crate/1.2/context"
PROFILE = "https://w3id.org/ro/crate/1.2"
SPDX = (
    *("CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-4.0", "CC-BY-NC-SA-4.0", "CC-BY-NC-SA-3.0"),
    *("CC-BY-ND-4.0", "ODbL-1.0", "ODC-By-1.0", "PDDL-1.0", "GPL-3.0-or-later", "MIT"),
    "Apache-2.0",
)
MEDIA = {".csv": "text/csv", ".json": "application/json", ".md": "text/markdown"}


def spdx_id(licence: str) -> str:
    """Return the SPDX identifier of a licence, or an empty string where it is not a known one.

    Examples
    --------
    >>> spdx_id("CC BY 4.0"), spdx_id("ask the author")
    ('CC-BY-4.0', '')
    """
    wanted = re.sub(r"[\s_]+", "-", licence.strip()).lower()
    return next((name for name in SPDX if name.lower() == wanted), "")


def crate_text(
    corpus: Corpus, files: Sequence[Path], date: str, authors: Sequence[str], description: str
) -> str:
    """Return the RO-Crate metadata of a folder that holds a corpus.

    Parameters
    ----------
    corpus : Corpus
        What the folder holds; its licence must not be empty.
    files : sequence of Path
        The files of the folder, each of which is described; not the metadata itself.
    date : str
        When it is published, ISO 8601.
    authors : sequence of str
        Names of the persons who made it; may be empty.
    description : str
        What it is, in words.
    """
    licence = _licence(corpus.licence)
    people = [
        {"@id": f"#author-{place}", "@type": "Person", "name": name}
        for place, name in enumerate(authors, start=1)
    ]
    root: dict[str, Any] = {
        "@id": "./",
        "@type": "Dataset",
        "name": corpus.title or corpus.name,
        "description": description,
        "datePublished": date,
        "license": {"@id": licence["@id"]},
        "hasPart": [{"@id": path.name} for path in files],
    }
    if people:
        root["author"] = [{"@id": person["@id"]} for person in people]
    if corpus.citation:
        root["citation"] = corpus.citation
    about = {
        "@id": CRATE,
        "@type": "CreativeWork",
        "conformsTo": {"@id": PROFILE},
        "about": {"@id": "./"},
    }
    graph = [about, root, licence, *people, *(_file(path) for path in files)]
    text = json.dumps({"@context": CONTEXT, "@graph": graph}, indent=2, ensure_ascii=False)
    return text + "\n"


def citation_text(corpus: Corpus, date: str, authors: Sequence[str], description: str) -> str:
    """Return the CITATION.cff of a released corpus."""
    title = corpus.title or corpus.name
    names = list(authors) or [f"The authors of {title}"]
    lines = [
        "cff-version: 1.2.0",
        f"message: {_quoted('If you use these data, please cite them and their sources.')}",
        "type: dataset",
        f"title: {_quoted(title)}",
        f"abstract: {_quoted(description)}",
        f"date-released: {_quoted(date)}",
        "authors:",
        *(f"  - name: {_quoted(name)}" for name in names),
    ]
    if spdx_id(corpus.licence):
        lines.append(f"license: {spdx_id(corpus.licence)}")
    if corpus.citation:
        lines += ["references:", "  - type: generic", f"    title: {_quoted(corpus.citation)}"]
        lines += ["    authors:", f"      - name: {_quoted('see the title')}"]
    return "\n".join(lines) + "\n"


def _licence(words: str) -> dict[str, Any]:
    known = spdx_id(words)
    return {
        "@id": f"https://spdx.org/licenses/{known}" if known else "#licence",
        "@type": "CreativeWork",
        "name": known or words,
        "description": words,
    }


def _file(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    entity = {
        "@id": path.name,
        "@type": "File",
        "name": path.name,
        "contentSize": str(len(content)),
        "sha256": hashlib.sha256(content).hexdigest(),
        "encodingFormat": MEDIA.get(path.suffix, "text/plain"),
    }
    if path.suffix == ".csv" and path.stem in TABLES:
        entity["description"] = f"One row is {TABLES[path.stem].says}."
    return entity


def _quoted(text: str) -> str:
    return json.dumps(" ".join(text.split()), ensure_ascii=False)
