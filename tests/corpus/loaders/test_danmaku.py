"""Danmaku: every format gives the same columns; what is odd is counted, what is hostile refused."""

from __future__ import annotations

import codecs
import re
import zlib
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.loaders import danmaku_pieces
from mdresearch.corpus.loaders.danmaku_bilibili import columns, exact_columns, read_bilibili
from mdresearch.corpus.loaders.danmaku_columns import ARRAYS
from mdresearch.corpus.loaders.danmaku_csv import OFFSET, read_hongguo
from mdresearch.corpus.loaders.danmaku_fields import Unusual
from mdresearch.corpus.loaders.danmaku_highlights import read_highlights
from mdresearch.corpus.loaders.danmaku_json import read_sampled
from mdresearch.corpus.loaders.danmaku_niconico import read_niconico
from mdresearch.corpus.loaders.danmaku_options import ids, told
from mdresearch.corpus.loaders.danmaku_sampling import refuse_density
from mdresearch.corpus.loaders.danmaku_scan import scan
from mdresearch.corpus.loading import LOADERS, guess, read

KINDS = ("bilibili_xml", "niconico_xml", "hongguo_csv", "danmaku_json", "highlights_json")
KNOWN = {"country": "CHN", "lang": "zh", "episode_id": "e1"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?><i><chatid>7</chatid>'
PLAIN = "1.00000,1,25,16777215,1626077354,0,5bd04b14,{},10"


def item(text: str, ident: int = 1, p: str = PLAIN) -> str:
    return f'<d p="{p.format(ident)}">{text}</d>'


def xml(folder: Path, *items: str, head: str = HEAD, tail: str = "</i>", name: str = "a.xml"):
    path = folder / name
    path.write_bytes((head + "".join(items) + tail).encode())
    return path


def same(one, other) -> None:
    for name in ARRAYS:
        assert np.array_equal(getattr(one, name), getattr(other, name)), name
    assert one.text() == other.text()
    assert (one.facts, one.removed) == (other.facts, other.removed)


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_knows_and_reads_its_example(kind, tmp_path) -> None:
    loader = LOADERS[kind]
    path = tmp_path / f"example{loader.extensions[0]}"
    path.write_bytes(loader.example)
    assert guess([path])[0].name == kind
    reading = loader.function([path], dict(loader.example_options))
    assert set(reading.tables) <= set(loader.gives)
    assert reading.files[0].rows_read > 0
    assert not reading.files[0].refused


# bilibili -----------------------------------------------------------------------------------------


def test_bilibili_gives_comments(tmp_path) -> None:
    path = xml(
        tmp_path,
        '<d p="0.47950,4,25,15138834,1626077354,0,5bd04b14,51870527213010951,10">a &amp; b</d>',
        '<d p="62,1,18,41194,1625843057,1,95fb08,7">&lt;&#22909;&gt;</d>',
    )
    frame = read_bilibili([path], {"country": "China", "lang": "zh"}).tables["comments"]
    first, second = frame.to_dict("records")
    assert first["comment_id"] == "51870527213010951"
    assert first["time_ms"] == 480
    assert first["posted_at"] == "2021-07-12T08:09:14Z"
    assert (first["text"], second["text"]) == ("a & b", "<好>")
    assert (first["mode"], second["mode"]) == ("bottom", "scroll")
    assert (first["colour"], first["font_size"], second["pool"]) == (15138834, 25, 1)
    assert first["block_level"] == 10
    assert frame["block_level"].isna().tolist() == [False, True]
    assert second["time_ms"] == 62_000
    assert (first["country"], first["country_source"]) == ("CHN", "given")
    assert (first["kind"], first["episode_id"]) == ("danmaku", "7")


def test_the_sender_hash_is_a_person(tmp_path, monkeypatch) -> None:
    """It is the CRC32 of a user id, which anybody can turn back: it never leaves the door."""
    monkeypatch.setattr("mdresearch.corpus.privacy.local_salt", lambda: b"s" * 32)
    sender = f"{zlib.crc32(b'12345'):x}"
    path = xml(tmp_path, item("a", 1, PLAIN.replace("5bd04b14", sender)), item("b", 2))
    hashes = read(path, "bilibili_xml", **KNOWN)["comments"]["user_hash"]
    assert sender not in set(hashes)
    assert hashes.str.fullmatch("[0-9a-f]{20}").all()
    assert (
        read(path, "bilibili_xml", keep_names=True, **KNOWN)["comments"]["user_hash"][0] == sender
    )


def test_country_and_language_are_never_guessed(tmp_path) -> None:
    path = xml(tmp_path, item("好"), item("笑", 2))
    expected = (
        "2 of 2 danmaku have no country of the audience. Say country= (such as CHN) where you know "
        "it for all of them; a platform or a language is not a country.",
        "2 of 2 danmaku have no language. Say lang= (such as zh) where you know it for all of them.",
    )
    assert read_bilibili([path], {}).warnings == expected


def test_positioned_texts_are_taken_from_their_array_and_code_is_no_text(tmp_path) -> None:
    path = xml(
        tmp_path,
        item('["0.1","0.2","1-1",4.5,"words"]', 1, PLAIN.replace(",1,25", ",7,25")),
        item("no array", 2, PLAIN.replace(",1,25", ",7,25")),
        item("var a = 1", 3, PLAIN.replace(",1,25", ",8,25")),
        item("set a {}", 4, PLAIN.replace(",1,25", ",9,25")),
        item("plain", 5),
    )
    reading = read_bilibili([path], KNOWN)
    frame = reading.tables["comments"]
    assert frame["mode"].tolist() == ["positioned", "positioned", "code", "bas", "scroll"]
    assert frame["text"].fillna("").tolist() == ["words", "", "", "", "plain"]
    assert frame["code"].fillna("").tolist()[1:] == ["no array", "var a = 1", "set a {}", ""]
    assert reading.files[0].note == (
        "2 programs (modes 8 and 9) are in column code, not in text; "
        "1 positioned danmaku hold no words that can be read"
    )


def test_control_characters_are_taken_out_and_counted(tmp_path) -> None:
    path = xml(tmp_path, item("a\x01b\x0b"), item("c&#7;d\ufffe\t", 2))
    same(scan(path), exact_columns(path))
    reading = read_bilibili([path], KNOWN)
    assert reading.tables["comments"]["text"].tolist() == ["ab", "cd\t"]
    assert reading.files[0].note == "4 control characters taken out"


ODD = {
    "white space between items": HEAD + "\n  " + item("a") + "\n\t" + item("b", 2) + "\n</i>\n",
    "eight and nine values": HEAD + item("a") + item("b", 2, PLAIN[:-3]) + "</i>",
    "no declaration": "<i>" + item("a") + "</i>",
    "mark": "\ufeff" + HEAD + item("a") + "</i>",
    "carriage returns": HEAD + item("a\r\nb\rc") + "\r\n" + item("d", 2) + "</i>",
    "commas and quotes in texts": HEAD + item('a,"b",\',<'.replace("<", "&lt;")) + "</i>",
    "empty text": HEAD + item("") + item("b", 2) + "</i>",
    "no items": HEAD + "</i>",
    "other quotes": HEAD + item("a").replace('"', "'") + "</i>",
    "another attribute": HEAD + item("a").replace("<d p", '<d user="x" p') + "</i>",
    "a comment": HEAD + "<!-- hm -->" + item("a") + "</i>",
    "cdata": HEAD + item("<![CDATA[a<b]]>") + "</i>",
    "facts at the end": HEAD + item("a") + "<maxlimit>500</maxlimit></i>",
    "processing instruction": HEAD.replace("<i>", '<?xml-stylesheet href="#s"?><i>') + "</i>",
    "a space in the tag": HEAD + item("a").replace("</d>", "</d >") + item("b", 2) + "</i>",
    "a self-closed item": HEAD + item("a").replace(">a</d>", "/>") + item("b", 2) + "</i>",
    "long times": HEAD + item("a", 1, PLAIN.replace("1.00000", "12345678.12345678")) + "</i>",
    "reference in an attribute": HEAD + item("a", 1, PLAIN.replace("25", "2&#53;")) + "</i>",
}


@pytest.mark.parametrize("odd", ODD)
def test_the_quick_path_gives_what_the_exact_path_gives(odd, tmp_path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(ODD[odd].encode())
    exact = exact_columns(path)
    same(columns(path), exact)
    assert len(exact) == ODD[odd].count("<d ")
    assert not exact.refused


def test_pieces_do_not_change_the_result(tmp_path) -> None:
    texts = ["好" * (k % 40) + "&amp;x\r\n" * (k % 3) for k in range(500)]
    path = xml(tmp_path, *(item(text, k + 1) + "\n" for k, text in enumerate(texts)))
    exact = exact_columns(path)
    for size in (150, 1000, 4096, 1 << 20):
        same(scan(path, size), exact)


def test_times_are_exact_to_the_millisecond(tmp_path) -> None:
    times = ["0.00049", "0.0005", "1.0015", "2.675", "8.2995", "100000.9995", "0", "59.99950"]
    path = xml(tmp_path, *(item("a", k, PLAIN.replace("1.00000", t)) for k, t in enumerate(times)))
    assert scan(path).time_ms.tolist() == [0, 1, 1002, 2675, 8300, 100001000, 0, 60000]
    same(scan(path), exact_columns(path))


def test_what_cannot_be_read_is_counted_with_its_reason(tmp_path) -> None:
    good = PLAIN.format(9)
    path = xml(
        tmp_path,
        item("good", 9),
        item("a", 1, "-1.0" + PLAIN[7:]),
        item("a", 1, "1e3" + PLAIN[7:]),
        item("b", 1, "1,2,3"),
        "<d>c</d>",
        item("d", 1, good.replace("16777215", "white")),
        item("e", 1, good.replace("1626077354", "now")),
        item("f", 1, good.replace("5bd04b14", "an@ere")),
        item("g", 1, good.replace(",9,10", ",,10")),
        item("<b>h</b>", 1),
        item("i", 9),
    )
    reading = read_bilibili([path], KNOWN)
    assert reading.tables["comments"]["text"].tolist() == ["good"]
    assert reading.files[0].rows_read == 11
    assert reading.files[0].refused == {
        "its time is no number of seconds from 0": 2,
        "p has not 8 or 9 values": 2,
        "a value of p is no whole number": 1,
        "its send time is no number": 1,
        "its sender is no hash": 1,
        "it has no id": 1,
        "holds other elements": 1,
        "its comment_id stands before (the first is kept)": 1,
    }


def test_a_send_time_that_is_no_date_is_left_empty(tmp_path) -> None:
    path = xml(tmp_path, item("a", 1, PLAIN.replace("1626077354", "0")), item("b", 2))
    reading = read_bilibili([path], KNOWN)
    assert reading.tables["comments"]["posted_at"].isna().tolist() == [True, False]
    assert reading.files[0].note == "1 send times are no date, left empty"


def test_danmaku_in_two_captures_count_once(tmp_path) -> None:
    one = xml(tmp_path, item("a"), item("b", 2), name="one.xml")
    two = xml(tmp_path, item("b", 2), item("c", 3), name="two.xml")
    reading = read_bilibili([one, two], KNOWN)
    assert reading.tables["comments"]["text"].tolist() == ["a", "b", "c"]
    assert reading.tables["comments"]["source_file"].tolist() == [0, 0, 1]
    assert [note.rows_read for note in reading.files] == [2, 2]
    assert sum(reading.files[1].refused.values()) == 1


@pytest.mark.parametrize(
    ("cap", "complete", "said"),
    [
        (3, True, ()),
        (
            2,
            False,
            (
                "'a.xml' holds 2 danmaku, which is all that bilibili hands out (maxlimit of the "
                "file): older ones are missing.",
            ),
        ),
        (
            1,
            None,
            (
                "'a.xml' holds 2 danmaku, more than its maxlimit of 1: it was joined from several "
                "captures, and whether any are missing cannot be told.",
            ),
        ),
    ],
)
def test_the_limit_says_how_complete_a_capture_is(cap, complete, said, tmp_path) -> None:
    head = f"{HEAD}<maxlimit>{cap}</maxlimit>"
    path = xml(tmp_path, item("a"), item("b", 2), head=head)
    reading = read_bilibili([path], {**KNOWN, "retrieved_at": "2026-11-01"})
    (row,) = reading.tables["captures"].to_dict("records")
    assert (row["n_seen"], row["cap"], row["captured_at"]) == (2, cap, "2026-11-01")
    assert reading.tables["captures"]["complete"].isna()[0] == (complete is None)
    assert complete is None or row["complete"] == complete
    assert reading.warnings == said


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030"])
def test_other_encodings_are_found(encoding, tmp_path) -> None:
    path = tmp_path / "a.xml"
    text = f'<?xml version="1.0" encoding="{encoding}"?><i>{item("前方高能我们的时候了")}</i>'
    path.write_bytes(text.encode(encoding))
    reading = read_bilibili([path], KNOWN)
    assert reading.tables["comments"]["text"].tolist() == ["前方高能我们的时候了"]
    assert reading.files[0].encoding.startswith(encoding)
    assert guess([path])[0].name == "bilibili_xml"


# hostile files ------------------------------------------------------------------------------------

DTD = (
    "it declares a document type or entities (<!DOCTYPE, <!ENTITY), by which a file can swell "
    "without limit or read other files. No danmaku file needs them; it is refused. Delete the "
    "declaration if you trust it."
)
LAUGHS = (
    '<?xml version="1.0"?>\n<!DOCTYPE i [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    "<i>" + item("&b;") + "</i>"
)
OUTSIDE = '<!DOCTYPE i SYSTEM "file:///etc/passwd"><i>' + item("a") + "</i>"
MADE = [
    (LAUGHS, f"line 2: {DTD}"),
    (OUTSIDE, f"line 1: {DTD}"),
    (
        "<!DOCTYPE html><html><body>log in</body></html>",
        "it is a web page (HTML), not danmaku XML. A site gives a page in place of the file where "
        "a log-in or a check is asked for; export the file itself again.",
    ),
    (
        "<i>" + item("a") + '<d p="1,1',
        "line 1, column {end}: unclosed token. It is not well-formed XML: damaged, or cut off. "
        "Copy it again from its source.",
    ),
    (
        "<rss>" + item("a") + "</rss>",
        "its outermost element is <rss>, not <i>. Say which kind of file it is with kind=.",
    ),
    ("<i>" + "<a>" * 40 + "</i>", "elements are nested more than 16 deep; refused."),
]


@pytest.mark.parametrize(("content", "message"), MADE)
def test_hostile_and_damaged_files_are_refused(content, message, tmp_path) -> None:
    path = tmp_path / "a.xml"
    path.write_bytes(content.encode())
    with pytest.raises(DataError) as caught:
        read_bilibili([path], KNOWN)
    separator = ", " if message.startswith("line") else ": "
    end = content.find('<d p="1,1') + 1
    assert str(caught.value) == f"{path}{separator}{message.format(end=end)}"


def test_nul_bytes_are_refused(tmp_path) -> None:
    path = xml(tmp_path, item("a\0b"))
    with pytest.raises(DataError, match=r"line 1: a NUL character\. This is not a text file"):
        read_bilibili([path], KNOWN)


def test_a_line_without_items_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(danmaku_pieces, "MAX_ITEM", 1 << 16)
    path = tmp_path / "a.xml"
    path.write_bytes(b"<i>" + b"x" * (5 << 20))
    with pytest.raises(DataError) as caught:
        columns(path)
    assert str(caught.value) == (
        f"{path}: 65,536 bytes without a single '</d>'. This is not a file of this kind, or it is "
        "damaged; copy it again from its source."
    )


def test_a_very_long_text_is_refused(tmp_path) -> None:
    path = xml(tmp_path, "<!-- -->", item("x" * (5 << 20)))
    with pytest.raises(DataError, match=r"a text of more than 4,194,304 characters in <d>"):
        columns(path)


# niconico -----------------------------------------------------------------------------------------


def chat(**more: str) -> str:
    held = {"thread": "14", "no": "1", "vpos": "76", "date": "1402132048", "user_id": "u", **more}
    text = held.pop("text", "www")
    return "<chat " + " ".join(f'{k}="{v}"' for k, v in held.items()) + f">{text}</chat>"


def test_niconico_times_are_hundredths_of_a_second(tmp_path) -> None:
    head = '<packet><thread resultcode="0" thread="14" last_res="6"/>'
    path = xml(
        tmp_path,
        chat(),
        chat(no="2", deleted="1", text=""),
        chat(no="3", vpos="-5"),
        chat(no="4", vpos="soon"),
        chat(no="", vpos="5"),
        head=head,
        tail="</packet>",
    )
    reading = read_niconico([path], {"lang": "ja", "country": "JPN"})
    (row,) = reading.tables["comments"].to_dict("records")
    assert (row["comment_id"], row["time_ms"], row["text"]) == ("14-1", 760, "www")
    assert (row["posted_at"], row["user_hash"]) == ("2014-06-07T09:07:28Z", "u")
    assert row["episode_id"] == "14"
    assert reading.persons == {"comments": ("user_hash",)}
    assert reading.files[0].refused == {
        "deleted by the platform": 1,
        "its time is before the start": 1,
        "its time is no number of hundredths of a second": 1,
        "it has no thread and number": 1,
    }
    (capture,) = reading.tables["captures"].to_dict("records")
    assert (capture["n_seen"], capture["n_reported"], capture["complete"]) == (5, 6, False)


# Hongguo ------------------------------------------------------------------------------------------

ROWS = [
    ["剧名称", "group_title", OFFSET, "累计点赞数", "弹幕内容"],
    ["某剧的时候", "第12集", "10000", "3", "我们都在，看"],
    ["某剧的时候", "花絮", "0", "1.2万", '他说"好"'],
]


def write_table(path: Path, mark: str, encoding: str) -> Path:
    quoted = [mark.join('"' + c.replace('"', '""') + '"' for c in row) for row in ROWS]
    path.write_bytes("\r\n".join([*quoted, ""]).encode(encoding))
    return path


def write_book(path: Path) -> Path:
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append([int(cell) if cell.isdigit() else cell for cell in row])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "shape", ["gb18030,", "utf-8,", "utf-8-sig,", "utf-8\t", "utf-16\t", "xlsx"]
)
def test_hongguo_tables_in_every_shape(shape, tmp_path) -> None:
    path = tmp_path / ("t.xlsx" if shape == "xlsx" else "t.csv")
    if shape == "xlsx":
        write_book(path)
    else:
        write_table(path, shape[-1], shape[:-1])
    reading = read_hongguo([path], {"lang": "zh", "country": "CHN"})
    frame = reading.tables["comments"]
    assert frame["comment_id"].tolist() == ["t-r2", "t-r3"]
    assert frame["version_id"].tolist() == ["某剧的时候"] * 2
    assert frame["episode_id"].tolist() == ["某剧的时候-E012", "某剧的时候-花絮"]
    assert frame["time_ms"].tolist() == [10000, 0]
    assert frame["text"].tolist() == ["我们都在，看", '他说"好"']
    assert frame["likes"].fillna(-1).tolist() == [3, -1]
    assert "1 counts of likes are no number, left empty" in reading.files[0].note
    assert reading.files[0].encoding in (shape[:-1], "utf-8", "utf-16-le", "xlsx")


def test_hongguo_rows_that_cannot_be_read_are_counted(tmp_path) -> None:
    path = tmp_path / "t.csv"
    rows = [f"{OFFSET},弹幕内容", "5,好", "5,好,的", "-5,好", "soon,好", "7,", ""]
    path.write_text("\n".join(rows), encoding="utf-8")
    reading = read_hongguo([path], KNOWN)
    assert reading.tables["comments"]["text"].tolist() == ["好"]
    assert reading.files[0].refused == {
        "more or fewer cells than the first row names": 1,
        "its time is before the start": 1,
        "its time is no whole number of milliseconds": 1,
        "it has no text": 1,
    }


def test_a_table_of_another_kind_is_refused(tmp_path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_hongguo([path], {})
    assert str(caught.value) == (
        f"{path}, row 1: there is no column {OFFSET} and no column 弹幕内容. It has: a, b. Rename "
        "the columns, or say which kind of file it is with kind=."
    )


# sampled comments and highlights ------------------------------------------------------------------


def corpus_of(loader: str, tmp_path: Path, **options: str) -> Corpus:
    path = tmp_path / f"x{LOADERS[loader].extensions[0]}"
    path.write_bytes(LOADERS[loader].example)
    return Corpus("made", LOADERS[loader].function([path], options).tables)


def test_sampled_comments_keep_tokens_and_say_that_they_are_sampled(tmp_path) -> None:
    corpus = corpus_of("danmaku_json", tmp_path)
    (row,) = corpus["comments"].to_dict("records")
    assert (row["text"], row["original_text"]) == ("哭了", "哭了[捂脸]")
    assert (row["time_ms"], row["likes"], row["mode_computed"]) == (4880, 8, "light")
    assert row["sampling_note"].startswith("sampled: ")


def test_density_of_sampled_comments_is_refused(tmp_path) -> None:
    with pytest.raises(DataError) as caught:
        refuse_density(corpus_of("danmaku_json", tmp_path), "an emotional arc")
    assert str(caught.value) == (
        "Corpus 'made': 1 of 1 timed comments were sampled ('sampled: comments were selected and "
        "spaced out in time before the file was made; not for density, peaks or arcs'), so an "
        "emotional arc would show how they were chosen, not when the audience wrote. Use what they "
        "say (words, codes), or read a complete capture."
    )
    refuse_density(corpus_of("bilibili_xml", tmp_path))
    refuse_density(corpus_of("bilibili_xml", tmp_path, sampling_note="not sampled"))
    refuse_density(Corpus("empty", {}))
    with pytest.raises(DataError, match="were sampled"):
        refuse_density(corpus_of("bilibili_xml", tmp_path, sampling_note="thinned by hand"))


def test_odd_comments_of_json_are_counted(tmp_path) -> None:
    path = tmp_path / "a.json"
    path.write_text(
        '{"episodes": [{"comments": [{"time_sec": -1, "text": "a"}, {"time_sec": 1, "text": ""}, '
        '{"time_sec": 2, "text": "\\ud83d"}, {"time_sec": "x", "text": "a"}, 5, '
        '{"time_sec": 0.0005, "text": "kept"}]}, {"comments": 3}]}',
        encoding="utf-8",
    )
    reading = read_sampled([path], KNOWN)
    assert reading.tables["comments"]["time_ms"].tolist() == [1]
    assert reading.files[0].refused == {
        "its time is no number of seconds from 0": 2,
        "it has no text": 2,
        "not an object with fields": 1,
        "an episode without a list 'comments'": 1,
    }


def test_highlights_become_segments_codes_and_coders(tmp_path) -> None:
    corpus = corpus_of("highlights_json", tmp_path)
    (segment,) = corpus["segments"].to_dict("records")
    assert (segment["start_ms"], segment["end_ms"], segment["made_by"]) == (30000, 60000, "r1")
    codes = corpus["codes"]
    assert codes["variable"].tolist() == ["highlight_type", "emotion"]
    assert codes["value"].tolist() == ["反转", "震惊"]
    assert codes["unit_id"].tolist() == [segment["segment_id"]] * 2
    assert codes["confidence"].tolist() == [0.9, 0.9]
    assert corpus["coders"][["coder_id", "kind"]].to_dict("records") == [
        {"coder_id": "r1", "kind": "human"}
    ]
    assert corpus.check().problems.empty


def test_a_highlight_by_an_unknown_source_is_refused(tmp_path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(LOADERS["highlights_json"].example.replace(b"human_review", b"somebody"))
    reading = read_highlights([path], {})
    assert reading.files[0].refused == {"its source is none of human_review, human, model, ai": 1}


# options ------------------------------------------------------------------------------------------


def test_a_pattern_fills_ids_from_file_names() -> None:
    said = told({"pattern": "{version}-E{number:03d}.{lang}.xml"})
    found = ids(Path("x/rose-E007.zh.xml"), said)
    assert (found.version_id, found.episode_id, found.lang) == ("rose", "rose-E007", "zh")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"country": "Atlantis"},
            "Option country='Atlantis' is no country that is known. Give an ISO 3166-1 alpha-3 "
            "code such as CHN; leave it out where the country of the audience is not known.",
        ),
        (
            {"lang": "Chinese!"},
            "Option lang='Chinese!': it must be a BCP 47 tag such as zh or pt-BR.",
        ),
        ({"sampling_note": " "}, "Option sampling_note=' ': give a text, or leave it out."),
    ],
)
def test_options_are_checked(options, message) -> None:
    with pytest.raises(DataError) as caught:
        told(options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        (
            "{version}.xml",
            "y.txt: its name is not as pattern='{version}.xml' says. Rename the file, or change "
            "the pattern.",
        ),
        (
            "{show}.txt",
            "Option pattern='{show}.txt': write {version}, {episode}, {number} or {lang} where "
            "they stand in the file name, each once, and {any} for what varies besides.",
        ),
    ],
)
def test_patterns_are_checked(pattern, message) -> None:
    with pytest.raises(DataError, match=f"^{re.escape(message)}$"):
        ids(Path("y.txt"), told({"pattern": pattern}))


# real files ---------------------------------------------------------------------------------------


@pytest.mark.data
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_real_files_load(data_folder) -> None:
    folder = data_folder / "micro_drama"
    danmaku = read(folder / "bilibili_danmaku_sample.xml", lang="zh")
    assert len(danmaku["comments"]) == 1200
    assert danmaku["comments"]["comment_id"].is_unique
    same(
        scan(folder / "bilibili_danmaku_sample.xml"),
        exact_columns(folder / "bilibili_danmaku_sample.xml"),
    )
    assert len(read(folder / "danmaku_comments.json")["comments"]) == 1165
    highlights = read(folder / "reviewed_highlights.json")
    assert (len(highlights["segments"]), len(highlights["codes"])) == (17, 34)


def test_the_quick_path_is_taken_for_plain_files(tmp_path) -> None:
    assert not columns(xml(tmp_path, item("a &amp; b"), item("c", 2))).exact
    odd = xml(tmp_path, item("a"), "<!-- -->")
    assert columns(odd).exact
    with pytest.raises(Unusual):
        scan(odd)
    marked = tmp_path / "b.xml"
    marked.write_bytes(codecs.BOM_UTF8 + (HEAD + item("a") + "</i>").encode())
    assert not columns(marked).exact
