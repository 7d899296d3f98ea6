"""The codebook for people: the methods of `Codebook` that write documents and sheets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.documents.translating import Translation


class ForPeople:
    """Documents for coders and sheets for translators; each method is a face of `documents`."""

    def to_html(self: Any, path: str | Path | None = None, lang: str | None = None) -> str:
        """Return the codebook for coders as one page of HTML, and write it where a path is given.

        Parameters
        ----------
        path : str, Path or None
        lang : str or None
            One of `languages`; the scheme's own where None. What is not there in it stands in the
            scheme's own language, counted at the top.
        """
        from mdresearch.coding.documents.documenting import write_document

        return str(write_document(self, "html", path, lang))

    def to_markdown(self: Any, path: str | Path | None = None, lang: str | None = None) -> str:
        """Return the codebook for coders as Markdown; see `to_html`."""
        from mdresearch.coding.documents.documenting import write_document

        return str(write_document(self, "markdown", path, lang))

    def to_pdf(
        self: Any,
        path: str | Path,
        lang: str | None = None,
        font_paths: Sequence[str | Path] = (),
    ) -> Path:
        """Write the codebook for coders as PDF (needs ``mdresearch[documents]``); see `to_html`.

        Raises
        ------
        CodebookError
            A letter is in none of the fonts of this machine or of the folders ``font_paths``, so
            that it would be missing on the page.
        """
        from mdresearch.coding.documents.documenting import write_document

        write_document(self, "pdf", path, lang, font_paths)
        return Path(path)

    def translate_template(self: Any, lang: str, path: str | Path | None = None) -> pd.DataFrame:
        """Return every text with the columns that a translator fills; see `read_translation`.

        Parameters
        ----------
        lang : str
            The language to translate into (BCP 47); one that is there already may be revised.
        path : str, Path or None
            A CSV file to write.

        Returns
        -------
        DataFrame
            id, what, field, position, source_lang, source, target_lang, target, back_translation,
            status, translator, note: one row a text of the scheme's own (those of a scheme that it
        extends belong to that scheme's sheet). ``status`` is empty, ``draft`` or ``checked``;
        aliases are joined by `` | ``.
        """
        from mdresearch.coding.documents.translating import translation_table

        return translation_table(self, lang, path)

    def read_translation(self: Any, table: pd.DataFrame | str | Path) -> Translation:
        """Return a filled table of translations, checked: what is new, empty, or out of date.

        ``.document()`` is the scheme's own content with the translations in it, to be saved as its
        next version; ``.problems`` lists rows that were not taken, and why.
        """
        from mdresearch.coding.documents.translating import read_translation

        return read_translation(self, table)
