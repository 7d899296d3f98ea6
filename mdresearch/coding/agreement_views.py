"""Views of a reliability study: coder pairs, units to discuss, other missing rules, drift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_cases import Case
from mdresearch.coding.agreement_groups import Group, groups_of, pair_groups
from mdresearch.coding.agreement_inputs import Coded
from mdresearch.coding.agreement_rows import COLUMNS, cases_of, rows_of
from mdresearch.coding.agreement_sets import RULES, Sheet, distance_at
from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.alphas import shown
from mdresearch.stats.reliability.disagreements import distance_matrix

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Study:
    """What a result keeps so that it can be looked at from other sides."""

    coded: Coded
    sheets: tuple[Sheet, ...]
    levels: tuple[str, ...]
    types: Mapping[str, str]
    by: str | None
    n_boot: int
    seed: int
    pool_models: bool

    def groups(self, sheet: Sheet) -> list[Group]:
        """Return the groups of a sheet, as they were asked for."""
        return groups_of(self.coded, sheet, self.by, self.pool_models)

    def cases(self, sheet: Sheet, rule: str | None = None) -> list[list[Case]]:
        """Return the cases of a sheet with analytic limits."""
        return cases_of(self.coded, sheet, self.groups(sheet), self.levels, True, rule)


def pair_rows(study: Study, n_boot: int = 0) -> pd.DataFrame:
    """Return a row a variable, level, round and pair of coders; models and humans alike."""
    import pandas as pd

    coded, cases = study.coded, []
    for sheet in study.sheets:
        everyone = np.asarray((sheet.cells >= 0).any(axis=0))
        groups = pair_groups(coded, sheet, everyone)
        cases += cases_of(coded, sheet, groups, study.levels, n_boot == 0)
    return pd.DataFrame(rows_of(coded, cases, n_boot, study.seed), columns=COLUMNS)


def disagreement_rows(
    study: Study, variables: Sequence[str] | None = None, level: str = "emic"
) -> pd.DataFrame:
    """Return the units on which coders (all kinds) differ, the most distant first."""
    import pandas as pd

    known = [s.variable for s in study.sheets]
    for name in variables or ():
        if name not in known:
            raise unknown_name("variable", name, dict.fromkeys(known))
    found = [
        _unit_rows(study, sheet, level)
        for sheet in study.sheets
        if variables is None or sheet.variable in variables
    ]
    columns = "variable round level unit_type unit_id n_values distance values".split()
    rows = pd.DataFrame([r for part in found for r in part], columns=columns)
    return rows.sort_values(
        ["variable", "round", "distance", "unit_id"], ascending=[True, True, False, True]
    ).reset_index(drop=True)


def _unit_rows(study: Study, sheet: Sheet, level: str) -> list[dict[str, Any]]:
    coded = study.coded
    who = np.asarray((sheet.cells >= 0).any(axis=0))
    everyone = Group("all", np.ones(len(sheet.units), bool), who)
    (cases,) = cases_of(coded, sheet, [everyone], [level], False)
    case = cases[0]
    if not len(case.pairing.unit):
        return []
    matrix = distance_matrix(
        case.ratings, distance_at(case.ratings, sheet, case.level, coded.codebook)
    )
    apart = matrix[case.pairing.left, case.pairing.right]
    many = np.bincount(case.pairing.unit, minlength=case.pairing.n_units)
    mean = np.bincount(case.pairing.unit, weights=apart, minlength=len(many)) / np.maximum(many, 1)
    names = coded.coders["coder_id"].to_numpy()[list(case.ratings.coders)]
    words = [shown(v) for v in case.ratings.categories]
    rows = []
    for place in np.flatnonzero(mean > 0):
        cells = case.ratings.codes[place]
        unit = coded.units.iloc[case.units[place]]
        given = [f"{n}: {words[c]}" for n, c in zip(names, cells, strict=True) if c >= 0]
        rows.append(
            {
                "variable": sheet.variable,
                "round": sheet.round,
                "level": case.level,
                "unit_type": unit["unit_type"],
                "unit_id": unit["unit_id"],
                "n_values": len(given),
                "distance": float(mean[place]),
                "values": "; ".join(given),
            }
        )
    return rows


def missing_rows(study: Study) -> pd.DataFrame:
    """Return alpha under each missing rule: what the declared rule decides."""
    import pandas as pd

    rows = []
    for sheet in study.sheets:
        declared = study.cases(sheet)
        other = {rule: study.cases(sheet, rule) for rule in RULES}
        for g, cases in enumerate(declared):
            for at, case in enumerate(cases):
                rows.append(_rules_row(case, {r: other[r][g][at] for r in RULES}))
    return pd.DataFrame(rows)


def _rules_row(case: Case, other: Mapping[str, Case]) -> dict[str, Any]:
    sheet = case.table.sheet
    present = [c for c in sheet.rules if c in sheet.categories]
    alphas = {rule: found.alpha for rule, found in other.items()}
    known = [a for a in alphas.values() if not np.isnan(a)]
    reasons = dict.fromkeys(f"{r}: {c.reason}" for r, c in other.items() if c.reason)
    return {
        "variable": sheet.variable,
        "level": case.level,
        "group": case.group.label,
        "round": sheet.round,
        "missing_rule": case.table.rule,
        "alpha": case.alpha,
        **{f"alpha_{rule}": value for rule, value in alphas.items()},
        "spread": max(known) - min(known) if known else NAN,
        "n_missing_values": _n_missing(case, present),
        "reason": "; ".join(reasons) if present else "no missing code was given",
    }


def _n_missing(case: Case, present: Sequence[str]) -> int:
    sheet, inside = case.table.sheet, np.ix_(case.group.units, case.group.coders)
    places = [sheet.categories.index(c) for c in present]
    return int(np.isin(sheet.cells[inside], places).sum())


def drift_rows(study: Study, n_periods: int = 3, level: str = "emic") -> pd.DataFrame:
    """Return alpha in periods of equally many units, by the date at which a unit was last coded.

    Raises
    ------
    StatisticsError
        The rows have no dates, or fewer than two periods are asked for.
    """
    import pandas as pd

    if n_periods < 2:
        raise StatisticsError(f"n_periods is {n_periods}; drift needs two periods or more.")
    rows = study.coded.rows
    if "created" not in rows.columns or rows["created"].isna().all():
        raise StatisticsError(
            "The rows have no 'created' (ISO 8601): the order of coding is not known."
        )
    out = []
    for sheet in study.sheets:
        mine = rows[(rows["variable"] == sheet.variable) & (rows["round"] == sheet.round)]
        last = mine.groupby("_unit")["created"].max().reindex(sheet.units)
        dated = last.dropna().sort_values(kind="stable")
        for period, part in enumerate(np.array_split(np.arange(len(dated)), n_periods), 1):
            if not len(part):
                continue
            span = dated.iloc[part]
            inside = np.isin(sheet.units, span.index.to_numpy())
            for base in study.groups(sheet):
                group = Group(base.label, base.units & inside, base.coders, base.allowed)
                (cases,) = cases_of(study.coded, sheet, [group], [level], True)
                out.append(_period_row(cases[0], period, str(span.iloc[0]), str(span.iloc[-1])))
    return pd.DataFrame(out)


def _period_row(case: Case, period: int, first: str, last: str) -> dict[str, Any]:
    return {
        "variable": case.table.sheet.variable,
        "level": case.level,
        "group": case.group.label,
        "round": case.table.sheet.round,
        "period": period,
        "first": first,
        "last": last,
        "n_units": case.ratings.n_units,
        "percent": case.percent,
        "alpha": case.alpha,
        "alpha_low": case.alpha_ends[0],
        "alpha_high": case.alpha_ends[1],
        "reason": case.reason,
    }
