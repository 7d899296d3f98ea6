"""Is the rate of events rising? A trend of dated events in a window of observation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN, Check, Comparison, Effect, Estimate
from mdresearch.stats.event_counts import (
    count_periods,
    event_frame,
    event_table,
    window_from,
)
from mdresearch.stats.methods import TESTS, Design, Method
from mdresearch.stats.rates import RateTrend, rate_curve, rate_trend
from mdresearch.stats.single_effects import known_options, require_scale, single_effect
from mdresearch.stats.trend_variants import VARIANTS, sensitivity_rows

if TYPE_CHECKING:
    import pandas as pd

OPTIONS = ("start", "end", "period", "dates", "domain", "protocol", "variants")
FEW_EVENTS = 20


def trend(data: pd.DataFrame, design: Design) -> Comparison:
    """Ask whether the rate of events rises, falls, or stays.

    Parameters
    ----------
    data : DataFrame
        One row an event: ``date_low`` and ``date_high`` (ISO 8601), or ``date`` (a day, a month, a
        year, or a range ``2022-11/2023-02``). A column ``counts`` (true or false) marks acts that
        are not counted; ``scope``, ``domains``, ``subdivision``, ``bloc`` and ``status`` are used
        by the sensitivity analyses where they are there.
    design : Design
        ``country`` names the column of countries. Options: ``start`` and ``end`` (the days between
        which events were looked for; required), ``period`` (quarter, month, year), ``dates`` (mid,
        low, high), ``domain`` (count only events of this domain), ``protocol`` (of the search;
        ``none`` where there was none), ``variants`` (label: condition on rows).

    Returns
    -------
    Comparison
        ``RR``, the ratio of the rates of two successive years; above 1 where the rate rises. Its
        tables: ``periods``, ``events``, ``curve``, ``sensitivity``.

    Notes
    -----
    ``log E[n_k] = a + b t_k + log(days observed in k)``, quasi-Poisson: the variance is widened by
    Pearson's dispersion where that is above 1 and never narrowed; t with (periods - 2) degrees of
    freedom. Country effects need no term: where all countries are observed over the same window,
    the rates of countries, given how many events each has, say nothing of ``b``, so that a model
    with a fixed effect a country has the same ``b``. (Its standard error clustered by country is in
    the sensitivity table.)

    Dates: the middle of the interval that a date can mean, or its first or last day. An event
    without a date, before the start or after the end is left out and shown with the reason.
    Undefined (with a reason): fewer than five events, fewer than three periods, all events in one
    period.

    Raises
    ------
    DataError, StatisticsError
        A column is absent or a date cannot be read; an option is unknown or absent.
    """
    require_scale("trend", design, "rate_ratio")
    options = known_options("trend", design, OPTIONS)
    window = window_from(options)
    events = event_frame(_of_domain(data, options.get("domain")), design.country, window)
    periods = count_periods(events, window)
    fit = rate_trend(*(periods[c].to_numpy() for c in ("n", "years", "exposure")))
    variants = _variants(options.get("variants"), data)
    sensitivity = sensitivity_rows(events, design, window, variants)
    effect = Effect(fit.slope, fit.se, fit.df, "rate_ratio")
    reason = fit.reason + _left_out(events, bool(fit.reason))
    end = float(periods["exposure"].sum())
    return single_effect(
        "trend",
        design,
        effect,
        _groups(events, periods, design),
        _checks(events, periods, fit, sensitivity, options),
        {
            "periods": periods,
            "events": event_table(events),
            "curve": _curve(fit, end, design.level),
            "sensitivity": sensitivity,
        },
        reason=reason,
        raw=None if reason else _raw(effect, design.level),
        provenance={
            **vars(window),
            "protocol": options.get("protocol"),
            "dispersion": fit.dispersion,
        },
    )


def _curve(fit: RateTrend, end: float, level: float) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rate_curve(fit, end, level))


def _raw(effect: Effect, level: float) -> Estimate:
    low, high = effect.linear_interval(level)
    return Estimate("log RR", effect.value, low, high, level)


def _of_domain(data: pd.DataFrame, domain: Any) -> pd.DataFrame:
    if domain is None:
        return data
    if "domains" not in data.columns:
        raise DataError(
            f"The option domain is '{domain}' but there is no column 'domains'. Leave it out."
        )
    lists = data["domains"].fillna("").astype("str").str.split(";")
    known = sorted({d.strip() for row in lists for d in row if d.strip()})
    if domain not in known:
        raise StatisticsError(
            f"The option domain is '{domain}'; the events have {', '.join(known)}."
        )
    return data[[domain in [d.strip() for d in row] for row in lists]]


def _variants(given: Any, data: pd.DataFrame) -> dict[str, str]:
    from mdresearch.core.conditions import parse_condition

    if given is not None:
        return {str(label): str(condition) for label, condition in dict(given).items()}
    return {
        label: condition
        for label, condition in VARIANTS.items()
        if all(
            term.column in data.columns and data[term.column].notna().any()
            for term in parse_condition(condition)
        )
    }


def _left_out(events: pd.DataFrame, undefined: bool) -> str:
    if not undefined:
        return ""
    counts = events.loc[events["excluded"] != "", "excluded"].value_counts().sort_index()
    listing = ", ".join(f"{n} {why}" for why, n in counts.items())
    return f" ({listing})" if listing else ""


def _groups(events: pd.DataFrame, periods: pd.DataFrame, design: Design) -> pd.DataFrame:
    import pandas as pd

    counted = events[events["excluded"] == ""]
    row = {
        "group": "events",
        "n_countries": counted["owner"].nunique() if design.country else 0,
        "n_titles": 0,
        "n_persons": 0,
        "n_rows": len(counted),
        "mean": len(counted) / float(periods["exposure"].sum()),
        "sd": NAN,
    }
    return pd.DataFrame([row])


def _checks(
    events: pd.DataFrame,
    periods: pd.DataFrame,
    fit: RateTrend,
    sensitivity: pd.DataFrame,
    options: dict[str, Any],
) -> tuple[Check, ...]:
    counted = events[events["excluded"] == ""]
    checks = [_protocol(options.get("protocol")), _enough(len(counted))]
    if not fit.reason:
        checks += [_dispersion(fit), _serial(periods, fit)]
    checks += [_window(events), _exact(counted)]
    if (counted["owner"] != "").any():
        checks.append(_concentration(counted))
    return (*checks, *_adjacent(sensitivity), _agreement(sensitivity))


def _protocol(protocol: Any) -> Check:
    if protocol is None:
        return Check("search_protocol", None, "no option 'protocol' says how events were found")
    if str(protocol).lower() in ("none", "false", ""):
        return Check(
            "search_protocol",
            False,
            "the events were found by no fixed search protocol: later events are easier to find, "
            "so a rise may be one of attention",
        )
    return Check("search_protocol", True, f"events were found by the protocol '{protocol}'")


def _enough(n: int) -> Check:
    return Check("events", n >= FEW_EVENTS, f"{n} events counted; {FEW_EVENTS} or more are advised")


def _dispersion(fit: RateTrend) -> Check:
    used = max(fit.dispersion, 1.0)
    evidence = (
        f"Pearson chi-square / df = {apa.number(fit.dispersion)}; the standard error is multiplied "
        f"by {apa.number(np.sqrt(used))}"
    )
    return Check("dispersion", fit.dispersion <= 1.5, evidence)


def _serial(periods: pd.DataFrame, fit: RateTrend) -> Check:
    residual = (periods["n"].to_numpy() - fit.fitted) / np.sqrt(fit.fitted)
    total = float((residual**2).sum())
    bound = 2 / np.sqrt(len(residual))
    if total < 1e-12:
        return Check("serial_dependence", True, "the counts lie on the curve")
    lag = float((residual[1:] * residual[:-1]).sum()) / total
    evidence = (
        f"correlation of successive residuals {apa.number(lag)} "
        f"(about {apa.number(bound)} would be notable); the error assumes none"
    )
    return Check("serial_dependence", bool(abs(lag) <= bound), evidence)


def _window(events: pd.DataFrame) -> Check:
    left = events.loc[events["excluded"] != "", "excluded"].value_counts().sort_index()
    if left.empty:
        return Check("window", True, "every event lies in the window and is counted")
    listing = ", ".join(f"{n} {why}" for why, n in left.items())
    return Check("window", False, f"left out: {listing}")


def _exact(counted: pd.DataFrame) -> Check:
    wide = int(counted["wide"].sum())
    evidence = (
        f"{wide} of {len(counted)} events have a date that spans more than one period; see "
        "the rows 'dates at their first day' and 'dates at their last day' of the sensitivity table"
    )
    return Check("exact_dates", wide == 0, evidence)


def _concentration(counted: pd.DataFrame) -> Check:
    share = counted["owner"].value_counts(normalize=True).sort_index().sort_values(kind="stable")
    name, most = share.index[-1], float(share.iloc[-1])
    evidence = f"{len(share)} countries or blocs have an event; {name} has {most:.0%} of the events"
    return Check("one_country", most <= 0.5, evidence)


def _adjacent(sensitivity: pd.DataFrame) -> tuple[Check, ...]:
    rows = sensitivity[sensitivity["variant"].isin(["all", "without adjacent", "only specific"])]
    if len(rows) < 3:
        return ()
    words = {_word(row.low, row.high) for row in rows.itertuples()}
    return (Check("adjacent_law", len(words) == 1, "; ".join(map(_phrase, rows.itertuples()))),)


def _agreement(sensitivity: pd.DataFrame) -> Check:
    known = sensitivity.dropna(subset=["low"])
    if len(known) < 2:
        return Check("sensitivity", None, "no variant could be estimated")
    rows = list(known.itertuples())
    other = [r for r in rows if _word(r.low, r.high) != _word(rows[0].low, rows[0].high)]
    evidence = f"{len(rows) - 1} variants, RR {apa.number(known['rate_ratio'].min())} to "
    evidence += apa.number(known["rate_ratio"].max())
    if other:
        evidence += "; with another answer: " + "; ".join(map(_phrase, other))
    return Check("sensitivity", not other, evidence)


def _phrase(row: Any) -> str:
    numbers = f"{row.variant}: {row.n_events} events"
    if np.isnan(row.rate_ratio):
        return f"{numbers}, undefined"
    interval = f"[{apa.number(row.low)}, {apa.number(row.high)}]"
    return f"{numbers}, RR {apa.number(row.rate_ratio)} {interval}"


def _word(low: float, high: float) -> str:
    return "rises" if low > 1 else "falls" if high < 1 else "open"  # open where undefined


TESTS.add("trend")(
    Method(
        name="trend",
        question="Does the rate of events rise?",
        needs="dated events, and the first and the last day of observation",
        scales=("rate_ratio",),
        verified="an independent Newton fit, statsmodels with a term a country, and simulation "
        "(tests/calibration/trend.csv)",
        groups=False,
        function=trend,
        columns=(),
        options=OPTIONS,
    )
)
