"""The project around the code: what is built, what the documents promise, how imports point."""

import email
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from leakguard.version import VERSION
from tests.conftest import Cli

ROOT = Path(__file__).resolve().parent.parent
PRESETS = {"default", "closed-source", "open-source", "strict"}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our own wheel, built from our own sdist as `python -m build` does it."""
    folder = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    (path,) = folder.glob("*.whl")
    return path


@pytest.mark.slow
class TestWheel:
    """What `pip install leakguard` brings."""

    def test_metadata_has_the_version_of_the_code(self, wheel: Path) -> None:
        """One constant says the version."""
        with zipfile.ZipFile(wheel) as archive:
            metadata = email.message_from_bytes(archive.read(f"leakguard-{VERSION}.dist-info/METADATA"))
        assert metadata["Version"] == VERSION

    def test_metadata_tells_no_user_of_our_tools(self, wheel: Path) -> None:
        """What only contributors need is no extra of the package; an extra is for users."""
        with zipfile.ZipFile(wheel) as archive:
            metadata = email.message_from_bytes(archive.read(f"leakguard-{VERSION}.dist-info/METADATA"))
        extras = PROJECT["project"]["optional-dependencies"]
        assert metadata.get_all("Provides-Extra") == sorted(extras)
        always = [one for one in metadata.get_all("Requires-Dist", []) if "extra ==" not in one]
        assert always == sorted(one.lower() for one in PROJECT["project"]["dependencies"])

    def test_presets_and_data_are_inside(self, wheel: Path) -> None:
        """The presets of `policies/`, the rules, the JSON Schema and the mark of typed packages."""
        with zipfile.ZipFile(wheel) as archive:
            names = set(archive.namelist())
        assert {f"leakguard/policies/{preset}.yaml" for preset in PRESETS} <= names
        data = {
            path.relative_to(ROOT).as_posix() for path in (ROOT / "leakguard").rglob("*") if path.suffix in {".yaml", ".json", ".typed"}
        }
        assert data <= names

    def test_nothing_else_is_inside(self, wheel: Path) -> None:
        """No tests, no examples, no bytecode."""
        with zipfile.ZipFile(wheel) as archive:
            names = archive.namelist()
        outside = [name for name in names if not name.startswith(("leakguard/", f"leakguard-{VERSION}.dist-info/"))]
        assert outside == []
        assert {Path(name).suffix for name in names if name.startswith("leakguard/")} == {".py", ".yaml", ".json", ".typed"}

    def test_presets_are_found_by_an_installed_leakguard(self, wheel: Path, tmp_path: Path, cli: Cli) -> None:
        """As they are by one that runs from the checkout."""
        installed = tmp_path / "installed"
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(installed)
        done = cli("policy", "show", "strict", PYTHONPATH=str(installed), cwd=tmp_path)
        assert (done.exit_code, done.stderr) == (0, "")
        assert cli("policy", "show", "strict").stdout == done.stdout


def test_imports_point_downward() -> None:
    """The layers of `pyproject.toml`, checked by import-linter."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()", "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_command_and_option_is_in_the_documents(cli: Cli) -> None:
    """What `--help` offers is explained in the user guide."""
    guide = "".join(page.read_text(encoding="utf-8") for page in sorted((ROOT / "docs").glob("*.md")) if page.name != "rules.md")
    missing = [name for name in offered(cli) if name not in guide]
    assert missing == []


def test_every_command_of_the_documents_is_there(cli: Cli) -> None:
    """The reverse: nothing is promised that `--help` does not know."""
    known = {name for name in offered(cli) if not name.startswith("-")}
    documents = "".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))])
    promised = set(re.findall(r"(?:^    |`)leakguard ([a-z]+)\b", documents, flags=re.MULTILINE))
    assert promised - {name.split()[0] for name in known} == set()


def test_readme_lists_the_targets_that_make_has() -> None:
    """`make demo` and `make test` are what a newcomer types."""
    listed = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    documents = (ROOT / "README.md").read_text(encoding="utf-8") + (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    promised = set(re.findall(r"\bmake ([a-z]+)\b(?= |`|\n)", documents))
    assert {"demo", "test", "check"} <= promised
    assert [name for name in sorted(promised) if f"make {name} " not in listed] == []


def test_changelog_speaks_of_this_version() -> None:
    """Either as released, or under *Unreleased*."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{VERSION}]" in changelog or "## [Unreleased]" in changelog


def test_lock_file_of_the_example_names_no_host() -> None:
    """The bundlers come from the registry that the machine is set up for."""
    lock = (ROOT / "examples" / "npm-cli" / "package-lock.json").read_text(encoding="utf-8")
    assert '"integrity"' in lock
    assert "://" not in lock


def test_classifiers_begin_with_the_oldest_python_required() -> None:
    """`requires-python` and the classifiers say the same."""
    oldest = PROJECT["project"]["requires-python"].removeprefix(">=")
    versions = [one.rpartition(" ")[2] for one in PROJECT["project"]["classifiers"] if re.search(r":: 3\.\d+$", one)]
    assert versions[0] == oldest
    assert versions == sorted(versions, key=lambda version: int(version.partition(".")[2]))


def offered(cli: Cli, *command: str) -> list[str]:
    """Every command (with its group) and long option that `--help` shows below `command`."""
    text = cli(*command, "--help").stdout
    names = re.findall(r"^ +(?:-\w, )?(--[a-z][a-z-]+)", text, flags=re.MULTILINE)
    _, _, listing = text.partition("\nCommands:\n")
    for name in re.findall(r"^  ([a-z][a-z-]*)(?: |$)", listing, flags=re.MULTILINE):
        names += [" ".join((*command, name)), *offered(cli, *command, name)]
    return list(dict.fromkeys(names))
