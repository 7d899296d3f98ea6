"""Mann and Kendall's test of a monotone trend, and Sen's slope."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN, Check, Estimate

Array = np.ndarray
_MOST = 5_000


@dataclass(frozen=True, eq=False)
class MonotoneTrend:
    """A test of a monotone trend.

    Attributes
    ----------
    s, variance, z, p : float
        Kendall's S over all seasons, its variance (with ties and, on request, autocorrelation),
        the normal deviate with continuity correction, two-sided p.
    tau : float
        Kendall's tau-b of outcome and time.
    slope : Estimate
        Sen's slope in units of outcome per unit of time.
    n : int
        Points used.
    """

    s: float
    variance: float
    z: float
    p: float
    tau: float
    slope: Estimate
    n: int
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ("kendall1975", "sen1968")
    reason: str = ""

    def frame(self) -> pd.DataFrame:
        """Return the result as one tidy row."""
        return pd.DataFrame(
            [
                {
                    "s": self.s,
                    "variance": self.variance,
                    "z": self.z,
                    "p": self.p,
                    "tau": self.tau,
                    "slope": self.slope.value,
                    "low": self.slope.low,
                    "high": self.slope.high,
                    "n": self.n,
                }
            ]
        )

    def apa(self) -> str:
        """Return the trend as a sentence."""
        if self.reason:
            return f"no trend could be tested ({self.reason})"
        return (
            f"Mann-Kendall S = {self.s:.0f}, z = {apa.number(self.z)}, p {apa.p_value(self.p)}, "
            f"τ = {apa.number(self.tau)}, {self.slope.apa(3)}, n = {self.n}"
        )

    def __repr__(self) -> str:
        return f"MonotoneTrend({self.apa()})"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph

        return paragraph(self.apa()) + checks_html(self.checks)


def mann_kendall(
    data: pd.DataFrame,
    outcome: str,
    time: str,
    *,
    season: str | None = None,
    autocorrelation: str = "hamed_rao",
    level: float = 0.95,
) -> MonotoneTrend:
    """Test whether an outcome rises or falls steadily over time, whatever the shape.

    Parameters
    ----------
    data : DataFrame
        One row a time point of one series.
    outcome, time : str
        Numeric columns.
    season : str or None
        Column of seasons (months, say): pairs are compared within a season only.
    autocorrelation : str
        ``hamed_rao`` widens the variance by the significant autocorrelation of the ranks after
        Sen's slope is taken out; ``none`` is the plain test, which errs in series with memory.
    level : float
        Level of the interval of the slope.

    Returns
    -------
    MonotoneTrend
        ``nan`` with the reason where all values are equal.

    Raises
    ------
    DataError
        A column is missing or not numeric, a time occurs twice in a season, or fewer than four
        points are left.

    Notes
    -----
    ``S = sum sign(y_j - y_i)`` over pairs i < j; ties in the outcome reduce its variance. The
    interval of the slope takes order statistics of the pair slopes at ``z sqrt(var S)``. Rows with
    a missing value are left out and counted. Hamed and Rao (1998). S, its
    variance, z, tau and the slope were checked against R (``cor.test(method = "kendall")`` and
    the definitions written out in R).

    Examples
    --------
    >>> series = pd.DataFrame({"year": range(8), "titles": [3, 5, 4, 8, 9, 12, 11, 15]})
    >>> mann_kendall(series, "titles", "year", autocorrelation="none").s
    24.0
    """
    if autocorrelation not in ("hamed_rao", "none"):
        raise StatisticsError(
            f"There is no '{autocorrelation}' for autocorrelation. Known: hamed_rao, none."
        )
    kept, dropped = _read(data, outcome, time, season)
    groups = [kept] if season is None else [part for _, part in kept.groupby(season, sort=True)]
    s = variance = 0.0
    slopes = []
    for part in groups:
        t, y = (part[c].to_numpy(dtype=float) for c in (time, outcome))
        order = np.argsort(t, kind="stable")
        t, y = t[order], y[order]
        i, j = np.triu_indices(len(y), 1)
        s += float(np.sign(y[j] - y[i]).sum())
        variance += _variance(y)
        slopes.append((y[j] - y[i]) / (t[j] - t[i]))
    pairs = np.sort(np.concatenate(slopes))
    n = len(kept)
    count = Check("complete_rows", dropped == 0, f"{n} points used, {dropped} left out")
    if variance == 0:
        empty = Estimate("Sen's slope", NAN, level=level, reason="all values are equal")
        return MonotoneTrend(
            s, 0.0, NAN, NAN, NAN, empty, n, (count,), reason="all values are equal"
        )
    slope = float(np.median(pairs))
    factor, check = _memory(kept, outcome, time, slope, autocorrelation, season)
    variance *= factor
    z = (s - np.sign(s)) / np.sqrt(variance)
    return MonotoneTrend(
        s=s,
        variance=variance,
        z=float(z),
        p=float(2 * stats.norm.sf(abs(z))),
        tau=float(stats.kendalltau(kept[time], kept[outcome]).statistic),
        slope=_slope(pairs, slope, variance, level),
        n=n,
        checks=(count, check),
    )


def _read(
    data: pd.DataFrame, outcome: str, time: str, season: str | None
) -> tuple[pd.DataFrame, int]:
    columns = [outcome, time, *([season] if season else [])]
    for column in columns:
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
        if column != season and not pd.api.types.is_numeric_dtype(data[column]):
            raise DataError(f"Column '{column}' is not numeric: a trend needs numbers.")
    kept = data[columns].dropna()
    twice = kept.duplicated([time, *([season] if season else [])])
    if twice.any():
        raise DataError(
            f"'{time}' {kept.loc[twice, time].iloc[0]} occurs twice: give one row each."
        )
    if len(kept) < 4:
        raise DataError(f"{len(kept)} points are left; four are the least for a trend.")
    if len(kept) > _MOST:
        raise StatisticsError(f"{len(kept):,} points are more than {_MOST:,}: take means first.")
    return kept.sort_values(time, kind="stable"), len(data) - len(kept)


def _variance(y: Array) -> float:
    n = len(y)
    ties = np.unique(y, return_counts=True)[1].astype(float)
    return float((n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18)


def _slope(pairs: Array, slope: float, variance: float, level: float) -> Estimate:
    reach = stats.norm.ppf(1 - (1 - level) / 2) * np.sqrt(variance)
    m = len(pairs)
    low, high = (m - reach) / 2, (m + reach) / 2 + 1
    ranks = np.arange(1, m + 1)
    return Estimate(
        "Sen's slope",
        slope,
        float(np.interp(low, ranks, pairs)),
        float(np.interp(high, ranks, pairs)),
        level,
    )


def _memory(
    kept: pd.DataFrame, outcome: str, time: str, slope: float, kind: str, season: str | None
) -> tuple[float, Check]:
    """Return the factor of the variance for autocorrelated ranks, and what was seen."""
    y = (kept[outcome] - slope * kept[time]).to_numpy(dtype=float)
    n = len(y)
    ranks = stats.rankdata(y)
    ranks = ranks - ranks.mean()
    total = float(ranks @ ranks)
    lags = np.arange(1, n - 1)
    if total == 0:
        return 1.0, Check("independent_errors", None, "nothing is left after the slope")
    rho = np.array([float(ranks[k:] @ ranks[:-k]) / total for k in lags])
    first = f"autocorrelation of the ranks at lag 1 {apa.number(float(rho[0]))}"
    strong = np.abs(rho) > stats.norm.ppf(0.975) / np.sqrt(n)
    if kind == "none" or season is not None:
        note = "" if season is None else "; not corrected within seasons"
        return 1.0, Check("independent_errors", not bool(strong[0]), first + note)
    weights = (n - lags) * (n - lags - 1) * (n - lags - 2)
    extra = 2 / (n * (n - 1) * (n - 2)) * float((weights * rho * strong).sum())
    factor = max(1 + extra, 1.0)
    return factor, Check(
        "independent_errors", True, f"{first}; variance of S times {apa.number(factor)} for it"
    )
