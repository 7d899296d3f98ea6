"""Rates and contrasts where the codes are not the truth: machine coders, imperfect coders."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {"machine_corrected": "machine_codes", "misclassification": "imperfect_codes"}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
