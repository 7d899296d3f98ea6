"""A log-linear trend of counts: quasi-Poisson regression on time, and its clustered error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mdresearch.core.results import NAN

MIN_EVENTS = 5


@dataclass(frozen=True, eq=False)
class RateTrend:
    """A fitted trend of counts.

    Attributes
    ----------
    slope, se, df : float
        Logarithm of the rate ratio a year, its standard error, degrees of freedom.
    dispersion : float
        Pearson's chi-square over its degrees of freedom, as it was found (below 1 too).
    intercept : float
        Logarithm of the rate a year at ``centre``.
    centre : float
        Time, in years, at which the intercept stands.
    covariance : array, shape (2, 2)
        Of intercept and slope, dispersion included.
    fitted : array, shape (n_periods,)
        Expected counts.
    reason : str
        Why it is undefined.
    """

    slope: float
    se: float
    df: float
    dispersion: float
    intercept: float
    centre: float
    covariance: np.ndarray
    fitted: np.ndarray
    reason: str = ""


def rate_trend(n: np.ndarray, years: np.ndarray, exposure: np.ndarray) -> RateTrend:
    """Regress counts on time: ``log E[n] = a + b years + log(exposure)``.

    Parameters
    ----------
    n : array of int, shape (k,)
        Events a period.
    years : array, shape (k,)
        Middle of each period, in years.
    exposure : array, shape (k,)
        Years observed in each period, above 0.

    Returns
    -------
    RateTrend
        ``b`` is the logarithm of the rate ratio a year, positive where the rate rises. Its
        variance is multiplied by Pearson's dispersion, never by less than 1; t with k - 2 degrees
        of freedom.

    Notes
    -----
    Undefined, with a reason: fewer than three periods, fewer than five events, all events in one
    period. Fitted by `statsmodels.api.GLM`.

    Examples
    --------
    >>> fit = rate_trend(np.array([1, 2, 4, 8]), np.arange(4.0), np.ones(4))
    >>> round(float(np.exp(fit.slope)), 6), fit.df
    (2.0, 2.0)
    """
    n, years, exposure = (np.asarray(v, dtype=float) for v in (n, years, exposure))
    reason = _undefined(n)
    if reason:
        empty = np.full((2, 2), NAN)
        return RateTrend(NAN, NAN, NAN, NAN, NAN, NAN, empty, np.full(len(n), NAN), reason)
    import warnings

    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    centre = float(np.average(years, weights=exposure))
    design = np.column_stack([np.ones(len(n)), years - centre])
    model = sm.GLM(n, design, family=sm.families.Poisson(), offset=np.log(exposure))
    with warnings.catch_warnings():  # counts that lie on the curve exactly are no separation
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        fit = model.fit(scale=1.0, tol=1e-12, maxiter=200)
    df = len(n) - 2
    fitted = np.asarray(fit.fittedvalues, dtype=float)
    dispersion = float(((n - fitted) ** 2 / fitted).sum() / df)
    covariance = np.asarray(fit.cov_params(), dtype=float) * max(dispersion, 1.0)
    intercept, slope = (float(v) for v in fit.params)
    se = float(np.sqrt(covariance[1, 1]))
    return RateTrend(slope, se, float(df), dispersion, intercept, centre, covariance, fitted)


def _undefined(n: np.ndarray) -> str:
    if len(n) < 3:
        return f"{len(n)} period{'s' if len(n) != 1 else ''} of observation; a trend needs three"
    if n.sum() < MIN_EVENTS:
        return f"{int(n.sum())} events in the window; a trend needs {MIN_EVENTS}"
    if (n > 0).sum() < 2:
        return "all events lie in one period: there is no variation in time"
    return ""


def clustered_se(fit: RateTrend, years: np.ndarray, events: np.ndarray, owner: np.ndarray) -> float:
    """Return the standard error of the slope, clustered by the country of an event.

    Parameters
    ----------
    fit : RateTrend
        The fit of all events.
    years : array, shape (k,)
        Middle of each period.
    events : array of int, shape (n,)
        Period of each event.
    owner : array of int, shape (n,)
        Code of the country of each event.

    Returns
    -------
    float
        ``sqrt(C / (C - 1) sum_c s_c^2) / I``, with ``s_c = sum over c's events of (t - m)``, ``m``
        the mean time under the fit and ``I`` the fitted information: the sandwich of the Poisson
        model with a fixed effect for each country (equal exposure), by country. ``nan`` with fewer
        than two countries.
    """
    n_owners = len(np.unique(owner))
    if fit.reason or n_owners < 2:
        return NAN
    mean = float(np.average(years, weights=fit.fitted))
    information = float((fit.fitted * (years - mean) ** 2).sum())
    scores = np.bincount(owner, weights=years[events] - mean)
    return float(np.sqrt(n_owners / (n_owners - 1) * (scores**2).sum()) / information)


def rate_curve(fit: RateTrend, end: float, level: float, points: int = 61) -> dict[str, np.ndarray]:
    """Return the fitted rate a year over [0, end] years with its pointwise interval."""
    from scipy.special import stdtrit

    years = np.linspace(0.0, end, points)
    if fit.reason:
        empty = np.full(points, NAN)
        return {"years": years, "rate": empty, "low": empty, "high": empty}
    x = np.column_stack([np.ones(points), years - fit.centre])
    line = fit.intercept + fit.slope * x[:, 1]
    half = stdtrit(fit.df, 1 - (1 - level) / 2) * np.sqrt(
        np.einsum("ij,jk,ik->i", x, fit.covariance, x)
    )
    return {
        "years": years,
        "rate": np.exp(line),
        "low": np.exp(line - half),
        "high": np.exp(line + half),
    }
