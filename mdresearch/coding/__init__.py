"""Coding: codebooks that extend one another, and what rests on coded data."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "Code": "codebooks",
    "CodeList": "codebooks",
    "Codebook": "codebooks",
    "Missing": "codebooks",
    "Variable": "codebooks",
    "agreement": "agreements",
    "code": "dictionary_coding",
    "compare_maps": "transcodings",
    "dictionary_codes": "dictionary_coding",
    "read_label_studio": "exchange.label_studio_in",
    "transcode": "transcodings",
    "transcoding_observed": "transcodings",
    "write_label_studio": "exchange.label_studio_out",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mdresearch.coding' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mdresearch.coding.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
