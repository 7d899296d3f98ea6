"""The parts of a claim's section in the report: verdict, figure, tables, checks, doubts."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from mdresearch.core import apa
from mdresearch.core.findings import Finding
from mdresearch.reporting.alt_texts import alt_text
from mdresearch.reporting.exports import named_tables
from mdresearch.reporting.html_tables import data_table, escape
from mdresearch.reporting.references import plain_reference
from mdresearch.reporting.words import (
    OPEN_QUESTIONS,
    TABLE_WORDS,
    VERDICT_SYMBOLS,
    verdict_word,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdresearch.core.results import Check

NOT_SHOWN = ("groups", "checks", "exclusions")
FOLDED_OVER = 3


def anchor(finding: Finding) -> str:
    """Return the anchor of a claim's section."""
    return f"claim-{finding.claim.id}"


def badge(finding: Finding) -> str:
    """Return the verdict as symbol and word, with the mark of simulated data beside it."""
    symbol = VERDICT_SYMBOLS.get(finding.verdict, "")
    out = (
        f'<span class="verdict {escape(finding.verdict)}"><span aria-hidden="true">{symbol}</span> '
        f"{escape(verdict_word(finding.verdict))}</span>"
    )
    return out + (f" {SIMULATED_MARK}" if finding.data_kind == "simulated" else "")


SIMULATED_MARK = '<span class="simulated">simulated data</span>'


def claim_section(finding: Finding, drawings: Mapping[str, str]) -> str:
    """Return the section of a claim.

    Parameters
    ----------
    finding : Finding
    drawings : mapping of str to str
        Its figure as SVG, by ``light``, ``dark``, ``light-narrow`` and ``dark-narrow``.
    """
    claim = finding.claim
    parts = [
        f'<h2>{escape(claim.id)} {badge(finding)}</h2><p class="says">{escape(claim.says)}</p>',
        f'<p class="sentence">{escape(finding.sentence())}</p>',
    ]
    if finding.reason and finding.reason not in finding.sentence():
        parts.append(f'<p class="reason"><strong>Reason.</strong> {escape(finding.reason)}</p>')
    parts += [
        _numbers(finding),
        picture(drawings, alt_text(finding), f"{claim.id}. {_caption(finding)}"),
        _groups(finding),
        _checks(finding),
        _doubts(finding),
        _exclusions(finding),
        _regions(finding),
        _tables(finding),
        _citations(finding),
    ]
    return f'<section id="{escape(anchor(finding))}" class="claim">{"".join(parts)}</section>'


def picture(drawings: Mapping[str, str], alt: str, caption: str) -> str:
    """Return a figure that follows the colours and the width of the screen."""
    dark, narrow = "screen and (prefers-color-scheme: dark)", "screen and (max-width: 40rem)"
    both = f"{narrow} and (prefers-color-scheme: dark)"
    sources = "".join(
        f'<source media="{media}" srcset="{_uri(drawings[name])}">'
        for name, media in (("dark-narrow", both), ("light-narrow", narrow), ("dark", dark))
    )
    return (
        f'<figure><picture>{sources}<img src="{_uri(drawings["light"])}" alt="{escape(alt)}">'
        f"</picture><figcaption>{escape(caption)}</figcaption></figure>"
    )


def _uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + b64encode(svg.encode("utf-8")).decode("ascii")


def _caption(finding: Finding) -> str:
    start = "Simulated data. " if finding.data_kind == "simulated" else ""
    comparison = finding.comparison
    if comparison is None or not comparison.labels.get("outcome"):
        return start + _sentence_case(finding.claim.outcome.replace("_", " ")) + "."
    labels = comparison.labels
    groups = f": {labels['a']} and {labels['b']}" if labels.get("a") else ""
    return f"{start}{_sentence_case(labels['outcome'])}{groups}."


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]


def _numbers(finding: Finding) -> str:
    """Return the claim's terms and the test, a line each."""
    claim = finding.claim
    lines = [("Expected", claim.expect), ("Smallest effect of interest", _size(finding))]
    if claim.at_least is not None:
        lines.append(("Claimed minimum", f"{claim.at_least:g} on {claim.scale}"))
    if claim.why:
        lines.append(("Why these", claim.why))
    lines.append(("Test", finding.apa()))
    if (
        finding.decision is not None
        and finding.decision.interval.value == finding.decision.interval.value
    ):
        lines.append(("Decisive p", f"p {apa.p_value(finding.decision.p_decisive)}"))
        lines.append((f"After Holm, family {claim.family or 'of one'}", _holm(finding)))
    if finding.comparison is not None and finding.comparison.permutation is not None:
        lines.append(("Beside it", str(finding.comparison.permutation)))
    rows = "".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in lines)
    return f'<dl class="terms">{rows}</dl>'


def _size(finding: Finding) -> str:
    size = finding.claim.smallest_used
    return "none" if size is None else f"{size:g} on {finding.claim.scale}"


def _holm(finding: Finding) -> str:
    text = f"p {apa.p_value(finding.p_adjusted)}"
    if (
        finding.adjusted is not None
        and finding.adjusted.interval.value == finding.adjusted.interval.value
    ):
        interval = finding.adjusted.interval
        text += f"; {apa.interval(interval.low, interval.high, 1 - finding.adjusted.alpha)}"
    return text


def _groups(finding: Finding) -> str:
    if finding.comparison is None or not len(finding.comparison.groups):
        return ""
    note = ""
    if finding.comparison.effect.scale == "ratio":
        note = "Means and SDs are those of logarithms; the figure shows the outcome's own unit."
    return data_table(finding.comparison.groups, TABLE_WORDS["groups"], note)


def _checks(finding: Finding) -> str:
    """Return the checks, those that fail first, then those that were not done."""
    order = ("fails", "not done", "for information", "holds")
    checks = sorted(finding.checks, key=lambda c: order.index(state_of(c)))
    if not checks:
        return "<h3>Checks</h3><p>No check was made: there was no test.</p>"
    items = "".join(
        f'<li class="{state_of(c).replace(" ", "-")}"><span class="state">{state_of(c)}</span> '
        f'<span class="text"><strong>{escape(c.name.replace("_", " "))}:</strong> '
        f"{escape(c.evidence)}</span></li>"
        for c in checks
    )
    return f'<h3>Checks</h3><ul class="checks">{items}</ul>'


def state_of(check: Check) -> str:
    """Return the state of a check; information that is no check is called so."""
    if check.holds is None and OPEN_QUESTIONS.get(check.name, "") is None:
        return "for information"
    return check.word


def _doubts(finding: Finding) -> str:
    """Return what the result leaves open: by its checks, its ceiling, its data, its design."""
    doubts = []
    if finding.data_kind == "simulated":
        doubts.append("anything about the world: the data are simulated")
    for check in (c for c in finding.checks if c.holds is not True):
        question = OPEN_QUESTIONS.get(check.name, f"more than its check “{check.name}” allows")
        if question is not None:
            doubts.append(f"{question.rstrip('.')} ({check.evidence.rstrip('.')})")
    if finding.claim.ceiling is not None:
        doubts.append(f"more than its ceiling allows: {finding.claim.ceiling['reason']}")
    if finding.verdict == "undecided":
        doubts.append("that there is no difference: undecided is not evidence of none")
    if finding.claim.expectation.has_groups and finding.claim.condition is None:
        doubts.append("why groups differ: nobody was assigned to a country")
    items = "".join(f"<li>{escape(text.rstrip('.'))}.</li>" for text in doubts)
    if finding.verdict == "not_tested":
        return "<h3>What this does not show</h3><p>Anything: it was not tested.</p>"
    return f"<h3>What this does not show</h3><ul>{items}</ul>" if items else ""


def _exclusions(finding: Finding) -> str:
    if not len(finding.exclusions):
        return '<p class="quiet">Nothing excluded by rule.</p>'
    return data_table(finding.exclusions, "Excluded by rule, in this order")


def _regions(finding: Finding) -> str:
    return f'<p class="quiet">{escape(finding.region_note)}</p>' if finding.region_note else ""


def _tables(finding: Finding) -> str:
    """Return the tables behind the figure; the long ones folded."""
    out = []
    for name, frame in named_tables(finding).items():
        if name in NOT_SHOWN or not len(frame):
            continue
        title = TABLE_WORDS.get(name, name.replace("_", " ").capitalize())
        table = data_table(frame, title)
        if len(frame) > FOLDED_OVER:
            summary = f"{escape(title)} ({len(frame):,} rows)"
            table = f"<details><summary>{summary}</summary>{table}</details>"
        out.append(table)
    return "".join(out)


def _citations(finding: Finding) -> str:
    if not finding.cite:
        return ""
    items = "".join(f"<li>{escape(plain_reference(key))}</li>" for key in finding.cite)
    return f'<h3>To cite</h3><ul class="cite">{items}</ul>'
