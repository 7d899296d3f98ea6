"""Hongguo / Douyin micro-drama tables: CSV in GB18030 or UTF-8, tab-separated, or a workbook."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.csv_files import MAX_CELL, check_header, refuse_absent_or_large
from mdresearch.core.encodings import MAX_BYTES, decode
from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.danmaku_frames import (
    OneFile,
    comments,
    file_note,
    reading,
    stems,
)
from mdresearch.corpus.loaders.danmaku_options import Ids, Told, episode_name, ids, told
from mdresearch.corpus.loading import Reading

SERIES, EPISODE, LIKES, TEXT = "剧名称", "group_title", "累计点赞数", "弹幕内容"
OFFSET = "发弹幕时刻相对于视频起始时间偏移量"
_NUMBER = re.compile(r"第\s*([0-9]{1,5})\s*[集话回]")
_MS = re.compile(r"([0-9]{1,10})(?:\.0+)?")
_NEGATIVE = re.compile(r"-[0-9]+(\.0+)?")

Row = tuple[int, dict[str, str | None]]


def read_hongguo(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read Hongguo tables; see `LOADERS`."""
    said = told(options)
    names = stems(paths)
    files = enumerate(track(paths, "reading danmaku", len(paths)))
    return reading([_one(path, place, names[place], said) for place, path in files])


def table(path: Path, encoding: str | None) -> tuple[list[str], Iterator[Row], Counter[str], Any]:
    """Open a table of text: its columns, rows by number, what is refused, and how it was read.

    Raises
    ------
    DataError
        The file is too large, not in one encoding, or its columns are not those of this kind.
    """
    refused = Counter[str]()
    if path.suffix.lower() == ".xlsx":
        from mdresearch.corpus.workbooks import read_sheet

        frame = read_sheet(path)
        cells = frame.astype(object).where(frame.notna(), None).to_dict("records")
        names = [str(name) for name in frame.columns]
        _check(path, names)
        return names, enumerate(cells, start=2), refused, ("xlsx", "")
    refuse_absent_or_large(path, MAX_BYTES)
    decoded = decode(path.read_bytes(), encoding, str(path))
    first = decoded.text.partition("\n")[0]
    mark = next((m for m in ("\t", ",", ";") if m in first), ",")
    found = _csv(path, decoded.text, mark)
    head = found[0] if found else []
    names = check_header([name.strip() for name in head], str(path))
    _check(path, names)
    word = {"\t": "separated by tabs", ";": "separated by ';'", ",": ""}[mark]
    note = "; ".join(text for text in (decoded.note, word) if text)
    return names, _dicts(found[1:], names, refused), refused, (decoded.encoding, note)


def _csv(path: Path, text: str, mark: str) -> list[list[str]]:
    before = csv.field_size_limit(MAX_CELL)
    rows: list[list[str]] = []
    try:
        for row in csv.reader(_lines(text), delimiter=mark, strict=True):
            rows.append(row)
    except csv.Error as error:
        raise DataError(
            f"{path}, row {len(rows) + 1}: {error}. A cell that holds the delimiter, a quote or a "
            'line break stands in double quotes, each quote inside as "".'
        ) from error
    finally:
        csv.field_size_limit(before)
    return rows


def _lines(text: str) -> Iterator[str]:
    """Yield the lines of a text, whatever ends them, without splitting at other white space."""
    start = 0
    for end in re.finditer("\r\n|\r|\n", text):
        yield text[start : end.start()] + "\n"
        start = end.end()
    if start < len(text):
        yield text[start:]


def _dicts(found: list[list[str]], names: list[str], refused: Counter[str]) -> Iterator[Row]:
    for number, row in enumerate(found, start=2):
        if not any(row):
            continue
        if len(row) != len(names):
            refused["more or fewer cells than the first row names"] += 1
            continue
        cells = zip(names, row, strict=True)
        yield number, {n: (c if n == TEXT else c.strip()) or None for n, c in cells}


def _check(path: Path, names: list[str]) -> None:
    lacking = [name for name in (OFFSET, TEXT) if name not in names]
    if lacking:
        raise DataError(
            f"{path}, row 1: there is no column {' and no column '.join(lacking)}. It has: "
            f"{', '.join(names)[:300]}. Rename the columns, or say which kind of file it is with "
            "kind=."
        )


def _one(path: Path, place: int, stem: str, said: Told) -> OneFile:
    import numpy as np
    import pandas as pd

    names, rows, refused, (encoding, how) = table(path, said.encoding)
    of = ids(path, said)
    kept: list[Row] = []
    for number, row in rows:
        reason = _wrong(row)
        if reason:
            refused[reason] += 1
        else:
            kept.append((number, row))
    series = [row.get(SERIES) for _, row in kept]
    groups = [row.get(EPISODE) for _, row in kept]
    likes = [_whole(row.get(LIKES)) for _, row in kept]
    unread = sum(row.get(LIKES) is not None for _, row in kept) - sum(x is not None for x in likes)
    frame = comments(
        [f"{stem}-r{number}" for number, _ in kept],
        np.array([_whole(row[OFFSET]) for _, row in kept], np.int64),
        [row[TEXT] for _, row in kept],
        of,
        said,
        place,
        version_id=[of.version_id or name for name in series],
        episode_id=[_episode(of, s, g) for s, g in zip(series, groups, strict=True)],
        likes=pd.Series(likes, dtype="Int64"),
        series=series,
        group_title=groups,
    )
    others = [n for n in names if n not in (SERIES, EPISODE, LIKES, TEXT, OFFSET)]
    remarks = (
        how,
        f"columns not read: {', '.join(others)}" if others else "",
        f"{unread:,} counts of likes are no number, left empty" if unread else "",
    )
    return OneFile(frame, file_note(path, encoding, len(kept), refused, *remarks))


def _wrong(row: Mapping[str, str | None]) -> str:
    offset = row.get(OFFSET) or ""
    if _NEGATIVE.fullmatch(offset):
        return "its time is before the start"
    if not _MS.fullmatch(offset):
        return "its time is no whole number of milliseconds"
    return "" if row.get(TEXT) else "it has no text"


def _whole(cell: str | None) -> int | None:
    match = _MS.fullmatch(cell or "")
    return int(match[1]) if match else None


def _episode(of: Ids, series: str | None, group: str | None) -> str | None:
    """Return the id of an episode: as told, else of the series and the number in its title."""
    if of.episode_id:
        return of.episode_id
    if group is None:
        return None
    number = _NUMBER.search(group)
    version = of.version_id or series
    if number:
        return episode_name(version, int(number[1]))
    return f"{version}-{group}" if version else group
