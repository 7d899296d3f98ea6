"""Watch logs row by row: from a log to the table ``watch``, with what was refused and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import track, waiting
from mdresearch.corpus.addresses import brief, file_of
from mdresearch.corpus.loading import FileNote, Reading
from mdresearch.corpus.privacy import personal_columns
from mdresearch.corpus.values import CANONICAL_DECIMAL, CANONICAL_WHOLE
from mdresearch.corpus.watch_kinds import MEANINGS, WATCH_KINDS, meanings
from mdresearch.corpus.watch_sources import WatchSource, open_watch, table_names
from mdresearch.corpus.watch_sql import WatchRules, cleaned, sampled, watch_rules

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS = 20_000_000
MEMORY = "800MB"
STANDARD = {
    "m_viewer_id": "viewer_id",
    "m_version_id": "version_id",
    "m_country": "country",
    "m_watched_ms": "watched_ms",
    "m_duration_ms": "duration_ms",
    "m_last_episode": "last_episode",
    "m_ended": "ended",
    "m_install_source": "install_source",
    "m_spell": "spell",
}
TEXTS = ("viewer_id", "version_id", "country", "ended", "install_source", "spell")


def read_watch_rows(
    kind: str, paths: Sequence[str | Path], options: Mapping[str, Any], max_rows: int = MAX_ROWS
) -> Reading:
    """Read watch logs into one table ``watch``.

    A viewer's several spells on one version are numbered in ``spell`` in the order of the files.
    Columns that have no meaning here are kept; the time watched is never clipped to the length.

    Parameters
    ----------
    kind : str
        A key of `WATCH_KINDS`.
    paths : sequence of path or str
        CSV, Parquet or DuckDB files, or URLs of databases.
    options : mapping
        ``columns``, ``table``, ``country``, ``ended``, ``completed_at``, ``delimiter``,
        ``viewers``, ``seed``, ``keep``, ``memory_limit``.
    max_rows : int
        A longer log is refused: `scan_watch` aggregates it.

    Raises
    ------
    DataError
        A log cannot be read, is too long, or all its rows are refused.
    """
    import pandas as pd

    chosen = ("ended", "completed_at", "country", "viewers", "seed")
    rules = watch_rules(**{name: options[name] for name in chosen if options.get(name) is not None})
    keep = _keep(options.get("keep"))
    frames: list[pd.DataFrame] = []
    notes: list[FileNote] = []
    warnings: list[str] = []
    for place, path in enumerate(track(list(paths), "reading watch logs")):
        with open_watch(
            path,
            options.get("table"),
            delimiter=options.get("delimiter"),
            memory_limit=options.get("memory_limit") or MEMORY,
            wanted=_wanted(kind, options, keep),
        ) as source:
            found = meanings(kind, source.names, options.get("columns"), source.place)
            with waiting(f"querying {brief(path)}"):
                frame, note = _one(path, source, kind, found, rules, keep, max_rows)
        frame, said = _with_country(frame, rules, source.place)
        frames.append(frame.assign(source_file=place))
        notes.append(note)
        warnings += said
    watch = pd.concat(frames, ignore_index=True)
    watch = _with_spell(watch)
    named = personal_columns(set(watch) - set(STANDARD.values()))
    return Reading(
        {"watch": watch},
        tuple(notes),
        {"watch": ("viewer_id", *sorted(named))},
        tuple(warnings),
    )


def _keep(given: Any) -> tuple[str, ...] | None:
    """Return the own columns that are kept; None is all of them."""
    if given is None:
        return None
    names = given.split(",") if isinstance(given, str) else given
    return tuple(str(name).strip() for name in names if str(name).strip())


def _wanted(
    kind: str, options: Mapping[str, Any], keep: tuple[str, ...] | None
) -> tuple[str, ...] | None:
    """Return the columns that must be copied from a database; None is all of them."""
    if keep is None:
        return None
    known = WATCH_KINDS[kind].columns.values() if kind in WATCH_KINDS else ()
    return (*known, *MEANINGS, *(options.get("columns") or {}).values(), *keep)


def _one(
    where: str | Path,
    source: WatchSource,
    kind: str,
    found: Mapping[str, str],
    rules: WatchRules,
    keep: tuple[str, ...] | None,
    max_rows: int,
) -> tuple[pd.DataFrame, FileNote]:
    used = set(found.values())
    for name in keep or ():
        if name not in source.names:
            copy = source.sql == "copied"  # of the columns that were asked for only
            names = table_names(where, source.table) if copy else source.names
            raise unknown_name(f"column in {source.place}", name, names)
    extras = [n for n in source.names if n not in used and (keep is None or n in keep)]
    sql, bound = cleaned(source, found, extras, rules)
    run = source.connection.execute
    inside, sample = sampled(rules)
    refused: dict[str, int] = {}
    if rules.viewers is None:
        run(f"CREATE TEMP TABLE staged AS {sql} LIMIT {max_rows + 1}", bound)
        bad = run("SELECT refused, count(*) FROM staged WHERE refused IS NOT NULL GROUP BY 1")
        refused |= dict(bad.fetchall())
    else:
        reason = f"CASE WHEN refused IS NOT NULL THEN refused WHEN NOT ({inside}) THEN $out END"
        run(
            f"CREATE TEMP TABLE staged AS SELECT * FROM ({sql}) "  # noqa: S608
            f"WHERE refused IS NULL AND {inside} LIMIT {max_rows + 1}",
            {**bound, **sample},
        )
        counts = f"SELECT {reason} AS why, count(*) FROM ({sql}) GROUP BY 1"  # noqa: S608
        found_reasons = run(counts, {**bound, **sample, "out": rules.sample}).fetchall()
        refused |= {why: n for why, n in found_reasons if why is not None}
    for why, n in source.refused_lines().items():
        refused[why] = refused.get(why, 0) + n
    kept = _count(source, "refused IS NULL")
    staged = kept if rules.viewers is not None else kept + sum(refused.values())
    if staged > max_rows:
        raise DataError(
            f"{source.place}: more than {max_rows:,} rows. Read a sample of whole viewers with "
            "viewers=0.01, or aggregate all rows with mdresearch.corpus.lazy_watch.scan_watch, "
            "which needs no memory for them."
        )
    if kept == 0:
        reasons = "; ".join(f"{why}: {n:,}" for why, n in sorted(refused.items()))
        raise DataError(
            f"{source.place}: none of {sum(refused.values()):,} rows can be read "
            f"({reasons or 'it is empty'})."
        )
    over = _count(source, "refused IS NULL AND m_duration_ms > 0 AND m_watched_ms > m_duration_ms")
    note = f"{over:,} spells are longer than the length; kept as they are." if over else ""
    if rules.completed_at is not None and "ended" not in found:
        note += f" 'ended' is by completed_at={rules.completed_at:g}, not told by the log."
    frame = _fetched(
        source, extras, WATCH_KINDS[kind].renamed, "duration_ms" in found or "duration_s" in found
    )
    path = file_of(where) or Path(source.table)
    address = brief(where, source.table) if source.table else ""
    total = kept + sum(refused.values())
    return frame, FileNote(path, source.encoding, total, refused, note.strip(), address)


def _count(source: WatchSource, where: str) -> int:
    sql = f"SELECT count(*) FROM staged WHERE {where}"  # noqa: S608
    row = source.connection.execute(sql).fetchone()
    return int(row[0]) if row else 0


def _fetched(
    source: WatchSource, extras: list[str], renamed: Mapping[str, str], length: bool
) -> pd.DataFrame:
    kinds = _kinds(source, len(extras))
    taken = {*STANDARD.values(), "source_file", "source_id", *MEANINGS}
    names = dict(STANDARD)
    chosen = list(STANDARD)
    for place, (extra, kind) in enumerate(zip(extras, kinds, strict=True)):
        name = renamed.get(extra, extra)
        while name in taken:
            name += "_source"
        taken.add(name)
        names[f"x{place}"] = name
        chosen.append(f"CAST(x{place} AS {kind}) AS x{place}" if kind else f"x{place}")
    sql = f"SELECT {', '.join(chosen)} FROM staged WHERE refused IS NULL"  # noqa: S608
    frame = source.connection.execute(sql).df().rename(columns=names)
    whole = ["watched_ms", "duration_ms", "last_episode"]
    whole += [names[f"x{at}"] for at, kind in enumerate(kinds) if kind == "BIGINT"]
    types: dict[str, str] = {name: "Int64" for name in whole if frame[name].isna().any()}
    texts = [*TEXTS, *(names[f"x{at}"] for at, kind in enumerate(kinds) if not kind)]
    frame = frame.astype({**types, **dict.fromkeys(texts, "str")})
    return frame if length else frame.drop(columns="duration_ms")


def _kinds(source: WatchSource, n: int) -> list[str]:
    """Return the strictest type that fits every cell of each extra: none is text."""
    if n == 0:
        return []
    counts = ", ".join(
        f"count(x{at}), count(*) FILTER (regexp_full_match(x{at}, '{CANONICAL_WHOLE}')), "
        f"count(*) FILTER (regexp_full_match(x{at}, '{CANONICAL_DECIMAL}') "
        f"AND isfinite(TRY_CAST(x{at} AS DOUBLE)))"
        for at in range(n)
    )
    sql = f"SELECT {counts} FROM staged WHERE refused IS NULL"  # noqa: S608
    row = source.connection.execute(sql).fetchone() or (0,) * (3 * n)
    out = []
    for at in range(n):
        filled, whole, decimal = row[3 * at : 3 * at + 3]
        out.append(
            ""
            if not filled
            else "BIGINT"
            if whole == filled
            else "DOUBLE"
            if decimal == filled
            else ""
        )
    return out


def _with_country(
    frame: pd.DataFrame, rules: WatchRules, place: str
) -> tuple[pd.DataFrame, list[str]]:
    import pandas as pd

    from mdresearch.core.countries import country_codes

    if rules.country is not None:
        return frame.assign(country=pd.Series(rules.country, index=frame.index, dtype="str")), []
    values = pd.Series(frame["country"].dropna().unique(), dtype="str")
    read = country_codes(values)
    known = {v: c for v, c in zip(values, read.codes, strict=True) if c}
    codes = frame["country"].map(known).astype("str")
    lost = int(codes.isna().sum())
    frame = frame.assign(country=codes)
    if not lost:
        return frame, []
    odd = sorted(set(read.unresolved["value"]))[:5]
    what = f" (not known: {', '.join(odd)})" if odd else ""
    return frame, [
        f"{Path(place).name}: {lost:,} of {len(frame):,} rows have no country{what}; it is left "
        "empty, not guessed. State it with country=, or name its column with "
        "columns={'country': ...}."
    ]


def _with_spell(watch: pd.DataFrame) -> pd.DataFrame:
    if watch["spell"].notna().any():
        return watch
    number = watch.groupby(["viewer_id", "version_id"], sort=False).cumcount() + 1
    return watch.assign(spell=number.astype("str"))
