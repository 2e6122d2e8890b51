"""What is recognised and not opened blocks, and says what it is; what only looks like it does not."""

import subprocess
from pathlib import Path

import pytest

import leakguard
from leakguard.artifacts import disk_image, unopened
from leakguard.plugins import Match
from tests.artifacts._opened import matches
from tests.kit import walked


@pytest.mark.parametrize(("magic", "what"), unopened.BEGINNINGS, ids=[what.replace(" ", "-") for _, what in unopened.BEGINNINGS])
def test_each_kind_is_recognised(magic: bytes, what: str) -> None:
    """By its first bytes, with something sensible behind them."""
    head = magic + (b"\x90" if magic == b"\x1f\x9d" else b"\x40\0") + bytes(100)
    assert what == unopened.what_begins(head)
    assert {"a": "artifact/unsupported"} == walked("a", head).damage


@pytest.mark.parametrize(
    "command", [["mksquashfs", "tree", "a.img", "-quiet", "-no-progress"], ["genisoimage", "-quiet", "-o", "a.img", "tree"]]
)
def test_real_images_are_recognised(tmp_path: Path, command: list[str]) -> None:
    """As their tools write them; every byte counts as unread, and is searched all the same."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a.txt").write_text("content\n")
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    verdict = leakguard.inspect([str(tmp_path / "a.img")]).verdicts[0]
    assert {"artifact/unsupported"} == {one.finding.rule for one in verdict.judgements}
    coverage = verdict.artifact.coverage
    assert coverage.bytes == coverage.unreadable == (tmp_path / "a.img").stat().st_size


def test_an_apple_image_is_known_by_its_trailer() -> None:
    """Which is the last thing in it."""
    data = bytes(5000) + b"koly\0\0\0\4\0\0\2\0" + bytes(500)
    assert {"a.dmg": "artifact/unsupported"} == walked("a.dmg", data).damage


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Rar!",
        b"MSCF is a word in a text",
        b"hsqs\n" * 20,
        b"DMS! and more of it" * 5,
        b"\x60\xea",
        b"\x60\xea\xff\xff" + bytes(9),
        b"\x1f\x9d\xff123456",
    ],
)
def test_what_only_looks_like_it_is_none(content: bytes) -> None:
    """Letters at the beginning of a text, numbers that cannot be."""
    assert Match.NO == matches(unopened, "a", content)
    assert Match.NO == matches(disk_image, "a", content)


def test_a_disk_image_by_name_alone_is_a_mismatch() -> None:
    """As with every container."""
    assert {"a.iso": "artifact/mismatch"} == walked("a.iso", b"text\n").damage
