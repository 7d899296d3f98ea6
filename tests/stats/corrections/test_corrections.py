"""Machine and imperfect codes: corrected where naive intervals fail, refused where nothing can be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.errors import MdresearchError
from mdresearch.stats.corrections import machine_corrected, misclassification


def made(seed, n=1500, m=200, share=0.3, miss=0.25, invent=0.1, works=None):
    """Return machine codes that miss and invent, and human codes of a random sample."""
    rng = np.random.default_rng(seed)
    work = np.arange(n) if works is None else rng.integers(works, size=n)
    lift = 0.0 if works is None else rng.normal(0, 0.12, works)[work]
    truth = (rng.random(n) < np.clip(share + lift, 0, 1)).astype(float)
    machine = np.where(truth == 1, rng.random(n) >= miss, rng.random(n) < invent).astype(float)
    human = np.full(n, np.nan)
    chosen = rng.choice(n, m, replace=False)
    human[chosen] = truth[chosen]
    return pd.DataFrame({"machine": machine, "human": human, "work": work}), truth


@pytest.mark.parametrize("tune", [True, False])
def test_corrected_intervals_cover_where_naive_ones_do_not(tune):
    runs, corrected, naive = 400, 0, 0
    for seed in range(runs):
        table, _ = made(seed, invent=0.2)
        row = machine_corrected(table, "machine", "human", tune=tune).means.iloc[0]
        corrected += row["low"] <= 0.3 <= row["high"]
        naive += row["naive_low"] <= 0.3 <= row["naive_high"]
    assert corrected / runs >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / runs)
    assert naive / runs < 0.5


def test_clusters_are_counted_as_clusters():
    runs, hits, alone = 300, 0, 0
    for seed in range(runs):
        table, _ = made(seed, works=30, m=400)
        row = machine_corrected(table, "machine", "human", cluster="work").means.iloc[0]
        plain = machine_corrected(table, "machine", "human").means.iloc[0]
        hits += row["low"] <= 0.3 <= row["high"]
        alone += plain["low"] <= 0.3 <= plain["high"]
    assert hits / runs >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / runs)
    assert alone < hits


def test_unequal_probabilities_are_undone():
    estimates = []
    for seed in range(200):
        table, truth = made(seed)
        rng = np.random.default_rng(seed + 10_000)
        pi = np.where(table["machine"] == 1, 0.4, 0.1)
        drawn = rng.random(len(table)) < pi
        table = table.assign(pi=pi, human=np.where(drawn, truth, np.nan))
        row = machine_corrected(table, "machine", "human", probability="pi").means.iloc[0]
        estimates.append(row["estimate"])
    assert np.mean(estimates) == pytest.approx(0.3, abs=3 * np.std(estimates) / np.sqrt(200))


def test_tuning_is_never_worse_than_people_alone():
    table, _ = made(1)
    noise = table.assign(machine=np.random.default_rng(2).random(len(table)))
    fit = machine_corrected(noise, "machine", "human").means.iloc[0]
    assert fit["tuning"] < 0.15
    assert fit["estimate"] == pytest.approx(fit["human"], abs=0.01)
    good = machine_corrected(table, "machine", "human").means.iloc[0]
    assert good["se"] < fit["se"]


def test_a_difference_made_by_the_machine_alone_goes_away():
    wrong, runs = 0, 200
    for seed in range(runs):
        a, _ = made(seed, invent=0.05)
        b, _ = made(seed + 5000, invent=0.25)
        both = pd.concat([a.assign(region="x"), b.assign(region="y")])
        row = machine_corrected(both, "machine", "human", group="region").contrasts.iloc[0]
        assert row["naive_p"] < 0.001
        wrong += row["p"] <= 0.05
    assert wrong / runs <= 0.06 + 3 * np.sqrt(0.06 * 0.94 / runs)


def test_order_and_unit_do_not_matter():
    table, _ = made(3)
    plain = machine_corrected(table, "machine", "human").means.iloc[0]
    other = machine_corrected(
        (table[["machine", "human"]] * 10).sample(frac=1, random_state=1), "machine", "human"
    ).means.iloc[0]
    assert other["estimate"] == pytest.approx(10 * plain["estimate"])
    assert other["se"] == pytest.approx(10 * plain["se"])


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"machine": np.nan}, {}, "Row 0 has no machine code"),
        ({"human": np.nan}, {}, "0 human codes"),
        ({"pi": 0.0}, {"probability": "pi"}, "not above 0"),
        ({"work": 1}, {"cluster": "work"}, "One cluster"),
        ({}, {"group": "region"}, "no column 'region'"),
    ],
)
def test_what_cannot_be_corrected_is_refused(change, options, message):
    with pytest.raises(MdresearchError, match=message):
        machine_corrected(made(1)[0].assign(**change), "machine", "human", **options)


def test_shares_seen_by_imperfect_coders_are_corrected_and_covered():
    rng = np.random.default_rng(4)
    hits, runs = 0, 400
    for seed in range(runs):
        truth = rng.random(600) < 0.2
        coded = np.where(truth, rng.random(600) < 0.85, rng.random(600) < 0.1).sum()
        found = misclassification(
            (int(coded), 600), (int(rng.binomial(120, 0.85)), 120), (int(rng.binomial(150, 0.9)), 150),
            draws=2000, seed=seed,
        ).estimate  # fmt: skip
        hits += found.low <= 0.2 <= found.high
    assert hits / runs >= 0.93 - 3 * np.sqrt(0.93 * 0.07 / runs)


def test_perfect_coders_need_no_correction_and_useless_ones_allow_none():
    assert misclassification((30, 100), (500, 500), (500, 500)).estimate.value == pytest.approx(0.3)
    chance = misclassification((50, 100), (26, 50), (25, 50))
    assert np.isnan(chance.estimate.value)
    assert "no correction can" in chance.estimate.reason
    low = misclassification((2, 100), (80, 100), (90, 100))
    assert low.estimate.value == 0
    assert low.checks[1].holds is False
    with pytest.raises(MdresearchError, match="7 of 5"):
        misclassification((7, 5), (1, 2), (1, 2))
