"""Where policies are, and which files may be trusted: own ones, no links, below the policy's root."""

import os
import stat
from pathlib import Path

FILE_NAME = "leakguard.yaml"

PRESETS = ("default", "closed-source", "open-source", "strict")

MISSING = "does not exist"


def preset(name: str) -> Path:
    """The file of a preset: inside the installed package, or at the top of a checkout."""
    package = Path(__file__).parent.parent
    installed = package / "policies" / f"{name}.yaml"
    return installed if installed.exists() else package.parent / "policies" / f"{name}.yaml"


def discover(start: Path) -> Path | None:
    """The nearest policy file at or above `start` (resolved), not beyond the git root or the home folder."""
    home = _home()
    for folder in (start, *start.parents):
        candidate = folder / FILE_NAME
        if os.path.lexists(candidate):
            return candidate
        if folder == home or os.path.lexists(folder / ".git"):
            return None
    return None


def root_of(folder: Path) -> Path:
    """Below which a policy in `folder` (resolved) may name files: the git root, else the folder itself."""
    home = _home()
    for parent in (folder, *folder.parents):
        if os.path.lexists(parent / ".git"):
            return parent
        if parent == home:
            break
    return folder


def refusal(path: Path, *, root: Path, owner: int | None = None) -> str:
    """Why a file that a policy names must not be used, or nothing.

    `path` is joined but not resolved; `root` is resolved; a file of `owner` (a user id) is as good as one's own.
    """
    plain = Path(os.path.normpath(path))
    if not plain.is_relative_to(root) or plain == root:
        return f"leaves the folder of the policy, `{root.name}`"
    try:
        steps = [one for one in (*reversed(plain.parents), plain) if one.is_relative_to(root) and one != root]
        if any(stat.S_ISLNK(one.lstat().st_mode) for one in steps):
            return "is a link"
        return _refuse_status(plain.lstat(), owner)
    except (OSError, ValueError):
        return MISSING


def owner_of(path: Path) -> int | None:
    """User id of the owner, where the system has such a thing."""
    try:
        return path.stat().st_uid if hasattr(os, "geteuid") else None
    except OSError:
        return None


def read(path: Path, most: int) -> bytes:
    """At most `most + 1` bytes of a regular file; raises `OSError`."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(0, "not a regular file")
        return file.read(most + 1)


def _refuse_status(status: os.stat_result, owner: int | None) -> str:
    if not stat.S_ISREG(status.st_mode):
        return "is not a regular file"
    if hasattr(os, "geteuid") and status.st_uid not in {os.geteuid(), owner}:
        return "belongs to somebody else"
    return ""


def _home() -> Path | None:
    try:
        return Path.home().resolve()
    except (OSError, RuntimeError):
        return None
