"""A formula is a closed language over columns; what it cannot mean is refused by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from mdresearch.core.errors import DataError, StatisticsError
from mdresearch.stats.formulas import model_frame

FRAME = pd.DataFrame(
    {
        "y": [1.0, 2.0, 4.0, 3.0, 5.0, np.nan],
        "x": [1.0, 2.0, 3.0, 4.0, 5.0, 6.0],
        "region": list("abcabc"),
        "my column": [0, 1, 0, 1, 1, 1],
    }
)


def test_text_is_coded_against_its_first_level_and_terms_keep_their_columns():
    made = model_frame("y ~ region + x", FRAME)
    assert made.matrix.columns.tolist() == ["Intercept", "region[T.b]", "region[T.c]", "x"]
    assert made.terms["region"] == ("region[T.b]", "region[T.c]")
    assert made.response.tolist() == [1, 2, 4, 3, 5]


def test_another_reference_and_a_column_with_a_space():
    made = model_frame('y ~ C(region, contr.treatment("c")) + `my column`', FRAME)
    assert made.matrix.shape == (5, 4)
    assert made.matrix.iloc[2, 1:3].tolist() == [0, 0]


def test_rows_with_a_missing_value_are_counted_and_named():
    made = model_frame("y ~ x", FRAME, extra=["region"])
    assert (made.n_read, made.n_dropped) == (6, 1)
    assert "1 left out for missing values (y 1)" in made.check().evidence
    assert made.data["region"].tolist() == list("abcab")


def test_new_data_are_coded_as_the_fit_was():
    made = model_frame("y ~ region * x", FRAME.assign(x=[1, 2, 3, 4, 6, 9], y=range(6)))
    again = made.rebuild(pd.DataFrame({"region": ["c"], "x": [10.0]}))
    assert again.columns.tolist() == made.matrix.columns.tolist()
    assert again.iloc[0].tolist() == [1, 0, 1, 10, 0, 10]
    with pytest.raises(DataError, match="'z', which the model has not seen"):
        made.rebuild(pd.DataFrame({"region": ["z"], "x": [1.0]}))


@pytest.mark.parametrize(
    "formula",
    [
        "y ~ __import__('os').getcwd()",
        "y ~ {x.map(print)}",
        "y ~ np.log(x)",
        "y ~ eval('x')",
        "y ~ C(region, __import__('os'))",
        "y ~ log(x + x)",
        "log(y) ~ x",
        "y + x ~ region",
        "y ~ x ~ region",
        "y ~ x | region",
        "~ x",
        "",
        "y ~ (",
        "y ~ " + "*".join(f"x{i}" for i in range(40)),
    ],
)
def test_what_is_not_in_the_language_is_refused(formula):
    with pytest.raises(StatisticsError):
        model_frame(formula, FRAME)


def test_a_column_that_is_not_there_is_named_with_the_nearest():
    with pytest.raises(DataError, match="Did you mean 'region'"):
        model_frame("y ~ regions", FRAME)


def test_a_term_that_follows_from_others_is_named():
    twice = FRAME.assign(z=FRAME["x"] * 2 + 1)
    with pytest.raises(StatisticsError, match=r"'z' follow\(s\) from the other terms"):
        model_frame("y ~ x + z", twice)


def test_a_logarithm_of_nothing_is_refused():
    with pytest.raises((DataError, StatisticsError), match="finite"):
        model_frame("y ~ log(x)", FRAME.assign(x=[0.0, 1, 2, 3, 4, 5]))


def test_unused_levels_are_left_out_and_order_of_rows_does_not_matter():
    levels = pd.Categorical(FRAME["region"], categories=list("abcd"))
    made = model_frame("y ~ region", FRAME.assign(region=levels))
    assert made.matrix.columns.tolist() == ["Intercept", "region[T.b]", "region[T.c]"]
    turned = model_frame("y ~ region", FRAME.assign(region=levels).iloc[::-1])
    pd.testing.assert_frame_equal(made.matrix, turned.matrix.sort_index())
