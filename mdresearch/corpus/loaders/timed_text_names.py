"""Ids from file names, by a pattern of closed syntax such as ``{version}-E{number:03d}.{lang}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from mdresearch.core.errors import DataError, unknown_name

FIELDS: Mapping[str, str] = {
    "version": "the version_id",
    "episode": "the episode_id",
    "number": "the number of the episode",
    "lang": "the language, a BCP 47 tag",
    "layer": "the track",
    "any": "anything; it is not kept",
}
_PIECE = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}")
_WIDTH = re.compile(r"(?:0?([1-9]))?d")
_LANG = r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,3}"


def compiled(pattern: str) -> re.Pattern[str]:
    """Turn a pattern into a regular expression for the end of a path.

    Parameters
    ----------
    pattern : str
        Literal text with fields in braces: `FIELDS`, each at most once; ``{number:03d}`` asks for
        at least three digits. With a ``/`` it covers folders too.

    Raises
    ------
    DataError
        Two fields stand side by side, one stands twice, a brace is open, or a form is not known.
    UnknownNameError
        A field is not known.

    Examples
    --------
    >>> compiled("{version}-E{number:03d}.{lang}.srt").search("rose-E007.pt-BR.srt").groupdict()
    {'version': 'rose', 'number': '007', 'lang': 'pt-BR'}
    """
    out, place, seen = [r"(?:^|/)"], 0, set[str]()
    for piece in _PIECE.finditer(pattern):
        literal = pattern[place : piece.start()]
        name, form = piece.group(1), piece.group(2)
        if name not in FIELDS:
            raise unknown_name("field of a file name", name, FIELDS)
        if seen and not literal:
            raise DataError(
                f"pattern='{pattern}': nothing stands between {{{name}}} and the field before it, "
                "so that they cannot be told apart. Put the text between them."
            )
        if name in seen:
            raise DataError(f"pattern='{pattern}': {{{name}}} stands twice. Use it once.")
        seen.add(name)
        out += [_literal(literal, pattern), _group(name, form, pattern)]
        place = piece.end()
    out += [_literal(pattern[place:], pattern), "$"]
    if not seen:
        raise DataError(f"pattern='{pattern}' has no field. Known: {', '.join(FIELDS)}.")
    return re.compile("".join(out))


def _literal(text: str, pattern: str) -> str:
    if "{" in text or "}" in text:
        raise DataError(f"pattern='{pattern}': a brace is open or empty. Write {{version}}.")
    return re.escape(text)


def _group(name: str, form: str | None, pattern: str) -> str:
    if name == "number":
        width = _WIDTH.fullmatch(form or "d")
        if width:
            return f"(?P<number>[0-9]{{{width.group(1) or 1},9}})"
    if form is not None:
        raise DataError(
            f"pattern='{pattern}': '{form}' is no form of {{{name}}}. Only {{number}} has forms, "
            "such as {number:d} or {number:03d}."
        )
    if name == "lang":
        return f"(?P<lang>{_LANG})"
    return "[^/]{1,200}?" if name == "any" else f"(?P<{name}>[^/]{{1,200}}?)"


def from_name(path: Path, expression: re.Pattern[str], pattern: str) -> dict[str, str]:
    """Return what a file name says, by field.

    Raises
    ------
    DataError
        The name does not fit the pattern.
    """
    found = expression.search(path.as_posix())
    if found is None:
        raise DataError(
            f"'{path.name}' does not fit pattern='{pattern}'. Correct the pattern or the name, or "
            "give only the files that fit."
        )
    return {name: value for name, value in found.groupdict().items() if value}


def language_tag(tag: str) -> str:
    """Return a BCP 47 tag in its usual case.

    Examples
    --------
    >>> [language_tag(t) for t in ("EN", "pt_br", "zh-hans-cn")]
    ['en', 'pt-BR', 'zh-Hans-CN']
    """
    first, *rest = tag.replace("_", "-").split("-")
    parts = [first.lower()]
    for part in rest:
        parts.append(part.upper() if len(part) == 2 else part.title() if len(part) == 4 else part)
    return "-".join(parts)
