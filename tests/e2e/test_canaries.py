"""What real build tools leak: every source has canaries in comments that a build drops, and each one that ships is in a finding.

`tests/tools/build.mjs` builds one project with every tool in every way; what is decoded here is decoded without leakguard.
"""

import base64
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest

from examples import run
from tests.builders import npm
from tests.conftest import ROOT, Cli

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("tools")]

TOOLS = ROOT / "tests" / "tools"
MANIFEST = {"license": "UNLICENSED", "main": "dist/cli.js"}
CANARY = re.compile(rb"CANARY-[a-z-]+")
BASE64 = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}")
PERCENT = re.compile(rb"(?:%[0-9A-Fa-f]{2}|[\w.~!*'(),;:@&=+$/?-]){60,}")

SOURCES = {
    "main.ts": """// CANARY-main-head
import { price, type Item } from "./pricing.js";

/** CANARY-main-doc */
export function total(items: Item[]): number {
  // CANARY-main-inner
  return items.reduce((sum, item) => sum + price(item), 0);
}

console.log(total([{ name: "a", amount: 2 }]));
""",
    "pricing.ts": """// CANARY-pricing-head
export interface Item { name: string; amount: number } // CANARY-pricing-type

export function price(item: Item): number {
  /* CANARY-pricing-inner */
  return item.amount * 3;
}
""",
    "plain.js": """// CANARY-plain-head
export function main(values) {
  // CANARY-plain-inner
  return values.map((value) => value * 2);
}
""",
    "page.css": "/* CANARY-css */\n.a { color: red }\n",
    "page.scss": '// CANARY-scss\n@use "theme";\n.a { color: theme.$c }\n',
    "_theme.scss": "// CANARY-theme\n$c: #123456;\n",
}

BUNDLE = ("main", "pricing")
LEAKING: Mapping[str, tuple[str, tuple[str, ...]]] = {
    **{f"esbuild-{how}": ("source-map/embedded-source", BUNDLE) for how in ("external", "linked")},
    **{f"esbuild-{how}": ("source-map/inline-source", BUNDLE) for how in ("inline", "both", "string")},
    "esbuild-css": ("source-map/inline-source", ("css",)),
    **{f"bun-{how}": ("source-map/embedded-source", BUNDLE) for how in ("external", "linked")},
    "bun-inline": ("source-map/inline-source", BUNDLE),
    **{f"webpack-{how}": ("source-map/embedded-source", BUNDLE) for how in ("source-map", "hidden-source-map")},
    "webpack-inline-source-map": ("source-map/inline-source", BUNDLE),
    "webpack-eval-source-map": ("source-map/inline-source", BUNDLE),
    "webpack-eval": ("source/development-build", BUNDLE),
    **{f"rollup-{how}": ("source-map/embedded-source", BUNDLE) for how in ("external", "hidden")},
    "rollup-inline": ("source-map/inline-source", BUNDLE),
    **{f"vite-{how}": ("source-map/embedded-source", BUNDLE) for how in ("external", "hidden")},
    "vite-inline": ("source-map/inline-source", BUNDLE),
    "tsc-external": ("source-map/embedded-source", BUNDLE),
    "tsc-inline": ("source-map/inline-source", BUNDLE),
    "sass-external": ("source-map/embedded-source", ("scss", "theme")),
    "sass-inline": ("source-map/inline-source", ("scss", "theme")),
    "swc-external": ("source-map/embedded-source", ("main",)),
    "swc-inline": ("source-map/inline-source", ("main",)),
    **{f"{tool}-external": ("source-map/embedded-source", ("plain",)) for tool in ("babel", "terser")},
    **{f"{tool}-inline": ("source-map/inline-source", ("plain",)) for tool in ("babel", "terser")},
    "istanbul": ("source-map/inline-source", ("main",)),
    "disguised-gzip": ("source-map/embedded-source", BUNDLE),
    "disguised-utf-16": ("source-map/embedded-source", BUNDLE),
    "disguised-name": ("source-map/embedded-source", BUNDLE),
    "disguised-package": ("source-map/embedded-source", BUNDLE),
}
"""Variant → the rule that blocks it, and the sources whose canaries are in it."""

CLEAN = [f"{tool}-clean" for tool in ("esbuild", "bun", "webpack", "rollup", "vite", "tsc", "sass", "swc", "babel", "terser")]
SECRET = ["secret-external", "secret-inline"]
WITHOUT_CONTENT = ["esbuild-nosources", "webpack-nosources-source-map", "tsc-nosources", "tsc-declarations"]

Files = Mapping[str, bytes]
Judged = Mapping[str, tuple[Files, dict[str, Any]]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Files]:
    """The files of each variant, by the path inside the package."""
    run.install_bundlers()
    if not (TOOLS / "node_modules" / ".package-lock.json").exists():
        run.run([run.NPM, "install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], TOOLS)
    work = tmp_path_factory.mktemp("canaries")
    secret = 'import "./main.js";\n\n// how we log in\nexport const password =\n  "' + run.make_token() + '";\nconsole.log(password);\n'
    for name, text in {**SOURCES, "secret.ts": secret}.items():
        path = work / "src" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    subprocess.run(["node", str(TOOLS / "build.mjs"), str(work / "src"), str(work / "out")], check=True, capture_output=True)
    variants = {
        folder.name: {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
        for folder in (work / "out").iterdir()
    }
    return {**variants, **dict(disguised(variants["esbuild-external"]["dist/cli.js.map"]))}


def disguised(text: bytes) -> Iterator[tuple[str, Files]]:
    """The map of esbuild where no file name tells."""
    yield "disguised-gzip", {"dist/cli.js.map.gz": gzip.compress(text)}
    yield "disguised-utf-16", {"dist/cli.js.map": text.decode().encode("utf-16")}
    yield "disguised-name", {"dist/data.json": b")]}'\n" + text}
    yield "disguised-package", {"vendor/inner.tgz": npm({"lib/x": text})}


@pytest.fixture(scope="module")
def judged(built: Mapping[str, Files], tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """What leakguard says about the package of each variant; all of them are inspected in one run."""
    work = tmp_path_factory.mktemp("packages")
    for name, files in built.items():
        (work / f"{name}.tgz").write_bytes(npm(files, name=name, manifest=MANIFEST))
    done = subprocess.run(
        [sys.executable, "-m", "leakguard", "inspect", str(work), "--policy", "default", "--format", "json"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    reports = {Path(one["target"]).stem: one for one in json.loads(done.stdout)["artifacts"]}
    return {name: (files, reports[name]) for name, files in built.items()}


def canaries(data: bytes, depth: int = 4) -> set[bytes]:
    """Every canary in some bytes: raw, compressed, in UTF-16, base64 or percent-encoded, to any depth that occurs."""
    found = set(CANARY.findall(data))
    if not depth:
        return found
    if data.startswith(b"\x1f\x8b"):
        found |= canaries(gzip.decompress(data), depth - 1)
    if b"\0C\0A\0N\0A\0R\0Y" in data:
        found |= set(CANARY.findall(data.replace(b"\0", b"")))
    for run_of_base64 in BASE64.findall(data):
        found |= canaries(base64.b64decode(run_of_base64 + b"=" * (-len(run_of_base64) % 4)), depth - 1)
    for encoded in PERCENT.findall(data):
        found |= set(CANARY.findall(unquote_to_bytes(encoded)))
    return found


def accounted(files: Files, report: dict[str, Any]) -> tuple[set[str], set[str]]:
    """The files that hold a canary, and those of them that a finding which blocks or warns is about."""
    holding = {f"package/{name}" for name, data in files.items() if canaries(data)}
    told = {one["location"]["path"].partition("!/")[0] for one in report["findings"] if one["action"] != "allow"}
    return holding, holding & told


@pytest.mark.parametrize("variant", LEAKING)
def test_every_canary_that_ships_is_accounted_for(judged: Judged, variant: str) -> None:
    """The package is blocked by the rule that says how it leaks, and no file with a canary is without a finding."""
    files, report = judged[variant]
    rule, sources = LEAKING[variant]
    shipped = {canary.decode().split("-")[1] for data in files.values() for canary in canaries(data)}
    assert shipped == set(sources)
    holding, told = accounted(files, report)
    assert told == holding
    assert rule in {one["rule"] for one in report["findings"] if one["action"] == "block"}


@pytest.mark.parametrize("variant", [name for name, (rule, _) in LEAKING.items() if rule.startswith("source-map/")])
def test_the_ledger_counts_the_sources_that_leak(judged: Judged, variant: str) -> None:
    """The files that can be rebuilt are those that the canaries come from, each counted once."""
    _, report = judged[variant]
    files = report["ledger"]["first_party"]["files"]
    assert files == len(LEAKING[variant][1]), report["ledger"]
    assert report["ledger"]["novel_lines"] > 0


@pytest.mark.parametrize("variant", CLEAN)
def test_the_same_project_built_clean_passes(judged: Judged, variant: str) -> None:
    """Nothing blocks or warns, and there is no ledger."""
    files, report = judged[variant]
    assert not any(map(canaries, files.values()))
    assert (report["verdict"], report["ledger"]) == ("pass", None), report["findings"]


@pytest.mark.parametrize("variant", WITHOUT_CONTENT)
def test_a_map_without_content_does_not_block(judged: Judged, variant: str) -> None:
    """There is no canary in it, at most names; what can be rebuilt is nothing."""
    files, report = judged[variant]
    assert not any(map(canaries, files.values()))
    assert report["verdict"] in {"pass", "warn"}
    assert report["ledger"]["files"] == 0


@pytest.mark.parametrize("variant", SECRET)
def test_a_secret_in_a_bundle_is_traced_to_its_source(judged: Judged, variant: str) -> None:
    """The map that ships with the bundle says in which line of which file it was written."""
    _, report = judged[variant]
    inside = [one for one in report["findings"] if one["rule"].startswith("secret/") and one["location"]["path"] == "package/dist/cli.js"]
    assert [one["evidence"]["original"] for one in inside] == ["src/secret.ts:5"]


def test_every_variant_that_is_built_is_judged(built: Mapping[str, Files]) -> None:
    """No output of a tool goes unlooked at."""
    assert set(built) == {*LEAKING, *CLEAN, *WITHOUT_CONTENT, *SECRET}


def test_the_recovered_tree_is_the_sources(built: Mapping[str, Files], cli: Cli, tmp_path: Path) -> None:
    """`--recover` writes the files of the bundle back as they were, and changes no exit code."""
    package = tmp_path / "example.tgz"
    package.write_bytes(npm(built["rollup-inline"], manifest=MANIFEST))
    done = cli("inspect", package, "--recover", tmp_path / "recovered")
    assert done.exit_code == 1
    recovered = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "recovered").rglob("*") if path.is_file()}
    assert recovered == {name: SOURCES[name] for name in ("main.ts", "pricing.ts")}
