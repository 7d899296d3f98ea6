"""Letters made alike without losing their places, and where a word begins and ends, by script."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

# Signs that are written into a word and change nothing: vowel signs and length of Arabic.
_ARABIC_SIGNS = frozenset("\u0640\u0670" + "".join(map(chr, range(0x064B, 0x0653))))
_MARKS = "\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0951-\u0957\u0962\u0963\u064b-\u065f\u0670"
WORD = rf"[\w{_MARKS}]"
_KATAKANA = "\u30a1-\u30fa\u30fc\uff66-\uff9f"
_BLOCKS: tuple[tuple[int, int, str], ...] = (
    (0x0600, 0x06FF, "arabic"), (0x0750, 0x077F, "arabic"), (0x0E00, 0x0EFF, "none"),
    (0x1000, 0x109F, "none"), (0x1100, 0x11FF, "hangul"), (0x1780, 0x17FF, "none"),
    (0x3040, 0x309F, "none"), (0x30A0, 0x30FF, "katakana"), (0x3130, 0x318F, "hangul"),
    (0x31F0, 0x31FF, "katakana"), (0x3400, 0x9FFF, "none"), (0xAC00, 0xD7AF, "hangul"),
    (0xF900, 0xFAFF, "none"), (0x20000, 0x3FFFF, "none"),
)  # fmt: skip
# Particles and the article that Arabic writes together with the word behind them.
ARABIC_PREFIX = "(?:[وف]?(?:ال|بال|كال|لل|[بكل])?)"


def boundary_of(letter: str) -> str:
    """Return how words with this letter are told apart: ``words``, ``none``, ``hangul``, ...

    Examples
    --------
    >>> [boundary_of(c) for c in "a总ス한ع"]
    ['words', 'none', 'katakana', 'hangul', 'arabic']
    """
    point = ord(letter)
    for first, last, kind in _BLOCKS:
        if first <= point <= last:
            return kind
    return "words"


def bounded(word: str) -> tuple[str, str]:
    """Return what must stand before and behind a folded word, as patterns.

    Words of Latin, Cyrillic, Devanagari and like scripts stand alone. A word in Hangul has
    particles behind it, one in Arabic has particles and the article before it. Between Chinese,
    kana and Thai letters nothing tells where a word ends; but a word in katakana is not a part of a
    longer one.
    """
    before, behind = boundary_of(word[0]), boundary_of(word[-1])
    left = {
        "none": "",
        "katakana": rf"(?<![{_KATAKANA}])",
        "arabic": rf"(?<!{WORD}){ARABIC_PREFIX}",
    }.get(before, rf"(?<!{WORD})")
    right = {"none": "", "hangul": "", "katakana": rf"(?![{_KATAKANA}])"}.get(
        behind, rf"(?!{WORD})"
    )
    return left, right


@lru_cache(maxsize=65_536)
def _fold(cluster: str) -> str:
    """Fold a letter and its marks: compatibility forms, case, Arabic signs, white space."""
    text = "".join(c for c in unicodedata.normalize("NFKC", cluster) if c not in _ARABIC_SIGNS)
    if text.isspace():
        return " "
    return unicodedata.normalize("NFC", text.casefold())


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    r"""Return a text with its letters made alike, and the place of each letter of it.

    Full width, case, composed and decomposed letters, and Arabic vowel signs make no difference.

    Returns
    -------
    folded : str
    places : sequence of int or None
        ``places[i]`` is where in ``text`` the letter ``folded[i]`` begins, with one more for the
        end; None where all are where they were.

    Examples
    --------
    >>> fold("ＣＥＯ")[0], fold("e\u0301x")
    ('ceo', ('éx', (0, 2, 3)))
    """
    if text.isascii():
        return text.lower().translate(_SPACES), None
    out: list[str] = []
    places: list[int] = []
    at, moved = 0, False
    while at < len(text):
        end = at + 1
        while end < len(text) and unicodedata.combining(text[end]) and not text[at].isspace():
            end += 1
        letters = _fold(text[at:end])
        moved |= len(letters) != end - at
        out.append(letters)
        places += [at] * len(letters)
        at = end
    folded = "".join(out)
    return folded, (*places, len(text)) if moved else None


_SPACES = {ord(c): " " for c in "\t\n\r\x0b\x0c"}
_BLANKS = re.compile(r"\s+")


def fold_word(word: str) -> str:
    """Return an entry of a dictionary, folded, with single spaces."""
    return _BLANKS.sub(" ", fold(word)[0]).strip()
