"""The catalogue: every dataset that can be had by name, bundled or pinned elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mdresearch.core.bundled import bundled_path
from mdresearch.core.errors import DatasetError
from mdresearch.core.registry import Registry
from mdresearch.core.strict_yaml import read_yaml

REMOTE = Path(__file__).with_name("remote.yaml")


@dataclass(frozen=True)
class RemoteFile:
    """One file of a remote dataset: where it lies under ``$MDRESEARCH_DATA``, address, hash."""

    path: str
    url: str
    sha256: str


@dataclass(frozen=True)
class Dataset:
    """What is known about a dataset before it is read.

    Parameters
    ----------
    name, title, kind, licence, citation : str
        As in `mdresearch.corpus.corpora.Corpus`.
    tables : tuple of str
        The tables that it gives.
    rows : int
        The rows of the tables together; of the main table where the dataset is remote.
    folder : str
        The folder of a bundled dataset; empty for a remote one.
    url : str
        The address of a remote file; empty where only a derived copy is known.
    sha256 : str
        Of the remote file.
    path : str
        Where the file lies under ``$MDRESEARCH_DATA``.
    parts : tuple of RemoteFile
        The files of a dataset that has several; then ``url``, ``sha256`` and ``path`` are empty.
    upstream : str
        Where the original of a derived file is, at which commit.
    tried : bool
        Whether its address was ever seen to give the pinned file; False is shown as untested.
    obtain : str
        How to get a file that has no address.
    reader : str
        ``module:function`` that turns the file into a corpus, of several files their list; or
        ``kind:name``, a kind of `LOADERS`.
    options : mapping
        For the loader of a ``kind:``.
    share : str
        Whether its rows may be passed on, for the sources of a ``kind:``: yes, derived or no.
    """

    name: str
    title: str
    kind: str
    licence: str
    citation: str
    tables: tuple[str, ...]
    rows: int
    folder: str = ""
    url: str = ""
    sha256: str = ""
    path: str = ""
    parts: tuple[RemoteFile, ...] = ()
    upstream: str = ""
    tried: bool = True
    obtain: str = ""
    reader: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    share: str = ""

    @property
    def files(self) -> tuple[RemoteFile, ...]:
        """Its files: the parts, or the one file that it is."""
        return self.parts or (RemoteFile(self.path, self.url, self.sha256),)


DATASETS: Registry[Dataset] = Registry("dataset", homes=("mdresearch.corpus.catalogue_entries",))


def bundled_entries() -> list[Dataset]:
    """Return what the folders ``datasets/*`` with a descriptor say about themselves."""
    try:
        root = bundled_path("datasets")
    except DatasetError:
        return []
    folders = sorted(path.parent for path in root.glob("*/datapackage.json"))
    return [_bundled(folder) for folder in folders]


def remote_entries() -> list[Dataset]:
    """Return the rows of ``remote.yaml``."""
    return [_remote(name, row) for name, row in read_yaml(REMOTE).items()]


def _bundled(folder: Path) -> Dataset:
    from mdresearch.corpus.packages import read_descriptor

    about = read_descriptor(folder)
    ours = about.get("mdresearch", {})
    rows: dict[str, int] = ours.get("rows", {})
    return Dataset(
        name=folder.name,
        title=about.get("title", ""),
        kind=ours.get("kind", ""),
        licence=ours.get("licence", ""),
        citation=ours.get("citation", ""),
        tables=tuple(resource["name"] for resource in about["resources"]),
        rows=sum(rows.values()),
        folder=str(folder),
    )


def _remote(name: str, row: dict[str, Any]) -> Dataset:
    tables = tuple(row["tables"])
    texts = {key: str(value or "").strip() for key, value in row.items()}
    known = (
        *("title", "kind", "licence", "citation", "url", "sha256", "path", "upstream"),
        *("obtain", "reader", "share"),
    )
    fields = {key: texts.get(key, "") for key in known}
    parts = _parts(row) if "files" in row else ()
    tried = bool(row.get("tried", True))
    return Dataset(
        name=name,
        tables=tables,
        rows=int(row["rows"]),
        parts=parts,
        tried=tried,
        options=dict(row.get("options") or {}),
        **fields,
    )


def _parts(row: dict[str, Any]) -> tuple[RemoteFile, ...]:
    base, folder = str(row.get("base") or ""), row["folder"]
    return tuple(
        RemoteFile(f"{folder}/{Path(name).name}", f"{base}{name}" if base else "", sha256)
        for name, sha256 in row["files"].items()
    )
