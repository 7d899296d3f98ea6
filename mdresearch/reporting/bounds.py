"""What a claim draws on the axis of its estimate: the smallest effect, the claimed minimum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.core import apa
from mdresearch.core.scales import from_linear, scale_of, to_linear

if TYPE_CHECKING:
    from mdresearch.core.claims import Claim
    from mdresearch.core.findings import Finding
    from mdresearch.core.results import Effect


GAP = 5 * "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The marks of a claim on the scale of its estimate.

    Attributes
    ----------
    null : float
        The value of "no difference", or the number that the claim compares with.
    band : tuple of float or None
        The limits within which an effect is smaller than the smallest effect of interest.
    claimed : float or None
        The minimum that the claim's wording implies; below ``null`` where the claim says "lower".
    alpha : float
        The error rate of the claim.
    adjusted : float or None
        The error rate after Holm, where it differs.
    """

    null: float = 0.0
    band: tuple[float, float] | None = None
    claimed: float | None = None
    alpha: float = 0.05
    adjusted: float | None = None

    @property
    def level(self) -> float:
        """The confidence level of the interval that decides the verdict."""
        return 1 - (self.alpha if self.adjusted is None else self.adjusted)


def plain_bounds(scale: str) -> Bounds:
    """Return the bounds of a comparison that no claim asks for: "no difference" only."""
    return Bounds(null=from_linear(0.0, scale))


def bounds_of(finding: Finding) -> Bounds:
    """Return the bounds of a finding, on the claim's scale.

    Examples
    --------
    >>> from mdresearch.core.claims import Claim
    >>> claim = Claim("H1", "", "x", "region", "a < b", at_least=0.5, why="stated")
    >>> claim_bounds(claim)
    Bounds(null=0.0, band=(-0.2, 0.2), claimed=-0.5, alpha=0.05, adjusted=None)
    """
    adjusted = finding.adjusted.alpha if finding.adjusted is not None else None
    return claim_bounds(finding.claim, adjusted)


def claim_bounds(claim: Claim, adjusted: float | None = None) -> Bounds:
    """Return the bounds of a claim; they are formed as in the verdict table."""
    scale, expectation = claim.scale, claim.expectation
    null = to_linear(expectation.number, scale) if expectation.number is not None else 0.0
    band = claimed = None
    if claim.smallest_used is not None:
        size = to_linear(claim.smallest_used, scale)
        band = (from_linear(null - size, scale), from_linear(null + size, scale))
    if claim.at_least is not None:
        least = expectation.sign * to_linear(claim.at_least, scale)
        claimed = from_linear(null + least, scale)
    if adjusted is not None and abs(adjusted - claim.alpha) < 1e-12:
        adjusted = None
    return Bounds(from_linear(null, scale), band, claimed, claim.alpha, adjusted)


def band_words(bounds: Bounds, scale: str) -> str:
    """Say the band in a few words, such as ``smallest effect of interest: ±0.20``."""
    if bounds.band is None:
        return ""
    low, high = bounds.band
    if scale_of(scale).link == "identity" and abs(bounds.null) < 1e-12:
        return f"smallest effect of interest: ±{apa.number(high)}"
    return f"smallest effect of interest: {apa.number(low)} to {apa.number(high)}"


def percent(level: float) -> str:
    """Print a confidence level.

    Examples
    --------
    >>> percent(0.95), percent(0.9833333)
    ('95%', '98.33%')
    """
    return f"{100 * level:.2f}".rstrip("0").rstrip(".") + "%"


def interval_words(bounds: Bounds) -> str:
    """Say what the lines through an estimate are."""
    wide, narrow = percent(1 - bounds.alpha), percent(1 - 2 * bounds.alpha)
    text = f"Estimate: thin line {wide} interval, thick line {narrow}"
    if bounds.adjusted is not None:
        text += f"; dashed line {percent(1 - bounds.adjusted)}, the claim's level after Holm"
    return text + "."


def direction_words(labels: Mapping[str, str], effect: Effect) -> str:
    """Say what the two sides of the null value mean, where there are two groups."""
    a, b = labels.get("a", ""), labels.get("b", "")
    if effect.scale == "rate_ratio":
        return f"← falling{GAP}rising →"
    if not (a and b) or effect.scale in ("share", "correlation"):
        return ""
    return f"← {b} higher{GAP}{a} higher →"
