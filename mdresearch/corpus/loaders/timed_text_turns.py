"""One cue into several rows: turns of speakers, and lines in two languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

CJK = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_WORD = re.compile(r"[^\W\d_]")
_DASH = re.compile(r"^\s*[-‐‑–—]\s*(?=\S)")
_BRACKET = re.compile(r"^\s*\[([^\W\d_][^\[\]\n]{0,39})\]\s*[:：]?\s*(?=\S)")
_CAPITALS = re.compile(r"^\s*([A-Z\u00c0-\u00de][A-Z\u00c0-\u00de0-9 .'’&#-]{0,39}?)\s*:\s+(?=\S)")
_HAN_NAME = re.compile("^\\s*([\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af·]{1,8})\\s*[:：]\\s*(?=\\S)")


def prefix(line: str, names: Sequence[str] = ()) -> tuple[str, str] | None:
    """Split the name of a speaker off a line.

    Parameters
    ----------
    line : str
        One line of a cue.
    names : sequence of str
        The only names that count, in any case. Where empty, a name is one in capitals or in up to
        eight CJK characters before a colon, or one in brackets that begins with a capital or has
        no case.

    Returns
    -------
    (str, str) or None
        The name and the words, or None where the line has no prefix.

    Examples
    --------
    >>> prefix("ANNA: Stop!"), prefix("[Ben] Why?"), prefix("Remember: never"), prefix("[music] la")
    (('ANNA', 'Stop!'), ('Ben', 'Why?'), None, None)
    """
    if names:
        for mark in (r"\[{}\]\s*[:：]?", r"{}\s*[:：]"):
            for name in names:
                found = re.match(
                    r"\s*" + mark.format(re.escape(name)) + r"\s*", line, re.IGNORECASE
                )
                if found and line[found.end() :].strip():
                    return name, line[found.end() :]
        return None
    for form in (_BRACKET, _CAPITALS, _HAN_NAME):
        found = form.match(line)
        if found and not found.group(1)[0].islower():
            return found.group(1).strip(), line[found.end() :]
    return None


def turns(text: str, names: Sequence[str] = ()) -> list[tuple[str, str]]:
    r"""Split a cue into turns: (speaker, words), the speaker "" where none is named.

    Examples
    --------
    >>> turns("- Go!\n- No."), turns("ANNA: Go\nnow!\nBEN: No.")
    ([('', 'Go!'), ('', 'No.')], [('ANNA', 'Go\nnow!'), ('BEN', 'No.')])
    """
    out: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        dash = _DASH.match(line)
        rest = line[dash.end() :] if dash else line
        named = prefix(rest, names)
        if named or dash or not out:
            out.append((named[0], [named[1]]) if named else ("", [rest]))
        else:
            out[-1][1].append(line)
    return [(speaker, "\n".join(lines)) for speaker, lines in out]


def is_cjk(line: str) -> bool:
    """Whether a line has CJK characters, and at least a third as many as other letters."""
    count = len(CJK.findall(line))
    return count > 0 and 4 * count >= len(_WORD.findall(line))


def two_languages(text: str) -> list[tuple[str, str]]:
    r"""Split a cue into its lines in CJK script and its others: ("cjk" or "other", words).

    A line without letters goes with the line before it.

    Examples
    --------
    >>> two_languages("你好\nHello"), two_languages("Hello\nthere")
    ([('cjk', '你好'), ('other', 'Hello')], [('other', 'Hello\nthere')])
    """
    parts: dict[str, list[str]] = {}
    side = ""
    waiting: list[str] = []
    for line in text.split("\n"):
        if _WORD.search(line):
            side = "cjk" if is_cjk(line) else "other"
            parts.setdefault(side, []).extend([*waiting, line])
            waiting = []
        elif side:
            parts[side].append(line)
        else:
            waiting.append(line)
    if not parts:
        return [("", text)]
    return [(name, "\n".join(lines)) for name, lines in parts.items()]


def split_cues(
    frame: pd.DataFrame,
    names: Sequence[str] | None,
    languages: bool,
    sides: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Give each turn and each language of a cue a row; the ids of parts end in a, b, ...

    Parameters
    ----------
    frame : DataFrame
        The table ``cues``.
    names : sequence of str or None
        The names of speakers that count, all where empty; None splits no turns.
    languages : bool
        Whether lines in CJK script and others are parted.
    sides : mapping of str to str or None
        The languages of ``cjk`` and ``other``; where None, ``layer`` says which it is.
    """
    if not len(frame):
        return frame
    rows: list[tuple[int, str, str, str, str]] = []
    for place, text in enumerate(frame["text"].tolist()):
        parts = [
            (speaker, side, words)
            for side, lines in (two_languages(text) if languages else [("", text)])
            for speaker, words in ([("", lines)] if names is None else turns(lines, names))
        ]
        for k, (speaker, side, words) in enumerate(parts):
            rows.append((place, _letter(k) if len(parts) > 1 else "", speaker, side, words))
    places, letters, speakers, which, texts = (list(column) for column in zip(*rows, strict=True))
    out = frame.iloc[places].reset_index(drop=True)
    out["cue_id"] = (out["cue_id"] + letters).astype("str")
    out["text"] = _text(texts)
    named = _text(speakers)
    out["speaker_id"] = named.where(named.notna(), out["speaker_id"])
    if languages:
        column = "layer" if sides is None else "lang"
        values = _text(which if sides is None else [sides.get(side, "") for side in which])
        out[column] = values.where(values.notna(), out[column])
    return out


def _text(values: Sequence[str]) -> pd.Series:
    import pandas as pd

    return pd.Series([value or None for value in values], dtype="str")


def _letter(place: int) -> str:
    return chr(97 + place) if place < 26 else f"z{place}"
