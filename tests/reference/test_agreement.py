"""Agreement of coders: published examples, R, and irrCAC and krippendorff on 200 random tables."""

from __future__ import annotations

from importlib.metadata import version

import krippendorff
import numpy as np
import pandas as pd
import pytest
from nltk.metrics.agreement import AnnotationTask
from nltk.metrics.distance import binary_distance, jaccard_distance, masi_distance
from reference import agrees, data, value

from mdresearch import stats
from mdresearch.stats.reliability.ratings import read_ratings
from mdresearch.stats.reliability.weights import weight_matrix

LEVELS = ("nominal", "ordinal", "interval", "ratio")
KRIPPENDORFF = f"krippendorff {version('krippendorff')}"
IRRCAC = "irrCAC 0.4.4 (Python, run apart)"
FUNCTIONS = {
    "gwet": stats.gwet,
    "fleiss": stats.fleiss,
    "conger": stats.conger,
    "bp": stats.brennan_prediger,
    "pa": stats.percent_agreement,
}


def example(name: str) -> pd.DataFrame:
    """Return units x coders of an example that is stored coders x units."""
    return data(name, index_col=0).T


def wide(column: str) -> pd.DataFrame:
    return data("mdr_coding").pivot(index="unit", columns="coder", values=column)


def random_tables() -> dict[int, pd.DataFrame]:
    rows = data("agreement_tables")
    coders = [c for c in rows.columns if c.startswith("c")]
    return {k: t[[c for c in coders if t[c].notna().any()]] for k, t in rows.groupby("table")}


@pytest.mark.parametrize(
    ("name", "published", "paired", "values"),
    [
        ("agreement_example_a", (0.691358, 0.806721, 0.810845, 0.808944), 12, 26),
        ("krippendorff2011", (0.743421, 0.815388, 0.849107, 0.797403), 11, 40),
    ],
)
def test_alpha_of_the_published_examples(name, published, paired, values):
    for level, number in zip(LEVELS, published, strict=True):
        found = stats.alpha(example(name), level)
        assert found.value == pytest.approx(number, abs=1e-6)
        assert (found.n_units_paired, found.n_values) == (paired, values)


def test_example_a_as_irrcac_prints_it():
    ratings = example("agreement_example_a")
    printed = {
        stats.alpha: (0.69136, 0.31423),
        stats.gwet: (0.70916, 0.35023),
        stats.fleiss: (0.68602, 0.29351),
        stats.conger: (0.69138, 0.30663),
        stats.brennan_prediger: (0.70370, 0.33778),
    }
    for function, (point, low) in printed.items():
        found = function(ratings)
        assert [found.value, found.low, found.high] == pytest.approx([point, low, 1], abs=1e-5)
    assert stats.percent_agreement(ratings).value == pytest.approx(0.77778, abs=1e-5)
    published = {"linear": 0.77342, "quadratic": 0.83524, "ratio": 0.81152, "ordinal": 0.81546}
    for weights, ac2 in published.items():
        assert stats.gwet(ratings, weights).value == pytest.approx(ac2, abs=1e-5)


def test_other_published_values():
    tone = data("news_tone_hayes2007", index_col=0, na_values=".")
    agrees("stats.alpha", "agreement", "Hayes and Krippendorff 2007", stats.alpha(tone, "ordinal").value, 0.7598, rtol=1e-4)  # fmt: skip
    six = stats.ratings_from_counts(data("distrib_6raters", index_col=0))
    agrees("stats.gwet", "agreement", "irrCAC's printed example", stats.gwet(six).value, 0.44480, rtol=2e-5)  # fmt: skip
    cells = data("abstractors", index_col=0)
    pairs = [(i, j) for i in cells.index for j in cells.columns for _ in range(cells.loc[i, j])]
    first, second = zip(*pairs, strict=True)
    agrees("stats.cohen", "agreement", "irrCAC's printed example", stats.cohen(first, second).value, 0.7964, rtol=1e-4)  # fmt: skip


@pytest.mark.parametrize("level", LEVELS)
def test_alpha_as_irr_gives_it(level):
    found = stats.alpha(example("krippendorff2011"), level).value
    agrees("stats.alpha", "agreement", "irr", found, value("agreement", f"kr2011.alpha.{level}"), rtol=1e-12)  # fmt: skip
    for column in ("code", "intensity", "seconds"):
        held = value("agreement", f"mdr.{column}.alpha")
        if level in held:
            agrees("stats.alpha", "agreement", "irr", stats.alpha(wide(column), level).value, held[level], rtol=1e-12)  # fmt: skip


def printed(found, held) -> None:
    """Compare with irrCAC in R, which prints five digits."""
    ours = [round(found.value, 5), round(found.se, 5)]
    agrees(f"stats.{found.symbol}", "agreement", "irrCAC", ours, [held["coeff.val"], held["coeff.se"]], rtol=2e-5)  # fmt: skip


def test_coefficients_as_irrcac_in_r_gives_them():
    names = {"ac1": "gwet", "fleiss": "fleiss", "conger": "conger", "bp": "bp", "pa": "pa"}
    for key, ratings in (("kr2011", example("krippendorff2011")), ("mdr.code", wide("code"))):
        for name, function in names.items():
            printed(FUNCTIONS[function](ratings), value("agreement", f"{key}.irrCAC")[name])
        printed(stats.alpha(ratings), value("agreement", f"{key}.irrCAC")["alpha"])
    for weights, held in value("agreement", "mdr.intensity.irrCAC").items():
        for name, function in {"ac2": "gwet", "fleiss": "fleiss", "pa": "pa"}.items():
            printed(FUNCTIONS[function](wide("intensity"), weights), held[name])
    diagnoses = data("diagnoses")
    printed(stats.gwet(diagnoses), value("agreement", "diagnoses.irrCAC")["ac1"])
    printed(stats.alpha(diagnoses), value("agreement", "diagnoses.irrCAC")["alpha"])
    agrees("stats.fleiss", "agreement", "irr", stats.fleiss(diagnoses).value, value("agreement", "diagnoses.fleiss"), rtol=1e-12)  # fmt: skip
    complete = wide("code").dropna()
    held = value("agreement", "mdr.code.complete")
    agrees("stats.fleiss", "agreement", "irr", stats.fleiss(complete).value, held["fleiss"], rtol=1e-12)  # fmt: skip


def test_one_code_against_the_rest_as_r_gives_it():
    codes = wide("code")
    for code in range(1, 6):
        held = value("agreement", f"mdr.code.percode.{code}")
        one = (codes == code).where(codes.notna()).astype(float)
        agrees("stats.alpha", "agreement", "irr", stats.alpha(one).value, held["alpha"], rtol=1e-12)
        printed(stats.gwet(one), held["ac1"])


def test_cohen_as_psych_and_irr_give_it():
    codes, grades = wide("code"), wide("intensity")
    found, held = stats.cohen(codes["c1"], codes["c2"]), value("agreement", "mdr.code.cohen.c1c2")
    ours = [found.value, found.se**2, found.low, found.high]
    agrees("stats.cohen", "agreement", "psych", ours, [held["kappa"], held["var"], held["ci"][0], held["ci"][2]], rtol=1e-9)  # fmt: skip
    for weights, key in (("linear", "equal"), ("quadratic", "squared")):
        ours = stats.cohen(grades["c1"], grades["c2"], weights).value
        agrees("stats.cohen", "agreement", "irr", ours, value("agreement", f"mdr.intensity.cohen.{key}")["kappa"], rtol=1e-12)  # fmt: skip


def test_the_error_of_weighted_kappa_as_statsmodels_gives_it():
    from statsmodels.stats.inter_rater import cohens_kappa

    both = wide("intensity")[["c1", "c2"]].dropna()
    theirs = cohens_kappa(pd.crosstab(both["c1"], both["c2"]).to_numpy(), wt="quadratic")
    ours = stats.cohen(both["c1"], both["c2"], "quadratic")
    assert ours.se == pytest.approx(theirs.std_kappa, rel=1e-10)


@pytest.mark.parametrize(
    ("key", "ratings"),
    [
        ("sf.icc", lambda: data("shrout_fleiss1979", index_col=0)),
        ("mdr.seconds.icc", lambda: wide("seconds")),
    ],
)
def test_all_six_icc_with_intervals_as_psych_gives_them(key, ratings):
    table = ratings()
    for held, form in zip(value("agreement", key), ("1,1", "2,1", "3,1", "1,k", "2,k", "3,k"), strict=True):  # fmt: skip
        found = stats.icc(table, form)
        theirs = [held["ICC"], held["lower bound"], held["upper bound"]]
        agrees("stats.icc", "agreement", "psych", [found.value, found.low, found.high], theirs, rtol=1e-10)  # fmt: skip


def test_200_random_tables_as_irrcac_gives_them():
    tables = random_tables()
    rows = _oracle()
    assert len(tables) == 200
    assert len(rows) == 2000
    for (name, weights), held in rows.groupby(["coefficient", "weights"]):
        found = [_as_irrcac(tables[t], name, weights) for t in held["table"]]
        ours = np.array([[f.value, f.se, f.low, f.high] for f in found])
        theirs = held[["value", "se", "low", "high"]].to_numpy()
        theirs[:, 3] = np.minimum(theirs[:, 3], 1)
        method = "stats.alpha" if name == "krippendorff" else f"stats.{FUNCTIONS[name].__name__}"
        agrees(method, "agreement_tables", IRRCAC, ours[:, 0], theirs[:, 0], rtol=0, atol=1e-12)
        agrees(f"{method}, error", "agreement_tables", IRRCAC, ours[:, 1:], theirs[:, 1:], rtol=1e-8, atol=1e-8)  # fmt: skip


def _oracle() -> pd.DataFrame:
    from reference import FOLDER

    return pd.read_csv(FOLDER / "values" / "agreement_tables.csv")


def _as_irrcac(ratings: pd.DataFrame, name: str, weights: str):
    weights = "unweighted" if weights == "identity" else weights
    if name != "krippendorff":
        return FUNCTIONS[name](ratings, weights)
    table = read_ratings(ratings)
    apart = pd.DataFrame(1 - weight_matrix(table, weights), table.categories, table.categories)
    return stats.alpha(ratings, apart)


@pytest.mark.parametrize("level", LEVELS)
def test_200_random_tables_as_krippendorff_gives_them(level):
    tables = random_tables().values()
    ours = [stats.alpha(t, level).value for t in tables]
    theirs = [krippendorff.alpha(t.to_numpy(float).T, level_of_measurement=level) for t in tables]
    agrees("stats.alpha", "agreement_tables", KRIPPENDORFF, ours, theirs, rtol=0, atol=1e-12)  # fmt: skip


def triples(table: pd.DataFrame, cell=lambda v: v) -> list[tuple[str, int, object]]:
    return [(c, i, cell(table.loc[i, c])) for i in table.index for c in table.columns]


def test_200_random_tables_as_nltk_gives_them():
    """NLTK's alpha has no missing values, and gives 1 where nothing varies: complete units only."""
    ours, theirs = [], []
    for table in random_tables().values():
        complete = table.dropna().astype(int)
        if len(complete) > 1 and len(np.unique(complete)) > 1:
            ours.append(stats.alpha(complete).value)
            task = AnnotationTask(triples(complete), distance=binary_distance)
            theirs.append(task.alpha())
    assert len(ours) > 150
    agrees("stats.alpha", "agreement_tables", "NLTK", ours, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("level", "distance"), [("masi", masi_distance), ("jaccard", jaccard_distance)]
)
def test_label_sets_as_nltk_gives_them(level, distance):
    rng = np.random.default_rng(5)
    ours, theirs = [], []
    for _ in range(30):
        truth = rng.random((12, 1, 4)) < 0.4
        marked = truth ^ (rng.random((12, 3, 4)) < 0.15)
        marked[..., 0] |= ~marked.any(axis=2)  # no empty set: NLTK divides by zero there
        sets = [[frozenset(np.flatnonzero(c).tolist()) for c in unit] for unit in marked]
        table = pd.DataFrame(sets, columns=list("abc"))
        ours.append(stats.alpha(table, level).value)
        theirs.append(AnnotationTask(triples(table), distance=distance).alpha())
    agrees("stats.alpha", "agreement_tables", "NLTK", ours, theirs, rtol=0, atol=1e-12)
