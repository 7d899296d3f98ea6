"""The closed grammar of what a claim expects: one regular expression, nothing evaluated."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mdresearch.core.errors import StudyError

_NAME = r"[A-Za-z][A-Za-z0-9_:\-]*"
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
GRAMMAR = re.compile(
    rf"^\s*(?:(?P<a>{_NAME})\s*(?P<between>>|<|!=|~)\s*(?P<b>{_NAME})"
    rf"|(?P<trend>rising|falling)"
    rf"|(?P<against>>|<|~)\s*(?P<number>{_NUMBER}))\s*$"
)


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a claim expects, parsed.

    Attributes
    ----------
    text : str
        As it was written.
    relation : str
        ``">"``, ``"<"``, ``"!="`` or ``"~"``; ``rising`` is ``">"`` and ``falling`` is ``"<"``.
    a, b : str
        The two groups, or empty for a claim without groups.
    number : float or None
        What a claim without groups is compared with; None for ``rising`` and ``falling``, which are
        compared with "no change" on the claim's scale.
    """

    text: str
    relation: str
    a: str = ""
    b: str = ""
    number: float | None = None

    @property
    def has_groups(self) -> bool:
        """Whether two groups are compared."""
        return bool(self.a)

    @property
    def sign(self) -> int:
        """1, or -1 where the claim says that the effect lies below its null value."""
        return -1 if self.relation == "<" else 1


def parse_expect(text: str) -> Expectation:
    """Parse ``latam > noram``, ``BRA ~ MEX``, ``rising``, ``> 0.8``, ``~ 0``.

    Raises
    ------
    StudyError
        The text is not in the grammar, or compares a group with itself.

    Examples
    --------
    >>> parse_expect("latam > noram").b
    'noram'
    >>> parse_expect("falling").sign
    -1
    >>> parse_expect("latam >> noram")
    Traceback (most recent call last):
        ...
    mdresearch.core.errors.StudyError: expect: 'latam >> noram' is not understood. Write 'a > b', \
'a < b', 'a != b' or 'a ~ b' with region or country names, or 'rising', 'falling', '> number', \
'< number' or '~ number' for a claim without groups.
    """
    match = GRAMMAR.match(str(text))
    if match is None:
        raise StudyError(
            f"expect: '{text}' is not understood. Write 'a > b', 'a < b', 'a != b' or 'a ~ b' with "
            "region or country names, or 'rising', 'falling', '> number', '< number' or '~ number' "
            "for a claim without groups."
        )
    part = match.groupdict()
    if part["a"] and part["a"] == part["b"]:
        raise StudyError(f"expect: '{text}' compares '{part['a']}' with itself. Name two groups.")
    if part["a"]:
        return Expectation(str(text), part["between"], part["a"], part["b"])
    if part["trend"]:
        return Expectation(str(text), ">" if part["trend"] == "rising" else "<")
    number = float(part["number"])
    if not math.isfinite(number):
        raise StudyError(f"expect: '{text}' compares with a number too large to be one.")
    return Expectation(str(text), part["against"], number=number)
