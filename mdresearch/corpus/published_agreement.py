"""Published agreement tables as codes: ratings of raters, a two-way table, a table of counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.core.csv_files import read_csv
from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

Code = tuple[str, str, str]  # unit, coder, value


def read_published_agreement(paths: Sequence[Path]) -> Corpus:
    """Read the tables: one row of ``codes`` for each value that a rater gave to a unit.

    ``variable`` is the table (``raw4raters``, ``abstractors``, ``diagnoses``, ``news_tone``), and
    unit and coder bear its name before theirs. A cell that is empty (or ``.``) was not rated: it
    makes no row, and ``sources.n_not_rated`` counts it. In ``diagnoses`` six psychiatrists a
    patient are counted and not named: ``diagnoses-place-1`` to ``-6`` are places, not persons, so
    that statistics that need to know who rated (Cohen's kappa) say nothing there.

    Parameters
    ----------
    paths : sequence of Path
        Any of the files; each is known by its name.

    Raises
    ------
    DatasetError
        A file has another name, a cell is no count, or units have unequal numbers of raters.

    Examples
    --------
    A table of units by raters::

        codes = md.fetch("agreement-tables")["codes"]
        tone = codes[codes["variable"] == "news_tone"]
        tone.pivot(index="unit_id", columns="coder_id", values="value")
    """
    import pandas as pd

    rows: list[tuple[str, str, str, str, str]] = []
    sources = []
    for path in paths:
        if path.name not in FILES:
            raise DatasetError(
                f"'{path}' is none of the known tables. They are called {', '.join(FILES)}."
            )
        name, read, upstream, licence = FILES[path.name]
        raw = read_csv(path)
        codes = list(read(raw, path))
        rows += [
            (f"{name}-{unit}-{coder}", f"{name}-{unit}", f"{name}-{coder}", name, value)
            for unit, coder, value in codes
        ]
        sources.append(
            {
                "source_id": name,
                "url_or_file": upstream,
                "sha256": hash_file(path),
                "licence": licence,
                "share": "yes",
                "kind": "derived",
                "rows_read": len(raw),
                "rows_refused": 0,
                "n_not_rated": raw.shape[0] * (raw.shape[1] - 1) - len(codes)
                if read is _raters
                else 0,
            }
        )
    columns = ["code_id", "unit_id", "coder_id", "variable", "value"]
    frame = pd.DataFrame(rows, columns=columns).assign(unit_type="unit")
    frame["source_id"] = frame["variable"]
    coders = frame[["coder_id"]].drop_duplicates(ignore_index=True).assign(kind="human")
    tables = {"codes": frame, "coders": coders, "sources": pd.DataFrame(sources)}
    note = "Tables of published papers. Coders of 'diagnoses' are places, not persons."
    return Corpus("agreement-tables", tables, kind="derived", note=note)


def _raters(raw: pd.DataFrame, path: Path) -> Iterator[Code]:
    """Read units by raters; ``.`` or nothing was not rated."""
    raters = list(raw.columns[1:])
    for row in raw.itertuples(index=False):
        for coder, value in zip(raters, row[1:], strict=True):
            if isinstance(value, str) and value != ".":
                yield row[0], coder.lower(), value


def _two_way(raw: pd.DataFrame, path: Path) -> Iterator[Code]:
    """Read a table of the first rater's classes by the second's: as many units as it counts."""
    unit = 0
    for first, cells in _counts(raw, path):
        for second, count in cells.items():
            for _ in range(count):
                unit += 1
                yield str(unit), "abstractor1", first
                yield str(unit), "abstractor2", second


def _by_class(raw: pd.DataFrame, path: Path) -> Iterator[Code]:
    """Read how many raters put a unit in a class; who did is not known."""
    sizes = set()
    for unit, cells in _counts(raw, path):
        values = [name for name, count in cells.items() for _ in range(count)]
        sizes.add(len(values))
        yield from ((unit, f"place-{place}", value) for place, value in enumerate(values, start=1))
    if len(sizes) > 1:
        raise DatasetError(f"'{path}': units have unequal numbers of raters. Restore the file.")


def _counts(raw: pd.DataFrame, path: Path) -> Iterator[tuple[str, Mapping[str, int]]]:
    names = list(raw.columns[1:])
    for number, row in enumerate(raw.itertuples(index=False), start=2):
        odd = [cell for cell in row[1:] if not (isinstance(cell, str) and cell.isdecimal())]
        if odd:
            raise DatasetError(f"'{path}', row {number}: {odd[0]!r} is no count. Restore the file.")
        yield row[0], dict(zip(names, map(int, row[1:]), strict=True))


Reader = Callable[["pd.DataFrame", Path], Iterator[Code]]
FILES: Mapping[str, tuple[str, Reader, str, str]] = {
    "cac.raw4raters.csv": (
        "raw4raters",
        _raters,
        "cran/irrCAC: inst/extdata/cac.raw4raters.csv",
        "GPL (>= 2)",
    ),
    "cont3x3abstractors.csv": (
        "abstractors",
        _two_way,
        "cran/irrCAC: inst/extdata/cont3x3abstractors.csv",
        "GPL (>= 2)",
    ),
    "distrib.6raters.csv": (
        "diagnoses",
        _by_class,
        "cran/irrCAC: inst/extdata/distrib.6raters.csv",
        "GPL (>= 2)",
    ),
    "news_tone_hayes2007.csv": (
        "news_tone",
        _raters,
        "jucor/krippendorff: data-raw/news_tone_hayes2007.csv",
        "MIT",
    ),
}
