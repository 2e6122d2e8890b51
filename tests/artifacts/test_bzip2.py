"""bzip2: all streams are read, and nothing behind the last one goes unnoticed."""

import bz2
import os

import pytest

from leakguard.artifacts import bzip2 as form
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import token

SECRET = token("", 50).encode()


def opened(data: bytes, name: str = "a.bz2") -> Opened:
    """Every member of these bytes, read to its end."""
    return Opened(form, data, name)


@pytest.mark.parametrize("content", [b"", b"x", b"text " * 200_000, os.urandom(1 << 20)], ids=["empty", "byte", "repeated", "random"])
def test_content_is_decoded(content: bytes) -> None:
    """One transparent member holds the content."""
    found = opened(bz2.compress(content))
    assert ({"a": content}, [], Match.NAME_AND_CONTENT) == (found.files, found.rules, matches(form, "a.bz2", bz2.compress(content)))


@pytest.mark.parametrize(("name", "inner"), [("a.tbz2", "a.tar"), ("a.tbz", "a.tar"), ("a.tar.bz2", "a.tar"), ("a", "a.decoded")])
def test_the_member_is_named_after_the_file(name: str, inner: str) -> None:
    """The compressor's suffix goes, and `.tar` comes where the suffix stood for both."""
    assert [inner] == list(opened(bz2.compress(b"x"), name).files)


def test_gz6_all_streams_are_read() -> None:
    """The second stream is content as well."""
    found = opened(bz2.compress(b"ok") + bz2.compress(SECRET))
    assert ({"a": b"ok" + SECRET}, []) == (found.files, found.rules)


@pytest.mark.parametrize("trailer", [SECRET, b"\0", b"BZh9", b"BZh9" + bytes(30)])
def test_bytes_behind(trailer: bytes) -> None:
    """Trailing bytes are damage and are searched."""
    found = opened(bz2.compress(b"ok") + trailer)
    assert (["artifact/ambiguous"], {"a": b"ok", "trailer": trailer}) == (found.rules, found.files)


@pytest.mark.parametrize("cut", [1, 5, 500])
def test_a_cut(cut: int) -> None:
    """A file that lacks its end is truncated."""
    assert ["artifact/truncated"] == opened(bz2.compress(os.urandom(2_000_000))[:-cut]).rules


def test_damaged_data() -> None:
    """A block whose checksum is wrong is unreadable, and the blocks in front of it are read."""
    content = SECRET + os.urandom(2_000_000)
    data = bytearray(bz2.compress(content))
    data[-60_000] ^= 1
    found = opened(bytes(data))
    assert ["artifact/unreadable"] == found.rules
    assert found.files["a"].startswith(content[:800_000])


def test_a_bomb_is_stopped_by_the_budget() -> None:
    """Decoding ends where the budget does."""
    assert ["artifact/limit-exceeded"] == Opened(form, bz2.compress(bytes(80 << 20)), "a.bz2", limits=Limits(ratio=10)).rules


@pytest.mark.parametrize("content", [b"", b"BZ", b"BZh", b"BZh9 is how it begins", b"BZh0\x31\x41\x59\x26\x53\x59", b"text"])
def test_other_content_is_no_bzip2(content: bytes) -> None:
    """A name or three letters alone make no bzip2."""
    assert Match.NO == matches(form, "a.bz2", content)
