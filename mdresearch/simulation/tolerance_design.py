"""The design and the truth of the simulated tolerance study, as data."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from mdresearch.simulation.simulating import Parameter

GROUPS = ("latam", "noram", "western", "asian")
CONSTRUCTS = ("exaggeration", "setup", "intensity")
N_LEVELS = 7
SECONDS = (5.0, 9.0, 16.0, 28.0, 50.0, 90.0, 160.0)
STEP = math.log(SECONDS[-1] / SECONDS[0]) / (N_LEVELS - 1)

# The group says which shift a country has. "western" holds the rest of Anglo, then Europe. The
# Anglo eight are GLOBE's six and two extensions that are declared here: Bermuda and South Africa.
COUNTRIES: Mapping[str, tuple[str, ...]] = {
    "latam": ("ARG", "BOL", "BRA", "CHL", "COL", "CRI", "ECU", "MEX", "PER", "URY"),
    "noram": ("CAN", "USA"),
    "western": (
        *("AUS", "BMU", "GBR", "IRL", "NZL", "ZAF"),
        *("DEU", "ESP", "FRA", "ITA", "NLD", "NOR", "POL", "SWE"),
    ),
    "asian": ("CHN", "IDN", "IND", "JPN", "KOR", "MYS", "PHL", "THA", "TWN", "VNM"),
}


def _shifts() -> dict[str, Parameter]:
    step, ratio = "steps", "ratio"
    out = {
        "exaggeration_centre": Parameter(3.7, step, "threshold of a country without a shift"),
        "setup_centre": Parameter(25.0, "s", "threshold of a country with ratio 1", 1.0, 1000.0),
        "intensity_centre": Parameter(3.5, step, "threshold of a country without a shift"),
    }
    defaults = {
        "exaggeration": {"latam": 0.87},
        "setup": {"noram": 1.45, "western": 1.45},
        "intensity": {"noram": 0.02, "western": 0.02},
    }
    for construct in CONSTRUCTS:
        for group in GROUPS:
            says = f"{construct} threshold of {group} countries against the centre"
            held = defaults[construct].get(group, 1.0 if construct == "setup" else 0.0)
            low = 0.05 if construct == "setup" else -math.inf
            unit = ratio if construct == "setup" else step
            out[f"{construct}_{group}"] = Parameter(held, unit, says, low)
    return out


def _styles() -> dict[str, Parameter]:
    out = {}
    acquiescence, stretch = {"latam": 0.4}, {"latam": 1.3, "asian": 0.8}
    for group in GROUPS:
        out[f"acquiescence_{group}"] = Parameter(
            acquiescence.get(group, 0.0), "scale points", f"added to each rating in {group} only"
        )
        out[f"stretch_{group}"] = Parameter(
            stretch.get(group, 1.0), "factor", f"spreads ratings about 4 in {group} only", 0.0
        )
    return out


TRUTH: Mapping[str, Parameter] = {
    **_shifts(),
    "country_sd": Parameter(0.15, "steps", "SD of countries within a group", 0.0),
    "title_sd": Parameter(0.40, "steps", "SD of titles", 0.0),
    "region_title_sd": Parameter(0.15, "steps", "SD of titles within a group, drawn anew", 0.0),
    "person_sd": Parameter(0.60, "steps", "SD of persons within a country", 0.0),
    "person_title_sd": Parameter(0.45, "steps", "SD of a person over titles", 0.0),
    "spread": Parameter(0.35, "steps", "scale of the logistic curve of acceptance", 0.01),
    "rating_slope": Parameter(0.60, "scale points a step", "how ratings follow acceptability"),
    "rating_sd": Parameter(0.60, "scale points", "SD of a rating's error", 0.0),
    **_styles(),
    "persons_per_country": Parameter(30, "persons", "persons in each country", 2, 5000, True),
    "titles": Parameter(12, "titles", "titles in the study", 2, 99, True),
    "titles_per_person": Parameter(4, "titles", "titles that a person sees", 1, 99, True),
    "inattentive_share": Parameter(0.04, "share", "persons who answer at random", 0.0, 1.0),
    "without_country": Parameter(2, "persons", "persons whose country is not known", 0, 50, True),
}


def country_frame() -> list[tuple[str, str]]:
    """Return (country, group) of every country of the design, in order of the code."""
    return sorted((country, group) for group, held in COUNTRIES.items() for country in held)


def level_values(construct: str) -> tuple[float, ...]:
    """Return the calibrated values of a ladder: steps 1 to 7, or seconds of setup.

    Examples
    --------
    >>> level_values("setup")[0], level_values("setup")[-1]
    (5.0, 160.0)
    """
    return SECONDS if construct == "setup" else tuple(float(i) for i in range(1, N_LEVELS + 1))


def to_steps(construct: str, values: float | tuple[float, ...]) -> np.ndarray:
    """Return ladder steps from 1: of seconds on the logarithmic ladder, else the values themselves.

    Examples
    --------
    >>> to_steps("setup", (5.0, 160.0)).round(6).tolist()
    [1.0, 7.0]
    """
    array = np.asarray(values, dtype=float)
    return 1 + np.log(array / SECONDS[0]) / STEP if construct == "setup" else array


def centre(construct: str, group: str, truth: Mapping[str, float]) -> float:
    """Return the true mean threshold of a group's countries, in steps."""
    middle = float(to_steps(construct, truth[f"{construct}_centre"]))
    shift = truth[f"{construct}_{group}"]
    return middle + (math.log(shift) / STEP if construct == "setup" else shift)


def demands_more(construct: str) -> bool:
    """Whether acceptance rises with the level (a lower threshold) instead of falling."""
    return construct == "intensity"
