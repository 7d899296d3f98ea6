"""Fidelity of triggers: known answers, what must not change it, and its size over chance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mdresearch as md
from mdresearch.coding import fidelity
from mdresearch.coding.fidelities import edit_distances, warping_distances
from mdresearch.core.errors import MdresearchError

CORE = md.Codebook.load("core")
CODES = [c.id for c in CORE.codes_of("trigger")][:6]


def beats(works, seed=1, kept=0.8, length=12, genres=2):
    """Works of two genres; an edition keeps a share of the beats of its source."""
    rng = np.random.default_rng(seed)
    rows = []
    for w in range(works):
        genre = w % genres
        p = np.ones(len(CODES))
        p[3 * genre : 3 * genre + 3] = 4
        draw = lambda p=p: rng.choice(len(CODES), p=p / p.sum())  # noqa: E731
        source = [draw() for _ in range(length)]
        target = [c if rng.random() < kept else draw() for c in source]
        level = rng.normal(size=length)
        for side, codes, noise in (("source", source, 0.0), ("target", target, 1.5 - kept)):
            for i, c in enumerate(codes):
                rows.append(
                    (f"w{w}", side, i, CODES[c], f"g{genre}", level[i] + noise * rng.normal())
                )
    return pd.DataFrame(rows, columns=["work", "side", "position", "code", "genre", "strength"])


def test_known_answers_by_hand():
    a, b, c = CODES[:3]
    rows = [("w1", "source", i, x) for i, x in enumerate([a, a, b, c])]
    rows += [("w1", "target", i, x) for i, x in enumerate([a, b, b])]
    rows += [("w2", s, 0, c) for s in ("source", "target")]
    got = fidelity(pd.DataFrame(rows, columns=["work", "side", "position", "code"]), CORE, draws=50)
    one = got.works.set_index("work").loc["w1"]
    assert one["soft"] == pytest.approx(1 - 0.5 * (abs(1 / 2 - 1 / 3) + abs(1 / 4 - 2 / 3) + 1 / 4))
    assert one["order"] == pytest.approx(1 - 2 / 4)
    table = got.table.set_index("measure")
    assert table.loc["soft", "observed"] == pytest.approx((one["soft"] + 1) / 2)
    assert "no column of intensity" in table.loc["intensity", "reason"]


def plain_edit(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            new.append(min(row[j] + 1, new[-1] + 1, row[j - 1] + (x != y)))
        row = new
    return row[-1]


def plain_warp(a, b):
    d = np.full((len(a) + 1, len(b) + 1), np.inf)
    d[0, 0] = 0
    for i in range(len(a)):
        for j in range(len(b)):
            d[i + 1, j + 1] = abs(a[i] - b[j]) + min(d[i, j], d[i, j + 1], d[i + 1, j])
    return d[-1, -1]


SEQUENCES = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=7), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(SEQUENCES, SEQUENCES)
def test_distances_of_all_pairs_are_those_one_by_one(left, right):
    a, b = ([np.array(s) for s in side] for side in (left, right))
    edits = [[plain_edit(x, y) for y in right] for x in left]
    np.testing.assert_array_equal(edit_distances(a, b), edits)
    warps = [[plain_warp(x, y) for y in right] for x in left]
    np.testing.assert_allclose(warping_distances(a, b), warps)


def test_order_of_rows_and_names_change_nothing():
    frame = beats(16)
    one = fidelity(frame, CORE, genre="genre", intensity="strength", seed=3)
    two = fidelity(
        frame.sample(frac=1, random_state=1), CORE, genre="genre", intensity="strength", seed=3
    )
    columns = ["observed", "baseline", "excess"]
    np.testing.assert_allclose(one.table[columns], two.table[columns], rtol=1e-9, atol=1e-12)
    assert (one.table["excess"] > 0.05).all()
    assert (one.table["p"] < 0.01).all()
    other = frame.assign(strength=10 * frame["strength"] + 3)
    three = fidelity(other, CORE, genre="genre", intensity="strength", seed=3)
    np.testing.assert_allclose(one.table[columns], three.table[columns], rtol=1e-9, atol=1e-12)


def test_the_size_over_chance_and_the_cover_of_the_interval():
    p, cover, runs = [], [], 120
    for seed in range(runs):
        table = fidelity(
            beats(16, seed=seed, kept=0.0), CORE, genre="genre", draws=300, seed=seed
        ).table
        order = table.set_index("measure").loc["order"]
        p.append(order["p"])
        cover.append(order["low"] <= 0.0 <= order["high"])
    assert np.mean(np.array(p) < 0.05) <= 0.06 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(cover) >= 0.93 - 3 * np.sqrt(0.05 * 0.95 / runs)


def test_what_is_missing_is_counted_or_refused():
    frame = beats(6)
    lone = frame[~((frame["work"] == "w1") & (frame["side"] == "target"))]
    got = fidelity(lone, CORE, genre="genre", intensity="strength", draws=50)
    checks = {c.name: c for c in got.checks}
    assert checks["both_sides"].evidence.startswith("1 works")
    assert checks["intensity_scale"].holds is False
    assert checks["enough_works"].holds is False
    alone = fidelity(frame.assign(genre=frame["work"]), CORE, genre="genre", draws=50)
    assert alone.table.loc[0, "reason"] == "no genre has two works"
    assert np.isnan(alone.table.loc[0, "excess"])
    with pytest.raises(MdresearchError, match="side holds 'left'"):
        fidelity(frame.replace("target", "left"), CORE)
    with pytest.raises(MdresearchError, match="has no code 'zz'"):
        fidelity(frame.replace(CODES[0], "zz"), CORE)
    with pytest.raises(MdresearchError, match="no column 'position'"):
        fidelity(frame.drop(columns="position"), CORE)
    with pytest.raises(MdresearchError, match="1 works have a source"):
        fidelity(frame[frame["work"] == "w0"], CORE)
    said = fidelity(frame, CORE, genre="genre", draws=50, data_kind="simulated").apa()
    assert said.startswith("Simulated data.")
