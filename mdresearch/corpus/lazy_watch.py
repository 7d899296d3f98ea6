"""Watch logs larger than memory: counts and sums by country, version and more, in one pass."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import waiting
from mdresearch.corpus.addresses import brief, is_url
from mdresearch.corpus.watch_kinds import WATCH_KINDS, meanings, told_by
from mdresearch.corpus.watch_sources import WatchSource, open_watch
from mdresearch.corpus.watch_sql import WatchRules, cleaned, watch_rules

if TYPE_CHECKING:
    import pandas as pd

ENDINGS = ("dropped", "completed", "paywall", "censored")
BY = ("country", "version_id", "viewer_id", "last_episode", "ended", "install_source")
SQUARES = "watched_ms_squares"
SUMS = (
    *("n", "n_watched", "watched_ms_sum", SQUARES, "n_over_length"),
    *(f"n_{ending}" for ending in ENDINGS),
    "n_ended_missing",
)


def scan_watch(
    path_or_url: str | Path,
    kind: str | None = None,
    table: str | None = None,
    columns: Mapping[str, str] | None = None,
    by: Sequence[str] = ("country", "version_id"),
    memory_limit: str = "800MB",
    *,
    country: str | None = None,
    ended: Mapping[str, str] | None = None,
    completed_at: float | None = None,
    delimiter: str | None = None,
) -> pd.DataFrame:
    """Aggregate a watch log without reading it into memory.

    Parameters
    ----------
    path_or_url : str or Path
        A CSV, Parquet or DuckDB file, or the URL of a database (with SQLAlchemy installed).
    kind : str or None
        ``kuairec``, ``kuairand``, ``tsinghua_shortvideo`` or ``watch_generic``; told by the columns
        where None.
    table : str or None
        The table of a database.
    columns : mapping of str to str, or None
        What a column means: ``{"viewer_id": "uid", "watched_s": "seconds"}``.
    by : sequence of str
        Groups: meanings (``country``, ``version_id``, ``ended``, ...) or columns of the log.
    memory_limit : str
        The most that the query holds in memory; more goes to a temporary folder.
    country : str or None
        The country of every row, where the log has none.
    ended : mapping of str to str, or None
        What the log's words for an ending mean.
    completed_at : float or None
        The share of the length from which a spell counts as completed, where the log does not say.
    delimiter : str or None
        What separates the cells of a CSV.

    Returns
    -------
    DataFrame
        One row a group, sorted: ``n`` spells, ``n_watched`` with a time, ``watched_ms_sum``,
        (whole ms; missing where none has a time), ``watched_ms_squares`` (the sum of squares),
        ``n_over_length`` (watched for
        longer than the length; not clipped), ``n_dropped``, ``n_completed``, ``n_paywall``,
        ``n_censored``, ``n_ended_missing``. Its ``attrs`` hold ``kind``, ``columns``,
        ``rows_read`` and ``refused`` (reason to number).

    Raises
    ------
    DataError
        The log cannot be read, a column has the wrong type, or every row is refused.
    UnknownNameError
        A kind, meaning, column or table is not known.

    Warns
    -----
    UserWarning
        Rows were refused, or have no country.
    """
    rules = watch_rules(ended, completed_at, country)
    groups = _groups(by)
    wanted = _wanted(kind, columns, groups) if is_url(path_or_url) else None
    with open_watch(
        path_or_url, table, delimiter=delimiter, memory_limit=memory_limit, wanted=wanted
    ) as source:
        kind = kind or told_by(source.names) or "watch_generic"
        found = meanings(kind, source.names, columns, source.place)
        with waiting(f"querying {brief(path_or_url)}"):
            raw = _query(source, found, groups, rules)
        lines = source.refused_lines()
        place = source.place
    return _result(raw, lines, groups, rules, {"kind": kind, "columns": dict(found)}, place)


def _groups(by: Sequence[str]) -> list[str]:
    if isinstance(by, str):
        raise DataError(f"by is one word. Write by=('{by}',).")
    groups = list(by)
    twice = sorted({name for name in groups if groups.count(name) > 1})
    if twice:
        raise DataError(f"by names '{twice[0]}' twice. Name each group once.")
    taken = [name for name in groups if name in SUMS]
    if taken:
        raise DataError(f"by names '{taken[0]}', which is a column of the result.")
    return groups


def _wanted(
    kind: str | None, columns: Mapping[str, str] | None, groups: list[str]
) -> tuple[str, ...] | None:
    # None copies every column: needed to tell the kind
    if kind is None or kind == "watch_generic":
        return None
    known = WATCH_KINDS[kind].columns.values() if kind in WATCH_KINDS else ()
    return (*known, *BY, *(columns or {}).values(), *groups)


def _query(
    source: WatchSource, found: Mapping[str, str], groups: list[str], rules: WatchRules
) -> pd.DataFrame:
    extras = [name for name in groups if name not in BY]
    for name in extras:
        if name not in source.names:
            raise unknown_name(f"column in {source.place}", name, [*BY, *source.names])
    inner, bound = cleaned(source, found, extras, rules)
    keys = [f"m_{g}" if g in BY else f"x{extras.index(g)}" for g in groups]
    shown = "".join(
        f"CASE WHEN refused IS NULL THEN {key} END AS g{place}, " for place, key in enumerate(keys)
    )
    counts = ", ".join(
        f"count(*) FILTER (m_ended = '{ending}') AS n_{ending}" for ending in ENDINGS
    )
    sql = (
        f"SELECT {shown} refused, count(*) AS n, count(m_watched_ms) AS n_watched, "  # noqa: S608
        "CAST(coalesce(sum(m_watched_ms), 0) AS BIGINT) AS watched_ms_sum, "
        "CAST(coalesce(sum(CAST(m_watched_ms AS HUGEINT) * m_watched_ms), 0) AS DOUBLE) "
        "AS watched_ms_squares, "
        "count(*) FILTER (m_duration_ms > 0 AND m_watched_ms > m_duration_ms) AS n_over_length, "
        f"{counts}, count(*) FILTER (m_ended IS NULL) AS n_ended_missing FROM ({inner}) "
        "GROUP BY ALL"
    )
    return source.connection.execute(sql, bound).df()


def _result(
    raw: pd.DataFrame,
    lines: dict[str, int],
    groups: list[str],
    rules: WatchRules,
    attrs: dict[str, Any],
    place: str,
) -> pd.DataFrame:
    bad = raw["refused"].notna()
    refused = raw[bad].groupby("refused")["n"].sum().astype(int).to_dict()
    for why, n in lines.items():
        refused[why] = refused.get(why, 0) + n
    good = raw[~bad].drop(columns="refused")
    good = good.rename(columns={f"g{at}": name for at, name in enumerate(groups)})
    total = int(good["n"].sum()) + sum(refused.values())
    reasons = "; ".join(f"{why}: {n:,}" for why, n in sorted(refused.items()))
    if good.empty:
        raise DataError(
            f"{place}: none of {total:,} rows can be read ({reasons or 'it is empty'})."
        )
    if refused:
        _warn(f"{place}: {sum(refused.values()):,} of {total:,} rows were refused ({reasons}).")
    if "country" in groups:
        good = _with_country(good, rules.country, place)
    numbers = {name: "int64" for name in SUMS if name not in ("watched_ms_sum", SQUARES)}
    if groups:
        good = good.groupby(groups, dropna=False, sort=True, as_index=False).sum()
    out = good[[*groups, *SUMS]].astype({**numbers, "watched_ms_sum": "Int64"})
    out = out.reset_index(drop=True)
    unknown = out["n_watched"] == 0
    out["watched_ms_sum"] = out["watched_ms_sum"].mask(unknown)
    out[SQUARES] = out[SQUARES].mask(unknown)
    out.attrs = {**attrs, "rows_read": total, "refused": refused}
    return out


def _with_country(frame: pd.DataFrame, stated: str | None, place: str) -> pd.DataFrame:
    from mdresearch.core.countries import country_codes

    if stated is not None:
        return frame.assign(country=stated)
    read = country_codes(frame["country"])
    codes = read.codes.mask(read.codes == "")
    lost = int(frame.loc[codes.isna(), "n"].sum())
    if lost:
        values = sorted(set(read.unresolved["value"]))[:5]
        what = f" (not known: {', '.join(values)})" if values else ""
        _warn(
            f"{place}: {lost:,} rows have no country{what}; it is left empty, not guessed. "
            "State it with country=, or name its column with columns={'country': ...}."
        )
    return frame.assign(country=codes)


def _warn(text: str) -> None:
    warnings.warn(text, UserWarning, stacklevel=4)
