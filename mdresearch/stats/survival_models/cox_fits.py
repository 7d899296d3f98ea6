"""Cox regression: hazards of groups and covariates relative to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from mdresearch.core import apa
from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check, Estimate, ModelFit
from mdresearch.stats.survival_models.concordances import concordance
from mdresearch.stats.survival_models.cox_cells import CoxCells, cox_cells
from mdresearch.stats.survival_models.cox_likelihood import Likelihood, Maximum, maximise

Array = np.ndarray
TIES = ("efron", "breslow")
REFERENCES = ("normal", "t")
FEW_CLUSTERS = 60
_EVENTS_EACH = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxFit(ModelFit):
    """A Cox regression.

    Attributes
    ----------
    n_events : int
        Rows that end in the event.
    concordance : Estimate
        Share of comparable pairs in which the higher predicted risk has the event first.
    baseline : DataFrame
        stratum, time, n_at_risk, n_events, hazard, cumulative_hazard (all covariates 0) and
        cumulative_hazard_at_means: a row an event time; hazards are ``nan`` where a coefficient
        is infinite.
    naive_vcov : DataFrame
        Covariance from the information, where ``vcov`` is the sandwich; equal to it otherwise.
    """

    n_events: int
    concordance: Estimate
    baseline: pd.DataFrame
    naive_vcov: pd.DataFrame
    _likelihood: Likelihood = field(repr=False)
    _maximum: Maximum = field(repr=False)

    def hazard_ratios(self) -> pd.DataFrame:
        """Return term, hazard_ratio, low, high, p."""
        table = self.coefficients
        ratios = np.exp(table[["estimate", "low", "high"]])
        return pd.DataFrame(
            {
                "term": table["term"], "hazard_ratio": ratios["estimate"],
                "low": ratios["low"], "high": ratios["high"], "p": table["p"],
            }
        )  # fmt: skip

    def apa(self) -> str:
        """Return the fit as a sentence."""
        level = self.provenance["level"]
        parts = [
            f"{row.term}: HR = {apa.number(row.hazard_ratio)}, "
            f"{apa.interval(row.low, row.high, level)}, p {apa.p_value(row.p)}"
            if np.isfinite(row.p)
            else f"{row.term}: not estimated"
            for row in self.hazard_ratios().itertuples()
        ]
        head = (
            f"{self.model}, {self.n_events:,} events in {self.n:,} rows, {self.concordance.apa()}"
        )
        return "; ".join([head, *parts])

    def __repr__(self) -> str:
        lines = [f"CoxFit ({self.apa()})", self.coefficients.to_string(index=False)]
        return "\n".join(lines + [f"  {check}" for check in self.checks])


def cox(
    formula: str,
    data: pd.DataFrame,
    *,
    time: str,
    event: str,
    start: str | None = None,
    strata: str | Sequence[str] | None = None,
    cluster: str | None = None,
    weights: str | None = None,
    robust: bool | None = None,
    ties: str = "efron",
    reference: str = "normal",
    level: float = 0.95,
) -> CoxFit:
    r"""Regress the hazard of an event on covariates, with no shape of the hazard assumed.

    Parameters
    ----------
    formula : str
        The right side: ``"region * setup"`` (or ``"~ region * setup"``); see
        `mdresearch.stats.formulas.model_frame`. The baseline hazard stands for the intercept.
    data : DataFrame
        One row a person, or a person and an interval (with ``start``) in which covariates hold.
    time, event : str
        Columns: end of the watch (0 or more), and 1 where it ended in the event, 0 where censored.
    start : str or None
        Column of the time at which the watch (or interval) began; a row is under watch in
        (start, time].
    strata : str, sequence of str or None
        Columns; each combination has a baseline hazard of its own.
    cluster : str or None
        Column of what rows share (person, title): errors are then the sandwich over clusters.
        Rows of one person with several intervals need it only where the person may have several
        events.
    weights : str or None
        Column of weights above 0. Weights that are not whole numbers give sandwich errors.
    robust : bool or None
        Sandwich errors; None takes them where there is a cluster or a weight with a fraction.
    ties : str
        ``efron``, or ``breslow`` (poorer where many tie). Twice the rows at half the weight give
        the same fit under ``breslow`` only: under ``efron`` the number of tied rows matters.
    reference : str
        With a cluster: ``normal`` (as R does), or ``t`` on G - 1 degrees of freedom with the
        covariance times G / (G - 1), G clusters: better where they are few, yet not right for
        covariates that vary between clusters only: see the check ``enough_clusters``.
    level : float
        Level of the intervals.

    Returns
    -------
    CoxFit
        Estimates are logarithms of hazard ratios (`CoxFit.hazard_ratios` has the ratios);
        ``.tables["tests"]`` the likelihood-ratio, Wald and score tests of no effect at all. A
        coefficient that the data cannot tell from others is ``nan``; one along which the
        likelihood rises without end (a group with no event) is infinite, with no error. A check
        says so. ``bic`` counts events.

    Raises
    ------
    DataError
        As in `kaplan_meier`; a weight is not above 0.
    StatisticsError
        Unknown option, a left side in the formula, no event, or robust errors over intervals
        with no cluster.

    Notes
    -----
    .. math:: \ell(\beta) = \sum_t \Big[\sum_{i \in D_t} w_i x_i'\beta - \bar w_t
        \sum_{k=0}^{d_t - 1} \log\Big(\sum_{j \in R_t} w_j e^{x_j'\beta}
        - \tfrac{k}{d_t} \sum_{j \in D_t} w_j e^{x_j'\beta}\Big)\Big]

    (Efron; under Breslow the term in k is absent.) Rows that are alike are counted first, which
    changes no figure. Rows with a missing value are left out and counted; times that differ by
    rounding only are one time. The sandwich is that of Lin and Wei (1989), with no correction for
    the number of clusters under ``reference="normal"``. Checked against R's survival 3.5-3
    (``coxph``, ``basehaz``, ``concordance``).

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"minute": [1, 2, 3, 4, 5, 6], "left": [1, 1, 1, 1, 0, 1], "twist": [0, 1, 0, 0, 1, 1]}
    ... )
    >>> fit = cox("twist", table, time="minute", event="left")
    >>> float(fit.hazard_ratios()["hazard_ratio"].round(3).iloc[0])
    0.248
    """
    _known("ties", ties, TIES)
    _known("reference", reference, REFERENCES)
    if not 0 < level < 1:
        raise StatisticsError(f"level is {level}; it must lie between 0 and 1.")
    cells = cox_cells(
        formula, data, time=time, event=event, start=start, strata=strata, cluster=cluster,
        weights=weights,
    )  # fmt: skip
    return fit_cells(
        cells, model=f"Cox regression of '{time}' ({ties.title()} ties)", robust=robust,
        ties=ties, reference=reference, level=level,
        provenance={
            "formula": formula, "time": time, "event": event, "start": start, "strata": strata,
            "cluster": cluster, "weights": weights,
        },
    )  # fmt: skip


def _known(name: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise StatisticsError(f"There is no '{value}' for {name}. Known: {', '.join(allowed)}.")


def fit_cells(
    cells: CoxCells,
    *,
    model: str,
    robust: bool | None,
    ties: str,
    reference: str,
    level: float,
    provenance: dict[str, object],
) -> CoxFit:
    """Fit counted rows."""
    robust = _robust(cells, robust, provenance)
    if reference == "t" and cells.cluster is None:
        raise StatisticsError("reference 't' counts clusters: name their column with cluster=.")
    mean = np.average(cells.x, axis=0, weights=cells.weight)
    spread = np.sqrt(np.average((cells.x - mean) ** 2, axis=0, weights=cells.weight))
    spread = np.where(spread > 1e-12 * np.maximum(np.abs(mean), 1e-300), spread, 1.0)
    likelihood = Likelihood(cells, (cells.x - mean) / spread, ties)
    top = maximise(likelihood)
    told = top.free & ~top.endless
    naive = _inverse(top.information, told)
    groups, df = cells.n_clusters, np.inf
    covariance = naive
    if robust:
        covariance = cells.crossed(likelihood.scores(top.point) @ np.nan_to_num(naive))
        if reference == "t":
            covariance, df = covariance * groups / max(groups - 1, 1), float(groups - 1)
        covariance = np.where(np.isnan(naive), NAN, covariance)
    estimate = np.where(top.free, top.beta / spread, NAN)
    estimate = np.where(top.endless, np.copysign(np.inf, estimate), estimate)
    scale = np.outer(spread, spread)
    naive, covariance = naive / scale, covariance / scale
    names = list(cells.names)
    events = int(cells.count[cells.dead].sum())
    free = int(told.sum())
    loglik = top.point.loglik
    n = len(cells.cell_of)
    return CoxFit(
        model=model,
        coefficients=_table(names, estimate, np.sqrt(np.diag(covariance)), df, level),
        loglik=loglik,
        n=n,
        aic=-2 * loglik + 2 * free,
        bic=-2 * loglik + free * float(np.log(events)),
        checks=_checks(cells, top, robust, reference, events),
        vcov=pd.DataFrame(covariance, names, names),
        naive_vcov=pd.DataFrame(naive, names, names),
        tables={"tests": _tests(top, told, covariance, estimate)},
        reason="" if told.any() else "the data determine none of the coefficients",
        n_events=events,
        concordance=concordance(cells, likelihood.x @ top.beta, level),
        baseline=_baseline(likelihood, top, mean / spread),
        provenance={
            **provenance, "ties": ties, "robust": robust, "reference": reference, "level": level,
            "loglik_null": top.start.loglik, "iterations": top.iterations, "n_cells": len(cells.x),
            "n_clusters": groups or None,
        },
        _likelihood=likelihood,
        _maximum=top,
    )  # fmt: skip


def _robust(cells: CoxCells, robust: bool | None, provenance: dict[str, object]) -> bool:
    weight = cells.row_weight
    if robust is None:
        robust = cells.cluster is not None or (
            weight is not None and bool((weight != np.round(weight)).any())
        )
        if robust and cells.cluster is None and provenance.get("start"):
            raise StatisticsError("Weights with fractions and intervals need cluster=, the person.")
    elif robust and cells.cluster is None and provenance.get("start"):
        raise StatisticsError("robust errors of intervals need cluster=, the column of the person.")
    elif not robust and cells.cluster is not None:
        raise StatisticsError("robust=False and a cluster contradict each other: leave one out.")
    if cells.cluster is not None and cells.n_clusters < 2:
        raise StatisticsError("All rows are in one cluster: no error can be had from it.")
    return robust


def _inverse(information: Array, told: Array) -> Array:
    found = np.full(information.shape, NAN)
    if told.any():
        part = information[np.ix_(told, told)]
        size = np.sqrt(np.diag(part))
        found[np.ix_(told, told)] = np.linalg.inv(part / np.outer(size, size)) / np.outer(
            size, size
        )
    return found


def _table(names: list[str], value: Array, se: Array, df: float, level: float) -> pd.DataFrame:
    upper = 1 - (1 - level) / 2
    if np.isinf(df):
        q, p = float(special.ndtri(upper)), 2 * special.ndtr(-np.abs(value / se))
    else:
        q, p = float(special.stdtrit(df, upper)), 2 * special.stdtr(df, -np.abs(value / se))
    return pd.DataFrame(
        {
            "term": names, "estimate": value, "se": se, "statistic": value / se, "df": df,
            "p": p, "low": value - q * se, "high": value + q * se,
        }
    )  # fmt: skip


def _tests(top: Maximum, told: Array, covariance: Array, estimate: Array) -> pd.DataFrame:
    free = top.free
    ratio = 2 * (top.point.loglik - top.start.loglik)
    u = top.start.gradient[free]
    score = float(u @ np.linalg.pinv(top.start_information[np.ix_(free, free)]) @ u)
    b, v = estimate[told], covariance[np.ix_(told, told)]
    wald = float(b @ np.linalg.pinv(v) @ b) if told.any() else NAN
    df = np.array([free.sum(), told.sum(), free.sum()], dtype=float)
    values = np.array([max(ratio, 0.0), wald, score])
    return pd.DataFrame(
        {
            "test": ["likelihood ratio", "Wald", "score"], "statistic": values, "df": df,
            "p": np.where(df > 0, special.chdtrc(np.maximum(df, 1), values), NAN),
        }
    )  # fmt: skip


def _baseline(likelihood: Likelihood, top: Maximum, at: Array) -> pd.DataFrame:
    """Return the hazard at each event time; ``at`` are the means in units of the spread."""
    cells, point = likelihood.cells, top.point
    eta = likelihood.x @ top.beta
    highest = np.full(len(cells.strata), -np.inf)
    np.maximum.at(highest, cells.stratum, eta)
    if top.endless.any():
        hazard, shift = np.full(len(point.mean), NAN), NAN
    else:
        hazard = point.mean * point.ties.a1 / point.s0 * np.exp(-highest[cells.bin_stratum])
        with np.errstate(over="ignore", under="ignore"):
            shift = float(np.exp(-at @ np.where(top.free, top.beta, 0.0)))
    run = pd.Series(hazard).groupby(cells.bin_stratum).cumsum().to_numpy()
    return pd.DataFrame(
        {
            "stratum": np.array(cells.strata, dtype=object)[cells.bin_stratum],
            "time": cells.bin_time,
            "n_at_risk": cells.at_risk(cells.count),
            "n_events": cells.having_event(cells.count),
            "hazard": hazard * shift,
            "cumulative_hazard": run * shift,
            "cumulative_hazard_at_means": run,
        }
    )


def _checks(
    cells: CoxCells, top: Maximum, robust: bool, reference: str, events: int
) -> tuple[Check, ...]:
    names = np.array(cells.names, dtype=object)
    lost, endless = names[~top.free], names[top.endless]
    free = int(top.free.sum())
    found = [
        cells.rows.check(),
        Check("converged", top.converged, f"{top.iterations} steps of Newton's method"),
        Check(
            "estimable_terms",
            not len(lost),
            f"not told apart from other terms or strata: {', '.join(lost)}"
            if len(lost)
            else f"all {len(names)}",
        ),
        Check(
            "finite_estimates",
            not len(endless),
            f"the likelihood rises without end along {', '.join(endless)}: a group or a range has "
            "no event, or all of them"
            if len(endless)
            else "no separation found",
        ),
        Check(
            "events_per_coefficient",
            events >= _EVENTS_EACH * free,
            f"{events:,} events, {free} coefficients; {_EVENTS_EACH} each are advised",
        ),
    ]
    if cells.cluster is not None and robust:
        found.append(_clusters(cells.n_clusters, reference))
    return tuple(found)


def _clusters(groups: int, reference: str) -> Check:
    """Return whether clusters are many enough; the rates are those of calibrate_cox.py."""
    few = groups < FEW_CLUSTERS
    rates = "17%, 10% and 8%" if reference == "normal" else "12%, 7% and 7%"
    return Check(
        "enough_clusters",
        not few,
        f"{groups:,} clusters"
        + few
        * (
            f"; below {FEW_CLUSTERS} sandwich errors are too small, most for what varies between "
            f"clusters only (simulated tests at 5% erred in {rates} with 12, 30 and 40)"
        ),
    )
