"""Difference in differences of units with one date of entry, with errors for few units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import Check, ModelFit, Permutation
from mdresearch.stats.panels.cluster_errors import cr1, cr2, least_squares
from mdresearch.stats.permutations import permute_countries

Array = np.ndarray
_CREDIBLE = 4.0
"""Fewer degrees of freedom than this, and a t interval says more about the method than the data."""


@dataclass(frozen=True, eq=False)
class Panel:
    """A checked panel: one row a unit and time, with one date of entry.

    ``unit`` and ``period`` are codes 0, 1, ...; ``treated`` is a flag a unit; ``entry`` the code
    of the first treated period.
    """

    y: Array
    unit: Array
    period: Array
    units: pd.Index
    periods: pd.Index
    treated: Array
    entry: int
    n_dropped: int


def read_panel(data: pd.DataFrame, outcome: str, unit: str, time: str, treated: str) -> Panel:
    """Check a panel and code it; ``treated`` is 1 in the rows in which the change is in force.

    Raises
    ------
    DataError
        A column or a unit's row is wrong, naming it.
    StatisticsError
        Units entered at different dates, left again, or there is no control.
    """
    for column in (outcome, unit, time, treated):
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    rows = data[[outcome, unit, time, treated]].dropna()
    twice = rows.duplicated([unit, time])
    if twice.any():
        bad = rows[twice].iloc[0]
        raise DataError(f"'{bad[unit]}' has two rows at {time} {bad[time]}: give one.")
    flags = rows[treated].astype(float)
    if not flags.isin([0.0, 1.0]).all():
        bad_value = flags[~flags.isin([0.0, 1.0])].iloc[0]
        raise DataError(f"'{treated}' is {bad_value:g} in a row; 0 and 1 are allowed.")
    units, unit_names = pd.factorize(rows[unit], sort=True)
    periods, period_names = pd.factorize(rows[time], sort=True)
    first = np.full(len(unit_names), len(period_names))
    on = flags.to_numpy() == 1
    np.minimum.at(first, units[on], periods[on])
    left = (~on) & (periods > first[units])
    if left.any():
        name = unit_names[units[left][0]]
        raise StatisticsError(
            f"'{name}' is no longer treated at {time} {period_names[periods[left][0]]}: units that "
            "leave again need another design (a switch-back, or the time until leaving)."
        )
    ever = first < len(period_names)
    if ever.all() or not ever.any():
        raise StatisticsError(
            f"{int(ever.sum())} of {len(ever)} units are ever treated: some must be and some not, "
            "or the change cannot be told from time."
        )
    dates = np.unique(first[ever])
    if len(dates) > 1:
        listed = ", ".join(str(period_names[d]) for d in dates[:6])
        raise StatisticsError(
            f"Units entered at {len(dates)} dates ({listed}). Two-way fixed effects then compare "
            "late units with early ones that are already changed, and can turn a sign "
            "(Goodman-Bacon 2021). Analyse each date with the units not yet treated, or use an "
            "estimator for staggered entry (Callaway and Sant'Anna 2021)."
        )
    if dates[0] == 0:
        raise StatisticsError("The treated units have no period before their entry.")
    return Panel(
        rows[outcome].to_numpy(dtype=float),
        units,
        periods,
        pd.Index(unit_names),
        pd.Index(period_names),
        ever,
        int(dates[0]),
        len(data) - len(rows),
    )


def two_way_design(panel: Panel, columns: Array) -> Array:
    """Return the columns beside unit and period indicators (the first period left out)."""
    return np.column_stack(
        [
            columns,
            panel.unit[:, None] == np.arange(len(panel.units))[None, :],
            panel.period[:, None] == np.arange(1, len(panel.periods))[None, :],
        ]
    ).astype(float)


def difference_in_differences(
    data: pd.DataFrame,
    outcome: str,
    unit: str,
    time: str,
    treated: str,
    *,
    draws: int = 9_999,
    seed: int = 0,
    level: float = 0.95,
) -> ModelFit:
    """Estimate the effect of a change that some units underwent at one date.

    Parameters
    ----------
    data : DataFrame
        One row a unit and time.
    outcome, unit, time : str
        Columns. ``unit`` is what underwent the change (a country, a platform in a country): errors
        are clustered there.
    treated : str
        1 in the rows of a changed unit from its change on, else 0.
    draws, seed : int
        For the randomisation test where relabellings are too many to list.
    level : float
        Level of the interval.

    Returns
    -------
    ModelFit
        One term, ``effect``: two-way fixed effects, CR2 errors, Satterthwaite degrees of freedom.
        ``.provenance["randomisation"]`` is the permutation of units (its smallest attainable p
        stands in the checks); ``.tables`` has ``means`` (by group and time), ``errors`` (the effect
        with independent, CR1 and CR2 errors side by side) and ``placebo`` (dates before the entry
        taken for it, on the periods before).

    Raises
    ------
    StatisticsError
        Entry is staggered or reversed, or there is no control.

    Notes
    -----
    The randomisation test relabels which units changed and takes the difference of their mean
    changes (equal to the effect in a balanced panel); it holds its size with any number of units
    if the change could as well have come to the others. Checked against R: ``lm``,
    ``sandwich::vcovCL(type = "HC1")``, ``clubSandwich`` CR2 with Satterthwaite's df.
    """
    panel = read_panel(data, outcome, unit, time, treated)
    on = (panel.treated[panel.unit] & (panel.period >= panel.entry)).astype(float)
    fit = least_squares(two_way_design(panel, on[:, None]), panel.y)
    robust, df = cr2(fit, panel.unit)
    kinds = {
        "independent": (float(np.sqrt(fit.covariance()[0, 0])), float(fit.df)),
        "CR1": (float(np.sqrt(cr1(fit, panel.unit)[0, 0])), float(len(panel.units) - 1)),
        "CR2": (float(np.sqrt(robust[0, 0])), float(df[0])),
    }
    effect = float(fit.beta[0])
    errors = pd.DataFrame(
        [_row(name, effect, se, free, level) for name, (se, free) in kinds.items()]
    )
    randomised = _randomise(panel, draws, seed)
    term = errors[errors["term"] == "CR2"].assign(term="effect").reset_index(drop=True)
    n, p = fit.x.shape
    rss = float(fit.residuals @ fit.residuals)
    loglik = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1) if rss > 0 else np.inf
    return ModelFit(
        model=f"difference in differences at {time} {panel.periods[panel.entry]}",
        coefficients=term,
        loglik=loglik,
        n=n,
        aic=-2 * loglik + 2 * (p + 1),
        bic=-2 * loglik + (p + 1) * float(np.log(n)),
        checks=_checks(panel, kinds["CR2"][1], randomised),
        cite=("pustejovsky2018",),
        vcov=pd.DataFrame(robust[:1, :1], ["effect"], ["effect"]),
        tables={
            "means": _means(panel),
            "errors": errors,
            "placebo": _placebo(panel, level),
        },
        provenance={
            "outcome": outcome,
            "unit": unit,
            "treated": treated,
            "level": level,
            "randomisation": randomised,
        },
    )


def _row(name: str, effect: float, se: float, df: float, level: float) -> dict[str, object]:
    statistic = effect / se if se > 0 else np.nan
    reach = float(stats.t.ppf(1 - (1 - level) / 2, df)) * se
    return {
        "term": name,
        "estimate": effect,
        "se": se,
        "statistic": statistic,
        "df": df,
        "p": float(2 * stats.t.sf(abs(statistic), df)),
        "low": effect - reach,
        "high": effect + reach,
    }


def _randomise(panel: Panel, draws: int, seed: int) -> Permutation | None:
    after = panel.period >= panel.entry
    changes = []
    for u in range(len(panel.units)):
        mine = panel.unit == u
        if not (mine & after).any() or not (mine & ~after).any():
            return None
        changes.append(panel.y[mine & after].mean() - panel.y[mine & ~after].mean())
    return permute_countries(np.array(changes), panel.treated, draws, seed)


def _checks(panel: Panel, df: float, randomised: Permutation | None) -> tuple[Check, ...]:
    cells = len(panel.units) * len(panel.periods)
    treated = int(panel.treated.sum())
    return (
        Check("complete_rows", panel.n_dropped == 0, f"{panel.n_dropped} rows left out"),
        Check("balanced", len(panel.y) == cells, f"{len(panel.y):,} of {cells:,} unit-times"),
        Check(
            "enough_units",
            df >= _CREDIBLE,
            f"{treated} changed and {len(panel.units) - treated} other units give "
            f"{apa.number(df, 1)} degrees of freedom; {_CREDIBLE:g} are the least to rest on",
        ),
        Check(
            "randomisation",
            None if randomised is None else randomised.smallest_p <= 0.05,
            "not done: a unit lacks one side of the date"
            if randomised is None
            else f"{randomised.n_relabellings:,} ways to say which units changed: "
            f"p {apa.p_value(randomised.p)}, the smallest it could be {randomised.smallest_p:.3g}",
        ),
    )


def _means(panel: Panel) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "time": panel.periods[panel.period],
            "changed": panel.treated[panel.unit],
            "mean": panel.y,
        }
    )
    return frame.groupby(["changed", "time"], as_index=False)["mean"].mean()


def _placebo(panel: Panel, level: float) -> pd.DataFrame:
    """Return the effect of every earlier date taken for the entry, on the periods before it."""
    early = panel.period < panel.entry
    rows = []
    for entry in range(1, panel.entry):
        on = panel.treated[panel.unit[early]] & (panel.period[early] >= entry)
        x = two_way_design(panel, np.zeros((len(panel.y), 1)))[early]
        x[:, 0] = on
        seen = [0, *range(1, 1 + len(panel.units))]
        seen += [1 + len(panel.units) + k for k in range(panel.entry - 1)]
        fit = least_squares(x[:, seen], panel.y[early])
        robust, df = cr2(fit, panel.unit[early])
        se = float(np.sqrt(max(robust[0, 0], 0.0)))
        rows.append(
            {
                "entry": panel.periods[entry],
                **_row("placebo", float(fit.beta[0]), se, float(df[0]), level),
            }
        )
    return pd.DataFrame(rows)
