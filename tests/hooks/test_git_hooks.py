"""What only the plain hooks of `hooks/` do, and the commands that they call."""

from pathlib import Path

import pytest

from tests.hooks.conftest import Hooked
from tests.repositories import Repo, leak


@pytest.fixture
def repo(plain: Hooked) -> Hooked:
    """A repository with one commit."""
    plain.stage("README.md", "hello\n")
    plain.commit()
    return plain


def test_clean_commit_prints_nothing(repo: Hooked) -> None:
    """Nobody reads what is printed every time."""
    repo.stage("a.py", "a = 1\n")
    done = repo.commits()
    assert (done.code, done.output) == (0, "")


def test_push_has_every_version(repo: Hooked, tmp_path: Path) -> None:
    """A secret that a later commit took out, in a new branch and in a known one; deleting a branch is no push of anything."""
    remote = Repo.make(tmp_path / "remote")
    remote.git("config", "receive.denyCurrentBranch", "ignore")
    repo.git("remote", "add", "origin", str(remote.root))
    assert repo.by_hand("git", "push", "-q", "origin", "main").code == 0
    repo.stage("a.py", leak())
    repo.commit()
    repo.stage("a.py", "a = 1\n")
    repo.commit()
    for branch in ("main", "main:new"):
        done = repo.by_hand("git", "push", "-q", "origin", branch)
        assert done.code == 1
        assert ":a.py:1:" in done.output
    repo.git("reset", "-q", "--hard", "HEAD~2")
    repo.stage("b.py", "b = 1\n")
    repo.commit()
    done = repo.by_hand("git", "push", "-q", "origin", "main:new")
    assert done.code == 0, done.output
    done = repo.by_hand("git", "push", "-q", "origin", ":new")
    assert done.code == 0, done.output


def test_missing_leakguard_is_no_pass(repo: Hooked, tmp_path: Path) -> None:
    """One line and a hint."""
    (tmp_path / "bin" / "leakguard").unlink()
    repo.stage("a.py", "a = 1\n")
    done = repo.commits()
    assert done.code == 1
    assert "error: leakguard was not found" in done.output


@pytest.mark.parametrize("given", ["x\n", "refs/heads/a " + "0" * 39 + " refs/heads/a " + "0" * 40 + "\n", "a --all b --all\n"])
def test_wrong_input_of_a_push_is_a_usage_error(repo: Hooked, given: str) -> None:
    """Nothing of it reaches git."""
    done = repo.leakguard("hook", "pre-push", "origin", "url", given=given)
    assert done.code == 2
    assert "hint: " in done.output


def test_build_that_fails_is_incomplete(repo: Hooked) -> None:
    """Its own words stand above our line; nothing is said to pass."""
    repo.stage("package.json", '{"name": "a", "version": "1.0.0", "scripts": {"build": "exit 9"}}')
    done = repo.leakguard("hook", "artifacts")
    assert done.code == 3
    assert "error: `npm run build --if-present` ended with 9" in done.output
    repo.stage("package.json", "{}")
    assert repo.leakguard("hook", "artifacts", "--build", "exit 4").code == 3


def test_nothing_to_build_is_a_usage_error(repo: Hooked) -> None:
    """With the files that are looked for."""
    done = repo.leakguard("hook", "artifacts")
    assert done.code == 2
    assert "package.json" in done.output
