"""Alpha with 1,000 draws for 40 variables at three levels, against a loop of krippendorff."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace
from functools import partial

import krippendorff
import numpy as np
import pytest
from made_up_codings import leaves, long_codings, many_codings, variable, write_codebook

import mdresearch as md
from mdresearch.stats.reliability.alphas import alpha_draws
from mdresearch.stats.reliability.disagreements import nominal_sums, rolled_sums
from mdresearch.stats.reliability.draws import nest_of
from mdresearch.stats.reliability.ratings import pairs_of

pytestmark = pytest.mark.slow

LEVELS = ("emic", "etic", "top")
DRAWS = 1_000


def peer(table: np.ndarray) -> float:
    """Return alpha as krippendorff gives it."""
    return krippendorff.alpha(table, level_of_measurement="nominal")


def _up(book, categories, level):
    """Return which rolled-up code each code goes to, as a 0/1 matrix."""
    names = [book.rollup(c, level) for c in categories]
    place = {n: i for i, n in enumerate(dict.fromkeys(names))}
    return np.eye(len(place))[[place[n] for n in names]]


def timed(work, runs: int) -> float:
    """Return the median CPU seconds of a call."""
    out = []
    for _ in range(runs):
        start = time.process_time()
        work()
        out.append(time.process_time() - start)
    return statistics.median(out)


def test_40_codes_3_levels_10000_units_5_coders_1000_draws(tmp_path):
    """The estimators, from tables of codes; then `md.agreement` from two million rows."""
    variables = "".join(variable(f"v{i}") for i in range(40))
    book = md.Codebook.read(write_codebook(tmp_path, variables))
    codes = many_codings()
    rows = long_codings(codes)
    md.agreement(rows.head(1000), book, levels=LEVELS, n_boot=10)  # imports, before timing

    held = {}

    def verb():
        held["all"] = md.agreement(rows, book, levels=LEVELS, n_boot=DRAWS)

    whole = timed(verb, 3)
    study = held["all"].study

    tables = [(sheet.cells, len(sheet.categories)) for sheet in study.sheets]
    ups = [_up(book, sheet.categories, level) for sheet in study.sheets for level in LEVELS[1:]]

    def alphas():
        sums = []
        for i, (cells, width) in enumerate(tables):
            pairing = pairs_of(cells)
            finest = nominal_sums(pairing, width)
            sums.append(finest)
            for up in ups[2 * i : 2 * i + 2]:
                to = up.argmax(axis=1)
                coarse = replace(pairing, left=to[pairing.left], right=to[pairing.right])
                sums.append(rolled_sums(finest, coarse, up))
        held["points"] = [float(s.alpha(s.total())[0]) for s in sums]
        held["draws"] = alpha_draws(sums, nest_of(10_000), DRAWS, 0)

    ours = timed(alphas, 3)
    loop, worst = 0.0, 0.0
    frame = held["all"].frame().set_index(["variable", "level"])
    for level in LEVELS:
        up = book.rollup_table(level)
        names = [up[c] for c in leaves()]
        to = np.array([names.index(n) for n in names], dtype=float)
        some = [to[codes[i]].T for i in range(3)]
        one = statistics.median(timed(partial(peer, table), 3) for table in some)
        loop += 40 * DRAWS * one
        for i, table in enumerate(some):
            theirs = peer(table)
            worst = max(worst, abs(frame.loc[(f"v{i}", level), "alpha"] - theirs))
    print(
        f"md.agreement from 2,000,000 rows {whole:.2f} s CPU; estimators {ours:.2f} s CPU; krippendorff "
        f"{loop:.0f} s (120,000 calls of {1e3 * loop / 120 / DRAWS:.1f} ms): {loop / ours:.0f} times; "
        f"largest difference {worst:.1e}"
    )
    assert worst < 1e-10
    shown = frame["alpha"].to_numpy()
    assert np.abs(np.array(held["points"]) - shown).max() < 1e-12
    low = [np.quantile(d, 0.025) for d in held["draws"]]
    assert np.abs(np.array(low) - frame["alpha_low"].to_numpy()).max() < 1e-12, "the same draws"
    assert ours < 2
    assert loop / ours >= 600
