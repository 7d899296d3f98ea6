"""Many Labs 2: five effects, one row an answer, from a file derived from the CLEAN data.

``uid`` numbers answers within one of the two slates of studies: the same number stands for
different people at other sites, and 58 pairs of site and uid stand in both slates, which no person
was given together. A person is therefore slate, site and uid (``s1-brasilia-1``). Two such people
have two answers to ``Huang_1``, one in each condition; both rows are kept, and told apart by
``condition``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.errors import DatasetError
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

COUNTRIES = {
    "Australia": "AUS", "Austria": "AUT", "Belgium": "BEL", "Brazil": "BRA", "Canada": "CAN",
    "Chile": "CHL", "China": "CHN", "Colombia": "COL", "Costa Rica": "CRI",
    "Czech Republic": "CZE", "France": "FRA", "Germany": "DEU", "Hong Kong, China": "HKG",
    "Hungary": "HUN", "India": "IND", "Italy": "ITA", "Japan": "JPN", "Malaysia": "MYS",
    "Mexico": "MEX", "New Zealand": "NZL", "Nigeria": "NGA", "Poland": "POL", "Portugal": "PRT",
    "Serbia": "SRB", "South Africa": "ZAF", "Spain": "ESP", "Sweden": "SWE", "Switzerland": "CHE",
    "Taiwan": "TWN", "Tanzania": "TZA", "The Netherlands": "NLD", "Turkey": "TUR", "UK": "GBR",
    "USA": "USA", "United Arab Emirates": "ARE", "Uruguay": "URY",
}  # fmt: skip
LANGS = {
    "English": "en", "Spanish": "es", "German": "de", "Dutch": "nl", "Polish": "pl",
    "Czech": "cs", "Chinese (simplified)": "zh-Hans", "Chinese (traditional)": "zh-Hant",
    "French": "fr", "Turkish": "tr", "Serbian": "sr", "Hungarian": "hu", "Portuguese": "pt",
    "Japanese": "ja", "Swedish": "sv", "Italian": "it",
}  # fmt: skip
SLATES = {
    "Huang_1": "s1", "Miyamoto_1": "s1", "Gray_1": "s2", "Hsee_1": "s2", "Norenzayan_1": "s2",
}  # fmt: skip
WEIRD = {"1": "weird", "0": "less_weird"}
NEEDED = ("effect", "uid", "site", "country", "language", "weird", "setting", "condition", "score")


def read_manylabs2(path: str | Path) -> Corpus:
    """Read the derived file: ``ratings`` with effect, condition and score; ``respondents``.

    ``title_id`` is the effect (``Huang_1``, ``Hsee_1``, ``Gray_1``, ``Miyamoto_1``,
    ``Norenzayan_1``), ``rating`` the score on the scale of that effect, ``covariate`` that of the
    source, ``weird`` the source's own class of the country; ``sex_code`` is the source's number.

    Raises
    ------
    DatasetError
        A column is missing, or a country, language or class that is not known.
    """
    import pandas as pd

    raw = pd.read_csv(path, dtype="str", keep_default_na=False, na_values=[""])
    absent = [name for name in NEEDED if name not in raw]
    if absent:
        raise DatasetError(f"'{path}' lacks the column '{absent[0]}'. Restore the derived file.")
    person = _known(raw.effect, SLATES, path) + "-" + raw.site + "-" + raw.uid
    ratings = pd.DataFrame(
        {
            "respondent_id": person,
            "title_id": raw.effect,
            "rating": [float(score) for score in raw.score],
            "condition": raw.condition,
            "setting": raw.setting,
            "covariate": raw.covariate.map(float, na_action="ignore").astype("float64"),
        }
    )
    people = pd.DataFrame(
        {
            "respondent_id": person,
            "country": _known(raw.country, COUNTRIES, path),
            "weird": _known(raw.weird, WEIRD, path),
            "ui_lang": _known(raw.language, LANGS, path),
            "lang": _known(raw.language, LANGS, path),
            "site": raw.site,
            "sex_code": raw.sex.map(lambda code: str(int(float(code))), na_action="ignore"),
        }
    ).drop_duplicates(ignore_index=True)
    sources = pd.DataFrame(
        {
            "source_id": ["manylabs2"],
            "url_or_file": ["ManyLabsOpenScience/ManyLabs2: CLEAN files"],
            "licence": ["GPL-3 (repository); OSF terms of 8cd4r to be checked"],
            "share": ["derived"],
            "kind": ["derived"],
            "n_read": [len(ratings)],
            "n_lost": [0],
        }
    )
    tables = {"ratings": ratings, "respondents": people, "sources": sources}
    note = "Two people (s1-doshisha-2947, s1-grazvienna-7072) stand in both conditions of Huang_1."
    return Corpus("manylabs2", tables, kind="derived", note=note)


def _known(values: pd.Series, names: dict[str, str], path: str | Path) -> pd.Series:
    unknown = values[~values.isin(list(names))]
    if len(unknown):
        raise DatasetError(
            f"'{path}', row {int(unknown.index[0]) + 2}: {unknown.iloc[0]!r} in '{values.name}' is "
            f"not known. Known: {', '.join(names)}."
        )
    return values.map(names)
