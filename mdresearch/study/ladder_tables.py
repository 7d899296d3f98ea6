"""What stands beside a threshold: shares at the ladder's ends, acceptance curves, censoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from mdresearch.core.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.corpus.corpora import Corpus
    from mdresearch.measures.measuring import Measure

CENSORED_SHARE = 0.10


def ladder_tables(
    measure: Measure,
    frame: pd.DataFrame,
    group: str | None,
    names: Mapping[str, str],
    corpus: Corpus,
) -> tuple[dict[str, pd.DataFrame], tuple[Check, ...]]:
    """Return the tables ``limits`` and ``curve`` of a measure on a ladder, and its check.

    Parameters
    ----------
    measure : Measure
        The measure; without limits nothing is returned.
    frame : DataFrame
        The rows that are judged: scores, ``country`` and the column ``group``.
    group : str or None
        The column of groups; None where no groups are compared.
    names : mapping
        Groups in words, in the order in which they are compared.
    corpus : Corpus
        Where the answers on the ladder are.
    """
    if not measure.limits or f"{measure.name}_limit" not in frame.columns:
        return {}, ()
    limits = _named(_limits(measure, frame, group), names)
    ends = limits[["floor", "ceiling"]]
    worst = float(ends.to_numpy().max()) if len(limits) else 0.0
    says = (
        f"at most {worst:.1%} of thresholds of a region lie at the floor or the ceiling of the "
        f"ladder; above {CENSORED_SHARE:.0%} the ladder is too short for a difference of means"
    )
    tables = {"limits": limits}
    if measure.construct and group is not None and "country" in frame.columns:
        tables["curve"] = _named(_curve(measure, frame, group, corpus), names)
    return tables, (Check("censoring", worst <= CENSORED_SHARE, says),)


def _named(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """Return the groups that are compared, in words and in order; all where none are compared."""
    if not names:
        return table
    order = {group: place for place, group in enumerate(names)}
    here = table[table["group"].isin(list(names))]
    here = here.sort_values("group", key=lambda g: g.map(order), kind="stable", ignore_index=True)
    return here.assign(group=here["group"].map(dict(names)))


def _limits(measure: Measure, frame: pd.DataFrame, group: str | None) -> pd.DataFrame:
    from mdresearch.tolerance.curves import limit_shares

    if group is None:
        return limit_shares(frame, measure.name).assign(group="all")
    shares = limit_shares(frame[frame[group].notna()], measure.name, by=group)
    return shares.rename(columns={group: "group"})[["group", "floor", "ceiling", "n"]]


def _curve(
    measure: Measure,
    frame: pd.DataFrame,
    group: str,
    corpus: Corpus,
) -> pd.DataFrame:
    """Return acceptance by level and group: the mean of the curves of its countries."""
    from mdresearch.tolerance.curves import acceptance_curve

    kept = frame[frame[group].notna()]
    people = corpus["respondents"]
    people = people[people["respondent_id"].isin(kept["respondent_id"])]
    curve = acceptance_curve(corpus.assign(respondents=people), measure.construct, by="country")
    where = kept.drop_duplicates("country").set_index("country")[group]
    curve = curve.assign(group=curve["country"].map(where)).dropna(subset=["group"])
    out = curve.groupby(["group", "level"], as_index=False).agg(
        value=("value", "mean"), accept=("share", "mean"), n=("n", "sum")
    )
    out = out.assign(step=out["level"], level=out["value"].round(2), unit=measure.unit)
    return out[["group", "level", "accept", "n", "unit"]]
