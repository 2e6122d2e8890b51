"""`leakguard inspect` on real artifacts: the exit code, the first block, and the waiver that ends it."""

import json
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from tests import builders
from tests.cli.command import leakguard

SCHEMA = json.loads(files("leakguard.reporters").joinpath("report.schema.json").read_text(encoding="utf-8"))

CLEAN = builders.npm({"index.js": "export const a = 1\n", "LICENSE": builders.MIT_TEXT}, manifest={"license": "MIT"})
LEAKING = builders.npm({"cli.js": "a()\n", "cli.js.map": builders.source_map({"../src/a.ts": builders.code(40)})})


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """An empty `dist/`."""
    folder = tmp_path / "dist"
    folder.mkdir()
    return folder


def test_clean_package_passes(dist: Path) -> None:
    """Exit 0, the verdict on standard output, nothing on standard error."""
    dist.joinpath("clean-1.0.0.tgz").write_bytes(CLEAN)
    done = leakguard("inspect", cwd=dist.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("pass dist/clean-1.0.0.tgz\n  npm example 1.0.0, open source")
    assert ": every byte accounted for\n" in done.stdout


def test_leak_blocks_until_its_waiver_is_pasted(dist: Path) -> None:
    """The waiver that the block prints is refused without a reason, and ends the block with one."""
    dist.joinpath("leaking-1.0.0.tgz").write_bytes(LEAKING)
    done = leakguard("inspect", cwd=dist.parent)
    assert (done.returncode, done.stderr) == (1, "")
    assert "block[source-map/embedded-source]: " in done.stdout
    assert "anyone can rebuild 1 first-party file from it: 40 lines" in done.stdout
    assert "     fix: " in done.stdout
    waiver = done.stdout[done.stdout.index("waivers:") : done.stdout.index("\nblocked: ")]
    policy = dist.parent / "leakguard.yaml"
    policy.write_text(f"version: 1\n{waiver}", encoding="utf-8")
    assert leakguard("inspect", cwd=dist.parent).returncode == 2
    policy.write_text(f"version: 1\n{waiver.replace('reason:', 'reason: a test')}", encoding="utf-8")
    done = leakguard("inspect", cwd=dist.parent)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 more finding allowed, 1 by waiver" in done.stdout


@pytest.mark.parametrize(
    ("names", "code"), [(["none.tgz"], 3), (["none.tgz", "clean.tgz"], 3), (["leaking.tgz", "none.tgz"], 1), (["clean.tgz"], 0)]
)
def test_missing_target_is_3_unless_another_blocks(names: list[str], code: int, tmp_path: Path) -> None:
    """Each file named has its place in the report, the missing one among the errors too."""
    tmp_path.joinpath("clean.tgz").write_bytes(CLEAN)
    tmp_path.joinpath("leaking.tgz").write_bytes(LEAKING)
    done = leakguard("inspect", "--format", "json", *names, cwd=tmp_path)
    read = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(read)
    assert done.returncode == code
    assert [artifact["target"] for artifact in read["artifacts"]] == names
    assert [error["target"] for error in read["errors"]] == [name for name in names if name == "none.tgz"]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    """The report holds no time and no order of chance, and does not depend on the number of jobs."""
    for number in range(4):
        tmp_path.joinpath(f"{number}.tgz").write_bytes(LEAKING if number % 2 else CLEAN)
    names = [f"{number}.tgz" for number in range(4)]
    runs = {leakguard("inspect", "--format", "json", "--jobs", jobs, *names, cwd=tmp_path).stdout for jobs in ("1", "4")}
    assert len(runs) == 1


def test_damaged_artifact_is_a_finding(tmp_path: Path) -> None:
    """What cannot be read inside an artifact blocks with 1, not with 3 or 70."""
    tmp_path.joinpath("cut.tgz").write_bytes(LEAKING[: len(LEAKING) // 2])
    done = leakguard("inspect", "--quiet", "cut.tgz", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert "  artifact/" in done.stdout


def test_project_is_not_what_ships(tmp_path: Path) -> None:
    """A checkout is exit 2 with the hint to build; `--as-is` inspects it and is told in the report."""
    tmp_path.joinpath(".git").mkdir()
    tmp_path.joinpath("a.js").write_text("a()\n")
    done = leakguard("inspect", ".", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "hint: build it" in done.stderr
    done = leakguard("inspect", "--as-is", "--format", "json", ".", cwd=tmp_path)
    assert json.loads(done.stdout)["weakened_by"] == ["--as-is"]


@pytest.mark.parametrize("form", ["text", "json"])
def test_hostile_names_reach_no_terminal(form: str, tmp_path: Path) -> None:
    """Newlines, colours, direction marks and commands of build services in names are written out."""
    name = "a\n::error::b\x1b[31m\u202e##[error].map"
    leak = builders.source_map({f"../src/{name}": builders.code(40)})
    tmp_path.joinpath("x.tgz").write_bytes(
        builders.npm({name: leak, "b/\n::set-output name=a::b/.npmrc": "//r/:_authToken=" + builders.token("npm_", 36)})
    )
    done = leakguard("inspect", "--format", form, "x.tgz", cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "")
    assert not [character for character in done.stdout if not character.isprintable() and character != "\n"]
    assert not [line for line in done.stdout.splitlines() if line.lstrip().startswith("::") or "##[" in line]
