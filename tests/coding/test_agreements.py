"""Reliability of coded rows: levels, groups, missing rules, models, decisions, and every view."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_up_codings import coded_rows, leaves, variable, write_codebook

import mdresearch as md
from mdresearch import stats
from mdresearch.core.errors import DataError, StatisticsError, UnknownNameError

EXAMPLE = Path(__file__).parents[1] / "data" / "coding" / "market_dress.csv"
COLUMNS = (
    "variable level group n_units n_coders percent alpha alpha_low alpha_high ac ac_low ac_high kappa "
    "missing_rule decision reason unit type round n_units_paired n_pairable prevalence_max "
    "p_below_floor p_below_threshold ac_name kappa_name weights n_missing n_dropped "
    "planned_coefficient threshold floor"
).split()
RULES = (
    "    missing: [{id: cannot_tell, label: {en: x}, reliability: category},"
    " {id: not_there, label: {en: x}, reliability: drop_unit},"
    " {id: unreadable, label: {en: x}, reliability: missing}]\n"
)


def sheet(seed: int = 0, n: int = 60, coders: str = "abc", values=None, know: float = 0.75):
    rng = np.random.default_rng(seed)
    values = np.array(leaves() if values is None else values, dtype=object)
    truth = rng.integers(len(values), size=(n, 1))
    drawn = rng.integers(len(values), size=(n, len(coders)))
    picked = values[np.where(rng.random(drawn.shape) < know, truth, drawn)]
    return pd.DataFrame(picked, index=[f"e{i:03d}" for i in range(n)], columns=list(coders))


@pytest.fixture
def book(tmp_path):
    text = "".join(
        [
            variable("role"),
            variable("roles", "multilabel", "    reliability: {coefficient: krippendorff_alpha, distance: jaccard}\n"),
            variable("seen", "nominal", RULES),
            variable("tree", "nominal", "    reliability: {coefficient: krippendorff_alpha, distance: hierarchical, threshold: 0.7, floor: 0.5, rollup: etic}\n"),
            variable("count", "ratio", "    reliability: {coefficient: icc, distance: ratio}\n"),
            variable("beat", "span", "    target: time\n    reliability: {coefficient: alpha_u}\n"),
        ]
    )  # fmt: skip
    return md.Codebook.read(write_codebook(tmp_path, text))


def one(result, **where) -> pd.Series:
    rows = result.frame()
    for column, value in where.items():
        rows = rows[rows[column] == value]
    assert len(rows) == 1, where
    return rows.iloc[0]


def test_the_table_has_exactly_the_columns_of_the_contract(book):
    found = md.agreement(coded_rows(sheet(), "role"), book, n_boot=100)
    assert found.frame().columns.tolist() == COLUMNS
    assert found.frame()["level"].tolist() == ["emic", "etic"]


def test_rows_are_what_the_estimators_give(book):
    values = sheet()
    plain = md.agreement(coded_rows(values, "role"), book, levels=("emic", "etic", "top"), n_boot=0)
    for level in ("emic", "etic", "top"):
        rolled = values.map(lambda c, level=level: book.rollup(c, level))
        row, alpha, ac = one(plain, level=level), stats.alpha(rolled), stats.gwet(rolled)
        held = [alpha.value, alpha.low, alpha.high, ac.value, ac.low, ac.high]
        ours = row[["alpha", "alpha_low", "alpha_high", "ac", "ac_low", "ac_high"]].tolist()
        assert ours == pytest.approx(held, rel=1e-10)
        assert row["kappa"] == pytest.approx(stats.fleiss(rolled).value)
        assert row["percent"] == pytest.approx(stats.percent_agreement(rolled).value)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_bootstrap_limits_are_those_of_stats_alpha(book, missing):
    values = sheet()
    values = values.mask(np.random.default_rng(1).random(values.shape) < missing)
    drawn = md.agreement(coded_rows(values, "role"), book, n_boot=400, seed=7)
    for level in ("emic", "etic"):
        rolled = values.map(lambda c, level=level: c if c != c else book.rollup(c, level))
        alpha = stats.alpha(rolled, n_boot=400, seed=7)
        row = one(drawn, level=level)
        assert [row["alpha_low"], row["alpha_high"]] == pytest.approx([alpha.low, alpha.high], rel=1e-10)  # fmt: skip
        assert row["ac_low"] < row["ac"] < row["ac_high"]
        assert 0 <= row["p_below_floor"] <= row["p_below_threshold"] <= 1


def test_market_dress_is_low_as_coded_and_1_rolled_up():
    book = md.Codebook.load("core")
    values = pd.read_csv(EXAMPLE, index_col=0).T
    found = md.agreement(coded_rows(values, "lead_archetype"), book, n_boot=200)
    assert one(found, level="emic")["alpha"] == pytest.approx(0.415254, abs=5e-7)
    assert one(found, level="emic")["decision"] == "fail"
    assert one(found, level="etic")["alpha"] == 1
    assert one(found, level="etic")["decision"] == "pass"
    assert len(found.disagreements()) == 6
    assert found.disagreements(level="etic").empty


def test_a_planned_tree_gives_the_path_distance(book):
    values = sheet()
    found = md.agreement(coded_rows(values, "tree"), book, n_boot=0)
    paths = stats.path_distance({c: book[c].path for c in sorted(set(values.to_numpy().ravel()))})
    row = one(found, level="emic")
    assert row["alpha"] == pytest.approx(stats.alpha(values, paths).value)
    assert row["type"] == "hierarchical"
    assert "the plan is for the level etic" in row["reason"]
    assert (row["threshold"], row["floor"]) == (0.7, 0.5)


def test_label_sets_keep_the_empty_set_apart_from_missing(book):
    rows = [("e1", "a", "t0e0m0"), ("e1", "a", "t0e0m1"), ("e1", "b", "t0e0m0"), ("e2", "a", "none_of_these"),
            ("e2", "b", "none_of_these"), ("e3", "a", "t1e0m0"), ("e3", "b", "t1e0m0"), ("e4", "a", "t1e0m0")]  # fmt: skip
    codes = pd.DataFrame(rows, columns=["unit_id", "coder_id", "value"])
    codes = codes.assign(unit_type="episode", variable="roles", round="reliability")
    row = one(md.agreement(codes, book, n_boot=0), level="emic")
    sets = pd.DataFrame({"a": [{"x", "y"}, set(), {"z"}], "b": [{"x"}, set(), {"z"}]})
    assert row["alpha"] == pytest.approx(stats.alpha(sets, "jaccard").value)
    assert (row["n_units"], row["n_units_paired"]) == (4, 3)
    etic = one(md.agreement(codes, book, n_boot=0), level="etic")
    assert etic["alpha"] == 1, "two codes of one etic code are one label there"


def test_missing_codes_follow_the_declared_rules_and_nothing_is_dropped_in_silence(book):
    values = sheet(know=0.9)
    values.iloc[0, 0], values.iloc[1, 1], values.iloc[2, 2] = (
        "cannot_tell",
        "not_there",
        "unreadable",
    )
    found = md.agreement(coded_rows(values, "seen"), book, n_boot=0)
    row = one(found, level="emic")
    kept = values.drop(index="e001").replace({"unreadable": np.nan})
    assert row["alpha"] == pytest.approx(stats.alpha(kept).value)
    assert row["missing_rule"] == "category, drop_unit, missing"
    assert (row["n_missing"], row["n_dropped"], row["n_units"]) == (1, 1, 59)
    other = found.missing().iloc[0]
    gone = values.replace(dict.fromkeys(("cannot_tell", "not_there", "unreadable"), np.nan))
    assert other["alpha_category"] == pytest.approx(stats.alpha(values).value)
    assert other["alpha_missing"] == pytest.approx(stats.alpha(gone).value)
    assert other["alpha_drop_unit"] == pytest.approx(stats.alpha(gone.dropna()).value)
    assert other["n_missing_values"] == 3


def corpus_tables(coders: str = "abc", countries=("BRA", "BRA", "CHN"), kinds=None):
    who = pd.DataFrame({"coder_id": list(coders), "kind": kinds or "human", "country": countries})
    units = pd.DataFrame({"unit_id": [f"e{i:03d}" for i in range(60)]})
    units["market"] = np.where(np.arange(60) < 30, "BRA", "CHN")
    return who, units.assign(work_id=[f"w{i // 5}" for i in range(60)])


def test_markets_with_native_coders_against_the_bridge(book):
    values = sheet()
    values.loc["e030":, "a"] = np.nan  # a codes Brazil, b China, c both: c is the bridge
    values.loc[:"e029", "b"] = np.nan
    who, units = corpus_tables(countries=("BRA", "CHN", "MEX"))
    found = md.agreement(coded_rows(values, "role"), book, by="market", coders=who, units=units, n_boot=100)  # fmt: skip
    groups = found.frame()["group"].unique().tolist()
    assert groups == ["BRA", "BRA: native v bridge", "CHN", "CHN: native v bridge"]
    row = one(found, group="BRA: native v bridge", level="emic")
    assert row["alpha"] == pytest.approx(stats.alpha(values.loc[:"e029", ["a", "c"]]).value)
    assert "only 6 work_id: too few" in row["reason"]


def test_within_and_across_the_countries_of_coders(book):
    values = sheet(coders="abcd")
    who, _ = corpus_tables("abcd", ("BRA", "BRA", "CHN", "CHN"))
    found = md.agreement(coded_rows(values, "role"), book, by="culture", coders=who, n_boot=50)
    within = one(found, group="within coder country", level="emic")
    across = one(found, group="across coder countries", level="emic")
    whole = stats.alpha(values)
    # the same values take part in both, so that observed disagreement averages to the whole
    apart = np.average([1 - within["alpha"], 1 - across["alpha"]], weights=[2, 4])
    assert 1 - apart == pytest.approx(whole.value, rel=1e-10)
    assert within["n_pairable"] == across["n_pairable"] == 240


def test_models_stand_apart_and_are_pooled_only_on_request(book):
    values = sheet(coders="abg")
    who, _ = corpus_tables("abg", ("BRA", "CHN", None), ["human", "human", "model"])
    codes = coded_rows(values, "role")
    found = md.agreement(codes, book, coders=who, n_boot=100)
    assert found.frame()["group"].unique().tolist() == ["all", "all: humans v g"]
    human = one(found, group="all", level="emic")
    assert human["alpha"] == pytest.approx(stats.alpha(values[["a", "b"]]).value)
    assert (human["n_coders"], human["kappa_name"]) == (2, "cohen")
    assert human["kappa"] == pytest.approx(stats.cohen(values["a"], values["b"]).value)
    pooled = md.agreement(codes, book, coders=who, n_boot=0, pool_models=True)
    assert one(pooled, level="emic")["alpha"] == pytest.approx(stats.alpha(values).value)
    assert "models_apart" in [c.name for c in pooled.failed()]


def test_adjudicated_rows_never_enter_and_rounds_are_not_pooled(book):
    first, second = coded_rows(sheet(1), "role"), coded_rows(sheet(2), "role").assign(round="pilot")
    settled = coded_rows(sheet(3, coders="z"), "role").assign(round="adjudicated")
    codes = pd.concat([first, second, settled], ignore_index=True)
    found = md.agreement(codes, book, rounds=("reliability", "pilot"), n_boot=0)
    assert found.frame()["round"].tolist() == ["reliability"] * 2 + ["pilot"] * 2
    assert found.frame()["n_coders"].unique().tolist() == [3]
    rounds = next(c for c in found.checks if c.name == "rounds")
    assert "left out: 60 of round adjudicated" in rounds.evidence
    with pytest.raises(StatisticsError, match="Adjudicated rows never enter"):
        md.agreement(codes, book, rounds=("adjudicated",))


def test_pairs_drift_and_what_else_is_shown(book):
    values = sheet()
    codes = coded_rows(values, "role")
    codes["created"] = "2026-11-" + (codes["unit_id"].str[1:].astype(int) // 3 + 1).map(
        "{:02d}".format
    )
    found = md.agreement(codes, book, n_boot=0)
    pairs = found.pairs().query("level == 'emic'").set_index("group")["alpha"]
    assert pairs["a × b"] == pytest.approx(stats.alpha(values[["a", "b"]]).value)
    assert list(pairs.index) == ["a × b", "a × c", "b × c"]
    drift = found.drift(3)
    assert drift["n_units"].tolist() == [20, 20, 20]
    assert drift["alpha"].iloc[0] == pytest.approx(stats.alpha(values.iloc[:20]).value)
    also = found.also().query("level == 'emic'").set_index("statistic")["value"]
    assert also["Conger's kappa"] == pytest.approx(stats.conger(values).value)
    code = leaves()[0]
    assert also[f"alpha of {code}"] == pytest.approx(
        stats.alpha((values == code).astype(int)).value
    )


def test_numbers_have_icc_and_limits_of_agreement(book):
    rng = np.random.default_rng(4)
    truth = rng.integers(1, 40, size=(60, 1))
    values = pd.DataFrame(truth + rng.integers(0, 3, (60, 3)), columns=list("abc"))
    found = md.agreement(coded_rows(values, "count"), book, n_boot=50)
    row = one(found, variable="count")
    assert row["alpha"] == pytest.approx(stats.alpha(values, "ratio").value)
    assert (row["planned_coefficient"], row["decision"], row["ac_name"]) == ("icc", "pass", "ac2")
    assert f"ICC(2,1) {stats.icc(values).value:.3f}" in row["reason"]
    shown = found.also()["statistic"].tolist()
    assert "ICC(2,k)" in shown
    assert "difference a - b, limits of agreement" in shown


def test_grades_take_the_order_of_their_codes():
    book = md.Codebook.load("core")
    grades = [c.id for c in book.codes_of("trigger_intensity")]
    values = sheet(values=grades)
    row = one(md.agreement(coded_rows(values, "trigger_intensity"), book, n_boot=50))
    numbers = values.map(book.value_of)
    assert row["alpha"] == pytest.approx(stats.alpha(numbers, "ordinal").value)
    assert row["ac"] == pytest.approx(stats.gwet(numbers, "ordinal").value)
    assert (row["ac_name"], row["weights"]) == ("ac2", "ordinal")


def test_a_group_of_one_market_equals_that_market_alone(book):
    values = sheet()
    who, units = corpus_tables()
    codes = coded_rows(values, "role")
    whole = md.agreement(codes, book, by="market", coders=who, units=units, n_boot=100)
    part = codes[codes["unit_id"] < "e030"]
    alone = md.agreement(part, book, coders=who, units=units, n_boot=100)
    columns = ["n_units", "alpha", "alpha_low", "alpha_high", "ac", "kappa"]
    ours = one(whole, group="BRA", level="emic")[columns].astype(float).tolist()
    assert ours == pytest.approx(
        one(alone, group="all", level="emic")[columns].astype(float).tolist()
    )


def test_spans_have_an_alpha_of_unitizing_and_curves(book):
    rows = [("e1", "a", 0, 5000), ("e1", "b", 400, 5000), ("e1", "a", 9000, 12000), ("e1", "b", 9000, 12500),
            ("e2", "a", 1000, 2000), ("e2", "b", 1000, 2000)]  # fmt: skip
    codes = pd.DataFrame(rows, columns=["unit_id", "coder_id", "start_ms", "end_ms"])
    codes = codes.assign(unit_type="episode", variable="beat", round="reliability", value="t0e0m0")
    units = pd.DataFrame({"unit_id": ["e1", "e2"], "duration_ms": [20000, 10000]})
    found = md.agreement(codes, book, units=units, n_boot=50)
    spans = codes.rename(columns={"unit_id": "continuum", "coder_id": "coder", "start_ms": "start", "end_ms": "end"})  # fmt: skip
    whole = stats.unitizing_alpha(spans, {"e1": 20000, "e2": 10000})
    row = one(found, level="emic")
    assert row["alpha"] == pytest.approx(whole.value)
    assert (row["type"], row["decision"]) == ("span", "pass")
    also = found.also().query("level == 'emic'").set_index("statistic")["value"]
    assert also["event F1, span, within 0"] == pytest.approx(2 / 3)
    assert also["event F1, span, within 500"] == 1
    assert also["|uα"] == pytest.approx(stats.unitizing_alpha(spans, {"e1": 20000, "e2": 10000}, "binary").value)  # fmt: skip


def test_undefined_is_not_computable_with_its_reason(book):
    values = sheet(coders="ab")
    values[:] = "t0e0m0"
    row = one(md.agreement(coded_rows(values, "role"), book, n_boot=50), level="emic")
    assert np.isnan(row["alpha"])
    assert row["decision"] == "not computable"
    assert row["reason"].startswith("no variation: every value is t0e0m0")
    alone = md.agreement(coded_rows(sheet(coders="a"), "role"), book, n_boot=50)
    assert one(alone, level="emic")["reason"].startswith("one coder")


def test_a_skewed_variable_is_explained_and_not_excused():
    values = sheet(n=200, values=["yes"] * 24 + ["no"], know=0.5)
    row = one(md.agreement(coded_rows(values, "mood"), n_boot=0))
    assert row["ac"] > 0.85 > 0.5 > row["alpha"]
    assert row["decision"] == "fail"
    assert "one category holds" in row["reason"]
    assert "no plan in the codebook" in row["reason"]


def test_errors_name_row_unit_coder_and_value(book):
    codes = coded_rows(sheet(), "role")
    with pytest.raises(
        DataError, match=r"unit e000, coder a, variable 'role' has the value 'nonsense' \(1 rows\)"
    ):
        md.agreement(codes.assign(value=["nonsense", *codes["value"][1:]]), book)
    with pytest.raises(DataError, match="Unit e000, coder a: 2 values of 'role'"):
        md.agreement(pd.concat([codes, codes.head(1)]), book)
    with pytest.raises(UnknownNameError, match="no level 'emik'"):
        md.agreement(codes, book, levels=("emik",))
    with pytest.raises(UnknownNameError, match="no grouping 'marke'"):
        md.agreement(codes, book, by="marke")
    with pytest.raises(UnknownNameError, match="no round in the rows 'main'"):
        md.agreement(codes, book, rounds=("main",))
    with pytest.raises(DataError, match="no column 'value'"):
        md.agreement(codes.drop(columns="value"), book)
    with pytest.raises(DataError, match="Coder 'c' has no kind"):
        md.agreement(codes, book, coders=pd.DataFrame({"coder_id": ["a", "b"], "kind": "human"}))
    with pytest.raises(StatisticsError, match="no 'created'"):
        md.agreement(codes, book, n_boot=0).drift()


def test_it_shows_itself_deterministically_and_leaves_its_input_alone(book):
    codes = coded_rows(sheet(), "role").assign(value=lambda d: d["value"])
    before = codes.copy()
    corpus = md.Corpus("demo", {"codes": codes.assign(code_id=[f"k{i}" for i in range(len(codes))])}, kind="simulated")  # fmt: skip
    one_, other = (md.agreement(corpus, book, n_boot=100, seed=3, sampling="all, a tenth") for _ in range(2))  # fmt: skip
    pd.testing.assert_frame_equal(one_.frame(), other.frame())
    pd.testing.assert_frame_equal(codes, before)
    shuffled = md.agreement(codes.sample(frac=1, random_state=1), book, n_boot=100, seed=3)
    assert shuffled.frame()["alpha_low"].tolist() == pytest.approx(
        one_.frame()["alpha_low"].tolist()
    )
    assert one_.apa().startswith("Simulated data. role (emic, all, reliability round): α = ")
    assert "Simulated data." in repr(one_)
    assert "<table>" in one_._repr_html_()
    assert one_.provenance["codebook_hash"] == book.hash
    assert next(c for c in one_.checks if c.name == "sampling").holds


def test_a_corpus_places_units_in_episodes_versions_works_and_markets(book):
    values = sheet()
    codes = coded_rows(values, "role").assign(code_id=lambda d: [f"k{i}" for i in range(len(d))])
    number = np.arange(60)
    episodes = pd.DataFrame(
        {"episode_id": values.index, "version_id": [f"v{i // 5}" for i in number]}
    )
    versions = pd.DataFrame({"version_id": [f"v{i}" for i in range(12)], "work_id": [f"w{i}" for i in range(12)],
                             "market": ["BRA", "CHN"] * 6})  # fmt: skip
    corpus = md.Corpus("demo", {"codes": codes, "episodes": episodes, "versions": versions})
    found = md.agreement(corpus, book, by="market", n_boot=100)
    assert set(found.frame()["group"]) == {"BRA", "CHN"}
    assert found.frame()["n_units"].tolist() == [30] * 4
    nesting = next(c for c in found.checks if c.name == "nesting")
    assert nesting.evidence == "12 work_id hold 60 units"
