"""Cumulative models: what must not change them, what must be found, what must be said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats

from mdresearch.core.errors import MdresearchError
from mdresearch.stats import nominal_test, ordinal
from mdresearch.stats.ordinal_models.cumulative_cells import cells_of, derivatives, loglik
from mdresearch.stats.ordinal_models.links import LINKS, between

REGIONS = ("BRA", "CHN", "MEX", "USA")


def ratings(n=1200, seed=1, spread=None, shift=None):
    """Ratings on five points with a known truth: region effects 0, .5, -.5, 1 on the logit."""
    rng = np.random.default_rng(seed)
    region = rng.choice(REGIONS, n)
    effect = dict(zip(REGIONS, (0, 0.5, -0.5, 1.0), strict=True))
    x = rng.normal(size=n)
    latent = np.array([effect[r] for r in region]) + 0.7 * x
    scale = np.array([(spread or {}).get(r, 1.0) for r in region])
    latent = latent + scale * rng.logistic(size=n)
    cuts = np.array([-2.0, -0.7, 0.7, 2.0])
    own = np.array([(shift or {}).get(r, 0.0) for r in region])
    y = 1 + (latent[:, None] > cuts + own[:, None] * np.array([1, 0, 0, 0])).sum(axis=1)
    return pd.DataFrame({"y": y, "region": region, "x": x})


def test_the_truth_is_recovered():
    fit = ordinal("y ~ region + x", ratings(20_000))
    told = fit.frame().set_index("term")
    for term, truth in {"region[T.CHN]": 0.5, "region[T.USA]": 1.0, "x": 0.7}.items():
        assert abs(told.loc[term, "estimate"] - truth) < 4 * told.loc[term, "se"]
    assert np.allclose(fit.thresholds["estimate"], [-2.0, -0.7, 0.7, 2.0], atol=0.12)


@pytest.mark.parametrize("options", [{}, {"nominal": "~ region"}, {"scale": "~ region"}])
def test_order_of_rows_and_counting_change_nothing(options):
    frame = ratings()
    formula = "y ~ x" if options.get("nominal") else "y ~ region + x"
    one = ordinal(formula, frame, **options)
    two = ordinal(formula, frame.sample(frac=1, random_state=3), **options)
    np.testing.assert_allclose(
        one.frame()["estimate"], two.frame()["estimate"], rtol=1e-6, atol=1e-8
    )
    twice = pd.concat([frame, frame]).assign(w=0.5)
    half = ordinal(formula, twice, weights="w", **options)
    np.testing.assert_allclose(one.frame()["se"], half.frame()["se"], rtol=1e-6)
    assert one.loglik == pytest.approx(half.loglik)


def test_rescaling_and_relabelling():
    frame = ratings()
    fit = ordinal("y ~ region + x", frame).frame().set_index("term")
    other = ordinal("y ~ region + x", frame.assign(x=frame["x"] * 10)).frame().set_index("term")
    assert other.loc["x", "estimate"] == pytest.approx(fit.loc["x", "estimate"] / 10)
    turned = ordinal("y ~ region + x", frame.assign(y=6 - frame["y"])).frame().set_index("term")
    assert turned.loc["x", "estimate"] == pytest.approx(-fit.loc["x", "estimate"])
    assert turned.loc["1|2", "estimate"] == pytest.approx(-fit.loc["4|5", "estimate"])
    words = pd.Categorical.from_codes(frame["y"] - 1, list("abcde"), ordered=True)
    named = ordinal("y ~ region + x", frame.assign(y=words)).frame()
    assert named["term"][0] == "a|b"
    assert named["estimate"].to_numpy() == pytest.approx(fit["estimate"].to_numpy())


@pytest.mark.parametrize("link", LINKS)
def test_derivatives_are_those_of_the_likelihood(link):
    rng = np.random.default_rng(5)
    n = 60
    codes = rng.integers(0, 4, n)
    codes[:4] = range(4)
    parts = [rng.normal(size=(n, k)) for k in (2, 1, 1)]
    cells = cells_of(codes, *parts, np.eye(3))
    theta = np.array([-1.0, 0.2, 1.1, 0.05, 0.02, -0.03, 0.3, -0.2, 0.1])
    held = LINKS[link]
    _, gradient, hessian = derivatives(cells, held, theta)
    step = 1e-5
    for k in range(len(theta)):
        d = np.zeros(len(theta))
        d[k] = step
        rise = (loglik(cells, held, theta + d) - loglik(cells, held, theta - d)) / (2 * step)
        assert gradient[k] == pytest.approx(rise, rel=1e-5, abs=1e-6)
        change = derivatives(cells, held, theta + d)[1] - derivatives(cells, held, theta - d)[1]
        np.testing.assert_allclose(hessian[k], change / (2 * step), rtol=2e-4, atol=1e-4)


@pytest.mark.parametrize("link", LINKS)
def test_links_are_distributions(link):
    held = LINKS[link]
    x = np.linspace(-6, 6, 401)
    np.testing.assert_allclose(held.cdf(x) + held.sf(x), 1, atol=1e-12)
    np.testing.assert_allclose(np.gradient(held.cdf(x), x)[1:-1], held.pdf(x)[1:-1], atol=2e-3)
    np.testing.assert_allclose(held.cdf(held.quantile(np.array([0.1, 0.5, 0.9]))), [0.1, 0.5, 0.9])
    far = between(held, np.array([20.0]), np.array([21.0]))
    assert far[0] >= 0
    if link == "probit":
        assert far[0] == pytest.approx(scipy_stats.norm.sf(20.0), rel=1e-6)


def test_probabilities_sum_to_one_and_unseen_levels_are_named():
    frame = ratings()
    fit = ordinal("y ~ x", frame, nominal="~ region", scale="~ region")
    p = fit.predict(frame.head(20))
    assert p.columns.tolist() == [1, 2, 3, 4, 5]
    np.testing.assert_allclose(p.sum(axis=1), 1)
    with pytest.raises(MdresearchError, match="'JPN', which the model has not seen"):
        fit.predict(frame.head(2).assign(region="JPN"))


def test_planted_thresholds_and_spread_are_found():
    frame = ratings(6000, shift={"CHN": 0.9})
    test = nominal_test(ordinal("y ~ region + x", frame), frame).set_index("term")
    assert test.loc["region", "p"] < 1e-6
    assert test.loc["x", "p"] > 0.001
    frame = ratings(6000, spread={"BRA": 1.0, "USA": 1.6})
    fit = ordinal("y ~ region + x", frame, scale="~ region").frame().set_index("term")
    assert fit.loc["scale: region[T.USA]", "estimate"] == pytest.approx(np.log(1.6), abs=0.12)


def test_the_size_of_the_likelihood_ratio_test():
    p = []
    for seed in range(200):
        frame = ratings(250, seed=seed)
        frame["noise"] = np.random.default_rng(9000 + seed).normal(size=len(frame))
        fit = ordinal("y ~ region + x + noise", frame)
        p.append(fit.frame().set_index("term").loc["noise", "p"])
    share = np.mean(np.array(p) < 0.05)
    assert share < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 200)


def test_separation_and_empty_cells_are_said():
    frame = ratings(300)
    apart = frame.assign(flag=(frame["y"] == 5).astype(float))
    fit = ordinal("y ~ flag", apart)
    checks = {c.name: c for c in fit.checks}
    assert checks["converged"].holds is False
    assert "separated" in checks["converged"].evidence
    empty = frame[~((frame["region"] == "CHN") & (frame["y"] == 3))]
    checks = {c.name: c for c in ordinal("y ~ x", empty, nominal="~ region").checks}
    assert checks["no_empty_category"].holds is False


def test_missing_rows_are_counted():
    frame = ratings(200)
    frame.loc[:9, "x"] = np.nan
    fit = ordinal("y ~ region + x", frame)
    assert fit.n == 190
    told = {c.name: c for c in fit.checks}["complete_rows"]
    assert told.holds is False
    assert "10 left out" in told.evidence


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f.assign(y=1), "1 categories with data"),
        (lambda f: f.assign(y=np.where(f["y"] > 3, 2, 1)), "2 categories.*binary model"),
        (lambda f: f.assign(y=np.arange(len(f))), "categories with data; 3 to 50"),
        (lambda f: f.assign(y=f["y"].astype(str)), "text, which has no order"),
        (lambda f: f.assign(y=pd.Categorical(f["y"])), "categorical without an order"),
        (lambda f: f.drop(columns="x"), "needs a column 'x'"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, words):
    with pytest.raises(MdresearchError, match=words):
        ordinal("y ~ region + x", change(ratings(100)))


def test_options_that_are_not_there_are_named():
    with pytest.raises(MdresearchError, match=r"link.*logit, probit"):
        ordinal("y ~ x", ratings(60), link="tobit")
    with pytest.raises(MdresearchError, match="threshold='flexible'"):
        ordinal("y ~ x", ratings(60), nominal="~ region", threshold="equidistant")
