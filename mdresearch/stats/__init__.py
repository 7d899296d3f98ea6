"""Statistics: frames and arrays in, results out; this room knows nothing of drama."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "TESTS": "methods",
    "adjust": "equivalences",
    "bootstrap": "bootstraps",
    "contrast": "contrasts",
    "decide": "verdicts",
    "equivalence": "equivalences",
    "holm": "verdicts",
    "holm_levels": "verdicts",
    "meta": "meta_analysis.metas",
    "minimal_effect": "equivalences",
    "permute_countries": "permutations",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mdresearch.stats' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mdresearch.stats.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
