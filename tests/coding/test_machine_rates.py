"""A model is a coder: its rates are corrected by people, and never stand for theirs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import mdresearch as md
from mdresearch.coding import code_rates, machine_coder
from mdresearch.core.errors import MdresearchError

CORE = md.Codebook.load("core")
MODEL = machine_coder("m", "1", "Code it.")
ME = MODEL["coder_id"][0]
CODERS = pd.concat(
    [MODEL[["coder_id", "kind"]], pd.DataFrame({"coder_id": ["r1", "r2"], "kind": "human"})]
)


def study(rng, n=600, works=24, share=0.3, truth=(0.5, 0.5), miss=(0.05, 0.35)):
    """Cliffhangers in two markets of equal truth; the model misses more of them in one."""
    rows, units = [], []
    effect = rng.normal(0, 0.5, works)
    for i in range(n):
        work = i % works
        side = work % 2
        market = ("CHN", "BRA")[side]
        p = 1 / (1 + np.exp(-(np.log(truth[side] / (1 - truth[side])) + effect[work])))
        real = rng.random() < p
        machine = rng.random() > miss[side] if real else rng.random() < 0.05
        unit = f"e{i}"
        units.append((unit, market, f"w{work}"))
        rows.append((unit, str(bool(machine)).lower(), ME))
        if rng.random() < share:
            rows.append((unit, str(bool(real)).lower(), "r1"))
    codes = pd.DataFrame(rows, columns=["unit_id", "value", "coder_id"]).assign(
        variable="has_cliffhanger", unit_type="episode", round="main"
    )
    return codes, pd.DataFrame(units, columns=["unit_id", "market", "work"])


def rates(codes, units, **more):
    options = {"units": units, "by": "market", "cluster": "work", "sampled": "random", **more}
    return code_rates(codes, CODERS, CORE, "has_cliffhanger", **options)


def test_the_corrected_difference_holds_its_size_where_the_naive_fails():
    rng = np.random.default_rng(7)
    corrected, naive = [], []
    runs = 150
    for _ in range(runs):
        got = rates(*study(rng))
        row = got.contrasts[got.contrasts["code"] == "true"].iloc[0]
        corrected.append(row["p"] < 0.05)
        table = got.table[got.table["code"] == "true"].set_index("group")
        spread = np.sqrt((table["naive"] * (1 - table["naive"]) / table["n_units"]).sum())
        naive.append(abs(row["naive"]) > 1.96 * spread)
    assert np.mean(corrected) <= 0.06 + 3 * np.sqrt(0.05 * 0.95 / runs)
    assert np.mean(naive) > 0.5


def test_the_interval_covers_the_truth():
    rng = np.random.default_rng(8)
    cover = []
    for _ in range(150):
        codes, units = study(rng, truth=(0.4, 0.4))
        got = rates(codes, units)
        table = got.table[got.table["code"] == "true"]
        truth = 0.404  # the mean over works of a logistic with standard deviation .5
        cover += list((table["low"] <= truth) & (truth <= table["high"]))
    assert np.mean(cover) >= 0.93 - 3 * np.sqrt(0.95 * 0.05 / len(cover))


def test_known_answer_by_hand():
    values = [
        ("u1", 1, 1),
        ("u2", 1, 0),
        ("u3", 0, 0),
        ("u4", 1, None),
        ("u5", 0, None),
        ("u6", 1, 1),
    ]
    rows = [(u, "true" if m else "false", ME) for u, m, _ in values]
    rows += [(u, "true" if h else "false", "r1") for u, _, h in values if h is not None]
    codes = pd.DataFrame(rows, columns=["unit_id", "value", "coder_id"]).assign(
        variable="has_cliffhanger"
    )
    got = code_rates(codes, CODERS, CORE, "has_cliffhanger", sampled="random")
    row = got.table.set_index("code").loc["true"]
    assert row["naive"] == pytest.approx(4 / 6)
    assert row[["n_units", "n_human"]].tolist() == [6, 4]
    errors = got.errors.set_index("code").loc["true"]
    assert errors[["both", "machine_only", "human_only", "neither"]].tolist() == [2, 1, 0, 1]
    assert errors["sensitivity"] == 1.0
    assert errors["specificity"] == 0.5
    turned = code_rates(codes[::-1], CODERS[::-1], CORE, "has_cliffhanger", sampled="random")
    assert turned.table.set_index("code").loc["true", "estimate"] == pytest.approx(row["estimate"])


def test_what_is_undefined_has_a_reason_and_an_unknown_sample_fails():
    codes, units = study(np.random.default_rng(1))
    lonely = codes[
        (codes["coder_id"] == ME)
        | codes["unit_id"].isin(units.loc[units["market"] == "CHN", "unit_id"])
    ]
    got = rates(lonely, units, sampled="unknown")
    row = got.table.set_index(["code", "group"]).loc[("true", "BRA")]
    assert np.isnan(row["estimate"])
    assert row["reason"]
    checks = {c.name: c for c in got.checks}
    assert checks["human_sample"].holds is False
    assert checks["enough_human_codes"].holds is False
    assert "not corrected" in got.apa()
    with pytest.raises(MdresearchError, match="No person coded any"):
        rates(codes[codes["coder_id"] == ME], units)
    with pytest.raises(MdresearchError, match=r"Say machine=.*none"):
        rates(codes[codes["coder_id"] != ME], units)
    with pytest.raises(MdresearchError, match="have no market or work"):
        rates(codes, units.iloc[:10])


def test_people_who_are_split_are_counted_and_roll_up_works():
    rows = [(f"u{i}", "wolf_alpha", ME) for i in range(6)]
    rows += [("u0", "domineering_ceo", "r1"), ("u0", "wolf_alpha", "r2")]
    rows += [(f"u{i}", "domineering_ceo", "r1") for i in range(1, 6)]
    codes = pd.DataFrame(rows, columns=["unit_id", "value", "coder_id"]).assign(
        variable="lead_archetype"
    )
    emic = code_rates(codes, CODERS, CORE, "lead_archetype", sampled="random")
    assert {c.name: c.holds for c in emic.checks}["ties"] is False
    etic = code_rates(codes, CODERS, CORE, "lead_archetype", sampled="random", at="etic")
    assert etic.table["code"].tolist() == ["possessive_sovereign"]
    assert etic.table["estimate"].tolist() == [1.0]


def test_a_model_is_known_by_version_and_prompt_and_never_pooled():
    assert ME.startswith("model:m@1#")
    assert machine_coder("m", "1", "Code it!")["coder_id"][0] != ME
    assert machine_coder("m", "1", "Code it.", seed=2)["coder_id"][0] != ME
    assert "Code it" not in MODEL.to_csv()
    codes, _ = study(np.random.default_rng(2), n=60, share=1.0)
    both = pd.concat([codes, codes[codes["coder_id"] == "r1"].assign(coder_id="r2")])
    held = both.assign(round="reliability")
    apart = md.agreement(held, CORE, coders=CODERS, n_boot=0).frame()
    people = md.agreement(
        held[held["coder_id"] != ME], CORE, coders=CODERS[CODERS["kind"] == "human"], n_boot=0
    ).frame()
    all_ = apart[apart["group"] == "all"]["alpha"].iloc[0]
    assert all_ == pytest.approx(people["alpha"].iloc[0])
