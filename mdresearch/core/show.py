"""Small pieces of HTML that every result is shown with; every text is escaped."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mdresearch.core import apa

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.core.results import Check


def paragraph(text: str, css: str = "") -> str:
    """Return an escaped paragraph."""
    attribute = f' class="{html.escape(css)}"' if css else ""
    return f"<p{attribute}>{html.escape(text)}</p>"


def cell(value: Any, digits: int = 2) -> str:
    """Return a table cell's text: missing is empty, floats are rounded for the reader only."""
    if value is None or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "dtype") and value.dtype.kind == "b":
        return "yes" if value else "no"
    if isinstance(value, float) or (hasattr(value, "dtype") and value.dtype.kind == "f"):
        return apa.number(float(value), digits)
    if isinstance(value, int) or (hasattr(value, "dtype") and value.dtype.kind in "iu"):
        return f"{int(value):,}"
    return str(value)


def table_html(frame: pd.DataFrame, caption: str = "", digits: int = 2) -> str:
    """Return a table; numbers align right, headings say what a column holds."""
    head = "".join(f"<th>{html.escape(str(c).replace('_', ' '))}</th>" for c in frame.columns)
    kinds = ["" if dtype.kind in "OUSTV" else ' class="n"' for dtype in map(_kind, frame.dtypes)]
    rows = []
    for row in frame.itertuples(index=False, name=None):
        cells = (
            f"<td{css}>{html.escape(cell(value, digits))}</td>"
            for css, value in zip(kinds, row, strict=True)
        )
        rows.append(f"<tr>{''.join(cells)}</tr>")
    title = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    return (
        f'<div class="wide"><table>{title}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


class _Text:
    kind = "O"


def _kind(dtype: Any) -> Any:
    return dtype if hasattr(dtype, "kind") and dtype.kind in "biufc" else _Text


def checks_html(checks: Iterable[Check]) -> str:
    """Return the checks as a list; the state is a word, not only a colour."""
    items = "".join(
        f'<li class="check {html.escape(c.word.replace(" ", "-"))}"><strong>{html.escape(c.name)}'
        f"</strong> <em>{html.escape(c.word)}</em>: {html.escape(c.evidence)}</li>"
        for c in checks
    )
    return f'<ul class="checks">{items}</ul>' if items else ""
