"""Hashes: of files, of texts, of tables; always SHA-256, always the same for the same content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.progress import track

if TYPE_CHECKING:
    import pandas as pd


def hash_file(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hex digits."""
    digest = hashlib.sha256()
    size = Path(path).stat().st_size >> 20
    with Path(path).open("rb") as stream:
        chunks = iter(lambda: stream.read(1 << 20), b"")
        for chunk in track(chunks, f"hashing {Path(path).name}, MiB", size):
            digest.update(chunk)
    return digest.hexdigest()


def hash_text(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8.

    Examples
    --------
    >>> hash_text("")[:12]
    'e3b0c44298fc'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def hash_data(data: Mapping[str, Any]) -> str:
    """Return the SHA-256 of plain data, whatever the order of its keys.

    Examples
    --------
    >>> hash_data({"a": 1, "b": 2}) == hash_data({"b": 2, "a": 1})
    True
    """
    return hash_text(json.dumps(data, sort_keys=True, ensure_ascii=False, default=str))


def hash_frame(frame: pd.DataFrame) -> str:
    """Return the SHA-256 of a table's columns and values, whatever its index."""
    import pandas as pd

    digest = hashlib.sha256("\x1f".join(map(str, frame.columns)).encode())
    if len(frame):
        text = frame.astype("str")
        digest.update(pd.util.hash_pandas_object(text, index=False).to_numpy().tobytes())
    return digest.hexdigest()
