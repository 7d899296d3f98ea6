"""Make the data package from the working table: python make.py path/to/policy.csv."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from mdresearch.core.csv_files import read_csv
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

AS_OF = "2026-11-23"
SCOPES = {"micro-drama-specific": "specific", "applies-by-scope": "applies", "adjacent": "adjacent"}
SUMMARIES = {
    "P01": "regulator's action on online micro-dramas, as a paper records it",
    "P02": "some 25,300 micro-dramas and 1.4 million episodes removed",
    "P03": "ten points on content review, permits and the duties of platforms",
    "P04": "designated platforms may rate online video themselves",
    "P06": "fewer and better titles about rich bosses; no such wording in titles",
    "P07": "against sensational titles; titles on mini-programs are reviewed",
    "P10": "three classes, three tiers; permit or filing number shown; unfiled titles not carried",
    "P11": "paid video without age rating or adult verification",
    "P13": "prices in money, no forced bundles, right of withdrawal, care for the vulnerable",
    "P18": "rights holders accuse an app of unlicensed remakes; three titles were taken down",
    "P19": "against set personas, absurd plots and sensational titles",
    "P28": "limits on adult-style roles and on the work of children",
    "P29": "to formulate measures on the development of micro-drama; support for exports",
}
NOTES = {
    "P02": "months as the source words them: end of 2022 to start of 2023",
    "P14": "end of May",
}
INSTRUMENTS = {
    "P02": "special rectification campaign on micro-dramas in mini-programs",
    "P06": "guidelines on micro-dramas about rich bosses",
    "P09": "work conference: plan to draft management measures; action plan for the format",
    "P19": "management measures announced as a departmental rule",
    "P29": "statement on development measures to come",
}


def main(source: str) -> None:
    """Write ``policy.csv``, ``sources.csv`` and ``datapackage.json`` beside this script."""
    raw = read_csv(source)
    policy = shape(raw)
    sources = pd.DataFrame(
        {
            "source_id": ["policy-compilation"],
            "url_or_file": ["policy.csv; the address of each event is in its row"],
            "retrieved_at": [AS_OF],
            "sha256": [hash_file(source)],
            "licence": ["CC0-1.0"],
            "share": ["yes"],
            "kind": ["collected"],
            "n_read": [len(raw)],
            "n_left_out": [0],
        }
    )
    corpus = Corpus(
        "policy-events",
        {"policy": policy, "sources": sources},
        title="Policy events that bear on micro-drama, 2020-2026",
        licence="CC0-1.0",
        citation="The mdresearch developers (2026). Policy events on micro-drama. 2026-11-23.",
        note="Found by no fixed search protocol, from excerpts of pages: no row is verified.",
        provenance={"as_of": AS_OF, "made_by": "make.py"},
    )
    corpus.save(Path(__file__).parent)


def shape(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the table of the schema: country and part apart, scope in one of three words."""
    parts = raw.country.str.partition("-")
    scope = raw.scope.str.extract(r"^(?P<scope>[a-z-]+)(?: \((?P<note>.*)\))?$")
    return pd.DataFrame(
        {
            "policy_id": raw.policy_id,
            "date": raw.date,
            "date_precision": raw.date_precision,
            "country": parts[0].str.replace("/", ";"),
            "subdivision": parts[2],
            "level": raw.level,
            "issuer": raw.issuer,
            "instrument": raw.policy_id.map(INSTRUMENTS).fillna(raw.instrument),
            "domain": raw.domain.str.replace("; ", ";"),
            "scope": scope.scope.map(SCOPES),
            "scope_note": scope.note.str.replace(";", ","),
            "status_at_source": raw.status_at_source,
            "summary": raw.policy_id.map(SUMMARIES).fillna(raw.summary),
            "source_publisher": raw.source_publisher,
            "source_url": raw.source_url,
            "source_tier": raw.source_tier,
            "verified": False,
            "note": raw.policy_id.map(NOTES).fillna(raw.note),
        }
    )


if __name__ == "__main__":
    main(sys.argv[1])
