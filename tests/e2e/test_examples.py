"""The examples, built by the real esbuild, bun, npm and setuptools, and judged by the real command."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from examples import run
from tests.conftest import Cli

pytestmark = pytest.mark.slow

SOURCES = {"cli.ts", "ledger.ts", "pricing.ts", "table.ts", "tiers.ts"}
LEAKING = [f"{bundler}-{kind}" for bundler in ("esbuild", "bun") for kind in ("external", "inline")]
CLEAN = ["esbuild-clean", "bun-clean"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[Path]]:
    """The packages of every variant, by the name of the variant; for Python the wheel and then the sdist."""
    run.install_bundlers()
    packages: dict[str, list[Path]] = {}
    for package in run.build(tmp_path_factory.mktemp("examples"), run.VARIANTS):
        packages.setdefault(package.variant.name, []).append(package.path)
    return packages


def inspect(cli: Cli, path: Path, *options: str) -> tuple[int, dict[str, Any]]:
    """The exit code, and the artifact of the report."""
    done = cli("inspect", path, "--format", "json", *options)
    assert done.exit_code in {0, 1}, done.stderr
    (artifact,) = done.report["artifacts"]
    return done.exit_code, artifact


def findings(artifact: Mapping[str, Any], rule: str) -> list[dict[str, Any]]:
    """The findings of one rule."""
    return [one for one in artifact["findings"] if one["rule"] == rule]


@pytest.mark.parametrize("variant", ["esbuild-external", "bun-external"])
def test_a_map_beside_the_bundle_is_blocked_with_what_anyone_could_rebuild(cli: Cli, built: Mapping[str, list[Path]], variant: str) -> None:
    """The evidence counts our five files, and sets the bundled dependency apart."""
    code, artifact = inspect(cli, built[variant][0])
    (finding,) = findings(artifact, "source-map/embedded-source")
    evidence = finding["evidence"]
    assert (code, finding["action"]) == (1, "block")
    assert finding["location"]["path"] == "package/dist/cli.js.map"
    assert (evidence["sources"], evidence["with_content"], evidence["first_party"], evidence["third_party"]) == (6, 6, 5, 1)
    assert {sample.rpartition("/")[2] for sample in evidence["samples"]} == SOURCES
    assert evidence["lines"] == sum(len(lines(name)) for name in SOURCES)
    assert evidence["bytes"] == sum((run.EXAMPLES / "npm-cli" / "src" / name).stat().st_size for name in SOURCES)


@pytest.mark.parametrize("variant", ["esbuild-inline", "bun-inline"])
def test_a_map_inside_the_bundle_is_blocked_though_no_file_name_tells(cli: Cli, built: Mapping[str, list[Path]], variant: str) -> None:
    """The finding is in the script, at the comment, and counts the same files."""
    code, artifact = inspect(cli, built[variant][0])
    (finding,) = findings(artifact, "source-map/inline-source")
    assert (code, finding["action"]) == (1, "block")
    assert finding["location"]["path"].startswith("package/dist/cli.js")
    assert (finding["evidence"]["first_party"], finding["evidence"]["third_party"]) == (5, 1)
    assert finding["evidence"]["novel_lines"] > 0


@pytest.mark.parametrize("variant", CLEAN)
def test_the_fixed_build_passes(cli: Cli, built: Mapping[str, list[Path]], variant: str) -> None:
    """Without a map nothing blocks, and every byte was looked at."""
    code, artifact = inspect(cli, built[variant][0])
    assert code == 0
    assert [one for one in artifact["findings"] if one["action"] == "block"] == []
    assert artifact["coverage"]["inspected"] == artifact["coverage"]["bytes"] > 0


@pytest.mark.parametrize("variant", LEAKING)
def test_an_open_policy_still_refuses_what_nobody_could_see(cli: Cli, built: Mapping[str, list[Path]], variant: str) -> None:
    """For an open package a map is a choice, but source hidden inside a script is not."""
    code, _ = inspect(cli, built[variant][0], "--policy", "open-source")
    assert code == (1 if variant.endswith("inline") else 0)


@pytest.mark.parametrize(("variant", "inner"), [("module", "acme_billing/config.py"), ("bytecode", "acme_billing/__pycache__/config.")])
@pytest.mark.parametrize("kind", [0, 1], ids=["wheel", "sdist"])
def test_a_token_is_found_where_the_package_still_holds_it(
    cli: Cli, built: Mapping[str, list[Path]], variant: str, inner: str, kind: int
) -> None:
    """Once in the module, or only in what Python compiled from it before it was cleaned; never shown."""
    path = built[variant][kind]
    done = cli("inspect", path, "--format", "json")
    (artifact,) = done.report["artifacts"]
    (finding,) = findings(artifact, "secret/github-token")
    assert (done.exit_code, finding["action"], finding["confidence"]) == (1, "block", "high")
    assert inner in finding["location"]["path"]
    assert run_of_word_characters(done.output, after="ghp_") < 8


@pytest.mark.parametrize("kind", [0, 1], ids=["wheel", "sdist"])
def test_a_library_that_reads_its_token_from_the_environment_passes(cli: Cli, built: Mapping[str, list[Path]], kind: int) -> None:
    """The name of a variable is no secret."""
    path = [one for one in built["clean"] if one.suffix in {".whl", ".gz"}][kind]
    code, artifact = inspect(cli, path)
    assert code == 0
    assert [one for one in artifact["findings"] if one["rule"].startswith("secret/")] == []


def lines(name: str) -> list[str]:
    """The lines of one source of the example."""
    return (run.EXAMPLES / "npm-cli" / "src" / name).read_text(encoding="utf-8").splitlines()


def run_of_word_characters(text: str, *, after: str) -> int:
    """The longest run of letters and digits that follows `after` in the text."""
    tails = text.split(after)[1:]
    return max((next((at for at, c in enumerate(tail) if not c.isalnum()), len(tail)) for tail in tails), default=0)
