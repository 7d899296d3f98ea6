"""mdresearch: cross-cultural content studies, from files to a finding that holds.

Files are read into a `Corpus`, measured, and compared between regions; a `Claim` is judged and
comes back as a `Finding` with its effect, interval, verdict, checks, figure and sentence.
"""

from __future__ import annotations

import importlib

TYPE_CHECKING = False  # typing costs a fifth of the start-up; type checkers take this for True

__version__ = "0.1.0"

# The public face: each name and the module that holds it, imported when it is first used.
_PUBLIC = {
    "Check": "core.results",
    "Claim": "core.claims",
    "Codebook": "coding.codebooks",
    "Comparison": "core.results",
    "Corpus": "corpus.corpora",
    "Estimate": "core.results",
    "Finding": "core.findings",
    "Findings": "core.findings",
    "LOADERS": "corpus.loading",
    "MEASURES": "measures.measuring",
    "ModelFit": "core.results",
    "Study": "study.studies",
    "agreement": "coding.agreements",
    "code": "coding.dictionary_coding",
    "compare": "study.judging",
    "country_codes": "core.countries",
    "fetch": "corpus.datasets",
    "figure": "reporting.figures",
    "judge": "study.judging",
    "load": "corpus.datasets",
    "measure": "measures.measuring",
    "power": "study.powers",
    "read": "corpus.loading",
    "report": "reporting.reports",
    "run": "study.running",
    "scan_watch": "corpus.lazy_watch",
    "simulate": "simulation.simulating",
}
_ROOMS = ("coding", "stats", "tolerance")

__all__ = [*sorted(_PUBLIC), "__version__"]

if TYPE_CHECKING:
    from mdresearch.coding.agreements import agreement
    from mdresearch.coding.codebooks import Codebook
    from mdresearch.coding.dictionary_coding import code
    from mdresearch.core.claims import Claim
    from mdresearch.core.countries import country_codes
    from mdresearch.core.findings import Finding, Findings
    from mdresearch.core.results import Check, Comparison, Estimate, ModelFit
    from mdresearch.corpus.corpora import Corpus
    from mdresearch.corpus.datasets import fetch, load
    from mdresearch.corpus.lazy_watch import scan_watch
    from mdresearch.corpus.loading import LOADERS, read
    from mdresearch.measures.measuring import MEASURES, measure
    from mdresearch.reporting.figures import figure
    from mdresearch.reporting.reports import report
    from mdresearch.simulation.simulating import simulate
    from mdresearch.study.judging import compare, judge
    from mdresearch.study.powers import power
    from mdresearch.study.running import run
    from mdresearch.study.studies import Study


def __getattr__(name: str) -> object:
    if name in _PUBLIC:
        return getattr(importlib.import_module(f"mdresearch.{_PUBLIC[name]}"), name)
    if name in _ROOMS:
        return importlib.import_module(f"mdresearch.{name}")
    raise AttributeError(
        f"module 'mdresearch' has no attribute '{name}'. Known: {', '.join(__all__)}."
    )


def __dir__() -> list[str]:
    return [*__all__, *_ROOMS]
