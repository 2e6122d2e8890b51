"""Policy, packs, lock and baseline as a commit has them: what a pull request changes in them does not count for itself.

Only the files that the policy names are taken out of the commit, when they are asked for, into a folder that nobody else may enter and
that is gone afterwards. Paths below it are those of the repository.
"""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from leakguard import git
from leakguard.errors import UsageError
from leakguard.git import LINK, Repository
from leakguard.redact import escape

MOST_BYTES = 16_000_000
"""Of one file."""

REMOTE = "refs/remotes/"
"""Begins the full name of a branch of a remote, which no tag can stand in for."""

_DEEP_ENOUGH = "in CI fetch more than the last commit: `fetch-depth: 0` of actions/checkout, `GIT_DEPTH: 0` in GitLab"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A commit, and the folder that its files are put into as they are asked for."""

    ref: str
    """As it was named, for messages."""
    root: Path
    """Stands for the top of the repository; resolved."""
    commit: str
    source: Repository

    def place_of(self, path: Path) -> Path | None:
        """Where a file or folder of the working tree is in the snapshot; `None` when it is not in the repository."""
        plain = Path(os.path.normpath(path))
        return self.root / plain.relative_to(self.source.root) if plain.is_relative_to(self.source.root) else None

    def fetch(self, path: Path) -> str:
        """Bring the file to be at `path`, below `root`, if the commit has it; why it must not be used, or nothing."""
        if not path.is_relative_to(self.root) or path == self.root or os.path.lexists(path):
            return ""
        listed = self.source.listed(self.commit, path.relative_to(self.root).as_posix())
        if listed is None:
            return ""
        if listed.mode == LINK:
            return "is a link"
        data = self.source.content(listed.blob, MOST_BYTES) if listed.size <= MOST_BYTES else None
        if data is None:
            return f"cannot be read from the commit, or has more than {MOST_BYTES} bytes"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        return ""

    def shown(self, path: Path) -> str:
        """How messages call a file below `root`."""
        return escape(f"{self.ref}:{path.relative_to(self.root).as_posix()}")


@contextlib.contextmanager
def snapshot(ref: str, cwd: Path | None = None) -> Iterator[Snapshot]:
    """A commit of the repository that holds `cwd`; raises `UsageError` when there is no such commit or repository."""
    here = Path(cwd or Path.cwd()).resolve()
    source = git.around(here)
    if source is None:
        hint = "run it in a checkout that belongs to you, with git installed; git's `safe.directory` says whom it trusts"
        raise UsageError(f"the policy cannot be read from `{escape(ref.removeprefix(REMOTE))}`: there is no git repository here", hint=hint)
    commit = source.resolve(ref)
    if commit is None:
        raise UsageError(f"the policy cannot be read from `{escape(ref.removeprefix(REMOTE))}`: there is no such commit", hint=_DEEP_ENOUGH)
    import tempfile

    with tempfile.TemporaryDirectory(prefix="leakguard-") as folder:
        root = Path(folder).resolve()
        (root / ".git").touch()  # the end of every search upward
        yield Snapshot(ref=ref.removeprefix(REMOTE), root=root, commit=commit, source=source)
