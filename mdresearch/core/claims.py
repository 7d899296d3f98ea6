"""A claim as data: what is said, of which groups, on which scale, and what would decide it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any

from mdresearch.core.conditions import parse_condition
from mdresearch.core.errors import StudyError, suggest
from mdresearch.core.expect import Expectation, parse_expect
from mdresearch.core.scales import scale_of, to_linear

VERDICTS = ("supported", "contradicted", "equivalent", "undecided", "not_tested")
_ID = re.compile(r"^[A-Za-z][A-Za-z0-9_.\-]*$")


@dataclass(frozen=True)
class Claim:
    """One claim, ready to be judged.

    Parameters
    ----------
    id : str
        Short name, such as ``H19``.
    says : str
        The claim in words, as its author makes it.
    outcome : str
        A measure of `mdresearch.measures`, or a numeric column.
    between : str or None
        ``"region"``, ``"country"``, any column constant within a country, a column of conditions
        (with ``cluster: null``), or None for a claim without groups.
    expect : str
        ``a > b``, ``a < b``, ``a != b``, ``a ~ b``, ``rising``, ``falling``, ``> number``,
        ``< number`` or ``~ number``.
    regions : str
        The scheme that turns countries into regions.
    test : str or None
        A name in ``TESTS``; None takes the default for the design.
    cluster : str or None
        ``"auto"`` (countries) or None: viewers, with a failed check.
    scale : str
        ``raw``, ``g_person``, ``g_country``, ``ratio``, ``rate_ratio`` and so on.
    smallest : float or None
        Smallest effect of interest on the claim's scale; .2 where the scale is ``g_person``.
    at_least : float or None
        The minimum that the claim's wording implies, on the claim's scale.
    why : str or None
        The reason for ``smallest`` and ``at_least``; required where either is given.
    condition : mapping or None
        ``{column, a, b}``: the effect of a condition, one a country, is what is compared.
    exclude : tuple of mapping
        ``{where, why}``: rows left out, counted and shown.
    weight : str or None
        A column of weights; they act inside a country.
    covariates : tuple of str
        Columns to adjust for; needs a test that can.
    ceiling : mapping or None
        ``{verdict, reason}``: what the data cannot decide, whatever the numbers.
    family : str or None
        Claims of one family share an error rate of ``alpha`` (Holm).
    alpha : float
        Error rate of the family.
    options : mapping
        Further options of the test, such as ``start`` and ``end`` of a trend.
    """

    id: str
    says: str
    outcome: str
    between: str | None
    expect: str
    regions: str = "essay"
    test: str | None = None
    cluster: str | None = "auto"
    scale: str = "g_person"
    smallest: float | None = None
    at_least: float | None = None
    why: str | None = None
    condition: Mapping[str, str] | None = None
    exclude: tuple[Mapping[str, str], ...] = ()
    weight: str | None = None
    covariates: tuple[str, ...] = ()
    ceiling: Mapping[str, str] | None = None
    family: str | None = None
    alpha: float = 0.05
    options: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        problems = claim_problems(self)
        if problems:
            raise StudyError(f"Claim {self.id}: " + " ".join(problems))
        object.__setattr__(self, "exclude", tuple(MappingProxyType(dict(e)) for e in self.exclude))
        object.__setattr__(self, "covariates", tuple(self.covariates))
        object.__setattr__(self, "options", MappingProxyType(dict(self.options)))
        for name in ("condition", "ceiling"):
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, MappingProxyType(dict(value)))

    @property
    def expectation(self) -> Expectation:
        """The expectation, parsed."""
        return parse_expect(self.expect)

    @property
    def smallest_used(self) -> float | None:
        """The smallest effect of interest that decides: the claim's own, or its scale's default."""
        return self.smallest if self.smallest is not None else scale_of(self.scale).default_smallest

    def plain(self) -> dict[str, Any]:
        """Return the claim as plain data, in the order of the study file."""
        out: dict[str, Any] = {}
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, Mapping):
                value = dict(value)
            if isinstance(value, tuple):
                value = [dict(v) if isinstance(v, Mapping) else v for v in value]
            out[item.name] = value
        return out


CLAIM_KEYS = tuple(f.name for f in fields(Claim))
REQUIRED_KEYS = ("id", "says", "outcome", "between", "expect")


def claim_problems(claim: Claim) -> list[str]:
    """Return all that is wrong with a claim, a sentence each."""
    out = []
    if not _ID.match(str(claim.id)):
        out.append(f"id '{claim.id}' must be a letter, then letters, digits, '_', '-' or '.'.")
    try:
        expectation = parse_expect(claim.expect)
        out += _group_problems(claim, expectation)
    except StudyError as error:
        out.append(str(error))
    try:
        for name in ("smallest", "at_least"):
            if getattr(claim, name) is not None:
                to_linear(_number(claim, name), claim.scale)
        out += _effect_problems(claim)
    except (StudyError, ValueError, KeyError) as error:
        out.append(str(error))
    out += _mapping_problems(claim)
    if not (isinstance(claim.alpha, float) and 0 < claim.alpha < 0.5):
        out.append(f"alpha is {claim.alpha}; it must lie between 0 and 0.5.")
    if claim.cluster not in ("auto", None):
        out.append(f"cluster is '{claim.cluster}'; allowed: auto, or null for a test on viewers.")
    return out


def _number(claim: Claim, name: str) -> float:
    value = getattr(claim, name)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise StudyError(f"{name} is '{value}'; it must be a number on the scale '{claim.scale}'.")
    return float(value)


def _group_problems(claim: Claim, expectation: Expectation) -> list[str]:
    if claim.between is None and expectation.has_groups:
        return [
            f"expect '{claim.expect}' compares two groups but 'between' is null. "
            "Name what they are groups of, such as 'region' or 'country'."
        ]
    if claim.between is not None and not expectation.has_groups:
        return [
            f"expect '{claim.expect}' names no groups but 'between' is '{claim.between}'. "
            "Write 'a > b', or set between: null."
        ]
    return []


def _effect_problems(claim: Claim) -> list[str]:
    out = []
    scale = scale_of(claim.scale)
    if claim.smallest_used is None:
        out.append(
            f"the scale '{claim.scale}' has no default for 'smallest'. "
            "State the smallest effect of interest and 'why'."
        )
    elif to_linear(claim.smallest_used, claim.scale) <= 0:
        bound = "1" if scale.link == "log" else "0"
        out.append(f"smallest is {claim.smallest_used}; on '{claim.scale}' it is above {bound}.")
    if claim.at_least is not None and to_linear(claim.at_least, claim.scale) <= 0:
        bound = "1" if scale.link == "log" else "0"
        out.append(f"at_least is {claim.at_least}; on '{claim.scale}' it is above {bound}.")
    if (claim.smallest is not None or claim.at_least is not None) and not claim.why:
        out.append(
            "'smallest' or 'at_least' is given without 'why'. Give the reason in a sentence."
        )
    return out


def _mapping_problems(claim: Claim) -> list[str]:
    out = []
    for exclusion in claim.exclude:
        if not isinstance(exclusion, Mapping) or set(exclusion) != {"where", "why"}:
            out.append(f"exclude: {exclusion!r} must have exactly the keys 'where' and 'why'.")
            continue
        try:
            parse_condition(exclusion["where"])
        except StudyError as error:
            out.append(str(error))
    if claim.condition is not None and set(claim.condition) != {"column", "a", "b"}:
        out.append(f"condition: {dict(claim.condition)} must have the keys column, a and b.")
    if claim.ceiling is not None:
        ceiling = dict(claim.ceiling)
        if set(ceiling) != {"verdict", "reason"} or ceiling.get("verdict") not in (
            "undecided",
            "not_tested",
        ):
            out.append(
                f"ceiling: {ceiling} must have a verdict (undecided or not_tested) and a reason."
            )
    return out


def claim_from(data: Mapping[str, Any]) -> Claim:
    """Make a claim of plain data, as a study file holds it.

    Raises
    ------
    StudyError
        A key is unknown or absent, or a value is not allowed.
    """
    problems = []
    for key in data:
        if key not in CLAIM_KEYS:
            near = suggest(key, CLAIM_KEYS)
            problems.append(
                f"'{key}' is not a key of a claim." + (f" Did you mean '{near}'?" if near else "")
            )
    missing = [k for k in REQUIRED_KEYS if k not in data]
    if missing:
        problems.append(
            f"the key{'s' if len(missing) > 1 else ''} {', '.join(missing)} must be given."
        )
    if problems:
        raise StudyError(f"Claim {data.get('id', '(without id)')}: " + " ".join(problems))
    values = dict(data)
    values["exclude"] = tuple(values.get("exclude") or ())
    values["covariates"] = tuple(values.get("covariates") or ())
    values["options"] = values.get("options") or {}
    return Claim(**values)
