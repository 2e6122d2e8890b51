"""The table of `benchmarks/shape.py` on what real packers made: harmful mutations block, harmless ones pass, every detector off."""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.builders import MIT_TEXT

ROOT = Path(__file__).resolve().parent.parent.parent
ROLLUP = ROOT / "tests/tools/node_modules/.bin/rollup"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def table() -> Any:
    """The benchmark, whose mutations these are."""
    sys.path.append(str(ROOT / "benchmarks"))
    module: ModuleType = importlib.import_module("shape")
    sys.path.remove(str(ROOT / "benchmarks"))
    return module


def npm_package(folder: Path) -> Path:
    """Bundled and split by rollup, with hashes in its names, and packed by npm."""
    (folder / "src").mkdir(parents=True)
    lines = "".join(f"export function f{number}(a) {{ return a + {number} }}\n" for number in range(600))
    (folder / "src/shared.js").write_text(lines)
    for name in ("index", "cli"):
        (folder / f"src/{name}.js").write_text(f"import * as all from './shared.js'\nconsole.log('{name}', all)\n")
    command = [str(ROLLUP), "src/index.js", "src/cli.js", "--dir", "dist", "--silent"]
    subprocess.run(command, cwd=folder, check=True)
    manifest = {"name": "acme", "version": "1.0.0", "license": "MIT", "main": "dist/index.js", "bin": "dist/cli.js", "files": ["dist"]}
    (folder / "package.json").write_text(json.dumps(manifest, indent=2))
    (folder / "LICENSE").write_text(MIT_TEXT)
    subprocess.run(["npm", "pack", "--silent", "--ignore-scripts"], cwd=folder, check=True, capture_output=True)
    return next(folder.glob("*.tgz"))


def python_package(folder: Path) -> Path:
    """Built by hatchling."""
    (folder / "acme/web").mkdir(parents=True)
    text = '[build-system]\nrequires = []\nbuild-backend = "hatchling.build"\n[project]\nname = "acme"\nversion = "1.0"\nlicense = "MIT"\n'
    (folder / "pyproject.toml").write_text(text)
    (folder / "LICENSE").write_text(MIT_TEXT)
    (folder / "acme/__init__.py").write_text("".join(f"def f{number}(a):\n    return a + {number}\n\n\n" for number in range(600)))
    (folder / "acme/web/index-CVmcbVA9.js").write_text("1")
    subprocess.run([sys.executable, "-m", "build", "--no-isolation", "--wheel", "."], cwd=folder, check=True, capture_output=True)
    return next((folder / "dist").glob("*.whl"))


@pytest.mark.parametrize("build", [npm_package, python_package])
def test_harmful_mutations_block_and_harmless_ones_pass(table: Any, tmp_path: Path, build: Any) -> None:
    """By the allowlist and the lock together; by either alone with the exceptions that the guide names."""
    work = tmp_path / "work"
    work.mkdir()
    failed, verdicts = table.judge(build(tmp_path / "project"), work)
    assert [] == failed
    wrong = [(name, gate) for name, gates in verdicts.items() for gate, blocked in gates.items() if blocked != (name in table.HARMFUL)]
    assert set(wrong) <= {("renamed", "allowlist")}
    assert 13 == len(verdicts)
