"""The hooks of `.pre-commit-hooks.yaml`, run by the real pre-commit in real repositories.

pre-commit would make an environment and fill it from an index, which needs the network: here the hooks say `language: system` and call the
checkout's own command. Nothing else of them is changed, and what an installed leakguard is, `tests/test_project.py` builds and tries.
"""

import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import builders
from tests.repositories import ROOT, Done, Repo, leak

pytestmark = pytest.mark.slow

HOOKS: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
COMMAND = (sys.executable, "-m", "pre_commit")


@pytest.fixture(scope="module")
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
def repo(tmp_path: Path, source: Repo) -> Repo:
    """A repository that uses them, with hooks installed."""
    made = Repo.make(tmp_path / "repo")
    revision = source.git("rev-parse", "HEAD").strip()
    hooks = [{"id": "leakguard"}, {"id": "leakguard-policy"}, {"id": "leakguard-artifacts", "args": ["--no-isolation"]}]
    config = {"repos": [{"repo": str(source.root), "rev": revision, "hooks": hooks}]}
    made.stage(".pre-commit-config.yaml", yaml.safe_dump(config))
    done = pre_commit(made, "install", "--hook-type", "pre-commit", "--hook-type", "pre-merge-commit")
    assert done.code == 0, done.output
    return made


def pre_commit(repo: Repo, *arguments: str) -> Done:
    """Run the real pre-commit, with a store of its own."""
    return repo.run(*COMMAND, *arguments, env={"PRE_COMMIT_HOME": str(repo.root.parent / ".store")})


def commit(repo: Repo, *arguments: str) -> Done:
    """Commit as a person does, hooks and all."""
    return repo.run("git", "commit", "-m", "x", *arguments, env={"PRE_COMMIT_HOME": str(repo.root.parent / ".store")})


def test_hooks_call_commands_that_there_are() -> None:
    """Each entry is a command of ours, and none passes file names to a shell."""
    from click.testing import CliRunner

    from leakguard.cli._shell import root

    for hook in HOOKS:
        assert hook["language"] == "python"
        words = hook["entry"].split()
        assert words[0] == "leakguard"
        assert CliRunner().invoke(root, [*words[1:], "--help"]).exit_code == 0


def test_try_repo_blocks_a_leak(source: Repo, tmp_path: Path) -> None:
    """As its documentation says a hook is tried, in an empty first commit and with a leak staged."""
    repo = Repo.make(tmp_path / "repo")
    command = ("try-repo", str(source.root), "leakguard", "--verbose")
    done = pre_commit(repo, *command)
    assert done.code == 0, done.output
    repo.stage("a.py", leak())
    done = pre_commit(repo, *command)
    assert done.code == 1, done.output
    assert "block[secret/github-token]" in done.output
    repo.stage("a.py", "a = 1\n")
    assert pre_commit(repo, *command).code == 0


def test_first_commit_is_blocked_and_then_passes(repo: Repo) -> None:
    """There is no HEAD; an empty commit passes too."""
    repo.stage("a.py", leak())
    done = commit(repo)
    assert done.code == 1
    assert "a.py:1:" in done.output
    repo.stage("a.py", "a = 1\n")
    done = commit(repo)
    assert done.code == 0, done.output
    assert commit(repo, "--allow-empty").code == 0


def test_partially_staged_files(repo: Repo) -> None:
    """What is staged counts, in both directions, and the working tree is as it was."""
    repo.stage("a.py", leak()).write_text("clean = 1\n")
    assert commit(repo).code == 1
    repo.stage("a.py", "clean = 1\n").write_text("clean = 1\n" + leak())
    done = commit(repo)
    assert done.code == 0, done.output
    assert "token" in (repo.root / "a.py").read_text()


def test_commit_of_everything_and_of_one_file(repo: Repo) -> None:
    """`git commit -a` and `git commit FILE` commit from an index of their own."""
    repo.stage("a.py", "a = 1\n")
    repo.stage("b.py", "b = 1\n")
    assert commit(repo).code == 0
    repo.write("a.py", leak())
    assert commit(repo, "-a").code == 1
    assert commit(repo, "a.py").code == 1
    repo.write("b.py", "b = 2\n")
    done = commit(repo, "b.py")
    assert done.code == 0, done.output


def test_rename_and_deletion(repo: Repo) -> None:
    """A leak is blocked under its new name; to delete it is not."""
    repo.stage("a.py", leak())
    repo.commit()
    repo.git("mv", "a.py", "b.py")
    assert commit(repo).code == 1
    repo.git("rm", "-q", "--cached", "b.py")
    done = commit(repo)
    assert done.code == 0, done.output


def test_merges(repo: Repo) -> None:
    """A conflict resolved with a leak, and a clean merge that brings one."""
    repo.stage("a.py", "a = 0\n")
    assert commit(repo).code == 0
    repo.git("checkout", "-q", "-b", "other")
    repo.stage("a.py", "a = 1\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.stage("a.py", "a = 2\n")
    repo.commit()
    repo.git("merge", "other", code=1)
    repo.stage("a.py", leak())
    assert commit(repo).code == 1
    repo.stage("a.py", "a = 3\n")
    done = commit(repo)
    assert done.code == 0, done.output
    repo.git("checkout", "-q", "other")
    repo.stage("leak.py", leak())
    repo.commit()
    repo.git("checkout", "-q", "main")
    done = repo.run("git", "merge", "--no-edit", "other", env={"PRE_COMMIT_HOME": str(repo.root.parent / ".store")})
    assert done.code != 0
    assert "leak.py:1:" in done.output


def test_submodules(repo: Repo, tmp_path: Path) -> None:
    """A new submodule is no reason to stop."""
    other = Repo.make(tmp_path / "other")
    other.stage("secret.py", leak())
    other.commit()
    repo.git("submodule", "--quiet", "add", str(other.root), "vendor/other")
    done = commit(repo)
    assert done.code == 0, done.output


def test_all_files_and_ranges_are_never_passed_unseen(repo: Repo) -> None:
    """`--all-files` and `--from-ref` in CI, where nothing is staged."""
    repo.stage("a.py", leak())
    repo.commit()
    repo.stage("b.py", "b = 1\n")
    repo.commit()
    assert pre_commit(repo, "run", "leakguard", "--all-files").code == 1
    assert pre_commit(repo, "run", "leakguard", "--from-ref", "HEAD~1", "--to-ref", "HEAD").code == 0
    repo.stage("a.py", "a = 1\n")
    repo.commit()
    assert pre_commit(repo, "run", "leakguard", "--all-files").code == 0
    done = pre_commit(repo, "run", "leakguard", "--from-ref", "HEAD~2", "--to-ref", "HEAD")
    assert done.code == 0, done.output


def test_policy_hook_shows_edits_and_refuses_faults(repo: Repo) -> None:
    """A change of what decides about leaks is seen by whoever commits it."""
    repo.stage("leakguard.yaml", "version: 1\nrules: {file/litter: allow}\n")
    done = commit(repo)
    assert done.code == 0, done.output
    assert "+rules: {file/litter: allow}" in done.output
    repo.stage("leakguard.yaml", "version: 1\nrulez: {}\n")
    done = commit(repo)
    assert done.code == 1
    assert "leakguard.yaml:2:1" in done.output
    repo.stage("leakguard.yaml", "version: 1\n")
    repo.stage("leakguard.baseline", "not a fingerprint\n")
    assert commit(repo).code == 1


@pytest.mark.parametrize("stage", ["manual", "pre-push"])
def test_artifacts_hook_inspects_what_npm_would_ship(repo: Repo, stage: str) -> None:
    """The map that the build leaves in dist/ is blocked, and the list of what ships is printed."""
    writes = "require('fs').mkdirSync('dist',{recursive:true});require('fs').writeFileSync('dist/a.js','a()');"
    leaks = f"require('fs').writeFileSync('dist/a.js.map',{builders.source_map({'../src/a.ts': builders.code(40)})!r});"
    for script, code in ((writes + leaks, 1), (writes, 0)):
        repo.stage("build.js", script)
        repo.stage("package.json", '{"name": "a", "version": "1.0.0", "files": ["dist"], "scripts": {"build": "node build.js"}}')
        repo.stage(".gitignore", "dist\n")
        repo.commit()
        done = pre_commit(repo, "run", "leakguard-artifacts", "--hook-stage", stage, "--all-files")
        assert done.code == code, done.output
        assert "dist/a.js (3 B)" in done.output
        assert ("source-map/embedded-source" in done.output) is bool(code)
    assert not (repo.root / "dist").exists()


def test_artifacts_hook_builds_python_packages(repo: Repo) -> None:
    """Wheel and sdist, from a copy: the checkout stays as it was."""
    repo.stage(
        "pyproject.toml",
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "a"\nversion = "1"\ndescription = "d"\n',
    )
    repo.stage("a.py", leak())
    repo.commit()
    done = pre_commit(repo, "run", "leakguard-artifacts", "--hook-stage", "manual", "--all-files")
    assert done.code == 1
    assert "secret/github-token" in done.output
    assert not (repo.root / "dist").exists()


def test_founding_incidents_are_blocked(repo: Repo) -> None:
    """A map beside the bundle, and one in a comment inside it, where no file name tells."""
    held = builders.source_map({f"../src/{number}.ts": builders.code(60, label=f"m{number}") for number in range(50)})
    repo.stage("dist/cli.js.map", held)
    done = commit(repo)
    assert done.code == 1
    assert "source-map/embedded-source" in done.output
    repo.git("rm", "-q", "--cached", "dist/cli.js.map")
    repo.stage("dist/cli.mjs", f"cli()\n//# sourceMappingURL={builders.inline_base64(held)}\n")
    done = commit(repo)
    assert done.code == 1
    assert "source-map/inline-source" in done.output
