"""From what a loader read to a corpus: sources, salted hashes, warnings, provenance."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.loading import Loader, Reading


def assemble(
    reading: Reading,
    loader: Loader,
    name: str,
    guessed: str = "",
    keep_names: bool = False,
    licence: str = "",
    share: str = "",
    retrieved_at: str | None = None,
) -> Corpus:
    """Make a corpus of a reading: tables with ``source_id``, a ``sources`` row a file."""
    sources = source_rows(reading, loader, licence, share, retrieved_at)
    tables: dict[str, pd.DataFrame] = {}
    for table, frame in reading.tables.items():
        columns = () if keep_names else reading.persons.get(table, ())
        tables[table] = _with_source(_hashed(frame, columns), sources)
    for text in reading.warnings:
        warnings.warn(text, UserWarning, stacklevel=3)
    provenance: dict[str, Any] = {"loader": loader.name, "guessed": guessed}
    if reading.warnings:
        provenance["warnings"] = list(reading.warnings)
    named = {t: list(c) for t, c in reading.persons.items() if c}
    if named:
        provenance["persons"] = {"kept as they are" if keep_names else "salted hashes": named}
    note = " ".join([guessed, *reading.warnings]).strip()
    return Corpus(name, {**tables, "sources": sources}, note=note, provenance=provenance)


def source_rows(
    reading: Reading, loader: Loader, licence: str, share: str, retrieved_at: str | None
) -> pd.DataFrame:
    """Return one row a file: address, hash, encoding, rows read, rows refused and why."""
    import pandas as pd

    rows = []
    for place, note in enumerate(reading.files):
        reasons = "; ".join(f"{why}: {n}" for why, n in sorted(note.refused.items()))
        rows.append(
            {
                "source_id": f"s{place + 1}",
                "url_or_file": note.address or note.path.name,
                "retrieved_at": retrieved_at,
                "sha256": note.sha256 or _hash(note.path),
                "licence": licence or None,
                "share": share or None,
                "kind": "collected",
                "loader": loader.name,
                "encoding": note.encoding,
                "rows_read": note.rows_read,
                "rows_refused": sum(note.refused.values()),
                "reasons": reasons or None,
                "remark": note.note or None,
            }
        )
    frame = pd.DataFrame(rows)
    texts = ("retrieved_at", "sha256", "licence", "share", "reasons", "remark")
    return frame.astype(dict.fromkeys(texts, "str"))


def _hash(path: Path) -> str | None:
    return hash_file(path) if path.is_file() else None


def _hashed(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    from mdresearch.corpus.privacy import local_salt, pseudonym

    held = [c for c in columns if c in frame.columns]
    if not held:
        return frame
    salt = local_salt()
    return frame.assign(**{c: pseudonym(frame[c], salt) for c in held})


def _with_source(frame: pd.DataFrame, sources: pd.DataFrame) -> pd.DataFrame:
    if "source_file" not in frame.columns:
        return frame
    places = frame["source_file"].to_numpy(dtype="int64")
    ids = sources["source_id"].astype("str").array.take(places)
    return frame.drop(columns="source_file").assign(source_id=ids)
