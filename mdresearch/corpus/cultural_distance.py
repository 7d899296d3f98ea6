"""Cultural distance from the USA (CFST) of 80 countries, as codes of countries."""

from __future__ import annotations

from pathlib import Path

from mdresearch.core.countries import country_codes
from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

VARIABLES = (
    "cultural_distance_to_usa",
    "political_distance_to_usa",
    "political_participation_distance_to_usa",
    "group_membership_distance_to_usa",
)
SCG = {"Serbia and Montenegro": "SCG"}


def read_cultural_distance(path: str | Path) -> Corpus:
    """Read the distances: a row of ``codes`` for each country and kind of distance.

    ``unit_id`` is the country (alpha-3; SCG, withdrawn in 2006, for Serbia and Montenegro),
    ``variable`` the distance, ``value`` the distance as text, 0 (same) upwards, with every digit of
    the file; empty where the source has ``NA``.

    Raises
    ------
    DatasetError
        Columns are not the known ones, or a country is not known.

    Examples
    --------
    Distances as columns of numbers::

        codes = md.fetch("cultural-distance")["codes"]
        codes.pivot(index="unit_id", columns="variable", values="value").astype(float)
    """
    import pandas as pd

    raw = read_csv(path)
    if list(raw) != ["country", *VARIABLES]:
        raise DatasetError(
            f"'{path}' has the columns {', '.join(raw)}; known are country, "
            f"{', '.join(VARIABLES)}. Restore the file."
        )
    country = raw["country"].map(SCG)
    country = country.where(country.notna(), country_codes(raw["country"]).codes)
    unknown = raw["country"][country.isna() | (country == "")]
    if len(unknown):
        raise DatasetError(
            f"'{path}', row {int(unknown.index[0]) + 2}: the country {unknown.iloc[0]!r} is not "
            "known. Restore the file."
        )
    codes = (
        raw.assign(unit_id=country)
        .melt(id_vars=["unit_id"], value_vars=list(VARIABLES), value_name="value")
        .assign(unit_type="country", coder_id="cfst")
    )
    codes["value"] = codes["value"].mask(codes["value"] == "NA")
    codes["code_id"] = codes["unit_id"] + "-" + codes["variable"]
    sources = pd.DataFrame(
        {
            "source_id": ["cultural-distance"],
            "url_or_file": ["nilsreimer/ironic-effects-meta-analysis: cultural-distance.csv"],
            "sha256": [hash_file(path)],
            "licence": ["CC BY-NC (article)"],
            "share": ["derived"],
            "kind": ["derived"],
            "rows_read": [len(raw)],
            "rows_refused": [0],
        }
    )
    codes = codes.assign(source_id="cultural-distance")
    note = "Distances from one country, the USA; from World Values Survey answers."
    return Corpus("cultural-distance", {"codes": codes, "sources": sources}, "derived", note=note)
