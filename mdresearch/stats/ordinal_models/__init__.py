"""Ordered answers: cumulative link models with thresholds, thresholds by region, and scales."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "CumulativeFit": "cumulative_fits",
    "nominal_test": "ordinal_tests",
    "ordinal": "ordinals",
    "scale_test": "ordinal_tests",
}
METHODS = (
    {
        "name": "ordinal",
        "question": "how do regions differ on an ordered scale, thresholds and spread included",
        "design": "one row a rating; ordered categories; persons independent",
        "checks": "separation, crossing thresholds, empty categories, complete rows",
        "verified_against": "R ordinal::clm 2022.11-16 (five links, nominal, scale, thresholds)",
        "digits": "8 to 12",
    },
)

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
