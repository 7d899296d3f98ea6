"""Charts: ranks by country and week; NA is Namibia; nothing is quoted in the file."""

from __future__ import annotations

import json
import warnings

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders import charts
from mdresearch.corpus.loading import LOADERS, guess, read

HEAD = (
    "country_name\tcountry_iso2\tweek\tcategory\tweekly_rank\tshow_title\tseason_title\t"
    "cumulative_weeks_in_top_10\n"
)
GLOBAL = (
    "week\tcategory\tweekly_rank\tshow_title\tseason_title\tweekly_hours_viewed\truntime\t"
    "weekly_views\tcumulative_weeks_in_top_10\n"
    "2026-01-25\tTV (English)\t1\tA\tA: Season 2\t5000000\t1.5\t3300000\t2\n"
    "2026-01-25\tTV (English)\t2\tB\tN/A\t4000000\t\t\t1\n"
)


def quiet(path, kind=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(path, kind, **options)


@pytest.mark.parametrize("kind", ["netflix_top10", "chart_monitor_json"])
def test_the_example_of_each_kind_is_told_read_and_as_the_schemas_say(tmp_path, kind):
    loader = LOADERS[kind]
    path = tmp_path / ("example" + loader.extensions[0])
    path.write_bytes(loader.example)
    assert guess([path])[0].name == kind
    corpus = quiet(path)
    assert corpus.check().ok, corpus.check().problems
    assert len(corpus["performance"]) == 1


def test_na_is_namibia_and_a_quote_is_a_quote(tmp_path):
    path = tmp_path / "c.tsv"
    rows = (
        'Namibia\tNA\t2026-01-25\tFilms\t1\t"Made Up\tN/A\t2\n'
        "Norway\tNO\t2026-01-25\tTV\t1\tA\tA: Season 1\t1\n"
    )
    path.write_text(HEAD + rows, encoding="utf-8")
    corpus = quiet(path)
    assert corpus["performance"]["country"].tolist() == ["NAM", "NOR"]
    assert corpus["works"]["title"].tolist() == ['"Made Up', "A"]
    assert corpus["versions"]["season"].isna().tolist() == [True, False]
    assert corpus["performance"]["cumulative_weeks_in_top_10"].tolist() == [2, 1]
    assert set(corpus["performance"]["count_kind"]) == {"rank only"}


def test_rows_without_rank_country_or_cells_are_refused_and_counted(tmp_path):
    path = tmp_path / "c.tsv"
    rows = (
        "Brazil\tBR\t2026-01-25\tFilms\t1\tA\tN/A\t2\n"
        "Brazil\tBR\t2026-01-25\tFilms\t?\tB\tN/A\t2\n"
        "Atlantis\tQQ\t2026-01-25\tFilms\t1\tA\tN/A\t2\nBrazil\tBR\n"
    )
    path.write_text(HEAD + rows, encoding="utf-8")
    with pytest.warns(UserWarning, match=".") as held:
        corpus = read(path)
    assert [str(one.message) for one in held] == [
        "c.tsv: countries that are not known: QQ.",
        "c.tsv: 1 rows were left out: they do not have 8 cells.",
        "c.tsv: 1 rows were left out: the rank is not a whole number from 1.",
        "c.tsv: 1 rows were left out: the country is not known.",
        "Charts are ranks within ten: a title that is not in them is not known to be less.",
    ]
    source = corpus["sources"].iloc[0]
    assert (source["rows_read"], source["rows_refused"]) == (4, 3)
    assert source["reasons"] == (
        "the country is not known: 1; the rank is not a whole number from 1: 1; "
        "they do not have 8 cells: 1"
    )


def test_the_global_chart_adds_hours_and_views_and_has_no_country(tmp_path):
    path = tmp_path / "g.tsv"
    path.write_text(GLOBAL, encoding="utf-8")
    counts = quiet(path)["performance"]
    assert counts["country"].isna().all()
    assert counts.groupby("metric")["value"].apply(list).to_dict() == {
        "weekly_hours_viewed": [5_000_000, 4_000_000],
        "weekly_rank": [1, 2],
        "weekly_views": [3_300_000],
    }
    assert counts["count_kind"].nunique() == 3


def test_a_chart_monitor_gives_ranks_with_the_monitors_own_doubt(tmp_path):
    chart = {
        "platform": "ReelShort",
        "collection_date": "2026-09-22",
        "ranking_type": "TOP",
        "top_n": 10,
        "rows": [{"rank": 1, "title": "A &amp; B"}, {"rank": 0, "title": "x"}, "?"],
        "status": "PASS_CANDIDATE",
    }
    path = tmp_path / "m.json"
    path.write_text(json.dumps(chart), encoding="utf-8")
    with pytest.warns(UserWarning, match=".") as held:
        corpus = read(path)
    assert str(held[0].message) == (
        "The monitor's own word on its lists (status) is: PASS_CANDIDATE. A chart holds ranks "
        "only, from one place and day; what chose its titles is not known."
    )
    row = corpus["performance"].iloc[0]
    assert (row["metric"], row["value"], row["period"]) == ("rank_top", 1, "2026-09-22")
    assert row["chart_status"] == "PASS_CANDIDATE"
    assert corpus["versions"]["title"].tolist() == ["A & B"]
    assert corpus["sources"]["rows_refused"][0] == 2


def test_a_web_page_is_refused(tmp_path):
    path = tmp_path / "c.tsv"
    path.write_text("<!DOCTYPE html><html>\n", encoding="utf-8")
    with pytest.raises(DataError) as error:
        read(path, "netflix_top10")
    assert str(error.value) == (
        f"{path}: a web page (HTML), not a table. Download the table itself."
    )


def test_all_56400_rows_of_the_public_panel_are_read(data_folder):
    corpus = quiet(data_folder / "validation" / "netflix" / "all-weeks-countries.tsv")
    assert len(corpus["performance"]) == 56_400
    assert corpus["performance"]["country"].nunique() == 94
    assert corpus["sources"]["rows_refused"][0] == 0
    assert charts.WEEKS in corpus["performance"]
    assert corpus.check().ok
