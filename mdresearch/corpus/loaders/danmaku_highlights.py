"""Reviewed highlights as segments, with what the reviewer saw in each as codes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.progress import track
from mdresearch.corpus.loaders.danmaku_frames import file_note, stems
from mdresearch.corpus.loaders.danmaku_json import (
    episode_items,
    episode_of,
    milliseconds,
    text_of,
)
from mdresearch.corpus.loaders.danmaku_options import Ids, Told, ids, told
from mdresearch.corpus.loading import FileNote, Reading

if TYPE_CHECKING:
    import pandas as pd

VARIABLES = ("highlight_type", "emotion")
KEPT = ("title", "description", "annotation_reason", "evidence_text")
_CODERS = {"human_review": "human", "human": "human", "model": "model", "ai": "model"}

COLUMNS = {
    "segments": ("segment_id", "episode_id", "start_ms", "end_ms", "made_by", *KEPT),
    "codes": (
        *("code_id", "unit_type", "unit_id", "variable", "value", "start_ms", "end_ms"),
        *("coder_id", "confidence"),
    ),
    "coders": ("coder_id", "kind", "country", "langs"),
}

Rows = list[dict[str, Any]]


def read_highlights(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read reviewed highlights; see `LOADERS`."""
    said = told(options)
    names = stems(paths)
    tables: dict[str, Rows] = {"segments": [], "codes": [], "coders": []}
    files = enumerate(track(paths, "reading highlights", len(paths)))
    notes = tuple(_one(path, place, names[place], said, tables) for place, path in files)
    tables["coders"] = list({row["coder_id"]: row for row in tables["coders"]}.values())
    return Reading({name: _frame(rows, COLUMNS[name]) for name, rows in tables.items()}, notes)


def _one(path: Path, place: int, stem: str, said: Told, tables: dict[str, Rows]) -> FileNote:
    refused = Counter[str]()
    found, encoding, remark = episode_items(path, stem, "highlights", said.encoding, refused)
    of = ids(path, said)
    n = 0
    for ident, item, episode in found:
        reason = _wrong(item, episode, of)
        if reason:
            refused[reason] += 1
            continue
        n += 1
        segment = _segment(ident, item, of.episode_id or episode_of(episode, of.version_id))
        coder = _coder(item)
        tables["segments"].append({**segment, "source_file": place})
        tables["codes"] += [{**row, "source_file": place} for row in _codes(segment, item, coder)]
        tables["coders"].append({**coder, "source_file": place})
    return file_note(path, encoding, n, refused, remark)


def _wrong(item: Mapping[str, Any], episode: Mapping[str, Any], of: Ids) -> str:
    start, end = milliseconds(item.get("start_time_sec")), milliseconds(item.get("end_time_sec"))
    if start is None or end is None:
        return "its start or end is no number of seconds from 0"
    if end <= start:
        return "it ends before it begins"
    if not (of.episode_id or episode_of(episode, of.version_id)):
        return "its episode has no title and no number"
    if item.get("source") not in _CODERS:
        return f"its source is none of {', '.join(_CODERS)}"
    return ""


def _segment(ident: str, item: Mapping[str, Any], episode_id: str | None) -> dict[str, Any]:
    return {
        "segment_id": ident,
        "episode_id": episode_id,
        "start_ms": milliseconds(item.get("start_time_sec")),
        "end_ms": milliseconds(item.get("end_time_sec")),
        "made_by": text_of(item.get("model_version")) or str(item["source"]),
        **{name: text_of(item.get(name)) for name in KEPT},
    }


def _coder(item: Mapping[str, Any]) -> dict[str, Any]:
    name = text_of(item.get("model_version")) or str(item["source"])
    return {"coder_id": name, "kind": _CODERS[item["source"]], "country": None, "langs": None}


def _codes(segment: Mapping[str, Any], item: Mapping[str, Any], coder: Mapping[str, Any]) -> Rows:
    return [
        {
            "code_id": f"{segment['segment_id']}-{variable}",
            "unit_type": "segment",
            "unit_id": segment["segment_id"],
            "variable": variable,
            "value": text_of(item.get(variable)),
            "start_ms": segment["start_ms"],
            "end_ms": segment["end_ms"],
            "coder_id": coder["coder_id"],
            "confidence": text_of(item.get("confidence")),
        }
        for variable in VARIABLES
    ]


def _frame(rows: Rows, columns: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    frame = pd.DataFrame(rows, columns=[*columns, "source_file"])
    frame = frame.astype({n: "int64" for n in frame if n.endswith("_ms") or n == "source_file"})
    if "confidence" in frame:
        frame["confidence"] = pd.to_numeric(frame["confidence"], errors="coerce").astype("float64")
    texts = [name for name in frame if not name.endswith("_ms") and name != "source_file"]
    return frame.astype({name: "str" for name in texts if name != "confidence"})
