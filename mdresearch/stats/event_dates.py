"""Dates of events that are known to a day, a month, a year or a range; periods of observation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

PERIODS = {"month": 1, "quarter": 3, "year": 12}
DATE_RULES = ("mid", "low", "high")
DAYS_A_YEAR = 365.25
_PART = re.compile(r"^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?$")


def date_interval(text: str) -> tuple[np.datetime64, np.datetime64]:
    """Return the first and the last day that a date can mean.

    Parameters
    ----------
    text : str
        ``2025-02-05``, ``2025-02``, ``2025``, or a range ``2022-11/2023-02`` of any two of these.

    Raises
    ------
    DataError
        The text is none of these, or a range ends before it starts.

    Examples
    --------
    >>> [str(d) for d in date_interval("2022-11/2023-02")]
    ['2022-11-01', '2023-02-28']
    """
    parts = str(text).strip().split("/")
    if len(parts) > 2:
        raise _bad_date(text)
    low, high = _part(parts[0], text)[0], _part(parts[-1], text)[1]
    if high < low:
        raise DataError(f"The range '{text}' ends before it starts. Write first/last.")
    return low, high


def _part(part: str, text: str) -> tuple[np.datetime64, np.datetime64]:
    match = _PART.match(part.strip())
    if match is None:
        raise _bad_date(text)
    try:
        start = np.datetime64(part.strip())  # its unit, year, month or day, is that of the text
    except ValueError as error:
        raise _bad_date(text) from error
    return start.astype("M8[D]"), (start + 1).astype("M8[D]") - np.timedelta64(1, "D")


def _bad_date(text: object) -> DataError:
    return DataError(
        f"'{text}' is not a date. Write 2025-02-05, 2025-02, 2025 or a range such as "
        "2022-11/2023-02."
    )


def interval_columns(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return first and last possible day of each row, of `date_low` and `date_high` or of `date`.

    Returns
    -------
    tuple of arrays of datetime64[D], shape (n,)
        ``NaT`` where a date is missing. Where only one end is given, it is both.
    """
    import pandas as pd

    if {"date_low", "date_high"} <= set(data.columns):
        pairs = zip(data["date_low"], data["date_high"], strict=True)
    elif "date" in data.columns:
        pairs = zip(data["date"], data["date"], strict=True)
    else:
        raise DataError(
            "A trend needs the columns 'date_low' and 'date_high', or 'date'. Columns: "
            f"{', '.join(map(str, data.columns))}."
        )
    nat = np.datetime64("NaT", "D")
    low, high = [], []
    for first, last in pairs:
        first, last = (last, last) if pd.isna(first) else (first, first if pd.isna(last) else last)
        ends = (nat, nat) if pd.isna(first) else (_ends(first)[0], _ends(last)[1])
        if ends[1] < ends[0]:
            raise DataError(
                f"An event ends on {ends[1]}, before it starts on {ends[0]}. Swap them."
            )
        low.append(ends[0])
        high.append(ends[1])
    return np.array(low, dtype="M8[D]"), np.array(high, dtype="M8[D]")


def _ends(value: object) -> tuple[np.datetime64, np.datetime64]:
    if isinstance(value, str):
        return date_interval(value)
    try:
        day = np.datetime64(value, "D")  # type: ignore[call-overload]
    except (TypeError, ValueError) as error:
        raise _bad_date(value) from error
    return day, day


def one_day(low: np.ndarray, high: np.ndarray, rule: str) -> np.ndarray:
    """Return the day that stands for an interval: its middle (the earlier of two), or an end.

    Examples
    --------
    >>> low, high = (np.array([d]) for d in date_interval("2025"))
    >>> print(one_day(low, high, "mid")[0])
    2025-07-02
    """
    if rule not in DATE_RULES:
        raise unknown_name("rule for dates", rule, DATE_RULES)
    return {"low": low, "high": high, "mid": low + (high - low) // 2}[rule]


def observation_periods(start: str, end: str, period: str = "quarter") -> pd.DataFrame:
    """Divide a window of observation into calendar periods.

    Parameters
    ----------
    start, end : str
        First and last day observed, ISO 8601; both belong to the window.
    period : {"quarter", "month", "year"}
        Calendar periods; the first and the last may be partial.

    Returns
    -------
    DataFrame
        period_start and period_end (first and last day observed in it), years (from the start of
        the window to the middle of the days observed, in years of 365.25 days), exposure (years).

    Examples
    --------
    >>> observation_periods("2025-01-01", "2025-05-15")["exposure"].round(3).tolist()
    [0.246, 0.123]
    """
    import pandas as pd

    if period not in PERIODS:
        raise unknown_name("period", period, PERIODS)
    first, last = _window_day(start, "start"), _window_day(end, "end")
    if last <= first:
        raise StatisticsError(f"The window ends on {last}, not after its start {first}.")
    size = PERIODS[period]
    month = first.astype("M8[M]").astype(int) // size * size
    stop = last.astype("M8[M]").astype(int)
    edges = np.arange(month, stop + size + 1, size).astype("M8[M]").astype("M8[D]")
    edges = edges[edges <= last]
    starts = np.maximum(edges, first)
    ends = np.append(edges[1:], last + 1) - 1
    days = (ends - starts).astype(int) + 1
    middle = (starts - first).astype(int) + days / 2
    return pd.DataFrame(
        {
            "period_start": starts.astype(str),
            "period_end": ends.astype(str),
            "years": middle / DAYS_A_YEAR,
            "exposure": days / DAYS_A_YEAR,
        }
    )


def _window_day(text: str, name: str) -> np.datetime64:
    low, high = date_interval(text)
    if low != high:
        raise StatisticsError(f"{name} is '{text}'; write a day, such as 2020-01-01.")
    return low
