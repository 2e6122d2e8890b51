"""The npm of the user's path, run in a folder of ours with the user's own configuration and nobody else's."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leakguard.errors import UsageError
from leakguard.publish._parcel import UploadFailed

SLOWEST = 600
"""Seconds that npm may take where nobody watches it."""

_MOST_OUTPUT = 16 << 20

_STEERING = re.compile(
    "npm_config_(?:workspaces?|include_workspace_root|global|location|local_prefix|dry_run|ignore_scripts|json|pack_destination|loglevel|silent)",
    re.IGNORECASE,
)
"""Variables that an outer npm sets for the project it runs in, and that would make ours do something else than it is told."""

_ALWAYS = ("--ignore-scripts", "--workspaces=false", "--dry-run=false", "--no-update-notifier", "--no-audit", "--no-fund")


def executable() -> str:
    """The path of npm; never one in a folder that is named relative to the working directory."""
    folders = [one for one in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(one).is_absolute()]
    found = shutil.which("npm", path=os.pathsep.join(folders))
    if found is None:
        raise UsageError("publishing npm packages needs `npm`, which is not on the path", hint="install Node.js, which brings it")
    return found


def settle(folder: Path) -> None:
    """Make the folder one in which npm looks no further for a project: with a manifest, and without an `.npmrc`."""
    manifest = folder / "package.json"
    if not manifest.exists():
        manifest.write_bytes(b"{}\n")


class ConfigurationReader:
    """Asks npm for its configuration, which takes it as long as a small inspection, beside whatever else is done."""

    def __init__(self, folder: Path) -> None:
        settle(folder)
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the user's npm
                [executable(), "config", "list", "--json", *_ALWAYS],
                cwd=folder,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        except OSError as error:
            raise _cannot_run(error) from None

    def result(self) -> Mapping[str, Any]:
        """The configuration without credentials, which npm does not show."""
        try:
            output, _ = self._process.communicate(timeout=SLOWEST)
            said = json.loads(output)
        except (subprocess.TimeoutExpired, ValueError):
            said = None
        if self._process.returncode or not isinstance(said, dict):
            raise UploadFailed("npm cannot read its configuration", hint="`npm config list` shows what is wrong with it")
        return said

    def close(self) -> None:
        """End it, whether or not somebody asked for the result."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate()


def show(arguments: Sequence[str], folder: Path) -> int:
    """Run npm before the user's eyes, able to ask for a one-time code; what it prints goes to standard error. Returns its exit code."""
    sys.stderr.flush()
    try:
        return subprocess.run(  # noqa: S603 - the user's npm
            [executable(), *arguments, *_ALWAYS], cwd=folder, env=environment(), stdout=_standard_error(), check=False
        ).returncode
    except OSError as error:
        raise _cannot_run(error) from None


def ask(arguments: Sequence[str], folder: Path, *, quiet: bool = False) -> tuple[int, str]:
    """Run npm for what it prints; returns its exit code and that."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's npm
            [executable(), *arguments, *_ALWAYS],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if quiet else _standard_error(),
            timeout=SLOWEST,
            check=False,
        )
    except OSError as error:
        raise _cannot_run(error) from None
    except subprocess.TimeoutExpired:
        raise UploadFailed(f"npm did not answer within {SLOWEST} seconds", hint="check the network, then try again") from None
    return done.returncode, done.stdout[:_MOST_OUTPUT].decode("utf-8", "replace")


def environment() -> dict[str, str]:
    """The user's variables, among them credentials and `npm_config_*`, without those of a project that npm runs a script for."""
    return {name: value for name, value in os.environ.items() if not _STEERING.fullmatch(name)}


def _cannot_run(error: OSError) -> UploadFailed:
    return UploadFailed(f"npm cannot be run: {os.strerror(error.errno or 0).lower()}")


def _standard_error() -> int:
    try:
        return sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):
        return subprocess.DEVNULL
