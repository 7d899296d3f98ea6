"""Every entry of a dictionary in many texts, in one pass: the longest entry at a place counts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mdresearch.coding.dictionary_negation import negated
from mdresearch.coding.dictionary_scripts import bounded, fold, fold_word

LOT = 2_000_000
END = "\x00"


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry in a text: its place in code points, half-open."""

    text: int
    word: str
    begin: int
    end: int
    negated: bool


@dataclass(frozen=True, slots=True)
class Matcher:
    """A compiled dictionary of one language; ``words`` gives the entry as it was written."""

    lang: str
    patterns: tuple[re.Pattern[str], ...]
    words: Mapping[str, str]


def matcher(words: Iterable[str], lang: str) -> Matcher:
    """Compile the entries of one language.

    Examples
    --------
    >>> found = find(["The CEO's son-in-law."], matcher(["ceo", "son", "son-in-law"], "en"))
    >>> [(h.word, h.begin, h.end) for h in found[0]]
    [('ceo', 4, 7), ('son-in-law', 10, 20)]
    """
    folded: dict[str, str] = {}
    for word in words:
        if key := fold_word(word):
            folded.setdefault(key, word)
    kinds: dict[tuple[str, str], list[str]] = {}
    for key in folded:
        kinds.setdefault(bounded(key), []).append(key)
    patterns = tuple(
        re.compile(f"{left}({_trie(group)}){right}") for (left, right), group in kinds.items()
    )
    return Matcher(lang, patterns, folded)


def _trie(words: Sequence[str]) -> str:
    """Return a pattern that tries the longest word first, and looks at each letter once."""
    root: dict[str, Any] = {}
    for word in words:
        node = root
        for letter in word:
            node = node.setdefault(letter, {})
        node[""] = {}
    return _branch(root)


def _branch(node: Mapping[str, Any]) -> str:
    below = []
    for letter, rest in node.items():
        if letter:
            said = " +" if letter == " " else re.escape(letter)
            below.append(said + _branch(rest))
    if not below:
        return ""
    joined = below[0] if len(below) == 1 else f"(?:{'|'.join(below)})"
    return f"(?:{joined})?" if "" in node else joined


def find(texts: Sequence[str], held: Matcher) -> tuple[list[Hit], int]:
    """Return the hits in some texts, in order, and how many lay inside a longer one.

    Parameters
    ----------
    texts : sequence of str
    held : Matcher
    """
    hits: list[Hit] = []
    inside = 0
    first = size = 0
    for i, text in enumerate(texts):
        size += len(text)
        if size > LOT or i == len(texts) - 1:
            found, within = _find(texts[first : i + 1], first, held)
            hits += found
            inside += within
            first, size = i + 1, 0
    return hits, inside


def _find(texts: Sequence[str], offset: int, held: Matcher) -> tuple[list[Hit], int]:
    import numpy as np

    folded = [fold(text.replace(END, " ")) for text in texts]
    whole = END.join([text for text, _ in folded])
    spans = [
        (match.start(1), match.end(1))
        for pattern in held.patterns
        for match in pattern.finditer(whole)
    ]
    spans.sort(key=lambda s: (s[0], -s[1]))
    kept: list[tuple[int, int]] = []
    for span in spans:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
        elif span[1] - span[0] > kept[-1][1] - kept[-1][0]:
            kept[-1] = span
    begins = np.concatenate([[0], np.cumsum([len(text) + 1 for text, _ in folded])])
    owners = np.searchsorted(begins, [a for a, _ in kept], side="right") - 1
    hits = []
    for (a, b), owner in zip(kept, owners.tolist(), strict=True):
        text, places = folded[owner]
        begin, end = a - int(begins[owner]), b - int(begins[owner])
        word = held.words[" ".join(text[begin:end].split())]
        not_so = negated(text, begin, end, held.lang)
        if places is not None:
            begin, end = places[begin], places[end]
        hits.append(Hit(offset + owner, word, begin, end, not_so))
    return hits, len(spans) - len(kept)


def counted(hits: Iterable[Hit]) -> Counter[tuple[str, bool]]:
    """Count hits by word and whether they are negated."""
    return Counter((hit.word, hit.negated) for hit in hits)
