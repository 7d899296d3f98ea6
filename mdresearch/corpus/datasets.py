"""Datasets by name: bundled ones offline, remote ones pinned by address and hash."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from mdresearch.core.errors import DatasetError, unknown_name
from mdresearch.core.hashing import hash_file
from mdresearch.core.progress import Meter, track
from mdresearch.corpus.catalogue import DATASETS, Dataset, RemoteFile
from mdresearch.corpus.corpora import Corpus, Kind

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
    paths = [_obtain(entry, file) for file in track(entry.files, f"files of {name}")]
    if not quiet and name not in _noticed:
        _noticed.add(name)
        sys.stderr.write(f"{entry.title}\nLicence: {entry.licence}\nCite: {entry.citation}\n")
    with warnings.catch_warnings():
        if quiet:
            warnings.simplefilter("ignore", UserWarning)  # they stay in the provenance
        return read_pinned(entry, paths)


def read_pinned(entry: Dataset, paths: Sequence[Path]) -> Corpus:
    """Read files of a pinned dataset, whose hashes were verified, with its reader."""
    corpus = _read(entry, paths)
    names = {path.name for path in paths}
    read = [file for file in entry.files if Path(file.path).name in names]
    return replace(
        corpus,
        name=entry.name,
        title=entry.title,
        licence=entry.licence,
        citation=entry.citation,
        kind=corpus.kind if corpus.simulated else cast("Kind", entry.kind),
        provenance={
            **corpus.provenance,
            "path": str(paths[0].parent if entry.parts else paths[0]),
            "url": [file.url for file in read] if entry.parts else entry.url,
            "sha256": {Path(file.path).name: file.sha256 for file in read},
            **({"upstream": entry.upstream} if entry.upstream else {}),
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
    """Say where a dataset would be taken from.

    ``bundled``; ``local`` (a folder of this user) or ``cached``; else ``remote`` (an address is
    pinned) or ``by hand`` (no address: the catalogue says how to get it). A dataset that could
    never be tried where the toolkit was made is ``remote, untested offline``.
    """
    if entry.folder:
        return "bundled"
    if all(_local(entry, file) is not None for file in entry.files):
        return "local"
    if all(cache_path(entry, file).is_file() for file in entry.files):
        return "cached"
    place = "remote" if all(file.url for file in entry.files) else "by hand"
    return place if entry.tried else f"{place}, untested offline"


def cache_path(entry: Dataset, file: RemoteFile | None = None) -> Path:
    """Return where a file of a remote dataset (the first by default) is kept between sessions."""
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("mdresearch")) / "datasets" / entry.name
    return folder / Path((file or entry.files[0]).path).name


def _local(entry: Dataset, file: RemoteFile) -> Path | None:
    root = os.environ.get(LOCAL)
    if not root:
        return None
    places = (Path(root) / file.path, Path(root) / Path(file.path).name)
    return next((place for place in places if place.is_file()), None)


def _obtain(entry: Dataset, file: RemoteFile) -> Path:
    cached = cache_path(entry, file)
    for path in (_local(entry, file), cached):
        if path is not None and path.is_file():
            return _verified(path, entry, file)
    if not file.url:
        raise DatasetError(
            f"'{entry.name}' cannot be downloaded. {entry.obtain} Put the file with sha256 "
            f"{file.sha256} at '{file.path}' in a folder, and name the folder in "
            f"${LOCAL}."
        )
    return _download(entry, file, cached)


def _verified(path: Path, entry: Dataset, file: RemoteFile) -> Path:
    found = hash_file(path)
    if found != file.sha256:
        raise DatasetError(
            f"'{path}' is not the file that is pinned for '{entry.name}': expected sha256 "
            f"{file.sha256}, found {found}. Nothing was replaced: delete the file by hand, "
            "then fetch again."
        )
    return path


def _download(entry: Dataset, file: RemoteFile, target: Path) -> Path:
    import pooch

    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        arrived = Path(folder) / target.name
        try:
            pooch.HTTPDownloader(timeout=60, progressbar=Meter(f"fetching {target.name}"))(
                file.url, str(arrived), None
            )
        except Exception as error:
            raise DatasetError(
                f"'{entry.name}' could not be fetched from {file.url} ({type(error).__name__}). "
                f"Try again with a connection, or put the file at '{file.path}' in a folder, "
                f"and name the folder in ${LOCAL}."
            ) from error
        found = hash_file(arrived)
        if found != file.sha256:
            raise DatasetError(
                f"What {file.url} gave is not the file that is pinned for '{entry.name}': "
                f"expected sha256 {file.sha256}, found {found}. Nothing was kept. "
                "Tell the maintainers that the source has changed."
            )
        arrived.replace(target)
    return target


def _read(entry: Dataset, paths: Sequence[Path]) -> Corpus:
    """Read with the function ``module:name``, or as ``md.read`` does where it is ``kind:name``."""
    module, _, function = entry.reader.partition(":")
    if module != "kind":
        reader: Callable[[Path | list[Path]], Corpus] = getattr(
            importlib.import_module(module), function
        )
        return reader(list(paths) if entry.parts else paths[0])
    from mdresearch.corpus.loading import read

    corpus = read(list(paths), function, licence=entry.licence, share=entry.share, **entry.options)
    urls = {Path(file.path).name: file.url or entry.upstream for file in entry.files}
    sources = corpus["sources"]
    sources["url_or_file"] = sources["url_or_file"].map(urls).fillna(sources["url_or_file"])
    return corpus.assign(sources=sources.assign(kind=entry.kind))


def pinned_as(paths: Sequence[Path]) -> Dataset | None:
    """Return the dataset whose pinned files these are, told by name and hash, or None."""
    for entry in DATASETS.values():
        known = {Path(file.path).name: file.sha256 for file in entry.files if not entry.folder}
        if entry.reader.startswith("kind:") or not known:
            continue
        if all(path.name in known for path in paths) and all(
            hash_file(path) == known[path.name] for path in paths
        ):
            return entry
    return None
