"""What the real esbuild and Node.js write, under names that say nothing."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from examples import run
from tests.analyzers.sources.inspecting import inspect

pytestmark = pytest.mark.slow

ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": "/home/luigi", "PWD": "/home/luigi/acme", "ACME_KEY": "canary-of-the-environment"}
CODE = "// canary\nexport const price = (name) => process.env[name];\nconsole.log(price('x'));\n"


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """Everything that the tools wrote, by its path."""
    run.install_bundlers()
    folder = tmp_path_factory.mktemp("tools")
    (folder / "a.js").write_text(CODE, encoding="utf-8")
    (folder / "b.jsx").write_text("export const B = () => <b>x</b>;\n", encoding="utf-8")
    esbuild = str(run.EXAMPLES / "npm-cli" / "node_modules" / ".bin" / "esbuild")

    def call(*arguments: str) -> None:
        subprocess.run(arguments, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, timeout=120)

    for kind in ("plain", "minified"):
        more = ["--minify"] if kind == "minified" else []
        call(esbuild, "a.js", "--bundle", f"--outfile=out/{kind}.js", f"--define:process.env={json.dumps(ENVIRONMENT)}", *more)
        call(esbuild, "b.jsx", "--jsx=automatic", "--jsx-dev", f"--outfile=out/jsx-{kind}.js", *more)
        call(esbuild, "a.js", "--bundle", "--platform=node", f"--outfile=out/clean-{kind}.js", f"--metafile=out/data-{kind}.bin", *more)
    call("node", "--cpu-prof", "--cpu-prof-name=out/profile.bin", "out/clean-plain.js")
    call("node", "-e", "require('v8').writeHeapSnapshot('out/heap.bin'); process.report.writeReport('out/report.bin')")
    return {path.name: path.read_bytes() for path in sorted(Path(folder / "out").iterdir())}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("plain.js", "source/environment-dump"),
        ("minified.js", "source/environment-dump"),
        ("jsx-plain.js", "source/development-output"),
        ("jsx-minified.js", "source/development-output"),
        ("data-plain.bin", "source/bundler-statistics"),
        ("profile.bin", "source/cpu-profile"),
        ("heap.bin", "source/memory-dump"),
        ("report.bin", "source/memory-dump"),
    ],
)
def test_what_tools_leave_is_recognised(written: Mapping[str, bytes], name: str, rule: str) -> None:
    """Once, by its shape, and without a value."""
    (found,) = inspect({f"dist/{name}": written[name]})
    assert rule == found.rule
    assert "canary-of-the-environment" not in repr(found)


@pytest.mark.parametrize("name", ["clean-plain.js", "clean-minified.js"])
def test_the_same_code_built_clean_is_clean(written: Mapping[str, bytes], name: str) -> None:
    """Nothing is found in a release build."""
    assert [] == inspect({f"dist/{name}": written[name]})
