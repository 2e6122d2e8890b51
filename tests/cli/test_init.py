"""`leakguard init` drafts a policy that passes what it was drafted from, and nothing that nobody has seen."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import Files, inline_base64, npm, sdist, source_map, token, wheel
from tests.conftest import Cli

BUNDLE = "".join(f"function f{number}(){{return {number}}}\n" for number in range(2000))
PACKAGE: Files = {"dist/cli.js": BUNDLE, "README.md": "# a\n", "LICENSE": "x", **{f"lib/m{number}.js": "1" for number in range(6)}}
MANIFEST = {"bin": {"a": "dist/cli.js"}}

OFF = '\nrules: {"*": allow, "file/not-allowed": block, "file/denied": block, "file/missing": block, "size/*": block}\n'
"""Every detector off: the allowlist alone judges."""


def drafted(cli: Cli, *paths: Path) -> str:
    """The draft from these artifacts."""
    done = cli("init", *paths)
    assert done.exit_code == 0, done.stderr
    return (paths[0].parent / "leakguard.yaml").read_text(encoding="utf-8")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A closed npm package without a leak."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm(PACKAGE, manifest=MANIFEST))
    return path


def test_draft_passes_what_it_came_from(package: Path, cli: Cli) -> None:
    """Without a warning either."""
    text = drafted(cli, package)
    done = cli("inspect", package)
    assert done.exit_code == 0
    assert "policy/" not in done.stdout
    assert "- /lib/*.js" in text
    assert "- /dist/cli.js" in text
    assert "openness: closed" in text
    assert "undecided" not in text.partition("# Read it")[2].partition("\n")[2].replace("decide what is undecided", "")


@pytest.mark.parametrize(
    "name",
    [
        "debug.bin",
        "dist/notes.txt",
        "dist/other.js",
        "lib/m.ts",
        "lib/deep/m.js",
        "src/a.ts",
        ".env",
        "dist/cli.js.map",
        "copy/dist/cli.js",
    ],
)
def test_one_unknown_file_blocks(package: Path, cli: Cli, name: str) -> None:
    """Wherever it is, with every detector off."""
    text = drafted(cli, package)
    (package.parent / "leakguard.yaml").write_text(text + OFF)
    package.write_bytes(npm({**PACKAGE, name: "x"}, manifest=MANIFEST))
    done = cli("inspect", package)
    assert done.exit_code == 1
    assert "file/not-allowed" in done.stdout


def test_inline_map_that_doubles_the_bundle_blocks(package: Path, cli: Cli) -> None:
    """The older founding incident, by the size limits of the draft alone."""
    text = drafted(cli, package)
    (package.parent / "leakguard.yaml").write_text(text + OFF)
    leaking = BUNDLE + "//# sourceMappingURL=" + inline_base64(source_map({"src/a.ts": BUNDLE}))
    package.write_bytes(npm({**PACKAGE, "dist/cli.js": leaking}, manifest=MANIFEST))
    done = cli("inspect", package)
    assert done.exit_code == 1
    assert "size/entry" in done.stdout


@pytest.mark.parametrize("gone", ["dist/cli.js", "LICENSE"])
def test_required_file_that_is_gone_blocks(package: Path, cli: Cli, gone: str) -> None:
    """Entry points and the licence."""
    drafted(cli, package)
    package.write_bytes(npm({name: data for name, data in PACKAGE.items() if name != gone}, manifest=MANIFEST))
    done = cli("inspect", package)
    assert done.exit_code == 1
    assert "file/missing" in done.stdout


def test_doubtful_files_stay_blocked_until_decided(tmp_path: Path, cli: Cli) -> None:
    """Listed below a heading with the reason; uncommenting the lines lets them ship."""
    path = tmp_path / "a-1.0-py3-none-any.whl"
    path.write_bytes(
        wheel(
            {**{f"a/m{number}.py": "1" for number in range(5)}, "a/__init__.py": "", "a/tests/test_a.py": "1", "a/conftest.py": "1"},
            name="a",
        )
    )
    text = drafted(cli, path)
    assert "# undecided" in text
    assert "#   tests: not needed by users" in text
    assert cli("inspect", path).exit_code == 1
    (tmp_path / "leakguard.yaml").write_text(re.sub(r"(?m)^( +)# - ", r"\1- ", text))
    assert cli("inspect", path).exit_code == 0


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("dist/cli.js.map", source_map({"../src/a.ts": "const a = 1\n"}), "a source map"),
        ("src/index.ts", "export const a = 1\n", "source/original"),
        ("test/a.js", "1", "tests: not needed by users"),
        ("CLAUDE.md", "be kind", "instructs coding agents"),
        (".travis.yml", "a: b", "a hidden file"),
        ("server.key", "x", "a key, certificate or key store"),
        ("npm-debug.log", "x", "a log, backup, database or dump"),
    ],
)
def test_what_is_doubtful_says_why(tmp_path: Path, cli: Cli, name: str, content: str, reason: str) -> None:
    """And no pattern of the allowlist covers it."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm({**PACKAGE, name: content}, manifest=MANIFEST))
    text = drafted(cli, path)
    assert reason in text
    assert f"# - /{name}" in text or f"# - /{name.rpartition('/')[0]}/**" in text
    (tmp_path / "leakguard.yaml").write_text(text + OFF)
    assert cli("inspect", path).exit_code == 1


def test_credentials_and_agent_state_are_denied(tmp_path: Path, cli: Cli) -> None:
    """They are no question; the draft holds nothing of what is in them."""
    secret = token("npm_", 36)
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm({**PACKAGE, ".env": f"NPM_TOKEN={secret}\n"}, manifest=MANIFEST))
    text = drafted(cli, path)
    assert "- /.env" in text.partition("deny:")[2]
    assert secret[4:12] not in text
    done = cli("inspect", path)
    assert done.exit_code == 1
    assert "file/denied" in done.stdout


def test_broad_pattern_does_not_cover_credentials(tmp_path: Path, cli: Cli) -> None:
    """`**` lets no `.env` through; naming the file does."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm({"a.js": "1", ".env": "DB_HOST=db.example\n"}))
    (tmp_path / "leakguard.yaml").write_text('version: 1\nfiles: {allow: ["**"]}\n')
    assert "file/credential-file" in cli("inspect", path).stdout
    (tmp_path / "leakguard.yaml").write_text('version: 1\nfiles: {allow: ["**", "/.env"]}\n')
    assert cli("inspect", path).exit_code == 0


def test_existing_file_is_never_overwritten(package: Path, cli: Cli) -> None:
    """Exit 2, and not one byte of it changes; a dangling link counts as existing."""
    policy = package.parent / "leakguard.yaml"
    policy.write_text("version: 1\n")
    assert cli("init", package).exit_code == 2
    assert "version: 1\n" == policy.read_text()
    link = package.parent / "linked.yaml"
    link.symlink_to(package.parent / "nowhere")
    assert cli("init", package, "-o", "linked.yaml").exit_code == 2
    assert not (package.parent / "nowhere").exists()


def test_each_kind_of_artifact_gets_a_role(package: Path, tmp_path: Path, cli: Cli) -> None:
    """And an artifact that no role describes blocks."""
    first, second = tmp_path / "b-1.0-py3-none-any.whl", tmp_path / "b-1.0.tar.gz"
    first.write_bytes(wheel({"b/__init__.py": ""}, name="b"))
    second.write_bytes(sdist({"src/b/__init__.py": ""}, name="b"))
    text = drafted(cli, first, second)
    assert "match: {format: sdist}" in text
    assert "match: {format: wheel}" in text
    assert cli("inspect", first, second).exit_code == 0
    done = cli("inspect", package)
    assert done.exit_code == 1
    assert "policy/no-role" in done.stdout


def test_workspace_packages_get_a_role_each(tmp_path: Path, cli: Cli) -> None:
    """By name; what one may hold another may not."""
    paths = [tmp_path / f"{name}-1.0.0.tgz" for name in ("a", "b")]
    for path in paths:
        path.write_bytes(npm({f"{path.name[0]}.js": "1"}, name=f"@acme/{path.name[0]}"))
    text = drafted(cli, *paths)
    assert 'name: "@acme/a"' in text
    assert cli("inspect", *paths).exit_code == 0
    paths[0].write_bytes(npm({"a.js": "1", "b.js": "1"}, name="@acme/a"))
    assert cli("inspect", *paths).exit_code == 1


@pytest.mark.parametrize(
    "name",
    ["a: b.js", "# a.js", "- a.js", "*.js", "!a.js", "[x].js", "ü.js", "a\nb.js", "{a}.js", "'q'.js", '"q".js', "a\\b.js", " a.js", "a "],
)
def test_hostile_names_make_a_policy_all_the_same(tmp_path: Path, cli: Cli, name: str) -> None:
    """Quoted, escaped, and matching that file alone."""
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm({"plain.js": "1", f"x/{name}": "1"}))
    drafted(cli, path)
    done = cli("inspect", path, "--format", "json")
    assert "file/not-allowed" not in {one["rule"] for one in done.report["artifacts"][0]["findings"]}, done.stdout
    assert cli("policy", "check").exit_code == 0


@pytest.mark.parametrize("arguments", [["none.tgz"], [], ["--scripts", "x"], ["--build", "x"], ["--build"]])
def test_nothing_to_draft_from_writes_nothing(tmp_path: Path, cli: Cli, arguments: list[str]) -> None:
    """A missing file, an empty folder, options that contradict each other."""
    assert cli("init", *arguments).exit_code in {2, 3}
    assert not (tmp_path / "leakguard.yaml").exists()


def test_five_thousand_files_make_a_short_draft(tmp_path: Path, cli: Cli) -> None:
    """A policy that a person can read."""
    files = {f"lib/{folder}/module{number}.{suffix}": "1" for folder in range(25) for number in range(100) for suffix in ("js", "d.ts")}
    path = tmp_path / "a-1.0.0.tgz"
    path.write_bytes(npm(files))
    assert len(drafted(cli, path).splitlines()) < 25
    assert cli("inspect", path).exit_code == 0


@pytest.mark.slow
def test_build_leaves_the_project_alone(tmp_path: Path, cli: Cli) -> None:
    """`npm pack` in a copy; the project's own scripts run only when asked for."""
    project = tmp_path / "project"
    project.mkdir()
    manifest = {
        "name": "a",
        "version": "1.0.0",
        "main": "a.js",
        "scripts": {"prepack": "node -e \"require('fs').writeFileSync('made.js','1')\""},
    }
    (project / "package.json").write_text(json.dumps(manifest))
    (project / "a.js").write_text("1")
    assert cli("init", "--build", cwd=project).exit_code == 0
    assert {"a.js", "package.json", "leakguard.yaml"} == {path.name for path in project.iterdir()}
    assert "made.js" not in (project / "leakguard.yaml").read_text()
    assert cli("init", "--build", "--scripts", "-o", "other.yaml", cwd=project).exit_code == 0
    assert "made.js" in (project / "other.yaml").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["hatchling.build", "setuptools.build_meta", "flit_core.buildapi"])
def test_what_real_back_ends_build_passes_its_draft(tmp_path: Path, cli: Cli, backend: str) -> None:
    """Wheel and sdist, and again after a new release; a stray file in either blocks."""
    project = tmp_path / "project"
    (project / "acme").mkdir(parents=True)

    def build(version: str) -> list[Path]:
        system = f'[build-system]\nrequires = []\nbuild-backend = "{backend}"\n'
        text = f'{system}[project]\nname = "acme"\nversion = "{version}"\ndescription = "x"\n'
        (project / "pyproject.toml").write_text(text)
        (project / "acme/__init__.py").write_text('"""Acme."""\n')
        shutil.rmtree(project / "dist", ignore_errors=True)
        command = [sys.executable, "-m", "build", "--no-isolation", str(project)]
        subprocess.run(command, check=True, capture_output=True)
        return sorted((project / "dist").iterdir())

    assert cli("init", *build("1.0"), "-o", str(tmp_path / "leakguard.yaml")).exit_code == 0
    done = cli("inspect", *build("2.3.4"))
    assert done.exit_code == 0, done.stdout
    (project / "acme/plan.sql").write_text("select 1;\n")
    if backend == "setuptools.build_meta":
        (project / "MANIFEST.in").write_text("include acme/plan.sql\n")
    done = cli("inspect", *build("2.3.5"))
    assert done.exit_code == 1
    assert "file/not-allowed" in done.stdout
