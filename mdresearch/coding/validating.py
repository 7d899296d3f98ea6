"""Everything that is wrong with a codebook, at once, with lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from mdresearch.coding.code_checks import (
    Known,
    check_annotations,
    check_codes,
    check_completeness,
    check_languages,
)
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.faults import Fault, place_in_words
from mdresearch.coding.filter_checks import check_filters
from mdresearch.coding.map_checks import check_history, check_maps, check_parents
from mdresearch.coding.normalising import load_schema, normalise
from mdresearch.coding.rollups import scheme_ids
from mdresearch.coding.salvaging import without
from mdresearch.coding.schema_checks import compile_schema
from mdresearch.coding.schema_keywords import SchemaFault
from mdresearch.coding.variable_checks import check_variables
from mdresearch.core.errors import CodebookError, several

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.yaml_reading import Text

SHOWN = 40


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake or a doubt: line of the file, path in the document, severity, message."""

    line: int | None
    path: str
    severity: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}" if self.line else "the file"
        return f"{where}, {self.path}: {self.message}" if self.path else f"{where}: {self.message}"


@dataclass(frozen=True, repr=False)
class Validation:
    """What is wrong with a codebook; errors first, each group in the order of the lines.

    Attributes
    ----------
    name : str
        The file.
    problems : tuple of Problem
    """

    name: str
    problems: tuple[Problem, ...] = ()

    @classmethod
    def of(cls, text: Text, faults: Iterable[Fault]) -> Validation:
        """Return faults with the lines at which they stand."""
        faults = list(dict.fromkeys(faults))
        lines = text.lines() if faults else {}

        def line(place: tuple[str | int, ...]) -> int | None:
            while place and place not in lines:
                place = place[:-1]
            return lines.get(place)

        problems = [
            Problem(f.line or line(f.place), place_in_words(f.place), f.severity, f.message)
            for f in faults
        ]
        problems.sort(key=lambda p: (p.severity, p.line or 0, p.path))
        return cls(text.name, tuple(problems))

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The mistakes."""
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """The doubts."""
        return tuple(p for p in self.problems if p.severity == "warning")

    @property
    def ok(self) -> bool:
        """Whether there is no mistake; doubts may remain."""
        return not self.errors

    def frame(self) -> pd.DataFrame:
        """Return the problems as a table: line, path, severity, message."""
        import pandas as pd

        rows = [(p.line, p.path, p.severity, p.message) for p in self.problems]
        table = pd.DataFrame(rows, columns=["line", "path", "severity", "message"])
        return table.astype({"line": "Int64"})

    def sentence(self) -> str:
        """Say in one sentence how many mistakes and doubts there are."""
        n, m = len(self.errors), len(self.warnings)
        mistakes = "no mistake" if n == 0 else "1 mistake" if n == 1 else f"{n:,} mistakes"
        doubts = "no doubt" if m == 0 else "1 doubt" if m == 1 else f"{m:,} doubts"
        return f"{self.name}: {mistakes}, {doubts}"

    def raise_if_bad(self) -> None:
        """Raise `CodebookError` with the mistakes, or do nothing where there is none."""
        if self.ok:
            return
        told = [str(p) for p in self.errors[:SHOWN]]
        if len(self.errors) > SHOWN:
            told.append(
                f"and {len(self.errors) - SHOWN:,} more: mdresearch codebook validate {self.name}"
            )
        n = len(self.errors)
        noun = "mistake" if n == 1 else "mistakes"
        raise several(f"{self.name} has {n:,} {noun}", told, CodebookError)

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), *(f"  {p.severity}: {p}" for p in self.problems)])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        return paragraph(self.sentence()) + (table_html(self.frame()) if self.problems else "")


def structure(
    text: Text,
) -> tuple[Mapping[str, Any], dict[str, Any] | None, list[Fault]]:
    """Check a file against the JSON Schema.

    Returns
    -------
    written : mapping
        What stands in the file.
    own : dict or None
        The same in its one form, without what the schema does not allow; None where too little is
        left to look further.
    faults : list of Fault
    """
    written = text.data
    if not isinstance(written, dict):
        told = 'a codebook is a mapping that begins with `mdcodebook: "1.0"`'
        return {}, None, [Fault((), told)]
    check = schema_checker()
    found = check(written)
    faults = [Fault(f.place, f.message) for f in found]
    left: Any = written
    for _ in range(4):
        if not found:
            break
        left = without(left, found)
        found = check(left)
    own = None if found else normalise(left)
    told = "put the date in quotes; other readers make an object of it"
    faults += [Fault((), told, "warning", line) for line in text.dates]
    return written, own, faults


@lru_cache(maxsize=1)
def schema_checker() -> Callable[[Any], list[SchemaFault]]:
    """Return the checker of our JSON Schema."""
    return compile_schema(load_schema())


def examine(
    own: Mapping[str, Any], content: Mapping[str, Any], parents: Sequence[Codebook]
) -> list[Fault]:
    """Return what no JSON Schema can express.

    Parameters
    ----------
    own, content : mapping
        The scheme's own content in its one form, and the resolved content.
    parents : sequence of Codebook
        What it extends.
    """
    known = Known(own, content)
    schemes = {str(own["id"]): set(known.codes)}
    for parent in parents:
        for scheme in scheme_ids(parent):
            held = {c.id for c in parent.codes.values() if c.scheme == scheme}
            schemes[scheme] = schemes.get(scheme, set()) | held
    return [
        *check_codes(known),
        *check_variables(known),
        *check_filters(known),
        *check_maps(known, schemes),
        *check_history(known),
        *check_parents(known),
        *check_annotations(known),
        *check_languages(known),
        *check_completeness(known),
    ]
