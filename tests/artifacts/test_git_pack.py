"""Git packs and bundles made by git: every version of every file is found, and a forged delta is damage."""

import hashlib
import struct
import subprocess
import zlib
from pathlib import Path

import pytest

import leakguard
from leakguard.artifacts import git_pack as form
from leakguard.plugins import Match
from tests.builders import token
from tests.kit import accept_format, matched, opened, walked

OLD = "\n".join(f"line {number}" for number in range(2000))


def git(folder: Path, *arguments: str) -> None:
    """Run git without the user's configuration."""
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "init.defaultBranch=main", *arguments]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, env={"PATH": "/usr/bin:/bin", "HOME": str(folder)})


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two commits; the second one takes something out."""
    folder = tmp_path_factory.mktemp("git")
    git(folder, "init", "-q")
    (folder / "src").mkdir()
    (folder / "src/a.txt").write_text(f"{OLD}\nsecond last\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    (folder / "src/a.txt").write_text(f"{OLD}\n")
    (folder / "b.txt").write_text("b\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "second")
    git(folder, "tag", "-am", "tagged", "v1")
    return folder


@pytest.fixture(scope="module")
def bundle(repository: Path) -> bytes:
    """All of it in one file."""
    git(repository, "bundle", "create", "-q", "all.bundle", "--all")
    return (repository / "all.bundle").read_bytes()


def pack(*objects: tuple[int, bytes], count: int | None = None) -> bytes:
    """A pack of small objects; a delta has its offset in front of its content."""
    body = b""
    for kind, content in objects:
        front, data = (content[:1], content[1:]) if kind == 6 else (b"", content)
        size = len(data)
        head = [kind << 4 | size & 15]
        size >>= 4
        while size:
            head[-1] |= 0x80
            head.append(size & 0x7F)
            size >>= 7
        body += bytes(head) + front + zlib.compress(data)
    data = b"PACK" + struct.pack(">II", 2, len(objects) if count is None else count) + body
    return data + hashlib.sha1(data).digest()


def test_every_version_of_a_file_is_found(bundle: bytes) -> None:
    """Below the path that it had, with the deltas applied; commits and tags as text."""
    found = walked("all.bundle", bundle)
    versions = {content for path, content in found.contents.items() if path.endswith("/a.txt")}
    assert {f"{OLD}\nsecond last\n".encode(), f"{OLD}\n".encode()} == versions
    assert [path for path in found.contents if "!/files/src/" in path]
    assert 2 == sum("!/commits/" in path for path in found.contents)
    assert any(b"tagged" in content for path, content in found.contents.items() if "!/tags/" in path)
    assert {} == found.damage


def test_a_pack_alone_is_read_and_blocks(repository: Path) -> None:
    """As a bundle does."""
    git(repository, "gc", "-q")
    path = next(repository.glob(".git/objects/pack/*.pack"))
    verdict = leakguard.inspect([str(path)]).verdicts[0]
    assert ["source/vcs"] == [one.finding.rule for one in verdict.judgements if one.action == "block"]


def test_a_secret_that_was_taken_out_is_found(tmp_path: Path) -> None:
    """With the file that held it."""
    secret = token("ghp_", 36)
    git(tmp_path, "init", "-q")
    (tmp_path / "config.txt").write_text(f"{OLD}\nGITHUB_TOKEN={secret}\n")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (tmp_path / "config.txt").write_text(OLD)
    git(tmp_path, "commit", "-qam", "second")
    git(tmp_path, "bundle", "create", "-q", "all.bundle", "--all")
    found = [one.finding for one in leakguard.inspect([str(tmp_path / "all.bundle")]).verdicts[0].judgements]
    assert {"config.txt"} == {one.location.path.rpartition("/")[2] for one in found if one.rule.startswith("secret/")}


def test_small_packs_meet_the_contract() -> None:
    """Whatever is cut off or flipped."""
    base, delta = b"the content of the base\n", bytes([24, 31, 0x90, 24, 7]) + b"and so "
    data = pack((3, base), (6, bytes([len(zlib.compress(base)) + 2]) + delta))
    made = base + b"and so "
    names = [hashlib.sha1(b"blob %d\0" % len(one) + one).hexdigest()[:10] for one in (base, made)]
    accept_format(form, {"a.pack": (data, {f"files/{names[0]}/blob": base, f"files/{names[1]}/blob": made})})


@pytest.mark.parametrize(
    "delta",
    [
        bytes([24, 31, 0x90, 25]),
        bytes([99, 24, 0x90, 24]),
        bytes([24, 24, 0x90, 24, 0x90, 24]),
        bytes([24, 24, 0]),
        bytes([24, 24, 9]) + b"short",
        bytes([24, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 0x90, 24]),
        b"\xff" * 12,
    ],
)
def test_a_delta_that_lies_is_damage(delta: bytes) -> None:
    """Copies of what is not there, sizes of something else."""
    base = b"the content of the base\n"
    found = walked("a.pack", pack((3, base), (6, bytes([len(zlib.compress(base)) + 2]) + delta)))
    assert {"a.pack": "artifact/unreadable"} == found.damage or "artifact/truncated" in found.damage.values()


def test_a_delta_without_its_base_is_counted() -> None:
    """As in a pack that was made to be sent to somebody who has the rest."""
    data = b"PACK" + struct.pack(">II", 2, 1) + bytes([0x75]) + bytes(20) + zlib.compress(b"12345")
    found = walked("a.pack", data + hashlib.sha1(data).digest())
    assert {"a.pack": "artifact/unsupported"} == found.damage


@pytest.mark.parametrize("data", [pack((3, b"x"), count=9), pack((3, b"x")) + b"hidden", pack((3, b"x"))[:-1] + b"\0", pack((5, b"x"))])
def test_a_pack_that_lies_is_damage(data: bytes) -> None:
    """Its count, its end, its checksum, the kind of an object."""
    assert walked("a.pack", data).damage


@pytest.mark.parametrize("content", [b"PACKAGE\0\0\0\2", b"text with PACK\0\0\0\2 in it", b"PACK\0\0\0\4"])
def test_other_content_is_no_pack(content: bytes) -> None:
    """It stands at the start, or behind the header of a bundle."""
    assert Match.NO == matched(form, content, "a.pack")


def test_a_bundle_has_its_objects_behind_the_header(bundle: bytes) -> None:
    """The members are those of the pack."""
    assert 6 == len(list(opened(form, bundle, "all.bundle")))
