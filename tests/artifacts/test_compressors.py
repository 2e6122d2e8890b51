"""brotli, LZ4 and lzma: what the real tools pack comes out again, and nothing that they would refuse goes unnoticed."""

import lzma
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest

from leakguard.artifacts import brotli as brotli_format
from leakguard.artifacts import lz4 as lz4_format
from leakguard.artifacts import lzma as lzma_format
from leakguard.limits import Limits
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import tar_of
from tests.kit import accept_format, walked

CONTENTS = {
    "byte": b"x",
    "text": b"".join(b"line %d of a text\n" % number for number in range(20_000)),
    "random": os.urandom(300_000),
    "zeros": bytes(1_000_000),
}


def lz4(data: bytes, *options: str) -> bytes:
    """What the command makes of some bytes."""
    return subprocess.run(["lz4", "-c", *options], input=data, check=True, capture_output=True).stdout


def alone(data: bytes) -> bytes:
    """The format of xz's predecessor."""
    return lzma.compress(data, lzma.FORMAT_ALONE)


PACKERS: dict[str, tuple[Callable[[bytes], bytes], object]] = {
    "a.br": (brotli.compress, brotli_format),
    "a.lz4": (lz4, lz4_format),
    "b.lz4": (lambda data: lz4(data, "-9", "-BD", "-B4", "--content-size"), lz4_format),
    "c.lz4": (lambda data: lz4(data, "-l"), lz4_format),
    "d.lz4": (lambda data: lz4(data, "-BX", "--no-frame-crc"), lz4_format),
    "a.lzma": (alone, lzma_format),
}


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
def test_content_is_decoded(name: str, content: bytes) -> None:
    """One transparent member holds it."""
    found = walked(name, PACKERS[name][0](content))
    assert ({name.partition(".")[0]: content}, {}) == (found.contents, found.damage)


@pytest.mark.parametrize("name", ["a.br", "a.lz4", "a.lzma"])
def test_a_tar_inside_stands_for_the_file(name: str) -> None:
    """Whatever packs it."""
    found = walked(name.replace("a.", "a.tar."), PACKERS[name][0](tar_of({"x/y.txt": b"content"})))
    assert ({"x/y.txt": b"content"}, "tar") == (found.contents, found.container)


@pytest.mark.parametrize("name", ["a.br", "a.lz4", "b.lz4", "a.lzma"])
def test_the_formats_meet_the_contract(name: str) -> None:
    """Whatever is cut off or flipped, it ends in damage or in other bytes, never in another exception."""
    pack, form = PACKERS[name]
    accept_format(form, {name: (pack(CONTENTS["text"][:20_000]), {name.partition(".")[0]: CONTENTS["text"][:20_000]})})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", PACKERS)
def test_a_cut_is_damage(name: str) -> None:
    """Within the data."""
    data = PACKERS[name][0](CONTENTS["random"])
    assert ["artifact/truncated"] == Opened(PACKERS[name][1], data[:-1000], name).rules  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.br", "a.lz4", "a.lzma"])
def test_bytes_behind_are_damage(name: str) -> None:
    """Nobody sees them."""
    assert walked(name, PACKERS[name][0](CONTENTS["text"]) + b"hidden").damage


@pytest.mark.parametrize("name", ["a.br", "a.lz4", "a.lzma"])
def test_a_bomb_is_stopped_by_the_budget(name: str) -> None:
    """Decoding ends where the budget does."""
    data = PACKERS[name][0](bytes(80 << 20))
    found = Opened(PACKERS[name][1], data, name, limits=Limits(ratio=10))  # type: ignore[arg-type]
    assert ["artifact/limit-exceeded"] == found.rules


@pytest.mark.parametrize("at", [4, 5, 6])
def test_an_lz4_header_that_lies_is_damage(at: int) -> None:
    """Flags, block size, the checksum of both."""
    data = bytearray(lz4(b"content"))
    data[at] ^= 0x3
    assert Opened(lz4_format, bytes(data), "a.lz4").rules


def test_an_lz4_match_in_front_of_the_content_is_damage() -> None:
    """It would read what is not there."""
    block = b"\x10a\xff\x00\x00"
    data = lz4(b"content")[:7] + len(block).to_bytes(4, "little") + block + bytes(4)
    assert ["artifact/unreadable"] == Opened(lz4_format, data, "a.lz4").rules


def test_several_lz4_frames_are_one_content() -> None:
    """Of both kinds."""
    assert {"a": b"onetwothree"} == walked("a.lz4", lz4(b"one") + lz4(b"two") + lz4(b"three", "-l")).contents


@pytest.mark.parametrize("content", [b"", b"plain text that is no stream", b"\x1f\x8b\x08\0"])
def test_brotli_takes_a_name_and_content_that_decodes(content: bytes) -> None:
    """Either alone is not enough."""
    assert Match.NO == matches(brotli_format, "a.br", content)
    assert Match.NO == matches(brotli_format, "a.bin", brotli.compress(b"content"))


@pytest.mark.parametrize("content", [b"", b"\x5d\0\0", b"\x5d\0\0\x80\0" + b"x" * 40, b"\x5d\0\0\x83\0" + b"\xff" * 8 + bytes(20)])
def test_other_content_is_no_lzma(content: bytes) -> None:
    """The header has to make sense, since it has no magic."""
    assert Match.NO == matches(lzma_format, "a.lzma", content)


def test_real_files_of_the_tools_are_read(tmp_path: Path) -> None:
    """As `xz --format=lzma` writes them."""
    (tmp_path / "a").write_bytes(CONTENTS["text"])
    subprocess.run(["xz", "--format=lzma", "-k", "a"], cwd=tmp_path, check=True)
    assert {"a": CONTENTS["text"]} == walked("a.lzma", (tmp_path / "a.lzma").read_bytes()).contents
