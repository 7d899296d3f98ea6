"""Hand-made findings: one of every test, defined and undefined, simulated and collected."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.claims import Claim
from mdresearch.core.findings import Finding, Findings
from mdresearch.core.results import NAN, Check, Comparison, Effect, Permutation
from mdresearch.stats.verdicts import decide

LATAM = ("ARG", "BRA", "CHL", "COL", "MEX", "PER", "URY")
ANGLO = ("AUS", "CAN", "GBR", "IRL", "NZL", "USA")
GROUPS = ("group", "n_countries", "n_titles", "n_persons", "n_rows", "mean", "sd")
NASTY = 'says <script>alert("x")</script> & =1+1 costs $5 and $6'
CHECKS = (
    Check("countries", True, "7 v 6 countries; at least 6 a side are needed to name a region"),
    Check("country_level", False, "13 countries in all; 25 or more are advised"),
    Check("error", None, "26% of the squared error comes from titles"),
    Check("comparability", None, "invariance and response style were not examined"),
    Check("titles", True, "12 titles are shared by both sides"),
)


def country_table(means=((5.1, LATAM), (4.4, ANGLO)), names=("Latin America", "Anglo")):
    """Return the table ``countries`` of a contrast of means."""
    rng = np.random.default_rng(3)
    rows = []
    for (mean, codes), name in zip(means, names, strict=True):
        for code in codes:
            n = int(rng.integers(70, 140))
            level, sd = mean + rng.normal(0, 0.22), 1.1 + rng.uniform(-0.1, 0.1)
            rows.append((name, code, 12, n, 6 * n, 0.9 * n, level, sd, sd / np.sqrt(0.9 * n)))
    columns = ["group", "country", "n_titles", "n_persons", "n_rows", "n_effective"]
    return pd.DataFrame(rows, columns=[*columns, "mean", "sd", "se"])


def group_table(countries):
    """Return the groups of a table of countries."""
    rows = []
    for name, part in countries.groupby("group", sort=False):
        n_persons, n_rows = int(part["n_persons"].sum()), int(part["n_rows"].sum())
        sd = part["mean"].std() if len(part) > 1 else NAN
        rows.append((name, len(part), 12, n_persons, n_rows, part["mean"].mean(), sd))
    return pd.DataFrame(rows, columns=list(GROUPS))


def comparison_of(test="two_way", effect=None, **changes):
    """Return a comparison of Latin America with the Anglo countries."""
    effect = effect or Effect(0.61, 0.11, 9.7, "g_person")
    countries = country_table()
    titles = pd.DataFrame({"title": [f"T{i:02d}" for i in range(12)]})
    gaps = np.random.default_rng(4).normal(0.68, 0.25, 12)
    fields = {
        "test": test,
        "statistic": effect.value / effect.se if effect.se else NAN,
        "symbol": "t",
        "df": effect.df,
        "p": 0.000312345678901234,
        "estimate": effect.estimate(),
        "effect": effect,
        "groups": group_table(countries),
        "checks": CHECKS,
        "cite": ("welch1947", "satterthwaite1946", "judd2012"),
        "tables": {
            "countries": countries,
            "titles": titles.assign(a=5.1 + gaps / 2, b=4.4 - gaps / 2, difference=gaps),
        },
        "labels": {
            "outcome": "threshold of exaggerated performance",
            "a": "Latin America",
            "b": "Anglo",
            "unit": "steps of the ladder",
        },
    }
    return Comparison(**{**fields, **changes})


def claim_of(**changes):
    """Return a claim that Latin America is higher."""
    fields = {
        "id": "H19",
        "says": "Latin American audiences tolerate exaggerated performance far more than "
        "North American audiences.",
        "outcome": "exaggeration_threshold",
        "between": "region",
        "expect": "latam > anglo",
        "at_least": 0.43,
        "why": "'far more' claims at least the mean effect of the field",
        "family": "tolerance",
    }
    return Claim(**{**fields, **changes})


def finding_of(comparison, claim=None, kind="simulated", adjusted_alpha=0.025, **changes):
    """Return a judged finding."""
    claim = claim or claim_of()
    decision = adjusted = None
    verdict, reason = "not_tested", changes.pop("reason", "")
    if comparison is not None:
        expectation = claim.expectation
        args = (claim.smallest_used, claim.at_least, expectation.number)
        decision = decide(comparison.effect, expectation.relation, *args)
        adjusted = decide(comparison.effect, expectation.relation, *args, adjusted_alpha)
        verdict, reason = adjusted.verdict, comparison.reason
    if claim.ceiling is not None and verdict != "not_tested":
        verdict, reason = claim.ceiling["verdict"], claim.ceiling["reason"]
    fields = {
        "verdict": verdict,
        "reason": reason,
        "decision": decision,
        "adjusted": adjusted,
        "p_adjusted": decision.p_decisive * 2 if decision and comparison.effect.defined else NAN,
        "exclusions": pd.DataFrame(
            [("attention_passed == false", "failed the attention check", 212)],
            columns=["where", "why", "n"],
        ),
        "region_note": "Scheme essay; 4 countries lie in neither region; all assignments verified.",
        "sentence_text": f"{'On simulated data, ' * (kind == 'simulated')}{claim.id} is "
        f"{verdict.replace('_', ' ')}: Latin America compared with Anglo on the threshold.",
        "seconds": 0.42,
    }
    fields = {**fields, **changes}
    return Finding(claim, comparison=comparison, data_kind=kind, **fields)


def curve_table():
    """Return acceptance curves of two groups over seven levels."""
    rows = []
    for name, middle in (("Latin America", 5.1), ("Anglo", 4.4)):
        for level in range(1, 8):
            share = 1 / (1 + np.exp(1.3 * (level - middle)))
            rows.append((name, level, share, 640, "level of exaggeration"))
    return pd.DataFrame(rows, columns=["group", "level", "accept", "n", "unit"])


def two_way_full():
    """Return a contrast with curves and limits."""
    base = comparison_of()
    limits = pd.DataFrame(
        [("Latin America", 0.01, 0.062, 711), ("Anglo", 0.024, 0.011, 640)],
        columns=["group", "floor", "ceiling", "n"],
    )
    tables = {**base.tables, "curve": curve_table(), "limits": limits}
    return replace(base, tables=tables, permutation=Permutation(0.0117, 0.000583, 1716, True))


def moderation():
    """Return effects of a condition by country."""
    frame = country_table(((0.5, LATAM), (0.42, ANGLO)))
    frame = frame.rename(columns={"mean": "effect"}).assign(n_a=50, n_b=52)
    frame = frame.assign(
        low=frame["effect"] - 2 * frame["se"], high=frame["effect"] + 2 * frame["se"]
    )
    groups = group_table(frame.rename(columns={"effect": "mean"}))
    labels = {**comparison_of().labels, "condition": "dubbed minus subtitled"}
    columns = ["group", "country", "n_a", "n_b", "effect", "se", "low", "high"]
    return comparison_of(
        "moderation", Effect(0.05, 0.08, 8.2, "g_person"), groups=groups, labels=labels,
        tables={"countries": frame[columns]},
    )  # fmt: skip


def trend():
    """Return a trend of events over fourteen quarters."""
    rng = np.random.default_rng(2)
    starts = pd.date_range("2022-01-01", periods=14, freq="QS")
    years = 0.125 + 0.25 * np.arange(14)
    n = rng.poisson(0.25 * 4 * np.exp(0.35 * years))
    periods = pd.DataFrame(
        {"period_start": starts.strftime("%Y-%m-%d"), "years": years, "exposure": 0.25, "n": n}
    )
    rows = []
    for start, count in zip(starts, n, strict=True):
        for k in range(count):
            day = (start + pd.Timedelta(days=int(17 + 21 * k))).strftime("%Y-%m-%d")
            domain = ("content", "content;data", "payment", "minors")[len(rows) % 4]
            scope = ("micro-drama-specific", "adjacent")[len(rows) % 3 == 0]
            left_out = "only announced" if len(rows) == 5 else ""
            rows.append((f"P{len(rows):02d}", day, "CHN", domain, scope, "A rule", left_out))
    rows.append(("P99", "", "USA", "data", "adjacent", "No date", "no date"))
    columns = ["id", "date", "country", "domain", "scope", "label", "excluded"]
    at = np.linspace(0, 3.5, 30)
    rate = 4 * np.exp(0.35 * at)
    curve = {"years": at, "rate": rate, "low": rate * 0.7, "high": rate * 1.4}
    groups = pd.DataFrame([("events", 1, 0, 0, len(rows), len(rows) / 3.5, NAN)], columns=GROUPS)
    return comparison_of(
        "trend", Effect(0.35, 0.12, 12, "rate_ratio"), groups=groups,
        labels={"outcome": "policy events", "unit": "events"},
        tables={
            "periods": periods,
            "events": pd.DataFrame(rows, columns=columns),
            "curve": pd.DataFrame(curve),
        },
    )  # fmt: skip


def profiles():
    """Return mean responses of four countries to ten stimuli."""
    rng = np.random.default_rng(6)
    shape = rng.normal(0, 1, 10)
    rows = [
        (country, f"S{i:02d}", shape[i] + rng.normal(0, 0.25), 80)
        for country in ("BRA", "CHN", "DEU", "USA")
        for i in range(10)
    ]
    return pd.DataFrame(rows, columns=["country", "stimulus", "mean", "n"])


def variance_share():
    """Return components of variance."""
    names = ("stimulus", "person", "country", "country x stimulus", "residual")
    share = np.array([0.41, 0.2, 0.03, 0.05, 0.31])
    components = pd.DataFrame({"component": names, "variance": share * 2.2, "share": share})
    return comparison_of(
        "variance_share", Effect(0.05, 0.015, np.inf, "share"),
        labels={"outcome": "arousal", "unit": ""}, groups=pd.DataFrame(columns=list(GROUPS)),
        tables={"components": components, "profiles": profiles()},
    )  # fmt: skip


def profile_correlation():
    """Return correlations of profiles."""
    names = ("BRA", "CHN", "DEU", "USA")
    rng = np.random.default_rng(1)
    rows = [(a, b, rng.uniform(0.7, 0.95)) for i, a in enumerate(names) for b in names[i + 1 :]]
    pairs = pd.DataFrame(rows, columns=["country_a", "country_b", "r"])
    return comparison_of(
        "profile_correlation", Effect(float(np.arctanh(0.86)), 0.12, np.inf, "correlation"),
        labels={"outcome": "arousal", "unit": ""}, groups=pd.DataFrame(columns=list(GROUPS)),
        tables={"pairs": pairs, "profiles": profiles()},
    )  # fmt: skip


def viewers(test):
    """Return a test on viewers, without a table of countries."""
    groups = pd.DataFrame(
        [("United States", 0, 0, 107, 214, 3.4, 1.1), ("Brazil", 0, 0, 133, 266, 3.1, 1.2)],
        columns=GROUPS,
    )
    check = Check("independence", False, "viewers are taken as independent; ICC by country is .051")
    return comparison_of(
        test, Effect(0.26, 0.13, 236.4, "g_person"), groups=groups, tables={}, checks=(check,),
        labels={"outcome": "liking", "a": "United States", "b": "Brazil", "unit": ""},
    )  # fmt: skip


def undefined(test="two_way"):
    """Return a comparison without numbers."""
    reason = "'North America' has one country in the data (USA)"
    effect = Effect(NAN, NAN, NAN, "g_person")
    groups = pd.DataFrame(
        [("Latin America", 7, 0, 700, 700, 5.1, 0.2), ("North America", 1, 0, 90, 90, NAN, NAN)],
        columns=GROUPS,
    )
    return comparison_of(test, effect, groups=groups, tables={}, checks=(), p=NAN, reason=reason)


def pair():
    """Return a contrast of two countries, on a ratio scale."""
    countries = country_table(((3.1, ("BRA",)), (2.9, ("MEX",))), ("Brazil", "Mexico"))
    labels = {"outcome": "setup length", "a": "Brazil", "b": "Mexico", "unit": "s"}
    tables = {"countries": countries, "titles": comparison_of().tables["titles"]}
    check = Check("generalises", False, "two countries say nothing of their regions")
    return comparison_of(
        "country_pair", Effect(0.05, 0.05, 14.2, "ratio"), groups=group_table(countries),
        labels=labels, tables=tables, checks=(check,),
    )  # fmt: skip


def all_findings():
    """Return a finding of every test, by name."""
    rising = {
        "between": None,
        "at_least": None,
        "smallest": 1.15,
        "why": "15% a year",
        "family": None,
    }
    ceiling = {
        "verdict": "undecided",
        "reason": "the events were found by no fixed search protocol",
    }
    against = {"between": None, "at_least": None, "why": "stated", "family": None}
    ratio = {"scale": "ratio", "smallest": 1.2, "at_least": None, "why": "20%"}
    plain = {"at_least": None, "why": None, "between": "country"}
    return {
        "two_way": finding_of(two_way_full()),
        "welch_countries": finding_of(
            comparison_of("welch_countries", Effect(0.02, 0.06, 9.7, "g_person")),
            claim_of(id="H20", at_least=None, why=None, says=NASTY),
        ),
        "country_pair": finding_of(
            pair(), claim_of(id="H17.pair", between="country", expect="BRA ~ MEX", **ratio)
        ),
        "viewers": finding_of(viewers("viewers"), claim_of(id="V0", cluster=None)),
        "welch": finding_of(
            viewers("welch"),
            claim_of(id="V1", expect="USA > BRA", cluster=None, **plain),
            "collected",
        ),
        "student": finding_of(
            viewers("student"), claim_of(id="V2", expect="USA < BRA", cluster=None, **plain)
        ),
        "moderation": finding_of(
            moderation(),
            claim_of(id="M1", condition={"column": "audio", "a": "dubbed", "b": "subtitled"}),
        ),
        "trend": finding_of(
            trend(),
            claim_of(
                id="H26a", says="Many countries tighten rules on content, data and payment.",
                expect="rising", test="trend", scale="rate_ratio", ceiling=ceiling, **rising,
            ),
            "collected",
        ),
        "variance_share": finding_of(
            variance_share(),
            claim_of(id="H27b", expect="< 0.10", scale="share", smallest=0.05, **against),
        ),
        "profile_correlation": finding_of(
            profile_correlation(),
            claim_of(id="H27a", expect="> 0.80", scale="correlation", smallest=0.1, **against),
        ),
        "unknown": finding_of(
            comparison_of("a_test_of_tomorrow", cite=("unheard2031",)), claim_of(id="X1")
        ),
        "undefined": finding_of(undefined(), claim_of(id="H19.literal", expect="latam > noram")),
        "nothing": finding_of(
            None, claim_of(id="H09"), reason="not testable with these data",
            exclusions=pd.DataFrame(columns=["where", "why", "n"]),
        ),
    }  # fmt: skip


def all_together():
    """Return the findings of a study."""
    provenance = {
        "study": "demo",
        "study_sha256": "c0ffee" * 10,
        "seed": 1848,
        "data": {"tolerance-sim": {"kind": "simulated", "sha256": "ab" * 32, "licence": "CC0-1.0"}},
        "versions": {"python": "3.11.2", "mdresearch": "0.1.0", "numpy": np.str_("2.4.6")},
        "finished": "2026-02-03T04:05:06+00:00",
        "seconds": np.float64(3.25),
        "nothing": NAN,
    }
    title = "Tolerance of exaggerated performance in vertical micro-drama"
    return Findings("demo", title, tuple(all_findings().values()), provenance)


@pytest.fixture(scope="session")
def findings():
    """Return a finding of every test, by name."""
    return all_findings()


@pytest.fixture(scope="session")
def study():
    """Return the findings of a study."""
    return all_together()
