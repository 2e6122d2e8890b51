"""The data of a zip entry: inflated to its own end, which must be where the headers say, with the size and checksum that they say."""

from collections.abc import Iterator
from typing import NamedTuple

from isal import igzip_lib, isal_zlib

from leakguard.artifacts._pieces import AMBIGUOUS, FAILURES, UNREADABLE, Feed, Pieces, decode
from leakguard.content import Content
from leakguard.errors import Malformed
from leakguard.limits import Budget

STORED, DEFLATED = 0, 8
"""Methods that can be read."""
DESCRIPTOR_MAGIC = b"PK\7\10"


class Data(NamedTuple):
    """Where packed bytes are, and what they should be."""

    start: int
    stop: int
    method: int
    size: int
    checksum: int
    hunts_descriptor: bool = False
    """Whether a sequential reader would have to search the data for its end."""


def stream_of(content: Content, data: Data, budget: Budget) -> Pieces:
    """The content of an entry as a stream that checks size and checksum at its end."""
    return Pieces(_contents(content, data, budget))


def whole_of(block: bytes, data: Data) -> bytes | None:
    """The content, if there is nothing wrong with it."""
    if data.method == STORED:
        found = None if data.hunts_descriptor and block else block
    else:
        decoder = igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_DEFLATE)
        try:
            found = decoder.decompress(block, data.size + 1)
        except FAILURES:
            return None
        if not decoder.eof or decoder.unused_data:
            return None
    return found if found is not None and len(found) == data.size and isal_zlib.crc32(found) == data.checksum else None


def _contents(content: Content, data: Data, budget: Budget) -> Iterator[bytes]:
    stream = content.stream()
    stream.seek(data.start)
    feed = Feed(stream, size=data.stop - data.start)
    is_stored = data.method == STORED
    checksum = size = 0
    carry = b""
    hides_end = False
    for piece in _stored(feed, budget) if is_stored else decode(igzip_lib.IgzipDecompressor(igzip_lib.DECOMP_DEFLATE), feed, budget):
        checksum = isal_zlib.crc32(piece, checksum)
        if is_stored and data.hunts_descriptor:
            hides_end = hides_end or _hides_end(carry + piece, size - len(carry))
            carry = (carry + piece)[-15:]
        size += len(piece)
        yield piece
    if feed.peek(1):
        raise Malformed("compressed data goes on after its end", rule=AMBIGUOUS, offset=data.start + feed.at)
    if size != data.size:
        raise Malformed(f"entry declares {data.size} bytes and holds {size}", rule=AMBIGUOUS, offset=data.start)
    if checksum != data.checksum:
        raise Malformed("checksum is not that of the content", rule=UNREADABLE, offset=data.start)
    if hides_end:
        raise Malformed("content holds what a sequential reader takes for its end", rule=AMBIGUOUS, offset=data.start)


def _stored(feed: Feed, budget: Budget) -> Iterator[bytes]:
    while piece := feed.piece():
        budget.spend_inflated(len(piece))
        yield piece


def _hides_end(block: bytes, base: int) -> bool:
    """Whether a data descriptor in `block`, which is at `base`, speaks of exactly the bytes in front of it."""
    at = block.find(DESCRIPTOR_MAGIC)
    while at >= 0:
        if int.from_bytes(block[at + 8 : at + 12], "little") == base + at:
            return True
        at = block.find(DESCRIPTOR_MAGIC, at + 1)
    return False
