"""What a kind of review or comment file is, as data, and how its options are checked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from mdresearch.core.countries import country_codes
from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.json_rows import Row, field_names
from mdresearch.corpus.schemas import LANG

if TYPE_CHECKING:
    import pandas as pd

OPTIONS: Mapping[str, str] = {
    "version_id": "the version (app, title, video) that the files are about; or one a file name",
    "lang": "the language that was asked for, BCP 47, such as pt-BR; or one a file name",
    "country": "the country that the files are for, such as BRA; or one a file name",
    "encoding": "of the files; found where it is not given",
    "sheet": "of a workbook that has several such tables",
}


@dataclass(frozen=True)
class Context:
    """What goes along while one file is turned into a table.

    Attributes
    ----------
    path : Path
        The file.
    options : mapping
        As the user gave them.
    tally : Counter
        Gains what the user must know, by a key of `mdresearch.corpus.loaders.review_words.WORDS`.
    """

    path: Path
    options: Mapping[str, Any]
    tally: Counter[str]


Refine = Callable[[Sequence[Row], "pd.DataFrame", Context], "pd.DataFrame"]
Finish = Callable[["pd.DataFrame", Counter[str]], "pd.DataFrame"]


@dataclass(frozen=True)
class Kind:
    """A kind of file: which of its fields become which column.

    Attributes
    ----------
    word : str
        ``review`` or ``comment``.
    marks : tuple of str
        Fields that no other kind has together.
    expected : tuple of str
        Fields that one row at least must have.
    columns : mapping of str to tuple of str
        Our column to the fields that it is taken from; the first that is filled.
    persons : tuple of str
        Fields that name the writer, the most stable first; hashed.
    personal : tuple of str
        Other fields on the writer; dropped and counted.
    opened : tuple of str
        Fields that ``expand`` takes apart.
    nested : tuple of str
        Fields under which an answer holds its rows.
    made_id : tuple of str
        Our columns of which an id is made where rows have none.
    unix_zone : str
        The zone of times written as numbers.
    expand : callable or None
        Rows to rows, before anything else.
    refine : callable or None
        What this kind needs beyond its columns, for a part of a file.
    finish : callable or None
        What it needs of the whole table, such as the parents of replies.
    """

    word: Literal["review", "comment"]
    marks: tuple[str, ...]
    expected: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    persons: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()
    nested: tuple[str, ...] = ("data",)
    made_id: tuple[str, ...] = ()
    unix_zone: str = "Z"
    expand: Callable[[Sequence[Row]], list[Row]] | None = None
    refine: Refine | None = None
    finish: Finish | None = None

    def known(self) -> set[str]:
        """Return every field that this kind knows."""
        taken = {name for names in self.columns.values() for name in names}
        return taken | set(self.persons) | set(self.personal) | set(self.opened)

    def sniff(self, path: Path, head: bytes) -> float:
        """Say how surely a file is of this kind, by its fields."""
        names = field_names(head)
        return 0.95 if all(mark in names for mark in self.marks) else 0.0


def stated(options: Mapping[str, Any], key: str, path: Path) -> str | None:
    """Return what an option says for one file: the option itself, or its entry for the file's name.

    Raises
    ------
    DataError
        The option names files, but not this one; or what it says is no language or country.
    """
    held = options.get(key)
    if isinstance(held, Mapping):
        if path.name not in held:
            raise DataError(
                f"{key}= says nothing for '{path.name}'. It names: {', '.join(map(str, held))}. "
                f"Add the file, or give one {key} for all."
            )
        held = held[path.name]
    if held is None or held == "":
        return None
    if not isinstance(held, str):
        raise DataError(
            f"{key}={held!r} is not text. Write {key}='...', or a mapping from file names to texts."
        )
    return _checked(key, held)


def _checked(key: str, value: str) -> str:
    if key == "lang" and not re.fullmatch(LANG, value):
        raise DataError(f"lang='{value}' is no BCP 47 language tag. Write lang='pt-BR' or 'zh'.")
    if key != "country":
        return value
    code = str(country_codes([value]).codes[0])
    if not code:
        raise DataError(
            f"country='{value}' names no one country. Write an ISO 3166-1 alpha-3 code such as "
            "country='BRA'."
        )
    return code
