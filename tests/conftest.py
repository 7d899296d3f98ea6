"""Shared helpers of the tests: where real data are, and small made-up tables."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up import make_answers

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    """Return the checkout."""
    return ROOT


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """Return the folder of real data, or skip."""
    named = os.environ.get("MDRESEARCH_DATA")
    if not named or not Path(named).is_dir():
        pytest.skip(
            "MDRESEARCH_DATA names no folder: real data of other people are not in the checkout"
        )
    return Path(named)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Chromium, or skip."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.skip("Chromium is not installed")
    return found


@pytest.fixture
def answers() -> pd.DataFrame:
    """Return answers of 8 v 7 countries on 12 titles, 10 persons each: region a is .5 higher."""
    return make_answers(np.random.default_rng(5), (8, 7), 12, 10, delta=0.5)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Write tests/reference/AGREEMENT.md after a whole and passing run of the reference tests."""
    folder = ROOT / "tests" / "reference"
    files = {path.name for path in folder.glob("test_*.py")}
    ran = {item.path.name for item in session.items if item.path.parent == folder}
    chosen = session.config.getoption("keyword") or any(
        "::" in str(name) for name in session.config.args
    )
    if files and files == ran and exitstatus == 0 and not chosen:
        import reference

        reference.write_page()
