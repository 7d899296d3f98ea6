"""Rows of `codes` as annotations of Label Studio, to be imported there or read back here."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.label_studio_config import TIME
from mdresearch.coding.exchange.label_studio_texts import TaskText
from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook, Variable

KIND = "Label Studio JSON"
TRUE_FALSE = {"true": "yes", "false": "no"}
NEEDED = ("unit_type", "unit_id", "text")


def write_label_studio(
    codes: pd.DataFrame,
    codebook: Codebook,
    units: pd.DataFrame,
    path: str | Path,
    fps: float = 25.0,
) -> LossReport:
    """Write tasks with their annotations.

    Parameters
    ----------
    codes : DataFrame
        Rows of `codes`; an empty table gives tasks without annotations.
    codebook : Codebook
    units : DataFrame
        unit_type, unit_id, text (a text whose lines are the paragraphs), and perhaps video.
    path : str or Path
        The JSON file to write.
    fps : float
        Frames per second. Times are kept to the frame; the exact ones travel beside them.

    Raises
    ------
    DataError
        A column of ``units`` is missing, or a row of ``codes`` is of a unit that is not there.
    """
    from mdresearch.core.atomic import write_text

    lacking = [c for c in NEEDED if c not in units]
    if lacking:
        raise DataError(f"The table of units lacks '{lacking[0]}'. Needed: {', '.join(NEEDED)}.")
    known = set(zip(units["unit_type"], units["unit_id"], strict=True))
    for key in dict.fromkeys(zip(codes["unit_type"], codes["unit_id"], strict=True)):
        if key not in known:
            raise DataError(f"codes has {key[0]} '{key[1]}', which is not among the units.")
    writer = _Writer(codebook, 1000.0 / fps)
    by_unit = dict(tuple(codes.groupby(["unit_type", "unit_id"], sort=False)))
    tasks = []
    for number, unit in enumerate(units.to_dict("records"), start=1):
        rows = by_unit.get((unit["unit_type"], unit["unit_id"]))
        tasks.append(writer.task(number, unit, rows))
    write_text(path, json.dumps(tasks, ensure_ascii=False, indent=1) + "\n")
    done = f"{writer.n:,} of {len(codes):,} codes in {len(tasks):,} tasks."
    return LossReport(KIND, done, gathered(writer.lost))


class _Writer:
    def __init__(self, codebook: Codebook, frame_ms: float) -> None:
        self.codebook, self.frame_ms = codebook, frame_ms
        self.lost: list[tuple[str, str, str, str]] = []
        self.n = 0

    def task(
        self, number: int, unit: Mapping[Hashable, Any], rows: pd.DataFrame | None
    ) -> dict[str, Any]:
        text = TaskText.from_parts(str(unit["text"]).split("\n"))
        data: dict[str, Any] = {"unit_type": unit["unit_type"], "unit_id": unit["unit_id"]}
        data["text"] = [{"speaker": "", "text": part} for part in text.parts]
        if isinstance(unit.get("video"), str):
            data["video"] = unit["video"]
        annotations = []
        if rows is not None:
            turn = rows["round"] if "round" in rows else rows["coder_id"].map(lambda _: "")
            for k, ((coder, turned), mine) in enumerate(
                rows.groupby([rows["coder_id"], turn.fillna("")], sort=False), start=1
            ):
                results = self._results(mine, text)
                annotations.append(
                    {"id": 1000 * number + k, "completed_by": {"id": k}, "x_coder_id": coder,
                     "x_round": turned, "result": results, "was_cancelled": False}
                )  # fmt: skip
        return {"id": number, "data": data, "annotations": annotations, "predictions": []}

    def _results(self, rows: pd.DataFrame, text: TaskText) -> list[dict[str, Any]]:
        out: list[dict[str, Any]] = []
        region = {str(r): f"r{i}" for i, r in enumerate(rows["code_id"])}
        for row in rows.to_dict("records"):
            variable = self.codebook.variables.get(str(row["variable"]))
            if variable is None:
                self._lose("rows", "of a variable that the codebook does not have", row)
                continue
            above = row.get("parent_row_id")
            id_ = region.get(str(above)) if isinstance(above, str) else None
            id_ = id_ or region[str(row["code_id"])]
            for result in self._one(variable, row, text):
                out.append({"id": id_, "x_code_id": row["code_id"], "origin": "manual", **result})
                self.n += 1
        return out

    def _one(
        self, variable: Variable, row: Mapping[Hashable, Any], text: TaskText
    ) -> list[dict[str, Any]]:
        value, name = row["value"], variable.id
        if not isinstance(value, str):
            self._lose("rows", "without a value", row)
            return []
        if variable.type == "span":
            return self._span(variable, row, text)
        to = {"from_name": name, "to_name": "text"}
        if variable.type in ("interval", "ratio") and value not in {m.id for m in variable.missing}:
            return [{**to, "type": "number", "value": {"number": float(value)}}]
        if variable.type == "text":
            return [{**to, "type": "textarea", "value": {"text": [value]}}]
        if variable.type == "date":
            return [{**to, "type": "datetime", "value": {"datetime": value}}]
        codes = self.codebook.codes_of(name) if variable.codes else ()
        if variable.type == "multilabel" and any(c.depth > 1 for c in codes):
            code = self.codebook.codes.get(value)
            path = list(code.path) if code is not None else [value]
            return [{**to, "type": "taxonomy", "value": {"taxonomy": [path]}}]
        shown = TRUE_FALSE.get(value, value) if variable.type == "boolean" else value
        return [{**to, "type": "choices", "value": {"choices": [shown]}}]

    def _span(
        self, variable: Variable, row: Mapping[Hashable, Any], text: TaskText
    ) -> list[dict[str, Any]]:
        import pandas as pd

        label = row["value"]
        if pd.notna(row.get("char_from")) and pd.notna(row.get("char_to")):
            a, b = int(row["char_from"]), int(row["char_to"])
            if not 0 <= a <= b <= len(text.whole):
                self._lose("spans", "their place lies outside the text of the unit", row)
                return []
            (first, start), (last, end) = text.paragraph(a), text.paragraph(b)
            value = {
                "start": str(first), "end": str(last), "startOffset": start, "endOffset": end,
                "text": text.whole[a:b], "paragraphlabels": [label],
            }  # fmt: skip
            return [
                {
                    "from_name": variable.id,
                    "to_name": "text",
                    "type": "paragraphlabels",
                    "value": value,
                }
            ]
        if pd.notna(row.get("start_ms")) and pd.notna(row.get("end_ms")):
            start = round(int(row["start_ms"]) / self.frame_ms) + 1
            end = max(start, round(int(row["end_ms"]) / self.frame_ms))
            exact = (start - 1) * self.frame_ms, end * self.frame_ms
            if (round(exact[0]), round(exact[1])) != (int(row["start_ms"]), int(row["end_ms"])):
                self._lose("times", "moved to the nearest frame", row)
            value = {"ranges": [{"start": start, "end": end}], "timelinelabels": [label]}
            name = variable.id + TIME
            return [
                {"from_name": name, "to_name": "video", "type": "timelinelabels", "value": value}
            ]
        self._lose("spans", "without a place in text or time", row)
        return []

    def _lose(self, what: str, why: str, row: Mapping[Hashable, Any]) -> None:
        self.lost.append((what, why, str(row["code_id"]), ""))
