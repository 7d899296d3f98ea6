"""ReelShort books: the web JSON with its places, tag categories, seeds, and work numbers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mdresearch.core.hashing import hash_text
from mdresearch.corpus.loaders.catalogue_tables import RANK, SEEDED, Count, Entry
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

ACTOR_CATEGORIES = ("1001", "1005")
HALL = "/api/video/hall/info"
KEPT = (
    "book_type", "book_genre", "book_source", "update_status", "is_paid", "is_preview", "status",
    "score", "serial_number", "id_inferred",
)  # fmt: skip

_T_BOOK = re.compile(r"[1-9][0-9]{2}000000(?P<remake>000|140)000(?P<work>[0-9]{3})")
_BOOK_ID = re.compile(r"[0-9a-f]{24}")


def books(data: Any) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the books of a page or of an API answer, each with the name of its shelf.

    Knows the list, detail, home and shelf pages, and the answer ``{"code": 0, "data": ...}``.
    """
    if isinstance(data, list):
        for item in data:
            yield from books(item)
    if not isinstance(data, dict):
        return
    if _is_book(data):
        yield data, text_of(data.get("bookshelf_name"))
        return
    props = _at(data, "props", "pageProps")
    if isinstance(props, dict):
        yield from _page(props)
        return
    hall = data.get("bookShelfList")
    for shelf in hall if isinstance(hall, list) else []:
        name = text_of(shelf.get("bookshelf_name")) if isinstance(shelf, dict) else None
        yield from ((book, name) for book, _ in books(_at(shelf, "books")))
    for key in ("data", "list", "books", "lists"):
        yield from books(data.get(key))


def _page(props: Mapping[str, Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    yield from books(_at(props, "tagBooks", "books"))
    yield from books(props.get("data"))
    hall = _at(props, "fallback", HALL)
    yield from books(hall)
    yield from books(props.get("list"))


def _is_book(data: Mapping[str, Any]) -> bool:
    return "book_title" in data or "t_book_id" in data


def _at(data: Any, *path: str) -> Any:
    for key in path:
        data = data.get(key) if isinstance(data, dict) else None
    return data


def work_of(t_book_id: str | None) -> tuple[str | None, str | None]:
    """Return the work number in a ``t_book_id`` and the type of edition, as formats.md 1.3 says.

    The numbers are a heuristic, checked on 23 pairs; None where an id does not follow it.

    Examples
    --------
    >>> work_of("200000000000000355"), work_of("140000000000000355")
    (('355', 'original'), ('355', 'dubbed'))
    >>> work_of("140000000140000137"), work_of("355")
    (('137', 'remade'), (None, None))
    """
    found = _T_BOOK.fullmatch(t_book_id or "")
    if found is None or t_book_id is None:
        return None, None
    if found["remake"] == "140":
        return found["work"], "remade" if t_book_id[:3] == "140" else None
    return found["work"], {"200": "original", "140": "dubbed"}.get(t_book_id[:3])


def entry_of(
    book: Mapping[str, Any],
    options: Mapping[str, Any],
    period: str | None,
    shelf: str | None = None,
) -> Entry | None:
    """Return the entry of one book object; None where it has neither an id nor a title."""
    t_book = id_of(book.get("t_book_id"))
    book_id = id_of(book.get("book_id")) or id_of(book.get("_id")) or _in_url(book)
    title = text_of(book.get("book_title"))
    if not (t_book or book_id or title):
        return None
    version_id = t_book or book_id or "title-" + hash_text(title or "")[:12]
    number, version_type = work_of(t_book) if options.get("join_works", True) else (None, None)
    actors = actors_of(book, options)
    tags, originals = tags_of(book, actors)
    text, cut = blurb(book.get("special_desc"))
    lang = lang_of(book.get("lang"))
    version = {
        "lang": lang,
        "version_type": version_type,
        "release_date": date_of(book.get("publish_at")) or date_of(book.get("online_at")),
        "n_episodes": chapters_of(book.get("chapter_count")) or chapters_of(book.get("total")),
        "title": title,
        "description": text,
        "description_cut": cut if text else None,
        "tags": joined(tags),
        "tags_original": joined(originals),
        "t_book_id": t_book,
        "book_id": book_id,
        "online_at": date_of(book.get("online_at")),
        "has_dub": text_of(str(book["has_dub"]).lower()) if "has_dub" in book else None,
        "shelf": shelf,
        "n_actors": len(actors) if _says_actors(book, options) else None,
        **{name: text_of(_plain(book[name])) for name in KEPT if name in book},
    }
    counts = tuple(_counts(book, period))
    return Entry(
        f"reelshort-{version_id}",
        f"reelshort-work-{number}" if number else f"reelshort-{version_id}",
        version,
        counts=counts,
        actors=tuple(actors),
    )


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float | bool) else value


def _counts(book: Mapping[str, Any], period: str | None) -> Iterator[Count]:
    for metric, key in (("reads", "read_count"), ("collects", "collect_count")):
        shown = count_of(book.get(key))
        if shown is not None:
            seed = count_of(book.get(f"init_{key}"))
            yield Count(metric, shown, SEEDED, seed, period)
    likes = count_of(book.get("like_count"))
    if likes is not None:
        yield Count("likes", likes, SEEDED, None, period)
    rank = count_of(book.get("rank"))
    if rank:
        yield Count("rank", rank, RANK, None, period)


def unread_counts(book: Mapping[str, Any]) -> int:
    """Return how many counts of a book are there and cannot be read."""
    keys = ("read_count", "collect_count", "like_count", "init_read_count", "init_collect_count")
    return sum(book.get(key) not in (None, "") and count_of(book.get(key)) is None for key in keys)


def _says_actors(book: Mapping[str, Any], options: Mapping[str, Any]) -> bool:
    return isinstance(book.get("tag_list"), list) or bool(options.get("actor_names"))


def actors_of(book: Mapping[str, Any], options: Mapping[str, Any]) -> list[str]:
    """Return the names of actors: tags of category 1001 or 1005, and those the user listed."""
    items = book.get("tag_list")
    named = [
        text_of(item.get("text"))
        for item in (items if isinstance(items, list) else [])
        if isinstance(item, dict) and str(item.get("category_id")) in ACTOR_CATEGORIES
    ]
    listed = {str(name).casefold() for name in options.get("actor_names") or ()}
    held = [tag for tag in _tags(book) if tag.casefold() in listed]
    return list(dict.fromkeys(name for name in [*named, *held] if name))


def tags_of(book: Mapping[str, Any], actors: Iterable[str]) -> tuple[list[str], list[str]]:
    """Return the tags of an edition and those of the original, both without actors."""
    people = {name.casefold() for name in actors}
    pairs = book.get("tag_lang")
    tags = _tags(book)
    originals = words_of(book.get("tags_original"))
    if isinstance(pairs, list):
        held = [pair for pair in pairs if isinstance(pair, dict)]
        told = {text_of(p.get("lang_name")): text_of(p.get("ori_name")) for p in held}
        people |= {(lang or "").casefold() for lang, ori in told.items() if _in(ori, people)}
        originals = originals or [ori for ori in told.values() if ori]
        tags = tags or [lang for lang in told if lang]
    return [t for t in tags if not _in(t, people)], [t for t in originals if not _in(t, people)]


def _tags(book: Mapping[str, Any]) -> list[str]:
    tags = words_of(book.get("tag") or book.get("tags"))
    if tags or not isinstance(book.get("tag_list"), list):
        return tags
    items = [item for item in book["tag_list"] if isinstance(item, dict)]
    return words_of([item.get("text") for item in items])


def _in(word: str | None, people: set[str]) -> bool:
    return word is not None and word.casefold() in people


def _in_url(book: Mapping[str, Any]) -> str | None:
    url = text_of(book.get("series_url")) or ""
    found = _BOOK_ID.findall(url)
    return found[-1] if found else (url.rstrip("/").rsplit("/", 1)[-1].split("?")[0] or None)


def matches(entries: Iterable[Entry]) -> list[str]:
    """Say how many editions were joined to works by their numbers."""
    held = {entry.version_id: entry for entry in entries if entry.version.get("t_book_id")}
    if not held:
        return []
    numbered = [e for e in held.values() if e.work_id.startswith("reelshort-work-")]
    sizes = Counter(entry.work_id for entry in numbered)
    several = sum(size > 1 for size in sizes.values())
    return [
        "Editions were joined to works by the last digits of t_book_id, a heuristic: "
        f"{len(numbered):,} of {len(held):,} ids follow it; {several:,} of {len(sizes):,} works "
        "have more than one edition. The type of an edition is read from the same id. "
        "join_works=False leaves both."
    ]
