"""Made-up subtitle files in every format, and twenty ways to break them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

FORMATS = ("srt", "vtt", "ass", "ssa", "ttml")
ENGLISH = "You lied to me. Sign here! The will is forged; she knows at 10:30. Why now? Never. 2026".split()
CHINESE = "你骗了我 总裁夫人 离婚协议 签字吧 为什么 他说：不 三年之约 我回来了".split()
STYLED = ("<i>{}</i>", "<b>{}</b>", '<font color="#ff0000">{}</font>', "{{\\an8}}{}")


def made_up_cues(rng: np.random.Generator, n: int, styled: bool = False) -> list[Any]:
    """Return n cues: (start_ms, end_ms, text), times in whole centiseconds."""
    start = np.cumsum(rng.integers(30, 500, n)) * 10
    length = rng.integers(20, 400, n) * 10
    cues = []
    for k in range(n):
        words = ENGLISH if rng.random() < 0.5 else CHINESE
        lines = [
            " ".join(rng.choice(words, rng.integers(1, 6)))
            for _ in range(2 if rng.random() < 0.2 else 1)
        ]
        lines = [line if not line.isdigit() else f"Year {line}" for line in lines]
        text = "\n".join(lines)
        if styled and rng.random() < 0.2:
            text = STYLED[rng.integers(len(STYLED))].format(text)
        cues.append((int(start[k]), int(start[k] + length[k]), text))
    return cues


def stamp(ms: int, mark: str = ",") -> str:
    """Return HH:MM:SS,mmm."""
    return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d}{mark}{ms % 1000:03d}"


def written(cues: list[Any], form: str) -> str:
    """Return the text of a file."""
    if form == "srt":
        return "".join(
            f"{k}\n{stamp(a)} --> {stamp(b)}\n{t}\n\n" for k, (a, b, t) in enumerate(cues, 1)
        )
    if form == "vtt":
        return "WEBVTT\n\n" + "".join(
            f"{stamp(a, '.')} --> {stamp(b, '.')}\n{t}\n\n" for a, b, t in cues
        )
    if form == "ttml":
        return (
            '<tt xmlns="http://www.w3.org/ns/ttml" xml:lang="en"><body><div>'
            + "".join(
                f'<p begin="{stamp(a, ".")}" end="{stamp(b, ".")}">{_xml(t)}</p>\n'
                for a, b, t in cues
            )
            + "</div></body></tt>"
        )
    first, plus = ("Layer", "+") if form == "ass" else ("Marked", "")
    zero = "0" if form == "ass" else "Marked=0"
    return (
        f"[Script Info]\nTitle: made up\nScriptType: v4.00{plus}\n\n[V4{plus} Styles]\n"
        "Format: Name, Fontname, Fontsize\n\n[Events]\n"
        f"Format: {first}, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
        + "".join(
            f"Dialogue: {zero},{stamp(a, '.')[1:-1]},{stamp(b, '.')[1:-1]},Default,,0,0,0,,"
            + t.replace("\n", "\\N")
            + "\n"
            for a, b, t in cues
        )
    )


def _xml(text: str) -> str:
    return re.sub("[{<][^}>]*[}>]", "", text).replace("&", "&amp;").replace("\n", "<br/>")


def write_show(folder: Path, rng: np.random.Generator, files: int, styled: bool = False) -> int:
    """Write files of 60 to 120 cues, SRT, VTT and ASS as 2:1:1; return the number of cues."""
    total = 0
    for k in range(files):
        form = ("srt", "srt", "vtt", "ass")[k % 4]
        n = int(rng.integers(60, 121))
        total += n
        path = folder / f"show{k // 80:02d}-E{k % 80 + 1:03d}.en.{form}"
        path.write_text(written(made_up_cues(rng, n, styled), form), encoding="utf-8")
    return total


def _each(text: str, at: str, by: str, count: int = 0) -> str:
    return re.sub(at, by, text, count=count, flags=re.MULTILINE)


BREAKS: dict[str, Callable[[str], str]] = {
    "missing indices": lambda t: _each(t, r"^\d+\n(?=\d\d:)", ""),
    "one missing index": lambda t: _each(t, r"^5\n(?=\d\d:)", ""),
    "wrong indices": lambda t: _each(t, r"^\d+\n(?=\d\d:)", "7\n"),
    "overlapping": lambda t: _each(t, r"--> 00:00", "--> 00:09"),
    "end before start": lambda t: _each(t, r"--> 00:", "--> 00:00:00,100\n", 1),
    "negative": lambda t: _each(t, r"^(\d\d:)", r"-\1", 3),
    "empty cue": lambda t: _each(t, r"(-->.*\n).+\n", r"\1", 4),
    "empty cue with spaces": lambda t: _each(t, r"(-->.*\n).+\n", r"\1 \n", 4),
    "hour overflow": lambda t: _each(t, r"^00:", "99:", 5),
    "three-digit hours": lambda t: _each(t, r"^00:", "100:", 5),
    "minutes over 59": lambda t: _each(t, r"^00:00", "00:75", 5),
    "CRLF": lambda t: t.replace("\n", "\r\n"),
    "CR": lambda t: t.replace("\n", "\r"),
    "mixed line ends": lambda t: t.replace("\n", "\r\n", 40),
    "stray byte order mark": lambda t: t.replace("\n\n", "\n\n\ufeff", 3),
    "leading byte order mark": lambda t: "\ufeff" + t,
    "truncated": lambda t: t[: 2 * len(t) // 3],
    "truncated in a stamp": lambda t: t[: t.rfind(":") + 2],
    "dot milliseconds": lambda t: _each(t, r"(\d\d:\d\d:\d\d),(\d\d\d)", r"\1.\2"),
    "comma milliseconds": lambda t: _each(t, r"(\d\d:\d\d:\d\d)\.(\d\d\d)", r"\1,\2"),
    "two-digit milliseconds": lambda t: _each(t, r"([,.]\d\d)\d( |$)", r"\1\2"),
    "no blank lines": lambda t: t.replace("\n\n", "\n"),
    "many blank lines": lambda t: t.replace("\n\n", "\n\n\n\n"),
    "blank line inside a text": lambda t: _each(t, r"(-->.*\n.+\n)", r"\1\nand more\n", 3),
    "spaces around the arrow line": lambda t: _each(t, r"^(.*-->.*)$", r" \1 "),
    "no spaces at the arrow": lambda t: t.replace(" --> ", "-->"),
    "another arrow": lambda t: t.replace(" --> ", " -> ", 5),
    "times in a text": lambda t: _each(t, r"(-->.*\n)", r"\1from 00:01:02,500 on\n", 3),
    "two times in a text": lambda t: _each(t, r"(-->.*\n)", r"\g<1>0:01:02.50 to 0:01:03.50\n", 2),
    "digits of another script": lambda t: t.replace("00:", "٠٠:", 4),
    "a number as text": lambda t: _each(t, r"(-->.*\n).+\n", r"\g<1>2026\n", 6),
    "rubbish before": lambda t: "created by nobody\n\n" + t,
    "rubbish in between": lambda t: t.replace("\n\n", "\n\n~~~~\n\n", 3),
    "trailing spaces": lambda t: _each(t, r"(?<=\w)$", "  "),
    "ideographic spaces": lambda t: _each(t, r"(-->.*\n)", "\\1\u3000\u3000"),
    "unclosed tags": lambda t: _each(t, r"(-->.*\n|,0,0,0,,)", r"\1<i>a <b {\\an8 ", 5),
    "backslashes": lambda t: _each(t, r"(-->.*\n|,0,0,0,,)", r"\1a\\hb\\nc\\Nd\\{x} ", 5),
    "literal spaces before fields": lambda t: t.replace("Dialogue: ", "Dialogue:   "),
    "too few fields": lambda t: _each(t, r"^(Dialogue: .*?,.*?,.*?),.*$", r"\1", 2),
    "lower case section": lambda t: t.replace("[Events]", "[events]"),
    "form feeds": lambda t: t.replace("\n\n", "\n\x0c\n", 3),
    "line separators": lambda t: _each(t, r"(-->.*\n)", "\\1a\u2028b\x85c ", 3),
}
