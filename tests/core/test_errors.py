"""The errors: what they say can be shown, whatever they quote."""

import copy

import pytest

from mdresearch.core.errors import (
    DataError,
    DatasetError,
    MdresearchError,
    StatisticsError,
    StudyError,
    UnknownNameError,
    showable,
)

KINDS = (DataError, DatasetError, MdresearchError, StatisticsError, StudyError, UnknownNameError)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("mark", ["\x00", "\x1b[2J", "\r", "\u202e", "\ud800", "\x9b"])
def test_a_message_never_carries_what_moves_a_terminal(kind, mark):
    error = kind(f"c.csv, row 2: '{mark}' is no number.")
    shown = f"c.csv, row 2: '{showable(mark)}' is no number."
    assert str(error) == shown
    assert str(copy.copy(error)) == shown
    assert mark not in shown
    shown.encode("utf-8")


def test_words_lines_and_other_scripts_stay_as_they_are():
    text = "观众说:\n\t“não” — 😀 \u200e\xa0"
    assert showable(text) == text
