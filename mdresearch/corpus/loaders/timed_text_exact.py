"""Any SRT, WebVTT, ASS or SSA file, one at a time, with pysubs2; what misleads it is set right."""

from __future__ import annotations

import re
import warnings

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.timed_text_cues import (
    COMMENT,
    DRAWING,
    REMARKS,
    Cues,
    braced_comments,
    draws,
    plain,
    unbraced,
    unescaped,
    voiced,
)

ASS_FIELDS = 10
_INNER_TIME = re.compile(r"<(?:\d{2,}:)?\d{2}:\d{2}\.\d{3}>")
_NOT_CUES = re.compile(r"(NOTE|STYLE|REGION)(?=[ \t\n]|$)")
_STAMPS = re.compile(r"(?:\d{1,4}:)?\d{1,2}:\d{2}[.,]\d{1,3}")
_MANY_EMPTY = re.compile(r"\n{50,}")
_EVENT = re.compile(r"^([ \t]*Dialogue:)[ \t]*(.*)$")
_STYLE = re.compile(r"[ \t]*(?:Style|Format):")
_FORMAT = re.compile(r"^[ \t]*Format:(.*)$")


def read_exact(text: str, name: str, file: str, styling: str = "strip") -> Cues:
    """Read one file with pysubs2.

    Parameters
    ----------
    text : str
        The file, lines parted by line feeds only.
    name : str
        Its format: ``srt``, ``vtt``, ``ass`` or ``ssa``.
    file : str
        What to call it in messages.
    styling : {"strip", "keep"}
        Whether tags are taken out of the texts.

    Raises
    ------
    DataError
        pysubs2 cannot read it; the message says why.
    """
    import numpy as np
    from pysubs2 import SSAFile
    from pysubs2.exceptions import Pysubs2Error

    notes: tuple[str, ...] = ()
    remarked = 0
    if name == "vtt":
        text, notes = _cues_only(text)
    elif name in ("ass", "ssa"):
        text, notes, remarked = _in_order(text, file)
    if name in ("srt", "vtt"):
        text = _guarded(text)
    extra = {"keep_html_tags": True} if name in ("srt", "vtt") else {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            events = SSAFile.from_string(text, format_=name, **extra).events
    except (ValueError, TypeError, LookupError, AttributeError, Pysubs2Error) as error:
        raise DataError(
            f"{file}: it cannot be read as {name} ({error}). Repair the file, or leave it out."
        ) from error
    told = [e for e in events if not draws(e.text)]
    refused = {COMMENT: remarked, DRAWING: len(events) - len(told)}
    substation = name in ("ass", "ssa")
    texts = [e.text.replace(r"\N", "\n") for e in told]
    speakers = [e.name for e in told] if substation else []
    if name == "vtt":
        speakers = [voiced(text) for text in texts]
    if styling != "keep":
        texts = [
            unbraced(e.text) if substation else plain(e.text.replace(r"\N", "\n")) for e in told
        ]
        remarks = sum(braced_comments(e.text) for e in told if "{" in e.text) if substation else 0
        notes += (REMARKS.format(remarks),) if remarks else ()
        if name == "vtt":
            texts = [unescaped(text) for text in texts]
    return Cues(
        np.array([e.start for e in told], dtype=np.int64),
        np.array([e.end for e in told], dtype=np.int64),
        ["" if words.isspace() else words for words in texts],
        [e.style for e in told] if substation else (),
        speakers,
        refused={why: n for why, n in refused.items() if n},
        notes=notes,
    )


def _guarded(text: str) -> str:
    """Keep pysubs2 from taking a last line of digits for a number, and from slowing down."""
    if "\n" * 50 in text:
        text = _MANY_EMPTY.sub("\n\n", text)
    lines = text.rstrip().rsplit("\n", 2)
    last = lines[-1].strip()
    words_before = len(lines) == 3 and lines[1].strip() and not _timed_line(lines[1])
    return text.rstrip("\n") + "\n\n0\n" if words_before and last.isdecimal() else text


def _cues_only(text: str) -> tuple[str, tuple[str, ...]]:
    """Take notes, styles, names of cues and inner times out of a WebVTT file."""
    kept, notes = [], 0
    for block in re.split(r"\n(?:[ \t]*\n)+", text):
        block = block.strip("\n")
        if _NOT_CUES.match(block) and not _timed_line(block.partition("\n")[0]):
            notes += 1
            continue
        lines = block.split("\n")
        if len(lines) > 1 and not _timed_line(lines[0]) and _timed_line(lines[1]):
            lines = lines[1:]
        kept.append(_INNER_TIME.sub("", "\n".join(lines)))
    said = (f"{notes} notes and styles left out",) if notes else ()
    return "\n\n".join(kept) + "\n", said


def _timed_line(line: str) -> bool:
    return "-->" in line and len(_STAMPS.findall(line)) == 2


def _in_order(text: str, file: str) -> tuple[str, tuple[str, ...], int]:
    """Bring the fields of events into the order that pysubs2 takes for granted.

    Comment lines, in which anything may stand, are left out; the last value is their number. So
    are the lines of styles, of which only the names are used, and those stand in the events.
    """
    fields = ["layer", "start", "end", "style", "name", *["-"] * 4, "text"]
    own: list[str] = []
    lines, inside, styles, moved, remarked = [], False, False, 0, 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip().startswith("[") and line.strip().endswith("]"):
            inside, styles = "events" in line.lower(), "styles" in line.lower()
        if styles and _STYLE.match(line):
            continue
        if inside and line.lstrip(" \t").startswith("Comment:"):
            remarked += 1
            continue
        named = _FORMAT.match(line) if inside else None
        if named:
            own = [n.strip().lower() for n in named.group(1).split(",")]
            own = ["name" if n == "actor" else n for n in own]
            if own[-1] != "text" or not {"start", "end"} <= set(own):
                raise DataError(
                    f"{file}, line {number}: the Format line must name Start and End, and Text "
                    f"last; it is '{line.strip()[:80]}'. Repair the line."
                )
        event = _EVENT.match(line) if inside and own and not _usual(own) else None
        if event:
            cells = event.group(2).split(",", len(own) - 1)
            held = dict(zip(own, cells, strict=False))
            row = [held.get(f, "" if f in ("name", "text") else "0") for f in fields]
            row[3] = held.get("style", "Default")
            line, moved = f"{event.group(1)} " + ",".join(row), moved + 1
        lines.append(line)
    said = (f"the Format line has its own order: {moved} events set right",) if moved else ()
    return "\n".join(lines), said, remarked


def _usual(own: list[str]) -> bool:
    usual = ["start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text"]
    return len(own) == ASS_FIELDS and own[0] in ("layer", "marked") and own[1:] == usual
