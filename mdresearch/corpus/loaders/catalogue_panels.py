"""Panels around the catalogues: directories of apps, and videos of promotion channels."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.hashing import hash_text
from mdresearch.corpus.loaders.catalogue_files import (
    head_names,
    need,
    ragged_sentence,
    read_table,
)
from mdresearch.corpus.loaders.catalogue_tables import (
    GIVES,
    NO_ID,
    OPTIONS,
    PUBLIC_API,
    Count,
    Entry,
    Part,
    reading,
    unread_note,
)
from mdresearch.corpus.loaders.catalogue_text import (
    count_of,
    date_of,
    id_of,
    joined,
    text_of,
    words_of,
)
from mdresearch.corpus.loading import LOADERS, Loader, Reading
from mdresearch.corpus.values import DECIMAL

APPS = ("app", "platforms", "snapshot_date")
VIDEOS = ("platform", "video_id", "video_title")
PRIVATE = ("estimated_revenue", "avg_view_pct", "subscribers_gained")
PEOPLE = ("operator", "channel_id", "channel_name")
PANEL_OPTIONS = {k: v for k, v in OPTIONS.items() if k not in ("subtract_seed", "retrieved_at")}
STORES = {
    "ios_rating": ("rating", "app_store_stars"),
    "play_rating": ("rating", "google_play_stars"),
    "ios_reviews": ("reviews", "app_store_reviews"),
    "play_reviews": ("reviews", "google_play_reviews"),
    "weekly_price_usd": ("price_per_week_usd", "list_price"),
}

_HASHTAG = re.compile(r"#\w+")
_BRACKETS = re.compile(r"[\[【(（][^\]】)）]{0,40}[\]】)）]")
_NOT_WORD = re.compile(r"[\W_]+")


def _apps(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts = []
    for path in paths:
        sheet = read_table(path, options)
        need(path, sheet.names, APPS, "app_directory_csv")
        read = [_app(row) for _, row in sheet.rows]
        unread = sum(n for _, n in read)
        entries = [entry for entry, _ in read if entry]
        refused = {"no app": len(read) - len(entries)} if len(entries) < len(read) else {}
        note = sheet.file_note(path, refused, unread_note(unread))
        parts.append(Part(entries, note, tuple(ragged_sentence(path, sheet))))
    said = ["A row is an app, not a drama: works have source_kind 'app'. Stores rate apart."]
    return reading(parts, options, said)


def _app(row: Mapping[str, str]) -> tuple[Entry | None, int]:
    name = text_of(row["app"])
    if name is None:
        return None, 0
    period = date_of(row["snapshot_date"])
    counts, unread = [], 0
    for column, (metric, kind) in STORES.items():
        cell = row.get(column, "").strip()
        if re.fullmatch(DECIMAL, cell) and float(cell) >= 0:
            counts.append(Count(metric, float(cell), kind, period=period))
        elif (number := count_of(cell)) is not None:
            counts.append(Count(metric, number, kind, period=period))
        else:
            unread += bool(cell)
    version = {
        "title": name,
        "platforms": joined(words_of(row["platforms"], ",")),
        "has_free_episodes": text_of(row.get("has_free_episodes")),
        "snapshot_date": period,
    }
    key = "app-" + _NOT_WORD.sub("-", name.casefold()).strip("-") + ("-plus" * name.endswith("+"))
    return Entry(key, key, version, {"source_kind": "app"}, tuple(counts)), unread


def _videos(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts, said = [], []
    for path in paths:
        sheet = read_table(path, options)
        need(path, sheet.names, VIDEOS, "video_panel_csv")
        private = [name for name in PRIVATE if name in sheet.names]
        if private:
            said.append(
                f"{path.name}: {', '.join(private)} are the private figures of a channel's owner. "
                "They were left out; do not pass the file on."
            )
        read = [_video(row) for _, row in sheet.rows]
        entries = [entry for entry in read if entry]
        refused = {NO_ID: len(read) - len(entries)} if len(entries) < len(read) else {}
        note = sheet.file_note(path, refused)
        parts.append(Part(entries, note, tuple(ragged_sentence(path, sheet))))
    return reading(parts, options, [*said, *_series(parts)], PEOPLE)


def _series(parts: Sequence[Part]) -> Iterator[str]:
    sizes = Counter(entry.work_id for part in parts for entry in part.entries)
    if sizes:
        yield (
            f"{sum(sizes.values()):,} videos were put together to {len(sizes):,} works by their "
            "titles without hashtags, brackets and signs, a heuristic: channels post one drama "
            "again under other titles. A video is an upload, not an edition."
        )


def _video(row: Mapping[str, str]) -> Entry | None:
    key, platform = id_of(row["video_id"]), text_of(row["platform"])
    if key is None:
        return None
    title = text_of(row["video_title"])
    seconds = count_of(row.get("duration_sec"))
    version = {
        "release_date": date_of(row.get("published_date")),
        "title": title,
        "platform": platform,
        "video_id": key,
        "duration_ms": None if seconds is None else seconds * 1000,
        **{name: text_of(row[name]) for name in PEOPLE if name in row},
    }
    period = date_of(row.get("scraped_at"))
    counts = tuple(
        Count(name, value, PUBLIC_API, period=period)
        for name in ("views", "likes", "comments")
        if (value := count_of(row.get(name))) is not None
    )
    work = "series-" + hash_text(series_key(title or key))[:12]
    name = f"{(platform or 'video').lower()}-{key}"
    return Entry(name, work, version, {"source_kind": "promotion_video"}, counts)


def series_key(title: str) -> str:
    """Return what titles of one drama have in common: no hashtags, brackets, signs or capitals.

    Examples
    --------
    >>> series_key("[ENG SUB] The Made-Up Vow 💋 | #drama #ceo")
    'the made up vow'
    >>> series_key("#drama")
    'drama'
    """
    plain = unicodedata.normalize("NFKC", title)
    for pattern in (_HASHTAG, _BRACKETS):
        shorter = pattern.sub(" ", plain)
        plain = shorter if _NOT_WORD.sub("", shorter) else plain
    return _NOT_WORD.sub(" ", plain.casefold()).strip() or title


def _sniff(*wanted: str) -> Any:
    def sniff(path: Path, head: bytes) -> float:
        return 0.9 if head_names(head).issuperset(wanted) else 0.0

    return sniff


LOADERS.add("app_directory_csv")(
    Loader(
        "app_directory_csv",
        "a directory of apps: ratings, reviews and prices by store",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff("app", "platforms", "snapshot_date", "ios_rating"),
        _apps,
        PANEL_OPTIONS,
        b"app,ios_rating,ios_reviews,play_rating,play_reviews,weekly_price_usd,has_free_episodes,"
        b'platforms,snapshot_date\nMadeUpBox,4.6,387,,,5.99,yes,"iOS, Web",2026-10-02\n',
    )
)
LOADERS.add("video_panel_csv")(
    Loader(
        "video_panel_csv",
        "videos of promotion channels (YouTube, Dailymotion), one a row",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff("platform", "channel_id", "video_id", "video_title", "duration_sec"),
        _videos,
        PANEL_OPTIONS,
        b"platform,operator,channel_id,channel_name,video_id,video_title,published_date,"
        b"duration_sec,views,likes,comments\nYouTube,Ann Example,UC1,Made-Up TV,abc,"
        b"The Made-Up Vow #drama,2026-06-11,2010,1200,3,1\n",
    )
)
