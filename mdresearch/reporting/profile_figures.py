"""Figures of variance components, of profiles over stimuli, and of correlations between them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mdresearch.core.apa import number
from mdresearch.reporting.bounds import Bounds, interval_words, plain_bounds
from mdresearch.reporting.canvases import add_note, grid_lines, new_figure
from mdresearch.reporting.estimate_panels import draw_estimate
from mdresearch.reporting.figures import FIGURES
from mdresearch.reporting.group_panels import MARKERS, has, name_ends, outcome_words
from mdresearch.reporting.plain_figures import generic

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mdresearch.core.results import Comparison
    from mdresearch.reporting.themes import Theme

MOST_NAMED = 8
MOST_CELLS = 24
WHOLES = {"share": "of the reliable variance", "share_of_total": "of all the variance"}
CORRELATIONS = ("corrected", "r", "correlation", "value", "estimate", "observed")


@FIGURES.add("variance_share")
@FIGURES.add("profile_correlation")
def profile_figure(
    comparison: Comparison, *, theme: Theme, title: str = "", bounds: Bounds | None = None
) -> Figure:
    """Draw what of these there is: components of variance, profiles, pairs; then the estimate."""
    bounds = bounds or plain_bounds(comparison.effect.scale)
    panels = _panels(comparison, theme)
    if not panels:
        return generic(comparison, theme=theme, title=title, bounds=bounds)
    panels.append((1.7, lambda ax: draw_estimate(ax, comparison, bounds, theme)))
    heights = [height for height, _ in panels]
    fig = new_figure(theme, sum(heights) + 0.4 * len(heights) + 0.6, title)
    grid = fig.add_gridspec(len(panels), 1, height_ratios=heights)
    for place, (_, draw) in enumerate(panels):
        draw(fig.add_subplot(grid[place, 0]))
    if note := _note(comparison, bounds):
        add_note(fig, theme, note)
    return fig


def _note(comparison: Comparison, bounds: Bounds) -> str:
    words = []
    if has(comparison, "profiles", "country") and _unnamed(comparison.tables["profiles"]):
        words.append("Thick line: mean of all countries.")
    if pair_columns(comparison):
        words.append(
            "Pairs: from orange (\N{MINUS SIGN}1) over the paper's colour (0) to blue (1)."
        )
    if not comparison.reason:
        words.append(interval_words(bounds))
    return " ".join(words)


def _unnamed(profiles: pd.DataFrame) -> bool:
    return bool(profiles["country"].nunique() > MOST_NAMED)


def _panels(comparison: Comparison, theme: Theme) -> list[tuple[float, Callable[..., None]]]:
    out: list[tuple[float, Callable[..., None]]] = []
    if has(comparison, "components", "component", "share"):
        table = comparison.tables["components"]
        n = len(table) + 1.9 * sum(c in table for c in WHOLES)
        out.append((0.45 + 0.2 * n, lambda ax: _draw_components(ax, comparison, theme)))
    if has(comparison, "profiles", "country", "stimulus", "mean"):
        out.append((2.5, lambda ax: _draw_profiles(ax, comparison, theme)))
    pairs = pair_columns(comparison)
    if pairs:
        matrix = pair_matrix(comparison, pairs)
        if 2 <= len(matrix) <= MOST_CELLS:
            size = min(0.8 + 0.26 * len(matrix), 5.0)
            corrected = pairs[2] == "corrected"
            out.append((size, lambda ax: _draw_pairs(ax, matrix, theme, corrected)))
    return out


def _draw_components(ax: Axes, comparison: Comparison, theme: Theme) -> None:
    """Draw a bar of the parts for each whole, and under them the name and shares of each part."""
    frame = comparison.tables["components"]
    wholes = {c: words for c, words in WHOLES.items() if c in frame.columns}
    frame = frame.sort_values(list(wholes), ascending=False, na_position="last")
    ax.set_axis_off()
    ax.set_title("Share of the variance")
    for row, (column, words) in enumerate(wholes.items()):
        left, y = 0.0, 1.9 * row
        for place, share in enumerate(frame[column].fillna(0.0).clip(lower=0.0)):
            color = theme.color_of(place)
            ax.barh(y, share, left=left, color=color, edgecolor=theme.paper, linewidth=1)
            left += share
        if len(wholes) > 1:
            ax.text(0, y + 0.75, words, va="center", fontsize=7.8, color=theme.muted)
    first = 1.9 * len(wholes) - 0.55 * (len(wholes) == 1)
    step = 0.19 if theme.narrow else 0.1
    for place, part in enumerate(frame.to_dict("records")):
        y = first + 0.95 * place
        ax.barh(y, 0.02, height=0.55, color=theme.color_of(place))
        for rank, column in enumerate(wholes):
            share = part[column]
            text = f"{100 * share:.1f}%" if share == share else "\N{EN DASH}"
            ax.text(0.035 + step * rank, y, text, va="center", fontweight="bold", fontsize=8.5)
        ax.text(0.05 + step * len(wholes), y, str(part["component"]), va="center")
    ax.set_xlim(0, 1)
    ax.set_ylim(first + 0.95 * len(frame) - 0.4, -0.5)


def _draw_profiles(ax: Axes, comparison: Comparison, theme: Theme) -> None:
    frame = comparison.tables["profiles"]
    order = frame.groupby("stimulus")["mean"].mean().sort_values().index.astype(str).tolist()
    wide = frame.assign(stimulus=frame["stimulus"].astype(str)).pivot_table(
        index="stimulus", columns="country", values="mean"
    )
    wide = wide.reindex(order)
    named = len(wide.columns) <= MOST_NAMED
    ends = []
    for place, country in enumerate(wide.columns):
        color = theme.color_of(place) if named else theme.muted
        values = wide[country].to_numpy()
        style: dict[str, Any] = (
            {"marker": MARKERS[place % len(MARKERS)], "markersize": 4} if named else {}
        )
        ax.plot(range(len(wide)), values, color=color, linewidth=1.3 if named else 0.6, **style)
        if named and values[-1] == values[-1]:
            ends.append((float(values[-1]), len(wide) - 1.0, str(country), color))
    if not named:
        ax.plot(range(len(wide)), wide.mean(axis=1), color=theme.first, linewidth=2.5)
    name_ends(ax, ends)
    step = 1 + (len(order) - 1) // (10 if theme.narrow else 24)
    labels = [name if i % step == 0 else "" for i, name in enumerate(order)]
    long = max(map(len, order), default=0) > 3
    ax.set_xticks(
        range(len(order)), labels, rotation=60 if long else 0, ha="right" if long else "center"
    )
    ax.set_title("Mean by stimulus, a line a country")
    ax.set_ylabel(outcome_words(comparison, 30))
    grid_lines(ax, theme)


def pair_columns(comparison: Comparison) -> tuple[str, str, str] | None:
    """Return the columns of a table of pairs: two names and a correlation; None without."""
    import pandas as pd

    table = comparison.tables.get("pairs")
    if table is None or not len(table):
        return None
    numeric = [c for c in table.columns if pd.api.types.is_numeric_dtype(table[c])]
    names = [c for c in table.columns if c not in numeric]
    preferred = [c for c in CORRELATIONS if c in numeric]
    return (names[0], names[1], preferred[0]) if len(names) >= 2 and preferred else None


def pair_matrix(comparison: Comparison, columns: tuple[str, str, str]) -> pd.DataFrame:
    """Return the pairs as a square table, the same on both sides of the diagonal."""
    import pandas as pd

    first, second, value = columns
    table = comparison.tables["pairs"]
    one = table[[first, second, value]].set_axis(["a", "b", "value"], axis=1)
    both = pd.concat([one, one.rename(columns={"a": "b", "b": "a"})])
    return both.pivot_table(index="a", columns="b", values="value")


def _draw_pairs(ax: Axes, matrix: pd.DataFrame, theme: Theme, corrected: bool) -> None:
    import seaborn as sns
    from matplotlib.colors import LinearSegmentedColormap

    shades = LinearSegmentedColormap.from_list("pairs", [theme.second, theme.paper, theme.first])
    words = matrix.map(lambda v: "" if v != v else number(v)) if len(matrix) <= 12 else False
    sns.heatmap(
        matrix,
        ax=ax,
        cmap=shades,
        vmin=-1,
        vmax=1,
        square=True,
        annot=words,
        fmt="",
        annot_kws={"size": 7},
        linewidths=1,
        linecolor=theme.paper,
        cbar=False,
    )
    ax.set(xlabel="", ylabel="")
    ax.tick_params(axis="y", rotation=0)
    ax.set_title("Correlation of each pair" + (", corrected" if corrected else ""))
