"""`mdresearch check`: everything that can be said of a study before it is run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from mdresearch.core import apa
from mdresearch.core.claims import Claim
from mdresearch.core.errors import MdresearchError
from mdresearch.core.scales import scale_of
from mdresearch.stats.building import FEW_COUNTRIES, FEW_TITLES, MANY_COUNTRIES
from mdresearch.stats.permutations import smallest_p
from mdresearch.study.powers import ASSUMED, power
from mdresearch.study.preparing import PERSON, TITLE, Prepared, prepare
from mdresearch.study.running import _rules_for, market_path, read_corpus
from mdresearch.study.studies import Study

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus


@dataclass(frozen=True)
class Prospect:
    """What is known of a study before it runs.

    Attributes
    ----------
    lines : tuple of str
        To be read.
    problems : tuple of str
        What must be mended first; empty where the study can run.
    """

    lines: tuple[str, ...]
    problems: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether the study can run."""
        return not self.problems

    def __str__(self) -> str:
        end = ["", "The study can run."] if self.ok else ["", "To be mended first:"]
        return "\n".join([*self.lines, *end, *(f"  - {p}" for p in self.problems)])


def prospect(study: Study, n_sim: int = 2_000) -> Prospect:
    """Look at a study without testing anything: no outcome is compared between groups."""
    lines = [
        f"Study {study.name}: {study.title}",
        f"  {len(study.claims)} claims, seed {study.seed}",
    ]
    problems: list[str] = []
    corpora: dict[str, Corpus | None] = {}
    for name in dict.fromkeys(study.corpus_of(c) for c in study.claims):
        corpora[name], more = _corpus(study, name)
        lines += more
        if corpora[name] is None:
            problems.append(more[-1].strip())
        else:
            problems += _bad_values(corpora[name], name)
    for claim in study.claims:
        corpus = corpora[study.corpus_of(claim)]
        lines += ["", f"{claim.id}: {claim.says}", f"  expects {claim.expect} on {claim.outcome}"]
        if corpus is None:
            continue
        try:
            lines += claim_lines(claim, study, corpus, n_sim)
        except MdresearchError as error:
            problems.append(str(error))
    return Prospect(tuple(lines), tuple(problems))


def _corpus(study: Study, name: str) -> tuple[Corpus | None, list[str]]:
    try:
        corpus = read_corpus(study, name)
    except MdresearchError as error:
        return None, [f"  {error}"]
    kind = f"{corpus.kind.upper()} data" if corpus.kind == "simulated" else f"{corpus.kind} data"
    tables = ", ".join(f"{t} {len(f):,}" for t, f in corpus.tables.items())
    return corpus, [f"  corpus {name}: {kind}; rows: {tables}"]


def _bad_values(corpus: Any, name: str) -> list[str]:
    report = corpus.check()
    return [] if report.ok else [f"corpus {name}: {report.sentence()}"]


def claim_lines(claim: Claim, study: Study, corpus: Any, n_sim: int) -> list[str]:
    """Return what can be said of one claim from the shape of the data alone."""
    prepared = prepare(
        claim, corpus, exclude=_rules_for(study, claim.id), market_map=market_path(study)
    )
    out = _exclusion_lines(prepared)
    if claim.ceiling is not None:
        out.append(f"  ceiling {claim.ceiling['verdict']}: {claim.ceiling['reason']}")
    if prepared.region_note:
        out.append(f"  {prepared.region_note}")
    if not claim.expectation.has_groups:
        return [*out, f"  {len(prepared.frame):,} rows; no groups are compared"]
    shape = design_shape(claim, prepared)
    for side, label in zip(("a", "b"), shape["labels"], strict=True):
        part = shape[side]
        out.append(
            f"  {label}: {part['countries']} countries ({', '.join(part['names'])}), "
            f"{part['titles']} titles, {part['persons']:,} persons, {part['rows']:,} rows"
        )
    return [*out, *_reach_lines(claim, shape), *_power_lines(claim, shape, n_sim)]


def _exclusion_lines(prepared: Prepared) -> list[str]:
    rows = prepared.exclusions.itertuples(index=False, name=None)
    return [f"  left out: {n:,} rows where {where} ({why})" for where, why, n in rows] or [
        "  left out: nothing"
    ]


def design_shape(claim: Claim, prepared: Prepared) -> dict[str, Any]:
    """Count countries, titles, persons and rows a side; of the outcome only gaps and spread."""
    frame = prepared.frame
    frame = frame[frame[claim.outcome].notna()]
    shape: dict[str, Any] = {"labels": [prepared.labels.get(k, "") for k in ("a", "b")]}
    titles: list[set[str]] = []
    cells = 0
    for key in ("a", "b"):
        part = frame[frame[str(prepared.group)].astype("str") == getattr(claim.expectation, key)]
        here = set(part[TITLE].dropna()) if TITLE in part else set()
        names = sorted(set(part["country"].dropna())) if "country" in part else []
        persons = part[PERSON].nunique() if PERSON in part else len(part)
        shape[key] = {
            "countries": len(names),
            "names": names,
            "titles": len(here),
            "persons": int(persons),
            "rows": len(part),
        }
        titles.append(here)
        cells += len(part[["country", TITLE]].drop_duplicates()) if here and names else len(names)
    shape["shared"] = len(titles[0] & titles[1])
    shape["sd"] = _person_sd(claim, frame)
    shape["rows_a_cell"] = (shape["a"]["rows"] + shape["b"]["rows"]) / cells if cells else 0.0
    return shape


def _person_sd(claim: Claim, frame: pd.DataFrame) -> float:
    """Return the SD of persons within country and title on the claim's linear scale."""
    if claim.scale == "g_person":
        return 1.0
    values = frame[claim.outcome].astype(float)
    if scale_of(claim.scale).link == "log":
        values = np.log(values.where(values > 0))
    keys = [frame[c] for c in ("country", TITLE) if c in frame]
    cells = values.groupby(keys)
    spare = (cells.count() - 1).clip(lower=0)
    return float(np.sqrt((cells.var() * spare).sum() / spare.sum())) if spare.sum() else 0.0


def _reach_lines(claim: Claim, shape: dict[str, Any]) -> list[str]:
    if claim.cluster is None:
        return ["  viewers are the units, on request: the check of independence will fail"]
    first, second = shape["a"]["countries"], shape["b"]["countries"]
    if claim.between == "country":
        return ["  two countries are compared: nothing is said of their regions"]
    out = []
    for label, number in zip(shape["labels"], (first, second), strict=True):
        if number == 0:
            out.append(f"  there is no country of {label} in the data: the claim cannot be tested")
        elif number == 1:
            out.append(f"  one country of {label}: the claim cannot be tested")
        elif number < FEW_COUNTRIES:
            out.append(
                f"  {label} has {number} countries, fewer than {FEW_COUNTRIES}: the sentence can "
                "speak of these countries only, never name the region"
            )
    least, number, exact = smallest_p(first, second)
    how = "exact" if exact else "Monte Carlo"
    out.append(
        f"  permutation of countries ({how}, {number:,} relabellings, two-sided) can reach "
        f"p = {least:.3g} at best; it decides nothing where titles are shared"
    )
    if first + second < MANY_COUNTRIES:
        out.append(f"  {first + second} countries in all; {MANY_COUNTRIES} or more are advised")
    if claim.condition is None and shape["shared"] < FEW_TITLES:
        out.append(f"  {shape['shared']} titles are shared; {FEW_TITLES} or more are advised")
    return out


def _power_lines(claim: Claim, shape: dict[str, Any], n_sim: int) -> list[str]:
    first, second = shape["a"]["countries"], shape["b"]["countries"]
    if claim.cluster is None or claim.between == "country" or min(first, second) < 2:
        return []
    if claim.scale == "g_country" or not shape["sd"] > 0:
        return [f"  power: not computed on the scale {claim.scale}; md.power takes your own SDs"]
    design = {
        "countries": (first, second),
        "titles": shape["shared"] if claim.condition is None else 0,
        # an effect of a condition is a difference of two halves: its variance is fourfold
        "persons": max(shape["rows_a_cell"] / (1 if claim.condition is None else 4), 1.0),
        **{name: value * shape["sd"] for name, value in ASSUMED.items()},
    }
    seen = power(claim, design, n_sim=n_sim)
    sds = ", ".join(
        f"{k.removeprefix('sd_').replace('_', ' by ')} {v:g}" for k, v in ASSUMED.items()
    )
    text = (
        f"  power ({n_sim:,} simulated studies; assumed SDs in person SDs: {sds}): "
        f"{_percent(seen['detects_smallest'])} to tell a true {claim.smallest_used:g} from no "
        "difference, "
        f"{_percent(seen['equivalent'])} to show equivalence if there is none"
    )
    if claim.at_least is not None:
        text += (
            f", {_percent(seen['supports'])} to support the claim if the truth is "
            f"{claim.smallest_used:g} above its minimum"
        )
    on = " (on logarithms)" if scale_of(claim.scale).link == "log" else ""
    return [f"{text}; half width of the interval {apa.number(seen['half_width'])}{on}"]


def _percent(share: float) -> str:
    return "undefined" if np.isnan(share) else f"{100 * share:.0f} %"
