"""Codebooks as lists of paths: the sheet of MAXQDA and the CSV of Taguette, out and in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from mdresearch.coding.exchange.losses import LossReport, gathered, unique_names
from mdresearch.coding.exchange.refi_payloads import readable_code
from mdresearch.coding.exchange.sheets_out import write_rows
from mdresearch.core.csv_files import read_csv, unescape_cell, write_csv
from mdresearch.core.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

MOST_NAME = 63
HEADINGS = {"code": "path", "tag": "path", "name": "path", "path": "path", "memo": "text",
            "description": "text", "definition": "text"}  # fmt: skip
_PARTS = re.compile(r"\s*(?:\\|>|/)\s*")


def write_maxqda(codebook: Codebook, path: str | Path, lang: str | None = None) -> LossReport:
    r"""Write the sheet that MAXQDA imports: Code (``Parent\Child``) and Memo; .xlsx or .csv."""
    names, lost = _names(codebook, lang)
    rows = [("\\".join(names[p] for p in chain), memo) for chain, memo in _chains(codebook, lang)]
    _save(rows, ("Code", "Memo"), path)
    return LossReport("MAXQDA codebook", f"{len(rows):,} codes and lists.", gathered(lost))


def write_taguette(codebook: Codebook, path: str | Path, lang: str | None = None) -> LossReport:
    """Write the CSV that Taguette imports: tag (a path) and description."""
    names, lost = _names(codebook, lang)
    rows = [
        (" / ".join(names[p] for p in chain), memo)
        for chain, memo in _chains(codebook, lang) if len(chain) > 1
    ]  # fmt: skip
    _save(rows, ("tag", "description"), path)
    return LossReport("Taguette codebook", f"{len(rows):,} codes.", gathered(lost))


def read_code_list(path: str | Path, match: Codebook) -> tuple[pd.DataFrame, LossReport]:
    r"""Read a codebook of MAXQDA or Taguette, or any table of paths, and find its codes.

    Parameters
    ----------
    path : str or Path
        CSV or xlsx with a column Code, tag, name or path (``Parent\Child``, ``Parent > Child`` or
        ``Parent / Child``), and perhaps Memo or description.
    match : Codebook
        Whose codes are looked for: by path of names in any language, then by the last name alone
        where only one code has it.

    Returns
    -------
    found : DataFrame
        path, code (missing where unknown), text.
    report : LossReport

    Raises
    ------
    DataError
        No such column is there.
    """
    import pandas as pd

    path = Path(path)
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        from mdresearch.corpus.workbooks import read_sheet

        table = read_sheet(path)
    else:
        table = read_csv(path)
    columns = {HEADINGS.get(str(c).strip().lower(), ""): c for c in reversed(table.columns)}
    if "path" not in columns:
        shown = ", ".join(map(str, table.columns[:10]))
        raise DataError(f"{path}: no column Code, tag, name or path. It has: {shown}.")
    known, alone = _known(match)
    rows, lost = [], []
    for text in map(unescape_cell, map(str, table[columns["path"]].dropna())):
        parts = tuple(p.casefold() for p in _PARTS.split(str(text).strip()) if p)
        code = known.get(parts) or alone.get(parts[-1] if parts else "")
        if code is None:
            lost.append(
                ("codes", "not known: neither path nor name is in the scheme", str(text), "")
            )
        rows.append((str(text), code or None))
    out = pd.DataFrame(rows, columns=["path", "code"])
    memo = columns.get("text")
    out["text"] = table.loc[table[columns["path"]].notna(), memo].to_numpy() if memo else None
    n = int(out["code"].notna().sum())
    return out, LossReport(
        "list of codes", f"{n:,} of {len(out):,} codes are known.", gathered(lost)
    )


def _known(book: Codebook) -> tuple[dict[tuple[str, ...], str], dict[str, str | None]]:
    known: dict[tuple[str, ...], str] = {}
    alone: dict[str, str | None] = {}
    for lang in book.languages:
        for code in book.codes.values():
            top = book.code_lists.get(code.code_list)
            names = [top.name(lang)[:MOST_NAME]] if top is not None else []
            names += [book.codes[c].name(lang)[:MOST_NAME] for c in code.path]
            folded = tuple(n.casefold() for n in names)
            known.setdefault(folded, code.id)
            known.setdefault(folded[1:], code.id)
            last = folded[-1]
            alone[last] = code.id if alone.get(last, code.id) == code.id else None
    return known, alone


def _chains(codebook: Codebook, lang: str | None) -> list[tuple[tuple[str, ...], str]]:
    from mdresearch.coding.comparing import documents

    held = documents(codebook.content)
    lang = lang or codebook.default_language
    out: list[tuple[tuple[str, ...], str]] = []
    for list_id, one in codebook.code_lists.items():
        out.append(((f"list:{list_id}",), one.description.get(lang, "")))
        for id_ in one.codes:
            text = readable_code(held[id_], lang, codebook.default_language)
            out.append(((f"list:{list_id}", *codebook.codes[id_].path), text))
    return out


def _names(
    codebook: Codebook, lang: str | None
) -> tuple[dict[str, str], list[tuple[str, str, str, str]]]:
    ids = [f"list:{n}" for n in codebook.code_lists]
    wanted = [one.name(lang) for one in codebook.code_lists.values()]
    ids += [c for one in codebook.code_lists.values() for c in one.codes]
    wanted += [
        codebook.codes[c].name(lang) for one in codebook.code_lists.values() for c in one.codes
    ]
    clean = [re.sub(r"[\\/>]", "-", w) for w in wanted]
    names = unique_names(clean, MOST_NAME)
    lost = [
        ("names", f"cut or told apart (at most {MOST_NAME} characters)", i, "")
        for i, w, n in zip(ids, wanted, names, strict=True) if w != n
    ]  # fmt: skip
    lost += [
        ("variables", "the format has no place for them", v, "the codebook")
        for v in codebook.variables
    ]
    return dict(zip(ids, names, strict=True)), lost


def _save(rows: list[tuple[str, str]], heads: tuple[str, str], path: str | Path) -> None:
    import pandas as pd

    if Path(path).suffix.lower() == ".xlsx":
        write_rows(heads, rows, path)
    else:
        write_csv(pd.DataFrame(rows, columns=list(heads)), path)
