"""Reference numbers: read them, compare with them, and keep a record of the agreement.

``tests/reference/values`` holds what other software printed (mostly R) at 17 significant digits,
``tests/reference/data`` the small tables it was given; MANIFEST.csv says where each is from and
under which licence. Every comparison made with :func:`agrees` becomes part of a row of
``tests/reference/AGREEMENT.md``, which a run of the reference tests writes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

FOLDER = Path(__file__).resolve().parent.parent / "reference"
PAGE = FOLDER / "AGREEMENT.md"


@cache
def _document(file: str) -> Mapping[str, Any]:
    return json.loads((FOLDER / "values" / f"{file}.json").read_text(encoding="utf-8"))


def value(file: str, key: str) -> Any:
    """Return one entry of a file of reference values, as it was printed."""
    return _document(file)[key]


def table(file: str, key: str, index: str | None = "term") -> pd.DataFrame:
    """Return one entry of a file of reference values as a frame."""
    frame = pd.DataFrame(value(file, key))
    return frame.set_index(index) if index and index in frame else frame


def data(name: str, **options: Any) -> pd.DataFrame:
    """Return one of the small tables that the reference software was given."""
    return pd.read_csv(FOLDER / "data" / f"{name}.csv", **options)


def versions(file: str) -> Mapping[str, str]:
    """Return the versions of R and its packages that made a file."""
    meta = _document(file)["_meta"]
    return {"R": meta["R"].split()[2], **meta["packages"]}


def digits(ours: Any, theirs: Any) -> float:
    """Return the least number of equal digits: -log10 of the largest relative difference."""
    a, b = (np.asarray(x, dtype=float).ravel() for x in (ours, theirs))
    assert a.shape == b.shape, f"{a.shape} figures against {b.shape}"
    assert (np.isnan(a) == np.isnan(b)).all(), f"nan in one of the two: {a} against {b}"
    a, b = a[~np.isnan(a)], b[~np.isnan(b)]
    with np.errstate(divide="ignore", invalid="ignore"):
        apart = np.where(a == b, 0.0, np.abs(a - b) / np.maximum(np.abs(b), 1e-300))
    worst = float(apart.max(initial=0.0))
    return 16.0 if worst == 0 else float(np.clip(-np.log10(worst), 0.0, 16.0))


@dataclass
class Record:
    """The comparisons of one run, by method."""

    rows: dict[tuple[str, str], list[tuple[int, float]]] = field(default_factory=dict)

    def add(self, method: str, against: str, count: int, least: float) -> None:
        """Keep one comparison."""
        self.rows.setdefault((method, against), []).append((count, least))

    def page(self) -> str:
        """Return the page: a row a method, figures compared, digits of the worst."""
        lines = [
            "# Agreement with other software",
            "",
            "Written by the test run (`pytest tests/reference`); do not edit. Digits: -log10 of the largest",
            "relative difference over the figures compared, rounded down, at most 12. What the figures are and",
            "where they come from: `MANIFEST.csv`. Iterated fits stop where the other software stops (lavaan and",
            "lme4 at 4 to 5 digits), so a small number there is theirs as often as ours.",
            "",
            "| method | checked against | figures compared | worst digits |",
            "|---|---|---|---|",
        ]
        for (method, against), found in sorted(self.rows.items()):
            count = sum(n for n, _ in found)
            least = min(12, int(min(d for _, d in found)))
            lines.append(f"| {method} | {against} | {count:,} | {least} |")
        return "\n".join(lines) + "\n"


RECORD = Record()


def agrees(
    method: str,
    file: str,
    package: str,
    ours: Any,
    theirs: Any,
    *,
    rtol: float,
    atol: float = 0.0,
    names: Sequence[str] | None = None,
) -> None:
    """Assert that figures agree with the reference and keep the digits for AGREEMENT.md.

    ``method`` is the public name (``stats.cox``), ``file`` the file of values, ``package`` the
    R package (or the publication) it was made by. Figures within ``atol`` of a reference that is
    zero in exact arithmetic are equal; their digits are not counted.
    """
    a, b = (np.asarray(x, dtype=float).ravel() for x in (ours, theirs))
    assert a.size > 0, "nothing to compare"
    np.testing.assert_allclose(
        a, b, rtol=rtol, atol=atol, err_msg=f"{method} against {package}: {names or ''}"
    )
    real = ~np.isclose(a, b, rtol=0, atol=atol) | (np.abs(b) > 1e3 * atol)
    known = versions(file) if (FOLDER / "values" / f"{file}.json").exists() else {}
    against = f"{package} {known[package]}" if package in known else package
    if known and package in known and package != "R":
        against += f" (R {known['R']})"
    RECORD.add(method, against, int(a.size), digits(a[real], b[real]))


def write_page(path: Path = PAGE) -> bool:
    """Write AGREEMENT.md where a row is new or gone, or its digits moved by more than one."""
    fresh = RECORD.page()
    if path.exists() and _same(path.read_text(encoding="utf-8"), fresh):
        return False
    path.write_text(fresh, encoding="utf-8")
    return True


def _rows(page: str) -> dict[str, int]:
    cells = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    return {" | ".join(row[:3]): int(row[3]) for row in cells if row[3].isdigit()}


def _same(old: str, new: str) -> bool:
    before, after = _rows(old), _rows(new)
    text = [x.split("| method")[0] for x in (old, new)]
    return (
        text[0] == text[1]
        and before.keys() == after.keys()
        and all(abs(before[row] - after[row]) <= 1 for row in before)
    )
