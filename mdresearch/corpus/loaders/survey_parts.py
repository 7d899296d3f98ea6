"""What a survey file is made of: variables with labels, and kinds of missing kept apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EXACT = 2**53  # from here on a double cannot tell a whole number from the next


@dataclass(frozen=True, eq=False)
class Variable:
    """One variable of a survey file.

    Attributes
    ----------
    name : str
        As the file has it.
    cells : Series
        Numbers (``Int64`` where all are whole, else ``float64``) or ``str``; missing where there is
        no answer, whatever the kind of missing.
    says : str
        The question or label.
    labels : mapping of str to str
        What a code means; the code as text, letters of missing kinds with a dot (``.a``).
    missing : Series of str, or None
        In each row the code that stands for no answer, or missing; None where no row has one.
    declared : tuple of str
        The codes that the file declares to mean no answer, and that have a label or occur.
    type, format, measure : str
        As the file has them.
    """

    name: str
    cells: pd.Series
    says: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: pd.Series | None = None
    declared: tuple[str, ...] = ()
    type: str = ""
    format: str = ""
    measure: str = ""


@dataclass(frozen=True, eq=False)
class Survey:
    """A survey file that was read.

    Attributes
    ----------
    persons : mapping of str to str
        Variables that name a person, and the column that their salted hashes get.
    respondent : str
        The variable that tells persons apart, where the kind of file has one.
    languages : mapping of str to str
        Words of the variable of the questionnaire's language, as BCP 47 tags.
    mapped : mapping of str to str
        Columns of ``respondents`` that the kind of file always has, and their variables.
    """

    path: Path
    encoding: str
    variables: tuple[Variable, ...]
    n_rows: int
    refused: Counter[str] = field(default_factory=Counter)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    persons: Mapping[str, str] = field(default_factory=dict)
    respondent: str = ""
    mapped: Mapping[str, str] = field(default_factory=dict)

    def names(self) -> list[str]:
        """Return the names of the variables."""
        return [variable.name for variable in self.variables]


def code_text(value: object) -> str:
    """Return a code as text: whole numbers without a point.

    Examples
    --------
    >>> code_text(1.0), code_text(-2.5), code_text("a1")
    ('1', '-2.5', 'a1')
    """
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value)


def numbers(values: np.ndarray) -> pd.Series:
    """Return doubles as ``Int64`` where every number is whole and exact, else as they are."""
    import numpy as np
    import pandas as pd

    held = values[~np.isnan(values)]
    whole = len(held) > 0 and bool((np.abs(held) < EXACT).all() and (held % 1 == 0).all())
    series = pd.Series(values)
    return series.astype("Int64") if whole else series


def unique_names(names: list[str]) -> tuple[list[str], list[str]]:
    """Make names unique by a number behind them; return them, and those that stood twice.

    Examples
    --------
    >>> unique_names(["q1", "q1", "q1_2", ""])
    (['q1', 'q1_2', 'q1_2_2', 'column_4'], ['q1'])
    """
    out: list[str] = []
    twice = [name for name, n in Counter(n for n in names if n).items() if n > 1]
    for place, name in enumerate(names, start=1):
        base = name or f"column_{place}"
        candidate, number = base, 1
        while candidate in out:
            number += 1
            candidate = f"{base}_{number}"
        out.append(candidate)
    return out, twice
