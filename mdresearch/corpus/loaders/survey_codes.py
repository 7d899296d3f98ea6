"""From raw arrays of a file to variables: dates, labels, and kinds of missing kept apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError
from mdresearch.corpus.loaders.survey_dates import date_kind, iso_dates
from mdresearch.corpus.loaders.survey_parts import EXACT, Variable, code_text, numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

EVERY = "*"


def make_variable(
    program: str,
    name: str,
    place: int,
    about: Mapping[str, Any],
    columns: Mapping[str, np.ndarray],
    texts: Mapping[int, list[str]],
    missing: Mapping[str, Any],
) -> tuple[Variable, str]:
    """Return a variable, and what must be said of it (an empty text where nothing must).

    Parameters
    ----------
    missing : mapping
        Codes that mean no answer beyond those that the file declares; by variable, or for every
        variable under ``"*"``.
    """
    labels = {_key(key): str(label).strip() for key, label in about["labels"][place]}
    letters_of_text = about["types"][place] == "string"
    if not letters_of_text:
        labels = {f".{key}" if _is_letter(key) else key: says for key, says in labels.items()}
    own = [code_text(_number(code)) for code in _own(missing, name)]
    ranges = about["ranges"][place]
    lost = ""
    if letters_of_text:
        cells = _words(columns[f"c{place}"], texts.get(place, []))
        marks = _text_missing(cells, ranges, own)
    else:
        values = columns[f"v{place}"]
        marks = _number_missing(values, columns.get(f"t{place}"), ranges, own)
        values = _without(values, marks)
        cells, lost = _typed(name, values, about["formats"][place], program)
    if marks is not None:
        cells = cells.mask(marks.notna())
    stated = own if name in missing else []
    declared = _declared(labels, ranges, stated, marks)
    variable = Variable(
        name,
        cells,
        about["says"][place].strip(),
        {code: says for code, says in labels.items() if says},
        marks,
        declared,
        "string" if letters_of_text else "numeric",
        about["formats"][place],
        "" if about["measures"][place] == "unknown" else about["measures"][place],
    )
    return variable, lost


def _key(key: object) -> str:
    return code_text(float(key)) if isinstance(key, int | float) else str(key)


def _is_letter(key: str) -> bool:
    return len(key) == 1 and (key.isalpha() or key == "_")


def _number(code: object) -> object:
    return float(code) if isinstance(code, int | float) and not isinstance(code, bool) else code


def _own(missing: Mapping[str, Any], name: str) -> Sequence[object]:
    held = missing.get(name, missing.get(EVERY, ()))
    return [held] if isinstance(held, str | int | float) else list(held)


def own_codes(missing: object) -> Mapping[str, Any]:
    """Return the option ``missing=``, or refuse it."""
    if not missing:
        return {}
    if not isinstance(missing, Mapping):
        raise DataError(
            f"missing={missing!r}: give codes by variable, such as {{'q1': [98, 99]}}, or for "
            "every variable {'*': [-1, -2]}."
        )
    return missing


def _words(codes: np.ndarray, words: list[str]) -> pd.Series:
    import numpy as np
    import pandas as pd

    table = np.array([*(w.rstrip() or None for w in words), None], dtype=object)
    return pd.Series(table[codes], dtype="str")


def _within(value: Any, held: Mapping[str, Any]) -> Any:
    return (value >= held["lo"]) & (value <= held["hi"])


def _text_missing(cells: pd.Series, ranges: Sequence[Any], own: Sequence[str]) -> pd.Series | None:
    codes = {str(held["lo"]).rstrip() for held in ranges} | set(own)
    hit = cells.isin(codes) & cells.notna()
    return cells.where(hit) if hit.any() else None


def _number_missing(
    values: np.ndarray, letters: np.ndarray | None, ranges: Sequence[Any], own: Sequence[str]
) -> pd.Series | None:
    """Return in each row the code or letter that means no answer; None where no row has one."""
    import numpy as np
    import pandas as pd

    hit = np.zeros(len(values), dtype=bool)
    for held in ranges:
        hit |= _within(values, held)
    for code in own:
        try:
            hit |= values == float(code)
        except ValueError:
            continue
    if not hit.any() and letters is None:
        return None
    marks = np.full(len(values), None, dtype=object)
    distinct, places = np.unique(values[hit], return_inverse=True)
    marks[hit] = np.array([code_text(float(v)) for v in distinct], dtype=object)[places]
    if letters is not None:
        table = np.array([None, *(f".{chr(k)}" for k in range(1, 256))], dtype=object)
        marks[letters > 0] = table[letters[letters > 0]]
    return pd.Series(marks, dtype="str")


def _without(values: np.ndarray, marks: pd.Series | None) -> np.ndarray:
    import numpy as np

    return values if marks is None else np.where(marks.notna().to_numpy(), np.nan, values)


def _typed(name: str, values: np.ndarray, form: str, program: str) -> tuple[pd.Series, str]:
    import numpy as np

    kind = date_kind(form, program)
    if kind:
        cells, odd = iso_dates(values, kind)
        return cells, f"'{name}': {odd:,} numbers are no date and stay empty" if odd else ""
    infinite = np.isinf(values)
    values = np.where(infinite, np.nan, values)
    lost = (
        [f"'{name}': {int(infinite.sum()):,} infinite numbers stay empty"] if infinite.any() else []
    )
    large = int((np.abs(values) >= EXACT).sum())
    if large:
        lost.append(f"'{name}': {large:,} numbers of 2^53 and more, which the file holds rounded")
    return numbers(values), "; ".join(lost)


def _declared(
    labels: Mapping[str, str], ranges: Sequence[Any], own: Sequence[str], marks: pd.Series | None
) -> tuple[str, ...]:
    """Return the codes for no answer: those labelled, stated one by one, or met in the rows."""
    codes = {code: None for code in own}
    for code in labels:
        number = _float(code)
        inside = number is not None and any(
            isinstance(held["lo"], float) and _within(number, held) for held in ranges
        )
        if inside or (code.startswith(".") and _is_letter(code[1:])):
            codes[code] = None
    for held in ranges:
        if held["lo"] == held["hi"]:
            codes[_key(held["lo"]).rstrip()] = None
    if marks is not None:
        codes.update(dict.fromkeys(sorted(marks.dropna().unique())))
    return tuple(codes)


def _float(code: str) -> float | None:
    try:
        return float(code)
    except ValueError:
        return None
