"""What a reader of annotations returns: rows of `codes` and `coders`, and what was mended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.losses import LossReport

if TYPE_CHECKING:
    import pandas as pd

TEXT = ("code_id", "unit_type", "unit_id", "variable", "value")
PLACES = ("start_ms", "end_ms", "char_from", "char_to")
AFTER = ("coder_id", "round", "codebook", "created", "parent_row_id")
COLUMNS = (*TEXT, *PLACES, *AFTER)


@dataclass(frozen=True, repr=False, eq=False)
class Imported:
    """Annotations of another tool as tables.

    Attributes
    ----------
    codes : DataFrame
        code_id, unit_type, unit_id, variable, value, start_ms, end_ms, char_from, char_to,
        coder_id, round, codebook, created, parent_row_id (for an attribute of a span: its span).
        Offsets are code points, half-open, in the text of the unit (paragraphs joined by a line
        feed); times are milliseconds from the start of the episode, half-open.
    coders : DataFrame
        coder_id (a pseudonym unless asked otherwise), kind.
    units : DataFrame
        unit_type, unit_id, text: what was coded, as the tool had it.
    report : LossReport
    """

    codes: pd.DataFrame
    coders: pd.DataFrame
    units: pd.DataFrame
    report: LossReport

    def __repr__(self) -> str:
        return repr(self.report)

    def _repr_html_(self) -> str:
        return self.report._repr_html_()


def code_frame(columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """Return the rows of `codes` from columns of equal length; those not given are missing."""
    import pandas as pd

    n = len(columns["value"])
    out: dict[str, Any] = {}
    for name in COLUMNS:
        held = columns.get(name)
        kind = "Int64" if name in PLACES else "str"
        out[name] = pd.array(held if held is not None else [None] * n, dtype=kind)
    return pd.DataFrame(out)


def named_coders(
    codes: pd.DataFrame, kinds: Mapping[str, str], keep_names: bool
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the rows with people as pseudonyms, and the table of coders.

    Models and dictionaries are no people: their names stay.
    """
    import pandas as pd

    from mdresearch.corpus.privacy import local_salt, pseudonym

    names = list(kinds)
    shown = {name: name for name in names}
    people = [name for name in names if kinds[name] == "human"]
    if people and not keep_names:
        hashed = pseudonym(pd.Series(people, dtype="str"), local_salt())
        shown |= dict(zip(people, hashed, strict=True))
    coders = pd.DataFrame(
        {"coder_id": [shown[n] for n in names], "kind": [kinds[n] for n in names]}, dtype="str"
    )
    return codes.assign(coder_id=codes["coder_id"].map(shown).astype("str")), coders
