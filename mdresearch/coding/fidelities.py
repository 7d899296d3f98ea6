"""What of a story's triggers an edition keeps: mix, order, intensity; over a genre's chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from mdresearch.coding.transcodings import excess_over_chance
from mdresearch.core import apa
from mdresearch.core.errors import CodebookError, DataError
from mdresearch.core.results import NAN, Check

if TYPE_CHECKING:
    from mdresearch.coding.codebooks import Codebook

SIDES = ("source", "target")
NEEDED = ("work", "side", "position", "code")
FEW = 10


@dataclass(frozen=True, eq=False, repr=False)
class Fidelity:
    """How much of the triggers of works their editions keep.

    Attributes
    ----------
    table : DataFrame
        measure (soft, order, intensity), observed, baseline, excess, low, high, p, n_works, reason.
    works : DataFrame
        work, genre, n_source, n_target, soft, order: one row a work.
    """

    table: pd.DataFrame
    works: pd.DataFrame
    level: float
    checks: tuple[Check, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the table of measures."""
        return self.table.copy()

    def apa(self) -> str:
        """Return the measures as a sentence."""
        kind = "Simulated data. " if self.provenance.get("data_kind") == "simulated" else ""
        parts = []
        for row in self.table.itertuples():
            if row.excess != row.excess:
                parts.append(f"{row.measure} not computed ({row.reason})")
                continue
            parts.append(
                f"{row.measure} {apa.number(row.observed)} against {apa.number(row.baseline)} by "
                f"chance, excess {apa.number(row.excess)}, "
                f"{apa.interval(row.low, row.high, self.level)}, p {apa.p_value(row.p)}"
            )
        return f"{kind}{len(self.works)} works; " + "; ".join(parts)

    def __repr__(self) -> str:
        return f"Fidelity({self.apa()})"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.table) + checks_html(self.checks)


def fidelity(
    beats: pd.DataFrame,
    codebook: Codebook,
    *,
    genre: str | None = None,
    intensity: str | None = None,
    bridged: bool = False,
    draws: int = 2_000,
    seed: int = 0,
    level: float = 0.95,
    data_kind: str = "collected",
) -> Fidelity:
    r"""Compare the triggers of works with those of their editions, over a same-genre baseline.

    Parameters
    ----------
    beats : DataFrame
        One row a coded beat: ``work``, ``side`` (source or target), ``position`` (any number that
        orders the beats of a side), ``code``.
    codebook : Codebook
    genre : str or None
        Column: chance pairs a source with the targets of other works of its genre.
    intensity : str or None
        Column with the intensity of each beat.
    bridged : bool
        Whether intensities of the two markets share a scale by bridging items or vignettes; a check
        fails where they do not.
    draws, seed, level
        Permutations and bootstrap draws over works, and the level of intervals.
    data_kind : str
        Simulated data are marked so in every output.

    Returns
    -------
    Fidelity

    Raises
    ------
    DataError
        A column is missing, a side has another name, or fewer than two works have both sides.
    CodebookError
        A code is not in the codebook.

    Notes
    -----
    .. math:: F_{soft} = 1 - \tfrac12 \sum_k |g_{src,k} - g_{tgt,k}|, \qquad
              F_{order} = 1 - \frac{\mathrm{Levenshtein}}{\max(n_{src}, n_{tgt})}, \qquad
              F_{intensity} = 1 - \frac{\mathrm{DTW}}{\overline{\mathrm{DTW}}_{genre}}

    with g the shares of triggers. The excess is the mean over works less that of sources beside the
    targets of other works of the genre; p by exchanging targets within genres (one more added above
    and below), the interval by resampling works. A genre with one work gives no baseline and is
    counted. Hard fidelity needs aligned units: see `transcoding_observed`.
    """
    rows = _checked(beats, codebook, genre, intensity)
    both = rows.groupby("work")["side"].nunique() == 2
    lone = sorted(both.index[~both])
    rows = rows[rows["work"].isin(both.index[both])]
    works = list(dict.fromkeys(rows["work"]))
    if len(works) < 2:
        raise DataError(f"{len(works)} works have a source and a target; two are the least.")
    rows = rows.sort_values(["work", "side", "position"], kind="stable")
    sides = [
        {w: part for w, part in rows[rows["side"] == side].groupby("work")} for side in SIDES
    ]  # fmt: skip
    names = sorted(set(rows["code"]))
    number = {c: i for i, c in enumerate(names)}
    strings = [[np.array([number[c] for c in side[w]["code"]]) for w in works] for side in sides]
    shares = [
        np.array([np.bincount(s, minlength=len(names)) / len(s) for s in side]) for side in strings
    ]
    genres = None if genre is None else rows.groupby("work")[genre].first()[works]
    strata = np.zeros(len(works), int) if genres is None else pd.factorize(genres)[0]
    soft = 1 - 0.5 * np.abs(shares[0][:, None, :] - shares[1][None, :, :]).sum(axis=2)
    longest = np.maximum.outer(*[np.array([len(s) for s in side]) for side in strings])
    order = 1 - edit_distances(strings[0], strings[1]) / longest
    found = [("soft", soft, ""), ("order", order, "")]
    if intensity is None:
        found.append(("intensity", None, "no column of intensity was named"))
    else:
        series = [[side[w][intensity].to_numpy(dtype=float) for w in works] for side in sides]
        found.append(("intensity", _against_genre(warping_distances(*series), strata), ""))
    table = []
    for name, like, reason in found:
        held = dict.fromkeys(("observed", "baseline", "excess", "low", "high", "p"), NAN)
        if like is not None:
            rng = np.random.default_rng(seed)
            held |= excess_over_chance(like, strata, np.arange(len(works)), draws, rng, level)
            reason = "" if held["excess"] == held["excess"] else "no genre has two works"
        table.append({"measure": name, **held, "n_works": len(works), "reason": reason})
    single = int((np.bincount(strata) == 1).sum())
    return Fidelity(
        table=pd.DataFrame(table),
        works=pd.DataFrame(
            {"work": works, "genre": "all" if genres is None else list(genres),
             "n_source": [len(s) for s in strings[0]], "n_target": [len(s) for s in strings[1]],
             "soft": np.diag(soft), "order": np.diag(order)}
        ),
        level=level,
        checks=_checks(len(works), lone, single, intensity, bridged),
        provenance={"data_kind": data_kind, "seed": seed, "draws": draws},
    )  # fmt: skip


def _checked(
    beats: pd.DataFrame, codebook: Codebook, genre: str | None, intensity: str | None
) -> pd.DataFrame:
    columns = [*NEEDED, *(c for c in (genre, intensity) if c)]
    for column in columns:
        if column not in beats:
            raise DataError(f"The beats have no column '{column}'. Needed: {', '.join(columns)}.")
    rows = beats[columns]
    if rows.isna().any().any():
        bad = next(c for c in columns if rows[c].isna().any())
        raise DataError(
            f"{int(rows[bad].isna().sum()):,} beats have no {bad}. Fill or leave them out."
        )
    other = sorted(set(rows["side"]) - set(SIDES))
    if other:
        raise DataError(f"side holds '{other[0]}'; allowed: {', '.join(SIDES)}.")
    for code in pd.unique(rows["code"]):
        if code not in codebook:
            raise CodebookError(f"{codebook.spec} has no code '{code}'.")
    return rows


def _checks(
    n: int, lone: Sequence[str], single: int, intensity: str | None, bridged: bool
) -> tuple[Check, ...]:
    checks = [
        Check("enough_works", n >= FEW, f"{n} works; below {FEW} the interval is rough"),
        Check("both_sides", not lone, f"{len(lone)} works without a source or a target left out"),
        Check("genres", single == 0, f"{single} genres with one work, which give no baseline"),
    ]
    if intensity is not None:
        told = "intensities of two markets are on one scale by bridging items"
        checks.append(
            Check("intensity_scale", bridged, told if bridged else f"not shown that {told}")
        )
    return tuple(checks)


def _padded(series: Sequence[np.ndarray], fill: float) -> tuple[np.ndarray, np.ndarray]:
    sizes = np.array([len(s) for s in series])
    out = np.full((len(series), sizes.max()), fill, dtype=float)
    for i, s in enumerate(series):
        out[i, : len(s)] = s
    return out, sizes


def edit_distances(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> np.ndarray:
    """Return the Levenshtein distance of each left to each right sequence, all at once.

    Examples
    --------
    >>> edit_distances([np.array([1, 2, 3])], [np.array([1, 3]), np.array([4])]).tolist()
    [[1.0, 3.0]]
    """
    (a, n), (b, m) = _padded(left, -1), _padded(right, -2)
    row = np.broadcast_to(np.arange(b.shape[1] + 1.0), (len(a), len(b), b.shape[1] + 1)).copy()
    out = np.zeros((len(a), len(b)))
    _keep(out, row, n, m, 0)
    for i in range(a.shape[1]):
        new = np.empty_like(row)
        new[:, :, 0] = i + 1
        change = row[:, :, :-1] + (a[:, i][:, None, None] != b[None, :, :])
        best = np.minimum(change, row[:, :, 1:] + 1)
        for j in range(b.shape[1]):
            new[:, :, j + 1] = np.minimum(best[:, :, j], new[:, :, j] + 1)
        row = new
        _keep(out, row, n, m, i + 1)
    return out


def warping_distances(left: Sequence[np.ndarray], right: Sequence[np.ndarray]) -> np.ndarray:
    """Return the dynamic time warping distance (absolute differences) of all pairs at once.

    Examples
    --------
    >>> warping_distances([np.array([1.0, 2.0])], [np.array([1.0, 1.0, 2.0])]).tolist()
    [[0.0]]
    """
    (a, n), (b, m) = _padded(left, 0), _padded(right, 0)
    row = np.full((len(a), len(b), b.shape[1] + 1), np.inf)
    row[:, :, 0] = 0.0
    out = np.zeros((len(a), len(b)))
    for i in range(a.shape[1]):
        cost = np.abs(a[:, i][:, None, None] - b[None, :, :])
        new = np.full_like(row, np.inf)
        for j in range(b.shape[1]):
            before = np.minimum(np.minimum(row[:, :, j], row[:, :, j + 1]), new[:, :, j])
            new[:, :, j + 1] = cost[:, :, j] + before
        row = new
        _keep(out, row, n, m, i + 1)
    return out


def _keep(out: np.ndarray, row: np.ndarray, n: np.ndarray, m: np.ndarray, at: int) -> None:
    """Write the distances of the sequences that end at this row."""
    ends = np.flatnonzero(n == at)
    if len(ends):
        out[ends] = row[ends][:, np.arange(len(m)), m]


def _against_genre(distance: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """Return 1 less each distance over the mean one to other targets of the genre."""
    others = (strata[:, None] == strata[None, :]) & ~np.eye(len(strata), dtype=bool)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (distance * others).sum(axis=1) / others.sum(axis=1)
        like = 1 - distance / mean[:, None]
    return np.where(np.isfinite(like), like, 0.0)
