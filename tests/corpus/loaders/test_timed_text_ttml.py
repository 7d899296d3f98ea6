"""TTML: every form of time, what may be nested, files broken in many ways, files that attack."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from made_up_subtitles import made_up_cues, written
from pysubs2 import SSAFile

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import timed_text
from mdresearch.corpus.loaders.timed_text_ttml import read_ttml

NS = "http://www.w3.org/ns/ttml"
PARAMETERS = "http://www.w3.org/ns/ttml#parameter"


def tt(body: str, root: str = "") -> str:
    return (
        f'<tt xmlns="{NS}" xmlns:ttp="{PARAMETERS}" xml:lang="en" {root}><body>{body}</body></tt>'
    )


def times(begin: str, end: str, root: str = "") -> tuple[int, int]:
    cues = read_ttml(tt(f'<div><p begin="{begin}" end="{end}">a</p></div>', root), "x")
    return int(cues.start[0]), int(cues.end[0])


@pytest.mark.parametrize(
    ("begin", "end", "root", "expected"),
    [
        ("00:00:01.500", "00:00:02", "", (1500, 2000)),
        ("01:00:00.25", "01:00:01", "", (3_600_250, 3_601_000)),
        ("1.5s", "2500ms", "", (1500, 2500)),
        ("0.5m", "0.01h", "", (30_000, 36_000)),
        ("30f", "45f", "", (1000, 1500)),  # 30 frames a second where nothing is said
        ("24f", "36f", 'ttp:frameRate="24"', (1000, 1500)),
        ("24f", "48f", 'ttp:frameRate="24" ttp:frameRateMultiplier="1000 1001"', (1001, 2002)),
        ("00:00:01:12", "00:00:02:00", 'ttp:frameRate="24"', (1500, 2000)),
        ("15000000t", "20000000t", 'ttp:tickRate="10000000"', (1500, 2000)),
        ("48t", "72t", 'ttp:frameRate="24"', (2000, 3000)),  # a tick is a frame
        ("3t", "4t", "", (3000, 4000)),  # and a second where there is no frame rate either
    ],
)
def test_every_form_of_time_is_read(begin, end, root, expected) -> None:
    assert times(begin, end, root) == expected


@pytest.mark.parametrize("time", ["soon", "1:2", "-1s", "1e3s", "00:00:01,500", "٠٠:٠٠:٠١", ""])
def test_what_is_no_time_is_refused_with_its_line(time: str) -> None:
    with pytest.raises(DataError, match=r"x, line 1: '.*' is no time\. Allowed: 00:00:01\.500"):
        times(time, "9s")


def test_times_are_those_of_what_is_around_and_no_longer() -> None:
    cues = read_ttml(
        tt(
            '<div begin="10s" end="20s"><p begin="1s" end="3s">a</p><p begin="5s" dur="60s">b</p>'
            '<p begin="2s">c</p></div><p begin="1s">no end</p>'
        ),
        "x",
    )
    assert cues.start.tolist() == [11_000, 15_000, 12_000]
    assert cues.end.tolist() == [13_000, 20_000, 20_000]
    assert cues.refused == {"a paragraph without an end": 1}


def test_words_are_joined_over_spans_and_parted_at_breaks() -> None:
    cues = read_ttml(
        tt(
            '<div region="top"><p begin="1s" end="2s" xml:lang="zh-hans">\n  <span>You\n again</span>'
            "? <br/> <span><span>Sign</span>.</span>\n</p></div>"
        ),
        "x",
    )
    assert list(cues.text) == ["You again?\nSign."]
    assert list(cues.style) == ["top"]
    assert list(cues.lang) == ["zh-Hans"]


BROKEN = {
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "leading byte order mark": lambda t: "\ufeff" + t,
    "overlapping": lambda t: t.replace('end="00:00', 'end="00:09'),
    "end before start": lambda t: t.replace('end="00:00', 'end="00:00:00.100" x="', 1),
    "hour overflow": lambda t: t.replace('begin="00:', 'begin="99:'),
    "dot milliseconds of two digits": lambda t: t.replace('0" end', '" end'),
    "empty cue": lambda t: t.replace("</p>", '</p><p begin="00:00:01.000" end="00:00:02.000"/>', 2),
    "comments between": lambda t: t.replace("<p ", "<!-- a note --><p ", 3),
    "upper case": lambda t: t.replace("<p ", "<P ", 1).replace("</p>", "</P>", 1),
    "character references": lambda t: t.replace("You", "&#89;ou"),
}


@pytest.mark.parametrize("way", BROKEN)
def test_files_out_of_order_are_equal_to_pysubs2(way: str) -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        text = BROKEN[way](written(made_up_cues(rng, 12), "ttml"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer = SSAFile.from_string(text.lstrip("\ufeff"), format_="ttml")
        expected = [(e.start, e.end, e.plaintext) for e in peer if e.is_text]
        cues = read_ttml(text.lstrip("\ufeff"), "x")
        got = list(zip(cues.start.tolist(), cues.end.tolist(), cues.text, strict=True))
        assert got == expected


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda t: t[: len(t) // 2], "it is not well-formed XML"),
        (lambda t: t.replace("</p>", "", 1), "it is not well-formed XML"),
        (lambda t: t.replace('begin="', "begin=", 1), "it is not well-formed XML"),
        (lambda t: t.replace("lied", "l&ied").replace("?", "&"), "it is not well-formed XML"),
        (lambda t: t.replace("<tt ", "<ttx ").replace("</tt>", "</ttx>"), "the root is <ttx>"),
        (lambda t: t.replace(NS, "http://example.org/other"), "the root is <tt>, not"),
        (lambda t: t.replace("<div>", '<div timeContainer="seq">'), "elements in sequence"),
        (lambda t: t.replace("<div>", "<div>" * 200), "nested more than 100 deep"),
    ],
)
def test_what_is_no_ttml_is_refused(damage, words) -> None:
    text = damage(written(made_up_cues(np.random.default_rng(6), 12), "ttml"))
    with pytest.raises(DataError, match=words):
        read_ttml(text, "x")


LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
ATTACKS = {
    "billion laughs": f'<!DOCTYPE tt [<!ENTITY l0 "lol">{LAUGHS}]>',
    "external entity": '<!DOCTYPE tt [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "parameter entity": '<!DOCTYPE tt [<!ENTITY % p SYSTEM "http://example.org/x.dtd"> %p;]>',
    "external subset": '<!DOCTYPE tt SYSTEM "http://example.org/x.dtd">',
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_files_that_attack_are_refused_as_a_whole(attack: str, tmp_path: Path) -> None:
    path = tmp_path / "a.ttml"
    text = ATTACKS[attack] + tt('<div><p begin="1s" end="2s">&l9;</p></div>')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=r"a\.ttml, line 1: it has a document type or an entity"):
        timed_text.load([path], {"version": "v", "lang": "en"})
