"""From resolved content to the frozen parts of a codebook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from mdresearch.coding.codebook_parts import (
    NOTHING,
    Code,
    CodeList,
    Missing,
    Variable,
    frozen,
    in_language,
    index_of,
)
from mdresearch.coding.codebooks import Codebook

_CODE_FIELDS = (
    "role", "label", "definition", "aliases", "include", "exclude", "decision_rules", "examples",
    "markets", "variants", "mappings", "sources", "evidence", "value", "codable", "color", "hotkey",
    "guid", "since", "deprecated", "replaced_by", "language_status",
)  # fmt: skip
_VARIABLE_FIELDS = (
    "unit", "type", "label", "definition", "instructions", "target", "codes_from", "attributes",
    "required", "min", "max", "step", "measure", "min_labels", "max_labels", "exclusive",
    "allow_overlap", "min_ms", "snap", "ask_if", "reliability", "sources", "since", "deprecated",
    "language_status",
)  # fmt: skip


def build(
    content: Mapping[str, Any],
    *,
    written: Mapping[str, Any],
    own: Mapping[str, Any],
    parents: tuple[Codebook, ...] = (),
    path: Path | None = None,
    text: Any = None,
) -> Codebook:
    """Return the codebook of resolved content; the content has passed every check."""
    content = frozen(content)
    maker = _Maker(content)
    codes: list[Code] = []
    lists: list[CodeList] = []
    for list_id, held in content.get("code_lists", {}).items():
        found = maker.codes(held["codes"], list_id)
        codes += found
        lists.append(maker.code_list(list_id, held, found))
    by_list = {one.id: one.codes for one in lists}
    variables = []
    for held in content.get("variables", ()):
        inline = maker.codes(held.get("codes", ()), held["id"])
        codes += inline
        taken = tuple(c.id for c in inline) or by_list.get(held.get("codes_from", ""), ())
        variables.append(maker.variable(held, taken))
    return Codebook(
        id=str(content["id"]),
        version=str(content["version"]),
        codes=index_of(codes),
        code_lists=index_of(lists),
        variables=index_of(variables),
        units=MappingProxyType(dict(content.get("units", NOTHING))),
        parents=parents,
        path=path,
        content=content,
        written=frozen(written),
        own=frozen(own),
        text=text,
    )


class _Maker:
    """What every part needs to know of the whole."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        resolved = content.get("x_resolved", NOTHING)
        self.language = str(content["default_language"])
        self.main = str(content["id"])
        self.schemes = resolved.get("schemes", NOTHING)
        self.hidden = {
            id_: in_language(reason, None, self.language)
            for id_, reason in resolved.get("hidden", NOTHING).items()
        }

    def common(self, id_: str, held: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "id": id_,
            "scheme": self.schemes.get(id_, self.main),
            "default_language": self.language,
            "extra": MappingProxyType({k: v for k, v in held.items() if k.startswith("x_")}),
        }

    def codes(
        self,
        held: Sequence[Mapping[str, Any]],
        list_id: str,
        above: tuple[str, ...] = (),
        hidden: str = "",
    ) -> list[Code]:
        """Return the codes and those below them, depth first."""
        out: list[Code] = []
        for one in held:
            path = (*above, one["id"])
            below = one.get("children", ())
            reason = hidden or self.hidden.get(one["id"], "")
            out.append(
                Code(
                    code_list=list_id,
                    parent=above[-1] if above else None,
                    path=path,
                    children=tuple(child["id"] for child in below),
                    hidden=reason,
                    **self.common(one["id"], one),
                    **{k: one[k] for k in _CODE_FIELDS if k in one},
                )
            )
            out += self.codes(below, list_id, path, reason)
        return out

    def code_list(self, id_: str, held: Mapping[str, Any], codes: Sequence[Code]) -> CodeList:
        fields = ("label", "description", "closed", "language_status")
        return CodeList(
            codes=tuple(c.id for c in codes),
            top=tuple(c.id for c in codes if c.parent is None),
            **self.common(f"list:{id_}", held) | {"id": id_},
            **{k: held[k] for k in fields if k in held},
        )

    def variable(self, held: Mapping[str, Any], codes: tuple[str, ...]) -> Variable:
        return Variable(
            codes=codes,
            missing=tuple(
                Missing(id=m["id"], label=m["label"], reliability=m["reliability"])
                for m in held.get("missing", ())
            ),
            hidden=self.hidden.get(held["id"], ""),
            **self.common(held["id"], held),
            **{k: held[k] for k in _VARIABLE_FIELDS if k in held},
        )
