"""What lies beneath thresholds: acceptance by level, shares at the limits, faults of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.measures.measuring import require
from mdresearch.tolerance.ladders import NEEDS, ladder_arrays

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus


def limit_shares(scores: pd.DataFrame, measure: str, by: str | None = None) -> pd.DataFrame:
    """Return the shares of scores at floor and ceiling, by group.

    A score at a limit is a bound: a difference of means is drawn toward 0 where many are.

    Parameters
    ----------
    scores : DataFrame
        What `mdresearch.measures.measuring.measure` gave, with ``<measure>_limit``.
    measure : str
        A measure with limits.
    by : str, optional
        A column, such as ``"country"``; rows without a value there form a group of their own.

    Returns
    -------
    DataFrame
        ``<by>, n, floor, ceiling``: number of scores that are not missing, and the shares of them
        at each limit, 0 to 1; a score marked ``"both"`` counts at each.

    Raises
    ------
    DataError
        A column is not there.

    Examples
    --------
    >>> scores = pd.DataFrame({"country": ["BRA", "BRA"], "x": [7.0, 3.0],
    ...                        "x_limit": ["ceiling", ""]})
    >>> limit_shares(scores, "x", "country").to_dict("records")
    [{'country': 'BRA', 'n': 2, 'floor': 0.0, 'ceiling': 0.5}]
    """
    for column in (measure, f"{measure}_limit", *([by] if by else [])):
        if column not in scores.columns:
            raise DataError(
                f"There is no column '{column}' among the scores. Columns: "
                f"{', '.join(scores.columns)}. Give what measure() returned."
            )
    rows = scores.loc[scores[measure].notna()]
    limit = rows[f"{measure}_limit"]
    flags = pd.DataFrame(
        {
            "floor": limit.isin(["floor", "both"]),
            "ceiling": limit.isin(["ceiling", "both"]),
        }
    )
    if by is None:
        return pd.DataFrame([{"n": len(rows), **flags.mean()}])
    groups = flags.groupby(rows[by], dropna=False)
    return groups.mean().assign(n=groups.size()).reset_index()[[by, "n", "floor", "ceiling"]]


def threshold_summary(thresholds: pd.DataFrame) -> pd.DataFrame:
    """Return one row that says how good the answers beneath the thresholds are.

    Parameters
    ----------
    thresholds : DataFrame
        What `spearman_karber` gave.

    Returns
    -------
    DataFrame
        ``n, n_computed, n_one_level, n_end_missing, floor, ceiling, reversals``: numbers of
        thresholds, and shares of the computed ones at a limit and with at least one reversal.
    """
    done = thresholds.loc[thresholds["threshold"].notna()]
    return pd.DataFrame(
        [
            {
                "n": len(thresholds),
                "n_computed": len(done),
                "n_one_level": int((thresholds["reason"] == "one level only").sum()),
                "n_end_missing": int((thresholds["reason"] == "an end is not answered").sum()),
                "floor": (done["limit"] == "floor").mean(),
                "ceiling": (done["limit"] == "ceiling").mean(),
                "reversals": (done["n_reversals"] > 0).mean(),
            }
        ]
    )


def acceptance_curve(corpus: Corpus, construct: str, by: str = "country") -> pd.DataFrame:
    """Return the share that accepts at each level of a construct's ladders, by group.

    Parameters
    ----------
    corpus : Corpus
        Holds ``ratings``, ``ladders`` and ``respondents``.
    construct : str
        Which ladders, such as ``"setup"``.
    by : str
        A column of ``respondents``. For a region, average the curves of its countries: a curve of
        all its answers would weigh countries by their samples.

    Returns
    -------
    DataFrame
        ``<by>, level, value, share, n, n_persons``: ``value`` is the mean calibrated value of the
        answers at that level, ``n`` the answers, ``n_persons`` the persons behind them. Persons
        without a group form a group of their own; missing answers and vignettes are left out.

    Raises
    ------
    DataError
        A table or column is missing.
    UnknownNameError
        No ladder has this construct, or ``respondents`` has no such column.
    """
    require(corpus, "An acceptance curve", {**NEEDS, "respondents": ("respondent_id",)})
    persons, ratings = corpus["respondents"], corpus["ratings"]
    if by not in persons.columns:
        raise unknown_name("column of 'respondents'", by, persons.columns)
    ladders = corpus["ladders"]
    ladder_arrays(ladders, construct)
    chosen = ladders.loc[ladders["construct"] == construct, ["ladder_id", "level", "value"]]
    if "vignette" in ratings.columns:
        ratings = ratings.loc[~ratings["vignette"].fillna(False).astype(bool)]
    ratings = ratings[["respondent_id", "ladder_id", "level", "accept"]].dropna(subset="accept")
    rows = ratings.merge(chosen, on=["ladder_id", "level"], validate="m:1").merge(
        persons[["respondent_id", by]], on="respondent_id", how="left", validate="m:1"
    )
    rows["accept"] = rows["accept"].astype("float64")
    return (
        rows.groupby([by, "level"], dropna=False)
        .agg(
            value=("value", "mean"),
            share=("accept", "mean"),
            n=("accept", "size"),
            n_persons=("respondent_id", "nunique"),
        )
        .reset_index()
    )
