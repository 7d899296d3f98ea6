"""Sampled comment JSON: `episodes[]`, each with `comments[]`; and what highlights share with it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.csv_files import refuse_absent_or_large
from mdresearch.core.encodings import MAX_BYTES, decode
from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.danmaku_frames import (
    OneFile,
    comments,
    file_note,
    reading,
    stems,
)
from mdresearch.corpus.loaders.danmaku_options import Told, episode_name, ids, told
from mdresearch.corpus.loaders.danmaku_sampling import THINNED
from mdresearch.corpus.loaders.json_rows import loads
from mdresearch.corpus.loading import Reading

_SECONDS = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,12}))?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_HALF = re.compile("[\ud800-\udfff]")

Item = tuple[str, Mapping[str, Any], Mapping[str, Any]]


def read_sampled(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read sampled comment JSON; see `LOADERS`."""
    said = told(options)
    names = stems(paths)
    files = enumerate(track(paths, "reading danmaku", len(paths)))
    return reading([_one(path, place, names[place], said) for place, path in files])


def episode_items(
    path: Path, stem: str, name: str, encoding: str | None, refused: Counter[str]
) -> tuple[list[Item], str, str]:
    """Return the items of all episodes, each with a name and its episode; encoding and remark.

    Raises
    ------
    DataError
        The file is too large, not JSON, or has no list of episodes with a list under ``name``.
    """
    refuse_absent_or_large(path, MAX_BYTES)
    decoded = decode(path.read_bytes(), encoding, str(path))
    document = loads(decoded.text, str(path))
    episodes = document.get("episodes") if isinstance(document, dict) else None
    if not isinstance(episodes, list):
        raise DataError(
            f"{path}: there is no list 'episodes' in it. This kind is an object with 'episodes', "
            f"each with 'drama_title', 'episode_no' and '{name}'; say another kind with kind=."
        )
    items = list(_items(episodes, stem, name, refused))
    return items, decoded.encoding, decoded.note


def milliseconds(value: Any) -> int | None:
    """Return seconds, as the text of a JSON number, as whole milliseconds; None if it is none.

    Examples
    --------
    >>> milliseconds("4.88"), milliseconds("-1"), milliseconds(None)
    (4880, None, None)
    """
    match = _SECONDS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return None
    decimals = match[2] or ""
    scale = 10 ** len(decimals)
    return (int(match[1] + decimals) * 2000 + scale) // (2 * scale)


def text_of(value: Any) -> str | None:
    """Return a text that is not empty and holds whole characters, else None."""
    if not isinstance(value, str) or not value.strip() or _HALF.search(value) or "\0" in value:
        return None
    return value


def whole(value: Any) -> int | None:
    """Return the whole number in the text of a JSON number, else None."""
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value) else None


def episode_of(episode: Mapping[str, Any], version: str | None) -> str | None:
    """Return the id of an episode from its title and number."""
    number = whole(episode.get("episode_no"))
    version = version or text_of(episode.get("drama_title"))
    return version if number is None else episode_name(version, number)


def _items(episodes: list[Any], stem: str, name: str, refused: Counter[str]) -> Iterator[Item]:
    for number, episode in enumerate(episodes, start=1):
        held = episode.get(name) if isinstance(episode, dict) else None
        if not isinstance(held, list):
            refused[f"an episode without a list '{name}'"] += 1
            continue
        for place, item in enumerate(held, start=1):
            if isinstance(item, dict):
                yield f"{stem}-{number}-{place}", item, episode
            else:
                refused["not an object with fields"] += 1


def _one(path: Path, place: int, stem: str, said: Told) -> OneFile:
    import numpy as np
    import pandas as pd

    refused = Counter[str]()
    found, encoding, remark = episode_items(path, stem, "comments", said.encoding, refused)
    kept = []
    for ident, item, episode in found:
        reason = _wrong(item)
        if reason:
            refused[reason] += 1
        else:
            kept.append((ident, item, episode))
    of = ids(path, said)
    note = said.sampling_note or THINNED
    frame = comments(
        [ident for ident, _, _ in kept],
        np.array([milliseconds(item["time_sec"]) for _, item, _ in kept], np.int64),
        [item["text"] for _, item, _ in kept],
        of,
        said,
        place,
        version_id=[of.version_id or text_of(e.get("drama_title")) for _, _, e in kept],
        episode_id=[of.episode_id or episode_of(e, of.version_id) for _, _, e in kept],
        original_text=[text_of(item.get("original_text")) for _, item, _ in kept],
        likes=pd.Series([whole(i.get("source_like_count")) for _, i, _ in kept], dtype="Int64"),
        mode_computed=[text_of(item.get("mode")) for _, item, _ in kept],
        sampling_note=note,
    )
    warning = f"'{path.name}': {note}."
    return OneFile(
        frame, file_note(path, encoding, len(kept), refused, remark), warnings=(warning,)
    )


def _wrong(item: Mapping[str, Any]) -> str:
    if milliseconds(item.get("time_sec")) is None:
        return "its time is no number of seconds from 0"
    return "" if text_of(item.get("text")) else "it has no text"
