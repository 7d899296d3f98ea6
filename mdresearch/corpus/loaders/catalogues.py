"""Catalogues of micro-drama platforms: ReelShort, DramaBox, NetShort, ShortMax, TopShort, lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders import catalogue_apps, catalogue_lists, catalogue_panels
from mdresearch.corpus.loaders.catalogue_files import (
    Sheet,
    head_names,
    json_mark,
    ragged_sentence,
    read_json,
    read_table,
)
from mdresearch.corpus.loaders.catalogue_reelshort import books, entry_of, matches, unread_counts
from mdresearch.corpus.loaders.catalogue_reelshort_csv import LAYOUTS, books_of, layout_of
from mdresearch.corpus.loaders.catalogue_tables import (
    GIVES,
    NO_ID,
    OPTIONS,
    Entry,
    Part,
    part,
    reading,
    unread_note,
)
from mdresearch.corpus.loaders.catalogue_text import date_of
from mdresearch.corpus.loading import LOADERS, Loader, Reading

HOMES = (catalogue_apps, catalogue_lists, catalogue_panels)  # they register their own kinds
REELSHORT = {
    **OPTIONS,
    "join_works": "false: editions are not joined to works by the last digits of t_book_id",
    "actor_names": "names to be split off the tags, where the file has no tag categories",
}


def _reelshort_json(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts = []
    for path in track(paths, "reading ReelShort pages"):
        data, encoding = read_json(path, page=True)
        found = list(books(data))
        if not found:
            raise DataError(
                f"{path}: no ReelShort book is in it. Looked in props.pageProps (tagBooks.books, "
                "data, list, the shelves of the hall) and in data of an answer of the API."
            )
        server = data.get("server_time") if isinstance(data, dict) else None
        period = date_of(options.get("retrieved_at")) or date_of(server)
        entries = [entry_of(book, options, period, shelf) for book, shelf in found]
        unread = sum(unread_counts(book) for book, _ in found)
        parts.append(part(path, encoding, entries, unread))
    return _reelshort(parts, options)


def _reelshort(parts: Sequence[Part], options: Mapping[str, Any]) -> Reading:
    entries = [entry for p in parts for entry in p.entries]
    said = matches(entries) if options.get("join_works", True) else []
    cut = sum(bool(entry.version.get("description_cut")) for entry in entries)
    if cut:
        said.append(f"{cut:,} blurbs are cut at 500 characters (description_cut).")
    mixed = sum(e.version.get("n_actors") is None and bool(e.version.get("tags")) for e in entries)
    if mixed:
        said.append(
            f"{mixed:,} editions have tags without categories, so that names of actors may be "
            "among them. Give actor_names=[...] to split them off."
        )
    unread = [p.note for p in parts if p.note.note.endswith("are missing")]
    said += [f"{note.path.name}: {note.note}." for note in unread]
    return reading(parts, options, said)


def _reelshort_csv(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts = []
    for path in track(paths, "reading ReelShort tables"):
        sheet = read_table(path, options)
        layout = layout_of(sheet.names)
        if layout is None:
            known = "; ".join(f"{key}: {', '.join(names)}" for key, names in LAYOUTS.items())
            held = ", ".join(name[:60] for name in sheet.names[:40])
            raise DataError(
                f"{path}: no layout of a ReelShort table has the columns {held}. "
                f"Known: {known}. Rename the columns to one of them."
            )
        parts.append(_table_part(path, sheet, layout, options))
    return _reelshort(parts, options)


def _table_part(path: Path, sheet: Sheet, layout: str, options: Mapping[str, Any]) -> Part:
    entries: list[Entry] = []
    refused: Counter[str] = Counter()
    unread = 0
    for _, row in sheet.rows:
        if row.get("exception"):
            refused["the scraper noted an exception"] += 1
            continue
        period = date_of(row.get("scraped_at")) or date_of(options.get("retrieved_at"))
        held = list(books_of(row, layout))
        found = [entry for book in held if (entry := entry_of(book, options, period))]
        unread += sum(unread_counts(book) for book in held)
        entries += found
        refused[NO_ID] += not found
    note = sheet.file_note(path, +refused, unread_note(unread))
    return Part(entries, note, tuple(ragged_sentence(path, sheet)))


def _sniff_table(path: Path, head: bytes) -> float:
    return 0.9 if layout_of(head_names(head)) else 0.0


LOADERS.add("reelshort_json")(
    Loader(
        "reelshort_json",
        "ReelShort books: a saved page (its __NEXT_DATA__) or an answer of the API",
        GIVES,
        (".json", ".html", ".htm"),
        json_mark(b'"book_title"', page=b"reelshort"),
        _reelshort_json,
        REELSHORT,
        b'{"code": 0, "server_time": 1766643979, "data": {"t_book_id": "200000000000000901", '
        b'"book_title": "Her Made-Up Heir", "lang": "en", "read_count": 1200, '
        b'"init_read_count": 200, "chapter_count": 30, "tag": ["Revenge", "Ann Example"], '
        b'"tag_list": [{"category_id": "1012", "text": "Revenge"}, '
        b'{"category_id": "1001", "text": "Ann Example"}]}}',
    )
)
LOADERS.add("reelshort_csv")(
    Loader(
        "reelshort_csv",
        "ReelShort tables: of two scrapers, full catalogues, a tracker, Japanese heads",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff_table,
        _reelshort_csv,
        REELSHORT,
        b"series_title,series_url,description,num_episodes,status,tags,ranking\n"
        b"Her Made-Up Heir,https://example.org/her-made-up-heir-0123456789abcdef01234567,"
        b"She is back.,30,completed,Revenge; Heiress,reads=39676; collects=677\n",
    )
)
