"""Files that are not what they say, for every kind of file: refused by name, with bounded memory."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import warnings
import zipfile

import pytest

from mdresearch.core.errors import DataError
from mdresearch.corpus.loading import LOADERS, read

KINDS = list(LOADERS)
XML_KINDS = [
    k for k in KINDS if any(e in (".xml", ".ttml", ".dfxp") for e in LOADERS[k].extensions)
]
MAIL = (
    b"From: a@example.org\r\nTo: b@example.org\r\nSubject: the file you asked for\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nHere it is.\r\n"
)
LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><i><d p="1,1,25,1,1,0,x,1">&c;</d><chat vpos="1">&c;</chat></i>"""
OUTSIDE = b"""<?xml version="1.0"?><!DOCTYPE i [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<i><d p="1,1,25,1,1,0,x,1">&a;</d><chat vpos="1">&a;</chat></i>"""

SPARSE = """
import json, os, resource, sys, warnings
from mdresearch.core.errors import DataError
from mdresearch.corpus.loading import LOADERS, read

for kind in LOADERS:  # everything is imported before memory is limited
    LOADERS[kind].function
resource.setrlimit(resource.RLIMIT_AS, (4_000_000_000, 4_000_000_000))
warnings.simplefilter("ignore")
said = {}
for kind in LOADERS:
    loader = LOADERS[kind]
    path = os.path.join(sys.argv[1], "huge" + loader.extensions[0])
    with open(path, "wb") as stream:
        stream.truncate(2**31)
    try:
        read(path, kind, **loader.example_options)
        said[kind] = "read"
    except DataError as error:
        said[kind] = str(error)
    except MemoryError:
        said[kind] = "MemoryError"
    os.unlink(path)
said["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps(said))
"""


def tried(kind, path):
    """Return the corpus of a file, or what was said in refusing it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        try:
            return read(path, kind, **LOADERS[kind].example_options)
        except DataError as error:
            return str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_an_e_mail_is_not_data(kind, tmp_path):
    path = tmp_path / f"saved{LOADERS[kind].extensions[0]}"
    path.write_bytes(MAIL)
    outcome = tried(kind, path)
    if isinstance(outcome, str):
        assert path.name in outcome
        return
    # A plain script is any text; every other kind has a form that a letter has not.
    source = outcome.tables["sources"].iloc[0]
    assert kind == "screenplay_text" or int(source["rows_refused"]) == int(source["rows_read"])


@pytest.mark.parametrize("kind", XML_KINDS)
@pytest.mark.parametrize("content", [LAUGHS, OUTSIDE], ids=["entities", "outside"])
def test_entities_are_refused_and_nothing_outside_is_opened(kind, content, tmp_path):
    path = tmp_path / f"bomb{LOADERS[kind].extensions[0]}"
    path.write_bytes(content)
    message = tried(kind, path)
    assert isinstance(message, str), "it was read"
    assert path.name in message
    assert re.search("DOCTYPE|entit|ENTITY", message), message


def zipped(members, **options):
    """Return a zip archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, member in members.items():
            made.writestr(name, member, **options)
    return content.getvalue()


ZIPS = {
    "a path outside": lambda: zipped(
        {"../../etc/evil.csv": "a,b\n1,2\n", "xl/workbook.xml": "<a/>"}
    ),
    "an absolute path": lambda: zipped({"/etc/evil.csv": "a,b\n1,2\n"}),
    "a bomb": lambda: zipped({"xl/worksheets/sheet1.xml": b"0" * 40_000_000}),
    "an archive of a table": lambda: zipped({"table.csv": "a,b\n1,2\n"}),
    "a cut archive": lambda: zipped({"xl/workbook.xml": "<a/>" * 99})[:90],
}


@pytest.mark.parametrize("what", ZIPS)
def test_archives_are_refused_by_every_kind_and_nothing_is_unpacked(what, tmp_path):
    content = ZIPS[what]()
    before = {p.name for p in tmp_path.parent.iterdir()}
    for kind in KINDS:
        endings = LOADERS[kind].extensions
        for ending in {endings[0], ".xlsx"} & set(endings):
            path = tmp_path / f"packed-{kind}{ending}"
            path.write_bytes(content)
            message = tried(kind, path)
            assert isinstance(message, str), f"{kind} read it"
            assert path.name in message, (kind, message)
            assert len(message) < 2_000
            path.unlink()
    assert {p.name for p in tmp_path.parent.iterdir()} == before
    assert not list(tmp_path.rglob("*evil*"))


@pytest.mark.parametrize("kind", KINDS)
def test_a_nul_byte_in_the_middle_is_told_and_nothing_is_shifted(kind, tmp_path):
    loader = LOADERS[kind]
    middle = len(loader.example) * 2 // 3
    path = tmp_path / f"damaged{loader.extensions[0]}"
    path.write_bytes(loader.example[:middle] + b"\x00" + loader.example[middle:])
    outcome = tried(kind, path)
    if isinstance(outcome, str):
        assert path.name in outcome
        return
    # Programs' own files hold NUL bytes; a watch log keeps them out of its tables.
    assert ".sav" in loader.extensions or "watch" in loader.gives or outcome.check().ok
    for name in outcome.tables:
        for _, cells in outcome[name].select_dtypes("str").items():
            assert not cells.dropna().str.contains("\x00", regex=False).any(), name


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_that_is_named_like_a_file_is_no_file(kind, tmp_path):
    folder = tmp_path / f"folder{LOADERS[kind].extensions[0]}"
    folder.mkdir()
    message = tried(kind, folder)
    assert isinstance(message, str), "it was read"
    assert folder.name in message


def test_two_gibibytes_without_a_line_end_are_refused_by_every_kind(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", SPARSE, str(tmp_path)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said = json.loads(done.stdout.splitlines()[-1])
    peak = said.pop("peak")
    for kind, message in said.items():
        assert "huge" in message, (kind, message)
    assert peak < 1_500_000, "kilobytes"
