"""App reviews: what each scraper writes, what is refused, and what never leaves the loader."""

from __future__ import annotations

import json
import warnings

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.review_dates import read_dates
from mdresearch.corpus.loaders.reviews import EXAMPLES, KINDS
from mdresearch.corpus.loading import LOADERS, read

STATED = {"version_id": "v1", "lang": "pt-BR", "country": "BRA"}
PLAY = {
    "reviewId": "r1",
    "userName": "Ann Example",
    "userImage": "https://example.org/a.png",
    "content": "Made up: too many ads.",
    "score": 2,
    "thumbsUpCount": 239,
    "at": "2021-03-25 15:52:53",
    "appVersion": "1.32.0",
}


@pytest.fixture(autouse=True)
def _own_salt(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("salt")))


def write(path, *rows, **changes):
    """Write rows of Google Play reviews as a JSON list."""
    held = rows or ({**PLAY, **changes},)
    path.write_text(json.dumps([{**PLAY, **row} for row in held], ensure_ascii=False), "utf-8")
    return path


def quiet(path, kind="google_play_python", **options):
    """Read and let warnings pass."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, kind, **options)


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_reads_its_example_guesses_it_and_fits_the_schema(kind, tmp_path):
    path = tmp_path / "export.json"
    path.write_bytes(EXAMPLES[kind])
    corpus = read(path, **STATED)
    assert corpus.provenance["loader"] == kind
    assert corpus.check().ok
    row = corpus["comments"].iloc[0]
    assert row["kind"] == "review"
    assert (row["version_id"], row["lang"], row["country"]) == ("v1", "pt-BR", "BRA")
    assert row["country_source"] == "storefront"
    assert 1 <= row["stars"] <= 5


@pytest.mark.parametrize("kind", list(KINDS))
def test_no_name_handle_or_picture_is_left(kind, tmp_path):
    path = tmp_path / "export.json"
    path.write_bytes(EXAMPLES[kind])
    corpus = read(path, kind, **STATED)
    said = corpus["comments"].to_csv().lower()
    assert "ann" not in said.replace("example.org", "")
    assert "http" not in said
    assert len(corpus["comments"]["user_hash"].iloc[0]) == 20
    kept = read(path, kind, keep_names=True, **STATED)["comments"]["user_hash"].iloc[0].lower()
    assert "ann" in kept or "id1" in kept


def test_json_lines_a_list_pages_and_csv_give_the_same_table(tmp_path):
    rows = [{**PLAY, "reviewId": f"r{i}", "content": f'made up, "{i}"\nline'} for i in range(3)]
    (tmp_path / "a.json").write_text(json.dumps(rows))
    (tmp_path / "b.jsonl").write_text("".join(json.dumps(row) + "\r\n" for row in rows))
    (tmp_path / "c.json").write_text(json.dumps({"data": rows, "nextPaginationToken": "x"}))
    (tmp_path / "d.json").write_text(json.dumps([{"data": rows[:2]}, {"data": rows[2:]}]))
    (tmp_path / "e.json").write_text(json.dumps(rows, indent=2))
    cells = [",".join(["", *PLAY])]  # a data frame's index has no name
    for place, row in enumerate(rows):
        quoted = ['"' + str(v).replace('"', '""') + '"' for v in row.values()]
        cells.append(",".join([str(place), *quoted]))
    (tmp_path / "f.csv").write_text("\n".join(cells) + "\n")
    tables = [
        read(tmp_path / name, "google_play_python", **STATED)["comments"].to_dict("list")
        for name in ("a.json", "b.jsonl", "c.json", "d.json", "e.json", "f.csv")
    ]
    assert all(str(table) == str(tables[0]) for table in tables)
    assert tables[0]["comment_id"] == ["r0", "r1", "r2"]


def test_an_id_of_19_digits_keeps_them_all(tmp_path):
    path = write(tmp_path / "a.json", reviewId=7569543503384036153)
    assert read(path, **STATED)["comments"]["comment_id"].tolist() == ["7569543503384036153"]


def test_an_id_that_a_spreadsheet_rounded_is_refused_and_counted(tmp_path):
    path = write(tmp_path / "a.json", {}, {"reviewId": "7.57E+18"}, {"reviewId": ""})
    sources = read(path, **STATED)["sources"].iloc[0]
    assert (sources["rows_read"], sources["rows_refused"]) == (3, 2)
    assert sources["reasons"] == "an id that a spreadsheet has rounded: 1; no id: 1"


def test_what_the_rows_do_not_say_is_empty_and_counted(tmp_path):
    path = write(tmp_path / "a.json", {}, {"reviewId": "r2"})
    with pytest.warns(UserWarning, match="rows") as caught:
        corpus = read(path)
    assert [str(w.message) for w in caught] == [
        "2 of 2 rows do not name what they are about: version_id is empty. Say version_id=.",
        "2 of 2 rows do not name their language: lang is empty. Say lang= where all were asked "
        "for in one language.",
        "2 of 2 rows do not name a country: country is empty, since a store or a language is no "
        "country of an audience. Say country= where you know it.",
    ]
    held = corpus["comments"]
    assert held[["version_id", "lang", "country", "country_source"]].isna().all(axis=None)
    assert list(corpus.provenance["warnings"]) == [str(w.message) for w in caught]


def test_an_option_can_say_one_value_a_file(tmp_path):
    write(tmp_path / "br.json", reviewId="r1")
    write(tmp_path / "mx.json", reviewId="r2")
    by_file = {"br.json": "Brasil", "mx.json": "MX"}
    corpus = read(tmp_path / "*.json", "google_play_python", **{**STATED, "country": by_file})
    assert corpus["comments"]["country"].tolist() == ["BRA", "MEX"]
    with pytest.raises(DataError) as caught:
        read(tmp_path / "*.json", "google_play_python", **{**STATED, "country": {"br.json": "BR"}})
    assert str(caught.value) == (
        "country= says nothing for 'mx.json'. It names: br.json. Add the file, or give one "
        "country for all."
    )


@pytest.mark.parametrize(
    ("option", "message"),
    [
        (
            {"country": "Korea"},
            "country='Korea' names no one country. Write an ISO 3166-1 alpha-3 code such as "
            "country='BRA'.",
        ),
        (
            {"lang": "Portuguese"},
            "lang='Portuguese' is no BCP 47 language tag. Write lang='pt-BR' or 'zh'.",
        ),
        (
            {"version_id": 7},
            "version_id=7 is not text. Write version_id='...', or a mapping from file names to "
            "texts.",
        ),
    ],
)
def test_an_option_that_says_nothing_clear_is_an_error(option, message, tmp_path):
    with pytest.raises(DataError) as caught:
        read(write(tmp_path / "a.json"), **{**STATED, **option})
    assert str(caught.value) == message


def test_the_same_review_twice_is_kept_once_and_counted(tmp_path):
    write(tmp_path / "a.json", {}, {"reviewId": "r2"})
    write(tmp_path / "b.json", {"reviewId": "r2"}, {"reviewId": "r1", "content": "changed"})
    corpus = read([tmp_path / "a.json", tmp_path / "b.json"], "google_play_python", **STATED)
    assert corpus["comments"]["comment_id"].tolist() == ["r1", "r2"]
    assert corpus["sources"]["rows_read"].tolist() == [2, 2]
    assert corpus["sources"]["reasons"].tolist()[1] == (
        "an id that stands already, with other content: 1; the same row again: 1"
    )


def test_rows_without_an_id_get_one_of_what_they_say_never_of_who_says_it(tmp_path):
    row = {"date": "2021-07-26 18:26:24", "isEdited": False, "rating": 5, "review": "Good!"}
    row |= {"title": "Good", "developerResponse": {"id": 1, "body": "Thanks", "modified": "x"}}
    rows = [{**row, "userName": name} for name in ("ann", "bo", "ann")]
    path = tmp_path / "a.json"
    path.write_text(json.dumps(rows))
    corpus = read(path, **STATED)
    ids = corpus["comments"]["comment_id"].tolist()
    assert ids[1] == ids[0] + "-2"
    assert corpus["comments"]["reply_text"].tolist() == ["Thanks", "Thanks"]
    assert corpus["sources"]["reasons"][0] == "the same row again: 1"
    path.write_text(json.dumps([{**row, "userName": "someone else"}]))
    assert read(path, **STATED)["comments"]["comment_id"][0] == ids[0]
    other = read(path, **{**STATED, "country": "MEX"})["comments"]["comment_id"][0]
    assert other != ids[0]


def test_a_time_without_a_zone_stays_without_one_and_it_is_said(tmp_path):
    corpus = read(write(tmp_path / "a.json"), **STATED)
    assert corpus["comments"]["posted_at"][0] == "2021-03-25T15:52:53"
    assert corpus["sources"]["remark"][0] == (
        "fields on persons dropped: userImage (1). 1 of 1 times have no time zone and are kept "
        "without one. 1 of 1 writers are known by a display name only, which two persons can "
        "share: user_hash may join them."
    )


def test_a_date_that_cannot_be_read_is_kept_as_it_stands(tmp_path):
    path = write(tmp_path / "a.json", {}, {"reviewId": "r2", "at": "March 25, 2021"})
    with pytest.warns(UserWarning, match="1 of 2 dates could not be read: posted_at is empty"):
        held = read(path, **STATED)["comments"]
    assert held["posted_at"].isna().tolist() == [False, True]
    assert held["posted_as_given"][1] == "March 25, 2021"


def test_stars_that_are_none_are_missing_never_0(tmp_path):
    path = write(tmp_path / "a.json", {"score": 0}, {"reviewId": "r2", "score": None})
    with pytest.warns(UserWarning, match="stars") as caught:
        held = read(path, **STATED)["comments"]
    assert [str(w.message) for w in caught] == [
        "1 of 2 rows have stars that are not a number from 1 to 5: left empty."
    ]
    assert held["stars"].isna().all()


def test_unknown_fields_are_named(tmp_path):
    path = write(tmp_path / "a.json", mood="made up", criterias=[{"a": 1}])
    remark = read(path, **STATED)["sources"]["remark"][0]
    assert "fields left out: criterias, mood." in remark


@pytest.mark.parametrize(
    ("given", "iso"),
    [
        ("2021-03-25 15:52:53", "2021-03-25T15:52:53"),
        ("2021-03-25 15:52:53.000000", "2021-03-25T15:52:53"),
        ("2013-11-10T18:31:42.174Z", "2013-11-10T18:31:42.174Z"),
        ("2021-07-26T18:26:24-0700", "2021-07-26T18:26:24-07:00"),
        ("2021-07-26", "2021-07-26"),
        ("1762421688", "2025-11-06T09:34:48Z"),
        ("1762421688123", "2025-11-06T09:34:48.123Z"),
        ("1700000000.0", "2023-11-14T22:13:20Z"),
        ("2021-02-30", None),
        ("2021-13-01 00:00:00", None),
        ("25/03/2021", None),
        ("20210325", None),
        ("0", None),
    ],
)
def test_dates(given, iso):
    read_ = read_dates([given])
    assert read_.posted_at == [iso]
    assert read_.as_given == [None if iso else given]


HOSTILE = [
    (b"<!DOCTYPE html><html>", "row 1: it begins with '<!DOCTYPE html><html>': a web page or XML"),
    (b"", "the file is empty. Export it again."),
    (b"[" * 100_000, "nested too deeply to be rows of data"),
    (b'[{"reviewId": "r1", "content": ' + b"[" * 90_000, "nested too deeply to be rows of data"),
    (b'{"reviewId": "r1", "reviewId": "r2"}\n', "line 1: an object names the field 'reviewId'"),
    (b'[{"reviewId": "r1", "score": 1, "score": 5}]', "an object names the field 'score' twice"),
    (b'{"reviewId": "r1"}\n{"reviewId": "r\x00"}\n', "a NUL"),
    (b'{"reviewId": "r1", "content": "a"}\n{oops}\n{}\n', "line 2, column 2: this is not JSON"),
    (b'[{"reviewId": "r1",]', "this is not JSON"),
    (b'{"error": "not found"}', "no row has the field 'reviewId'. It has: error. Needed: "),
    (b"reviewId,score\nr1,5\n", "row 1: there is no column 'content'. It has: reviewId, score."),
    (b"reviewId,content,content\n", "row 1: two columns are both called 'content'."),
    (b'reviewId,content\nr1,"never closed\n', "row 2 (line 2): unexpected end of data."),
    (b'[{"reviewId": "r1", "content": "a", "score": ' + b"1" * 5_000 + b"}]", "a number of 5,000"),
    (b'[{"reviewId": "r1", "content": "a", "score": Infinity}]', "Infinity is not JSON"),
]


@pytest.mark.parametrize(("content", "message"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_files_are_refused_by_name_and_place(content, message, tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        quiet(path)
    assert str(caught.value).startswith(str(path))
    assert message in str(caught.value)


def test_a_line_that_never_ends_is_refused_before_it_is_in_memory(tmp_path):
    path = tmp_path / "a.jsonl"
    with path.open("wb") as stream:
        stream.write(b'{"reviewId": "r1", "content": "a"}\n{"reviewId": "')
        stream.seek(2**31)
        stream.write(b'"}\n')  # a hole in the file: it takes no disk
    with pytest.raises(DataError, match=r"line 2: longer than 16,000,000 characters\. One row of"):
        quiet(path)
    path.write_bytes(b"")
    with path.open("wb") as stream:
        stream.write(b'[{"reviewId": "')
        stream.seek(2**31)
        stream.write(b'"}]')
    with pytest.raises(DataError, match="NUL|bytes of JSON in one piece"):
        quiet(path)


def test_a_last_line_that_is_cut_off_is_counted(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(PLAY) + "\n" + json.dumps(PLAY)[:40], "utf-8")
    sources = read(path, **STATED)["sources"].iloc[0]
    assert (sources["rows_read"], sources["reasons"]) == (2, "the last line is cut off: 1")


def test_ragged_rows_of_a_csv_are_counted_never_shifted(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("reviewId,content,score,at\nr1,a,5,2021-03-25\nr2,b,with comma,4,x\n,,,\n")
    corpus = read(path, **STATED)
    assert corpus["comments"]["comment_id"].tolist() == ["r1"]
    assert corpus["sources"]["reasons"][0] == (
        "a row with more or fewer cells than the header: 1; an empty row: 1"
    )


def test_blank_lines_before_the_header_are_passed_over(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("\r\n\nreviewId,content,score,at\nr1,a,5,2021-03-25\n")
    assert read(path, "google_play_python", **STATED)["comments"]["comment_id"].tolist() == ["r1"]


def test_other_encodings_are_read_and_named(tmp_path):
    text = "reviewId,content,score,at\nr1,编造的评论很好看我喜欢,5,2021-03-25\n"
    for encoding in ("gb18030", "utf-16", "utf-8-sig"):
        path = tmp_path / "a.csv"
        path.write_bytes(text.encode(encoding))
        corpus = read(path, "google_play_python", **STATED)
        assert corpus["comments"]["text"].tolist() == ["编造的评论很好看我喜欢"]
        named = corpus["sources"]["encoding"][0]
        assert named in (encoding, "utf-16-le", "utf-8")


def test_half_a_character_becomes_the_sign_for_one_that_is_lost(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{**PLAY, "content": "cut \ud83d"}]))
    assert read(path, **STATED)["comments"]["text"].tolist() == ["cut \ufffd"]


def test_an_empty_page_is_an_empty_table(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"data": [], "nextPaginationToken": null}')
    with pytest.warns(UserWarning, match=r"No file holds a row: the table 'comments' is empty\."):
        corpus = read(path, "google_play_python", **STATED)
    assert corpus["comments"].empty


def test_the_loaders_are_registered_and_say_what_they_are():
    for kind in KINDS:
        assert LOADERS[kind].gives == ("comments",)
        assert LOADERS[kind].says
