"""Bytes to text: the encoding stated, or told by marks, strict trial and common characters."""

from __future__ import annotations

import codecs
import functools
from dataclasses import dataclass

from mdresearch.core.errors import DataError, unknown_name

MAX_BYTES = 256_000_000
SAMPLE = 50_000
PLAUSIBLE = 0.85
MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# What a scholar may state: charsets only, none of Python's transforms.
ENCODINGS = (
    *("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "ascii"),
    *("gb18030", "gbk", "gb2312", "big5", "cp950", "big5hkscs", "shift_jis", "cp932", "euc_jp"),
    *("iso2022_jp", "cp949", "euc_kr", "latin-1", "iso8859-2", "iso8859-9", "iso8859-15"),
    *("cp1250", "cp1251", "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "cp1257", "cp1258"),
    *("cp874", "koi8-r", "mac-roman"),
)
# Tried where neither a mark nor UTF-8 tells: in this order, the first of the most plausible wins.
CANDIDATES = ("cp949", "gb18030", "big5", "cp950", "big5hkscs", "cp932", "euc_jp", "cp1252")
# In the double-byte sets, the rows where their authors put the common characters ("level 1").
COMMON_ROWS = {
    "cp949": ((0xB0, 0xC8),),
    "gb18030": ((0xB0, 0xD7),),
    "big5": ((0xA4, 0xC6),),
    "cp932": ((0x82, 0x83), (0x88, 0x98)),
    "euc_jp": ((0xA4, 0xA5), (0xB0, 0xCF)),
}
SAME_ROWS = {"cp950": "big5", "big5hkscs": "big5"}
SIGNS = "　、。〈〉《》「」『』【】〔〕・ー々…—～·！（），．：；？％“”‘’－"
WESTERN = (
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜßàáâãäåæçèéêëìíîïñòóôõöøùúûüÿŒœŠšŽžŸ‘’“”«»‹›…–—•¿¡€£§©®°ªº´·\xa0"
)

WESTERN_PAIRS = ("éé", "çã", "çõ", "çà", "öß", "üß", "äß", "íñ", "ññ")


@dataclass(frozen=True)
class Decoded:
    """A text and how it was read.

    Attributes
    ----------
    text : str
        The text, without a byte order mark at its start.
    encoding : str
        The encoding that it was read with.
    note : str
        What a reader must know (another encoding fits nearly as well, the last character is cut
        off); empty where nothing is in doubt.
    """

    text: str
    encoding: str
    note: str = ""


def decode(
    content: bytes, encoding: str | None = None, name: str = "", max_bytes: int = MAX_BYTES
) -> Decoded:
    """Turn the bytes of a file into text, and say with which encoding.

    Parameters
    ----------
    content : bytes
        The whole file.
    encoding : str or None
        One of `ENCODINGS`, which must fit strictly. None finds it: by a byte order mark, by zero
        bytes where UTF-16 has them, as UTF-8, then by which legacy encoding reads all bytes as
        characters that are common in its own script.
    name : str
        What to call the file in messages.
    max_bytes : int
        Longer content is refused.

    Raises
    ------
    DataError
        The content is too long, holds NUL bytes and is no UTF-16, is not in the encoding that was
        stated (the message names byte and line), or no encoding is plausible.
    UnknownNameError
        The encoding that was stated is not known.

    Examples
    --------
    >>> decode("你我他".encode("gb18030")).encoding
    'gb18030'
    """
    name = name or "the text"
    if len(content) > max_bytes:
        raise DataError(
            f"{name}: {len(content):,} bytes; at most {max_bytes:,} are read as one text. Is it "
            "the right file? Split it if it is."
        )
    mark, marked = next(((m, e) for m, e in MARKS if content.startswith(m)), (b"", ""))
    if encoding is not None:
        return _stated(content, _known(encoding), name, mark, marked)
    if marked:
        return _strict(content, marked, name, len(mark), "as its byte order mark says")
    if b"\x00" in content:
        return _wide(content, name)
    if b"\x1b$" in content and content.isascii():
        return _strict(content, "iso2022_jp", name, 0, "as its escape sequences say")
    try:
        return Decoded(content.decode("utf-8"), "utf-8")
    except UnicodeDecodeError as error:
        if _only_cut(content, error):
            return _cut(content, "utf-8", error.start)
    return _legacy(content, name)


def _known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding).name
    except LookupError:
        found = ""
    names = {codecs.lookup(e).name: e for e in ENCODINGS}
    if encoding.lower().replace("_", "-") == "utf-8-sig":
        return "utf-8"
    if found not in names:
        raise unknown_name("encoding", encoding, ENCODINGS)
    return names[found]


def _stated(content: bytes, encoding: str, name: str, mark: bytes, marked: str) -> Decoded:
    wide = encoding in ("utf-16", "utf-32") and marked.startswith(encoding)
    if marked and marked != encoding and not wide:
        raise DataError(
            f"{name}: it begins with the byte order mark of {marked}, but encoding='{encoding}' "
            f"was stated. Leave encoding= out, or say encoding='{marked}'."
        )
    if encoding in ("utf-16", "utf-32"):
        encoding = marked if wide else f"{encoding}-le"
    return _strict(content, encoding, name, len(mark) if marked else 0, "as encoding= says")


def _strict(content: bytes, encoding: str, name: str, skip: int, why: str) -> Decoded:
    try:
        text = content[skip:].decode(encoding)
    except UnicodeDecodeError as error:
        if _only_cut(content[skip:], error):
            return _cut(content[skip:], encoding, error.start)
        place = skip + error.start
        raise DataError(
            f"{name}, line {_line(content, place, encoding)}, byte {place}: "
            f"0x{content[place]:02x} is not {encoding}, {why}. Leave encoding= out so that it is "
            "found, name another, or save the file as UTF-8."
        ) from error
    return Decoded(_without_nul(text, name), encoding)


def _only_cut(content: bytes, error: UnicodeDecodeError) -> bool:
    ends = ("unexpected end of data", "truncated data", "incomplete multibyte sequence")
    return error.reason in ends and error.start >= 3 and len(content) - error.start <= 3


def _cut(content: bytes, encoding: str, place: int) -> Decoded:
    left = len(content) - place
    note = f"the last character is cut off ({left} byte{'s' * (left > 1)} left out)"
    return Decoded(content[:place].decode(encoding), encoding, note)


def _wide(content: bytes, name: str) -> Decoded:
    """Read UTF-16 without a mark: zeros stand in one half of the bytes, and all else is text."""
    sample = content[: 4 * SAMPLE]
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    encoding = "utf-16-le" if high > low else "utf-16-be"
    try:
        text = content[: len(content) - len(content) % 2].decode(encoding)
    except UnicodeDecodeError:
        text = "\x00"
    head = text[:SAMPLE]
    odd = sum(not (c.isprintable() or c in "\t\r\n\f\v\ufeff\u3000\xa0") for c in head)
    if (
        _stray(sample)
        or "\x00" in text
        or min(low, high) > 0.05 * max(low, high)
        or odd > 0.02 * len(head)
    ):
        place = content.index(0)
        raise DataError(
            f"{name}, line {_line(content, place)}, byte {place}: a NUL byte, and it is not "
            "UTF-16. This is not a text file, or it is damaged; copy it again from its source."
        )
    if len(content) % 2:
        return Decoded(text, encoding, "the last character is cut off (1 byte left out)")
    return Decoded(text, encoding)


def _stray(sample: bytes) -> bool:
    """Whether few NUL bytes stand in what is UTF-8 without them: damage, not letters of two bytes.

    Latin letters of UTF-16 are NUL bytes by half; without its few NUL bytes, Chinese is no UTF-8.
    """
    zeros = sample.count(0)
    try:
        sample.replace(b"\x00", b"").decode("utf-8")
    except UnicodeDecodeError as error:
        return 4 * zeros < len(sample) and _only_cut(sample.replace(b"\x00", b""), error)
    return 4 * zeros < len(sample)


def _legacy(content: bytes, name: str) -> Decoded:
    read: dict[str, tuple[str, bool]] = {}
    for encoding in CANDIDATES:
        try:
            read[encoding] = (content.decode(encoding), False)
        except UnicodeDecodeError as error:
            if _only_cut(content, error):
                read[encoding] = (content[: error.start].decode(encoding), True)
    scores = {encoding: plausibility(text, encoding) for encoding, (text, _) in read.items()}
    if "cp949" in scores and sum(not c.isascii() for c in read["cp949"][0]) < 10:
        scores["cp949"] -= 0.01  # in a few characters all may lie in the rows of hangul by chance
    order = sorted(scores, key=lambda e: -scores[e])
    if not order or scores[order[0]] < PLAUSIBLE:
        tried = ", ".join(f"{e} {scores[e]:.2f}" for e in order) or "none"
        raise DataError(
            f"{name}: it is not UTF-8, and no encoding reads it as plausible text (from 0 to 1: "
            f"{tried}; {PLAUSIBLE} is asked for). Say encoding=, such as 'cp1251' for Cyrillic or "
            "'cp874' for Thai, or save the file as UTF-8."
        )
    best = order[0]
    text, cut = read[best]
    near: dict[str, str] = {}
    for other in order[1:]:
        if scores[other] > scores[best] - 0.1 and read[other][0] != text:
            near.setdefault(read[other][0], other)
    notes = [f"{other} is nearly as plausible as {best}" for other in near.values()]
    if cut:
        notes.append("the last character is cut off and left out")
    if not notes and sum(not c.isascii() for c in text) < 8:
        notes.append(f"few characters tell that it is {best}")
    return Decoded(_without_nul(text, name), best, "; ".join(notes))


def plausibility(text: str, encoding: str) -> float:
    """Return the share of characters outside ASCII that are common in texts of an encoding, 0-1.

    Examples
    --------
    >>> plausibility("我们", "gb18030"), plausibility("ÎÒÃÇ", "cp1252")
    (1.0, 0.0)
    """
    sample = text[:SAMPLE]
    others = [c for c in sample if not c.isascii()]
    if not others:
        return 0.0
    if encoding == "cp1252":
        pairs = zip(" " + sample, sample, sample[1:] + " ", strict=False)
        fits = sum(c in WESTERN and not _crowded(a, c, b) for a, c, b in pairs if not c.isascii())
        return fits / len(others)
    common = _common(SAME_ROWS.get(encoding, encoding))
    return sum(c in common for c in others) / len(others)


def _crowded(before: str, char: str, after: str) -> bool:
    """Two letters outside ASCII side by side are rare in the west, a mark inside a word too."""
    if char in "¿¡":
        return before.isalpha()
    pairs = [before + char, char + after]
    return char.isalpha() and any(
        pair.isalpha() and not (pair[0].isascii() or pair[1].isascii() or pair in WESTERN_PAIRS)
        for pair in pairs
    )


@functools.cache
def _common(encoding: str) -> frozenset[str]:
    held = set(SIGNS)
    for low, high in COMMON_ROWS[encoding]:
        for lead in range(low, high + 1):
            for trail in range(0x40, 0xFF):
                if encoding in ("gb18030", "cp949", "euc_jp") and trail < 0xA1:
                    continue
                char = bytes((lead, trail)).decode(encoding, errors="replace")
                held.update(char if len(char) == 1 else "")
    return frozenset(c for c in held if not c.isascii() and c != "\ufffd")


def _without_nul(text: str, name: str) -> str:
    place = text.find("\x00")
    if place >= 0:
        line = text.count("\n", 0, place) + 1
        raise DataError(
            f"{name}, line {line}: a NUL character. This is not a text file, or it is damaged; "
            "copy it again from its source."
        )
    return text


def _line(content: bytes, place: int, encoding: str = "ascii") -> int:
    before = content[:place]
    if encoding.startswith(("utf-16", "utf-32")):
        return before.decode(encoding, errors="ignore").count("\n") + 1
    return before.count(b"\n") + 1
