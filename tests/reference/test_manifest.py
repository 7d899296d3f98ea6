"""Every reference file has a row in MANIFEST.csv with its source, licence and hash."""

from __future__ import annotations

import hashlib

import pandas as pd
from reference import FOLDER, Record, _same, digits


def test_every_file_of_reference_has_its_source_licence_and_hash():
    manifest = pd.read_csv(FOLDER / "MANIFEST.csv").set_index("file")
    there = {
        str(path.relative_to(FOLDER))
        for folder in ("data", "values")
        for path in (FOLDER / folder).iterdir()
    }
    assert there == set(manifest.index)
    assert manifest[["source", "licence"]].notna().all(axis=None)
    for name, row in manifest.iterrows():
        content = (FOLDER / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == row["sha256"], name
        assert len(content) == row["bytes"], name


def test_digits_count_the_worst_figure():
    assert digits([1.0, 2.0], [1.0, 2.0]) == 16
    assert round(digits([1.0, 2.002], [1.0, 2.0])) == 3
    assert digits([float("nan"), 1.0], [float("nan"), 1.0]) == 16


def test_the_page_is_rewritten_for_a_new_row_or_lost_digits_not_for_rounding():
    first, second, third = Record(), Record(), Record()
    first.add("stats.cox", "survival 3.5-3", 6, 8.4)
    second.add("stats.cox", "survival 3.5-3", 6, 7.9)
    third.add("stats.cox", "survival 3.5-3", 6, 3.9)
    assert _same(first.page(), second.page())
    assert not _same(first.page(), third.page())
    third.add("stats.rmst", "survRM2 1.0-4", 2, 9)
    assert not _same(first.page(), third.page())
