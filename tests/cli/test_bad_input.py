"""Whatever a policy or baseline is: exit 2, one line for each fault with its place, no traceback, and nothing of its content."""

import os
from pathlib import Path

import pytest

from tests.builders import npm, token
from tests.conftest import Cli, Run

NETRC = "machine example.org login me password {}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project below a home folder that holds a credential file."""
    folder = tmp_path / ".home" / "project"
    (folder / ".git").mkdir(parents=True)
    (folder / "x.tgz").write_bytes(npm({"a.js": "a"}))
    return folder


def secret_in(project: Path) -> str:
    """Put a secret into `~/.netrc`."""
    secret = token("", 30)
    (project.parent / ".netrc").write_text(NETRC.format(secret))
    return secret


def refused(done: Run) -> str:
    """What was said, once it is clear that it is a refusal."""
    assert (2, "") == (done.exit_code, done.stdout)
    assert "Traceback" not in done.stderr
    assert done.stderr.count("\n") <= 500
    return done.stderr


LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(number + 1)}: &{chr(number + 1)} [{', '.join([f'*{chr(number)}'] * 9)}]\n" for number in range(ord("a"), ord("h"))
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LAUGHS, "YAML anchors are refused"),
        ("version: 1\n" + "# padding\n" * 5_000_000, "larger than 1000000 bytes"),
        ("version: 1\nextends: " + "[" * 5000, "nested deeper"),
        ("version: 1\nextends: [leakguard.yaml]\n", "extends itself"),
        ("version: 1\nversion: 1\n", "leakguard.yaml:2:1: duplicate key"),
        ("version: 1\nwaivers: [{rule: a/b}]\n", "leakguard.yaml:2:11"),
        ("version: 1\nsecrets: {rules: [~/.netrc]}\n", "leakguard.yaml:2:19: this file does not exist"),
        ("version: 1\nsecrets: {rules: [../.netrc]}\n", "leakguard.yaml:2:19: this file leaves the folder of the policy"),
        ("version: 1\nsecrets: {detect-secrets: {baseline: ../.netrc}}\n", "this file leaves the folder of the policy"),
        ("version: 1\nsecrets: {detect-secrets: {baseline: netrc}}\n", "this file is a link"),
        ("version: 1\nextends: netrc\n", "this file is a link"),
        ("version: 1\nextends: ../.netrc\n", "leaves the folder"),
        ("version: 1\nlock: ../.netrc\n", "leaves the folder"),
        ("version: 1\nlock: netrc\n", "is a link"),
        ("version: 1\nextends: pipe\n", "is not a regular file"),
        ("\0\1\2", "control character"),
        ("\ud800", "not UTF-8"),
    ],
)
def test_a_bad_policy_is_refused(project: Path, cli: Cli, text: str, told: str) -> None:
    """Before any work."""
    secret = secret_in(project)
    (project / "netrc").symlink_to("../.netrc")
    os.mkfifo(project / "pipe")
    (project / "leakguard.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    said = refused(cli("inspect", "x.tgz", cwd=project))
    assert told in said
    assert secret not in said


def test_all_faults_are_told_at_once(project: Path, cli: Cli) -> None:
    """Each with line and column, in the order of the file."""
    (project / "leakguard.yaml").write_text("version: 1\nopennes: closed\nrules: {secret/npn-token: block}\nsize: {files: many}\n")
    said = refused(cli("inspect", "x.tgz", cwd=project)).splitlines()
    assert ["leakguard.yaml:2:1", "leakguard.yaml:3:9", "leakguard.yaml:4:15"] == [one.split(": ")[0] for one in said if one[0] == "l"]
    assert '  hint: did you mean "secret/npm-token"?' in said


def test_a_policy_that_is_a_link_is_refused_where_it_is_found(project: Path, cli: Cli) -> None:
    """It may be anybody's; who trusts it names it."""
    (project / "real.yaml").write_text("version: 1\n")
    (project / "leakguard.yaml").symlink_to("real.yaml")
    assert "is a link" in refused(cli("inspect", "x.tgz", cwd=project))
    assert 2 != cli("inspect", "x.tgz", "--policy", "leakguard.yaml", cwd=project).exit_code


@pytest.mark.parametrize("name", ["../.netrc", "binary", "huge", "lines", "folder", "pipe", "none"])
def test_a_bad_baseline_is_refused(project: Path, cli: Cli, name: str) -> None:
    """A credential file in its place is told by lines, and not by what stands in them; a pipe is not waited for."""
    secret = secret_in(project)
    (project / "binary").write_bytes(bytes(range(256)) * 4)
    (project / "huge").write_bytes(b"# x\n" * 5_000_000)
    (project / "lines").write_bytes(b"x\n" * 1_000_000)
    (project / "folder").mkdir()
    os.mkfifo(project / "pipe")
    said = cli("inspect", "x.tgz", "--baseline", name, cwd=project)
    assert (2, "", True) == (said.exit_code, said.stdout, len(said.stderr) < 100_000)
    assert [] == [word for word in (secret, "login", "Traceback") if word in said.stderr]
