"""Means of machine codes, corrected by a sample that people coded too."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from mdresearch.core import apa
from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.core.results import NAN, Check

Array = np.ndarray
_FEW = 30


@dataclass(frozen=True, eq=False)
class Corrected:
    """Corrected means beside the naive ones.

    Attributes
    ----------
    means : DataFrame
        group, estimate, se, df, low, high, naive, naive_low, naive_high, human, n, n_human, tuning.
    contrasts : DataFrame
        a, b, estimate, se, df, p, low, high, naive, naive_p: differences of corrected means.
    errors : DataFrame
        group, bias (machine less human), error_rate, correlation of machine and human codes.
    """

    means: pd.DataFrame
    contrasts: pd.DataFrame
    errors: pd.DataFrame
    checks: tuple[Check, ...] = ()
    cite: tuple[str, ...] = ("angelopoulos2023", "egami2023")

    def frame(self) -> pd.DataFrame:
        """Return the means, corrected and naive."""
        return self.means.copy()

    def apa(self) -> str:
        """Return the corrected means in words, with the naive ones."""
        parts = [
            f"{row.group}: {apa.number(row.estimate)}, {apa.interval(row.low, row.high, 0.95)} "
            f"(machine codes alone {apa.number(row.naive)})"
            for row in self.means.itertuples()
        ]
        return "; ".join(parts)

    def __repr__(self) -> str:
        return f"Corrected({self.apa()})"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        return paragraph(self.apa()) + table_html(self.means) + checks_html(self.checks)


def machine_corrected(
    data: pd.DataFrame,
    machine: str,
    human: str,
    *,
    group: str | None = None,
    probability: str | None = None,
    cluster: str | None = None,
    tune: bool = True,
    level: float = 0.95,
) -> Corrected:
    r"""Estimate means of what people would code, from machine codes and a sample of human ones.

    Parameters
    ----------
    data : DataFrame
        One row a unit.
    machine : str
        The machine's code or score, in every row (0 and 1, or any number).
    human : str
        The human code where there is one, else missing.
    group : str or None
        Column of groups to compare (region, language): each is corrected by its own sample.
    probability : str or None
        Column with the known probability that a unit was drawn for human coding; by default the
        sample is simple random within a group. A sample chosen by hand corrects nothing.
    cluster : str or None
        Column of works or titles: errors and degrees of freedom then count clusters.
    tune : bool
        Weigh the machine codes by how well they foretell the human ones (never worse than the
        human sample alone); False gives the plain difference estimator.
    level : float
        Level of the intervals.

    Returns
    -------
    Corrected

    Raises
    ------
    StatisticsError
        A group has fewer than two human codes (or clusters with one).
    DataError
        A machine code is missing, or a probability is not above 0 and at most 1.

    Notes
    -----
    With R = 1 for a unit in the human sample and pi its probability,

    .. math:: \tilde y = \lambda f + \frac{R}{\pi}(y - \lambda f),\quad \hat\theta = \bar{\tilde y}

    is unbiased for the mean human code whatever the machine does; the error is that of the mean
    of :math:`\tilde y` (over clusters). :math:`\lambda` is the least-squares weight, 1 without
    tuning. Prediction-powered inference: Angelopoulos et al. (2023), doi:10.1126/science.adi6000;
    design-based supervised learning: Egami et al. (2023). Not checked against other software:
    verified by simulation (``tests/stats/corrections``), where the naive interval fails.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> truth = (rng.random(400) < 0.3).astype(float)
    >>> table = pd.DataFrame({"machine": np.where(rng.random(400) < 0.2, 1.0, truth)})
    >>> table["human"] = np.where(np.arange(400) < 120, truth, np.nan)
    >>> fit = machine_corrected(table, "machine", "human")
    >>> bool(fit.means["low"][0] < 0.3 < fit.means["high"][0] < fit.means["naive"][0] + 0.1)
    True
    """
    columns = [c for c in (machine, human, group, probability, cluster) if c]
    for column in columns:
        if column not in data:
            raise DataError(f"The data have no column '{column}'.")
    rows = data[columns].reset_index(drop=True)
    if rows[machine].isna().any():
        row = int(rows[machine].isna().to_numpy().argmax())
        raise DataError(f"Row {row} has no machine code in '{machine}': every unit needs one.")
    names = ["all"] if group is None else sorted(rows[group].dropna().unique(), key=str)
    dropped = 0 if group is None else int(rows[group].isna().sum())
    results = [
        _one(
            rows if group is None else rows[rows[group] == name],
            str(name), machine, human, probability, cluster, tune, level,
        )
        for name in names
    ]  # fmt: skip
    means = pd.DataFrame([mean for mean, _ in results])
    least = int(means["n_human"].min())
    return Corrected(
        means=means,
        contrasts=_contrasts(means, level),
        errors=pd.DataFrame([errors for _, errors in results]),
        checks=(
            Check("complete_rows", dropped == 0, f"{dropped} rows without a group left out"),
            Check("human_sample", least >= _FEW, f"the smallest group has {least} human codes"),
            Check(
                "sampling",
                None,
                "by the probabilities given"
                if probability
                else "taken as a simple random sample within each group: say how it was drawn",
            ),
        ),
    )


def _one(
    rows: pd.DataFrame,
    name: str,
    machine: str,
    human: str,
    probability: str | None,
    cluster: str | None,
    tune: bool,
    level: float,
) -> tuple[dict[str, object], dict[str, object]]:
    f = rows[machine].to_numpy(dtype=float)
    y = rows[human].to_numpy(dtype=float)
    seen = ~np.isnan(y)
    n, m = len(rows), int(seen.sum())
    if m < 2:
        raise StatisticsError(f"'{name}' has {m} human codes; two are the least, thirty advised.")
    pi = rows[probability].to_numpy(dtype=float) if probability else np.full(n, m / n)
    if not ((pi > 0) & (pi <= 1)).all():
        raise DataError(f"A probability in '{probability}' is not above 0 and at most 1.")
    drawn = seen / pi
    known = np.where(seen, y, 0.0)
    codes = None if cluster is None else pd.factorize(rows[cluster])[0]
    weight = _tuning(f, known, drawn) if tune else 1.0
    corrected = weight * f + drawn * (known - weight * f)
    if probability is None:  # a fixed sample size: the mean of the sample's rest, not its total
        rest = y[seen] - weight * f[seen]
        centre = float(weight * f.mean() + rest.mean())
        influence = weight * (f - f.mean()) + drawn * (known - weight * f - rest.mean())
    else:
        centre = float(corrected.mean())
        influence = corrected - centre
    se, df = _error(influence, codes, m)
    naive_se, naive_df = _error(f - f.mean(), codes, n)
    reach = float(stats.t.ppf(1 - (1 - level) / 2, df)) * se
    naive_reach = float(stats.t.ppf(1 - (1 - level) / 2, naive_df)) * naive_se
    same = len(np.unique(f[seen])) < 2 or len(np.unique(y[seen])) < 2
    mean = {
        "group": name,
        "estimate": centre,
        "se": se,
        "df": df,
        "low": centre - reach,
        "high": centre + reach,
        "naive": float(f.mean()),
        "naive_low": float(f.mean()) - naive_reach,
        "naive_high": float(f.mean()) + naive_reach,
        "human": float((drawn * known).sum() / drawn.sum()),
        "n": n,
        "n_human": m,
        "tuning": weight,
        "naive_se": naive_se,
    }
    errors = {
        "group": name,
        "bias": float((drawn * (f - known)).sum() / drawn.sum()),
        "error_rate": float((drawn * (f != known)).sum() / drawn.sum()),
        "correlation": NAN if same else float(np.corrcoef(f[seen], y[seen])[0, 1]),
    }
    return mean, errors


def _tuning(f: Array, known: Array, drawn: Array) -> float:
    """Return the weight of machine codes that makes the error least, held within 0 and 1."""
    seen = drawn > 0
    centred = f[seen] - np.average(f[seen], weights=drawn[seen])
    spread = float((drawn[seen] * centred**2).sum())
    if spread == 0:
        return 0.0
    slope = float((drawn[seen] * centred * known[seen]).sum()) / spread
    return float(np.clip(slope, 0.0, 1.0))


def _error(influence: Array, codes: Array | None, size: int) -> tuple[float, float]:
    """Return the standard error of a mean from its influence values, and degrees of freedom."""
    n = len(influence)
    if codes is None:
        return float(np.sqrt((influence**2).sum() / n / max(n - 1, 1))), float(size - 1)
    sums = np.bincount(codes, weights=influence)
    groups = len(sums)
    if groups < 2:
        raise StatisticsError("One cluster carries no error: two are the least.")
    return float(np.sqrt((sums**2).sum() * groups / (groups - 1)) / n), float(groups - 1)


def _contrasts(means: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for i in range(len(means)):
        for j in range(i + 1, len(means)):
            a, b = means.iloc[i], means.iloc[j]
            gap = a["estimate"] - b["estimate"]
            parts = np.array([a["se"] ** 2, b["se"] ** 2])
            se = float(np.sqrt(parts.sum()))
            free = np.array([a["df"], b["df"]], dtype=float)
            df = float(parts.sum() ** 2 / (parts**2 / free).sum()) if se > 0 else NAN
            reach = float(stats.t.ppf(1 - (1 - level) / 2, df)) * se
            naive = a["naive"] - b["naive"]
            naive_se = float(np.hypot(a["naive_se"], b["naive_se"]))
            rows.append(
                {
                    "a": a["group"],
                    "b": b["group"],
                    "estimate": gap,
                    "se": se,
                    "df": df,
                    "p": float(2 * stats.t.sf(abs(gap) / se, df)) if se > 0 else NAN,
                    "low": gap - reach,
                    "high": gap + reach,
                    "naive": naive,
                    "naive_p": float(2 * stats.norm.sf(abs(naive) / naive_se))
                    if naive_se > 0
                    else NAN,
                }
            )
    columns = ["a", "b", "estimate", "se", "df", "p", "low", "high", "naive", "naive_p"]
    return pd.DataFrame(rows, columns=columns)
