"""Made-up files of every kind, odd ones among them: told, read, each row accounted for."""

import warnings

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.audience_tables import SOURCES
from mdresearch.corpus.loading import LOADERS, read

TSV = "they do not have 8 cells: 1"
RANK = "the rank is not a whole number from 1: 1"
ENDED = "ended is none of dropped, completed, paywall, censored (say with ended= what its words"
ROUNDED = "viewer_id was rounded by a spreadsheet (such as 1.2E+17): 1"
CUT = "the last line is cut off: 1"
AGAIN = "the same row again: 1"
NO_MS = "its time is no whole number of milliseconds: 1"
RAGGED = "a row with more or fewer cells than the header: "
# By file: its kind, the table to count, its rows, rows read, and reasons of what was refused.
FILES = {
    "catalogues/dramabox_app.json": ("dramabox_json", "performance", 2, 1, ""),
    "catalogues/dramabox_web.json": ("dramabox_json", "versions", 2, 3, "neither an id nor a tit"),
    "catalogues/mdl_douban.csv": ("mdl_douban_csv", "performance", 10, 4, "2 cells for 10 column"),
    "catalogues/mdl_fan_tags.csv": ("fan_tags_csv", "versions", 2, 2, ""),
    "catalogues/netshort.json": ("netshort_json", "versions", 2, 2, ""),
    "catalogues/reelshort_answer.json": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_detail.json": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_english.csv": ("reelshort_csv", "performance", 2, 1, ""),
    "catalogues/reelshort_heads.csv": ("reelshort_csv", "performance", 2, 1, ""),
    "catalogues/reelshort_home.json": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_japanese.csv": ("reelshort_csv", "performance", 2, 1, ""),
    "catalogues/reelshort_list.json": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_odd.json": ("reelshort_json", "works", 2, 6, "neither an id nor a title"),
    "catalogues/reelshort_page.html": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_parser.csv": ("reelshort_csv", "performance", 2, 1, ""),
    "catalogues/reelshort_scraper.csv": ("reelshort_csv", "versions", 1, 2, "the scraper noted an"),
    "catalogues/reelshort_shelf.json": ("reelshort_json", "performance", 2, 1, ""),
    "catalogues/reelshort_tracker.csv": ("reelshort_csv", "performance", 4, 1, ""),
    "catalogues/shortmax.json": ("shortmax_json", "performance", 1, 2, ""),
    "catalogues/topshort.json": ("topshort_json", "performance", 3, 2, ""),
    "catalogues/viki_fan_tags.csv": ("fan_tags_csv", "versions", 1, 1, ""),
    "charts/monitor.json": ("chart_monitor_json", "performance", 1, 3, "no title, or no rank from"),
    "charts/netflix_countries.tsv": (
        *("netflix_top10", "performance", 2, 5),
        f"the country is not known: 1; {RANK}; {TSV}",
    ),
    "charts/netflix_global.tsv": ("netflix_top10", "performance", 5, 2, ""),
    "watch/generic.tsv": ("watch_generic", "watch", 1, 3, f"{ENDED} mean): 1; too few cells: 1"),
    "watch/generic_gb18030.csv": (
        *("watch_generic", "watch", 2, 4),
        f"last_episode is not a whole number from 0: 1; {ROUNDED}",
    ),
    "watch/kuairand.csv": ("kuairand", "watch", 2, 2, ""),
    "watch/kuairec.csv": ("kuairec", "watch", 2, 3, "no viewer_id: 1"),
    "watch/tsinghua.csv": ("tsinghua_shortvideo", "watch", 2, 2, ""),
    "catalogues/app_directory.csv": ("app_directory_csv", "versions", 2, 3, "10 cells for 9 col"),
    "catalogues/rights_list.json": ("rights_list_json", "performance", 2, 4, "neither an id nor a"),
    "catalogues/title_dump.json": (
        *("title_dump_json", "versions", 2, 6),
        "a post that lists other posts, not a drama: 1; no title: 1; not a list of texts: 2",
    ),
    "catalogues/title_list.csv": (
        *("title_list_csv", "versions", 1, 3),
        "a collection of one actor's dramas, not a drama: 1; no title: 1",
    ),
    "catalogues/video_panel.csv": ("video_panel_csv", "performance", 3, 3, "neither an id nor a t"),
    "comments/api_flat.csv": ("youtube_data_api", "comments", 3, 3, ""),
    "comments/api_flat.xlsx": ("youtube_data_api", "comments", 3, 3, ""),
    "comments/api_replies.json": ("youtube_data_api_json", "comments", 2, 2, ""),
    "comments/api_threads.json": ("youtube_data_api_json", "comments", 7, 7, ""),
    "comments/douyin.json": ("douyin_json", "comments", 2, 3, "no id: 1"),
    "comments/downloader.jsonl": ("youtube_comment_downloader", "comments", 3, 4, CUT),
    "comments/exporter.csv": ("comment_exporter_csv", "comments", 2, 3, AGAIN),
    "comments/exporter.xlsx": ("comment_exporter_csv", "comments", 2, 3, AGAIN),
    "danmaku/bilibili.xml": (
        *("bilibili_xml", "comments", 3, 5),
        "its time is no number of seconds from 0: 1; p has not 8 or 9 values: 1",
    ),
    "danmaku/highlights.json": ("highlights_json", "segments", 1, 2, "it ends before it begins: 1"),
    "danmaku/hongguo.xlsx": ("hongguo_csv", "comments", 3, 4, NO_MS),
    "danmaku/hongguo_gb18030.csv": ("hongguo_csv", "comments", 3, 4, NO_MS),
    "danmaku/hongguo_tabs.tsv": ("hongguo_csv", "comments", 3, 4, NO_MS),
    "danmaku/niconico.xml": (
        *("niconico_xml", "comments", 2, 4),
        "deleted by the platform: 1; its time is before the start: 1",
    ),
    "danmaku/sampled.json": ("danmaku_json", "comments", 2, 3, "its time is no number of seconds"),
    "reviews/app_store_node.json": ("app_store_node", "comments", 2, 2, ""),
    "reviews/app_store_python.json": ("app_store_python", "comments", 2, 2, ""),
    "reviews/google_play_node.json": ("google_play_node", "comments", 1, 2, "no id: 1"),
    "reviews/google_play_python.csv": ("google_play_python", "comments", 1, 1, ""),
    "reviews/google_play_python.json": ("google_play_python", "comments", 2, 3, AGAIN),
    "reviews/google_play_python.xlsx": ("google_play_python", "comments", 1, 2, "no id: 1"),
    "scripts/chinese_gb18030.txt": ("screenplay_text", "cues", 10, 19, "an element before the fir"),
    "scripts/chinese_utf16.txt": ("screenplay_text", "cues", 10, 19, "an element before the first"),
    "scripts/indented.txt": (
        "screenplay_text",
        "cues",
        7,
        11,
        "a line (CONTINUED) or (MORE): 1; a",
    ),
    "scripts/vow.fountain": (
        "fountain",
        "cues",
        13,
        25,
        "a boneyard /* */: 1; a note [[ ]]: 2; a p",
    ),
    "surveys/dates.sav": ("spss", "respondents", 3, 3, ""),
    "surveys/gb18030.sav": ("spss", "respondents", 2, 2, ""),
    "surveys/letters.dta": ("stata", "respondents", 5, 5, ""),
    "surveys/letters.sas7bdat": ("sas", "respondents", 4, 4, ""),
    "surveys/lime_both.csv": ("limesurvey_csv", "respondents", 3, 3, ""),
    "surveys/lime_codes.csv": ("limesurvey_csv", "respondents", 3, 3, ""),
    "surveys/lime_texts.csv": ("limesurvey_csv", "respondents", 3, 3, ""),
    "surveys/old_gbk.dta": ("stata", "respondents", 2, 2, ""),
    "surveys/people.por": ("spss", "respondents", 5, 5, ""),
    "surveys/people.sav": ("spss", "respondents", 5, 5, ""),
    "surveys/people.xpt": ("sas", "respondents", 3, 3, ""),
    "surveys/people.zsav": ("spss", "respondents", 5, 5, ""),
    "surveys/people_compressed.sav": ("spss", "respondents", 5, 5, ""),
    "surveys/qualtrics.csv": ("qualtrics_csv", "respondents", 5, 5, ""),
    "surveys/qualtrics_cut.csv": ("qualtrics_csv", "respondents", 4, 5, RAGGED),
    "surveys/qualtrics_head_only.csv": ("qualtrics_csv", "respondents", 0, 0, ""),
    "surveys/qualtrics_legacy.csv": ("qualtrics_csv", "respondents", 3, 3, ""),
    "surveys/qualtrics_ragged.csv": ("qualtrics_csv", "respondents", 5, 7, RAGGED),
    "surveys/qualtrics_utf16.tsv": ("qualtrics_csv", "respondents", 5, 5, ""),
    "timed_text/big5.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/cp1252.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/frames.ttml": ("timed_text", "cues", 2, 2, ""),
    "timed_text/gb18030.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/notes.vtt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/odd.srt": ("timed_text", "cues", 3, 4, "no text: 1"),
    "timed_text/shift_jis.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/speakers.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/two_languages.srt": ("timed_text", "cues", 2, 2, ""),
    "timed_text/typeset.ass": (
        *("timed_text", "cues", 2, 4),
        "a Comment line, which no viewer sees: 1; a drawing, not text: 1",
    ),
    "timed_text/utf16.srt": ("timed_text", "cues", 2, 2, ""),
}
# Files that no kind fits or that are damaged: what is said of them.
REFUSED = {
    "surveys/empty.csv": "of no kind that is known: it is empty",
    "surveys/nul_bytes.csv": "of no kind that is known",
    "surveys/sign_in.csv": "of no kind that is known",
    "surveys/truncated.sav": "it cannot be read as sav .* cut off or damaged",
}
FOLDERS = ("catalogues", "charts", "comments", "danmaku", "reviews", "scripts", "surveys",
           "timed_text", "watch")  # fmt: skip
OPTIONS = {folder: {"version": "v1", "lang": "en"} for folder in ("scripts", "timed_text")}
ENCODED = {
    "big5.srt": ("big5", "媽媽，你回來了。"),
    "cp1252.srt": ("cp1252", "Où est ma mère ?"),
    "gb18030.srt": ("gb18030", "妈妈，你回来了。"),
    "shift_jis.srt": ("cp932", "おかえりなさい。"),
    "utf16.srt": ("utf-16-le", "妈妈，你回来了。"),
}


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


def quiet(path, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, **options)


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_told_and_every_row_is_accounted_for(root, name):
    kind, table, rows, n_read, reasons = FILES[name]
    path = root / "tests" / "data" / name
    corpus = quiet(path, **OPTIONS.get(path.parent.name, {}))
    source = corpus["sources"].iloc[0]
    assert corpus.provenance["loader"] == kind
    assert (len(corpus[table]), source["rows_read"]) == (rows, n_read)
    assert corpus["sources"]["reasons"].fillna("")[0].startswith(reasons)
    assert (source["rows_refused"] == 0) == (reasons == "")
    corpus.check().raise_if_bad()


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_kind_fits_is_refused_by_name(root, name):
    with pytest.raises(DataError, match=REFUSED[name]) as caught:
        quiet(root / "tests" / "data" / name)
    assert name.partition("/")[2] in str(caught.value)


def test_no_file_is_left_out_and_every_kind_has_one(root):
    there = [p for f in FOLDERS for p in (root / "tests" / "data" / f).iterdir()]
    files = {f"{p.parent.name}/{p.name}" for p in there if p.suffix != ".py" and p.is_file()}
    assert files == {*FILES, *REFUSED}
    assert {kind for kind, *_ in FILES.values()} == set(LOADERS)


@pytest.mark.parametrize("name", [n for n, f in FILES.items() if f[1] == "comments"])
def test_every_comment_says_how_its_country_is_known(root, name):
    for given in ({}, {"country": "BRA"}):
        comments = quiet(root / "tests" / "data" / name, **given)["comments"]
        known = comments["country"].notna()
        assert set(comments["country_source"].dropna()) <= set(SOURCES)
        assert (comments["country_source"].notna() == known).all()
        assert known.any() or not given or "douyin" in name


@pytest.mark.parametrize("name", ENCODED)
def test_subtitles_in_old_encodings(root, name):
    encoding, words = ENCODED[name]
    corpus = quiet(root / "tests" / "data" / "timed_text" / name, **OPTIONS["timed_text"])
    assert corpus["sources"]["encoding"].tolist() == [encoding]
    assert corpus["cues"]["text"].tolist()[0] == words


def test_two_languages_and_speakers_of_subtitles(root):
    folder = root / "tests" / "data" / "timed_text"
    given = {"version": "v1", "lang": "zh", "split_languages": ("zh", "en")}
    cues = quiet(folder / "two_languages.srt", **given)["cues"]
    assert cues["lang"].tolist() == ["zh", "en"] * 2
    spoken = quiet(folder / "speakers.srt", version="v1", lang="en", speakers=True)["cues"]
    assert spoken["text"].tolist()[:2] == ["You signed.", "I did not."]


def test_a_workbook_says_what_was_passed_over_and_gives_what_the_csv_does(root):
    folder = root / "tests" / "data" / "comments"
    book, plain = quiet(folder / "exporter.xlsx"), quiet(folder / "exporter.csv")
    same = ["comment_id", "text", "user_hash"]
    assert book["comments"][same].equals(plain["comments"][same])
    assert "😂" in book["comments"]["text"][0]
    assert book["comments"]["text"][1] == "=1+1; first!", "a text, not a formula"
    note = book["sources"]["remark"][0]
    assert "sheet 'Comments'; 2 rows above the column names passed over" in note
    assert "sheets not read: About" in note
    dated = quiet(folder / "api_flat.xlsx")["comments"]["posted_at"].tolist()
    assert dated[0] == "2025-07-14T23:19:42", "Excel keeps no zone: none is made up"


def test_replies_that_an_answer_leaves_out_are_counted_and_found_in_the_next(root):
    folder = root / "tests" / "data" / "comments"
    with pytest.warns(UserWarning, match="2 replies are not in the files"):
        alone = read(folder / "api_threads.json", lang="en", country="USA")
    comments = quiet([folder / "api_threads.json", folder / "api_replies.json"])["comments"]
    assert (len(alone["comments"]), len(comments)) == (7, 9)
    assert comments["parent_id"].value_counts().to_dict() == {"Ug1": 7}
    assert set(comments["video_id"]) == {"vid1"}
    assert comments["text"].tolist()[-1] == "reply 6 & more"
    assert comments["n_replies"].tolist()[0] == 7
    assert comments["is_reply"].sum() == 7
    assert alone["comments"]["user_hash"].nunique() == 1


def test_numbers_beyond_all_counts_are_left_out_of_a_rights_list(root):
    corpus = quiet(root / "tests/data/catalogues/rights_list.json")
    assert corpus["performance"]["value"].tolist() == [125_000, 3]
    assert corpus["versions"]["price"].fillna(-1).tolist() == [100, -1]


def test_editions_of_one_story_and_the_first_of_two_counts(root):
    corpus = quiet(root / "tests/data/catalogues/reelshort_odd.json")
    types = corpus["versions"]["version_type"].fillna("").tolist()
    assert types == ["original", "dubbed", "remade", ""]
    assert corpus["performance"]["value"].tolist() == [10] * 4
    assert corpus["versions"]["n_episodes"].isna().all(), "0 episodes is unknown"


def test_namibia_is_a_country_and_a_stray_quote_swallows_nothing(root):
    chart = quiet(root / "tests/data/charts/netflix_countries.tsv")
    assert chart["performance"]["country"].tolist() == ["NAM", "BRA"]
    assert chart["works"]["title"].tolist() == ['Made "up', "Made Up"]
    assert quiet(root / "tests/data/watch/generic.tsv")["watch"]["country"].tolist() == ["NAM"]


def test_units_and_endings_of_watch_logs(root):
    folder = root / "tests" / "data" / "watch"
    kuairec = quiet(folder / "kuairec.csv", country="CHN")["watch"]
    assert kuairec["watched_ms"].tolist() == [12000, 2500], "longer than the video, not clipped"
    tsinghua = quiet(folder / "tsinghua.csv", country="CHN")["watch"]
    assert tsinghua["watched_ms"].fillna(-1).tolist() == [46000, -1]
    own = quiet(folder / "generic_gb18030.csv", keep_names=True)
    assert own["watch"]["viewer_id"].tolist() == ["007", "a2"]
    assert own["watch"]["version_id"].tolist() == ["123456789012345678", "v1"]
    assert own["watch"]["watched_ms"].tolist() == [61500, 4250]
    assert own["sources"]["encoding"].tolist() == ["gb18030"]
