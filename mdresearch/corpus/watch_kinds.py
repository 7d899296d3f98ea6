"""Kinds of watch logs: which column of which export means what, as data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mdresearch.core.errors import DataError, unknown_name

# What a column may mean. Time watched is given once, in any of the three units.
UNITS = {"watched_ms": 1, "watched_s": 1000, "watched_min": 60_000}
LENGTHS = {"duration_ms": 1, "duration_s": 1000}
PLAIN = ("viewer_id", "version_id", "country", "last_episode", "ended", "install_source", "spell")
MEANINGS = (*PLAIN, *UNITS, *LENGTHS)


@dataclass(frozen=True)
class WatchKind:
    """One kind of watch log.

    Attributes
    ----------
    says : str
        What it is, in one sentence.
    columns : mapping of str to str
        Meaning (see `MEANINGS`) to the name of the column in the file.
    renamed : mapping of str to str
        Own columns of the file that get a clearer name: old to new.
    marks : tuple of str
        Column names that together tell this kind.
    """

    says: str
    columns: Mapping[str, str] = field(default_factory=dict)
    renamed: Mapping[str, str] = field(default_factory=dict)
    marks: tuple[str, ...] = ()


WATCH_KINDS: Mapping[str, WatchKind] = {
    "kuairec": WatchKind(
        "watch log of KuaiRec: play_duration in ms, watch_ratio that may exceed 1, no country",
        {
            "viewer_id": "user_id",
            "version_id": "video_id",
            "watched_ms": "play_duration",
            "duration_ms": "video_duration",
        },
        {"time": "started_at", "timestamp": "started_epoch_s", "date": "started_on"},
        ("user_id", "video_id", "play_duration", "video_duration", "watch_ratio"),
    ),
    "kuairand": WatchKind(
        "watch log of KuaiRand: play_time_ms, clicks and likes, no country",
        {
            "viewer_id": "user_id",
            "version_id": "video_id",
            "watched_ms": "play_time_ms",
            "duration_ms": "duration_ms",
        },
        {"time_ms": "started_epoch_ms", "date": "started_on"},
        ("user_id", "video_id", "play_time_ms", "duration_ms", "hourmin"),
    ),
    "tsinghua_shortvideo": WatchKind(
        "watch log of Tsinghua ShortVideo: watch_time in seconds, Chinese cities, no country",
        {"viewer_id": "user_id", "version_id": "pid", "watched_s": "watch_time"},
        {"exposed_time": "started_epoch_s", "p_date": "started_on"},
        ("user_id", "pid", "exposed_time", "watch_time"),
    ),
    "watch_generic": WatchKind(
        "your own watch log: columns= says which column means what "
        "(viewer_id, version_id, watched_ms or watched_s, ...)",
    ),
}


def told_by(names: Iterable[str]) -> str | None:
    """Return the kind whose marks are all among these columns, or None."""
    held = set(names)
    fitting = [key for key, kind in WATCH_KINDS.items() if kind.marks and held >= set(kind.marks)]
    return fitting[0] if len(fitting) == 1 else None


def meanings(
    kind: str, names: Iterable[str], columns: Mapping[str, str] | None, place: str
) -> dict[str, str]:
    """Return the column of each meaning that this file has.

    Parameters
    ----------
    kind : str
        A key of `WATCH_KINDS`.
    names : iterable of str
        The columns that the file has.
    columns : mapping of str to str, or None
        Meaning to column, over those of the kind.
    place : str
        The file, for messages.

    Raises
    ------
    DataError
        No column names the viewer or the version, the time watched is given twice, or one column
        has two meanings.
    UnknownNameError
        The kind, a meaning or a column is not known.
    """
    held = list(names)
    if kind not in WATCH_KINDS:
        raise unknown_name("kind of watch log", kind, WATCH_KINDS)
    given = dict(columns or {})
    for meaning, column in given.items():
        if meaning not in MEANINGS:
            raise unknown_name("meaning in columns=", meaning, MEANINGS)
        if column not in held:
            raise unknown_name(f"column in {place}", column, held)
    stated = {m for m in given if m in UNITS}
    of_kind = {m: c for m, c in WATCH_KINDS[kind].columns.items() if c in held}
    if stated:
        of_kind = {m: c for m, c in of_kind.items() if m not in UNITS}
    found = {**of_kind, **given}
    used = set(found.values())
    same = MEANINGS if kind == "watch_generic" else PLAIN
    for meaning in same:
        free = meaning in held and meaning not in found and meaning not in used
        if free and not (meaning in UNITS and stated):
            found[meaning] = meaning
    _refuse(found, held, place)
    return found


def _refuse(found: Mapping[str, str], held: list[str], place: str) -> None:
    listing = ", ".join(name[:60] for name in held[:40])
    for meaning in ("viewer_id", "version_id"):
        if meaning not in found:
            raise DataError(
                f"{place}: no column is the {meaning}. Say which with "
                f"columns={{'{meaning}': ...}}. It has: {listing}."
            )
    for group in (UNITS, LENGTHS):
        twice = [meaning for meaning in group if meaning in found]
        if len(twice) > 1:
            raise DataError(
                f"{place}: {' and '.join(twice)} are both given. Give one of them in columns=."
            )
    used: dict[str, str] = {}
    for meaning, column in found.items():
        if column in used:
            raise DataError(
                f"{place}: column '{column}' is both {used[column]} and {meaning}. "
                "Give each column one meaning."
            )
        used[column] = meaning
