"""References are whole, and none is invented."""

from __future__ import annotations

import re

import pytest

from mdresearch.reporting.references import REFERENCES, bibtex, plain_reference, unknown_keys


@pytest.mark.parametrize("key", REFERENCES)
def test_an_entry_is_balanced_and_has_what_a_bibliography_needs(key):
    entry = REFERENCES[key]
    assert entry.startswith(f"@article{{{key},")
    assert entry.count("{") == entry.count("}")
    fields = set(re.findall(r"^  (\w+) +=", entry, re.MULTILINE))
    assert {"author", "title", "journal", "year", "volume", "pages"} <= fields
    assert key[-4:] in entry


def test_plain_references_read_like_references():
    assert plain_reference("judd2012") == (
        "Judd, Charles M., Westfall, Jacob & Kenny, David A. (2012). Treating stimuli as a random "
        "factor in social psychology: A new and comprehensive solution to a pervasive but largely "
        "ignored problem. Journal of Personality and Social Psychology 103(1), 54\N{EN DASH}69. "
        "doi:10.1037/a0028347"
    )
    assert plain_reference("karber1931").startswith("Kärber, G. (1931). Beitrag zur kollektiven")
    assert "et al." in plain_reference("klein2018")


def test_unknown_keys_are_printed_as_they_are():
    assert unknown_keys(["holm1979", "smith2099", "smith2099"]) == ["smith2099"]
    assert plain_reference("smith2099") == "smith2099"
    assert bibtex(["smith2099"]) == ""
    assert bibtex(["welch1947", "holm1979", "welch1947"]).count("@article") == 2
