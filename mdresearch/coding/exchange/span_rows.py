"""What readers of spans share: labels known by id or name, rows collected column by column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.imported import COLUMNS, Imported, code_frame, named_coders
from mdresearch.coding.exchange.losses import Loss, LossReport
from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook


class Rows:
    """Rows of `codes` and what is said of them, while a file is read."""

    def __init__(self, codebook: Codebook, kind: str, turn: str = "") -> None:
        self.codebook, self.kind, self.turn = codebook, kind, turn
        self.columns: dict[str, list[Any]] = {name: [] for name in COLUMNS}
        self.coders: dict[str, str] = {}
        self.units: dict[tuple[str, str], str] = {}
        self.said: dict[tuple[str, str], list[str]] = {}
        self.known: dict[str, dict[str, str]] = {}

    def say(self, what: str, why: str, id_: str) -> None:
        """Count something lost or mended."""
        self.said.setdefault((what, why), []).append(id_)

    def code(self, variable: str, label: str) -> str:
        """Return the code of a label: its id, its name in any language, or the label itself."""
        known = self.known.get(variable)
        if known is None:
            known = self.known[variable] = labels_of(self.codebook, variable)
        found = known.get(label) or known.get(label.casefold())
        if found is None and self.codebook.variables[variable].codes:
            self.say(
                "answers", "no code of the variable: kept as they are", f"{variable}: {label[:60]}"
            )
        return found or label

    def add(self, unit: str, variable: str, label: str, coder: str, **place: Any) -> None:
        """Add a row; ``place`` may hold times, characters, created, unit_type."""
        held = self.codebook.variables[variable]
        self.coders.setdefault(coder, "human")
        n = len(self.columns["value"]) + 1
        row = {
            "code_id": f"{self.kind}-{n}", "unit_type": place.pop("unit_type", "") or held.unit,
            "unit_id": unit, "variable": variable, "value": self.code(variable, label),
            "coder_id": coder, "round": self.turn, "codebook": self.codebook.spec, **place,
        }  # fmt: skip
        for name in COLUMNS:
            self.columns[name].append(row.get(name))

    def done(self, title: str, keep_names: bool) -> Imported:
        """Return what was read."""
        import pandas as pd

        codes, coders = named_coders(code_frame(self.columns), self.coders, keep_names)
        rows = [(kind, unit, text) for (kind, unit), text in self.units.items()]
        units = pd.DataFrame(rows, columns=["unit_type", "unit_id", "text"], dtype="str")
        told = f"{len(codes):,} codes of {len(coders):,} coders in {len(units):,} units."
        losses = tuple(
            Loss(what, why, tuple(dict.fromkeys(ids))) for (what, why), ids in self.said.items()
        )
        return Imported(codes, coders, units, LossReport(title, told, losses))


def labels_of(codebook: Codebook, name: str) -> dict[str, str]:
    """Return id, and label in every language without capitals, to id; missing codes too."""
    variable = codebook.variable(name)
    out: dict[str, str] = {}
    for code in codebook.codes_of(name):
        for label in code.label.values():
            out.setdefault(label.casefold(), code.id)
    for one in variable.missing:
        for label in one.label.values():
            out.setdefault(label.casefold(), one.id)
    return out | {c: c for c in variable.codes} | {m.id: m.id for m in variable.missing}


def span_variable(codebook: Codebook, name: str | None) -> str:
    """Return the span variable that is meant: the one named, or the only one there is.

    Raises
    ------
    DataError
        There are several, or none.
    """
    spans = [v.id for v in codebook.variables.values() if v.type == "span"]
    if name is not None:
        return codebook.variable(name).id
    if len(spans) != 1:
        told = ", ".join(spans) or "none"
        raise DataError(f"Say variable=: the span variables of {codebook.spec} are {told}.")
    return spans[0]


def needed(frame: Any, columns: tuple[str, ...], what: str) -> None:
    """Refuse a table that lacks a column."""
    lacking = [c for c in columns if c not in frame]
    if lacking:
        raise DataError(f"The table of {what} lacks '{lacking[0]}'. Needed: {', '.join(columns)}.")


def text_of(units: Any) -> Mapping[str, str]:
    """Return unit id to text."""
    needed(units, ("unit_id", "text"), "units")
    return dict(zip(units["unit_id"].astype(str), units["text"].astype(str), strict=True))
