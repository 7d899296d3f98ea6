"""Figures of two groups: countries within them, the estimate, and what lies behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mdresearch.reporting.bounds import Bounds, interval_words, plain_bounds
from mdresearch.reporting.canvases import add_note, new_figure
from mdresearch.reporting.estimate_panels import draw_estimate
from mdresearch.reporting.figures import FIGURES
from mdresearch.reporting.group_panels import (
    MOST_ROWS,
    VIEWER_TESTS,
    Row,
    country_rows,
    draw_countries,
    draw_curve,
    draw_titles,
    has,
    row_places,
)
from mdresearch.reporting.plain_figures import generic

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.gridspec import SubplotSpec

    from mdresearch.core.results import Comparison
    from mdresearch.reporting.themes import Theme

Panel = tuple[float, Callable[..., None]]
"""Height in inches, and what draws it."""


@FIGURES.add("two_way")
@FIGURES.add("welch_countries")
@FIGURES.add("country_pair")
@FIGURES.add("viewers")
@FIGURES.add("welch")
@FIGURES.add("student")
@FIGURES.add("moderation")
def region_figure(
    comparison: Comparison, *, theme: Theme, title: str = "", bounds: Bounds | None = None
) -> Figure:
    """Draw a contrast of two groups.

    Parameters
    ----------
    comparison : Comparison
        With ``groups`` and, where there are countries, ``tables["countries"]``; the tables
        ``curve`` and ``titles`` add a panel each.
    theme : Theme
        Colours and layout.
    title : str
        Stands at the upper left.
    bounds : Bounds or None
        The marks of the claim on the estimate's axis.
    """
    rows = country_rows(comparison)[:MOST_ROWS]
    if not rows:
        return generic(comparison, theme=theme, title=title, bounds=bounds)
    bounds = bounds or plain_bounds(comparison.effect.scale)
    panels = _panels(comparison, bounds, theme)
    forest = (max(1.2, 0.85 + 0.19 * row_places(rows)[-1]), _forest(comparison, theme, rows))
    fig = (
        _stack(theme, title, [forest, *panels])
        if theme.narrow
        else _beside(theme, title, forest, panels)
    )
    add_note(fig, theme, note_of(comparison, bounds, rows))
    return fig


def note_of(comparison: Comparison, bounds: Bounds, rows: list[Row]) -> str:
    """Say what the lines of a region figure are."""
    parts = []
    if any(not r.is_group for r in rows):
        what = "effects" if comparison.test == "moderation" else "means"
        parts.append(f"Country {what} with 95% intervals over persons.")
    if comparison.test in VIEWER_TESTS:
        parts.append("Diamonds: group means with 95% intervals over viewers.")
    elif comparison.test != "country_pair":
        parts.append("Diamonds: means of countries with 95% intervals over countries.")
    if not comparison.reason:
        parts.append(interval_words(bounds))
    if has(comparison, "limits", "group", "floor", "ceiling"):
        ends = "; ".join(
            f"{r.group} {r.floor:.1%} and {r.ceiling:.1%}"
            for r in comparison.tables["limits"].itertuples(index=False)
        )
        parts.append(f"Thresholds at the lowest and the highest step of the ladder: {ends}.")
    total = len(country_rows(comparison))
    if total > len(rows):
        parts.append(f"The first {len(rows)} of {total} rows are drawn; the table has all.")
    return " ".join(parts)


def _forest(comparison: Comparison, theme: Theme, rows: list[Row]) -> Callable[..., None]:
    return lambda ax: draw_countries(ax, comparison, theme, rows)


def _panels(comparison: Comparison, bounds: Bounds, theme: Theme) -> list[Panel]:
    out: list[Panel] = [(1.75, lambda ax: draw_estimate(ax, comparison, bounds, theme))]
    if has(comparison, "curve", "group", "level", "accept"):
        out.append((2.0, lambda ax: draw_curve(ax, comparison, theme)))
    if (
        has(comparison, "titles", "difference")
        and comparison.tables["titles"]["difference"].notna().any()
    ):
        out.append((1.25, lambda ax: draw_titles(ax, comparison, theme)))
    return out


def _stack(theme: Theme, title: str, panels: list[Panel]) -> Figure:
    heights = [height for height, _ in panels]
    fig = new_figure(theme, sum(heights) + 0.35 * len(panels) + 0.7, title)
    grid = fig.add_gridspec(len(panels), 1, height_ratios=heights)
    for place, (_, draw) in enumerate(panels):
        draw(fig.add_subplot(grid[place, 0]))
    return fig


def _beside(theme: Theme, title: str, forest: Panel, panels: list[Panel]) -> Figure:
    left, right = [forest], list(panels)
    if len(right) > 1 and height_of([*left, right[-1]]) <= height_of(right):
        left.append(right.pop())
    height = max(height_of(left), height_of(right))
    fig = new_figure(theme, height + 1.15, title)
    grid = fig.add_gridspec(1, 2, width_ratios=[1.12, 1])
    _fill(fig, grid[0, 0], left, height - height_of(left))
    _fill(fig, grid[0, 1], right, height - height_of(right))
    return fig


def height_of(panels: list[Panel]) -> float:
    """Return the height in inches of panels one above the other."""
    return sum(height for height, _ in panels) + 0.3 * (len(panels) - 1)


def _fill(fig: Figure, place: SubplotSpec, panels: list[Panel], spare: float) -> None:
    """Draw panels one above the other; what is spare stays empty below them."""
    ratios = [height for height, _ in panels] + ([spare] if spare > 0.6 else [])
    column = place.subgridspec(len(ratios), 1, height_ratios=ratios)
    for row, (_, draw) in enumerate(panels):
        draw(fig.add_subplot(column[row, 0]))
