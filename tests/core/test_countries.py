"""Country codes: what scholars write becomes alpha-3; what is unclear is listed, not guessed."""

from __future__ import annotations

import csv
from decimal import Decimal

import numpy as np
import pandas as pd
import pycountry
import pytest

from mdresearch.core.countries import DATA, country_codes, country_name, is_country
from mdresearch.core.errors import DataError

ISO = {c.alpha_3 for c in pycountry.countries}
READ = {
    "GBR": ["UK", "U.K.", "uk", "United Kingdom", "Great Britain", "England", "Scotland", "英国"],
    "HKG": ["Hong Kong, China", "Hong Kong", "Hong Kong SAR, China", "香港", "中国香港"],
    "NLD": ["The Netherlands", "Netherlands", "netherlands, the", "Países Bajos", "荷兰"],
    "KOR": ["South Korea", "Korea, Rep.", "Republic of Korea", "韩国", "Corea del Sur"],
    "PRK": ["North Korea", "Korea, Dem. People's Rep.", "DPRK", "朝鲜"],
    "TUR": ["Türkiye", "Turkey", "TURKIYE", "Turquía", "土耳其"],
    "CZE": ["Czech Republic", "Czechia", "República Checa"],
    "TWN": ["Taiwan", "Taiwan, Province of China", "Taiwan, China", "台湾", "臺灣", 158],
    "USA": [
        *("USA", "U.S.", "U.S.A.", "us", "US", "United States", "United States of America"),
        *("840", 840, 840.0, "840.0", "美国", "Estados Unidos", "EE. UU.", "EUA"),
    ],
    "NAM": ["NA", "Namibia", "516"],
    "NOR": ["NO", "no", "Norway", "Noruega", 578],
    "VNM": ["Viet Nam", "Vietnam", "越南"],
    "CIV": [
        "Côte d'Ivoire",
        "Côte d\u2019Ivoire",
        "Cote dIvoire",
        "Ivory Coast",
        "Costa de Marfil",
    ],
    "CHN": ["中国", "中國", "China", "PRC", "P.R. China", "中华人民共和国"],
    "JPN": ["日本", "Japan", "Japón", "Japão"],
    "MEX": ["México", "mexico", "MEXICO ", "墨西哥"],
    "BRA": ["Brasil", "Brazil", "br", "巴西", "076"],
    "ESP": ["España", "Espanha", "西班牙"],
    "ZAF": ["South Africa", "Sudáfrica", "África do Sul", "南非"],
    "ARE": ["UAE", "Emiratos Árabes Unidos", "Emirados Árabes Unidos", "阿联酋"],
    "COD": ["DRC", "Congo, Dem. Rep.", "The Democratic Republic of the Congo"],
    "COG": ["Congo, Rep.", "Congo-Brazzaville", "Republic of the Congo"],
    "BOL": ["Bolivia", "Bolivia (Plurinational State of)", "玻利维亚"],
    "IRN": ["Iran", "Iran, Islamic Rep.", "Iran (Islamic Republic of)"],
    "BHS": ["Bahamas, The", "The Bahamas"],
    "LCA": ["St. Lucia", "Saint Lucia"],
    "DOM": ["Dominican Republic", "República Dominicana"],
    "MKD": ["North Macedonia", "Macedonia", "FYR Macedonia"],
    "XKX": ["Kosovo", "XK", "XKX"],
}
CASES = [(value, code) for code, values in READ.items() for value in values]


@pytest.mark.parametrize(("value", "code"), CASES, ids=[repr(v) for v, _ in CASES])
def test_a_value_as_scholars_write_it(value, code):
    made = country_codes([value])
    assert made.codes.tolist() == [code]
    assert made.unresolved.empty


@pytest.mark.parametrize("country", list(pycountry.countries), ids=lambda c: c.alpha_3)
def test_every_iso_code_and_name_resolves_to_itself(country):
    names = [country.alpha_2, country.alpha_3, country.numeric, country.alpha_3.lower()]
    names += [country.name] if country.alpha_3 != "COG" else []  # "Congo" means two states
    assert set(country_codes(names).codes) == {country.alpha_3}


@pytest.mark.parametrize(
    ("value", "suggestion"),
    [
        ("Korea", "KOR (South Korea) or PRK (North Korea); two states"),
        ("Corea", "KOR (South Korea) or PRK (North Korea); two states"),
        ("Congo", "COG (Congo) or COD (The Democratic Republic of the Congo); two states"),
        ("刚果", "COG (Congo) or COD (The Democratic Republic of the Congo); two states"),
        ("America", "a continent; write United States for the state"),
        ("Czechoslovakia", "CZE (Czechia) or SVK (Slovakia); a state that no longer exists"),
        ("Brazill", "BRA (Brazil)?"),
        ("N/A", "no country; empty the value if it marks missing data"),
        ("Narnia", ""),
        (999, "a number that is not an ISO 3166-1 numeric code"),
        (840.5, ""),
    ],
)
def test_what_is_unclear_is_listed_and_never_guessed(value, suggestion):
    made = country_codes([value, value])
    assert made.codes.tolist() == ["", ""]
    assert made.unresolved.to_numpy().tolist() == [[str(value), 2, suggestion]]


@pytest.mark.parametrize("value", [False, True, np.bool_(False)])
def test_a_truth_value_is_not_read_as_a_number(value):
    made = country_codes([0, 1, value])
    assert made.codes.tolist() == ["", "", ""]
    assert (
        "a truth value; YAML 1.1 and some readers turn NO (Norway) into False"
        in made.unresolved["suggestion"].tolist()
    )


def test_empty_values_stay_empty_and_are_counted():
    made = country_codes(["BRA", None, float("nan"), pd.NA, pd.NaT, "", "  "])
    assert made.codes.tolist() == ["BRA", "", "", "", "", "", ""]
    assert made.n_empty == 6
    assert made.unresolved.empty


def test_the_codes_are_aligned_to_the_input_and_the_input_is_untouched():
    values = pd.Series(["UK", "Korea", None], index=["x", "y", "z"], name="land")
    before = values.copy()
    made = country_codes(values)
    assert made.codes.to_dict() == {"x": "GBR", "y": "", "z": ""}
    assert made.codes.name == "country"
    pd.testing.assert_series_equal(values, before)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([840, 76]),
        pd.Series([840.0, 76.0]),
        pd.Series([840, 76], dtype="Int64"),
        pd.Series(["USA", "Brazil"], dtype="category"),
        pd.Series(["840", "076"], dtype="str"),
        [np.int64(840), Decimal(76)],
        (v for v in ["us", "br"]),
    ],
)
def test_every_kind_of_column_is_read(column):
    assert country_codes(column).codes.tolist() == ["USA", "BRA"]


def test_a_long_column_of_something_else_is_not_searched_for_near_names():
    made = country_codes([f"Brazill {i}" for i in range(1000)])
    assert (made.unresolved["suggestion"] == "").all()


def test_an_empty_column_gives_no_codes():
    made = country_codes([])
    assert made.codes.empty
    assert made.sentence() == "Country codes: 0 of 0 values resolved; 0 empty; 0 unresolved."


def test_a_reading_that_the_reader_should_know_of_is_said():
    made = country_codes(["England", "England", "NA", "Kosovo", 4, "Georgia"])
    assert made.codes.tolist() == ["GBR", "GBR", "NAM", "XKX", "AFG", "GEO"]
    assert made.remarks.to_numpy().tolist() == [
        ["4", "AFG", 1, "read as the ISO 3166-1 numeric code 004"],
        ["England", "GBR", 2, "part of the United Kingdom"],
        ["Georgia", "GEO", 1, "the state in the Caucasus; also the name of a state of the USA"],
        ["Kosovo", "XKX", 1, "user-assigned code; not in ISO 3166-1"],
        [
            *("NA", "NAM", 1),
            "the alpha-2 code of Namibia; empty the value where it marks missing data",
        ],
    ]


def test_the_sentence_says_all_of_it():
    made = country_codes(["BRA", "Scotland", "Korea", "Korea", None])
    assert made.sentence() == (
        "Country codes: 2 of 5 values resolved; 1 empty; 2 unresolved: 'Korea' (2); "
        "read as: 'Scotland' GBR (1, part of the United Kingdom)."
    )
    assert repr(made).startswith(made.sentence() + "\n")
    assert "KOR (South Korea) or PRK (North Korea); two states" in repr(made)


def test_a_string_in_place_of_a_column_is_refused():
    with pytest.raises(DataError) as caught:
        country_codes("UK")
    assert str(caught.value) == "values is a column or a list of values; write ['UK']."


def test_a_name_is_given_for_a_code_and_an_unknown_code_is_refused():
    assert country_name("PSE") == "State of Palestine"
    assert country_name("TWN") == "Taiwan"
    assert is_country("XKX")
    with pytest.raises(DataError) as caught:
        country_name("UK")
    assert str(caught.value) == (
        "'UK' is not an ISO 3166-1 alpha-3 country code. Turn names and other codes into them "
        "with md.country_codes(values)."
    )


def test_every_alias_names_countries_that_exist():
    with (DATA / "aliases.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {key for row in rows for key in row} == {"alias", "country", "note"}
    codes = {code for row in rows for code in row["country"].split("|") if code}
    assert codes <= ISO | {"XKX"}
    assert all(row["note"] for row in rows if "|" in row["country"] or not row["country"])
    assert len({row["alias"] for row in rows}) == len(rows)
