"""Restricted mean survival time: how long on average until a horizon, with no hazard assumed."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check, ModelFit
from mdresearch.stats.survival_models.rows import counts, group_codes, survival_rows

Array = np.ndarray


def rmst(
    data: pd.DataFrame,
    time: str,
    event: str,
    group: str | None = None,
    tau: float | None = None,
    *,
    entry: str | None = None,
    level: float = 0.95,
) -> ModelFit:
    r"""Estimate the mean time until the event, restricted to a horizon, and compare groups.

    Parameters
    ----------
    data : DataFrame
        One row a person (or a person and an interval, with ``entry``).
    time, event : str
        Columns: time under watch, and 1 where it ended in the event, 0 where censored.
    group : str or None
        Column of groups.
    tau : float
        The horizon, in the unit of ``time``. It must not lie beyond the last time of any group
        whose curve has not reached 0: the curve is unknown there. Choose it before seeing the
        curves.
    entry : str or None
        Column of delayed entry.
    level : float
        Level of the intervals.

    Returns
    -------
    ModelFit
        The mean of each group. ``.tables["differences"]``, ``.tables["ratios"]`` and
        ``.tables["lost_ratios"]`` (ratios of time lost, tau less the mean) compare each pair as
        ``b - a`` or ``b / a``; errors of ratios are on the scale of logarithms. ``vcov`` is
        diagonal, for groups are independent.

    Raises
    ------
    StatisticsError
        ``tau`` is not given, not above 0, or beyond what a group was watched for.
    DataError
        As in `kaplan_meier`.

    Notes
    -----
    .. math:: \hat\mu(\tau) = \int_0^\tau \hat S(t)\,dt,\quad
        \widehat{var} = \sum_{t_i \le \tau} \Big[\int_{t_i}^\tau \hat S\Big]^2
        \frac{d_i}{Y_i (Y_i - d_i)}

    with 0 for the term where all at risk have the event. Rows with missing values are left out and
    counted. No p is adjusted: see `adjust`. Checked against R's survRM2 1.0-4 (``rmst2``) and
    survival 3.5-3.

    Examples
    --------
    >>> table = pd.DataFrame({"minute": [1, 2, 3, 4], "left": [1, 1, 1, 1]})
    >>> float(rmst(table, "minute", "left", tau=4).frame()["estimate"].iloc[0])
    2.5
    """
    if tau is None or not np.isfinite(tau) or tau <= 0:
        raise StatisticsError(f"tau is {tau}: give the horizon, a time above 0.")
    if not 0 < level < 1:
        raise StatisticsError(f"level is {level}; it must lie between 0 and 1.")
    rows = survival_rows(data, time, event, entry, [group] if group else [])
    codes, names = group_codes(rows.data, group)
    means, variances = np.zeros(len(names)), np.zeros(len(names))
    for code, name in enumerate(names):
        mine = codes == code
        _guard(rows.time[mine], rows.event[mine], rows.entry[mine], tau, name)
        means[code], variances[code] = restricted_mean(
            rows.time[mine], rows.event[mine], rows.entry[mine], tau
        )
    z = float(stats.norm.ppf(1 - (1 - level) / 2))
    pairs = list(combinations(range(len(names)), 2))
    return ModelFit(
        model=f"restricted mean of '{time}' to {tau:g}",
        coefficients=_table(pd.DataFrame({"term": names}), means, np.sqrt(variances), z),
        loglik=NAN,
        n=len(rows.time),
        aic=NAN,
        bic=NAN,
        checks=(
            rows.check(),
            Check(
                "two_or_more_events",
                all(rows.event[(codes == c) & (rows.time <= tau)].sum() > 1 for c in set(codes)),
                f"{int(rows.event[rows.time <= tau].sum())} events until {tau:g}",
            ),
        ),
        vcov=pd.DataFrame(np.diag(variances), names, names),
        tables=_compared(names, pairs, means, variances, tau, z) if pairs else {},
        provenance={"time": time, "event": event, "group": group, "tau": tau, "level": level},
    )


def restricted_mean(time: Array, event: Array, entry: Array, tau: float) -> tuple[float, float]:
    """Return the area under the curve to ``tau`` and its variance; the curve's end is held."""
    at, risk, died = counts(time, event, entry)
    inside = (at <= tau) & (died > 0)
    at, risk, died = at[inside], risk[inside], died[inside]
    survival = np.cumprod(1 - died / risk)
    steps = np.diff(np.concatenate([[0.0], at, [tau]]))
    areas = np.concatenate([[1.0], survival]) * steps
    rest = areas[::-1].cumsum()[::-1][1:]
    left = risk - died
    terms = np.where(left > 0, died / (risk * np.where(left > 0, left, 1.0)), 0.0)
    return float(areas.sum()), float(rest**2 @ terms)


def _guard(time: Array, event: Array, entry: Array, tau: float, name: str) -> None:
    at, risk, died = counts(time, event, entry)
    if tau > at[-1] and risk[-1] > died[-1]:
        raise StatisticsError(
            f"tau is {tau:g}, but group '{name}' was watched until {at[-1]:g} only, and not all "
            f"had the event: take tau up to {at[-1]:g}."
        )


def _table(left: pd.DataFrame, value: Array, se: Array, z: float) -> pd.DataFrame:
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = value / se
    rest = {
        "estimate": value, "se": se, "statistic": statistic, "df": np.inf,
        "p": 2 * stats.norm.sf(np.abs(statistic)), "low": value - z * se, "high": value + z * se,
    }  # fmt: skip
    return left.assign(**rest)


def _compared(
    names: list[str],
    pairs: list[tuple[int, int]],
    means: Array,
    variances: Array,
    tau: float,
    z: float,
) -> dict[str, pd.DataFrame]:
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    label = pd.DataFrame({"a": [names[i] for i in a], "b": [names[i] for i in b]})
    found = {
        "differences": _table(label, means[b] - means[a], np.sqrt(variances[a] + variances[b]), z)
    }
    for key, level in (("ratios", means), ("lost_ratios", tau - means)):
        with np.errstate(divide="ignore", invalid="ignore"):
            size = np.where(level > 0, level, NAN)
            table = _table(
                label,
                np.log(size[b] / size[a]),
                np.sqrt(variances[a] / size[a] ** 2 + variances[b] / size[b] ** 2),
                z,
            )
        table[["estimate", "low", "high"]] = np.exp(table[["estimate", "low", "high"]])
        found[key] = table
    return found
