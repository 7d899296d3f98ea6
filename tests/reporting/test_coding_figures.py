"""Figures of coded data: every flow and every interval is on them, and what is left out is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import PathPatch

import mdresearch as md
from mdresearch import stats
from mdresearch.coding import transcoding_observed
from mdresearch.core.errors import MdresearchError

CORE = md.Codebook.load("core")


def observed(n_codes=4, n=60):
    rng = np.random.default_rng(3)
    codes = [c.id for c in CORE.codes_of("lead_archetype") if c.codable][:n_codes]
    pairs = pd.DataFrame(
        {"pair": range(n), "code": rng.choice(codes, n), "to": rng.choice(codes, n)}
    )
    return transcoding_observed(pairs, CORE, draws=50)


def texts(fig):
    return [t.get_text() for t in fig.findobj(lambda a: hasattr(a, "get_text")) if t.get_text()]


def test_every_flow_is_a_band_and_every_code_has_its_count():
    result = observed()
    fig = md.figure(result)
    bands = [p for p in fig.axes[0].patches if isinstance(p, PathPatch)]
    assert len(bands) == int((result.table["n"] > 0).sum())
    shown = " ".join(texts(fig))
    for code, n in result.table.groupby("code")["n"].sum().items():
        assert f"{code.replace('_', ' ')}  {n:,.4g}" in shown
    assert "60 aligned units" in shown
    named = md.figure(result, labels={c: CORE[c].name("ja") for c in CORE.codes})
    assert CORE[result.table["code"].iloc[0]].name("ja") in " ".join(texts(named))


def test_many_codes_are_drawn_together_and_none_is_lost():
    result = observed(n_codes=22, n=200)
    fig = md.figure(result, narrow=True)
    shown = " ".join(texts(fig))
    assert "other codes" in shown
    heights = [p.get_height() for p in fig.axes[0].patches if hasattr(p, "get_height")]
    assert sum(heights) == pytest.approx(2 * (1 - 0.018 * 17), rel=0.02)


def test_the_heat_map_has_estimate_interval_and_count():
    result = observed()
    fig = md.figure(result, kind="heat")
    shown = texts(fig)
    cell = result.table.iloc[0]
    words = f"{100 * cell['estimate']:.0f}\n[{100 * cell['low']:.0f}, {100 * cell['high']:.0f}]"
    assert words in shown
    assert any("95% interval" in t.replace("\n", " ") for t in shown)


def test_agreement_is_drawn_beside_what_was_planned():
    rng = np.random.default_rng(4)
    rows = [
        ("character", f"u{u}", "lead_archetype", v if rng.random() < 0.8 else "white_lotus", c, "reliability")
        for u in range(30)
        for v in [("wolf_alpha", "green_tea")[u % 2]]
        for c in "ab"
    ]  # fmt: skip
    names = ["unit_type", "unit_id", "variable", "value", "coder_id", "round"]
    result = md.agreement(pd.DataFrame(rows, columns=names), CORE, n_boot=50)
    fig = md.figure(result)
    shown = " ".join(texts(fig))
    assert "lead_archetype, emic" in shown
    lines = [line.get_xdata() for line in fig.axes[0].lines]
    assert any(list(x) == [0.8, 0.8] for x in lines)
    assert any(x[0] == pytest.approx(result.frame()["alpha"].iloc[0]) for x in lines if len(x) == 1)


def test_any_fit_is_drawn_as_its_terms():
    frame = pd.DataFrame({"estimate": [0.1, 0.4, 0.3, 0.2], "se": [0.1, 0.1, 0.2, 0.1]})
    result = stats.meta(frame, "estimate", se="se")
    assert {"estimate", "low", "high"} <= set(result.frame().columns)
    assert len(md.figure(result).axes[0].lines) >= 3


def test_a_kind_that_is_not_there_is_named():
    with pytest.raises(MdresearchError, match=r"figure of a Transcoding.*flow, heat"):
        md.figure(observed(), kind="pie")
    with pytest.raises(MdresearchError, match="A dict cannot be drawn"):
        md.figure({})
