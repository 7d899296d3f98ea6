"""Segmented regression: level and slope before and after a date, with errors that remember."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import optimize, stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import Check, ModelFit
from mdresearch.stats.panels.cluster_errors import least_squares, newey_west

Array = np.ndarray
ERRORS = ("ar1", "newey_west", "independent")
_SHORT = 8


def segmented(
    data: pd.DataFrame,
    outcome: str,
    time: str,
    at: float,
    *,
    errors: str = "ar1",
    restricted: bool = True,
    lags: int | None = None,
    level: float = 0.95,
) -> ModelFit:
    r"""Estimate the change of level and of slope of one series at a known date.

    Parameters
    ----------
    data : DataFrame
        One row a time point of one unit.
    outcome, time : str
        Numeric columns; ``time`` in equal steps (gaps are allowed and respected).
    at : float
        The first time of the second segment.
    errors : str
        ``ar1``: generalised least squares with a first-order autoregression; ``newey_west``;
        ``independent`` (ordinary least squares).
    restricted : bool
        REML (default) or ML for ``ar1``; ML understates the autocorrelation of short series.
    lags : int or None
        For ``newey_west``; default ``floor(4 (n / 100)^(2/9))``.
    level : float
        Level of the intervals.

    Returns
    -------
    ModelFit
        Terms ``level``, ``slope``, ``level_change`` (the jump at ``at``) and ``slope_change``;
        time counts from the first time point of the data, ``slope_change`` from ``at``. t on n - 4
        degrees of freedom. ``.tables["fitted"]`` has the series, the fit and the line without the
        change; ``.provenance["phi"]`` the autocorrelation.

    Raises
    ------
    DataError
        A time occurs twice, steps are not whole multiples of the smallest, or fewer than three
        points lie on a side.

    Notes
    -----
    .. math:: y_t = a + b\,t + c\,[t \ge t_0] + d\,(t - t_0)^+ + e_t,\quad
              e_t = \phi e_{t-1} + u_t

    Rows with a missing outcome are left out and counted; the autoregression spans the gap.
    Checked against R: ``nlme::gls`` with ``corAR1`` (REML and ML), ``lm``, ``sandwich::NeweyWest``
    (no prewhitening). A series that changed for another reason at that date changes here too:
    a control series belongs beside it (`difference_in_differences`).

    Examples
    --------
    >>> series = pd.DataFrame({"month": range(24), "y": [1.0] * 12 + [2.0] * 12})
    >>> series["y"] += [0.1, -0.1] * 12
    >>> fit = segmented(series, "y", "month", at=12, errors="independent")
    >>> float(fit.frame().set_index("term")["estimate"].round(2)["level_change"])
    1.05
    """
    if errors not in ERRORS:
        raise StatisticsError(f"There is no '{errors}' for errors. Known: {', '.join(ERRORS)}.")
    kept, steps, n_dropped = _series(data, outcome, time, at)
    t = kept[time].to_numpy(dtype=float)
    y = kept[outcome].to_numpy(dtype=float)
    x = _design(t, at)
    provenance = {"at": at, "errors": errors, "restricted": restricted, "level": level}
    n, p = x.shape
    plain = least_squares(x, y)
    phi, loglik = 0.0, float("nan")
    if errors == "ar1":
        phi, loglik = _autocorrelation(x, y, steps, restricted)
        white_x, white_y = _whitened(x, steps, phi), _whitened(y, steps, phi)
        fit = least_squares(white_x, white_y)
        covariance = fit.covariance()
        beta = fit.beta
        provenance["phi"] = phi
    else:
        beta = plain.beta
        if errors == "newey_west":
            lags = int(4 * (n / 100) ** (2 / 9)) if lags is None else lags
            covariance = newey_west(plain, lags)
            provenance["lags"] = lags
        else:
            covariance = plain.covariance()
        rss = float(plain.residuals @ plain.residuals)
        loglik = -0.5 * n * (np.log(2 * np.pi * rss / n) + 1) if rss > 0 else np.inf
    terms = ["level", "slope", "level_change", "slope_change"]
    free = p + 1 + (errors == "ar1")
    rest = plain.residuals
    watson = float((np.diff(rest) ** 2).sum() / (rest @ rest)) if (rest @ rest) > 0 else np.nan
    provenance["durbin_watson"] = watson
    without = x.copy()
    without[:, 2:] = 0
    before = int((t < at).sum())
    return ModelFit(
        model=f"segmented regression ({errors.replace('_', '-')}) at {at:g}",
        coefficients=_table(terms, beta, covariance, n - p, level),
        loglik=loglik,
        n=n,
        aic=-2 * loglik + 2 * free,
        bic=-2 * loglik + free * float(np.log(n - p if errors == "ar1" and restricted else n)),
        checks=(
            Check("complete_rows", n_dropped == 0, f"{n} rows used, {n_dropped} without outcome"),
            Check(
                "long_enough",
                min(before, n - before) >= _SHORT,
                f"{before} points before and {n - before} after; {_SHORT} a side are advised",
            ),
            Check(
                "independent_errors",
                errors != "independent" or bool(1.5 < watson < 2.5),
                f"Durbin-Watson {apa.number(watson)}, autocorrelation {apa.number(phi)}"
                if errors == "ar1"
                else f"Durbin-Watson {apa.number(watson)}",
            ),
        ),
        vcov=pd.DataFrame(covariance, terms, terms),
        tables={
            "fitted": pd.DataFrame(
                {"time": t, "observed": y, "fitted": x @ beta, "without_change": without @ beta}
            )
        },
        provenance=provenance,
    )


def _series(
    data: pd.DataFrame, outcome: str, time: str, at: float
) -> tuple[pd.DataFrame, Array, int]:
    """Return the kept rows in time order, steps between them, and the count left out."""
    for column in (outcome, time):
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    kept = data[[time, outcome]].dropna().sort_values(time, kind="stable")
    t = kept[time].to_numpy(dtype=float)
    twice = kept[time][kept[time].duplicated()]
    if len(twice):
        raise DataError(
            f"'{time}' {twice.iloc[0]} occurs twice: give one row a time (one unit, one series)."
        )
    before = int((t < at).sum())
    if min(before, len(t) - before) < 3:
        raise DataError(
            f"{before} points lie before {at:g} and {len(t) - before} from it on; three a side "
            "are the least."
        )
    gaps = np.diff(t)
    ratio = gaps / gaps.min()
    if not np.allclose(ratio, np.round(ratio), atol=1e-6):
        raise DataError(
            f"The steps of '{time}' are not multiples of the smallest ({gaps.min():g}); number the "
            "periods 0, 1, 2, ... first."
        )
    return kept, np.round(ratio), len(data) - len(kept)


def _design(t: Array, at: float) -> Array:
    after = (t >= at).astype(float)
    start = t.min()
    return np.column_stack([np.ones_like(t), t - start, after, np.maximum(0.0, t - at)])


def _whitened(values: Array, steps: Array, phi: float) -> Array:
    """Return rows whose errors are independent and of one size, if they were AR(1) over steps."""
    powers = phi**steps
    scale = 1 / np.sqrt(1 - powers**2)
    wide = values if values.ndim == 2 else values[:, None]
    out = np.vstack([wide[:1], (wide[1:] - powers[:, None] * wide[:-1]) * scale[:, None]])
    return out if values.ndim == 2 else out[:, 0]


def _profile(phi: float, x: Array, y: Array, steps: Array, restricted: bool) -> float:
    """Return the log-likelihood at an autocorrelation, variance profiled out."""
    n, p = x.shape
    fit = least_squares(_whitened(x, steps, phi), _whitened(y, steps, phi))
    rss = float(fit.residuals @ fit.residuals)
    logdet = float(np.log1p(-(phi ** (2 * steps))).sum())
    free = n - p if restricted else n
    value = -0.5 * (free * (np.log(2 * np.pi * rss / free) + 1) + logdet)
    if restricted:
        value += 0.5 * (np.linalg.slogdet(fit.bread)[1])
    return float(value)


def _autocorrelation(x: Array, y: Array, steps: Array, restricted: bool) -> tuple[float, float]:
    grid = np.linspace(-0.95, 0.98, 60)
    heights = [_profile(phi, x, y, steps, restricted) for phi in grid]
    best = int(np.argmax(heights))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    found = optimize.minimize_scalar(
        lambda phi: -_profile(phi, x, y, steps, restricted),
        bounds=(low, high),
        method="bounded",
        options={"xatol": 1e-12},
    )
    return float(found.x), -float(found.fun)


def _table(
    terms: list[str], beta: Array, covariance: Array, df: float, level: float
) -> pd.DataFrame:
    se = np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = beta / se
    reach = stats.t.ppf(1 - (1 - level) / 2, df) * se
    return pd.DataFrame(
        {
            "term": terms,
            "estimate": beta,
            "se": se,
            "statistic": statistic,
            "df": df,
            "p": 2 * stats.t.sf(np.abs(statistic), df),
            "low": beta - reach,
            "high": beta + reach,
        }
    )
