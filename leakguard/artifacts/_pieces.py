"""Streams made of pieces: what every decompressor here reads from and what it hands to the walker."""

import io
import lzma
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, Protocol, cast

from isal import igzip_lib

from leakguard.errors import LimitExceeded, Malformed
from leakguard.limits import Budget
from leakguard.model import Damage, Kind, Member, RuleId
from leakguard.plugins import Match, Source

PIECE = 256 * 1024
"""Bytes that are read, and bytes that are made, at a time."""

FIRST_PIECE = 4 * 1024
"""Bytes that a decoder is given first: what a tiny stream leaves over is copied, and there may be many."""

HEAD = 64 * 1024
"""Bound on a header field that has no length of its own, and on what is kept of header fields in all; bytes."""

AMBIGUOUS = RuleId("artifact/ambiguous")
TRUNCATED = RuleId("artifact/truncated")
UNREADABLE = RuleId("artifact/unreadable")
UNSUPPORTED = RuleId("artifact/unsupported")
ENCRYPTED = RuleId("artifact/encrypted")

FAILURES = (cast("type[Exception]", igzip_lib.IsalError), lzma.LZMAError, OSError, EOFError, ValueError)
"""What the decoders raise on damaged input."""


class Decoder(Protocol):
    """What the decompressors for deflate, bzip2 and xz have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int = -1) -> bytes: ...


class Feed:
    """Bytes to be decoded, of which what turns out to belong to something else can be put back."""

    __slots__ = ("_from", "_held", "_left", "_stream", "at")

    def __init__(self, stream: BinaryIO, *, size: int | None = None) -> None:
        self._stream, self._left = stream, size
        self._held, self._from = b"", 0
        self.at = 0
        """Offset of the byte that comes next."""

    def piece(self, most: int = PIECE) -> bytes:
        """At most so many bytes; none only at the end."""
        if self._from == len(self._held):
            count = PIECE if self._left is None else min(PIECE, self._left)
            self._held, self._from = (self._stream.read(count) or b"") if count else b"", 0
            if self._left is not None:
                self._left -= len(self._held)
        piece = self._held[self._from : self._from + most]
        self._from += len(piece)
        self.at += len(piece)
        return piece

    def take(self, count: int) -> bytes:
        """`count` bytes; fewer only at the end."""
        taken = self.piece(count)
        while len(taken) < count and (piece := self.piece(count - len(taken))):
            taken += piece
        return taken

    def need(self, count: int) -> bytes:
        """`count` bytes, or `Malformed`."""
        taken = self.take(count)
        if len(taken) < count:
            raise Malformed("ends before its compressed data does", rule=TRUNCATED, offset=self.at)
        return taken

    def peek(self, count: int) -> bytes:
        """`count` bytes that stay where they are; fewer only at the end."""
        taken = self.take(count)
        self.put_back(taken)
        return taken

    def put_back(self, data: bytes) -> None:
        """Make `data`, which must be what was taken last, come next again."""
        if self._from >= len(data):
            self._from -= len(data)
        else:
            self._held, self._from = data + self._held[self._from :], 0
        self.at -= len(data)


class Pieces(io.RawIOBase):
    """A forward-only stream of what `pieces` yields; what that raises comes after the last byte before it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces, self._held, self._at = pieces, b"", 0
        self._error: Exception | None = None
        self.started = False
        """Whether anything was asked for."""
        self.failed = False
        """Whether the reader was told that the content is damaged."""

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        """`size` bytes, fewer only at the end or before damage."""
        left = size if size is not None and size >= 0 else 1 << 62
        parts: list[bytes] = []
        while left:
            if self._at == len(self._held):
                self._held, self._at = self._next(), 0
                if not self._held:
                    break
            part = self._held[self._at : self._at + left] if self._at or len(self._held) > left else self._held
            self._at += len(part)
            left -= len(part)
            parts.append(part)
        if not parts and left and self._error is not None:
            self.failed = True
            raise self._error
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def drain(self) -> None:
        """Decode what nobody asked for, so that all of it is checked; raises unless the reader was told already."""
        while self._next():
            pass
        if self._error is not None and not self.failed:
            self.failed = True
            raise self._error

    def _next(self) -> bytes:
        self.started = True
        if self._error is not None:
            return b""
        try:
            return next(filter(None, self._pieces), b"")
        except Exception as error:  # noqa: BLE001 - whatever it is, the reader gets it after the bytes before it
            self._error = error
            return b""


def decode(decoder: Decoder, feed: Feed, budget: Budget) -> Iterator[bytes]:
    """Yield what `decoder` makes of the feed up to the end of its own stream; puts back what it did not use."""
    most = FIRST_PIECE
    while not decoder.eof:
        data = b""
        if decoder.needs_input:
            data = feed.piece(most)
            if not data:
                raise Malformed("ends before its compressed data does", rule=TRUNCATED, offset=feed.at)
            most = min(PIECE, most * 4)
        try:
            piece = decoder.decompress(data, PIECE)
        except FAILURES as error:
            raise failure(error, feed.at) from error
        if piece:
            budget.spend_inflated(len(piece))
            yield piece
    if decoder.unused_data:
        feed.put_back(decoder.unused_data)


def failure(error: Exception, offset: int) -> Malformed:
    """What a decoder's exception means; `offset` is that of the byte after those it was given."""
    if "limit" in str(error) or "too much memory" in str(error):
        return LimitExceeded("asks for more memory than a decoder may have")
    return Malformed("compressed data is damaged", rule=UNREADABLE, offset=offset)


def content_match(name: str, suffixes: Sequence[str]) -> Match:
    """How surely content that is recognised by itself is what `name` says as well."""
    return Match.NAME_AND_CONTENT if name.lower().endswith(tuple(suffixes)) else Match.CONTENT


def unpacked_name(source: Source, suffixes: Sequence[str], tars: Sequence[str]) -> str:
    """The name without the compressor's suffix; `tars` are the suffixes that stand for a compressed tar."""
    lower = source.name.lower()
    for suffix in suffixes:
        if lower.endswith(suffix) and len(lower) > len(suffix):
            return source.name[: -len(suffix)] + (".tar" if suffix in tars else "")
    return f"{source.name}.decoded"


def transparent(name: str, pieces: Iterator[bytes], feed: Feed, *, text: bytes = b"") -> Iterator[Member]:
    """Yield the one member of a compressor, then what lies behind its end.

    Decodes what the reader left, so that all is checked.
    """
    stream = Pieces(pieces)
    yield Member(name=name, open=lambda: cast(BinaryIO, stream), transparent=True, text=text)
    if not stream.started:
        return
    stream.drain()
    if not stream.failed and (head := feed.peek(1)):
        what = "zero bytes" if head == b"\0" else "bytes"
        yield raw("trailer", feed, Damage(rule=AMBIGUOUS, reason=f"{what} after the end of the compressed data", offset=feed.at))


def raw(name: str, feed: Feed, damage: Damage | None) -> Member:
    """A member for bytes that belong to no entry, so that they are searched."""
    stream = Pieces(iter(feed.piece, b""))
    return Member(name=name, open=lambda: cast(BinaryIO, stream), damage=damage)


def ambiguous(reason: str, offset: int | None = None) -> Damage:
    """Damage that lets two readers see two contents."""
    return Damage(rule=AMBIGUOUS, reason=reason, offset=offset)


def damaged(damage: Damage, name: str = "", size: int | None = None) -> Member:
    """A member for damage that no content goes with; without a name it concerns the container."""
    return Member(name=name, kind=Kind.DAMAGE, size=size, damage=damage)
