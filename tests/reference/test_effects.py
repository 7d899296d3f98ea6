"""Effect sizes against R's effectsize and effsize."""

from __future__ import annotations

import pandas as pd
import pytest
from reference import agrees, data, value

from mdresearch.stats.effects import cliffs_delta, cramers_v, effect, eta_squared
from mdresearch.stats.effects.explained import one_way, rank_shares

FILE = "equiv_effects"


def limits(estimate):
    return [estimate.value, estimate.low, estimate.high]


def theirs(key, part, name):
    row = value(FILE, key)[part][0]
    return [row[name], row["CI_low"], row["CI_high"]]


@pytest.fixture(scope="module")
def survey():
    table = data("mdr_survey")
    return table.assign(m=table[[f"tol{i}" for i in range(1, 7)]].mean(axis=1))


@pytest.mark.parametrize(
    ("part", "name", "kind", "options"),
    [
        ("d", "Cohens_d", "cohens_d", {}),
        ("g", "Hedges_g", "hedges_g", {}),
        ("d_welch", "Cohens_d", "cohens_d", {"welch": True}),
        ("g_welch", "Hedges_g", "hedges_g", {"welch": True}),
        ("glass", "Glass_delta", "glass_delta", {}),
        ("rb", "r_rank_biserial", "rank_biserial", {}),
        ("u3", "Cohens_U3", "u3", {}),
        ("ps", "p_superiority", "superiority", {}),
    ],
)
def test_two_groups_of_sleepers(part, name, kind, options):
    found = effect(data("sleep"), "extra", "group", kind, **options)
    wanted = theirs("es.sleep", part, name)
    agrees(f"stats.effect ({kind})", FILE, "effectsize", limits(found.estimate), wanted, rtol=1e-6)


def test_pairs_that_all_go_one_way():
    table = data("sleep")
    found = effect(table, "extra", "group", "rank_biserial", pair="ID")
    wanted = theirs("es.sleep", "rb_paired", "r_rank_biserial")
    agrees("stats.effect (pairs)", FILE, "effectsize", limits(found.estimate), wanted, rtol=1e-10)


@pytest.mark.parametrize(
    ("part", "name", "kind"),
    [
        ("d", "Cohens_d", "cohens_d"),
        ("g", "Hedges_g", "hedges_g"),
        ("rb", "r_rank_biserial", "rank_biserial"),
    ],
)
def test_two_species_of_iris(part, name, kind):
    table = data("iris").query("Species != 'setosa'")
    found = effect(table, "Sepal.Length", "Species", kind)
    wanted = theirs("es.iris2", part, name)
    agrees(f"stats.effect ({kind})", FILE, "effectsize", limits(found.estimate), wanted, rtol=1e-6)


@pytest.mark.parametrize("name", ["iris2", "sleep"])
def test_cliffs_delta_and_its_variance(name):
    if name == "sleep":
        table, column, group = data("sleep"), "extra", "group"
    else:
        table, column, group = data("iris").query("Species != 'setosa'"), "Sepal.Length", "Species"
    x, y = (part.to_numpy(float) for _, part in table.groupby(group)[column])
    delta, variance = cliffs_delta(x, y)
    wanted = value(FILE, f"es.effsize.cliff.{name}")
    agrees(
        "stats.effect (cliffs_delta)", FILE, "effsize", [*limits(delta), variance],
        [wanted["est"], *wanted["ci"], wanted["var"]], rtol=1e-10,
    )  # fmt: skip


def test_shares_of_variance_of_regions(survey):
    f, df1, df2, _ = one_way(survey, "m", "region")
    wanted = value(FILE, "es.mdr.aov")
    two = wanted["eta2sided"][0]
    agrees(
        "stats.effect (eta_squared)", FILE, "effectsize", limits(eta_squared(f, df1, df2)),
        [two["Eta2"], two["CI_low"], two["CI_high"]], rtol=1e-6,
    )  # fmt: skip
    one = eta_squared(f, df1, df2, level=0.9).low
    agrees(
        "stats.effect (eta_squared)", FILE, "effectsize", one, wanted["eta"][0]["CI_low"], rtol=1e-6
    )
    for kind, name in (("omega", "Omega2"), ("epsilon", "Epsilon2")):
        ours = eta_squared(f, df1, df2, f"{kind}_squared").value
        agrees(
            f"stats.effect ({kind}_squared)", FILE, "effectsize", ours, wanted[kind][0][name],
            rtol=1e-10,
        )  # fmt: skip
    ours = eta_squared(f, df1, df2, "cohens_f", level=0.9)
    agrees(
        "stats.effect (cohens_f)", FILE, "effectsize", [ours.value, ours.low],
        [wanted["f"][0]["Cohens_f"], wanted["f"][0]["CI_low"]], rtol=1e-6,
    )  # fmt: skip


def test_partial_shares_of_two_factors():
    wanted = value(FILE, "es.tg.aov2")
    table = pd.DataFrame(wanted["tab"])
    rest = table["Df"].iloc[3]
    for i in range(3):
        ours = eta_squared(table["F value"][i], table["Df"][i], rest, level=0.9)
        row = wanted["eta_p"][i]
        agrees(
            "stats.effect (eta_squared)", FILE, "effectsize", [ours.value, ours.low],
            [row["Eta2_partial"], row["CI_low"]], rtol=1e-6,
        )  # fmt: skip
        omega = eta_squared(table["F value"][i], table["Df"][i], rest, "omega_squared", n=60)
        agrees(
            "stats.effect (omega_squared)", FILE, "effectsize", omega.value,
            wanted["omega_p"][i]["Omega2_partial"], rtol=1e-10,
        )  # fmt: skip


def test_association_of_region_and_answer(survey):
    counts = pd.crosstab(survey["region"], survey["self"])
    wanted = value(FILE, "es.cramersv")
    plain = cramers_v(counts, corrected=False, level=0.9).estimate
    fair = cramers_v(counts, level=0.9).estimate
    agrees(
        "stats.cramers_v", FILE, "effectsize", [plain.value, plain.low],
        [wanted["V"][0]["Cramers_v"], wanted["V"][0]["CI_low"]], rtol=1e-6,
    )  # fmt: skip
    agrees(
        "stats.cramers_v", FILE, "effectsize", fair.value,
        wanted["V_adj"][0]["Cramers_v_adjusted"], rtol=1e-10,
    )  # fmt: skip


def test_shares_of_ranks(survey):
    ours, wanted = rank_shares(survey, "m", "region"), value(FILE, "es.kw")
    agrees(
        "rank shares", FILE, "effectsize", [ours["h"], ours["epsilon_squared"], ours["eta_squared"]],
        [wanted["kw"], wanted["eps"][0]["rank_epsilon_squared"], wanted["eta"][0]["rank_eta_squared"]],
        rtol=1e-10,
    )  # fmt: skip
