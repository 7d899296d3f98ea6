"""The codebook for people: every code on the page, in its language, and sheets for translators."""

from __future__ import annotations

import importlib.util
import io
import re
from html.parser import HTMLParser

import pytest

from mdresearch.coding.codebooks import Codebook
from mdresearch.coding.documents.document_words import WORDS
from mdresearch.coding.extending import to_yaml
from mdresearch.core.csv_files import read_csv, write_csv
from mdresearch.core.errors import MdresearchError

CORE = Codebook.load("core")
HAS_TYPST = importlib.util.find_spec("typst") is not None
needs_typst = pytest.mark.skipif(not HAS_TYPST, reason="typst (mdresearch[documents]) is not here")
HOSTILE = "<script>alert(1)</script> & *stars* =1+1"
SMALL = {
    "mdcodebook": "1.0",
    "id": "x:small",
    "version": "0.1.0",
    "title": {"en": "Small"},
    "default_language": "en",
    "languages": ["en"],
    "units": {"work": {"label": {"en": "work"}}},
    "code_lists": {
        "tropes": {
            "label": {"en": "Tropes"},
            "codes": [
                {
                    "id": "ruler",
                    "label": {"en": "Ruler"},
                    "definition": {"en": HOSTILE},
                    "aliases": {"en": ["boss", "chief"]},
                    "include": ["gives orders"],
                    "decision_rules": [
                        {"if": "two rule", "then": "code both", "because": "so it is"}
                    ],
                    "examples": {
                        "positive": [{"text": "Kneel!", "constructed": True}],
                        "negative": [{"text": "Please sit.", "why": "asks"}],
                    },
                },
                {"id": "rival", "label": {"en": "Rival"}},
            ],
        }
    },
    "variables": [
        {
            "id": "lead",
            "label": {"en": "Lead"},
            "unit": "work",
            "type": "nominal",
            "codes_from": "tropes",
            "missing": [
                {"id": "cannot_tell", "label": {"en": "cannot tell"}, "reliability": "missing"}
            ],
        }
    ],
}


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "small.mdcb.yaml"
    path.write_text(to_yaml(SMALL), encoding="utf-8")
    return Codebook.read(path)


class Page(HTMLParser):
    """Ids, languages and tags of a page; a tag that is not closed is a mistake."""

    VOID = frozenset(("meta", "br", "hr", "img", "link"))

    def __init__(self, text):
        super().__init__()
        self.ids, self.langs, self.open, self.tags = [], set(), [], set()
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        held = dict(attrs)
        self.ids += [held["id"]] if "id" in held else []
        self.langs |= {held["lang"]} if "lang" in held else set()
        self.tags.add(tag)
        self.open += [] if tag in self.VOID else [tag]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("lang", CORE.languages)
def test_every_code_and_variable_stands_on_the_page(lang):
    text = CORE.to_html(lang=lang)
    page = Page(text)
    assert page.open == []
    assert not page.tags & {"script", "link", "img", "iframe"}
    assert len(page.ids) == len(set(page.ids))
    shown = {c.id for c in CORE.codes.values() if not c.hidden}
    shown |= {v.id for v in CORE.variables.values() if not v.hidden}
    assert shown <= set(page.ids)
    assert f'<html lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}">' in text
    assert CORE.hash in text
    assert CORE["wolf_alpha"].name(lang) in text


def test_what_is_unchecked_or_in_another_language_is_counted():
    drafts = sum(
        (c.language_status.get("th") or CORE.language_status.get("th", {})).get("status") == "draft"
        and "th" in c.label
        for c in [*CORE.codes.values(), *CORE.variables.values()]
        if not c.hidden
    )
    assert drafts > 0
    assert f"{drafts} labels in th are drafts: no native scholar" in CORE.to_html(lang="th")
    assert re.search(r"[\d,]+ texts are not there in th and stand in en", CORE.to_html(lang="th"))
    assert "are drafts" not in CORE.to_html(lang="en")


def test_what_a_file_says_is_never_run(small, tmp_path):
    page = small.to_html(tmp_path / "small.html")
    assert (tmp_path / "small.html").read_text(encoding="utf-8") == page
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; *stars*" in page
    text = small.to_markdown()
    assert r"\<script\>alert(1)\</script\> & \*stars\*" in text
    assert "**Decision rules:** If two rule, then code both (because so it is)." in text
    assert "### Ruler (`ruler`)" in text
    assert "cannot tell" in text


def test_hidden_codes_are_left_out_and_counted():
    book = CORE.extend("x:mine").hide("wolf_alpha", "not seen").codebook()
    page = book.to_html()
    assert "wolf_alpha" not in Page(page).ids
    assert "1 codes or variables are hidden from coders and left out" in page


def test_a_language_that_is_not_covered_is_refused():
    with pytest.raises(MdresearchError, match=r"'fr'.*zh-Hans"):
        CORE.to_html(lang="fr")


def test_every_language_has_every_word():
    assert {lang.split("-")[0] for lang in CORE.languages} == set(WORDS)
    for lang, held in WORDS.items():
        assert set(held) == set(WORDS["en"]), lang
        assert all(held.values()), lang


@needs_typst
@pytest.mark.parametrize("lang", ["en", "es"])
def test_a_pdf_has_every_code_and_equal_bytes(lang, tmp_path):
    import pypdf

    path = CORE.to_pdf(tmp_path / "core.pdf", lang=lang)
    again = CORE.to_pdf(tmp_path / "again.pdf", lang=lang)
    assert path.read_bytes() == again.read_bytes()
    pages = pypdf.PdfReader(io.BytesIO(path.read_bytes())).pages
    text = "".join(page.extract_text() for page in pages)
    missing = [c.id for c in CORE.codes.values() if not c.hidden and c.id not in text]
    assert missing == []


@needs_typst
def test_a_letter_that_no_font_has_is_an_error(tmp_path):
    held = {**SMALL, "title": {"en": "Small \U0001e900"}}  # Adlam, which these fonts do not have
    path = tmp_path / "adlam.mdcb.yaml"
    path.write_text(to_yaml(held), encoding="utf-8")
    with pytest.raises(MdresearchError, match=r"in no font here, such as .*U\+1E900.*font_paths"):
        Codebook.read(path).to_pdf(tmp_path / "adlam.pdf")
    assert not (tmp_path / "adlam.pdf").exists()


def test_a_sheet_for_translators_comes_back_as_the_next_version(small, tmp_path):
    table = small.translate_template("es-419", tmp_path / "es.csv")
    assert len(table) == 13
    assert set(table["source_lang"]) == {"en"}
    assert table["target"].eq("").all()
    filled = read_csv(tmp_path / "es.csv", escaped=True)
    assert filled["source"].tolist() == table["source"].tolist()  # formulas are escaped, and back
    filled["target"] = [
        " jefe | mandamás " if field == "aliases" else f"[{text}]"
        for field, text in zip(filled["field"], filled["source"], strict=True)
    ]
    filled["status"], filled["translator"] = "checked", "R. Native"
    filled.loc[filled["id"].eq("rival"), "status"] = "draft"
    filled.loc[filled["id"].eq("lead"), "target"] = ""
    write_csv(filled, tmp_path / "filled.csv")
    done = small.read_translation(tmp_path / "filled.csv")
    assert (done.taken, done.empty, len(done.problems)) == (11, 2, 0)
    book = done.save(tmp_path / "next.mdcb.yaml", "0.2.0", "2026-11-24")
    assert book.languages == ("en", "es-419")
    assert book["ruler"].name("es-419") == "[Ruler]"
    assert book["ruler"].aliases["es-419"] == ("jefe", "mandamás")
    assert book["ruler"].decision_rules[0]["because"]["es-419"] == "[so it is]"
    assert book["ruler"].language_status["es-419"]["status"] == "checked"
    assert book["ruler"].language_status["es-419"]["by"] == "R. Native"
    assert book["rival"].language_status["es-419"]["status"] == "draft"
    assert small.diff(book).needed == "minor"
    assert small.diff(book).legal
    again = book.translate_template("es-419")
    assert again.set_index(["what", "id", "field", "position"])["target"].loc[
        ("code", "ruler", "label", "")
    ] == "[Ruler]"  # fmt: skip


def test_rows_that_no_longer_fit_are_told_and_not_taken(small):
    table = small.translate_template("es")
    table["target"] = "x"
    table.loc[0, "source"] = "an older text"
    table.loc[1, "id"] = "gone"
    table.loc[2, "status"] = "perfect"
    done = small.read_translation(table)
    told = done.problems.set_index("row")["problem"]
    assert told.index.tolist() == [2, 3, 4]
    assert "has changed since: it is now 'Small'" in told[2]
    assert "no such text" in told[3]
    assert "none of: draft, checked" in told[4]
    assert done.taken == len(table) - 3
    with pytest.raises(MdresearchError, match="lacks the column 'target'"):
        small.read_translation(table.drop(columns="target"))
    with pytest.raises(MdresearchError, match="is the scheme's own language"):
        small.translate_template("en")
    with pytest.raises(MdresearchError, match="is not a language tag"):
        small.translate_template("Spanish (Mexico)")
