"""The panel of the estimate: its intervals, the claim's smallest effect, the claimed minimum."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from mdresearch.core import apa
from mdresearch.core.scales import scale_of
from mdresearch.reporting.bounds import GAP, Bounds, band_words, direction_words
from mdresearch.reporting.canvases import grid_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mdresearch.core.results import Comparison
    from mdresearch.reporting.themes import Theme

RATIO_TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 0.9, 1, 1.1, 1.25)
RATIO_TICKS_ABOVE = (1.5, 2, 3, 5, 10, 20, 50, 100)
NAMES = {
    "g_person": "g (SD of persons)",
    "g_country": "g (SD between countries)",
    "ratio": "ratio of geometric means",
    "rate_ratio": "rate ratio a year",
    "share": "share of variance",
    "correlation": "correlation r",
}


def draw_estimate(ax: Axes, comparison: Comparison, bounds: Bounds, theme: Theme) -> None:
    """Draw the estimate of a comparison, or say in words why there is none."""
    if comparison.reason or not comparison.effect.defined:
        ax.set_title("Estimate")
        draw_words(ax, f"Not tested: {comparison.reason or 'the estimate is undefined'}.", theme)
        return
    low, high = estimate_limits(comparison, bounds)
    set_scale(ax, comparison.effect.scale, low, high)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    grid_lines(ax, theme)
    draw_marks(ax, bounds, theme, 0.58)
    draw_intervals(ax, comparison, bounds, theme, 0.28)
    _label_marks(ax, comparison.effect.scale, bounds, theme)
    estimate = comparison.effect.estimate(bounds.level)
    interval = apa.interval(estimate.low, estimate.high, estimate.level)
    ax.set_title(f"Estimate {apa.number(estimate.value)}, {interval}")
    ax.set_xlabel(axis_words(comparison, 38 if theme.narrow else 44))


def draw_words(ax: Axes, text: str, theme: Theme, width: int = 44) -> None:
    """Fill a panel with a sentence instead of a drawing."""
    ax.set_axis_off()
    lines = "\n".join(textwrap.wrap(text, width))
    ax.text(0, 0.95, lines, transform=ax.transAxes, va="top", color=theme.ink, linespacing=1.4)


def draw_marks(ax: Axes, bounds: Bounds, theme: Theme, top: float = 1.0) -> None:
    """Draw the band; and up to the height ``top`` the null value and the claimed minimum."""
    if bounds.band is not None:
        ax.axvspan(*bounds.band, color=theme.band, linewidth=0, zorder=0)
    ax.axvline(bounds.null, ymax=top, color=theme.muted, linewidth=0.9, zorder=1)
    if bounds.claimed is not None:
        style = (0, (4, 2.5))
        ax.axvline(bounds.claimed, 0, top, color=theme.claimed, linewidth=1.2, linestyle=style)


def draw_intervals(
    ax: Axes, comparison: Comparison, bounds: Bounds, theme: Theme, y: float, size: float = 8
) -> None:
    """Draw the estimate at the height ``y``, with the intervals that decide the verdict."""
    effect = comparison.effect
    left, right = ax.get_xlim()
    lines: list[tuple[float, float, Any]] = [(bounds.alpha, 1.3, "-"), (2 * bounds.alpha, 3.6, "-")]
    if bounds.adjusted is not None:
        lines.insert(0, (bounds.adjusted, 1.0, (0, (1.5, 1.5))))
    for alpha, width, style in lines:
        interval = effect.estimate(1 - alpha)
        ends = [max(interval.low, left), min(interval.high, right)]
        ax.plot(ends, [y, y], color=theme.ink, linewidth=width, linestyle=style, zorder=4)
    ax.plot(
        [effect.estimate().value],
        [y],
        marker="D",
        markersize=size,
        color=theme.ink,
        markeredgecolor=theme.paper,
        zorder=5,
    )


def estimate_limits(comparison: Comparison, bounds: Bounds) -> tuple[float, float]:
    """Return the range that holds the estimate, its widest interval and every mark."""
    interval = comparison.effect.estimate(max(bounds.level, 1 - bounds.alpha))
    values = [interval.value, interval.low, interval.high, bounds.null]
    values += [*(bounds.band or ()), *([] if bounds.claimed is None else [bounds.claimed])]
    log = scale_of(comparison.effect.scale).link == "log"
    finite = [v for v in values if math.isfinite(v) and (v > 0 or not log)]
    if log:
        finite = [math.log(v) for v in finite]
    pad = 0.1 * (max(finite) - min(finite)) or 0.5
    low, high = min(finite) - pad, max(finite) + pad
    return (math.exp(low), math.exp(high)) if log else (low, high)


def set_scale(ax: Axes, scale: str, low: float, high: float) -> None:
    """Set the axis of an estimate: logarithmic for ratios, ticks where a reader would put them."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

    if scale_of(scale).link == "log" and low > 0:
        ax.set_xscale("log")
        ticks = [t for t in (*RATIO_TICKS, *RATIO_TICKS_ABOVE) if low <= t <= high]
        step = 1 + (len(ticks) - 1) // 6 if ticks else 1
        ticks = [t for t in ticks if t == 1 or ticks.index(t) % step == 0]
        if len(ticks) >= 2:
            ax.xaxis.set_major_locator(FixedLocator(ticks))
        ax.xaxis.set_minor_locator(NullLocator())
    else:
        ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}".replace("-", apa.MINUS)))
    ax.set_xlim(low, high)


def axis_words(comparison: Comparison, width: int) -> str:
    """Say what the axis of an estimate holds, and which side is which."""
    effect, labels = comparison.effect, dict(comparison.labels)
    scale = scale_of(effect.scale)
    name = NAMES.get(scale.name, scale.symbol)
    if scale.name == "raw":
        unit = labels.get("unit", "")
        name = f"difference ({unit})" if unit else "difference"
    lines = textwrap.wrap(name, width)
    if words := direction_words(labels, effect):
        lines += words.split(GAP) if len(words) > width else [words]
    return "\n".join(lines)


def _label_marks(ax: Axes, scale: str, bounds: Bounds, theme: Theme) -> None:
    if bounds.band is not None:
        middle = _middle(*bounds.band, scale)
        _beside(ax, middle, 0.9, band_words(bounds, scale), theme.muted)
    if bounds.claimed is not None:
        text = f"claimed: at least {apa.number(bounds.claimed)}"
        if bounds.claimed < bounds.null:
            text = f"claimed: at most {apa.number(bounds.claimed)}"
        _beside(ax, bounds.claimed, 0.7, text, theme.claimed)


def _middle(low: float, high: float, scale: str) -> float:
    if scale_of(scale).link == "log" and low > 0:
        return math.sqrt(low * high)
    return (low + high) / 2


def _beside(ax: Axes, x: float, y: float, text: str, color: str) -> None:
    """Write at ``x``, turned inwards where the panel's edge is near."""
    left, right = ax.get_xlim()
    if ax.get_xscale() == "log":
        left, right, x = math.log(left), math.log(right), math.log(x)
    place = min(max((x - left) / (right - left), 0.0), 1.0)
    align = "left" if place < 0.34 else "right" if place > 0.66 else "center"
    place = {"left": max(place - 0.02, 0.0), "right": min(place + 0.02, 1.0)}.get(align, place)
    ax.text(
        place,
        y,
        text,
        transform=ax.transAxes,
        ha=align,
        va="center",
        color=color,
        fontsize=7.8,
        zorder=6,
    )
