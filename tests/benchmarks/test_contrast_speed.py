"""Speed and memory of the default contrast, as budgets and as ratios to a pandas loop."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

MILLION = """
import resource, sys, time
import numpy as np, pandas as pd
from mdresearch import stats
rng = np.random.default_rng(1)
n = {n}
country, title = rng.integers(40, size=n), rng.integers(200, size=n)
person = rng.integers(n // 40, size=n) * 40 + country
y = rng.normal(0, .15, 40)[country] + rng.normal(0, .4, 200)[title] + rng.normal(size=n)
data = pd.DataFrame({{
    "y": y,
    "country": np.array([f"C{{i:02d}}" for i in range(40)])[country],
    "title": np.array([f"T{{i:03d}}" for i in range(200)])[title],
    "person": person.astype(str),
    "region": np.where(country < 20, "a", "b"),
}})
stats.contrast(data.head(2000), "y", "region", "country", "title", "person", expect="a > b")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
stats.contrast(data, "y", "region", "country", "title", "person", expect="a > b")
sys.stdout.write(f"{{time.process_time() - start}} {{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}}")
"""


def million(n: int) -> tuple[float, float]:
    """Return CPU seconds of the default contrast on n ratings, and peak memory in GiB."""
    done = subprocess.run(
        [sys.executable, "-c", MILLION.format(n=n)], capture_output=True, text=True, check=True
    )
    seconds, kilobytes = map(float, done.stdout.split())
    return seconds, kilobytes / 2**20


def test_a_million_ratings_take_two_seconds_and_one_gibibyte():
    seconds, memory = million(1_000_000)
    quarter, _ = million(250_000)
    print(
        f"1,000,000 ratings: {seconds:.2f} s CPU, peak {memory:.2f} GiB; 250,000: {quarter:.2f} s"
    )
    assert seconds < 2
    assert memory < 1
    assert seconds < 8 * quarter, "cost is near linear from n to 4n"


def cpu(work, runs: int = 5) -> float:
    """Return the median CPU seconds of a call."""
    out = []
    for _ in range(runs):
        start = time.process_time()
        work()
        out.append(time.process_time() - start)
    return statistics.median(out)


def test_ten_thousand_permutations_of_countries_take_a_second():
    from mdresearch.stats.permutations import permute_countries

    means = np.random.default_rng(1).normal(size=40)
    seconds = cpu(lambda: permute_countries(means, np.arange(40) < 20, draws=10_000))
    print(f"10,000 permutations of 40 countries: {seconds:.3f} s")
    assert seconds < 1


def test_ten_thousand_bootstrap_draws_take_a_second_and_beat_a_pandas_loop():
    from mdresearch.core.expect import parse_expect
    from mdresearch.stats.bootstraps import title_draws
    from mdresearch.stats.cells import reduce_cells
    from mdresearch.stats.methods import Design

    rng = np.random.default_rng(1)
    n = 50_000
    country, title = rng.integers(12, size=n), rng.integers(200, size=n)
    data = pd.DataFrame(
        {
            "country": [f"C{i:02d}" for i in country],
            "title": [f"T{i:03d}" for i in title],
            "side": np.where(country < 6, "a", "b"),
            "y": rng.normal(size=n) + rng.normal(0, 0.4, 200)[title],
        }
    )
    cells = reduce_cells(data, Design("y", parse_expect("a > b"), "side", "country", "title"))
    ours = cpu(lambda: title_draws(cells, 10_000, seed=1))
    parts = {t: f for t, f in data.groupby("title")}

    def one_draw(picks: np.ndarray) -> float:
        drawn = pd.concat([parts[f"T{i:03d}"].assign(k=k) for k, i in enumerate(picks)])
        means = (
            drawn.groupby(["side", "country", "k"])["y"].mean().groupby(["side", "country"]).mean()
        )
        means = means.groupby("side").mean()
        return means["a"] - means["b"]

    picks = np.random.default_rng(2).integers(200, size=200)
    loop = cpu(lambda: one_draw(picks), runs=5) * 10_000
    times = np.bincount(picks, minlength=200)[None, :].astype(float)
    from mdresearch.stats.bootstraps import _differences

    assert _differences(times, cells)[0] == pytest.approx(one_draw(picks), rel=1e-9), "same number"
    print(
        f"10,000 draws: {ours:.3f} s; pandas loop {loop:.0f} s (5 draws x 2,000): {loop / ours:.0f} times"
    )
    assert ours < 1
    assert loop / ours > 1_500


def test_the_import_and_the_help_cost_next_to_nothing():
    def child(*arguments: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=False)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    rounds = [
        (
            child("-c", "pass"),
            child("-c", "import mdresearch"),
            child("-m", "mdresearch.cli", "--help"),
        )
        for _ in range(15)
    ]
    bare, imported, helped = (statistics.median(r[i] for r in rounds) for i in range(3))
    print(f"bare {bare * 1e3:.1f} ms, import {imported * 1e3:.1f} ms, --help {helped * 1e3:.1f} ms")
    assert imported - bare <= 0.015
    assert helped <= 2.5 * bare
