"""What the user named → what is inspected: a file, a folder, or what lies beside the packages of a folder."""

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from leakguard import plugins, staged
from leakguard.content import IN_MEMORY, WINDOW, Content
from leakguard.errors import Incomplete, UsageError
from leakguard.model import Damage, Kind, Member, RuleId
from leakguard.redact import escape

MANIFESTS = ("package.json", "pyproject.toml", "setup.py", "setup.cfg", "Cargo.toml", "go.mod", "composer.json", "Gemfile")
INSTALLED = ("node_modules", ".venv", "venv", ".tox", ".nox", "target", "vendor")
GENERIC_SUFFIXES = frozenset(
    {".zip", ".tar", ".gz", ".tar.bz2", ".jar", ".pyz", ".docx", ".xlsx", ".pptx", ".odt", ".ods", ".odp", ".epub"}
)
"""Suffixes that also name things which are no package; a folder is not judged by them."""

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One artifact of the report."""

    name: str
    """As the user named it, or would have."""
    path: Path
    directory: bool = False
    leave_out: frozenset[str] = frozenset()
    """Names directly below a folder that are artifacts of their own."""
    error: Incomplete | None = None
    """Why nothing can be said of it."""
    held: Callable[[], Iterator[Member]] | None = None
    """The members of a folder that is not on disk: what git holds."""

    @property
    def publishable(self) -> bool:
        """False for what merely lies beside packages, and for what is about to be committed."""
        return not self.leave_out and self.held is None


def resolve(names: Sequence["str | os.PathLike[str] | Target"], *, as_is: bool = False) -> list[Target]:
    """Turn what the user named into targets, in that order; a target that cannot be found is its error, at its place.

    One that is a target already stays as it is.

    Raises `UsageError` for a project folder, which is not what ships, unless `as_is`.
    """
    found: list[Target] = []
    for one in names:
        if isinstance(one, Target):
            found.append(one)
            continue
        name = os.fspath(one)
        if name.startswith(staged.PREFIX):
            found.append(of_git(name))
            continue
        path = Path(name)
        try:
            mode = path.stat().st_mode
        except (OSError, ValueError):
            found.append(Target(name=name, path=path, error=_missing(name)))
            continue
        if stat.S_ISDIR(mode):
            found.extend(_of_folder(name, path, as_is=as_is))
        elif stat.S_ISREG(mode):
            found.append(Target(name=name, path=path))
        else:
            error = Incomplete(f"`{escape(name)}` is neither a file nor a folder", hint="name a package, or the folder that holds it")
            found.append(Target(name=name, path=path, error=error))
    return found


def of_git(name: str, held: staged.Snapshot | None = None) -> Target:
    """What git holds, as one folder; `held` instead of what the name says."""
    try:
        snapshot = held or staged.of(name)
    except Incomplete as error:
        return Target(name=name, path=Path(), error=error)
    return Target(name=name, path=snapshot.repository.root, directory=True, held=snapshot)


class OpenFile:
    """A target file, opened once, digested, and watched for changes until it is closed.

    `content` gives the very bytes that `sha256` is of; a file of more than `most` bytes is not read, so it has no digest.
    """

    def __init__(self, target: Target, most: int = 1 << 62) -> None:
        self._target = target
        try:
            self._file: BinaryIO = open(os.open(target.path, _OPEN_FLAGS), "rb", buffering=0)  # noqa: SIM115, PTH123 - closed by `close`
        except OSError as error:
            raise Incomplete(f"`{escape(target.name)}` cannot be opened: {os.strerror(error.errno or 0).lower()}") from None
        self._before = os.fstat(self._file.fileno())
        self.size = self._before.st_size
        self.content = Content(file=self._file, size=self.size)
        self.sha256 = self._digest() if self.size <= most else None

    def _digest(self) -> str:
        """Digest what there is to read, and keep it if it is small."""
        digest, left = hashlib.sha256(), self.size
        if left <= IN_MEMORY:
            data = b""
            while len(data) < left and (piece := self._file.read(left - len(data))):
                data += piece
            digest.update(data)
            self.content = Content(data)
        else:
            while left > 0 and (piece := self._file.read(min(WINDOW, left))):
                digest.update(piece)
                left -= len(piece)
        return digest.hexdigest()

    def close(self) -> None:
        """Close the file; raises `Incomplete` when it was changed or replaced in the meantime."""
        try:
            opened, named = os.fstat(self._file.fileno()), self._target.path.stat()
        except OSError:
            opened, named = self._before, None
        finally:
            self._file.close()
        if named is None or _state(opened) != _state(self._before) or _state(named) != _state(self._before):
            raise Incomplete(f"`{escape(self._target.name)}` changed while it was read", hint="let the build finish, then inspect again")


class OpenFolder:
    """A target folder, watched for changes until it is closed."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._states: dict[str, int] = {}

    def members(self) -> Iterator[Member]:
        """Everything below it in name order, folders before their content; links are named, never followed."""
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            place = os.path.join(self._target.path, folder)  # noqa: PTH118 - a `Path` for each file costs more than opening it
            try:
                self._note(place, os.lstat(place))
                with os.scandir(place) as listing:
                    children = sorted(listing, key=lambda one: one.name)
            except OSError as error:
                yield Member(name=folder, kind=Kind.DAMAGE, damage=_unreadable(error))
                continue
            deeper = []
            for child in children:
                name = f"{folder}{child.name}"
                if not folder and child.name in self._target.leave_out:
                    continue
                if child.is_symlink():
                    yield Member(name=name, kind=Kind.LINK, link=_link(child.path))
                elif child.is_dir(follow_symlinks=False):
                    yield Member(name=f"{name}/", kind=Kind.DIRECTORY)
                    deeper.append(f"{name}/")
                else:
                    yield self._file(name, child)
            waiting.extend(reversed(deeper))

    def close(self) -> None:
        """Raise `Incomplete` when a file that was read, or the list of files in a folder, is not what it was."""
        for path, before in self._states.items():
            try:
                now = hash(_state(os.lstat(path)))
            except OSError:
                now = None
            if now != before:
                name = os.path.relpath(path, self._target.path)
                reason = f"`{escape(self._target.name)}` changed while it was read, at `{escape(name)}`"
                raise Incomplete(reason, hint="let the build finish, then inspect again")

    def _note(self, path: str, status: os.stat_result) -> None:
        """Remember the first state of a file or folder, which is that of the pass that searches."""
        self._states.setdefault(path, hash(_state(status)))

    def _file(self, name: str, child: "os.DirEntry[str]") -> Member:
        try:
            status = child.stat(follow_symlinks=False)
        except OSError as error:
            return Member(name=name, kind=Kind.DAMAGE, damage=_unreadable(error))
        if not stat.S_ISREG(status.st_mode):
            reason = "a device, pipe or socket, which no package can hold"
            return Member(name=name, kind=Kind.DAMAGE, damage=Damage(rule=RuleId("artifact/unsupported"), reason=reason))
        path = child.path

        def open_it() -> BinaryIO:
            file = open(os.open(path, _OPEN_FLAGS | _NO_FOLLOW), "rb", buffering=0)  # noqa: SIM115, PTH123 - closed by the walker
            opened = os.fstat(file.fileno())
            self._note(path, opened)
            if not stat.S_ISREG(opened.st_mode):
                file.close()
                raise OSError
            return file

        return Member(name=name, size=status.st_size, open=open_it)


def _of_folder(name: str, path: Path, *, as_is: bool) -> list[Target]:
    try:
        with os.scandir(path) as listing:
            children = {one.name: one.is_file(follow_symlinks=False) for one in listing}
    except OSError as error:
        reason = Incomplete(f"`{escape(name)}` cannot be opened: {os.strerror(error.errno or 0).lower()}")
        return [Target(name=name, path=path, error=reason)]
    if not as_is and _is_project(children):
        hint = "build it, then inspect what ships: `npm pack` or `python -m build`; `--as-is` inspects the folder all the same"
        raise UsageError(f"`{escape(name)}` is a project, not what ships", hint=hint)
    suffixes = tuple(suffix for package in plugins.packages() for suffix in package.SUFFIXES if suffix not in GENERIC_SUFFIXES)
    packages = sorted(one for one, is_file in children.items() if is_file and one.lower().endswith(suffixes))
    if not packages or as_is:
        return [Target(name=name, path=path, directory=True)]
    found: list[Target] = [Target(name=os.path.join(name, one), path=path / one) for one in packages]  # noqa: PTH118 - as named
    if set(children) - set(packages):
        found.append(Target(name=name, path=path, directory=True, leave_out=frozenset(packages)))
    return found


def _is_project(children: dict[str, bool]) -> bool:
    return ".git" in children or (any(one in children for one in MANIFESTS) and any(one in children for one in INSTALLED))


def _missing(name: str) -> Incomplete:
    hint = "build first: `python -m build` or `npm pack --pack-destination dist`" if name.rstrip("/\\") == "dist" else "check the path"
    return Incomplete(f"`{escape(name)}` does not exist", hint=hint)


def _link(path: str) -> str:
    try:
        return os.readlink(path)  # noqa: PTH115 - bytes that are not UTF-8 must survive
    except OSError:
        return ""


def _unreadable(error: OSError) -> Damage:
    return Damage(rule=RuleId("artifact/unreadable"), reason=f"cannot be opened: {os.strerror(error.errno or 0).lower()}")


def _state(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
