"""ReelShort tables of scrapers, exports and transcriptions, turned into book objects."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

NAMES = {
    "series_title": "book_title",
    "title": "book_title",
    "タイトル": "book_title",
    "URL": "series_url",
    "drama_id": "book_id",
    "description": "special_desc",
    "説明": "special_desc",
    "num_episodes": "chapter_count",
    "episode_count": "chapter_count",
    "エピソード数": "chapter_count",
    "再生数": "read_count",
    "いいね数": "like_count",
    "公開日": "publish_at",
    "release_date": "publish_at",
    "theme": "tag",
    "tags": "tag",
}
LAYOUTS: Mapping[str, tuple[str, ...]] = {
    "parser": ("series_title", "series_url", "num_episodes", "ranking"),
    "scraper": ("series_title", "series_url", "episode_count", "read_count"),
    "catalogue": ("t_book_id", "book_title", "read_count", "chapter_count"),
    "japanese": ("タイトル", "再生数"),
    "tracker": ("drama_id", "title", "read_count", "collect_count"),
    "pairs": ("work_no", "t_book_id_en", "t_book_id_ja", "title_en", "title_ja"),
    "remakes": ("work_no", "t_book_id_remake", "title_ja_remake"),
}

_PAIR = re.compile(r"([a-z]+)\s*=\s*([^;|]+)")
_RANKED = {"reads": "read_count", "collects": "collect_count", "likes": "like_count"}


def layout_of(names: frozenset[str] | tuple[str, ...]) -> str | None:
    """Return which layout the names of the columns are of.

    Examples
    --------
    >>> layout_of(("タイトル", "再生数", "URL")), layout_of(("a", "b"))
    ('japanese', None)
    """
    held = set(names)
    return next((key for key, wanted in LAYOUTS.items() if held.issuperset(wanted)), None)


def books_of(row: Mapping[str, str], layout: str) -> Iterator[dict[str, Any]]:
    """Yield the book objects that a row holds: one, or an edition each in transcriptions."""
    if layout == "pairs":
        yield _edition(row, "en", {"publish_at": "release_en"})
        yield _edition(row, "ja", {"publish_at": "publish_ja", "tags_original": TAGS_EN})
    elif layout == "remakes":
        yield from _remake(row)
    else:
        yield _book(row, layout)


TAGS_EN = "tags_ja_original_en"


def _book(row: Mapping[str, str], layout: str) -> dict[str, Any]:
    book: dict[str, Any] = {NAMES.get(name, name): cell for name, cell in row.items() if cell}
    for name, value in _PAIR.findall(row.get("ranking", "")):
        book[_RANKED.get(name, name)] = value.strip()
    for name in ("tag", "tags_original"):
        if name in book:
            book[name] = _split(book[name], layout)
    return book


def _split(cell: str, layout: str) -> list[str]:
    if cell.startswith("["):
        try:
            held = json.loads(cell)
        except (ValueError, RecursionError):
            held = None
        if isinstance(held, list):
            return [str(item) for item in held]
    mark = "|" if "|" in cell else ";" if ";" in cell else "," if layout == "scraper" else "|"
    return cell.split(mark)


def _edition(row: Mapping[str, str], lang: str, more: Mapping[str, str]) -> dict[str, Any]:
    held = {
        "t_book_id": row.get(f"t_book_id_{lang}"),
        "book_title": row.get(f"title_{lang}"),
        "read_count": row.get(f"read_{lang}"),
        "collect_count": row.get(f"collect_{lang}"),
        "init_read_count": row.get(f"init_read_{lang}"),
        "init_collect_count": row.get(f"init_collect_{lang}"),
        "chapter_count": row.get(f"chapters_{lang}"),
        "lang": lang,
        **{name: row.get(column) for name, column in more.items()},
    }
    book: dict[str, Any] = {name: cell for name, cell in held.items() if cell}
    book["tag"] = _split(row.get(f"tags_{lang}") or "", "pairs")
    if "tags_original" in book:
        book["tags_original"] = _split(book["tags_original"], "pairs")
    return book


def _remake(row: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    held = {
        "t_book_id": row.get("t_book_id_remake"),
        "book_title": row.get("title_ja_remake"),
        "read_count": row.get("read_remake"),
        "collect_count": row.get("collect_remake"),
        "chapter_count": row.get("episodes"),
        "publish_at": row.get("release"),
        "lang": "ja",
    }
    yield {name: cell for name, cell in held.items() if cell}
    number = row.get("work_no", "").zfill(3)
    if row.get("read_en_original"):
        yield {
            "t_book_id": f"200000000000000{number}",
            "book_title": row.get("en_original_title_if_read"),
            "read_count": row["read_en_original"],
            "lang": "en",
            "id_inferred": "true",
        }
    if row.get("read_ja_dub"):
        yield {
            "t_book_id": f"140000000000000{number}",
            "read_count": row["read_ja_dub"],
            "lang": "ja",
            "id_inferred": "true",
        }
