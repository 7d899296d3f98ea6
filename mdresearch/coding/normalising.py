"""One form of a codebook's content, however its author wrote it.

A bare text becomes a text in the scheme's default language, an alpha-2 market becomes alpha-3.
Where such values may stand is read off the JSON Schema, so that no place is forgotten.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).resolve().parent / "schemas" / "mdcodebook-1.0.schema.json"


@lru_cache(maxsize=1)
def load_schema() -> dict[str, Any]:
    """Return the JSON Schema of mdcodebook 1.0."""
    return dict(json.loads(SCHEMA.read_text(encoding="utf-8")))


def normalise(source: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy with language maps and alpha-3 markets throughout; ``x_*`` keys as they are.

    Examples
    --------
    >>> normalise({"default_language": "en", "title": "My scheme"})["title"]
    {'en': 'My scheme'}
    """
    return dict(_walk(source, load_schema(), str(source.get("default_language", "en"))))


def _walk(value: Any, schema: Mapping[str, Any], lang: str) -> Any:
    name = str(schema.get("$ref", ""))[8:]  # after "#/$defs/"
    if name:
        schema = load_schema()["$defs"][name]
    if isinstance(value, str):
        if name in ("langmap", "rule"):
            return {lang: value}
        return market_code(value) if name == "market" else value
    if name == "rule" and isinstance(value, dict) and "if" in value:
        schema = schema["oneOf"][1]
    if isinstance(value, list):
        items = schema.get("items")
        return [_walk(item, items, lang) if items else plain_copy(item) for item in value]
    if not isinstance(value, dict):
        return value
    known, other = schema.get("properties", {}), schema.get("additionalProperties")
    out = {}
    for key, item in value.items():
        inner = known.get(key, other)
        out[key] = _walk(item, inner, lang) if isinstance(inner, dict) else plain_copy(item)
    return out


def plain_copy(value: Any) -> Any:
    """Return a deep copy of plain data (dicts, mappings, lists, tuples) as dicts and lists."""
    if isinstance(value, Mapping):
        return {key: plain_copy(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_copy(item) for item in value]
    return value


def market_code(text: str) -> str:
    """Return a market as alpha-3; a grouping, ``*`` and what is not a country stay as they are.

    Examples
    --------
    >>> market_code("NO"), market_code("LATAM"), market_code("*")
    ('NOR', 'LATAM', '*')
    """
    return _alpha_2().get(text, text) if len(text) == 2 else text


@lru_cache(maxsize=1)
def _alpha_2() -> dict[str, str]:
    import pycountry

    return {c.alpha_2: c.alpha_3 for c in pycountry.countries}
