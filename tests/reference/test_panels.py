"""Panels against R: nlme, sandwich and clubSandwich on a simulated panel of four regions."""

from __future__ import annotations

import numpy as np
import pytest
from reference import agrees, data, table, value

from mdresearch.stats.panels import difference_in_differences, segmented

FILE = "churn_did_dose"
# R's terms from ours: its slope change counts from month 18, its constant from month 0.
TO_R = np.array([[1, -1, 0, 0], [0, 1, 0, 0], [0, 0, 1, -1], [0, 0, 0, 1]], dtype=float)


def in_terms_of_r(fit):
    beta = TO_R @ fit.frame()["estimate"].to_numpy()
    return beta, np.sqrt(np.diag(TO_R @ fit.vcov.to_numpy() @ TO_R.T))


@pytest.fixture(scope="module")
def brazil():
    return data("mdr_panel").query("region == 'BR'")


@pytest.mark.parametrize(
    ("key", "package", "options"),
    [
        ("its.ols", "R", {"errors": "independent"}),
        ("its.nw3", "sandwich", {"errors": "newey_west", "lags": 3}),
    ],
)
def test_segments_by_least_squares(brazil, key, package, options):
    theirs = table(FILE, key)
    beta, se = in_terms_of_r(segmented(brazil, "y", "month", 19, **options))
    agrees("stats.segmented", FILE, package, beta, theirs["Estimate"], rtol=1e-10)
    agrees("stats.segmented", FILE, package, se, theirs["Std. Error"], rtol=1e-10)


@pytest.mark.parametrize("restricted", [True, False])
def test_segments_with_autocorrelation(brazil, restricted):
    theirs = value(FILE, f"its.gls_ar1.{'reml' if restricted else 'ml'}")
    fit = segmented(brazil, "y", "month", 19, restricted=restricted)
    beta, se = in_terms_of_r(fit)
    agrees("stats.segmented", FILE, "nlme", beta, [r["Value"] for r in theirs["coef"]], rtol=1e-6)
    agrees("stats.segmented", FILE, "nlme", se, [r["Std.Error"] for r in theirs["coef"]], rtol=1e-6)
    agrees("stats.segmented", FILE, "nlme", fit.provenance["phi"], theirs["phi"], rtol=1e-6)
    if not restricted:
        agrees("stats.segmented", FILE, "nlme", fit.loglik, theirs["ll"], rtol=1e-7)


def test_durbin_watson(brazil):
    fit = segmented(brazil, "y", "month", 19, errors="independent")
    agrees(
        "stats.segmented", FILE, "lmtest", fit.provenance["durbin_watson"], value(FILE, "its.dw"),
        rtol=1e-10,
    )  # fmt: skip


def test_difference_in_differences_with_three_kinds_of_errors():
    theirs, small = value(FILE, "did.twfe"), value(FILE, "did.twfe.CR2test")[0]
    panel = data("mdr_panel").assign(did=lambda d: d["post"] * d["treated"])
    fit = difference_in_differences(panel, "y", "region", "month", "did")
    row, errors = fit.frame().iloc[0], fit.tables["errors"].set_index("term")["se"]
    method = "stats.difference_in_differences"
    agrees(method, FILE, "R", row["estimate"], theirs["coef"], rtol=1e-10)
    agrees(method, FILE, "R", errors["independent"], theirs["se_iid"], rtol=1e-10)
    agrees(method, FILE, "sandwich", errors["CR1"], theirs["se_cl_HC1"], rtol=1e-10)
    agrees(method, FILE, "clubSandwich", row["se"], theirs["se_cl_CR2"], rtol=1e-10)
    ours = [row["statistic"], row["df"], row["p"]]
    agrees(
        method, FILE, "clubSandwich", ours, [small[k] for k in ("tstat", "df_Satt", "p_Satt")],
        rtol=1e-9,
    )  # fmt: skip
