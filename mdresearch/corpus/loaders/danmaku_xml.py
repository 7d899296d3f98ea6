"""XML read exactly and safely: expat, with document types, entities and deep nesting refused."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from mdresearch.core.csv_files import refuse_absent_or_large
from mdresearch.core.encodings import ENCODINGS, decode
from mdresearch.core.encodings import MAX_BYTES as TEXT_BYTES
from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.danmaku_pieces import (
    PIECE,
    is_utf8,
    pieces,
    without_controls,
    without_noncharacters,
)

MAX_DEPTH = 16
MAX_TEXT = 4 << 20
MAX_META = 64
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_WEB_PAGE = re.compile(rb"^(\xef\xbb\xbf)?\s*(<!--.{0,500}?-->\s*)?<(!doctype\s+html|html)", re.I)


@dataclass
class Found:
    """What expat found so far: items not yet handed out, facts of the file, counts."""

    items: list[tuple[dict[str, str], str]] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    attributes: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    removed: int = 0
    nested: int = 0
    encoding: str = "utf-8"
    note: str = ""


def items(
    path: Path, root: str, item: str, encoding: str | None, found: Found
) -> Iterator[tuple[dict[str, str], str]]:
    """Yield attributes and text of each item of an XML file, in order.

    Parameters
    ----------
    path : Path
        The file.
    root, item : str
        The names of the root element and of an item, which stands directly in the root.
    encoding : str or None
        As stated by the user; else as declared, else as found.
    found : Found
        Filled with facts: texts of the other elements in the root, their attributes, counts.

    Raises
    ------
    DataError
        The file is no well-formed XML, has another root, a document type, an entity, elements more
        than 16 deep or a text over 4 MiB.
    """
    parser = _parser(path, root, item, found)
    from xml.parsers.expat import ExpatError

    try:
        for piece in _utf8_pieces(path, item, encoding, found):
            parser.Parse(piece, False)
            yield from found.items
            found.items.clear()
        parser.Parse(b"", True)
    except ExpatError as error:
        raise DataError(_damaged(path, error)) from error


def refuse_web_page(path: Path, what: str) -> None:
    """Raise where the file is a web page: the usual answer of a site that wants a log-in."""
    with path.open("rb") as stream:
        head = stream.read(2048)
    if _WEB_PAGE.match(head):
        raise DataError(
            f"{path}: it is a web page (HTML), not {what}. A site gives a page in place of the "
            "file where a log-in or a check is asked for; export the file itself again."
        )


def _utf8_pieces(path: Path, item: str, encoding: str | None, found: Found) -> Iterator[bytes]:
    with path.open("rb") as stream:
        declared = _DECLARED.match(stream.read(512))
    stated = encoding or (_known(declared[1].decode()) if declared else None)
    if stated in (None, "utf-8") and is_utf8(path):
        for piece, removed in pieces(path, f"</{item}>".encode()):
            piece, more = without_noncharacters(piece)
            found.removed += removed + more
            yield piece
        return
    refuse_absent_or_large(path, TEXT_BYTES)
    content = path.read_bytes()
    decoded = decode(content, None if _wide(content) else stated, str(path))
    found.encoding, found.note = decoded.encoding, decoded.note
    clean, removed = without_controls(decoded.text.encode("utf-8"))
    clean, more = without_noncharacters(clean)
    found.removed += removed + more
    for start in range(0, len(clean), PIECE):
        yield clean[start : start + PIECE]


def _wide(content: bytes) -> bool:
    """Whether the bytes are UTF-16, whatever the declaration in them says."""
    return content[:2] in (b"\xff\xfe", b"\xfe\xff")


def _known(declared: str) -> str | None:
    name = declared.lower()
    return name if name in ENCODINGS else None


def _parser(path: Path, root: str, item: str, found: Found) -> Any:
    from xml.parsers.expat import ParserCreate

    parser = ParserCreate("UTF-8")
    parser.buffer_text = True
    open_names: list[str] = []
    current: dict[str, Any] = {"attributes": {}, "text": [], "length": 0, "nested": False}

    def start(name: str, attributes: dict[str, str]) -> None:
        open_names.append(name)
        depth = len(open_names)
        if depth == 1 and name != root:
            raise DataError(
                f"{path}: its outermost element is <{name[:40]}>, not <{root}>. Say which kind of "
                "file it is with kind=."
            )
        if depth > MAX_DEPTH:
            raise DataError(f"{path}: elements are nested more than {MAX_DEPTH} deep; refused.")
        if depth == 2:
            current.update(attributes=attributes, text=[], length=0, nested=False)
        current["nested"] = depth > 2

    def data(text: str) -> None:
        current["length"] += len(text)
        if current["length"] > MAX_TEXT:
            raise DataError(
                f"{path}: a text of more than {MAX_TEXT:,} characters in <{open_names[-1][:40]}>. "
                "No comment is that long; the file is damaged."
            )
        if len(open_names) > 1:
            current["text"].append(text)
        else:
            current["length"] = 0

    def end(name: str) -> None:
        if len(open_names) == 2:
            _close(name, item, current, found)
        open_names.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = data
    _refuse_document_types(parser, path)
    return parser


def _close(name: str, item: str, current: Mapping[str, Any], found: Found) -> None:
    text = "".join(current["text"])
    if name != item:
        if len(found.facts) < MAX_META and len(text) < 10_000:
            found.facts.setdefault(name, text.strip())
        if len(found.attributes) < MAX_META:
            found.attributes.append((name, dict(current["attributes"])))
    elif current["nested"]:
        found.nested += 1
    else:
        found.items.append((current["attributes"], text))


def _refuse_document_types(parser: Any, path: Path) -> None:
    def refuse(*_: Any) -> NoReturn:
        raise DataError(
            f"{path}, line {parser.CurrentLineNumber}: it declares a document type or entities "
            "(<!DOCTYPE, <!ENTITY), by which a file can swell without limit or read other files. "
            "No danmaku file needs them; it is refused. Delete the declaration if you trust it."
        )

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse


def _damaged(path: Path, error: Any) -> str:
    from xml.parsers.expat import ErrorString

    return (
        f"{path}, line {error.lineno}, column {error.offset + 1}: {ErrorString(error.code)}. It is "
        "not well-formed XML: damaged, or cut off. Copy it again from its source."
    )
