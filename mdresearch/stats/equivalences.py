"""Equivalence and minimal-effect tests of one estimate with its error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import Decision, Effect
from mdresearch.core.scales import to_linear
from mdresearch.stats.verdicts import decide, holm, upper_tail


@dataclass(frozen=True, slots=True)
class MinimalEffect:
    """The test that an effect exceeds a minimum, in either direction.

    ``p`` is the smaller of the two one-sided p; ``p_above`` that of the effect lying above the
    upper bound, ``p_below`` that of it lying below the lower.
    """

    p_above: float
    p_below: float

    @property
    def p(self) -> float:
        """The smaller of the two."""
        return min(self.p_above, self.p_below)


def equivalence(effect: Effect, smallest: float, alpha: float = 0.05) -> Decision:
    """Test that an effect lies within ``(-smallest, smallest)`` (on ratio scales, 1/s to s).

    Parameters
    ----------
    effect : Effect
        From any comparison: ``comparison.effect``.
    smallest : float
        The bound, on the effect's scale. It has no default: state it, with its reason.
    alpha : float
        Error rate of each one-sided test.

    Returns
    -------
    Decision
        ``supported`` where equivalent, ``contradicted`` where the 1 - alpha interval lies outside
        the bounds, else ``undecided``; ``p_equivalence`` is the larger of the two one-sided p.

    References
    ----------
    Schuirmann (1987), doi:10.1007/BF01068419. Checked against R's TOSTER (t_TOST, Welch).

    Examples
    --------
    >>> equivalence(Effect(0.05, 0.04, 30, "g_person"), 0.2).verdict
    'supported'
    """
    if to_linear(smallest, effect.scale) <= 0:
        raise StatisticsError(
            f"smallest is {smallest}; it must lie on the positive side of no effect."
        )
    return decide(effect, "~", smallest, alpha=alpha)


def minimal_effect(effect: Effect, minimum: float) -> MinimalEffect:
    """Test that an effect exceeds a minimum in size (TOSTER's ``hypothesis = "MET"``).

    Examples
    --------
    >>> minimal_effect(Effect(0.9, 0.2, 20, "g_person"), 0.43).p < 0.05
    True
    """
    bound = to_linear(minimum, effect.scale)
    if bound <= 0:
        raise StatisticsError(
            f"minimum is {minimum}; it must lie on the positive side of no effect."
        )
    above = upper_tail((effect.value - bound) / effect.se, effect.df)
    below = upper_tail((-bound - effect.value) / effect.se, effect.df)
    return MinimalEffect(above, below)


def adjust(p: Sequence[float], method: str = "holm") -> np.ndarray:
    """Adjust p values for their number: ``holm`` or ``bonferroni``; ``nan`` does not count.

    Examples
    --------
    >>> adjust([0.01, 0.04], "bonferroni").tolist()
    [0.02, 0.08]
    """
    if method == "holm":
        return holm(p)
    if method == "bonferroni":
        values = np.asarray(p, dtype=float)
        return np.minimum(1, values * np.isfinite(values).sum())
    raise StatisticsError(f"There is no adjustment '{method}'. Known: holm, bonferroni.")
