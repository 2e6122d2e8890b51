"""ar: static libraries made by the real `ar`, Debian packages made by `dpkg-deb`, and archives that lie."""

import subprocess
from pathlib import Path

import pytest

from leakguard.artifacts import ar as form
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.kit import accept_format, walked

LONG = "a_name_that_is_longer_than_the_header_has_room_for.txt"


def member(name: str, data: bytes, *, size: int | None = None) -> bytes:
    """A member as GNU's `ar` writes it."""
    length = len(data) if size is None else size
    return f"{name:<16}{0:<12}{0:<6}{0:<6}{'100644':<8}{length:<10}`\n".encode() + data + b"\n" * (len(data) & 1)


def archive(*members: bytes) -> bytes:
    """An archive of these members."""
    return b"!<arch>\n" + b"".join(members)


@pytest.fixture
def library(tmp_path: Path) -> bytes:
    """Made by `ar`: long names, an odd size, and a name that occurs twice."""
    for name, content in ((LONG, b"one"), ("b.txt", b"four")):
        (tmp_path / name).write_bytes(content)
    subprocess.run(["ar", "rcD", "l.a", LONG, "b.txt"], cwd=tmp_path, check=True)
    subprocess.run(["ar", "qD", "l.a", "b.txt"], cwd=tmp_path, check=True)
    return (tmp_path / "l.a").read_bytes()


def debian(tmp_path: Path, compression: str = "xz") -> bytes:
    """Made by `dpkg-deb`."""
    root = tmp_path / compression
    (root / "DEBIAN").mkdir(parents=True)
    (root / "DEBIAN/control").write_text(
        "Package: acme\nVersion: 1.2-3\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n"
    )
    (root / "usr/share/acme").mkdir(parents=True)
    (root / "usr/share/acme/notes:1.txt").write_text("content\n")
    (root / "usr/share/acme/link").symlink_to("/etc/acme")
    subprocess.run(["dpkg-deb", f"-Z{compression}", "-b", str(root), f"{root}.deb"], check=True, capture_output=True)
    return Path(f"{root}.deb").read_bytes()


def test_a_library_is_opened(library: bytes) -> None:
    """Every member comes out, and the second of one name under a name of its own."""
    names = f"{LONG}/\n".encode()
    accept_format(form, {"l.a": (library, {"long-names.txt": names, LONG: b"one", "b.txt": b"four", "b.txt~2": b"four"})})


def test_bsd_names_are_read() -> None:
    """A long name in front of the content belongs to the name."""
    data = archive(member("#1/16", b"long name.txt\0\0\0" + b"content"))
    assert {"long name.txt": b"content"} == Opened(form, data, "l.a").files


@pytest.mark.parametrize("compression", ["xz", "gzip", "zstd", "none"])
def test_what_a_debian_package_installs_stands_for_it(tmp_path: Path, compression: str) -> None:
    """Its files have no archive in their path; what controls it has."""
    found = walked("acme.deb", debian(tmp_path, compression))
    assert b"content\n" == found.contents["./usr/share/acme/notes:1.txt"]
    control = [path for path in found.contents if path.endswith("!/./control")]
    assert 1 == len(control)
    assert {} == found.damage


@pytest.mark.parametrize("size", [0, 3, 100, 1 << 21])
def test_bodies_of_every_size_are_read(size: int) -> None:
    """Small ones at once, large ones as a stream."""
    content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
    assert {"a": content, "b": b"next"} == Opened(form, archive(member("a/", content), member("b/", b"next")), "l.a").files


@pytest.mark.parametrize("size", [10, 1 << 21, 9_999_999_999])
def test_a_size_that_lies_is_damage(size: int) -> None:
    """What there is is read all the same."""
    found = Opened(form, archive(member("a/", b"content", size=size)), "l.a")
    assert {"artifact/truncated"} == set(found.rules)


@pytest.mark.parametrize("header", [b"x" * 60, member("/99", b""), member("a/", b"").replace(b"`\n", b"``"), b"short"])
def test_a_header_that_is_none_is_damage(header: bytes) -> None:
    """No end mark, a name outside of the table, a size that is no number."""
    found = Opened(form, archive(header), "l.a")
    assert found.rules
    assert all(rule.startswith("artifact/") for rule in found.rules)


def test_padding_that_holds_something_is_ambiguous_and_searched() -> None:
    """A byte that no reader shows."""
    found = Opened(form, archive(member("a/", b"odd")[:-1] + b"!"), "l.a")
    assert (["artifact/ambiguous"], b"!") == (found.rules, found.text)


@pytest.mark.parametrize("content", [b"", b"!<arch>", b"!<thin>\n", b"x!<arch>\n"])
def test_other_content_is_no_ar(content: bytes) -> None:
    """A thin archive has no contents, so it is none of these."""
    assert Match.NO == matches(form, "l.a", content)
