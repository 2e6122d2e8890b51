"""What ships is compared with what git tracks in the project's own repository."""

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from leakguard import checkout
from leakguard.checkout import State
from tests.builders import npm, wheel
from tests.conftest import Cli
from tests.repositories import commit, git

MANIFEST = json.dumps({"name": "@acme/tool", "version": "1.0.0", "license": "MIT"})
FILES = {"package.json": MANIFEST, "src/a.js": "one()\n", "README.md": "# read\n", ".gitignore": "dist/\n*.local.json\n_version.py\n"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A repository of one npm package."""
    folder = tmp_path / "project"
    folder.mkdir()
    commit(folder, FILES)
    return folder


def put(folder: Path, files: Mapping[str, str]) -> None:
    """Write files that nobody commits."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def untracked(cli: Cli, folder: Path, target: str, **variables: str) -> dict[str, str]:
    """Paths of `file/untracked` with the state that the evidence tells."""
    done = cli("inspect", target, "--format", "json", cwd=folder, **variables)
    found = done.report["artifacts"][0]["findings"]
    return {one["location"]["path"]: one["evidence"]["state"] for one in found if one["rule"] == "file/untracked"}


def packed(folder: Path) -> str:
    """What the real npm packs."""
    done = subprocess.run(["npm", "pack", "--silent", "--ignore-scripts"], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_what_nobody_tracks_is_told(project: Path, cli: Cli) -> None:
    """A file by itself, a folder as one; what is tracked, changed or built is not."""
    put(project, {"todo.txt": "x", "notes/a.md": "a", "notes/b.md": "b", "dist/b.js": "two()\n", "src/a.js": "changed()\n"})
    (project / ".npmignore").write_text("# switches .gitignore off\n")
    git(project, "add", ".npmignore")
    assert {"package/todo.txt": "untracked", "package/notes/": "untracked"} == untracked(cli, project, packed(project))


def test_an_npmignore_that_switches_gitignore_off_is_seen(project: Path, cli: Cli) -> None:
    """Local settings that git ignores ship then."""
    put(project, {"conf.local.json": '{"a": 1}', ".npmignore": "\n"})
    assert {"package/conf.local.json": "ignored"} == untracked(cli, project, packed(project))


STATES = ("tracked", "modified", "untracked", "ignored", "generated")


def compared(cli: Cli, folder: Path, target: str) -> tuple[list[int], list[str]] | None:
    """Counts in the order of `STATES`, and the paths of what is modified."""
    told = cli("inspect", target, "--format", "json", cwd=folder).report["artifacts"][0]["checkout"]
    return told and ([told[state] for state in STATES], told["modified_paths"])


def test_what_ships_is_counted_by_state(project: Path, cli: Cli) -> None:
    """Every file once: as git has it, changed, unknown to git, ignored and built."""
    put(project, {"todo.txt": "x", "dist/b.js": "two()\n", "dist/c.js": "", "src/a.js": "changed()\n", ".npmignore": "# all\n"})
    name = packed(project)
    assert ([2, 1, 1, 2, 0], ["package/src/a.js"]) == compared(cli, project, name)
    (project / "todo.txt").unlink()
    assert ([2, 1, 0, 2, 1], ["package/src/a.js"]) == compared(cli, project, name)


def test_what_is_modified_is_told_unasked(project: Path, cli: Cli) -> None:
    """In the text, by path; what is merely counted only where it is asked for."""
    clean = packed(project)
    assert "repository" not in cli("inspect", clean, cwd=project).stdout
    assert "  against the repository: 3 tracked\n" in cli("inspect", clean, "--explain", cwd=project).stdout
    (project / clean).unlink()
    put(project, {"src/a.js": "changed()\n"})
    done = cli("inspect", packed(project), cwd=project)
    assert "  against the repository: 2 tracked, 1 modified\n    - package/src/a.js is not as git has it\n" in done.stdout
    assert done.exit_code == 0


def test_of_many_modified_files_the_first_are_named(project: Path, cli: Cli) -> None:
    """Ten in JSON, three in the text, the others counted."""
    commit(project, {f"src/m{number:02}.js": "one()\n" for number in range(12)})
    put(project, {f"src/m{number:02}.js": f"two({number})\n" for number in range(12)})
    name = packed(project)
    told = compared(cli, project, name)
    assert told is not None
    assert (12, 10) == (told[0][1], len(told[1]))
    assert "    … and 9 more files\n" in cli("inspect", name, cwd=project).stdout


def test_what_is_of_no_project_is_not_counted(project: Path, cli: Cli) -> None:
    """The key is there and holds nothing."""
    (project / "acme-tool-1.0.0.tgz").write_bytes(npm({"todo.txt": "x"}, name="@acme/other"))
    assert compared(cli, project, "acme-tool-1.0.0.tgz") is None


def test_a_clean_checkout_has_nothing_to_tell(project: Path, cli: Cli) -> None:
    """Whatever else the tarball is made of."""
    put(project, {"dist/b.js": "two()\n"})
    assert {} == untracked(cli, project, packed(project))


@pytest.mark.parametrize("name", ["other", "@acme/other", "tool"])
def test_packages_of_other_projects_are_compared_with_nothing(project: Path, cli: Cli, name: str) -> None:
    """Their paths mean something else."""
    put(project, {"todo.txt": "x"})
    (project / "acme-tool-1.0.0.tgz").write_bytes(npm({"todo.txt": "x"}, name=name))
    assert {} == untracked(cli, project, "acme-tool-1.0.0.tgz")


@pytest.mark.parametrize("where", ["without-git", "other-repository"])
def test_only_the_repository_of_the_working_directory_counts(tmp_path: Path, project: Path, cli: Cli, where: str) -> None:
    """Not the one that the artifact lies in."""
    put(project, {"todo.txt": "x"})
    name = packed(project)
    elsewhere = tmp_path / where
    elsewhere.mkdir()
    if where == "other-repository":
        commit(elsewhere, {"package.json": MANIFEST.replace("tool", "another")})
    assert {} == untracked(cli, elsewhere, str(project / name))
    assert {"package/todo.txt": "untracked"} == untracked(cli, project, name)


def test_a_file_with_line_ends_of_another_system_is_the_tracked_one(project: Path) -> None:
    """As `core.autocrlf` checks it out."""
    known = checkout.read(project, ["acme-tool-1.0.0.tgz"])
    assert known is not None
    assert State.TRACKED is known.place_of("src/a.js", [known.id_of(b"one()\n")], "").state
    assert State.MODIFIED is known.place_of("src/a.js", [known.id_of(b"two()\n")], "").state
    assert State.GENERATED is known.place_of("nowhere.js", [known.id_of(b"two()\n")], "").state


def test_ids_of_a_repository_with_sha256_are_understood(tmp_path: Path) -> None:
    """The format of the repository says which digest it is."""
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(tmp_path)], check=True)
    commit(tmp_path, FILES)
    known = checkout.read(tmp_path, ["package.tgz"])
    assert known is not None
    assert known.tracked["src/a.js"] == known.id_of(b"one()\n")


@pytest.mark.parametrize(
    ("target", "compared"),
    [("acme-tool-1.0.0.tgz", True), ("package.tgz", True), ("ACME.Tool-2.tgz", True), ("other-1.0.0.tgz", False), ("1.tgz", False)],
)
def test_git_is_asked_only_for_what_may_be_of_the_project(project: Path, target: str, compared: bool) -> None:  # noqa: FBT001 - a table
    """By the file name, so that inspecting somebody else's package costs nothing; a name without a version may be anything."""
    assert compared is (checkout.read(project, [target]) is not None)


def test_packages_of_a_workspace_are_found_by_name(tmp_path: Path, cli: Cli) -> None:
    """Each with its own folder, from the top of the repository."""
    root = json.dumps({"private": True, "name": "root", "workspaces": ["packages/*"]})
    members = {f"packages/{one}/package.json": MANIFEST.replace("tool", one) for one in ("a", "b")}
    commit(tmp_path, {"package.json": root, **members})
    put(tmp_path, {"packages/b/todo.txt": "x"})
    subprocess.run(["npm", "pack", "--silent", "--workspaces"], cwd=tmp_path, check=True, capture_output=True)
    assert {} == untracked(cli, tmp_path, "acme-a-1.0.0.tgz")
    assert {"package/todo.txt": "untracked"} == untracked(cli, tmp_path, "acme-b-1.0.0.tgz")


@pytest.mark.slow
@pytest.mark.parametrize("layout", ["acme", "src/acme"])
def test_a_wheel_is_compared_below_its_source_folder(tmp_path: Path, cli: Cli, layout: str) -> None:
    """Built by the real hatchling; the version file that a build leaves behind is no finding."""
    project = '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n[project]\nname = "Acme_X"\nversion = "1.0"\n'
    project += f'license = "MIT"\n[tool.hatch.build]\nignore-vcs = true\n[tool.hatch.build.targets.wheel]\npackages = ["{layout}"]\n'
    commit(tmp_path, {"pyproject.toml": project, f"{layout}/__init__.py": "x = 1\n", ".gitignore": "_version.py\ndist/\n*.local\n"})
    put(tmp_path, {f"{layout}/_version.py": "v = 1\n", f"{layout}/dump.sql": "insert\n", f"{layout}/settings.local": "x\n"})
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--wheel"], cwd=tmp_path, check=True, capture_output=True)
    (built,) = (tmp_path / "dist").glob("*.whl")
    expected = {"acme/dump.sql": "untracked", "acme/settings.local": "ignored"}
    assert expected == untracked(cli, tmp_path, str(built.relative_to(tmp_path)))


def test_without_git_nothing_is_said(project: Path, cli: Cli) -> None:
    """A machine without it can inspect all the same."""
    put(project, {"todo.txt": "x"})
    (project / "acme-tool-1.0.0.tgz").write_bytes(npm({"todo.txt": "x"}, name="@acme/tool"))
    assert {} == untracked(cli, project, "acme-tool-1.0.0.tgz", PATH=str(project / "nothing"))
    assert shutil.which("git")


def test_a_wheel_of_the_same_name_as_an_npm_project_is_not_mistaken(project: Path, cli: Cli) -> None:
    """Its metadata are no files of the working tree."""
    put(project, {"x/METADATA": "x"})
    (project / "acme_tool-1.0-py3-none-any.whl").write_bytes(wheel({"acme/a.py": "a = 1\n"}, name="acme_tool"))
    assert {} == untracked(cli, project, "acme_tool-1.0-py3-none-any.whl")
