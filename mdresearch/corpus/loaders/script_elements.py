"""What a script is made of, whatever its layout: elements in their order, headings, speakers."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = (
    "episode",  # a heading that opens an episode
    "scene",  # a heading that opens a scene
    "section",  # an outline heading of the writer
    "synopsis",
    "cast",  # who is in a scene
    "action",
    "dialogue",
    "parenthetical",
    "lyric",
    "transition",
    "centred",
    "caption",
    "sound",
    "note",
)


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a script.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    text : str
        Its words; of a heading, the heading.
    line : int
        The line of the file where it begins, from 1.
    speaker : str
        Who speaks, as written, without extensions.
    extension : str
        What stands in brackets behind the speaker: V.O., O.S., ...; "continued" is left out.
    dual : bool
        Whether it is spoken at the same time as another speech.
    fields : mapping of str to str
        Of headings: ``setting, place, time_of_day, scene_number``; of sections ``depth``; of
        episodes ``number``.
    """

    kind: str
    text: str
    line: int
    speaker: str = ""
    extension: str = ""
    dual: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Script:
    """A script that was read: its title page, its elements, and what was left out, by reason."""

    title_page: Mapping[str, str]
    elements: tuple[Element, ...]
    left_out: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)


_CONTINUED = re.compile(r"cont(?:['’.]?d|inued|inuing)?\.?|(?:接上|续)", re.IGNORECASE)
_BRACKET = re.compile(r"[(（]([^()（）]{0,80})[)）]")
_SETTING = re.compile(
    r"(INT\.?\s?/\s?EXT|EXT\.?\s?/\s?INT|I\s?/\s?E|INT|EXT|EST)(?:\.\s*|\s+|$)", re.IGNORECASE
)
_SETTINGS = {"EXT/INT": "INT/EXT", "I/E": "INT/EXT", "EST": "EXT"}
_NUMBERED = re.compile(r"\s*#([A-Za-z0-9().-]{1,20})#\s*$")
_DASH = re.compile(r"\s+[-–—]+\s+|\s*[–—]\s*|\.\s+[-–—]\s*")
_DIGITS = dict(zip("零〇一二两三四五六七八九", (0, 0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9), strict=True))
_UNITS = {"十": 10, "百": 100, "千": 1000}
_TITLE_MARKS = "《》〈〉「」『』\"“”' "


def speaker_of(text: str) -> tuple[str, str]:
    """Split the line of a speaker into the name and what stands in brackets behind it.

    Examples
    --------
    >>> speaker_of("ANNA (V.O.) (CONT'D)"), speaker_of("MR. LI  (on the phone)")
    (('ANNA', 'V.O.'), ('MR. LI', 'on the phone'))
    """
    said = [part.strip() for part in _BRACKET.findall(text)]
    name = " ".join(_BRACKET.sub(" ", text).split())
    kept = [part for part in said if part and not _CONTINUED.fullmatch(part)]
    return name, "; ".join(kept)


def heading_of(text: str) -> dict[str, str]:
    """Return the parts of a heading such as ``INT. OFFICE - DAY #12#``; those that it has.

    Examples
    --------
    >>> heading_of("INT./EXT. CAR - NIGHT #4A#")
    {'scene_number': '4A', 'setting': 'INT/EXT', 'place': 'CAR', 'time_of_day': 'NIGHT'}
    >>> heading_of("THE ROOF")
    {'place': 'THE ROOF'}
    """
    out: dict[str, str] = {}
    number = _NUMBERED.search(text)
    if number:
        out["scene_number"] = number.group(1)
        text = text[: number.start()]
    setting = _SETTING.match(text)
    if setting:
        word = re.sub(r"[\s.]", "", setting.group(1)).upper()
        out["setting"] = _SETTINGS.get(word, word)
        text = text[setting.end() :]
    parts = [part for part in _DASH.split(text.strip(" .-–—")) if part]
    place, *rest = parts or [""]
    out["place"] = " - ".join([place, *rest[:-1]]).strip() if rest else place
    if rest:
        out["time_of_day"] = rest[-1].strip()
    return {name: value for name, value in out.items() if value}


def opens_scene(text: str) -> bool:
    """Whether a line begins as headings do: INT., EXT., EST., INT./EXT., I/E."""
    found = _SETTING.match(text)
    return found is not None and bool(text[found.end() :].strip())


def number_of(text: str) -> int | None:
    """Return a whole number in Arabic, full-width or Chinese digits; None where it is none.

    Examples
    --------
    >>> [number_of(t) for t in ("12", "１２", "十二", "二十", "一百零三", "x")]
    [12, 12, 12, 20, 103, None]
    """
    if text.isdecimal() and len(text) <= 9:
        return int(text)
    if not text or len(text) > 12 or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text)) if len(text) <= 9 else None
    total, digit = 0, 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        else:
            total += (digit or 1) * _UNITS[char]
            digit = 0
    return total + digit


def bare_title(text: str) -> str:
    """Return a title without the marks that stand around titles."""
    return text.strip().strip(_TITLE_MARKS)
