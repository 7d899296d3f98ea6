"""The text of a task of Label Studio, and places in it: UTF-16 units there, code points here."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from mdresearch.core.offsets import to_utf16

Place = tuple[int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class TaskText:
    """Paragraphs of a task (one for a plain text), and where each begins in the whole.

    ``whole`` is the paragraphs joined by a line feed; places in it are what `codes` hold. ``wide``
    has, for each paragraph, the UTF-16 places of the characters that are two units there.
    """

    parts: tuple[str, ...]
    begins: tuple[int, ...]
    whole: str
    wide: tuple[tuple[int, ...], ...]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> TaskText:
        """Return the text of a task's data, under the key ``text``."""
        held = data.get("text", "")
        if isinstance(held, list):
            parts = tuple(
                str(p.get("text", "")) if isinstance(p, dict) else str(p) for p in held
            )  # fmt: skip
        else:
            parts = (str(held),)
        return cls.from_parts(parts)

    @classmethod
    def from_parts(cls, parts: Sequence[str]) -> TaskText:
        """Return the text of some paragraphs."""
        begins = tuple(accumulate((len(p) + 1 for p in parts[:-1]), initial=0))
        return cls(tuple(parts), begins, "\n".join(parts), tuple(map(_wide, parts)))

    def span(self, value: Mapping[str, Any], kind: str, frame_ms: float) -> Place | None:
        """Return (start_ms, end_ms, char_from, char_to) of a result, or None where it has none."""
        try:
            if kind == "time":
                held = value["ranges"][0]
                start = round((int(held["start"]) - 1) * frame_ms)
                end = round(int(held["end"]) * frame_ms)
                return (start, end, None, None) if 0 <= start <= end else None
            if "startOffset" in value:
                first = self._at(int(value["start"]), int(value["startOffset"]))
                last = self._at(int(value["end"]), int(value["endOffset"]))
            else:
                first, last = self._at(0, int(value["start"])), self._at(0, int(value["end"]))
        except (KeyError, IndexError, TypeError, ValueError):
            return None
        return (None, None, first, last) if first <= last else None

    def _at(self, part: int, offset: int) -> int:
        if part < 0 or offset < 0:
            raise IndexError(part)
        begin, wide, size = self.begins[part], self.wide[part], len(self.parts[part])
        if wide:
            before = bisect_left(wide, offset)
            if before and wide[before - 1] + 1 == offset:
                raise IndexError(offset)  # between the two halves of one character
            offset -= before
        if offset > size:
            raise IndexError(offset)
        return begin + offset

    def agrees(self, value: Mapping[str, Any], place: Place) -> bool:
        """Whether the words that a result names stand at its place; white space does not count."""
        named = value.get("text")
        if not isinstance(named, str) or place[2] is None or place[3] is None:
            return True
        found = self.whole[place[2] : place[3]]
        return named == found or "".join(named.replace("\\n", "\n").split()) == "".join(
            found.split()
        )

    def paragraph(self, char: int) -> tuple[int, int]:
        """Return paragraph and UTF-16 offset of a place in the whole."""
        part = bisect_right(self.begins, char) - 1
        return part, to_utf16(self.parts[part], char - self.begins[part])


def _wide(text: str) -> tuple[int, ...]:
    if text.isascii() or max(text) <= "\uffff":
        return ()
    places = [i for i, letter in enumerate(text) if letter > "\uffff"]
    return tuple(place + k for k, place in enumerate(places))
