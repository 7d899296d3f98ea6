"""The sentence that a finding prints: verdict, effect, interval, and how far it speaks."""

from __future__ import annotations

from mdresearch.core import apa
from mdresearch.core.claims import Claim
from mdresearch.core.results import Comparison, Decision
from mdresearch.core.scales import scale_of
from mdresearch.stats.building import FEW_COUNTRIES

VIEWERS = ("welch", "student")
WORDS = {
    "supported": "is supported",
    "contradicted": "is contradicted",
    "equivalent": "is not borne out: the groups are practically equivalent",
    "undecided": "is undecided",
    "not_tested": "was not tested",
}


def finding_sentence(
    claim: Claim,
    verdict: str,
    reason: str,
    comparison: Comparison | None,
    decision: Decision | None,
    data_kind: str,
) -> str:
    """Return the sentence of a finding; simulated data are named first."""
    start = "On simulated data, " if data_kind == "simulated" else ""
    head = f"{start}{claim.id} {WORDS[verdict]}"
    if comparison is None or comparison.reason or decision is None:
        return f"{head}: {reason or (comparison.reason if comparison else 'no result')}."
    parts = [f"{head}{_bound_words(claim, verdict)}: {_effect_words(claim, comparison, decision)}"]
    if decision.note and not reason:
        parts.append(decision.note[0].upper() + decision.note[1:])
    if reason:
        held = decision.verdict.replace("_", " ")
        parts.append(f"The numbers alone would say {held}, but {reason}")
    parts.append(_reach(claim, comparison))
    return ". ".join(p.rstrip(".") for p in parts if p) + "."


def _bound_words(claim: Claim, verdict: str) -> str:
    bound = f"{claim.smallest_used:g}"
    if scale_of(claim.scale).link == "log":
        span = f"1/{bound} to {bound}"
    else:
        centre = claim.expectation.number or 0
        span = f"{apa.MINUS}{bound} to {bound}" if not centre else f"{bound} around {centre:g}"
    if verdict == "equivalent":
        return f" (within {span})"
    if verdict == "supported" and claim.expectation.relation == "~":
        return f" (equivalent within {span})"
    return ""


def _effect_words(claim: Claim, comparison: Comparison, decision: Decision) -> str:
    outcome = comparison.labels.get("outcome", claim.outcome)
    digits = int(comparison.provenance.get("digits", 2))
    test = apa.statistic(
        comparison.symbol, comparison.statistic, comparison.df, comparison.p, digits
    )
    estimate = decision.interval
    what = f"{estimate.symbol} = {apa.number(estimate.value, 3 if digits > 2 else 2)}"
    inner = apa.interval(estimate.low, estimate.high, 1 - decision.alpha)
    if claim.expectation.has_groups:
        first, second = _subjects(comparison)
        subject = f"{first} compared with {second} on {outcome}"
        if "condition" in comparison.labels:
            subject += f" (effect of {comparison.labels['condition']})"
    else:
        subject = outcome
    phrase = f"{subject}, {what}, {inner}, {test}"
    if claim.at_least is not None:
        phrase += f"; the claim needs at least {claim.at_least:g}"
    return phrase


def _subjects(comparison: Comparison) -> tuple[str, str]:
    """Return how the sentence calls the two sides: a region only where six countries carry it."""
    labels = (comparison.labels["a"], comparison.labels["b"])
    names = comparison.tables.get("countries")
    if names is None or comparison.test in (*VIEWERS, "country_pair"):
        return labels
    out = []
    for label, number in zip(labels, comparison.groups["n_countries"], strict=True):
        held = sorted(names.loc[names["group"] == label, "country"])
        few = number < FEW_COUNTRIES
        out.append(f"these {number} countries ({', '.join(held)})" if few else label)
    return out[0], out[1]


def _reach(claim: Claim, comparison: Comparison) -> str:
    """Return how far the sentence reaches, where it does not reach as far as the claim."""
    if not claim.expectation.has_groups or comparison.test in VIEWERS:
        return ""
    if comparison.test == "country_pair":
        return "This speaks of these two countries, not of their regions"
    if (comparison.groups["n_countries"] < FEW_COUNTRIES).any():
        return (
            f"With fewer than {FEW_COUNTRIES} countries on a side it speaks of these countries, "
            "not of a region"
        )
    return ""
