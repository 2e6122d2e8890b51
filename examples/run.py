"""Builds the examples with the real tools, inspects what they would publish, and says whether leakguard judged rightly.

Nothing is built in place: every variant gets a copy of its project in a temporary folder. The token that two of them leak is made
up anew on every run. Ends with 0 when exactly the leaking packages were blocked, for exactly the reason that they were made for.
"""

import json
import os
import py_compile
import secrets
import shutil
import string
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
NPM = "npm.cmd" if os.name == "nt" else "npm"
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """One way to build an example."""

    project: str
    """Its folder in `examples/`."""
    name: str
    title: str
    leaks: str
    """The rule that has to block it; empty for a clean build."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A file that the variant would publish."""

    variant: Variant
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What leakguard said of a package."""

    package: Package
    exit_code: int
    blocking: frozenset[str]
    """The rules that blocked."""

    @property
    def right(self) -> bool:
        """Whether a leak was blocked for what it leaks, and a clean package let through."""
        leaks = self.package.variant.leaks
        return (self.exit_code, leaks in self.blocking) == (1, True) if leaks else self.exit_code == 0


VARIANTS = (
    *(
        Variant(project="npm-cli", name=f"{bundler}-{kind}", title=f"bundled by {bundler}, {title}", leaks=leaks)
        for bundler in ("esbuild", "bun")
        for kind, title, leaks in (
            ("external", "the map beside the bundle", "source-map/embedded-source"),
            ("inline", "the map inside the bundle", "source-map/inline-source"),
            ("clean", "without a map", ""),
        )
    ),
    Variant(project="python-lib", name="module", title="a token in a module", leaks="secret/github-token"),
    Variant(project="python-lib", name="bytecode", title="a token that only the stale .pyc still holds", leaks="secret/github-token"),
    Variant(project="python-lib", name="clean", title="the token comes from the environment", leaks=""),
)


def main() -> int:
    """Build, inspect, compare."""
    if shutil.which(NPM) is None:
        print("error: `npm` was not found\nhint: install Node.js 18 or newer", file=sys.stderr)
        return 2
    install_bundlers()
    with tempfile.TemporaryDirectory(prefix="leakguard-examples-") as folder:
        work = Path(folder)
        print("building the examples with esbuild, bun, npm and python -m build ...", flush=True)
        outcomes = [show(package, work) for package in build(work, VARIANTS)]
    return summarize(outcomes)


def install_bundlers() -> None:
    """Install esbuild and bun as the lock file pins them, unless they are there."""
    project = EXAMPLES / "npm-cli"
    if not (project / "node_modules" / ".package-lock.json").exists():
        run([NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], project)


def build(work: Path, variants: Sequence[Variant]) -> Iterator[Package]:
    """Build each variant in a folder of its own below `work`."""
    with ThreadPoolExecutor(max_workers=2) as pool:
        for packages in pool.map(lambda variant: build_one(variant, work / f"{variant.project}-{variant.name}"), variants):
            yield from packages


def build_one(variant: Variant, folder: Path) -> list[Package]:
    """Copy the project to `folder` and build what it publishes."""
    project = EXAMPLES / variant.project
    shutil.copytree(project, folder, ignore=shutil.ignore_patterns("node_modules", "dist", "__pycache__", "*.egg-info"))
    if variant.project == "npm-cli":
        shutil.copytree(project / "node_modules", folder / "node_modules", symlinks=True, copy_function=_link)
        bundler, kind = variant.name.split("-")
        run([NPM, "run", "--silent", f"build:{bundler}:{kind}"], folder)
        run([NPM, "pack", "--ignore-scripts", "--silent"], folder)
        return [Package(variant=variant, path=path) for path in sorted(folder.glob("*.tgz"))]
    if variant.leaks:
        plant_token(folder / "src" / "acme_billing" / "config.py", stale=variant.name == "bytecode")
    run([sys.executable, "-m", "build", "--no-isolation", "."], folder)
    return [Package(variant=variant, path=path) for path in sorted((folder / "dist").iterdir())]


def plant_token(module: Path, *, stale: bool) -> None:
    """Write a token into the module; `stale` cleans the module again after Python has compiled it."""
    clean = module.read_text(encoding="utf-8")
    leaking = clean.replace('os.environ.get("BILLS_TOKEN", "")', f'"{make_token()}"')
    module.write_text(leaking, encoding="utf-8")
    if stale:
        py_compile.compile(str(module), doraise=True)
        module.write_text(clean, encoding="utf-8")


def make_token() -> str:
    """Make up a string with the shape and the checksum of a GitHub token; it opens nothing."""
    body = "".join(secrets.choice(BASE62) for _ in range(30))
    checksum, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        checksum, digit = divmod(checksum, 62)
        digits = BASE62[digit] + digits
    return f"ghp_{body}{digits}"


def show(package: Package, work: Path) -> Outcome:
    """Inspect one package as a person would, with the text on the terminal and the report beside it."""
    name = package.path.relative_to(work)
    print(f"\n=== {package.variant.project}: {package.variant.title}\n$ leakguard inspect {name}", flush=True)
    report = work / "report.json"
    command = [sys.executable, "-m", "leakguard", "inspect", str(name), "--format", "text", "--format", f"json={report}"]
    exit_code = subprocess.run(command, cwd=work, check=False).returncode
    print(f"exit code {exit_code}", flush=True)
    return Outcome(package=package, exit_code=exit_code, blocking=_blocking_rules(report))


def summarize(outcomes: Sequence[Outcome]) -> int:
    """Print a line for each package; 0 when all were judged rightly."""
    print("\n=== summary")
    for outcome in outcomes:
        verdict = "blocked" if outcome.exit_code == 1 else "passed" if outcome.exit_code == 0 else f"exit code {outcome.exit_code}"
        mark = "ok   " if outcome.right else "WRONG"
        print(f"{mark} {verdict:8} {outcome.package.path.name} ({outcome.package.variant.title})")
    wrong = sum(not outcome.right for outcome in outcomes)
    leaking = sum(bool(outcome.package.variant.leaks) for outcome in outcomes)
    print(f"{leaking} packages leak, {len(outcomes) - leaking} are clean; {wrong} judged wrongly")
    return 1 if wrong else 0


def run(command: Sequence[str], folder: Path) -> None:
    """Run a build step silently; its output is shown only if it fails."""
    done = subprocess.run(command, cwd=folder, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        print(done.stdout, file=sys.stderr)
        raise SystemExit(f"error: `{' '.join(command)}` failed")


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _blocking_rules(report: Path) -> frozenset[str]:
    if not report.exists():
        return frozenset()
    content = json.loads(report.read_text(encoding="utf-8"))
    report.unlink()
    return frozenset(one["rule"] for artifact in content["artifacts"] for one in artifact["findings"] if one["action"] == "block")


if __name__ == "__main__":
    sys.exit(main())
