"""Any result as a figure: the registry of what draws which test."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.findings import Finding, Findings
from mdresearch.core.registry import Registry
from mdresearch.core.results import Comparison
from mdresearch.corpus.descriptions import Description
from mdresearch.reporting.themes import Theme, theme_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES: Registry[Callable[..., Figure]] = Registry(
    "figure",
    homes=(
        "mdresearch.reporting.region_figures",
        "mdresearch.reporting.trend_figures",
        "mdresearch.reporting.profile_figures",
    ),
)
"""What draws a comparison, by its ``test``: function(comparison, *, theme, title, bounds)."""


RESULT_FIGURES: Mapping[str, Mapping[str, str]] = {
    "Transcoding": {
        "flow": "coding_figures.flow_figure",
        "heat": "coding_figures.heat_figure",
    },
    "Agreement": {"intervals": "coding_figures.agreement_figure"},
}
"""What draws a result that is no comparison: by its class, then by kind (the first is the rule)."""
TERMS = ("estimate", "low", "high")


def figure(
    result: Any,
    theme: str | Theme = "light",
    *,
    narrow: bool | None = None,
    kind: str | None = None,
    **options: Any,
) -> Figure:
    """Draw a result.

    Parameters
    ----------
    result : Comparison, Finding, Findings, Description, Transcoding, Agreement or a fit
        A finding shows its claim's smallest effect and minimum beside the estimate, and is marked
        where its data are simulated; findings are drawn together, one panel a claim; the
        description of a corpus shows what is missing in it; a fit shows its terms.
    theme : str or Theme
        ``"light"`` or ``"dark"``.
    narrow : bool or None
        Panels one above the other, for a phone or a single column.
    kind : str or None
        For results with several figures: ``flow`` or ``heat`` of a transcoding.
    **options
        ``labels`` (code to name) for a transcoding.

    Returns
    -------
    matplotlib.figure.Figure
        Not known to pyplot: nothing has to be closed. In a notebook it shows itself.

    Raises
    ------
    DataError
        ``result`` is nothing that can be drawn.
    """
    from mdresearch.reporting.canvases import drawing, stamp_simulated

    look = theme_of(theme, narrow)
    with drawing(look):
        fig = _draw(result, look, kind, options)
        if is_simulated(result):
            stamp_simulated(fig, look, is_mixed(result))
        fig.draw_without_rendering()
    return fig


def is_simulated(result: Any) -> bool:
    """Whether a result rests on simulated data, as far as it knows."""
    if isinstance(result, Findings):
        return any(item.data_kind == "simulated" for item in result)
    if isinstance(result, Finding):
        return result.data_kind == "simulated"
    return bool((getattr(result, "provenance", None) or {}).get("data_kind") == "simulated")


def is_mixed(result: Any) -> bool:
    """Whether some findings rest on simulated data and others do not."""
    return isinstance(result, Findings) and len({item.data_kind for item in result}) > 1


def _draw(
    result: Any, theme: Theme, kind: str | None = None, options: Mapping[str, Any] | None = None
) -> Figure:
    from mdresearch.reporting.bounds import bounds_of
    from mdresearch.reporting.plain_figures import generic, overview, words_figure

    if isinstance(result, Findings):
        return overview(result, theme=theme)
    if isinstance(result, Description):
        from mdresearch.reporting.description_figures import missingness_figure

        return missingness_figure(result, theme=theme)
    if isinstance(result, Finding):
        title = result.claim.id
        if result.comparison is None:
            words = f"Not tested: {result.reason or 'nothing could be computed'}."
            return words_figure(words, theme=theme, title=title)
        comparison, bounds = result.comparison, bounds_of(result)
    elif isinstance(result, Comparison):
        comparison, title, bounds = result, "", None
    elif drawn_by := RESULT_FIGURES.get(type(result).__name__):
        if kind is not None and kind not in drawn_by:
            raise unknown_name(f"figure of a {type(result).__name__}", kind, drawn_by)
        module, _, name = drawn_by[kind or next(iter(drawn_by))].partition(".")
        function = getattr(importlib.import_module(f"mdresearch.reporting.{module}"), name)
        return function(result, theme=theme, **(options or {}))
    elif _has_terms(result):
        from mdresearch.reporting.coding_figures import forest_figure

        return forest_figure(result, theme=theme)
    else:
        raise DataError(
            f"A {type(result).__name__} cannot be drawn. Give a Comparison, a Finding, "
            "Findings, or what Corpus.describe() gives."
        )
    draw = FIGURES.get(comparison.test, generic)
    return draw(comparison, theme=theme, title=title, bounds=bounds)


def _has_terms(result: Any) -> bool:
    if not hasattr(result, "frame"):
        return False
    return set(TERMS) <= set(result.frame().columns)
