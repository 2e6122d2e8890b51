"""xz and lzma: all streams are read in bounded memory, and nothing behind the last one goes unnoticed."""

import lzma
import os
import zlib

import pytest

from leakguard.artifacts import xz as form
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import token

SECRET = token("", 50).encode()


def opened(data: bytes, name: str = "a.xz") -> Opened:
    """Every member of these bytes, read to its end."""
    return Opened(form, data, name)


@pytest.mark.parametrize("content", [b"", b"x", b"text " * 200_000, os.urandom(1 << 20)])
def test_content_is_decoded(content: bytes) -> None:
    """One transparent member holds the content."""
    found = opened(lzma.compress(content))
    assert ({"a": content}, [], Match.NAME_AND_CONTENT) == (found.files, found.rules, matches(form, "a.xz", lzma.compress(content)))


@pytest.mark.parametrize(("name", "inner"), [("a.txz", "a.tar"), ("a.tar.xz", "a.tar"), ("a", "a.decoded")])
def test_the_member_is_named_after_the_file(name: str, inner: str) -> None:
    """The compressor's suffix goes, and `.tar` comes where the suffix stood for both."""
    assert [inner] == list(opened(lzma.compress(b"x"), name).files)


def test_the_older_format_is_read_by_name() -> None:
    """It has no magic number, so only the name and the usual properties together make one."""
    data = lzma.compress(SECRET * 100, lzma.FORMAT_ALONE)
    assert ({"a": SECRET * 100}, []) == (opened(data, "a.lzma").files, opened(data, "a.lzma").rules)
    assert (Match.NAME_AND_CONTENT, Match.NO) == (matches(form, "a.lzma", data), matches(form, "a.bin", data))


@pytest.mark.parametrize("padding", [0, 4, 400, 1 << 20])
def test_gz6_all_streams_are_read(padding: int) -> None:
    """The second stream is content as well, with padding in front and behind."""
    found = opened(lzma.compress(b"ok") + bytes(padding) + lzma.compress(SECRET) + bytes(padding))
    assert ({"a": b"ok" + SECRET}, []) == (found.files, found.rules)


@pytest.mark.parametrize("trailer", [SECRET, b"\0", bytes(7), b"\xfd7zXZ", bytes(4) + b"x"])
def test_bytes_behind(trailer: bytes) -> None:
    """Trailing bytes and padding of the wrong length are damage."""
    found = opened(lzma.compress(b"ok") + trailer)
    assert (["artifact/ambiguous"], b"ok") == (found.rules, found.files["a"])
    assert trailer.endswith(found.files["trailer"])


@pytest.mark.parametrize("cut", [1, 12, 500])
def test_a_cut(cut: int) -> None:
    """A file that lacks its end is truncated."""
    assert ["artifact/truncated"] == opened(lzma.compress(os.urandom(100_000))[:-cut]).rules


def test_damaged_data() -> None:
    """A checksum that is wrong is unreadable, and content in front of it is read."""
    data = bytearray(lzma.compress(SECRET + os.urandom(1_000_000)))
    data[900_000] ^= 1
    found = opened(bytes(data))
    assert ["artifact/unreadable"] == found.rules
    assert found.files["a"].startswith(SECRET)


def test_gz6_a_dictionary_that_is_too_large() -> None:
    """Memory is bounded: a stream that asks for more is over a limit, not unreadable."""
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 20}]
    data = bytearray(lzma.compress(b"ok", filters=filters))
    data[16] = 40
    data[20:24] = zlib.crc32(bytes(data[12:20])).to_bytes(4, "little")
    assert ["artifact/limit-exceeded"] == opened(bytes(data)).rules


def test_a_bomb_is_stopped_by_the_budget() -> None:
    """Decoding ends where the budget does."""
    assert ["artifact/limit-exceeded"] == Opened(form, lzma.compress(bytes(80 << 20), preset=0), "a.xz", limits=Limits(ratio=10)).rules


@pytest.mark.parametrize("content", [b"", b"\xfd7zX", b"]\0\0", b"text"])
def test_other_content_is_no_xz(content: bytes) -> None:
    """A name alone makes no xz."""
    assert Match.NO == matches(form, "a.xz", content)
