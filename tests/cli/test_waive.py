"""`leakguard waive` writes a waiver that `inspect` honours."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.builders import npm, token
from tests.conftest import ROOT, Cli

POLICY = "# ours\nversion: 1\n\nrules:\n  file/litter: warn   # for now\n"
REASON = ("--reason", "it is a fake", "--expires", "30d")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose package has a credential file."""
    (tmp_path / "leakguard.yaml").write_text(POLICY)
    secret = token("npm_", 36)
    (tmp_path / "x.tgz").write_bytes(npm({"conf/.npmrc": f"//registry.example.org/:_authToken={secret}\n"}))
    return tmp_path


def test_what_was_waived_does_not_block_and_stays_in_the_report(project: Path, cli: Cli) -> None:
    """One command for each finding, with what the report shows."""
    blocked = [one for one in cli("inspect", "x.tgz", "--format", "json").report["artifacts"][0]["findings"] if one["action"] == "block"]
    for one in blocked:
        path = one["location"]["path"].removeprefix("package/")
        done = cli("waive", one["rule"], path, "--fingerprint", one["fingerprint"], *REASON, "--by", "release-team")
        assert (0, "") == (done.exit_code, done.stderr)
    done = cli("inspect", "x.tgz", "--format", "json")
    kept = [one for one in done.report["artifacts"][0]["findings"] if one["suppressed"]]
    day = (datetime.now(UTC).date() + timedelta(30)).isoformat()
    assert 0 == done.exit_code
    assert [{"by": "waiver", "reason": "it is a fake", "expires": day}] * len(blocked) == [one["suppressed"] for one in kept]
    assert (project / "leakguard.yaml").read_text().startswith(POLICY)


def test_a_broad_waiver_is_a_finding_that_it_does_not_waive(project: Path, cli: Cli) -> None:
    """Neither by every rule nor by every path."""
    assert 0 == cli("waive", "*", "**", *REASON).exit_code
    assert 0 == cli("waive", "secret/*", "**/*", *REASON).exit_code
    found = cli("inspect", "x.tgz", "--format", "json").report["artifacts"][0]["findings"]
    broad = [one for one in found if one["rule"] == "policy/broad-waiver"]
    assert ["warn", "warn"] == [one["action"] for one in broad]
    assert ["leakguard.yaml"] * 2 == [one["location"]["path"] for one in broad]
    assert (project / "leakguard.yaml").read_text().startswith(POLICY)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["secret/private-kei", "a"], 'did you mean "secret/private-key"'),
        (["secret/private-key"], "needs a path or a fingerprint"),
        (["secret/private-key", "a", "--expires", "2020-01-01"], "is over already"),
        (["secret/private-key", "a", "--expires", "tomorrow"], "is no day"),
        (["secret/private-key", "a", "--expires", "99999999d"], "is no day"),
        (["secret/private-key", "a", "--policy", "strict"], "is a preset"),
        (["secret/private-key", "a", "--policy", "none.yaml"], "no policy `none.yaml`"),
        (["secret/private-key", "a", "--policy", "link.yaml"], "is a link"),
        (["secret/private-key", "a", "--fingerprint", "zz"], "`fingerprint` is not right"),
    ],
)
def test_what_is_wrong_is_exit_2_and_changes_nothing(project: Path, cli: Cli, arguments: list[str], told: str) -> None:
    """With a hint, and the policy as it was."""
    (project / "link.yaml").symlink_to("leakguard.yaml")
    done = cli("waive", arguments[0], *REASON, *arguments[1:])
    assert (2, "") == (done.exit_code, done.stdout)
    assert told in done.stderr
    assert POLICY == (project / "leakguard.yaml").read_text()


def test_a_policy_is_made_only_when_asked(tmp_path: Path, cli: Cli) -> None:
    """With `--create`."""
    assert 2 == cli("waive", "secret/private-key", "a.pem", *REASON).exit_code
    assert not (tmp_path / "leakguard.yaml").exists()
    assert 0 == cli("waive", "secret/private-key", "a.pem", *REASON, "--create").exit_code
    assert 0 == cli("policy", "check").exit_code


WRITER = """
import sys
from pathlib import Path
from leakguard.cli._outputs import replace_file
sys.stdout.write("ready\\n"); sys.stdout.flush()
number = 0
while True:
    number += 1
    replace_file(Path("leakguard.yaml"), b"version: 1\\n" + b"# %d\\n" % (number % 10) * 200000 + b"# end\\n", "the policy")
"""


def test_a_crash_never_leaves_half_a_file(project: Path) -> None:
    """Killed at any moment while writing, the policy is the old one or the new one, and whole."""
    (project / "leakguard.yaml").write_text("version: 1\n# end\n")
    for number in range(8):
        command = [sys.executable, "-c", WRITER]
        with subprocess.Popen(command, cwd=project, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            assert b"ready\n" == writer.stdout.readline()
            time.sleep(0.01 + 0.013 * number)
            writer.send_signal(signal.SIGKILL)
        text = (project / "leakguard.yaml").read_text()
        assert (True, True) == (text.startswith("version: 1\n"), text.endswith("# end\n"))
        assert text.count("\n") in (2, 200002)
