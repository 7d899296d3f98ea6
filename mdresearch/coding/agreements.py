"""Do coders agree enough? Reliability of coded data, by variable, level, market and coders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.coding.agreement_groups import groups_of
from mdresearch.coding.agreement_inputs import Coded, read_coded
from mdresearch.coding.agreement_results import Agreement
from mdresearch.coding.agreement_rows import COLUMNS, cases_of, clusters_of, rows_of
from mdresearch.coding.agreement_sets import sheets_of
from mdresearch.coding.agreement_spans import span_rows
from mdresearch.coding.agreement_views import Study
from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.core.progress import track
from mdresearch.core.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

TYPES = ("nominal", "ordinal", "interval", "ratio", "boolean", "multilabel", "span", "text", "date")
CITE = ("hayes2007", "gwet2008", "cohen1960", "fleiss1971")


def agreement(
    codes: Any,
    codebook: Codebook | str | None = None,
    by: str | None = None,
    variables: Sequence[str] | None = None,
    rounds: Sequence[str] = ("reliability",),
    levels: Sequence[str] = ("emic", "etic"),
    n_boot: int = 2000,
    seed: int = 0,
    *,
    coders: pd.DataFrame | None = None,
    units: pd.DataFrame | None = None,
    types: Mapping[str, str] | None = None,
    sampling: str | None = None,
    pool_models: bool = False,
) -> Agreement:
    """Say how far coders agree, with intervals, against what was planned.

    Parameters
    ----------
    codes : DataFrame or Corpus
        Rows of the table ``codes``: ``unit_id, variable, value, coder_id``, and ``unit_type``,
        ``round``, ``start_ms``, ``end_ms``, ``created`` where there are. A corpus also gives its
        coders and where each unit belongs.
    codebook : Codebook, str or None
        Gives types, codes and their roll-up, missing codes with their rules, and the plan. Without
        it every variable is nominal and there is no roll-up.
    by : str or None
        ``market`` (also native coders against the bridge coder), ``pair`` (of coders), ``culture``
        (within and across the coders' countries), ``round``, or a column of the units.
    variables : sequence of str or None
        All where None.
    rounds : sequence of str
        Each is computed apart. Adjudicated rows never enter.
    levels : sequence of str
        ``emic`` (as coded), ``etic``, ``top``, or the id of a scheme.
    n_boot, seed : int
        Draws of the percentile bootstrap over works, then episodes within works, then units, as far
        as these are known; 0 for analytic limits.
    coders, units : DataFrame or None
        Tables of coders (coder_id, kind, country) and of units (unit_id, market, work_id,
        episode_id, duration_ms) where ``codes`` is no corpus.
    types : mapping of str to str or None
        Types of variables, where there is no codebook or another is meant.
    sampling : str or None
        How the units were chosen, how many and why: goes into the result.
    pool_models : bool
        Take models and dictionaries as coders among the humans. By default they stand apart, each
        against the humans.

    Returns
    -------
    Agreement
        ``.frame()``, ``.pairs()``, ``.disagreements()``, ``.missing()``, ``.drift()``, ``.also()``.

    Notes
    -----
    Alpha has the distance of the type or of the plan (nominal, ordinal, interval, ratio, MASI for
    label sets, path in the tree for ``hierarchical``). AC is AC1, or AC2 with ordinal, quadratic or
    ratio weights; the categories are those that were given. Kappa is Cohen's for two coders, else
    Fleiss'. For pairs restricted to some coders (across countries, native with bridge, human with
    model) a unit counts as much as values that take part, and expected disagreement comes from
    these. The decision compares the planned coefficient with threshold and floor; undefined
    coefficients are ``nan`` with the reason. Missing codes follow the rule that the codebook
    declares; values that are empty are missing and counted.

    Raises
    ------
    DataError, StatisticsError, UnknownNameError
        A column is absent; a value is not in the codebook; a coder gave two values where one is
        allowed; a round, variable, level or grouping is unknown.

    References
    ----------
    Hayes and Krippendorff (2007), doi:10.1080/19312450709336664; Gwet (2008),
    doi:10.1348/000711006X126600; Krippendorff, Mathet, Bouvry and Widlöcher (2016),
    doi:10.1007/s11135-015-0266-1.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(f"u{i}", "mood", v, c, "reliability") for c, line in
    ...         {"a": "xxyyzz", "b": "xxyyzx"}.items() for i, v in enumerate(line)]
    >>> codes = pd.DataFrame(rows, columns=["unit_id", "variable", "value", "coder_id", "round"])
    >>> agreement(codes, n_boot=0).frame()[["variable", "alpha", "kappa_name", "decision"]].round(3)
      variable  alpha kappa_name   decision
    0     mood  0.766      cohen  tentative
    """
    known = _options(types, n_boot)
    book = _codebook(codebook)
    _levels(levels, book)
    coded = read_coded(codes, book, rounds, variables, coders, units)
    for name in known:
        if name not in coded.variables:
            raise unknown_name("variable in 'types'", name, coded.variables)
    sheets = sheets_of(coded, known)
    cases = [
        one
        for sheet in track(sheets, "comparing coders")
        for one in cases_of(
            coded, sheet, groups_of(coded, sheet, by, pool_models), levels, interval=n_boot == 0
        )
    ]
    rows = rows_of(coded, cases, n_boot, seed)
    study = Study(coded, tuple(sheets), tuple(levels), known, by, n_boot, seed, pool_models)
    rows += span_rows(study)
    return Agreement(
        table=_table(rows, coded, rounds),
        checks=(*coded.checks, *_checks(coded, sampling, pool_models)),
        cite=CITE,
        provenance={
            "rounds": tuple(rounds),
            "levels": tuple(levels),
            "by": by,
            "n_boot": n_boot,
            "seed": seed,
            "sampling": sampling,
            "codebook": book.spec if book is not None else None,
            "codebook_hash": book.hash if book is not None else None,
            "data_kind": coded.data_kind,
        },
        study=study,
    )


def _options(types: Mapping[str, str] | None, n_boot: int) -> dict[str, str]:
    if n_boot < 0:
        raise StatisticsError(f"n_boot is {n_boot}; it is 0 (analytic) or a number of draws.")
    known = dict(types or {})
    for kind in known.values():
        if kind not in TYPES:
            raise unknown_name("type of variable", kind, TYPES)
    return known


def _codebook(codebook: Codebook | str | None) -> Codebook | None:
    if codebook is None or hasattr(codebook, "rollup_table"):
        return codebook  # type: ignore[return-value]
    from mdresearch.coding.codebooks import Codebook as Book

    return Book.load(codebook)


def _levels(levels: Sequence[str], codebook: Codebook | None) -> None:
    schemes: tuple[str, ...] = ()
    if codebook is not None:
        from mdresearch.coding.rollups import scheme_ids

        schemes = scheme_ids(codebook)
    for level in levels:
        if level not in ("emic", "etic", "top", *schemes):
            raise unknown_name("level", level, ("emic", "etic", "top", *schemes))


def _table(rows: list[dict[str, Any]], coded: Coded, rounds: Sequence[str]) -> pd.DataFrame:
    import pandas as pd

    order = {v: i for i, v in enumerate(coded.variables)}
    turns = {v: i for i, v in enumerate(rounds)}
    rows = sorted(rows, key=lambda r: (order[r["variable"]], turns[r["round"]]))
    return pd.DataFrame(rows, columns=COLUMNS)


def _checks(coded: Coded, sampling: str | None, pool_models: bool) -> tuple[Check, ...]:
    evidence = sampling or "say how the units were chosen, how many and why: sampling='...'"
    checks = [Check("sampling", True if sampling else None, evidence)]
    apart = int((coded.coders["kind"] != "human").sum())
    if apart and pool_models:
        evidence = f"{apart} models or dictionaries are pooled with humans, as asked"
        checks.append(Check("models_apart", False, evidence))
    elif apart:
        evidence = f"{apart} models or dictionaries stand apart, each against the humans"
        checks.append(Check("models_apart", True, evidence))
    empty = int(coded.rows["value"].isna().sum())
    checks.append(Check("empty_values", empty == 0, f"{empty:,} rows hold no value: missing"))
    nested = clusters_of(coded, np.arange(len(coded.units)))
    if nested is None:
        evidence = "works and episodes of the units are not known: units are resampled as if single"
        return (*checks, Check("nesting", None, evidence))
    outer = nested.columns[0]
    evidence = f"{nested[outer].nunique():,} {outer} hold {len(nested):,} units"
    return (*checks, Check("nesting", True, evidence))
