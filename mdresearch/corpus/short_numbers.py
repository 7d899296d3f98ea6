"""Short numbers in text: ``138.2M``, ``16.9w``, ``1亿``, ``快手播放1亿``; ambiguity is refused."""

from __future__ import annotations

import re
from collections.abc import Hashable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# What a suffix multiplies by, as a power of ten. Not here, since one spelling means two numbers:
# "mil" (a thousand in Spanish and Portuguese, a million in Czech and Romanian), "e" for 亿.
POWERS = {
    "k": 3,
    "rb": 3,
    "千": 3,
    "천": 3,
    "w": 4,
    "万": 4,
    "萬": 4,
    "만": 4,
    "m": 6,
    "mi": 6,
    "mio": 6,
    "jt": 6,
    "亿": 8,
    "億": 8,
    "억": 8,
    "b": 9,
}
CHINESE = ("w", "万", "萬", "만", "亿", "億", "억")  # with these a dot is a decimal mark
# Words before a number that make it a rank or a place, not a count.
PLACES = ("top", "no", "nr", "n°", "nº", "第", "ep", "rank", "#")
# Words after a number that say what is counted and do not change it.
UNITS = ("次播放", "次观看", "次", "播放", "views", "view", "likes", "like", "回視聴", "回")
# Words that hedge a number: what is read is then a limit or an approximation.
HEDGES = {
    "at_least": ("超", "破", "逾", "over", "more than", "mehr als", "más de", "mais de", ">"),
    "about": ("约", "約", "近", "about", "approx", "~", "≈"),
}
LARGEST = 10**18 - 1
LONGEST = 80  # characters; a longer text is prose, not a number

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_SUFFIX = "|".join(sorted(POWERS, key=len, reverse=True))
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_GROUPED = (
    r"[0-9]+(?:[.,][0-9]+)?"
    r"|[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?"
    r"|[0-9]{1,3}(?:\.[0-9]{3})+(?:,[0-9]+)?"
    r"|[0-9]{1,3}(?:[ '\u00a0\u2009\u202f\u2019][0-9]{3})+(?:[.,][0-9]+)?"
    r"|[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}"
)
_NUMBER = re.compile(
    rf"(?P<words>[^0-9]*?)(?P<figure>{_GROUPED})[ \u00a0\u202f]?(?P<suffix>{_SUFFIX})?"
    rf"(?:(?P<second>[0-9]{{1,4}})(?P<ten>[万萬만]))?\.?\+?\s*(?:{_UNIT})?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"(?:[^\W\d_]|[\s:()\[\]>~≈·|、，。!-])*")


def short_number(text: str) -> int | None:
    """Read one count that may be shortened; None where it is not exactly one clear number.

    Reads K, M, B, w and 万 (10^4), 亿 (10^8), the Indonesian ``rb`` and ``jt``, Korean 천, 만, 억,
    full-width characters, thousand separators, and words before it. Refused as ambiguous: ``1.234``
    and ``1,234K`` (a decimal or a thousand?), ``1,2B`` (a thousand in Turkish), ``mil``, two
    numbers, ranks (``top5``), negative numbers, and what is not whole (``1.2``, ``0.5``).
    Whether a number is hedged (``超1945w``, ``1M+``) is told by `hedges`.

    Parameters
    ----------
    text : str
        Such as ``"104.2K"``.

    Examples
    --------
    >>> [short_number(t) for t in ("138.2M", "16.9w", "1995w", "快手播放1亿", "1,234", "0")]
    [138200000, 169000, 19950000, 100000000, 1234, 0]
    >>> [short_number(t) for t in ("1.234", "top5", "2.2w 576w", "1.2", "many", "-3")]
    [None, None, None, None, None, None]
    """
    plain = _plain(text)
    if plain.isascii() and plain.isdigit():
        return int(plain) if len(plain) <= 18 and (plain[0] != "0" or plain == "0") else None
    found = _NUMBER.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None or not _only_words(found["words"]):
        return None
    suffix = (found["suffix"] or "").lower()
    parts = _digits(found["figure"], suffix)
    if parts is None:
        return None
    whole, decimals = parts
    power = POWERS.get(suffix, 0) - len(decimals)
    figure = int(whole + decimals)
    if len(whole) > 1 and whole[0] == "0":
        return None  # an id or a date, not a count
    if power < 0:
        figure, rest = divmod(figure, 10**-power)
        if rest:
            return None
    value = figure * 10 ** max(power, 0)
    if found["second"]:
        if POWERS.get(suffix) != 8 or decimals:
            return None
        value += int(found["second"]) * 10_000
    return value if value <= LARGEST else None


def short_numbers(series: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Read a column of counts that may be shortened.

    Parameters
    ----------
    series : Series
        Text, or numbers as they are.

    Returns
    -------
    (Series of Int64, Series of bool)
        The numbers, missing where the cell is empty or was not read; and True where a cell that
        is not empty was not read.

    Examples
    --------
    >>> import pandas as pd
    >>> numbers, unread = short_numbers(pd.Series(["1.2K", "", "1.234", None]))
    >>> numbers.tolist(), unread.tolist()
    ([1200, <NA>, <NA>, <NA>], [False, False, True, False])
    """
    import pandas as pd

    known = {cell: _cell(cell) for cell in series.dropna().unique()}
    read: list[int | None] = [None if cell != cell else known.get(cell) for cell in _cells(series)]
    numbers = pd.Series(pd.array(read, dtype="Int64"), index=series.index, name=series.name)
    filled = series.notna() & (series.astype("str").fillna("").str.strip() != "")
    return numbers, (filled & numbers.isna()).astype(bool)


def hedges(series: pd.Series) -> pd.Series:
    """Say by which word a number is hedged: ``at_least``, ``about``, or empty where it is not.

    Examples
    --------
    >>> import pandas as pd
    >>> hedges(pd.Series(["端原生播放超1945w", "1M+", "约3万", "1.2K"])).tolist()
    ['at_least', 'at_least', 'about', '']
    """

    def one(cell: object) -> str:
        plain = _plain(str(cell))
        if plain.endswith("+"):
            return "at_least"
        words = re.split("[0-9]", plain, maxsplit=1)[0].lower()
        return next((kind for kind, all_ in HEDGES.items() if any(w in words for w in all_)), "")

    return series.map(one, na_action="ignore").fillna("").astype("str")


def _plain(text: str) -> str:
    return text.translate(_FULL_WIDTH).strip()


def _cells(series: pd.Series) -> list[Hashable]:
    import pandas as pd

    return [float("nan") if pd.isna(cell) else cell for cell in series.tolist()]


def _cell(cell: object) -> int | None:
    if isinstance(cell, bool):
        return None
    if isinstance(cell, float):
        whole = cell.is_integer() and 0 <= cell < 2**53
        return int(cell) if whole else None
    return short_number(str(cell))


def _only_words(words: str) -> bool:
    """Tell whether what stands before a number are words that do not change it."""
    bare = words.strip().rstrip(":.： ").lower()
    if not bare:
        return not words.strip()
    if words.rstrip().endswith("-") or not _WORDS.fullmatch(words):
        return False
    if words[-1].isascii() and words[-1].isalpha():
        return False  # a letter that touches the number: S2, v3
    return not bare.endswith(PLACES)


def _digits(figure: str, suffix: str) -> tuple[str, str] | None:
    """Return the digits before and after the decimal mark, or None where it is not clear."""
    joined = re.sub("[^0-9.,]", "", figure)  # spaces and apostrophes only ever group
    marks = re.sub("[0-9]", "", joined)
    if len(marks) > 1 and len(set(marks)) == 1:
        return re.sub("[.,]", "", joined), ""
    if not marks:
        return joined, ""
    whole, last = joined[: joined.rindex(marks[-1])], joined[joined.rindex(marks[-1]) + 1 :]
    if len(marks) > 1 or joined != figure:
        return re.sub("[.,]", "", whole), last
    if marks == "," and suffix == "b":
        return None  # a thousand in Turkish, where a comma is the decimal mark
    if len(last) == 3 and len(whole) <= 3 and whole != "0":
        if marks == "," and not suffix:
            return whole + last, ""
        return (whole, last) if marks == "." and suffix in CHINESE else None
    return (whole, last) if suffix else None
