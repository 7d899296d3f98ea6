"""The contract over every table: it explains itself, a right row passes, a wrong one is caught."""

import pandas as pd
import pytest

from mdresearch.corpus.checks import check_tables
from mdresearch.corpus.schemas import TABLES, TYPES

CONTRACT = [
    "works",
    "versions",
    "episodes",
    "cues",
    "segments",
    "characters",
    "codes",
    "coders",
    "alignments",
    "comments",
    "captures",
    "respondents",
    "ladders",
    "ratings",
    "choices",
    "watch",
    "spend",
    "performance",
    "acquisition",
    "search",
    "policy",
    "market",
    "sources",
    "variables",
    "value_labels",
]
WRONG = {
    "integer": 1.5,
    "number": float("inf"),
    "boolean": 2,
    "code_country": "Brazil",
    "code_lang": "Portuguese",
    "date": "23/11/2026",
    "id": 7,
    "text": 7,
    "category": "none of these",
}


def frame(table, **changes):
    return pd.DataFrame([{**TABLES[table].example(), **changes}])


def problems(table, **changes):
    return check_tables({table: frame(table, **changes)}).problems


def test_every_table_of_the_contract_is_there():
    assert sorted(TABLES) == sorted(CONTRACT)


@pytest.mark.parametrize("table", CONTRACT)
def test_says_what_it_is(table):
    schema = TABLES[table]
    assert schema.says
    assert schema.key
    assert set(schema.key) <= set(schema.names())
    assert len(set(schema.names())) == len(schema.columns)
    for column in schema.columns:
        assert column.says, column.name
        assert column.type in TYPES
        assert column.name == column.name.lower()
        assert not column.name.endswith("_ms") or column.unit == "ms"
        assert column.type != "category" or column.allowed


@pytest.mark.parametrize("table", CONTRACT)
def test_foreign_keys_point_to_columns_that_exist(table):
    for column in TABLES[table].columns:
        if column.foreign_key:
            other, name = column.foreign_key
            assert name in TABLES[other]


@pytest.mark.parametrize("table", CONTRACT)
def test_the_example_passes(table):
    assert problems(table).empty


@pytest.mark.parametrize("table", CONTRACT)
def test_each_broken_column_is_caught(table):
    for column in TABLES[table].columns:
        found = problems(table, **{column.name: WRONG[column.type]})
        assert column.name in found.column.tolist(), column.name
        assert found.allowed.str.len().min() > 0


@pytest.mark.parametrize("table", CONTRACT)
def test_each_missing_required_column_is_caught(table):
    for name in TABLES[table].required():
        found = check_tables({table: frame(table).drop(columns=name)}).problems
        assert found.column.tolist() == [name]
        assert found.problem.tolist() == ["column is missing"]


@pytest.mark.parametrize("table", CONTRACT)
def test_a_row_given_twice_is_caught(table):
    twice = pd.concat([frame(table)] * 2, ignore_index=True)
    found = check_tables({table: twice}).problems
    assert found.problem.tolist() == ["stands already in row 2"]
    assert found.row.tolist() == [3]


@pytest.mark.parametrize("table", CONTRACT)
def test_own_columns_are_allowed(table):
    assert problems(table, my_own="anything").empty
