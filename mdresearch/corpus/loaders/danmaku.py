"""Danmaku and other timed comments: which files are read, and how they are told."""

from __future__ import annotations

from pathlib import Path

from mdresearch.corpus.loaders.danmaku_bilibili import read_bilibili
from mdresearch.corpus.loaders.danmaku_csv import OFFSET, TEXT, read_hongguo
from mdresearch.corpus.loaders.danmaku_highlights import read_highlights
from mdresearch.corpus.loaders.danmaku_json import read_sampled
from mdresearch.corpus.loaders.danmaku_niconico import read_niconico
from mdresearch.corpus.loaders.danmaku_options import OPTIONS
from mdresearch.corpus.loading import LOADERS, Loader

SURE, HINT = 0.95, 0.2

BILIBILI = """<?xml version="1.0" encoding="UTF-8"?><i><chatserver>chat.example</chatserver>\
<chatid>4711</chatid><maxlimit>1000</maxlimit>\
<d p="0.47900,1,25,16777215,1626077354,0,5bd04b14,51870527213010951,10">开头 &amp; 好笑</d>\
<d p="2.00000,4,25,15138834,1626077399,0,84b94467,51870527213010952">哭了</d>\
<d p="3.5,7,25,1,1626077400,0,84b94467,51870527213010953">["0","0","1-1",4,"飞过"]</d></i>"""
NICONICO = """<?xml version="1.0" encoding="UTF-8"?><packet>\
<thread resultcode="0" thread="1402132004" last_res="2"/>\
<chat thread="1402132004" no="1" vpos="76" date="1402132048" user_id="1000001">www</chat>\
<chat thread="1402132004" no="2" vpos="1250" date="1402132050" user_id="a1B2">泣いた</chat>\
</packet>"""
HONGGUO = f"""剧名称,group_title,{OFFSET},累计点赞数,{TEXT}
某剧,第1集,10000,3,好看
某剧,第2集,2500,0,"哈哈,哈"
"""
SAMPLED = """{"episodes": [{"drama_title": "某剧", "episode_no": 1, "comments": [
{"time_sec": 4.88, "text": "哭了", "original_text": "哭了[捂脸]", "source_like_count": 8,
"mode": "light"}]}]}"""
HIGHLIGHTS = """{"episodes": [{"drama_title": "某剧", "episode_no": 1, "highlights": [
{"start_time_sec": 30.0, "end_time_sec": 60.0, "title": "相认", "highlight_type": "反转",
"emotion": "震惊", "confidence": 0.9, "source": "human_review", "model_version": "r1"}]}]}"""


def _plain(head: bytes) -> bytes:
    """Return the beginning of a file as if it were UTF-8, also where it is UTF-16."""
    return head.replace(b"\0", b"")


def _sniff_bilibili(path: Path, head: bytes) -> float:
    plain = _plain(head)
    if b'<d p="' in plain and b"<i>" in plain:
        return SURE
    return HINT if path.suffix.lower() == ".xml" else 0.0


def _sniff_niconico(path: Path, head: bytes) -> float:
    plain = _plain(head)
    if b"<chat " in plain and b" vpos=" in plain:
        return SURE
    return HINT / 2 if path.suffix.lower() == ".xml" else 0.0


def _sniff_hongguo(path: Path, head: bytes) -> float:
    if any(OFFSET.encode(name) in head for name in ("utf-8", "gb18030", "utf-16-le")):
        return SURE
    return 0.0


def _sniff_sampled(path: Path, head: bytes) -> float:
    return SURE if all(k in head for k in (b'"comments"', b'"time_sec"', b'"episodes"')) else 0.0


def _sniff_highlights(path: Path, head: bytes) -> float:
    return SURE if b'"highlights"' in head and b'"start_time_sec"' in head else 0.0


LOADERS.add("bilibili_xml")(
    Loader(
        "bilibili_xml",
        "danmaku of bilibili: XML whose root is <i>, with items <d p='...'> of 8 or 9 values",
        ("comments", "captures"),
        (".xml",),
        _sniff_bilibili,
        read_bilibili,
        OPTIONS,
        BILIBILI.encode(),
    )
)
LOADERS.add("niconico_xml")(
    Loader(
        "niconico_xml",
        "comments of Niconico: XML with items <chat vpos='...'> in hundredths of a second",
        ("comments", "captures"),
        (".xml",),
        _sniff_niconico,
        read_niconico,
        OPTIONS,
        NICONICO.encode(),
    )
)
LOADERS.add("hongguo_csv")(
    Loader(
        "hongguo_csv",
        f"danmaku of Hongguo or Douyin: a table with the columns {OFFSET} (ms) and {TEXT}",
        ("comments",),
        (".csv", ".tsv", ".txt", ".xlsx"),
        _sniff_hongguo,
        read_hongguo,
        OPTIONS,
        HONGGUO.encode("gb18030"),
    )
)
LOADERS.add("danmaku_json")(
    Loader(
        "danmaku_json",
        "sampled comments: JSON with episodes[], each with comments[] that have a time_sec",
        ("comments",),
        (".json",),
        _sniff_sampled,
        read_sampled,
        OPTIONS,
        SAMPLED.encode(),
    )
)
LOADERS.add("highlights_json")(
    Loader(
        "highlights_json",
        "reviewed highlights: JSON with episodes[], each with highlights[] that have a span",
        ("segments", "codes", "coders"),
        (".json",),
        _sniff_highlights,
        read_highlights,
        {name: OPTIONS[name] for name in ("version_id", "episode_id", "encoding", "pattern")},
        HIGHLIGHTS.encode(),
    )
)
