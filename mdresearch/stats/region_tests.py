"""Tests of two regions: over shared titles, on country means, and of two countries."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import Check, Comparison
from mdresearch.stats.building import (
    COMPARABILITY,
    FEW_TITLES,
    comparison,
    country_checks,
    country_frame,
    data_checks,
    group_frame,
    is_log,
    undefined,
)
from mdresearch.stats.cells import Cells, reduce_cells
from mdresearch.stats.methods import TESTS, Design, Method
from mdresearch.stats.permutations import permute_countries
from mdresearch.stats.satterthwaite import satterthwaite
from mdresearch.stats.two_way import additive_means, country_components, two_way

if TYPE_CHECKING:
    import pandas as pd

SCALES = ("raw", "g_person", "g_country", "ratio")


def region_contrast(data: pd.DataFrame, design: Design) -> Comparison:
    """Contrast two groups of countries: two-way where titles are shared, else on country means."""
    cells = reduce_cells(data, design, is_log(design))
    if not design.title:
        return _on_countries(cells, design, ())
    shared = int(cells.shared.sum())
    if shared >= 2:
        return _over_titles(cells, design)
    says = "no title was seen on both sides: region and title cannot be told apart"
    if shared == 1:
        says = "one title was seen on both sides: nothing is said about other titles"
        cells = cells.take_titles(cells.shared)
    return _on_countries(cells, design, (Check("titles", False, says),))


def two_way_test(data: pd.DataFrame, design: Design) -> Comparison:
    """Contrast two groups of countries over shared titles, or refuse."""
    cells = reduce_cells(data, design, is_log(design))
    if cells.side.all() or not cells.side.any():
        return _on_countries(cells, design, ())
    if not design.title or int(cells.shared.sum()) < 2:
        raise StatisticsError(
            f"The test 'two_way' needs at least two titles seen on both sides; there are "
            f"{int(cells.shared.sum()) if design.title else 0}. Use test: welch_countries, and say "
            "that the titles differ."
        )
    return _over_titles(cells, design)


def welch_countries(data: pd.DataFrame, design: Design) -> Comparison:
    """Welch's test on country means (``pooled``: Student's), ignoring that titles are a sample."""
    cells = reduce_cells(data, design, is_log(design))
    checks: tuple[Check, ...] = ()
    if design.title and int(cells.shared.sum()) >= 2:
        says = "titles are shared but not taken as a sample: the result holds for these titles"
        checks = (Check("titles", False, says),)
    return _on_countries(cells, design, checks)


def _over_titles(cells: Cells, design: Design) -> Comparison:
    only_one_side = int(cells.n[:, ~cells.shared].sum())
    n_titles = len(cells.titles)
    cells = cells.take_titles(cells.shared)
    present = np.asarray((cells.n > 0).any(axis=1))
    lost = [c for c, here in zip(cells.countries, present, strict=True) if not here]
    cells = _take_countries(cells, present)
    if (reason := _too_few(cells, design)) is not None:
        return undefined("two_way", design, reason, group_frame(cells, design, _plain(cells)))
    fit = two_way(cells.mean, cells.side, design.pooled, design.guard)
    first, second = int(cells.side.sum()), int((~cells.side).sum())
    checks = [*country_checks(first, second), *_title_checks(cells, n_titles, only_one_side, lost)]
    permutation = None
    if not np.isnan(fit.country_means).any():
        permutation = permute_countries(fit.country_means, cells.side, seed=design.seed)
    provenance = {
        "pooled": design.pooled,
        "guard": design.guard,
        "variance_of_countries": sum(fit.variances[:-1]),
        "variance_of_titles": fit.variances[-1],
    }
    return comparison(
        "two_way",
        design,
        fit.difference,
        fit.se,
        fit.df,
        _unit(cells, design, fit.country_means),
        group_frame(cells, design, fit.country_means),
        (*checks, *data_checks(cells, 0), COMPARABILITY),
        {
            "countries": country_frame(cells, design, fit.country_means),
            "titles": _title_frame(cells, fit.country_means, fit.title_differences),
        },
        reason=fit.reason,
        permutation=permutation,
        cite=("welch1947", "satterthwaite1946", "judd2012"),
        provenance=provenance,
    )


def _on_countries(cells: Cells, design: Design, checks: tuple[Check, ...]) -> Comparison:
    means = _plain(cells)
    if (reason := _too_few(cells, design)) is not None:
        return undefined("welch_countries", design, reason, group_frame(cells, design, means))
    first, second = int(cells.side.sum()), int((~cells.side).sum())
    parts, degrees = country_components(means, cells.side, design.pooled)
    total = sum(parts)
    df = float(satterthwaite(parts, degrees, design.guard and not design.pooled))
    return comparison(
        "welch_countries",
        design,
        float(means[cells.side].mean() - means[~cells.side].mean()),
        float(np.sqrt(total)) if total > 1e-24 * max(1.0, float((means**2).max())) else 0.0,
        df,
        _unit(cells, design, means),
        group_frame(cells, design, means),
        (*country_checks(first, second), *checks, *data_checks(cells, 0), COMPARABILITY),
        {"countries": country_frame(cells, design, means)},
        permutation=permute_countries(means, cells.side, seed=design.seed),
        provenance={"pooled": design.pooled, "guard": design.guard},
    )


def _too_few(cells: Cells, design: Design) -> str | None:
    for label, side in ((design.label("a"), cells.side), (design.label("b"), ~cells.side)):
        here = [c for c, s in zip(cells.countries, side, strict=True) if s]
        if not here:
            return f"there are no rows with an outcome for '{label}'"
        if len(here) == 1:
            return (
                f"'{label}' has one country in the data ({here[0]}): the variance between its "
                "countries cannot be seen; compare the countries themselves, or add countries"
            )
    return None


def _take_countries(cells: Cells, keep: np.ndarray) -> Cells:
    from dataclasses import replace

    if keep.all():
        return cells
    cut = {
        n: getattr(cells, n)[keep]
        for n in ("n", "weight", "weight2", "mean", "ss", "persons", "side")
    }
    names = tuple(c for c, k in zip(cells.countries, keep, strict=True) if k)
    return replace(cells, countries=names, **cut)


def _plain(cells: Cells) -> np.ndarray:
    weight = cells.weight.sum(axis=1)
    filled = np.where(cells.n > 0, cells.mean * cells.weight, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return filled.sum(axis=1) / weight


def _unit(cells: Cells, design: Design, means: np.ndarray) -> float:
    if design.scale == "g_person":
        return cells.person_sd()
    if design.scale == "g_country":
        first, second = int(cells.side.sum()), int((~cells.side).sum())
        a, b = means[cells.side].var(ddof=1), means[~cells.side].var(ddof=1)
        return float(np.sqrt(((first - 1) * a + (second - 1) * b) / (first + second - 2)))
    return 1.0


def _title_checks(cells: Cells, n_titles: int, only_one_side: int, lost: list[str]) -> list[Check]:
    shared = len(cells.titles)
    out = [
        Check(
            "titles",
            shared >= FEW_TITLES,
            f"{shared} titles are shared by both sides; at least {FEW_TITLES} are advised",
        )
    ]
    if only_one_side:
        out.append(
            Check(
                "shared_titles",
                False,
                f"{n_titles - shared} titles were seen on one side only; their {only_one_side:,} "
                "rows are left out",
            )
        )
    if lost:
        out.append(Check("lost_countries", False, f"no shared title in {', '.join(lost)}"))
    empty = int((cells.n == 0).sum())
    if empty:
        out.append(
            Check(
                "cells",
                True,
                f"{empty} of {cells.n.size} country-by-title cells are empty; country means are "
                "adjusted for titles",
            )
        )
    return out


def _title_frame(cells: Cells, means: np.ndarray, gaps: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    rest = cells.mean - means[:, None]
    a = np.nanmean(rest[cells.side], axis=0) + means[cells.side].mean()
    b = np.nanmean(rest[~cells.side], axis=0) + means[~cells.side].mean()
    return pd.DataFrame({"title": list(cells.titles), "a": a, "b": b, "difference": gaps})


def country_pair(data: pd.DataFrame, design: Design) -> Comparison:
    """Contrast two countries: persons are a sample within each, titles a sample where shared."""
    log = is_log(design)
    cells = reduce_cells(data, design, log)
    if (reason := _empty(cells, design)) is not None:
        return undefined("country_pair", design, reason)
    titles = bool(design.title) and int(cells.shared.sum()) >= 2
    if titles:
        cells = cells.take_titles(cells.shared)
    means = additive_means(cells.mean) if titles else _plain(cells)
    if means is None:
        return undefined("country_pair", design, "the two countries share no connected titles")
    parts, degrees = _person_components(data, design, cells, means, log)
    gaps = np.array([])
    if titles:
        gaps = cells.mean[cells.side][0] - cells.mean[~cells.side][0]
        parts, degrees = [*parts, float(gaps.var(ddof=1)) / len(gaps)], [*degrees, len(gaps) - 1]
    total = sum(parts)
    df = float(satterthwaite(parts, degrees, design.guard))
    checks = [
        Check(
            "generalises",
            False,
            "two countries say nothing of their regions: the sentence names these two countries",
        )
    ]
    if titles:
        checks += _title_checks(cells, len(cells.titles), 0, [])
    else:
        checks.append(
            Check(
                "titles",
                False,
                "titles are not shared or not given: nothing is said about other titles",
            )
        )
    tables = {"countries": country_frame(cells, design, means)}
    if titles:
        tables["titles"] = _title_frame(cells, means, gaps)
    return comparison(
        "country_pair",
        design,
        float(means[cells.side][0] - means[~cells.side][0]),
        float(np.sqrt(total)),
        df,
        cells.person_sd() if design.scale != "raw" and not log else 1.0,
        group_frame(cells, design, means),
        (*checks, *data_checks(cells, 0), COMPARABILITY),
        tables,
    )


def _empty(cells: Cells, design: Design) -> str | None:
    for label, side in ((design.label("a"), cells.side), (design.label("b"), ~cells.side)):
        if not side.any():
            return f"there are no rows with an outcome for '{label}'"
        if cells.persons[side].sum() < 2:
            return f"'{label}' has fewer than two persons"
    return None


def _person_components(
    data: pd.DataFrame, design: Design, cells: Cells, means: np.ndarray, log: bool
) -> tuple[list[float], list[int]]:
    """Return the squared error of each country's mean from its persons, titles taken out."""
    from mdresearch.stats.cells import codes_of, outcome_values, person_codes

    y = outcome_values(data, design.outcome, log)
    if design.title and len(cells.titles) > 1:
        title, names = codes_of(data[design.title])
        place = {name: i for i, name in enumerate(cells.titles)}
        index = np.array([place.get(n, -1) for n in names])[title]
        effects = np.nanmean(cells.mean - means[:, None], axis=0)
        y = np.where(index >= 0, y - effects[index], np.nan)
    keep = ~np.isnan(y)
    w = data[design.weight].to_numpy(float) if design.weight else np.ones(len(y))
    parts, degrees = [], []
    for name in (design.expect.a, design.expect.b):
        here = keep & (data[design.group].astype(str) == name).to_numpy()
        person = (
            person_codes(data.loc[here, design.person]) if design.person else np.arange(here.sum())
        )
        weight = np.bincount(person, weights=w[here])
        score = np.bincount(person, weights=w[here] * y[here]) / weight
        centre = np.average(score, weights=weight)
        effective = weight.sum() ** 2 / (weight**2).sum()
        spread = np.average((score - centre) ** 2, weights=weight) * len(score) / (len(score) - 1)
        parts.append(float(spread / effective))
        degrees.append(len(score) - 1)
    return parts, degrees


def _add(
    name: str,
    question: str,
    needs: str,
    function: Callable[[pd.DataFrame, Design], Comparison],
    verified: str,
    columns: tuple[str, ...] = (),
) -> None:
    TESTS.add(name)(
        Method(
            name, question, needs, SCALES, verified, True, function, ("group", "country", *columns)
        )
    )


_add(
    "two_way",
    "Do two regions differ, beyond these countries and these titles?",
    "two or more countries a side; two or more titles seen on both sides",
    two_way_test,
    "its definition by hand; size and coverage by simulation (tests/calibration/default_path.csv)",
    ("title",),
)
_add(
    "welch_countries",
    "Do two regions differ, beyond these countries, on the titles at hand?",
    "two or more countries a side",
    welch_countries,
    "R t.test on country means (guard: false below six countries a side)",
)
_add(
    "country_pair",
    "Do two countries differ, beyond these persons and these titles?",
    "two countries, persons within them",
    country_pair,
    "R t.test where no titles are given",
)
