"""Subtitles as bytes: times read eight digits at once, texts cut out of a buffer at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

PAD = 16
LINE = 10
# 'HH:MM:SS' in one word: its signs, which bits must be zero, and what brings a digit over nine out.
_CLOCK = int.from_bytes(b"00:00:00", "little")
_CLOCK_HIGH = 0xF0F0FFF0F0FFF0F0
_CLOCK_SIX = 0x0606000606000606
# White space in UTF-8 is one byte up to 32, or begins with one of these.
_WHITE_LEADS = (0xC2, 0xE1, 0xE2, 0xE3)
# A decimal digit that is not ASCII begins with one of these, two, three or four bytes from its end.
_FIGURE_LEADS = (0xD9, 0xDB, 0xDF), (0xE0, 0xE1, 0xEA, 0xEF), 0xF0


def one_buffer(contents: Sequence[bytes]) -> tuple[bytearray, np.ndarray]:
    """Join contents, with `PAD` line feeds on both sides.

    Returns
    -------
    (bytearray, array of int64)
        The buffer, and where each content begins; one more for the end of the last.
    """
    import numpy as np

    margin = b"\n" * PAD
    buffer = bytearray().join((margin, *contents, margin))
    sizes = np.fromiter(map(len, contents), np.int64, len(contents))
    return buffer, np.concatenate([[0], np.cumsum(sizes)]) + PAD


def ended(content: bytes) -> bytes:
    r"""Return a content that begins with no line feed and ends with two.

    Examples
    --------
    >>> ended(b"\na\n"), ended(b"a\n\n")
    (b'a\n\n', b'a\n\n')
    """
    if content[-2:] == b"\n\n" and content[-3:-2] != b"\n" != content[:1]:
        return content
    return content.strip(b"\n") + b"\n\n"


def windows(buffer: np.ndarray, kind: str) -> np.ndarray:
    """Return the value of ``kind`` that begins at each byte."""
    import numpy as np

    width = np.dtype(kind).itemsize
    return np.ndarray(len(buffer) - width + 1, kind, buffer, strides=(1,))


def clock(words: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the milliseconds of eight bytes 'HH:MM:SS', and whether they are so.

    Minutes and seconds may be up to 99, as pysubs2 takes them.

    Examples
    --------
    >>> import numpy as np
    >>> clock(np.frombuffer(b"01:02:0300:0x:00", "<u8"))
    (array([3723000, ...]), array([ True, False]))
    """
    import numpy as np

    digits = words ^ np.uint64(_CLOCK)
    wrong = (digits | (digits + np.uint64(_CLOCK_SIX))) & np.uint64(_CLOCK_HIGH)
    pairs = digits * np.uint64(10) + (digits >> np.uint64(8))
    byte = np.uint64(0xFF)
    seconds = (pairs & byte) * np.uint64(3600)
    seconds += (pairs >> np.uint64(24) & byte) * np.uint64(60)
    seconds += pairs >> np.uint64(48) & byte
    return seconds.astype(np.int64) * 1000, wrong == 0


def fraction(words: np.ndarray, marks: bytes, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the milliseconds of four bytes, a mark and 2 or 3 digits, and whether they are so.

    Examples
    --------
    >>> import numpy as np
    >>> fraction(np.frombuffer(b",250.42x;001", "<u4"), b",.", 2)
    (array([250, 420,   0]), array([ True,  True, False]))
    """
    import numpy as np

    mark = words & np.uint32(0xFF)
    good = mark == marks[0]
    for other in marks[1:]:
        good |= mark == other
    held = np.uint32((1 << 8 * digits) - 1)
    rest = (words >> np.uint32(8) ^ np.uint32(0x303030)) & held
    high = np.uint32(0xF0F0F0)
    good &= ((rest | (rest + (np.uint32(0x060606) & held))) & high) == 0
    figure = np.uint32(0xF)
    value = (rest & figure) * np.uint32(100) + (rest >> np.uint32(8) & figure) * np.uint32(10)
    return (value + (rest >> np.uint32(16) & figure)).astype(np.int64), good


def cut(buffer: bytearray, edges: np.ndarray) -> list[str]:
    """Decode a buffer, and cut it at ASCII characters, which are left out.

    Parameters
    ----------
    buffer : bytearray
        UTF-8 without NUL; the bytes at the edges are overwritten.
    edges : array of int64
        Places of ASCII characters, rising.

    Returns
    -------
    list of str
        One more than edges.

    Raises
    ------
    UnicodeDecodeError
        The buffer is not UTF-8.
    """
    import numpy as np

    np.frombuffer(buffer, np.uint8)[edges] = 0
    return buffer.decode("utf-8").split("\0")


def holders(raw: bytearray, signs: str, begins: np.ndarray, ends: np.ndarray) -> list[int]:
    """Return which texts hold one of some ASCII signs.

    Parameters
    ----------
    raw : bytearray
        The bytes.
    signs : str
        Single ASCII characters.
    begins, ends : arrays of int64
        Where the texts begin and end, rising.
    """
    import numpy as np

    held, buffer = np.zeros(len(begins), bool), np.frombuffer(raw, np.uint8)
    for sign in signs:
        if ord(sign) not in raw:
            continue
        held[inside(np.flatnonzero(buffer == ord(sign)), begins, ends)[0]] = True
    return np.flatnonzero(held).tolist()


def inside(
    places: np.ndarray, begins: np.ndarray, ends: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Return the texts that hold the places, rising, and the places that lie in no text."""
    import numpy as np

    if not len(begins):
        return np.zeros(0, np.int64), places
    text = np.searchsorted(begins, places, side="right") - 1
    within = (text >= 0) & (places < ends[text])
    return text[within], places[~within]


def perhaps_white_first(buffer: np.ndarray, begins: np.ndarray) -> np.ndarray:
    """Return whether texts may begin with white space (all that do, and some that do not)."""
    lead = buffer[begins]
    return (lead <= 32) | _one_of(lead, _WHITE_LEADS)


def perhaps_white_last(buffer: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return whether texts may end with white space (all that do, and some that do not)."""
    white = buffer[ends - 1] <= 32
    white |= buffer[ends - 2] == _WHITE_LEADS[0]
    return white | _one_of(buffer[ends - 3], _WHITE_LEADS[1:])


def perhaps_figure_last(buffer: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return whether texts may end with a decimal digit of any script, or with a space."""
    import numpy as np

    last = buffer[ends - 1]
    figure = (last == ord(" ")) | (last - np.uint8(48) <= 9)
    figure |= _one_of(buffer[ends - 2], _FIGURE_LEADS[0])
    figure |= _one_of(buffer[ends - 3], _FIGURE_LEADS[1])
    return figure | (buffer[ends - 4] == _FIGURE_LEADS[2])


def _one_of(values: np.ndarray, allowed: Sequence[int]) -> np.ndarray:
    found = values == allowed[0]
    for other in allowed[1:]:
        found |= values == other
    return found


def runs(buffer: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return where a word surely differs from the word before it, or is longer than 24 bytes.

    Examples
    --------
    >>> import numpy as np
    >>> text = np.frombuffer(b"Anna Anna Ben" + b" " * 30, np.uint8)
    >>> runs(text, np.array([0, 5, 10]), np.array([4, 9, 13])).tolist()
    [0, 2]
    """
    import numpy as np

    eight, lengths = windows(buffer, "<u8"), ends - begins
    masks = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
    new = np.ones(len(begins), bool)
    new[1:] = (lengths[1:] != lengths[:-1]) | (lengths[1:] > 24)
    for shift in (0, 8, 16):
        left = np.clip(lengths - shift, 0, 8)
        if not left.any():
            break
        word = eight[np.minimum(begins + shift, len(eight) - 1)] & masks[left]
        new[1:] |= word[1:] != word[:-1]
    return np.flatnonzero(new)
