"""The plain hooks of `hooks/`, run by the real git."""

import os
import sys
from pathlib import Path

import pytest

from tests.repositories import ROOT, Done, Repo, leak

pytestmark = pytest.mark.skipif(os.name == "nt", reason="shell scripts")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with both hooks, and a folder on the path with `leakguard` in it."""
    made = Repo.make(tmp_path / "repo")
    made.stage("README.md", "hello\n")
    made.commit()
    for name in ("pre-commit", "pre-push"):
        made.write(f".git/hooks/{name}", (ROOT / "hooks" / name).read_bytes()).chmod(0o755)
    command = tmp_path / "bin" / "leakguard"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m leakguard "$@"\n')
    command.chmod(0o755)
    return made


def git(repo: Repo, *arguments: str) -> Done:
    """Run git as a person who has leakguard on the path."""
    return repo.run("git", *arguments, env={"PATH": f"{repo.root.parent / 'bin'}{os.pathsep}{os.environ['PATH']}"})


def test_commit_with_a_leak_is_refused(repo: Repo) -> None:
    """Nothing is committed, and what blocks is printed; a clean commit prints nothing of ours."""
    repo.stage("a.py", leak())
    done = git(repo, "commit", "-m", "x")
    assert done.code == 1
    assert "block[secret/github-token]" in done.output
    repo.stage("a.py", "a = 1\n")
    done = git(repo, "commit", "-q", "-m", "x")
    assert (done.code, done.output) == (0, "")


def test_policy_edits_are_shown(repo: Repo) -> None:
    """A staged policy is checked too."""
    repo.stage("leakguard.yaml", "version: 1\nrules: {file/litter: allow}\n")
    done = git(repo, "commit", "-q", "-m", "x")
    assert done.code == 0
    assert "+rules: {file/litter: allow}" in done.output
    repo.stage("leakguard.yaml", "nonsense\n")
    assert git(repo, "commit", "-q", "-m", "x").code != 0


def test_push_has_every_version(repo: Repo, tmp_path: Path) -> None:
    """A secret that a later commit took out, in a new branch and in a known one; deleting a branch is no push of anything."""
    remote = Repo.make(tmp_path / "remote")
    remote.git("config", "receive.denyCurrentBranch", "ignore")
    repo.git("remote", "add", "origin", str(remote.root))
    assert git(repo, "push", "-q", "origin", "main").code == 0
    repo.stage("a.py", leak())
    repo.commit()
    repo.stage("a.py", "a = 1\n")
    repo.commit()
    for branch in ("main", "main:new"):
        done = git(repo, "push", "-q", "origin", branch)
        assert done.code == 1
        assert ":a.py:1:" in done.output
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.stage("b.py", "b = 1\n")
    repo.commit()
    done = git(repo, "push", "-q", "origin", "main:new")
    assert done.code == 0, done.output
    done = git(repo, "push", "-q", "origin", ":new")
    assert done.code == 0, done.output


def test_missing_leakguard_is_no_pass(repo: Repo, tmp_path: Path) -> None:
    """One line and a hint."""
    (tmp_path / "bin" / "leakguard").unlink()
    repo.stage("a.py", "a = 1\n")
    done = git(repo, "commit", "-m", "x")
    assert done.code == 1
    assert "error: leakguard was not found" in done.output


@pytest.mark.parametrize("given", ["x\n", "refs/heads/a " + "0" * 39 + " refs/heads/a " + "0" * 40 + "\n", "a --all b --all\n"])
def test_wrong_input_of_a_push_is_a_usage_error(repo: Repo, given: str) -> None:
    """Nothing of it reaches git."""
    done = repo.leakguard("hook", "pre-push", "origin", "url", given=given)
    assert done.code == 2
    assert "hint: " in done.output


def test_build_that_fails_is_incomplete(repo: Repo) -> None:
    """Its own words stand above our line; nothing is said to pass."""
    repo.stage("package.json", '{"name": "a", "version": "1.0.0", "scripts": {"build": "exit 9"}}')
    done = repo.leakguard("hook", "artifacts")
    assert done.code == 3
    assert "error: `npm run build --if-present` ended with 9" in done.output
    repo.stage("package.json", "{}")
    assert repo.leakguard("hook", "artifacts", "--build", "exit 4").code == 3


def test_nothing_to_build_is_a_usage_error(repo: Repo) -> None:
    """With the files that are looked for."""
    done = repo.leakguard("hook", "artifacts")
    assert done.code == 2
    assert "package.json" in done.output
