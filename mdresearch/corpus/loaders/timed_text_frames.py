"""From the cues of files to the tables ``episodes`` and ``cues``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.timed_text_cues import BEFORE_START, NO_TEXT, Cues
from mdresearch.corpus.loaders.timed_text_files import FileCues
from mdresearch.corpus.loaders.timed_text_names import compiled, from_name, language_tag
from mdresearch.corpus.loaders.timed_text_turns import turns, two_languages
from mdresearch.corpus.schemas import LANG

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

_TAG = re.compile(LANG)


@dataclass(frozen=True)
class Given:
    """What the options say of the files."""

    pattern: str = ""
    version: str = ""
    lang: str = ""
    kind: str = "dialogue"
    speakers: bool = False
    names: tuple[str, ...] = ()
    split: bool = False
    sides: Mapping[str, str] | None = None

    @classmethod
    def of(cls, options: Mapping[str, Any]) -> Given:
        """Read the options, and refuse what is not allowed."""
        speakers, split = options.get("speakers", False), options.get("split_languages", False)
        if isinstance(speakers, str) or not isinstance(speakers, (bool, list, tuple)):
            raise DataError(f"speakers={speakers!r}: give True, False, or a list of names.")
        if not isinstance(split, bool) and (isinstance(split, str) or len(split) != 2):
            raise DataError(
                f"split_languages={split!r}: give True, False, or a pair: the language of the CJK "
                "lines and that of the others, such as ('zh', 'en')."
            )
        pair = (
            ()
            if isinstance(split, bool)
            else tuple(_lang(str(s), "split_languages") for s in split)
        )
        return cls(
            str(options.get("pattern") or ""),
            str(options.get("version") or ""),
            _lang(str(options["lang"]), "lang") if options.get("lang") else "",
            str(options.get("cue_kind") or "dialogue"),
            bool(speakers),
            tuple(str(n) for n in speakers) if isinstance(speakers, (list, tuple)) else (),
            bool(split),
            dict(zip(("cjk", "other"), pair, strict=True)) if pair else None,
        )


@dataclass(frozen=True)
class _Named:
    """The ids of one file."""

    version: str
    episode: str
    number: int | None
    lang: str
    layer: str

    @property
    def stem(self) -> str:
        return "-".join(part for part in (self.episode, self.lang, self.layer) if part)


def frames(
    files: Sequence[FileCues], given: Given
) -> tuple[dict[str, pd.DataFrame], list[dict[str, int]], list[str]]:
    """Return the tables, what was refused in each file by reason, and what must be known."""
    expression = compiled(given.pattern) if given.pattern else None
    places = [i for i, file in enumerate(files) if file.cues is not None]
    named = {i: _named(files[i], given, expression) for i in places}
    _refuse_twice(files, named)
    counts: list[dict[str, int]] = [{} for _ in files]
    cleaned: dict[int, Cues] = {}
    for i in places:
        cues = files[i].cues
        if cues is not None:
            cleaned[i], counts[i] = _cleaned(cues)
    cues_table = _cues(cleaned, named, given)
    tables = {"episodes": _episodes(named), "cues": cues_table}
    broken = sum(int((c.end < c.start).sum()) for c in cleaned.values())
    return tables, counts, _warnings(named, cues_table, given, broken)


def _lang(text: str, option: str) -> str:
    tag = language_tag(text)
    if not _TAG.fullmatch(tag):
        raise DataError(f"{option}='{text}' is no BCP 47 tag. Write such as 'en', 'zh' or 'pt-BR'.")
    return tag


def _named(file: FileCues, given: Given, expression: re.Pattern[str] | None) -> _Named:
    found = from_name(file.path, expression, given.pattern) if expression else {}
    version = found.get("version") or given.version or file.path.absolute().parent.name or "unnamed"
    number = int(found["number"]) if "number" in found else None
    episode = found.get("episode", "")
    if not episode:
        episode = f"{version}-E{number:03d}" if number is not None else file.path.stem
    lang = _lang(found["lang"], str(file.path)) if "lang" in found else given.lang
    return _Named(version, episode, number, lang, found.get("layer", ""))


def _refuse_twice(files: Sequence[FileCues], named: Mapping[int, _Named]) -> None:
    seen: dict[str, int] = {}
    for i, ids in named.items():
        first = seen.setdefault(ids.stem, i)
        if first != i:
            raise DataError(
                f"'{files[first].path}' and '{files[i].path}' would both be episode "
                f"'{ids.episode}' in {ids.lang or 'the same language'}. Give pattern= with a field "
                "that tells them apart, or read them one by one."
            )


def _cleaned(cues: Cues) -> tuple[Cues, dict[str, int]]:
    """Leave out what has no text or begins before 0, counted."""
    counts = dict(cues.refused)
    if all(cues.text) and not (len(cues.start) and cues.start.min() < 0):
        return cues, counts
    keep = [i for i, text in enumerate(cues.text) if text.strip() and cues.start[i] >= 0]
    empty = sum(not text.strip() for text in cues.text)
    for why, n in ((NO_TEXT, empty), (BEFORE_START, len(cues.text) - empty - len(keep))):
        if n:
            counts[why] = counts.get(why, 0) + n
    text, style, speaker, lang = ([c[i] for i in keep] if len(c) else [] for c in _columns(cues))
    return Cues(cues.start[keep], cues.end[keep], text, style, speaker, lang), counts


def _columns(cues: Cues) -> tuple[Sequence[str], ...]:
    return cues.text, cues.style, cues.speaker, cues.lang


def _episodes(named: Mapping[int, _Named]) -> pd.DataFrame:
    import pandas as pd

    rows: dict[str, tuple[str, str, int | None, int]] = {}
    for place, ids in named.items():
        rows.setdefault(ids.episode, (ids.episode, ids.version, ids.number, place))
    columns = ["episode_id", "version_id", "number", "source_file"]
    frame = pd.DataFrame(list(rows.values()), columns=columns)
    return frame.astype({"episode_id": "str", "version_id": "str", "number": "Int64"})


def _cues(files: Mapping[int, Cues], named: Mapping[int, _Named], given: Given) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    order = list(files)
    counts = [len(files[i].text) for i in order]
    start = _joined([files[i].start for i in order])
    end = _joined([files[i].end for i in order])

    def same(values: list[str]) -> np.ndarray:
        return np.repeat(np.array([v or None for v in values], object), counts)

    def own(place: int, default: list[str]) -> list[str | None]:
        out: list[str | None] = []
        for i, n, other in zip(order, counts, default, strict=True):
            column = _columns(files[i])[place]
            out += [v or other or None for v in column] if len(column) else [other or None] * n
        return out

    stems = [f"{named[i].stem}-" for i in order]
    has = [any(len(_columns(cues)[place]) for cues in files.values()) for place in range(4)]
    layers, langs = [named[i].layer for i in order], [named[i].lang for i in order]
    table = {
        "cue_id": [s + str(k) for s, n in zip(stems, counts, strict=True) for k in range(1, n + 1)],
        "episode_id": same([named[i].episode for i in order]),
        "start_ms": start,
        "end_ms": end,
        "kind": same([given.kind] * len(order)),
        "lang": own(3, langs) if has[3] else same(langs),
        "speaker_id": own(2, [""] * len(order)) if has[2] else same([""] * len(order)),
        "text": [text for i in order for text in files[i].text],
        "layer": own(1, layers) if has[1] else same(layers),
        "source_file": np.repeat(order, counts),
    }
    frame = pd.DataFrame(
        {k: pd.array(v, dtype="str") if k in _TEXTS else v for k, v in table.items()}
    )
    if (end < start).any():
        frame["end_ms"] = frame["end_ms"].astype("Int64").where(end >= start)
    return _split(frame, given) if (given.speakers or given.split) and len(frame) else frame


_TEXTS = ("cue_id", "episode_id", "kind", "lang", "speaker_id", "text", "layer")


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    import numpy as np

    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _split(frame: pd.DataFrame, given: Given) -> pd.DataFrame:
    """Give each turn and each language of a cue a row; the ids of parts end in a, b, ..."""
    rows: list[tuple[int, str, str, str, str]] = []
    for place, text in enumerate(frame["text"]):
        parts = [
            (speaker, side, words)
            for side, lines in (two_languages(text) if given.split else [("", text)])
            for speaker, words in (turns(lines, given.names) if given.speakers else [("", lines)])
        ]
        for k, (speaker, side, words) in enumerate(parts):
            rows.append((place, _letter(k) if len(parts) > 1 else "", speaker, side, words))
    places, letters, speakers, sides, words_of = (list(c) for c in zip(*rows, strict=True))
    out = frame.iloc[places].reset_index(drop=True)
    out["cue_id"] = (out["cue_id"] + letters).astype("str")
    out["text"] = _text(words_of)
    out["speaker_id"] = _text(speakers).where(_text(speakers).notna(), out["speaker_id"])
    if given.split and given.sides:
        langs = _text([given.sides.get(side, "") for side in sides])
        out["lang"] = langs.where(langs.notna(), out["lang"])
    elif given.split:
        layers = _text(sides)
        out["layer"] = layers.where(layers.notna(), out["layer"])
    return out


def _text(values: Sequence[str]) -> pd.Series:
    import pandas as pd

    return pd.Series([v or None for v in values], dtype="str")


def _letter(place: int) -> str:
    return chr(97 + place) if place < 26 else f"z{place}"


def _warnings(
    named: Mapping[int, _Named], cues: pd.DataFrame, given: Given, broken: int
) -> list[str]:
    out = []
    no_lang = int(cues["lang"].isna().sum())
    if no_lang:
        out.append(
            f"{no_lang:,} of {len(cues):,} cues have no language, because neither the files nor "
            "their names say it. Give lang=, or a pattern= with {lang}."
        )
    if not given.version and "{version}" not in given.pattern:
        shown = Counter(ids.version for ids in named.values()).most_common(1)[0][0]
        out.append(
            f"No version was stated: the name of the folder ('{shown}') stands as version_id. Give "
            "version=, or a pattern= with {version}."
        )
    if broken:
        out.append(f"{broken:,} cues end before they begin: their end is left empty.")
    return out
