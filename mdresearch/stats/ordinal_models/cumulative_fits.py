"""The result of a cumulative link model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from mdresearch.core.results import NAN, ModelFit
from mdresearch.stats.ordinal_models.cumulative_cells import Cells, maximise
from mdresearch.stats.ordinal_models.links import LINKS, between


@dataclass(frozen=True, eq=False, repr=False)
class CumulativeFit(ModelFit):
    """A cumulative link model; `ModelFit` says what every fit has.

    Attributes
    ----------
    categories : tuple
        The ordered answers.
    options : mapping
        formula, nominal, scale, link, threshold: what was asked for.
    """

    categories: tuple[Any, ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    inside: Any = field(default=None, repr=False)

    @property
    def thresholds(self) -> pd.DataFrame:
        """Threshold, estimate, se; those of the reference group where thresholds differ."""
        frame: pd.DataFrame = self.tables["thresholds"]
        return frame.copy()

    def predict(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return the probability of each category for rows of new data, a column a category.

        Raises
        ------
        DataError
            A column is missing, or holds a level that the fit has not seen.
        """
        held = self.inside
        x, w, s = (
            np.zeros((len(data), 0)) if frame is None else _bare(frame.rebuild(data))
            for frame in held.frames
        )
        theta, basis = held.theta, held.basis
        k, n_w = basis.shape[1], w.shape[1]
        alphas = (basis @ theta[:k])[None, :]
        for j in range(n_w):
            alphas = alphas + w[:, [j]] * (basis @ theta[k * (j + 1) : k * (j + 2)])[None, :]
        first = k * (1 + n_w)
        eta = x @ theta[first : first + x.shape[1]]
        shrink = np.exp(-(s @ theta[first + x.shape[1] :]))
        points = (alphas - eta[:, None]) * shrink[:, None]
        ends = np.full((len(data), 1), np.inf)
        points = np.concatenate([-ends, np.broadcast_to(points, (len(data), len(basis))), ends], 1)
        p = between(LINKS[self.options["link"]], points[:, :-1], points[:, 1:])
        return pd.DataFrame(p, index=data.index, columns=list(self.categories))

    def profile(self, terms: Sequence[str] | None = None, level: float = 0.95) -> pd.DataFrame:
        """Return profile-likelihood intervals: term, estimate, low, high.

        The likelihood is maximised over all else at each end, where twice its loss is the quantile
        of chi-squared with one degree of freedom. An end beyond 40 errors is infinite.
        """
        from scipy import stats

        frame = self.coefficients
        chosen = list(terms) if terms is not None else list(frame["term"][self.inside.located])
        cut = stats.chi2.ppf(level, 1) / 2
        rows = []
        for term in chosen:
            place = int(frame.index[frame["term"] == term][0])
            est, se = float(frame["estimate"][place]), float(frame["se"][place])
            ends = [self._end(place, est, side * se, cut) for side in (-1, 1)]
            rows.append((term, est, *ends))
        return pd.DataFrame(rows, columns=["term", "estimate", "low", "high"])

    def _end(self, place: int, estimate: float, step: float, cut: float) -> float:
        from scipy.optimize import brentq

        held = self.inside
        fixed = np.zeros(len(held.theta), bool)
        fixed[place] = True

        def loss(x: float) -> float:
            start = held.theta.copy()
            start[place] = x
            return float(self.loglik - maximise(held.cells, held.link, start, fixed)[1] - cut)

        far = 2.0
        while far <= 40 and loss(estimate + far * step) < 0:
            far *= 1.6
        if far > 40 or not np.isfinite(step) or step == 0:
            return float(np.sign(step) * np.inf) if step else NAN
        return float(brentq(loss, estimate, estimate + far * step, xtol=1e-10, rtol=1e-12))


@dataclass(frozen=True, eq=False)
class Inside:
    """What a fit needs to predict and to profile."""

    cells: Cells
    link: Any
    theta: np.ndarray
    basis: np.ndarray
    frames: tuple[Any, Any, Any]
    located: np.ndarray
    codes: np.ndarray


def _bare(matrix: pd.DataFrame) -> np.ndarray:
    """Return a matrix without its intercept."""
    return matrix.drop(columns="Intercept", errors="ignore").to_numpy(dtype=float)
