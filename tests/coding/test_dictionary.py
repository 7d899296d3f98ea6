"""The dictionary coder: whole words in every script, negation, places, coverage, and its limits."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mdresearch as md
from mdresearch.coding import dictionary_codes
from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.dictionary_matching import find, matcher
from mdresearch.coding.dictionary_scripts import fold
from mdresearch.coding.extending import to_yaml
from mdresearch.core.errors import MdresearchError

# language, entries, text, what must be found in it (as it stands there)
FOUND = [
    ("en", ["ceo"], "The CEO's son is a Ceo.", ["CEO", "Ceo"]),
    ("en", ["son", "son-in-law"], "Her son-in-law, not her season.", ["son-in-law"]),
    ("en", ["in law"], "in  law\nand in\nlaw", ["in  law", "in\nlaw"]),
    ("es", ["marido posesivo"], "Un MARIDO posesivo; maridos posesivos no.", ["MARIDO posesivo"]),
    ("es", ["papá"], "Papa, papa\u0301, PAPÁ.", ["papa\u0301", "PAPÁ"]),
    ("pt", ["herdeiro"], "o herdeiro e a herdeira", ["herdeiro"]),
    ("id", ["suami posesif"], "Suami posesif itu, persuami posesif.", ["Suami posesif"]),
    ("zh", ["霸总", "霸道总裁"], "他是霸道总裁，霸总本人。", ["霸道总裁", "霸总"]),
    ("ja", ["ヒーロー"], "俺様ヒーローとスーパーヒーローズ", ["ヒーロー"]),
    ("ja", ["ヒーロー"], "ﾋｰﾛｰだ", ["ﾋｰﾛｰ"]),
    ("ko", ["재벌"], "그 재벌은 신재벌이 아니다", ["재벌"]),
    ("th", ["พระเอก"], "เขาคือพระเอกของเรื่อง", ["พระเอก"]),
    ("ar", ["زوج متملك"], "والزوج متملك وزوجٌ متملّك", ["زوج متملك", "زوجٌ متملّك"]),
    ("ar", ["بطل"], "والبطل جاء، بطلة أخرى", ["بطل"]),
    ("hi", ["हीरो"], "वह हीरो है, हीरोइन नहीं", ["हीरो"]),
]


@pytest.mark.parametrize(("lang", "words", "text", "expected"), FOUND)
def test_entries_are_found_as_whole_words_of_their_script(lang, words, text, expected):
    hits, _ = find([text], matcher(words, lang))
    assert [text[h.begin : h.end] for h in hits] == expected


NEGATED = [
    ("en", "ceo", "He is not really a CEO", "Not now. The CEO came"),
    ("es", "jefe", "no es el jefe", "No. El jefe vino"),
    ("pt", "chefe", "ele não é chefe", "não; o chefe veio"),
    ("id", "bos", "dia bukan seorang bos", "bukan! bos datang"),
    ("zh", "总裁", "他不是总裁", "不，总裁来了"),
    ("ja", "社長", "社長ではない", "社長だ。知らない"),
    ("ko", "재벌", "재벌이 아니야", "재벌이야. 아니"),
    ("th", "ประธาน", "เขาไม่ใช่ประธาน", "ประธานมาแล้ว ไม่"),
    ("ar", "رئيس", "ليس رئيس الشركة", "لا، رئيس الشركة جاء"),
    ("hi", "मालिक", "वह मालिक नहीं है", "नहीं। मालिक आया"),
]


@pytest.mark.parametrize(("lang", "word", "no", "yes"), NEGATED)
def test_a_negator_in_the_same_clause_turns_a_hit(lang, word, no, yes):
    hits, _ = find([no, yes], matcher([word], lang))
    assert [(h.text, h.negated) for h in hits] == [(0, True), (1, False)]


def test_the_longest_entry_counts_and_shorter_ones_are_told():
    hits, inside = find(["霸道总裁文"], matcher(["总裁", "霸道总裁", "霸道"], "zh"))
    assert [h.word for h in hits] == ["霸道总裁"]
    assert inside == 0
    hits, inside = find(["the mafia boss's wife"], matcher(["mafia boss", "boss's wife"], "en"))
    assert [h.word for h in hits] == ["mafia boss"]


@settings(max_examples=150, deadline=None)
@given(st.text("aZ é\u0301你ｃﾊﾞ😀ﷺوعٌ\n", max_size=30))
def test_folding_keeps_places(text):
    folded, places = fold(text)
    places = places or range(len(folded) + 1)
    assert len(places) == len(folded) + 1
    assert list(places) == sorted(places)
    for i, letter in enumerate(folded):
        begin = places[i]
        end = next((p for p in places[i:] if p > begin), len(text))
        assert letter in fold(text[begin:end])[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["ceo", "boss", "no boss", "CEO!", "xceo", ""]), min_size=1, max_size=8
    )
)
def test_order_and_lots_of_texts_change_nothing(texts):
    held = matcher(["ceo", "boss"], "en")
    one, _ = find(texts, held)
    apart = [h for i, text in enumerate(texts) for h in find([text], held)[0] if (i, text)]
    assert [(h.word, h.begin, h.negated) for h in one] == [
        (h.word, h.begin, h.negated) for h in apart
    ]
    assert [h.text for h in one] == sorted(h.text for h in one)


BOOK = {
    "mdcodebook": "1.0",
    "id": "x:small",
    "version": "0.1.0",
    "title": "Small",
    "default_language": "en",
    "languages": ["en", "zh-Hans"],
    "units": {"segment": {"label": "segment"}, "work": {"label": "work"}},
    "code_lists": {
        "tropes": {
            "label": "Tropes",
            "codes": [
                {"id": "ruler", "label": "Ruler", "aliases": {"en": ["boss"], "zh-Hans": ["总裁"]}},
                {"id": "rival", "label": "Rival", "aliases": {"en": ["enemy", "rival"]}},
                {"id": "quiet", "label": "Quiet"},
            ],
        }
    },
    "variables": [
        {
            "id": "beat",
            "label": "Beat",
            "unit": "segment",
            "type": "span",
            "target": "text",
            "codes_from": "tropes",
        },
        {
            "id": "premise",
            "label": "Premise",
            "unit": "work",
            "type": "multilabel",
            "codes_from": "tropes",
        },
        {"id": "length", "label": "Length", "unit": "work", "type": "ratio"},
    ],
}


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "small.mdcb.yaml"
    path.write_text(to_yaml(BOOK), encoding="utf-8")
    return Codebook.read(path)


def cues(*rows):
    frame = pd.DataFrame(rows, columns=["text", "lang"])
    n = len(frame)
    return frame.assign(
        cue_id=[f"c{i}" for i in range(n)],
        episode_id="e1",
        start_ms=[1000 * i for i in range(n)],
        end_ms=[1000 * i + 900 for i in range(n)],
        kind="dialogue",
    )


TEXTS = cues(
    ("My boss, my enemy!", "en"), ("He is no boss", "en"), ("Nothing.", "en"), ("总裁来了", "zh"),
    ("chef", "fr"), ("boss", None), (None, "en"),
)  # fmt: skip


def test_a_corpus_gets_rows_that_its_codebook_allows(book):
    corpus = md.Corpus("demo", {"cues": TEXTS}, kind="simulated")
    made = md.code(corpus, book)
    rows = made["codes"]
    assert rows["value"].tolist() == ["ruler", "rival", "ruler"]
    words = TEXTS.set_index("cue_id")["text"]
    shown = [
        words[u][a:b]
        for u, a, b in zip(rows["unit_id"], rows["char_from"], rows["char_to"], strict=True)
    ]
    assert shown == ["boss", "enemy", "总裁"]
    assert rows["start_ms"].tolist() == [0, 0, 3000]
    assert set(rows["codebook"]) == {"x:small@0.1.0"}
    assert made["coders"]["kind"].tolist() == ["dictionary"]
    assert rows["coder_id"].unique().tolist() == [f"dictionary:x:small@0.1.0#{book.hash[:12]}"]
    assert "1 hits were negated" in made.provenance["dictionary"]["summary"]
    assert made.simulated
    assert "codes" not in corpus
    twice = md.code(made, book)
    assert len(twice["coders"]) == 1


def test_what_was_covered_and_which_word_drives_which_code(book):
    found = dictionary_codes(TEXTS, book)
    cover = found.coverage.set_index("lang")
    assert cover.loc["en", ["aliases", "units", "units_hit", "hits", "negated"]].tolist() == [
        3,
        3,
        1,
        2,
        1,
    ]
    assert cover.loc["zh", "share"] == 1.0
    assert cover.loc[["", "fr"], "aliases"].tolist() == [0, 0]
    assert cover.loc[["", "fr"], "share"].isna().all()
    words = found.words.set_index(["lang", "alias"])
    assert words.loc[("en", "boss"), ["code", "hits", "negated"]].tolist() == ["ruler", 1, 1]
    checks = {c.name: c for c in found.checks}
    assert checks["one_language"].holds is False
    assert "not comparable" in checks["one_language"].evidence
    assert checks["all_texts_coded"].evidence.startswith("2 texts")
    assert "not comparable" in repr(found)


def test_a_unit_gets_a_label_once(book):
    held = cues(("boss of the boss", "en"))
    rows = dictionary_codes(held, book, ["premise"]).codes
    assert rows[["value", "char_from"]].isna().to_numpy().tolist() == [[False, True]]


def test_what_cannot_be_coded_is_said(book):
    with pytest.raises(
        MdresearchError, match=r"No text is in a language with aliases.*fr.*with aliases: en"
    ):
        dictionary_codes(cues(("chef", "fr")), book)
    with pytest.raises(MdresearchError, match="'length' has no codes"):
        dictionary_codes(TEXTS, book, ["length"])
    with pytest.raises(MdresearchError, match="lacks the column 'lang'"):
        dictionary_codes(TEXTS.drop(columns="lang"), book)
    with pytest.raises(MdresearchError, match=r"table with texts.*cues"):
        md.code(md.Corpus("demo", {"cues": TEXTS}), book, table="cue")
    with pytest.raises(MdresearchError, match=r"coder.*dictionary"):
        md.code(md.Corpus("demo", {"cues": TEXTS}), book, coder="oracle")


def test_every_alias_of_the_core_is_found_in_its_own_language():
    core = Codebook.load("core")
    for lang in core.languages:
        for name in ("lead_archetype", "premise"):
            for code in core.codes_of(name):
                for alias in code.aliases.get(lang, ()):
                    hits, _ = find([alias], matcher([alias], lang))
                    assert [(h.begin, h.end) for h in hits] == [(0, len(alias))], (lang, alias)
