"""A scholar's folder: read with the scholar's own names, refused with the cell that is wrong."""

import zipfile

import openpyxl
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus import privacy, workbooks
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.folders import read_folder


def put(folder, name, text):
    (folder / name).write_text(text, encoding="utf-8")


def book(path, **sheets):
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made.save(path)


def refusal(folder, columns=None):
    with pytest.raises(DataError) as caught:
        read_folder(folder, columns)
    return str(caught.value)


@pytest.fixture
def salted(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "secret"))
    return tmp_path / "secret"


def test_files_named_after_tables(tmp_path):
    put(tmp_path, "respondents.csv", "respondent_id,country,age\n007,Brazil,31\n008,NA,40\n")
    put(tmp_path, "ratings.csv", "respondent_id,accept,rating\n007,Yes,3.5\n008,no,\n")
    put(tmp_path, "notes.csv", "a\n1\n")
    corpus = read_folder(tmp_path, name="pilot")
    assert repr(corpus) == "Corpus 'pilot': ratings (2 rows), respondents (2 rows)."
    people = corpus["respondents"]
    assert people.respondent_id.tolist() == ["007", "008"]
    assert people.country.tolist() == ["BRA", "NAM"]
    assert people.age.tolist() == [31, 40]
    assert corpus["ratings"].accept.tolist() == [True, False]
    assert corpus.provenance["not_read"] == ["notes.csv"]
    assert set(corpus.provenance["sha256"]) == {"respondents.csv", "ratings.csv"}


def test_own_names_and_a_workbook(tmp_path):
    book(
        tmp_path / "answers.xlsx",
        Data=[["Participant", "OK?", "Clip", "Mood"], [1001, "yes", 2, "glad"], [1002, "no", 1.0]],
        Notes=[["x"], ["y"]],
    )
    columns = {
        "ratings": {
            "file": "answers.xlsx",
            "sheet": "Data",
            "respondent_id": "Participant",
            "accept": "OK?",
            "level": "Clip",
        }
    }
    table = read_folder(tmp_path, columns)["ratings"]
    assert table.respondent_id.tolist() == ["1001", "1002"]
    assert table.accept.tolist() == [True, False]
    assert table.level.tolist() == [2.0, 1.0]
    assert table.Mood.iloc[0] == "glad"
    assert table.Mood.isna().tolist() == [False, True]


def test_sheets_named_after_tables(tmp_path):
    book(
        tmp_path / "study.xlsx",
        respondents=[["Respondent ID", "Country"], ["a", "Mexico"]],
        ratings=[["respondent_id", "rating"], ["a", 4]],
    )
    corpus = read_folder(tmp_path / "study.xlsx")
    assert list(corpus.tables) == ["ratings", "respondents"]
    assert corpus["respondents"].country.tolist() == ["MEX"]
    assert "respondents: 'Country' to 'country'" in corpus.provenance["renamed"]


def test_a_column_that_is_not_there(tmp_path):
    put(tmp_path, "a.csv", "Participant,Score\n1,2\n")
    columns = {"ratings": {"file": "a.csv", "respondent_id": "Particpant", "rating": "Score"}}
    assert refusal(tmp_path, columns) == (
        f"'{tmp_path}' has 1 problem:\n"
        "  - a.csv: there is no column 'Particpant' (for 'respondent_id'). "
        "Did you mean 'Participant'? It has: Participant, Score."
    )


def test_an_unknown_table_file_or_column(tmp_path):
    put(tmp_path, "a.csv", "x\n1\n")
    with pytest.raises(UnknownNameError, match=r"no table 'rating'\. Did you mean 'ratings'"):
        read_folder(tmp_path, {"rating": {"file": "a.csv"}})
    with pytest.raises(UnknownNameError, match=r"Known: a\.csv"):
        read_folder(tmp_path, {"ratings": {"file": "b.csv"}})
    with pytest.raises(UnknownNameError, match="There is no column of 'ratings' 'Accept'"):
        read_folder(tmp_path, {"ratings": {"file": "a.csv", "Accept": "x"}})


def test_decimal_commas_and_odd_values_are_named_together(tmp_path):
    put(
        tmp_path,
        "ratings.csv",
        "respondent_id;rating;accept\na;3,5;yes\nb;4,0;perhaps\nc;1e999;no\n",
    )
    assert refusal(tmp_path) == (
        f"'{tmp_path}' has 4 problems:\n"
        "  - ratings.csv, row 2, rating: '3,5' is not a number with a decimal point; it has a "
        "decimal comma. Write 3.5, not 3,5, in the whole column\n"
        "  - ratings.csv, row 3, rating: '4,0' is not a number with a decimal point; it has a "
        "decimal comma. Write 3.5, not 3,5, in the whole column\n"
        "  - ratings.csv, row 4, rating: '1e999' is not a number with a decimal point\n"
        "  - ratings.csv, row 3, accept: 'perhaps' is not true or false; "
        "allowed: yes, no, true, false, 1, 0"
    )


def test_duplicate_keys_are_named_with_their_file(tmp_path):
    put(tmp_path, "people.csv", "who\na\nb\na\n")
    columns = {"respondents": {"file": "people.csv", "respondent_id": "who"}}
    assert refusal(tmp_path, columns) == (
        f"'{tmp_path}' has 1 problem:\n"
        "  - people.csv: respondents, row 4, respondent_id: 'a' stands already in row 2; "
        "allowed: each respondent_id once"
    )


def test_a_missing_id_is_not_dropped(tmp_path):
    put(tmp_path, "ratings.csv", "respondent_id,rating\na,1\n,2\n")
    assert "row 3, respondent_id: is empty" in refusal(tmp_path)


def test_what_is_no_country_is_counted_and_kept(tmp_path):
    put(tmp_path, "respondents.csv", "respondent_id,country\na,Korea\nb,Korea\nc,UK\nd,\n")
    with pytest.warns(UserWarning, match=r"No country, and therefore missing: .*'Korea' \(2"):
        corpus = read_folder(tmp_path)
    people = corpus["respondents"]
    assert people.country.isna().tolist() == [True, True, False, True]
    assert people.country_as_given.dropna().tolist() == ["Korea", "Korea"]
    assert "'Korea' (2" in corpus.provenance["unresolved_countries"][0]
    assert "'Korea' (2" in corpus.note


def test_own_columns_are_text_unless_every_cell_is_a_plain_number(tmp_path):
    put(
        tmp_path,
        "respondents.csv",
        'respondent_id,zip,picked,n,x\na,01234,"1,2",1,1.5\nb,99999,3,2,2\n',
    )
    people = read_folder(tmp_path)["respondents"]
    assert people["zip"].tolist() == ["01234", "99999"]
    assert people.picked.tolist() == ["1,2", "3"]
    assert people.n.tolist() == [1, 2]
    assert people.x.tolist() == [1.5, 2.0]


@pytest.mark.parametrize("label", ["Name", "e-mail", "Phone number", "handle"])
def test_names_of_persons_stay_outside(tmp_path, label):
    put(tmp_path, "respondents.csv", f"respondent_id,{label}\na,x\n")
    assert refusal(tmp_path) == (
        f"'{tmp_path}' has 1 problem:\n"
        f"  - respondents.csv: the column '{label}' names persons, and is not taken in. Delete it; "
        "or turn it into an id with columns={'respondents': {'file': 'respondents.csv', "
        f"'respondent_id': 'pseudonym({label})'}}}}."
    )


def test_an_address_is_no_id(tmp_path):
    put(tmp_path, "respondents.csv", "Email\na@b.c\n")
    columns = {"respondents": {"file": "respondents.csv", "respondent_id": "Email"}}
    assert "names persons" in refusal(tmp_path, columns)


def test_pseudonyms_join_tables_and_are_noted(tmp_path, salted):
    data = tmp_path / "data"
    data.mkdir()
    put(data, "respondents.csv", "Email,country\nAna@x.org,Chile\nbo@x.org,Peru\n")
    put(data, "ratings.csv", "Email,rating\nana@x.org,3\nbo@x.org,4\n")
    columns = {
        "respondents": {"file": "respondents.csv", "respondent_id": "pseudonym(Email)"},
        "ratings": {"file": "ratings.csv", "respondent_id": "pseudonym(Email)"},
    }
    corpus = read_folder(data, columns)
    joined = corpus["ratings"].merge(corpus["respondents"], on="respondent_id")
    assert joined.country.tolist() == ["CHL", "PER"]
    assert "Email" not in corpus["respondents"]
    assert corpus.provenance["pseudonyms"] == [
        "respondents.respondent_id from 'Email' of respondents.csv",
        "ratings.respondent_id from 'Email' of ratings.csv",
    ]
    salt = privacy.salt_path()
    assert salt.is_relative_to(salted)
    assert salt.stat().st_mode & 0o777 == 0o600


def test_the_salt_stays_and_another_gives_other_pseudonyms(salted):
    people = pd.Series(["a", "b", "a"])
    first = privacy.pseudonym(people, privacy.local_salt())
    assert first.tolist() == privacy.pseudonym(people, privacy.local_salt()).tolist()
    assert first[0] == first[2] != first[1]
    assert privacy.pseudonym(people, b"another salt, as long")[0] != first[0]
    with pytest.raises(DataError, match="The salt has 3 bytes; at least 16 are needed"):
        privacy.pseudonym(people, b"abc")


def test_a_broken_salt_is_not_replaced(salted):
    path = privacy.salt_path()
    path.parent.mkdir(parents=True)
    path.write_bytes(b"short")
    with pytest.raises(DataError, match="holds 5 bytes, not the 32 of a salt"):
        privacy.local_salt()


def test_a_table_twice(tmp_path):
    put(tmp_path, "ratings.csv", "respondent_id\na\n")
    book(tmp_path / "ratings.xlsx", Sheet1=[["respondent_id"], ["a"]])
    assert refusal(tmp_path).startswith("Table 'ratings' is in 'ratings.csv' and in 'ratings.xlsx'")


def test_an_empty_folder(tmp_path):
    assert refusal(tmp_path).startswith(f"'{tmp_path}' holds no table: no CSV or XLSX file.")


def test_simulated_is_not_lost_through_this_door(tmp_path):
    people = pd.DataFrame({"respondent_id": ["=a"], "gender": ["+x"]})
    Corpus("sim", {"respondents": people}, kind="simulated").save(tmp_path / "sim")
    corpus = read_folder(tmp_path / "sim")
    assert corpus.simulated
    assert corpus["respondents"].respondent_id.tolist() == ["=a"]


def test_a_formula_without_value_is_refused(tmp_path):
    book(tmp_path / "ratings.xlsx", S=[["respondent_id", "rating"], ["a", "=1+1"]])
    path = tmp_path / "ratings.xlsx"
    assert refusal(tmp_path) == (
        f"{path}, sheet 'S', row 2, column 2: the formula =1+1 has no stored value. Open the file "
        "in a spreadsheet, let it calculate, and save it again."
    )


def test_a_rounded_id_is_refused(tmp_path):
    book(tmp_path / "ratings.xlsx", S=[["respondent_id", "rating"], [1234567890123456, 1]])
    assert "has more than 15 digits, which Excel rounds in numbers" in refusal(tmp_path)


def test_an_error_cell_is_refused(tmp_path):
    book(tmp_path / "ratings.xlsx", S=[["respondent_id", "rating"], ["a", "#N/A"]])
    assert "row 2, column 2: the cell is the error #N/A. Mend or empty it." in refusal(tmp_path)


def test_a_zip_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 1_000)
    with zipfile.ZipFile(tmp_path / "ratings.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "0" * 100_000)
    assert refusal(tmp_path) == (
        f"{tmp_path / 'ratings.xlsx'}: unpacks to 100,000 bytes; at most 1,000 are read. "
        "Save the sheet as CSV."
    )


def test_what_is_no_workbook_is_refused(tmp_path):
    put(tmp_path, "ratings.xlsx", "not a workbook")
    assert "not a workbook that can be read (BadZipFile)" in refusal(tmp_path)


def test_several_sheets_need_a_name(tmp_path):
    book(tmp_path / "a.xlsx", One=[["x"]], Two=[["y"]])
    assert refusal(tmp_path, {"ratings": {"file": "a.xlsx", "respondent_id": "x"}}) == (
        f"{tmp_path / 'a.xlsx'}: it has the sheets One, Two. Name one of them with 'sheet:'."
    )


def test_dates_of_excel_become_iso(tmp_path):
    import datetime as dt

    rows = [["comment_id", "posted_at"], ["a", dt.datetime(2026, 11, 23, 18, 30)]]
    book(tmp_path / "comments.xlsx", S=[*rows, ["b", dt.date(2026, 11, 23)]])
    posted = read_folder(tmp_path)["comments"].posted_at.tolist()
    assert posted == ["2026-11-23T18:30:00", "2026-11-23"]
