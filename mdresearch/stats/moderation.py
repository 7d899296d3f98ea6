"""Does an effect differ between groups of countries? One effect a country, then Welch."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import Check, Comparison
from mdresearch.stats.building import (
    COMPARABILITY,
    GROUP_COLUMNS,
    comparison,
    country_checks,
    undefined,
)
from mdresearch.stats.cells import Cells, reduce_cells
from mdresearch.stats.methods import TESTS, Design, Method
from mdresearch.stats.permutations import permute_countries
from mdresearch.stats.satterthwaite import satterthwaite
from mdresearch.stats.two_way import country_components

if TYPE_CHECKING:
    import pandas as pd


def moderation(data: pd.DataFrame, design: Design) -> Comparison:
    """Compare the effect of a condition between two groups of countries.

    Each country gives one effect, the mean under condition ``a`` minus that under ``b``, with its
    standard error; Welch's test then compares the effects. On ``g_person`` every effect is divided
    by one SD: that of persons within country and condition, pooled.
    """
    table = condition_effects(data, design)
    usable = table.dropna(subset=["effect"]).reset_index(drop=True)
    unit = float(table.attrs["person_sd"]) if design.scale == "g_person" else 1.0
    side = (usable["group"] == design.label("a")).to_numpy()
    first, second = int(side.sum()), int((~side).sum())
    for label, number in ((design.label("a"), first), (design.label("b"), second)):
        if number < 2:
            reason = (
                f"'{label}' has {number} countries in which both conditions were seen; it needs two"
            )
            return undefined("moderation", design, reason)
    effects = usable["effect"].to_numpy()
    parts, degrees = country_components(effects, side, design.pooled)
    total = sum(parts)
    df = float(satterthwaite(parts, degrees, design.guard and not design.pooled))
    checks = [*country_checks(first, second)]
    lost = table.loc[table["effect"].isna(), "country"].tolist()
    if lost:
        checks.append(Check("both_conditions", False, f"no effect in {', '.join(lost)}"))
    shown = usable.assign(**{c: usable[c] / unit for c in ("effect", "se", "low", "high")})
    result = comparison(
        "moderation",
        design,
        float(effects[side].mean() - effects[~side].mean()),
        float(np.sqrt(total)),
        df,
        unit,
        _groups(usable, design, side, unit),
        (*checks, COMPARABILITY),
        {"countries": shown},
        permutation=permute_countries(effects, side, seed=design.seed),
        provenance={"share_of_variance_from_sampling_persons": _noise(usable)},
    )
    condition = design.condition or {}
    words = f"{condition.get('a')} minus {condition.get('b')}"
    return replace(result, labels={**result.labels, "condition": words})


def condition_effects(data: pd.DataFrame, design: Design) -> pd.DataFrame:
    """Return one effect a country: group, country, n_a, n_b, effect, se, low, high.

    The pooled SD of persons within country and condition is in ``.attrs["person_sd"]``.
    """
    import pandas as pd

    condition = design.condition
    if condition is None:
        raise StatisticsError("The test 'moderation' needs a condition: {column, a, b}.")
    column = condition["column"]
    if column not in data.columns:
        raise DataError(
            f"There is no column '{column}' of conditions. Columns: {', '.join(data.columns)}."
        )
    label = data[column].astype("str")
    seen = sorted(set(label.dropna()))
    for key in ("a", "b"):
        if condition[key] not in seen:
            raise DataError(
                f"The condition '{condition[key]}' is not in the column '{column}'. It holds: "
                f"{', '.join(seen[:20])}."
            )
    rows = data[label.isin([condition["a"], condition["b"]])]
    by_condition = replace(design, title=column)
    cells = reduce_cells(rows, by_condition)
    a, b = cells.titles.index(condition["a"]), cells.titles.index(condition["b"])
    frame = _effects(cells, a, b, design)
    out = pd.DataFrame(frame).sort_values(["group", "effect"], kind="stable").reset_index(drop=True)
    out.attrs["person_sd"] = cells.person_sd()
    return out


def _effects(cells: Cells, a: int, b: int, design: Design) -> dict[str, object]:
    from scipy.special import stdtrit

    with np.errstate(invalid="ignore", divide="ignore"):
        variance = cells.ss / (cells.n - 1)
        parts = variance * cells.weight2 / cells.weight**2
        effect = cells.mean[:, a] - cells.mean[:, b]
        se = np.sqrt(parts[:, a] + parts[:, b])
        df = se**4 / (
            parts[:, a] ** 2 / (cells.n[:, a] - 1) + parts[:, b] ** 2 / (cells.n[:, b] - 1)
        )
        usable = (cells.n[:, a] >= 2) & (cells.n[:, b] >= 2)
        effect = np.where(usable, effect, np.nan)
        half = stdtrit(df, 0.975) * se
    return {
        "group": np.where(cells.side, design.label("a"), design.label("b")),
        "country": list(cells.countries),
        "n_a": cells.n[:, a],
        "n_b": cells.n[:, b],
        "effect": effect,
        "se": np.where(usable, se, np.nan),
        "low": effect - half,
        "high": effect + half,
    }


def _noise(table: pd.DataFrame) -> float:
    """Return how much of the variance of effects the sampling of persons alone would give."""
    spread = float(table.groupby("group")["effect"].var(ddof=1).mean())
    noise = float((table["se"] ** 2).mean())
    return min(noise / spread, 1.0) if spread > 0 else 1.0


def _groups(table: pd.DataFrame, design: Design, side: np.ndarray, unit: float) -> pd.DataFrame:
    import pandas as pd

    rows = []
    for key, here in (("a", side), ("b", ~side)):
        part = table.loc[here]
        n = int(part["n_a"].sum() + part["n_b"].sum())
        effects = part["effect"] / unit
        rows.append((design.label(key), len(part), 0, n, n, effects.mean(), effects.std(ddof=1)))
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


TESTS.add("moderation")(
    Method(
        "moderation",
        "Does the effect of a condition differ between two groups of countries?",
        "a condition within countries; two or more countries a side",
        ("raw", "g_person"),
        "effects by hand; its Welch step is that of welch_countries",
        True,
        moderation,
        ("group", "country", "condition"),
    )
)
