"""The bootstrap over titles, from cell sums: no row is touched again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import StatisticsError
from mdresearch.core.expect import parse_expect
from mdresearch.core.results import Estimate
from mdresearch.stats.cells import Cells, reduce_cells
from mdresearch.stats.methods import Design

if TYPE_CHECKING:
    import pandas as pd


def bootstrap(
    data: pd.DataFrame,
    outcome: str,
    group: str,
    country: str,
    title: str,
    *,
    expect: str,
    person: str | None = None,
    n_draws: int = 10_000,
    level: float = 0.95,
    seed: int = 0,
) -> Estimate:
    """Bootstrap the difference of two regions over titles (percentile interval).

    Titles are drawn with replacement; countries are kept, so that the interval speaks of these
    countries and of titles like these. Compare `contrast`, whose interval speaks of both.

    Parameters
    ----------
    data, outcome, group, country, title, person, expect
        As in `contrast`.
    n_draws : int
        Number of draws.
    level : float
        Level of the interval.
    seed : int
        Seed of the draws.

    Returns
    -------
    Estimate
        Difference in the outcome's unit, first group minus second.
    """
    design = Design(outcome, parse_expect(expect), group, country, title, person)
    rows = data[data[group].isin([design.expect.a, design.expect.b])]
    cells = reduce_cells(rows, design)
    cells = cells.take_titles(cells.shared)
    if len(cells.titles) < 2:
        raise StatisticsError(
            "A bootstrap over titles needs at least two titles seen on both sides."
        )
    draws = title_draws(cells, n_draws, seed)
    low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    ones = np.ones((1, len(cells.titles)))
    value = _differences(ones, cells)[0]
    return Estimate("difference", float(value), float(low), float(high), level)


def title_draws(cells: Cells, n_draws: int, seed: int) -> np.ndarray:
    """Return bootstrap draws of the difference, shape (n_draws,)."""
    rng = np.random.default_rng(seed)
    titles = len(cells.titles)
    picks = rng.integers(titles, size=(n_draws, titles))
    flat = picks + titles * np.arange(n_draws)[:, None]
    times = np.bincount(flat.ravel(), minlength=n_draws * titles).reshape(n_draws, titles)
    return _differences(times.astype(float), cells)


def _differences(times: np.ndarray, cells: Cells) -> np.ndarray:
    seen = (cells.n > 0).astype(float)
    sums = times @ np.where(seen > 0, cells.mean, 0.0).T
    with np.errstate(invalid="ignore", divide="ignore"):
        means = sums / (times @ seen.T)
    return np.nanmean(means[:, cells.side], axis=1) - np.nanmean(means[:, ~cells.side], axis=1)
