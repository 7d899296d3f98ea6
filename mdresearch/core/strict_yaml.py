"""One strict YAML reader: version 1.2, unique keys, plain values, bounded size, line numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mdresearch.core.errors import StudyError

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
NO_FOLDING = 2**31


def read_yaml(path: str | Path) -> Any:
    """Read a YAML 1.2 file as plain dicts, lists, strings, numbers and booleans.

    ``NO`` stays a string, ``1:30`` stays a string, a date stays a string, a key given twice is an
    error, tags and aliases are refused.

    Raises
    ------
    StudyError
        The file is absent, too large, not UTF-8, or not the YAML described above; the message names
        the file and the line.
    """
    path = Path(path)
    if not path.is_file():
        raise StudyError(f"There is no file '{path}'. Give the path of an existing YAML file.")
    if path.stat().st_size > MAX_BYTES:
        raise StudyError(
            f"{path}: {path.stat().st_size:,} bytes; at most {MAX_BYTES:,} are read. "
            "Keep data in CSV tables and only the study in YAML."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError(
            f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8."
        ) from error
    return parse_yaml(text, name=str(path))


def parse_yaml(text: str, name: str = "<text>") -> Any:
    """Parse YAML 1.2 text; see `read_yaml`.

    Examples
    --------
    >>> parse_yaml("countries: [NO, SE, on]")
    {'countries': ['NO', 'SE', 'on']}
    """
    node = _compose(text, name)
    return None if node is None else _plain(node, name, 0)


def line_of(text: str, path: tuple[str | int, ...]) -> int | None:
    r"""Return the 1-based line of the key or item at ``path``, or None where there is none.

    Examples
    --------
    >>> line_of("a: 1\nb:\n  - x\n  - y\n", ("b", 1))
    4
    """
    node = _compose(text, "<text>")
    line: int | None = None
    for step in path:
        found = _child(node, step)
        if found is None:
            return line
        line, node = found
    return line


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    if getattr(node, "id", "") == "mapping":
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if getattr(node, "id", "") == "sequence" and isinstance(step, int) and step < len(node.value):
        item = node.value[step]
        return item.start_mark.line + 1, item
    return None


def _compose(text: str, name: str) -> Any:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    _refuse_deep(text, name)
    try:
        return yaml.compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "unknown line"
        what = error.problem or error.context or "not YAML"
        raise StudyError(f"{name}, {where}: {what}. Mend the YAML there.") from error
    except (YAMLError, RecursionError, ValueError, AssertionError) as error:
        raise StudyError(f"{name}: this is not YAML 1.2 ({error}).") from error


def _refuse_deep(text: str, name: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        depth = max(line.count("["), line.count("{"), (len(line) - len(line.lstrip(" "))) // 2)
        if depth > MAX_DEPTH and not line.lstrip().startswith("#"):
            raise StudyError(f"{name}, line {number}: nested deeper than {MAX_DEPTH} levels.")


def _plain(node: Any, name: str, depth: int) -> Any:
    line = node.start_mark.line + 1
    if depth > MAX_DEPTH:
        raise StudyError(f"{name}, line {line}: nested deeper than {MAX_DEPTH} levels.")
    if getattr(node, "anchor", None):
        raise StudyError(
            f"{name}, line {line}: the anchor '&{node.anchor}' is not allowed. "
            "Write the values out where they are used."
        )
    if node.id == "mapping":
        return _mapping(node, name, depth)
    if node.id == "sequence":
        return [_plain(item, name, depth + 1) for item in node.value]
    return _scalar(node, name, line)


def _mapping(node: Any, name: str, depth: int) -> dict[str, Any]:
    seen: dict[str, int] = {}
    out: dict[str, Any] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.id != "scalar":
            raise StudyError(f"{name}, line {line}: a key must be a word, not a list or a mapping.")
        if key.value in seen:
            raise StudyError(
                f"{name}, line {line}: the key '{key.value}' stands already at line "
                f"{seen[key.value]}. Keep one of the two."
            )
        seen[key.value] = line
        out[key.value] = _plain(value, name, depth + 1)
    return out


def _scalar(node: Any, name: str, line: int) -> Any:
    tag = str(node.tag).removeprefix("tag:yaml.org,2002:")
    if tag in ("str", "timestamp"):
        return node.value
    if tag == "null":
        return None
    if tag == "bool":
        return str(node.value).lower() == "true"
    if tag == "int":
        return _whole(node.value.replace("_", ""))
    if tag == "float":
        return float(
            node.value.lower().replace("_", "").replace(".inf", "inf").replace(".nan", "nan")
        )
    raise StudyError(
        f"{name}, line {line}: the tag '{node.tag}' is not allowed. Write plain values."
    )


def _whole(text: str) -> int:
    """Return a whole number; in YAML 1.2 a leading 0 says nothing, 0x and 0o do."""
    return int(text, 0 if text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b") else 10)


def write_yaml(data: Mapping[str, Any], path: str | Path) -> None:
    """Write plain data as YAML 1.2, keys in the order given; what is read again is the same.

    Lines are broken at about 100 characters, unless something would read otherwise then.
    """
    from mdresearch.core.atomic import write_text

    text = _dumped(data, 100)
    if not _reads_as(text, data):
        text = _dumped(data, NO_FOLDING)
    write_text(path, text)


def _dumped(data: Mapping[str, Any], width: int) -> str:
    import io

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.width = width
    buffer = io.StringIO()
    yaml.dump(dict(data), buffer)
    return buffer.getvalue()


def _reads_as(text: str, data: Mapping[str, Any]) -> bool:
    try:
        return repr(parse_yaml(text)) == repr(_listed(data))
    except StudyError:
        return False


def _listed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _listed(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_listed(item) for item in value]
    return value
