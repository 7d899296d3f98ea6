"""Qualtrics exports: two or three rows above the data, CSV or tab-separated UTF-16."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.survey_parts import Survey, unique_names
from mdresearch.corpus.loaders.survey_text import (
    RAGGED,
    Cells,
    one_of,
    ragged_words,
    read_cells,
    text_variable,
)

CHOICES = ("keep", "exclude")
IDS = ("ResponseId", "ResponseID", "_recordId")
DROPPED = (
    *("RecipientFirstName", "RecipientLastName", "Name", "LocationLatitude", "LocationLongitude"),
    "LocationAccuracy",
)
PERSONS = {
    "IPAddress": "ip_hash",
    "RecipientEmail": "recipient_email_hash",
    "EmailAddress": "recipient_email_hash",
    "ExternalReference": "external_reference_hash",
    "ExternalDataReference": "external_reference_hash",
}
# What Qualtrics writes into Status, as words and as numbers.
PREVIEWS = ("Survey Preview", "Survey Test", "Offline Survey Preview", "1", "2", "17")
FINISHED = {"true": True, "1": True, "false": False, "0": False, "yes": True, "no": False}
PREVIEW_ROW, UNFINISHED_ROW = "a preview or test response", "an unfinished response"
OPTIONS = {
    "preview": "'keep' (the default) or 'exclude' responses of previews and tests; both counted",
    "unfinished": "'keep' (the default) or 'exclude' unfinished responses; both counted",
}
THREE, LEGACY = "three rows of head", "two rows of head (the legacy layout)"
NO_TEXT, ONE = "two rows of head (no questions)", "one row of head (no questions)"
LAYOUTS = {THREE: 3, LEGACY: 2, NO_TEXT: 2, ONE: 1}  # and how many rows stand above the data
_RESPONSE = re.compile(r"R_[A-Za-z0-9]{5,}")
_JSON = re.compile(r'\s*\{\s*"ImportId"')


def read_qualtrics(path: Path, options: Mapping[str, Any]) -> Survey:
    """Read an export of Qualtrics.

    Names and places of persons are dropped; IP and e-mail addresses and references of panels become
    salted hashes; all are counted.

    Raises
    ------
    DataError
        The file is no such export.
    """
    cells = read_cells(path, options.get("encoding"))
    names, says, ids, data, layout = _head(path, cells)
    ragged = len(cells.head) + len(cells.rows) - len(data) - LAYOUTS[layout]
    preview = one_of("preview", options.get("preview", "keep"), CHOICES)
    unfinished = one_of("unfinished", options.get("unfinished", "keep"), CHOICES)
    at = {name: place for place, name in reversed(list(enumerate(names)))}
    previews = [_cell(row, at.get("Status")) in PREVIEWS for row in data]
    done = [FINISHED.get(_cell(row, at.get("Finished")).lower()) for row in data]
    refused = Counter(cells.refused)
    if ragged:
        refused[RAGGED] += ragged
    kept = []
    for row, is_preview, is_done in zip(data, previews, done, strict=True):
        if is_preview and preview == "exclude":
            refused[PREVIEW_ROW] += 1
        elif is_done is False and unfinished == "exclude":
            refused[UNFINISHED_ROW] += 1
        else:
            kept.append(row)
    warnings = [*ragged_words(path, cells)]
    for n, what, choice, option in (
        (sum(previews), PREVIEW_ROW, preview, "preview"),
        (sum(d is False for d in done), UNFINISHED_ROW, unfinished, "unfinished"),
    ):
        if n and choice == "keep":
            warnings.append(
                f"{path.name}: {n:,} of {len(data):,} rows are each {what}; they are kept. Leave "
                f"them out with {option}='exclude', or keep them with {option}='keep'."
            )
    unique, twice = unique_names(names)
    if twice:
        warnings.append(f"{path.name}: columns of the same name got a number: {', '.join(twice)}.")
    variables = []
    dropped: list[str] = []
    for place, name in enumerate(unique):
        column = [row[place] for row in kept]
        if names[place] in DROPPED:
            filled = sum(bool(cell.strip()) for cell in column)
            dropped.append(f"{name} ({filled:,})")
            continue
        variables.append(_variable(name, column, says[place], ids[place], options))
    notes = [note for note in (cells.note, layout) if note]
    if "Status" in at and data:
        found = Counter(_cell(row, at["Status"])[:40] or "empty" for row in data)
        notes.append("Status: " + ", ".join(f"{s} {n:,}" for s, n in found.most_common(10)))
    if dropped:
        notes.append(f"columns on persons dropped: {', '.join(dropped)}")
    mapped = {"ui_lang": "UserLanguage"} if "UserLanguage" in at else {}
    return Survey(
        path,
        cells.encoding,
        tuple(variables),
        len(kept),
        refused,
        tuple(notes),
        tuple(warnings),
        _persons(at),
        next((name for name in IDS if name in at), ""),
        mapped,
    )


def _persons(there: Mapping[str, int]) -> dict[str, str]:
    """Return columns on persons and what they become; an old and a new spelling stay two."""
    found: dict[str, str] = {}
    for name, to in PERSONS.items():
        if name in there:
            found[name] = f"{to}_2" if to in found.values() else to
    return found


def _variable(
    name: str, cells: Sequence[str], says: str, about: str, options: Mapping[str, Any]
) -> Any:
    from dataclasses import replace

    made = text_variable(name, cells, " ".join(says.split()), options.get("missing"))
    zone = ""
    if about:
        try:
            zone = str(json.loads(about).get("timeZone") or "")
        except (ValueError, AttributeError, RecursionError):
            zone = ""
    return replace(made, format=f"time zone {zone}") if zone else made


def _cell(row: Sequence[str], place: int | None) -> str:
    return row[place].strip() if place is not None and place < len(row) else ""


def _head(path: Path, cells: Cells) -> tuple[list[str], list[str], list[str], list[list[str]], str]:
    """Tell names, questions and import ids from the data; say which layout it is."""
    rows = [*cells.head, *cells.rows]
    names = [name.strip() for name in rows[0]]
    width = len(names)
    place = next((names.index(name) for name in IDS if name in names), None)
    if place is None and not any(_JSON.match(c) for row in rows[1:3] for c in row):
        raise DataError(
            f"{path}: there is no column ResponseId (or ResponseID) and no row of ImportIds, as "
            f"exports of Qualtrics have them. It has: {', '.join(n[:40] for n in names[:20])}. "
            "Say another kind=."
        )
    empty = [""] * width

    def imports(row: Sequence[str]) -> bool:
        return sum(bool(_JSON.match(cell)) for cell in row) * 2 > len(row)

    third = next((k for k in (1, 2) if k < len(rows) and imports(rows[k])), None)
    if third == 2:
        head, layout = rows[:3], THREE
    elif third == 1:
        head, layout = [rows[0], empty, rows[1]], NO_TEXT
    elif len(rows) > 1 and place is not None and not _RESPONSE.fullmatch(_cell(rows[1], place)):
        head, layout = [rows[0], rows[1], empty], LEGACY
    else:
        head, layout = [rows[0], empty, empty], ONE
    for row in head[1:]:
        if len(row) != width:
            raise DataError(
                f"{path}: a row of the head has {len(row):,} cells, the first row {width:,}. "
                "Export the responses again."
            )
    data = [row for row in rows[LAYOUTS[layout] :] if len(row) == width]
    return names, list(head[1]), list(head[2]), data, layout
