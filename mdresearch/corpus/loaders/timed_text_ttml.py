"""TTML files: read with expat, no document type, no entities, bounded depth."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.parsers import expat

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.timed_text_cues import Cues
from mdresearch.corpus.loaders.timed_text_names import language_tag
from mdresearch.corpus.schemas import LANG

MAX_DEPTH = 100
_TT = re.compile(r"http://www\.w3\.org/(ns/ttml|2006/10/ttaf1|2006/04/ttaf1)$")
_TAG = re.compile(LANG)
_SPACE = re.compile(r"\s+")
_BREAK = re.compile(r" *\n *")
_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d{1,2}):)?(\d{2}(?:\.\d+)?)")
_FRAMES = re.compile(r"(\d{2,}):(\d{2}):(\d{2}):(\d{1,3})(?:\.\d+)?")
_OFFSET = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s|f|t)")
_MS = {"h": 3_600_000.0, "m": 60_000.0, "s": 1_000.0, "ms": 1.0}


@dataclass
class _Level:
    """An element that is open."""

    name: str
    begin: int
    end: int | None
    region: str
    lang: str
    agent: str


@dataclass
class _Reader:
    """What has been read so far."""

    file: str
    parser: Any
    open: list[_Level] = field(default_factory=list)
    rates: dict[str, float] = field(default_factory=lambda: {"f": 30.0, "t": 1.0})
    agents: dict[str, str] = field(default_factory=dict)
    rows: list[tuple[int, int, str, str, str, str]] = field(default_factory=list)
    words: list[str] | None = None
    name_of: str = ""
    name_words: list[str] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    odd_langs: set[str] = field(default_factory=set)


def read_ttml(content: bytes | str, file: str) -> Cues:
    """Read the paragraphs of a TTML file: times, regions, languages and agents.

    Styling is in attributes and is not kept. Times are relative to those of the element around
    them, as TTML has it.

    Raises
    ------
    DataError
        It is no well-formed XML, has a document type or entities, is nested too deep, runs in
        sequence (``timeContainer="seq"``), or has a time that cannot be read; the line is named.
    """
    import numpy as np

    parser = expat.ParserCreate(namespace_separator=" ")
    reader = _Reader(file, parser)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = lambda *_: _refuse_type(reader)
    parser.EntityDeclHandler = lambda *_: _refuse_type(reader)
    parser.StartElementHandler = lambda tag, attributes: _opened(reader, tag, attributes)
    parser.EndElementHandler = lambda tag: _closed(reader)
    parser.CharacterDataHandler = lambda data: _said(reader, data)
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DataError(
            f"{file}, line {error.lineno}: it is not well-formed XML "
            f"({expat.ErrorString(error.code)}). Copy the file again from its source."
        ) from error
    rows = reader.rows
    odd = ", ".join(sorted(reader.odd_langs))
    return Cues(
        np.array([r[0] for r in rows], dtype=np.int64),
        np.array([r[1] for r in rows], dtype=np.int64),
        [r[2] for r in rows],
        [r[3] for r in rows],
        [reader.agents.get(r[4], r[4]) for r in rows],
        [r[5] for r in rows],
        refused=reader.refused,
        notes=(f"no language tags, left out: {odd[:200]}",) if odd else (),
    )


def _refuse_type(reader: _Reader) -> None:
    raise DataError(
        f"{reader.file}, line {reader.parser.CurrentLineNumber}: it has a document type or an "
        "entity of its own, which can fill the memory or read other files. Delete the "
        "<!DOCTYPE ...> if you trust the file."
    )


def _opened(reader: _Reader, tag: str, attributes: Mapping[str, str]) -> None:
    space, _, name = tag.rpartition(" ")
    if len(reader.open) >= MAX_DEPTH:
        raise DataError(
            f"{reader.file}, line {reader.parser.CurrentLineNumber}: elements are nested more than "
            f"{MAX_DEPTH} deep. This is no timed text."
        )
    if not reader.open:
        _root(reader, space, name, attributes)
    around = reader.open[-1] if reader.open else _Level("", 0, None, "", "", "")
    own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    begin, end = around.begin, around.end
    if name in ("body", "div", "p"):
        begin, end = _times(reader, own, around)
    level = _Level(
        name,
        begin,
        end,
        own.get("region", around.region),
        _lang(reader, own["lang"]) if "lang" in own else around.lang,
        own.get("agent", around.agent),
    )
    reader.open.append(level)
    if name == "p":
        reader.words = []
    elif name == "br" and reader.words is not None:
        reader.words.append("\n")
    elif name == "agent":
        reader.name_of = own.get("id", "")
    elif name == "name":
        reader.name_words = []


def _lang(reader: _Reader, text: str) -> str:
    """Return a language in its usual case, or nothing where it is no language tag."""
    tag = language_tag(text.strip())
    if not tag or _TAG.fullmatch(tag):
        return tag
    reader.odd_langs.add(text.strip()[:20])
    return ""


def _root(reader: _Reader, space: str, name: str, attributes: Mapping[str, str]) -> None:
    if name != "tt" or (space and not _TT.match(space)):
        raise DataError(
            f"{reader.file}: the root is <{name}>, not the <tt> of TTML. Give the file as what it "
            "is, with kind=."
        )
    own = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
    if re.fullmatch(r"\d{1,6}", own.get("frameRate", "")):
        reader.rates["f"] = reader.rates["t"] = float(own["frameRate"])
        part = re.fullmatch(r"(\d{1,6})[ :](\d{1,6})", own.get("frameRateMultiplier", ""))
        if part and int(part.group(2)):
            reader.rates["f"] *= int(part.group(1)) / int(part.group(2))
    if re.fullmatch(r"\d{1,12}", own.get("tickRate", "")):
        reader.rates["t"] = float(own["tickRate"])
    if not all(reader.rates.values()):
        raise DataError(f"{reader.file}: a frame rate or tick rate of 0. Correct the <tt> element.")


def _times(reader: _Reader, own: Mapping[str, str], around: _Level) -> tuple[int, int | None]:
    if own.get("timeContainer", "par") != "par":
        raise DataError(
            f"{reader.file}, line {reader.parser.CurrentLineNumber}: timeContainer="
            f"'{own['timeContainer']}': elements in sequence are not read. Write absolute times."
        )
    begin = around.begin + (_ms(reader, own["begin"]) if "begin" in own else 0)
    ends = [] if around.end is None else [around.end]
    if "end" in own:
        ends.append(around.begin + _ms(reader, own["end"]))
    if "dur" in own or "duration" in own:
        ends.append(begin + _ms(reader, own.get("dur", own.get("duration", ""))))
    return begin, min(ends) if ends else None


def _ms(reader: _Reader, text: str) -> int:
    text = text.strip()
    if len(text) <= 30 and text.isascii():
        if offset := _OFFSET.fullmatch(text):
            unit = offset.group(2)
            worth = _MS.get(unit) or 1_000.0 / reader.rates[unit]
            return round(float(offset.group(1)) * worth)
        if clock := _CLOCK.fullmatch(text):
            hours, minutes, seconds = clock.groups()
            return round(
                (int(hours or 0) * 60 + int(minutes or 0)) * 60_000 + float(seconds) * 1000
            )
        if framed := _FRAMES.fullmatch(text):
            h, m, s, f = (int(part) for part in framed.groups())
            return round(((h * 60 + m) * 60 + s) * 1000 + f * 1_000.0 / reader.rates["f"])
    raise DataError(
        f"{reader.file}, line {reader.parser.CurrentLineNumber}: '{text[:40]}' is no time. "
        "Allowed: 00:00:01.500, 00:00:01:12 (frames), 1.5s, 1500ms, 36f, 900t."
    )


def _said(reader: _Reader, data: str) -> None:
    name = reader.open[-1].name if reader.open else ""
    if reader.words is not None and name in ("p", "span"):
        reader.words.append(_SPACE.sub(" ", data))
    elif name == "name":
        reader.name_words.append(data)


def _closed(reader: _Reader) -> None:
    level = reader.open.pop()
    if level.name == "name" and reader.name_of and reader.name_of not in reader.agents:
        reader.agents[reader.name_of] = "".join(reader.name_words).strip()
    if level.name != "p" or reader.words is None:
        return
    text = _BREAK.sub("\n", "".join(reader.words)).strip()
    reader.words = None
    if level.end is None:
        why = "a paragraph without an end"
        reader.refused[why] = reader.refused.get(why, 0) + 1
        return
    row = (level.begin, level.end, text, level.region, level.agent, level.lang)
    reader.rows.append(row)
