"""LimeSurvey exports as CSV: headers of codes, of codes and questions, or of questions alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.survey_parts import Survey, unique_names
from mdresearch.corpus.loaders.survey_text import one_of, ragged_words, read_cells, text_variable

CHOICES = ("keep", "exclude")
UNFINISHED_ROW = "an unfinished response"
OPTIONS = {"unfinished": "'keep' (the default) or 'exclude' unfinished responses; both counted"}
NOT_SHOWN, OTHER = "N/A", "-oth-"
# The columns that LimeSurvey adds, by the words of its headers (of codes, of questions).
ADDED = {
    "id": ("id", "response id"),
    "submitdate": ("submitdate", "date submitted"),
    "lastpage": ("lastpage", "last page"),
    "startlanguage": ("startlanguage", "start language"),
    "seed": ("seed",),
    "token": ("token", "access code"),
    "startdate": ("startdate", "date started"),
    "datestamp": ("datestamp", "date last action"),
    "ipaddr": ("ipaddr", "ip address"),
    "refurl": ("refurl", "referrer url"),
    "firstname": ("firstname", "first name"),
    "lastname": ("lastname", "last name"),
    "email": ("email", "email address"),
}
DROPPED = ("refurl", "firstname", "lastname")
PERSONS = {"token": "token_hash", "ipaddr": "ip_hash", "email": "email_hash"}
_CODED = re.compile(
    r"([A-Za-z][A-Za-z0-9_]{0,60}(?:\[[^\[\]]{0,60}\]){0,3})\s*(?:\.|:)\s+(\S.*)", re.DOTALL
)


def added_name(header: str) -> str:
    """Return LimeSurvey's code of a column that it adds, or an empty text.

    Examples
    --------
    >>> added_name("submitdate. Date submitted"), added_name("Response ID"), added_name("G01Q01")
    ('submitdate', 'id', '')
    """
    coded = _CODED.fullmatch(header)
    for word in (header, coded.group(1) if coded else header):
        for code, words in ADDED.items():
            if word.strip().lower() in words:
                return code
    return ""


def header_of(header: str) -> tuple[str, str]:
    """Split a header into the code of the question and its text, where it has one.

    Examples
    --------
    >>> header_of("G01Q01[SQ001]. How much? [Big]"), header_of("How much?"), header_of("G01Q01")
    (('G01Q01[SQ001]', 'How much? [Big]'), ('How much?', 'How much?'), ('G01Q01', ''))
    """
    text = " ".join(header.split())
    coded = _CODED.fullmatch(text)
    if coded:
        return coded.group(1), coded.group(2)
    bare = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*(?:\[[^\[\]]*\])*", text)
    return text, "" if bare else text


def read_limesurvey(path: Path, options: Mapping[str, Any]) -> Survey:
    """Read an export of LimeSurvey.

    ``N/A`` (the question was not shown) is kept apart from an empty cell (shown and not answered).

    Raises
    ------
    DataError
        The file is no such export.
    """
    cells = read_cells(path, options.get("encoding"), n_head=1)
    headers = cells.head[0]
    added = [added_name(header) for header in headers]
    if not {"submitdate", "lastpage", "startlanguage"} & set(added) or "id" not in added:
        raise DataError(
            f"{path}: it lacks the columns that LimeSurvey adds (id, submitdate, lastpage, "
            f"startlanguage). It has: {', '.join(h[:40] for h in headers[:20])}. Say another kind=."
        )
    unfinished = one_of("unfinished", options.get("unfinished", "keep"), CHOICES)
    rows, refused = cells.rows, Counter(cells.refused)
    warnings = ragged_words(path, cells)
    if "submitdate" in added:
        place = added.index("submitdate")
        open_ = [row[place].strip() in ("", NOT_SHOWN) for row in rows]
        if any(open_) and unfinished == "exclude":
            refused[UNFINISHED_ROW] += sum(open_)
            rows = [row for row, lost in zip(rows, open_, strict=True) if not lost]
        elif any(open_):
            warnings.append(
                f"{path.name}: {sum(open_):,} of {len(rows):,} rows are each {UNFINISHED_ROW}; "
                "they are kept. Leave them out with unfinished='exclude', or keep them with "
                "unfinished='keep'."
            )
    split = [(code, "") if code else header_of(h) for code, h in zip(added, headers, strict=True)]
    names, twice = unique_names([name for name, _ in split])
    if twice:
        shown = ", ".join(name[:60] for name in twice)
        warnings.append(f"{path.name}: columns of the same name got a number: {shown}.")
    variables, dropped = [], []
    for place, name in enumerate(names):
        column = [row[place] for row in rows]
        if added[place] in DROPPED:
            dropped.append(f"{name} ({sum(bool(c.strip()) for c in column):,})")
            continue
        other = {OTHER: "Other"} if any(cell.strip() == OTHER for cell in column) else {}
        variables.append(
            text_variable(
                name, column, split[place][1], options.get("missing"), (NOT_SHOWN,), other
            )
        )
    notes = [cells.note] if cells.note else []
    if dropped:
        notes.append(f"columns on persons dropped: {', '.join(dropped)}")
    return Survey(
        path,
        cells.encoding,
        tuple(variables),
        len(rows),
        refused,
        tuple(notes),
        tuple(warnings),
        {name: to for name, to in PERSONS.items() if name in added},
        "id",
        {"ui_lang": "startlanguage"} if "startlanguage" in added else {},
    )
