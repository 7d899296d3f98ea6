"""Collecting what is wrong with coded rows: a mask and a sentence at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "row", "code_id", "unit_type", "unit_id", "variable", "coder_id", "value", "severity",
    "problem", "allowed",
)  # fmt: skip
FIRST_ROW = 2  # as a spreadsheet counts: the header is row 1


class RowProblems:
    """Problems of the rows of one table; ``rows`` has a RangeIndex."""

    def __init__(self, rows: pd.DataFrame) -> None:
        self.rows = rows
        self.parts: list[pd.DataFrame] = []
        self.bad = np.zeros(len(rows), dtype=bool)

    def add(
        self,
        mask: Any,
        problem: str | Callable[[Any], str],
        allowed: str = "",
        severity: str = "error",
    ) -> None:
        """Note a problem of the rows where ``mask`` holds.

        Parameters
        ----------
        mask : boolean array of shape (n_rows,)
        problem : str or callable
            The sentence, or a function from a row's value to it (called once a value).
        allowed : str
        severity : str
            ``error`` takes the row out of those that are in order, ``warning`` does not.
        """
        at = np.flatnonzero(np.asarray(mask, dtype=bool))
        if not len(at):
            return
        part = self.rows.iloc[at].reindex(columns=[c for c in COLUMNS[1:7]])
        part.insert(0, "row", at + FIRST_ROW)
        part["severity"] = severity
        if callable(problem):
            words = {v: problem(v) for v in part["value"].unique()}
            part["problem"] = part["value"].map(words)
        else:
            part["problem"] = problem
        part["allowed"] = allowed
        self.parts.append(part)
        if severity == "error":
            self.bad[at] = True

    def add_absent(self, problem: str, allowed: str = "", **known: str) -> None:
        """Note a doubt about rows that are not there."""
        import pandas as pd

        self.parts.append(
            pd.DataFrame([{**known, "severity": "warning", "problem": problem, "allowed": allowed}])
        )

    def frame(self) -> pd.DataFrame:
        """Return the problems in the order of the rows; absent rows last."""
        import pandas as pd

        parts = [part.reindex(columns=list(COLUMNS)).astype(object) for part in self.parts]
        table = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=COLUMNS)
        table = table.astype({"row": "Int64"})
        return table.sort_values("row", kind="stable", ignore_index=True)
