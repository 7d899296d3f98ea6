"""How alike are countries? Shares of variance of country, stimulus and their interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core import apa
from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.results import NAN, Check, Comparison, Effect
from mdresearch.stats import profile_correlations  # noqa: F401  (registers its test)
from mdresearch.stats.components import NAMES, components, jackknife
from mdresearch.stats.methods import TESTS, Design, Method
from mdresearch.stats.profiles import Profiles, countries_row, country_profiles, profile_table
from mdresearch.stats.similarity_checks import similarity_checks
from mdresearch.stats.single_effects import known_options, require_scale, single_effect

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("component", "of", "stimuli")
OF = ("reliable", "total", "country_to_stimulus")


def variance_share(data: pd.DataFrame, design: Design) -> Comparison:
    """Give the share of variance of one component of a country-by-stimulus layout.

    Parameters
    ----------
    data : DataFrame
        One row an answer of a person to a stimulus.
    design : Design
        ``country``, ``title`` (the stimulus) and, where persons answer several stimuli, ``person``.
        Options: ``component`` (interaction, country, stimulus); ``of`` (reliable: country, stimulus
        and interaction; total: with persons and error; country_to_stimulus: country over country
        and stimulus); ``stimuli: recalled`` where each person recalled an event of their own.

    Returns
    -------
    Comparison
        ``share``, from 0 to 1. Its tables: ``components`` (component, variance, share) and
        ``profiles`` (country, stimulus, mean, n).

    Notes
    -----
    Components by Henderson's method 3 on unweighted cell means (`components.components`). A
    negative variance stands in the table as it was estimated and counts as 0 in shares. The error
    is a jackknife over countries plus one over stimuli, since both are samples; the interval is
    symmetrical and may reach below 0. Persons are a random sample of their country.

    Missing data: rows without an outcome are left out and counted; empty cells are allowed as long
    as the others connect all countries and stimuli. Undefined (with a reason): fewer than three
    countries or stimuli, no cell with two persons, no reliable variance, no variation.

    Raises
    ------
    DataError, StatisticsError
        A column is absent or not numeric; an option is unknown.
    """
    require_scale("variance_share", design, "share")
    options = known_options("variance_share", design, OPTIONS)
    component, of = _asked(options)
    profiles = country_profiles(data, design)
    found = components(profiles)
    reason = _undefined(profiles, found)
    value = se = df = NAN
    if not reason:
        raw = share_of(profiles, component, of)
        error = jackknife(profiles, lambda p: share_of(p, component, of))
        value, se, df = max(raw, 0.0), error.se, error.df
        if np.isnan(raw):
            reason = "country, stimulus and interaction have no variance above 0 together"
        elif np.isnan(se):
            reason = "the share is undefined where one country or stimulus is left out: no interval"
    return single_effect(
        "variance_share",
        design,
        Effect(value, se, df, "share"),
        countries_row(profiles),
        (*similarity_checks(profiles, design, options), *_negative(found)),
        {"components": component_table(profiles, found), "profiles": profile_table(profiles)},
        reason=reason,
        provenance={"component": component, "of": of},
    )


def _asked(options: dict[str, Any]) -> tuple[str, str]:
    component, of = str(options.get("component", "interaction")), str(options.get("of", "reliable"))
    if of not in OF:
        raise unknown_name("value of the option 'of'", of, OF)
    if of == "country_to_stimulus":
        component = str(options.get("component", "country"))
    if component not in NAMES:
        raise unknown_name("component", component, NAMES)
    if of == "country_to_stimulus" and component == "interaction":
        raise StatisticsError(
            "The option component is 'interaction', which is no part of 'country_to_stimulus'. "
            "Write component: country, or of: reliable."
        )
    return component, of


def share_of(profiles: Profiles, component: str, of: str) -> float:
    """Return a component over what it is a share of; negative where the component is.

    In the sum below, negative components count as 0. ``nan`` where that sum is not above 0.

    Examples
    --------
    >>> import pandas as pd
    >>> from mdresearch.core.expect import parse_expect
    >>> rows = [(c, s, 3.0 * s + c * s + e) for c in (0, 1, 2) for s in (0, 1, 2) for e in (-1, 1)]
    >>> data = pd.DataFrame(rows, columns=["country", "stimulus", "y"])
    >>> design = Design("y", parse_expect("< 0.1"), country="country", title="stimulus")
    >>> profiles = country_profiles(data, design)
    >>> components(profiles).round(6).tolist()
    [0.666667, 15.666667, 0.0]
    >>> round(share_of(profiles, "stimulus", "reliable"), 6)
    0.959184
    """
    found = components(profiles)
    parts = dict(zip(NAMES, found, strict=True))
    if of == "country_to_stimulus":
        whole = max(parts["country"], 0.0) + max(parts["stimulus"], 0.0)
    else:
        whole = float(np.maximum(found, 0.0).sum())
        whole += max(profiles.within, 0.0) if of == "total" else 0.0
    scale = max(float(np.nanmax(np.abs(profiles.mean))), 1e-300) ** 2
    return float(parts[component] / whole) if whole > 1e-20 * scale else NAN


def component_table(profiles: Profiles, found: np.ndarray) -> pd.DataFrame:
    """Return component, variance, share of the reliable variance, share of the total variance.

    ``person`` is the covariance of a person's answers to two stimuli, ``residual`` the rest of the
    variance within cells; without a person column all of it is ``residual``.
    """
    import pandas as pd

    values = [*found, profiles.person, profiles.within - profiles.person]
    names = [*NAMES, "person", "residual"]
    if not profiles.crossed:
        names, values = [*NAMES, "residual"], [*found, profiles.within]
    variance = np.asarray(values, dtype=float)
    positive = np.maximum(variance, 0.0)
    reliable = positive[:3].sum()
    share = np.where(np.arange(len(names)) < 3, positive / reliable if reliable > 0 else NAN, NAN)
    total = positive.sum()
    return pd.DataFrame(
        {
            "component": names,
            "variance": variance,
            "share": share,
            "share_of_total": positive / total if total > 0 else np.full(len(names), NAN),
        }
    )


def _undefined(profiles: Profiles, found: np.ndarray) -> str:
    n_countries, n_stimuli = profiles.mean.shape
    if n_countries < 3:
        return f"{n_countries} countr{'y' if n_countries == 1 else 'ies'}; three are needed"
    if n_stimuli < 3:
        return f"{n_stimuli} stimul{'us' if n_stimuli == 1 else 'i'}; three are needed"
    if np.isnan(profiles.within):
        return "no cell has two persons: interaction and error cannot be told apart"
    if np.isnan(found).any():
        return "the cells do not connect all countries and stimuli"
    seen = profiles.mean[profiles.n > 0]
    if np.ptp(seen) <= 1e-12 * max(float(np.abs(seen).max()), 1e-300):
        return "the outcome does not vary between cells"
    return ""


def _negative(found: np.ndarray) -> tuple[Check, ...]:
    tiny = -1e-12 * float(np.abs(found).sum())
    low = [f"{n} {apa.number(v, 4)}" for n, v in zip(NAMES, found, strict=True) if v < tiny]
    if not low:
        return ()
    evidence = f"estimated below 0 and counted as 0 in shares: {', '.join(low)}"
    return (Check("variances_above_zero", False, evidence),)


TESTS.add("variance_share")(
    Method(
        name="variance_share",
        question="How much of the variance is a country's own?",
        needs="answers of persons in three or more countries to the same three or more stimuli",
        scales=("share",),
        verified="mean squares by hand, and simulation (tests/calibration/variance_share.csv)",
        groups=False,
        function=variance_share,
        columns=("country", "title"),
        options=OPTIONS,
    )
)
