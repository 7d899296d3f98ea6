"""What an agreement coefficient gives: an estimate that knows its error and what it rests on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdresearch.core import apa
from mdresearch.core.results import NAN, Check, Estimate

if TYPE_CHECKING:
    import pandas as pd

FEW_CLUSTERS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Coefficient(Estimate):
    """An agreement coefficient: an `Estimate` with its error and its base.

    Attributes
    ----------
    se : float
        Standard error: analytic, or the standard deviation of the bootstrap draws.
    observed, expected : float
        Observed and expected agreement (for alpha: disagreement); ``nan`` where there is none.
    n_units, n_units_paired, n_coders, n_values : int
        Units with a value; units with two values or more; coders with a value; values in paired
        units.
    interval : str
        How the interval was made.
    checks : tuple of Check
    cite : tuple of str
        Keys of references.
    provenance : mapping
        Level or weights, categories, draws, seed.
    """

    se: float = NAN
    observed: float = NAN
    expected: float = NAN
    n_units: int = 0
    n_units_paired: int = 0
    n_coders: int = 0
    n_values: int = 0
    interval: str = ""
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the coefficient as one tidy row, at full precision."""
        import pandas as pd

        names = (
            "symbol value low high level se observed expected n_units n_units_paired n_coders "
            "n_values interval reason"
        ).split()
        return pd.DataFrame([{name: getattr(self, name) for name in names}])

    def apa(self, digits: int = 2) -> str:
        """Return the coefficient, its interval and its base as a phrase."""
        if math.isnan(self.value):
            return f"{self.symbol} is undefined" + (f" ({self.reason})" if self.reason else "")
        phrase = f"{self.symbol} = {apa.number(self.value, digits)}"
        if not (math.isnan(self.low) and math.isnan(self.high)):
            phrase += f", {apa.interval(self.low, self.high, self.level, digits)}"
        return f"{phrase} ({self.n_units_paired:,} units, {self.n_coders} coders)"

    __str__ = apa

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph

        return paragraph(self.apa()) + checks_html(self.checks)


def few_clusters(n: int, what: str) -> Check:
    """Return the check that a bootstrap had enough clusters to draw from."""
    return Check(
        "clusters",
        n >= FEW_CLUSTERS,
        f"the interval resamples {n:,} {what}; {FEW_CLUSTERS} or more are advised",
    )
