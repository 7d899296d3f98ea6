"""Annotations of INCEpTION and WebAnno, TSV 3.3, in and out; offsets there are UTF-16 units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.coding.exchange.span_rows import Rows, span_variable, text_of
from mdresearch.core.errors import DataError
from mdresearch.core.offsets import from_utf16, to_utf16

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook
    from mdresearch.coding.exchange.imported import Imported

KIND = "WebAnno TSV 3.3"
LAYER = "webanno.custom.Code"
MAX_BYTES = 500_000_000
_ID = re.compile(r"\[(\d+)\]$")
_ROW = re.compile(r"\d+-\d+(?:\.\d+)?\t(\d+)-(\d+)\t")
_SIGNS = {"\\": "\\\\", "[": "\\[", "]": "\\]", "|": "\\|", "_": "\\_", "->": "\\->", ";": "\\;",
          "\t": "\\t", "\n": "\\n", "*": "\\*"}  # fmt: skip
_ESCAPED = re.compile(r"\\(->|.)")
_TOKEN = re.compile(r"\w+|[^\w\s]", re.UNICODE)


@dataclass
class _Document:
    """The text as far as it is known, and the pieces of annotations."""

    pieces: list[tuple[int, str]] = field(default_factory=list)
    spans: dict[tuple[int, str, str], list[int]] = field(default_factory=dict)
    single: int = 0


def read_webanno(
    path: str | Path,
    codebook: Codebook,
    variables: Mapping[str, str] | str | None = None,
    unit: str | None = None,
    coder: str = "webanno",
    keep_names: bool = False,
) -> Imported:
    """Read a document exported as WebAnno TSV 3.

    Parameters
    ----------
    path : str or Path
    codebook : Codebook
    variables : mapping of str to str, str or None
        ``layer|feature`` (or its last part) to variable, or one variable for all; the only span
        variable where None.
    unit : str or None
        The unit_id; the file's name without ending where None.
    coder : str
        Who annotated (INCEpTION exports a file an annotator).
    keep_names : bool
        Whether the coder keeps that name; it becomes a pseudonym otherwise.

    Raises
    ------
    DataError
        It is no WebAnno TSV 3, or a row has another number of cells than its layers ask for.
    """
    path = Path(path)
    lines = _lines(path)
    columns = _columns(lines, path)
    document = _Document()
    rows = Rows(codebook, "webanno")
    for number, line in lines:
        _take(document, line, columns, f"{path}, line {number}")
    text = _text(document)
    name = unit or path.name.split(".")[0]
    rows.units["", name] = text
    for (column, _, value), (begin, end) in document.spans.items():
        layer = columns[column]
        variable = _variable(codebook, variables, layer)
        if variable is None:
            rows.say("features", "no variable is named for them: left out", layer)
            continue
        if value == "*":
            rows.say("annotations", "without a value: left out", layer)
            continue
        try:
            place = from_utf16(text, begin), from_utf16(text, end)
        except DataError:
            rows.say("spans", "their place splits a character or lies outside: left out", name)
            continue
        rows.add(name, variable, value, coder, char_from=place[0], char_to=place[1])
    return rows.done(KIND, keep_names)


def write_webanno(
    codes: pd.DataFrame, units: pd.DataFrame, folder: str | Path, variable: str
) -> LossReport:
    """Write one TSV a unit and coder into a folder: ``UNIT.CODER.tsv``."""
    from mdresearch.core.atomic import write_text

    lost: list[tuple[str, str, str, str]] = []
    mine = codes[codes["variable"] == variable]
    texts, files, n = text_of(units), 0, 0
    for (unit, coder), part in mine.groupby(["unit_id", "coder_id"], sort=False):
        if str(unit) not in texts:
            raise DataError(f"codes has the unit '{unit}', which is not among the units.")
        spans = []
        for row in part.to_dict("records"):
            a, b = row.get("char_from"), row.get("char_to")
            if a != a or b != b or a is None or b is None or not 0 <= int(a) < int(b):
                lost.append(("rows", "without a place in the text", str(row["code_id"]), ""))
                continue
            spans.append((int(a), int(b), str(row["value"])))
        safe = re.sub(r"[^\w.-]", "_", f"{unit}.{coder}")
        write_text(Path(folder) / f"{safe}.tsv", _written(texts[str(unit)], spans))
        files, n = files + 1, n + len(spans)
    return LossReport(KIND, f"{n:,} of {len(mine):,} codes in {files:,} files.", gathered(lost))


def _lines(path: Path) -> list[tuple[int, str]]:
    if not path.is_file():
        raise DataError(f"There is no file '{path}'. Give the path of a TSV export.")
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path}: over {MAX_BYTES:,} bytes. Export documents one by one.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{path}: byte {error.start} is not UTF-8. Export it again.") from error
    lines = [(i, line.removesuffix("\r")) for i, line in enumerate(text.split("\n"), start=1)]
    if not lines[0][1].startswith("#FORMAT=WebAnno TSV 3"):
        raise DataError(f"{path}: it does not begin with '#FORMAT=WebAnno TSV 3'. Export as TSV 3.")
    return lines


def _columns(lines: Sequence[tuple[int, str]], path: Path) -> list[str]:
    """Return ``layer|feature`` of each cell behind the token; relations and chains too."""
    out = []
    for _, line in lines:
        if line.startswith(("#T_SP=", "#T_CH=", "#T_RL=")):
            kind, layer, *features = line[3:5], *line.split("=", 1)[1].split("|")
            out += [f"{layer}|{feature}" if kind == "SP" else "" for feature in features or ["*"]]
    if not out:
        raise DataError(f"{path}: no layer is named (#T_SP=...). Export with the annotations.")
    return out


def _take(document: _Document, line: str, columns: Sequence[str], place: str) -> None:
    found = _ROW.match(line)
    if not found:
        return
    begin, end = int(found[1]), int(found[2])
    cells = line[found.end() :].split("\t")
    token, rest = _plain(cells[0]), cells[1:]
    document.pieces.append((begin, token))
    rest = [c for i, c in enumerate(rest) if c or i < len(columns)][: len(columns)]
    if len(rest) < len(columns):
        raise DataError(f"{place}: {len(rest)} cells for {len(columns)} features. Export it again.")
    for i, cell in enumerate(rest):
        if not columns[i] or cell in ("_", ""):
            continue
        for part in _stacked(cell):
            number = _ID.search(part)
            value = _plain(_ID.sub("", part))
            if not number:
                document.single += 1
            key = (i, number[1] if number else f"single-{document.single}", value)
            span = document.spans.setdefault(key, [begin, end])
            span[0], span[1] = min(span[0], begin), max(span[1], end)


def _stacked(cell: str) -> list[str]:
    return re.split(r"(?<!\\)\|", cell)


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda m: {"t": "\t", "n": "\n"}.get(m[1], m[1]), text)


def _escaped(text: str) -> str:
    return "".join(_SIGNS.get(c, c) for c in text)


def _text(document: _Document) -> str:
    """Return the text by UTF-16 places; what no token covers is a space."""
    out: list[str] = []
    at = 0
    for begin, token in sorted(document.pieces):
        if begin < at:
            continue
        out += [" " * (begin - at), token]
        at = begin + to_utf16(token, len(token))
    return "".join(out)


def _variable(
    codebook: Codebook, variables: Mapping[str, str] | str | None, layer: str
) -> str | None:
    if isinstance(variables, Mapping):
        for key in (layer, layer.split("|")[0], layer.split("|")[-1], layer.split(".")[-1]):
            if key in variables:
                return codebook.variable(variables[key]).id
        return None
    return span_variable(codebook, variables)


def _written(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    edges = {i for a, b, _ in spans for i in (a, b)}
    lines = ["#FORMAT=WebAnno TSV 3.3", f"#T_SP={LAYER}|value", "", ""]
    at, sentence = 0, 0
    for line in text.split("\n"):
        if line.strip():
            sentence += 1
            lines.append(f"#Text={line}")
            tokens = [
                t for m in _TOKEN.finditer(line) for t in _cut(at + m.start(), at + m.end(), edges)
            ]
            lines += [_row(text, sentence, k, t, spans) for k, t in enumerate(tokens, start=1)]
            lines.append("")
        at += len(line) + 1
    return "\n".join(lines) + "\n"


def _cut(begin: int, end: int, edges: set[int]) -> list[tuple[int, int]]:
    inner = [begin, *sorted(e for e in edges if begin < e < end), end]
    return list(pairwise(inner))


def _row(
    text: str, sentence: int, number: int, token: tuple[int, int],
    spans: Sequence[tuple[int, int, str]],
) -> str:  # fmt: skip
    a, b = token
    held: list[Any] = [
        f"{_escaped(value)}[{k}]"
        for k, (s, e, value) in enumerate(spans, start=1)
        if s < b and a < e
    ]
    place = f"{to_utf16(text, a)}-{to_utf16(text, b)}"
    return f"{sentence}-{number}\t{place}\t{_escaped(text[a:b])}\t{'|'.join(held) or '_'}\t"
