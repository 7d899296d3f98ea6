"""Panels: an outcome of units over time, before and after something happened."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "difference_in_differences": "differences",
    "event_study": "event_studies",
    "segmented": "segments",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
