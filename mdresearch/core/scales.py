"""The scales on which an effect is stated, and the linear scale on which it is tested."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mdresearch.core.errors import StatisticsError, unknown_name


@dataclass(frozen=True, slots=True)
class Scale:
    """A scale of effects.

    Attributes
    ----------
    name, symbol, says : str
        Id, symbol in a sentence, meaning.
    link : str
        ``identity``, ``log`` or ``fisher``: how the stated effect becomes the linear one.
    default_smallest : float or None
        The smallest effect of interest when a claim names none; None where it must be named.
    """

    name: str
    symbol: str
    says: str
    link: str = "identity"
    default_smallest: float | None = None


SCALES = {
    scale.name: scale
    for scale in (
        Scale("raw", "difference", "the outcome's own unit"),
        Scale(
            "g_person",
            "g_person",
            "difference over the pooled SD of persons within country (and title)",
            default_smallest=0.2,
        ),
        Scale("g_country", "g_country", "difference over the pooled SD between countries"),
        Scale("ratio", "ratio", "ratio of geometric means; the test is on logarithms", "log"),
        Scale("rate_ratio", "RR", "ratio of event rates a year", "log"),
        Scale("d_from_t", "d", "t x sqrt(1/n1 + 1/n2), to match published tables"),
        Scale("share", "share", "share of variance, 0 to 1"),
        Scale("correlation", "r", "correlation, tested after Fisher's transformation", "fisher"),
    )
}


def scale_of(name: str) -> Scale:
    """Return a scale by name, or word the error."""
    if name not in SCALES:
        raise unknown_name("scale", name, SCALES)
    return SCALES[name]


def to_linear(value: float, scale: str) -> float:
    """Return the linear value of a stated effect.

    Examples
    --------
    >>> round(to_linear(1.2, "ratio"), 4)
    0.1823
    """
    link = scale_of(scale).link
    if link == "log":
        if value <= 0:
            raise StatisticsError(
                f"{value} cannot stand on the scale '{scale}': a ratio is above 0. "
                "Write 1.2 for 20 % more."
            )
        return math.log(value)
    if link == "fisher":
        if not -1 < value < 1:
            raise StatisticsError(f"{value} is not a correlation between -1 and 1.")
        return math.atanh(value)
    return float(value)


def from_linear(value: float, scale: str) -> float:
    """Return the stated effect of a linear value.

    Examples
    --------
    >>> from_linear(0.0, "ratio")
    1.0
    """
    link = scale_of(scale).link
    if link == "log":
        return math.exp(value) if value < 700 else math.inf
    return math.tanh(value) if link == "fisher" else float(value)
