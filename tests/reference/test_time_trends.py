"""Monotone trends against R on one region of the simulated panel."""

from __future__ import annotations

from reference import agrees, data, value

from mdresearch.stats.time_trends import mann_kendall


def test_mann_kendall_and_sen():
    brazil = data("mdr_panel").query("region == 'BR'")
    theirs, tau = (
        value("churn_did_dose", "trend.mk.BR"),
        value("churn_did_dose", "trend.kendall.BR"),
    )
    fit = mann_kendall(brazil, "y", "month", autocorrelation="none")
    ours = [fit.s, fit.variance, fit.z, fit.slope.value, fit.tau]
    wanted = [theirs["S"], theirs["var"], theirs["z"], theirs["sen"], tau["tau"]]
    agrees("stats.mann_kendall", "churn_did_dose", "R", ours, wanted, rtol=1e-10)
