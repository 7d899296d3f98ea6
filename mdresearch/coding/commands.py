"""The command `mdresearch codebook`: validate, diff, show, hash."""

from __future__ import annotations

import argparse
from collections.abc import Callable

Say = Callable[[str], None]


def add_commands(parser: argparse.ArgumentParser) -> None:
    """Add the commands to the parser of ``mdresearch codebook``; loads nothing but argparse."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    what = "a file, or the name of a bundled codebook"
    validate = commands.add_parser("validate", help="list every mistake, with its line")
    validate.add_argument("files", nargs="+", metavar="FILE", help=what)
    validate.add_argument("--strict", action="store_true", help="doubts count as mistakes")
    validate.add_argument("--errors", action="store_true", help="do not list doubts")
    diff = commands.add_parser("diff", help="list every change, and the version it asks for")
    diff.add_argument("old", help=what)
    diff.add_argument("new", help=what)
    diff.add_argument(
        "--clarifies",
        action="append",
        default=[],
        metavar="ID",
        help="a code or variable whose new wording means the same (may be repeated)",
    )
    show = commands.add_parser("show", help="print the tree of codes and the variables")
    show.add_argument("file", metavar="FILE", help=what)
    show.add_argument("--list", dest="list_id", metavar="ID", help="one code list only")
    show.add_argument("--lang", metavar="LANG", help="the language of the labels")
    hashes = commands.add_parser("hash", help="print the content hash, and that of the bytes")
    hashes.add_argument("files", nargs="+", metavar="FILE", help=what)


def run_command(given: argparse.Namespace, say: Say) -> int:
    """Carry out what was asked; return 0, or 2 where something is wrong."""
    return ACTIONS[given.action](given, say)


def _validate(given: argparse.Namespace, say: Say) -> int:
    from mdresearch.coding.reading import path_of, validate_file

    bad = False
    for name in given.files:
        report = validate_file(path_of(name))
        shown = report.errors if given.errors else report.problems
        say("\n".join([report.sentence(), *(f"  {p.severity}: {p}" for p in shown)]))
        bad |= not report.ok or (given.strict and bool(report.problems))
    return 2 if bad else 0


def _diff(given: argparse.Namespace, say: Say) -> int:
    from mdresearch.coding.reading import load_codebook

    old, new = load_codebook(given.old), load_codebook(given.new)
    found = old.diff(new, clarifies=given.clarifies)
    say(repr(found))
    return 0 if found.legal else 2


def _show(given: argparse.Namespace, say: Say) -> int:
    from mdresearch.coding.reading import load_codebook

    book = load_codebook(given.file)
    say(repr(book))
    say(repr(book.tree(given.list_id, given.lang)))
    return 0


def _hash(given: argparse.Namespace, say: Say) -> int:
    from mdresearch.coding.reading import load_codebook, path_of
    from mdresearch.core.hashing import hash_file

    for name in given.files:
        book = load_codebook(name)
        say(f"{book.spec}\n  content {book.hash}\n  file    {hash_file(path_of(name))}")
    return 0


ACTIONS: dict[str, Callable[[argparse.Namespace, Say], int]] = {
    "validate": _validate,
    "diff": _diff,
    "show": _show,
    "hash": _hash,
}
