"""Ages in words ("2 weeks ago (edited)") in seven languages, and the interval that they mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from mdresearch.core.errors import DataError

UNITS = ("second", "minute", "hour", "day", "week", "month", "year")

# How an age is said, by language: {n} is the number, {unit} one of the words below it.
PATTERNS: Mapping[str, str] = {
    "en": "{n} {unit} ago",
    "es": "hace {n} {unit}",
    "pt": "há {n} {unit}|{n} {unit} atrás",
    "id": "{n} {unit} yang lalu|{n} {unit} lalu",
    "ja": "{n} {unit}前",
    "zh": "{n} {unit}前",
    "ko": "{n} {unit} 전",
}
WORDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "en": {u: (u, u + "s") for u in UNITS},
    "es": {
        "second": ("segundo", "segundos"),
        "minute": ("minuto", "minutos"),
        "hour": ("hora", "horas"),
        "day": ("día", "días"),
        "week": ("semana", "semanas"),
        "month": ("mes", "meses"),
        "year": ("año", "años"),
    },
    "pt": {
        "second": ("segundo", "segundos"),
        "minute": ("minuto", "minutos"),
        "hour": ("hora", "horas"),
        "day": ("dia", "dias"),
        "week": ("semana", "semanas"),
        "month": ("mês", "meses"),
        "year": ("ano", "anos"),
    },
    "id": {
        "second": ("detik",),
        "minute": ("menit",),
        "hour": ("jam",),
        "day": ("hari",),
        "week": ("minggu",),
        "month": ("bulan",),
        "year": ("tahun",),
    },
    "ja": {
        "second": ("秒",),
        "minute": ("分",),
        "hour": ("時間",),
        "day": ("日",),
        "week": ("週間",),
        "month": ("か月", "ヶ月", "ヵ月", "カ月", "ケ月"),
        "year": ("年",),
    },
    "zh": {
        "second": ("秒", "秒钟", "秒鐘"),
        "minute": ("分钟", "分鐘"),
        "hour": ("小时", "小時"),
        "day": ("天",),
        "week": ("周", "週", "星期", "个星期", "個星期"),
        "month": ("个月", "個月"),
        "year": ("年",),
    },
    "ko": {
        "second": ("초",),
        "minute": ("분",),
        "hour": ("시간",),
        "day": ("일",),
        "week": ("주", "주일"),
        "month": ("개월", "달"),
        "year": ("년",),
    },
}
# What is added where a comment was changed after it was posted.
EDITED = (
    *("edited", "editado", "editada", "diedit", "telah diedit", "編集済み", "已编辑", "已修改"),
    *("已編輯", "수정됨"),
)
ONE = {"a": "1", "an": "1", "un": "1", "una": "1", "um": "1", "uma": "1"}
NOW = ("just now", "ahora mismo", "agora mesmo", "baru saja", "たった今", "刚刚", "剛剛", "방금 전")
MOST = 10_000


@dataclass(frozen=True)
class Age:
    """An age as the words say it: at least ``n`` and less than ``n + 1`` units, and if edited."""

    n: int
    unit: str
    edited: bool


@dataclass(frozen=True)
class Span:
    """When something was posted: between two moments, and the word for how exact that is."""

    earliest: str
    latest: str
    precision: str


def read_age(text: str) -> Age | None:
    """Read an age in words; None where it is none in one of the languages of `PATTERNS`.

    Examples
    --------
    >>> read_age("2 weeks ago (edited)")
    Age(n=2, unit='week', edited=True)
    >>> read_age("hace 3 días"), read_age("last week")
    (Age(n=3, unit='day', edited=False), None)
    """
    plain = unicodedata.normalize("NFC", text).strip().lower()
    found = _EDITED.fullmatch(plain)
    edited = found is not None
    if found:
        plain = found[1].strip()
    if plain in NOW:
        return Age(0, "minute", edited)
    for pattern, units in _READERS:
        match = pattern.fullmatch(plain)
        if match:
            n = int(ONE.get(match["n"], match["n"]))
            return Age(n, units[match["unit"]], edited) if n <= MOST else None
    return None


def capture_time(text: str) -> tuple[datetime, datetime, bool]:
    """Return the first and last moment that ``retrieved_at`` can mean, and if it is a time of day.

    Raises
    ------
    DataError
        It is not a date, or less exact than a day.
    """
    try:
        day = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise DataError(
            f"retrieved_at='{text}' is no date to count back from. Give the day or the moment of "
            "the capture: '2026-11-23' or '2026-11-23T18:30:00Z'."
        ) from error
    exact = "T" in text or " " in text.strip()
    return day, day if exact else day + timedelta(days=1), exact


def span_of(age: Age, capture: tuple[datetime, datetime, bool]) -> Span | None:
    """Return the interval that an age means, counted back from the capture.

    "2 weeks ago" is at least two and less than three weeks, since sites round down. Months and
    years go by the calendar. Where the capture is a day only, the interval is a day longer and
    nothing is told more exactly than the day. None where it would begin before the year 1970.

    Examples
    --------
    >>> span_of(Age(2, "week", False), capture_time("2026-11-23T18:30:00Z"))
    Span(earliest='2026-11-02', latest='2026-11-09', precision='week')
    """
    first, last, exact = capture
    try:
        earliest, latest = _back(first, age.n + 1, age.unit), _back(last, age.n, age.unit)
    except (ValueError, OverflowError):
        return None
    if earliest.year < 1970:
        return None
    within_day = age.unit in ("second", "minute", "hour")
    if exact and within_day:
        return Span(_moment(earliest), _moment(latest), age.unit)
    if not exact:
        latest -= timedelta(seconds=1)  # the end of the day of the capture is not in it
    return Span(f"{earliest:%Y-%m-%d}", f"{latest:%Y-%m-%d}", "day" if within_day else age.unit)


def _back(moment: datetime, n: int, unit: str) -> datetime:
    if unit in ("month", "year"):
        months = moment.year * 12 + moment.month - 1 - n * (12 if unit == "year" else 1)
        year, month = divmod(months, 12)
        for day in range(moment.day, 27, -1):
            try:
                return moment.replace(year=year, month=month + 1, day=day)
            except ValueError:
                continue
        return moment.replace(year=year, month=month + 1)
    return moment - n * timedelta(**{f"{unit}s": 1})


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _readers() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    made = []
    for lang, forms in PATTERNS.items():
        units = {word: unit for unit, words in WORDS[lang].items() for word in words}
        listed = "|".join(sorted(map(re.escape, units), key=len, reverse=True))
        ones = "|".join(sorted(ONE, key=len, reverse=True))
        for form in forms.split("|"):
            pattern = re.escape(form).replace(r"\{n\}", rf"(?P<n>[0-9]{{1,5}}|{ones})")
            pattern = pattern.replace(r"\{unit\}", f"(?P<unit>{listed})")
            made.append((re.compile(pattern.replace(r"\ ", r"\s*")), units))
    return made


_EDITED = re.compile(rf"(.*?)\s*[(（]\s*(?:{'|'.join(map(re.escape, EDITED))})\s*[)）]", re.S)
_READERS = _readers()
