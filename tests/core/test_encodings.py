"""Bytes to text: what is found, what is reported, and what is refused with which words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mdresearch.core.encodings import CANDIDATES, ENCODINGS, Decoded, decode
from mdresearch.core.errors import DataError, UnknownNameError

HEAD = "1\n00:00:01,000 --> 00:00:02,500\n"
SIMPLIFIED = HEAD + "你怎么能这样对我?我可是你的妻子!\n总裁,夫人她走了。\n"
TRADITIONAL = HEAD + "你怎麼能這樣對我?我可是你的妻子!\n總裁,夫人她走了。\n"
JAPANESE = HEAD + "どうしてこんなことをするの?私はあなたの妻です!\n社長、奥様が出て行きました。\n"
KOREAN = (
    HEAD + "어떻게 나한테 이럴 수 있어요? 나는 당신의 아내예요!\n회장님, 사모님이 떠났습니다.\n"
)
FRENCH = HEAD + "Comment peux-tu me faire ça ? Je suis ta femme, déjà à côté…\n"


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        ("plain", "ascii", "utf-8"),
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (SIMPLIFIED, "utf-16-le", "utf-16-le"),
        (SIMPLIFIED, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-16-be", "utf-16-be"),
        (FRENCH, "utf-32", "utf-32-le"),
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED, "gbk", "gb18030"),
        (TRADITIONAL, "big5", "big5"),
        (JAPANESE, "cp932", "cp932"),
        (JAPANESE, "shift_jis", "cp932"),
        (JAPANESE, "euc_jp", "euc_jp"),
        (JAPANESE, "iso2022_jp", "iso2022_jp"),
        (KOREAN, "cp949", "cp949"),
        (FRENCH, "cp1252", "cp1252"),
        ("¿Qué pasó, señor? ¡Ven aquí!", "cp1252", "cp1252"),
        ("“Não”, disse a mãe – não há ninguém.", "cp1252", "cp1252"),
        ("Größe, Füße, schöne Mädchen", "cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found_and_the_text_is_whole(text: str, written: str, found: str) -> None:
    read = decode(text.encode(written))
    assert read.text == text
    assert read.encoding == found


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Как ты можешь так поступать со мной?", "cp1251"),
        ("Bana bunu nasıl yaparsın? Ben senin karınım! Şimdi ağlama", "cp1254"),
        ("คุณทำแบบนี้กับฉันได้ยังไง", "cp874"),
        ("Jak możesz mi to robić? Jestem twoją żoną", "cp1250"),
        ("كيف يمكنك أن تفعل هذا بي؟", "cp1256"),
    ],
)
def test_an_encoding_that_cannot_be_told_is_asked_for_and_never_guessed(
    text: str, written: str
) -> None:
    with pytest.raises(DataError, match="no encoding reads it as plausible text.*Say encoding="):
        decode(text.encode(written), name="a.srt")
    assert decode(text.encode(written), written).text == text


def test_an_encoding_nearly_as_plausible_is_named() -> None:
    note = decode("나한테 이럴 수 있어요 당신의 아내".encode("cp949")).note
    assert note.startswith("gb18030 is nearly as plausible as cp949")


def test_few_characters_are_said_to_be_few() -> None:
    assert decode(b"d\xe9j\xe0 vu").note == "few characters tell that it is cp1252"


def test_a_last_character_that_is_cut_off_is_said() -> None:
    read = decode("ab我们".encode()[:-1])
    assert (read.text, read.encoding) == ("ab我", "utf-8")
    assert read.note == "the last character is cut off (2 bytes left out)"
    assert decode("ab我们".encode("utf-16")[:-1]).text == "ab我"


def test_a_stated_encoding_that_fails_names_file_line_and_byte() -> None:
    with pytest.raises(
        DataError,
        match=re.escape(
            "a.srt, line 2, byte 6: 0xe9 is not utf-8, as encoding= says. Leave encoding= out so "
            "that it is found, name another, or save the file as UTF-8."
        ),
    ):
        decode(b"abc\r\nd\xe9j\xe0 vu", "utf-8", "a.srt")


def test_a_mark_and_a_stated_encoding_that_disagree_are_refused() -> None:
    with pytest.raises(
        DataError,
        match=re.escape(
            "a.srt: it begins with the byte order mark of utf-8, but encoding='gb18030' was "
            "stated. Leave encoding= out, or say encoding='utf-8'."
        ),
    ):
        decode("你".encode("utf-8-sig"), "gb18030", "a.srt")


@pytest.mark.parametrize("stated", ["utf-8", "UTF8", "utf-8-sig", "utf_8"])
def test_utf8_may_be_stated_in_every_spelling_and_its_mark_is_left_out(stated: str) -> None:
    assert decode("你".encode("utf-8-sig"), stated).text == "你"


def test_only_charsets_may_be_stated() -> None:
    for name in ("unicode_escape", "punycode", "rot13", "zip", "no-such"):
        with pytest.raises(UnknownNameError, match=f"There is no encoding '{name}'"):
            decode(b"x", name)


def test_nul_bytes_that_are_no_utf16_are_refused() -> None:
    with pytest.raises(
        DataError,
        match=re.escape(
            "a.srt, line 2, byte 4: a NUL byte, and it is not UTF-16. This is not a text file, or "
            "it is damaged; copy it again from its source."
        ),
    ):
        decode(b"ab\nc\x00d and more text of one byte a character", name="a.srt")
    with pytest.raises(DataError, match="a NUL character"):
        decode("a\x00b".encode("utf-16"), name="a.srt")


@pytest.mark.parametrize(
    "content", [b"a,b\n1\x00,2\n", b"a,b\n\x001,2\n", b"a\x00", b"x,y\n\x00\n,1\n"]
)
def test_one_nul_byte_does_not_make_a_short_file_utf16(content: bytes) -> None:
    with pytest.raises(DataError, match="a.csv, line . ?.*a NUL byte, and it is not UTF-16"):
        decode(content + b"3,4\n", name="a.csv")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["a,b\n1,2\n", "剧名,集\n编的剧,1\n", "é,à\n1,2\n"])
def test_short_utf16_without_a_mark_is_still_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == Decoded(text, encoding)


def test_too_long_is_refused_before_it_is_read() -> None:
    with pytest.raises(DataError, match=re.escape("a.srt: 11 bytes; at most 10 are read as one")):
        decode(b"x" * 11, name="a.srt", max_bytes=10)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_encoding_that_may_be_stated_works(encoding: str) -> None:
    assert decode("abc".encode(encoding), encoding).text == "abc"


def test_every_candidate_may_be_stated() -> None:
    assert set(CANDIDATES) <= set(ENCODINGS)


@given(st.binary(max_size=200))
def test_any_bytes_give_a_text_or_the_documented_error(content: bytes) -> None:
    try:
        read = decode(content)
    except DataError:
        return
    assert "\x00" not in read.text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60))
def test_utf8_always_comes_back(text: str) -> None:
    if not text.startswith("\ufeff"):
        assert decode(text.encode(), "utf-8").text == text
