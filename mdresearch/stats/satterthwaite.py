"""Satterthwaite's degrees of freedom, guarded where a component rests on very few units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

FEW_UNITS = 6
QUARTILE = 0.75


def satterthwaite(parts: Sequence[Any], degrees: Sequence[float], guard: bool = True) -> Any:
    """Return the degrees of freedom of a sum of independent variance estimates.

    Parameters
    ----------
    parts : sequence of float or array
        Variance estimates that add up to the squared error.
    degrees : sequence of float
        Degrees of freedom of each.
    guard : bool
        Guard components that rest on fewer than six units.

    Returns
    -------
    float or array
        ``(sum v)^2 / sum(v^2 / d)``; guarded: the least of that value and of those with each such
        component raised to its upper 75 % confidence limit, ``v d / chi2(.25, d)``. ``nan`` where
        all parts are zero.

    Notes
    -----
    The plain value errs when one side has two or three countries and the wider spread: where that
    spread is underestimated by chance, the error is too small and the degrees of freedom too many
    at once. At 10 v 2 countries with SDs of .10 v .45 a difference is then declared in 12 of 100
    studies where there is none; guarded in at most 6 (``tests/calibration/default_path.csv``).

    References
    ----------
    Satterthwaite (1946), doi:10.2307/3002019. The guard is this toolkit's.

    Examples
    --------
    >>> float(satterthwaite([1.0, 1.0], [9, 9]))
    18.0
    >>> float(satterthwaite([1.0, 0.1], [2, 9], guard=False).round(2))
    2.41
    >>> float(satterthwaite([1.0, 0.1], [2, 9]).round(2))
    2.12
    """
    df = _plain(parts, degrees)
    if not guard:
        return df
    from scipy.special import chdtri

    for place, (part, d) in enumerate(zip(parts, degrees, strict=True)):
        if d >= FEW_UNITS - 1:
            continue
        raised = list(parts)
        raised[place] = np.asarray(part) * d / chdtri(d, QUARTILE)
        df = np.minimum(df, _plain(raised, degrees))
    return df


def _plain(parts: Sequence[Any], degrees: Sequence[float]) -> Any:
    total = sum(np.asarray(p, dtype=float) for p in parts)
    below = sum(np.asarray(p, dtype=float) ** 2 / d for p, d in zip(parts, degrees, strict=True))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, total**2 / below, np.nan)
