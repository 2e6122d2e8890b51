"""Builds what a project would ship, in a clean temporary copy: the project's own code runs, because its owner installed the hook."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from leakguard import git
from leakguard.errors import Incomplete, UsageError
from leakguard.git import Repository
from leakguard.redact import escape

SECONDS = 1800
"""For one step of a build."""

MOST_FILES = 200_000

LINKED = ("node_modules",)
"""Folders that a build needs and git ignores: linked from the copy, never copied."""

PYTHON, NPM = "pyproject.toml", "package.json"


def copy_of(repository: Repository, place: Path) -> Path:
    """The project at the top of the repository as a fresh checkout would have it, with what is new and not ignored; links stay links."""
    names = sorted(repository.unignored())
    if len(names) > MOST_FILES:
        raise Incomplete(f"the project has more than {MOST_FILES} files", hint="build it, and run `leakguard inspect` on what was built")
    for name in names:
        source, target = repository.root / name, place / name
        if source.is_symlink() or source.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target, follow_symlinks=False)
    for name in LINKED:
        if (repository.root / name).is_dir() and not os.path.lexists(place / name):
            (place / name).symlink_to(repository.root / name, target_is_directory=True)
    return place


def build(project: Path, out: Path, *, command: str = "", isolated: bool = True) -> None:
    """Put what the project would ship into `out`; raises `Incomplete` when that fails."""
    found = [name for name in (PYTHON, "setup.py", NPM) if (project / name).is_file()]
    if not found:
        raise UsageError("there is nothing here that can be built", hint="the hook looks for pyproject.toml, setup.py or package.json")
    if command:
        _run(["sh", "-c", command] if os.name != "nt" else ["cmd", "/c", command], project)
    if NPM in found:
        _pack(project, out, ready=bool(command))
    if found[0] != NPM:
        _run([*_builder(), *([] if isolated else ["--no-isolation"]), "--outdir", str(out), "."], project)


def _pack(project: Path, out: Path, *, ready: bool) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Incomplete("`npm` was not found", hint="install Node.js, or leave the hook `leakguard-artifacts` out")
    if not ready:
        _run([npm, "run", "build", "--if-present"], project)
    _run([npm, "pack", "--pack-destination", str(out)], project)


def _builder() -> Sequence[str]:
    """`build`, of this interpreter or of the user's."""
    if find_spec("build") is not None:
        return (sys.executable, "-m", "build")
    program = shutil.which("pyproject-build")
    if program is None:
        raise Incomplete("`build` was not found", hint="`pip install build`, or name it in the hook's `additional_dependencies`")
    return (program,)


def _run(command: Sequence[str], folder: Path) -> None:
    """Run one step; what it prints goes to standard error, so that it is never taken for a report."""
    shown = " ".join(Path(part).name if os.path.isabs(part) else part for part in command[:4])  # noqa: PTH117 - a word, not a path
    sys.stderr.flush()
    try:
        done = subprocess.run(  # noqa: S603 - the user's own build
            command,
            cwd=folder,
            env=_environment(os.environ),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr.fileno(),
            timeout=SECONDS,
            check=False,
        )
    except OSError as error:
        raise Incomplete(f"`{escape(shown)}` cannot be run: {os.strerror(error.errno or 0).lower()}") from None
    except subprocess.TimeoutExpired:
        raise Incomplete(f"`{escape(shown)}` took longer than {SECONDS} seconds") from None
    if done.returncode:
        raise Incomplete(
            f"`{escape(shown)}` ended with {done.returncode}, so what would ship is not known", hint="its own message is above"
        )


def _environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The user's variables without those by which git speaks to a hook: a build must not take the copy for the repository."""
    return {name: value for name, value in environ.items() if name not in git.HOOK_VARIABLES}
