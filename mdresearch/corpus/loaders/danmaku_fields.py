"""Numbers and words out of a byte buffer, a field of all items at once, with strict checks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

DOT = ord(".")
ZEROS = 0x3030303030303030
HIGH = 0x8080808080808080
OVER_NINE = 0x7676767676767676
ALL = (1 << 64) - 1


class Unusual(Exception):
    """The file holds something that only the exact path reads."""


def windows(buffer: np.ndarray, kind: str) -> np.ndarray:
    """Return the value of ``kind`` that begins at each byte."""
    import numpy as np

    width = np.dtype(kind).itemsize
    return np.ndarray(len(buffer) - width + 1, kind, buffer, strides=(1,))


def whole(buffer: np.ndarray, ends: np.ndarray, lengths: np.ndarray, most: int) -> np.ndarray:
    """Return whole numbers of 1 to ``most`` digits that end before ``ends``.

    Raises
    ------
    Unusual
        One is empty, longer, or no number.

    Examples
    --------
    >>> import numpy as np
    >>> text = np.frombuffer(b"        7,1626077354,", np.uint8)
    >>> whole(text, np.array([9, 20]), np.array([1, 10]), 11).tolist()
    [7, 1626077354]
    """
    least, longest = int(lengths.min()), int(lengths.max())
    if least < 1 or longest > most:
        raise Unusual("length")
    if longest <= 3:
        return _three(buffer, ends, lengths, least, longest)
    if longest <= 8:
        return _eight(buffer, ends, lengths)
    if least < 8:
        front = (lengths - 8).clip(0)
        return _eight(buffer, ends - 8, front) * 10**8 + _eight(buffer, ends, lengths - front)
    front = _three(buffer, ends - 8, lengths - 8, least - 8, longest - 8)
    return front * 10**8 + _eight(buffer, ends, 8)


def _three(
    buffer: np.ndarray, ends: np.ndarray, lengths: np.ndarray, least: int, longest: int
) -> np.ndarray:
    """Return numbers of up to three digits, a byte at a time; 0 where there is none."""
    import numpy as np

    value = np.zeros((), np.int64)
    for k in range(max(longest, 1)):
        digit = buffer[ends - (1 + k)] - np.uint8(48)
        if k >= least:
            digit *= lengths > k
        if int(digit.max()) > 9:
            raise Unusual("digit")
        value = value + digit * np.int64(10**k)
    return value


def _eight(buffer: np.ndarray, ends: np.ndarray, lengths: np.ndarray | int) -> np.ndarray:
    """Return numbers of up to eight digits, eight bytes at a time in one 64-bit word."""
    import numpy as np

    word = windows(buffer, "<u8")[ends - 8]
    mask = np.array([(ALL << (8 * (8 - n))) & ALL for n in range(9)], np.uint64)[lengths]
    word ^= np.uint64(ZEROS)
    word &= mask
    if ((word | (word + np.uint64(OVER_NINE))) & np.uint64(HIGH)).any():
        raise Unusual("digit")
    word = word * np.uint64(10) + (word >> np.uint64(8))
    odd = np.uint64(0x000000FF000000FF)
    left = (word & odd) * np.uint64(0x000F424000000064)
    right = ((word >> np.uint64(16)) & odd) * np.uint64(0x0000271000000001)
    left += right
    return (left >> np.uint64(32)).astype(np.int64)


def milliseconds(buffer: np.ndarray, ends: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Return decimal seconds as whole milliseconds, half rounded up, without binary fractions.

    Examples
    --------
    >>> import numpy as np
    >>> text = np.frombuffer(b"                0.47950,12.5,3,", np.uint8)
    >>> milliseconds(text, np.array([23, 28, 30]), np.array([7, 4, 1])).tolist()
    [480, 12500, 3000]
    """
    import numpy as np

    least, longest = int(lengths.min()), int(lengths.max())
    if least < 1 or longest > 15:
        raise Unusual("length")
    if least >= 7 and longest <= 14 and (buffer[ends - 6] == DOT).all():  # as bilibili writes them
        seconds = whole(buffer, ends - 6, lengths - 6, 8)
        return seconds * 1000 + (_eight(buffer, ends, 5) + 50) // 100
    after = np.full(len(ends), -1)
    for digits in range(int(lengths.max())):
        here = buffer[ends - 1 - digits] == DOT
        if digits == 5 and here.all():
            after[:] = 5
            break
        after[here & (after < 0) & (lengths > digits)] = digits
    if ((after == 0) | (after == lengths - 1)).any():
        raise Unusual("time")
    dotted = after > 0
    decimals = np.where(dotted, after, 0)
    before = np.where(dotted, lengths - after - 1, lengths)
    if int(decimals.max()) > 8 or int(before.max()) > 8:
        raise Unusual("time")
    scale = 10**decimals
    value = _eight(buffer, ends - np.where(dotted, after + 1, 0), before) * scale
    value += _eight(buffer, ends, decimals)
    return (value * 2000 + scale) // (2 * scale)


def words(
    buffer: np.ndarray, begins: np.ndarray, lengths: np.ndarray, most: int, digits: bool
) -> np.ndarray:
    """Return words of digits, or of ASCII letters and digits, as fixed-width bytes.

    Raises
    ------
    Unusual
        One is empty, longer than ``most``, or holds something else.
    """
    import numpy as np

    if int(lengths.min()) < 1 or int(lengths.max()) > most:
        raise Unusual("length")
    width = int(lengths.max())
    field = windows(buffer, f"V{width}")[begins].view(np.uint8).reshape(-1, width)
    if int(lengths.min()) < width:
        live = np.tri(width + 1, width, -1, np.uint8) * np.uint8(255)
        field &= live[lengths]
    fine = (field - np.uint8(48)) <= 9
    if not digits:
        fine |= ((field | 32) - np.uint8(97)) < 26
    if not (fine | (field == 0)).all():
        raise Unusual("word")
    return field.view(f"S{width}").ravel()
