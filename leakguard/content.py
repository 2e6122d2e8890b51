"""Entries, and random access to their bytes whether they fit in memory or not."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from leakguard.model import Damage, Kind

IN_MEMORY = 32 * 1024 * 1024
"""Up to this size (bytes) content is held in memory; beyond it is read from the artifact or from an unlinked spool file."""

WINDOW = 8 * 1024 * 1024
"""Bytes read at a time from content that is not held in memory."""

END = 64 * 1024
"""Bytes of each end that formats are recognised by."""


class Content:
    """The bytes of one entry. Valid until the walker asks for the next entry."""

    __slots__ = ("_file", "data", "encoding", "size", "start")

    def __init__(self, data: bytes | None = None, *, file: BinaryIO | None = None, start: int = 0, size: int = 0) -> None:
        self.data = data
        """All of it, if it is held in memory (at most `IN_MEMORY` bytes)."""
        self._file = file
        self.start = start
        self.size = size if data is None else len(data)
        self.encoding = ""
        """`utf-8` for text, `utf-16-le` and the like where the bytes here were made from such a text, empty for binary."""

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` (clamped to 0) up to, not including, `stop` (clamped to the size)."""
        start = max(0, start)
        if self.data is not None:
            return self.data[start:stop]
        stop = min(stop, self.size)
        if stop <= start or self._file is None:
            return b""
        self._file.seek(self.start + start)
        return self._file.read(stop - start)

    def close(self) -> None:
        """Close the file behind it; only for whoever made it."""
        if self._file is not None:
            self._file.close()

    @property
    def head(self) -> bytes:
        """The first `END` bytes."""
        return self.read(0, END)

    @property
    def tail(self) -> bytes:
        """The last `END` bytes."""
        return self.read(self.size - END, self.size)

    def windows(self, overlap: int) -> Iterator[tuple[int, bytes]]:
        """Pieces with their offsets, each beginning `overlap` bytes before the end of the one before."""
        if self.data is not None:
            yield 0, self.data
            return
        start = 0
        while True:
            yield start, self.read(start, start + WINDOW)
            start += WINDOW - overlap
            if start + overlap >= self.size:
                return

    def sha256(self) -> str:
        """The digest of all of it, in hexadecimal."""
        digest = hashlib.sha256()
        for _, piece in self.windows(0):
            digest.update(piece)
        return digest.hexdigest()

    def stream(self) -> BinaryIO:
        """A seekable view of its own, at 0."""
        if self.data is not None:
            return io.BytesIO(self.data)
        assert self._file is not None
        return cast(BinaryIO, View(self._file, self.start, self.size))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`: 1-based, columns count code points (an invalid byte counts as one)."""
        line, line_start = 1, 0
        for base, piece in self.windows(0):
            stop = max(0, offset - base)
            line += piece.count(b"\n", 0, stop)
            newline = piece.rfind(b"\n", 0, stop)
            if newline >= 0:
                line_start = base + newline + 1
            if base + len(piece) >= offset:
                break
        return line, 1 + self._code_points(line_start, offset)

    def _code_points(self, start: int, stop: int) -> int:
        count = 0
        while start < stop:
            piece = self.read(start, min(stop, start + WINDOW))
            count += len(piece) if piece.isascii() else len(piece.decode("utf-8", "replace"))
            start += len(piece) or stop
        return count


class View(io.RawIOBase):
    """A seekable part of a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        super().__init__()
        self._file, self._start, self._size, self._at = file, start, size, 0

    def readable(self) -> bool:  # noqa: D102
        return True

    def seekable(self) -> bool:  # noqa: D102
        return True

    def tell(self) -> int:  # noqa: D102
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:  # noqa: D102
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:  # noqa: D102
        left = max(0, self._size - self._at)
        count = left if size is None or size < 0 else min(size, left)
        self._file.seek(self._start + self._at)
        data = self._file.read(count)
        self._at += len(data)
        return data

    def readinto(self, buffer: Any) -> int:  # noqa: D102
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


@dataclass(slots=True, kw_only=True)
class Entry:
    """A member with its place and its bytes. `content` is valid until the next entry is asked for."""

    path: str
    """Escaped and nested, as in `Location.path`."""
    name: str
    """Raw name inside its container."""
    kind: Kind
    depth: int
    """1 for an outermost entry."""
    size: int
    """Bytes, uncompressed, as read (0 while unknown)."""
    parent: "Entry | None" = None
    """The container, for nested entries."""
    container: str = ""
    """Name of the format that yielded it."""
    format: str = ""
    """Name of the format that it is itself, for a container or carrier."""
    content: Content | None = None
    """`None` for folders, links, damage, and containers that are opened as a stream."""
    opaque: str = ""
    """Why the bytes were searched but not understood (`native code`, `font` …); empty for text."""
    damage: Damage | None = None
    link: str | None = None
    text: bytes = b""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def outermost(self) -> bool:
        """Whether it is an entry of the artifact itself and not of something nested."""
        return self.parent is None

    def inside(self, *formats: str) -> bool:
        """Whether it, or a container of it, was yielded by one of these formats."""
        at: Entry | None = self
        while at is not None:
            if at.container in formats:
                return True
            at = at.parent
        return False


class Prefixed(io.RawIOBase):
    """A forward-only stream that begins with bytes that were already read, and fails where reading them failed."""

    def __init__(self, head: bytes, rest: BinaryIO, failure: Exception | None = None) -> None:
        super().__init__()
        self._head, self._rest, self._failure = head, rest, failure

    def readable(self) -> bool:  # noqa: D102
        return True

    def read(self, size: int | None = -1) -> bytes:  # noqa: D102
        if self._head:
            if size is None or size < 0:
                return b"".join(iter(lambda: self.read(WINDOW), b""))
            piece, self._head = self._head[:size], self._head[size:]
            return piece
        if self._failure is not None:
            raise self._failure
        return self._rest.read(-1 if size is None else size)


def read_up_to(stream: BinaryIO, count: int) -> bytes:
    """`count` bytes, or fewer only at the end of the stream."""
    data, failure = read_what_there_is(stream, count)
    if failure is not None:
        raise failure
    return data


def read_what_there_is(stream: BinaryIO, count: int) -> tuple[bytes, Exception | None]:
    """Up to `count` bytes, and the exception that reading them ended with, if any: what came before it is not lost."""
    pieces: list[bytes] = []
    try:
        while count > 0 and (piece := stream.read(count)):
            pieces.append(piece)
            count -= len(piece)
    except Exception as error:  # noqa: BLE001 - a hostile stream may raise anything
        return b"".join(pieces), error
    return pieces[0] if len(pieces) == 1 else b"".join(pieces), None
