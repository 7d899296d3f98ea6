"""Exports of Qualtrics and LimeSurvey: heads told from data, persons hashed, nothing lost unseen."""

from __future__ import annotations

import csv
import io
import json
import warnings
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mdresearch as md
from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.loaders.survey_limesurvey import read_limesurvey
from mdresearch.corpus.loaders.survey_qualtrics import read_qualtrics
from mdresearch.corpus.loading import guess, read

HERE = Path(__file__).resolve().parent.parent / "data" / "surveys"
PREVIEW = "a preview or test response"
UNFINISHED = "an unfinished response"


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


def said(path, kind=None, **options):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        corpus = read(path, kind, **options)
    corpus.check().raise_if_bad()
    return corpus, [str(w.message) for w in caught]


def quiet(path, kind=None, **options):
    return said(path, kind, **options)[0]


def cells(frame, *columns):
    held = frame[list(columns)].astype(object)
    return held.where(held.notna(), None).to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("qualtrics.csv", "qualtrics_csv"),
        ("qualtrics_utf16.tsv", "qualtrics_csv"),
        ("qualtrics_legacy.csv", "qualtrics_csv"),
        ("lime_codes.csv", "limesurvey_csv"),
        ("lime_both.csv", "limesurvey_csv"),
        ("lime_texts.csv", "limesurvey_csv"),
    ],
)
def test_the_kind_is_told_by_the_head(name, kind):
    assert guess([HERE / name])[0].name == kind


def test_three_rows_of_head_in_two_encodings_are_the_same_answers():
    utf8, utf16 = quiet(HERE / "qualtrics.csv"), quiet(HERE / "qualtrics_utf16.tsv")
    assert utf8["respondents"].equals(utf16["respondents"])
    assert utf16["sources"].encoding.tolist() == ["utf-16-le"]
    assert "three rows of head; " in utf8["sources"].remark[0]
    assert "columns by tab" in utf16["sources"].remark[0]
    rows = utf8["variables"].set_index("variable")
    assert rows.loc["ex_slap_1", "says"] == "How acceptable is it? 可以接受吗"
    assert rows.loc["Q1", "says"] == "Where do you live, please?"
    assert rows.loc["StartDate", "format"] == "time zone America/Denver"


def test_persons_are_dropped_or_hashed_at_the_door():
    corpus = quiet(HERE / "qualtrics.csv")
    people = corpus["respondents"]
    for column in ("respondent_id", "ip_hash", "recipient_email_hash", "external_reference_hash"):
        assert people[column].dropna().str.fullmatch("[0-9a-f]{20}").all(), column
    for name in ("RecipientLastName", "LocationLatitude", "IPAddress", "RecipientEmail"):
        assert name not in people
    text = people.to_csv()
    assert not [word for word in ("192.0.2", "Ann", "51.1", "R_aaaaa1") if word in text]
    assert (
        "columns on persons dropped: RecipientLastName (3), RecipientFirstName (3), "
        "LocationLatitude (4), LocationLongitude (4)"
    ) in corpus["sources"].remark[0]


def test_an_address_inside_an_answer_is_told():
    _, warned = said(HERE / "qualtrics.csv")
    assert (
        "qualtrics.csv: 'Q9' holds e-mail addresses in its text, which are kept. Look at it before "
        "you pass the data on."
    ) in warned


def test_previews_and_unfinished_rows_are_counted_and_kept():
    corpus, warned = said(HERE / "qualtrics.csv")
    assert len(corpus["respondents"]) == 5
    assert warned[0] == (
        f"qualtrics.csv: 1 of 5 rows are each {PREVIEW}; they are kept. Leave them out with "
        "preview='exclude', or keep them with preview='keep'."
    )
    assert UNFINISHED in warned[1]
    assert "Status: IP Address 3, Survey Preview 1, Spam 1" in corpus["sources"].remark[0]


def test_previews_and_unfinished_rows_are_excluded_when_asked_and_counted():
    corpus = quiet(HERE / "qualtrics.csv", preview="exclude", unfinished="exclude")
    assert len(corpus["respondents"]) == 3
    source = corpus["sources"].iloc[0]
    assert source.reasons == f"{PREVIEW}: 1; {UNFINISHED}: 1"
    assert (source.rows_read, source.rows_refused) == (5, 2)
    with pytest.raises(UnknownNameError, match="There is no value of preview= 'drop'"):
        read(HERE / "qualtrics.csv", preview="drop")


def test_languages_countries_ladders_and_choices():
    corpus, warned = said(
        HERE / "qualtrics.csv",
        columns={"country": "Q1"},
        ladder="ex_{ladder}_{level}",
        choices="choice_{task}",
        profiles=["A", "B"],
        missing={"*": [-99]},
    )
    assert cells(corpus["respondents"], "ui_lang", "country", "ex_slap_2_missing") == [
        ["en", "BRA", None],
        ["zh-Hans", "CHN", None],
        ["en", None, None],
        ["pt-BR", "USA", "-99"],
        ["en", "MEX", None],
    ]
    ratings = corpus["ratings"].query("level == 2")
    assert cells(ratings, "rating") == [[2.0], [None], [5.0], [None], [1.0]]
    assert len(corpus["ratings"]) == 10
    assert len(corpus["choices"]) == 16
    unanswered = "choice tasks without an answer (they give no rows)"
    assert f"qualtrics.csv: 2 {unanswered}." in warned
    assert f"{unanswered}: 2" in corpus["sources"].remark[0]
    assert cells(corpus["value_labels"], "variable", "value", "missing", "n") == [
        ["ex_slap_2", "-99", True, 1]
    ]
    assert set(corpus["choices"].respondent_id) <= set(corpus["respondents"].respondent_id)


def test_a_design_of_profiles_is_joined(tmp_path):
    path = tmp_path / "design.csv"
    path.write_text("task,profile,attr_pay\n1,A,low\n1,B,high\n2,A,high\n2,B,low\n")
    options = {"choices": "choice_{task}", "profiles": ["A", "B"], "design": str(path)}
    choices = quiet(HERE / "qualtrics.csv", **options)["choices"]
    assert set(choices.query("task == '1' and profile == 'A'").attr_pay) == {"low"}
    with pytest.raises(DataError, match="choices= needs profiles="):
        read(HERE / "qualtrics.csv", choices="choice_{task}")
    with pytest.raises(
        DataError, match="qualtrics.csv: Row 1, column 'choice_1': 'A' is no profile"
    ):
        quiet(HERE / "qualtrics.csv", choices="choice_{task}", profiles=["X", "Y"])


def test_the_legacy_layout_has_two_rows_and_a_name_twice():
    corpus, warned = said(HERE / "qualtrics_legacy.csv")
    assert "two rows of head (the legacy layout)" in corpus["sources"].remark[0]
    assert "qualtrics_legacy.csv: columns of the same name got a number: Q1." in warned
    assert cells(corpus["respondents"], "Q1", "Q1_2") == [[31, 25], [32, 99], [None, None]]
    rows = corpus["variables"].set_index("variable")
    assert rows.loc["Q1_2", "says"] == "And how old do you feel?"
    assert "Example" not in corpus["respondents"].to_csv()
    assert "1 of 3 rows are each a preview or test response" in warned[0]


def test_a_head_that_was_shortened_by_hand(tmp_path):
    rows = (HERE / "qualtrics.csv").read_text(encoding="utf-8-sig")
    parts = list(csv.reader(io.StringIO(rows)))
    path = tmp_path / "short.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([parts[0], *parts[3:]])
    corpus = quiet(path, "qualtrics_csv")
    assert "one row of head (no questions)" in corpus["sources"].remark[0]
    assert len(corpus["respondents"]) == 5
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([parts[0], parts[2], *parts[3:]])
    assert len(quiet(path, "qualtrics_csv")["respondents"]) == 5


def test_ragged_rows_are_left_out_and_named():
    corpus, warned = said(HERE / "qualtrics_ragged.csv")
    assert warned[0] == (
        "qualtrics_ragged.csv: 2 ragged rows left out, since no one can say which cell is wrong: "
        "9, 10. Mend the file; the head is row 1."
    )
    source = corpus["sources"].iloc[0]
    assert source.reasons == "a row with more or fewer cells than the header: 2"
    assert (source.rows_read, source.rows_refused) == (7, 2)
    assert len(corpus["respondents"]) == 5


def test_an_export_without_responses_says_so():
    corpus, warned = said(HERE / "qualtrics_head_only.csv")
    assert len(corpus["respondents"]) == 0
    assert warned == ["qualtrics_head_only.csv: no row of data is left."]


def test_limesurvey_keeps_not_shown_apart_from_not_answered():
    corpus = quiet(HERE / "lime_codes.csv")
    columns = ("G01Q02[SQ001]", "G01Q02[SQ002]", "G01Q02[SQ002]_missing", "G01Q03_missing")
    assert cells(corpus["respondents"], *columns) == [
        [1, 5, None, None],
        [2, None, "N/A", "N/A"],
        [None, None, "N/A", None],
    ]
    labels = corpus["value_labels"]
    assert cells(labels, "variable", "value", "label", "missing", "n") == [
        ["G01Q01", "-oth-", "Other", False, 1],
        ["G01Q02[SQ002]", "N/A", None, True, 2],
        ["G01Q03", "N/A", None, True, 1],
    ]
    assert corpus["respondents"].ui_lang.tolist() == ["en", "zh-Hans", "pt-BR"]


def test_the_three_headers_of_limesurvey():
    codes, both, texts = (quiet(HERE / f"lime_{n}.csv") for n in ("codes", "both", "texts"))
    assert codes["respondents"].equals(both["respondents"])
    assert codes["variables"].says.isna().all()
    says = both["variables"].set_index("variable").says
    assert says["G01Q02[SQ001]"] == "How often do you watch? [Alone]"
    wanted = ["How much did you like it?", "How much did you like it?_2"]
    assert [c for c in texts["respondents"] if c.startswith("How much")][::2] == [
        wanted[0],
        wanted[1],
    ]
    values = texts["respondents"][wanted[0]].tolist()
    assert values == codes["respondents"].G01Q01.tolist()


def test_limesurvey_persons_and_unfinished_rows():
    corpus, warned = said(HERE / "lime_both.csv", unfinished="exclude")
    assert corpus["sources"].reasons[0] == f"{UNFINISHED}: 1"
    assert warned == []
    people = corpus["respondents"]
    assert people.token_hash.str.fullmatch("[0-9a-f]{20}").all()
    assert people.ip_hash.str.fullmatch("[0-9a-f]{20}").all()
    assert "refurl" not in people
    assert "refurl (1)" in corpus["sources"].remark[0]
    _, warned = said(HERE / "lime_both.csv")
    assert f"1 of 3 rows are each {UNFINISHED}; they are kept" in warned[0]


@pytest.mark.parametrize("kind", ["qualtrics_csv", "limesurvey_csv"])
@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("sign_in.csv", "a web page (HTML), XML or JSON, not a table"),
        ("nul_bytes.csv", ""),
        ("empty.csv", "the file is empty"),
        ("make_text.py", ""),
    ],
)
def test_what_is_no_export_is_refused_by_name(kind, name, why):
    with pytest.raises(DataError) as error:
        read(HERE / name, kind)
    assert str(error.value).startswith(f"{HERE / name}")
    assert why in str(error.value)


def test_the_export_of_another_program_is_refused():
    with pytest.raises(DataError, match="there is no column ResponseId"):
        read(HERE / "lime_codes.csv", "qualtrics_csv")
    with pytest.raises(DataError, match="it lacks the columns that LimeSurvey adds"):
        read(HERE / "qualtrics.csv", "limesurvey_csv")


def test_an_unclosed_quote_names_its_row(tmp_path):
    path = tmp_path / "cut.csv"
    content = (HERE / "qualtrics.csv").read_bytes()
    path.write_bytes(content + b'"2026-01-05')
    with pytest.raises(DataError) as error:
        read(path, "qualtrics_csv")
    assert str(error.value) == (
        f"{path}, row 9: unexpected end of data. A cell that holds the separator, a quote or a "
        "line break stands in double quotes."
    )


def test_a_formula_stays_and_is_written_harmless(tmp_path):
    corpus = quiet(HERE / "qualtrics.csv")
    assert "=1+1" in corpus["respondents"].Q9.tolist()
    corpus.save(tmp_path / "out")
    assert '"\'=1+1"' in (tmp_path / "out" / "respondents.csv").read_text(encoding="utf-8")
    assert type(corpus).read(tmp_path / "out").hash() == corpus.hash()


def test_hostile_import_ids_and_deep_json(tmp_path):
    path = tmp_path / "deep.csv"
    deep = '{"ImportId": ' + "[" * 50_000
    rows = [["ResponseId", "Q1"], ["Response ID", "Why?"], ['{"ImportId": "_recordId"}', deep]]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([*rows, ["R_abcde1", "1"]])
    assert quiet(path, "qualtrics_csv")["respondents"].Q1.tolist() == [1]


WORDS = st.text(alphabet="ab7 .-=\"',;\t\n中é", max_size=8)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5), st.sampled_from(",\t"))
def test_any_answers_are_read_back(tmp_path_factory, answers, mark):
    path = tmp_path_factory.mktemp("export") / "x.csv"
    ids = [json.dumps({"ImportId": f"QID{k}"}) for k in range(3)]
    rows = [["ResponseId", "Q1", "Q2"], ["Response ID", "a", "b"], ids]
    rows += [[f"R_abcde{k}", *pair] for k, pair in enumerate(answers)]
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream, delimiter=mark).writerows(rows)
    held = {v.name: v for v in read_qualtrics(path, {}).variables}
    for place, name in enumerate(("Q1", "Q2")):
        got = [None if pd.isna(c) else c for c in held[name].cells]
        wanted = [pair[place].replace("\r", "").strip() or None for pair in answers]
        if held[name].type == "numeric":
            assert [g if g is None else float(g) for g in got] == [
                w if w is None else float(w) for w in wanted
            ]
        else:
            assert got == wanted


def test_the_same_rows_in_another_order_are_the_same_persons(tmp_path):
    text = (HERE / "lime_codes.csv").read_text(encoding="utf-8-sig").strip().split("\n")
    path = tmp_path / "turned.csv"
    path.write_text("\n".join([text[0], *reversed(text[1:])]), encoding="utf-8")
    turned = {v.name: v.cells for v in read_limesurvey(path, {}).variables}
    held = {v.name: v.cells for v in read_limesurvey(HERE / "lime_codes.csv", {}).variables}
    for name, column in held.items():
        there = [None if pd.isna(c) else c for c in turned[name]]
        assert there == [None if pd.isna(c) else c for c in column][::-1]


def test_an_old_and_a_new_name_of_one_column_stay_apart(tmp_path):
    path = tmp_path / "both.csv"
    path.write_text(
        "ResponseId,RecipientEmail,EmailAddress,ExternalReference,ExternalDataReference,Q1\n"
        "R_3nPvX1aQzLk2b7d,a@example.org,b@example.org,x,y,3\n",
        encoding="utf-8",
    )
    corpus = md.read(path, kind="qualtrics_csv")
    names = corpus["variables"]["variable"].tolist()
    assert len(names) == len(set(names))
    assert {"recipient_email_hash", "recipient_email_hash_2"} <= set(names)
    assert "example.org" not in corpus["respondents"].to_csv()
