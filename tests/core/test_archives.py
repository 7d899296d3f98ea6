"""Archives from strangers: what may do harm is refused before a byte is unpacked."""

import io
import stat
import struct
import warnings
import zipfile

import pytest

from mdresearch.core.archives import Bounds, open_archive
from mdresearch.core.errors import DataError


def packed(*members, method=zipfile.ZIP_DEFLATED):
    """Return a zip archive of (name or ZipInfo, content)."""
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name that stands twice
        with zipfile.ZipFile(stream, "w", method) as archive:
            for name, content in members:
                archive.writestr(name, content)
    return stream.getvalue()


def refusal(content, **bounds):
    with (
        pytest.raises(DataError) as caught,
        open_archive(content, bounds=Bounds(**bounds), name="a.zip") as archive,
    ):
        archive.read(archive.names[0])
    return str(caught.value)


def named(name):
    """Return a member with a name that zipfile would have mended."""
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


def with_mode(mode):
    info = zipfile.ZipInfo("codes.csv")
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def test_files_are_listed_and_read(tmp_path):
    content = packed(("project.qde", "<x/>"), ("sources/", ""), ("sources/a.txt", "é"))
    path = tmp_path / "p.qdpx"
    path.write_bytes(content)
    for source in (content, path, str(path)):
        with open_archive(source) as archive:
            assert archive.names == ("project.qde", "sources/a.txt")
            assert archive.read("sources/a.txt").decode() == "é"
            assert archive.head("project.qde", 2) == b"<x"


@pytest.mark.parametrize("method", [0, 8, 12, 14])
def test_every_known_method_is_read(method):
    with open_archive(packed(("a", "b" * 1000), method=method)) as archive:
        assert archive.read("a") == b"b" * 1000


def test_a_member_that_is_not_there_is_named():
    with open_archive(packed(("a", ""), ("b", "")), name="a.zip") as archive:
        with pytest.raises(DataError) as caught:
            archive.read("c")
        assert str(caught.value) == "a.zip: it holds no file 'c'. It has: a, b."


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "has an absolute name"),
        ("C:/autoexec.bat", "has an absolute name"),
        ("\\\\server\\share", "has an absolute name"),
        ("../up.csv", "names a place outside the archive"),
        ("a/../../up.csv", "names a place outside the archive"),
        ("a\\..\\up.csv", "names a place outside the archive"),
        ("a\\b.csv", "has a name that no system shares"),
        ("a\nb.csv", "has a name that no system shares"),
        (" ", "has a name that no system shares"),
    ],
)
def test_names_that_lead_elsewhere_are_refused(name, why):
    said = refusal(packed((named(name), "x")))
    assert f"' {why}. Nothing was read; get the file from a source that you trust." in said
    assert "\n" not in said


def test_two_dots_inside_a_name_are_no_harm():
    with open_archive(packed(("a..b/c...csv", "x"))) as archive:
        assert archive.names == ("a..b/c...csv",)


def test_links_and_devices_are_refused():
    assert "'codes.csv' is a link." in refusal(packed((with_mode(stat.S_IFLNK | 0o777), "/etc")))
    assert "is no plain file." in refusal(packed((with_mode(stat.S_IFCHR | 0o600), "")))


def test_an_archive_that_unpacks_to_too_much_is_refused():
    content = packed(("a", "0" * 600), ("b", "0" * 600))
    assert refusal(content, unpacked=1000) == (
        "a.zip: unpacks to 1,200 bytes; at most 1,000 are read. Split it into smaller archives."
    )


def test_a_member_that_swells_is_refused():
    content = packed(("a", "0" * 1_000_000))
    said = refusal(content, small=1000, ratio=100)
    assert said.startswith("a.zip: the member 'a' unpacks to 1,000,000 bytes from ")
    assert "more than 100 to one" in said
    assert refusal(packed(("a", b"\0" * 20_000_000))).startswith("a.zip: the member 'a' unpacks to")


def test_too_many_members_are_refused():
    content = packed(*((str(n), "") for n in range(11)))
    assert refusal(content, members=10) == "a.zip: 11 members; at most 10 are read."


def test_an_archive_that_is_itself_too_large_is_refused(tmp_path):
    content = packed(("a", "x"))
    assert refusal(content, packed=10).endswith("bytes; at most 10 are read.")
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    assert "at most 10 are read at once" in refusal(path, packed=10)


def test_a_name_that_stands_twice_is_refused():
    assert refusal(packed(("a", "x"), ("a", "y"))) == (
        "a.zip: the member 'a' stands twice. Nothing was read."
    )


def test_members_over_each_other_are_refused():
    content = bytearray(packed(("a", "x" * 200), ("b", "y" * 200), method=0))
    second = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 1)
    content[second + 42 : second + 46] = struct.pack("<L", 0)  # where its bytes begin
    assert refusal(bytes(content)) == (
        "a.zip: the members 'a' and 'b' lie over each other, as in a bomb. Nothing was read."
    )


def test_encrypted_members_and_unknown_methods_are_refused():
    content = bytearray(packed(("a", "x")))
    central = content.index(b"PK\x01\x02")
    content[central + 8] |= 1
    assert "the member 'a' is encrypted." in refusal(bytes(content))
    content = bytearray(packed(("a", "x")))
    content[central + 10 : central + 12] = struct.pack("<H", 99)
    assert "is packed by a method that is not known (99)." in refusal(bytes(content))


def test_a_size_that_is_a_lie_gives_no_more_than_it_says():
    """A bomb that declares ten bytes: the sum is wrong, and no more than ten are unpacked."""
    content = bytearray(packed(("a", "0" * 1_000_000)))
    central = content.index(b"PK\x01\x02")
    content[central + 24 : central + 28] = struct.pack("<L", 10)
    with (
        open_archive(bytes(content), name="a.zip") as archive,
        pytest.raises(DataError) as caught,
    ):
        archive.read("a")
    assert str(caught.value) == (
        "a.zip: 'a' is damaged (BadZipFile). Get the file again from its source."
    )


def test_a_damaged_member_is_refused():
    content = bytearray(packed(("a", "hello, hello, hello")))
    content[33] ^= 0xFF
    assert refusal(bytes(content)).startswith("a.zip: 'a' is damaged (")


@pytest.mark.parametrize("content", [b"", b"PK", b"not a zip", b"\0" * 5000, b"<html></html>"])
def test_what_is_no_archive_is_refused(content):
    assert refusal(content) == (
        "a.zip: not a zip archive that can be read (BadZipFile). Get the file again from its "
        "source."
    )


def test_one_member_may_be_bounded_more():
    with (
        open_archive(packed(("a", "x" * 100)), name="a.zip") as archive,
        pytest.raises(DataError) as caught,
    ):
        archive.read("a", max_bytes=99)
    assert str(caught.value) == "a.zip: 'a' unpacks to 100 bytes; at most 99 are read."


def test_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with open_archive(packed(("a.csv", "x"))) as archive:
        archive.read("a.csv")
    assert list(tmp_path.iterdir()) == []
