"""What editions keep, counted; and how little twenty pairs say."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import mdresearch as md
from mdresearch.coding import localisation_table
from mdresearch.coding.localisation_tables import detectable, wilson
from mdresearch.core.errors import MdresearchError

NAMES = [
    "version_id",
    "work_id",
    "lang",
    "version_type",
    "title",
    "n_episodes",
    "tags",
    "tags_original",
]
ROWS = [
    ("a1", "a", "en", "original", "My Boss", 30, "CEO|Revenge", None),
    ("a2", "a", "ja", "dubbed", "社長", 30, "社長|復讐", "CEO|Revenge"),
    ("b1", "b", "en", "original", "Wolf", 40, "Wolf|Love", None),
    ("b2", "b", "ja", "remade", "Wolf", 42, "恋|狼", "Love|Wolf"),
    ("b3", "b", "es", "subtitled", "Lobo", None, None, None),
    ("c1", "c", "ja", "remade", "姫", 10, None, None),
]


def corpus(rows=ROWS):
    versions = pd.DataFrame(rows, columns=NAMES)
    works = pd.DataFrame({"work_id": sorted(set(versions["work_id"]))})
    return md.Corpus("demo", {"versions": versions, "works": works}, kind="simulated")


def test_components_are_counted_over_pairs():
    got = localisation_table(corpus())
    told = got.table.set_index("component")
    assert (got.n_pairs, got.n_works) == (3, 2)
    assert told.loc["title", ["kept", "n"]].tolist() == [1, 3]
    assert told.loc["episodes", ["kept", "n", "not_told"]].tolist() == [1, 2, 1]
    assert told.loc["tags", ["kept", "n", "not_told"]].tolist() == [2, 2, 1]
    assert told.loc["tags in order", ["kept", "n"]].tolist() == [1, 2]
    depth = got.depth.set_index("version_type")["n"]
    assert depth.to_dict() == {"subtitled": 1, "dubbed": 1, "remade": 2, "local_original": 0}
    checks = {c.name: c.holds for c in got.checks}
    assert checks == {"enough_pairs": False, "one_edition_a_work": False, "sampling": None}
    again = localisation_table(corpus(ROWS[::-1]))
    pd.testing.assert_frame_equal(again.table, got.table)


def test_without_an_original_nothing_is_said_of_what_is_kept():
    got = localisation_table(corpus(ROWS[-1:]))
    assert got.n_pairs == 0
    assert got.table["share"].isna().all()
    assert "nothing can be said" in got.sentence()


@pytest.mark.parametrize(("k", "n"), [(0, 5), (3, 7), (10, 20), (20, 20)])
def test_wilson_is_that_of_scipy(k, n):
    peer = stats.binomtest(k, n).proportion_ci(method="wilson")
    np.testing.assert_allclose(wilson(k, n), peer, rtol=1e-9, atol=1e-12)


def test_what_twenty_pairs_can_see():
    gap = detectable(20)
    rng = np.random.default_rng(1)
    for shift, least, most in ((gap, 0.78, 0.84), (gap - 0.06, 0.0, 0.75)):
        seen = [
            stats.binomtest(int(k), 20).pvalue <= 0.05 for k in rng.binomial(20, 0.5 + shift, 2000)
        ]
        assert least <= np.mean(seen) <= most
    assert np.isnan(detectable(5))


@pytest.mark.parametrize("n", [12, 20, 40])
def test_the_interval_holds_its_level(n):
    rng = np.random.default_rng(2)
    for share in (0.3, 0.5, 0.8):
        ends = np.array([wilson(int(k), n) for k in rng.binomial(n, share, 3000)])
        cover = ((ends[:, 0] <= share) & (share <= ends[:, 1])).mean()
        assert cover > 0.93 - 3 * np.sqrt(0.95 * 0.05 / 3000)


def test_a_corpus_without_versions_is_refused():
    with pytest.raises(MdresearchError, match="no table 'versions'"):
        localisation_table(md.Corpus("x", {"works": pd.DataFrame({"work_id": ["a"]})}))


@pytest.mark.skipif("MDRESEARCH_DATA" not in os.environ, reason="MDRESEARCH_DATA is not set")
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_real_pairs_and_remakes():
    folder = Path(os.environ["MDRESEARCH_DATA"]) / "micro_drama"
    pairs = localisation_table(md.read(folder / "reelshort_en_ja_pairs_transcribed.csv"))
    assert pairs.n_pairs == 20
    assert "20 pairs of 20 works" in pairs.sentence()
    told = pairs.table.set_index("component")
    assert told.loc["title", "kept"] == 0
    assert told.loc["tags", "n"] + told.loc["tags", "not_told"] == 20
    assert pairs.depth.set_index("version_type").loc["dubbed", "n"] == 20
    remakes = localisation_table(
        md.read(folder / "reelshort_japanese_cast_remakes_transcribed.csv"), source_lang="en"
    )
    assert remakes.depth.set_index("version_type").loc["remade", "n"] == 17
    print(f"\n{pairs}\n{remakes}")
