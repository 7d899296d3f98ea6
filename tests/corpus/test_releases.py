"""A release: rights obeyed, no one in a small cell, ids that lead nowhere, read by machines."""

import json

import pandas as pd
import pytest
from frictionless import Package

from mdresearch.core.errors import DataError
from mdresearch.core.strict_yaml import read_yaml
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.rights import shareable
from mdresearch.corpus.small_cells import enlarge_cells, hide_places


def sources(**shares):
    return pd.DataFrame(
        {
            "source_id": list(shares),
            "url_or_file": [f"{name}.csv" for name in shares],
            "kind": "collected",
            "share": list(shares.values()),
        }
    )


def comments(*rows):
    names = ["comment_id", "source_id", "text", "stars", "user_hash"]
    return pd.DataFrame(rows, columns=names).assign(kind="review")


def reviews():
    frame = comments(
        ("m1", "own", "Wonderful", 5.0, "u1"),
        ("m2", "shop", "Dreadful thing", 1.0, "u1"),
        ("m3", "scraped", "Not ours to give", 3.0, "u2"),
        ("m4", "odd", "Who knows", 3.0, "u3"),
    )
    shares = sources(own="yes", shop="derived", scraped="no", odd=None)
    return Corpus("demo", {"comments": frame, "sources": shares}, licence="CC BY 4.0", title="Demo")


def people(*cells, year=1990):
    rows = []
    for country, gender, count in cells:
        rows += [(f"r{len(rows) + n}", country, gender, year) for n in range(count)]
    return pd.DataFrame(rows, columns=["respondent_id", "country", "gender", "birth_year"])


# Rights


def test_share_is_obeyed_row_by_row(tmp_path):
    release = reviews().release(tmp_path / "out", date="2026-11-23")
    kept = release.corpus["comments"]
    assert kept["source_id"].tolist() == ["own", "shop"]
    assert kept["text"].tolist()[0] == "Wonderful"
    assert kept["text"].isna().tolist() == [False, True]
    assert kept["stars"].tolist() == [5.0, 1.0]
    assert release.lines() == [
        "comments: 1 row, since the source says share: no",
        "comments: 1 row, since the source does not say yes, no or derived",
        "comments.text: 1 cell of text, since the source says share: derived",
    ]
    for path in (tmp_path / "out").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "Dreadful" not in text
        assert "Not ours" not in text
        assert "Who knows" not in text


def test_a_word_that_is_no_share_is_withheld_and_said():
    kept, withheld = shareable(
        {"comments": comments(("m1", "a", "x", 1.0, "u")), "sources": sources(a="maybe")}
    )
    assert list(kept) == ["sources"]
    assert withheld[0].reason == "the source does not say yes, no or derived ('maybe')"


def test_a_table_that_names_no_source_follows_the_strictest():
    frame = comments(("m1", "a", "words", 1.0, "u")).drop(columns="source_id")
    kept, _ = shareable({"comments": frame, "sources": sources(a="yes", b="derived")})
    assert "text" not in kept["comments"]
    kept, withheld = shareable({"comments": frame, "sources": sources(a="yes", b="no")})
    assert "comments" not in kept
    assert withheld[0].reason == (
        "the table names no source, and the strictest of the sources says share: no"
    )


def test_a_row_of_a_source_that_is_not_listed_is_withheld():
    kept, _ = shareable(
        {"comments": comments(("m1", "z", "x", 1.0, "u")), "sources": sources(a="yes")}
    )
    assert "comments" not in kept


def test_own_columns_of_words_are_withheld_and_own_codes_kept():
    frame = comments(("m1", "a", "x", 1.0, "u"), ("m2", "a", "y", 2.0, "v")).assign(
        reply=["Thank you, dear viewer", None], app=["reel.short", "drama-box"], likes=[3, 4]
    )
    kept, _ = shareable({"comments": frame, "sources": sources(a="derived")})
    assert {"app", "likes", "stars"} <= set(kept["comments"])
    assert {"reply", "text"}.isdisjoint(kept["comments"])


def test_what_points_at_a_withheld_row_is_withheld_with_it():
    works = pd.DataFrame({"work_id": ["w1", "w2"], "source_id": ["a", "b"]})
    versions = pd.DataFrame(
        {"version_id": ["v1", "v2"], "work_id": ["w1", "w2"], "source_id": ["a", "a"]}
    )
    episodes = pd.DataFrame(
        {"episode_id": ["e1", "e2"], "version_id": ["v1", "v2"], "source_id": ["a", "a"]}
    )
    tables = {"episodes": episodes, "versions": versions, "works": works}
    kept, withheld = shareable({**tables, "sources": sources(a="yes", b="no")})
    assert kept["episodes"]["episode_id"].tolist() == ["e1"]
    assert {(w.table, w.reason) for w in withheld} == {
        ("works", "the source says share: no"),
        ("versions", "they point at withheld rows of 'works'"),
        ("episodes", "they point at withheld rows of 'versions'"),
    }


# Small cells


@pytest.mark.parametrize(("count", "whole"), [(4, False), (5, True)])
def test_a_cell_of_fewer_than_five_is_enlarged(count, whole):
    out, _ = enlarge_cells(people(("BRA", "f", 20), ("BRA", "m", count)))
    men = out[out["gender"] == "m"]
    assert (len(men) == count) is whole


def test_the_band_goes_first_then_gender_then_country():
    old = people(("BRA", "f", 3), year=1950)
    young = people(("BRA", "f", 6)).assign(respondent_id=[f"y{n}" for n in range(6)])
    out, withheld = enlarge_cells(pd.concat([old, young], ignore_index=True))
    # Three older women: without the band they are three of three still, then without gender, ...
    assert len(out) == 6
    assert [(w.column, w.rows, w.what) for w in withheld] == [
        ("birth_year", 9, "column"),
        ("birth_band", 3, "cells"),
        ("gender", 3, "cells"),
        ("country", 3, "cells"),
        ("", 3, "rows"),
    ]


def test_no_released_cell_is_small():
    import numpy as np

    draw = np.random.default_rng(3)
    frame = pd.DataFrame(
        {
            "respondent_id": [f"r{n}" for n in range(400)],
            "country": draw.choice(["BRA", "MEX", "AUT", "ISL"], 400, p=[0.6, 0.3, 0.08, 0.02]),
            "gender": draw.choice(["f", "m", "x"], 400, p=[0.5, 0.48, 0.02]),
            "birth_year": draw.integers(1940, 2008, 400),
            "city": [f"c{n}" for n in range(400)],
        }
    )
    out, withheld = enlarge_cells(frame)
    sizes = out.groupby(["country", "gender", "birth_band"], dropna=False).size()
    assert sizes.min() >= 5
    assert out.loc[out["country"].isna(), "city"].isna().all()
    assert 400 - len(out) == sum(w.rows for w in withheld if w.what == "rows")


def test_few_viewers_of_a_country_lose_their_country_however_many_rows_they_have():
    watch = pd.DataFrame(
        {
            "viewer_id": [f"u{n}" for n in range(5)] + ["i1"] * 30,
            "version_id": "v1",
            "country": ["BRA"] * 5 + ["ISL"] * 30,
        }
    )
    out, withheld = hide_places("watch", watch)
    assert out["country"].value_counts(dropna=False).tolist() == [30, 5]
    assert out["country"].dropna().unique().tolist() == ["BRA"]
    assert withheld[0].reason == "fewer than 5 persons are alike"


def test_answers_do_not_repeat_what_was_hidden(tmp_path):
    frame = people(("BRA", "f", 8), ("ISL", "m", 2))
    ratings = pd.DataFrame({"respondent_id": frame["respondent_id"], "country": frame["country"]})
    tables = {"respondents": frame, "ratings": ratings, "sources": sources(a="yes")}
    release = Corpus("demo", tables).release(tmp_path / "out", licence="CC0-1.0")
    assert "country" not in release.corpus["ratings"]
    assert len(release.corpus["ratings"]) == len(release.corpus["respondents"]) == 8
    assert "birth_year" not in release.corpus["respondents"]
    assert set(release.corpus["respondents"]["birth_band"]) == {"1990-1999"}


# Ids


def ids(tmp_path, name):
    coders = pd.DataFrame({"coder_id": ["Ana", "gpt"], "kind": ["human", "model"]})
    codes = pd.DataFrame(
        {
            "code_id": ["m1-joy", "e1-joy"],
            "unit_type": ["comment", "episode"],
            "unit_id": ["m1", "e1"],
            "variable": "joy",
            "coder_id": ["Ana", "gpt"],
        }
    )
    frame = comments(("m1", "a", "x", 1.0, "u1"), ("M1", "a", "y", 1.0, "U1"))
    tables = {"codes": codes, "coders": coders, "comments": frame, "sources": sources(a="yes")}
    return Corpus("demo", tables).release(tmp_path / name, licence="CC0-1.0")


def test_ids_of_persons_are_new_the_same_within_and_others_the_next_time(tmp_path):
    first, second = ids(tmp_path, "one"), ids(tmp_path, "two")
    one, two = first.corpus["comments"], second.corpus["comments"]
    assert one["user_hash"].nunique() == 2, "u1 and U1 are not the same"
    assert set(one["user_hash"]).isdisjoint({"u1", "U1", *two["user_hash"]})
    codes = first.corpus["codes"]
    assert codes["unit_id"].tolist() == [one["comment_id"].iloc[0], "e1"]
    assert codes["coder_id"].tolist()[1] == "gpt"
    assert codes["coder_id"].tolist()[0] == first.corpus["coders"]["coder_id"].iloc[0] != "Ana"
    assert codes["code_id"].tolist() == ["k1", "k2"]
    assert first.rehashed == (
        "coders.coder_id",
        "codes.coder_id",
        "comments.comment_id",
        "comments.user_hash",
    )


# Files


def test_the_data_package_is_valid_and_reads_back(tmp_path):
    release = reviews().release(tmp_path / "out", date="2026-11-23", authors=["Ana <b> Silva"])
    assert Package(str(tmp_path / "out" / "datapackage.json")).validate().valid
    again = Corpus.read(tmp_path / "out")
    assert again.hash() == release.corpus.hash()
    assert "url" not in again.provenance
    assert again.provenance["released_from"] == reviews().hash()


def test_the_crate_names_every_file_with_its_hash(tmp_path):
    import hashlib

    folder = reviews().release(tmp_path / "out", date="2026-11-23", authors=["Ana Silva"]).folder
    crate = json.loads((folder / "ro-crate-metadata.json").read_text())
    assert crate["@context"] == "https://w3id.org/ro/crate/1.2/context"
    entities = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    about = entities["ro-crate-metadata.json"]
    assert about["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.2"}
    root = entities[about["about"]["@id"]]
    assert root["@type"] == "Dataset"
    assert root["name"] == "Demo"
    assert root["description"] == "Data: Demo. Tables: comments (2 rows), sources (4 rows)."
    assert root["datePublished"] == "2026-11-23"
    assert root["license"] == {"@id": "https://spdx.org/licenses/CC-BY-4.0"}
    assert root["license"]["@id"] in entities
    assert entities["#author-1"]["name"] == "Ana Silva"
    parts = {part["@id"] for part in root["hasPart"]}
    assert parts == {path.name for path in folder.iterdir()} - {"ro-crate-metadata.json"}
    for name in parts:
        content = (folder / name).read_bytes()
        assert entities[name]["sha256"] == hashlib.sha256(content).hexdigest()
        assert entities[name]["contentSize"] == str(len(content))


def test_a_licence_in_words_is_described():
    from mdresearch.corpus.ro_crate import crate_text

    corpus = Corpus("demo", {}, licence="ask the author")
    graph = json.loads(crate_text(corpus, [], "2026", [], "none"))["@graph"]
    assert graph[1]["license"] == {"@id": "#licence"}
    assert graph[2]["name"] == "ask the author"


def test_the_citation_is_strict_yaml(tmp_path):
    folder = reviews().release(tmp_path / "out", date="2026-11-23", authors=['O"Hara: Ana']).folder
    cff = read_yaml(folder / "CITATION.cff")
    assert cff["cff-version"] == "1.2.0"
    assert cff["type"] == "dataset"
    assert cff["title"] == "Demo"
    assert cff["authors"] == [{"name": 'O"Hara: Ana'}]
    assert cff["date-released"] == "2026-11-23"
    assert cff["license"] == "CC-BY-4.0"


def test_the_card_says_what_was_withheld(tmp_path):
    folder = reviews().release(tmp_path / "out").folder
    assert "- comments: 1 row, since the source says share: no" in (
        (folder / "README.md").read_text()
    )


# The result


def test_the_result_says_it_and_prints_nothing(tmp_path, capsys):
    release = reviews().release(tmp_path / "out")
    assert capsys.readouterr() == ("", "")
    assert repr(release).splitlines()[:2] == [
        f"Released in '{tmp_path / 'out'}', rows by table: comments (2), sources (4). Withheld:",
        "  - comments: 1 row, since the source says share: no",
    ]
    assert list(release.frame()) == ["table", "column", "rows", "what", "reason"]
    assert "<table>" in release._repr_html_()


def test_simulated_stays_simulated(tmp_path):
    corpus = Corpus("demo", dict(reviews().tables), kind="simulated", licence="CC0-1.0")
    release = corpus.release(tmp_path / "out")
    assert release.sentence().startswith("SIMULATED data, released in ")
    assert "SIMULATED data" in (tmp_path / "out" / "README.md").read_text()
    assert Corpus.read(tmp_path / "out").simulated


def test_the_corpus_itself_is_not_changed(tmp_path):
    corpus = reviews()
    before = corpus.hash()
    corpus.release(tmp_path / "out")
    assert corpus.hash() == before


# Refusals


def test_nothing_without_sources(tmp_path):
    with pytest.raises(DataError) as caught:
        Corpus("demo", {}, licence="CC0-1.0").release(tmp_path / "out")
    assert str(caught.value) == (
        "Corpus 'demo' has no table 'sources', so no one has said what may be passed on. Add it "
        "with corpus.assign(sources=...), with source_id, url_or_file, kind and share: yes, no or "
        "derived."
    )


def test_nothing_without_a_licence(tmp_path):
    with pytest.raises(DataError) as caught:
        Corpus("demo", {"sources": sources(a="yes")}).release(tmp_path / "out")
    assert str(caught.value) == (
        "Corpus 'demo' has no licence. Say under which it is released: "
        "release(folder, licence='CC-BY-4.0')."
    )


def test_nothing_where_all_is_withheld_and_no_file_is_written(tmp_path):
    tables = {"comments": comments(("m1", "a", "x", 1.0, "u")), "sources": sources(a="no")}
    with pytest.raises(DataError) as caught:
        Corpus("demo", tables, licence="CC0-1.0").release(tmp_path / "out")
    assert str(caught.value) == (
        "Nothing of corpus 'demo' may be released: comments: 1 row, since the source says share: "
        "no. Where you hold the rights, say so in the column share of 'sources': yes, or derived "
        "for codes without texts."
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"date": "23.11.2026"}, "The date '23.11.2026' is not ISO 8601, such as 2026-11-23."),
        ({"smallest": 0}, "The smallest cell is 0. Give 1 or more; 5 is usual."),
    ],
)
def test_options_that_make_no_sense(tmp_path, options, words):
    with pytest.raises(DataError) as caught:
        reviews().release(tmp_path / "out", **options)
    assert str(caught.value) == words


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(DataError, match="holds files that are not a data package"):
        reviews().release(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_real_sets_are_released_without_words(data_folder, tmp_path):
    from mdresearch.corpus.datasets import fetch

    release = fetch("isear", quiet=True).release(tmp_path / "isear")
    people = release.corpus["respondents"]
    assert people.groupby(["country", "gender", "age_band"], dropna=False).size().min() >= 5
    with pytest.raises(DataError, match="share: no"):
        fetch("netflix-top10", quiet=True).release(tmp_path / "netflix")
