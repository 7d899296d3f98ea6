"""Public validation sets: pinned file by file, read whole, their traps documented by counting."""

import hashlib
from dataclasses import replace

import pytest

from mdresearch.core.errors import DatasetError
from mdresearch.corpus import datasets
from mdresearch.corpus.catalogue import DATASETS, RemoteFile
from mdresearch.corpus.cultural_distance import read_cultural_distance
from mdresearch.corpus.datasets import dataset_table, fetch, where
from mdresearch.corpus.goemotions import read_goemotions
from mdresearch.corpus.xed import read_xed

# Sizes that the README of Helsinki-NLP/XED gives at the pinned commit, by the name of the file.
README = {
    "ar": 3590, "bg": 6974, "br": 12295, "bs": 2443, "cn": 1395, "cs": 6511, "da": 1838,
    "de": 5503, "el": 8083, "es": 11303, "et": 1476, "fi": 8289, "fr": 7306, "he": 4449,
    "hr": 5941, "hu": 5777, "is": 977, "it": 6552, "mk": 300, "nl": 5333, "no": 4257, "pl": 7179,
    "pt": 7220, "ro": 9474, "ru": 2377, "sk": 975, "sl": 2680, "sr": 8984, "sv": 4905, "tr": 9202,
    "vi": 956,
}  # fmt: skip
EXACT = {"cn", "et", "mk", "sk", "sl", "vi"}


@pytest.fixture(scope="module")
def xed(data_folder):
    return fetch("xed", quiet=True)


@pytest.fixture(scope="module")
def netflix(data_folder):
    return fetch("netflix-top10", quiet=True)


@pytest.fixture
def two_files(tmp_path, monkeypatch):
    """A dataset of two made-up files, one of them local, the other nowhere yet."""
    monkeypatch.setenv("MDRESEARCH_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    contents = {"en-projections.tsv": b"Go away!\t1\r\n", "fi-projections.tsv": b"Hei.\t5, 8\r\n"}
    parts = tuple(
        RemoteFile(f"sets/{n}", f"https://example.org/{n}", hashlib.sha256(c).hexdigest())
        for n, c in contents.items()
    )
    entry = replace(DATASETS["xed"], parts=parts)
    monkeypatch.setitem(DATASETS._entries, "xed", entry)
    folder = tmp_path / "data" / "sets"
    folder.mkdir(parents=True)
    (folder / "en-projections.tsv").write_bytes(contents["en-projections.tsv"])
    return entry, folder, contents


def test_every_file_of_several_is_pinned():
    for entry in DATASETS.values():
        for file in entry.files if not entry.folder else ():
            assert len(file.sha256) == 64
            assert file.path.count("/") >= 1
            if file.url:
                assert file.url.startswith("https://raw.githubusercontent.com/")
                commit = [part for part in file.url.split("/") if len(part) == 40]
                assert len(commit) == 1, "an address names a commit, never a branch"
            else:
                assert entry.obtain
        if entry.obtain and not any(file.url for file in entry.files):
            assert "(remote, untested offline)" in entry.obtain


def test_a_set_of_several_files_is_local_only_when_all_are(two_files, monkeypatch):
    entry, folder, contents = two_files
    assert where(entry) == "remote"

    class Downloader:
        def __init__(self, timeout, progressbar):
            pass

        def __call__(self, url, output_file, pooch):
            raise ConnectionError(url)

    monkeypatch.setattr("pooch.HTTPDownloader", Downloader)
    with pytest.raises(DatasetError) as caught:
        fetch("xed", quiet=True)
    assert str(caught.value) == (
        "'xed' could not be fetched from https://example.org/fi-projections.tsv "
        "(ConnectionError). Try again with a connection, or put the file at "
        "'sets/fi-projections.tsv' in a folder, and name the folder in $MDRESEARCH_DATA."
    )
    (folder / "fi-projections.tsv").write_bytes(contents["fi-projections.tsv"])
    assert where(entry) == "local"
    corpus = fetch("xed", quiet=True)
    assert len(corpus["cues"]) == 2
    assert set(corpus.provenance["sha256"]) == set(contents)


def test_one_changed_file_of_several_is_named(two_files):
    entry, folder, _ = two_files
    (folder / "fi-projections.tsv").write_bytes(b"changed\t1\n")
    found = hashlib.sha256(b"changed\t1\n").hexdigest()
    with pytest.raises(DatasetError) as caught:
        fetch("xed", quiet=True)
    assert str(caught.value) == (
        f"'{folder / 'fi-projections.tsv'}' is not the file that is pinned for 'xed': expected "
        f"sha256 {entry.parts[1].sha256}, found {found}. Nothing was replaced: delete the file by "
        "hand, then fetch again."
    )


def test_licence_and_citation_are_said_once(two_files, monkeypatch, capsys):
    _, folder, contents = two_files
    (folder / "fi-projections.tsv").write_bytes(contents["fi-projections.tsv"])
    monkeypatch.setattr(datasets, "_noticed", set())
    fetch("xed")
    said = capsys.readouterr().err
    assert "Licence: CC BY 4.0\nCite: Öhman, E., Pàmies, M., Kajava, K., & Tiedemann, J." in said
    fetch("xed")
    assert capsys.readouterr().err == ""


def test_the_list_says_what_was_never_tried(tmp_path, monkeypatch):
    monkeypatch.delenv("MDRESEARCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    table = dataset_table().set_index("name")
    assert table["where"]["goemotions"] == "remote, untested offline"
    assert table["where"]["cultural-distance"] == "by hand"
    assert table["where"]["xed"] == "remote"
    assert table["where"]["market-facts"] == "bundled"
    assert (table["licence"] != "").all()


# XED: the quoting trap


def made_up_xed(tmp_path):
    path = tmp_path / "sv-projections.tsv"
    lines = [
        "Vad hände?\t4, 7",
        '"Kära du,\t',
        "en/1/2.xml.gz\tsv/1/3.xml.gz\t5\t6\tWhat a day.\tVilken dag.",
        'en/1/2.xml.gz\tsv/1/3.xml.gz\t7\t8\tShe said ""no"".\tHon sa ""nej""."\t1',
        '"""Nej"", sa hon."\t6',
        'Ett 5" rör.\t3',
    ]
    lines[1] = lines[1].rstrip("\t")
    path.write_text("\r\n".join(lines) + "\r\n", encoding="utf-8", newline="")
    return path


def test_a_stray_quote_takes_in_no_line(tmp_path):
    corpus = read_xed([made_up_xed(tmp_path)])
    cues = corpus["cues"]
    assert cues[["text", "part"]].to_numpy().tolist() == [
        ["Vad hände?", "projected"],
        ["Kära du,", "projected"],
        ["Vilken dag.", "swallowed"],
        ['Hon sa "nej".', "swallowed"],
        ['"Nej", sa hon.', "projected"],
        ['Ett 5" rör.', "projected"],
    ]
    codes = corpus["codes"]
    assert codes.groupby("unit_id").value.agg(list).to_dict() == {
        "sv-projections-1": ["fear", "surprise"],
        "sv-projections-2": ["anger"],
        "sv-projections-5": ["sadness"],
        "sv-projections-6": ["disgust"],
    }
    assert set(cues["lang"]) == {"sv"}
    corpus.check().raise_if_bad()


def test_pandas_default_quoting_hides_the_lines_in_a_text(tmp_path):
    import pandas as pd

    frame = pd.read_csv(made_up_xed(tmp_path), sep="\t", header=None)
    assert len(frame) == 4
    assert frame[0].str.contains("xml.gz").tolist() == [False, True, False, False]


def test_an_unknown_line_of_xed_is_named(tmp_path):
    path = tmp_path / "sv-projections.tsv"
    path.write_text("Ja.\t5\nNej.\t5\t6\n")
    with pytest.raises(DatasetError) as caught:
        read_xed([path])
    assert str(caught.value) == (
        f"'{path}', row 2: 3 fields that are neither a line with its labels nor part of one that a "
        "stray quote has taken in. Restore the file."
    )


def test_xed_sizes_are_those_of_the_readme_or_one_more(xed):
    cues = xed["cues"]
    labelled = cues[cues["part"] == "projected"].groupby("episode_id").size()
    for language, size in README.items():
        found = labelled[f"{language}-projections" + ("2" if language == "tr" else "")]
        assert found == size + (language not in EXACT), language


def test_xed_every_line_of_every_file_is_accounted_for(xed, data_folder):
    sources = xed["sources"].set_index("source_id")
    assert len(sources) == 46
    for path in (data_folder / "validation" / "xed").iterdir():
        lines = path.read_bytes().rstrip(b"\n").count(b"\n") + 1
        row = sources.loc[path.stem]
        header = path.stem == "tr-projections2"
        assert row["rows_read"] + header == lines, path.stem
    kept = sources["rows_read"] - sources["rows_refused"]
    assert len(xed["cues"]) == DATASETS["xed"].rows == kept.sum()
    assert (xed["cues"]["part"] == "swallowed").sum() == sources["n_swallowed"].sum() == 4033


def test_xed_pandas_default_quoting_gives_the_labelled_rows_with_swallowed_texts(xed, data_folder):
    import pandas as pd

    path = data_folder / "validation" / "xed" / "bg-projections.tsv"
    frame = pd.read_csv(path, sep="\t", header=None, keep_default_na=False)
    ours = xed["cues"].query("episode_id == 'bg-projections' and part == 'projected'")
    assert len(frame) == len(ours) == 6975
    swallowing = frame[0].str.contains("\n", regex=False)
    assert swallowing.sum() == 4
    assert frame[0][~swallowing].isin(set(ours["text"])).all()
    with pytest.raises(pd.errors.ParserError, match="Expected 2 fields in line 762, saw 6"):
        pd.read_csv(path, sep="\t", header=None, quoting=3)


def test_xed_is_as_the_schemas_say(xed):
    xed.check().raise_if_bad()


# The other sets


def test_netflix_has_every_row(netflix):
    chart = netflix["performance"]
    assert len(chart) == 56400
    assert chart["country"].nunique() == 94
    assert chart["period"].nunique() == 30
    assert set(chart["value"]) == set(range(1, 11))
    assert set(chart["count_kind"]) == {"rank only"}
    netflix.check().raise_if_bad()


def test_the_chart_is_read_by_the_loader_and_knows_its_source(netflix):
    assert netflix.provenance["loader"] == "netflix_top10"
    source = netflix["sources"].iloc[0]
    assert source["url_or_file"] == DATASETS["netflix-top10"].url
    assert (source["licence"], source["share"], source["kind"]) == (
        "none stated",
        "no",
        "collected",
    )


def test_cultural_distance_has_80_countries(data_folder):
    corpus = fetch("cultural-distance", quiet=True)
    corpus.check().raise_if_bad()
    codes = corpus["codes"]
    assert codes["unit_id"].nunique() == 80
    assert codes["value"].isna().sum() == 5
    wide = codes.pivot(index="unit_id", columns="variable", values="value").astype("float64")
    assert wide.loc["USA", "cultural_distance_to_usa"] == 0
    assert wide["cultural_distance_to_usa"].idxmax() == "EGY"


def test_cultural_distance_names_a_country_that_it_does_not_know(tmp_path):
    path = tmp_path / "cfst.csv"
    path.write_text(
        "country,cultural_distance_to_usa,political_distance_to_usa,"
        "political_participation_distance_to_usa,group_membership_distance_to_usa\n"
        "Norway,.1,.1,.1,NA\nNowhere,.1,.1,.1,.1\n"
    )
    with pytest.raises(DatasetError) as caught:
        read_cultural_distance(path)
    assert str(caught.value) == (
        f"'{path}', row 3: the country 'Nowhere' is not known. Restore the file."
    )


def test_goemotions_on_made_up_lines(tmp_path):
    path = tmp_path / "train.tsv"
    path.write_text("So good.\t0,17\tab12\nOk\t27\tcd34\n")
    corpus = read_goemotions([path])
    corpus.check().raise_if_bad()
    assert corpus["codes"]["value"].tolist() == ["admiration", "joy", "neutral"]
    assert corpus["comments"]["split"].tolist() == ["train", "train"]
    path.write_text("So good.\t28\tab12\n")
    with pytest.raises(DatasetError) as caught:
        read_goemotions([path])
    assert str(caught.value) == (
        f"'{path}', row 1: not three fields (text, labels 0 to 27, id). Restore the file."
    )


def test_rows_read_of_xed_are_those_kept_and_those_refused(tmp_path):
    path = tmp_path / "neu_en.txt"
    path.write_text("1\tMade up.\n\t\n2\tMade up too.\n", encoding="utf-8")
    corpus = read_xed([path])
    source = corpus["sources"].iloc[0]
    assert (len(corpus["cues"]), source["rows_read"], source["rows_refused"]) == (2, 3, 1)
    assert source["reasons"] == "empty line: 1"
