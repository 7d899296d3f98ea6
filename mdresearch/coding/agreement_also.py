"""What is shown beside alpha: ICC, other coefficients, codes one by one, limits of agreement."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_rows import whole_frame
from mdresearch.coding.agreement_sets import NUMERIC
from mdresearch.coding.agreement_spans import span_also
from mdresearch.core.results import NAN, Estimate
from mdresearch.stats.reliability.alphas import alpha, shown
from mdresearch.stats.reliability.iccs import icc
from mdresearch.stats.reliability.kappas import brennan_prediger, conger

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.agreement_cases import Case
    from mdresearch.coding.agreement_views import Study

COLUMNS = "variable level group round statistic value low high n reason".split()
MOST_CODES = 100


def also_rows(study: Study) -> pd.DataFrame:
    """Return a row a variable, level, group and statistic; intervals are analytic."""
    import pandas as pd

    rows = []
    for sheet in study.sheets:
        for cases in study.cases(sheet):
            for case in cases:
                if case.group.allowed is None:
                    rows += [_named(case) | row for row in _of_case(study, case)]
    return pd.DataFrame([*rows, *span_also(study)], columns=COLUMNS)


def _named(case: Case) -> dict[str, Any]:
    sheet = case.table.sheet
    return {
        "variable": sheet.variable,
        "level": case.level,
        "group": case.group.label,
        "round": sheet.round,
    }


def _of_case(study: Study, case: Case) -> list[dict[str, Any]]:
    kind = case.table.sheet.type
    frame = whole_frame(case)
    if case.reason:
        return []
    if kind in ("ordinal", *NUMERIC):
        numbers = all(isinstance(c, float) for c in case.ratings.categories)
        if not numbers:
            return []
        forms = [_row(f"ICC({f})", icc(frame, f), len(frame)) for f in ("2,1", "2,k")]
        return forms + (_limits(study, case, frame) if kind in NUMERIC else [])
    others = [
        _row("Brennan-Prediger", brennan_prediger(frame), len(frame)),
        _row("Conger's kappa", conger(frame), len(frame)),
    ]
    return others + _codes(case, frame)


def _row(name: str, found: Estimate, n: int) -> dict[str, Any]:
    return {
        "statistic": name,
        "value": found.value,
        "low": found.low,
        "high": found.high,
        "n": n,
        "reason": found.reason,
    }


def _codes(case: Case, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Alpha of each code against the rest (of each label: given or not)."""
    categories = case.ratings.categories
    sets = isinstance(categories[0], frozenset)
    names = sorted({c for s in categories for c in s}) if sets else list(categories)
    out = []
    for name in names[:MOST_CODES]:
        hit = [name in c if sets else c == name for c in categories]
        one = np.array([*map(float, hit), NAN])[case.ratings.codes]
        found = alpha(one)
        out.append(_row(f"alpha of {shown(name)}", found, int(np.nansum(one))))
    return out


def _limits(study: Study, case: Case, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Bland and Altman: mean difference of two coders, and where 95% of differences lie."""
    names = study.coded.coders["coder_id"].to_numpy()[list(case.ratings.coders)]
    out = []
    for (i, a), (j, b) in combinations(enumerate(names), 2):
        apart = (frame.iloc[:, i].astype(float) - frame.iloc[:, j].astype(float)).dropna()
        if len(apart) > 1:
            mean, reach = float(apart.mean()), 1.96 * float(apart.std(ddof=1))
            limits = Estimate("difference", mean, mean - reach, mean + reach)
            out.append(_row(f"difference {a} - {b}, limits of agreement", limits, len(apart)))
    return out
