"""What may be passed on: the column `share` of the sources, obeyed row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.corpus.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

STRICTNESS = ("yes", "derived", "no")
VERBATIM: Mapping[str, tuple[str, ...]] = {
    "cues": ("text",),
    "comments": ("text",),
    "characters": ("name",),
    "market": ("definition", "note"),
    "policy": ("summary", "scope_note", "note"),
}
"""By table the columns that hold another author's words; ``derived`` keeps all others."""
WITHHELD = "[withheld]"
CODE = r"[\w.:+/@%-]{1,40}"
"""A cell of a scholar's own column that is a code, a date or a number, not words."""


@dataclass(frozen=True)
class Withheld:
    """One thing that is not passed on."""

    table: str
    column: str
    rows: int
    what: str
    reason: str


def shareable(
    tables: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, pd.DataFrame], list[Withheld]]:
    """Return what the sources allow to pass on, and a list of what they do not.

    ``yes`` passes a row on, ``derived`` all of it but words (codes, counts and spans stay), ``no``
    nothing. Anything else, and an empty cell, is taken for ``no``. A table that does not say which
    source a row is from follows the strictest of the sources. Rows that point at a withheld row of
    another table are withheld with it.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        With ``sources``, which is passed on whole.
    """
    shares = _shares(tables["sources"])
    kept, withheld = {"sources": tables["sources"]}, []
    for name, frame in tables.items():
        if name != "sources":
            kept[name], found = _obey(name, frame, shares)
            withheld += found
    withheld += _follow(tables, kept)
    return {name: frame for name, frame in kept.items() if len(frame)}, withheld


def _shares(sources: pd.DataFrame) -> dict[str, str]:
    said = sources["share"] if "share" in sources else sources["source_id"].map(lambda _: "")
    words = said.fillna("").astype("str").str.strip().str.lower()
    return dict(zip(sources["source_id"], words, strict=True))


def _obey(
    name: str, frame: pd.DataFrame, shares: Mapping[str, str]
) -> tuple[pd.DataFrame, list[Withheld]]:
    if "source_id" in frame:
        says = frame["source_id"].map(shares).fillna("").astype("str")
    else:
        ranks = [STRICTNESS.index(s) if s in STRICTNESS else 3 for s in shares.values()]
        strictest = (*STRICTNESS, "")[max(ranks, default=3)]
        says = frame.index.to_series().map(lambda _: strictest).astype("str")
    withheld = []
    refused = says[~says.isin(["yes", "derived"])]
    for word, count in refused.value_counts(sort=False).items():
        reason = _reason(str(word), "source_id" in frame)
        withheld.append(Withheld(name, "", int(count), "rows", reason))
    kept = frame[says.isin(["yes", "derived"])]
    derived = says.loc[kept.index] == "derived"
    for column in _worded(name, kept[derived]):
        held = int((kept[column].notna() & derived).sum())
        filler = WITHHELD if _required(name, column) else None
        kept = kept.assign(**{column: kept[column].mask(derived, filler)})
        if derived.all() and filler is None:
            kept = kept.drop(columns=column)
        withheld.append(Withheld(name, column, held, "text", "the source says share: derived"))
    return kept.reset_index(drop=True), withheld


def _reason(word: str, own: bool) -> str:
    whose = "the source" if own else "the table names no source, and the strictest of the sources"
    if word == "no":
        return f"{whose} says share: no"
    return f"{whose} does not say yes, no or derived" + (f" ('{word}')" if word else "")


def _worded(name: str, frame: pd.DataFrame) -> list[str]:
    """Return the columns of words: those of `VERBATIM`, and a scholar's own that hold no codes."""
    import pandas as pd

    schema = TABLES[name]
    out = [column for column in VERBATIM.get(name, ()) if column in frame]
    for column in frame.columns:
        own = column not in schema and column != "source_id"
        if own and not pd.api.types.is_numeric_dtype(frame[column].dtype):
            cells = frame[column].dropna().astype("str")
            if not cells.str.fullmatch(CODE).all():
                out.append(column)
    return [column for column in out if frame[column].notna().any()]


def _required(name: str, column: str) -> bool:
    schema = TABLES[name]
    return column in schema and schema[column].required


def _follow(tables: Mapping[str, pd.DataFrame], kept: dict[str, pd.DataFrame]) -> list[Withheld]:
    """Withhold rows that point at withheld rows, until none does."""
    lost: dict[tuple[str, str], int] = {}
    changed = True
    while changed:
        changed = False
        for name, frame in kept.items():
            for column in TABLES[name].columns:
                if column.foreign_key is None or column.name not in frame:
                    continue
                table, target = column.foreign_key
                if table not in tables or target not in tables[table]:
                    continue
                gone = set(tables[table][target]) - set(kept[table][target])
                dangling = kept[name][column.name].isin(gone) & kept[name][column.name].notna()
                if dangling.any():
                    changed = True
                    lost[name, table] = lost.get((name, table), 0) + int(dangling.sum())
                    kept[name] = kept[name][~dangling].reset_index(drop=True)
    return [
        Withheld(name, "", rows, "rows", f"they point at withheld rows of '{table}'")
        for (name, table), rows in lost.items()
    ]
