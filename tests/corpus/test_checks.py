"""A check names table, row, column, value, what is wrong and what is allowed."""

import pandas as pd
import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.checks import check_tables
from mdresearch.corpus.corpora import Corpus


def people(n, **more):
    ids = [f"r{i}" for i in range(n)]
    return pd.DataFrame({"respondent_id": ids, **more})


def test_the_message_in_full():
    corpus = Corpus("demo", {"respondents": people(3, country=["BRA", "Mexico", None])})
    with pytest.raises(DataError) as caught:
        corpus.check().raise_if_bad()
    assert str(caught.value) == (
        "Corpus 'demo' has 1 problem: 1 in 'respondents':\n"
        "  - respondents, row 3, country: 'Mexico' is not of that form; "
        "allowed: an ISO 3166-1 alpha-3 code such as BRA"
    )


def test_twenty_are_listed_and_all_are_counted():
    report = Corpus("demo", {"respondents": people(30, country=["x"] * 30)}).check()
    assert len(report.problems) == 30
    with pytest.raises(DataError) as caught:
        report.raise_if_bad()
    lines = str(caught.value).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  - and 10 more: see .problems of the report of check()"


def test_ids_are_never_numbers():
    frame = pd.DataFrame({"respondent_id": [1, 2]})
    found = check_tables({"respondents": frame}).problems.iloc[0]
    assert found.problem == "holds numbers, not text"


def test_a_lost_link_is_caught_when_strict():
    tables = {
        "respondents": people(1),
        "ratings": pd.DataFrame({"respondent_id": ["r0", "r9"], "rating": [1.0, 2.0]}),
    }
    found = check_tables(tables).problems
    assert found.value.tolist() == ["r9"]
    assert found.problem.tolist() == ["is not in 'respondents'"]
    assert check_tables(tables, strict=False).ok


def test_region_is_never_stored():
    found = check_tables({"respondents": people(1, region=["latam"])}).problems
    assert found.problem.tolist() == [
        "is derived from country, never stored: rename it, such as own_region"
    ]


def test_names_of_persons_are_refused_in_tables_of_persons_only():
    found = check_tables({"respondents": people(1, **{"E-mail": ["a@b.c"]})}).problems
    assert found.column.tolist() == ["E-mail"]
    story = pd.DataFrame({"character_id": ["c"], "work_id": ["w"], "name": ["Lin"]})
    assert check_tables({"characters": story}).ok


def test_several_ladder_levels_of_one_person_are_not_duplicates():
    rows = {"respondent_id": ["r"] * 2, "ladder_id": ["l"] * 2, "level": [1.0, 2.0]}
    assert check_tables({"ratings": pd.DataFrame(rows)}).ok


def test_zero_and_one_are_truth_values():
    rows = {"respondent_id": ["a", "b"], "accept": [0, 1]}
    assert check_tables({"ratings": pd.DataFrame(rows)}).ok


def test_no_problem_reads_well():
    report = check_tables({"respondents": people(1)}, "demo")
    assert report.ok
    assert repr(report) == "Corpus 'demo': every table is as its schema says."
