"""`md.judge` and `md.compare`: one claim, one table or corpus, one finding."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from mdresearch.core.claims import Claim, claim_from
from mdresearch.core.conditions import rows_where
from mdresearch.core.errors import DataError, StudyError, suggest
from mdresearch.core.findings import Finding
from mdresearch.core.results import NAN, Check, Comparison
from mdresearch.stats.verdicts import decide

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus

COUNTRY, TITLE, PERSON = "country", "title_id", "respondent_id"
CENSORED_SHARE = 0.10


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
        Scheme, unassigned countries, unverified assignments.
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


def judge(
    claim: Claim | Mapping[str, Any],
    data: Corpus | pd.DataFrame,
    *,
    exclude: Sequence[Mapping[str, str]] = (),
    seed: int = 0,
    market_map: str | None = None,
) -> Finding:
    """Judge one claim on a corpus or a table.

    Parameters
    ----------
    claim : Claim or mapping
        The claim; a mapping is read as a study file's entry.
    data : Corpus or DataFrame
        A corpus, whose measure ``claim.outcome`` is computed first, or a table with the outcome as
        a column and ``country``, ``title_id`` and ``respondent_id`` where they apply.
    exclude : sequence of mapping
        ``{where, why}`` that hold for the whole study; the claim's own come after.
    seed : int
        For Monte Carlo parts.
    market_map : str or None
        The user's file of platform markets, for ``regions: market``.

    Returns
    -------
    Finding
        With the verdict at the claim's own alpha, as a family of one. `mdresearch.run` judges
        families together.

    Raises
    ------
    StudyError, DataError, StatisticsError
        The claim cannot be judged as written; the message says why and what to do.
    """
    if not isinstance(claim, Claim):
        claim = claim_from(claim)
    started = time.perf_counter()
    prepared = prepare(claim, data, exclude=exclude, market_map=market_map)
    result = _test(claim, prepared, seed)
    finding = settle(claim, result, prepared)
    return replace(finding, seconds=time.perf_counter() - started)


def compare(
    data: Corpus | pd.DataFrame,
    outcome: str,
    between: str,
    expect: str | None = None,
    test: str | None = None,
    **options: Any,
) -> Comparison:
    """Compare two groups without a claim: the test, its interval and its checks, no verdict.

    ``options`` are those of `Claim`, such as ``regions``, ``scale``, ``condition`` or ``cluster``.
    Without ``expect`` the column ``between`` must hold exactly two groups.
    """
    if expect is None:
        expect = _two_groups(data, between)
    if "smallest" not in options and options.get("scale", "g_person") != "g_person":
        options |= {"smallest": 1.000001 if "ratio" in options["scale"] else 1e-9}
        options |= {"why": "not used: md.compare forms no verdict"}
    claim = Claim("comparison", "", outcome, between, expect, test=test, **options)
    return _test(claim, prepare(claim, data), 0)


def _two_groups(data: Any, between: str) -> str:
    if hasattr(data, "columns") and between in data.columns and between != "region":
        held = sorted(map(str, data[between].dropna().unique()))
        if len(held) == 2:
            return f"{held[0]} != {held[1]}"
        raise StudyError(
            f"'{between}' holds {len(held)} groups ({', '.join(held[:8])}). Name two of them: "
            "expect='a != b'."
        )
    raise StudyError(f"Name the two groups of '{between}' to compare: expect='a != b'.")


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
    if exclusions["n"].sum() and not len(frame):
        raise DataError(
            f"Claim {claim.id}: the exclusions leave no row of {int(exclusions['n'].sum()):,}. "
            "Look at the counts of 'mdresearch check'."
        )
    labels = {"outcome": label, "unit": unit}
    prepared = Prepared(frame, None, labels, exclusions, data_kind=kind)
    if claim.between is not None:
        prepared = _grouped(claim, prepared, market_map)
    limits = f"{claim.outcome}_limit"
    if limits in frame.columns and claim.outcome in MEASURES:
        prepared = _with_limits(claim, prepared, data, limits)
    return prepared


def _measured(claim: Claim, data: Any) -> tuple[str, pd.DataFrame, str, str]:
    from mdresearch.measures.measuring import MEASURES, measure

    if hasattr(data, "tables"):
        frame = measure(data, claim.outcome)
        info = MEASURES[claim.outcome] if claim.outcome in MEASURES else None
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
    assignment = regions.assign(named, sides, claim.regions, **_market(claim, market_map))
    where = dict(zip(assignment.frame["country"], assignment.frame["region"], strict=True))
    group = text.map(where)
    outside = int(group.isna().sum())
    nowhere = int((text == "").sum())
    note = assignment.sentence()
    if nowhere:
        note += f" {nowhere:,} rows have no country."
    evidence = f"{outside:,} rows lie in neither region (other countries, or none)"
    checks = [Check("assigned", nowhere == 0, f"{evidence}; {nowhere:,} of them have no country")]
    if assignment.n_unverified:
        says = (
            f"{assignment.n_unverified} of {len(assignment.frame)} countries are placed by "
            "assignments not yet checked against the publisher"
        )
        checks.append(Check("regions_verified", False, says))
    labels = {
        **prepared.labels,
        "a": regions.region_label(sides[0], claim.regions),
        "b": regions.region_label(sides[1], claim.regions),
    }
    return replace(
        prepared,
        frame=frame.assign(region=group.to_numpy()),
        group="region",
        labels=labels,
        region_note=note,
        checks=tuple(checks),
    )


def _market(claim: Claim, market_map: str | None) -> dict[str, str]:
    return {"market_map": market_map} if claim.regions == "market" and market_map else {}


def _with_limits(claim: Claim, prepared: Prepared, data: Any, column: str) -> Prepared:
    """Add the shares of thresholds at floor and ceiling, and the check on censoring."""
    import pandas as pd

    frame = prepared.frame
    by = frame[prepared.group] if prepared.group else pd.Series("all", index=frame.index)
    defined = frame[claim.outcome].notna() & by.notna()
    at = frame.loc[defined, column].astype("str")
    groups = by[defined]
    table = pd.DataFrame(
        {
            "floor": at.eq("floor").groupby(groups).mean(),
            "ceiling": at.eq("ceiling").groupby(groups).mean(),
            "n": at.groupby(groups).size(),
        }
    ).rename_axis("group")
    names = {getattr(claim.expectation, k): prepared.labels.get(k, "") for k in ("a", "b")}
    table = table.reset_index().assign(group=lambda t: t["group"].map(lambda g: names.get(g, g)))
    worst = float(table[["floor", "ceiling"]].max(axis=None)) if len(table) else 0.0
    says = (
        f"at most {worst:.1%} of thresholds of a region lie at the floor or the ceiling of the "
        f"ladder; above {CENSORED_SHARE:.0%} the ladder is too short for a difference of means"
    )
    check = Check("censoring", worst <= CENSORED_SHARE, says)
    tables = {**prepared.tables, "limits": table}
    return replace(prepared, checks=(*prepared.checks, check), tables=tables)


def _test(claim: Claim, prepared: Prepared, seed: int) -> Comparison:
    from mdresearch.stats.contrasts import contrast, run_method
    from mdresearch.stats.methods import Design

    frame = prepared.frame
    if claim.covariates:
        raise StudyError(
            f"Claim {claim.id}: covariates need stats.mixed, which this version does not have. "
            "Leave 'covariates' out, or compare within strata by 'exclude'."
        )
    titles = TITLE if TITLE in frame.columns and frame[TITLE].notna().any() else None
    person = PERSON if PERSON in frame.columns and frame[PERSON].notna().all() else None
    country = COUNTRY if COUNTRY in frame.columns else None
    try:
        if claim.between is None:
            if claim.test is None:
                raise StudyError(
                    "a claim without groups must name its test; see 'mdresearch list tests'."
                )
            design = Design(
                claim.outcome, claim.expectation, None, country, titles, person,
                claim.weight, None, claim.scale, seed=seed, labels=prepared.labels, options=claim.options,
            )  # fmt: skip
            return run_method(claim.test, frame, design)
        pooled = bool(claim.options.get("pooled", False))
        return contrast(
            frame, claim.outcome, str(prepared.group), country,
            titles if claim.condition is None else None, person,
            expect=claim.expect, test=claim.test or "auto", scale=claim.scale,
            cluster=claim.cluster, weight=claim.weight, condition=claim.condition,
            pooled=pooled, seed=seed, labels=prepared.labels,
        )  # fmt: skip
    except (DataError, StudyError, ValueError, KeyError) as error:
        if type(error).__module__.startswith("mdresearch"):
            raise type(error)(f"Claim {claim.id}: {error}") from error
        raise


def settle(
    claim: Claim, result: Comparison, prepared: Prepared, alpha: float | None = None
) -> Finding:
    """Form the verdict of a result; see the table of five words in `mdresearch.stats.decide`."""
    result = replace(
        result,
        checks=(*result.checks, *prepared.checks),
        tables={**result.tables, **prepared.tables},
    )
    decision = decide(
        result.effect,
        claim.expectation.relation,
        float(claim.smallest_used or NAN),
        claim.at_least,
        claim.expectation.number,
        claim.alpha if alpha is None else alpha,
    )
    return word(
        Finding(
            claim, "", "", result, decision, decision, decision.p_decisive,
            prepared.exclusions, prepared.data_kind, prepared.region_note,
        )
    )  # fmt: skip


def word(finding: Finding) -> Finding:
    """Write a finding's verdict, reason and sentence from its adjusted decision and its ceiling."""
    from mdresearch.study.sentences import finding_sentence

    claim, result, decision = finding.claim, finding.comparison, finding.adjusted
    verdict = decision.verdict if decision else "not_tested"
    reason = result.reason if result is not None else finding.reason
    if claim.ceiling is not None and verdict != "not_tested":
        verdict, reason = claim.ceiling["verdict"], claim.ceiling["reason"]
    text = finding_sentence(claim, verdict, reason, result, decision, finding.data_kind)
    return replace(finding, verdict=verdict, reason=reason, sentence_text=text)
