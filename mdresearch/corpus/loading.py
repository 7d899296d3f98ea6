"""`md.read`: files that scholars hold, by a registry of loaders that say what they guessed."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, showable, unknown_name
from mdresearch.core.registry import Registry
from mdresearch.corpus.addresses import brief, is_url, shown
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

HEAD_BYTES = 65_536


@dataclass(frozen=True)
class FileNote:
    """What happened to one file: how it was read, and what was refused for which reason.

    ``rows_read`` counts every row that stands in the file: those kept and those ``refused``.
    """

    path: Path
    encoding: str
    rows_read: int
    refused: Mapping[str, int] = field(default_factory=dict)
    note: str = ""
    address: str = ""  # for the sources, where it is more than the name of the file
    sha256: str = ""  # of the bytes that were read; "" has `read` hash the file


@dataclass(frozen=True, eq=False)
class Reading:
    """What a loader gives.

    Attributes
    ----------
    tables : mapping of str to DataFrame
        By their names in ``TABLES``. A column ``source_file`` holds the place in ``files`` (0, 1,
        ...) of the file that a row came from; `read` turns it into ``source_id``.
    files : tuple of FileNote
        One a file, in the order in which they were given.
    persons : mapping of str to tuple of str
        By table the columns that name a person (names, handles, user ids); `read` replaces them by
        salted hashes unless it is told not to.
    warnings : tuple of str
        What the user must know, each a sentence; shown as a UserWarning and kept.
    """

    tables: Mapping[str, pd.DataFrame]
    files: tuple[FileNote, ...]
    persons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Make what the warnings quote from files fit for a terminal."""
        object.__setattr__(self, "warnings", tuple(map(showable, self.warnings)))


@dataclass(frozen=True)
class Loader:
    """A family of files that can be read.

    Attributes
    ----------
    name : str
        Its kind: ``md.read(path, kind=name)``.
    says : str
        What files these are, in one sentence.
    gives : tuple of str
        The tables that come out.
    extensions : tuple of str
        File endings with a dot, lower case.
    sniff : callable
        ``(path, head) -> float``: how surely a file with these first 64 KiB is of this kind, 0-1.
        .9 and more is a mark that no other kind has; an ending alone is at most .3.
    function : callable
        ``(paths, options) -> Reading``; takes all the files at once, so that it can be fast.
    options : mapping of str to str
        Options and what each says.
    example : bytes
        A small made-up file that it reads; for the contract test and the documentation.
    example_options : mapping
        The options that the example needs.
    databases : bool
        Whether ``function`` takes the URL of a database too, with the option ``table``.
    """

    name: str
    says: str
    gives: tuple[str, ...]
    extensions: tuple[str, ...]
    sniff: Callable[[Path, bytes], float]
    function: Callable[[Sequence[Any], Mapping[str, Any]], Reading]
    options: Mapping[str, str] = field(default_factory=dict)
    example: bytes = b""
    example_options: Mapping[str, Any] = field(default_factory=dict)
    databases: bool = False


LOADERS: Registry[Loader] = Registry(
    "kind of file",
    homes=(
        # one line a file of corpus/loaders/, in alphabetical order
        "mdresearch.corpus.loaders.catalogues",
        "mdresearch.corpus.loaders.charts",
        "mdresearch.corpus.loaders.comments",
        "mdresearch.corpus.loaders.danmaku",
        "mdresearch.corpus.loaders.ratings_sites",
        "mdresearch.corpus.loaders.reviews",
        "mdresearch.corpus.loaders.scripts",
        "mdresearch.corpus.loaders.surveys",
        "mdresearch.corpus.loaders.timed_text",
        "mdresearch.corpus.loaders.watch_logs",
    ),
)


def read(
    path: str | Path | Sequence[str | Path],
    kind: str | None = None,
    *,
    name: str | None = None,
    keep_names: bool = False,
    licence: str = "",
    share: str = "",
    retrieved_at: str | None = None,
    **options: Any,
) -> Corpus:
    """Read files of one kind, a table of a database, or a folder of tables.

    A watch log may be larger than memory: it is queried where it lies, and only rows that are kept
    are brought in. ``viewers=0.01`` keeps a sample of whole viewers, ``keep=[...]`` only those of
    the log's own columns; `mdresearch.corpus.lazy_watch.scan_watch` aggregates all rows and brings
    in none.

    Parameters
    ----------
    path : path, pattern, list of paths, or URL
        A file, a pattern such as ``subs/*.srt``, or a folder: one of tables (CSV or XLSX, see
        `read_folder`) where ``kind`` is None, else all files in it with an ending of that kind.
        Or the URL of a database, as SQLAlchemy has it, with ``table=``: it is only read, and a
        password in it is never shown or kept.
    kind : str or None
        A key of ``md.LOADERS``; guessed from ending and content where None, and said. A file that
        is pinned as a dataset of `md.fetch` is read as that dataset.
    name : str or None
        What to call the corpus.
    keep_names : bool
        Keep names and handles of persons as they are. By default they become salted hashes; keeping
        them is noted in the provenance.
    licence, share : str
        For the ``sources`` rows; ``share`` is ``yes``, ``no`` or ``derived``.
    retrieved_at : str or None
        When the files were captured (ISO 8601); relative dates are resolved against it.
    **options
        Options of the loader; ``LOADERS[kind].options`` says which.

    Returns
    -------
    Corpus
        With a row of ``sources`` for each file: address, sha256, encoding, rows read and refused.

    Raises
    ------
    DataError
        Nothing to read, the kind cannot be told, or a file is not what it should be.
    UnknownNameError
        The kind or an option is not known.
    """
    if is_url(path):
        places: list[Any] = [path]
        title = str(options.get("table") or "database")
    else:
        places, folder = _paths(path, kind)
        title = places[0].stem
        if kind is None and folder is not None:
            from mdresearch.corpus.folders import read_folder

            return read_folder(folder, name=name, **options)
        if kind is None and not options:
            pinned = _pinned(places)
            if pinned is not None:
                return replace(pinned, name=name or pinned.name)
    loader, guessed = _loader(places, kind, options)
    for option in options:
        if option not in loader.options:
            raise unknown_name(f"option of the kind '{loader.name}'", option, loader.options)
    given = {**options, "retrieved_at": retrieved_at} if retrieved_at else options
    reading = loader.function(places, given)
    from mdresearch.corpus.readings import assemble

    return assemble(
        reading, loader, name or title, guessed, keep_names, licence, share, retrieved_at
    )


def _pinned(paths: Sequence[Path]) -> Corpus | None:
    from mdresearch.corpus.datasets import pinned_as, read_pinned

    entry = pinned_as(paths)
    return read_pinned(entry, paths) if entry else None


def _loader(
    places: Sequence[Any], kind: str | None, options: Mapping[str, Any]
) -> tuple[Loader, str]:
    """Return the loader that was named, or is guessed, and a sentence about the guess."""
    from mdresearch.corpus.watch_sources import is_database

    first = places[0]
    if kind is not None:
        if is_url(first) and not LOADERS[kind].databases:
            able = ", ".join(k for k, held in LOADERS.items() if held.databases)
            raise DataError(
                f"{shown(first)}: files of the kind '{kind}' are read, tables of a database are "
                f"not. Kinds that read a table: {able}."
            )
        return LOADERS[kind], ""
    if is_url(first) or is_database(first):
        return guess_table(first, options.get("table"), options.get("columns"))
    return guess(places)


def guess(paths: Sequence[Path]) -> tuple[Loader, str]:
    """Guess the kind of files from the first: the loader, and a sentence that says so.

    Raises
    ------
    DataError
        No kind fits, or two fit alike; the message lists the kinds with what they are.
    """
    first = paths[0]
    with first.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    if head.startswith(b"PK\x03\x04") and first.suffix.lower() == ".xlsx":
        from mdresearch.corpus.workbooks import head_of_sheets

        head = head_of_sheets(first) or head
    scores = sorted(
        ((loader.sniff(first, head), key) for key, loader in LOADERS.items()), reverse=True
    )
    best, key = scores[0]
    fitting = [k for score, k in scores if score >= 0.3]
    if best < 0.3 or (len(scores) > 1 and scores[1][0] == best):
        raise DataError(_untold(first, head, fitting))
    return LOADERS[key], f"'{first.name}' was taken for {key}: {LOADERS[key].says}."


def _untold(path: Path, head: bytes, fitting: Sequence[str]) -> str:
    """Say that the kind of a file cannot be told, what it looks like, and which kinds there are."""
    if not head:
        return f"'{path}' is of no kind that is known: it is empty. Export or download it again."
    if fitting:
        listing = "; ".join(f"{k}: {LOADERS[k].says}" for k in fitting)
        return f"'{path}' could be of several kinds. Say which with kind=. {listing}"
    begins = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:400].lower()
    seems = ""
    if begins.startswith((b"<!doctype html", b"<html")):
        seems = " It is a web page: an export that failed, or a page saved in its place."
    elif re.match(rb"(from|to|received|return-path|subject|mime-version|date): ", begins):
        seems = " It is an e-mail; save the file that is attached to it."
    elif b"\x00" in head and not begins.startswith(b"pk"):
        seems = " It holds NUL bytes: a damaged file, or no text."
    ending = path.suffix.lower()
    near = [k for k, held in LOADERS.items() if ending in held.extensions]
    listing = "; ".join(f"{k}: {LOADERS[k].says}" for k in near or LOADERS)
    return f"'{path}' is of no kind that is known.{seems} Say which with kind=. {listing}"


def guess_table(
    where: str | Path, table: str | None, columns: Mapping[str, str] | None = None
) -> tuple[Loader, str]:
    """Guess the kind of a table of a database by its columns: the loader, and a sentence.

    Raises
    ------
    DataError
        No kind fits; the message lists the kinds and the columns.
    """
    from mdresearch.corpus.watch_kinds import told_by
    from mdresearch.corpus.watch_sources import table_names

    names = table_names(where, table)
    named = {*names, *(columns or {})}
    kind = told_by(names) or ("watch_generic" if {"viewer_id", "version_id"} <= named else None)
    place = brief(where, table)
    if kind is None:
        able = "; ".join(f"{k}: {held.says}" for k, held in LOADERS.items() if held.databases)
        raise DataError(
            f"{place}: its columns are of no kind that is known. Say which with kind=, and with "
            f"columns= which column means what. It has: {', '.join(names[:40])}. {able}"
        )
    return LOADERS[kind], f"'{place}' was taken for {kind}: {LOADERS[kind].says}."


def _paths(
    path: str | Path | Sequence[str | Path], kind: str | None
) -> tuple[list[Path], Path | None]:
    if isinstance(path, (str, Path)):
        if Path(path).is_dir():
            return _in_folder(Path(path), kind)
        if Path(path).is_file():
            return [Path(path)], None
        found = sorted(Path(p) for p in glob.glob(str(path), recursive=True))
        files = [p for p in found if p.is_file()]
        if not files:
            raise DataError(
                f"There is no file '{shown(path)}'. Give a path, a folder, or a pattern like "
                "'subs/*.srt'."
            )
        return files, None
    files = [Path(p) for p in path]
    absent = [str(p) for p in files if not p.is_file()]
    if absent or not files:
        raise DataError(f"There is no file '{absent[0] if absent else ''}'. Give existing files.")
    return files, None


def _in_folder(folder: Path, kind: str | None) -> tuple[list[Path], Path | None]:
    if kind is None:
        return [folder], folder
    endings = LOADERS[kind].extensions
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix.lower() in endings)
    if not files:
        raise DataError(f"'{folder}' holds no file ending in {', '.join(endings)}.")
    return files, None
