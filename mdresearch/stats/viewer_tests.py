"""Tests on viewers, which take every person as independent: for matching published tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.results import NAN, Check, Comparison
from mdresearch.stats.building import COMPARABILITY, GROUP_COLUMNS, comparison, is_log, undefined
from mdresearch.stats.cells import outcome_values, person_codes
from mdresearch.stats.methods import TESTS, Design, Method

if TYPE_CHECKING:
    import pandas as pd

SCALES = ("raw", "g_person", "ratio", "d_from_t")


def welch(data: pd.DataFrame, design: Design) -> Comparison:
    """Welch's t test of two groups of viewers; countries are ignored, and the checks say so."""
    return _viewers(data, design, "welch", pooled=False)


def student(data: pd.DataFrame, design: Design) -> Comparison:
    """Student's t test (pooled variance) of two groups of viewers."""
    return _viewers(data, design, "student", pooled=True)


def _viewers(data: pd.DataFrame, design: Design, name: str, pooled: bool) -> Comparison:
    y = outcome_values(data, design.outcome, is_log(design))
    label = data[design.group].astype("str").to_numpy()
    keep = ~np.isnan(y)
    y, label = y[keep], label[keep]
    rows = data.loc[keep]
    country = rows[design.country].fillna("").astype("str").to_numpy() if design.country else None
    n_rows = {g: int((label == g).sum()) for g in (design.expect.a, design.expect.b)}
    if design.person:
        y, label, country = _person_means(y, label, country, rows[design.person])
    sides = [y[label == design.expect.a], y[label == design.expect.b]]
    for group, values in zip((design.expect.a, design.expect.b), sides, strict=True):
        if len(values) < 2:
            return undefined(name, design, f"'{group}' has {len(values)} viewers with an outcome")
    difference, se, df, sd = moments_test(sides[0], sides[1], pooled)
    unit = {"g_person": sd, "d_from_t": NAN}.get(design.scale, 1.0)
    if design.scale == "d_from_t":
        unit = se / np.sqrt(1 / len(sides[0]) + 1 / len(sides[1]))
    checks = (_independence(y, country), *_missing(keep), COMPARABILITY)
    groups = _groups(design, sides, n_rows, label, country)
    return comparison(
        name,
        design,
        difference,
        se,
        df,
        float(unit),
        groups,
        checks,
        {},
        cite=("welch1947",) if not pooled else (),
        provenance={"digits": 4, "cluster": None},
    )


def moments_test(a: np.ndarray, b: np.ndarray, pooled: bool) -> tuple[float, float, float, float]:
    """Return difference, standard error, degrees of freedom, and pooled SD of two samples.

    Examples
    --------
    >>> import numpy as np
    >>> [round(v, 4) for v in moments_test(np.array([4., 5, 6]), np.array([1., 2, 3]), True)]
    [3.0, 0.8165, 4.0, 1.0]
    """
    va, vb, na, nb = a.var(ddof=1), b.var(ddof=1), len(a), len(b)
    common = ((na - 1) * va + (nb - 1) * vb) / (na + nb - 2)
    difference = float(a.mean() - b.mean())
    if pooled:
        return (
            difference,
            float(np.sqrt(common * (1 / na + 1 / nb))),
            float(na + nb - 2),
            float(np.sqrt(common)),
        )
    ea, eb = va / na, vb / nb
    total = ea + eb
    df = total**2 / (ea**2 / (na - 1) + eb**2 / (nb - 1)) if total > 0 else NAN
    return difference, float(np.sqrt(total)), float(df), float(np.sqrt(common))


def icc_by_country(y: np.ndarray, country: np.ndarray) -> float:
    """Return the share of variance between countries (one-way analysis of variance, ICC(1)).

    ``nan`` with fewer than two countries or no persons to spare.
    """
    names, code, n = np.unique(country, return_inverse=True, return_counts=True)
    k, total = len(names), len(y)
    if k < 2 or total <= k:
        return NAN
    means = np.bincount(code, weights=y) / n
    between = float((n * (means - y.mean()) ** 2).sum() / (k - 1))
    within = float(((y - means[code]) ** 2).sum() / (total - k))
    size = (total - float((n**2).sum()) / total) / (k - 1)
    return (between - within) / (between + (size - 1) * within) if between + within > 0 else NAN


def _independence(y: np.ndarray, country: np.ndarray | None) -> Check:
    says = "viewers are taken as independent, though they share countries and titles"
    if country is not None:
        icc = icc_by_country(y, country)
        says += f"; ICC by country is {icc:.3f} over {len(set(country))} countries"
    return Check("independence", False, says)


def _missing(keep: np.ndarray) -> tuple[Check, ...]:
    lost = int((~keep).sum())
    return (
        (Check("complete", False, f"{lost:,} rows have no outcome and are left out"),)
        if lost
        else ()
    )


def _person_means(
    y: np.ndarray, label: np.ndarray, country: np.ndarray | None, person: pd.Series
) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    who = person_codes(person)
    groups, group = np.unique(label, return_inverse=True)
    key = who * len(groups) + group
    _, first, inverse, n = np.unique(
        key, return_index=True, return_inverse=True, return_counts=True
    )
    mean = np.bincount(inverse, weights=y) / n
    return mean, label[first], country[first] if country is not None else None


def _groups(
    design: Design,
    sides: list[np.ndarray],
    n_rows: dict[str, int],
    label: np.ndarray,
    country: np.ndarray | None,
) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for key, values in zip(("a", "b"), sides, strict=True):
        group = getattr(design.expect, key)
        n_countries = len(set(country[label == group])) if country is not None else 0
        rows.append(
            (
                design.label(key),
                n_countries,
                0,
                len(values),
                n_rows[group],
                values.mean(),
                values.std(ddof=1),
            )
        )
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


for _name, _function, _r in (
    ("welch", welch, "R t.test"),
    ("student", student, "R t.test(var.equal = TRUE)"),
):
    TESTS.add(_name)(
        Method(
            _name,
            "Do two groups of viewers differ, taking every viewer as independent?",
            "cluster: null, said openly; two groups of viewers",
            SCALES,
            _r,
            True,
            _function,
            ("group",),
        )
    )
