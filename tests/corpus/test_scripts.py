"""Scripts: every element of Fountain, western and Chinese layouts, and nothing left out unseen."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mdresearch.core.errors import DataError, UnknownNameError
from mdresearch.corpus.loaders.script_fountain import read_fountain, without_emphasis
from mdresearch.corpus.loaders.script_plain import read_plain
from mdresearch.corpus.loading import guess, read

HERE = Path(__file__).resolve().parent.parent / "data" / "scripts"
GIVEN = {"version": "v1", "lang": "en"}


@pytest.fixture(autouse=True)
def own_salt(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data-home"))


def quiet(path, kind=None, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        corpus = read(path, kind, **options)
    corpus.check().raise_if_bad()
    return corpus


def fountain(text, **options):
    return [(e.kind, e.text, e.speaker) for e in read_fountain(text, **options).elements]


def plain(text, **options):
    return [(e.kind, e.text, e.speaker) for e in read_plain(text, **options).elements]


@pytest.fixture
def vow():
    return quiet(HERE / "vow.fountain", **GIVEN)


def test_its_kind_is_told_from_the_ending_and_the_text():
    assert guess([HERE / "vow.fountain"])[0].name == "fountain"
    for name in ("indented", "chinese_gb18030", "chinese_utf16"):
        assert guess([HERE / f"{name}.txt"])[0].name == "screenplay_text"


def test_sections_named_episode_open_episodes(vow):
    assert vow["episodes"].episode_id.tolist() == ["v1-E001", "v1-E002"]
    assert vow["episodes"].number.tolist() == [1, 2]
    assert vow["segments"].section.fillna("").tolist()[-1] == "Act one"
    assert vow["segments"].synopsis.fillna("").tolist()[0] == "She finds the paper."


def test_headings_become_segments_with_their_parts(vow):
    columns = ["heading", "scene_number", "setting", "place", "time_of_day"]
    assert vow["segments"][columns].fillna("").to_numpy().tolist() == [
        ["INT./EXT. CAR - NIGHT #4A#", "4A", "INT/EXT", "CAR", "NIGHT"],
        ["THE ROOF", "", "", "THE ROOF", ""],
        ["EXT. STREET", "", "EXT", "STREET", ""],
        ["INT. OFFICE - DAY", "", "INT", "OFFICE", "DAY"],
    ]


def test_cues_keep_kind_speaker_extension_and_order(vow):
    cues = vow["cues"].fillna("")
    got = cues[["kind", "speaker_id", "extension", "text"]].to_numpy().tolist()
    assert got == [
        [
            "action",
            "",
            "",
            "Rain. A very old car, 2 * 3 people in it.\nThey wait.",
        ],
        ["parenthetical", "v1:ANNA", "V.O.", "low"],
        ["dialogue", "v1:ANNA", "V.O.", "You signed it.\n\nAnd you knew."],
        ["dialogue", "v1:BEN", "", "I did not*."],
        ["dialogue", "v1:MCAVOY", "", "Hush."],
        ["lyric", "", "", "La la la"],
        ["centred", "", "", "THE END"],
        ["transition", "", "", "FADE OUT."],
        ["transition", "", "", "CUT TO:"],
        ["action", "", "", "ANNA SHOUTS"],
        ["dialogue", "v1:ANNA", "", "Stop."],
        ["action", "", "", "Words stand right below."],
        ["dialogue", "v1:DR. LI", "", "Sign."],
    ]
    assert cues.dual.tolist() == [False, True, True, True, *[False] * 9]
    assert "start_ms" not in cues, "a script has no times"


def test_lines_are_those_of_the_file(vow):
    lines = (HERE / "vow.fountain").read_text().split("\n")
    for cue in vow["cues"].itertuples():
        start = cue.text.split("\n")[0][:4]
        assert start in without_emphasis(lines[cue.line - 1]), (cue.line, start)


def test_what_was_left_out_is_counted(vow):
    source = vow["sources"].iloc[0]
    assert source.reasons == "a boneyard /* */: 1; a note [[ ]]: 2; a page break ===: 1"
    assert source.rows_refused == 4
    assert "fields of the title page left out (they may name persons): contact, credit, source" in (
        source.remark
    )
    assert "elements: action 3" in source.remark
    assert "a scene heading without an empty line below it" in source.remark
    assert source.rows_read >= len(vow["cues"]) + len(vow["segments"]) + source.rows_refused


def test_authors_are_persons_and_characters_are_not(vow):
    assert vow["works"].title.tolist() == ["A MADE-UP VOW"]
    assert vow["works"].author_hash.str.fullmatch("[0-9a-f]{20}").all()
    assert "DR. LI" in vow["characters"].name.tolist()
    for name in vow.tables:
        assert "Example" not in vow[name].to_csv()
    kept = quiet(HERE / "vow.fountain", keep_names=True, **GIVEN)
    assert kept["works"].author_hash.tolist() == ["Ann Example"]


def test_characters_are_counted_once_whatever_their_extension(vow):
    people = vow["characters"].set_index("name").n_speeches.to_dict()
    assert people == {"ANNA": 2, "BEN": 1, "McAvoy": 1, "DR. LI": 1}


def test_notes_and_emphasis_stay_when_asked():
    corpus = quiet(HERE / "vow.fountain", emphasis="keep", notes=True, **GIVEN)
    texts = corpus["cues"].text.tolist()
    assert "check the weather" in texts
    assert any("***old***" in text for text in texts)
    with pytest.raises(UnknownNameError, match="There is no value of emphasis= 'drop'"):
        read(HERE / "vow.fountain", emphasis="drop")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ANNA\n\nno speech above", [("action", "ANNA", ""), ("action", "no speech above", "")]),
        ("R2D2\nBeep.", [("dialogue", "Beep.", "R2D2")]),
        ("23\nnot a name", [("action", "23\nnot a name", "")]),
        ("...and then\n\n.", [("action", "...and then", ""), ("action", ".", "")]),
        ("int. house - day\n\nx", [("scene", "int. house - day", ""), ("action", "x", "")]),
        ("International news.", [("action", "International news.", "")]),
        ("/* open\n\nANNA\nHi.", [("action", "/* open", ""), ("dialogue", "Hi.", "ANNA")]),
        ("a [[open\n\nANNA\nHi.", [("action", "a [[open", ""), ("dialogue", "Hi.", "ANNA")]),
        ("ANNA\n(up)\n(down)\nHi.\n(left)", [
            ("parenthetical", "up", "ANNA"),
            ("parenthetical", "down", "ANNA"),
            ("dialogue", "Hi.", "ANNA"),
            ("parenthetical", "left", "ANNA"),
        ]),
        ("@\u6797\u665a\n\u4f60\u597d\u3002", [("dialogue", "\u4f60\u597d\u3002", "\u6797\u665a")]),
        ("FADE IN:\n\nA door.", [("action", "FADE IN:", ""), ("action", "A door.", "")]),
        ("\\*not bold\\*", [("action", "*not bold*", "")]),
    ],
)  # fmt: skip
def test_single_rules_of_fountain(text, expected):
    assert fountain(text) == expected


def test_the_indented_layout():
    corpus = quiet(HERE / "indented.txt", **GIVEN)
    cues = corpus["cues"].fillna("")
    assert cues[["kind", "speaker_id", "extension", "text"]].to_numpy().tolist() == [
        ["action", "", "", "A door slams. ANNA (30) stands there with\na paper in her hand."],
        ["parenthetical", "v1:ANNA", "", "not looking at him"],
        ["dialogue", "v1:ANNA", "", "You signed it. All of\nit."],
        ["action", "", "", "Ben sits down."],
        ["dialogue", "v1:BEN", "O.S.", "I had to."],
        ["transition", "", "", "CUT TO:"],
        ["dialogue", "v1:NARRATOR", "", "It rained."],
    ]
    assert corpus["segments"].scene_number.fillna("").tolist() == ["1", ""]
    assert corpus["segments"].place.tolist() == ["OFFICE", "STREET"]
    reasons = corpus["sources"].reasons[0]
    assert reasons == "a line (CONTINUED) or (MORE): 1; a page number or running head: 1"
    assert "paragraphs without a mark, taken for action: 2" in corpus["sources"].remark[0]


@pytest.mark.parametrize("name", ["chinese_gb18030", "chinese_utf16"])
def test_the_chinese_layout_in_two_encodings(name):
    corpus = quiet(HERE / f"{name}.txt", version="v1", lang="zh")
    assert corpus["sources"].encoding[0] in ("gb18030", "utf-16-le")
    assert corpus["works"].title.tolist() == ["编造的誓"]
    assert corpus["episodes"][["number", "title"]].fillna("").to_numpy().tolist() == [
        [1, "归来"],
        [2, ""],
    ]
    columns = ["episode_id", "scene_number", "setting", "place", "time_of_day", "cast"]
    assert corpus["segments"][columns].fillna("").to_numpy().tolist() == [
        ["v1-E001", "1-1", "INT", "办公室", "日", "林晚、顾总"],
        ["v1-E001", "1-2", "EXT", "街道\n当晚", "夜", ""],
        ["v1-E002", "三", "INT", "医院走廊", "日", ""],
    ]
    cues = corpus["cues"].fillna("")
    assert cues[["kind", "speaker_id", "extension", "text"]].to_numpy().tolist() == [
        ["action", "", "", "林晚推门而入。"],
        ["dialogue", "v1:林晚", "怒", "你签了？"],
        ["dialogue", "v1:顾总", "OS", "签了。"],
        ["caption", "", "", "字幕：三年前"],
        ["parenthetical", "", "", "沉默"],
        ["dialogue", "v1:旁白", "V.O.", "她没有哭。"],
        ["action", "", "", "雨。"],
        ["dialogue", "v1:顾总", "", "走！"],
        ["action", "", "", "他没有回头。"],
        ["dialogue", "v1:护士", "", "签字。"],
    ]
    assert corpus["sources"].reasons[0] == "an element before the first episode: 2"
    assert "某某" not in corpus["works"].to_csv()


def test_stated_speakers_alone_count_before_a_colon():
    text = "场 1-1 日 内 家\n她说：走吧\n林晚：好。"
    assert plain(text)[1][2] == "她说"
    assert plain(text, speakers=["林晚"])[1:] == [
        ("action", "她说：走吧", ""),
        ("dialogue", "好。", "林晚"),
    ]


def test_two_files_that_would_be_one_episode_are_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "e.fountain").write_text("INT. A - DAY\n\nANNA\nHi.\n")
    paths = [tmp_path / "a" / "e.fountain", tmp_path / "b" / "e.fountain"]
    with pytest.raises(DataError) as error:
        read(paths, "fountain", version="v1")
    assert str(error.value) == (
        f"'{paths[0]}' and '{paths[1]}' would both be episode 'e'. Give pattern= "
        "with a field that tells them apart, or read them one by one."
    )


def test_a_text_that_is_no_script_is_refused(tmp_path):
    path = tmp_path / "letter.fountain"
    path.write_text("Dear all,\n\nthis is a letter.\n")
    with pytest.raises(DataError) as error:
        read(path, "fountain")
    assert str(error.value).startswith(f"{path}: it holds no scene heading and no speech.")


def test_hostile_repetition_takes_no_time(tmp_path):
    path = tmp_path / "x.fountain"
    for bad in ("[[", "/*", "*a ", "_a ", "**", "(", "\n@A\n", "\n#"):
        path.write_text("INT. A - DAY\n\nANNA\nHi.\n\n" + f"{bad * 2000}\n" * 20)
        quiet(path, "fountain", **GIVEN)
        quiet(path, "screenplay_text", **GIVEN)


WORDS = st.text(alphabet="abc xyz.,?", min_size=1, max_size=20).map(str.strip).filter(bool)
NAMES = st.sampled_from(["ANNA", "BEN", "DR. LI", "R2D2"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, WORDS), min_size=1, max_size=8))
def test_speech_written_in_fountain_is_read_back(speeches):
    words = [(name, text) for name, text in speeches if text[0] not in ".!>=#~@("]
    text = "INT. A - DAY\n\n" + "\n\n".join(f"{name}\n{said}" for name, said in words) + "\n"
    got = [(e.speaker, e.text) for e in read_fountain(text).elements if e.kind == "dialogue"]
    assert got == words


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="AB ab\n.@^()[]/*~=>#<!:：△第1集场", max_size=120))
def test_any_text_is_read_without_a_fault(text):
    for parse in (read_fountain, read_plain):
        elements = parse(text).elements
        assert all(e.text.strip() or e.kind == "episode" for e in elements)
        assert [e.line for e in elements] == sorted(e.line for e in elements)
