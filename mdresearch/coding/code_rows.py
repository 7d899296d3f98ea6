"""Whether rows of the table `codes` are what a codebook allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.codebook_parts import NONE_OF_THESE, Variable
from mdresearch.coding.row_conditions import check_asked, check_required
from mdresearch.coding.row_groups import check_labels, check_once, check_overlap
from mdresearch.coding.row_problems import RowProblems
from mdresearch.coding.walking import listed
from mdresearch.core.errors import DataError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

NEEDED = ("unit_type", "unit_id", "variable", "value", "coder_id")
TIME, CHARS = ("start_ms", "end_ms"), ("char_from", "char_to")
_TOLERANCE = 1e-9


def check_code_rows(
    codes: pd.DataFrame,
    codebook: Codebook,
    units: Mapping[str, pd.DataFrame] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split coded rows into those that are in order and what is wrong; see `Codebook.check_rows`.

    Parameters
    ----------
    codes : DataFrame
        The table `codes`: at least unit_type, unit_id, variable, value, coder_id.
    codebook : Codebook
    units : mapping of str to DataFrame or None
        Unit to its table, with the id column first (``{"episode": corpus["episodes"]}``): for
        conditions on ``unit.COLUMN`` and on answers about a unit above. Without it such a
        condition is unknown, and nothing is said of it.

    Returns
    -------
    rows : DataFrame
        The rows without an error, index kept.
    problems : DataFrame
        row, code_id, unit_type, unit_id, variable, coder_id, value, severity, problem, allowed;
        one row a problem. ``row`` counts as a spreadsheet does; it is missing where an answer that
        a required variable needs is not there.

    Raises
    ------
    DataError
        A column is missing.
    """
    import pandas as pd

    lacking = [name for name in NEEDED if name not in codes]
    if lacking:
        raise DataError(
            f"The table codes lacks the column {lacking[0]}. Needed: {', '.join(NEEDED)}."
        )
    rows = codes.reset_index(drop=True)
    text = rows["value"].map(_as_text, na_action="ignore").astype("str")
    rows = rows.assign(value=text.where(rows["value"].notna(), ""))
    if "round" not in rows:
        rows["round"] = ""
    rows["round"] = rows["round"].fillna("")
    problems = RowProblems(rows)
    _check_scheme(problems, codebook)
    known = _check_names(problems, codebook)
    for name, variable in codebook.variables.items():
        mine = known & rows["variable"].eq(name).to_numpy()
        if mine.any():
            _check_variable(problems, codebook, variable, mine)
    check_asked(problems, codebook, known, units)
    check_required(problems, codebook, known)
    return codes[pd.Series(~problems.bad, index=codes.index)], problems.frame()


def _as_text(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _check_scheme(problems: RowProblems, codebook: Codebook) -> None:
    """Note rows that name another codebook than this one, or one that it extends."""
    specs = _specs(codebook)
    if "codebook" not in problems.rows:
        told = "no column 'codebook': which scheme and version was coded with is not known"
        problems.add_absent(told, f"id@version, such as {codebook.spec}")
        return
    named = problems.rows["codebook"]
    allowed = " or ".join(specs)
    problems.add(named.isna() | named.eq(""), "no codebook is named", allowed, "warning")
    for spec in named.dropna().unique():
        if spec in specs or spec == "":
            continue
        id_ = str(spec).partition("@")[0]
        mends = id_ in {s.partition("@")[0] for s in specs}
        told = "another version: migrate the rows first" if mends else "another scheme"
        problems.add(named.eq(spec), f"coded with {spec}, {told}", allowed)


def _specs(codebook: Codebook) -> list[str]:
    found = dict.fromkeys([codebook.spec])
    for parent in codebook.parents:
        found |= dict.fromkeys(_specs(parent))
    return list(found)


def _check_names(problems: RowProblems, codebook: Codebook) -> np.ndarray:
    """Check variable, unit and emptiness; return where the rest can be checked."""
    rows = problems.rows
    there = rows["variable"].isin(list(codebook.variables)).to_numpy()
    for name in rows.loc[~there, "variable"].unique():
        near = suggest(name, codebook.variables)
        hint = f" Did you mean '{near}'?" if near else ""
        same = rows["variable"].eq(name) if name == name else rows["variable"].isna()
        allowed = ", ".join(codebook.variables)
        problems.add(same, f"there is no variable '{name}'.{hint}", allowed)
    unit = rows["variable"].map({v.id: v.unit for v in codebook.variables.values()})
    for wanted in unit.dropna().unique():
        wrong = unit.eq(wanted) & rows["unit_type"].ne(wanted)
        problems.add(wrong, "the unit is not that of the variable", f"unit_type {wanted}")
    empty = rows["value"].eq("").to_numpy()
    problems.add(
        empty,
        "the value is empty",
        f"an answer, a missing code of the variable, or {NONE_OF_THESE}",
    )
    return there & ~empty & unit.eq(rows["unit_type"]).to_numpy()


def _check_variable(
    problems: RowProblems, codebook: Codebook, variable: Variable, mine: np.ndarray
) -> None:
    rows = problems.rows
    values = rows["value"]
    missing = {m.id for m in variable.missing}
    none = variable.type in ("multilabel", "span")
    apart = missing | ({NONE_OF_THESE} if none else set())
    told = f", or {', '.join(sorted(apart))}" if apart else ""
    answered = mine & ~values.isin(apart).to_numpy()
    if variable.codes:
        _check_codes(problems, codebook, variable, answered, told)
    else:
        _check_plain(problems, variable, answered, told)
    if variable.type == "span":
        _check_position(problems, variable, answered)
    elif variable.type != "multilabel":
        check_once(problems, variable, mine, _is_attribute(codebook, variable))
    if variable.type == "multilabel":
        check_labels(problems, codebook, variable, mine)


def _is_attribute(codebook: Codebook, variable: Variable) -> bool:
    return any(variable.id in v.attributes for v in codebook.variables.values())


def _check_codes(
    problems: RowProblems, codebook: Codebook, variable: Variable, mine: np.ndarray, told: str
) -> None:
    values = problems.rows["value"]
    codable = [c for c in variable.codes if codebook.codes[c].codable]
    allowed = listed(codable, most=12) + told
    known = values.isin(variable.codes).to_numpy()

    def unknown(value: Any) -> str:
        near = suggest(value, variable.codes)
        hint = f" Did you mean '{near}'?" if near else ""
        where = "a code of another variable" if value in codebook.codes else "not a code"
        return f"{where}.{hint}"

    problems.add(mine & ~known, unknown, allowed)
    headings = [c for c in variable.codes if not codebook.codes[c].codable]
    problems.add(mine & values.isin(headings), "a heading, which nobody codes", allowed)
    old = [c for c in variable.codes if codebook.codes[c].deprecated]
    problems.add(mine & values.isin(old), "the code is deprecated", allowed, "warning")


def _check_plain(problems: RowProblems, variable: Variable, mine: np.ndarray, told: str) -> None:
    import pandas as pd

    values = problems.rows["value"]
    if variable.type == "boolean":
        allowed = f"true or false{told}"
        problems.add(mine & ~values.isin(["true", "false"]), "not true or false", allowed)
    elif variable.type == "date":
        dates = pd.to_datetime(values.where(mine), format="ISO8601", errors="coerce", utc=True)
        form = values.str.fullmatch(r"\d{4}-\d{2}-\d{2}(T.*)?")
        problems.add(mine & ~(form & dates.notna()), "not a date", f"2026-11-23{told}")
    elif variable.type in ("interval", "ratio"):
        _check_number(problems, variable, mine, told)


def _check_number(problems: RowProblems, variable: Variable, mine: np.ndarray, told: str) -> None:
    import pandas as pd

    numbers = pd.to_numeric(problems.rows["value"].where(mine), errors="coerce").to_numpy(float)
    low = variable.min if variable.min is not None or variable.type != "ratio" else 0
    high, step = variable.max, variable.step
    limits = [f"at least {low:g}" if low is not None else ""]
    limits += [f"at most {high:g}" if high is not None else ""]
    limits += [f"in steps of {step:g}" if step else ""]
    allowed = " ".join(["a number", *filter(None, limits)]) + told
    finite = np.isfinite(numbers)
    problems.add(mine & ~finite, "not a number", allowed)
    if low is not None:
        problems.add(mine & finite & (numbers < low), f"below {low:g}", allowed)
    if high is not None:
        problems.add(mine & finite & (numbers > high), f"above {high:g}", allowed)
    if step:
        steps = (np.where(finite, numbers, 0) - (variable.min or 0)) / step
        off = np.abs(steps - np.round(steps)) > _TOLERANCE * np.maximum(1, np.abs(steps))
        problems.add(mine & finite & off, f"not a whole number of steps of {step:g}", allowed)


def _check_position(problems: RowProblems, variable: Variable, mine: np.ndarray) -> None:
    """Note spans without their place: on time, on the text, or on one of both."""
    rows = problems.rows
    wanted = {"time": (TIME,), "text": (CHARS,), "both": (TIME, CHARS)}[variable.target or "both"]
    placed = np.zeros(len(rows), dtype=bool)
    for begin, end in wanted:
        start = _column(rows, begin)
        stop = _column(rows, end)
        whole = np.isfinite(start) & np.isfinite(stop)
        half = np.isfinite(start) ^ np.isfinite(stop)
        problems.add(mine & half, f"only one of {begin} and {end} is given", "both")
        turned = whole & (start >= stop)
        problems.add(mine & turned, f"{end} is not after {begin}", "half-open: begin < end")
        if (begin, end) == TIME and variable.min_ms:
            short = whole & ~turned & (stop - start < variable.min_ms)
            told = f"at least {variable.min_ms} ms"
            problems.add(mine & short, "the span is too short", told)
        if not variable.allow_overlap:
            check_overlap(problems, mine & whole & ~turned, start, stop, begin)
        placed |= whole | half
    names = " or ".join(f"{a} and {b}" for a, b in wanted)
    problems.add(mine & ~placed, "the span has no place", names)


def _column(rows: pd.DataFrame, name: str) -> np.ndarray:
    import pandas as pd

    if name not in rows:
        return np.full(len(rows), np.nan)
    return pd.to_numeric(rows[name], errors="coerce").to_numpy(float, na_value=np.nan)
