"""What each kind of comment needs beyond its columns: ages in words, parents, place labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from mdresearch.corpus.loaders.comment_ages import Age, Span, capture_time, read_age, span_of
from mdresearch.corpus.loaders.comment_places import place_countries
from mdresearch.corpus.loaders.json_rows import Row
from mdresearch.corpus.loaders.review_dates import iso_date
from mdresearch.corpus.loaders.review_files import texts
from mdresearch.corpus.loaders.review_kinds import Context

if TYPE_CHECKING:
    import pandas as pd

Capture = tuple[datetime, datetime, bool]
REPLIES = "reply_comment"


@dataclass
class _Posted:
    """The columns on when comments were posted, one entry a row."""

    posted_at: list[str | None] = field(default_factory=list)
    posted_precision: list[str | None] = field(default_factory=list)
    posted_as_given: list[str | None] = field(default_factory=list)
    posted_earliest: list[str | None] = field(default_factory=list)
    posted_latest: list[str | None] = field(default_factory=list)
    edited: list[str | None] = field(default_factory=list)

    def add(self, at: str | None, exact: str | None, given: str | None, span: Span | None) -> None:
        self.posted_at.append(span.latest if span else at)
        self.posted_precision.append(span.precision if span else exact)
        self.posted_as_given.append(given)
        self.posted_earliest.append(span.earliest if span else None)
        self.posted_latest.append(span.latest if span else None)


def refine_youtube(rows: Sequence[Row], frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Date comments by ``time_parsed``, or by words counted back from the capture; find parents.

    ``time_parsed`` was itself counted back from the words by the tool that wrote the file, so it
    is only as exact as they are.
    """
    import pandas as pd

    given = context.options.get("retrieved_at")
    capture = capture_time(str(given)) if given else None
    words = texts(rows, "time")
    held = _Posted()
    known: dict[str, Age | None] = {w: read_age(w) for w in set(words) if w is not None}
    for word, parsed in zip(words, frame["posted_at"], strict=True):
        age = known.get(word) if word is not None else None
        moment = parsed if isinstance(parsed, str) else None
        span = _span(age, moment, capture)
        exact = moment or (iso_date(word) if word and age is None else None)
        held.add(exact, "second" if exact else None, word if age or not exact else None, span)
        held.edited.append(str(age.edited).lower() if age else None)
        context.tally["age_read"] += span is not None
        context.tally["age_only"] += age is not None and moment is None and capture is None
    columns = {name: pd.Series(v, index=frame.index, dtype="str") for name, v in vars(held).items()}
    edited = columns.pop("edited").map({"true": True, "false": False}).astype("boolean")
    parent = frame["comment_id"].str.extract(r"^([^.]+)\..", expand=False)
    return frame.assign(**columns, edited=edited, parent_id=parent)


def _span(age: Age | None, moment: str | None, capture: Capture | None) -> Span | None:
    if age is None:
        return None
    if moment is not None:  # the tool took n units off: the words allow one unit more
        return span_of(Age(0, age.unit, age.edited), capture_time(moment))
    return span_of(age, capture) if capture is not None else None


def fill_video(frame: pd.DataFrame, tally: Counter[str]) -> pd.DataFrame:
    """Give replies, whose ``video_id`` is empty, the video of the comment that they answer."""
    video = frame["video_id"]
    parents = frame[video.notna()].set_index("comment_id")["video_id"]
    found = frame["parent_id"].map(parents)
    filled = video.where(video.notna(), found)
    tally["no_parent"] += int((filled.isna() & frame["parent_id"].notna()).sum())
    version = frame["version_id"].where(frame["version_id"].notna(), filled)
    return frame.assign(video_id=filled, version_id=version)


def douyin_rows(rows: Sequence[Row]) -> list[Row]:
    """Bring replies that stand inside a comment, and the writer's fields, to the level of rows."""
    flat: list[Row] = []
    for row in rows:
        replies = row.get(REPLIES)
        inside = [r for r in replies if isinstance(r, dict)] if isinstance(replies, list) else []
        for one in (row, *inside):
            user = one.get("user")
            ids = {k: v for k, v in user.items() if k in PERSON} if isinstance(user, dict) else {}
            flat.append({**{k: v for k, v in one.items() if k != REPLIES}, **ids})
    return flat


def refine_douyin(rows: Sequence[Row], frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Turn place labels into countries; a comment that answers none has no parent."""
    codes, lost = place_countries(texts(rows, "ip_label"))
    codes.index = frame.index
    context.tally["lost_label"] += sum(lost.values())
    context.tally["label_country"] += int(codes.notna().sum())
    labelled = frame["place_label"].notna()
    country = frame["country"].mask(labelled, codes)
    source = frame["country_source"].mask(labelled, None).mask(codes.notna(), "label")
    parent = frame["parent_id"].mask(frame["parent_id"] == "0")
    return frame.assign(country=country, country_source=source, parent_id=parent)


PERSON = ("uid", "sec_uid", "unique_id", "nickname")
