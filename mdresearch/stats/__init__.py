"""Statistics: frames and arrays in, results out; this room knows nothing of drama."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "TESTS": "methods",
    "adjust": "equivalences",
    "agreement_planning": "reliability.planning",
    "alpha": "reliability.alphas",
    "bootstrap": "bootstraps",
    "cliffs_delta": "effects.dominance",
    "boundary_differences": "reliability.events",
    "brennan_prediger": "reliability.kappas",
    "cohen": "reliability.kappas",
    "conger": "reliability.kappas",
    "contrast": "contrasts",
    "cox": "survival_models.cox_fits",
    "cramers_v": "effects.association",
    "cultural_fixation": "effects.association",
    "coverage_iou": "reliability.events",
    "decide": "verdicts",
    "effect": "effects.effects",
    "difference_in_differences": "panels.differences",
    "equivalence": "equivalences",
    "eta_squared": "effects.explained",
    "event_study": "panels.event_studies",
    "event_f1": "reliability.events",
    "fleiss": "reliability.kappas",
    "gamma_agreement": "reliability.gammas",
    "gwet": "reliability.kappas",
    "holm": "verdicts",
    "holm_levels": "verdicts",
    "icc": "reliability.iccs",
    "joinpoint": "time_trends.joinpoints",
    "kaplan_meier": "survival_models.curves",
    "machine_corrected": "corrections.machine_codes",
    "mann_kendall": "time_trends.monotone",
    "meta": "meta_analysis.metas",
    "minimal_effect": "equivalences",
    "misclassification": "corrections.imperfect_codes",
    "nominal_test": "ordinal_models.ordinal_tests",
    "ordinal": "ordinal_models.ordinals",
    "path_distance": "reliability.distances",
    "percent_agreement": "reliability.kappas",
    "permute_countries": "permutations",
    "proportional_hazards": "survival_models.proportionality",
    "segmented": "panels.segments",
    "ratings_from_counts": "reliability.ratings",
    "rmst": "survival_models.mean_times",
    "scale_test": "ordinal_models.ordinal_tests",
    "unitizing_alpha": "reliability.unitizing",
    "unitizing_values": "reliability.unitizing",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mdresearch.stats' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mdresearch.stats.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
