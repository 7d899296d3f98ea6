"""Roll-up: the code that stands for another at a level of comparison."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mdresearch.core.errors import CodebookError

if TYPE_CHECKING:
    from mdresearch.coding.codebook_parts import Code
    from mdresearch.coding.codebooks import Codebook


def roll_up(codebook: Codebook, code: str, level: str) -> str:
    """Return the code that stands for ``code`` at ``level``; see `Codebook.rollup_table`.

    Raises
    ------
    CodebookError
        No code from it upwards is etic, or is of that scheme; or the level is not known.
    """
    held = codebook.codes[code]
    if level == "emic":
        return code
    if level == "top":
        return held.path[0]
    if level == "etic":
        hits = [step for step in held.path if codebook.codes[step].role == "etic"]
        lack = "no etic code from itself upwards"
    else:
        known = scheme_ids(codebook)
        if level not in known:
            raise CodebookError(
                f"There is no roll-up level '{level}'. Write emic, etic, top, or one of the "
                f"schemes: {', '.join(known)}."
            )
        hits = [step for step in held.path if codebook.codes[step].scheme == level]
        lack = f"no code of {level} from itself upwards"
    if not hits:
        raise CodebookError(
            f"The code '{code}' of {codebook.spec} has {lack} ({' > '.join(held.path)}), so it "
            f"cannot be rolled up to '{level}'."
        )
    return hits[-1]


def scheme_ids(codebook: Codebook) -> tuple[str, ...]:
    """Return the ids of the scheme and of every scheme that it extends, itself first."""
    seen = {codebook.id: None}
    for parent in codebook.parents:
        seen |= dict.fromkeys(scheme_ids(parent))
    return tuple(seen)


def inherited_value(codes: Mapping[str, Code], code: str) -> float | None:
    """Return the number of a code, or of the nearest code above it that has one."""
    for step in reversed(codes[code].path):
        if codes[step].value is not None:
            return codes[step].value
    return None
