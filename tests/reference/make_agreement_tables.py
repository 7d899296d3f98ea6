"""Make 200 random tables of ratings, and what irrCAC says of them (run apart: it needs pandas 2).

In an environment of its own with ``irrCAC==0.4.4`` and ``krippendorff==0.9.0``:

    python tests/reference/make_agreement_tables.py

Writes ``data/agreement_tables.csv`` (seed 20261124) and ``values/agreement_tables.csv``.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
SEED = 20261124
N_TABLES = 200
WEIGHTS = ("identity", "linear", "quadratic", "ordinal", "radical", "ratio", "circular", "bipolar")


def make_tables() -> list[np.ndarray]:
    """Return tables of units x coders with numbers from 1, some values missing (nan)."""
    out = []
    rng = np.random.default_rng(SEED)
    while len(out) < N_TABLES:
        n, r, q = rng.integers(8, 60), rng.integers(2, 7), rng.integers(3, 8)
        truth = rng.choice(q, size=n, p=rng.dirichlet(np.full(q, 2.0)))
        right = rng.random((n, r)) < rng.uniform(0.2, 0.95)
        table = np.where(right, truth[:, None], rng.integers(q, size=(n, r))) + 1.0
        table[rng.random((n, r)) < rng.choice([0.0, 0.1, 0.3])] = np.nan
        given = (~np.isnan(table)).sum(axis=1)
        seen = np.unique(table[~np.isnan(table)])
        if (given > 1).sum() > 2 and len(seen) > 2 and (~np.isnan(table)).any(axis=0).all():
            out.append(table[given > 0])
    return out


def numbers(text: object) -> list[float]:
    """Return the limits of an interval."""
    return [float(x) for x in re.findall(r"-?\d+\.?\d*(?:e-?\d+)?", str(text))]


def irrcac_rows(place: int, table: np.ndarray) -> list[dict[str, object]]:
    """Return a row a coefficient, unweighted and with one more set of weights in turn."""
    import pandas as pd
    from irrCAC.raw import CAC

    rows = []
    for weights in (WEIGHTS[0], WEIGHTS[1 + place % (len(WEIGHTS) - 1)]):
        held = CAC(pd.DataFrame(table), weights=weights, digits=12)
        for name in ("krippendorff", "gwet", "fleiss", "conger", "bp"):
            est = getattr(held, name)()["est"]
            low, high = numbers(est["confidence_interval"])
            rows.append(
                {
                    "table": place, "coefficient": name, "weights": weights, "value": est["coefficient_value"],
                    "se": est["se"], "low": low, "high": high,
                }
            )  # fmt: skip
    return rows


def main() -> None:
    """Write both files."""
    tables = make_tables()
    with (HERE / "data" / "agreement_tables.csv").open("w", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["table", "unit", *[f"c{i}" for i in range(1, 7)]])
        for place, table in enumerate(tables):
            for unit, row in enumerate(table):
                cells = ["" if np.isnan(v) else int(v) for v in row]
                writer.writerow([place, unit, *cells, *[""] * (6 - len(cells))])
    rows = [row for place, table in enumerate(tables) for row in irrcac_rows(place, table)]
    with (HERE / "values" / "agreement_tables.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
