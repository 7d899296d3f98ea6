"""Scripts: Fountain and screenplays in plain text, western or Chinese, into the story tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from mdresearch.core.encodings import decode
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.script_chinese import is_chinese
from mdresearch.corpus.loaders.script_elements import Script, bare_title
from mdresearch.corpus.loaders.script_fountain import TITLE_KEYS, read_fountain
from mdresearch.corpus.loaders.script_frames import (
    AUTHOR_KEYS,
    KEPT_KEYS,
    PERSONS,
    Named,
    tables_of,
)
from mdresearch.corpus.loaders.script_plain import read_plain
from mdresearch.corpus.loaders.timed_text_names import compiled, from_name, language_tag
from mdresearch.corpus.loading import LOADERS, FileNote, Loader, Reading
from mdresearch.corpus.schemas import LANG

MAX_FILE = 16_000_000
MAX_LINE = 20_000
EMPHASIS = ("strip", "keep")
GIVES = ("works", "versions", "episodes", "segments", "characters", "cues")
OPTIONS = {
    "pattern": "ids from file names, such as '{version}-E{number:03d}.{lang}.fountain'",
    "work": "the work_id of all files; the version_id by default",
    "version": "the version_id of all files; by default the title, or the name of the folder",
    "lang": "the language of the scripts (BCP 47)",
    "encoding": "of all files; found for each file by default, and reported",
    "retrieved_at": "when the files were captured",
}
FOUNTAIN_OPTIONS = {
    **OPTIONS,
    "emphasis": "'strip' (the default) or 'keep' the marks of bold, italic and underlined words",
    "notes": "True keeps the writer's notes [[ ]] as cues of the kind 'note'; else only counted",
}
PLAIN_OPTIONS = {
    **OPTIONS,
    "speakers": "a list of names: only these count as speakers before a colon",
}
_MARKUP = re.compile(r"\s*(<!doctype|<html|<head|<body|<\?xml|<!--|\{\\rtf|%pdf|pk\x03\x04)", re.I)
_TITLE = re.compile(rf"\s*(?:{'|'.join(TITLE_KEYS)})\s*:", re.IGNORECASE)
_FOUNTAIN_MARKS = re.compile(
    r"^(?:@\S|~\S|#{1,3} \S|= \S|>.*<$|\.[A-Z]|!\S)|\[\[|/\*|^[A-Z .']+\^$", re.MULTILINE
)
_MARKED_HEAD = re.compile(
    r"^[ \t]*(?:[0-9]{1,4}[A-Z]?[. ]\s*)?(?:INT|EXT|EST|I/E)\b[./ ]", re.MULTILINE
)
_CALL = re.compile(r"\n[ \t]*\n[ \t]*[A-Z][A-Z0-9 .'()-]{1,40}\^?\n[ \t]*\S")
_INDENTED = re.compile(r"^(?: {10,}|\t{2,})\S", re.MULTILINE)

Parser = Callable[[str, Mapping[str, Any]], Script]


def _fountain(text: str, options: Mapping[str, Any]) -> Script:
    emphasis = options.get("emphasis", "strip")
    if emphasis not in EMPHASIS:
        raise unknown_name("value of emphasis=", emphasis, EMPHASIS)
    return read_fountain(text, emphasis == "keep", bool(options.get("notes")))


def _plain(text: str, options: Mapping[str, Any]) -> Script:
    names = options.get("speakers") or ()
    if isinstance(names, str):
        raise DataError(f"speakers={names!r}: give a list of names.")
    return read_plain(text, [str(name) for name in names])


def load(parser: Parser, paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read scripts of one layout.

    Raises
    ------
    DataError
        A file is no script, cannot be read, or two files would be one episode.
    UnknownNameError
        An option has a value that is not known.
    """
    expression = compiled(str(options["pattern"])) if options.get("pattern") else None
    named: list[Named] = []
    decoded = []
    for path in track(list(paths), "reading scripts"):
        text, encoding, note = _text(path, options.get("encoding"))
        script = parser(text, options)
        _refuse_empty(script, path)
        found = from_name(path, expression, str(options["pattern"])) if expression else {}
        named.append(_named(path, script, found, options))
        decoded.append((encoding, note))
    tables, lost = tables_of(named)
    notes = tuple(
        _note(held, encoding, note, more)
        for held, (encoding, note), more in zip(named, decoded, lost, strict=True)
    )
    return Reading(tables, notes, PERSONS, tuple(_warnings(named, options)))


def _text(path: Path, encoding: Any) -> tuple[str, str, str]:
    with path.open("rb") as stream:
        content = stream.read(MAX_FILE + 1)
    read = decode(content, encoding, str(path), MAX_FILE)
    text = read.text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    if _MARKUP.match(text):
        raise DataError(
            f"{path}: a web page, a PDF or a word processor's file, not a script in plain text. "
            "Export the script as Fountain or plain text."
        )
    longest = max(map(len, text.split("\n")))
    if longest > MAX_LINE:
        raise DataError(
            f"{path}: a line of {longest:,} characters; at most {MAX_LINE:,} are read. This is no "
            "script, or its line breaks are lost."
        )
    return text, read.encoding, read.note


def _refuse_empty(script: Script, path: Path) -> None:
    if not any(e.kind in ("scene", "dialogue", "episode") for e in script.elements):
        raise DataError(
            f"{path}: it holds no scene heading and no speech. A script has lines such as "
            "'INT. OFFICE - DAY', a name in capitals above its words, or '场 1-1 日 内 办公室' and "
            "'人物：对白'. Is it the right file, and the right kind?"
        )


def _named(
    path: Path, script: Script, found: Mapping[str, str], options: Mapping[str, Any]
) -> Named:
    title = " ".join(bare_title(script.title_page.get("title", "")).split())[:80]
    folder = path.absolute().parent.name or "unnamed"
    version = found.get("version") or str(options.get("version") or "") or title or folder
    number = int(found["number"]) if "number" in found else None
    episode = found.get("episode", "")
    if not episode:
        episode = f"{version}-E{number:03d}" if number is not None else path.stem
    lang = found.get("lang") or str(options.get("lang") or "")
    tag = language_tag(lang) if lang else ""
    if tag and not re.fullmatch(LANG, tag):
        raise DataError(f"lang='{lang}' is no BCP 47 tag. Write such as 'en', 'zh' or 'pt-BR'.")
    work = str(options.get("work") or "") or version
    return Named(path, script, work, version, episode, number, tag)


def _note(held: Named, encoding: str, note: str, lost: Counter[str]) -> FileNote:
    script = held.script
    kinds = Counter(e.kind for e in script.elements)
    told = ", ".join(f"{kind} {n:,}" for kind, n in sorted(kinds.items()))
    page = sorted(k for k in script.title_page if k not in (*KEPT_KEYS, *AUTHOR_KEYS))
    parts = [note, f"elements: {told}"]
    parts += [f"{what}: {n:,}" for what, n in sorted(script.remarks.items())]
    if page:
        parts.append(
            f"fields of the title page left out (they may name persons): {', '.join(page)}"
        )
    refused = dict(script.left_out + lost)
    read = len(script.elements) + sum(script.left_out.values())
    return FileNote(held.path, encoding, read, refused, "; ".join(p for p in parts if p))


def _warnings(named: Sequence[Named], options: Mapping[str, Any]) -> list[str]:
    out = []
    if any(not held.lang for held in named):
        out.append("The scripts have no language, because nothing says it. Give lang=.")
    stated = options.get("version") or "{version}" in str(options.get("pattern") or "")
    if not stated:
        shown = named[0].version
        out.append(
            f"No version was stated: the title or the name of the folder ('{shown}') stands as "
            "version_id. Give version=, or a pattern= with {version}."
        )
    return out


def sniff_fountain(path: Path, head: bytes) -> float:
    """Return how surely a file is Fountain, 0 to 1."""
    text = _head(head)
    ending = path.suffix.lower() in (".fountain", ".spmd")
    if not text or _MARKUP.match(text):
        return 0.0
    heads, calls = bool(_MARKED_HEAD.search(text)), bool(_CALL.search(text))
    if ending and (heads or calls or _TITLE.match(text)):
        return 0.95
    if _TITLE.match(text) and (heads or calls):
        return 0.9
    if heads and calls and not _INDENTED.search(text) and not is_chinese(text):
        return 0.7 if _FOUNTAIN_MARKS.search(text) else 0.4
    return 0.3 if ending else 0.0


def sniff_plain(path: Path, head: bytes) -> float:
    """Return how surely a file is a screenplay in plain text, 0 to 1."""
    text = _head(head)
    if not text or _MARKUP.match(text) or path.suffix.lower() not in ("", ".txt", ".text"):
        return 0.0
    if is_chinese(text):
        return 0.8 if "：" in text or ":" in text else 0.6
    if _MARKED_HEAD.search(text) and (_CALL.search(text) or re.search(r"^[A-Z ]+: ", text, re.M)):
        return 0.75 if _INDENTED.search(text) else 0.6
    return 0.0


def _head(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "ignore")
    else:
        try:
            text = decode(head).text
        except DataError:
            return ""
    if "\x00" in text or max(map(len, text.split("\n"))) > MAX_LINE:
        return ""
    return text.replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")


FOUNTAIN_EXAMPLE = b"""Title: A Made-Up Vow
Author: Ann Example
Draft date: 2026-01-05

INT. OFFICE - DAY #1#

A door *slams*. [[made up]]

ANNA (V.O.)
(low)
You signed it.

CUT TO:
"""
PLAIN_EXAMPLE = """剧名：编造的誓
编剧：某人

第1集
场 1-1 日 内 办公室
人物：林晚、顾总
△林晚推门而入。
林晚（怒）：你签了？
顾总：签了。
""".encode()

LOADERS.add("fountain")(
    Loader(
        "fountain",
        "scripts in Fountain, the plain text of screenplays",
        GIVES,
        (".fountain", ".spmd"),
        sniff_fountain,
        partial(load, _fountain),
        FOUNTAIN_OPTIONS,
        FOUNTAIN_EXAMPLE,
        {"version": "v1", "lang": "en"},
    )
)
LOADERS.add("screenplay_text")(
    Loader(
        "screenplay_text",
        "screenplays in plain text: INT./EXT. and speakers in capitals, or Chinese layouts",
        GIVES,
        (".txt",),
        sniff_plain,
        partial(load, _plain),
        PLAIN_OPTIONS,
        PLAIN_EXAMPLE,
        {"version": "v1", "lang": "zh"},
    )
)
