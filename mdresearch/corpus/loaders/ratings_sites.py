"""Rating sites: MyDramaList and Douban matched by title, and drama lists with fan tags."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.countries import country_codes
from mdresearch.core.hashing import hash_text
from mdresearch.corpus.loaders.catalogue_files import (
    Sheet,
    head_names,
    need,
    ragged_sentence,
    read_table,
)
from mdresearch.corpus.loaders.catalogue_tables import (
    GIVES,
    OPTIONS,
    Count,
    Entry,
    Part,
    reading,
    unread_note,
)
from mdresearch.corpus.loaders.catalogue_text import (
    blurb,
    chapters_of,
    count_of,
    date_of,
    id_of,
    joined,
    text_of,
    words_of,
)
from mdresearch.corpus.loading import LOADERS, Loader, Reading
from mdresearch.corpus.values import DECIMAL

if TYPE_CHECKING:
    import pandas as pd

MATCHED = (
    "English Title", "Native Title", "Rating_mdl", "Number of Raters_mdl", "Rating_douban",
    "Number of Raters_douban",
)  # fmt: skip
SITES = {"mdl": "mydramalist", "douban": "douban"}
TITLE = ("title_en", "title", "Title", "English Title", "name", "Name")
NATIVE = ("title_zh", "native_title", "Native Title", "title_native")
FANS = ("tags", "Tags", "fan_tags")
LINK = ("mdl_url", "viki_url", "url", "URL", "link")
SCALE = 10
SITE_OPTIONS = {
    **{k: v for k, v in OPTIONS.items() if k not in ("subtract_seed", "country")},
    "standardise": "true: ratings also as value_z, in standard deviations within their site",
}


def _matched(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts = []
    for path in paths:
        sheet = read_table(path, options)
        need(path, sheet.names, MATCHED, "mdl_douban_csv")
        origins, lost = _origins(path, sheet)
        read = [_pair(row, options, origins) for _, row in sheet.rows]
        parts.append(_part(path, sheet, read, lost))
    said = [
        "Two sites, two scales: their ratings differ in mean and spread (count_kind says whose), "
        "and dramas that both sites rate are selected on popularity. Compare only within a site, "
        "or read with standardise=True and use value_z."
    ]
    return _standardised(reading(parts, options, said), options)


def _pair(
    row: Mapping[str, str], options: Mapping[str, Any], origins: Mapping[str, str]
) -> tuple[Entry | None, int]:
    title, native = text_of(row["English Title"]), text_of(row["Native Title"])
    if title is None and native is None:
        return None, 0
    link, douban = text_of(row.get("URL")), id_of(row.get("ID"))
    year = date_of(row.get("Year"))
    period = date_of(options.get("retrieved_at"))
    counts, unread = [], 0
    for short, site in SITES.items():
        found, lost = _rating(
            row[f"Rating_{short}"], row[f"Number of Raters_{short}"], site, period
        )
        counts += found
        unread += lost
    version = {
        "title": title or native,
        "title_native": native,
        "release_date": year,
        "douban_id": douban,
        "mdl_id": mdl_id(link),
        "url": link,
    }
    key = f"mdl-{mdl_id(link)}" if mdl_id(link) else _key(title, native, year, douban)
    work = {"origin_country": origins.get(row.get("Country", "")) or None}
    return Entry(key, key, version, work, tuple(counts)), unread


def _key(*parts: str | None) -> str:
    return "title-" + hash_text("\n".join(part or "" for part in parts))[:12]


def mdl_id(link: str | None) -> str | None:
    """Return the number in an address of MyDramaList.

    Examples
    --------
    >>> mdl_id("https://mydramalist.com/53117-cang-lan-jue"), mdl_id("https://example.org/1-a")
    ('53117', None)
    """
    found = re.match(r"https?://(?:www\.)?mydramalist\.com/([0-9]+)", link or "")
    return found[1] if found else None


def _rating(rating: str, raters: str, site: str, period: str | None) -> tuple[list[Count], int]:
    """Return rating and number of raters of one site, and how many cells could not be read."""
    counts, unread = [], 0
    cell, n = rating.strip(), count_of(raters) if raters.strip() else None
    if re.fullmatch(DECIMAL, cell) and 0 < float(cell) <= SCALE:
        counts.append(Count("rating", float(cell), site, period=period, more={"n_raters": n}))
    else:
        unread += bool(cell) and cell not in ("0", "0.0", "N/A")
    if n is not None:
        counts.append(Count("raters", n, site, period=period))
    return counts, unread + (bool(raters.strip()) and n is None)


def _origins(path: Path, sheet: Sheet) -> tuple[dict[str, str], tuple[str, ...]]:
    """Return alpha-3 codes of where dramas were made; it says nothing of who rated them."""
    given = [row["Country"] for _, row in sheet.rows if row.get("Country")]
    kinds = list(dict.fromkeys(given))
    if not kinds:
        return {}, ()
    found = country_codes(kinds)
    codes = dict(zip(kinds, found.codes, strict=True))
    lost = Counter(name for name in given if not codes[name])
    if not lost:
        return codes, ()
    listing = ", ".join(f"'{name}' ({n})" for name, n in lost.most_common(5))
    return codes, (f"{path.name}: countries that are not known and stay empty: {listing}.",)


def _part(
    path: Path, sheet: Sheet, read: Sequence[tuple[Entry | None, int]], said: tuple[str, ...] = ()
) -> Part:
    entries = [entry for entry, _ in read if entry]
    refused = {"no title": len(read) - len(entries)} if len(entries) < len(read) else {}
    note = sheet.file_note(path, refused, unread_note(sum(n for _, n in read)))
    return Part(entries, note, (*ragged_sentence(path, sheet), *said))


def _standardised(held: Reading, options: Mapping[str, Any]) -> Reading:
    if not options.get("standardise"):
        return held
    tables = dict(held.tables)
    tables["performance"] = within_site(tables["performance"])
    return replace(held, tables=tables)


def within_site(performance: pd.DataFrame) -> pd.DataFrame:
    """Add ``value_z``: ratings minus the mean of their site, in its standard deviations (n - 1).

    Other metrics have none. A site with one rating, or none that differ, has none either.

    Examples
    --------
    >>> import pandas as pd
    >>> rated = {"metric": "rating", "count_kind": ["a", "a", "b"], "value": [7.0, 9.0, 5.0]}
    >>> within_site(pd.DataFrame(rated))["value_z"].round(2).tolist()
    [-0.71, 0.71, nan]
    """
    rated = performance["value"].where(performance["metric"] == "rating")
    sites = rated.groupby(performance["count_kind"])
    spread = sites.transform("std")
    return performance.assign(value_z=(rated - sites.transform("mean")) / spread.where(spread > 0))


def _fan_tags(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    site = str(options.get("site") or "")
    parts, no_site = [], 0
    for path in paths:
        sheet = read_table(path, options)
        title = next((name for name in TITLE if name in sheet.names), TITLE[0])
        tags = next((name for name in FANS if name in sheet.names), FANS[0])
        need(path, sheet.names, (title, tags), "fan_tags_csv")
        origins, lost = _origins(path, sheet)
        read = [_tagged(row, title, tags, site, options, origins) for _, row in sheet.rows]
        told = zip(read, sheet.rows, strict=True)
        no_site += sum(bool(e) and not site and _rated(row, e) for (e, _), (_, row) in told)
        parts.append(_part(path, sheet, read, lost))
    bare = sum(e.version.get("tags") is None for p in parts for e in p.entries)
    said = []
    if bare:
        said.append(f"{bare:,} dramas have no fan tags; later years are tagged better than early.")
    if no_site:
        said.append(
            f"{no_site:,} ratings were left out, since no column names the site. Say site=, such "
            "as 'viki' or 'mydramalist'."
        )
    return _standardised(reading(parts, options, said), options)


def _rated(row: Mapping[str, str], entry: Entry | None) -> bool:
    """Whether a row has a rating that no site is known for."""
    known = entry is not None and entry.version.get("mdl_id")
    return not known and bool(row.get("rating") or row.get("score"))


def _tagged(
    row: Mapping[str, str],
    title: str,
    tags: str,
    site: str,
    options: Mapping[str, Any],
    origins: Mapping[str, str],
) -> tuple[Entry | None, int]:
    native = next((t for name in NATIVE if (t := text_of(row.get(name)))), None)
    shown = text_of(row[title]) or native
    if shown is None:
        return None, 0
    link = next((t for name in LINK if (t := text_of(row.get(name)))), None)
    year = date_of(row.get("year") or row.get("Year"))
    text, cut = blurb(row.get("description") or row.get("synopsis"))
    counts: list[Count] = []
    unread = 0
    whose = site or ("mydramalist" if mdl_id(link) else "")
    if whose:
        rating, raters = row.get("rating") or row.get("score") or "", row.get("raters") or ""
        counts, unread = _rating(rating, raters, whose, date_of(options.get("retrieved_at")))
    version = {
        "title": shown,
        "title_native": native,
        "release_date": year,
        "n_episodes": chapters_of(row.get("eps") or row.get("episodes")),
        "description": text,
        "description_cut": cut if text else None,
        "tags": joined(_words(row[tags])),
        "genres": joined(_words(row.get("genres") or row.get("Genres") or "")),
        "mdl_id": mdl_id(link),
        "url": link,
    }
    key = f"mdl-{mdl_id(link)}" if mdl_id(link) else _key(shown, native, year, link)
    work = {"origin_country": origins.get(row.get("Country", "")) or None}
    return Entry(key, key, version, work, tuple(counts)), unread


def _words(cell: str) -> list[str]:
    mark = next((mark for mark in "|;," if mark in cell), "|")
    return words_of(cell.strip().removesuffix("(Vote or add tags)"), mark)


def _sniff_matched(path: Path, head: bytes) -> float:
    return 0.95 if head_names(head).issuperset(MATCHED) else 0.0


def _sniff_tags(path: Path, head: bytes) -> float:
    names = head_names(head)
    if {"mdl_url", "title_en", "tags"} <= names or {"viki_url", "tags"} <= names:
        return 0.9
    return 0.35 if "fan_tags" in names else 0.0


LOADERS.add("mdl_douban_csv")(
    Loader(
        "mdl_douban_csv",
        "dramas with their ratings on MyDramaList and on Douban",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff_matched,
        _matched,
        SITE_OPTIONS,
        "English Title,Native Title,Year,Country,Rating_mdl,Number of Raters_mdl,Rating_douban,"
        "Number of Raters_douban,ID,URL\nA Made-Up Vow,编造,2022,China,8.1,120,7.2,340,30001,"
        "https://mydramalist.com/901-made-up\n".encode(),
    )
)
LOADERS.add("fan_tags_csv")(
    Loader(
        "fan_tags_csv",
        "a list of dramas with genres and tags by fans (MyDramaList, Viki)",
        GIVES,
        (".csv", ".tsv", ".xlsx"),
        _sniff_tags,
        _fan_tags,
        {**SITE_OPTIONS, "site": "whose ratings they are, where the file has ratings"},
        "mdl_url,title_en,year,eps,title_zh,genres,tags\nhttps://mydramalist.com/902-made-up,"
        'A Made-Up Oath,2021,24,编造的誓,"Romance, Drama","Revenge, Strong Female Lead"\n'.encode(),
    )
)
