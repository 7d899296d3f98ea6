"""Sheets for translators: every text, what it means back, how far it is; and reading them again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mdresearch.coding.normalising import plain_copy
from mdresearch.coding.walking import own_codes
from mdresearch.core.csv_files import read_csv, write_csv
from mdresearch.core.errors import CodebookError

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook

COLUMNS = (
    "what", "id", "field", "position", "source_lang", "source", "target_lang", "target",
    "back_translation", "status", "translator", "note",
)  # fmt: skip
STATES = ("", "draft", "checked")
SEPARATOR = " | "
_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")

Key = tuple[str, str, str, str]
Set = Callable[[Any], None]


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class Translation:
    """A filled sheet, checked against the scheme that it was made from.

    Attributes
    ----------
    lang : str
    content : mapping
        The scheme's own content with the translations in it.
    problems : DataFrame
        row, what, id, field, problem: rows of the sheet that were not taken.
    taken, empty : int
        Texts that were taken, and rows without a translation.
    spec : str
        The version that it was made for.
    """

    lang: str
    content: Mapping[str, Any]
    problems: pd.DataFrame
    taken: int
    empty: int
    spec: str

    def document(self, version: str, date: str, notes: str = "") -> dict[str, Any]:
        """Return the next version of the scheme's file, with an entry in its change log."""
        held: dict[str, Any] = plain_copy(self.content)
        told = notes or f"{self.taken} texts in {self.lang}"
        entry = {"version": version, "date": date, "notes": told}
        return held | {"version": version, "changelog": [*held.get("changelog", ()), entry]}

    def save(self, path: str | Path, version: str, date: str, notes: str = "") -> Codebook:
        """Write the next version to a file, and return it as it is read from there.

        A new language is a minor step. Comments of the old file are not kept.

        Parameters
        ----------
        path : str or Path
        version, date : str
            The new version, and its day as ``2026-11-24``.
        notes : str
            What the change log says.

        Raises
        ------
        CodebookError
            The file is there already, or the scheme has mistakes.
        """
        from mdresearch.coding.codebooks import Codebook
        from mdresearch.coding.extending import to_yaml
        from mdresearch.core.atomic import write_text

        if Path(path).exists():
            raise CodebookError(f"There is a file '{path}' already. Choose another name.")
        return Codebook.read(write_text(path, to_yaml(self.document(version, date, notes))))

    def sentence(self) -> str:
        """Say how many texts were taken, are empty, and were not taken."""
        return (
            f"{self.spec}, {self.lang}: {self.taken:,} texts taken, {self.empty:,} without a "
            f"translation, {len(self.problems):,} not taken."
        )

    def __repr__(self) -> str:
        told = self.sentence()
        return f"{told}\n{self.problems.to_string(index=False)}" if len(self.problems) else told


def translation_table(
    codebook: Codebook, lang: str, path: str | Path | None = None
) -> pd.DataFrame:
    """Return the sheet for translators; see `Codebook.translate_template`."""
    import pandas as pd

    if not _TAG.match(lang):
        raise CodebookError(f"'{lang}' is not a language tag. Write one such as es-419 or th.")
    own = codebook.default_language
    if lang == own:
        raise CodebookError(f"{lang} is the scheme's own language. Choose the one to translate to.")
    rows = []
    for key, texts, _, state in _slots(plain_copy(codebook.own)):
        if own in texts:
            told = state.get(lang, {})
            known = texts.get(lang, "")
            status = told.get("status", "draft") if known else ""
            rows.append(
                (*key, own, texts[own], lang, known, "", status if status in STATES else "",
                 told.get("by", ""), told.get("note", ""))
            )  # fmt: skip
    table = pd.DataFrame(rows, columns=list(COLUMNS), dtype="str")
    if path is not None:
        write_csv(table, path)
    return table


def read_translation(codebook: Codebook, table: pd.DataFrame | str | Path) -> Translation:
    """Return a filled sheet, checked; see `Codebook.read_translation`."""
    import pandas as pd

    if isinstance(table, (str, Path)):
        table = read_csv(table, escaped=True)
    lacking = [name for name in COLUMNS if name not in table]
    if lacking:
        raise CodebookError(
            f"The table of translations lacks the column '{lacking[0]}'. "
            "Fill the one that translate_template() makes, and keep its columns."
        )
    held = table.fillna("").astype("str")
    langs = sorted(set(held["target_lang"]) - {""})
    if len(langs) != 1:
        raise CodebookError(
            f"The column target_lang holds {', '.join(langs) or 'nothing'}; one language a table."
        )
    lang, own = langs[0], codebook.default_language
    document = plain_copy(codebook.own)
    slots = {key: (texts, put, state) for key, texts, put, state in _slots(document)}
    states: dict[int, tuple[dict[str, Any], list[Mapping[str, str]]]] = {}
    problems, taken, empty = [], 0, 0
    for number, row in enumerate(held.to_dict("records"), start=2):
        key = (row["what"], row["id"], row["field"], row["position"])
        told = _wrong(row, slots.get(key), own)
        if told:
            problems.append((number, row["what"], row["id"], row["field"], told))
        elif not row["target"].strip():
            empty += 1
        else:
            _, put, state = slots[key]
            put((lang, row["target"].strip()))
            taken += 1
            states.setdefault(id(state), (state, []))[1].append(row)
    for state, rows in states.values():
        state[lang] = _state(rows)
    for _, _, thing in _things(document):
        if not thing.get("language_status", True):
            del thing["language_status"]
    if taken and lang not in document.get("languages", [own]):
        document["languages"] = [*document.get("languages", [own]), lang]
    columns = ["row", "what", "id", "field", "problem"]
    return Translation(
        lang=lang,
        content=document,
        problems=pd.DataFrame(problems, columns=columns),
        taken=taken,
        empty=empty,
        spec=codebook.spec,
    )


def _wrong(row: Mapping[str, str], slot: Any, own: str) -> str:
    """Return why a row cannot be taken; an empty text where it can."""
    if slot is None:
        return "the scheme has no such text"
    if row["source"] != slot[0].get(own, ""):
        return f"the text has changed since: it is now '{slot[0].get(own, '')}'. Translate it anew"
    if row["status"] not in STATES:
        return f"the status '{row['status']}' is none of: draft, checked"
    return ""


def _state(rows: list[Mapping[str, str]]) -> dict[str, str]:
    """Return the state of one thing: checked where every text of it is."""
    checked = all(row["status"] == "checked" for row in rows)
    held = {"status": "checked" if checked else "draft"}
    for key, column in (("by", "translator"), ("note", "note")):
        told = sorted({row[column].strip() for row in rows} - {""})
        if told:
            held[key] = "; ".join(told)
    return held


def _slots(
    document: dict[str, Any],
) -> Iterator[tuple[Key, dict[str, str], Set, dict[str, Any]]]:
    """Yield (key, texts by language, setter, language status) of every text of a scheme's own."""
    spare: dict[str, Any] = {}
    for what, id_, held in _things(document):
        has_state = what in ("code", "list", "variable")
        state = held.setdefault("language_status", {}) if has_state else spare
        for field in ("title", "label", "description", "definition", "instructions"):
            if isinstance(held.get(field), dict):
                yield _slot((what, id_, field, ""), held[field], state)
        for field in ("include", "exclude", "decision_rules"):
            for i, text in enumerate(held.get(field, ())):
                parts = ("if", "then", "else", "because") if "if" in text else ("",)
                for part in parts:
                    if not part or part in text:
                        where = f"{i + 1}{'.' + part if part else ''}"
                        texts = text[part] if part else text
                        yield _slot((what, id_, field, where), texts, state)
        if held.get("aliases"):
            joined = {k: SEPARATOR.join(v) for k, v in held["aliases"].items()}
            put = _put_aliases(held["aliases"])
            yield (what, id_, "aliases", ""), joined, put, state
        for missing in held.get("missing", ()):
            yield _slot((what, id_, f"missing {missing['id']}", ""), missing["label"], spare)


def _slot(key: Key, texts: dict[str, str], state: dict[str, Any]) -> Any:
    def put(pair: tuple[str, str]) -> None:
        texts[pair[0]] = pair[1]

    return key, texts, put, state


def _put_aliases(aliases: dict[str, list[str]]) -> Set:
    def put(pair: tuple[str, str]) -> None:
        aliases[pair[0]] = [x.strip() for x in pair[1].split(SEPARATOR.strip()) if x.strip()]

    return put


def _things(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "scheme", str(document["id"]), document
    for name, held in document.get("units", {}).items():
        yield "unit", name, held
    for name, held in document.get("code_lists", {}).items():
        yield "list", name, held
    for _, code, _ in own_codes(document):
        yield "code", str(code["id"]), code  # type: ignore[misc]
    for held in document.get("variables", ()):
        yield "variable", str(held["id"]), held
