"""The tests that a claim can ask for, and what each is told of the data's design."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdresearch.core.expect import Expectation
from mdresearch.core.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.core.results import Comparison


@dataclass(frozen=True)
class Design:
    """Which column is what, and what is asked of it.

    Attributes
    ----------
    outcome : str
        A numeric column.
    expect : Expectation
        The parsed expectation.
    group, country, title, person, weight : str or None
        Columns; ``group`` holds the labels that ``expect`` names.
    condition : mapping or None
        ``{column, a, b}``.
    scale : str
        Key of `mdresearch.core.scales.SCALES`.
    pooled : bool
        Pool the variances of the two sides.
    guard : bool
        Guard the degrees of freedom where a variance rests on fewer than six units.
    level : float
        Level of the interval in ``Comparison.estimate``.
    seed : int
        For Monte Carlo parts.
    labels : mapping
        ``outcome``, ``a``, ``b``, ``unit`` in words.
    options : mapping
        Options of one test.
    """

    outcome: str
    expect: Expectation
    group: str | None = None
    country: str | None = None
    title: str | None = None
    person: str | None = None
    weight: str | None = None
    condition: Mapping[str, str] | None = None
    scale: str = "g_person"
    pooled: bool = False
    guard: bool = True
    level: float = 0.95
    seed: int = 0
    labels: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def label(self, key: str) -> str:
        """Return the words for ``outcome``, ``a``, ``b`` or ``unit``."""
        plain = {"outcome": self.outcome, "a": self.expect.a, "b": self.expect.b, "unit": ""}
        return str(self.labels.get(key) or plain.get(key, ""))


@dataclass(frozen=True)
class Method:
    """A test that a claim can ask for.

    Attributes
    ----------
    name : str
        What a claim writes after ``test:``.
    question : str
        The question that it answers.
    needs : str
        The design that it needs.
    scales : tuple of str
        The scales on which it can state its effect.
    verified : str
        What it was checked against.
    groups : bool
        Whether it compares two groups.
    function : callable
        ``(data, design) -> Comparison``.
    columns : tuple of str
        Fields of `Design` that must be set.
    options : tuple of str
        Options that it understands.
    """

    name: str
    question: str
    needs: str
    scales: tuple[str, ...]
    verified: str
    groups: bool
    function: Callable[[pd.DataFrame, Design], Comparison]
    columns: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


TESTS: Registry[Method] = Registry(
    "test",
    homes=(
        "mdresearch.stats.region_tests",
        "mdresearch.stats.viewer_tests",
        "mdresearch.stats.moderation",
        "mdresearch.stats.trends",
        "mdresearch.stats.variance_shares",
    ),
)
