"""Holzinger and Swineford (1939): nine tests of 301 pupils of two schools."""

from __future__ import annotations

from pathlib import Path

from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

TESTS = tuple(f"x{n}" for n in range(1, 10))
PUPIL = ("id", "sex", "ageyr", "agemo", "school", "grade")


def read_holzinger(path: str | Path) -> Corpus:
    """Read the pupils and their tests: nine rows of ``ratings`` a pupil.

    ``title_id`` is the test (``x1`` to ``x9``), ``rating`` the score as in the file, with every
    digit. ``respondents`` has ``school``, ``grade``, ``age_years``, ``age_months`` (beyond the
    years) and ``sex_code`` (1, 2: the file does not say which is which).

    Raises
    ------
    DatasetError
        Columns are not the known ones, or a score is no number.

    Examples
    --------
    One row a pupil, with its school::

        corpus = md.fetch("holzinger")
        wide = corpus["ratings"].pivot(index="respondent_id", columns="title_id", values="rating")
        wide = wide.join(corpus["respondents"].set_index("respondent_id")["school"])
    """
    import pandas as pd

    raw = read_csv(path)
    if list(raw) != [*PUPIL, *TESTS]:
        raise DatasetError(
            f"'{path}' has the columns {', '.join(raw)}; known are "
            f"{', '.join((*PUPIL, *TESTS))}. Restore the file."
        )
    raw = raw.mask(raw == "NA")
    for name in TESTS:
        odd = raw[name][pd.to_numeric(raw[name], errors="coerce").isna()]
        if len(odd):
            raise DatasetError(
                f"'{path}', row {int(odd.index[0]) + 2}: {odd.iloc[0]!r} in '{name}' is no number. "
                "Restore the file."
            )
    people = pd.DataFrame(
        {
            "respondent_id": raw["id"],
            "school": raw["school"],
            "grade": raw["grade"].astype("Int64"),
            "age_years": raw["ageyr"].astype("Int64"),
            "age_months": raw["agemo"].astype("Int64"),
            "sex_code": raw["sex"],
            "source_id": "holzinger",
        }
    )
    ratings = raw.melt(id_vars=["id"], value_vars=list(TESTS), var_name="title_id")
    ratings = pd.DataFrame(
        {
            "respondent_id": ratings["id"],
            "title_id": ratings["title_id"],
            "rating": ratings["value"].astype("float64"),
            "source_id": "holzinger",
        }
    )
    sources = pd.DataFrame(
        {
            "source_id": ["holzinger"],
            "url_or_file": ["lavaan: HolzingerSwineford1939 (exported as CSV)"],
            "sha256": [hash_file(path)],
            "licence": ["public (published 1939)"],
            "share": ["yes"],
            "kind": ["derived"],
            "rows_read": [len(raw)],
            "rows_refused": [0],
        }
    )
    tables = {"ratings": ratings, "respondents": people, "sources": sources}
    note = "Pupils of two schools of one country; scores are as lavaan scales them."
    return Corpus("holzinger", tables, kind="derived", note=note)
