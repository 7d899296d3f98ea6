"""Conditions on rows, as studies write them: `column op value` joined by `and`; no eval."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.core.errors import DataError, StudyError, suggest

if TYPE_CHECKING:
    import pandas as pd

_TERM = re.compile(
    r"^\s*(?P<column>[A-Za-z_][\w.]*)\s*"
    r"(?:(?P<op>==|!=|<=|>=|<|>)\s*(?P<value>'[^']*'|\"[^\"]*\"|[^\s'\"\[\],]+)"
    r"|(?P<member>in|not in)\s*\[(?P<list>[^\[\]]*)\]"
    r"|is\s+(?P<missing>missing|not missing))\s*$"
)


@dataclass(frozen=True, slots=True)
class Term:
    """One comparison of a column with a value, a list, or nothing."""

    column: str
    operator: str
    operands: tuple[str, ...] = ()


def parse_condition(text: str) -> tuple[Term, ...]:
    """Parse a condition such as ``attention_passed == false and age >= 18``.

    Raises
    ------
    StudyError
        A part is not understood; the message shows the forms that are.

    Examples
    --------
    >>> parse_condition("country in [BRA, 'MEX']")
    (Term(column='country', operator='in', operands=('BRA', 'MEX')),)
    """
    terms = []
    for part in re.split(r"\s+and\s+", str(text).strip()):
        match = _TERM.match(part)
        if match is None:
            raise StudyError(
                f"The condition '{part}' is not understood. Write 'column == value' (or !=, <, <=, "
                ">, >=), 'column in [a, b]', 'column not in [a, b]', 'column is missing' or "
                "'column is not missing', joined by 'and'."
            )
        terms.append(_term(match))
    return tuple(terms)


def _term(match: re.Match[str]) -> Term:
    column = match["column"]
    if match["op"]:
        return Term(column, match["op"], (_bare(match["value"]),))
    if match["member"]:
        return Term(column, match["member"], tuple(_bare(v) for v in match["list"].split(",")))
    return Term(column, match["missing"])


def _bare(value: str) -> str:
    return value.strip().strip("'\"")


def rows_where(data: pd.DataFrame, condition: str) -> pd.Series:
    """Return, row by row, whether a condition holds.

    A missing value satisfies no comparison but ``is missing``; it counts as different in ``!=`` and
    ``not in``. Numbers are compared as numbers where the column is numeric, booleans as true and
    false, all else as text.

    Raises
    ------
    StudyError
        The condition is not understood.
    DataError
        A column is not in the table, or a value cannot be compared with the column.

    Examples
    --------
    >>> import pandas as pd
    >>> rows_where(pd.DataFrame({"age": [17, 18]}), "age >= 18").tolist()
    [False, True]
    """
    import pandas as pd

    out = pd.Series(True, index=data.index)
    for term in parse_condition(condition):
        if term.column not in data.columns:
            near = suggest(term.column, data.columns)
            hint = f" Did you mean '{near}'?" if near else ""
            raise DataError(
                f"The condition '{condition}' names the column '{term.column}', which is not "
                f"there.{hint} Columns: {', '.join(map(str, data.columns))}."
            )
        out &= _holds(data[term.column], term, condition)
    return out


def _holds(column: pd.Series, term: Term, condition: str) -> pd.Series:
    import pandas as pd

    if term.operator == "missing":
        return column.isna()
    if term.operator == "not missing":
        return column.notna()
    if term.operator in ("in", "not in"):
        hits = pd.Series(False, index=column.index)
        for value in term.operands:
            hits |= _equal(column, value, condition)
        return hits if term.operator == "in" else ~hits
    if term.operator in ("==", "!="):
        hits = _equal(column, term.operands[0], condition)
        return hits if term.operator == "==" else ~hits
    number = _number(term.operands[0], term, condition)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise DataError(
            f"The condition '{condition}' orders the column '{term.column}', which holds "
            f"{column.dtype} values, not numbers. Use ==, != or in."
        )
    compare = {"<": column.lt, "<=": column.le, ">": column.gt, ">=": column.ge}
    return compare[term.operator](number).fillna(False).astype(bool)


def _equal(column: pd.Series, value: str, condition: str) -> pd.Series:
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        if value.lower() not in ("true", "false"):
            raise DataError(
                f"The condition '{condition}' compares the true/false column '{column.name}' with "
                f"'{value}'. Write true or false."
            )
        return column.eq(value.lower() == "true").fillna(False).astype(bool)
    if pd.api.types.is_numeric_dtype(column):
        number = _number(value, Term(str(column.name), "=="), condition)
        return column.eq(number).fillna(False).astype(bool)
    text = column.astype("str").where(column.notna())
    if value.lower() in ("true", "false"):
        text, value = text.str.lower(), value.lower()
        if column.notna().any() and not text.isin(["true", "false"]).any():
            held = ", ".join(f"'{v}'" for v in column.dropna().unique()[:5])
            raise DataError(
                f"The condition '{condition}' compares the text column '{column.name}' with "
                f"{value}, but it holds {held}. Compare with one of these."
            )
    return text.eq(value).fillna(False).astype(bool)


def _number(value: str, term: Term, condition: str) -> float:
    try:
        return float(value)
    except ValueError as error:
        raise DataError(
            f"The condition '{condition}' compares the numeric column '{term.column}' with "
            f"'{value}', which is not a number."
        ) from error
