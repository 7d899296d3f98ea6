"""Make the data package from the working table: python make.py path/to/market.csv."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from mdresearch.core.csv_files import read_csv
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.facts import check_facts
from mdresearch.corpus.values import parse

AS_OF = "2026-11-23"
UNITS = {"ad creatives": "ad_creatives", "language versions": "language_versions"}
STORE = "store download estimate"
IAP = "IAP store estimate"

# fact_id: (definition in our words, bound, what moves from the definition to the note)
WORDS = {
    "M001": (IAP, "about", "without ads, other Android stores and web payments"),
    "M004": (STORE, "at_least", ""),
    "M005": ("cumulative store download estimate", "about", ""),
    "M006": (IAP, "about", ""),
    "M010": (STORE, "at_least", ""),
    "M011": ("apps of Chinese developers among the 50 with most revenue", "", "period inferred"),
    "M021": ("downloads attributed to paid advertising", "at_least", "for each of the two apps"),
    "M022": ("advertising impressions", "at_least", ""),
    "M023": (STORE, "", "full year"),
    "M024": ("consumer spending in apps", "at_least", "window inferred from the report's title"),
    "M025": ("share of streaming-app downloads", "", "geography not stated on the page"),
    "M029": (STORE, "", "a peak"),
    "M042": ("viewers", "at_least", ""),
    "M043": ("viewers who pay or transact", "about", ""),
    "M047": ("overseas short-drama revenue", "at_least", "company statement"),
    "M050": ("share from subscription or transaction", "at_least", ""),
    "M051": ("highest revenue per user", "at_most", ""),
    "M054": ("all overseas revenue incl. ads, subscription, web and social", "at_least", ""),
    "M055": ("monthly active users", "about", ""),
    "M073": ("domestic market size", "", "period as the page implies it"),
    "M074": ("downloads in a month", "about", ""),
    "M082": ("users", "", "59.7% of internet users"),
    "M083": ("domestic market size", "", "+34.9%"),
    "M085": ("users", "", "52.4% of internet users"),
    "M087": ("downloads", "", ""),
    "M088": ("total revenue", "", ""),
    "M089": ("apps", "at_least", "some 55M downloads together"),
    "M090": ("platforms in operation", "", "18 from China, 6 from Singapore, 3 from the USA"),
    "M091": ("monthly active users", "", "company statement"),
    "M092": ("views", "", "football and baseball replace ice hockey in two remakes"),
    "M093": ("viewers in the past month", "at_least", "survey of over 100,000 consumers"),
    "M094": ("two-store IAP estimate", "", "about -16% on January"),
    "M095": ("two-store download estimate", "", "about -30% on January"),
    "M099": (
        "two-store download estimate",
        "at_least",
        "first by downloads; then South America, USA, Europe",
    ),
    "M106": ("paid subscribers", "at_least", ""),
    "M109": ("viewers", "", "55% rural"),
    "M111": ("cumulative downloads", "at_least", ""),
    "M115": ("company revenue", "", "+324% on the year"),
    "M116": ("adapted or translated from domestic works", "", "10% local originals"),
    "M119": ("a rights holder alleges a copy", "", "not adjudicated in the source"),
    "M120": ("a rights holder alleges a copy", "", "not adjudicated in the source"),
    "M121": ("a rights holder alleges a copy", "", "over 70M plays on the platform"),
    "M122": ("language versions of one series, each with its own title", "", ""),
    "M123": (STORE, "", "+186% on the year"),
    "M125": ("Chinese titles among overseas titles", "about", ""),
    "M126": ("overseas titles with Chinese cultural elements", "about", ""),
    "M127": ("overseas titles about romance and relationships", "about", ""),
    "M128": ("women among users", "about", ""),
    "M130": ("women among users", "", "above all from 24 years of age"),
    "M132": ("total revenue", "at_least", "full year expected above 400M"),
    "M133": ("total revenue", "at_least", "page converts to over 300M USD"),
    "M134": ("domestic market size", "", "+268%"),
    "M135": ("cumulative downloads", "at_least", "11.6 times a year earlier"),
    "M146": ("expected size of the overseas market", "", ""),
    "M148": ("downloads a month", "at_least", ""),
    "M149": ("cumulative downloads in the first year", "at_least", ""),
    "M150": ("consolidated revenue", "", "not to be swapped with, or added to, Crazy Maple's"),
    "M156": ("a sign without meaning for US viewers, adjusted", "", "as the director tells it"),
    "M157": ("most surveyed viewers put novelty first", "", "share not stated in the text read"),
}
NOTES = {
    "M021": "most installs were bought: bears on how actively audiences seek the format",
    "M026": "Sensor Tower gives more than 100% for 2025: vendors differ",
    "M063": "implies some 335M USD worldwide, a tenth of the page's headline, which is not carried",
    "M108": "differs from the US profile (women 30-60) and from 55% rural: composition confound",
    "M119": "a pointer to a source-target pair; alleged, not ruled",
}
ENTITIES = {"M113": "Asian short-drama platforms in Japan"}


def main(source: str) -> None:
    """Write ``market.csv``, ``sources.csv`` and ``datapackage.json`` beside this script."""
    raw = read_csv(source)
    hoax = raw.status == "hoax_do_not_use"
    frame = raw[~hoax].reset_index(drop=True)
    market = shape(frame)
    check_facts(market).raise_if_bad()
    sources = pd.DataFrame(
        {
            "source_id": ["market-compilation"],
            "url_or_file": ["market.csv; the address of each figure is in its row"],
            "retrieved_at": [AS_OF],
            "sha256": [hash_file(source)],
            "licence": ["CC0-1.0"],
            "share": ["yes"],
            "kind": ["collected"],
            "n_read": [len(raw)],
            "n_left_out": [int(hoax.sum())],
        }
    )
    corpus = Corpus(
        "market-facts",
        {"market": market, "sources": sources},
        title="Market facts on micro-drama, 2021-2030, as sources give them",
        licence="CC0-1.0",
        citation="The mdresearch developers (2026). Market facts on micro-drama. As of 2026-11-23.",
        note="Read from excerpts of pages: no original was opened, so no row is verified.",
        provenance={"as_of": AS_OF, "made_by": "make.py"},
    )
    corpus.save(Path(__file__).parent)


def shape(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the schema: our words, numbers as numbers, nothing verified."""
    out = frame.copy()
    words = pd.DataFrame(WORDS, index=["definition", "bound", "moved"]).T.reindex(out.fact_id)
    words.index = out.index
    out["definition"] = words.definition.fillna(out.definition)
    out["note"] = out.fact_id.map(NOTES).fillna(out.note)
    moved = words.moved.fillna("")
    out["note"] = (moved + "; " + out.note.fillna("")).str.strip("; ")
    out["entity"] = out.fact_id.map(ENTITIES).fillna(out.entity)
    out["unit"] = out.unit.replace(UNITS)
    for name in ("value_low", "value_high"):
        out[name], bad = parse(out[name], "number")
        if bad.any():
            raise SystemExit(f"{name}: row {int(bad.argmax()) + 2} is not a number")
    place = out.columns.get_loc("definition")
    out.insert(place, "bound", words.bound)
    out.insert(out.columns.get_loc("source_tier") + 1, "verified", False)
    return out


if __name__ == "__main__":
    main(sys.argv[1])
