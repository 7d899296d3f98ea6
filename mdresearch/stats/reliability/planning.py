"""How many units must be coded twice? Sizes of a reliability study for a width or a floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core import apa
from mdresearch.core.errors import StatisticsError, unknown_name
from mdresearch.stats.reliability.alphas import alpha_error, t_interval
from mdresearch.stats.reliability.chance import agreement_rows, chance_error, chance_values
from mdresearch.stats.reliability.weights import WEIGHTS

if TYPE_CHECKING:
    import pandas as pd

LARGE = 40_000
COEFFICIENTS = ("alpha", "gwet", "fleiss", "brennan_prediger")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgreementPlan:
    """How many units a reliability study needs, and what that number gave when it was simulated.

    Attributes
    ----------
    coefficient : str
    true : float
        The coefficient that coders are expected to reach, in the population.
    n_for_width, n_for_floor : int or None
        Units for the width of the interval, and to show that the coefficient lies above the floor;
        None where not asked.
    width, floor, power, confidence : float or None
    se_one : float
        Standard error times the root of the number of units.
    table : DataFrame
        A row an asked size: ``aim, n_units, n_values, mean, bias, se, width, coverage, power``, by
        simulation.
    provenance : mapping
    """

    coefficient: str
    true: float
    n_for_width: int | None
    n_for_floor: int | None
    width: float | None
    floor: float | None
    power: float
    confidence: float
    se_one: float
    table: pd.DataFrame
    provenance: dict[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return what was simulated at each size."""
        return self.table.copy()

    def apa(self) -> str:
        """Return the plan as a sentence."""
        parts = []
        if self.n_for_width is not None:
            parts.append(
                f"{self.n_for_width:,} units for an interval {apa.number(self.width or 0)} wide"
            )
        if self.n_for_floor is not None:
            parts.append(
                f"{self.n_for_floor:,} units to show with {100 * self.power:.0f}% power that it "
                f"lies above {apa.number(self.floor or 0, 3)}"
            )
        return (
            f"{self.coefficient} of {apa.number(self.true)}: {'; '.join(parts)} (simulated coders)"
        )

    def __repr__(self) -> str:
        return f"{self.apa()}\n{self.table.to_string(index=False)}"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        return paragraph(self.apa()) + table_html(self.table)


def agreement_planning(
    expected: float,
    *,
    width: float | None = None,
    floor: float | None = None,
    coefficient: str = "alpha",
    shares: Sequence[float] = (0.25, 0.25, 0.25, 0.25),
    n_coders: int = 2,
    weights: str = "unweighted",
    missing: float = 0.0,
    power: float = 0.8,
    confidence: float = 0.95,
    n_sim: int = 500,
    seed: int = 0,
) -> AgreementPlan:
    """Plan the number of units that are coded by several coders.

    Parameters
    ----------
    expected : float
        The alpha that coders are expected to reach, from 0 to below 1.
    width : float or None
        Ask for an interval no wider than this.
    floor : float or None
        Ask to show that the coefficient lies above this: the lower limit of the interval is above.
    coefficient : str
        ``alpha``, ``gwet``, ``fleiss`` or ``brennan_prediger``.
    shares : sequence of float
        How often each category occurs. Rare categories need many more units.
    n_coders : int
        Coders a unit.
    weights : str
        A key of the weights of `gwet`, over categories 1, 2, ...; for alpha, 1 minus the distance.
    missing : float
        Share of values that will be missing, at random.
    power, confidence : float
    n_sim, seed : int
        Studies simulated at each size to check it; 0 for none.

    Returns
    -------
    AgreementPlan

    Raises
    ------
    StatisticsError, UnknownNameError
        A number is out of its range; neither width nor floor is given; the floor cannot be reached.

    Notes
    -----
    Coders know the true category with probability sqrt(expected) and draw from the shares
    otherwise, independently: alpha is then ``expected``. From 40,000 such units comes the standard
    error of one unit, s: ``n = (2 z s / width)^2``, ``n = ((z + z_power) s / (true - floor))^2``, z
    two-sided. Coders who share errors, or clusters of units, need more. Compare the closed forms
    for two coders of Flack, Afifi, Lachenbruch and Schouten (1988), Psychometrika 53.

    Examples
    --------
    >>> plan = agreement_planning(0.8, width=0.2, floor=0.667, n_sim=0)
    >>> plan.n_for_width, plan.n_for_floor
    (86, 92)
    """
    _in_range(expected, width, floor, shares, n_coders, missing, power, confidence)
    if coefficient not in COEFFICIENTS:
        raise unknown_name("coefficient to plan for", coefficient, COEFFICIENTS)
    if weights not in WEIGHTS:
        raise unknown_name("set of weights", weights, WEIGHTS)
    from scipy.special import ndtri

    p = np.asarray(shares, dtype=float) / float(np.sum(shares))
    matrix = WEIGHTS[weights](np.arange(1.0, len(p) + 1))
    design = _Design(expected, p, n_coders, missing, matrix, coefficient)
    true, se = _measure(_simulate(design, LARGE, np.random.default_rng(seed)), design)
    one = se * LARGE**0.5
    z, z_power = float(ndtri((1 + confidence) / 2)), float(ndtri(power))
    if floor is not None and true <= floor:
        raise StatisticsError(
            f"The expected {coefficient} is {true:.3f} and the floor {floor:g}: no number of units "
            "shows that it lies above. Expect more, or lower the floor with a reason."
        )
    n_width = None if width is None else int(np.ceil((2 * z * one / width) ** 2))
    n_floor = None if floor is None else int(np.ceil(((z + z_power) * one / (true - floor)) ** 2))
    rows = [
        _checked(aim, n, design, true, floor, confidence, n_sim, seed)
        for aim, n in (("width", n_width), ("floor", n_floor))
        if n is not None
    ]
    import pandas as pd

    return AgreementPlan(
        coefficient=coefficient,
        true=true,
        n_for_width=n_width,
        n_for_floor=n_floor,
        width=width,
        floor=floor,
        power=power,
        confidence=confidence,
        se_one=one,
        table=pd.DataFrame(rows),
        provenance={"data_kind": "simulated", "n_sim": n_sim, "seed": seed, "n_coders": n_coders},
    )


@dataclass(frozen=True, eq=False)
class _Design:
    expected: float
    shares: np.ndarray
    n_coders: int
    missing: float
    weights: np.ndarray
    coefficient: str


def _in_range(
    expected: float,
    width: float | None,
    floor: float | None,
    shares: Sequence[float],
    n_coders: int,
    missing: float,
    power: float,
    confidence: float,
) -> None:
    if width is None and floor is None:
        raise StatisticsError("Give 'width', 'floor' or both: what shall the units be enough for?")
    rules = (
        ("expected", expected, 0 <= expected < 1, "from 0 to below 1"),
        ("width", width, width is None or 0 < width < 2, "above 0 and below 2"),
        ("floor", floor, floor is None or -1 < floor < 1, "between -1 and 1"),
        ("n_coders", n_coders, n_coders >= 2, "2 or more"),
        ("missing", missing, 0 <= missing < 1, "from 0 to below 1"),
        ("power", power, 0 < power < 1, "between 0 and 1"),
        ("confidence", confidence, 0 < confidence < 1, "between 0 and 1"),
    )
    for name, value, fine, allowed in rules:
        if not fine:
            raise StatisticsError(f"'{name}' is {value}; it must be {allowed}.")
    if len(shares) < 2 or min(shares) <= 0:
        raise StatisticsError(f"'shares' is {list(shares)}; give two or more shares above 0.")


def _simulate(design: _Design, n: int, rng: np.random.Generator) -> np.ndarray:
    q, r = len(design.shares), design.n_coders
    edges = np.cumsum(design.shares)[:-1]
    truth = np.searchsorted(edges, rng.random(n), side="right")
    guess = np.searchsorted(edges, rng.random((n, r)), side="right")
    knows = rng.random((n, r)) < design.expected**0.5
    value = np.where(knows, truth[:, None], guess)
    kept = rng.random((n, r)) >= design.missing
    unit, coder = np.nonzero(kept)
    flat = np.bincount(unit * q + value[unit, coder], minlength=n * q)
    return flat.reshape(n, q).astype(float)


def _measure(counts: np.ndarray, design: _Design) -> tuple[float, float]:
    if design.coefficient != "alpha":
        rows = agreement_rows(counts, design.weights)
        total = rows.sum(axis=0, keepdims=True)
        value = float(chance_values(total, design.weights, design.coefficient)[0][0])
        return value, chance_error(rows, design.weights, design.coefficient)
    paired = counts[counts.sum(axis=1) > 1]
    n, given = paired.sum(), paired.sum(axis=1)
    apart = 1 - design.weights
    observed = ((paired @ apart) * paired).sum(axis=1) / (given - 1)
    margins = paired.sum(axis=0)
    expected = margins @ apart @ margins / (n * (n - 1))
    if len(paired) < 2 or expected <= 0:
        return float("nan"), float("nan")
    return float(1 - observed.sum() / n / expected), alpha_error(paired, design.weights)


def _checked(
    aim: str,
    n: int,
    design: _Design,
    true: float,
    floor: float | None,
    confidence: float,
    n_sim: int,
    seed: int,
) -> dict[str, Any]:
    seeds = np.random.SeedSequence([seed, n]).spawn(n_sim)
    found = [_measure(_simulate(design, n, np.random.default_rng(s)), design) for s in seeds]
    value = np.array([f[0] for f in found])
    ends = np.array([t_interval(v, s, n - 1, confidence) for v, s in found]).reshape(-1, 2)
    known = ~np.isnan(ends).any(axis=1)
    low, high = ends[known].T if known.any() else (np.array([np.nan]),) * 2
    some = bool(known.any())
    return {
        "aim": aim,
        "n_units": n,
        "n_values": n * design.n_coders,
        "mean": float(value[known].mean()) if some else np.nan,
        "bias": float(value[known].mean() - true) if some else np.nan,
        "se": float(value[known].std(ddof=1)) if known.sum() > 1 else np.nan,
        "width": float((high - low).mean()) if some else np.nan,
        "coverage": float(((low <= true) & (true <= high)).sum() / n_sim) if some else np.nan,
        "power": float((low > floor).sum() / n_sim) if some and floor is not None else np.nan,
        "n_undefined": int((~known).sum()) if n_sim else 0,
    }
