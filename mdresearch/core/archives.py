"""Zip archives from strangers: looked through before anything is unpacked, and read in bounds.

Nothing is ever written to disk. A workbook (``.xlsx``), a project of coding software (``.qdpx``)
and a download are all zip archives, and each may be made to fill the memory (a bomb), to name
places outside its folder, or to point at other files (links).
"""

from __future__ import annotations

import io
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from mdresearch.core.csv_files import refuse_absent_or_large
from mdresearch.core.errors import DataError

METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError),
    *(RuntimeError, NotImplementedError),  # methods and flags that zipfile does not know
)
HEAD = 65_536
HEADER = 30  # bytes of a member's own header, at least
SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What an archive may hold.

    Attributes
    ----------
    packed : int
        The most bytes of the archive itself.
    unpacked : int
        The most bytes of all its members together, unpacked.
    members : int
        The most members.
    ratio : float
        The most bytes that one packed byte may become, over members of more than ``small`` bytes.
    small : int
        Members up to this size may have any ratio: they can do no harm.
    advice : str
        What to do with an archive that is too large, for the message.
    """

    packed: int = 500_000_000
    unpacked: int = 1_000_000_000
    members: int = 10_000
    ratio: float = 400.0
    small: int = 10_000_000
    advice: str = "Split it into smaller archives."


@dataclass(frozen=True, eq=False)
class Archive:
    """An open archive that was looked through; see `open_archive`.

    Attributes
    ----------
    place : str
        What to call it in messages.
    names : tuple of str
        Its files, in their order; folders are left out.
    """

    place: str
    names: tuple[str, ...]
    _zip: zipfile.ZipFile

    def read(self, name: str, max_bytes: int | None = None) -> bytes:
        """Return a member, unpacked.

        Parameters
        ----------
        name : str
            One of ``names``.
        max_bytes : int or None
            The most that this member may have; the bounds of the archive hold anyway.

        Raises
        ------
        DataError
            There is no such member, it is larger, or it is damaged.
        """
        size = self._size(name)
        if max_bytes is not None and size > max_bytes:
            raise DataError(
                f"{self.place}: '{_short(name)}' unpacks to {size:,} bytes; at most "
                f"{max_bytes:,} are read."
            )
        return self._unpacked(name, size)

    def head(self, name: str, size: int = HEAD) -> bytes:
        """Return the first bytes of a member; `read` says what else."""
        return self._unpacked(name, min(size, self._size(name)))

    def _size(self, name: str) -> int:
        if name not in self.names:
            held = ", ".join(_short(n) for n in self.names[:20])
            raise DataError(f"{self.place}: it holds no file '{_short(name)}'. It has: {held}.")
        return self._zip.getinfo(name).file_size

    def _unpacked(self, name: str, size: int) -> bytes:
        try:
            # zipfile gives no more than the size that the archive declares, and checks the sum
            with self._zip.open(name) as stream:
                return stream.read(size)
        except DAMAGE as error:
            raise DataError(
                f"{self.place}: '{_short(name)}' is damaged ({type(error).__name__}). Get the file "
                "again from its source."
            ) from error


@contextmanager
def open_archive(
    source: str | Path | bytes, *, bounds: Bounds | None = None, name: str = ""
) -> Iterator[Archive]:
    """Open a zip archive after looking through all its members; close it at the end.

    Parameters
    ----------
    source : path or bytes
        The archive, or its content.
    bounds : Bounds or None
        What it may hold; the defaults where None.
    name : str
        What to call it in messages; the path where it is empty.

    Yields
    ------
    Archive

    Raises
    ------
    DataError
        The file is no zip archive, is a bomb, names places outside its folder, holds links,
        encrypted members, one name twice, or members that lie over each other.

    Examples
    --------
    >>> content = io.BytesIO()
    >>> with zipfile.ZipFile(content, "w") as made:
    ...     made.writestr("codes/a.csv", "x")
    >>> with open_archive(content.getvalue(), name="codes.zip") as archive:
    ...     archive.names, archive.read("codes/a.csv")
    (('codes/a.csv',), b'x')
    """
    bounds = bounds or Bounds()
    place = name or ("the archive" if isinstance(source, bytes) else str(source))
    if isinstance(source, bytes):
        if len(source) > bounds.packed:
            raise DataError(f"{place}: {len(source):,} bytes; at most {bounds.packed:,} are read.")
    else:
        refuse_absent_or_large(Path(source), bounds.packed)
    with io.BytesIO(source) if isinstance(source, bytes) else Path(source).open("rb") as stream:
        try:
            opened = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise DataError(
                f"{place}: not a zip archive that can be read ({type(error).__name__}). Get the "
                "file again from its source."
            ) from error
        with opened:
            infos = opened.infolist()
            look_through(infos, bounds, place)
            yield Archive(place, tuple(i.filename for i in infos if not i.is_dir()), opened)


def look_through(infos: list[zipfile.ZipInfo], bounds: Bounds, place: str) -> None:
    """Refuse the members of an archive that may do harm, before one is unpacked.

    Raises
    ------
    DataError
        As `open_archive` does.
    """
    if len(infos) > bounds.members:
        raise DataError(f"{place}: {len(infos):,} members; at most {bounds.members:,} are read.")
    seen: set[str] = set()
    for info in infos:
        why = _harm(info, bounds)
        if why:
            raise DataError(
                f"{place}: the member '{_short(info.filename)}' {why}. Nothing was read; get the "
                "file from a source that you trust."
            )
        if info.filename in seen:
            raise DataError(
                f"{place}: the member '{_short(info.filename)}' stands twice. Nothing was read."
            )
        seen.add(info.filename)
    total = sum(info.file_size for info in infos)
    if total > bounds.unpacked:
        raise DataError(
            f"{place}: unpacks to {total:,} bytes; at most {bounds.unpacked:,} are read. "
            f"{bounds.advice}"
        )
    _refuse_overlaps(infos, place)


def _harm(info: zipfile.ZipInfo, bounds: Bounds) -> str:
    """Say why a member is refused, or nothing."""
    # zipfile has cut a name at a NUL and turned the system's own separators: look at both
    for name in (info.filename, info.orig_filename):
        parts = re.split(r"[/\\]", name)
        if name.startswith(("/", "\\")) or re.match("[A-Za-z]:", name):
            return "has an absolute name"
        if ".." in parts:
            return "names a place outside the archive"
        if "\\" in name or re.search(r"[\x00-\x1f\x7f]", name) or not name.strip("/ "):
            return "has a name that no system shares"
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind == stat.S_IFLNK:
        return "is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "is no plain file"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if info.compress_type not in METHODS:
        return f"is packed by a method that is not known ({info.compress_type})"
    if info.file_size > bounds.small and info.file_size > bounds.ratio * info.compress_size:
        return (
            f"unpacks to {info.file_size:,} bytes from {info.compress_size:,}, more than "
            f"{bounds.ratio:g} to one"
        )
    return ""


def _refuse_overlaps(infos: list[zipfile.ZipInfo], place: str) -> None:
    """Refuse members whose bytes lie over each other: one packed lump counted many times."""
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for first, second in pairwise(ordered):
        end = first.header_offset + HEADER + len(first.orig_filename) + first.compress_size
        if end > second.header_offset:
            raise DataError(
                f"{place}: the members '{_short(first.filename)}' and '{_short(second.filename)}' "
                "lie over each other, as in a bomb. Nothing was read."
            )


def _short(name: str) -> str:
    """Return a name as a message may hold it."""
    safe = re.sub(r"[\x00-\x1f\x7f]", "?", name)
    return safe if len(safe) <= SHOWN else safe[:SHOWN] + "…"
