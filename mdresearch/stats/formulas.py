"""Model formulas: a closed language over the columns of a frame, and the matrix that it means."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError, StatisticsError, suggest
from mdresearch.core.results import Check

FUNCTIONS = ("C", "log", "exp", "sqrt", "center", "scale", "poly", "bs", "cs")
"""What a formula may call; everything else is refused, for a formula is code."""

_LONGEST, _STARS, _COLUMNS = 1000, 12, 2000


@dataclass(frozen=True)
class ModelFrame:
    """The response and the matrix of a formula, for the rows that have all that it needs.

    Attributes
    ----------
    formula : str
        As written.
    response : pandas.Series or None
        The left side, in the order of the kept rows.
    matrix : pandas.DataFrame
        A column a coefficient (full rank by construction), a row a kept row of the data.
    terms : mapping of str to tuple of str
        The columns that each term of the formula became.
    data : pandas.DataFrame
        The kept rows of the columns in use, with the extra ones.
    n_read, n_dropped : int
        Rows given, rows left out for a missing value.
    missing : mapping of str to int
        Missing values by column in use.
    """

    formula: str
    response: pd.Series | None
    matrix: pd.DataFrame
    terms: Mapping[str, tuple[str, ...]]
    data: pd.DataFrame
    n_read: int
    n_dropped: int
    missing: Mapping[str, int]
    _spec: Any

    def rebuild(self, data: pd.DataFrame) -> pd.DataFrame:
        """Return the matrix of new data, coded as the data of the fit were.

        Raises
        ------
        DataError
            A column is missing, or holds a level that the fit has not seen.
        """
        for column in _columns_of(self._spec.formula):
            if column not in data:
                raise DataError(f"The new data have no column '{column}', which the model uses.")
            kept = self.data[column]
            if not pd.api.types.is_numeric_dtype(kept):
                new = set(data[column].dropna().astype(str)) - set(kept.astype(str))
                if new:
                    raise DataError(
                        f"Column '{column}' holds {sorted(new)[0]!r}, which the model has not "
                        f"seen; it knows {', '.join(sorted(set(kept.astype(str))))}."
                    )
        return pd.DataFrame(self._spec.get_model_matrix(data, context={}, na_action="raise"))

    def check(self) -> Check:
        """Return how many rows were used, and what was missing in the others."""
        lacking = ", ".join(f"{column} {n:,}" for column, n in self.missing.items() if n)
        evidence = f"{self.n_read - self.n_dropped:,} of {self.n_read:,} rows used"
        if self.n_dropped:
            evidence += f"; {self.n_dropped:,} left out for missing values ({lacking})"
        return Check("complete_rows", self.n_dropped == 0, evidence)


def model_frame(
    formula: str, data: pd.DataFrame, *, extra: Sequence[str] = (), response: bool = True
) -> ModelFrame:
    """Turn a formula and a frame into a response and a matrix.

    Parameters
    ----------
    formula : str
        Wilkinson notation: columns, ``+ - : * / ( ) ^``, ``0``, ``1`` and the functions of
        `FUNCTIONS`; a column with spaces stands in backticks. Text and categorical columns are
        coded by treatment, against the first level in sorted (or categorical) order;
        ``C(x, contr.treatment("b"))`` chooses another, ``C(x, contr.sum)`` another coding.
    data : pandas.DataFrame
        One row an observation.
    extra : sequence of str
        Columns that the method needs beside the formula (groups, weights, offsets): rows where
        one of them is missing are left out too.
    response : bool
        Whether the formula must have a left side (one column).

    Returns
    -------
    ModelFrame

    Raises
    ------
    StatisticsError
        The formula is not in the closed language, or its matrix has not full rank (the columns
        that follow from others are named).
    DataError
        A column is not there, no row is complete, or a number is infinite.

    Notes
    -----
    Rows with a missing value in a column in use are left out and counted
    (`ModelFrame.check`). Levels that occur in no kept row are left out too, as R does.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"y": [1.0, 2.0, 4.0], "region": ["a", "b", "b"]})
    >>> model_frame("y ~ region", frame).matrix.columns.tolist()
    ['Intercept', 'region[T.b]']
    """
    parsed = _parsed(formula, response)
    right = getattr(parsed, "rhs", parsed)
    left = _left(parsed, formula) if response else None
    used = [*([left] if left else []), *_columns_of(right)]
    used += [name for name in extra if name not in used]
    for column in used:
        if column not in data:
            near = suggest(column, data.columns.map(str))
            hint = f" Did you mean '{near}'?" if near else ""
            raise DataError(
                f"'{formula}' needs a column '{column}', which the data do not have.{hint} "
                f"There are: {', '.join(map(str, data.columns[:30]))}."
            )
    table = data[used]
    absent = table.isna()
    kept = _trimmed(table.loc[~absent.any(axis=1)])
    if kept.empty:
        raise DataError(f"No row of the data has all that '{formula}' needs: {', '.join(used)}.")
    built = _built(right, kept, formula)
    spec, matrix = built.model_spec, pd.DataFrame(built)
    _refuse_deficient(matrix, formula)
    names = list(matrix.columns)
    return ModelFrame(
        formula=formula,
        response=None if left is None else kept[left],
        matrix=matrix,
        terms={
            "Intercept" if str(term) == "1" else str(term): tuple(names[where])
            for term, where in spec.term_slices.items()
        },
        data=kept,
        n_read=len(absent),
        n_dropped=int(absent.any(axis=1).sum()),
        missing={str(c): int(n) for c, n in absent.sum().items()},
        _spec=spec,
    )


def _built(right: Any, kept: pd.DataFrame, formula: str) -> Any:
    from formulaic.errors import FormulaicError

    try:
        with np.errstate(all="ignore"):
            return right.get_model_matrix(kept, context={}, na_action="raise")
    except (FormulaicError, TypeError, ValueError) as error:
        raise StatisticsError(
            f"'{formula}' cannot be worked out on these data: {str(error).splitlines()[0]}"
        ) from error


def _refuse_deficient(matrix: pd.DataFrame, formula: str) -> None:
    values = matrix.to_numpy(dtype=float)
    if not np.isfinite(values).all():
        bad = matrix.columns[~np.isfinite(values).all(axis=0)][0]
        raise DataError(f"'{bad}' is not a finite number in every row (log of 0, say).")
    aliased = _aliased(values)
    if aliased.size:
        names = ", ".join(f"'{matrix.columns[i]}'" for i in aliased)
        raise StatisticsError(
            f"'{formula}' cannot be fitted: {names} follow(s) from the other terms in these data "
            "(a level or a combination that never occurs, or a column given twice). Leave it out."
        )


def _parsed(formula: str, response: bool) -> Any:
    if not isinstance(formula, str) or not formula.strip():
        raise StatisticsError("A formula is needed, such as 'rating ~ region'.")
    if len(formula) > _LONGEST or sum(map(formula.count, "*^")) > _STARS:
        raise StatisticsError(
            f"The formula is too long: at most {_LONGEST} characters and {_STARS} of * and ^."
        )
    if response and formula.count("~") != 1:
        raise StatisticsError(
            f"'{formula}' must have one '~': the response left of it, the terms right of it."
        )
    from formulaic import Formula
    from formulaic.errors import FormulaicError

    try:
        parsed = Formula(formula)
    except (FormulaicError, SyntaxError, ValueError, RecursionError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else "not a formula"
        raise StatisticsError(f"'{formula}' cannot be read: {reason}") from error
    right = getattr(parsed, "rhs", parsed)
    if not hasattr(right, "__iter__") or isinstance(right, tuple):
        raise StatisticsError(f"'{formula}' has several parts; one right side is allowed.")
    for side in (right, getattr(parsed, "lhs", ())):
        for term in side:
            for factor in term.factors:
                _allowed(factor, formula)
    return parsed


def _allowed(factor: Any, formula: str) -> None:
    """Refuse a factor that is neither a column, a number, nor a call of the closed list."""
    if factor.eval_method.name != "PYTHON":
        return
    refused = StatisticsError(
        f"'{factor.expr}' in '{formula}' is not allowed: columns, numbers and "
        f"{', '.join(f + '()' for f in FUNCTIONS)} are. Compute other columns before the fit."
    )
    try:
        tree = ast.parse(factor.expr, mode="eval").body
    except (SyntaxError, ValueError) as error:
        raise refused from error
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise refused
    if tree.func.id not in FUNCTIONS:
        raise refused
    arguments = [*tree.args, *(k.value for k in tree.keywords)]
    if not all(_plain(a) or _coding(a) for a in arguments):
        raise refused


def _plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Name | ast.Constant)


def _coding(node: ast.expr) -> bool:
    """Tell whether a node is contr.sum, contr.treatment or contr.treatment("level")."""
    call = node.func if isinstance(node, ast.Call) else node
    arguments = (
        [*node.args, *(k.value for k in node.keywords)] if isinstance(node, ast.Call) else []
    )
    return (
        isinstance(call, ast.Attribute)
        and isinstance(call.value, ast.Name)
        and call.value.id == "contr"
        and call.attr in ("treatment", "sum", "helmert", "poly")
        and all(isinstance(a, ast.Constant) for a in arguments)
    )


def _left(parsed: Any, formula: str) -> str:
    terms = list(getattr(parsed, "lhs", ()))
    if len(terms) != 1 or len(terms[0].factors) != 1:
        raise StatisticsError(f"'{formula}' must have one column left of '~'.")
    factor = terms[0].factors[0]
    if factor.eval_method.name != "LOOKUP":
        raise StatisticsError(
            f"The response '{factor.expr}' must be a column: transform it before the fit."
        )
    return str(factor.expr)


def _columns_of(right: Any) -> list[str]:
    """Return the columns that the right side uses, in order."""
    found: dict[str, None] = {}
    for term in right:
        for factor in term.factors:
            if factor.eval_method.name == "LOOKUP":
                found[str(factor.expr)] = None
            elif factor.eval_method.name == "PYTHON":
                call = ast.parse(factor.expr, mode="eval").body
                arguments = [*call.args, *(k.value for k in call.keywords)]
                found.update({a.id: None for a in arguments if isinstance(a, ast.Name)})
    return list(found)


def _trimmed(kept: pd.DataFrame) -> pd.DataFrame:
    """Return the kept rows with no level that occurs in none of them, text as sorted levels."""
    columns = {}
    for name, column in kept.items():
        if isinstance(column.dtype, pd.CategoricalDtype):
            columns[name] = column.cat.remove_unused_categories()
        elif pd.api.types.is_bool_dtype(column):
            columns[name] = column.astype(int)
        else:
            columns[name] = column
    return pd.DataFrame(columns, index=kept.index)


def _aliased(values: np.ndarray) -> np.ndarray:
    """Return the columns that are linear combinations of earlier ones."""
    if values.shape[1] > _COLUMNS:
        raise StatisticsError(f"The formula has over {_COLUMNS:,} columns.")
    size = np.sqrt((values**2).sum(axis=0))
    scaled = values / np.where(size > 0, size, 1.0)
    _, triangle = np.linalg.qr(scaled) if len(values) >= values.shape[1] else (None, None)
    if triangle is None:
        raise StatisticsError(
            f"{len(values):,} complete rows cannot carry {values.shape[1]:,} coefficients."
        )
    return np.flatnonzero(np.abs(np.diag(triangle)) < 1e-9)
