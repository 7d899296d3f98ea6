"""What a codebook says to its coders, in one language, as parts for every format alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mdresearch.coding.documents.document_words import words
from mdresearch.core.errors import unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Code, Codebook, Variable

EXAMPLES = ("positive", "negative", "borderline")


@dataclass(frozen=True, slots=True)
class Line:
    """A text and the language that it is in."""

    text: str
    lang: str


@dataclass(frozen=True, slots=True)
class Field:
    """A heading word and the lines below it; one line is a paragraph, more are a list."""

    word: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A code or a variable. ``depth`` counts from 1; ``draft`` where a native must still check."""

    id: str
    name: Line
    depth: int
    marks: tuple[str, ...]
    fields: tuple[Field, ...]
    draft: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A code list, the variables, or the references."""

    id: str
    name: Line
    about: tuple[Line, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Parts:
    """The whole document.

    Attributes
    ----------
    lang : str
    title : Line
    facts : tuple of (str, str)
        What stands in the head: version, hash, licence, authors.
    notes : tuple of str
        What is missing or unchecked in this language, counted.
    sections : tuple of Section
    """

    lang: str
    title: Line
    facts: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    sections: tuple[Section, ...]


def parts_of(codebook: Codebook, lang: str | None = None) -> Parts:
    """Return the parts of a codebook in one of its languages.

    A text that is not there in ``lang`` stands in the scheme's own language; how many do is said in
    ``notes``, as is the number of draft translations. Hidden codes and variables are left out and
    counted.

    Raises
    ------
    CodebookError
        The codebook does not cover the language.
    """
    lang = lang or codebook.default_language
    if lang not in codebook.languages:
        raise unknown_name(f"language of {codebook.spec}", lang, codebook.languages)
    maker = _Maker(codebook, lang)
    sections = [*maker.lists(), maker.variables(), maker.references()]
    held = codebook.document
    authors = "; ".join(str(a.get("name", "")) for a in held.get("authors", ()))
    facts = (
        ("Scheme", codebook.spec),
        ("Content hash (SHA-256)", codebook.hash),
        ("Status", str(held.get("status", "draft"))),
        ("Licence", str(held.get("license", ""))),
        ("Authors", authors),
        ("Extends", ", ".join(p.spec for p in codebook.parents)),
    )
    return Parts(
        lang=lang,
        title=maker.line(held["title"]),
        facts=tuple((name, text) for name, text in facts if text),
        notes=tuple(maker.notes()),
        sections=tuple(s for s in sections if s.entries or s.about),
    )


class _Maker:
    def __init__(self, codebook: Codebook, lang: str) -> None:
        self.codebook, self.lang, self.words = codebook, lang, words(lang)
        self.other = self.drafts = self.hidden = 0

    def line(self, text: Any) -> Line:
        """Return a text in the language, else in the scheme's own; the second is counted."""
        own = self.codebook.default_language
        if not isinstance(text, Mapping):
            return Line(str(text), own)
        if self.lang in text:
            return Line(str(text[self.lang]), self.lang)
        self.other += 1
        found = own if own in text else next(iter(text))
        return Line(str(text[found]), found)

    def notes(self) -> Iterator[str]:
        if self.other:
            own = self.codebook.default_language
            yield f"{self.other:,} texts are not there in {self.lang} and stand in {own}."
        if self.drafts:
            yield (
                f"{self.drafts:,} labels in {self.lang} are drafts: "
                "no native scholar has checked them yet."
            )
        if self.hidden:
            yield f"{self.hidden:,} codes or variables are hidden from coders and left out."

    def lists(self) -> Iterator[Section]:
        for one in self.codebook.code_lists.values():
            entries = tuple(self._shown(self.codebook.codes[c] for c in one.codes))
            about = (self.line(one.description),) if one.description else ()
            yield Section(one.id, self.line(one.label), about, entries)

    def _shown(self, codes: Iterable[Code]) -> Iterator[Entry]:
        for code in codes:
            if code.hidden:
                self.hidden += 1
            else:
                yield self.code(code)

    def _draft(self, thing: Code | Variable) -> bool:
        state = thing.language_status.get(self.lang) or self.codebook.language_status.get(
            self.lang, {}
        )
        draft = state.get("status") == "draft" and self.lang in thing.label
        self.drafts += draft
        return draft

    def code(self, code: Code) -> Entry:
        fields = [
            self._field("definition", [code.definition] if code.definition else []),
            self._field("include", code.include),
            self._field("exclude", code.exclude),
            self._field("rules", code.decision_rules),
            *(self._field(kind, code.examples.get(kind, ())) for kind in EXAMPLES),
            self._variants(code),
            self._plain("aliases", code.aliases.get(self.lang, ())),
        ]
        marks = [code.role, *code.markets]
        marks += [self.words["heading"]] if not code.codable else []
        marks += [f"deprecated since {code.deprecated}"] if code.deprecated else []
        return Entry(
            code.id,
            self.line(code.label),
            code.depth,
            tuple(marks),
            tuple(f for f in fields if f.lines),
            self._draft(code),
        )

    def _field(self, word: str, texts: Iterable[Any]) -> Field:
        return Field(self.words[word], tuple(self._text(text) for text in texts))

    def _plain(self, word: str, texts: Iterable[str]) -> Field:
        joined = ", ".join(texts)
        return Field(self.words[word], (Line(joined, self.lang),) if joined else ())

    def _text(self, text: Any) -> Line:
        if isinstance(text, Mapping) and "if" in text:
            return self._rule(text)
        if isinstance(text, Mapping) and "text" in text:
            return self._example(text)
        return self.line(text)

    def _rule(self, rule: Mapping[str, Any]) -> Line:
        lines = {
            key: self.line(rule[key]) for key in ("if", "then", "else", "because") if key in rule
        }
        said = words(lines["if"].lang)
        told = f"{said['if']} {lines['if'].text}, {said['then']} {lines['then'].text}"
        if "else" in lines:
            told += f"; {said['else']} {lines['else'].text}"
        if "because" in lines:
            told += f" ({said['because']} {lines['because'].text})"
        return Line(told.rstrip(".") + ".", lines["if"].lang)

    def _example(self, held: Mapping[str, Any]) -> Line:
        found = self.line(held["text"])
        lang = str(held.get("lang", found.lang))
        said = words(lang)
        told = [f"“{found.text}”"]
        if held.get("translation"):
            told.append(f"[{self.line(held['translation']).text}]")
        if held.get("code_as"):
            told.append(f"→ {said['code_as']}: {held['code_as']}.")
        if held.get("why"):
            told.append(f"({self.line(held['why']).text})")
        if held.get("constructed"):
            told.append(f"[{said['constructed']}]")
        return Line(" ".join(told), lang)

    def _variants(self, code: Code) -> Field:
        told = []
        for held in code.variants:
            what = [str(held["code"])] if held.get("code") else []
            what += [self.line(held["note"]).text] if held.get("note") else []
            markets = held.get("market", ())
            where = ", ".join([markets] if isinstance(markets, str) else markets)
            evidence = f" [{held['evidence']}]" if held.get("evidence") else ""
            told.append(
                Line(f"{where}: {'; '.join(what)}{evidence}", self.codebook.default_language)
            )
        return Field(self.words["variants"], tuple(told))

    def variables(self) -> Section:
        entries = []
        for variable in self.codebook.variables.values():
            if variable.hidden:
                self.hidden += 1
            else:
                entries.append(self.variable(variable))
                own = (self.codebook.codes[c] for c in variable.codes)
                within = self._shown(c for c in own if c.code_list == variable.id)
                entries += [replace(e, depth=e.depth + 1) for e in within]
        return Section("variables", Line(self.words["variables"], self.lang), (), tuple(entries))

    def variable(self, variable: Variable) -> Entry:
        plan = variable.reliability
        told = ", ".join(f"{k} {v}" for k, v in plan.items())
        fields = [
            self._field("definition", [variable.definition] if variable.definition else []),
            self._field("instructions", [variable.instructions] if variable.instructions else []),
            self._plain("values", [_values(variable)]),
            Field(self.words["missing"], tuple(self.line(m.label) for m in variable.missing)),
            self._plain("asked", [variable.ask_if] if variable.ask_if else []),
            self._plain("plan", [told] if told else []),
        ]
        marks = (f"{self.words['unit']}: {variable.unit}", f"{self.words['type']}: {variable.type}")
        return Entry(
            variable.id,
            self.line(variable.label) if variable.label else Line(variable.id, "en"),
            1,
            marks,
            tuple(f for f in fields if f.lines),
            self._draft(variable),
        )

    def references(self) -> Section:
        name = Line(self.words["references"], self.lang)
        texts = sorted(self.codebook.bibliography.values())
        return Section("references", name, tuple(Line(t, "en") for t in texts), ())


def _values(variable: Variable) -> str:
    if variable.codes_from:
        most = f", at most {variable.max_labels}" if variable.max_labels else ""
        return f"{variable.codes_from}{most}"
    if variable.codes:
        return ", ".join(variable.codes)
    ends = [x for x in (variable.min, variable.max) if x is not None]
    return " – ".join(f"{x:g}" for x in ends) if ends else variable.type
