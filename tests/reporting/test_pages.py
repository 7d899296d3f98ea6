"""The page: well-formed, escaped, without a network, and in the order that a reader needs."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pandas as pd
import pytest

from mdresearch.core.findings import Findings
from mdresearch.core.results import Check
from mdresearch.reporting.canvases import svg_text
from mdresearch.reporting.figures import figure
from mdresearch.reporting.html_tables import MOST_ROWS, data_table
from mdresearch.reporting.pages import report_html
from mdresearch.reporting.sections import claim_section

VOID = {"meta", "link", "img", "source", "br", "hr", "input"}
SVG = dict.fromkeys(("light", "dark", "light-narrow", "dark-narrow"), "<svg/>")


class Reader(HTMLParser):
    """Reads a page, and remembers what is not balanced, what is loaded, and the headings."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open, self.problems, self.tags, self.text = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.problems.append(f"{tag}: attribute twice")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.problems.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data):
        self.text.append(data)


def read(page):
    """Return a reader that has read a page."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.fixture(scope="module")
def page(study):
    """Return the page of a study; its drawings are stubs."""
    drawings = {"": SVG, **{item.claim.id: SVG for item in study}}
    return report_html(study, drawings)


def test_the_page_is_well_formed_html(page):
    reader = read(page)
    assert page.startswith("<!DOCTYPE html>")
    assert reader.problems == []
    assert reader.open == []
    assert reader.tags[0] == ("html", {"lang": "en"})
    ids = [attrs["id"] for _, attrs in reader.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    assert any(tag == "meta" and attrs.get("name") == "viewport" for tag, attrs in reader.tags)


def test_nothing_is_loaded_and_no_script_runs(page):
    for tag, attrs in read(page).tags:
        assert tag not in ("script", "link", "iframe", "object", "base")
        assert not [name for name in attrs if name.startswith("on")]
        for name in ("src", "srcset", "href"):
            assert attrs.get(name, "#").startswith(("#", "data:image/svg+xml;base64,")), attrs
    css = page[page.index("<style>") : page.index("</style>")]
    assert "url(" not in css
    assert "@import" not in css


def test_headings_descend_without_a_gap_and_tables_have_scopes(page):
    levels = [int(tag[1]) for tag, _ in read(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all("scope" in attrs for tag, attrs in read(page).tags if tag == "th")
    assert all(attrs.get("alt") for tag, attrs in read(page).tags if tag == "img")


def test_a_claim_cannot_write_markup(page, findings):
    assert "<script>alert" not in page
    says = findings["welch_countries"].claim.says
    assert says in "".join(read(page).text)


def test_labels_and_reasons_cannot_write_markup(findings):
    bad = "<img src=x onerror=alert(1)>\"'&"
    finding = findings["two_way"]
    groups = finding.comparison.groups.assign(group=[bad, "b"])
    labels = {key: bad for key in ("outcome", "a", "b", "unit", "condition")}
    checks = (Check(bad, False, bad),)
    comparison = replace(
        finding.comparison, groups=groups, labels=labels, checks=checks, cite=(bad,)
    )
    exclusions = pd.DataFrame([(bad, bad, 1)], columns=["where", "why", bad])
    strange = replace(
        finding, comparison=comparison, exclusions=exclusions, reason=bad, region_note=bad
    )
    html = claim_section(strange, SVG)
    reader = read(html)
    assert reader.problems == []
    assert {a.get("src", "data:")[:5] for t, a in reader.tags if t == "img"} == {"data:"}
    about = Findings(bad, bad, (strange,), {bad: {bad: bad}, "seed": bad, "data": {bad: {}}})
    whole = read(report_html(about, {"": SVG, "H19": SVG}))
    assert whole.problems == []
    assert sum(tag == "img" for tag, _ in whole.tags) == 2


def test_simulated_data_are_named_at_the_top_and_beside_each_verdict(page, study):
    top = page[page.index("<header>") : page.index("</header>")]
    assert "Simulated data in H19, H20, H17.pair," in top
    assert "no person gave these answers" in top
    assert "Not in V1, H26a." in top
    for item in study:
        heading = re.search(rf"<h2>{re.escape(item.claim.id)} (.*?)</h2>", page).group(1)
        assert ("simulated data" in heading) == (item.data_kind == "simulated")
    collected = [item for item in study if item.data_kind == "collected"]
    honest = replace(study, items=tuple(collected))
    drawings = {"": SVG, **{item.claim.id: SVG for item in collected}}
    text = "".join(read(report_html(honest, drawings)).text)
    assert "no person gave these answers" not in text


def test_a_section_has_all_parts_in_order(findings):
    html = claim_section(findings["two_way"], SVG)
    parts = [
        'class="verdict undecided"',
        'class="says"',
        'class="sentence"',
        "Smallest effect of interest",
        "<figure>",
        "Groups as they were analysed",
        "<h3>Checks</h3>",
        "<h3>What this does not show</h3>",
        "Excluded by rule",
        "Scheme essay",
        "Countries (13 rows)",
        "Answers at the ends of the ladder",
        "<h3>To cite</h3>",
    ]
    places = [html.index(part) for part in parts]
    assert places == sorted(places)
    states = re.findall(r'class="state">([^<]+)<', html)
    assert states == ["fails", "not done", "for information", "holds", "holds"]
    assert "p .012" not in html
    assert "all 1,716 relabellings, two-sided: p = .012" in html


def test_doubts_come_from_checks_ceiling_and_data(findings):
    html = claim_section(findings["trend"], SVG)
    assert (
        "more than its ceiling allows: the events were found by no fixed search protocol." in html
    )
    assert "that there is no difference: undecided is not evidence of none." in html
    assert "anything about the world" not in html
    html = claim_section(findings["two_way"], SVG)
    assert "anything about the world: the data are simulated." in html
    assert "that the outcome means the same thing in both groups (invariance" in html
    assert "26% of the squared error comes from titles)" not in html, "information is no doubt"
    html = claim_section(findings["nothing"], SVG)
    assert "Anything: it was not tested." in html
    assert "Nothing excluded by rule." in html


def test_the_end_defines_the_five_words_and_says_where_all_comes_from(page):
    end = page[page.index("How to read the verdicts") :]
    for word in ("supported", "contradicted", "equivalent", "undecided", "not tested"):
        assert f"</span> {word}</span></dt>" in end
    assert "Schuirmann" in end
    assert "c0ffee" in end
    assert "1848" in end


def test_a_long_table_is_cut_and_says_so():
    frame = pd.DataFrame({"country": [f"C{i:03d}" for i in range(200)], "mean": 0.00123, "n": 3})
    html = data_table(frame, "Countries")
    assert html.count("<tr>") == MOST_ROWS + 1
    assert "first 60 of 200 rows; the CSV file has all" in html
    assert ">0.00123<" in html
    assert 'scope="row">C000<' in html


def test_the_page_of_an_empty_study_is_whole():
    empty = Findings("none", "", ())
    drawing = {look: svg_text(figure(empty)) for look in SVG}
    reader = read(report_html(empty, {"": drawing}))
    assert reader.problems == []
