"""Cumulative link models against R's ordinal: five links, thresholds by group, scales, tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference import agrees, data, table, value

from mdresearch.stats import nominal_test, ordinal, scale_test

FILE, PACKAGE = "ordinal", "ordinal"
LINKS = ("logit", "probit", "cloglog", "loglog", "cauchit")
DIGITS = {"cauchit": 2e-4, "cloglog": 2e-8}  # R stops early on the flat likelihood of cauchit
# What is left to mixed models, and what is another spelling or a clock.
UNUSED = {
    "clmm": "random effects: not in this model",
    "cpu_s": "seconds in R",
    "polr": "MASS: the same model with the sign of the thresholds, errors from BFGS",
    "_meta": "versions",
}
USED: set[str] = set()


def ref(key: str) -> object:
    USED.add(key)
    return value(FILE, key)


def frame(key: str) -> pd.DataFrame:
    USED.add(key)
    return table(FILE, key)


def alike(fit, key, rtol=1e-7):
    """Compare estimates, errors and likelihood of a fit with an entry."""
    theirs = frame(key)
    ours = fit.frame()
    agrees("stats.ordinal", FILE, PACKAGE, ours["estimate"], theirs["Estimate"], rtol=rtol)
    agrees("stats.ordinal", FILE, PACKAGE, ours["se"], theirs["Std. Error"], rtol=rtol)
    likelihood(fit, key, max(rtol / 10, 1e-7) if "cauchit" in key else 1e-7)


def likelihood(fit, key, rtol=1e-7):
    theirs = ref(f"{key}.ll")
    agrees("stats.ordinal", FILE, PACKAGE, fit.loglik, theirs["logLik"], rtol=rtol)
    agrees("stats.ordinal", FILE, PACKAGE, fit.aic, theirs["AIC"], rtol=rtol)
    assert fit.n == theirs["nobs"]
    assert len(fit.coefficients) == theirs["df"]


@pytest.fixture
def wine():
    return data("wine")


@pytest.fixture
def viewing():
    held = data("mdr_viewing")
    return held.assign(exag_c=held["exag"] - 5)


@pytest.mark.parametrize("link", LINKS)
def test_five_links(wine, link):
    fit = ordinal("rating ~ temp + contact", wine, link=link)
    alike(fit, f"wine.clm.{link}", DIGITS.get(link, 1e-8))
    assert not [c for c in fit.checks if c.holds is False]


def test_likelihood_ratio_of_the_interaction(wine):
    rows = ref("wine.lrt")
    one, two = (ordinal(f"rating ~ temp {s} contact", wine) for s in "+*")
    agrees(
        "stats.ordinal", FILE, PACKAGE, 2 * (two.loglik - one.loglik), rows[1]["LR.stat"], rtol=1e-6
    )


def test_thresholds_by_contact(wine):
    fit = ordinal("rating ~ temp", wine, nominal="~ contact")
    likelihood(fit, "wine.clm.nominal")
    alpha = ref("wine.clm.nominal.alpha")
    theirs = frame("wine.clm.nominal")
    ours = fit.frame()
    agrees("stats.ordinal", FILE, PACKAGE, ours["estimate"][:8], list(alpha.values()), rtol=1e-6)
    agrees("stats.ordinal", FILE, PACKAGE, ours["se"], theirs["Std. Error"], rtol=1e-6)
    assert ours["term"][4] == "1|2: contact[T.yes]"


def test_scale_effects(wine):
    alike(ordinal("rating ~ temp + contact", wine, scale="~ temp"), "wine.clm.scale", 1e-6)
    soup = data("soup")
    soup = soup.assign(PROD=soup["PROD"].astype(str))
    fit = ordinal("SURENESS ~ PROD", soup, scale="~ PROD", link="probit")
    alike(fit, "soup.clm.scale.probit", 1e-6)


@pytest.mark.parametrize("kind", ["symmetric", "equidistant"])
def test_structured_thresholds(wine, kind):
    fit = ordinal("rating ~ temp + contact", wine, threshold=kind)
    likelihood(fit, f"wine.clm.thr.{kind}")
    theirs = frame(f"wine.clm.thr.{kind}")
    beta = ["temp[T.warm]", "contact[T.yes]"]
    ours = fit.frame().set_index("term").loc[beta]
    mine = theirs.loc[["tempwarm", "contactyes"]]
    agrees("stats.ordinal", FILE, PACKAGE, ours["estimate"], mine["Estimate"], rtol=1e-6)
    agrees("stats.ordinal", FILE, PACKAGE, ours["se"], mine["Std. Error"], rtol=1e-6)
    if kind == "equidistant":
        agrees(
            "stats.ordinal",
            FILE,
            PACKAGE,
            fit.frame()["estimate"][:2],
            theirs["Estimate"][:2],
            rtol=1e-6,
        )


def test_tests_of_each_term(wine):
    fit = ordinal("rating ~ temp + contact", wine)
    for ours, key in (
        (nominal_test(fit, wine), "wine.nominal_test"),
        (scale_test(fit, wine), "wine.scale_test"),
    ):
        theirs = frame(key).iloc[1:]
        for mine, name in (("loglik", "logLik"), ("lr", "LRT"), ("p", "Pr(>Chi)")):
            agrees("stats.nominal_test", FILE, PACKAGE, ours[mine], theirs[name], rtol=2e-5)
        assert ours["df"].tolist() == theirs["Df"].tolist()


def test_profile_intervals_and_predictions(wine):
    fit = ordinal("rating ~ temp + contact", wine)
    theirs = frame("wine.clm.confint")
    ours = fit.profile()
    agrees("CumulativeFit.profile", FILE, PACKAGE, ours[["low", "high"]], theirs, rtol=1e-4)
    rows = np.array(ref("wine.clm.predict"))
    agrees("CumulativeFit.predict", FILE, PACKAGE, fit.predict(wine.head(8)), rows, rtol=1e-6)


def test_regions_of_the_simulated_viewing(viewing):
    alike(ordinal("rating5 ~ region * exag_c", viewing), "mdr.clm", 1e-6)
    fit = ordinal("rating5 ~ region * exag_c", viewing, scale="~ region")
    theirs = frame("mdr.clm.scale")
    agrees("stats.ordinal", FILE, PACKAGE, fit.frame()["estimate"], theirs["Estimate"], rtol=1e-5)
    agrees("stats.ordinal", FILE, PACKAGE, fit.frame()["se"], theirs["Std. Error"], rtol=1e-5)
    likelihood(fit, "mdr.clm.scale")
    own = ordinal("rating5 ~ exag_c", viewing, nominal="~ region")
    likelihood(own, "mdr.clm.nominal")
    alpha, beta, se = (ref(f"mdr.clm.nominal.{k}") for k in ("alpha", "beta", "se"))
    theirs = [*alpha.values(), *beta.values()]
    agrees("stats.ordinal", FILE, PACKAGE, own.frame()["estimate"], theirs, rtol=1e-5)
    agrees("stats.ordinal", FILE, PACKAGE, own.frame()["se"], list(se.values()), rtol=1e-5)


def test_every_entry_is_used_or_left_out_for_a_reason():
    import json
    from pathlib import Path

    text = (Path(__file__).parent / "values" / "ordinal.json").read_text(encoding="utf-8")
    source = Path(__file__).read_text(encoding="utf-8")
    for key in json.loads(text):
        spelled = f'"{key}"' in source or any(
            key
            in (
                f"wine.clm.{one}",
                f"wine.clm.{one}.ll",
                f"wine.clm.thr.{one}",
                f"wine.clm.thr.{one}.ll",
            )
            for one in (*LINKS, "symmetric", "equidistant")
        )
        stem = key.removesuffix(".ll")
        spelled |= f'"{stem}"' in source
        spelled |= any(f"{stem.rpartition('.')[0]}.{{k}}" in source for _ in (0,))
        left = [why for part, why in UNUSED.items() if part in key]
        assert spelled or left, key
