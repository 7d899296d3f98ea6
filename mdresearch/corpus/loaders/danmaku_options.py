"""What the user tells about danmaku files, and the ids that a file name gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.schemas import LANG

OPTIONS: Mapping[str, str] = {
    "version_id": "the edition that the comments belong to",
    "episode_id": "the episode that the comments belong to",
    "lang": "the language of the comments, a BCP 47 tag such as zh",
    "country": "where the audience lives (ISO 3166-1 alpha-3), where it is known for all rows",
    "encoding": "the encoding of the file; found where it is not said",
    "pattern": "how ids stand in the file name, such as '{version}-E{number:03d}.{lang}.xml'",
    "sampling_note": "how the comments were chosen; a note that says 'sampled' bars density",
}
_FIELD = re.compile(r"\{(version|episode|number|lang|any)(?::[^{}]*)?\}")
_SHAPES = {
    "version": r"(?P<version>.+?)",
    "episode": r"(?P<episode>.+?)",
    "number": r"(?P<number>[0-9]+)",
    "lang": r"(?P<lang>[A-Za-z0-9-]+)",
    "any": r".*?",
}


@dataclass(frozen=True)
class Told:
    """The options of one call, checked; None where nothing was said."""

    version_id: str | None = None
    episode_id: str | None = None
    lang: str | None = None
    country: str | None = None
    encoding: str | None = None
    pattern: str | None = None
    sampling_note: str | None = None
    retrieved_at: str | None = None


@dataclass(frozen=True)
class Ids:
    """What the rows of one file belong to."""

    version_id: str | None
    episode_id: str | None
    lang: str | None


def told(options: Mapping[str, Any]) -> Told:
    """Check the options that every danmaku loader shares.

    Raises
    ------
    DataError
        An option is empty or no text, the language no BCP 47 tag, or the country not one that can
        be read.
    """
    known = {}
    for name in Told.__dataclass_fields__:
        value = options.get(name)
        if value is None:
            continue
        if not isinstance(value, str) or not value.strip():
            raise DataError(f"Option {name}={value!r}: give a text, or leave it out.")
        known[name] = value.strip()
    lang = known.get("lang")
    if lang is not None and not re.fullmatch(LANG, lang):
        raise DataError(f"Option lang='{lang}': it must be a BCP 47 tag such as zh or pt-BR.")
    if "country" in known:
        known["country"] = _country(known["country"])
    return Told(**known)


def ids(path: Path, said: Told) -> Ids:
    """Return the ids of a file: as told, else as the pattern finds them in its name.

    Raises
    ------
    DataError
        The name is not as the pattern says, or the pattern has an unknown field.
    """
    found = _named(path, said.pattern) if said.pattern else {}
    version = said.version_id or found.get("version")
    episode = said.episode_id or found.get("episode")
    if episode is None and "number" in found:
        episode = episode_name(version, int(found["number"]))
    return Ids(version, episode, said.lang or found.get("lang"))


def episode_name(version: str | None, number: int) -> str:
    """Return the id of an episode that has a version and a number.

    Examples
    --------
    >>> episode_name("v1", 3)
    'v1-E003'
    """
    return f"{version}-E{number:03d}" if version else f"E{number:03d}"


def _country(value: str) -> str:
    from mdresearch.core.countries import country_codes

    codes = country_codes([value])
    code = str(codes.codes.iloc[0])
    if not code:
        raise DataError(
            f"Option country='{value}' is no country that is known. Give an ISO 3166-1 alpha-3 "
            "code such as CHN; leave it out where the country of the audience is not known."
        )
    return code


def _named(path: Path, pattern: str) -> dict[str, str]:
    parts, at = [], 0
    for match in _FIELD.finditer(pattern):
        parts += [re.escape(pattern[at : match.start()]), _SHAPES[match[1]]]
        at = match.end()
    rest = pattern[at:]
    fields = [m[1] for m in _FIELD.finditer(pattern)]
    plain = _FIELD.sub("", pattern)
    named = [f for f in fields if f != "any"]
    if not fields or "{" in plain or len(set(named)) != len(named):
        raise DataError(
            f"Option pattern='{pattern}': write {{version}}, {{episode}}, {{number}} or {{lang}} "
            "where they stand in the file name, each once, and {any} for what varies besides."
        )
    held = re.fullmatch("".join(parts) + re.escape(rest), path.name)
    if held is None:
        raise DataError(
            f"{path}: its name is not as pattern='{pattern}' says. Rename the file, or change the "
            "pattern."
        )
    return {name: value for name, value in held.groupdict().items() if value is not None}
