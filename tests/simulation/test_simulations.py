"""Simulations: the same seed gives the same data, always marked, and the truth is found again."""

import importlib.util
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.bundled import bundled_path
from mdresearch.core.errors import StatisticsError, UnknownNameError
from mdresearch.core.regions import members
from mdresearch.corpus.corpora import Corpus
from mdresearch.measures.measuring import measure
from mdresearch.simulation.simulating import SIMULATIONS, simulate, true_values
from mdresearch.simulation.tolerance_design import COUNTRIES, TRUTH
from mdresearch.simulation.tolerance_truth import expected_scores, implied_verdict

SMALL = {"persons_per_country": 3}
THRESHOLDS = ["exaggeration_threshold", "setup_threshold", "intensity_threshold"]


@pytest.mark.parametrize("name", list(SIMULATIONS))
def test_every_simulation_says_what_it_is_and_gives_the_same_data_for_the_same_seed(name):
    one = SIMULATIONS[name]
    assert one.says.endswith(".")
    assert one.unit
    assert all(p.says and p.unit for p in one.truth.values())
    first, again, other = (simulate(name, seed=seed, **SMALL) for seed in (5, 5, 6))
    assert first.hash() == again.hash() != other.hash()
    assert first.kind == "simulated"
    assert "SIMULATED" in repr(first)
    assert first.check().ok
    assert first.provenance["simulation"] == name
    assert first.provenance["seed"] == 5
    assert set(first.provenance["truth"]) == set(one.truth)
    assert first.provenance["truth"]["persons_per_country"] == 3


@pytest.mark.parametrize("name", [n for n in SIMULATIONS if SIMULATIONS[n].true_values])
def test_every_stated_truth_implies_a_verdict(name):
    frame = true_values(name)
    assert list(frame.columns) == [
        "claim", "outcome", "expect", "scale", "parameter", "value", "smallest", "at_least",
        "implied",
    ]  # fmt: skip
    assert frame["implied"].isin(["supported", "contradicted", "equivalent"]).all()


def message(error, call):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_names_and_values_that_are_not_allowed_are_refused_in_words():
    assert message(UnknownNameError, lambda: simulate("tolerence-sim")) == (
        "There is no simulation 'tolerence-sim'. Did you mean 'tolerance-sim'? "
        "Known: tolerance-sim."
    )
    text = message(UnknownNameError, lambda: simulate("tolerance-sim", exageration_latam=1))
    assert text.startswith(
        "There is no parameter of 'tolerance-sim' 'exageration_latam'. "
        "Did you mean 'exaggeration_latam'? Known: "
    )
    assert message(StatisticsError, lambda: simulate("tolerance-sim", person_sd=-1)) == (
        "person_sd is -1; it must be a number at least 0 (steps: SD of persons within a country). "
        "The default is 0.6."
    )
    assert message(StatisticsError, lambda: simulate("tolerance-sim", titles=2.5)) == (
        "titles is 2.5; it must be a whole number at least 2 and at most 99 "
        "(titles: titles in the study). The default is 12."
    )
    assert message(StatisticsError, lambda: simulate("tolerance-sim", titles=10)) == (
        "titles is 10 and titles_per_person 4; the first must be a multiple of the second, so that "
        "titles are dealt out evenly. Try titles=12, titles_per_person=4."
    )
    assert message(StatisticsError, lambda: simulate("tolerance-sim", seed=-1)) == (
        "seed is -1; it must be a whole number at least 0."
    )


# tolerance-sim


@pytest.fixture(scope="module")
def study():
    return simulate("tolerance-sim")


def test_the_bundled_dataset_is_what_its_seed_gives(study):
    folder = bundled_path("datasets/tolerance-sim")
    bundled = Corpus.read(folder)
    assert bundled.hash() == study.hash()
    assert bundled.kind == "simulated"
    assert bundled.licence == "CC0-1.0"
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("**SIMULATED.")
    assert sum(p.stat().st_size for p in folder.glob("*.csv")) < 6_000_000


def test_the_card_states_the_truth_that_the_code_states():
    card = (bundled_path("datasets/tolerance-sim") / "README.md").read_text(encoding="utf-8")
    decimals = {"ratio": 3, "raw": 3, "g_person": 3}
    for row in true_values("tolerance-sim").itertuples():
        line = next(x for x in card.splitlines() if x.startswith(f"| {row.claim} |"))
        shown = f"{row.value:.{decimals[row.scale]}f}".removeprefix("0")
        assert f"| {shown} |" in line
        assert line.endswith(f"| {row.implied} |")
        assert f"| {row.expect} |" in line


def test_titles_are_dealt_evenly_and_every_stimulus_is_answered_once(study):
    ratings = study["ratings"]
    assert len(ratings) == 36 * 30 * 4 * 3 * 7
    assert not ratings.duplicated(["respondent_id", "ladder_id", "level"]).any()
    seen = ratings.groupby("respondent_id")["presented_order"]
    assert (seen.min() == 1).all()
    assert (seen.max() == 84).all()
    assert (seen.nunique() == 84).all()
    block = study["respondents"].index.to_series().floordiv(30).to_numpy()
    country = dict(zip(study["respondents"]["respondent_id"], block, strict=True))
    persons = ratings.loc[ratings["level"] == 1, ["respondent_id", "ladder_id"]]
    counts = persons.groupby([persons["respondent_id"].map(country), "ladder_id"]).size()
    assert (counts == 10).all()


def test_there_are_careless_persons_persons_without_a_country_and_weights(study):
    persons = study["respondents"]
    assert persons["country"].isna().sum() == 2
    assert 20 < (~persons["attention_passed"]).sum() < 65
    assert persons["weight"].mean() == pytest.approx(1, abs=0.03)


def test_the_essays_regions_hold_the_countries_that_the_card_names():
    design = {c for held in COUNTRIES.values() for c in held}
    sizes = {r: len(members(r) & design) for r in ("latam", "noram", "anglo", "western", "asian")}
    assert sizes == {"latam": 10, "noram": 2, "anglo": 8, "western": 14, "asian": 10}


def region_means(corpus, outcomes, log=()):
    """Return means of country means by region of the essay, attentive persons only."""
    scores = measure(corpus, outcomes)
    scores = scores.loc[scores["attention_passed"] & scores["country"].notna()]
    for name in log:
        scores[name] = np.log(scores[name])
    country = scores.groupby("country")[list(outcomes)].mean()
    regions = ("latam", "noram", "anglo", "western", "asian")
    held = {r: country.loc[sorted(members(r) & set(country.index))].mean() for r in regions}
    return pd.DataFrame(held), scores


def test_the_true_effects_are_found_again_over_several_seeds():
    found = []
    for seed in range(12):
        means, scores = region_means(
            simulate("tolerance-sim", seed=seed), THRESHOLDS, log=["setup_threshold"]
        )
        cells = scores.groupby(["country", "title_id"])["exaggeration_threshold"]
        sd = math.sqrt((cells.var() * (cells.size() - 1)).sum() / (cells.size() - 1).sum())
        setup, intensity = means.loc["setup_threshold"], means.loc["intensity_threshold"]
        exaggeration = means.loc["exaggeration_threshold"]
        found.append(
            [
                setup["western"] - setup["asian"],
                intensity["western"] - intensity["asian"],
                (exaggeration["latam"] - exaggeration["noram"]) / sd,
                (exaggeration["latam"] - exaggeration["anglo"]) / sd,
            ]
        )
    truth = true_values("tolerance-sim")["value"].to_numpy()
    truth = np.array([math.log(truth[0]), *truth[1:]])
    error = np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
    # 4 Monte Carlo standard errors of the mean of 12 studies.
    assert (np.abs(np.mean(found, axis=0) - truth) < 4 * error).all()


def test_style_moves_ratings_and_leaves_choices_alone():
    quiet = {"exaggeration_latam": 0.0, "setup_noram": 1.0, "setup_western": 1.0}
    plain = {"acquiescence_latam": 0.0, "stretch_latam": 1.0, "stretch_asian": 1.0}
    outcomes = ["rating", "exaggeration_threshold"]
    differences = {"style": [], "none": []}
    for seed in range(6):
        for world, truth in (("style", quiet), ("none", {**quiet, **plain})):
            corpus = simulate("tolerance-sim", seed=seed, **truth)
            means, _ = region_means(corpus, outcomes)
            differences[world].append((means["latam"] - means["anglo"]).tolist())
    style, none = (np.array(differences[w]) for w in ("style", "none"))
    # The same draws, so the choices are the same to the last bit, and ratings differ by the style.
    assert (style[:, 1] == none[:, 1]).all()
    assert abs(style[:, 1].mean()) < 0.15
    assert abs(none[:, 0].mean()) < 0.1
    assert style[:, 0].mean() > 0.25


def test_the_quadrature_agrees_with_a_large_simulated_population():
    truth = {name: p.default for name, p in TRUTH.items()}
    rng = np.random.default_rng(1848)
    n, levels = 400_000, np.arange(1, 8)
    between = math.sqrt(0.15**2 + 0.40**2 + 0.15**2)
    cell = 4.57 + rng.normal(0, between, n)
    tau = cell[:, None] + rng.normal(0, math.hypot(0.60, 0.45), (n, 2))
    accept = tau[:, :, None] - levels + rng.logistic(0, 0.35, (n, 2, 7)) > 0
    score = 1 + (accept[:, :, 1:].sum(axis=2) + accept[:, :, :-1].sum(axis=2)) / 2
    mean, variance = expected_scores("exaggeration", "latam", truth)
    # 4 Monte Carlo standard errors; two persons a cell give its variance as half a squared gap.
    assert mean == pytest.approx(score.mean(), abs=4 * 1.04 / math.sqrt(n))
    halves = (score[:, 0] - score[:, 1]) ** 2 / 2
    assert variance == pytest.approx(halves.mean(), abs=4 * halves.std() / math.sqrt(n))


@pytest.mark.parametrize(
    ("value", "scale", "smallest", "least", "verdict"),
    [
        (1.45, "ratio", 1.2, None, "supported"),
        (1.1, "ratio", 1.2, None, "equivalent"),
        (0.7, "ratio", 1.2, None, "contradicted"),
        (0.3, "g_person", 0.2, 0.43, "contradicted"),
        (0.9, "g_person", 0.2, 0.43, "supported"),
        (-0.1, "raw", 0.25, None, "equivalent"),
    ],
)
def test_a_known_effect_implies_one_verdict(value, scale, smallest, least, verdict):
    assert implied_verdict(value, scale, smallest, least) == verdict


@pytest.mark.slow
def test_the_card_states_how_often_the_default_test_finds_the_truth(root):
    path = root / "datasets" / "tolerance-sim" / "verdicts.py"
    script = importlib.util.module_from_spec(
        spec := importlib.util.spec_from_file_location("tolerance_sim_verdicts", path)
    )
    spec.loader.exec_module(script)
    counts = Counter(pair for seed in script.SEEDS for pair in script.verdicts(seed))
    card = (path.parent / "README.md").read_text(encoding="utf-8").splitlines()
    for (claim, verdict), n in counts.items():
        line = next(x for x in card if x.startswith(f"| {claim} |") and len(x.split("|")) == 5)
        assert f"{verdict} {n}" in line
