"""Reliability of spans: alphas of unitizing or gamma, event F1, boundaries, common cover."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_groups import Group, groups_of
from mdresearch.coding.agreement_rows import Plan, decide_value, plan_of
from mdresearch.coding.agreement_sets import Sheet, type_of
from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN
from mdresearch.stats.reliability.coefficients import Coefficient
from mdresearch.stats.reliability.events import boundary_differences, coverage_iou, event_f1
from mdresearch.stats.reliability.gammas import gamma_agreement
from mdresearch.stats.reliability.unitizing import unitizing_alpha

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.agreement_views import Study

KINDS = {"cu_alpha": "cu", "alpha_u": "u"}


@dataclass(frozen=True, eq=False)
class SpanSet:
    """Spans of one variable, round and group, as the estimators take them."""

    variable: str
    round: str
    group: Group
    spans: pd.DataFrame
    coded: pd.DataFrame
    lengths: dict[Any, float]
    unit: str
    guessed: int  # continua whose length is that of the last span
    rule: str
    n_missing: int
    n_dropped: int

    def at(self, codebook: Any, level: str) -> pd.DataFrame:
        """Return the spans with their values rolled up."""
        if codebook is None or level == "emic":
            return self.spans
        up = codebook.rollup_table(level)
        return self.spans.assign(value=[up.get(v, v) for v in self.spans["value"]])


def span_sets(study: Study) -> Iterator[SpanSet]:
    """Yield the spans of each variable, round and group; units are the continua."""
    coded = study.coded
    rows = coded.rows
    names = [n for n in coded.variables if type_of(coded.codebook, study.types, n) == "span"]
    for name in names:
        of = rows[rows["variable"] == name]
        for turn, part in of.groupby("round", sort=False):
            everything = rows[rows["round"] == turn]
            yield from _of_round(study, str(name), str(turn), part, everything)


def _of_round(
    study: Study, name: str, turn: str, part: pd.DataFrame, everything: pd.DataFrame
) -> Iterator[SpanSet]:
    coded = study.coded
    definition = coded.codebook.variables[name] if coded.codebook is not None else None
    rules = {m.id: m.reliability for m in definition.missing} if definition else {}
    left, right = _columns(part, name)
    units = np.unique(part["_unit"])
    present = everything[everything["_unit"].isin(units)][["_unit", "_coder"]].drop_duplicates()
    missing = part["value"].isin(list(rules))
    gone = part[missing & part["value"].map(rules).isin(["missing", "category"])]
    keys = {*zip(gone["_unit"], gone["_coder"], strict=True)}
    kept = [k not in keys for k in zip(present["_unit"], present["_coder"], strict=True)]
    present = present[kept]
    dropped = set(part.loc[missing & (part["value"].map(rules) == "drop_unit"), "_unit"])
    present = present[~present["_unit"].isin(dropped)]
    marked = part[~missing & part["value"].notna() & (part["value"] != NONE_OF_THESE)]
    marked = marked[~marked["_unit"].isin(dropped)]
    spans = marked.assign(continuum=marked["_unit"], coder=marked["_coder"])
    spans = spans.rename(columns={left: "start", right: "end"})
    spans = spans[["continuum", "coder", "start", "end", "value"]].astype(
        {"start": float, "end": float}
    )
    lengths, guessed = _lengths(study, units, spans, left)
    for group in groups_of(
        coded, _sheet(study, name, turn, units, present), study.by, study.pool_models
    ):
        inside = units[group.units]
        who = np.flatnonzero(group.coders)
        yield SpanSet(
            variable=name,
            round=turn,
            group=group,
            spans=spans[spans["continuum"].isin(inside) & spans["coder"].isin(who)],
            coded=present[present["_unit"].isin(inside) & present["_coder"].isin(who)].rename(
                columns={"_unit": "continuum", "_coder": "coder"}
            ),
            lengths={u: lengths[u] for u in inside if u not in dropped},
            unit=str(coded.units["unit_type"].iloc[units[0]]),
            guessed=guessed,
            rule=", ".join(dict.fromkeys(rules.values())) or "missing",
            n_missing=int(missing.sum()),
            n_dropped=len(dropped),
        )


def _columns(part: pd.DataFrame, name: str) -> tuple[str, str]:
    for left, right in (("start_ms", "end_ms"), ("char_from", "char_to")):
        if left in part.columns and right in part.columns and part[left].notna().any():
            return left, right
    raise DataError(
        f"The variable '{name}' is of type span, and its rows have neither start_ms and end_ms nor "
        "char_from and char_to. Give the boundaries."
    )


def _lengths(
    study: Study, units: np.ndarray, spans: pd.DataFrame, left: str
) -> tuple[dict[Any, float], int]:
    name = "duration_ms" if left == "start_ms" else "text_length"
    frame = study.coded.units
    known = (
        frame[name].iloc[units].astype(float).to_numpy()
        if name in frame
        else np.full(len(units), np.nan)
    )
    last = spans.groupby("continuum")["end"].max().reindex(units).fillna(1.0).to_numpy()
    out = np.where(np.isnan(known), last, known)
    return dict(zip(units.tolist(), out.tolist(), strict=True)), int(np.isnan(known).sum())


def _sheet(study: Study, name: str, turn: str, units: np.ndarray, present: pd.DataFrame) -> Sheet:
    """Return who coded what as a sheet, so that groups are made as for other variables."""
    cells = np.full((len(units), len(study.coded.coders)), -1)
    cells[np.searchsorted(units, present["_unit"]), present["_coder"]] = 0
    return Sheet(name, turn, "span", "", units, cells, ("coded",), {}, 0, "nominal", None)


def span_rows(study: Study) -> list[dict[str, Any]]:
    """Return the rows of span variables: alpha is the planned alpha of unitizing, or gamma."""
    codebook, out = study.coded.codebook, []
    for item in span_sets(study):
        levels = study.levels if codebook is not None else ("emic",)
        out += [_row(study, item, level) for level in levels]
    return out


def _row(study: Study, item: SpanSet, level: str) -> dict[str, Any]:
    plan = plan_of(study.coded, item.variable)
    spans = item.at(study.coded.codebook, level)
    found, notes = _coefficient(study, item, spans, plan)
    ends = (found.low, found.high)
    if np.isnan(found.value) or found.reason:
        decision, why = "not computable", [found.reason]
    else:
        decision, why = decide_value(
            found.value, ends, plan, f"{found.symbol} {apa.number(found.value, 3)}"
        )
    return {
        "variable": item.variable,
        "level": level,
        "group": item.group.label,
        "n_units": found.n_units,
        "n_coders": found.n_coders,
        "percent": NAN,
        "alpha": found.value,
        "alpha_low": ends[0],
        "alpha_high": ends[1],
        "ac": NAN,
        "ac_low": NAN,
        "ac_high": NAN,
        "kappa": NAN,
        "missing_rule": item.rule,
        "decision": decision,
        "reason": "; ".join([*why, *notes]),
        "unit": item.unit,
        "type": "span",
        "round": item.round,
        "n_units_paired": found.n_units_paired,
        "n_pairable": len(spans),
        "prevalence_max": float(spans["value"].value_counts(normalize=True).max())
        if len(spans)
        else NAN,
        "p_below_floor": NAN,
        "p_below_threshold": NAN,
        "ac_name": "",
        "kappa_name": "",
        "weights": "",
        "n_missing": item.n_missing,
        "n_dropped": item.n_dropped,
        "planned_coefficient": plan.coefficient,
        "threshold": plan.threshold,
        "floor": plan.floor,
    }


def _coefficient(
    study: Study, item: SpanSet, spans: pd.DataFrame, plan: Plan
) -> tuple[Coefficient, list[str]]:
    if item.group.allowed is not None:
        reason = "coefficients of spans are not restricted to some pairs of coders; see also()"
        return Coefficient(symbol="uα", value=NAN, reason=reason), []
    kind = KINDS.get(plan.coefficient, "u")
    found = unitizing_alpha(spans, item.lengths, kind, study.n_boot, study.seed, coded=item.coded)
    notes = [f"alpha is {found.symbol} over {found.n_units_paired} continua"]
    if item.guessed:
        notes.append(
            f"the length of {item.guessed} continua is not known: the end of the last span"
        )
    if study.n_boot and not np.isnan(found.value):
        notes.append("bootstrap of continua")
    if plan.coefficient != "gamma":
        return found, notes
    try:
        gamma = gamma_agreement(spans, item.lengths, seed=study.seed, coded=item.coded)
    except StatisticsError as error:
        value = apa.number(found.value, 3)
        reason = f"gamma was planned and cannot be computed ({error}); {found.symbol} is {value}"
        return Coefficient(
            symbol=found.symbol,
            value=found.value,
            low=found.low,
            high=found.high,
            reason=reason,
            n_units=found.n_units,
            n_units_paired=found.n_units_paired,
            n_coders=found.n_coders,
        ), notes
    return gamma, [f"alpha is gamma over {gamma.n_units_paired} continua, without an interval"]


def span_also(study: Study) -> list[dict[str, Any]]:
    """Return event F1 over tolerances, boundary differences, common cover and the other alphas."""
    out: list[dict[str, Any]] = []
    codebook = study.coded.codebook
    for item in span_sets(study):
        if item.group.allowed is not None or item.spans.empty:
            continue
        base = {"variable": item.variable, "group": item.group.label, "round": item.round}
        kinds = [("span", "span", "emic"), ("span+code", "span+code", "emic")]
        kinds += [("span+rollup", "span+code", "etic")] if codebook is not None else []
        for name, match, level in kinds:
            curve = event_f1(
                item.at(codebook, level), item.lengths, match=match, coded=item.coded,
                n_boot=study.n_boot, seed=study.seed,
            )  # fmt: skip
            for row in curve.itertuples():
                statistic = f"event F1, {name}, within {row.tolerance:g}"
                out.append(base | _stat(level, statistic, row.f1, row.low, row.high, row.n_events))
        for row in boundary_differences(item.spans, item.lengths, coded=item.coded).itertuples():
            name = f"{row.boundary} of matched events, median difference and quartiles"
            out.append(base | _stat("emic", name, row.median, row.q1, row.q3, row.n))
        cover = coverage_iou(item.spans, item.lengths, coded=item.coded)
        for row in cover.itertuples():
            pair = study.coded.coders["coder_id"].iloc[[row.coder_a, row.coder_b]].tolist()
            name = f"common cover (IoU) of {pair[0]} and {pair[1]}"
            out.append(base | _stat("emic", name, row.iou, NAN, NAN, row.n_continua))
        for kind in ("u", "binary", "cu"):
            found = unitizing_alpha(
                item.spans, item.lengths, kind, study.n_boot, study.seed, coded=item.coded
            )
            ends = (found.low, found.high)
            row_ = _stat("emic", found.symbol, found.value, *ends, found.n_units_paired)
            out.append(base | row_ | {"reason": found.reason})
    return out


def _stat(level: str, name: str, value: float, low: float, high: float, n: int) -> dict[str, Any]:
    return {
        "level": level, "statistic": name, "value": value, "low": low, "high": high, "n": n,
        "reason": "",
    }  # fmt: skip
