"""Text positions: Unicode code points here, UTF-16 units or CRLF-counted positions elsewhere."""

from __future__ import annotations

from mdresearch.core.errors import DataError


def to_utf16(text: str, offset: int) -> int:
    """Return the UTF-16 position of a code-point position (as JavaScript and Java count).

    Examples
    --------
    >>> to_utf16("a😀b", 2)
    3
    """
    _inside(text, offset)
    return len(text[:offset].encode("utf-16-le")) // 2


def from_utf16(text: str, offset: int) -> int:
    """Return the code-point position of a UTF-16 position.

    Raises
    ------
    DataError
        The position lies outside the text or between the two halves of one character.

    Examples
    --------
    >>> from_utf16("a😀b", 3)
    2
    """
    units = text.encode("utf-16-le")
    if not 0 <= 2 * offset <= len(units):
        raise DataError(f"UTF-16 position {offset} lies outside 0 to {len(units) // 2}.")
    try:
        return len(units[: 2 * offset].decode("utf-16-le"))
    except UnicodeDecodeError as error:
        raise DataError(
            f"UTF-16 position {offset} splits a character. Use the position before or after it."
        ) from error


def to_crlf(text: str, offset: int) -> int:
    r"""Return the position in the same text with CRLF line ends, given one counted with LF.

    Examples
    --------
    >>> to_crlf("a\nb", 2)
    3
    """
    _inside(text, offset)
    return offset + text.count("\n", 0, offset)


def from_crlf(text: str, offset: int) -> int:
    r"""Return the position counted with LF, given one counted with CRLF; ``text`` has LF.

    A position between CR and LF is that of the line end.

    Examples
    --------
    >>> from_crlf("a\nb", 3)
    2
    """
    crlf = text.replace("\n", "\r\n")
    _inside(crlf, offset)
    return offset - crlf.count("\r", 0, offset)


def _inside(text: str, offset: int) -> None:
    if not 0 <= offset <= len(text):
        raise DataError(f"Position {offset} lies outside the text of {len(text)} characters.")
