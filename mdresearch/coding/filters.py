"""Filter questions (``ask_if``): a small closed language, parsed and never evaluated as code.

condition  = all_of { "or" all_of }
all_of     = part { "and" part }
part       = "not" part | "(" condition ")" | operand comparison operand
comparison = "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "not in"
operand    = variable | "unit." column | number | "text" | 'text' | true | false | list
list       = "[" literal { "," literal } "]"
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mdresearch.core.errors import CodebookError

MAX_LENGTH = 1000
MAX_DEPTH = 16
OPERATORS = ("==", "!=", "<=", ">=", "<", ">", "in", "not in")

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?(?:\d+\.?\d*|\.\d+))(?![\w.])"
    r"|(?P<text>\"[^\"]*\"|'[^']*')"
    r"|(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"
    r"|(?P<op>==|!=|<=|>=|<|>|\(|\)|\[|\]|,))",
    re.ASCII,
)
_WORDS = {"and", "or", "not", "in", "true", "false"}


class FilterError(CodebookError):
    """A condition that is not understood; the message shows the place."""


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a column of the unit's own table where ``column`` is true."""

    id: str
    column: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text, a truth value, or a tuple of these."""

    value: Any
    position: int = 0


@dataclass(frozen=True, slots=True)
class Compare:
    """Two operands and what is asked of them."""

    operator: str
    left: Name | Literal
    right: Name | Literal
    position: int = 0


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of a part."""

    part: Node


@dataclass(frozen=True, slots=True)
class Every:
    """Parts joined by ``and``."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Parts joined by ``or``."""

    parts: tuple[Node, ...]


Node = Compare | Not | Every | Some


@dataclass(frozen=True, slots=True)
class NotGiven:
    """A coder's answer that is none, such as ``cannot_tell``; equal to its own id only."""

    id: str


def parse_filter(text: str) -> Node:
    """Parse a condition.

    Raises
    ------
    FilterError
        It is not in the grammar above; the message shows the character where it leaves it.

    Examples
    --------
    >>> parse_filter('has_cliffhanger == true and unit.access == "paid"').parts[0].left.id
    'has_cliffhanger'
    >>> parse_filter("has_cliffhanger = true")
    Traceback (most recent call last):
        ...
    mdresearch.coding.filters.FilterError: character 17 is not understood: write == for "equals"
        has_cliffhanger = true
                        ^
    """
    if len(text) > MAX_LENGTH:
        raise FilterError(f"the condition has {len(text):,} characters; at most {MAX_LENGTH:,}")
    return _Parser(text).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    position: int


class _Parser:
    """Recursive descent over the tokens; the depth is bounded."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._split())
        self.at = 0
        self.depth = 0

    def _split(self) -> Iterator[_Token]:
        position = 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if match is None:
                rest = self.text[position:]
                raise self._error(position + len(rest) - len(rest.lstrip()))
            kind = str(match.lastgroup)
            text = match[kind]
            yield _Token("word" if text in _WORDS else kind, text, match.start(kind))
            position = match.end()
        yield _Token("end", "", len(self.text))

    def _error(self, position: int, words: str = "") -> FilterError:
        mark = self.text[position : position + 1]
        hints = {
            "=": 'write == for "equals"',
            "&": "write and",
            "|": "write or",
            "!": 'write not, or != for "differs"',
            '"': "the quotes are not closed",
            "'": "the quotes are not closed",
        }
        said = words or hints.get(mark, "it has no meaning here")
        return FilterError(
            f"character {position + 1} is not understood: {said}\n"
            f"    {self.text}\n    {' ' * position}^"
        )

    @property
    def token(self) -> _Token:
        return self.tokens[self.at]

    def _take(self, *texts: str) -> bool:
        if self.token.kind in ("word", "op") and self.token.text in texts:
            self.at += 1
            return True
        return False

    def whole(self) -> Node:
        node = self._some()
        if self.token.kind != "end":
            words = "the condition has ended before it; join parts with and, or"
            raise self._error(self.token.position, words)
        return node

    def _some(self) -> Node:
        parts = [self._every()]
        while self._take("or"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self) -> Node:
        parts = [self._part()]
        while self._take("and"):
            parts.append(self._part())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _part(self) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._error(self.token.position, f"nested deeper than {MAX_DEPTH} levels")
        node = self._bare_part()
        self.depth -= 1
        return node

    def _bare_part(self) -> Node:
        if self._take("not"):
            return Not(self._part())
        if self._take("("):
            node = self._some()
            if not self._take(")"):
                raise self._error(self.token.position, "a ')' is missing")
            return node
        left = self._operand()
        token = self.token
        negated = self._take("not")
        if token.text not in OPERATORS and not (negated and self.token.text == "in"):
            words = f"compare it: {' '.join(OPERATORS)}"
            if isinstance(left, Name):
                words += f" (such as {left.id} == true)"
            raise self._error(token.position, words)
        operator = "not in" if negated else token.text
        self.at += 1
        compared = Compare(operator, left, self._operand(), token.position)
        if self.token.text in OPERATORS:
            raise self._error(self.token.position, "compare two things at a time, join with and")
        return compared

    def _operand(self) -> Name | Literal:
        token = self.token
        if token.kind == "name":
            self.at += 1
            head, dot, tail = token.text.partition(".")
            if dot and head != "unit":
                raise self._error(token.position, "write unit.COLUMN for a column of the unit")
            return Name(tail if dot else head, bool(dot), token.position)
        if self._take("["):
            return Literal(self._list(), token.position)
        return Literal(self._literal(), token.position)

    def _list(self) -> tuple[Any, ...]:
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        if not self._take("]"):
            raise self._error(self.token.position, "a ']' is missing, or a comma")
        return tuple(values)

    def _literal(self) -> Any:
        token = self.token
        self.at += 1
        if token.kind == "number":
            return float(token.text) if "." in token.text else int(token.text)
        if token.kind == "text":
            return token.text[1:-1]
        if token.text in ("true", "false"):
            return token.text == "true"
        if token.kind == "name":
            raise self._error(token.position, f'put the text in quotes: "{token.text}"')
        raise self._error(token.position, "a variable, a number or a text in quotes is expected")


def comparisons(node: Node) -> Iterator[Compare]:
    """Yield every comparison of a condition, left to right."""
    if isinstance(node, Compare):
        yield node
    elif isinstance(node, Not):
        yield from comparisons(node.part)
    else:
        for part in node.parts:
            yield from comparisons(part)


def names(node: Node) -> tuple[Name, ...]:
    """Return every variable and column that a condition names, left to right."""
    sides = (side for one in comparisons(node) for side in (one.left, one.right))
    return tuple(side for side in sides if isinstance(side, Name))


def holds(node: Node, values: Mapping[str, Any]) -> bool | None:
    """Return whether a condition holds, or None where what is known does not decide it.

    Parameters
    ----------
    node : Compare, Not, Every or Some
        From `parse_filter`.
    values : mapping
        Variable id, or ``unit.COLUMN``, to its value: a number, a text, a truth value, a frozenset
        for several labels, `NotGiven`, or None where nothing is known.

    Notes
    -----
    Three-valued logic of Kleene: a comparison with an unknown value is unknown, ``false and
    unknown`` is false, ``true or unknown`` is true. `NotGiven` equals a text that is its id, and
    is otherwise unknown.

    Examples
    --------
    >>> holds(parse_filter("a > 1 or b == 'x'"), {"a": None, "b": "x"})
    True
    """
    if isinstance(node, Compare):
        return _compare(node.operator, _value(node.left, values), _value(node.right, values))
    if isinstance(node, Not):
        inner = holds(node.part, values)
        return None if inner is None else not inner
    found = [holds(part, values) for part in node.parts]
    decisive = isinstance(node, Some)
    if decisive in found:
        return decisive
    return None if None in found else not decisive


def _value(operand: Name | Literal, values: Mapping[str, Any]) -> Any:
    if isinstance(operand, Literal):
        return operand.value
    return values.get(f"unit.{operand.id}" if operand.column else operand.id)


def _compare(operator: str, left: Any, right: Any) -> bool | None:
    if operator in ("!=", "not in"):
        inner = _compare({"!=": "==", "not in": "in"}[operator], left, right)
        return None if inner is None else not inner
    if left is None or right is None:
        return None
    if operator == "in":
        among = right if isinstance(right, (tuple, frozenset)) else (right,)
        found = [_equal(left, one) for one in among]
        return True if True in found else None if None in found else False
    if operator == "==":
        return _equal(left, right)
    return _ordered(operator, left, right)


def _equal(left: Any, right: Any) -> bool | None:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, NotGiven):
            same = other.id if isinstance(other, NotGiven) else other
            return True if one.id == same else None
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _ordered(operator: str, left: Any, right: Any) -> bool | None:
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (left, right))
    if numbers or (isinstance(left, str) and isinstance(right, str)):
        return _ORDER[operator](left, right)
    return None
