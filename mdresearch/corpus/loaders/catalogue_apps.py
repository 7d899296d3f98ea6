"""Catalogues of DramaBox, NetShort, ShortMax and TopShort: which field says what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.catalogue_files import json_mark, read_json
from mdresearch.corpus.loaders.catalogue_tables import (
    CUMULATIVE,
    DISPLAY,
    GIVES,
    OPTIONS,
    RANK,
    Count,
    Entry,
    part,
    reading,
)
from mdresearch.corpus.loaders.catalogue_text import (
    blurb,
    chapters_of,
    count_of,
    date_of,
    id_of,
    joined,
    lang_of,
    text_of,
    words_of,
)
from mdresearch.corpus.loading import LOADERS, Loader, Reading


@dataclass(frozen=True)
class Fields:
    """The fields of one platform; where several are named, the first that is filled counts.

    Attributes
    ----------
    counts : mapping of str to tuple
        By metric the kind of count, and the fields.
    persons : mapping of str to str
        By our column the field that names a person.
    """

    platform: str
    id: str
    title: tuple[str, ...]
    text: tuple[str, ...]
    episodes: tuple[str, ...]
    tags: tuple[str, ...]
    date: tuple[str, ...] = ()
    counts: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    persons: Mapping[str, str] = field(default_factory=dict)


DRAMABOX = Fields(
    "dramabox",
    "bookId",
    ("bookName",),
    ("introduction",),
    ("chapterCount",),
    ("tags", "tagNames", "tagV3s", "typeTwoNames"),
    ("firstShelfTime", "shelfTime"),
    {
        "views": (("viewCount", CUMULATIVE), ("viewCountDisplay", DISPLAY)),
        "plays": (("playCount", DISPLAY),),
    },
    {"lastUpdateTimeDisplay": "last_update_shown"},
    {"author": "author", "protagonist": "protagonist"},
)
NETSHORT = Fields(
    "netshort",
    "shortPlayId",
    ("shortPlayName",),
    ("shotIntroduce", "shortIntroduce"),
    ("totalEpisode",),
    ("labelList",),
    kept={"status": "status", "fullEpisodeNameUrl": "url_name"},
)
SHORTMAX = Fields(
    "shortmax",
    "filmId",
    ("filmName",),
    ("introduction",),
    ("totalEpisodeQuantity",),
    ("labels",),
    counts={"watches": (("watchCount", DISPLAY),)},
    kept={"shortPlayCode": "short_play_code"},
)
TOPSHORT = Fields(
    "topshort",
    "vid",
    ("name",),
    ("videoDetails",),
    ("total_episode_number",),
    ("category_label",),
    ("publish_at",),
    {"heat": (("videoHotNum", DISPLAY),), "likes": (("praiseCnt", DISPLAY),)},
)


def records(data: Any, fields: Fields) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield every record of a platform, wherever it stands, with the title of its shelf."""
    stack: list[tuple[Any, str | None]] = [(data, None)]
    while stack:
        held, shelf = stack.pop()
        if isinstance(held, list):
            stack += [(item, shelf) for item in reversed(held)]
        elif isinstance(held, dict) and fields.id in held:
            yield held, shelf
        elif isinstance(held, dict):
            name = text_of(held.get("title")) or shelf
            stack += [(item, name) for item in reversed(list(held.values()))]


def entry_of(
    record: Mapping[str, Any], fields: Fields, period: str | None, shelf: str | None
) -> Entry | None:
    """Return the entry of one record, or None where it has no id or no title."""
    key, title = id_of(record.get(fields.id)), text_of(_first(record, fields.title))
    if key is None or title is None:
        return None
    text, cut = blurb(_first(record, fields.text))
    tags, english = _tags(record, fields)
    version = {
        "lang": lang_of(record.get("lang") or record.get("language")),
        "version_type": "dubbed" if "(DUBBED)" in title.upper() else None,
        "release_date": next((d for f in fields.date if (d := date_of(record.get(f)))), None),
        "n_episodes": chapters_of(_first(record, fields.episodes)),
        "title": title,
        "description": text,
        "description_cut": cut if text else None,
        "tags": joined(tags),
        "platform_id": key,
        "shelf": shelf,
        **({"tags_en": joined(english)} if english else {}),
        **{ours: text_of(record.get(theirs)) for theirs, ours in fields.kept.items()},
        **{ours: text_of(record.get(theirs)) for theirs, ours in fields.persons.items()},
    }
    name = f"{fields.platform}-{key}"
    return Entry(name, name, version, counts=tuple(_counts(record, fields, period)))


def _counts(record: Mapping[str, Any], fields: Fields, period: str | None) -> Iterator[Count]:
    for metric, offered in fields.counts.items():
        for name, kind in offered:
            value = count_of(record.get(name))
            if value is not None:
                kind = DISPLAY if isinstance(record[name], str) else kind
                yield Count(metric, value, kind, period=period)
                break
    rank = record.get("rankVo")
    place = count_of(rank.get("sort")) if isinstance(rank, dict) else None
    if isinstance(rank, dict) and place:
        more = {"rank_type": text_of(rank.get("rankType"))}
        yield Count("rank", place, RANK, period=period, more=more)


def _unread(record: Mapping[str, Any], fields: Fields) -> int:
    names = [name for offered in fields.counts.values() for name, _ in offered]
    held = [record.get(name) for name in names]
    return sum(value not in (None, "") and count_of(value) is None for value in held)


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((record[n] for n in names if record.get(n) not in (None, "", [])), None)


def _tags(record: Mapping[str, Any], fields: Fields) -> tuple[list[str], list[str]]:
    held = _first(record, fields.tags)
    pairs = record.get("tagV3s")
    english = [_named(t, "tagEnName") for t in pairs] if isinstance(pairs, list) else []
    if english and isinstance(pairs, list):
        held = pairs
    items = held if isinstance(held, list) else words_of(held)
    return words_of([_named(item, "tagName", "labelName", "name") for item in items]), [
        word for word in english if word
    ]


def _named(item: Any, *names: str) -> str | None:
    if isinstance(item, dict):
        return next((text for name in names if (text := text_of(item.get(name)))), None)
    return text_of(item)


def _read(fields: Fields, paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts, unread = [], 0
    for path in track(paths, f"reading {fields.platform}"):
        data, encoding = read_json(path, page=True)
        found = list(records(data, fields))
        if not found:
            raise DataError(
                f"{path}: no record of {fields.platform} is in it: none has the field "
                f"'{fields.id}'. Give the answer of the server or the saved page, whole."
            )
        period = date_of(options.get("retrieved_at"))
        entries = [entry_of(record, fields, period, shelf) for record, shelf in found]
        lost = sum(_unread(record, fields) for record, _ in found)
        unread += lost
        parts.append(part(path, encoding, entries, lost))
    said = [f"{unread:,} counts could not be read and are missing."] if unread else []
    return reading(parts, options, said, tuple(fields.persons.values()))


def _add(fields: Fields, says: str, marks: tuple[bytes, ...], example: bytes) -> None:
    name = f"{fields.platform}_json"
    options = {k: v for k, v in OPTIONS.items() if k not in ("sheet", "encoding", "subtract_seed")}
    sniff = json_mark(*marks, page=fields.platform.encode())
    endings = (".json", ".html", ".htm")
    function = partial(_read, fields)
    LOADERS.add(name)(Loader(name, says, GIVES, endings, sniff, function, options, example))


_add(
    DRAMABOX,
    "DramaBox books: a saved page, or JSON in the form of the app",
    (b'"bookId"', b'"bookName"'),
    b'{"props": {"pageProps": {"bigList": [{"bookId": "42000000001", "bookName": "A Made-Up Vow", '
    b'"introduction": "Text.", "viewCount": 1200, "chapterCount": 61, "tags": ["Revenge"]}]}}}',
)
_add(
    NETSHORT,
    "NetShort plays, as JSON",
    (b'"shortPlayId"',),
    b'{"data": [{"shortPlayId": "2027000000000000001", "shortPlayName": "A Made-Up Oath", '
    b'"shotIntroduce": "Text.", "totalEpisode": 70, "labelList": [{"labelName": "Revenge"}]}]}',
)
_add(
    SHORTMAX,
    "ShortMax films, as JSON with shelves",
    (b'"filmList"', b'"filmId"'),
    b'{"data": {"records": [{"title": "Top picks", "filmList": [{"filmId": "77", "filmName": '
    b'"A Made-Up Debt", "watchCount": "1.2M", "totalEpisodeQuantity": 80}]}]}}',
)
_add(
    TOPSHORT,
    "TopShort videos, as JSON",
    (b'"vid"', b'"total_episode_number"'),
    b'[{"vid": "501", "name": "A Made-Up Pact", "videoDetails": "Text.", "category_label": '
    b'["CEO"], "total_episode_number": 66, "videoHotNum": "16.9w", "praiseCnt": 120}]',
)
