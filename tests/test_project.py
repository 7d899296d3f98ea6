"""The project as a newcomer finds it: files, commands, versions, wheel, citation, notebooks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
TEXT_ENDINGS = {
    ".py",
    ".md",
    ".toml",
    ".yaml",
    ".yml",
    ".txt",
    ".json",
    ".csv",
    ".ipynb",
    ".cff",
    ".sh",
    "",
}


def tracked() -> list[Path]:
    """Return the files that git tracks; all files beside the virtual environment without git."""
    done = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [p for p in ROOT.rglob("*") if p.is_file() and ".venv" not in p.parts]


def readme_commands() -> list[str]:
    """Return the two set-up commands of the README's first screen."""
    first_screen = (ROOT / "README.md").read_text().splitlines()[:30]
    return [line.strip() for line in first_screen if line.startswith("    python3 -m venv")]


def test_the_first_screen_has_exactly_two_commands():
    run, test = readme_commands()
    assert run.endswith(".venv/bin/mdresearch run")
    assert test.endswith(".venv/bin/pytest")


def test_ci_runs_exactly_the_test_command_of_the_readme():
    assert readme_commands()[1] in (ROOT / ".ci" / "run").read_text().splitlines()


def test_the_python_of_the_readme_runs():
    text = (ROOT / "README.md").read_text()
    block = text.split("same functions in Python:\n\n")[1].split("\n\n`notebooks/")[0]
    code = "\n".join(line.removeprefix("    ") for line in block.splitlines())
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("On simulated data, H19 is supported: ")


def test_the_root_holds_only_what_belongs_there():
    allowed = {
        "pyproject.toml", "mdresearch", "notebooks", "datasets", "paper", "tests", "README.md", "LICENSE",
        "CITATION.cff", "CHANGELOG.md", "CONTRIBUTING.md", "constraints.txt",
    }  # fmt: skip
    seen = {p.relative_to(ROOT).parts[0] for p in tracked()}
    assert {name for name in seen if not name.startswith(".")} <= allowed


def test_no_file_names_a_registry_or_a_path_of_a_machine():
    registry = re.compile(
        r"(pypi\.org|pythonhosted|files\.python|registry\.npmjs|--index-url|file:///(opt|srv|mnt))"
    )
    machine = re.compile(r"(^|[^\w.$}])/(tmp|work|root|home)/\w", re.M)
    for path in tracked():
        if path.suffix not in TEXT_ENDINGS or path == Path(__file__).resolve():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        assert not registry.search(text), f"{path.relative_to(ROOT)} names a registry"
        assert not machine.search(text), f"{path.relative_to(ROOT)} names a path of a machine"


def test_the_constraints_pin_every_requirement_and_hold_no_host():
    text = (ROOT / "constraints.txt").read_text()
    assert "://" not in text
    pins: dict[str, list[Version]] = {}
    for line in text.splitlines():
        name, _, rest = line.partition("==")
        pins.setdefault(re.sub(r"[-_.]+", "-", name.strip()).lower(), []).append(
            Version(rest.split(";")[0].strip())
        )
    wanted = [*PROJECT["project"]["dependencies"]]
    for extra in PROJECT["project"]["optional-dependencies"].values():
        wanted += extra
    for text in wanted:
        need = Requirement(text)
        if need.name == "mdresearch":
            continue
        held = pins.get(re.sub(r"[-_.]+", "-", need.name).lower())
        assert held, f"{need.name} is not pinned: regenerate constraints.txt (CONTRIBUTING.md)"
        assert all(need.specifier.contains(v) for v in held), f"{need} does not allow {held}"


def test_versions_agree():
    import mdresearch

    citation = (ROOT / "CITATION.cff").read_text()
    assert PROJECT["project"]["version"] == mdresearch.__version__
    assert f"version: {mdresearch.__version__}" in citation


def test_the_citation_file_has_what_the_format_requires():
    from mdresearch.core.strict_yaml import read_yaml

    held = read_yaml(ROOT / "CITATION.cff")
    assert {"cff-version", "message", "title", "authors"} <= set(held)
    assert held["cff-version"] == "1.2.0"
    assert held["license"] == PROJECT["project"]["license"] == "GPL-3.0-or-later"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", held["date-released"])
    allowed = {
        "cff-version", "message", "type", "title", "abstract", "version", "date-released", "license",
        "authors", "keywords", "repository-code", "url", "doi", "references", "preferred-citation",
    }  # fmt: skip
    assert set(held) <= allowed
    assert all(set(a) <= {"name", "given-names", "family-names", "orcid"} for a in held["authors"])


def test_the_licence_is_the_gpl():
    text = (ROOT / "LICENSE").read_text()
    assert "GNU GENERAL PUBLIC LICENSE" in text
    assert "Version 3, 29 June 2007" in text


@pytest.mark.parametrize(
    "command", [["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]]
)
def test_linting_and_types_are_clean(command):
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
def test_notebooks_are_stored_without_outputs(path):
    notebook = json.loads(path.read_text())
    code = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    assert all(c["outputs"] == [] and c["execution_count"] is None for c in code)
    assert notebook["cells"][0]["source"][0].startswith("# ")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.name)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_notebooks_run(path, tmp_path):
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": tmp_path}}
    )
    client.execute()
    outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
    assert not [o for o in outputs if o.output_type == "error"]
    if "tolerance-sim" in path.read_text():
        assert "imulated" in json.dumps(outputs)
    assert [o for o in outputs if "image/png" in o.get("data", {})], "a notebook shows a figure"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Build the wheel of the checkout."""
    from hatchling.builders.wheel import WheelBuilder

    folder = tmp_path_factory.mktemp("wheel")
    return Path(next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])))


def test_the_bundled_data_load_from_the_wheel_outside_the_checkout(wheel, tmp_path):
    import zipfile

    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import mdresearch as md\n"
        "from mdresearch.study.studies import bundled_studies\n"
        "assert md.__file__.startswith(sys.argv[1]), md.__file__\n"
        "for name in ('tolerance-sim', 'market-facts', 'policy-events'):\n"
        "    corpus = md.load(name)\n"
        "    assert corpus.check().ok, name\n"
        "    sys.stdout.write(f'{name} {corpus.kind}\\n')\n"
        "sys.stdout.write(' '.join(bundled_studies()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(site)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "tolerance-sim simulated" in done.stdout
    assert done.stdout.split("\n")[-1] == "study isear manylabs2"


def test_the_wheel_holds_only_what_is_ours(wheel):
    import zipfile

    names = zipfile.ZipFile(wheel).namelist()
    rooms = {n.split("/")[0] for n in names}
    assert rooms == {"mdresearch", f"mdresearch-{PROJECT['project']['version']}.dist-info"}
    assert not [
        n for n in names if re.search(r"(isear|xed|ml2_five|reelshort)[^/]*\.(csv|tsv|gz|json)$", n)
    ]
    assert any(n.endswith("LICENSE") for n in names)
