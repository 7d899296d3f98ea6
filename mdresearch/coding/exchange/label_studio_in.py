"""Annotations of Label Studio (JSON export) as rows of `codes`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.exchange.imported import COLUMNS, Imported, code_frame, named_coders
from mdresearch.coding.exchange.label_studio_config import TIME
from mdresearch.coding.exchange.label_studio_texts import Place, TaskText
from mdresearch.coding.exchange.losses import Loss, LossReport
from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

KIND = "Label Studio JSON"
MAX_BYTES = 2_000_000_000
KEYS = {
    "choices": "choices", "taxonomy": "taxonomy", "labels": "labels", "hypertextlabels":
    "hypertextlabels", "paragraphlabels": "paragraphlabels", "timelinelabels": "timelinelabels",
    "number": "number", "rating": "rating", "textarea": "text", "datetime": "datetime",
}  # fmt: skip
NOWHERE: Place = (None, None, None, None)
FALSE_TRUE = {"yes": "true", "no": "false"}


def read_label_studio(
    path: str | Path, codebook: Codebook, fps: float = 25.0, keep_names: bool = False
) -> Imported:
    """Read an export of Label Studio.

    Parameters
    ----------
    path : str or Path
        The JSON export (a list of tasks, or one task).
    codebook : Codebook
        The one that the project was made from. A label without an alias is known by its name in
        any language of the codebook.
    fps : float
        Frames per second of the videos, as in the configuration.
    keep_names : bool
        Whether annotators keep their ids; they become pseudonyms otherwise.

    Returns
    -------
    Imported
        Cancelled annotations, results of unknown controls and answers that are no codes are
        counted in its report. Predictions become rows of a coder of kind model.

    Raises
    ------
    DataError
        It is no JSON of Label Studio.
    """
    tasks = _tasks(Path(path))
    reader = _Reader(codebook, fps)
    for number, task in enumerate(tasks):
        reader.task(task, f"{path}, task {number + 1}")
    codes, coders = named_coders(code_frame(reader.columns), reader.kinds, keep_names)
    n = len(codes)
    done = f"{n:,} codes of {len(coders):,} coders in {len(tasks):,} tasks."
    losses = [Loss(w, y, tuple(dict.fromkeys(ids)), "") for (w, y), ids in reader.said.items()]
    return Imported(codes, coders, reader.unit_frame(), LossReport(KIND, done, tuple(losses)))


def _tasks(path: Path) -> list[Mapping[str, Any]]:
    if not path.is_file():
        raise DataError(f"There is no file '{path}'. Give the path of the JSON export.")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path}: over {MAX_BYTES:,} bytes. Export the project in parts.")
    try:
        held = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise DataError(f"{path}: it is not JSON ({str(error)[:120]}). Export as JSON.") from error
    tasks = [held] if isinstance(held, dict) else held
    if not isinstance(tasks, list) or not all(isinstance(t, dict) and "data" in t for t in tasks):
        raise DataError(
            f"{path}: it is no list of tasks with 'data' and 'annotations'. Export as 'JSON', not "
            "as 'JSON-MIN' or CSV."
        )
    return tasks


class _Reader:
    def __init__(self, codebook: Codebook, fps: float) -> None:
        self.codebook, self.frame_ms = codebook, 1000.0 / fps
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.append = [self.columns[name].append for name in COLUMNS]
        self.kinds: dict[str, str] = {}
        self.said: dict[tuple[str, str], list[str]] = {}
        self.units: dict[tuple[str, str], str] = {}
        self.variables = {
            name: (v, _aliases(codebook, name)) for name, v in codebook.variables.items()
        }
        self.ids: Counter[str] = Counter()

    def task(self, task: Mapping[str, Any], place: str) -> None:
        data = task["data"] if isinstance(task["data"], dict) else {}
        text = TaskText.of(data)
        unit = str(data.get("unit_id", task.get("id", "")))
        if "unit_id" not in data:
            self._say("tasks", "no unit_id in the data: the task's own id stands for it", unit)
        kind = str(data.get("unit_type", ""))
        self.units[kind, unit] = text.whole
        for annotation in _dicts(task.get("annotations")):
            if annotation.get("was_cancelled"):
                self._say(
                    "annotations", "cancelled by the coder: left out", str(annotation.get("id"))
                )
                continue
            coder = annotation.get("x_coder_id") or _coder(annotation.get("completed_by"))
            self.kinds.setdefault(coder, str(annotation.get("x_coder_kind", "human")))
            made = (coder, str(annotation.get("x_round", "")), annotation.get("created_at"))
            self._results(annotation, unit, kind, text, made, place)
        for prediction in _dicts(task.get("predictions")):
            coder = f"model:{prediction.get('model_version') or 'unnamed'}"
            self.kinds.setdefault(coder, "model")
            made = (coder, "", prediction.get("created_at"))
            self._results(prediction, unit, kind, text, made, place)

    def _results(
        self, held: Mapping[str, Any], unit: str, kind: str, text: TaskText,
        made: tuple[str, str, Any], place: str,
    ) -> None:  # fmt: skip
        coder, turn, created = made
        spans: dict[str, str] = {}
        spec = self.codebook.spec
        for result in _dicts(held.get("result")):
            found = self._known(result, place)
            if found is None:
                continue
            name, values, span = found
            variable = self.variables[name][0]
            place_of = text.span(result["value"], span, self.frame_ms) if span else NOWHERE
            if place_of is None:
                self._say("spans", "their place lies outside the text of the task: left out", unit)
                continue
            if span == "text" and not text.agrees(result["value"], place_of):
                self._say(
                    "spans", "the text at their place is another than the one they name", unit
                )
            region = str(result.get("id", ""))
            above = spans.get(region) if not span else None
            for value in values:
                row = str(result.get("x_code_id") or f"{unit}:{held.get('id', coder)}:{region}")
                self.ids[row] += 1
                if self.ids[row] > 1:
                    row = f"{row}.{self.ids[row]}"
                if span:
                    spans[region] = row
                cells = (
                    row, kind or variable.unit, unit, name, value, *place_of, coder, turn, spec,
                    created, above,
                )  # fmt: skip
                for add, cell in zip(self.append, cells, strict=True):
                    add(cell)

    def _known(self, result: Mapping[str, Any], place: str) -> tuple[str, list[str], str] | None:
        """Return variable, values and kind of span of a result, or None where it is not known."""
        type_, control = str(result.get("type")), str(result.get("from_name", ""))
        value = result.get("value")
        if type_ not in KEYS or not isinstance(value, dict):
            self._say("results", f"of the type '{type_[:40]}', which is not read: left out", place)
            return None
        name = control
        if control not in self.variables and control.endswith(TIME):
            name = control[: -len(TIME)]
        if name not in self.variables:
            self._say("results", "of a control that is no variable of the codebook", control[:80])
            return None
        span = {"timelinelabels": "time"}.get(type_, "text" if type_.endswith("labels") else "")
        raw = value.get(KEYS[type_])
        held = raw if isinstance(raw, list) else [raw]
        if type_ == "taxonomy":
            held = [path[-1] for path in held if isinstance(path, list) and path]
        return name, [self._code(name, one) for one in held if one is not None], span

    def _code(self, name: str, value: Any) -> str:
        variable, aliases = self.variables[name]
        text = str(value)
        if isinstance(value, float) and value.is_integer():
            text = str(int(value))
        if variable.type == "boolean":
            return FALSE_TRUE.get(text, text)
        if not variable.codes or text in aliases:
            return aliases.get(text, text)
        found = aliases.get(text.casefold())
        if found is None:
            self._say(
                "answers", "no code of the variable: kept as they are", f"{name}: {text[:60]}"
            )
            return text
        return found

    def unit_frame(self) -> Any:
        import pandas as pd

        rows = [(kind, unit, text) for (kind, unit), text in self.units.items()]
        return pd.DataFrame(rows, columns=["unit_type", "unit_id", "text"], dtype="str")

    def _say(self, what: str, why: str, id_: str) -> None:
        self.said.setdefault((what, why), []).append(id_)


def _aliases(codebook: Codebook, name: str) -> dict[str, str]:
    """Return id, and label in every language without capitals, to id."""
    variable = codebook.variables[name]
    out: dict[str, str] = {}
    for code in codebook.codes_of(name):
        for label in code.label.values():
            out.setdefault(label.casefold(), code.id)
    for one in variable.missing:
        for label in one.label.values():
            out.setdefault(label.casefold(), one.id)
    if variable.type == "multilabel":
        out[NONE_OF_THESE] = NONE_OF_THESE
    return out | {c: c for c in variable.codes} | {m.id: m.id for m in variable.missing}


def _coder(held: Any) -> str:
    """Return who made an annotation: a number, or an object with an id."""
    if isinstance(held, dict):
        held = held.get("id", held.get("email"))
    return "unnamed" if held is None else str(held)


def _dicts(held: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(held, list):
        yield from (one for one in held if isinstance(one, dict))
