"""bzip2: all streams of a file, and nothing behind the last one."""

import bz2
from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "bzip2"
SUFFIXES: Sequence[str] = (".bz2", ".tbz2", ".tbz", ".bz")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

MAGICS = (b"BZh",)
TARS = (".tbz2", ".tbz")
BLOCKS = (b"\x31\x41\x59\x26\x53\x59", b"\x17\x72\x45\x38\x50\x90")
"""Pi for a block, its square root for the end of an empty stream."""


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001
    """Recognise a stream header together with the first block's."""
    return _pieces.content_match(name, SUFFIXES) if _begins_stream(head) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then what lies behind it."""
    feed = Feed(source.stream)
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, TARS), _contents(feed, budget), feed)


def _contents(feed: Feed, budget: Budget) -> Iterator[bytes]:
    while True:
        yield from _pieces.decode(bz2.BZ2Decompressor(), feed, budget)
        budget.check_clock()
        if not _begins_stream(feed.peek(10)):
            return


def _begins_stream(head: bytes) -> bool:
    return head[:3] == b"BZh" and b"1" <= head[3:4] <= b"9" and head[4:10] in BLOCKS
