"""A simulated study of the tolerance of exaggeration, of setup and of intensity."""

from __future__ import annotations

import numpy as np
import pandas as pd

from mdresearch.core.errors import StatisticsError
from mdresearch.corpus.corpora import Corpus
from mdresearch.simulation.simulating import SIMULATIONS, Simulation, Truth
from mdresearch.simulation.tolerance_design import (
    CONSTRUCTS,
    GROUPS,
    N_LEVELS,
    TRUTH,
    centre,
    country_frame,
    demands_more,
    level_values,
    to_steps,
)
from mdresearch.simulation.tolerance_truth import tolerance_truth

NOTE = (
    "SIMULATED. Thresholds follow the stated truth; acquiescence and stretch act on 'rating' only, "
    "never on 'accept'. It says nothing about any country."
)
CITATION = (
    "The mdresearch developers (2026). tolerance-sim: a simulated study of tolerance in 36 "
    "countries [Data set]. CC0-1.0."
)


def tolerance_sim(seed: int, truth: Truth) -> Corpus:
    """Draw the study; see ``SIMULATIONS["tolerance-sim"]`` for the truth.

    The threshold of person i of country c and group g on title t is ``centre_g + country_c +
    title_t + region_title_gt + person_i + person_title_it``, in ladder steps, drawn anew for each
    construct, all normal. A level x is accepted with probability ``logistic((threshold - x) /
    spread)``; for intensity ``logistic((x - threshold) / spread)``. Answers of inattentive persons
    are coin tosses. Each person sees some of the titles, so that within a country every title is
    seen about equally often; the order of the stimuli is random.

    Raises
    ------
    StatisticsError
        The titles cannot be dealt out evenly.
    """
    n_titles, seen = int(truth["titles"]), int(truth["titles_per_person"])
    if n_titles % seen:
        raise StatisticsError(
            f"titles is {n_titles} and titles_per_person {seen}; the first must be a multiple of "
            "the second, so that titles are dealt out evenly. Try titles=12, titles_per_person=4."
        )
    rng = np.random.default_rng(seed)
    country, group = _countries(int(truth["persons_per_country"]))
    titles = _deal(rng, len(country), int(truth["persons_per_country"]), n_titles, seen)
    persons = _persons(rng, truth, country)
    inattentive = ~persons["attention_passed"].to_numpy()
    shape = (len(country), len(CONSTRUCTS), seen, N_LEVELS)
    accept, rating = np.empty(shape, dtype=bool), np.empty(shape, dtype=np.int64)
    for place, construct in enumerate(CONSTRUCTS):
        answers = _answers(rng, construct, truth, country, group, titles, inattentive)
        accept[:, place], rating[:, place] = answers
    places = np.arange(1, len(CONSTRUCTS) * seen * N_LEVELS + 1)
    order = rng.permuted(np.tile(places, (len(country), 1)), axis=1)
    tables = {
        "respondents": persons,
        "ladders": _ladders(n_titles),
        "ratings": _ratings(persons["respondent_id"], titles, accept, rating, order),
    }
    return Corpus(
        "tolerance-sim",
        tables,
        kind="simulated",
        title=SAYS,
        licence="CC0-1.0",
        citation=CITATION,
        note=NOTE,
    )


def _countries(per_country: int) -> tuple[np.ndarray, np.ndarray]:
    """Return country and group of each person, as positions in `country_frame` and `GROUPS`."""
    groups = np.array([GROUPS.index(g) for _, g in country_frame()])
    country = np.repeat(np.arange(len(groups)), per_country)
    return country, groups[country]


def _deal(
    rng: np.random.Generator, n: int, per_country: int, n_titles: int, seen: int
) -> np.ndarray:
    """Deal titles to persons, shape (n, seen): each round of a country deals every title once."""
    hands = n_titles // seen
    rounds = -(-per_country // hands)
    n_countries = n // per_country
    decks = rng.permuted(np.tile(np.arange(n_titles), (n_countries * rounds, 1)), axis=1)
    dealt = decks.reshape(n_countries, rounds * hands, seen)[:, :per_country]
    return np.sort(dealt.reshape(n, seen), axis=1)


def _persons(rng: np.random.Generator, truth: Truth, country: np.ndarray) -> pd.DataFrame:
    codes = np.array([c for c, _ in country_frame()], dtype=object)[country]
    n = len(codes)
    codes[rng.choice(n, min(n, int(truth["without_country"])), replace=False)] = None
    return pd.DataFrame(
        {
            "respondent_id": [f"r{i:04d}" for i in range(1, n + 1)],
            "country": pd.Series(codes, dtype="str"),
            "birth_year": rng.integers(1960, 2008, n),
            "gender": rng.choice(["f", "m", "x"], n, p=[0.49, 0.49, 0.02]),
            "weight": rng.lognormal(-0.03125, 0.25, n).round(3),
            "attention_passed": rng.random(n) >= truth["inattentive_share"],
        }
    )


def _answers(
    rng: np.random.Generator,
    construct: str,
    truth: Truth,
    country: np.ndarray,
    group: np.ndarray,
    titles: np.ndarray,
    inattentive: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return accept and rating, shape (n, seen, levels)."""
    n_countries, n_titles = country.max() + 1, int(truth["titles"])
    centres = np.array([centre(construct, g, truth) for g in GROUPS])
    of_country = rng.normal(0, 1, n_countries) * truth["country_sd"]
    of_title = rng.normal(0, 1, n_titles) * truth["title_sd"]
    of_group_title = rng.normal(0, 1, (len(GROUPS), n_titles)) * truth["region_title_sd"]
    of_person = rng.normal(0, 1, len(country)) * truth["person_sd"]
    rest = rng.normal(0, 1, titles.shape) * truth["person_title_sd"]
    threshold = (centres[group] + of_country[country] + of_person)[:, None] + rest
    threshold = threshold + of_title[titles] + of_group_title[group[:, None], titles]
    margin = threshold[:, :, None] - to_steps(construct, level_values(construct))
    margin = -margin if demands_more(construct) else margin
    noise = rng.logistic(0, 1, margin.shape) * truth["spread"]
    accept = margin + noise > 0
    rating = _rate(rng, margin, truth, group)
    coins = rng.random(margin.shape) < 0.5
    points = rng.integers(1, 8, margin.shape)
    careless = inattentive[:, None, None]
    return np.where(careless, coins, accept), np.where(careless, points, rating)


def _rate(
    rng: np.random.Generator, margin: np.ndarray, truth: Truth, group: np.ndarray
) -> np.ndarray:
    """Return ratings from 1 to 7: acceptability seen through the response style of the group."""
    stretch = np.array([truth[f"stretch_{g}"] for g in GROUPS])[group][:, None, None]
    acquiescence = np.array([truth[f"acquiescence_{g}"] for g in GROUPS])[group][:, None, None]
    error = rng.normal(0, 1, margin.shape) * truth["rating_sd"]
    latent = truth["rating_slope"] * margin + error
    return np.clip(np.rint(4 + stretch * latent + acquiescence), 1, 7).astype(np.int64)


def _ladder_ids(n_titles: int) -> np.ndarray:
    return np.array([[f"{c[0]}{t:02d}" for t in range(1, n_titles + 1)] for c in CONSTRUCTS])


def _ladders(n_titles: int) -> pd.DataFrame:
    ids = _ladder_ids(n_titles)
    rows = [
        (ids[c, t], float(level + 1), f"t{t + 1:02d}", construct, value)
        for c, construct in enumerate(CONSTRUCTS)
        for t in range(n_titles)
        for level, value in enumerate(level_values(construct))
    ]
    frame = pd.DataFrame(rows, columns=["ladder_id", "level", "title_id", "construct", "value"])
    unit = frame["construct"].map({"exaggeration": "jnd", "setup": "s", "intensity": "jnd"})
    return frame.assign(unit=unit, calibrated=True)


def _ratings(
    ids: pd.Series, titles: np.ndarray, accept: np.ndarray, rating: np.ndarray, order: np.ndarray
) -> pd.DataFrame:
    n, n_constructs, seen, levels = accept.shape
    ladder_ids = _ladder_ids(int(titles.max()) + 1)
    ladder = ladder_ids[np.arange(n_constructs)[None, :, None], titles[:, None, :]]
    return pd.DataFrame(
        {
            "respondent_id": np.repeat(ids.to_numpy(), n_constructs * seen * levels),
            "ladder_id": np.repeat(ladder.ravel(), levels),
            "level": np.tile(np.arange(1.0, levels + 1), n * n_constructs * seen),
            "accept": accept.ravel(),
            "rating": rating.ravel().astype(float),
            "presented_order": order.ravel(),
        }
    )


SAYS = "A simulated study of the tolerance of exaggeration, setup and intensity in 36 countries"
SIMULATIONS.add("tolerance-sim")(
    Simulation(
        name="tolerance-sim",
        says=f"{SAYS}, with response styles that act on ratings only.",
        unit="a person's answer to a stimulus at a level of a ladder",
        truth=TRUTH,
        function=tolerance_sim,
        true_values=tolerance_truth,
    )
)
