"""One table of the formats that a codebook is written in for people."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.coding.documents.document_parts import parts_of
from mdresearch.coding.documents.html_documents import as_html
from mdresearch.coding.documents.markdown_documents import as_markdown
from mdresearch.coding.documents.pdf_documents import as_pdf
from mdresearch.core.atomic import write_bytes, write_text

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

TEXTS = {"html": as_html, "markdown": as_markdown}


def write_document(
    codebook: Codebook,
    kind: str,
    path: str | Path | None = None,
    lang: str | None = None,
    font_paths: Sequence[str | Path] = (),
) -> str | bytes:
    """Return a codebook as ``html``, ``markdown`` or ``pdf``, and write it where a path is given.

    Examples
    --------
    >>> from mdresearch.coding.codebooks import Codebook
    >>> write_document(Codebook.load("core"), "markdown").splitlines()[0][:2]
    '# '
    """
    parts = parts_of(codebook, lang)
    if kind == "pdf":
        content = as_pdf(parts, font_paths)
        if path is not None:
            write_bytes(path, content)
        return content
    text = TEXTS[kind](parts)
    if path is not None:
        write_text(path, text)
    return text
