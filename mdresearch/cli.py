"""The command line: new, check, run, read, release, list, fetch; each one call of the package."""

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
    from mdresearch.corpus.corpora import Corpus

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
    from mdresearch.coding.commands import add_commands

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
    read.add_argument(
        "path", help="a file, a folder, a pattern such as 'subs/*.srt', or the URL of a database"
    )
    read.add_argument("--kind", help="guessed where it is left out; see 'mdresearch list files'")
    read.add_argument("--out", metavar="DIR", help="save what was read as a data package")
    read.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an option of the kind, such as table=log, subtract_seed=true, "
        "'columns={viewer_id: uid}'",
    )
    release = commands.add_parser(
        "release", help="write what may be passed on of a corpus, and say what was withheld"
    )
    release.add_argument(
        "corpus", help="a folder that was saved, files or a folder to read, or a dataset's name"
    )
    release.add_argument("out", help="an empty or new folder")
    release.add_argument("--licence", help="under which it is released, such as CC-BY-4.0")
    release.add_argument(
        "--author", action="append", default=[], metavar="NAME", help="for the citation; repeat it"
    )
    release.add_argument("--date", help="when it is published, such as 2026-11-23 (today)")
    release.add_argument(
        "--smallest", type=int, default=5, metavar="N", help="persons that a cell must have (5)"
    )
    listing = commands.add_parser("list", help=f"list {', '.join(LISTS)}")
    listing.add_argument("what", nargs="?", choices=LISTS)
    codebook = commands.add_parser("codebook", help="validate, compare, show or hash codebooks")
    add_commands(codebook)
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

    from mdresearch.corpus.loading import read

    options = dict(_option(text) for text in given.option)
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


def _option(text: str) -> tuple[str, Any]:
    """Return name and value: true and false are truth values, {...} and [...] YAML, else text."""
    from mdresearch.core.errors import DataError
    from mdresearch.core.strict_yaml import parse_yaml

    name, mark, value = text.partition("=")
    if not mark or not name:
        raise DataError(f"--option '{text}' is not understood. Write NAME=VALUE.")
    if value in ("true", "false"):
        return name, value == "true"
    return name, parse_yaml(value, name=f"--option {name}") if value[:1] in ("{", "[") else value


def _release(given: argparse.Namespace) -> int:
    import warnings

    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        corpus = _corpus(given.corpus)
    for warning in told:
        _say(f"Note: {warning.message}")
    result = corpus.release(
        given.out,
        licence=given.licence,
        authors=given.author,
        date=given.date,
        smallest=given.smallest,
    )
    _say(repr(result))
    return 0


def _corpus(name: str) -> Corpus:
    """Return the corpus in a folder that was saved, else what `read` gives, else a dataset."""
    from pathlib import Path

    from mdresearch.corpus.catalogue import DATASETS
    from mdresearch.corpus.corpora import Corpus
    from mdresearch.corpus.datasets import find
    from mdresearch.corpus.loading import read

    if (Path(name) / "datapackage.json").is_file():
        return Corpus.read(name)
    if name in DATASETS and not Path(name).exists():
        return find(name)
    return read(name)


def _list(given: argparse.Namespace) -> int:
    for what in [given.what] if given.what else LISTS:
        if not given.what:
            _say(f"\n{what.upper()}")
        _say(_datasets() if what == "datasets" else _table(TABLES[what]()))
    return 0


def _datasets() -> str:
    import shutil

    from mdresearch.corpus.dataset_lists import dataset_listing

    return dataset_listing(min(max(shutil.get_terminal_size().columns, 60), 100))


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


def _codebook(given: argparse.Namespace) -> int:
    from mdresearch.coding.commands import run_command

    return run_command(given, _say)


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


COMMANDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "new": _new,
    "check": _check,
    "run": _run,
    "read": _read,
    "release": _release,
    "list": _list,
    "fetch": _fetch,
    "codebook": _codebook,
}

if __name__ == "__main__":
    raise SystemExit(main())
