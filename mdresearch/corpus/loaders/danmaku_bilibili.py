"""Bilibili danmaku XML: the quick path, the exact path for whatever is unusual, the table."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.progress import track
from mdresearch.corpus.loaders.danmaku_columns import ROWS, Columns
from mdresearch.corpus.loaders.danmaku_fields import Unusual
from mdresearch.corpus.loaders.danmaku_frames import OneFile, comments, file_note, reading
from mdresearch.corpus.loaders.danmaku_options import Ids, Told, ids, told
from mdresearch.corpus.loaders.danmaku_scan import scan
from mdresearch.corpus.loaders.danmaku_xml import Found, items, refuse_web_page
from mdresearch.corpus.loading import Reading

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MODES = {
    **{1: "scroll", 2: "scroll", 3: "scroll", 4: "bottom", 5: "top"},
    **{6: "reverse", 7: "positioned", 8: "code", 9: "bas"},
}
FIRST_SECOND, LAST_SECOND = 1_100_000_000, 4_102_444_800  # 2004-11 to 2100
DAY = 86_400
_TIME = re.compile(r"([0-9]{1,8})(?:\.([0-9]{1,8}))?")
_WHOLE = re.compile(r"[0-9]{1,9}")
_SENT = re.compile(r"[0-9]{1,11}")
_IDENT = re.compile(r"[0-9]{1,20}")
_SENDER = re.compile(r"[0-9A-Za-z]{1,16}")


def read_bilibili(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read bilibili XML files; see `LOADERS`."""
    said = told(options)
    files = enumerate(track(paths, "reading danmaku", len(paths)))
    return reading([_one(path, place, said) for place, path in files])


def columns(path: Path, encoding: str | None = None) -> Columns:
    """Read one file into typed columns, by the quick path where it is in the plain layout.

    Parameters
    ----------
    path : Path
        A bilibili XML file.
    encoding : str or None
        Found where None.

    Raises
    ------
    DataError
        The file is not well-formed XML, not of this kind, or has a document type.
    """
    refuse_web_page(path, "danmaku XML")
    if encoding in (None, "utf-8"):
        try:
            return scan(path)
        except Unusual:
            pass
    return exact_columns(path, encoding)


def exact_columns(path: Path, encoding: str | None = None) -> Columns:
    """Read one file with expat, item by item; what cannot be read is counted with its reason."""
    import numpy as np

    found, refused = Found(), Counter[str]()
    numbers: list[tuple[int, ...]] = []
    words: list[tuple[bytes, bytes]] = []
    texts: list[bytes] = []
    for attributes, text in items(path, "i", "d", encoding, found):
        values = attributes.get("p", "").split(",")
        reason = _wrong(values)
        if reason:
            refused[reason] += 1
            continue
        level = int(values[8]) if len(values) == 9 else -1
        numbers.append((_milliseconds(values[0]), *(int(v) for v in values[1:6]), level))
        words.append((values[6].encode(), values[7].encode()))
        texts.append(text.encode("utf-8"))
    refused["holds other elements"] += found.nested
    table = np.array(numbers, np.int64).reshape(-1, 7)
    time, mode, size, colour, posted, pool, level_column = table.T
    return Columns(
        time_ms=time,
        mode=mode,
        size=size,
        colour=colour,
        posted=posted,
        pool=pool,
        level=level_column,
        sender=np.array([w for w, _ in words], "S"),
        ident=np.array([w for _, w in words], "S"),
        texts=(b"".join(text + b"\0" for text in texts),),
        facts=found.facts,
        removed=found.removed,
        refused=+refused,
        encoding=found.encoding,
        note=found.note,
        exact=True,
    )


def positioned_text(code: str) -> str | None:
    """Return the words in the JSON array of a positioned danmaku (mode 7), None if there are none.

    Examples
    --------
    >>> positioned_text('["0.1","0.2","1-1",4.5,"hello",0,0]')
    'hello'
    """
    try:
        value = json.loads(code)
    except (ValueError, RecursionError):
        return None
    if isinstance(value, list) and len(value) > 4 and isinstance(value[4], str):
        return value[4]
    return None


def utc(seconds: np.ndarray) -> list[str | None]:
    """Return Unix seconds as ISO 8601; None before November 2004 and after 2099.

    Examples
    --------
    >>> import numpy as np
    >>> utc(np.array([1626077354, 0]))
    ['2021-07-12T08:09:14Z', None]
    """
    import numpy as np

    days, left = np.divmod(seconds, DAY)
    unlike = (seconds < FIRST_SECOND) | (seconds >= LAST_SECOND)
    days = np.where(unlike, 0, days)
    known, at = np.unique(days, return_inverse=True)
    dates = [f"{day}T" for day in known.astype("datetime64[D]").astype(str)]
    clock = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}Z" for s in range(DAY)]
    out: list[str | None] = []
    for start in range(0, len(left), ROWS):
        part = slice(start, start + ROWS)
        pairs = zip(at[part].tolist(), left[part].tolist(), strict=True)
        out += [dates[day] + clock[second] for day, second in pairs]
    for place in np.flatnonzero(unlike):
        out[place] = None
    return out


def _wrong(values: list[str]) -> str:
    if len(values) not in (8, 9):
        return "p has not 8 or 9 values"
    if not _TIME.fullmatch(values[0]):
        return "its time is no number of seconds from 0"
    if not all(map(_WHOLE.fullmatch, (*values[1:4], values[5], *values[8:]))):
        return "a value of p is no whole number"
    if not _SENT.fullmatch(values[4]):
        return "its send time is no number"
    if not _SENDER.fullmatch(values[6]):
        return "its sender is no hash"
    return "" if _IDENT.fullmatch(values[7]) else "it has no id"


def _milliseconds(text: str) -> int:
    match = _TIME.fullmatch(text)
    whole, decimals = (match[1], match[2] or "") if match else ("0", "")
    scale = 10 ** len(decimals)
    return (int(whole + decimals) * 2000 + scale) // (2 * scale)


def _one(path: Path, place: int, said: Told) -> OneFile:
    held = columns(path, said.encoding)
    of, remark = _ids(path, said, held.facts)
    frame, odd = _frame(held, of, said, place)
    capture, warning = _capture(held, of, said, path)
    removed = f"{held.removed:,} control characters taken out" if held.removed else ""
    slow = "read by the exact path" if held.exact else ""
    remarks = (remark, held.note, removed, slow, *odd)
    note = file_note(path, held.encoding, len(held), held.refused, *remarks)
    return OneFile(frame, note, capture, warning)


def _ids(path: Path, said: Told, facts: Mapping[str, str]) -> tuple[Ids, str]:
    of = ids(path, said)
    if of.episode_id:
        return of, ""
    chat = facts.get("chatid", "")
    if chat not in ("", "0"):
        return Ids(of.version_id, chat, of.lang), "episode_id is the chatid of the file"
    return Ids(of.version_id, path.stem, of.lang), "episode_id is the name of the file"


def _frame(held: Columns, of: Ids, said: Told, place: int) -> tuple[pd.DataFrame, list[str]]:
    import numpy as np
    import pandas as pd

    text: list[str | None] = list(held.text())
    code, remarks = _codes(held, text)
    posted = utc(held.posted)
    undated = posted.count(None)
    if undated:
        remarks.append(f"{undated:,} send times are no date, left empty")
    names = np.array([MODES.get(k, "other") for k in range(1000)], object)
    mode = pd.Series(names[np.minimum(held.mode, 999)], dtype="str")
    level = pd.array(held.level.astype(np.int64), dtype="Int64")
    level[held.level < 0] = pd.NA
    more: dict[str, Any] = {"code": code} if code is not None else {}
    frame = comments(
        held.words("ident"),
        held.time_ms,
        text,
        of,
        said,
        place,
        posted_at=posted,
        user_hash=held.words("sender"),
        mode=mode,
        pool=held.pool,
        font_size=held.size,
        colour=held.colour,
        block_level=pd.Series(level),
        **more,
    )
    return frame, remarks


def _codes(held: Columns, text: list[str | None]) -> tuple[list[str | None] | None, list[str]]:
    """Move what is no words (modes 7 to 9) from ``text`` to a list of its own, and say so."""
    import numpy as np

    places = np.flatnonzero((held.mode >= 7) & (held.mode <= 9)).tolist()
    if not places:
        return None, []
    code: list[str | None] = [None] * len(text)
    wordless = programs = 0
    for place in places:
        code[place] = text[place]
        if held.mode[place] == 7:
            text[place] = positioned_text(text[place] or "")
            wordless += text[place] is None
        else:
            text[place] = None
            programs += 1
    remarks = []
    if programs:
        remarks.append(f"{programs:,} programs (modes 8 and 9) are in column code, not in text")
    if wordless:
        remarks.append(f"{wordless:,} positioned danmaku hold no words that can be read")
    return code, remarks


def _capture(
    held: Columns, of: Ids, said: Told, path: Path
) -> tuple[tuple[Mapping[str, Any], ...], tuple[str, ...]]:
    limit = held.facts.get("maxlimit", "")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", limit):
        return (), ()
    cap, seen = int(limit), len(held) + sum(held.refused.values())
    row = {
        "episode_id": of.episode_id,
        "n_seen": seen,
        "n_reported": None,
        "cap": cap,
        "complete": None if seen > cap else seen < cap,
        "captured_at": said.retrieved_at,
    }
    if seen < cap:
        return (row,), ()
    if seen == cap:
        return (row,), (
            f"'{path.name}' holds {seen:,} danmaku, which is all that bilibili hands out (maxlimit "
            "of the file): older ones are missing.",
        )
    return (row,), (
        f"'{path.name}' holds {seen:,} danmaku, more than its maxlimit of {cap:,}: it was joined "
        "from several captures, and whether any are missing cannot be told.",
    )
