"""Sheets that coders filled: every answer checked, every mistake named with row and column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.exchange.sheets_out import BETWEEN, CODES, KIND
from mdresearch.coding.exchange.span_rows import Rows, labels_of
from mdresearch.core.csv_files import read_csv, unescape_cell
from mdresearch.core.errors import DataError, several, suggest, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook, Variable
    from mdresearch.coding.exchange.imported import Imported

ERRORS = ("raise", "skip")
TRUTH = {"yes": "true", "no": "false", "true": "true", "false": "false", "1": "true", "0": "false"}
_LABEL = re.compile(r"(.+)\.(\d+)$")


def read_sheet(
    path: str | Path,
    codebook: Codebook,
    coder: str | None = None,
    turn: str = "main",
    units: pd.DataFrame | None = None,
    on_error: str = "raise",
    keep_names: bool = False,
) -> Imported:
    """Read a sheet that a coder filled, as `Codebook.sheet` writes it.

    Parameters
    ----------
    path : str or Path
        .xlsx (its sheet ``codes``) or .csv.
    codebook : Codebook
    coder : str or None
        Who coded; the column ``coder_id`` of the sheet where None.
    turn : str
        training, pilot, reliability, main or adjudicated.
    units : DataFrame or None
        The units that were sent out (unit_id): others are mistakes.
    on_error : {"raise", "skip"}
        ``skip`` leaves wrong cells out, counted in the report.
    keep_names : bool
        Whether coders keep their names; they become pseudonyms otherwise.

    Raises
    ------
    DataError
        There is no column unit_id or no variable, no coder is known, or cells hold what the
        codebook does not allow: each with its row, column, value and what is allowed.
    """
    if on_error not in ERRORS:
        raise unknown_name("value of on_error=", on_error, ERRORS)
    path = Path(path)
    table = _table(path)
    columns = _columns(table, codebook, path)
    rows = Rows(codebook, "sheet", turn)
    known = {name: labels_of(codebook, name) for name in {v.id for v in columns.values()}}
    sent = None if units is None else set(units["unit_id"].astype(str))
    wrong: list[str] = []
    empty = 0
    for number, row in enumerate(table.to_dict("records"), start=2):
        unit = str(row.get("unit_id") or "")
        who = coder or str(row.get("coder_id") or "")
        if not who:
            raise DataError(f"{path}, row {number}: no coder is known. Pass coder=.")
        if not unit or (sent is not None and unit not in sent):
            near = suggest(unit, sent or ())
            hint = f" Did you mean '{near}'?" if near else ""
            wrong.append(
                f"row {number}, column unit_id: '{unit}' is no unit that was sent out.{hint}"
            )
            continue
        rows.units[str(row.get("unit_type") or ""), unit] = str(row.get("text") or "")
        for column, variable in columns.items():
            held = row[column]
            cell = unescape_cell(str(held)).strip() if isinstance(held, str) else ""
            if not cell:
                empty += not _LABEL.match(column) or column.endswith(".1")
                continue
            value, told = _value(cell, variable, known[variable.id])
            if told:
                wrong.append(f"row {number}, column {column}: '{cell[:60]}' {told}")
            else:
                rows.add(unit, variable.id, value, who, unit_type=row.get("unit_type") or "")
    if wrong and on_error == "raise":
        raise several(f"{path} has {len(wrong):,} cells that cannot be read", wrong[:20], DataError)
    for told in wrong:
        rows.say("cells", "not allowed by the codebook: left out", told)
    if empty:
        rows.say("cells", f"{empty:,} left empty: not coded", path.name)
    return rows.done(KIND, keep_names)


def _table(path: Path) -> pd.DataFrame:
    if path.suffix.lower() == ".csv":
        return read_csv(path)
    from mdresearch.corpus.workbooks import read_sheet as read_one
    from mdresearch.corpus.workbooks import sheet_names

    return read_one(path, CODES if CODES in sheet_names(path) else None)


def _columns(table: pd.DataFrame, codebook: Codebook, path: Path) -> dict[str, Variable]:
    """Return the columns that are variables; a name that is nearly one is a mistake."""
    if "unit_id" not in table:
        raise DataError(f"{path}: there is no column unit_id. Use the sheet that was sent out.")
    out: dict[str, Variable] = {}
    for column in map(str, table.columns):
        label = _LABEL.match(column)
        name = label[1] if label and label[1] in codebook.variables else column
        if name in codebook.variables:
            out[column] = codebook.variables[name]
            continue
        near = suggest(name, codebook.variables)
        if near and near not in table.columns:
            raise DataError(f"{path}: the column '{column}' is no variable. Did you mean '{near}'?")
    if not out:
        raise DataError(f"{path}: no column is a variable of {codebook.spec}.")
    return out


def _value(cell: str, variable: Variable, known: Mapping[str, str]) -> tuple[str, str]:
    """Return the value of a cell, or what is wrong with it."""
    id_ = cell.split(BETWEEN, 1)[0].strip()
    found = known.get(id_) or known.get(id_.casefold())
    if found:
        return found, ""
    if variable.type == "boolean":
        truth = TRUTH.get(id_.casefold())
        return (truth, "") if truth else ("", "is neither yes nor no")
    if variable.type == "multilabel" and id_ == NONE_OF_THESE:
        return id_, ""
    if variable.codes:
        near = suggest(id_, known)
        hint = f" Did you mean '{near}'?" if near else ""
        return "", f"is no code of {variable.id}: {', '.join(variable.codes[:8])}, ...{hint}"
    if variable.type in ("interval", "ratio"):
        return _number(cell, variable)
    return cell, ""


def _number(cell: str, variable: Variable) -> tuple[str, str]:
    try:
        number = float(cell)
    except ValueError:
        return "", "is no number"
    low, high, step = variable.min, variable.max, variable.step
    below, above = low is not None and number < low, high is not None and number > high
    if number != number or below or above:
        ends = ("" if x is None else f"{x:g}" for x in (low, high))
        return "", f"lies outside {' to '.join(ends)}"
    steps = (number - (low or 0)) / step if step else 0.0
    if abs(steps - round(steps)) > 1e-9:
        return "", f"is no step of {step:g}"
    return (str(int(number)) if number.is_integer() else str(number)), ""
