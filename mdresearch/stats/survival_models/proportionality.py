"""Whether hazards are proportional: tests of effects that change over time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from mdresearch.core import apa
from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check
from mdresearch.stats.survival_models.cox_cells import CoxCells
from mdresearch.stats.survival_models.cox_fits import CoxFit

Array = np.ndarray
TRANSFORMS = ("km", "identity", "rank", "log")


@dataclass(frozen=True, kw_only=True, eq=False)
class ProportionalHazards:
    """Score tests of whether coefficients change over a function of time.

    Attributes
    ----------
    tests : DataFrame
        term, statistic (chi square), df, p: a row a term of the formula, and ``GLOBAL``.
    changes : DataFrame
        stratum, time, transformed, and a column a coefficient: the coefficient at each event time
        as the scaled Schoenfeld residuals there suggest it. Where the test fails, its course over
        ``transformed`` says how.
    checks : tuple of Check
    cite : tuple of str
    provenance : mapping
    """

    tests: pd.DataFrame
    changes: pd.DataFrame
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the tests, a row a term and the global one."""
        return self.tests.copy()

    def apa(self) -> str:
        """Return the global test as a phrase."""
        row = self.tests.iloc[-1]
        phrase = apa.statistic("χ²", row["statistic"], row["df"], row["p"], 2)
        return f"proportional hazards over time ({self.provenance['transform']}): {phrase}"

    def __repr__(self) -> str:
        lines = [f"ProportionalHazards ({self.apa()})", self.tests.to_string(index=False)]
        return "\n".join(lines + [f"  {check}" for check in self.checks])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.tests) + checks_html(self.checks)


def proportional_hazards(
    fit: CoxFit, transform: str = "km", *, alpha: float = 0.05
) -> ProportionalHazards:
    r"""Test whether the coefficients of a Cox regression are constant over time.

    Parameters
    ----------
    fit : CoxFit
        From `cox`.
    transform : str
        The function g of time along which a coefficient might change: ``km`` (one less the
        Kaplan-Meier curve just before; robust to far-out times), ``identity``, ``rank`` (of the
        ends of all rows) or ``log``.
    alpha : float
        Level below which the check fails.

    Returns
    -------
    ProportionalHazards

    Raises
    ------
    StatisticsError
        Unknown transform, a fit without finite coefficients, or ``log`` with an event at time 0.

    Notes
    -----
    The score test of :math:`\gamma = 0` in :math:`\beta(t) = \beta + \gamma g(t)`, with the
    information of the whole model at each event time (ties by the rule of the fit). A term with
    several coefficients is tested with as many degrees of freedom. The test takes rows as
    independent: with a cluster its p is too small or too large. Weights count as in the fit,
    except that g is unweighted. Checked against R's survival 3.5-3 (``cox.zph``), which differs
    from the test of versions before 3.0 and of other libraries.

    Examples
    --------
    >>> from mdresearch.stats.survival_models import cox
    >>> table = pd.DataFrame({"minute": range(1, 9), "left": 1, "twist": [0, 1, 0, 1, 1, 0, 0, 1]})
    >>> test = proportional_hazards(cox("twist", table, time="minute", event="left"))
    >>> test.frame()["term"].tolist()
    ['twist', 'GLOBAL']
    """
    if transform not in TRANSFORMS:
        raise StatisticsError(
            f"There is no '{transform}' for transform. Known: {', '.join(TRANSFORMS)}."
        )
    if not isinstance(fit, CoxFit):
        raise StatisticsError("proportional_hazards needs the result of stats.cox.")
    likelihood, top = fit._likelihood, fit._maximum
    cells = likelihood.cells
    told = top.free & ~top.endless
    if not told.any():
        raise StatisticsError(f"There is nothing to test: {fit.reason}.")
    g = _transformed(cells, transform)
    events = cells.having_event(cells.count)
    centred = g - float(np.average(g, weights=events))
    part = np.ix_(told, told)
    plain, once, twice = (
        likelihood.information(top.point, by)[part] for by in (None, centred, centred**2)
    )
    u = (centred @ top.point.gradients)[told]
    names = np.array(cells.names, dtype=object)[told].tolist()
    terms = {
        term: [names.index(c) for c in columns if c in names]
        for term, columns in cells.terms.items()
    }
    rows = [
        {"term": term, **_score_test(plain, once, twice, u, places)}
        for term, places in [*terms.items(), ("GLOBAL", list(range(len(names))))]
        if places
    ]
    tests = pd.DataFrame(rows)
    bad = tests["term"][(tests["p"] < alpha) & (tests["term"] != "GLOBAL")].tolist()
    p = float(tests["p"].iloc[-1])
    spread = _spread(likelihood.x, fit)
    coefficient = fit.coefficients["estimate"].to_numpy()[told]
    residual = top.point.gradients[:, told] / events[:, None]
    scaled = residual @ (np.linalg.pinv(plain) * events.sum()) / spread[told]
    evidence = f"global p {apa.p_value(p)}" + (f"; by itself: {', '.join(bad)}" if bad else "")
    return ProportionalHazards(
        tests=tests,
        changes=pd.DataFrame(
            {
                "stratum": np.array(cells.strata, dtype=object)[cells.bin_stratum],
                "time": cells.bin_time,
                "transformed": g,
                **{name: coefficient[i] + scaled[:, i] for i, name in enumerate(names)},
            }
        ),
        checks=(
            Check("proportional_hazards", None if np.isnan(p) else p >= alpha, evidence),
            Check(
                "independent_rows",
                cells.cluster is None,
                "no cluster in the fit"
                if cells.cluster is None
                else f"{cells.n_clusters:,} clusters, which the test does not know of",
            ),
        ),
        provenance={"transform": transform, "alpha": alpha, "model": fit.model},
    )


def _spread(x: Array, fit: CoxFit) -> Array:
    """Return by how much the scaled covariates were divided."""
    raw = fit._likelihood.cells.x
    wide = np.ptp(x, axis=0)
    return np.where(wide > 0, np.ptp(raw, axis=0) / np.where(wide > 0, wide, 1.0), 1.0)


def _score_test(
    plain: Array, once: Array, twice: Array, u: Array, places: list[int]
) -> dict[str, float]:
    """Return the score test of the change of some coefficients, all else estimated."""
    cross = once[:, places]
    rest = twice[np.ix_(places, places)] - cross.T @ np.linalg.solve(plain, cross)
    size = np.sqrt(np.abs(np.diag(rest)))
    known = size > 1e-9 * np.sqrt(np.abs(np.diag(plain)[places]))
    if not known.all():
        return {"statistic": NAN, "df": float(len(places)), "p": NAN}
    scaled = rest / np.outer(size, size)
    score = u[places] / size
    statistic = float(score @ np.linalg.lstsq(scaled, score, rcond=1e-12)[0])
    df = float(len(places))
    return {"statistic": statistic, "df": df, "p": float(special.chdtrc(df, statistic))}


def _transformed(cells: CoxCells, transform: str) -> Array:
    """Return g at each event time."""
    if transform == "identity":
        return cells.bin_time
    if transform == "log":
        if (cells.bin_time <= 0).any():
            raise StatisticsError("An event at time 0 has no logarithm: take another transform.")
        return np.log(cells.bin_time)
    code = np.searchsorted(cells.times, cells.bin_time)
    held = np.bincount(cells.stop, cells.count, len(cells.times))
    if transform == "rank":
        return (np.cumsum(held) - (held - 1) / 2)[code]
    died = np.bincount(cells.stop, cells.count * cells.dead, len(cells.times))
    entered = np.bincount(cells.start + 1, cells.count, len(cells.times) + 1)[:-1]
    risk = np.cumsum(entered) - (np.cumsum(held) - held)
    with np.errstate(divide="ignore", invalid="ignore"):
        curve = np.cumprod(np.where(risk > 0, 1 - died / risk, 1.0))
    return 1 - np.concatenate([[1.0], curve[:-1]])[code]
