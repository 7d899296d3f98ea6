"""Catalogues of platforms: what comes out of each layout, what is refused, what is said."""

from __future__ import annotations

import json
import warnings
from pathlib import Path

import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.loaders.catalogue_text import blurb, date_of, id_of
from mdresearch.corpus.loading import LOADERS, guess, read

KINDS = (
    "reelshort_json", "reelshort_csv", "dramabox_json", "netshort_json", "shortmax_json",
    "topshort_json", "rights_list_json", "title_dump_json", "title_list_csv",
    "app_directory_csv", "video_panel_csv",
)  # fmt: skip
BOOK = {
    "t_book_id": "140000000000000901",
    "_id": "0123456789abcdef01234567",
    "book_title": "編み物の誓い",
    "special_desc": "<p>She&rsquo;s back.</p><p>He is not.</p>",
    "lang": "ja",
    "tag": ["復讐", "強い女", "Ann Example"],
    "tag_lang": [
        {"ori_name": "Revenge", "lang_name": "復讐", "lang": "ja"},
        {"ori_name": "Strong Heroine", "lang_name": "強い女", "lang": "ja"},
        {"ori_name": "Ann Example", "lang_name": "Ann Example", "lang": "ja"},
    ],
    "tag_list": [
        {"id": "1", "category_id": "1012", "text": "Revenge"},
        {"id": "2", "category_id": "1001", "text": "Ann Example"},
    ],
    "read_count": 39676,
    "collect_count": 677,
    "init_read_count": 7988,
    "init_collect_count": 241,
    "chapter_count": 0,
    "publish_at": 1717655795,
}


def quiet(path: object, kind: str | None = None, **options: object) -> Corpus:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, kind, **options)


def said(path: object, kind: str, **options: object) -> list[str]:
    with warnings.catch_warnings(record=True) as held:
        warnings.simplefilter("always")
        read(path, kind, **options)
    return [str(one.message) for one in held]


def put(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    if isinstance(content, bytes):
        path.write_bytes(content)
    elif isinstance(content, str):
        path.write_text(content, encoding="utf-8")
    else:
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(autouse=True)
def own_salt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "salt"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_example_of_each_kind_is_told_read_and_as_the_schemas_say(tmp_path, kind):
    loader = LOADERS[kind]
    path = put(tmp_path, "example" + loader.extensions[0], loader.example)
    assert loader.sniff(path, loader.example) >= 0.5
    assert guess([path])[0].name == kind
    corpus = quiet(path, kind, **loader.example_options)
    assert set(corpus.tables) == {"works", "versions", "performance", "sources"}
    assert len(corpus["versions"]) == 1
    assert corpus.check().ok, corpus.check().problems


PLACES = {
    "list": {"props": {"pageProps": {"tagBooks": {"books": [BOOK]}}}},
    "detail": {"props": {"pageProps": {"data": BOOK}}},
    "home": {
        "props": {
            "pageProps": {
                "fallback": {
                    "/api/video/hall/info": {
                        "bookShelfList": [{"bookshelf_name": "New", "books": [BOOK]}]
                    }
                }
            }
        }
    },
    "shelf": {"props": {"pageProps": {"list": [BOOK]}}},
    "answer": {"code": 0, "msg": "success", "server_time": 1766643979, "data": BOOK},
}


@pytest.mark.parametrize("place", PLACES)
def test_reelshort_books_are_found_in_the_four_places_of_a_page_and_in_an_answer(tmp_path, place):
    path = put(tmp_path, "page.json", PLACES[place])
    version = quiet(path, "reelshort_json")["versions"].iloc[0]
    assert version["t_book_id"] == "140000000000000901"
    assert version["title"] == "編み物の誓い"


def test_a_saved_page_gives_its_next_data(tmp_path):
    script = f'<script id="__NEXT_DATA__" type="application/json">{json.dumps(PLACES["list"])}'
    path = put(tmp_path, "p.html", f"<!DOCTYPE html><html><p>ReelShort</p>{script}</script></html>")
    assert guess([path])[0].name == "reelshort_json"
    assert len(quiet(path)["versions"]) == 1


def test_a_book_loses_html_seeds_zero_chapters_and_actors(tmp_path):
    path = put(tmp_path, "page.json", PLACES["answer"])
    corpus = quiet(path, "reelshort_json")
    version = corpus["versions"].iloc[0]
    assert version["description"] == "She’s back.\nHe is not."
    assert not version["description_cut"]
    assert version["tags"] == "復讐|強い女"
    assert version["tags_original"] == "Revenge|Strong Heroine"
    assert corpus["versions"]["n_episodes"].isna().all()
    assert version["release_date"] == "2024-06-06T06:36:35Z"
    assert version["version_type"] == "dubbed"
    assert version["n_actors"] == "1" or version["n_actors"] == 1
    assert len(version["actor_1"]) == 20
    assert quiet(path, "reelshort_json", keep_names=True)["versions"]["actor_1"][0] == "Ann Example"
    counts = corpus["performance"]
    assert counts["value"].tolist() == [39676, 677]
    assert set(counts["count_kind"]) == {"seeded_cumulative"}
    assert set(counts["period"]) == {"2025-12-25T06:26:19Z"}
    assert counts["country"].isna().all()


def test_the_seed_is_taken_off_on_request_and_the_kind_says_so(tmp_path):
    path = put(tmp_path, "page.json", PLACES["answer"])
    counts = quiet(path, "reelshort_json", subtract_seed=True)["performance"]
    assert counts["value"].tolist() == [39676 - 7988, 677 - 241]
    assert set(counts["count_kind"]) == {"seed_subtracted_cumulative"}
    assert counts["value_shown"].tolist() == [39676, 677]


def test_a_count_without_a_seed_stays_seeded_when_others_are_net(tmp_path):
    book = {k: v for k, v in BOOK.items() if k != "init_collect_count"}
    path = put(tmp_path, "page.json", {"data": book})
    counts = quiet(path, "reelshort_json", subtract_seed=True)["performance"]
    assert counts["count_kind"].tolist() == ["seed_subtracted_cumulative", "seeded_cumulative"]


def test_what_a_reader_of_seeded_counts_must_know(tmp_path):
    path = put(tmp_path, "page.json", PLACES["answer"])
    assert said(path, "reelshort_json") == [
        "Editions were joined to works by the last digits of t_book_id, a heuristic: 1 of 1 ids "
        "follow it; 0 of 1 works have more than one edition. The type of an edition is read from "
        "the same id. join_works=False leaves both.",
        "2 of 2 counts have no country: the files do not say where they were made, and an "
        "edition's language is no country. Say country= if you know it.",
        "Counts are cumulative and partly seeded by the platform (2 of 2 come with their seed): "
        "they are no measure of an audience. subtract_seed=True takes off what is known.",
    ]


def test_original_dub_and_remake_are_one_work(tmp_path):
    ids = ("200000000000000901", "140000000000000901", "140000000140000901", "77")
    books = [{"t_book_id": key, "book_title": f"t{key}"} for key in ids]
    path = put(tmp_path, "page.json", {"data": books})
    corpus = quiet(path, "reelshort_json")
    versions = corpus["versions"]
    assert versions["work_id"].tolist() == ["reelshort-work-901"] * 3 + ["reelshort-77"]
    assert versions["version_type"].tolist()[:3] == ["original", "dubbed", "remade"]
    assert corpus["works"]["title"].tolist() == ["t200000000000000901", "t77"]
    alone = quiet(path, "reelshort_json", join_works=False)["versions"]
    assert alone["work_id"].nunique() == 4
    assert alone["version_type"].isna().all()


def test_ids_that_went_through_a_number_are_refused(tmp_path):
    assert id_of("140000000000000355") == "140000000000000355"
    assert id_of("1.4E+17") is None
    path = put(tmp_path, "page.json", {"data": [{"t_book_id": 1.4e17}, BOOK]})
    source = quiet(path, "reelshort_json")["sources"].iloc[0]
    assert (source["rows_read"], source["rows_refused"]) == (2, 1)
    assert source["reasons"] == "neither an id nor a title: 1"


def test_a_book_on_two_shelves_is_one_edition(tmp_path):
    path = put(tmp_path, "page.json", {"data": [BOOK, {**BOOK, "read_count": 1}]})
    corpus = quiet(path, "reelshort_json")
    assert len(corpus["versions"]) == 1
    assert corpus["performance"]["value"].tolist() == [39676, 677]
    assert "1 counts differ from an earlier one" in corpus["sources"]["remark"][0]


def test_a_blurb_of_500_characters_is_flagged_as_cut():
    assert blurb("x" * 500) == ("x" * 500, True)
    assert blurb("a < b &amp; c") == ("a < b & c", False)
    assert blurb("") == (None, False)


def test_dates_are_unix_or_text_and_nothing_is_invented():
    assert date_of("1717655795.0") == "2024-06-06T06:36:35Z"
    assert date_of(1717655795123) == "2024-06-06T06:36:35Z"
    assert date_of("2025-11-04 18:53:03") == "2025-11-04T18:53:03"
    assert [date_of(cell) for cell in ("2025-02-30", "延期", 0, "", None, "soon", True)] == [
        None
    ] * 7


DATA = Path(__file__).parents[2] / "data" / "catalogues"
LAYOUTS = ("parser", "scraper", "english", "japanese", "heads", "tracker")
TABLES = {name: (DATA / f"reelshort_{name}.csv").read_text(encoding="utf-8") for name in LAYOUTS}


@pytest.mark.parametrize("layout", TABLES)
def test_six_layouts_of_reelshort_tables_give_the_same_edition(tmp_path, layout):
    path = put(tmp_path, "table.csv", TABLES[layout])
    assert guess([path])[0].name == "reelshort_csv"
    corpus = quiet(path)
    version = corpus["versions"].iloc[0]
    assert (version["title"], version["n_episodes"], version["description"]) == (
        "A Vow",
        27,
        "Text",
    )
    counts = corpus["performance"].set_index("metric")["value"]
    assert counts["reads"] == 39676
    if layout == "heads":
        assert counts["likes"] == 677
        assert version["release_date"] == "2025-11-04"
    else:
        assert counts["collects"] == 677
        assert version["tags"] == "Revenge|Heiress"
    assert corpus.check().ok


def test_a_scraper_row_with_an_exception_is_refused_and_counted(tmp_path):
    source = quiet(put(tmp_path, "t.csv", TABLES["scraper"]))["sources"].iloc[0]
    assert (source["rows_read"], source["rows_refused"]) == (2, 1)
    assert source["reasons"] == "the scraper noted an exception: 1"


def test_names_that_the_user_lists_are_split_off_tags_without_categories(tmp_path):
    text = TABLES["english"].replace("Revenge|Heiress", "Revenge|Ann Example")
    path = put(tmp_path, "t.csv", text)
    assert any("names of actors may be among them" in line for line in said(path, "reelshort_csv"))
    version = quiet(path, actor_names=["ann example"])["versions"].iloc[0]
    assert version["tags"] == "Revenge"
    assert version["n_actors"] == 1


def test_counts_that_cannot_be_read_are_missing_and_counted(tmp_path):
    path = put(tmp_path, "t.csv", TABLES["english"].replace("39676", "many"))
    corpus = quiet(path)
    assert corpus["performance"]["metric"].tolist() == ["collects"]
    assert corpus["sources"]["remark"][0] == "1 counts could not be read and are missing"


def test_an_unknown_layout_is_refused_with_the_known_ones(tmp_path):
    path = put(tmp_path, "t.csv", "a,b\n1,2\n")
    with pytest.raises(DataError, match="no layout of a ReelShort table has the columns a, b"):
        read(path, "reelshort_csv")


def test_country_and_language_are_options_that_are_checked(tmp_path):
    path = put(tmp_path, "t.csv", TABLES["english"])
    corpus = quiet(path, country="USA", lang="en")
    assert set(corpus["performance"]["country"]) == {"USA"}
    assert corpus["versions"]["lang"].tolist() == ["en"]
    with pytest.raises(DataError) as error:
        read(path, country="English")
    assert str(error.value) == "country='English' is not an alpha-3 code such as BRA."
    with pytest.raises(UnknownNameError, match="There is no option of the kind 'reelshort_csv'"):
        read(path, market="USA")


def test_dramabox_gives_display_counts_tag_pairs_and_hashed_persons(tmp_path):
    books = [
        {"bookId": "42000000001", "bookName": "A Vow (DUBBED)", "viewCountDisplay": "1.2M",
         "chapterCount": 61, "author": "Ann Example",
         "tagV3s": [{"tagId": 1, "tagName": "復讐", "tagEnName": "Revenge"}]},
        {"bookId": "42000000002", "bookName": "B", "playCount": "104.2K",
         "rankVo": {"rankType": 1, "sort": 3}},
        {"bookId": "42000000003"},
    ]  # fmt: skip
    path = put(tmp_path, "d.json", {"props": {"pageProps": {"smallData": [{"items": books}]}}})
    corpus = quiet(path, "dramabox_json")
    versions, counts = corpus["versions"], corpus["performance"]
    assert versions["version_type"].tolist()[0] == "dubbed"
    assert (versions["tags"][0], versions["tags_en"][0]) == ("復讐", "Revenge")
    assert versions["author"][0] != "Ann Example"
    assert counts["value"].tolist() == [1_200_000, 104_200, 3]
    assert counts["count_kind"].tolist() == ["platform_display_text"] * 2 + ["rank only"]
    assert corpus["sources"]["rows_refused"][0] == 1


def test_shortmax_keeps_the_shelf_and_topshort_reads_chinese_numbers(tmp_path):
    film = {"filmId": 7, "filmName": "F", "watchCount": "138.2M", "totalEpisodeQuantity": 0}
    data = {"data": {"records": [{"title": "Top", "filmList": [film]}]}}
    version = quiet(put(tmp_path, "s.json", data), "shortmax_json")["versions"].iloc[0]
    assert (version["shelf"], version["n_episodes"] is not None) == ("Top", True)
    video = {"vid": 1, "name": "V", "total_episode_number": 60, "videoHotNum": "16.9w"}
    counts = quiet(put(tmp_path, "t.json", [video]), "topshort_json")["performance"]
    assert counts["value"].tolist() == [169_000]


def test_a_rights_list_keeps_what_is_postponed_and_counts_in_ten_thousands(tmp_path):
    rows = [
        {"id": "1", "name": "编造\n（又名）", "episodes": "98集（两版）", "tags": ["都市"], "intro": "",
         "priceTier": "4000", "price": 4000, "heatData": {"hongguo_heat": 1995, "adx_rank": 28},
         "heatRaw": "ADX日榜第28名\n红果热度 1995w\n抖音播放 10.5w\n抖音播放1E", "launchDate": "延期",
         "duration": "67"},
        {"id": "2", "name": "b", "episodes": "", "priceTier": "4000", "launchDate": "2024/04",
         "duration": "1h05min"},
    ]  # fmt: skip
    path = put(tmp_path, "r.json", {"dramas": rows, "meta": {}})
    corpus = quiet(path, "rights_list_json")
    versions = corpus["versions"]
    assert versions["n_episodes"].tolist()[0] == 98
    assert versions["n_episodes"].isna().tolist() == [False, True]
    assert versions["launch_as_given"].tolist() == ["postponed", "2024/04"]
    assert versions["release_date"].isna().tolist() == [True, False]
    assert versions["title_other"][0] == "又名"
    assert versions["duration_ms"].tolist()[1] == 3_900_000
    assert dict(zip(corpus["performance"]["metric"], corpus["performance"]["value"], strict=True)) == {
        "hongguo_heat": 19_950_000, "adx_rank": 28, "douyin_play": 105_000,
    }  # fmt: skip
    lines = said(path, "rights_list_json")
    assert "1 lines of heatRaw hold no count that can be read for certain." in lines
    assert "Prices are as the list states them, which names no currency." in lines


def test_a_title_dump_leaves_out_casts_placeholder_years_and_index_posts(tmp_path):
    rows = [
        ['编造 | "A Vow"', "某某 文", "2024", "", "", "", ""],
        ["2024年5月 短剧合集", "", "2024", "", "", "", ""],
    ]
    path = put(tmp_path, "d.json", rows)
    corpus = quiet(path, "title_dump_json")
    version = corpus["versions"].iloc[0]
    assert (version["title"], version["title_en"]) == ("编造", "A Vow")
    assert "cast_and_synopsis" not in corpus["versions"]
    assert corpus["versions"]["release_date"].isna().all()
    source = corpus["sources"].iloc[0]
    assert source["reasons"] == "a post that lists other posts, not a drama: 1"
    assert source["remark"] == "the year is the same in all rows, a placeholder"
    assert quiet(path, "title_dump_json", keep_cast=True)["versions"]["cast_and_synopsis"][0]


def test_raw_titles_lose_numbers_and_names(tmp_path):
    text = "raw_title,episodes\n12-编造的剧（73集）某某,73\n【010】『某某』短剧28部合集,\n无名,\n"
    corpus = quiet(put(tmp_path, "t.csv", text))
    assert corpus["versions"]["title"].tolist() == ["编造的剧", "无名"]
    assert corpus["versions"]["after_mark"][0] != "某某"
    reason = "a collection of one actor's dramas, not a drama: 1"
    assert corpus["sources"]["reasons"][0] == reason


def test_ragged_rows_of_an_app_directory_are_named_and_never_shifted(tmp_path):
    head = LOADERS["app_directory_csv"].example.decode().splitlines()[0]
    text = head + '\nA,,,4.6,,5.99,yes,"iOS, Web",2026-10-02\nB,,,4.9,,,,yes,"iOS",2026-10-02\n'
    path = put(tmp_path, "apps.csv", text)
    assert said(path, "app_directory_csv")[0] == (
        "apps.csv: 1 ragged row was left out, since no one can say which cell is wrong: 3 (10 "
        "cells for 9 columns). Mend the file; the head is row 1."
    )
    counts = quiet(path)["performance"]
    assert counts["value"].tolist() == [4.6, 5.99]
    assert counts["count_kind"].tolist() == ["google_play_stars", "list_price"]


def test_a_video_panel_hashes_operators_and_drops_private_figures(tmp_path):
    head, row = LOADERS["video_panel_csv"].example.decode().splitlines()
    text = f"{head},estimated_revenue\n{row},99\n{row.replace(',abc,', ',abd,')},1\n"
    path = put(tmp_path, "v.csv", text)
    corpus = quiet(path)
    versions = corpus["versions"]
    assert versions["work_id"].nunique() == 1
    assert len(versions) == 2
    assert versions["operator"][0] != "Ann Example"
    assert "estimated_revenue" not in versions
    assert set(corpus["performance"]["count_kind"]) == {"public_api"}
    assert said(path, "video_panel_csv")[0] == (
        "v.csv: estimated_revenue are the private figures of a channel's owner. They were left "
        "out; do not pass the file on."
    )
