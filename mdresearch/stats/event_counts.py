"""Events in a window of observation: which day stands for each, which count, in which period."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats.event_dates import (
    DATE_RULES,
    PERIODS,
    interval_columns,
    observation_periods,
    one_day,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

LABELS = ("event_id", "country", "subdivision", "domains", "scope", "direction", "label")


@dataclass(frozen=True)
class Window:
    """What is observed and how a date becomes a day.

    Attributes
    ----------
    start, end : str
        First and last day observed.
    period : str
        ``quarter``, ``month`` or ``year``.
    dates : str
        ``mid``, ``low`` or ``high``: the day that stands for an interval.
    """

    start: str
    end: str
    period: str = "quarter"
    dates: str = "mid"

    def with_(self, **changes: str) -> Window:
        """Return a window with some of these changed."""
        return replace(self, **changes)


def window_from(options: Mapping[str, Any]) -> Window:
    """Make a window of the options of a claim; its start and end are never guessed.

    Raises
    ------
    StatisticsError
        ``start`` or ``end`` is absent.
    """
    missing = [key for key in ("start", "end") if not options.get(key)]
    if missing:
        raise StatisticsError(
            f"The test 'trend' needs the option{'s' if len(missing) > 1 else ''} "
            f"{' and '.join(missing)}: the days between which events were looked for, such as "
            "start: '2020-01-01'. The first event is not the start of observation."
        )
    window = Window(
        str(options["start"]),
        str(options["end"]),
        str(options.get("period", "quarter")),
        str(options.get("dates", "mid")),
    )
    if window.dates not in DATE_RULES or window.period not in PERIODS:
        raise StatisticsError(
            f"period is '{window.period}' and dates is '{window.dates}'; allowed: period "
            f"{', '.join(PERIODS)}; dates {', '.join(DATE_RULES)}."
        )
    return window


def event_frame(data: pd.DataFrame, country: str | None, window: Window) -> pd.DataFrame:
    """Return one row an event with its day and, where it is not counted, why.

    Parameters
    ----------
    data : DataFrame
        ``date_low`` and ``date_high``, or ``date``. Where it has a column ``counts`` (true or
        false), false rows are not counted: acts that lift, restore or loosen a rule.
    country : str or None
        Column that holds the country.
    window : Window
        What is observed.

    Returns
    -------
    DataFrame
        The rows of ``data`` with date_low, date_high, day (datetime64[s]), owner, wide (the
        interval spans more than one period) and excluded: empty, ``no date``, ``before the start``,
        ``after the end``, ``not counted``.
    """
    import pandas as pd

    low, high = interval_columns(data)
    day = one_day(low, high, window.dates)
    start, end = np.datetime64(window.start, "D"), np.datetime64(window.end, "D")
    missing = np.isnat(day)
    with np.errstate(invalid="ignore"):
        why = np.select(
            [missing, ~_counts(data), day < start, day > end],
            ["no date", "not counted", "before the start", "after the end"],
            default="",
        )
    size = PERIODS[window.period]
    block = [np.where(missing, -1, d.astype("M8[M]").astype(int) // size) for d in (low, high)]
    return data.assign(
        date_low=pd.to_datetime(low.astype("M8[s]")),
        date_high=pd.to_datetime(high.astype("M8[s]")),
        day=pd.to_datetime(day.astype("M8[s]")),
        owner=_owners(data, country),
        wide=block[0] != block[1],
        excluded=why,
    )


def _counts(data: pd.DataFrame) -> np.ndarray:
    import pandas as pd

    if "counts" not in data.columns:
        return np.ones(len(data), dtype=bool)
    column = data["counts"]
    if not pd.api.types.is_bool_dtype(column) or column.isna().any():
        raise DataError(
            f"The column 'counts' holds {column.dtype} values; it says true or false of each event."
        )
    return column.to_numpy(dtype=bool)


def _owners(data: pd.DataFrame, country: str | None) -> np.ndarray:
    if country is None:
        return np.full(len(data), "", dtype=object)
    if country not in data.columns:
        raise DataError(
            f"There is no column '{country}'. Columns: {', '.join(map(str, data.columns))}."
        )
    empty = data[country].isna()
    if empty.any():
        row = data.index[int(np.flatnonzero(empty)[0])]
        raise DataError(
            f"The event in row {row} (and {int(empty.sum()) - 1} more) has no '{country}'. "
            "Name it, or exclude the event with a reason."
        )
    return data[country].astype("str").to_numpy(dtype=object)


def count_periods(events: pd.DataFrame, window: Window) -> pd.DataFrame:
    """Return the periods of a window with ``n``, the counted events whose day lies in each."""
    periods = observation_periods(window.start, window.end, window.period)
    place = period_of(events.loc[events["excluded"] == "", "day"], periods)
    return periods.assign(n=np.bincount(place, minlength=len(periods)).astype(int))


def period_of(days: pd.Series, periods: pd.DataFrame) -> np.ndarray:
    """Return the place of each day among the periods."""
    starts = periods["period_start"].to_numpy(dtype="M8[D]")
    return np.searchsorted(starts, days.to_numpy().astype("M8[D]"), side="right") - 1


def event_table(events: pd.DataFrame) -> pd.DataFrame:
    """Return what a timeline draws: id, dates, country, domain, scope, label, why not counted."""
    import pandas as pd

    absent = pd.Series("", index=events.index, dtype="str")
    columns = {name: events[name] if name in events.columns else absent for name in LABELS}
    ids = columns["event_id"] if "event_id" in events.columns else events.index.astype("str")
    frame = pd.DataFrame(
        {
            "id": list(ids),
            "date": events["day"].dt.strftime("%Y-%m-%d").to_numpy(),
            "date_low": events["date_low"].dt.strftime("%Y-%m-%d").to_numpy(),
            "date_high": events["date_high"].dt.strftime("%Y-%m-%d").to_numpy(),
            "country": events["owner"].to_numpy(),
            "subdivision": columns["subdivision"].to_numpy(),
            "domain": columns["domains"].to_numpy(),
            "scope": columns["scope"].to_numpy(),
            "direction": columns["direction"].to_numpy(),
            "label": columns["label"].to_numpy(),
            "excluded": events["excluded"].to_numpy(),
        }
    )
    return frame.sort_values(["date", "id"], kind="stable").reset_index(drop=True)
