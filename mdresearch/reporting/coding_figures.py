"""Figures of coded data: what becomes of codes in another market, and how far coders agree."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.reporting.canvases import add_note, grid_lines, new_figure
from mdresearch.reporting.plain_figures import words_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mdresearch.coding.agreement_results import Agreement
    from mdresearch.coding.transcodings import Transcoding
    from mdresearch.reporting.themes import Theme

MOST = 18
OTHER = "other codes"
GAP = 0.018
LEVELS = ("emic", "etic", "top")
DECISIONS = {"pass": "o", "tentative": "D", "fail": "s", "not computable": "x"}


def flow_figure(
    result: Transcoding, *, theme: Theme, labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw the flow of codes: bars as high as a code's units, bands as wide as what they share.

    At most 18 codes a side are shown; the rest are drawn together. The heat map
    (``kind="heat"``) has the intervals, which widths cannot show.
    """
    table = result.table[result.table["n"] > 0]
    if table.empty:
        return words_figure("No unit of two editions is aligned.", theme=theme)
    table = _lumped(_lumped(table, "code"), "to")
    flows = table.groupby(["code", "to"], sort=False)["n"].sum()
    left = flows.groupby(level=0, sort=False).sum().sort_values(ascending=False)
    right = flows.groupby(level=1, sort=False).sum()
    place = {code: i for i, code in enumerate(left.index)}
    weight = flows * flows.index.get_level_values(0).map(place).to_numpy()
    order = (weight.groupby(level=1).sum() / right).sort_values().index
    right = right[order]
    rows = max(len(left), len(right))
    fig = new_figure(theme, 1.5 + 0.34 * rows, "What becomes of each code")
    ax = fig.add_subplot()
    ax.set_axis_off()
    ax.set_xlim(-0.02, 1.02)
    ax.set_ylim(1.02, -0.02)
    whole = float(flows.sum())
    tops = _stacked(left, whole), _stacked(right, whole)
    scale = (1 - GAP * (rows - 1)) / whole
    used_left, used_right = dict.fromkeys(left.index, 0.0), dict.fromkeys(right.index, 0.0)
    for code in left.index:
        color = theme.color_of(place[code])
        for to in right.index:
            n = float(flows.get((code, to), 0.0))
            if n:
                y0 = tops[0][code] + used_left[code] * scale
                y1 = tops[1][to] + used_right[to] * scale
                _band(ax, y0, y1, n * scale, color)
                used_left[code] += n
                used_right[to] += n
    room = 16 if theme.narrow else 30
    for codes, top, x, side in ((left, tops[0], 0.0, "right"), (right, tops[1], 1.0, "left")):
        for code, n in codes.items():
            high = float(n) * scale
            color = theme.color_of(place[code]) if x == 0.0 else theme.muted
            ax.add_patch(_bar(x, top[code], high, color))
            words = f"{_shown(str(code), labels, room)}  {n:,.4g}"
            ax.text(
                x + (0.018 if x else -0.018), top[code] + high / 2, words, ha="left" if x else side,
                va="center", fontsize=8, clip_on=False, color=theme.ink,
            )  # fmt: skip
    names = "source market", "target market"
    for x, name in zip((0.0, 1.0), names, strict=True):
        ax.text(x, -0.035, name, ha="center", va="bottom", fontsize=8.5, color=theme.muted)
    add_note(fig, theme, _note(result))
    return fig


def heat_figure(
    result: Transcoding, *, theme: Theme, labels: Mapping[str, str] | None = None
) -> Figure:
    """Draw the shares as a heat map: the estimate, its interval, and how often it was seen."""
    from matplotlib.colors import LinearSegmentedColormap

    table = result.table
    if table.empty:
        return words_figure("No unit of two editions is aligned.", theme=theme)
    counts = table.groupby("code")["n"].sum().sort_values(ascending=False)
    rows = counts.index[:MOST]
    seen = table[table["code"].isin(rows)].groupby("to")["n"].sum().sort_values(ascending=False)
    columns = seen.index[: 8 if theme.narrow else 12]
    cells = table.set_index(["code", "to"])
    room = 18
    fig = new_figure(theme, 1.9 + 0.44 * len(rows), "Share of each code that becomes another")
    ax = fig.add_subplot()
    shares = [[cells.loc[(r, c), "estimate"] for c in columns] for r in rows]
    tint = LinearSegmentedColormap.from_list("share", [theme.paper, theme.first])
    ax.imshow(shares, cmap=tint, vmin=0, vmax=1, aspect="auto")
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            cell = cells.loc[(row, column)]
            strong = cell["estimate"] > 0.55
            words = f"{100 * cell['estimate']:.0f}"
            if cell["n"] > 0:
                words += f"\n[{100 * cell['low']:.0f}, {100 * cell['high']:.0f}]"
            color = theme.paper if strong else theme.ink if cell["n"] > 0 else theme.muted
            ax.text(
                j, i, words, ha="center", va="center", fontsize=6.8, color=color, linespacing=1.2
            )
    ax.set_yticks(range(len(rows)), [f"{_shown(r, labels, room)} ({counts[r]:,.4g})" for r in rows])
    shown = ["\n".join(textwrap.wrap(_shown(c, labels, 40), 13)) for c in columns]
    ax.set_xticks(range(len(columns)), shown, rotation=0 if len(columns) <= 6 else 45,
                  ha="center" if len(columns) <= 6 else "right")  # fmt: skip
    ax.tick_params(length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)
    hidden = len(counts) - len(rows), len(seen) - len(columns)
    rest = f" Not shown: {hidden[0]} codes, {hidden[1]} targets." if any(hidden) else ""
    words = (
        f"Per cent of a row's units, drawn to the common distribution where there are few, "
        f"[{100 * result.level:.0f}% interval]; in brackets aligned units.{rest} {_note(result)}"
    )
    add_note(fig, theme, words)
    return fig


def agreement_figure(result: Agreement, *, theme: Theme) -> Figure:
    """Draw alpha with its interval beside what was planned: a row a variable, level and group.

    The marker says the decision: circle pass, diamond tentative, square fail.
    """
    import numpy as np

    table = result.frame()
    rows = table.reset_index(drop=True)
    many = len(set(rows["round"])) > 1
    names = [_row_name(row, many) for row in rows.itertuples(index=False)]
    fig = new_figure(theme, 1.5 + 0.27 * len(rows), "Agreement of coders")
    ax = fig.add_subplot()
    for i, row in enumerate(rows.itertuples(index=False)):
        color = theme.color_of(LEVELS.index(row.level) if row.level in LEVELS else 0)
        for value, words in ((row.threshold, "-"), (row.floor, ":")):
            if value == value:
                ax.plot(
                    [value, value], [i - 0.42, i + 0.42], words, color=theme.claimed, linewidth=1.3
                )
        if row.alpha != row.alpha:
            ax.text(
                0.01,
                i,
                f"not computable: {row.reason}"[:70],
                va="center",
                fontsize=7.5,
                color=theme.muted,
            )
            continue
        if row.alpha_low == row.alpha_low:
            ax.plot([row.alpha_low, row.alpha_high], [i, i], color=color, linewidth=2)
        ax.plot([row.alpha], [i], DECISIONS.get(row.decision, "o"), color=color, markersize=6)
    ax.set_yticks(range(len(rows)), names)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    lows = rows["alpha_low"].fillna(rows["alpha"]).to_numpy(dtype=float)
    low = float(np.nanmin(lows)) if np.isfinite(lows).any() else 0.0
    ax.set_xlim(min(0.0, max(low, -1.0)) - 0.02, 1.03)
    ax.set_xlabel("Krippendorff's alpha with its interval")
    grid_lines(ax, theme)
    add_note(
        fig, theme,
        "Lines: threshold (solid) and floor (dotted) as the codebook planned them. Circle: pass; "
        "diamond: tentative; square: fail.",
    )  # fmt: skip
    return fig


def forest_figure(result: Any, *, theme: Theme) -> Figure:
    """Draw the terms of a fit with their intervals; for any result with such a table."""
    table = result.frame()
    rows = table[table["estimate"].notna()].reset_index(drop=True)
    if rows.empty:
        return words_figure(getattr(result, "reason", "") or "Nothing was estimated.", theme=theme)
    name = rows["term"] if "term" in rows else rows[rows.columns[0]]
    fig = new_figure(theme, 1.1 + 0.27 * len(rows))
    ax = fig.add_subplot()
    for i, row in rows.iterrows():
        ax.plot([row["low"], row["high"]], [i, i], color=theme.first, linewidth=2)
        ax.plot([row["estimate"]], [i], "o", color=theme.first, markersize=5.5)
    ax.axvline(0, color=theme.muted, linewidth=0.8)
    ax.set_yticks(range(len(rows)), [str(n) for n in name])
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_xlabel("estimate with its interval")
    grid_lines(ax, theme)
    return fig


def _row_name(row: Any, many: bool) -> str:
    parts = [str(row.variable), str(row.level)]
    parts += [str(row.group)] if row.group != "all" else []
    parts += [str(row.round)] if many else []
    return ", ".join(parts)


def _lumped(table: pd.DataFrame, column: str) -> pd.DataFrame:
    counts = table.groupby(column)["n"].sum().sort_values(ascending=False)
    if len(counts) <= MOST:
        return table
    kept = set(counts.index[: MOST - 1])
    return table.assign(**{column: table[column].where(table[column].isin(kept), OTHER)})


def _stacked(heights: pd.Series, whole: float) -> dict[str, float]:
    rows = len(heights)
    scale = (1 - GAP * (rows - 1)) / whole
    gap = (1 - whole * scale) / (rows - 1) if rows > 1 else 0.0
    out, at = {}, 0.0
    for code, n in heights.items():
        out[str(code)] = at
        at += float(n) * scale + gap
    return out


def _bar(x: float, top: float, high: float, color: str) -> Any:
    from matplotlib.patches import Rectangle

    return Rectangle((x - 0.01, top), 0.02, high, color=color, linewidth=0)


def _band(ax: Axes, y0: float, y1: float, high: float, color: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    a, b, m = 0.01, 0.99, 0.5
    points = [(a, y0), (m, y0), (m, y1), (b, y1), (b, y1 + high), (m, y1 + high), (m, y0 + high),
              (a, y0 + high), (a, y0)]  # fmt: skip
    curve = Path.CURVE4
    codes = [Path.MOVETO, curve, curve, curve, Path.LINETO, curve, curve, curve, Path.CLOSEPOLY]
    ax.add_patch(PathPatch(Path(points, codes), facecolor=color, alpha=0.45, linewidth=0))


def _shown(code: str, labels: Mapping[str, str] | None, room: int) -> str:
    text = (labels or {}).get(code) or code.replace("_", " ")
    return text if len(text) <= room else text[: room - 1].rstrip() + "…"


def _note(result: Transcoding) -> str:
    works = f" of {result.n_works} works" if result.n_works else ""
    few = [c for c in result.checks if c.holds is False]
    return f"{result.n_units:,} aligned units{works}." + "".join(f" {c.evidence}." for c in few)
