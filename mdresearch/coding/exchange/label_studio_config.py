"""The labelling interface of Label Studio for a codebook; aliases are code ids.

Results are thus free of language: one project can show Chinese or English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mdresearch.coding.exchange.losses import LossReport, gathered, unique_names
from mdresearch.coding.exchange.xml_trees import xml_text
from mdresearch.core.errors import DataError, unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Code, Codebook, Variable

KIND = "Label Studio configuration"
TIME = "_t"
MOST_NAME = 80
MOST_HINT = 400
YES_NO = ("yes", "no")
_ONE_CONDITION = re.compile(r"^(\w+)\s*==\s*(?:'([^']*)'|\"([^\"]*)\"|(true|false))$")


def label_studio_config(
    codebook: Codebook, unit: str | None = None, lang: str | None = None, fps: float = 25.0
) -> tuple[str, LossReport]:
    """Return the interface as XML; see `Codebook.to_label_studio`."""
    lang = lang or codebook.default_language
    if lang not in codebook.languages:
        raise unknown_name(f"language of {codebook.spec}", lang, codebook.languages)
    if unit is not None and unit not in codebook.units:
        raise unknown_name(f"unit of {codebook.spec}", unit, codebook.units)
    if not fps > 0:
        raise DataError(f"fps={fps}: give the frames per second of the videos, such as 25.")
    chosen = [
        v for v in codebook.variables.values() if not v.hidden and unit in (None, v.unit)
    ]  # fmt: skip
    if not chosen:
        raise DataError(f"{codebook.spec} has no variable of the unit '{unit}'.")
    return _Maker(codebook, lang).view(chosen, fps)


class _Maker:
    def __init__(self, codebook: Codebook, lang: str) -> None:
        self.codebook, self.lang = codebook, lang
        self.lost: list[tuple[str, str, str, str]] = []
        self.controls = 0

    def view(self, chosen: Sequence[Variable], fps: float) -> tuple[str, LossReport]:
        root = Element("View")
        timed = any(v.type == "span" and v.target in ("time", "both") for v in chosen)
        if timed:
            SubElement(root, "Video", name="video", value="$video", frameRate=f"{fps:g}")
        SubElement(
            root, "Paragraphs", name="text", value="$text", nameKey="speaker", textKey="text",
            layout="dialogue",
        )  # fmt: skip
        owners = {a: v for v in chosen for a in v.attributes if v.type == "span"}
        for variable in chosen:
            owner = owners.get(variable.id)
            parent = self._shown_if(root, variable)
            head = variable.name(self.lang) + (f" ({owner.name(self.lang)})" if owner else "")
            SubElement(parent, "Header", value=xml_text(head))
            self._control(parent, variable, owner)
        n = len(chosen)
        done = f"{self.codebook.spec} in {self.lang}: {self.controls} controls for {n} variables."
        indent(root)
        text = tostring(root, encoding="unicode") + "\n"
        return text, LossReport(KIND, done, gathered(self.lost))

    def _shown_if(self, root: Element, variable: Variable) -> Element:
        """Return where the control goes: in a view that depends on an answer, or at the top."""
        if not variable.ask_if:
            return root
        match = _ONE_CONDITION.match(variable.ask_if.strip())
        asked = self.codebook.variables.get(match[1]) if match else None
        if match is None or asked is None or asked.type not in ("boolean", "nominal", "ordinal"):
            self._lose("conditions", "only one condition on one choice can be shown", variable.id)
            return root
        answer = match[2] or match[3] or YES_NO[match[4] != "true"]
        return SubElement(
            root, "View", visibleWhen="choice-selected", whenTagName=match[1],
            whenChoiceValue=self._shown_answer(asked, answer),
        )  # fmt: skip

    def _shown_answer(self, asked: Variable, answer: str) -> str:
        shown = dict(self._options(asked))
        return shown.get(answer, answer)

    def _control(self, parent: Element, variable: Variable, owner: Variable | None) -> None:
        extra = {"required": "true"} if variable.required else {}
        if owner is not None:
            extra |= {"perRegion": "true", "whenTagName": owner.id}
        kind = variable.type
        if kind == "span":
            self._span(parent, variable)
            return
        self.controls += 1
        base = {"name": variable.id, "toName": "text", **extra}
        codes = self.codebook.codes_of(variable.id) if variable.codes else ()
        nested = any(c.depth > 1 for c in codes)
        if kind == "multilabel" and nested:
            most = {"maxUsages": str(variable.max_labels)} if variable.max_labels else {}
            element = SubElement(parent, "Taxonomy", {**base, "leafsOnly": "false", **most})
            self._tree(element, variable)
        elif kind in ("nominal", "ordinal", "boolean", "multilabel"):
            many = "multiple" if kind == "multilabel" else "single"
            element = SubElement(parent, "Choices", {**base, "choice": many, "showInline": "true"})
            for alias, name in self._options(variable):
                self._choice(element, alias, name)
        elif kind in ("interval", "ratio"):
            ends = {
                k: f"{v:g}"
                for k in ("min", "max", "step")
                if (v := getattr(variable, k)) is not None
            }
            SubElement(parent, "Number", {**base, **ends})
            for one in variable.missing:
                self._lose(
                    "missing codes", "a number has no place for them", f"{variable.id}.{one.id}"
                )
        else:
            tag = "DateTime" if kind == "date" else "TextArea"
            SubElement(parent, tag, base)
        for key in ("min_labels", "exclusive"):
            if getattr(variable, key):
                self._lose("rules", f"{key} is checked when the answers come back", variable.id)

    def _options(self, variable: Variable) -> list[tuple[str, str]]:
        """Return (alias, name) of every answer, told apart by name."""
        if variable.type == "boolean":
            pairs = [(a, a) for a in YES_NO]
        else:
            codes = list(self._codes(variable))
            if variable.type == "ordinal":
                codes.sort(key=lambda c: self.codebook.value_of(c.id) or 0)
            pairs = [(c.id, c.name(self.lang)) for c in codes if c.codable]
        pairs += [
            (m.id, m.label.get(self.lang) or next(iter(m.label.values()), m.id))
            for m in variable.missing
        ]
        names = unique_names([xml_text(name) for _, name in pairs], MOST_NAME)
        return [(alias, name) for (alias, _), name in zip(pairs, names, strict=True)]

    def _codes(self, variable: Variable) -> Iterator[Code]:
        for code in self.codebook.codes_of(variable.id):
            if code.hidden:
                self._lose("codes", "hidden from coders", code.id)
            else:
                yield code

    def _tree(self, element: Element, variable: Variable) -> None:
        codes = list(self._codes(variable))
        names = dict(zip(
            [c.id for c in codes], unique_names([c.name(self.lang) for c in codes], MOST_NAME),
            strict=True,
        ))  # fmt: skip
        places: dict[str, Element] = {}
        for code in codes:
            above = places.get(code.parent or "", element)
            places[code.id] = self._choice(above, code.id, names[code.id])
        for one in variable.missing:
            label = one.label.get(self.lang) or next(iter(one.label.values()), one.id)
            self._choice(element, one.id, label)

    def _choice(self, parent: Element, alias: str, name: str, tag: str = "Choice") -> Element:
        element = SubElement(parent, tag, value=xml_text(name), alias=alias)
        code = self.codebook.codes.get(alias)
        if code is not None:
            hint = code.definition.get(self.lang) or code.definition.get(code.default_language, "")
            if hint:
                element.set("hint", xml_text(" ".join(hint.split())[:MOST_HINT]))
            if code.color:
                element.set("background", code.color)
            if code.hotkey:
                element.set("hotkey", code.hotkey)
        return element

    def _span(self, parent: Element, variable: Variable) -> None:
        kinds = {"time": ("time",), "text": ("text",)}.get(variable.target or "", ("time", "text"))
        for target in kinds:
            self.controls += 1
            tag = "TimelineLabels" if target == "time" else "ParagraphLabels"
            name = variable.id + (TIME if target == "time" else "")
            to = "video" if target == "time" else "text"
            element = SubElement(parent, tag, name=name, toName=to)
            for alias, shown in self._options(variable):
                self._choice(element, alias, shown, "Label")

    def _lose(self, what: str, why: str, id_: str) -> None:
        self.lost.append((what, why, id_, "the codebook"))
