"""Cells of catalogues: blurbs without HTML, dates of four kinds, counts, tags, languages."""

from __future__ import annotations

import datetime as dt
import html
import re
from typing import Any

from mdresearch.corpus.schemas import LANG
from mdresearch.corpus.short_numbers import short_number

BLURB_CUT = 500
FIRST_YEAR, LAST_YEAR = 1950, 2100

_SURROGATE = re.compile("[\ud800-\udfff]")
_BREAK = re.compile(r"<\s*(br|/p|/div|/li)\b[^<>]{0,200}>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--.{0,2000}?-->", re.DOTALL)
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r" ?\n[ \n]*")
_UNIX = re.compile(r"[0-9]{9,10}(\.0+)?|[0-9]{12,13}")
_DAY = re.compile(r"([0-9]{4})([-/.])([0-9]{1,2})(?:\2([0-9]{1,2}))?")
_TIME = re.compile(
    r"[T ]((?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]+)?)?)"
    r" ?(Z|UTC|[+-][0-9]{2}:?[0-9]{2})?"
)


def text_of(value: Any) -> str | None:
    """Return a scalar as clean text: entities read, line ends and spaces around off; else None.

    Examples
    --------
    >>> text_of(" We&rsquo;re "), text_of(""), text_of(["a"]), text_of(12)
    ('We’re', None, None, '12')
    """
    if value is None or isinstance(value, list | dict | bool | float):
        return None
    text = _SURROGATE.sub("\ufffd", str(value)).replace("\x00", "")
    return html.unescape(text).strip() or None


def id_of(value: Any) -> str | None:
    """Return an id as text, or None where there is none or it has been through a number.

    Examples
    --------
    >>> id_of("140000000000000355"), id_of(140000000000000355), id_of(1.4e17), id_of("1.4E+17")
    ('140000000000000355', '140000000000000355', None, None)
    """
    text = text_of(value)
    return None if text is None or re.fullmatch(r"[0-9.]+[eE][+]?[0-9]+", text) else text


def blurb(value: Any) -> tuple[str | None, bool]:
    r"""Strip the HTML of a blurb; also say whether it was cut (500 characters, as exports do).

    Examples
    --------
    >>> blurb("<p>She&rsquo;s back.<br/>He is not.</p>")
    ('She’s back.\nHe is not.', False)
    >>> blurb("1 < 2 " + "x" * 494)[1]
    True
    """
    if not isinstance(value, str) or not value.strip():
        return None, False
    raw = _SURROGATE.sub("\ufffd", value).replace("\x00", "")
    text = html.unescape(_TAG.sub("", _BREAK.sub("\n", raw)))
    text = _LINES.sub("\n", _SPACES.sub(" ", text)).strip()
    return text or None, BLURB_CUT in (len(raw), len(raw.rstrip()), len(text))


def count_of(value: Any) -> int | None:
    """Return a count that may be shortened (``1.2K``); None where it cannot be read or is < 0.

    Examples
    --------
    >>> count_of("39676"), count_of(7), count_of("138.2M"), count_of(-1), count_of(True)
    (39676, 7, 138200000, None, None)
    """
    if isinstance(value, bool | list | dict) or value is None:
        return None
    if isinstance(value, int):
        return value if 0 <= value < 10**15 else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and 0 <= value < 2**53 else None
    return short_number(re.sub(r"^([0-9]+)\.0+$", r"\1", value.strip()))


def chapters_of(value: Any) -> int | None:
    """Return a number of episodes; 0 means that it is not known.

    Examples
    --------
    >>> chapters_of("27"), chapters_of(0), chapters_of("98集（两版故事开头）"), chapters_of("?")
    (27, None, 98, None)
    """
    if isinstance(value, str):
        found = re.match(r"([0-9]{1,5})(\.0+)?\s*(集|話|话|回|episodes?|eps?\b|$)", value.strip())
        value = int(found[1]) if found else None
    number = count_of(value)
    return number if number and number < 100_000 else None


def date_of(value: Any) -> str | None:
    """Return an ISO 8601 date from Unix seconds or milliseconds (then UTC) or from text.

    Examples
    --------
    >>> date_of(1717655795), date_of("2025-11-04 18:53:03"), date_of("2024/04")
    ('2024-06-06T06:36:35Z', '2025-11-04T18:53:03', '2024-04')
    >>> date_of("2025年11月4日"), date_of("待定")
    ('2025-11-04', None)
    """
    if isinstance(value, bool) or value is None or isinstance(value, list | dict):
        return None
    text = re.sub("[年月](?=[0-9])", "-", str(value).strip()).rstrip("日月")
    if _UNIX.fullmatch(text):
        seconds = int(text.split(".")[0])
        seconds = seconds // 1000 if seconds >= 10**11 else seconds
        moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
        return f"{moment:%Y-%m-%dT%H:%M:%S}Z"
    if re.fullmatch("[0-9]{4}", text):
        return text if FIRST_YEAR <= int(text) <= LAST_YEAR else None
    found = _DAY.match(text)
    if found is None or not _real(found):
        return None
    parts = [found[1], found[3].zfill(2)] + ([found[4].zfill(2)] if found[4] else [])
    rest = text[found.end() :]
    time = _TIME.fullmatch(rest)
    if rest and (time is None or len(parts) < 3):
        return None
    zone = (time[2] or "").replace("UTC", "Z") if time else ""
    zone = zone if len(zone) < 5 or ":" in zone else f"{zone[:3]}:{zone[3:]}"
    return "-".join(parts) + (f"T{time[1]}{zone}" if time else "")


def _real(found: re.Match[str]) -> bool:
    try:
        return dt.date(int(found[1]), int(found[3]), int(found[4] or 1)).year >= FIRST_YEAR
    except ValueError:
        return False


def lang_of(value: Any) -> str | None:
    """Return a BCP 47 tag, or None where the value is none (``zh_TW`` is read as ``zh-TW``)."""
    text = (text_of(value) or "").replace("_", "-")
    head, _, rest = text.partition("-")
    tag = f"{head.lower()}-{rest.upper() if len(rest) == 2 else rest}" if rest else head.lower()
    return tag if re.fullmatch(LANG, tag) else None


def words_of(value: Any, separator: str = "|") -> list[str]:
    """Return the words of a list, or of a text that joins them by a separator.

    Examples
    --------
    >>> words_of(["a", "b "]), words_of("a; b;", ";"), words_of(None)
    (['a', 'b'], ['a', 'b'], [])
    """
    items = value if isinstance(value, list) else str(value or "").split(separator)
    return [word for item in items if (word := text_of(item))]


def joined(words: list[str]) -> str | None:
    """Return words joined by the pipe character, or None where there are none."""
    return "|".join(words) or None
