"""Make the files of timed_text, danmaku, reviews and comments: every format as it is met, made up.

.venv/bin/python tests/data/make_texts.py
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HERE = Path(__file__).resolve().parent

SRT = """1
00:00:01,000 --> 00:00:02,500
{0}

2
00:00:03,000 --> 00:00:04,000
{1}
"""
ZH = ("妈妈，你回来了。", "我没有签字。")
ZH_TW = ("媽媽，你回來了。", "我沒有簽字。")
JA = ("おかえりなさい。", "約束したでしょう。")

VTT = """WEBVTT - made up
Kind: captions
Language: pt-BR

NOTE two lines
of a note

STYLE
::cue { color: lime }

intro
00:01.000 --> 00:02.500 align:start position:10%
<v Ana>Você <i>assinou</i>?</v>

00:00:03.000 --> 00:00:04.000
<v Bia>- Não.</v>
"""
ASS = """[Script Info]
Title: Made up
ScriptType: v4.00+
PlayResX: 1080
PlayResY: 1920

[V4+ Styles]
Format: Name, Fontname, Fontsize
Style: Default,Arial,40

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:01.00,Default,,0,0,0,,a remark of the typesetter
Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann,0,0,0,,{\\an8}You signed,\\Nand left.
Dialogue: 0,0:00:03.00,0:00:04.00,Default,Bo,0,0,0,,I did not.
Dialogue: 0,0:00:04.00,0:00:05.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 0 10 10{\\p0}
"""
TTML = """<?xml version="1.0" encoding="UTF-8"?>
<tt xmlns="http://www.w3.org/ns/ttml" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"
 ttp:frameRate="25" xml:lang="es">
<body><div>
<p begin="00:00:01.000" end="00:00:02.500">¿Firmaste<br/>o no?</p>
<p begin="00:00:03:00" end="00:00:04:00">No firmé.</p>
</div></body></tt>
"""
TWO_LANGUAGES = SRT.format("妈妈，你回来了。\nMum, you are back.", "我没有签字。\nI did not sign.")
SPEAKERS = SRT.format("ANN: You signed.", "BO: I did not.\n- Nor did I.")
ODD = (
    "1\n00:00:03,000 --> 00:00:04,000\nlater\n\n"
    "7\n00:00:01,000 --> 00:00:02,000\n\n"
    "3\n0:00:05.5 --> 0:00:04.0\nends before it begins\n\n"
    "4\n00:00:06,000 --> 00:00:07,000 X1:1 X2:2\n<b>bold</b> &amp; more\n"
)

BILIBILI = """<?xml version="1.0" encoding="UTF-8"?><i><chatserver>chat.example</chatserver>\
<chatid>4711</chatid><mission>0</mission><maxlimit>1000</maxlimit><source>k-v</source>\
<d p="0.47900,1,25,16777215,1626077354,0,5bd04b14,51870527213010951,10">开头 &amp; 好笑</d>\
<d p="2.00000,4,25,15138834,1626077399,0,84b94467,51870527213010952">哭了</d>\
<d p="3.5,7,25,1,1626077400,0,84b94467,51870527213010953">["0","0","1-1",4.5,"飞过",0,0]</d>\
<d p="4.0,1,25,16777215,1626077401,0">too few values</d>\
<d p="-1.0,1,25,16777215,1626077402,0,84b94467,51870527213010955,10">before the start</d></i>
"""
NICONICO = """<?xml version="1.0" encoding="UTF-8"?>
<packet><thread resultcode="0" thread="1402132004" last_res="3"/>
<chat thread="1402132004" no="1" vpos="76" date="1402132048" user_id="1000001">www</chat>
<chat thread="1402132004" no="2" vpos="1250" date="1402132050" mail="184 red big" \
user_id="a1B2c3">泣いた</chat>
<chat thread="1402132004" no="3" vpos="-20" date="1402132051" user_id="a1B2c3">早い</chat>
<chat thread="1402132004" no="4" vpos="300" date="1402132052" user_id="1000002" \
deleted="1"></chat></packet>
"""
HEAD = ["剧名称", "group_title", "发弹幕时刻相对于视频起始时间偏移量", "累计点赞数", "弹幕内容"]
HONGGUO: list[list[str]] = [
    ["编造的剧", "第1集", "10000", "3", "好看"],
    ["编造的剧", "第1集", "2500", "", "哈哈,\n哈"],
    ["编造的剧", "第2集", "soon", "1", "没有时间"],
    ["编造的剧", "第2集", "40", "12", "[捂脸]"],
]
SAMPLED = {
    "sampling_note": "made up; sampled in time order with a gap",
    "episodes": [
        {
            "drama_title": "编造的剧",
            "episode_no": 1,
            "comments": [
                {"time_sec": 4.88, "text": "哭了", "original_text": "哭了[捂脸]",
                 "source_like_count": 8, "mode": "light"},
                {"time_sec": 9.1, "text": "好", "original_text": "好[送花]",
                 "source_like_count": 0, "mode": "dense"},
            ],
        },
        {
            "drama_title": "编造的剧",
            "episode_no": 2,
            "comments": [{"time_sec": None, "text": "no time", "original_text": "no time",
                          "source_like_count": 0, "mode": "light"}],
        },
    ],
}  # fmt: skip
HIGHLIGHTS = {
    "episodes": [
        {
            "drama_title": "编造的剧",
            "episode_no": 1,
            "highlights": [
                {"start_time_sec": 30.0, "end_time_sec": 60.0, "title": "相认",
                 "highlight_type": "反转", "emotion": "震惊", "confidence": 0.9,
                 "source": "human_review", "model_version": "r1"},
                {"start_time_sec": 61.0, "end_time_sec": 61.0, "title": "空",
                 "highlight_type": "反转", "emotion": "震惊", "confidence": 0.5,
                 "source": "human_review", "model_version": "r1"},
            ],
        }
    ]
}  # fmt: skip

PLAY = {
    "reviewId": "00000000-0000-4000-8000-000000000001",
    "userName": "Ann Example",
    "userImage": "https://example.org/a.png",
    "content": "Made up: too many ads. 😀\nBut I cried.",
    "score": 2,
    "thumbsUpCount": 239,
    "reviewCreatedVersion": "1.32.0",
    "at": "2021-03-25 15:52:53",
    "replyContent": None,
    "repliedAt": None,
    "appVersion": "1.32.0",
}
NODE = {
    "id": "gp:AOmade-up-1",
    "userName": "Ann Example",
    "userImage": "https://example.org/a.png",
    "date": "2013-11-10T18:31:42.174Z",
    "score": 5,
    "scoreText": "5",
    "url": "https://example.org/1",
    "title": "",
    "text": "Made up: fine.",
    "replyDate": "2013-11-11T00:00:00.000Z",
    "replyText": "Thank you.",
    "version": "1.0.2",
    "thumbsUp": 29,
    "criterias": [],
}
APP_PYTHON = {
    "date": "2021-07-26 18:26:24",
    "isEdited": False,
    "rating": 4,
    "review": "Made up: I cried.",
    "title": "Good",
    "userName": "ann_example",
}
APP_NODE = {
    "id": "1472864600",
    "userName": "ann_example",
    "userUrl": "https://example.org/reviews/id1",
    "version": "1.80.1",
    "score": 5,
    "title": "Made up",
    "text": "More of this.",
    "url": "https://example.org/1",
    "updated": "2021-07-26T18:26:24-07:00",
}
TUBE = {
    "cid": "UgMadeUp1",
    "text": "Made up: episode 40!! 🎉",
    "time": "2 weeks ago (edited)",
    "author": "@ann",
    "channel": "UCmadeup",
    "votes": "1.2K",
    "replies": "1",
    "photo": "https://example.org/a.png",
    "heart": False,
    "reply": False,
    "time_parsed": 1700000000.0,
}
EXPORTED = [
    ["@ann", "Made up,\ntwo lines 😂", "/channel/UCmadeup"],
    ["@bo", "=1+1; first!", "/channel/UCother"],
    ["@ann", "Made up,\ntwo lines 😂", "/channel/UCmadeup"],
]
FLAT_HEAD = [
    *("video_id", "video_title", "comment_id", "comment_text", "author_name", "like_count"),
    *("reply_count", "published_at", "updated_at", "is_reply", "parent_id"),
]
FLAT = [
    ["vid1", "Made-up trailer", "Ug1", "Made up", "@ann", 3, 1,
     "2025-07-14T23:19:42Z", "2025-07-14T23:19:42Z", False, ""],
    ["", "", "Ug1.1", "made up too", "@bo", 0, 0,
     "2025-07-15T01:00:00Z", "2025-07-15T01:00:00Z", True, "Ug1"],
    ["", "", "Ug9.1", "an answer to nobody here", "@cy", 0, 0,
     "2025-07-15T02:00:00Z", "2025-07-15T02:00:00Z", True, "Ug9"],
]  # fmt: skip
DOUYIN = {
    "status_code": 0,
    "comments": [
        {"cid": "7569543503384036153", "text": "编的：好看", "aweme_id": "7569543503384036000",
         "create_time": 1762421688, "digg_count": 12, "reply_comment_total": 1, "ip_label": "广东",
         "reply_id": "0", "user": {"uid": "100000000000000001", "nickname": "编的"},
         "reply_comment": [
             {"cid": "7569543503384036154", "text": "同意", "aweme_id": "7569543503384036000",
              "create_time": 1762421700, "digg_count": 0, "reply_comment_total": 0,
              "ip_label": "马来西亚", "reply_id": "7569543503384036153",
              "user": {"uid": "100000000000000002", "nickname": "也是编的"}}]},
        {"text": "no id", "aweme_id": "7569543503384036000", "create_time": 1762421690,
         "digg_count": 0, "reply_comment_total": 0, "ip_label": "", "reply_id": "0", "user": {}},
    ],
    "cursor": 2,
    "has_more": 0,
}  # fmt: skip


def _comment(ident: str, text: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": "youtube#comment",
        "etag": "made-up",
        "id": ident,
        "snippet": {
            "channelId": "UCshow",
            "textDisplay": text,
            "textOriginal": text,
            "authorDisplayName": "@ann",
            "authorProfileImageUrl": "https://example.org/a.png",
            "authorChannelUrl": "https://example.org/@ann",
            "authorChannelId": {"value": "UCmadeup"},
            "canRate": True,
            "viewerRating": "none",
            "likeCount": 3,
            "publishedAt": "2025-07-14T23:19:42Z",
            "updatedAt": "2025-07-14T23:19:42Z",
            **more,
        },
    }


def _thread(ident: str, text: str, total: int, replies: list[dict[str, Any]]) -> dict[str, Any]:
    thread: dict[str, Any] = {
        "kind": "youtube#commentThread",
        "etag": "made-up",
        "id": ident,
        "snippet": {
            "channelId": "UCshow",
            "videoId": "vid1",
            "topLevelComment": _comment(ident, text, videoId="vid1"),
            "canReply": True,
            "totalReplyCount": total,
            "isPublic": True,
        },
    }
    return {**thread, "replies": {"comments": replies}} if replies else thread


THREADS = {
    "kind": "youtube#commentThreadListResponse",
    "etag": "made-up",
    "nextPageToken": "QURTS",
    "pageInfo": {"totalResults": 2, "resultsPerPage": 20},
    "items": [
        _thread("Ug1", "Made up 😀", 7, [
            _comment(f"Ug1.{n}", f"reply {n}", parentId="Ug1", videoId="vid1") for n in range(5)
        ]),
        _thread("Ug2", "No replies", 0, []),
    ],
}  # fmt: skip
REPLIES = {
    "kind": "youtube#commentListResponse",
    "items": [_comment(f"Ug1.{n}", f"reply {n}", parentId="Ug1") for n in range(5, 7)],
}
for _item in REPLIES["items"]:
    _item["snippet"].pop("textOriginal")  # type: ignore[index]
    _item["snippet"]["textDisplay"] += " &amp; <b>more</b>"  # type: ignore[index]


APPS = (
    "app,ios_rating,ios_reviews,play_rating,play_reviews,weekly_price_usd,has_free_episodes,"
    "platforms,snapshot_date\n"
    'MadeUpShort,4.5,1200,4.1,,9.99,true,"iOS, Android",2026-10-02\n'
    "OneTooMany,4.0,10,,,,,iOS,Android,2026-10-02\n"
    "Empty,,,,,,,,\n"
)
RIGHTS = [
    {"id": 1, "name": "编造的剧", "episodes": 80, "category": "都市", "tags": ["复仇"],
     "intro": "编的", "priceTier": "A", "price": 100, "heat": 5,
     "heatData": {"total_heat": 12.5, "adx_rank": 3}, "heatRaw": "累计热力值12.5w\n看不懂",
     "launchDate": "延期", "link": "", "duration": "80min"},
    {"id": 2, "name": "另一部", "episodes": 0, "tags": [], "priceTier": "B", "price": 1e308,
     "heatData": {"total_heat": 1e300, "adx_rank": 10**40}, "heatRaw": "", "launchDate": "2024/04",
     "duration": "50"},
    {"priceTier": "B"},
    "not a drama",
]  # fmt: skip
DUMP = [
    ['编造的剧 | "A Made-Up Play"', "某某 文", "2024", "", "", "", ""],
    ["另一部", "", "2024", "", "", "", ""],
    ["2024年5月 合集", "", "2024", "", "", "", ""],
    ["", "", "2024", "", "", "", ""],
    {"title": "no list"},
    None,
]
TITLES = "raw_title,episodes\n12-编造的剧（73集）某某,73\n13-某某短剧5部,\n,4\n"
PANEL = (
    "platform,operator,channel_id,channel_name,video_id,video_title,published_date,duration_sec,"
    "views,likes,comments\n"
    "YouTube,Ann Example,UCmadeup,Made Up,vid1,Made-up trailer,2025-07-14,61,1200,30,\n"
    "YouTube,Ann Example,UCmadeup,Made Up,vid1,Made-up trailer,2025-07-14,61,1190,30,2\n"
    "YouTube,Ann Example,UCmadeup,Made Up,,no id,2025-07-14,61,5,,\n"
)


def text(name: str, content: str, encoding: str = "utf-8") -> None:
    """Write a text file in an encoding."""
    (HERE / name).write_bytes(content.encode(encoding))


def document(name: str, content: Any) -> None:
    """Write JSON."""
    text(name, json.dumps(content, ensure_ascii=False, indent=1))


def table(rows: list[list[Any]], delimiter: str = ",") -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def workbook(name: str, sheets: dict[str, list[list[Any]]], title: str = "") -> None:
    """Write a workbook; a title stands in merged cells above the table of the first sheet."""
    book = Workbook()
    book.remove(book.active)
    for place, (sheet, rows) in enumerate(sheets.items()):
        page = book.create_sheet(sheet)
        if title and place == 0:
            page.append([title])
            page.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(rows[0]))
            page.append([])
        for row in rows:
            page.append(row)
            for cell in page[page.max_row]:
                if isinstance(cell.value, str):
                    cell.data_type = "s"  # a text that begins with '=' is no formula
    book.save(HERE / name)


def main() -> None:
    """Write every file."""
    text("catalogues/app_directory.csv", APPS)
    document("catalogues/rights_list.json", RIGHTS)
    document("catalogues/title_dump.json", DUMP)
    text("catalogues/title_list.csv", TITLES)
    text("catalogues/video_panel.csv", PANEL)
    text("timed_text/gb18030.srt", SRT.format(*ZH), "gb18030")
    text("timed_text/big5.srt", SRT.format(*ZH_TW), "big5")
    text("timed_text/shift_jis.srt", SRT.format(*JA), "cp932")
    text("timed_text/utf16.srt", SRT.format(*ZH), "utf-16")
    text("timed_text/cp1252.srt", SRT.format("Où est ma mère ?", "Elle a signé… « là »."), "cp1252")
    text("timed_text/two_languages.srt", TWO_LANGUAGES)
    text("timed_text/speakers.srt", SPEAKERS)
    text("timed_text/odd.srt", ODD)
    text("timed_text/notes.vtt", VTT)
    text("timed_text/typeset.ass", ASS)
    text("timed_text/frames.ttml", TTML)
    text("danmaku/bilibili.xml", BILIBILI)
    text("danmaku/niconico.xml", NICONICO)
    text("danmaku/hongguo_gb18030.csv", table([HEAD, *HONGGUO]), "gb18030")
    text("danmaku/hongguo_tabs.tsv", table([HEAD, *HONGGUO], "\t"))
    numbers = [[int(c) if c.isdigit() else c or None for c in row] for row in HONGGUO]
    workbook("danmaku/hongguo.xlsx", {"Sheet1": [[*HEAD], *numbers]})
    document("danmaku/sampled.json", SAMPLED)
    document("danmaku/highlights.json", HIGHLIGHTS)
    other = {**PLAY, "reviewId": "00000000-0000-4000-8000-000000000002", "score": 9}
    document("reviews/google_play_python.json", [PLAY, other, PLAY])
    text("reviews/google_play_python.csv", table([["", *PLAY], [0, *PLAY.values()]]))
    when = {**PLAY, "at": dt.datetime(2021, 3, 25, 15, 52, 53)}
    rows = [list(when), list(when.values()), list({**when, **{"reviewId": None}}.values())]
    workbook("reviews/google_play_python.xlsx", {"reviews": rows}, "Reviews of a made-up app")
    page = {"data": [NODE, {**NODE, "id": None}], "nextPaginationToken": "x"}
    document("reviews/google_play_node.json", page)
    later = {
        **APP_PYTHON,
        "developerResponse": {"id": 1, "body": "Sorry.", "modified": "2021-08-01T00:00:00Z"},
    }
    document("reviews/app_store_python.json", [APP_PYTHON, {**later, "rating": 1}])
    document("reviews/app_store_node.json", [APP_NODE, {**APP_NODE, "id": "1472864601"}])
    reply = {**TUBE, "cid": "UgMadeUp1.9x", "time": "1 day ago", "votes": "0", "reply": True}
    lines = [TUBE, reply, {**TUBE, "cid": "UgMadeUp2", "time": "hace 3 días"}]
    cut = json.dumps({**TUBE, "cid": "UgMadeUp3"})[:60]
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines) + cut
    text("comments/downloader.jsonl", body)
    head = ["Author", "Content", "Author URL"]
    text("comments/exporter.csv", table([head, *EXPORTED], ";"), "utf-8-sig")
    about: list[list[Any]] = [["Video", "https://example.org/watch"], ["Exported", "made up"]]
    sheets: dict[str, list[list[Any]]] = {"Comments": [head, *EXPORTED], "About": about}
    workbook("comments/exporter.xlsx", sheets, "Comments of a made-up video")
    text("comments/api_flat.csv", table([FLAT_HEAD, *FLAT]))
    dated = [[dt.datetime(2025, 7, 14, 23, 19, 42) if "T" in str(c) and "Z" in str(c) else c
              for c in row] for row in FLAT]  # fmt: skip
    workbook("comments/api_flat.xlsx", {"Sheet1": [FLAT_HEAD, *dated]})
    document("comments/api_threads.json", THREADS)
    document("comments/api_replies.json", REPLIES)
    document("comments/douyin.json", DOUYIN)


if __name__ == "__main__":
    main()
