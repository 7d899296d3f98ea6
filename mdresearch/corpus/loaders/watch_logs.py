"""Watch logs: KuaiRec, KuaiRand, Tsinghua ShortVideo and your own, into the table ``watch``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mdresearch.corpus.loading import LOADERS, Loader, Reading
from mdresearch.corpus.watch_kinds import PLAIN, UNITS, WATCH_KINDS, told_by

EXTENSIONS = (".csv", ".tsv", ".txt", ".parquet", ".pq", ".duckdb", ".ddb", ".db", ".sqlite")
OPTIONS = {
    "columns": "what a column means: {'viewer_id': 'uid', 'watched_s': 'seconds'}",
    "table": "the table of a database (a DuckDB or SQLite file, or a URL)",
    "country": "ISO 3166-1 alpha-3 code of every row, where the log has no country",
    "ended": "what the log's words for an ending mean: {'quit': 'dropped'}",
    "completed_at": "share of the length from which a spell is 'completed', where not told",
    "delimiter": "what separates the cells of a CSV",
    "viewers": "share of viewers to keep, such as 0.01: whole viewers, chosen by a hash of the id",
    "seed": "a whole number; another one keeps other viewers",
    "keep": "which of the log's own columns to keep, a list; all where it is left out",
    "memory_limit": "the most that a query holds in memory, such as '800MB'; more goes to disk",
}


def read_watch(kind: str, paths: Sequence[str | Path], options: Mapping[str, Any]) -> Reading:
    """Read watch logs of one kind; see `mdresearch.corpus.watch_rows.read_watch_rows`."""
    from mdresearch.corpus.watch_rows import read_watch_rows

    return read_watch_rows(kind, paths, options)


def sniff(kind: str, path: Path, head: bytes) -> float:
    """Say how surely a file is a watch log of this kind, by the columns it names."""
    names = _names(path, head)
    if kind != "watch_generic":
        return 0.95 if told_by(names) == kind else 0.0
    mine = {"viewer_id", "version_id"} <= set(names) and told_by(names) is None
    marked = mine and bool({*UNITS, *PLAIN[3:5]} & set(names))
    return 0.9 if marked else 0.0


def _names(path: Path, head: bytes) -> list[str]:
    """Return the columns of a CSV or Parquet file, or none where they cannot be told."""
    from mdresearch.core.errors import DataError
    from mdresearch.corpus.watch_sources import open_watch

    if head[:4] == b"PAR1" or head[8:12] == b"DUCK":
        try:
            with open_watch(path) as source:
                return list(source.names)
        except DataError:
            return []
    line = head.split(b"\n", 1)[0].decode("utf-8-sig", errors="replace").strip()
    mark = max(",", "\t", ";", "|", key=line.count)
    return [cell.strip().strip('"') for cell in line.split(mark)]


def _loader(kind: str, example: bytes, options: Mapping[str, Any]) -> Loader:
    return Loader(
        name=kind,
        says=WATCH_KINDS[kind].says,
        gives=("watch",),
        extensions=EXTENSIONS,
        sniff=partial(sniff, kind),
        function=partial(read_watch, kind),
        options=OPTIONS,
        example=example,
        example_options=options,
        databases=True,
    )


EXAMPLES = {
    "kuairec": (
        b"user_id,video_id,play_duration,video_duration,time,date,timestamp,watch_ratio\n"
        b"0,77,12000,10000,2020-07-05 00:08:23.438,20200705,1593878903.438,1.2\n"
        b"0,78,2500,10000,2020-07-05 00:09:01.002,20200705,1593878941.002,0.25\n"
    ),
    "kuairand": (
        b"user_id,video_id,date,hourmin,time_ms,is_click,is_like,play_time_ms,duration_ms,tab\n"
        b"5,900,20220421,400,1650484800000,1,0,151000,104000,1\n"
    ),
    "tsinghua_shortvideo": (
        b"user_id,pid,exposed_time,p_date,p_hour,watch_time,cvm_like\n"
        b"11,4001,1663471335,20220918,11,46,0\n"
    ),
    "watch_generic": (
        b"viewer_id,version_id,country,watched_s,last_episode,ended\n"
        b"a1,v1,BRA,61.5,3,paywall\n"
        b"a2,v1,MEX,4.25,1,dropped\n"
    ),
}

for _kind, _example in EXAMPLES.items():
    _options = {} if _kind == "watch_generic" else {"country": "CHN"}
    LOADERS.add(_kind)(_loader(_kind, _example, _options))
