"""Timed text: what is refused, and with which words; the example; ids from names."""

from __future__ import annotations

from pathlib import Path

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import timed_text
from mdresearch.corpus.loaders.timed_text_files import read_files
from mdresearch.corpus.loaders.timed_text_names import compiled

SRT = b"1\n00:00:01,000 --> 00:00:02,500\nYou again?\n\n"
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE tt [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    b'<tt xmlns="http://www.w3.org/ns/ttml"><body><div><p begin="1s" end="2s">&b;</p></div></body></tt>'
)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<!DOCTYPE html><html><body>00:00:01,000</body></html>", "a web page"),
        (b"From: a@example.org\nSubject: x\n\n" + SRT, "it is an e-mail, not subtitles"),
        (b"hello\n", "it holds no cue"),
        (b"1\n00:00:01,000 --> 00:00:02,500\n" + b"x" * 300_000, "a line of 300,000 characters"),
        (b"1\n00:00:01,000 --> 00:00:02,500\na\x00b c d e f\n", "a NUL byte, and it is not UTF-16"),
        (BOMB, "it has a document type or an entity of its own"),
    ],
)
def test_what_is_no_subtitle_file_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=words):
        timed_text.load([path], {})
    good = tmp_path / "b.srt"
    good.write_bytes(SRT)
    reading = timed_text.load([path, good], {"on_error": "skip", "version": "v", "lang": "en"})
    assert len(reading.tables["cues"]) == 1
    assert reading.files[0].refused == {"the file": 1}
    assert reading.warnings[0].startswith("1 of 2 files could not be read.")


def test_the_example_is_told_and_read(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(timed_text.EXAMPLE)
    assert timed_text.sniff(path, timed_text.EXAMPLE) >= 0.5
    cues = timed_text.load([path], {"version": "v1", "lang": "en"}).tables["cues"]
    assert cues["text"].tolist() == ["You again?", "Sign the divorce papers."]
    assert cues["start_ms"].tolist() == [1000, 2500]


def test_two_fields_side_by_side_are_refused() -> None:
    with pytest.raises(DataError, match="nothing stands between {number} and the field before"):
        compiled("{version}{number}.srt")


def test_what_trips_the_peer_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "odd.ass"
    path.write_text("[Script Info]\n\n[V4+ Styles]\nFormat: Name\nStyle: Default,A,0,0\n")
    with pytest.raises(DataError, match=r"odd\.ass: it (cannot be read as ass|holds no cue)"):
        timed_text.load([path], {"version": "v", "lang": "en"})


def test_bytes_that_are_no_utf8_are_told_wherever_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "odd.ass"
    fields = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
    path.write_bytes(
        b"[Script Info]\nTitle: \xff\xc3\x28\x81\x9d\n\n[Events]\nFormat: " + fields.encode()
        + b"\nDialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Sign.\n"
    )  # fmt: skip
    _, files = read_files([path], None, "strip", True)
    assert files[0].refusal or files[0].encoding != "utf-8"
