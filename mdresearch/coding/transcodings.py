"""What becomes of a code in another market: maps as declared, and as aligned editions show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from mdresearch.core import apa
from mdresearch.core.errors import CodebookError, DataError, unknown_name
from mdresearch.core.results import NAN, Check

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

UNMAPPED = "unmapped"
_FEW = 30


def transcode(codebook: Codebook, name: str, codes: Iterable[str]) -> pd.DataFrame:
    """Return what a declared map says of codes; stored codes are never changed by it.

    Parameters
    ----------
    codebook : Codebook
    name : str
        Id of one of ``codebook.transcoding``, such as ``cn_to_us``.
    codes : iterable of str
        Codes of the source.

    Returns
    -------
    DataFrame
        code, to, relation, evidence; one row a target. A code that no rule names has the relation
        ``unmapped``; one that a rule sends nowhere ``no_equivalent``; ``to`` is missing in both.

    Examples
    --------
    >>> from mdresearch.coding.codebooks import Codebook
    >>> transcode(Codebook.load("core"), "cn_to_us", ["domineering_ceo"])["to"].tolist()
    ['wolf_alpha', 'mafia_boss']
    """
    rules = declared(codebook, name)
    rows = []
    for code in codes:
        if code not in codebook:
            raise CodebookError(f"{codebook.spec} has no code '{code}'.")
        found = rules[rules["code"] == code]
        if found.empty:
            rows.append((code, None, UNMAPPED, None))
        rows += list(
            found[["code", "to", "relation", "evidence"]].itertuples(index=False, name=None)
        )
    return pd.DataFrame(rows, columns=["code", "to", "relation", "evidence"])


def declared(codebook: Codebook, name: str) -> pd.DataFrame:
    """Return the rules of a declared map, one row a pair: code, to, relation, evidence."""
    maps = {str(entry["id"]): entry for entry in codebook.transcoding}
    if name not in maps:
        raise unknown_name("transcoding map", name, maps)
    rows = [
        (code, to, rule["relation"], rule.get("evidence"))
        for rule in maps[name]["rules"]
        for code in rule["from"]
        for to in (rule.get("to") or [None])
    ]
    return pd.DataFrame(rows, columns=["code", "to", "relation", "evidence"])


@dataclass(frozen=True, eq=False)
class Transcoding:
    """How codes of one market turn into codes of another, over aligned units.

    Attributes
    ----------
    table : DataFrame
        code, to, n (aligned units, several labels share one), n_code, share, estimate, low, high.
    fidelity : DataFrame
        measure (``kept`` code, ``kept_etic`` roll-up), observed, baseline, excess, low, high, p.
    n_units, n_works : int
        Aligned units; works that they are from (0 where not told).
    """

    table: pd.DataFrame
    fidelity: pd.DataFrame
    n_units: int
    n_works: int
    level: float
    checks: tuple[Check, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the table of transitions."""
        return self.table.copy()

    def apa(self) -> str:
        """Return the fidelity as a sentence."""
        parts = [
            f"{row.measure}: {apa.number(row.observed)} of aligned units against "
            f"{apa.number(row.baseline)} by chance, excess {apa.number(row.excess)}, "
            f"{apa.interval(row.low, row.high, self.level)}, p {apa.p_value(row.p)}"
            for row in self.fidelity.itertuples()
        ]
        kind = "Simulated data. " if self.provenance.get("data_kind") == "simulated" else ""
        return f"{kind}{self.n_units} aligned units; " + "; ".join(parts)

    def __repr__(self) -> str:
        return f"Transcoding({self.apa()})"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.table) + checks_html(self.checks)


def transcoding_observed(
    pairs: pd.DataFrame,
    codebook: Codebook,
    *,
    genre: str | None = None,
    work: str | None = None,
    strength: float = 1.0,
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
    data_kind: str = "collected",
) -> Transcoding:
    r"""Estimate what becomes of each code, from units of two editions that are aligned.

    Parameters
    ----------
    pairs : DataFrame
        One row a label of a unit and a label of the unit aligned with it: ``pair`` (the aligned
        pair), ``code`` (source market), ``to`` (target market). Several labels of one pair share
        its weight.
    codebook : Codebook
        For the roll-up of the codes.
    genre : str or None
        Column: the chance baseline re-aligns units within a genre, for two stories of one genre
        share codes without one being made from the other.
    work : str or None
        Column: the intervals then resample works, not pairs.
    strength : float
        Prior observations of each code, spread as all targets are: small cells are drawn to the
        common distribution, and a code seen once is no certainty.
    draws, seed, level
        For permutations and the bootstrap, and the level of intervals.
    data_kind : {"collected", "derived", "simulated"}
        Simulated pairs are marked so in every output.

    Returns
    -------
    Transcoding

    Raises
    ------
    DataError
        A column is missing, or fewer than two pairs are there.
    CodebookError
        A code is not in the codebook.

    Notes
    -----
    .. math:: \hat\theta_{ij} = \frac{n_{ij} + s\,\bar p_j}{n_i + s},\qquad
              \theta_{ij} \sim \mathrm{Beta}(n_{ij} + s\bar p_j,\ n_i - n_{ij} + s(1 - \bar p_j))

    The intervals of the table are those of the Dirichlet posterior (pairs as independent). Excess
    fidelity is the observed share of kept codes less its mean over re-alignments. Verified by
    simulation; no other software does this.
    """
    columns = ["pair", "code", "to", *(c for c in (genre, work) if c)]
    for column in columns:
        if column not in pairs:
            raise DataError(f"The pairs have no column '{column}'. Needed: {', '.join(columns)}.")
    rows = pairs[columns].dropna()
    for code in pd.unique(pd.concat([rows["code"], rows["to"]])):
        if code not in codebook:
            raise CodebookError(f"{codebook.spec} has no code '{code}'.")
    n = rows["pair"].nunique()
    if n < 2:
        raise DataError(f"{n} aligned pairs; two are the least, and {_FEW} say little.")
    weight = 1 / rows.groupby("pair")["code"].transform("size")
    rows = rows.assign(weight=weight.to_numpy())
    kept = _fidelity(rows, codebook, genre, work, draws, seed, level)
    works = 0 if work is None else int(rows[work].nunique())
    lost = len(pairs) - len(rows)
    return Transcoding(
        table=_transitions(rows, strength, level),
        fidelity=kept,
        n_units=int(n),
        n_works=works,
        level=level,
        provenance={"data_kind": data_kind, "seed": seed, "draws": draws},
        checks=(
            Check("complete_rows", lost == 0, f"{lost} rows without a code left out"),
            Check("enough_pairs", n >= _FEW, f"{n} aligned pairs; below {_FEW} they say little"),
            Check(
                "independence",
                None if work is None else works >= 10,
                "pairs taken as independent: name the column of works"
                if work is None
                else f"{works} works resampled",
            ),
        ),
    )


def _transitions(rows: pd.DataFrame, strength: float, level: float) -> pd.DataFrame:
    counts = rows.pivot_table(
        index="code", columns="to", values="weight", aggfunc="sum", fill_value=0.0
    )
    n = counts.to_numpy()
    whole = n.sum(axis=1, keepdims=True)
    prior = strength * (n.sum(axis=0) / n.sum())[None, :]
    a, b = n + prior, whole - n + strength - prior
    tail = (1 - level) / 2
    flat = {
        "n": n,
        "n_code": np.broadcast_to(whole, n.shape),
        "share": n / whole,
        "estimate": a / (whole + strength),
        "low": special.betaincinv(a, np.maximum(b, 1e-9), tail),
        "high": special.betaincinv(a, np.maximum(b, 1e-9), 1 - tail),
    }
    index = pd.MultiIndex.from_product([counts.index, counts.columns], names=["code", "to"])
    table = pd.DataFrame({k: v.ravel() for k, v in flat.items()}, index=index).reset_index()
    return table.sort_values(["code", "n"], ascending=[True, False], kind="stable").reset_index(
        drop=True
    )


def _fidelity(
    rows: pd.DataFrame,
    codebook: Codebook,
    genre: str | None,
    work: str | None,
    draws: int,
    seed: int,
    level: float,
) -> pd.DataFrame:
    up = codebook.rollup_table("etic")
    found = []
    for name, column in (("kept", lambda s: s), ("kept_etic", lambda s: s.map(up))):
        found.append(
            {
                "measure": name,
                **_excess(_profiles(rows, column(rows["code"]), column(rows["to"])), rows, genre,
                          work, draws, np.random.default_rng(seed), level),
            }
        )  # fmt: skip
    return pd.DataFrame(found)


def _profiles(rows: pd.DataFrame, source: pd.Series, target: pd.Series) -> tuple[Any, Any]:
    """Return the labels of each pair on both sides, pairs x codes, as shares."""
    names = sorted(set(source) | set(target))
    parts = []
    for side in (source, target):
        table = pd.crosstab(rows["pair"], pd.Categorical(side, categories=names), dropna=False)
        share = table.to_numpy(dtype=float)
        parts.append(share / share.sum(axis=1, keepdims=True))
    return parts[0], parts[1]


def _excess(
    profiles: tuple[Any, Any],
    rows: pd.DataFrame,
    genre: str | None,
    work: str | None,
    draws: int,
    rng: np.random.Generator,
    level: float,
) -> Mapping[str, float]:
    left, right = profiles
    first = rows.drop_duplicates("pair").sort_values("pair")
    strata = np.zeros(len(first), int) if genre is None else pd.factorize(first[genre])[0]
    blocks = np.arange(len(first)) if work is None else pd.factorize(first[work])[0]
    return excess_over_chance(left @ right.T, strata, blocks, draws, rng, level)


def excess_over_chance(
    like: np.ndarray,
    strata: np.ndarray,
    blocks: np.ndarray,
    draws: int,
    rng: np.random.Generator,
    level: float,
) -> dict[str, float]:
    """Return observed, baseline, excess, low, high, p of the likeness of pairs.

    Parameters
    ----------
    like : array, pairs x pairs
        How like the source of a row is to the target of a column; pairs are on the diagonal.
    strata, blocks : arrays of int
        The genre of each pair, within which targets are exchanged; what the interval resamples.
    """
    n = len(like)
    same = strata[:, None] == strata[None, :]
    kept = np.diag(like)
    others = same & ~np.eye(n, dtype=bool)
    alone = others.sum(axis=1) == 0
    with np.errstate(invalid="ignore"):
        chance = np.where(alone, NAN, (like * others).sum(axis=1) / others.sum(axis=1))
    observed = float(kept.mean())
    baseline = float(np.nanmean(chance)) if not alone.all() else NAN
    if np.isnan(baseline):
        return dict.fromkeys(("baseline", "excess", "low", "high", "p"), NAN) | {
            "observed": observed
        }
    order = np.lexsort((rng.random((draws, n)), np.broadcast_to(strata, (draws, n))))
    home = np.argsort(strata, kind="stable")
    drawn = np.empty((draws, n), dtype=int)
    drawn[:, home] = order
    null = like[np.arange(n)[None, :], drawn].mean(axis=1)
    gap = kept - np.where(alone, baseline, chance)
    sums = np.bincount(blocks, weights=gap)
    sizes = np.bincount(blocks).astype(float)
    picks = rng.integers(len(sums), size=(draws, len(sums)))
    spread = sums[picks].sum(axis=1) / sizes[picks].sum(axis=1)
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return {
        "observed": observed,
        "baseline": baseline,
        "excess": observed - baseline,
        "low": float(low),
        "high": float(high),
        "p": float((1 + (null >= observed - 1e-12).sum()) / (draws + 1)),
    }


def compare_maps(codebook: Codebook, name: str, observed: Transcoding) -> pd.DataFrame:
    """Return each declared pair beside what was seen of it.

    Returns
    -------
    DataFrame
        code, to, relation, n_code, share, low, high, verdict: ``seen`` (it is the commonest target
        or its lower limit is above chance), ``not seen`` (its upper limit lies below the share of
        another target), ``has targets`` (declared without an equivalent, yet aligned with codes),
        ``open`` (too little is seen to tell), or ``no data``.
    """
    rows = []
    for rule in declared(codebook, name).itertuples(index=False):
        mine = observed.table[observed.table["code"] == rule.code]
        hit = mine[mine["to"] == rule.to]
        if mine.empty:
            rows.append((rule.code, rule.to, rule.relation, 0.0, NAN, NAN, NAN, "no data"))
            continue
        n, best = float(mine["n_code"].iloc[0]), float(mine["estimate"].max())
        if hit.empty:
            told = "not seen" if isinstance(rule.to, str) else "has targets"
            verdict = "open" if n < 5 else told
            rows.append((rule.code, rule.to, rule.relation, n, 0.0, NAN, NAN, verdict))
            continue
        found = hit.iloc[0]
        verdict = "open"
        if found["high"] < best:
            verdict = "not seen"
        elif found["n"] > 0 and found["estimate"] == best:
            verdict = "seen"
        limits = [float(found[k]) for k in ("share", "low", "high")]
        rows.append((rule.code, rule.to, rule.relation, n, *limits, verdict))
    columns = ["code", "to", "relation", "n_code", "share", "low", "high", "verdict"]
    return pd.DataFrame(rows, columns=columns)
