"""The git repository of the working directory, asked through plumbing commands only.

Nothing that a repository can configure runs: no hooks, no fsmonitor, no pager, no external diff, no filter, no transport. Variables that
steer git (`GIT_*`) are taken away, so that only the repository that holds the folder is ever asked; one that belongs to somebody else
git itself refuses, and then there is none.
"""

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

SECONDS = 30.0
"""After which a git that does not answer is ended."""

MOST_BYTES = 256 * 1024 * 1024
"""Of an answer; a longer one counts as none."""

LONGEST_REF = 1000
"""Characters."""

KEPT_VARIABLES = ("PATH", "HOME", "USERPROFILE", "HOMEDRIVE", "HOMEPATH", "XDG_CONFIG_HOME", "PROGRAMDATA", "SYSTEMROOT", "TMPDIR", "TEMP")
SETTINGS = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.pager=cat",
    "core.untrackedCache=false",
    "core.quotePath=false",
    "diff.external=",
    "log.showSignature=false",
    "protocol.allow=never",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
)
"""Given on the command line, where they beat every file of settings."""

LINK = "120000"
"""Mode of a symbolic link in a tree."""


class Listed(NamedTuple):
    """A file as a tree has it."""

    mode: str
    """Octal, six digits."""
    blob: str
    """Its content's id."""
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository with its working tree."""

    root: Path
    """The top of the working tree, resolved."""
    algorithm: str
    """Of its ids: `sha1` or `sha256`."""
    git: str
    """The program, absolute."""

    def commit(self, ref: str) -> str | None:
        """The id of the commit that `ref` names; `None` when there is none."""
        if not ref or len(ref) > LONGEST_REF or ref.startswith("-") or not ref.isprintable():
            return None
        found = self._ask("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        text = (found or b"").decode("ascii", "replace").strip()
        return text if text and all(one in "0123456789abcdef" for one in text) else None

    def listed(self, commit: str, path: str) -> Listed | None:
        """The file at a path (`/`-separated, below the root) of a commit; `None` when there is none, or when it is a folder."""
        if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
            return None
        answer = self._ask("ls-tree", "-z", "-l", "--full-tree", commit, "--", path)
        for line in (answer or b"").split(b"\0"):
            about, tab, name = line.partition(b"\t")
            fields = about.decode("ascii", "replace").split()
            if tab and os.fsdecode(name) == path and len(fields) == 4 and fields[1] == "blob":
                return Listed(fields[0], fields[2], int(fields[3]))
        return None

    def content(self, blob: str, most: int) -> bytes | None:
        """The bytes of a blob; `None` when it has more than `most`."""
        return self._ask("cat-file", "blob", blob, most=most)

    def tracked(self) -> Mapping[str, str] | None:
        """Every file of the index with the id of its content."""
        answer = self._ask("ls-files", "-z", "--stage")
        if answer is None:
            return None
        return {path: about.split()[1] for about, path in _staged(answer) if not about.startswith("160000")}

    def untracked(self) -> frozenset[str] | None:
        """What git neither tracks nor ignores; of a folder that holds nothing else only the folder, with a final slash."""
        return self._others("--directory", "--no-empty-directory")

    def ignored(self) -> frozenset[str] | None:
        """What git ignores; of a folder that is ignored as a whole only the folder, with a final slash."""
        return self._others("--ignored", "--directory", "--no-empty-directory")

    def _others(self, *options: str) -> frozenset[str] | None:
        answer = self._ask("ls-files", "-z", "--others", "--exclude-standard", *options)
        return None if answer is None else frozenset(os.fsdecode(one) for one in answer.split(b"\0") if one)

    def _ask(self, *arguments: str, most: int = MOST_BYTES) -> bytes | None:
        return _answer(self.git, self.root, arguments, most)


def around(folder: Path) -> Repository | None:
    """The repository that holds a folder, if there is one that git is willing to open."""
    top = top_around(folder.resolve())
    git = program() if top else None
    if top is None or git is None or Path(git).is_relative_to(top):
        return None
    answer = _answer(git, top, ("rev-parse", "--show-toplevel", "--show-object-format"), 1 << 16)
    toplevel, _, form = (answer or b"").decode("utf-8", "surrogateescape").rstrip("\n").rpartition("\n")
    if not toplevel or Path(toplevel).resolve() != top or form not in ("sha1", "sha256"):
        return None
    return Repository(root=top, algorithm=form, git=git)


def top_around(folder: Path) -> Path | None:
    """The nearest folder at or above this one (resolved) that has a `.git`."""
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)


def program() -> str | None:
    """Where git is, if it is at an absolute place of the search path."""
    from shutil import which

    found = which("git", path=os.environ.get("PATH", os.defpath))
    return found if found and Path(found).is_absolute() else None


def _answer(git: str, root: Path, arguments: tuple[str, ...], most: int) -> bytes | None:
    """Standard output of a git command that succeeds and says at most `most` bytes in time."""
    import subprocess

    settings = [part for one in SETTINGS for part in ("-c", one)]
    command = [git, "--no-pager", "--literal-pathspecs", *settings, *arguments]
    try:
        process = subprocess.Popen(  # noqa: S603 - an absolute program, and arguments that are no options
            command, cwd=root, env=_variables(root), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return None
    clock = threading.Timer(SECONDS, process.kill)
    clock.daemon = True
    clock.start()
    with process:
        assert process.stdout is not None
        data = _all_of(process.stdout, most)
    clock.cancel()
    return data if process.returncode == 0 else None


def _all_of(pipe: IO[bytes], most: int) -> bytes | None:
    data = pipe.read(most + 1)
    return data if len(data) <= most else None


def _variables(root: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return kept | {
        "GIT_ALLOW_PROTOCOL": "none",
        "GIT_CEILING_DIRECTORIES": str(root.parent),
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "LC_ALL": "C",
    }


def _staged(answer: bytes) -> Iterator[tuple[str, str]]:
    for line in answer.split(b"\0"):
        about, tab, name = line.partition(b"\t")
        if tab:
            yield about.decode("ascii", "replace"), os.fsdecode(name)
