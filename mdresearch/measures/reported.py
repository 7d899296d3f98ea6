"""What respondents report: the answers as they are, averaged within a unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from mdresearch.core.errors import DataError
from mdresearch.measures.measuring import EXTRA_KEYS, Measure, add_measure

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus


def answers(corpus: Corpus) -> pd.DataFrame:
    """Return ``ratings`` without vignettes, with the ``title_id`` of the ladder where it has none.

    Raises
    ------
    DataError
        A row names a ladder that is not in ``ladders``, or a ladder has two titles.
    """
    ratings = corpus["ratings"]
    if "vignette" in ratings.columns:
        ratings = ratings.loc[~ratings["vignette"].fillna(False).astype(bool)]
    if "title_id" in ratings.columns or "ladders" not in corpus or "ladder_id" not in ratings:
        return ratings
    titles = corpus["ladders"][["ladder_id", "title_id"]].drop_duplicates()
    return ratings.assign(title_id=ladder_titles(titles, ratings["ladder_id"]))


def ladder_titles(titles: pd.DataFrame, ladder: pd.Series) -> np.ndarray:
    """Return the title of each ladder id; ``titles`` has one row a ladder."""
    twice = titles["ladder_id"].duplicated()
    if twice.any():
        name = titles.loc[twice, "ladder_id"].iloc[0]
        raise DataError(f"The ladder '{name}' has more than one title. Give each ladder one title.")
    place = pd.Index(titles["ladder_id"]).get_indexer(pd.Index(ladder))
    if (place < 0).any():
        raise DataError(
            f"'ratings' names the ladder '{ladder.iloc[int(np.argmax(place < 0))]}', which is not "
            f"in 'ladders' ({int((place < 0).sum())} rows). Add it to 'ladders'."
        )
    return titles["title_id"].to_numpy()[place]


def mean_answer(corpus: Corpus, column: str) -> pd.DataFrame:
    """Return the mean of a numeric column of ``ratings`` by unit; missing answers are left out.

    The unit is the respondent; on a title where titles are known; under a condition where
    ``ratings`` has one. Vignettes are left out.
    """
    rows = answers(corpus)
    keys = [k for k in ("respondent_id", "title_id", *EXTRA_KEYS) if k in rows.columns]
    values = pd.to_numeric(rows[column]).astype("float64")
    work = rows[keys].assign(value=values)
    return work.groupby(keys, dropna=False)["value"].mean().rename(column).reset_index()


def column_measure(column: str) -> Measure:
    """Make a measure of a numeric column of ``ratings``; for outcomes that have no measure."""
    return Measure(
        name=column,
        label=column.replace("_", " "),
        unit="as recorded",
        says=f"The column '{column}' of ratings, averaged over a respondent's answers on a title.",
        function=lambda corpus: mean_answer(corpus, column),
        tables={"ratings": ("respondent_id", column)},
    )


@add_measure(
    "rating",
    label="rating",
    unit="scale points",
    says="The reported rating, averaged over a respondent's answers on a title; it carries the "
    "respondent's response style.",
    tables={"ratings": ("respondent_id", "rating")},
)
def rating(corpus: Corpus) -> pd.DataFrame:
    """Return the mean rating of each respondent on each title, over all ladders and levels."""
    return mean_answer(corpus, "rating")


@add_measure(
    "accept_share",
    label="share accepted",
    unit="share",
    says="The share of the stimuli of a title that a respondent accepted, over all ladders.",
    tables={"ratings": ("respondent_id", "accept")},
)
def accept_share(corpus: Corpus) -> pd.DataFrame:
    """Return the share of a title's stimuli that each respondent accepted, from 0 to 1."""
    return mean_answer(corpus, "accept").rename(columns={"accept": "accept_share"})
