"""Speed of Cox regression with cluster-robust errors on counted rows, and that counting is exact.

lifelines needs another pandas than ours: name a Python that has it in MDRESEARCH_LIFELINES_PYTHON
(a virtual environment with ``lifelines`` and ``pandas<3``) for the comparison with it.
"""

from __future__ import annotations

import inspect
import os
import statistics
import subprocess
import time

import numpy as np
import pandas as pd
import pytest

from mdresearch import stats
from mdresearch.stats.survival_models.cox_cells import cox_cells
from mdresearch.stats.survival_models.cox_fits import fit_cells

pytestmark = pytest.mark.slow

LIFELINES = os.environ.get("MDRESEARCH_LIFELINES_PYTHON", "")
IMPORTS = "from __future__ import annotations\nimport numpy as np, pandas as pd\n"


def viewers(n: int, seed: int = 1) -> pd.DataFrame:
    """Make up viewers: when they left, or were last watched; region, setup, title."""
    rng = np.random.default_rng(seed)
    title, region = rng.integers(200, size=n), rng.integers(4, size=n)
    setup = rng.integers(12, size=n)
    pace = np.exp(0.1 * (region == 1) - 0.05 * setup + rng.normal(0, 0.2, 200)[title])
    lasts = np.ceil(rng.exponential(40 / pace)).clip(1, 81)
    watched = rng.integers(1, 82, size=n)
    columns = {"episode": np.minimum(lasts, watched), "left": (lasts <= watched) * 1}
    columns |= {name: (region == code) * 1 for code, name in enumerate(["CN", "ID", "US"], 1)}
    return pd.DataFrame({**columns, "setup": setup, "title": title})


PEER = (
    IMPORTS
    + inspect.getsource(viewers)
    + """
import sys, time
from lifelines import CoxPHFitter
data = viewers(int(sys.argv[1]))
fitter = CoxPHFitter()
start = time.process_time()
fitter.fit(data, "episode", "left", cluster_col="title")
seconds = time.process_time() - start
print(seconds, *fitter.params_, *fitter.standard_errors_)
"""
)
FORMULA = "CN + ID + US + setup"
OPTIONS = {"time": "episode", "event": "left", "cluster": "title"}


def cpu(work, runs: int = 5) -> float:
    """Return the median CPU seconds of a call, after one to warm up."""
    work()
    out = []
    for _ in range(runs):
        start = time.process_time()
        work()
        out.append(time.process_time() - start)
    return statistics.median(out)


def test_a_million_viewers_take_a_fifth_of_a_second():
    data = viewers(1_000_000)
    seconds = cpu(lambda: stats.cox(FORMULA, data, **OPTIONS))
    quarter = viewers(250_000)
    less = cpu(lambda: stats.cox(FORMULA, quarter, **OPTIONS))
    print(f"Cox, Efron, 200 clusters: 1,000,000 viewers {seconds:.3f} s CPU; 250,000 {less:.3f} s")
    assert seconds < 0.2
    assert seconds < 8 * less, "cost is near linear from n to 4n"


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_counting_rows_changes_no_figure(ties):
    data = viewers(20_000)
    found = []
    for collapse in (True, False):
        cells = cox_cells(FORMULA, data, **OPTIONS, collapse=collapse)
        fit = fit_cells(
            cells, model="", robust=None, ties=ties, reference="normal", level=0.95, provenance={}
        )
        table = fit.frame()[["estimate", "se"]].to_numpy().ravel()
        found.append([*table, fit.loglik, fit.concordance.value, fit.concordance.high])
    assert fit.provenance["n_cells"] == 20_000
    np.testing.assert_allclose(*found, rtol=1e-9)


@pytest.mark.skipif(
    not LIFELINES, reason="MDRESEARCH_LIFELINES_PYTHON names no Python with lifelines"
)
def test_lifelines_takes_over_a_thousand_times_as_long():
    data = viewers(100_000)
    fit = stats.cox(FORMULA, data, **OPTIONS)
    ours = cpu(lambda: stats.cox(FORMULA, data, **OPTIONS))
    done = subprocess.run(
        [LIFELINES, "-c", PEER, "100000"], capture_output=True, text=True, check=True
    )
    theirs, *figures = map(float, done.stdout.split())
    print(f"100,000 viewers: {ours:.4f} s; lifelines {theirs:.1f} s: {theirs / ours:,.0f} times")
    order = fit.frame()["term"].map(["CN", "ID", "US", "setup"].index)
    table = fit.frame().iloc[np.argsort(order)]
    np.testing.assert_allclose(table["estimate"], figures[:4], rtol=1e-4)
    np.testing.assert_allclose(table["se"], figures[4:], rtol=3e-2)
    assert theirs / ours > 1_500


def test_statsmodels_at_a_size_that_it_can_do():
    from statsmodels.duration.hazard_regression import PHReg

    data = viewers(5_000)
    ours = cpu(lambda: stats.cox(FORMULA, data, **OPTIONS))
    x = data[["CN", "ID", "US", "setup"]].to_numpy(float)

    def peer():
        return PHReg(data["episode"], x, status=data["left"], ties="efron").fit(
            groups=data["title"].to_numpy()
        )

    start = time.process_time()
    fit = peer()
    theirs = time.process_time() - start
    print(f"5,000 viewers: {ours:.4f} s; statsmodels {theirs:.2f} s: {theirs / ours:,.0f} times")
    np.testing.assert_allclose(
        stats.cox(FORMULA, data, **OPTIONS).frame()["estimate"], fit.params, rtol=1e-5
    )
    assert theirs > ours
