"""Annotations of ELAN, EAF, in and out: one tier a variable and coder, codes as a vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import Element, SubElement

from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.coding.exchange.span_rows import Rows
from mdresearch.coding.exchange.xml_trees import (
    child_text,
    children,
    read_xml,
    written_xml,
    xml_text,
)
from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook
    from mdresearch.coding.exchange.imported import Imported

KIND = "ELAN EAF"
DATE = "1970-01-01T00:00:00+00:00"
BETWEEN = "@"


def read_elan(
    path: str | Path,
    codebook: Codebook,
    unit: str | None = None,
    variables: Mapping[str, str] | None = None,
    keep_names: bool = False,
) -> Imported:
    """Read an EAF file: annotations with times as spans of variables.

    Parameters
    ----------
    path : str or Path
    codebook : Codebook
    unit : str or None
        The unit_id (an episode); the file's name without ending where None.
    variables : mapping of str to str or None
        Tier (or its linguistic type) to variable. A tier ``variable@coder`` needs none.
    keep_names : bool
        Whether annotators keep their names; they become pseudonyms otherwise.

    Raises
    ------
    DataError
        It is no EAF file, or is not well-formed, or has a document type.
    """
    root, _ = read_xml(path)
    if root.tag != "ANNOTATION_DOCUMENT":
        raise DataError(f"{path}: the root is <{root.tag}>, not an ELAN document. Save as .eaf.")
    slots = {
        s.get("TIME_SLOT_ID", ""): s.get("TIME_VALUE") for s in root.iter("TIME_SLOT")
    }  # fmt: skip
    entries = {e.get("CVE_ID", "") for e in root.iter("CV_ENTRY_ML")}
    rows = Rows(codebook, "elan")
    name = unit or Path(path).stem
    rows.units["", name] = ""
    for tier in children(root, "TIER"):
        id_ = tier.get("TIER_ID", "")
        stem, _, coder = id_.partition(BETWEEN)
        asked = variables or {}
        kind = tier.get("LINGUISTIC_TYPE_REF", "")
        variable = (
            asked.get(id_) or asked.get(kind) or (stem if stem in codebook.variables else kind)
        )
        if variable not in codebook.variables:
            rows.say("tiers", "no variable is named for them: left out", id_)
            continue
        coder = tier.get("ANNOTATOR") or coder or tier.get("PARTICIPANT") or "unnamed"
        for held in tier.iter("REF_ANNOTATION"):
            rows.say(
                "annotations", "without times of their own: left out", held.get("ANNOTATION_ID", "")
            )
        for held in tier.iter("ALIGNABLE_ANNOTATION"):
            ends = [slots.get(held.get(f"TIME_SLOT_REF{k}", "")) for k in (1, 2)]
            if not all(e is not None and e.isdigit() for e in ends):
                rows.say("annotations", "without times: left out", held.get("ANNOTATION_ID", ""))
                continue
            start, end = (int(str(e)) for e in ends)
            label = held.get("CVE_REF", "")
            label = label if label in entries else child_text(held, "ANNOTATION_VALUE").strip()
            if not label:
                rows.say("annotations", "without a value: left out", held.get("ANNOTATION_ID", ""))
                continue
            rows.add(name, variable, label, coder, start_ms=start, end_ms=end)
    return rows.done(KIND, keep_names)


def write_elan(
    codes: pd.DataFrame,
    codebook: Codebook,
    unit: str,
    path: str | Path,
    lang: str | None = None,
    media: str | None = None,
) -> LossReport:
    """Write the spans on time of one unit as EAF, with the codes as controlled vocabularies.

    Parameters
    ----------
    codes : DataFrame
        Rows of `codes`; those of other units are left alone.
    codebook : Codebook
    unit : str
        The unit_id.
    path : str or Path
    lang : str or None
        The language of the names of codes.
    media : str or None
        A relative link to the video.
    """
    from mdresearch.core.atomic import write_bytes

    lang = lang or codebook.default_language
    rows = codes[codes["unit_id"] == unit]
    timed = rows["start_ms"].notna() & rows["end_ms"].notna()
    lost = [
        ("rows", "without times: ELAN has spans on time only", str(r), "")
        for r in rows["code_id"][~timed]
    ]
    rows = rows[timed]
    root = Element(
        "ANNOTATION_DOCUMENT", AUTHOR="mdresearch", DATE=DATE, FORMAT="3.0", VERSION="3.0"
    )
    header = SubElement(root, "HEADER", MEDIA_FILE="", TIME_UNITS="milliseconds")
    if media:
        SubElement(header, "MEDIA_DESCRIPTOR", MEDIA_URL=media, MIME_TYPE="video/mp4",
                   RELATIVE_MEDIA_URL=media)  # fmt: skip
    order = SubElement(root, "TIME_ORDER")
    slot = 0
    number = 0
    names = sorted(set(rows["variable"]))
    for (variable, coder), part in rows.groupby(["variable", "coder_id"], sort=True):
        tier = SubElement(
            root, "TIER", TIER_ID=f"{variable}{BETWEEN}{coder}", ANNOTATOR=str(coder),
            LINGUISTIC_TYPE_REF=str(variable), DEFAULT_LOCALE="en",
        )  # fmt: skip
        for row in part.sort_values(["start_ms", "end_ms"], kind="stable").to_dict("records"):
            refs = []
            for time in (row["start_ms"], row["end_ms"]):
                slot += 1
                SubElement(order, "TIME_SLOT", TIME_SLOT_ID=f"ts{slot}", TIME_VALUE=str(int(time)))
                refs.append(f"ts{slot}")
            number += 1
            held = SubElement(
                SubElement(tier, "ANNOTATION"), "ALIGNABLE_ANNOTATION", ANNOTATION_ID=f"a{number}",
                TIME_SLOT_REF1=refs[0], TIME_SLOT_REF2=refs[1],
            )  # fmt: skip
            value = str(row["value"])
            if value in codebook.codes:
                held.set("CVE_REF", value)
            SubElement(held, "ANNOTATION_VALUE").text = xml_text(_name(codebook, value, lang))
    for name in names:
        SubElement(root, "LINGUISTIC_TYPE", LINGUISTIC_TYPE_ID=name, TIME_ALIGNABLE="true",
                   GRAPHIC_REFERENCES="false", CONTROLLED_VOCABULARY_REF=name)  # fmt: skip
    SubElement(root, "LOCALE", LANGUAGE_CODE="en")
    SubElement(root, "LANGUAGE", LANG_ID=lang, LANG_LABEL=lang, LANG_DEF=lang)
    for name in names:
        _vocabulary(root, codebook, name, lang)
    write_bytes(path, written_xml(root))
    return LossReport(KIND, f"{number:,} spans of the unit '{unit}'.", gathered(lost))


def _name(codebook: Codebook, value: str, lang: str) -> str:
    return codebook.codes[value].name(lang) if value in codebook.codes else value


def _vocabulary(root: Element, codebook: Codebook, name: str, lang: str) -> Any:
    held = SubElement(root, "CONTROLLED_VOCABULARY", CV_ID=name)
    variable = codebook.variables.get(name)
    if variable is None:
        return
    SubElement(held, "DESCRIPTION", LANG_REF=lang).text = xml_text(variable.name(lang))
    for code in codebook.codes_of(name):
        entry = SubElement(held, "CV_ENTRY_ML", CVE_ID=code.id)
        text = code.definition.get(lang) or code.definition.get(code.default_language, "")
        value = SubElement(entry, "CVE_VALUE", LANG_REF=lang, DESCRIPTION=xml_text(text))
        value.text = xml_text(code.name(lang))
