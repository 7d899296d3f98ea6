"""From one survey file to its rows of ``respondents``: ids, countries, labels beside codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.core.countries import country_codes
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.corpus.loaders.survey_parts import Survey, Variable, code_text
from mdresearch.corpus.loaders.timed_text_names import language_tag
from mdresearch.corpus.privacy import personal_columns
from mdresearch.corpus.schemas import LANG, TABLES
from mdresearch.corpus.values import BOOLEANS

if TYPE_CHECKING:
    import pandas as pd

ID = "respondent_id"
NEVER = ("region", "source_id", "source_file")
PANELS = (
    *("prolificpid", "prolificid", "workerid", "mturkid", "participantid", "panelid"),
    *("recipientemail", "token", "ipaddr", "ssn", "passport"),
)
LANGUAGES = {"ZH-S": "zh-Hans", "ZH-T": "zh-Hant", "PB": "pt-BR", "ES-ES": "es-ES"}
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")


@dataclass(frozen=True, eq=False)
class People:
    """The rows of one file, with what is known of its columns.

    Attributes
    ----------
    frame : DataFrame
        One row a row of the file: ``respondent_id``, columns of the schema, variables with labels
        and kinds of missing beside them.
    raw : DataFrame
        The variables as the file names them, for ladders and choices.
    variables, labels : DataFrame
        Rows of ``variables`` and ``value_labels``.
    persons : tuple of str
        Columns that become salted hashes.
    """

    frame: pd.DataFrame
    raw: pd.DataFrame
    variables: pd.DataFrame
    labels: pd.DataFrame
    persons: tuple[str, ...]
    warnings: tuple[str, ...]


def people_of(survey: Survey, options: Mapping[str, Any]) -> People:
    """Make the rows of one file.

    Parameters
    ----------
    survey : Survey
        The file.
    options : mapping
        ``columns`` (column of ``respondents`` to variable) and ``labels`` are used.

    Raises
    ------
    UnknownNameError
        A variable that is named is not in the file.
    DataError
        A person stands twice, or has no id.
    """
    import pandas as pd

    held = {variable.name: variable for variable in survey.variables}
    asked = {str(k): str(v) for k, v in (options.get("columns") or {}).items()}
    schema = TABLES["respondents"]
    mapped = {name: name for name in schema.names() if name in held}
    mapped |= {k: v for k, v in survey.mapped.items() if v in held}
    mapped |= {k: v for k, v in asked.items() if k in schema.names()}
    for name in asked.values():
        if name not in held:
            raise unknown_name(f"variable of '{survey.path.name}'", name, held)
    id_from = mapped.pop(ID, "") or survey.respondent
    ids, said = _ids(survey, held.get(id_from), bool(options.get("_long")))
    columns: dict[str, pd.Series] = {ID: ids}
    warnings = list(said)
    for name, source in mapped.items():
        columns[name], lost = converted(held[source], name)
        if lost:
            warnings.append(f"{survey.path.name}: {lost}")
    persons = [ID] if id_from else []
    about, labels = [], []
    personal = set(personal_columns(held)) | {n for n in held if _plain(n) in PANELS}
    for variable in survey.variables:
        if variable.name == id_from:
            about.append(_about(variable, ID, survey))
            continue
        if mapped.get(variable.name) == variable.name and _same(variable, columns[variable.name]):
            about.append(_about(variable, variable.name, survey))
            continue
        shown = _column(variable.name, columns, survey, personal)
        if variable.name in personal or variable.name in survey.persons or _mails(variable):
            persons.append(shown)
        elif _mails(variable, some=True):
            warnings.append(
                f"{survey.path.name}: '{variable.name}' holds e-mail addresses in its text, which "
                "are kept. Look at it before you pass the data on."
            )
        columns[shown] = variable.cells
        row = _about(variable, shown, survey)
        if variable.labels and options.get("labels", True) and shown not in persons:
            beside = _free(f"{shown}_label", columns, held)
            columns[beside] = _said(variable)
            row["label_column"] = beside
        if variable.missing is not None:
            beside = _free(f"{shown}_missing", columns, held)
            columns[beside] = variable.missing
            row["missing_column"] = beside
        about.append(row)
        if shown not in persons:
            labels += _labels(variable, shown)
    raw = pd.DataFrame({name: variable.cells for name, variable in held.items()})
    return People(
        pd.DataFrame(columns),
        raw.assign(**{ID: ids}),
        pd.DataFrame(about),
        pd.DataFrame(labels),
        tuple(persons),
        tuple(warnings),
    )


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name.lower())


def _ids(survey: Survey, variable: Variable | None, long: bool) -> tuple[pd.Series, list[str]]:
    import pandas as pd

    if variable is None:
        made = [f"{survey.path.stem}-r{n}" for n in range(1, survey.n_rows + 1)]
        return pd.Series(made, dtype="str"), [
            f"{survey.path.name}: no variable tells persons apart, so that each row became a "
            "person (respondent_id is file and row). Give columns={'respondent_id': ...}."
        ]
    ids = variable.cells.map(code_text, na_action="ignore").astype("str").str.strip()
    ids = ids.mask(ids == "")
    again = pd.Series(False, index=ids.index) if long else ids.str.casefold().duplicated()
    bad = ids.isna() | again
    if bad.any():
        at = int(bad.idxmax())
        what = "is empty" if pd.isna(ids[at]) else f"{ids[at]!r} stands twice"
        raise DataError(
            f"{survey.path}, row {at + 1} of the data, '{variable.name}': {what} "
            "(capitals do not make another person). Name another variable with "
            "columns={'respondent_id': ...}; of a file with several rows a person, give "
            "columns= with 'rating' or 'accept' too."
        )
    return ids, []


def _column(name: str, columns: Mapping[str, Any], survey: Survey, personal: set[str]) -> str:
    """Return the name of the column of a variable: its own, unless that is taken or says more."""
    if name in survey.persons:
        return survey.persons[name]
    if name in personal:
        return f"{name}_hash"
    taken = name in columns or name in NEVER or name in TABLES["respondents"]
    return _free(f"own_{name}", columns, survey.names()) if taken else name


def _free(name: str, columns: Mapping[str, Any], others: Any) -> str:
    while name in columns or name in others:
        name += "_"
    return name


def _mails(variable: Variable, some: bool = False) -> bool:
    """Whether the cells are e-mail addresses (most of them), or hold some."""
    if variable.type == "numeric":
        return False
    cells = variable.cells.dropna().astype("str")
    if some:
        return bool(cells.str.contains(_MAIL).any())
    return bool(len(cells)) and bool(cells.str.strip().str.fullmatch(_MAIL).mean() > 0.5)


def _same(variable: Variable, column: pd.Series) -> bool:
    """Whether a column of the schema says all that the variable of that name says."""
    plain = not variable.labels and variable.missing is None
    return plain and bool(
        column.map(code_text, na_action="ignore").astype("str").equals(_codes(variable))
    )


def _codes(variable: Variable) -> pd.Series:
    """Return the cells as codes in text; each different cell is turned once."""
    import numpy as np
    import pandas as pd

    places, kinds = pd.factorize(variable.cells)
    texts = np.array([*(code_text(_plain_number(kind)) for kind in kinds), None], dtype=object)
    return pd.Series(texts[places], index=variable.cells.index, dtype="str")


def _plain_number(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _said(variable: Variable) -> pd.Series:
    return _codes(variable).map(variable.labels).astype("str")


def _about(variable: Variable, shown: str, survey: Survey) -> dict[str, Any]:
    missing = 0 if variable.missing is None else int(variable.missing.notna().sum())
    answers = int(variable.cells.notna().sum())
    return {
        "variable": shown,
        "name_in_file": variable.name if variable.name != shown else None,
        "says": variable.says or None,
        "type": variable.type or None,
        "format": variable.format or None,
        "measure": variable.measure or None,
        "n_answers": answers,
        "n_missing": missing,
        "n_empty": survey.n_rows - answers - missing,
        "label_column": None,
        "missing_column": None,
    }


def _labels(variable: Variable, shown: str) -> list[dict[str, Any]]:
    """Return the codes that have a label or mean no answer, and how often each stands there."""
    codes = dict.fromkeys([*variable.labels, *variable.declared])
    if not codes:
        return []
    counts = _codes(variable).value_counts()
    lost = {} if variable.missing is None else variable.missing.value_counts()
    return [
        {
            "variable": shown,
            "value": code,
            "label": variable.labels.get(code),
            "missing": code in variable.declared,
            "n": int(counts.get(code, 0)) + int(lost.get(code, 0)),
        }
        for code in codes
        if code
    ]


def converted(variable: Variable, name: str) -> tuple[pd.Series, str]:
    """Turn a variable into a column of ``respondents``, and say what could not be read.

    Codes with labels count by their labels: country 76 that is labelled Brazil is BRA.

    Parameters
    ----------
    variable : Variable
        The variable.
    name : str
        The column; its type is that of the schema.
    """
    import pandas as pd

    codes = _codes(variable)
    words = _said(variable).fillna(codes) if variable.labels else codes
    kind = TABLES["respondents"][name].type
    if kind == "code_country":
        values = country_codes(words).codes.replace("", None).astype("str")
    elif kind == "code_lang":
        values = words.map(_language, na_action="ignore").astype("str")
    elif kind == "boolean":
        values = words.str.strip().str.lower().map(BOOLEANS)
        values = values.fillna(codes.str.lower().map(BOOLEANS)).astype("boolean")
    elif kind in ("integer", "number"):
        values = pd.to_numeric(codes, errors="coerce").astype("float64")
        least = TABLES["respondents"][name].minimum
        good = (values.abs() < float("inf")) & (
            values >= (-float("inf") if least is None else least)
        )
        good &= (values % 1 == 0) if kind == "integer" else good
        values = values.where(good)
        values = values.astype("Int64") if kind == "integer" else values
    else:
        values = words
    lost = words[words.notna() & values.isna()]
    if lost.empty:
        return values, ""
    shown = ", ".join(f"{word!r} ({n:,})" for word, n in lost.value_counts().head(5).items())
    return values, (
        f"{len(lost):,} cells of '{variable.name}' could not be read as {name} and stay empty: "
        f"{shown}. Its own column keeps them."
    )


def _language(word: str) -> str | None:
    tag = LANGUAGES.get(word.strip().upper()) or language_tag(word.strip())
    return tag if re.fullmatch(LANG, tag) else None
