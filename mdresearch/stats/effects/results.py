"""The result of an effect size, and how two groups are taken from a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError, suggest
from mdresearch.core.results import Check, Estimate


@dataclass(frozen=True, eq=False)
class EffectSize:
    """An effect size with its interval.

    Attributes
    ----------
    kind : str
        Key of `mdresearch.stats.effects.effects.KINDS`, or the function's own name.
    estimate : Estimate
        Value and interval; ``nan`` with the reason where undefined.
    n : tuple of int
        Observations by group.
    """

    kind: str
    estimate: Estimate
    n: tuple[int, ...]
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return the effect as one tidy row."""
        e = self.estimate
        return pd.DataFrame(
            [
                {
                    "kind": self.kind,
                    "estimate": e.value,
                    "low": e.low,
                    "high": e.high,
                    "level": e.level,
                    "n": sum(self.n),
                    "reason": e.reason,
                }
            ]
        )

    def apa(self) -> str:
        """Return the effect as a phrase."""
        return self.estimate.apa()

    def __repr__(self) -> str:
        return f"EffectSize({self.kind}: {self.apa()})"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph

        return paragraph(self.apa()) + checks_html(self.checks)


def two_groups(
    data: pd.DataFrame, outcome: str, group: str, a: object = None, b: object = None
) -> tuple[np.ndarray, np.ndarray, Check]:
    """Return the outcomes of two groups, and how many rows were left out.

    Raises
    ------
    DataError
        A column is missing or not numeric, or the groups are not two.
    """
    for column in (outcome, group):
        if column not in data:
            near = suggest(column, map(str, data.columns))
            raise DataError(
                f"The data have no column '{column}'."
                + (f" Did you mean '{near}'?" if near else "")
            )
    if not pd.api.types.is_numeric_dtype(data[outcome]):
        raise DataError(f"Column '{outcome}' is not numeric.")
    kept = data[[outcome, group]].dropna()
    names = sorted(kept[group].unique(), key=str) if a is None else [a, b]
    if len(names) != 2:
        raise DataError(f"'{group}' has {len(names)} groups; name two by a= and b=.")
    parts = []
    for name in names:
        part = kept.loc[kept[group] == name, outcome].to_numpy(dtype=float)
        if len(part) < 2:
            raise DataError(f"'{group}' has {len(part)} values of {name!r}; two are the least.")
        parts.append(part)
    used = len(parts[0]) + len(parts[1])
    wanted = int(data[group].isin(names).sum())
    return (
        parts[0],
        parts[1],
        Check(
            "complete_rows", used == wanted, f"{used:,} of {wanted:,} rows of the two groups used"
        ),
    )
