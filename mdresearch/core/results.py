"""The results that statistics give: frozen, and able to show themselves."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from mdresearch.core import apa
from mdresearch.core.scales import from_linear, scale_of

if TYPE_CHECKING:
    import pandas as pd

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Attributes
    ----------
    symbol : str
        What it is called in a sentence.
    value, low, high : float
        Estimate and interval limits; ``nan`` where undefined.
    level : float
        Confidence level.
    reason : str
        Why it is undefined; empty where it is defined.
    """

    symbol: str
    value: float
    low: float = NAN
    high: float = NAN
    level: float = 0.95
    reason: str = ""

    def apa(self, digits: int = 2) -> str:
        """Return the estimate and its interval as a phrase."""
        if math.isnan(self.value):
            return f"{self.symbol} is undefined" + (f" ({self.reason})" if self.reason else "")
        phrase = f"{self.symbol} = {apa.number(self.value, digits)}"
        if math.isnan(self.low) and math.isnan(self.high):
            return phrase
        return f"{phrase}, {apa.interval(self.low, self.high, self.level, digits)}"

    __str__ = apa


@dataclass(frozen=True, slots=True)
class Check:
    """A doubt about a result: whether it is met, and what was seen.

    ``holds`` is None where the check was not or could not be done.
    """

    name: str
    holds: bool | None
    evidence: str

    @property
    def word(self) -> str:
        """The state of the check in a word."""
        return {True: "holds", False: "fails", None: "not done"}[self.holds]

    def __str__(self) -> str:
        return f"{self.name} {self.word}: {self.evidence}"


@dataclass(frozen=True, slots=True)
class Effect:
    """What a verdict is formed from: an effect on its linear scale, with its error.

    Attributes
    ----------
    value, se, df : float
        Effect, standard error and degrees of freedom (``inf`` for a normal reference), on the
        linear scale: logarithms for ratios, Fisher's z for correlations.
    scale : str
        The scale on which the effect is stated.
    """

    value: float
    se: float
    df: float
    scale: str

    @property
    def defined(self) -> bool:
        """Whether value and error are finite and the error is above zero."""
        return math.isfinite(self.value) and math.isfinite(self.se) and self.se > 0

    def estimate(self, level: float = 0.95) -> Estimate:
        """Return the effect with its interval at ``level``, on the stated scale."""
        low, high = self.linear_interval(level)
        scale = scale_of(self.scale)
        back = [from_linear(v, self.scale) if not math.isnan(v) else v for v in (low, high)]
        value = from_linear(self.value, self.scale) if math.isfinite(self.value) else NAN
        return Estimate(scale.symbol, value, back[0], back[1], level)

    def linear_interval(self, level: float) -> tuple[float, float]:
        """Return the interval at ``level`` on the linear scale."""
        if not self.defined:
            return NAN, NAN
        from scipy.special import ndtri, stdtrit

        upper = 1 - (1 - level) / 2
        q = float(ndtri(upper) if math.isinf(self.df) else stdtrit(self.df, upper))
        return self.value - q * self.se, self.value + q * self.se


@dataclass(frozen=True, slots=True)
class Permutation:
    """A permutation of countries between the sides, conditional on the titles at hand."""

    p: float
    smallest_p: float
    n_relabellings: int
    exact: bool
    sided: str = "two-sided"

    def __str__(self) -> str:
        how = "all" if self.exact else "a random sample of"
        return (
            f"permutation of countries, {how} {self.n_relabellings:,} relabellings, {self.sided}: "
            f"p {apa.p_value(self.p)}; the smallest p it could reach is {self.smallest_p:.3g}; "
            "conditional on these titles"
        )


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of a test.

    Attributes
    ----------
    test : str
        Key in ``TESTS``.
    statistic, symbol, df, p
        Test statistic of "no effect" (or of no difference from the claim's number), two-sided p.
    estimate : Estimate
        On the claim's scale; positive where the first group is higher.
    raw : Estimate
        In the unit of the outcome (or of its logarithm).
    effect : Effect
        The linear effect that a verdict is formed from.
    groups : DataFrame
        group, n_countries, n_titles, n_persons, n_rows, mean, sd.
    checks : tuple of Check
    cite : tuple of str
    tables : mapping of str to DataFrame
        What a figure draws: ``countries``, ``titles`` and so on.
    permutation : Permutation or None
    reason : str
        Why the result is undefined; empty where it is defined.
    labels : mapping of str to str
        ``outcome``, ``a``, ``b`` and ``unit``: for sentences and figures.
    provenance : mapping
        Options and seed.
    """

    test: str
    statistic: float
    symbol: str
    df: float
    p: float
    estimate: Estimate
    effect: Effect
    groups: pd.DataFrame
    raw: Estimate | None = None
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()
    tables: Mapping[str, Any] = field(default_factory=dict)
    permutation: Permutation | None = None
    reason: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the result as one tidy row, at full precision."""
        import pandas as pd

        return pd.DataFrame(
            [
                {
                    "test": self.test,
                    "statistic": self.statistic,
                    "symbol": self.symbol,
                    "df": self.df,
                    "p": self.p,
                    "p_permutation": self.permutation.p if self.permutation else NAN,
                    "scale": self.effect.scale,
                    "estimate": self.estimate.value,
                    "low": self.estimate.low,
                    "high": self.estimate.high,
                    "level": self.estimate.level,
                    "reason": self.reason,
                }
            ]
        )

    def apa(self) -> str:
        """Return the result as a phrase for the paper."""
        if self.reason:
            return f"not tested: {self.reason}"
        digits = int(self.provenance.get("digits", 2))
        phrase = apa.statistic(self.symbol, self.statistic, self.df, self.p, digits)
        return f"{phrase}; {self.estimate.apa()}"

    def failed(self) -> tuple[Check, ...]:
        """Return the checks that fail."""
        return tuple(c for c in self.checks if c.holds is False)

    def __repr__(self) -> str:
        lines = [f"Comparison ({self.test}): {self.apa()}", self.groups.to_string(index=False)]
        return "\n".join(lines + [f"  {check}" for check in self.checks])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return (
            paragraph(f"{self.test}: {self.apa()}")
            + table_html(self.groups)
            + checks_html(self.checks)
        )


@dataclass(frozen=True, eq=False)
class ModelFit:
    """A fitted model: coefficients as a tidy frame, fit statistics beside it.

    Attributes
    ----------
    model : str
        What was fitted, in words.
    coefficients : DataFrame
        term, estimate, se, statistic, df, p, low, high.
    loglik, n, aic, bic
        Log-likelihood, observations, information criteria (``nan`` where undefined).
    checks : tuple of Check
    cite : tuple of str
    vcov : DataFrame or None
        Covariance of the coefficients, terms x terms: what contrasts are formed from.
    tables : mapping of str to DataFrame
        What belongs to one kind of model: variances, thresholds, random effects.
    reason : str
        Why the fit is undefined; empty where it is defined.
    provenance : mapping
        Options and seed.
    """

    model: str
    coefficients: pd.DataFrame
    loglik: float
    n: int
    aic: float
    bic: float
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ()
    vcov: pd.DataFrame | None = None
    tables: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return term, estimate, se, statistic, df, p, low, high."""
        return self.coefficients.copy()

    def apa(self) -> str:
        """Return the fit as a phrase."""
        return f"{self.model}, N = {self.n:,}, log-likelihood = {apa.number(self.loglik)}"

    def __repr__(self) -> str:
        return f"ModelFit ({self.apa()})\n{self.coefficients.to_string(index=False)}"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.coefficients) + checks_html(self.checks)


Relation = Literal[">", "<", "!=", "~"]


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict formed from an effect at one error rate.

    Attributes
    ----------
    verdict : str
        ``supported``, ``contradicted``, ``equivalent``, ``undecided`` or ``not_tested``.
    note : str
        What the sentence adds, such as "smaller than claimed".
    alpha : float
        The error rate at which the word was formed.
    p : float
        Two-sided, for the difference against the claimed minimum (0 where there is none).
    p_up, p_down, p_equivalence : float
        One-sided p above and below that value, and of the two one-sided tests within the bounds.
    p_decisive : float
        min(1, 2 x the smallest of the three); what Holm runs over.
    interval, narrow : Estimate
        The intervals at 1 - alpha and at 1 - 2 alpha.
    """

    verdict: str
    note: str
    alpha: float
    p: float
    p_up: float
    p_down: float
    p_equivalence: float
    p_decisive: float
    interval: Estimate
    narrow: Estimate
