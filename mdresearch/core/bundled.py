"""Where the files that travel with the toolkit are: inside the wheel, or in the checkout."""

from __future__ import annotations

from pathlib import Path

from mdresearch.core.errors import DatasetError

_PACKAGE = Path(__file__).resolve().parent.parent


def bundled_path(relative: str) -> Path:
    """Return the path of a bundled file or folder, such as ``datasets/tolerance-sim``.

    An installed wheel holds them in ``mdresearch/_bundled``; a checkout beside the package.

    Raises
    ------
    DatasetError
        It is in neither place.
    """
    for root in (_PACKAGE / "_bundled", _PACKAGE.parent):
        if (root / relative).exists():
            return root / relative
    raise DatasetError(
        f"'{relative}' is not part of this installation. Install mdresearch again, "
        "or run from a checkout."
    )
