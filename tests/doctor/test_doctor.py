"""`leakguard doctor` says what would get through, and nothing else."""

import contextlib
import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

import pytest

from leakguard.cli._shell import root
from tests import builders
from tests.repositories import ROOT, Repo

LICENCE = {"LICENSE": builders.MIT_TEXT}
ARTIFACTS: Mapping[str, bytes] = {
    "a-1.0.0.tgz": builders.npm({"index.js": "a()\n"}),
    "a-1.0-py3-none-any.whl": builders.wheel({"a/__init__.py": "a = 1\n"}, name="a"),
    "a-1.0.tar.gz": builders.sdist({"a/__init__.py": "a = 1\n"}, name="a"),
    "a.zip": builders.zip_of({"a.js": "a()\n"}),
}


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit on main."""
    made = Repo.make(tmp_path / "repo")
    made.stage("README.md", "hello\n")
    made.commit()
    return made


def states(repo: Repo, *arguments: str, code: int = 0, env: Mapping[str, str] | None = None) -> dict[str, str]:
    """`about: name` of each check → its state; the exit code must be the one expected. In this process: there are many."""
    out = io.BytesIO()
    with (
        contextlib.chdir(repo.root),
        mock.patch.dict(os.environ, repo.environment(env), clear=True),
        mock.patch("leakguard.cli._streams.write_bytes", out.write),
        root.make_context("leakguard", ["doctor", "--format", "json", *arguments]) as context,
    ):
        done = root.invoke(context)
    assert done == code, out.getvalue().decode()
    document = json.loads(out.getvalue())
    assert document["schema"] == "leakguard-doctor/1"
    assert document["healthy"] is (code == 0)
    return {f"{one['about']}: {one['name']}": one["state"] for one in document["checks"]}


@pytest.mark.parametrize("name", ARTIFACTS)
def test_every_canary_is_blocked_in_every_kind_of_package(repo: Repo, name: str) -> None:
    """With an allowlist all five; the artifact itself stays as it was."""
    path = repo.write(f"dist/{name}", ARTIFACTS[name])
    listed = "files: {allow: ['index.js', 'package.json', 'a/**', 'a.js', '*.dist-info/**', 'PKG-INFO', 'pyproject.toml']}"
    repo.write("leakguard.yaml", f"version: 1\n{listed}\n")
    told = {check: state for check, state in states(repo).items() if check.startswith("canary")}
    assert set(told.values()) == {"ok"}, told
    assert len(told) == 5
    assert path.read_bytes() == ARTIFACTS[name]


def test_plant_is_all_that_is_wrong_with_a_copy(repo: Repo) -> None:
    """A wheel whose RECORD was written anew is blocked by the token and by nothing about RECORD."""
    from leakguard.doctor._canaries import planted

    data = planted(ARTIFACTS["a-1.0-py3-none-any.whl"], "leakguard_canary.txt", b"harmless\n")
    repo.write("copy/a-1.0-py3-none-any.whl", data)
    done = repo.leakguard("inspect", "copy/a-1.0-py3-none-any.whl")
    assert done.code == 0, done.output
    assert "metadata/" not in done.output


def test_without_a_list_an_unlisted_file_is_said_to_get_through(repo: Repo) -> None:
    """That is no fault: the policy says nothing about files."""
    repo.write("dist/a-1.0.0.tgz", ARTIFACTS["a-1.0.0.tgz"])
    assert states(repo)["canary: unlisted file in a-1.0.0.tgz"] == "absent"


@pytest.mark.parametrize(
    ("rules", "failing"),
    [
        ("secret/*: allow", "token"),
        ("secret/github-token: warn", "token"),
        ("source-map/*: allow", "source map"),
        ("source-map/inline-source: warn", "source map in a comment"),
    ],
)
def test_gate_with_a_hole_is_unhealthy(repo: Repo, rules: str, failing: str) -> None:
    """Exit 1, and the check says which rule does not block."""
    repo.write("dist/a-1.0.0.tgz", ARTIFACTS["a-1.0.0.tgz"])
    repo.write("leakguard.yaml", f"version: 1\nrules: {{{rules}}}\n")
    assert states(repo, code=1)[f"canary: {failing} in a-1.0.0.tgz"] == "failed"
    done = repo.leakguard("doctor")
    assert done.code == 1
    assert "unhealthy:" in done.output
    assert "hint: make the policy block" in " ".join(done.output.split())


def test_open_package_may_ship_its_maps(repo: Repo) -> None:
    """What the policy allows on purpose is no hole."""
    repo.write("dist/a-1.0.0.tgz", builders.npm({"index.js": "a()\n", **LICENCE}, manifest={"license": "MIT"}))
    told = states(repo)
    assert (told["canary: source map in a-1.0.0.tgz"], told["canary: source map in a comment in a-1.0.0.tgz"]) == ("allowed", "ok")


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04nothing", b"\x1f\x8bnothing", b"plain text\n"])
def test_what_is_no_package_cannot_be_proved(repo: Repo, data: bytes) -> None:
    """No traceback, no success."""
    repo.write("x.tgz", data)
    assert states(repo, "x.tgz", code=1)["canary: source map in x.tgz"] == "failed"


def test_missing_artifact_is_incomplete(repo: Repo) -> None:
    """Exit 3 with a hint; a base that is none is exit 2."""
    done = repo.leakguard("doctor", "none.tgz")
    assert (done.code, "hint: " in done.output) == (3, True)
    assert repo.leakguard("doctor", "--base", "nowhere").code == 2
    assert repo.leakguard("doctor", "--base", "--output=x").code == 2


class TestHooks:
    """What would not fire."""

    CONFIG = "repos: [{repo: x, rev: y, hooks: [{id: leakguard}]}]\n"

    def test_configured_but_not_installed(self, repo: Repo) -> None:
        """`.pre-commit-config.yaml` alone does nothing."""
        repo.write(".pre-commit-config.yaml", self.CONFIG)
        assert states(repo, code=1)["hook: pre-commit"] == "failed"

    def test_hooks_path_that_leads_elsewhere(self, repo: Repo) -> None:
        """The hook is there, and git never looks at it."""
        repo.write(".git/hooks/pre-commit", (ROOT / "hooks" / "pre-commit").read_bytes()).chmod(0o755)
        assert states(repo)["hook: git hooks"] == "ok"
        repo.git("config", "core.hooksPath", "elsewhere")
        assert states(repo)["hook: git hooks"] == "absent"
        repo.write("elsewhere/pre-commit", (ROOT / "hooks" / "pre-commit").read_bytes()).chmod(0o755)
        assert states(repo)["hook: git hooks"] == "ok"

    def test_hook_that_is_not_executable(self, repo: Repo) -> None:
        """Git skips it."""
        repo.write(".git/hooks/pre-push", (ROOT / "hooks" / "pre-push").read_bytes()).chmod(0o644)
        assert states(repo, code=1)["hook: pre-push"] == "failed"

    def test_real_pre_commit_fires(self, repo: Repo) -> None:
        """What the real one installs is recognised."""
        import sys

        repo.write(".pre-commit-config.yaml", self.CONFIG)
        done = repo.run(sys.executable, "-m", "pre_commit", "install", env={"PRE_COMMIT_HOME": str(repo.root.parent / ".store")})
        assert done.code == 0, done.output
        assert states(repo)["hook: git hooks"] == "ok"

    @pytest.mark.parametrize(
        ("script", "npmrc", "state", "code"),
        [
            ("leakguard inspect x.tgz", "", "ok", 0),
            ("node hooks/npm-prepublish", "", "ok", 0),
            ("leakguard inspect x.tgz || true", "", "failed", 1),
            ("leakguard inspect x.tgz", "ignore-scripts = true\n", "failed", 1),
            ("echo", "ignore-scripts=true\n", "absent", 0),
        ],
    )
    def test_npm_scripts(self, repo: Repo, script: str, npmrc: str, state: str, code: int) -> None:
        """A script that npm does not run, or whose failure does not count, is no gate."""
        repo.write("package.json", json.dumps({"name": "a", "scripts": {"prepublishOnly": script}}))
        repo.write(".npmrc", npmrc)
        assert states(repo, code=code)["hook: npm scripts"] == state


def workflow(publish: str, inspect: str = "run: leakguard inspect dist/", **job: str) -> str:
    """A workflow with a job that inspects and one that publishes."""
    more = "".join(f"    {key.replace('_', '-')}: {value}\n" for key, value in job.items())
    return f"jobs:\n  check:\n    steps: [{{{inspect}}}]\n  release:\n{more}    steps:\n      - {publish}\n"


PIPELINES = {
    "needs it": (workflow("run: twine upload dist/*", needs="check"), "ok"),
    "needs it over another": (workflow("run: npm publish x.tgz", needs="[between]") + "  between: {needs: check, steps: []}\n", "ok"),
    "same job": (workflow("run: leakguard publish dist/*"), "ok"),
    "own action": (workflow("uses: pypa/gh-action-pypi-publish@v1", "uses: acme/leakguard@v1", needs="check"), "ok"),
    "no needs": (workflow("run: npm publish"), "failed"),
    "other needs": (workflow("run: pnpm -r publish", needs="none"), "failed"),
    "inspects afterwards": (workflow("run: npx semantic-release\n      - run: leakguard inspect ."), "failed"),
    "ignored": (workflow("run: twine upload dist/*", "run: leakguard inspect dist/ || true", needs="check"), "failed"),
    "continues": (workflow("run: twine upload x", "run: leakguard inspect dist/, continue-on-error: true", needs="check"), "failed"),
    "always": (workflow("run: twine upload x", needs="check", **{"if": "always()"}), "failed"),
    "only a comment": (workflow("run: twine upload x", "run: '# leakguard inspect'", needs="check"), "failed"),
}


@pytest.mark.parametrize("name", PIPELINES)
def test_publish_job_waits_for_the_inspection(repo: Repo, name: str) -> None:
    """In GitHub's workflows: a job that publishes needs one that inspects, whose failure counts."""
    text, state = PIPELINES[name]
    repo.write(".github/workflows/x.yml", text)
    assert states(repo, code=0 if state == "ok" else 1)["pipeline: x.yml: release"] == state


def test_own_release_workflow_is_healthy(repo: Repo) -> None:
    """What we hand out passes our own check."""
    repo.write(".github/workflows/release.yml", (ROOT / ".github" / "workflows" / "release.yml").read_bytes())
    assert states(repo)["pipeline: release.yml: publish"] == "ok"


CHECK = "leakguard: {extends: .leakguard}\n"
GITLAB = {
    "needs it": (CHECK + "publish: {stage: deploy, needs: [leakguard], script: [twine upload x]}\n", "ok"),
    "later stage": (CHECK + "publish: {stage: deploy, script: [twine upload x]}\n", "ok"),
    "starts at once": (CHECK + "publish: {stage: deploy, needs: [], script: [twine upload x]}\n", "failed"),
    "may fail": (
        "leakguard: {extends: .leakguard, allow_failure: true}\npublish: {needs: [leakguard], script: [npm publish x]}\n",
        "failed",
    ),
    "always": (CHECK + "publish: {needs: [leakguard], when: always, script: [!reference [a, b], npm publish x]}\n", "failed"),
    "publishes itself": ("publish: {script: [leakguard publish dist/*]}\n", "ok"),
}


@pytest.mark.parametrize("name", GITLAB)
def test_publish_job_of_gitlab_waits(repo: Repo, name: str) -> None:
    """By needs or by stages; a job that may fail is no gate."""
    text, state = GITLAB[name]
    repo.write(".gitlab-ci.yml", text)
    assert states(repo, code=0 if state == "ok" else 1)["pipeline: .gitlab-ci.yml: publish"] == state


@pytest.mark.parametrize(
    "text",
    ["[", "jobs: 3", "jobs: {a: [x]}", "jobs: {a: {steps: 3}}", "a: &a [*a]", "\0", "jobs: {a: {steps: [1, {run: [x]}], needs: {}}}"],
)
def test_broken_workflows_are_no_traceback(repo: Repo, text: str) -> None:
    """They are not ours to judge."""
    repo.write(".github/workflows/x.yml", text)
    repo.write(".gitlab-ci.yml", text)
    repo.write(".pre-commit-config.yaml", text)
    assert repo.leakguard("doctor").code == 0


STRICT = "version: 1\nextends: closed-source\nfiles: {allow: [a.js], deny: ['*.map']}\nsize: {files: 10}\nlimits: {depth: 5}\n"
LOOSER = {
    "a rule": STRICT + "rules: {secret/github-token: warn}\n",
    "another preset": STRICT.replace("closed-source", "open-source"),
    "an allowed pattern": STRICT.replace("a.js", "a.js, '**'"),
    "no list": STRICT.replace("allow: [a.js], ", ""),
    "a denied pattern": STRICT.replace(", deny: ['*.map']", ""),
    "a size": STRICT.replace("{files: 10}", "{files: 99}"),
    "a limit": STRICT.replace("{depth: 5}", "{depth: 50}"),
    "a waiver": STRICT + "waivers: [{rule: secret/generic, path: x, reason: r, expires: 2099-01-01}]\n",
    "a pragma": STRICT + "secrets: {pragmas: [gitleaks]}\n",
    "no policy": "",
}


@pytest.mark.parametrize("name", LOOSER)
def test_looser_policy_than_the_base_branch_is_told(repo: Repo, name: str) -> None:
    """Whatever way it is looser in."""
    repo.stage("leakguard.yaml", STRICT)
    repo.commit()
    repo.git("checkout", "-q", "-b", "feature")
    if LOOSER[name]:
        repo.write("leakguard.yaml", LOOSER[name])
    else:
        (repo.root / "leakguard.yaml").unlink()
    assert states(repo, code=1)["policy: policy against main"] == "failed"


@pytest.mark.parametrize(
    "text", [STRICT, STRICT + "rules: {file/litter: block}\n", STRICT.replace("files: 10", "files: 9"), STRICT + "# word\n"]
)
def test_same_or_stricter_policy_is_healthy(repo: Repo, text: str) -> None:
    """To tighten needs nobody's leave; with files that it extends."""
    repo.stage("base/own.yaml", "version: 1\nrules: {file/litter: warn}\n")
    repo.stage("leakguard.yaml", STRICT.replace("extends: closed-source", "extends: [base/own.yaml, closed-source]"))
    repo.commit()
    repo.git("checkout", "-q", "-b", "feature")
    repo.write("leakguard.yaml", text.replace("extends: closed-source", "extends: [base/own.yaml, closed-source]"))
    assert states(repo)["policy: policy against main"] == "ok"


def test_no_tag_stands_in_for_the_base_branch(repo: Repo) -> None:
    """Git would prefer a tag of the same short name, and anybody who may push can make one."""
    repo.stage("leakguard.yaml", STRICT)
    repo.commit()
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("checkout", "-q", "-b", "feature")
    repo.stage("leakguard.yaml", LOOSER["a rule"])
    repo.commit()
    repo.git("tag", "origin/main")
    repo.git("tag", "main")
    assert states(repo, code=1)["policy: policy against origin/main"] == "failed"


@pytest.mark.parametrize(
    "variable", ["CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "SYSTEM_PULLREQUEST_TARGETBRANCH", "BITBUCKET_PR_DESTINATION_BRANCH"]
)
def test_base_branch_is_that_of_the_request(repo: Repo, variable: str) -> None:
    """In every CI that the gate knows."""
    repo.commit()
    repo.git("update-ref", "refs/remotes/origin/release#1", "HEAD")
    done = repo.leakguard("doctor", env={variable: "release#1"})
    assert "policy against origin/release#1" in " ".join(done.output.split())


def test_longer_baseline_is_told(repo: Repo) -> None:
    """To accept more is to loosen; to accept less is not."""
    repo.stage("leakguard.baseline", f"{'a' * 32}\n{'b' * 32}\n")
    repo.commit()
    repo.write("leakguard.baseline", f"{'a' * 32}\n")
    assert states(repo)["policy: baseline against main"] == "ok"
    repo.write("leakguard.baseline", f"{'a' * 32}\n{'c' * 32}\n")
    assert states(repo, code=1)["policy: baseline against main"] == "failed"


def test_names_reach_no_terminal(repo: Repo) -> None:
    """Of workflows and jobs."""
    repo.write(".github/workflows/\x1b[31m\n::error::x.yml", 'jobs: {"a\\e[31mb": {steps: [{run: npm publish}]}}\n')
    for form in ("text", "json"):
        done = repo.leakguard("doctor", "--format", form)
        assert done.code == 1
        assert not [one for one in done.output if not one.isprintable() and one != "\n"]
