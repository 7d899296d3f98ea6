"""Tests of parallel thresholds and of equal spread, term by term."""

from __future__ import annotations

from typing import Any

import pandas as pd
from scipy import stats as scipy_stats

from mdresearch.core.errors import StatisticsError
from mdresearch.stats.ordinal_models.cumulative_fits import CumulativeFit
from mdresearch.stats.ordinal_models.ordinals import ordinal


def nominal_test(fit: CumulativeFit, data: pd.DataFrame) -> pd.DataFrame:
    """Test, term by term, whether an effect is the same at every threshold.

    Parameters
    ----------
    fit : CumulativeFit
        Without nominal terms, thresholds flexible.
    data : DataFrame
        What it was fitted to.

    Returns
    -------
    DataFrame
        term, df, loglik, aic, lr, p, reason: the likelihood ratio of the model in which the term
        has an effect of its own at each threshold. ``nan`` with a reason where it cannot be fitted.
        Equal to R's ``ordinal::nominal_test``.
    """
    return _each(fit, data, "nominal")


def scale_test(fit: CumulativeFit, data: pd.DataFrame) -> pd.DataFrame:
    """Test, term by term, whether the spread of answers is the same; see `nominal_test`."""
    return _each(fit, data, "scale")


def _each(fit: CumulativeFit, data: pd.DataFrame, part: str) -> pd.DataFrame:
    options = dict(fit.options)
    if options["nominal"] or options["scale"]:
        raise StatisticsError("Give a fit without nominal= and scale=: the test adds them in turn.")
    level = options.pop("level")
    formula = options.pop("formula")
    rows: list[tuple[Any, ...]] = []
    for term in fit.inside.frames[0].terms:
        if term == "Intercept":
            continue
        try:
            asked = {**options, part: f"~ {term}"}
            if part == "nominal":
                asked |= {"formula": _without(formula, term)}
            held = {"formula": formula, **asked}
            other = ordinal(held.pop("formula"), data, level=level, **held)
        except StatisticsError as error:
            rows.append((term, None, None, None, None, None, str(error)))
            continue
        df = len(other.coefficients) - len(fit.coefficients)
        lr = 2 * (other.loglik - fit.loglik)
        failed = [c.evidence for c in other.checks if c.name == "converged" and c.holds is False]
        p = scipy_stats.chi2.sf(max(lr, 0.0), df) if df > 0 else None
        rows.append((term, df, other.loglik, other.aic, lr, p, failed[0] if failed else ""))
    names = ["term", "df", "loglik", "aic", "lr", "p", "reason"]
    return pd.DataFrame(rows, columns=names).astype(
        {"df": "Int64", **dict.fromkeys(("loglik", "aic", "lr", "p"), "float64")}
    )


def _without(formula: str, term: str) -> str:
    """Return the formula without a term, whose effect is among the thresholds then."""
    return f"{formula} - {term}"
