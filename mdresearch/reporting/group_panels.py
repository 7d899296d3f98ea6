"""Panels of the groups: countries within regions, acceptance curves, differences by title."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.core.results import NAN, Comparison
from mdresearch.core.scales import scale_of
from mdresearch.reporting.canvases import grid_lines

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from mdresearch.reporting.themes import Theme

MARKERS = ("o", "s", "^", "v", "P", "X")
MOST_ROWS = 70
VIEWER_TESTS = ("welch", "student")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a forest: a label, a value with an interval, the place of its group."""

    label: str
    value: float
    low: float
    high: float
    group: int
    is_group: bool = False


def has(comparison: Comparison, name: str, *columns: str) -> bool:
    """Whether a table is there, is not empty, and has these columns."""
    table = comparison.tables.get(name)
    return table is not None and len(table) > 0 and set(columns) <= set(table.columns)


def half_width(se: float, df: float, level: float = 0.95) -> float:
    """Return half the width of an interval of Student's t; ``nan`` where it is undefined."""
    from scipy.special import stdtrit

    if not (math.isfinite(se) and df > 0):
        return NAN
    return float(stdtrit(df, 1 - (1 - level) / 2)) * se


def group_rows(comparison: Comparison) -> dict[str, Row]:
    """Return each group's mean with the interval of its own spread."""
    out = {}
    viewers = comparison.test in VIEWER_TESTS
    for place, record in enumerate(comparison.groups.to_dict("records")):
        n = record.get("n_countries", 0)
        if viewers:
            n = record.get("n_persons", 0) or record.get("n_rows", 0)
        mean, sd = float(record.get("mean", NAN)), float(record.get("sd", NAN))
        half = half_width(sd / math.sqrt(n), n - 1) if n > 1 else NAN
        label = str(record["group"])
        out[label] = Row(label, mean, mean - half, mean + half, place, is_group=True)
    return out


def country_rows(comparison: Comparison) -> list[Row]:
    """Return the rows of a forest: each group, then its countries from high to low."""
    groups = group_rows(comparison)
    frame = _values(comparison)
    rows: list[Row] = []
    for label, head in groups.items():
        rows.append(head)
        if frame is None:
            continue
        part = frame[frame["group"].astype(str) == label]
        part = part.sort_values(["value", "country"], ascending=[False, True])
        records = part.itertuples(index=False)
        rows += [Row(str(r.country), r.value, r.low, r.high, head.group) for r in records]
    return rows


def _values(comparison: Comparison) -> pd.DataFrame | None:
    """Return group, country, value, low, high, of means or of effects."""
    if has(comparison, "countries", "group", "country", "effect", "low", "high"):
        return comparison.tables["countries"].rename(columns={"effect": "value"})
    if not has(comparison, "countries", "group", "country", "mean"):
        return None
    frame = comparison.tables["countries"].rename(columns={"mean": "value"})
    sizes = frame.get("n_effective", frame.get("n_persons"))
    if "se" not in frame or sizes is None:
        return frame.assign(low=NAN, high=NAN)
    pairs = zip(frame["se"].astype(float), sizes.astype(float), strict=True)
    half = [half_width(se, n - 1) for se, n in pairs]
    return frame.assign(low=frame["value"] - half, high=frame["value"] + half)


def draw_countries(ax: Axes, comparison: Comparison, theme: Theme, rows: list[Row]) -> None:
    """Draw a forest of groups and countries; markers differ by group as well as colours."""
    geometric = _is_geometric(comparison)
    places = row_places(rows)
    for row, y in zip(rows, places, strict=True):
        _draw_row(ax, row if not geometric else _exp(row), y, theme)
    _draw_spines(ax, rows, places, theme, geometric)
    ax.set_yticks(places, [_tick(row) for row in rows])
    for row, y, tick in zip(rows, places, ax.get_yticklabels(), strict=True):
        if row.is_group:
            color = theme.color_of(row.group)
            tick.set_color(color)
            place = ax.get_yaxis_transform()
            ax.text(0, y - 0.95, row.label, transform=place, color=color, fontweight="bold")
    ax.set_ylim(max(places, default=0) + 0.8, -1.9)
    ax.set_title("Countries within groups" if any(not r.is_group for r in rows) else "Groups")
    ax.set_xlabel(outcome_words(comparison, 34 if theme.narrow else 48, geometric))
    ax.ticklabel_format(axis="x", useOffset=False)
    grid_lines(ax, theme)


def row_places(rows: list[Row]) -> list[float]:
    """Return the height of each row, with room for the name of each group above it."""
    out: list[float] = []
    y = 0.0
    for number, row in enumerate(rows):
        y += 0 if number == 0 else 2.7 if row.is_group else 1.0
        out.append(y)
    return out


def outcome_words(comparison: Comparison, width: int, geometric: bool = False) -> str:
    """Say what an outcome's axis holds: the outcome, the effect's condition, the unit."""
    labels = dict(comparison.labels)
    text = labels.get("outcome", "") or "outcome"
    if comparison.test == "moderation" and (condition := labels.get("condition", "")):
        scale = scale_of(comparison.effect.scale)
        unit = labels.get("unit", "") if scale.name == "raw" else "SD of persons"
        text = f"effect on {text}: {condition}" + (f" ({unit})" if unit else "")
    elif geometric:
        text += " (geometric mean" + (f", {labels['unit']})" if labels.get("unit") else ")")
    elif labels.get("unit"):
        text += f" ({labels['unit']})"
    return "\n".join(textwrap.wrap(text, width))


def draw_curve(ax: Axes, comparison: Comparison, theme: Theme) -> None:
    """Draw the share that accepts each level, a line a group, named where it ends."""
    from matplotlib.ticker import PercentFormatter

    frame = comparison.tables["curve"]
    spread = math.log if _on_logarithms(comparison, frame) else float
    frame = frame.assign(place=[spread(v) for v in frame["level"].astype(float)])
    ends = []
    for label, part in frame.groupby("group", sort=False):
        part = part.sort_values("level")
        place = _place(comparison, str(label))
        color, marker = theme.color_of(place), MARKERS[place % len(MARKERS)]
        ax.plot(part["place"], part["accept"], color=color, marker=marker, markersize=4.5)
        known = part.dropna(subset=["accept"])
        if len(known):
            last = known.iloc[-1]
            ends.append((float(last["accept"]), float(last["place"]), str(label), color))
    ax.axhline(0.5, color=theme.muted, linewidth=0.8, linestyle=(0, (1, 2)))
    ax.set_ylim(-0.02, 1.02)
    name_ends(ax, ends)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1])
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ticks = frame.drop_duplicates("level").dropna(subset=["level"]).sort_values("level")
    ticks = ticks.iloc[:: 1 + len(ticks) // 10]
    ax.set_xticks(ticks["place"].tolist(), [f"{v:g}" for v in ticks["level"]])
    ax.set_title("Share that accepts, by level")
    unit = str(frame["unit"].iloc[0]) if "unit" in frame else "level"
    ax.set_xlabel("\n".join(textwrap.wrap(unit, 40)))
    grid_lines(ax, theme)


def _on_logarithms(comparison: Comparison, frame: pd.DataFrame) -> bool:
    """Whether the levels are drawn in equal ratios: where the claim is of a ratio."""
    return scale_of(comparison.effect.scale).link == "log" and bool((frame["level"] > 0).all())


def name_ends(ax: Axes, ends: list[tuple[float, float, str, str]]) -> None:
    """Write names at the right ends of lines, inside the panel, apart where they would meet.

    ``ends`` holds y, x, name and colour of each line's end. The panel is widened to hold the names.
    """
    if not ends:
        return
    low, high = ax.get_ylim()
    gap = 0.085 * (high - low)
    ends = sorted(ends)
    places: list[float] = []
    for y, *_ in ends:
        places.append(max(y, places[-1] + gap) if places else y)
    shift = sum(p - e[0] for p, e in zip(places, ends, strict=True)) / len(ends)
    shift = min(max(shift, places[-1] - high + gap / 2), places[0] - low - gap / 2)
    left, right = ax.get_xlim()
    share = min(0.025 * max(len(e[2]) for e in ends) + 0.03, 0.5)
    ax.set_xlim(left, right + (right - left) * share / (1 - share))
    start = max(x for _, x, _, _ in ends)
    for place, (_, _, name, color) in zip(places, ends, strict=True):
        ax.annotate(
            name,
            (start, place - shift),
            (7, 0),
            textcoords="offset points",
            color=color,
            fontsize=8,
            fontweight="bold",
            va="center",
        )


def draw_titles(ax: Axes, comparison: Comparison, theme: Theme) -> None:
    """Draw the difference by title: one tick a title, so that the spread over titles is seen."""
    frame = comparison.tables["titles"].dropna(subset=["difference"])
    log = _is_geometric(comparison)
    values = [math.exp(v) if log else float(v) for v in frame["difference"]]
    null = 1.0 if log else 0.0
    ax.axvline(null, color=theme.muted, linewidth=0.9)
    heights = [0.25 + 0.5 * ((i * 0.618034) % 1) for i in range(len(values))]
    ax.scatter(values, heights, s=22, color=theme.color_of(2), alpha=0.75, linewidths=0)
    ax.set_ylim(0, 1)
    ax.set_yticks([])
    ax.set_title(f"Difference by title ({len(values)} titles)")
    a, b = comparison.labels.get("a", "first"), comparison.labels.get("b", "second")
    unit = comparison.labels.get("unit", "")
    words = f"{a} over {b}" if log else f"{a} minus {b}" + (f" ({unit})" if unit else "")
    ax.set_xlabel("\n".join(textwrap.wrap(words, 44)))
    grid_lines(ax, theme)


def _tick(row: Row) -> str:
    if not row.is_group:
        return row.label
    return "mean" if math.isfinite(row.value) else "no mean"


def _draw_row(ax: Axes, row: Row, y: float, theme: Theme) -> None:
    color = theme.color_of(row.group)
    width = 2.6 if row.is_group else 1.1
    ax.plot([row.low, row.high], [y, y], color=color, linewidth=width, solid_capstyle="butt")
    marker = "D" if row.is_group else MARKERS[row.group % len(MARKERS)]
    size = 7.5 if row.is_group else 5
    style: dict[str, Any] = {"markeredgecolor": theme.paper, "markeredgewidth": 0.7}
    ax.plot([row.value], [y], marker=marker, markersize=size, color=color, zorder=3, **style)


def _draw_spines(
    ax: Axes, rows: list[Row], places: list[float], theme: Theme, geometric: bool
) -> None:
    for head in (r for r in rows if r.is_group and math.isfinite(r.value)):
        own = [y for r, y in zip(rows, places, strict=True) if r.group == head.group]
        x = math.exp(head.value) if geometric else head.value
        ends = [min(own), max(own) + 0.3]
        ax.plot([x, x], ends, color=theme.color_of(head.group), linewidth=0.8, alpha=0.45, zorder=1)


def _is_geometric(comparison: Comparison) -> bool:
    """Whether the means were formed on logarithms, and are shown on the outcome's own unit."""
    return scale_of(comparison.effect.scale).link == "log" and comparison.test != "trend"


def _exp(row: Row) -> Row:
    value, low, high = (math.exp(v) if v < 700 else NAN for v in (row.value, row.low, row.high))
    return Row(row.label, value, low, high, row.group, row.is_group)


def _place(comparison: Comparison, label: str) -> int:
    known = [str(g) for g in comparison.groups["group"]] if "group" in comparison.groups else []
    return known.index(label) if label in known else len(known)
