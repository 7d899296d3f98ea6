"""The list of datasets for people: where each is, how large, under which licence."""

from __future__ import annotations

import textwrap

from mdresearch.corpus.catalogue import DATASETS, Dataset
from mdresearch.corpus.datasets import LOCAL, where

WIDTH = 80
PLACES = {
    "bundled": "BUNDLED: comes with the package, works offline",
    "local": f"LOCAL: its files are in ${LOCAL}",
    "cached": "CACHED: was fetched before, works offline",
    "remote": "REMOTE: fetched when asked for, checked by SHA-256",
    "remote, untested offline": (
        "REMOTE, UNTESTED OFFLINE: pinned by SHA-256; its address was never reached from where "
        "this was made"
    ),
    "by hand": "BY HAND: a conversion with no address; 'fetch' says how to make it",
    "by hand, untested offline": "BY HAND, UNTESTED OFFLINE: as above, and never read here",
}


def dataset_listing(width: int = WIDTH) -> str:
    """Return every dataset by place, at most ``width`` columns wide.

    A line has the name, the rows of the main table (of all tables where it is bundled) and the
    licence; the lines below it have the title.
    """
    by_place: dict[str, list[Dataset]] = {}
    for entry in DATASETS.values():
        by_place.setdefault(where(entry), []).append(entry)
    longest = max(len(name) for name in DATASETS)
    blocks = []
    for place in sorted(by_place, key=list(PLACES).index):
        heading = _wrapped(PLACES[place], width)
        blocks.append("\n".join([*heading, *_entries(by_place[place], longest, width)]))
    end = (
        "Numbers are rows. 'mdresearch fetch NAME' checks and reads a dataset, and prints its "
        "licence and how to cite it; 'none stated' means that nothing allows you to pass it on."
    )
    return "\n\n".join([*blocks, "\n".join(_wrapped(end, width))])


def _entries(held: list[Dataset], longest: int, width: int) -> list[str]:
    lines = []
    for entry in sorted(held, key=lambda e: e.name):
        first = f"  {entry.name:<{longest}} {entry.rows:>8,}  "
        kind = "SIMULATED, " if entry.kind == "simulated" else ""
        licence = _wrapped(kind + entry.licence, width - len(first))
        lines.append(first + licence[0])
        lines += [" " * len(first) + line for line in licence[1:]]
        lines += [f"      {line}" for line in _wrapped(entry.title, width - 6)]
    return lines


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, max(width, 20), break_on_hyphens=False) or [""]
