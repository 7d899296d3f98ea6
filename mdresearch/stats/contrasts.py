"""`stats.contrast`: one door to every comparison of two groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mdresearch.core.errors import DataError, StatisticsError, suggest, unknown_name
from mdresearch.core.expect import parse_expect
from mdresearch.core.results import Check, Comparison
from mdresearch.core.scales import scale_of
from mdresearch.stats.methods import TESTS, Design, Method

if TYPE_CHECKING:
    import pandas as pd


def contrast(
    data: pd.DataFrame,
    outcome: str,
    group: str,
    country: str | None,
    title: str | None = None,
    person: str | None = None,
    *,
    expect: str,
    test: str = "auto",
    scale: str = "g_person",
    cluster: str | None = "auto",
    weight: str | None = None,
    condition: Mapping[str, str] | None = None,
    pooled: bool = False,
    guard: bool = True,
    level: float = 0.95,
    seed: int = 0,
    labels: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare two groups of countries, two countries, or (on request only) two groups of viewers.

    Parameters
    ----------
    data : DataFrame
        One row an answer, or one row a person.
    outcome : str
        Numeric column. Rows where it is missing are left out and counted.
    group : str
        Column with the labels that ``expect`` names; constant within a country. Where it is the
        country column itself, two countries are compared.
    country : str or None
        Column of countries; None only with ``cluster=None``.
    title, person : str or None
        Columns of titles and persons. Several answers of a person on a title are averaged.
    expect : str
        ``a > b``, ``a < b``, ``a != b`` or ``a ~ b``.
    test : str
        ``"auto"``, or a key of ``TESTS``. Auto takes ``moderation`` with a condition, ``welch``
        without a cluster, ``country_pair`` between countries, ``two_way`` where at least two titles
        are shared, else ``welch_countries``.
    scale : str
        ``raw``, ``g_person``, ``g_country`` or ``ratio``; ``d_from_t`` for viewers.
    cluster : str or None
        ``"auto"``: countries. None: viewers, with a failed check.
    weight : str or None
        Column of weights, which act inside a country.
    condition : mapping or None
        ``{column, a, b}``.
    pooled : bool
        Pool the variances of the two sides (Student's form of the same test).
    guard : bool
        Guard Satterthwaite's degrees of freedom where a variance rests on fewer than six countries
        or titles; False gives the plain value, as R's ``t.test`` does.
    level : float
        Level of the interval.
    seed : int
        For the Monte Carlo permutation.
    labels : mapping or None
        Words for ``outcome``, ``a``, ``b`` and ``unit``.

    Returns
    -------
    Comparison
        Positive where the first group is higher. ``nan`` with a reason where undefined.

    Notes
    -----
    The estimand is the difference of the means of country means. Default test:
    ``t = diff / sqrt(s1^2/n1 + s2^2/n2 + vt)`` with Satterthwaite's degrees of freedom over the
    three components (`mdresearch.stats.two_way`).

    Examples
    --------
    >>> import pandas as pd
    >>> rows = [(g, c, t, v + d) for g, c, v in [("a", "A1", 2), ("a", "A2", 2.2), ("b", "B1", 1),
    ...         ("b", "B2", 1.3)] for t, d in [("t1", 0), ("t2", .5), ("t3", -.2)]]
    >>> frame = pd.DataFrame(rows, columns=["region", "country", "title", "y"])
    >>> found = contrast(frame, "y", "region", "country", "title", expect="a > b", scale="raw")
    >>> round(found.estimate.value, 2)
    0.95
    """
    expectation = parse_expect(expect)
    if not expectation.has_groups:
        raise StatisticsError(f"expect '{expect}' names no groups; stats.contrast compares two.")
    scale_of(scale)
    if group not in data.columns:
        near = suggest(group, data.columns)
        raise DataError(
            f"There is no column '{group}' to compare."
            + (f" Did you mean '{near}'?" if near else "")
            + f" Columns: {', '.join(map(str, data.columns))}."
        )
    if cluster is not None and country is None:
        raise StatisticsError(
            "No country column is given. Countries are the units of a region contrast; for a test "
            "on viewers write cluster=None (cluster: null), which says so in its checks."
        )
    design = Design(
        outcome=outcome,
        expect=expectation,
        group=group,
        country=country,
        title=title,
        person=person,
        weight=weight,
        condition=condition,
        scale=scale,
        pooled=pooled,
        guard=guard,
        level=level,
        seed=seed,
        labels=labels or {},
    )
    label = data[group].astype("str").where(data[group].notna())
    here = label.isin([expectation.a, expectation.b])
    if not here.any():
        raise unknown_name(
            f"group in the column '{group}'", expectation.a, sorted(set(label.dropna()))
        )
    name = _default(design, cluster) if test in ("auto", None) else test
    result = run_method(name, data[here].assign(**{group: label[here]}), design, cluster)
    return _note_others(result, int((~here).sum()))


def _default(design: Design, cluster: str | None) -> str:
    if design.condition is not None:
        return "moderation"
    if cluster is None:
        return "welch"
    return "country_pair" if design.group == design.country else "region"


def run_method(
    name: str, data: pd.DataFrame, design: Design, cluster: str | None = "auto"
) -> Comparison:
    """Run a test by name after asking whether it fits the design; refuse with the reason if not."""
    if name == "region":
        from mdresearch.stats.region_tests import SCALES, region_contrast

        _fits_scale("two_way", design.scale, SCALES)
        return region_contrast(data, design)
    method = TESTS[name]
    _fits(method, design, cluster)
    return method.function(data, design)


def _fits(method: Method, design: Design, cluster: str | None) -> None:
    _fits_scale(method.name, design.scale, method.scales)
    absent = [c for c in method.columns if getattr(design, c) is None]
    if absent:
        raise StatisticsError(
            f"The test '{method.name}' needs {method.needs}; here {', '.join(absent)} is not given."
        )
    if method.groups != design.expect.has_groups:
        asked = "two groups" if method.groups else "a claim without groups"
        raise StatisticsError(
            f"The test '{method.name}' is for {asked}; expect '{design.expect.text}' is not. "
            f"It answers: {method.question}"
        )
    if method.name in ("welch", "student") and cluster is not None:
        raise StatisticsError(
            f"The test '{method.name}' takes every viewer as independent. Write cluster: null to "
            "ask for it, or leave 'test' out for the test on countries."
        )
    for key in design.options:
        if key not in method.options:
            raise unknown_name(f"option of the test '{method.name}'", key, method.options)


def _fits_scale(name: str, scale: str, allowed: tuple[str, ...]) -> None:
    if scale not in allowed:
        raise StatisticsError(
            f"The test '{name}' cannot state its effect on the scale '{scale}'. "
            f"Use one of: {', '.join(allowed)}."
        )


def _note_others(result: Comparison, n_other: int) -> Comparison:
    from dataclasses import replace

    if not n_other:
        return result
    check = Check("other_groups", True, f"{n_other:,} rows lie in neither group and are not used")
    return replace(result, checks=(*result.checks, check))
