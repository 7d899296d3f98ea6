"""Figures that need nothing but a result: any comparison, and the overview of all claims."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING

from mdresearch.core import apa
from mdresearch.reporting.bounds import Bounds, bounds_of, interval_words, plain_bounds
from mdresearch.reporting.canvases import add_note, grid_lines, new_figure
from mdresearch.reporting.estimate_panels import (
    axis_words,
    draw_estimate,
    draw_intervals,
    draw_marks,
    estimate_limits,
    set_scale,
)
from mdresearch.reporting.words import VERDICT_SYMBOLS, verdict_word

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mdresearch.core.findings import Finding, Findings
    from mdresearch.core.results import Comparison
    from mdresearch.reporting.themes import Theme


def generic(
    comparison: Comparison, *, theme: Theme, title: str = "", bounds: Bounds | None = None
) -> Figure:
    """Draw the estimate alone, or say in words why there is none; for any test."""
    bounds = bounds or plain_bounds(comparison.effect.scale)
    defined = comparison.effect.defined and not comparison.reason
    fig = new_figure(theme, 2.7 if defined else 1.5, title)
    draw_estimate(fig.add_subplot(), comparison, bounds, theme)
    if defined:
        add_note(fig, theme, interval_words(bounds))
    return fig


def words_figure(text: str, *, theme: Theme, title: str = "") -> Figure:
    """Draw a sentence, for a finding that has no comparison."""
    lines = textwrap.wrap(text, 56 if theme.narrow else 104)
    fig = new_figure(theme, 1.0 + 0.19 * len(lines), title)
    ax = fig.add_subplot()
    ax.set_axis_off()
    ax.text(0, 0.95, "\n".join(lines), va="top", linespacing=1.4, transform=ax.transAxes)
    return fig


def overview(findings: Findings, *, theme: Theme) -> Figure:
    """Draw one small panel a claim, each on its own scale: effects of two scales are not compared.

    Each panel has the claim's own band and minimum, so that what can be compared is where an
    interval lies in relation to what its claim says.
    """
    items = list(findings)
    height = 1.1 if theme.narrow else 0.78
    fig = new_figure(theme, height * max(len(items), 1) + 1.1, findings.title or findings.study)
    if not items:
        return words_figure("No claims were judged.", theme=theme, title=findings.study)
    columns = 1 if theme.narrow else 2
    widths = {"width_ratios": [0.32, 0.68]} if columns == 2 else {}
    grid = fig.add_gridspec(len(items), columns, **widths)
    for place, finding in enumerate(items):
        ax = fig.add_subplot(grid[place, columns - 1])
        _draw_line(ax, finding, theme)
        if columns == 2:
            _draw_name(fig.add_subplot(grid[place, 0]), finding, theme)
        else:
            ax.set_title(name_of(finding), color=theme.ink)
    words = "Each claim on its own scale; the shaded band is smaller than the claim's smallest "
    words += "effect of interest, the dashed line the minimum that it claims. "
    add_note(fig, theme, words + "Diamond: estimate, with its intervals.")
    return fig


def name_of(finding: Finding) -> str:
    """Return a claim's id, its verdict as symbol and word, and whether its data are simulated."""
    verdict = finding.verdict
    kind = "  (simulated)" if finding.data_kind == "simulated" else ""
    return f"{finding.claim.id}  {VERDICT_SYMBOLS.get(verdict, '')} {verdict_word(verdict)}{kind}"


def _draw_name(ax: Axes, finding: Finding, theme: Theme) -> None:
    ax.set_axis_off()
    claim = finding.claim
    symbol = f"{VERDICT_SYMBOLS.get(finding.verdict, '')} {verdict_word(finding.verdict)}"
    ax.text(0, 0.8, claim.id, fontweight="bold", fontsize=10, va="center", transform=ax.transAxes)
    ax.text(0, 0.45, symbol, va="center", color=theme.ink, transform=ax.transAxes)
    short = textwrap.shorten(claim.expect, 24, placeholder=" …")
    if finding.data_kind == "simulated":
        short += "  (simulated data)"
    ax.text(0, 0.12, short, va="center", color=theme.muted, fontsize=8, transform=ax.transAxes)


def _draw_line(ax: Axes, finding: Finding, theme: Theme) -> None:
    comparison = finding.comparison
    if comparison is None or comparison.reason or not comparison.effect.defined:
        ax.set_axis_off()
        reason = finding.reason or (comparison.reason if comparison else "") or "not tested"
        lines = textwrap.wrap(reason, 56 if theme.narrow else 78)[:3]
        ax.text(
            0,
            0.5,
            "\n".join(lines),
            va="center",
            color=theme.muted,
            fontsize=8,
            transform=ax.transAxes,
        )
        return
    bounds = bounds_of(finding)
    set_scale(ax, comparison.effect.scale, *estimate_limits(comparison, bounds))
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    grid_lines(ax, theme)
    draw_marks(ax, bounds, theme)
    draw_intervals(ax, comparison, bounds, theme, 0.5, size=6.5)
    value = comparison.effect.estimate().value
    words = apa.number(value) if math.isfinite(value) else ""
    ax.annotate(
        words, (value, 0.5), xytext=(0, 7), textcoords="offset points", ha="center", fontsize=8
    )
    words = axis_words(comparison, 56)
    if not theme.narrow and len(words) < 90:
        words = words.replace("\n", "   ")
    ax.set_xlabel(words, fontsize=7.5)
