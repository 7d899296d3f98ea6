"""Watch logs in databases and larger than memory: only read, no secret shown, samples by viewer."""

import sqlite3
import sys
import warnings

import duckdb
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.addresses import brief, shown
from mdresearch.corpus.lazy_watch import scan_watch
from mdresearch.corpus.loading import LOADERS, read

pytest.importorskip(
    "sqlalchemy", reason="SQLAlchemy is optional: pip install 'mdresearch[database]'"
)

VIEWERS, ROWS = 400, 4000


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


@pytest.fixture(scope="module")
def rows():
    return pd.DataFrame(
        {
            "viewer_id": [str(10**17 + i % VIEWERS) for i in range(ROWS)],
            "version_id": [f"v{i % 7}" for i in range(ROWS)],
            "country": [("BRA", "MEX", "USA")[i % 3] for i in range(ROWS)],
            "watched_ms": [i * 7 for i in range(ROWS)],
            "device": [("phone", "tablet")[i % 2] for i in range(ROWS)],
        }
    )


@pytest.fixture(scope="module")
def stored(rows, tmp_path_factory):
    """The same log as SQLite, DuckDB, Parquet and CSV; the tables have names that need quotes."""
    folder = tmp_path_factory.mktemp("logs")
    base = sqlite3.connect(folder / "log.sqlite")
    rows.to_sql('my "log', base, index=False)
    base.execute("CREATE TABLE other (a TEXT)")
    base.commit()
    base.close()
    con = duckdb.connect(str(folder / "log.duckdb"))
    con.register("rows", rows)
    con.execute('CREATE TABLE "my ""log" AS SELECT * FROM rows')
    con.execute("CREATE TABLE other (a VARCHAR)")
    con.execute(f"COPY rows TO '{folder / 'log.parquet'}' (FORMAT parquet)")
    con.close()
    rows.to_csv(folder / "log.csv", index=False)
    return folder


def where(stored, form):
    """Return the address of a form of the log, and the options that it needs."""
    table = {"table": 'my "log'}
    if form == "url":
        return f"sqlite:///{stored / 'log.sqlite'}", table
    path = stored / f"log.{form}"
    return path, table if form in ("sqlite", "duckdb") else {}


FORMS = ("url", "sqlite", "duckdb", "parquet", "csv")


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_rows(form, stored, rows):
    place, options = where(stored, form)
    corpus = read(place, keep_names=True, **options)
    watch = corpus["watch"]
    for column in rows:
        assert watch[column].tolist() == rows[column].tolist()
    corpus.check().raise_if_bad()
    source = corpus["sources"].iloc[0]
    assert (source["rows_read"], source["rows_refused"]) == (ROWS, 0)
    assert source["url_or_file"] == brief(place, options.get("table"))
    assert str(stored) not in str(corpus["sources"].to_dict()), "no folder of this machine"
    assert corpus.provenance["guessed"].endswith("was taken for watch_generic: " + SAYS + ".")


SAYS = LOADERS["watch_generic"].says


@pytest.mark.parametrize("form", FORMS)
def test_a_sample_is_of_whole_viewers_and_the_same_everywhere(form, stored, rows):
    place, options = where(stored, form)
    corpus = read(place, "watch_generic", viewers=0.25, keep=[], keep_names=True, **options)
    watch = corpus["watch"]
    csv = read(stored / "log.csv", "watch_generic", viewers=0.25, keep_names=True)["watch"]
    assert watch["viewer_id"].tolist() == csv["viewer_id"].tolist()
    held = watch.groupby("viewer_id").size()
    whole = rows.groupby("viewer_id").size()
    assert (held == whole[held.index]).all()
    assert 0.15 * VIEWERS < len(held) < 0.35 * VIEWERS
    assert "device" not in watch
    source = corpus["sources"].iloc[0]
    assert source["rows_read"] == ROWS
    left = ROWS - len(watch)
    assert source["rows_refused"] == left
    assert source["reasons"] == f"its viewer is not in the sample of 25% (seed 0): {left}"


def test_another_seed_keeps_other_viewers_and_a_larger_share_keeps_the_first(stored):
    def viewers(**options):
        watch = read(stored / "log.csv", "watch_generic", keep_names=True, **options)["watch"]
        return set(watch["viewer_id"])

    assert viewers(viewers=0.1) < viewers(viewers=0.4)
    assert viewers(viewers=0.1) != viewers(viewers=0.1, seed=1)
    assert len(viewers(viewers=1)) == VIEWERS


def test_refused_rows_are_counted_beside_a_sample(tmp_path):
    path = tmp_path / "log.csv"
    lines = [f"u{i},v,{i}" for i in range(50)] + [",v,1", "u1,,1", "u1,v,x", "u1,v"]
    path.write_text("viewer_id,version_id,watched_ms\n" + "\n".join(lines) + "\n")
    corpus = read(path, country="BRA", viewers=0.5)
    source = corpus["sources"].iloc[0]
    kept = len(corpus["watch"])
    assert 0 < kept < 50
    assert source["rows_read"] == 54
    assert source["reasons"] == (
        f"its viewer is not in the sample of 50% (seed 0): {50 - kept}; no version_id: 1; no "
        "viewer_id: 1; too few cells: 1; watched_ms is not a number between 0 and 31 years: 1"
    )


def test_sums_of_the_scan_are_those_of_the_rows(stored, rows):
    sums = rows.groupby(["country", "version_id"])["watched_ms"].sum()
    for form in FORMS:
        place, options = where(stored, form)
        out = scan_watch(place, by=("country", "version_id"), **options)
        assert out["watched_ms_sum"].tolist() == sums.tolist()


def test_a_kind_is_told_by_the_columns_of_a_table(tmp_path):
    path = tmp_path / "k.sqlite"
    base = sqlite3.connect(path)
    base.execute(
        "CREATE TABLE log (user_id, video_id, play_duration, video_duration, watch_ratio, time)"
    )
    base.execute("INSERT INTO log VALUES (1, 2, 12000, 10000, 1.2, '2020-07-05')")
    base.commit()
    base.close()
    corpus = read(f"sqlite:///{path}", country="CHN")
    assert corpus.provenance["loader"] == "kuairec"
    assert corpus.provenance["guessed"].startswith("'k.sqlite' was taken for kuairec: ")
    assert corpus["watch"]["watched_ms"].tolist() == [12000]


def test_a_database_is_only_read(stored):
    path = stored / "log.sqlite"
    before = path.read_bytes()
    place, options = where(stored, "url")
    read(place, **options)
    assert path.read_bytes() == before
    with pytest.raises(DataError) as caught:
        read(f"sqlite:///{stored}/none.sqlite", table="log")
    assert str(caught.value) == (
        f"sqlite:///{stored}/none.sqlite: there is no such file. Give the path of an existing one."
    )
    assert not (stored / "none.sqlite").exists(), "looking creates no file"


def test_a_connection_to_sqlite_cannot_write(stored):
    import sqlalchemy

    from mdresearch.corpus.watch_database import _engine

    engine = _engine(sqlalchemy, f"sqlite:///{stored / 'log.sqlite'}", "place")
    with engine.connect() as connection, pytest.raises(sqlalchemy.exc.OperationalError) as caught:
        connection.exec_driver_sql("DELETE FROM other")
    assert "attempt to write a readonly database" in str(caught.value)


@pytest.mark.parametrize("backend", ["postgresql+psycopg2", "mysql+pymysql", "oracle"])
def test_other_databases_are_told_to_read_only_in_each_transaction(backend, monkeypatch):
    import sqlalchemy

    from mdresearch.corpus.watch_database import _engine

    # no server is here: an SQLite engine takes the place of the driver and hears what is sent
    stand_in, heard = sqlalchemy.create_engine("sqlite://"), []
    monkeypatch.setattr(sqlalchemy, "create_engine", lambda url: stand_in)
    sqlalchemy.event.listen(
        stand_in,
        "before_cursor_execute",
        lambda c, cursor, sql, *rest: (heard.append(sql), ("SELECT 1", ()))[1],
        retval=True,
    )
    engine = _engine(sqlalchemy, f"{backend}://me:secret@host/base", "place")
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT 2")
    assert heard == ["SET TRANSACTION READ ONLY", "SELECT 2"]


@pytest.mark.parametrize(
    ("url", "text"),
    [
        (
            "postgresql+psycopg2://me:secret@host/base?x=secret",
            "postgresql+psycopg2://***@host/base: the driver 'psycopg2' is not installed. Install "
            "it (pip install psycopg2-binary), or name another driver in the URL (database+driver://).",
        ),
        (
            "nosuch://me:secret@host/base",
            "nosuch://***@host/base: SQLAlchemy knows no database of this name. The URL begins "
            "with the database, such as postgresql://, mysql+pymysql:// or sqlite:///; others need "
            "a package of their own.",
        ),
        (
            "POSTGRESQL://me:secret@host:port/base",
            "POSTGRESQL://***@host:port/base: the database cannot be read (ValueError). Look "
            "whether the URL is right, its driver is installed, and you may read the table.",
        ),
    ],
)
@pytest.mark.parametrize("how", [read, scan_watch])
def test_no_secret_of_a_url_is_in_a_message(url, text, how, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    if url.startswith("postgresql+psycopg2"):
        error = ModuleNotFoundError("No module named 'psycopg2'", name="psycopg2")

        def missing(*given, **options):
            raise error

        monkeypatch.setattr("sqlalchemy.create_engine", missing)
    with pytest.raises(DataError) as caught:
        how(url, table="log")
    assert str(caught.value) == text
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("sqlite:///a/log.db", "sqlite:///a/log.db"),
        ("postgresql://me:secret@host/base", "postgresql://***@host/base"),
        ("postgresql://me:p@ss/secret@host/base", "postgresql://***@host/base"),
        ("postgresql://host/base?user=me&password=secret", "postgresql://host/base"),
        ("postgresql://host/base?password=p@secret", "postgresql://***"),
        ("postgresql://me:secret?x@host/base", "postgresql://***"),
        ("mssql+pyodbc://host/base;PWD=secret", "mssql+pyodbc://host/base"),
        ("MySQL://me:secret@host/base", "MySQL://***@host/base"),
    ],
)
def test_urls_are_shown_without_secrets(url, text):
    assert shown(url) == text
    assert "secret" not in brief(url)


CLOSED = ("postgresql", "mysql+pymysql", "postgresql+pg8000")


@pytest.mark.parametrize("backend", CLOSED)
def test_a_closed_port_is_no_connection(backend):
    import sqlalchemy

    url = f"{backend}://me:secret@127.0.0.1:9/base"
    try:
        sqlalchemy.create_engine(url)
    except ModuleNotFoundError as error:
        words = f"the driver '{error.name}' is not installed. Install it"
    else:
        words = "no connection, or it was refused"
    with pytest.raises(DataError) as caught:
        read(url, table="log")
    assert str(caught.value).startswith(f"{backend}://***@127.0.0.1:9/base: {words}")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql://me:secret@host/base", "mysql://me:secret@host/base"])
def test_what_a_server_says_of_a_password_is_not_repeated(url, monkeypatch):
    import sqlalchemy

    def refuse():
        raise sqlite3.OperationalError('the password "secret" of user "me" is wrong')

    stand_in = sqlalchemy.create_engine("sqlite://", creator=refuse)
    monkeypatch.setattr(sqlalchemy, "create_engine", lambda given: stand_in)
    with pytest.raises(DataError) as caught:
        read(url, "watch_generic", table="log")
    assert str(caught.value) == (
        f"{shown(url)}: no connection, or it was refused (OperationalError). Look whether the "
        "server runs, its host and port are right, and user and password are."
    )
    assert caught.value.__cause__ is None


def test_no_secret_of_a_url_is_in_a_corpus_or_its_texts(stored, monkeypatch, tmp_path):
    import sqlalchemy

    # the file takes the place of a server; its own SQL has no transaction that only reads
    file = sqlalchemy.create_engine(f"sqlite:///{stored / 'log.sqlite'}")
    monkeypatch.setattr(sqlalchemy, "create_engine", lambda given: file)
    monkeypatch.setattr("mdresearch.corpus.watch_database.READ_ONLY", "SELECT 1")
    url = "postgresql://someone:secret@host/base?sslpassword=secret"
    corpus = read(url, table='my "log', share="derived")
    assert len(corpus["watch"]) == ROWS
    corpus.save(tmp_path / "kept")
    texts = [corpus.check(), corpus.describe(), corpus.provenance, corpus.note, repr(corpus)]
    texts += [frame.to_csv() for frame in corpus.tables.values()]
    texts += [p.read_text() for p in (tmp_path / "kept").rglob("*") if p.is_file()]
    for text in texts:
        assert "secret" not in str(text)
        assert "someone" not in str(text)
    assert corpus["sources"]["url_or_file"].str.startswith("postgresql://***@host/base").all()


def test_without_sqlalchemy_a_url_says_what_to_do(monkeypatch):
    monkeypatch.setitem(sys.modules, "sqlalchemy", None)
    with pytest.raises(DataError) as error:
        scan_watch("postgresql://me:secret@host/base?x=secret", table="watch")
    assert str(error.value) == (
        "postgresql://***@host/base: reading a database by its URL needs SQLAlchemy. Install it "
        "(pip install sqlalchemy, and the driver of your database), or export the table as CSV or "
        "Parquet."
    )


@pytest.mark.parametrize("form", ["url", "sqlite", "duckdb"])
def test_tables_and_columns_that_are_not_there_are_named(form, stored):
    place, _ = where(stored, form)
    label = shown(place) if form == "url" else str(place)
    with pytest.raises(DataError) as caught:
        read(place)
    assert str(caught.value) == f'{label}: say which table with table=. It has: my "log, other.'
    with pytest.raises(UnknownNameError) as caught:
        read(place, "watch_generic", table="log")
    assert str(caught.value).startswith(f"There is no table in {label} 'log'.")
    with pytest.raises(UnknownNameError) as caught:
        read(place, "watch_generic", table='my "log', columns={"viewer_id": "viewer"})
    assert str(caught.value).startswith(f"There is no column in {label} 'viewer'. Did you mean 'vi")
    with pytest.raises(UnknownNameError) as caught:
        read(place, "watch_generic", table='my "log', keep=["gadget"])
    assert str(caught.value) == (
        f"There is no column in {label} 'gadget'. Known: viewer_id, version_id, country, "
        "watched_ms, device."
    )
    with pytest.raises(DataError, match="its columns are of no kind that is known. Say which with"):
        read(place, table="other")


def test_a_kind_of_files_reads_no_database(stored):
    place, options = where(stored, "url")
    with pytest.raises(DataError) as caught:
        read(place, "timed_text", **options)
    assert str(caught.value) == (
        f"{place}: files of the kind 'timed_text' are read, tables of a database are not. Kinds "
        "that read a table: kuairand, kuairec, tsinghua_shortvideo, watch_generic."
    )


def test_names_that_are_sql_are_only_names(tmp_path):
    evil = 'x"; DROP TABLE log; --'
    path = tmp_path / "evil.sqlite"
    base = sqlite3.connect(path)
    name = evil.replace('"', '""')
    base.execute(f'CREATE TABLE "{name}" (viewer_id TEXT, version_id TEXT, "{name}" TEXT)')
    base.execute(f"INSERT INTO \"{name}\" VALUES ('u', 'v', 'it''s')")
    base.commit()
    base.close()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        watch = read(f"sqlite:///{path}", table=evil, keep=[evil])["watch"]
    assert watch[evil].tolist() == ["it's"]


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"viewers": 0}, "viewers is 0.0. Give a share of the viewers, such as 0.01."),
        ({"viewers": 1.5}, "viewers is 1.5. Give a share of the viewers, such as 0.01."),
        ({"viewers": "some"}, "viewers is nan. Give a share of the viewers, such as 0.01."),
        ({"viewers": 0.5, "seed": -1}, "seed is -1. Give a whole number from 0."),
        ({"memory_limit": "1; SET"}, "memory_limit is '1; SET'. Give a size such as '800MB'."),
    ],
)
def test_what_is_asked_wrongly_is_said(options, text, stored):
    with pytest.raises(DataError) as caught:
        read(stored / "log.csv", "watch_generic", **options)
    assert str(caught.value) == text
