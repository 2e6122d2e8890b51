"""The edits that hints recommend, tried with the packing tools themselves: each keeps maps out, and each trap that a hint names is one."""

import json
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from examples import run
from leakguard.analyzers import source_maps
from leakguard.analyzers.source_maps._rules import EMBEDDED_SOURCE

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packing")]

FIXES = next(rule.fixes for rule in source_maps.RULES if rule.id == EMBEDDED_SOURCE)
TREE = {"dist/cli.js": "x", "dist/cli.js.map": "{}", "src/a.ts": "s", ".env": "A=1", ".gitignore": ".env\n"}

BACKENDS = {
    "hatchling": ("hatchling.build", "[tool.hatch.build]", "exclude"),
    "setuptools": ("setuptools.build_meta", "[tool.setuptools.exclude-package-data]", '"*"'),
    "poetry-core": ("poetry.core.masonry.api", "[tool.poetry]", "exclude"),
    "pdm-backend": ("pdm.backend", "[tool.pdm.build]", "excludes"),
    "uv-build": ("uv_build", "[tool.uv.build-backend]", "source-exclude"),
}
"""Backend → its module, and the table and the first key that the hint names."""

BUILD = "import {module} as backend\nbackend.build_{kind}('dist')"


def put(folder: Path, files: Mapping[str, str]) -> Path:
    """Write files below a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def npm_packs(folder: Path, manifest: Mapping[str, object], **more: str) -> set[str]:
    """The files that `npm pack` would ship."""
    put(folder, {**TREE, **more, "package.json": json.dumps({"name": "x", "version": "1.0.0", **manifest})})
    done = subprocess.run([run.NPM, "pack", "--dry-run", "--json"], cwd=folder, check=True, capture_output=True)
    said = json.loads(done.stdout)
    (package,) = said if isinstance(said, list) else said.values()
    return {one["path"] for one in package["files"]} - {"package.json"}


def test_npm_honours_the_recommended_negation(tmp_path: Path) -> None:
    """The very value that the hint shows keeps the map out."""
    (files,) = re.findall(r'such as `"files": (\[.*?\])`', FIXES["npm"])
    assert npm_packs(tmp_path, {"files": json.loads(files)}) == {"dist/cli.js"}


@pytest.mark.parametrize("files", [["dist"], ["!**/*.map", "dist"]])
def test_npm_ships_the_map_beside_files_whatever_npmignore_says(tmp_path: Path, files: list[str]) -> None:
    """A root `.npmignore` does not override `files`, and a negation before the folder has no effect."""
    assert "dist/cli.js.map" in npm_packs(tmp_path, {"files": files}, **{".npmignore": "*.map\n"})


def test_adding_npmignore_switches_gitignore_off(tmp_path: Path) -> None:
    """What git does not know ships from that day on."""
    assert ".env" not in npm_packs(tmp_path / "before", {})
    packed = npm_packs(tmp_path / "after", {}, **{".npmignore": "*.map\n"})
    assert ".env" in packed
    assert "dist/cli.js.map" not in packed


def edit_of(backend: str) -> str:
    """The lines for pyproject.toml that the hint recommends."""
    _, table, key = BACKENDS[backend]
    assignments = re.findall(r"""`((?:"\*"|[a-z-]+) = \[[^`]*\])`""", FIXES[backend])
    assert f"`{table}`" in FIXES[backend]
    assert assignments[0].startswith(f"{key} = ")
    return "\n".join([table, *assignments, ""])


def packed_by(folder: Path, backend: str, module: str, edit: str) -> Mapping[str, set[str]]:
    """The maps in the wheel and in the sdist that a backend builds of a package with data."""
    data = '[tool.setuptools.package-data]\n"*" = ["static/*"]\n' if backend == "setuptools" else ""
    project = '[project]\nname = "ex"\nversion = "1"\ndescription = "x"\n'
    system = f'[build-system]\nrequires = []\nbuild-backend = "{module}"\n'
    files = {
        "pyproject.toml": system + project + data + edit,
        "src/ex/__init__.py": "",
        "src/ex/static/app.js": "x",
        "src/ex/static/app.js.map": "{}",
        "MANIFEST.in": "global-exclude *.map\n" if edit else "",
    }
    (put(folder, files) / "dist").mkdir()
    scripts = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    for kind in ("wheel", "sdist"):
        code = BUILD.format(module=module, kind=kind)
        subprocess.run([sys.executable, "-c", code], cwd=folder, env=scripts, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    (sdist,) = (folder / "dist").glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive, tarfile.open(sdist) as tar:
        listed = {"wheel": archive.namelist(), "sdist": tar.getnames()}
    return {
        kind: {name.rpartition("/")[2] for name in names if "static/" in name and not name.endswith("/")} for kind, names in listed.items()
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_backend_honours_the_recommended_edit(tmp_path: Path, backend: str) -> None:
    """Without it the map is in wheel and sdist, with it in neither, and the script stays."""
    module = BACKENDS[backend][0]
    both = {"app.js", "app.js.map"}
    assert packed_by(tmp_path / "before", backend, module, "") == {"wheel": both, "sdist": both}
    assert packed_by(tmp_path / "after", backend, module, edit_of(backend)) == {"wheel": {"app.js"}, "sdist": {"app.js"}}


def test_flit_has_no_exclusion_for_wheels(tmp_path: Path) -> None:
    """Which is why the hint says to move maps out."""
    packed = packed_by(tmp_path, "flit-core", "flit_core.buildapi", '[tool.flit.sdist]\nexclude = ["**/*.map"]\n')
    assert packed == {"wheel": {"app.js", "app.js.map"}, "sdist": {"app.js"}}
    assert "sdist alone" in FIXES["flit-core"]


def test_setuptools_ships_what_is_left_in_build(tmp_path: Path) -> None:
    """A file that is gone from the tree ships again from `build/lib`."""
    packed_by(tmp_path, "setuptools", "setuptools.build_meta", "")
    (tmp_path / "src" / "ex" / "static" / "app.js").unlink()
    code = BUILD.format(module="setuptools.build_meta", kind="wheel").replace("'dist'", "'again'")
    (tmp_path / "again").mkdir()
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    with zipfile.ZipFile(next((tmp_path / "again").glob("*.whl"))) as archive:
        assert "ex/static/app.js" in archive.namelist()
    assert "`build/`" in FIXES["setuptools"]
