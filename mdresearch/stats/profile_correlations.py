"""How alike are countries? The correlation of their profiles over stimuli, freed of error."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core import apa
from mdresearch.core.errors import unknown_name
from mdresearch.core.results import NAN, Check, Comparison, Effect
from mdresearch.stats.components import jackknife
from mdresearch.stats.methods import TESTS, Design, Method
from mdresearch.stats.profiles import Profiles, countries_row, country_profiles, profile_table
from mdresearch.stats.similarity_checks import similarity_checks
from mdresearch.stats.single_effects import known_options, require_scale, single_effect

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("average", "stimuli")
AVERAGES = ("weighted", "pairs")
CAP = 0.99


def profile_correlation(data: pd.DataFrame, design: Design) -> Comparison:
    """Give the mean correlation of countries' profiles over stimuli, corrected for error.

    Parameters
    ----------
    data : DataFrame
        One row an answer of a person to a stimulus.
    design : Design
        ``country``, ``title`` (the stimulus) and, where persons answer several stimuli, ``person``.
        Options: ``average`` (weighted, pairs) and ``stimuli`` (same, recalled).

    Returns
    -------
    Comparison
        ``r``: 1 where all countries order and space the stimuli alike, whatever the level and the
        spread of their answers. Its tables: ``pairs`` (a, b, n_stimuli, observed, corrected),
        ``profiles``, ``averages`` (average, observed and corrected).

    Notes
    -----
    For countries i and k over the stimuli that both saw: ``c_ik`` the covariance of their means,
    ``v_i`` the variance of i's means less the error variance of these means (the explainable
    variance, estimated from persons). ``r_ik = c_ik / sqrt(v_i v_k)``. ``weighted``, the default:
    ``sum c_ik / sum sqrt(v_i v_k)`` over pairs, the mean of the ``r_ik`` by the explainable
    variance of the pair, in which a profile of error alone (``v_i <= 0``) has no weight. ``pairs``:
    the plain mean, undefined if any ``v_i`` is not above 0, and too high where some are small. A
    mean above .99 is set to .99 with a failed check.

    The error is a jackknife over countries plus one over stimuli, on r, carried to Fisher's z by
    ``se / (1 - r^2)``.

    Missing data: rows without an outcome are left out and counted. Undefined (with a reason): fewer
    than three countries or stimuli, two countries that share fewer than three stimuli, a profile
    without variation, no cell with two persons.

    Raises
    ------
    DataError, StatisticsError
        A column is absent or not numeric; an option is unknown.

    References
    ----------
    Cowen, Fang, Sauter & Keltner (2020), doi:10.1073/pnas.1910704117, for the idea: correlations of
    the means of cultures divided by the variance that can be explained. The estimator is ours.
    """
    require_scale("profile_correlation", design, "correlation")
    options = known_options("profile_correlation", design, OPTIONS)
    average = str(options.get("average", "weighted"))
    if average not in AVERAGES:
        raise unknown_name("average", average, AVERAGES)
    profiles = country_profiles(data, design)
    reason = _undefined(profiles, average)
    value = se = df = NAN
    if not reason:
        value = mean_correlation(profiles, average)
        error = jackknife(profiles, lambda p: mean_correlation(p, average))
        se, df = error.se, error.df
        if np.isnan(value) or np.isnan(se):
            reason = (
                "the correlation is undefined, here or where one country or stimulus is left out: "
                "the profiles hold little but error. Use average: weighted, or more persons"
            )
    return single_effect(
        "profile_correlation",
        design,
        _on_z(value, se, df),
        countries_row(profiles),
        (*similarity_checks(profiles, design, options), *_capped(value)),
        {
            "pairs": pair_table(profiles),
            "profiles": profile_table(profiles),
            "averages": _averages(profiles),
        },
        reason=reason,
        cite=("cowen2020",),
        provenance={"average": average, "uncapped": value},
    )


def _on_z(value: float, se: float, df: float) -> Effect:
    if np.isnan(value):
        return Effect(NAN, NAN, NAN, "correlation")
    held = min(max(value, -CAP), CAP)
    return Effect(math.atanh(held), se / (1 - held**2), df, "correlation")


def _capped(value: float) -> tuple[Check, ...]:
    if not abs(value) > CAP:
        return ()
    evidence = f"the corrected mean is {apa.number(value, 3)} and is set to {CAP}"
    return (Check("below_one", False, evidence),)


def pair_moments(profiles: Profiles) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return shared stimuli, covariance, observed and explainable variance of pairs of profiles.

    Returns
    -------
    tuple of arrays, shape (C, C)
        Entry (i, k) of the last two is of country i over the stimuli that k saw too; ``nan`` with
        fewer than three stimuli.
    """
    seen = (profiles.n > 0).astype(float)
    centre = float(profiles.mean[seen > 0].mean()) if seen.any() else 0.0
    x = np.where(seen > 0, profiles.mean - centre, 0.0)
    shared = seen @ seen.T
    few = shared < 3
    sums = x @ seen.T
    diagonal = np.einsum("ijj->ij", profiles.noise)
    with np.errstate(invalid="ignore", divide="ignore"):
        covariance = (x @ x.T - sums * sums.T / shared) / (shared - 1)
        variance = ((x**2) @ seen.T - sums**2 / shared) / (shared - 1)
        block = np.einsum("kp,ipq,kq->ik", seen, profiles.noise, seen)
        error = (diagonal @ seen.T - block / shared) / (shared - 1)
    parts = [np.where(few, NAN, part) for part in (covariance, variance, variance - error)]
    return shared, parts[0], parts[1], parts[2]


def mean_correlation(profiles: Profiles, average: str = "weighted") -> float:
    """Return the mean corrected correlation of all pairs; ``nan`` where it is undefined.

    Examples
    --------
    >>> import pandas as pd
    >>> from mdresearch.core.expect import parse_expect
    >>> rows = [(c, s, c * s + e) for c in (1, 2, 3) for s in (0, 1, 5) for e in (-0.1, 0.1)]
    >>> data = pd.DataFrame(rows, columns=["country", "stimulus", "y"])
    >>> design = Design("y", parse_expect("> 0.8"), country="country", title="stimulus")
    >>> round(mean_correlation(country_profiles(data, design)), 3)
    1.001
    """
    shared, covariance, _, explainable = pair_moments(profiles)
    first, second = np.triu_indices(len(shared), 1)
    c = covariance[first, second]
    v, w = explainable[first, second], explainable[second, first]
    if average == "weighted":
        whole = float(np.sqrt(np.maximum(v, 0) * np.maximum(w, 0)).sum())
        return float(c.sum() / whole) if whole > 0 else NAN
    if not len(c) or not (np.minimum(v, w) > 0).all():
        return NAN
    return float((c / np.sqrt(v * w)).mean())


def pair_table(profiles: Profiles) -> pd.DataFrame:
    """Return a, b, n_stimuli, observed and corrected correlation of each pair of countries."""
    import pandas as pd

    shared, covariance, variance, explainable = pair_moments(profiles)
    first, second = np.triu_indices(len(shared), 1)
    c = covariance[first, second]
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = c / np.sqrt(variance[first, second] * variance[second, first])
        v, w = explainable[first, second], explainable[second, first]
        corrected = np.where(np.minimum(v, w) > 0, c / np.sqrt(v * w), NAN)
    return pd.DataFrame(
        {
            "a": [profiles.countries[i] for i in first],
            "b": [profiles.countries[i] for i in second],
            "n_stimuli": shared[first, second].astype(int),
            "observed": observed,
            "corrected": corrected,
        }
    )


def _averages(profiles: Profiles) -> pd.DataFrame:
    import pandas as pd

    pairs = pair_table(profiles)
    rows = [("observed, pairs", float(pairs["observed"].mean()) if len(pairs) else NAN)]
    rows += [(f"corrected, {name}", mean_correlation(profiles, name)) for name in AVERAGES]
    return pd.DataFrame(rows, columns=["average", "r"])


def _undefined(profiles: Profiles, average: str) -> str:
    n_countries, n_stimuli = profiles.mean.shape
    if n_countries < 3:
        return f"{n_countries} countr{'y' if n_countries == 1 else 'ies'}; three are needed"
    if n_stimuli < 3:
        return f"{n_stimuli} stimul{'us' if n_stimuli == 1 else 'i'}; three are needed"
    if np.isnan(profiles.within):
        return "no cell has two persons: profiles and error cannot be told apart"
    shared, _, variance, explainable = pair_moments(profiles)
    if (shared < 3).any():
        i, k = (int(v) for v in np.argwhere(shared < 3)[0])
        names = f"'{profiles.countries[i]}' and '{profiles.countries[k]}'"
        return f"{names} share {int(shared[i, k])} stimuli; three are needed"
    tiny = 1e-24 * max(float(np.nanmax(np.abs(profiles.mean))), 1e-300) ** 2
    flat = [c for c, v in zip(profiles.countries, np.diag(variance), strict=True) if v <= tiny]
    if flat:
        return f"the profile of {', '.join(flat)} does not vary over stimuli"
    empty = [c for c, v in zip(profiles.countries, np.diag(explainable), strict=True) if v <= 0]
    if empty and average == "pairs":
        return f"the profile of {', '.join(empty)} varies no more than its error"
    return ""


TESTS.add("profile_correlation")(
    Method(
        name="profile_correlation",
        question="Do countries order and space the stimuli alike?",
        needs="answers of persons in three or more countries to the same three or more stimuli",
        scales=("correlation",),
        verified="by hand, and simulation (tests/calibration/variance_share.csv)",
        groups=False,
        function=profile_correlation,
        columns=("country", "title"),
        options=OPTIONS,
    )
)
