"""One cell at a time: text to typed values and back, and what is wrong with a column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.schemas import Column, TableSchema, Type

if TYPE_CHECKING:
    import pandas as pd

WHOLE = r"[+-]?[0-9]{1,18}(\.0+)?"
DECIMAL = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
COMMA = r"[+-]?[0-9.' ]*,[0-9]+"
CANONICAL_WHOLE = r"-?(0|[1-9][0-9]{0,14})"
CANONICAL_DECIMAL = r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?"
BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def parse(cells: pd.Series, kind: Type) -> tuple[pd.Series, pd.Series]:
    """Turn cells of text into values of a type.

    Parameters
    ----------
    cells : Series of str
        Text; missing where the cell is empty.
    kind : str
        A key of `mdresearch.corpus.schemas.TYPES`.

    Returns
    -------
    (Series, Series of bool)
        The values, and True where a cell could not be read (its value is then missing). Whole
        numbers are ``int64``, or ``Int64`` where some are missing; numbers are ``float64``; truth
        values are ``bool``, or ``boolean`` where some are missing; all else is ``str``.
    """
    import pandas as pd

    present = cells.notna()
    if kind == "boolean":
        values = cells.str.strip().str.lower().map(BOOLEANS)
        good = values.notna()
        return values.astype("boolean" if (~good).any() else "bool"), present & ~good
    if kind in ("integer", "number"):
        text = cells.str.strip()
        pattern = WHOLE if kind == "integer" else DECIMAL
        good = text.str.fullmatch(pattern).fillna(False).astype(bool)
        if kind == "integer":
            whole = [int(cell.split(".")[0]) for cell in text[good]]
            if good.all():
                return pd.Series(whole, index=cells.index, dtype="int64"), present & ~good
            values = pd.Series(pd.NA, index=cells.index, dtype="Int64")
            values[good] = pd.array(whole, dtype="Int64")
            return values, present & ~good
        values = pd.Series(float("nan"), index=cells.index, dtype="float64")
        values[good] = [float(cell) for cell in text[good]]
        finite = values.abs() != float("inf")
        return values.where(finite), present & ~(good & finite)
    return cells.astype("str"), present & False


def infer(cells: pd.Series) -> Type:
    """Say what a scholar's own column holds, by the strictest reading that fits every cell.

    A column with one leading zero, one decimal comma or one word is text, and stays as it is.

    Examples
    --------
    >>> import pandas as pd
    >>> [infer(pd.Series(cells, dtype="str")) for cells in (["1", "20"], ["1", "007"], ["yes"])]
    ['integer', 'text', 'text']
    """
    text = cells.dropna()
    if text.empty:
        return "text"
    if text.isin(["true", "false"]).all():
        return "boolean"
    if text.str.fullmatch(CANONICAL_WHOLE).all():
        return "integer"
    return "number" if text.str.fullmatch(CANONICAL_DECIMAL).all() else "text"


def type_of(name: str, values: pd.Series, schema: TableSchema) -> Type:
    """Return the type of a column: that of the schema, or for a scholar's own column its dtype."""
    import pandas as pd

    if name in schema:
        return schema[name].type
    if pd.api.types.is_bool_dtype(values.dtype):
        return "boolean"
    if pd.api.types.is_integer_dtype(values.dtype):
        return "integer"
    return "number" if pd.api.types.is_float_dtype(values.dtype) else "text"


def canonical(frame: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    """Return the table in the one form in which it is written and hashed.

    Truth values become ``true`` and ``false``, whole numbers lose a ``.0``, numbers gain one; so
    the same content gives the same bytes, whatever dtype held it.
    """
    import pandas as pd

    out = {}
    for name in frame.columns:
        values, kind = frame[name], type_of(name, frame[name], schema)
        numeric = pd.api.types.is_numeric_dtype(values.dtype)
        if kind == "boolean" and numeric and values.dropna().isin([0, 1]).all():
            values = values.map(lambda v: "true" if v else "false", na_action="ignore").astype(
                "str"
            )
        elif kind == "integer" and numeric and (values.dropna() % 1 == 0).all():
            values = values.astype("Int64")
        elif kind == "number" and numeric:
            values = values.astype("float64")
        elif not numeric:
            values = values.map(str, na_action="ignore").astype("str")
        out[name] = values
    return pd.DataFrame(out, index=frame.index)


def tidy(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the table as a corpus keeps it: plain index, text as ``str``, empty text missing."""
    import pandas as pd

    out = frame.reset_index(drop=True)
    for name in out.columns:
        values = out[name]
        if isinstance(values.dtype, pd.CategoricalDtype):
            values = values.astype(values.cat.categories.dtype)
        if values.dtype == object:
            kinds = {type(value) for value in values[values.notna()]}
            if kinds <= {str}:
                values = values.astype("str")
            elif kinds <= {bool}:
                values = values.astype("boolean")
        if isinstance(values.dtype, pd.StringDtype):
            values = values.mask(values == "")
        out[name] = values
    return out


def faults(values: pd.Series, column: Column) -> Iterator[tuple[Any, Any, str]]:
    """Yield what is wrong in one column: position (None for all of it), value, problem."""
    import pandas as pd

    missing = values.isna()
    if column.required:
        yield from ((at, "", "is empty") for at in values.index[missing])
    present = values[~missing]
    if present.empty:
        return
    numeric = pd.api.types.is_numeric_dtype(present.dtype)
    if column.type == "boolean":
        good = present.isin([0, 1]) if numeric else present.map(lambda v: v is True or v is False)
        yield from _bad(present, ~good.astype(bool), "is not true or false")
    elif column.type in ("integer", "number"):
        if not numeric or pd.api.types.is_bool_dtype(present.dtype):
            yield None, present.iloc[0], f"holds {_kind(present)}, not numbers"
            return
        yield from _bad(present, present.abs() == float("inf"), "is not finite")
        if column.type == "integer":
            yield from _bad(present, present % 1 != 0, "is not a whole number")
        if column.minimum is not None:
            yield from _bad(present, present < column.minimum, "is too small")
    elif not isinstance(present.dtype, pd.StringDtype):
        yield None, present.iloc[0], f"holds {_kind(present)}, not text"
    elif column.allowed:
        yield from _bad(present, ~present.isin(column.allowed), "is not allowed")
    elif column.matches():
        good = present.str.fullmatch(column.matches()).astype(bool)
        yield from _bad(present, ~good, "is not of that form")


def _bad(values: pd.Series, mask: pd.Series, problem: str) -> Iterator[tuple[Any, Any, str]]:
    chosen = values[mask.astype(bool)]
    yield from ((at, value, problem) for at, value in chosen.items())


def _kind(values: pd.Series) -> str:
    import pandas as pd

    if pd.api.types.is_bool_dtype(values.dtype):
        return "truth values"
    return "numbers" if pd.api.types.is_numeric_dtype(values.dtype) else f"'{values.dtype}' values"
