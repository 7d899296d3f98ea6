"""A saved corpus is a valid Frictionless package, exact, and verified before it is used."""

import json

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core.bundled import bundled_path
from mdresearch.core.errors import DataError, DatasetError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.schemas import TABLES

frictionless = pytest.importorskip("frictionless")

TEXT = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["=cmd", "'=cmd", "NA", "007", 'a"b', "a\nb", "\r", "😀", "-1", "true", "1.0", " x ", "nan"]
)


def every_table():
    return Corpus(
        "Every table",
        {name: pd.DataFrame([schema.example()]) for name, schema in TABLES.items()},
        kind="simulated",
        title="One row a table",
        licence="CC0-1.0",
        citation="Nobody (2026).",
    )


def validate(folder):
    report = frictionless.validate(str(folder / "datapackage.json"))
    return report.flatten(["rowNumber", "fieldName", "type", "note"])


def test_every_table_saved_is_valid(tmp_path):
    corpus = every_table()
    folder = corpus.save(tmp_path / "all")
    assert validate(folder) == []
    again = Corpus.read(folder)
    assert again.hash() == corpus.hash()
    assert (again.name, again.title, again.licence) == ("Every table", "One row a table", "CC0-1.0")


def test_frictionless_sees_a_changed_cell(tmp_path):
    folder = every_table().save(tmp_path / "all")
    path = folder / "watch.csv"
    path.write_text(path.read_text().replace("dropped", "drooped"))
    assert "constraint-error" in {kind for _, _, kind, _ in validate(folder)}


@pytest.mark.parametrize("name", ["market-facts", "policy-events"])
def test_bundled_packages_are_valid(name):
    assert validate(bundled_path(f"datasets/{name}")) == []


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            TEXT.filter(bool),
            TEXT | st.none(),
            st.floats(allow_infinity=False) | st.none(),
            st.integers(-(10**15), 10**15) | st.none(),
            st.booleans() | st.none(),
        ),
        unique_by=lambda row: row[0],
        max_size=5,
    )
)
def test_round_trip_is_exact(tmp_path_factory, rows):
    names = ["respondent_id", "own_text", "own_number", "own_integer", "own_truth"]
    columns = dict(zip(names, zip(*rows, strict=True) if rows else [()] * 5, strict=True))
    kinds = ["str", "str", "float64", "Int64", "boolean"]
    frame = pd.DataFrame(
        {
            name: pd.Series(list(columns[name]), dtype=kind)
            for name, kind in zip(names, kinds, strict=True)
        }
    )
    corpus = Corpus("odd", {"respondents": frame})
    again = Corpus.read(corpus.save(tmp_path_factory.mktemp("p") / "odd"))
    assert again.hash() == corpus.hash()
    for name in names:
        before, after = corpus["respondents"][name], again["respondents"][name]
        assert before.isna().tolist() == after.isna().tolist()
        assert before.dropna().tolist() == after.dropna().tolist()


def test_a_changed_file_is_refused(tmp_path):
    folder = every_table().save(tmp_path / "all")
    path = folder / "works.csv"
    expected = next(
        r["hash"].removeprefix("sha256:")
        for r in json.loads((folder / "datapackage.json").read_text())["resources"]
        if r["name"] == "works"
    )
    path.write_text(path.read_text() + '"w2"\n')
    with pytest.raises(DatasetError) as caught:
        Corpus.read(folder)
    message = str(caught.value)
    assert message.startswith(f"'{path}' is not the file that was written: expected sha256 ")
    assert expected in message
    assert message.endswith("read the folder with read_folder and save it as a corpus of its own.")


def test_an_absent_file_is_named(tmp_path):
    folder = every_table().save(tmp_path / "all")
    (folder / "works.csv").unlink()
    with pytest.raises(DatasetError) as caught:
        Corpus.read(folder)
    assert str(caught.value) == (
        f"'{folder / 'works.csv'}' is absent. Restore the folder '{folder}' from its source."
    )


def test_a_path_out_of_the_folder_is_refused(tmp_path):
    folder = every_table().save(tmp_path / "all")
    path = folder / "datapackage.json"
    path.write_text(path.read_text().replace('"works.csv"', '"../works.csv"'))
    with pytest.raises(DatasetError, match=r"the path '../works.csv' is not allowed"):
        Corpus.read(folder)


def test_a_folder_without_descriptor(tmp_path):
    with pytest.raises(DatasetError, match=r"holds no datapackage.json"):
        Corpus.read(tmp_path)


def test_a_package_of_other_software(tmp_path):
    (tmp_path / "datapackage.json").write_text('{"name": "x", "resources": []}')
    with pytest.raises(DataError, match="was not written by mdresearch"):
        Corpus.read(tmp_path)


def test_what_breaks_its_schema_is_not_saved(tmp_path):
    corpus = Corpus("bad", {"respondents": pd.DataFrame({"country": ["BRA"]})})
    with pytest.raises(DataError, match="column is missing"):
        corpus.save(tmp_path / "d")
    assert not (tmp_path / "d").exists()


def test_infinity_is_not_saved(tmp_path):
    frame = pd.DataFrame({"respondent_id": ["a"], "own": [float("inf")]})
    with pytest.raises(DataError, match="own: inf is not finite"):
        Corpus("bad", {"respondents": frame}).save(tmp_path / "d")
