"""Screenplays as plain text: INT. and EXT. with speakers in capitals, or in Chinese layouts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from mdresearch.corpus.loaders.script_chinese import (
    HAN,
    LABELS,
    NARRATORS,
    episode_line,
    labelled,
    marked_line,
    scene_line,
)
from mdresearch.corpus.loaders.script_elements import (
    Element,
    Script,
    heading_of,
    number_of,
    opens_scene,
    speaker_of,
)

LONGEST_NAME = 10
PAGE, CONTINUED = "a page number or running head", "a line (CONTINUED) or (MORE)"
UNMARKED = "paragraphs without a mark, taken for action"
TITLE_KEYS = {
    **dict.fromkeys(("剧名", "片名", "书名", "title"), "title"),
    **dict.fromkeys(
        (
            "编剧",
            "作者",
            "原著",
            "原作",
            "导演",
            "改编",
            "制片",
            "author",
            "authors",
            "written by",
            "by",
        ),
        "author",
    ),
    **dict.fromkeys(
        ("集数", "类型", "题材", "时长", "联系方式", "电话", "版权", "contact"), "other"
    ),
}
_NUMBERED = re.compile(r"([0-9]{1,4}[A-Z]{0,2})[.)]?\s+(.*?)(?:\s{2,}\1[.)]?)?")
_EPISODE = re.compile(
    r"(?:EPISODE|EP\.?)\s*#?\s*([0-9]{1,5})\b\s*[:.–—-]?\s*(.{0,60})", re.IGNORECASE
)
_PAGE = re.compile(
    r"(?:page\s+)?[0-9]{1,4}\.?|-\s*[0-9]{1,4}\s*-|第\s*[0-9]{1,4}\s*页", re.IGNORECASE
)
_CONTINUED = re.compile(r"\(?(?:CONTINUED|MORE)\)?:?(?:\s*\([0-9]+\))?")
_TRANSITION = re.compile(
    r"(?:[A-Z][A-Z' ]{0,30} TO:|FADE (?:IN|OUT)[.:]?|(?:CUT TO|FADE TO) BLACK[.:]?|THE END\.?"
    r"|切至[:：]?|切[:：]|淡[入出][。.]?)"
)
_COLON = re.compile(
    r"([A-Z\u00c0-\u00de][A-Z\u00c0-\u00de0-9 .'’&-]{0,39}(?:\s*\([^()]{1,40}\))?)\s*:\s+(\S.*)"
)


def read_plain(text: str, speakers: Sequence[str] = ()) -> Script:
    """Read a screenplay in plain text.

    Speech is a line of capitals (indented, or after an empty line) with lines below it, or
    ``NAME: words``, or in Chinese ``人物：对白``. What has no mark is action, and is counted.

    Parameters
    ----------
    text : str
        The file, with line feeds.
    speakers : sequence of str
        The only names that count before a colon; any short one where empty.
    """
    return _Reader(text, frozenset(speakers)).script()


class _Reader:
    def __init__(self, text: str, speakers: frozenset[str]) -> None:
        self.speakers = speakers
        self.lines = [
            line.expandtabs(8).replace("\u3000", " ").rstrip() for line in text.split("\n")
        ]
        self.margin = min((self._indent(k) for k, line in enumerate(self.lines) if line), default=0)
        self.left: Counter[str] = Counter()
        self.remarks: Counter[str] = Counter()
        self.page: dict[str, str] = {}
        self.out: list[Element] = []
        self.told = False  # a heading or an action mark stood already

    def script(self) -> Script:
        at = 0
        while at < len(self.lines):
            at = self._one(at)
        kept = tuple(e for e in self.out if e.text.strip() or e.kind == "episode")
        return Script(self.page, kept, self.left, self.remarks)

    def _add(self, kind: str, text: str, at: int, speaker: str = "", extension: str = "") -> None:
        self.out.append(Element(kind, text.strip(), at + 1, speaker, extension))

    def _one(self, at: int) -> int:
        line = self.lines[at].strip()
        if not line:
            return at + 1
        if _CONTINUED.fullmatch(line):
            self.left[CONTINUED] += 1
            return at + 1
        if _PAGE.fullmatch(line) and not self._below(at):
            self.left[PAGE] += 1
            return at + 1
        if self._heading(line, at) or self._marked(line, at):
            self.told = True
            return at + 1
        if _TRANSITION.fullmatch(line):
            self._add("transition", line, at)
            return at + 1
        if not self.told and self._front(line):
            return at + 1
        return self._spoken(line, at)

    def _heading(self, line: str, at: int) -> bool:
        episode = episode_line(line)
        western = _EPISODE.fullmatch(line) if episode is None else None
        if western and (line == line.upper() or line.istitle()):
            episode = (number_of(western.group(1)) or 0, western.group(2).strip())
        if episode is not None:
            fields = {"number": str(episode[0]), "title": episode[1]}
            self.out.append(Element("episode", line, at + 1, fields=fields))
            return True
        fields = scene_line(line) or {}
        if not fields:
            numbered = _NUMBERED.fullmatch(line)
            bare = numbered.group(2) if numbered else line
            if not opens_scene(bare) or bare.split(" ")[0].rstrip(".").islower():
                return False
            if not bare[:3].isupper():
                return False
            fields = heading_of(bare)
            if numbered:
                fields["scene_number"] = numbered.group(1)
        self.out.append(Element("scene", line, at + 1, fields=fields))
        return True

    def _marked(self, line: str, at: int) -> bool:
        found = marked_line(line, at + 1)
        if found is None:
            return False
        self.out.append(found)
        return True

    def _front(self, line: str) -> bool:
        """Take a field of the title page, such as ``编剧：...``."""
        found = labelled(line)
        key = TITLE_KEYS.get(found[0].lower()) if found else None
        if key is None or found is None:
            return False
        before = self.page.get(key)
        self.page[key] = f"{before}\n{found[2]}" if before else found[2]
        return True

    def _spoken(self, line: str, at: int) -> int:
        colon = _COLON.fullmatch(line)
        if colon and self._known(speaker_of(colon.group(1))[0]):
            name, extension = speaker_of(colon.group(1))
            return self._speech(colon.group(2), at, name, extension)
        found = labelled(line) if "：" in line or not line.isascii() else None
        if found and found[0] in LABELS:
            self._add(LABELS[found[0]] if found[2] else "action", found[2] or line, at)
            self.told = True
            return at + 1
        if found and len(found[0]) <= LONGEST_NAME and self._known(found[0]):
            label, extension, words = found
            if label in NARRATORS:
                extension = "; ".join(("V.O.", extension)) if extension else "V.O."
            return self._speech(words, at, label, extension)
        if self._calls(line, at):
            name, extension = speaker_of(line)
            return self._block(at, name, extension)
        return self._paragraph(at)

    def _speech(self, words: str, at: int, name: str, extension: str) -> int:
        """Take speech behind a colon; its words may stand on the line below."""
        if words:
            self._add("dialogue", words, at, name, extension)
            return at + 1
        below = self._below(at)
        if below and not labelled(below):
            self._add("dialogue", below, at + 1, name, extension)
            return at + 2
        self.left["a speaker without words"] += 1
        return at + 1

    def _known(self, name: str) -> bool:
        return not self.speakers or name in self.speakers

    def _below(self, at: int) -> str:
        return self.lines[at + 1].strip() if at + 1 < len(self.lines) else ""

    def _indent(self, at: int) -> int:
        return len(self.lines[at]) - len(self.lines[at].lstrip())

    def _calls(self, line: str, at: int) -> bool:
        """Whether a line of capitals calls a speaker: words stand below it."""
        name = speaker_of(line)[0]
        capitals = name == name.upper() and name != name.lower() and len(name) <= 40
        if (
            not capitals
            or not self._below(at)
            or (name.endswith((".", "!", "?", ":")) and len(name) > 4)
        ):
            return False
        alone = at == 0 or not self.lines[at - 1].strip()
        return alone or self._indent(at) >= 10

    def _block(self, at: int, name: str, extension: str) -> int:
        """Take the speech below a speaker, to an empty line or the margin of the action."""
        inside = self._indent(at) >= 10
        held: list[str] = []
        start = end = at + 1
        open_aside = False
        while end < len(self.lines) and (line := self.lines[end].strip()):
            if inside and self._indent(end) <= self.margin + 2:
                break
            if (
                inside
                and end > at + 1
                and self._indent(end) >= self._indent(at)
                and self._calls(line, end)
            ):
                break
            if _CONTINUED.fullmatch(line):
                self.left[CONTINUED] += 1
            elif line[0] in "(（" or open_aside:
                self._said(held, start, name, extension)
                held, start = [], end + 1
                if open_aside:
                    before = self.out.pop()
                    line = f"{before.text} {line}"
                self._add("parenthetical", line.strip("()（）"), end, name, extension)
                open_aside = not line.endswith((")", "）"))
            else:
                held.append(line)
            end += 1
        self._said(held, start, name, extension)
        return end

    def _said(self, held: list[str], at: int, name: str, extension: str) -> None:
        if held:
            self._add("dialogue", "\n".join(held), at, name, extension)

    def _paragraph(self, at: int) -> int:
        held, end = [self.lines[at].strip()], at + 1
        while end < len(self.lines) and (line := self.lines[end].strip()):
            if self._indent(end) >= 10 and self._calls(line, end):
                break
            if HAN.search(line) or opens_scene(line) or _COLON.fullmatch(line):
                break
            held.append(line)
            end += 1
        self.remarks[UNMARKED] += 1
        self._add("action", "\n".join(held), at)
        return end
