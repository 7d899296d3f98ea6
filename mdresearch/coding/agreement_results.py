"""The result of a reliability study: a row a variable, level, group and round."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdresearch.core import apa
from mdresearch.core.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.agreement_views import Study

WORDS = ("pass", "tentative", "fail", "not computable")
SHOWN = (
    "variable level group round n_units_paired n_coders percent alpha alpha_low alpha_high ac "
    "kappa decision reason"
).split()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Agreement:
    """How far coders agree, and whether that is as much as was planned.

    Made by `mdresearch.agreement`.

    Attributes
    ----------
    table : DataFrame
        See `frame`.
    checks : tuple of Check
        What could be wrong with the study as a whole.
    cite : tuple of str
        Keys of references.
    provenance : mapping
        Rounds, levels, draws, seed, codebook and its hash, kind of data.
    """

    table: pd.DataFrame
    checks: tuple[Check, ...]
    cite: tuple[str, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)
    study: Study = field(repr=False)

    def frame(self) -> pd.DataFrame:
        """Return the rows at full precision.

        Columns: variable, level (emic as coded, etic, top), group, n_units, n_coders, percent,
        alpha, alpha_low, alpha_high, ac, ac_low, ac_high, kappa, missing_rule, decision (pass,
        tentative, fail, not computable), reason, unit, type, round, n_units_paired, n_pairable,
        prevalence_max, p_below_floor, p_below_threshold, ac_name, kappa_name, weights, n_missing,
        n_dropped, planned_coefficient, threshold, floor.
        """
        return self.table.copy()

    def pairs(self, n_boot: int = 0) -> pd.DataFrame:
        """Return the rows of `frame` for each pair of coders, models included; no spans."""
        from mdresearch.coding.agreement_views import pair_rows

        return pair_rows(self.study, n_boot)

    def disagreements(
        self, variables: Sequence[str] | None = None, level: str = "emic"
    ) -> pd.DataFrame:
        """Return the units that coders have to talk about, the most distant first.

        Columns: variable, round, level, unit_type, unit_id, n_values, distance (mean over pairs),
        values ("a: ceo; b: wolf"). Spans are not in it: `also` shows how far they agree.
        """
        from mdresearch.coding.agreement_views import disagreement_rows

        return disagreement_rows(self.study, variables, level)

    def missing(self) -> pd.DataFrame:
        """Return alpha under each of the three missing rules, beside the declared one; no spans."""
        from mdresearch.coding.agreement_views import missing_rows

        return missing_rows(self.study)

    def drift(self, n_periods: int = 3, level: str = "emic") -> pd.DataFrame:
        """Return alpha over the date of coding, in periods of equally many units; no spans."""
        from mdresearch.coding.agreement_views import drift_rows

        return drift_rows(self.study, n_periods, level)

    def also(self) -> pd.DataFrame:
        """Return what is shown beside: ICC, Brennan-Prediger, Conger, codes one by one, events.

        Columns: variable, level, group, round, statistic, value, low, high, n, reason.
        """
        from mdresearch.coding.agreement_also import also_rows

        return also_rows(self.study)

    def failed(self) -> tuple[Check, ...]:
        """Return the checks that fail."""
        return tuple(c for c in self.checks if c.holds is False)

    def apa(self) -> str:
        """Return the agreement as sentences for the paper, a sentence a row."""
        lines = [_sentence(row) for row in self.table.itertuples()]
        return " ".join([*([self._kind()] if self._kind() else []), *lines])

    def _kind(self) -> str:
        return "Simulated data." if self.provenance.get("data_kind") == "simulated" else ""

    def _heading(self) -> str:
        counts = self.table["decision"].value_counts()
        words = ", ".join(f"{counts[w]} {w}" for w in WORDS if w in counts)
        return f"{self._kind()} Agreement of coders: {words}".strip()

    def __repr__(self) -> str:
        text = self.table[SHOWN[:-1]].to_string(index=False, float_format="{:.3f}".format)
        return "\n".join([self._heading(), text, *(f"  {check}" for check in self.checks)])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return (
            paragraph(self._heading())
            + table_html(self.table[SHOWN], digits=3)
            + checks_html(self.checks)
        )


def _sentence(row: Any) -> str:
    where = f"{row.variable} ({row.level}, {row.group}, {row.round} round)"
    base = f"{row.n_units_paired:,} units, {row.n_coders} coders"
    if row.decision == "not computable" and row.alpha != row.alpha:
        return f"{where}: not computable ({row.reason}; {base})."
    text = f"{where}: α = {apa.number(row.alpha)}"
    if row.alpha_low == row.alpha_low:
        text += f", {apa.interval(row.alpha_low, row.alpha_high, 0.95)}"
    if row.ac == row.ac:
        text += f", {row.ac_name.upper()} = {apa.number(row.ac)}"
    if row.percent == row.percent:
        text += f", {100 * row.percent:.0f}% agreement"
    return f"{text} ({base}); {row.decision}."
