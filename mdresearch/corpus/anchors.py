"""Anchoring vignettes of the R package anchors: self-assessments beside six, and beside three.

The column ``country`` of ``freedom`` names the states of a novel (Eastasia, Eurasia, Oceania),
which stand for countries that were never told: it becomes ``invented_country``, and ``country``
is not filled from it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

FREEDOM = ("sex", "age", "educ", "country", "self", *(f"vign{n}" for n in range(1, 7)))
PATTERNS = ("y", "z1", "z2", "z3")
GENDERS = {"1": "male", "0": "female"}
INVENTED = ("Eastasia", "Eurasia", "Oceania")
MISSING = "NA"  # as R writes it


def read_freedom(path: str | Path) -> Corpus:
    """Read ``freedom``: 3,500 people, each with a self-assessment and six vignettes.

    ``ratings`` has seven rows a person: ``title_id`` is ``self`` or ``vign1`` (freest) to
    ``vign6``, ``vignette`` says which of the two, ``rating`` runs from 1 (completely free) to 5
    (not free at all). ``respondents.education`` runs from 1 (none) to 7 (postgraduate). Ages are
    as in the file, which has one of 0.

    Raises
    ------
    DatasetError
        Columns are not the known ones, or an answer is none of 1 to 5.

    Examples
    --------
    One row a person, as estimators of vignettes take it::

        ratings = md.fetch("anchors-freedom")["ratings"]
        wide = ratings.pivot(index="respondent_id", columns="title_id", values="rating")
    """
    import pandas as pd

    raw = _raw(path, FREEDOM)
    person = "f" + pd.Series(range(1, len(raw) + 1), index=raw.index).astype("str").str.zfill(4)
    people = pd.DataFrame(
        {
            "respondent_id": person,
            "country": pd.Series(None, index=raw.index, dtype="str"),
            "gender": _among(raw["sex"], GENDERS, path).map(GENDERS),
            "age": _whole(raw["age"], path),
            "education": _whole(raw["educ"], path),
            "invented_country": _among(raw["country"], INVENTED, path),
        }
    )
    ratings = _ratings(raw, person, "self", FREEDOM[5:], path)
    note = (
        "Eastasia, Eurasia and Oceania are invented names of countries that the source does not "
        "tell; 'country' is empty."
    )
    return _corpus("anchors-freedom", path, {"ratings": ratings, "respondents": people}, note)


def read_vignette_patterns(path: str | Path) -> Corpus:
    """Read ``table1src``: the 13 patterns of answers of King and Wand's table 1.

    They are patterns, not people: ``respondent_id`` is ``pattern-1`` to ``pattern-13``,
    ``title_id`` is ``y`` (the self-assessment) or ``z1`` to ``z3`` (the vignettes).

    Raises
    ------
    DatasetError
        Columns are not the known ones, or an answer is none of 1 to 5.
    """
    import pandas as pd

    raw = _raw(path, PATTERNS)
    pattern = "pattern-" + pd.Series(range(1, len(raw) + 1), index=raw.index).astype("str")
    ratings = _ratings(raw, pattern, "y", PATTERNS[1:], path)
    note = "Patterns of answers from a published table; no person gave them."
    return _corpus("anchors-table1", path, {"ratings": ratings}, note)


def _raw(path: str | Path, columns: Sequence[str]) -> pd.DataFrame:
    raw = read_csv(path)
    if list(raw) != list(columns):
        raise DatasetError(
            f"'{path}' has the columns {', '.join(raw)}; known are {', '.join(columns)}. "
            "Restore the file."
        )
    return raw.mask(raw == MISSING)


def _ratings(
    raw: pd.DataFrame, person: pd.Series, own: str, vignettes: Sequence[str], path: str | Path
) -> pd.DataFrame:
    import pandas as pd

    answers = {name: _among(raw[name], "12345", path) for name in (own, *vignettes)}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "respondent_id": person,
                    "title_id": name,
                    "rating": values.astype("float64"),
                    "vignette": name != own,
                }
            )
            for name, values in answers.items()
        ],
        ignore_index=True,
    )


def _among(values: pd.Series, known: Sequence[str] | dict[str, str], path: str | Path) -> pd.Series:
    odd = values[values.notna() & ~values.isin(list(known))]
    if len(odd):
        raise DatasetError(
            f"'{path}', row {int(odd.index[0]) + 2}: {odd.iloc[0]!r} in '{values.name}' is not "
            f"known. Known: {', '.join(known)}."
        )
    return values


def _whole(values: pd.Series, path: str | Path) -> pd.Series:
    odd = values[values.notna() & ~values.str.fullmatch("[0-9]{1,3}").fillna(False)]
    if len(odd):
        raise DatasetError(
            f"'{path}', row {int(odd.index[0]) + 2}: {odd.iloc[0]!r} in '{values.name}' is no "
            "whole number. Restore the file."
        )
    return values.astype("Int64")


def _corpus(name: str, path: str | Path, tables: dict[str, pd.DataFrame], note: str) -> Corpus:
    import pandas as pd

    source = pd.DataFrame(
        {
            "source_id": [name],
            "url_or_file": [f"cran/anchors: {Path(path).stem} (exported as CSV)"],
            "sha256": [hash_file(path)],
            "licence": ["GPL (>= 2)"],
            "share": ["yes"],
            "kind": ["derived"],
            "rows_read": [len(next(iter(tables.values()))["respondent_id"].unique())],
            "rows_refused": [0],
        }
    )
    held = {key: frame.assign(source_id=name) for key, frame in tables.items()}
    return Corpus(name, {**held, "sources": source}, kind="derived", note=note)
