"""Results as files for other programs: CSV, JSON, and the named numbers of the paper."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.core import apa
from mdresearch.core.findings import Finding, Findings
from mdresearch.reporting.words import verdict_word

if TYPE_CHECKING:
    import pandas as pd

NOTE = "no person gave these answers, and they say nothing about the world."
PROBABILITIES = ("p", "p_decisive", "p_adjusted", "p_permutation")


def plain(value: Any) -> Any:
    """Return a value as JSON can hold it: NaN is null, an infinity the text ``inf`` or ``-inf``.

    Examples
    --------
    >>> plain({"a": float("nan"), "b": (1, float("inf"))})
    {'a': None, 'b': [1, 'inf']}
    """
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, (set, frozenset)):
        return sorted(plain(v) for v in value)
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, bool) or value is None or isinstance(value, (int, str)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, float):
        return None if math.isnan(value) else value if math.isfinite(value) else str(value)
    return str(value)


def json_text(value: Any) -> str:
    """Return a value as JSON text, in the order in which it was built."""
    return json.dumps(plain(value), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def findings_plain(findings: Findings) -> dict[str, Any]:
    """Return what ``findings.json`` holds: provenance, then each finding with checks and claim."""
    return {
        "study": findings.study,
        "title": findings.title,
        "data_kind": data_kind(findings),
        "note": simulated_note(findings),
        "provenance": dict(findings.provenance),
        "findings": [finding_plain(item) for item in findings],
    }


def finding_plain(finding: Finding) -> dict[str, Any]:
    """Return a finding as plain data."""
    checks = [{"name": c.name, "state": c.word, "evidence": c.evidence} for c in finding.checks]
    comparison = finding.comparison
    return {
        **finding.row(),
        "sentence": finding.sentence(),
        "apa": finding.apa(),
        "region_note": finding.region_note,
        "checks": checks,
        "exclusions": finding.exclusions.to_dict("records"),
        "groups": comparison.groups.to_dict("records") if comparison else [],
        "cite": list(finding.cite),
        "seconds": finding.seconds,
        "provenance": dict(comparison.provenance) if comparison else {},
        "claim": finding.claim.plain(),
    }


def values_plain(findings: Findings) -> dict[str, Any]:
    """Return what ``values.json`` holds: each claim's numbers by name, full and as APA prints them.

    A number is ``{"value": ..., "apa": ...}``; ``verdict``, ``sentence``, ``test`` and ``kind``
    are texts. An undefined number is null and is printed as the word "undefined".
    """
    return {
        "study": findings.study,
        "data_kind": data_kind(findings),
        "note": simulated_note(findings),
        "claims": {item.claim.id: claim_values(item) for item in findings},
    }


def claim_values(finding: Finding) -> dict[str, Any]:
    """Return the named numbers and texts of a finding."""
    row = finding.row()
    out: dict[str, Any] = {
        "verdict": verdict_word(finding.verdict),
        "data_kind": finding.data_kind,
        "sentence": finding.sentence(),
        "apa": finding.apa(),
        "reason": finding.reason,
    }
    for name in ("estimate", "low", "high", "statistic", "smallest", "at_least"):
        out[name] = _number(row[name], apa.number)
    for name in ("adjusted_low", "adjusted_high"):
        out[name] = _number(row[name], apa.number)
    out["df"] = _number(row["df"], apa.degrees)
    for name in PROBABILITIES:
        out[name] = _number(row[name], apa.p_value)
    for name in ("level", "adjusted_level"):
        out[name] = _number(row[name], lambda v: f"{100 * v:g}%" if v == v else "undefined")
    if finding.comparison is not None:
        out["groups"] = {
            str(record["group"]): _group_values(record)
            for record in finding.comparison.groups.to_dict("records")
        }
    return out


def _group_values(record: Mapping[str, Any]) -> dict[str, Any]:
    out = {}
    for name, value in record.items():
        if name != "group":
            out[str(name)] = _number(value, _count if str(name).startswith("n_") else apa.number)
    return out


def _count(value: float) -> str:
    return f"{value:,.0f}" if value == value else "undefined"


def _number(value: Any, words: Any) -> dict[str, Any]:
    number = (
        float(value) if isinstance(value, (int, float)) or hasattr(value, "dtype") else math.nan
    )
    return {"value": plain(value), "apa": words(number)}


def claim_tables(finding: Finding) -> pd.DataFrame:
    """Return every table behind a finding in one frame: ``table`` names it, ``row`` counts in it.

    The tables are groups, checks, exclusions, and what the figure draws (countries, titles and so
    on); a column that a table does not have is empty. Each row says the kind of the data.
    """
    import pandas as pd

    parts = []
    for name, frame in named_tables(finding).items():
        if len(frame):
            lead = {"claim": finding.claim.id, "data_kind": finding.data_kind, "table": name}
            numbered = frame.reset_index(drop=True)
            numbered.insert(0, "row", range(1, len(frame) + 1))
            for place, (key, value) in enumerate(lead.items()):
                numbered.insert(place, key, value)
            parts.append(_whole_numbers(numbered))
    columns = ["claim", "data_kind", "table", "row"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def named_tables(finding: Finding) -> dict[str, pd.DataFrame]:
    """Return the tables behind a finding by name, groups first."""
    import pandas as pd

    out: dict[str, pd.DataFrame] = {}
    if finding.comparison is not None:
        out["groups"] = finding.comparison.groups
        out.update(
            {k: v for k, v in finding.comparison.tables.items() if isinstance(v, pd.DataFrame)}
        )
    checks = [(c.name, c.word, c.evidence) for c in finding.checks]
    out["checks"] = pd.DataFrame(checks, columns=["check", "state", "evidence"])
    out["exclusions"] = finding.exclusions
    return out


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """Keep counts whole where other tables leave the column empty."""
    whole = {c: "Int64" for c in frame.columns if frame[c].dtype.kind in "iu"}
    return frame.astype(whole)


def data_kind(findings: Findings) -> str:
    """Return the kind of the data of a study: one kind, ``partly simulated``, or a list."""
    kinds = {item.data_kind for item in findings}
    if "simulated" in kinds:
        return "simulated" if len(kinds) == 1 else "partly simulated"
    return ", ".join(sorted(kinds)) or "none"


def simulated_note(findings: Findings) -> str:
    """Return what must be said of simulated data, and of which claims; empty without any."""
    which = [item.claim.id for item in findings if item.data_kind == "simulated"]
    if not which:
        return ""
    if len(which) == len(findings):
        return f"Simulated data: {NOTE}"
    others = [item.claim.id for item in findings if item.data_kind != "simulated"]
    return f"Simulated data in {', '.join(which)}: {NOTE} Not in {', '.join(others)}."
