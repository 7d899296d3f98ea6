"""Fountain: a screenplay in plain text, by the rules of fountain.io/syntax (version 1.1)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from mdresearch.corpus.loaders.script_elements import (
    Element,
    Script,
    heading_of,
    number_of,
    opens_scene,
    speaker_of,
)

TITLE_KEYS = (
    *("title", "credit", "author", "authors", "source", "notes", "draft date", "date", "contact"),
    *("copyright", "revision", "format", "font", "language", "lang", "episode", "series"),
)
BONEYARD, NOTE, PAGE_BREAK = "a boneyard /* */", "a note [[ ]]", "a page break ==="
OPEN_BONEYARD = "a boneyard /* that is never closed (read as text)"
OPEN_NOTE = "a note [[ that is never closed (read as text)"
TIGHT = "a scene heading without an empty line below it (taken for one all the same)"
NO_SPEECH = "a speaker without words"
_KEY = re.compile(r"([^\W\d_][^:：\n]{0,40}?)\s*[:：](.*)")
_SECTION = re.compile(r"(#{1,6})\s*([^#\s].*)")
_EPISODE = re.compile(
    r"(?:episode|ep\.?|part)\s*([0-9]{1,5})\b.*|第\s*([0-9０-９零〇一二两三四五六七八九十百千]{1,8})\s*集.*",
    re.IGNORECASE,
)
_EMPHASIS = re.compile(r"(?<!\\)(\*{1,3})(?=[^\s*])([^*\n]*[^\s*\\])\1(?!\*)")
_UNDERLINE = re.compile(r"(?<![\\\w])_(?=[^\s_])([^_\n]*[^\s_\\])_(?!\w)")
_ESCAPED = re.compile(r"\\([*_\\@~!.#=>\[\]])")
_BREAK = re.compile(r"={3,}\s*")


def read_fountain(text: str, keep_emphasis: bool = False, keep_notes: bool = False) -> Script:
    """Read a script in Fountain.

    Parameters
    ----------
    text : str
        The file, with line feeds.
    keep_emphasis : bool
        Leave the marks of bold, italic and underlined words, and backslashes, where they are.
    keep_notes : bool
        Give notes as elements; they are counted in any case.
    """
    left: Counter[str] = Counter()
    remarks: Counter[str] = Counter()
    page, rest, first = _title_page(text)
    bare = _without_boneyards(rest, left, remarks)
    bare, notes = _without_notes(bare, left, remarks, first)
    elements = _Lines(bare.split("\n"), first, left, remarks).elements()
    if keep_notes:
        elements = sorted([*elements, *notes], key=lambda e: e.line)
    if not keep_emphasis:
        elements = [_plain(element) for element in elements]
    return Script(page, tuple(e for e in elements if e.text.strip()), left, +remarks)


def without_emphasis(text: str) -> str:
    r"""Return a text without the marks of emphasis, and escaped marks as themselves.

    Examples
    --------
    >>> without_emphasis("a ***very*** _old_ *friend*, 2 * 3 * 4, \\*so\\*")
    'a very old friend, 2 * 3 * 4, *so*'
    """
    if "*" in text:
        for _ in range(3):
            text, changed = _EMPHASIS.subn(r"\2", text)
            if not changed:
                break
    if "_" in text:
        text = _UNDERLINE.sub(r"\1", text)
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _plain(element: Element) -> Element:
    fields = {name: without_emphasis(value) for name, value in element.fields.items()}
    text, speaker = without_emphasis(element.text), without_emphasis(element.speaker)
    return Element(
        element.kind, text, element.line, speaker, element.extension, element.dual, fields
    )


def _title_page(text: str) -> tuple[dict[str, str], str, int]:
    """Return the fields of the title page, the text behind it, and its first line."""
    found = _KEY.match(text)
    if not found or " ".join(found.group(1).lower().split()) not in TITLE_KEYS:
        return {}, text, 1
    head, mark, rest = text.partition("\n\n")
    page: dict[str, list[str]] = {}
    key = ""
    for line in head.split("\n"):
        field = _KEY.match(line)
        if field and not line[:1].isspace():
            key = " ".join(field.group(1).lower().split())
            page.setdefault(key, []).append(field.group(2).strip())
        elif key:
            page[key].append(line.strip())
    fields = {k: without_emphasis("\n".join(v for v in values if v)) for k, values in page.items()}
    return {k: v for k, v in fields.items() if v}, rest, head.count("\n") + 1 + len(mark)


def _without_boneyards(text: str, left: Counter[str], remarks: Counter[str]) -> str:
    """Blank what the writer put away; its line breaks stay, so that lines keep their numbers."""
    out, place = [], 0
    while (start := text.find("/*", place)) >= 0:
        end = text.find("*/", start + 2)
        if end < 0:
            remarks[OPEN_BONEYARD] += 1
            break
        left[BONEYARD] += 1
        out += [text[place:start], "\n" * text.count("\n", start, end)]
        place = end + 2
    return "".join([*out, text[place:]])


def _without_notes(
    text: str, left: Counter[str], remarks: Counter[str], first: int
) -> tuple[str, list[Element]]:
    """Take the notes out; an empty line ends a note that was not closed before it."""
    out: list[str] = []
    notes: list[Element] = []
    place, line = 0, first
    while (start := text.find("[[", place)) >= 0:
        end = text.find("]]", start + 2)
        if end < 0 or "\n\n" in text[start : min(end, start + 20_000)] or end - start > 20_000:
            remarks[OPEN_NOTE] += 1
            out.append(text[place : start + 2])
            line += text.count("\n", place, start + 2)
            place = start + 2
            if end < 0:
                break
            continue
        line += text.count("\n", place, start)
        out += [text[place:start], "\x02", "\x01" * text.count("\n", start, end)]
        notes.append(Element("note", text[start + 2 : end].strip(), line))
        line += text.count("\n", start, end)
        place = end + 2
        left[NOTE] += 1
    bare = "".join([*out, text[place:]])
    return _lifted(bare), notes


def _lifted(text: str) -> str:
    """Put the line breaks of notes behind their line; a line that held notes alone is no blank."""
    if "\x02" not in text:
        return text
    lines = []
    for line in text.split("\n"):
        bare = line.replace("\x01", "").replace("\x02", "")
        lines.append("\x01" if "\x02" in line and not bare.strip() else bare)
        lines += ["\x01"] * line.count("\x01")
    return "\n".join(lines)


class _Lines:
    """The lines of a script, read one element at a time."""

    def __init__(
        self, lines: list[str], first: int, left: Counter[str], remarks: Counter[str]
    ) -> None:
        self.lines = [line.replace("\t", "    ") for line in lines]
        self.first = first
        self.left = left
        self.remarks = remarks
        self.out: list[Element] = []
        self.speeches: list[tuple[int, int]] = []

    def elements(self) -> list[Element]:
        at = 0
        while at < len(self.lines):
            at = self._one(at)
        return self.out

    def _blank(self, at: int, step: int) -> bool:
        """Whether a line is empty; lines that held a note alone are looked past."""
        while 0 <= at < len(self.lines) and self.lines[at] == "\x01":
            at += step
        return not 0 <= at < len(self.lines) or not self.lines[at].strip()

    def _add(self, kind: str, text: str, at: int, **more: str | bool | Mapping[str, str]) -> None:
        self.out.append(Element(kind, text.strip(), self.first + at, **more))  # type: ignore[arg-type]

    def _one(self, at: int) -> int:
        line = self.lines[at].strip()
        if not line or line == "\x01":
            return at + 1
        if _BREAK.fullmatch(line):
            self.left[PAGE_BREAK] += 1
            return at + 1
        section = _SECTION.fullmatch(line)
        if section:
            self._section(section, at)
            return at + 1
        if line[0] == "=":
            self._add("synopsis", line[1:], at)
            return at + 1
        if line[0] == ">":
            centred = line.endswith("<")
            self._add(
                "centred" if centred else "transition", line[1:-1] if centred else line[1:], at
            )
            return at + 1
        if line[0] == "~":
            self._add("lyric", line[1:], at)
            return at + 1
        forced = line[0] == "." and line[1:2] not in ("", ".")
        above = self._blank(at - 1, -1)
        alone = above and self._blank(at + 1, 1)
        tight = above and not alone and line == line.upper() and opens_scene(line)
        if forced or tight or (alone and opens_scene(line)):
            heading = line[1:] if forced else line
            self.remarks[TIGHT] += tight
            self._add("scene", heading, at, fields=heading_of(heading))
            return at + 1
        if alone and line.endswith("TO:") and line == line.upper():
            self._add("transition", line, at)
            return at + 1
        if self._speaks(line, at):
            return self._speech(line, at)
        return self._action(at)

    def _section(self, found: re.Match[str], at: int) -> None:
        name = found.group(2).strip()
        opens = _EPISODE.fullmatch(name)
        if opens:
            number = number_of(opens.group(1) or opens.group(2).strip())
            self._add("episode", name, at, fields={"number": str(number or 0)})
        else:
            self._add("section", name, at, fields={"depth": str(len(found.group(1)))})

    def _speaks(self, line: str, at: int) -> bool:
        if line[0] == "@":
            return len(line) > 1
        if line[0] == "!" or not self._blank(at - 1, -1) or self._blank(at + 1, 1):
            return False
        name = speaker_of(line.removesuffix("^"))[0]
        return len(name) <= 80 and name == name.upper() and name != name.lower()

    def _speech(self, line: str, at: int) -> int:
        dual = line.endswith("^")
        name, extension = speaker_of(line.removeprefix("@").removesuffix("^").rstrip())
        begins, parts = len(self.out), 0
        start, held = at + 1, list[str]()
        end = at + 1
        while end < len(self.lines) and (self.lines[end] == "  " or self.lines[end].strip()):
            words = self.lines[end].strip(" \x01")
            aside = words.startswith("(") and words.endswith(")")
            if aside or words.startswith("~"):
                parts += self._said(held, start, name, extension)
                kind, inner = ("parenthetical", words[1:-1]) if aside else ("lyric", words[1:])
                self._add(kind, inner, end, speaker=name, extension=extension)
                parts, held, start = parts + 1, [], end + 1
            elif self.lines[end] != "\x01":
                start = start if held else end
                held.append(words)
            end += 1
        parts += self._said(held, start, name, extension)
        if not parts:
            self.left[NO_SPEECH] += 1
        if dual and self.speeches:
            before = self.speeches[-1]
            for k in [*range(*before), *range(begins, len(self.out))]:
                self.out[k] = _at_once(self.out[k])
        self.speeches.append((begins, len(self.out)))
        return end

    def _said(self, held: list[str], at: int, name: str, extension: str) -> int:
        words = "\n".join(held).strip()
        if words:
            self._add("dialogue", words, at, speaker=name, extension=extension)
        return bool(words)

    def _action(self, at: int) -> int:
        held, end = [], at
        while end < len(self.lines) and self.lines[end].strip(" \x01"):
            line = self.lines[end].strip(" \x01")
            if end > at and (_marked(line) or self.lines[end] == "\x01"):
                break
            held.append(line.removeprefix("!"))
            end += 1
        self._add("action", "\n".join(held), at)
        return max(end, at + 1)


def _marked(line: str) -> bool:
    return line[0] in "@#=>~" or (line[0] == "." and line[1:2] not in ("", "."))


def _at_once(held: Element) -> Element:
    return Element(held.kind, held.text, held.line, held.speaker, held.extension, True, held.fields)
