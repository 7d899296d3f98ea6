"""Intraclass correlations of Shrout and Fleiss, with intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from mdresearch.core.errors import unknown_name
from mdresearch.core.results import NAN, Check
from mdresearch.stats.reliability.coefficients import Coefficient
from mdresearch.stats.reliability.ratings import read_ratings

FORMS = ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k")
MODELS = {
    "1": "one-way random: each unit has coders of its own",
    "2": "two-way random: the coders are a sample; absolute agreement",
    "3": "two-way mixed: these coders only; consistency",
}


@dataclass(frozen=True)
class _Squares:
    n: int
    k: int
    between: float
    coders: float
    within: float
    error: float


def icc(ratings: Any, form: str = "2,1", *, confidence: float = 0.95) -> Coefficient:
    """Intraclass correlation of numbers.

    Parameters
    ----------
    ratings : DataFrame or array, shape (n_units, n_coders)
        Numbers, one row a unit, one column a coder. Units that not all coders rated are left out
        and counted in the check ``complete_units``: the mean squares need every cell.
    form : str
        ``"1,1"``, ``"2,1"``, ``"3,1"`` for one coder's value; ``"1,k"``, ``"2,k"``, ``"3,k"`` for
        the mean of all coders. 1: each unit has coders of its own; 2: coders are a sample, absolute
        agreement; 3: these coders only, consistency.
    confidence : float
        Level of the interval.

    Returns
    -------
    Coefficient
        Interval by F; for form 2 Satterthwaite's degrees of freedom. Undefined (with a reason):
        fewer than two coders or complete units, no variation.

    Raises
    ------
    DataError, UnknownNameError
        A value is no number; the form is unknown.

    References
    ----------
    Shrout and Fleiss (1979), doi:10.1037/0033-2909.86.2.420. Checked against R's psych (ICC).

    Examples
    --------
    >>> print(icc([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6]]))
    ICC(2,1) = 0.26, 95% CI [0.00, 0.86] (4 units, 4 coders)
    """
    form = form.replace(" ", "")
    if form not in FORMS:
        raise unknown_name("form of the ICC", form, FORMS)
    table = read_ratings(ratings)
    kept = table.codes[:, (table.codes >= 0).any(axis=0)]
    full = kept[(kept >= 0).all(axis=1)]
    lost = table.n_units - len(full)
    checks = (
        Check(
            "complete_units", lost == 0, f"{lost:,} of {table.n_units:,} units lack a coder's value"
        ),
    )
    base: dict[str, Any] = {
        "symbol": f"ICC({form})",
        "level": confidence,
        "n_units": table.n_units,
        "n_units_paired": len(full),
        "n_coders": table.n_coders,
        "n_values": full.size,
        "checks": checks,
        "cite": ("shrout1979",),
        "provenance": {"form": form, "model": MODELS[form[0]]},
    }
    numbers = table.numbers("interval")
    if table.n_coders < 2 or len(full) < 2:
        reason = (
            "one coder" if table.n_coders == 1 else f"{len(full)} complete units; two are needed"
        )
        return Coefficient(value=NAN, reason=reason if table.n_units else "no values", **base)
    squares = _squares(numbers[full])
    value, low, high = _form(squares, form, confidence)
    if np.isnan(value):
        reason = f"no variation: every value is {numbers[full].flat[0]:g}"
        return Coefficient(value=NAN, reason=reason, **base)
    return Coefficient(value=value, low=low, high=high, interval="analytic, F", **base)


def _squares(x: np.ndarray) -> _Squares:
    n, k = x.shape
    mean = x.mean()
    unit, coder = x.mean(axis=1), x.mean(axis=0)
    between = k * ((unit - mean) ** 2).sum() / (n - 1)
    coders = n * ((coder - mean) ** 2).sum() / (k - 1)
    within = ((x - unit[:, None]) ** 2).sum() / (n * (k - 1))
    rest = x - unit[:, None] - coder[None, :] + mean
    return _Squares(n, k, between, coders, within, (rest**2).sum() / ((n - 1) * (k - 1)))


def _form(s: _Squares, form: str, confidence: float) -> tuple[float, float, float]:
    model, many = form[0], form[2] == "k"
    if s.between + s.within <= 0:
        return NAN, NAN, NAN
    if model == "2":
        single, low, high = _two(s, confidence)
    else:
        error = s.within if model == "1" else s.error
        df = s.n * (s.k - 1) if model == "1" else (s.n - 1) * (s.k - 1)
        single, low, high = _by_f(s, error, df, confidence)
    if not many:
        return single, low, high
    return _stepped(single, s.k), _stepped(low, s.k), _stepped(high, s.k)


def _by_f(s: _Squares, error: float, df: int, confidence: float) -> tuple[float, float, float]:
    from scipy.special import fdtri

    if error <= 0:
        return 1.0, 1.0, 1.0
    upper = (1 + confidence) / 2
    f = s.between / error
    ends = (f / fdtri(s.n - 1, df, upper), f * fdtri(df, s.n - 1, upper), f)
    low, high, value = ((e - 1) / (e + s.k - 1) for e in ends)
    return float(value), float(low), float(high)


def _two(s: _Squares, confidence: float) -> tuple[float, float, float]:
    from scipy.special import fdtri

    n, k = s.n, s.k
    value = (s.between - s.error) / (s.between + (k - 1) * s.error + k * (s.coders - s.error) / n)
    if s.error <= 0:
        return float(value), NAN, NAN
    ratio = s.coders / s.error
    a = n * (1 + (k - 1) * value) - k * value
    top = (k - 1) * (n - 1) * (k * value * ratio + a) ** 2
    df = top / ((n - 1) * k**2 * value**2 * ratio**2 + a**2)
    upper = (1 + confidence) / 2
    f_low, f_high = fdtri(n - 1, df, upper), fdtri(df, n - 1, upper)
    spread = k * s.coders + (k * n - k - n) * s.error
    low = n * (s.between - f_low * s.error) / (f_low * spread + n * s.between)
    high = n * (f_high * s.between - s.error) / (spread + n * f_high * s.between)
    return float(value), float(low), float(high)


def _stepped(value: float, k: int) -> float:
    """Spearman and Brown's step from one coder to k."""
    room = 1 + (k - 1) * value
    return k * value / room if room != 0 else NAN
