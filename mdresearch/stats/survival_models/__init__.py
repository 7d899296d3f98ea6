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
METHODS = (
    {
        "name": "cox",
        "question": "which groups and covariates go with an earlier event",
        "design": "one row a person or interval; time and event; strata, clusters, weights",
        "checks": "complete rows, convergence, separation, aliased terms, events, clusters",
        "verified_against": "R survival::coxph, basehaz and concordance 3.5-3",
        "digits": "8 to 14",
    },
    {
        "name": "proportional_hazards",
        "question": "do the effects of a Cox regression stay the same over time",
        "design": "a Cox regression",
        "checks": "the test itself; rows in clusters",
        "verified_against": "R survival::cox.zph 3.5-3 (km; other transforms by construction)",
        "digits": "7",
    },
)

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
