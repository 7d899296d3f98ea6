"""The codebook as Markdown, for a repository, a wiki or pandoc."""

from __future__ import annotations

import re

from mdresearch.coding.documents.document_parts import Entry, Field, Parts, Section

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~$])")
_START = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s)", re.M)


def as_markdown(parts: Parts) -> str:
    """Return the text; see `Codebook.to_markdown`."""
    lines = [f"# {escaped(parts.title.text)}", ""]
    lines += [f"- **{escaped(name)}:** {escaped(text)}" for name, text in parts.facts]
    lines += ["", *(f"> {escaped(note)}\n" for note in parts.notes)]
    for section in parts.sections:
        lines += _section(section)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    r"""Return a text so that Markdown shows it as it is, on one line.

    Examples
    --------
    >>> escaped("wolf_alpha <b>*")
    'wolf\\_alpha \\<b\\>\\*'
    """
    return _START.sub(r"\1\\\2", _SPECIAL.sub(r"\\\1", " ".join(text.split())))


def _section(section: Section) -> list[str]:
    lines = [f"## {escaped(section.name.text)}", ""]
    many = len(section.about) > 1
    lines += [f"- {escaped(x.text)}" if many else escaped(x.text) + "\n" for x in section.about]
    for entry in section.entries:
        lines += _entry(entry)
    return [*lines, ""]


def _entry(entry: Entry) -> list[str]:
    level = "#" * min(2 + entry.depth, 6)
    marks = [*entry.marks, *(["draft translation"] if entry.draft else [])]
    lines = [f"{level} {escaped(entry.name.text)} (`{entry.id}`)", ""]
    lines += [f"*{escaped(', '.join(marks))}*", ""] if marks else []
    for field in entry.fields:
        lines += [*_field(field), ""]
    return lines


def _field(field: Field) -> list[str]:
    word = escaped(field.word)
    if len(field.lines) == 1:
        return [f"**{word}:** {escaped(field.lines[0].text)}"]
    return [f"**{word}:**", "", *(f"- {escaped(line.text)}" for line in field.lines)]
