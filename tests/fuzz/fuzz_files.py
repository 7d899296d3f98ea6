"""Targets beside the tables: survey files of other programs, codebooks, archives, workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from fuzz_checks import demand, read_checked, refused, written

from mdresearch.core.archives import Bounds, open_archive
from mdresearch.corpus.loaders import survey_binary
from mdresearch.corpus.loading import LOADERS
from mdresearch.corpus.workbooks import read_sheet

BINARY = ("spss", "stata", "sas")
BINARY_WORDS = (
    *(b"$FL2", b"$FL3", b"<stata_dta>", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\x80"),
    *(b"\x02\0\0\0", b"\x03\0\0\0", b"\x06\0\0\0", b"\x07\0\0\0", b"\xe7\x03\0\0", b"SPSSPORT"),
)
CHILD_MEMORY = 1_500_000_000
CHILD_SECONDS = 8


def binary_seeds(data: Path) -> dict[str, bytes]:
    """Return files of SPSS, Stata and SAS, each behind the byte that names its kind."""
    out = {}
    for path in sorted((data / "surveys").iterdir()):
        for place, kind in enumerate(BINARY):
            if path.suffix in LOADERS[kind].extensions and path.suffix not in (".csv", ".txt"):
                out[f"{place}-{path.name}"] = bytes([place]) + path.read_bytes()
    return out


def binary(data: bytes) -> None:
    """Read a file in a process of its own: whatever the library does there, ours says what it was.

    The child may hold less memory and take less time than in real use, so that runs are short.
    """
    if not data:
        return
    before = survey_binary.MEMORY, survey_binary.SECONDS
    survey_binary.MEMORY, survey_binary.SECONDS = CHILD_MEMORY, CHILD_SECONDS
    kind = BINARY[data[0] % len(BINARY)]
    ending = LOADERS[kind].extensions[0]
    try:
        read_checked(kind, data[1:], ending, {}, "respondents")
    finally:
        survey_binary.MEMORY, survey_binary.SECONDS = before


CODEBOOK_WORDS = (
    *(b"mdcodebook: ", b"id: ", b"version: ", b"code_lists:", b"codes:", b"extends:", b"parent: "),
    *(
        b"variables:",
        b"units:",
        b"title: {en: ",
        b"null",
        b"true",
        b"1.0",
        b"- ",
        b"  ",
        b"{",
        b"[",
    ),
    *(b"&a ", b"*a", b"!!python/object", b"<<: ", b"\xef\xbb\xbf", b"\x00", b"x_", b"maps:"),
)


def codebook_seeds(data: Path) -> dict[str, bytes]:
    """Return a small scheme, the head of the bundled one, and schemes among the fixtures."""
    from mdresearch.coding.reading import SCHEMES

    small = b"""mdcodebook: "1.0"
id: me:small
version: 0.1.0
title: Small
default_language: en
units: {scene: {label: Scene}}
code_lists:
  kin:
    label: Kin
    codes:
      - id: mother
        label: Mother
        definition: A mother.
        children:
          - {id: in_law, label: In-law, definition: A mother in law.}
variables:
  - {id: kin, label: Kin, unit: scene, type: nominal, codes_from: kin}
"""
    out = {"small": small, "list": b"[1, 2]", "json": b'{"mdcodebook": "1.0", "id": "me:x"}'}
    for path in sorted(SCHEMES.glob("*.mdcb.yaml")):
        out[path.name] = path.read_bytes()[:8_000]
    for path in sorted(data.glob("**/*.mdcb.yaml")):
        if path.stat().st_size <= 20_000:
            out[path.name] = path.read_bytes()
    return out


def codebook(data: bytes) -> None:
    """Read a codebook: what comes out has a hash, and its document written again has the same."""
    import json

    from mdresearch.coding.codebooks import Codebook

    path = written(data, ".mdcb.yaml")
    book, error = refused(lambda: Codebook.read(path))
    if book is None:
        demand(path.name in str(error), f"the message does not name the file: {error}")
        return
    demand(len(book.hash) == 64 and book.spec == f"{book.id}@{book.version}", "no hash")
    again = written(json.dumps(book.source).encode("utf-8"), ".mdcb.json")
    other, error = refused(lambda: Codebook.read(again))
    demand(other is not None, f"it was read, but not what was read: {error}")
    demand(other is not None and other.hash == book.hash, "another hash after writing it again")


ZIP_WORDS = (
    *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"../", b"\xff\xff\xff\xff"),
    *(b"\x08\x00", b"\x00\x00", b"\x09\x00", b"/etc/x", b"\x01\x00", b"C:\\"),
)
SHEET_WORDS = (
    *(b"<row>", b"</row>", b'<c t="s">', b'<c t="inlineStr">', b"<v>", b"</v>", b"</c>", b"<is>"),
    *(b"<t>", b"</t>", b'r="A1"', b'r="XFD1048576"', b't="e"', b't="d"', b't="b"', b's="1"'),
    *(b"1e999", b"-1", b"99999999999999999999", b"<!DOCTYPE", b"<f>", b"</f>", b"&#0;", b"#REF!"),
)
LIMITS = Bounds(packed=100_000, unpacked=1_000_000, members=50)


def zip_seeds() -> dict[str, bytes]:
    """Return archives: two members, a stored one, a folder, an empty one."""
    out = {}
    for name, method in (("deflated", zipfile.ZIP_DEFLATED), ("stored", zipfile.ZIP_STORED)):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w", method) as made:
            made.writestr("codes/a.csv", "a,b\n1,2\n" * 20)
            made.writestr("b.txt", "made up")
            made.mkdir("empty")
        out[name] = content.getvalue()
    content = io.BytesIO()
    zipfile.ZipFile(content, "w").close()
    return {**out, "none": content.getvalue()}


def archive(data: bytes) -> None:
    """Look an archive through and unpack it: never more than its bounds, never a name outside."""

    def unpacked() -> dict[str, bytes]:
        with open_archive(data, bounds=LIMITS, name="fuzzed.zip") as held:
            return {name: held.read(name) for name in held.names}

    held, error = refused(unpacked)
    if held is None:
        demand("fuzzed.zip" in str(error), f"the message does not name the archive: {error}")
        return
    demand(sum(map(len, held.values())) <= LIMITS.unpacked, "more than its bounds")
    for name in held:
        parts = name.split("/")
        demand(".." not in parts and not name.startswith("/"), f"a name outside: {name!r}")


@lru_cache(maxsize=1)
def _parts() -> tuple[tuple[str, bytes], ...]:
    """Return the parts of a small workbook with texts, a date, a number and a truth value."""
    import datetime

    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    page.append(["Author", "Content", "Author URL", "when", "n", "yes"])
    page.append(["@ann", "made up", "/channel/UCx", datetime.datetime(2026, 1, 2, 3), 1.5, True])
    content = io.BytesIO()
    book.save(content)
    with zipfile.ZipFile(content) as held:
        return tuple((name, held.read(name)) for name in held.namelist())


def _packed(parts: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, part in parts.items():
            made.writestr(name, part)
    return content.getvalue()


PARTS = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "[Content_Types].xml",
    "",  # the whole file
)


def workbook_seeds() -> dict[str, bytes]:
    """Return each part of a workbook behind the byte that names it, and the whole."""
    held = dict(_parts())
    out = {f"{n}-part": bytes([n]) + held[name] for n, name in enumerate(PARTS) if name in held}
    return {**out, "whole": bytes([len(PARTS) - 1]) + _packed(held)}


def workbook(data: bytes) -> None:
    """Read the sheet of a workbook of which one part is not what it should be."""
    if not data:
        return
    part = PARTS[data[0] % len(PARTS)]
    content = _packed({**dict(_parts()), part: data[1:]}) if part else data[1:]
    path = written(content, ".xlsx")
    frame, error = refused(lambda: read_sheet(path))
    if frame is None:
        demand(path.name in str(error), f"the message does not name the file: {error}")
        return
    demand(all(str(kind) == "str" for kind in frame.dtypes), f"not text: {dict(frame.dtypes)}")
    demand(len(set(frame.columns)) == len(frame.columns), "two columns of one name")
