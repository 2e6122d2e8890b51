"""7z: archives made by py7zr, which also reads them; nothing is written to a path, and without it that is said."""

import builtins
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import py7zr
import pytest

from leakguard.artifacts import seven_zip as form
from leakguard.model import Kind
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.kit import walked

FILES = {"folder/a.txt": b"content\n", "b.bin": bytes(range(256)) * 9000, "empty": b""}


def archive(files: Mapping[str, bytes], **options: Any) -> bytes:
    """An archive of these files."""
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **options) as made:
        for name, content in files.items():
            made.writestr(content, name)
    return out.getvalue()


FILTERS = [
    [{"id": py7zr.FILTER_LZMA2, "preset": 1}],
    [{"id": py7zr.FILTER_BZIP2}],
    [{"id": py7zr.FILTER_DEFLATE}],
    [{"id": py7zr.FILTER_ZSTD}],
    [{"id": py7zr.FILTER_COPY}],
    [{"id": py7zr.FILTER_X86}, {"id": py7zr.FILTER_LZMA2, "preset": 1}],
]


@pytest.mark.parametrize("filters", FILTERS)
def test_members_come_out(filters: list[dict[str, int]]) -> None:
    """Whatever packed them."""
    found = Opened(form, archive(FILES, filters=filters), "a.7z")
    assert (FILES, []) == (found.files, found.rules)


def test_folders_and_links_are_what_they_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing appears beside the archive."""
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/a").write_text("x")
    (tmp_path / "tree/link").symlink_to("a")
    monkeypatch.chdir(tmp_path)
    with py7zr.SevenZipFile("a.7z", "w") as made:
        made.writeall("tree")
    data = (tmp_path / "a.7z").read_bytes()
    monkeypatch.chdir("/")
    before = sorted(tmp_path.rglob("*"))
    found = Opened(form, data, "a.7z")
    assert {("tree/a", Kind.FILE), ("tree/link", Kind.LINK), ("tree/", Kind.DIRECTORY)} == {(one.name, one.kind) for one in found.members}
    assert before == sorted(tmp_path.rglob("*"))


@pytest.mark.parametrize("options", [{}, {"header_encryption": True}])
def test_an_encrypted_archive_is_said_to_be_one(options: dict[str, bool]) -> None:
    """Members only, or the list of them too."""
    assert {"a.7z": "artifact/encrypted"} == walked("a.7z", archive(FILES, password="word", **options)).damage


@pytest.mark.parametrize("cut", [20, 40, 150, -1])
def test_an_archive_that_is_cut_is_damage(cut: int) -> None:
    """Its header stands last."""
    assert {"a.7z": "artifact/truncated"} == walked("a.7z", archive(FILES)[:cut]).damage


def test_bytes_behind_are_ambiguous_and_searched() -> None:
    """No reader shows them."""
    found = Opened(form, archive(FILES) + b"hidden", "a.7z")
    assert (["artifact/ambiguous"], b"hidden") == (found.rules, found.files["trailer"])


@pytest.mark.parametrize("at", [40, 100, -20, -60])
def test_an_archive_with_a_flipped_byte_is_damage(at: int) -> None:
    """In the data, in the header."""
    data = bytearray(archive({"a": bytes(range(256)) * 20}))
    data[at] ^= 0x55
    assert walked("a.7z", bytes(data)).damage


def test_a_bomb_is_stopped_by_the_budget() -> None:
    """Before it is kept."""
    assert {"a.7z": "artifact/limit-exceeded"} == walked("a.7z", archive({"a": bytes(80 << 20)}), ratio=10).damage


def test_without_the_extra_it_is_unsupported(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a hint that names it."""
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.partition(".")[0] == "py7zr" or name.endswith("_seven_zip_spool"):
            raise ImportError
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    found = Opened(form, archive(FILES), "a.7z")
    assert ["artifact/unsupported"] == found.rules
    assert "leakguard[7z]" in found.reasons[0]


@pytest.mark.parametrize("content", [b"", b"7z", b"7z\xbc\xaf"])
def test_other_content_is_no_7z(content: bytes) -> None:
    """The whole magic makes one."""
    assert Match.NO == matches(form, "a.7z", content)
