"""Rows of the table of agreement: intervals, the plan, the decision and its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_cases import Block, Case, blocks_of, case_of
from mdresearch.coding.agreement_sets import LEVELLED, Sheet, frame_of, under_rule
from mdresearch.core import apa
from mdresearch.core.progress import track
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.alphas import percentile
from mdresearch.stats.reliability.coefficients import FEW_CLUSTERS
from mdresearch.stats.reliability.draws import Nest, nest_of, totals_of
from mdresearch.stats.reliability.iccs import icc

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.agreement_groups import Group
    from mdresearch.coding.agreement_inputs import Coded

COLUMNS = (
    "variable level group n_units n_coders percent alpha alpha_low alpha_high ac ac_low ac_high "
    "kappa missing_rule decision reason unit type round n_units_paired n_pairable prevalence_max "
    "p_below_floor p_below_threshold ac_name kappa_name weights n_missing n_dropped "
    "planned_coefficient threshold floor"
).split()
THRESHOLD, FLOOR = 0.8, 0.667
CELLS = 20_000_000  # numbers of rows joined for one product
SKEWED = 0.9
OF_ALPHA = ("krippendorff_alpha", "alpha_u", "cu_alpha", "gamma")
OF_AC = ("gwet_ac1", "gwet_ac2")
OF_KAPPA = {
    "cohen_kappa": "cohen",
    "fleiss_kappa": "fleiss",
    "brennan_prediger": "brennan_prediger",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned for a variable before coding."""

    coefficient: str = "krippendorff_alpha"
    threshold: float = THRESHOLD
    floor: float = FLOOR
    rollup: str = ""
    written: bool = False


def plan_of(coded: Coded, variable: str) -> Plan:
    """Return the plan in the codebook; .800 and .667 for alpha where there is none."""
    held: Mapping[str, Any] = {}
    if coded.codebook is not None:
        held = coded.codebook.variables[variable].reliability
    threshold = float(held.get("threshold", THRESHOLD))
    return Plan(
        coefficient=str(held.get("coefficient", "krippendorff_alpha")),
        threshold=threshold,
        floor=float(held.get("floor", min(FLOOR, threshold))),
        rollup=str(held.get("rollup", "")),
        written="coefficient" in held,
    )


def levels_of(sheet: Sheet, levels: Sequence[str], coded: Coded) -> list[str]:
    """Return the levels of a sheet: emic only where values are no codes of a list."""
    listed = sheet.definition is not None and bool(sheet.definition.codes)
    if coded.codebook is None or sheet.type not in LEVELLED or not listed:
        return ["emic"]
    return list(levels)


def cases_of(
    coded: Coded,
    sheet: Sheet,
    groups: Sequence[Group],
    levels: Sequence[str],
    interval: bool,
    rule: str | None = None,
) -> list[list[Case]]:
    """Return the cases of a sheet, one list a group, one case a level."""
    table = under_rule(sheet, rule)
    planned = plan_of(coded, sheet.variable).coefficient
    names = levels_of(sheet, levels, coded)
    out: list[list[Case]] = []
    for group in groups:
        cases: list[Case] = []
        for level in names:
            emic = cases[0] if cases and cases[0].level == "emic" else None
            cases.append(case_of(table, group, level, coded.codebook, planned, interval, emic))
        out.append(cases)
    return out


def rows_of(
    coded: Coded, many: Sequence[list[Case]], n_boot: int, seed: int
) -> list[dict[str, Any]]:
    """Return the rows of cases, with bootstrap limits from shared draws of units."""
    draws = _draws(coded, many, n_boot, seed) if n_boot else {}
    return [_row(coded, case, draws.get(id(case))) for cases in many for case in cases]


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws of a case and what was resampled."""

    alpha: np.ndarray
    ac: np.ndarray
    nest: Nest


def _draws(coded: Coded, many: Sequence[list[Case]], n_boot: int, seed: int) -> dict[int, Drawn]:
    found: dict[int, dict[str, np.ndarray]] = {}
    nests: dict[int, Nest] = {}
    waiting: dict[bytes, list[tuple[Block, list[tuple[int, str]]]]] = {}
    for cases in many:
        usable = [c for c in cases if not c.reason and c.sums is not None]
        if not usable:
            continue
        for block, names in _named(usable):
            if len(block.units):
                waiting.setdefault(block.units.tobytes(), []).append((block, names))
    for jobs in track(list(waiting.values()), "resampling units"):
        nest = _nest(coded, jobs[0][0].units)
        for batch in _batches(jobs):
            totals = totals_of([b.rows for b, _ in batch], nest, n_boot, seed)
            for (block, names), total in zip(batch, totals, strict=True):
                for (case, what), finish in zip(names, block.finish, strict=True):
                    found.setdefault(case, {})[what] = finish(total)
                    nests[case] = nest
    none = np.empty(0)
    return {k: Drawn(v.get("alpha", none), v.get("ac", none), nests[k]) for k, v in found.items()}


def _named(usable: list[Case]) -> list[tuple[Block, list[tuple[int, str]]]]:
    """Say of each block which case and coefficient each of its finishers gives."""
    keys = [(id(c), what) for what in ("alpha", "ac") for c in usable]
    blocks = blocks_of(usable)
    if len(blocks) == 1 and len(blocks[0].finish) == len(keys):
        return [(blocks[0], keys)]
    if len(blocks[0].finish) == len(usable) and len(blocks) == len(usable) + 1:
        rest = [(b, [k]) for b, k in zip(blocks[1:], keys[len(usable) :], strict=True)]
        return [(blocks[0], keys[: len(usable)]), *rest]
    each = [(id(c), what) for c in usable for what in ("alpha", "ac")]
    return [(b, [k]) for b, k in zip(blocks, each, strict=True)]


def _batches(
    jobs: list[tuple[Block, list[tuple[int, str]]]],
) -> list[list[tuple[Block, list[tuple[int, str]]]]]:
    out: list[list[tuple[Block, list[tuple[int, str]]]]] = [[]]
    size = 0
    for job in jobs:
        cells = job[0].rows.shape[0] * job[0].rows.shape[1]
        if out[-1] and size + cells > CELLS:
            out.append([])
            size = 0
        out[-1].append(job)
        size += cells
    return out


def clusters_of(coded: Coded, units: np.ndarray) -> pd.DataFrame | None:
    """Return works and episodes of units where they are known and hold several units."""
    frame = coded.units.iloc[units]
    names = []
    for name in ("work_id", "episode_id"):
        if name in frame and frame[name].notna().all() and frame[name].nunique() < len(frame):
            names.append(name)
    return frame[names] if names else None


def _nest(coded: Coded, units: np.ndarray) -> Nest:
    return nest_of(len(units), clusters_of(coded, units))


def _row(coded: Coded, case: Case, drawn: Drawn | None) -> dict[str, Any]:
    sheet, group, plan = case.table.sheet, case.group, plan_of(coded, case.table.sheet.variable)
    alpha_ends, ac_ends = case.alpha_ends, case.ac_ends
    notes: list[str] = []
    below = (NAN, NAN)
    if drawn is not None:
        alpha_ends = percentile(drawn.alpha, 0.95)[:2]
        ac_ends = percentile(drawn.ac, 0.95)[:2] if len(drawn.ac) else (NAN, NAN)
        used = drawn.ac if plan.coefficient in OF_AC else drawn.alpha
        if plan.coefficient not in OF_KAPPA and plan.coefficient != "icc":
            below = _below(used, plan)
        notes += _drawn_notes(drawn)
    value, ends, what = _planned(case, plan, alpha_ends, ac_ends)
    decision, why = _decide(case, value, ends, plan, what)
    inside = np.flatnonzero(group.units)
    return {
        "variable": sheet.variable,
        "level": case.level,
        "group": group.label,
        "n_units": case.ratings.n_units,
        "n_coders": case.ratings.n_coders,
        "percent": case.percent,
        "alpha": case.alpha,
        "alpha_low": alpha_ends[0],
        "alpha_high": alpha_ends[1],
        "ac": case.ac,
        "ac_low": ac_ends[0],
        "ac_high": ac_ends[1],
        "kappa": case.kappa,
        "missing_rule": case.table.rule,
        "decision": decision,
        "reason": "; ".join([*why, *_case_notes(case, plan), *notes]),
        "unit": sheet.unit,
        "type": "hierarchical" if sheet.distance == "hierarchical" else sheet.type,
        "round": sheet.round,
        "n_units_paired": int(case.pairing.units.sum()),
        "n_pairable": len(case.pairing.value),
        "prevalence_max": case.prevalence,
        "p_below_floor": below[0],
        "p_below_threshold": below[1],
        "ac_name": "ac1" if case.weights == "unweighted" else "ac2",
        "kappa_name": case.kappa_name,
        "weights": case.weights,
        "n_missing": int(case.table.n_missing[inside].sum()) + sheet.n_empty,
        "n_dropped": int(case.table.dropped[inside].sum()),
        "planned_coefficient": plan.coefficient,
        "threshold": plan.threshold,
        "floor": plan.floor,
    }


def _below(draws: np.ndarray, plan: Plan) -> tuple[float, float]:
    known = draws[~np.isnan(draws)]
    if not len(known):
        return NAN, NAN
    return float((known < plan.floor).mean()), float((known < plan.threshold).mean())


def _drawn_notes(drawn: Drawn) -> list[str]:
    notes = [f"bootstrap of {drawn.nest.says()}"]
    if drawn.nest.n_outer < FEW_CLUSTERS:
        name = drawn.nest.names[0]
        notes = [f"bootstrap of {drawn.nest.says()}, only {drawn.nest.n_outer} {name}: too few"]
    lost = int(np.isnan(drawn.alpha).sum())
    if lost:
        notes.append(f"{lost:,} of {len(drawn.alpha):,} draws had no variation and are left out")
    return notes


def _planned(
    case: Case, plan: Plan, alpha_ends: tuple[float, float], ac_ends: tuple[float, float]
) -> tuple[float, tuple[float, float], str]:
    """Return the planned coefficient, its limits, and why it cannot be computed."""
    name = plan.coefficient
    if name in OF_AC:
        wrong = (case.weights == "unweighted") != (name == "gwet_ac1")
        note = f"{name} was planned and {case.weights} weights belong to the type" if wrong else ""
        return (NAN, (NAN, NAN), note) if wrong else (case.ac, ac_ends, "")
    if name in OF_KAPPA:
        if case.kappa_name != OF_KAPPA[name] and not case.reason:
            note = f"{name} was planned, but {case.ratings.n_coders} coders give {case.kappa_name}"
            return NAN, (NAN, NAN), f"{note}; see pairs()" if name == "cohen_kappa" else note
        return case.kappa, (NAN, NAN), ""
    if name == "icc":
        numbers = all(isinstance(c, float) for c in case.ratings.categories)
        if not numbers:
            return NAN, (NAN, NAN), "an ICC was planned, and the values are no numbers"
        if case.reason:
            return NAN, (NAN, NAN), ""
        found = icc(whole_frame(case), "2,1")
        return found.value, (found.low, found.high), found.reason
    if name != "krippendorff_alpha":
        return NAN, (NAN, NAN), f"{name} was planned, which is for spans"
    return case.alpha, alpha_ends, ""


def whole_frame(case: Case) -> pd.DataFrame:
    """Return the ratings of a case as units x coders."""
    n, r = case.ratings.codes.shape
    return frame_of(case.ratings, np.arange(n), np.arange(r))


def _decide(
    case: Case, value: float, ends: tuple[float, float], plan: Plan, what: str
) -> tuple[str, list[str]]:
    if case.reason or np.isnan(value):
        return "not computable", [case.reason or what or "undefined"]
    name = {"icc": "ICC(2,1)"}.get(plan.coefficient, plan.coefficient)
    shown = f"{name} {apa.number(value, 3)}"
    return decide_value(value, ends, plan, shown)


def decide_value(
    value: float, ends: tuple[float, float], plan: Plan, shown: str
) -> tuple[str, list[str]]:
    """Compare a coefficient with threshold and floor: pass, tentative or fail, and why."""
    threshold, floor = apa.number(plan.threshold, 3), apa.number(plan.floor, 3)
    if value >= plan.threshold:
        decision, why = "pass", f"{shown} is at least {threshold}"
    elif value >= plan.floor:
        decision, why = "tentative", f"{shown} lies between {floor} and {threshold}"
    else:
        decision, why = "fail", f"{shown} is below {floor}"
    notes = [why]
    if value >= plan.floor and ends[0] < plan.floor:
        notes.append(f"the interval reaches below {floor} ({apa.number(ends[0], 3)})")
    if not plan.written:
        notes.append("no plan in the codebook: customary values")
    return decision, notes


def _case_notes(case: Case, plan: Plan) -> list[str]:
    notes = [case.group.note] if case.group.note else []
    if plan.rollup in ("etic", "top") and case.level != plan.rollup:
        notes.append(f"the plan is for the level {plan.rollup}")
    if not case.reason and case.prevalence > SKEWED and not np.isnan(case.ac):
        name = "AC1" if case.weights == "unweighted" else "AC2"
        notes.append(
            f"one category holds {100 * case.prevalence:.0f}% of the values: alpha "
            f"({apa.number(case.alpha)}) asks whether coders agree on the rare ones, {name} "
            f"({apa.number(case.ac)}) hardly; report both"
        )
    return notes
