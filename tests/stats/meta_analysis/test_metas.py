"""Pooling effects: what does not change the answer, what it finds, what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as sps

from mdresearch.core.errors import DataError, MdresearchError, StatisticsError
from mdresearch.stats.meta_analysis import meta
from mdresearch.stats.meta_analysis.multilevel import fit_levels


def made(seed: int, k: int, tau: float, mu: float = 0.3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    v = rng.uniform(0.01, 0.08, k)
    y = mu + tau * rng.standard_normal(k) + np.sqrt(v) * rng.standard_normal(k)
    return pd.DataFrame({"g": y, "v": v, "country": [f"c{i}" for i in range(k)]})


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-5, 5))
def test_order_scale_and_origin_of_effects_do_not_matter(seed, scale, shift):
    table = made(seed, 9, 0.2)
    plain = meta(table, "g", "v")
    turned = meta(table.sample(frac=1, random_state=seed), "g", "v")
    moved = meta(table.assign(g=shift + scale * table["g"], v=scale**2 * table["v"]), "g", "v")
    assert turned.tau2.value == pytest.approx(plain.tau2.value, abs=1e-9)
    a, b = plain.frame().iloc[0], moved.frame().iloc[0]
    assert b["estimate"] == pytest.approx(shift + scale * a["estimate"], rel=1e-6, abs=1e-6 * scale)
    assert b["se"] == pytest.approx(scale * a["se"], rel=1e-5)
    assert moved.i2 == pytest.approx(plain.i2, abs=1e-5)


def test_equal_errors_and_knapp_hartung_are_the_one_sample_t_test():
    y = np.array([0.1, 0.5, 0.9, 0.2, 0.7])
    row = meta(pd.DataFrame({"y": y, "v": 0.01}), "y", "v").frame().iloc[0]
    t = sps.ttest_1samp(y, 0)
    assert (row["statistic"], row["p"]) == pytest.approx((t.statistic, t.pvalue))


def test_effects_with_no_spread_have_no_variance_between_them_and_say_so():
    fit = meta(pd.DataFrame({"y": [0.2, 0.2, 0.2, 0.2], "v": [0.1, 0.2, 0.1, 0.3]}), "y", "v")
    assert fit.tau2.value == 0
    assert fit.i2 == 0
    failed = {check.name for check in fit.checks if check.holds is False}
    assert failed == {"enough_studies", "rescaled_error"}


def test_standard_errors_are_squared_and_rows_without_them_counted():
    table = made(3, 8, 0.2)
    given_se = table.assign(se=np.sqrt(table["v"]))
    assert meta(given_se, "g", se="se").frame().equals(
        meta(table, "g", "v").frame()
    ) or np.allclose(
        meta(given_se, "g", se="se").frame()["estimate"], meta(table, "g", "v").frame()["estimate"]
    )
    short = meta(table.assign(v=table["v"].where(table.index != 2)), "g", "v")
    assert short.n == 7
    assert "1 left out for missing values (v 1)" in short.checks[0].evidence


def test_two_levels_maximise_the_likelihood_written_out_in_full():
    rng = np.random.default_rng(8)
    study = np.repeat(np.arange(10), 4)
    v = rng.uniform(0.01, 0.05, 40)
    y = 0.4 * rng.standard_normal(10)[study] + 0.2 * rng.standard_normal(40)
    y = y + np.sqrt(v) * rng.standard_normal(40)
    fit = fit_levels(y, v, np.ones((40, 1)), study)
    same = study[:, None] == study[None, :]

    def height(between: float, within: float) -> float:
        sigma = np.diag(v + within) + between * same
        inverse = np.linalg.inv(sigma)
        weight = inverse.sum()
        mean = (inverse @ y).sum() / weight
        gap = y - mean
        free = -0.5 * (39 * np.log(2 * np.pi) + np.linalg.slogdet(sigma)[1] + gap @ inverse @ gap)
        return free - 0.5 * np.log(weight) + 0.5 * np.log(40)

    best = height(*fit.variances)
    assert fit.loglik == pytest.approx(best, abs=1e-9)
    for step in (0.98, 1.02):
        assert height(fit.variances[0] * step, fit.variances[1]) < best
        assert height(fit.variances[0], fit.variances[1] * step) < best


def test_a_country_with_many_effects_does_not_count_as_many_countries():
    table = made(4, 8, 0.4)
    many = pd.concat([table] * 10, ignore_index=True)
    pooled = meta(many, "g", "v").frame().iloc[0]
    levels = meta(many, "g", "v", cluster="country")
    assert levels.frame()["se"].iloc[0] > 2 * pooled["se"]
    assert levels.frame()["df"].iloc[0] == 7
    assert levels.tables["variances"]["variance"].tolist()[1] < 1e-6


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"v": [0.1, 0.0, 0.1, 0.1]}, {"variance": "v"}, "Row 1: 'v' is 0.0"),
        ({}, {"variance": "v", "se": "v"}, "Give the errors once"),
        ({}, {}, "Give the errors once"),
        ({}, {"variance": "w"}, "needs a column 'w'"),
        ({}, {"variance": "v", "method": "REMLL"}, "Did you mean 'REML'"),
        ({}, {"variance": "v", "test": "t"}, "Known: knapp_hartung, z"),
        ({}, {"variance": "v", "moderators": "~ y + I(y)"}, "not allowed"),
        ({}, {"variance": "v", "cluster": "name"}, "No 'name' gave two effects"),
        ({"y": [0.1, None, None, None]}, {"variance": "v"}, "1 effects cannot carry 1"),
    ],
)
def test_what_cannot_be_pooled_is_refused(change, options, message):
    table = pd.DataFrame({"y": [0.1, 0.3, 0.2, 0.4], "v": [0.1] * 4, "name": list("abcd")})
    with pytest.raises(MdresearchError, match=message):
        meta(table.assign(**change), "y", **options)


def test_the_sentence_says_what_a_new_study_may_show():
    said = meta(made(5, 12, 0.3), "g", "v", label="country").apa()
    assert "k = 12" in said
    assert "effect in a new study" in said


def test_intervals_of_knapp_hartung_cover_where_z_does_not():
    rng = np.random.default_rng(2026)
    hits = {"knapp_hartung": 0, "z": 0}
    for _ in range(300):
        v = rng.uniform(0.01, 0.08, 6)
        y = 0.3 + 0.3 * rng.standard_normal(6) + np.sqrt(v) * rng.standard_normal(6)
        for test in hits:
            row = meta(pd.DataFrame({"y": y, "v": v}), "y", "v", test=test).frame().iloc[0]
            hits[test] += row["low"] <= 0.3 <= row["high"]
    error = 3 * np.sqrt(0.95 * 0.05 / 300)
    assert abs(hits["knapp_hartung"] / 300 - 0.95) < error
    assert hits["z"] < hits["knapp_hartung"]


def test_errors_are_of_the_documented_kinds():
    with pytest.raises(DataError):
        meta(pd.DataFrame({"y": [1.0], "v": [1.0]}), "z", "v")
    with pytest.raises(StatisticsError):
        meta(pd.DataFrame({"y": [1.0, 2.0], "v": [1.0, 1.0]}), "y", "v", method="ML", cluster="y")
