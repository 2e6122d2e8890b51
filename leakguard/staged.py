"""What is staged, or what commits bring, as the members of a folder: from git's objects, never from the working tree."""

import io
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Self, cast

from leakguard.errors import Malformed, UsageError
from leakguard.git import LINK, SUBMODULE, Change, Repository, find, is_digest
from leakguard.model import Damage, Kind, Member, RuleId
from leakguard.patterns import lazily
from leakguard.redact import escape

if TYPE_CHECKING:
    import subprocess

PREFIX = "git:"

LONGEST_SHOWN = 80
"""Characters of a revision that messages repeat."""

LONGEST_LINK = 64 * 1024
"""Bytes of a symbolic link's text that are read."""

LONGEST_POINTER = 1024
"""Bytes that an LFS pointer may have (git-lfs writes about 130)."""

_POINTER = lazily(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?oid sha256:([0-9a-f]{64})\n(?:[a-z0-9.-]+ [^\n]*\n)*"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Content that git holds, each path once unless commits brought several versions of it."""

    repository: Repository
    changes: tuple[Change, ...]

    def __call__(self) -> Iterator[Member]:
        """Each change as a member, in order; the content of one is to be read before the next is asked for."""
        with _Objects(self.repository) as objects:
            for name, change in _named(self.changes):
                yield from _members(name, change, objects)


def of(spec: str, folder: Path | None = None) -> Snapshot:
    """What a target names: `git:` is the index, `git:OLD..NEW` what the commits between bring, `git:..NEW` what no remote has yet.

    Raises `Incomplete` when git cannot say, `UsageError` for anything else.
    """
    repository = find(folder)
    range_ = spec.removeprefix(PREFIX)
    if not range_:
        return Snapshot(repository=repository, changes=repository.staged())
    old, dots, new = range_.partition("..")
    if not dots or not new or new.startswith("."):
        hint = "`git:` is what is staged, `git:OLD..NEW` what the commits between bring"
        raise UsageError("a git target is `git:` or `git:OLD..NEW`", hint=hint)
    excluded = [_commit(repository, old)] if old else ["--remotes"]
    return Snapshot(repository=repository, changes=repository.added(_commit(repository, new), excluded))


def of_paths(paths: Iterable[str], folder: Path | None = None) -> Snapshot:
    """The index, of these paths (relative to the top of the repository) only."""
    repository = find(folder)
    wanted = {os.fsencode(os.path.normpath(path).replace(os.sep, "/")) for path in paths}
    return Snapshot(repository=repository, changes=tuple(one for one in repository.indexed() if one.path in wanted))


def _commit(repository: Repository, revision: str) -> str:
    digest = repository.resolve(revision)
    if digest is None:
        raise UsageError(
            f"there is no commit `{escape(revision[:LONGEST_SHOWN])}`", hint="fetch it first: a shallow checkout holds only the newest"
        )
    return digest


def _named(changes: Iterable[Change]) -> Iterator[tuple[str, Change]]:
    """Each different version with a name: the first of a path has the path itself, earlier ones their commit before it."""
    seen: set[tuple[bytes, str]] = set()
    paths: set[bytes] = set()
    for change in changes:
        if (change.path, change.digest) in seen:
            continue
        seen.add((change.path, change.digest))
        name = os.fsdecode(change.path)
        yield (f"{change.commit[:12]}:{name}" if change.path in paths else name), change
        paths.add(change.path)


def _members(name: str, change: Change, objects: "_Objects") -> Iterator[Member]:
    if change.status == "U":
        yield Member(name=name, kind=Kind.DAMAGE, damage=_unreadable("has unmerged versions: what will be committed is not known yet"))
        return
    if change.mode == SUBMODULE:
        yield Member(name=f"{name}/", kind=Kind.DIRECTORY, facts={"git": "submodule", "commit": change.digest})
        return
    size, stream = objects.open(change.digest)
    if stream is None:
        yield Member(name=name, kind=Kind.DAMAGE, damage=_unreadable("git does not have the content of this path"))
        return
    if change.mode == LINK:
        text = stream.read(LONGEST_LINK)
        yield Member(name=name, kind=Kind.LINK, link=os.fsdecode(text), text=text)
    elif size <= LONGEST_POINTER:
        yield from _small(name, stream.read(size), objects)
    else:
        yield Member(name=name, size=size, open=lambda: cast(BinaryIO, stream))
    stream.drain()


def _small(name: str, data: bytes, objects: "_Objects") -> Iterator[Member]:
    """A file, or the pointer to one that LFS keeps elsewhere; then that one too, where it is at hand."""
    pointer = _POINTER.fullmatch(data)
    if pointer is None:
        yield Member(name=name, data=data)
        return
    stored = objects.large(pointer[1].decode())
    if stored is None:
        yield Member(name=name, data=data, facts={"git": "lfs-pointer"})
        return
    with stored:
        yield Member(name=name, size=os.fstat(stored.fileno()).st_size, open=lambda: cast(BinaryIO, _Kept(stored)))


def _unreadable(reason: str) -> Damage:
    return Damage(rule=RuleId("artifact/unreadable"), reason=reason)


class _Objects:
    """One `git cat-file --batch` for all objects: content as stored, without filters."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def open(self, digest: str) -> "tuple[int, _Blob | None]":
        """Size and content of a blob; no content where git has none. It is to be drained before the next one is asked for."""
        if not is_digest(digest):
            return 0, None
        if self._process is None:
            self._process = self._repository.start("cat-file", "--batch")
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(digest.encode() + b"\n")
        asking.flush()
        head = answering.readline(256).split()
        if len(head) != 3 or head[1] != b"blob":
            return 0, None
        size = int(head[2])
        return size, _Blob(answering, size)

    def large(self, digest: str) -> BinaryIO | None:
        """The content that LFS keeps under this digest on this machine."""
        try:
            common = self._repository.ask("rev-parse", "--git-common-dir").rstrip(b"\n")
            folder = self._repository.root / os.fsdecode(common) / "lfs" / "objects"
            flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
            file = os.fdopen(os.open(folder / digest[:2] / digest[2:4] / digest, flags), "rb")
        except Exception:  # noqa: BLE001 - not at hand, whatever the reason: the pointer itself is inspected, and said to be one
            return None
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            return None
        return file


class _Blob(io.RawIOBase):
    """A forward-only stream of one object's content; closing it leaves the process as it is."""

    def __init__(self, pipe: IO[bytes], size: int) -> None:
        super().__init__()
        self._pipe, self._left, self._size = pipe, size, size
        self._drained = False

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        count = self._left if size is None or size < 0 else min(size, self._left)
        data = self._pipe.read(count) if count else b""
        self._left -= len(data)
        if len(data) < count:
            raise Malformed("git ended before all of the content was read")
        return data

    def drain(self) -> None:
        """Read what is left, and the newline after it."""
        while self._left:
            self._left -= len(self._pipe.read(min(self._left, 1 << 20))) or self._left
        self._pipe.read(1)


class _Kept(io.RawIOBase):
    """A view of an open file that its reader may close without closing the file."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)
