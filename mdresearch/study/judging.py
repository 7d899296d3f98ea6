"""`md.judge` and `md.compare`: one claim, one table or corpus, one finding."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mdresearch.core.claims import Claim, claim_from
from mdresearch.core.errors import MdresearchError, StudyError, unknown_name
from mdresearch.core.findings import Finding
from mdresearch.core.results import NAN, Comparison
from mdresearch.stats.verdicts import decide
from mdresearch.study.preparing import COUNTRY, PERSON, TITLE, Prepared, prepare

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus

CONTRAST_OPTIONS = ("pooled", "guard")


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


def _test(claim: Claim, prepared: Prepared, seed: int) -> Comparison:
    if claim.covariates:
        raise StudyError(
            f"Claim {claim.id}: covariates need stats.mixed, which this version does not have. "
            "Leave 'covariates' out, or compare within strata by 'exclude'."
        )
    columns = _columns(prepared.frame)
    try:
        if claim.between is None:
            return _without_groups(claim, prepared, columns, seed)
        return _of_groups(claim, prepared, columns, seed)
    except MdresearchError as error:
        raise type(error)(f"Claim {claim.id}: {error}") from error


def _columns(frame: pd.DataFrame) -> dict[str, str | None]:
    """Return the columns of country, title and person, as far as the table has them."""
    has_titles = TITLE in frame.columns and frame[TITLE].notna().any()
    has_persons = PERSON in frame.columns and frame[PERSON].notna().all()
    return {
        "country": COUNTRY if COUNTRY in frame.columns else None,
        "title": TITLE if has_titles else None,
        "person": PERSON if has_persons else None,
    }


def _without_groups(
    claim: Claim, prepared: Prepared, columns: Mapping[str, str | None], seed: int
) -> Comparison:
    from mdresearch.stats.contrasts import run_method
    from mdresearch.stats.methods import Design

    if claim.test is None:
        raise StudyError("a claim without groups must name its test; see 'mdresearch list tests'.")
    design = Design(
        outcome=claim.outcome,
        expect=claim.expectation,
        weight=claim.weight,
        scale=claim.scale,
        seed=seed,
        labels=prepared.labels,
        options=claim.options,
        country=columns["country"],
        title=columns["title"],
        person=columns["person"],
    )
    return run_method(claim.test, prepared.frame, design)


def _of_groups(
    claim: Claim, prepared: Prepared, columns: Mapping[str, str | None], seed: int
) -> Comparison:
    from mdresearch.stats.contrasts import contrast

    for key in claim.options:
        if key not in CONTRAST_OPTIONS:
            raise unknown_name("option of a contrast", key, CONTRAST_OPTIONS)
    return contrast(
        prepared.frame,
        claim.outcome,
        str(prepared.group),
        columns["country"],
        None if claim.condition is not None else columns["title"],
        columns["person"],
        expect=claim.expect,
        test=claim.test or "auto",
        scale=claim.scale,
        cluster=claim.cluster,
        weight=claim.weight,
        condition=claim.condition,
        seed=seed,
        labels=prepared.labels,
        **{key: bool(value) for key, value in claim.options.items()},
    )


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
