"""One thing that is wrong with a codebook: where it stands, how bad it is, what to do."""

from __future__ import annotations

from dataclasses import dataclass

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A mistake (``error``) or a doubt (``warning``) at a place of a document.

    ``place`` is the path of keys and positions from the top of the file; ``line`` is given where
    the place alone does not tell it.
    """

    place: Place
    message: str
    severity: str = "error"
    line: int | None = None


def place_in_words(place: Place) -> str:
    """Return a path as text.

    Examples
    --------
    >>> place_in_words(("variables", 2, "min"))
    'variables[2].min'
    """
    text = ""
    for step in place:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text
