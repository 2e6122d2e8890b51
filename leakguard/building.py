"""The artifacts that a project's own tools build, made in a temporary copy, so that the project folder stays as it is.

This runs the project's build: it is only called where the person at the command line asked for it.
"""

import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from leakguard.errors import Incomplete, UsageError

SECONDS = 900
"""Time for one build tool."""

LEFT_OUT = (".git", ".hg", ".svn", ".venv", "venv", ".tox", ".nox", "dist", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache")
"""Not copied: no build reads them (a `.git` is, where the version comes from it)."""

_FROM_GIT = ("setuptools_scm", "setuptools-scm", "hatch-vcs", "versioningit", "dunamai", "versioneer", "flit_scm", "vcs")


@contextlib.contextmanager
def built(project: Path, named: Sequence[str], *, scripts: bool) -> Iterator[list[str]]:
    """The paths of the wheel, sdist and npm tarball of a project, there until the block ends.

    `named` must be empty: what is built is the folder. npm runs the project's own scripts only with `scripts`. Raises `UsageError` where there is
    nothing to build, `Incomplete` where the build fails.
    """
    if named:
        raise UsageError("`--build` builds the folder that it is started in", hint="name no artifact, or leave `--build` out")
    python, npm = _is_python(project), (project / "package.json").is_file()
    if not python and not npm:
        raise UsageError("there is no project here to build", hint="start it beside the pyproject.toml or package.json")
    with tempfile.TemporaryDirectory(prefix="leakguard-") as folder:
        copy, out = Path(folder) / "project" / (project.name or "project"), Path(folder) / "dist"
        out.mkdir()
        _copy(project, copy)
        if python:
            _build_python(copy, out)
        if npm:
            _pack_npm(copy, out, scripts=scripts)
        found = sorted(str(path) for path in out.iterdir() if path.is_file())
        if not found:
            raise Incomplete("the build made no artifact", hint="build by hand and name what comes out")
        yield found


def _is_python(project: Path) -> bool:
    if any((project / name).is_file() for name in ("setup.py", "setup.cfg")):
        return True
    manifest = project / "pyproject.toml"
    return manifest.is_file() and any(word in manifest.read_bytes() for word in (b"[build-system]", b"[project]", b"[tool.poetry]"))


def _copy(project: Path, copy: Path) -> None:
    manifest = project / "pyproject.toml"
    text = manifest.read_text("utf-8", "replace") if manifest.is_file() else ""
    left_out = set(LEFT_OUT) - ({".git", ".hg"} if any(word in text for word in _FROM_GIT) else set())

    def ignored(folder: str, names: list[str]) -> set[str]:
        inside = set(names) & left_out if Path(folder) == project else set(names) & {"__pycache__"}
        return {*inside, *(one for one in names if not _is_copied(Path(folder) / one))}

    try:
        shutil.copytree(project, copy, symlinks=True, ignore=ignored)
    except (OSError, shutil.Error) as error:
        reason = os.strerror(error.errno or 0).lower() if isinstance(error, OSError) and error.errno else "a file cannot be read"
        raise UsageError(f"the project cannot be copied: {reason}", hint="build by hand and name what comes out") from None


def _is_copied(path: Path) -> bool:
    """Pipes and sockets would hang a copy."""
    return path.is_symlink() or path.is_dir() or path.is_file()


def _build_python(copy: Path, out: Path) -> None:
    if importlib.util.find_spec("build") is None:
        raise UsageError("`build` is not installed beside leakguard", hint="`pip install build`, or build by hand and name what comes out")
    _run([sys.executable, "-m", "build", "--outdir", str(out)], copy, "python -m build")


def _pack_npm(copy: Path, out: Path, *, scripts: bool) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise UsageError("there is no `npm` on the path", hint="pack by hand and name what comes out")
    _run([npm, "pack", "--silent", "--pack-destination", str(out), *([] if scripts else ["--ignore-scripts"])], copy, "npm pack")


def _run(command: Sequence[str], folder: Path, what: str) -> None:
    """Run a tool; what it says goes to standard error, and nothing of it into a message."""
    try:
        done = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=sys.stderr, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Incomplete(f"`{what}` took longer than {SECONDS} seconds") from None
    except OSError as error:
        raise UsageError(f"`{what}` cannot be started: {os.strerror(error.errno or 0).lower()}") from None
    if done.returncode:
        raise Incomplete(f"`{what}` failed with code {done.returncode}", hint="see what it says above; then build by hand, or fix it")
