"""What a user must know of reviews and comments that were read, in words, with counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

# In the order in which they are said; {n} is how many rows, {all} of how many.
WORDS: Mapping[str, str] = {
    "none": "No file holds a row: the table 'comments' is empty.",
    "no_version": "{n:,} of {all:,} rows do not name what they are about: version_id is empty. "
    "Say version_id=.",
    "no_lang": "{n:,} of {all:,} rows do not name their language: lang is empty. Say lang= where "
    "all were asked for in one language.",
    "no_country": "{n:,} of {all:,} rows do not name a country: country is empty, since a store or "
    "a language is no country of an audience. Say country= where you know it.",
    "lost_label": "{n:,} of {all:,} rows have a place label that names no one country; it is kept "
    "in place_label, and country is empty.",
    "no_date": "{n:,} of {all:,} rows have no date: posted_at is empty.",
    "lost_date": "{n:,} of {all:,} dates could not be read: posted_at is empty, and the text is in "
    "posted_as_given.",
    "age_only": "{n:,} of {all:,} rows say only how long ago they were posted: posted_at is empty, "
    "and the words are in posted_as_given. Say retrieved_at=, when the file was captured.",
    "age_read": "{n:,} of {all:,} dates were counted back from words such as '2 weeks ago' and are "
    "only as exact as posted_precision says; posted_earliest and posted_latest are the limits.",
    "bad_stars": "{n:,} of {all:,} rows have stars that are not a number from 1 to 5: left empty.",
    "bad_count": "{n:,} counts of likes or replies could not be read as one clear number: left "
    "empty.",
    "no_parent": "{n:,} replies name a comment that is not in the files: their video_id is empty.",
    "cut_replies": "{n:,} replies are not in the files: an answer of commentThreads holds at most "
    "five a thread. Ask comments.list for the others, and read those files along.",
}
# What is said in the `sources` row of a file only.
NOTES: Mapping[str, str] = {
    "label_country": "{n:,} of {all:,} rows have a country from their place label, which is where "
    "the connection was, not where the writer is from.",
    "inner_personal": "{n:,} of {all:,} rows had fields on persons inside snippet, which were "
    "dropped.",
    "from_html": "{n:,} of {all:,} texts stand in the file as HTML only (textDisplay); tags were "
    "taken out.",
    "naive": "{n:,} of {all:,} times have no time zone and are kept without one.",
    "made_id": "{n:,} of {all:,} rows have no id in the file; one was made of what they say.",
    "display_name": "{n:,} of {all:,} writers are known by a display name only, which two persons "
    "can share: user_hash may join them.",
}


def in_words(words: Mapping[str, str], tally: Counter[str], rows: int) -> tuple[str, ...]:
    """Word what was tallied, each with its count.

    Examples
    --------
    >>> in_words(NOTES, Counter(naive=2), 3)
    ('2 of 3 times have no time zone and are kept without one.',)
    """
    return tuple(text.format(n=tally[key], all=rows) for key, text in words.items() if tally[key])
