"""A codebook as a REFI-QDA codebook, ``.qdc``, with the whole scheme beside it as a sidecar."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from mdresearch.coding.exchange.losses import LossReport, gathered, unique_names
from mdresearch.coding.exchange.refi_payloads import (
    MOST_NAME,
    description,
    guid,
    readable_code,
)
from mdresearch.coding.exchange.xml_trees import written_xml, xml_text
from mdresearch.coding.normalising import plain_copy
from mdresearch.core.errors import CodebookError, unknown_name

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

SPACE = "urn:QDA-XML:codebook:1.0"
KIND = "REFI-QDA codebook"
APART = ("code_lists", "variables", "transcoding", "migrations", "changelog", "extends", "modify",
         "x_resolved")  # fmt: skip
"""Keys of a scheme that are not part of its head."""


def write_qdc(codebook: Codebook, path: str | Path, lang: str | None = None) -> LossReport:
    """Write a codebook as ``.qdc``; see `Codebook.to_qdc`."""
    from mdresearch.coding.extending import to_yaml
    from mdresearch.core.atomic import write_bytes, write_text

    path = Path(path)
    if path.suffix.lower() != ".qdc":
        raise CodebookError(f"'{path}' does not end in .qdc. Name the file so.")
    content, report = qdc_bytes(codebook, lang)
    write_bytes(path, content)
    write_text(sidecar(path), to_yaml(resolved(codebook)))
    return report


def sidecar(path: Path) -> Path:
    """Return where the whole scheme lies beside a ``.qdc``."""
    return path.with_suffix(".mdcb.yaml")


def resolved(codebook: Codebook) -> dict[str, Any]:
    """Return the content with its parents worked in, as a scheme of its own."""
    held = codebook.document
    held.pop("extends", None)
    held.pop("modify", None)
    held.pop("x_resolved", None)
    return held


def qdc_bytes(codebook: Codebook, lang: str | None = None) -> tuple[bytes, LossReport]:
    """Return the bytes of a ``.qdc`` and what tools will not show of the codebook."""
    lang = lang or codebook.default_language
    if lang not in codebook.languages:
        raise unknown_name(f"language of {codebook.spec}", lang, codebook.languages)
    root, names = codes_element(codebook, lang, "CodeBook", with_head=True)
    root.set("xmlns", SPACE)
    root.set("origin", "mdresearch")
    coded = [v for v in codebook.variables.values() if v.codes_from]
    held = {v["id"]: v for v in codebook.content.get("variables", ())}
    if coded:
        sets = SubElement(root, "Sets")
        for variable in coded:
            entry = SubElement(
                sets, "Set", guid=guid(codebook.id, "variable", variable.id),
                name=f"variable: {variable.id}",
            )  # fmt: skip
            readable = f"{variable.name(lang)}. {variable.type}, {variable.unit}"
            text = description(xml_text(readable), {"variable": plain_copy(held[variable.id])})
            SubElement(entry, "Description").text = text
            for code in variable.codes:
                SubElement(entry, "MemberCode", guid=guid(codebook.id, "code", code))
    return written_xml(root), LossReport(
        KIND, _done(codebook, lang), gathered(_lost(codebook, names))
    )


def codes_element(
    codebook: Codebook, lang: str, tag: str, with_head: bool
) -> tuple[Element, dict[str, tuple[str, str]]]:
    """Return an element that holds ``Codes``, and the names that had to be changed, by id."""
    root = Element(tag)
    codes = SubElement(root, "Codes")
    content = codebook.content
    order = [("list", name) for name in codebook.code_lists]
    order += [("code", name) for name in codebook.codes]
    wanted = [
        (codebook.code_lists[n] if what == "list" else codebook.codes[n]).name(lang)
        for what, n in order
    ]
    names = dict(zip(order, unique_names([xml_text(w) for w in wanted], MOST_NAME), strict=True))
    changed = {
        key[1]: (before, names[key])
        for key, before in zip(order, wanted, strict=True)
        if " ".join(before.split()) != names[key]
    }
    head = (
        {"scheme": {k: plain_copy(v) for k, v in content.items() if k not in APART}}
        if with_head
        else {}
    )
    for list_id, held in content.get("code_lists", {}).items():
        own = {k: plain_copy(v) for k, v in held.items() if k != "codes"}
        top = SubElement(
            codes, "Code", guid=guid(codebook.id, "list", list_id),
            name=names["list", list_id], isCodable="false",
        )  # fmt: skip
        readable = codebook.code_lists[list_id].description
        shown = readable.get(lang) or readable.get(codebook.default_language, "")
        payload = {"list": list_id, **own, **head}
        SubElement(top, "Description").text = description(xml_text(shown), payload)
        head = {}
        for code in held["codes"]:
            _add_code(top, code, codebook, lang, names)
    inline = [v for v in codebook.content.get("variables", ()) if v.get("codes")]
    for variable in inline:
        for code in variable["codes"]:
            _add_code(codes, code, codebook, lang, names, inline=str(variable["id"]))
    return root, changed


def _add_code(
    parent: Element,
    code: Mapping[str, Any],
    codebook: Codebook,
    lang: str,
    names: Mapping[tuple[str, str], str],
    inline: str = "",
) -> None:
    element = SubElement(
        parent, "Code", guid=guid(codebook.id, "code", code["id"]),
        name=names["code", code["id"]], isCodable=str(code.get("codable", True)).lower(),
    )  # fmt: skip
    if code.get("color"):
        element.set("color", str(code["color"]))
    own = {k: plain_copy(v) for k, v in code.items() if k != "children"}
    payload = {"code": own, **({"inline": inline} if inline else {})}
    readable = readable_code(code, lang, codebook.default_language)
    SubElement(element, "Description").text = description(xml_text(readable), payload)
    for child in code.get("children", ()):
        _add_code(element, child, codebook, lang, names, inline)


def _done(codebook: Codebook, lang: str) -> str:
    coded = sum(bool(v.codes_from) for v in codebook.variables.values())
    return (
        f"{codebook.spec} in {lang}: {len(codebook.codes):,} codes in {len(codebook.code_lists)} "
        f"lists; {coded} of {len(codebook.variables)} variables as sets."
    )


def _lost(
    codebook: Codebook, changed: Mapping[str, tuple[str, str]]
) -> Iterator[tuple[str, str, str, str]]:
    payload = "the payload of the description"
    for id_, (before, after) in changed.items():
        why = f"the name is cut or told apart (at most {MOST_NAME} characters, unique)"
        yield "names", why, f"{id_} ({before!r} is {after!r})", payload
    for variable in codebook.variables.values():
        if not variable.codes_from:
            yield "variables", "the format has no place for them", variable.id, "the sidecar"
    for code in codebook.codes.values():
        if code.mappings:
            yield "codes", "mappings are not shown to users of a tool", code.id, payload
        if code.examples:
            yield "codes", "examples are not shown to users of a tool", code.id, payload
    for held in codebook.transcoding:
        yield "maps", "the format has no place for transcoding maps", str(held["id"]), "the sidecar"
