"""The report as one page of HTML: no script, no network, light and dark, screen and print."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from mdresearch.core import apa
from mdresearch.core.findings import Finding, Findings
from mdresearch.reporting.alt_texts import alt_text
from mdresearch.reporting.exports import data_kind, plain, simulated_note
from mdresearch.reporting.html_tables import definition_list, escape
from mdresearch.reporting.references import plain_reference
from mdresearch.reporting.sections import SIMULATED_MARK, anchor, badge, claim_section, picture
from mdresearch.reporting.themes import DARK, LIGHT, Theme
from mdresearch.reporting.words import VERDICT_MEANINGS, VERDICT_SYMBOLS, verdict_word

Drawings = Mapping[str, Mapping[str, str]]
"""Figures as SVG: by claim id (``""`` is the overview), then by theme and width."""

DATES = ("finished", "date", "started", "run_at")


def report_html(findings: Findings, drawings: Drawings) -> str:
    """Return the whole page.

    Parameters
    ----------
    findings : Findings
    drawings : mapping
        See ``Drawings``.
    """
    title = findings.title or findings.study
    body = [
        _header(findings, title),
        _summary(findings),
        picture(drawings[""], alt_text(findings), "All claims, each on its own scale."),
        *(claim_section(item, drawings[item.claim.id]) for item in findings),
        _reading(findings),
        _provenance(findings),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(title)}</title><style>{style()}</style></head>\n"
        f"<body><main>{chr(10).join(body)}</main></body></html>\n"
    )


def style() -> str:
    """Return the style sheet, with the colours of the two themes."""
    text = files("mdresearch.reporting").joinpath("report.css").read_text(encoding="utf-8")
    dark = f"@media screen and (prefers-color-scheme: dark) {{ :root {{ {_variables(DARK)} }} }}"
    return f":root {{ {_variables(LIGHT)} }}\n{dark}\n{text}"


def _variables(theme: Theme) -> str:
    names = ("paper", "ink", "muted", "faint", "first", "second", "band", "claimed", "warn")
    colors = {name: getattr(theme, name) for name in names} | {"good": theme.cycle[0]}
    return " ".join(f"--{name}: {color};" for name, color in colors.items())


def _header(findings: Findings, title: str) -> str:
    about = findings.provenance
    data = about.get("data")
    names = ", ".join(data) if isinstance(data, Mapping) else str(data or "")
    date = next((str(about[k])[:10] for k in DATES if about.get(k)), "")
    facts: dict[str, Any] = {
        "Study": findings.study,
        "Data": names,
        "Kind of data": data_kind(findings),
    }
    facts |= {"Run on": date, "Seed": about.get("seed"), "Versions": _versions(about)}
    items = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
        for name, value in facts.items()
        if value not in ("", None)
    )
    note = simulated_note(findings)
    warning = f'<p class="banner" role="note">{SIMULATED_MARK} {escape(note)}</p>' if note else ""
    return f'<header><h1>{escape(title)}</h1>{warning}<dl class="facts">{items}</dl></header>'


def _versions(about: Mapping[str, Any]) -> str:
    versions = about.get("versions")
    if not isinstance(versions, Mapping):
        return ""
    return ", ".join(f"{k} {versions[k]}" for k in ("mdresearch", "python") if k in versions)


def _summary(findings: Findings) -> str:
    """Return the table of all claims; on a phone each row becomes a card, its roles kept."""
    names = ("Claim", "What it says", "Verdict", "Estimate", "p (Holm)")
    head = "".join(f'<th scope="col" role="columnheader">{escape(n)}</th>' for n in names)
    rows = "".join(_summary_row(item, names) for item in findings)
    return (
        '<h2>Summary</h2><table class="summary" role="table"><thead role="rowgroup">'
        f'<tr role="row">{head}</tr></thead><tbody role="rowgroup">{rows}</tbody></table>'
    )


def _summary_row(finding: Finding, names: tuple[str, ...]) -> str:
    claim = finding.claim
    p = finding.p_adjusted
    cells = (
        escape(claim.says),
        badge(finding),
        estimate_html(finding),
        escape(apa.p_value(p).removeprefix("= ")) if p == p else "none",
    )
    rest = "".join(
        f'<td role="cell" data-label="{escape(name)}">{text}</td>'
        for name, text in zip(names[1:], cells, strict=True)
    )
    link = f'<a href="#{escape(anchor(finding))}">{escape(claim.id)}</a>'
    return f'<tr role="row"><th scope="row" role="rowheader">{link}</th>{rest}</tr>'


def estimate_html(finding: Finding) -> str:
    """Return the estimate with the interval that decides its verdict, or that there is none."""
    decision = finding.adjusted or finding.decision
    if decision is None or decision.interval.value != decision.interval.value:
        return "none"
    interval = decision.interval
    parts = [f"{interval.symbol} = {apa.number(interval.value)}"]
    if interval.low == interval.low:
        parts.append(apa.interval(interval.low, interval.high, 1 - decision.alpha))
    return ", ".join(f'<span class="nb">{escape(part)}</span>' for part in parts)


def _reading(findings: Findings) -> str:
    items = "".join(
        f'<div><dt><span class="verdict {word}"><span aria-hidden="true">{VERDICT_SYMBOLS[word]}'
        f"</span> {escape(verdict_word(word))}</span></dt><dd>{escape(text)}</dd></div>"
        for word, text in VERDICT_MEANINGS.items()
    )
    note = (
        "A verdict is one of five words, the first that holds of: not tested, equivalent, "
        "contradicted, supported, undecided. It is formed from an interval of the effect (95%, or "
        "wider where several claims share a family; the narrower one is at twice the error rate), "
        "the smallest effect of interest and the minimum that the claim's wording implies; all is "
        "mirrored where a claim says “lower”. “Not significant” never means “no difference”."
    )
    works = "".join(f"<li>{escape(plain_reference(key))}</li>" for key in verdict_keys(findings))
    cite = f'<ul class="cite">{works}</ul>' if works else ""
    return (
        f'<section><h2>How to read the verdicts</h2><p>{escape(note)}</p><dl class="terms">'
        f"{items}</dl>{cite}</section>"
    )


def verdict_keys(findings: Findings) -> tuple[str, ...]:
    """Return what to cite for the verdicts: equivalence tests, and Holm where families share."""
    keys = []
    if any(item.decision is not None for item in findings):
        keys.append("schuirmann1987")
    families = [item.claim.family for item in findings if item.claim.family]
    if len(set(families)) < len(families):
        keys.append("holm1979")
    return tuple(keys)


def _provenance(findings: Findings) -> str:
    about = plain(findings.provenance)
    seconds = {i.claim.id: i.seconds for i in findings if i.seconds == i.seconds}
    if seconds:
        about["seconds_by_claim"] = seconds
    return f"<footer><h2>Where this comes from</h2>{definition_list(about)}</footer>"
