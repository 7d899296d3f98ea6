"""Survival: time until something happens, with people who left before it did."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "cox": "cox_fits",
    "kaplan_meier": "curves",
    "proportional_hazards": "proportionality",
    "rmst": "mean_times",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
