"""The codebook as PDF, set by typst; a letter that no font on the machine has is an error."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from mdresearch.coding.documents.document_parts import Entry, Line, Parts
from mdresearch.coding.documents.document_words import direction
from mdresearch.core.errors import CodebookError

WANTED = (
    "Noto Serif", "Libertinus Serif", "DejaVu Serif", "Noto Serif CJK SC", "Noto Serif CJK JP",
    "Noto Serif CJK KR", "Noto Sans CJK SC", "Noto Serif Thai", "Noto Sans Thai", "Loma", "Garuda",
    "Noto Naskh Arabic", "Noto Sans Arabic", "Amiri", "DejaVu Sans", "Noto Serif Devanagari",
    "Noto Sans Devanagari", "Lohit Devanagari", "Gargi", "Liberation Serif",
)  # fmt: skip
CJK = {"zh-Hans": "SC", "zh-Hant": "TC", "ja": "JP", "ko": "KR"}
BUILT_IN = (*range(0x20, 0x180), *range(0x2010, 0x2028), 0x2190, 0x2191, 0x2192, 0x2193)
"""What Libertinus Serif, which comes with typst and has no file, holds at least."""
INSTALL = (
    "Install the Noto fonts of the script (in Debian: fonts-noto-core, fonts-noto-cjk), or pass "
    "font_paths= with a folder that holds such a font."
)

TEMPLATE = """\
#let doc = json(bytes(sys.inputs.at("document")))
#set document(title: doc.title, date: none)
#set page(paper: "a4", margin: (x: 24mm, y: 22mm), numbering: "1", footer-descent: 40%)
#set text(font: doc.fonts, size: 10pt, lang: doc.lang, dir: if doc.rtl { rtl } else { ltr })
#set par(leading: .62em, justify: false)
#show heading.where(level: 1): it => block(above: 2.2em, below: .9em, text(15pt, it.body))
#show heading.where(level: 2): it => block(above: 1.6em, below: .5em, text(11.5pt, it.body))
#let say(line) = text(dir: if line.rtl { rtl } else { ltr }, lang: line.lang, line.text)
#let quiet(x) = text(8pt, fill: luma(90), x)
#align(start, text(22pt, weight: "bold", doc.title))
#v(.4em)
#for (name, value) in doc.facts [#quiet(name + ": " + value) #linebreak()]
#for note in doc.notes {
  set text(dir: ltr, lang: "en")
  block(stroke: .7pt + luma(120), inset: 6pt, radius: 3pt, width: 100%, note)
}
#for section in doc.sections {
  heading(level: 1, section.name)
  for line in section.about { block(say(line)) }
  for entry in section.entries {
    let shift = 1.1em * (entry.depth - 1)
    pad(..(if doc.rtl { (right: shift) } else { (left: shift) }), {
      heading(level: 2, [#entry.name #h(.4em) #quiet(entry.id)])
      quiet(entry.marks.join(" · "))
      for field in entry.fields {
        block(above: .75em, below: .35em, text(8.5pt, weight: "bold", fill: luma(60), field.word))
        if field.lines.len() == 1 { block(say(field.lines.first())) } else {
          for line in field.lines {
            set text(dir: if line.rtl { rtl } else { ltr }, lang: line.lang)
            list(line.text)
          }
        }
      }
    })
  }
}
"""


def as_pdf(parts: Parts, font_paths: Sequence[str | Path] = ()) -> bytes:
    """Return the file's bytes; equal bytes on every run. See `Codebook.to_pdf`.

    Raises
    ------
    CodebookError
        typst is not installed, or letters of the document are in none of the fonts.
    """
    try:
        import typst
    except ImportError as error:
        raise CodebookError(
            "A PDF is set by typst, which is not installed: pip install 'mdresearch[documents]'. "
            "to_html() needs nothing and prints well."
        ) from error
    content = _content(parts)
    letters = {c for c in json.dumps(content, ensure_ascii=False) if _shows(c)}
    fonts = _fonts(parts.lang, letters, tuple(str(Path(p)) for p in font_paths))
    held = json.dumps({**content, "fonts": fonts}, ensure_ascii=False)
    page: Any = TEMPLATE.encode()
    folders = [str(p) for p in font_paths]
    inputs = {"document": held}
    made = typst.compile(page, sys_inputs=inputs, font_paths=folders, timestamp=0)
    return bytes(made)


def _content(parts: Parts) -> dict[str, Any]:
    return {
        "lang": parts.lang.split("-")[0],
        "rtl": direction(parts.lang) == "rtl",
        "title": parts.title.text,
        "facts": [[name, text] for name, text in parts.facts],
        "notes": list(parts.notes),
        "sections": [
            {
                "name": section.name.text,
                "about": [_line(line) for line in section.about],
                "entries": [_entry(entry) for entry in section.entries],
            }
            for section in parts.sections
        ],
    }


def _entry(entry: Entry) -> Mapping[str, Any]:
    return {
        "id": entry.id,
        "name": entry.name.text,
        "depth": entry.depth,
        "marks": [*entry.marks, *(["draft translation"] if entry.draft else [])],
        "fields": [
            {"word": f.word, "lines": [_line(line) for line in f.lines]} for f in entry.fields
        ],
    }


def _line(line: Line) -> Mapping[str, Any]:
    base = line.lang.split("-")[0]
    return {"text": line.text, "lang": base, "rtl": direction(line.lang) == "rtl"}


def _shows(letter: str) -> bool:
    return unicodedata.category(letter) not in ("Cc", "Cf", "Zs", "Zl", "Zp", "Mn", "Mc")


def _fonts(lang: str, letters: set[str], folders: tuple[str, ...]) -> list[str]:
    """Return font families that have all the letters between them, the fewest first come."""
    covers = _families(folders)
    east = [f"Noto Serif CJK {CJK[lang]}"] if lang in CJK else []
    order = [f for f in dict.fromkeys((*east, *WANTED, *sorted(covers))) if f in covers]
    left, taken = {ord(c) for c in letters}, []
    for family in order:
        found = left & covers[family]
        if found:
            taken.append(family)
            left -= found
        if not left:
            return taken
    shown = ", ".join(f"{chr(c)} (U+{c:04X})" for c in sorted(left)[:5])
    raise CodebookError(
        f"{len(left):,} letters of the document are in no font here, such as {shown}. {INSTALL}"
    )


@lru_cache(maxsize=8)
def _families(folders: tuple[str, ...]) -> dict[str, frozenset[int]]:
    """Return font family to its code points, of the fonts that typst itself finds."""
    import typst

    found: dict[str, set[int]] = {"Libertinus Serif": set(BUILT_IN)}
    fonts = typst.Fonts(font_paths=list(folders))
    for info in fonts.fonts():
        path = getattr(info, "path", None)
        if path is None or info.family.lower().endswith(("emoji", "math")):
            continue
        found.setdefault(info.family, set()).update(_letters(str(path), info.index))
    return {family: frozenset(points) for family, points in found.items()}


def _letters(path: str, index: int) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())
