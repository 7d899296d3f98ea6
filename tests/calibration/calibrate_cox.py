"""Size of the cluster-robust test of a Cox regression, over the number of titles.

Viewers of a title share its frailty; a covariate of the title and one of the viewer, both without
effect, are tested at 5%, with R's normal reference and with t on G - 1 degrees of freedom.

Run: python tests/calibration/calibrate_cox.py
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats as distributions
from tables import Rate, write

from mdresearch.stats import cox

SEED = 1972
RUNS = 1000
TITLES = (12, 20, 30, 40, 60)
VIEWERS = 25
BARS = {
    ("of the title", "normal"): {12: "<= 0.15", 20: "<= 0.12", 30: "<= 0.10", 40: "<= 0.08"},
    ("of the title", "t"): {12: "<= 0.10", 20: "<= 0.09", 30: "<= 0.08", 40: "<= 0.07"},
    ("of the viewer", "normal"): {12: "<= 0.12", 20: "<= 0.10", 30: "<= 0.08", 40: "<= 0.07"},
    ("of the viewer", "t"): {12: "<= 0.07", 20: "<= 0.07"},
}
LAST_BAR = "<= 0.07"


def viewing(titles: int, rng: np.random.Generator) -> pd.DataFrame:
    """Make up episodes watched by viewers of titles; neither setup nor age matters."""
    title = np.repeat(np.arange(titles), VIEWERS)
    frailty = np.exp(rng.normal(0, 0.5, titles))[title]
    lasts = np.ceil(rng.exponential(30 / frailty))
    watched = rng.integers(10, 61, size=len(title))
    return pd.DataFrame(
        {
            "episode": np.minimum(lasts, watched),
            "left": (lasts <= watched) * 1,
            "title": title,
            "setup": rng.normal(size=titles)[title],
            "age": rng.normal(size=len(title)),
        }
    )


def sizes(titles: int, runs: int, rng: np.random.Generator) -> dict[tuple[str, str], float]:
    """Return how often an effect was found that is not there."""
    found = np.zeros((2, 2))
    for _ in range(runs):
        data = viewing(titles, rng)
        fit = cox("setup + age", data, time="episode", event="left", cluster="title")
        t = fit.frame().set_index("term")["statistic"].loc[["setup", "age"]].abs().to_numpy()
        shrunk = t * np.sqrt((titles - 1) / titles)
        found[:, 0] += 2 * distributions.norm.sf(t) < 0.05
        found[:, 1] += 2 * distributions.t.sf(shrunk, titles - 1) < 0.05
    kinds = [(c, r) for c in ("of the title", "of the viewer") for r in ("normal", "t")]
    return dict(zip(kinds, (found / runs).ravel().tolist(), strict=True))


def main() -> None:
    """Run every design and write ``cox.csv``."""
    rates = []
    for titles in TITLES:
        found = sizes(titles, RUNS, np.random.default_rng([SEED, titles]))
        rates += [
            Rate(
                "cox", f"{titles} titles, covariate {kind}", f"size, {reference}", RUNS, rate,
                BARS[kind, reference].get(titles, LAST_BAR),
            )
            for (kind, reference), rate in found.items()
        ]  # fmt: skip
    write(rates, "cox", SEED, "python tests/calibration/calibrate_cox.py")


if __name__ == "__main__":
    main()
