"""One question to git: which program, with which variables and settings, for how long."""

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING

from leakguard.errors import Incomplete

if TYPE_CHECKING:
    import subprocess

SECONDS = 60
"""After which a git that does not answer is ended."""

MOST_BYTES = 256 * 1024 * 1024
"""Of an answer that is read; a longer one counts as none."""

PIECE = 1024 * 1024
"""Bytes that are asked for at once."""

HOOK_VARIABLES = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"),
)
"""What git tells its hooks about the repository: `git commit -a` and `git commit FILE` use an index of their own."""

_KEPT = (
    *("PATH", "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "XDG_CONFIG_HOME", "PROGRAMDATA", "SYSTEMROOT"),
    *("TMPDIR", "TEMP", "TMP"),
)

_FIXED = {
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}

SETTINGS = {
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.packedGitLimit": "256m",
    "core.packedGitWindowSize": "32m",  # a worker's address space is bounded
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.untrackedCache": "false",
    "diff.external": "",
    "diff.ignoreSubmodules": "none",
    "diff.relative": "false",
    "log.showSignature": "false",
    "protocol.allow": "never",
    "safe.bareRepository": "explicit",
    "submodule.recurse": "false",
}
"""Given on the command line, where they beat every file of settings."""


class Failed(Incomplete):
    """Git could not answer; its own message could name anything, so it is not repeated."""


def program(*projects: Path) -> str:
    """Where git is: at an absolute place of the search path, in none of the projects; raises `Failed`."""
    from shutil import which

    found = which("git", path=os.environ.get("PATH", os.defpath))
    if found is None:
        raise Failed("`git` was not found", hint="install git, or put it on the path")
    places = (Path(found), Path(os.path.realpath(found)))
    if not places[0].is_absolute() or any(place.is_relative_to(project) for place in places for project in projects):
        raise Failed("the `git` on the path is the project's own, so it is not run", hint="install git, and take the project off the path")
    return found


def variables(environ: Mapping[str, str], here: Path, *, hook: bool) -> dict[str, str]:
    """The variables that git may see; for a hook also which repository and index it is about; no switch, no tracing, no editor."""
    names = (*_KEPT, *HOOK_VARIABLES) if hook else _KEPT
    kept = {name: environ[name] for name in names if name in environ}
    for name in HOOK_VARIABLES:
        if name in kept and name != "GIT_ALTERNATE_OBJECT_DIRECTORIES":
            kept[name] = os.path.join(here, kept[name])  # noqa: PTH118 - what is absolute stays as it is
    return kept | _FIXED


def start(
    command: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], given: "int | IO[bytes]"
) -> "subprocess.Popen[bytes]":
    """A process that answers on standard output; raises `Failed` when it cannot be started. Whoever starts it ends it."""
    import subprocess

    settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    try:
        return subprocess.Popen(  # noqa: S603 - an absolute program; the arguments are ours, and revisions were checked
            [command, "--no-pager", *settings, *arguments],
            cwd=folder,
            env=dict(environ),
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError:
        raise Failed(f"`git {arguments[0]}` cannot be run") from None


def ask(
    command: str, arguments: Sequence[str], folder: Path, environ: Mapping[str, str], *, data: bytes = b"", most: int = MOST_BYTES
) -> bytes:
    """The answer to one question; raises `Failed` if git ends with an error, takes too long or says more than `most` bytes."""
    with _given(data) as given:
        process = start(command, arguments, folder, environ, given)
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    clock = threading.Timer(SECONDS, end)
    clock.daemon = True
    clock.start()
    with process:
        assert process.stdout is not None
        said = _read(process.stdout, most)
        if len(said) > most:
            process.kill()
    clock.cancel()
    if late.is_set():
        raise Failed(f"`git {arguments[0]}` took longer than {SECONDS} seconds")
    if len(said) > most:
        raise Failed(f"`git {arguments[0]}` said more than {most} bytes")
    if process.returncode:
        raise Failed(f"`git {arguments[0]}` ended with {process.returncode}")
    return said


def _given(data: bytes) -> IO[bytes]:
    """Standard input: a file and not a pipe, which git could leave full while it waits for us to read."""
    if not data:
        return Path(os.devnull).open("rb")
    import tempfile

    file = tempfile.TemporaryFile()  # noqa: SIM115 - whoever asks closes it
    file.write(data)
    file.seek(0)
    return file


def _read(pipe: IO[bytes], most: int) -> bytes:
    """All that is said, or one byte more than there may be."""
    said = bytearray()
    while len(said) <= most and (piece := pipe.read(min(PIECE, most + 1 - len(said)))):
        said += piece
    return bytes(said)
