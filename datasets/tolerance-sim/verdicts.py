"""How often the default test finds the implied verdicts: python datasets/tolerance-sim/verdicts.py.

Draws 200 studies (seeds 0 to 199), about half a minute, and writes a line a claim to the screen.
"""

import sys
from collections import Counter

import pandas as pd

from mdresearch.core.regions import members
from mdresearch.measures.measuring import measure
from mdresearch.simulation.simulating import simulate, true_values
from mdresearch.stats.contrasts import contrast
from mdresearch.stats.verdicts import decide

SEEDS = range(200)


def verdicts(seed: int) -> list[tuple[str, str]]:
    """Return (claim, verdict) of one simulated study, at alpha .05 without correction."""
    claims = true_values("tolerance-sim")
    scores = measure(simulate("tolerance-sim", seed=seed), claims["outcome"].unique().tolist())
    scores = scores.loc[scores["attention_passed"]]
    return [(claim.claim, _verdict(claim, scores)) for claim in claims.itertuples()]


def _verdict(claim, scores: pd.DataFrame) -> str:
    sides = {c: side for side in claim.expect.split(" > ") for c in members(side)}
    rows = scores.assign(region=scores["country"].map(sides)).dropna(subset="region")
    found = contrast(
        rows,
        claim.outcome,
        "region",
        "country",
        "title_id",
        "respondent_id",
        expect=claim.expect,
        scale=claim.scale,
    )
    least = None if pd.isna(claim.at_least) else claim.at_least
    return decide(found.effect, ">", claim.smallest, least).verdict


if __name__ == "__main__":
    counts = Counter(pair for seed in SEEDS for pair in verdicts(seed))
    for (claim, verdict), n in sorted(counts.items()):
        sys.stdout.write(f"{claim}: {verdict} in {n} of {len(SEEDS)} studies\n")
