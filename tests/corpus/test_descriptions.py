"""What a corpus holds: counted, said in words, shown escaped, and drawn."""

import pandas as pd
import pytest

from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.descriptions import Description
from mdresearch.reporting.alt_texts import alt_text
from mdresearch.reporting.figures import figure


def made_up(kind="collected"):
    comments = pd.DataFrame(
        {
            "comment_id": ["m1", "m2", "m3", "m4"],
            "kind": "review",
            "lang": ["pt-BR", "pt-BR", "en", None],
            "country": ["BRA", "BRA", None, None],
            "posted_at": ["2026-03-02", "2025-12-31T10:00:00Z", None, "2026-01-01"],
            "text": ["bom", None, "fine", "…"],
        }
    )
    sources = pd.DataFrame(
        {
            "source_id": ["s1", "s2"],
            "url_or_file": ["<b>a</b>.csv", "b.csv"],
            "kind": [kind, kind],
            "rows_read": [3, 1],
            "rows_refused": [2, 0],
            "reasons": ["too many cells: 2", None],
        }
    )
    return Corpus("<i>demo</i>", {"comments": comments, "sources": sources}, kind=kind)


def test_counts():
    description = made_up().describe()
    assert description.tables.to_numpy().tolist() == [["comments", 4, 6], ["sources", 2, 6]]
    assert description.times.to_numpy().tolist() == [
        ["comments", "posted_at", "2025-12-31T10:00:00Z", "2026-03-02"]
    ]
    countries = description.countries
    assert countries["n"].tolist() == [2, 2]
    assert countries["value"].isna().tolist() == [False, True]
    assert description.refusals["reasons"].tolist() == ["too many cells: 2"]
    frame = description.frame().set_index("column")
    assert list(frame) == ["table", "n_rows", "n_missing", "share_missing"]
    assert frame["n_missing"].to_dict() == {
        "comment_id": 0,
        "kind": 0,
        "lang": 1,
        "country": 2,
        "posted_at": 1,
        "text": 1,
    }
    assert frame["share_missing"]["country"] == 0.5


def test_the_sentence():
    assert repr(made_up().describe()) == (
        "Corpus '<i>demo</i>', rows by table: comments (4), sources (2). "
        "Languages: 2 (pt-BR 2, en 1, not known 1). Countries: 1 (BRA 2, not known 2). "
        "comments.posted_at from 2025-12-31T10:00:00Z to 2026-03-02. "
        "2 of 6 columns have no empty cell. Refused when read: 2 rows in 1 source."
    )


def test_simulated_is_said_first():
    description = made_up("simulated").describe()
    assert repr(description).startswith("SIMULATED corpus '<i>demo</i>'")
    assert description._repr_html_().startswith("<strong>SIMULATED</strong>")


def test_the_html_is_escaped():
    shown = made_up().describe()._repr_html_()
    assert "<i>" not in shown
    assert "<b>" not in shown
    assert "&lt;b&gt;a&lt;/b&gt;.csv" in shown
    assert "<caption>Empty cells</caption>" in shown


def test_a_frame_handed_out_is_a_copy():
    description = made_up().describe()
    frame = description.frame()
    frame.loc[:, "n_missing"] = 99
    assert description.frame()["n_missing"].max() == 2


@pytest.mark.parametrize("tables", [{}, {"coders": pd.DataFrame({"coder_id": [], "kind": []})}])
def test_an_empty_corpus_is_described(tables):
    description = Corpus("none", tables).describe()
    assert isinstance(description, Description)
    assert description.frame()["n_missing"].sum() == 0
    assert description.sentence().startswith("Corpus 'none', rows by table: ")
    assert description._repr_html_()
    figure(description)


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_figure_has_a_bar_a_column_with_gaps(theme, narrow):
    fig = figure(made_up().describe(), theme, narrow=narrow)
    ax = fig.axes[0]
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names == ["comments.lang", "comments.country", "comments.posted_at", "comments.text"]
    assert [bar.get_width() for bar in ax.patches] == [25, 50, 25, 25]
    assert [text.get_text() for text in ax.texts] == ["1 of 4", "2 of 4", "1 of 4", "1 of 4"]
    assert fig.get_suptitle().replace("\n", " ") == "Empty cells in '<i>demo</i>'"


def test_the_figure_of_simulated_rows_says_so():
    fig = figure(made_up("simulated").describe())
    assert "SIMULATED DATA" in [text.get_text() for text in fig.texts]


def test_the_figure_of_a_full_corpus_says_so_in_words():
    coders = pd.DataFrame({"coder_id": ["a"], "kind": ["human"]})
    fig = figure(Corpus("full", {"coders": coders}).describe())
    texts = [text.get_text() for text in fig.axes[0].texts]
    assert texts == ["None of the 2 columns has an empty cell."]
    assert len(fig.axes[0].patches) == 0


def test_the_alt_text_says_what_the_figure_shows():
    assert alt_text(made_up().describe()) == (
        "Empty cells in corpus '<i>demo</i>', a bar for each of 4 columns. Without any: 2 columns. "
        "comments.country 50% (2 of 4); comments.lang 25% (1 of 4); comments.posted_at 25% (1 of "
        "4); comments.text 25% (1 of 4)."
    )
    assert alt_text(made_up("simulated").describe()).startswith("Simulated data. Empty cells in")
    coders = pd.DataFrame({"coder_id": ["a"], "kind": ["human"]})
    full = Corpus("full", {"coders": coders}).describe()
    assert alt_text(full) == "Empty cells in corpus 'full': none in 2 columns."


def test_the_alt_text_of_many_columns_keeps_the_counts_and_is_cut():
    wide = pd.DataFrame({"coder_id": ["a", "b"], "kind": ["human", "human"]})
    for place in range(30):
        wide[f"own_column_{place:02d}"] = [None, "x"]
    words = alt_text(Corpus("wide", {"coders": wide}).describe())
    assert (
        "a bar for each of 24 columns. Not shown: 6 with no more. Without any: 2 columns." in words
    )
    assert len(words) <= 900
    assert words.endswith(" …")


def test_the_figure_shows_at_most_24_columns_and_counts_the_rest():
    wide = pd.DataFrame({"coder_id": ["a", "b"], "kind": ["human", "human"]})
    for place in range(30):
        wide[f"own_{place:02d}"] = [None, "x"]
    fig = figure(Corpus("wide", {"coders": wide}).describe())
    assert len(fig.axes[0].patches) == 24
    note = fig.get_supxlabel().replace("\n", " ")
    assert note.endswith("6 further columns with empty cells are not shown.")


def test_real_sets_are_described(data_folder):
    from mdresearch.corpus.datasets import fetch

    description = fetch("isear", quiet=True).describe()
    assert description.countries["value"].nunique() == 16
    gaps = description.frame().set_index("column")["n_missing"]
    assert gaps["intensity"] == 178
