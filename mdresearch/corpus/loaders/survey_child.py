"""Read one SPSS, Stata or SAS file with pyreadstat, and write plain arrays.

It runs as a process of its own, with bounded memory and time, and imports nothing of the package:
a damaged file can crash the library, and then ends this process only.
"""

from __future__ import annotations

import contextlib
import json
import sys
import warnings
from pathlib import Path
from typing import Any

LOT_CELLS = 4_000_000
RAW = "ISO-8859-1"  # every byte is a character of it: the true encoding is found afterwards
NO_ENCODING = ("read_por",)
NO_KINDS = ("read_por", "read_xport")


def bounded(memory: int, seconds: int) -> None:
    """Bound this process, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Reader:
    """The reading function of one file, with its options."""

    def __init__(self, task: dict[str, Any]) -> None:
        import pyreadstat

        self.name = task["reader"]
        self.function = getattr(pyreadstat, self.name)
        self.path = task["path"]
        self.encoding = task["encoding"] or None
        self.raw = False
        self.catalog = task["catalog"] or None

    def __call__(self, **options: Any) -> tuple[Any, Any]:
        """Read; lists come, since in arrays pyreadstat leaves missing cells of some kinds unset."""
        if self.encoding and self.name not in NO_ENCODING:
            options["encoding"] = self.encoding
        if self.name not in NO_KINDS:
            options["user_missing"] = True
        if self.catalog and self.name == "read_sas7bdat":
            options["catalog_file"] = self.catalog
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return self.function(
                self.path, output_format="dict", disable_datetime_conversion=True, **options
            )

    def about(self, trusted: bool) -> Any:
        """Read what the file says of itself; where it states no encoding, as raw bytes."""
        if self.encoding or self.name in NO_ENCODING:
            return self(metadataonly=True)[1]
        try:
            about = self(metadataonly=True)[1]
            self.raw = not trusted and not about.file_encoding
        except Exception:
            if trusted:
                raise
            self.raw = True
        if self.raw:
            self.encoding = RAW
            about = self(metadataonly=True)[1]
        return about


def described(about: Any) -> dict[str, Any]:
    """Return what a file says of itself as plain lists."""
    names = list(about.column_names)
    if not all(isinstance(name, str) for name in names):
        raise ValueError("a variable has no name")
    labels = about.variable_value_labels or {}
    return {
        "names": names,
        "says": [str(label or "") for label in about.column_labels],
        "labels": [list((labels.get(name) or {}).items()) for name in names],
        "ranges": [(about.missing_ranges or {}).get(name) or [] for name in names],
        "formats": [(about.original_variable_types or {}).get(name) or "" for name in names],
        "types": [(about.readstat_variable_types or {}).get(name) or "" for name in names],
        "measures": [(about.variable_measure or {}).get(name) or "" for name in names],
        "encoding": about.file_encoding or "",
        "rows": about.number_rows,
    }


def arrays(cells: list[Any], text: bool, place: int, texts: dict[str, list[str]]) -> dict[str, Any]:
    """Return a column as arrays: numbers and letters of missing kinds, or places of texts."""
    import numpy as np

    if text:
        found: dict[str, int] = {}
        codes = [-1 if c is None else found.setdefault(str(c), len(found)) for c in cells]
        texts[str(place)] = list(found)
        return {f"c{place}": np.array(codes, dtype=np.int32)}
    letters = [ord(c) if isinstance(c, str) else 0 for c in cells]
    numbers = [float("nan") if c is None or isinstance(c, str) else float(c) for c in cells]
    out = {f"v{place}": np.array(numbers, dtype=np.float64)}
    if any(letters):
        out[f"t{place}"] = np.array(letters, dtype=np.uint8)
    return out


def run(task: dict[str, Any]) -> None:
    """Read the file in lots of columns, and write each to the folder."""
    import numpy as np

    out = Path(task["out"])
    read = Reader(task)
    about = described(read.about(task["trusted"]))
    names, rows = about["names"], about["rows"]
    if rows is None or rows < 0:
        first, _ = read(usecols=names[:1])
        rows = len(first[names[0]]) if names else 0
    about |= {"rows": rows, "raw": read.raw}
    (out / "about.json").write_text(json.dumps(about), encoding="utf-8")
    wanted = [name for name in names if not task["keep"] or name in task["keep"]]
    if rows * len(wanted) > task["cells"]:
        return
    each = max(1, LOT_CELLS // max(rows, 1))
    for start in range(0, len(wanted), each):
        lot = wanted[start : start + each]
        held, _ = read(usecols=lot)
        texts: dict[str, list[str]] = {}
        columns: dict[str, Any] = {}
        for name in lot:
            place = names.index(name)
            columns |= arrays(held.pop(name), about["types"][place] == "string", place, texts)
        np.savez(out / f"lot{start}.npz", **columns)
        (out / f"lot{start}.json").write_text(json.dumps(texts), encoding="utf-8")
        sys.stdout.write("a lot of columns is read\n")
        sys.stdout.flush()


def done(task: dict[str, Any]) -> int:
    """Run a task; say in ``error.json`` what went wrong, and return 3 then, else 0."""
    try:
        run(task)
    except BaseException as error:
        said = {"type": type(error).__name__, "says": str(error)[:500]}
        (Path(task["out"]) / "error.json").write_text(json.dumps(said), encoding="utf-8")
        return 3
    return 0


def main() -> int:
    """Run the task that stands on standard input, bounded."""
    task = json.loads(sys.stdin.read())
    bounded(task["memory"], task["seconds"])
    return done(task)


if __name__ == "__main__":
    sys.exit(main())
