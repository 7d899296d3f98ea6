"""XML from strangers as a small tree: no document type, no entities, bounded size and depth."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from mdresearch.core.errors import DataError

MAX_BYTES = 200_000_000
MAX_DEPTH = 120
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Element = ElementTree.Element


def read_xml(path: str | Path) -> tuple[Element, str]:
    """Return the root of a file, tags without their namespaces, and the namespace of the root.

    Raises
    ------
    DataError
        The file is absent, too large, not well-formed, or has a document type or entities.
    """
    path = Path(path)
    if not path.is_file():
        raise DataError(f"There is no file '{path}'. Give the path of a file.")
    if path.stat().st_size > MAX_BYTES:
        size = path.stat().st_size
        raise DataError(f"{path}: {size:,} bytes; at most {MAX_BYTES:,} are read. Split it.")
    return parse_xml(path.read_bytes(), str(path))


def parse_xml(content: bytes, name: str) -> tuple[Element, str]:
    """Return the root of a text, tags without their namespaces, and the namespace of the root."""
    builder = ElementTree.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    spaces: list[str] = []
    depth = 0

    def refuse(*_: Any) -> None:
        raise DataError(
            f"{name}, line {parser.CurrentLineNumber}: it has a document type or an entity of its "
            "own, which can fill the memory or read other files. Export it anew, or delete the "
            "<!DOCTYPE ...> if you trust the file."
        )

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise DataError(
                f"{name}, line {parser.CurrentLineNumber}: elements are nested more than "
                f"{MAX_DEPTH} deep. Is it the right file?"
            )
        space, _, local = tag.rpartition(" ")
        if not spaces:
            spaces.append(space)
        builder.start(local, {key.rpartition(" ")[2]: value for key, value in attributes.items()})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition(" ")[2])

    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = builder.data
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise DataError(
            f"{name}, line {error.lineno}: it is not well-formed XML "
            f"({expat.ErrorString(error.code)}). Export it again."
        ) from error
    return builder.close(), spaces[0]


def written_xml(root: Element) -> bytes:
    """Return a tree as UTF-8 with a declaration, two spaces a level."""
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + text + "\n").encode("utf-8")


def xml_text(text: str) -> str:
    r"""Return a text without the characters that XML 1.0 cannot hold.

    Examples
    --------
    >>> xml_text("a\x00b")
    'ab'
    """
    return _NOT_XML.sub("", text)


def children(element: Element | None, tag: str) -> Iterator[Element]:
    """Yield the children of a tag; of nothing, nothing."""
    if element is not None:
        yield from (child for child in element if child.tag == tag)


def child_text(element: Element, tag: str) -> str:
    """Return the text of the first child of a tag, or an empty one."""
    found = next(children(element, tag), None)
    return (found.text or "") if found is not None else ""
