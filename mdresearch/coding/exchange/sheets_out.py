"""Sheets for coders: the units to code, a column a variable, drop-downs, and the rules beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.exchange.losses import LossReport, gathered
from mdresearch.coding.exchange.refi_payloads import readable_code
from mdresearch.core.csv_files import escape_cell, write_csv
from mdresearch.core.errors import DataError, unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook, Variable

KIND = "sheet for coders"
BETWEEN = " – "
CODES, LEGEND, LISTS, ABOUT = "codes", "codebook", "lists", "about"
LABELS = 3  # columns of a multilabel variable without a maximum
YES_NO = ("yes", "no")
CHOSEN = ("nominal", "ordinal", "boolean", "multilabel")
WIDE = 60


def write_sheet(
    codebook: Codebook,
    units: pd.DataFrame,
    path: str | Path,
    variables: Sequence[str] | None = None,
    lang: str | None = None,
    coder: str = "",
) -> LossReport:
    """Write a sheet for coders; see `Codebook.sheet`."""
    import pandas as pd

    lang = lang or codebook.default_language
    if lang not in codebook.languages:
        raise unknown_name(f"language of {codebook.spec}", lang, codebook.languages)
    for column in ("unit_type", "unit_id"):
        if column not in units:
            raise DataError(f"The table of units lacks '{column}'.")
    kinds = sorted(set(units["unit_type"].astype(str)))
    if len(kinds) != 1:
        raise DataError(f"The units are {', '.join(kinds) or 'none'}; write one sheet a unit_type.")
    if units["unit_id"].duplicated().any():
        twice = units.loc[units["unit_id"].duplicated(), "unit_id"].iloc[0]
        raise DataError(f"The unit '{twice}' stands twice among the units.")
    held, lost = _chosen(codebook, kinds[0], variables)
    columns = [(c, v) for v in held for c in columns_of(v)]
    frame = pd.DataFrame({"coder_id": coder, **{c: units[c].astype(str) for c in units}})
    frame = frame.assign(**dict.fromkeys((c for c, _ in columns), ""))
    shape = f"{len(frame):,} units, {len(held)} variables in {len(columns)} columns"
    done = f"{shape}, for {codebook.spec}."
    path = Path(path)
    if path.suffix.lower() == ".xlsx":
        _workbook(codebook, frame, columns, held, path, lang)
    elif path.suffix.lower() == ".csv":
        write_csv(frame, path)
        lost.append(
            ("drop-downs", "a CSV file has none: answers are checked when read", path.name, "")
        )
    else:
        raise DataError(f"'{path}': a sheet ends in .xlsx or .csv.")
    return LossReport(KIND, done, gathered(lost))


def columns_of(variable: Variable) -> list[str]:
    """Return the columns of a variable: one, or one a label."""
    if variable.type != "multilabel":
        return [variable.id]
    return [f"{variable.id}.{k + 1}" for k in range(variable.max_labels or LABELS)]


def options_of(codebook: Codebook, variable: Variable, lang: str) -> list[tuple[str, str]]:
    """Return (id, name) of every answer that a coder may choose, missing codes last."""
    if variable.type == "boolean":
        pairs = [(word, "") for word in YES_NO]
    else:
        codes = [c for c in codebook.codes_of(variable.id) if c.codable and not c.hidden]
        if variable.type == "ordinal":
            codes.sort(key=lambda c: codebook.value_of(c.id) or 0)
        pairs = [(c.id, c.name(lang)) for c in codes]
        pairs += [("none_of_these", "")] if variable.type == "multilabel" else []
    return pairs + [
        (m.id, m.label.get(lang) or next(iter(m.label.values()), "")) for m in variable.missing
    ]


def _chosen(
    codebook: Codebook, unit: str, wanted: Sequence[str] | None
) -> tuple[list[Variable], list[tuple[str, str, str, str]]]:
    lost: list[tuple[str, str, str, str]] = []
    names = wanted or [v.id for v in codebook.variables.values() if v.unit == unit and not v.hidden]
    out = []
    for name in names:
        variable = codebook.variable(name)
        if variable.unit != unit:
            raise DataError(f"'{name}' is coded on a {variable.unit}, not on a {unit}.")
        if variable.type == "span":
            lost.append(("variables", "spans cannot be marked in a sheet", name, "the codebook"))
            continue
        if variable.ask_if:
            lost.append(("conditions", "not enforced; checked when read", name, "the codebook"))
        out.append(variable)
    if not out:
        raise DataError(f"No variable of {codebook.spec} can be coded on a {unit} in a sheet.")
    return out, lost


def _workbook(
    codebook: Codebook, frame: pd.DataFrame, columns: Sequence[tuple[str, Variable]],
    held: Sequence[Variable], path: Path, lang: str,
) -> None:  # fmt: skip
    import io

    from openpyxl import Workbook
    from openpyxl.comments import Comment
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    from mdresearch.core.atomic import write_bytes

    book = Workbook()
    sheet: Any = book.active
    sheet.title = CODES
    sheet.append([escape_cell(str(c)) for c in frame.columns])
    for row in frame.itertuples(index=False, name=None):
        sheet.append([escape_cell(str(cell)) for cell in row])
    bold = Font(bold=True)
    for cell in sheet[1]:
        cell.font = bold
    lists: Any = book.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    places: dict[str, str] = {}
    for k, variable in enumerate((v for v in held if v.type in CHOSEN), start=1):
        letter = get_column_letter(k)
        lists[f"{letter}1"] = variable.id
        options = options_of(codebook, variable, lang)
        for i, (id_, name) in enumerate(options, start=2):
            lists[f"{letter}{i}"] = shown(id_, name)
        places[variable.id] = f"{LISTS}!${letter}$2:${letter}${len(options) + 1}"
    last = len(frame) + 1
    where = {name: get_column_letter(i) for i, name in enumerate(frame.columns, start=1)}
    for name, variable in columns:
        says = (_text(t, lang) for t in (variable.definition, variable.instructions))
        note = "\n".join((variable.name(lang), *says))
        sheet[f"{where[name]}1"].comment = Comment(note.strip(), "codebook", width=420, height=220)
        rule: Any = None
        if variable.id in places:
            rule = DataValidation(type="list", formula1=f"={places[variable.id]}", allow_blank=True)
        elif variable.type in ("interval", "ratio") and not variable.missing:
            low, high = variable.min, variable.max
            kind = "whole" if variable.step == 1 else "decimal"
            if low is not None and high is not None:
                rule = DataValidation(
                    type=kind, operator="between", formula1=f"{low:g}", formula2=f"{high:g}"
                )
            elif low is not None:
                rule = DataValidation(type=kind, operator="greaterThanOrEqual", formula1=f"{low:g}")
        if rule is not None:
            rule.error, rule.showErrorMessage = (
                "Choose from the list, or leave the cell empty.",
                True,
            )
            sheet.add_data_validation(rule)
            rule.add(f"{where[name]}2:{where[name]}{last}")
    for name, letter in where.items():
        longest = max([len(name), *(len(v) for v in frame[name].head(200))], default=8)
        sheet.column_dimensions[letter].width = (
            30 if name in dict(columns) else min(WIDE, longest + 3)
        )
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    first = next(where[name] for name, _ in columns)
    sheet.freeze_panes = f"{first}2"
    _legend(book, codebook, held, lang)
    about: Any = book.create_sheet(ABOUT)
    for line in (("codebook", codebook.spec), ("hash", codebook.hash), ("language", lang)):
        about.append(line)
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, buffer.getvalue())


def write_rows(heads: Sequence[str], rows: Sequence[Sequence[str]], path: str | Path) -> None:
    """Write a table of texts as a workbook, escaped like a CSV file."""
    import io

    from openpyxl import Workbook

    from mdresearch.core.atomic import write_bytes

    book = Workbook()
    sheet: Any = book.active
    for row in (heads, *rows):
        sheet.append([escape_cell(cell) for cell in row])
    buffer = io.BytesIO()
    book.save(buffer)
    write_bytes(path, buffer.getvalue())


def _legend(book: Any, codebook: Codebook, held: Sequence[Variable], lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    from mdresearch.coding.comparing import documents

    sheet = book.create_sheet(LEGEND)
    sheet.append(["variable", "answer", "name", "rules"])
    whole = documents(codebook.content)
    for variable in held:
        sheet.append([variable.id, "", variable.name(lang), _text(variable.definition, lang)])
        for id_, name in options_of(codebook, variable, lang) if variable.type in CHOSEN else ():
            text = (
                readable_code(whole[id_], lang, codebook.default_language) if id_ in whole else ""
            )
            sheet.append([variable.id, id_, escape_cell(name), escape_cell(text)])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCD", (22, 28, 30, 100), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def shown(id_: str, name: str) -> str:
    """Return an answer as coders see it.

    Examples
    --------
    >>> shown("wolf_alpha", "Wolf alpha"), shown("yes", "")
    ('wolf_alpha – Wolf alpha', 'yes')
    """
    return f"{id_}{BETWEEN}{' '.join(name.split())}" if name else id_


def _text(texts: Any, lang: str) -> str:
    return str(texts.get(lang) or next(iter(texts.values()), "")) if texts else ""
