"""Maps between markets: what is declared, what aligned editions show, what chance would."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.transcodings import compare_maps, transcode, transcoding_observed
from mdresearch.core.errors import MdresearchError

CODES = ["domineering_ceo", "wolf_alpha", "mafia_boss", "white_lotus", "live_in_son_in_law"]


@pytest.fixture(scope="module")
def core():
    return Codebook.load("core")


def made(seed, n=200, follow=0.8):
    """Return pairs whose CEO becomes an alpha with a known share, and others at random."""
    rng = np.random.default_rng(seed)
    code = rng.choice(CODES, n)
    to = np.where(
        rng.random(n) < follow,
        np.where(code == "domineering_ceo", "wolf_alpha", code),
        rng.choice(CODES, n),
    )
    return pd.DataFrame({"pair": range(n), "code": code, "to": to, "work": np.arange(n) // 4})


def test_a_declared_map_gives_pairs_relations_and_what_it_does_not_say(core):
    said = transcode(core, "cn_to_us", ["domineering_ceo", "live_in_son_in_law", "white_lotus"])
    ceo = said[said["code"] == "domineering_ceo"]
    assert ceo["to"].tolist() == ["wolf_alpha", "mafia_boss"]
    assert set(ceo["relation"]) == {"functional_equivalent"}
    assert said.set_index("code").loc["live_in_son_in_law", "relation"] == "no_equivalent"
    assert said.set_index("code").loc["white_lotus", "relation"] == "unmapped"
    assert core.rollup("domineering_ceo") == core.rollup("wolf_alpha") == "possessive_sovereign"


def test_planted_transitions_are_found_and_rows_are_distributions(core):
    fit = transcoding_observed(made(1, n=600), core, work="work")
    table = fit.table.set_index(["code", "to"])
    row = table.loc[("domineering_ceo", "wolf_alpha")]
    assert row["low"] < 0.8 + 0.2 / 5 < row["high"]
    assert fit.table.groupby("code")["estimate"].sum().to_numpy() == pytest.approx(1.0)
    etic = fit.fidelity.set_index("measure").loc["kept_etic"]
    assert etic["low"] > 0.3
    assert etic["p"] < 0.01


def test_random_alignments_have_no_excess_about_as_often_as_promised(core):
    runs, found = 150, 0
    for seed in range(runs):
        row = transcoding_observed(made(seed, n=60, follow=0.0), core, draws=199).fidelity.iloc[0]
        found += row["p"] <= 0.05
    assert found / runs <= 0.06 + 3 * np.sqrt(0.06 * 0.94 / runs)


def test_what_a_genre_shares_is_no_fidelity(core):
    rng = np.random.default_rng(3)
    genre = rng.choice(["romance", "war"], 120)
    pick = np.where(genre == "romance", "domineering_ceo", "white_lotus")
    pairs = pd.DataFrame({"pair": range(120), "code": pick, "to": pick, "genre": genre})
    plain = transcoding_observed(pairs, core, draws=199).fidelity.iloc[0]
    within = transcoding_observed(pairs, core, genre="genre", draws=199).fidelity.iloc[0]
    assert plain["p"] < 0.05
    assert within["excess"] == pytest.approx(0)
    assert within["p"] == 1


def test_one_pair_is_no_certainty_and_order_does_not_matter(core):
    pairs = made(5, n=40)
    once = pd.concat(
        [pairs, pd.DataFrame([{"pair": 99, "code": "mafia_boss", "to": "wolf_alpha", "work": 9}])]
    )
    small = once[(once["code"] != "mafia_boss") | (once["pair"] == 99)]
    row = (
        transcoding_observed(small, core)
        .table.set_index(["code", "to"])
        .loc[("mafia_boss", "wolf_alpha")]
    )
    assert row["share"] == 1
    assert row["estimate"] < 0.9
    assert row["low"] < 0.5
    a = transcoding_observed(pairs, core).table
    b = transcoding_observed(pairs.sample(frac=1, random_state=1), core).table
    pd.testing.assert_frame_equal(a, b)


def test_several_labels_of_a_pair_share_its_weight(core):
    pairs = pd.DataFrame(
        {
            "pair": [1, 1, 2],
            "code": ["domineering_ceo"] * 3,
            "to": ["wolf_alpha", "mafia_boss", "wolf_alpha"],
        }
    )
    table = transcoding_observed(pairs, core).table
    assert table["n"].sum() == 2
    assert table.set_index("to").loc["wolf_alpha", "n"] == 1.5


def test_declared_pairs_stand_beside_what_was_seen(core):
    fit = transcoding_observed(made(2, n=400), core)
    table = compare_maps(core, "cn_to_us", fit).set_index(["code", "to"])
    assert table.loc[("domineering_ceo", "wolf_alpha"), "verdict"] == "seen"
    assert table.loc[("domineering_ceo", "mafia_boss"), "verdict"] == "not seen"
    assert table.loc["live_in_son_in_law", "verdict"].tolist() == ["has targets"]
    other = transcoding_observed(made(2, n=400).query("code == 'white_lotus'"), core)
    assert set(compare_maps(core, "cn_to_us", other)["verdict"]) == {"no data"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"to": "wolf"}, "no code 'wolf'"),
        ({"pair": 1}, "1 aligned pairs"),
        ({"code": np.nan}, "0 aligned pairs"),
    ],
)
def test_pairs_that_cannot_be_read_are_refused(core, change, message):
    with pytest.raises(MdresearchError, match=message):
        transcoding_observed(made(1).assign(**change), core)


def test_a_map_that_is_not_there_is_named(core):
    with pytest.raises(MdresearchError, match="Did you mean 'cn_to_us'"):
        transcode(core, "cn_to_usa", ["wolf_alpha"])
