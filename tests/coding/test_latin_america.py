"""The Latin American extension refines the core and always rolls up to it."""

from __future__ import annotations

import mdresearch as md

CORE, BOOK = md.Codebook.load("core"), md.Codebook.load("latin_america")
OWN = ("hacienda_patron", "telenovela_matriarch")


def test_it_adds_and_never_redefines():
    assert BOOK.validate().errors == ()
    assert set(BOOK.codes) == {*CORE.codes, *OWN}
    for name, code in CORE.codes.items():
        assert BOOK[name].definition == code.definition
        assert BOOK[name].role == code.role
    assert {BOOK.rollup(name) for name in OWN} == {"possessive_sovereign", "kin_gatekeeper"}
    assert {BOOK.rollup(name, "mdr:microdrama-core") for name in OWN} <= set(CORE.codes)
    assert "title_only" in {m.id for m in BOOK.variable("premise").missing}


def test_its_codes_are_complete_hypotheses_in_three_languages():
    for name in OWN:
        code = BOOK[name]
        assert code.role == "emic"
        assert code.evidence == "hypothesis"
        assert code.markets
        assert set(code.label) == set(code.definition) == {"en", "es", "pt"}
        assert all(len(code.aliases[lang]) >= 2 for lang in ("en", "es", "pt"))
        assert code.include
        assert code.exclude
        assert code.decision_rules
        assert set(code.examples) == {"positive", "negative", "borderline"}
        assert all(e["constructed"] for kind in code.examples.values() for e in kind)
