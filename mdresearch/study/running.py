"""`md.run`: a whole study, claim by claim, with Holm's procedure in each family."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import StudyError, suggest
from mdresearch.core.findings import Finding, Findings
from mdresearch.stats.verdicts import decide, holm, holm_levels
from mdresearch.study.judging import judge, word
from mdresearch.study.studies import Study

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus

Progress = Callable[[str, int, int], None]


def run(
    study: Study | str | Path,
    out: str | Path | None = None,
    *,
    progress: Progress | None = None,
) -> Findings:
    """Judge every claim of a study.

    Parameters
    ----------
    study : Study, or path of a study file, or name of a bundled study
    out : path or None
        Folder for findings.csv, findings.json, report.html, figures, tables; None writes nothing.
    progress : callable or None
        Called with a text, the step and the number of steps.

    Returns
    -------
    Findings
        With versions, data hashes, seed and durations in ``.provenance``.
    """
    if not isinstance(study, Study):
        study = Study.read(study)
    started = time.perf_counter()
    names = list(dict.fromkeys(study.corpus_of(c) for c in study.claims))
    steps = len(names) + len(study.claims) + (1 if out is not None else 0)
    tell = progress or (lambda text, step, total: None)
    corpora = {}
    for place, name in enumerate(names):
        tell(f"reading {name}", place, steps)
        corpora[name] = read_corpus(study, name)
    findings = []
    for place, claim in enumerate(study.claims, start=len(names)):
        tell(f"judging {claim.id}", place, steps)
        findings.append(
            judge(
                claim,
                corpora[study.corpus_of(claim)],
                exclude=_rules_for(study, claim.id),
                seed=study.seed,
                market_map=market_path(study),
            )
        )
    result = Findings(
        study.name,
        study.title,
        tuple(judge_families(findings)),
        provenance(study, corpora, started),
    )
    if out is not None:
        from mdresearch.reporting.reports import report

        tell("writing the report", steps - 1, steps)
        report(result, out)
    tell("done", steps, steps)
    return result


def _rules_for(study: Study, claim_id: str) -> tuple[Mapping[str, str], ...]:
    """Return the study's own exclusions: those of claims on another corpus are the claim's."""
    return () if claim_id in study.corpora else study.exclude


def read_corpus(study: Study, name: str) -> Corpus:
    """Return a corpus by name, or read the scholar's folder or workbook beside the study file."""
    from mdresearch.corpus.catalogue import DATASETS
    from mdresearch.corpus.datasets import find
    from mdresearch.corpus.folders import read_folder

    if name in DATASETS:
        return find(name)
    folder = (study.path.parent if study.path else Path.cwd()) / name
    if folder.exists():
        return read_folder(folder, columns=study.columns or None, name=study.name)
    near = suggest(name, DATASETS)
    raise StudyError(
        f"corpus '{name}' is neither a dataset nor a folder beside the study file."
        + (f" Did you mean '{near}'?" if near else "")
        + f" Datasets: {', '.join(DATASETS)}."
    )


def market_path(study: Study) -> str | None:
    """Return the path of the user's market map, from the study file's folder."""
    if study.market_map is None:
        return None
    return str((study.path.parent if study.path else Path.cwd()) / study.market_map)


def judge_families(findings: list[Finding]) -> list[Finding]:
    """Form the words of claims that share a family at their Holm levels.

    Findings without a family stand alone. A claim that was not tested does not count in its family.
    """
    out = list(findings)
    families: dict[str, list[int]] = {}
    for place, finding in enumerate(findings):
        if finding.claim.family:
            families.setdefault(finding.claim.family, []).append(place)
    for places in families.values():
        decisive = [_decisive(findings[i]) for i in places]
        alpha = min(findings[i].claim.alpha for i in places)
        adjusted, levels = holm(decisive), holm_levels(decisive, alpha)
        for i, p, level in zip(places, adjusted, levels, strict=True):
            out[i] = _at_level(findings[i], float(p), float(level))
    return out


def _decisive(finding: Finding) -> float:
    return finding.decision.p_decisive if finding.decision is not None else float("nan")


def _at_level(finding: Finding, p: float, level: float) -> Finding:
    if np.isnan(level) or finding.comparison is None:
        return replace(finding, p_adjusted=p)
    claim = finding.claim
    adjusted = decide(
        finding.comparison.effect,
        claim.expectation.relation,
        float(claim.smallest_used or float("nan")),
        claim.at_least,
        claim.expectation.number,
        level,
    )
    return word(replace(finding, adjusted=adjusted, p_adjusted=p))


def provenance(study: Study, corpora: Mapping[str, Corpus], started: float) -> dict[str, Any]:
    """Return what is needed to make the findings again."""
    from datetime import UTC, datetime

    return {
        "study": study.name,
        "study_file": study.path.name if study.path else "",
        "study_sha256": study.sha256,
        "seed": study.seed,
        "data": {
            name: {"kind": c.kind, "sha256": c.hash(), "licence": c.licence, "title": c.title}
            for name, c in corpora.items()
        },
        "versions": versions(),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": time.perf_counter() - started,
    }


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that numbers depend on."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    out = {"python": platform.python_version()}
    for name in ("mdresearch", "numpy", "scipy", "pandas", "statsmodels", "pingouin"):
        try:
            out[name] = version(name)
        except PackageNotFoundError:
            out[name] = "not installed"
    return out
