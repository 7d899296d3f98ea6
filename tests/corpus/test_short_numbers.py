"""Short numbers: what is read, what is refused as ambiguous, and that writing and reading agree."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdresearch.corpus.short_numbers import POWERS, hedges, short_number, short_numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1234", 1234),
        ("138.2M", 138_200_000),
        ("1.9M", 1_900_000),
        ("104.2K", 104_200),
        ("1.2k", 1_200),
        ("1,2K", 1_200),
        ("16.9w", 169_000),
        ("916.67w", 9_166_700),
        ("1.234w", 12_340),
        ("1995w", 19_950_000),
        ("1.7 w", 17_000),
        ("1.5B", 1_500_000_000),
        ("1亿", 100_000_000),
        ("1亿2000万", 120_000_000),
        ("快手播放1亿", 100_000_000),
        ("端原生播放超1945w", 19_450_000),
        ("播放量: 3万", 30_000),
        ("Views: 1.2K", 1_200),
        ("1.2K views", 1_200),
        ("1M+", 1_000_000),
        ("1,234", 1_234),
        ("1,234,567", 1_234_567),
        ("1.234.567", 1_234_567),
        ("1 234 567", 1_234_567),
        ("1\u202f234", 1_234),
        ("1'234'567", 1_234_567),
        ("12,34,567", 1_234_567),
        ("1,234.5K", 1_234_500),
        ("1.234,5K", 1_234_500),
        ("１２.３万", 123_000),
        ("２，３４５", 2_345),
    ],
)
def test_a_clear_number_is_read(text, value):
    assert short_number(text) == value


@pytest.mark.parametrize(
    "text",
    [
        "1.234",  # a thousand or a decimal
        "1,234K",
        "1.234M",
        "1,2B",  # Turkish: a thousand
        "1,2 mil",  # a thousand or a million, by language
        "1485e",
        "1.2",  # not whole
        "1.2345K",
        "-3",
        "views -1K",
        "5%",
        "$5",
        "1e5",
        "007",
        "top5",
        "热播榜 top5",
        "第5",
        "红果收藏 6w\n累计热力值 27.7w",
        "1K2万",
        "1.5亿2000万",
        "1..2",
        "9" * 19,
        "99999999999亿",
        "",
        "K",
        "NaN",
        "inf",
        "²",
        "1" + "0" * 100,
    ],
)
def test_what_is_not_one_clear_number_is_refused(text):
    assert short_number(text) is None


def test_a_column_says_what_was_not_read():
    cells = pd.Series(["1.2K", "", " ", None, "1.234", "many"], index=list("abcdef"), name="n")
    numbers, unread = short_numbers(cells)
    assert numbers.dtype == "Int64"
    assert numbers.index.tolist() == list("abcdef")
    assert numbers.dropna().to_dict() == {"a": 1200}
    assert unread.tolist() == [False, False, False, False, True, True]


def test_numbers_that_are_numbers_already_stay_exact():
    numbers, unread = short_numbers(pd.Series([2**53 - 1, 0]))
    assert numbers.tolist() == [2**53 - 1, 0]
    assert not unread.any()
    numbers, unread = short_numbers(pd.Series([1200.0, 1.5, float("nan"), -1.0]))
    assert numbers.fillna(-9).tolist() == [1200, -9, -9, -9]
    assert unread.tolist() == [False, True, False, True]


def test_hedges_are_told_not_lost():
    cells = pd.Series(["播放超1945w", "1M+", "约3万", "1.2K", None])
    assert hedges(cells).tolist() == ["at_least", "at_least", "about", "", ""]


@given(st.integers(0, 10**18 - 1))
def test_every_whole_number_is_read_as_it_is(n):
    assert short_number(str(n)) == n
    if n >= 10**6 or n < 1000:
        assert short_number(f"{n:,}") == n
        assert short_number(f"{n:,}".replace(",", ".")) == n
        assert short_number(f"{n:,}".replace(",", " ")) == n


@given(st.integers(0, 9999), st.integers(0, 99), st.sampled_from(sorted(POWERS)))
def test_two_decimals_and_a_suffix_are_exact(whole, cents, suffix):
    value = (whole * 100 + cents) * 10 ** POWERS[suffix] // 100
    assert short_number(f"{whole}.{cents:02d}{suffix}") == value
    assert short_number(f"播放 {whole}.{cents:02d} {suffix.upper()}") == value


@given(st.text(max_size=100))
def test_no_text_makes_it_fail_and_what_is_read_is_a_count(text):
    value = short_number(text)
    assert value is None or 0 <= value < 10**18


@given(st.text(alphabet="0123456789.,' kKmMbBwW万亿+-超播放", max_size=40))
def test_what_is_read_has_the_digits_of_the_text(text):
    value = short_number(text)
    if value:
        digits = "".join(c for c in text if c in "0123456789").lstrip("0")
        assert str(value).rstrip("0")[:1] == digits[:1]
