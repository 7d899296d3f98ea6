"""Lists of dramas: rights for sale with display counts, dumps of titles, lists of titles."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.core.hashing import hash_text
from mdresearch.corpus.loaders.catalogue_files import (
    head_names,
    json_mark,
    need,
    ragged_sentence,
    read_json,
    read_table,
)
from mdresearch.corpus.loaders.catalogue_tables import (
    DISPLAY,
    GIVES,
    OPTIONS,
    RANK,
    Count,
    Entry,
    Part,
    part,
    reading,
)
from mdresearch.corpus.loaders.catalogue_text import (
    blurb,
    chapters_of,
    date_of,
    id_of,
    joined,
    text_of,
    words_of,
)
from mdresearch.corpus.loading import LOADERS, FileNote, Loader, Reading
from mdresearch.corpus.short_numbers import short_number

LIST_OPTIONS = {k: v for k, v in OPTIONS.items() if k != "subtract_seed"}
JSON_OPTIONS = {k: v for k, v in LIST_OPTIONS.items() if k not in ("sheet", "encoding")}
TIMES = {"延期": "postponed", "待定": "to be set"}
HEAT = {  # heatData counts in units of 10^4, as heatRaw shows with its w
    "hongguo_heat": "红果热度",
    "hongguo_fav": "红果收藏",
    "total_heat": "累计热力值",
    "total_play": "累计播放",
    "kuaishou_play": "快手播放",
}
LARGEST = 1e15  # a larger number is no count and no price
EXTRA = {"抖音播放": "douyin_play", "抖音播放量": "douyin_play", "多多播放": "duoduo_play"}
NO_PRICE_TIER = "no object with a priceTier"
NOT_A_ROW = "not a list of texts"
INDEX_POST = "a post that lists other posts, not a drama"
COLLECTION = "a collection of one actor's dramas, not a drama"

_LINE = re.compile(r"([^0-9\s]+?)\s*[0-9.]+\s*[w万亿]?")
_UNIT_TIME = re.compile(
    r"(?:([0-9]{1,4})h)?\s*([0-9]{1,6}(?:\.[0-9]{1,6})?)min\s*(?:([0-9]{1,6})s)?", re.IGNORECASE
)
_MARK = re.compile(r"[（(\[【]?\s*(?:全|共)?([0-9]{1,4})\s*集全?\s*[）)\]】]?")
_NUMBERING = re.compile(r"^\s*(?:【[0-9]+】|[0-9]{1,5}\s*[-.、：:])\s*")
_COLLECTION = re.compile(r"合集|(共|[』\s])[0-9]+部|短剧[0-9]+部")
_MONTHLY = re.compile(
    r"20[0-9]{2}\s*年?.?\s*[0-9]{1,2}\s*月|[0-9]{1,2}\s*月.{0,6}(合集|目录|更新|汇总)"
)


def _rights_list(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts, unread, bare = [], 0, 0
    for path in paths:
        data, encoding = read_json(path)
        rows = data.get("dramas") if isinstance(data, dict) else data
        given = rows if isinstance(rows, list) else []
        held = [row for row in given if isinstance(row, dict) and "priceTier" in row]
        if not held:
            raise DataError(
                f"{path}: no drama with a priceTier is in it. Give the list as it came."
            )
        read = [_right(row, date_of(options.get("retrieved_at"))) for row in held]
        lost = sum(n for _, n in read)
        unread += lost
        bare += sum(_bare(row) for row in held)
        made = part(path, encoding, [entry for entry, _ in read], lost)
        others = Counter({NO_PRICE_TIER: len(given) - len(held)})
        refused = dict(Counter(made.note.refused) + others)
        parts.append(replace(made, note=replace(made.note, rows_read=len(given), refused=refused)))
    said = ["Prices are as the list states them, which names no currency."]
    if unread:
        said.append(f"{unread:,} lines of heatRaw hold no count that can be read for certain.")
    if bare:
        said.append(
            f"{bare:,} durations state no unit; they stand in duration_as_given, "
            "not in duration_ms."
        )
    return reading(parts, options, said)


def _right(row: Mapping[str, Any], period: str | None) -> tuple[Entry | None, int]:
    key, name = id_of(row.get("id")), text_of(row.get("name"))
    if key is None and name is None:
        return None, 0
    first, *others = (name or "").splitlines() or [""]
    text, cut = blurb(row.get("intro"))
    launch = text_of(row.get("launchDate"))
    price = row.get("price")
    version = {
        "release_date": date_of(launch),
        "n_episodes": chapters_of(row.get("episodes")),
        "title": first or None,
        "title_other": joined([o.strip("（）() ") for o in others]),
        "description": text,
        "description_cut": cut if text else None,
        "tags": joined(words_of(row.get("tags"))),
        "category": text_of(row.get("category")),
        "price": float(price) if price is not None and _real(price) else None,
        "price_tier": text_of(row.get("priceTier")),
        "launch_as_given": TIMES.get(launch or "", launch),
        "episodes_as_given": text_of(row.get("episodes")),
        "duration_ms": duration_ms(row.get("duration")),
        "duration_as_given": text_of(row.get("duration")),
        "heat_as_given": text_of(str(row["heatRaw"])) if row.get("heatRaw") else None,
    }
    counts, unread = _heat(row, period)
    name = f"rights-{key or hash_text(name or '')[:12]}"
    return Entry(name, name, version, counts=tuple(counts)), unread


def _bare(row: Mapping[str, Any]) -> bool:
    given = text_of(row.get("duration"))
    return bool(given) and duration_ms(given) is None


def duration_ms(value: Any) -> int | None:
    """Return a duration that states its unit, in milliseconds.

    Examples
    --------
    >>> duration_ms("47min11s"), duration_ms("1h05min"), duration_ms("50"), duration_ms("/")
    (2831000, 3900000, None, None)
    """
    found = _UNIT_TIME.fullmatch(text_of(value) or "")
    if found is None:
        return None
    seconds = 3600 * int(found[1] or 0) + 60 * float(found[2]) + int(found[3] or 0)
    return round(seconds * 1000)


def _heat(row: Mapping[str, Any], period: str | None) -> tuple[list[Count], int]:
    data = row.get("heatData")
    held = data if isinstance(data, dict) else {}
    counts = [
        Count(name, float(round(held[name] * 10_000)), DISPLAY, period=period)
        for name in HEAT
        if _real(held.get(name))
    ]
    if isinstance(held.get("adx_rank"), int) and _real(held["adx_rank"]):
        counts.append(Count("adx_rank", held["adx_rank"], RANK, period=period))
    numbers = (held[name] for name in HEAT if isinstance(held.get(name), int | float))
    unread = sum(not -LARGEST < number < LARGEST for number in numbers)
    for line in (text_of(row.get("heatRaw")) or "").splitlines():
        label = _LINE.fullmatch(line.strip())
        value = short_number(line.strip())
        metric = EXTRA.get(label[1]) if label else None
        if metric and value is not None:
            counts.append(Count(metric, value, DISPLAY, period=period))
        elif not _told(line.strip(), held):
            unread += 1
    return counts, unread


def _real(value: Any) -> bool:
    """Whether a value is a number above 0 that a count or a price may be; 1e999 is none."""
    return isinstance(value, int | float) and 0 < value < LARGEST


def _told(line: str, held: Mapping[str, Any]) -> bool:
    """Whether heatData holds what a line of heatRaw says."""
    names = [name for name, label in HEAT.items() if line.startswith(label)]
    return any(name in held for name in names) or ("ADX" in line and "adx_rank" in held)


def _title_dump(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts, texts = [], 0
    for path in paths:
        data, encoding = read_json(path)
        given = data if isinstance(data, list) else []
        rows = [row for row in given if isinstance(row, list)]
        if not rows:
            raise DataError(f"{path}: it holds no list of rows of texts. Give the dump as it came.")
        years = {text_of(row[2]) for row in rows if len(row) > 2}
        read = [_dumped(row, options, len(years) > 1) for row in rows]
        entries = [entry for entry in read if isinstance(entry, Entry)]
        texts += sum(len(row) > 1 and bool(row[1]) for row in rows)
        refused = Counter(why for why in read if isinstance(why, str))
        refused += Counter({NOT_A_ROW: len(given) - len(rows)})
        note = "the year is the same in all rows, a placeholder" if len(years) == 1 else ""
        parts.append(Part(entries, FileNote(path, encoding, len(given), dict(refused), note)))
    said = []
    if texts and not options.get("keep_cast"):
        said.append(
            f"{texts:,} texts that join the cast and the synopsis were left out, since names "
            "cannot be told from the rest. keep_cast=True keeps them."
        )
    return reading(parts, options, said)


def _dumped(row: list[Any], options: Mapping[str, Any], years: bool) -> Entry | str:
    cells = [text_of(cell) for cell in row[:3]] + [None] * 3
    if cells[0] is None:
        return "no title"
    if _MONTHLY.search(cells[0]):
        return INDEX_POST
    title, _, english = cells[0].partition("|")
    version = {
        "title": title.strip() or None,
        "title_en": english.strip().strip('"“”') or None,
        "release_date": date_of(cells[2]) if years else None,
        **({"cast_and_synopsis": cells[1]} if options.get("keep_cast") else {}),
    }
    name = f"title-{hash_text(cells[0])[:12]}"
    return Entry(name, name, version)


def _titles(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts = []
    for path in paths:
        sheet = read_table(path, options)
        need(path, sheet.names, ("raw_title", "episodes"), "title_list_csv")
        read = [_listed(row) for _, row in sheet.rows]
        refused = Counter(why for why in read if isinstance(why, str))
        entries = [entry for entry in read if isinstance(entry, Entry)]
        note = sheet.file_note(path, refused)
        parts.append(Part(entries, note, tuple(ragged_sentence(path, sheet))))
    return reading(parts, options, _rest(parts), ("raw_title", "after_mark"))


def _rest(parts: Sequence[Part]) -> Iterator[str]:
    held = sum(bool(e.version.get("after_mark")) for p in parts for e in p.entries)
    if held:
        yield (
            f"{held:,} titles have words after the number of episodes, actors or other titles. "
            "They and the raw titles are hashed; keep_names=True keeps them."
        )


def _listed(row: Mapping[str, str]) -> Entry | str:
    raw = text_of(row["raw_title"])
    if raw is None:
        return "no title"
    if not row["episodes"] and _COLLECTION.search(raw):
        return COLLECTION
    plain = _NUMBERING.sub("", raw)
    mark = _MARK.search(plain)
    title, after = (plain[: mark.start()], plain[mark.end() :]) if mark else (plain, "")
    version = {
        "title": title.strip() or None,
        "n_episodes": chapters_of(row["episodes"]),
        "after_mark": after.strip() or None,
        "raw_title": raw,
    }
    name = f"title-{hash_text(raw)[:12]}"
    return Entry(name, name, version)


def _sniff_titles(path: Path, head: bytes) -> float:
    return 0.9 if {"raw_title", "episodes"} <= head_names(head) else 0.0


def _sniff_dump(path: Path, head: bytes) -> float:
    start = re.match(
        rb'\s*\[\s*\[\s*"(?:[^"\\]|\\.){1,300}"\s*,', head.removeprefix(b"\xef\xbb\xbf")
    )
    return 0.5 if start else 0.0


LOADERS.add("rights_list_json")(
    Loader(
        "rights_list_json",
        "a list of dramas whose rights are for sale, with price tiers and display counts",
        GIVES,
        (".json",),
        json_mark(b'"priceTier"', b'"heatRaw"'),
        _rights_list,
        JSON_OPTIONS,
        '[{"id": "r1", "name": "编造的剧", "episodes": "31集", "category": "女频", "tags": '
        '["都市"], "intro": "文", "priceTier": "4000", "price": 4000, "heat": 1.5, "heatData": '
        '{"hongguo_fav": 1.5}, "heatRaw": "红果收藏 1.5w", "launchDate": "待定", '
        '"duration": "47min11s"}]'.encode(),
    )
)
LOADERS.add("title_dump_json")(
    Loader(
        "title_dump_json",
        "a dump of titles: rows of texts, title, cast with synopsis, year",
        GIVES,
        (".json",),
        _sniff_dump,
        _title_dump,
        {**JSON_OPTIONS, "keep_cast": "true: keep the text that joins cast and synopsis"},
        '[["编造的剧 | \\"A Made-Up Play\\"", "某某 文", "2024", "", "", "", ""]]'.encode(),
    )
)
LOADERS.add("title_list_csv")(
    Loader(
        "title_list_csv",
        "a table of raw titles and numbers of episodes",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff_titles,
        _titles,
        LIST_OPTIONS,
        "raw_title,episodes\n12-编造的剧（73集）某某,73\n".encode(),
    )
)
