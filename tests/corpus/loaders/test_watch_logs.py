"""Watch logs: columns as the sets have them, nothing clipped, nothing guessed, nothing lost."""

import duckdb
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.lazy_watch import scan_watch
from mdresearch.corpus.loaders.watch_logs import EXAMPLES
from mdresearch.corpus.loading import LOADERS, read
from mdresearch.corpus.watch_rows import read_watch_rows

KUAIREC = EXAMPLES["kuairec"].decode()
OWN = "uid,drama,land,secs,how,note\n"


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setattr(
        "mdresearch.corpus.privacy.salt_path", lambda: tmp_path / "salt" / "pseudonym.salt"
    )


@pytest.fixture
def put(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize("kind", list(EXAMPLES))
def test_each_kind_is_told_by_its_columns_and_read(kind, put):
    path = put("log.csv", EXAMPLES[kind])
    scores = {k: LOADERS[k].sniff(path, path.read_bytes()) for k in EXAMPLES}
    assert max(scores, key=scores.get) == kind
    assert scores[kind] >= 0.9
    assert sorted(scores.values())[-2] == 0
    reading = LOADERS[kind].function([path], LOADERS[kind].example_options)
    corpus = Corpus("demo", {"watch": reading.tables["watch"].drop(columns="source_file")})
    corpus.check().raise_if_bad()
    assert reading.warnings == ()


def test_kuairec_is_not_clipped_and_its_long_spells_are_counted(put):
    corpus = read(put("k.csv", KUAIREC), "kuairec", country="CHN", keep_names=True)
    watch = corpus["watch"]
    assert watch.watched_ms.tolist() == [12000, 2500]
    assert watch.duration_ms.tolist() == [10000, 10000]
    assert watch.watch_ratio.tolist() == [1.2, 0.25]
    assert watch.version_id.tolist() == ["77", "78"]
    assert watch.started_at[0] == "2020-07-05 00:08:23.438"
    assert watch.ended.isna().all()
    source = corpus["sources"].iloc[0]
    assert source.remark == "1 spells are longer than the length; kept as they are."
    assert (source.rows_read, source.rows_refused, source.encoding) == (2, 0, "utf-8")


def test_without_a_country_the_column_is_empty_and_counted(put):
    text = (
        "k.csv: 2 of 2 rows have no country; it is left empty, not guessed. State it with "
        "country=, or name its column with columns={'country': ...}."
    )
    with pytest.warns(UserWarning, match="no country|refused") as seen:
        corpus = read(put("k.csv", KUAIREC), "kuairec")
    assert [str(w.message) for w in seen] == [text]
    assert corpus["watch"].country.isna().all()
    assert corpus.provenance["warnings"] == [text]


def test_viewers_become_salted_hashes(put):
    watch = read(put("k.csv", KUAIREC), "kuairec", country="CHN")["watch"]
    assert watch.viewer_id.str.fullmatch("[0-9a-f]{20}").all()
    assert watch.viewer_id[0] == watch.viewer_id[1]


def test_seconds_become_milliseconds(put):
    path = put("t.csv", EXAMPLES["tsinghua_shortvideo"])
    watch = read(path, country="CHN", keep_names=True)["watch"]
    assert watch.watched_ms.tolist() == [46000]
    assert watch.started_epoch_s.tolist() == [1663471335]


def test_completed_at_is_an_explicit_rule_and_is_said(put):
    corpus = read(put("k.csv", KUAIREC), "kuairec", country="CHN", completed_at=0.9)
    assert corpus["watch"].ended.tolist() == ["completed", "dropped"]
    assert (
        corpus["sources"].remark[0].endswith("'ended' is by completed_at=0.9, not told by the log.")
    )


def test_ids_of_18_digits_and_leading_zeros_stay_text(put):
    path = put("w.csv", "viewer_id,version_id,watched_ms\n007,123456789012345678,5\n")
    watch = read(path, "watch_generic", country="BRA", keep_names=True)["watch"]
    assert watch.viewer_id[0] == "007"
    assert watch.version_id[0] == "123456789012345678"


def test_generic_columns_words_for_endings_and_spells(put):
    rows = "u1,d1,Brasil,1.5,quit,a\nu1,d1,BRA,2,paywall,b\nu2,d1,Korea,,quit,\n"
    with pytest.warns(UserWarning, match="1 of 3 rows have no country \\(not known: Korea\\)"):
        corpus = read(
            put("w.csv", OWN + rows),
            "watch_generic",
            columns={
                "viewer_id": "uid", "version_id": "drama", "country": "land",
                "watched_s": "secs", "ended": "how",
            },
            ended={"quit": "dropped"},
            keep_names=True,
        )  # fmt: skip
    watch = corpus["watch"]
    assert watch.country.fillna("").tolist() == ["BRA", "BRA", ""]
    assert watch.watched_ms.fillna(-1).tolist() == [1500, 2000, -1]
    assert watch.ended.tolist() == ["dropped", "paywall", "dropped"]
    assert watch.spell.tolist() == ["1", "2", "1"]
    assert watch.note.fillna("").tolist() == ["a", "b", ""]
    corpus.check().raise_if_bad()


def test_every_refused_row_is_counted_with_its_reason(put):
    rows = (
        "viewer_id,version_id,watched_ms,last_episode,ended\n"
        "a,v,10,1,dropped\n,v,1,1,dropped\na,,1,1,dropped\na,v,ten,1,dropped\na,v,-1,1,dropped\n"
        "a,v,nan,1,dropped\na,v,1,1.5,dropped\na,v,1,1,left\n1.2E+17,v,1,1,dropped\na,v\n"
        "a,v,1,1,dropped,more\na,v,1e300,1,dropped\n"
    )
    reading = read_watch_rows("watch_generic", [put("w.csv", rows)], {"country": "BRA"})
    note = reading.files[0]
    assert note.refused == {
        "no viewer_id": 1,
        "no version_id": 1,
        "watched_ms is not a number between 0 and 31 years": 4,
        "last_episode is not a whole number from 0": 1,
        "ended is none of dropped, completed, paywall, censored "
        "(say with ended= what its words mean)": 1,
        "viewer_id was rounded by a spreadsheet (such as 1.2E+17)": 1,
        "too few cells": 1,
        "too many cells": 1,
    }
    assert (note.rows_read, len(reading.tables["watch"])) == (12, 1)


def test_a_log_without_a_good_row_is_an_error(put):
    path = put("w.csv", "viewer_id,version_id,watched_ms\n,v,1\n")
    with pytest.raises(DataError) as error:
        read_watch_rows("watch_generic", [path], {})
    assert str(error.value) == f"{path}: none of 1 rows can be read (no viewer_id: 1)."


def test_a_log_that_is_too_long_is_sent_to_scan_watch(put):
    path = put("w.csv", "viewer_id,version_id,watched_ms\na,v,1\nb,v,1\n")
    with pytest.raises(DataError) as error:
        read_watch_rows("watch_generic", [path], {}, max_rows=1)
    assert str(error.value) == (
        f"{path}: more than 1 rows. Read a sample of whole viewers with viewers=0.01, or "
        "aggregate all rows with mdresearch.corpus.lazy_watch.scan_watch, which needs no memory "
        "for them."
    )


def test_another_encoding_is_found_and_told(put):
    text = "viewer_id,version_id,watched_ms,城市\na,v,1,我们都在上海看短剧\nb,v,2,北京的人也喜欢\n"
    reading = read_watch_rows("watch_generic", [put("w.csv", text.encode("gb18030"))], {})
    (note,) = reading.files
    assert (note.encoding, note.path.name) == ("gb18030", "w.csv")
    assert reading.tables["watch"]["城市"].tolist() == ["我们都在上海看短剧", "北京的人也喜欢"]


@pytest.fixture
def stored(tmp_path):
    """Return a Parquet and a DuckDB file of the same two spells."""
    con = duckdb.connect(str(tmp_path / "w.duckdb"))
    con.execute(
        'CREATE TABLE "my ""log" AS SELECT 123456789012345678::BIGINT AS viewer_id, \'v1\' AS '
        "version_id, 'BRA' AS country, x AS watched_ms FROM (VALUES (5), (7)) t(x)"
    )
    con.execute(f'COPY "my ""log" TO \'{tmp_path / "w.parquet"}\' (FORMAT parquet)')
    con.close()
    return tmp_path


def test_parquet_and_duckdb_give_what_csv_gives(stored, put):
    text = "viewer_id,version_id,country,watched_ms\n" + "123456789012345678,v1,BRA,{}\n" * 2
    csv = read_watch_rows("watch_generic", [put("w.csv", text.format(5, 7))], {})
    parquet = read_watch_rows("watch_generic", [stored / "w.parquet"], {})
    database = read_watch_rows("watch_generic", [stored / "w.duckdb"], {"table": 'my "log'})
    for other in (parquet, database):
        pd.testing.assert_frame_equal(csv.tables["watch"], other.tables["watch"])
    assert [r.files[0].encoding for r in (parquet, database)] == ["parquet", "database"]
    path = stored / "w.parquet"
    assert LOADERS["watch_generic"].sniff(path, path.read_bytes()) == 0.9


def test_a_table_is_asked_for_and_must_be_there(stored):
    with pytest.raises(UnknownNameError) as error:
        scan_watch(stored / "w.duckdb", table="log")
    assert str(error.value).endswith('Known: my "log.')
    con = duckdb.connect(str(stored / "w.duckdb"))
    con.execute("CREATE TABLE two AS SELECT 1 AS a")
    con.close()
    with pytest.raises(DataError) as several:
        scan_watch(stored / "w.duckdb")
    assert str(several.value) == (
        f'{stored / "w.duckdb"}: say which table with table=. It has: my "log, two.'
    )


def test_ids_that_are_floating_point_numbers_are_refused(tmp_path):
    path = tmp_path / "w.parquet"
    duckdb.sql("SELECT 1.5e17 AS viewer_id, 'v' AS version_id, 1 AS watched_ms").write_parquet(
        str(path)
    )
    with pytest.raises(DataError) as error:
        scan_watch(path)
    assert str(error.value) == (
        f"{path}: column 'viewer_id' (viewer_id) holds floating-point numbers, which round ids of "
        "more than 15 digits. Export it as text or as whole numbers."
    )


def test_a_view_in_a_database_cannot_open_another_file(tmp_path, put):
    secret = put("secret.csv", "viewer_id,version_id\nroot,x\n")
    path = tmp_path / "evil.duckdb"
    con = duckdb.connect(str(path))
    con.execute(f"CREATE VIEW watch AS SELECT * FROM read_csv('{secret}')")
    con.close()
    with pytest.raises(DataError, match="file system operations are disabled"):
        scan_watch(path)


def test_names_that_are_sql_are_only_names(put):
    evil = 'x"); DROP TABLE t; --'
    path = put("w.csv", 'viewer_id,version_id,watched_ms,"x""); DROP TABLE t; --"\na,v,1,it\'s\n')
    out = scan_watch(path, by=[evil])
    assert out[evil].tolist() == ["it's"]
    with pytest.raises(UnknownNameError, match="There is no column in .* '1; DROP TABLE t'"):
        scan_watch(path, by=["1; DROP TABLE t"])
    own = scan_watch(path, by=["ended"], columns={"ended": evil}, ended={"it's": "paywall"})
    assert own.n_paywall.tolist() == [1]


def test_scan_equals_pandas_over_the_rows(put):
    rows = [
        (f"u{i % 7}", f"v{i % 3}", ("BRA", "Brazil", "MEX")[i % 3], i * 1001) for i in range(90)
    ]
    frame = pd.DataFrame(rows, columns=["viewer_id", "version_id", "country", "watched_ms"])
    out = scan_watch(put("w.csv", frame.to_csv(index=False)), by=("country", "version_id"))
    assert out.country.tolist() == ["BRA", "BRA", "MEX"]
    by = frame.assign(country=frame.country.replace("Brazil", "BRA"))
    by["squares"] = by.watched_ms**2
    sums = by.groupby(["country", "version_id"]).agg(
        n=("watched_ms", "size"), total=("watched_ms", "sum"), squares=("squares", "sum")
    )
    assert out.n.tolist() == sums.n.tolist()
    assert out.watched_ms_sum.tolist() == sums.total.tolist()
    assert out.watched_ms_squares.tolist() == sums.squares.tolist()
    assert out.n_ended_missing.tolist() == out.n.tolist()
    assert out.attrs["rows_read"] == 90


def test_scan_counts_what_it_refuses_and_what_has_no_country(put):
    path = put("k.csv", KUAIREC + ",1,1,1,,,,\n")
    with pytest.warns(UserWarning, match="no country|refused") as seen:
        out = scan_watch(path, by=("country",))
    assert [str(w.message) for w in seen] == [
        f"{path}: 1 of 3 rows were refused (no viewer_id: 1).",
        f"{path}: 2 rows have no country; it is left empty, not guessed. State it with country=, "
        "or name its column with columns={'country': ...}.",
    ]
    assert out[["n", "n_over_length", "watched_ms_sum"]].to_numpy().tolist() == [[2, 1, 14500]]
    assert out.attrs["kind"] == "kuairec"
    assert out.attrs["refused"] == {"no viewer_id": 1}


def test_a_group_in_which_no_time_is_known_has_no_sum(put):
    path = put("w.csv", "viewer_id,version_id,watched_ms\na,v,\na,w,0\n")
    out = scan_watch(path, by=("version_id",))
    assert out.watched_ms_sum.isna().tolist() == [True, False]
    assert out.watched_ms_squares.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"by": "country"}, "by is one word. Write by=('country',)."),
        ({"by": ("n",)}, "by names 'n', which is a column of the result."),
        ({"country": "Brazil"}, "country is 'Brazil'. Give an ISO 3166-1 alpha-3 code such as"),
        ({"memory_limit": "1; SET"}, "memory_limit is '1; SET'. Give a size such as '800MB'."),
        ({"columns": {"viewer": "a"}}, "There is no meaning in columns= 'viewer'."),
        ({"ended": {"q": "left"}}, "There is no ending of a spell 'left'."),
        ({"kind": "kuai"}, "There is no kind of watch log 'kuai'."),
        ({"table": "t"}, "table= is for databases; this file is one table."),
        ({"columns": {"watched_ms": "version_id"}}, "no column is the version_id. Say which with"),
        (
            {"columns": {"version_id": "viewer_id", "viewer_id": "viewer_id"}},
            "column 'viewer_id' is both version_id and viewer_id. Give each column one meaning.",
        ),
    ],
)
def test_what_is_asked_wrongly_is_said(options, text, put):
    path = put("w.csv", "viewer_id,version_id\na,v\n")
    with pytest.raises((DataError, UnknownNameError)) as error:
        scan_watch(path, **options)
    assert text in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, b"PAR1 not really", b"a,b\n1,2\n"])
@pytest.mark.parametrize("ending", ["csv", "parquet", "duckdb"])
def test_files_that_are_something_else_are_refused(content, ending, put):
    with pytest.raises(DataError):
        scan_watch(put(f"w.{ending}", content))


def test_a_line_without_end_is_refused_in_bounded_memory(put):
    with pytest.raises(DataError, match=r"row 1: it is longer than 1,000,000 bytes"):
        scan_watch(put("w.csv", b"a" * 1_100_000))


@pytest.mark.parametrize("blank", ["\t", "\u3000", "\xa0", " \t "])
def test_an_id_of_white_space_is_none(blank, tmp_path):
    path = tmp_path / "log.csv"
    rows = f"viewer_id,version_id,country,watched_s\n{blank},v1,BRA,3\n{blank}a1{blank},v1,BRA,4\n"
    path.write_text(rows, encoding="utf-8")
    corpus = read(path, "watch_generic", keep_names=True)
    assert corpus["watch"]["viewer_id"].tolist() == ["a1"]
    assert corpus["sources"]["reasons"].tolist() == ["no viewer_id: 1"]
