"""Annotations of doccano, JSONL: spans and classes in and out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.coding.exchange.span_rows import Rows, span_variable, text_of
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.offsets import from_utf16, to_utf16

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook
    from mdresearch.coding.exchange.imported import Imported

KIND = "doccano JSONL"
OFFSETS = ("code_points", "utf16")
MAX_BYTES = 2_000_000_000
_LETTER = re.compile(r"\w")


def read_doccano(
    path: str | Path,
    codebook: Codebook,
    variable: str | None = None,
    offsets: str | None = None,
    coder: str = "doccano",
    keep_names: bool = False,
) -> Imported:
    """Read an export of doccano: one line a text, with spans, classes or entities.

    Parameters
    ----------
    path : str or Path
    codebook : Codebook
    variable : str or None
        What the labels are; the only span variable where None.
    offsets : {"code_points", "utf16"} or None
        What positions count. doccano counts UTF-16 units unless its grapheme mode is on. Where
        None, that under which more slices end where words do; the report says which.
    coder : str
        Who annotated (a file is of one user where collaboration is off).
    keep_names : bool
        Whether the coder keeps that name; it becomes a pseudonym otherwise.

    Raises
    ------
    DataError
        A line is no JSON object with a text; the line is named.
    """
    if offsets is not None and offsets not in OFFSETS:
        raise unknown_name("value of offsets=", offsets, OFFSETS)
    name = span_variable(codebook, variable)
    lines = list(_lines(Path(path)))
    rows = Rows(codebook, "doccano")
    spans = [(text, _spans(held)) for _, text, held in lines]
    kind = offsets or _detect(spans)
    for (unit, text, held), (_, found) in zip(lines, spans, strict=True):
        rows.units["", unit] = text
        for start, end, label in found:
            place = _place(text, start, end, kind)
            if place is None:
                rows.say("spans", "their place lies outside the text: left out", unit)
                continue
            rows.add(unit, name, label, coder, char_from=place[0], char_to=place[1])
        for label in _classes(held):
            rows.add(unit, name, label, coder)
        for _ in held.get("relations") or ():
            rows.say("relations", "have no place in a codebook: left out", unit)
    if offsets is None:
        rows.say("offsets", "not stated: read as those that end where words do", kind)
    return rows.done(KIND, keep_names)


def write_doccano(
    codes: pd.DataFrame,
    units: pd.DataFrame,
    path: str | Path,
    variable: str,
    offsets: str = "utf16",
) -> LossReport:
    """Write texts with the spans (or classes) of one variable, one line a text.

    Several coders cannot stand in one file: write one file a coder.

    Raises
    ------
    DataError
        The rows are of several coders, or a column is missing.
    """
    from mdresearch.core.atomic import write_text

    if offsets not in OFFSETS:
        raise unknown_name("value of offsets=", offsets, OFFSETS)
    mine = codes[codes["variable"] == variable]
    if len(set(mine["coder_id"])) > 1:
        raise DataError(
            "The rows are of several coders; doccano has one file a user. Write each apart."
        )
    lost: list[tuple[str, str, str, str]] = []
    lines = []
    by_unit = {str(unit): part for unit, part in mine.groupby("unit_id", sort=False)}
    for unit, text in text_of(units).items():
        label: list[Any] = []
        for row in by_unit.get(unit, mine.iloc[:0]).to_dict("records"):
            if (
                row.get("char_from") == row.get("char_from")
                and row.get("char_from") is not None
                and _whole(row)
            ):
                a, b = int(row["char_from"]), int(row["char_to"])
                if offsets == "utf16":
                    a, b = to_utf16(text, a), to_utf16(text, b)
                label.append([a, b, row["value"]])
            elif _timed(row):
                lost.append(("spans", "on time: the format has text only", str(row["code_id"]), ""))
            else:
                label.append(row["value"])
        lines.append(json.dumps({"id": unit, "text": text, "label": label}, ensure_ascii=False))
    write_text(path, "".join(f"{line}\n" for line in lines))
    done = f"{len(mine) - len(lost):,} of {len(mine):,} codes in {len(lines):,} texts."
    return LossReport(KIND, done, gathered(lost))


def _whole(row: Mapping[Any, Any]) -> bool:
    import pandas as pd

    return bool(pd.notna(row.get("char_from")) and pd.notna(row.get("char_to")))


def _timed(row: Mapping[Any, Any]) -> bool:
    import pandas as pd

    return bool(pd.notna(row.get("start_ms")))


def _lines(path: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    if not path.is_file():
        raise DataError(f"There is no file '{path}'. Give the path of the JSONL export.")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path}: over {MAX_BYTES:,} bytes. Export in parts.")
    with path.open(encoding="utf-8-sig") as stream:
        for number, line in enumerate(stream, start=1):
            if not line.strip():
                continue
            try:
                held = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise DataError(
                    f"{path}, line {number}: it is not JSON. Export as JSONL."
                ) from error
            text = held.get("text", held.get("data")) if isinstance(held, dict) else None
            if not isinstance(text, str):
                raise DataError(f"{path}, line {number}: there is no 'text'. Export as JSONL.")
            meta = held.get("meta") if isinstance(held.get("meta"), dict) else {}
            unit = meta.get("unit_id", held.get("unit_id", held.get("id", number)))
            yield str(unit), text, held


def _labels(held: Mapping[str, Any]) -> Sequence[Any]:
    found = held.get("label", held.get("labels", ()))
    return found if isinstance(found, list) else ()


def _spans(held: Mapping[str, Any]) -> list[tuple[int, int, str]]:
    out = [
        (x[0], x[1], str(x[2])) for x in _labels(held)
        if isinstance(x, list) and len(x) == 3 and all(isinstance(n, int) for n in x[:2])
    ]  # fmt: skip
    for one in held.get("entities") or ():
        if isinstance(one, dict) and isinstance(one.get("start_offset"), int):
            out.append((one["start_offset"], int(one.get("end_offset", 0)), str(one.get("label"))))
    return out


def _classes(held: Mapping[str, Any]) -> list[str]:
    return [str(x) for x in (*_labels(held), *(held.get("cats") or ())) if isinstance(x, str)]


def _place(text: str, start: int, end: int, kind: str) -> tuple[int, int] | None:
    try:
        if kind == "utf16":
            start, end = from_utf16(text, start), from_utf16(text, end)
    except DataError:
        return None
    return (start, end) if 0 <= start <= end <= len(text) else None


def _detect(spans: Sequence[tuple[str, Sequence[tuple[int, int, str]]]]) -> str:
    """Return the unit under which more slices begin and end where words do."""
    score = dict.fromkeys(OFFSETS, 0)
    for text, found in spans:
        if text.isascii() or max(text, default="") <= "\uffff":
            continue
        for kind in OFFSETS:
            for start, end, _ in found:
                place = _place(text, start, end, kind)
                score[kind] += place is not None and _on_edges(text, *place)
    return "code_points" if score["code_points"] > score["utf16"] else "utf16"


def _on_edges(text: str, start: int, end: int) -> bool:
    def split(i: int) -> bool:
        near = text[i - 1 : i] + text[i : i + 1]
        return len(near) == 2 and near.isascii() and all(_LETTER.match(c) for c in near)

    tidy = text[start:end] == text[start:end].strip()
    return start < end and tidy and not split(start) and not split(end)
