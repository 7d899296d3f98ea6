"""The same trend under other rules: with and without some events, other dates, other errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core.conditions import rows_where
from mdresearch.core.results import NAN, Effect
from mdresearch.stats.event_counts import Window, count_periods, event_frame, period_of
from mdresearch.stats.rates import RateTrend, clustered_se, rate_trend
from mdresearch.stats.single_effects import null_value
from mdresearch.stats.verdicts import upper_tail

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.stats.methods import Design

VARIANTS = {
    "without adjacent": "scope != adjacent",
    "only specific": "scope == specific",
    "without announcements and drafts": "status not in [announced, draft]",
    "without enforcement of standing rules": "act == rule",
    "without blocs": "bloc == false",
    "without China": "country != CHN",
}


def sensitivity_rows(
    events: pd.DataFrame, design: Design, window: Window, variants: Mapping[str, str]
) -> pd.DataFrame:
    """Return the trend under each variant.

    Parameters
    ----------
    events : DataFrame
        Of `event_frame`.
    design : Design
        Country column, level and the claim's number.
    window : Window
        Of the primary analysis.
    variants : mapping of str to str
        Label: condition; the events for which it holds are kept.

    Returns
    -------
    DataFrame
        variant, n_events, n_countries, rate_ratio, low, high, p, reason; the first row is ``all``.
        An error clustered by fewer than about 20 countries is too small as a rule: it is shown to
        be compared with, and decides nothing.
    """
    import pandas as pd

    cases = _cases(events, design, window, variants)
    rows = [_row(label, held, within, design) for label, held, within in cases]
    rows[1:1] = _clustered(events, design, window)
    return pd.DataFrame(rows)


def _cases(
    events: pd.DataFrame, design: Design, window: Window, variants: Mapping[str, str]
) -> Iterator[tuple[str, pd.DataFrame, Window]]:
    yield "all", events, window
    for label, condition in variants.items():
        yield label, events[rows_where(events, condition).to_numpy()], window
    if "domains" in events.columns:
        lists = events["domains"].fillna("").astype("str").str.split(";")
        for domain in sorted({d.strip() for row in lists for d in row if d.strip()}):
            held = [domain in [d.strip() for d in row] for row in lists]
            yield f"domain {domain}", events[held], window
    if (events["excluded"] == "not counted").any():
        every = events.assign(counts=True)
        yield "with acts that lift or restore a rule", _again(every, design, window), window
    for period in [p for p in ("month", "quarter", "year") if p != window.period]:
        yield f"by {period}", events, window.with_(period=period)
    for rule, words in (("low", "first day"), ("mid", "middle"), ("high", "last day")):
        if rule != window.dates:
            other = window.with_(dates=rule)
            yield f"dates at their {words}", _again(events, design, other), other


def _again(events: pd.DataFrame, design: Design, window: Window) -> pd.DataFrame:
    return event_frame(events, design.country, window)


def _row(label: str, events: pd.DataFrame, window: Window, design: Design) -> dict[str, Any]:
    counted = events[events["excluded"] == ""]
    fit = _fit(events, window)
    return {
        "variant": label,
        "n_events": len(counted),
        "n_countries": counted["owner"].nunique() if design.country else 0,
        **_numbers(Effect(fit.slope, fit.se, fit.df, "rate_ratio"), design),
        "reason": fit.reason,
    }


def _fit(events: pd.DataFrame, window: Window) -> RateTrend:
    periods = count_periods(events, window)
    return rate_trend(*(periods[c].to_numpy() for c in ("n", "years", "exposure")))


def _clustered(events: pd.DataFrame, design: Design, window: Window) -> list[dict[str, Any]]:
    counted = events[events["excluded"] == ""]
    if not design.country or counted.empty:
        return []
    owners = {"error clustered by country": counted["owner"].astype("str")}
    if "subdivision" in counted.columns and counted["subdivision"].fillna("").ne("").any():
        part = counted["subdivision"].fillna("").astype("str")
        owners["states counted as their own, error clustered"] = (
            counted["owner"].astype("str") + "-" + part
        )
    periods = count_periods(events, window)
    fit = _fit(events, window)
    place = period_of(counted["day"], periods)
    rows = []
    for label, owner in owners.items():
        names, codes = np.unique(owner.to_numpy(dtype=object), return_inverse=True)
        se = clustered_se(fit, periods["years"].to_numpy(), place, codes)
        effect = Effect(fit.slope, se, len(names) - 1, "rate_ratio")
        reason = fit.reason or ("" if effect.defined else "fewer than two countries")
        rows.append(
            {
                "variant": label,
                "n_events": len(counted),
                "n_countries": len(names),
                **_numbers(effect, design),
                "reason": reason,
            }
        )
    return rows


def _numbers(effect: Effect, design: Design) -> dict[str, float]:
    estimate = effect.estimate(design.level)
    p = NAN
    if effect.defined:
        t = abs(effect.value - null_value(design)) / effect.se
        p = min(1.0, 2 * upper_tail(t, effect.df))
    return {"rate_ratio": estimate.value, "low": estimate.low, "high": estimate.high, "p": p}
