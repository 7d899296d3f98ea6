"""Comments under videos: YouTube (downloader, exporter, Data API) and Douyin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.corpus.loaders.comment_refining import (
    douyin_rows,
    fill_video,
    refine_douyin,
    refine_youtube,
)
from mdresearch.corpus.loaders.comment_threads import count_losses, thread_rows
from mdresearch.corpus.loaders.review_frames import read_kind
from mdresearch.corpus.loaders.review_kinds import OPTIONS, Kind
from mdresearch.corpus.loading import LOADERS, Loader, Reading

YOUTUBE_API: Mapping[str, tuple[str, ...]] = {
    "comment_id": ("comment_id",),
    "version_id": ("video_id",),
    "video_id": ("video_id",),
    "video_title": ("video_title",),
    "text": ("comment_text",),
    "posted_at": ("published_at",),
    "updated_at": ("updated_at",),
    "thumbs_up": ("like_count",),
    "n_replies": ("reply_count",),
    "parent_id": ("parent_id",),
    "is_reply": ("is_reply",),
}
KINDS: Mapping[str, Kind] = {
    "youtube_comment_downloader": Kind(
        word="comment",
        marks=("cid", "text", "time", "votes"),
        expected=("cid", "text"),
        columns={
            "comment_id": ("cid",),
            "text": ("text",),
            "posted_at": ("time_parsed",),
            "thumbs_up": ("votes",),
            "n_replies": ("replies",),
            "hearted": ("heart",),
            "is_reply": ("reply",),
            "paid": ("paid",),
        },
        persons=("channel", "author"),
        personal=("photo",),
        nested=("comments", "data"),
        refine=refine_youtube,
    ),
    "comment_exporter_csv": Kind(
        word="comment",
        marks=("Author", "Content", "Author URL"),
        expected=("Author", "Content"),
        columns={"text": ("Content",)},
        persons=("Author URL", "Author"),
        made_id=("version_id", "text"),
    ),
    "youtube_data_api": Kind(
        word="comment",
        marks=("comment_id", "comment_text", "published_at"),
        expected=("comment_id", "comment_text"),
        columns=YOUTUBE_API,
        persons=("author_channel_id", "author_name"),
        personal=("author_channel_url", "author_profile_image_url"),
        nested=("comments", "data", "items"),
        finish=fill_video,
    ),
    "youtube_data_api_json": Kind(
        word="comment",
        marks=("snippet", "textDisplay", "publishedAt"),
        expected=("id", "snippet"),
        columns={k: v for k, v in YOUTUBE_API.items() if k != "video_title"},
        persons=("author_channel_id", "author_name"),
        opened=("id", "snippet", "replies"),
        nested=("items",),
        expand=thread_rows,
        refine=count_losses,
        finish=fill_video,
    ),
    "douyin_json": Kind(
        word="comment",
        marks=("cid", "aweme_id", "digg_count"),
        expected=("cid", "text"),
        columns={
            "comment_id": ("cid",),
            "version_id": ("aweme_id",),
            "video_id": ("aweme_id",),
            "text": ("text",),
            "posted_at": ("create_time",),
            "thumbs_up": ("digg_count",),
            "n_replies": ("reply_comment_total",),
            "parent_id": ("reply_id",),
            "place_label": ("ip_label",),
        },
        persons=("uid", "sec_uid", "unique_id", "nickname"),
        personal=("user",),
        nested=("comments", "data"),
        expand=douyin_rows,
        refine=refine_douyin,
    ),
}
SAYS: Mapping[str, str] = {
    "youtube_comment_downloader": "YouTube comments of youtube-comment-downloader, JSON lines",
    "comment_exporter_csv": "YouTube comments of the Comment Exporter, which have no date",
    "youtube_data_api": "YouTube comments of the Data API, flattened to a table",
    "youtube_data_api_json": "YouTube comments as the Data API answers: commentThreads or comments",
    "douyin_json": "Douyin comments as the web page answers, with place labels",
}
TABLES = (".csv", ".xlsx")
JSON = (".json", ".jsonl", ".ndjson")
EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "youtube_comment_downloader": (*JSON, *TABLES),
    "comment_exporter_csv": TABLES,
    "youtube_data_api": (*JSON, *TABLES),
    "youtube_data_api_json": JSON,
    "douyin_json": JSON,
}
EXAMPLES: Mapping[str, bytes] = {
    "youtube_comment_downloader": b'{"cid": "UgMadeUp1", "text": "Made up: episode 40!!", '
    b'"time": "2 weeks ago (edited)", "author": "@ann", "channel": "UCmadeup", "votes": "1.2K", '
    b'"replies": "1", "photo": "https://example.org/a.png", "heart": false, "reply": false, '
    b'"time_parsed": 1700000000.0}\n'
    b'{"cid": "UgMadeUp1.9x", "text": "made up", "time": "1 day ago", "author": "@bo", '
    b'"channel": "UCother", "votes": "0", "replies": "", "heart": true, "reply": true, '
    b'"time_parsed": 1700500000.0}\n',
    "comment_exporter_csv": b"Author;Content;Author URL\n"
    b'@ann;"Made up,\ntwo lines";/channel/UCmadeup\n@bo;first!;/channel/UCother\n',
    "youtube_data_api": b"video_id,video_title,comment_id,comment_text,author_name,like_count,"
    b"reply_count,published_at,updated_at,is_reply,parent_id\n"
    b"vid1,Made-up trailer,Ug1,Made up,@ann,3,1,2025-07-14T23:19:42Z,2025-07-14T23:19:42Z,False,\n"
    b",,Ug1.1,made up too,@bo,0,0,2025-07-15T01:00:00Z,2025-07-15T01:00:00Z,True,Ug1\n",
    "youtube_data_api_json": b'{"kind": "youtube#commentThreadListResponse", "items": [{"id": '
    b'"Ug1", "snippet": {"videoId": "vid1", "totalReplyCount": 2, "topLevelComment": {"id": "Ug1", '
    b'"snippet": {"textDisplay": "Made up", "textOriginal": "Made up", "authorDisplayName": '
    b'"@ann", "authorChannelId": {"value": "UCmadeup"}, "likeCount": 3, "publishedAt": '
    b'"2025-07-14T23:19:42Z", "updatedAt": "2025-07-14T23:19:42Z"}}}, "replies": {"comments": '
    b'[{"id": "Ug1.1", "snippet": {"textDisplay": "made up too", "parentId": "Ug1", '
    b'"authorDisplayName": "@bo", "likeCount": 0, "publishedAt": "2025-07-15T01:00:00Z", '
    b'"updatedAt": "2025-07-15T01:00:00Z"}}]}}]}',
    "douyin_json": '{"comments": [{"cid": "7569543503384036153", "text": "编的：好看", '
    '"aweme_id": "7569543503384036000", "create_time": 1762421688, "digg_count": 12, '
    '"reply_comment_total": 0, "ip_label": "广东", "reply_id": "0", '
    '"user": {"uid": "100000000000000001", "nickname": "编的"}}]}'.encode(),
}
LANGS = {"comment_exporter_csv": "en", "douyin_json": "zh"}


def _register(name: str, kind: Kind) -> None:
    def function(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
        return read_kind(kind, paths, options)

    loader = Loader(
        name=name,
        says=SAYS[name],
        gives=("comments",),
        extensions=EXTENSIONS[name],
        sniff=kind.sniff,
        function=function,
        options=OPTIONS,
        example=EXAMPLES[name],
        example_options={"version_id": "v1", "lang": LANGS.get(name, "en")},
    )
    LOADERS.add(name)(loader)


for _name, _kind in KINDS.items():
    _register(_name, _kind)
