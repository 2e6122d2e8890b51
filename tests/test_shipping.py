"""Whether a file of the working tree ships, as npm and the build back ends say themselves."""

import json
from pathlib import Path

import pytest

from leakguard.shipping import ships
from tests.repositories import commit, git

BACKEND = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "acme"\nversion = "1.0"\n'


def manifest(name: str = "acme", **fields: object) -> str:
    """A `package.json`."""
    return json.dumps({"name": name, "version": "1.0.0", **fields})


def shipped(root: Path, *, build: bool = False) -> set[str] | None:
    """The paths that ship."""
    answer = ships(root, build=build)
    return None if answer is None else {path for path, yes in answer.items() if yes}


def test_npm_says_what_ships(tmp_path: Path) -> None:
    """By its own rules; what git tracks besides is said not to."""
    commit(tmp_path, {"package.json": manifest(files=["lib"]), "lib/a.js": "a", "lib/.npmrc": "x", "src/a.ts": "a", "README.md": "r"})
    answer = ships(tmp_path)
    assert {"package.json": True, "lib/a.js": True, "README.md": True, "lib/.npmrc": False, "src/a.ts": False} == answer


def test_no_script_of_the_project_runs(tmp_path: Path) -> None:
    """Neither `prepack` nor `prepare`, nor what its `.npmrc` asks for."""
    scripts = dict.fromkeys(("prepack", "prepare", "postpack", "prepublishOnly"), "touch ran")
    (tmp_path / "package.json").write_text(manifest(scripts=scripts))
    (tmp_path / ".npmrc").write_text("ignore-scripts=false\nfoo=bar\n")
    assert {"package.json"} == shipped(tmp_path)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("kind", ["npm", "yarn", "pnpm"])
def test_a_workspace_ships_what_its_public_packages_ship(tmp_path: Path, kind: str) -> None:
    """Whoever manages it; the private ones and what is left out ship nothing."""
    globs: object = {"npm": ["packages/*"], "yarn": {"packages": ["packages/*"]}, "pnpm": None}[kind]
    files = {
        "package.json": manifest("root", private=True, **({"workspaces": globs} if globs else {})),
        "packages/a/package.json": manifest("a"),
        "packages/a/index.js": "a",
        "packages/b/package.json": manifest("b", private=True),
        "packages/b/index.js": "b",
        "notes.md": "n",
    }
    if kind == "pnpm":
        files["pnpm-workspace.yaml"] = "packages:\n  - 'packages/*'\n"
    commit(tmp_path, files)
    assert {"packages/a/package.json", "packages/a/index.js"} == shipped(tmp_path)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": "r"},
        {"package.json": manifest(private=True)},
        {"package.json": "{"},
        {"package.json": json.dumps({"name": "no version"})},
        {"pyproject.toml": BACKEND, "acme/__init__.py": ""},
        {"package.json": manifest(), "setup.py": "raise SystemExit(1)"},
    ],
)
def test_where_nobody_can_say_there_is_no_answer(tmp_path: Path, files: dict[str, str]) -> None:
    """Then everything counts: a project without a package, or with one that only building could tell of."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert ships(tmp_path) is None


def test_without_npm_there_is_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor with one that lies in the project."""
    (tmp_path / "package.json").write_text(manifest())
    (tmp_path / "npm").write_text("#!/bin/sh\ntouch ran\n")
    (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ships(tmp_path) is None
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_a_build_back_end_says_what_ships_when_asked(tmp_path: Path) -> None:
    """In a copy, so that the project stays as it is; tokens do not reach it."""
    commit(tmp_path, {"pyproject.toml": BACKEND, "src/acme/__init__.py": "", "tools/x.sh": "x", ".gitignore": "*.local\n"})
    (tmp_path / "src" / "acme" / "secret.local").write_text("x")
    files = {"pyproject.toml", "src/acme/__init__.py", "tools/x.sh", ".gitignore"}
    assert files == shipped(tmp_path, build=True)
    assert "" == git(tmp_path, "status", "--porcelain")


@pytest.mark.slow
def test_a_build_that_fails_gives_no_answer(tmp_path: Path) -> None:
    """Never an empty one, by which nothing would ship."""
    (tmp_path / "setup.py").write_text("raise SystemExit(1)\n")
    assert ships(tmp_path, build=True) is None
