"""Long work tells how far it is, on standard error; short work says nothing."""

import time

import pytest

from mdresearch.core import progress
from mdresearch.core.progress import Meter, track, waiting


@pytest.fixture
def soon(monkeypatch):
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.0)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.0)


def test_short_work_is_silent(capsys):
    assert list(track(range(3), "counting")) == [0, 1, 2]
    meter = Meter("fetching", 10)
    meter.update(10)
    meter.close()
    with waiting("querying"):
        pass
    assert capsys.readouterr() == ("", "")


def test_a_count_ends_with_its_total(soon, capsys):
    for _ in track(["a", "b", "c"], "counting"):
        time.sleep(0.001)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "counting: 3 of 3"
    assert err.splitlines()[0] in ("counting: 0 of 3", "counting: 1 of 3")


def test_a_meter_counts_what_it_is_told(soon, capsys):
    meter = Meter("fetching a.csv", 100)
    time.sleep(0.001)
    meter.update(40)
    meter.reset()
    meter.update(100)
    meter.close()
    assert capsys.readouterr().err.splitlines() == [
        "fetching a.csv: 40 of 100",
        "fetching a.csv: 100 of 100",
        "fetching a.csv: 100 of 100",
    ]


def test_a_step_without_a_count_tells_its_seconds(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SILENT_SECONDS", 0.01)
    monkeypatch.setattr(progress, "LINE_SECONDS", 0.01)
    with waiting("querying log.csv"):
        time.sleep(0.1)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) >= 2
    assert set(lines) == {"querying log.csv, seconds: 0"}


def test_an_error_in_a_step_comes_through(monkeypatch):
    with pytest.raises(ValueError, match="inside"), waiting("querying"):
        raise ValueError("inside")
