"""Regions: which countries a region of a scheme holds, and how well that is known."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from mdresearch.core.countries import DATA, is_country
from mdresearch.core.errors import DataError, StudyError, several, unknown_name
from mdresearch.core.strict_yaml import read_yaml

if TYPE_CHECKING:
    import pandas as pd

EXAMPLE_MARKET_MAP = DATA / "market_map_example.csv"
MapPath: TypeAlias = str | Path | None
_MARKET_ID = re.compile(r"[a-z][a-z0-9_]*")
_SHOWN = 12  # countries named in a sentence before it says "and n more"


@dataclass(frozen=True)
class Membership:
    """One country in one region; ``checked_on`` is empty where nobody has looked."""

    country: str
    verified: bool
    checked_on: str
    checked_against: str
    note: str


@dataclass(frozen=True, eq=False, repr=False)
class Assignment:
    """Countries of the data and the regions that they are in; made by `assign`.

    Attributes
    ----------
    scheme : str
        The scheme of every region that was named without one.
    frame : DataFrame
        ``country, region, verified, checked_on``; one row a country given and region.
    unassigned : tuple of str
        Countries of the data in none of the regions asked for.
    n_unverified : int
        Rows of `frame` that are not verified.
    regions : tuple of str
        The regions asked for, as they were written.
    n_missing : int
        Empty values among the countries given; they are in no region.
    edition : str
        Edition of the scheme, or the name of the market map.
    """

    scheme: str
    frame: pd.DataFrame
    unassigned: tuple[str, ...]
    n_unverified: int
    regions: tuple[str, ...] = ()
    n_missing: int = 0
    edition: str = ""

    def sentence(self) -> str:
        """Return the sentence for the paper: scheme, unverified assignments, unassigned countries.

        Examples
        --------
        >>> assign(["BRA", "USA", "TUR"], ["latam", "noram"]).sentence()
        'Regions: essay scheme; all 2 assignments are verified; unassigned: TUR (1 country).'
        """
        n, doubtful = len(self.frame), self.n_unverified
        known = f"all {n} assignments are verified" if n > 1 else "the 1 assignment is verified"
        if doubtful:
            verb = "is" if doubtful == 1 else "are"
            known = f"{doubtful} of {_many(n, 'assignment')} {verb} unverified"
        elif not n:
            known = "no country is assigned"
        scheme = f"{self.scheme} scheme" + (f" ({self.edition})" if self.edition else "")
        others = [r for r in self.regions if ":" in r and not r.startswith(f"{self.scheme}:")]
        parts = [", with ".join([f"Regions: {scheme}", *others]), known]
        if self.unassigned:
            parts.append(f"unassigned: {_listed(self.unassigned)}")
        empty = sorted(set(self.regions) - set(self.frame["region"]))
        if empty:
            parts.append(f"no country of the data is in: {', '.join(empty)}")
        if self.n_missing:
            parts.append(f"{_many(self.n_missing, 'value')} without a country")
        return "; ".join(parts) + "."

    def __repr__(self) -> str:
        return self.sentence()


def schemes() -> tuple[str, ...]:
    """Return the names of the region schemes.

    Examples
    --------
    >>> schemes()
    ('essay', 'globe', 'inglehart_welzel', 'm49', 'market', 'world_bank')
    """
    return tuple(sorted(_tables()[0]))


def scheme_info(scheme: str) -> dict[str, str]:
    """Return what a scheme is: label, edition, source, citation, note and when it was checked.

    Examples
    --------
    >>> scheme_info("world_bank")["edition"]
    'FY26'
    """
    return dict(_tables()[0][_scheme(scheme)])


def region_ids(scheme: str, market_map: MapPath = None) -> tuple[str, ...]:
    """Return the region ids of a scheme, in the order of its table.

    Examples
    --------
    >>> region_ids("essay")
    ('western', 'asian', 'latam', 'noram', 'anglo')
    """
    return tuple(_regions(_scheme(scheme), market_map))


def region_label(region: str, scheme: str = "essay", market_map: MapPath = None) -> str:
    """Return a region's name for sentences and figures.

    Examples
    --------
    >>> region_label("latam"), region_label("globe:anglo")
    ('Latin America', 'Anglo')
    """
    scheme, region = resolve(region, scheme, market_map)
    if scheme == "market":
        return region.replace("_", " ")
    return str(_tables()[1][scheme, region]["label"])


def members(region: str, scheme: str = "essay", market_map: MapPath = None) -> frozenset[str]:
    """Return the countries of a region as ISO 3166-1 alpha-3 codes.

    Examples
    --------
    >>> sorted(members("globe:nordic"))
    ['DNK', 'FIN', 'SWE']
    """
    scheme, region = resolve(region, scheme, market_map)
    return frozenset(_regions(scheme, market_map)[region])


def resolve(region: str, scheme: str = "essay", market_map: MapPath = None) -> tuple[str, str]:
    """Return scheme and id of a region that may be written ``scheme:id``.

    Raises
    ------
    UnknownNameError
        There is no such scheme, or no such region in it.

    Examples
    --------
    >>> resolve("globe:anglo"), resolve("lac", "world_bank")
    (('globe', 'anglo'), ('world_bank', 'lac'))
    """
    before, colon, after = str(region).partition(":")
    scheme, name = _scheme(before if colon else scheme), after if colon else before
    known = _regions(scheme, market_map)
    if name not in known:
        raise unknown_name("region", region, [f"{before}:{k}" for k in known] if colon else known)
    return scheme, name


def assignment_table(scheme: str | None = None, market_map: MapPath = None) -> pd.DataFrame:
    """Return every assignment of one scheme, or of all: one row a region and country.

    Examples
    --------
    >>> assignment_table("essay").query("country == 'ZAF'")[["region", "verified"]].values.tolist()
    [['anglo', False]]
    """
    import pandas as pd

    rows = [
        (name, region, m.country, m.verified, m.checked_on, m.checked_against, m.note)
        for name in ([_scheme(scheme)] if scheme is not None else schemes())
        for region, held in _regions(name, market_map).items()
        for m in held.values()
    ]
    columns = ["scheme", "region", "country", "verified", "checked_on", "checked_against", "note"]
    return pd.DataFrame(rows, columns=columns).astype({"verified": bool})


def assign(
    countries: Iterable[str],
    regions: Sequence[str] | None = None,
    scheme: str = "essay",
    market_map: MapPath = None,
) -> Assignment:
    """Assign the countries of the data to regions; nothing is dropped without being counted.

    Parameters
    ----------
    countries : iterable of str
        ISO 3166-1 alpha-3 codes; repeats and order do not matter, empty values are counted.
    regions : sequence of str, optional
        Regions to contrast, such as ``["latam", "globe:anglo"]``. None takes every region of the
        scheme, and then a country may be in several.
    scheme : str
        Scheme of the regions that are named without one.
    market_map : path, optional
        The user's own file for the scheme ``market``; see `read_market_map`.

    Raises
    ------
    DataError
        A value is not an alpha-3 code.
    StudyError
        Two of `regions` share a country, whether or not the data hold it.

    Examples
    --------
    >>> assign(["BRA", "MEX", "USA", "CAN"], ["latam", "noram"]).frame["region"].tolist()
    ['latam', 'latam', 'noram', 'noram']
    """
    import pandas as pd

    scheme = _scheme(scheme)
    if isinstance(regions, str):
        raise StudyError(f"regions is a list of region names; write ['{regions}'].")
    asked = region_ids(scheme, market_map) if regions is None else tuple(regions)
    held: dict[str, Mapping[str, Membership]] = {}
    for name in asked:
        found, region = resolve(name, scheme, market_map)
        held[name] = _regions(found, market_map)[region]
    if regions is not None:
        _refuse_overlap(asked, scheme, market_map)
    given, n_missing = _countries(countries)
    found_in = [(name, held[name][c]) for name in asked for c in given if c in held[name]]
    rows = [(m.country, name, m.verified, m.checked_on) for name, m in found_in]
    kinds = {"country": "str", "region": "str", "verified": bool, "checked_on": "str"}
    frame = pd.DataFrame(rows, columns=list(kinds)).astype(kinds)
    placed = set(frame["country"])
    own_map = market_map if scheme == "market" else None
    edition = Path(own_map).name if own_map else scheme_info(scheme)["edition"]
    return Assignment(
        scheme=scheme,
        frame=frame,
        unassigned=tuple(c for c in given if c not in placed),
        n_unverified=int((~frame["verified"]).sum()),
        regions=asked if regions is not None else (),
        n_missing=n_missing,
        edition=edition,
    )


def read_market_map(path: str | Path) -> dict[str, frozenset[str]]:
    """Read a market map: a CSV file with the columns ``country, market`` and, if wanted, ``note``.

    A market is lower snake case (``noram``, not ``NA``); a country is in one market only. To use
    the file, pass its path as ``market_map`` together with ``scheme="market"``.

    Raises
    ------
    DataError
        The file is absent or breaks these rules; every mistake is listed with its line.

    Examples
    --------
    >>> sorted(read_market_map(EXAMPLE_MARKET_MAP)["jp_kr"])
    ['JPN', 'KOR']
    """
    return {market: frozenset(held) for market, held in _market_regions(Path(path)).items()}


@lru_cache(maxsize=1)
def _tables() -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], dict[str, Any]]]:
    data = read_yaml(DATA / "regions.yaml")
    return data["schemes"], {(row["scheme"], row["id"]): row for row in data["regions"]}


def _scheme(name: str) -> str:
    if name not in _tables()[0]:
        raise unknown_name("region scheme", name, schemes())
    return name


def _regions(scheme: str, market_map: MapPath = None) -> Mapping[str, Mapping[str, Membership]]:
    if scheme == "market":
        return _market_regions(Path(market_map or EXAMPLE_MARKET_MAP))
    return {i: _region_row(s, i) for s, i in _tables()[1] if s == scheme}


@lru_cache(maxsize=256)
def _region_row(scheme: str, region: str) -> dict[str, Membership]:
    """Return the members of one row: first those of its union, then those that it types."""
    info, row = _tables()[0][scheme], _tables()[1][scheme, region]
    without = set(row.get("without", "").split())
    held: dict[str, Membership] = {}
    for part in row.get("union", []):
        before, colon, after = part.partition(":")
        for m in _region_row(*((before, after) if colon else (scheme, before))).values():
            if m.country not in without:
                held.setdefault(m.country, m)
    doubts, notes = row.get("doubts", {}), row.get("notes", {})
    checked = info["checked_on"], info["checked_against"]
    for country in row.get("members", "").split():
        note = doubts.get(country, "") or notes.get(country, "")
        sure = bool(row.get("verified", False)) and country not in doubts
        held[country] = Membership(country, sure, *checked, note)
    return {country: held[country] for country in sorted(held)}


def _market_regions(path: Path) -> dict[str, dict[str, Membership]]:
    held: dict[str, dict[str, Membership]] = {}
    lines: dict[str, int] = {}
    problems = []
    for line, (country, market, note) in _market_rows(path):
        if not is_country(country):
            problems.append(f"line {line}: '{country}' is not an ISO 3166-1 alpha-3 country code")
        elif country in lines:
            problems.append(f"line {line}: {country} stands already at line {lines[country]}")
        if not _MARKET_ID.fullmatch(market):
            problems.append(f"line {line}: the market '{market}' is not lower snake case")
        lines.setdefault(country, line)
        held.setdefault(market, {})[country] = Membership(country, False, "", path.name, note)
    if problems:
        title = f"{path.name}: the market map has {_many(len(problems), 'mistake')}"
        raise several(title, problems, DataError)
    return held


def _market_rows(path: Path) -> list[tuple[int, tuple[str, str, str]]]:
    if not path.is_file():
        raise DataError(
            f"There is no market map '{path}'. Give the path of a CSV file with the columns "
            f"country, market, note; copy {EXAMPLE_MARKET_MAP.name} to begin."
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restval="")
        columns = list(reader.fieldnames or ())
        if not {"country", "market"} <= set(columns):
            raise DataError(
                f"{path.name}: the columns are {', '.join(columns) or 'none'}; a market map has "
                "country, market and, if wanted, note. Name them so."
            )
        return [
            (reader.line_num, (r["country"].strip(), r["market"].strip(), r.get("note", "")))
            for r in reader
        ]


def _refuse_overlap(names: tuple[str, ...], scheme: str, market_map: MapPath) -> None:
    for a, b in combinations(names, 2):
        one = members(a, scheme, market_map)
        shared = sorted(one & members(b, scheme, market_map))
        if shared:
            known = region_ids(scheme, market_map)
            free = [r for r in known if one.isdisjoint(members(r, scheme, market_map))]
            raise StudyError(
                f"The regions '{a}' and '{b}' share {_listed(shared)}. Two regions that share a "
                "country are refused: it would stand on both sides of the contrast. Choose "
                f"regions that share none; '{a}' shares none with: {', '.join(free) or 'any'}."
            )


def _countries(values: Iterable[str]) -> tuple[list[str], int]:
    import pandas as pd

    if isinstance(values, str):
        raise DataError(f"countries is a column or a list of codes; write ['{values}'].")
    column = pd.Series(list(values), dtype=object)
    given = column[column.notna() & (column.astype(str).str.strip() != "")]
    unique = given.unique().tolist()
    wrong = sorted({str(v) for v in unique if not is_country(v)})
    if wrong:
        raise DataError(
            f"{', '.join(map(repr, wrong[:_SHOWN]))}: not an ISO 3166-1 alpha-3 country code "
            f"({_many(len(wrong), 'value')}). A country is written as three capital letters, such "
            "as BRA, or XKX for Kosovo. Turn names and other codes into them with "
            "md.country_codes(values)."
        )
    return sorted(unique), len(column) - len(given)


def _many(n: int, word: str) -> str:
    plural = f"{word[:-1]}ies" if word.endswith("y") else f"{word}s"
    return f"{n} {word if n == 1 else plural}"


def _listed(countries: Sequence[str]) -> str:
    more = f" and {len(countries) - _SHOWN} more" if len(countries) > _SHOWN else ""
    return f"{', '.join(countries[:_SHOWN])}{more} ({_many(len(countries), 'country')})"
