"""gzip: all members are read, header fields are searched, and nothing behind the last member goes unnoticed."""

import gzip
import os
import struct
import zlib

import pytest

from leakguard.artifacts import gzip as form
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import npm, tar_of, token

AMBIGUOUS, TRUNCATED, UNREADABLE = "artifact/ambiguous", "artifact/truncated", "artifact/unreadable"
SECRET = token("", 50).encode()


def opened(data: bytes, name: str = "a.gz", *, most: int = -1) -> Opened:
    """Every member of these bytes, read to its end."""
    return Opened(form, data, name, most=most)


@pytest.mark.parametrize("content", [b"", b"x", b"text " * 200_000, os.urandom(1 << 20)], ids=["empty", "byte", "repeated", "random"])
def test_content_is_decoded(content: bytes) -> None:
    """One transparent member holds the content."""
    found = opened(gzip.compress(content))
    assert ({"a": content}, [], [True]) == (found.files, found.rules, [one.transparent for one in found.members])


@pytest.mark.parametrize(
    ("name", "inner"),
    [
        ("a.tgz", "a.tar"),
        ("a-1.crate", "a-1.tar"),
        ("a.tar.gz", "a.tar"),
        ("A.TGZ", "A.tar"),
        ("a.js.gz", "a.js"),
        ("a", "a.decoded"),
        (".gz", ".gz.decoded"),
    ],
)
def test_the_member_is_named_after_the_file(name: str, inner: str) -> None:
    """The compressor's suffix goes, and `.tar` comes where the suffix stood for both."""
    assert [inner] == list(opened(gzip.compress(b"x"), name).files)


def test_a_package_is_sound() -> None:
    """What `npm pack` makes passes."""
    assert [] == opened(npm({"index.js": "x"}), "example-1.0.0.tgz").rules


def test_gz1_all_members_are_read() -> None:
    """The second member is content as well; in a plain file that is no damage."""
    found = opened(gzip.compress(b"ok") + gzip.compress(SECRET))
    assert ({"a": b"ok" + SECRET}, []) == (found.files, found.rules)


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.gz", "a.crate"])
def test_gz1_a_package_has_one_member(name: str) -> None:
    """Some readers see the first member only, so that a package with two is damage; both are read."""
    found = opened(gzip.compress(b"ok") + gzip.compress(SECRET), name)
    assert ([AMBIGUOUS], b"ok" + SECRET) == (found.rules, found.files["a.tar"])


def test_gz1_a_tar_has_one_member_whatever_its_name() -> None:
    """The same for content that is a tar."""
    assert [AMBIGUOUS] == opened(gzip.compress(tar_of({"a": b"x"})) + gzip.compress(SECRET)).rules


@pytest.mark.parametrize("trailer", [SECRET, b"\0", bytes(512), b"\x1f", b"\x1f\x8b"])
def test_gz2_bytes_behind(trailer: bytes) -> None:
    """Trailing bytes are damage, zero bytes too, and are searched."""
    found = opened(gzip.compress(b"ok") + trailer)
    assert ([AMBIGUOUS], {"a": b"ok", "trailer": trailer}) == (found.rules, found.files)


def test_gz3_header_fields_are_searched() -> None:
    """Name, comment and extra field are text; a checksum over them is verified."""
    fields = struct.pack("<H", 4 + len(SECRET)) + b"XX" + struct.pack("<H", len(SECRET)) + SECRET + b"name\0" + SECRET[::-1] + b"\0"
    header = b"\x1f\x8b\x08\x1e" + bytes(6) + fields
    found = opened(header + struct.pack("<H", zlib.crc32(header) & 0xFFFF) + gzip.compress(b"ok")[10:])
    assert ({"a": b"ok"}, []) == (found.files, found.rules)
    assert all(part in found.text for part in (SECRET, b"name", SECRET[::-1]))
    assert [UNREADABLE] == opened(header + b"\0\0" + gzip.compress(b"ok")[10:]).rules


def test_gz3_header_fields_of_later_members_are_searched() -> None:
    """A comment that only the second member has is content too."""
    second = b"\x1f\x8b\x08\x10" + bytes(6) + SECRET + b"\0" + gzip.compress(b"x")[10:]
    assert SECRET in opened(gzip.compress(b"ok") + second).files["headers"]


@pytest.mark.parametrize("flags", [0x20, 0x40, 0x80])
def test_gz4_reserved_flags(flags: int) -> None:
    """A header that means something unknown is unreadable."""
    data = bytearray(gzip.compress(b"ok"))
    data[3] |= flags
    assert ([UNREADABLE], Match.NAME_AND_CONTENT) == (opened(bytes(data)).rules, matches(form, "a.gz", bytes(data)))


@pytest.mark.parametrize("at", [-8, -5, -4, -1])
def test_gz4_a_wrong_checksum_or_size(at: int) -> None:
    """Both numbers of the trailer are verified, after all the content was handed on."""
    data = bytearray(gzip.compress(SECRET))
    data[at] ^= 1
    found = opened(bytes(data))
    assert ([UNREADABLE], {"a": SECRET}) == (found.rules, found.files)


@pytest.mark.parametrize("cut", [1, 4, 8, 9, 20, 40])
def test_gz4_a_cut(cut: int) -> None:
    """A file that lacks its end is truncated; what is there is read."""
    content = SECRET + os.urandom(100_000)
    found = opened(gzip.compress(content)[:-cut])
    assert [TRUNCATED] == found.rules
    assert found.files["a"].startswith(content[:90_000])


@pytest.mark.parametrize("size", [3, 5, 9])
def test_gz4_a_cut_header(size: int) -> None:
    """Not even a header is truncated as well."""
    assert [TRUNCATED] == opened(gzip.compress(b"x")[:size]).rules


def test_gz4_damaged_data() -> None:
    """What was decoded in front of the damage is read."""
    data = bytearray(gzip.compress(SECRET + os.urandom(900_000)))
    data[700_000:700_050] = b"\xff" * 50
    found = opened(bytes(data))
    assert [UNREADABLE] == found.rules
    assert found.files["a"].startswith(SECRET)


def test_gz5_a_bomb_is_stopped_by_the_budget() -> None:
    """Decoding ends where the budget does."""
    found = Opened(form, gzip.compress(bytes(100 << 20)), "a.gz", limits=Limits(ratio=10))
    assert ["artifact/limit-exceeded"] == found.rules


def test_what_a_reader_did_not_want_is_checked_all_the_same() -> None:
    """Damage behind the point where the reader stopped is damage."""
    data = bytearray(gzip.compress(os.urandom(1 << 20)))
    data[-6] ^= 1
    assert [UNREADABLE] == opened(bytes(data), most=100).rules
    assert [AMBIGUOUS] == opened(gzip.compress(os.urandom(1 << 20)) + b"x", most=100).rules


def test_many_tiny_members() -> None:
    """Members of a few bytes take time in proportion to their number."""
    assert {"a": b"x" * 20_000} == opened(gzip.compress(b"x") * 20_000).files


@pytest.mark.parametrize("content", [b"", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\7" + bytes(20), b"text", b"PK\3\4"])
def test_other_content_is_no_gzip(content: bytes) -> None:
    """A name alone makes no gzip."""
    assert Match.NO == matches(form, "a.gz", content)
