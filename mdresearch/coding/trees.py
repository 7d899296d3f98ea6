"""The codes of a codebook as a tree: text for the terminal, folding HTML for a notebook."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mdresearch.coding.codebook_parts import Code
from mdresearch.core.errors import unknown_name

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook


@dataclass(frozen=True, repr=False, eq=False)
class Tree:
    """Codes as a tree, in one language.

    Attributes
    ----------
    codebook : Codebook
    groups : tuple of str
        Lists shown; a variable's id for codes written inside it.
    lang : str
        Language of the labels; a code without a label in it is shown in the scheme's own.
    """

    codebook: Codebook
    groups: tuple[str, ...]
    lang: str

    def frame(self) -> pd.DataFrame:
        """Return one row a code: code_list, code, parent, depth, role, label, markets, scheme."""
        import pandas as pd

        columns = ["code_list", "code", "parent", "depth", "role", "label", "markets", "scheme"]
        rows = [
            (
                c.code_list,
                c.id,
                c.parent or "",
                c.depth,
                c.role,
                c.name(self.lang),
                " ".join(c.markets),
                c.scheme,
            )
            for group in self.groups
            for c in self._codes(group)
        ]
        return pd.DataFrame(rows, columns=columns)

    def _codes(self, group: str) -> list[Code]:
        return [c for c in self.codebook.codes.values() if c.code_list == group]

    def __repr__(self) -> str:
        return "\n".join(line for group in self.groups for line in self._text(group))

    def _text(self, group: str) -> Iterator[str]:
        codes = self._codes(group)
        yield f"{_title(self.codebook, group, self.lang)} [{group}], {len(codes)} codes"
        top = [c for c in codes if c.parent is None]
        for i, code in enumerate(top):
            yield from self._branch(code, "", i == len(top) - 1)

    def _branch(self, code: Code, indent: str, last: bool) -> Iterator[str]:
        yield f"{indent}{'└─ ' if last else '├─ '}{_line(code, self.lang)}"
        below = [self.codebook.codes[c] for c in code.children]
        for i, child in enumerate(below):
            yield from self._branch(child, indent + ("   " if last else "│  "), i == len(below) - 1)

    def _repr_html_(self) -> str:
        return (
            f'<div class="codebook-tree" lang="{html.escape(self.lang)}">'
            + "".join(self._html_group(group) for group in self.groups)
            + "</div>"
        )

    def _html_group(self, group: str) -> str:
        codes = self._codes(group)
        title = html.escape(_title(self.codebook, group, self.lang))
        top = "".join(self._html_code(c) for c in codes if c.parent is None)
        opened = " open" if len(self.groups) == 1 else ""
        return (
            f"<details{opened}><summary><strong>{title}</strong> "
            f"({len(codes)} codes)</summary><ul>{top}</ul></details>"
        )

    def _html_code(self, code: Code) -> str:
        lang = self.lang if self.lang in code.label else code.default_language
        direction = ' dir="rtl"' if lang.split("-")[0] in ("ar", "fa", "he", "ur") else ""
        label = html.escape(code.name(self.lang))
        name = f'<span lang="{html.escape(lang)}"{direction}>{label}</span>'
        about = html.escape(_about(code))
        text = code.definition.get(self.lang) or code.definition.get(code.default_language, "")
        definition = f"<p>{html.escape(text)}</p>" if text else ""
        below = "".join(self._html_code(self.codebook.codes[c]) for c in code.children)
        inside = definition + (f"<ul>{below}</ul>" if below else "")
        head = f"{name} <code>{html.escape(code.id)}</code> <small>{about}</small>"
        if not inside:
            return f"<li>{head}</li>"
        return f"<li><details><summary>{head}</summary>{inside}</details></li>"


def show_tree(codebook: Codebook, list_id: str | None = None, lang: str | None = None) -> Tree:
    """Return the tree of one list, or of all; see `Codebook.tree`."""
    groups = list(dict.fromkeys(c.code_list for c in codebook.codes.values()))
    if list_id is not None:
        if list_id not in groups:
            raise unknown_name(f"code list in {codebook.spec}", list_id, groups)
        groups = [list_id]
    return Tree(codebook, tuple(groups), lang or codebook.default_language)


def _title(codebook: Codebook, group: str, lang: str) -> str:
    held = codebook.code_lists.get(group) or codebook.variables[group]
    return held.name(lang)


def _line(code: Code, lang: str) -> str:
    return f"{code.id}  {code.name(lang)}  ({_about(code)})"


def _about(code: Code) -> str:
    parts = [code.role, *code.markets]
    if code.value is not None:
        parts.append(f"value {code.value:g}")
    if not code.codable:
        parts.append("heading")
    if code.hidden:
        parts.append(f"hidden: {code.hidden}")
    if code.deprecated:
        parts.append(f"deprecated since {code.deprecated}")
    return ", ".join(parts)
