"""Entries of catalogues put together as works, versions and performance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.countries import is_country
from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.catalogue_text import lang_of
from mdresearch.corpus.loading import FileNote, Reading

if TYPE_CHECKING:
    import pandas as pd

GIVES = ("works", "versions", "performance")
NO_ID = "neither an id nor a title"
SEEDED, NET = "seeded_cumulative", "seed_subtracted_cumulative"
DISPLAY, CUMULATIVE = "platform_display_text", "platform_cumulative"
PUBLIC_API, RANK = "public_api", "rank only"  # as md.fetch("netflix-top10") has it
OPTIONS = {
    "country": "alpha-3 code of the country where the counts were made, where the file has none",
    "lang": "BCP 47 tag of the edition's language, where a row has none; never taken for a country",
    "subtract_seed": "true: value is the count without the platform's seed, where that is known",
    "sheet": "the sheet of a workbook that has several",
    "retrieved_at": "when the counts were captured; it becomes their period",
    "encoding": "the encoding of a text file, where it cannot be told",
}
ACTORS = "actor_"

WORKS = {"work_id": "str", "title": "str", "title_lang": "str", "origin_country": "str"}
VERSIONS = {
    "version_id": "str", "work_id": "str", "market": "str", "lang": "str", "version_type": "str",
    "release_date": "str", "n_episodes": "Int64", "count_kind": "str", "title": "str",
    "description": "str", "description_cut": "boolean", "tags": "str", "tags_original": "str",
}  # fmt: skip
PERFORMANCE = {
    "version_id": "str", "country": "str", "period": "str", "metric": "str", "value": "float64",
    "count_kind": "str", "value_shown": "float64", "value_seed": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class Count:
    """A number of an edition as the platform shows it, and the seed in it where that is known."""

    metric: str
    shown: float | None
    kind: str
    seed: float | None = None
    period: str | None = None
    country: str | None = None
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Entry:
    """One edition: its ids, the columns of its version and its work, its counts and actors."""

    version_id: str
    work_id: str
    version: Mapping[str, Any]
    work: Mapping[str, Any] = field(default_factory=dict)
    counts: tuple[Count, ...] = ()
    actors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Part:
    """The entries of one file, and its note."""

    entries: Sequence[Entry]
    note: FileNote
    warnings: tuple[str, ...] = ()


def part(path: Path, encoding: str, entries: Sequence[Entry | None], unread: int = 0) -> Part:
    """Return the part of one file; records that made no entry are refused and counted."""
    held = [entry for entry in entries if entry is not None]
    refused = {NO_ID: len(entries) - len(held)} if len(held) < len(entries) else {}
    return Part(held, FileNote(path, encoding, len(entries), refused, unread_note(unread)))


def unread_note(unread: int) -> str:
    """Say how many counts are there and could not be read, or nothing."""
    return f"{unread} counts could not be read and are missing" if unread else ""


def reading(
    parts: Sequence[Part],
    options: Mapping[str, Any],
    warnings: Iterable[str] = (),
    persons: tuple[str, ...] = (),
) -> Reading:
    """Return tables and notes for the parts of all files.

    Parameters
    ----------
    parts : sequence of Part
        One a file, in the order in which the files were given.
    options : mapping
        ``country``, ``lang`` and ``subtract_seed`` are used here; see `OPTIONS`.
    warnings : iterable of str
        What the loader found; what concerns all catalogues is added.
    persons : tuple of str
        Columns of ``versions`` that name persons, beside the actors.
    """
    _check(options)
    editions: dict[str, tuple[int, Entry]] = {}
    works: dict[str, tuple[int, Entry]] = {}
    counts: dict[tuple[Any, ...], dict[str, Any]] = {}
    said = [text for p in parts for text in p.warnings] + list(warnings)
    clashes: Counter[int] = Counter()
    again = 0
    for place, held_part in enumerate(parts):
        for entry in held_part.entries:
            again += entry.version_id in editions
            editions.setdefault(entry.version_id, (place, entry))
            held = works.get(entry.work_id)
            if held is None or _original(entry) > _original(held[1]):
                works[entry.work_id] = (place, entry)
            for count in entry.counts:
                row = _performance(place, entry, count, options)
                first = counts.setdefault(_key(row), row)
                clashes[place] += first["value"] != row["value"]
    tables = {
        "works": _frame((_work(p, e) for p, e in works.values()), WORKS),
        "versions": _frame((_version(p, e, options) for p, e in editions.values()), VERSIONS),
        "performance": _frame(counts.values(), PERFORMANCE),
    }
    said += _general(tables, again, clashes, options)
    if not set(tables["performance"]["count_kind"]) & {SEEDED, NET}:
        tables["performance"] = tables["performance"].drop(columns=["value_shown", "value_seed"])
    notes = tuple(_with_clashes(p.note, clashes[place]) for place, p in enumerate(parts))
    named = tuple(c for c in tables["versions"].columns if c.startswith(ACTORS) or c in persons)
    return Reading(tables, notes, {"versions": named} if named else {}, tuple(said))


def _check(options: Mapping[str, Any]) -> None:
    country = options.get("country")
    if country and not is_country(country):
        raise DataError(f"country='{country}' is not an alpha-3 code such as BRA.")
    if options.get("lang") and lang_of(options["lang"]) != options["lang"]:
        raise DataError(f"lang='{options['lang']}' is not a BCP 47 tag such as pt-BR.")


def _original(entry: Entry) -> int:
    return entry.version.get("version_type") == "original"


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[n] for n in ("version_id", "country", "period", "metric", "count_kind"))


def _performance(
    place: int, entry: Entry, count: Count, options: Mapping[str, Any]
) -> dict[str, Any]:
    value, kind = count.shown, count.kind
    if options.get("subtract_seed") and count.shown is not None and count.seed is not None:
        value, kind = count.shown - count.seed, NET if kind == SEEDED else kind
    return {
        "version_id": entry.version_id,
        "country": count.country or options.get("country"),
        "period": count.period,
        "metric": count.metric,
        "value": value,
        "count_kind": kind,
        "value_shown": count.shown,
        "value_seed": count.seed,
        **count.more,
        "source_file": place,
    }


def _work(place: int, entry: Entry) -> dict[str, Any]:
    given = {"title": entry.version.get("title"), "title_lang": entry.version.get("lang")}
    return {"work_id": entry.work_id, **given, **entry.work, "source_file": place}


def _version(place: int, entry: Entry, options: Mapping[str, Any]) -> dict[str, Any]:
    kinds = sorted({count.kind for count in entry.counts})
    row = {"version_id": entry.version_id, "work_id": entry.work_id, **entry.version}
    row["lang"] = row.get("lang") or options.get("lang")
    row["count_kind"] = ";".join(kinds) or None
    row |= {f"{ACTORS}{n}": name for n, name in enumerate(entry.actors, start=1)}
    return row | {"source_file": place}


def _frame(rows: Iterable[Mapping[str, Any]], wanted: Mapping[str, str]) -> pd.DataFrame:
    import pandas as pd

    held = list(rows)
    found = dict.fromkeys(name for row in held for name in row)
    columns = [*wanted, *(name for name in found if name not in wanted and name != "source_file")]
    data = {}
    for name in columns:
        cells = [row.get(name) for row in held]
        data[name] = pd.Series(cells, dtype=wanted.get(name) or _dtype(cells))
    data["source_file"] = pd.Series([row["source_file"] for row in held], dtype="int64")
    return pd.DataFrame(data)


def _dtype(cells: list[Any]) -> str:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "Int64"
    return "float64" if kinds and kinds <= {int, float} else "str"


def _general(
    tables: Mapping[str, pd.DataFrame],
    again: int,
    clashes: Mapping[int, int],
    options: Mapping[str, Any],
) -> list[str]:
    said = []
    versions, counts = tables["versions"], tables["performance"]
    if again:
        said.append(f"{again:,} entries name an edition that came before; its first row is kept.")
    if sum(clashes.values()):
        said.append(
            f"{sum(clashes.values()):,} counts differ from another of the same edition, metric and "
            "period; the first is kept. Read captures of several days with retrieved_at= each."
        )
    lost = int(counts["country"].isna().sum())
    if lost:
        said.append(
            f"{lost:,} of {len(counts):,} counts have no country: the files do not say where they "
            "were made, and an edition's language is no country. Say country= if you know it."
        )
    mute = int(versions["lang"].isna().sum())
    if mute:
        said.append(
            f"{mute:,} of {len(versions):,} editions have no language. Say lang= if you know it."
        )
    kinds = set(counts["count_kind"].dropna())
    if SEEDED in kinds:
        known = int(counts["value_seed"].notna().sum())
        said.append(
            "Counts are cumulative and partly seeded by the platform "
            f"({known:,} of {len(counts):,} come with their seed): they are no measure of an "
            "audience. subtract_seed=True takes off what is known."
        )
    negative = int((counts["value"] < 0).sum())
    if negative and options.get("subtract_seed"):
        said.append(f"{negative:,} counts are smaller than their seed; they are kept as they are.")
    return said


def _with_clashes(note: FileNote, clashes: int) -> FileNote:
    if not clashes:
        return note
    more = f"{clashes} counts differ from an earlier one of the same edition, metric and period"
    text = "; ".join(said for said in (note.note, more) if said)
    return replace(note, note=text)
