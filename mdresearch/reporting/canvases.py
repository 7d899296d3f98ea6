"""Empty figures in a theme, and figures as SVG and PNG; no state of pyplot is touched."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from mdresearch.reporting.themes import LIGHT

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from mdresearch.reporting.themes import Theme

WIDE, NARROW = 7.6, 3.7
PAD = 0.06
FONTS = ("Liberation Sans", "Arial", "Helvetica", "DejaVu Sans", "Noto Sans CJK SC")
SIMULATED = "SIMULATED DATA"


@cache
def fonts_here() -> tuple[str, ...]:
    """Return those of ``FONTS`` that this machine has; the first three have the same widths."""
    from matplotlib import font_manager

    here = set(font_manager.get_font_names())
    return tuple(name for name in FONTS if name in here) or ("DejaVu Sans",)


@contextmanager
def drawing(theme: Theme) -> Iterator[None]:
    """Set fonts, sizes and colours while a figure is drawn or saved, and put all back after it."""
    import matplotlib as mpl

    with mpl.rc_context(_settings(theme)), warnings.catch_warnings():
        # A script that no installed font holds: the browser still shows it in the SVG.
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        yield


def _settings(theme: Theme) -> Any:
    size = 9
    return {
        "font.family": list(fonts_here()),
        "font.size": size,
        "axes.titlesize": size + 0.5,
        "axes.titleweight": "bold",
        "axes.titlelocation": "left",
        "axes.titlepad": 7,
        "axes.labelsize": size - 0.5,
        "axes.labelcolor": theme.muted,
        "axes.facecolor": "none",
        "axes.edgecolor": theme.faint,
        "axes.titlecolor": theme.ink,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.unicode_minus": True,
        "text.color": theme.ink,
        "text.parse_math": False,
        "xtick.color": theme.faint,
        "xtick.labelcolor": theme.muted,
        "xtick.labelsize": size - 0.5,
        "ytick.color": theme.faint,
        "ytick.labelcolor": theme.ink,
        "ytick.labelsize": size - 0.5,
        "ytick.left": False,
        "figure.facecolor": theme.paper,
        "figure.constrained_layout.h_pad": PAD,
        "figure.constrained_layout.w_pad": PAD,
        "savefig.facecolor": theme.paper,
        "svg.fonttype": "none",
        "svg.hashsalt": "mdresearch",
    }


def new_figure(theme: Theme, height: float, title: str = "") -> Figure:
    """Return an empty figure, ``height`` inches high, with a title at the left."""
    from mdresearch.reporting.shown_figures import ShownFigure

    width = NARROW if theme.narrow else WIDE
    fig = ShownFigure(figsize=(width, height), layout="constrained", facecolor=theme.paper)
    if title:
        title = "\n".join(textwrap.wrap(title, 28 if theme.narrow else 72))
        fig.suptitle(
            title, x=PAD / width, ha="left", fontsize=11.5, fontweight="bold", color=theme.ink
        )
    return fig


def grid_lines(ax: Axes, theme: Theme) -> None:
    """Draw faint vertical lines behind everything."""
    ax.set_axisbelow(True)
    ax.grid(axis="x", color=theme.faint, linewidth=0.6, alpha=0.6)
    ax.tick_params(length=0)


def add_note(fig: Figure, theme: Theme, text: str) -> None:
    """Write how to read the figure under it, wrapped to its width."""
    width = 64 if theme.narrow else 142
    fig.supxlabel(
        "\n".join(textwrap.wrap(text, width)),
        x=PAD / fig.get_figwidth(),
        ha="left",
        fontsize=7.9 if theme.narrow else 7.8,
        color=theme.muted,
        linespacing=1.35,
    )


def stamp_simulated(fig: Figure, theme: Theme, partly: bool = False) -> None:
    """Mark a figure as drawn from simulated data, in whole or in part, at its upper right."""
    if fig.get_suptitle() == "":
        fig.suptitle(" ", fontsize=11.5)
    fig.text(
        1 - 1.6 * PAD / fig.get_figwidth(),
        1 - 0.07 / fig.get_figheight(),
        f"PARTLY {SIMULATED}" if partly else SIMULATED,
        ha="right",
        va="top",
        fontsize=8,
        fontweight="bold",
        color=theme.warn,
        bbox={"boxstyle": "round,pad=0.35", "facecolor": theme.paper, "edgecolor": theme.warn},
    )


def svg_text(fig: Figure) -> str:
    """Return a figure as SVG: text stays text, and the same figure gives the same bytes."""
    buffer = io.StringIO()
    with drawing(LIGHT):
        about = {"Date": None, "Creator": "mdresearch"}
        fig.savefig(buffer, format="svg", metadata=about, facecolor=fig.get_facecolor())
    here = ", ".join(f"'{name}'" for name in fonts_here())
    stack = ", ".join(f"'{name}'" for name in FONTS) + ", sans-serif"
    return buffer.getvalue().replace(f"font-family: {here}", f"font-family: {stack}")


def png_bytes(fig: Figure, dpi: int = 200) -> bytes:
    """Return a figure as PNG."""
    buffer = io.BytesIO()
    with drawing(LIGHT):
        about = {"Software": "mdresearch"}
        fig.savefig(buffer, format="png", dpi=dpi, metadata=about, facecolor=fig.get_facecolor())
    return buffer.getvalue()
