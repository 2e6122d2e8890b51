"""`leakguard attest` and `leakguard verify`, as two jobs of a pipeline run them."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attestation import samples
from tests.cli.command import environment
from tests.conftest import Cli
from tests.publish import packages


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A folder with a clean wheel and sdist."""
    folder = tmp_path / "dist"
    folder.mkdir()
    packages.wheel(folder, "clean"), packages.sdist(folder, "clean")
    return folder


def test_what_is_attested_is_verified(cli: Cli, dist: Path, tmp_path: Path) -> None:
    """Unsigned, with a warning; the statement has digests, policy, verdict and coverage in the places of the standards."""
    made = cli("attest", dist, "-o", "a.json", "--format", "json")
    assert made.exit_code == 0, made.output
    body = json.loads((tmp_path / "a.json").read_bytes())
    assert ("https://in-toto.io/Statement/v1", "https://slsa.dev/verification_summary/v1") == (body["_type"], body["predicateType"])
    assert {path.name: packages.sha256(path) for path in dist.iterdir()} == {
        one["name"]: one["digest"]["sha256"] for one in body["subject"]
    }
    assert made.report["policy"]["digest"] == f"sha256:{body['predicate']['policy']['digest']['sha256']}"
    assert [one["coverage"] for one in made.report["artifacts"]] == [one["annotations"]["coverage"] for one in body["subject"]]
    assert ("PASSED", "pkg:pypi/clean@1.0") == (body["predicate"]["verificationResult"], body["predicate"]["resourceUri"])
    done = cli("verify", dist, "--attestation", "a.json", "--policy-digest", made.report["policy"]["digest"], "--max-age", "1h")
    assert done.exit_code == 0, done.output
    assert "unsigned" in done.stdout
    assert "warning: the statement is not signed" in done.stderr


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_what_is_signed_is_verified(cli: Cli, dist: Path, tmp_path: Path, kind: str) -> None:
    """With the public half of the key."""
    private, public = samples.key_pair(tmp_path, kind)
    assert cli("attest", dist, "-o", "a.json", "--key", private).exit_code == 0
    done = cli("verify", dist, "--attestation", "a.json", "--key", public)
    assert (done.exit_code, done.stderr) == (0, "")
    assert "signed by " in done.stdout


def test_what_is_blocked_gets_no_attestation(cli: Cli, dist: Path, tmp_path: Path) -> None:
    """Exit 1, no file, and one that was there stays as it was."""
    packages.leaking_wheel(dist, "leaking")
    done = cli("attest", dist, "-o", "a.json")
    assert done.exit_code == 1
    assert "no attestation was written" in done.stderr
    assert not (tmp_path / "a.json").exists()
    (tmp_path / "a.json").write_text("kept", encoding="utf-8")
    assert cli("attest", dist, "-o", "a.json", "--force").exit_code == 1
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "kept"


def test_a_warning_is_attested_as_one_unless_it_is_to_fail(cli: Cli, tmp_path: Path) -> None:
    """`--fail-on warn` writes nothing."""
    path = packages.wheel(tmp_path, "warned", **{".idea/workspace.xml": "<project/>\n"})
    assert cli("attest", path, "-o", "a.json", "--fail-on", "warn").exit_code == 1
    assert not (tmp_path / "a.json").exists()
    assert cli("attest", path, "-o", "a.json").exit_code == 0
    assert json.loads((tmp_path / "a.json").read_bytes())["predicate"]["verifiedLevels"] == ["LEAKGUARD_WARN"]


def test_a_file_that_changes_afterwards_is_refused(cli: Cli, dist: Path) -> None:
    """Rebuilt, appended to, renamed, or added: whoever publishes did not see it inspected."""
    assert cli("attest", dist, "-o", "a.json").exit_code == 0
    wheel = dist / "clean-1.0-py3-none-any.whl"
    original = wheel.read_bytes()
    wheel.write_bytes(original + b"\0")
    assert cli("verify", dist, "--attestation", "a.json").exit_code == 1
    wheel.write_bytes(original)
    assert cli("verify", dist, "--attestation", "a.json").exit_code == 0
    renamed = wheel.rename(dist / "clean-2.0-py3-none-any.whl")
    assert cli("verify", dist, "--attestation", "a.json").exit_code == 1
    renamed.rename(wheel)
    packages.leaking_wheel(dist, "added")
    done = cli("verify", dist, "--attestation", "a.json")
    assert done.exit_code == 1
    assert "no statement speaks of `" in done.stderr
    assert "refused: do not publish" in done.stderr


def test_another_policy_is_refused(cli: Cli, dist: Path) -> None:
    """A laxer one that the inspecting job took on its own."""
    expected = cli("inspect", dist, "--format", "json", "--policy", "closed-source").report["policy"]["digest"]
    assert cli("attest", dist, "-o", "a.json", "--policy", "open-source").exit_code == 0
    done = cli("verify", dist, "--attestation", "a.json", "--policy-digest", expected)
    assert done.exit_code == 1
    assert "decided by another policy, `open-source`" in done.stderr


def test_options_that_weaken_the_gate_are_in_the_statement(cli: Cli, dist: Path) -> None:
    """And refused unless they are accepted."""
    assert cli("attest", dist, "-o", "a.json", "--allow-incomplete").exit_code == 0
    done = cli("verify", dist, "--attestation", "a.json")
    assert done.exit_code == 1
    assert "weakened by `--allow-incomplete`" in done.stderr
    assert cli("verify", dist, "--attestation", "a.json", "--allow-weakened").exit_code == 0


@pytest.mark.parametrize("age", ["0s", "0"])
def test_an_old_statement_is_refused(cli: Cli, dist: Path, age: str) -> None:
    """However little."""
    assert cli("attest", dist, "-o", "a.json").exit_code == 0
    body = (dist.parent / "a.json").read_bytes()
    year = json.loads(body)["predicate"]["timeVerified"][:4].encode()
    (dist.parent / "a.json").write_bytes(body.replace(b'"timeVerified": "' + year, b'"timeVerified": "2020'))
    assert cli("verify", dist, "--attestation", "a.json", "--max-age", age).exit_code == 1
    assert cli("verify", dist, "--attestation", "a.json").exit_code == 1
    assert cli("verify", dist, "--attestation", "a.json", "--max-age", "5000w").exit_code == 0


@pytest.mark.parametrize("content", [None, b"", b"{}", b"\x00" * 10])
def test_a_statement_that_is_missing_or_broken_refuses(cli: Cli, dist: Path, tmp_path: Path, content: bytes | None) -> None:
    """1: nothing says that this may be published."""
    if content is not None:
        (tmp_path / "a.json").write_bytes(content)
    done = cli("verify", dist, "--attestation", "a.json")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: `a.json` is not accepted" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--max-age", "soon"], 2),
        (["--max-age", "-1h"], 2),
        (["--policy-digest", "sha256:12"], 2),
        (["--key", "absent.pem"], 2),
        (["--identity", "somebody"], 2),
        (["absent.whl"], 3),
        (["folder"], 2),
    ],
)
def test_what_is_asked_for_wrongly(cli: Cli, dist: Path, tmp_path: Path, arguments: list[str], expected: int) -> None:
    """One line with a hint."""
    (tmp_path / "folder").mkdir()
    assert cli("attest", dist, "-o", "a.json").exit_code == 0
    done = cli("verify", dist, "--attestation", "a.json", *arguments)
    assert expected == done.exit_code, done.output
    assert "hint: " in done.stderr


def test_an_existing_file_is_not_overwritten_unasked(cli: Cli, dist: Path, tmp_path: Path) -> None:
    """Nor a link followed, asked or not."""
    (tmp_path / "a.json").write_text("mine", encoding="utf-8")
    assert cli("attest", dist, "-o", "a.json").exit_code == 2
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "mine"
    (tmp_path / "link.json").symlink_to("a.json")
    assert cli("attest", dist, "-o", "link.json", "--force").exit_code == 2
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "mine"
    assert cli("attest", dist, "-o", "a.json", "--force").exit_code == 0


def test_an_artifact_is_not_overwritten(cli: Cli, dist: Path) -> None:
    """Not even with `--force`."""
    path = dist / "clean-1.0.tar.gz"
    before = packages.sha256(path)
    assert cli("attest", path, "-o", path, "--force").exit_code == 2
    assert before == packages.sha256(path)


def test_a_full_disk_leaves_no_half_attestation(dist: Path, tmp_path: Path) -> None:
    """2 with one line, and neither the file nor a part of it."""
    done = subprocess.run(
        [sys.executable, "-m", "leakguard", "attest", str(dist), "-o", "a.json"],
        env=environment(),
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100)),
    )
    assert 2 == done.returncode, done.stderr
    assert "the attestation cannot be written to `a.json`: file too large" in done.stderr
    assert sorted(os.listdir(tmp_path)) == ["dist"]


def test_without_sigstore_keyless_says_what_brings_it(cli: Cli, dist: Path, tmp_path: Path) -> None:
    """2 before any inspection, for both commands."""
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['sigstore'] = None\n", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parent.parent.parent}"
    for arguments in (
        ["attest", dist, "-o", "a.json", "--keyless"],
        ["verify", dist, "--attestation", "a", "--identity", "x", "--issuer", "y"],
    ):
        done = cli(*arguments, PYTHONPATH=path)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "leakguard[sigstore]" in done.stderr


def test_without_cryptography_a_key_says_what_brings_it(cli: Cli, dist: Path, tmp_path: Path) -> None:
    """2 before any inspection."""
    private, _ = samples.key_pair(tmp_path)
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['cryptography'] = None\n", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).resolve().parent.parent.parent}"
    done = cli("attest", dist, "-o", "a.json", "--key", private, PYTHONPATH=path)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "leakguard[sign]" in done.stderr
