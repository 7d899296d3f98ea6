"""Strict YAML, hashing, atomic writes: files are untrusted, and never half written."""

from __future__ import annotations

import pandas as pd
import pytest

from mdresearch.core.atomic import write_text
from mdresearch.core.errors import StudyError
from mdresearch.core.hashing import hash_data, hash_file, hash_frame, hash_text
from mdresearch.core.strict_yaml import line_of, parse_yaml, read_yaml, write_yaml


def test_norway_stays_norway_and_a_time_stays_a_text():
    read = parse_yaml("a: [NO, SE, on, yes, 1:30, 2026-01-02, 1.10, true, null, 012]")
    assert read["a"] == ["NO", "SE", "on", "yes", "1:30", "2026-01-02", 1.1, True, None, 12]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "a: 1\nb: 2\na: 3",
            "<text>, line 3: the key 'a' stands already at line 1. Keep one of the two.",
        ),
        (
            "a: &x 1",
            "<text>, line 1: the anchor '&x' is not allowed. Write the values out where they are used.",
        ),
        (
            "a: !!python/object:os.system x",
            "<text>, line 1: the tag 'tag:yaml.org,2002:python/object:os.system' is not allowed. "
            "Write plain values.",
        ),
        (
            "a: 1\n b: 2",
            "<text>, line 2, column 3: mapping values are not allowed here. Mend the YAML there.",
        ),
        ("{[1]: 2}", "<text>, line 1: a key must be a word, not a list or a mapping."),
        ("[" * 50, "<text>, line 1: nested deeper than 40 levels."),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_line(text, message):
    with pytest.raises(StudyError) as caught:
        parse_yaml(text)
    assert str(caught.value) == message


def test_an_alias_bomb_is_refused():
    bomb = "a: &a [x]\n" + "".join(
        f"{c}: &{c} [*{b}, *{b}]\n" for b, c in zip("abcdef", "bcdefg", strict=True)
    )
    with pytest.raises(StudyError, match="anchor"):
        parse_yaml(bomb)


def test_files_that_are_absent_binary_or_too_large(tmp_path, monkeypatch):
    with pytest.raises(StudyError) as caught:
        read_yaml(tmp_path / "no.yaml")
    assert str(caught.value).endswith("Give the path of an existing YAML file.")
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(StudyError, match="byte 3 is not UTF-8. Save the file as UTF-8."):
        read_yaml(tmp_path / "latin.yaml")
    monkeypatch.setattr("mdresearch.core.strict_yaml.MAX_BYTES", 3)
    (tmp_path / "big.yaml").write_text("a: 1234")
    with pytest.raises(StudyError, match="7 bytes; at most 3 are read"):
        read_yaml(tmp_path / "big.yaml")


def test_the_line_of_a_key_is_found():
    text = "study: x\nclaims:\n  - id: A\n    says: b\n  - id: B\n"
    assert line_of(text, ("claims", 1)) == 5
    assert line_of(text, ("nothing",)) is None


def test_yaml_written_is_read_back(tmp_path):
    data = {"study": "x", "countries": ["NO", "on"], "when": "2026-01-02", "n": 3, "s": 0.5}
    write_yaml(data, tmp_path / "a.yaml")
    assert read_yaml(tmp_path / "a.yaml") == data


def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path, monkeypatch):
    path = tmp_path / "a.txt"
    write_text(path, "old")
    monkeypatch.setattr("os.fsync", lambda handle: (_ for _ in ()).throw(OSError("disk full")))
    with pytest.raises(OSError, match="disk full"):
        write_text(path, "new")
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_hashes_depend_on_content_and_on_nothing_else(tmp_path):
    (tmp_path / "a").write_text("abc")
    assert hash_file(tmp_path / "a") == hash_text("abc")
    assert hash_data({"a": 1, "b": [2]}) == hash_data({"b": [2], "a": 1})
    frame = pd.DataFrame({"x": [1, 2], "y": ["a", None]})
    assert hash_frame(frame) == hash_frame(frame.set_axis([7, 9]))
    assert hash_frame(frame) != hash_frame(frame.iloc[::-1])
    assert hash_frame(frame) != hash_frame(frame.rename(columns={"x": "z"}))
