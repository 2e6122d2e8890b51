"""`leakguard inspect npm-stage:ID`, with an npm that speaks the documented protocol."""

import json
import shutil
from pathlib import Path

import pytest

from tests.conftest import Cli
from tests.publish import packages

ID = "1b4e28ba-2fa1-11d2-883f-0016d3cca427"
OTHER = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"

NPM = """#!/usr/bin/env python3
# `npm stage download ID` as npm 11.19 does it: the tarball in the working directory, its name on standard output.
import json, pathlib, shutil, sys
store = pathlib.Path(STORE)
with (store / "calls").open("a") as calls:
    calls.write(json.dumps([sys.argv[1:], str(pathlib.Path.cwd())]) + "\\n")
arguments = [one for one in sys.argv[1:] if not one.startswith("--")]
if arguments[:2] != ["stage", "download"] or len(arguments) != 3:
    sys.exit("npm error Unknown command")
print("npm notice Downloading staged package", arguments[2], file=sys.stderr)
tarball = store / (arguments[2] + ".tgz")
if not tarball.exists():
    sys.exit("npm error code E404")
name = f"example-1.0.0-{arguments[2]}.tgz"
shutil.copy(tarball, name)
print(name)
"""


@pytest.fixture
def staged(tmp_path: Path) -> dict[str, str]:
    """A path with that npm in front; what is staged lies in `store`."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "store").mkdir()
    program = tmp_path / "bin" / "npm"
    program.write_text(NPM.replace("STORE", repr(str(tmp_path / "store"))), encoding="utf-8")
    program.chmod(0o755)
    python = shutil.which("python3")
    assert python
    return {"PATH": f"{tmp_path / 'bin'}:{Path(python).parent}:/usr/bin:/bin", "npm_config_workspace": "x"}


def stage(folder: Path, path: Path, identifier: str = ID) -> None:
    """Put a tarball into the staging area."""
    path.rename(folder / "store" / f"{identifier}.tgz")


def test_a_clean_package_is_to_be_approved(cli: Cli, staged: dict[str, str], tmp_path: Path) -> None:
    """The report names the target as it was named, and the command that publishes it is printed."""
    path = packages.tarball(tmp_path, "example")
    digest = packages.sha256(path)
    stage(tmp_path, path)
    done = cli("inspect", f"npm-stage:{ID}", "--format", "json", **staged)
    assert done.exit_code == 0, done.output
    (artifact,) = done.report["artifacts"]
    assert (f"npm-stage:{ID}", "npm", digest) == (artifact["target"], artifact["format"], artifact["sha256"])
    assert f"approve: npm stage approve {ID}\n" in done.stderr


@pytest.mark.parametrize("make", [packages.with_map, packages.with_inline_map])
def test_the_founding_incidents_are_to_be_rejected(cli: Cli, staged: dict[str, str], tmp_path: Path, make: object) -> None:
    """Exit 1, and the command that rejects it."""
    assert callable(make)
    stage(tmp_path, make(tmp_path, "example"))
    done = cli("inspect", f"npm-stage:{ID}", **staged)
    assert done.exit_code == 1, done.output
    assert f"reject: npm stage reject {ID}\n" in done.stderr
    assert "npm stage approve" not in done.output


def test_each_is_advised_on_by_itself(cli: Cli, staged: dict[str, str], tmp_path: Path) -> None:
    """Two staged packages and a file in one run."""
    stage(tmp_path, packages.tarball(tmp_path, "good"))
    stage(tmp_path, packages.with_map(tmp_path, "bad"), OTHER)
    done = cli("inspect", f"npm-stage:{ID}", packages.tarball(tmp_path, "beside"), f"npm-stage:{OTHER}", **staged)
    assert done.exit_code == 1
    assert f"approve: npm stage approve {ID}\nreject: npm stage reject {OTHER}\n" in done.stderr


def test_npm_runs_in_a_folder_of_its_own_that_is_gone(cli: Cli, staged: dict[str, str], tmp_path: Path) -> None:
    """Nothing is left in the working directory, no script runs, and a project's configuration is not found."""
    stage(tmp_path, packages.tarball(tmp_path, "example"))
    assert cli("inspect", f"npm-stage:{ID}", **staged).exit_code == 0
    (call,) = (tmp_path / "store" / "calls").read_text(encoding="utf-8").splitlines()
    arguments, folder = json.loads(call)
    assert "--ignore-scripts" in arguments
    assert not Path(folder).exists()
    assert list(tmp_path.glob("*.tgz")) == []


def test_one_that_is_not_there_is_incomplete(cli: Cli, staged: dict[str, str]) -> None:
    """3, and no advice."""
    done = cli("inspect", f"npm-stage:{ID}", **staged)
    assert done.exit_code == 3, done.output
    assert f"npm could not download `npm-stage:{ID}`" in done.stdout
    assert "npm stage approve" not in done.output


@pytest.mark.parametrize("identifier", ["", "7", "../../etc/passwd", f"{ID} --registry=x", f"{ID}\n"])
def test_what_is_no_id_is_not_handed_to_npm(cli: Cli, staged: dict[str, str], tmp_path: Path, identifier: str) -> None:
    """2 before anything runs."""
    assert cli("inspect", f"npm-stage:{identifier}", **staged).exit_code == 2
    assert not (tmp_path / "store" / "calls").exists()


def test_without_npm(cli: Cli, tmp_path: Path) -> None:
    """2, and what brings it."""
    done = cli("inspect", f"npm-stage:{ID}", PATH=str(tmp_path))
    assert done.exit_code == 2
    assert "hint: install Node.js" in done.stderr
