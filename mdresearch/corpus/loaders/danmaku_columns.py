"""Danmaku as typed columns: what both paths of the bilibili reader give, small in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

ROWS = 1 << 16  # turned into words at once


@dataclass(frozen=True, eq=False)
class Columns:
    """The danmaku of one file.

    Attributes
    ----------
    time_ms : array of int64
        The moment of the video.
    mode, size, colour, pool : arrays of integers
        As in the file: how it is shown, font size, decimal RGB, pool.
    posted : array of int64
        Unix seconds.
    level : array of int16
        Block level; -1 where the file has eight values.
    sender, ident : arrays of bytes
        The hash of the sender and the id of the danmaku.
    texts : tuple of bytes
        UTF-8, a NUL behind each text.
    facts : mapping of str to str
        Other elements of the file, such as ``maxlimit``.
    removed : int
        Control characters that were taken out.
    refused : mapping of str to int
        Rows that were refused, by reason.
    encoding, note : str
        How the bytes were read.
    exact : bool
        Whether the exact path read it.
    """

    time_ms: np.ndarray
    mode: np.ndarray
    size: np.ndarray
    colour: np.ndarray
    posted: np.ndarray
    pool: np.ndarray
    level: np.ndarray
    sender: np.ndarray
    ident: np.ndarray
    texts: tuple[bytes, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    removed: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    encoding: str = "utf-8"
    note: str = ""
    exact: bool = False

    def __len__(self) -> int:
        return len(self.time_ms)

    def text(self) -> list[str]:
        """Return the texts as strings."""
        out: list[str] = []
        for block in self.texts:
            out.extend(block.decode("utf-8").split("\0"))
            out.pop()
        return out

    def words(self, name: str) -> list[str]:
        """Return ``sender`` or ``ident`` as strings."""
        values: np.ndarray = getattr(self, name)
        out: list[str] = []
        for start in range(0, len(values), ROWS):
            part = values[start : start + ROWS].tolist()
            out.extend(b"\0".join(part).decode("ascii").split("\0"))
        return out


ARRAYS = ("time_ms", "mode", "size", "colour", "posted", "pool", "level", "sender", "ident")


def joined(parts: Sequence[Columns], facts: Mapping[str, str], removed: int) -> Columns:
    """Return the columns of all the pieces of a file as one."""
    import numpy as np

    if not parts:
        empty = np.zeros(0, np.int64)
        words = np.zeros(0, "S1")
        arrays: dict[str, Any] = {
            name: words if name in ("sender", "ident") else empty for name in ARRAYS
        }
        return Columns(**arrays, texts=(), facts=facts, removed=removed)
    arrays = {name: np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS}
    texts = tuple(block for part in parts for block in part.texts)
    removed += sum(part.removed for part in parts)
    return Columns(**arrays, texts=texts, facts=facts, removed=removed)
