"""Words that turn a hit into its opposite, by language: looked for near it, in the same clause."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mdresearch.coding.dictionary_scripts import fold_word

_CLAUSE = re.compile(r"[.,;:!?…()\[\]{}\"“”«»。，、；：！？「」『』（）।॥؟،؛\x00]")
_TOKEN = re.compile(r"[^\s]+")


@dataclass(frozen=True, slots=True)
class Negation:
    """Negators of a language: words (whole tokens) or parts of running text, before and behind.

    ``reach`` counts words where the language writes spaces between them, else letters.
    """

    before: frozenset[str] = frozenset()
    behind: frozenset[str] = frozenset()
    reach: int = 3
    running: bool = False


def _of(before: str, behind: str = "", reach: int = 3, running: bool = False) -> Negation:
    first, last = (
        frozenset(fold_word(w) for w in words.split("|") if w) for words in (before, behind)
    )
    return Negation(first, last, reach, running)


NEGATIONS: Mapping[str, Negation] = {
    "en": _of("not|no|never|nobody|without|neither|nor|isn't|aren't|wasn't|weren't|don't|doesn't|"
              "didn't|won't|can't|cannot|couldn't|wouldn't|shouldn't|hasn't|haven't|ain't"),
    "zh": _of("不|没|沒|别|別|勿|非|未|无|無|毫无|不是|没有", reach=3, running=True),
    "es": _of("no|nunca|jamás|sin|ni|tampoco|nadie|ningún|ninguna"),
    "pt": _of("não|nunca|jamais|sem|nem|tampouco|ninguém|nenhum|nenhuma"),
    "ja": _of("", "ない|なかった|ません|ぬ|ず|じゃない|ではない", reach=6, running=True),
    "ko": _of("안|못", "않|아니|없|말", reach=5, running=True),
    "id": _of("tidak|bukan|tak|jangan|belum|tanpa|nggak|enggak|gak|ga"),
    "th": _of("ไม่|มิ|อย่า|ไร้|ปราศจาก|ไม่ใช่", reach=8, running=True),
    "ar": _of("لا|لم|لن|ليس|ليست|لست|بدون|دون|غير|ما|بلا"),
    "hi": _of("नहीं|मत|न|ना|बिना|कभी नहीं", "नहीं|मत|न|ना"),
}  # fmt: skip


def negated(text: str, begin: int, end: int, lang: str) -> bool:
    """Tell whether a hit in a folded text is negated.

    Examples
    --------
    >>> negated("he is not a ceo", 12, 15, "en"), negated("no. the ceo", 8, 11, "en")
    (True, False)
    """
    rule = NEGATIONS.get(lang.split("-")[0].lower())
    if rule is None:
        return False
    room = 12 * (rule.reach + 1)
    before = _CLAUSE.split(text[max(0, begin - room) : begin])[-1]
    behind = _CLAUSE.split(text[end : end + room], maxsplit=1)[0]
    if rule.running:
        near, after = before[-rule.reach :], behind[: rule.reach]
        return any(w in near for w in rule.before) or any(w in after for w in rule.behind)
    words = _TOKEN.findall(before)[-rule.reach :]
    later = _TOKEN.findall(behind)[: rule.reach]
    return any(w in rule.before for w in words) or any(w in rule.behind for w in later)
