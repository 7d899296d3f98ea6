"""What is in a corpus: rows, languages, countries, time span, what is missing, what was refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdresearch.core.show import paragraph, table_html
from mdresearch.corpus.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus

SHOWN = 8


@dataclass(frozen=True, eq=False, repr=False)
class Description:
    """What a corpus holds; `Corpus.describe` makes it, `md.figure` draws what is missing.

    Parameters
    ----------
    name, kind : str
        Of the corpus.
    tables : DataFrame
        ``table, rows, columns``.
    languages, countries : DataFrame
        ``table, column, value, n``: how many rows have which value; missing value where empty.
    times : DataFrame
        ``table, column, first, last``: the span of each column of dates, as written.
    missing : DataFrame
        ``table, column, n_rows, n_missing, share_missing``: one row a column.
    refusals : DataFrame
        ``source_id, url_or_file, rows_read, rows_refused, reasons``: sources that say what was
        refused when they were read.
    """

    name: str
    kind: str
    tables: pd.DataFrame
    languages: pd.DataFrame
    countries: pd.DataFrame
    times: pd.DataFrame
    missing: pd.DataFrame
    refusals: pd.DataFrame
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the missingness by table and column, at full precision."""
        return self.missing.copy()

    def sentence(self) -> str:
        """Say what the corpus holds in a few sentences."""
        rows = ", ".join(
            f"{row.table} ({row.rows:,})" for row in self.tables.itertuples(index=False)
        )
        word = "SIMULATED corpus" if self.kind == "simulated" else "Corpus"
        parts = [f"{word} '{self.name}', rows by table: {rows or 'no tables'}."]
        for label, frame in (("Languages", self.languages), ("Countries", self.countries)):
            if len(frame):
                parts.append(f"{label}: {_counted(frame)}.")
        parts += [
            f"{row.table}.{row.column} from {row.first} to {row.last}."
            for row in self.times.itertuples(index=False)
        ]
        gaps = self.missing[self.missing["n_missing"] > 0]
        full = len(self.missing) - len(gaps)
        parts.append(f"{full} of {len(self.missing)} columns have no empty cell.")
        if len(self.refusals):
            refused = int(self.refusals["rows_refused"].sum())
            rows = f"{refused:,} row" + ("" if refused == 1 else "s")
            parts.append(f"Refused when read: {rows} in {_files(len(self.refusals))}.")
        return " ".join(parts)

    def __repr__(self) -> str:
        return self.sentence()

    def _repr_html_(self) -> str:
        first = ["<strong>SIMULATED</strong>"] if self.kind == "simulated" else []
        shown = [
            ("Tables", self.tables),
            ("Languages", _top(self.languages)),
            ("Countries", _top(self.countries)),
            ("Time span", self.times),
            ("Empty cells", self.missing[self.missing["n_missing"] > 0]),
            ("Refused when read", self.refusals),
        ]
        tables = [table_html(frame, caption) for caption, frame in shown if len(frame)]
        return "\n".join([*first, paragraph(self.sentence()), *tables])


def describe_corpus(corpus: Corpus) -> Description:
    """Return what a corpus holds; see `Corpus.describe`."""
    import pandas as pd

    frames = dict(corpus.tables)
    tables = [(name, len(frame), len(frame.columns)) for name, frame in frames.items()]
    data = {name: frame for name, frame in frames.items() if name != "sources"}
    missing = [
        (name, column, len(frame), int(frame[column].isna().sum()))
        for name, frame in data.items()
        for column in frame.columns
    ]
    gaps = pd.DataFrame(missing, columns=["table", "column", "n_rows", "n_missing"])
    gaps["share_missing"] = gaps["n_missing"] / gaps["n_rows"].where(gaps["n_rows"] > 0)
    return Description(
        name=corpus.name,
        kind=corpus.kind,
        tables=pd.DataFrame(tables, columns=["table", "rows", "columns"]),
        languages=_values(data, "code_lang"),
        countries=_values(data, "code_country"),
        times=pd.DataFrame(list(_spans(data)), columns=["table", "column", "first", "last"]),
        missing=gaps,
        refusals=_refusals(frames.get("sources")),
        provenance={"data_kind": corpus.kind},
    )


def _columns(frames: Mapping[str, pd.DataFrame], kind: str) -> Iterator[tuple[str, str, pd.Series]]:
    for name, frame in frames.items():
        for column in TABLES[name].columns:
            if column.type == kind and column.name in frame:
                yield name, column.name, frame[column.name]


def _values(frames: Mapping[str, pd.DataFrame], kind: str) -> pd.DataFrame:
    import pandas as pd

    parts = []
    for table, column, values in _columns(frames, kind):
        counts = values.astype("str").value_counts(dropna=False).rename_axis("value")
        part = counts.rename("n").reset_index()
        parts.append(part.assign(table=table, column=column))
    order = ["table", "column", "value", "n"]
    return pd.concat(parts, ignore_index=True)[order] if parts else pd.DataFrame(columns=order)


def _spans(frames: Mapping[str, pd.DataFrame]) -> Iterator[tuple[str, str, str, str]]:
    for table, column, values in _columns(frames, "date"):
        given = values.dropna().astype("str")
        if len(given):
            yield table, column, given.min(), given.max()


def _refusals(sources: pd.DataFrame | None) -> pd.DataFrame:
    import pandas as pd

    names = ["source_id", "url_or_file", "rows_read", "rows_refused", "reasons"]
    if sources is None or "rows_refused" not in sources:
        return pd.DataFrame(columns=names)
    number = pd.to_numeric(sources["rows_refused"], errors="coerce").fillna(0)
    chosen = sources[number > 0].reindex(columns=names)
    return chosen.astype({"rows_refused": "int64"}).reset_index(drop=True)


def _counted(frame: pd.DataFrame) -> str:
    by_value = frame.groupby("value", dropna=False)["n"].sum()
    known = by_value[by_value.index.notna()].sort_values(ascending=False, kind="stable")
    unknown = int(by_value[by_value.index.isna()].sum())
    shown = [f"{value} {n:,}" for value, n in known.head(SHOWN).items()]
    if len(known) > SHOWN:
        shown.append(f"{len(known) - SHOWN} more")
    if not len(known):
        return f"none named ({unknown:,} empty cell{'' if unknown == 1 else 's'})"
    if unknown:
        shown.append(f"not known {unknown:,}")
    return f"{len(known)} ({', '.join(shown)})"


def _top(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby(["table", "column"], sort=False).head(SHOWN)


def _files(count: int) -> str:
    return f"{count} source" + ("" if count == 1 else "s")
