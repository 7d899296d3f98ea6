"""Coded rows of an older version under a newer one: renamed where sure, else marked to recode.

No row is dropped and no code is guessed: what a split, redefined or retyped code meant in an old
row only a coder can say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.code_rows import NEEDED
from mdresearch.coding.versions import Version
from mdresearch.core.errors import CodebookError, DataError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

CODED = ("nominal", "ordinal", "multilabel", "span")  # types whose values are ids of codes
SURE = ("rename", "merge", "move")  # operations that may be automatic
GONE = ("rename", "merge", "split", "retire")  # the old id means nothing else afterwards
PLACE = ("round", "start_ms", "end_ms", "char_from", "char_to")
COLUMNS = ("codebook", "to_version", "op", "target", "into", "outcome", "rows")


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Migrated:
    """Coded rows carried to a newer version of their codebook.

    Attributes
    ----------
    rows : DataFrame
        Every row that was given, in its order, with ``variable``, ``value`` and ``codebook`` as
        they are now, ``variable_before``, ``value_before``, ``codebook_before``, ``needs_recode``
        (bool), ``repeats`` (bool: after a merge it says what an earlier row of the same coder, unit
        and place says already) and ``migration`` (what was done, as text).
    report : DataFrame
        codebook, to_version, op, target, into, outcome, rows: one row a step that met rows, and
        one for each group of rows that no step could be applied to.
    spec : str
        The version that the rows were carried to.
    """

    rows: pd.DataFrame
    report: pd.DataFrame
    spec: str

    def frame(self) -> pd.DataFrame:
        """Return `report`."""
        return self.report

    def to_recode(self) -> pd.DataFrame:
        """Return the rows that a coder must look at again."""
        return self.rows[self.rows["needs_recode"]]

    def sentence(self) -> str:
        """Say how many rows were changed, are to be coded again, and were left."""
        changed = (self.rows["value"] != self.rows["value_before"]) | (
            self.rows["variable"] != self.rows["variable_before"]
        )
        repeats = int(self.rows["repeats"].sum())
        same = self.rows["value"].isna() & self.rows["value_before"].isna()
        changed &= ~same | (self.rows["variable"] != self.rows["variable_before"])
        return (
            f"{len(self.rows):,} coded rows carried to {self.spec}: {int(changed.sum()):,} renamed "
            f"or merged, {int(self.rows['needs_recode'].sum()):,} to be coded again, none dropped."
            + (f" {repeats:,} now repeat another row (column repeats)." if repeats else "")
        )

    def __repr__(self) -> str:
        told = self.sentence()
        return f"{told}\n{self.report.to_string(index=False)}" if len(self.report) else told

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        return paragraph(self.sentence()) + (table_html(self.report) if len(self.report) else "")


def migrate(codes: pd.DataFrame, codebook: Codebook, coded_with: str | None = None) -> Migrated:
    """Carry coded rows to this version of their codebook; see `Codebook.migrate`."""
    import pandas as pd

    lacking = [name for name in NEEDED if name not in codes]
    if lacking:
        raise DataError(
            f"The table codes lacks the column {lacking[0]}. Needed: {', '.join(NEEDED)}."
        )
    rows = codes.copy()
    named = codes["codebook"] if "codebook" in codes else pd.Series(None, index=codes.index)
    named = named.astype("object").where(named.notna() & named.ne(""), coded_with)
    nameless = int(named.isna().sum())
    if nameless:
        raise DataError(
            f"{nameless:,} of {len(codes):,} rows do not say which codebook they were coded with, "
            "so that no step can be chosen. Fill the column 'codebook' with id@version, or pass "
            f"coded_with='{codebook.id}@...'."
        )
    work = _Work(
        value=codes["value"].astype("object").to_numpy(copy=True),
        variable=codes["variable"].astype("object").to_numpy(copy=True),
        spec=named.astype(str).to_numpy(dtype="object", copy=True),
        codebook=codebook,
    )
    before = (work.variable.copy(), work.value.copy(), work.spec.copy())
    for spec in dict.fromkeys(before[2].tolist()):
        work.carry(spec, before[2] == spec)
    rows["variable"], rows["value"], rows["codebook"] = work.variable, work.value, work.spec
    rows["variable_before"], rows["value_before"], rows["codebook_before"] = before
    rows["needs_recode"], rows["migration"] = work.recode, work.told
    rows["repeats"] = _repeats(rows, work.value != before[1])
    report = pd.DataFrame(work.report, columns=list(COLUMNS))
    return Migrated(rows=rows, report=report, spec=codebook.spec)


def _repeats(rows: pd.DataFrame, changed: np.ndarray) -> np.ndarray:
    """Return where a changed row, or one beside it, now repeats an earlier row."""
    same = [name for name in (*NEEDED, *PLACE) if name in rows]
    after = rows.duplicated(same, keep="first").to_numpy()
    touched = rows.assign(_changed=changed).groupby(same, dropna=False)["_changed"]
    return np.asarray(after & touched.transform("any").to_numpy(dtype=bool))


class _Work:
    """The columns while steps are applied, one after the other."""

    def __init__(
        self, value: np.ndarray, variable: np.ndarray, spec: np.ndarray, codebook: Codebook
    ) -> None:
        self.value, self.variable, self.spec, self.codebook = value, variable, spec, codebook
        self.recode = np.zeros(len(value), dtype=bool)
        self.told = np.full(len(value), "", dtype=object)
        self.report: list[tuple[Any, ...]] = []
        taken = [v.id for v in codebook.variables.values() if v.type in CODED]
        renamed = {
            t: s["into"][0] for _, s in _steps(codebook) if s["op"] == "rename" for t in s["target"]
        }
        self.coded = np.array([*taken, *(old for old, new in renamed.items() if new in taken)])

    def carry(self, spec: str, mine: np.ndarray) -> None:
        """Apply the steps between the version in ``spec`` and this codebook to some rows."""
        id_, _, version = spec.partition("@")
        books = {book.id: book for book in _family(self.codebook)}
        if id_ not in books:
            self._leave(spec, mine, "another scheme: left as they are")
            return
        try:
            since = Version(version)
        except CodebookError as error:
            n = int(mine.sum())
            raise DataError(f"{n:,} rows name the codebook '{spec}'. {error}") from error
        if since > Version(books[id_].version):
            self._leave(spec, mine, f"a later version than {books[id_].spec}: left as they are")
            return
        if spec == books[id_].spec:
            return
        for owner, step in _steps(books[id_]):
            if owner == id_ and since < Version(step["to_version"]):
                self._apply(spec, step, mine, sure=True)
            elif owner != id_:
                self._apply(spec, step, mine, sure=step["op"] in GONE)
        self.spec[mine] = books[id_].spec

    def _apply(self, spec: str, step: Mapping[str, Any], mine: np.ndarray, sure: bool) -> None:
        """Apply one step; where it cannot be told whether a row is older, that is said only."""
        hit_value = np.isin(self.value.astype(str), list(step["target"]))
        hit_value &= np.isin(self.variable.astype(str), self.coded)
        hit_variable = np.isin(self.variable.astype(str), list(step["target"]))
        hit = mine & ~self.recode & (hit_value | hit_variable)
        if not hit.any():
            return
        into = list(step.get("into", ()))
        if not sure:
            outcome = "cannot tell whether these rows are older: left as they are"
        elif step["op"] in SURE and step.get("automatic"):
            outcome = "kept" if step["op"] == "move" else "renamed"
            if into and step["op"] != "move":
                self.value[hit & hit_value] = into[0]
                self.variable[hit & hit_variable] = into[0]
        else:
            outcome = "needs recode"
            self.recode |= hit
        says = f"{step['op']} {', '.join(step['target'])} ({step['to_version']}): {outcome}"
        self.told[hit] = np.where(self.told[hit] == "", says, self.told[hit] + f"; {says}")
        self._say(spec, step["to_version"], step["op"], step["target"], into, outcome, hit)

    def _leave(self, spec: str, mine: np.ndarray, outcome: str) -> None:
        self.told[mine] = outcome
        self._say(spec, "", "", (), (), outcome, mine)

    def _say(
        self, spec: str, to: str, op: str, target: Any, into: Any, outcome: str, hit: np.ndarray
    ) -> None:
        self.report.append(
            (spec, to, op, ", ".join(target), ", ".join(into), outcome, int(hit.sum()))
        )


def _family(codebook: Codebook) -> Iterator[Codebook]:
    yield codebook
    for parent in codebook.parents:
        yield from _family(parent)


def _steps(codebook: Codebook) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (scheme, step) of a codebook and of what it extends, in the order of versions."""
    found = []
    for book in {b.id: b for b in _family(codebook)}.values():
        own = book.own.get("migrations", ())
        found += [(book.id, step) for step in sorted(own, key=lambda s: Version(s["to_version"]))]
    return found
