"""Tables as HTML: headings with scope, numbers to the right, as many decimals as a column needs."""

from __future__ import annotations

import html
import math
from typing import TYPE_CHECKING, Any

from mdresearch.core.show import cell
from mdresearch.reporting.words import column_word

if TYPE_CHECKING:
    import pandas as pd

MOST_ROWS = 60
SHARES = ("share", "share_of_total", "accept", "floor", "ceiling")


def escape(text: Any) -> str:
    """Escape a text for HTML, quotes too."""
    return html.escape(str(text), quote=True)


def data_table(frame: pd.DataFrame, caption: str, note: str = "") -> str:
    """Return a table that scrolls inside its own box and can be reached by keyboard.

    Of a long table the first rows are shown, and the caption says how many there are.
    """
    shown = frame.head(MOST_ROWS)
    shown = shown.assign(**{n: _percents(shown[n]) for n in SHARES if n in shown.columns})
    if len(frame) > len(shown):
        caption += f" (first {len(shown)} of {len(frame):,} rows; the CSV file has all)"
    digits = {n: 1 if n in SHARES else column_digits(shown[n]) for n in shown.columns}
    head = "".join(_heading(name, digits[name]) for name in shown.columns)
    body = "".join(
        _row(values, list(digits.values())) for values in shown.itertuples(index=False, name=None)
    )
    foot = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table></div>{foot}"
    )


def _percents(shares: pd.Series) -> list[str]:
    return [f"{100 * v:.1f}%" if v == v else "" for v in shares]


def column_digits(column: pd.Series) -> int | None:
    """Return the decimals that show a column's numbers to about three digits; None for text.

    Examples
    --------
    >>> import pandas as pd
    >>> column_digits(pd.Series([0.00123, 0.004])), column_digits(pd.Series(["a"]))
    (5, None)
    """
    if column.dtype.kind not in "iufb":
        return None
    if column.dtype.kind in "iub":
        return 0
    sizes = [abs(v) for v in column.dropna() if math.isfinite(v) and v != 0]
    if not sizes or all(float(v).is_integer() for v in sizes):
        return 0 if sizes else 2
    middle = sorted(sizes)[len(sizes) // 2]
    return min(max(2 - math.floor(math.log10(middle)), 1), 6)


def _heading(name: str, digits: int | None) -> str:
    css = "" if digits is None else ' class="n"'
    return f'<th scope="col"{css}>{escape(column_word(str(name)))}</th>'


def _row(values: tuple[Any, ...], digits: list[int | None]) -> str:
    cells = []
    for place, (value, decimals) in enumerate(zip(values, digits, strict=True)):
        text = escape(cell(value, decimals if decimals is not None else 2))
        css = "" if decimals is None else ' class="n"'
        tag = f'th scope="row"{css}' if place == 0 else f"td{css}"
        cells.append(f"<{tag}>{text}</{tag.split()[0]}>")
    return f"<tr>{''.join(cells)}</tr>"


def definition_list(values: dict[str, Any]) -> str:
    """Return names with their values; a mapping inside becomes a list inside."""
    items = []
    for name, value in values.items():
        inner = definition_list(value) if isinstance(value, dict) else escape(_words(value))
        items.append(f"<div><dt>{escape(name.replace('_', ' '))}</dt><dd>{inner}</dd></div>")
    return f"<dl>{''.join(items)}</dl>"


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.4g}"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
