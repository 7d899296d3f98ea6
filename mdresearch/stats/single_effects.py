"""Results of claims without groups: one effect, against the number that the claim names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.results import Check, Comparison, Effect, Estimate
from mdresearch.core.scales import scale_of, to_linear
from mdresearch.stats.building import finish

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.stats.methods import Design


def single_effect(
    name: str,
    design: Design,
    effect: Effect,
    groups: pd.DataFrame,
    checks: tuple[Check, ...],
    tables: Mapping[str, Any],
    *,
    reason: str = "",
    raw: Estimate | None = None,
    cite: tuple[str, ...] = (),
    provenance: Mapping[str, Any] | None = None,
) -> Comparison:
    """Put one effect together as a `Comparison`; t and p are against the claim's number.

    Raises
    ------
    StatisticsError
        ``expect`` names no number on a scale that has no "no change" value.
    """
    null = null_value(design)
    if not reason and not effect.defined:
        reason = "the standard error is not above 0: nothing varies"
    return finish(
        name,
        design,
        effect,
        null,
        groups,
        checks,
        tables,
        reason=reason,
        raw=raw,
        cite=cite,
        provenance=provenance,
    )


def null_value(design: Design) -> float:
    """Return the claim's number on the linear scale; 0 for ``rising`` and ``falling`` rates."""
    number = design.expect.number
    if number is not None:
        return to_linear(number, design.scale)
    if scale_of(design.scale).link != "log":
        raise StatisticsError(
            f"expect '{design.expect.text}' names no number, and on the scale '{design.scale}' "
            "there is no change to speak of. Write '> number', '< number' or '~ number'."
        )
    return 0.0


def require_scale(name: str, design: Design, scale: str) -> None:
    """Refuse a claim on another scale, with groups, or with weights that the test cannot use."""
    if design.scale != scale:
        raise StatisticsError(
            f"The test '{name}' states its effect on the scale '{scale}', not '{design.scale}'. "
            f"Write scale: {scale}."
        )
    if design.expect.has_groups:
        raise StatisticsError(
            f"The test '{name}' compares no groups, but expect is '{design.expect.text}'. "
            "Set between: null and write 'rising', 'falling', '> number', '< number' or '~ number'."
        )
    if design.weight:
        raise StatisticsError(
            f"The test '{name}' uses no weights, but weight is '{design.weight}'. Leave it out."
        )


def known_options(name: str, design: Design, known: tuple[str, ...]) -> dict[str, Any]:
    """Return the options of a design; an unknown one is an error."""
    for key in design.options:
        if key not in known:
            raise unknown_name(f"option of the test '{name}'", key, known)
    return dict(design.options)
