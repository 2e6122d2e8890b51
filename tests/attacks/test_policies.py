"""PY: policies made to hang, to run code, or to be read in two ways end a run with exit 2 before anything is inspected."""

import os
import time
from pathlib import Path

import pytest

from tests.builders import npm
from tests.conftest import Cli

BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10))

REFUSED = {
    "PY1 aliases": BOMB,
    "PY1 an anchor": "version: &v 1\n",
    "PY1 size": "version: 1\n" + "# padding\n" * 2_000_000,
    "PY1 depth": "version: " + "[" * 100_000,
    "PY2": "!!python/object/apply:os.system [id]\n",
    "PY2 a tagged value": "version: !!python/name:os.system 1\n",
    "PY3 twice": "version: 1\nrules: {}\nrules: {'*': allow}\n",
    "PY3 misspelt": "version: 1\nruels: {}\n",
    "PY3 a rule misspelt": "version: 1\nrules: {secret/npn-token: allow}\n",
    "PY3 another type": "version: 1\nrules: [allow]\n",
    "PY3 an action misspelt": "version: 1\nrules: {'*': ignore}\n",
    "PY3 bytes that are no text": "version: 1\0\n",
    "PY5 empty": "",
    "PY5 nothing but a comment": "# allow all\n",
}


@pytest.mark.parametrize("attack", REFUSED)
def test_the_policy_is_refused(attack: str, cli: Cli, tmp_path: Path) -> None:
    """One line that names file and place, exit 2, at once."""
    (tmp_path / "p.yaml").write_text(REFUSED[attack], encoding="utf-8")
    (tmp_path / "x-1.0.0.tgz").write_bytes(npm({}))
    start = time.monotonic()
    run = cli("inspect", "x-1.0.0.tgz", "--policy", "p.yaml")
    assert (2, "") == (run.exit_code, run.stdout)
    assert "p.yaml" in run.stderr
    assert "Traceback" not in run.stderr
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("pattern", ["**/" * 12 + "x", "*" * 200 + "x", "a*" * 60 + "b", "[" * 500, "(a+)+$"])
def test_py4_a_hostile_glob_ends(pattern: str, cli: Cli, tmp_path: Path) -> None:
    """PY4: whatever a glob is, matching it against long names takes no time to speak of."""
    (tmp_path / "p.yaml").write_text(f"version: 1\nfiles: {{deny: ['{pattern}']}}\n")
    (tmp_path / "x-1.0.0.tgz").write_bytes(npm({"a/" * 60 + "a" * 60: "", "a" * 90: ""}))
    start = time.monotonic()
    assert cli("inspect", "x-1.0.0.tgz", "--policy", "p.yaml").exit_code in {0, 1, 2}
    assert time.monotonic() - start < 10


def test_py4_a_hostile_expression_ends(cli: Cli, tmp_path: Path) -> None:
    """PY4: the expressions of foreign packs run in linear time, or are refused when they are loaded."""
    (tmp_path / "pack.toml").write_text("[[rules]]\nid = \"slow\"\nregex = '''(a+)+$'''\nkeywords = [\"aaaa\"]\n")
    (tmp_path / "p.yaml").write_text("version: 1\nsecrets: {rules: [pack.toml]}\n")
    (tmp_path / "x-1.0.0.tgz").write_bytes(npm({"a.txt": "a" * 200_000 + "!"}))
    start = time.monotonic()
    assert cli("inspect", "x-1.0.0.tgz", "--policy", "p.yaml").exit_code in {0, 1, 2}
    assert time.monotonic() - start < 10


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "missing"])
def test_py5_what_is_no_file_is_refused(kind: str, cli: Cli, tmp_path: Path) -> None:
    """PY5: nothing but a file is a policy, and nothing waits for one."""
    policy = tmp_path / "p.yaml"
    match kind:
        case "folder":
            policy.mkdir()
        case "pipe":
            os.mkfifo(policy)
        case "device":
            policy = Path("/dev/zero")
        case _:
            pass
    (tmp_path / "x-1.0.0.tgz").write_bytes(npm({}))
    run = cli("inspect", "x-1.0.0.tgz", "--policy", policy)
    assert (2, "") == (run.exit_code, run.stdout)
    assert "Traceback" not in run.stderr


def test_py5_a_policy_that_is_found_is_no_link(cli: Cli, tmp_path: Path) -> None:
    """PY5: what nobody named is taken only if it is what it seems."""
    (tmp_path / "leakguard.yaml").symlink_to("/dev/null")
    (tmp_path / "x-1.0.0.tgz").write_bytes(npm({}))
    assert cli("inspect", "x-1.0.0.tgz").exit_code == 2
