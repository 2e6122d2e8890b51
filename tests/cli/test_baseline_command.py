"""`leakguard baseline` writes what is found now; `inspect --baseline` accepts it, and nothing new."""

from pathlib import Path

import pytest

from tests.builders import npm, token
from tests.conftest import Cli

FIRST, SECOND = token("npm_", 36, seed=1), token("npm_", 36, seed=2)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A package with a token in it."""
    path = tmp_path / "a-1.0.0.tgz"
    write(path, FIRST)
    return path


def write(path: Path, *secrets: str) -> None:
    """The package with these tokens."""
    path.write_bytes(npm({"a.js": "\n".join(f'export const a{at} = "{one}";' for at, one in enumerate(secrets))}))


def entries(folder: Path) -> list[str]:
    """The lines of the baseline."""
    return (folder / "leakguard.baseline").read_text().splitlines()


def test_baseline_accepts_what_was_there(package: Path, tmp_path: Path, cli: Cli) -> None:
    """Blocked before, passed with the baseline, and the report says that it is weaker for it."""
    assert cli("inspect", package).exit_code == 1
    assert cli("baseline", package).stdout == "leakguard.baseline: 0 kept, 0 removed, 1 added\n"
    done = cli("inspect", package, "--baseline", "leakguard.baseline")
    assert done.exit_code == 0
    assert "weakened by `--baseline leakguard.baseline`" in " ".join(done.stdout.split())
    assert "1 more finding allowed, 1 by waiver, baseline or pragma" in " ".join(done.stdout.split())
    assert [32] == [len(line) for line in entries(tmp_path)]
    assert FIRST[8:16] not in (tmp_path / "leakguard.baseline").read_text()


def test_new_finding_blocks_all_the_same(package: Path, cli: Cli) -> None:
    """A second token is not in it."""
    cli("baseline", package)
    write(package, FIRST, SECOND)
    assert cli("inspect", package, "--baseline", "leakguard.baseline").exit_code == 1


def test_moved_finding_is_still_accepted(package: Path, cli: Cli) -> None:
    """The fingerprint of a random token does not depend on where it stands."""
    cli("baseline", package)
    package.write_bytes(npm({"lib/other.js": f"\n\n  const x = '{FIRST}'"}))
    assert cli("inspect", package, "--baseline", "leakguard.baseline").exit_code == 0


def test_baseline_only_shrinks_unless_asked(package: Path, tmp_path: Path, cli: Cli) -> None:
    """A new finding is told, and added only with `--add`; what is gone goes."""
    cli("baseline", package)
    before = entries(tmp_path)
    write(package, FIRST, SECOND)
    done = cli("baseline", package)
    assert (done.stdout, entries(tmp_path)) == ("leakguard.baseline: 1 kept, 0 removed, 0 added\n", before)
    assert "1 finding is not in it" in done.stderr
    assert cli("baseline", package, "--add").stdout == "leakguard.baseline: 1 kept, 0 removed, 1 added\n"
    assert entries(tmp_path) == sorted(entries(tmp_path))
    write(package, SECOND)
    assert cli("baseline", package).stdout == "leakguard.baseline: 1 kept, 1 removed, 0 added\n"


def test_unused_entry_is_a_warning(package: Path, cli: Cli) -> None:
    """It says which line."""
    cli("baseline", package)
    write(package)
    done = cli("inspect", package, "--baseline", "leakguard.baseline")
    assert done.exit_code == 0
    assert "policy/unused-baseline" in done.stdout
    assert "leakguard.baseline:1:1" in done.stdout


def test_faulty_baseline_is_exit_2(package: Path, tmp_path: Path, cli: Cli) -> None:
    """Before any work, for both commands; a missing one too."""
    (tmp_path / "leakguard.baseline").write_text("nonsense\n")
    for arguments in (["inspect", package, "--baseline", "leakguard.baseline"], ["baseline", package]):
        done = cli(*arguments)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "leakguard.baseline:1:1: not a fingerprint" in done.stderr
    assert cli("inspect", package, "--baseline", "none").exit_code == 2


def test_missing_artifact_leaves_the_baseline_alone(package: Path, tmp_path: Path, cli: Cli) -> None:
    """It would lose what that artifact holds."""
    cli("baseline", package)
    before = entries(tmp_path)
    assert cli("baseline", package, "none.tgz").exit_code == 3
    assert entries(tmp_path) == before


def test_value_of_a_variable_must_not_occur(package: Path, cli: Cli) -> None:
    """`--secret-env` names the variable; the report names it, and nothing holds the value."""
    value = token("", 24)
    package.write_bytes(npm({"a.js": f"const plain = '{value.encode().hex()}';"}))
    done = cli("inspect", package, "--secret-env", "OUR_VALUE", OUR_VALUE=value)
    assert done.exit_code == 1
    assert "secret/environment-value" in done.stdout
    assert "OUR_VALUE" in done.stdout
    assert value[:8] not in done.stdout + done.stderr
    assert value[:8].encode().hex() not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("name", "value", "code", "message"),
    [
        ("OUR_VALUE", "short", 2, "the value of `OUR_VALUE` is shorter than 8 characters"),
        ("NOT-A-NAME", "", 2, "`NOT-A-NAME` is not the name of an environment variable"),
        ("OUR_OTHER", "", 0, "the variable `OUR_OTHER` is not set"),
    ],
)
def test_variable_that_cannot_be_searched_is_told(tmp_path: Path, cli: Cli, name: str, value: str, code: int, message: str) -> None:
    """A value that is too short ends the run before any work; one that is not there is a warning."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm({"a.js": "1"}))
    done = cli("inspect", path, "--secret-env", name, OUR_VALUE=value)
    assert (done.exit_code, message in done.stderr, "short" in done.stderr.replace("shorter", "")) == (code, True, False)


def test_plugin_runs_only_when_the_command_line_names_it(package: Path, tmp_path: Path, cli: Cli) -> None:
    """Neither a variable nor its place beside the policy makes its code run."""
    plugin = tmp_path / "acme.py"
    plugin.write_text(
        "import pathlib, re\nfrom detect_secrets.plugins.base import RegexBasedDetector\n"
        f"pathlib.Path({str(tmp_path / 'ran')!r}).touch()\n"
        "class Acme(RegexBasedDetector):\n    secret_type = 'Acme'\n    denylist = (re.compile(r'acme:[a-z]{12}'),)\n"
    )
    package.write_bytes(npm({"a.js": "// acme:abcdefghijkl"}))
    assert "second-opinion" not in cli("inspect", package, LEAKGUARD_TRUST_PLUGIN=str(plugin)).stdout
    assert not (tmp_path / "ran").exists()
    assert "second-opinion" in cli("inspect", package, "--trust-plugin", plugin).stdout
    assert (tmp_path / "ran").exists()
    assert cli("inspect", package, "--trust-plugin", "none.py").exit_code == 2
