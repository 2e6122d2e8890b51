"""Build a project's packages straight into a private folder: the one place where leakguard runs what a project says."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from leakguard.errors import UsageError
from leakguard.publish import _npm_client
from leakguard.publish._parcel import UploadFailed
from leakguard.redact import escape

PYTHON = ("pyproject.toml", "setup.py")
NPM = ("package.json",)


def build(project: Path, folder: Path) -> list[Path]:
    """What the project's own build writes, in `folder`; raises `UploadFailed` when it fails, so that nothing is taken for published."""
    is_python = any((project / name).is_file() for name in PYTHON)
    is_npm = any((project / name).is_file() for name in NPM)
    shown = escape(str(project))
    if is_python and is_npm:
        raise UsageError(f"`{shown}` is a Python and an npm project at once", hint="build what you mean, and name the file that came of it")
    if not is_python and not is_npm:
        raise UsageError(f"`{shown}` is no project that can be built", hint="there is no `pyproject.toml` and no `package.json` in it")
    if is_python and find_spec("build") is None:
        raise UsageError("building needs `build`, which is not installed", hint="`pip install 'leakguard[publish]'` brings it")
    python = [sys.executable, "-m", "build", "--outdir", str(folder), os.path.abspath(project)]  # noqa: PTH100 - as build wants it
    npm = [_npm_client.executable(), "pack", f"--pack-destination={folder}", "--dry-run=false"] if is_npm else []
    code = _run(python if is_python else npm, project)
    if code:
        raise UploadFailed(f"the build of `{shown}` ended with {code}", hint="what it says stands above; nothing was published")
    return sorted(folder.iterdir())


def _run(arguments: list[str], project: Path) -> int:
    """Run the build with its output on standard error."""
    sys.stderr.flush()
    environment = _npm_client.environment()
    if arguments[0] == sys.executable:
        environment.pop("PYTHONPATH", None)
    try:
        return subprocess.run(  # noqa: S603 - the user asked for the build
            arguments, cwd=project if arguments[0] != sys.executable else None, env=environment, stdout=sys.stderr.fileno(), check=False
        ).returncode
    except OSError as error:
        raise UploadFailed(f"the build cannot be run: {os.strerror(error.errno or 0).lower()}") from None
