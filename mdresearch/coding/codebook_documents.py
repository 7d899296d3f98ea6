"""The codebook for people and for tools: the methods of `Codebook` that write and exchange."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook
    from mdresearch.coding.documents.translating import Translation
    from mdresearch.coding.exchange.losses import LossReport


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


class ForTools:
    """Exchange with annotation software; each method is a face of a function in `exchange`."""

    def to_qdc(self: Any, path: str | Path, lang: str | None = None) -> LossReport:
        """Write a REFI-QDA codebook, with the whole scheme beside it as ``*.mdcb.yaml``.

        Read by QualCoder, ATLAS.ti, MAXQDA, NVivo and others. Ids, languages and examples travel
        in the descriptions, after a mark, so that they come back (`from_qdc`).

        Parameters
        ----------
        path : str or Path
            Ends in ``.qdc``.
        lang : str or None
            The language of the names.

        Returns
        -------
        LossReport
            What users of a tool will not see, and where it is kept.
        """
        from mdresearch.coding.exchange.refi_codebooks_out import write_qdc

        return write_qdc(self, path, lang)

    @classmethod
    def from_qdc(
        cls, path: str | Path, match: Codebook | None = None
    ) -> tuple[Codebook, LossReport]:
        """Read a REFI-QDA codebook of any tool.

        A code is known by the payload of its description, else (with ``match``) by its GUID or the
        path of its names, else it is new. What the file has no place for is taken from the sidecar
        beside it, or from ``match``.

        Returns
        -------
        codebook : Codebook
        report : LossReport
            What was new, cut, taken from elsewhere, or left out.

        Raises
        ------
        DataError
            It is no REFI-QDA codebook, is not well-formed, or has a document type.
        """
        from mdresearch.coding.exchange.refi_codebooks_in import read_qdc

        return read_qdc(path, match)

    def to_label_studio(
        self: Any,
        path: str | Path,
        unit: str | None = None,
        lang: str | None = None,
        fps: float = 25.0,
    ) -> LossReport:
        """Write the labelling interface of a Label Studio project.

        Aliases are code ids, so that answers come back without any language.

        Parameters
        ----------
        path : str or Path
            The XML file to write.
        unit : str or None
            The variables of one unit (one project a unit); of all where None.
        lang : str or None
            The language of what coders read.
        fps : float
            Frames per second of the videos. A wrong figure shifts every time.

        Returns
        -------
        LossReport
            Rules that the interface cannot keep; `Codebook.check_rows` checks them afterwards.
        """
        from mdresearch.coding.exchange.label_studio_config import label_studio_config
        from mdresearch.core.atomic import write_text

        text, report = label_studio_config(self, unit, lang, fps)
        write_text(path, text)
        return report

    def sheet(
        self: Any,
        units: pd.DataFrame,
        path: str | Path,
        variables: Sequence[str] | None = None,
        lang: str | None = None,
        coder: str = "",
    ) -> LossReport:
        """Write a sheet for a coder: the units, a column a variable, drop-downs, the rules beside.

        Parameters
        ----------
        units : DataFrame
            unit_type (one only), unit_id, and what coders need to see (text, link, ...).
        path : str or Path
            .xlsx, or .csv without drop-downs.
        variables : sequence of str or None
            Those of the unit where None; spans cannot be marked in a sheet.
        lang : str or None
            The language of names and rules.
        coder : str
            Who is to code; stands in the column coder_id.

        Returns
        -------
        LossReport

        See Also
        --------
        mdresearch.coding.read_sheet : reads it back, every answer checked.
        """
        from mdresearch.coding.exchange.sheets_out import write_sheet

        return write_sheet(self, units, path, variables, lang, coder)
