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
    "code_rates": "machine_rates",
    "compare_maps": "transcodings",
    "dictionary_codes": "dictionary_coding",
    "fidelity": "fidelities",
    "localisation_table": "localisation_tables",
    "machine_coder": "machine_rates",
    "read_code_list": "exchange.code_lists",
    "read_doccano": "exchange.doccano",
    "read_elan": "exchange.elan",
    "read_label_studio": "exchange.label_studio_in",
    "read_sheet": "exchange.sheets_in",
    "read_webanno": "exchange.webanno",
    "transcode": "transcodings",
    "transcoding_observed": "transcodings",
    "write_doccano": "exchange.doccano",
    "write_elan": "exchange.elan",
    "write_label_studio": "exchange.label_studio_out",
    "write_maxqda": "exchange.code_lists",
    "write_taguette": "exchange.code_lists",
    "write_webanno": "exchange.webanno",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mdresearch.coding' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mdresearch.coding.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
