"""Policy events as a trend counts them: state rules, three domains, and what is left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from mdresearch.core.errors import DataError, unknown_name
from mdresearch.measures.measuring import add_measure, require
from mdresearch.stats.event_dates import date_interval

if TYPE_CHECKING:
    from mdresearch.corpus.corpora import Corpus

#: Domains of the table, and the one of the claim's three in which each counts; empty: in none.
DOMAINS = {
    "content": "content",
    "licensing": "content",
    "minors": "content",
    "AI": "content",
    "data": "data",
    "payment": "payment",
    "app-store": "payment",
    "ip": "",
    "labour": "",
}
THREE = ("content", "data", "payment")
SCOPES = {"specific": "specific", "micro-drama-specific": "specific", "applies": "applies"}
SCOPES |= {"applies-by-scope": "applies", "adjacent": "adjacent"}
#: Levels that are no state: a firm's or a union's act is not a rule of a country.
NOT_STATE = ("private", "union")
BLOCS = ("EU",)
#: Acts that make no new rule: direction and why. Any other act of a court is not counted either.
NOT_NEW = {
    "P17": ("loosen", "a court vacated a rule"),
    "P23": ("loosen", "a court suspended a rule that is counted"),
    "P30": ("tighten", "a court restored a rule that is counted already"),
}
#: Acts under rules that stood already: campaigns, blockings, requests to block.
ENFORCEMENT = ("P02", "P11", "P15", "P24")
RULES = (
    "A date that spans time (a year, a month, a range) stands at its middle. An act of a state or "
    "a city counts once, for its country. An act of the EU is one event of the bloc, never of its "
    "members. Acts of firms and unions are not rules of a state; acts of courts that lift, suspend "
    "or restore a rule are not counted as new ones. Licensing, minors and AI count as content, app "
    "stores as payment."
)
STATUSES = ("announced", "draft", "requested", "non-binding")
NEEDS = {
    "policy": (
        "policy_id",
        "date",
        "date_precision",
        "country",
        "level",
        "issuer",
        "instrument",
        "domain",
        "scope",
        "status_at_source",
    )
}
COLUMNS = (
    "event_id",
    "policy_events",
    "date",
    "date_low",
    "date_high",
    "country",
    "subdivision",
    "bloc",
    "level",
    "domains",
    "scope",
    "status",
    "act",
    "direction",
    "counts",
    "label",
)


def policy_frame(
    corpus: Corpus,
    domains: Sequence[str] = THREE,
    levels: Sequence[str] | None = None,
    scope: Sequence[str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the events of a corpus's ``policy`` table, and what was left out.

    Parameters
    ----------
    corpus : Corpus
        Holds ``policy``.
    domains : sequence of {"content", "data", "payment"}
        Keep events in any of these.
    levels : sequence of str, optional
        Keep these levels only, such as ``national``; None keeps every level that is a state's.
    scope : sequence of {"specific", "applies", "adjacent"}, optional
        Keep these only.

    Returns
    -------
    frame : DataFrame
        One row an event, sorted by ``event_id``: policy_events (1), date (as given), date_low and
        date_high (ISO days), country (alpha-3 or EU), subdivision, bloc, level, domains (of the
        three, joined by ``;``), scope, status (issued, announced, draft, requested, non-binding),
        act (rule, enforcement, court), direction (tighten, loosen, unclear), counts, label.
    exclusions : DataFrame
        where, why, n.

    Notes
    -----
    An act of a state or a city counts for its country, once, and keeps its ``subdivision``. An act
    of the EU is one event of the bloc ``EU``, never of its 27 members. Acts of firms and unions,
    and events whose domains are none of the three, are left out. A court's act that lifts, suspends
    or restores a rule stays in the frame with ``counts`` false, so that a sensitivity analysis can
    count it. What an event's direction and kind are is declared in ``NOT_NEW`` and ``ENFORCEMENT``.

    Raises
    ------
    DataError
        A table or column is missing, an id appears twice, or a value is not one of those declared.
    """
    require(corpus, "A frame of policy events", NEEDS)
    for name in domains:
        if name not in THREE:
            raise unknown_name("domain of a claim", name, THREE)
    for name in scope or ():
        if name not in SCOPES.values():
            raise unknown_name("scope", name, sorted(set(SCOPES.values())))
    table = corpus["policy"].sort_values("policy_id", kind="stable").reset_index(drop=True)
    twice = table["policy_id"].duplicated()
    if twice.any():
        raise DataError(
            f"The policy_id '{table.loc[twice, 'policy_id'].iloc[0]}' stands in more than one row. "
            "Give each event one row."
        )
    frame = pd.DataFrame([_event(row) for row in table.to_dict("records")])
    if frame.empty:
        return pd.DataFrame(columns=list(COLUMNS)), _exclusions(frame)
    why = [_why(row, domains, levels, scope) for row in frame.to_dict("records")]
    listed = frame.assign(why=why)
    kept = listed[listed["why"] == ""]
    aside = listed.assign(why=listed["why"].where(listed["why"] != "", listed["not_new"]))
    return kept[list(COLUMNS)].reset_index(drop=True), _exclusions(aside)


def _text(row: dict[str, object], name: str) -> str:
    value = row.get(name)
    return "" if value is None or pd.isna(value) else str(value).strip()


def _event(row: dict[str, object]) -> dict[str, object]:
    name = _text(row, "policy_id")
    low, high = date_interval(_text(row, "date"))
    _check_precision(name, _text(row, "date"), _text(row, "date_precision"))
    country, _, part = _text(row, "country").partition("-")
    level = _text(row, "level")
    court = "court" in level.lower()
    unclear = ("unclear", "an act of a court, not a rule") if court else ("tighten", "")
    direction, not_new = NOT_NEW.get(name, unclear)
    return {
        "event_id": name,
        "policy_events": 1,
        "date": _text(row, "date"),
        "date_low": str(low),
        "date_high": str(high),
        "country": country,
        "subdivision": _text(row, "subdivision") or part,
        "bloc": country in BLOCS,
        "level": level,
        "domains": _domains(name, _text(row, "domain")),
        "scope": _scope(name, _text(row, "scope")),
        "status": _status(_text(row, "status_at_source")),
        "act": "court" if court or not_new else "enforcement" if name in ENFORCEMENT else "rule",
        "direction": direction,
        "counts": not not_new,
        "label": f"{_text(row, 'issuer')}: {_text(row, 'instrument')}",
        "not_new": f"{not_new}; kept for the sensitivity analysis" if not_new else "",
    }


def _check_precision(name: str, date: str, precision: str) -> None:
    shape = "range" if "/" in date else {4: "year", 7: "month", 10: "day"}.get(len(date), "")
    if shape != precision:
        raise DataError(
            f"The event '{name}' has the date '{date}' with the precision '{precision}'; a date of "
            f"this form has '{shape}'. Mend one of the two."
        )


def _domains(name: str, text: str) -> str:
    held = [d.strip() for d in text.split(";") if d.strip()]
    for domain in held:
        if domain not in DOMAINS:
            raise DataError(
                f"The event '{name}' has the domain '{domain}'; allowed: {', '.join(DOMAINS)}."
            )
    mapped = {DOMAINS[domain] for domain in held}
    return ";".join(d for d in THREE if d in mapped)


def _scope(name: str, text: str) -> str:
    word = text.split("(")[0].strip()
    if word not in SCOPES:
        raise DataError(f"The event '{name}' has the scope '{text}'; allowed: {', '.join(SCOPES)}.")
    return SCOPES[word]


def _status(text: str) -> str:
    return next((word for word in STATUSES if text.lower().startswith(word)), "issued")


def _why(
    row: dict[str, object],
    domains: Sequence[str],
    levels: Sequence[str] | None,
    scope: Sequence[str] | None,
) -> str:
    if row["level"] in NOT_STATE:
        return f"level {row['level']}: not a rule of a state"
    if not row["domains"]:
        return "its domain is none of content, data, payment"
    if "/" in str(row["country"]) or ";" in str(row["country"]):
        return "lies between several countries"
    if not set(str(row["domains"]).split(";")) & set(domains):
        return f"its domain is none of {', '.join(domains)}"
    if levels is not None and row["level"] not in levels:
        return f"its level is none of {', '.join(levels)}"
    if scope is not None and row["scope"] not in scope:
        return f"its scope is none of {', '.join(scope)}"
    return ""


def _exclusions(listed: pd.DataFrame) -> pd.DataFrame:
    if listed.empty:
        return pd.DataFrame(columns=["where", "why", "n"])
    rows = [
        {"where": f"policy_id in [{', '.join(part['event_id'])}]", "why": why, "n": len(part)}
        for why, part in listed[listed["why"] != ""].groupby("why", sort=True)
    ]
    return pd.DataFrame(rows, columns=["where", "why", "n"])


def policy_exclusions(corpus: Corpus) -> pd.DataFrame:
    """Return what `policy_events` leaves out or does not count: where, why, n."""
    return policy_frame(corpus)[1]


@add_measure(
    "policy_events",
    label="Rules a year",
    unit="events",
    says="One row a rule of a state on content, data or payment, with the days its date means.",
    tables=NEEDS,
    keys=("event_id",),
    exclusions=policy_exclusions,
    rules=RULES,
)
def policy_events(corpus: Corpus) -> pd.DataFrame:
    """Return the policy events of a corpus; see `policy_frame`.

    Examples
    --------
    >>> from mdresearch.corpus.corpora import Corpus
    >>> row = {"policy_id": "X1", "date": "2025-03", "date_precision": "month", "country": "USA",
    ...        "subdivision": "UT", "level": "state", "issuer": "Utah", "instrument": "an act",
    ...        "domain": "app-store;minors", "scope": "adjacent", "status_at_source": "enacted"}
    >>> events = policy_events(Corpus("demo", {"policy": pd.DataFrame([row])}))
    >>> events[["date_low", "date_high", "country", "domains"]].iloc[0].tolist()
    ['2025-03-01', '2025-03-31', 'USA', 'content;payment']
    """
    return policy_frame(corpus)[0]
