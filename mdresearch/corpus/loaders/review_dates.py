"""Dates of reviews and comments as ISO 8601, without a zone where the file names none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_ISO = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(\.\d{1,9})?\s?(Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.ASCII,
)
_UNIX = re.compile(r"([0-9]{9,10})(?:\.([0-9]{1,9}))?|([0-9]{12,13})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Dates:
    """When rows were posted.

    Attributes
    ----------
    posted_at : list of str or None
        ISO 8601; with a zone only where the file has one.
    precision : list of str or None
        ``second``, ``minute`` or ``day``.
    as_given : list of str or None
        What could not be read, as it stands in the file.
    """

    posted_at: list[str | None]
    precision: list[str | None]
    as_given: list[str | None]

    @property
    def n_naive(self) -> int:
        """Return how many times have no zone."""
        return sum(
            1 for t in self.posted_at if t and "T" in t and not re.search(r"(Z|[+-]\d\d:\d\d)$", t)
        )

    @property
    def n_unread(self) -> int:
        """Return how many dates could not be read."""
        return sum(1 for t in self.as_given if t)


def read_dates(values: Sequence[str | None], unix_zone: str = "Z") -> Dates:
    """Read dates: ISO 8601 in its usual spellings, or Unix time in seconds or milliseconds.

    Parameters
    ----------
    values : sequence of str or None
        As they stand in the file.
    unix_zone : str
        The zone of Unix times: ``Z``, or empty where they were made of times without a zone.

    Examples
    --------
    >>> read_dates(["2021-03-25 15:52:53", "2013-11-10T18:31:42.174Z", "1762421688"]).posted_at
    ['2021-03-25T15:52:53', '2013-11-10T18:31:42.174Z', '2025-11-06T09:34:48Z']
    """
    read = [(iso_date(v, unix_zone) if v else None) for v in values]
    return Dates(
        posted_at=read,
        precision=[_precision(r) for r in read],
        as_given=[
            v if v and v.strip() and r is None else None for v, r in zip(values, read, strict=True)
        ],
    )


def iso_date(text: str, unix_zone: str = "Z") -> str | None:
    """Return one date as ISO 8601, or None where it cannot be read or is not in the calendar.

    Examples
    --------
    >>> iso_date("2021-07-26T18:26:24-07:00"), iso_date("2021-02-30"), iso_date("last week")
    ('2021-07-26T18:26:24-07:00', None, None)
    """
    plain = text.strip()
    unix = _UNIX.fullmatch(plain)
    if unix:
        return _from_unix(unix, unix_zone)
    found = _ISO.fullmatch(plain)
    if found is None:
        return None
    day, clock, fraction, zone = found.groups()
    zone = {None: "", "UTC": "Z", "Z": "Z"}.get(zone, zone)
    if zone and zone != "Z":
        zone = zone if ":" in zone else f"{zone[:3]}:{zone[3:]}"
    if fraction and not fraction.strip(".0"):
        fraction = ""
    try:
        datetime.fromisoformat(f"{day}T{clock or '00:00'}{zone}")
    except ValueError:
        return None
    return day if clock is None else f"{day}T{clock}{fraction or ''}{zone}"


def _from_unix(found: re.Match[str], zone: str) -> str | None:
    seconds, decimals, thousandths = found.groups()
    milli = int(thousandths) if thousandths else int(seconds) * 1000 + _milli(decimals)
    moment = EPOCH + timedelta(milliseconds=milli)
    if moment.year > 2100:
        return None
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    return text + (f".{milli % 1000:03d}" if milli % 1000 else "") + zone


def _milli(decimals: str | None) -> int:
    return int(f"{decimals or ''}000"[:3])


def _precision(iso: str | None) -> str | None:
    if iso is None:
        return None
    clock = iso.partition("T")[2]
    if not clock:
        return "day"
    return "second" if re.match(r"\d\d:\d\d:\d\d", clock) else "minute"
