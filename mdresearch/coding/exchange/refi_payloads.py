"""What a REFI-QDA description holds: a part for people, and after a mark the rest as JSON."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from mdresearch.coding.documents.document_words import words
from mdresearch.coding.exchange.xml_trees import xml_text

MARK = "--- mdcodebook ---"
NAMESPACE = uuid.UUID("8f0c4f5e-6c0b-5d3c-9f55-2b8a7a1f4c11")
MOST_NAME = 63


def guid(scheme: str, what: str, id_: str) -> str:
    """Return the GUID of a part of a scheme: the same on every machine and in every version.

    Examples
    --------
    >>> guid("x:core", "code", "ruler") == guid("x:core", "code", "ruler")
    True
    """
    return str(uuid.uuid5(NAMESPACE, f"{scheme}#{what}/{id_}")).upper()


def normal_guid(text: str) -> str:
    """Return a GUID without braces, in upper case."""
    return text.strip().strip("{}").upper()


def description(readable: str, payload: Mapping[str, Any]) -> str:
    """Return the text of a ``Description``."""
    held = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return xml_text(f"{readable.strip()}\n\n{MARK}\n{held}".lstrip())


def parted(text: str) -> tuple[str, dict[str, Any] | None, bool]:
    r"""Return the readable part, the payload (None where there is none), and whether it is broken.

    Examples
    --------
    >>> parted("A ruler."), parted("A ruler.\n--- mdcodebook ---\n{\"id\":")[1:]
    (('A ruler.', None, False), (None, True))
    """
    readable, mark, rest = text.replace("\r\n", "\n").partition(MARK)
    if not mark:
        return readable.strip(), None, False
    try:
        payload = json.loads(rest)
    except (ValueError, RecursionError):
        return readable.strip(), None, True
    if not isinstance(payload, dict):
        return readable.strip(), None, True
    return readable.strip(), payload, False


def readable_code(code: Mapping[str, Any], lang: str, default: str) -> str:
    """Return definition, include, exclude and rules of a code as text for the users of a tool."""
    said = words(lang)

    def told(text: Any) -> str:
        if isinstance(text, Mapping) and "if" in text:
            parts = [f"{said[k]} {told(text[k])}" for k in ("if", "then", "else") if k in text]
            return ", ".join(parts)
        if not isinstance(text, Mapping):
            return str(text)
        return str(text.get(lang) or text.get(default) or next(iter(text.values()), ""))

    lines = [told(code["definition"])] if code.get("definition") else []
    for key, word in (("include", "include"), ("exclude", "exclude"), ("decision_rules", "rules")):
        held = code.get(key, ())
        if held:
            lines += [f"{said[word]}:", *(f"- {told(text)}" for text in held)]
    return "\n".join(lines)
