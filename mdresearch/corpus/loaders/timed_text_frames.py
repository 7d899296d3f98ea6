"""From the cues of files to the tables ``episodes`` and ``cues``, and what must be known."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.timed_text_columns import Named, cue_table
from mdresearch.corpus.loaders.timed_text_cues import BEFORE_START, NO_TEXT, Lot, only
from mdresearch.corpus.loaders.timed_text_files import FileRead
from mdresearch.corpus.loaders.timed_text_names import compiled, from_name, language_tag
from mdresearch.corpus.loaders.timed_text_turns import split_cues
from mdresearch.corpus.schemas import LANG

if TYPE_CHECKING:
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


def frames(
    lots: Sequence[Lot], files: Sequence[FileRead], given: Given
) -> tuple[dict[str, pd.DataFrame], list[dict[str, int]], list[str]]:
    """Return the tables, what was refused in each file by reason, and what must be known."""
    expression = compiled(given.pattern) if given.pattern else None
    named = {
        i: _named(file.path, given, expression) for i, file in enumerate(files) if not file.refusal
    }
    _refuse_twice(files, named)
    counts = [dict(file.refused) for file in files]
    kept = [_cleaned(lot, counts) for lot in lots]
    cues = cue_table(kept, list(named), list(named.values()), given.kind)
    broken = int(cues["end_ms"].isna().sum())
    if given.speakers or given.split:
        cues = split_cues(cues, given.names if given.speakers else None, given.split, given.sides)
    return (
        {"episodes": _episodes(named), "cues": cues},
        counts,
        _warnings(named, cues, given, broken),
    )


@functools.lru_cache(maxsize=1000)
def _lang(text: str, option: str) -> str:
    tag = language_tag(text)
    if not _TAG.fullmatch(tag):
        raise DataError(f"{option}='{text}' is no BCP 47 tag. Write such as 'en', 'zh' or 'pt-BR'.")
    return tag


def _named(path: Path, given: Given, expression: re.Pattern[str] | None) -> Named:
    found = from_name(path, expression, given.pattern) if expression else {}
    version = found.get("version") or given.version or path.absolute().parent.name or "unnamed"
    number = int(found["number"]) if "number" in found else None
    episode = found.get("episode", "")
    if not episode:
        episode = f"{version}-E{number:03d}" if number is not None else path.stem
    lang = _lang(found["lang"], str(path)) if "lang" in found else given.lang
    return Named(version, episode, number, lang, found.get("layer", ""))


def _refuse_twice(files: Sequence[FileRead], named: Mapping[int, Named]) -> None:
    seen: dict[str, int] = {}
    for i, ids in named.items():
        first = seen.setdefault(ids.stem, i)
        if first != i:
            raise DataError(
                f"'{files[first].path}' and '{files[i].path}' would both be episode "
                f"'{ids.episode}' in {ids.lang or 'the same language'}. Give pattern= with a field "
                "that tells them apart, or read them one by one."
            )


def _cleaned(lot: Lot, counts: list[dict[str, int]]) -> Lot:
    """Leave out what has no text or begins before 0, counted by file."""
    import numpy as np

    early = lot.start < 0
    if all(lot.text) and not early.any():
        return lot
    empty = np.array([not text for text in lot.text], bool)
    early &= ~empty
    for why, chosen in ((NO_TEXT, empty), (BEFORE_START, early)):
        for file, n in Counter(lot.file[chosen].tolist()).items():
            counts[file][why] = counts[file].get(why, 0) + n
    return only(lot, np.flatnonzero(~(empty | early)))


def _episodes(named: Mapping[int, Named]) -> pd.DataFrame:
    import pandas as pd

    rows: dict[str, tuple[str, str, int | None, int]] = {}
    for place, ids in named.items():
        rows.setdefault(ids.episode, (ids.episode, ids.version, ids.number, place))
    columns = ["episode_id", "version_id", "number", "source_file"]
    frame = pd.DataFrame(list(rows.values()), columns=columns)
    return frame.astype({"episode_id": "str", "version_id": "str", "number": "Int64"})


def _warnings(
    named: Mapping[int, Named], cues: pd.DataFrame, given: Given, broken: int
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
