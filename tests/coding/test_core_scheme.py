"""The core scheme that is shipped: complete, in ten languages, without loans from real works."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import mdresearch as md
from mdresearch.coding.transcodings import transcode

LANGUAGES = ("en", "zh-Hans", "es", "pt", "ja", "ko", "id", "th", "ar", "hi")
# The lists whose codes are written out in full.
COMPLETE = ("archetypes", "premises", "triggers", "devices")
SPANS = {"triggers", "devices"}
TOP = {"archetypes": 14, "premises": 10, "triggers": 14, "devices": 6}
# Ids are for ever: stored codings carry them. A new code is added here, none is taken away.
IDS = {
    "archetypes": """
        possessive_sovereign domineering_ceo wolf_alpha vampire_lord mafia_boss warlord_commander
        royal_sovereign hidden_elite disguised_tycoon war_god_returned many_masks_master lost_heir
        underestimated_innocent returning_avenger reborn_avenger divorced_returnee
        disparaged_dependent live_in_son_in_law discarded_wife unfavoured_child
        false_victim_rival white_lotus green_tea fake_heiress kin_gatekeeper
        hostile_mother_in_law stepmother clan_elder status_policer faithless_partner
        devoted_second precocious_child benefactor_elder loyal_helper magical_agent""",
    "premises": """
        contract_union status_gap_romance second_life world_transfer switched_identity
        secret_child betrayal_exile substitute_bride enemies_to_lovers fated_bond mate_bond
        childhood_betrothal""",
    "triggers": """
        humiliation physical_slap comeuppance revenge identity_reveal reversal_fortune
        rev_fortune_up triumph rev_fortune_down rev_truth rev_loyalty timely_rescue power_display
        sweet_intimacy romantic_conquest anguish remorse_pursuit vindication jealous_claim peril comic_relief""",
    "devices": """
        opening_hook hook_conflict hook_enigma hook_emotion hook_spectacle hook_line
        closing_cliffhanger cliff_reveal_withheld cliff_threat_imminent cliff_arrival
        cliff_decision_pending cliff_line_cut paywall_threshold recap_overlap
        misunderstanding_delay reaction_chorus""",
}
# Pairs that coders take for one another: one of the two names the other in a rule or an exclusion.
CONFUSABLE = """
    humiliation/physical_slap humiliation/rev_loyalty humiliation/comeuppance
    humiliation/vindication humiliation/comic_relief humiliation/peril humiliation/anguish
    comeuppance/revenge comeuppance/power_display comeuppance/vindication comeuppance/triumph
    comeuppance/rev_fortune_down comeuppance/identity_reveal comeuppance/timely_rescue
    revenge/remorse_pursuit identity_reveal/rev_truth identity_reveal/power_display
    identity_reveal/rev_fortune_up rev_truth/rev_loyalty rev_truth/vindication
    rev_fortune_up/triumph rev_fortune_up/timely_rescue rev_fortune_down/anguish
    rev_fortune_down/peril triumph/power_display triumph/romantic_conquest
    timely_rescue/peril timely_rescue/anguish sweet_intimacy/jealous_claim
    sweet_intimacy/romantic_conquest sweet_intimacy/remorse_pursuit
    romantic_conquest/jealous_claim romantic_conquest/remorse_pursuit anguish/remorse_pursuit
    anguish/peril jealous_claim/power_display jealous_claim/peril comic_relief/sweet_intimacy
    peril/cliff_threat_imminent timely_rescue/cliff_arrival
    hook_conflict/hook_emotion hook_conflict/hook_line hook_conflict/hook_spectacle
    hook_enigma/hook_line hook_enigma/hook_spectacle opening_hook/recap_overlap
    cliff_reveal_withheld/cliff_line_cut cliff_reveal_withheld/cliff_arrival
    cliff_threat_imminent/cliff_arrival cliff_decision_pending/cliff_line_cut
    closing_cliffhanger/paywall_threshold cliff_line_cut/misunderstanding_delay
    reaction_chorus/humiliation reaction_chorus/power_display""".split()
# What the letters of a label are called in Unicode; Japanese may be written in kana or in kanji.
SCRIPTS = {
    "en": ("LATIN",),
    "es": ("LATIN",),
    "pt": ("LATIN",),
    "id": ("LATIN",),
    "zh-Hans": ("CJK",),
    "ja": ("CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"),
    "ko": ("HANGUL",),
    "th": ("THAI",),
    "ar": ("ARABIC",),
    "hi": ("DEVANAGARI",),
}
# Abbreviations and words of English that stand unchanged in labels and aliases of any script.
FOREIGN = re.compile(r"\b(CEO|DNA|AI)\b")
# Abuse and judgement that belong in aliases at most, never in a label of the etic layer.
JUDGING = {
    "zh-Hans": ("渣", "白莲", "绿茶", "婊", "贱", "势利"),
    "en": ("bitch", "scum", "slut", "snob", "evil", "trash", "useless"),
    "es": ("malvad", "zorra", "inútil"),
    "pt": ("malvad", "vadia", "inútil"),
    "id": ("pelakor", "jahat", "sampah"),
    "ko": ("쓰레기", "여우", "녀"),
    "ja": ("クズ", "悪女", "腹黒"),
    "th": ("ชั่ว", "ตอแหล", "ขยะ"),
    "ar": ("شرير", "فاشل"),
    "hi": ("ज़ालिम", "निकम्म"),
}

core = md.Codebook.load("core")
path = Path(md.__file__).parent / "coding" / "schemes" / "core.mdcb.yaml"
written = [code for code in core.codes.values() if code.code_list in COMPLETE]
etic = [code for code in written if code.role == "etic"]
emic = [code for code in core.codes.values() if code.role == "emic"]
by_id = {"ids": lambda code: code.id}


def letters(text: str) -> list[str]:
    """Return the script of each letter of a text, foreign abbreviations left out."""
    kept = FOREIGN.sub("", text)
    return [unicodedata.name(c).split()[0] for c in kept if unicodedata.category(c).startswith("L")]


def search_terms(lang: str, codes: list) -> dict[str, set[str]]:
    """Return each label and each alias of a language that is not flagged as shared, and its codes."""
    found = defaultdict(set)
    for code in codes:
        shared = code.extra.get("x_shared_aliases", {}).get(lang, ())
        for term in (code.label[lang], *code.aliases[lang]):
            if term not in shared:
                found[term.casefold()].add(code.id)
    return found


def test_is_the_version_in_which_the_codes_are_written_out():
    assert core.id == "mdr:microdrama-core"
    assert core.version >= "0.3.0"
    assert core.document["status"] == "pilot"
    assert core.document["changelog"][-1]["version"] == core.version


@pytest.mark.parametrize("name", IDS)
def test_ids_are_stable_and_in_order(name: str):
    assert list(core.code_lists[name].codes) == IDS[name].split()
    assert len(core.code_lists[name].top) == TOP[name]


def test_has_84_codes_of_which_23_are_emic():
    codes = [code for code in core.codes.values() if code.code_list in IDS]
    assert Counter(code.role for code in codes) == {"etic": 61, "emic": 23}


def test_has_no_mistake_and_claims_ten_languages():
    assert [str(problem) for problem in core.validate().errors] == []
    assert tuple(core.languages) == LANGUAGES


def test_only_the_authors_language_is_not_a_draft():
    states = {lang: core.language_status[lang]["status"] for lang in LANGUAGES}
    assert states == {lang: "source" if lang == "en" else "draft" for lang in LANGUAGES}
    own = [state["status"] for code in written for state in code.language_status.values()]
    assert "checked" not in own


@pytest.mark.parametrize("code", written, **by_id)
def test_every_code_has_every_part(code):
    assert set(code.label) == set(LANGUAGES)
    assert {"en", "zh-Hans"} <= set(code.definition)
    assert len(code.definition["en"].split()) >= 8
    assert len(code.include) >= (2 if code.role == "etic" else 1)
    assert len(code.exclude) >= 1
    assert len(code.decision_rules) >= 1
    assert code.evidence in {"attested", "literature", "hypothesis"}
    for kind in ("positive", "negative", "borderline"):
        assert len(code.examples[kind]) >= 1, kind


@pytest.mark.parametrize("code", written, **by_id)
def test_every_code_can_be_searched_in_ten_languages(code):
    assert set(code.aliases) == set(LANGUAGES)
    for lang, terms in code.aliases.items():
        assert len(terms) >= 2, lang
        assert len(set(terms)) == len(terms), lang
        assert code.label[lang] not in terms, lang
        # a single letter, or a short word of a script with word breaks, would match everywhere
        least = 2 if lang in {"zh-Hans", "ja", "ko"} else 4
        assert min(map(len, terms)) >= least, lang


@pytest.mark.parametrize("code", written, **by_id)
def test_examples_are_our_own_and_say_why(code):
    texts = [example["text"] for examples in code.examples.values() for example in examples]
    assert len(set(texts)) == len(texts)
    for kind, examples in code.examples.items():
        for example in examples:
            assert example["constructed"] is True
            assert not {"work", "episode", "start_ms"} & set(example)
            assert kind == "positive" or example["why"]
    for example in code.examples["borderline"]:
        assert example["code_as"] in core.codes


def test_no_example_is_used_twice():
    texts = Counter(e["text"] for c in written for es in c.examples.values() for e in es)
    assert [text for text, n in texts.items() if n > 1] == []


@pytest.mark.parametrize(
    "name", sorted({"humiliation", *(c.id for c in written if c.code_list in SPANS)})
)
def test_a_span_has_a_start_and_an_end_rule(name: str):
    rules = " ".join(str(rule) for rule in core[name].decision_rules).casefold()
    assert re.search(r"\bstarts?\b", rules)
    assert re.search(r"\bends?\b", rules)


def test_every_list_is_written_out():
    assert set(COMPLETE) == set(core.code_lists)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMPLETE)
def test_labels_and_aliases_tell_the_codes_of_a_list_apart(name: str, lang: str):
    codes = [code for code in written if code.code_list == name]
    twice = {t: sorted(ids) for t, ids in search_terms(lang, codes).items() if len(ids) > 1}
    assert twice == {}


def test_an_alias_flagged_as_shared_is_shared():
    for code in written:
        for lang, terms in code.extra.get("x_shared_aliases", {}).items():
            for term in terms:
                holders = [
                    c.id
                    for c in written
                    if c.code_list == code.code_list
                    and term in c.aliases[lang]
                    and term in c.extra.get("x_shared_aliases", {}).get(lang, ())
                ]
                assert len(holders) >= 2, (code.id, term)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_labels_are_in_the_script_of_the_language(lang: str):
    for held in (*written, *(core.code_lists[name] for name in COMPLETE)):
        found = letters(held.label[lang])
        assert found, held.id
        assert set(found) <= set(SCRIPTS[lang]), (held.id, held.label[lang])


@pytest.mark.parametrize("lang", LANGUAGES)
def test_aliases_hold_the_script_of_the_language(lang: str):
    """A loan may stand in Latin letters, but no language is searched by loans alone."""
    for code in written:
        found = [set(letters(term)) & set(SCRIPTS[lang]) for term in code.aliases[lang]]
        assert any(found), code.id


@pytest.mark.parametrize("lang", sorted(JUDGING))
def test_etic_labels_do_not_judge(lang: str):
    for code in etic:
        for word in JUDGING[lang]:
            assert word not in code.label[lang].casefold(), (code.id, code.label[lang])


@pytest.mark.parametrize("code", emic, **by_id)
def test_an_emic_code_belongs_to_a_market_and_rolls_up(code):
    assert len(code.markets) >= 1
    above = core[core.rollup(code.id, level="etic")]
    assert above.role == "etic"
    assert above.code_list == code.code_list


def test_slurs_that_are_studied_carry_a_content_note():
    for name in ("white_lotus", "green_tea"):
        assert "slur" in core[name].extra["x_note"]
        assert "slur" in core[name].language_status["zh-Hans"]["note"]["en"]


@pytest.mark.parametrize("code", written, **by_id)
def test_what_is_called_attested_or_reported_names_its_source(code):
    for variant in code.variants:
        assert variant["evidence"] == "hypothesis" or variant["sources"]
    if code.role == "emic" and code.evidence == "attested":
        assert code.sources


@pytest.mark.parametrize("code", written, **by_id)
def test_no_reference_is_left_to_be_checked(code):
    assert "[check]" not in str(code)


def test_no_reference_is_left_to_be_checked_in_the_files():
    assert len(core.document["bibliography"]) >= 10
    for file in (path, path.with_name("indonesia.mdcb.yaml")):
        assert "[check]" not in file.read_text(encoding="utf-8")


def test_is_readable_as_a_file():
    def wide(line: str) -> int:
        marks = ("Mn", "Me", "Cf")
        return sum(
            2 if unicodedata.east_asian_width(c) in "WF" else unicodedata.category(c) not in marks
            for c in line
        )

    lines = path.read_text(encoding="utf-8").split("\n")
    assert [line for line in lines if wide(line) > 130] == []


@pytest.mark.parametrize("code", written, **by_id)
def test_ids_are_snake_case_and_a_positive_example_is_of_its_code(code):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", code.id)
    assert all(e.get("code_as", code.id) == code.id for e in code.examples["positive"])
    assert all(e.get("code_as") != code.id for e in code.examples["negative"])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", COMPLETE)
def test_a_label_is_unique_and_no_alias_is_a_part_of_the_label_of_another(name: str, lang: str):
    codes = [code for code in written if code.code_list == name]
    assert len({code.label[lang].casefold() for code in codes}) == len(codes)
    parts = [
        (code.id, alias, other.id)
        for code in codes
        for other in codes
        for alias in code.aliases[lang]
        if code is not other and alias.casefold() in other.label[lang].casefold()
    ]
    assert parts == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_alias_is_in_the_script_of_the_language_or_a_loan_in_latin_letters(lang: str):
    for code in written:
        for term in code.aliases[lang]:
            assert set(letters(term)) <= {*SCRIPTS[lang], "LATIN"}, (code.id, term)


@pytest.mark.parametrize("code", [c for c in written if c.code_list in SPANS], **by_id)
def test_a_code_of_spans_has_three_phrases_to_search_in_each_language(code):
    assert min(len(terms) for terms in code.aliases.values()) >= 3


@pytest.mark.parametrize("pair", CONFUSABLE)
def test_a_pair_that_is_confused_is_told_apart_by_a_rule(pair: str):
    first, second = (core[name] for name in pair.split("/"))

    def names(code, other) -> bool:
        said = " ".join(str(part) for part in (*code.decision_rules, *code.exclude))
        return re.search(rf"\b{other.id}\b", said) is not None

    assert names(first, second) or names(second, first)


@pytest.mark.parametrize("name", ["revenge", "triumph", "romantic_conquest"])
def test_the_triggers_of_the_claim_under_test_are_codes_and_are_found(name: str):
    code = core[name]
    assert code.code_list == "triggers"
    assert "essay" in code.extra["x_claim"]
    assert code.label["en"].casefold() == name.replace("_", " ")
    for reading in ("essay_triggers", "essay_triggers_wide"):
        said = transcode(core, reading, [name])
        assert said["to"].tolist() == [name]
    assert transcode(core, "essay_triggers", ["comic_relief"])["relation"].item() == "unmapped"


@pytest.mark.parametrize("variable", core.variables.values(), **by_id)
def test_a_variable_says_what_to_do_when_it_cannot_be_coded_and_how_it_is_held(variable):
    assert set(variable.label) == set(LANGUAGES)
    assert {"en", "zh-Hans"} <= set(variable.definition)
    written_down = next(v for v in core.document["variables"] if v["id"] == variable.id)
    assert len(written_down["instructions"]["en"].split()) >= 15
    assert len(variable.missing) >= 1
    for missing in variable.missing:
        assert set(missing.label) == set(LANGUAGES)
        assert missing.reliability in {"category", "missing", "drop_unit"}
    assert {"coefficient", "threshold", "floor"} <= set(variable.reliability)
    assert (variable.reliability["threshold"], variable.reliability["floor"]) == (0.8, 0.667)


@pytest.mark.parametrize("name", ["trigger_intensity", "localisation_depth"])
def test_a_value_of_a_scale_is_named_in_ten_languages_and_rises(name: str):
    codes = core.codes_of(name)
    assert all(set(code.label) == set(LANGUAGES) for code in codes)
    assert all(code.definition["en"] for code in codes)
    values = [code.value for code in codes]
    assert values == sorted(set(values))


def test_maps_cover_three_markets_and_name_a_source_for_what_they_report():
    maps = {one["id"]: one for one in core.document["transcoding"]}
    assert {"cn_to_us", "cn_to_latam", "cn_to_idn"} <= set(maps)
    for one in maps.values():
        for rule in one["rules"]:
            assert rule.get("evidence", "hypothesis") == "hypothesis" or rule["sources"]
            if one["kind"] == "cultural":
                assert rule["evidence"] in {"attested", "reported", "hypothesis"}
                assert bool(rule.get("to")) != (rule["relation"] == "no_equivalent")


def test_a_rule_that_a_report_speaks_against_says_so():
    rules = core.document["transcoding"][0]["rules"]
    rule = next(rule for rule in rules if rule["from"] == ["live_in_son_in_law"])
    assert rule["relation"] == "no_equivalent"
    assert "yulehub5496" in str(rule["note"])


def test_the_extension_shows_every_operation_and_resolves():
    book = md.Codebook.load("indonesia")
    assert [str(problem) for problem in book.validate().errors] == []
    assert {step["op"] for step in book.source["modify"]} == {
        "refine",
        "relabel",
        "annotate",
        "hide",
        "require",
        "add_missing",
    }
    assert book.rollup("camer_gatekeeper", level="etic") == "kin_gatekeeper"
    assert book["comeuppance"].label["id"] == core["comeuppance"].label["id"]
    assert set(book["comeuppance"].label) - set(core["comeuppance"].label) == {"jv"}
    assert "not_shown" in {missing.id for missing in book.variables["trigger_intensity"].missing}
    assert book.source["changelog"][-1]["version"] == book.version == core.version
