"""Event study: the effect by time since entry, and the trends before it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.results import Check, ModelFit
from mdresearch.stats.panels.cluster_errors import cr2, least_squares
from mdresearch.stats.panels.differences import read_panel, two_way_design

Array = np.ndarray


def event_study(
    data: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    treated: str,
    *,
    before: int | None = None,
    after: int | None = None,
    level: float = 0.95,
) -> ModelFit:
    """Estimate the gap between changed and other units at each time, against the last before.

    Parameters
    ----------
    data, outcome, unit, time, treated, level
        As in `difference_in_differences`.
    before, after : int or None
        Periods shown one by one on each side; those beyond share the outermost term.

    Returns
    -------
    ModelFit
        A term a period since entry (``-3``, ``-2``, ``0``, ``1``, ...; ``-1`` is the reference),
        CR2 errors and Satterthwaite degrees of freedom each. The check ``parallel_before`` gives
        the joint test of the periods before, where the units can carry it.

    Raises
    ------
    StatisticsError
        As `difference_in_differences`; or there is no second period before the entry.

    Notes
    -----
    The joint test is F = W / q on q and (least of the terms') degrees of freedom, W the Wald
    statistic with the CR2 covariance; it needs more units than terms. Passing it is no proof:
    with few units it has little power, which the check says.
    """
    panel = read_panel(data, outcome, unit, time, treated)
    since = panel.period - panel.entry
    lowest = -panel.entry if before is None else -min(before, panel.entry)
    last = len(panel.periods) - 1 - panel.entry
    highest = last if after is None else min(after, last)
    binned = np.clip(since, lowest, highest)
    shown = [k for k in range(lowest, highest + 1) if k != -1]
    mine = panel.treated[panel.unit]
    fit = least_squares(
        two_way_design(panel, mine[:, None] & (binned[:, None] == np.array(shown)[None, :])),
        panel.y,
    )
    covariance, df = cr2(fit, panel.unit)
    q = len(shown)
    beta, errors = fit.beta[:q], np.sqrt(np.maximum(np.diag(covariance)[:q], 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / errors
    reach = stats.t.ppf(1 - (1 - level) / 2, df[:q]) * errors
    names = [str(k) for k in shown]
    n, p = fit.x.shape
    rss = float(fit.residuals @ fit.residuals)
    loglik = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1) if rss > 0 else np.inf
    return ModelFit(
        model=f"event study at {time} {panel.periods[panel.entry]}",
        coefficients=pd.DataFrame(
            {
                "term": names,
                "estimate": beta,
                "se": errors,
                "statistic": statistic,
                "df": df[:q],
                "p": 2 * stats.t.sf(np.abs(statistic), df[:q]),
                "low": beta - reach,
                "high": beta + reach,
            }
        ),
        loglik=loglik,
        n=n,
        aic=-2 * loglik + 2 * (p + 1),
        bic=-2 * loglik + (p + 1) * float(np.log(n)),
        checks=(
            Check("complete_rows", panel.n_dropped == 0, f"{panel.n_dropped} rows left out"),
            _parallel(beta, covariance[:q, :q], df[:q], np.array(shown), len(panel.units)),
        ),
        cite=("pustejovsky2018",),
        vcov=pd.DataFrame(covariance[:q, :q], names, names),
        tables={"binned": pd.DataFrame({"since": shown, "first": [k == lowest for k in shown]})},
        provenance={"outcome": outcome, "unit": unit, "treated": treated, "level": level},
    )


def _parallel(beta: Array, covariance: Array, df: Array, shown: Array, units: int) -> Check:
    early = shown < -1
    q = int(early.sum())
    if q == 0:
        return Check("parallel_before", None, "one period before the entry: no trend to see")
    if units <= q + 1:
        return Check(
            "parallel_before",
            None,
            f"{units} units cannot carry a joint test of {q} periods: look at the figure",
        )
    root = np.linalg.pinv(covariance[np.ix_(early, early)])
    statistic = float(beta[early] @ root @ beta[early]) / q
    free = float(np.min(df[early]))
    p = float(stats.f.sf(statistic, q, free))
    return Check(
        "parallel_before",
        p > 0.05,
        f"F({q}, {apa.degrees(free)}) = {apa.number(statistic)}, p {apa.p_value(p)} for {q} "
        f"periods before; {units} units: a test of little power where they are few",
    )
