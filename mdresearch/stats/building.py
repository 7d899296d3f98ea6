"""Building a comparison: the effect on its scale, the groups, and results that are undefined."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.results import NAN, Check, Comparison, Effect, Estimate
from mdresearch.core.scales import scale_of
from mdresearch.stats.verdicts import upper_tail

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.core.results import Permutation
    from mdresearch.stats.cells import Cells
    from mdresearch.stats.methods import Design

GROUP_COLUMNS = ("group", "n_countries", "n_titles", "n_persons", "n_rows", "mean", "sd")
FEW_COUNTRIES = 6
MANY_COUNTRIES = 25
FEW_TITLES = 12


def is_log(design: Design) -> bool:
    """Whether the outcome is compared on its logarithm."""
    return scale_of(design.scale).link == "log"


def comparison(
    name: str,
    design: Design,
    difference: float,
    se: float,
    df: float,
    unit: float,
    groups: pd.DataFrame,
    checks: tuple[Check, ...],
    tables: Mapping[str, Any],
    *,
    reason: str = "",
    permutation: Permutation | None = None,
    cite: tuple[str, ...] = ("welch1947", "satterthwaite1946"),
    provenance: Mapping[str, Any] | None = None,
) -> Comparison:
    """Put a difference, its error and its unit together as a `Comparison`.

    ``unit`` is what the difference is divided by on the claim's scale: an SD, or 1.
    """
    if not reason and not (math.isfinite(unit) and unit > 0):
        reason = f"the SD that the scale '{design.scale}' divides by is not above 0"
    if not reason and not (math.isfinite(se) and se > 0):
        reason = "the standard error is not above 0: the outcome does not vary"
    unit = unit if math.isfinite(unit) and unit > 0 else NAN
    raw = Effect(difference, NAN if reason else se, NAN if reason else df, "raw")
    return finish(
        name,
        design,
        Effect(difference / unit, se / unit, df, design.scale),
        0.0,
        groups,
        checks,
        tables,
        reason=reason,
        raw=raw.estimate(design.level),
        permutation=permutation,
        cite=cite,
        provenance={"unit_sd": unit, **(provenance or {})},
    )


def finish(
    name: str,
    design: Design,
    effect: Effect,
    null: float,
    groups: pd.DataFrame,
    checks: tuple[Check, ...],
    tables: Mapping[str, Any],
    *,
    reason: str = "",
    raw: Estimate | None = None,
    permutation: Permutation | None = None,
    cite: tuple[str, ...] = (),
    provenance: Mapping[str, Any] | None = None,
) -> Comparison:
    """Test an effect against its null value and put the result together; ``nan`` with a reason."""
    if reason:
        effect = Effect(effect.value, NAN, NAN, effect.scale)
    statistic = NAN if reason else (effect.value - null) / effect.se
    estimate = effect.estimate(design.level)
    if reason:
        estimate = Estimate(estimate.symbol, estimate.value, level=design.level, reason=reason)
    return Comparison(
        test=name,
        statistic=statistic,
        symbol="t",
        df=effect.df,
        p=NAN if reason else min(1.0, 2 * upper_tail(abs(statistic), effect.df)),
        estimate=estimate,
        effect=effect,
        groups=groups,
        raw=raw,
        checks=checks,
        cite=cite,
        tables=dict(tables),
        permutation=permutation,
        reason=reason,
        labels={key: design.label(key) for key in ("outcome", "a", "b", "unit")},
        provenance={"seed": design.seed, **(provenance or {})},
    )


def undefined(
    name: str, design: Design, reason: str, groups: pd.DataFrame | None = None
) -> Comparison:
    """Return a comparison without numbers, and why."""
    import pandas as pd

    if groups is None:
        groups = pd.DataFrame(columns=list(GROUP_COLUMNS))
    return comparison(name, design, NAN, NAN, NAN, NAN, groups, (), {}, reason=reason)


def group_frame(cells: Cells, design: Design, country_means: np.ndarray) -> pd.DataFrame:
    """Return the two groups as they were analysed: mean and SD are those of country means."""
    import pandas as pd

    rows = []
    for label, side in ((design.label("a"), cells.side), (design.label("b"), ~cells.side)):
        means = country_means[side]
        rows.append(
            {
                "group": label,
                "n_countries": int(side.sum()),
                "n_titles": int((cells.n[side] > 0).any(axis=0).sum()) if design.title else 0,
                "n_persons": int(cells.persons[side].sum()),
                "n_rows": int(cells.n[side].sum()),
                "mean": float(means.mean()) if len(means) else NAN,
                "sd": float(means.std(ddof=1)) if len(means) > 1 else NAN,
            }
        )
    return pd.DataFrame(rows, columns=list(GROUP_COLUMNS))


def country_frame(cells: Cells, design: Design, country_means: np.ndarray) -> pd.DataFrame:
    """Return one row a country: its title-adjusted mean, its counts, its effective sample."""
    import pandas as pd

    n = cells.n.sum(axis=1)
    spare = np.maximum(n - (cells.n > 0).sum(axis=1), 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = cells.weight.sum(axis=1) ** 2 / cells.weight2.sum(axis=1)
        sd = np.sqrt(cells.ss.sum(axis=1) / spare)
    frame = pd.DataFrame(
        {
            "group": np.where(cells.side, design.label("a"), design.label("b")),
            "country": list(cells.countries),
            "n_titles": (cells.n > 0).sum(axis=1) if design.title else 0,
            "n_persons": cells.persons,
            "n_rows": n,
            "n_effective": effective,
            "mean": country_means,
            "sd": sd,
            "se": sd / np.sqrt(effective),
        }
    )
    order = frame["group"].map({design.label("a"): 0, design.label("b"): 1})
    return (
        frame.assign(order=order)
        .sort_values(["order", "mean", "country"], kind="stable")
        .drop(columns="order")
        .reset_index(drop=True)
    )


def data_checks(cells: Cells, n_other: int) -> tuple[Check, ...]:
    """Say what was left out or merged before the test."""
    out = []
    if cells.n_missing:
        out.append(
            Check(
                "complete",
                False,
                f"{cells.n_missing:,} rows have no outcome or weight and are left out",
            )
        )
    if n_other:
        out.append(Check("groups", True, f"{n_other:,} rows lie in neither of the two groups"))
    if cells.n_merged:
        out.append(
            Check(
                "one_answer",
                True,
                f"{cells.n_merged:,} repeated answers of a person on a title are averaged",
            )
        )
    return tuple(out)


def country_checks(first: int, second: int) -> tuple[Check, ...]:
    """Say what the number of countries allows."""
    least = min(first, second)
    return (
        Check(
            "countries",
            least >= FEW_COUNTRIES,
            f"{first} v {second} countries; at least {FEW_COUNTRIES} a side are needed to name a "
            "region, fewer speak of these countries only",
        ),
        Check(
            "country_level",
            first + second >= MANY_COUNTRIES,
            f"{first + second} countries in all; {MANY_COUNTRIES} or more are advised for "
            "country-level inference",
        ),
    )


COMPARABILITY = Check(
    "comparability",
    None,
    "invariance and response style were not examined: a difference of means may be one of the "
    "scale",
)
