"""The corpus: named tables that flow through every verb, and what is known about them."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.hashing import hash_data
from mdresearch.corpus.checks import CheckReport, check_tables
from mdresearch.corpus.schemas import TABLES

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.descriptions import Description
    from mdresearch.corpus.releases import Release

Kind = Literal["collected", "simulated", "derived"]
KINDS: tuple[Kind, ...] = ("collected", "simulated", "derived")


class ReadOnly(Mapping[str, Any]):
    """A mapping that cannot be changed; tables in it are handed out as copies.

    A copy costs nothing until someone writes to it (pandas copies on write).
    """

    def __init__(self, entries: Mapping[str, Any]) -> None:
        self._entries = dict(entries)

    def __getitem__(self, name: str) -> Any:
        entry = self._entries[name]
        return entry.copy(deep=False) if hasattr(entry, "iloc") else entry

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return repr(self._entries)


@dataclass(frozen=True, eq=False, repr=False)
class Corpus:
    """Tables of one study or dataset. Nothing changes it: `assign` gives a new one.

    Parameters
    ----------
    name : str
        What to call it.
    tables : mapping of str to DataFrame
        Tables by their names in `TABLES`. Text becomes ``str``, empty text missing; columns that
        no schema lists are kept.
    kind : {"collected", "simulated", "derived"}
        How the rows came to be. A corpus with any simulated source is simulated, and stays so.
    title, licence, citation, note : str
        For people.
    provenance : mapping
        Where it is from: path, sha256, seed, ...

    Examples
    --------
    >>> import pandas as pd
    >>> people = pd.DataFrame({"respondent_id": ["007", "8"], "country": ["BRA", "MEX"]})
    >>> corpus = Corpus("demo", {"respondents": people}, kind="simulated")
    >>> corpus
    SIMULATED corpus 'demo': respondents (2 rows).
    >>> corpus.check()
    Corpus 'demo': every table is as its schema says.
    """

    name: str
    tables: Mapping[str, pd.DataFrame]
    kind: Kind = "collected"
    title: str = ""
    licence: str = ""
    citation: str = ""
    note: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise unknown_name("kind of corpus", self.kind, KINDS)
        tables = {name: _table(name, self.tables[name]) for name in sorted(self.tables)}
        if "sources" in tables and "simulated" in set(tables["sources"].get("kind", ())):
            object.__setattr__(self, "kind", "simulated")
        object.__setattr__(self, "tables", ReadOnly(tables))
        object.__setattr__(self, "provenance", ReadOnly(dict(self.provenance)))

    @property
    def simulated(self) -> bool:
        """Whether any row of it was made by a simulation."""
        return self.kind == "simulated"

    def __getitem__(self, table: str) -> pd.DataFrame:
        if table in self.tables:
            return self.tables[table]
        TABLES[table]
        have = ", ".join(self.tables) if self.tables else "none"
        raise DataError(
            f"Corpus '{self.name}' has no table '{table}'. It has: {have}. "
            f"Add one with corpus.assign({table}=...)."
        )

    def __contains__(self, table: object) -> bool:
        return table in self.tables

    def assign(self, **tables: pd.DataFrame) -> Corpus:
        """Return a corpus in which these tables are added or replaced; its kind stays.

        Examples
        --------
        >>> import pandas as pd
        >>> coders = pd.DataFrame({"coder_id": ["a"], "kind": ["human"]})
        >>> Corpus("demo", {}).assign(coders=coders)
        Corpus 'demo': coders (1 row).
        """
        return replace(self, tables={**self.tables, **tables})

    def check(self, strict: bool = True) -> CheckReport:
        """Check every table against its schema; see `mdresearch.corpus.checks.check_tables`."""
        return check_tables(self.tables, self.name, strict)

    def describe(self) -> Description:
        """Say what is in it: rows, languages, countries, time span, empty cells, refused rows.

        Examples
        --------
        >>> import pandas as pd
        >>> people = pd.DataFrame({"respondent_id": ["r1", "r2"], "country": ["BRA", None]})
        >>> Corpus("demo", {"respondents": people}).describe().countries["n"].tolist()
        [1, 1]
        """
        from mdresearch.corpus.descriptions import describe_corpus

        return describe_corpus(self)

    def save(self, folder: str | Path) -> Path:
        """Write a Frictionless data package: a CSV a table, and ``datapackage.json``.

        Raises
        ------
        DataError
            A table is not as its schema says, or the folder holds something else.
        """
        from mdresearch.corpus.packages import save_package

        return save_package(self, folder)

    def release(
        self,
        folder: str | Path,
        *,
        licence: str | None = None,
        authors: Sequence[str] = (),
        date: str | None = None,
        smallest: int = 5,
    ) -> Release:
        """Write the part that may be passed on, and say what was withheld and why.

        The column ``share`` of ``sources`` is obeyed row by row: ``yes``; ``derived``, all but the
        words; ``no`` or nothing said, withheld. Persons are never in a cell (country x gender x ten
        years of birth) of fewer than ``smallest``, and get new ids by a salt that is thrown away.
        Other columns of your own may still tell who a person is: look at them before you publish.

        Parameters
        ----------
        folder : str or Path
            An empty or new folder: becomes a data package, an RO-Crate, with a CITATION.cff.
        licence : str or None
            Under which it is released; that of the corpus where None.
        authors : sequence of str
            Names, for the citation.
        date : str or None
            When it is published; today where None.
        smallest : int
            Persons that a cell must have.

        Raises
        ------
        DataError
            No ``sources``, no licence, tables that are not as their schemas say, or nothing that
            may be passed on.
        """
        from mdresearch.corpus.releases import release_corpus

        return release_corpus(
            self, folder, licence=licence, authors=authors, date=date, smallest=smallest
        )

    @classmethod
    def read(cls, folder: str | Path) -> Corpus:
        """Read what `save` wrote, after verifying the hash of each file."""
        from mdresearch.corpus.packages import read_package

        return read_package(folder)

    def hash(self) -> str:
        """Return a SHA-256 over kind and tables: the same content always has the same hash.

        It is made of the SHA-256 of each CSV that `save` would write.
        """
        from mdresearch.corpus.packages import table_bytes, table_hash

        hashes = {name: table_hash(table_bytes(self, name)) for name in self.tables}
        return hash_data({"kind": self.kind, "tables": hashes})

    def __repr__(self) -> str:
        listing = ", ".join(f"{name} ({_rows(frame)})" for name, frame in self.tables.items())
        word = {"simulated": "SIMULATED corpus", "derived": "Derived corpus"}
        return f"{word.get(self.kind, 'Corpus')} '{self.name}': {listing or 'no tables'}."

    def _repr_html_(self) -> str:
        first = "<strong>SIMULATED</strong> " if self.simulated else ""
        lines = [f"<p>{first}{_escape(self.title or self.name)} ({_escape(self.kind)})</p>"]
        lines.append("<table><thead><tr><th>table</th><th>one row is</th><th>rows</th>")
        lines.append("<th>columns</th></tr></thead><tbody>")
        for name, frame in self.tables.items():
            columns = _escape(", ".join(map(str, frame.columns)))
            cells = f"<td>{name}</td><td>{_escape(TABLES[name].says)}</td><td>{len(frame):,}</td>"
            lines.append(f"<tr>{cells}<td>{columns}</td></tr>")
        lines.append("</tbody></table>")
        for label in ("licence", "citation", "note"):
            text = getattr(self, label)
            if text:
                lines.append(f"<p>{label.capitalize()}: {_escape(text)}</p>")
        return "\n".join(lines)


def _table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    from mdresearch.corpus.values import tidy

    TABLES[name]
    if not isinstance(frame, pd.DataFrame):
        raise DataError(f"Table '{name}' is a {type(frame).__name__}. Give a pandas DataFrame.")
    index = [str(level) for level in frame.index.names if level is not None]
    if index:
        raise DataError(
            f"Table '{name}' has the index '{', '.join(index)}', which would be lost. "
            "Make it a column with reset_index()."
        )
    names = [str(column) for column in frame.columns]
    if "" in names:
        raise DataError(f"Table '{name}' has a column without a name. Name it.")
    twice = sorted({column for column in names if names.count(column) > 1})
    if twice:
        raise DataError(f"Table '{name}' has the column '{twice[0]}' twice. Rename one of them.")
    return tidy(frame.set_axis(names, axis=1))


def _rows(frame: pd.DataFrame) -> str:
    return f"{len(frame):,} row" + ("" if len(frame) == 1 else "s")


def _escape(text: str) -> str:
    return html.escape(str(text), quote=True)
