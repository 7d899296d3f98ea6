"""Survival against R: survival, survRM2 on the lung data and on simulated viewing."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from reference import FOLDER, agrees, data, table, value

from mdresearch.stats.survival_models import kaplan_meier, rmst
from mdresearch.stats.survival_models.mean_times import restricted_mean

FILE = "survival"
USED = {
    "lung.km", "lung.km.median", "lung.km.n365.logci", "lung.logrank", "lung.petoprentice.rho1",
    "lung.logrank.strat", "lung.rmst365", "mdr.rmst120", "mdr.rmst120.CNvsUS",
}  # fmt: skip
UNUSED = {
    r"_meta|cpu_s\..*": "not results",
    r"lung\.(cox|zph|concordance|basehaz0).*|(heart|kidney\.cluster|mgus2\.causespec).*": "in test_survival_cox.py",
    r"mdr\.cox(\.ll|\.cluster|\.strat_title)?": "in test_survival_cox.py",
    r"kidney\.(frailty|coxme).*|mdr\.cox(\.frailty|me).*": "no frailty model",
    r"lung\.aft.*": "no accelerated failure time model yet",
    r".*\.(cuminc|finegray)": "no competing risks yet",
    r"mdr\.dth.*": "no discrete-time hazard yet",
    r"lung\.rmst365\.adj.*": "no restricted mean with covariates yet",
}


@pytest.fixture(scope="module")
def lung():
    return data("lung").assign(ev=lambda d: (d["status"] == 2).astype(int))


@pytest.fixture(scope="module")
def viewing():
    return data("mdr_viewing").assign(
        ev=lambda d: (d["status"] == 1).astype(int), setup_c=lambda d: (d["setup"] - 30) / 10
    )


def test_kaplan_meier(lung):
    theirs = table(FILE, "lung.km", None)
    curves = kaplan_meier(lung, "time", "ev", "sex")
    ours = curves.at([90, 180, 365, 730])
    for mine, column in (("survival", "surv"), ("se", "se"), ("low", "lower"), ("high", "upper")):
        agrees("stats.kaplan_meier", FILE, "survival", ours[mine], theirs[column], rtol=1e-10)
    theirs = table(FILE, "lung.km.median")
    for mine, column in (("median", "median"), ("low", "0.95LCL"), ("high", "0.95UCL"),
                         ("n", "records"), ("n_events", "events")):  # fmt: skip
        agrees(
            "stats.kaplan_meier", FILE, "survival", curves.medians[mine], theirs[column], rtol=1e-10
        )
    means = [
        restricted_mean(
            d["time"].to_numpy(float), d["ev"].to_numpy() == 1, np.full(len(d), -np.inf), 1022
        )
        for _, d in lung.groupby("sex")
    ]
    agrees("stats.rmst", FILE, "survival", [m for m, _ in means], theirs["rmean"], rtol=1e-10)
    errors = [v**0.5 for _, v in means]
    agrees("stats.rmst", FILE, "survival", errors, theirs["se(rmean)"], rtol=1e-10)


def test_kaplan_meier_with_log_intervals(lung):
    theirs = value(FILE, "lung.km.n365.logci")
    ours = kaplan_meier(lung, "time", "ev", conf="log").at([365]).iloc[0]
    agrees(
        "stats.kaplan_meier", FILE, "survival", ours[["survival", "low", "high"]],
        [theirs[k] for k in ("surv", "lower", "upper")], rtol=1e-10,
    )  # fmt: skip


def test_log_rank(lung):
    theirs = value(FILE, "lung.logrank")
    plain = kaplan_meier(lung, "time", "ev", "sex").test
    early = kaplan_meier(lung, "time", "ev", "sex", rho=1).test
    within = kaplan_meier(lung, "time", "ev", "sex", strata="ph.ecog").test
    agrees(
        "stats.kaplan_meier", FILE, "survival",
        [plain.statistic, plain.p, early.statistic, within.statistic],
        [theirs["chisq"], theirs["p"], value(FILE, "lung.petoprentice.rho1"),
         value(FILE, "lung.logrank.strat")], rtol=1e-10,
    )  # fmt: skip


def compare_pairs(fit, theirs):
    names = ("differences", "ratios", "lost_ratios")
    for row, name in zip(theirs, names, strict=True):
        ours = fit.tables[name].iloc[0][["estimate", "low", "high", "p"]]
        agrees(
            "stats.rmst", FILE, "survRM2", ours,
            [row[k] for k in ("Est.", "lower .95", "upper .95", "p")], rtol=1e-9,
        )  # fmt: skip


def test_restricted_means_of_two_arms(lung):
    theirs = value(FILE, "lung.rmst365")
    fit = rmst(lung, "time", "ev", "sex", tau=365)
    ours = fit.frame()[["estimate", "se", "low", "high"]].to_numpy()
    for row, arm in zip(ours, ("arm0", "arm1"), strict=True):
        row_r = [theirs[arm][0][k] for k in ("Est.", "se", "lower .95", "upper .95")]
        agrees("stats.rmst", FILE, "survRM2", row, row_r, rtol=1e-10)
    agrees(
        "stats.rmst", FILE, "survRM2", np.diag(fit.vcov), [theirs["var0"], theirs["var1"]],
        rtol=1e-10,
    )  # fmt: skip
    compare_pairs(fit, theirs["unadj"])


def test_restricted_means_of_four_regions(viewing):
    theirs = value(FILE, "mdr.rmst120")
    fit = rmst(viewing, "time", "ev", "region", tau=120).frame().set_index("term")
    for region, row in theirs.items():
        ours = fit.loc[region, ["estimate", "se"]]
        agrees("stats.rmst", FILE, "survival", ours, [row["rmst"], row["se"]], rtol=1e-10)
    two = viewing.query("region in ('US', 'CN')").assign(cn=lambda d: (d["region"] == "CN") * 1)
    compare_pairs(rmst(two, "time", "ev", "cn", tau=120), value(FILE, "mdr.rmst120.CNvsUS"))


def test_every_reference_number_is_used_or_listed():
    keys = json.loads((FOLDER / "values" / f"{FILE}.json").read_text(encoding="utf-8"))
    for key in keys:
        listed = any(re.fullmatch(pattern, key) for pattern in UNUSED)
        assert (key in USED) != listed, key
