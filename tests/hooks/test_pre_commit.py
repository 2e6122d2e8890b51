"""What only the hooks of `.pre-commit-hooks.yaml` do, run by the real pre-commit in real repositories."""

from pathlib import Path

import pytest

from tests import builders
from tests.hooks.conftest import HOOKS, Hooked
from tests.repositories import Repo, leak

pytestmark = pytest.mark.slow


@pytest.fixture
def repo(framework: Hooked) -> Hooked:
    """A repository that uses pre-commit."""
    return framework


def test_hooks_call_commands_that_there_are() -> None:
    """Each entry is a command of ours, and none passes file names to a shell."""
    from click.testing import CliRunner

    from leakguard.cli._shell import root

    for hook in HOOKS:
        assert hook["language"] == "python"
        words = str(hook["entry"]).split()
        assert words[0] == "leakguard"
        assert CliRunner().invoke(root, [*words[1:], "--help"]).exit_code == 0


def test_try_repo_blocks_a_leak(source: Repo, tmp_path: Path) -> None:
    """As its documentation says a hook is tried, in an empty first commit and with a leak staged."""
    repo = Hooked(root=Repo.make(tmp_path / "repo").root, variables={"PRE_COMMIT_HOME": str(tmp_path / ".store")})
    command = ("try-repo", str(source.root), "leakguard", "--verbose")
    done = repo.pre_commit(*command)
    assert done.code == 0, done.output
    repo.stage("a.py", leak())
    done = repo.pre_commit(*command)
    assert done.code == 1, done.output
    assert "block[secret/github-token]" in done.output
    repo.stage("a.py", "a = 1\n")
    assert repo.pre_commit(*command).code == 0


def test_all_files_and_ranges_are_never_passed_unseen(repo: Hooked) -> None:
    """`--all-files` and `--from-ref` in CI, where nothing is staged."""
    repo.stage("a.py", leak())
    repo.commit()
    repo.stage("b.py", "b = 1\n")
    repo.commit()
    assert repo.pre_commit("run", "leakguard", "--all-files").code == 1
    assert repo.pre_commit("run", "leakguard", "--from-ref", "HEAD~1", "--to-ref", "HEAD").code == 0
    repo.stage("a.py", "a = 1\n")
    repo.commit()
    assert repo.pre_commit("run", "leakguard", "--all-files").code == 0
    done = repo.pre_commit("run", "leakguard", "--from-ref", "HEAD~2", "--to-ref", "HEAD")
    assert done.code == 0, done.output


@pytest.mark.parametrize("stage", ["manual", "pre-push"])
def test_artifacts_hook_inspects_what_npm_would_ship(repo: Hooked, stage: str) -> None:
    """The map that the build leaves in dist/ is blocked, and the list of what ships is printed."""
    writes = "require('fs').mkdirSync('dist',{recursive:true});require('fs').writeFileSync('dist/a.js','a()');"
    leaks = f"require('fs').writeFileSync('dist/a.js.map',{builders.source_map({'../src/a.ts': builders.code(40)})!r});"
    for script, code in ((writes + leaks, 1), (writes, 0)):
        repo.stage("build.js", script)
        repo.stage("package.json", '{"name": "a", "version": "1.0.0", "files": ["dist"], "scripts": {"build": "node build.js"}}')
        repo.stage(".gitignore", "dist\n")
        repo.commit()
        done = repo.pre_commit("run", "leakguard-artifacts", "--hook-stage", stage, "--all-files")
        assert done.code == code, done.output
        assert "dist/a.js (3 B)" in done.output
        assert ("source-map/embedded-source" in done.output) is bool(code)
    assert not (repo.root / "dist").exists()


def test_artifacts_hook_builds_python_packages(repo: Hooked) -> None:
    """Wheel and sdist, from a copy: the checkout stays as it was."""
    repo.stage(
        "pyproject.toml",
        '[build-system]\nrequires = ["flit_core"]\nbuild-backend = "flit_core.buildapi"\n'
        '[project]\nname = "a"\nversion = "1"\ndescription = "d"\n',
    )
    repo.stage("a.py", leak())
    repo.commit()
    done = repo.pre_commit("run", "leakguard-artifacts", "--hook-stage", "manual", "--all-files")
    assert done.code == 1
    assert "secret/github-token" in done.output
    assert not (repo.root / "dist").exists()
