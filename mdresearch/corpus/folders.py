"""A scholar's own folder of CSV and Excel files, read as a corpus, with nothing guessed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.csv_files import guess_delimiter, read_csv
from mdresearch.core.errors import DataError, several, suggest, unknown_name
from mdresearch.core.hashing import hash_file
from mdresearch.corpus.checks import FIRST_ROW, SHOWN
from mdresearch.corpus.corpora import Corpus, Kind
from mdresearch.corpus.packages import DESCRIPTOR, read_descriptor
from mdresearch.corpus.privacy import PERSON_TABLES, local_salt, personal_columns, pseudonym
from mdresearch.corpus.schemas import TABLES, TYPES, TableSchema
from mdresearch.corpus.values import COMMA, infer, parse

if TYPE_CHECKING:
    import pandas as pd

SUFFIXES = (".csv", ".xlsx")
PLACE_KEYS = ("file", "sheet")
PSEUDONYM = re.compile(r"pseudonym\((.+)\)")

ColumnMap = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class _Place:
    path: Path
    sheet: str | None
    names: Mapping[str, str]

    def __str__(self) -> str:
        return self.path.name + (f", sheet '{self.sheet}'" if self.sheet else "")


@dataclass
class _Log:
    """What the reading did and found; it ends up in the corpus's provenance."""

    problems: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)

    def note(self, what: str, line: Any) -> None:
        self.facts.setdefault(what, []).append(line)


def read_folder(
    path: str | Path, columns: ColumnMap | None = None, name: str | None = None
) -> Corpus:
    """Read a folder in which each file, or each sheet of a workbook, is a table.

    A file or sheet is a table when it bears the table's name (``ratings.csv``), or when ``columns``
    says so. Columns that no schema lists are kept: as numbers where every cell is a plain number,
    else as text. Country names become alpha-3 codes; those that are no country become missing, are
    kept in ``country_as_given``, and are counted in a warning and in the provenance.

    Parameters
    ----------
    path : str or Path
        The folder, or a single workbook.
    columns : mapping or None
        For each table the file, the sheet, and the scholar's own names of its columns:
        ``{"ratings": {"file": "answers.xlsx", "respondent_id": "Participant"}}``. The name
        ``pseudonym(Email)`` makes a pseudonym from the column ``Email`` and leaves that out.
    name : str or None
        What to call the corpus; the name of the folder where None.

    Raises
    ------
    DataError
        Something is not as the schemas say; all such problems are listed together, each with
        file, row, column, value and what is allowed.
    """
    path = Path(path)
    if not path.exists():
        raise DataError(f"There is no folder '{path}'. Give the path of an existing folder.")
    folder = path if path.is_dir() else path.parent
    files = _files(path)
    log = _Log()
    kind, escaped = _package(folder)
    places = _places(folder, files, columns or {}, log)
    tables = {table: _read(table, place, escaped, log) for table, place in places.items()}
    _refuse(path, log.problems)
    corpus = Corpus(
        name=name or path.stem,
        tables=tables,
        kind=kind,
        note=_unresolved(log),
        provenance={
            "path": str(path),
            "sha256": {p.path.name: hash_file(p.path) for p in places.values()},
            **log.facts,
        },
    )
    report = corpus.check()
    _refuse(path, [_located(problem, places) for problem in report.problems.itertuples()])
    return corpus


def _files(path: Path) -> list[Path]:
    found = sorted(path.iterdir()) if path.is_dir() else [path]
    return [f for f in found if f.suffix.lower() in SUFFIXES and f.name[0] not in ".~"]


def _package(folder: Path) -> tuple[Kind, bool]:
    if not (folder / DESCRIPTOR).is_file():
        return "collected", False
    ours = read_descriptor(folder).get("mdresearch", {})
    return ours.get("kind", "collected"), bool(ours.get("escaped", False))


def _places(folder: Path, files: list[Path], columns: ColumnMap, log: _Log) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    for table, names in columns.items():
        schema = TABLES[table]
        own = {key: value for key, value in names.items() if key not in PLACE_KEYS}
        for column in own:
            if not (column in schema or re.fullmatch(r"[a-z][a-z0-9_]*", column)):
                raise unknown_name(f"column of '{table}'", column, schema.names())
        target = _target(folder, files, table, names.get("file"))
        places[table] = _Place(target, names.get("sheet"), own)
    for path in files:
        for table, sheet in _offered(path):
            place = places.get(table)
            if place is None:
                places[table] = _Place(path, sheet, {})
            elif table not in columns:
                raise DataError(
                    f"Table '{table}' is in '{place}' and in '{path.name}'. Keep one of them, or "
                    f"say which with columns={{'{table}': {{'file': ...}}}}."
                )
    used = {place.path for place in places.values()}
    for path in files:
        if path not in used:
            log.note("not_read", path.name)
    if not places:
        known = ", ".join(path.name for path in files) or "no CSV or XLSX file"
        raise DataError(
            f"'{folder}' holds no table: {known}. Name a file after its table ({', '.join(TABLES)})"
            ", or say which it is with columns={'ratings': {'file': ...}}."
        )
    return places


def _target(folder: Path, files: list[Path], table: str, name: str | None) -> Path:
    names = [path.name for path in files]
    if name is None:
        near = [path for path in files if path.stem == table]
        if len(near) == 1:
            return near[0]
        raise DataError(
            f"columns['{table}'] names no 'file', and {len(near)} files of '{folder}' are called "
            f"'{table}'. Add 'file', one of: {', '.join(names) or 'none there'}."
        )
    if name not in names:
        raise unknown_name(f"CSV or XLSX file in '{folder}'", name, names)
    return folder / name


def _offered(path: Path) -> list[tuple[str, str | None]]:
    if path.suffix.lower() == ".csv":
        return [(path.stem, None)] if path.stem in TABLES else []
    from mdresearch.corpus.workbooks import sheet_names

    sheets = sheet_names(path)
    if len(sheets) == 1 and path.stem in TABLES:
        return [(path.stem, sheets[0])]
    return [(sheet, sheet) for sheet in sheets if sheet in TABLES]


def _read(table: str, place: _Place, escaped: bool, log: _Log) -> pd.DataFrame:
    import pandas as pd

    schema = TABLES[table]
    cells = _cells(place, escaped, log)
    named = _rename(cells, schema, place, log)
    out = {}
    for name, column in named.items():
        kind = schema[name].type if name in schema else infer(column)
        if kind == "code_country":
            out[name], given = _countries(column, f"{table}.{name}", log)
            if given is not None:
                out[f"{name}_as_given"] = given
            continue
        out[name], bad = parse(column, kind)
        for at in bad.index[bad]:
            log.problems.append(_unread(place, int(at), name, column[at], kind))
    return pd.DataFrame(out, index=cells.index)


def _cells(place: _Place, escaped: bool, log: _Log) -> pd.DataFrame:
    if place.path.suffix.lower() == ".xlsx":
        from mdresearch.corpus.workbooks import read_sheet

        return read_sheet(place.path, place.sheet)
    mark = guess_delimiter(place.path)
    if mark != ",":
        log.note("delimiters", f"{place.path.name}: {mark!r}")
    return read_csv(place.path, escaped=escaped, delimiter=mark)


def _rename(
    cells: pd.DataFrame, schema: TableSchema, place: _Place, log: _Log
) -> dict[str, pd.Series]:
    out: dict[str, pd.Series] = {}
    taken = set()
    for name, own in place.names.items():
        wish = PSEUDONYM.fullmatch(own)
        source = wish.group(1).strip() if wish else own
        if source not in cells:
            near = suggest(source, cells.columns)
            hint = f" Did you mean '{near}'?" if near else ""
            log.problems.append(
                f"{place}: there is no column '{source}' (for '{name}').{hint} "
                f"It has: {', '.join(cells.columns)}."
            )
            continue
        taken.add(source)
        if not wish and _is_personal(source, schema, place, log):
            continue
        out[name] = pseudonym(cells[source], local_salt()) if wish else cells[source]
        if wish:
            log.note("pseudonyms", f"{schema.name}.{name} from '{source}' of {place.path.name}")
    for source in cells.columns:
        if source in taken:
            continue
        plain = re.sub(r"[\s-]+", "_", source.strip().lower())
        name = plain if plain in schema and plain not in cells else source
        if name in out:
            log.problems.append(
                f"{place}: '{name}' is both a column and the new name of "
                f"'{place.names.get(name, name)}'. Rename one of them."
            )
            continue
        if name != source:
            log.note("renamed", f"{schema.name}: '{source}' to '{name}'")
        out[name] = cells[source]
    return {name: out[name] for name in out if not _is_personal(name, schema, place, log)}


def _is_personal(name: str, schema: TableSchema, place: _Place, log: _Log) -> bool:
    if schema.name not in PERSON_TABLES or not personal_columns([name]):
        return False
    log.problems.append(
        f"{place}: the column '{name}' names persons, and is not taken in. Delete it; or turn it "
        f"into an id with columns={{'{schema.name}': {{'file': '{place.path.name}', "
        f"'respondent_id': 'pseudonym({name})'}}}}."
    )
    return True


def _countries(values: pd.Series, column: str, log: _Log) -> tuple[pd.Series, pd.Series | None]:
    from mdresearch.core.countries import country_codes

    found = country_codes(values)
    codes = found.codes.mask(found.codes == "").astype("str")
    codes.index = values.index
    lost = codes.isna() & values.notna()
    if not lost.any():
        return codes, None
    for row in found.unresolved.itertuples(index=False):
        hint = f", did you mean {row.suggestion}?" if row.suggestion else ""
        log.note("unresolved_countries", f"{column}: {row.value!r} ({row.n}{hint})")
    return codes, values.where(lost).astype("str")


def _unresolved(log: _Log) -> str:
    import warnings

    lines = log.facts.get("unresolved_countries", [])
    if not lines:
        return ""
    text = f"No country, and therefore missing: {'; '.join(lines)}."
    warnings.warn(text, UserWarning, stacklevel=3)
    return text


def _unread(place: _Place, at: int, name: str, value: str, kind: str) -> str:
    label = place.names.get(name, name)
    column = name if label == name else f"{name} (column '{label}')"
    words = f"{place}, row {at + FIRST_ROW}, {column}: {value!r} is not {TYPES[kind][0]}"
    if kind in ("integer", "number") and re.fullmatch(COMMA, value.strip()):
        words += "; it has a decimal comma. Write 3.5, not 3,5, in the whole column"
    if kind == "boolean":
        words += "; allowed: yes, no, true, false, 1, 0"
    return words


def _located(problem: Any, places: Mapping[str, _Place]) -> str:
    from mdresearch.corpus.checks import in_words

    return f"{places[problem.table]}: {in_words(problem)}"


def _refuse(path: Path, problems: list[str]) -> None:
    if not problems:
        return
    lines = problems[:SHOWN]
    if len(problems) > SHOWN:
        lines = [*lines, f"and {len(problems) - SHOWN:,} more"]
    noun = "problem" if len(problems) == 1 else "problems"
    raise several(f"'{path}' has {len(problems):,} {noun}", lines, DataError)
