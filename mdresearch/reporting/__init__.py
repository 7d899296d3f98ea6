"""Reporting: figures, tables and pages of results; the results themselves live in `core`."""

from __future__ import annotations

import importlib
from typing import Any

_PUBLIC = {
    "FIGURES": "figures",
    "REFERENCES": "references",
    "THEMES": "themes",
    "Theme": "themes",
    "alt_text": "alt_texts",
    "bibtex": "references",
    "figure": "figures",
    "png_bytes": "canvases",
    "report": "reports",
    "svg_text": "canvases",
}

__all__ = sorted(_PUBLIC)


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'mdresearch.reporting' has no attribute '{name}'")
    return getattr(importlib.import_module(f"mdresearch.reporting.{_PUBLIC[name]}"), name)


def __dir__() -> list[str]:
    return __all__
