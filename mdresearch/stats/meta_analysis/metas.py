"""Meta-analysis and meta-regression: one call, honest errors, and what a new country might show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN, Check, Estimate, ModelFit
from mdresearch.stats.formulas import model_frame
from mdresearch.stats.meta_analysis.heterogeneity import (
    loglik,
    q_profile,
    tau_squared,
    weighted,
)
from mdresearch.stats.meta_analysis.multilevel import fit_levels

FEW = 5
"""Fewer studies than this are a check that fails: tau squared is hardly known."""


@dataclass(frozen=True, eq=False)
class MetaAnalysis(ModelFit):
    """A fitted meta-analysis.

    Attributes
    ----------
    method : str
        Estimator of tau squared.
    tau2 : Estimate
        Variance between studies with its Q-profile interval (none for a multilevel model).
    prediction : Estimate or None
        Where the effect of a new study would lie; None with moderators.
    q, q_df, q_p : float
        Cochran's Q of residual heterogeneity.
    i2, h2 : float
        Share of variance that is between studies; total over sampling variance.
    """

    method: str = "REML"
    tau2: Estimate = field(default_factory=lambda: Estimate("τ²", NAN))
    prediction: Estimate | None = None
    q: float = NAN
    q_df: float = NAN
    q_p: float = NAN
    i2: float = NAN
    h2: float = NAN

    def apa(self) -> str:
        """Return the pooled effect, heterogeneity and prediction as a sentence."""
        first = self.coefficients.iloc[0]
        name = "pooled effect" if len(self.coefficients) == 1 else first["term"]
        text = (
            f"{name} = {apa.number(first['estimate'])}, "
            f"{apa.interval(first['low'], first['high'], self.tau2.level)}, "
            f"k = {self.n}, {self.tau2.apa()}, "
            f"I² = {apa.number(100 * self.i2, 0)} %, "
            f"Q({apa.degrees(self.q_df)}) = {apa.number(self.q)}, p {apa.p_value(self.q_p)}"
        )
        return text + (f"; {self.prediction.apa()}" if self.prediction else "")


def meta(
    data: pd.DataFrame,
    effect: str,
    variance: str | None = None,
    *,
    se: str | None = None,
    moderators: str | None = None,
    cluster: str | None = None,
    label: str | None = None,
    method: str = "REML",
    test: str = "knapp_hartung",
    level: float = 0.95,
) -> MetaAnalysis:
    r"""Pool effects with known errors over studies or countries.

    Parameters
    ----------
    data : DataFrame
        One row an effect.
    effect : str
        Column of effects, on a scale where sampling errors are about normal (log ratios,
        Fisher's z, g).
    variance, se : str
        Column of sampling variances, or of standard errors: one of the two.
    moderators : str or None
        Right side of a formula, such as ``"~ region + year"``.
    cluster : str or None
        Column of studies that gave several effects: a multilevel model with a variance between
        and one within studies.
    label : str or None
        Column of names, for the table and the forest plot.
    method : str
        FE, DL, HE, SJ, ML, REML, EB or PM; REML or ML with ``cluster``.
    test : str
        ``knapp_hartung`` (t on k - p degrees of freedom, error rescaled by the observed spread)
        or ``z``. With ``cluster``: t on studies - p, or z.
    level : float
        Level of the intervals.

    Returns
    -------
    MetaAnalysis
        ``.tables["studies"]`` has effect, interval and weight of each row; ``.tables["variances"]``
        the variance components.

    Raises
    ------
    StatisticsError
        Fewer effects than coefficients + 1, an unknown method, or a cluster column in which no
        study gave two effects.
    DataError
        A column is missing, or a variance is not above 0.

    Notes
    -----
    .. math:: y_i = x_i'\beta + u_i + e_i,\quad u_i \sim N(0, \tau^2),\quad e_i \sim N(0, v_i)

    Rows without effect or variance are left out and counted. Knapp and Hartung (2003),
    doi:10.1002/sim.1482; Viechtbauer (2010), doi:10.18637/jss.v036.i03. The
    prediction interval uses the degrees of freedom of the test. Checked against R's metafor 3.8-1
    (``rma``, eight estimators, ``test="knha"``, meta-regression); metafor's PM and Q-profile
    stop at four digits. The multilevel model was checked against its likelihood written out
    in full and against simulation, not against R.

    Examples
    --------
    >>> table = pd.DataFrame({"g": [0.2, 0.5, 0.4, 0.1], "v": [0.02, 0.03, 0.01, 0.02]})
    >>> print(meta(table, "g", "v").prediction)
    effect in a new study = 0.30, 95% CI [−0.13, 0.73]
    """
    if (variance is None) == (se is None):
        raise StatisticsError("Give the errors once: variance= (a column) or se= (a column).")
    if test not in ("knapp_hartung", "z"):
        raise StatisticsError(f"There is no test '{test}'. Known: knapp_hartung, z.")
    error = variance or se or ""
    extra = [c for c in (error, cluster, label) if c]
    right = moderators.lstrip("~ ") if moderators else "1"
    frame = model_frame(f"`{effect}` ~ {right}", data, extra=extra)
    y = frame.data[effect].to_numpy(dtype=float)
    v = frame.data[error].to_numpy(dtype=float) ** (1 if variance else 2)
    if not (v > 0).all() or not np.isfinite(v).all():
        row = frame.data.index[~((v > 0) & np.isfinite(v))][0]
        raise DataError(
            f"Row {row}: '{error}' is {frame.data.loc[row, error]}; an error must be above 0."
        )
    x = frame.matrix.to_numpy(dtype=float)
    k, p = x.shape
    if k <= p:
        raise StatisticsError(
            f"{k} effects cannot carry {p} coefficients and a variance: {p + 1} are needed."
        )
    if cluster:
        return _multilevel(frame, y, v, x, cluster, label, method, test, level)
    tau2, tau2_se = tau_squared(y, v, x, method)
    beta, covariance, rss, _ = weighted(y, v, x, tau2)
    df, scale = np.inf, 1.0
    if test == "knapp_hartung":
        df, scale = float(k - p), rss / (k - p)
    covariance = covariance * scale
    restricted = method == "REML"
    ll = loglik(y, v, x, tau2, restricted=restricted)
    _, _, q, fixed_p = weighted(y, v, x, 0.0)
    typical = (k - p) / float(np.trace(fixed_p))
    tau_low, tau_high = (NAN, NAN) if method == "FE" else q_profile(y, v, x, level)
    checks = [
        frame.check(),
        Check("enough_studies", k >= FEW, f"{k} effects for τ²"),
    ]
    if test == "knapp_hartung" and scale < 1 and method != "FE":
        checks.append(
            Check(
                "rescaled_error",
                False,
                f"the effects lie closer together than τ² = {apa.number(tau2)} says, so that the "
                f"Knapp-Hartung errors are {apa.number(np.sqrt(scale))} times the plain ones",
            )
        )
    free = k - p if restricted else k
    n_par = p + (method != "FE")
    return MetaAnalysis(
        model=f"meta-analysis ({method}, {'Knapp-Hartung' if test != 'z' else 'z'})",
        coefficients=coefficient_table(frame.matrix.columns, beta, covariance, df, level),
        loglik=ll,
        n=k,
        aic=-2 * ll + 2 * n_par,
        bic=-2 * ll + n_par * float(np.log(free)),
        checks=tuple(checks),
        cite=("viechtbauer2010", *(("knapp2003",) if test != "z" else ())),
        vcov=pd.DataFrame(covariance, frame.matrix.columns, frame.matrix.columns),
        tables={
            "studies": _studies(frame.data, effect, label, y, v, tau2, level),
            "variances": pd.DataFrame(
                {"component": ["between studies"], "variance": [tau2], "se": [tau2_se]}
            ),
        },
        provenance=_provenance(frame.formula, error, method, test, level),
        method=method,
        tau2=Estimate("τ²", tau2, tau_low, tau_high, level),
        prediction=_prediction(beta, covariance, tau2, df, level) if p == 1 else None,
        q=q,
        q_df=float(k - p),
        q_p=float(stats.chi2.sf(q, k - p)),
        i2=tau2 / (tau2 + typical),
        h2=tau2 / typical + 1,
    )


def _prediction(
    beta: np.ndarray, covariance: np.ndarray, tau2: float, df: float, level: float
) -> Estimate:
    reach = float(stats.t.ppf(1 - (1 - level) / 2, df) * np.sqrt(covariance[0, 0] + tau2))
    return Estimate(
        "effect in a new study",
        float(beta[0]),
        float(beta[0]) - reach,
        float(beta[0]) + reach,
        level,
    )


def coefficient_table(
    terms: pd.Index, beta: np.ndarray, covariance: np.ndarray, df: float, level: float
) -> pd.DataFrame:
    """Return the coefficients as `ModelFit` has them; ``df`` may be infinite (z)."""
    se = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    reach = stats.t.ppf(1 - (1 - level) / 2, df) * se
    return pd.DataFrame(
        {
            "term": list(terms),
            "estimate": beta,
            "se": se,
            "statistic": statistic,
            "df": df,
            "p": 2 * stats.t.sf(np.abs(statistic), df),
            "low": beta - reach,
            "high": beta + reach,
        }
    )


def _studies(
    data: pd.DataFrame,
    effect: str,
    label: str | None,
    y: np.ndarray,
    v: np.ndarray,
    tau2: float,
    level: float,
) -> pd.DataFrame:
    reach = stats.norm.ppf(1 - (1 - level) / 2) * np.sqrt(v)
    weight = 1 / (v + tau2)
    return pd.DataFrame(
        {
            "study": (data[label] if label else data.index).astype(str),
            "estimate": y,
            "low": y - reach,
            "high": y + reach,
            "weight": weight / weight.sum(),
        }
    ).reset_index(drop=True)


def _provenance(
    formula: str, error: str, method: str, test: str, level: float
) -> Mapping[str, Any]:
    return {"formula": formula, "errors": error, "method": method, "test": test, "level": level}


def _multilevel(
    frame: Any,
    y: np.ndarray,
    v: np.ndarray,
    x: np.ndarray,
    cluster: str,
    label: str | None,
    method: str,
    test: str,
    level: float,
) -> MetaAnalysis:
    if method not in ("REML", "ML"):
        raise StatisticsError(f"With cluster=, method is 'REML' or 'ML', not '{method}'.")
    codes, names = pd.factorize(frame.data[cluster], sort=True)
    if len(names) == len(y):
        raise StatisticsError(
            f"No '{cluster}' gave two effects: leave cluster= out, for one variance says it all."
        )
    k, p = x.shape
    if len(names) <= p:
        raise StatisticsError(
            f"{len(names)} '{cluster}' cannot carry {p} coefficients: {p + 1} are needed."
        )
    fit = fit_levels(y, v, x, codes, restricted=method == "REML")
    df = np.inf if test == "z" else float(len(names) - p)
    _, _, q, fixed_p = weighted(y, v, x, 0.0)
    total = float(sum(fit.variances))
    typical = (k - p) / float(np.trace(fixed_p))
    effect = str(frame.response.name)
    return MetaAnalysis(
        model=f"multilevel meta-analysis ({method}, {'t' if test != 'z' else 'z'})",
        coefficients=coefficient_table(frame.matrix.columns, fit.beta, fit.covariance, df, level),
        loglik=fit.loglik,
        n=k,
        aic=-2 * fit.loglik + 2 * (p + 2),
        bic=-2 * fit.loglik + (p + 2) * float(np.log(k - p if method == "REML" else k)),
        checks=(
            frame.check(),
            Check("enough_studies", len(names) >= FEW, f"{k} effects of {len(names)} '{cluster}'"),
        ),
        cite=("viechtbauer2010",),
        vcov=pd.DataFrame(fit.covariance, frame.matrix.columns, frame.matrix.columns),
        tables={
            "studies": _studies(frame.data, effect, label, y, v, total, level),
            "variances": pd.DataFrame(
                {
                    "component": ["between studies", "within studies"],
                    "variance": fit.variances,
                    "se": fit.variance_se,
                }
            ),
        },
        provenance={**_provenance(frame.formula, "", method, test, level), "cluster": cluster},
        method=method,
        tau2=Estimate("τ² (both levels)", total, level=level),
        prediction=_prediction(fit.beta, fit.covariance, total, df, level) if p == 1 else None,
        q=q,
        q_df=float(k - p),
        q_p=float(stats.chi2.sf(q, k - p)),
        i2=total / (total + typical),
        h2=total / typical + 1,
    )
