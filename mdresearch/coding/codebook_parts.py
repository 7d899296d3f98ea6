"""The parts of a codebook: codes, lists, variables, ways of not answering; all frozen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

NOTHING: Mapping[str, Any] = MappingProxyType({})
NONE_OF_THESE = "none_of_these"


def nothing() -> Mapping[str, Any]:
    """Return an empty read-only mapping."""
    return NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code of a codebook.

    Attributes
    ----------
    id, code_list, scheme : str
        Its id, the list it belongs to (the variable's id for codes written inside a variable), and
        the id of the scheme that defined it.
    parent : str or None
        The code above it.
    children, path : tuple of str
        Ids of the codes below it, and from the top of its list down to itself.
    role : str
        ``etic`` (holds across markets) or ``emic`` (what a market calls and dresses it).
    label, definition : mapping of str to str
        Language to text.
    aliases : mapping of str to tuple of str
    include, exclude, decision_rules : tuple of mapping
        Language to text; a rule may be a mapping with ``if``, ``then``, ``else``, ``because``.
    examples : mapping of str to tuple
        ``positive``, ``negative``, ``borderline``.
    markets : tuple of str
        Alpha-3 codes, groupings of 4 to 6 capitals, or ``*``.
    value : float or None
        The number of an ordinal or interval code; that of the nearest code above where None.
    codable : bool
        Whether coders may give it; false for a heading.
    hidden : str
        The reason why it is left out of what coders see; empty where it is shown.
    """

    id: str
    code_list: str
    parent: str | None = None
    children: tuple[str, ...] = ()
    path: tuple[str, ...] = ()
    role: str = "etic"
    label: Mapping[str, str] = field(default_factory=nothing)
    definition: Mapping[str, str] = field(default_factory=nothing)
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=nothing)
    include: tuple[Mapping[str, str], ...] = ()
    exclude: tuple[Mapping[str, str], ...] = ()
    decision_rules: tuple[Mapping[str, Any], ...] = ()
    examples: Mapping[str, tuple[Mapping[str, Any], ...]] = field(default_factory=nothing)
    markets: tuple[str, ...] = ()
    variants: tuple[Mapping[str, Any], ...] = ()
    mappings: tuple[Mapping[str, Any], ...] = ()
    sources: tuple[str, ...] = ()
    evidence: str | None = None
    value: float | None = None
    codable: bool = True
    color: str | None = None
    hotkey: str | None = None
    guid: str | None = None
    since: str | None = None
    deprecated: str | None = None
    replaced_by: tuple[str, ...] = ()
    language_status: Mapping[str, Mapping[str, Any]] = field(default_factory=nothing)
    scheme: str = ""
    hidden: str = ""
    default_language: str = "en"
    extra: Mapping[str, Any] = field(default_factory=nothing)

    @property
    def depth(self) -> int:
        """How far down it stands; 1 for a code at the top of its list."""
        return len(self.path)

    def name(self, lang: str | None = None) -> str:
        """Return its label in ``lang``, else in the scheme's language, else in any, else its id."""
        return in_language(self.label, lang, self.default_language) or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """A list of codes; ``codes`` and ``top`` are ids in file order, depth first."""

    id: str
    label: Mapping[str, str] = field(default_factory=nothing)
    description: Mapping[str, str] = field(default_factory=nothing)
    closed: bool = False
    codes: tuple[str, ...] = ()
    top: tuple[str, ...] = ()
    scheme: str = ""
    language_status: Mapping[str, Mapping[str, Any]] = field(default_factory=nothing)
    default_language: str = "en"
    extra: Mapping[str, Any] = field(default_factory=nothing)

    def name(self, lang: str | None = None) -> str:
        """Return its label; see `Code.name`."""
        return in_language(self.label, lang, self.default_language) or self.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A way of not answering: its id, its label, and what reliability does with it.

    ``reliability`` is ``category``, ``missing`` or ``drop_unit``.
    """

    id: str
    label: Mapping[str, str] = field(default_factory=nothing)
    reliability: str = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """What is coded about a unit.

    Attributes
    ----------
    type : str
        ``nominal, ordinal, interval, ratio, boolean, multilabel, span, text`` or ``date``.
    codes_from : str or None
        The list of its codes; None where it has none, or has codes of its own.
    codes : tuple of str
        Ids of every code it takes, in file order.
    missing : tuple of Missing
    reliability : mapping
        The plan: coefficient, distance, tolerance_ms, threshold, floor, rollup.
    hidden : str
        The reason why coders do not see it; empty where they do.
    """

    id: str
    unit: str
    type: str
    label: Mapping[str, str] = field(default_factory=nothing)
    definition: Mapping[str, str] = field(default_factory=nothing)
    instructions: Mapping[str, str] = field(default_factory=nothing)
    target: str | None = None
    codes_from: str | None = None
    codes: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()
    required: bool = False
    min: float | None = None
    max: float | None = None
    step: float | None = None
    measure: str | None = None
    min_labels: int | None = None
    max_labels: int | None = None
    exclusive: tuple[str, ...] = ()
    allow_overlap: bool = False
    min_ms: int | None = None
    snap: str = "none"
    ask_if: str | None = None
    missing: tuple[Missing, ...] = ()
    reliability: Mapping[str, Any] = field(default_factory=nothing)
    sources: tuple[str, ...] = ()
    since: str | None = None
    deprecated: str | None = None
    hidden: str = ""
    scheme: str = ""
    language_status: Mapping[str, Mapping[str, Any]] = field(default_factory=nothing)
    default_language: str = "en"
    extra: Mapping[str, Any] = field(default_factory=nothing)

    def name(self, lang: str | None = None) -> str:
        """Return its label; see `Code.name`."""
        return in_language(self.label, lang, self.default_language) or self.id


def in_language(texts: Mapping[str, str], lang: str | None, default: str) -> str:
    """Return the text in ``lang``, else in ``default``, else in the first language there is."""
    for key in (lang, default):
        if key in texts:
            return texts[key]  # type: ignore[index]
    return next(iter(texts.values()), "")


def frozen(value: Any) -> Any:
    """Return plain data with read-only mappings and tuples throughout."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, (list, tuple)) else value


def index_of(items: Iterable[Any]) -> Mapping[str, Any]:
    """Return things by their ``id``, read-only."""
    return MappingProxyType({item.id: item for item in items})
