"""Netflix Top 10 by country and week: ranks of titles, no counts of viewers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.countries import country_codes
from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    *("country_name", "country_iso2", "week", "category", "weekly_rank", "show_title"),
    *("season_title", "cumulative_weeks_in_top_10"),
)
MAX_BYTES = 500_000_000


def read_netflix_top10(path: str | Path) -> Corpus:
    """Read the chart: a row of ``performance`` for each country, week, category and rank.

    ``metric`` is ``weekly_rank`` (1 is the top, of 10); ``count_kind`` is ``rank only``, so that
    nothing takes it for a count. ``version_id`` is category, title and season. The country is that
    of the chart (two letters in the file: Namibia's ``NA`` stays a country).

    Raises
    ------
    DatasetError
        Columns are not the known ones, or a country is not known.
    """
    import pandas as pd

    raw = read_csv(path, delimiter="\t", max_bytes=MAX_BYTES)
    if list(raw) != list(COLUMNS):
        raise DatasetError(
            f"'{path}' has the columns {', '.join(raw)}; known are {', '.join(COLUMNS)}. "
            "Restore the file."
        )
    season = raw["season_title"].mask(raw["season_title"] == "N/A")
    version = raw["category"] + ": " + raw["show_title"] + (": " + season).fillna("")
    work = raw["category"] + ": " + raw["show_title"]
    performance = pd.DataFrame(
        {
            "version_id": version,
            "country": _countries(raw["country_iso2"], path),
            "period": raw["week"],
            "metric": "weekly_rank",
            "value": raw["weekly_rank"].astype("float64"),
            "count_kind": "rank only",
            "category": raw["category"],
            "cumulative_weeks_in_top_10": raw["cumulative_weeks_in_top_10"].astype("int64"),
            "source_id": "netflix-top10",
        }
    )
    titles = pd.DataFrame(
        {"version_id": version, "work_id": work, "title": raw["show_title"], "season": season}
    ).drop_duplicates("version_id", ignore_index=True)
    sources = pd.DataFrame(
        {
            "source_id": ["netflix-top10"],
            "url_or_file": ["frozsgy/statflix: data/all-weeks-countries.tsv"],
            "sha256": [hash_file(path)],
            "licence": ["none stated"],
            "share": ["no"],
            "kind": ["collected"],
            "rows_read": [len(raw)],
            "rows_refused": [0],
        }
    )
    tables = {
        "performance": performance,
        "versions": titles[["version_id", "work_id", "season"]],
        "works": titles[["work_id", "title"]].drop_duplicates("work_id", ignore_index=True),
        "sources": sources,
    }
    note = "Ranks within ten; not micro-drama. Editions of one title are not told apart."
    return Corpus("netflix-top10", tables, kind="collected", note=note)


def _countries(codes: pd.Series, path: str | Path) -> pd.Series:
    kinds = codes.drop_duplicates()
    found = country_codes(kinds).codes
    unknown = kinds[(found.isna() | (found == "")).to_numpy()]
    if len(unknown):
        raise DatasetError(
            f"'{path}', row {int(unknown.index[0]) + 2}: the country {unknown.iloc[0]!r} is not "
            "known. Restore the file."
        )
    return codes.map(dict(zip(kinds, found, strict=True)))
