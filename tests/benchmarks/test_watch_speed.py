"""A watch log of 5,000,000 rows, aggregated in under 1 GiB, at a cost linear in its rows."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

pytestmark = pytest.mark.slow

ROWS = 5_000_000
PIECE = 500_000
GIB = 1024**3
CHILD = """
import json, resource, sys, time
import duckdb, pandas
from mdresearch.corpus.lazy_watch import scan_watch
started = time.process_time()
out = scan_watch(sys.argv[1], by=("country", "version_id"))
spent = time.process_time() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"cpu": spent, "peak": peak, "n": int(out.n.sum()),
                  "sum": int(out.watched_ms_sum.sum()), "groups": len(out)}))
"""


def make_log(path: Path, rows: int) -> int:
    """Write a made-up log; return the sum of its times."""
    random, total = np.random.default_rng(7), 0
    for first in range(0, rows, PIECE):
        n = min(PIECE, rows - first)
        watched = random.integers(0, 120_000, n)
        total += int(watched.sum())
        pd.DataFrame(
            {
                "viewer_id": random.integers(10**17, 10**17 + 400_000, n),
                "version_id": random.integers(1, 200, n),
                "country": random.choice(["BRA", "MEX", "USA", "IDN"], n),
                "watched_ms": watched,
                "ended": random.choice(["dropped", "completed", "paywall"], n),
            }
        ).to_csv(path, mode="a" if first else "w", header=not first, index=False)
    return total


def scanned(path: Path) -> dict:
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(path)], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_five_million_rows_in_under_one_gib_and_linear(tmp_path):
    small, large = tmp_path / "small.csv", tmp_path / "large.csv"
    sums = {small: make_log(small, ROWS // 4), large: make_log(large, ROWS)}
    found = {path: scanned(path) for path in sums}
    for path, rows in ((small, ROWS // 4), (large, ROWS)):
        assert (found[path]["n"], found[path]["sum"]) == (rows, sums[path])
    ratio = found[large]["cpu"] / found[small]["cpu"]
    print(
        f"peak {found[large]['peak'] / GIB:.2f} GiB, cpu {found[large]['cpu']:.1f} s, x{ratio:.1f}"
    )
    assert found[large]["peak"] < GIB
    assert ratio < 4 * 1.5
