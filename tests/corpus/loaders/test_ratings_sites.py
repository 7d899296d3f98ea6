"""Rating sites: two sites stay two scales, and fans' tags stay as they are."""

from __future__ import annotations

import warnings

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import ratings_sites
from mdresearch.corpus.loading import LOADERS, guess, read

HEAD = (
    "English Title,Native Title,Year,Country,Rating_mdl,Number of Raters_mdl,Rating_douban,"
    "Number of Raters_douban,ID,URL\n"
)
ROWS = (
    "A,甲,2022,China,8.0,100,7.0,1000,1,https://mydramalist.com/1-a\n"
    "B,乙,2021,Taiwan,9.0,1.2K,5.0,2000,2,https://mydramalist.com/2-b\n"
    "C,丙,2020,Nowhere,7.0,10,N/A,,3,https://mydramalist.com/3-c\n"
)


def quiet(path, kind=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, kind, **options)


@pytest.fixture
def matched(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["mdl_douban_csv", "fan_tags_csv"])
def test_the_example_of_each_kind_is_told_read_and_as_the_schemas_say(tmp_path, kind):
    loader = LOADERS[kind]
    path = tmp_path / "example.csv"
    path.write_bytes(loader.example)
    assert guess([path])[0].name == kind
    corpus = quiet(path)
    assert corpus.check().ok
    assert len(corpus["versions"]) == 1


def test_each_site_has_its_own_rows_and_kind(matched):
    rated = quiet(matched)["performance"].query("metric == 'rating'")
    assert rated["count_kind"].tolist() == ["mydramalist", "douban"] * 2 + ["mydramalist"]
    assert rated["value"].tolist() == [8.0, 7.0, 9.0, 5.0, 7.0]
    assert rated["n_raters"].tolist()[2] == 1200
    assert "value_z" not in rated


def test_ratings_are_standardised_within_their_site_and_only_on_request(matched):
    rated = quiet(matched, standardise=True)["performance"].query("metric == 'rating'")
    for _, site in rated.groupby("count_kind"):
        assert site["value_z"].mean() == pytest.approx(0)
        assert site["value_z"].std() == pytest.approx(1)


def test_the_country_is_where_a_drama_was_made_and_not_where_it_was_rated(matched):
    with pytest.warns(UserWarning, match=".") as held:
        corpus = read(matched)
    assert corpus["works"]["origin_country"].tolist()[:2] == ["CHN", "TWN"]
    assert corpus["works"]["origin_country"].isna().tolist() == [False, False, True]
    assert corpus["performance"]["country"].isna().all()
    assert str(held[0].message) == (
        "m.csv: countries that are not known and stay empty: 'Nowhere' (1)."
    )


def test_fan_tags_stay_verbatim_and_a_rating_without_a_site_is_left_out(tmp_path):
    path = tmp_path / "tags.csv"
    path.write_text(
        "title_en,year,eps,genres,tags,rating\n"
        'A,2021,24,"Romance, Drama","Revenge, Strong Female Lead",9.1\nB,2001,0,,,\n',
        encoding="utf-8",
    )
    with pytest.warns(UserWarning, match=".") as held:
        corpus = read(path, "fan_tags_csv")
    assert [str(one.message) for one in held][:2] == [
        "1 dramas have no fan tags; later years are tagged better than early.",
        "1 ratings were left out, since no column names the site. Say site=, such as 'viki' or "
        "'mydramalist'.",
    ]
    versions = corpus["versions"]
    assert versions["tags"][0] == "Revenge|Strong Female Lead"
    assert versions["genres"][0] == "Romance|Drama"
    assert versions["n_episodes"].isna().tolist() == [False, True]
    assert len(corpus["performance"]) == 0
    counts = quiet(path, "fan_tags_csv", site="viki")["performance"]
    assert (counts["value"][0], counts["count_kind"][0]) == (9.1, "viki")


def test_a_file_of_another_kind_is_refused_with_what_it_lacks(tmp_path):
    path = tmp_path / "m.csv"
    path.write_text("English Title,Year\nA,2020\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read(path, "mdl_douban_csv")
    assert str(error.value) == (
        f"{path}: a file of the kind 'mdl_douban_csv' has the columns "
        f"{', '.join(ratings_sites.MATCHED)}; this one lacks Native Title, Rating_mdl, Number of "
        "Raters_mdl, Rating_douban, Number of Raters_douban. It has: English Title, Year."
    )


def test_613_pairs_have_the_means_and_the_correlation_that_are_known(data_folder):
    corpus = quiet(data_folder / "micro_drama" / "mdl_vs_douban_Final.csv")
    rated = corpus["performance"].query("metric == 'rating'")
    wide = rated.pivot_table(index="version_id", columns="count_kind", values="value")
    assert wide.shape == (613, 2)
    assert wide["mydramalist"].mean() == pytest.approx(8.12, abs=0.005)
    assert wide["mydramalist"].std() == pytest.approx(0.44, abs=0.005)
    assert wide["douban"].mean() == pytest.approx(7.05, abs=0.005)
    assert wide["douban"].std() == pytest.approx(1.44, abs=0.005)
    assert wide.corr().iloc[0, 1] == pytest.approx(0.42, abs=0.005)
    assert corpus.check().ok
