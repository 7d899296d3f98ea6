"""What a study comes back with: a finding for each claim, and the findings together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mdresearch.core.claims import Claim
from mdresearch.core.results import NAN, Check, Comparison, Decision

if TYPE_CHECKING:
    import pandas as pd

FINDING_COLUMNS = (
    # the contract of architecture.md, in its order
    "id says verdict reason test statistic symbol df p p_decisive p_adjusted p_permutation scale "
    "estimate low high level smallest at_least regions n_countries n_titles n_persons n_rows "
    "data_kind "
    # what is needed to form the verdict again from its row
    "expect family alpha adjusted_low adjusted_high adjusted_level se_linear df_linear"
).split()


@dataclass(frozen=True, eq=False)
class Finding:
    """One claim, judged.

    Attributes
    ----------
    claim : Claim
    verdict : str
        One of five words.
    reason : str
        Why, where the verdict is ``not_tested`` or held down by a ceiling.
    comparison : Comparison or None
        The test; None where nothing could be computed.
    decision : Decision or None
        The verdict at the claim's own alpha.
    adjusted : Decision or None
        The verdict at the claim's Holm level in its family.
    p_adjusted : float
        Holm-adjusted decisive p.
    exclusions : DataFrame
        where, why, n: what was left out, counted.
    data_kind : str
        ``collected``, ``simulated`` or ``derived``.
    region_note : str
        Scheme, unassigned countries, unverified assignments.
    sentence_text : str
        The sentence for the paper.
    """

    claim: Claim
    verdict: str
    reason: str
    comparison: Comparison | None
    decision: Decision | None
    adjusted: Decision | None
    p_adjusted: float
    exclusions: pd.DataFrame
    data_kind: str
    region_note: str = ""
    sentence_text: str = ""
    seconds: float = NAN
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def checks(self) -> tuple[Check, ...]:
        """The checks of the test."""
        return self.comparison.checks if self.comparison else ()

    @property
    def cite(self) -> tuple[str, ...]:
        """What to cite for the test."""
        return self.comparison.cite if self.comparison else ()

    def sentence(self) -> str:
        """Return the finding as a sentence."""
        return self.sentence_text

    def apa(self) -> str:
        """Return the test as a phrase for the paper."""
        return self.comparison.apa() if self.comparison else f"not tested: {self.reason}"

    def row(self) -> dict[str, Any]:
        """Return the finding as one row of ``findings.csv``, at full precision."""
        out: dict[str, Any] = dict.fromkeys(FINDING_COLUMNS, NAN)
        claim = self.claim
        out.update(
            id=claim.id,
            says=claim.says,
            verdict=self.verdict,
            reason=self.reason,
            scale=claim.scale,
            smallest=claim.smallest_used,
            at_least=NAN if claim.at_least is None else claim.at_least,
            regions=claim.regions if claim.between == "region" else "",
            data_kind=self.data_kind,
            test=claim.test or "",
            symbol="",
            expect=claim.expect,
            family=claim.family or "",
            alpha=claim.alpha,
            p_adjusted=self.p_adjusted,
        )
        if self.comparison is not None:
            out.update(_comparison_row(self.comparison))
        if self.decision is not None:
            out.update(
                p=self.decision.p,
                p_decisive=self.decision.p_decisive,
                low=self.decision.interval.low,
                high=self.decision.interval.high,
                level=self.decision.interval.level,
            )
        if self.adjusted is not None:
            out.update(
                adjusted_low=self.adjusted.interval.low,
                adjusted_high=self.adjusted.interval.high,
                adjusted_level=self.adjusted.interval.level,
            )
        return out

    def frame(self) -> pd.DataFrame:
        """Return the finding as a tidy frame of one row."""
        import pandas as pd

        return pd.DataFrame([self.row()], columns=list(FINDING_COLUMNS))

    def __repr__(self) -> str:
        lines = [self.sentence()]
        lines += [f"  {check}" for check in self.checks if check.holds is not True]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from mdresearch.core.show import checks_html, paragraph, table_html

        body = paragraph(f"{self.claim.id}: {self.verdict}", "verdict") + paragraph(self.sentence())
        if self.comparison is not None:
            body += table_html(self.comparison.groups)
        return body + checks_html(self.checks)


def _comparison_row(comparison: Comparison) -> dict[str, Any]:
    row = comparison.frame().iloc[0].to_dict()
    out = {k: row[k] for k in ("test", "statistic", "symbol", "df", "p", "p_permutation")}
    out |= {k: row[k] for k in ("estimate", "low", "high", "level")}
    out |= {"se_linear": comparison.effect.se, "df_linear": comparison.effect.df}
    groups = comparison.groups
    for column in ("n_countries", "n_titles", "n_persons", "n_rows"):
        if column in groups:
            out[column] = " v ".join(str(int(v)) for v in groups[column])
    return out


@dataclass(frozen=True, eq=False)
class Findings:
    """All findings of a study, with what is needed to make them again."""

    study: str
    title: str
    items: tuple[Finding, ...]
    provenance: Mapping[str, Any] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, claim_id: str) -> Finding:
        from mdresearch.core.errors import unknown_name

        for item in self.items:
            if item.claim.id == claim_id:
                return item
        raise unknown_name("claim", claim_id, [i.claim.id for i in self.items])

    def frame(self) -> pd.DataFrame:
        """Return one row a claim, at full precision: the content of ``findings.csv``."""
        import pandas as pd

        return pd.DataFrame([i.row() for i in self.items], columns=list(FINDING_COLUMNS))

    def apa(self) -> str:
        """Return every finding as a sentence, a line each."""
        return "\n".join(item.sentence() for item in self.items)

    @property
    def checks(self) -> tuple[Check, ...]:
        """Every check of every finding."""
        return tuple(check for item in self.items for check in item.checks)

    @property
    def cite(self) -> tuple[str, ...]:
        """What to cite, once each."""
        return tuple(dict.fromkeys(c for item in self.items for c in item.cite))

    def __repr__(self) -> str:
        return f"{self.title or self.study}: {len(self)} findings\n" + "\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "".join(item._repr_html_() for item in self.items)
