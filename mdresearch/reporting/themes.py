"""The colours of figures and pages, light and dark; safe for common colour blindness."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mdresearch.core.errors import unknown_name


@dataclass(frozen=True, slots=True)
class Theme:
    """What a figure is drawn with.

    Attributes
    ----------
    name : str
        ``light`` or ``dark``.
    paper, ink, muted, faint : str
        Background, text, secondary text, and lines that should hardly be seen.
    first, second : str
        The colours of the two groups; their markers differ too, so that colour is never alone.
    band, claimed, warn : str
        The smallest effect of interest, the claimed minimum, and the mark of simulated data.
    cycle : tuple of str
        Further colours, for parts of a whole and for more than two groups.
    narrow : bool
        Panels stand one above the other, for a phone or a single column.
    """

    name: str
    paper: str
    ink: str
    muted: str
    faint: str
    first: str
    second: str
    band: str
    claimed: str
    warn: str
    cycle: tuple[str, ...]
    narrow: bool = False

    def color_of(self, place: int) -> str:
        """Return the colour of the group at ``place``: 0 is the first group, 1 the second."""
        colors = (self.first, self.second, *self.cycle)
        return colors[place % len(colors)]


# After Okabe and Ito's palette, darkened or lightened until text in it has a contrast of 4.5 or
# more against the paper (tests/reporting/test_themes.py measures it).
LIGHT = Theme(
    name="light",
    paper="#fffefb",
    ink="#1c2024",
    muted="#5a6068",
    faint="#d9d6cd",
    first="#0b63a5",
    second="#b04a00",
    band="#e9e4d2",
    claimed="#7b3f8c",
    warn="#9a2c1f",
    cycle=("#00755a", "#7b3f8c", "#8a6a00", "#35699c", "#a03565", "#55606b"),
)
DARK = Theme(
    name="dark",
    paper="#14171b",
    ink="#eceae4",
    muted="#a9aeb5",
    faint="#3a4048",
    first="#78bdf2",
    second="#f0a35e",
    band="#2d3138",
    claimed="#d3a2e3",
    warn="#ff9a8a",
    cycle=("#5fd0ac", "#d3a2e3", "#e3c75f", "#9cc3ea", "#f09dbd", "#b3bcc6"),
)
THEMES = {theme.name: theme for theme in (LIGHT, DARK)}


def theme_of(theme: str | Theme, narrow: bool | None = None) -> Theme:
    """Return a theme by name, or the theme itself; ``narrow`` replaces its layout where given."""
    if isinstance(theme, str):
        if theme not in THEMES:
            raise unknown_name("theme", theme, THEMES)
        theme = THEMES[theme]
    return theme if narrow is None else replace(theme, narrow=narrow)
