"""Survey columns to long tables: ladders into ``ratings``, forced choices into ``choices``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

LADDER_FIELDS = {"ladder": "ladder_id", "level": "level", "title": "title_id"}
CHOICE_FIELDS = ("task",)
LEVEL = r"[0-9]+(?:\.[0-9]+)?"


def wide_ladder(
    frame: pd.DataFrame,
    pattern: str = "ex_{ladder}_{level}",
    *,
    respondent: str = "respondent_id",
    answer: str = "rating",
    values: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Turn one column a ladder and level into ``ratings``: one row a person, ladder and level.

    An empty cell stays a row with a missing answer, so that nobody is lost unseen.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    pattern : str
        How the columns are named, with ``{ladder}``, ``{level}`` (a number) and ``{title}``.
    respondent : str
        The column that names the person.
    answer : {"rating", "accept"}
        Which column of ``ratings`` the cells are.
    values : mapping, or None
        What each cell means: ``{"A1": 1, "A2": 2}`` or ``{"yes": True, "no": False}``.

    Returns
    -------
    DataFrame
        ``respondent_id, ladder_id, level, (title_id,) rating`` or ``accept``.

    Raises
    ------
    DataError
        No column fits the pattern, a person stands twice, or a cell is no such answer.

    Examples
    --------
    >>> import pandas as pd
    >>> wide = pd.DataFrame({"respondent_id": ["a"], "ex_slap_1": [4], "ex_slap_2": [None]})
    >>> wide_ladder(wide)[["ladder_id", "level", "rating"]].to_numpy().tolist()
    [['slap', 1.0, 4.0], ['slap', 2.0, nan]]
    """
    import pandas as pd

    person = _persons(frame, respondent)
    fits = _fitting(frame, pattern, LADDER_FIELDS, ("level",))
    pieces = []
    for column, fields in fits.items():
        piece = pd.DataFrame({"respondent_id": person})
        for field, name in LADDER_FIELDS.items():
            if field in fields:
                cell = fields[field]
                piece[name] = float(cell) if field == "level" else cell
        piece[answer] = _answers(frame[column], answer, values)
        pieces.append(piece)
    return pd.concat(pieces, ignore_index=True)


def long_ladder(
    frame: pd.DataFrame,
    columns: Mapping[str, str],
    *,
    values: Mapping[str, Any] | None = None,
) -> pd.DataFrame:
    """Turn a long table with names of its own into ``ratings``; other columns are kept.

    Parameters
    ----------
    frame : DataFrame
        One row an answer.
    columns : mapping of str to str
        Column of ``ratings`` to column of the frame; ``respondent_id`` and ``rating`` or
        ``accept`` are needed.
    values : mapping, or None
        What each answer means.

    Raises
    ------
    DataError
        A needed column is not named, or a cell is no number.
    UnknownNameError
        A column is not in the frame.
    """
    answers = [name for name in ("rating", "accept") if name in columns]
    if "respondent_id" not in columns or not answers:
        raise DataError("columns= must name 'respondent_id', and 'rating' or 'accept'.")
    for column in columns.values():
        if column not in frame:
            raise unknown_name("column", column, map(str, frame.columns))
    out = frame.rename(columns={column: name for name, column in columns.items()})
    for name in ("respondent_id", "ladder_id", "title_id"):
        if name in columns:
            out[name] = out[name].map(_text, na_action="ignore").astype("str")
    for name in answers:
        out[name] = _answers(out[name].rename(columns[name]), name, values)
    if "level" in columns:
        out["level"] = _answers(out["level"].rename(columns["level"]), "level", None)
    return out.reset_index(drop=True)


def forced_choice(
    frame: pd.DataFrame,
    pattern: str = "choice_{task}",
    *,
    profiles: Sequence[str],
    respondent: str = "respondent_id",
    design: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Turn one column a task, whose cell names the profile taken, into ``choices``.

    Parameters
    ----------
    frame : DataFrame
        One row a person.
    pattern : str
        How the columns are named, with ``{task}``.
    profiles : sequence of str
        Every profile that could be taken, also those that nobody took.
    respondent : str
        The column that names the person.
    design : DataFrame or None
        ``task, profile, attr_*``: what each profile showed.

    Returns
    -------
    DataFrame
        ``respondent_id, task, profile, chosen`` and ``attr_*``; a task without an answer gives no
        rows, and ``attrs["unanswered"]`` counts them.

    Raises
    ------
    DataError
        No column fits, a person stands twice, a cell names no profile, or the design lacks one.
    """
    import pandas as pd

    person, known = _persons(frame, respondent), [str(p) for p in profiles]
    pieces, unanswered = [], 0
    for column, fields in _fitting(frame, pattern, CHOICE_FIELDS, ("task",)).items():
        taken = frame[column].map(_text, na_action="ignore").astype("str").reset_index(drop=True)
        odd = taken.notna() & ~taken.isin(known)
        if odd.any():
            at = int(odd.idxmax())
            raise DataError(
                f"Row {at + 1}, column '{column}': {taken[at]!r} is no profile. Allowed: "
                f"{', '.join(known)}. Give all profiles in profiles=."
            )
        unanswered += int(taken.isna().sum())
        held = taken.notna()
        for profile in known:
            piece = pd.DataFrame({"respondent_id": person[held], "task": fields["task"]})
            pieces.append(piece.assign(profile=profile, chosen=taken[held] == profile))
    out = pd.concat(pieces, ignore_index=True)
    if design is not None:
        out = _with_design(out, design)
    out.attrs["unanswered"] = unanswered
    return out


def _with_design(out: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
    shown = design.assign(task=design["task"].map(_text), profile=design["profile"].map(_text))
    twice = shown.duplicated(["task", "profile"])
    if twice.any():
        raise DataError("design= has a task and profile twice. Give one row a task and profile.")
    merged = out.merge(shown, on=["task", "profile"], how="left", indicator="found")
    lost = merged[merged["found"] == "left_only"]
    if len(lost):
        row = lost.iloc[0]
        raise DataError(
            f"design= lacks task '{row['task']}', profile '{row['profile']}'. Add its row."
        )
    return merged.drop(columns="found")


def _fitting(
    frame: pd.DataFrame, pattern: str, known: Any, needed: tuple[str, ...]
) -> dict[str, dict[str, str]]:
    fields = re.findall(r"\{(\w+)\}", pattern)
    for field in fields:
        if field not in known:
            raise unknown_name("field of the pattern", field, known)
    absent = [field for field in needed if field not in fields]
    if absent or len(set(fields)) != len(fields) or re.search(r"\}\{", pattern):
        raise DataError(
            f"The pattern '{pattern}' must hold {{{needed[0]}}}, each field once, and something "
            "between two fields."
        )
    parts = re.split(r"\{(\w+)\}", pattern)
    regex = "".join(
        re.escape(part) if at % 2 == 0 else f"(?P<{part}>{LEVEL if part == 'level' else '.+?'})"
        for at, part in enumerate(parts)
    )
    found = {str(c): re.fullmatch(regex, str(c)) for c in frame.columns}
    fits = {column: match.groupdict() for column, match in found.items() if match}
    if not fits:
        listing = ", ".join(map(str, frame.columns[:20]))
        raise DataError(f"No column fits the pattern '{pattern}'. The columns are: {listing}.")
    return fits


def _persons(frame: pd.DataFrame, respondent: str) -> pd.Series:
    if respondent not in frame:
        raise unknown_name("column", respondent, map(str, frame.columns))
    person = frame[respondent].map(_text, na_action="ignore").astype("str").reset_index(drop=True)
    bad = person.isna() | person.duplicated()
    if bad.any():
        at = int(bad.idxmax())
        what = "is empty" if person.isna()[at] else f"'{person[at]}' stands twice"
        raise DataError(f"Row {at + 1}, column '{respondent}': {what}. Give one row a person.")
    return person


def _answers(cells: pd.Series, answer: str, values: Mapping[str, Any] | None) -> pd.Series:
    import pandas as pd

    column = cells.name
    cells = cells.reset_index(drop=True)
    present = cells.notna()
    if values is not None:
        meant = cells.map(lambda cell: values.get(_text(cell)), na_action="ignore")
    elif answer == "accept":
        meant = cells.map({True: True, False: False, "true": True, "false": False, "1": 1, "0": 0})
    else:
        meant = pd.to_numeric(cells, errors="coerce")
    odd = present & meant.isna()
    if odd.any():
        at = int(odd.idxmax())
        allowed = ", ".join(values) if values is not None else "a number, or true and false"
        raise DataError(
            f"Row {at + 1}, column '{column}': {cells[at]!r} is no answer. Allowed: {allowed}. "
            "Say with values= what each answer means."
        )
    return meant.astype("boolean" if answer == "accept" else "float64")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
