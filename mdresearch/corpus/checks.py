"""Checking tables against their schemas: every problem, with table, row, column and value."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, several
from mdresearch.corpus.privacy import PERSON_TABLES, personal_columns
from mdresearch.corpus.schemas import TABLES, TableSchema
from mdresearch.corpus.values import faults

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 20
COLUMNS = ("table", "row", "column", "value", "problem", "allowed")
FIRST_ROW = 2

Problem = tuple[str, int | None, str, Any, str, str]


@dataclass(frozen=True, eq=False)
class CheckReport:
    """What is wrong with the tables of a corpus.

    Parameters
    ----------
    problems : DataFrame
        Columns ``table, row, column, value, problem, allowed``; one row a problem. ``row`` counts
        as a spreadsheet does: the header is row 1. It is missing where a whole column is meant.
    name : str
        The corpus.
    """

    problems: pd.DataFrame
    name: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return self.problems.empty

    def sentence(self) -> str:
        """Say in one sentence how many problems there are, and where."""
        if self.ok:
            return f"Corpus '{self.name}': every table is as its schema says."
        counts = self.problems.groupby("table", sort=False).size()
        where = ", ".join(f"{n:,} in '{table}'" for table, n in counts.items())
        noun = "problem" if len(self.problems) == 1 else "problems"
        return f"Corpus '{self.name}' has {len(self.problems):,} {noun}: {where}."

    def raise_if_bad(self) -> None:
        """Raise `DataError` with the first 20 problems, or do nothing where all is well."""
        if self.ok:
            return
        lines = [in_words(problem) for problem in self.problems.head(SHOWN).itertuples(index=False)]
        if len(self.problems) > SHOWN:
            rest = len(self.problems) - SHOWN
            lines.append(f"and {rest:,} more: see .problems of the report of check()")
        raise several(self.sentence().rstrip("."), lines, DataError)

    def __repr__(self) -> str:
        return self.sentence()


def check_tables(
    tables: Mapping[str, pd.DataFrame], name: str = "", strict: bool = True
) -> CheckReport:
    """Check tables against `TABLES`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Tables by name.
    name : str
        What to call them together.
    strict : bool
        Also check that a value with a foreign key is found in its table, where that table is
        there, and that no table has a column ``region`` of its own, or one that names persons.
    """
    import pandas as pd

    rows: list[Problem] = []
    for table, frame in tables.items():
        schema = TABLES[table]
        rows += _columns(frame, schema)
        rows += _key(frame, schema)
        if strict:
            rows += _links(frame, schema, tables)
            rows += _never(frame, schema)
    report = pd.DataFrame(rows, columns=list(COLUMNS))
    return CheckReport(report.astype({"row": "Int64"}), name)


def in_words(problem: Any) -> str:
    """Word one row of `CheckReport.problems`."""
    import pandas as pd

    row = "" if pd.isna(problem.row) else f", row {problem.row}"
    value = "" if problem.value == "" else f" {_short(problem.value)}"
    allowed = f"; allowed: {problem.allowed}" if problem.allowed else ""
    return f"{problem.table}{row}, {problem.column}:{value} {problem.problem}{allowed}"


def _short(value: Any) -> str:
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _columns(frame: pd.DataFrame, schema: TableSchema) -> Iterator[Problem]:
    for column in schema.columns:
        if column.name not in frame:
            if column.required:
                yield schema.name, None, column.name, "", "column is missing", column.rule()
            continue
        for at, value, problem in faults(frame[column.name], column):
            row = None if at is None else int(at) + FIRST_ROW
            yield schema.name, row, column.name, value, problem, column.rule()
    for name in frame.select_dtypes("float").columns.difference(schema.names()):
        for at, value in frame[name][frame[name].abs() == float("inf")].items():
            row = int(at) + FIRST_ROW
            yield schema.name, row, name, value, "is not finite", "a number, or an empty cell"


def _key(frame: pd.DataFrame, schema: TableSchema) -> Iterator[Problem]:
    key = [name for name in schema.key if name in frame]
    if not key:
        return
    again = frame.duplicated(key, keep=False) & frame[key].notna().any(axis=1)
    if not again.any():
        return
    firsts: dict[tuple[Any, ...], int] = {}
    for at, *values in frame.loc[again, key].astype("str").itertuples():
        mark = tuple("" if v != v else v for v in values)
        first = firsts.setdefault(mark, at)
        if first != at:
            shown = ", ".join(v for v in mark if v)
            words = f"stands already in row {first + FIRST_ROW}"
            allowed = f"each {' + '.join(key)} once"
            yield schema.name, int(at) + FIRST_ROW, "+".join(key), shown, words, allowed


def _links(
    frame: pd.DataFrame, schema: TableSchema, tables: Mapping[str, pd.DataFrame]
) -> Iterator[Problem]:
    for column in schema.columns:
        if column.foreign_key is None or column.name not in frame:
            continue
        table, target = column.foreign_key
        if table not in tables or target not in tables[table]:
            continue
        values = frame[column.name].dropna()
        lost = values[~values.isin(tables[table][target])]
        for at, value in lost.items():
            words, allowed = f"is not in '{table}'", f"a {target} of '{table}'"
            yield schema.name, int(at) + FIRST_ROW, column.name, value, words, allowed


def _never(frame: pd.DataFrame, schema: TableSchema) -> Iterator[Problem]:
    if "region" in frame.columns:
        words = "is derived from country, never stored: rename it, such as own_region"
        yield schema.name, None, "region", "", words, ""
    if schema.name in PERSON_TABLES:
        for name in personal_columns(frame.columns):
            words = "names persons: delete it, or turn it into an id with privacy.pseudonym"
            yield schema.name, None, name, "", words, ""
