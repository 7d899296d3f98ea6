"""The log-rank test and its weighted and stratified forms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa

Array = np.ndarray


@dataclass(frozen=True, kw_only=True, eq=False)
class LogRank:
    """A weighted log-rank test.

    Attributes
    ----------
    statistic, df, p : float
        Chi square of observed less expected events; ``nan`` where no group could differ.
    groups : DataFrame
        group, observed, expected (weighted where rho is not 0).
    """

    statistic: float
    df: float
    p: float
    groups: pd.DataFrame

    def apa(self) -> str:
        """Return the test as a phrase."""
        return apa.statistic("χ²", self.statistic, self.df, self.p, 2)


def log_rank(
    time: Array,
    event: Array,
    entry: Array,
    group: Array,
    stratum: Array,
    names: list[str],
    rho: float = 0.0,
) -> LogRank:
    """Compare observed with expected events at every event time, within strata.

    ``group`` and ``stratum`` are codes 0, 1, ...; the weight is S(t-)^rho of the pooled curve of
    the stratum. Covariance: hypergeometric. A group that was never at risk beside others has no
    degree of freedom.
    """
    k = len(names)
    observed, expected, covariance = np.zeros(k), np.zeros(k), np.zeros((k, k))
    for s in range(int(stratum.max()) + 1):
        rows = stratum == s
        at, died, risk = _by_group(time[rows], event[rows], entry[rows], group[rows], k)
        if not len(at):
            continue
        d, y = died.sum(axis=1), risk.sum(axis=1)
        before = np.concatenate([[1.0], np.cumprod(1 - d / y)[:-1]])
        weight = before**rho
        share = risk / y[:, None]
        observed += weight @ died
        expected += (weight * d) @ share
        spread = weight**2 * d * np.where(y > 1, (y - d) / np.maximum(y - 1, 1), 0.0)
        covariance += np.diag(spread @ share) - (share * spread[:, None]).T @ share
    live = np.diag(covariance) > 1e-12 * max(1.0, float(np.diag(covariance).max()))
    df = int(live.sum()) - 1
    statistic = float("nan")
    if df > 0:
        apart = (observed - expected)[live][1:]
        statistic = float(apart @ np.linalg.pinv(covariance[np.ix_(live, live)][1:, 1:]) @ apart)
    return LogRank(
        statistic=statistic,
        df=float(max(df, 0)),
        p=float(stats.chi2.sf(statistic, df)) if df > 0 else float("nan"),
        groups=pd.DataFrame({"group": names, "observed": observed, "expected": expected}),
    )


def _by_group(
    time: Array, event: Array, entry: Array, group: Array, k: int
) -> tuple[Array, Array, Array]:
    """Return event times, and events and rows at risk by time and group."""
    at = np.unique(time[event])
    died, risk = np.zeros((len(at), k)), np.zeros((len(at), k))
    for g in range(k):
        mine = group == g
        place = np.searchsorted(at, time[mine & event])
        died[:, g] = np.bincount(place, minlength=len(at))
        entered = np.searchsorted(np.sort(entry[mine]), at, side="left")
        risk[:, g] = entered - np.searchsorted(np.sort(time[mine]), at, side="left")
    return at, died, risk
