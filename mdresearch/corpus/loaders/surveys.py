"""Surveys: SPSS, Stata, SAS, Qualtrics and LimeSurvey files into ``respondents`` and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import survey_limesurvey, survey_qualtrics
from mdresearch.corpus.loaders.survey_binary import form_of, read_binary
from mdresearch.corpus.loaders.survey_codes import own_codes
from mdresearch.corpus.loaders.survey_examples import SAS, SPSS, STATA
from mdresearch.corpus.loaders.survey_frames import GIVES, OPTIONS, reading
from mdresearch.corpus.loaders.survey_limesurvey import added_name, read_limesurvey
from mdresearch.corpus.loaders.survey_parts import Survey
from mdresearch.corpus.loaders.survey_qualtrics import read_qualtrics
from mdresearch.corpus.loading import LOADERS, Loader, Reading

RETRIEVED = {"retrieved_at": "when the answers were exported"}
BINARY_OPTIONS = {**OPTIONS, "keep": "the variables to read, of a large file: ['id', 'q1']"}
SAS_OPTIONS = {**BINARY_OPTIONS, "catalog": "the .sas7bcat file that holds the value labels"}
BINARY = {
    "spss": (
        "SPSS files: .sav, .zsav, .por, with labels and declared missing codes",
        (".sav", ".zsav", ".por"),
        BINARY_OPTIONS,
        SPSS,
    ),
    "stata": (
        "Stata files: .dta, with labels and the missing kinds .a to .z",
        (".dta",),
        BINARY_OPTIONS,
        STATA,
    ),
    "sas": (
        "SAS files: .sas7bdat (with its catalogue of labels) and transport files",
        (".xpt", ".sas7bdat", ".xport"),
        SAS_OPTIONS,
        SAS,
    ),
}
QUALTRICS_EXAMPLE = (
    b"StartDate,Status,IPAddress,Finished,ResponseId,RecipientLastName,UserLanguage,Q1\n"
    b"Start Date,Response Type,IP Address,Finished,Response ID,Recipient Last Name,User Language,"
    b'"How much did you like it?"\n'
    b'"{""ImportId"":""startDate"",""timeZone"":""America/Denver""}","{""ImportId"":""status""}",'
    b'"{""ImportId"":""ipAddress""}","{""ImportId"":""finished""}","{""ImportId"":""_recordId""}",'
    b'"{""ImportId"":""recipientLastName""}","{""ImportId"":""userLanguage""}",'
    b'"{""ImportId"":""QID1""}"\n'
    b"2026-01-05 10:00:00,IP Address,192.0.2.1,True,R_madeup000000001,Example,EN,5\n"
    b"2026-01-05 10:05:00,IP Address,192.0.2.2,True,R_madeup000000002,Example,PT-BR,3\n"
)
LIMESURVEY_EXAMPLE = (
    b'"id";"submitdate";"lastpage";"startlanguage";"seed";"Q1. How much did you like it?"\n'
    b'"1";"2026-01-05 10:00:00";"2";"en";"101";"A2"\n'
    b'"2";"2026-01-05 10:09:00";"2";"zh-Hans";"102";"N/A"\n'
)

One = Callable[[Path, Mapping[str, Any]], Survey]


def load(one: One, paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read survey files of one kind.

    Raises
    ------
    DataError
        A file is not what it should be, or the options do not fit it.
    UnknownNameError
        An option names a variable that is not there.
    """
    own_codes(options.get("missing"))
    return reading([one(path, options) for path in paths], options)


def sniff_binary(program: str, path: Path, head: bytes) -> float:
    """Return how surely a file is one of SPSS, Stata or SAS, by its first bytes."""
    form = form_of(head)
    if form is not None:
        return 0.98 if form.program == program else 0.0
    return 0.3 if path.suffix.lower() in BINARY[program][1] and head.strip(b"\0") else 0.0


def _head(head: bytes) -> str:
    try:
        return decode(head[: len(head) - len(head) % 2]).text.lstrip("\ufeff\r\n")
    except DataError:
        return ""


def sniff_qualtrics(path: Path, head: bytes) -> float:
    """Return how surely a file is an export of Qualtrics, by its first rows."""
    text = _head(head)
    if '{"ImportId"' in text.replace('""', '"') and "\n" in text:
        return 0.97
    names = _names(text)
    ids = {"ResponseID", "ResponseId"} & names
    return 0.92 if ids and {"Finished", "StartDate"} <= names else 0.0


def sniff_limesurvey(path: Path, head: bytes) -> float:
    """Return how surely a file is an export of LimeSurvey, by the columns that it adds."""
    added = {added_name(name) for name in _names(_head(head))}
    marks = {"submitdate", "lastpage", "startlanguage", "seed"} & added
    return 0.95 if "id" in added and len(marks) >= 2 else 0.0


def _names(text: str) -> set[str]:
    first = text.split("\n", 1)[0][:200_000]
    mark = max(",;\t", key=first.count)
    return {name.strip().strip('"').strip() for name in first.split(mark)}


for _kind, (_says, _endings, _options, _example) in BINARY.items():
    LOADERS.add(_kind)(
        Loader(
            _kind,
            _says,
            GIVES,
            _endings,
            partial(sniff_binary, _kind),
            partial(load, partial(read_binary, _kind)),
            {**_options, **RETRIEVED},
            _example,
            {"columns": {"respondent_id": "id"}},
        )
    )
LOADERS.add("qualtrics_csv")(
    Loader(
        "qualtrics_csv",
        "responses exported from Qualtrics: CSV, or tab-separated",
        GIVES,
        (".csv", ".tsv", ".txt"),
        sniff_qualtrics,
        partial(load, read_qualtrics),
        {**OPTIONS, **survey_qualtrics.OPTIONS, **RETRIEVED},
        QUALTRICS_EXAMPLE,
    )
)
LOADERS.add("limesurvey_csv")(
    Loader(
        "limesurvey_csv",
        "responses exported from LimeSurvey as CSV, with codes or questions as header",
        GIVES,
        (".csv", ".txt"),
        sniff_limesurvey,
        partial(load, read_limesurvey),
        {**OPTIONS, **survey_limesurvey.OPTIONS, **RETRIEVED},
        LIMESURVEY_EXAMPLE,
    )
)
