"""Reading ahead on a forward-only stream, and the body of one member of it."""

import io
from collections.abc import Callable
from typing import Any, BinaryIO, cast

from leakguard.errors import Malformed

PIECE = 1 << 18
"""Bytes asked of the stream at a time, unless more are needed."""


class Tape:
    """Reads ahead on a forward-only stream and counts what was taken from it."""

    __slots__ = ("_at", "_base", "_buffer", "_read")

    def __init__(self, stream: BinaryIO) -> None:
        self._read: Callable[[int], bytes] = stream.read
        self._buffer = b""
        self._at = 0
        self._base = 0

    @property
    def offset(self) -> int:
        """Bytes taken so far."""
        return self._base + self._at

    def take(self, count: int) -> bytes:
        """The next `count` bytes; fewer only at the end of the stream."""
        start = self._at
        stop = start + count
        if stop > len(self._buffer):
            return self._refill(count)
        self._at = stop
        return self._buffer[start:stop]

    def put_back(self, data: bytes) -> None:
        """Make `data`, which must be what was taken last, come next again."""
        self._buffer = data + self._buffer[self._at :]
        self._base, self._at = self._base + self._at - len(data), 0

    def _refill(self, count: int) -> bytes:
        parts = [self._buffer[self._at :]]
        have = len(parts[0])
        self._base += self._at
        self._buffer, self._at = b"", 0
        while have < count:
            piece = self._read(max(PIECE, count - have))
            if not piece:
                break
            parts.append(piece)
            have += len(piece)
        surplus = max(0, have - count)
        if surplus:
            last = parts[-1]
            parts[-1], self._buffer = last[:-surplus], last[-surplus:]
        taken = b"".join(parts)
        self._base += len(taken)
        return taken


class Body(io.RawIOBase):
    """The body of one member, forward only; raises `Malformed` where the stream ends too early."""

    def __init__(self, tape: Tape, size: int) -> None:
        super().__init__()
        self._tape = tape
        self._left = size
        self.broken = False
        """Whether the stream failed within the body: nothing can follow it."""

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes, or all that are left."""
        count = self._left if size is None or size < 0 else min(size, self._left)
        self.broken = True
        data = self._tape.take(count)
        if len(data) < count:
            raise Malformed("the body of a member ends too early", rule="artifact/truncated", offset=self._tape.offset)
        self.broken = False
        self._left -= count
        return data

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as the body goes."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def opened(self) -> BinaryIO:
        """The body itself: there is one stream only."""
        return cast(BinaryIO, self)

    def drain(self) -> None:
        """Read what the consumer left."""
        while self._left:
            self.read(1 << 20)
