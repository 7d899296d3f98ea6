"""Survey exports as text: rows of cells, with bounds, whatever encoding and separator."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.csv_files import refuse_absent_or_large
from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.survey_codes import own_codes
from mdresearch.corpus.loaders.survey_parts import Variable, numbers
from mdresearch.corpus.values import CANONICAL_DECIMAL

if TYPE_CHECKING:
    pass

MAX_BYTES = 500_000_000
MAX_COLUMNS = 20_000
RAGGED = "a row with more or fewer cells than the header"
BLANK = "an empty row"
_MARKUP = re.compile(r"\s*(<!doctype|<html|<head|<body|<\?xml|<!--|\{\s*\")", re.IGNORECASE)


@dataclass(frozen=True, eq=False)
class Cells:
    """The rows of a file: those above the data, those of the data, and what was refused."""

    encoding: str
    head: tuple[list[str], ...]
    rows: list[list[str]]
    refused: Counter[str] = field(default_factory=Counter)
    note: str = ""
    ragged: tuple[int, ...] = ()


def read_cells(path: Path, encoding: Any, n_head: int = 3) -> Cells:
    """Read a table of text.

    Parameters
    ----------
    path : Path
        At most 500 MB; separated by commas, semicolons or tabs.
    encoding : str or None
        Stated, or found.
    n_head : int
        Rows above the data, at most; rows of another width than the first are then kept as data.

    Raises
    ------
    DataError
        The file is empty, a web page, has no columns, or a quote that is never closed.
    """
    refuse_absent_or_large(path, MAX_BYTES)
    read = decode(path.read_bytes(), encoding, str(path), MAX_BYTES)
    text = read.text.lstrip("\ufeff")
    if _MARKUP.match(text):
        raise DataError(
            f"{path}: a web page (HTML), XML or JSON, not a table. Export the responses as CSV."
        )
    if not text.strip():
        raise DataError(f"{path}: the file is empty. Its first row must name the variables.")
    first = text.lstrip("\r\n").split("\n", 1)[0]
    mark = max(",;\t", key=first.count)
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    try:
        for row in track(reader, f"reading {path.name}"):
            rows.append(row)
    except csv.Error as error:
        raise DataError(
            f"{path}, row {len(rows) + 1}: {str(error)[:200]}. A cell that holds the separator, a "
            "quote or a line break stands in double quotes."
        ) from error
    return _parted(path, rows, read.encoding, read.note, mark, n_head)


def _parted(
    path: Path, rows: list[list[str]], encoding: str, note: str, mark: str, n_head: int
) -> Cells:
    start = next((k for k, row in enumerate(rows) if any(row)), None)
    if start is None:
        raise DataError(f"{path}: all its cells are empty. Its first row must name the variables.")
    width = len(rows[start])
    if width < 2 or width > MAX_COLUMNS:
        raise DataError(
            f"{path}: its first row has {width:,} cells; a survey has 2 to {MAX_COLUMNS:,} "
            "variables, separated by commas, semicolons or tabs. Is it the right file?"
        )
    refused: Counter[str] = Counter()
    ragged: list[int] = []
    kept: list[list[str]] = []
    for number, row in enumerate(rows[start:], start=start + 1):
        if not any(row):
            refused[BLANK] += 1
        elif len(row) != width and len(kept) >= n_head:
            refused[RAGGED] += 1
            ragged.append(number)
        else:
            kept.append(row)
    name = {",": "", "\t": "columns by tab"}.get(mark, f"columns by {mark!r}")
    parts = [note, name]
    said = "; ".join(part for part in parts if part)
    return Cells(encoding, tuple(kept[:n_head]), kept[n_head:], refused, said, tuple(ragged))


def ragged_words(path: Path, cells: Cells) -> list[str]:
    """Return a sentence that names the ragged rows, or nothing."""
    if not cells.ragged:
        return []
    shown = ", ".join(map(str, cells.ragged[:5]))
    more = f" and {len(cells.ragged) - 5:,} more" if len(cells.ragged) > 5 else ""
    return [
        f"{path.name}: {len(cells.ragged):,} ragged rows left out, since no one can say which cell "
        f"is wrong: {shown}{more}. Mend the file; the head is row 1."
    ]


def text_variable(
    name: str,
    cells: Sequence[str],
    says: str = "",
    missing: Mapping[str, Any] | None = None,
    declared: Sequence[str] = (),
    labels: Mapping[str, str] | None = None,
) -> Variable:
    """Make a variable of cells of text: numbers where every cell is one, words else.

    Parameters
    ----------
    missing : mapping, or None
        As the option ``missing``.
    declared : sequence of str
        Words that the kind of file has for no answer.
    """
    import numpy as np
    import pandas as pd

    from mdresearch.corpus.loaders.survey_codes import EVERY
    from mdresearch.corpus.loaders.survey_parts import code_text

    own = own_codes(missing)
    held = own.get(name, own.get(EVERY, ()))
    codes = [code_text(c) for c in ([held] if isinstance(held, str | int | float) else held)]
    series = pd.Series([cell.strip() or None for cell in cells], dtype="str")
    absent = series.isin([*codes, *declared]) & series.notna()
    marks = series.where(absent) if absent.any() else None
    words = series.mask(absent)
    present = words.dropna()
    numeric = bool(len(present)) and bool(present.str.fullmatch(CANONICAL_DECIMAL).all())
    if numeric and present.str.len().max() <= 15:
        values = np.array([float(w) if isinstance(w, str) else np.nan for w in words])
        typed = numbers(values) if np.isfinite(values[~np.isnan(values)]).all() else words
    else:
        typed = words
    kind = "string" if typed is words else "numeric"
    met = sorted(marks.dropna().unique()) if marks is not None else []
    stated = codes if name in own else []
    return Variable(
        name, typed, says, dict(labels or {}), marks, tuple(dict.fromkeys([*stated, *met])), kind
    )


def one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    """Return an option's value, or refuse it."""
    if value not in allowed:
        raise unknown_name(f"value of {name}=", value, allowed)
    return str(value)
