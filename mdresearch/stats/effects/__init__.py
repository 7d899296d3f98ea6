"""Effect sizes with exact intervals: standardised differences, dominance, shares of variance."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "cliffs_delta": "dominance",
    "cramers_v": "association",
    "cultural_fixation": "association",
    "effect": "effects",
    "eta_squared": "explained",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
