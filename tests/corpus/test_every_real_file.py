"""Every file of the folders of real data is claimed by a reader, and gives the rows it should."""

import warnings
from collections import Counter

import pytest

from mdresearch.corpus.catalogue import DATASETS
from mdresearch.corpus.datasets import fetch
from mdresearch.corpus.loading import read

FOLDERS = ("validation", "micro_drama")
TEXTS = ("README.md", "README.txt", "LICENSE", "LICENCE", "SHA256SUMS")

# Labelled lines of the files of XED by language; lines that a quote swallowed are counted apart.
XED = {
    "annotated": {"en": 17528, "fi": 14449},
    "neutral": {"en": 9674, "fi": 10794},
    "projected": {
        "ar": 3591, "bg": 6975, "bs": 2444, "cs": 6512, "da": 1839, "de": 5504, "el": 8084,
        "en": 7834, "es": 11304, "et": 1476, "eu": 29, "fa": 548, "fi": 8290, "fr": 7307,
        "gl": 19, "he": 4450, "hr": 5942, "hu": 5778, "id": 781, "is": 978, "it": 6553, "ja": 66,
        "mk": 300, "ml": 29, "ms": 165, "nl": 5334, "no": 4258, "pl": 7180, "pt": 7221,
        "pt-BR": 12296, "ro": 9475, "ru": 2378, "sk": 975, "sl": 2680, "sr": 8985, "sv": 4906,
        "th": 641, "tr": 9203, "vi": 956, "zh": 646, "zh-CN": 1395, "zh-TW": 648,
    },
}  # fmt: skip
SWALLOWED = 4033
# By file: the dataset of md.fetch, the table to count, its rows, and rows refused.
FILES = {
    "validation/isear/isear.csv": ("isear", "ratings", 7666, 0),
    "validation/manylabs2/ml2_five_effects.csv.gz": ("manylabs2", "ratings", 36832, 0),
    "validation/anchors/freedom.csv": ("anchors-freedom", "respondents", 3500, 0),
    "validation/anchors/table1src.csv": ("anchors-table1", "ratings", 13 * 4, 0),
    "validation/agreement/cac.raw4raters.csv": ("agreement-tables", "codes", 12 * 4 - 7, 0),
    "validation/agreement/cont3x3abstractors.csv": ("agreement-tables", "codes", 100 * 2, 0),
    "validation/agreement/distrib.6raters.csv": ("agreement-tables", "codes", 15 * 6, 0),
    "validation/agreement/news_tone_hayes2007.csv": ("agreement-tables", "codes", 40 * 5 - 41, 0),
    "validation/holzinger/HolzingerSwineford1939.csv": ("holzinger", "respondents", 301, 0),
    "validation/netflix/all-weeks-countries.tsv": ("netflix-top10", "performance", 56400, 0),
    "validation/cultural_distance/cfst_from_us_reimer2022.csv": (
        *("cultural-distance", "codes"), 80 * 4, 0,
    ),
    "micro_drama/reelshort_en_ja_pairs_transcribed.csv": ("reelshort-editions", "versions", 40, 0),
    "micro_drama/reelshort_japanese_cast_remakes_transcribed.csv": (
        *("reelshort-remakes", "works"), 17, 0,
    ),
    "micro_drama/reelshort_videos.csv": ("reelshort-videos", "versions", 9392, 0),
    "micro_drama/select_duanju.json": ("select-duanju", "versions", 834, 0),
    "micro_drama/duanju_titles.csv": ("duanju-titles", "versions", 6383 - 83, 83),
    "micro_drama/danmaku_comments.json": ("short-drama-danmaku", "comments", 1165, 0),
    "micro_drama/reviewed_highlights.json": ("short-drama-highlights", "segments", 17, 0),
    "micro_drama/bilibili_danmaku_sample.xml": ("bilibili-sample", "comments", 1200, 0),
    "micro_drama/mdl_vs_douban_Final.csv": ("mdl-douban", "versions", 613, 0),
    "micro_drama/short-drama-apps-2026.csv": ("short-drama-apps", "versions", 21 - 2, 2),
}  # fmt: skip


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


def data_files(folder):
    """Return every file below the two folders that is no text about the data."""
    found = [path for name in FOLDERS for path in sorted((folder / name).rglob("*"))]
    return [path for path in found if path.is_file() and path.name not in TEXTS]


def test_every_file_is_claimed_and_loads_with_its_count(data_folder):
    held, unclaimed = {}, []
    for path in data_files(data_folder):
        name = path.relative_to(data_folder).as_posix()
        if path.parent.name == "xed":
            continue
        if name not in FILES:
            unclaimed.append(name)
            continue
        dataset, table, rows, refused = FILES[name]
        assert name in {file.path for file in DATASETS[dataset].files}, name
        corpus = held.setdefault(dataset, fetch(dataset, quiet=True))
        frame = corpus[table]
        lost = corpus["sources"].get("rows_refused", corpus["sources"].get("n_lost")).sum()
        if len(DATASETS[dataset].files) > 1:
            place = [f.path for f in DATASETS[dataset].files].index(name)
            frame = frame[frame["source_id"] == corpus["sources"]["source_id"][place]]
        assert (name, len(frame), lost) == (name, rows, refused)
        assert corpus.check().ok, name
    assert unclaimed == [], "no reader claims these files"


def test_every_file_of_the_table_is_there(data_folder):
    there = {path.relative_to(data_folder).as_posix() for path in data_files(data_folder)}
    assert set(FILES) <= there


def test_xed_has_the_labelled_lines_of_each_language(data_folder):
    files = {path.name for path in data_files(data_folder) if path.parent.name == "xed"}
    known = {file.path.rsplit("/", 1)[1] for file in DATASETS["xed"].files}
    assert files == known, "no reader claims what is in one and not in the other"
    cues = fetch("xed", quiet=True)["cues"]
    for part, languages in XED.items():
        found = cues[cues["part"] == part].groupby("lang").size().to_dict()
        assert found == languages, part
    assert (cues["part"] == "swallowed").sum() == SWALLOWED


@pytest.mark.parametrize("name", FILES)
def test_each_file_alone_is_known_to_md_read(data_folder, name):
    dataset, table, rows, _ = FILES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        corpus = read(data_folder / name)
    assert len(corpus[table]) == rows
    reader = DATASETS[dataset].reader
    if reader.startswith("kind:"):
        assert corpus.provenance["loader"] == reader.removeprefix("kind:")
    else:
        assert corpus.name == dataset
        assert list(corpus.provenance["sha256"]) == [name.rsplit("/", 1)[1]]
        assert corpus.citation == DATASETS[dataset].citation


def test_some_files_of_xed_are_read_alone(data_folder):
    names = ["mk-projections.tsv", "neu_fi.txt"]
    corpus = read([data_folder / "validation" / "xed" / name for name in names])
    assert Counter(corpus["cues"]["episode_id"])["mk-projections"] >= 300
    assert list(corpus.provenance["sha256"]) == names


def test_the_invented_states_of_freedom_fill_no_country(data_folder):
    corpus = fetch("anchors-freedom", quiet=True)
    people = corpus["respondents"]
    assert people["country"].isna().all()
    assert people["invented_country"].value_counts().to_dict() == {
        "Eastasia": 2705,
        "Oceania": 609,
        "Eurasia": 186,
    }
    assert people["gender"].value_counts().to_dict() == {"male": 1982, "female": 1514}
    assert people["gender"].isna().sum() == 4
    assert (people["age"].isna().sum(), people["education"].isna().sum()) == (20, 30)
    ratings = corpus["ratings"]
    assert ratings.groupby("vignette").size().to_dict() == {False: 3500, True: 21000}
    own = ratings[~ratings["vignette"]]["rating"]
    assert own.value_counts().sort_index().tolist() == [297, 462, 771, 1010, 960]
