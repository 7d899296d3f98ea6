"""Cumulative link models: ordered answers, thresholds that may differ by region, and scales."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from mdresearch.core.errors import DataError, StatisticsError, unknown_name
from mdresearch.core.results import NAN, Check
from mdresearch.stats.formulas import ModelFrame, model_frame
from mdresearch.stats.ordinal_models.cumulative_cells import cells_of, maximise
from mdresearch.stats.ordinal_models.cumulative_fits import CumulativeFit, Inside, _bare
from mdresearch.stats.ordinal_models.links import LINKS, Link

THRESHOLDS = ("flexible", "symmetric", "equidistant")
MOST_CATEGORIES = 50
_LARGE = 15.0


def ordinal(
    formula: str,
    data: pd.DataFrame,
    *,
    link: str = "logit",
    nominal: str | None = None,
    scale: str | None = None,
    threshold: str = "flexible",
    weights: str | None = None,
    level: float = 0.95,
) -> CumulativeFit:
    r"""Fit a cumulative link model to an ordered answer.

    Parameters
    ----------
    formula : str
        Such as ``"rating ~ region * exaggeration"``. The left side is ordered: numbers, or an
        ordered categorical.
    data : DataFrame
        One row an answer. Rows with a missing value in a column in use are left out and counted.
    link : {"logit", "probit", "cloglog", "loglog", "cauchit"}
        Of the cumulative probabilities.
    nominal : str or None
        Terms whose effect differs from threshold to threshold, such as ``"~ region"``: each region
        has thresholds of its own.
    scale : str or None
        Terms of the log spread, such as ``"~ region"``: how extreme answers are used.
    threshold : {"flexible", "symmetric", "equidistant"}
        Free, mirrored about the middle, or at equal distances.
    weights : str or None
        Column of frequency weights.
    level : float
        Of the Wald intervals; `CumulativeFit.profile` has those of the likelihood.

    Returns
    -------
    CumulativeFit
        Thresholds first, then the formula's terms, then the terms of the scale.

    Raises
    ------
    DataError, StatisticsError, UnknownNameError
        A column is missing; the answer has fewer than three categories (two: use a binary model) or
        more than 50; a formula is not in the closed language; a link or threshold is unknown.

    Notes
    -----
    .. math:: P(Y \le j) = F\left(\frac{\alpha_j + w'a_j - x'b}{\exp(s'g)}\right)

    Answers are counted by distinct rows of the design first; Newton's method with the exact Hessian
    runs on the counts. Answers of one person count as independent: the check ``independence`` says
    so. Verified against R's ``ordinal::clm`` (2022.11-16).

    References
    ----------
    McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical
    Society B, 42(2), 109-142. doi:10.1111/j.2517-6161.1980.tb01109.x

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"rating": [1, 2, 3, 1, 2, 3, 3, 3], "region": list("aaaabbbb")})
    >>> ordinal("rating ~ region", frame).frame()["term"].tolist()
    ['1|2', '2|3', 'region[T.b]']
    """
    if link not in LINKS:
        raise unknown_name("link", link, LINKS)
    if threshold not in THRESHOLDS:
        raise unknown_name("threshold", threshold, THRESHOLDS)
    frames, codes, categories, frequency = _read(formula, data, nominal, scale, weights)
    x, w, s = (np.zeros((len(codes), 0)) if f is None else _bare(f.matrix) for f in frames)
    basis, names = _thresholds(categories, threshold)
    if w.shape[1] and threshold != "flexible":
        raise StatisticsError("Thresholds by region (nominal=) need threshold='flexible'.")
    held = LINKS[link]
    cells = cells_of(codes, x, w, s, basis, frequency)
    start = _start(codes, frequency, basis, held, w.shape[1], x.shape[1] + s.shape[1])
    theta, value, hessian, reached = maximise(cells, held, start)
    terms = _terms(names, frames, x, w, s)
    options = {
        "formula": formula, "nominal": nominal, "scale": scale, "link": link,
        "threshold": threshold, "weights": weights, "level": level,
    }  # fmt: skip
    first = basis.shape[1] * (1 + w.shape[1])
    located = np.zeros(len(theta), bool)
    located[first : first + x.shape[1]] = True
    inside = Inside(cells, held, theta, basis, frames, located, codes)
    n = float(cells.count.sum())
    return _result(theta, value, hessian, reached, terms, n, categories, inside, options, data)


def _read(
    formula: str, data: pd.DataFrame, nominal: str | None, scale: str | None, weights: str | None
) -> tuple[tuple[Any, Any, Any], np.ndarray, tuple[Any, ...], np.ndarray | None]:
    """Read the three formulas over the same rows."""
    data = data.reset_index(drop=True)
    extra = [weights] if weights else []
    for other in (nominal, scale):
        if other:
            extra += [c for c in model_frame(_one_sided(other), data, response=False).data.columns]
    main = model_frame(formula, data, extra=list(dict.fromkeys(extra)))
    kept = data.loc[main.data.index]
    own, spread = (
        model_frame(_one_sided(other), main.data, response=False) if other else None
        for other in (nominal, scale)
    )
    response = main.response
    if response is None:
        raise StatisticsError(f"'{formula}' has no left side.")
    if isinstance(response.dtype, pd.CategoricalDtype):
        if not response.dtype.ordered:
            raise DataError("The answer is a categorical without an order. Make it ordered.")
        used = response.cat.remove_unused_categories()
        categories, codes = tuple(used.cat.categories), used.cat.codes.to_numpy(dtype=int)
    elif pd.api.types.is_numeric_dtype(response):
        levels, codes = np.unique(response.to_numpy(), return_inverse=True)
        categories = tuple(int(v) if float(v).is_integer() else float(v) for v in levels)
    else:
        raise DataError(
            "The answer is text, which has no order. Give numbers or an ordered categorical."
        )
    if not 3 <= len(categories) <= MOST_CATEGORIES:
        raise DataError(
            f"The answer has {len(categories)} categories with data; 3 to {MOST_CATEGORIES} are "
            "fitted. Two are a binary model; more are a measurement."
        )
    frequency = None
    if weights:
        frequency = kept[weights].to_numpy(dtype=float)
        if (frequency < 0).any() or not np.isfinite(frequency).all() or not frequency.any():
            raise DataError(f"The weights '{weights}' must be finite, not negative, not all 0.")
    return (main, own, spread), np.asarray(codes), categories, frequency


def _one_sided(formula: str) -> str:
    return formula.strip().removeprefix("~").strip()


def _thresholds(categories: tuple[Any, ...], kind: str) -> tuple[np.ndarray, list[str]]:
    """Return how thresholds follow from their parameters, and what these are called."""
    n = len(categories) - 1
    if kind == "flexible":
        return np.eye(n), [f"{a}|{b}" for a, b in pairwise(categories)]
    if kind == "equidistant":
        return np.column_stack([np.ones(n), np.arange(n)]), ["threshold.1", "spacing"]
    half = n // 2
    if n % 2:
        names = ["central", *(f"spacing.{k + 1}" for k in range(half))]
        basis = np.zeros((n, 1 + half))
        basis[:, 0] = 1
        for k in range(half):
            basis[half + 1 + k, 1 + k], basis[half - 1 - k, 1 + k] = 1, -1
        return basis, names
    names = ["central.1", "central.2", *(f"spacing.{k + 1}" for k in range(half - 1))]
    basis = np.zeros((n, 2 + half - 1))
    basis[:half, 0] = basis[half:, 1] = 1
    for k in range(half - 1):
        basis[half + 1 + k, 2 + k], basis[half - 2 - k, 2 + k] = 1, -1
    return basis, names


def _start(
    codes: np.ndarray, frequency: np.ndarray | None, basis: np.ndarray, link: Link, nominal: int,
    rest: int,
) -> np.ndarray:  # fmt: skip
    counts = np.bincount(codes, frequency, minlength=len(basis) + 1) + 0.5
    share = np.cumsum(counts)[:-1] / counts.sum()
    alphas = np.linalg.lstsq(basis, link.quantile(share), rcond=None)[0]
    return np.concatenate([alphas, np.zeros(basis.shape[1] * nominal + rest)])


def _terms(names: list[str], frames: tuple[Any, Any, Any], *parts: np.ndarray) -> list[str]:
    def columns(frame: ModelFrame | None) -> list[str]:
        return [] if frame is None else [c for c in frame.matrix.columns if c != "Intercept"]

    main, nominal, scale = frames
    own = [f"{name}: {column}" for column in columns(nominal) for name in names]
    return [*names, *own, *columns(main), *(f"scale: {c}" for c in columns(scale))]


def _result(
    theta: np.ndarray, value: float, hessian: np.ndarray, reached: bool, terms: list[str], n: float,
    categories: tuple[Any, ...], inside: Inside, options: dict[str, Any], data: pd.DataFrame,
) -> CumulativeFit:  # fmt: skip
    information = -hessian
    values = np.linalg.eigvalsh(information)
    definite = bool(values[0] > max(values[-1], 1.0) * 1e-12)
    vcov = np.linalg.inv(information) if definite else np.full_like(information, NAN)
    se = np.sqrt(np.diag(vcov)) if definite else np.full(len(theta), NAN)
    z = theta / se
    reach = scipy_stats.norm.ppf((1 + options["level"]) / 2) * se
    frame = pd.DataFrame(
        {"term": terms, "estimate": theta, "se": se, "statistic": z, "df": np.inf,
         "p": 2 * scipy_stats.norm.sf(np.abs(z)), "low": theta - reach, "high": theta + reach}
    )  # fmt: skip
    basis, k = inside.basis, inside.basis.shape[1]
    alphas = basis @ theta[:k]
    spread = np.sqrt(np.einsum("ij,jk,ik->i", basis, vcov[:k, :k], basis))
    names = [f"{a}|{b}" for a, b in pairwise(categories)]
    shown = pd.DataFrame({"threshold": names, "estimate": alphas, "se": spread})
    separated = not reached or not definite or bool((np.abs(theta[inside.located]) > _LARGE).any())
    checks = _checks(inside, theta, separated, alphas)
    reason = "" if definite else "the information matrix is not definite: no standard errors"
    return CumulativeFit(
        model=f"Cumulative {options['link']} model",
        coefficients=frame, loglik=value, n=round(n), aic=2 * len(theta) - 2 * value,
        bic=float(np.log(n)) * len(theta) - 2 * value, checks=checks, cite=("mccullagh1980",),
        vcov=pd.DataFrame(vcov, index=terms, columns=terms), tables={"thresholds": shown},
        reason=reason, provenance={**options, "n_read": len(data)}, categories=categories,
        options=options, inside=inside,
    )  # fmt: skip


def _checks(
    inside: Inside, theta: np.ndarray, separated: bool, alphas: np.ndarray
) -> tuple[Check, ...]:
    main, nominal, _ = inside.frames
    crossing = not (np.diff(alphas) > 0).all()
    if nominal is not None:
        w = np.unique(_bare(nominal.matrix), axis=0)
        k = inside.basis.shape[1]
        for row in w:
            own = alphas + sum(row[j] * theta[k * (j + 1) : k * (j + 2)] for j in range(len(row)))
            crossing |= not (np.diff(own) > 0).all()
    empty = _empty(nominal, inside)
    return (
        main.check(),
        Check(
            "converged", not separated,
            "a maximum with finite coefficients was found" if not separated else
            "no finite maximum: a category or region is separated from the rest, or has too few "
            "rows for its parameters",
        ),
        Check(
            "thresholds_in_order", not crossing,
            "thresholds cross for some rows: the effects by threshold (nominal=) do not fit"
            if crossing else "thresholds rise everywhere",
        ),
        Check(
            "no_empty_category", empty == 0,
            f"{empty} categories are empty in a group that has thresholds of its own"
            if empty else "every group with thresholds of its own has every category",
        ),
        Check(
            "independence", None,
            "answers count as independent; those of one person or title are not: use clusters or "
            "random effects where there are several",
        ),
    )  # fmt: skip


def _empty(nominal: ModelFrame | None, inside: Inside) -> int:
    if nominal is None:
        return 0
    w = pd.DataFrame(_bare(nominal.matrix))
    if len(w.drop_duplicates()) > 100:
        return 0
    groups = w.groupby(list(w.columns), sort=False).ngroup().to_numpy()
    return int((pd.crosstab(groups, inside.codes).to_numpy() == 0).sum())
