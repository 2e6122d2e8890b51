"""Sound zips of ordinary writers are read without damage, and what they hold is found."""

import io
import os
import stat
import struct
import zipapp
import zipfile
import zlib
from pathlib import Path

import pytest

from leakguard.artifacts import zip as form
from leakguard.model import Kind
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.builders import token, wheel, zip_of

TREE = {"a.py": b"print(1)\n" * 50, "d/b.bin": bytes(range(256)) * 9, "d/empty": b"", "ünï.txt": b"x"}


def opened(data: bytes, name: str = "a.zip", *, most: int = -1) -> Opened:
    """Every member of these bytes, read to its end."""
    return Opened(form, data, name, most=most)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_every_entry_is_read(method: int) -> None:
    """Content and order are what the writer put in, for both methods."""
    found = opened(zip_of(TREE, compression=method))
    assert (TREE, list(TREE), []) == (found.files, list(found.files), found.rules)


def test_small_content_comes_without_a_stream() -> None:
    """Small members carry their data, so that nothing is opened for them."""
    assert all(member.data is not None for member in opened(zip_of(TREE)).members)


def test_large_content_is_streamed() -> None:
    """A member that is larger than what is inflated at once comes as a stream and is checked to its end."""
    content = os.urandom(1 << 20) * 12
    found = opened(zip_of({"big": content}))
    assert (None, content, []) == (found.members[0].data, found.files["big"], found.rules)


def test_a_writer_that_cannot_seek() -> None:
    """Verified data descriptors are no damage outside of wheels."""
    found = opened(streamed(TREE))
    assert (TREE, []) == (found.files, found.rules)


def test_a_large_member_of_a_writer_that_cannot_seek() -> None:
    """The descriptor of a member that is not read at once is verified as well."""
    content = os.urandom(3 << 20)
    found = opened(streamed({"big": content, "after": b"x"}))
    assert ({"big": content, "after": b"x"}, []) == (found.files, found.rules)


def test_zip64_headers_that_are_not_needed() -> None:
    """A writer that did not know the size uses zip64 in the local header alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as entry:
        entry.write(b"content")
    assert ({"a": b"content"}, []) == (opened(out.getvalue()).files, opened(out.getvalue()).rules)


def test_folders_and_links() -> None:
    """Folders have no content; a link has its target, which is searched too."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("d/", b"")
        archive.writestr(entry("l", mode=stat.S_IFLNK | 0o777), "../elsewhere")
    found = opened(out.getvalue())
    assert [("d/", Kind.DIRECTORY, None), ("l", Kind.LINK, "../elsewhere")] == [(one.name, one.kind, one.link) for one in found.members]
    assert ([], b"../elsewhere") == (found.rules, found.text)


def test_comments_and_extra_fields_are_searched() -> None:
    """What a zip keeps beside the content is handed on as text."""
    secrets = [token("", 40, seed=seed).encode() for seed in range(4)]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = entry("a")
        info.comment = secrets[0]
        info.extra = struct.pack("<HH", 0x9999, 40) + secrets[1] + struct.pack("<HH", 0x5455, 60) + b"\1" + secrets[2] + bytes(19)
        archive.writestr(info, b"x")
        archive.comment = secrets[3]
    found = opened(out.getvalue())
    assert all(secret in found.text for secret in secrets)
    assert ([], ["a"]) == (found.rules, list(found.files))


def test_times_and_owners_are_no_text() -> None:
    """Fields of numbers do not count as text, padding that aligns content does not count as anything."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        info = entry("a")
        info.extra = struct.pack("<HHBL", 0x5455, 5, 1, 0) + struct.pack("<HHBBLBL", 0x7875, 11, 1, 4, 0, 4, 0) + bytes(3)
        archive.writestr(info, b"x")
    found = opened(out.getvalue())
    assert (b"", []) == (found.text, found.rules)


def test_an_empty_zip() -> None:
    """Nothing but an end record is a zip without entries."""
    data = zip_of({})
    assert (Match.NAME_AND_CONTENT, [], []) == (matches(form, "a.zip", data), opened(data).members, opened(data).rules)


def test_the_comment_of_an_empty_zip_is_searched() -> None:
    """Where there is no entry to go with, the comment is a member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = b"hello"
    assert {"comment": b"hello"} == opened(out.getvalue()).files


@pytest.mark.parametrize("compressed", [True, False])
def test_an_application_is_a_zip(tmp_path: Path, *, compressed: bool) -> None:
    """The line that starts the interpreter belongs in front, and is searched."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__main__.py").write_bytes(b"print(1)")
    zipapp.create_archive(tmp_path / "app", tmp_path / "app.pyz", interpreter="/opt/secret/python", compressed=compressed)
    data = (tmp_path / "app.pyz").read_bytes()
    found = opened(data, "app.pyz")
    assert (Match.CONTENT, {"__main__.py": b"print(1)"}, []) == (matches(form, "app.pyz", data), found.files, found.rules)
    assert b"/opt/secret/python" in found.text


def test_an_application_whose_offsets_were_not_adjusted() -> None:
    """A script put in front by plain concatenation reads the same."""
    found = opened(b'#!/bin/sh\nexec python3 "$0"\n' + zip_of(TREE), "app.pex")
    assert (TREE, []) == (found.files, found.rules)


def test_a_marker_of_a_writer_that_could_have_split_is_allowed() -> None:
    """The four bytes that some writers leave in front hold nothing."""
    data = b"PK00" + zip_of(TREE)
    assert (Match.NAME_AND_CONTENT, TREE, []) == (matches(form, "a.zip", data), opened(data).files, opened(data).rules)


def test_a_signing_block_is_searched() -> None:
    """What Android's signer puts in front of the directory is a member without damage."""
    data = zip_of({"a": b"x"})
    at = data.index(b"PK\1\2")
    size = struct.pack("<Q", 8 + 16 + 6)
    data = data[:at] + size + b"pairs." + size + b"APK Sig Block 42" + data[at:]
    data = data[:-6] + struct.pack("<L", at + 38) + data[-2:]
    found = opened(data, "a.apk")
    assert (["a", "signing-block"], []) == (list(found.files), found.rules)


@pytest.mark.parametrize("count", [65_535, 65_536])
def test_as_many_entries_as_an_end_record_can_count(count: int) -> None:
    """The highest count is not taken for zip64, and one more is read from there."""
    found = opened(zip_of({f"{number:x}": b"" for number in range(count)}, compression=0))
    assert (count, []) == (len(found.members), found.rules)


def test_folders_that_are_listed_twice_are_harmless() -> None:
    """Tools that merge archives repeat folders; nothing is hidden by that."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("d/", b"")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("d/", b"")
    assert [] == opened(out.getvalue()).rules


def test_a_wheel_is_sound() -> None:
    """What the builders write passes under its own name."""
    data = wheel({"example/__init__.py": "x = 1\n"})
    assert (Match.NAME_AND_CONTENT, []) == (matches(form, "example-1.0-py3-none-any.whl", data), opened(data, "example.whl").rules)


def test_names_in_another_code_page_are_read_with_the_field_that_says_so() -> None:
    """A Unicode path field that agrees with code page 437 gives the name."""
    raw = "café.txt".encode("cp437")
    field = struct.pack("<HHBL", 0x7075, 5 + 9, 1, zlib.crc32(raw)) + "café.txt".encode()
    found = opened(hand_made(raw, b"x", extra=field))
    assert (["café.txt"], []) == (list(found.files), found.rules)


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\3", b"MZ" + bytes(500), b"text about PK\5\6 records" * 50, b"PK\5\6"[1:] + bytes(30), os.urandom(3000)]
)
def test_other_content_is_no_zip(content: bytes) -> None:
    """A name alone, or a signature somewhere inside, makes no zip."""
    assert Match.NO == matches(form, "a.zip", content)


def test_a_zip_inside_something_else_does_not_make_that_a_zip() -> None:
    """An archive that stores a zip as its last file, and ends in padding, is not a zip itself."""
    assert Match.NO == matches(form, "a.tar", bytes(512) + zip_of(TREE) + bytes(1024))


def test_what_a_reader_did_not_want_is_checked_all_the_same() -> None:
    """A member that is read only in part still shows its damage."""
    content = os.urandom(1 << 20) * 9
    data = bytearray(zip_of({"big": content}))
    data[len(data) // 2] ^= 1
    assert [] != opened(bytes(data), most=10).rules


def entry(name: str, *, mode: int = 0) -> zipfile.ZipInfo:
    """An entry as a Unix writer makes it."""
    info = zipfile.ZipInfo(name)
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def streamed(files: dict[str, bytes]) -> bytes:
    """The archive that is written to something that cannot seek."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            super().__init__()
            self.out = io.BytesIO()

        def writable(self) -> bool:
            return True

        def write(self, data: bytes) -> int:  # type: ignore[override]
            return self.out.write(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return pipe.out.getvalue()


def hand_made(name: bytes, content: bytes, *, extra: bytes = b"", flags: int = 0) -> bytes:
    """One stored entry, with the same name and extra fields in both headers."""
    sizes = struct.pack("<LLL", zlib.crc32(content), len(content), len(content))
    local = b"PK\3\4" + struct.pack("<HHHL", 20, flags, 0, 0) + sizes + struct.pack("<HH", len(name), len(extra)) + name + extra + content
    central = b"PK\1\2" + struct.pack("<HHHHL", 20, 20, flags, 0, 0) + sizes
    central += struct.pack("<5HLL", len(name), len(extra), 0, 0, 0, 0, 0) + name + extra
    return local + central + b"PK\5\6" + struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)
