"""Timed text: tags and braces, speakers, two languages, ids from names, encodings, hostile files."""

from __future__ import annotations

import hashlib
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import mdresearch as md
from mdresearch.corpus.loaders import timed_text
from mdresearch.corpus.loaders.timed_text_cues import COMMENT
from mdresearch.corpus.loaders.timed_text_exact import read_exact
from mdresearch.corpus.loaders.timed_text_fast import read_plain

IDS = {"version": "v1", "lang": "en"}
STAMP = "1\n00:00:01,000 --> 00:00:02,500\n"


def cues(tmp_path: Path, text: str, name: str = "a.srt", **options: Any) -> Any:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return timed_text.load([path], {**IDS, **options})


def test_words_in_braces_stay_and_tags_go(tmp_path: Path) -> None:
    text = STAMP + "{\\an8}<i>{sighs} No.</i>\n\n"
    assert cues(tmp_path, text).tables["cues"]["text"].tolist() == ["{sighs} No."]
    kept = cues(tmp_path, text, styling="keep").tables["cues"]["text"].tolist()
    assert kept == ["{\\an8}<i>{sighs} No.</i>"]


def test_a_line_break_after_a_brace_is_no_tag_on_either_path() -> None:
    srt = "1\n00:00:01,000 --> 00:00:02,500\nYou {\\Nagain} <i>and {\nagain} here</i>\n\n"
    fast = read_plain([srt.encode()], ["srt"])
    assert fast.done.tolist() == [True]
    expected = ["You {\nagain} and {\nagain} here"]
    assert fast.lots[0].text == expected
    assert list(read_exact(srt, "srt", "x").text) == expected


@pytest.mark.parametrize("n", [1, 2, 3])
def test_comment_lines_are_counted_on_either_path(n: int) -> None:
    event = "0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Sign."
    fields = "Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
    text = (
        f"[Script Info]\n\n[V4+ Styles]\nStyle: Default,Arial,2x0\n\n[Events]\nFormat: {fields}\n"
    )
    text += f"Dialogue: {event}\n" + f"Comment: {event}\n" * n
    fast = read_plain([text.encode()], ["ass"])
    assert fast.done.tolist() == [True]
    assert fast.refused == {0: {COMMENT: n}}
    assert read_exact(text, "ass", "x").refused == {COMMENT: n}


def test_comments_in_braces_of_ass_are_left_out_and_counted(tmp_path: Path) -> None:
    head = "[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Style, Name, "
    line = "Dialogue: 0,0:00:01.00,0:00:02.00,Sign,Anna,0,0,0,,{\\i1}Go{\\i0} {he means: stay}now\n"
    usual = head + "MarginL, MarginR, MarginV, Effect, Text\n" + line
    own = (
        "[Events]\nFormat: Start, End, Actor, Text\n"
        "Dialogue: 0:00:01.00,0:00:02.00,Anna,Go {he means: stay}now, or never\n"
    )
    for text, words in ((usual, "Go now"), (own, "Go now, or never")):
        reading = cues(tmp_path, text, "a.ass")
        row = reading.tables["cues"].iloc[0]
        assert (row["text"], row["speaker_id"]) == (words, "Anna")
        assert "1 comments in braces" in reading.files[0].note


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANNA: Stop!", [("ANNA", "Stop!")]),
        ("安娜：住手！", [("安娜", "住手！")]),
        ("- Go!\n- No.", [(None, "Go!"), (None, "No.")]),
        ("Remember: never.", [(None, "Remember: never.")]),
    ],
)
def test_speakers_before_a_colon(tmp_path: Path, text: str, expected: list[Any]) -> None:
    table = cues(tmp_path, STAMP + text + "\n\n", speakers=True).tables["cues"]
    found = table["speaker_id"].astype(object).where(table["speaker_id"].notna(), None)
    assert list(zip(found, table["text"], strict=True)) == expected


def test_a_voice_of_webvtt_is_a_speaker_and_times_without_hours_are_read(tmp_path: Path) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.500 align:start\n<v Anna>Tom &amp; I\n\n"
    row = cues(tmp_path, text, "a.vtt").tables["cues"].iloc[0]
    assert (row["speaker_id"], row["text"]) == ("Anna", "Tom & I")
    assert (row["start_ms"], row["end_ms"]) == (1000, 2500)


def test_a_cue_in_two_languages_becomes_two_rows(tmp_path: Path) -> None:
    table = cues(tmp_path, STAMP + "你好\nHello\n\n", split_languages=("zh", "en")).tables["cues"]
    assert list(zip(table["lang"], table["text"], strict=True)) == [("zh", "你好"), ("en", "Hello")]


def test_a_folder_is_read_with_ids_from_names_and_hashes_of_the_files(tmp_path: Path) -> None:
    for number in (2, 10):
        text = STAMP + f"Episode {number}\n\n"
        (tmp_path / f"rose-E{number:03d}.pt-BR.srt").write_text(text, encoding="utf-8")
    corpus = md.read(
        tmp_path, kind="timed_text", pattern="{version}-E{number:03d}.{lang}.srt", name="rose"
    )
    assert corpus["episodes"]["number"].tolist() == [2, 10]
    assert corpus["cues"]["cue_id"].tolist() == ["rose-E002-pt-BR-1", "rose-E010-pt-BR-1"]
    files = sorted(tmp_path.iterdir())
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    assert corpus["sources"]["sha256"].tolist() == hashes


@pytest.mark.parametrize(
    ("written", "reported", "words"),
    [
        ("utf-8-sig", "utf-8", "你骗了我，我们签字吧。"),
        ("utf-16", "utf-16-le", "你骗了我，我们签字吧。"),
        ("utf-16-be", "utf-16-be", "You lied to me. Sign here."),
        ("gb18030", "gb18030", "你骗了我，我们签字吧。"),
        ("big5", "big5", "你騙了我，我們簽字吧。"),
        ("shift_jis", "cp932", "あなたは嘘をついた。ここに署名して。"),
        ("cp1252", "cp1252", "Você não é o herói, José. À família!"),
    ],
)
def test_encodings_are_found_and_reported(
    tmp_path: Path, written: str, reported: str, words: str
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes((STAMP + words + "\n\n").encode(written))
    reading = timed_text.load([path], IDS)
    assert reading.tables["cues"]["text"].tolist() == [words]
    assert reading.files[0].encoding == reported


def test_a_sparse_file_of_two_gibibytes_is_refused_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    with path.open("wb") as stream:
        stream.truncate(2 << 30)
    program = (
        "import sys; from pathlib import Path; from mdresearch.corpus.loaders import timed_text\n"
        "from mdresearch.core.errors import DataError\n"
        "try: timed_text.load([Path(sys.argv[1])], {})\n"
        "except DataError as error: print(error)"
    )
    limit = 1 << 30
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        env={"OPENBLAS_NUM_THREADS": "1"},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert "2,147,483,648 bytes; at most 64,000,000 are read as subtitles" in done.stdout
