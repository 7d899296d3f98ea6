"""Rows of comments and captures: the same columns from every danmaku format, nothing lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.danmaku_options import Ids, Told
from mdresearch.corpus.loading import FileNote, Reading

if TYPE_CHECKING:
    import pandas as pd

PERSONS = {"comments": ("user_hash",)}


@dataclass(frozen=True, eq=False)
class OneFile:
    """What one file gave: its comments, perhaps a row of ``captures``, and a note."""

    comments: pd.DataFrame
    note: FileNote
    captures: tuple[Mapping[str, Any], ...] = ()
    warnings: tuple[str, ...] = field(default=())


def comments(
    comment_id: Sequence[str],
    time_ms: Any,
    text: Sequence[str | None],
    of: Ids,
    said: Told,
    place: int,
    **more: Any,
) -> pd.DataFrame:
    """Return a table of comments.

    Parameters
    ----------
    comment_id, time_ms, text
        A value a row.
    of : Ids
        What all rows belong to; ``more`` may hold columns instead.
    said : Told
        The options.
    place : int
        The place of the file among those read.
    **more
        Further columns: arrays of numbers, lists of text, or one text for all.
    """
    import numpy as np
    import pandas as pd

    n = len(comment_id)
    columns: dict[str, Any] = {
        "comment_id": comment_id,
        "version_id": of.version_id,
        "episode_id": of.episode_id,
        "kind": "danmaku",
        "lang": of.lang,
        "country": said.country,
        "country_source": "given" if said.country else None,
        "posted_at": None,
        "time_ms": time_ms,
        "text": text,
        "user_hash": None,
        "sampling_note": said.sampling_note,
        **more,
        "source_file": np.full(n, place, np.int64),
    }
    index = pd.RangeIndex(n)
    typed = (pd.Series, np.ndarray)
    return pd.DataFrame(
        {
            name: values if isinstance(values, typed) else pd.Series(values, index, dtype="str")
            for name, values in columns.items()
        }
    )


def reading(files: Sequence[OneFile]) -> Reading:
    """Join the files: comments that stand in several are kept once and counted.

    Returns
    -------
    Reading
        With a warning where rows have no country or no language.
    """
    import pandas as pd

    frame = files[0].comments
    if len(files) > 1:
        frame = pd.concat([one.comments for one in files], ignore_index=True)
    again = frame["comment_id"].duplicated()
    notes = [one.note for one in files]
    if again.any():
        repeated = Counter(frame.loc[again, "source_file"])
        notes = [_repeated(note, repeated.get(at, 0)) for at, note in enumerate(notes)]
        frame = frame.loc[~again].reset_index(drop=True)
    tables = {"comments": frame}
    captures = captured(files)
    if len(captures):
        tables["captures"] = captures
    said = [text for one in files for text in one.warnings]
    return Reading(tables, tuple(notes), PERSONS, (*said, *unknown(frame)))


def stems(paths: Sequence[Path]) -> list[str]:
    """Return a name for each file, from which ids of rows are made: two never have the same.

    Examples
    --------
    >>> stems([Path("a/e1.csv"), Path("b/e1.csv"), Path("b/e2.csv")])
    ['e1.1', 'e1.2', 'e2']
    """
    often = Counter(path.stem for path in paths)
    return [
        path.stem if often[path.stem] == 1 else f"{path.stem}.{place}"
        for place, path in enumerate(paths, start=1)
    ]


def captured(files: Sequence[OneFile]) -> pd.DataFrame:
    """Return the table of captures, one row a file that says how complete it is."""
    import pandas as pd

    rows = [
        {"capture_id": f"p{place + 1}", **row, "source_file": place}
        for place, one in enumerate(files)
        for row in one.captures
    ]
    frame = pd.DataFrame(rows)
    kinds = {"n_seen": "Int64", "n_reported": "Int64", "cap": "Int64", "complete": "boolean"}
    frame = frame.astype({name: kind for name, kind in kinds.items() if name in frame})
    texts = [name for name in ("capture_id", "episode_id", "captured_at") if name in frame]
    return frame.astype(dict.fromkeys(texts, "str"))


def unknown(frame: pd.DataFrame) -> list[str]:
    """Return a sentence for each of country and language that rows lack."""
    out = []
    hints = {
        "country": (
            "no country of the audience. Say country= (such as CHN) where you know it for all of "
            "them; a platform or a language is not a country"
        ),
        "lang": "no language. Say lang= (such as zh) where you know it for all of them",
    }
    for column, hint in hints.items():
        lacking = int(frame[column].isna().sum())
        if lacking:
            out.append(f"{lacking:,} of {len(frame):,} danmaku have {hint}.")
    return out


def file_note(
    path: Path, encoding: str, n: int, refused: Mapping[str, int], *remarks: str
) -> FileNote:
    """Return the note of a file of which ``n`` rows were kept; empty remarks are left out."""
    counted = {reason: number for reason, number in refused.items() if number}
    return FileNote(
        path, encoding, n + sum(counted.values()), counted, "; ".join(r for r in remarks if r)
    )


def _repeated(note: FileNote, n: int) -> FileNote:
    if not n:
        return note
    refused = {**note.refused, "its comment_id stands before (the first is kept)": n}
    return replace(note, refused=refused)
