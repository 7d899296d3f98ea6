"""Regions: the ids of the architecture, who is in them, and what an assignment says of itself."""

from __future__ import annotations

import random
import re
import subprocess
import sys

import pycountry
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core import regions
from mdresearch.core.errors import DataError, StudyError, UnknownNameError
from mdresearch.core.strict_yaml import read_yaml

ISO = {c.alpha_3 for c in pycountry.countries}
TABLE = read_yaml(regions.DATA / "regions.yaml")
ROWS = TABLE["regions"]
ROW_IDS = [f"{row['scheme']}:{row['id']}" for row in ROWS]
ROW_KEYS = {
    *("scheme", "id", "label", "code", "members", "union", "without"),
    *("verified", "doubts", "notes"),
}
# architecture.md, section 5, "Region ids"
ARCHITECTURE = {
    "essay": "western asian latam noram anglo",
    "m49": "latam_caribbean northern_america",
    "world_bank": "eap eca lac mena nac sar ssa",
    "globe": "anglo latin_america confucian_asia southern_asia nordic germanic latin_europe "
    "eastern_europe middle_east sub_saharan",
    "inglehart_welzel": "english_speaking latin_america confucian protestant_europe "
    "catholic_europe orthodox_europe west_south_asia african_islamic",
}
# members of each region, counted in the UN table and in the World Bank's list of FY26
PUBLISHED_SIZE = {
    "m49:northern_africa": 7,
    "m49:eastern_africa": 22,
    "m49:middle_africa": 9,
    "m49:southern_africa": 5,
    "m49:western_africa": 17,
    "m49:sub_saharan_africa": 53,
    "m49:caribbean": 28,
    "m49:central_america": 8,
    "m49:south_america": 16,
    "m49:latam_caribbean": 52,
    "m49:northern_america": 5,
    "m49:central_asia": 5,
    "m49:eastern_asia": 7 + 1,  # Taiwan, by our rule
    "m49:south_eastern_asia": 11,
    "m49:southern_asia": 9,
    "m49:western_asia": 18,
    "m49:eastern_europe": 10,
    "m49:northern_europe": 16,
    "m49:southern_europe": 16,
    "m49:western_europe": 9,
    "m49:australia_new_zealand": 6,
    "m49:melanesia": 5,
    "m49:micronesia": 8,
    "m49:polynesia": 10,
    "world_bank:eap": 38,
    "world_bank:eca": 58 - 1,  # without the Channel Islands, CHI
    "world_bank:lac": 42,
    "world_bank:mena": 23,
    "world_bank:nac": 3,
    "world_bank:sar": 6,
    "world_bank:ssa": 48,
}


def scheme_of(country: str, scheme: str) -> set[str]:
    return {r for r in regions.region_ids(scheme) if country in regions.members(r, scheme)}


def test_the_schemes_are_the_six_of_the_architecture():
    assert regions.schemes() == tuple(sorted([*ARCHITECTURE, "market"]))


@pytest.mark.parametrize("scheme", ARCHITECTURE)
def test_every_region_id_of_the_architecture_exists(scheme):
    ids = regions.region_ids(scheme)
    wanted = ARCHITECTURE[scheme].split()
    assert set(wanted) <= set(ids)
    if scheme != "m49":
        assert set(ids) == set(wanted)


@pytest.mark.parametrize("row", ROWS, ids=ROW_IDS)
def test_a_row_is_well_formed(row):
    assert set(row) <= ROW_KEYS
    assert row["scheme"] in TABLE["schemes"]
    assert re.fullmatch(r"[a-z][a-z0-9_]*", row["id"])
    assert row["label"] == row["label"].strip() != ""
    assert ("members" in row) or ("union" in row)
    typed = row.get("members", "").split()
    assert len(typed) == len(set(typed)), "a country is typed twice"
    assert set(row.get("doubts", {})) | set(row.get("notes", {})) <= set(typed)
    assert isinstance(row.get("verified", False), bool)


@pytest.mark.parametrize("row", ROWS, ids=ROW_IDS)
def test_what_a_union_leaves_out_was_in_it_and_nothing_is_typed_again(row):
    parts = [regions.members(p, row["scheme"]) for p in row.get("union", [])]
    whole = frozenset().union(*parts)
    without = frozenset(row.get("without", "").split())
    assert without <= whole
    assert not set(row.get("members", "").split()) & (whole - without)


@pytest.mark.parametrize("scheme", regions.schemes())
def test_every_member_is_a_country_of_iso_3166_or_kosovo(scheme):
    table = regions.assignment_table(scheme)
    assert set(table["country"]) <= ISO | {"XKX"}
    assert not table.duplicated(["region", "country"]).any()


def test_no_row_of_the_table_is_given_twice():
    assert len(ROW_IDS) == len(set(ROW_IDS))


@pytest.mark.parametrize("scheme", ["globe", "inglehart_welzel", "m49", "market", "world_bank"])
def test_no_country_is_twice_in_one_level_of_a_scheme(scheme):
    unions = {row["id"] for row in ROWS if row["scheme"] == scheme and "union" in row}
    table = regions.assignment_table(scheme)
    finest = table[~table["region"].isin(unions)]
    assert finest["country"].is_unique


@pytest.mark.parametrize("region", PUBLISHED_SIZE)
def test_a_region_has_as_many_members_as_the_publisher_lists(region):
    assert len(regions.members(region)) == PUBLISHED_SIZE[region]


def test_a_union_equals_the_union_of_its_parts():
    m49 = {r: regions.members(r, "m49") for r in regions.region_ids("m49")}
    assert m49["latam_caribbean"] == (
        m49["caribbean"] | m49["central_america"] | m49["south_america"]
    )
    africa = ("eastern_africa", "middle_africa", "southern_africa", "western_africa")
    assert m49["sub_saharan_africa"] == frozenset().union(*(m49[r] for r in africa))


def test_every_iso_country_is_in_m49_except_antarctica():
    assert ISO - set(regions.assignment_table("m49")["country"]) == {"ATA"}


def test_taiwan_is_never_lost():
    table = regions.assignment_table("m49").query("country == 'TWN'")
    assert table[["region", "verified"]].to_numpy().tolist() == [["eastern_asia", False]]
    assert table["note"].item() == "placed by our rule; the UN table has no row for Taiwan"
    assert scheme_of("TWN", "essay") == {"asian"}
    assert scheme_of("TWN", "world_bank") == {"eap"}
    assert scheme_of("TWN", "globe") == {"confucian_asia"}
    assert scheme_of("TWN", "inglehart_welzel") == {"confucian"}


def test_mexico_is_in_latin_america_in_every_scheme():
    assert scheme_of("MEX", "essay") == {"latam"}
    assert scheme_of("MEX", "m49") == {"central_america", "latam_caribbean"}
    assert scheme_of("MEX", "world_bank") == {"lac"}
    assert scheme_of("MEX", "globe") == {"latin_america"}
    assert scheme_of("MEX", "inglehart_welzel") == {"latin_america"}
    assert scheme_of("MEX", "market") == {"latam"}


def test_norway_is_not_false_and_namibia_is_not_missing():
    assert scheme_of("NOR", "m49") == {"northern_europe"}
    assert scheme_of("NAM", "m49") == {"southern_africa", "sub_saharan_africa"}
    assert regions.assign(["NOR", "NAM"], scheme="globe").unassigned == ("NOR",)


def test_afghanistan_and_pakistan_left_south_asia_in_fy26():
    assert regions.scheme_info("world_bank")["edition"] == "FY26"
    for country in ("AFG", "PAK"):
        assert scheme_of(country, "world_bank") == {"mena"}
        assert scheme_of(country, "essay") == set()
        assert scheme_of(country, "m49") == {"southern_asia"}


def test_the_essay_scheme_follows_its_rule():
    wb = {r: regions.members(r, "world_bank") for r in regions.region_ids("world_bank")}
    east = {"TUR", "ARM", "AZE", "GEO", "KAZ", "KGZ", "TJK", "TKM", "UZB"}
    assert regions.members("latam") == wb["lac"]
    assert regions.members("noram") == {"USA", "CAN"}
    assert regions.members("western") == (wb["eca"] - east) | {"AUS", "NZL", "USA", "CAN"}
    assert regions.members("asian") == (wb["eap"] | wb["sar"]) - {"AUS", "NZL"}


def test_essay_anglo_is_globe_anglo_and_two_declared_extensions():
    assert regions.members("globe:anglo") == {"AUS", "CAN", "GBR", "IRL", "NZL", "USA"}
    assert regions.members("anglo") == regions.members("globe:anglo") | {"ZAF", "BMU"}
    assert regions.members("anglo").isdisjoint(regions.members("latam"))
    table = regions.assignment_table("essay").query("region == 'anglo'")
    assert not table["verified"].any()
    extended = table[table["note"].str.startswith("declared extension")]
    assert sorted(extended["country"]) == ["BMU", "ZAF"]


@pytest.mark.parametrize("scheme", regions.schemes())
def test_verified_means_that_a_day_and_a_source_are_given(scheme):
    verified = regions.assignment_table(scheme).query("verified")
    assert verified["checked_on"].str.fullmatch(r"\d{4}-\d\d-\d\d").all()
    assert (verified["checked_against"] != "").all()


@pytest.mark.parametrize("scheme", regions.schemes())
def test_a_scheme_says_what_it_is(scheme):
    info = regions.scheme_info(scheme)
    assert set(info) >= {"label", "edition", "source", "citation", "note"}
    assert all(info[key] for key in ("label", "source", "citation", "note"))
    info["label"] = "changed"
    assert regions.scheme_info(scheme)["label"] != "changed"


def test_a_region_may_be_written_with_its_scheme():
    assert regions.resolve("globe:anglo") == ("globe", "anglo")
    assert regions.resolve("anglo") == ("essay", "anglo")
    assert regions.region_label("noram") == "North America"
    assert regions.region_label("jp_kr", "market") == "jp kr"


def test_an_unknown_region_or_scheme_is_named_with_all_that_are_known():
    with pytest.raises(UnknownNameError) as caught:
        regions.members("latm")
    assert str(caught.value) == (
        "There is no region 'latm'. Did you mean 'latam'? "
        "Known: western, asian, latam, noram, anglo."
    )
    with pytest.raises(UnknownNameError) as caught:
        regions.resolve("glob:anglo")
    assert str(caught.value) == (
        "There is no region scheme 'glob'. Did you mean 'globe'? "
        "Known: essay, globe, inglehart_welzel, m49, market, world_bank."
    )


def test_the_sentence_counts_what_is_unverified_and_unassigned():
    made = regions.assign(["BRA", "MEX", "USA", "ZAF", "TUR", "ZMB"], ["latam", "anglo"])
    assert made.n_unverified == 2
    assert made.unassigned == ("TUR", "ZMB")
    assert made.sentence() == (
        "Regions: essay scheme; 2 of 4 assignments are unverified; "
        "unassigned: TUR, ZMB (2 countries)."
    )
    assert repr(made) == made.sentence()


def test_the_sentence_names_the_edition_another_scheme_and_a_region_without_countries():
    made = regions.assign(["PAK"], ["mena", "nac"], scheme="world_bank")
    assert made.sentence() == (
        "Regions: world_bank scheme (FY26); the 1 assignment is verified; "
        "no country of the data is in: nac."
    )
    mixed = regions.assign(["BRA", "USA"], ["latam", "globe:anglo"])
    assert mixed.frame["region"].tolist() == ["latam", "globe:anglo"]
    assert mixed.sentence() == (
        "Regions: essay scheme, with globe:anglo; 1 of 2 assignments is unverified."
    )


def test_empty_countries_are_counted_and_not_assigned():
    made = regions.assign(["BRA", "", None, float("nan"), "BRA"], ["latam"])
    assert made.n_missing == 3
    assert made.frame["country"].tolist() == ["BRA"]
    assert made.sentence().endswith("; 3 values without a country.")


def test_the_frame_has_one_row_a_country_and_region():
    made = regions.assign(["USA", "USA", "MEX"])
    assert made.frame.columns.tolist() == ["country", "region", "verified", "checked_on"]
    assert made.frame[["country", "region"]].to_numpy().tolist() == [
        ["USA", "western"],
        ["MEX", "latam"],
        ["USA", "noram"],
        ["USA", "anglo"],
    ]


def test_no_country_at_all_gives_an_empty_frame():
    made = regions.assign([], ["latam", "noram"])
    assert made.frame.empty
    assert made.n_unverified == 0
    assert made.sentence() == (
        "Regions: essay scheme; no country is assigned; no country of the data is in: latam, noram."
    )


def test_overlapping_regions_are_refused_even_where_the_data_hold_no_shared_country():
    with pytest.raises(StudyError) as caught:
        regions.assign(["BRA"], ["western", "noram"])
    assert str(caught.value) == (
        "The regions 'western' and 'noram' share CAN, USA (2 countries). Two regions that share a "
        "country are refused: it would stand on both sides of the contrast. Choose regions that "
        "share none; 'western' shares none with: asian, latam."
    )


@pytest.mark.parametrize(
    "pair",
    [
        ["noram", "anglo"],
        ["noram", "globe:anglo"],
        ["latam", "latam"],
        ["asian", "m49:eastern_asia"],
    ],
)
def test_overlap_is_found_across_schemes_and_in_a_region_named_twice(pair):
    with pytest.raises(StudyError, match="Two regions that share a country are refused"):
        regions.assign(["BRA"], pair)


@pytest.mark.parametrize("value", ["UK", "bra", "Brasil", "NO", False, 76])
def test_a_value_that_is_no_alpha_3_code_is_refused(value):
    with pytest.raises(DataError) as caught:
        regions.assign(["BRA", value], ["latam"])
    assert str(caught.value) == (
        f"'{value}': not an ISO 3166-1 alpha-3 country code (1 value). A country is written as "
        "three capital letters, such as BRA, or XKX for Kosovo. Turn names and other codes into "
        "them with md.country_codes(values)."
    )


def test_a_string_in_place_of_a_list_is_refused():
    with pytest.raises(DataError, match=re.escape("write ['BRA']")):
        regions.assign("BRA")
    with pytest.raises(StudyError, match=re.escape("write ['latam']")):
        regions.assign(["BRA"], "latam")


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(ISO | {"XKX"})), max_size=40),
    st.sampled_from(regions.schemes()),
    st.randoms(use_true_random=False),
)
def test_the_order_of_the_countries_changes_nothing(countries, scheme, shuffler: random.Random):
    one = regions.assign(countries, scheme=scheme)
    shuffled = list(countries)
    shuffler.shuffle(shuffled)
    other = regions.assign(shuffled, scheme=scheme)
    assert one.frame.equals(other.frame)
    assert one.sentence() == other.sentence()
    assert set(one.frame["country"]) | set(one.unassigned) == set(countries)
    assert not set(one.frame["country"]) & set(one.unassigned)


def test_the_users_market_map_takes_the_place_of_the_example(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("country,market,note\nNAM,africa,\nMEX,noram,our vendor\n", encoding="utf-8")
    assert regions.read_market_map(path) == {
        "africa": frozenset({"NAM"}),
        "noram": frozenset({"MEX"}),
    }
    made = regions.assign(["MEX", "BRA", "NAM"], scheme="market", market_map=path)
    assert made.frame["region"].tolist() == ["africa", "noram"]
    assert made.sentence() == (
        "Regions: market scheme (mine.csv); 2 of 2 assignments are unverified; "
        "unassigned: BRA (1 country)."
    )
    example = regions.assign(["MEX"], scheme="market")
    assert example.sentence() == (
        "Regions: market scheme (example file); 1 of 1 assignment is unverified."
    )


def test_every_mistake_of_a_market_map_is_listed(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("country,market\nUSA,NA\nUSA,noram\nUK,eu\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        regions.read_market_map(path)
    assert str(caught.value) == (
        "mine.csv: the market map has 3 mistakes:\n"
        "  - line 2: the market 'NA' is not lower snake case\n"
        "  - line 3: USA stands already at line 2\n"
        "  - line 4: 'UK' is not an ISO 3166-1 alpha-3 country code"
    )


def test_a_market_map_without_its_columns_or_absent_is_refused(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("iso3,store\nUSA,noram\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        regions.read_market_map(path)
    assert str(caught.value) == (
        "mine.csv: the columns are iso3, store; a market map has country, market and, if wanted, "
        "note. Name them so."
    )
    with pytest.raises(DataError, match=r"There is no market map 'absent\.csv'"):
        regions.read_market_map("absent.csv")


def test_importing_the_module_loads_no_pandas():
    code = "import sys, mdresearch.core.regions; print({'pandas', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
