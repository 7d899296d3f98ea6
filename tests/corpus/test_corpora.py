"""A corpus: what it keeps, what it refuses, what it never loses."""

import pickle

import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.corpora import Corpus


def people(**more):
    return pd.DataFrame({"respondent_id": ["007", "8"], "country": ["BRA", "MEX"], **more})


def small(**options):
    return Corpus("demo", {"respondents": people()}, **options)


def test_hands_out_copies():
    corpus = small()
    table = corpus["respondents"]
    table.loc[0, "country"] = "USA"
    assert corpus["respondents"].country.tolist() == ["BRA", "MEX"]


def test_mapping_is_read_only():
    with pytest.raises(TypeError):
        small().tables["works"] = people()


def test_tables_are_copies_too():
    corpus = small()
    table = corpus.tables["respondents"]
    table.loc[0, "country"] = "USA"
    assert corpus["respondents"].country.tolist() == ["BRA", "MEX"]


def test_the_frame_that_was_given_may_change_later():
    frame = people()
    corpus = Corpus("demo", {"respondents": frame})
    frame.loc[0, "country"] = "USA"
    assert corpus["respondents"].country.tolist() == ["BRA", "MEX"]


def test_travels_to_other_processes():
    corpus = small(kind="simulated", provenance={"seed": 1})
    again = pickle.loads(pickle.dumps(corpus))
    assert (again.hash(), again.kind) == (corpus.hash(), "simulated")
    assert again.provenance["seed"] == 1


def test_an_index_is_not_lost_silently():
    with pytest.raises(DataError) as caught:
        Corpus("demo", {"respondents": people().set_index("respondent_id")})
    assert str(caught.value) == (
        "Table 'respondents' has the index 'respondent_id', which would be lost. "
        "Make it a column with reset_index()."
    )


def test_odd_column_names_survive(tmp_path):
    names = ["=x", " x ", "a\nb", "'+", "é", "NA"]
    corpus = Corpus("demo", {"respondents": people(**dict.fromkeys(names, "v"))})
    again = Corpus.read(corpus.save(tmp_path / "d"))
    assert list(again["respondents"]) == list(corpus["respondents"])


def test_unknown_table_is_named():
    with pytest.raises(UnknownNameError, match="There is no table 'respondent'"):
        small()["respondent"]


def test_absent_table_says_which_there_are():
    with pytest.raises(DataError) as caught:
        small()["works"]
    assert str(caught.value) == (
        "Corpus 'demo' has no table 'works'. It has: respondents. "
        "Add one with corpus.assign(works=...)."
    )


def test_assign_returns_a_new_corpus():
    old = small()
    new = old.assign(coders=pd.DataFrame({"coder_id": ["a"], "kind": ["human"]}))
    assert "coders" in new
    assert "coders" not in old


def test_simulated_survives_assign_save_and_read(tmp_path):
    corpus = small(kind="simulated").assign(works=pd.DataFrame({"work_id": ["w"]}))
    again = Corpus.read(corpus.save(tmp_path / "d"))
    assert again.kind == "simulated"
    assert repr(again).startswith("SIMULATED corpus 'demo'")
    assert again._repr_html_().startswith("<p><strong>SIMULATED</strong>")


def test_a_simulated_source_makes_the_corpus_simulated():
    sources = pd.DataFrame(
        {"source_id": ["s", "t"], "url_or_file": ["x", "y"], "kind": ["collected", "simulated"]}
    )
    corpus = small().assign(sources=sources)
    assert corpus.simulated
    assert corpus.assign(sources=sources.head(1)).simulated


def test_unknown_kind():
    with pytest.raises(UnknownNameError, match="There is no kind of corpus 'made'"):
        small(kind="made")


def test_html_is_escaped():
    corpus = small(title="<script>x</script>", note="a & b")
    assert "<script>" not in corpus._repr_html_()
    assert "a &amp; b" in corpus._repr_html_()


def test_text_is_tidied_and_empty_is_missing():
    frame = people(note=pd.Series(["", "x"], dtype=object, index=[5, 6]).to_numpy())
    corpus = Corpus("demo", {"respondents": frame.set_index(pd.Index([5, 6]))})
    table = corpus["respondents"]
    assert table.note.isna().tolist() == [True, False]
    assert table.index.tolist() == [0, 1]


def test_save_read_keeps_the_hash_and_the_types(tmp_path):
    ratings = pd.DataFrame(
        {
            "respondent_id": ["007", "007", "8"],
            "level": [1, 2, 1],
            "accept": [1, 0, 1],
            "presented_order": [1.0, 2.0, None],
            "own_number": [1.5, None, 1e-17],
            "own_text": ["=1+1", None, "NA"],
        }
    )
    corpus = small().assign(ratings=ratings)
    again = Corpus.read(corpus.save(tmp_path / "d"))
    assert again.hash() == corpus.hash()
    table = again["ratings"]
    assert table.accept.tolist() == [True, False, True]
    assert table.own_text.iloc[[0, 2]].tolist() == ["=1+1", "NA"]
    assert table.own_number.iloc[2] == 1e-17
    assert table.presented_order.iloc[:2].tolist() == [1, 2]


def test_hash_differs_for_another_kind_or_value():
    hashes = {
        small().hash(),
        small(kind="simulated").hash(),
        Corpus("demo", {"respondents": people(x=[1, 2])}).hash(),
    }
    assert len(hashes) == 3


def test_does_not_overwrite_what_is_not_a_package(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(DataError) as caught:
        small().save(tmp_path)
    assert str(caught.value) == (
        f"'{tmp_path}' holds files that are not a data package. Nothing was written. "
        "Give an empty or a new folder."
    )
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_saving_again_leaves_no_table_behind(tmp_path):
    small().assign(works=pd.DataFrame({"work_id": ["w"]})).save(tmp_path / "d")
    small().save(tmp_path / "d")
    assert list(Corpus.read(tmp_path / "d").tables) == ["respondents"]
    assert not (tmp_path / "d" / "works.csv").exists()


def test_no_path_of_this_machine_is_written(tmp_path):
    corpus = small(provenance={"path": "/somewhere/of/mine", "seed": 1848})
    text = (corpus.save(tmp_path / "d") / "datapackage.json").read_text()
    assert "/somewhere/of/mine" not in text
    assert Corpus.read(tmp_path / "d").provenance["seed"] == 1848
