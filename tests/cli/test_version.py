"""`leakguard --version` answers before anything else is imported."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from leakguard.version import VERSION
from tests.cli.command import ROOT, leakguard, python

SLOW = (
    "click",
    "rich",
    "hyperscan",
    "yaml",
    "msgspec",
    "pathspec",
    "isal",
    "re2",
    "detect_secrets",
    "importlib.metadata",
    "argparse",
    "json",
)


@pytest.mark.parametrize("option", ["--version", "-V"])
def test_version_is_printed(option: str, tmp_path: Path) -> None:
    """One line on standard output, nothing else."""
    done = leakguard(option, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"leakguard {VERSION}\n", "")


def test_version_imports_next_to_nothing(tmp_path: Path) -> None:
    """None of the modules that take long to import is loaded for it, and of ours only two."""
    done = python("-X", "importtime", "-m", "leakguard", "--version", cwd=tmp_path)
    loaded = set(re.findall(r"\|\s+(\S+)$", done.stderr, re.MULTILINE))
    assert "leakguard.cli" in loaded
    assert [name for name in SLOW if name in loaded] == []
    ours = {name for name in loaded if name.partition(".")[0] == "leakguard"}
    assert ours <= {"leakguard", "leakguard.cli", "leakguard.version"}


def test_version_stands_where_the_build_reads_it() -> None:
    """The version is a plain constant in a module of its own."""
    text = ROOT.joinpath("leakguard", "version.py").read_text(encoding="utf-8")
    assert re.search(r'^VERSION = "(.+)"$', text, re.MULTILINE)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
def test_version_that_cannot_be_printed_is_no_success() -> None:
    """A full disk behind standard output is not exit 0, and not 1."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "leakguard", "--version"], cwd=ROOT, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 2
    assert b"Traceback" not in done.stderr
