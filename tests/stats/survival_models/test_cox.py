"""Cox regression: known answers, what must not matter, and what is said where it breaks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats import cox, proportional_hazards
from mdresearch.stats.survival_models.concordances import below
from mdresearch.stats.survival_models.cox_cells import cox_cells
from mdresearch.stats.survival_models.cox_fits import fit_cells
from mdresearch.stats.survival_models.cox_likelihood import Likelihood, efron_sums

OUTCOME = {"time": "t", "event": "left"}


def viewers(seed=3, n=160, whole=True):
    rng = np.random.default_rng(seed)
    region, twist = rng.choice(["BR", "ID", "US"], n), rng.normal(size=n)
    lasts = rng.exponential(12 * np.exp(-0.4 * twist + 0.3 * (region == "US")))
    watched = rng.uniform(3, 40, n)
    time = np.minimum(lasts, watched)
    return pd.DataFrame(
        {
            "t": np.ceil(time) if whole else time,
            "left": (lasts <= watched) * 1,
            "region": region,
            "twist": twist,
            "title": rng.integers(12, size=n),
            "w": rng.uniform(0.5, 2, n),
        }
    )


def check(fit, name):
    return {c.name: c for c in fit.checks}[name]


def same(a, b, columns=("estimate", "se", "statistic", "p"), rel=1e-7):
    for column in columns:
        assert a.frame()[column].tolist() == pytest.approx(b.frame()[column].tolist(), rel=rel)


# Known answers


def test_two_groups_without_ties_by_hand():
    """Times 1 (x=0), 2 (x=1), 3 (x=0, censored): l(b) = -log(2 + e^b) + b - log(1 + e^b)."""
    table = pd.DataFrame({"t": [1, 2, 3], "left": [1, 1, 0], "x": [0, 1, 0]})
    fit = cox("x", table, **OUTCOME)
    b = math.log(math.sqrt(2))  # 1 = r/(2+r) + r/(1+r) gives r^2 = 2
    assert fit.frame()["estimate"].item() == pytest.approx(b, rel=1e-10)
    r = math.exp(b)
    assert fit.loglik == pytest.approx(-math.log(2 + r) + b - math.log(1 + r), rel=1e-12)
    variance = 1 / (2 * r / (2 + r) ** 2 + r / (1 + r) ** 2)
    assert fit.vcov.iloc[0, 0] == pytest.approx(variance, rel=1e-10)
    assert fit.baseline["hazard"].tolist() == pytest.approx([1 / (2 + r), 1 / (1 + r)])
    assert fit.tables["tests"]["df"].tolist() == [1, 1, 1]


def weighted():
    """Nine rows with weights, ties and an event tied with a censoring."""
    return pd.DataFrame(
        {
            "t": [1, 1, 2, 2, 2, 2, 3, 4, 5],
            "left": [1, 0, 1, 1, 1, 0, 0, 1, 0],
            "x": [2, 0, 1, 1, 0, 1, 0, 1, 0],
            "w": [1, 2, 3, 4, 3, 2, 1, 2, 1],
        }
    )


def test_weights_and_ties_by_hand():
    """Breslow's likelihood of the nine rows in closed form, at its maximum."""
    fit = cox("x", weighted(), **OUTCOME, weights="w", ties="breslow")
    b = fit.frame()["estimate"].item()
    r = math.exp(b)

    def loglik(r):
        first, second = math.log(r * r + 11 * r + 7), math.log(11 * r + 5)
        return 11 * math.log(r) - first - 10 * second - 2 * math.log(2 * r + 1)

    assert fit.loglik == pytest.approx(loglik(r), rel=1e-12)
    assert loglik(r) > max(loglik(r * 1.001), loglik(r / 1.001))
    expanded = weighted().loc[weighted().index.repeat(weighted()["w"])]
    again = cox("x", expanded, **OUTCOME, ties="breslow")
    same(fit, again, ("estimate", "se"))


def test_the_sandwich_is_the_sum_of_squared_row_influences():
    """Row scores sum to the gradient, which is 0; their squares make the sandwich."""
    data = viewers()
    fit = cox("twist + region", data, **OUTCOME, cluster="title")
    likelihood, top = fit._likelihood, fit._maximum
    rows = likelihood.scores(top.point)[likelihood.cells.cell_of]
    assert rows.sum(axis=0) == pytest.approx(np.zeros(3), abs=1e-8)
    bread = np.linalg.inv(top.information)
    sums = pd.DataFrame(rows).groupby(data["title"].to_numpy()).sum().to_numpy() @ bread
    spread = likelihood.cells.x.std(axis=0)
    by_hand = np.sqrt((sums**2).sum(axis=0)) / spread
    assert fit.frame()["se"].tolist() == pytest.approx(by_hand.tolist(), rel=1e-8)


def test_everything_at_once_is_the_plain_double_sum():
    """Weights, strata, late entry, ties and clusters: each tied event written out."""
    rng = np.random.default_rng(4)
    n = 120
    data = pd.DataFrame(
        {
            "t": rng.integers(3, 12, n), "start": rng.integers(0, 3, n),
            "left": rng.integers(0, 2, n), "x": rng.normal(size=n), "z": rng.integers(0, 2, n),
            "w": rng.uniform(0.5, 2, n), "title": rng.integers(0, 15, n),
            "region": rng.integers(0, 2, n),
        }
    )  # fmt: skip
    fit = cox(
        "x + z", data, **OUTCOME, start="start", weights="w", cluster="title", strata="region"
    )
    beta, x = fit.frame()["estimate"].to_numpy(), data[["x", "z"]].to_numpy(float)
    w, risk = data["w"].to_numpy(), np.exp(x @ beta)
    scores, loglik = np.zeros((n, 2)), 0.0
    u, information = np.zeros(2), np.zeros((3, 2, 2))
    for region, t in data.loc[data["left"] == 1, ["region", "t"]].drop_duplicates().to_numpy():
        at_risk = ((data["region"] == region) & (data["start"] < t) & (data["t"] >= t)).to_numpy()
        died = at_risk & ((data["t"] == t) & (data["left"] == 1)).to_numpy()
        d, mean_w = died.sum(), w[died].mean()
        loglik += w[died] @ (x @ beta)[died]
        u += t * (w[died] @ x[died])
        for k in range(d):
            share = risk * (at_risk - k / d * died)
            total = (w * share).sum()
            mean = (w * share) @ x / total
            spread = (x * (w * share)[:, None]).T @ x / total - np.outer(mean, mean)
            information += mean_w * spread * np.array([1, t, t * t])[:, None, None]
            u -= t * mean_w * mean
            loglik -= mean_w * np.log(total)
            scores[died] += (x[died] - mean) / d
            scores -= (share * mean_w / total)[:, None] * (x - mean)
    naive = np.linalg.inv(information[0])
    sums = pd.DataFrame((scores * w[:, None]) @ naive).groupby(data["title"]).sum().to_numpy()
    assert fit.loglik == pytest.approx(loglik, rel=1e-12)
    np.testing.assert_allclose(fit.naive_vcov, naive, rtol=1e-10)
    np.testing.assert_allclose(fit.vcov, sums.T @ sums, rtol=1e-9)
    rest = information[2] - information[1] @ naive @ information[1]
    test = proportional_hazards(fit, "identity").frame()["statistic"]
    assert test.iloc[-1] == pytest.approx(u @ np.linalg.solve(rest, u), rel=1e-8)
    assert test.iloc[0] == pytest.approx(u[0] ** 2 / rest[0, 0], rel=1e-8)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("strata", [None, "region"])
def test_gradient_and_information_are_the_derivatives(ties, strata):
    data = viewers()
    cells = cox_cells("twist + w", data, **OUTCOME, strata=strata, weights="w")
    likelihood, beta = Likelihood(cells, cells.x, ties), np.array([0.3, -0.2])
    point, step = likelihood.at(beta), 1e-6
    ahead = [likelihood.at(beta + step * e) for e in np.eye(2)]
    back = [likelihood.at(beta - step * e) for e in np.eye(2)]
    slope = [(a.loglik - b.loglik) / (2 * step) for a, b in zip(ahead, back, strict=True)]
    assert point.gradient.tolist() == pytest.approx(slope, rel=1e-5)
    bend = [(b.gradient - a.gradient) / (2 * step) for a, b in zip(ahead, back, strict=True)]
    np.testing.assert_allclose(likelihood.information(point), bend, rtol=1e-5)


def test_the_series_over_many_ties_is_the_sum():
    d = np.array([257.0, 4000.0, 30_000.0, 3.0])
    s0 = np.array([900.0, 80_000.0, 1e6, 7.0])
    d0 = np.array([0.34, 0.2, 0.01, 0.9]) * s0
    found = efron_sums(s0, d0, d)
    for i in range(4):
        f = np.arange(d[i]) / d[i]
        y = 1 - f * d0[i] / s0[i]
        exact = [1 / y, f / y, 1 / y**2, f / y**2, f**2 / y**2, np.log(s0[i] * y)]
        ours = [found.a1, found.a2, found.b1, found.b2, found.b3, found.log]
        for mine, terms in zip(ours, exact, strict=True):
            assert mine[i] == pytest.approx(math.fsum(terms), rel=1e-13)


def test_concordance_is_the_count_over_pairs():
    data = viewers(n=70)
    fit = cox("twist", data, **OUTCOME)
    t, left = data["t"].to_numpy(), data["left"].to_numpy() == 1
    risk = data["twist"].to_numpy() * fit.frame()["estimate"].item()
    later = (t[:, None] < t) | ((t[:, None] == t) & ~left)
    pairs = left[:, None] & later
    agree = (risk[:, None] > risk)[pairs].sum()
    assert fit.concordance.value == pytest.approx(agree / pairs.sum(), rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40))
def test_sums_below_a_point(seed, n):
    rng = np.random.default_rng(seed)
    place, rank = rng.integers(0, 9, n), rng.integers(0, 7, n)
    weight, before, under = rng.uniform(size=n), rng.integers(0, 11, n), rng.integers(0, 9, n)
    exact = [weight[(place < b) & (rank < u)].sum() for b, u in zip(before, under, strict=True)]
    assert below(place, rank, weight, before, under).tolist() == pytest.approx(exact)


# What must not matter


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["efron", "breslow"]))
def test_order_and_names_do_not_matter(seed, ties):
    data = viewers(seed)
    names = {"title": {i: f"T{99 - i}" for i in range(12)}}
    mixed = data.sample(frac=1, random_state=seed).replace(names)
    a, b = (cox("twist + region", d, **OUTCOME, cluster="title", ties=ties) for d in (data, mixed))
    same(a, b, rel=1e-6)
    assert a.concordance.value == pytest.approx(b.concordance.value, rel=1e-9)


def test_other_names_of_regions_turn_the_contrasts():
    data = viewers()
    turned = data.replace({"region": {"BR": "z", "US": "A"}})
    a = cox("region", data, **OUTCOME).frame()["estimate"].tolist()
    b = cox("region", turned, **OUTCOME).frame()["estimate"].tolist()
    assert b == pytest.approx([a[0] - a[1], -a[1]], rel=1e-7)


@pytest.mark.parametrize("factor", [1e-6, 60.0, 1e7])
def test_the_unit_of_a_covariate_only_scales_its_coefficient(factor):
    data = viewers()
    a = cox("twist + region", data, **OUTCOME).frame()
    b = cox("twist + region", data.assign(twist=data["twist"] * factor), **OUTCOME).frame()
    assert b["estimate"][0 if b["term"][0] == "twist" else 2] * factor == pytest.approx(
        a["estimate"][0 if a["term"][0] == "twist" else 2], rel=1e-7
    )
    assert b["p"].tolist() == pytest.approx(a["p"].tolist(), rel=1e-6)


def test_far_away_covariates_and_other_times_do_not_matter():
    data = viewers()
    a = cox("twist", data, **OUTCOME)
    moved = data.assign(twist=data["twist"] + 1e6, t=data["t"] ** 2 * 1e3)
    same(a, cox("twist", moved, **OUTCOME), rel=1e-6)


def test_rows_twice_at_half_the_weight_are_the_same_fit():
    """Under Breslow always; under Efron where nothing ties."""
    data = viewers().assign(w=1.0)
    halves = pd.concat([data, data]).assign(w=0.5)
    a = cox("twist + region", data, **OUTCOME, ties="breslow", cluster="title", weights="w")
    b = cox("twist + region", halves, **OUTCOME, ties="breslow", cluster="title", weights="w")
    same(a, b)
    assert a.naive_vcov.to_numpy() == pytest.approx(b.naive_vcov.to_numpy(), rel=1e-8)


def test_rows_cut_in_two_are_the_same_fit():
    data = viewers().assign(start=0.0, person=range(160))
    long = data["t"] > 5
    parts = pd.concat([data[~long], data[long].assign(t=5, left=0), data[long].assign(start=5)])
    a = cox("twist + region", data, **OUTCOME, strata="title", cluster="person")
    b = cox("twist + region", parts, **OUTCOME, start="start", strata="title", cluster="person")
    same(a, b)
    assert b.loglik == pytest.approx(a.loglik, rel=1e-12)
    assert b.concordance.value == pytest.approx(a.concordance.value, rel=1e-10)
    tests = [proportional_hazards(f, "identity").frame()["statistic"].tolist() for f in (a, b)]
    assert tests[0] == pytest.approx(tests[1], rel=1e-7)


@pytest.mark.parametrize(
    "options", [{}, {"cluster": "title"}, {"weights": "w"}, {"strata": "title"}]
)
def test_counting_rows_changes_no_figure(options):
    data = viewers().assign(twist=lambda d: d["twist"].round(0), w=lambda d: d["w"].round(1))
    fits = []
    for collapse in (True, False):
        cells = cox_cells("twist + region", data, **OUTCOME, **options, collapse=collapse)
        fits.append(
            fit_cells(
                cells, model="", robust=None, ties="efron", reference="normal", level=0.95,
                provenance={},
            )
        )  # fmt: skip
    same(*fits)
    assert fits[0].provenance["n_cells"] < fits[1].provenance["n_cells"]


def test_times_that_differ_by_rounding_are_one_time():
    data = viewers()
    rng = np.random.default_rng(1)
    shaken = data.assign(t=data["t"] * (1 + rng.uniform(-1, 1, len(data)) * 1e-14))
    same(cox("twist", data, **OUTCOME), cox("twist", shaken, **OUTCOME))


# Where it breaks, it says so


def test_a_region_with_no_event_has_no_finite_estimate():
    data = viewers()
    data.loc[data["region"] == "US", "left"] = 0
    fit = cox("twist + region", data, **OUTCOME)
    row = fit.frame().set_index("term").loc["region[T.US]"]
    assert row["estimate"] == -math.inf
    assert math.isnan(row["se"])
    assert check(fit, "finite_estimates").holds is False
    assert "region[T.US]" in check(fit, "finite_estimates").evidence
    rest = cox("twist + region", data[data["region"] != "US"], **OUTCOME)
    ours = fit.frame().set_index("term").loc[["twist", "region[T.ID]"], "estimate"]
    theirs = rest.frame().set_index("term").loc[["twist", "region[T.ID]"], "estimate"]
    assert ours.tolist() == pytest.approx(theirs.tolist(), rel=1e-5)
    assert "not estimated" in fit.apa()
    assert len(proportional_hazards(fit).frame()) == 3


def test_perfect_order_is_found_to_be_separation():
    table = pd.DataFrame({"t": [1, 2, 3, 4, 5], "left": 1, "x": [5.0, 4, 3, 2, 1]})
    fit = cox("x", table, **OUTCOME)
    assert fit.frame()["estimate"].item() == math.inf
    assert "none of the coefficients" in fit.reason
    with pytest.raises(StatisticsError, match="nothing to test"):
        proportional_hazards(fit)


def test_steep_separation_ends_without_overflow():
    data = viewers().assign(steep=lambda d: np.where(d["left"] == 1, -d["t"], -d["t"] - 5.0))
    fit = cox("steep", data, **OUTCOME)
    assert fit.frame()["estimate"].item() == math.inf
    assert check(fit, "finite_estimates").holds is False


def test_all_events_at_one_time_say_nothing_of_order():
    fit = cox("twist", viewers().assign(t=3, left=1), **OUTCOME)
    assert fit.frame()["estimate"].item() == pytest.approx(0, abs=1e-9)
    assert fit.concordance.reason == "no two people can be compared"
    assert math.isnan(proportional_hazards(fit).frame()["p"].iloc[0])


def test_a_covariate_that_is_one_value_in_each_stratum_is_left_undefined():
    data = viewers().assign(setup=lambda d: d["title"] * 2.0)
    fit = cox("setup + twist", data, **OUTCOME, strata="title")
    assert fit.frame().set_index("term")["estimate"].isna().to_dict() == {
        "setup": True, "twist": False,
    }  # fmt: skip
    assert "setup" in check(fit, "estimable_terms").evidence
    same(
        cox("twist", data, **OUTCOME, strata="title"),
        cox("twist", data, **OUTCOME, strata=["title"]),
    )


def test_few_clusters_are_said_and_the_t_reference_is_wider():
    data = viewers()
    normal = cox("twist", data, **OUTCOME, cluster="title")
    wider = cox("twist", data, **OUTCOME, cluster="title", reference="t")
    assert check(normal, "enough_clusters").holds is False
    assert wider.frame()["df"].item() == 11
    ratio = wider.frame()["se"].item() / normal.frame()["se"].item()
    assert ratio == pytest.approx(math.sqrt(12 / 11))


def test_missing_values_are_counted():
    data = viewers()
    data.loc[3, "twist"] = np.nan
    fit = cox("twist + region", data, **OUTCOME)
    assert fit.n == 159
    assert "1 left out for missing values (twist 1)" in check(fit, "complete_rows").evidence


def test_the_fit_shows_itself():
    fit = cox("twist", viewers(), **OUTCOME, weights="w")
    assert fit.provenance["robust"] is True
    assert "HR = " in fit.apa()
    assert repr(fit).startswith("CoxFit (Cox regression of 't' (Efron ties)")
    assert "<table" in fit._repr_html_()
    test = proportional_hazards(fit)
    assert "GLOBAL" in repr(test)
    assert "<table" in test._repr_html_()
    assert test.apa().startswith("proportional hazards over time (km): χ²(1) = ")
    assert list(test.changes) == ["stratum", "time", "transformed", "twist"]


def test_an_effect_that_turns_round_is_found():
    rng = np.random.default_rng(5)
    x = np.repeat([0, 1], 200)
    early, late = rng.exponential(10 / np.where(x, 3, 1)), rng.exponential(10 / np.where(x, 0.4, 1))
    data = pd.DataFrame({"t": np.where(early < 5, early, 5 + late), "left": 1, "x": x})
    for transform in ("km", "identity", "rank", "log"):
        test = proportional_hazards(cox("x", data, **OUTCOME), transform)
        assert test.frame()["p"].max() < 0.001
        assert test.checks[0].holds is False


@pytest.mark.parametrize(
    ("formula", "options", "message"),
    [
        ("t ~ twist", {}, "has a left side"),
        ("1", {}, "names no column"),
        ("one", {}, "'one' follow"),
        ("twist + nobody", {}, "nobody"),
        ("twist", {"ties": "exact"}, "no 'exact' for ties"),
        ("twist", {"reference": "t"}, "cluster="),
        ("twist", {"level": 1.0}, "between 0 and 1"),
        ("twist", {"robust": False, "cluster": "title"}, "contradict"),
        ("twist", {"start": "zero", "robust": True}, "cluster="),
        ("twist", {"start": "zero", "weights": "w"}, "cluster="),
        ("twist", {"cluster": "one"}, "one cluster"),
        ("twist", {"event": "zero"}, "No row has the event"),
        ("twist", {"weights": "zero"}, "above 0"),
        ("twist", {"event": "title"}, "1 \\(it happened\\) or 0"),
    ],
)
def test_what_is_refused(formula, options, message):
    data = viewers().assign(zero=0, one=1)
    with pytest.raises((DataError, StatisticsError), match=message):
        cox(formula, data, **{**OUTCOME, **options})


def test_unknown_transforms_and_logarithms_of_nothing_are_refused():
    data = viewers().assign(t=lambda d: d["t"] - 1)
    fit = cox("twist", data, **OUTCOME)
    with pytest.raises(StatisticsError, match="time 0"):
        proportional_hazards(fit, "log")
    with pytest.raises(StatisticsError, match="Known: km"):
        proportional_hazards(fit, "sqrt")
