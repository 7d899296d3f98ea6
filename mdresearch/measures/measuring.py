"""The registry of measures, and the verb that turns a corpus into one score a unit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError, MdresearchError, unknown_name
from mdresearch.core.registry import Registry

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus

UNITS = ("respondent",)
EXTRA_KEYS = ("condition",)


@dataclass(frozen=True)
class Measure:
    """A measure: what it says, in which unit, what it needs, and the function that computes it.

    Attributes
    ----------
    name : str
        Name of the score's column.
    label : str
        Words for a figure's axis.
    unit : str
        Unit of the score.
    says : str
        One sentence: what a high score means.
    function : callable
        Takes a Corpus; returns a frame with the ``keys``, the column ``name`` and, where ``limits``
        is true, the column ``<name>_limit``; one row a unit. A column ``condition`` is a key too.
    tables : mapping of str to tuple of str
        The tables that are needed, with their columns.
    keys : tuple of str
        Columns that identify a unit.
    limits : bool
        The score has a floor and a ceiling, marked in ``<name>_limit`` as ``""``, ``"floor"`` or
        ``"ceiling"``.
    average : str
        ``"arithmetic"`` or ``"geometric"``: how scores of one person are averaged over titles.
    exclusions : callable or None
        Takes a Corpus; returns what the measure leaves out or does not count: where, why, n.
    construct : str
        The construct of the ladders that it stands on; empty for measures without ladders.
    rules : str
        Rules of counting that a reader must know, in sentences; shown with every finding.
    """

    name: str
    label: str
    unit: str
    says: str
    function: Callable[[Corpus], pd.DataFrame]
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    keys: tuple[str, ...] = ("respondent_id", "title_id")
    limits: bool = False
    average: Literal["arithmetic", "geometric"] = "arithmetic"
    exclusions: Callable[[Corpus], pd.DataFrame] | None = None
    construct: str = ""
    rules: str = ""


MEASURES: Registry[Measure] = Registry(
    "measure",
    homes=(
        "mdresearch.measures.policy",
        "mdresearch.measures.reported",
        "mdresearch.tolerance.ladders",
    ),
)


def add_measure(
    name: str,
    *,
    label: str,
    unit: str,
    says: str,
    tables: Mapping[str, tuple[str, ...]],
    keys: tuple[str, ...] = ("respondent_id", "title_id"),
    limits: bool = False,
    average: Literal["arithmetic", "geometric"] = "arithmetic",
    exclusions: Callable[[Corpus], pd.DataFrame] | None = None,
    construct: str = "",
    rules: str = "",
) -> Callable[[Callable[[Corpus], pd.DataFrame]], Callable[[Corpus], pd.DataFrame]]:
    """Register the decorated function as the measure ``name``; see `Measure` for the arguments.

    Raises
    ------
    MdresearchError
        Another function holds the name.
    """

    def keep(function: Callable[[Corpus], pd.DataFrame]) -> Callable[[Corpus], pd.DataFrame]:
        held = MEASURES[name].function if name in MEASURES else function
        if _where(held) != _where(function):
            raise MdresearchError(
                f"The measure '{name}' is registered already, by {_where(held)}. "
                f"Choose another name for {_where(function)}."
            )
        MEASURES.add(name)(
            Measure(
                name=name,
                label=label,
                unit=unit,
                says=says,
                function=function,
                tables=dict(tables),
                keys=keys,
                limits=limits,
                average=average,
                exclusions=exclusions,
                construct=construct,
                rules=rules,
            )
        )
        return function

    return keep


def measure_info(name: str) -> Measure:
    """Return a registered measure by its name: label, unit, what it says, what it needs.

    Examples
    --------
    >>> measure_info("setup_threshold").unit
    's'
    """
    return MEASURES[name]


def measure(corpus: Corpus, measures: str | Sequence[str], unit: str | None = None) -> pd.DataFrame:
    """Give the scores of a corpus: one row a unit, one column a measure.

    Parameters
    ----------
    corpus : Corpus
        Holds the tables that the measures need, and ``respondents``.
    measures : str or sequence of str
        Names in ``MEASURES``. Any other numeric column of ``ratings`` may be named as well: its
        mean over the answers of a unit is the score.
    unit : str, optional
        None for the measures' own unit (as a rule a respondent on a title, under a condition where
        ``ratings`` has that column); ``"respondent"`` for the mean over a respondent's titles.

    Returns
    -------
    DataFrame
        The key columns; every column of ``respondents``; for each measure ``<name>`` and, where it
        has a floor and a ceiling, ``<name>_limit``: ``""``, ``"floor"`` or ``"ceiling"``; a mean
        that contains a score at a limit has that limit, or ``"both"``. Sorted by the keys. Several
        measures are joined so that a unit with any of them has a row. A measure whose units are not
        respondents, such as events, keeps all the columns that it gives.

    Raises
    ------
    UnknownNameError
        There is no such measure, and no numeric column of ``ratings`` of that name.
    DataError
        A table or column is missing, a respondent appears twice, the measures have different units,
        or a column of ``respondents`` bears a measure's name.

    Notes
    -----
    Missing data: a unit whose score cannot be computed keeps its row, with a missing score. A row
    whose respondent is not in ``respondents``, or has no country there, keeps an empty ``country``,
    so that a comparison counts it as unassigned. Leaving persons out is the study's work, not done
    here. The frame does not carry the corpus's ``kind``: keep the corpus beside it.
    """
    chosen = [_resolve(corpus, name) for name in _names(measures)]
    if unit is not None and unit not in UNITS:
        raise unknown_name("unit", unit, UNITS)
    frames = []
    for one in chosen:
        frame, keys = _scores(corpus, one)
        frames.append(_per_respondent(frame, keys, one) if unit else (frame, keys))
    units = {tuple(keys) for _, keys in frames}
    if len(units) > 1:
        listing = "; ".join(
            f"{m.name}: {' x '.join(keys)}" for m, (_, keys) in zip(chosen, frames, strict=True)
        )
        raise DataError(f"The measures have different units ({listing}). Measure them one by one.")
    keys = frames[0][1]
    scores = reduce(
        lambda a, b: a.merge(b, on=keys, how="outer", validate="1:1"), [f for f, _ in frames]
    )
    scores = _mark_limits(scores, chosen).sort_values(keys, ignore_index=True)
    return _with_respondents(corpus, scores, keys) if "respondent_id" in keys else scores


def numeric_columns(corpus: Corpus) -> list[str]:
    """Return the numeric columns of ``ratings`` that can be an outcome by their name."""
    if "ratings" not in corpus:
        return []
    ratings = corpus["ratings"]
    return [
        str(c)
        for c in ratings.columns
        if c not in ("level", "presented_order") and pd.api.types.is_numeric_dtype(ratings[c])
    ]


def require(corpus: Corpus, what: str, tables: Mapping[str, tuple[str, ...]]) -> None:
    """Raise a DataError unless the corpus has these tables with these columns."""
    for table, columns in tables.items():
        needs = f"{what} needs the table '{table}' with the columns {', '.join(columns)}"
        if table not in corpus:
            held = ", ".join(sorted(corpus.tables)) or "none"
            raise DataError(f"{needs}. The corpus '{corpus.name}' has the tables: {held}.")
        absent = [c for c in columns if c not in corpus.tables[table].columns]
        if absent:
            raise DataError(f"{needs}. Missing: {', '.join(absent)}. Add them to '{table}'.")


def _where(function: Callable[..., object]) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def _names(measures: str | Sequence[str]) -> list[str]:
    names = [measures] if isinstance(measures, str) else list(measures)
    if not names:
        raise DataError("No measure is named. Name one, such as 'exaggeration_threshold'.")
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise DataError(f"Named twice: {', '.join(twice)}. Name each measure once.")
    return names


def _resolve(corpus: Corpus, name: str) -> Measure:
    if name in MEASURES:
        return MEASURES[name]
    columns = numeric_columns(corpus)
    if name not in columns:
        raise unknown_name("measure or numeric column of 'ratings'", name, [*MEASURES, *columns])
    from mdresearch.measures.reported import column_measure

    return column_measure(name)


def _scores(corpus: Corpus, one: Measure) -> tuple[pd.DataFrame, list[str]]:
    require(corpus, f"The measure '{one.name}'", one.tables)
    frame = one.function(corpus)
    keys = [k for k in (*one.keys, *EXTRA_KEYS) if k in frame.columns]
    if "respondent_id" not in keys:  # nothing will be joined: the units bring their own columns
        return frame, keys
    return frame[[*keys, *_columns(one)]], keys


def _columns(one: Measure) -> list[str]:
    return [one.name, f"{one.name}_limit"] if one.limits else [one.name]


def _per_respondent(
    frame: pd.DataFrame, keys: list[str], one: Measure
) -> tuple[pd.DataFrame, list[str]]:
    if "respondent_id" not in keys:
        raise DataError(
            f"The measure '{one.name}' is not of respondents but of {' x '.join(keys)}. "
            "Leave out unit='respondent'."
        )
    kept = [k for k in keys if k != "title_id"]
    return average_scores(frame, kept, one.name, one.average, one.limits), kept


def average_scores(
    frame: pd.DataFrame, keys: list[str], name: str, average: str, limits: bool
) -> pd.DataFrame:
    """Average scores within ``keys``; missing scores are left out, limits are kept in mind.

    A mean that contains a score at its floor is marked ``"floor"``, at its ceiling ``"ceiling"``,
    of each kind ``"both"``: it is a bound, not a value.
    """
    values = frame[name]
    work = frame[keys].assign(value=np.log(values) if average == "geometric" else values)
    if limits:
        limit = frame[f"{name}_limit"]
        work = work.assign(
            floor=limit.isin(["floor", "both"]), ceiling=limit.isin(["ceiling", "both"])
        )
    groups = work.groupby(keys, sort=True, dropna=False)
    out = groups["value"].mean().rename(name).reset_index()
    if average == "geometric":
        out[name] = np.exp(out[name])
    if limits:
        floor, ceiling = groups["floor"].any().to_numpy(), groups["ceiling"].any().to_numpy()
        words = np.select(
            [floor & ceiling, floor, ceiling], ["both", "floor", "ceiling"], default=""
        )
        out[f"{name}_limit"] = pd.Series(words, dtype="str")
    return out


def _mark_limits(scores: pd.DataFrame, chosen: list[Measure]) -> pd.DataFrame:
    limits = {f"{m.name}_limit": "" for m in chosen if m.limits}
    return scores.fillna(limits)


def _with_respondents(corpus: Corpus, scores: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    require(corpus, "A measure of respondents", {"respondents": ("respondent_id", "country")})
    persons = corpus["respondents"]
    twice = persons["respondent_id"].duplicated()
    if twice.any():
        raise DataError(
            f"The respondent '{persons.loc[twice, 'respondent_id'].iloc[0]}' stands in more than "
            "one row of 'respondents'. Keep one row a person."
        )
    clash = [c for c in persons.columns if c != "respondent_id" and c in scores.columns]
    if clash:
        raise DataError(
            f"'respondents' has a column '{clash[0]}', which is the name of a score. "
            "Rename the column of 'respondents'."
        )
    persons["country"] = persons["country"].replace("", None)
    out = scores.merge(persons, on="respondent_id", how="left", validate="m:1")
    of_persons = [c for c in persons.columns if c != "respondent_id"]
    return out[[*keys, *of_persons, *[c for c in scores.columns if c not in keys]]]
