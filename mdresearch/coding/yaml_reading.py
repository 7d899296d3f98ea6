"""Codebook text into plain data: YAML 1.2 or JSON, unique keys, plain values, bounded size.

The syntax is parsed by libyaml where PyYAML was built with it (some twenty times faster than a
parser in Python), else by ruamel.yaml; what a plain word means (the YAML 1.2 core schema) is
decided here, so that both give the same answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mdresearch.core.errors import CodebookError

MAX_BYTES = 8_000_000
MAX_DEPTH = 48
MAX_NODES = 400_000
_MAX_DIGITS = 30

_NULL = {"", "~", "null", "Null", "NULL"}
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}\Z")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_NUMBER_STARTS = frozenset("-+.0123456789")

Place = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """A codebook file as it was read.

    Attributes
    ----------
    name : str
        The path, for messages.
    text : str
        What stands in it.
    data : object
        The plain data: dicts, lists, texts, numbers, booleans and None.
    dates : tuple of int
        Lines on which a date stands without quotes; it was read as a text.
    """

    name: str
    text: str
    data: Any
    dates: tuple[int, ...] = ()

    def lines(self) -> dict[Place, int]:
        """Return the 1-based line of every key and item, by its path from the top."""
        return dict(_walk_lines(self.text))


def read_text(path: str | Path) -> Text:
    """Read a codebook file; see `parse_text`.

    Raises
    ------
    CodebookError
        The file is absent, too large, not UTF-8, or not plain YAML 1.2 (JSON for ``*.json``).
    """
    path = Path(path)
    if not path.is_file():
        raise CodebookError(f"There is no file '{path}'. Give the path of a *.mdcb.yaml file.")
    if path.stat().st_size > MAX_BYTES:
        raise CodebookError(
            f"{path}: {path.stat().st_size:,} bytes; at most {MAX_BYTES:,} are read. "
            "A codebook holds codes and variables only; keep data in tables."
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CodebookError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from error
    return parse_text(text, str(path))


def parse_text(text: str, name: str = "<text>") -> Text:
    r"""Parse YAML 1.2 (or JSON, where ``name`` ends in ``.json``) as plain data.

    Words such as ``NO`` and ``on`` stay texts, a date stays a text, a key given twice is an error;
    anchors, aliases, tags, control characters and numbers that are not finite are refused.

    Examples
    --------
    >>> parse_text("markets: [NO, ID]\ndate: 2026-11-23").data
    {'markets': ['NO', 'ID'], 'date': '2026-11-23'}
    """
    found = _CONTROL.search(text)
    if found:
        line = text.count("\n", 0, found.start()) + 1
        raise CodebookError(
            f"{name}, line {line}: the character U+{ord(found[0]):04X} is not allowed. Delete it."
        )
    if name.lower().endswith(".json"):
        return Text(name, text, _from_json(text, name))
    dates: list[int] = []
    return Text(name, text, _from_events(text, name, dates), tuple(dates))


def _from_json(text: str, name: str) -> Any:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen = dict(pairs)
        if len(seen) < len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise CodebookError(f"{name}: the key '{twice}' stands twice. Keep one of the two.")
        return seen

    def refuse(word: str) -> Any:
        raise CodebookError(f"{name}: {word} is not a finite number. Write a number.")

    def number(word: str) -> float:
        value = float(word)
        return value if abs(value) != float("inf") else refuse(word)

    def whole(word: str) -> int:
        return int(word) if len(word) <= _MAX_DIGITS else refuse(word[:_MAX_DIGITS] + "...")

    try:
        data = json.loads(
            text,
            object_pairs_hook=unique,
            parse_constant=refuse,
            parse_float=number,
            parse_int=whole,
        )
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise CodebookError(f"{name}, {where}: {error.msg}. Mend the JSON there.") from error
    except RecursionError as error:
        raise CodebookError(f"{name}: nested deeper than {MAX_DEPTH} levels.") from error
    _bounded(data, name)
    return data


def _bounded(data: Any, name: str) -> None:
    """Refuse JSON data that are too deep, too many, or hold control characters by escapes."""
    level, depth, nodes = [data], 0, 0
    while level:
        depth, nodes = depth + 1, nodes + len(level)
        if depth > MAX_DEPTH:
            raise CodebookError(f"{name}: nested deeper than {MAX_DEPTH} levels.")
        if nodes > MAX_NODES:
            raise CodebookError(f"{name}: more than {MAX_NODES:,} values. Split the codebook.")
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and _CONTROL.search(value):
                raise CodebookError(f"{name}: the text {value[:40]!r} holds a control character.")
        level = below


def _events(text: str, name: str) -> Iterator[tuple[str, Any]]:
    """Yield (kind, event) of the parser; every fault of syntax becomes one error with its line."""
    try:
        for event in _parser(text):
            yield type(event).__name__[:-5], event
    except CodebookError:
        raise
    except RecursionError as error:
        raise CodebookError(f"{name}: nested deeper than {MAX_DEPTH} levels.") from error
    except Exception as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        if mark is None:
            if isinstance(error, ValueError) or hasattr(error, "reason"):
                raise CodebookError(f"{name}: this is not YAML 1.2 ({error}).") from error
            raise
        where = f"line {mark.line + 1}, column {mark.column + 1}"
        what = getattr(error, "problem", None) or getattr(error, "context", None) or "not YAML"
        raise CodebookError(f"{name}, {where}: {what}. Mend the YAML there.") from error


def _parser(text: str) -> Iterator[Any]:
    try:
        from yaml.cyaml import CParser
    except ImportError:
        from ruamel.yaml import YAML

        yaml = YAML(typ="safe", pure=True)
        yaml.version = (1, 2)
        yield from yaml.parse(text)
        return
    parser = CParser(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


def _from_events(text: str, name: str, dates: list[int]) -> Any:
    """Build plain data from events, with a stack instead of recursion."""
    result: Any = None
    documents = nodes = 0
    stack: list[tuple[Any, dict[str, int] | None]] = []
    key: str | None = None
    for kind, event in _events(text, name):
        if kind in ("StreamStart", "StreamEnd", "DocumentEnd"):
            continue
        line = event.start_mark.line + 1
        if kind == "DocumentStart":
            documents += 1
            if documents > 1:
                raise CodebookError(f"{name}, line {line}: a second document. Keep one a file.")
            continue
        if kind in ("MappingEnd", "SequenceEnd"):
            stack.pop()
            continue
        nodes += 1
        _refuse_marked(kind, event, name, line, nodes)
        waits_for_key = bool(stack) and stack[-1][1] is not None and key is None
        if waits_for_key:
            key = _key(kind, event, stack[-1][1], name, line)
            continue
        value = _value(kind, event, name, line, dates)
        if not stack:
            result = value
        elif stack[-1][1] is None:
            stack[-1][0].append(value)
        else:
            stack[-1][0][key] = value
            key = None
        if kind != "Scalar":
            if len(stack) >= MAX_DEPTH:
                raise CodebookError(f"{name}, line {line}: nested deeper than {MAX_DEPTH} levels.")
            stack.append((value, {} if kind == "MappingStart" else None))
    return result


def _refuse_marked(kind: str, event: Any, name: str, line: int, nodes: int) -> None:
    if kind == "Alias" or event.anchor:
        raise CodebookError(
            f"{name}, line {line}: the anchor or alias '{event.anchor}' is not allowed. "
            "Write the values out where they are used."
        )
    if event.tag:
        raise CodebookError(
            f"{name}, line {line}: the tag '{event.tag}' is not allowed. Write plain values."
        )
    if nodes > MAX_NODES:
        raise CodebookError(f"{name}, line {line}: more than {MAX_NODES:,} values. Split it.")


def _key(kind: str, event: Any, seen: dict[str, int] | None, name: str, line: int) -> str:
    if kind != "Scalar":
        raise CodebookError(f"{name}, line {line}: a key must be a word, not a list or a mapping.")
    key = str(event.value)
    if seen is not None:
        if key in seen:
            raise CodebookError(
                f"{name}, line {line}: the key '{key[:80]}' stands already at line {seen[key]}. "
                "Keep one of the two."
            )
        seen[key] = line
    _refuse_control(key, name, line)
    return key


def _value(kind: str, event: Any, name: str, line: int, dates: list[int]) -> Any:
    if kind == "MappingStart":
        return {}
    if kind == "SequenceStart":
        return []
    value = str(event.value)
    _refuse_control(value, name, line)
    if event.style not in (None, ""):
        return value
    if value in _NULL:
        return None
    if value in _BOOL:
        return _BOOL[value]
    if value[0] not in _NUMBER_STARTS:
        return value
    if _DATE.match(value):
        dates.append(line)
        return value
    return _number(value, name, line)


def _refuse_control(value: str, name: str, line: int) -> None:
    found = _CONTROL.search(value)
    if found:
        raise CodebookError(
            f"{name}, line {line}: the character U+{ord(found[0]):04X} is not allowed. Delete it."
        )


def _number(value: str, name: str, line: int) -> Any:
    whole, based = _INT.match(value), _BASED.match(value)
    finite = True
    if (whole or based) and len(value) <= _MAX_DIGITS:
        return int(value) if whole else int(value, 0)
    if whole or based or _NOT_FINITE.match(value):
        finite = False
    elif not _FLOAT.match(value):
        return value
    number = float(value) if finite else float("inf")
    if number in (float("inf"), float("-inf")):
        raise CodebookError(
            f"{name}, line {line}: {value[:_MAX_DIGITS]} is not a finite number of at most "
            f"{_MAX_DIGITS} digits. Put it in quotes if it is a text."
        )
    return number


def _walk_lines(text: str) -> Iterator[tuple[Place, int]]:
    """Yield (path, line) of every key and item; the text was parsed before, without faults."""
    path: list[str | int] = []
    kinds: list[str] = []
    waiting = False
    for kind, event in _events(text, "<text>"):
        if kind in ("MappingEnd", "SequenceEnd"):
            kinds.pop()
            waiting = _next(path, kinds)
            continue
        if kind not in ("Scalar", "MappingStart", "SequenceStart"):
            continue
        line = event.start_mark.line + 1
        if kinds and kinds[-1] == "MappingStart" and waiting:
            path[-1] = str(event.value)
            yield tuple(path), line
            waiting = False
            continue
        if kinds and kinds[-1] == "SequenceStart":
            yield tuple(path), line
        if kind == "Scalar":
            waiting = _next(path, kinds)
        else:
            kinds.append(kind)
            path.append("" if kind == "MappingStart" else 0)
            waiting = kind == "MappingStart"


def _next(path: list[str | int], kinds: list[str]) -> bool:
    """Step to the next item or key; return whether a key is waited for."""
    del path[len(kinds) :]
    if kinds and kinds[-1] == "SequenceStart":
        path[-1] = int(path[-1]) + 1
    return bool(kinds) and kinds[-1] == "MappingStart"
