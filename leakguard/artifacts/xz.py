"""xz and the older lzma: all streams of a file with their padding, and nothing behind the last one."""

import lzma
from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "xz"
SUFFIXES: Sequence[str] = (".xz", ".txz", ".lzma", ".tlz")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

TARS = (".txz", ".tlz")
OLD = (".lzma", ".tlz")
"""Suffixes of the format without a magic number: only the name can say that it is one."""
MAGIC = b"\xfd7zXZ\0"
MAGICS = (MAGIC,)
OLD_HEAD = b"\x5d\0\0"
"""Default properties and a dictionary of whole 64 KiB, as every writer has them."""
MEMORY = 160 * 1024 * 1024
"""Bytes that a decoder may have: a dictionary of 128 MiB, twice that of `xz -9`."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001
    """Recognise the magic number; the older format by name and properties."""
    if head.startswith(MAGIC):
        return _pieces.content_match(name, SUFFIXES)
    return Match.NAME_AND_CONTENT if name.lower().endswith(OLD) and head.startswith(OLD_HEAD) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then what lies behind it."""
    feed = Feed(source.stream)
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, TARS), _contents(feed, budget), feed)


def _contents(feed: Feed, budget: Budget) -> Iterator[bytes]:
    if feed.peek(len(MAGIC)) != MAGIC:
        yield from _pieces.decode(lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY), feed, budget)
        return
    while True:
        yield from _pieces.decode(lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MEMORY), feed, budget)
        _skip_padding(feed, budget)
        if feed.peek(len(MAGIC)) != MAGIC:
            return


def _skip_padding(feed: Feed, budget: Budget) -> None:
    """Take the zero bytes between streams, of which there must be a multiple of four (xz format §2.2)."""
    zeros = 0
    while piece := feed.piece():
        budget.check_clock()
        rest = piece.lstrip(b"\0")
        zeros += len(piece) - len(rest)
        if rest:
            feed.put_back(rest)
            break
    feed.put_back(bytes(zeros % 4))
