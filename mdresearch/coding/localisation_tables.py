"""What editions of a work keep and change, counted with intervals, and how little that says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats as scipy_stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError
from mdresearch.core.results import NAN, Check

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mdresearch.corpus.corpora import Corpus

NEEDED = ("version_id", "work_id", "lang", "version_type")
DEPTHS = ("subtitled", "dubbed", "remade", "local_original")
FEW = 30


@dataclass(frozen=True, eq=False, repr=False)
class LocalisationTable:
    """Components that editions keep, and how deep they go.

    Attributes
    ----------
    table : DataFrame
        component, kept, n, share, low, high, not_told: one row a component of a pair of an original
        and its edition; ``not_told`` counts pairs where one of the two says nothing.
    depth : DataFrame
        version_type, n, of, share, low, high: over all editions, with an original here or not.
    n_pairs, n_works : int
    level : float
    """

    table: pd.DataFrame
    depth: pd.DataFrame
    n_pairs: int
    n_works: int
    level: float
    checks: tuple[Check, ...] = ()
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def frame(self) -> pd.DataFrame:
        """Return the table of components."""
        return self.table.copy()

    def sentence(self) -> str:
        """Say how little this many pairs can say."""
        n = self.n_pairs
        if not n:
            return "No edition has its original in the corpus: nothing can be said of what is kept."
        low, high = wilson(n // 2, n, self.level)
        gap = detectable(n, 1 - self.level)
        seen = (
            f"only a share that lies {100 * gap:.0f} points or more from one half would be seen in "
            "8 of 10 such studies"
            if gap == gap
            else "no share, not even all or none, would be told from one half in 8 of 10 studies"
        )
        kind = "Simulated data. " if self.provenance.get("data_kind") == "simulated" else ""
        return (
            f"{kind}{n} pairs of {self.n_works} works: a share of one half has an interval of "
            f"[{100 * low:.0f}, {100 * high:.0f}] per cent, and {seen}."
        )

    def apa(self) -> str:
        """Return the components as a sentence."""
        parts = [
            f"{row.component} kept in {row.kept} of {row.n} ({100 * row.share:.0f}%, "
            f"{apa.interval(row.low, row.high, self.level)})"
            for row in self.table.itertuples()
            if row.n
        ]
        return "; ".join([*parts, self.sentence()])

    def __repr__(self) -> str:
        tables = (self.table, self.depth)
        shown = [t.to_string(index=False, float_format="{:.2f}".format) for t in tables]
        return "\n".join([self.sentence(), *shown])

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        tables = table_html(self.table) + table_html(self.depth)
        return paragraph(self.sentence()) + tables + checks_html(self.checks)


def localisation_table(
    corpus: Corpus, source_lang: str | None = None, level: float = 0.95
) -> LocalisationTable:
    r"""Count what editions keep of their original, and of which depth they are.

    Parameters
    ----------
    corpus : Corpus
        With a table ``versions``: an original and its editions share a ``work_id``. Tags are
        compared in the language of the original (column ``tags_original`` of the edition).
    source_lang : str or None
        The language of originals; those of the version_type ``original`` where None.
    level : float
        Of the Wilson intervals.

    Returns
    -------
    LocalisationTable

    Raises
    ------
    DataError
        There is no table ``versions``, or it lacks a column.

    Notes
    -----
    Title: the same text. Episodes: the same number. Tags: the same set; ``tags in order``: the same
    sequence. Each work counts once for each edition; works are the sample, so that shares of
    editions of one work are not independent (a check says so).

    References
    ----------
    Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference.
    Journal of the American Statistical Association, 22(158), 209-212.
    doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> import pandas as pd
    >>> from mdresearch.corpus.corpora import Corpus
    >>> rows = [("a", "w", "en", "original", 30), ("b", "w", "ja", "dubbed", 30)]
    >>> names = ["version_id", "work_id", "lang", "version_type", "n_episodes"]
    >>> works = pd.DataFrame({"work_id": ["w"]})
    >>> tables = {"versions": pd.DataFrame(rows, columns=names), "works": works}
    >>> localisation_table(Corpus("demo", tables)).table.loc[1, ["kept", "n"]].tolist()
    [1, 1]
    """
    versions = corpus["versions"]
    lacking = [c for c in NEEDED if c not in versions]
    if lacking:
        raise DataError(f"The table versions lacks '{lacking[0]}'. Needed: {', '.join(NEEDED)}.")
    is_source = (
        versions["version_type"].eq("original")
        if source_lang is None
        else versions["lang"].eq(source_lang)
    ).fillna(False)
    source = versions[is_source].drop_duplicates("work_id").set_index("work_id")
    editions = versions[~is_source]
    pairs = editions[editions["work_id"].isin(source.index)]
    left = source.loc[pairs["work_id"]].reset_index(drop=True)
    right = pairs.reset_index(drop=True)
    rows = []
    for name, same, told in _components(left, right):
        n, kept = int(told.sum()), int((same & told).sum())
        low, high = wilson(kept, n, level)
        rows.append((name, kept, n, kept / n if n else NAN, low, high, len(right) - n))
    columns = ["component", "kept", "n", "share", "low", "high", "not_told"]
    works = pairs["work_id"].nunique()
    return LocalisationTable(
        table=pd.DataFrame(rows, columns=columns),
        depth=_depths(editions, level),
        n_pairs=len(pairs),
        n_works=int(works),
        level=level,
        checks=(
            Check(
                "enough_pairs", len(pairs) >= FEW,
                f"{len(pairs)} pairs; below {FEW} they say little",
            ),
            Check(
                "one_edition_a_work", len(pairs) == works,
                f"{len(pairs)} editions of {works} works",
            ),
            Check(
                "sampling", None,
                "whether these works stand for others depends on how they came into the file",
            ),
        ),
        provenance={"data_kind": corpus.kind, "source_lang": source_lang},
    )  # fmt: skip


def _components(
    left: pd.DataFrame, right: pd.DataFrame
) -> list[tuple[str, np.ndarray, np.ndarray]]:
    """Return (component, kept, told by both) over the pairs."""
    own = "tags_original" if "tags_original" in right else "tags"
    titles = _texts(left, "title"), _texts(right, "title")
    counts = [
        pd.to_numeric(f["n_episodes"], errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        if "n_episodes" in f else np.full(len(f), np.nan)
        for f in (left, right)
    ]  # fmt: skip
    tags = _tags(left, "tags"), _tags(right, own)
    told = np.array([bool(a) and bool(b) for a, b in zip(*tags, strict=True)], bool)
    return [
        ("title", np.array([a == b for a, b in zip(*titles, strict=True)], bool),
         np.array([bool(a) and bool(b) for a, b in zip(*titles, strict=True)], bool)),
        ("episodes", counts[0] == counts[1], np.isfinite(counts[0]) & np.isfinite(counts[1])),
        ("tags", np.array([set(a) == set(b) for a, b in zip(*tags, strict=True)], bool), told),
        ("tags in order", np.array([a == b for a, b in zip(*tags, strict=True)], bool), told),
    ]  # fmt: skip


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return [
        " ".join(str(t).casefold().split()) if isinstance(t, str) else "" for t in frame[column]
    ]


def _tags(frame: pd.DataFrame, column: str) -> list[tuple[str, ...]]:
    import re

    texts = _texts(frame, column)
    return [tuple(t.strip() for t in re.split(r"[|;]", text) if t.strip()) for text in texts]


def _depths(editions: pd.DataFrame, level: float) -> pd.DataFrame:
    whole = len(editions)
    rows = []
    for kind in DEPTHS:
        n = int(editions["version_type"].eq(kind).sum())
        rows.append((kind, n, whole, n / whole if whole else NAN, *wilson(n, whole, level)))
    return pd.DataFrame(rows, columns=["version_type", "n", "of", "share", "low", "high"])


def wilson(k: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Return the Wilson interval of a share; ``nan`` without observations.

    Examples
    --------
    >>> tuple(round(x, 4) for x in wilson(10, 20))
    (0.2993, 0.7007)
    """
    if not n:
        return NAN, NAN
    z = scipy_stats.norm.ppf((1 + level) / 2)
    middle = (k + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * np.sqrt(k * (n - k) / n + z * z / 4)
    return float(max(0.0, middle - half)), float(min(1.0, middle + half))


def detectable(n: int, alpha: float = 0.05, power: float = 0.8) -> float:
    """Return how far a share must lie from one half to be seen, by the exact binomial test.

    ``nan`` where even a share of 1 is not seen.

    Examples
    --------
    >>> round(detectable(20), 2), detectable(4)
    (0.3, nan)
    """
    k = np.arange(n + 1)
    p = np.array([scipy_stats.binomtest(int(i), n).pvalue for i in k])
    rejects = p <= alpha + 1e-12
    for share in np.arange(0.5, 1.0001, 0.001):
        if scipy_stats.binom.pmf(k[rejects], n, min(share, 1.0)).sum() >= power:
            return float(share - 0.5)
    return NAN
