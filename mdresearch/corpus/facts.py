"""Market facts: shown with their rivals, and summed only where a sum means something."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import DataError, several, unknown_name
from mdresearch.corpus.checks import COLUMNS, FIRST_ROW, CheckReport, check_tables
from mdresearch.corpus.overlaps import entities_overlap, geos_overlap, period, periods_overlap
from mdresearch.corpus.values import tidy

if TYPE_CHECKING:
    import pandas as pd

HOAX = "hoax_do_not_use"
TEXT_UNITS = ("text", "ordered_country_list")
SUMMABLE = ("USD", "CNY", "JPY", "installs", "views", "impressions", "persons")
STOCKS = ("persons",)
SAME = ("metric", "entity_type", "status", "definition", "unit", "data_provider")


@dataclass(frozen=True)
class FactTotal:
    """The sum of market facts that may be summed.

    Parameters
    ----------
    low, high : float
        The sum of the lower and of the upper ends; equal where no fact is a range.
    unit : str
        The unit that the facts share.
    facts : tuple of str
        The ids of the facts.
    over : str
        What the facts differ in: ``geo``, ``period`` or ``entity``; empty for a single fact.
    data_provider, status : str
        Whose figures they are, and of what kind.
    """

    low: float
    high: float
    unit: str
    facts: tuple[str, ...]
    over: str
    data_provider: str
    status: str

    def sentence(self) -> str:
        """Say the sum with its unit, its source and its kind."""
        value = f"{self.low:,.10g}"
        if self.high != self.low:
            value += f" to {self.high:,.10g}"
        kind = self.status.replace("_", " ")
        return f"{value} {self.unit} ({kind}, {self.data_provider}; {', '.join(self.facts)})."


def check_facts(frame: pd.DataFrame) -> CheckReport:
    """Check a market table: schema, hoaxes, order of periods and of ranges, values.

    Parameters
    ----------
    frame : DataFrame
        Table ``market``; any number of its rows.

    Returns
    -------
    CheckReport
        What is wrong; ``raise_if_bad()`` refuses the table.
    """
    import pandas as pd

    frame = tidy(frame)
    report = check_tables({"market": frame}, "market facts")
    problems = report.problems.to_dict("records")
    hoax = {p["row"] for p in problems if p["column"] == "status" and p["value"] == HOAX}
    problems = [p for p in problems if not (p["column"] == "status" and p["row"] in hoax)]
    if not any(p["problem"] == "column is missing" for p in problems):
        problems += [dict(zip(COLUMNS, row, strict=True)) for row in _fact_problems(frame)]
    table = pd.DataFrame(problems, columns=list(COLUMNS)).astype({"row": "Int64"})
    return CheckReport(table, "market facts")


def total(market: pd.DataFrame) -> FactTotal:
    """Sum the rows of a market table, or refuse and name the rows that forbid it.

    The rows must share metric, status, definition, unit and data provider, differ in exactly one
    of place, period and entity, and overlap in none of these; their unit must count something that
    can be added. People are never added over periods: they are the same people.

    Parameters
    ----------
    market : DataFrame
        The rows of table ``market`` to be summed.

    Returns
    -------
    FactTotal
        The sum.

    Raises
    ------
    DataError
        The rows cannot be summed; the message gives every reason.

    Examples
    --------
    >>> from mdresearch.corpus.datasets import load
    >>> market = load("market-facts")["market"]
    >>> total(market[market.fact_id.isin(["M061", "M062"])]).sentence()
    '62,800,000 USD (vendor estimate, DataEye Research Institute; M061, M062).'
    """
    if market.empty:
        raise DataError("There is no row to sum. Choose rows of table 'market' first.")
    check_facts(market).raise_if_bad()
    reasons = list(_reasons(market))
    if reasons:
        ids = ", ".join(market.fact_id)
        raise several(f"The facts {ids} cannot be summed", reasons, DataError)
    varies = _varying(market)
    return FactTotal(
        low=float(market.value_low.sum()),
        high=float(market.value_high.sum()),
        unit=market.unit.iloc[0],
        facts=tuple(market.fact_id),
        over=varies[0] if varies else "",
        data_provider=market.data_provider.iloc[0],
        status=market.status.iloc[0],
    )


def conflict(market: pd.DataFrame, group: str) -> pd.DataFrame:
    """Return the rival figures for one quantity together; they are never averaged.

    Parameters
    ----------
    market : DataFrame
        Table ``market``.
    group : str
        A value of ``conflict_group``.

    Examples
    --------
    >>> from mdresearch.corpus.datasets import load
    >>> rivals = conflict(load("market-facts")["market"], "q1_2025_usa_iap")
    >>> dict(zip(rivals.data_provider, rivals.value_low, strict=True))
    {'Sensor Tower': 350000000.0, 'DataEye Research Institute': 162000000.0}
    """
    groups = sorted(market.conflict_group.dropna().unique())
    if group not in groups:
        raise unknown_name("conflict group", group, groups)
    shown = ["fact_id", "data_provider", "status", "metric", "entity", "geo", "period_start"]
    shown += ["period_end", "value_low", "value_high", "value", "unit", "definition", "note"]
    rows = market[market.conflict_group == group]
    return rows[shown].reset_index(drop=True)


def summary(market: pd.DataFrame) -> str:
    """Say how far the facts of a table can be trusted.

    Examples
    --------
    >>> from mdresearch.corpus.datasets import load
    >>> summary(load("market-facts")["market"])
    '146 facts: 116 of 146 tier C; 0 verified; 13 groups of rival figures, never averaged.'
    """
    n, relayed = len(market), int((market.source_tier == "C").sum())
    rivals = int((market.conflict_group.value_counts() > 1).sum())
    return (
        f"{n} facts: {relayed} of {n} tier C; {int(market.verified.sum())} verified; "
        f"{rivals} groups of rival figures, never averaged."
    )


def _fact_problems(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    for place, fact in enumerate(frame.itertuples(index=False)):
        row = place + FIRST_ROW
        if fact.status == HOAX:
            words = "is a hoax: never to be used, printed or summed"
            yield "market", row, "status", fact.fact_id, words, "delete the row"
        missing = fact.value_low != fact.value_low or fact.value_high != fact.value_high
        if missing and fact.unit not in TEXT_UNITS:
            words = "has a unit that counts, but no number"
            yield "market", row, "value_low", fact.value, words, "value_low and value_high"
        elif not missing and fact.value_low > fact.value_high:
            yield "market", row, "value_low", fact.value_low, "is above value_high", "low to high"
        try:
            start, end = period(fact.period_start, fact.period_end)
        except ValueError:
            yield "market", row, "period_end", fact.period_end, "is no day of the calendar", "dates"
            continue
        if start > end:
            words = "is after period_end"
            yield "market", row, "period_start", fact.period_start, words, "start before end"


def _varying(market: pd.DataFrame) -> list[str]:
    periods = market.period_start.fillna("") + "/" + market.period_end
    found = {"geo": market.geo, "period": periods, "entity": market.entity}
    return [name for name, values in found.items() if len(set(values)) > 1]


def _reasons(market: pd.DataFrame) -> Iterator[str]:
    for column in SAME:
        groups = market.fillna({column: ""}).groupby(column, sort=False).fact_id
        if groups.ngroups > 1:
            listing = "; ".join(f"'{value}' ({', '.join(ids)})" for value, ids in groups)
            yield f"{column} differs: {listing}. Sum rows of one {column} only."
    odd = market[~market.unit.isin(SUMMABLE)]
    if len(odd):
        ids = ", ".join(odd.fact_id)
        yield f"unit '{odd.unit.iloc[0]}' is not a count that adds up ({ids}). Show the rows."
    varies = _varying(market)
    if len(varies) > 1:
        yield f"the rows differ in {' and '.join(varies)}. Choose rows that differ in one of them."
    if "period" in varies and market.unit.isin(STOCKS).any():
        yield "people of one period are people of the next. Show the periods side by side."
    yield from _overlaps(market)


def _overlaps(market: pd.DataFrame) -> Iterator[str]:
    rows = list(market.itertuples(index=False))
    for place, a in enumerate(rows):
        for b in rows[place + 1 :]:
            if (
                geos_overlap(a.geo, b.geo)
                and periods_overlap(a, b)
                and entities_overlap(a.entity, b.entity, a.entity_type)
            ):
                yield (
                    f"{a.fact_id} ({_words(a)}) and {b.fact_id} ({_words(b)}) overlap: "
                    "the same money or people would be counted twice. Keep one of them."
                )


def _words(fact: Any) -> str:
    start = "" if fact.period_start != fact.period_start else fact.period_start
    return f"{fact.geo}, {start or 'the beginning'} to {fact.period_end}"
