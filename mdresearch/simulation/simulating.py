"""The registry of simulations, and the verb that gives data with a known truth."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus

SEED = 1848
Truth = Mapping[str, float]


@dataclass(frozen=True)
class Parameter:
    """One parameter of a truth: its default, its unit, what it is and what it may be."""

    default: float
    unit: str
    says: str
    low: float = -math.inf
    high: float = math.inf
    whole: bool = False

    def check(self, name: str, value: float) -> float:
        """Return the value, or raise where it is not allowed.

        Raises
        ------
        StatisticsError
            The value is not a number, lies outside ``low`` to ``high``, or is not whole.
        """
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        good = number and math.isfinite(value) and self.low <= value <= self.high
        if not good or (self.whole and value != int(value)):
            kind = "a whole number" if self.whole else "a number"
            bounds = [f"at least {self.low:g}"] if self.low > -math.inf else []
            bounds += [f"at most {self.high:g}"] if self.high < math.inf else []
            allowed = " and ".join([" ".join([kind, *bounds[:1]]), *bounds[1:]])
            raise StatisticsError(
                f"{name} is {value!r}; it must be {allowed} ({self.unit}: {self.says}). "
                f"The default is {self.default:g}."
            )
        return int(value) if self.whole else float(value)


@dataclass(frozen=True)
class Simulation:
    """A simulation: what it says, its truth, and the function that draws a corpus.

    Attributes
    ----------
    name, says : str
        Id, and one sentence on what is simulated.
    unit : str
        What one row of its main table is.
    truth : mapping of str to Parameter
        Every parameter with its default.
    function : callable
        Takes a seed and the complete truth; returns a Corpus of kind ``"simulated"``.
    true_values : callable or None
        Takes the complete truth; returns the frame of true effects with the verdicts they imply.
    """

    name: str
    says: str
    unit: str
    truth: Mapping[str, Parameter]
    function: Callable[[int, Truth], Corpus]
    true_values: Callable[[Truth], pd.DataFrame] | None = None


SIMULATIONS: Registry[Simulation] = Registry(
    "simulation", homes=("mdresearch.simulation.tolerance_sim",)
)


def complete_truth(name: str, truth: Truth) -> dict[str, float]:
    """Return the whole truth of a simulation: its defaults, and what was given instead.

    Raises
    ------
    UnknownNameError
        There is no such simulation or parameter.
    StatisticsError
        A value is not allowed.
    """
    known = SIMULATIONS[name].truth
    for key in truth:
        if key not in known:
            raise unknown_name(f"parameter of '{name}'", key, known)
    return {k: p.check(k, truth.get(k, p.default)) for k, p in known.items()}


def simulate(name: str, *, seed: int = SEED, **truth: float) -> Corpus:
    """Draw a corpus with a known truth.

    Parameters
    ----------
    name : str
        A name in ``SIMULATIONS``.
    seed : int
        Seed of `numpy.random.default_rng`; the same seed and truth give the same corpus.
    **truth : float
        Parameters that differ from their defaults; see ``SIMULATIONS[name].truth``.

    Returns
    -------
    Corpus
        Of kind ``"simulated"``, with simulation, seed and truth in its provenance.

    Raises
    ------
    UnknownNameError
        There is no such simulation or parameter.
    StatisticsError
        A value or the seed is not allowed.

    Examples
    --------
    >>> simulate("tolerance-sim", persons_per_country=3).kind
    'simulated'
    """
    from dataclasses import replace

    whole = complete_truth(name, truth)
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise StatisticsError(f"seed is {seed!r}; it must be a whole number at least 0.")
    corpus = SIMULATIONS[name].function(seed, MappingProxyType(whole))
    provenance = {"simulation": name, "seed": seed, "truth": whole, **corpus.provenance}
    return replace(corpus, kind="simulated", provenance=provenance)


def true_values(name: str, **truth: float) -> pd.DataFrame:
    """Return the true effects of a simulation and the verdicts that they imply.

    Returns
    -------
    DataFrame
        ``claim, outcome, expect, scale, parameter, value, smallest, at_least, implied``.

    Raises
    ------
    UnknownNameError
        There is no such simulation or parameter.
    StatisticsError
        A value is not allowed, or the simulation states no true values.
    """
    whole = complete_truth(name, truth)
    function = SIMULATIONS[name].true_values
    if function is None:
        raise StatisticsError(f"The simulation '{name}' states no true values. Read its 'says'.")
    return function(whole)
