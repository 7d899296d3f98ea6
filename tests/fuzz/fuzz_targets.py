"""The table of what is fuzzed: a name, the inputs to start from, and what is tried with each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import fuzz_checks
import fuzz_files
import fuzz_text

from mdresearch.corpus.loading import LOADERS

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "data"
FOUND = HERE / "found"
LARGEST_SEED = 20_000
RETRIEVED = {"retrieved_at": "2026-11-23"}


@dataclass(frozen=True)
class Target:
    """A parser that is fuzzed.

    Attributes
    ----------
    name : str
        As the command has it.
    run : callable
        Takes bytes; returns where all is well, raises where it is not.
    seeds : callable
        Gives the inputs to start from, by a name.
    words : tuple of bytes
        What means something in the format, for the fuzzer to put in.
    longest : int
        The longest input that is tried, in bytes.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Mapping[str, bytes]]
    words: tuple[bytes, ...] = ()
    longest: int = 4_096


@dataclass(frozen=True)
class Way:
    """One way to read a file; the first byte of an input says which way of its target is meant."""

    kind: str
    ending: str
    options: Mapping[str, Any] = field(default_factory=dict)
    main: str | None = None


def read_in_a_way(ways: tuple[Way, ...], data: bytes) -> None:
    """Read a file by the way that its first byte says."""
    if data:
        way = ways[data[0] % len(ways)]
        fuzz_checks.read_checked(way.kind, data[1:], way.ending, way.options, way.main)


def seeds_of(
    ways: tuple[Way, ...], patterns: Iterable[str] = (), inline: Iterable[bytes] = ()
) -> dict[str, bytes]:
    """Return the example of every kind, each fixture that fits, and inline inputs, every way."""
    out = {f"{n}-{w.kind}": bytes([n]) + LOADERS[w.kind].example for n, w in enumerate(ways)}
    files = [p for pattern in patterns for p in sorted(DATA.glob(pattern)) if p.is_file()]
    held = {p.name: p.read_bytes() for p in files if p.stat().st_size <= LARGEST_SEED}
    held |= {f"inline-{n}": content for n, content in enumerate(inline)}
    for name, content in held.items():
        for n, _ in enumerate(ways):
            out[f"{n}-{name}"] = bytes([n]) + content
    return out


def of_kinds(
    name: str,
    ways: Iterable[Way],
    patterns: Iterable[str],
    words: tuple[bytes, ...],
    inline: Iterable[bytes] = (),
) -> Target:
    """Return a target that reads files of kinds in ``LOADERS``."""
    held = tuple(ways)
    seeds = partial(seeds_of, held, tuple(patterns), tuple(inline))
    return Target(name, partial(read_in_a_way, held), seeds, words)


JSON_WORDS = (
    *(b"null", b"true", b"false", b"NaN", b"1e999", b"-1", b'"\\ud800"', b"[]", b"{}", b'"":'),
    *(b"99999999999999999999", b"1.5", b"[[[[", b'"2026-02-31"', b"0.0", b"\\u0000"),
)
CSV_WORDS = (
    *(b'"', b'""', b",", b";", b"\t", b"|", b"\r\n", b"\n\n", b"\xef\xbb\xbf", b"\x00", b"NA"),
    *(b"-1", b"1e999", b"nan", b"inf", b"99999999999999999999", b"2026-02-31", b"1.2K", b"=1+1"),
)
XML_WORDS = (
    *(b"<", b"/>", b"</", b"&#0;", b"&amp;", b"&#xD800;", b"<![CDATA[", b"]]>", b"<!--", b"-->"),
    *(b'="', b"<!DOCTYPE", b"<!ENTITY", b"&x;", b"<?xml version='1.0' encoding='gbk'?>"),
    *(b"-1", b"1e9", b"99999999999", b"\xef\xbb\xbf", b"\xff\xfe", b"\x00"),
)


def _made_of(kinds: Mapping[str, Any]) -> list[Way]:
    return [
        Way(kind, ending, {**LOADERS[kind].example_options, **RETRIEVED}, "comments")
        for kind in kinds
        for ending in LOADERS[kind].extensions[:1]
    ]


def _json_catalogues() -> list[Way]:
    return [
        Way(kind, ".json")
        for kind, loader in LOADERS.items()
        if "performance" in loader.gives and ".json" in loader.extensions
    ]


def _csv_catalogues() -> list[Way]:
    return [
        Way(
            kind,
            loader.extensions[0],
            {"subtract_seed": True} if "subtract_seed" in loader.options else {},
        )
        for kind, loader in LOADERS.items()
        if "performance" in loader.gives and loader.extensions[0] in (".csv", ".tsv")
    ]


def _watch() -> list[Way]:
    return [
        Way(kind, ".csv", loader.example_options, "watch")
        for kind, loader in LOADERS.items()
        if "watch" in loader.gives
    ]


SCRIPT_WORDS = (
    *(
        b"INT. ",
        b"EXT. ",
        b"Title: ",
        b"Author: ",
        b"@",
        b"!",
        b">",
        b"<",
        b"/*",
        b"*/",
        b"[[",
        b"]]",
    ),
    *(
        b"===",
        b"# ",
        b"= ",
        b"~",
        b"^",
        b"(V.O.)",
        b"CUT TO:",
        b"\n\n",
        b"\r",
        b".SCENE #1#",
        b"\t",
    ),
    *("第1集".encode(), "场 1-1 日 内 ".encode(), "△".encode(), "：".encode(), "人物：".encode()),
    *("（".encode(), "）".encode(), "第99999999999集".encode(), b"\xff\xfe", b"\x00", b"EPISODE 2"),
)


def _scripts() -> list[Way]:
    return [
        Way("fountain", ".fountain", {"version": "v1", "lang": "en"}),
        Way("fountain", ".fountain", {"version": "v1", "lang": "zh", "encoding": "gb18030"}),
        Way("screenplay_text", ".txt", {"version": "v1", "lang": "zh"}),
        Way("screenplay_text", ".txt", {"version": "v1", "lang": "en"}),
    ]


def _targets() -> list[Target]:
    from mdresearch.corpus.loaders import comments, reviews

    timed = (fuzz_text.SRT, fuzz_text.VTT, fuzz_text.ASS, fuzz_text.TTML)
    return [
        *(
            Target(
                t.name,
                partial(fuzz_text.timed_text, t.name),
                partial(fuzz_text.timed_seeds, t, DATA),
                t.words,
            )
            for t in timed
        ),
        of_kinds(
            "bilibili",
            [
                Way("bilibili_xml", ".xml", {}, "comments"),
                Way("bilibili_xml", ".xml", {"encoding": "gb18030"}, "comments"),
            ],
            ["**/*bilibili*.xml"],
            (*XML_WORDS, b'<d p="', b'">', b"</d>", b"<i>", b"</i>", b"<maxlimit>", b",7,", b",8,"),
        ),
        of_kinds(
            "niconico",
            [Way("niconico_xml", ".xml", {}, "comments")],
            ["**/*niconico*.xml"],
            (*XML_WORDS, b"<chat ", b"</chat>", b"<packet>", b"vpos=", b"date=", b"<thread "),
        ),
        of_kinds(
            "hongguo",
            [
                Way("hongguo_csv", ".csv", {}, "comments"),
                Way("hongguo_csv", ".csv", {"encoding": "utf-8"}, "comments"),
            ],
            ["**/*hongguo*.csv"],
            CSV_WORDS,
            [LOADERS["hongguo_csv"].example.decode("gb18030").encode()],
        ),
        of_kinds(
            "danmaku_json",
            [Way("danmaku_json", ".json", {}, "comments"), Way("highlights_json", ".json")],
            ["danmaku/*.json"],
            JSON_WORDS,
        ),
        of_kinds("reviews", _made_of(reviews.KINDS), ["reviews/*"], JSON_WORDS),
        of_kinds("comments", _made_of(comments.KINDS), ["comments/*"], JSON_WORDS),
        of_kinds("catalogue_json", _json_catalogues(), ["catalogues/*.json"], JSON_WORDS),
        of_kinds("catalogue_csv", _csv_catalogues(), ["catalogues/*.?sv"], CSV_WORDS),
        of_kinds("watch", _watch(), ["watch/*.?sv"], CSV_WORDS),
        of_kinds("scripts", _scripts(), ["scripts/*.txt", "scripts/*.fountain"], SCRIPT_WORDS),
        of_kinds(
            "surveys_text",
            [
                Way("qualtrics_csv", ".csv", {}, "respondents"),
                Way("qualtrics_csv", ".tsv", {}, "respondents"),
                Way("limesurvey_csv", ".csv", {}, "respondents"),
            ],
            ["surveys/*.csv", "surveys/*.tsv"],
            (*CSV_WORDS, b"ImportId", b"ResponseId", b"StartDate", b"QID1", b"[other]", b"{\"\"",
             b"response ID", b"submitdate", b"Q1[SQ001]", b"1,2,3", b"-99", b"\xff\xfe"),
        ),
        Target("surveys_binary", fuzz_files.binary, partial(fuzz_files.binary_seeds, DATA),
               fuzz_files.BINARY_WORDS, 9_000),
        Target("codebooks", fuzz_files.codebook, partial(fuzz_files.codebook_seeds, DATA),
               fuzz_files.CODEBOOK_WORDS, 8_192),
        Target("archives", fuzz_files.archive, fuzz_files.zip_seeds, fuzz_files.ZIP_WORDS),
        Target("workbooks", fuzz_files.workbook, fuzz_files.workbook_seeds,
               (*fuzz_files.SHEET_WORDS, *fuzz_files.ZIP_WORDS), 8_192),
        Target("yaml", fuzz_text.yaml, partial(fuzz_text.yaml_seeds, HERE.parent.parent),
               fuzz_text.YAML_WORDS),
        Target("expect", fuzz_text.expect, fuzz_text.expect_seeds, fuzz_text.EXPECT_WORDS, 200),
        Target("conditions", fuzz_text.conditions, fuzz_text.condition_seeds,
               fuzz_text.CONDITION_WORDS, 400),
    ]  # fmt: skip


TARGETS: Mapping[str, Target] = {target.name: target for target in _targets()}
