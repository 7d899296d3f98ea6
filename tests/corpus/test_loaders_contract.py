"""What every kind of file must do, from the moment it is in LOADERS."""

import re
import warnings

import pytest

from mdresearch.core.errors import DataError, UnknownNameError, unknown_name
from mdresearch.corpus.corpora import Corpus
from mdresearch.corpus.loading import HEAD_BYTES, LOADERS, read
from mdresearch.corpus.privacy import personal_columns, salt_path
from mdresearch.corpus.schemas import TABLES

KINDS = list(LOADERS)
HTML = b"<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><p>Hi</p></body></html>\n"
HOSTILE = {
    "of NUL bytes": b"\0" * 5000,
    "empty": b"",
    "really HTML": HTML,
    "one line of 10 MB": b"x" * 10_000_000,
}
LOOKS = {
    "of NUL bytes": ". It holds NUL bytes",
    "empty": ": it is empty. ",
    "really HTML": ". It is a web page",
    "one line of 10 MB": ". Say which ",
}
ONE_ROW_EACH = {"comments", "respondents"}  # one row of the file makes one row of these
# What makes one row of the example one that is refused.
SPOILT = {
    "bilibili_xml": (b'p="2.00000,', b'p="-2.00000,'),
    "niconico_xml": (b'vpos="1250"', b'vpos="1250" deleted="1"'),
    "hongguo_csv": (b",2500,", b",soon,"),
    "danmaku_json": (b"4.88", b"-4.88"),
    "google_play_python": (b"00000000-0000-4000-8000-000000000001", b""),
    "google_play_node": (b"gp:AOmade-up-1", b" "),
    "app_store_node": (b"1472864600", b"1.47E+09"),
    "app_store_python": (b'{"date"', b'1, {"date"'),
    "youtube_comment_downloader": (b"UgMadeUp1.9x", b""),
    "comment_exporter_csv": (b"\n@bo;first!;", b"\n@bo;one;too;many;"),
    "youtube_data_api": (b",Ug1.1,", b",Ug1,"),
    "douyin_json": (b"7569543503384036153", b"7.56954350338404E+18"),
}
PSEUDONYM = re.compile("[0-9a-f]{20}")


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    """Pseudonyms of the tests leave no salt behind."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))
    assert tmp_path in salt_path().parents


def example(kind, folder, content=None):
    """Write the example of a kind, or other content in its place; return the path."""
    loader = LOADERS[kind]
    path = folder / f"example{loader.extensions[0] if loader.extensions else '.txt'}"
    path.write_bytes(loader.example if content is None else content)
    return path


def read_example(kind, folder, **options):
    """Read the example; our own warnings may come, and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return read(example(kind, folder), kind, **LOADERS[kind].example_options, **options)


def test_there_are_kinds():
    assert KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_it_says_what_it_is(kind):
    loader = LOADERS[kind]
    assert loader.name == kind
    assert re.fullmatch("[a-z][a-z0-9_]*", kind)
    assert 10 <= len(loader.says) <= 250
    assert "\n" not in loader.says
    assert loader.example
    assert len(loader.example) <= 20_000
    assert loader.extensions
    assert all(re.fullmatch(r"\.[a-z0-9.]+", ending) for ending in loader.extensions)


@pytest.mark.parametrize("kind", KINDS)
def test_its_options_say_what_they_are(kind):
    loader = LOADERS[kind]
    for name, says in loader.options.items():
        assert name.isidentifier()
        assert len(says) > 5, f"{name} says nothing"
    assert set(loader.example_options) <= {*loader.options, "retrieved_at"}


@pytest.mark.parametrize("kind", KINDS)
def test_it_gives_tables_that_there_are(kind, tmp_path):
    loader = LOADERS[kind]
    assert loader.gives
    assert set(loader.gives) <= set(TABLES)
    given = set(read_example(kind, tmp_path).tables) - {"sources"}
    assert given
    assert given <= set(loader.gives), "it gives tables that it does not announce"


@pytest.mark.parametrize("kind", KINDS)
def test_its_example_is_known_and_by_no_other_kind_better(kind, tmp_path):
    path = example(kind, tmp_path)
    head = path.read_bytes()[:HEAD_BYTES]
    scores = {other: LOADERS[other].sniff(path, head) for other in KINDS}
    assert all(0 <= score <= 1 for score in scores.values()), scores
    assert scores[kind] >= 0.5
    others = {other: score for other, score in scores.items() if other != kind}
    assert all(score < scores[kind] for score in others.values()), others


@pytest.mark.parametrize("kind", KINDS)
def test_an_ending_alone_is_at_most_a_hint(kind, tmp_path):
    path = example(kind, tmp_path, b"nothing that any kind could know\n")
    assert LOADERS[kind].sniff(path, path.read_bytes()) <= 0.3


@pytest.mark.parametrize("kind", KINDS)
def test_its_example_is_a_corpus_as_the_schemas_say(kind, tmp_path):
    corpus = read_example(kind, tmp_path)
    assert isinstance(corpus, Corpus)
    corpus.check().raise_if_bad()
    assert any(len(corpus[name]) for name in corpus.tables if name != "sources")
    corpus.save(tmp_path / "saved")
    assert Corpus.read(tmp_path / "saved").hash() == corpus.hash()


@pytest.mark.parametrize("kind", KINDS)
def test_its_rows_have_a_source(kind, tmp_path):
    corpus = read_example(kind, tmp_path)
    sources = corpus["sources"]
    assert len(sources) == 1
    row = sources.iloc[0]
    assert re.fullmatch("[0-9a-f]{64}", row["sha256"])
    assert row["encoding"]
    assert row["rows_read"] > 0
    assert row["rows_refused"] >= 0
    for name in corpus.tables:
        if "source_id" in corpus[name]:
            assert set(corpus[name]["source_id"].dropna()) <= set(sources["source_id"])
        assert "source_file" not in corpus[name]


@pytest.mark.parametrize("kind", KINDS)
def test_rows_read_are_those_kept_and_those_refused(kind, tmp_path):
    """Whatever a row is to a format, none goes without being counted."""
    loader = LOADERS[kind]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        reading = loader.function([example(kind, tmp_path)], dict(loader.example_options))
    (note,) = reading.files
    kept = note.rows_read - sum(note.refused.values())
    assert kept > 0
    assert all(number > 0 for number in note.refused.values()), "a reason without a row"
    for table in ONE_ROW_EACH & set(reading.tables):
        assert kept == len(reading.tables[table])


@pytest.mark.parametrize(("kind", "spoil"), SPOILT.items())
def test_a_row_that_is_refused_is_read_and_not_kept(kind, spoil, tmp_path):
    loader = LOADERS[kind]
    content = loader.example.replace(*spoil)
    assert content != loader.example
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        corpus = read(example(kind, tmp_path, content), kind, **loader.example_options)
    source = corpus["sources"].iloc[0]
    assert source["rows_refused"] == 1
    assert len(corpus["comments"]) == source["rows_read"] - 1


@pytest.mark.parametrize("kind", KINDS)
def test_how_a_country_is_known_is_a_word_of_the_schema(kind, tmp_path):
    allowed = set(TABLES["comments"]["country_source"].allowed)
    assert allowed == {"declared", "stated", "label", "storefront", "given", "inferred"}
    corpus = read_example(kind, tmp_path)
    for name in corpus.tables:
        frame = corpus[name]
        if "country_source" in frame:
            assert set(frame["country_source"].dropna()) <= allowed
            unsaid = frame["country"].notna() & frame["country_source"].isna()
            assert not unsaid.any(), f"{name}: a country, and no word on how it is known"
            assert frame.loc[frame["country_source"].notna(), "country"].notna().all()


@pytest.mark.parametrize("kind", KINDS)
def test_no_person_stands_in_it_by_name(kind, tmp_path):
    corpus = read_example(kind, tmp_path)
    said = corpus.provenance.get("persons", {}).get("salted hashes", {})
    for name in corpus.tables:
        frame = corpus[name]
        named = {*said.get(name, ()), *personal_columns(frame.columns), "user_hash"}
        if name in ("works", "sources", "characters"):  # titles, files, and persons of fiction
            continue
        for column in [c for c in frame if c in named]:
            cells = frame[column].dropna().astype("str")
            assert cells.str.fullmatch(PSEUDONYM).all(), f"{name}.{column} is not hashed"


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_kept_only_when_asked_and_it_is_noted(kind, tmp_path):
    persons = read_example(kind, tmp_path).provenance.get("persons")
    if not persons:
        pytest.skip("its example names no person")
    kept = read_example(kind, tmp_path, keep_names=True)
    assert list(kept.provenance["persons"]) == ["kept as they are"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_does_not_change_between_two_readings(kind, tmp_path):
    assert read_example(kind, tmp_path).hash() == read_example(kind, tmp_path).hash()


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_option_is_an_error(kind, tmp_path):
    path = example(kind, tmp_path)
    expected = str(unknown_name(f"option of the kind '{kind}'", "nosuch", LOADERS[kind].options))
    with pytest.raises(UnknownNameError) as caught:
        read(path, kind, nosuch=1)
    assert str(caught.value) == expected
    assert str(caught.value).startswith(f"There is no option of the kind '{kind}' 'nosuch'.")


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_of_something_else_is_refused_in_words(kind, what, tmp_path):
    path = example(kind, tmp_path, HOSTILE[what])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        with pytest.raises(DataError) as caught:
            read(path, kind, **LOADERS[kind].example_options)
    assert path.name in str(caught.value), "the message names the file"
    assert len(str(caught.value)) < 2000


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_of_something_else_is_of_no_kind(what, tmp_path):
    path = tmp_path / "unknown.bin"
    path.write_bytes(HOSTILE[what])
    with pytest.raises(DataError) as caught:
        read(path)
    said = str(caught.value)
    assert said.startswith(f"'{path}' is of no kind that is known{LOOKS[what]}")
    assert "Say which with kind=." in said or what == "empty"
