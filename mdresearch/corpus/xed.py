r"""XED: film subtitles in many languages with Plutchik's emotions, nothing swallowed.

The files look like tables of two tab-separated fields, text and numbers of emotions. They are not:
whoever wrote them read the source with quotes switched on, so that a line of dialogue that begins
with a stray ``"`` has taken in the lines after it, up to the next quote. A reader with pandas'
default quoting gets as many rows as there are labels, and in some of them the "text" is hundreds of
lines of file names and other people's dialogue. A reader with quoting off meets lines of one, six
and seven fields and gives up. Here every line of a file becomes a cue of its own: one with its
labels, or (``part`` is ``swallowed``) one without, since its labels were lost before publication.

The sizes in the project's README are those of the labelled lines, less one in 25 of 31 languages:
the first line was taken for a header there (it is one in ``tr-projections2.tsv`` only, where a
second one is missing too).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.core.progress import track
from mdresearch.corpus.corpora import Corpus

if TYPE_CHECKING:
    import pandas as pd

EMOTIONS = {
    "0": "neutral", "1": "anger", "2": "anticipation", "3": "disgust", "4": "fear", "5": "joy",
    "6": "sadness", "7": "surprise", "8": "trust",
}  # fmt: skip
LANGS = {"br": "pt-BR", "cn": "zh-CN", "tw": "zh-TW"}
LABELS = re.compile(r"[0-8](, ?[0-8])*")
MAX_BYTES = 50_000_000
PARTS = {"annotated": "xed-annotators", "projected": "xed-projection", "neutral": "xed-annotators"}
REFUSED = {"empty": "empty line", "end": "end of a swallowed block, without a translation"}

Row = tuple[int, str, str, str]


def read_xed(paths: Sequence[Path]) -> Corpus:
    """Read the files: one cue a line, one code a label.

    ``cues.part`` is ``annotated`` (labelled by people, English and Finnish), ``projected`` (labels
    carried over from an aligned line), ``neutral`` or ``swallowed``. The films are not named:
    ``episode_id`` is the name of the file. ``codes.value`` is the emotion, ``coder_id`` whether it
    was given by ``xed-annotators`` or by ``xed-projection``.

    Parameters
    ----------
    paths : sequence of Path
        Any of the files ``*-annotated.tsv``, ``*-projections.tsv``, ``neu_*.txt``.

    Raises
    ------
    DatasetError
        A file has another name, is too large, or has a line that is none of the known ones.
    """
    import pandas as pd

    cues: list[tuple[str, str, str, str, str]] = []
    codes: list[tuple[str, str, str, str]] = []
    sources = []
    for path in track(paths, "reading XED"):
        stem, lang, part = _name(path)
        rows, refused, repeated = [], Counter[str](), 0
        for number, text, labels, kind in sorted(_rows(path, part)):
            if kind in REFUSED:
                refused[REFUSED[kind]] += 1
                continue
            cue = f"{stem}-{number}"
            rows.append((cue, stem, lang, text, kind))
            given = [EMOTIONS[mark] for mark in re.findall("[0-8]", labels)]
            repeated += len(given) - len(set(given))
            coder = PARTS.get(part, "")
            codes += [(f"{cue}-{word}", cue, word, coder) for word in dict.fromkeys(given)]
        cues += rows
        sources.append(_source(path, stem, rows, refused, repeated))
    tables = {
        "cues": _cues(cues),
        "codes": pd.DataFrame(codes, columns=["code_id", "unit_id", "value", "coder_id"]).assign(
            unit_type="cue", variable="emotion"
        ),
        "sources": pd.DataFrame(sources),
    }
    note = "Lines are in no order of a film; projected labels were never seen by a person."
    return Corpus("xed", tables, kind="derived", note=note)


def _cues(rows: list[tuple[str, str, str, str, str]]) -> pd.DataFrame:
    import pandas as pd

    names = ["cue_id", "episode_id", "lang", "text", "part"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.assign(kind="dialogue", source_id=frame["episode_id"])


def _source(
    path: Path, stem: str, rows: Sequence[tuple[str, ...]], refused: Counter[str], repeated: int
) -> dict[str, Any]:
    return {
        "source_id": stem,
        "url_or_file": f"Helsinki-NLP/XED: {path.name}",
        "sha256": hash_file(path),
        "licence": "CC BY 4.0",
        "share": "derived",
        "kind": "derived",
        "encoding": "utf-8",
        "rows_read": len(rows) + refused.total(),
        "rows_refused": refused.total(),
        "reasons": "; ".join(f"{why}: {n}" for why, n in refused.items()),
        "n_swallowed": sum(row[4] == "swallowed" for row in rows),
        "n_repeated_labels": repeated,
    }


def _name(path: Path) -> tuple[str, str, str]:
    found = re.fullmatch(r"([a-z]{2})-(annotated|projections)2?", path.stem)
    if found:
        lang = found[1]
        part = "annotated" if found[2] == "annotated" else "projected"
        return path.stem, LANGS.get(lang, lang), part
    if re.fullmatch(r"neu_(en|fi)", path.stem):
        return path.stem, path.stem[-2:], "neutral"
    raise DatasetError(
        f"'{path}' is not a file of XED. They are called en-annotated.tsv, de-projections.tsv, "
        "neu_en.txt and so on."
    )


def _rows(path: Path, part: str) -> Iterator[Row]:
    """Yield line number, text, labels and part; an opened quote gets the labels of its end."""
    if path.stat().st_size > MAX_BYTES:
        raise DatasetError(f"'{path}' has more than {MAX_BYTES:,} bytes. It is not a file of XED.")
    opened: tuple[int, str] | None = None
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            fields = line.rstrip("\r\n").split("\t")
            if part == "neutral":
                yield _neutral(path, number, fields)
            elif number == 1 and fields == ["phrase", "emotion"]:
                continue
            elif len(fields) == 1 and opened is None and fields[0].startswith('"'):
                opened = number, unquoted(fields[0] + '"')
            elif len(fields) == 2 and LABELS.fullmatch(fields[1]):
                yield number, unquoted(fields[0]), fields[1], part
            elif opened is not None and len(fields) in (6, 7):
                closes = LABELS.fullmatch(fields[-1]) and fields[-2].endswith('"')
                if closes and len(fields) == 6:
                    yield number, "", "", "end"
                else:
                    yield number, unquoted('"' + fields[5] + '"' * (not closes)), "", "swallowed"
                if closes:
                    yield opened[0], opened[1], fields[-1], part
                    opened = None
            else:
                raise _unknown(path, number, len(fields))
    if opened is not None:
        raise _unknown(path, opened[0], 1)


def _neutral(path: Path, number: int, fields: list[str]) -> Row:
    if len(fields) not in (2, 5):
        raise _unknown(path, number, len(fields))
    if not any(fields):
        return number, "", "", "empty"
    return number, fields[1], "0", "neutral"


def unquoted(field: str) -> str:
    """Return what a field of a CSV file says: as it is, or without its quotes and their doubling.

    Examples
    --------
    >>> unquoted('"He said ""no""."'), unquoted('5" wide')
    ('He said "no".', '5" wide')
    """
    if len(field) > 1 and field[0] == field[-1] == '"':
        return field[1:-1].replace('""', '"')
    return field


def _unknown(path: Path, number: int, count: int) -> DatasetError:
    return DatasetError(
        f"'{path}', row {number}: {count} fields that are neither a line with its labels nor part "
        "of one that a stray quote has taken in. Restore the file."
    )
