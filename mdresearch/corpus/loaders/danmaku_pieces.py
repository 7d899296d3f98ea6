"""XML files of millions of small items, in pieces that end with an item; control characters out."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from mdresearch.core.csv_files import MAX_BYTES, refuse_absent_or_large
from mdresearch.core.errors import DataError

PIECE = 1 << 20  # fits the cache: four times as much takes a fifth longer
MAX_ITEM = 8 << 20
# What XML 1.0 has no place for: control characters other than tab, line feed and carriage return.
CONTROLS = bytes(c for c in range(1, 32) if c not in (9, 10, 13))
_WHITE = (b"\t", b"\n", b"\r")
_NONCHARACTERS = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")
_REFERENCE = re.compile(rb"&#(?:x([0-9A-Fa-f]{1,16})|([0-9]{1,16}));")


def pieces(path: Path, mark: bytes, size: int = PIECE) -> Iterator[tuple[bytes, int]]:
    """Yield the file in pieces that end with ``mark``, and how many characters were taken out.

    Control characters, which XML cannot hold, are taken out. The last piece is what stands after
    the last mark.

    Parameters
    ----------
    path : Path
        The file.
    mark : bytes
        What ends an item, such as ``b"</d>"``.
    size : int
        Bytes read at once.

    Raises
    ------
    DataError
        The file is too large, or 8 MiB hold no end of an item.
    """
    refuse_absent_or_large(path, MAX_BYTES)
    carry, taken = b"", 0
    with path.open("rb") as stream:
        while block := stream.read(size):
            block, out = without_controls(block)
            taken += out
            if (end := block.rfind(mark)) >= 0:
                cut = end + len(mark)
                yield b"".join((carry, memoryview(block)[:cut])), taken
                carry, taken = block[cut:], 0
                continue
            whole = carry + block
            cut = whole.rfind(mark) + len(mark)
            if cut < len(mark):
                if len(whole) > MAX_ITEM:
                    raise DataError(_endless(path, mark))
                carry = whole
                continue
            yield whole[:cut], taken
            carry, taken = whole[cut:], 0
    if len(carry) > MAX_ITEM:
        raise DataError(_endless(path, mark))
    yield carry, taken


def without_controls(block: bytes) -> tuple[bytes, int]:
    """Return the bytes without control characters, and how many there were."""
    import numpy as np

    values = np.frombuffer(block, np.uint8)
    if not len(values) or values.min() >= 32:
        return block, 0
    low = int(np.count_nonzero(values < 32))
    if low == sum(block.count(white) for white in _WHITE):
        return block, 0
    clean = block.translate(None, CONTROLS)
    return clean, len(block) - len(clean)


def without_noncharacters(piece: bytes) -> tuple[bytes, int]:
    """Return the bytes without U+FFFE, U+FFFF and references to what is no XML character."""
    piece, count = without_the_last_two(piece)
    if b"&#" not in piece or all(map(_possible, _REFERENCE.findall(piece))):
        return piece, count

    def keep(match: re.Match[bytes]) -> bytes:
        nonlocal count
        if _possible(match.groups()):
            return match[0]
        count += 1
        return b""

    return _REFERENCE.sub(keep, piece), count


def without_the_last_two(piece: bytes) -> tuple[bytes, int]:
    """Return the bytes without U+FFFE and U+FFFF, and how many there were."""
    count = 0
    for odd in _NONCHARACTERS:
        if odd in piece:
            count += piece.count(odd)
            piece = piece.replace(odd, b"")
    return piece, count


def _possible(reference: Sequence[bytes | None]) -> bool:
    return is_xml_character(code_point(reference[0], reference[1]))


def code_point(hexadecimal: bytes | None, decimal: bytes | None) -> int:
    """Return the number in a character reference."""
    return int(hexadecimal, 16) if hexadecimal else int(decimal or b"0")


def is_xml_character(code: int) -> bool:
    """Say whether XML 1.0 may hold the character with this number.

    Examples
    --------
    >>> is_xml_character(0x1F600), is_xml_character(1), is_xml_character(0xD800)
    (True, False, False)
    """
    if code < 32:
        return code in (9, 10, 13)
    return code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF


def is_utf8(path: Path) -> bool:
    """Say whether the file is UTF-8 without NUL bytes, reading a piece at a time."""
    refuse_absent_or_large(path, MAX_BYTES)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as stream:
            while block := stream.read(PIECE):
                if b"\x00" in block:
                    return False
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _endless(path: Path, mark: bytes) -> str:
    return (
        f"{path}: {MAX_ITEM:,} bytes without a single '{mark.decode()}'. This is not a file of "
        "this kind, or it is damaged; copy it again from its source."
    )
