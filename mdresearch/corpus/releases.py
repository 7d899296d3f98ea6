"""Releases: the part of a corpus that may be passed on, with what was withheld and why."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.atomic import write_text
from mdresearch.core.errors import DataError
from mdresearch.core.progress import waiting
from mdresearch.core.show import paragraph, table_html
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.packages import DESCRIPTOR
from mdresearch.corpus.ro_crate import CITATION, CRATE, citation_text, crate_text
from mdresearch.corpus.schemas import DATE
from mdresearch.corpus.small_cells import (
    SMALLEST,
    drop_repeats,
    enlarge_cells,
    fresh_ids,
    hide_places,
)

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.rights import Withheld

README = "README.md"
COLUMNS = ("table", "column", "rows", "what", "reason")


@dataclass(frozen=True, eq=False, repr=False)
class Release:
    """A release on disk: what it holds, and what was withheld.

    Parameters
    ----------
    folder : Path
        Where it lies: a data package, an RO-Crate, and a CITATION.cff.
    corpus : Corpus
        What was released.
    withheld : DataFrame
        ``table, column, rows, what, reason``: one row a thing that was not passed on; ``what`` is
        rows, text, cells or column.
    rehashed : tuple of str
        The columns, as ``table.column``, that got new ids of persons.
    """

    folder: Path
    corpus: Corpus
    withheld: pd.DataFrame
    rehashed: tuple[str, ...] = ()

    def frame(self) -> pd.DataFrame:
        """Return what was withheld, one row a thing."""
        return self.withheld.copy()

    def lines(self) -> list[str]:
        """Return what was withheld, a sentence each."""
        return [_line(row) for row in self.withheld.itertuples(index=False)]

    def sentence(self) -> str:
        """Say what was released, where, and how much was withheld."""
        held = ", ".join(f"{name} ({len(f):,})" for name, f in self.corpus.tables.items())
        word = "SIMULATED data, released" if self.corpus.simulated else "Released"
        text = f"{word} in '{self.folder}', rows by table: {held}."
        return text + (" Withheld:" if len(self.withheld) else " Nothing was withheld.")

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), *(f"  - {line}" for line in self.lines())])

    def _repr_html_(self) -> str:
        table = table_html(self.withheld, "Withheld") if len(self.withheld) else ""
        return paragraph(self.sentence()) + "\n" + table


def release_corpus(
    corpus: Corpus,
    folder: str | Path,
    *,
    licence: str | None = None,
    authors: Sequence[str] = (),
    date: str | None = None,
    smallest: int = SMALLEST,
) -> Release:
    """Write what may be passed on of a corpus; see `Corpus.release`."""
    terms = licence or corpus.licence
    day = date or datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    from mdresearch.corpus.rights import shareable

    with waiting(f"checking '{corpus.name}'"):
        _refuse(corpus, terms, day, smallest)
        tables, withheld = shareable(_with_all(corpus))
    if set(tables) == {"sources"}:
        why = "; ".join(_line(item) for item in withheld)
        raise DataError(
            f"Nothing of corpus '{corpus.name}' may be released: {why}. Where you hold the rights, "
            "say so in the column share of 'sources': yes, or derived for codes without texts."
        )
    with waiting("hiding small cells and making new ids of persons"):
        tables, hidden = _hidden(tables, smallest)
        tables, rehashed = fresh_ids(tables, _persons(corpus))
    shared = replace(
        corpus,
        tables=tables,
        licence=terms,
        provenance={"released_from": corpus.hash(), "smallest_cell": smallest},
    )
    frame = _frame([*withheld, *hidden])
    saved = shared.save(folder)
    result = Release(saved, shared, frame, tuple(rehashed))
    _write_cards(result, day, authors)
    return result


def _with_all(corpus: Corpus) -> dict[str, pd.DataFrame]:
    return {name: corpus.tables[name] for name in corpus.tables}


def _refuse(corpus: Corpus, licence: str, date: str, smallest: int) -> None:
    if "sources" not in corpus or "source_id" not in corpus["sources"]:
        raise DataError(
            f"Corpus '{corpus.name}' has no table 'sources', so no one has said what may be passed "
            "on. Add it with corpus.assign(sources=...), with source_id, url_or_file, kind and "
            "share: yes, no or derived."
        )
    if not licence:
        raise DataError(
            f"Corpus '{corpus.name}' has no licence. Say under which it is released: "
            "release(folder, licence='CC-BY-4.0')."
        )
    if not re.fullmatch(DATE, date):
        raise DataError(f"The date '{date}' is not ISO 8601, such as 2026-11-23.")
    if smallest < 1:
        raise DataError(f"The smallest cell is {smallest}. Give 1 or more; 5 is usual.")
    corpus.check().raise_if_bad()


def _hidden(
    tables: Mapping[str, pd.DataFrame], smallest: int
) -> tuple[dict[str, pd.DataFrame], list[Withheld]]:
    from mdresearch.corpus.rights import Withheld

    out = dict(tables)
    withheld: list[Withheld] = []
    if "respondents" in out:
        before = set(out["respondents"]["respondent_id"])
        out["respondents"], withheld = enlarge_cells(out["respondents"], smallest)
        gone = before - set(out["respondents"]["respondent_id"])
        for name in [n for n in out if n != "respondents" and "respondent_id" in out[n]]:
            lost = out[name]["respondent_id"].isin(gone)
            out[name] = out[name][~lost].reset_index(drop=True)
            if lost.any():
                why = "their respondent is left out"
                withheld.append(Withheld(name, "", int(lost.sum()), "rows", why))
            out[name], found = drop_repeats(name, out[name])
            withheld += found
    for name in list(out):
        out[name], found = hide_places(name, out[name], smallest)
        withheld += found
    return out, withheld


def _persons(corpus: Corpus) -> dict[str, list[str]]:
    """Return the columns that named persons when the corpus was read, by table."""
    said = corpus.provenance.get("persons", {})
    out: dict[str, list[str]] = {}
    for by_table in said.values() if isinstance(said, Mapping) else ():
        for table, columns in by_table.items() if isinstance(by_table, Mapping) else ():
            out.setdefault(str(table), []).extend(map(str, columns))
    return out


def _frame(items: Sequence[Withheld]) -> pd.DataFrame:
    import pandas as pd

    rows = [(i.table, i.column, i.rows, i.what, i.reason) for i in items]
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"rows": "int64"})


def _line(item: object) -> str:
    table, column, rows, what, reason = (getattr(item, name) for name in COLUMNS)
    place = f"{table}.{column}" if column else table
    plural = "" if rows == 1 else "s"
    noun = f"cell{plural}" if what == "cells" else f"cell{plural} of {what}"
    noun = {"rows": f"row{plural}", "column": f"cell{plural} (the whole column)"}.get(what, noun)
    return f"{place}: {rows:,} {noun}, since {reason}"


def _write_cards(result: Release, date: str, authors: Sequence[str]) -> None:
    corpus, folder = result.corpus, result.folder
    held = ", ".join(
        f"{name} ({len(f):,} {'row' if len(f) == 1 else 'rows'})"
        for name, f in corpus.tables.items()
    )
    kind = {"simulated": "SIMULATED data", "derived": "Derived data"}.get(corpus.kind, "Data")
    says = f"{kind}: {corpus.title or corpus.name}. Tables: {held}. {corpus.note}".strip()
    write_text(folder / README, _card(result, says))
    write_text(folder / CITATION, citation_text(corpus, date, authors, says))
    names = [DESCRIPTOR, *(f"{name}.csv" for name in corpus.tables), README, CITATION]
    files = [folder / name for name in names]
    write_text(folder / CRATE, crate_text(corpus, files, date, authors, says))


def _card(result: Release, says: str) -> str:
    corpus = result.corpus
    lines = [f"# {corpus.title or corpus.name}", "", says, "", f"Licence: {corpus.licence}", ""]
    lines += [f"Cite: {corpus.citation}", ""] if corpus.citation else []
    lines += ["## What was withheld", ""]
    lines += [f"- {line}" for line in result.lines()] or ["Nothing."]
    lines += ["", "Ids of persons are new in this release and lead to no one.", ""]
    return "\n".join(lines)
