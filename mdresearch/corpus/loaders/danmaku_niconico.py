"""Niconico comment XML: `<chat vpos>` in hundredths of a second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.progress import track
from mdresearch.corpus.loaders.danmaku_bilibili import utc
from mdresearch.corpus.loaders.danmaku_frames import OneFile, comments, file_note, reading
from mdresearch.corpus.loaders.danmaku_options import Ids, Told, ids, told
from mdresearch.corpus.loaders.danmaku_xml import Found, items, refuse_web_page
from mdresearch.corpus.loading import Reading

_WHOLE = re.compile(r"[0-9]{1,9}")
_THREAD = re.compile(r"[0-9]{1,20}")
_SECONDS = re.compile(r"[0-9]{1,11}")


def read_niconico(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read Niconico XML files; see `LOADERS`."""
    said = told(options)
    files = enumerate(track(paths, "reading danmaku", len(paths)))
    return reading([_one(path, place, said) for place, path in files])


def _one(path: Path, place: int, said: Told) -> OneFile:
    import numpy as np

    refuse_web_page(path, "comment XML")
    found, refused = Found(), Counter[str]()
    rows: list[tuple[str, int, str, str, int]] = []
    threads = Counter[str]()
    for chat, text in items(path, "packet", "chat", said.encoding, found):
        reason = _wrong(chat, text)
        if reason:
            refused[reason] += 1
            continue
        threads[chat["thread"]] += 1
        ident = f"{chat['thread']}-{chat['no']}"
        sent = chat.get("date", "")
        seconds = int(sent) if _SECONDS.fullmatch(sent) else 0
        rows.append((ident, int(chat["vpos"]) * 10, text, chat.get("user_id", ""), seconds))
    refused["holds other elements"] += found.nested
    of, remark = _ids(path, said, threads)
    posted = utc(np.array([row[4] for row in rows], np.int64))
    frame = comments(
        [row[0] for row in rows],
        np.array([row[1] for row in rows], np.int64),
        [row[2] for row in rows],
        of,
        said,
        place,
        posted_at=posted,
        user_hash=[row[3] or None for row in rows],
    )
    undated = posted.count(None)
    remarks = (
        remark,
        found.note,
        f"{found.removed:,} control characters taken out" if found.removed else "",
        f"{undated:,} send times are no date, left empty" if undated else "",
    )
    note = file_note(path, found.encoding, len(rows), refused, *remarks)
    return OneFile(frame, note, _capture(found, of, said, len(rows), refused, threads))


def _wrong(chat: Mapping[str, str], text: str) -> str:
    if chat.get("deleted", "0") not in ("", "0"):
        return "deleted by the platform"
    if not (_WHOLE.fullmatch(chat.get("no", "")) and _THREAD.fullmatch(chat.get("thread", ""))):
        return "it has no thread and number"
    vpos = chat.get("vpos", "")
    if vpos.startswith("-") and _WHOLE.fullmatch(vpos[1:]):
        return "its time is before the start"
    if not _WHOLE.fullmatch(vpos):
        return "its time is no number of hundredths of a second"
    return "" if text else "it has no text"


def _ids(path: Path, said: Told, threads: Counter[str]) -> tuple[Ids, str]:
    of = ids(path, said)
    if of.episode_id:
        return of, ""
    if len(threads) == 1:
        return Ids(of.version_id, next(iter(threads)), of.lang), "episode_id is the thread"
    return Ids(of.version_id, path.stem, of.lang), "episode_id is the name of the file"


def _capture(
    found: Found, of: Ids, said: Told, n: int, refused: Counter[str], threads: Counter[str]
) -> tuple[Mapping[str, Any], ...]:
    """Return how many comments the threads hold by their own word (``last_res``)."""
    reported = {
        held.get("thread", ""): int(held["last_res"])
        for name, held in found.attributes
        if name == "thread" and _WHOLE.fullmatch(held.get("last_res", ""))
    }
    if not threads or not set(threads) <= set(reported):
        return ()
    seen = n + sum(refused.values())
    total = sum(reported[thread] for thread in threads)
    row = {
        "episode_id": of.episode_id,
        "n_seen": seen,
        "n_reported": total,
        "cap": None,
        "complete": seen >= total,
        "captured_at": said.retrieved_at,
    }
    return (row,)
