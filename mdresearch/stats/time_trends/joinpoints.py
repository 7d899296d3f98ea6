"""Joinpoint regression: a line in pieces, how many pieces, and where they meet."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.progress import track
from mdresearch.core.results import Check, ModelFit

Array = np.ndarray
_WORK = 4e9
"""The most multiplications of one call; beyond it, fewer joints, draws or points are asked for."""


@dataclass(frozen=True, eq=False)
class _Models:
    """All placings of k joints: orthonormal bases, shape (m, n, k + 2), and the joints."""

    bases: Array
    joints: Array

    def rss(self, y: Array) -> Array:
        """Return residual sums of squares, placings x columns of ``y``."""
        explained = np.einsum("mnp,nb->mpb", self.bases, y)
        return (y**2).sum(axis=0)[None, :] - (explained**2).sum(axis=1)


def joinpoint(
    data: pd.DataFrame,
    outcome: str,
    time: str,
    *,
    most: int = 2,
    choose: str = "permutation",
    alpha: float = 0.05,
    apart: int = 2,
    draws: int = 999,
    seed: int = 0,
    logarithm: bool = False,
    level: float = 0.95,
) -> ModelFit:
    """Fit connected straight lines to a series and choose their number.

    Parameters
    ----------
    data : DataFrame
        One row a time point of one series.
    outcome, time : str
        Numeric columns.
    most : int
        The most joints that are considered, 0 to 4.
    choose : str
        ``permutation`` (a sequence of tests of fewer against more joints, Bonferroni over them)
        or ``bic``.
    alpha : float
        Error rate of the sequence: the chance to find a joint in a straight series.
    apart : int
        The least number of time points from a joint to an end or another joint.
    draws, seed : int
        Permutations of residuals a test, and their seed.
    logarithm : bool
        Fit the logarithm of the outcome: slopes are then shown as per cent per unit of time too.
    level : float
        Level of the intervals, which hold the joints at their estimates.

    Returns
    -------
    ModelFit
        Terms ``slope 1``, ``slope 2``, ...: the slope of each piece. ``.tables``: ``joints`` (time
        of each, with the span of placings whose fit is not worse at ``level``), ``choice`` (each
        test, or each BIC), ``fitted``.

    Raises
    ------
    DataError
        A column is missing, a time occurs twice, a logarithm of a number not above 0, or there are
        too few points for ``most``.
    StatisticsError
        The search would be too large; the message says what to lower.

    Notes
    -----
    Joints lie at observed times. The permutation test takes residuals of the fit with fewer joints
    as exchangeable: with autocorrelated series it finds joints too often, and the check says so.
    Kim, Fay, Feuer and Midthune (2000). Not checked against other software (the reference
    program is no R package): verified on series with known joints and by its size.

    Examples
    --------
    >>> t = np.arange(20)
    >>> y = np.where(t < 10, t, 10 - 2.0 * (t - 10)) + 0.1 * np.sin(7 * t)
    >>> series = pd.DataFrame({"month": t, "y": y})
    >>> fit = joinpoint(series, "y", "month", most=1, draws=99)
    >>> int(fit.tables["joints"]["time"].iloc[0])
    10
    """
    t, y, dropped = _read(data, outcome, time, most, apart, logarithm)
    if choose not in ("permutation", "bic"):
        raise StatisticsError(f"There is no choice by '{choose}'. Known: permutation, bic.")
    work = sum(_placings(len(t), k, apart) * len(t) * (k + 2) for k in range(most + 1))
    if work * (draws if choose == "permutation" else 1) > _WORK:
        raise StatisticsError(
            f"{len(t)} points with up to {most} joints are too many to search: lower most, "
            "lower draws, or choose='bic'."
        )
    models = [_all_models(t, k, apart) for k in range(most + 1)]
    k, choice = (
        _by_permutation(models, y, alpha, draws, seed)
        if choose == "permutation"
        else _by_bic(models, y)
    )
    return _fitted(t, y, models[k], k, choice, dropped, outcome, time, logarithm, level)


def _read(
    data: pd.DataFrame, outcome: str, time: str, most: int, apart: int, logarithm: bool
) -> tuple[Array, Array, int]:
    for column in (outcome, time):
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    kept = data[[time, outcome]].dropna().sort_values(time, kind="stable")
    t = kept[time].to_numpy(dtype=float)
    y = kept[outcome].to_numpy(dtype=float)
    if len(np.unique(t)) < len(t):
        raise DataError(f"A '{time}' occurs twice: give one row a time.")
    if not 0 <= most <= 4:
        raise StatisticsError(f"most is {most}; 0 to 4 joints are possible.")
    if apart < 1 or len(t) < max((most + 1) * apart + 1, most + 4):
        raise DataError(f"{len(t)} points are too few for {most} joints {apart} points apart.")
    if logarithm:
        if (y <= 0).any():
            raise DataError(f"'{outcome}' is {y.min():g} at a time; a logarithm needs more than 0.")
        y = np.log(y)
    return t, y, len(data) - len(kept)


def _placings(n: int, k: int, apart: int) -> int:
    free = n - 2 * apart - (k - 1) * (apart - 1)
    return comb(max(free, 0), k) if k else 1


def _all_models(t: Array, k: int, apart: int) -> _Models:
    """Return the bases of all placings of k joints."""
    inner = range(apart, len(t) - apart)
    chosen = [c for c in combinations(inner, k) if k < 2 or min(np.diff(c)) >= apart]
    placed = np.array(chosen, dtype=int).reshape(len(chosen), k)
    scaled = (t - t.mean()) / (t.max() - t.min())
    hinges = np.maximum(0.0, scaled[None, :, None] - scaled[placed][:, None, :])
    line = np.broadcast_to(np.column_stack([np.ones_like(t), scaled]), (len(placed), len(t), 2))
    return _Models(np.linalg.qr(np.concatenate([line, hinges], axis=2))[0], placed)


def _by_bic(models: list[_Models], y: Array) -> tuple[int, pd.DataFrame]:
    n = len(y)
    least = [float(m.rss(y[:, None]).min()) for m in models]
    bic = [
        np.log(max(rss, 1e-300) / n) + (2 * k + 2) * np.log(n) / n for k, rss in enumerate(least)
    ]
    table = pd.DataFrame({"joints": range(len(models)), "rss": least, "bic": bic})
    return int(np.argmin(bic)), table


def _by_permutation(
    models: list[_Models], y: Array, alpha: float, draws: int, seed: int
) -> tuple[int, pd.DataFrame]:
    """Test the fewest against the most joints, moving one end up or down after each test."""
    rng = np.random.default_rng(seed)
    few, many = 0, len(models) - 1
    each = alpha / max(many, 1)
    rows = []
    for _ in track(range(many), "Testing joints", total=many):
        p = _permuted_p(models[few], models[many], y, draws, rng)
        rows.append({"fewer": few, "more": many, "p": p, "alpha": each})
        few, many = (few + 1, many) if p <= each else (few, many - 1)
    return few, pd.DataFrame(rows, columns=["fewer", "more", "p", "alpha"])


def _permuted_p(
    null: _Models, other: _Models, y: Array, draws: int, rng: np.random.Generator
) -> float:
    sums = null.rss(y[:, None])[:, 0]
    basis = null.bases[int(np.argmin(sums))]
    fitted = basis @ (basis.T @ y)
    rest = y - fitted
    seen = float(sums.min() / max(other.rss(y[:, None]).min(), 1e-300))
    shuffled = fitted[:, None] + rng.permuted(np.tile(rest, (draws, 1)), axis=1).T
    ratio = null.rss(shuffled).min(axis=0) / np.maximum(other.rss(shuffled).min(axis=0), 1e-300)
    return float((1 + (ratio >= seen).sum()) / (draws + 1))


def _fitted(
    t: Array,
    y: Array,
    model: _Models,
    k: int,
    choice: pd.DataFrame,
    dropped: int,
    outcome: str,
    time: str,
    logarithm: bool,
    level: float,
) -> ModelFit:
    sums = model.rss(y[:, None])[:, 0]
    best = int(np.argmin(sums))
    places = model.joints[best]
    n = len(t)
    x = np.column_stack([np.ones_like(t), t - t[0], *(np.maximum(0, t - t[j]) for j in places)])
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ (x.T @ y)
    rest = y - x @ beta
    df = n - 2 - 2 * k
    rss = float(rest @ rest)
    sums_up = np.tril(np.ones((k + 1, k + 1)))
    covariance = sums_up @ (bread[1:, 1:] * rss / max(df, 1)) @ sums_up.T
    slopes, se = sums_up @ beta[1:], np.sqrt(np.diag(covariance))
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = slopes / se
    reach = stats.t.ppf(1 - (1 - level) / 2, df) * se
    bound = rss * (1 + float(stats.f.ppf(level, 1, df)) / df)
    good = model.joints[sums <= bound]
    terms = [f"slope {i + 1}" for i in range(k + 1)]
    table = pd.DataFrame(
        {
            "term": terms,
            "estimate": slopes,
            "se": se,
            "statistic": statistic,
            "df": float(df),
            "p": 2 * stats.t.sf(np.abs(statistic), df),
            "low": slopes - reach,
            "high": slopes + reach,
        }
    )
    if logarithm:
        table["percent"] = 100 * np.expm1(slopes)
    memory = float(rest[1:] @ rest[:-1] / rss) if rss > 0 else 0.0
    loglik = -0.5 * n * (np.log(2 * np.pi * max(rss, 1e-300) / n) + 1)
    return ModelFit(
        model=f"joinpoint regression of {outcome} with {k} joint{'' if k == 1 else 's'}",
        coefficients=table,
        loglik=loglik,
        n=n,
        aic=-2 * loglik + 2 * (2 * k + 3),
        bic=-2 * loglik + (2 * k + 3) * float(np.log(n)),
        checks=(
            Check("complete_rows", dropped == 0, f"{n} points used, {dropped} left out"),
            Check(
                "independent_errors",
                abs(memory) <= 1.96 / np.sqrt(n),
                f"autocorrelation of residuals at lag 1 {apa.number(memory)}: where it is high, "
                "joints are found that are not there",
            ),
        ),
        cite=("kim2000",),
        vcov=pd.DataFrame(covariance, terms, terms),
        tables={
            "joints": pd.DataFrame(
                {
                    "time": t[places],
                    "low": t[good.min(axis=0)],
                    "high": t[good.max(axis=0)],
                }
            ),
            "choice": choice,
            "fitted": pd.DataFrame({"time": t, "observed": y, "fitted": x @ beta}),
        },
        provenance={"time": time, "logarithm": logarithm, "level": level},
    )
