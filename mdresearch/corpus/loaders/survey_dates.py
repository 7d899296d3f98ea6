"""Dates of SPSS, Stata and SAS, which are numbers in the file, as ISO 8601 text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SPSS_ORIGIN, SAS_ORIGIN = "1582-10-14", "1960-01-01"
SPSS_DATES = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "QYR", "MOYR", "WKYR")
SPSS_MOMENTS = ("DATETIME", "YMDHMS")
SAS_DATES = (
    *("DATE", "DAY", "DDMMYY", "MMDDYY", "YYMMDD", "JULIAN", "MONYY", "WEEKDATE", "WORDDATE"),
    *("YYMM", "YYMON", "YEAR", "E8601DA", "B8601DA", "DATE9", "NENGO", "MINGUO", "YYQ"),
)
SAS_MOMENTS = ("DATETIME", "E8601DT", "B8601DT", "DATEAMPM", "DTDATE", "MDYAMPM")
STATA_YEARS = {"tw": 52, "tm": 12, "tq": 4, "th": 2}
_LETTERS = re.compile(r"\$?([A-Za-z_]+(?:8601[A-Za-z]+)?)")
_STATA = re.compile(r"%-?(t[cCdwmqhyg]|d)")


def date_kind(form: str, program: str) -> str:
    """Return the kind of date that a format means: ``day``, ``second``, ``tm``, ...; else nothing.

    Examples
    --------
    >>> date_kind("ADATE10", "spss"), date_kind("%tdD_m_Y", "stata"), date_kind("F8.2", "spss")
    ('second_day', 'td', '')
    """
    if program == "stata":
        found = _STATA.match(form)
        return {"d": "td", "tg": ""}.get(found.group(1), found.group(1)) if found else ""
    word = _LETTERS.match(form)
    name = word.group(1).upper() if word else ""
    if program == "spss":
        return "second_day" if name in SPSS_DATES else "second" if name in SPSS_MOMENTS else ""
    bare = re.sub(r"[NBCDPS]$", "", name)  # YYMMDDN, MMDDYYS: a separator
    if name in SAS_MOMENTS:
        return "sas_second"
    return "sas_day" if name in SAS_DATES or bare in SAS_DATES else ""


def iso_dates(values: np.ndarray, kind: str) -> tuple[pd.Series, int]:
    """Turn numbers into ISO 8601 text, and count those that are no date of the years 1 to 9999.

    Parameters
    ----------
    values : array
        As the file has them; NaN where missing.
    kind : str
        What `date_kind` returns. Stata's months, quarters and half-years become ``YYYY-MM`` of
        their first month, its weeks the first day of the week by Stata's rule (day 1 + 7k).

    Examples
    --------
    >>> import numpy as np
    >>> iso_dates(np.array([0.0, 21915.5]), "td")[0].tolist()
    ['1960-01-01', '2020-01-01']
    """
    import numpy as np
    import pandas as pd

    if kind in STATA_YEARS:
        return _periods(values, kind)
    if kind == "ty":
        good = (values >= 1) & (values <= 9999)
        texts = [f"{int(v):04d}" if ok else None for v, ok in zip(values, good, strict=True)]
        return pd.Series(texts, dtype="str"), int((~np.isnan(values) & ~good).sum())
    origin = SPSS_ORIGIN if kind in ("second", "second_day") else SAS_ORIGIN
    unit = {"td": 86400.0, "sas_day": 86400.0, "tc": 1e-3, "tC": 1e-3}.get(kind, 1.0)
    seconds = np.floor(values * unit) if kind not in ("td", "sas_day") else np.floor(values) * unit
    low, high = np.datetime64("0001-01-01"), np.datetime64("9999-12-31T23:59:59")
    start = np.datetime64(origin, "s")
    least, most = (low - start) / np.timedelta64(1, "s"), (high - start) / np.timedelta64(1, "s")
    good = (seconds >= least) & (seconds <= most)
    moments = start + np.where(good, seconds, 0).astype("int64").astype("timedelta64[s]")
    precise = "D" if kind in ("td", "sas_day", "second_day") else "s"
    written = np.datetime_as_string(moments.astype(f"datetime64[{precise}]")).astype(object)
    written[~good] = None
    return pd.Series(written, dtype="str"), int((~np.isnan(values) & ~good).sum())


def _periods(values: np.ndarray, kind: str) -> tuple[pd.Series, int]:
    import numpy as np
    import pandas as pd

    each = STATA_YEARS[kind]
    good = (values >= (1 - 1960) * each) & (values < (10000 - 1960) * each)
    texts: list[str | None] = []
    for value, ok in zip(values, good, strict=True):
        if not ok:
            texts.append(None)
            continue
        year, part = divmod(int(np.floor(value)), each)
        if kind == "tw":
            day = np.datetime64(f"{1960 + year:04d}-01-01") + 7 * part
            texts.append(str(day))
        else:
            texts.append(f"{1960 + year:04d}-{part * (12 // each) + 1:02d}")
    return pd.Series(texts, dtype="str"), int((~np.isnan(values) & ~good).sum())
