"""Coded rows for reliability: which enter, who coded them, and where each unit belongs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError, unknown_name
from mdresearch.core.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

REQUIRED = ("unit_id", "variable", "value", "coder_id")
SPAN_COLUMNS = ("start_ms", "end_ms", "char_from", "char_to")
PLACES = ("market", "work_id", "version_id", "episode_id", "duration_ms", "text_length")
ADJUDICATED = "adjudicated"


@dataclass(frozen=True, eq=False)
class Coded:
    """Rows that enter reliability, with integer keys.

    Attributes
    ----------
    rows : DataFrame
        The rows, with ``_unit``, ``_coder`` (places in ``units`` and ``coders``) and ``round``.
    units : DataFrame
        ``unit_type, unit_id`` and what is known of each: market, work_id, episode_id, ...
    coders : DataFrame
        ``coder_id, kind, country``, ``bridge``.
    codebook : Codebook or None
    checks : tuple of Check
    data_kind : str
        Kind of the corpus, such as ``simulated``.
    variables : tuple of str
        In the order of the rows.
    """

    rows: pd.DataFrame
    units: pd.DataFrame
    coders: pd.DataFrame
    codebook: Codebook | None
    checks: tuple[Check, ...]
    data_kind: str = ""
    variables: tuple[str, ...] = ()


def read_coded(
    codes: Any,
    codebook: Codebook | None,
    rounds: Sequence[str],
    variables: Sequence[str] | None,
    coders: pd.DataFrame | None = None,
    units: pd.DataFrame | None = None,
) -> Coded:
    """Return the rows of the rounds asked for.

    Parameters
    ----------
    codes : DataFrame or Corpus
        The table ``codes``; a corpus also gives coders, episodes, versions, works.
    codebook : Codebook or None
    rounds : sequence of str
    variables : sequence of str or None
    coders, units : DataFrame or None
        Tables of coders and of units (``unit_id`` and any of market, work_id, episode_id,
        duration_ms), where ``codes`` is no corpus.

    Raises
    ------
    DataError, StatisticsError, UnknownNameError
        A column is absent; a round or variable has no rows; adjudicated rows are asked for.
    """
    tables, data_kind = _tables(codes)
    frame = tables["codes"]
    for name in REQUIRED:
        if name not in frame.columns:
            raise DataError(
                f"The table 'codes' has no column '{name}'. It needs {', '.join(REQUIRED)}; here "
                f"are {', '.join(map(str, frame.columns))}."
            )
    if ADJUDICATED in rounds:
        raise StatisticsError(
            "Adjudicated rows never enter reliability: coders agreed on them by talking. Leave "
            f"'{ADJUDICATED}' out of 'rounds'."
        )
    rows, checks = _of_rounds(frame, rounds)
    rows, names = _of_variables(rows, variables, codebook)
    empty = rows["unit_id"].isna() | rows["coder_id"].isna()
    if empty.any():
        row = rows.index[int(np.flatnonzero(empty)[0])]
        raise DataError(f"Row {row} of 'codes' has no unit_id or no coder_id. Give every row both.")
    held = coders if coders is not None else tables.get("coders")
    who, coder_code, coder_check = _coders(rows, held)
    where, unit_code = _units(rows, tables, units)
    rows = rows.assign(_unit=unit_code, _coder=coder_code)
    checks += (coder_check, *_codebook_check(rows, codebook))
    return Coded(rows, where, who, codebook, checks, data_kind, names)


def _tables(codes: Any) -> tuple[dict[str, pd.DataFrame], str]:
    if hasattr(codes, "tables"):
        return {"codes": codes["codes"], **{k: v for k, v in codes.tables.items()}}, str(codes.kind)
    if hasattr(codes, "columns"):
        return {"codes": codes}, ""
    raise DataError(
        f"'codes' is a {type(codes).__name__}; give the table 'codes' as a DataFrame, or a Corpus."
    )


def _of_rounds(
    frame: pd.DataFrame, rounds: Sequence[str]
) -> tuple[pd.DataFrame, tuple[Check, ...]]:
    if "round" not in frame.columns:
        if len(rounds) != 1:
            raise StatisticsError(
                f"The rows name no round, and {len(rounds)} rounds are asked for. Add the column."
            )
        evidence = f"the rows name no round; all are taken as '{rounds[0]}'"
        return frame.assign(round=rounds[0]), (Check("rounds", None, evidence),)
    counts = frame["round"].value_counts(dropna=False)
    for name in rounds:
        if name not in counts.index:
            known = [str(k) for k in counts.index if str(k) != ADJUDICATED]
            raise unknown_name("round in the rows", name, known)
    rows = frame[frame["round"].isin(list(rounds))] if len(counts) > len(set(rounds)) else frame
    left = {str(k): int(n) for k, n in counts.items() if k not in set(rounds)}
    words = ", ".join(f"{n:,} of round {k}" for k, n in left.items()) or "none"
    evidence = f"{len(rows):,} rows enter; left out: {words}; rounds are not pooled"
    return rows, (Check("rounds", True, evidence),)


def _of_variables(
    rows: pd.DataFrame, variables: Sequence[str] | None, codebook: Codebook | None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    known = list(rows["variable"].dropna().unique())
    if variables is not None:
        for name in variables:
            if name not in known:
                raise unknown_name("variable in these rounds", name, known)
        rows = rows[rows["variable"].isin(list(variables))]
        known = [name for name in known if name in variables]
    if codebook is not None:
        for name in known:
            codebook.variable(name)
    if rows.empty:
        raise DataError("No rows are left. Look at 'rounds' and 'variables'.")
    return rows, tuple(map(str, known))


def _coders(
    rows: pd.DataFrame, coders: pd.DataFrame | None
) -> tuple[pd.DataFrame, np.ndarray, Check]:
    import pandas as pd

    code, names = pd.factorize(rows["coder_id"], sort=True)
    who = pd.DataFrame({"coder_id": names})
    if coders is None or "coder_id" not in coders.columns:
        evidence = "no table of coders: all are taken as human, of unknown country"
        who = who.assign(kind="human", country=None, bridge=None)
        return who, np.asarray(code), Check("coders_known", None, evidence)
    who = who.merge(coders.drop_duplicates("coder_id"), on="coder_id", how="left")
    for name in ("kind", "country", "bridge"):
        if name not in who:
            who[name] = None
    unknown = who.loc[who["kind"].isna(), "coder_id"].tolist()
    if unknown:
        raise DataError(
            f"Coder '{unknown[0]}' has no kind in the table of coders ({len(unknown)} of "
            f"{len(who)}). Write human, model or dictionary: models are not pooled with humans."
        )
    words = ", ".join(f"{n} {k}" for k, n in who["kind"].value_counts().sort_index().items())
    return who, np.asarray(code), Check("coders_known", True, words)


def _units(
    rows: pd.DataFrame, tables: Mapping[str, pd.DataFrame], units: pd.DataFrame | None
) -> tuple[pd.DataFrame, np.ndarray]:
    import pandas as pd

    code, names = pd.factorize(rows["unit_id"], sort=True)
    code = np.asarray(code, dtype=np.int64)
    kinds = pd.Index([""])
    if "unit_type" in rows.columns:
        kind, kinds = pd.factorize(rows["unit_type"].fillna(""), sort=True)
        if len(kinds) > 1:
            both = kind.astype(np.int64) * len(names) + code
            found, code = np.unique(both, return_inverse=True)
            names, kinds = names[found % len(names)], kinds[found // len(names)]
    where = pd.DataFrame({"unit_id": names, "unit_type": kinds if len(kinds) > 1 else kinds[0]})
    first = np.full(len(where), -1)
    first[code[::-1]] = np.arange(len(rows))[::-1]
    for name in [p for p in PLACES if p in rows.columns]:
        where[name] = rows[name].iloc[first].to_numpy()
    if units is not None:
        if "unit_id" not in units.columns:
            raise DataError("The table 'units' has no column 'unit_id'. Give one row a unit.")
        keys = ["unit_id", *(["unit_type"] if "unit_type" in units.columns else [])]
        extra = [c for c in units.columns if c not in keys]
        where = where.drop(columns=[c for c in extra if c in where]).merge(
            units.drop_duplicates(keys), on=keys, how="left"
        )
    return _placed(where, tables), code


PARENTS = {
    "segment": ("segments", "segment_id", "episode_id"),
    "cue": ("cues", "cue_id", "episode_id"),
    "episode": ("episodes", "episode_id", "version_id"),
    "version": ("versions", "version_id", "work_id"),
    "character": ("characters", "character_id", "work_id"),
    "response": ("comments", "comment_id", "version_id"),
}


def _placed(where: pd.DataFrame, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Add episode, version, work and market of each unit where the corpus knows them."""
    for kind, (table, key, parent) in PARENTS.items():
        mine = where["unit_type"] == kind
        if not mine.any():
            continue
        if f"{kind}_id" == key and kind in ("episode", "version"):
            where = _filled(where, key, where["unit_id"].where(mine))
        if table in tables and parent in tables[table]:
            to = tables[table].drop_duplicates(key).set_index(key)[parent]
            where = _filled(where, parent, where["unit_id"].where(mine).map(to))
    for table, key, names in (
        ("episodes", "episode_id", ("version_id", "duration_ms")),
        ("versions", "version_id", ("work_id", "market")),
    ):
        if table in tables and key in where:
            held = tables[table].drop_duplicates(key).set_index(key)
            for name in [n for n in names if n in held]:
                where = _filled(where, name, where[key].map(held[name]))
    return where


def _filled(where: pd.DataFrame, name: str, values: pd.Series) -> pd.DataFrame:
    old = where.get(name)
    return where.assign(**{name: values if old is None else old.where(old.notna(), values)})


def _codebook_check(rows: pd.DataFrame, codebook: Codebook | None) -> tuple[Check, ...]:
    if codebook is None:
        evidence = (
            "no codebook: every variable is nominal unless 'types' says otherwise; no roll-up"
        )
        return (Check("codebook", None, evidence),)
    if "codebook" not in rows.columns:
        return (
            Check("codebook", None, f"the rows do not say which codebook; read by {codebook.spec}"),
        )
    counts = rows["codebook"].value_counts(dropna=False)
    other = {str(k): int(n) for k, n in counts.items() if k != codebook.spec}
    if not other:
        return (Check("codebook", True, f"every row was coded by {codebook.spec}"),)
    words = ", ".join(f"{n:,} rows by {k}" for k, n in other.items())
    return (Check("codebook", False, f"read by {codebook.spec}, but coded: {words}"),)
