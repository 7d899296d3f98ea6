"""Agreement of coders: what must not matter, what is undefined, clusters, spans, events, planning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch import stats
from mdresearch.core.errors import DataError, StatisticsError, UnknownNameError
from mdresearch.stats.reliability.draws import nest_of, weights_of
from mdresearch.stats.reliability.events import match_events

NAN = np.nan
ALL = (stats.alpha, stats.gwet, stats.fleiss, stats.conger, stats.brennan_prediger)
EXAMPLE = Path(__file__).parents[1] / "data" / "coding" / "market_dress.csv"


def make(seed: int = 0, n: int = 30, coders: int = 4, q: int = 4, missing: float = 0.15):
    rng = np.random.default_rng(seed)
    truth = rng.integers(1, q + 1, size=(n, 1))
    out = np.where(rng.random((n, coders)) < 0.7, truth, rng.integers(1, q + 1, (n, coders)))
    return np.where(rng.random((n, coders)) < missing, NAN, out.astype(float))


@pytest.mark.parametrize("function", ALL)
@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_coders_units_and_names_of_categories_do_not_matter(function, seed):
    rng = np.random.default_rng(seed)
    ratings = make(seed)
    first = function(ratings)
    moved = function(rng.permutation(rng.permutation(ratings, axis=0), axis=1))
    other = dict(zip((1, 2, 3, 4), rng.permutation(list("abcd")), strict=True))
    renamed = function(pd.DataFrame(ratings).map(lambda v: v if v != v else other[int(v)]))
    for found in (moved, renamed):
        assert [found.value, found.se] == pytest.approx([first.value, first.se], rel=1e-9)


def test_scales_may_be_stretched_as_their_level_allows():
    ratings = make(3)
    for level, change in (("ordinal", lambda x: x**3), ("interval", lambda x: 5 * x - 2), ("ratio", lambda x: 7 * x)):  # fmt: skip
        assert stats.alpha(change(ratings), level).value == pytest.approx(stats.alpha(ratings, level).value)  # fmt: skip


@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize(
    ("ratings", "reason"),
    [
        (np.full((3, 2), NAN), "no values"),
        (np.array([[1.0, NAN], [2.0, NAN]]), "one coder"),
        (np.array([[1.0, NAN], [NAN, 2.0]]), "no unit was coded by two coders"),
        (np.array([[1.0, 2.0], [NAN, 2.0]]), "one unit was coded by two coders; two are needed"),
        (np.ones((5, 3)), "no variation: every value is 1.0"),
    ],
)
def test_undefined_is_nan_with_the_reason_and_never_1(function, ratings, reason):
    found = function(ratings)
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.reason == reason
    assert "undefined" in str(found)


def test_undefined_for_two_columns_and_numbers():
    assert stats.cohen([1, 1], [1, 1]).reason == "no variation: every value is 1"
    assert stats.icc([[1, NAN], [2, 3]]).reason == "1 complete units; two are needed"
    assert stats.icc(np.ones((4, 3))).reason == "no variation: every value is 1"
    assert stats.percent_agreement(np.ones((4, 3))).value == 1


def test_errors_say_where_and_what_to_do():
    with pytest.raises(DataError, match="Unit 1, coder 0: the value 'x' is no number"):
        stats.alpha([[1, 2], ["x", 2]], "interval")
    with pytest.raises(DataError, match="needs a true zero"):
        stats.alpha([[1, 2], [-1, 2]], "ratio")
    with pytest.raises(DataError, match="has no place in an order"):
        stats.alpha([["low", "high"], ["low", "low"]], "ordinal")
    with pytest.raises(DataError, match="is not among the categories"):
        stats.gwet([[1, 2], [3, 3]], categories=[1, 2])
    with pytest.raises(UnknownNameError, match="Did you mean 'ordinal'"):
        stats.alpha(make(), "ordinl")
    with pytest.raises(UnknownNameError, match="no set of weights"):
        stats.gwet(make(), "cubic")
    with pytest.raises(DataError, match="infinite"):
        stats.alpha([[1, np.inf], [2, 2]])
    with pytest.raises(StatisticsError, match="n_boot is -1"):
        stats.alpha(make(), n_boot=-1)


def test_words_in_an_order_are_like_their_places():
    places = make(4)
    words = pd.DataFrame(places).map(lambda v: v if v != v else "abcd"[int(v) - 1])
    for level in ("ordinal",):
        named = stats.alpha(words, level, categories=list("abcd"))
        assert named.value == pytest.approx(stats.alpha(places, level).value)


def test_market_dress_is_low_as_coded_higher_by_path_and_1_rolled_up():
    import mdresearch as md

    sheet = pd.read_csv(EXAMPLE, index_col=0).T
    book = md.Codebook.load("core")
    assert stats.alpha(sheet).value == pytest.approx(0.415254, abs=5e-7)
    used = sorted(set(sheet.to_numpy().ravel()))
    paths = stats.path_distance({c: book[c].path for c in used})
    assert stats.alpha(sheet, paths).value == pytest.approx(0.668269, abs=5e-7)
    assert stats.alpha(sheet.map(book.rollup)).value == 1.0


def test_masi_and_jaccard_take_two_empty_sets_as_equal():
    sets = pd.DataFrame({"a": [set(), {"x"}, {"x", "y"}], "b": [set(), {"x"}, {"y"}]})
    assert stats.alpha(sets, "jaccard").value > 0.5
    assert stats.alpha(sets, "masi").value < stats.alpha(sets, "jaccard").value


def test_the_bootstrap_is_deterministic_and_its_error_is_the_analytic_one():
    ratings = make(5, n=400)
    one, again = (stats.alpha(ratings, n_boot=1000, seed=2) for _ in range(2))
    assert (one.low, one.high) == (again.low, again.high)
    assert one.se == pytest.approx(stats.alpha(ratings).se, rel=0.1)
    assert one.interval == "percentile bootstrap of units, 1,000 draws"


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_many_different_numbers_are_as_few_of_them(level):
    """Above 400 categories the sums are kept sparse: the same alpha, and an interval around it."""
    import krippendorff

    rng = np.random.default_rng(2)
    ratings = np.round(rng.lognormal(3, 1, (300, 1)) * rng.lognormal(0, 0.1, (300, 3)), 1)
    assert len(np.unique(ratings)) > 400
    found = stats.alpha(ratings, level, n_boot=60)
    theirs = krippendorff.alpha(ratings.T, level_of_measurement=level)
    assert found.value == pytest.approx(theirs, rel=1e-10)
    assert np.isfinite([found.low, found.high]).all()


def test_clusters_widen_the_interval_where_works_differ():
    rng = np.random.default_rng(1)
    work = np.repeat(np.arange(12), 30)
    skill = rng.choice([0.3, 0.95], size=12)[work]
    truth = rng.integers(4, size=(360, 1))
    ratings = np.where(rng.random((360, 3)) < skill[:, None], truth, rng.integers(4, size=(360, 3)))
    clusters = pd.DataFrame({"work_id": work, "episode_id": np.repeat(np.arange(72), 5)})
    plain = stats.alpha(ratings, n_boot=500)
    nested = stats.alpha(ratings, n_boot=500, clusters=clusters)
    assert nested.se > 2 * plain.se
    assert nested.interval.startswith(
        "percentile bootstrap of work_id, then episode_id, then units"
    )
    assert nested.checks[0].holds


def test_nested_draws_keep_units_in_their_clusters():
    clusters = pd.DataFrame({"work": list("aabbb"), "episode": [1, 2, 1, 1, 2]})
    drawn = np.concatenate(list(weights_of(nest_of(5, clusters), 4000, 0)))
    by_work = np.column_stack([drawn[:, :2].sum(axis=1), drawn[:, 2:].sum(axis=1)])
    # each of two drawn works gives its own size: two or three units (episode sizes vary in b)
    assert by_work[:, 0].max() <= 4
    assert set(by_work[:, 0]) == {0, 2, 4}
    assert drawn.mean(axis=0)[:2] == pytest.approx([1, 1], abs=0.06)
    with pytest.raises(DataError, match="has no 'work'"):
        nest_of(2, pd.DataFrame({"work": ["a", None]}))


SPANS = pd.DataFrame(
    [
        ("e1", "a", 0, 10, "x"), ("e1", "b", 2, 10, "x"), ("e1", "c", 0, 9, "x"),
        ("e1", "a", 15, 20, "y"), ("e1", "b", 15, 22, "y"), ("e1", "c", 16, 20, "x"),
        ("e2", "a", 3, 8, "y"), ("e2", "b", 3, 8, "y"),
    ],
    columns=["continuum", "coder", "start", "end", "value"],
)  # fmt: skip


def by_positions(spans: pd.DataFrame, length: int, coders: str, kind: str) -> float:
    """Alpha of unitizing from positions one by one, straight from its definition."""
    values = ["-", *sorted(set(spans["value"]))]
    v, m = len(values), len(coders)
    pairs, own = np.zeros((v, v)), np.zeros(v)
    for name in ("e1", "e2"):
        line = {c: ["-"] * length for c in coders}
        owner = {c: [None] * length for c in coders}
        for row in spans[spans["continuum"] == name].itertuples():
            for i in range(row.start, row.end):
                line[row.coder][i], owner[row.coder][i] = row.value, row.Index
        for a in coders:
            for b in coders:
                if a != b:
                    for x, y in zip(line[a], line[b], strict=True):
                        pairs[values.index(x), values.index(y)] += 1 / (m - 1)
            if kind != "cu":
                own[0] += line[a].count("-")
        for row in spans[spans["continuum"] == name].itertuples():
            place = values.index(row.value)
            if kind != "cu":
                own[place] += (row.end - row.start) ** 2
            else:
                for b in coders:
                    if b != row.coder:
                        met = sum(line[b][i] != "-" for i in range(row.start, row.end))
                        own[place] += met**2 / (m - 1)
    if kind == "cu":
        pairs[0, :] = pairs[:, 0] = 0
    total, margin = pairs.sum(), pairs.sum(axis=1)
    expected = (np.outer(margin, margin) - np.diag(own)) / (total - own.sum() / total)
    if kind == "binary":
        return 1 - pairs[0, 1:].sum() / expected[0, 1:].sum()
    return 1 - (total - np.trace(pairs)) / (expected.sum() - np.trace(expected))


@pytest.mark.parametrize("kind", ["u", "binary", "cu"])
def test_alphas_of_unitizing_as_by_positions_one_by_one(kind):
    found = stats.unitizing_alpha(SPANS, 30, kind, n_boot=50)
    assert found.value == pytest.approx(by_positions(SPANS, 30, "abc", kind), rel=1e-12)
    assert found.n_units_paired == 2


def test_unitizing_knows_agreement_and_what_is_undefined():
    same = pd.concat([SPANS[SPANS["coder"] == "a"].assign(coder=c) for c in "ab"])
    for kind in ("u", "binary", "cu"):
        assert stats.unitizing_alpha(same, 30, kind).value == pytest.approx(1)
    assert stats.unitizing_values(same, 30)["alpha"].tolist() == pytest.approx([1, 1])
    assert stats.unitizing_alpha(SPANS.head(0), 30).reason == "no spans"
    doubled = pd.concat([SPANS, SPANS.assign(start=SPANS["start"] + 1)])
    assert "overlap in e1" in stats.unitizing_alpha(doubled, 30).reason
    with pytest.raises(DataError, match="which ends at 15"):
        stats.unitizing_alpha(SPANS, 15)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(0, 30), max_size=5),
    st.lists(st.integers(0, 30), max_size=5),
    st.integers(0, 6),
)
def test_the_matching_of_events_has_the_most_pairs_that_there_can_be(a, b, tolerance):
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    left, right = (np.array([[x, x + 1, 0] for x in sorted(s)], float).reshape(-1, 3) for s in (a, b))  # fmt: skip
    near = np.abs(left[:, :1] - right[:, 0]) <= tolerance
    best = 0
    if near.size:
        best = int((maximum_bipartite_matching(csr_array(near), perm_type="column") >= 0).sum())
    assert len(match_events(left, right, tolerance)) == best


def test_event_curves_rise_with_tolerance_and_do_not_ask_who_is_first():
    curve = stats.event_f1(SPANS, 30, tolerances=(0, 1, 2, 20), n_boot=100)
    assert curve["f1"].is_monotonic_increasing
    # 8 spans in 3 pairs of coders: each coder's events count twice
    assert curve["n_events"].iloc[0] == 16
    # the same onset: a and c at 0, a and b at 15, a and b in e2
    assert curve["f1"].iloc[0] == pytest.approx(2 * 3 / 16)
    swapped = SPANS.assign(coder=SPANS["coder"].map({"a": "c", "b": "b", "c": "a"}))
    assert stats.event_f1(swapped, 30, (0, 1, 2, 20))["f1"].tolist() == curve["f1"].tolist()
    coded = stats.event_f1(SPANS, 30, (20,), match="span+code")
    assert coded["f1"].iloc[0] <= curve["f1"].iloc[-1]
    assert stats.event_f1(SPANS.head(0), 30)["reason"].iloc[0] in (
        "no events",
        "no continuum has two coders",
    )


def test_boundaries_and_common_cover():
    two = SPANS[SPANS["coder"] != "c"]
    apart = stats.boundary_differences(two, 30, tolerance=5).set_index("boundary")
    assert apart.loc["start", ["n", "median", "bias"]].tolist() == [3, 0, 0]
    assert apart.loc["end", "q3"] == 1
    cover = stats.coverage_iou(two, 30).iloc[0]
    assert (cover["both"], cover["either"]) == (8 + 5 + 5, 10 + 7 + 5)


def test_gamma_is_optional_and_says_so():
    try:
        import pygamma_agreement  # noqa: F401
    except ImportError:
        with pytest.raises(StatisticsError, match="pygamma-agreement"):
            stats.gamma_agreement(SPANS, 30)
    else:
        assert 0 < stats.gamma_agreement(SPANS, 30).value <= 1


def test_a_plan_gives_the_power_and_width_that_it_promises():
    plan = stats.agreement_planning(0.8, width=0.2, floor=0.667, n_sim=300, n_coders=3)
    table = plan.frame().set_index("aim")
    assert table.loc["width", "width"] == pytest.approx(0.2, abs=0.02)
    assert table.loc["floor", "power"] == pytest.approx(0.8, abs=0.1)
    assert (table["bias"].abs() < 0.02).all()
    more = stats.agreement_planning(0.8, floor=0.7, n_sim=0)
    rare = stats.agreement_planning(0.8, floor=0.7, n_sim=0, shares=(0.95, 0.05))
    assert rare.n_for_floor > 2 * more.n_for_floor
    assert "simulated" in more.apa()
    with pytest.raises(StatisticsError, match="no number of units"):
        stats.agreement_planning(0.6, floor=0.667)
    with pytest.raises(StatisticsError, match="Give 'width', 'floor'"):
        stats.agreement_planning(0.6)


def test_coverage_again_in_short():
    import calibrate_agreement as study
    from tables import read

    design = study.DESIGNS[2]
    bias, boot, _ = study.study(design, 60, np.random.default_rng(1))
    held = [r for r in read("agreement") if r["design"] == design.name]
    committed = float(next(r["rate"] for r in held if r["quantity"] == "coverage, bootstrap"))
    assert abs(bias) < 0.02
    assert abs(boot - committed) < 4 * (0.05 * 0.95 / 60) ** 0.5
    nested, single = study.clustered(12, 40, np.random.default_rng(1))
    assert nested > 0.8 > single, "units of one work are not independent"
