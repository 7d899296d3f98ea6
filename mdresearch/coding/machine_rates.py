"""Rates of codes that a model gave, corrected by what people gave to a sample of the same units."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.localisation_tables import wilson
from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError, unknown_name
from mdresearch.core.results import NAN, Check
from mdresearch.stats.corrections.machine_codes import machine_corrected

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

SAMPLED = ("random", "stratified", "unknown")
LEVELS = ("emic", "etic", "top")
FEW = 30


@dataclass(frozen=True, eq=False, repr=False)
class CodeRates:
    """Shares of units with a code: as the model alone says, and corrected.

    Attributes
    ----------
    table : DataFrame
        code, group, n_units, n_human, naive, naive_low, naive_high, estimate, se, df, low, high,
        reason (why there is no corrected share).
    contrasts : DataFrame
        code, a, b, estimate, se, df, p, low, high, naive: differences of corrected shares.
    errors : DataFrame
        code, group, both, machine_only, human_only, neither, sensitivity, sensitivity_low,
        sensitivity_high, specificity, specificity_low, specificity_high.
    """

    table: pd.DataFrame
    contrasts: pd.DataFrame
    errors: pd.DataFrame
    machine: str
    level: float
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ("angelopoulos2023", "egami2023")
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return `table`."""
        return self.table.copy()

    def apa(self) -> str:
        """Return the corrected shares in words, with those of the model alone."""
        kind = "Simulated data. " if self.provenance.get("data_kind") == "simulated" else ""
        parts = [
            f"{row.code} ({row.group}): {100 * row.estimate:.0f}%, "
            f"{apa.interval(row.low, row.high, self.level)} (model alone {100 * row.naive:.0f}%)"
            if row.estimate == row.estimate
            else f"{row.code} ({row.group}): not corrected ({row.reason})"
            for row in self.table.itertuples()
        ]
        return kind + "; ".join(parts)

    def __repr__(self) -> str:
        shown = self.table.drop(columns=["naive_low", "naive_high", "df"])
        lines = [f"Rates of {self.machine}, corrected by human codes", shown.to_string(index=False)]
        return "\n".join([*lines, *(f"  {check}" for check in self.checks)])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        told = paragraph(f"Rates of {self.machine}, corrected by human codes")
        return told + table_html(self.table, digits=3) + checks_html(self.checks)


def machine_coder(
    model: str, version: str, prompt: str = "", seed: int | None = None
) -> pd.DataFrame:
    """Return the row of `coders` of a model: its id, version and the hash of its prompt.

    The prompt itself is not kept. Another version, prompt or seed is another coder.

    Examples
    --------
    >>> machine_coder("some-model", "2026-05", "Code the scene.")["coder_id"][0]
    'model:some-model@2026-05#8aa5ecd177b1'
    """
    if not model or not version:
        raise DataError("A model is named by its name and its version; one of the two is empty.")
    held = hashlib.sha256(prompt.encode("utf-8")).hexdigest()
    mark = "" if seed is None else f".{seed}"
    row = {
        "coder_id": f"model:{model}@{version}#{held[:12]}{mark}", "kind": "model", "model": model,
        "version": version, "prompt_sha256": held if prompt else None,
        "seed": None if seed is None else str(seed),
    }  # fmt: skip
    return pd.DataFrame([row]).astype("str")


def code_rates(
    codes: pd.DataFrame,
    coders: pd.DataFrame,
    codebook: Codebook,
    variable: str,
    *,
    machine: str | None = None,
    units: pd.DataFrame | None = None,
    by: str | None = None,
    cluster: str | None = None,
    at: str = "emic",
    sampled: str = "unknown",
    level: float = 0.95,
    data_kind: str = "collected",
) -> CodeRates:
    """Estimate how often units have each code, from a model's codes and a human subsample.

    Parameters
    ----------
    codes : DataFrame
        Rows of `codes`, of one model on every unit and of people on some.
    coders : DataFrame
        coder_id, kind.
    codebook : Codebook
    variable : str
        A nominal, ordinal, boolean or multilabel variable.
    machine : str or None
        The model's coder_id; the only model there is where None.
    units : DataFrame or None
        unit_id, and the columns named by ``by`` and ``cluster``.
    by, cluster : str or None
        Groups to compare (market, language); works or titles, which are the sample then.
    at : {"emic", "etic", "top"}
        Where codes are rolled up to.
    sampled : {"random", "stratified", "unknown"}
        How units were chosen for people: at random within each group, at random within strata of
        equal shares, or not known. Units chosen by hand correct nothing.
    level : float
        Of the intervals.
    data_kind : str
        Simulated data are marked so in every output.

    Returns
    -------
    CodeRates

    Raises
    ------
    DataError
        No model, or several without ``machine=``; no person; columns or units are missing.

    Notes
    -----
    Where several people coded a unit, it has a code if more than half of them gave it; units with a
    tie count as not coded by people (a check counts them). The estimator is that of
    `mdresearch.stats.machine_corrected`. A group with fewer than two human codes is ``nan``.
    """
    if sampled not in SAMPLED:
        raise unknown_name("value of sampled=", sampled, SAMPLED)
    if at not in LEVELS:
        raise unknown_name("level", at, LEVELS)
    held = codebook.variable(variable)
    kinds = dict(zip(coders["coder_id"].astype(str), coders["kind"].astype(str), strict=True))
    mine = codes[codes["variable"] == variable].copy()
    mine["kind"] = mine["coder_id"].astype(str).map(kinds)
    chosen = _machine(mine, machine)
    up = codebook.rollup_table(at) if at != "emic" else {}
    gone = [m.id for m in held.missing]
    mine = mine[~mine["value"].isin(gone) & mine["value"].notna()]
    mine["value"] = mine["value"].map(lambda v: up.get(v, v))
    said = mine[mine["coder_id"] == chosen]
    people = mine[(mine["kind"] == "human") & mine["unit_id"].isin(said["unit_id"])]
    if people.empty:
        raise DataError("No person coded any of these units: nothing corrects the model's codes.")
    ids = pd.Index(said["unit_id"].drop_duplicates())
    about = _about(units, ids, by, cluster)
    order = list(dict.fromkeys(up.get(c, c) for c in held.codes)) or sorted(mine["value"].unique())
    names = [c for c in order if c in set(mine["value"]) and c != NONE_OF_THESE]
    rows, errors, contrasts, ties = [], [], [], 0
    for code in names:
        data, tied = _indicators(code, said, people, ids, about)
        ties += tied
        found = [_one(code, group, part, cluster, level) for group, part in _groups(data, by)]
        rows += found
        errors += [_errors(code, group, part, level) for group, part in _groups(data, by)]
        contrasts += [_contrast(a, b, level) for a, b in combinations(found, 2)]
    table = pd.DataFrame(rows)
    return CodeRates(
        table=table,
        contrasts=pd.DataFrame(contrasts, columns=list(_CONTRAST)),
        errors=pd.DataFrame(errors),
        machine=chosen,
        level=level,
        checks=_checks(table, sampled, ties, cluster),
        provenance={
            "data_kind": data_kind,
            "at": at,
            "sampled": sampled,
            "codebook": codebook.spec,
        },
    )


_CONTRAST = ("code", "a", "b", "estimate", "se", "df", "p", "low", "high", "naive")


def _machine(mine: pd.DataFrame, machine: str | None) -> str:
    models = sorted(mine.loc[mine["kind"] == "model", "coder_id"].unique())
    if machine is None and len(models) == 1:
        return str(models[0])
    if machine is None or machine not in models:
        told = ", ".join(models) or "none"
        raise DataError(f"Say machine=: the models that coded this variable are {told}.")
    return machine


def _about(
    units: pd.DataFrame | None, ids: pd.Index, by: str | None, cluster: str | None
) -> pd.DataFrame:
    wanted = [c for c in (by, cluster) if c]
    if not wanted:
        return pd.DataFrame(index=ids)
    if units is None or any(c not in units for c in ("unit_id", *wanted)):
        raise DataError(f"Give units= with the columns unit_id, {', '.join(wanted)}.")
    table = units.drop_duplicates("unit_id").set_index("unit_id")[wanted].reindex(ids)
    if table.isna().any().any():
        n = int(table.isna().any(axis=1).sum())
        raise DataError(f"{n:,} coded units have no {' or '.join(wanted)} in the table of units.")
    return table


def _indicators(
    code: str, said: pd.DataFrame, people: pd.DataFrame, ids: pd.Index, about: pd.DataFrame
) -> tuple[pd.DataFrame, int]:
    """Return machine (0, 1) and human (0, 1, missing) of each unit, and how many are tied."""
    with_code = set(said.loc[said["value"] == code, "unit_id"])
    votes = people.groupby("unit_id")["coder_id"].nunique()
    own = people[people["value"] == code].groupby("unit_id")["coder_id"].nunique()
    share = (own.reindex(votes.index).fillna(0) / votes).reindex(ids)
    human = np.where(share > 0.5, 1.0, np.where(share < 0.5, 0.0, np.nan))
    data = about.assign(machine=[float(i in with_code) for i in ids], human=human)
    return data, int((share == 0.5).sum())


def _groups(data: pd.DataFrame, by: str | None) -> list[tuple[str, pd.DataFrame]]:
    if by is None:
        return [("all", data)]
    return [(str(name), part) for name, part in data.groupby(by, sort=True)]


def _one(
    code: str, group: str, part: pd.DataFrame, cluster: str | None, level: float
) -> dict[str, Any]:
    n, k = len(part), int(part["machine"].sum())
    low, high = wilson(k, n, level)
    row: dict[str, Any] = {
        "code": code, "group": group, "n_units": n, "n_human": int(part["human"].notna().sum()),
        "naive": k / n, "naive_low": low, "naive_high": high,
        **dict.fromkeys(("estimate", "se", "df", "low", "high"), NAN), "reason": "",
    }  # fmt: skip
    try:
        fit = machine_corrected(part, "machine", "human", cluster=cluster, level=level).means.iloc[
            0
        ]
    except StatisticsError as error:
        return {**row, "reason": str(error)}
    if not fit["se"] > 0:
        return {**row, "estimate": float(fit["estimate"]), "reason": "no variation: no error"}
    return {**row, **{c: float(fit[c]) for c in ("estimate", "se", "df", "low", "high")}}


def _contrast(a: Mapping[str, Any], b: Mapping[str, Any], level: float) -> tuple[Any, ...]:
    gap, naive = a["estimate"] - b["estimate"], a["naive"] - b["naive"]
    se = float(np.hypot(a["se"], b["se"]))
    head = (a["code"], a["group"], b["group"])
    if not se > 0:
        return (*head, gap, NAN, NAN, NAN, NAN, NAN, naive)
    df = se**4 / (a["se"] ** 4 / a["df"] + b["se"] ** 4 / b["df"])
    reach = float(scipy_stats.t.ppf((1 + level) / 2, df)) * se
    p = float(2 * scipy_stats.t.sf(abs(gap / se), df))
    return (*head, gap, se, df, p, gap - reach, gap + reach, naive)


def _errors(code: str, group: str, part: pd.DataFrame, level: float) -> dict[str, Any]:
    seen = part.dropna(subset=["human"])
    m, h = seen["machine"] == 1, seen["human"] == 1
    both, only, missed = int((m & h).sum()), int((m & ~h).sum()), int((~m & h).sum())
    neither = len(seen) - both - only - missed
    row: dict[str, Any] = {"code": code, "group": group, "both": both, "machine_only": only,
                           "human_only": missed, "neither": neither}  # fmt: skip
    for name, k, n in (
        ("sensitivity", both, both + missed),
        ("specificity", neither, neither + only),
    ):
        low, high = wilson(k, n, level)
        row |= {name: k / n if n else NAN, f"{name}_low": low, f"{name}_high": high}
    return row


def _checks(table: pd.DataFrame, sampled: str, ties: int, cluster: str | None) -> tuple[Check, ...]:
    few = table[table["n_human"] < FEW]
    least = int(table["n_human"].min()) if len(table) else 0
    how = {
        "random": "units for people were drawn at random",
        "stratified": "units for people were drawn at random within strata of equal shares",
        "unknown": "how units were chosen for people is not known: a choice by hand corrects "
        "nothing",
    }
    enough = f"the least are {least} units of a group; below {FEW} intervals are rough"
    split = f"{ties} units on which people are split in half, left to the model"
    known = None if cluster is None else True
    alone = "units taken as independent: name the column of works"
    return (
        Check("human_sample", sampled != "unknown", how[sampled]),
        Check("enough_human_codes", few.empty, enough),
        Check("ties", ties == 0, split),
        Check("clusters", known, alone if cluster is None else f"errors count {cluster}"),
    )
