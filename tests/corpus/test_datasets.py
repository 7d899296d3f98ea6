"""Datasets by name: verified before use, pinned, and never replaced silently."""

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mdresearch.core.bundled import bundled_path
from mdresearch.core.errors import DatasetError, UnknownNameError
from mdresearch.corpus import datasets
from mdresearch.corpus.catalogue import DATASETS
from mdresearch.corpus.datasets import dataset_table, fetch, find, load
from mdresearch.corpus.loading import LOADERS


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """No local folder, an empty cache, and a network that must not be asked."""
    monkeypatch.delenv("MDRESEARCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def pin(monkeypatch, name, **changes):
    entry = replace(DATASETS[name], **changes)
    monkeypatch.setitem(DATASETS._entries, name, entry)
    return entry


@pytest.mark.parametrize("name", list(DATASETS))
def test_every_dataset_says_what_it_is(name):
    entry = DATASETS[name]
    assert entry.title
    assert entry.licence
    assert entry.citation
    assert entry.kind in ("collected", "simulated", "derived")
    assert entry.tables
    assert entry.rows > 0
    if entry.folder:
        assert load(name).name == name
    else:
        assert all(len(file.sha256) == 64 for file in entry.files)
        module, _, function = entry.reader.partition(":")
        if module == "kind":
            assert function in LOADERS
            assert entry.share in ("yes", "derived", "no")
        else:
            assert module.startswith("mdresearch.corpus.")
        assert entry.obtain or all(file.url for file in entry.files)


@pytest.mark.parametrize("name", ["market-facts", "policy-events"])
def test_a_bundled_dataset_has_card_and_script(name):
    folder = bundled_path(f"datasets/{name}")
    assert (folder / "README.md").is_file()
    assert (folder / "make.py").is_file()
    about = json.loads((folder / "datapackage.json").read_text())
    assert about["licenses"][0]["name"] == "CC0-1.0"
    assert about["mdresearch"]["provenance"]["as_of"] == "2026-11-23"


def test_unknown_names():
    with pytest.raises(UnknownNameError, match=r"There is no dataset 'market-fact'\. Did you mean"):
        load("market-fact")
    with pytest.raises(UnknownNameError, match="There is no remote dataset 'isaer'"):
        fetch("isaer")
    with pytest.raises(UnknownNameError, match="There is no dataset 'x'"):
        find("x")


def test_names_are_not_paths():
    with pytest.raises(UnknownNameError):
        load("../datasets/market-facts")


def test_a_changed_bundled_file_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / "market-facts"
    shutil.copytree(bundled_path("datasets/market-facts"), folder)
    path = folder / "market.csv"
    path.write_text(path.read_text().replace("700000000", "900000000"))
    pin(monkeypatch, "market-facts", folder=str(folder))
    with pytest.raises(DatasetError) as caught:
        load("market-facts")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"'{path}' is not the file that was written: expected sha256 " in str(caught.value)
    assert found in str(caught.value)


def test_the_table_lists_everything(alone):
    table = dataset_table().set_index("name")
    assert list(table) == ["title", "where", "kind", "licence", "tables", "rows"]
    assert table.loc["market-facts", "where"] == "bundled"
    assert table.loc["isear", "where"] == "remote"


def test_a_local_file_with_another_hash_is_refused(alone, monkeypatch):
    entry = DATASETS["isear"]
    path = alone / "data" / entry.path
    path.parent.mkdir(parents=True)
    path.write_text("something else")
    monkeypatch.setenv("MDRESEARCH_DATA", str(alone / "data"))
    found = hashlib.sha256(b"something else").hexdigest()
    with pytest.raises(DatasetError) as caught:
        fetch("isear")
    assert str(caught.value) == (
        f"'{path}' is not the file that is pinned for 'isear': expected sha256 {entry.sha256}, "
        f"found {found}. Nothing was replaced: delete the file by hand, then fetch again."
    )
    assert path.read_text() == "something else"


def test_a_cached_file_with_another_hash_is_refused(alone):
    path = datasets.cache_path(DATASETS["isear"])
    path.parent.mkdir(parents=True)
    path.write_text("old")
    with pytest.raises(DatasetError, match="delete the file by hand"):
        fetch("isear")
    assert path.read_text() == "old"


def test_what_is_only_known_as_a_derived_file_says_how_to_get_it(alone):
    with pytest.raises(DatasetError) as caught:
        fetch("manylabs2")
    entry = DATASETS["manylabs2"]
    assert str(caught.value) == (
        f"'manylabs2' cannot be downloaded. {entry.obtain} Put the file with sha256 "
        f"{entry.sha256} at 'validation/manylabs2/ml2_five_effects.csv.gz' in a folder, and name "
        "the folder in $MDRESEARCH_DATA."
    )
    assert "remote, untested offline" in entry.obtain


def download(monkeypatch, content):
    import pooch

    def write(self, url, output_file, pooch):
        if content is None:
            raise ConnectionError(url)
        Path(output_file).write_bytes(content)

    monkeypatch.setattr(pooch.HTTPDownloader, "__call__", write)


def test_a_download_with_another_hash_is_not_kept(alone, monkeypatch):
    download(monkeypatch, b"not the file")
    with pytest.raises(DatasetError, match="Nothing was kept"):
        fetch("isear")
    assert not datasets.cache_path(DATASETS["isear"]).exists()


def test_no_connection_says_what_to_do(alone, monkeypatch):
    download(monkeypatch, None)
    with pytest.raises(DatasetError) as caught:
        fetch("isear")
    assert str(caught.value) == (
        f"'isear' could not be fetched from {DATASETS['isear'].url} (ConnectionError). Try again "
        "with a connection, or put the file at 'validation/isear/isear.csv' in a folder, and name "
        "the folder in $MDRESEARCH_DATA."
    )


def test_a_right_download_is_cached_and_cited_once(alone, monkeypatch, capsys):
    header = "ID|CITY|COUN|SUBJ|SEX|AGE|RELI|PRAC|FOCC|MOCC|FIEL|EMOT|WHEN|LONG|INTS|ERGO|TROPHO|"
    header += "TEMPER|EXPRES|MOVE|EXP1|EXP2|EXP10|PARAL|CON|EXPC|PLEA|PLAN|FAIR|CAUS|COPING|MORL|"
    header += "SELF|RELA|VERBAL|NEUTRO|Field1|Field3|Field2|MYKEY|SIT|STATE|"
    values = dict.fromkeys(header.split("|")[:40], "1")
    row = "|".join([*(values | {"Field1": "joy", "INTS": "0"}).values(), "a | b", "1", ""])
    content = f"{header}\n{row}\n".encode()
    pin(monkeypatch, "isear", sha256=hashlib.sha256(content).hexdigest())
    monkeypatch.setattr(datasets, "_noticed", set())
    download(monkeypatch, content)
    corpus = fetch("isear")
    assert "Licence: CC BY-NC-SA 3.0\nCite: Scherer" in capsys.readouterr().err
    download(monkeypatch, None)
    assert fetch("isear").hash() == corpus.hash()
    assert capsys.readouterr().err == ""
    assert corpus["ratings"].rating.isna().tolist() == [True]
    assert corpus["sources"].n_repaired.tolist() == [1]
    assert dataset_table().set_index("name").loc["isear", "where"] == "cached"


def test_importing_loads_no_pandas():
    import subprocess
    import sys

    code = (
        "import sys, mdresearch.corpus.corpora, mdresearch.corpus.datasets, "
        "mdresearch.corpus.facts, mdresearch.corpus.folders, mdresearch.corpus.schemas, "
        "mdresearch.corpus.workbooks, mdresearch.corpus.privacy, mdresearch.corpus.isear, "
        "mdresearch.corpus.manylabs2, mdresearch.corpus.xed, mdresearch.corpus.anchors, "
        "mdresearch.corpus.holzinger, mdresearch.corpus.published_agreement, "
        "mdresearch.corpus.cultural_distance, mdresearch.corpus.goemotions; "
        "sys.exit('pandas' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
