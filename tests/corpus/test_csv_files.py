"""CSV: read strictly, written safely, and the same after a round trip."""

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core import csv_files
from mdresearch.core.csv_files import (
    csv_bytes,
    escape_cell,
    guess_delimiter,
    read_csv,
    unescape_cell,
    write_csv,
)
from mdresearch.core.errors import DataError

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
ODD = st.sampled_from(["=cmd|' /C calc'!A0", "'=1", "''+", "NA", "007", 'a"b', "a\nb", "a\r\nb"])
INNER = st.sampled_from(
    [
        "a;=1+1",
        ";'=1",
        "a\n=cmd|' /C calc'!A0",
        "a\t@x",
        "\n\n",
        "\t'=",
        "＝1",
        "a;；",
        "- a\n- b",
        "\n=1",
    ]
)
MORE = INNER | st.sampled_from(
    ["\r", "\t", "😀", "null", "-1", "@x", " ", "'", "\ufeff", "\x00", "1,5"]
)

SIGNS = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def written(tmp_path, content):
    path = tmp_path / "t.csv"
    path.write_bytes(content)
    return path


@given(TEXT | ODD | MORE)
def test_escaping_can_be_undone(text):
    assert unescape_cell(escape_cell(text)) == text


@given(TEXT | ODD | MORE)
def test_no_written_text_starts_a_formula(text):
    assert not escape_cell(text).startswith((*SIGNS, "\t", "\r", "\n"))


@given(TEXT | ODD | MORE)
def test_no_cell_after_a_semicolon_a_tab_or_a_line_break_starts_a_formula(text):
    for part in re.split("[;\t\r\n]", escape_cell(text)):
        assert not part.startswith(SIGNS)


def test_one_writer_makes_every_csv_and_one_file_makes_workbooks(root):
    """So that no export can forget the escape; sheets for coders escape cell by cell."""
    for path in (root / "mdresearch").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "csv_files.py":
            assert ".to_csv(" not in text, path
            assert "csv.writer(" not in text, path
        assert ".to_excel(" not in text, path
        if path.name == "sheets_out.py":
            appended = [
                line for line in text.splitlines() if ".append([" in line and "cell" in line
            ]
            assert appended
            assert all("escape_cell(" in line for line in appended)
        else:
            assert "Workbook(" not in text, path


def test_pieces_make_no_difference(monkeypatch):
    frame = pd.DataFrame(
        {"a": ["=1", None, "x"] * 3, "n": [1.5, None, 2e-9] * 3, "i": range(9), "b": [True] * 9}
    )
    whole = csv_bytes(frame)
    monkeypatch.setattr(csv_files, "PIECE", 2)
    assert csv_bytes(frame) == whole
    assert csv_bytes(frame.iloc[:0]) == b'"a","n","i","b"\n'


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TEXT | ODD | MORE | st.none(), TEXT | ODD | MORE), max_size=6))
def test_round_trip_is_exact(tmp_path_factory, rows):
    frame = pd.DataFrame(
        {name: pd.Series([row[at] for row in rows], dtype="str") for at, name in enumerate("ab")}
    )
    path = write_csv(frame, tmp_path_factory.mktemp("csv") / "t.csv")
    again = read_csv(path, escaped=True)
    assert again.shape == frame.shape
    for name in frame:
        assert again[name].fillna("").tolist() == frame[name].fillna("").tolist()


def test_only_empty_is_missing(tmp_path):
    frame = read_csv(written(tmp_path, b"a,b\nNA,\nnull,nan\n007,NaN\n"))
    assert frame.a.tolist() == ["NA", "null", "007"]
    assert frame.b.isna().tolist() == [True, False, False]


def test_numbers_stay_numbers_and_text_is_escaped():
    frame = pd.DataFrame({"n": [-1.5, 2], "t": ["-1.5", "x"]})
    assert csv_bytes(frame) == b'"n","t"\n-1.5,"\'-1.5"\n2.0,"x"\n'


def test_byte_order_mark_is_not_part_of_the_name(tmp_path):
    assert list(read_csv(written(tmp_path, b"\xef\xbb\xbfid\n1\n"))) == ["id"]


@pytest.mark.parametrize(
    ("header", "mark"), [("a,b;c", ","), ("a;b", ";"), ("a\tb", "\t"), ("a", ",")]
)
def test_delimiter_of_the_first_line(tmp_path, header, mark):
    assert guess_delimiter(written(tmp_path, header.encode())) == mark


def test_a_quote_in_a_later_cell_swallows_nothing(tmp_path):
    frame = read_csv(written(tmp_path, b'a,b\n1,say "hi"\n2,x\n'))
    assert frame.b.tolist() == ['say "hi"', "x"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"id,name\n1,Jos\xe9\n",
            "{path}, line 2, byte 13: 0xe9 is not UTF-8. Save the file as UTF-8 (in Excel: "
            "'CSV UTF-8'), and look whether accents and other scripts are right in it.",
        ),
        (
            "id\n1\n".encode("utf-16"),
            "{path}, line 1, byte 0: 0xff is not UTF-8. It looks like UTF-16. Save the file as "
            "UTF-8 (in Excel: 'CSV UTF-8'), and look whether accents and other scripts are right "
            "in it.",
        ),
        (
            b"id,x\n1,2,3\n",
            "{path}, row 2 (begins '1'): 3 cells, but the first row names 2 columns. Quote the "
            "cell that holds the delimiter, or add what is missing.",
        ),
        (
            b"id,x\n1\n",
            "{path}, row 2 (begins '1'): 1 cells, but the first row names 2 columns. Quote the "
            "cell that holds the delimiter, or add what is missing.",
        ),
        (
            b'id,x\n1,"abc\n2,3\n',
            "{path}, row 2 (line 3): unexpected end of data. A cell that holds a comma, a quote "
            'or a line break stands in double quotes, each quote inside as "".',
        ),
        (
            b"id,id\n1,2\n",
            "{path}, row 1: columns 1 and 2 are both called 'id'. Rename one of them.",
        ),
        (
            b"id,,x\n1,2,3\n",
            "{path}, row 1: column 2 has no name. Name every column, or delete those that "
            "are empty.",
        ),
        (b"", "{path}: the file is empty. Its first row must name the columns."),
    ],
)
def test_refuses_and_says_where(tmp_path, content, message):
    path = written(tmp_path, content)
    with pytest.raises(DataError) as caught:
        read_csv(path)
    assert str(caught.value) == message.format(path=path)


def test_refuses_a_large_file(tmp_path):
    path = written(tmp_path, b"id\n" + b"1\n" * 50)
    with pytest.raises(DataError) as caught:
        read_csv(path, max_bytes=100)
    assert str(caught.value) == (
        f"{path}: 103 bytes; at most 100 are read at once. "
        "Split the file, or query it with DuckDB first."
    )


def test_refuses_an_absent_file(tmp_path):
    with pytest.raises(DataError, match="There is no file"):
        read_csv(tmp_path / "none.csv")


def test_half_a_character_cannot_be_written():
    with pytest.raises(DataError, match="lone surrogate"):
        csv_bytes(pd.DataFrame({"t": pd.Series(["a\ud800"], dtype=object)}))


def test_empty_rows_at_the_end_are_a_habit_of_spreadsheets(tmp_path):
    assert len(read_csv(written(tmp_path, b"a,b\n1,2\n,\n,\n\n"))) == 1


def test_a_row_of_missing_values_is_a_row_in_our_own_files(tmp_path):
    frame = pd.DataFrame({"t": pd.Series(["a", None], dtype="str")})
    assert len(read_csv(write_csv(frame, tmp_path / "t.csv"), escaped=True)) == 2


def test_long_cells_are_read(tmp_path):
    frame = pd.DataFrame({"t": ["x" * 200_000]})
    assert read_csv(write_csv(frame, tmp_path / "t.csv")).t.str.len().tolist() == [200_000]
