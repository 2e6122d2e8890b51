"""What the user named becomes what is inspected, and nothing else."""

import os
from pathlib import Path

import pytest

from leakguard.errors import Incomplete, UsageError
from leakguard.model import Kind
from leakguard.targets import OpenFile, OpenFolder, Target, resolve
from tests.builders import npm, wheel


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder with a wheel, a tarball and something beside them."""
    folder = tmp_path / "dist"
    folder.mkdir()
    (folder / "example-1.0-py3-none-any.whl").write_bytes(wheel({"m.py": ""}))
    (folder / "example-1.0.0.tgz").write_bytes(npm({"a.js": ""}))
    (folder / "notes.txt").write_text("x")
    return folder


def test_a_folder_of_packages(dist: Path) -> None:
    """Each package is an artifact, in name order; what lies beside them is one more that is never published."""
    found = resolve([dist])
    assert ["example-1.0-py3-none-any.whl", "example-1.0.0.tgz", "dist"] == [Path(one.name).name for one in found]
    assert [True, True, False] == [one.publishable for one in found]
    assert ["notes.txt"] == [one.name for one in OpenFolder(found[2]).members()]


def test_a_folder_of_packages_alone(dist: Path) -> None:
    """Nothing beside them, nothing added."""
    (dist / "notes.txt").unlink()
    assert 2 == len(resolve([dist]))


def test_packages_further_down_do_not_make_a_folder_of_packages(dist: Path) -> None:
    """Only what a folder holds directly counts."""
    found = resolve([dist.parent])
    assert [True] == [one.directory for one in found]


@pytest.mark.parametrize("inside", [[".git/"], ["package.json", "node_modules/"], ["pyproject.toml", ".venv/"]])
def test_a_project_is_refused(tmp_path: Path, inside: list[str]) -> None:
    """A project is not what ships, unless the user insists."""
    for name in inside:
        (tmp_path / name).mkdir() if name.endswith("/") else (tmp_path / name).write_text("{}")
    with pytest.raises(UsageError, match="is a project") as refused:
        resolve([tmp_path])
    assert "npm pack" in refused.value.hint
    assert [True] == [one.directory for one in resolve([tmp_path], as_is=True)]


def test_an_unpacked_package_is_a_folder(tmp_path: Path) -> None:
    """A manifest alone does not make a project."""
    (tmp_path / "package.json").write_text("{}")
    assert [(True, True)] == [(one.directory, one.publishable) for one in resolve([tmp_path])]


def test_a_missing_target_keeps_its_place(dist: Path) -> None:
    """The others are still inspected, in the order named."""
    found = resolve([dist / "no.whl", dist / "notes.txt"])
    assert [True, False] == [one.error is not None for one in found]


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "no/such"])
def test_a_name_that_cannot_be_is_missing(name: str) -> None:
    """A hostile name is an error of that target, never a crash."""
    assert isinstance(resolve([name])[0].error, Incomplete)


def test_a_pipe_is_refused_without_waiting(tmp_path: Path) -> None:
    """A FIFO is neither opened nor waited for."""
    os.mkfifo(tmp_path / "p")
    assert isinstance(resolve([tmp_path / "p"])[0].error, Incomplete)
    assert [("p", Kind.DAMAGE)] == [(one.name, one.kind) for one in OpenFolder(Target(name="d", path=tmp_path)).members()]


def test_links_in_a_folder_are_named_not_followed(tmp_path: Path) -> None:
    """A link to outside and a loop are members of kind link."""
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "out").symlink_to("/etc/passwd")
    assert [("out", Kind.LINK, "/etc/passwd"), ("up", Kind.LINK, "..")] == [
        (one.name, one.kind, one.link) for one in OpenFolder(Target(name="d", path=tmp_path)).members()
    ]


def test_members_come_in_name_order(tmp_path: Path) -> None:
    """The order does not depend on the file system."""
    for name in ("b/2", "b/1", "a", "c"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    assert ["a", "b/", "c", "b/1", "b/2"] == [one.name for one in OpenFolder(Target(name="d", path=tmp_path)).members()]


def test_a_deep_folder(tmp_path: Path) -> None:
    """Depth on disk costs no recursion."""
    here = tmp_path
    for _ in range(200):
        here = here / "d"
    here.mkdir(parents=True)
    (here / "f").write_text("x")
    assert 201 == len(list(OpenFolder(Target(name="d", path=tmp_path)).members()))


def test_the_digest_is_of_the_bytes_that_are_read(tmp_path: Path) -> None:
    """Content and digest come from one reading."""
    path = tmp_path / "a"
    path.write_bytes(b"hello")
    opened = OpenFile(Target(name="a", path=path))
    assert "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824" == opened.sha256
    assert b"hello" == opened.content.data
    opened.close()


@pytest.mark.parametrize("change", ["grow", "replace", "link", "remove", "touch"])
def test_a_change_while_it_is_read_is_noticed(tmp_path: Path, change: str) -> None:
    """A file that is written, swapped or linked away under the inspection is not vouched for."""
    path, other = tmp_path / "a", tmp_path / "b"
    path.write_bytes(b"hello")
    other.write_bytes(b"hello")
    opened = OpenFile(Target(name="a", path=path))
    if change == "grow":
        with path.open("ab") as file:
            file.write(b"x")
    elif change == "replace":
        other.replace(path)
    elif change == "link":
        path.unlink()
        path.symlink_to(other)
    elif change == "remove":
        path.unlink()
    else:
        os.utime(path, ns=(1, 1))
    with pytest.raises(Incomplete, match="changed while it was read"):
        opened.close()
