"""What is missing in a corpus, as a small figure: a bar a column, grouped by table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mdresearch.reporting.canvases import add_note, grid_lines, new_figure
from mdresearch.reporting.plain_figures import words_figure

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

    from mdresearch.corpus.descriptions import Description
    from mdresearch.reporting.themes import Theme

MOST = 24


def missingness_figure(description: Description, *, theme: Theme) -> Figure:
    """Draw the share of empty cells of each column that has any; complete columns are counted.

    Parameters
    ----------
    description : Description
        What `Corpus.describe` gives.
    theme : Theme
        Colours and width.

    Returns
    -------
    matplotlib.figure.Figure
        At most 24 columns, those with the most empty cells; the note says how many are not shown.
    """
    shown, hidden, complete = gaps_shown(description)
    title = f"Empty cells in '{description.name}'"
    if shown.empty:
        words = f"None of the {complete} columns has an empty cell."
        return words_figure(words, theme=theme, title=title)
    fig = new_figure(theme, 1.3 + 0.2 * len(shown), title)
    ax = fig.add_subplot()
    places = range(len(shown))
    ax.barh(places, shown["share_missing"] * 100, color=theme.muted, height=0.62)
    ax.set_yticks(list(places), [f"{r.table}.{r.column}" for r in shown.itertuples(index=False)])
    for place, row in zip(places, shown.itertuples(index=False), strict=True):
        words = f"{row.n_missing:,} of {row.n_rows:,}"
        inside = row.share_missing > 0.7
        ax.annotate(
            words,
            (row.share_missing * 100, place),
            xytext=(-4 if inside else 4, 0),
            textcoords="offset points",
            ha="right" if inside else "left",
            va="center",
            fontsize=7.5,
            color=theme.paper if inside else theme.ink,
        )
    ax.invert_yaxis()
    ax.set_xlim(0, 100)
    ax.set_xlabel("empty cells (%)")
    grid_lines(ax, theme)
    add_note(fig, theme, _note(complete, hidden))
    return fig


def gaps_shown(description: Description) -> tuple[pd.DataFrame, int, int]:
    """Return the columns that are drawn, how many with gaps are not, and how many have none."""
    frame = description.frame().astype({"share_missing": "float64"})
    gaps = frame[frame["n_missing"] > 0]
    shown = gaps.nlargest(MOST, "share_missing", keep="first").sort_index()
    return shown, len(gaps) - len(shown), len(frame) - len(gaps)


def _note(complete: int, hidden: int) -> str:
    words = f"{complete} columns have no empty cell."
    if hidden:
        words += f" {hidden} further columns with empty cells are not shown."
    return words
