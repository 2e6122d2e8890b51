"""The format of xz's predecessor (`.lzma`): a header without a magic, and one stream."""

import lzma
from collections.abc import Iterator, Sequence

from leakguard.artifacts import _pieces
from leakguard.artifacts._pieces import Feed
from leakguard.limits import Budget
from leakguard.model import Member
from leakguard.plugins import Anchor, Hit, Match, Source

NAME = "lzma"
SUFFIXES: Sequence[str] = (".lzma", ".tlz")
ANCHORS: Sequence[Anchor] = ()
SEEK = False
CARRIER = False

MAGICS = (b"\x5d\0\0",)
"""The usual properties of the coder, and the low bytes of a dictionary's size."""
TARS = (".tlz",)
MEMORY = 256 * 1024 * 1024
UNKNOWN = b"\xff" * 8
LARGEST = 1 << 38


def match(name: str, head: bytes, tail: bytes, hits: Sequence[Hit]) -> Match:  # noqa: ARG001 - the contract's
    """Recognise properties, a dictionary whose size is a power of two or half as much more, a size, and the coder's first byte."""
    if not head.startswith(MAGICS[0]) or len(head) < 18 or head[13] != 0:
        return Match.NO
    dictionary, size = int.from_bytes(head[1:5], "little"), int.from_bytes(head[5:13], "little")
    is_usual = dictionary and dictionary & (dictionary - 1) in (0, dictionary // 3 * 2)
    return _pieces.content_match(name, SUFFIXES) if is_usual and (head[5:13] == UNKNOWN or 0 < size < LARGEST) else Match.NO


def members(source: Source, budget: Budget) -> Iterator[Member]:
    """Yield the decoded content, then what lies behind it."""
    feed = Feed(source.stream)
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=MEMORY)
    yield from _pieces.transparent(_pieces.unpacked_name(source, SUFFIXES, TARS), _pieces.decode(decoder, feed, budget), feed)
