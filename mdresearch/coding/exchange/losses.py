"""What an export could not write and what an import had to mend: counted, named, never silent."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 3


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of loss or repair: what it concerns, why, which ids, and where it is still kept."""

    what: str
    why: str
    ids: tuple[str, ...] = ()
    kept_in: str = ""


@dataclass(frozen=True, repr=False, eq=False)
class LossReport:
    """What an exchange lost or repaired.

    Attributes
    ----------
    kind : str
        The format, such as ``REFI-QDA codebook``.
    done : str
        What was carried over, in a sentence.
    losses : tuple of Loss
    """

    kind: str
    done: str
    losses: tuple[Loss, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing was lost for good (what is kept beside the file is not lost)."""
        return all(loss.kept_in for loss in self.losses)

    def frame(self) -> pd.DataFrame:
        """Return what, why, n, ids (joined by '; ') and kept_in: one row a kind of loss."""
        import pandas as pd

        rows = [(x.what, x.why, len(x.ids), "; ".join(x.ids), x.kept_in) for x in self.losses]
        return pd.DataFrame(rows, columns=["what", "why", "n", "ids", "kept_in"])

    def __repr__(self) -> str:
        lines = [f"{self.kind}: {self.done}"]
        for x in self.losses:
            some = ", ".join(x.ids[:SHOWN]) + (", ..." if len(x.ids) > SHOWN else "")
            kept = f" (kept in {x.kept_in})" if x.kept_in else ""
            lines.append(
                f"  {len(x.ids):,} {x.what}: {x.why}{kept}" + (f": {some}" if some else "")
            )
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        shown = table_html(self.frame()) if self.losses else ""
        return paragraph(f"{self.kind}: {self.done}") + shown


def gathered(found: Iterable[tuple[str, str, str, str]]) -> tuple[Loss, ...]:
    """Gather (what, why, id, kept_in) into one `Loss` a kind, in the order of the first of each.

    Examples
    --------
    >>> gathered([("code", "too long", "a", ""), ("code", "too long", "b", "")])[0].ids
    ('a', 'b')
    """
    kinds: dict[tuple[str, str, str], list[str]] = {}
    for what, why, id_, kept in found:
        kinds.setdefault((what, why, kept), []).append(id_)
    return tuple(Loss(w, y, tuple(ids), k) for (w, y, k), ids in kinds.items())


def unique_names(wanted: Sequence[str], most: int) -> list[str]:
    """Return names cut to ``most`` characters, and told apart whatever their case.

    Examples
    --------
    >>> unique_names(["Alpha", "alpha", "A long name"], 8)
    ['Alpha', 'alph (2)', 'A long n']
    """
    seen: set[str] = set()
    out = []
    for name in wanted:
        name = " ".join(name.split())
        cut, n = name[:most].rstrip(), 1
        while cut.casefold() in seen:
            n += 1
            mark = f" ({n})"
            cut = name[: most - len(mark)].rstrip() + mark
        seen.add(cut.casefold())
        out.append(cut)
    return out
