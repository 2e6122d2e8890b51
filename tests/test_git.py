"""git is asked without letting the repository say what runs."""

import subprocess
from pathlib import Path

import pytest

from leakguard import git as plumbing
from leakguard.git import _process
from tests.repositories import commit, git


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository with one commit."""
    folder = tmp_path / "project"
    folder.mkdir()
    commit(folder, {"a.txt": "a\n", "folder/ünï\tb.txt": "b\n", ".gitignore": "dist/\n*.log\n"})
    return folder


def test_a_folder_inside_is_of_the_repository(project: Path) -> None:
    """The top is found from below."""
    found = plumbing.around(project / "folder")
    assert found is not None
    assert project.resolve() == found.root


def test_files_are_told_by_state(project: Path) -> None:
    """Folders that hold nothing else stand for what is in them; names are not quoted."""
    for name in ("dist/a.js", "notes/x.md", "new.txt", "debug.log"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(name)
    found = plumbing.around(project)
    assert found is not None
    assert {"a.txt", "folder/ünï\tb.txt", ".gitignore"} == set(found.tracked())
    assert {"notes/", "new.txt"} == set(found.untracked())
    assert {"dist/", "debug.log"} == set(found.ignored())


def test_ids_are_those_that_git_gives(project: Path) -> None:
    """Of content, in a tree as in the index."""
    found = plumbing.around(project)
    assert found is not None
    name = found.resolve("HEAD")
    assert name == git(project, "rev-parse", "HEAD")
    listed = found.listed(name, "folder/ünï\tb.txt")
    assert listed is not None
    assert (b"b\n", 2, "100644") == (found.content(listed.blob, 10), listed.size, listed.mode)
    assert found.content(listed.blob, 1) is None


@pytest.mark.parametrize("path", ["", ".", "folder", "folder/", "../a.txt", "/a.txt", "a.txt/", "nothing", "a\0b", ":/a.txt", "*.txt"])
def test_what_is_no_file_of_a_commit_is_none(project: Path, path: str) -> None:
    """No pattern, no magic, no way out."""
    found = plumbing.around(project)
    assert found is not None
    assert found.listed(found.resolve("HEAD") or "", path) is None


def test_nothing_that_a_repository_configures_runs(project: Path, tmp_path: Path) -> None:
    """Neither monitor nor hooks nor filters nor pager nor editor."""
    trap, ran = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\necho \"$0\" >>'{ran}'\ncat\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "core.pager", "core.sshCommand", "diff.external", "filter.x.clean", "filter.x.smudge", "core.editor"):
        git(project, "config", key, str(trap))
    (project / ".gitattributes").write_text("* filter=x\n")
    for hook in ("post-index-change", "post-checkout", "reference-transaction"):
        (project / ".git" / "hooks").mkdir(exist_ok=True)
        (project / ".git" / "hooks" / hook).symlink_to(trap)
    (project / "a.txt").write_text("changed\n")
    found = plumbing.around(project)
    assert found is not None
    listed = found.listed(found.resolve("HEAD") or "", "a.txt")
    assert listed is not None
    assert found.content(listed.blob, 100) == b"a\n"
    assert {"a.txt", "folder/ünï\tb.txt", ".gitignore"} == set(found.tracked())
    assert (frozenset({".gitattributes"}), frozenset()) == (found.untracked(), found.ignored())
    assert not ran.exists()


def test_variables_do_not_lead_to_another_repository(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one that holds the folder is asked."""
    other = tmp_path / "other"
    other.mkdir()
    commit(other, {"secret.txt": "x"})
    for name, value in {"GIT_DIR": other / ".git", "GIT_WORK_TREE": other, "GIT_INDEX_FILE": other / ".git" / "index"}.items():
        monkeypatch.setenv(name, str(value))
    found = plumbing.around(project)
    assert found is not None
    assert "secret.txt" not in found.tracked()


def test_a_work_tree_that_lies_elsewhere_is_none(project: Path, tmp_path: Path) -> None:
    """`core.worktree` would have other files compared."""
    git(project, "config", "core.worktree", str(tmp_path))
    assert plumbing.around(project) is None


def test_a_folder_without_a_repository_has_none(tmp_path: Path) -> None:
    """Nor one whose `.git` is nothing."""
    assert plumbing.around(tmp_path) is None
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    assert plumbing.around(tmp_path) is None


def test_a_git_that_lies_in_the_project_is_not_run(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search path with the working directory in it would run what somebody committed."""
    (project / "git").write_text("#!/bin/sh\ntouch ran\n")
    (project / "git").chmod(0o755)
    for place in (".", "", str(project)):
        monkeypatch.setenv("PATH", place)
        monkeypatch.chdir(project)
        assert plumbing.around(project) is None
    assert not (project / "ran").exists()


def test_a_repository_of_somebody_else_is_none(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Git's own check of the owner holds (its test switch stands in for another user)."""
    monkeypatch.setitem(_process._FIXED, "GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    assert plumbing.around(project) is None
    assert 0 != subprocess.run(["git", "status"], cwd=project, env={"GIT_TEST_ASSUME_DIFFERENT_OWNER": "1"}, check=False).returncode
