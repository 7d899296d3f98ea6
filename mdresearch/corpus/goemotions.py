"""GoEmotions: English Reddit comments with 27 emotions or neutral; made without seeing a file.

The format is that of the project's description; no file could be reached where this was written,
so the reader is tried on made-up files only (the catalogue says so).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from mdresearch.core.errors import DatasetError
from mdresearch.core.hashing import hash_file
from mdresearch.core.progress import track
from mdresearch.corpus.corpora import Corpus

EMOTIONS = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion"),
    *("curiosity", "desire", "disappointment", "disapproval", "disgust", "embarrassment"),
    *("excitement", "fear", "gratitude", "grief", "joy", "love", "nervousness", "optimism"),
    *("pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)
MAX_BYTES = 50_000_000


def read_goemotions(paths: Sequence[Path]) -> Corpus:
    """Read train, dev and test: one comment a line (text, labels, id), one code a label.

    ``comments.split`` is the name of the file; the language is English by the project's selection,
    the country of the writers is not known.

    Raises
    ------
    DatasetError
        A line has not three fields, or a label that is not one of the 28.
    """
    import pandas as pd

    comments: list[tuple[str, str, str, str]] = []
    codes: list[tuple[str, str, str]] = []
    sources = []
    for path in track(paths, "reading GoEmotions"):
        before = len(comments)
        for name, text, labels in _rows(path):
            comments.append((name, text, path.stem, path.stem))
            codes += [(f"{name}-{word}", name, word) for word in labels]
        sources.append(
            {
                "source_id": path.stem,
                "url_or_file": f"google-research/google-research: goemotions/data/{path.name}",
                "sha256": hash_file(path),
                "licence": "Apache-2.0 (repository)",
                "share": "derived",
                "kind": "collected",
                "rows_read": len(comments) - before,
                "rows_refused": 0,
            }
        )
    tables = {
        "comments": pd.DataFrame(
            comments, columns=["comment_id", "text", "split", "source_id"]
        ).assign(kind="comment", lang="en"),
        "codes": pd.DataFrame(codes, columns=["code_id", "unit_id", "value"]).assign(
            unit_type="comment", variable="emotion", coder_id="goemotions-raters"
        ),
        "sources": pd.DataFrame(sources),
    }
    return Corpus("goemotions", tables, kind="collected", note="English Reddit, 2005 to 2019.")


def _rows(path: Path) -> list[tuple[str, str, list[str]]]:
    if path.stat().st_size > MAX_BYTES:
        raise DatasetError(f"'{path}' has more than {MAX_BYTES:,} bytes. It is not GoEmotions.")
    out = []
    with path.open(encoding="utf-8", newline="\n") as stream:
        for number, line in enumerate(stream, start=1):
            fields = line.rstrip("\r\n").split("\t")
            marks = fields[1].split(",") if len(fields) == 3 else []
            good = marks and all(re.fullmatch("[0-9]{1,2}", m) for m in marks)
            if not good or max(map(int, marks)) >= len(EMOTIONS):
                raise DatasetError(
                    f"'{path}', row {number}: not three fields (text, labels 0 to "
                    f"{len(EMOTIONS) - 1}, id). Restore the file."
                )
            out.append((fields[2], fields[0], [EMOTIONS[int(m)] for m in dict.fromkeys(marks)]))
    return out
