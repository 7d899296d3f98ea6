"""Answers of the YouTube Data API as they came: threads with replies inside, or single comments."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.json_rows import Row
from mdresearch.corpus.loaders.review_kinds import Context

if TYPE_CHECKING:
    import pandas as pd

PERSONAL = ("authorProfileImageUrl", "authorChannelUrl")
FIELDS = {
    "video_id": "videoId",
    "author_name": "authorDisplayName",
    "like_count": "likeCount",
    "published_at": "publishedAt",
    "updated_at": "updatedAt",
    "parent_id": "parentId",
}
CUT, INNER, AS_HTML = "replies cut off", "fields on persons", "text was HTML"
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,2000}>")


def thread_rows(rows: Sequence[Row]) -> list[Row]:
    """Return one flat row a comment, with the replies that stand in its thread after it.

    A row has the fields of the flattened table; where an answer holds fewer replies than it counts,
    the first row of the thread says how many are missing.
    """
    flat: list[Row] = []
    for row in rows:
        outer = _object(row.get("snippet"))
        top = outer.get("topLevelComment")
        if not isinstance(top, dict):
            flat.append(_comment(row, outer))
            continue
        held = _object(row.get("replies")).get("comments")
        inside = [r for r in held if isinstance(r, dict)] if isinstance(held, list) else []
        inner = _object(top.get("snippet"))
        first = _comment(top, {"videoId": outer.get("videoId"), **inner})
        total = str(outer.get("totalReplyCount") or "")
        first["reply_count"] = total or None
        if re.fullmatch("[0-9]{1,9}", total):
            first[CUT] = max(int(total) - len(inside), 0)
        flat.append(first)
        for one in inside:
            reply = _comment(one, _object(one.get("snippet")))
            flat.append({**reply, "parent_id": reply["parent_id"] or first["comment_id"]})
    return flat


def _comment(comment: Row, snippet: Row) -> Row:
    text = snippet.get("textOriginal")
    shown = snippet.get("textDisplay")
    bare = plain(shown) if not isinstance(text, str) and isinstance(shown, str) else None
    parent = snippet.get("parentId")
    channel = snippet.get("authorChannelId")
    return {
        **{name: snippet.get(field) for name, field in FIELDS.items()},
        "comment_id": comment.get("id"),
        "comment_text": text if bare is None else bare,
        "author_channel_id": _object(channel).get("value"),
        "is_reply": bool(parent),
        CUT: 0,
        INNER: any(snippet.get(name) for name in PERSONAL),
        AS_HTML: bare is not None and bare != shown,
    }


def _object(value: Any) -> Row:
    return value if isinstance(value, dict) else {}


def plain(text: str) -> str:
    r"""Return what a text in the HTML of a comment says.

    Examples
    --------
    >>> plain("2 &lt; 3<br>see <a href=x>4:20</a>")
    '2 < 3\nsee 4:20'
    """
    return html.unescape(_TAG.sub("", _BREAK.sub("\n", text)))


def count_losses(rows: Sequence[Row], frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Tally replies that are not in the answer, fields on persons, and texts that were HTML."""
    context.tally["cut_replies"] += sum(row[CUT] for row in rows)
    context.tally["inner_personal"] += sum(row[INNER] for row in rows)
    context.tally["from_html"] += sum(row[AS_HTML] for row in rows)
    return frame.assign(is_reply=frame["is_reply"].astype("boolean"))
