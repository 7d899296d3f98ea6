"""ISEAR: 7,666 reports of seven emotions; the free text of the reports stays in the file.

The file separates its 43 fields by ``|`` and quotes nothing, so that 163 reports whose text holds
a ``|`` seem to have more fields. The text is the 41st field, two fields follow it, and no other
field can hold the mark: every row is read from both ends, and none is lost.

``ID`` names a person within the file: each ID belongs to one country, city, subject number, sex
and age, and reports each emotion once at most. The id of a person is the country and the ID all
the same (``SWE-11001``), so that it stays unique beside other data.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.errors import DatasetError
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

COUNTRIES = {
    "1": "SWE", "2": "NOR", "4": "FIN", "8": "AUT", "9": "AUS", "10": "BRA", "12": "BGR",
    "16": "NZL", "17": "NLD", "19": "ESP", "20": "ZMB", "22": "USA", "26": "IND", "27": "MWI",
    "30": "CHN", "33": "HND",
}  # fmt: skip
GENDERS = {"1": "male", "2": "female"}
FIELDS = 43
TEXT = 40
KEPT = ("ID", "COUN", "SEX", "AGE", "Field1", "LONG", "INTS", "CON", "MYKEY")


def read_isear(path: str | Path) -> Corpus:
    """Read the ISEAR file: one rating a report, one respondent a person, no free text.

    ``rating`` and ``intensity`` are INTS (1 not very to 4 very intense), ``duration`` is LONG
    (1 minutes, 2 an hour, 3 several hours, 4 a day or more), ``control`` is CON (1 to 3); 0 means
    no answer in all three and becomes missing. ``title_id`` is the emotion that was asked for.

    Raises
    ------
    DatasetError
        A row has fewer than 43 fields, or a code that the description of the data does not give.
    """
    import pandas as pd

    rows = list(_rows(Path(path)))
    frame = pd.DataFrame([row for row, _ in rows], columns=list(KEPT), dtype="str")
    repaired = sum(extra for _, extra in rows)
    person = frame.COUN.map(COUNTRIES) + "-" + frame.ID
    answers = {name: _answer(frame[name]) for name in ("INTS", "LONG", "CON")}
    ratings = pd.DataFrame(
        {
            "respondent_id": person,
            "ladder_id": pd.Series(None, index=frame.index, dtype="str"),
            "title_id": frame.Field1,
            "rating": answers["INTS"].astype("float64"),
            "intensity": answers["INTS"],
            "duration": answers["LONG"],
            "control": answers["CON"],
            "report_id": frame.MYKEY,
        }
    )
    people = pd.DataFrame(
        {
            "respondent_id": person,
            "country": frame.COUN.map(COUNTRIES),
            "gender": frame.SEX.map(GENDERS),
            "age": frame.AGE.astype("int64"),
        }
    ).drop_duplicates(ignore_index=True)
    sources = pd.DataFrame(
        {
            "source_id": ["isear"],
            "url_or_file": ["sinmaniphel/py_isear_dataset: isear.csv"],
            "licence": ["CC BY-NC-SA 3.0"],
            "share": ["derived"],
            "kind": ["collected"],
            "n_read": [len(ratings)],
            "n_repaired": [repaired],
            "n_lost": [0],
        }
    )
    tables = {"ratings": ratings, "respondents": people, "sources": sources}
    note = "Students of 16 countries, asked once for each of seven emotions; the text is left out."
    return Corpus("isear", tables, kind="collected", note=note)


def _rows(path: Path) -> Iterator[tuple[list[str], bool]]:
    with path.open(encoding="utf-8", newline="") as stream:
        header = stream.readline().rstrip("\r\n").split("|")
        if len(header) != FIELDS or header[TEXT] != "SIT":
            raise DatasetError(
                f"'{path}' is not the ISEAR file: its first row is not the known one."
            )
        places = [header.index(name) for name in KEPT]
        for number, line in enumerate(stream, start=2):
            fields = line.rstrip("\r\n").split("|")
            if len(fields) < FIELDS or fields[header.index("COUN")] not in COUNTRIES:
                raise DatasetError(
                    f"'{path}', row {number}: {len(fields)} fields, or a country code that is not "
                    f"known. Each row has {FIELDS} fields or more. Restore the file."
                )
            yield [fields[place] for place in places], len(fields) > FIELDS


def _answer(codes: pd.Series) -> pd.Series:
    numbers = codes.astype("Int64")
    return numbers.mask(numbers == 0)
