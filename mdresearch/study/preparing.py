"""The rows that a claim is judged on: measured, left out by rule and counted, put into groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mdresearch.core.claims import Claim
from mdresearch.core.conditions import rows_where
from mdresearch.core.errors import DataError, suggest
from mdresearch.core.results import Check
from mdresearch.study.ladder_tables import ladder_tables

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus

COUNTRY, TITLE, PERSON = "country", "title_id", "respondent_id"


@dataclass(frozen=True, eq=False)
class Prepared:
    """The rows that a claim is judged on, and what was left out on the way.

    Attributes
    ----------
    frame : DataFrame
        One row a unit; the column that ``expect`` names groups of is ``group``.
    group : str or None
        Name of that column.
    labels : mapping
        Words for outcome, groups and unit.
    exclusions : DataFrame
        where, why, n.
    region_note : str
        Scheme, unassigned countries, unverified assignments; rules of counting of the measure.
    checks : tuple of Check
        About the assignment to regions and about floors and ceilings.
    data_kind : str
    """

    frame: pd.DataFrame
    group: str | None
    labels: Mapping[str, str]
    exclusions: pd.DataFrame
    region_note: str = ""
    checks: tuple[Check, ...] = ()
    data_kind: str = "collected"
    tables: Mapping[str, Any] = field(default_factory=dict)


def prepare(
    claim: Claim,
    data: Corpus | pd.DataFrame,
    *,
    exclude: Sequence[Mapping[str, str]] = (),
    market_map: str | None = None,
) -> Prepared:
    """Measure the outcome, leave out what the rules leave out, and form the groups."""
    from mdresearch.measures.measuring import MEASURES

    kind, frame, label, unit = _measured(claim, data)
    frame, exclusions = apply_exclusions(frame, [*exclude, *claim.exclude])
    exclusions = _with_those_of_the_measure(claim, data, exclusions)
    if exclusions["n"].sum() and not len(frame):
        raise DataError(
            f"Claim {claim.id}: the exclusions leave no row of {int(exclusions['n'].sum()):,}. "
            "Look at the counts of 'mdresearch check'."
        )
    labels = {"outcome": label, "unit": unit}
    known = MEASURES[claim.outcome].rules if claim.outcome in MEASURES else ""
    prepared = Prepared(frame, None, labels, exclusions, region_note=known, data_kind=kind)
    if claim.between is not None:
        prepared = _grouped(claim, prepared, market_map)
    if hasattr(data, "tables") and claim.outcome in MEASURES:
        sides = (("a", claim.expectation.a), ("b", claim.expectation.b))
        names = {side: prepared.labels[key] for key, side in sides if side}
        tables, more = ladder_tables(
            MEASURES[claim.outcome], prepared.frame, prepared.group, names, data
        )
        prepared = replace(prepared, tables=tables, checks=(*prepared.checks, *more))
    return prepared


def _measured(claim: Claim, data: Any) -> tuple[str, pd.DataFrame, str, str]:
    from mdresearch.measures.measuring import MEASURES, measure

    if hasattr(data, "tables"):
        frame = measure(data, claim.outcome)
        info = MEASURES.get(claim.outcome)
        words = (info.label, info.unit) if info else (claim.outcome.replace("_", " "), "")
        return data.kind, frame, *words
    if claim.outcome not in data.columns:
        near = suggest(claim.outcome, data.columns)
        raise DataError(
            f"Claim {claim.id}: there is no column '{claim.outcome}' in the table."
            + (f" Did you mean '{near}'?" if near else "")
            + f" Columns: {', '.join(map(str, data.columns))}."
        )
    return str(data.attrs.get("kind", "collected")), data, claim.outcome.replace("_", " "), ""


def _with_those_of_the_measure(claim: Claim, data: Any, exclusions: pd.DataFrame) -> pd.DataFrame:
    """Put what the measure itself left out, or did not count, before the rules of the study."""
    import pandas as pd

    from mdresearch.measures.measuring import MEASURES

    known = hasattr(data, "tables") and claim.outcome in MEASURES
    if not known:
        return exclusions
    tell = MEASURES[claim.outcome].exclusions
    if tell is None:
        return exclusions
    return pd.concat([tell(data), exclusions], ignore_index=True).astype({"n": int})


def apply_exclusions(
    frame: pd.DataFrame, rules: Sequence[Mapping[str, str]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Leave out the rows that the rules name, one rule after the other, and count them.

    Returns
    -------
    kept : DataFrame
    exclusions : DataFrame
        where, why, n: rows that each rule took from what the rules before it had left.
    """
    import pandas as pd

    counts = []
    for rule in rules:
        hits = rows_where(frame, rule["where"])
        counts.append((rule["where"], rule["why"], int(hits.sum())))
        frame = frame[~hits]
    return frame, pd.DataFrame(counts, columns=["where", "why", "n"]).astype({"n": int})


def _grouped(claim: Claim, prepared: Prepared, market_map: str | None) -> Prepared:
    if claim.between == "region":
        return _in_regions(claim, prepared, market_map)
    frame = prepared.frame
    column = COUNTRY if claim.between == "country" else claim.between
    if column not in frame.columns:
        near = suggest(column, frame.columns)
        raise DataError(
            f"Claim {claim.id}: 'between' names the column '{column}', which is not there."
            + (f" Did you mean '{near}'?" if near else "")
            + f" Columns: {', '.join(map(str, frame.columns))}."
        )
    labels = {**prepared.labels, "a": claim.expectation.a, "b": claim.expectation.b}
    return replace(prepared, group=column, labels=labels)


def _in_regions(claim: Claim, prepared: Prepared, market_map: str | None) -> Prepared:
    from mdresearch.core import regions

    frame = prepared.frame
    if COUNTRY not in frame.columns:
        raise DataError(
            f"Claim {claim.id} compares regions, but the data have no column 'country'. Give one "
            "(alpha-3; md.country_codes resolves names), or map yours with 'columns:'."
        )
    sides = (claim.expectation.a, claim.expectation.b)
    text = frame[COUNTRY].astype("str").where(frame[COUNTRY].notna(), "")
    named = sorted(set(text) - {""})
    market = _market(claim, market_map)
    assignment = regions.assign(named, sides, claim.regions, **market)
    nowhere_in_scheme = set(regions.assign(named, None, claim.regions, **market).unassigned)
    where = dict(zip(assignment.frame["country"], assignment.frame["region"], strict=True))
    group = text.map(where)
    elsewhere = [c for c in assignment.unassigned if c not in nowhere_in_scheme]
    lost = [c for c in assignment.unassigned if c in nowhere_in_scheme]
    empty, unassigned = int((text == "").sum()), int(text.isin(lost).sum())
    note = replace(assignment, unassigned=tuple(lost)).sentence()
    if elsewhere:
        note += f" In other regions of the scheme: {', '.join(elsewhere)} ({len(elsewhere)})."
    if empty:
        note += f" {empty:,} rows have no country."
    says = (
        f"{int(text.isin(elsewhere).sum()):,} rows lie in other regions, {unassigned:,} in "
        f"countries that the scheme does not assign, {empty:,} have no country; none of them is "
        "used"
    )
    checks = [Check("assigned", not (empty or unassigned), says)]
    if assignment.n_unverified:
        says = (
            f"{assignment.n_unverified} of {len(assignment.frame)} countries are placed by "
            "assignments not yet checked against the publisher"
        )
        checks.append(Check("regions_verified", False, says))
    labels = {
        **prepared.labels,
        "a": regions.region_label(sides[0], claim.regions, **market),
        "b": regions.region_label(sides[1], claim.regions, **market),
    }
    return replace(
        prepared,
        frame=frame.assign(region=group.to_numpy()),
        group="region",
        labels=labels,
        region_note=f"{prepared.region_note} {note}".strip(),
        checks=tuple(checks),
    )


def _market(claim: Claim, market_map: str | None) -> dict[str, str]:
    return {"market_map": market_map} if claim.regions == "market" and market_map else {}
