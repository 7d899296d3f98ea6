"""App reviews as four scrapers write them: Google Play and the App Store, from Python and Node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.corpus.loaders.json_rows import Row
from mdresearch.corpus.loaders.review_files import inner, texts
from mdresearch.corpus.loaders.review_frames import read_kind
from mdresearch.corpus.loaders.review_kinds import OPTIONS, Context, Kind
from mdresearch.corpus.loading import LOADERS, Loader, Reading

if TYPE_CHECKING:
    import pandas as pd

EXTENSIONS = (".json", ".jsonl", ".ndjson", ".csv", ".xlsx")
EXAMPLE_OPTIONS: Mapping[str, Any] = {"version_id": "v1", "lang": "pt-BR", "country": "BRA"}


def _developer_reply(rows: Sequence[Row], frame: pd.DataFrame, context: Context) -> pd.DataFrame:
    """Take the developer's answer of the App Store out of the object that holds it."""
    import pandas as pd

    answers = inner(rows, "developerResponse")
    if not any(answers):
        return frame
    return frame.assign(
        reply_text=pd.Series(texts(answers, "body"), index=frame.index, dtype="str"),
        replied_at=pd.Series(texts(answers, "modified"), index=frame.index, dtype="str"),
    )


KINDS: Mapping[str, Kind] = {
    "google_play_python": Kind(
        word="review",
        marks=("reviewId", "content", "score"),
        expected=("reviewId", "content"),
        columns={
            "comment_id": ("reviewId",),
            "text": ("content",),
            "stars": ("score",),
            "posted_at": ("at",),
            "thumbs_up": ("thumbsUpCount",),
            "app_version": ("appVersion", "reviewCreatedVersion"),
            "reply_text": ("replyContent",),
            "replied_at": ("repliedAt",),
        },
        persons=("userName",),
        personal=("userImage",),
        nested=("data", "reviews"),
        unix_zone="",
    ),
    "google_play_node": Kind(
        word="review",
        marks=("id", "text", "thumbsUp"),
        expected=("id", "text"),
        columns={
            "comment_id": ("id",),
            "title": ("title",),
            "text": ("text",),
            "stars": ("score", "scoreText"),
            "posted_at": ("date",),
            "thumbs_up": ("thumbsUp",),
            "app_version": ("version",),
            "reply_text": ("replyText",),
            "replied_at": ("replyDate",),
        },
        persons=("userName",),
        personal=("userImage",),
        nested=("data", "reviews"),
    ),
    "app_store_python": Kind(
        word="review",
        marks=("review", "rating", "title"),
        expected=("review", "rating"),
        columns={
            "title": ("title",),
            "text": ("review",),
            "stars": ("rating",),
            "posted_at": ("date",),
            "edited": ("isEdited",),
        },
        persons=("userName",),
        nested=("data", "reviews"),
        made_id=("version_id", "country", "posted_at", "stars", "title", "text"),
        unix_zone="",
        refine=_developer_reply,
    ),
    "app_store_node": Kind(
        word="review",
        marks=("id", "text", "userUrl"),
        expected=("id", "text"),
        columns={
            "comment_id": ("id",),
            "title": ("title",),
            "text": ("text",),
            "stars": ("score",),
            "posted_at": ("updated",),
            "app_version": ("version",),
        },
        persons=("userUrl", "userName"),
        nested=("data", "reviews"),
    ),
}
SAYS: Mapping[str, str] = {
    "google_play_python": "Google Play reviews of google-play-scraper for Python",
    "google_play_node": "Google Play reviews of google-play-scraper for Node",
    "app_store_python": "App Store reviews of app-store-scraper for Python (they have no id)",
    "app_store_node": "App Store reviews of app-store-scraper for Node",
}
EXAMPLES: Mapping[str, bytes] = {
    "google_play_python": b'[{"reviewId": "00000000-0000-4000-8000-000000000001", '
    b'"userName": "Ann Example", "userImage": "https://example.org/a.png", '
    b'"content": "Made up: too many ads.", "score": 2, "thumbsUpCount": 239, '
    b'"reviewCreatedVersion": "1.32.0", "at": "2021-03-25 15:52:53", "replyContent": null, '
    b'"repliedAt": null, "appVersion": "1.32.0"}]',
    "google_play_node": b'{"data": [{"id": "gp:AOmade-up-1", "userName": "Ann Example", '
    b'"userImage": "https://example.org/a.png", "date": "2013-11-10T18:31:42.174Z", "score": 5, '
    b'"scoreText": "5", "url": "https://example.org/1", "title": "", "text": "Made up: fine.", '
    b'"replyDate": null, "replyText": null, "version": "1.0.2", "thumbsUp": 29, '
    b'"criterias": []}], "nextPaginationToken": null}',
    "app_store_python": b'[{"date": "2021-07-26 18:26:24", "isEdited": false, "rating": 4, '
    b'"review": "Made up: I cried.", "title": "Good", "userName": "ann_example"}]',
    "app_store_node": b'[{"id": "1472864600", "userName": "ann_example", '
    b'"userUrl": "https://example.org/reviews/id1", "version": "1.80.1", "score": 5, '
    b'"title": "Made up", "text": "More of this.", "url": "https://example.org/1", '
    b'"updated": "2021-07-26T18:26:24-07:00"}]',
}


def _register(name: str, kind: Kind) -> None:
    def function(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
        return read_kind(kind, paths, options)

    loader = Loader(
        name=name,
        says=SAYS[name],
        gives=("comments",),
        extensions=EXTENSIONS,
        sniff=kind.sniff,
        function=function,
        options=OPTIONS,
        example=EXAMPLES[name],
        example_options=EXAMPLE_OPTIONS,
    )
    LOADERS.add(name)(loader)


for _name, _kind in KINDS.items():
    _register(_name, _kind)
