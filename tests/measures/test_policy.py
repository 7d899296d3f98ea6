"""Policy events: what counts, where, in which domain, and what is left out."""

from __future__ import annotations

import pandas as pd
import pytest

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.core.expect import parse_expect
from mdresearch.corpus.corpora import Corpus
from mdresearch.measures.measuring import MEASURES
from mdresearch.measures.policy import (
    COLUMNS,
    DOMAINS,
    THREE,
    policy_events,
    policy_exclusions,
    policy_frame,
)
from mdresearch.stats.methods import Design
from mdresearch.stats.trends import trend

ROWS = [
    ("A1", "2020-12", "month", "CHN", "", "national", "licensing", "specific", "in force"),
    ("A2", "2025-03", "month", "USA", "UT", "state", "app-store;minors", "adjacent", "enacted"),
    ("A3", "2025-03-21", "day", "EU", "", "supranational", "payment", "adjacent", "non-binding"),
    ("A4", "2025-09-25", "day", "CHN", "", "national", "data", "specific", "announced"),
    ("A5", "2025-10-13", "day", "USA", "", "union", "labour", "specific", "launched"),
    ("A6", "2025-07-25", "day", "CHN;USA", "", "private", "ip", "specific", "disputed"),
    ("A7", "2026-06-24", "day", "CHN", "", "national", "licensing;AI", "specific", "draft; open"),
    ("A8", "2026-01", "month", "USA", "", "federal court", "payment", "adjacent", "decided"),
    ("P17", "2025-07-08", "day", "USA", "", "federal", "payment", "adjacent", "vacated"),
    ("P23", "2025-12-23", "day", "USA", "TX", "federal court", "minors", "adjacent", "stayed"),
    ("P30", "2026-06-04", "day", "USA", "TX", "federal court", "minors", "adjacent", "in force"),
    ("P02", "2022-11/2023-02", "range", "CHN", "", "national", "content", "specific", "completed"),
]
NAMES = ("policy_id", "date", "date_precision", "country", "subdivision", "level", "domain")


def make_corpus(rows: list[tuple[str, ...]] = ROWS, **change: str) -> Corpus:
    table = pd.DataFrame(rows, columns=[*NAMES, "scope", "status_at_source"])
    table = table.assign(issuer="an issuer", instrument="a rule", **change)
    return Corpus("made up", {"policy": table})


@pytest.fixture
def events() -> pd.DataFrame:
    return policy_events(make_corpus()).set_index("event_id")


def test_columns_and_order(events):
    assert ["event_id", *events.columns] == list(COLUMNS)
    assert list(events.index) == sorted(events.index)
    assert (events["policy_events"] == 1).all()


def test_every_domain_has_a_place():
    assert set(DOMAINS.values()) == {*THREE, ""}


def test_domains_are_the_three_of_the_claim(events):
    assert events.loc["A2", "domains"] == "content;payment"
    assert events.loc["A1", "domains"] == "content"
    assert events.loc["A4", "domains"] == "data"


def test_a_state_counts_for_its_country_and_a_bloc_once(events):
    assert tuple(events.loc["A2", ["country", "subdivision"]]) == ("USA", "UT")
    assert events.loc["A3", "country"] == "EU"
    assert events["bloc"].sum() == 1


def test_acts_that_make_no_new_rule_are_kept_apart(events):
    assert events.index[~events["counts"]].tolist() == ["A8", "P17", "P23", "P30"]
    assert events.loc[["P17", "P23", "P30", "A8"], "direction"].tolist() == [
        *("loosen", "loosen", "tighten", "unclear"),
    ]
    assert (events.loc[~events["counts"], "act"] == "court").all()
    assert events.loc["P02", "act"] == "enforcement"


def test_status_and_dates(events):
    assert events.loc[["A1", "A3", "A4", "A7"], "status"].tolist() == [
        *("issued", "non-binding", "announced", "draft"),
    ]
    assert tuple(events.loc["P02", ["date_low", "date_high"]]) == ("2022-11-01", "2023-02-28")


def test_exclusions_are_counted_with_their_reason():
    gone = policy_exclusions(make_corpus()).set_index("why")
    assert gone.loc["level union: not a rule of a state", "where"] == "policy_id in [A5]"
    assert gone.loc["level private: not a rule of a state", "n"] == 1
    assert gone.loc["an act of a court, not a rule; kept for the sensitivity analysis", "n"] == 1
    assert gone["n"].sum() == 6
    counted = policy_events(make_corpus())["counts"].sum()
    assert counted + gone["n"].sum() == len(ROWS)


def test_a_choice_of_domains_levels_and_scope():
    frame, gone = policy_frame(
        make_corpus(), domains=["payment"], levels=["state", "supranational"], scope=["adjacent"]
    )
    assert frame["event_id"].tolist() == ["A2", "A3"]
    assert len(frame) + gone["n"].sum() == len(ROWS)
    with pytest.raises(UnknownNameError, match="There is no domain of a claim 'minors'"):
        policy_frame(make_corpus(), domains=["minors"])
    with pytest.raises(UnknownNameError, match="There is no scope 'near'"):
        policy_frame(make_corpus(), scope=["near"])


def test_states_written_in_the_country_are_read_alike():
    raw = [("A2", "2025-03", "month", "USA-UT", "", *ROWS[1][5:7], "adjacent (x)", "enacted")]
    plain = policy_events(make_corpus([ROWS[1]]))
    pd.testing.assert_frame_equal(policy_events(make_corpus(raw)), plain)


def test_an_empty_table_gives_empty_frames():
    frame, gone = policy_frame(make_corpus([]))
    assert (len(frame), len(gone)) == (0, 0)
    assert list(frame.columns) == list(COLUMNS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"domain": "tax"}, "has the domain 'tax'; allowed: content, licensing"),
        ({"scope": "near"}, "has the scope 'near'; allowed: specific"),
        ({"date_precision": "year"}, "a date of this form has 'month'"),
        ({"policy_id": "A1"}, "The policy_id 'A1' stands in more than one row"),
        ({"date": "soon"}, "'soon' is not a date"),
    ],
)
def test_values_that_are_not_declared_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        policy_frame(make_corpus(**change))


def test_a_missing_table_is_named():
    with pytest.raises(DataError, match="needs the table 'policy'"):
        policy_frame(Corpus("bare", {}))


def test_is_registered_as_a_measure_of_events():
    assert MEASURES["policy_events"].keys == ("event_id",)
    assert MEASURES["policy_events"].function is policy_events


def test_a_trend_counts_what_counts():
    design = Design(
        "policy_events",
        parse_expect("rising"),
        country="country",
        scale="rate_ratio",
        options={"start": "2020-01-01", "end": "2026-11-23", "protocol": "none"},
    )
    result = trend(policy_events(make_corpus()), design)
    assert result.groups["n_rows"].iloc[0] == 6
    rows = result.tables["sensitivity"].set_index("variant")
    assert rows.loc["with acts that lift or restore a rule", "n_events"] == 10
    assert rows.loc["only specific", "n_events"] == 4
    assert rows.loc["without blocs", "n_events"] == 5
    assert rows.loc["without China", "n_events"] == 2
    assert rows.loc["without announcements and drafts", "n_events"] == 4
    assert rows.loc["without enforcement of standing rules", "n_events"] == 5
    assert rows.loc["states counted as their own, error clustered", "n_countries"] == 3
    assert rows.loc["domain payment", "reason"] == "2 events in the window; a trend needs 5"
    assert result.tables["events"]["domain"].str.contains("content").any()
