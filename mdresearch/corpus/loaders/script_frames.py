"""From the elements of scripts to works, versions, episodes, segments, characters and cues."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.script_elements import Element, Script, bare_title, number_of

if TYPE_CHECKING:
    import pandas as pd

MADE_BY = "scene heading"
BEFORE = "an element before the first episode"
CUES = (
    *("action", "dialogue", "parenthetical", "lyric", "transition", "centred", "caption"),
    *("sound", "note"),
)
AUTHOR_KEYS = ("author", "authors")
KEPT_KEYS = ("title", "draft date", "date", "revision")
PERSONS = {"works": ("author_hash",)}
_TYPES: Mapping[str, Mapping[str, str]] = {
    "works": {"work_id": "str", "title": "str", "title_lang": "str", "author_hash": "str"},
    "versions": {
        "version_id": "str",
        "work_id": "str",
        "lang": "str",
        "draft": "str",
        "source_file": "int64",
    },
    "episodes": {
        "episode_id": "str",
        "version_id": "str",
        "number": "Int64",
        "title": "str",
        "source_file": "int64",
    },
    "segments": {
        **dict.fromkeys(("segment_id", "episode_id", "made_by", "heading", "scene_number"), "str"),
        **dict.fromkeys(("setting", "place", "time_of_day", "section", "synopsis"), "str"),
        **{"cast": "str", "position": "int64", "line": "int64", "source_file": "int64"},
    },
    "characters": {
        **dict.fromkeys(("character_id", "work_id", "name"), "str"),
        **{"n_speeches": "int64", "source_file": "int64"},
    },
    "cues": {
        **dict.fromkeys(("cue_id", "episode_id", "segment_id", "kind", "lang"), "str"),
        **dict.fromkeys(("speaker_id", "extension", "text"), "str"),
        **{"dual": "boolean", "position": "int64", "line": "int64", "source_file": "int64"},
    },
}


@dataclass(frozen=True)
class Named:
    """A script with its ids."""

    path: Path
    script: Script
    work: str
    version: str
    episode: str
    number: int | None
    lang: str


@dataclass
class _Tables:
    """Rows by table, and what was met on the way."""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {name: [] for name in _TYPES}
    )
    seen: dict[str, Path] = field(default_factory=dict)
    people: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def tables_of(scripts: Sequence[Named]) -> tuple[dict[str, pd.DataFrame], list[Counter[str]]]:
    """Return the tables, and for each script what was left out while they were made.

    Raises
    ------
    DataError
        Two files would be the same episode.
    """
    import pandas as pd

    made = _Tables()
    lost = [_one(made, place, held) for place, held in enumerate(scripts)]
    made.rows["characters"] = list(made.people.values())
    frames = {
        name: pd.DataFrame(rows, columns=list(_TYPES[name])).astype(dict(_TYPES[name]))
        for name, rows in made.rows.items()
    }
    for name in ("works", "versions"):
        key = f"{name[:-1]}_id"
        frames[name] = frames[name].drop_duplicates(key).reset_index(drop=True)
    return frames, lost


def _one(made: _Tables, place: int, held: Named) -> Counter[str]:
    page = held.script.title_page
    authors = "; ".join(page[key].replace("\n", " ") for key in AUTHOR_KEYS if key in page)
    title = " ".join(bare_title(page.get("title", "")).split())
    made.rows["works"].append(
        {
            "work_id": held.work,
            "title": title or None,
            "title_lang": (held.lang or None) if title else None,
            "author_hash": authors or None,
        }
    )
    draft = next((page[key] for key in KEPT_KEYS[1:] if key in page), None)
    made.rows["versions"].append(
        {
            "version_id": held.version,
            "work_id": held.work,
            "lang": held.lang or None,
            "draft": draft,
            "source_file": place,
        }
    )
    return _Walk(made, place, held).walk()


class _Walk:
    """One script from its first element to its last."""

    def __init__(self, made: _Tables, place: int, held: Named) -> None:
        self.made, self.place, self.held = made, place, held
        self.lost: Counter[str] = Counter()
        self.episode, self.segment = "", ""
        self.counts: Counter[tuple[str, str]] = Counter()
        self.sections: list[str] = []
        self.waiting: list[str] | None = []  # synopses of an episode or section, for its scene

    def walk(self) -> Counter[str]:
        elements = self.held.script.elements
        if not any(e.kind == "episode" for e in elements):
            self._open(self.held.episode, self.held.number, "")
        for element in elements:
            if element.kind == "episode":
                self._episode(element)
            elif not self.episode:
                self.lost[BEFORE] += 1
            elif element.kind == "section":
                depth = int(element.fields.get("depth", 1))
                self.sections = [*self.sections[: depth - 1], element.text]
                self.waiting = self.waiting or []
            elif element.kind == "scene":
                self._scene(element)
            elif element.kind in ("synopsis", "cast", "setting"):
                self._about(element)
            else:
                self._cue(element)
        if self.waiting:
            self.lost["a synopsis without a scene"] += len(self.waiting)
        return self.lost

    def _episode(self, element: Element) -> None:
        number = number_of(element.fields.get("number", "")) or None
        id_ = f"{self.held.version}-E{number:03d}" if number else self.held.episode
        self._open(id_, number, element.fields.get("title", ""))

    def _open(self, id_: str, number: int | None, title: str) -> None:
        self.episode, self.segment = id_, ""
        self.waiting = self.waiting or []
        first = self.made.seen.setdefault(id_, self.held.path)
        if first != self.held.path:
            raise DataError(
                f"'{first}' and '{self.held.path}' would both be episode '{id_}'. Give pattern= "
                "with a field that tells them apart, or read them one by one."
            )
        if any(row["episode_id"] == id_ for row in self.made.rows["episodes"][-1000:]):
            self.lost["a heading of an episode that stood already (its scenes were joined)"] += 1
            return
        self.made.rows["episodes"].append(
            {
                "episode_id": id_,
                "version_id": self.held.version,
                "number": number,
                "title": title or None,
                "source_file": self.place,
            }
        )

    def _next(self, kind: str) -> int:
        self.counts[self.episode, kind] += 1
        return self.counts[self.episode, kind]

    def _scene(self, element: Element) -> None:
        at = self._next("segment")
        self.segment = f"{self.episode}-S{at:03d}"
        row = {
            "segment_id": self.segment,
            "episode_id": self.episode,
            "made_by": MADE_BY,
            "heading": element.text,
            "section": " / ".join(self.sections) or None,
            "synopsis": "\n".join(self.waiting or ()) or None,
            "position": at,
            "line": element.line,
            "source_file": self.place,
        }
        named = ("scene_number", "setting", "place", "time_of_day")
        row |= {name: element.fields.get(name) for name in named}
        self.waiting = None
        self.made.rows["segments"].append(row)

    def _about(self, element: Element) -> None:
        """Put what is said about a scene (synopsis, cast, place and time) to its segment."""
        if element.kind == "synopsis" and self.waiting is not None:
            self.waiting.append(element.text)
            return
        if not self.segment:
            self.lost[f"a line on {element.kind} before the first scene"] += 1
            return
        row = self.made.rows["segments"][-1]
        name = {"setting": "place"}.get(element.kind, element.kind)
        before = row.get(name)
        row[name] = f"{before}\n{element.text}" if before else element.text

    def _cue(self, element: Element) -> None:
        at = self._next("cue")
        speaker = self._speaker(element, at) if element.speaker else None
        self.made.rows["cues"].append(
            {
                "cue_id": f"{self.episode}-{at}",
                "episode_id": self.episode,
                "segment_id": self.segment or None,
                "kind": element.kind,
                "lang": self.held.lang or None,
                "speaker_id": speaker,
                "extension": element.extension or None,
                "text": element.text,
                "dual": element.dual,
                "position": at,
                "line": element.line,
                "source_file": self.place,
            }
        )

    def _speaker(self, element: Element, at: int) -> str:
        key = (self.held.work, element.speaker.upper())
        row = self.made.people.setdefault(
            key,
            {
                "character_id": f"{self.held.work}:{element.speaker.upper()}",
                "work_id": self.held.work,
                "name": element.speaker,
                "n_speeches": 0,
                "source_file": self.place,
            },
        )
        id_ = str(row["character_id"])
        if element.kind in ("dialogue", "lyric"):
            row["n_speeches"] += 1
        return id_
