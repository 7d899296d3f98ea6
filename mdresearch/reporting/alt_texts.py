"""A figure in words, for those who do not see it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from mdresearch.core import apa
from mdresearch.core.findings import Finding, Findings
from mdresearch.corpus.descriptions import Description
from mdresearch.reporting.bounds import band_words, bounds_of
from mdresearch.reporting.group_panels import Row, country_rows, has
from mdresearch.reporting.words import verdict_word

if TYPE_CHECKING:
    from mdresearch.core.results import Comparison

LIMIT = 900


def alt_text(result: Finding | Findings | Description) -> str:
    """Return what the figure of a finding, of all findings, or of a corpus shows.

    Parameters
    ----------
    result : Finding, Findings or Description

    Returns
    -------
    str
        Simulated data first; then what is drawn, the estimate with its interval, the marks of the
        claim, the verdict; of a corpus the empty cells by column, most first. At most about 900
        characters.

    Examples
    --------
    >>> import pandas as pd
    >>> from mdresearch.corpus.corpora import Corpus
    >>> people = pd.DataFrame({"respondent_id": ["r1", "r2"], "country": ["BRA", None]})
    >>> alt_text(Corpus("demo", {"respondents": people}).describe())[:65]
    "Empty cells in corpus 'demo', a bar for each of 1 column. Without"
    """
    if isinstance(result, Description):
        return _cut(_kind(result.kind) + _gaps(result))
    if isinstance(result, Findings):
        lines = [
            f"{i.claim.id}: {_kind(i.data_kind)}{_estimate(i)}, {verdict_word(i.verdict)}."
            for i in result
        ]
        return _cut("All claims. " + " ".join(lines))
    words = [_kind(result.data_kind) + f"Figure of claim {result.claim.id}."]
    comparison = result.comparison
    if comparison is not None:
        words += _groups(comparison) if comparison.labels.get("a") else []
        words += _tables(comparison)
    words.append(f"Estimate: {_estimate(result)}.")
    if comparison is not None and comparison.effect.defined and not comparison.reason:
        bounds = bounds_of(result)
        if bounds.band is not None:
            words.append(_sentence(band_words(bounds, comparison.effect.scale)))
        if bounds.claimed is not None:
            words.append(f"Claimed minimum: {apa.number(bounds.claimed)}.")
    words.append(f"Verdict: {verdict_word(result.verdict)}.")
    return _cut(" ".join(words))


def _gaps(description: Description) -> str:
    from mdresearch.reporting.description_figures import gaps_shown

    shown, hidden, complete = gaps_shown(description)
    columns = f"{complete} column" + ("" if complete == 1 else "s")
    if shown.empty:
        return f"Empty cells in corpus '{description.name}': none in {columns}."
    bars = f"{len(shown)} column" + ("" if len(shown) == 1 else "s")
    most = shown.sort_values("share_missing", ascending=False, kind="stable")
    words = [f"Empty cells in corpus '{description.name}', a bar for each of {bars}."]
    if hidden:
        words.append(f"Not shown: {hidden} with no more.")
    words.append(f"Without any: {columns}.")
    parts = [
        f"{row.table}.{row.column} {row.share_missing:.0%} ({row.n_missing:,} of {row.n_rows:,})"
        for row in most.itertuples(index=False)
    ]
    return " ".join([*words, "; ".join(parts) + "."])


def _kind(data_kind: str) -> str:
    return "Simulated data. " if data_kind == "simulated" else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _cut(text: str) -> str:
    return text if len(text) <= LIMIT else text[: LIMIT - 2].rsplit(" ", 1)[0] + " …"


def _estimate(finding: Finding) -> str:
    comparison = finding.comparison
    if comparison is None or comparison.reason or not comparison.effect.defined:
        return f"not tested: {finding.reason or (comparison.reason if comparison else '')}"
    return comparison.effect.estimate(bounds_of(finding).level).apa()


def _groups(comparison: Comparison) -> list[str]:
    outcome = comparison.labels.get("outcome", "the outcome")
    log = comparison.effect.scale == "ratio"
    out = []
    rows = country_rows(comparison)
    for head in (r for r in rows if r.is_group and math.isfinite(r.value)):
        own = [r for r in rows if r.group == head.group and not r.is_group]
        text = f"Mean {outcome} of {head.label}: {_value(head, log)}"
        if len(own) > 1:
            high, low = own[0], own[-1]
            text += (
                f", {len(own)} countries from {_value(low, log)} ({low.label})"
                f" to {_value(high, log)} ({high.label})"
            )
        out.append(text + ".")
    return out


def _value(row: Row, log: bool) -> str:
    return apa.significant(math.exp(row.value) if log else row.value)


def _tables(comparison: Comparison) -> list[str]:
    out = []
    if has(comparison, "periods", "n"):
        n = comparison.tables["periods"]["n"]
        out.append(
            f"{int(n.sum())} events over {len(n)} periods, from {n.iloc[0]:g} in the first to "
            f"{n.iloc[-1]:g} in the last."
        )
    if has(comparison, "components", "component", "share"):
        shares = comparison.tables["components"].sort_values("share", ascending=False)
        parts = [f"{r.component} {r.share:.0%}" for r in shares.itertuples(index=False)]
        out.append("Share of the variance: " + ", ".join(parts) + ".")
    if has(comparison, "curve", "group", "level", "accept"):
        out.append("A further panel has the share that accepts each level, a line a group.")
    return out
