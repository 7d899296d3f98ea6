"""What changed between two versions of a scheme, and how large a step of the version it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.coding.versions import BUMPS
from mdresearch.core.errors import CodebookError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what (``code``, ``variable``, ...), its id, the field, the step it needs."""

    what: str
    id: str
    field: str
    bump: str
    message: str


@dataclass(frozen=True, repr=False, eq=False)
class Diff:
    """What changed from one version of a scheme to another.

    Attributes
    ----------
    old, new : str
        ``id@version``.
    items : tuple of Change
    stated : str
        The step that the author took: ``major``, ``minor``, ``patch`` or ``none``.
    clarified : tuple of str
        Ids whose new wording the author declares to mean the same.
    backwards : bool
        Whether the new number is below the old one.
    """

    old: str
    new: str
    items: tuple[Change, ...]
    stated: str
    clarified: tuple[str, ...] = ()
    backwards: bool = False
    before_one: bool = False

    @property
    def bump(self) -> str:
        """The step that the changes ask for: ``none``, ``patch``, ``minor`` or ``major``."""
        return max((c.bump for c in self.items), key=BUMPS.index, default="none")

    @property
    def needed(self) -> str:
        """The smallest legal step of the number: `bump`, but minor for major below 1.0.0.

        Below 1.0.0 the second number does the work of the first (``^0.1`` is 0.1.x only).
        """
        return "minor" if self.before_one and self.bump == "major" else self.bump

    @property
    def legal(self) -> bool:
        """Whether the number grew by what is `needed` at least."""
        return not self.backwards and BUMPS.index(self.stated) >= BUMPS.index(self.needed)

    @property
    def changes(self) -> pd.DataFrame:
        """The changes as a table: what, id, field, bump, message."""
        import pandas as pd

        rows = [(c.what, c.id, c.field, c.bump, c.message) for c in self.items]
        return pd.DataFrame(rows, columns=["what", "id", "field", "bump", "message"])

    def frame(self) -> pd.DataFrame:
        """Return `changes`."""
        return self.changes

    def raise_if_too_small(self) -> None:
        """Raise `CodebookError` where the version did not grow enough."""
        if not self.legal:
            raise CodebookError(self.sentence())

    def sentence(self) -> str:
        """Say what step the changes need and whether it was taken."""
        n = len(self.items)
        noun = "change" if n == 1 else "changes"
        if self.backwards:
            return f"{self.old} to {self.new}: {n} {noun}, and the version went back. Raise it."
        why = " (major changes, below 1.0.0)" if self.needed != self.bump else ""
        told = (
            f"{self.old} to {self.new}: {n} {noun}; the smallest legal step is {self.needed}{why}"
        )
        if self.legal:
            return f"{told}, {self.stated} was taken."
        first = next(c for c in self.items if c.bump == self.bump)
        return (
            f"{told}, but only {self.stated} was taken (such as {first.what} '{first.id}': "
            f"{first.message}). Raise the version, or take the change back."
        )

    def __repr__(self) -> str:
        lines = [self.sentence()]
        for bump in reversed(BUMPS):
            for c in self.items:
                if c.bump == bump:
                    lines.append(f"  {bump:5}  {c.what} {c.id}: {c.message}")
        if self.clarified:
            lines.append(
                "  Declared by the author to mean the same (a machine cannot judge it): "
                + ", ".join(self.clarified)
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        return paragraph(self.sentence()) + (table_html(self.changes) if self.items else "")
