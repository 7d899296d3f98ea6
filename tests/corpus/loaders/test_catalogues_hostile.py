"""Catalogues that are not what they seem: refused with a message that says what to do."""

from __future__ import annotations

import json
import warnings
import zipfile

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus import workbooks
from mdresearch.corpus.loading import read

JSON_KINDS = (
    "reelshort_json", "dramabox_json", "netshort_json", "shortmax_json", "topshort_json",
    "rights_list_json", "title_dump_json", "chart_monitor_json",
)  # fmt: skip
REAL = {
    "duanju_titles.csv": (6300, 83),
    "reelshort_en_ja_pairs_transcribed.csv": (40, 0),
    "reelshort_japanese_cast_remakes_transcribed.csv": (22, 0),
    "reelshort_videos.csv": (9392, 0),
    "select_duanju.json": (834, 0),
    "short-drama-apps-2026.csv": (19, 2),
}


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize("bomb", ["[" * 100_000, "[" * 150 + "]" * 150, '{"a":' * 5_000])
def test_nested_bombs_are_refused(tmp_path, kind, bomb):
    path = tmp_path / "bomb.json"
    path.write_text(bomb, encoding="utf-8")
    with pytest.raises(DataError, match=r"nests deeper than 100 levels|not JSON"):
        read(path, kind)


@pytest.mark.parametrize("kind", JSON_KINDS)
@pytest.mark.parametrize("text", ['{"a": NaN}', "{", "", "null", "3", '"x"', "{}", "[[[]]]"])
def test_json_that_is_no_catalogue_is_refused(tmp_path, kind, text):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        if kind == "title_dump_json" and text == "[[[]]]":
            assert read(path, kind)["sources"]["reasons"][0] == "no title: 1"
            return
        with pytest.raises(DataError):
            read(path, kind)


def test_a_web_page_without_data_is_refused(tmp_path):
    path = tmp_path / "x.json"
    path.write_text("<!DOCTYPE html><html><body>Sign in</body></html>", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read(path, "reelshort_json")
    assert str(error.value) == (
        f"{path}: a web page (HTML), not JSON, and holds no __NEXT_DATA__. Save the answer of the "
        "server itself, or the page as 'HTML only' before anything is changed in it."
    )


def test_a_zip_bomb_in_a_workbook_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1_000)
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", "0" * 100_000)
    with pytest.raises(DataError, match="unpacks to 100,000 bytes; at most 1,000 are read"):
        read(path, "reelshort_csv")


def test_cells_of_the_wrong_kind_do_no_harm(tmp_path):
    book = {
        "t_book_id": "200000000000000901", "book_title": "\ud800=1+1", "tag": {"a": 1},
        "tag_lang": "x", "tag_list": [3, {"category_id": [1]}], "read_count": {"a": 1},
        "chapter_count": [], "publish_at": 10**30, "special_desc": 7, "lang": "not a language!",
    }  # fmt: skip
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"data": [book]}), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        corpus = read(path, "reelshort_json")
    assert corpus.check().ok
    assert corpus["versions"]["title"][0] == "\ufffd=1+1"


@pytest.mark.parametrize("name", REAL)
def test_real_files_load_with_every_row_accounted_for(data_folder, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        corpus = read(data_folder / "micro_drama" / name)
    editions, refused = REAL[name]
    assert len(corpus["versions"]) == editions
    assert corpus["sources"]["rows_refused"][0] == refused
    assert corpus.check().ok
