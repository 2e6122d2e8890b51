"""cpio: archives of the real tool, RPM packages of the real builder, and archives that lie."""

import subprocess
from pathlib import Path

import pytest

import leakguard
from leakguard.artifacts import cpio as form
from leakguard.plugins import Match
from tests.artifacts._opened import Opened, matches
from tests.kit import accept_format, walked

FILES = {"folder/a.txt": b"content of a\n", "folder/b.bin": bytes(range(256)) * 5, "empty": b""}


def made(folder: Path, kind: str) -> bytes:
    """An archive of `FILES`, made by cpio."""
    for name, content in FILES.items():
        path = folder / "tree" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "tree/link").symlink_to("folder/a.txt")
    listing = "\n".join(["folder", *FILES, "link"]).encode()
    return subprocess.run(["cpio", "-o", "--quiet", "-H", kind], input=listing, cwd=folder / "tree", check=True, capture_output=True).stdout


def member(name: str, data: bytes, *, mode: int = 0o100644, size: int | None = None, length: int | None = None) -> bytes:
    """A member in the form called newc."""
    raw = name.encode() + b"\0"
    numbers = (1, mode, 0, 0, 1, 0, len(data) if size is None else size, 0, 0, 0, 0, len(raw) if length is None else length, 0)
    head = b"070701" + b"".join(f"{one:08x}".encode() for one in numbers) + raw
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


END = member("TRAILER!!!", b"")


@pytest.mark.parametrize("kind", ["newc", "crc", "odc"])
def test_each_form_is_read(tmp_path: Path, kind: str) -> None:
    """Files, folders and links, as the real tool stores them."""
    data = made(tmp_path, kind)
    accept_format(form, {"a.cpio": (data, FILES)})
    assert {"folder/a.txt"} == {one.link for one in Opened(form, data, "a.cpio").members if one.link}


def test_the_binary_form_is_not_read(tmp_path: Path) -> None:
    """It is said, and blocks."""
    assert {"a.cpio": "artifact/unsupported"} == walked("a.cpio", made(tmp_path, "bin")).damage


def test_a_checksum_that_is_wrong_is_damage(tmp_path: Path) -> None:
    """Of the form that has one."""
    data = made(tmp_path, "crc").replace(b"content of a", b"content of b")
    assert ["artifact/unreadable"] == Opened(form, data, "a.cpio").rules


def test_a_second_archive_is_read() -> None:
    """As in boot images."""
    data = member("a", b"1") + END + bytes(300 - 300 % 4) + member("b", b"2") + END
    assert {"a": b"1", "b": b"2"} == Opened(form, data, "a.cpio").files


def test_bytes_behind_the_end_are_ambiguous_and_searched() -> None:
    """No reader shows them."""
    found = Opened(form, member("a", b"1") + END + bytes(8) + b"hidden", "a.cpio")
    assert (["artifact/ambiguous"], b"hidden") == (found.rules, found.files["trailer"].strip(b"\0"))


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (member("a", b"x", size=1 << 31), "artifact/truncated"),
        (member("a", b"x", size=100), "artifact/truncated"),
        (member("a", b"x", length=1 << 30), "artifact/limit-exceeded"),
        (member("a\0b", b"x"), "artifact/ambiguous"),
        (member("a", b"x"), "artifact/truncated"),
        (member("a", b"x") + b"garbage", "artifact/unreadable"),
        (member("a", b"x", mode=0o20644) + END, "artifact/unsupported"),
        (member("a", b"x")[:-1] + b"!" + END, "artifact/ambiguous"),
    ],
)
def test_what_lies_is_damage(data: bytes, rule: str) -> None:
    """Sizes, lengths, names, kinds, paddings, and an end that is missing."""
    assert rule in Opened(form, data, "a.cpio").rules


@pytest.mark.parametrize("content", [b"", b"070701", b"070701 is a number", b"\xc7\x71" * 40])
def test_other_content_is_no_cpio(content: bytes) -> None:
    """Digits alone make none."""
    assert Match.NO == matches(form, "numbers.txt", content)


@pytest.fixture(scope="module")
def rpm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made by `rpmbuild`."""
    folder = tmp_path_factory.mktemp("rpm")
    (folder / "acme.spec").write_text(
        "Name: acme\nVersion: 1.2\nRelease: 3\nSummary: example\nLicense: MIT\nBuildArch: noarch\n%description\nAn example.\n"
        "%install\nmkdir -p %{buildroot}/opt/acme\necho content > %{buildroot}/opt/acme/notes.txt\n"
        "ln -s /etc/acme %{buildroot}/opt/acme/link\n"
        "%post\necho from-the-script\n%files\n/opt/acme\n"
    )
    subprocess.run(
        ["rpmbuild", "--quiet", "-bb", "--define", f"_topdir {folder}", str(folder / "acme.spec")], check=True, capture_output=True
    )
    return next(folder.rglob("acme-*.rpm"))


def test_an_rpm_package_is_opened(rpm: Path) -> None:
    """Its files stand for it, and its scripts are text."""
    found = walked("acme.rpm", rpm.read_bytes())
    assert b"content\n" == found.contents["./opt/acme/notes.txt"]
    assert b"from-the-script" in found.contents["rpm-header.txt"]
    assert {} == found.damage


def test_an_rpm_package_says_what_it_is(rpm: Path) -> None:
    """Name, version and licence come from the header, and a link to elsewhere in the system is no escape."""
    verdict = leakguard.inspect([str(rpm)]).verdicts[0]
    identity = verdict.artifact.identity
    assert ("rpm", "acme", "1.2-3", "open", "pass") == (
        identity.format,
        identity.name,
        identity.version,
        identity.openness,
        verdict.outcome,
    )


@pytest.mark.parametrize("cut", [50, 120, 2000, -100, -10])
def test_an_rpm_package_that_is_cut_is_damage(rpm: Path, cut: int) -> None:
    """In the lead, in a header, in the payload."""
    assert walked("acme.rpm", rpm.read_bytes()[:cut]).damage


@pytest.mark.parametrize("at", [104, 108])
def test_an_rpm_header_that_lies_is_damage(rpm: Path, at: int) -> None:
    """About the number of tags, about their size."""
    data = bytearray(rpm.read_bytes())
    data[at : at + 4] = b"\x7f\xff\xff\xff"
    assert {"acme.rpm": "artifact/limit-exceeded"} == walked("acme.rpm", bytes(data)).damage
