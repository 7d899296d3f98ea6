"""The gamma agreement of spans, by the optional package pygamma-agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mdresearch.core.errors import StatisticsError
from mdresearch.core.results import NAN, Check
from mdresearch.stats.reliability.coefficients import Coefficient
from mdresearch.stats.reliability.spans import read_spans

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

NOT_INSTALLED = (
    "gamma needs the package 'pygamma-agreement', which is not installed (it brings a solver under "
    "the GPL). Install it with pip, or use unitizing_alpha and event_f1, which need nothing."
)


def gamma_agreement(
    spans: pd.DataFrame,
    lengths: Mapping[Any, float] | float,
    n_samples: int = 30,
    seed: int = 0,
    *,
    coded: pd.DataFrame | None = None,
) -> Coefficient:
    """Mathet's gamma: the best alignment of all coders' spans against chance alignments.

    Parameters
    ----------
    spans, lengths, coded
        As in `unitizing_alpha`; the spans of one coder may overlap. Continua are laid one after the
        other.
    n_samples : int
        Chance continua that the expected disorder rests on.
    seed : int
        Of the chance continua: two seeds give slightly different values.

    Returns
    -------
    Coefficient
        Without an interval; gamma's own uncertainty is that of its chance continua.

    Raises
    ------
    StatisticsError
        The package is not installed.
    DataError
        A span cannot be.

    References
    ----------
    Mathet, Widlöcher and Métivier (2015), Computational Linguistics 41(3), 437-479.
    """
    continua = read_spans(spans, lengths, coded)
    base: dict[str, Any] = {
        "symbol": "γ",
        "n_units": len(continua) + continua.n_single,
        "n_units_paired": len(continua),
        "n_coders": continua.n_coders,
        "n_values": len(spans),
        "cite": ("mathet2015",),
        "provenance": {"n_samples": n_samples, "seed": seed},
    }
    if not len(continua) or spans.empty:
        reason = "no spans" if spans.empty else "no continuum was coded by two coders"
        return Coefficient(value=NAN, reason=reason, **base)
    try:
        from pyannote.core import Segment
        from pygamma_agreement import CombinedCategoricalDissimilarity, Continuum
    except ImportError:
        raise StatisticsError(NOT_INSTALLED) from None
    import numpy as np

    laid, at = Continuum(), 0.0
    for item in continua:
        for coder, marked in item.spans.items():
            laid.add_annotator(str(coder))
            for start, end, value in marked:
                label = str(continua.labels[int(value)])
                laid.add(str(coder), Segment(at + start, at + end), label)
        at += item.length
    np.random.seed(seed)  # noqa: NPY002 (pygamma draws from numpy's global generator)
    found = laid.compute_gamma(CombinedCategoricalDissimilarity(), n_samples=n_samples)
    checks = (
        Check("global_seed", None, "pygamma draws from numpy's global generator, seeded here"),
    )
    return Coefficient(value=float(found.gamma), interval="none", checks=checks, **base)
