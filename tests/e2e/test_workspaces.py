"""Workspaces built by the tools that manage them: several packages per run, a role for each, and none for a newcomer."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import ROOT, Cli, Run

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packing")]

TOOLS = ROOT / "tests" / "tools" / "node_modules" / ".bin"
MEMBERS = ("core", "web")

Build = Callable[[Path], None]


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files below a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def run(folder: Path, *command: str | Path) -> None:
    """Run a build tool, without the network and away from the settings of whoever runs the tests."""
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ}
    home = folder.parent / "home"
    home.mkdir(exist_ok=True)
    offline = {"HOME": str(home), "UV_OFFLINE": "1", "npm_config_offline": "true", "COREPACK_ENABLE_DOWNLOAD_SPEC": "0"}
    done = subprocess.run(list(map(str, command)), check=False, cwd=folder, capture_output=True, text=True, env={**kept, **offline})
    assert done.returncode == 0, done.stdout + done.stderr


def uv(folder: Path) -> None:
    """All packages at once, each by the back end that it names."""
    run(folder, sys.executable, "-m", "uv", "build", "--all-packages", "--no-build-isolation", "--python", sys.executable, "-o", "dist")


def hatch(folder: Path) -> None:
    """One after the other, by hatchling."""
    for member in sorted((folder / "packages").iterdir()):
        run(folder, sys.executable, "-m", "build", "--no-isolation", "--outdir", folder / "dist", member)


def npm(folder: Path) -> None:
    """All that the root names."""
    (folder / "dist").mkdir()
    run(folder, "npm", "pack", "--workspaces", "--ignore-scripts", "--pack-destination", "dist")


def pnpm(folder: Path) -> None:
    """All that `pnpm-workspace.yaml` names."""
    run(folder, TOOLS / "pnpm", "--recursive", "--filter", "./packages/*", "pack", "--pack-destination", folder / "dist")


def yarn(folder: Path) -> None:
    """One after the other."""
    (folder / "dist").mkdir()
    for member in sorted((folder / "packages").iterdir()):
        run(member, TOOLS / "yarn", "pack", "--filename", folder / "dist" / f"acme-{member.name}-1.0.0.tgz")


def python_package(name: str, backend: str, **classifiers: str) -> dict[str, str]:
    """A member of a Python workspace."""
    module = f"acme_{name}"
    told = "".join(f'{key} = ["{value}"]\n' for key, value in classifiers.items())
    system = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'
    project = f'[project]\nname = "acme-{name}"\nversion = "1.0.0"\nlicense = "MIT"\nreadme = "README.md"\n{told}'
    inside = f"packages/{name}/"
    return {
        f"{inside}pyproject.toml": system + project,
        f"{inside}README.md": "# Acme\n",
        f"{inside}src/{module}/__init__.py": '"""Acme."""\n',
        f"{inside}src/{module}/{name}.py": "x = 1\n",
    }


def npm_package(name: str, **more: object) -> dict[str, str]:
    """A member of a workspace of npm, pnpm or yarn."""
    manifest = {"name": f"@acme/{name}", "version": "1.0.0", "license": "MIT", **more}
    return {f"packages/{name}/package.json": json.dumps(manifest), f"packages/{name}/{name}.js": "one()\n"}


UV_ROOT = '[project]\nname = "acme"\nversion = "0"\n[tool.uv]\npackage = false\n[tool.uv.workspace]\nmembers = ["packages/*"]\n'
HATCH_ROOT = '[project]\nname = "acme"\nversion = "0"\n[tool.hatch.envs.default]\nworkspace.members = ["packages/*"]\n'
NPM_ROOT = json.dumps({"name": "root", "version": "1.0.0", "private": True, "workspaces": ["packages/*"]})

WORKSPACES: Mapping[str, tuple[Build, Mapping[str, str], Callable[[str], Mapping[str, str]]]] = {
    "uv": (uv, {"pyproject.toml": UV_ROOT}, lambda name: python_package(name, "uv_build" if name == "core" else "hatchling.build")),
    "hatch": (hatch, {"pyproject.toml": HATCH_ROOT}, lambda name: python_package(name, "hatchling.build")),
    "npm": (npm, {"package.json": NPM_ROOT}, npm_package),
    "pnpm": (pnpm, {"package.json": NPM_ROOT, "pnpm-workspace.yaml": "packages:\n  - packages/*\n"}, npm_package),
    "yarn": (yarn, {"package.json": NPM_ROOT}, npm_package),
}

HEAD = "version: 1\nrules: {policy/no-role: block}\nartifacts:\n"
JAVASCRIPT = """\
  - match: {{format: npm, name: "@acme/{name}"}}
    files: {{allow: [package.json, "{name}.js"]}}
"""
PYTHON = """\
  - match: {{format: wheel, name: acme-{name}}}
    files: {{allow: ["acme_{name}/__init__.py", "acme_{name}/{name}.py", "*.dist-info/**"]}}
  - match: {{format: sdist, name: acme-{name}}}
    files: {{allow: ["pyproject.toml*", README.md, PKG-INFO, "src/acme_{name}/__init__.py", "src/acme_{name}/{name}.py"]}}
"""


@pytest.fixture(params=WORKSPACES)
def kind(request: pytest.FixtureRequest) -> str:
    """Who manages the workspace."""
    return str(request.param)


def built(folder: Path, kind: str, *members: str) -> None:
    """A workspace with a role for each of `MEMBERS`, whatever members it has; its packages are in `dist`."""
    build, root, package = WORKSPACES[kind]
    put(folder, root)
    for name in members:
        put(folder, package(name))
    role = PYTHON if kind in {"uv", "hatch"} else JAVASCRIPT
    put(folder, {"leakguard.yaml": HEAD + "".join(role.format(name=name) for name in MEMBERS)})
    build(folder)


def blocked(done: Run) -> set[tuple[str, str, str]]:
    """Package, rule and path of all that blocks."""
    return {
        (artifact["name"], finding["rule"], finding["location"]["path"].rpartition("/")[2])
        for artifact in done.report["artifacts"]
        for finding in artifact["findings"]
        if finding["action"] == "block"
    }


def test_every_package_has_the_role_of_its_name(tmp_path: Path, cli: Cli, kind: str) -> None:
    """All packages in one run, each measured by its own allowlist, and every pattern used."""
    folder = tmp_path / "w"
    built(folder, kind, *MEMBERS)
    done = cli("inspect", "dist", "--format", "json", cwd=folder)
    names = [one["name"] for one in done.report["artifacts"] if one["format"] in {"npm", "wheel", "sdist"}]
    each = 2 if kind in {"uv", "hatch"} else 1
    assert {name.rpartition("/")[2].removeprefix("acme-").removeprefix("acme_") for name in names} == set(MEMBERS)
    assert len(names) == each * len(MEMBERS)
    assert (set(), 0) == (blocked(done), done.exit_code)
    assert not [one for artifact in done.report["artifacts"] for one in artifact["findings"] if one["rule"] == "policy/unused-pattern"]


def test_what_one_may_hold_another_may_not(tmp_path: Path, cli: Cli, kind: str) -> None:
    """A file of one package in the other."""
    folder = tmp_path / "w"
    python = kind in {"uv", "hatch"}
    stray = "packages/web/src/acme_web/core.py" if python else "packages/web/core.js"
    put(folder, {stray: "y = 2\n"})
    built(folder, kind, *MEMBERS)
    found = blocked(cli("inspect", "dist", "--format", "json", cwd=folder))
    name = "acme-web" if python else "@acme/web"
    assert {(name, "file/not-allowed", stray.rpartition("/")[2])} == {(one.replace("_", "-"), rule, path) for one, rule, path in found}


def test_a_newcomer_has_no_role(tmp_path: Path, cli: Cli, kind: str) -> None:
    """A member that the policy does not know blocks where the policy asks for that and warns elsewhere; the others pass."""
    folder = tmp_path / "w"
    built(folder, kind, *MEMBERS, "extra")
    done = cli("inspect", "dist", "--format", "json", cwd=folder)
    assert {"policy/no-role"} == {rule for _, rule, _ in blocked(done)}
    assert {"extra"} == {name.rpartition("/")[2].replace("_", "-").removeprefix("acme-") for name, _, _ in blocked(done)}
    assert 1 == done.exit_code
    policy = (folder / "leakguard.yaml").read_text()
    put(folder, {"leakguard.yaml": policy.replace("rules: {policy/no-role: block}\n", "")})
    done = cli("inspect", "dist", cwd=folder)
    assert ("warn[policy/no-role]" in done.stdout, 0) == (True, done.exit_code)


@pytest.mark.parametrize("private", ["npm", "hatch"])
def test_a_private_member_warns(tmp_path: Path, cli: Cli, private: str) -> None:
    """Packed all the same, as `npm pack --workspaces` does: `inspect` warns of it alone."""
    folder = tmp_path / "w"
    build, root, package = WORKSPACES[private]
    put(folder, {**root, **package("core")})
    if private == "npm":
        put(folder, npm_package("web", private=True))
    else:
        put(folder, python_package("web", "hatchling.build", classifiers="Private :: Do Not Upload"))
    build(folder)
    done = cli("inspect", "dist", "--format", "json", cwd=folder)
    told = {
        artifact["name"].replace("_", "-"): finding["action"]
        for artifact in done.report["artifacts"]
        for finding in artifact["findings"]
        if finding["rule"] == "metadata/private-package"
    }
    assert ({"@acme/web" if private == "npm" else "acme-web": "warn"}, 0) == (told, done.exit_code)


def test_the_tools_are_there() -> None:
    """What is missing is installed, not skipped."""
    assert all(shutil.which(name, path=f"{TOOLS}{os.pathsep}{os.environ['PATH']}") for name in ("npm", "pnpm", "yarn"))
