"""Meta-analysis against R's metafor on the 13 trials of BCG vaccine."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference import agrees, data, table, value

from mdresearch.stats.meta_analysis import meta

FILE, PACKAGE = "equiv_effects", "metafor"
EFFECTS = pd.DataFrame(value(FILE, "meta.es"))
LOOSE = {"PM": 1e-4, "ML": 1e-6, "REML": 1e-6, "EB": 1e-6}
"""metafor stops its iterations at a step of 1e-5 (PM: at .Machine$double.eps^0.25)."""


@pytest.mark.parametrize("method", ["FE", "DL", "HE", "SJ", "ML", "REML", "EB", "PM"])
def test_eight_estimators_of_the_variance_between_studies(method):
    theirs = value(FILE, f"meta.{method}")
    ours = meta(EFFECTS, "yi", "vi", method=method, test="z")
    row = ours.frame().iloc[0]
    rtol = LOOSE.get(method, 1e-10)
    agrees(
        f"stats.meta ({method})",
        FILE,
        PACKAGE,
        [row["estimate"], row["se"], row["low"], row["high"], ours.tau2.value, ours.q, ours.q_p],
        [theirs["b"], theirs["se"], *theirs["ci"], theirs["tau2"], theirs["Q"], theirs["Qp"]],
        rtol=rtol,
        atol=1e-300,
    )
    if method != "FE":
        agrees(
            f"stats.meta ({method})",
            FILE,
            PACKAGE,
            [100 * ours.i2, ours.h2, ours.tables["variances"]["se"].iloc[0]],
            [theirs["I2"], theirs["H2"], theirs["se.tau2"]],
            rtol=rtol,
        )


def test_knapp_hartung_errors_and_the_interval_of_tau_squared():
    theirs = value(FILE, "meta.REML.knha")
    ours = meta(EFFECTS, "yi", "vi")
    row = ours.frame().iloc[0]
    agrees(
        "stats.meta (Knapp-Hartung)",
        FILE,
        PACKAGE,
        [row["estimate"], row["se"], row["low"], row["high"], row["p"]],
        [theirs["b"], theirs["se"], *theirs["ci"], theirs["p"]],
        rtol=1e-6,
    )
    agrees(
        "stats.meta (Q-profile)",
        FILE,
        PACKAGE,
        [ours.tau2.low, ours.tau2.high],
        theirs["tau2.ci"],
        rtol=3e-4,
    )


def test_meta_regression_on_latitude():
    theirs = table(FILE, "meta.reg.ablat.knha", None)
    trials = EFFECTS.assign(ablat=data("bcg")["ablat"])
    ours = meta(trials, "yi", "vi", moderators="~ ablat").frame()
    pairs = {
        "estimate": "estimate", "se": "se", "statistic": "tval",
        "p": "pval", "low": "ci.lb", "high": "ci.ub",
    }  # fmt: skip
    for mine, name in pairs.items():
        rtol = 2e-4 if name == "pval" else 1e-4  # their tau squared stops at a step of 1e-5
        agrees("stats.meta (regression)", FILE, PACKAGE, ours[mine], theirs[name], rtol=rtol)
    assert np.array_equal(ours["df"], theirs["df"])


def test_effects_from_the_counts_of_the_trials():
    trials = data("bcg")
    risk = [trials[f"{arm}pos"] / (trials[f"{arm}pos"] + trials[f"{arm}neg"]) for arm in "tc"]
    agrees("log risk ratio", FILE, PACKAGE, np.log(risk[0] / risk[1]), EFFECTS["yi"], rtol=1e-10)
