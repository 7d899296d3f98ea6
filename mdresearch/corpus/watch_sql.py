"""The one query that every watch log goes through: ids, time, endings, and why a row is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.corpus.schemas import TABLES
from mdresearch.corpus.watch_kinds import LENGTHS, UNITS
from mdresearch.corpus.watch_sources import WatchSource, quoted

BLANKS = "'" + "".join(c for c in map(chr, range(1, 0x3001)) if c.isspace()) + "'"
"""What Python strips off a text, as a literal of SQL: DuckDB by itself trims blanks only."""
LONGEST_MS = 10**12  # some 31 years
FLOATS = ("DOUBLE", "FLOAT", "REAL")
WHOLE = r"[0-9]{1,18}(\.0+)?"
ROUNDED = r"[0-9]([.,][0-9]+)?[eE]\+[0-9]+"


@dataclass(frozen=True)
class WatchRules:
    """What the user says about a log.

    Attributes
    ----------
    ended : mapping of str to str
        A word of the log to one that the table ``watch`` allows.
    completed_at : float or None
        The share of the length from which a spell counts as completed, else as dropped; None
        leaves the ending empty where the log does not tell it.
    country : str or None
        The country of every row.
    viewers : float or None
        The share of viewers that are kept, whole viewers chosen by a hash of their id.
    seed : int
        Changes which viewers are kept.
    """

    ended: Mapping[str, str]
    completed_at: float | None = None
    country: str | None = None
    viewers: float | None = None
    seed: int = 0

    @property
    def sample(self) -> str:
        """The reason why a row of a viewer outside the sample is left out."""
        share = 100 * (self.viewers or 1)
        return f"its viewer is not in the sample of {share:g}% (seed {self.seed})"


def watch_rules(
    ended: Mapping[str, str] | None = None,
    completed_at: float | str | None = None,
    country: str | None = None,
    viewers: float | str | None = None,
    seed: int | str = 0,
) -> WatchRules:
    """Check what the user says about a log.

    Raises
    ------
    DataError
        A share is not above 0, or the country is no alpha-3 code.
    UnknownNameError
        An ending is none that the table ``watch`` allows.
    """
    from mdresearch.core.countries import is_country

    allowed = TABLES["watch"]["ended"].allowed
    for word in (ended or {}).values():
        if word not in allowed:
            raise unknown_name("ending of a spell", word, allowed)
    completed_at, viewers = _share(completed_at), _share(viewers)
    if completed_at is not None and not completed_at > 0:
        raise DataError(f"completed_at is {completed_at}. Give a share of the length above 0.")
    if viewers is not None and not 0 < viewers <= 1:
        raise DataError(f"viewers is {viewers}. Give a share of the viewers, such as 0.01.")
    if not str(seed).isdecimal():
        raise DataError(f"seed is {seed!r}. Give a whole number from 0.")
    if country is not None and not is_country(country):
        raise DataError(
            f"country is {country!r}. Give an ISO 3166-1 alpha-3 code such as 'BRA'; where the log "
            "has a column of countries, name it in columns={'country': ...}."
        )
    return WatchRules(dict(ended or {}), completed_at, country, viewers, int(seed))


def _share(value: float | str | None) -> float | None:
    try:
        return None if value is None else float(value)
    except (TypeError, ValueError):
        return float("nan")


def sampled(rules: WatchRules) -> tuple[str, dict[str, Any]]:
    """Return the condition on the cleaned rows that keeps a sample of whole viewers, and values.

    The first 52 bits of the MD5 of seed and id, the same everywhere, below the share of 2^52.
    """
    if rules.viewers is None:
        return "true", {}
    number = "('0x' || substr(md5(concat($seed, ':', m_viewer_id)), 1, 13))::UBIGINT"
    return f"{number} < $below", {"seed": str(rules.seed), "below": round(rules.viewers * 2**52)}


def cleaned(
    source: WatchSource, found: Mapping[str, str], extras: Sequence[str], rules: WatchRules
) -> tuple[str, dict[str, Any]]:
    """Return the query of the cleaned rows, and the values bound to it.

    Its columns are ``m_<meaning>`` for each meaning, ``x0, x1, ...`` for the extras in their
    order, and ``refused``: why the row is refused, or NULL. Names of columns are quoted, values
    are bound; all cells are text first, so that no id passes through a number.

    Raises
    ------
    DataError
        A column of ids holds floating-point numbers, or country is both a column and stated.
    """
    _refuse_float_ids(source, found)
    if rules.country is not None and "country" in found:
        raise DataError(
            f"{source.place}: country is both a column ('{found['country']}') and stated "
            f"('{rules.country}'). Leave one out."
        )
    text = [f"{_cell(column)} AS t_{meaning}" for meaning, column in found.items()]
    text += [f"{_cell(column)} AS x{place}" for place, column in enumerate(extras)]
    watched, length = _number(found, UNITS), _number(found, LENGTHS)
    # a cast alone would round 1.5 to 2
    episode = (
        f"CASE WHEN regexp_full_match(t_last_episode, '{WHOLE}') "
        "THEN TRY_CAST(t_last_episode AS BIGINT) END"
        if "last_episode" in found
        else "NULL::BIGINT"
    )
    ended, bound = _ended(found, rules)
    own = "".join(f", x{place}" for place in range(len(extras)))
    plain = ", ".join(
        f"{f't_{m}' if m in found else 'NULL::VARCHAR'} AS m_{m}"
        for m in ("viewer_id", "version_id", "country", "install_source", "spell")
    )
    numbers = f"{watched} AS d_watched, {length} AS d_length, {episode} AS m_last_episode"
    sql = (
        f"SELECT *, {ended} AS m_ended, {_refusal(found, ended)} AS refused, "  # noqa: S608
        "CAST(round(d_watched) AS BIGINT) AS m_watched_ms, "
        "CAST(round(d_length) AS BIGINT) AS m_duration_ms "
        "FROM (SELECT t.*, "
        f"{plain.replace(' t_', ' t.t_')}, {numbers} FROM "
        f"(SELECT {', '.join(text)} FROM {source.sql}) t)"
    )
    keep = "m_viewer_id, m_version_id, m_country, m_watched_ms, m_duration_ms, m_last_episode"
    sql = f"SELECT {keep}, m_ended, m_install_source, m_spell{own}, refused FROM ({sql})"  # noqa: S608
    return sql, {**source.parameters, **bound}


def _cell(column: str) -> str:
    return f"nullif(trim(CAST({quoted(column)} AS VARCHAR), {BLANKS}), '')"


def _number(found: Mapping[str, str], units: Mapping[str, int]) -> str:
    unit = next((m for m in units if m in found), None)
    if unit is None:
        return "NULL::DOUBLE"
    number = f"TRY_CAST(t_{unit} AS DOUBLE) * {units[unit]}"
    return f"CASE WHEN isfinite({number}) AND abs({number}) <= {LONGEST_MS} THEN {number} END"


def _ended(found: Mapping[str, str], rules: WatchRules) -> tuple[str, dict[str, Any]]:
    bound: dict[str, Any] = {}
    if "ended" in found:
        cases = []
        words = {**{w: w for w in TABLES["watch"]["ended"].allowed}, **rules.ended}
        for place, (word, meant) in enumerate(words.items()):
            bound |= {f"w{place}": word, f"e{place}": meant}
            cases.append(f"WHEN $w{place} THEN $e{place}")
        return f"CASE t_ended {' '.join(cases)} END", bound
    if rules.completed_at is None:
        return "NULL::VARCHAR", bound
    bound["share"] = float(rules.completed_at)
    return (
        "CASE WHEN d_watched >= $share * d_length AND d_length > 0 THEN 'completed' "
        "WHEN d_watched IS NOT NULL AND d_length > 0 THEN 'dropped' END",
        bound,
    )


def _refusal(found: Mapping[str, str], ended: str) -> str:
    cases = []
    for meaning in ("viewer_id", "version_id"):
        cases.append(f"WHEN t_{meaning} IS NULL THEN 'no {meaning}'")
        cases.append(
            f"WHEN t_{meaning} LIKE '%+%' AND regexp_full_match(t_{meaning}, '{ROUNDED}') "
            f"THEN '{meaning} was rounded by a spreadsheet (such as 1.2E+17)'"
        )
    for units, column in ((UNITS, "d_watched"), (LENGTHS, "d_length")):
        for m in (m for m in units if m in found):
            problem = f"{m} is not a number between 0 and 31 years"
            cases.append(
                f"WHEN t_{m} IS NOT NULL AND ({column} IS NULL OR {column} < 0) THEN '{problem}'"
            )
    if "last_episode" in found:
        cases.append(
            "WHEN t_last_episode IS NOT NULL AND (m_last_episode IS NULL OR m_last_episode < 0) "
            "THEN 'last_episode is not a whole number from 0'"
        )
    if "ended" in found:
        words = ", ".join(TABLES["watch"]["ended"].allowed)
        cases.append(
            f"WHEN t_ended IS NOT NULL AND {ended} IS NULL "
            f"THEN 'ended is none of {words} (say with ended= what its words mean)'"
        )
    return f"CASE {' '.join(cases)} END"


def _refuse_float_ids(source: WatchSource, found: Mapping[str, str]) -> None:
    for meaning in ("viewer_id", "version_id"):
        column = found[meaning]
        if source.types[column].upper() in FLOATS:
            raise DataError(
                f"{source.place}: column '{column}' ({meaning}) holds floating-point numbers, "
                "which round ids of more than 15 digits. Export it as text or as whole numbers."
            )
