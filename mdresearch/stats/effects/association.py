"""Association of categories: Cramer's V with its bias taken out, and the fixation of answers."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError
from mdresearch.core.results import NAN, Check, Estimate
from mdresearch.stats.effects.noncentral import chi_interval
from mdresearch.stats.effects.results import EffectSize

Array = np.ndarray


def cramers_v(
    table: pd.DataFrame | Array, *, corrected: bool = True, level: float = 0.95
) -> EffectSize:
    r"""Return Cramer's V of a table of counts.

    Parameters
    ----------
    table : DataFrame or array, shape (r, c)
        Counts, each observation in one cell. Empty rows and columns are left out and counted.
    corrected : bool
        Bergsma's correction (default): plain V is above 0 even where nothing is associated.
    level : float
        Two-sided level; limits from the noncentrality of chi squared.

    Notes
    -----
    .. math:: \tilde\varphi^2 = \max\left(0, \varphi^2 - \frac{(r-1)(c-1)}{n-1}\right),\quad
              \tilde r = r - \frac{(r-1)^2}{n-1}

    Bergsma (2013). Checked against R's effectsize. The counts must be independent: people asked
    once each, not ratings that share a title (see `mdresearch.stats.contrast`).

    Examples
    --------
    >>> cramers_v([[30, 10], [12, 28]], corrected=False).apa()
    'V = 0.45, 95% CI [0.23, 0.67]'
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise DataError("A table of counts has two dimensions and no number below 0.")
    kept = counts[np.ix_(counts.sum(axis=1) > 0, counts.sum(axis=0) > 0)]
    r, c = kept.shape
    n = float(kept.sum())
    lost = sum(counts.shape) - r - c
    checks = [Check("no_empty_category", lost == 0, f"{lost} empty rows and columns left out")]
    if min(r, c) < 2:
        nothing = Estimate("V", NAN, level=level, reason="fewer than two categories on a side")
        return EffectSize("cramers_v", nothing, (int(n),), tuple(checks))
    expected = kept.sum(axis=1, keepdims=True) * kept.sum(axis=0, keepdims=True) / n
    chi = float(((kept - expected) ** 2 / expected).sum())
    df = (r - 1) * (c - 1)
    few = float((expected < 5).mean())
    checks.append(
        Check("expected_counts", few <= 0.2, f"{100 * few:.0f} % of expected counts are below 5")
    )
    low, high = chi_interval(chi, df, level)

    def v(squared: float) -> float:
        if not corrected:
            return min(1.0, math.sqrt(squared / (min(r, c) - 1)))
        left = max(0.0, squared - df / (n - 1))
        least = min(r - (r - 1) ** 2 / (n - 1), c - (c - 1) ** 2 / (n - 1))
        return min(1.0, math.sqrt(left / (least - 1)))

    value = Estimate("V", v(chi / n), v(low / n), v(high / n), level)
    return EffectSize("cramers_v", value, (int(n),), tuple(checks))


def cultural_fixation(
    data: pd.DataFrame,
    group: str,
    items: Sequence[str],
    *,
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    r"""Return the cultural fixation index of each pair of groups over categorical items.

    Parameters
    ----------
    data : DataFrame
        One row a person.
    group : str
        Column of groups.
    items : sequence of str
        Columns of answers, taken as categories.
    draws, seed, level
        Percentile bootstrap over items.

    Returns
    -------
    DataFrame
        ``a, b, fixation, low, high, n_items, n_a, n_b``: 0 where answers are distributed alike, 1
        where each group is of one mind and the groups differ.

    Notes
    -----
    .. math:: F = 1 - \frac{\sum_i H_{S,i}}{\sum_i H_{T,i}}

    with the within and total heterozygosity of each item, corrected for sampling (Nei and Chesser
    1983), groups weighted alike. After Muthukrishna et al. (2020). Items that nobody answered in
    one of the groups are left out of that pair and not counted in ``n_items``. The value can fall
    a little below 0 where groups are alike. Not checked against other software; the definition
    is written out in the tests.
    """
    for column in (group, *items):
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    if not items:
        raise DataError("Name at least one item.")
    names = sorted(data[group].dropna().unique(), key=str)
    if len(names) < 2:
        raise DataError(f"'{group}' has {len(names)} group: two are the least.")
    shares = [_shares(data, group, item, names) for item in items]
    rng = np.random.default_rng(seed)
    rows = []
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            within, total = _heterozygosity(shares, i, j)
            seen = len(total)
            if not seen or total.sum() <= 0:
                value, low, high = NAN, NAN, NAN
            else:
                value = 1 - float(within.sum() / total.sum())
                picks = rng.integers(seen, size=(draws, seen))
                with np.errstate(invalid="ignore", divide="ignore"):
                    drawn = 1 - within[picks].sum(axis=1) / total[picks].sum(axis=1)
                low, high = np.nanquantile(drawn, [(1 - level) / 2, (1 + level) / 2])
            sizes = [int((data[group] == name).sum()) for name in (a, names[j])]
            rows.append((a, names[j], value, low, high, seen, *sizes))
    columns = ["a", "b", "fixation", "low", "high", "n_items", "n_a", "n_b"]
    return pd.DataFrame(rows, columns=columns)


def _shares(
    data: pd.DataFrame, group: str, item: str, names: Sequence[object]
) -> tuple[Array, Array]:
    """Return shares of answers, groups x categories, and answers by group."""
    counts = pd.crosstab(data[group], data[item]).reindex(names, fill_value=0).to_numpy(dtype=float)
    n = counts.sum(axis=1)
    with np.errstate(invalid="ignore"):
        return counts / n[:, None], n


def _heterozygosity(shares: Sequence[tuple[Array, Array]], i: int, j: int) -> tuple[Array, Array]:
    within, total = [], []
    for share, n in shares:
        if min(n[i], n[j]) < 2:
            continue
        pair, sizes = share[[i, j]], n[[i, j]]
        harmonic = 2 / (1 / sizes).sum()
        inside = harmonic / (harmonic - 1) * (1 - float((pair**2).sum(axis=1).mean()))
        whole = 1 - float((pair.mean(axis=0) ** 2).sum()) + inside / (2 * harmonic)
        within.append(inside)
        total.append(whole)
    return np.array(within), np.array(total)
