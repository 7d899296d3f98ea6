"""The codebook as one page of HTML: no script, no network, light and dark, screen and print."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from mdresearch.coding.documents.document_parts import Entry, Field, Line, Parts, Section
from mdresearch.coding.documents.document_words import direction, words


def as_html(parts: Parts) -> str:
    """Return the page; see `Codebook.to_html`."""
    told = words(parts.lang)
    style = files("mdresearch.coding.documents").joinpath("document.css").read_text("utf-8")
    facts = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in parts.facts)
    notes = "".join(f'<p class="note" lang="en" dir="ltr">{escape(n)}</p>' for n in parts.notes)
    links = "".join(
        f'<li><a href="#{escape(s.id)}">{_inline(s.name, parts.lang)}</a></li>'
        for s in parts.sections
    )
    title = escape(parts.title.text)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(parts.lang)}" dir="{direction(parts.lang)}">'
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        'initial-scale=1"><meta name="color-scheme" content="light dark">'
        f"<title>{title}</title><style>{style}</style></head>\n<body><main>"
        f'<header><h1>{_inline(parts.title, parts.lang)}</h1><dl class="facts">{facts}</dl>'
        f"{notes}</header>\n<nav><strong>{escape(told['contents'])}</strong><ul>{links}</ul></nav>\n"
        + "\n".join(_section(s, parts.lang) for s in parts.sections)
        + "\n</main></body></html>\n"
    )


def _inline(line: Line, lang: str) -> str:
    """Return a text; one in another language says so, for screen readers and fonts."""
    text = escape(line.text)
    if line.lang == lang:
        return text
    return f'<span lang="{escape(line.lang)}" dir="{direction(line.lang)}">{text}</span>'


def _section(section: Section, lang: str) -> str:
    about = "".join(f"<p>{_inline(line, lang)}</p>" for line in section.about)
    entries = "\n".join(_entry(e, lang) for e in section.entries)
    name = _inline(section.name, lang)
    return f'<section id="{escape(section.id)}"><h2>{name}</h2>{about}\n{entries}</section>'


def _entry(entry: Entry, lang: str) -> str:
    marks = "".join(f'<span class="mark">{escape(m)}</span>' for m in entry.marks)
    if entry.draft:
        marks += '<span class="mark draft" lang="en">draft translation</span>'
    below = ' class="below"' if entry.depth > 1 else ""
    fields = "".join(_field(f, lang) for f in entry.fields)
    id_ = escape(entry.id)
    head = f"<h3>{_inline(entry.name, lang)} <code>{id_}</code></h3>"
    return f'<article id="{id_}"{below}>{head}{marks}<dl>{fields}</dl></article>'


def _field(field: Field, lang: str) -> str:
    lines = [_inline(line, lang) for line in field.lines]
    inside = (
        lines[0] if len(lines) == 1 else "<ul>" + "".join(f"<li>{x}</li>" for x in lines) + "</ul>"
    )
    return f"<dt>{escape(field.word)}</dt><dd>{inside}</dd>"
