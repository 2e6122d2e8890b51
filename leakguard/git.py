"""Git's plumbing: asked for facts, never allowed to run anything that a repository configures, to fetch, or to take for ever."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from leakguard.errors import Incomplete, UsageError
from leakguard.patterns import lazily
from leakguard.redact import escape

SECONDS = 60
"""For one question to git."""

MOST_OUTPUT = 256 * 1024 * 1024
"""Bytes of an answer that are read."""

LONGEST_REVISION = 256

HOOK_VARIABLES = (
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE"),
    *("GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_QUARANTINE_PATH"),
)
"""What git tells its hooks about the repository: `git commit -a` and `git commit FILE` use an index of their own."""

_KEPT = ("PATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "XDG_CONFIG_HOME")

_SETTINGS = {
    "core.hooksPath": os.devnull,
    "core.fsmonitor": "false",
    "core.untrackedCache": "false",
    "core.pager": "cat",
    "core.quotePath": "false",
    "core.packedGitWindowSize": "32m",  # a worker's address space is bounded
    "core.packedGitLimit": "256m",
    "diff.external": "",
    "diff.relative": "false",
    "diff.ignoreSubmodules": "none",
    "protocol.allow": "never",
}

_REVISION = lazily(r"[A-Za-z0-9][A-Za-z0-9._/@{}~^+-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A path of the index, or of a commit, that differs from what was there before."""

    mode: str
    """Octal: `100644`, `100755`, `120000` (a link), `160000` (a submodule)."""
    digest: str
    path: bytes
    """As stored, below the top of the repository."""
    status: str = "A"
    """`A`, `M`, `T`; `U` for a path with unmerged versions."""
    commit: str = ""
    """Of the commit that brought it; empty for the index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A work tree; made by `find`."""

    root: Path
    variables: Mapping[str, str]
    """What git's processes get as their environment."""

    def ask(self, *arguments: str, data: bytes | None = None) -> bytes:
        """The answer to one question; raises `Failed` if git ends with an error, takes too long or says too much."""
        return _ask(arguments, self.root, self.variables, data)

    def start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A process that is asked on standard input and answers on standard output; whoever starts it ends it."""
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            _command(arguments),
            cwd=self.root,
            env=dict(self.variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def resolve(self, revision: str) -> str | None:
        """The digest of the commit that a revision names; `None` when there is none."""
        check_revision(revision)
        try:
            answer = self.ask("rev-parse", "--quiet", "--verify", "--end-of-options", f"{revision}^{{commit}}")
        except Failed:
            return None
        return answer.decode("ascii", "replace").strip() or None

    def staged(self) -> tuple[Change, ...]:
        """What the index has and HEAD has not, in git's order; all of the index before the first commit."""
        head = self.resolve("HEAD")
        if head is None:
            return self.indexed()
        answer = self.ask("diff-index", "--cached", *_RAW, head, "--")
        return tuple(_changes(answer))

    def indexed(self) -> tuple[Change, ...]:
        """Everything that the index has."""
        records = self.ask("ls-files", "--stage", "-z", "--full-name").split(b"\0")
        return tuple(_indexed(record) for record in records if record)

    def added(self, new: str, excluded: Sequence[str]) -> tuple[Change, ...]:
        """What the commits up to `new`, without those that `excluded` (revisions or `--remotes=…`) reach, bring; the newest first."""
        commits = self.ask("rev-list", new, "--not", *excluded, "--")
        if not commits:
            return ()
        answer = self.ask("diff-tree", "--stdin", "--root", "-m", "--always", *_RAW, data=commits)
        return tuple(_changes(answer))

    def staged_patch(self, names: Sequence[str]) -> str:
        """The staged edits of files of these names, in whatever folder, as a patch."""
        base = self.resolve("HEAD") or self.ask("hash-object", "-t", "tree", "--stdin").decode("ascii").strip()
        wanted = [one.path for one in self.staged() if os.fsdecode(one.path).rpartition("/")[2] in names]
        gone = self.ask("diff-index", "--cached", "-r", "-z", "--name-only", "--no-renames", "--diff-filter=D", base, "--").split(b"\0")
        paths = [os.fsdecode(one) for one in (*wanted, *gone) if os.fsdecode(one).rpartition("/")[2] in names]
        if not paths:
            return ""
        answer = self.ask(
            "diff-index", "--cached", "-p", "--no-color", "--no-ext-diff", "--no-textconv", "--no-renames", base, "--", *paths
        )
        return answer.decode("utf-8", "surrogateescape")

    def configured(self, key: str) -> str:
        """What the user's and the repository's own settings say; empty when they say nothing."""
        try:
            values = self.ask("config", "--get-all", "-z", key).split(b"\0")[:-1]
        except Failed:
            return ""
        # NOTE: the last one is ours where we set the key on the command line.
        own = values[:-1] if key in _SETTINGS else values
        return os.fsdecode(own[-1]) if own else ""

    def show(self, revision: str, path: str) -> bytes | None:
        """The content of a path at a revision; `None` when it is not there."""
        check_revision(revision)
        try:
            return self.ask("cat-file", "blob", f"{revision}:{path}")
        except Failed:
            return None


_RAW = ("-r", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none")


class Failed(Incomplete):
    """Git could not answer; its own message could name anything, so it is not repeated."""


def find(folder: Path | None = None, environ: Mapping[str, str] | None = None) -> Repository:
    """The repository that `folder` (default: the working directory) is in; raises `Incomplete` when there is none, or no git."""
    here = Path(folder or Path.cwd()).absolute()
    variables = environment(os.environ if environ is None else environ, here)
    try:
        answer = _ask(("rev-parse", "--show-toplevel"), here, variables, None)
    except Failed as error:
        raise Incomplete("this is no git repository, or one that git does not trust", hint=error.hint or "`git status` says more") from None
    return Repository(root=Path(os.fsdecode(answer.rstrip(b"\n"))), variables=variables)


def environment(environ: Mapping[str, str], here: Path) -> dict[str, str]:
    """The variables that git may see: where it is, and which repository and index a hook is about; no switch, no tracing, no editor."""
    kept = {name: environ[name] for name in (*_KEPT, *HOOK_VARIABLES) if name in environ}
    for name in HOOK_VARIABLES:
        if name in kept and name != "GIT_ALTERNATE_OBJECT_DIRECTORIES":
            kept[name] = os.path.join(here, kept[name])  # noqa: PTH118 - what is absolute stays as it is
    fixed = {"GIT_OPTIONAL_LOCKS": "0", "GIT_NO_LAZY_FETCH": "1", "GIT_NO_REPLACE_OBJECTS": "1", "GIT_TERMINAL_PROMPT": "0"}
    return {**kept, **fixed, "GIT_ALLOW_PROTOCOL": "none", "GIT_LITERAL_PATHSPECS": "1", "LC_ALL": "C"}


def check_revision(revision: str) -> str:
    """The revision as it is; raises `UsageError` for what git could take for an option or a path."""
    if len(revision) > LONGEST_REVISION or _REVISION.fullmatch(revision) is None:
        raise UsageError(f"`{escape(revision[:80])}` is no git revision", hint="name a commit, a branch or a tag")
    return revision


def _command(arguments: Sequence[str]) -> list[str]:
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    return ["git", "--no-pager", *settings, *arguments]


def _ask(arguments: Sequence[str], folder: Path, variables: Mapping[str, str], data: bytes | None) -> bytes:
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(  # noqa: S603 - the arguments are ours; revisions were checked
                _command(arguments),
                cwd=folder,
                env=dict(variables),
                input=b"" if data is None else data,
                stdout=answer,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise Failed("`git` was not found", hint="install git, or put it on the path") from None
        except subprocess.TimeoutExpired:
            raise Failed(f"`git {arguments[0]}` took longer than {SECONDS} seconds") from None
        if done.returncode:
            raise Failed(f"`git {arguments[0]}` ended with {done.returncode}")
        return _read_bounded(answer, arguments[0])


def _read_bounded(answer: BinaryIO, asked: str) -> bytes:
    answer.seek(0)
    said = answer.read(MOST_OUTPUT + 1)
    if len(said) > MOST_OUTPUT:
        raise Failed(f"`git {asked}` said more than {MOST_OUTPUT} bytes")
    return said


def _changes(answer: bytes) -> Iterator[Change]:
    """The records of `--raw -z`: `:mode mode digest digest status`, then the path; between them the commits they belong to."""
    commit = ""
    fields = iter(answer.split(b"\0"))
    for head in fields:
        if not head.startswith(b":"):
            commit = head.decode("ascii", "replace").strip() or commit
            continue
        _, mode, _, digest, status = head.decode("ascii", "replace").split(" ")
        path = next(fields)
        if status[0] != "D":
            yield Change(mode=mode, digest=digest, path=path, status=status[0], commit=commit)


def _indexed(record: bytes) -> Change:
    head, _, path = record.partition(b"\t")
    mode, digest, stage = head.decode("ascii", "replace").split(" ")
    return Change(mode=mode, digest=digest, path=path, status="A" if stage == "0" else "U")


def is_digest(text: str) -> bool:
    """Whether it is a full object name, of SHA-1 or SHA-256."""
    return re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text) is not None
