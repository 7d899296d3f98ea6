"""The command line on corpora: read with options, release and what it withheld, list at 80."""

import sqlite3

import pandas as pd
import pytest

from mdresearch.cli import main
from mdresearch.corpus.catalogue import DATASETS
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.dataset_lists import PLACES, dataset_listing
from mdresearch.corpus.datasets import where


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    monkeypatch.delenv("MDRESEARCH_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


def run(capsys, *words):
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


@pytest.fixture
def saved(tmp_path):
    sources = {"source_id": ["a", "b"], "url_or_file": ["a.csv", "b.csv"], "kind": "collected"}
    comments = {"comment_id": ["1", "2", "3"], "text": ["bom", "=1+1", "ok"], "lang": "pt"}
    corpus = Corpus(
        "reviews",
        {
            "sources": pd.DataFrame(sources | {"share": ["yes", "no"]}),
            "comments": pd.DataFrame(comments | {"source_id": ["a", "a", "b"]}),
        },
    )
    return corpus.save(tmp_path / "reviews")


def test_release_prints_what_was_withheld(capsys, saved, tmp_path):
    out = tmp_path / "out"
    code, said, _ = run(
        capsys, "release", saved, out, "--licence", "CC-BY-4.0", "--author", "Ann Example",
        "--date", "2026-11-23",
    )  # fmt: skip
    assert code == 0
    assert said == (
        f"Released in '{out}', rows by table: comments (2), sources (2). Withheld:\n"
        "  - comments: 1 row, since the source says share: no\n"
    )
    assert Corpus.read(out)["comments"]["text"].tolist() == ["bom", "=1+1"]
    assert "Ann" in (out / "CITATION.cff").read_text()


def test_release_without_a_licence_says_what_to_do(capsys, saved, tmp_path):
    code, said, err = run(capsys, "release", saved, tmp_path / "out")
    assert (code, said) == (2, "")
    assert err.startswith("mdresearch: Corpus 'reviews' has no licence. Say under which")
    assert not (tmp_path / "out").exists()


def test_release_takes_a_dataset_by_name_and_files_to_read(capsys, tmp_path):
    code, said, _ = run(capsys, "release", "policy-events", tmp_path / "facts")
    assert code == 0
    assert said.startswith(f"Released in '{tmp_path / 'facts'}', rows by table: policy (")
    log = tmp_path / "log.csv"
    log.write_text("viewer_id,version_id,country,watched_ms\na,v,BRA,1\n")
    code, said, err = run(capsys, "release", log, tmp_path / "log", "--licence", "CC0-1.0")
    assert code == 2
    assert "Nothing of corpus 'log' may be released" in err


def test_read_takes_a_database_and_options_that_are_no_text(capsys, tmp_path):
    base = sqlite3.connect(tmp_path / "w.sqlite")
    base.execute("CREATE TABLE log (uid TEXT, drama TEXT, secs TEXT)")
    base.execute("INSERT INTO log VALUES ('007', 'v', '1.5')")
    base.commit()
    base.close()
    pytest.importorskip("sqlalchemy", reason="SQLAlchemy is optional")
    code, said, _ = run(
        capsys, "read", f"sqlite:///{tmp_path / 'w.sqlite'}", "--kind", "watch_generic",
        "--option", "columns={viewer_id: uid, version_id: drama, watched_s: secs}",
        "--option", "table=log", "--option", "country=BRA", "--option", "completed_at=0.9",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0
    assert said.startswith("Corpus 'log': sources (1 row), watch (1 row).\n")
    assert Corpus.read(tmp_path / "out")["watch"]["watched_ms"].tolist() == [1500]


def test_false_is_false(capsys, tmp_path):
    page = tmp_path / "page.json"
    page.write_text(
        '{"data": [{"t_book_id": "200000000000000901", "book_title": "a", "read_count": 10, '
        '"init_read_count": 4}]}'
    )
    code, _, _ = run(
        capsys, "read", page, "--option", "join_works=false", "--option", "subtract_seed=true",
        "--out", tmp_path / "out",
    )  # fmt: skip
    assert code == 0
    corpus = Corpus.read(tmp_path / "out")
    assert corpus["works"]["work_id"].tolist() == ["reelshort-200000000000000901"]
    assert corpus["performance"]["value"].tolist() == [6]


def test_an_option_that_is_not_understood(capsys, tmp_path):
    code, _, err = run(capsys, "read", tmp_path, "--option", "table")
    assert code == 2
    assert err == "mdresearch: --option 'table' is not understood. Write NAME=VALUE.\n"


@pytest.mark.parametrize("width", [60, 80, 100])
def test_the_list_of_datasets_fits_and_leaves_nothing_out(width):
    text = dataset_listing(width)
    assert max(map(len, text.splitlines())) <= width
    words = " ".join(text.split())
    for entry in DATASETS.values():
        assert f" {entry.name} " in words
        assert " ".join(entry.title.split()) in words
        assert entry.licence.split()[0] in words
        assert where(entry) in PLACES


def test_the_list_says_where_each_dataset_is(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    code, said, _ = run(capsys, "list", "datasets")
    assert code == 0
    bundled, remote, untested, by_hand, _ = said.split("\n\n")
    assert bundled.startswith("BUNDLED: comes with the package, works offline\n  market-facts ")
    assert "SIMULATED, CC0-1.0" in bundled
    assert "  netflix-top10            56,400  none stated\n" in remote
    assert untested.startswith("REMOTE, UNTESTED OFFLINE: ")
    assert "  anchors-freedom          24,500  GPL (>= 2)\n" in by_hand
    assert "remote" not in by_hand.lower()
