"""Datasets by name: bundled ones offline, remote ones pinned by address and hash."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.errors import DatasetError, unknown_name
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.catalogue import DATASETS, Dataset
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

LOCAL = "MDRESEARCH_DATA"
_noticed: set[str] = set()


def load(name: str) -> Corpus:
    """Load a bundled dataset, offline, after verifying the hash of each of its files.

    Parameters
    ----------
    name : str
        The name of a folder of ``datasets``.

    Raises
    ------
    UnknownNameError
        No bundled dataset has this name.
    DatasetError
        A file is absent, or not the one that was published.

    Examples
    --------
    >>> load("market-facts")["market"].source_tier.value_counts().to_dict()
    {'C': 116, 'B': 30}
    """
    from mdresearch.corpus.packages import read_package

    names = [key for key, entry in DATASETS.items() if entry.folder]
    if name not in names:
        raise unknown_name("dataset", name, names)
    return replace(read_package(DATASETS[name].folder), name=name)


def fetch(name: str, *, quiet: bool = False) -> Corpus:
    """Fetch a remote dataset: from ``$MDRESEARCH_DATA``, else the cache, else the network.

    A file with another hash than the pinned one is an error wherever it lies; nothing is replaced.
    The licence and the citation are written to standard error once a session.

    Parameters
    ----------
    name : str
        A name of ``remote.yaml``; `dataset_table` lists them.
    quiet : bool
        Write nothing.

    Raises
    ------
    UnknownNameError
        No remote dataset has this name.
    DatasetError
        The file cannot be had, or is not the one that was pinned.
    """
    names = [key for key, entry in DATASETS.items() if not entry.folder]
    if name not in names:
        raise unknown_name("remote dataset", name, names)
    entry = DATASETS[name]
    path = _obtain(entry)
    if not quiet and name not in _noticed:
        _noticed.add(name)
        sys.stderr.write(f"{entry.title}\nLicence: {entry.licence}\nCite: {entry.citation}\n")
    corpus = _reader(entry)(path)
    return replace(
        corpus,
        name=name,
        title=entry.title,
        licence=entry.licence,
        citation=entry.citation,
        provenance={
            **corpus.provenance,
            "path": str(path),
            "url": entry.url,
            "sha256": {path.name: entry.sha256},
        },
    )


def find(name: str) -> Corpus:
    """Return a dataset by name, loaded where it is bundled and fetched where it is remote."""
    return load(name) if DATASETS[name].folder else fetch(name)


def dataset_table() -> pd.DataFrame:
    """List every dataset: name, title, where it is, kind, licence, tables, rows."""
    import pandas as pd

    rows = [
        (e.name, e.title, where(e), e.kind, e.licence, ", ".join(e.tables), e.rows)
        for e in DATASETS.values()
    ]
    names = ["name", "title", "where", "kind", "licence", "tables", "rows"]
    return pd.DataFrame(rows, columns=names)


def where(entry: Dataset) -> str:
    """Say where a dataset would be taken from: bundled, local, cached or remote."""
    if entry.folder:
        return "bundled"
    if _local(entry) is not None:
        return "local"
    return "cached" if cache_path(entry).is_file() else "remote"


def cache_path(entry: Dataset) -> Path:
    """Return where the file of a remote dataset is kept between sessions."""
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("mdresearch")) / "datasets" / entry.name
    return folder / Path(entry.path).name


def _local(entry: Dataset) -> Path | None:
    root = os.environ.get(LOCAL)
    if not root:
        return None
    places = (Path(root) / entry.path, Path(root) / Path(entry.path).name)
    return next((place for place in places if place.is_file()), None)


def _obtain(entry: Dataset) -> Path:
    cached = cache_path(entry)
    for path in (_local(entry), cached):
        if path is not None and path.is_file():
            return _verified(path, entry)
    if not entry.url:
        raise DatasetError(
            f"'{entry.name}' cannot be downloaded. {entry.obtain} Put the file with sha256 "
            f"{entry.sha256} at '{entry.path}' in a folder, and name the folder in "
            f"${LOCAL}."
        )
    return _download(entry, cached)


def _verified(path: Path, entry: Dataset) -> Path:
    found = hash_file(path)
    if found != entry.sha256:
        raise DatasetError(
            f"'{path}' is not the file that is pinned for '{entry.name}': expected sha256 "
            f"{entry.sha256}, found {found}. Nothing was replaced: delete the file by hand, "
            "then fetch again."
        )
    return path


def _download(entry: Dataset, target: Path) -> Path:
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        arrived = Path(folder) / target.name
        try:
            pooch.HTTPDownloader(timeout=60)(entry.url, str(arrived), None)
        except Exception as error:
            raise DatasetError(
                f"'{entry.name}' could not be fetched from {entry.url} ({type(error).__name__}). "
                f"Try again with a connection, or put the file at '{entry.path}' in a folder, "
                f"and name the folder in ${LOCAL}."
            ) from error
        found = hash_file(arrived)
        if found != entry.sha256:
            raise DatasetError(
                f"What {entry.url} gave is not the file that is pinned for '{entry.name}': "
                f"expected sha256 {entry.sha256}, found {found}. Nothing was kept. "
                "Tell the maintainers that the source has changed."
            )
        arrived.replace(target)
    return target


def _reader(entry: Dataset) -> Callable[[Path], Corpus]:
    module, _, function = entry.reader.partition(":")
    reader: Callable[[Path], Corpus] = getattr(importlib.import_module(module), function)
    return reader
