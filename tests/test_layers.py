"""Rooms import only rooms above them; importing the package loads nothing heavy."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOMS = (
    "core",
    "stats",
    "corpus",
    "coding",
    "measures",
    "tolerance",
    "audience",
    "simulation",
    "reporting",
    "study",
)
PACKAGE = Path(__file__).resolve().parent.parent / "mdresearch"
FILES = sorted(p for p in PACKAGE.rglob("*.py") if "_bundled" not in p.parts)
HEAVY = ("numpy", "pandas", "scipy", "matplotlib", "statsmodels", "seaborn", "duckdb", "rich")


def imported_rooms(path: Path) -> set[str]:
    """Return the rooms that a file imports, at whatever depth of its code."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module] + [f"{node.module}.{a.name}" for a in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name for a in node.names]
        for name in names:
            parts = name.split(".")
            if parts[0] == "mdresearch" and len(parts) > 1 and parts[1] in ROOMS:
                found.add(parts[1])
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_room_imports_only_rooms_above_it(path):
    room = path.relative_to(PACKAGE).parts[0]
    if room not in ROOMS:
        pytest.skip("the public face and the command line may import every room")
    below = {r for r in imported_rooms(path) if ROOMS.index(r) > ROOMS.index(room)}
    assert below == set(), f"{path.name} imports rooms below its own: {sorted(below)}"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_file_has_one_subject_and_says_it(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400, "over 400 lines: split it"
    assert ast.get_docstring(ast.parse(text)), "a file starts by saying its subject"


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_user_input_meets_no_assert_and_nothing_is_evaluated_or_unpickled(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asserts = [n.lineno for n in ast.walk(tree) if isinstance(n, ast.Assert)]
    assert asserts == [], f"assert at lines {asserts}"
    calls = {
        n.func.id
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and isinstance(n.func, ast.Name)
    }
    assert calls.isdisjoint({"eval", "exec", "print"})
    assert not re.search(
        r"^\s*(import|from) (pickle|marshal|shelve)\b", path.read_text("utf-8"), re.M
    )


def test_no_module_shares_the_name_of_a_public_function():
    import mdresearch
    from mdresearch import stats

    public = set(mdresearch._PUBLIC) | set(stats._PUBLIC)
    clashes = {p.stem for p in FILES} & {name for name in public if name.islower()}
    assert clashes == set()


def loaded_by(code: str) -> set[str]:
    """Return the top-level modules that a fresh interpreter has after running ``code``."""
    script = f"{code}\nimport sys; print(' '.join(m.split('.')[0] for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split("\n")[-2].split())


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import mdresearch").isdisjoint(HEAVY)


def test_the_help_of_the_command_line_loads_nothing_heavy():
    code = (
        "from mdresearch.cli import main\ntry:\n    main(['--help'])\nexcept SystemExit:\n    pass"
    )
    assert loaded_by(code).isdisjoint(HEAVY)


def test_every_public_name_is_there_and_says_what_it_is():
    import mdresearch

    for name in mdresearch._PUBLIC:
        assert getattr(mdresearch, name).__doc__, name
