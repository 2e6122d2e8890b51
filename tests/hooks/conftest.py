"""Repositories with our hooks in both shapes: those of pre-commit, and the plain scripts of `hooks/`.

pre-commit would make an environment and fill it from an index, which needs the network: here its hooks say `language: system` and call the
checkout's own command. Nothing else of them is changed, and what an installed leakguard is, `tests/test_project.py` builds and tries.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.repositories import ROOT, Done, Repo

HOOKS: list[dict[str, object]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
HANDED = [{"id": "leakguard"}, {"id": "leakguard-policy"}, {"id": "leakguard-artifacts", "args": ["--no-isolation"]}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooked(Repo):
    """A repository in which hooks fire when a person uses git."""

    variables: dict[str, str]
    """That the person has."""

    def by_hand(self, *command: str) -> Done:
        """Run a command as that person does, hooks and all."""
        return self.run(*command, env=self.variables)

    def commits(self, *arguments: str) -> Done:
        """Commit as that person does."""
        return self.by_hand("git", "commit", "-q", "-m", "x", *arguments)

    def pre_commit(self, *arguments: str) -> Done:
        """Run the real pre-commit, with a store of its own."""
        return self.by_hand(sys.executable, "-m", "pre_commit", *arguments)


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with our hooks, as pre-commit clones it."""
    made = Repo.make(tmp_path_factory.mktemp("source") / "leakguard")
    hooks = [{**one, "language": "system", "entry": f"{sys.executable} -m {one['entry']}"} for one in HOOKS]
    for one in hooks:
        one.pop("additional_dependencies", None)
    made.stage(".pre-commit-hooks.yaml", yaml.safe_dump(hooks))
    made.commit()
    return made


@pytest.fixture
def framework(tmp_path: Path, source: Repo) -> Hooked:
    """A repository that uses pre-commit, with its hooks installed."""
    made = _made(tmp_path, {"PRE_COMMIT_HOME": str(tmp_path / ".store")})
    config = {"repos": [{"repo": str(source.root), "rev": source.git("rev-parse", "HEAD").strip(), "hooks": HANDED}]}
    made.stage(".pre-commit-config.yaml", yaml.safe_dump(config))
    done = made.pre_commit("install", "--hook-type", "pre-commit", "--hook-type", "pre-merge-commit")
    assert done.code == 0, done.output
    return made


@pytest.fixture
def plain(tmp_path: Path) -> Hooked:
    """A repository with the scripts, and a folder on the path with `leakguard` in it."""
    if os.name == "nt":
        pytest.skip("shell scripts")
    command = tmp_path / "bin" / "leakguard"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m leakguard "$@"\n')
    command.chmod(0o755)
    made = _made(tmp_path, {"PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}"})
    for script, name in (("pre-commit", "pre-commit"), ("pre-commit", "pre-merge-commit"), ("pre-push", "pre-push")):
        made.write(f".git/hooks/{name}", (ROOT / "hooks" / script).read_bytes()).chmod(0o755)
    return made


@pytest.fixture(params=["plain", pytest.param("framework", marks=pytest.mark.slow)])
def hooked(request: pytest.FixtureRequest) -> Hooked:
    """A repository with hooks of either shape, before its first commit."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, Hooked)
    return made


def _made(folder: Path, variables: dict[str, str]) -> Hooked:
    return Hooked(root=Repo.make(folder / "repo").root, variables=variables)
