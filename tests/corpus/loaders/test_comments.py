"""Comments: ages in words, replies and their videos, place labels, and nothing on persons left."""

from __future__ import annotations

import json
import warnings
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.comment_ages import (
    PATTERNS,
    UNITS,
    WORDS,
    Age,
    capture_time,
    read_age,
    span_of,
)
from mdresearch.corpus.loaders.comment_places import CHINA, place_countries
from mdresearch.corpus.loaders.comments import EXAMPLES, EXTENSIONS, KINDS
from mdresearch.corpus.loading import read

COUNTRY = (
    "{n} of {n} rows do not name a country: country is empty, since a store or a language is no "
    "country of an audience. Say country= where you know it."
)
STATED = {"version_id": "v1", "lang": "en", "country": "USA"}
TUBE = {"cid": "Ug1", "text": "made up", "time": "2 weeks ago (edited)", "author": "@ann"}
TUBE |= {"channel": "UCann", "votes": "1.2K", "replies": "", "photo": "p", "heart": False}
TUBE |= {"reply": False}
DOUYIN = {"cid": 7569543503384036153, "text": "编的", "aweme_id": 7569543503384036000}
DOUYIN |= {"create_time": 1762421688, "digg_count": 3, "reply_comment_total": 1, "reply_id": "0"}
DOUYIN |= {"ip_label": "广东", "user": {"uid": 123456789012345678, "nickname": "编的人"}}
API = (
    "video_id,video_title,comment_id,comment_text,author_name,like_count,reply_count,"
    "published_at,updated_at,is_reply,parent_id\n"
)


@pytest.fixture(autouse=True)
def _own_salt(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("salt")))


def tube(path, *changes):
    """Write JSON lines of youtube-comment-downloader."""
    rows = [{**TUBE, **change} for change in (changes or ({},))]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def quiet(path, kind=None, **options):
    """Read and let warnings pass."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, kind, **options)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_reads_its_example_guesses_it_and_fits_the_schema(kind, tmp_path):
    path = tmp_path / f"export{EXTENSIONS[kind][0]}"
    path.write_bytes(EXAMPLES[kind])
    corpus = quiet(path, version_id="v1", lang="en", country="BRA")
    assert corpus.provenance["loader"] == kind
    assert corpus.check().ok
    assert set(corpus["comments"]["kind"]) == {"comment"}
    assert corpus["comments"]["stars"].isna().all()


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_name_handle_or_picture_is_left(kind, tmp_path):
    path = tmp_path / f"export{EXTENSIONS[kind][0]}"
    path.write_bytes(EXAMPLES[kind])
    said = quiet(path, version_id="v1")["comments"].drop(columns="text").to_csv()
    for name in ("@ann", "@bo", "UCmadeup", "UCother", "编的", "100000000000000001", "http"):
        assert name not in said


def test_a_relative_date_is_counted_back_from_the_capture(tmp_path):
    path = tube(tmp_path / "a.json")
    with pytest.warns(UserWarning, match="counted back") as caught:
        corpus = read(path, retrieved_at="2026-11-23T18:30:00Z", **STATED)
    assert [str(w.message) for w in caught] == [
        "1 of 1 dates were counted back from words such as '2 weeks ago' and are only as exact as "
        "posted_precision says; posted_earliest and posted_latest are the limits."
    ]
    row = corpus["comments"].iloc[0]
    assert row["posted_at"] == row["posted_latest"] == "2026-11-09"
    assert row["posted_earliest"] == "2026-11-02"
    assert row["posted_precision"] == "week"
    assert row["posted_as_given"] == "2 weeks ago (edited)"
    assert row["edited"]


def test_a_relative_date_without_a_capture_stays_words(tmp_path):
    path = tube(tmp_path / "a.json", {}, {"cid": "Ug2", "time": "hace 3 días"})
    with pytest.warns(UserWarning, match="rows") as caught:
        row = read(path, version_id="v1", lang="en")["comments"].iloc[1]
    assert [str(w.message) for w in caught] == [
        COUNTRY.format(n=2),
        "2 of 2 rows say only how long ago they were posted: posted_at is empty, and the words "
        "are in posted_as_given. Say retrieved_at=, when the file was captured.",
    ]
    assert row[["posted_at", "posted_precision", "posted_earliest"]].isna().all()
    assert row["posted_as_given"] == "hace 3 días"


def test_words_in_another_language_are_kept_and_counted_apart(tmp_path):
    path = tube(tmp_path / "a.json", {"time": "vor 2 Wochen"})
    with pytest.warns(UserWarning, match="1 of 1 dates could not be read"):
        row = read(path, retrieved_at="2026-11-23", **STATED)["comments"].iloc[0]
    assert row["posted_as_given"] == "vor 2 Wochen"


def test_time_parsed_is_used_and_is_only_as_exact_as_the_words(tmp_path):
    path = tube(tmp_path / "a.json", {"time_parsed": 1700000000.0})
    row = quiet(path, version_id="v1", retrieved_at="2026-11-23")["comments"].iloc[0]
    assert row["posted_at"] == "2023-11-14"
    assert row["posted_earliest"] == "2023-11-07"
    assert row["posted_precision"] == "week"
    path = tube(tmp_path / "b.json", {"time_parsed": 1700000000.0, "time": "vor 2 Wochen"})
    row = quiet(path, version_id="v1")["comments"].iloc[0]
    assert row["posted_at"] == "2023-11-14T22:13:20Z"


def test_a_capture_that_is_no_date_is_an_error(tmp_path):
    with pytest.raises(DataError) as caught:
        quiet(tube(tmp_path / "a.json"), retrieved_at="2026-11")
    assert str(caught.value) == (
        "retrieved_at='2026-11' is no date to count back from. Give the day or the moment of the "
        "capture: '2026-11-23' or '2026-11-23T18:30:00Z'."
    )


def test_likes_replies_and_parents(tmp_path):
    path = tube(
        tmp_path / "a.json",
        {"votes": "1.2K", "replies": "3"},
        {"cid": "Ug1.9x", "votes": "0", "reply": True},
        {"cid": "Ug2", "votes": "1.234"},
        {"cid": "Ug3", "votes": ""},
    )
    with pytest.warns(UserWarning, match="dates|counts") as caught:
        held = read(path, retrieved_at="2026-11-23", **STATED)["comments"]
    assert str(caught[1].message) == (
        "1 counts of likes or replies could not be read as one clear number: left empty."
    )
    assert held["thumbs_up"].fillna(-1).tolist() == [1200, 0, -1, -1]
    assert held["n_replies"].fillna(-1).tolist() == [3, -1, -1, -1]
    assert held["parent_id"].fillna("").tolist() == ["", "Ug1", "", ""]
    assert held["is_reply"].tolist() == [False, True, False, False]


def test_the_stable_id_of_a_channel_names_the_writer_not_the_handle(tmp_path):
    path = tube(tmp_path / "a.json", {}, {"cid": "Ug2", "author": "@renamed"})
    assert quiet(path)["comments"]["user_hash"].nunique() == 1


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("1 day ago", Age(1, "day", False)),
        ("2 weeks ago (edited)", Age(2, "week", True)),
        ("hace un año", Age(1, "year", False)),
        ("hace 2 semanas (editado)", Age(2, "week", True)),
        ("há 1 mês (editado)", Age(1, "month", True)),
        ("há 3 horas", Age(3, "hour", False)),
        ("2 週間前（編集済み）", Age(2, "week", True)),
        ("3 か月前", Age(3, "month", False)),
        ("2 日前", Age(2, "day", False)),
        ("2周前（已修改）", Age(2, "week", True)),
        ("5个月前", Age(5, "month", False)),
        ("3 小時前", Age(3, "hour", False)),
        ("2주 전(수정됨)", Age(2, "week", True)),
        ("4개월 전", Age(4, "month", False)),
        ("2 minggu yang lalu (diedit)", Age(2, "week", True)),
        ("1 jam yang lalu", Age(1, "hour", False)),
        ("Just now", Age(0, "minute", False)),
        ("yesterday", None),
        ("vor 2 Wochen", None),
        ("2 weeks", None),
        ("in 2 weeks", None),
        ("99999 years ago", None),
        ("(edited)", None),
        ("", None),
    ],
)
def test_ages_in_words(text, age):
    assert read_age(text) == age


@given(st.sampled_from(sorted(PATTERNS)), st.sampled_from(UNITS), st.integers(1, 59))
def test_every_word_of_the_table_is_read_in_every_form(lang, unit, n):
    for form in PATTERNS[lang].split("|"):
        for word in WORDS[lang][unit]:
            said = form.format(n=n, unit=word)
            assert read_age(said) == Age(n, unit, False)


@given(
    st.integers(0, 40),
    st.sampled_from(UNITS),
    st.datetimes(datetime(2015, 1, 1), datetime(2027, 1, 1)),
)
def test_the_moment_meant_lies_in_the_interval(n, unit, capture):
    span = span_of(Age(n, unit, False), capture_time(capture.isoformat()))
    if span is None:
        return
    assert span.earliest <= span.latest <= capture.isoformat()
    if unit in ("second", "minute", "hour", "day", "week"):
        posted = capture - (n + 0.5) * timedelta(**{f"{unit}s": 1})
        form = "%Y-%m-%d" if len(span.latest) == 10 else "%Y-%m-%dT%H:%M:%S"
        assert span.earliest <= posted.strftime(form) <= span.latest


def test_a_capture_of_a_day_makes_the_interval_longer():
    span = span_of(Age(3, "hour", False), capture_time("2026-11-23"))
    assert (span.earliest, span.latest, span.precision) == ("2026-11-22", "2026-11-23", "day")
    assert span_of(Age(90, "year", False), capture_time("2026-11-23")) is None


def test_the_exporter_has_lines_in_cells_no_ids_and_no_dates(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        "Author;Content;Author URL\n@ann;first!;/channel/UCann\n@bo;first!;/channel/UCbo\n"
        '@ann;"made up;\n""two"" lines";/channel/UCann\n@ann;first!;/channel/UCann\n'
    )
    with pytest.warns(UserWarning, match="rows") as caught:
        corpus = read(path, version_id="v1", lang="en")
    assert [str(w.message) for w in caught] == [
        COUNTRY.format(n=3),
        "3 of 3 rows have no date: posted_at is empty.",
    ]
    held = corpus["comments"]
    assert held["text"].tolist() == ["first!", "first!", 'made up;\n"two" lines']
    assert held["comment_id"][1] == held["comment_id"][0] + "-2"
    assert held["user_hash"].nunique() == 2
    assert corpus["sources"]["reasons"][0] == "the same row again: 1"
    assert "4 of 4 rows have no id in the file" in corpus["sources"]["remark"][0]


def test_replies_get_the_video_of_their_parent(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(
        API
        + "vid1,T,Ug1,made up,@ann,3,2,2025-07-14T23:19:42Z,2025-07-14T23:19:42Z,False,\n"
        + ",,Ug1.1,yes,@bo,0,0,2025-07-15T01:00:00Z,2025-07-15T01:00:00Z,True,Ug1\n"
        + ",,Ug9.1,lost,@bo,0,0,2025-07-15T01:00:00Z,2025-07-15T01:00:00Z,True,Ug9\n"
    )
    with pytest.warns(UserWarning, match="rows|replies") as caught:
        held = read(path, lang="en")["comments"]
    assert [str(w.message) for w in caught] == [
        "1 of 3 rows do not name what they are about: version_id is empty. Say version_id=.",
        COUNTRY.format(n=3),
        "1 replies name a comment that is not in the files: their video_id is empty.",
    ]
    assert held["video_id"].fillna("").tolist() == ["vid1", "vid1", ""]
    assert held["version_id"].fillna("").tolist() == ["vid1", "vid1", ""]
    assert held["is_reply"].tolist() == [False, True, True]


def test_a_stated_version_goes_before_the_video(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(EXAMPLES["youtube_data_api"])
    held = quiet(path, version_id="v7")["comments"]
    assert held["version_id"].tolist() == ["v7", "v7"]
    assert held["video_id"].tolist() == ["vid1", "vid1"]


def douyin(path, *changes):
    """Write an answer of Douyin."""
    rows = [{**DOUYIN, **change} for change in (changes or ({},))]
    path.write_text(json.dumps({"status_code": 0, "comments": rows}), "utf-8")
    return path


def test_ids_of_19_digits_and_unix_times(tmp_path):
    row = quiet(douyin(tmp_path / "a.json"))["comments"].iloc[0]
    assert row["comment_id"] == "7569543503384036153"
    assert row["version_id"] == row["video_id"] == "7569543503384036000"
    assert row["posted_at"] == "2025-11-06T09:34:48Z"
    assert (row["thumbs_up"], row["n_replies"]) == (3, 1)


def test_a_place_label_becomes_a_country_only_by_the_table(tmp_path):
    path = douyin(
        tmp_path / "a.json",
        {"cid": "1"},
        {"cid": "2", "ip_label": "IP属地：美国"},
        {"cid": "3", "ip_label": "中国香港"},
        {"cid": "4", "ip_label": "欧洲"},
        {"cid": "5", "ip_label": ""},
    )
    with pytest.warns(UserWarning, match="rows") as caught:
        held = read(path, lang="zh")["comments"]
    assert [str(w.message) for w in caught] == [
        "1 of 5 rows do not name a country: country is empty, since a store or a language is no "
        "country of an audience. Say country= where you know it.",
        "1 of 5 rows have a place label that names no one country; it is kept in place_label, and "
        "country is empty.",
    ]
    assert held["country"].fillna("").tolist() == ["CHN", "USA", "HKG", "", ""]
    assert held["country_source"].fillna("").tolist() == ["label", "label", "label", "", ""]
    assert held["place_label"].fillna("").tolist()[3:] == ["欧洲", ""]


def test_a_stated_country_never_overwrites_a_label(tmp_path):
    path = douyin(tmp_path / "a.json", {"cid": "1", "ip_label": "日本"}, {"cid": "2"}, {"cid": "3"})
    rows = json.loads(path.read_text())
    rows["comments"][2].pop("ip_label")
    path.write_text(json.dumps(rows))
    held = read(path, lang="zh", country="CHN")["comments"]
    assert held["country"].tolist() == ["JPN", "CHN", "CHN"]
    assert held["country_source"].tolist() == ["label", "label", "given"]


def test_replies_inside_a_comment_are_rows_with_a_parent(tmp_path):
    reply = {**DOUYIN, "cid": "2", "reply_id": "1", "ip_label": "日本"}
    path = douyin(tmp_path / "a.json", {"cid": "1", "reply_comment": [reply]})
    held = quiet(path)["comments"]
    assert held["comment_id"].tolist() == ["1", "2"]
    assert held["parent_id"].fillna("").tolist() == ["", "1"]


def test_every_province_is_china():
    codes, lost = place_countries([*CHINA, "广东省", "广西壮族自治区", "北京市", None])
    assert set(codes.dropna()) == {"CHN"}
    assert lost == {}
    assert len(CHINA) == 31


HOSTILE = [
    (b"<html>", "row 1: it begins with '<html>': a web page or XML, not rows of data."),
    (b'{"cid": "1", "cid": "2"}\n', "line 1: an object names the field 'cid' twice"),
    (b'{"comments": "none"}', "no row has the field 'cid'. It has: comments. Needed: cid, text."),
    (b"[" * 70_000, "nested too deeply"),
    (b'"text"', "row 1: there is no column 'cid'."),
    (b'{"data": {"data": {"data": 1}}}', "no row has the field 'cid'."),
]


@pytest.mark.parametrize(("content", "message"), HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", ["youtube_comment_downloader", "douyin_json"])
def test_hostile_files_are_refused_by_name_and_place(kind, content, message, tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        quiet(path, kind)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)
