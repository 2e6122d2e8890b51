"""A repository with its working tree, and what may be asked of it."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leakguard.git import _process
from leakguard.git._process import MOST_BYTES, Failed
from leakguard.git._records import RAW, SUBMODULE, Change, Listed, changes, indexed, is_digest
from leakguard.patterns import lazily

if TYPE_CHECKING:
    import subprocess

LONGEST_REVISION = 1000
"""Characters."""

_REVISION = lazily(r"[^-\s:?*\[\\][^\s:?*\[\\]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A work tree; made by `find` and `around`."""

    root: Path
    """The top of the working tree, resolved."""
    algorithm: str
    """Of its ids: `sha1` or `sha256`."""
    program: str
    """Git, absolute."""
    variables: Mapping[str, str]
    """What git's processes get as their environment."""

    def ask(self, *arguments: str, data: bytes = b"", most: int = MOST_BYTES) -> bytes:
        """The answer to one question; raises `Failed` if git ends with an error, takes too long or says more than `most` bytes."""
        return _process.ask(self.program, arguments, self.root, self.variables, data=data, most=most)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A process that is asked on standard input and answers on standard output; whoever starts it ends it."""
        import subprocess

        return _process.start(self.program, arguments, self.root, self.variables, subprocess.PIPE)

    def resolve(self, revision: str) -> str | None:
        """The digest of the commit that a revision names; `None` when there is none, or git could take it for something else."""
        if len(revision) > LONGEST_REVISION or not revision.isprintable() or _REVISION.fullmatch(revision) is None:
            return None
        try:
            answer = self.ask("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except Failed:
            return None
        digest = answer.decode("ascii", "replace").strip()
        return digest if is_digest(digest) else None

    def staged(self) -> tuple[Change, ...]:
        """What the index has and HEAD has not, in git's order; all of the index before the first commit."""
        head = self.resolve("HEAD")
        if head is None:
            return self.indexed()
        return tuple(changes(self.ask("diff-index", "--cached", *RAW, head, "--")))

    def indexed(self) -> tuple[Change, ...]:
        """Everything that the index has."""
        found = indexed(self.ask("ls-files", "--stage", "-z", "--full-name"))
        return tuple(Change(mode=one.mode, digest=one.digest, path=one.path, status="A" if one.stage == "0" else "U") for one in found)

    def added(self, new: str, excluded: Sequence[str]) -> tuple[Change, ...]:
        """What the commits up to `new`, without those that `excluded` (revisions or `--remotes=…`) reach, bring; the newest first."""
        commits = self.ask("rev-list", new, "--not", *excluded, "--")
        if not commits:
            return ()
        return tuple(changes(self.ask("diff-tree", "--stdin", "--root", "-m", "--always", *RAW, data=commits)))

    def staged_patch(self, names: Sequence[str]) -> str:
        """The staged edits of files of these names, in whatever folder, as a patch."""
        base = self.resolve("HEAD") or self.ask("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()
        gone = self.ask("diff-index", "--cached", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=D", base, "--").split(b"\0")
        edited = map(os.fsdecode, (*(one.path for one in self.staged()), *gone))
        paths = [one for one in edited if one.rpartition("/")[2] in names]
        if not paths:
            return ""
        options = ("--cached", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames")
        return self.ask("diff-index", *options, base, "--", *paths).decode("utf-8", "surrogateescape")

    def configured(self, key: str) -> str:
        """What the user's and the repository's own settings say; empty when they say nothing."""
        try:
            values = self.ask("config", "--get-all", "-z", key).split(b"\0")[:-1]
        except Failed:
            return ""
        # NOTE: the last one is ours where we set the key on the command line.
        own = values[:-1] if key in _process.SETTINGS else values
        return os.fsdecode(own[-1]) if own else ""

    def listed(self, commit: str, path: str) -> Listed | None:
        """The file at a path (`/`-separated, below the root) of a commit; `None` when there is none, or when it is a folder."""
        if any(part in ("", ".", "..") for part in path.split("/")) or "\0" in path:
            return None
        try:
            answer = self.ask("ls-tree", "-z", "-l", "--full-tree", commit, "--", path)
        except Failed:
            return None
        for line in answer.split(b"\0"):
            about, tab, name = line.partition(b"\t")
            fields = about.decode("ascii", "replace").split()
            if tab and os.fsdecode(name) == path and len(fields) == 4 and fields[1] == "blob":
                return Listed(fields[0], fields[2], int(fields[3]))
        return None

    def content(self, blob: str, most: int) -> bytes | None:
        """The bytes of a blob; `None` when it has more than `most`."""
        try:
            return self.ask("cat-file", "blob", blob, most=most)
        except Failed:
            return None

    def tracked(self) -> Mapping[str, str]:
        """Every file of the index with the id of its content."""
        found = indexed(self.ask("ls-files", "--stage", "-z", "--full-name"))
        return {os.fsdecode(one.path): one.digest for one in found if one.mode != SUBMODULE}

    def untracked(self) -> frozenset[str]:
        """What git neither tracks nor ignores; of a folder that holds nothing else only the folder, with a final slash."""
        return self._files("--others", "--directory", "--no-empty-directory")

    def ignored(self) -> frozenset[str]:
        """What git ignores; of a folder that is ignored as a whole only the folder, with a final slash."""
        return self._files("--others", "--ignored", "--directory", "--no-empty-directory")

    def unignored(self) -> frozenset[str]:
        """What a commit of everything would hold: files tracked, whether they are there or not, and files that are new."""
        return self._files("--cached", "--others")

    def _files(self, *options: str) -> frozenset[str]:
        answer = self.ask("ls-files", "-z", "--exclude-standard", *options)
        return frozenset(os.fsdecode(one) for one in answer.split(b"\0") if one)


def find(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> Repository:
    """The repository that a hook is about, else the one that `folder` (default: the working directory) is in.

    Raises `Incomplete` when there is none, or no git.
    """
    here = Path(folder or Path.cwd()).resolve()
    return _opened(here, _process.variables(os.environ if environ is None else environ, here, hook=True))


def around(folder: Path) -> Repository | None:
    """The repository that holds a folder, whatever the variables say, if there is one that git is willing to open."""
    here = folder.resolve()
    try:
        return _opened(here, _process.variables(os.environ, here, hook=False))
    except Failed:
        return None


def top_around(folder: Path) -> Path | None:
    """The nearest folder at or above this one (resolved) that has a `.git`."""
    return next((one for one in (folder, *folder.parents) if os.path.lexists(one / ".git")), None)


def _opened(here: Path, variables: dict[str, str]) -> Repository:
    told, named = "GIT_DIR" in variables, variables.get("GIT_WORK_TREE")
    top = top_around(here)
    program = _process.program(*([top] if top else ()), *([Path(named).resolve()] if named else ()))
    if not told and top is not None:
        variables["GIT_CEILING_DIRECTORIES"] = str(top.parent)
    root, algorithm = _asked(program, here, variables) if told or top is not None else (None, "")
    if root is None or (not told and root != top):  # `core.worktree` would have other files looked at
        raise Failed("this is no git repository, or one that git does not trust", hint="`git status` says more")
    return Repository(root=root, algorithm=algorithm, program=_process.program(root), variables=variables)


def _asked(program: str, here: Path, variables: Mapping[str, str]) -> tuple[Path | None, str]:
    """Top and kind of ids, as git says them; no top where there is no work tree, or none that git trusts."""
    try:
        answer = _process.ask(program, ("rev-parse", "--show-toplevel", "--show-object-format"), here, variables, most=1 << 16)
    except Failed:
        return None, ""
    top, _, said = os.fsdecode(answer).rstrip("\n").rpartition("\n")
    algorithm = "sha1" if said == "--show-object-format" else said  # an old git repeats what it does not know
    return (Path(top).resolve() if top and algorithm in ("sha1", "sha256") else None), algorithm
