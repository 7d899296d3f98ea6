"""The figure of a trend: events on a timeline by domain, counts a period, the fitted rate."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from mdresearch.reporting.bounds import Bounds, interval_words, plain_bounds
from mdresearch.reporting.canvases import add_note, grid_lines, new_figure
from mdresearch.reporting.estimate_panels import draw_estimate
from mdresearch.reporting.figures import FIGURES
from mdresearch.reporting.group_panels import MARKERS, has
from mdresearch.reporting.plain_figures import generic

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mdresearch.core.results import Comparison
    from mdresearch.reporting.themes import Theme

FEW_EVENTS = 40


@FIGURES.add("trend")
def trend_figure(
    comparison: Comparison, *, theme: Theme, title: str = "", bounds: Bounds | None = None
) -> Figure:
    """Draw a trend: the events, the rate in each period with the fitted curve, and the estimate."""
    if not has(comparison, "periods", "period_start", "years", "exposure", "n"):
        return generic(comparison, theme=theme, title=title, bounds=bounds)
    bounds = bounds or plain_bounds(comparison.effect.scale)
    events = _events(comparison)
    n_rows = events["domain"].nunique() if events is not None else 0
    heights = [0.55 + 0.26 * n_rows] if n_rows else []
    heights += [1.9, 1.6]
    fig = new_figure(theme, sum(heights) + 0.4 * len(heights) + 0.7, title)
    grid = fig.add_gridspec(len(heights), 1, height_ratios=heights)
    axes = [fig.add_subplot(grid[place, 0]) for place in range(len(heights))]
    if events is not None:
        _draw_events(axes[0], events, theme)
    _draw_rate(axes[-2], comparison, theme)
    if events is not None:
        span = [*axes[0].get_xlim(), *axes[-2].get_xlim()]
        for ax in axes[:2]:
            ax.set_xlim(min(span), max(span))
    draw_estimate(axes[-1], comparison, bounds, theme)
    add_note(fig, theme, _note(comparison, events, bounds))
    return fig


def decimal_year(text: str) -> float:
    """Return an ISO date as a year with decimals.

    Examples
    --------
    >>> decimal_year("2024-07-02")
    2024.5
    """
    day = date.fromisoformat(str(text)[:10])
    start, end = date(day.year, 1, 1), date(day.year + 1, 1, 1)
    return day.year + (day - start).days / (end - start).days


def _events(comparison: Comparison) -> pd.DataFrame | None:
    """Return the dated events, a row for each domain that one is in."""
    if not has(comparison, "events", "date", "domain"):
        return None
    frame = comparison.tables["events"]
    frame = frame[frame["date"].astype(str).str.fullmatch(r"\d{4}-\d\d-\d\d.*").fillna(False)]
    if not len(frame):
        return None
    domain = frame["domain"].fillna("").astype(str).replace("", "(none)").str.split(";")
    frame = frame.assign(domain=domain, at=[decimal_year(d) for d in frame["date"].astype(str)])
    frame = frame.explode("domain")
    return frame.assign(domain=frame["domain"].str.strip())


def _draw_events(ax: Axes, events: pd.DataFrame, theme: Theme) -> None:
    rows = list(events["domain"].value_counts().index)
    scopes = _scopes(events)
    for place, name in enumerate(rows):
        ax.axhline(place, color=theme.faint, linewidth=0.7, zorder=0)
        part = events[events["domain"] == name].sort_values("at")
        last, height = -1e9, 0.0
        for event in part.itertuples(index=False):
            height = height - 0.17 if event.at - last < 0.06 else 0.0
            last = event.at
            kind = scopes.index(str(getattr(event, "scope", ""))) if scopes else 0
            ax.plot(
                [event.at],
                [place + max(height, -0.51)],
                marker=MARKERS[kind % len(MARKERS)],
                markersize=5.5,
                color=theme.color_of(kind),
                markerfacecolor=theme.paper if _left_out(event) else theme.color_of(kind),
                markeredgecolor=theme.color_of(kind) if _left_out(event) else theme.paper,
                markeredgewidth=1.1 if _left_out(event) else 0.7,
            )
    ax.set_yticks(range(len(rows)), rows)
    ax.set_ylim(len(rows) - 0.5, -0.75)
    ax.set_title("Events by domain")
    _year_axis(ax)
    grid_lines(ax, theme)


def _draw_rate(ax: Axes, comparison: Comparison, theme: Theme) -> None:
    periods = comparison.tables["periods"]
    start = _start(periods)
    middle = start + periods["years"].astype(float)
    gaps = middle.diff().dropna()
    width = float(gaps.median()) if len(gaps) else float(periods["exposure"].iloc[0])
    rate = periods["n"] / periods["exposure"].where(periods["exposure"] > 0)
    ax.bar(middle, rate, width=0.86 * width, color=theme.band, edgecolor=theme.faint)
    if len(periods) <= FEW_EVENTS // (2 if theme.narrow else 1):
        for x, y, n in zip(middle, rate, periods["n"], strict=True):
            ax.annotate(
                f"{n:g}",
                (x, y),
                (0, 2),
                textcoords="offset points",
                ha="center",
                fontsize=7.5,
                color=theme.ink,
                zorder=6,
            )
    if has(comparison, "curve", "years", "rate", "low", "high"):
        curve = comparison.tables["curve"]
        x = start + curve["years"].astype(float)
        ax.fill_between(x, curve["low"], curve["high"], color=theme.first, alpha=0.18, linewidth=0)
        ax.plot(x, curve["rate"], color=theme.first, linewidth=2)
        top = max(float(rate.max()), float(curve["rate"].max()))
        ax.set_ylim(0, 1.3 * min(max(top, float(curve["high"].max())), 1.6 * top))
    ax.set_title("Events a year, by period")
    _year_axis(ax)
    ax.grid(axis="y", color=theme.faint, linewidth=0.6, alpha=0.6)
    ax.set_axisbelow(True)
    ax.tick_params(length=0)


def _start(periods: pd.DataFrame) -> float:
    """Return the date from which ``years`` counts.

    ``years`` are mid-points, so the first start is half a period after it where periods are equal.
    """
    first = decimal_year(periods["period_start"].iloc[0])
    years = periods["years"].astype(float)
    gaps = years.diff().dropna()
    width = float(gaps.median()) if len(gaps) else float(periods["exposure"].iloc[0])
    return first - (float(years.iloc[0]) - width / 2)


def _year_axis(ax: Axes) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:.0f}"))


def _left_out(event: Any) -> bool:
    return bool(str(getattr(event, "excluded", "") or ""))


def _scopes(events: pd.DataFrame) -> list[str]:
    return list(events["scope"].astype(str).value_counts().index) if "scope" in events else []


def _note(comparison: Comparison, events: pd.DataFrame | None, bounds: Bounds) -> str:
    words = []
    names = {"o": "circle", "s": "square", "^": "triangle", "v": "wedge", "P": "plus", "X": "cross"}
    if events is not None:
        scopes = [(names[m], s) for m, s in zip(MARKERS, _scopes(events), strict=False)]
        if scopes:
            words.append("Events: " + ", ".join(f"{m} {s}" for m, s in scopes) + ".")
        if any(_left_out(event) for event in events.itertuples(index=False)):
            words.append("Hollow: not counted; the table says why.")
        if events.index.has_duplicates:
            words.append("An event of several domains stands in each.")
    words.append("Bars: events over exposure, with their count above; line and band: fitted rate.")
    if not comparison.reason:
        words.append(interval_words(bounds))
    return " ".join(words)
