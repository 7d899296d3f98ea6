"""Kaplan-Meier curves: the share still there at each time, and tests of whether curves differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mdresearch.core import apa
from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check
from mdresearch.stats.survival_models.log_ranks import LogRank, log_rank
from mdresearch.stats.survival_models.rows import counts, group_codes, survival_rows

Array = np.ndarray
CONF = ("log-log", "log", "plain")


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalCurves:
    """Survival curves by group.

    Attributes
    ----------
    curves : DataFrame
        group, time, n_at_risk, n_events, survival, se, low, high: a row a distinct time.
    medians : DataFrame
        group, n, n_events, median, low, high; ``nan`` where the curve does not reach one half.
    test : LogRank or None
        Weighted log-rank test of equal curves; None with one group.
    reason : str
        Why there is no test; empty where there is.
    checks : tuple of Check
    cite : tuple of str
    provenance : mapping
    """

    curves: pd.DataFrame
    medians: pd.DataFrame
    test: LogRank | None = None
    reason: str = ""
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the curves, a row a group and time."""
        return self.curves.copy()

    def at(self, times: list[float]) -> pd.DataFrame:
        """Return each curve at the times given; ``nan`` after the last time under watch."""
        found = []
        for name, curve in self.curves.groupby("group", sort=False):
            row = np.searchsorted(curve["time"], times, side="right") - 1
            start = {"n_at_risk": NAN, "n_events": 0.0, "survival": 1.0, "se": 0.0}
            first = pd.DataFrame([{"group": name, "time": 0.0, **start, "low": 1.0, "high": 1.0}])
            table = pd.concat([first, curve], ignore_index=True).iloc[row + 1].copy()
            values = ["survival", "se", "low", "high"]
            beyond = np.asarray(times) > curve["time"].max()
            table.loc[beyond, values] = NAN
            table["time"] = times
            found.append(table.drop(columns=["n_at_risk", "n_events"]))
        return pd.concat(found, ignore_index=True)

    def apa(self) -> str:
        """Return medians and test as a sentence."""
        parts = [
            f"{row.group}: median {apa.number(row.median)}, "
            f"{apa.interval(row.low, row.high, self.provenance['level'])}"
            if np.isfinite(row.median)
            else f"{row.group}: median not reached"
            for row in self.medians.itertuples()
        ]
        return "; ".join(parts) + (f"; {self.test.apa()}" if self.test else "")

    def __repr__(self) -> str:
        lines = [f"SurvivalCurves ({self.apa()})", self.medians.to_string(index=False)]
        return "\n".join(lines + [f"  {check}" for check in self.checks])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.medians) + checks_html(self.checks)


def kaplan_meier(
    data: pd.DataFrame,
    time: str,
    event: str,
    group: str | None = None,
    *,
    conf: str = "log-log",
    entry: str | None = None,
    strata: str | None = None,
    rho: float = 0.0,
    level: float = 0.95,
) -> SurvivalCurves:
    r"""Estimate the share that is still there at each time, by group, and test equality.

    Parameters
    ----------
    data : DataFrame
        One row a person (or a person and an interval, with ``entry``).
    time, event : str
        Columns: time under watch (0 or more), and 1 where it ended in the event, 0 where censored.
    group : str or None
        Column of groups; None gives one curve.
    conf : str
        Scale of the pointwise intervals: ``log-log`` (stays within 0 and 1), ``log``, ``plain``.
    entry : str or None
        Column of the time at which the watch began (delayed entry).
    strata : str or None
        Column; the test then compares groups within its levels.
    rho : float
        Weight S(t-)^rho of the test: 0 is the log-rank test, 1 weighs early times (Peto and
        Peto).
    level : float
        Level of the intervals.

    Returns
    -------
    SurvivalCurves

    Raises
    ------
    DataError
        A column is missing, a time is negative or not a number, an event is neither 0 nor 1, or
        an entry is not before the time.
    StatisticsError
        Unknown ``conf``, or a level not between 0 and 1.

    Notes
    -----
    .. math:: \hat S(t) = \prod_{t_i \le t} (1 - d_i / Y_i),\quad
              \widehat{var}\log \hat S = \sum d_i / (Y_i (Y_i - d_i))

    Rows with a missing value in a column in use are left out and counted. The median is the first
    time at which the curve is at or below one half (the midpoint of a stretch that lies at one
    half). Checked against R's survival 3.5-3 (``survfit``, ``survdiff``).

    Examples
    --------
    >>> table = pd.DataFrame({"minute": [1, 2, 3, 4], "left": [1, 1, 0, 1]})
    >>> kaplan_meier(table, "minute", "left").frame()["survival"].round(2).tolist()
    [0.75, 0.5, 0.5, 0.0]
    """
    if conf not in CONF:
        raise StatisticsError(f"There is no '{conf}' for conf. Known: {', '.join(CONF)}.")
    if not 0 < level < 1:
        raise StatisticsError(f"level is {level}; it must lie between 0 and 1.")
    rows = survival_rows(data, time, event, entry, [c for c in (group, strata) if c])
    codes, names = group_codes(rows.data, group)
    tables, medians = [], []
    for code, name in enumerate(names):
        mine = codes == code
        curve = _curve(rows.time[mine], rows.event[mine], rows.entry[mine], conf, level)
        curve.insert(0, "group", name)
        tables.append(curve)
        medians.append(
            {
                "group": name,
                "n": int(mine.sum()),
                "n_events": int(rows.event[mine].sum()),
                "median": _half(curve["time"], curve["survival"]),
                "low": _half(curve["time"], curve["low"]),
                "high": _half(curve["time"], curve["high"]),
            }
        )
    test = None
    if len(names) > 1:
        within, _ = group_codes(rows.data, strata)
        test = log_rank(rows.time, rows.event, rows.entry, codes, within, names, rho)
    events = pd.DataFrame(medians)["n_events"]
    return SurvivalCurves(
        curves=pd.concat(tables, ignore_index=True),
        medians=pd.DataFrame(medians),
        test=test,
        reason="" if test else "one group: there is nothing to compare",
        checks=(
            rows.check(),
            Check("events_in_each_group", bool((events > 0).all()), f"least: {events.min()}"),
        ),
        provenance={
            "time": time, "event": event, "group": group, "entry": entry, "strata": strata,
            "conf": conf, "rho": rho, "level": level,
        },
    )  # fmt: skip


def _curve(time: Array, event: Array, entry: Array, conf: str, level: float) -> pd.DataFrame:
    at, risk, died = counts(time, event, entry)
    survival = np.cumprod(1 - died / risk)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(np.cumsum(died / (risk * (risk - died))))
        low, high = _limits(survival, error, conf, float(special.ndtri(1 - (1 - level) / 2)))
        se = survival * error
    return pd.DataFrame(
        {
            "time": at, "n_at_risk": risk, "n_events": died, "survival": survival, "se": se,
            "low": low, "high": high,
        }
    )  # fmt: skip


def _limits(survival: Array, error: Array, conf: str, z: float) -> tuple[Array, Array]:
    """Return pointwise limits; 1 before the first event, ``nan`` where the curve is at 0."""
    if conf == "plain":
        low, high = survival * (1 - z * error), survival * (1 + z * error)
    elif conf == "log":
        low, high = survival * np.exp(-z * error), survival * np.exp(z * error)
    else:
        spread = z * error / np.log(survival)
        low = np.exp(np.log(survival) * np.exp(-spread))
        high = np.exp(np.log(survival) * np.exp(spread))
        none = survival == 1
        low, high = np.where(none, 1.0, low), np.where(none, 1.0, high)
    gone = survival == 0
    return (
        np.where(gone, NAN, np.maximum(low, 0.0)),
        np.where(gone, NAN, np.minimum(high, 1.0)),
    )


def _half(time: pd.Series, height: pd.Series, tol: float = 1e-9) -> float:
    """Return when a falling curve reaches one half; the middle of a stretch that lies there."""
    t, y = time.to_numpy(dtype=float), height.to_numpy(dtype=float)
    kept = np.isfinite(y) & (y < 0.5 + tol)
    if not kept.any():
        return NAN
    t, y = t[kept], y[kept]
    below = y < y[0] - tol
    if abs(y[0] - 0.5) < tol and below.any():
        return float((t[0] + t[below][0]) / 2)
    return float(t[0])
