"""Charts: the Netflix Top 10 by country and worldwide, and lists of a chart monitor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.countries import country_codes
from mdresearch.core.csv_files import MAX_CELL
from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError
from mdresearch.core.hashing import hash_text
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.catalogue_files import (
    MAX_BYTES,
    head_names,
    json_mark,
    need,
    read_json,
)
from mdresearch.corpus.loaders.catalogue_tables import (
    GIVES,
    OPTIONS,
    RANK,
    Count,
    Entry,
    Part,
    reading,
)
from mdresearch.corpus.loaders.catalogue_text import count_of, date_of, text_of
from mdresearch.corpus.loading import LOADERS, FileNote, Loader, Reading

if TYPE_CHECKING:
    import pandas as pd

HEAD = ("week", "category", "weekly_rank", "show_title", "season_title")
COUNTS = {"weekly_hours_viewed": "hours viewed by platform", "weekly_views": "views by platform"}
WEEKS = "cumulative_weeks_in_top_10"
BAD_RANK, BAD_COUNTRY = "the rank is not a whole number from 1", "the country is not known"


def _netflix(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    import pandas as pd

    frames, notes = [], []
    said: list[str] = []
    for place, path in enumerate(track(paths, "reading Netflix charts")):
        raw, encoding, refused = _tsv(path)
        need(path, tuple(raw.columns), HEAD, "netflix_top10")
        rows, lost = _chart_rows(raw, said, path)
        refused |= lost
        notes.append(FileNote(path, encoding, len(rows) + sum(refused.values()), refused))
        frames.append(rows.assign(source_file=place))
        said += [f"{path.name}: {n:,} rows were left out: {why}." for why, n in refused.items()]
    held = pd.concat(frames, ignore_index=True)
    performance = _long(held)
    key = ["version_id", "country", "period", "metric", "count_kind"]
    again = performance.duplicated(key)
    if again.any():
        said.append(f"{int(again.sum()):,} values stand twice in the files; the first is kept.")
    titles = held[["version_id", "work_id", "title", "season", "category", "source_file"]]
    versions = titles.drop_duplicates("version_id", ignore_index=True)
    works = titles[["work_id", "title", "source_file"]].drop_duplicates("work_id")
    tables = {
        "works": works.reset_index(drop=True),
        "versions": versions,
        "performance": performance[~again].reset_index(drop=True),
    }
    said.append("Charts are ranks within ten: a title that is not in them is not known to be less.")
    return Reading(tables, tuple(notes), {}, tuple(said))


def _tsv(path: Path) -> tuple[pd.DataFrame, str, dict[str, int]]:
    """Read tab-separated text in which nothing is quoted; ``NA`` stays ``NA``."""
    import pandas as pd

    size = path.stat().st_size
    if size > 2 * MAX_BYTES:
        raise DataError(f"{path}: {size:,} bytes; at most {2 * MAX_BYTES:,} are read. Split it.")
    decoded = decode(path.read_bytes(), name=str(path), max_bytes=2 * MAX_BYTES)
    lines = decoded.text.replace("\r\n", "\n").strip("\n").split("\n")
    if lines[0].lstrip().startswith("<"):
        raise DataError(f"{path}: a web page (HTML), not a table. Download the table itself.")
    if max(map(len, lines)) > MAX_CELL:
        raise DataError(f"{path}: a line has more than {MAX_CELL:,} characters. Is it a chart?")
    names = [name.strip() for name in lines[0].split("\t")]
    rows = [line.split("\t") for line in lines[1:]]
    even = [row for row in rows if len(row) == len(names)]
    ragged = len(rows) - len(even)
    columns = list(zip(*even, strict=True)) if even else [()] * len(names)
    raw = pd.DataFrame({n: pd.Series(c, dtype="str") for n, c in zip(names, columns, strict=True)})
    reason = f"they do not have {len(names)} cells"
    return raw, decoded.encoding, {reason: ragged} if ragged else {}


def _chart_rows(
    raw: pd.DataFrame, said: list[str], path: Path
) -> tuple[pd.DataFrame, dict[str, int]]:
    """Return rows with ids, country and week; refuse those without rank or country."""
    import pandas as pd

    season = raw["season_title"].mask(raw["season_title"].isin(["N/A", ""]))
    work = raw["category"] + ": " + raw["show_title"]
    rank = pd.to_numeric(raw["weekly_rank"].where(raw["weekly_rank"].str.fullmatch("[0-9]{1,3}")))
    rows = pd.DataFrame(
        {
            "version_id": work + (": " + season).fillna(""),
            "work_id": work,
            "title": raw["show_title"],
            "season": season,
            "category": raw["category"],
            "period": raw["week"].map({week: date_of(week) for week in raw["week"].unique()}),
            "rank": rank.astype("float64"),
            "country": _country(raw),
        }
    )
    for name in (*COUNTS, WEEKS, "runtime"):
        if name in raw:
            rows[name] = pd.to_numeric(raw[name].mask(raw[name] == ""), errors="coerce")
    lost_rank = ~(rows["rank"] >= 1)
    national = "country_iso2" in raw or "country_name" in raw
    lost_country = rows["country"].isna() & ~lost_rank if national else lost_rank & False
    if lost_country.any():
        names = ", ".join(sorted(set(_named(raw)[lost_country]))[:5])
        said.append(f"{path.name}: countries that are not known: {names}.")
    refused = {BAD_RANK: int(lost_rank.sum()), BAD_COUNTRY: int(lost_country.sum())}
    good = rows[~(lost_rank | lost_country)].reset_index(drop=True)
    return good, {why: n for why, n in refused.items() if n}


def _named(raw: pd.DataFrame) -> pd.Series:
    """Return the two-letter codes, and the names where there is none."""
    name = raw.get("country_name", raw["week"].mask(raw["week"].notna()))
    code = raw.get("country_iso2", name)
    return code.where(code.fillna("") != "", name)


def _country(raw: pd.DataFrame) -> pd.Series:
    given = _named(raw)
    kinds = list(given.dropna().unique())
    codes = {k: c or None for k, c in zip(kinds, country_codes(kinds).codes, strict=True)}
    return given.map(codes).astype("str")


def _long(rows: pd.DataFrame) -> pd.DataFrame:
    """Return a row of ``performance`` for each rank, and for each count that a row has."""
    import pandas as pd

    base = ["version_id", "country", "period", "category", "source_file"]
    extra = [name for name in (WEEKS, "runtime") if name in rows]
    ranks = rows[base + extra].assign(metric="weekly_rank", value=rows["rank"], count_kind=RANK)
    parts = [ranks]
    for name, kind in COUNTS.items():
        if name in rows:
            held = rows[rows[name].notna()]
            parts.append(held[base].assign(metric=name, value=held[name], count_kind=kind))
    table = pd.concat(parts, ignore_index=True)
    first = ["version_id", "country", "period", "metric", "value", "count_kind"]
    table = table[[*first, *(c for c in table.columns if c not in first)]]
    for name in extra:
        whole = table[name].dropna() % 1 == 0
        table[name] = table[name].astype("Int64") if whole.all() else table[name]
    return table.astype({"metric": "str", "count_kind": "str", "value": "float64"})


def _monitor(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    parts, notes = [], set()
    for path in track(paths, "reading charts"):
        data, encoding = read_json(path)
        charts = data if isinstance(data, list) else [data]
        entries: list[Entry] = []
        refused = 0
        for chart in charts:
            rows = chart.get("rows") if isinstance(chart, dict) else None
            if not isinstance(rows, list):
                raise DataError(
                    f"{path}: a chart has the list 'rows' of ranks and titles; this has none. "
                    "Give the file of the monitor as it came."
                )
            read = [_charted(row, chart, options) for row in rows]
            entries += [entry for entry in read if entry]
            refused += sum(entry is None for entry in read)
            notes.add(text_of(chart.get("status")) or "none")
        lost = {"no title, or no rank from 1": refused} if refused else {}
        parts.append(Part(entries, FileNote(path, encoding, len(entries) + refused, lost)))
    said = [
        f"The monitor's own word on its lists (status) is: {', '.join(sorted(notes))}. A chart "
        "holds ranks only, from one place and day; what chose its titles is not known."
    ]
    return reading(parts, options, said)


def _charted(row: Any, chart: Mapping[str, Any], options: Mapping[str, Any]) -> Entry | None:
    title = text_of(row.get("title")) if isinstance(row, dict) else None
    rank = count_of(row.get("rank")) if isinstance(row, dict) else None
    if title is None or not rank:
        return None
    platform = text_of(chart.get("platform")) or "unknown"
    period = date_of(chart.get("collection_date")) or date_of(options.get("retrieved_at"))
    kind = text_of(chart.get("ranking_type"))
    count = Count(
        f"rank_{kind.lower()}" if kind else "rank",
        rank,
        RANK,
        period=period,
        more={
            "top_n": count_of(chart.get("top_n")),
            "chart_status": text_of(chart.get("status")),
            "source_url": text_of(chart.get("source_url")),
        },
    )
    key = f"{platform.lower()}-title-{hash_text(title.casefold())[:12]}"
    return Entry(key, key, {"title": title, "platform": platform}, counts=(count,))


def _sniff(path: Path, head: bytes) -> float:
    return 0.95 if head_names(head).issuperset(HEAD) else 0.0


LOADERS.add("netflix_top10")(
    Loader(
        "netflix_top10",
        "the Netflix Top 10, weekly, by country or worldwide, tab-separated",
        GIVES,
        (".tsv",),
        _sniff,
        _netflix,
        {"retrieved_at": "when the file was read; it is noted with the source"},
        b"country_name\tcountry_iso2\tweek\tcategory\tweekly_rank\tshow_title\tseason_title\t"
        b"cumulative_weeks_in_top_10\nNamibia\tNA\t2026-01-25\tFilms\t1\tA Made-Up Film\tN/A\t2\n",
    )
)
LOADERS.add("chart_monitor_json")(
    Loader(
        "chart_monitor_json",
        "lists of a chart monitor: ranks and titles of one platform and day",
        GIVES,
        (".json",),
        json_mark(b'"ranking_type"', b'"rows"'),
        _monitor,
        {k: v for k, v in OPTIONS.items() if k in ("country", "lang", "retrieved_at")},
        b'{"platform": "ReelShort", "collection_date": "2026-09-22", "ranking_type": "TOP", '
        b'"source_url": "https://example.org", "top_n": 10, "rows": [{"rank": 1, "title": '
        b'"A Made-Up Night"}], "row_count": 1, "status": "PASS_CANDIDATE"}',
    )
)
