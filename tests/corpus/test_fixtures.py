"""Made-up files of every catalogue, chart and watch format: told, read, each row accounted for."""

import warnings

import pytest

from mdresearch.corpus.loading import read

TSV = "they do not have 8 cells: 1"
RANK = "the rank is not a whole number from 1: 1"
ENDED = "ended is none of dropped, completed, paywall, censored (say with ended= what its words"
ROUNDED = "viewer_id was rounded by a spreadsheet (such as 1.2E+17): 1"
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
    corpus = quiet(root / "tests" / "data" / name)
    source = corpus["sources"].iloc[0]
    assert corpus.provenance["loader"] == kind
    assert (len(corpus[table]), source["rows_read"]) == (rows, n_read)
    assert corpus["sources"]["reasons"].fillna("")[0].startswith(reasons)
    assert (source["rows_refused"] == 0) == (reasons == "")
    corpus.check().raise_if_bad()


def test_no_file_is_left_out(root):
    folders = ("catalogues", "charts", "watch")
    there = [p for f in folders for p in (root / "tests" / "data" / f).iterdir()]
    assert {f"{p.parent.name}/{p.name}" for p in there} == set(FILES)


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
