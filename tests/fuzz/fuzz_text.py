"""Targets that are tried with more than their loader: both paths of subtitles, YAML, grammars."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzz_checks import demand, read_checked, refused

from mdresearch.core.conditions import parse_condition, rows_where
from mdresearch.core.errors import DataError
from mdresearch.core.expect import parse_expect
from mdresearch.core.strict_yaml import line_of, parse_yaml, write_yaml
from mdresearch.corpus.loading import LOADERS

TIMED_OPTIONS: tuple[Mapping[str, Any], ...] = (
    {},
    {"styling": "keep"},
    {"speakers": True},
    {"split_languages": True},
    {"speakers": ["Ann"], "split_languages": ("zh", "en")},
)
IDS = {"version": "v1", "lang": "en"}


@dataclass(frozen=True)
class Timed:
    """A format of subtitles: what to start from and what means something in it."""

    name: str
    ending: str
    example: bytes
    words: tuple[bytes, ...]


COMMON = (
    b"\n\n",
    b"\r\n",
    b"<i>",
    b"</i>",
    b"{\\an8}",
    b"\\N",
    b"\xef\xbb\xbf",
    b"-->",
    b":",
    b"-",
)
SRT = Timed(
    "srt",
    ".srt",
    b"1\n00:00:01,000 --> 00:00:02,500\n<i>You</i> again?\n\n"
    b"2\n00:00:02,500 --> 00:00:04,000\nANN: Sign.\n- No.\n\n"
    b"3\n00:01:00,000 --> 00:01:02,000\n{\\an8}\xe4\xbd\xa0\xe5\xa5\xbd\nHello\n",
    (*COMMON, b"00:00:01,000 --> 00:00:02,500\n", b"00:00:09,999", b"0:0:1,5", b"\n7\n", b"99:"),
)
VTT = Timed(
    "vtt",
    ".vtt",
    b"WEBVTT\n\nNOTE made up\n\n1\n00:00:01.000 --> 00:00:02.500 align:start\n<v Ann>You &amp; me\n"
    b"\n00:03.000 --> 00:04.000\nGo <00:00:03.500>now\n",
    (*COMMON, b"WEBVTT\n\n", b"00:00:01.000 --> 00:00:02.500\n", b"NOTE ", b"<v Ann>", b"&lt;",
     b"STYLE\n", b"REGION\n", b" align:start", b"<00:00:01.500>", b"&#0;", b"&#xD800;", b"&lrm;"),
)  # fmt: skip
ASS = Timed(
    "ass",
    ".ass",
    b"[Script Info]\nScriptType: v4.00+\n\n[V4+ Styles]\nFormat: Name, Fontname, Fontsize\n"
    b"Style: Default,Arial,20\n\n[Events]\n"
    b"Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    b"Dialogue: 0,0:00:01.00,0:00:02.50,Default,Ann,0,0,0,,{\\i1}You{\\i0}\\Nagain?\n"
    b"Comment: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,not seen\n",
    (*COMMON, b"[Script Info]\n", b"\n[Events]\n", b"Format: ", b"Dialogue: ", b"Comment: ",
     b"0:00:01.00,", b"{\\p1}", b"\\h", b"Marked=0", b"[V4 Styles]", b"ScriptType: v4.00\n",
     b"Start, End, ", b"Text", b"Style: ", b"[Fonts]\nfontname: a\n", b"[Aegisub Project Garbage]"),
)  # fmt: skip
TTML = Timed(
    "ttml",
    ".ttml",
    b'<?xml version="1.0" encoding="UTF-8"?><tt xmlns="http://www.w3.org/ns/ttml" '
    b'xmlns:ttm="http://www.w3.org/ns/ttml#metadata" xmlns:ttp="http://www.w3.org/ns/ttml#parameter"'
    b' xml:lang="en" ttp:frameRate="25" ttp:tickRate="10"><head><ttm:agent xml:id="a" type="person">'
    b'<ttm:name type="alias">Ann</ttm:name></ttm:agent></head><body><div begin="1s">'
    b'<p begin="00:00:01.000" end="00:00:02:12" ttm:agent="a">You<br/><span>again?</span></p>'
    b'<p begin="10t" dur="1500ms" xml:lang="pt-BR">N\xc3\xa3o</p></div></body></tt>',
    (*COMMON, b"<p ", b"</p>", b'begin="', b'end="', b'dur="', b"<br/>", b"<span>", b"1s", b"36f",
     b"900t", b"1500ms", b"00:00:01:12", b"frameRate", b"0", b"frameRateMultiplier", b"1 0",
     b"timeContainer=", b'"seq"', b"<!DOCTYPE", b"&#0;", b"<![CDATA[", b"xml:lang="),
)  # fmt: skip


def timed_seeds(timed: Timed, data: Path) -> dict[str, bytes]:
    """Return the inputs to start from: the example and each fixture, with each set of options."""
    held = {"example": timed.example}
    endings = (timed.ending, *({".ssa"} if timed.name == "ass" else ()))
    for path in sorted(p for e in endings for p in data.glob(f"**/*{e}") if p.is_file()):
        if path.stat().st_size <= 20_000:
            held[path.name] = path.read_bytes()
    return {
        f"{n}-{name}": bytes([n]) + content
        for name, content in held.items()
        for n in range(len(TIMED_OPTIONS))
    }


def timed_text(name: str, data: bytes) -> None:
    """Read subtitles; where the fast path takes them, the exact path and pysubs2 must agree."""
    if not data:
        return
    options = {**IDS, **TIMED_OPTIONS[data[0] % len(TIMED_OPTIONS)]}
    split = "speakers" in options or "split_languages" in options
    main = None if split else "cues"
    with _watched() as fast:
        reading = read_checked("timed_text", data[1:], f".{name}", options, main)
    if reading is None or not fast:
        return
    path = reading.files[0].path
    with _watched(exact=True):
        exact, error = refused(lambda: LOADERS["timed_text"].function([path], options))
    demand(error is None, f"the fast path reads it, and the exact path says: {error}")
    for table, frame in reading.tables.items():
        other = exact.tables[table]
        demand(frame.equals(other), f"two paths:\n{frame.to_string()}\n{other.to_string()}")
    mine, theirs = reading.files[0], exact.files[0]
    demand(mine.refused == theirs.refused, f"refused: {mine.refused} and {theirs.refused}")
    peer = None if split or "styling" in options else _pysubs2(path, name)
    if peer is not None:
        cues = reading.tables["cues"]
        text = [words.rstrip() for words in cues["text"]]
        rows = list(zip(cues["start_ms"].tolist(), text, strict=True))
        demand(rows == peer, f"not as pysubs2:\n{rows}\n{peer}")


@contextmanager
def _watched(exact: bool = False) -> Iterator[list[bool]]:
    """Tell whether the fast path reads files, or keep it from reading any."""
    from mdresearch.corpus.loaders import timed_text_files as files

    taken: list[bool] = []
    own = files.read_plain

    def plain(contents: Any, formats: Any, styling: str = "strip") -> Any:
        found = own(contents, [""] * len(contents) if exact else formats, styling)
        taken.extend(True for one in found.done.tolist() if one)
        return found

    files.read_plain = plain
    try:
        yield taken
    finally:
        files.read_plain = own


def _pysubs2(path: Path, name: str) -> list[Any] | None:
    from pysubs2 import SSAFile

    from mdresearch.core.encodings import decode

    text = decode(path.read_bytes()).text.replace("\r\n", "\n").replace("\r", "\n")
    form = "ssa" if "[V4 Styles]" in text else name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            events = SSAFile.from_string(text, format_=form)
        except (ValueError, TypeError):
            return None
    plain = (lambda e: e.plaintext) if form in ("ass", "ssa") else (lambda e: _without_tags(e.text))
    told = [(e.start, plain(e).rstrip()) for e in events if e.is_text]
    return [(start, text) for start, text in told if text]


def _without_tags(text: str) -> str:
    """Take out the tags of pysubs2, but keep words in braces: they are somebody's, as {sighs}."""
    text = re.sub(r"{\\[^}]*}", "", text.replace(r"\N", "\n"))
    return text.replace(r"\h", " ").replace(r"\n", "\n")


YAML_WORDS = (
    *(
        b"study:",
        b"claims:",
        b"expect:",
        b"exclude:",
        b"measures:",
        b"&a",
        b"*a",
        b"!!python/object",
    ),
    *(
        b"- ",
        b": ",
        b"\n  ",
        b"? ",
        b"| \n",
        b"> \n",
        b"[",
        b"]",
        b"{",
        b"}",
        b"#",
        b"---\n",
        b"...",
    ),
    *(
        b"0o7",
        b"0x1F",
        b"1_000",
        b"+012",
        b".inf",
        b".nan",
        b"1e999",
        b"~",
        b"null",
        b"%YAML 1.1\n",
    ),
    *(b"'", b'"', b"\\x00", b"<<: ", b"2026-11-23", b"!!binary", b"!!set", b"\t", b"\xc2\x85"),
)


def yaml_seeds(root: Path) -> dict[str, bytes]:
    """Return the studies of the toolkit and short pieces."""
    paths = [*sorted((root / "paper" / "studies").glob("*.yaml")), root / "CITATION.cff"]
    paths += sorted((root / "tests" / "data").glob("**/*.yaml"))
    held = {p.name: p.read_bytes()[:6_000] for p in paths if p.is_file()}
    short = b"study: s\ncorpus: c\nclaims:\n  - id: C1\n    measure: m\n    expect: a > b\n"
    scalars = b"a: [1, +1, -0x1F, 0o17, 1_000, 1.5e3, .inf, -.inf, .nan, ~, NO, yes, true, 1:30]\n"
    return {**held, "short": short, "scalars": scalars, "text": b"a: |\n  b\n  c\nd: 'e'\n"}


def yaml(data: bytes) -> None:
    """Parse YAML as a study; what came out is plain, has lines, and can be written and read again."""
    from mdresearch.study.studies import study_from

    text = data.decode("utf-8", errors="replace")
    held, error = refused(lambda: parse_yaml(text))
    if error is not None:
        return
    _plain(held)
    if isinstance(held, dict):
        for key in held:
            line = line_of(text, (key,))
            demand(line and 1 <= line <= text.count("\n") + text.count("\r") + 3, f"line {line}")
        refused(lambda: study_from(held, text))
        from fuzz_checks import FOLDER

        path = FOLDER / "written.yaml"
        write_yaml(held, path)
        again = parse_yaml(path.read_text(encoding="utf-8"))
        demand(_same(again, held), f"written and read again: {held!r} {again!r}")


def _plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, item in value.items():
            demand(type(key) is str, f"a key that is {type(key)}")
            _plain(item)
    elif isinstance(value, list):
        for item in value:
            _plain(item)
    else:
        demand(value is None or type(value) in (str, int, float, bool), f"a {type(value)}")


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(_same(a[k], b[k]) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(map(_same, a, b))
    if isinstance(a, float) and isinstance(b, float) and math.isnan(a):
        return math.isnan(b)
    return type(a) is type(b) and bool(a == b)


EXPECT_WORDS = (b" > ", b" < ", b" != ", b" ~ ", b"rising", b"falling", b"1e999", b"-.5", b"latam")


def expect_seeds() -> dict[str, bytes]:
    """Return expectations of every form."""
    forms = ("latam > noram", "BRA ~ MEX", "rising", " falling ", "> 0.8", "~ 0", "a-b:c != d_e",
             "< -1.5e-3", "> .5")  # fmt: skip
    return {str(n): form.encode() for n, form in enumerate(forms)}


def expect(data: bytes) -> None:
    """Parse an expectation; what came out is finite, has two groups or none, and says the same."""
    text = data.decode("utf-8", errors="replace")
    held, error = refused(lambda: parse_expect(text))
    if error is not None:
        return
    demand(held.relation in (">", "<", "!=", "~"), f"the relation {held.relation}")
    demand(bool(held.a) == bool(held.b), "one group only")
    demand(held.a != held.b or not held.a, "a group against itself")
    if held.a:
        again = f"{held.a} {held.relation} {held.b}"
    elif held.number is not None:
        demand(math.isfinite(held.number), f"compared with {held.number}")
        again = f"{held.relation} {held.number!r}"
    else:
        demand(held.relation in "><", f"a trend {held.relation}")
        again = "rising" if held.relation == ">" else "falling"
    other = parse_expect(again)
    mine = (held.relation, held.a, held.b, held.number)
    demand((other.relation, other.a, other.b, other.number) == mine, f"{text!r}: {again!r}")


CONDITION_WORDS = (
    *(b" == ", b" != ", b" <= ", b" >= ", b" in [", b" not in [", b" is missing", b" and ", b"]"),
    *(b" is not missing", b"'", b'"', b"n", b"x", b"t", b"b", b"m", b"true", b"nan", b"1e999"),
)


OPPOSITE = {"==": "!=", "in": "not in", "missing": "not missing"}


def condition_seeds() -> dict[str, bytes]:
    """Return conditions of every form."""
    forms = (
        "n == 1 and x >= 0.5",
        "t in [a, 'b c']",
        "t not in [a]",
        "b == false",
        "m is missing",
        "m is not missing and t != 'x'",
        't == "1"',
        "n in [1, 2]",
        "x < nan",
        "w == true",
    )
    return {str(n): form.encode() for n, form in enumerate(forms)}  # fmt: skip


def conditions(data: bytes) -> None:
    """Apply a condition to columns of every type; each row is in or out, and the opposite turns it."""
    import pandas as pd

    text = data.decode("utf-8", errors="replace")
    frame = pd.DataFrame(
        {
            "n": pd.array([1, 2, None], dtype="Int64"),
            "x": [0.5, float("nan"), 2.0],
            "t": pd.array(["a", "b c", None], dtype="str"),
            "b": [True, False, True],
            "m": pd.array([None, True, False], dtype="boolean"),
            "w": pd.array(["TRUE", "false", None], dtype="str"),
        }
    )
    terms, error = refused(lambda: parse_condition(text))
    if error is not None:
        return
    held, error = refused(lambda: rows_where(frame, text))
    if error is not None:
        demand(isinstance(error, DataError), f"it parses, and then: {error}")
        return
    demand(held.dtype == bool and held.index.equals(frame.index), f"no truth values: {held}")
    term = terms[0]
    if (
        len(terms) > 1
        or term.operator not in OPPOSITE
        or any(set("\"'") & set(o) for o in term.operands)
    ):
        return
    operands = f"[{', '.join(repr(o) for o in term.operands)}]" if "in" in term.operator else ""
    if term.operator == "==":
        operands = repr(term.operands[0])
    word = "is " if "missing" in term.operator else ""
    same, turned = (
        f"{term.column} {word}{operator} {operands}"
        for operator in (term.operator, OPPOSITE[term.operator])
    )
    mine, error = refused(lambda: rows_where(frame, same))
    if error is None and "\\" not in operands and "," not in "".join(term.operands):
        demand(mine.equals(held), f"{text!r} is not {same!r}")
        other = rows_where(frame, turned)
        demand((held ^ other).all(), f"{text!r} and its opposite overlap")
