"""A folder of the user's own in which the bytes stay what they are from their inspection until they are sent."""

import hashlib
import os
import shutil
import signal
import stat
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, BinaryIO, NoReturn, Self

from leakguard import targets as naming
from leakguard.errors import Incomplete, UsageError
from leakguard.redact import escape
from leakguard.targets import Target

PREFIX = "leakguard-publish-"

_PIECE = 1 << 20
_READ = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_WRITE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


class Room:
    """A folder of mode 0700 that is gone when the `with` block ends, also when the process is told to end."""

    def __enter__(self) -> Self:
        self._handlers: dict[int, Any] = {}
        self._count = 0
        if threading.current_thread() is threading.main_thread():
            self._handlers = {number: signal.signal(number, _interrupt) for number in _SIGNALS}
        try:
            self.path = Path(os.path.realpath(tempfile.mkdtemp(prefix=PREFIX)))
        except OSError as error:
            self._restore()
            raise Incomplete(
                f"no private folder can be made: {_reason(error)}", hint="TMPDIR names the folder in which it is made"
            ) from None
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for number in self._handlers:
            signal.signal(number, signal.SIG_IGN)
        try:
            shutil.rmtree(self.path, ignore_errors=True)
        finally:
            self._restore()

    def folder(self, name: str) -> Path:
        """A new folder inside."""
        path = self.path / name
        try:
            path.mkdir(mode=0o700)
        except OSError as error:
            raise Incomplete(f"the private folder cannot be written to: {_reason(error)}", hint=_SPACE) from None
        return path

    def take(self, names: Sequence[str]) -> list[Target]:
        """Copy the packages that are named, or lie directly in a folder that is named; one that cannot be read is its error."""
        found = naming.resolve(names)
        for one in found:
            if one.directory and one.publishable:
                raise UsageError(
                    f"`{escape(one.name)}` is a folder, and only packages are published",
                    hint="build it first: `npm pack`, `python -m build`, or `leakguard publish --build`",
                )
        packages = [one for one in found if one.publishable]
        if not packages:
            raise UsageError("there is no package to publish", hint="name a wheel, an sdist, an npm tarball or their folder")
        return [one if one.error else self._copy(one) for one in packages]

    def _copy(self, target: Target) -> Target:
        self._count += 1
        place = self.folder(f"{self._count:03}") / target.path.name
        try:
            self._copy_bytes(target, place)
        except Incomplete as error:
            return Target(name=target.name, path=target.path, error=error)
        return Target(name=target.name, path=place)

    def _copy_bytes(self, target: Target, place: Path) -> None:
        shown = escape(target.name)
        try:
            source = open(os.open(target.path, _READ), "rb", buffering=0)  # noqa: PTH123, SIM115 - closed below
        except OSError as error:
            raise Incomplete(f"`{shown}` cannot be opened: {_reason(error)}") from None
        with source:
            before = os.fstat(source.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise Incomplete(f"`{shown}` is not a file any more", hint="let the build finish, then publish again")
            try:
                with open(os.open(place, _WRITE, 0o400), "wb") as copy:  # noqa: PTH123 - a descriptor
                    copy.writelines(_pieces(source))
            except OSError as error:
                raise Incomplete(f"`{shown}` cannot be copied: {_reason(error)}", hint=_SPACE) from None
            after = os.fstat(source.fileno())
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or place.stat().st_size != before.st_size:
                raise Incomplete(f"`{shown}` changed while it was read", hint="let the build finish, then publish again")

    def _restore(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}


_SPACE = "what is published is copied first; TMPDIR names a folder with more room"


def digest_of(path: Path, algorithm: str = "sha256") -> "hashlib._Hash":
    """The digest of a file."""
    digest = hashlib.new(algorithm)
    with path.open("rb") as file:
        for piece in _pieces(file):
            digest.update(piece)
    return digest


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    return iter(lambda: file.read(_PIECE), b"")


def _reason(error: OSError) -> str:
    return os.strerror(error.errno or 0).lower()


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    del number, frame
    raise KeyboardInterrupt
