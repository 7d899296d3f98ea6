"""Make the binary survey files of this folder; run it with the Python of the checkout.

    .venv/bin/python tests/data/surveys/make.py

All persons and answers are made up. SAS data files are written through the C functions of ReadStat
that pyreadstat carries, since it has no Python function for them.
"""

from __future__ import annotations

import base64
import ctypes
import glob
import tempfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat

HERE = Path(__file__).resolve().parent
NAN = float("nan")


def persons() -> pd.DataFrame:
    """Return five made-up persons."""
    return pd.DataFrame(
        {
            "id": ["007", "8", "9", "10", "11"],
            "q1": [1.0, 2.0, 98.0, 99.0, NAN],
            "q2": [4.5, -8.0, 1.0, -3.0, NAN],
            "land": [76.0, 840.0, 156.0, 999.0, 76.0],
            "word": ["yes", "no", "zz", "", "=1+1"],
            "gender": [1.0, 2.0, 1.0, 3.0, NAN],
            "region": [1.0, 1.0, 2.0, 2.0, 3.0],
            "email": ["a@example.org", "b@example.org", "", "c@example.org", ""],
            "big": [2.0**53 + 2, 1.0, 2.0, 3.0, 4.0],
        }
    )


SPSS = {
    "column_labels": {"q1": "How much did you like it? 喜欢吗", "q2": "Change"},
    "variable_value_labels": {
        "q1": {1: "not at all 不", 2: "very much", 98: "do not know", 99: "refused"},
        "land": {76: "Brazil", 840: "United States", 156: "China", 999: "Atlantis"},
        "gender": {1: "woman", 2: "man", 3: "other"},
        "word": {"yes": "Yes, I would", "zz": "no answer"},
    },
    "missing_ranges": {"q1": [98, 99], "q2": [{"lo": -9, "hi": -1}], "word": ["zz"]},
    "variable_measure": {"q1": "ordinal", "q2": "scale"},
}


def spss() -> None:
    """Write .sav in three forms, a .por, one with GBK labels, and one cut off."""
    frame = persons()
    pyreadstat.write_sav(frame, HERE / "people.sav", **SPSS)
    pyreadstat.write_sav(frame, HERE / "people_compressed.sav", row_compress=True, **SPSS)
    pyreadstat.write_sav(frame, HERE / "people.zsav", compress=True, **SPSS)
    plain = frame.drop(columns=["big"]).rename(columns=str.upper)
    pyreadstat.write_por(plain, HERE / "people.por", column_labels={"Q1": "How much"})
    content = (HERE / "people.sav").read_bytes()
    (HERE / "truncated.sav").write_bytes(content[: len(content) * 2 // 3])
    small = pd.DataFrame({"id": ["1", "2"], "q1": [1.0, 2.0], "city": ["%%%%", "%%%%"]})
    labels = {"q1": {1: "%%%%", 2: "####"}}
    pyreadstat.write_sav(
        small, HERE / "gb18030.sav", variable_value_labels=labels, column_labels={"q1": "$$$$"}
    )
    content = (HERE / "gb18030.sav").read_bytes()
    for mark, words in ((b"%%%%", "赞成"), (b"####", "反对"), (b"$$$$", "态度"), (b"UTF-8", None)):
        content = content.replace(mark, words.encode("gb18030") if words else b"cp936")
    (HERE / "gb18030.sav").write_bytes(content)
    dates = pd.DataFrame({"id": ["1", "2", "3"], "when": [13_000_000_000.0, 0.0, NAN]})
    pyreadstat.write_sav(dates, HERE / "dates.sav", variable_format={"when": "DATETIME20"})


def stata() -> None:
    """Write .dta with letters, in a new version and in one without an encoding."""
    frame = pd.DataFrame(
        {
            "id": [1, 2, 3, 4, 5],
            "q1": [1, "a", None, "z", 5],
            "q2": [1.5, "b", NAN, 3.0, 4.0],
            "day": [21915, 0, 1, 2, -1],
            "word": ["x", "", "y", "zé", "w"],
        }
    )
    given = {
        "missing_user_values": {"q1": ["a", "z"], "q2": ["b"]},
        "variable_value_labels": {"q1": {1: "one", 5: "five", "a": "refused", "z": "not asked"}},
        "column_labels": {"q1": "How much did you like it?"},
        "variable_format": {"day": "%td"},
    }
    pyreadstat.write_dta(frame, HERE / "letters.dta", version=15, **given)
    old = pd.DataFrame({"id": [1, 2], "q1": [1, 2], "city": ["@@@@@@", "######"]})
    labels = {"q1": {1: "@@@@@@", 2: "######"}}
    pyreadstat.write_dta(old, HERE / "old_gbk.dta", version=12, variable_value_labels=labels)
    content = (HERE / "old_gbk.dta").read_bytes()
    for mark, words in ((b"@@@@@@", "很赞成"), (b"######", "不赞成")):
        content = content.replace(mark, words.encode("gb18030"))
    (HERE / "old_gbk.dta").write_bytes(content)


def sas() -> None:
    """Write a transport file, and a .sas7bdat with special missing values."""
    frame = pd.DataFrame({"id": ["1", "2", "3"], "q1": [1.0, 2.0, NAN], "word": ["a", "", "b"]})
    pyreadstat.write_xport(frame, HERE / "people.xpt", table_name="PEOPLE")
    sas7bdat(HERE / "letters.sas7bdat")


def sas7bdat(path: Path) -> None:
    """Write rows (id, q1, when) with the C functions of ReadStat; q1 holds .A, ._ and plain missing."""
    folder = Path(pyreadstat.__file__).parent
    lib = ctypes.CDLL(glob.glob(str(folder / "_readstat_writer*.so"))[0])
    sink = path.open("wb")
    kind = ctypes.CFUNCTYPE(ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_void_p)
    write = kind(lambda data, size, _: sink.write(ctypes.string_at(data, size)))
    void = ctypes.c_void_p
    for name in ("readstat_writer_init", "readstat_add_variable", "readstat_get_variable"):
        getattr(lib, name).restype = void
    writer = void(lib.readstat_writer_init())
    lib.readstat_set_data_writer(writer, write)
    string, double = 0, 5
    size = ctypes.c_size_t
    who = void(lib.readstat_add_variable(writer, b"id", string, size(4)))
    q1 = void(lib.readstat_add_variable(writer, b"q1", double, size(0)))
    when = void(lib.readstat_add_variable(writer, b"when", double, size(0)))
    lib.readstat_variable_set_label(q1, b"How much did you like it?")
    lib.readstat_variable_set_format(when, b"DATE9")
    rows = [(b"1", 4.0, 21915.0), (b"2", b"A", 0.0), (b"3", b"_", None), (b"4", None, 1.5)]
    check(lib.readstat_begin_writing_sas7bdat(writer, None, ctypes.c_long(len(rows))))
    for name, answer, day in rows:
        check(lib.readstat_begin_row(writer))
        check(lib.readstat_insert_string_value(writer, who, name))
        if isinstance(answer, bytes):
            check(lib.readstat_insert_tagged_missing_value(writer, q1, ctypes.c_char(answer)))
        elif answer is None:
            check(lib.readstat_insert_missing_value(writer, q1))
        else:
            check(lib.readstat_insert_double_value(writer, q1, ctypes.c_double(answer)))
        if day is None:
            check(lib.readstat_insert_missing_value(writer, when))
        else:
            check(lib.readstat_insert_double_value(writer, when, ctypes.c_double(day)))
        check(lib.readstat_end_row(writer))
    check(lib.readstat_end_writing(writer))
    lib.readstat_writer_free(writer)
    sink.close()


def check(code: int) -> None:
    """Raise where ReadStat reports an error."""
    if code:
        raise RuntimeError(f"ReadStat: error {code}")


def examples() -> None:
    """Print the examples of the loaders, compressed, for survey_examples.py."""
    folder = Path(tempfile.mkdtemp())
    frame = pd.DataFrame({"id": ["1", "2"], "q1": [4.0, 99.0]})
    labels = {"variable_value_labels": {"q1": {4: "liked it", 99: "refused"}}}
    pyreadstat.write_sav(frame, folder / "example.sav", missing_ranges={"q1": [99]}, **labels)
    stata_frame = pd.DataFrame({"id": [1, 2], "q1": [4, "a"]})
    stata_labels = {"variable_value_labels": {"q1": {4: "liked it", "a": "refused"}}}
    pyreadstat.write_dta(
        stata_frame, folder / "example.dta", missing_user_values={"q1": ["a"]}, **stata_labels
    )
    pyreadstat.write_xport(
        pd.DataFrame({"id": ["1", "2"], "q1": [4.0, np.nan]}),
        folder / "example.xpt",
        table_name="T",
    )
    for name in ("SPSS:sav", "STATA:dta", "SAS:xpt"):
        constant, ending = name.split(":")
        packed = base64.b64encode(
            zlib.compress((folder / f"example.{ending}").read_bytes(), 9)
        ).decode()
        lines = [packed[k : k + 90] for k in range(0, len(packed), 90)]
        body = "\n".join(f'    "{line}"' for line in lines)
        print(f"{constant} = unpacked(\n{body}\n)")


if __name__ == "__main__":
    spss()
    stata()
    sas()
    examples()
