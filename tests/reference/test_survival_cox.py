"""Cox regression against R's survival: lung, kidney, heart, mgus2 and simulated viewing."""

from __future__ import annotations

import json
import re

import numpy as np
import pytest
from reference import FOLDER, agrees, data, table, value

from mdresearch.stats import cox, proportional_hazards

FILE = "survival"
USED = {
    "lung.cox.efron", "lung.cox.efron.ll", "lung.cox.breslow", "lung.cox.breslow.ll", "lung.zph",
    "lung.concordance", "lung.cox.robust", "lung.cox.strat", "lung.cox.strat.inter",
    "lung.cox.cluster_inst", "lung.basehaz0", "kidney.cluster", "heart.tv.cox", "heart.tv.ll",
    "heart.tv.cluster", "mgus2.causespec1", "mgus2.causespec2", "mdr.cox", "mdr.cox.ll",
    "mdr.cox.cluster", "mdr.cox.strat_title",
}  # fmt: skip
UNUSED = {
    r"lung\.cox\.exact(\.ll)?": "the exact rule for ties is not offered",
    r"kidney\.(frailty|coxme).*|mdr\.(cox\.frailty|coxme).*": "no frailty model",
}
TERMS = "age + sex + `ph.ecog`"


@pytest.fixture(scope="module")
def lung():
    return data("lung").assign(ev=lambda d: (d["status"] == 2).astype(int))


@pytest.fixture(scope="module")
def viewing():
    return data("mdr_viewing").assign(
        ev=lambda d: (d["status"] == 1).astype(int), setup_c=lambda d: (d["setup"] - 30) / 10
    )


def like_r(term: str) -> str:
    return re.sub(r"\[T\.(\w+)\]", r"\1", term)


def compare(fit, key):
    """Compare coefficients, errors, z and p; a coefficient that R leaves out is nan here."""
    theirs = table(FILE, key).astype(float)
    ours = fit.frame().assign(term=lambda d: d["term"].map(like_r)).set_index("term")
    ours = ours.reindex(theirs.index)
    assert (ours["estimate"].isna() == theirs["coef"].isna()).all()
    ours, theirs = ours[theirs["coef"].notna().to_numpy()], theirs[theirs["coef"].notna()]
    naive = np.sqrt(np.diag(fit.naive_vcov))
    naive = naive[~np.isnan(naive)]
    order = [list(map(like_r, fit.frame().dropna()["term"])).index(t) for t in theirs.index]
    agrees("stats.cox", FILE, "survival", ours["estimate"], theirs["coef"], rtol=1e-7)
    agrees("stats.cox", FILE, "survival", naive[order], theirs["se(coef)"], rtol=1e-8)
    if "robust se" in theirs:
        agrees("stats.cox", FILE, "survival", ours["se"], theirs["robust se"], rtol=1e-8)
    agrees("stats.cox", FILE, "survival", ours["statistic"], theirs["z"], rtol=1e-7)
    agrees("stats.cox", FILE, "survival", ours["p"], theirs["Pr(>|z|)"], rtol=1e-6)
    agrees(
        "stats.cox", FILE, "survival",
        fit.hazard_ratios().dropna()["hazard_ratio"].to_numpy()[order], theirs["exp(coef)"],
        rtol=1e-7,
    )  # fmt: skip


def compare_loglik(fit, key):
    ours = [fit.provenance["loglik_null"], fit.loglik]
    agrees("stats.cox", FILE, "survival", ours, value(FILE, key), rtol=1e-12)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_rules_for_ties(lung, ties):
    fit = cox(TERMS, lung, time="time", event="ev", ties=ties)
    compare(fit, f"lung.cox.{ties}")
    compare_loglik(fit, f"lung.cox.{ties}.ll")
    assert (fit.n, fit.n_events) == (227, 164)


def test_sandwich_of_rows(lung):
    compare(cox(TERMS, lung, time="time", event="ev", robust=True), "lung.cox.robust")


def test_sandwich_of_clusters(lung):
    fit = cox(TERMS, lung, time="time", event="ev", cluster="inst")
    compare(fit, "lung.cox.cluster_inst")
    compare(cox("age + sex", data("kidney"), time="time", event="status", cluster="id"),
            "kidney.cluster")  # fmt: skip


def test_strata(lung):
    compare(cox("age + `ph.ecog`", lung, time="time", event="ev", strata="sex"), "lung.cox.strat")
    two = lung.assign(woman=(lung["sex"] == 2) * 1)
    fit = cox(
        "age + `ph.ecog` + age:woman + `ph.ecog`:woman", two, time="time", event="ev", strata="sex"
    )
    theirs = table(FILE, "lung.cox.strat.inter")
    agrees("stats.cox", FILE, "survival", fit.frame()["estimate"], theirs["coef"], rtol=1e-8)
    agrees("stats.cox", FILE, "survival", fit.frame()["se"], theirs["se(coef)"], rtol=1e-8)
    agrees("stats.cox", FILE, "survival", fit.frame()["p"], theirs["Pr(>|z|)"], rtol=1e-7)


def test_intervals_with_covariates_that_change():
    terms = "age + year + surgery + transplant"
    rows = data("heart")
    fit = cox(terms, rows, time="stop", start="start", event="event")
    compare(fit, "heart.tv.cox")
    compare_loglik(fit, "heart.tv.ll")
    compare(cox(terms, rows, time="stop", start="start", event="event", cluster="id"),
            "heart.tv.cluster")  # fmt: skip


def test_causes():
    rows = data("mgus2").assign(
        etime=lambda d: np.where(d["pstat"] == 0, d["futime"], d["ptime"]),
        cause=lambda d: np.where(d["pstat"] == 0, 2 * d["death"], 1),
    )
    rows = rows[["etime", "cause", "age", "sex", "hgb", "mspike"]].dropna()
    for cause in (1, 2):
        one = rows.assign(ev=(rows["cause"] == cause) * 1)
        compare(cox("age + sex + hgb", one, time="etime", event="ev"), f"mgus2.causespec{cause}")


def test_regions(viewing):
    fit = cox("region * setup_c", viewing, time="time", event="ev")
    compare(fit, "mdr.cox")
    compare_loglik(fit, "mdr.cox.ll")
    terms = "region * setup_c"
    compare(cox(terms, viewing, time="time", event="ev", cluster="viewer"), "mdr.cox.cluster")
    fit = cox(terms, viewing, time="time", event="ev", strata="title")
    compare(fit, "mdr.cox.strat_title")
    assert "setup_c" in {c.name: c for c in fit.checks}["estimable_terms"].evidence


def test_concordance_and_its_variance(lung):
    found = cox(TERMS, lung, time="time", event="ev").concordance
    theirs = value(FILE, "lung.concordance")
    variance = ((found.high - found.value) / 1.959963984540054) ** 2
    agrees(
        "stats.cox", FILE, "survival", [found.value, variance],
        [theirs["concordance"], theirs["var"]], rtol=1e-10,
    )  # fmt: skip


def test_baseline_hazard(lung):
    fit = cox(TERMS, lung, time="time", event="ev")
    theirs = table(FILE, "lung.basehaz0")
    at = np.searchsorted(fit.baseline["time"], theirs["time"], side="right") - 1
    ours = fit.baseline["cumulative_hazard"].to_numpy()[at]
    agrees("stats.cox", FILE, "survival", ours, theirs["hazard"], rtol=1e-7)


def test_proportional_hazards(lung):
    theirs = table(FILE, "lung.zph")
    ours = proportional_hazards(cox(TERMS, lung, time="time", event="ev")).frame()
    assert ours["term"].tolist() == theirs.index.tolist()
    for mine, column in (("statistic", "chisq"), ("df", "df"), ("p", "p")):
        agrees(
            "stats.proportional_hazards", FILE, "survival", ours[mine], theirs[column], rtol=1e-7
        )


def test_every_reference_number_is_used_or_listed():
    keys = json.loads((FOLDER / "values" / f"{FILE}.json").read_text(encoding="utf-8"))
    mine = re.compile(
        r"lung\.(cox|zph|concordance|basehaz0).*|(kidney|heart|mdr\.cox).*|.*causespec\d"
    )
    for key in filter(mine.fullmatch, keys):
        listed = any(re.fullmatch(pattern, key) for pattern in UNUSED)
        assert (key in USED) != listed, key
    assert set(keys) >= USED
