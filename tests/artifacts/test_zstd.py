"""Zstandard: all frames are read block by block, and what decoders pass over is damage."""

import io
import os
import struct

import pytest
import zstandard

from leakguard.artifacts import zstd as form
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import token

SECRET = token("", 50).encode()


def opened(data: bytes, name: str = "a.zst") -> Opened:
    """Every member of these bytes, read to its end."""
    return Opened(form, data, name)


def skippable(content: bytes, number: int = 0) -> bytes:
    """A frame that decoders pass over."""
    return bytes([0x50 + number]) + b"\x2a\x4d\x18" + struct.pack("<L", len(content)) + content


def streamed(content: bytes, **options: int) -> bytes:
    """As a writer does that does not know the size beforehand."""
    out = io.BytesIO()
    with zstandard.ZstdCompressor(**options).stream_writer(out, closefd=False) as writer:  # type: ignore[arg-type]
        writer.write(content)
    return out.getvalue()


@pytest.mark.parametrize("content", [b"", b"x", b"text " * 200_000, bytes(1 << 20), os.urandom(1 << 20)])
def test_content_is_decoded(content: bytes) -> None:
    """One transparent member holds the content, however the frame was written."""
    for data in (zstandard.compress(content), streamed(content), zstandard.ZstdCompressor(write_checksum=True).compress(content)):
        found = opened(data)
        assert ({"a": content}, [], Match.NAME_AND_CONTENT) == (found.files, found.rules, matches(form, "a.zst", data))


@pytest.mark.parametrize(("name", "inner"), [("a.tzst", "a.tar"), ("a.tar.zst", "a.tar"), ("a", "a.decoded")])
def test_the_member_is_named_after_the_file(name: str, inner: str) -> None:
    """The compressor's suffix goes, and `.tar` comes where the suffix stood for both."""
    assert [inner] == list(opened(zstandard.compress(b"x"), name).files)


def test_all_frames_are_read() -> None:
    """The second frame is content as well."""
    found = opened(zstandard.compress(b"ok") + streamed(SECRET))
    assert ({"a": b"ok" + SECRET}, []) == (found.files, found.rules)


def test_gz7_a_skippable_frame_in_front() -> None:
    """What decoders pass over is searched and is damage."""
    found = opened(skippable(SECRET) + zstandard.compress(b"ok"))
    assert (["artifact/ambiguous"], b"ok", SECRET) == (found.rules, found.files["a"], found.text)


def test_gz7_a_skippable_frame_behind() -> None:
    """The same behind the content, and when it is all there is."""
    found = opened(zstandard.compress(b"ok") + skippable(SECRET, 15))
    assert (["artifact/ambiguous"], SECRET) == (found.rules, found.files["skippable"])
    assert ["artifact/ambiguous"] == opened(skippable(SECRET)).rules
    assert (Match.NAME_AND_CONTENT, Match.NO) == (matches(form, "a.zst", skippable(SECRET)), matches(form, "a.bin", skippable(SECRET)))


def test_an_empty_skippable_frame_is_harmless() -> None:
    """It hides nothing."""
    assert [] == opened(skippable(b"") + zstandard.compress(b"ok")).rules


@pytest.mark.parametrize("trailer", [SECRET, b"\0", b"\x28\xb5\x2f"])
def test_bytes_behind(trailer: bytes) -> None:
    """Trailing bytes are damage and are searched."""
    found = opened(zstandard.compress(b"ok") + trailer)
    assert (["artifact/ambiguous"], {"a": b"ok", "trailer": trailer}) == (found.rules, found.files)


@pytest.mark.parametrize("cut", [1, 4, 500])
def test_a_cut(cut: int) -> None:
    """A file that lacks its end is truncated."""
    data = zstandard.ZstdCompressor(write_checksum=True).compress(os.urandom(400_000))
    assert ["artifact/truncated"] == opened(data[:-cut]).rules


@pytest.mark.parametrize("at", [-1, 300_000])
def test_damaged_data(at: int) -> None:
    """A wrong checksum is unreadable, and the content in front of it is read."""
    data = bytearray(zstandard.ZstdCompressor(write_checksum=True).compress(SECRET + os.urandom(400_000)))
    data[at] ^= 1
    found = opened(bytes(data))
    assert ["artifact/unreadable"] == found.rules
    assert found.files["a"].startswith(SECRET)


def test_gz7_a_window_that_is_too_large() -> None:
    """Memory is bounded: a frame that asks for more is over a limit, not unreadable."""
    assert ["artifact/limit-exceeded"] == opened(b"\x28\xb5\x2f\xfd\x00\xf8" + bytes(20)).rules


def test_gz7_a_dictionary() -> None:
    """A frame that needs a dictionary cannot be decoded without."""
    assert ["artifact/unsupported"] == opened(b"\x28\xb5\x2f\xfd\x21\x07\x05" + bytes(20)).rules


@pytest.mark.parametrize("block", [b"\x07\0\0", b"\xf9\xff\xff"])
def test_blocks_that_do_not_exist(block: bytes) -> None:
    """A reserved kind of block, or one above the bound, is unreadable before it is read."""
    assert ["artifact/unreadable"] == opened(b"\x28\xb5\x2f\xfd\x00\x00" + block + bytes(9)).rules


def test_a_bomb_is_stopped_by_the_budget() -> None:
    """Decoding ends where the budget does."""
    assert ["artifact/limit-exceeded"] == Opened(form, zstandard.compress(bytes(80 << 20)), "a.zst", limits=Limits(ratio=10)).rules


@pytest.mark.parametrize("content", [b"", b"\x28\xb5\x2f", b"\x50\x2a\x4d\x18" + bytes(30), b"text"])
def test_other_content_is_no_zstd(content: bytes) -> None:
    """Neither a part of the magic number nor a frame that other formats have too."""
    assert Match.NO == matches(form, "a.bin", content)
