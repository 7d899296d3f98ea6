"""What a schema cannot say about codes: ids, sources, roles, markets, rules, languages."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from mdresearch.coding.codebook_parts import NONE_OF_THESE
from mdresearch.coding.faults import Fault, Place
from mdresearch.coding.versions import Version
from mdresearch.coding.walking import ids_in, listed, own_codes
from mdresearch.core.countries import is_country
from mdresearch.core.errors import suggest


class Known:
    """What the resolved scheme holds, for looking up."""

    def __init__(self, own: Mapping[str, Any], content: Mapping[str, Any]) -> None:
        self.own = own
        self.content = content
        self.status = own.get("status", "draft")
        self.bibliography = content.get("bibliography", {})
        self.units = content.get("units", {})
        self.lists = content.get("code_lists", {})
        self.variables = {v["id"]: v for v in content.get("variables", ())}
        self.codes: dict[str, Mapping[str, Any]] = {}
        self.above: dict[str, tuple[str, ...]] = {}
        self.codes_of_list: dict[str, tuple[str, ...]] = {}
        for name, held in self.lists.items():
            self.codes_of_list[name] = tuple(self._index(held.get("codes", ())))
        self.codes_of: dict[str, tuple[str, ...]] = {}
        for name, held in self.variables.items():
            inline = tuple(self._index(held.get("codes", ())))
            self.codes_of[name] = inline or self.codes_of_list.get(held.get("codes_from", ""), ())
        self.missing = {
            name: {m["id"] for m in held.get("missing", ())}
            for name, held in self.variables.items()
        }

    def _index(self, codes: Any, above: tuple[str, ...] = ()) -> Iterator[str]:
        for code in codes:
            self.codes[code["id"]] = code
            self.above[code["id"]] = above
            yield code["id"]
            yield from self._index(code.get("children", ()), (*above, code["id"]))

    def words(self) -> set[str]:
        """Return every id that a text may name."""
        missing = {id_ for ids in self.missing.values() for id_ in ids}
        known = {*self.codes, *self.variables, *self.lists, *self.units, *missing}
        return known | {NONE_OF_THESE}


def near(name: str, known: Any) -> str:
    """Return `` Did you mean 'x'?`` or nothing."""
    found = suggest(name, known)
    return f" Did you mean '{found}'?" if found else ""


def check_codes(known: Known) -> Iterator[Fault]:
    """Yield what is wrong with the scheme's own codes."""
    words = known.words()
    for place, code, _ in own_codes(known.own):
        yield from _references(code, place, known)
        yield from _rules(code, place, words)
        yield from _markets(code, place)
        yield from _versions(code, place, known)
        if code["id"] == NONE_OF_THESE:
            yield Fault(
                (*place, "id"), f"'{NONE_OF_THESE}' is reserved for the empty set of labels"
            )
        if code.get("role") == "emic" and not _is_rooted(code["id"], known):
            says = "is emic but has no etic code above it, so it cannot be rolled up"
            yield Fault((*place, "role"), f"'{code['id']}' {says}")
        if place[0] == "modify" and code.get("role", "etic") == "etic":
            says = "is etic. What one market adds is emic, or comparisons at the etic level differ"
            yield Fault(place, f"the new code '{code['id']}' {says}", "warning")
    yield from _twins(known)


def _is_rooted(code: str, known: Known) -> bool:
    above = known.above.get(code, ())
    return any(known.codes[step].get("role", "etic") == "etic" for step in above)


def _references(code: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    yield from sources(code, place, known)
    for i, successor in enumerate(code.get("replaced_by", ())):
        if successor not in known.codes:
            hint = near(successor, known.codes)
            yield Fault((*place, "replaced_by", i), f"there is no code '{successor}'.{hint}")
    for i, variant in enumerate(code.get("variants", ())):
        where = (*place, "variants", i)
        yield from sources(variant, where, known)
        named = variant.get("code")
        if named is not None and code["id"] not in known.above.get(named, ()):
            below = [c for c, up in known.above.items() if code["id"] in up]
            told = f"Below it: {listed(below)}" if below else "It has none"
            yield Fault((*where, "code"), f"'{named}' is not a code below '{code['id']}'. {told}")
    for kind, examples in code.get("examples", {}).items():
        for i, example in enumerate(examples):
            where = (*place, "examples", kind, i)
            named = example.get("code_as")
            if named is not None and named not in known.codes:
                yield Fault(
                    (*where, "code_as"),
                    f"there is no code '{named}'.{near(named, known.codes)}",
                )
            start, end = example.get("start_ms"), example.get("end_ms")
            if start is not None and end is not None and start >= end:
                yield Fault((*where, "end_ms"), f"ends at {end} ms, not after {start} ms")


def sources(held: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    """Yield the sources that are not in the bibliography."""
    for i, key in enumerate(held.get("sources", ())):
        if key not in known.bibliography:
            hint = near(key, known.bibliography)
            yield Fault((*place, "sources", i), f"'{key}' is not a key of the bibliography.{hint}")


def _rules(code: Mapping[str, Any], place: Place, words: set[str]) -> Iterator[Fault]:
    for i, rule in enumerate(code.get("decision_rules", ())):
        yield from rule_words(rule, (*place, "decision_rules", i), words)


def rule_words(rule: Mapping[str, Any], place: Place, words: set[str]) -> Iterator[Fault]:
    """Yield the ids that a decision rule names and that are not there."""
    parts = rule.items() if "if" in rule and "then" in rule else [("", rule)]
    for part, texts in parts:
        named = {word for text in texts.values() for word in ids_in(text)}
        for word in sorted(named - words):
            where = (*place, part) if part else place
            yield Fault(where, f"the rule names '{word}', which is not there.{near(word, words)}")


def check_annotations(known: Known) -> Iterator[Fault]:
    """Yield the ids that rules added by an extension name and that are not there."""
    words = known.words()
    for i, operation in enumerate(known.own.get("modify", ())):
        yield from _rules(operation, ("modify", i), words)


def _markets(code: Mapping[str, Any], place: Place) -> Iterator[Fault]:
    for i, market in enumerate(code.get("markets", ())):
        yield from market_fault(market, (*place, "markets", i))
    for j, variant in enumerate(code.get("variants", ())):
        for i, market in enumerate(variant["market"]):
            yield from market_fault(market, (*place, "variants", j, "market", i))


def market_fault(market: str, place: Place) -> Iterator[Fault]:
    """Yield a market of two or three letters that is no country."""
    if len(market) in (2, 3) and not is_country(market):
        says = "is not an ISO 3166-1 country; a grouping has 4 to 6 capitals, such as LATAM"
        yield Fault(place, f"'{market}' {says}")


def _versions(code: Mapping[str, Any], place: Place, known: Known) -> Iterator[Fault]:
    version = known.own["version"]
    for key in ("since", "deprecated"):
        if key in code and Version(code[key]) > Version(version):
            yield Fault((*place, key), f"{code[key]} is after this version, {version}")
    if "replaced_by" in code and "deprecated" not in code:
        says = "has `replaced_by`, but not the version from which it is `deprecated`"
        yield Fault((*place, "replaced_by"), f"'{code['id']}' {says}", "warning")


def _twins(known: Known) -> Iterator[Fault]:
    """Yield codes of one list that a coder could not tell apart."""
    seen: dict[tuple[Any, ...], str] = {}
    for place, code, _ in own_codes(known.own):
        group = place[:2]
        for lang, text in code["label"].items():
            first = seen.setdefault((group, "label", lang, text.strip().casefold()), code["id"])
            if first != code["id"]:
                says = f"the label '{text}' ({lang}) is also that of '{first}'"
                yield Fault((*place, "label"), says, "warning")
        if "hotkey" in code:
            first = seen.setdefault((group, "hotkey", code["hotkey"]), code["id"])
            if first != code["id"]:
                says = f"the hotkey '{code['hotkey']}' is also that of '{first}'"
                yield Fault((*place, "hotkey"), says, "warning")


def check_languages(known: Known) -> Iterator[Fault]:
    """Yield what is missing in each language that the scheme says it covers, and what is draft."""
    own, default = known.own, known.own["default_language"]
    languages = list(own.get("languages", [default]))
    if default not in languages:
        yield Fault(("languages",), f"the default language '{default}' is not among them")
    parts = [("label", p, c) for p, c, _ in own_codes(own)]
    parts += [("label", ("variables", i), v) for i, v in enumerate(own.get("variables", ()))]
    for _, place, held in parts:
        if default not in held["label"]:
            yield Fault((*place, "label"), f"the label lacks the default language '{default}'")
    severity = "error" if known.status == "stable" else "warning"
    everything = [*known.codes.items(), *known.variables.items()]
    for i, lang in enumerate(languages):
        for key in ("label", "definition"):
            wanted = [(n, h) for n, h in everything if key == "label" or h.get(key)]
            lacking = [name for name, held in wanted if lang not in held.get(key, {})]
            if lacking and len(languages) > 1:
                noun = {"label": "labels", "definition": "definitions"}[key]
                says = f"'{lang}' lacks {len(lacking)} of {len(wanted)} {noun}: {listed(lacking)}"
                yield Fault(("languages", i), says, severity)
    yield from _language_states(known, languages)


def _language_states(known: Known, languages: list[str]) -> Iterator[Fault]:
    top = known.content.get("language_status", {})
    held = [((), known.own), *((p, c) for p, c, _ in own_codes(known.own))]
    for place, one in held:
        for lang, state in one.get("language_status", {}).items():
            where = (*place, "language_status", lang)
            if state["status"] == "checked" and not state.get("by"):
                yield Fault(where, f"'{lang}' is checked, but not said by whom (`by`)")
    states: dict[str, Counter[str]] = defaultdict(Counter)
    for code in known.codes.values():
        for lang in code["label"]:
            own_state = code.get("language_status", {}).get(lang) or top.get(lang) or {}
            states[lang][own_state.get("status", "not stated")] += 1
    for lang, counts in states.items():
        draft, silent = counts["draft"], counts["not stated"]
        if draft:
            says = f"'{lang}' is a draft in {draft} of {sum(counts.values())} codes: "
            says += "a scholar who grew up with it must check them"
            yield Fault(("language_status", lang), says, "warning")
        if silent and lang != known.own["default_language"]:
            says = f"'{lang}' has no `language_status` in {silent} codes (source, draft or checked)"
            yield Fault(("language_status", lang), says, "warning")


def check_completeness(known: Known) -> Iterator[Fault]:
    """Yield codable codes without definition or examples: an error in a stable scheme."""
    severity = "error" if known.status == "stable" else "warning"
    own = {code["id"] for _, code, _ in own_codes(known.own)}
    codable = [c for n, c in known.codes.items() if n in own and c.get("codable", True)]
    for words, has in (
        ("a definition", lambda c: c.get("definition")),
        ("a positive example", lambda c: c.get("examples", {}).get("positive")),
        ("a negative example", lambda c: c.get("examples", {}).get("negative")),
    ):
        lacking = [code["id"] for code in codable if not has(code)]
        if lacking:
            says = f"{len(lacking)} of {len(codable)} codes lack {words}: {listed(lacking)}"
            need = "" if severity == "error" else " (needed before status: stable)"
            yield Fault(("status",), says + need, severity)
