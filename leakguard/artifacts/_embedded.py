"""Members that stand verbatim, or packed, inside a larger file."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, cast

from isal import igzip_lib

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed, Pieces
from leakguard.content import Content, View
from leakguard.errors import Malformed
from leakguard.limits import Budget
from leakguard.model import Member

AT_ONCE = 1024 * 1024
"""Members up to this size (bytes) are read when they are made."""


def part(content: Content, name: str, start: int, stop: int, *, facts: Mapping[str, Any] | None = None) -> Member:
    """The bytes from `start` to `stop` as a member; hits there belong to it."""
    member = Member(name=name, size=stop - start, span=(start, stop), facts=facts or {})
    if stop - start <= AT_ONCE:
        member.data = content.read(start, stop)
    else:
        member.open = lambda: cast(BinaryIO, View(content.stream(), start, stop - start))
    return member


def inflated(
    content: Content, name: str, start: int, stop: int, budget: Budget, *, prefix: bytes = b"", size: int | None = None, unless: bytes = b""
) -> Member:
    """What a zlib stream (RFC 1950) from `start` to `stop` holds.

    `prefix` is put before it unless it begins with `unless`; `size` is what it must have.
    """
    pieces = _inflate(content, start, stop, budget, prefix=prefix, size=size, unless=unless)
    return Member(name=name, size=size, open=lambda: cast(BinaryIO, Pieces(pieces)), span=(start, stop))


def uncovered(spans: Iterable[tuple[int, int]], start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The parts between `start` and `stop` that no span covers."""
    for begin, end in sorted(spans):
        if begin > start:
            yield start, min(begin, stop)
        start = max(start, end)
        if start >= stop:
            return
    if start < stop:
        yield start, stop


def _inflate(content: Content, start: int, stop: int, budget: Budget, *, prefix: bytes, size: int | None, unless: bytes) -> Iterator[bytes]:
    stream = content.stream()
    stream.seek(start)
    feed = Feed(stream, size=stop - start)
    decoder = cast(_pieces.Decoder, igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_ZLIB))
    made = 0
    for piece in _pieces.decode(decoder, feed, budget):
        if prefix and not made and not (unless and piece.startswith(unless)):
            yield prefix
        made += len(piece)
        yield piece
    if size is not None and made != size:
        raise Malformed(f"holds {made} bytes, not the {size} that are declared", rule=_pieces.UNREADABLE, offset=start)
    if feed.peek(1):
        raise Malformed("bytes after the end of the compressed data", rule=_pieces.AMBIGUOUS, offset=feed.at)
