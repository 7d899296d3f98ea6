"""The command line: new, check, run, read, list, fetch; each one function call of the package."""

from __future__ import annotations

import argparse
import os
import sys

TYPE_CHECKING = False  # see mdresearch/__init__.py
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    import pandas as pd

    from mdresearch.core.findings import Findings

LISTS = ("datasets", "files", "measures", "regions", "simulations", "studies", "tests")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return the exit code: 0, or 2 for a mistake that a message explains."""
    parser = build_parser()
    given = parser.parse_args(arguments)
    if given.command is None:
        parser.print_help()
        return 0
    from mdresearch.core.errors import MdresearchError

    try:
        return COMMANDS[given.command](given)
    except MdresearchError as error:
        sys.stderr.write(f"mdresearch: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("mdresearch: stopped; nothing half-written was left behind.\n")
        return 130
    except BrokenPipeError:
        return 0


def build_parser() -> argparse.ArgumentParser:
    """Return the parser; it loads nothing but argparse."""
    from mdresearch import __version__

    parser = argparse.ArgumentParser(
        prog="mdresearch",
        description="Cross-cultural content studies: from files to a finding that holds.",
        formatter_class=_formatter,
        epilog="Start with 'mdresearch run' (the bundled study) or 'mdresearch new my-study'.",
    )
    parser.add_argument("--version", action="version", version=f"mdresearch {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    new = commands.add_parser("new", help="write a commented study and blank tables")
    new.add_argument("folder", help="a folder that does not exist yet or is empty")
    check = commands.add_parser("check", help="say what a study can show, before it is run")
    check.add_argument(
        "study", nargs="?", default="study", help="a file, a folder, or a bundled name"
    )
    run = commands.add_parser("run", help="judge the claims of a study and write a report")
    run.add_argument(
        "study", nargs="?", default="study", help="a file, a folder, or a bundled name"
    )
    run.add_argument("--out", default="results", metavar="DIR", help="where to write (results)")
    run.add_argument("--quiet", action="store_true", help="no progress bar")
    read = commands.add_parser("read", help="read files of any known kind, and describe them")
    read.add_argument("path", help="a file, a folder, or a pattern such as 'subs/*.srt'")
    read.add_argument("--kind", help="guessed where it is left out; see 'mdresearch list files'")
    read.add_argument("--out", metavar="DIR", help="save what was read as a data package")
    read.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="an option of the kind"
    )
    listing = commands.add_parser("list", help=f"list {', '.join(LISTS)}")
    listing.add_argument("what", nargs="?", choices=LISTS)
    fetch = commands.add_parser("fetch", help="fetch a remote dataset by name, checked by its hash")
    fetch.add_argument("name")
    return parser


def _formatter(prog: str) -> argparse.HelpFormatter:
    """Return a formatter of known width: argparse would import shutil to ask the terminal."""
    try:
        width = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        width = os.get_terminal_size().columns if sys.stdout.isatty() else 80
    return argparse.HelpFormatter(prog, width=max(40, width - 2))


def _new(given: argparse.Namespace) -> int:
    from mdresearch.study.templates import new_study

    folder = new_study(given.folder)
    _say(f"Wrote {folder}/ with study.yaml, blank tables in data/ and a coding sheet.")
    _say(f"Fill the tables, then: mdresearch check {folder}")
    return 0


def _check(given: argparse.Namespace) -> int:
    from mdresearch.study.checking import prospect
    from mdresearch.study.studies import Study

    result = prospect(Study.read(given.study))
    _say(str(result))
    return 0 if result.ok else 2


def _run(given: argparse.Namespace) -> int:
    from pathlib import Path

    from mdresearch.study.running import run
    from mdresearch.study.studies import Study

    study = Study.read(given.study)
    if given.quiet or not sys.stderr.isatty():
        findings = run(study, given.out, progress=None if given.quiet else _plain_progress)
    else:
        findings = _with_bar(lambda tell: run(study, given.out, progress=tell))
    _summary(findings)
    _say(f"Report: {Path(given.out) / 'report.html'}")
    return 0


def _plain_progress(text: str, step: int, total: int) -> None:
    sys.stderr.write(f"[{step}/{total}] {text}\n")


def _with_bar(work: Callable[[Callable[[str, int, int], None]], Findings]) -> Findings:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=1)
        return work(
            lambda text, step, total: bar.update(
                task, description=text, completed=step, total=total
            )
        )


def _summary(findings: Findings) -> None:
    _say(f"{findings.title}\n")
    for finding in findings:
        _say(f"{finding.sentence()}")
        doubts = [c for c in finding.checks if c.holds is False]
        for check in doubts:
            _say(f"    {check}")
        _say("")


def _read(given: argparse.Namespace) -> int:
    import warnings

    from mdresearch.core.errors import DataError
    from mdresearch.corpus.loading import read

    options = {}
    for text in given.option:
        name, mark, value = text.partition("=")
        if not mark:
            raise DataError(f"--option '{text}' is not understood. Write NAME=VALUE.")
        options[name] = value
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        corpus = read(given.path, given.kind, **options)
    _say(repr(corpus))
    if corpus.provenance.get("guessed"):
        _say(corpus.provenance["guessed"])
    for warning in told:
        _say(f"Note: {warning.message}")
    _say(repr(corpus.describe()))
    report = corpus.check()
    _say(report.sentence())
    if given.out:
        _say(f"Saved: {corpus.save(given.out)}")
    return 0 if report.ok else 2


def _list(given: argparse.Namespace) -> int:
    for what in [given.what] if given.what else LISTS:
        if not given.what:
            _say(f"\n{what.upper()}")
        _say(_table(TABLES[what]()))
    return 0


def _datasets() -> pd.DataFrame:
    from mdresearch.corpus.datasets import dataset_table

    return dataset_table()


def _files() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.corpus.loading import LOADERS

    rows = [(k.name, k.says, " ".join(k.extensions), ", ".join(k.gives)) for k in LOADERS.values()]
    return pd.DataFrame(rows, columns=["kind", "says", "endings", "gives"])


def _measures() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.measures.measuring import MEASURES

    return pd.DataFrame(
        [(m.name, m.unit, m.says) for m in MEASURES.values()], columns=["measure", "unit", "says"]
    )


def _regions() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.core import regions

    rows = []
    for scheme in regions.schemes():
        for region in regions.region_ids(scheme):
            held = sorted(regions.members(region, scheme))
            rows.append(
                (
                    scheme,
                    region,
                    regions.region_label(region, scheme),
                    len(held),
                    " ".join(held[:8]),
                )
            )
    return pd.DataFrame(rows, columns=["scheme", "region", "label", "countries", "first members"])


def _simulations() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.simulation.simulating import SIMULATIONS

    return pd.DataFrame(
        [(s.name, s.says) for s in SIMULATIONS.values()], columns=["simulation", "says"]
    )


def _studies() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.study.studies import Study, bundled_studies

    rows = [(name, Study.read(path).title) for name, path in bundled_studies().items()]
    return pd.DataFrame(rows, columns=["study", "title"])


def _tests() -> pd.DataFrame:
    import pandas as pd

    from mdresearch.stats.methods import TESTS

    rows = [(t.name, t.question, t.needs, t.verified) for t in TESTS.values()]
    return pd.DataFrame(rows, columns=["test", "question", "needs", "verified against"])


TABLES: dict[str, Callable[[], Any]] = {
    "datasets": _datasets,
    "files": _files,
    "measures": _measures,
    "regions": _regions,
    "simulations": _simulations,
    "studies": _studies,
    "tests": _tests,
}


def _table(frame: pd.DataFrame) -> str:
    text = frame.astype("str")
    lines = []
    for _, row in text.iterrows():
        first, *rest = row.tolist()
        lines.append(f"  {first}")
        lines += [
            f"      {name}: {value}"
            for name, value in zip(text.columns[1:], rest, strict=True)
            if value
        ]
    return "\n".join(lines)


def _fetch(given: argparse.Namespace) -> int:
    from mdresearch.corpus.datasets import fetch

    corpus = fetch(given.name)
    _say(repr(corpus))
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "check": _check,
    "run": _run,
    "read": _read,
    "list": _list,
    "fetch": _fetch,
}

if __name__ == "__main__":
    raise SystemExit(main())
