"""A figure that a notebook shows by itself, without pyplot and its state."""

from __future__ import annotations

from matplotlib.figure import Figure


class ShownFigure(Figure):
    """A matplotlib figure that JupyterLab draws when it is the value of a cell."""

    def _repr_png_(self) -> bytes:
        from mdresearch.reporting.canvases import png_bytes

        return png_bytes(self, dpi=110)
