"""A codebook's aliases as a coder: hits in the texts of a corpus as rows of `codes`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mdresearch.coding.dictionary_matching import Hit, counted, find, matcher
from mdresearch.core.errors import CodebookError, DataError, unknown_name
from mdresearch.core.results import Check

if TYPE_CHECKING:
    import pandas as pd

    from mdresearch.coding.codebooks import Codebook
    from mdresearch.corpus.corpora import Corpus

TEXTS: Mapping[str, tuple[str, str, str, str]] = {
    "cues": ("cue_id", "text", "lang", "cue"),
    "comments": ("comment_id", "text", "lang", "response"),
    "works": ("work_id", "title", "title_lang", "work"),
}
"""Table with texts: its id, its text, the language of the text, the unit that is coded."""
CODERS = ("dictionary",)
ROUND = "main"


@dataclass(frozen=True, repr=False, eq=False, kw_only=True)
class DictionaryCodes:
    """What the aliases of a codebook found in some texts.

    Attributes
    ----------
    codes : DataFrame
        Rows of `codes`: a hit each for spans; a unit and code each for other variables.
    words : DataFrame
        variable, code, lang, alias, hits, negated: which word drives which code.
    coverage : DataFrame
        variable, lang, aliases, units, units_hit, share, hits, negated, inside_longer: one row a
        language, also those that have no aliases (they are not coded).
    checks : tuple of Check
    coder : str
        The coder_id: the codebook's id, version and hash.
    """

    codes: pd.DataFrame
    words: pd.DataFrame
    coverage: pd.DataFrame
    checks: tuple[Check, ...]
    coder: str

    def frame(self) -> pd.DataFrame:
        """Return `coverage`."""
        return self.coverage

    def sentence(self) -> str:
        """Say how much was found, and what must not be done with it."""
        n, units = len(self.codes), int(self.coverage["units"].sum())
        negated = int(self.coverage["negated"].sum())
        return (
            f"{n:,} codes by aliases in {units:,} texts ({self.coder}); {negated:,} hits were "
            "negated and not coded. Rates of two languages are not comparable: each language has "
            "its own aliases."
        )

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.coverage.to_string(index=False)}"

    def _repr_html_(self) -> str:
        from mdresearch.core.show import paragraph, table_html

        return paragraph(self.sentence()) + table_html(self.coverage)


def code(
    corpus: Corpus,
    codebook: Codebook,
    coder: str = "dictionary",
    variables: Sequence[str] | None = None,
    table: str = "cues",
) -> Corpus:
    """Code the texts of a corpus with the aliases of a codebook.

    Parameters
    ----------
    corpus : Corpus
    codebook : Codebook
    coder : {"dictionary"}
    variables : sequence of str or None
        Variables with codes; the span variables where None (a word in a line is no evidence that
        a whole work or character is of a kind, so that other variables must be asked for).
    table : {"cues", "comments", "works"}
        Where the texts are. Each has its language in its own column; texts without a language, or
        in one without aliases, are not coded and counted in `dictionary_codes(...).coverage`.

    Returns
    -------
    Corpus
        With more rows in ``codes`` and one more in ``coders`` (kind dictionary); what was found is
        summed up under ``dictionary`` in its provenance.

    Raises
    ------
    DataError
        The corpus has no such table, or no text in a language that has aliases.
    CodebookError
        No code of the variables has an alias.
    """
    import pandas as pd

    if coder not in CODERS:
        raise unknown_name("coder", coder, CODERS)
    found = dictionary_codes(corpus[_known(table)], codebook, variables, table)
    old = corpus.tables.get("codes")
    codes = found.codes if old is None else pd.concat([old, found.codes], ignore_index=True)
    row = pd.DataFrame({"coder_id": [found.coder], "kind": ["dictionary"]}, dtype="str")
    coders = corpus.tables.get("coders")
    if coders is not None:
        row = pd.concat([coders[coders["coder_id"] != found.coder], row], ignore_index=True)
    told = {"coder": found.coder, "summary": found.sentence()}
    made = corpus.assign(codes=codes, coders=row)
    return replace(made, provenance={**made.provenance, "dictionary": told})


def dictionary_codes(
    texts: pd.DataFrame,
    codebook: Codebook,
    variables: Sequence[str] | None = None,
    table: str = "cues",
) -> DictionaryCodes:
    """Code a table of texts with the aliases of a codebook; see `code`.

    Aliases are looked for as whole words where the script parts words (with the particles that
    Korean and Arabic write together with them), anywhere else. Case, full width, composed letters
    and Arabic vowel signs make no difference. Of entries that overlap the longest counts. A hit
    with a negator of its language near it in the same clause is counted and not coded.

    Examples
    --------
    >>> import pandas as pd
    >>> from mdresearch.coding.codebooks import Codebook
    >>> cues = pd.DataFrame({"cue_id": ["c1"], "text": ["My billionaire CEO!"], "lang": ["en"]})
    >>> book = Codebook.load("core")
    >>> dictionary_codes(cues, book, ["lead_archetype"]).codes["value"].tolist()
    ['domineering_ceo']
    """
    import pandas as pd

    id_, text, lang, unit = TEXTS[_known(table)]
    lacking = [c for c in (id_, text, lang) if c not in texts]
    if lacking:
        raise DataError(f"The table {table} lacks the column '{lacking[0]}'.")
    names = _variables(codebook, variables)
    coder = f"dictionary:{codebook.spec}#{codebook.hash[:12]}"
    frame = texts[texts[text].notna()].reset_index(drop=True)
    rows: list[tuple[Any, ...]] = []
    words: list[tuple[Any, ...]] = []
    coverage: list[tuple[Any, ...]] = []
    tags = frame[lang].astype("object").where(frame[lang].notna(), "")
    for name in names:
        for tag in sorted(tags.unique()):
            part = frame[(tags == tag).to_numpy()]
            aliases = _aliases(codebook, name, tag)
            if not aliases:
                coverage.append((name, tag, 0, len(part), 0, None, 0, 0, 0))
                continue
            hits, inside = find(part[text].tolist(), matcher(aliases, tag))
            held = [hit for hit in hits if not hit.negated]
            rows += _rows(held, aliases, part, codebook, name, id_, unit, coder)
            for (word, not_so), n in sorted(counted(hits).items()):
                words.append(
                    (name, aliases[word], tag, word, 0 if not_so else n, n if not_so else 0)
                )
            seen = len({hit.text for hit in held})
            coverage.append(
                (name, tag, len(aliases), len(part), seen, seen / len(part), len(held),
                 len(hits) - len(held), inside)
            )  # fmt: skip
    cover = pd.DataFrame(coverage, columns=list(_COVERAGE))
    if not cover["aliases"].any():
        shown = ", ".join(t or "none stated" for t in sorted(tags.unique())) or "no text at all"
        raise DataError(
            f"No text is in a language with aliases of {codebook.spec} (languages here: {shown}; "
            f"with aliases: {', '.join(_languages(codebook, names))}). State the language of the "
            "texts, or add aliases to the codebook."
        )
    by = pd.DataFrame(words, columns=list(_WORDS))
    by = by.groupby(list(_WORDS[:4]), as_index=False, sort=False)[["hits", "negated"]].sum()
    return DictionaryCodes(
        codes=_frame(rows), words=by.sort_values("hits", ascending=False, ignore_index=True),
        coverage=cover, checks=_checks(cover), coder=coder,
    )  # fmt: skip


_COVERAGE = (
    "variable", "lang", "aliases", "units", "units_hit", "share", "hits", "negated",
    "inside_longer",
)  # fmt: skip
_WORDS = ("variable", "code", "lang", "alias", "hits", "negated")


def _known(table: str) -> str:
    if table not in TEXTS:
        raise unknown_name("table with texts", table, TEXTS)
    return table


def _variables(codebook: Codebook, wanted: Sequence[str] | None) -> list[str]:
    if wanted is None:
        names = [v.id for v in codebook.variables.values() if v.type == "span" and v.codes]
    else:
        names = [codebook.variable(name).id for name in wanted]
        without = [name for name in names if not codebook.variables[name].codes]
        if without:
            raise CodebookError(f"The variable '{without[0]}' has no codes, so no aliases.")
    if not any(c.aliases for name in names for c in codebook.codes_of(name)):
        shown = ", ".join(names) or "any span variable"
        raise CodebookError(
            f"No code of {shown} in {codebook.spec} has an alias. "
            "Name variables whose codes have some, or add them to the codebook."
        )
    return names


def _aliases(codebook: Codebook, name: str, tag: str) -> dict[str, str]:
    """Return alias to code of a variable in a language; by the base language where need be."""
    base = tag.split("-")[0].lower()
    out: dict[str, str] = {}
    if not base:
        return out
    for code_ in codebook.codes_of(name):
        for lang, words in code_.aliases.items():
            if lang.split("-")[0].lower() == base and code_.codable and not code_.hidden:
                for word in words:
                    out.setdefault(word, code_.id)
    return out


def _languages(codebook: Codebook, names: Sequence[str]) -> list[str]:
    return sorted({lang for name in names for c in codebook.codes_of(name) for lang in c.aliases})


def _rows(
    hits: Sequence[Hit], aliases: Mapping[str, str], part: pd.DataFrame, codebook: Codebook,
    name: str, id_: str, unit: str, coder: str,
) -> list[tuple[Any, ...]]:  # fmt: skip
    ids = part[id_].tolist()
    times = [part[c].tolist() if c in part else [None] * len(ids) for c in ("start_ms", "end_ms")]
    span = codebook.variables[name].type == "span"
    seen: set[tuple[int, str]] = set()
    rows = []
    for hit in hits:
        value = aliases[hit.word]
        if not span and (hit.text, value) in seen:
            continue
        seen.add((hit.text, value))
        place = (
            (times[0][hit.text], times[1][hit.text], hit.begin, hit.end) if span else (None,) * 4
        )
        rows.append((unit, ids[hit.text], name, value, *place, coder, ROUND, codebook.spec))
    return rows


def _frame(rows: Sequence[tuple[Any, ...]]) -> pd.DataFrame:
    import pandas as pd

    columns = [
        "unit_type", "unit_id", "variable", "value", "start_ms", "end_ms", "char_from", "char_to",
        "coder_id", "round", "codebook",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    whole = dict.fromkeys(("start_ms", "end_ms", "char_from", "char_to"), "Int64")
    texts = dict.fromkeys([c for c in columns if c not in whole], "str")
    frame = frame.astype({**whole, **texts})
    frame.insert(0, "code_id", pd.array([f"dictionary-{i + 1}" for i in range(len(frame))], "str"))
    return frame


def _checks(cover: pd.DataFrame) -> tuple[Check, ...]:
    coded = cover[cover["aliases"] > 0]
    many = coded["lang"].map(lambda t: t.split("-")[0]).nunique()
    uncoded = int(cover.loc[cover["aliases"] == 0, "units"].sum())
    told = "one language only"
    if many > 1:
        told = (
            f"{many} languages, each with aliases of its own: their rates differ as the aliases "
            "do, and are not comparable"
        )
    rest = f"{uncoded:,} texts have no language, or one without aliases, and were not coded"
    return Check("one_language", many <= 1, told), Check("all_texts_coded", uncoded == 0, rest)
