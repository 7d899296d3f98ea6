"""From the bytes of subtitle files to their cues: format told, fast path first, exact path else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.timed_text_cues import Cues
from mdresearch.corpus.loaders.timed_text_exact import read_exact
from mdresearch.corpus.loaders.timed_text_fast import read_plain
from mdresearch.corpus.loaders.timed_text_ttml import read_ttml

MAX_FILE = 64_000_000
MAX_LINE = 200_000
HEAD = 10_000
_ASS = re.compile(r"^\s*\[(Script Info|V4\+? Styles|Events)\]", re.IGNORECASE | re.MULTILINE)
_SSA = re.compile(r"^\s*\[V4 Styles\]|^ScriptType:\s*v4\.00\s*$", re.IGNORECASE | re.MULTILINE)
_TTML = re.compile(r"<(?:[A-Za-z0-9]{1,20}:)?tt[\s>]")
_ARROW = re.compile(r"\d{1,2}[.,:]\d{1,3}\s*-{1,2}>\s*\d|\d:\d\d?:\d\d?[.,]\d")
_MAIL = re.compile(
    r"(From|Return-Path|Received|Delivered-To|MIME-Version|Message-ID|Subject|Date|X-[A-Za-z-]+)"
    r"(: | \S+@)"
)
_SAYS_ENCODING = re.compile(r"""^\s*<\?xml[^>]{0,200}?\?>""")


@dataclass(frozen=True, eq=False)
class FileCues:
    """A file that was read: its cues, its format, its encoding, and what was said of it."""

    path: Path
    cues: Cues | None
    format: str
    encoding: str
    note: str
    refusal: str = ""
    exact: bool = False


def read_files(
    paths: Sequence[Path], encoding: str | None, styling: str, skip: bool
) -> Iterator[FileCues]:
    """Read files that are held in memory together; where ``skip``, what cannot be read is said."""
    loaded = [_load(path, encoding, skip) for path in paths]
    plain = read_plain([text for text, _ in loaded], [f.format for _, f in loaded], styling)
    for (text, file), cues in zip(loaded, plain, strict=True):
        if cues is not None or file.refusal:
            yield FileCues(file.path, cues, file.format, file.encoding, file.note, file.refusal)
            continue
        try:
            cues = _exact(text, file, styling)
        except DataError as error:
            if not skip:
                raise
            yield FileCues(file.path, None, file.format, file.encoding, file.note, str(error))
            continue
        note = "; ".join(n for n in (file.note, *cues.notes) if n)
        yield FileCues(file.path, cues, file.format, file.encoding, note, exact=True)


def _load(path: Path, encoding: str | None, skip: bool) -> tuple[str, FileCues]:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_FILE + 1)
        read = decode(content, encoding, str(path), MAX_FILE)
        text = read.text
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if len(text) > MAX_LINE:
            _refuse_long_line(text, str(path))
        return text, FileCues(path, None, tell_format(text), read.encoding, read.note)
    except DataError as error:
        if not skip:
            raise
        return "", FileCues(path, None, "", "", "", str(error))


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


def _exact(text: str, file: FileCues, styling: str) -> Cues:
    name = str(file.path)
    text = text.lstrip("\ufeff")
    if file.format == "ttml":
        cues = read_ttml(_SAYS_ENCODING.sub("", text, count=1), name)
    else:
        _refuse_other(text, name)
        cues = read_exact(text, file.format, name, styling)
    if not len(cues.text) and not cues.refused:
        raise DataError(
            f"{name}: it holds no cue. A {file.format} file has times such as "
            f"{_shown(file.format)}. Is it the right file?"
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
