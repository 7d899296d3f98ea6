"""One call for the effect size of two groups, or of several."""

from __future__ import annotations

import pandas as pd

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.results import Check
from mdresearch.stats.effects.dominance import cliffs_delta, rank_biserial
from mdresearch.stats.effects.explained import KINDS as SHARES
from mdresearch.stats.effects.explained import eta_squared, one_way
from mdresearch.stats.effects.results import EffectSize, two_groups
from mdresearch.stats.effects.standardised import from_d, standardised

STANDARDISED = ("hedges_g", "cohens_d", "glass_delta")
FROM_D = ("u3", "superiority", "overlap")
RANKS = ("cliffs_delta", "rank_biserial")
KINDS = (*STANDARDISED, *FROM_D, *RANKS, *SHARES)


def effect(
    data: pd.DataFrame,
    outcome: str,
    group: str,
    kind: str = "hedges_g",
    *,
    a: object = None,
    b: object = None,
    welch: bool = False,
    pair: str | None = None,
    level: float = 0.95,
) -> EffectSize:
    """Return an effect size of independent observations, or of pairs.

    Parameters
    ----------
    data : DataFrame
        One row an observation.
    outcome, group : str
        A numeric column, and the column of groups.
    kind : str
        hedges_g, cohens_d, glass_delta (SD of ``b``); u3, superiority, overlap (of two normal
        groups as far apart as d); cliffs_delta, rank_biserial; eta_squared, omega_squared,
        epsilon_squared, cohens_f (any number of groups).
    a, b : object
        The two groups, a minus b; by default the two that there are, in sorted order.
    welch : bool
        Do not pool the variances (d and g).
    pair : str or None
        Column that joins an observation of ``a`` with one of ``b``: d and g over the SD of
        differences, rank_biserial of signed ranks.
    level : float
        Level of the interval.

    Returns
    -------
    EffectSize
        ``nan`` with the reason where undefined.

    Raises
    ------
    UnknownNameError
        There is no such kind.
    DataError
        A column is missing, groups are not two, or a pair is not complete.

    Notes
    -----
    Rows with a missing value are left out and counted. The intervals take rows as independent:
    for ratings that share titles or countries use `contrast`. Exact J and noncentral t and F;
    checked against R's effectsize 0.8.3 and effsize.

    Examples
    --------
    >>> table = pd.DataFrame({"y": [1.0, 2, 3, 4, 3, 4, 5, 6], "g": list("aaaabbbb")})
    >>> effect(table, "y", "g")
    EffectSize(hedges_g: g = −1.35, 95% CI [−2.72, 0.11])
    """
    if kind not in KINDS:
        raise unknown_name("effect size", kind, KINDS)
    if kind in SHARES:
        f, df1, df2, used = one_way(data, outcome, group)
        counted = Check("complete_rows", used == len(data), f"{used:,} of {len(data):,} rows used")
        return EffectSize(kind, eta_squared(f, df1, df2, kind, level), (used,), (counted,))
    if pair:
        return _paired(data, outcome, group, kind, a, b, pair, level)
    x, y, check = two_groups(data, outcome, group, a, b)
    if kind in RANKS:
        found = (
            cliffs_delta(x, y, level)[0] if kind == "cliffs_delta" else rank_biserial(x, y, level)
        )
    elif kind in FROM_D:
        found = from_d(standardised(x, y, "cohens_d", level, welch=welch), kind)
    else:
        found = standardised(x, y, kind, level, welch=welch)
    return EffectSize(kind, found, (len(x), len(y)), (check,))


def _paired(
    data: pd.DataFrame,
    outcome: str,
    group: str,
    kind: str,
    a: object,
    b: object,
    pair: str,
    level: float,
) -> EffectSize:
    if kind not in ("hedges_g", "cohens_d", "rank_biserial"):
        raise DataError(f"'{kind}' has no form for pairs: hedges_g, cohens_d, rank_biserial have.")
    two_groups(data, outcome, group, a, b)
    if data.duplicated([pair, group]).any():
        twice = data.loc[data.duplicated([pair, group]), pair].iloc[0]
        raise DataError(f"'{pair}' {twice!r} has two values in a group: give one each.")
    wide = data.pivot(index=pair, columns=group, values=outcome)
    names = sorted(wide.columns, key=str) if a is None else [a, b]
    whole = wide[names].dropna()
    check = Check(
        "complete_pairs", len(whole) == len(wide), f"{len(whole)} of {len(wide)} pairs used"
    )
    if len(whole) < 2:
        raise DataError(f"{len(whole)} pairs are complete; two are the least.")
    x, y = (whole[name].to_numpy(dtype=float) for name in names)
    found = (
        rank_biserial(x, y, level, paired=True)
        if kind == "rank_biserial"
        else standardised(x, y, kind, level, paired=True)
    )
    return EffectSize(kind, found, (len(whole),), (check,))
