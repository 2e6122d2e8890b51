"""Policy, packs, lock and baseline of a commit count in place of those of the working tree, which a pull request can change."""

from pathlib import Path

import pytest

from leakguard import policy as policies
from leakguard.errors import FaultyFile, UsageError
from tests.builders import npm
from tests.conftest import Cli
from tests.repositories import commit, git

POLICY = "version: 1\nextends: shared/base.yaml\nsecrets: {rules: [shared/pack.toml]}\nlock: leakguard.lock\n"
BASE = "version: 1\nrules: {source-map/*: block}\n"
PACK = '[extend]\npath = "below.toml"\n[[rules]]\nid = "a"\nregex = "AAAA[0-9]{30}"\n'
BELOW = '[[rules]]\nid = "b"\nregex = "BBBB[0-9]{30}"\n'
LOCK = """version: 1
artifacts:
  npm example:
    size: 10 KB
    files:
      /.npmrc.swp: data 10 KB
      /package.json: data 10 KB
"""
FILES = {"leakguard.yaml": POLICY, "shared/base.yaml": BASE, "shared/pack.toml": PACK, "shared/below.toml": BELOW, "leakguard.lock": LOCK}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository whose working tree allows everything that its commit blocks."""
    folder = tmp_path / "project"
    folder.mkdir()
    commit(folder, FILES)
    (folder / "x.tgz").write_bytes(npm({".npmrc.swp": b"b0VIM 9.0" + b"\0" * 100}, manifest={"license": "MIT"}))
    (folder / "leakguard.yaml").write_text("version: 1\nrules: {'*': allow}\n")
    return folder


def test_a_commit_gives_the_policy_that_its_checkout_would(project: Path) -> None:
    """The same digest, so its bases, packs, what these extend, and the lock were read from the commit too."""
    with policies.snapshot("main", project) as origin:
        old = policies.load(cwd=project, origin=origin)
    git(project, "checkout", "-q", "--", ".")
    assert (policies.load(cwd=project).digest, "main:leakguard.yaml") == (old.digest, old.name)


@pytest.mark.parametrize("changed", [name for name in FILES if name != "leakguard.lock"])
def test_what_the_working_tree_changes_counts_for_nothing(project: Path, changed: str) -> None:
    """In none of the files that a policy is made of."""
    git(project, "checkout", "-q", "--", ".")
    before = policies.load(cwd=project).digest
    (project / changed).write_text("no: [policy\n")
    with policies.snapshot("main", project) as origin:
        assert before == policies.load(cwd=project, origin=origin).digest


def test_nothing_of_the_snapshot_is_left(project: Path) -> None:
    """Its folder is for its owner alone, and gone afterwards."""
    with policies.snapshot("main", project) as origin:
        policies.load(cwd=project, origin=origin)
        assert (origin.root.stat().st_mode & 0o777, True) == (0o700, (origin.root / "leakguard.yaml").is_file())
    assert not origin.root.exists()


def test_a_pull_request_cannot_exempt_itself(project: Path, cli: Cli) -> None:
    """By hand, and without being asked in the CI of a pull request."""
    assert (0, 1) == (
        cli("inspect", "x.tgz", cwd=project).exit_code,
        cli("inspect", "x.tgz", "--policy-from", "main", cwd=project).exit_code,
    )
    git(project, "update-ref", "refs/remotes/origin/main", "main")
    for variables in (
        {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"},
        {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"},
        {"SYSTEM_PULLREQUEST_TARGETBRANCH": "refs/heads/main"},
    ):
        done = cli("inspect", "x.tgz", "--format", "json", cwd=project, **variables)
        assert (1, "origin/main:leakguard.yaml") == (done.exit_code, done.report["policy"]["name"])


def test_a_push_is_judged_by_its_own_policy(project: Path, cli: Cli) -> None:
    """The variable of the branch alone does not make a pull request."""
    assert 0 == cli("inspect", "x.tgz", cwd=project, GITHUB_EVENT_NAME="push", GITHUB_BASE_REF="").exit_code


def test_asking_for_the_working_tree_is_told(project: Path, cli: Cli) -> None:
    """`--policy-from .` on a pull request weakens the gate, and the report says so."""
    on_request = {"GITHUB_EVENT_NAME": "pull_request", "GITHUB_BASE_REF": "main"}
    done = cli("inspect", "x.tgz", "--policy-from", ".", "--format", "json", cwd=project, **on_request)
    assert (0, ["--policy-from ."]) == (done.exit_code, done.report["weakened_by"])
    assert [] == cli("inspect", "x.tgz", "--policy-from", ".", "--format", "json", cwd=project).report["weakened_by"]


def test_a_missing_branch_is_exit_2_with_a_hint(project: Path, cli: Cli) -> None:
    """A shallow checkout has no target branch: never a pass by the policy of the request."""
    done = cli("inspect", "x.tgz", cwd=project, GITHUB_EVENT_NAME="pull_request", GITHUB_BASE_REF="main")
    assert (2, "") == (done.exit_code, done.stdout)
    assert "`origin/main`: there is no such commit" in done.stderr
    assert "fetch-depth: 0" in done.stderr


@pytest.mark.parametrize("ref", ["--output=x", "-h", "main\n", "no such", "a" * 5000, "main:leakguard.yaml", "@{-1}"])
def test_what_names_no_commit_is_refused(project: Path, ref: str) -> None:
    """And never taken for an option of git."""
    with pytest.raises(UsageError, match="there is no such commit"), policies.snapshot(ref, project):
        pass


def test_without_a_repository_there_is_no_commit(tmp_path: Path) -> None:
    """Exit 2, not the files that happen to lie there."""
    with pytest.raises(UsageError, match="no git repository"), policies.snapshot("main", tmp_path):
        pass


def test_a_commit_without_a_policy_has_the_default(project: Path, cli: Cli) -> None:
    """The first policy of a project counts once it is merged; a note says so."""
    git(project, "rm", "-q", "--cached", "leakguard.yaml")
    git(project, "commit", "-q", "-m", "none")
    done = cli("inspect", "x.tgz", "--policy-from", "main", cwd=project)
    assert (1, True) == (done.exit_code, "`main` has no leakguard.yaml" in done.stderr)


def test_a_link_in_a_commit_is_refused(project: Path) -> None:
    """As one in the working tree is."""
    (project / "leakguard.yaml").unlink()
    (project / "leakguard.yaml").symlink_to("/etc/hostname")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "link")
    with policies.snapshot("main", project) as origin, pytest.raises(UsageError, match="is a link"):
        policies.load(cwd=project, origin=origin)


def test_a_pack_that_is_a_link_is_a_fault(tmp_path: Path) -> None:
    """Told with the line of the policy that names it."""
    (tmp_path / "pack.toml").symlink_to("/etc/hostname")
    commit(tmp_path, {"leakguard.yaml": "version: 1\nsecrets: {rules: [pack.toml]}\n"})
    with policies.snapshot("main", tmp_path) as origin, pytest.raises(FaultyFile) as caught:
        policies.load(cwd=tmp_path, origin=origin)
    assert ("main:leakguard.yaml", 2, "this file is a link") == (caught.value.faults[0].path, *_told(caught.value))


def test_the_baseline_is_that_of_the_commit(project: Path, cli: Cli) -> None:
    """One that only the working tree has accepts nothing."""
    (project / "own.baseline").write_text("0" * 32 + "\n")
    done = cli("inspect", "x.tgz", "--policy-from", "main", "--baseline", "own.baseline", cwd=project)
    assert (2, True) == (done.exit_code, "does not exist in `main`" in done.stderr)
    git(project, "add", "own.baseline")
    git(project, "commit", "-q", "-m", "baseline")
    (project / "own.baseline").unlink()
    done = cli("inspect", "x.tgz", "--policy-from", "main", "--baseline", "own.baseline", "--format", "json", cwd=project)
    assert ["--baseline main:own.baseline"] == done.report["weakened_by"]


def test_a_preset_is_no_file_of_the_commit(project: Path) -> None:
    """It comes with the product."""
    with policies.snapshot("main", project) as origin:
        assert "strict" == policies.load("strict", cwd=project, origin=origin).name


@pytest.mark.parametrize("spec", ["/etc/hostname", "../other.yaml", "new.yaml"])
def test_a_policy_outside_of_the_commit_is_refused(project: Path, spec: str) -> None:
    """Whether or not the working tree has it."""
    (project / "new.yaml").write_text("version: 1\n")
    with policies.snapshot("main", project) as origin, pytest.raises(UsageError, match="in `main`"):
        policies.load(spec, cwd=project, origin=origin)


def _told(error: FaultyFile) -> tuple[int, str]:
    return error.faults[0].line, error.faults[0].message
