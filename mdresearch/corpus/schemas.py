"""What a table may hold: columns with types, keys and allowed values, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from mdresearch.core.errors import unknown_name
from mdresearch.core.registry import Registry

Type = Literal[
    "id",
    "text",
    "integer",
    "number",
    "boolean",
    "date",
    "code_country",
    "code_lang",
    "category",
]

COUNTRY = r"[A-Z]{3}"
LANG = r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-[A-Za-z0-9]{5,8})*"
TIME = r"T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?(Z|[+-][0-9]{2}:[0-9]{2})?"
DATE = rf"[0-9]{{4}}(-[0-9]{{2}}(-[0-9]{{2}}({TIME})?)?)?"

TYPES: Mapping[str, tuple[str, str, Any]] = {
    "id": ("an identifier, always text ('007' stays '007')", "string", "a1"),
    "text": ("text", "string", "words"),
    "integer": ("a whole number", "integer", 1),
    "number": ("a number with a decimal point", "number", 0.5),
    "boolean": ("true or false", "boolean", True),
    "date": ("ISO 8601: 2026, 2026-11, 2026-11-23 or 2026-11-23T18:30:00Z", "string", "2026-11-23"),
    "code_country": ("an ISO 3166-1 alpha-3 code such as BRA", "string", "BRA"),
    "code_lang": ("a BCP 47 language tag such as pt-BR", "string", "pt-BR"),
    "category": ("one word of a list", "string", "other"),
}


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name : str
        Its name, in lower snake case.
    type : str
        A key of `TYPES`.
    says : str
        What one cell means.
    required : bool
        The column must be there, and no cell of it may be empty.
    allowed : tuple of str
        The only values that may stand there; empty where any may.
    pattern : str or None
        A regular expression that a whole cell must match; that of the type where None.
    minimum : float or None
        The smallest number that may stand there.
    unit : str
        The unit of a number, such as ``"ms"``.
    foreign_key : tuple of (str, str) or None
        The table and column where each value must be found, if the corpus has that table.
    example : object
        A value that passes.
    """

    name: str
    type: Type
    says: str
    required: bool = False
    allowed: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    unit: str = ""
    foreign_key: tuple[str, str] | None = None
    example: Any = None

    def rule(self) -> str:
        """Say what is allowed in this column, for an error message."""
        words = "one of " + ", ".join(self.allowed) if self.allowed else TYPES[self.type][0]
        if self.minimum is not None:
            words += f", at least {self.minimum:g}"
        if self.pattern and not self.allowed:
            words += f", of the form {self.pattern}"
        return words + (f", in {self.unit}" if self.unit else "")

    def matches(self) -> str | None:
        """Return the regular expression that a whole cell must match, or None for any text."""
        of_type = {"code_country": COUNTRY, "code_lang": LANG, "date": DATE}
        return self.pattern or of_type.get(self.type)

    def sample(self) -> Any:
        """Return a value that passes."""
        if self.example is not None:
            return self.example
        return self.allowed[0] if self.allowed else TYPES[self.type][2]


@dataclass(frozen=True)
class TableSchema:
    """A table: what one row is, which columns name the row, and every column that has a meaning.

    Columns that are not listed are the scholar's own; they are kept as they are.

    Parameters
    ----------
    name : str
        The name of the table, and of its file.
    says : str
        What one row is.
    key : tuple of str
        The columns that together name one row. Those that a table lacks do not count.
    columns : tuple of Column
        The columns that have a meaning.
    """

    name: str
    says: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    def __getitem__(self, name: str) -> Column:
        for column in self.columns:
            if column.name == name:
                return column
        raise unknown_name(f"column of '{self.name}'", name, self.names())

    def __contains__(self, name: object) -> bool:
        return name in self.names()

    def names(self) -> list[str]:
        """Return the names of the columns, in order."""
        return [column.name for column in self.columns]

    def required(self) -> list[str]:
        """Return the names of the columns that must be there."""
        return [column.name for column in self.columns if column.required]

    def example(self) -> dict[str, Any]:
        """Return a row that passes, with every column filled.

        Examples
        --------
        >>> TABLES["characters"].example()["work_id"]
        'w1'
        """
        return {column.name: column.sample() for column in self.columns}


TABLES: Registry[TableSchema] = Registry(
    "table",
    homes=(
        "mdresearch.corpus.story_tables",
        "mdresearch.corpus.coding_tables",
        "mdresearch.corpus.audience_tables",
        "mdresearch.corpus.fact_tables",
        "mdresearch.corpus.survey_tables",
    ),
)


def table(name: str, says: str, key: tuple[str, ...], *columns: Column) -> TableSchema:
    """Register a table under its name, and return its schema."""
    return TABLES.add(name)(TableSchema(name, says, key, columns))
