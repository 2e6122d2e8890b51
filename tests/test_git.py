"""git is asked without letting the repository say what runs."""

import os
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from leakguard import git as plumbing
from leakguard.errors import Incomplete
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


def test_a_hook_has_the_repository_that_git_told_it(project: Path, tmp_path: Path) -> None:
    """Only `find` looks at these variables, and at no other."""
    other = tmp_path / "other"
    other.mkdir()
    commit(other, {"b.txt": "b"})
    told = {
        "PATH": os.environ["PATH"],
        "GIT_DIR": str(other / ".git"),
        "GIT_WORK_TREE": str(other),
        "GIT_EXTERNAL_DIFF": "x",
        "GIT_PAGER": "x",
    }
    found = plumbing.find(project, told)
    assert other.resolve() == found.root
    assert {"b.txt"} == set(found.tracked())
    assert {"GIT_DIR", "GIT_WORK_TREE"} == set(found.variables) & set(told) - {"PATH"}


def test_without_variables_a_hook_has_the_one_around(project: Path) -> None:
    """The same as anybody."""
    assert plumbing.find(project / "folder", {"PATH": os.environ["PATH"]}).root == project.resolve()


@pytest.mark.parametrize("variable", ["GIT_WORK_TREE", "GIT_DIR"])
def test_a_git_that_lies_in_the_work_tree_of_a_hook_is_not_run(project: Path, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the hook is."""
    (project / "git").write_text("#!/bin/sh\ntouch ran\n")
    (project / "git").chmod(0o755)
    monkeypatch.setenv("PATH", str(project))
    with pytest.raises(Incomplete, match="the project's own"):
        plumbing.find(project, {variable: str(project if variable == "GIT_WORK_TREE" else project / ".git")})
    assert not (project / "ran").exists()


def test_git_is_ended_when_it_takes_too_long_or_says_too_much(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is that stands on the path."""
    found = plumbing.around(project)
    assert found is not None
    with pytest.raises(plumbing.Failed, match="more than 10 bytes"):
        found.ask("cat-file", "commit", "HEAD", most=10)
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(_process, "SECONDS", 0.3)
    with pytest.raises(plumbing.Failed, match="took longer"):
        replace(found, program=str(slow)).ask("status")
    with pytest.raises(plumbing.Failed, match="cannot be run"):
        replace(found, program=str(tmp_path / "none")).ask("status")


def test_much_is_asked_and_answered_at_once(project: Path) -> None:
    """More than a pipe holds, in both directions."""
    found = plumbing.around(project)
    assert found is not None
    asked = f"{found.resolve('HEAD')}\n".encode() * 20_000
    assert 20_000 == found.ask("cat-file", "--batch-check", data=asked).count(b"commit")


@pytest.mark.parametrize("name", ["release#1", "größe/1", "a" * 200, "x@y", "-"])
def test_branches_are_found_by_any_name_that_git_allows(project: Path, name: str) -> None:
    """By their full name even `-`."""
    head = git(project, "rev-parse", "HEAD")
    git(project, "update-ref", f"refs/remotes/origin/{name}", head)
    found = plumbing.around(project)
    assert found is not None
    assert head == found.resolve(f"refs/remotes/origin/{name}")


@pytest.mark.parametrize(
    "name", ["", "-h", "--all", "HEAD:a.txt", ":/x", "a b", "HEAD\n", "x*", "[", "?", "HEAD^{/x y}", "a\\b", "9" * 2000]
)
def test_what_is_no_revision_is_no_commit(project: Path, name: str) -> None:
    """An option, a path, a search in messages, a pattern."""
    found = plumbing.around(project)
    assert found is not None
    assert found.resolve(name) is None
