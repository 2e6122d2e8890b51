"""What an attacker would do with a leak: the sources inside maps, written as a tree of files.

Only for the owner, on request, into a folder that is new or empty. Nothing that a map says decides where a file goes: each path is made
safe first, and no file is ever replaced, no link made or followed.
"""

import os
import stat
from pathlib import Path

from msgspec import Struct, field

from leakguard.content import Content, Entry
from leakguard.errors import Incomplete, UsageError
from leakguard.model import Kind
from leakguard.paths import safe_path
from leakguard.redact import escape

CONTAINER = "source-map"
"""The only format whose members are written."""

MOST_FILES = 100_000
MOST_BYTES = 2 * 10**9

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def prepare(folder: Path, targets: list[Path]) -> None:
    """Make the folder, or see that it is an empty one outside the targets; `UsageError` otherwise."""
    shown = escape(str(folder))
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        if not stat.S_ISDIR(folder.lstat().st_mode):
            raise UsageError(f"`--recover {shown}` is no folder", hint="name a folder that is new or empty") from None
        if any(folder.iterdir()):
            raise UsageError(f"`--recover {shown}` is not empty", hint="nothing is ever replaced: name a new folder") from None
    except OSError as error:
        raise UsageError(f"`--recover {shown}` cannot be made: {os.strerror(error.errno or 0).lower()}") from None
    place = folder.resolve()
    for target in targets:
        if target.is_dir() and place.is_relative_to(target.resolve()):
            folder.rmdir()
            raise UsageError(f"`--recover {shown}` lies inside a target", hint="recovered source would ship with the next build")


class Recovery(Struct):
    """The tree of one artifact."""

    folder: Path
    files: int = 0
    size: int = 0
    failure: str = ""
    """Why it had to stop; empty if it did not."""
    _written: dict[str, list[int]] = field(default_factory=dict)
    """Path, lower case → digests of the contents that wanted it."""
    _folders: set[str] = field(default_factory=set)

    def take(self, entry: Entry) -> None:
        """Write an entry if it is a source that came out of a map."""
        if entry.container != CONTAINER or entry.kind is not Kind.FILE or entry.content is None or self.failure:
            return
        try:
            self._write(entry.name, entry.content)
        except OSError as error:
            self.failure = os.strerror(error.errno or 0).lower()

    def check(self) -> None:
        """Raise `Incomplete` when not everything could be written."""
        if self.failure:
            raise Incomplete(f"the source cannot be recovered to `{escape(str(self.folder))}`: {self.failure}")

    def _write(self, name: str, content: Content) -> None:
        path = self._place(safe_path(name), _digest(content))
        if not path:
            return
        self.files, self.size = self.files + 1, self.size + content.size
        if self.files > MOST_FILES or self.size > MOST_BYTES:
            self.failure = f"there are more than {MOST_FILES} files or {MOST_BYTES >> 20} MiB"
            return
        target = self.folder / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(target, _FLAGS, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor, so that nothing is followed or replaced
            file.writelines(piece for _, piece in content.windows(0))

    def _place(self, wanted: str, digest: int) -> str:
        """A path that no other content has and that is neither file nor folder already; empty for a repetition."""
        parts = wanted.split("/")
        for depth in range(1, len(parts)):
            while "/".join(parts[:depth]).lower() in self._written:
                parts[depth - 1] += "~"
        path = "/".join(parts)
        seen = self._written.setdefault(path.lower(), [])
        if digest in seen:
            return ""
        seen.append(digest)
        stem, dot, suffix = path.rpartition(".") if "." in parts[-1][1:] else (path, "", "")
        number = len(seen)
        while number > 1 or path.lower() in self._folders:
            number = max(number, 2)
            path = f"{stem}~{number}{dot}{suffix}"
            if path.lower() not in self._written and path.lower() not in self._folders:
                self._written[path.lower()] = [digest]
                break
            number += 1
        self._folders.update("/".join(parts[:depth]).lower() for depth in range(1, len(parts)))
        return path


def _digest(content: Content) -> int:
    return hash(content.data) if content.data is not None else hash((content.size, content.head, content.tail))
