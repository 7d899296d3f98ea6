"""Whether two places, periods or entities of market facts have something in common."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache
from typing import Any

WORLD = "WORLD"
ABROAD = "WORLD_EX_CHN"
WORDS = {
    "SEA": ("m49:south_eastern_asia",),
    "LATAM": ("m49:latam_caribbean",),
    "EUROPE": (
        "m49:eastern_europe",
        "m49:northern_europe",
        "m49:southern_europe",
        "m49:western_europe",
    ),
}


def geos_overlap(a: str, b: str) -> bool:
    """Say whether two places may share people; a word that is not known may share any.

    Examples
    --------
    >>> geos_overlap("WORLD_EX_CHN", "USA"), geos_overlap("WORLD_EX_CHN", "CHN")
    (True, False)
    >>> geos_overlap("USA", "JPN"), geos_overlap("SEA", "IDN"), geos_overlap("SEA", "LATAM")
    (False, True, False)
    """
    return any(_pair(x, y) for x in a.split("+") for y in b.split("+"))


def _pair(a: str, b: str) -> bool:
    if a == b or WORLD in (a, b):
        return True
    if ABROAD in (a, b):
        return "CHN" not in (a, b)
    first, second = _countries(a), _countries(b)
    return first is None or second is None or bool(first & second)


@lru_cache(maxsize=256)
def _countries(geo: str) -> frozenset[str] | None:
    from mdresearch.core.regions import members

    if geo in WORDS:
        return frozenset().union(*(members(region) for region in WORDS[geo]))
    return frozenset([geo]) if re.fullmatch("[A-Z]{3}", geo) else None


def entities_overlap(a: str, b: str, entity_type: str) -> bool:
    """Say whether two entities may share a part; a list of apps is joined by ``+`` or ``;``.

    Formats always may: a micro-drama is a short drama, whatever a vendor calls it.

    Examples
    --------
    >>> entities_overlap("DramaBox+ReelShort", "ReelShort", "app")
    True
    >>> entities_overlap("DramaBox", "BUMP", "app"), entities_overlap("micro-drama", "x", "format")
    (False, True)
    """
    if entity_type not in ("app", "title"):
        return True
    parts = [{part.strip().lower() for part in re.split("[+;]", text)} for text in (a, b)]
    return bool(parts[0] & parts[1])


def period(start: Any, end: Any) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that are meant; an empty start is the beginning of time.

    Examples
    --------
    >>> [str(day) for day in period("2025", "2025-02")]
    ['2025-01-01', '2025-02-28']
    """
    first = dt.date.min if start != start or not start else _days(start)[0]
    return first, _days(end)[1]


def periods_overlap(a: Any, b: Any) -> bool:
    """Say whether two facts share a day; a cumulative figure reaches back to the beginning."""
    spans = [
        period("" if "cumulative" in fact.metric else fact.period_start, fact.period_end)
        for fact in (a, b)
    ]
    return spans[0][0] <= spans[1][1] and spans[1][0] <= spans[0][1]


def _days(text: str) -> tuple[dt.date, dt.date]:
    parts = [int(part) for part in text[:10].split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else None
    if len(parts) == 3:
        day = dt.date(*parts)
        return day, day
    last = calendar.monthrange(year, month or 12)[1]
    return dt.date(year, month or 1, 1), dt.date(year, month or 12, last)
