"""Spearman-Kärber thresholds: by hand, against a slow loop, under rescaling, and without bias."""

import math
import time
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.tolerance.ladders import spearman_karber

FIVE = (1.0, 2.0, 3.0, 4.0, 5.0)


def ladder(values=FIVE, ladder_id="e1", title="t1", construct="exaggeration"):
    return pd.DataFrame(
        {
            "ladder_id": ladder_id,
            "level": range(1, len(values) + 1),
            "title_id": title,
            "construct": construct,
            "value": values,
        }
    )


def answers(accept, person="r1", ladder_id="e1", levels=None):
    return pd.DataFrame(
        {
            "respondent_id": person,
            "ladder_id": ladder_id,
            "level": levels or range(1, len(accept) + 1),
            "accept": pd.array(accept, dtype="Int64"),
        }
    )


def one(accept, values=FIVE, **options):
    return spearman_karber(answers(accept), ladder(values), "exaggeration", **options).iloc[0]


@pytest.mark.parametrize(
    ("accept", "threshold", "limit", "reversals"),
    [
        ([1, 1, 0, 0, 0], 2.5, "", 0),
        ([1, 0, 0, 0, 0], 1.5, "", 0),
        ([1, 1, 1, 1, 0], 4.5, "", 0),
        ([1, 1, 1, 1, 1], 5.0, "ceiling", 0),
        ([0, 0, 0, 0, 0], 1.0, "floor", 0),
        ([1, 0, 1, 0, 0], 2.5, "", 1),
        ([0, 1, 1, 0, 0], 3.0, "", 1),
        ([0, 0, 0, 0, 1], 1.5, "", 1),
    ],
)
def test_upper_thresholds_worked_out_by_hand(accept, threshold, limit, reversals):
    row = one(accept)
    assert (row.threshold, row.limit, row.n_reversals) == (threshold, limit, reversals)


@pytest.mark.parametrize(
    ("accept", "threshold", "limit", "reversals"),
    [
        ([0, 0, 1, 1, 1], 2.5, "", 0),
        ([1, 1, 1, 1, 1], 1.0, "floor", 0),
        ([0, 0, 0, 0, 0], 5.0, "ceiling", 0),
        ([0, 1, 0, 1, 1], 2.5, "", 1),
    ],
)
def test_lower_thresholds_mirror_them(accept, threshold, limit, reversals):
    row = one(accept, direction="lower")
    assert (row.threshold, row.limit, row.n_reversals) == (threshold, limit, reversals)


def test_unequal_steps_are_weighed_by_their_width():
    assert one([1, 1, 0], values=(1.0, 2.0, 6.0)).threshold == 4.0


def test_a_logarithmic_ladder_gives_the_geometric_middle_in_seconds():
    assert one([1, 1, 0], values=(10.0, 20.0, 80.0), log=True).threshold == pytest.approx(40)


def test_a_gap_in_the_middle_is_bridged_by_a_straight_line():
    row = one([1, None, None, 0, 0])
    assert (row.threshold, row.n_answered, row.reason) == (2.5, 3, "")


@pytest.mark.parametrize("accept", [[None, 1, 1, 0, 0], [1, 1, 0, 0, None], [None] * 5])
def test_a_missing_end_gives_no_threshold_and_the_reason(accept):
    row = one(accept)
    assert math.isnan(row.threshold)
    assert (row.limit, row.reason) == ("", "an end is not answered")


def test_an_end_without_a_row_is_a_missing_answer():
    row = spearman_karber(answers([1, 0], levels=[1, 2]), ladder(), "exaggeration").iloc[0]
    assert (row.n_levels, row.n_answered, row.reason) == (5, 2, "an end is not answered")


def test_a_ladder_of_one_level_gives_no_threshold():
    row = one([1], values=(1.0,))
    assert math.isnan(row.threshold)
    assert (row.limit, row.reason) == ("", "one level only")


def test_answers_given_twice_are_averaged():
    twice = pd.concat([answers([1, 1, 0, 0, 0]), answers([1, 1, 1, 0, 0])])
    assert spearman_karber(twice, ladder(), "exaggeration")["threshold"].tolist() == [3.0]


def test_ladders_of_different_lengths_stand_side_by_side():
    ladders = pd.concat([ladder(), ladder((1.0, 2.0, 3.0), "e2", "t2")])
    both = pd.concat([answers([1, 1, 0, 0, 0]), answers([1, 1, 1], ladder_id="e2")])
    found = spearman_karber(both, ladders, "exaggeration").set_index("title_id")
    assert found["threshold"].to_dict() == {"t1": 2.5, "t2": 3.0}
    assert found["limit"].to_dict() == {"t1": "", "t2": "ceiling"}


def test_vignettes_and_other_constructs_are_passed_over():
    ladders = pd.concat([ladder(), ladder(ladder_id="s1", construct="setup")])
    rows = pd.concat([answers([1, 1, 0, 0, 0]), answers([1] * 5, ladder_id="s1")])
    vignettes = answers([1] * 5).assign(vignette=True)
    rows = pd.concat([rows.assign(vignette=False), vignettes])
    assert spearman_karber(rows, ladders, "exaggeration")["threshold"].tolist() == [2.5]


def test_each_condition_has_its_own_threshold():
    rows = pd.concat(
        [
            answers([1, 1, 0, 0, 0]).assign(condition="dubbed"),
            answers([1, 1, 1, 0, 0]).assign(condition="subtitled"),
        ]
    )
    found = spearman_karber(rows, ladder(), "exaggeration").set_index("condition")["threshold"]
    assert found.to_dict() == {"dubbed": 2.5, "subtitled": 3.5}


def test_no_answers_give_no_rows():
    assert spearman_karber(answers([]), ladder(), "exaggeration").empty


def slow(rows, ladders, direction):
    value = {(r.ladder_id, r.level): r.value for r in ladders.itertuples()}
    ends = ladders.groupby("ladder_id")["value"].agg(["min", "max"])
    out = {}
    for (person, name), group in rows.dropna().groupby(["respondent_id", "ladder_id"]):
        points = sorted((value[name, r.level], float(r.accept)) for r in group.itertuples())
        low, high = ends.loc[name]
        if points[0][0] != low or points[-1][0] != high:
            continue
        area = sum((p + q) / 2 * (y - x) for (x, p), (y, q) in pairwise(points))
        out[person, name] = low + area if direction == "upper" else high - area
    return out


def random_study(rng, persons=40, missing=0.1):
    ladders = pd.concat(
        [
            ladder(tuple(np.sort(rng.uniform(0, 10, size)).tolist()), f"e{size}", f"t{size}")
            for size in (2, 5, 7)
        ]
    )
    rows = pd.concat(
        [
            answers((rng.random(size) < 0.5).astype(int).tolist(), f"r{i}", f"e{size}")
            for i in range(persons)
            for size in (2, 5, 7)
        ]
    )
    lost = rng.random(len(rows)) < missing
    return rows.assign(accept=rows["accept"].mask(lost)), ladders


@pytest.mark.parametrize("direction", ["upper", "lower"])
def test_the_fast_way_equals_a_slow_loop(direction):
    rows, ladders = random_study(np.random.default_rng(1))
    found = spearman_karber(rows, ladders, "exaggeration", direction).dropna(subset="threshold")
    expected = slow(rows, ladders, direction)
    keys = list(zip(found["respondent_id"], found["ladder_id"], strict=True))
    assert sorted(keys) == sorted(expected)
    # 1e-12: the same sums of at most seven terms, in another order.
    assert found["threshold"].tolist() == pytest.approx([expected[k] for k in keys], abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    factor=st.floats(0.01, 100),
    shift=st.floats(-50, 50),
    direction=st.sampled_from(["upper", "lower"]),
)
def test_thresholds_follow_the_scale_of_the_ladder_and_not_the_order_of_rows(
    seed, factor, shift, direction
):
    rng = np.random.default_rng(seed)
    rows, ladders = random_study(rng, persons=4)
    base = spearman_karber(rows, ladders, "exaggeration", direction)
    mixed = rows.sample(frac=1, random_state=seed), ladders.sample(frac=1, random_state=seed)
    pd.testing.assert_frame_equal(spearman_karber(*mixed, "exaggeration", direction), base)
    moved = ladders.assign(value=ladders["value"] * factor + shift)
    found = spearman_karber(rows, moved, "exaggeration", direction)
    expected = base["threshold"] * factor + shift
    assert found["threshold"].tolist() == pytest.approx(
        expected.tolist(), rel=1e-9, abs=1e-8, nan_ok=True
    )
    assert found["limit"].tolist() == base["limit"].tolist()


def test_new_names_of_persons_change_nothing_but_the_names():
    rows, ladders = random_study(np.random.default_rng(2), persons=6)
    base = spearman_karber(rows, ladders, "exaggeration").set_index(["respondent_id", "ladder_id"])
    renamed = rows.assign(respondent_id="x" + rows["respondent_id"])
    found = spearman_karber(renamed, ladders, "exaggeration")
    found["respondent_id"] = found["respondent_id"].str[1:]
    pd.testing.assert_frame_equal(found.set_index(["respondent_id", "ladder_id"]), base)


@pytest.mark.parametrize("direction", ["upper", "lower"])
@pytest.mark.parametrize("truth", [3.0, 3.37, 4.6])
def test_the_mean_threshold_is_the_true_one_where_the_levels_bracket_it(truth, direction):
    rng = np.random.default_rng(1848)
    n, levels = 20_000, np.arange(1.0, 8.0)
    sign = 1 if direction == "upper" else -1
    margin = sign * (rng.normal(truth, 0.3, n)[:, None] - levels)
    accept = (margin + rng.logistic(0, 0.3, margin.shape) > 0).astype(int)
    rows = pd.DataFrame(
        {
            "respondent_id": np.repeat(np.arange(n).astype(str), 7),
            "ladder_id": "e1",
            "level": np.tile(levels, n),
            "accept": accept.ravel(),
        }
    )
    found = spearman_karber(rows, ladder(tuple(levels)), "exaggeration", direction)["threshold"]
    # 4 Monte Carlo standard errors of the mean of 20,000.
    assert found.mean() == pytest.approx(truth, abs=4 * found.std() / math.sqrt(n))


def test_a_hundred_thousand_answers_take_well_under_a_second():
    rng = np.random.default_rng(0)
    n = 100_000 // 5
    rows = pd.DataFrame(
        {
            "respondent_id": np.repeat(np.arange(n).astype(str), 5),
            "ladder_id": "e1",
            "level": np.tile(np.arange(1, 6), n),
            "accept": rng.random(n * 5) < 0.5,
        }
    )
    start = time.perf_counter()
    spearman_karber(rows, ladder(), "exaggeration")
    # .04 s on two slow cores; a Python loop over rows takes more than 1 s.
    assert time.perf_counter() - start < 0.6


def message(error, call):
    with pytest.raises(error) as caught:
        call()
    return str(caught.value)


def test_errors_say_what_is_wrong_and_what_to_do():
    rows, steps = answers([1, 1, 0, 0, 0]), ladder()
    sk = spearman_karber
    assert message(UnknownNameError, lambda: sk(rows, steps, "exageration")) == (
        "There is no construct in 'ladders' 'exageration'. Did you mean 'exaggeration'? "
        "Known: exaggeration."
    )
    assert message(UnknownNameError, lambda: sk(rows, steps, "exaggeration", "up")) == (
        "There is no direction 'up'. Known: upper, lower."
    )
    assert message(DataError, lambda: sk(rows.drop(columns="accept"), steps, "exaggeration")) == (
        "Thresholds need the table 'ratings' with the columns respondent_id, ladder_id, level, "
        "accept. Missing: accept. Add them to 'ratings'."
    )
    likert = rows.assign(accept=[1, 2, 3, 0, 0])
    assert message(DataError, lambda: sk(likert, steps, "exaggeration")) == (
        "'ratings': accept is 2 in 2 rows; it is 0 or 1, or empty. Recode it before measuring."
    )
    assert message(DataError, lambda: sk(answers([1] * 6), steps, "exaggeration")) == (
        "'ratings' has an answer at level 6 of the ladder 'e1', which has no such level (1 rows). "
        "Add it to 'ladders'."
    )
    stray = rows.assign(ladder_id="e9")
    assert message(DataError, lambda: sk(stray, steps, "exaggeration")) == (
        "'ratings' names the ladder 'e9', which is not in 'ladders' (5 rows). "
        "Add it to 'ladders', or leave those rows out."
    )


NO_LOG = "at level 1 has a value that is not above 0, so it has no logarithm"
TWO_TITLES = "at level 4 has another title than the level before; each title needs a ladder_id"


@pytest.mark.parametrize(
    ("column", "cells", "log", "problem"),
    [
        (
            "value",
            [1.0, 2.0, 2.0, 4.0, 5.0],
            False,
            "at level 3 has the same value as another level",
        ),
        ("value", [1.0, None, 3.0, 4.0, 5.0], False, "at level 2 has no value"),
        ("value", [0.0, 2.0, 3.0, 4.0, 5.0], True, NO_LOG),
        ("level", [1, 2, 3, 4, 4], False, "at level 4 stands twice"),
        ("title_id", ["t1", "t1", "t1", "t2", "t2"], False, TWO_TITLES),
    ],
)
def test_a_faulty_ladder_is_refused(column, cells, log, problem):
    faulty = ladder().assign(**{column: cells})
    text = message(
        DataError, lambda: spearman_karber(answers([1] * 5), faulty, "exaggeration", log=log)
    )
    assert text == f"'ladders': the ladder 'e1' {problem}. Mend the ladder, or leave it out."
