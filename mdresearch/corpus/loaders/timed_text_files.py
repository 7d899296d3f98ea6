"""From the bytes of subtitle files to their cues: format told, fast path first, exact path else."""

from __future__ import annotations

import codecs
import gc
import hashlib
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from mdresearch.core.encodings import MARKS, decode
from mdresearch.core.errors import DataError
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.timed_text_cues import REMARKS, Cues, Lot
from mdresearch.corpus.loaders.timed_text_exact import read_exact
from mdresearch.corpus.loaders.timed_text_fast import Plain, fast_format, read_plain
from mdresearch.corpus.loaders.timed_text_ttml import read_ttml

MAX_FILE = 64_000_000
MAX_LINE = 200_000
HEAD = 10_000
CHUNK = 65_536
LOT_FILES = 250
LOT_BYTES = 2_000_000
NOTHING: Mapping[str, int] = MappingProxyType({})
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_OTHER_MARKS = tuple(mark for mark, encoding in MARKS if encoding != "utf-8")
_ASS = re.compile(r"^\s*\[(Script Info|V4\+? Styles|Events)\]", re.IGNORECASE | re.MULTILINE)
_SSA = re.compile(r"^\s*\[V4 Styles\]|^ScriptType:\s*v4\.00\s*$", re.IGNORECASE | re.MULTILINE)
_TTML = re.compile(r"<(?:[A-Za-z0-9]{1,20}:)?tt[\s>]")
_ARROW = re.compile(r"\d{1,2}[.,:]\d{1,3}\s*-{1,2}>\s*\d|\d:\d\d?:\d\d?[.,]\d")
_MAIL = re.compile(
    r"(From|Return-Path|Received|Delivered-To|MIME-Version|Message-ID|Subject|Date|X-[A-Za-z-]+)"
    r"(: | \S+@)"
)
_SAYS_ENCODING = re.compile(r"""^\s*<\?xml[^>]{0,200}?\?>""")


class FileRead(NamedTuple):
    """What happened to a file: how it was read, how many cues, what was left out, or why not."""

    path: Path
    encoding: str
    note: str
    sha256: str
    cues: int = 0
    refused: Mapping[str, int] = NOTHING
    refusal: str = ""
    exact: bool = False


@dataclass(slots=True)
class _Raw:
    """A file in memory: its bytes, the same as UTF-8 with line feeds, and what is known of it."""

    path: Path
    raw: bytes
    content: bytes = b""
    format: str = ""
    encoding: str = "utf-8"
    note: str = ""
    sha256: str = ""
    refusal: str = ""


def read_files(
    paths: Sequence[Path], encoding: str | None, styling: str, skip: bool, hashed: bool = True
) -> tuple[list[Lot], list[FileRead]]:
    """Read files, some 250 or two megabytes in memory together.

    Parameters
    ----------
    paths : sequence of Path
        The files.
    encoding : str or None
        Of all files; found for each where None.
    styling : {"strip", "keep"}
        Whether tags are taken out of the texts.
    skip : bool
        Whether a file that cannot be read is told of in its `FileRead`, or raises.
    hashed : bool
        Whether the SHA-256 of each file is worked out too.

    Raises
    ------
    DataError
        A file cannot be read, and ``skip`` is False.
    """
    lots: list[Lot] = []
    files: list[FileRead] = []
    with _collector_paused():
        for raws in _together(paths, encoding, skip, hashed):
            new, read = _read(raws, encoding, styling, skip)
            lots.extend(replace(lot, file=lot.file + len(files)) for lot in new if len(lot.file))
            files.extend(read)
    return lots, files


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep the garbage collector from walking over many new objects, none of which is in a ring."""
    paused = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if paused:
            gc.enable()


def _together(
    paths: Sequence[Path], encoding: str | None, skip: bool, hashed: bool
) -> Iterator[list[_Raw]]:
    held: list[_Raw] = []
    size = 0
    for path in track(paths, "reading subtitles (files)"):
        file = _fetched(path, encoding, skip, hashed)
        held.append(file)
        size += len(file.raw)
        if size > LOT_BYTES or len(held) == LOT_FILES:
            yield held
            held, size = [], 0
    if held:
        yield held


def _fetched(path: Path, encoding: str | None, skip: bool, hashed: bool) -> _Raw:
    """Read the bytes; what is not sure to be UTF-8 is decoded, the rest when its cues are cut."""
    try:
        raw = _bytes(path)
    except DataError as error:
        if not skip:
            raise
        return _Raw(path, b"", encoding="", refusal=str(error))
    sha256 = hashlib.sha256(raw).hexdigest() if hashed else ""
    odd = encoding is not None or len(raw) > MAX_LINE or b"\x00" in raw or b"\x1b" in raw
    if odd or raw.startswith(_OTHER_MARKS):
        return _decoded(_Raw(path, raw, sha256=sha256), encoding, skip)
    content = raw.removeprefix(codecs.BOM_UTF8)
    if b"\r" in content:
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _Raw(path, raw, content, fast_format(content), "utf-8", "", sha256)


def _bytes(path: Path) -> bytes:
    """Read a file of at most `MAX_FILE` bytes; most come in one call."""
    descriptor = os.open(path, _READ)
    try:
        first = os.read(descriptor, CHUNK)
        if not (part := os.read(descriptor, 1)):
            return first
        parts, size = [first, part], len(first) + len(part)
        while size <= MAX_FILE and (part := os.read(descriptor, 1 << 20)):
            parts.append(part)
            size += len(part)
        if size <= MAX_FILE:
            return b"".join(parts)
        size = max(size, os.fstat(descriptor).st_size)
    finally:
        os.close(descriptor)
    raise DataError(
        f"{path}: {size:,} bytes; at most {MAX_FILE:,} are read as subtitles. Is it the right "
        "file? Split it if it is."
    )


def _decoded(file: _Raw, encoding: str | None, skip: bool) -> _Raw:
    """Find the encoding, and turn the file into UTF-8."""
    try:
        read = decode(file.raw, encoding, str(file.path), MAX_FILE)
        text = read.text
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MAX_LINE:
            _refuse_long_line(text, str(file.path))
    except DataError as error:
        if not skip:
            raise
        return replace(file, content=b"", format="", encoding="", refusal=str(error))
    form = tell_format(text)
    return replace(
        file,
        content=text.encode(),
        format="ass" if form == "ssa" else form,
        encoding=read.encoding,
        note=read.note,
    )


def _read(
    raws: Sequence[_Raw], encoding: str | None, styling: str, skip: bool
) -> tuple[list[Lot], list[FileRead]]:
    """Read what is plain at once, the rest file by file."""
    try:
        plain = _plain(raws, styling)
    except UnicodeDecodeError:
        raws = [raw if _is_utf8(raw.content) else _decoded(raw, encoding, skip) for raw in raws]
        plain = _plain(raws, styling)
    lots, files = list(plain.lots), []
    counts = plain.counts().tolist()
    for place, (raw, done) in enumerate(zip(raws, plain.done.tolist(), strict=True)):
        if done:
            note, remarks = raw.note, plain.remarks.get(place, 0)
            if remarks:
                note = "; ".join(n for n in (note, REMARKS.format(remarks)) if n)
            refused = plain.refused.get(place, NOTHING)
            read = FileRead(raw.path, raw.encoding, note, raw.sha256, counts[place], refused)
        elif raw.refusal:
            read = FileRead(raw.path, "", "", raw.sha256, refusal=raw.refusal)
        else:
            cues, read = _alone(raw, encoding, styling, skip)
            if cues is not None:
                lots.append(cues.lot(place))
        files.append(read)
    return lots, files


def _plain(raws: Sequence[_Raw], styling: str) -> Plain:
    return read_plain([raw.content for raw in raws], [raw.format for raw in raws], styling)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _alone(
    raw: _Raw, encoding: str | None, styling: str, skip: bool
) -> tuple[Cues | None, FileRead]:
    """Read one file by the exact path."""
    name = str(raw.path)
    try:
        read = decode(raw.raw, encoding, name, MAX_FILE)
        text = read.text.replace("\r\n", "\n").replace("\r", "\n")
        cues = _exact(text, tell_format(text), name, styling)
    except DataError as error:
        if not skip:
            raise
        return None, FileRead(raw.path, "", "", raw.sha256, refusal=str(error))
    note = "; ".join(n for n in (read.note, *cues.notes) if n)
    n = len(cues.text)
    return cues, FileRead(raw.path, read.encoding, note, raw.sha256, n, cues.refused, exact=True)


def tell_format(text: str) -> str:
    """Return ``vtt``, ``ass``, ``ssa``, ``ttml`` or ``srt``, by what stands in the text.

    Examples
    --------
    >>> [tell_format(t) for t in ("WEBVTT", "[Script Info]", "<tt xmlns=''>", "1")]
    ['vtt', 'ass', 'ttml', 'srt']
    """
    head = text[:HEAD]
    if head.startswith("1\n00:"):
        return "srt"
    if head.lstrip("\ufeff \n\t").startswith("WEBVTT"):
        return "vtt"
    if head.lstrip("\ufeff \n\t").startswith("<") and _TTML.search(head):
        return "ttml"
    if _ASS.search(head):
        return "ssa" if _SSA.search(head) else "ass"
    return "srt"


def _exact(text: str, form: str, name: str, styling: str) -> Cues:
    text = text.lstrip("\ufeff")
    if form == "ttml":
        cues = read_ttml(_SAYS_ENCODING.sub("", text, count=1), name)
    else:
        _refuse_other(text, name)
        cues = read_exact(text, form, name, styling)
    if not len(cues.text) and not cues.refused:
        raise DataError(
            f"{name}: it holds no cue. A {form} file has times such as "
            f"{_shown(form)}. Is it the right file?"
        )
    return cues


def _shown(name: str) -> str:
    shown = {"vtt": "'00:00:01.000 --> 00:00:02.500'", "ttml": "<p begin='1s' end='2.5s'>"}
    other = "'00:00:01,000 --> 00:00:02,500'"
    return "'Dialogue: 0,0:00:01.00,...'" if name in ("ass", "ssa") else shown.get(name, other)


def _refuse_other(text: str, name: str) -> None:
    """Refuse what is another kind of file."""
    head = text[:2000].lstrip().lower()
    if head.startswith(("<!doctype", "<html", "<head", "<?xml")):
        what = "a web page (HTML) or another XML file"
    elif _MAIL.match(text.lstrip()[:2000]):
        what = "an e-mail"
    elif head.startswith(("{", "[{")):
        what = "JSON, or subtitles by frame number (MicroDVD), which have no times"
    elif head.startswith(("%pdf", "pk\x03\x04", "{\\rtf")):
        what = "a PDF, an archive or a word processor's file"
    else:
        what = ""
    if what:
        raise DataError(
            f"{name}: it is {what}, not subtitles. Download or export the subtitle file itself."
        )


def _refuse_long_line(text: str, name: str) -> None:
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise DataError(
            f"{name}: a line of {longest:,} characters; at most {MAX_LINE:,} are read. This is not "
            "a subtitle file, or its line breaks are lost."
        )


def looks_timed(head: str) -> bool:
    """Whether a text has times as subtitles have them."""
    return _ARROW.search(head) is not None
