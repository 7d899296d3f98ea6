"""Timed text: SRT, WebVTT, ASS/SSA and TTML files into ``episodes`` and ``cues``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.corpus.loaders.timed_text_files import (
    FileRead,
    looks_timed,
    read_files,
    tell_format,
)
from mdresearch.corpus.loaders.timed_text_frames import Given, frames
from mdresearch.corpus.loading import LOADERS, FileNote, Loader, Reading

NAME = "timed_text"
STYLINGS = ("strip", "keep")
ERRORS = ("raise", "skip")
EXTENSIONS = (".srt", ".vtt", ".ass", ".ssa", ".ttml", ".dfxp")
OPTIONS = {
    "pattern": (
        "ids from file names, such as '{version}-E{number:03d}.{lang}.srt'; fields: version, "
        "episode, number, lang, layer, any"
    ),
    "version": "the version_id of all files; by default the name of the folder that holds the file",
    "lang": "the language of the text (BCP 47), where neither the pattern nor the file says it",
    "cue_kind": "what the cues are: dialogue (the default), caption, sign, sound, ...",
    "encoding": "of all files; found for each file by default, and reported",
    "styling": (
        r"'strip' (the default) takes tags such as <i> and {\an8} out of the text, 'keep' does "
        "not; words in braces that are no tag, such as {sighs}, stay in SRT, WebVTT and TTML; in "
        "ASS, where no viewer sees them, they are left out and counted"
    ),
    "speakers": (
        "True splits 'NAME:', '[Name]' and '- ' at the start of lines into speakers and rows; a "
        "list of names lets only these count"
    ),
    "split_languages": (
        "True gives a cue with CJK and other lines two rows (layer 'cjk' and 'other'); a pair such "
        "as ('zh', 'en') also their languages"
    ),
    "on_error": "'raise' (the default), or 'skip' files that cannot be read, counted and named",
    "retrieved_at": "when the files were captured",
}
EXAMPLE = (
    b"1\n00:00:01,000 --> 00:00:02,500\n<i>You</i> again?\n\n"
    b"2\n00:00:02,500 --> 00:00:04,000\nSign the divorce papers.\n"
)


def sniff(path: Path, head: bytes) -> float:
    """Return how surely a file is timed text, 0 to 1."""
    text = head.decode("utf-16", "ignore") if head[:2] in (b"\xff\xfe", b"\xfe\xff") else ""
    text = (text or head.decode("utf-8", "ignore")).lstrip("\ufeff \r\n\t")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    ending = path.suffix.lower() in EXTENSIONS
    if text[:200].lower().startswith(("<!doctype html", "<html")):
        return 0.0
    form = tell_format(text)
    if form != "srt":
        return 0.95
    if "-->" in text and looks_timed(text):
        return 0.95 if ending else 0.8
    return 0.3 if ending else 0.0


def load(paths: Sequence[Path], options: Mapping[str, Any]) -> Reading:
    """Read timed text files, 250 at a time.

    Raises
    ------
    DataError
        A file is no timed text or cannot be read; two files would be one episode in one language.
    UnknownNameError
        An option has a value that is not known.
    """
    styling = _one_of("styling", options.get("styling", "strip"), STYLINGS)
    skip = _one_of("on_error", options.get("on_error", "raise"), ERRORS) == "skip"
    given = Given.of(options)
    lots, files = read_files(paths, options.get("encoding"), styling, skip)
    if all(file.refusal for file in files):
        raise DataError(f"No file could be read. The first: {files[0].refusal}")
    tables, counts, warnings = frames(lots, files, given)
    notes = tuple(_note(file, refused) for file, refused in zip(files, counts, strict=True))
    return Reading(tables, notes, warnings=(*warnings, *_doubts(files)))


def _note(file: FileRead, refused: Mapping[str, int]) -> FileNote:
    if file.refusal:
        refused = {"the file": 1}
    read = file.cues + sum(file.refused.values())
    return FileNote(
        file.path, file.encoding, read, refused, file.refusal or file.note, sha256=file.sha256
    )


def _doubts(files: Sequence[FileRead]) -> list[str]:
    """Say which files could not be read, and where the encoding is in doubt."""
    out = []
    bad = [file for file in files if file.refusal]
    if bad:
        out.append(f"{len(bad)} of {len(files)} files could not be read. {bad[0].refusal}")
    unsure = [
        f for f in files if "plausible" in f.note or "cut off" in f.note or "few ch" in f.note
    ]
    if unsure:
        first = unsure[0]
        out.append(
            f"{len(unsure)} of {len(files)} files: the encoding or the end is in doubt, such as "
            f"'{first.path.name}' read as {first.encoding} ({first.note}). Look at the text, and "
            "state encoding= if it is wrong."
        )
    return out


def _one_of(name: str, value: Any, allowed: Sequence[str]) -> str:
    if value not in allowed:
        raise unknown_name(f"value of {name}=", value, allowed)
    return str(value)


LOADERS.add(NAME)(
    Loader(
        NAME,
        "subtitles with times: SRT, WebVTT, ASS/SSA, TTML",
        ("episodes", "cues"),
        EXTENSIONS,
        sniff,
        load,
        OPTIONS,
        EXAMPLE,
        {"version": "v1", "lang": "en"},
    )
)
