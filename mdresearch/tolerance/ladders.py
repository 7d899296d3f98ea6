"""Thresholds of single persons, from accept and reject answers on a calibrated ladder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.measures.measuring import EXTRA_KEYS, add_measure, average_scores

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus

Direction = Literal["upper", "lower"]
LADDER_COLUMNS = ("ladder_id", "level", "title_id", "construct", "value")
RATING_COLUMNS = ("respondent_id", "ladder_id", "level", "accept")
NEEDS = {"ratings": RATING_COLUMNS, "ladders": LADDER_COLUMNS}


@dataclass(frozen=True, eq=False)
class Ladders:
    """The ladders of one construct as arrays; levels in the order of their values.

    Attributes
    ----------
    ids, titles : arrays of str, shape (L,)
        Ladder and title.
    levels : array of float, shape (M,)
        Every level number that occurs.
    place : array of int, shape (L, M)
        Position of a level on a ladder; -1 where the ladder lacks it.
    height : array of float, shape (L, J)
        Calibrated value at each position; ``nan`` beyond the end.
    size : array of int, shape (L,)
        Number of levels.
    """

    ids: np.ndarray
    titles: np.ndarray
    levels: np.ndarray
    place: np.ndarray
    height: np.ndarray
    size: np.ndarray


def spearman_karber(
    ratings: pd.DataFrame,
    ladders: pd.DataFrame,
    construct: str,
    direction: Direction = "upper",
    log: bool = False,
) -> pd.DataFrame:
    """Give the threshold of each respondent on each ladder, by the Spearman-Kärber method.

    With levels x_1 < ... < x_J and p_j the share accepted at x_j (0 or 1 for a single answer), the
    upper threshold is ``x_1 + sum_j (p_j + p_{j+1}) / 2 (x_{j+1} - x_j)``: how far up a respondent
    still accepts. The lower threshold is ``x_J`` minus the same sum: how much a respondent demands,
    where acceptance rises with the level. No shape of the curve is assumed, and answers that go to
    and fro are fine. Where the levels bracket the threshold, its mean is unbiased.

    Parameters
    ----------
    ratings : DataFrame
        ``respondent_id, ladder_id, level, accept`` (0/1 or false/true) and, if wanted, ``vignette``
        (those rows are left out) and ``condition`` (a threshold each). Rows on ladders of other
        constructs are passed over.
    ladders : DataFrame
        ``ladder_id, level, title_id, construct, value``. The unit of the threshold is that of
        ``value``.
    construct : str
        Which ladders, such as ``"exaggeration"``.
    direction : {"upper", "lower"}
        Whether acceptance falls (upper threshold) or rises (lower threshold) with the level.
    log : bool
        Compute on logarithms of ``value`` and give the threshold back in its unit.

    Returns
    -------
    DataFrame
        One row a respondent and ladder (and condition): ``respondent_id, title_id, ladder_id,
        threshold, limit, n_levels, n_answered, n_reversals, reason``. ``limit`` is ``"ceiling"``
        where the true threshold lies at or beyond the last level (``threshold`` = x_J), ``"floor"``
        where at or below the first (``threshold`` = x_1). ``n_reversals`` counts steps between
        answered levels on which acceptance moved against the direction.

    Raises
    ------
    DataError
        A column is missing, an answer is not 0 or 1, a level is not on its ladder, a ladder is not
        known, or a ladder's values are missing, tied or (with ``log``) not above 0.
    UnknownNameError
        No ladder has this construct.

    Notes
    -----
    Missing answers: between the ends, the straight line between the neighbours stands in; where an
    end is not answered, or the ladder has one level, the threshold is missing and ``reason`` says
    why. Several answers at a level are averaged. At a limit the score is a bound, not a value.

    References
    ----------
    The method of Spearman and Kärber, as in Ulrich & Miller (2004), doi:10.3758/BF03194898.

    Examples
    --------
    >>> ladder = pd.DataFrame({"ladder_id": "e1", "level": [1, 2, 3, 4], "title_id": "t1",
    ...                        "construct": "exaggeration", "value": [1.0, 2.0, 3.0, 4.0]})
    >>> answers = pd.DataFrame({"respondent_id": "r1", "ladder_id": "e1", "level": [1, 2, 3, 4],
    ...                         "accept": [1, 1, 0, 0]})
    >>> spearman_karber(answers, ladder, "exaggeration")["threshold"].tolist()
    [2.5]
    """
    if direction not in ("upper", "lower"):
        raise unknown_name("direction", direction, ("upper", "lower"))
    _require_columns(ratings, "ratings", RATING_COLUMNS)
    _require_columns(ladders, "ladders", LADDER_COLUMNS)
    known = ladder_arrays(ladders, construct, log)
    rows, ladder, position = _placed(ratings, known, ladders["ladder_id"])
    return _thresholds(rows, ladder, position, known, direction, log)


def ladder_arrays(ladders: pd.DataFrame, construct: str, log: bool = False) -> Ladders:
    """Return the ladders of a construct as arrays; values as logarithms under ``log``."""
    chosen = ladders.loc[ladders["construct"] == construct]
    if chosen.empty:
        names = sorted(ladders["construct"].dropna().unique())
        raise unknown_name("construct in 'ladders'", construct, names)
    chosen = chosen.sort_values(["ladder_id", "value"], kind="stable")
    value = chosen["value"].to_numpy(dtype=float, na_value=np.nan)
    codes, ids = pd.factorize(chosen["ladder_id"])
    _refuse_bad_values(chosen, value, codes, log)
    size = np.bincount(codes)
    start = np.cumsum(size) - size
    position = np.arange(len(codes)) - start[codes]
    level, levels = pd.factorize(chosen["level"].to_numpy(dtype=float))
    place = np.full((len(ids), len(levels)), -1)
    place[codes, level] = position
    values = np.full((len(ids), size.max()), np.nan)
    values[codes, position] = np.log(value) if log else value
    titles = chosen["title_id"].to_numpy()[start]
    return Ladders(np.asarray(ids), titles, levels, place, values, size)


def _require_columns(frame: pd.DataFrame, table: str, columns: tuple[str, ...]) -> None:
    absent = [c for c in columns if c not in frame.columns]
    if absent:
        raise DataError(
            f"Thresholds need the table '{table}' with the columns {', '.join(columns)}. "
            f"Missing: {', '.join(absent)}. Add them to '{table}'."
        )


def _refuse_bad_values(
    chosen: pd.DataFrame, value: np.ndarray, codes: np.ndarray, log: bool
) -> None:
    def stop(at: np.ndarray, problem: str) -> None:
        row = chosen.iloc[int(np.argmax(at))]
        raise DataError(
            f"'ladders': the ladder '{row['ladder_id']}' at level {row['level']:g} {problem}. "
            "Mend the ladder, or leave it out."
        )

    if not np.isfinite(value).all():
        stop(~np.isfinite(value), "has no value")
    if log and (value <= 0).any():
        stop(value <= 0, "has a value that is not above 0, so it has no logarithm")
    tied = np.r_[False, (codes[1:] == codes[:-1]) & (value[1:] == value[:-1])]
    if tied.any():
        stop(tied, "has the same value as another level")
    again = chosen.duplicated(["ladder_id", "level"]).to_numpy()
    if again.any():
        stop(again, "stands twice")
    title = chosen.groupby("ladder_id")["title_id"].transform("first")
    other = (title != chosen["title_id"]).to_numpy()
    if other.any():
        stop(other, "has another title than the level before; each title needs a ladder_id")


def _placed(
    ratings: pd.DataFrame, known: Ladders, all_ids: pd.Series
) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Return the answers on these ladders, the ladder of each and its position there."""
    columns = [*RATING_COLUMNS, *[c for c in EXTRA_KEYS if c in ratings.columns]]
    if "vignette" in ratings.columns:
        ratings = ratings.loc[~ratings["vignette"].fillna(False).astype(bool)]
    codes, names = pd.factorize(ratings["ladder_id"])
    stray = ~pd.Index(names).isin(all_ids)
    if stray.any() or (codes < 0).any():
        name = names[int(np.argmax(stray))] if stray.any() else ""
        count = int((codes < 0).sum() + stray[codes[codes >= 0]].sum())
        raise DataError(
            f"'ratings' names the ladder '{name}', which is not in 'ladders' ({count} rows). "
            "Add it to 'ladders', or leave those rows out."
        )
    ladder = pd.Index(known.ids).get_indexer(pd.Index(names))[codes]
    rows, ladder = ratings.loc[ladder >= 0, columns], ladder[ladder >= 0]
    level = pd.Index(known.levels).get_indexer(rows["level"].to_numpy(dtype=float, na_value=np.nan))
    position = np.where(level >= 0, known.place[ladder, level], -1)
    if (position < 0).any():
        row = rows.iloc[int(np.argmax(position < 0))]
        raise DataError(
            f"'ratings' has an answer at level {row['level']:g} of the ladder "
            f"'{row['ladder_id']}', which has no such level ({int((position < 0).sum())} rows). "
            "Add it to 'ladders'."
        )
    return rows, ladder, position


def _answers(rows: pd.DataFrame) -> np.ndarray:
    accept = pd.to_numeric(rows["accept"]).to_numpy(dtype=float, na_value=np.nan)
    bad = ~np.isnan(accept) & (accept != 0) & (accept != 1)
    if bad.any():
        raise DataError(
            f"'ratings': accept is {accept[bad][0]:g} in {int(bad.sum())} rows; it is 0 or 1, "
            "or empty. Recode it before measuring."
        )
    return accept


def _thresholds(
    rows: pd.DataFrame,
    ladder: np.ndarray,
    position: np.ndarray,
    known: Ladders,
    direction: Direction,
    log: bool,
) -> pd.DataFrame:
    accept = _answers(rows)
    extra = [c for c in EXTRA_KEYS if c in rows.columns]
    unit, first = _units(rows, ladder, extra, len(known.ids))
    of_unit, width = ladder[first], known.height.shape[1]
    cell = unit * width + position
    answered = ~np.isnan(accept)
    shape = (len(first), width)
    count = np.bincount(cell[answered], minlength=shape[0] * width).reshape(shape)
    total = np.bincount(cell[answered], accept[answered], minlength=shape[0] * width).reshape(shape)
    share = np.divide(total, count, out=np.full(shape, np.nan), where=count > 0)
    values, size = known.height[of_unit], known.size[of_unit]
    area, reversals = _area(share, values, direction)
    ends = (~np.isnan(share[:, 0])) & ~np.isnan(share[np.arange(len(size)), size - 1])
    usable = ends & (size > 1)
    last = values[np.arange(len(size)), size - 1]
    score = values[:, 0] + area if direction == "upper" else last - area
    score = np.where(usable, np.exp(score) if log else score, np.nan)
    limit = _limits(share, usable, direction)
    out = {
        "respondent_id": rows["respondent_id"].to_numpy()[first],
        "title_id": known.titles[of_unit],
        "ladder_id": known.ids[of_unit],
        **{c: rows[c].to_numpy()[first] for c in extra},
        "threshold": score,
        "limit": limit,
        "n_levels": size,
        "n_answered": (count > 0).sum(axis=1),
        "n_reversals": reversals,
        "reason": np.select([size < 2, ~ends], ["one level only", "an end is not answered"], ""),
    }
    kinds = dict.fromkeys(["respondent_id", "title_id", "ladder_id", "limit", "reason"], "str")
    frame = pd.DataFrame(out).astype(kinds)
    return frame.sort_values(["respondent_id", "ladder_id", *extra], ignore_index=True)


def _units(
    rows: pd.DataFrame, ladder: np.ndarray, extra: list[str], n_ladders: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the number of each row's unit (respondent, ladder, condition), and first rows."""
    person = pd.factorize(rows["respondent_id"])[0].astype(np.int64)
    key = person * n_ladders + ladder
    for name in extra:
        codes = pd.factorize(rows[name], use_na_sentinel=False)[0]
        key = key * (int(codes.max(initial=0)) + 1) + codes
    unit, keys = pd.factorize(key)
    first = np.full(len(keys), -1)
    first[unit[::-1]] = np.arange(len(unit))[::-1]
    return unit, first


def _area(
    share: np.ndarray, values: np.ndarray, direction: Direction
) -> tuple[np.ndarray, np.ndarray]:
    """Return the area under the answered levels, and the number of reversals, by unit."""
    area, reversals = np.zeros(len(share)), np.zeros(len(share), dtype=int)
    sign = 1 if direction == "upper" else -1
    before_share, before_value = share[:, 0].copy(), values[:, 0].copy()
    for level in range(1, share.shape[1]):
        here = ~np.isnan(share[:, level])
        step = here & ~np.isnan(before_share)
        rise = share[step, level] - before_share[step]
        width = values[step, level] - before_value[step]
        area[step] += (before_share[step] + rise / 2) * width
        reversals[step] += sign * rise > 0
        before_share = np.where(here, share[:, level], before_share)
        before_value = np.where(here, values[:, level], before_value)
    return area, reversals


def _limits(share: np.ndarray, usable: np.ndarray, direction: Direction) -> np.ndarray:
    known = ~np.isnan(share)
    everything = usable & np.where(known, share == 1, True).all(axis=1)
    nothing = usable & np.where(known, share == 0, True).all(axis=1)
    high, low = (everything, nothing) if direction == "upper" else (nothing, everything)
    return np.select([high, low], ["ceiling", "floor"], default="")


def _score(
    corpus: Corpus, construct: str, direction: Direction = "upper", log: bool = False
) -> pd.DataFrame:
    name = f"{construct}_threshold"
    found = spearman_karber(corpus["ratings"], corpus["ladders"], construct, direction, log)
    found = found.rename(columns={"threshold": name, "limit": f"{name}_limit"})
    keys = [k for k in ("respondent_id", "title_id", *EXTRA_KEYS) if k in found.columns]
    if not found.duplicated(keys).any():
        return found[[*keys, name, f"{name}_limit"]]
    return average_scores(found, keys, name, "geometric" if log else "arithmetic", limits=True)


@add_measure(
    "exaggeration_threshold",
    label="exaggeration still accepted",
    unit="calibrated steps (JND)",
    says="The level of exaggeration up to which a respondent accepts the performance of a title.",
    tables=NEEDS,
    limits=True,
    construct="exaggeration",
)
def exaggeration_threshold(corpus: Corpus) -> pd.DataFrame:
    """Return the upper threshold of exaggeration by respondent and title."""
    return _score(corpus, "exaggeration")


@add_measure(
    "setup_threshold",
    label="setup still accepted",
    unit="s",
    says="The length of setup up to which a respondent accepts a title, on a logarithmic ladder.",
    tables=NEEDS,
    limits=True,
    construct="setup",
    average="geometric",
)
def setup_threshold(corpus: Corpus) -> pd.DataFrame:
    """Return the upper threshold of setup length by respondent and title."""
    return _score(corpus, "setup", log=True)


@add_measure(
    "intensity_threshold",
    label="intensity demanded",
    unit="calibrated steps (JND)",
    says="The emotional intensity from which on a respondent accepts a title (I_min).",
    tables=NEEDS,
    limits=True,
    construct="intensity",
)
def intensity_threshold(corpus: Corpus) -> pd.DataFrame:
    """Return the lower threshold of intensity by respondent and title."""
    return _score(corpus, "intensity", "lower")
