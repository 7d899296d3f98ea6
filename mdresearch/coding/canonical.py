"""Canonical JSON (RFC 8785) and the content hash: equal on every machine for equal content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mdresearch.core.errors import CodebookError
from mdresearch.core.hashing import hash_text

_EXACT = 2**53  # whole numbers beyond it are not exact in every JSON reader


def canonical_json(value: Any) -> str:
    """Return plain data as JSON with sorted keys, no white space, numbers as RFC 8785 writes them.

    ``1`` and ``1.0`` are one number. References: Rundgren, Jordan & Erdtman (2020), RFC 8785,
    doi:10.17487/RFC8785.

    Examples
    --------
    >>> canonical_json({"b": [1.0, 1e21, 0.000001, 1e-7], "a": "é"})
    '{"a":"é","b":[1,1e+21,0.000001,1e-7]}'
    """
    out: list[str] = []
    _write(value, out)
    return "".join(out)


def content_hash(value: Any) -> str:
    """Return the SHA-256 of `canonical_json` in UTF-8, as 64 hex digits."""
    return hash_text(canonical_json(value))


_ESCAPE = json.JSONEncoder(ensure_ascii=False).encode


def _write(value: Any, out: list[str]) -> None:
    if isinstance(value, str):
        out.append(_ESCAPE(value))
    elif value is None or isinstance(value, bool):
        out.append({None: "null", True: "true", False: "false"}[value])
    elif isinstance(value, (int, float)):
        out.append(_number(value))
    elif isinstance(value, Mapping):
        mark = "{"
        for key in sorted(value, key=_order):
            out.append(f"{mark}{_ESCAPE(key)}:")
            _write(value[key], out)
            mark = ","
        out.append("}" if value else "{}")
    else:
        mark = "["
        for item in value:
            out.append(mark)
            _write(item, out)
            mark = ","
        out.append("]" if value else "[]")


def _order(key: str) -> Any:
    return key if key.isascii() else key.encode("utf-16-be").decode("latin-1")


def _number(value: float) -> str:
    if isinstance(value, int):
        if abs(value) < _EXACT:
            return str(value)
        value = float(value)
    if value != value or value in (float("inf"), float("-inf")):
        raise CodebookError(f"{value} has no place in a codebook. Write a finite number.")
    if value == int(value) and abs(value) < 1e21:
        return str(int(value))
    text = repr(value)
    mantissa, mark, exponent = text.partition("e")
    if not mark:
        return text
    power = int(exponent)
    if -7 < power < 0:  # JavaScript writes these out, Python does not
        digits = mantissa.replace(".", "").replace("-", "")
        return ("-" if value < 0 else "") + "0." + "0" * (-power - 1) + digits
    return f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"
