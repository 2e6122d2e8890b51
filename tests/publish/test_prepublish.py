"""`hooks/npm-prepublish` in a project's scripts, a bare `npm publish`, and a real registry."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.publish import packages
from tests.publish.servers import Npm

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="a script for the shell of POSIX")]

ROOT = Path(__file__).resolve().parent.parent.parent
HOOK = str(ROOT / "hooks" / "npm-prepublish")
CLEAN = {"index.js": "module.exports = 42;\n"}


def npm_publish(project: Path, npm: Npm, *arguments: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    """`npm publish` as a person types it, with leakguard on the path."""
    programs = project.parent / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / "leakguard"
    program.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m leakguard "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("npm_", "LEAKGUARD_", "PYTHON"))}
    variables = {"PATH": path or f"{programs}{os.pathsep}{os.environ['PATH']}", "TMPDIR": str(programs), "HOME": str(programs)}
    return subprocess.run(
        ["npm", "publish", *arguments],
        cwd=project,
        env={**kept, **npm.variables(project.parent), **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_clean_package_goes(npm: Npm, tmp_path: Path) -> None:
    """And nothing is left in the temporary folder."""
    project = packages.project(tmp_path / "project", "hooked-clean", CLEAN, license="MIT", scripts={"prepublishOnly": HOOK})
    done = npm_publish(project, npm)
    assert done.returncode == 0, done.stderr
    assert npm.package("hooked-clean")
    assert list((tmp_path / "programs").glob("leakguard-prepublish-*")) == []
    assert list(project.glob("*.tgz")) == []


@pytest.mark.parametrize("incident", ["beside", "inside"])
def test_the_founding_incidents_are_stopped(npm: Npm, tmp_path: Path, incident: str) -> None:
    """`npm publish` fails before it asks the registry anything."""
    files = packages.incident_files()[incident]
    project = packages.project(tmp_path / "project", "hooked-incident", files, scripts={"prepublishOnly": HOOK})
    done = npm_publish(project, npm)
    assert done.returncode != 0
    assert "blocked: 1 of 1 artifact must not be published" in done.stdout
    assert npm.requests("hooked-incident") == []


@pytest.mark.parametrize("incident", ["beside", "inside"])
def test_as_postpack_it_sees_what_prepack_builds(npm: Npm, tmp_path: Path, incident: str) -> None:
    """A project that builds when it is packed."""
    files = packages.incident_files()[incident]
    build = " && ".join(f"cp {name} out-{name}" for name in files)
    manifest = {"files": ["out-*"], "scripts": {"prepack": build, "postpack": HOOK}}
    project = packages.project(tmp_path / "project", "hooked-build", files, **manifest)
    done = npm_publish(project, npm)
    assert done.returncode != 0
    assert "blocked: 1 of 1 artifact must not be published" in done.stdout
    assert '"PUT"' not in "".join(npm.requests("hooked-build"))


def test_a_dry_run_is_inspected_too(npm: Npm, tmp_path: Path) -> None:
    """What npm tells its scripts does not disarm the hook."""
    files = packages.incident_files()["beside"]
    project = packages.project(tmp_path / "project", "hooked-dry", files, scripts={"prepublishOnly": HOOK})
    assert "blocked: 1 of 1" in npm_publish(project, npm, "--dry-run", "--json").stdout


def test_a_workspace_is_packed_as_itself(npm: Npm, tmp_path: Path) -> None:
    """`npm publish -w` runs the hook in the workspace."""
    root = packages.project(tmp_path / "project", "hooked-root", {}, workspaces=["inner"], private=True)
    files = packages.incident_files()["inside"]
    packages.project(root / "inner", "hooked-inner", files, scripts={"prepublishOnly": HOOK})
    done = npm_publish(root, npm, "-w", "inner")
    assert done.returncode != 0
    assert "npm hooked-inner 1.0.0" in done.stdout
    assert npm.requests("hooked-inner") == []


def test_without_leakguard_nothing_is_published(npm: Npm, tmp_path: Path) -> None:
    """A gate that is not there is shut."""
    project = packages.project(tmp_path / "project", "hooked-alone", CLEAN, license="MIT", scripts={"prepublishOnly": HOOK})
    done = npm_publish(project, npm, path="/usr/bin:/bin")
    assert done.returncode != 0
    assert "leakguard is not on the path" in done.stderr
    assert npm.requests("hooked-alone") == []
