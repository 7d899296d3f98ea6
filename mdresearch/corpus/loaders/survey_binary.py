"""SPSS, Stata and SAS files, read by pyreadstat in a process of its own, as `Survey`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.core.csv_files import refuse_absent_or_large
from mdresearch.core.encodings import ENCODINGS, decode
from mdresearch.core.errors import DataError, unknown_name
from mdresearch.core.progress import track
from mdresearch.corpus.loaders.survey_codes import make_variable
from mdresearch.corpus.loaders.survey_parts import Survey, Variable, unique_names

if TYPE_CHECKING:
    import numpy as np

MAX_BYTES = 2_000_000_000
MAX_CELLS = 100_000_000
MEMORY = 8_000_000_000
SECONDS = 600
CHILD = Path(__file__).with_name("survey_child.py")
SAS_MARK = bytes.fromhex("000000000000000000000000c2ea8160b31411cfbd92080009c7318c181f1011")
PROGRAMS: Mapping[str, tuple[str, str]] = {
    "spss": ("an SPSS file (.sav, .zsav, .por)", "Save it again in SPSS as .sav"),
    "stata": ("a Stata file (.dta)", "Save it again in Stata with 'save'"),
    "sas": ("a SAS file (.sas7bdat, .xpt)", "Export it again, as .sas7bdat or transport file"),
}


@dataclass(frozen=True)
class Form:
    """Which function reads a file, and what its form says."""

    program: str
    reader: str
    says: str
    trusted: bool  # its text is UTF-8, or in the encoding that it states
    kinds: bool  # kinds of missing can be told apart


def form_of(head: bytes) -> Form | None:
    """Tell the form of a file by its first bytes, or None where it is none of these.

    Examples
    --------
    >>> form_of(b"$FL2@(#)").reader, form_of(b"SR") is None
    ('read_sav', True)
    """
    if head[:4] in (b"$FL2", b"$FL3"):
        return Form("spss", "read_sav", "zsav" if head[:4] == b"$FL3" else "sav", False, True)
    if b"SPSSPORT" in head[:1000].replace(b"\r", b"").replace(b"\n", b""):
        return Form("spss", "read_por", "por", True, False)
    if head[:11] == b"<stata_dta>":
        new = b"<release>117<" not in head[:100]
        return Form("stata", "read_dta", "dta", new, True)
    if (
        len(head) > 4
        and head[0] in range(104, 116)
        and head[1] in (1, 2)
        and head[2:4] == b"\x01\0"
    ):
        return Form("stata", "read_dta", f"dta of version {head[0]}", False, True)
    if head[:32] == SAS_MARK:
        return Form("sas", "read_sas7bdat", "sas7bdat", False, True)
    if head.startswith(b"HEADER RECORD*******LIB"):
        return Form("sas", "read_xport", "transport file", False, False)
    return None


def read_binary(program: str, path: Path, options: Mapping[str, Any]) -> Survey:
    """Read a file of SPSS, Stata or SAS.

    Parameters
    ----------
    program : str
        A key of `PROGRAMS`.
    path : Path
        The file; at most 2 GB and 100 million cells.
    options : mapping
        ``encoding``, ``keep``, ``missing`` and ``catalog`` are used.

    Raises
    ------
    DataError
        The file is none of the program, is damaged, or too large.
    UnknownNameError
        The encoding, or a variable that is to be kept, is not known.
    """
    refuse_absent_or_large(path, MAX_BYTES)
    with path.open("rb") as stream:
        form = form_of(stream.read(2000))
    what, advice = PROGRAMS[program]
    if form is None or form.program != program:
        is_ = f"it is {PROGRAMS[form.program][0]}" if form else "its first bytes are of none"
        raise DataError(
            f"{path}: this is not {what}: {is_}. Choose another kind=, or get the file again from "
            "its source."
        )
    encoding = str(options.get("encoding") or "")
    if encoding and encoding.lower() not in ENCODINGS:
        raise unknown_name("encoding", encoding, ENCODINGS)
    keep = [options["keep"]] if isinstance(options.get("keep"), str) else options.get("keep") or []
    with tempfile.TemporaryDirectory(prefix="mdresearch-") as folder:
        about = _run(path, form, folder, encoding, keep, options.get("catalog"), advice)
        columns, texts = _collected(Path(folder))
    found, note = _encoding(path, about, texts, encoding)
    return _survey(path, form, about, columns, texts, found, note, options)


def _run(
    path: Path,
    form: Form,
    folder: str,
    encoding: str,
    keep: Sequence[str],
    catalog: Any,
    advice: str,
) -> dict[str, Any]:
    """Let the child read the file into the folder; return what the file says of itself."""
    out = Path(folder)
    kept = [str(name) for name in keep]
    task = {
        "path": str(path.absolute()),
        "reader": form.reader,
        "encoding": encoding,
        "trusted": form.trusted,
        "catalog": str(Path(catalog).absolute()) if catalog else "",
        "keep": kept,
        "out": folder,
        "cells": MAX_CELLS,
        "memory": MEMORY,
        "seconds": SECONDS,
    }
    if catalog and not Path(catalog).is_file():
        raise DataError(f"There is no file '{catalog}'. catalog= is the path of a .sas7bcat file.")
    code = spawn(task, path.name)
    read = out / "about.json"
    about = json.loads(read.read_text(encoding="utf-8")) if read.is_file() else {}
    said = out / "error.json"
    if code:
        why = json.loads(said.read_text(encoding="utf-8")) if said.is_file() else {}
        raise DataError(_refusal(path, form, why, code, encoding, advice))
    unknown = [name for name in kept if name not in about["names"]]
    if unknown:
        raise unknown_name("variable", unknown[0], about["names"])
    if not about["names"]:
        raise DataError(f"{path}: it has no variables. {advice}.")
    n = len(kept) or len(about["names"])
    if about["rows"] * n > MAX_CELLS:
        raise DataError(
            f"{path}: {about['rows']:,} rows of {n:,} variables; at most {MAX_CELLS:,} cells are "
            "read. Name the variables that are needed with keep=[...]."
        )
    return about


def spawn(task: Mapping[str, Any], name: str) -> int:
    """Run the child, telling how far it is; return its exit code."""
    with subprocess.Popen(  # noqa: S603 (our own file, no shell)
        [sys.executable, "-P", str(CHILD)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    ) as child:
        if child.stdin is not None and child.stdout is not None:
            with contextlib.suppress(BrokenPipeError):  # it died before it read
                child.stdin.write(json.dumps(task))
                child.stdin.close()
            for _ in track(child.stdout, f"reading {name} (lots of columns)"):
                pass
    return child.returncode


def _refusal(
    path: Path, form: Form, why: Mapping[str, str], code: int, encoding: str, advice: str
) -> str:
    if not why:
        how = "crashed the library" if code < 0 else "ended the reading"
        return (
            f"{path}: reading it as {form.says} {how} (code {code}): the file is damaged, or made "
            f"to do harm, or needs more than {MEMORY // 10**9} GB or {SECONDS} s. Get it again "
            f"from its source. {advice}."
        )
    says = why["says"].replace("\n", " ")[:300]
    text = why["type"] == "UnicodeDecodeError" or "convert" in says or "encoding" in says
    hint = (
        f"Its text is not {encoding or 'in the encoding it states'}: say encoding=. "
        if text
        else ""
    )
    return (
        f"{path}: it cannot be read as {form.says} ({why['type']}: {says}). {hint}"
        f"It may be cut off or damaged: compare its size with the source's. {advice}."
    )


def _collected(folder: Path) -> tuple[dict[str, np.ndarray], dict[int, list[str]]]:
    import numpy as np

    columns: dict[str, np.ndarray] = {}
    texts: dict[int, list[str]] = {}
    for lot in sorted(folder.glob("lot*.npz")):
        with np.load(lot, allow_pickle=False) as held:
            columns.update({name: held[name] for name in held.files})
        said = json.loads(lot.with_suffix(".json").read_text(encoding="utf-8"))
        texts.update({int(place): words for place, words in said.items()})
    return columns, texts


def _encoding(
    path: Path, about: dict[str, Any], texts: dict[int, list[str]], stated: str
) -> tuple[str, str]:
    """Find the encoding where the file states none, and turn its raw texts into that, in place."""
    if not about["raw"]:
        return stated or about["encoding"] or "utf-8", ""
    labels = [str(label) for held in about["labels"] for _, label in held]
    codes = [key for held in about["labels"] for key, _ in held if isinstance(key, str)]
    words = [
        *about["names"],
        *about["says"],
        *labels,
        *codes,
        *(w for t in texts.values() for w in t),
    ]
    odd = [word for word in words if not word.isascii()]
    if not odd:
        return "ascii", ""
    read = decode("\n".join(odd).encode("latin-1"), name=str(path))
    cut = 0

    def one(word: str) -> str:
        nonlocal cut
        if word.isascii():
            return word
        try:
            return word.encode("latin-1").decode(read.encoding)
        except UnicodeDecodeError:
            cut += 1
            return word.encode("latin-1").decode(read.encoding, errors="replace")

    about["names"] = [one(name) for name in about["names"]]
    about["says"] = [one(label) for label in about["says"]]
    about["labels"] = [
        [[one(key) if isinstance(key, str) else key, one(str(label))] for key, label in held]
        for held in about["labels"]
    ]
    for place, held in texts.items():
        texts[place] = [one(word) for word in held]
    note = "; ".join(n for n in ("no encoding is stated, it was found", read.note) if n)
    lost = f"; {cut:,} texts are cut inside a character" if cut else ""
    return read.encoding, note + lost


def _survey(
    path: Path,
    form: Form,
    about: Mapping[str, Any],
    columns: Mapping[str, np.ndarray],
    texts: Mapping[int, list[str]],
    encoding: str,
    note: str,
    options: Mapping[str, Any],
) -> Survey:
    names, twice = unique_names(about["names"])
    variables: list[Variable] = []
    notes = [form.says, note] if note else [form.says]
    for place, name in enumerate(names):
        if f"v{place}" not in columns and f"c{place}" not in columns:
            continue
        variable, lost = make_variable(
            form.program, name, place, about, columns, texts, options.get("missing") or {}
        )
        variables.append(variable)
        notes += [lost] if lost else []
    left = len(names) - len(variables)
    if left:
        notes.append(f"{left:,} variables left out, since keep= does not name them")
    warnings = []
    if twice:
        warnings.append(
            f"{path.name}: variables of the same name got a number: {', '.join(twice)}."
        )
    if not form.kinds:
        warnings.append(
            f"{path.name}: in a {form.says} kinds of missing answers cannot be told apart: what "
            "the file declares missing is empty. Use .sav, .dta or .sas7bdat where that matters."
        )
    return Survey(
        path,
        encoding,
        tuple(variables),
        int(about["rows"]),
        notes=tuple(notes),
        warnings=tuple(warnings),
    )
