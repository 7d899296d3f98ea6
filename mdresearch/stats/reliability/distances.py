"""Distances between values: for alpha, and for label sets and codes in a tree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

LEVELS = ("nominal", "ordinal", "interval", "ratio", "masi", "jaccard")


def masi(a: frozenset[Any], b: frozenset[Any]) -> float:
    """Return the MASI distance of two sets of labels.

    ``1 - J M``: J is Jaccard's index; M is 1 for equal sets, 2/3 where one contains the other, 1/3
    where they overlap, 0 where they share nothing. Two empty sets are equal.

    References
    ----------
    Passonneau (2006), Measuring agreement on set-valued items (MASI), LREC.

    Examples
    --------
    >>> masi(frozenset("ab"), frozenset("abc")) == 1 - 2 / 3 * 2 / 3
    True
    """
    if a == b:
        return 0.0
    shared = len(a & b)
    if not shared:
        return 1.0
    monotone = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - shared / len(a | b) * monotone


def jaccard(a: frozenset[Any], b: frozenset[Any]) -> float:
    """Return 1 minus Jaccard's index of two sets; 0 for two empty sets.

    Examples
    --------
    >>> jaccard(frozenset("ab"), frozenset("bc")) == 1 - 1 / 3
    True
    """
    return 1 - len(a & b) / len(a | b) if a or b else 0.0


SET_DISTANCES = {"masi": masi, "jaccard": jaccard}


def set_distance(categories: Sequence[Any], name: str) -> np.ndarray:
    """Return the distances of sets of labels, shape (n, n).

    Raises
    ------
    DataError
        A category is no set.
    """
    for c in categories:
        if not isinstance(c, frozenset):
            raise DataError(
                f"The value {c!r} is no set of labels; the distance '{name}' needs sets. Put each "
                "coder's labels of a unit into a set, or use level='nominal'."
            )
    function = SET_DISTANCES[name]
    out = np.zeros((len(categories), len(categories)))
    for i, a in enumerate(categories):
        for j in range(i):
            out[i, j] = out[j, i] = function(a, categories[j])
    return out


def path_distance(paths: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return distances of codes in a tree: edges between two codes over the sum of their depths.

    Parameters
    ----------
    paths : mapping of str to sequence of str
        Each code's way from the top of its list down to itself: ``{"wolf_alpha": ("ceo",
        "wolf_alpha")}``. A code that stands alone at the top has a path of one.

    Returns
    -------
    DataFrame, shape (n, n)
        From 0 (the same code) to 1 (nothing in common but the list); parent and child at depths 1
        and 2 are 1/3 apart, siblings at depth 2 are 1/2 apart. To be given to `alpha` as ``level``.

    Examples
    --------
    >>> d = path_distance({"a": ["a"], "a1": ["a", "a1"], "a2": ["a", "a2"], "b": ["b"]})
    >>> d.loc["a1"].round(3).tolist()
    [0.333, 0.0, 0.5, 1.0]
    """
    import pandas as pd

    names = list(paths)
    ways = [tuple(paths[n]) for n in names]
    for name, way in zip(names, ways, strict=True):
        if not way or way[-1] != name:
            raise DataError(
                f"The path of '{name}' is {list(way)}; a path leads from the top of the list to "
                "the code itself."
            )
    out = np.zeros((len(names), len(names)))
    for i, a in enumerate(ways):
        for j in range(i):
            b = ways[j]
            shared = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), None)
            shared = min(len(a), len(b)) if shared is None else shared
            out[i, j] = out[j, i] = 1 - 2 * shared / (len(a) + len(b))
    return pd.DataFrame(out, index=names, columns=names)


def matrix_for(level: pd.DataFrame, categories: Sequence[Any]) -> np.ndarray:
    """Return the part of a labelled distance matrix that belongs to the categories.

    Raises
    ------
    DataError
        A category is not in the matrix; the matrix is not symmetric, has a negative distance or one
        of a value from itself.
    """
    absent = [c for c in categories if c not in level.index or c not in level.columns]
    if absent:
        raise DataError(
            f"The distance matrix has no row or column {absent[0]!r}. Give a distance for every "
            "value that was coded."
        )
    out = level.loc[list(categories), list(categories)].to_numpy(dtype=float)
    if not np.isfinite(out).all() or (out < 0).any() or np.diag(out).any():
        raise DataError(
            "The distance matrix holds a missing or negative distance, or one of a value from "
            "itself. Distances are 0 on the diagonal and at least 0 elsewhere."
        )
    if not np.allclose(out, out.T, rtol=0, atol=1e-12):
        raise DataError("The distance matrix is not symmetric. A distance has no direction.")
    return out


def ratio_distance(numbers: np.ndarray) -> np.ndarray:
    """Return ((a - b) / (a + b))^2, 0 for two zeros, shape (n, n)."""
    total = numbers[:, None] + numbers[None, :]
    apart = numbers[:, None] - numbers[None, :]
    return np.asarray(np.divide(apart, total, out=np.zeros_like(apart), where=total != 0) ** 2)


def require_level(level: Any) -> None:
    """Refuse a level that is not known."""
    import pandas as pd

    if not isinstance(level, pd.DataFrame) and level not in LEVELS:
        raise unknown_name("level", level, (*LEVELS, "or a labelled distance matrix"))
