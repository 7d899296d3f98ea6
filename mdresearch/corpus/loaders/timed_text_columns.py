"""The table ``cues``: what is the same for a file is made once a file, and repeated."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.timed_text_cues import Coded, Lot

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Named:
    """The ids of one file."""

    version: str
    episode: str
    number: int | None
    lang: str
    layer: str

    @property
    def stem(self) -> str:
        """What the ids of its cues begin with."""
        return "-".join(part for part in (self.episode, self.lang, self.layer) if part)


def cue_table(
    lots: Sequence[Lot], files: Sequence[int], named: Sequence[Named], kind: str
) -> pd.DataFrame:
    """Return one row a cue, in the order of the files.

    Parameters
    ----------
    lots : sequence of Lot
        The cues.
    files : sequence of int
        The places of the files, rising.
    named : sequence of Named
        What they are called, in the same order.
    kind : str
        The kind of all cues.

    Returns
    -------
    DataFrame
        The columns of ``cues``, and ``source_file``. An end before its start is missing.
    """
    import numpy as np
    import pandas as pd

    file = _joined([lot.file for lot in lots])
    order = None
    if (file[1:] < file[:-1]).any():
        order = np.argsort(file, kind="stable")
    place = np.searchsorted(files, file if order is None else file[order])
    start = _ordered(_joined([lot.start for lot in lots]), order)
    end = _ordered(_joined([lot.end for lot in lots]), order)

    def same(values: Sequence[str]) -> Any:
        return _text(values).take(place)

    def own(name: str, values: Sequence[str]) -> Any:
        held = [getattr(lot, name) for lot in lots]
        if all(column is None for column in held):
            return same(values)
        codes, words = _codes(held, lots, len(values))
        codes = _ordered(codes, order)
        return _text([*values, *words]).take(np.where(codes < 0, place, codes))

    texts = np.empty(len(file), object)
    texts[:] = list(itertools.chain.from_iterable(lot.text for lot in lots))
    frame = pd.DataFrame(
        {
            "cue_id": pd.array(_ids(named, np.bincount(place, minlength=len(named))), dtype="str"),
            "episode_id": same([ids.episode for ids in named]),
            "start_ms": start,
            "end_ms": end,
            "kind": same([kind] * len(named)),
            "lang": own("lang", [ids.lang for ids in named]),
            "speaker_id": own("speaker", [""] * len(named)),
            "text": pd.array(_ordered(texts, order), dtype="str"),
            "layer": own("style", [ids.layer for ids in named]),
            "source_file": np.asarray(files, np.int64)[place],
        },
        copy=False,
    )
    if (end < start).any():
        frame["end_ms"] = frame["end_ms"].astype("Int64").where(end >= start)
    return frame


def _ids(named: Sequence[Named], counts: np.ndarray) -> list[str]:
    """Return the ids of the cues: 'stem-1', 'stem-2', ... in each file."""
    most = int(counts.max(initial=0))
    # 'stem'.join(['', '-1\0', '-2\0']) is 'stem-1\0stem-2\0'.
    figures = ["", *(f"-{k}\0" for k in range(1, most + 1))]
    joined = [
        ids.stem.join(figures[: n + 1]) for ids, n in zip(named, counts.tolist(), strict=True)
    ]
    return "".join(joined).split("\0")[:-1]


def _text(values: Sequence[str]) -> Any:
    import pandas as pd

    return pd.array([value or None for value in values], dtype="str")


def _codes(
    columns: Sequence[Coded | None], lots: Sequence[Lot], start: int
) -> tuple[np.ndarray, list[str]]:
    """Join coded columns: codes from ``start`` on, -1 where there is no word; and the words."""
    import numpy as np

    words: list[str] = []
    codes = []
    for column, lot in zip(columns, lots, strict=True):
        if column is None:
            codes.append(np.full(len(lot.file), -1))
            continue
        table = [start + len(words) + k if word else -1 for k, word in enumerate(column.words)]
        codes.append(np.array(table, np.int64)[column.codes])
        words += column.words
    return np.concatenate(codes), words


def _joined(parts: Sequence[np.ndarray]) -> np.ndarray:
    import numpy as np

    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _ordered(values: np.ndarray, order: np.ndarray | None) -> np.ndarray:
    return values if order is None else values[order]
