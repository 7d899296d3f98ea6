"""Versions of schemes: three numbers, an optional label behind a hyphen, ranges with a caret."""

from __future__ import annotations

import re
from functools import total_ordering

from mdresearch.core.errors import CodebookError

_EXACT = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?\Z")
_CARET = re.compile(r"\^(\d+)(?:\.(\d+))?(?:\.(\d+))?\Z")
BUMPS = ("none", "patch", "minor", "major")


@total_ordering
class Version:
    """A version that can be ordered as semantic versioning 2.0.0 says.

    Examples
    --------
    >>> Version("0.2.0") > Version("0.2.0-rc.1") > Version("0.1.9")
    True
    """

    __slots__ = ("label", "numbers", "text")

    def __init__(self, text: str) -> None:
        match = _EXACT.match(text)
        if match is None:
            raise CodebookError(f"'{text}' is not a version. Write three numbers, such as 0.2.0.")
        self.text = text
        self.numbers = (int(match[1]), int(match[2]), int(match[3]))
        self.label = match[4] or ""

    def _key(self) -> tuple[object, ...]:
        parts = [
            (0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.label.split(".")
        ]
        return (self.numbers, not self.label, parts if self.label else [])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self._key() == other._key()

    def __lt__(self, other: Version) -> bool:
        return self._key() < other._key()

    def __hash__(self) -> int:
        return hash((self.numbers, self.label))

    def __str__(self) -> str:
        return self.text


def allows(wanted: str, version: str) -> bool:
    """Tell whether an exact version or a caret range allows a version.

    ``^1.2`` is at least 1.2 and below 2; ``^0.1`` is 0.1.x; ``^0.0.3`` is 0.0.3 only. A version
    with a label (``1.3.0-rc.1``) is allowed by its exact name only.

    Examples
    --------
    >>> allows("^0.1", "0.1.7"), allows("^0.1", "0.2.0"), allows("1.2.0", "1.2.0")
    (True, False, True)
    """
    have, match = Version(version), _CARET.match(wanted)
    if match is None:
        return have == Version(wanted)
    if have.label:
        return False
    given = [int(part) for part in match.groups() if part is not None]
    low = (*given, 0, 0)[:3]
    fixed = next((i for i, part in enumerate(given) if part), len(given) - 1)
    return have.numbers >= low and have.numbers[: fixed + 1] == low[: fixed + 1]


def bump_between(old: str, new: str) -> str:
    """Return which number grew: ``major``, ``minor``, ``patch``, or ``none``.

    Examples
    --------
    >>> bump_between("0.1.3", "0.2.0"), bump_between("1.0.0", "1.0.0")
    ('minor', 'none')
    """
    before, after = Version(old), Version(new)
    for name, a, b in zip(("major", "minor", "patch"), before.numbers, after.numbers, strict=True):
        if a != b:
            return name
    return "none" if before == after else "patch"
