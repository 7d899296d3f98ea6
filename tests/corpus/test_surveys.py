"""SPSS, Stata and SAS files: codes, labels and kinds of missing kept apart; damage is refused."""

from __future__ import annotations

import signal
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.loaders import survey_binary, survey_child
from mdresearch.corpus.loaders.survey_binary import form_of, read_binary
from mdresearch.corpus.loaders.survey_dates import date_kind, iso_dates
from mdresearch.corpus.loading import guess, read

HERE = Path(__file__).resolve().parent.parent / "data" / "surveys"
WHO = {"columns": {"respondent_id": "id"}}


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture(autouse=True)
def in_this_process(request, monkeypatch):
    """Spare the start of a process, but where a test asks for it."""
    if "own_process" not in request.fixturenames:
        monkeypatch.setattr(survey_binary, "spawn", lambda task, name: survey_child.done(task))


@pytest.fixture
def own_process():
    """Let the file be read in a process of its own, as it is outside of tests."""


def said(path, kind=None, **options):
    """Read; return the corpus and its warnings."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = read(path, kind, **options)
    corpus.check().raise_if_bad()
    return corpus, [str(w.message) for w in caught]


def quiet(path, kind=None, **options):
    return said(path, kind, **options)[0]


def cells(frame, *columns):
    """Return rows with None for what is missing."""
    held = frame[list(columns)].astype(object)
    return held.where(held.notna(), None).to_numpy().tolist()


def survey(name, program="spss", **options):
    return {v.name: v for v in read_binary(program, HERE / name, options).variables}


@pytest.mark.parametrize("name", ["people.sav", "people_compressed.sav", "people.zsav"])
def test_spss_keeps_codes_labels_and_missing_kinds_apart(name, own_process):
    corpus = quiet(HERE / name, **WHO)
    assert cells(corpus["respondents"], "q1", "q1_label", "q1_missing") == [
        [1, "not at all 不", None],
        [2, "very much", None],
        [None, None, "98"],
        [None, None, "99"],
        [None, None, None],
    ]
    assert cells(corpus["respondents"], "q2", "q2_missing")[1:4] == [
        [None, "-8"],
        [1.0, None],
        [None, "-3"],
    ]
    assert corpus["respondents"].q1.mean() == 1.5, "a code for no answer is in no mean"


def test_the_codebook_of_the_file_is_two_tables():
    corpus = quiet(HERE / "people.sav", **WHO)
    rows = corpus["variables"].set_index("variable")
    assert rows.loc["q1", "says"] == "How much did you like it? 喜欢吗"
    assert rows.loc["q1", ["n_answers", "n_missing", "n_empty"]].tolist() == [2, 2, 1]
    assert rows.loc["q1", ["label_column", "missing_column"]].tolist() == ["q1_label", "q1_missing"]
    assert rows.loc["q1", "measure"] == "ordinal"
    labels = corpus["value_labels"].query("variable == 'q1'")
    assert cells(labels, "value", "label", "missing", "n") == [
        ["1", "not at all 不", False, 1],
        ["2", "very much", False, 1],
        ["98", "do not know", True, 1],
        ["99", "refused", True, 1],
    ]
    total = rows[["n_answers", "n_missing", "n_empty"]].sum(axis=1)
    assert (total == len(corpus["respondents"])).all()


def test_labels_can_be_left_out_of_the_rows():
    corpus = quiet(HERE / "people.sav", labels=False, **WHO)
    assert not [c for c in corpus["respondents"] if c.endswith("_label")]
    assert len(corpus["value_labels"])


def test_codes_that_the_scholar_says_are_missing():
    corpus = quiet(HERE / "people.sav", missing={"q2": [4.5], "land": [999]}, **WHO)
    assert cells(corpus["respondents"], "q2", "q2_missing")[0] == [None, "4.5"]
    assert cells(corpus["respondents"], "land", "land_missing")[3] == [None, "999"]
    with pytest.raises(DataError, match="give codes by variable, such as"):
        read(HERE / "people.sav", missing=[99])


def test_countries_are_read_by_their_labels_and_what_is_none_is_said():
    columns = {"respondent_id": "id", "country": "land"}
    corpus, warned = said(HERE / "people.sav", columns=columns)
    assert cells(corpus["respondents"], "country", "land") == [
        ["BRA", 76],
        ["USA", 840],
        ["CHN", 156],
        [None, 999],
        ["BRA", 76],
    ]
    assert warned == [
        "people.sav: 1 cells of 'land' could not be read as country and stay empty: 'Atlantis' "
        "(1). Its own column keeps them."
    ]


def test_personal_columns_are_hashed_and_region_is_renamed():
    corpus = quiet(HERE / "people.sav", **WHO)
    people = corpus["respondents"]
    assert people.email_hash.dropna().str.fullmatch("[0-9a-f]{20}").all()
    assert people.respondent_id.str.fullmatch("[0-9a-f]{20}").all()
    assert "example.org" not in "".join(corpus[name].to_csv() for name in corpus.tables)
    assert people.own_region.tolist() == [1, 1, 2, 2, 3]
    assert people.gender.tolist()[:2] == ["woman", "man"]
    assert people.own_gender.tolist()[:2] == [1, 2]
    kept = quiet(HERE / "people.sav", keep_names=True, **WHO)
    assert kept["respondents"].respondent_id.tolist() == ["007", "8", "9", "10", "11"]


def test_a_formula_in_a_cell_is_kept_and_written_harmless(tmp_path):
    corpus = quiet(HERE / "people.sav", **WHO)
    assert "=1+1" in corpus["respondents"].word.tolist()
    corpus.save(tmp_path / "out")
    assert '"\'=1+1"' in (tmp_path / "out" / "respondents.csv").read_text()
    assert type(corpus).read(tmp_path / "out").hash() == corpus.hash()


def test_numbers_that_a_double_cannot_hold_are_said():
    remark = quiet(HERE / "people.sav", **WHO)["sources"].remark[0]
    assert "'big': 1 numbers of 2^53 and more, which the file holds rounded" in remark


def test_stata_letters_are_kinds_of_missing_and_plain_missing_is_empty():
    corpus = quiet(HERE / "letters.dta", **WHO)
    assert cells(corpus["respondents"], "q1", "q1_label", "q1_missing") == [
        [1, "one", None],
        [None, None, ".a"],
        [None, None, None],
        [None, None, ".z"],
        [5, "five", None],
    ]
    assert cells(corpus["respondents"], "q2_missing")[1] == [".b"]
    days = corpus["respondents"].day.tolist()
    assert days == ["2020-01-01", "1960-01-01", "1960-01-02", "1960-01-03", "1959-12-31"]
    labels = corpus["value_labels"].query("missing")
    assert cells(labels, "variable", "value", "label") == [
        ["q1", ".a", "refused"],
        ["q1", ".z", "not asked"],
        ["q2", ".b", None],
    ]


def test_why_arrays_of_pyreadstat_are_not_used():
    """Plain missing behind a letter is left unset in its arrays; lists have it right."""
    held, _ = pyreadstat.read_dta(HERE / "letters.dta", user_missing=True, output_format="dict")
    assert held["q1"] == [1, "a", None, "z", 5]


def test_sas_special_missing_values_and_dates():
    corpus = quiet(HERE / "letters.sas7bdat", **WHO)
    assert cells(corpus["respondents"], "q1", "q1_missing", "when") == [
        [4, None, "2020-01-01"],
        [None, ".A", "1960-01-01"],
        [None, "._", None],
        [None, None, "1960-01-02"],
    ]


@pytest.mark.parametrize("name", ["people.por", "people.xpt"])
def test_forms_that_lose_the_kinds_of_missing_say_so(name):
    corpus, warned = said(HERE / name)
    assert any("kinds of missing answers cannot be told apart" in text for text in warned)
    assert any("no variable tells persons apart" in text for text in warned)
    first = corpus["respondents"].respondent_id[0]
    assert first == "people-r1"


def test_gbk_is_read_where_it_is_stated_and_where_it_is_not():
    stated = survey("gb18030.sav")
    assert stated["q1"].labels == {"1": "赞成", "2": "反对"}
    assert stated["q1"].says == "态度"
    found = read_binary("stata", HERE / "old_gbk.dta", {})
    assert found.encoding == "gb18030"
    assert found.variables[1].labels == {"1": "很赞成", "2": "不赞成"}
    assert found.variables[2].cells.tolist() == ["很赞成", "不赞成"]
    assert "no encoding is stated, it was found" in found.notes[1]
    with pytest.raises(UnknownNameError, match="There is no encoding 'rot13'"):
        read_binary("stata", HERE / "old_gbk.dta", {"encoding": "rot13"})


def test_moments_of_spss_are_iso_text():
    when = survey("dates.sav")["when"].cells
    assert when.tolist()[:2] == ["1994-09-26T23:06:40", "1582-10-14T00:00:00"]
    assert when.isna()[2]


def test_only_the_variables_that_are_asked_for():
    corpus = quiet(HERE / "people.sav", keep=["id", "q1"], **WHO)
    assert corpus["variables"].variable.tolist() == ["respondent_id", "q1"]
    assert "7 variables left out, since keep= does not name them" in corpus["sources"].remark[0]
    with pytest.raises(UnknownNameError, match="There is no variable 'q9'"):
        read(HERE / "people.sav", keep=["q9"])


def test_a_ladder_by_codes_or_by_words(tmp_path):
    frame = pd.DataFrame({"id": [1.0, 2.0], "ex_slap_1": [1.0, 2.0], "ex_slap_2": [2.0, np.nan]})
    words = {1: "no", 2: "yes"}
    path = tmp_path / "ladder.sav"
    labels = {"ex_slap_1": words, "ex_slap_2": words}
    pyreadstat.write_sav(frame, path, variable_value_labels=labels)
    by_code = quiet(path, ladder="ex_{ladder}_{level}", **WHO)["ratings"]
    assert cells(by_code, "ladder_id", "level", "rating") == [
        ["slap", 1.0, 1.0],
        ["slap", 1.0, 2.0],
        ["slap", 2.0, 2.0],
        ["slap", 2.0, None],
    ]
    options = {"answer": "accept", "values": {"yes": True, "no": False}}
    by_word = quiet(path, ladder="ex_{ladder}_{level}", **options, **WHO)["ratings"]
    assert cells(by_word, "accept") == [[False], [True], [True], [None]]


def test_a_person_twice_is_refused_and_several_rows_are_ratings(tmp_path):
    frame = pd.DataFrame(
        {
            "id": ["a", "A", "b"],
            "age": [30.0, 30.0, 40.0],
            "step": [1.0, 2.0, 1.0],
            "ans": [3.0, 4.0, 5.0],
        }
    )
    path = tmp_path / "long.sav"
    pyreadstat.write_sav(frame, path)
    with pytest.raises(DataError) as error:
        read(path, **WHO)
    assert str(error.value).startswith(
        f"{path}, row 2 of the data, 'id': 'A' stands twice (capitals do not make another person)."
    )
    frame.assign(id=["a", "a", "b"]).pipe(pyreadstat.write_sav, path)
    columns = {"respondent_id": "id", "level": "step", "rating": "ans"}
    corpus = quiet(path, columns=columns)
    assert cells(corpus["respondents"], "age") == [[30], [40]]
    assert cells(corpus["ratings"], "level", "rating") == [[1.0, 3.0], [2.0, 4.0], [1.0, 5.0]]
    assert set(corpus["ratings"].respondent_id) == set(corpus["respondents"].respondent_id)


def test_two_files_are_put_together_and_a_person_in_both_is_refused(tmp_path):
    one, two = tmp_path / "one.sav", tmp_path / "two.sav"
    pyreadstat.write_sav(pd.DataFrame({"id": ["a"], "q": [1.0]}), one)
    pyreadstat.write_sav(pd.DataFrame({"id": ["b"], "q": ["x"], "r": [2.0]}), two)
    corpus, warned = said([one, two], "spss", **WHO)
    assert cells(corpus["respondents"], "q", "r", "source_id") == [
        ["1", None, "s1"],
        ["x", 2, "s2"],
    ]
    assert warned == ["Numbers in one file and text in another, so that all are text: q."]
    with pytest.raises(DataError, match="stands in another file already"):
        read([one, one], "spss", **WHO)


def test_the_form_is_told_by_the_first_bytes_not_by_the_ending(tmp_path):
    path = tmp_path / "people.dta"
    path.write_bytes((HERE / "people.sav").read_bytes())
    assert guess([path])[0].name == "spss"
    with pytest.raises(DataError, match="this is not a Stata file .* it is an SPSS file"):
        read(path, "stata")
    assert form_of(b"SR\x00\x04") is None, "what IDL saves ends in .sav too"


def test_a_file_that_is_cut_off_is_refused(own_process):
    with pytest.raises(DataError) as error:
        read(HERE / "truncated.sav")
    assert str(error.value) == (
        f"{HERE / 'truncated.sav'}: it cannot be read as sav (ReadstatError: Unable to read from "
        "file). It may be cut off or damaged: compare its size with the source's. Save it again "
        "in SPSS as .sav."
    )


def test_a_crash_of_the_library_ends_the_child_only(tmp_path, monkeypatch, own_process):
    child = tmp_path / "child.py"
    child.write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.setattr(survey_binary, "CHILD", child)
    with pytest.raises(DataError) as error:
        read(HERE / "people.sav")
    code = -signal.SIGSEGV
    assert f"reading it as sav crashed the library (code {int(code)})" in str(error.value)


def test_a_file_that_claims_too_many_rows_is_refused(monkeypatch):
    monkeypatch.setattr(survey_binary, "MAX_CELLS", 40)
    with pytest.raises(DataError) as error:
        read(HERE / "people.sav")
    assert str(error.value) == (
        f"{HERE / 'people.sav'}: 5 rows of 9 variables; at most 40 cells are read. Name the "
        "variables that are needed with keep=[...]."
    )


@pytest.mark.parametrize(
    ("form", "program", "kind"),
    [
        ("DATE9", "sas", "sas_day"),
        ("DATETIME20.", "sas", "sas_second"),
        ("YYMMDDN8.", "sas", "sas_day"),
        ("E8601DA10.", "sas", "sas_day"),
        ("BEST12.", "sas", ""),
        ("SDATE10", "spss", "second_day"),
        ("TIME8", "spss", ""),
        ("A8", "spss", ""),
        ("%tcDD_Mon_CCYY", "stata", "tc"),
        ("%-td", "stata", "td"),
        ("%9.0g", "stata", ""),
        ("%tq", "stata", "tq"),
    ],
)
def test_formats_of_dates(form, program, kind):
    assert date_kind(form, program) == kind


def test_periods_of_stata():
    assert iso_dates(np.array([0.0, -1, 719]), "tm")[0].tolist() == [
        "1960-01",
        "1959-12",
        "2019-12",
    ]
    assert iso_dates(np.array([0.0, 3.0]), "tq")[0].tolist() == ["1960-01", "1960-10"]
    assert iso_dates(np.array([1.0]), "tw")[0].tolist() == ["1960-01-08"]
    assert iso_dates(np.array([2026.0]), "ty")[0].tolist() == ["2026"]
    texts, odd = iso_dates(np.array([1e300, np.nan]), "td")
    assert texts.isna().all()
    assert odd == 1


def test_dates_agree_with_pandas():
    days = np.arange(-5000.0, 30000.0, 97)
    expected = (pd.Timestamp("1960-01-01") + pd.to_timedelta(days, unit="D")).strftime("%Y-%m-%d")
    assert iso_dates(days, "td")[0].tolist() == expected.tolist()


ANSWERS = st.lists(
    st.one_of(
        st.none(),
        st.integers(-5, 120),
        st.floats(-9, 9, allow_nan=False).map(lambda x: round(x, 3)),
    ),
    min_size=1,
    max_size=12,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ANSWERS, st.text(alphabet="abç中 '\"=,", max_size=12))
def test_what_is_written_is_read_back(tmp_path_factory, answers, word):
    folder = tmp_path_factory.mktemp("written")
    values = [np.nan if a is None else float(a) for a in answers]
    frame = pd.DataFrame({"q": values, "w": [word] * len(values)})
    pyreadstat.write_sav(frame, folder / "x.sav", missing_ranges={"q": [99]})
    pyreadstat.write_dta(frame, folder / "x.dta")
    pyreadstat.write_xport(frame, folder / "x.xpt", table_name="T")
    for name, program in (("x.sav", "spss"), ("x.dta", "stata"), ("x.xpt", "sas")):
        held = {v.name: v for v in read_binary(program, folder / name, {}).variables}
        declared = 99.0 if program == "spss" else None
        got = [None if pd.isna(v) else float(v) for v in held["q"].cells]
        assert got == pytest.approx([None if np.isnan(v) or v == declared else v for v in values])
        texts = {word.rstrip() or None}
        assert {None if pd.isna(w) else w for w in held["w"].cells} == texts
