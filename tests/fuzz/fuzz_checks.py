"""What must hold whatever bytes come in: our own errors only, and tables that are what they say."""

from __future__ import annotations

import os
import tempfile
import warnings
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mdresearch.core.errors import MdresearchError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.loading import LOADERS, Reading
from mdresearch.corpus.readings import assemble

EVERY = [1]  # of how many inputs one is checked against the schemas; the fuzzer takes more
FOLDER = Path(tempfile.mkdtemp(prefix="mdresearch-fuzz-"))
LONGEST_MESSAGE = 4_000
SPANS = (("start_ms", "end_ms"), ("start_s", "end_s"))


class BrokenPromiseError(Exception):
    """Something came out that never may, from whatever file."""


def demand(holds: object, words: str) -> None:
    """Raise where a promise does not hold."""
    if not holds:
        raise BrokenPromiseError(words)


def own_folder() -> None:
    """Let the salt of the pseudonyms lie in the folder of this process, not in that of the user."""
    os.environ["XDG_DATA_HOME"] = str(FOLDER / "data-home")


def written(data: bytes, ending: str) -> Path:
    """Write an input to the same file again and again; return its path."""
    path = FOLDER / f"fuzzed{ending}"
    path.write_bytes(data)
    return path


def refused(call: Callable[[], Any]) -> tuple[Any, MdresearchError | None]:
    """Return what a call gives, or our own error, whose message must be short and printable."""
    try:
        return call(), None
    except MdresearchError as error:
        message = str(error)
        demand(len(message) <= LONGEST_MESSAGE, f"a message of {len(message)} characters")
        demand(len(message) >= 10, f"a message that says nothing: {message!r}")
        demand(printable(message), f"a message that no terminal can show: {message!r:.200}")
        return None, error


def printable(text: str) -> bool:
    """Whether a text can be written to a terminal: no half characters, no escape, no NUL."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return not any(c in text for c in "\x00\x1b")


def read_checked(
    kind: str, data: bytes, ending: str, options: Mapping[str, Any], main: str | None = None
) -> Reading | None:
    """Read bytes as a file of a kind, and demand what holds for every kind.

    Parameters
    ----------
    kind : str
        A key of ``LOADERS``.
    data : bytes
        The file.
    ending : str
        How its name ends.
    options : mapping
        Options of the loader.
    main : str or None
        The table that has one row for each row of the file that was kept; None where no table has.

    Returns
    -------
    Reading or None
        None where the file was refused.
    """
    path = written(data, ending)
    loader = LOADERS[kind]
    loader.sniff(path, data[:65_536])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        reading, error = refused(lambda: loader.function([path], options))
    if reading is None:
        demand(path.name in str(error), f"the message does not name the file: {error}")
        return None
    demand(set(reading.tables) <= set(loader.gives), f"tables not announced: {set(reading.tables)}")
    _rows_add_up(reading, main)
    _spans_in_order(reading)
    if zlib.crc32(data) % EVERY[0] == 0:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always", UserWarning)
            _as_the_schemas_say(assemble(reading, loader, "fuzzed"))
        for one in said:
            demand(printable(str(one.message)), f"a warning to no terminal: {one.message!r:.200}")
    return reading


def _rows_add_up(reading: Reading, main: str | None) -> None:
    note = reading.files[0]
    lost = sum(note.refused.values())
    demand(all(n > 0 for n in note.refused.values()), f"a refusal of no rows: {note.refused}")
    demand(note.rows_read >= lost >= 0, f"{note.rows_read} rows read, but {lost} refused")
    if main is not None:
        kept = len(reading.tables[main])
        demand(note.rows_read == kept + lost, f"{note.rows_read} read, {kept} kept, {lost} refused")


def _as_the_schemas_say(corpus: Corpus) -> None:
    report = corpus.check()
    demand(report.ok, f"not as its schema says:\n{report.problems.head(5).to_string()}")
    for name in corpus.tables:
        for column, cells in corpus[name].select_dtypes("str").items():
            text = "".join(cells.dropna())
            demand(_storable(text), f"{name}.{column} holds half a character: no file can hold it")


def _storable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _spans_in_order(reading: Reading) -> None:
    for name, frame in reading.tables.items():
        for first, last in SPANS:
            if first in frame and last in frame:
                start, end = frame[first], frame[last]
                backwards = (end < start).fillna(False)
                demand(not backwards.any(), f"{name}: a span that ends before it starts")
                demand(not (start < 0).fillna(False).any(), f"{name}: a span before 0")
        if name == "comments" and "time_ms" in frame:
            demand(not (frame["time_ms"] < 0).fillna(False).any(), f"{name}: a time before 0")
