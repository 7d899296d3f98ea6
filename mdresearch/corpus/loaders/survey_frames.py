"""From survey files to respondents, ratings, choices, variables and value labels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.corpus.loaders.survey_parts import Survey, code_text
from mdresearch.corpus.loaders.survey_people import ID, People, people_of
from mdresearch.corpus.loading import FileNote, Reading
from mdresearch.corpus.survey_shapes import forced_choice, long_ladder, wide_ladder

if TYPE_CHECKING:
    import pandas as pd

GIVES = ("respondents", "ratings", "choices", "variables", "value_labels")
ANSWERS = ("rating", "accept")
UNANSWERED = "choice tasks without an answer (they give no rows)"
OPTIONS = {
    "columns": (
        "column of 'respondents' to variable, such as {'respondent_id': 'id', 'country': 'Q2'}; "
        "with 'rating' or 'accept' too, the file has a row an answer, and goes to 'ratings'"
    ),
    "ladder": "names of the variables of a ladder, such as 'ex_{ladder}_{level}', for 'ratings'",
    "answer": "what the cells of the ladder are: 'rating' (the default) or 'accept'",
    "values": "what each answer means: {'A1': 1, 'A2': 2}, by code, or by label where all fit",
    "choices": "names of the variables of forced choices, such as 'choice_{task}'",
    "profiles": "every profile that could be chosen",
    "design": "a table (or the path of a CSV) of task, profile, attr_*: what each profile showed",
    "labels": "False leaves out the columns with the words of codes; 'value_labels' keeps them",
    "missing": "codes for no answer beyond the declared: {'q1': [98, 99]}, or {'*': [-1, -2]}",
    "encoding": "the encoding of the text; found by default, and reported",
}
_COUNTS = ("n_answers", "n_missing", "n_empty", "n")


def reading(surveys: Sequence[Survey], options: Mapping[str, Any]) -> Reading:
    """Put survey files together.

    Raises
    ------
    DataError
        A person stands twice, no variable fits a pattern, or an answer cannot be read.
    UnknownNameError
        A variable that is named is not in a file.
    """
    long = bool({*ANSWERS} & set(options.get("columns") or {}))
    if long and options.get("ladder"):
        raise DataError(
            "ladder= is for a file with one row a person, 'rating' in columns= for one "
            "with a row an answer. Give one of them."
        )
    given = {**options, "_long": long}
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in GIVES}
    warnings, persons, notes = [], dict[str, None](), []
    for place, survey in enumerate(surveys):
        people = people_of(survey, given)
        said: list[str] = []
        lost: Counter[str] = Counter()
        tables = _tables(survey, people, given, lost, said)
        for name, frame in tables.items():
            parts[name].append(frame.assign(source_file=place))
        if not survey.n_rows:
            said.append(f"{survey.path.name}: no row of data is left.")
        warnings += [*survey.warnings, *people.warnings, *said]
        persons.update(dict.fromkeys(people.persons))
        counted = [f"{what}: {n:,}" for what, n in lost.items()]
        note = "; ".join([*survey.notes, *counted])
        refused = dict(survey.refused)
        total = survey.n_rows + sum(refused.values())
        notes.append(FileNote(survey.path, survey.encoding, total, refused, note))
    frames = {name: _joined(name, held, warnings) for name, held in parts.items() if held}
    _refuse_twice(frames["respondents"], surveys)
    named = tuple(persons)
    hashed = {"respondents": named} if named else {}
    if ID in named:
        hashed |= {name: (ID,) for name in ("ratings", "choices") if name in frames}
    return Reading(frames, tuple(notes), hashed, tuple(warnings))


def _tables(
    survey: Survey,
    people: People,
    options: Mapping[str, Any],
    lost: Counter[str],
    said: list[str],
) -> dict[str, pd.DataFrame]:
    out = {"respondents": people.frame, "variables": people.variables}
    if len(people.labels):
        out["value_labels"] = people.labels
    try:
        if options["_long"]:
            out["respondents"], out["ratings"] = _long(people, options)
        elif options.get("ladder"):
            out["ratings"] = wide_ladder(
                _worded(people.raw, survey, options.get("values")),
                str(options["ladder"]),
                answer=_answer(options),
                values=_values(survey, options.get("values")),
            )
        if options.get("choices"):
            out["choices"] = _choices(people, options, lost, said, survey)
    except DataError as error:
        raise DataError(f"{survey.path}: {error}") from error
    return out


def _answer(options: Mapping[str, Any]) -> str:
    answer = str(options.get("answer") or "rating")
    if answer not in ANSWERS:
        raise unknown_name("value of answer=", answer, ANSWERS)
    return answer


def _by_label(survey: Survey, values: Mapping[str, Any] | None) -> bool:
    """Whether the keys of values= are labels of the file: all of them, and none is a code."""
    said = {label for v in survey.variables for label in v.labels.values()}
    codes = {code for v in survey.variables for code in v.labels}
    return bool(values) and set(values or ()) <= said and not set(values or ()) & codes


def _worded(raw: pd.DataFrame, survey: Survey, values: Mapping[str, Any] | None) -> pd.DataFrame:
    """Replace codes by their labels where values= speaks of labels."""
    if not _by_label(survey, values):
        return raw
    worded = {
        v.name: v.cells.map(code_text, na_action="ignore").map(v.labels).astype("str")
        for v in survey.variables
        if v.labels
    }
    return raw.assign(**worded)


def _values(survey: Survey, values: Any) -> Mapping[str, Any] | None:
    return None if values is None else {str(key): value for key, value in values.items()}


def _long(people: People, options: Mapping[str, Any]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Split a file with a row an answer into persons and answers.

    A column that never differs within a person goes to ``respondents``, all others to ``ratings``.
    """
    from mdresearch.corpus.schemas import TABLES

    asked = {str(k): str(v) for k, v in options["columns"].items()}
    answers = {k: v for k, v in asked.items() if k in TABLES["ratings"] and k != ID}
    whole = people.frame
    back = {name: column for column, name in _shown(people).items()}
    moved = {k: back.get(v, v) for k, v in answers.items()}
    ratings = long_ladder(whole, {ID: ID, **moved}, values=options.get("values"))
    others = [c for c in whole.columns if c not in (ID, *moved.values())]
    kinds = whole.groupby(ID)[others].nunique(dropna=False)
    steady = [c for c in others if (kinds[c] <= 1).all()]
    persons = whole[[ID, *steady]].drop_duplicates(ID).reset_index(drop=True)
    return persons, ratings.drop(columns=[c for c in steady if c in ratings])


def _shown(people: People) -> dict[str, str]:
    """Return the names in the file by the columns that the variables became."""
    rows = people.variables
    return dict(zip(rows["variable"], rows["name_in_file"].fillna(rows["variable"]), strict=True))


def _choices(
    people: People,
    options: Mapping[str, Any],
    lost: Counter[str],
    said: list[str],
    survey: Survey,
) -> pd.DataFrame:
    if not options.get("profiles") or isinstance(options["profiles"], str):
        raise DataError("choices= needs profiles=: the list of all profiles that could be chosen.")
    out = forced_choice(
        people.raw,
        str(options["choices"]),
        profiles=[str(p) for p in options["profiles"]],
        design=_design(options.get("design")),
    )
    unanswered = int(out.attrs.get("unanswered", 0))
    if unanswered:
        lost[UNANSWERED] += unanswered
        said.append(f"{survey.path.name}: {unanswered:,} {UNANSWERED}.")
    out.attrs = {}
    return out


def _design(design: Any) -> pd.DataFrame | None:
    if design is None or hasattr(design, "columns"):
        return design
    from mdresearch.core.csv_files import read_csv

    return read_csv(design)


def _joined(name: str, frames: Sequence[pd.DataFrame], warnings: list[str]) -> pd.DataFrame:
    """Put the rows of several files below each other; a variable that is text in one is text."""
    import pandas as pd

    if name == "variables":
        texts = [c for c in frames[0].columns if c not in (*_COUNTS, "source_file")]
        return pd.concat([f.astype(dict.fromkeys(texts, "str")) for f in frames], ignore_index=True)
    kinds: dict[str, set[bool]] = {}
    for frame in frames:
        for column in frame.columns:
            if frame[column].notna().any():
                kind = pd.api.types.is_numeric_dtype(frame[column].dtype)
                kinds.setdefault(str(column), set()).add(kind)
    mixed = [column for column, held in kinds.items() if len(held) > 1]
    if mixed:
        warnings.append(
            f"Numbers in one file and text in another, so that all are text: {', '.join(mixed)}."
        )
    same = [
        f.assign(
            **{c: f[c].map(code_text, na_action="ignore").astype("str") for c in mixed if c in f}
        )
        for f in frames
    ]
    empty = [
        f.drop(columns=[c for c in f.columns if c in kinds and not f[c].notna().any()])
        if len(frames) > 1
        else f
        for f in same
    ]
    out = pd.concat(empty, ignore_index=True)
    first = list(dict.fromkeys(c for f in frames for c in f.columns))
    return out.reindex(columns=first)


def _refuse_twice(respondents: pd.DataFrame, surveys: Sequence[Survey]) -> None:
    again = respondents[ID].str.casefold().duplicated()
    if again.any():
        row = respondents[again].iloc[0]
        path = surveys[int(row["source_file"])].path
        raise DataError(
            f"{path}: the person {row[ID]!r} stands in another file already. Read waves as corpora "
            "of their own, or make ids that tell the waves apart."
        )
