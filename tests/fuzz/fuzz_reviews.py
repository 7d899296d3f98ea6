"""Fuzz the loaders of reviews and comments: ``python tests/fuzz/fuzz_reviews.py -max_total_time=600``.

Needs atheris, which is no dependency of the project. `test_reviews_fuzzed.py` runs the same target
on mutations without it.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from mdresearch.core.errors import MdresearchError
from mdresearch.corpus.loaders import comments, reviews
from mdresearch.corpus.loaders.comment_ages import read_age
from mdresearch.corpus.loaders.review_frames import read_kind
from mdresearch.corpus.short_numbers import short_number

KINDS = {**reviews.KINDS, **comments.KINDS}
EXAMPLES = {**reviews.EXAMPLES, **comments.EXAMPLES}
NAMES = sorted(KINDS)
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-reviews-"))


def target(data: bytes) -> None:
    """Read a file whose first byte says of which kind; only our own errors may come out."""
    if not data:
        return
    path = FOLDER / "fuzzed"
    path.write_bytes(data[1:])
    text = data[1:200].decode("utf-8", errors="replace")
    short_number(text)
    read_age(text)
    try:
        reading = read_kind(
            KINDS[NAMES[data[0] % len(NAMES)]], [path], {"retrieved_at": "2026-11-23"}
        )
    except MdresearchError:
        return
    held = reading.tables["comments"]
    if held["comment_id"].isna().any() or held["comment_id"].duplicated().any():
        raise RuntimeError("a comment without an id, or an id twice")
    held.to_csv().encode("utf-8")


if __name__ == "__main__":
    import atheris

    corpus = FOLDER / "corpus"
    corpus.mkdir()
    for place, name in enumerate(NAMES):
        (corpus / name).write_bytes(bytes([place]) + EXAMPLES[name])
    atheris.instrument_all()
    atheris.Setup([*sys.argv, str(corpus)], target)
    atheris.Fuzz()
